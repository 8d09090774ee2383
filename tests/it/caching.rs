//! What caches may keep, and how clients ask whether it still holds.

use std::io::Read;

use api::policy::Role;
use serde_json::{Value, json};
use tests::client::{Raw, agent, fetch};
use tests::{Backend, HOUR, START, TestApp, on_both};

const LIST: &str = "/graphql?query=%7Barticles%7Bnodes%7Btitle%7D%7D%7D";
const WORKING: &str = "/graphql?query=%7Barticles(view:WORKING)%7Bnodes%7Btitle%7D%7D%7D";

fn article(app: &TestApp, title: &str, at: Option<&str>) -> Value {
    let editor = app.as_role(Role::Editor);
    let made = editor.ask(
        "mutation($title: String!) { createArticle(input: { title: $title, tags: [\"t\"] }) { article { id } } }",
        json!({ "title": title }),
    );
    let id = made.at("/createArticle/article/id").clone();
    let _ = editor
        .ask(
            "mutation($id: ID!, $at: DateTime) { publishArticle(id: $id, at: $at) { userErrors { message } } }",
            json!({ "id": id, "at": at }),
        )
        .accepted("publishArticle");
    id
}

fn bearer(app: &TestApp) -> String {
    let made = app.as_role(Role::Editor).ask(
        "mutation { createApiToken(input: { name: \"n\", scopes: [CONTENT_READ_WORKING] }) { token } }",
        Value::Null,
    );
    format!("Bearer {}", made.text("/createApiToken/token"))
}

fn varies(answer: &Raw) -> String {
    let all: Vec<_> =
        answer.headers.get_all("vary").iter().filter_map(|value| value.to_str().ok()).collect();
    all.join(", ").to_lowercase()
}

/// Status, headers that matter and the body, as they were sent.
fn sent(method: &str, url: &str, headers: &[(&str, &str)]) -> (u16, Vec<String>, Vec<u8>) {
    let mut request = ureq::http::Request::builder().method(method).uri(url);
    for (name, value) in headers {
        request = request.header(*name, *value);
    }
    let mut answer = agent().run(request.body(()).expect("a request")).expect("an answer");
    let names = ["etag", "content-encoding", "content-type", "vary", "cache-control"];
    let headers = names.map(|name| {
        let all = answer.headers().get_all(name).iter();
        all.map(|value| value.to_str().expect("text")).collect::<Vec<_>>().join(", ")
    });
    let mut body = Vec::new();
    answer.body_mut().as_reader().read_to_end(&mut body).expect("a body");
    (answer.status().as_u16(), headers.into(), body)
}

on_both! {
    fn every_answer_that_may_be_kept_has_a_tag_for_each_coding(app) {
        let files = [
            ("hugo.toml", "baseURL = 'https://e.org/'\n"),
            ("content/news/a.md", "---\ntitle: A\ndate: 2026-01-01\n---\nSome text.\n"),
            ("static/site.css", "body { color: red; background: white; margin: 0; padding: 0 }"),
        ];
        assert_eq!(app.import_files(&files).failures, []);
        for path in [LIST, "/widgets.js", "/feed.xml", "/atom.xml", "/feed.json", "/sitemap.xml", "/robots.txt", "/media/site.css",
            "/oembed?url=https://e.org/news/a/", "/graphiql", "/graphiql/graphiql.js", "/graphiql/graphiql.css"] {
            let url = app.url(path);
            let mut tags = std::collections::BTreeMap::new();
            for accepted in ["identity", "gzip", "br", "br, gzip"] {
                let asked = ("accept-encoding", accepted);
                let (status, headers, body) = sent("GET", &url, &[asked]);
                let [etag, coding, _, vary, control] = &headers[..] else { panic!("{headers:?}") };
                assert_eq!(status, 200, "{path} {accepted}");
                // What is packed piece by piece has other bytes each time.
                let in_pieces = ["/sitemap.xml", "/media/site.css"].contains(&path) && !coding.is_empty();
                let start = if in_pieces { "W/\"" } else { "\"" };
                assert!(etag.starts_with(start) && etag.ends_with('"') && etag.len() > 5, "{path} {accepted}: {etag}");
                assert!(accepted.contains(coding.as_str()), "{path} {accepted}: {coding}");
                assert_eq!(vary.to_lowercase().matches("accept-encoding").count(), 1, "{path} {accepted}: {vary}");
                assert!(control.contains("public") || control == "no-cache", "{path} {accepted}: {control}");
                // A tag names bytes.
                let known = tags.insert(etag.clone(), body.clone());
                assert!(in_pieces || known.is_none_or(|known| known == body), "{path} {accepted}: {etag}");
                let head = sent("HEAD", &url, &[asked]);
                assert_eq!((head.0, &head.1, head.2.len()), (200, &headers, 0), "{path} {accepted}");
                // The tag of a 304 is that of the copy that holds.
                let (status, again, nothing) = sent("GET", &url, &[asked, ("if-none-match", etag)]);
                assert_eq!((status, &again[0], &again[4], nothing.len()), (304, etag, control, 0), "{path} {accepted}");
                assert_eq!(sent("GET", &url, &[asked, ("if-none-match", "\"other\"")]).0, 200, "{path}");
            }
            assert!(tags.len() > 1, "{path}: {:?}", tags.keys());
        }
    }

    fn that_nothing_is_there_is_kept_by_no_cache(app) {
        for path in ["/nothing", "/news/feed.xml", "/sitemap-9.xml", "/media/nothing.css", "/oembed?url=https://e.org/none/", "/oembed?url=x&format=yaml"] {
            let (status, headers, _) = sent("GET", &app.url(path), &[]);
            assert!(status >= 400, "{path}: {status}");
            assert_eq!(headers[4], "no-store", "{path}");
        }
    }

    fn a_query_is_answered_with_304_until_its_answer_changes(app) {
        article(&app, "A", None);
        let first = app.fetch(LIST, &[]);
        let etag = first.header("etag").to_owned();
        assert_eq!((first.status, first.header("cache-control")), (200, "public, max-age=0, must-revalidate"));
        for header in ["accept", "accept-encoding", "authorization"] {
            assert!(varies(&first).contains(header), "{header} in {}", varies(&first));
        }
        let again = app.fetch(LIST, &[("if-none-match", &etag)]);
        assert_eq!((again.status, again.body.as_str(), again.header("etag")), (304, "", &*etag));
        assert!(varies(&again).contains("authorization"));
        // Each media type has its own bytes, and its own tag.
        let other = app.fetch(LIST, &[("accept", "application/graphql-response+json")]);
        assert_ne!(other.header("etag"), etag);
        // What does not touch the answer does not touch its tag.
        let _ = app.as_role(Role::Editor).ask("mutation { createArticle(input: { title: \"Draft\" }) { article { id } } }", Value::Null);
        assert_eq!(app.fetch(LIST, &[("if-none-match", &etag)]).status, 304);
        article(&app, "B", None);
        let changed = app.fetch(LIST, &[("if-none-match", &etag)]);
        assert_eq!(changed.status, 200);
        assert_ne!(changed.header("etag"), etag);
    }

    fn no_shared_cache_keeps_what_somebody_asked_by_name(app) {
        article(&app, "A", None);
        let token = bearer(&app);
        for path in [LIST, WORKING] {
            let own = app.fetch(path, &[("authorization", &token)]);
            assert_eq!((own.status, own.header("cache-control")), (200, "private, max-age=0, must-revalidate"), "{path}");
            let again = app.fetch(path, &[("authorization", &token), ("if-none-match", own.header("etag"))]);
            assert_eq!((again.status, again.header("cache-control")), (304, "private, max-age=0, must-revalidate"));
        }
        // Not even that they may not.
        let refused = app.fetch(WORKING, &[]);
        assert_eq!((refused.json()["errors"][0]["extensions"]["code"].clone(), refused.header("cache-control")),
            (json!("UNAUTHENTICATED"), "no-store"));
        assert!(!refused.headers.contains_key("etag"));
        let forged = app.fetch(LIST, &[("authorization", "Bearer x")]);
        assert_eq!((forged.status, forged.header("cache-control")), (401, "no-store"));
        for wrong in ["/graphql?query=%7B", "/graphql?query=%7Bnothing%7D", "/graphql?query=mutation%7Blogout%7Bended%7D%7D"] {
            assert_eq!(app.fetch(wrong, &[]).header("cache-control"), "no-store", "{wrong}");
        }
    }

    fn everything_that_can_be_read_has_a_head(app) {
        article(&app, "A", None);
        let embed = "/oembed?url=http%3A%2F%2F127.0.0.1%3A8080%2Fa%2F";
        for path in [LIST, "/feed.xml", "/tags/t/atom.xml", "/feed.json", "/sitemap.xml", "/robots.txt", "/health", embed] {
            let (get, head) = (app.fetch(path, &[]), fetch("HEAD", &app.url(path), &[]));
            assert_eq!((head.status, head.body.as_str()), (200, ""), "{path}");
            for name in ["content-type", "etag", "cache-control", "last-modified"] {
                assert_eq!(head.header(name), get.header(name), "{name} of {path}");
            }
            if path != "/sitemap.xml" {
                assert_eq!(head.header("content-length"), get.body.len().to_string(), "{path}");
            }
            if path != "/health" {
                assert_eq!(app.fetch(path, &[("if-none-match", get.header("etag"))]).status, 304, "{path}");
                assert_eq!(fetch("HEAD", &app.url(path), &[("if-none-match", "*")]).status, 304, "{path}");
            }
        }
        for path in ["/feed.xml", "/sitemap.xml", "/robots.txt", "/oembed", "/media/x.png"] {
            let post = fetch("POST", &app.url(path), &[]);
            assert_eq!((post.status, post.header("allow")), (405, "GET, HEAD"), "{path}");
        }
    }

    fn a_compressed_answer_has_a_tag_of_its_own(app) {
        for n in 0..20 {
            article(&app, &format!("An article with a long title, number {n}"), None);
        }
        for path in [LIST, "/feed.xml", "/sitemap.xml"] {
            let plain = app.fetch(path, &[]);
            let head = |coding: &str| fetch("HEAD", &app.url(path), &[("accept-encoding", coding)]);
            let tag = plain.header("etag").trim_matches('"').to_owned();
            for (coding, suffix) in [("gzip", "-gzip"), ("br", "-br")] {
                let packed = head(coding);
                assert_eq!(packed.header("content-encoding"), coding, "{path}");
                // A map is packed piece by piece.
                let weak = if path == "/sitemap.xml" { "W/" } else { "" };
                assert_eq!(packed.header("etag"), format!("{weak}\"{tag}{suffix}\""), "{path}");
                let again = fetch("GET", &app.url(path), &[("accept-encoding", coding), ("if-none-match", packed.header("etag"))]);
                assert_eq!(again.status, 304, "{path}");
            }
        }
    }

    fn feeds_are_answered_by_date_too(app) {
        article(&app, "A", None);
        let first = app.fetch("/feed.xml", &[]);
        let modified = first.header("last-modified").to_owned();
        assert_eq!(modified, "Sun, 01 Nov 2026 00:00:00 GMT");
        let again = app.fetch("/feed.xml", &[("if-modified-since", &modified)]);
        assert_eq!((again.status, again.header("last-modified")), (304, &*modified));
        // A tag that does not fit is heard before a date that does.
        let both = [("if-modified-since", &*modified), ("if-none-match", "\"x\"")];
        assert_eq!(app.fetch("/feed.xml", &both).status, 200);
        app.set_clock(START + HOUR);
        article(&app, "B", None);
        let changed = app.fetch("/feed.xml", &[("if-modified-since", &modified)]);
        assert_eq!((changed.status, changed.header("last-modified")), (200, "Sun, 01 Nov 2026 01:00:00 GMT"));
    }
}

#[test]
fn nothing_is_kept_past_a_scheduled_change() {
    let app = TestApp::configured(Backend::Sqlite, |config| config.delivery.cache_seconds = 600)
        .expect("SQLite");
    article(&app, "A", None);
    let age = |path: &str| app.fetch(path, &[]).header("cache-control").to_owned();
    let lasting = |seconds: u64| format!("public, max-age={seconds}, must-revalidate");
    for path in [LIST, "/feed.xml", "/sitemap.xml"] {
        assert_eq!(age(path), lasting(600), "{path}");
    }
    article(&app, "B", Some("2026-11-01T00:05:00Z"));
    for path in [LIST, "/feed.xml", "/sitemap.xml"] {
        assert_eq!(age(path), lasting(300), "{path}");
    }
    app.set_clock(START + HOUR / 15);
    assert_eq!(age(LIST), lasting(60));
    app.set_clock(START + HOUR / 10);
    assert_eq!(age(LIST), lasting(600));
    let token = bearer(&app);
    let own = app.fetch(LIST, &[("authorization", &token)]);
    assert_eq!(own.header("cache-control"), "private, max-age=0, must-revalidate");
}
