//! What somebody may send to hurt: each is refused with its limit, or bounded, and the
//! server answers others as before.

use std::io::{Read, Write};
use std::net::{Shutdown, TcpStream};
use std::time::Duration;

use serde_json::{Value, json};
use tests::abuse::{
    CIRCLE, PAGES, TYPES, aliases, deep, doubling, long_argument, long_name, query, repeated,
    schemas, unknown, values,
};
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

#[test]
fn each_is_refused_by_its_limit() {
    let app = TestApp::sqlite();
    let over = |limit: &str, asked: usize, allowed: usize| {
        format!("the query is over the limit on {limit}: it has {asked}, and {allowed} are allowed")
    };
    let mut wrong = Vec::new();
    let bomb = doubling(30, "Query", "site { title }");
    let selections = "selections with all fragments spread";
    for (name, body, status, message) in [
        ("300 aliases", query(&aliases(300)), 400, over("aliases", 300, 50)),
        ("10,000 repeated fields", query(&repeated(10_000)), 400, over("tokens", 10_005, 4000)),
        (
            "the same behind a comment that ends with a carriage return",
            query(&format!("# \r{}", repeated(10_000))),
            400,
            over("tokens", 10_005, 4000),
        ),
        (
            "a name of a megabyte, in a hundred rows",
            query(&long_name(1 << 20)),
            400,
            over("letters of one name", 1 << 20, 255),
        ),
        (
            "3,900 names that are near to others",
            query(&unknown(3_900)),
            400,
            over("cost", 390_000, 50_000),
        ),
        ("60 levels", query(&deep(60)), 400, over("depth", 15, 14)),
        (
            "a page of 10,000",
            query("{ articles(first: 10000) { nodes { title } } }"),
            200,
            "`first` must be between 0 and 100, and 10000 was asked for".to_owned(),
        ),
        ("pages of 100 in pages of 100", query(PAGES), 400, over("cost", 5_120_202, 50_000)),
        (
            "fragments that double",
            query(&format!("{{ ...F0 }} {bomb}")),
            400,
            over(selections, 4_294_967_295, 20_000),
        ),
        (
            "the same in an operation that is not run",
            json!({ "operationName": "A", "query": format!(
                "query A {{ site {{ title }} }} query B {{ ...F0 }} {bomb}") }),
            400,
            over(selections, 4_294_967_297, 20_000),
        ),
        (
            "the same in the schema",
            query(&format!(
                "{{ __schema {{ ...F0 }} }} {}",
                doubling(30, "__Schema", "queryType { name }")
            )),
            400,
            over(selections, 4_294_967_296, 20_000),
        ),
        (
            "a circle of fragments",
            query(CIRCLE),
            200,
            "The recursion depth of the query cannot be greater than `64`".to_owned(),
        ),
        (
            "directives",
            query(&format!("{{ site {{ title {} }} }}", "@skip(if: false) ".repeat(60))),
            400,
            over("directives", 60, 50),
        ),
        ("the schema times itself", query(TYPES), 400, over("nested lists of the schema", 3, 2)),
        (
            "the schema forty times",
            query(&schemas(40)),
            400,
            over("fields of the schema", 1_258_440, 1_000_000),
        ),
        (
            "many values in few bytes",
            values(150_000),
            400,
            "the body is over the limit on values: it has 150004, and 100000 are allowed"
                .to_owned(),
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
        if found != status || !why.contains(&message) {
            wrong.push(format!("{name}: {found} {why}"));
        }
        alive(&app);
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn what_is_quoted_and_what_is_copied_is_bounded() {
    let app = TestApp::sqlite();
    let raw = app.nobody().post(&long_argument(50, 300_000));
    let message = raw.json()["errors"][0]["message"].as_str().unwrap_or_default().to_owned();
    assert!(message.ends_with("\" … is not an id that this server gave"), "{message}");
    assert!(raw.status == 200 && raw.body.len() < 1_000, "{}", raw.body.len());
    // Each copy is paid for: 4 KB as a field.
    let costs = |fields: usize| {
        let mut body = long_argument(fields, 300_000);
        body["extensions"] = json!({ "cost": true });
        app.nobody().post(&body).json()["extensions"]["cost"]["requested"].clone()
    };
    assert_eq!((costs(1), costs(2)), (json!(75), json!(150)));
    // Mistakes without end are not all told.
    let answer = app.nobody().run(&unknown(400), Value::Null, None);
    assert_eq!(answer["errors"].as_array().map(Vec::len), Some(100));
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
