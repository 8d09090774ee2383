//! The schema is what is committed, and says what everything is.

use serde_json::Value;
use tests::TestApp;

/// Types of async-graphql's own that cannot be described.
const UNDESCRIBED: [&str; 12] = [
    "ArticleConnection",
    "AuditEntryConnection",
    "CategoryConnection",
    "RedirectRuleConnection",
    "RevisionConnection",
    "SearchConnection",
    "ScheduledMomentConnection",
    "TagConnection",
    "TaxonomyChangeConnection",
    "TaxonomyTermConnection",
    "UserConnection",
    "ID",
];

#[test]
fn the_committed_schema_is_the_one_served() {
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/../api/schema.graphql");
    let committed = std::fs::read_to_string(path).expect("api/schema.graphql");
    assert!(
        committed == api::graphql::sdl(),
        "api/schema.graphql is not what the code says: run `cargo run -- schema > api/schema.graphql`"
    );
}

#[test]
fn everything_has_a_description() {
    let app = TestApp::sqlite();
    let schema = app.query(include_str!("introspection.graphql"), Value::Null);
    let described =
        |value: &Value| value["description"].as_str().is_some_and(|text| !text.is_empty());
    let list = |value: &Value| value.as_array().cloned().unwrap_or_default();
    let mut missing = Vec::new();
    for kind in list(schema.at("/__schema/types")) {
        let name = kind["name"].as_str().unwrap_or_default();
        if name.starts_with("__") {
            continue;
        }
        if !described(&kind) && !UNDESCRIBED.contains(&name) {
            missing.push(name.to_owned());
        }
        for part in ["fields", "inputFields", "enumValues"] {
            for field in list(&kind[part]) {
                if !described(&field) {
                    missing.push(format!("{name}.{}", field["name"]));
                }
                for argument in list(&field["args"]) {
                    if !described(&argument) {
                        missing.push(format!("{name}.{}({})", field["name"], argument["name"]));
                    }
                }
            }
        }
    }
    assert!(missing.is_empty(), "{missing:?}");
}

#[test]
fn every_scalar_names_its_specification() {
    let app = TestApp::sqlite();
    let schema = app.query(include_str!("introspection.graphql"), Value::Null);
    let types = schema.at("/__schema/types").as_array().expect("types");
    let own = ["DateTime", "LanguageTag", "Url", "Json"];
    for name in own {
        let kind = types.iter().find(|kind| kind["name"] == name).expect(name);
        assert!(kind["specifiedByURL"].is_string(), "{name}");
    }
}
