//! What somebody may send to hurt: each is refused with its limit, or bounded, and the
//! server answers others as before.

use std::fmt::Write as _;
use std::io::{Read, Write};
use std::net::{Shutdown, TcpStream};
use std::time::Duration;

use serde_json::{Value, json};
use tests::{Backend, TestApp};

/// What a request is told: its status, and the first line of why.
fn told(app: &TestApp, body: &Value) -> (u16, String) {
    let raw = app.nobody().post(body);
    let answer = raw.json();
    let error = if answer.is_array() { &answer[0]["errors"][0] } else { &answer["errors"][0] };
    (raw.status, error["message"].as_str().unwrap_or("done").to_owned())
}

fn alive(app: &TestApp) {
    assert_eq!(app.query("{ site { title } }", Value::Null).at("/site/title"), "Broadsheet");
}

fn query(text: &str) -> Value {
    json!({ "query": text })
}

fn aliases(count: usize) -> String {
    let fields: String = (0..count).fold(String::new(), |mut all, number| {
        let _ = write!(all, "a{number}: site {{ title }} ");
        all
    });
    format!("{{ {fields}}}")
}

#[test]
fn each_is_refused_by_its_limit() {
    let app = TestApp::sqlite();
    let over = |limit: &str, asked: usize, allowed: usize| {
        format!("the query is over the limit on {limit}: it has {asked}, and {allowed} are allowed")
    };
    let deep = format!(
        "{{ categories {{ nodes {{ {}name{} }} }} }}",
        "parent { ".repeat(60),
        " }".repeat(60)
    );
    let bomb: String = (0..30).fold("{ ...F0 } ".to_owned(), |mut all, number| {
        let next = number + 1;
        let _ = write!(all, "fragment F{number} on Query {{ ...F{next} ...F{next} }} ");
        all
    }) + "fragment F30 on Query { site { title } }";
    for (name, body, status, message) in [
        ("300 aliases", query(&aliases(300)), 400, over("aliases", 300, 50)),
        (
            "10,000 repeated fields",
            query(&format!("{{ site {{ {} }} }}", "title ".repeat(10_000))),
            400,
            over("tokens", 10_005, 4000),
        ),
        ("60 levels", query(&deep), 400, over("depth", 15, 14)),
        (
            "a page of 10,000",
            query("{ articles(first: 10000) { nodes { title } } }"),
            200,
            "`first` must be between 0 and 100, and 10000 was asked for".to_owned(),
        ),
        (
            "pages of 100 in pages of 100",
            query(
                "{ tags(first: 100) { nodes { articles(first: 100) { nodes { title tags { articles(first: 100) { nodes { title } } } } } } } }",
            ),
            400,
            over("cost", 5_120_202, 50_000),
        ),
        ("fragments that double", query(&bomb), 400, over("cost", 2_147_483_648, 50_000)),
        (
            "a circle of fragments",
            query("{ ...A } fragment A on Query { ...B } fragment B on Query { ...A }"),
            200,
            "The recursion depth of the query cannot be greater than `64`".to_owned(),
        ),
        (
            "directives",
            query(&format!("{{ site {{ title {} }} }}", "@skip(if: false) ".repeat(60))),
            400,
            over("directives", 60, 50),
        ),
        (
            "the schema times itself",
            query(
                "{ __schema { types { fields { type { fields { type { fields { name } } } } } } } }",
            ),
            400,
            over("nested lists of the schema", 3, 2),
        ),
        (
            "ten megabytes of variables",
            json!({ "query": "{ site { title } }", "variables": { "a": "x".repeat(10 << 20) } }),
            413,
            "the body is over the limit of 2097152 bytes".to_owned(),
        ),
        (
            "a batch of 1,000",
            Value::Array(vec![query("{ site { title } }"); 1000]),
            400,
            "a batch holds 1 to 10 requests, and this has 1000".to_owned(),
        ),
    ] {
        let (found, why) = told(&app, &body);
        assert!(found == status && why.contains(&message), "{name}: {found} {why}");
        alive(&app);
    }
}

#[test]
fn a_batch_is_not_a_way_round_the_limits_of_its_requests() {
    let app = TestApp::sqlite();
    let batch = Value::Array(vec![query(&aliases(300)); 10]);
    let answers = app.nobody().post(&batch).json();
    let codes = answers.as_array().expect("answers").iter();
    assert!(
        codes.clone().all(|answer| answer["errors"][0]["extensions"]["code"] == "LIMIT_EXCEEDED")
    );
    assert_eq!(codes.count(), 10);
}

#[test]
fn a_thousand_distinct_documents_fill_no_more_than_their_share() {
    let app = TestApp::configured(Backend::Sqlite, |config| config.documents.cache_bytes = 50_000)
        .expect("SQLite");
    for number in 0..1000 {
        let answer = app.query(&format!("{{ site {{ t{number}: title }} }}"), Value::Null);
        assert_eq!(answer.at("/site").as_object().map(serde_json::Map::len), Some(1));
    }
    alive(&app);
}

/// A connection on which a request has begun.
fn begin(app: &TestApp, more: &str, length: usize, body: &[u8]) -> TcpStream {
    let url = app.url("/graphql");
    let host = url.trim_start_matches("http://").split('/').next().expect("a host").to_owned();
    let mut stream = TcpStream::connect(&host).expect("a connection");
    stream.set_read_timeout(Some(Duration::from_mins(1))).expect("a timeout");
    let head = format!(
        "POST /graphql HTTP/1.1\r\nhost: {host}\r\ncontent-type: application/json\r\n{more}content-length: {length}\r\n\r\n"
    );
    stream.write_all(&[head.as_bytes(), body].concat()).expect("a request");
    stream
}

/// The first line of an answer; empty where the server hung up.
fn first_line(mut stream: TcpStream) -> String {
    let mut bytes = [0; 64];
    let read = stream.read(&mut bytes).unwrap_or(0);
    String::from_utf8_lossy(&bytes[..read]).lines().next().unwrap_or_default().to_owned()
}

#[test]
fn a_body_that_never_ends_is_given_up() {
    let app =
        TestApp::configured(Backend::Sqlite, |config| config.limits.seconds = 1).expect("SQLite");
    let slow: Vec<_> = (0..50).map(|_| begin(&app, "", 1000, b"{\"query\":")).collect();
    // Others do not wait for them.
    alive(&app);
    for stream in slow {
        assert_eq!(first_line(stream), "HTTP/1.1 408 Request Timeout");
    }
    alive(&app);
}

#[test]
fn a_connection_that_is_half_closed_ends() {
    let app =
        TestApp::configured(Backend::Sqlite, |config| config.limits.seconds = 1).expect("SQLite");
    for (length, body) in
        [(1000, &b"{\"query\":"[..]), (30, &b"{\"query\":\"{ site { title } }\"}"[..])]
    {
        let stream = begin(&app, "", length, body);
        stream.shutdown(Shutdown::Write).expect("half closed");
        // An answer or an end, and no connection that hangs.
        let line = first_line(stream);
        assert!(line.is_empty() || line.starts_with("HTTP/1.1 "), "{line}");
    }
    alive(&app);
}

#[test]
fn a_packed_body_is_not_unpacked() {
    let app = TestApp::sqlite();
    // The beginning of a gzip file: whatever it would be unpacked to, nothing is.
    let packed = [[0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 2, 3].as_slice(), &[0; 200]].concat();
    assert_eq!(
        first_line(begin(&app, "content-encoding: gzip\r\n", packed.len(), &packed)),
        "HTTP/1.1 400 Bad Request"
    );
    alive(&app);
}
