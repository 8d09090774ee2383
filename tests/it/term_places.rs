//! Terms whose own pages put them elsewhere, and how sections are called.

use std::collections::BTreeSet;

use api::policy::Role;
use serde_json::{Value, json};
use tests::{TestApp, on_both, oracle};

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

    fn a_term_takes_its_folder_along_when_its_slug_changes(app) {
        let own = "---\ntitle: Old Name # so\nslug: short\ndescription: d\n---\nAbout it.\n";
        assert_eq!(app.import_files(&[
            ("hugo.toml", "baseURL = 'https://example.org/'\n"),
            ("content/posts/a.md", ARTICLE),
            ("content/tags/Old Name/_index.md", own),
            ("content/tags/Old Name/pic.txt", "picture"),
            ("content/tags/plain/_index.md", "---\ntitle: Plain\n---\n"),
        ]).failures, []);
        let editor = app.as_role(Role::Editor);
        let tags = editor.ask("{ tags(first: 9) { nodes { id slug } } }", Value::Null);
        let tags = tags.at("/tags/nodes").as_array().expect("tags").clone();
        for (from, to) in [("old-name", "new-name"), ("plain", "simple"), ("c++", "cpp")] {
            let id = &tags.iter().find(|tag| tag["slug"] == from).expect("a tag")["id"];
            let _ = editor.ask("mutation($id: ID!, $to: String!) { updateTag(id: $id, input: { slug: $to }) {
                userErrors { field message } } }", json!({ "id": id, "to": to })).accepted("updateTag");
        }
        assert_eq!(paths(&app), ["/tags/new-name/", "/tags/cpp/", "/tags/simple/"]);
        let folder = tempfile::tempdir().expect("a folder");
        assert_eq!(app.export(folder.path()).failures, []);
        let text = |path: &str| std::fs::read_to_string(folder.path().join(path)).unwrap_or_default();
        assert_eq!(text("content/tags/new-name/_index.md"), own.replace("slug: short\n", ""));
        assert_eq!(text("content/tags/new-name/pic.txt"), "picture");
        assert_eq!(text("content/tags/simple/_index.md"), "---\ntitle: Plain\n---\n");
        assert!(!folder.path().join("content/tags/Old Name").exists());
        assert!(!folder.path().join("content/tags/plain").exists());
        let Some((hugo, _)) = oracle::read(folder.path(), &BTreeSet::new()) else { return };
        let mut terms: Vec<_> = hugo.values().filter(|page| page["kind"] == "term").collect();
        terms.sort_by_key(|page| page["address"].to_string());
        let said: Vec<_> = terms.iter().map(|page| (&page["address"], &page["title"])).collect();
        assert_eq!(json!(said), json!([["/tags/cpp/", "C++"], ["/tags/new-name/", "Old Name"], ["/tags/simple/", "Plain"]]));
        // It comes in again as what it was.
        assert_eq!(app.import(folder.path()).failures, []);
        assert_eq!(paths(&app), ["/tags/new-name/", "/tags/cpp/", "/tags/simple/"]);
    }

    fn names_in_any_case_are_one_term_where_addresses_keep_theirs(app) {
        assert_eq!(app.import_files(&[
            ("hugo.toml", "baseURL = 'https://example.org/'\ndisablePathToLower = true\n"),
            ("content/Posts/My Post.md", "---\ntitle: A\ntags: [Go Lang, ÜBER]\n---\n"),
            ("content/Posts/b.md", "---\ntitle: B\ntags: [go lang, über, Über]\n---\n"),
            ("content/tags/Go Lang/_index.md", "---\ntitle: Go\n---\n"),
        ]).failures, []);
        let answer = app.query("{ tags { nodes { path articleCount } }
            articles(orderBy: { field: TITLE, direction: ASC }) { nodes { path } } }", Value::Null);
        assert_eq!(answer.at("/tags/nodes"), &json!([
            { "path": "/tags/Go-Lang/", "articleCount": 2 }, { "path": "/tags/%C3%9CBER/", "articleCount": 2 },
        ]));
        assert_eq!(answer.each("/articles/nodes", "path"), ["/Posts/My-Post/", "/Posts/b/"]);
        let folder = tempfile::tempdir().expect("a folder");
        let report = app.export(folder.path());
        assert_eq!(report.failures, []);
        assert_eq!(
            std::fs::read_to_string(folder.path().join("content/Posts/b.md")).expect("a file"),
            "---\ntitle: B\ntags: [go lang, über, Über]\n---\n",
        );
        let Some((hugo, _)) = oracle::read(folder.path(), &BTreeSet::new()) else { return };
        let addresses: BTreeSet<&str> =
            hugo.values().filter_map(|page| page["address"].as_str()).collect();
        assert!(addresses.is_superset(&BTreeSet::from(["/tags/Go-Lang/", "/Posts/My-Post/", "/Posts/b/"])), "{addresses:?}");
        assert_eq!(addresses.iter().filter(|path| path.starts_with("/tags/")).count(), 3);
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
            { "name": "loud", "title": "Louds", "path": "/loud/", "articleCount": 1, "sections": [] },
            { "name": "my-notes", "title": "Notes of mine", "path": "/my-notes/", "articleCount": 1,
              "sections": [{ "name": "my-notes/deep", "path": "/my-notes/deep/" }] },
        ]));
        assert_eq!(answer.at("/one/nodes"), &json!([{ "section": "my-notes", "path": "/my-notes/a/" }]));
        let folder = tempfile::tempdir().expect("a folder");
        assert_eq!(app.export(folder.path()).failures, []);
        assert!(folder.path().join("content/My Notes/_index.md").exists());
    }
}
