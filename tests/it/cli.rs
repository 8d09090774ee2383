//! The command line, as an operator uses it.

use std::path::Path;

use serde_json::{Value, json};
use tests::process::{Process, command, run};
use tests::write_files;

const PROGRAM: &str = env!("CARGO_BIN_EXE_broadsheet-under-test");

struct Done {
    code: Option<i32>,
    out: String,
    err: String,
}

fn broadsheet(data: &Path, arguments: &[&str], input: &str) -> Done {
    let mut command = command(PROGRAM, data, None);
    command.args(arguments);
    let output = run(command, input);
    Done {
        code: output.status.code(),
        out: String::from_utf8_lossy(&output.stdout).into_owned(),
        err: String::from_utf8_lossy(&output.stderr).into_owned(),
    }
}

fn folder() -> tempfile::TempDir {
    tempfile::tempdir().expect("a temporary folder")
}

#[test]
fn the_schema_and_the_configuration_are_printed() {
    let data = folder();
    let schema = broadsheet(data.path(), &["schema"], "");
    assert_eq!((schema.code, schema.out), (Some(0), api::graphql::sdl()));
    let config = broadsheet(data.path(), &["config"], "");
    assert_eq!(config.out.trim(), api::config::DEFAULTS.trim());
    assert_eq!(
        std::fs::read_dir(data.path()).expect("a folder").count(),
        0,
        "neither opens a database"
    );
}

#[test]
fn the_demo_answers_the_first_query_and_leaves_content_alone() {
    let data = folder();
    let serve = || {
        let mut serve = command(PROGRAM, data.path(), None);
        serve.args(["serve", "--demo"]);
        Process::serve(serve)
    };
    let query = "{ articles(first: 2, filter: { language: \"en\" }) { totalCount nodes { path title date tags { name articleCount } } } }";
    let server = serve();
    let first = server.nobody().ask(query, Value::Null);
    assert_eq!(
        first.at("/articles"),
        &json!({"totalCount": 9, "nodes": [
            {"path": "/en/opinion/in-praise-of-a-slow-clock/", "title": "The tower clock is seven minutes slow. Leave it be",
             "date": "2026-08-14T06:00:00+08:00",
             "tags": [{"name": "clock tower", "articleCount": 1}, {"name": "town life", "articleCount": 2}]},
            {"path": "/en/news/rain-gauge-network/", "title": "Twenty households, twenty rain gauges",
             "date": "2026-06-05T08:00:00+08:00",
             "tags": [{"name": "The river", "articleCount": 3}, {"name": "weather", "articleCount": 1}, {"name": "volunteers", "articleCount": 1}]},
        ]}),
        "the README shows this answer"
    );
    let kinds = server.nobody().ask(
        "{ article(by: { path: \"/news/rain-gauge-network/\" }) { widgets { kind } } }",
        Value::Null,
    );
    assert_eq!(kinds.each("/article/widgets", "kind").len(), 11, "the demo shows every widget");
    server.terminate();
    assert!(server.ended_well());
    let again = serve();
    assert_eq!(again.nobody().ask(query, Value::Null), first);
}

#[test]
fn people_are_added_with_a_password_from_standard_input() {
    let data = folder();
    let add = |arguments: &[&str], input: &str| {
        let all = [&["user", "add"], arguments].concat();
        broadsheet(data.path(), &all, input)
    };
    let good = add(&["A@Example.org", "--role", "editor", "--password-stdin"], "a long password\n");
    assert_eq!(good.code, Some(0), "{}", good.err);
    for (arguments, input, part) in [
        (
            &["a@example.org", "--role", "editor", "--password-stdin"][..],
            "a long password",
            "already",
        ),
        (&["b@example.org", "--role", "editor", "--password-stdin"], "short", "8 characters"),
        (&["b@example.org", "--role", "boss", "--password-stdin"], "a long password", "EDITOR"),
        (&["b@example.org", "--role", "editor"], "a long password", "--password-stdin"),
        (&["nobody", "--role", "editor", "--password-stdin"], "a long password", "e-mail"),
    ] {
        let refused = add(arguments, input);
        assert_ne!(refused.code, Some(0), "{arguments:?}");
        assert!(refused.err.contains(part), "{arguments:?}: {}", refused.err);
        assert!(!refused.err.contains("a long password"));
    }
}

#[test]
fn an_import_names_what_failed_and_exits_with_it() {
    let (data, site) = (folder(), folder());
    write_files(
        site.path(),
        &[
            ("content/good.md", "---\ntitle: Good\n---\n"),
            ("content/broken.md", "---\ntitle: A\ndate: [\"a\" \"b\"]\n---\n"),
        ],
    );
    let path = site.path().to_str().expect("a plain path");
    let dry = broadsheet(data.path(), &["import", "hugo", path, "--dry-run"], "");
    assert!(dry.out.contains("1 would be created"), "{}", dry.out);
    let report = broadsheet(data.path(), &["import", "hugo", path, "--json"], "");
    assert_eq!(report.code, Some(1));
    let json: Value = serde_json::from_str(&report.out).expect("JSON alone on standard output");
    assert_eq!((&json["created"], &json["documents"]), (&json!(1), &json!(2)));
    assert_eq!(json["failures"][0]["file"], "content/broken.md");
    assert_eq!(json["failures"][0]["line"], 3);
    let text = broadsheet(data.path(), &["import", "hugo", path], "");
    assert!(text.out.contains("error: content/broken.md:3:"), "{}", text.out);
    let nothing = broadsheet(data.path(), &["import", "hugo", "/nowhere"], "");
    assert_eq!(nothing.code, Some(1));
}

#[test]
fn what_cannot_work_is_said_without_secrets() {
    let data = folder();
    for (arguments, part) in [
        (&["--database-url", "mysql://u:hunter2@h/d"][..], "postgres://"),
        (&["--database-url", "postgres://u:hunter2@127.0.0.1:1/d"], "PostgreSQL"),
        (&["--config", "/nowhere.toml"], "/nowhere.toml"),
        (&["health", "--bind", "127.0.0.1:1"], "127.0.0.1:1"),
        (&["serv"], "serve"),
    ] {
        let refused = broadsheet(data.path(), arguments, "");
        assert_ne!(refused.code, Some(0), "{arguments:?}");
        assert!(refused.err.contains(part), "{arguments:?}: {}", refused.err);
        assert!(!refused.err.contains("hunter2"), "{}", refused.err);
    }
}

#[test]
fn health_asks_the_server_that_runs() {
    let data = folder();
    let server = Process::serve(command(PROGRAM, data.path(), None));
    let address = server.url("").replace("http://127.0.0.1", "0.0.0.0");
    let healthy = broadsheet(data.path(), &["health", "--bind", &address], "");
    assert_eq!((healthy.code, healthy.err.as_str()), (Some(0), ""));
}

#[test]
fn people_and_keys_are_managed_beside_a_running_server() {
    let data = folder();
    let server = Process::serve(command(PROGRAM, data.path(), None));
    let invite = ["user", "invite", "new@example.org", "--role", "EDITOR"];
    let invited = broadsheet(data.path(), &invite, "");
    assert_eq!(invited.code, Some(0), "{}", invited.err);
    let token = invited.out.lines().next().unwrap_or_default().to_owned();
    let accepted = server.nobody().ask(
        "mutation($t: String!) { acceptInvitation(token: $t, password: \"correct horse battery\") {
           session { accessToken } userErrors { code } } }",
        json!({ "t": token }),
    );
    let old = accepted.text("/acceptInvitation/session/accessToken");
    assert_eq!(broadsheet(data.path(), &["keys", "rotate"], "").code, Some(0));
    let reset = broadsheet(data.path(), &["user", "reset-password", "new@example.org"], "");
    let token = reset.out.lines().next().unwrap_or_default().to_owned();
    let viewer = "{ viewer { email } }";
    let client = server.nobody().with_token(&old);
    assert_eq!(client.ask(viewer, Value::Null).text("/viewer/email"), "new@example.org");
    let again = server.nobody().ask(
        "mutation($t: String!) { resetPassword(token: $t, password: \"another horse battery\") {
           session { accessToken } userErrors { code } } }",
        json!({ "t": token }),
    );
    let new = again.text("/resetPassword/session/accessToken");
    let key = |token: &str| token.split('.').next().map(str::to_owned);
    assert_ne!(key(&old), key(&new), "the running server signs with the new key");
    let gone = broadsheet(data.path(), &["user", "deactivate", "new@example.org"], "");
    assert_eq!(gone.code, Some(0), "{}", gone.err);
    let client = server.nobody().with_token(&new);
    assert_eq!(client.code(viewer, Value::Null), "UNAUTHENTICATED");
    let unknown = broadsheet(data.path(), &["user", "deactivate", "x@example.org"], "");
    assert!(unknown.err.contains("x@example.org"), "{}", unknown.err);
}

#[test]
fn people_are_listed_and_what_cannot_be_done_to_them_is_said() {
    let data = folder();
    let user = |arguments: &[&str], input: &str| {
        let all = [&["user"], arguments].concat();
        let done = broadsheet(data.path(), &all, input);
        assert_eq!(done.code, Some(0), "{arguments:?}: {}", done.err);
        done.out
    };
    user(&["add", "boss@example.org", "--role", "admin", "--password-stdin"], "a long password");
    user(&["add", "gone@example.org", "--role", "viewer", "--password-stdin"], "a long password");
    user(&["invite", "ann@example.org", "--role", "author", "--name", "Ann"], "");
    user(&["deactivate", "gone@example.org"], "");
    let list = user(&["list"], "");
    let lines: Vec<Vec<&str>> =
        list.lines().map(|line| line.split_whitespace().collect()).collect();
    assert_eq!(
        lines,
        [
            ["AUTHOR", "invited", "ann@example.org", "Ann"],
            ["ADMIN", "active", "boss@example.org", "boss"],
            ["VIEWER", "deactivated", "gone@example.org", "gone"],
        ]
    );
    for (arguments, part) in [
        (&["user", "deactivate", "boss@example.org"][..], "last administrator"),
        (&["user", "reset-password", "gone@example.org"], "reactivate"),
        (&["user", "reset-password", "ann@example.org"], "invite"),
        (&["user", "reset-password", "nobody@example.org"], "nobody@example.org"),
        (&["user", "invite", "boss@example.org", "--role", "author"], "already"),
        (&["user", "remove-second-factor", "boss@example.org"], "no second factor"),
    ] {
        let refused = broadsheet(data.path(), arguments, "");
        assert_ne!(refused.code, Some(0), "{arguments:?}");
        assert!(refused.err.contains(part), "{arguments:?}: {}", refused.err);
    }
}
