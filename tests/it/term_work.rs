//! Terms of taxonomies beside tags and categories: given to articles, worked on, and
//! exported.

use std::collections::BTreeMap;
use std::path::PathBuf;

use api::hugo::sync::{self, Action, Options};
use api::policy::Role;
use serde_json::{Value, json};
use tests::{Answer, Client, TestApp, on_both, write_files};

const CONFIG: &str = "baseURL = 'https://example.org/'\ndefaultContentLanguage = 'en'\n[taxonomies]\n\
    tag = 'tags'\ncategory = 'categories'\nseries = 'series'\nauthor = 'authors'\n\
    [languages.en]\nweight = 1\n[languages.de]\nweight = 2\n";

const ALPHA: &str = "+++\ntitle = 'Alpha'   # as it is\ndate = 2026-01-01\nseries = ['Rivers', 'Old Tales']\n\
    tags = [ 'x' ]\n+++\nText.\n";

fn site(app: &TestApp) -> Client {
    let report = app.import_files(&[
        ("hugo.toml", CONFIG),
        ("content/a.md", ALPHA),
        ("content/b.md", "---\ntitle: Beta\ndate: 2026-01-02\nseries: [Rivers]\n---\nText.\n"),
        ("content/b.de.md", "---\ntitle: Beta\ndate: 2026-01-02\nseries: [Rivers]\n---\nText.\n"),
        ("content/c.md", "---\ntitle: Gamma\ndate: 2026-01-03\nauthors: [Ada]\n---\nText.\n"),
    ]);
    assert_eq!(report.failures, []);
    app.as_role(Role::Editor)
}

fn article(editor: &Client, path: &str) -> Value {
    let document =
        "query($path: String!) { article(by: { path: $path }, view: WORKING) { id version
        authors { name } tags { name } terms { taxonomy slug } } }";
    editor.ask(document, json!({ "path": path })).at("/article").clone()
}

/// An article's terms as `series/rivers`, in order.
fn terms(editor: &Client, path: &str) -> Vec<String> {
    let article = article(editor, path);
    let terms = article["terms"].as_array().expect("terms").iter();
    terms.map(|t| format!("{}/{}", t["taxonomy"], t["slug"]).replace('"', "")).collect()
}

fn save(editor: &Client, path: &str, input: &Value) -> Answer {
    let article = article(editor, path);
    save_at(editor, &article["id"], article["version"].as_i64().expect("a version"), input)
}

fn save_at(editor: &Client, id: &Value, version: i64, input: &Value) -> Answer {
    editor.ask(
        "mutation($id: ID!, $version: Int!, $input: UpdateArticleInput!) {
        updateArticle(id: $id, expectedVersion: $version, input: $input) { article { version }
            conflict { fields { field base mine theirs merged } } userErrors { field code message } } }",
        json!({"id": id, "version": version, "input": input}),
    )
}

fn publish(editor: &Client, path: &str) {
    let id = article(editor, path)["id"].clone();
    let document = "mutation($id: ID!) { publishArticle(id: $id) { userErrors { message } } }";
    let _ = editor.ask(document, json!({ "id": id })).accepted("publishArticle");
}

fn term(app: &TestApp, slug: &str) -> Value {
    let document = "query($slug: String!) { term(by: { slug: { taxonomy: \"series\", slug: $slug } }) { id } }";
    app.query(document, json!({ "slug": slug })).at("/term")["id"].clone()
}

/// What lives at an address: its type, with where a redirect leads.
fn route(app: &TestApp, path: &str) -> String {
    let document =
        "query($path: String!) { route(path: $path) { __typename ... on Redirect { target } } }";
    let answer = app.query(document, json!({ "path": path }));
    let found = answer.at("/route");
    let kind = found["__typename"].as_str().unwrap_or("nothing");
    format!("{kind} {}", found["target"].as_str().unwrap_or_default()).trim().to_owned()
}

on_both! {
    fn an_article_gets_terms_of_any_taxonomy_and_keeps_those_of_others(app) {
        let editor = site(&app);
        let _ = save(&editor, "/a/", &json!({"terms": [{"taxonomy": "series", "names": ["Bridges", "Rivers"]}]})).accepted("updateArticle");
        assert_eq!(terms(&editor, "/a/"), ["series/bridges", "series/rivers", "tags/x"]);
        let _ = save(&editor, "/a/", &json!({"title": "Alpha 2"})).accepted("updateArticle");
        assert_eq!(terms(&editor, "/a/"), ["series/bridges", "series/rivers", "tags/x"]);
        let _ = save(&editor, "/a/", &json!({"terms": [{"taxonomy": "series", "names": []}]})).accepted("updateArticle");
        assert_eq!(terms(&editor, "/a/"), ["tags/x"]);
        let created = editor.ask("mutation { createArticle(input: { title: \"New\", tags: [\"t\"], terms: [{ taxonomy: \"series\", names: [\"Rivers\"] }] }) {
            article { terms { slug } } userErrors { message } } }", Value::Null).accepted("createArticle");
        assert_eq!(created.each("/createArticle/article/terms", "slug"), ["rivers", "t"]);
        // What was named is there for everybody, once it is published.
        publish(&editor, "/new/");
        let found = app.query("{ term(by: { path: \"/series/rivers/\" }, language: \"en\") { articleCount ... on Term { articles { nodes { title } } } } }", Value::Null);
        assert_eq!(found.at("/term"), &json!({"articleCount": 3, "articles": {"nodes": [{"title": "New"}, {"title": "Beta"}, {"title": "Alpha"}]}}));
    }

    fn a_taxonomy_that_the_site_has_not_or_that_is_named_twice_is_refused(app) {
        let editor = site(&app);
        let refused = |input: &Value| save(&editor, "/a/", input).at("/updateArticle/userErrors/0").clone();
        let unknown = refused(&json!({"terms": [{"taxonomy": "moods", "names": ["x"]}]}));
        assert_eq!(unknown, json!({"field": ["input", "terms"], "code": "INVALID",
            "message": "the site has no taxonomy \"moods\"; it has authors, categories, series, tags"}));
        for twice in [json!({"terms": [{"taxonomy": "series", "names": ["x"]}, {"taxonomy": "series", "names": ["y"]}]}),
            json!({"tags": ["x"], "terms": [{"taxonomy": "tags", "names": ["y"]}]})] {
            assert_eq!(refused(&twice)["field"], json!(["input", "terms"]), "{twice}");
        }
        assert_eq!(terms(&editor, "/a/"), ["series/rivers", "series/old-tales", "tags/x"]);
    }

    fn two_editors_of_one_articles_terms_are_merged(app) {
        let editor = site(&app);
        let (id, version) = (article(&editor, "/a/")["id"].clone(), 1);
        let of = |taxonomy: &str, names: &[&str]| json!({"terms": [{"taxonomy": taxonomy, "names": names}]});
        let _ = save_at(&editor, &id, version, &of("series", &["Rivers", "Old Tales", "Mine"])).accepted("updateArticle");
        let _ = save_at(&editor, &id, version, &of("series", &["Rivers", "Old Tales", "Theirs"])).accepted("updateArticle");
        let _ = save_at(&editor, &id, version, &of("authors", &["Ada"])).accepted("updateArticle");
        assert_eq!(terms(&editor, "/a/"), ["authors/ada", "series/rivers", "series/old-tales", "series/mine", "series/theirs", "tags/x"]);
        // Two new orders are for people to settle.
        let _ = save_at(&editor, &id, 4, &of("series", &["Theirs", "Mine", "Rivers"])).accepted("updateArticle");
        let conflict = save_at(&editor, &id, 4, &of("series", &["Mine", "Theirs", "Rivers"]));
        assert_eq!(conflict.at("/updateArticle/conflict/fields/0"), &json!({"field": "terms",
            "base": {"series": ["Rivers", "Old Tales", "Mine", "Theirs"]}, "mine": {"series": ["Mine", "Theirs", "Rivers"]},
            "theirs": {"series": ["Theirs", "Mine", "Rivers"]}, "merged": null}));
    }

    fn many_articles_get_and_lose_terms_of_any_taxonomy(app) {
        let editor = site(&app);
        let ids: Vec<_> = ["/a/", "/b/"].map(|path| article(&editor, path)["id"].clone()).into();
        let document = "mutation($ids: [ID!]!, $add: [NamedTermsInput!]!, $remove: [NamedTermsInput!]!) {
            tagArticles(ids: $ids, addTags: [\"y\"], addTerms: $add, removeTerms: $remove) { succeeded userErrors { message }
            results { userErrors { field message } } } }";
        let done = editor.ask(document, json!({"ids": ids, "add": [{"taxonomy": "series", "names": ["Bridges", "Old Tales"]}],
            "remove": [{"taxonomy": "series", "names": ["rivers"]}]}));
        assert_eq!(done.at("/tagArticles/succeeded"), 2, "{}", done.0);
        assert_eq!(terms(&editor, "/a/"), ["series/old-tales", "series/bridges", "tags/x", "tags/y"]);
        assert_eq!(terms(&editor, "/b/"), ["series/bridges", "series/old-tales", "tags/y"]);
        let refused = editor.ask(document, json!({"ids": ids, "add": [{"taxonomy": "moods", "names": ["x"]}], "remove": []}));
        assert_eq!((refused.at("/tagArticles/succeeded"), refused.at("/tagArticles/results/0/userErrors/0/field")), (&json!(0), &json!(["terms"])));
    }

    fn authors_that_are_a_taxonomy_are_one_with_those_that_are_printed(app) {
        let editor = site(&app);
        let names = |path: &str| article(&editor, path)["authors"].as_array().expect("authors").iter()
            .map(|author| author["name"].as_str().unwrap_or_default().to_owned()).collect::<Vec<_>>();
        let _ = save(&editor, "/c/", &json!({"authors": [{"name": "Ada"}, {"name": "Bo"}]})).accepted("updateArticle");
        assert_eq!((names("/c/"), terms(&editor, "/c/")), (vec!["Ada".into(), "Bo".into()], vec!["authors/ada".into(), "authors/bo".into()]));
        let _ = save(&editor, "/c/", &json!({"terms": [{"taxonomy": "authors", "names": ["Cy"]}]})).accepted("updateArticle");
        assert_eq!((names("/c/"), terms(&editor, "/c/")), (vec!["Cy".to_owned()], vec!["authors/cy".to_owned()]));
        publish(&editor, "/c/");
        let out = tempfile::tempdir().expect("a folder");
        assert_eq!(app.export(out.path()).failures, []);
        let text = std::fs::read_to_string(out.path().join("content/c.md")).expect("a file");
        assert_eq!(text, "---\ntitle: Gamma\ndate: 2026-01-03\nauthors: [Cy]\n---\nText.\n");
    }

    fn an_export_changes_the_line_of_the_taxonomy_alone(app) {
        let editor = site(&app);
        let _ = save(&editor, "/a/", &json!({"terms": [{"taxonomy": "series", "names": ["Rivers", "Bridges & Fords"]}]})).accepted("updateArticle");
        publish(&editor, "/a/");
        let out = tempfile::tempdir().expect("a folder");
        assert_eq!(app.export(out.path()).failures, []);
        let read = |path: &str| std::fs::read_to_string(out.path().join(path)).expect("a file");
        assert_eq!(read("content/a.md"), ALPHA.replace("['Rivers', 'Old Tales']", "['Rivers', 'Bridges & Fords']"));
        // A merge of terms is in the files of those who carry them, and only there.
        let beta = read("content/b.md");
        let _ = editor.ask("mutation($ids: [ID!]!, $into: ID!) { mergeTerms(ids: $ids, into: $into) { userErrors { message } } }",
            json!({"ids": [term(&app, "bridges--fords")], "into": term(&app, "rivers")})).accepted("mergeTerms");
        assert_eq!(app.export(out.path()).failures, []);
        assert_eq!((read("content/a.md"), read("content/b.md")), (ALPHA.replace("['Rivers', 'Old Tales']", "['Rivers']"), beta));
        // And so it is read again.
        let report = app.import(out.path());
        assert_eq!((report.failures, report.updated), (vec![], 0));
        assert_eq!(terms(&editor, "/a/"), ["series/rivers", "tags/x"]);
    }

    fn terms_are_merged_previewed_and_the_merge_is_undone(app) {
        let editor = site(&app);
        let (rivers, tales) = (term(&app, "rivers"), term(&app, "old-tales"));
        let variables = json!({"ids": [tales], "into": rivers});
        let preview = editor.ask("query($ids: [ID!]!, $into: ID!) { taxonomyPreview(change: { mergeTerms: { ids: $ids, into: $into } }) {
            preview { summary articleCount removed { slug } redirects { from to } } userErrors { message } } }", variables.clone());
        assert_eq!(preview.at("/taxonomyPreview/preview"), &json!({"summary": "Merged \"Old Tales\" into \"Rivers\"", "articleCount": 1,
            "removed": [{"slug": "old-tales"}], "redirects": [
                {"from": "/de/series/old-tales/", "to": "/de/series/rivers/"}, {"from": "/series/old-tales/", "to": "/series/rivers/"}]}));
        assert_eq!(terms(&editor, "/a/"), ["series/rivers", "series/old-tales", "tags/x"], "a preview writes nothing");
        let before = app.events().len();
        let merged = editor.ask("mutation($ids: [ID!]!, $into: ID!) { mergeTerms(ids: $ids, into: $into) {
            term { slug version articleCount } change { id kind termId } userErrors { message } } }", variables).accepted("mergeTerms");
        assert_eq!(merged.at("/mergeTerms/change/termId"), &rivers);
        let events: Vec<_> = app.events().split_off(before).into_iter().map(|event| event.kind).collect();
        assert_eq!(events, ["term.merged"]);
        assert_eq!(terms(&editor, "/a/"), ["series/rivers", "tags/x"]);
        assert_eq!(route(&app, "/de/series/old-tales/"), "Redirect /de/series/rivers/");
        let undo = "mutation($id: ID!) { undoTaxonomyChange(id: $id) { userErrors { message } } }";
        let _ = editor.ask(undo, json!({"id": merged.at("/mergeTerms/change/id")})).accepted("undoTaxonomyChange");
        assert_eq!(terms(&editor, "/a/"), ["series/rivers", "series/old-tales", "tags/x"]);
        assert_eq!(route(&app, "/series/old-tales/"), "Term");
    }

    fn files_of_terms_that_are_merged_or_deleted_go_and_come_back(app) {
        let page = |title: &str| format!("---\ntitle: {title}\n---\nOf it.\n");
        let site = tempfile::tempdir().expect("a folder");
        write_files(site.path(), &[
            ("hugo.toml", CONFIG),
            ("content/a.md", "---\ntitle: A\nseries: [one, two]\n---\nText.\n"),
            ("content/series/one/_index.md", &page("one")),
            ("content/series/two/_index.md", &page("two")),
            ("content/series/two/photo.svg", "<svg xmlns='http://www.w3.org/2000/svg'/>"),
            ("content/series/unused/_index.md", &page("unused")),
        ]);
        let synced = |expected: &[(Action, &str)]| {
            let report = app.block_on(sync::run(&app.ctx(), &Options::new(site.path()))).expect("a run");
            assert!(report.is_good(), "{report}");
            let mut done: Vec<_> = report.changes.iter().map(|change| (change.action, &*change.file)).collect();
            done.sort_by_key(|(_, file)| *file);
            assert_eq!(done, expected);
        };
        let out = tempfile::tempdir().expect("a folder");
        let exported = || {
            assert_eq!(app.export(out.path()).failures, []);
            crate::export::contents(out.path())
        };
        app.block_on(sync::run(&app.ctx(), &Options::new(site.path()))).expect("a run");
        let before = exported();
        assert_eq!(before.len(), 6);
        let editor = app.as_role(Role::Editor);
        let merged = editor.ask("mutation($ids: [ID!]!, $into: ID!) { mergeTerms(ids: $ids, into: $into) { change { id } userErrors { message } } }",
            json!({"ids": [term(&app, "two")], "into": term(&app, "one")})).accepted("mergeTerms");
        let unused = editor.ask("{ term(by: { slug: { taxonomy: \"series\", slug: \"unused\" } }, view: WORKING) { id } }", Value::Null);
        let deleted = editor.ask("mutation($id: ID!) { deleteTerm(id: $id) { change { id } userErrors { message } } }",
            json!({"id": unused.at("/term/id")})).accepted("deleteTerm");
        let paths = |files: BTreeMap<PathBuf, Vec<u8>>| -> Vec<String> {
            files.keys().map(|path| path.display().to_string()).collect()
        };
        assert_eq!(paths(exported()), ["content/a.md", "content/series/one/_index.md", "hugo.toml"]);
        let (two, picture, unused) = ("content/series/two/_index.md", "content/series/two/photo.svg", "content/series/unused/_index.md");
        synced(&[(Action::Written, "content/a.md"), (Action::Removed, two), (Action::Removed, picture), (Action::Removed, unused)]);
        synced(&[]);
        let undo = "mutation($id: ID!) { undoTaxonomyChange(id: $id) { userErrors { message } } }";
        for change in [merged.at("/mergeTerms/change/id"), deleted.at("/deleteTerm/change/id")] {
            let _ = editor.ask(undo, json!({"id": change})).accepted("undoTaxonomyChange");
        }
        assert_eq!(exported(), before);
        synced(&[(Action::Written, "content/a.md"), (Action::Made, two), (Action::Made, picture), (Action::Made, unused)]);
        synced(&[]);
        assert_eq!(crate::export::contents(site.path()), before);
    }

    fn terms_are_split_renamed_and_deleted_and_each_is_undone(app) {
        let editor = site(&app);
        let rivers = term(&app, "rivers");
        let undo = |change: &Value| {
            let document = "mutation($id: ID!) { undoTaxonomyChange(id: $id) { userErrors { message } } }";
            let _ = editor.ask(document, json!({ "id": change })).accepted("undoTaxonomyChange");
        };
        let variables = json!({"id": rivers, "articles": [article(&editor, "/b/")["id"]], "input": {"name": "Brooks"}});
        let preview = editor.ask("query($id: ID!, $articles: [ID!]!, $input: NewTermInput!) { taxonomyPreview(change: { splitTerm: {
            id: $id, articles: $articles, input: $input } }) { preview { summary added { slug } } userErrors { message } } }", variables.clone());
        assert_eq!(preview.at("/taxonomyPreview/preview"), &json!({"summary": "Split \"Rivers\": moved to \"Brooks\"", "added": {"slug": "brooks"}}));
        let split = editor.ask("mutation($id: ID!, $articles: [ID!]!, $input: NewTermInput!) { splitTerm(id: $id, articles: $articles, input: $input) {
            term { taxonomy slug } change { id } userErrors { message } } }", variables).accepted("splitTerm");
        assert_eq!(split.at("/splitTerm/term"), &json!({"taxonomy": "series", "slug": "brooks"}));
        assert_eq!((terms(&editor, "/b/"), terms(&editor, "/a/")[0].as_str()), (vec!["series/brooks".to_owned()], "series/rivers"));
        undo(split.at("/splitTerm/change/id"));
        assert_eq!(terms(&editor, "/b/"), ["series/rivers"]);

        let renamed = editor.ask("mutation($id: ID!) { updateTerm(id: $id, input: { name: \"Streams\", slug: \"streams\" }) {
            change { id } userErrors { message } } }", json!({ "id": rivers })).accepted("updateTerm");
        assert_eq!(route(&app, "/series/rivers/"), "Redirect /series/streams/");
        undo(renamed.at("/updateTerm/change/id"));
        assert_eq!(route(&app, "/series/rivers/"), "Term");

        let delete = |id: &Value| editor.ask("mutation($id: ID!) { deleteTerm(id: $id) { change { id } userErrors { code } } }", json!({ "id": id }));
        assert_eq!(delete(&rivers).at("/deleteTerm/userErrors/0/code"), "WRONG_STATE");
        let new = editor.ask("mutation($parent: ID) { createTerm(input: { taxonomy: \"series\", name: \"Lakes\", parent: $parent }) {
            term { id parent { slug } } userErrors { message } } }", json!({ "parent": rivers })).accepted("createTerm");
        assert_eq!(new.at("/createTerm/term/parent/slug"), "rivers");
        let deleted = delete(new.at("/createTerm/term/id")).accepted("deleteTerm");
        undo(deleted.at("/deleteTerm/change/id"));
        let moved = editor.ask("query($id: ID!, $into: ID!) { taxonomyPreview(change: { mergeTerms: { ids: [$id], into: $into } }) {
            preview { moved { __typename slug } } } }", json!({"id": rivers, "into": term(&app, "old-tales")}));
        assert_eq!(moved.at("/taxonomyPreview/preview/moved"), &json!([{"__typename": "Term", "slug": "lakes"}]));
    }

    fn terms_of_two_taxonomies_do_not_mix(app) {
        let editor = site(&app);
        let ada = app.query("{ term(by: { slug: { taxonomy: \"authors\", slug: \"ada\" } }) { id } }", Value::Null).at("/term/id").clone();
        let tag = app.query("{ tag(by: { slug: \"x\" }) { id } }", Value::Null).at("/tag/id").clone();
        let merge = "mutation($ids: [ID!]!, $into: ID!) { mergeTerms(ids: $ids, into: $into) { userErrors { field code } } }";
        let refused = editor.ask(merge, json!({"ids": [ada], "into": term(&app, "rivers")}));
        assert_eq!(refused.at("/mergeTerms/userErrors/0"), &json!({"field": ["ids"], "code": "NOT_FOUND"}));
        assert_eq!(editor.code(merge, json!({"ids": [tag], "into": ada})), "BAD_USER_INPUT");
        let gone = editor.ask(merge, json!({"ids": [ada], "into": "dwAAAAAAAAAAAAAAAAAAAAA"}));
        assert_eq!(gone.at("/mergeTerms/userErrors/0"), &json!({"field": ["into"], "code": "NOT_FOUND"}));
    }
}
