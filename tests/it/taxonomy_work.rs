//! Merging, splitting, moving and deleting terms, and undoing it.

use api::policy::Role;
use serde_json::{Value, json};
use tests::{Answer, Client, TestApp, on_both};

const MERGE: &str = "mutation($ids: [ID!]!, $into: ID!) { mergeTags(ids: $ids, into: $into) {
    tag { id slug version } change { id kind summary articleCount } userErrors { field code message } } }";
const SPLIT: &str = "mutation($id: ID!, $articles: [ID!]!, $name: String!, $keep: Boolean!) {
    splitTag(id: $id, articles: $articles, input: { name: $name }, keep: $keep) {
    tag { id slug } change { id articleCount summary } userErrors { field code message } } }";
const UNDO: &str = "mutation($id: ID!) { undoTaxonomyChange(id: $id) {
    change { undoneAt undoneBy { email } } userErrors { field code message } } }";

/// A site in two languages.
fn bilingual(app: &TestApp) -> Client {
    let report = app.import_files(&[
        (
            "hugo.toml",
            "defaultContentLanguage = 'en'\n[languages.en]\nweight = 1\n[languages.de]\nweight = 2\n",
        ),
        ("content/_index.md", "---\ntitle: Home\n---\n"),
    ]);
    assert_eq!(report.failures, []);
    app.as_role(Role::Editor)
}

fn create(editor: &Client, input: &Value) -> Value {
    editor
        .ask(
            "mutation($input: CreateArticleInput!) { createArticle(input: $input) {
            article { id } userErrors { message } } }",
            json!({ "input": input }),
        )
        .accepted("createArticle")
        .at("/createArticle/article/id")
        .clone()
}

fn act(editor: &Client, mutation: &str, id: &Value) {
    let document =
        format!("mutation($id: ID!) {{ {mutation}(id: $id) {{ userErrors {{ message }} }} }}");
    let _ = editor.ask(&document, json!({ "id": id })).accepted(mutation);
}

fn published(editor: &Client, input: &Value) -> Value {
    let id = create(editor, input);
    act(editor, "publishArticle", &id);
    id
}

fn save(editor: &Client, id: &Value, version: i64, input: &Value) -> Answer {
    editor.ask(
        "mutation($id: ID!, $version: Int!, $input: UpdateArticleInput!) {
        updateArticle(id: $id, expectedVersion: $version, input: $input) {
        article { version } userErrors { code } } }",
        json!({"id": id, "version": version, "input": input}),
    )
}

/// An article's tags, categories, version and title in a view.
fn seen(editor: &Client, id: &Value, view: &str) -> Value {
    let found = editor.ask(
        "query($id: ID!, $view: View!) { article(by: { id: $id }, view: $view) {
        title version tags { slug } categories { slug } } }",
        json!({"id": id, "view": view}),
    );
    let article = found.at("/article");
    if article.is_null() {
        return Value::Null;
    }
    json!([
        article["title"],
        article["version"],
        found.each("/article/tags", "slug"),
        found.each("/article/categories", "slug")
    ])
}

fn tags(editor: &Client, id: &Value, view: &str) -> Value {
    seen(editor, id, view)[2].clone()
}

fn tag(editor: &Client, slug: &str) -> Value {
    editor
        .ask(
            "query($slug: String!) { tag(by: { slug: $slug }, view: WORKING) { id } }",
            json!({ "slug": slug }),
        )
        .at("/tag")["id"]
        .clone()
}

fn merge(editor: &Client, ids: &[&Value], into: &Value) -> Answer {
    editor.ask(MERGE, json!({"ids": ids, "into": into}))
}

fn undo(editor: &Client, change: &Value) -> Answer {
    editor.ask(UNDO, json!({ "id": change }))
}

fn refusal(answer: &Answer, mutation: &str) -> (Value, String) {
    let error = answer.at(&format!("/{mutation}/userErrors/0"));
    (error["field"].clone(), error["code"].as_str().unwrap_or_default().to_owned())
}

/// What lives at an address: `tag a`, `redirect …` or `nothing`.
fn route(app: &TestApp, path: &str) -> String {
    let answer = app.query(
        "query($path: String!) { route(path: $path) { __typename ... on Redirect { target }
            ... on Tag { slug } ... on Category { slug } } }",
        json!({ "path": path }),
    );
    let found = answer.at("/route");
    let detail = found["target"].as_str().or(found["slug"].as_str()).unwrap_or_default();
    match found["__typename"].as_str() {
        Some(kind) => format!("{} {detail}", kind.to_lowercase()),
        None => "nothing".to_owned(),
    }
}

/// Everything that a change of terms may change, but versions and revisions.
fn state(app: &TestApp, editor: &Client) -> Value {
    let list = "nodes { id path tags { id slug } categories { id slug } }";
    let answer = editor.ask(
        &format!("{{ p: articles(first: 100) {{ {list} }} w: articles(first: 100, view: WORKING) {{ {list} }}
            t: articles(first: 100, view: TRASH) {{ {list} }}
            tags(view: WORKING, first: 100) {{ nodes {{ id slug name description articleCount }} }}
            public: tags(first: 100) {{ nodes {{ slug articleCount }} }}
            de: tags(first: 100, language: \"de\") {{ nodes {{ slug name path articleCount }} }}
            categories(view: WORKING, first: 100) {{ nodes {{ id slug name parent {{ id }} articleCount }} }} }}"),
        Value::Null,
    );
    let mut rows = app.block_on(async {
        use sea_orm::EntityTrait;
        entity::redirect::Entity::find().all(app.app.db().read()).await.expect("redirects")
    });
    rows.sort_unstable_by(|a, b| a.path.cmp(&b.path));
    json!([answer.0, serde_json::to_value(rows).expect("JSON")])
}

fn events_since(app: &TestApp, before: usize) -> Vec<entity::event::Model> {
    app.events().split_off(before)
}

on_both! {
    fn merged_tags_go_in_every_view_and_language_and_come_back(app) {
        let editor = bilingual(&app);
        let both = published(&editor, &json!({"title": "Both", "tags": ["b", "x", "a"]}));
        let live = published(&editor, &json!({"title": "Live", "tags": ["b"]}));
        let _ = save(&editor, &live, 1, &json!({"title": "Live, edited", "tags": ["c", "y"]})).accepted("updateArticle");
        let german = published(&editor, &json!({"title": "Deutsch", "language": "de", "tags": ["c"]}));
        let draft = create(&editor, &json!({"title": "Draft", "tags": ["c", "b"]}));
        let trashed = create(&editor, &json!({"title": "Trashed", "tags": ["b", "z"]}));
        act(&editor, "trashArticle", &trashed);
        let (a, b, c) = (tag(&editor, "a"), tag(&editor, "b"), tag(&editor, "c"));
        app.sql("INSERT INTO term_text (term_id, language, name, markdown, html, params) SELECT id, 'de', 'Bee', '', '', '{}' FROM term WHERE slug = 'b'");
        let before = state(&app, &editor);

        let preview = editor.ask("query($ids: [ID!]!, $into: ID!) {
            taxonomyPreview(change: { mergeTags: { ids: $ids, into: $into } }) { userErrors { code } preview {
                articleCount articles { totalCount nodes { id } } removed { slug } added { slug } redirects { from to } } }
            live: taxonomyPreview(change: { mergeTags: { ids: $ids, into: $into } }, view: PUBLISHED) {
                preview { articles { totalCount } } } }", json!({"ids": [b, c], "into": a}));
        assert_eq!(state(&app, &editor), before, "a preview writes nothing");
        let plan = preview.at("/taxonomyPreview/preview");
        assert_eq!(plan["articleCount"], 5);
        assert_eq!(plan["articles"]["totalCount"], 4, "but for the one in the trash");
        assert_eq!(preview.number("/live/preview/articles/totalCount"), 3);
        assert_eq!(plan["removed"], json!([{"slug": "b"}, {"slug": "c"}]));

        let count = app.events().len();
        let merged = merge(&editor, &[&b, &c], &a).accepted("mergeTags");
        assert_eq!(merged.at("/mergeTags/tag"), &json!({"id": a, "slug": "a", "version": 2}));
        assert_eq!(merged.text("/mergeTags/change/summary"), "Merged \"b\", \"c\" into \"a\"");
        assert_eq!(merged.number("/mergeTags/change/articleCount"), 5);
        let events = events_since(&app, count);
        assert_eq!(events.len(), 1);
        assert_eq!(events[0].kind, "term.merged");
        assert_eq!(events[0].data["articleCount"], 5);
        assert_eq!(events[0].data["articles"].as_array().map(Vec::len), Some(5));
        assert_eq!(events[0].data["merged"].as_array().map(Vec::len), Some(2));

        // The first of several stays where it stood, and versions stay.
        assert_eq!(seen(&editor, &both, "PUBLISHED"), json!(["Both", 1, ["a", "x"], []]));
        assert_eq!(seen(&editor, &live, "PUBLISHED"), json!(["Live", 1, ["a"], []]));
        assert_eq!(seen(&editor, &live, "WORKING"), json!(["Live, edited", 2, ["a", "y"], []]));
        assert_eq!(tags(&editor, &german, "PUBLISHED"), json!(["a"]));
        assert_eq!(tags(&editor, &draft, "WORKING"), json!(["a"]));
        assert_eq!(tags(&editor, &trashed, "TRASH"), json!(["a", "z"]));
        let counts = app.query("{ a: articles(filter: { tag: { slug: \"a\" } }) { totalCount }
            b: articles(filter: { tag: { slug: \"b\" } }) { totalCount }
            tags { nodes { slug articleCount } totalCount } t: tag(by: { slug: \"a\" }, language: \"de\") { articleCount } }", Value::Null);
        assert_eq!(counts.number("/a/totalCount"), 3);
        assert_eq!(counts.number("/b/totalCount"), 0);
        assert_eq!(counts.number("/t/articleCount"), 1);
        assert_eq!(counts.at("/tags"), &json!({"nodes": [{"slug": "a", "articleCount": 3}, {"slug": "x", "articleCount": 1}], "totalCount": 2}));
        // What the preview said is what there is.
        let redirects = plan["redirects"].as_array().expect("redirects").clone();
        assert_eq!(redirects.len(), 4);
        for redirect in redirects {
            let (from, to) = (redirect["from"].as_str().expect("a path"), redirect["to"].as_str().expect("a path"));
            assert_eq!(route(&app, from), format!("redirect {to}"));
        }
        assert_eq!(route(&app, "/de/tags/b/"), "redirect /de/tags/a/");

        // An old revision comes back with the term that survived.
        let old = editor.ask("query($id: ID!) { article(by: { id: $id }, view: WORKING) { revisions { nodes { id version } } } }",
            json!({ "id": live })).at("/article/revisions/nodes/1/id").clone();
        let _ = editor.ask("mutation($id: ID!, $revision: ID!) { restoreArticleRevision(id: $id, revisionId: $revision) { userErrors { code } } }",
            json!({"id": live, "revision": old})).accepted("restoreArticleRevision");
        assert_eq!(seen(&editor, &live, "WORKING"), json!(["Live", 3, ["a"], []]));
        let _ = save(&editor, &live, 3, &json!({"title": "Live, edited", "tags": ["a", "y"]})).accepted("updateArticle");

        let change = merged.at("/mergeTags/change/id").clone();
        let count = app.events().len();
        let undone = undo(&editor, &change).accepted("undoTaxonomyChange");
        assert!(!undone.at("/undoTaxonomyChange/change/undoneAt").is_null());
        let events = events_since(&app, count);
        assert_eq!(events.iter().map(|event| event.kind.as_str()).collect::<Vec<_>>(), ["term.undone"]);
        // The working copy was saved since with tags of its own: they stay.
        assert_eq!(tags(&editor, &live, "WORKING"), json!(["a", "y"]));
        let _ = save(&editor, &live, 4, &json!({"tags": ["c", "y"]})).accepted("updateArticle");
        assert_eq!(state(&app, &editor), before);
        assert_eq!(refusal(&undo(&editor, &change), "undoTaxonomyChange"), (json!(["id"]), "WRONG_STATE".to_owned()));
        assert_eq!(tags(&editor, &both, "PUBLISHED"), json!(["b", "x", "a"]));
    }

    fn merges_fold_chains_and_undo_latest_first(app) {
        let editor = app.as_role(Role::Editor);
        let id = published(&editor, &json!({"title": "One", "tags": ["a"]}));
        for name in ["b", "c"] {
            published(&editor, &json!({"title": name, "tags": [name]}));
        }
        let (a, b, c) = (tag(&editor, "a"), tag(&editor, "b"), tag(&editor, "c"));
        let before = state(&app, &editor);
        let first = merge(&editor, &[&a], &b).accepted("mergeTags").at("/mergeTags/change/id").clone();
        let between = state(&app, &editor);
        let second = merge(&editor, &[&b], &c).accepted("mergeTags").at("/mergeTags/change/id").clone();
        assert_eq!(route(&app, "/tags/a/"), "redirect /tags/c/");
        assert_eq!(route(&app, "/tags/b/"), "redirect /tags/c/");
        // A save that does not speak of tags keeps what they mean.
        let _ = save(&editor, &id, 1, &json!({"lead": "x"})).accepted("updateArticle");
        assert_eq!(tags(&editor, &id, "WORKING"), json!(["c"]));
        act(&editor, "publishArticle", &id);
        assert_eq!(tags(&editor, &id, "PUBLISHED"), json!(["c"]));
        // The earlier one needs what the later one took.
        let now = state(&app, &editor);
        assert_eq!(refusal(&undo(&editor, &first), "undoTaxonomyChange").1, "WRONG_STATE");
        assert_eq!(state(&app, &editor), now, "a refusal changes nothing");
        let _ = undo(&editor, &second).accepted("undoTaxonomyChange");
        assert_eq!(state(&app, &editor), between);
        let _ = undo(&editor, &first).accepted("undoTaxonomyChange");
        assert_eq!(state(&app, &editor), before);
        assert_eq!(tags(&editor, &id, "PUBLISHED"), json!(["a"]));
    }

    fn an_address_that_lives_again_is_no_redirect_and_nothing_loops(app) {
        let editor = app.as_role(Role::Editor);
        published(&editor, &json!({"title": "A", "tags": ["a"]}));
        published(&editor, &json!({"title": "B", "tags": ["b"]}));
        let (a, b) = (tag(&editor, "a"), tag(&editor, "b"));
        let merged = merge(&editor, &[&a], &b).accepted("mergeTags").at("/mergeTags/change/id").clone();
        assert_eq!(route(&app, "/tags/a/"), "redirect /tags/b/");
        published(&editor, &json!({"title": "C", "tags": ["a"]}));
        assert_eq!(route(&app, "/tags/a/"), "tag a");
        let error = undo(&editor, &merged);
        assert_eq!(refusal(&error, "undoTaxonomyChange"), (json!(["id"]), "TAKEN".to_owned()));
        // Back and forth: the survivor has its own address, and the other leads there.
        let _ = merge(&editor, &[&b], &tag(&editor, "a")).accepted("mergeTags");
        assert_eq!(route(&app, "/tags/a/"), "tag a");
        assert_eq!(route(&app, "/tags/b/"), "redirect /tags/a/");
        let rows = state(&app, &editor)[1].clone();
        assert_eq!(rows.as_array().map(Vec::len), Some(1), "{rows}");
        // An article that has the address of a term keeps it.
        let page = published(&editor, &json!({"title": "P", "url": "/tags/d/"}));
        published(&editor, &json!({"title": "D", "tags": ["d"]}));
        let _ = merge(&editor, &[&tag(&editor, "d")], &tag(&editor, "a")).accepted("mergeTags");
        assert_eq!(route(&app, "/tags/d/"), "article ");
        act(&editor, "trashArticle", &page);
        assert_eq!(route(&app, "/tags/d/"), "nothing");
    }

    fn a_merge_refuses_what_makes_no_sense(app) {
        let editor = app.as_role(Role::Editor);
        published(&editor, &json!({"title": "A", "tags": ["a", "b"], "categories": ["k"]}));
        let (a, b) = (tag(&editor, "a"), tag(&editor, "b"));
        let _ = merge(&editor, &[&b], &a).accepted("mergeTags");
        let before = state(&app, &editor);
        for (ids, into, expected) in [
            (vec![], &a, (json!(["ids"]), "INVALID")),
            (vec![&a], &a, (json!(["into"]), "INVALID")),
            (vec![&b], &a, (json!(["ids"]), "NOT_FOUND")),
            (vec![&a], &b, (json!(["into"]), "NOT_FOUND")),
        ] {
            let found = refusal(&merge(&editor, &ids, into), "mergeTags");
            assert_eq!((found.0, found.1.as_str()), expected);
            let preview = editor.ask("query($ids: [ID!]!, $into: ID!) { taxonomyPreview(change: { mergeTags: { ids: $ids, into: $into } }) {
                preview { summary } userErrors { field code } } }", json!({"ids": ids, "into": into}));
            assert_eq!(preview.at("/taxonomyPreview"), &json!({"preview": null, "userErrors": [{"field": expected.0, "code": expected.1}]}));
        }
        assert_eq!(state(&app, &editor), before);
    }

    fn a_split_retags_what_is_published_and_publishes_nothing_else(app) {
        let editor = bilingual(&app);
        let live = published(&editor, &json!({"title": "Live", "tags": ["x", "a", "y"], "body": "first"}));
        let edited = published(&editor, &json!({"title": "Edited", "tags": ["a"], "body": "public"}));
        let _ = save(&editor, &edited, 1, &json!({"title": "Secret", "body": "secret", "tags": ["y", "a"]})).accepted("updateArticle");
        let dropped = published(&editor, &json!({"title": "Dropped", "tags": ["a"]}));
        let _ = save(&editor, &dropped, 1, &json!({"tags": ["y"]})).accepted("updateArticle");
        let draft = create(&editor, &json!({"title": "Draft", "tags": ["a"]}));
        let other = published(&editor, &json!({"title": "Other", "tags": ["a"]}));
        let trashed = create(&editor, &json!({"title": "Trashed", "tags": ["a"]}));
        act(&editor, "trashArticle", &trashed);
        let a = tag(&editor, "a");
        let before = state(&app, &editor);
        for (articles, code) in [(json!([]), "INVALID"), (json!([live, trashed]), "NOT_FOUND")] {
            let refused = editor.ask(SPLIT, json!({"id": a, "articles": articles, "name": "New", "keep": false}));
            assert_eq!(refusal(&refused, "splitTag"), (json!(["articles"]), code.to_owned()));
        }
        let taken = editor.ask(SPLIT, json!({"id": a, "articles": [live], "name": "Y", "keep": false}));
        assert_eq!(refusal(&taken, "splitTag"), (json!(["input", "slug"]), "TAKEN".to_owned()));
        assert_eq!(state(&app, &editor), before);

        let chosen = json!([live, edited, dropped, draft]);
        let preview = editor.ask("query($id: ID!, $articles: [ID!]!) { taxonomyPreview(change: {
            splitTag: { id: $id, articles: $articles, input: { name: \"New\" } } }) { preview { summary articleCount
            articles { totalCount } added { id slug } removed { slug } redirects { from } } } }", json!({"id": a, "articles": chosen}));
        assert_eq!(preview.at("/taxonomyPreview/preview"), &json!({"summary": "Split \"a\": moved to \"New\"", "articleCount": 4,
            "articles": {"totalCount": 4}, "added": {"id": null, "slug": "new"}, "removed": [], "redirects": []}));
        assert_eq!(state(&app, &editor), before);

        let count = app.events().len();
        let split = editor.ask(SPLIT, json!({"id": a, "articles": chosen, "name": "New", "keep": false})).accepted("splitTag");
        let events = events_since(&app, count);
        assert_eq!(events.iter().map(|event| event.kind.as_str()).collect::<Vec<_>>(), ["term.split"]);
        assert_eq!(events[0].data["added"]["slug"], "new");
        assert_eq!(events[0].data["articles"].as_array().map(Vec::len), Some(4));
        for view in ["PUBLISHED", "WORKING"] {
            assert_eq!(seen(&editor, &live, view), json!(["Live", 2, ["x", "new", "y"], []]), "one save of both");
            assert_eq!(tags(&editor, &other, view), json!(["a"]));
        }
        assert_eq!(seen(&editor, &edited, "PUBLISHED"), json!(["Edited", 3, ["new"], []]));
        assert_eq!(seen(&editor, &edited, "WORKING"), json!(["Secret", 4, ["y", "new"], []]));
        assert_eq!(seen(&editor, &dropped, "PUBLISHED"), json!(["Dropped", 3, ["new"], []]));
        assert_eq!(seen(&editor, &dropped, "WORKING"), json!(["Dropped", 4, ["y"], []]));
        assert_eq!(seen(&editor, &draft, "WORKING"), json!(["Draft", 2, ["new"], []]));
        let public = app.query("query($id: ID!) { article(by: { id: $id }) { body { markdown } } }", json!({ "id": edited }));
        assert_eq!(public.text("/article/body/markdown"), "public");
        let history = editor.ask("query($id: ID!) { article(by: { id: $id }, view: WORKING) { revisions { nodes { version message author { role } } } } }",
            json!({ "id": edited }));
        assert_eq!(history.at("/article/revisions/nodes/0"), &json!({"version": 4,
            "message": "Split \"a\": moved to \"New\"", "author": {"role": "EDITOR"}}));
        let _ = save(&editor, &live, 1, &json!({"lead": "late"}));
        // One that began before the split, with other fields, loses nothing of it.
        let _ = save(&editor, &live, 1, &json!({"summary": "late"})).accepted("updateArticle");
        assert_eq!(app.query("{ articles(filter: { tag: { slug: \"new\" } }) { totalCount } }", Value::Null).number("/articles/totalCount"), 3);

        let change = split.at("/splitTag/change/id").clone();
        let count = app.events().len();
        let _ = undo(&editor, &change).accepted("undoTaxonomyChange");
        assert_eq!(events_since(&app, count).len(), 1);
        assert_eq!(state(&app, &editor), before);
        assert_eq!(seen(&editor, &edited, "PUBLISHED"), json!(["Edited", 5, ["a"], []]));
        assert_eq!(seen(&editor, &edited, "WORKING"), json!(["Secret", 6, ["y", "a"], []]));
        assert_eq!(refusal(&undo(&editor, &change), "undoTaxonomyChange").1, "WRONG_STATE");
        // A revision that the split made brings the tag back that there is.
        let old = editor.ask("query($id: ID!) { article(by: { id: $id }, view: WORKING) { revisions { nodes { id } } } }",
            json!({ "id": draft })).at("/article/revisions/nodes/1/id").clone();
        let _ = editor.ask("mutation($id: ID!, $revision: ID!) { restoreArticleRevision(id: $id, revisionId: $revision) { userErrors { code } } }",
            json!({"id": draft, "revision": old})).accepted("restoreArticleRevision");
        assert_eq!(tags(&editor, &draft, "WORKING"), json!(["a"]));
    }

    fn a_split_beside_keeps_the_old_term_and_follows_edits_of_other_fields(app) {
        let editor = app.as_role(Role::Editor);
        let one = published(&editor, &json!({"title": "One", "tags": ["a", "x"]}));
        let two = published(&editor, &json!({"title": "Two", "tags": ["a"]}));
        let a = tag(&editor, "a");
        let split = |name: &str| editor.ask(SPLIT, json!({"id": a, "articles": [one, two], "name": name, "keep": true}))
            .accepted("splitTag").at("/splitTag/change/id").clone();
        let change = split("n");
        assert_eq!(tags(&editor, &one, "PUBLISHED"), json!(["a", "n", "x"]));
        let _ = save(&editor, &one, 2, &json!({"title": "One more"})).accepted("updateArticle");
        act(&editor, "publishArticle", &one);
        let _ = undo(&editor, &change).accepted("undoTaxonomyChange");
        assert_eq!(seen(&editor, &one, "PUBLISHED"), json!(["One more", 4, ["a", "x"], []]));
        assert_eq!(tags(&editor, &two, "PUBLISHED"), json!(["a"]));
        assert_eq!(tag(&editor, "n"), Value::Null);

        // What editors did to the terms since is theirs: nothing is undone.
        let change = split("m");
        let _ = save(&editor, &two, 4, &json!({"tags": ["m"]})).accepted("updateArticle");
        let before = state(&app, &editor);
        let refused = undo(&editor, &change);
        assert!(refused.text("/undoTaxonomyChange/userErrors/0/message").contains("has had its tags changed"));
        assert_eq!(state(&app, &editor), before);
        let _ = save(&editor, &two, 5, &json!({"tags": ["a", "m"]})).accepted("updateArticle");
        let third = published(&editor, &json!({"title": "Three", "tags": ["m"]}));
        assert!(undo(&editor, &change).text("/undoTaxonomyChange/userErrors/0/message").contains("1 other articles"));
        let _ = save(&editor, &third, 1, &json!({"tags": []})).accepted("updateArticle");
        act(&editor, "publishArticle", &third);
        act(&editor, "trashArticle", &one);
        assert!(undo(&editor, &change).text("/undoTaxonomyChange/userErrors/0/message").contains("in the trash"));
        act(&editor, "restoreArticle", &one);
        let _ = undo(&editor, &change).accepted("undoTaxonomyChange");
        assert_eq!(tags(&editor, &one, "WORKING"), json!(["a", "x"]));
        assert_eq!(tags(&editor, &two, "PUBLISHED"), json!(["a"]));
    }

    fn merged_categories_bring_what_is_below_them(app) {
        let editor = bilingual(&app);
        let make = |name: &str, parent: &Value| editor.ask(
            "mutation($name: String!, $parent: ID) { createCategory(input: { name: $name, parent: $parent }) { category { id } userErrors { code } } }",
            json!({"name": name, "parent": parent})).accepted("createCategory").at("/createCategory/category/id").clone();
        let town = make("town", &Value::Null);
        let council = make("council", &town);
        let budget = make("budget", &council);
        let city = make("city", &Value::Null);
        let ward = make("ward", &town);
        published(&editor, &json!({"title": "In town", "categories": ["town"]}));
        published(&editor, &json!({"title": "In the budget", "language": "de", "categories": ["budget"]}));
        let merge = |ids: Value, into: &Value| editor.ask("mutation($ids: [ID!]!, $into: ID!) { mergeCategories(ids: $ids, into: $into) {
            category { slug children { slug } } change { id } userErrors { field code } } }", json!({"ids": ids, "into": into}));
        let below = || app.query("{ articles(filter: { category: { slug: \"city\", includeDescendants: true } }) { totalCount } }", Value::Null)
            .number("/articles/totalCount");
        let before = state(&app, &editor);
        assert_eq!(below(), 0);
        let preview = editor.ask("query($ids: [ID!]!, $into: ID!) { taxonomyPreview(change: { mergeCategories: { ids: $ids, into: $into } }) {
            preview { moved { slug } redirects { from to language } } } }", json!({"ids": [town], "into": city}));
        assert_eq!(preview.at("/taxonomyPreview/preview"), &json!({"moved": [{"slug": "council"}, {"slug": "ward"}], "redirects": [
            {"from": "/categories/town/", "to": "/categories/city/", "language": "en"},
            {"from": "/de/categories/town/", "to": "/de/categories/city/", "language": "de"}]}));
        let done = merge(json!([town]), &city).accepted("mergeCategories");
        assert_eq!(done.at("/mergeCategories/category"), &json!({"slug": "city", "children": [{"slug": "council"}, {"slug": "ward"}]}));
        assert_eq!(below(), 2);
        assert_eq!(route(&app, "/de/categories/town/"), "redirect /de/categories/city/");
        assert_eq!(route(&app, "/categories/town/"), "redirect /categories/city/");
        let change = done.at("/mergeCategories/change/id").clone();
        // What was moved since stands in the way until it is back.
        let moved = editor.ask("mutation($id: ID!, $parent: ID) { updateCategory(id: $id, input: { parent: $parent }) { change { id } userErrors { code } } }",
            json!({"id": ward, "parent": budget})).accepted("updateCategory").at("/updateCategory/change/id").clone();
        assert!(undo(&editor, &change).text("/undoTaxonomyChange/userErrors/0/message").contains("moved or removed since"));
        let _ = undo(&editor, &moved).accepted("undoTaxonomyChange");
        let _ = undo(&editor, &change).accepted("undoTaxonomyChange");
        assert_eq!(state(&app, &editor), before);

        // Into one directly below: that one comes up; several at once, one below the other.
        let up = merge(json!([town]), &council).accepted("mergeCategories");
        assert_eq!(up.at("/mergeCategories/category"), &json!({"slug": "council", "children": [{"slug": "budget"}, {"slug": "ward"}]}));
        let _ = undo(&editor, up.at("/mergeCategories/change/id")).accepted("undoTaxonomyChange");
        assert_eq!(state(&app, &editor), before);
        let both = merge(json!([town, council]), &budget).accepted("mergeCategories");
        assert_eq!(both.at("/mergeCategories/category"), &json!({"slug": "budget", "children": [{"slug": "ward"}]}));
        let _ = undo(&editor, both.at("/mergeCategories/change/id")).accepted("undoTaxonomyChange");
        assert_eq!(state(&app, &editor), before);
        assert_eq!(refusal(&merge(json!([town]), &budget), "mergeCategories"), (json!(["into"]), "INVALID".to_owned()));
        assert_eq!(state(&app, &editor), before);
    }

    fn renames_moves_and_deletions_are_undone(app) {
        let editor = bilingual(&app);
        published(&editor, &json!({"title": "One", "categories": ["old"]}));
        let id = app.query("{ category(by: { slug: \"old\" }) { id } }", Value::Null).at("/category/id").clone();
        let update = |input: Value| editor.ask("mutation($id: ID!, $input: UpdateCategoryInput!) { updateCategory(id: $id, input: $input) {
            change { id kind summary } userErrors { code } } }", json!({"id": id, "input": input})).accepted("updateCategory");
        let before = state(&app, &editor);
        let preview = editor.ask("query($id: ID!) { taxonomyPreview(change: { updateCategory: { id: $id, input: { slug: \"new\" } } }) {
            preview { articleCount redirects { from to } } }
            same: taxonomyPreview(change: { updateCategory: { id: $id, input: { slug: \"old\" } } }) { preview { summary } userErrors { code } } }", json!({ "id": id }));
        assert_eq!(preview.at("/taxonomyPreview/preview"), &json!({"articleCount": 1, "redirects": [
            {"from": "/categories/old/", "to": "/categories/new/"}, {"from": "/de/categories/old/", "to": "/de/categories/new/"}]}));
        assert_eq!(preview.at("/same"), &json!({"preview": null, "userErrors": []}));
        let renamed = update(json!({"name": "New", "slug": "new"}));
        assert_eq!(renamed.at("/updateCategory/change/summary"), "Renamed \"old\" to \"New\"");
        let renamed = renamed.at("/updateCategory/change/id").clone();
        assert_eq!(route(&app, "/categories/old/"), "redirect /categories/new/");
        let described = update(json!({"description": "d"})).at("/updateCategory/change/id").clone();
        // Two changes of different fields do not stand in each other's way.
        let _ = undo(&editor, &renamed).accepted("undoTaxonomyChange");
        assert_eq!(route(&app, "/categories/old/"), "category old");
        assert_eq!(route(&app, "/categories/new/"), "nothing");
        let _ = undo(&editor, &described).accepted("undoTaxonomyChange");
        assert_eq!(state(&app, &editor), before);
        // Two of the same do.
        let first = update(json!({"slug": "b"})).at("/updateCategory/change/id").clone();
        let second = update(json!({"slug": "c"})).at("/updateCategory/change/id").clone();
        assert_eq!(refusal(&undo(&editor, &first), "undoTaxonomyChange"), (json!(["id"]), "WRONG_STATE".to_owned()));
        let _ = undo(&editor, &second).accepted("undoTaxonomyChange");
        let _ = undo(&editor, &first).accepted("undoTaxonomyChange");
        assert_eq!(state(&app, &editor), before);

        // A deletion, with what led to the term and what it was called.
        published(&editor, &json!({"title": "Two", "tags": ["k"]}));
        let gone = published(&editor, &json!({"title": "Three", "tags": ["free"]}));
        let _ = merge(&editor, &[&tag(&editor, "k")], &tag(&editor, "free")).accepted("mergeTags");
        app.sql("INSERT INTO term_text (term_id, language, name, markdown, html, params) SELECT id, 'de', 'Frei', '', '', '{}' FROM term WHERE slug = 'free'");
        for (article, version) in [(gone, 1), (app.query("{ article(by: { path: \"/two/\" }) { id } }", Value::Null).at("/article/id").clone(), 1)] {
            let _ = save(&editor, &article, version, &json!({"tags": []})).accepted("updateArticle");
            act(&editor, "publishArticle", &article);
        }
        let before = state(&app, &editor);
        let free = tag(&editor, "free");
        let delete = "mutation($id: ID!) { deleteTag(id: $id) { deletedId change { id kind } userErrors { code } } }";
        let deleted = editor.ask(delete, json!({ "id": free })).accepted("deleteTag");
        assert_eq!(deleted.at("/deleteTag/change/kind"), "DELETE");
        let _ = undo(&editor, deleted.at("/deleteTag/change/id")).accepted("undoTaxonomyChange");
        assert_eq!(state(&app, &editor), before);
        let deleted = editor.ask(delete, json!({ "id": free })).accepted("deleteTag");
        published(&editor, &json!({"title": "Four", "tags": ["free"]}));
        assert_eq!(refusal(&undo(&editor, deleted.at("/deleteTag/change/id")), "undoTaxonomyChange"), (json!(["id"]), "TAKEN".to_owned()));
    }

    fn changes_are_listed_latest_first(app) {
        let editor = app.as_role(Role::Editor);
        for number in 0..5 {
            app.set_clock(tests::START + number);
            published(&editor, &json!({"title": format!("T{number}"), "tags": [format!("t{number}"), "into"]}));
            let _ = merge(&editor, &[&tag(&editor, &format!("t{number}"))], &tag(&editor, "into")).accepted("mergeTags");
        }
        let list = |arguments: &str| editor.ask(&format!("{{ taxonomyChanges{arguments} {{ totalCount pageInfo {{ hasNextPage endCursor }}
            nodes {{ id summary kind by {{ role }} undoneAt }} }} }}"), Value::Null);
        let all = list("");
        assert_eq!(all.number("/taxonomyChanges/totalCount"), 5);
        assert_eq!(all.text("/taxonomyChanges/nodes/0/summary"), "Merged \"t4\" into \"into\"");
        assert_eq!(all.at("/taxonomyChanges/nodes/0/by/role"), "EDITOR");
        let page = list("(first: 2)");
        let cursor = page.text("/taxonomyChanges/pageInfo/endCursor");
        let next = list(&format!("(first: 2, after: {})", json!(cursor)));
        assert_eq!(next.each("/taxonomyChanges/nodes", "summary")[0], "Merged \"t2\" into \"into\"");
        let last = list("(last: 1)");
        assert_eq!(last.each("/taxonomyChanges/nodes", "summary"), ["Merged \"t0\" into \"into\""]);
        let _ = undo(&editor, all.at("/taxonomyChanges/nodes/2/id")).accepted("undoTaxonomyChange");
        assert_eq!(list("(undone: false)").number("/taxonomyChanges/totalCount"), 4);
        assert_eq!(list("(undone: true)").each("/taxonomyChanges/nodes", "summary"), ["Merged \"t2\" into \"into\""]);
        let statements = |first: usize| app.statements(|| list(&format!("(first: {first})"))).1.len();
        assert_eq!(statements(1), statements(5));
    }

    fn a_merge_of_many_articles_names_some_and_counts_all(app) {
        let text = |number: usize| format!("---\ntitle: T{number}\ndate: 2026-01-01\ntags: [t{}, x]\n---\n", number % 3);
        let files: Vec<_> = (0..620).map(|number| (format!("content/a{number}.md"), text(number))).collect();
        let files: Vec<_> = files.iter().map(|(path, text)| (path.as_str(), text.as_str())).collect();
        assert_eq!(app.import_files(&files).created, 620);
        let editor = app.as_role(Role::Editor);
        let before = state(&app, &editor);
        let ids: Vec<_> = ["t0", "t1", "x"].map(|slug| tag(&editor, slug)).into();
        let count = app.events().len();
        let merged = merge(&editor, &ids.iter().collect::<Vec<_>>(), &tag(&editor, "t2")).accepted("mergeTags");
        assert_eq!(merged.number("/mergeTags/change/articleCount"), 620);
        let events = events_since(&app, count);
        assert_eq!(events.len(), 1);
        assert_eq!(events[0].data["articleCount"], 620);
        assert_eq!(events[0].data["articles"].as_array().map(Vec::len), Some(500));
        let counts = app.query("{ tags { nodes { slug articleCount } } }", Value::Null);
        assert_eq!(counts.at("/tags/nodes"), &json!([{"slug": "t2", "articleCount": 620}]));
        let _ = undo(&editor, merged.at("/mergeTags/change/id")).accepted("undoTaxonomyChange");
        assert_eq!(state(&app, &editor), before);
    }

    fn what_comes_out_of_the_trash_carries_what_survived(app) {
        let editor = app.as_role(Role::Editor);
        published(&editor, &json!({"title": "A", "tags": ["a"]}));
        let trashed = published(&editor, &json!({"title": "B", "tags": ["b"]}));
        act(&editor, "trashArticle", &trashed);
        let merged = merge(&editor, &[&tag(&editor, "b")], &tag(&editor, "a")).accepted("mergeTags");
        act(&editor, "restoreArticle", &trashed);
        act(&editor, "publishArticle", &trashed);
        assert_eq!(tags(&editor, &trashed, "PUBLISHED"), json!(["a"]));
        assert_eq!(route(&app, "/tags/b/"), "redirect /tags/a/");
        let _ = undo(&editor, merged.at("/mergeTags/change/id")).accepted("undoTaxonomyChange");
        assert_eq!(tags(&editor, &trashed, "PUBLISHED"), json!(["b"]));
        assert_eq!(route(&app, "/tags/b/"), "tag b");
    }
}
