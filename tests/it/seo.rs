//! What pages say of themselves to search engines and to those who share them.

use std::process::Command;

use api::policy::Role;
use serde_json::{Value, json};
use tests::tools::{folder, output, tool};
use tests::{TestApp, generate, on_both};

const CONFIG: &str = "baseURL = 'https://example.org/'
defaultContentLanguage = 'zh-cn'
timeZone = 'Asia/Shanghai'
[languages.zh-cn]
title = '甲报'
weight = 1
[languages.zh-cn.params]
description = '新闻'
[languages.en]
title = 'The A Post'
weight = 2
";

const SEO: &str = "seo { title description canonical robots alternates { language url }
  openGraph { type title url siteName locale alternateLocales image { url alt } publishedTime modifiedTime section tags authors }
  twitter { card title description } jsonLd jsonLdScript oembed { mediaType url title } }";

fn site(app: &TestApp) {
    let files = [
        ("hugo.toml", CONFIG),
        ("content/news/_index.md", "---\ntitle: 新闻\ndescription: 本地\n---\n"),
        ("content/news/_index.en.md", "---\ntitle: All news\n---\n"),
        ("content/news/a.md", "---\ntitle: 甲 </script><script>alert(1)</script>\ndate: 2026-03-04T05:06:07+08:00
lastmod: 2026-03-05T00:00:00+08:00\ndescription: 说明\nauthor: 张三\ntags: [河, 桥]\nthumbnail: img/a.png\n---\n正文\n"),
        ("content/news/a.en.md", "---\ntitle: A\ndate: 2026-03-04\ntags: [river]\n---\nText.\n"),
        ("content/other.md", "---\ntitle: Other\ndate: 2026-01-01\ncanonical: https://e.org/x\nrobots: noindex\n---\nx\n"),
    ];
    assert_eq!(app.import_files(&files).failures, []);
}

/// Whether documents are what schema.org's types for TypeScript take.
fn check_types(documents: &[Value]) -> Option<()> {
    let tsc = tool("tsc")?;
    let files = tempfile::tempdir().expect("a temporary folder");
    let mut source = "import type { Graph } from \"schema-dts\";\n".to_owned();
    for (number, document) in documents.iter().enumerate() {
        source += &format!("export const d{number}: Graph = {document};\n");
    }
    std::fs::write(files.path().join("check.ts"), source).expect("a file");
    std::os::unix::fs::symlink(
        folder().canonicalize().expect("tools").join("node_modules"),
        files.path().join("node_modules"),
    )
    .expect("a link");
    let mut command = Command::new(tsc);
    command.current_dir(files.path()).args([
        "--noEmit",
        "--strict",
        "--skipLibCheck",
        "--module",
        "nodenext",
        "--moduleResolution",
        "nodenext",
        "check.ts",
    ]);
    output(&mut command);
    Some(())
}

on_both! {
    fn an_article_says_what_it_is(app) {
        site(&app);
        let found = app.query(&format!("{{ article(by: {{ path: \"/news/a/\" }}) {{ {SEO} }} }}"), Value::Null);
        let seo = found.at("/article/seo");
        let url = "https://example.org/news/a/";
        let title = "甲 </script><script>alert(1)</script>";
        assert_eq!((&seo["title"], &seo["description"], &seo["canonical"], &seo["robots"]),
            (&json!(title), &json!("说明"), &json!(url), &json!("index, follow")));
        assert_eq!(seo["alternates"], json!([{"language": "zh-CN", "url": url},
            {"language": "en", "url": "https://example.org/en/news/a/"}, {"language": "x-default", "url": url}]));
        assert_eq!(seo["openGraph"], json!({"type": "article", "title": title, "url": url, "siteName": "甲报", "locale": "zh_CN",
            "alternateLocales": ["en"], "image": {"url": "https://example.org/img/a.png", "alt": null},
            "publishedTime": "2026-03-04T05:06:07+08:00", "modifiedTime": "2026-03-05T00:00:00+08:00",
            "section": "新闻", "tags": ["河", "桥"], "authors": []}));
        assert_eq!(seo["twitter"]["card"], "summary_large_image");
        let graph = &seo["jsonLd"]["@graph"];
        assert_eq!((&graph[0]["@type"], &graph[0]["headline"], &graph[0]["keywords"]), (&json!("NewsArticle"), &json!(title), &json!(["河", "桥"])));
        assert_eq!(graph[0]["author"], json!([{"@type": "Person", "name": "张三"}]));
        let way: Vec<_> = graph[1]["itemListElement"].as_array().expect("steps").iter().map(|step| step["item"].clone()).collect();
        assert_eq!(way, [json!("https://example.org/"), json!("https://example.org/news/"), json!(url)]);
        let script = seo["jsonLdScript"].as_str().expect("a text");
        assert!(!script.contains('<'), "{script}");
        assert_eq!(serde_json::from_str::<Value>(script).expect("JSON"), seo["jsonLd"]);
        let other = app.query(&format!("{{ article(by: {{ path: \"/other/\" }}) {{ {SEO} }} }}"), Value::Null);
        assert_eq!((other.at("/article/seo/canonical"), other.at("/article/seo/robots")), (&json!("https://e.org/x"), &json!("noindex")));
        assert_eq!(other.at("/article/seo/alternates"), &json!([]));
    }

    fn lists_and_the_site_say_what_they_are(app) {
        site(&app);
        let found = app.query(&format!("{{ site {{ {SEO} }}
            section: route(path: \"/en/news/\") {{ ... on Section {{ {SEO} }} }}
            tag(by: {{ slug: \"river\" }}, language: \"en\") {{ {SEO} }}
            article(by: {{ path: \"/en/news/a/\" }}) {{ {SEO} }} }}"), Value::Null);
        assert_eq!(found.text("/site/seo/jsonLd/@graph/0/@type"), "WebSite");
        assert_eq!(found.text("/site/seo/description"), "新闻");
        assert_eq!(found.at("/site/seo/alternates").as_array().map(Vec::len), Some(3));
        assert_eq!(found.text("/section/seo/title"), "All news");
        assert_eq!(found.text("/section/seo/jsonLd/@graph/0/@type"), "CollectionPage");
        assert_eq!(found.text("/section/seo/alternates/0/url"), "https://example.org/news/");
        assert_eq!(found.text("/tag/seo/canonical"), "https://example.org/en/tags/river/");
        assert_eq!(found.at("/tag/seo/alternates"), &json!([]));
        assert_eq!(found.at("/tag/seo/oembed"), &json!([]));
        let documents = ["/site", "/section", "/tag", "/article"].map(|at| found.at(&format!("{at}/seo/jsonLd")).clone());
        check_types(&documents);
    }

    fn what_is_not_public_is_not_to_be_found(app) {
        let editor = app.as_role(Role::Editor);
        let _ = editor.ask("mutation { createArticle(input: { title: \"T\" }) { userErrors { message } } }", Value::Null);
        let found = editor.ask("{ articles(view: WORKING) { nodes { seo { robots } } } site(view: WORKING) { seo { robots } } }", Value::Null);
        assert_eq!(found.text("/articles/nodes/0/seo/robots"), "noindex, nofollow");
        assert_eq!(found.text("/site/seo/robots"), "noindex, nofollow");
    }

    fn seo_of_many_takes_as_many_statements_as_of_one(app) {
        let folder = tempfile::tempdir().expect("a temporary folder");
        generate::site(folder.path(), 40);
        assert_eq!(app.import(folder.path()).created, 40);
        let articles = format!("query($first: Int!) {{ articles(first: $first) {{ nodes {{ {SEO} }} }} }}");
        let tags = format!("query($first: Int!) {{ tags(first: $first, language: \"zh-CN\") {{ nodes {{ {SEO} }} }} }}");
        // The page, site and languages, translations, tags, sections.
        for (document, expected) in [(articles, 6), (tags, 4)] {
            let count = |first: i32| app.statements(|| app.query(&document, json!({"first": first}))).1;
            let (two, twenty) = (count(2), count(20));
            assert_eq!((two.len(), twenty.len()), (expected, expected), "{}", twenty.join("\n"));
        }
    }

    fn articles_can_be_embedded(app) {
        site(&app);
        let found = app.query("{ article(by: { path: \"/news/a/\" }) { seo { oembed { mediaType url } } } }", Value::Null);
        let links = found.at("/article/seo/oembed").as_array().expect("links").clone();
        assert_eq!([&links[0]["mediaType"], &links[1]["mediaType"]], ["application/json+oembed", "text/xml+oembed"]);
        let path = |link: &Value| link["url"].as_str().and_then(|url| url.strip_prefix("https://example.org")).expect("ours").to_owned();
        let embed = app.fetch(&path(&links[0]), &[]).json();
        assert_eq!((&embed["version"], &embed["type"], &embed["provider_name"], &embed["author_name"]),
            (&json!("1.0"), &json!("rich"), &json!("甲报"), &json!("张三")));
        assert_eq!(embed["title"], "甲 </script><script>alert(1)</script>");
        let html = embed["html"].as_str().expect("HTML");
        assert!(html.contains("href=\"https://example.org/news/a/\"") && !html.contains("<script"), "{html}");
        let xml = app.fetch(&path(&links[1]), &[]);
        assert_eq!(xml.header("content-type"), "text/xml; charset=utf-8");
        assert!(xml.body.contains("<type>rich</type>") && !xml.body.contains("<script"), "{}", xml.body);
        let ask = |query: &str| app.fetch(&format!("/oembed?{query}"), &[]);
        let small = ask("url=http://example.org/news/a&maxwidth=320&maxheight=90").json();
        assert_eq!((&small["width"], &small["height"]), (&json!(320), &json!(90)));
        for (query, status) in [
            ("url=https://example.org/nothing/", 404),
            ("url=https://evil.example/news/a/", 404),
            ("url=https://example.org.evil.example/news/a/", 404),
            ("url=https://example.org/news/a/&format=yaml", 501),
            ("url=https://example.org/news/a/&maxwidth=wide", 400),
            ("format=json", 400),
        ] {
            assert_eq!(ask(query).status, status, "{query}");
        }
    }
}
