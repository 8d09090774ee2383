//! Folders of a site that are mounted as content, and documents that are odd enough
//! to be worth a test of their own.

use std::collections::BTreeSet;

use serde_json::{Value, json};
use tests::{TestApp, on_both, oracle};

use crate::export::{Site, contents};

const CONFIG: &str = "baseURL = 'https://example.org/'
defaultContentLanguage = 'en'
[languages.en]
weight = 1
[languages.zh]
weight = 2
[[module.mounts]]
source = 'content'
target = 'content'
[[module.mounts]]
source = 'docs'
target = 'content/docs'
[[module.mounts]]
source = 'blog/zh'
target = 'content/blog'
sites = { matrix = { languages = ['zh'] } }
[[module.mounts]]
source = 'CHANGES.md'
target = 'content/docs/changes.md'
";

const PAGE: &str = "---\ntitle: P # so\ndate: 2024-01-02\n---\nText.\n";

/// Addresses of the pages, as Hugo has them.
fn addresses(site: &Site) -> Option<BTreeSet<String>> {
    let (pages, refused) = oracle::read(site.out.path(), &BTreeSet::new())?;
    assert!(refused.is_empty(), "{refused:?}");
    let pages = pages.values().filter(|page| page["kind"] == "page");
    Some(pages.map(|page| page["address"].as_str().expect("an address").to_owned()).collect())
}

fn paths(app: &TestApp) -> BTreeSet<String> {
    let found = app.query("{ articles(first: 50) { nodes { path } } }", Value::Null);
    found.each("/articles/nodes", "path").into_iter().collect()
}

fn make(site: &Site, section: &str, language: &str) {
    let made = site
        .editor
        .ask(
            "mutation($input: CreateArticleInput!) { createArticle(input: $input) {
        article { id } userErrors { field message } } }",
            json!({ "input": {
            "title": "Fresh", "section": section, "language": language } }),
        )
        .accepted("createArticle");
    let id = made.at("/createArticle/article/id").clone();
    let _ = site
        .editor
        .ask(
            "mutation($id: ID!) { publishArticle(id: $id) { userErrors { message } } }",
            json!({ "id": id }),
        )
        .accepted("publishArticle");
}

on_both! {
    fn what_is_mounted_as_content_comes_in_and_goes_back_to_its_folder(app) {
        let files: [(&str, &[u8]); 8] = [
            ("hugo.toml", CONFIG.as_bytes()),
            ("CHANGES.md", PAGE.as_bytes()),
            ("README.md", b"# no content"),
            ("content/news/a.md", PAGE.as_bytes()),
            ("docs/_index.md", b"---\ntitle: Docs\n---\n"),
            ("docs/deep/b.md", PAGE.as_bytes()),
            ("blog/zh/c.md", PAGE.as_bytes()),
            ("docs/bundle/index.md", PAGE.as_bytes()),
        ];
        let site = Site::of(&app, &files);
        assert_eq!(site.export(&app).failures, []);
        let out = contents(site.out.path());
        assert_eq!(out.len(), files.len());
        for (path, bytes) in files {
            assert_eq!(out.get(std::path::Path::new(path)).map(Vec::as_slice), Some(bytes), "{path}");
        }
        if let Some(hugo) = addresses(&site) {
            assert_eq!(paths(&app), hugo);
        }
        site.edit("/docs/deep/b/", json!({ "title": "Q" }));
        site.edit("/news/a/", json!({ "section": "docs/moved" }));
        site.edit("/docs/bundle/", json!({ "section": "news" }));
        make(&site, "docs/deep", "en");
        make(&site, "news", "en");
        make(&site, "blog", "zh");
        assert_eq!(site.export(&app).failures, []);
        assert_eq!(site.text("docs/deep/b.md"), PAGE.replace("P #", "Q #"));
        assert_eq!(site.text("docs/moved/a.md"), PAGE);
        assert_eq!(site.text("content/news/bundle/index.md"), PAGE);
        assert_eq!(site.text("CHANGES.md"), PAGE);
        for path in ["docs/deep/fresh.md", "content/news/fresh.md", "blog/zh/fresh.md"] {
            assert!(site.text(path).contains("title: Fresh\n"), "{path}");
        }
        assert!(!site.out.path().join("content/news/a.md").exists());
        if let Some(hugo) = addresses(&site) {
            assert_eq!(paths(&app), hugo);
        }
        let again = app.import(site.out.path());
        assert_eq!((again.created, again.failures), (0, vec![]));
    }

    fn what_a_file_says_oddly_may_stay_when_something_else_is_edited(app) {
        let odd = [
            ("slash", "title: T\nslug: A/B c\n"),
            ("expired", "title: T\npublishDate: 2024-02-02\nexpiryDate: 2024-02-01\ndate: 2024-01-01\n"),
            ("marks", "title: T\ndescription: \u{feff}a\nother: \"b\u{feff}\"\n"),
            ("nothing", "title: T\ndescription: \"a\\u0000b\"\n"),
            ("heavy", "title: T\nweight: 99999999999\n"),
        ];
        let files: Vec<(String, String)> = odd.iter().map(|(name, text)| {
            (format!("content/{name}.md"), format!("---\n{text}---\nText.\n"))
        }).collect();
        let files: Vec<(&str, &[u8])> =
            files.iter().map(|(path, text)| (path.as_str(), text.as_bytes())).collect();
        let site = Site::of(&app, &files);
        assert_eq!(site.export(&app).failures, []);
        for (path, bytes) in &files {
            assert_eq!(site.text(path).as_bytes(), *bytes);
        }
        for path in ["/a/b-c/", "/marks/", "/nothing/", "/heavy/"] {
            site.edit(path, json!({ "title": "Other" }));
        }
        site.save("/expired/", json!({ "title": "Other" }));
        assert_eq!(site.export(&app).failures, []);
        for (path, bytes) in files.iter().filter(|(path, _)| !path.contains("expired")) {
            let text = std::str::from_utf8(bytes).expect("UTF-8");
            assert_eq!(site.text(path), text.replace("title: T", "title: Other"));
        }
    }
}
