//! Everything that the schema allows, asked by a program that others wrote
//! (`schemathesis`): each root field, with values that chance picks.

use std::path::Path;
use std::process::Command;

use api::policy::Role;
use serde_json::{Value, json};
use tests::process::run;
use tests::tools::tool;
use tests::{TestApp, on_both};

/// `BROADSHEET_CASES` asks for more, or fewer: 5,000 in a nightly run.
fn cases() -> usize {
    let asked = api::config::environment("BROADSHEET_CASES");
    asked.and_then(|text| text.parse().ok()).unwrap_or(300)
}

/// Asks as those whose tokens these are, or as nobody.
fn fuzz(app: &TestApp, tokens: &str) {
    if tool("schemathesis").is_none() {
        return;
    }
    let ctx = app.ctx();
    app.block_on(api::hugo::demo::fill(&ctx)).expect("the demo content");
    let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("tools/fuzz.py");
    let mut command = Command::new(tool("python").expect("Python"));
    command.arg(script).args([app.url("/graphql"), cases().to_string()]);
    let output = run(command, tokens);
    let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
    assert!(output.status.success(), "{}", text(&output.stderr));
    let report: Value = serde_json::from_slice(&output.stdout).expect("a report");
    let number = |value: &Value| usize::try_from(value.as_u64().unwrap_or(0)).unwrap_or(0);
    println!("{} cases: {}", report["asked"], report["codes"]);
    assert_eq!(report["failures"], json!([]));
    // A field without arguments is not asked as often as one with many.
    assert!(number(&report["fields"]) > 100 && number(&report["asked"]) * 10 > cases() * 8);
    // Most of it is not refused for its form alone.
    let done = number(&report["codes"]["ok"]);
    assert!(tokens.is_empty() || done * 8 > cases(), "{done} of {}", cases());
}

#[test]
fn whatever_nobody_asks_is_answered() {
    fuzz(&TestApp::sqlite(), "");
}

on_both! {
    fn whatever_an_administrator_asks_is_answered(app) {
        for role in [Role::Editor, Role::Author, Role::Viewer] {
            let _ = app.as_role(role);
        }
        // Some of what is asked ends the session that asks it.
        let count = 20 + cases() / 25;
        let tokens = (0..count).map(|_| app.token(Role::Admin)).collect::<Vec<_>>();
        fuzz(&app, &tokens.join("\n"));
    }
}
