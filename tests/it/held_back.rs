//! What sections and terms say of themselves, from when until when their files let the
//! public see it; and small files that an export must leave alone.

use api::policy::Role;
use serde_json::{Value, json};
use tests::{START, TestApp, on_both};

use crate::export::{Site, differences};

const DAY: i64 = 86_400_000_000;

/// What everybody is told of a section and a term.
fn told(app: &TestApp) -> Value {
    let document = "{ section: route(path: \"/f/\") { ... on Section { title description html } }
        term: route(path: \"/tags/t/\") { ... on Tag { name description html } } tags { nodes { name } }
        articles { nodes { tags { name description } section } } }";
    app.query(document, Value::Null).0
}

on_both! {
    fn sections_and_terms_are_told_in_their_time(app) {
        let list = "publishDate: 2026-11-03\nexpiryDate: 2026-11-05\n";
        let site = Site::of(&app, &[
            ("content/f/_index.md", format!("---\ntitle: Secret\ndescription: hidden\n{list}---\nNot yet.\n").as_bytes()),
            ("content/tags/t/_index.md", format!("---\ntitle: Plan\ndescription: hidden\n{list}---\nNot yet.\n").as_bytes()),
            ("content/f/a.md", b"---\ntitle: A\ndate: 1960-01-01\ntags: [t]\n---\nText.\n"),
        ]);
        let before = told(&app);
        assert_eq!(before["section"], json!({"title": "Fs", "description": null, "html": ""}));
        assert_eq!(before["term"], json!({"name": "t", "description": null, "html": ""}));
        assert_eq!(before["articles"]["nodes"][0]["tags"], json!([{"name": "t", "description": null}]));
        assert_eq!(before["tags"]["nodes"], json!([{"name": "t"}]));
        // Kept answers know the moments, too.
        app.set_clock(START + 2 * DAY - 1);
        assert_eq!(told(&app), before);
        app.set_clock(START + 2 * DAY);
        let during = told(&app);
        assert_eq!(during["section"], json!({"title": "Secret", "description": "hidden", "html": "<p>Not yet.</p>\n"}));
        assert_eq!(during["term"], json!({"name": "Plan", "description": "hidden", "html": "<p>Not yet.</p>\n"}));
        assert_eq!(during["articles"]["nodes"][0]["tags"], json!([{"name": "Plan", "description": "hidden"}]));
        app.set_clock(START + 4 * DAY);
        assert_eq!(told(&app), before);
        // Editors see them, and the files come back.
        let editors = app.as_role(Role::Editor).ask("{ route(path: \"/tags/t/\", view: WORKING) { ... on Tag { name } } }", Value::Null);
        assert_eq!(editors.at("/route/name"), "Plan");
        assert_eq!(site.export(&app).failures, []);
        assert_eq!(differences(site.folder.path(), site.out.path()), Vec::<std::path::PathBuf>::new());
    }

    fn a_draft_of_a_term_is_not_told(app) {
        let site = Site::of(&app, &[
            ("content/tags/t/_index.md", b"---\ntitle: Plan\ndraft: true\n---\nNot yet.\n"),
            ("content/p/a.md", b"---\ntitle: A\ntags: [t]\n---\nText.\n"),
        ]);
        assert_eq!(told(&app)["term"], json!({"name": "t", "description": null, "html": ""}));
        assert_eq!(site.export(&app).failures, []);
        assert_eq!(differences(site.folder.path(), site.out.path()), Vec::<std::path::PathBuf>::new());
    }

    fn the_weight_of_a_term_makes_no_files(app) {
        let site = Site::of(&app, &[
            ("hugo.toml", b"defaultContentLanguage = 'en'\n[taxonomies]\nseries = 'series'\n[languages.en]\n[languages.fr]\n"),
            ("content/series/go/_index.md", b"---\nweight: 3\n---\n"),
            ("content/a.md", b"---\ntitle: A\nseries: [go]\n---\n"),
            ("content/a.fr.md", b"---\ntitle: A\nseries: [go]\n---\n"),
        ]);
        assert_eq!(site.export(&app).failures, []);
        assert_eq!(differences(site.folder.path(), site.out.path()), Vec::<std::path::PathBuf>::new());
        // Another one goes where it stands.
        let term = app.query("{ term(by: { slug: { taxonomy: \"series\", slug: \"go\" } }) { id } }", Value::Null);
        let _ = site.editor.ask("mutation($id: ID!) { updateTerm(id: $id, input: { weight: 5 }) { userErrors { message } } }",
            json!({ "id": term.at("/term/id") })).accepted("updateTerm");
        assert_eq!(site.export(&app).failures, []);
        assert_eq!(site.text("content/series/go/_index.md"), "---\nweight: 5\n---\n");
    }

    fn a_term_with_a_page_is_called_as_articles_call_it(app) {
        let site = Site::of(&app, &[
            ("hugo.toml", b"defaultContentLanguage = 'en'\n[taxonomies]\nauthor = 'authors'\n[languages.en]\n[languages.pt]\n"),
            ("content/authors/hugo-authors/_index.pt.md", b"---\ntitle: Autores\n---\n"),
            ("content/a.md", b"---\ntitle: A\nauthors: [Hugo Authors]\n---\n"),
            ("content/a.pt.md", b"---\ntitle: A\nauthors: [Hugo Authors]\n---\n"),
        ]);
        let names = |language: &str| {
            let document = format!("{{ term(by: {{ slug: {{ taxonomy: \"authors\", slug: \"hugo-authors\" }} }}, language: \"{language}\") {{ name }} }}");
            app.query(&document, Value::Null).at("/term/name").clone()
        };
        assert_eq!([names("en"), names("pt")], [json!("Hugo Authors"), json!("Autores")]);
        assert_eq!(site.export(&app).failures, []);
        assert_eq!(differences(site.folder.path(), site.out.path()), Vec::<std::path::PathBuf>::new());
    }

    fn a_term_with_a_page_is_there_without_articles(app) {
        let site = Site::of(&app, &[
            ("hugo.toml", b"defaultContentLanguage = 'en'\n[languages.en]\n[languages.pt]\n"),
            ("content/categories/unused/_index.md", b"---\ntitle: Unused\n---\nText.\n"),
            ("content/tags/soon/_index.md", b"---\ntitle: Soon\ndraft: true\n---\n"),
            ("content/a.md", b"---\ntitle: A\n---\n"),
        ]);
        let lists = "{ en: categories(language: \"en\") { nodes { name path articleCount } }
            pt: categories(language: \"pt\") { totalCount } tags { totalCount }
            route(path: \"/categories/unused/\") { ... on Category { name html } } soon: route(path: \"/tags/soon/\") { __typename } }";
        let said = app.query(lists, Value::Null);
        assert_eq!(said.0, json!({
            "en": {"nodes": [{"name": "Unused", "path": "/categories/unused/", "articleCount": 0}]}, "pt": {"totalCount": 0},
            "tags": {"totalCount": 0}, "route": {"name": "Unused", "html": "<p>Text.</p>\n"}, "soon": null,
        }));
        assert_eq!(site.export(&app).failures, []);
    }

    fn a_key_that_says_nothing_becomes_a_list(app) {
        let list = "tags:\n  - x\n";
        let cases = [("tags:\n", list), ("tags: null\n", list), ("tags: \"\"\n", "tags:\n  - \"x\"\n"), ("tags: a\n", "tags: x\n")];
        for (index, (before, after)) in cases.into_iter().enumerate() {
            let text = |tags: &str| format!("---\ntitle: A\n{tags}date: 2020-01-01\n---\nText.\n");
            let file = format!("content/p/a{index}.md");
            let site = Site::of(&app, &[(&file, text(before).as_bytes())]);
            site.edit(&format!("/p/a{index}/"), json!({ "tags": ["x"] }));
            assert_eq!(site.export(&app).failures, []);
            assert_eq!(site.text(&file), text(after));
        }
    }

    fn an_article_without_a_title_can_be_edited(app) {
        let site = Site::of(&app, &[("content/p/a.md", b"---\ndate: 2020-01-01\n---\nText.\n")]);
        site.edit("/p/a/", json!({ "body": "Other.\n" }));
        assert_eq!(site.export(&app).failures, []);
        assert_eq!(site.text("content/p/a.md"), "---\ndate: 2020-01-01\n---\nOther.\n");
    }

    fn terms_that_no_file_can_hold_hold_up_nothing_else(app) {
        let site = Site::of(&app, &[
            ("hugo.toml", b"title = 'T'\n[taxonomies]\n"),
            ("content/p/a.md", b"---\ntitle: A\n---\nText.\n"),
        ]);
        site.edit("/p/a/", json!({ "title": "B", "tags": ["x"] }));
        assert_eq!(site.export(&app).failures.iter().map(ToString::to_string).collect::<Vec<_>>(),
            ["content/p/a.md: `tags` is no taxonomy of the site, and no file can hold its terms; add it to `taxonomies` in the configuration"]);
        assert_eq!(site.text("content/p/a.md"), "---\ntitle: B\n---\nText.\n");
    }

    fn an_article_says_how_its_words_are_counted(app) {
        let text = "中文 没有 空格，English words。\n";
        let page = |says: &str| format!("---\n{says}---\n{text}");
        let site = Site::of(&app, &[
            ("hugo.toml", b"hasCJKLanguage = true\n"),
            ("content/p/a.md", page("title: A\n").as_bytes()), ("content/p/b.md", page("title: B\nisCJKLanguage: false\n").as_bytes()),
        ]);
        let counts = || app.query("{ articles(orderBy: { field: TITLE, direction: ASC }) { nodes { path wordCount } } }", Value::Null);
        // As Hugo 0.168 counts.
        let nodes = json!([{"path": "/p/a/", "wordCount": 20}, {"path": "/p/b/", "wordCount": 4}]);
        assert_eq!(counts().at("/articles/nodes"), &nodes);
        site.edit("/p/b/", json!({ "body": format!("{text}x\n") }));
        assert_eq!(counts().at("/articles/nodes/1/wordCount"), 5);
    }

    fn what_is_wrong_in_front_matter_is_said_with_key_line_and_remedy(app) {
        let report = app.import_files(&[
            ("content/p/bad.md", "---\ntitle: Foo: bar\n---\n"), ("content/p/warn.md", "---\ntitle: Ok\nWeight: 0.1\n---\n"),
        ]);
        assert_eq!(report.failures.iter().map(ToString::to_string).collect::<Vec<_>>(),
            ["content/p/bad.md:2:11: `title` is no valid YAML: mapping values are not allowed in this context; \
                put texts with signs of YAML in quotes, and see to the indentation"]);
        assert_eq!(report.warnings.iter().map(ToString::to_string).collect::<Vec<_>>(),
            ["content/p/warn.md:3: `weight` is `0.1`, which cannot be read as a whole number; it is kept as a parameter"]);
    }
}
