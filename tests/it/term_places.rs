//! Terms whose own pages put them elsewhere, and how sections are called.

use serde_json::{Value, json};
use tests::{TestApp, on_both};

/// What lives at an address: a tag by its slug, or nothing.
fn tag_at(app: &TestApp, path: &str) -> Value {
    let document = "query($path: String!) { route(path: $path) {
        ... on Tag { slug articleCount } ... on TaxonomyTerm { slug } ... on Redirect { target } } }";
    app.query(document, json!({ "path": path })).at("/route").clone()
}

const ARTICLE: &str = "---\ntitle: A\ndate: 2025-03-01\ntags: [Old Name, C++, plain]\n---\nText.\n";

fn paths(app: &TestApp) -> Vec<String> {
    let answer = app.query("{ articles { nodes { tags { path } } } }", Value::Null);
    answer.each("/articles/nodes/0/tags", "path")
}

on_both! {
    fn a_term_lives_where_its_own_page_says(app) {
        let config = "baseURL = 'https://example.org/'\n";
        let site = |own: &str| {
            let name = format!("---\ntitle: The Name\n{own}---\n");
            assert_eq!(app.import_files(&[
                ("hugo.toml", config),
                ("content/posts/a.md", ARTICLE),
                ("content/tags/Old Name/_index.md", &name),
                ("content/tags/C++/_index.md", "---\ntitle: C plus plus\nurl: /cpp/\n---\n"),
            ]).failures, []);
        };
        site("slug: short\n");
        assert_eq!(paths(&app), ["/tags/short/", "/cpp/", "/tags/plain/"]);
        assert_eq!(tag_at(&app, "/tags/short/"), json!({ "slug": "old-name", "articleCount": 1 }));
        assert_eq!(tag_at(&app, "/cpp/"), json!({ "slug": "c++", "articleCount": 1 }));
        assert_eq!(tag_at(&app, "/tags/old-name/"), Value::Null);
        assert_eq!(tag_at(&app, "/tags/c++/"), Value::Null);
        let map = app.fetch("/sitemap.xml", &[]).body;
        assert!(map.contains("https://example.org/cpp/") && map.contains("/tags/short/"), "{map}");
        assert!(!map.contains("old-name"), "{map}");
        // Its feed is beside it.
        assert_eq!(app.fetch("/tags/short/feed.xml", &[]).status, 200);
        // What its page does not say any more does not hold.
        site("");
        assert_eq!(paths(&app), ["/tags/old-name/", "/cpp/", "/tags/plain/"]);
        assert_eq!(tag_at(&app, "/tags/short/"), Value::Null);
    }

    fn a_section_is_called_as_hugo_calls_it(app) {
        let page = "---\ntitle: A\ndate: 2025-03-01\n---\nText.\n";
        assert_eq!(app.import_files(&[
            ("hugo.toml", "baseURL = 'https://example.org/'\n"),
            ("content/My Notes/a.md", page),
            ("content/My Notes/_index.md", "---\ntitle: Notes of mine\n---\n"),
            ("content/My Notes/Deep/_index.md", "---\ntitle: Deep\n---\n"),
            ("content/LOUD/b.md", page),
        ]).failures, []);
        let answer = app.query("{ sections { name title path articleCount sections { name path } }
            one: articles(filter: { section: { eq: \"my-notes\" } }) { nodes { section path } } }", Value::Null);
        assert_eq!(answer.at("/sections"), &json!([
            { "name": "loud", "title": "Loud", "path": "/loud/", "articleCount": 1, "sections": [] },
            { "name": "my-notes", "title": "Notes of mine", "path": "/my-notes/", "articleCount": 1,
              "sections": [{ "name": "my-notes/deep", "path": "/my-notes/deep/" }] },
        ]));
        assert_eq!(answer.at("/one/nodes"), &json!([{ "section": "my-notes", "path": "/my-notes/a/" }]));
        let folder = tempfile::tempdir().expect("a folder");
        assert_eq!(app.export(folder.path()).failures, []);
        assert!(folder.path().join("content/My Notes/_index.md").exists());
    }
}
