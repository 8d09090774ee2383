//! Feeds: what they hold, that readers which others wrote read them, and that no
//! content breaks them.

use std::process::Command;

use api::config::FeedContent;
use api::policy::Role;
use serde_json::{Value, json};
use tests::client::fetch;
use tests::tools::{folder, output, tool};
use tests::{Backend, Client, HOUR, START, TestApp, on_both};

const CONFIG: &str = "baseURL = 'https://example.org/'
title = '甲报'
defaultContentLanguage = 'zh-cn'
timeZone = 'Asia/Shanghai'
[taxonomies]
tag = 'tags'
category = 'categories'
series = 'series'
[languages.zh-cn]
title = '甲报'
weight = 1
[languages.en]
title = 'The A Post'
weight = 2
";

const FIRST: &str = "---
title: 第一
date: 2026-03-04T05:06:07+08:00
lastmod: 2026-03-05T05:06:07+08:00
author: 张三
tags: [河]
categories: [镇务]
series: [桥]
thumbnail: img/a.png
---
![画](photo.png) [上](../b/) [根](/c/) [脚](#x) [二](../second.en.md)
";
const SECOND: &str = "---
title: Second & <b>bold</b>
date: 2026-01-02
author: [Jane, Zhang San]
tags: [river]
---
Text ]]> with a [link](https://e.org/?a=1&b=2).
";

/// A picture of 3 by 2.
const PIXEL: &str = "GIF89a\u{3}\0\u{2}\0\0\0\0";

fn site(app: &TestApp) {
    let files = [
        ("hugo.toml", CONFIG),
        ("content/news/a/index.md", FIRST),
        ("content/news/a/photo.png", PIXEL),
        ("content/news/third.md", "---\ntitle: 第三\nslug: 3\ndraft: true\n---\nx\n"),
        ("content/news/second.en.md", SECOND),
        ("content/news/_index.en.md", "---\ntitle: All news\n---\n"),
        ("content/news/draft.en.md", "---\ntitle: Draft\ndraft: true\ndate: 2026-01-01\n---\nx\n"),
        ("content/news/later.en.md", "---\ntitle: Later\ndate: 2026-11-01T01:00:00Z\n---\nx\n"),
    ];
    assert_eq!(app.import_files(&files).failures, []);
}

/// Feeds as feedparser reads them, or none where it is not there.
fn parsed(documents: &[&str]) -> Option<Vec<Value>> {
    let python = tool("python3").filter(|path| path.starts_with(folder()))?;
    let files = tempfile::tempdir().expect("a temporary folder");
    let mut command = Command::new(python);
    command.arg(concat!(env!("CARGO_MANIFEST_DIR"), "/it/feeds/read.py"));
    for (number, document) in documents.iter().enumerate() {
        let path = files.path().join(format!("{number}.xml"));
        std::fs::write(&path, document).expect("a file");
        command.arg(path);
    }
    serde_json::from_str(&output(&mut command)).expect("JSON")
}

/// Feeds of all kinds as feedsmith reads them.
fn read(documents: &[&str]) -> Option<Vec<Value>> {
    let node = tool("node")?;
    tool("tsc")?;
    let files = tempfile::tempdir().expect("a temporary folder");
    let mut command = Command::new(node);
    command.env("TOOLS", folder());
    command.arg(concat!(env!("CARGO_MANIFEST_DIR"), "/it/feeds/read.mjs"));
    for (number, document) in documents.iter().enumerate() {
        let path = files.path().join(number.to_string());
        std::fs::write(&path, document).expect("a file");
        command.arg(path);
    }
    serde_json::from_str(&output(&mut command)).expect("JSON")
}

fn feed(app: &TestApp, path: &str) -> String {
    let answer = app.fetch(path, &[]);
    assert_eq!(answer.status, 200, "{path}: {}", answer.body);
    answer.body
}

fn titles(app: &TestApp, path: &str) -> Vec<String> {
    let feed: Value = serde_json::from_str(&feed(app, path)).expect("JSON");
    let items = feed["items"].as_array().expect("items").clone();
    items.iter().map(|item| item["title"].as_str().unwrap_or_default().to_owned()).collect()
}

fn publish(editor: &Client, input: &Value) -> Value {
    let made = editor.ask(
        "mutation($input: CreateArticleInput!) { createArticle(input: $input) {
            article { id } userErrors { message } } }",
        json!({ "input": input }),
    );
    let id = made.accepted("createArticle").at("/createArticle/article/id").clone();
    republish(editor, &id);
    id
}

fn republish(editor: &Client, id: &Value) {
    let document = "mutation($id: ID!) { publishArticle(id: $id) { userErrors { message } } }";
    let _ = editor.ask(document, json!({ "id": id })).accepted("publishArticle");
}

on_both! {
    fn readers_that_others_wrote_read_what_was_written(app) {
        site(&app);
        let (rss, atom) = (feed(&app, "/feed.xml"), feed(&app, "/atom.xml"));
        let Some(feeds) = parsed(&[&rss, &atom]) else { return };
        for (found, version, file) in [(&feeds[0], "rss20", "feed.xml"), (&feeds[1], "atom10", "atom.xml")] {
            assert_eq!((&found["version"], &found["wrong"]), (&json!(version), &json!("")));
            assert_eq!(found["title"], "甲报");
            assert_eq!(found["link"], "https://example.org/");
            assert_eq!(found["own"], json!([format!("https://example.org/{file}")]));
            let entry = &found["entries"][0];
            assert_eq!(entry["title"], "第一");
            assert_eq!(entry["link"], "https://example.org/news/a/");
            assert!(entry["id"].as_str().is_some_and(|id| id.starts_with("urn:uuid:")));
            assert_eq!(entry["authors"], json!(["张三"]));
            assert_eq!(entry["tags"], json!(["镇务", "河"]));
            assert_eq!(entry["dated"], true);
            let content = entry["content"][0].as_str().expect("content");
            for address in ["src=\"https://example.org/media/news/a/photo.png\"", "width=\"3\" height=\"2\"",
                "href=\"https://example.org/en/news/second/\"", "href=\"https://example.org/news/b/\"",
                "href=\"https://example.org/c/\"", "href=\"https://example.org/news/a/#x\""] {
                assert!(content.contains(address), "{address} in {content}");
            }
        }
        assert_eq!(feeds[0]["language"], "zh-CN");
        assert_eq!(feeds[0]["entries"][0]["published"], "Wed, 4 Mar 2026 05:06:07 +0800");
        assert_eq!(feeds[1]["entries"][0]["updated"], "2026-03-05T05:06:07+08:00");
    }

    fn all_three_forms_say_the_same(app) {
        site(&app);
        let forms = ["/en/feed.xml", "/en/atom.xml", "/en/feed.json"].map(|path| feed(&app, path));
        let Some(read) = read(&forms.each_ref().map(String::as_str)) else { return };
        assert_eq!([&read[0]["format"], &read[1]["format"], &read[2]["format"]], [&json!("rss"), &json!("atom"), &json!("json")]);
        let [rss, atom, own] = [&read[0]["feed"], &read[1]["feed"], &read[2]["feed"]];
        let (rss, atom, own) = (&rss["items"][0], &atom["entries"][0], &own["items"][0]);
        let (title, url) = (&own["title"], &own["url"]);
        assert_eq!((title, url), (&json!("Second & <b>bold</b>"), &json!("https://example.org/en/news/second/")));
        assert_eq!((&rss["title"], &rss["link"]), (title, url));
        assert_eq!((&atom["title"]["value"], &atom["links"][0]["href"]), (title, url));
        assert_eq!((&rss["guid"]["value"], &atom["id"]), (&own["id"], &own["id"]));
        let html = &own["content_html"];
        assert!(html.as_str().is_some_and(|html| html.contains("]]&gt;") && html.contains("a=1&amp;b=2")), "{html}");
        assert_eq!((&rss["content"]["encoded"], &atom["content"]["value"]), (html, html));
        let names = json!(["Jane", "Zhang San"]);
        assert_eq!(rss["dc"]["creators"], names);
        assert_eq!(own["authors"], json!([{"name": "Jane"}, {"name": "Zhang San"}]));
        assert_eq!(own["tags"], json!(["river"]));
        assert_eq!(own["date_published"], "2026-01-02T00:00:00+08:00");
    }

    fn feeds_are_what_the_schemas_of_their_forms_say(app) {
        site(&app);
        let editor = app.as_role(Role::Editor);
        publish(&editor, &json!({"title": "T", "language": "en", "section": "news", "tags": ["a b"], "summary": "",
            "authors": [{"name": "N", "url": "https://e.org/ü"}], "body": "![x](/a%20b.png)"}));
        for (schema, file) in [("json_feed.json", "feed.json"), ("atom.rng", "atom.xml")] {
            let all = ["/", "/en/", "/news/", "/tags/river/", "/en/authors/n/"].map(|list| feed(&app, &format!("{list}{file}")));
            tests::forms::hold(schema, &all.each_ref().map(String::as_str));
        }
    }

    fn every_list_has_feeds_in_its_language(app) {
        site(&app);
        let (first, second) = (vec!["第一".to_owned()], vec!["Second & <b>bold</b>".to_owned()]);
        for (path, expected) in [
            ("/", &first),
            ("/en/", &second),
            ("/news/", &first),
            ("/en/news/", &second),
            ("/tags/河/", &first),
            ("/en/tags/river/", &second),
            ("/categories/镇务/", &first),
            ("/series/桥/", &first),
            ("/authors/张三/", &first),
            ("/en/authors/jane/", &second),
            ("/en/authors/zhang-san/", &second),
        ] {
            let path = api::hugo::address::encode(path);
            assert_eq!(&titles(&app, &format!("{path}feed.json")), expected, "{path}");
            // As Hugo calls it.
            assert_eq!(feed(&app, &format!("{path}index.xml")), feed(&app, &format!("{path}feed.xml")));
        }
        // A term is there in a language that has nothing of it, and empty, as its page is.
        assert_eq!(titles(&app, "/tags/river/feed.json"), [""; 0]);
        for path in ["/nothing/feed.xml", "/en/authors/nobody/feed.xml", "/tags/none/atom.xml", "/news/a/feed.xml", "/zh-cn/feed.xml"] {
            assert_eq!(app.fetch(path, &[]).status, 404, "{path}");
        }
    }

    fn only_what_everybody_may_read_is_in_them(app) {
        site(&app);
        let editor = app.as_role(Role::Editor);
        assert_eq!(titles(&app, "/en/news/feed.json"), ["Second & <b>bold</b>"]);
        // Whoever asks.
        let token = editor.ask(
            "mutation { createApiToken(input: { name: \"n\", scopes: [CONTENT_READ_WORKING] }) { token } }", Value::Null);
        let bearer = format!("Bearer {}", token.text("/createApiToken/token"));
        let answer = app.fetch("/en/news/feed.json", &[("authorization", &bearer)]);
        assert!(!answer.body.contains("Draft"));
        assert!(answer.header("cache-control").starts_with("private"));
        app.set_clock(START + 2 * HOUR);
        assert_eq!(titles(&app, "/en/news/feed.json"), ["Later", "Second & <b>bold</b>"]);
    }

    fn an_entry_keeps_its_id_and_a_renamed_list_its_readers(app) {
        let editor = app.as_role(Role::Editor);
        let id = publish(&editor, &json!({"title": "A", "slug": "a", "section": "news", "tags": ["old"], "body": "x"}));
        let ids = |path: &str| {
            let feed: Value = serde_json::from_str(&feed(&app, path)).expect("JSON");
            (feed["items"][0]["id"].clone(), feed["items"][0]["url"].clone())
        };
        let atom_id = |path: &str| {
            let atom = feed(&app, path);
            atom.split("<id>").nth(1).and_then(|rest| rest.split('<').next()).map(str::to_owned)
        };
        let (before, url, own) = (ids("/tags/old/feed.json").0, ids("/feed.json").1, atom_id("/tags/old/atom.xml"));
        let _ = editor.ask(
            "mutation($id: ID!) { updateArticle(id: $id, expectedVersion: 1, input: { slug: \"b\", title: \"B\" }) { userErrors { message } } }",
            json!({"id": id})).accepted("updateArticle");
        republish(&editor, &id);
        let tag = editor.ask("{ tag(by: { slug: \"old\" }) { id } }", Value::Null);
        let _ = editor.ask(
            "mutation($id: ID!) { updateTag(id: $id, input: { name: \"New\", slug: \"new\" }) { userErrors { message } } }",
            json!({"id": tag.at("/tag/id")})).accepted("updateTag");
        let (after, moved) = ids("/tags/new/feed.json");
        assert_eq!(before, after);
        assert_ne!(url, moved);
        assert_eq!(atom_id("/tags/new/atom.xml"), own);
        let old = fetch("GET", &app.url("/tags/old/feed.xml"), &[]);
        assert_eq!((old.status, old.header("location")), (308, "http://127.0.0.1:8080/tags/new/feed.xml"));
    }

    fn no_content_breaks_a_feed(app) {
        let editor = app.as_role(Role::Editor);
        let hostile = "]]> <script>alert(1)</script> & \u{1}\u{8}\u{b}\u{ffff} <![CDATA[x]]> \u{202e}\u{1f600}";
        let body = format!("{hostile}\n\n<img src=x onerror=alert(1)> [x](javascript:alert(1))\n\n```\n]]>&<\u{1f}\n```\n");
        publish(&editor, &json!({
            "title": hostile, "summary": hostile, "body": body, "tags": ["a&b<c>]]>"],
            "authors": [{"name": hostile, "url": "javascript:alert(1)"}],
        }));
        let forms = ["/feed.xml", "/atom.xml", "/feed.json"].map(|path| feed(&app, path));
        for form in &forms[..2] {
            assert!(!form.contains("<script"), "as text it may stand there, not as markup: {form}");
        }
        for form in &forms {
            assert!(!form.contains("javascript:alert"), "{form}");
        }
        // Readers take the text of RSS for HTML.
        assert!(forms[0].contains("&amp;lt;script&amp;gt;alert"), "{}", forms[0]);
        if let Some(feeds) = parsed(&[&forms[0], &forms[1]]) {
            for found in &feeds {
                assert_eq!(found["wrong"], "", "{found}");
                let entry = &found["entries"][0];
                let title = entry["title"].as_str().unwrap_or_default();
                assert!(title.contains("]]>") && title.contains("<script>") && title.contains('\u{1f600}'), "{title}");
                let content = entry["content"][0].as_str().expect("content");
                assert!(content.contains("]]&gt;") && !content.contains("onerror"), "{content}");
            }
        }
        let Some(read) = read(&[&forms[2]]) else { return };
        let item = &read[0]["feed"]["items"][0];
        assert_eq!(item["title"], hostile);
        assert!(item["content_html"].as_str().is_some_and(|html| !html.contains("<script")), "{item}");
    }

    fn a_feed_takes_as_many_statements_for_one_article_as_for_many(app) {
        let editor = app.as_role(Role::Editor);
        let article = |n: usize| json!({"title": format!("n{n}"), "section": "news", "tags": ["t"], "authors": [{"name": "A"}], "body": "x"});
        publish(&editor, &article(0));
        let lists = ["/feed.xml", "/news/atom.xml", "/tags/t/feed.json", "/authors/a/feed.xml"];
        let count = |path: &str| app.statements(|| feed(&app, path)).1.len();
        let before = lists.map(count);
        for n in 1..15 {
            publish(&editor, &article(n));
        }
        assert_eq!(lists.map(count), before);
        // The state, site and languages, the page, its terms, its bodies.
        assert_eq!(before[0], 6, "{before:?}");
        assert_eq!(titles(&app, "/tags/t/feed.json").len(), 15);
    }

    fn pages_name_their_feeds(app) {
        site(&app);
        let feeds = "feeds { kind url title mediaType }";
        let found = app.query(&format!("{{ site(language: \"en\") {{ {feeds} }}
            news: route(path: \"/en/news/\") {{ ... on Section {{ {feeds} }} }}
            home: route(path: \"/en/\") {{ ... on Section {{ {feeds} }} }}
            tag(by: {{ slug: \"river\" }}, language: \"en\") {{ {feeds} }}
            category(by: {{ slug: \"镇务\" }}) {{ {feeds} }}
            article(by: {{ path: \"/en/news/second/\" }}) {{ authors {{ name {feeds} }} }} }}"), Value::Null);
        assert_eq!(found.at("/site/feeds/0"), &json!({"kind": "RSS", "url": "https://example.org/en/feed.xml",
            "title": "The A Post", "mediaType": "application/rss+xml"}));
        assert_eq!(found.at("/home/feeds"), found.at("/site/feeds"));
        assert_eq!(found.text("/news/feeds/1/title"), "All news – The A Post");
        assert_eq!(found.text("/article/authors/1/feeds/0/url"), "https://example.org/en/authors/zhang-san/feed.xml");
        for list in ["site", "news", "tag", "category", "article/authors/0"] {
            for link in found.at(&format!("/{list}/feeds")).as_array().expect("links") {
                let path = link["url"].as_str().and_then(|url| url.strip_prefix("https://example.org")).expect("ours");
                let answer = app.fetch(path, &[]);
                assert_eq!(answer.status, 200, "{path}");
                let media = answer.header("content-type").split(';').next().unwrap_or_default();
                assert_eq!(link["mediaType"], media);
            }
        }
    }
}

#[test]
fn settings_say_how_much_a_feed_holds() {
    let app = TestApp::configured(Backend::Sqlite, |config| {
        config.delivery.feed_entries = 2;
        config.delivery.feed_content = FeedContent::Summary;
        config.delivery.server_url = "https://cms.example.org/".to_owned();
    })
    .expect("SQLite");
    let editor = app.as_role(Role::Editor);
    for title in ["A", "B", "C"] {
        publish(&editor, &json!({"title": title, "summary": "In short.", "body": "At length."}));
    }
    let feed: Value = serde_json::from_str(&feed(&app, "/feed.json")).expect("JSON");
    assert_eq!(feed["feed_url"], "https://cms.example.org/feed.json");
    let items = feed["items"].as_array().expect("items");
    assert_eq!(items.len(), 2);
    assert_eq!(
        (&items[0]["content_text"], &items[0]["content_html"]),
        (&json!("In short."), &Value::Null)
    );
    assert!(!app.fetch("/feed.xml", &[]).body.contains("content:encoded>"));
}
