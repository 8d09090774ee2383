//! Content from WordPress, Ghost and feeds.

use std::collections::HashMap;
use std::io::{BufRead, BufReader, Write as _};
use std::net::TcpListener;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex};

use api::import::{self, From, OnConflict, Options, Report};
use api::policy::Role;
use sea_orm::EntityTrait;
use serde_json::{Value, json};
use tests::process::{command, run};
use tests::{Backend, TestApp, on_both};

const WORDPRESS: &str = include_str!("elsewhere/wordpress.xml");
const GHOST: &str = include_str!("elsewhere/ghost.json");
const FEED: &str = include_str!("elsewhere/feed.xml");
const PROGRAM: &str = env!("CARGO_BIN_EXE_broadsheet-under-test");

/// A file of a test, gone with it.
fn file(name: &str, text: &str) -> (tempfile::TempDir, PathBuf) {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let path = folder.path().join(name);
    std::fs::write(&path, text).expect("a file");
    (folder, path)
}

fn import(app: &TestApp, options: Options) -> Report {
    let ctx = app.ctx();
    app.block_on(import::run(&ctx, options)).expect("an import")
}

fn wordpress(app: &TestApp, text: &str) -> Report {
    let (_folder, path) = file("export.xml", text);
    import(app, Options::new(From::WordPress(path)))
}

fn feed(app: &TestApp, text: &str) -> Report {
    let (_folder, path) = file("feed.xml", text);
    import(app, Options::new(From::Feed(path.to_string_lossy().into_owned())))
}

fn counts(report: &Report) -> (usize, usize, usize, usize) {
    (report.created, report.updated, report.unchanged, report.left)
}

fn messages(problems: &[api::hugo::problem::Problem]) -> Vec<String> {
    problems.iter().map(ToString::to_string).collect()
}

/// The addresses that the public sees, sorted.
fn public(app: &TestApp) -> Vec<String> {
    let answer = app.query("{ articles(first: 100) { nodes { path } } }", Value::Null);
    let mut paths = answer.each("/articles/nodes", "path");
    paths.sort_unstable();
    paths
}

fn route(app: &TestApp, path: &str) -> Value {
    let query = "query($path: String!) { route(path: $path) { __typename
        ... on Article { path } ... on Redirect { target permanent } ... on Category { name } } }";
    app.query(query, json!({ "path": path })).at("/route").clone()
}

fn kept(app: &TestApp, key: &str) -> Value {
    let rows = app.block_on(async {
        entity::import_item::Entity::find().all(app.app.db().read()).await.expect("rows")
    });
    rows.into_iter().find(|row| row.key == key).expect("an item").kept.0
}

fn article(app: &TestApp, path: &str) -> Value {
    let answer = app.as_role(Role::Editor).ask(
        "query($path: String!) { article(by: { path: $path }, view: WORKING) { id version title body { markdown } status } }",
        json!({ "path": path }),
    );
    answer.at("/article").clone()
}

fn edit(app: &TestApp, id: &Value, version: i32, input: &Value) {
    let _ = app.as_role(Role::Editor).ask(
        "mutation($id: ID!, $version: Int!, $input: UpdateArticleInput!) {
           updateArticle(id: $id, expectedVersion: $version, input: $input) { userErrors { message } } }",
        json!({ "id": id, "version": version, "input": input }),
    ).accepted("updateArticle");
}

/// Answers by path with a status, headers and a body; notes nothing.
struct Web {
    address: String,
    pages: Arc<Mutex<HashMap<String, (u16, String, Vec<u8>)>>>,
}

impl Web {
    fn start() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
        let address = format!("http://{}", listener.local_addr().expect("an address"));
        let pages: Arc<Mutex<HashMap<String, (u16, String, Vec<u8>)>>> = Arc::default();
        let shared = Arc::clone(&pages);
        std::thread::spawn(move || {
            for stream in listener.incoming().map_while(Result::ok) {
                let mut lines = BufReader::new(&stream).lines().map_while(Result::ok);
                let first = lines.next().unwrap_or_default();
                lines.find(String::is_empty);
                let path = first.split(' ').nth(1).unwrap_or_default().to_owned();
                let page = shared.lock().expect("the pages").get(&path).cloned();
                let (status, headers, body) = page.unwrap_or((404, String::new(), Vec::new()));
                let head = format!(
                    "HTTP/1.1 {status} X\r\nconnection: close\r\ncontent-length: {}\r\n{headers}\r\n",
                    body.len()
                );
                // Whoever asks may have gone.
                let _ =
                    (&stream).write_all(head.as_bytes()).and_then(|()| (&stream).write_all(&body));
            }
        });
        Self { address, pages }
    }

    fn put(&self, path: &str, status: u16, headers: &str, body: impl Into<Vec<u8>>) -> String {
        let page = (status, headers.to_owned(), body.into());
        self.pages.lock().expect("the pages").insert(path.to_owned(), page);
        format!("{}{path}", self.address)
    }
}

fn allowing(backend: Backend, allow: &[&str]) -> Option<TestApp> {
    TestApp::configured(backend, |config| {
        config.fetch.allow = allow.iter().map(|entry| (*entry).to_owned()).collect();
        config.fetch.megabytes = 1;
    })
}

on_both! {
    fn a_wordpress_site_goes_in(app) {
        let report = wordpress(&app, WORDPRESS);
        assert_eq!(messages(&report.failures), [""; 0]);
        assert_eq!((report.documents, counts(&report)), (11, (11, 0, 0, 0)), "{:?}", messages(&report.warnings));
        assert_eq!(public(&app), ["/about/", "/about/team/", "/en/posts/river/", "/posts/%E6%B2%B3%E8%BE%B9/",
            "/posts/secret-2/", "/recipe/soup/"]);
        let site = app.query("{ site { title baseUrl languages { tag } } }", Value::Null);
        assert_eq!(site.at("/site"), &json!({"title": "河边小报 & friends", "baseUrl": "https://old.example.org/",
            "languages": [{"tag": "zh-CN"}, {"tag": "en"}]}));
        let found = app.query("{ article(by: { path: \"/posts/河边/\" }) { title date summary description body { html markdown } params
            thumbnail { url alt } authors { name } tags { name slug } categories { name parent { name description } }
            language { tag } comments aliases translations { path } } }", Value::Null);
        let article = found.at("/article");
        assert_eq!(article["title"], json!("Tom & the “river” today"));
        assert_eq!(article["date"], json!("2026-01-02T09:00:00+08:00"));
        assert_eq!(article["tags"], json!([{"name": "C++", "slug": "cpp"}]));
        assert_eq!(article["categories"], json!([{"name": "河", "parent": {"name": "Town & river", "description": "All that happens"}}]));
        assert_eq!(article["translations"], json!([{"path": "/en/posts/river/"}]));
        assert_eq!(article["thumbnail"], json!({"url": "https://old.example.org/wp-content/uploads/river.jpg", "alt": "The river at dawn"}));
        let markdown = article["body"]["markdown"].as_str().expect("a text");
        for part in ["The **river** ends a section with \\]\\]> here.", "\n\n<!--more-->\n\n", "![The river](https://old",
            "colspan=\"2\"", "\nhttps://video.example.com/watch?v=1\n", "<iframe src=\"https://maps.example.com/embed?x=1&amp;y=2\"",
            "Shared by all", "<!-- wp:latest-posts {\"postsToShow\":3} /-->"] {
            assert!(markdown.contains(part), "{part}: {markdown}");
        }
        assert_eq!(route(&app, "/2026/01/%E6%B2%B3%E8%BE%B9/"), json!({"__typename": "Redirect", "target": "/posts/%E6%B2%B3%E8%BE%B9/", "permanent": true}));
        for old in ["/2026/01/river-old/", "/?p=11", "/?page_id=11"] {
            assert_eq!(route(&app, old)["target"], json!("/posts/%E6%B2%B3%E8%BE%B9/"), "{old}");
        }
        assert_eq!(route(&app, "/posts/locked/"), Value::Null);
        // The public sees no category without articles.
        assert_eq!(route(&app, "/categories/unused/"), Value::Null);
        assert_eq!(kept(&app, "wp:11")["comments"][0]["author_email"], json!("reader@example.com"));
        let all = app.query("{ articles(first: 100) { nodes { params body { html } } } }", Value::Null);
        assert!(!all.at("").to_string().contains("reader@example.com"), "comments are nobody's business");

        let editor = app.as_role(Role::Editor);
        let unused = editor.ask("{ category(by: { slug: \"unused\" }, view: WORKING) { name } }", Value::Null);
        assert_eq!(unused.at("/category/name"), "Unused");
        let drafts = editor.ask("{ articles(first: 100, view: WORKING) { nodes { path status } } }", Value::Null);
        let drafts = drafts.at("/articles/nodes").as_array().expect("nodes").clone();
        let status = |path: &str| drafts.iter().find(|node| node["path"] == json!(path)).map(|node| node["status"].clone());
        assert_eq!(status("/posts/secret/"), Some(json!("DRAFT")));
        assert_eq!(status("/posts/locked/"), Some(json!("DRAFT")));
        assert_eq!(status("/posts/wp15/"), Some(json!("DRAFT")), "{drafts:?}");
        assert_eq!(status("/posts/to-come/"), Some(json!("SCHEDULED")));
        assert_eq!(drafts.len(), 10, "one is in the trash");
    }

    fn a_second_run_changes_nothing_wherever_the_article_is(app) {
        wordpress(&app, WORDPRESS);
        let found = article(&app, "/about/");
        edit(&app, &found["id"], 1, &json!({ "slug": "moved" }));
        let before = app.events().len();
        let report = wordpress(&app, WORDPRESS);
        assert_eq!(counts(&report), (0, 0, 11, 0));
        assert_eq!(app.events().len(), before);
        assert_eq!(article(&app, "/moved/")["version"], json!(2));
    }

    fn an_update_is_a_new_version_that_stays_where_it_is(app) {
        wordpress(&app, WORDPRESS);
        let changed = WORDPRESS.replace("<p>About us</p>", "<p>About all of us</p>").replace("<wp:post_name>about<", "<wp:post_name>about-us<");
        let report = wordpress(&app, &changed);
        // The slug of a page stands in the address of its children.
        assert_eq!(counts(&report), (0, 2, 9, 0));
        let found = article(&app, "/about/");
        assert_eq!((&found["version"], &found["body"]["markdown"]), (&json!(2), &json!("About all of us\n")));
        assert!(public(&app).contains(&"/about/team/".to_owned()));
        let withdrawn = changed.replacen("<wp:status>publish</wp:status><wp:post_parent>0", "<wp:status>draft</wp:status><wp:post_parent>0", 1);
        wordpress(&app, &withdrawn);
        assert!(!public(&app).contains(&"/about/".to_owned()));
        let thrown = changed.replacen("<wp:status>publish</wp:status><wp:post_parent>0", "<wp:status>trash</wp:status><wp:post_parent>0", 1);
        assert_eq!(wordpress(&app, &thrown).failures, []);
        assert_eq!(article(&app, "/about/"), Value::Null, "it is in the trash");
        assert_eq!(counts(&wordpress(&app, &thrown)), (0, 0, 11, 0));
        assert_eq!(counts(&wordpress(&app, &changed)).1, 0, "what is in the trash here stays there");
    }

    fn what_was_edited_here_is_not_overwritten(app) {
        wordpress(&app, WORDPRESS);
        let found = article(&app, "/about/");
        edit(&app, &found["id"], 1, &json!({ "title": "About, edited" }));
        let changed = WORDPRESS.replace("<p>About us</p>", "<p>About all of us</p>");
        let (_folder, path) = file("export.xml", &changed);
        let with = |on_conflict| import(&app, Options { on_conflict, ..Options::new(From::WordPress(path.clone())) });
        for _ in 0..2 {
            let report = with(OnConflict::Report);
            assert_eq!(counts(&report), (0, 0, 10, 1));
            let failures = messages(&report.failures);
            assert!(failures[0].contains("export.xml:") && failures[0].contains("page 13") && failures[0].contains("--on-conflict"), "{failures:?}");
        }
        assert_eq!(article(&app, "/about/")["title"], json!("About, edited"));
        let kept = with(OnConflict::Keep);
        assert_eq!((counts(&kept), kept.failures.len()), ((0, 0, 10, 1), 0));
        assert_eq!(counts(&with(OnConflict::Report)), (0, 0, 11, 0), "it is settled");
        std::fs::write(&path, changed.replace("all of us", "nobody")).expect("a file");
        assert_eq!(counts(&with(OnConflict::Take)), (0, 1, 10, 0));
        let found = article(&app, "/about/");
        assert_eq!((&found["title"], &found["version"]), (&json!("About"), &json!(3)));
    }

    fn a_file_that_was_cut_off_is_completed_by_the_next(app) {
        let cut = &WORDPRESS[..WORDPRESS.find("<title>Same slug").expect("the sample")];
        let report = wordpress(&app, cut);
        assert_eq!(report.created, 9);
        let failures = messages(&report.failures);
        assert!(failures.len() == 1 && failures[0].contains("cut off"), "{failures:?}");
        let report = wordpress(&app, WORDPRESS);
        assert_eq!((report.created, report.failures.len()), (2, 0), "{report}");
    }

    fn a_dry_run_says_what_would_be_done(app) {
        let (_folder, path) = file("export.xml", WORDPRESS);
        let report = import(&app, Options { dry_run: true, ..Options::new(From::WordPress(path)) });
        assert_eq!((report.created, report.changes.len()), (11, 11));
        assert!(report.to_string().contains("create /about/team/ (wp:14: Team)"), "{report}");
        assert_eq!(app.events(), []);
    }

    fn a_ghost_site_goes_in(app) {
        let (_folder, path) = file("ghost.json", GHOST);
        let report = import(&app, Options { section: Some("news".to_owned()), ..Options::new(From::Ghost(path.clone())) });
        let failures = messages(&report.failures);
        assert_eq!((counts(&report), failures.len()), ((6, 0, 0, 0), 2), "{failures:?}");
        assert_eq!(public(&app), ["/about/", "/news/spring/"]);
        let found = app.query("{ article(by: { path: \"/news/spring/\" }) { title tags { slug } authors { name bio } canonicalUrl params body { html } } }", Value::Null);
        assert_eq!(found.at("/article/tags"), &json!([{"slug": "main"}, {"slug": "news"}]));
        assert_eq!(found.at("/article/authors/0"), &json!({"name": "Ana", "bio": "Writes"}));
        assert!(!found.at("/article").to_string().contains("steal()"), "injected code is not shown");
        assert_eq!(kept(&app, "u-1")["codeinjection_head"], json!("<script>steal()</script>"));
        assert_eq!(route(&app, "/spring/")["target"], json!("/news/spring/"));
        let again = import(&app, Options { section: Some("news".to_owned()), ..Options::new(From::Ghost(path)) });
        assert_eq!(counts(&again), (0, 0, 6, 0));
    }

    fn entries_of_a_feed_become_drafts_and_know_their_source(app) {
        let report = feed(&app, FEED);
        assert_eq!((counts(&report), report.failures.len()), ((3, 0, 0, 0), 0), "{report}");
        assert_eq!(public(&app), [""; 0]);
        let editor = app.as_role(Role::Editor);
        let found = editor.ask("{ article(by: { path: \"/posts/sheep/\" }, view: WORKING) { id title canonicalUrl source { name url } } }", Value::Null);
        assert_eq!(found.at("/article/source"), &json!({"name": "Hill & valley", "url": "https://hill.example.org/2026/sheep.html"}));
        assert_eq!(counts(&feed(&app, FEED)), (0, 0, 3, 0));
        // Another guid, the same address: the same entry.
        assert_eq!(counts(&feed(&app, &FEED.replace("hill-1", "hill-one"))), (0, 1, 2, 0));

        // An editor publishes it; what the feed changes waits as a new version.
        let id = found.at("/article/id").clone();
        let _ = editor.ask("mutation($id: ID!) { publishArticle(id: $id) { userErrors { message } } }", json!({ "id": id })).accepted("publishArticle");
        let report = feed(&app, &FEED.replace("hill-1", "hill-one").replace("goats&nbsp;return", "goats left"));
        assert_eq!(counts(&report), (0, 1, 2, 0), "{report}");
        let query = "{ article(by: { path: \"/posts/sheep/\" }) { title } }";
        assert_eq!(app.query(query, Value::Null).text("/article/title"), "Sheep & goats return");
        assert_eq!(article(&app, "/posts/sheep/")["title"], json!("Sheep & goats left"));
        assert_eq!(public(&app), ["/posts/sheep/"], "what is published stays so");

        // Deleted and thrown away ones do not come back.
        let _ = editor.ask("mutation($id: ID!) { trashArticle(id: $id) { userErrors { message } } }", json!({ "id": id })).accepted("trashArticle");
        let report = feed(&app, &FEED.replace("hill-1", "hill-one").replace("goats&nbsp;return", "goats stayed"));
        assert_eq!((counts(&report), report.failures.len()), ((0, 0, 2, 1), 0), "{report}");
    }

    fn a_feed_is_fetched_only_from_where_it_may_be(app) {
        let web = Web::start();
        let good = web.put("/feed?token=secret", 200, "content-type: application/rss+xml\r\n", FEED);
        let fetch = |app: &TestApp, url: &str| import(app, Options { publish: true, ..Options::new(From::Feed(url.to_owned())) });
        let refused = messages(&fetch(&app, &good).failures);
        assert!(refused[0].contains("no public address") && !refused[0].contains("secret"), "{refused:?}");
        drop(app);
    }
}

fn open_web(backend: Backend) {
    let Some(app) = allowing(backend, &["127.0.0.1"]) else { return };
    let web = Web::start();
    let fetch = |url: &str| {
        import(
            &app,
            Options { publish: true, limit: Some(2), ..Options::new(From::Feed(url.to_owned())) },
        )
    };
    web.put("/feed", 200, "content-type: application/rss+xml\r\n", FEED);
    let moved = web.put("/moved", 301, "location: /feed\r\n", "");
    let report = fetch(&moved);
    assert_eq!((counts(&report), report.failures.len()), ((2, 0, 0, 0), 0), "{report}");
    assert_eq!(public(&app).len(), 2, "published at once");

    // 2 MiB of zeros in some hundred bytes.
    let bomb = bomb();
    assert!(bomb.len() < 1 << 16);
    for (path, status, headers, body, part) in [
        ("/loop", 302, "location: /loop\r\n".to_owned(), Vec::new(), "redirects more than"),
        (
            "/private",
            302,
            "location: http://10.0.0.1/feed\r\n".to_owned(),
            Vec::new(),
            "no public address",
        ),
        ("/file", 302, "location: file:///etc/passwd\r\n".to_owned(), Vec::new(), "web address"),
        ("/user", 302, "location: http://a:b@127.0.0.1/\r\n".to_owned(), Vec::new(), "password"),
        ("/gone", 410, String::new(), Vec::new(), "answers 410"),
        ("/bomb", 200, "content-encoding: gzip\r\n".to_owned(), bomb, "larger than 1 MiB"),
        ("/large", 200, String::new(), vec![b'<'; (1 << 20) + 1], "larger than 1 MiB"),
        ("/page", 200, String::new(), b"<!doctype html><html></html>".to_vec(), "web page"),
    ] {
        let url = web.put(path, status, &headers, body);
        let failures = messages(&fetch(&url).failures);
        assert!(failures.len() == 1 && failures[0].contains(part), "{path}: {failures:?}");
    }
}

/// Two MiB of zeros as gzip: stored by what every gzip program makes of it.
fn bomb() -> Vec<u8> {
    let mut child = std::process::Command::new("gzip")
        .arg("-9")
        .stdin(std::process::Stdio::piped())
        .stdout(std::process::Stdio::piped())
        .spawn()
        .expect("gzip");
    let mut input = child.stdin.take().expect("its input");
    input.write_all(&vec![0; 2 << 20]).expect("its input");
    drop(input);
    child.wait_with_output().expect("its output").stdout
}

#[test]
fn redirects_sizes_and_bombs_are_bounded() {
    open_web(Backend::Sqlite);
}

/// Ten thousand posts, as WordPress would write them.
fn many(count: usize) -> String {
    let mut xml = String::from(
        "<rss><channel><title>Many</title><link>https://many.example.org</link><wp:wxr_version>1.2</wp:wxr_version>\n",
    );
    for id in 1..=count {
        let tag = id % 50;
        xml.push_str(&format!(
            "<item><title>Post {id}</title><link>https://many.example.org/{id}/</link>\
             <content:encoded><![CDATA[<!-- wp:paragraph -->\n<p>第 {id} 段 <strong>text</strong> of some words.</p>\n<!-- /wp:paragraph -->]]></content:encoded>\
             <wp:post_id>{id}</wp:post_id><wp:post_date>2026-01-01 00:00:00</wp:post_date><wp:post_date_gmt>2026-01-01 00:00:00</wp:post_date_gmt>\
             <wp:post_name>post-{}</wp:post_name><wp:status>publish</wp:status><wp:post_type>post</wp:post_type>\
             <category domain=\"post_tag\" nicename=\"t{tag}\">T{tag}</category></item>\n",
            id - id % 10 / 9
        ));
    }
    xml.push_str("</channel></rss>");
    xml
}

on_both! {
    fn ten_thousand_posts_go_in(app) {
        let posts = if app.backend == Backend::Sqlite { 10_000 } else { 2_000 };
        let xml = many(posts);
        let report = wordpress(&app, &xml);
        assert_eq!((report.created, report.failures.len()), (posts, 0));
        let total = app.query("{ articles { totalCount } tags { totalCount } }", Value::Null);
        assert_eq!((total.at("/articles/totalCount"), total.at("/tags/totalCount")), (&json!(posts), &json!(50)));
        // One slug in ten is there twice.
        assert_eq!(report.warnings.len(), posts / 10);
        assert_eq!(article(&app, "/posts/post-18-2/")["title"], json!("Post 19"));
        let report = wordpress(&app, &xml);
        assert_eq!(counts(&report), (0, 0, posts, 0));
    }
}

fn broadsheet(data: &Path, arguments: &[&str]) -> (Option<i32>, String, String) {
    let mut command = command(PROGRAM, data, None);
    command.args(arguments);
    let output = run(command, "");
    let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
    (output.status.code(), text(&output.stdout), text(&output.stderr))
}

#[test]
fn the_command_line_says_what_it_did() {
    let data = tempfile::tempdir().expect("a temporary folder");
    let (_folder, export) = file("export.xml", WORDPRESS);
    let export = export.to_string_lossy().into_owned();
    let (code, out, _) = broadsheet(data.path(), &["import", "wordpress", &export, "--dry-run"]);
    assert_eq!(code, Some(0), "{out}");
    assert!(
        out.contains("11 documents from wordpress:old.example.org: 11 would be created"),
        "{out}"
    );
    let (code, out, _) = broadsheet(data.path(), &["import", "wordpress", &export, "--json"]);
    let report: Value = serde_json::from_str(&out).expect("JSON");
    assert_eq!((code, &report["created"]), (Some(0), &json!(11)));
    let (_folder, ghost) = file("ghost.json", GHOST);
    let ghost = ghost.to_string_lossy().into_owned();
    let (code, out, _) = broadsheet(data.path(), &["import", "ghost", &ghost]);
    assert_eq!(code, Some(1), "two posts are broken: {out}");
    assert!(out.contains("ghost.json: post 7 is no object"), "{out}");
    let (code, out, _) = broadsheet(data.path(), &["import", "feed", "/nowhere/feed.xml"]);
    assert!(code == Some(1) && out.contains("/nowhere/feed.xml: cannot be read"), "{out}");
    let (code, out, _) = broadsheet(data.path(), &["import", "feed", &export, "--language", "fr"]);
    assert!(
        code == Some(1) && out.contains("no language fr") && out.contains("zh-CN, en"),
        "{out}"
    );
    let (code, _, err) = broadsheet(data.path(), &["import", "feed", &export, "--section", "../x"]);
    assert!(code == Some(1) && err.contains("news/local"), "{err}");
}
