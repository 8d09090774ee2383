//! Single files with one oddity each, against what Hugo 0.168 makes of them.

use std::collections::BTreeMap;
use std::path::Path;

use api::policy::Role;
use serde_json::{Map, Value, json};
use tests::{Answer, TestApp, corpora};

use crate::hugo::assert_bytes_are_kept;

/// Where we differ from Hugo on purpose: the table of `api/src/hugo/mod.rs`.
const KINDER: &[(&str, Kind)] = &[
    ("closing-with", Kind::Accepted(r#"{"title": "A"}"#)),
    ("date-1-digit", Kind::Accepted(r#"{"date": "2020-01-02T00:00:00Z"}"#)),
    ("date-min", Kind::Accepted(r#"{"date": "2020-01-02T03:04:00Z"}"#)),
    ("date-slashes", Kind::Accepted(r#"{"date": "2020-01-02T00:00:00Z"}"#)),
    ("published-false", Kind::Accepted(r#"{"status": "DRAFT"}"#)),
    ("unknown-shortcode", Kind::Accepted(r#"{"title": "A"}"#)),
    ("build", Kind::Accepted(r#"{"params": {"build": {"render": "never"}}}"#)),
    ("menu-empty", Kind::Accepted(r#"{"params": {}}"#)),
    ("binary-tag", Kind::Accepted(r#"{"params": {"a": "aGk="}}"#)),
    ("toml-inf", Kind::Accepted(r#"{"params": {"x": "inf"}}"#)),
    ("keywords-string", Kind::Accepted(r#"{"params": {"keywords": "a, b"}}"#)),
    ("dup-key-yaml", Kind::Refused(3)),
    ("unclosed", Kind::Refused(1)),
    ("unquoted", Kind::Refused(2)),
];

#[derive(Debug)]
enum Kind {
    /// Read, with these fields.
    Accepted(&'static str),
    /// Not read, as in Hugo, and named with this line.
    Refused(u32),
}

const PAGE: &str = "query($view: View!) { articles(view: $view) { nodes {
    title status path date lastModified publishedAt weight aliases summary params slug
    tags { name path } categories { name path }
    body { markdown html }
    site { menu(name: \"main\") { items { name } } }
} } }";

fn import(case: &str, folder: &Path) -> (TestApp, Vec<api::hugo::problem::Problem>) {
    let app = TestApp::sqlite();
    let site = tempfile::tempdir().expect("a temporary folder");
    let name = if case == "file-name-date" { "2020-01-02-p" } else { "p" };
    let content = site.path().join("content/post");
    std::fs::create_dir_all(&content).expect("a folder");
    std::fs::copy(folder.join(format!("{case}.md")), content.join(format!("{name}.md")))
        .expect("a copy");
    let failures = app.import(site.path()).failures;
    (app, failures)
}

fn page(app: &TestApp) -> Answer {
    let answer = app.as_role(Role::Editor).ask(PAGE, json!({ "view": "WORKING" }));
    Answer(answer.at("/articles/nodes/0").clone())
}

/// A value as Go's `%v` prints it.
fn go(value: &Value) -> String {
    match value {
        Value::Null => "<nil>".to_owned(),
        Value::String(text) => text.clone(),
        Value::Array(items) => format!("[{}]", items.iter().map(go).collect::<Vec<_>>().join(" ")),
        Value::Object(map) => {
            let sorted: BTreeMap<_, _> = map.iter().collect();
            let pairs: Vec<_> =
                sorted.iter().map(|(key, value)| format!("{key}:{}", go(value))).collect();
            format!("map[{}]", pairs.join(" "))
        }
        other => other.to_string(),
    }
}

/// Whether a Go type prints values of this JSON kind.
fn fits(go_type: &str, value: &Value) -> bool {
    match go_type {
        "string" => value.is_string(),
        "uint64" | "int" => value.is_i64() || value.is_u64(),
        "float64" => value.is_number(),
        "[]string" => value.as_array().is_some_and(|items| items.iter().all(Value::is_string)),
        "[]interface" => value.is_array(),
        "hmaps.Params" => value.is_object(),
        "<nil>" => value.is_null(),
        other => panic!("no rule for {other}"),
    }
}

/// Keys with a field of their own, which Hugo shows among the parameters too.
const TYPED: [&str; 13] = [
    "title",
    "date",
    "lastmod",
    "publishdate",
    "expirydate",
    "tags",
    "categories",
    "aliases",
    "weight",
    "slug",
    "menu",
    "draft",
    "translationkey",
];

fn check_param(case: &str, params: &Map<String, Value>, key: &str, expected: &str) {
    if TYPED.contains(&key) {
        return;
    }
    // Hugo folds keys to lower case; we keep them as written.
    let found = params.iter().find(|(name, _)| name.to_lowercase() == key);
    let value = found.unwrap_or_else(|| panic!("{case}: no parameter {key:?} in {params:?}")).1;
    let (go_type, text) = expected.split_once(' ').expect("a type and a value");
    let text = text.strip_prefix("{} ").unwrap_or(text);
    assert!(fits(go_type, value), "{case}: {key} is {value}, Hugo has {expected}");
    assert_eq!(go(value), text, "{case}: {key}");
}

fn check(case: &str, page: &Answer, expected: &Map<String, Value>) {
    for (field, value) in expected {
        let text = value.as_str().unwrap_or_default();
        match field.as_str() {
            "title" => assert_eq!(page.text("/title"), text, "{case}"),
            "date" => assert_eq!(page.text("/date"), text, "{case}"),
            "lastmod" => assert_eq!(page.text("/lastModified").get(..10), Some(text), "{case}"),
            "pub" => assert_eq!(page.text("/publishedAt").get(..10), Some(text), "{case}"),
            "weight" => assert_eq!(page.at("/weight"), value, "{case}"),
            "url" => assert_eq!(page.text("/path"), text, "{case}"),
            "raw" => {
                assert_eq!(page.text("/body/markdown").trim_start_matches('\n'), text, "{case}");
            }
            "content" => assert_eq!(page.text("/body/html"), text, "{case}"),
            "tags" => {
                // Hugo's list pages capitalize: the name is what was written.
                let found: Vec<_> = page
                    .at("/tags")
                    .as_array()
                    .expect("tags")
                    .iter()
                    .map(|tag| {
                        format!(
                            "{}={}",
                            tag["name"].as_str().unwrap_or_default().to_lowercase(),
                            tag["path"].as_str().unwrap_or_default()
                        )
                    })
                    .collect();
                let expected: Vec<_> = value
                    .as_array()
                    .expect("tags")
                    .iter()
                    .map(|tag| {
                        let (name, path) =
                            tag.as_str().expect("a tag").split_once('=').expect("an address");
                        format!("{}={path}", name.to_lowercase())
                    })
                    .collect();
                assert_eq!(found, expected, "{case}");
            }
            "aliases" => {
                let found: Vec<_> = page
                    .at("/aliases")
                    .as_array()
                    .expect("aliases")
                    .iter()
                    .map(|alias| {
                        alias.as_str().expect("an alias").trim_end_matches('/').replace("%20", " ")
                    })
                    .collect();
                assert_eq!(json!(found), *value, "{case}");
            }
            "summary" => {
                let plain: String = text
                    .split('<')
                    .map(|part| part.rsplit('>').next().unwrap_or_default())
                    .collect();
                let words =
                    |text: &str| text.split_whitespace().map(str::to_owned).collect::<Vec<_>>();
                assert_eq!(words(&page.text("/summary")), words(&plain), "{case}");
            }
            "params" => {
                let params = page.at("/params").as_object().expect("a map").clone();
                for (key, value) in value.as_object().expect("params") {
                    check_param(case, &params, key, value.as_str().expect("a text"));
                }
            }
            other => panic!("{case}: no rule for {other}"),
        }
    }
    let has_title = expected.contains_key("title");
    assert!(has_title || page.text("/title").is_empty(), "{case}: Hugo has no title");
    let has_date = expected.contains_key("date");
    assert!(has_date || page.at("/date").is_null(), "{case}: Hugo has no date");
}

#[test]
fn every_odd_file_is_read_as_hugo_reads_it() {
    let Some(corpora) = corpora() else { return };
    let folder = corpora.join("odd");
    let expected: Map<String, Value> = serde_json::from_slice(
        &std::fs::read(folder.join("expected.json")).expect("expected.json"),
    )
    .expect("JSON");
    assert!(expected.len() > 70);
    for (file, expected) in &expected {
        let case = file.trim_end_matches(".md");
        let (app, failures) = import(case, &folder);
        let kinder = KINDER.iter().find(|(name, _)| *name == case).map(|(_, kind)| kind);
        if let Some(Kind::Refused(line)) = kinder {
            assert_eq!(failures.len(), 1, "{case}");
            assert_eq!(failures[0].file, "content/post/p.md", "{case}");
            assert_eq!(failures[0].line, Some(*line), "{case}: {}", failures[0]);
            assert!(failures[0].message.len() > 10, "{case}");
            continue;
        }
        assert_eq!(failures, [], "{case}");
        let page = page(&app);
        match (kinder, &expected["page"]) {
            (Some(Kind::Accepted(fields)), _) => {
                let fields: Map<String, Value> = serde_json::from_str(fields).expect("JSON");
                for (field, value) in fields {
                    assert_eq!(page.at(&format!("/{field}")), &value, "{case}");
                }
            }
            (_, Value::Object(expected)) => check(case, &page, expected),
            // Cut off by whoever wrote it down: the title is one letter many times.
            (_, Value::String(text)) if case == "big-title" => {
                assert!(text.contains(&page.text("/title")[..400]), "{case}");
            }
            (_, other) => panic!("{case}: {other} has no rule: add a row"),
        }
        if case == "menu-empty" {
            assert_eq!(page.at("/site/menu/items"), &json!([]));
        }
    }
}

#[test]
fn all_odd_files_go_in_together_on_postgresql() {
    let Some(corpora) = corpora() else { return };
    let Some(app) = TestApp::postgres() else { return };
    let site = tempfile::tempdir().expect("a temporary folder");
    let content = site.path().join("content/post");
    std::fs::create_dir_all(&content).expect("a folder");
    let mut count = 0;
    for entry in std::fs::read_dir(corpora.join("odd")).expect("a folder") {
        let path = entry.expect("a file").path();
        if path.extension().is_some_and(|extension| extension == "md") {
            std::fs::copy(&path, content.join(path.file_name().expect("a name"))).expect("a copy");
            count += 1;
        }
    }
    let report = app.import(site.path());
    let refused = KINDER.iter().filter(|(_, kind)| matches!(kind, Kind::Refused(_))).count();
    assert_eq!(report.failures.len(), refused, "{:?}", report.failures);
    assert_eq!(report.created, count - refused);
    assert_eq!(assert_bytes_are_kept(&app, site.path()), report.created);
}
