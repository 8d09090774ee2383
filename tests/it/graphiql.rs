//! The page to explore the schema with: all of it is from this server.

use std::process::{Command, Stdio};

use tests::tools::{output, tool};
use tests::{Backend, TestApp};

const FILES: [&str; 3] = ["/graphiql", "/graphiql/graphiql.js", "/graphiql/graphiql.css"];

#[test]
fn everything_that_the_page_loads_is_here() {
    let app = TestApp::sqlite();
    let page = app.fetch("/graphiql", &[]);
    let elsewhere = page.body.split(['"', '\'']).filter(|text| text.contains("://"));
    assert_eq!(elsewhere.collect::<Vec<_>>(), [""; 0]);
    for path in &FILES[1..] {
        assert!(page.body.contains(&format!("\"{path}\"")), "{path}");
        let file = app.fetch(path, &[("accept-encoding", "identity")]);
        assert_eq!((file.status, file.header("content-encoding")), (200, ""), "{path}");
        assert!(file.body.contains("graphiql"), "{path}");
    }
}

#[test]
fn a_browser_that_reaches_nothing_else_shows_it() {
    let Some(chromium) = tool("chromium") else { return };
    let app = TestApp::sqlite();
    let profile = tempfile::tempdir().expect("a folder");
    let shown = output(
        Command::new(chromium)
            .args(["--headless=new", "--no-sandbox", "--disable-gpu", "--virtual-time-budget=8000"])
            .arg("--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1")
            .arg(format!("--user-data-dir={}", profile.path().display()))
            .args(["--dump-dom", &app.url("/graphiql")])
            .stderr(Stdio::null()),
    );
    assert!(shown.contains("graphiql-container"), "{shown}");
    assert!(shown.contains("<form id=\"plain\" hidden"), "the plain editor has gone");
    // The buttons for the documentation are there once the schema was read.
    assert!(shown.contains("Documentation Explorer"), "{shown}");
}

#[test]
fn it_can_be_switched_off() {
    let app = TestApp::configured(Backend::Sqlite, |config| config.http.graphiql = false)
        .expect("SQLite");
    for path in FILES {
        assert_eq!(app.fetch(path, &[]).status, 404, "{path}");
    }
}
