//! The map for search engines, and what robots are told.

use std::process::Command;

use api::policy::Role;
use serde_json::{Value, json};
use tests::tools::{folder, output, tool};
use tests::{Backend, HOUR, START, TestApp, generate, on_both};

const CONFIG: &str = "baseURL = 'https://example.org/'
defaultContentLanguage = 'zh-cn'
[languages.zh-cn]
title = '甲'
weight = 1
[languages.en]
title = 'A'
weight = 2
";

fn site(app: &TestApp) {
    let files = [
        ("hugo.toml", CONFIG),
        (
            "content/news/a.md",
            "---\ntitle: 甲\ndate: 2026-01-02\nlastmod: 2026-02-03T04:05:06Z\ntags: [河]\n---\nx\n",
        ),
        ("content/news/a.en.md", "---\ntitle: A\ndate: 2026-01-02\ntags: [river]\n---\nx\n"),
        ("content/news/b.md", "---\ntitle: B\nurl: /news/b&c/\ndate: 2026-01-03\n---\nx\n"),
        ("content/news/local/_index.md", "---\ntitle: Local\n---\n"),
        (
            "content/off.md",
            "---\ntitle: Off\ndate: 2026-01-01\nsitemap:\n  disable: true\n---\nx\n",
        ),
        (
            "content/hidden.md",
            "---\ntitle: Hidden\ndate: 2026-01-01\nrobotsNoIndex: true\n---\nx\n",
        ),
        (
            "content/other.md",
            "---\ntitle: Other\ndate: 2026-01-01\ncanonical: https://e.org/x\n---\nx\n",
        ),
        ("content/draft.md", "---\ntitle: Draft\ndraft: true\n---\nx\n"),
        ("content/later.md", "---\ntitle: Later\ndate: 2026-11-01T01:00:00Z\n---\nx\n"),
    ];
    assert_eq!(app.import_files(&files).failures, []);
}

/// A map as ultimate-sitemap-parser reads it, or none where it is not there.
fn read(document: &str) -> Option<Value> {
    let python = tool("python3").filter(|path| path.starts_with(folder()))?;
    let file = tempfile::NamedTempFile::new().expect("a temporary file");
    std::fs::write(file.path(), document).expect("a file");
    let mut command = Command::new(python);
    command.arg(concat!(env!("CARGO_MANIFEST_DIR"), "/it/sitemap/read.py")).arg(file.path());
    serde_json::from_str(&output(&mut command)).expect("JSON")
}

fn map(app: &TestApp, path: &str) -> String {
    let answer = app.fetch(path, &[]);
    assert_eq!(
        (answer.status, answer.header("content-type")),
        (200, "application/xml; charset=utf-8"),
        "{path}"
    );
    answer.body
}

fn urls(map: &str) -> Vec<String> {
    map.split("<loc>")
        .skip(1)
        .filter_map(|rest| rest.split('<').next())
        .map(str::to_owned)
        .collect()
}

on_both! {
    fn everything_public_is_on_it_in_all_its_languages(app) {
        site(&app);
        let text = map(&app, "/sitemap.xml");
        let mut found = urls(&text);
        found.sort();
        let mut expected: Vec<_> = ["/", "/en/", "/news/", "/en/news/", "/news/local/", "/news/a/", "/en/news/a/",
            "/news/b&amp;c/", "/tags/%E6%B2%B3/", "/en/tags/river/"]
            .iter().map(|path| format!("https://example.org{path}")).collect();
        expected.sort();
        assert_eq!(found, expected);
        tests::forms::hold("sitemap.xsd", &[&text]);
        let Some(read) = read(&text) else { return };
        let page = |url: &str| read["pages"].as_array().expect("pages").iter()
            .find(|page| page["url"] == format!("https://example.org{url}")).cloned().expect(url);
        let both = json!([["zh-CN", "https://example.org/news/a/"], ["x-default", "https://example.org/news/a/"],
            ["en", "https://example.org/en/news/a/"]]);
        for url in ["/news/a/", "/en/news/a/"] {
            let mut alternates = page(url)["alternates"].as_array().expect("alternates").clone();
            let mut both = both.as_array().expect("alternates").clone();
            alternates.sort_by_key(Value::to_string);
            both.sort_by_key(Value::to_string);
            assert_eq!(alternates, both, "{url}");
        }
        assert_eq!(page("/news/a/")["changed"], "2026-02-03T04:05:06+00:00");
        assert_eq!(page("/news/b&c/")["alternates"], json!([]));
        assert_eq!(page("/en/news/")["alternates"].as_array().map(Vec::len), Some(3));
        assert_eq!(page("/tags/%E6%B2%B3/")["changed"], "2026-02-03T04:05:06+00:00");
        app.set_clock(START + 2 * HOUR);
        assert!(map(&app, "/sitemap.xml").contains("/later/"));
    }

    fn who_asks_again_is_answered_in_one_statement(app) {
        site(&app);
        let first = app.fetch("/sitemap.xml", &[]);
        let (etag, modified) = (first.header("etag").to_owned(), first.header("last-modified").to_owned());
        assert!(etag.len() > 10 && modified.ends_with(" GMT"), "{etag} {modified}");
        for condition in [("if-none-match", &etag), ("if-modified-since", &modified)] {
            let (again, statements) = app.statements(|| app.fetch("/sitemap.xml", &[(condition.0, condition.1)]));
            assert_eq!((again.status, again.body.as_str(), statements.len()), (304, "", 1), "{condition:?}");
            assert_eq!(again.header("etag"), etag);
        }
        // A draft is nobody's business; what is published is, and so is what time brings.
        app.set_clock(START + HOUR / 2);
        let editor = app.as_role(Role::Editor);
        let made = editor.ask("mutation { createArticle(input: { title: \"New\" }) { article { id } } }", Value::Null);
        let still = || app.fetch("/sitemap.xml", &[("if-none-match", &etag)]).status;
        assert_eq!(still(), 304);
        let _ = editor.ask("mutation($id: ID!) { publishArticle(id: $id) { userErrors { message } } }",
            json!({"id": made.at("/createArticle/article/id")})).accepted("publishArticle");
        let second = app.fetch("/sitemap.xml", &[("if-none-match", &etag)]);
        assert_eq!(second.status, 200);
        assert_ne!(second.header("last-modified"), modified);
        let etag = second.header("etag").to_owned();
        app.set_clock(START + 2 * HOUR);
        let third = app.fetch("/sitemap.xml", &[("if-none-match", &etag)]);
        assert_eq!((third.status, third.header("last-modified")), (200, "Sun, 01 Nov 2026 01:00:00 GMT"));
    }

    fn a_large_site_has_an_index_of_parts(app) {
        let folder = tempfile::tempdir().expect("a temporary folder");
        generate::site(folder.path(), 60);
        assert_eq!(app.import(folder.path()).created, 60);
        let whole = map(&app, "/sitemap.xml");
        let mut all = urls(&whole);
        let url = app.app.config().database_url.clone();
        // The same database behind a server whose maps are small.
        let small = TestApp::configured(app.backend, |config| {
            config.delivery.sitemap_entries = 25;
            if app.backend == Backend::Postgres {
                config.database_url = url;
            }
        }).expect("a server");
        if app.backend == Backend::Sqlite {
            assert_eq!(small.import(folder.path()).created, 60);
        }
        let index = map(&small, "/sitemap.xml");
        let parts = urls(&index);
        assert!(parts.len() > 3 && parts[0].ends_with("/sitemap-pages.xml"), "{parts:?}");
        if let Some(read) = read(&index) {
            assert_eq!(read["parts"], json!(parts));
        }
        let mut found = Vec::new();
        for part in &parts {
            let path = part.rsplit('/').next().expect("a path");
            let document = map(&small, &format!("/{path}"));
            let urls = urls(&document);
            assert!(urls.len() <= 25, "{part} has {}", urls.len());
            if let Some(read) = read(&document) {
                assert_eq!(read["pages"].as_array().map(Vec::len), Some(urls.len()));
            }
            found.extend(urls);
        }
        let path = |url: &String| url.splitn(4, '/').nth(3).unwrap_or_default().to_owned();
        let (mut found, mut all): (Vec<_>, Vec<_>) =
            (found.iter().map(path).collect(), all.drain(..).map(|url| path(&url)).collect());
        found.sort();
        all.sort();
        assert_eq!(found, all);
        for gone in ["/sitemap-articles-99.xml", "/sitemap-terms-99.xml", "/sitemap-x.xml", "/sitemap-articles-0.xml"] {
            assert_eq!(small.fetch(gone, &[]).status, 404, "{gone}");
        }
    }

    fn a_map_takes_as_many_statements_for_one_article_as_for_many(app) {
        let count = |app: &TestApp| app.statements(|| map(app, "/sitemap.xml")).1.len();
        let few = {
            site(&app);
            count(&app)
        };
        let folder = tempfile::tempdir().expect("a temporary folder");
        generate::site(folder.path(), 300);
        assert_eq!(app.import(folder.path()).created, 300);
        // The state, site and languages, the extent, sections twice, terms, articles.
        assert_eq!((few, count(&app)), (8, 8));
    }
}

#[test]
fn robots_are_told_what_the_configuration_says() {
    let app = TestApp::sqlite();
    let robots = app.fetch("/robots.txt", &[]);
    assert_eq!(
        robots.body,
        "User-agent: *\nDisallow:\n\nSitemap: http://127.0.0.1:8080/sitemap.xml\n"
    );
    assert_eq!(robots.header("content-type"), "text/plain; charset=utf-8");
    let again = app.fetch("/robots.txt", &[("if-none-match", robots.header("etag"))]);
    assert_eq!(again.status, 304);
    let silent = TestApp::configured(Backend::Sqlite, |config| {
        config.delivery.robots = String::new();
    });
    assert_eq!(silent.expect("SQLite").fetch("/robots.txt", &[]).status, 404);
    let closed = TestApp::configured(Backend::Sqlite, |config| {
        config.delivery.robots = "User-agent: *\nDisallow: /".to_owned();
        config.delivery.server_url = "https://cms.example.org".to_owned();
    });
    let body = closed.expect("SQLite").fetch("/robots.txt", &[]).body;
    assert_eq!(
        body,
        "User-agent: *\nDisallow: /\n\nSitemap: https://cms.example.org/sitemap.xml\n"
    );
}
