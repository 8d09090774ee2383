//! What the server says of itself: enough to find a request, and no secret.

use std::fs::File;
use std::path::Path;

use serde_json::{Value, json};
use tests::client::{agent, raw};
use tests::process::{Process, command, run};

const PROGRAM: &str = env!("CARGO_BIN_EXE_broadsheet-under-test");
const PASSWORD: &str = "planted-secret-password";

/// Runs `work` on a server that logs all it can, and gives what it logged.
fn logged(data: &Path, format: &str, filter: &str, work: impl FnOnce(&Process)) -> String {
    let mut serve = command(PROGRAM, data, None);
    serve.env("BROADSHEET_LOG_FILTER", filter).env("BROADSHEET_LOG_FORMAT", format);
    let file = data.join("log");
    let server = Process::serve_logging(serve, File::create(&file).expect("a file"));
    work(&server);
    server.terminate();
    assert!(server.ended_well());
    std::fs::read_to_string(file).expect("the log")
}

#[test]
fn no_secret_is_logged_however_loud_the_log() {
    let data = tempfile::tempdir().expect("a temporary folder");
    let mut add = command(PROGRAM, data.path(), None);
    add.env("BROADSHEET_LOG_FILTER", "trace").args([
        "user",
        "add",
        "desk@example.org",
        "--role",
        "editor",
        "--password-stdin",
    ]);
    let added = run(add, PASSWORD);
    assert!(added.status.success());
    let mut said = String::from_utf8_lossy(&added.stderr).into_owned();
    said += &String::from_utf8_lossy(&added.stdout);
    let mut secrets = vec![PASSWORD.to_owned()];
    said += &logged(data.path(), "json", "trace", |server| {
        let login = server.nobody().ask(
            "mutation($email: String!, $password: String!) { login(input: { email: $email, password: $password }) {
               session { accessToken refreshToken } } }",
            json!({"email": "desk@example.org", "password": PASSWORD}),
        );
        let (access, refresh) =
            (login.text("/login/session/accessToken"), login.text("/login/session/refreshToken"));
        let client = server.nobody().with_token(&access);
        let renewed = client.ask(
            "mutation($token: String!) { refreshSession(refreshToken: $token) { session { accessToken refreshToken } } }",
            json!({ "token": refresh }),
        );
        // Tried with secrets in the wrong places, too.
        let _ = client.run(&format!("mutation {{ login(input: {{ email: \"{PASSWORD}\", password: \"{PASSWORD}\" }} x: 1) {{ user {{ id }} }} }}"), Value::Null, None);
        let _ = client.run("{ viewer { id } }", json!({ "password": PASSWORD }), None);
        let _ = raw(agent()
            .get(server.url(&format!("/graphql?query={{viewer{{id}}}}&token={PASSWORD}")))
            .call());
        let _ = client.ask("mutation { logout { ended } }", Value::Null);
        secrets.extend([
            access,
            refresh,
            renewed.text("/refreshSession/session/accessToken"),
            renewed.text("/refreshSession/session/refreshToken"),
        ]);
    });
    assert!(said.contains("answered"), "it logs at all");
    let keys = std::fs::read_to_string(data.path().join("access-token.key")).expect("the key");
    secrets.extend(keys.lines().filter_map(|line| line.split(' ').next_back()).map(str::to_owned));
    for secret in &secrets {
        let place = said.lines().find(|line| line.contains(secret.as_str()));
        assert_eq!(place, None);
    }
}

#[test]
fn a_request_can_be_found_by_its_id() {
    let data = tempfile::tempdir().expect("a temporary folder");
    let log = logged(data.path(), "json", "debug", |server| {
        let answer = raw(agent()
            .post(server.url("/graphql"))
            .header("x-request-id", "find-me")
            .header("content-type", "application/json")
            .send(r#"{"query":"{ site { title } }"}"#));
        assert_eq!(answer.status, 200);
    });
    let lines: Vec<Value> =
        log.lines().map(|line| serde_json::from_str(line).expect("JSON, a line each")).collect();
    let line = lines
        .iter()
        .find(|line| line["fields"]["message"] == "answered")
        .expect("a line for the request");
    assert_eq!(line["span"]["id"], "find-me");
    assert_eq!(
        (&line["fields"]["method"], &line["fields"]["path"], &line["fields"]["status"]),
        (&json!("POST"), &json!("/graphql"), &json!(200))
    );
}
