//! Terms whose own pages put them elsewhere.

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
}
