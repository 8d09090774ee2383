//! Hugo files larger than anybody writes: in, one edit, and out again.

use std::fmt::Write;

use api::policy::Role;
use serde_json::{Value, json};
use tests::{TestApp, write_files};

/// Keys of a front matter.
const KEYS: usize = 5000;

const FILE: &str = "content/posts/p.md";

/// Imports a page, edits it over GraphQL, and exports it.
fn edited(app: &TestApp, page: &str, input: Value) -> String {
    let site = tempfile::tempdir().expect("a temporary folder");
    write_files(site.path(), &[(FILE, page)]);
    let report = app.import(site.path());
    assert_eq!((report.created, report.failures), (1, vec![]));
    let editor = app.as_role(Role::Editor);
    let article = editor
        .ask("{ article(by: { path: \"/posts/p/\" }, view: WORKING) { id version } }", Value::Null);
    let id = article.at("/article/id").clone();
    let update = "mutation($id: ID!, $version: Int!, $input: UpdateArticleInput!) {
        updateArticle(id: $id, expectedVersion: $version, input: $input) { userErrors { field message } } }";
    let version = article.at("/article/version").clone();
    let update = editor.ask(update, json!({ "id": id, "version": version, "input": input }));
    let _ = update.accepted("updateArticle");
    let publish = "mutation($id: ID!) { publishArticle(id: $id) { userErrors { field message } } }";
    let _ = editor.ask(publish, json!({ "id": id })).accepted("publishArticle");
    let out = tempfile::tempdir().expect("a temporary folder");
    let report = app.export(out.path());
    assert_eq!(report.failures, []);
    std::fs::read_to_string(out.path().join(FILE)).expect("the exported file")
}

/// A page whose front matter has many keys, and the title among them.
fn page(open: &str, entry: impl Fn(&str, &str) -> String, close: &str) -> String {
    let mut page = open.to_owned();
    for number in 0..KEYS {
        if number == KEYS / 2 {
            page.push_str(&entry("title", "Old"));
        }
        let _ = write!(page, "{}", entry(&format!("key{number}"), &format!("值 {number}")));
    }
    page.push_str(&entry("last", "one"));
    page.push_str(close);
    page.push_str("\nText.\n");
    page
}

/// Sets the title, and the last of all keys.
fn check(page: &str, lines: [(&str, &str); 2]) {
    let app = TestApp::sqlite();
    let mut params: serde_json::Map<String, Value> =
        (0..KEYS).map(|number| (format!("key{number}"), json!(format!("值 {number}")))).collect();
    params.insert("last".to_owned(), json!("new"));
    let mut expected = page.to_owned();
    for (old, new) in lines {
        assert_eq!(page.matches(old).count(), 1, "{old:?}");
        expected = expected.replace(old, new);
    }
    let written = edited(&app, page, json!({ "title": "New", "params": params }));
    for (number, (written, expected)) in written.lines().zip(expected.lines()).enumerate() {
        assert_eq!(written, expected, "line {}", number + 1);
    }
    assert_eq!(written.len(), expected.len());
}

#[test]
fn one_line_of_a_long_body_is_edited_alone() {
    let mut body = String::from("\n");
    let mut number = 0;
    while body.len() < 600_000 {
        number += 1;
        let _ = write!(body, "段落 {number}：{}。\n\n", "这是一段很长的正文".repeat(20));
    }
    let page = format!("---\ntitle: Old   # a comment\n---\n{body}");
    let line = format!("段落 {}：", number / 2);
    let new = body.replace(&line, "**改过**：");
    assert_ne!(new, body);
    let written = edited(&TestApp::sqlite(), &page, json!({ "body": new }));
    assert!(written == page.replace(&line, "**改过**："), "more than the one line has changed");
}

#[test]
fn two_of_many_keys_of_yaml_are_edited_alone() {
    let page = page("---\n# many\n", |key, value| format!("{key}:  '{value}' # said\n"), "---\n");
    check(&page, [("'Old' # said", "'New' # said"), ("'one' # said", "'new' # said")]);
}

#[test]
fn two_of_many_keys_of_toml_are_edited_alone() {
    let page =
        page("+++\n# many\n", |key, value| format!("{key}  = \"{value}\" # said\n"), "+++\n");
    check(&page, [("\"Old\" # said", "\"New\" # said"), ("\"one\" # said", "\"new\" # said")]);
}

#[test]
fn two_of_many_keys_of_json_are_edited_alone() {
    let entry = |key: &str, value: &str| {
        let comma = if key == "last" { "" } else { "," };
        format!("\t\"{key}\" :  \"{value}\"{comma}\n")
    };
    let page = page("{\n", entry, "}\n");
    check(&page, [("\"Old\",", "\"New\","), ("\"one\"", "\"new\"")]);
}
