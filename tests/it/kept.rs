//! The answer cache: what is kept, what goes, and how it is sent.

use std::fs;
use std::io::Read;
use std::thread;

use api::cache::Numbers;
use api::hugo::sync::Action;
use api::policy::Role;
use serde_json::{Value, json};
use tests::client::fetch;
use tests::{Backend, Client, HOUR, START, TestApp, on_both, write_files};

use crate::sync::{folder, good, page, write};

const NEWS: &str =
    "{ articles(filter: { section: { eq: \"news\" } }) { totalCount nodes { title } } }";
const BLOG: &str =
    "{ articles(filter: { section: { eq: \"blog\" } }) { totalCount nodes { title } } }";
const PATH: &str = "/graphql?query=%7Barticles%7Bnodes%7Btitle%7D%7D%7D";

fn numbers(app: &TestApp) -> Numbers {
    app.app.cache().numbers()
}

/// Whether a question is answered from memory.
fn is_kept(app: &TestApp, question: &str) -> bool {
    let before = numbers(app);
    app.query(question, Value::Null);
    let after = numbers(app);
    assert_eq!(after.hits + after.misses, before.hits + before.misses + 1, "{question}");
    after.hits > before.hits
}

fn make(editor: &Client, section: &str, title: &str) -> Value {
    let made = editor.ask(
        "mutation($input: CreateArticleInput!) { createArticle(input: $input) { article { id version } userErrors { message } } }",
        json!({ "input": { "title": title, "section": section, "tags": ["t"] } }),
    );
    made.accepted("createArticle").at("/createArticle/article/id").clone()
}

fn publish(editor: &Client, id: &Value, at: Option<&str>) {
    let _ = editor
        .ask(
            "mutation($id: ID!, $at: DateTime) { publishArticle(id: $id, at: $at) { userErrors { message } } }",
            json!({ "id": id, "at": at }),
        )
        .accepted("publishArticle");
}

on_both! {
    fn an_answer_is_kept_until_what_it_depends_on_changes(app) {
        let editor = app.as_role(Role::Editor);
        let news = make(&editor, "news", "A");
        publish(&editor, &news, None);
        publish(&editor, &make(&editor, "blog", "B"), None);
        for question in [NEWS, BLOG] {
            assert!(!is_kept(&app, question) && is_kept(&app, question));
        }
        // A draft is nothing to the public.
        let draft = make(&editor, "news", "C");
        assert!(is_kept(&app, NEWS) && is_kept(&app, BLOG));
        publish(&editor, &draft, None);
        assert!(!is_kept(&app, NEWS) && is_kept(&app, BLOG));
        assert_eq!(app.query(NEWS, Value::Null).number("/articles/totalCount"), 2);
    }

    fn that_nothing_was_found_is_forgotten_when_something_is(app) {
        let editor = app.as_role(Role::Editor);
        let question = "{ article(by: { path: \"/news/late/\" }) { title } }";
        let elsewhere = "{ article(by: { path: \"/news/never/\" }) { title } }";
        for question in [question, elsewhere] {
            assert_eq!(app.query(question, Value::Null).at("/article"), &Value::Null);
            assert!(is_kept(&app, question));
        }
        publish(&editor, &make(&editor, "news", "Late"), None);
        assert_eq!(app.query(question, Value::Null).text("/article/title"), "Late");
        assert!(is_kept(&app, elsewhere));
    }

    fn a_text_is_kept_until_a_file_that_it_names_is_another_page(app) {
        let site = folder(&[]);
        // No address is that of a file.
        let config = "title = 'Site'\nbaseURL = 'https://example.org/'\n[permalinks]\nposts = '/p/:slug/'\n";
        write_files(site.path(), &[("hugo.toml", config)]);
        let links = "[b](../posts/b.md) [c](../posts/c.md) [d](../posts/d.md)";
        write_files(site.path(), &[("content/pages/a.md", &page("A", links))]);
        let slug = |slug: &str| page("B", "Text.").replace("tags:", &format!("slug: {slug}\ntags:"));
        write(site.path(), "b", &slug("b-1"));
        good(&app, site.path());
        let editor = app.as_role(Role::Editor);
        let question = "{ article(by: { path: \"/pages/a/\" }) { body { html } } }";
        let leads = |to: &str| {
            let html = |question: &str| app.query(question, Value::Null).text("/article/body/html");
            // Another question, whose answer nobody has kept.
            assert_eq!(html(question), html(&format!("{question} # {to}")));
            html(question).contains(&format!("href=\"/p/{to}/\""))
        };
        assert!(leads("b-1") && is_kept(&app, question));
        publish(&editor, &make(&editor, "posts", "Other"), None);
        assert!(is_kept(&app, question));
        write(site.path(), "c", &page("C", "Text."));
        good(&app, site.path());
        assert!(leads("c"));
        // It is elsewhere on the site.
        write(site.path(), "b", &slug("b-2"));
        good(&app, site.path());
        assert!(leads("b-2") && !leads("b-1"));
        // Its file is elsewhere, and nothing is called what the link says.
        let at = |name: &str| site.path().join(format!("content/posts/{name}.md"));
        fs::rename(at("b"), at("e")).expect("a renamed file");
        assert_eq!(good(&app, site.path()), [(Action::Renamed, crate::sync::at("e"))]);
        assert!(!leads("b-2"));
        // One that was made here has a file now.
        let made = make(&editor, "posts", "D");
        publish(&editor, &made, None);
        assert!(!leads("d"));
        good(&app, site.path());
        assert!(leads("d"));
    }

    fn time_alone_changes_an_answer(app) {
        let editor = app.as_role(Role::Editor);
        publish(&editor, &make(&editor, "blog", "B"), None);
        let scheduled = make(&editor, "news", "A");
        publish(&editor, &scheduled, Some("2026-11-01T00:10:00Z"));
        let count = |question| app.query(question, Value::Null).number("/articles/totalCount");
        assert_eq!((count(NEWS), count(BLOG)), (0, 1));
        app.set_clock(START + HOUR / 6 - 1);
        assert!(is_kept(&app, NEWS));
        app.set_clock(START + HOUR / 6);
        assert_eq!(count(NEWS), 1);
        assert!(is_kept(&app, BLOG));
        // That it is announced changes nothing any more.
        app.block_on(api::worker::tick(&app.app)).expect("an announcement");
        assert!(is_kept(&app, NEWS));
    }

    fn nothing_of_somebodys_own_is_kept(app) {
        let editor = app.as_role(Role::Editor);
        make(&editor, "news", "A");
        let before = numbers(&app);
        for _ in 0..2 {
            assert_eq!(editor.ask("{ articles(view: WORKING) { totalCount } }", Value::Null).number("/articles/totalCount"), 1);
            assert_eq!(editor.ask(NEWS, Value::Null).number("/articles/totalCount"), 0);
        }
        // Nor what is refused, or cannot be read.
        for wrong in ["{ articles(view: WORKING) { totalCount } }", "{ nothing }", "{"] {
            for _ in 0..2 {
                assert!(app.nobody().run(wrong, Value::Null, None)["errors"].is_array(), "{wrong}");
            }
        }
        let after = numbers(&app);
        assert_eq!((after.hits, after.answers), (before.hits, before.answers));
    }

    fn what_an_answer_differs_by_tells_answers_apart(app) {
        let editor = app.as_role(Role::Editor);
        publish(&editor, &make(&editor, "news", "A"), None);
        let two = "query One($n: Int) { articles(first: $n) { nodes { title } } } query Two { articles { totalCount } }";
        let nobody = app.nobody();
        for _ in 0..2 {
            let one = nobody.ask_operation(two, json!({ "n": 1 }), Some("One"));
            assert_eq!(one.text("/articles/nodes/0/title"), "A");
            assert_eq!(nobody.ask_operation(two, json!({ "n": 0 }), Some("Two")).number("/articles/totalCount"), 1);
            let wrong = nobody.run(two, json!({ "n": 1000 }), Some("One"));
            assert!(wrong["errors"].is_array(), "{wrong}");
        }
        // The order of variables does not.
        let both = "query($a: Int, $b: Int) { articles(first: $a) { nodes { title } } blog: articles(first: $b) { totalCount } }";
        let misses = numbers(&app).misses;
        for body in [r#"{"a":1,"b":2}"#, r#"{"b":2,"a":1}"#] {
            let body: Value = serde_json::from_str(&format!("{{\"query\":{},\"variables\":{body}}}", json!(both))).expect("JSON");
            assert_eq!(nobody.post(&body).status, 200);
        }
        assert_eq!(numbers(&app).misses, misses + 1);
    }

    fn what_is_asked_at_once_is_made_once(app) {
        publish(&app.as_role(Role::Editor), &make(&app.as_role(Role::Editor), "news", "A"), None);
        let before = numbers(&app).misses;
        thread::scope(|scope| {
            for _ in 0..8 {
                scope.spawn(|| app.query(NEWS, Value::Null));
            }
        });
        assert_eq!(numbers(&app).misses, before + 1);
    }

    fn a_kept_answer_is_sent_as_one_that_was_just_made(app) {
        let editor = app.as_role(Role::Editor);
        for number in 0..20 {
            publish(&editor, &make(&editor, "news", &format!("A title of some length, {number}")), None);
        }
        for coding in ["identity", "gzip", "br"] {
            app.app.cache().clear();
            let [made, kept] = [(); 2].map(|()| fetch_bytes(&app, coding));
            assert_eq!(made, kept, "{coding}");
        }
        let etag = app.fetch(PATH, &[]).header("etag").to_owned();
        let statements = {
            let before = numbers(&app).misses;
            assert_eq!(app.fetch(PATH, &[("if-none-match", &etag)]).status, 304);
            assert_eq!(fetch("HEAD", &app.url(PATH), &[]).header("etag"), etag);
            numbers(&app).misses - before
        };
        assert_eq!(statements, 0);
    }
}

/// Headers that matter and the body, as the bytes that were sent.
fn fetch_bytes(app: &TestApp, coding: &str) -> (Vec<Option<String>>, Vec<u8>) {
    let mut answer =
        ureq::get(app.url(PATH)).header("accept-encoding", coding).call().expect("an answer");
    let headers =
        ["etag", "content-encoding", "content-type", "vary", "cache-control"].map(|name| {
            answer.headers().get(name).map(|value| value.to_str().expect("text").to_owned())
        });
    let mut body = Vec::new();
    answer.body_mut().as_reader().read_to_end(&mut body).expect("a body");
    (headers.into(), body)
}

#[test]
fn memory_is_bounded_under_a_flood_of_questions() {
    let app =
        TestApp::configured(Backend::Sqlite, |config| config.cache.megabytes = 1).expect("SQLite");
    publish(&app.as_role(Role::Editor), &make(&app.as_role(Role::Editor), "news", "A"), None);
    for _ in 0..4 {
        app.query(NEWS, Value::Null);
    }
    for number in 0..1500 {
        let question =
            format!("{{ articles(first: 1) {{ a{number}: totalCount nodes {{ title }} }} }}");
        app.query(&question, Value::Null);
        // What is asked all the time stays.
        if number % 50 == 0 {
            app.query(NEWS, Value::Null);
        }
    }
    let Numbers { answers, bytes, .. } = numbers(&app);
    assert!(bytes <= 1_200_000 && answers > 10, "{answers} answers in {bytes} bytes");
    assert!(is_kept(&app, NEWS));
}

#[test]
fn without_memory_every_answer_is_made_anew() {
    let app =
        TestApp::configured(Backend::Sqlite, |config| config.cache.megabytes = 0).expect("SQLite");
    for _ in 0..2 {
        assert_eq!(app.query(NEWS, Value::Null).number("/articles/totalCount"), 0);
    }
    let Numbers { hits, misses, answers, bytes, .. } = numbers(&app);
    assert_eq!((hits, misses, answers, bytes), (0, 0, 0, 0));
}

#[test]
fn what_another_process_wrote_is_seen() {
    let app = TestApp::sqlite();
    let editor = app.as_role(Role::Editor);
    publish(&editor, &make(&editor, "news", "A"), None);
    assert_eq!(app.query(NEWS, Value::Null).number("/articles/totalCount"), 1);
    let other = app.peer(false, |_| ());
    let editor = Client::new(other.url("/graphql"), None).with_token(&token(&app));
    publish(&editor, &make(&editor, "news", "B"), None);
    assert_eq!(app.query(NEWS, Value::Null).number("/articles/totalCount"), 2);
}

fn token(app: &TestApp) -> String {
    app.as_role(Role::Editor)
        .ask("mutation { createApiToken(input: { name: \"n\", scopes: [CONTENT_READ_WORKING, CONTENT_WRITE, CONTENT_PUBLISH] }) { token } }", Value::Null)
        .text("/createApiToken/token")
}
