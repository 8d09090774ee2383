//! Manifests of persisted documents, as build tools write them.
//!
//! | who | form |
//! |---|---|
//! | Relay's compiler (`persistConfig`), GraphQL Code Generator (`persistedDocuments`) | `{ "<id>": "<text>" }` |
//! | Apollo (`generate-persisted-query-manifest`) | `{ "format": "apollo-persisted-query-manifest", "version": 1, "operations": [{ "id", "body", "name", "type" }] }` |

use serde_json::Value;

/// A document as a manifest has it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Entry {
    pub id: String,
    pub text: String,
}

/// Reads a manifest. An error names the entry and what is wrong with it.
pub fn read(bytes: &[u8]) -> Result<Vec<Entry>, String> {
    let manifest: Value = serde_json::from_slice(bytes)
        .map_err(|error| format!("the manifest is not JSON: {error}"))?;
    let Value::Object(map) = manifest else {
        return Err("a manifest is an object: { \"<id>\": \"<document>\" }".to_owned());
    };
    if let Some(Value::String(format)) = map.get("format") {
        return match (format.as_str(), map.get("version").and_then(Value::as_i64)) {
            ("apollo-persisted-query-manifest", Some(1)) => operations(map.get("operations")),
            (format, version) => {
                let version = version.map_or_else(String::new, |version| format!(" {version}"));
                Err(format!("`{format}`{version} is not a format that is known here"))
            }
        };
    }
    map.into_iter()
        .map(|(id, text)| match text {
            Value::String(text) => Ok(Entry { id, text }),
            _ => Err(format!("`{id}` is not the text of a document")),
        })
        .collect()
}

fn operations(operations: Option<&Value>) -> Result<Vec<Entry>, String> {
    let operations = operations.and_then(Value::as_array).ok_or("`operations` is not a list")?;
    let text = |at: usize, operation: &Value, key: &str| {
        let text = operation.get(key).and_then(Value::as_str).map(str::to_owned);
        text.ok_or_else(|| format!("`operations[{at}]` has no `{key}`"))
    };
    let entries = operations.iter().enumerate().map(|(at, operation)| {
        Ok(Entry { id: text(at, operation, "id")?, text: text(at, operation, "body")? })
    });
    entries.collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(manifest: &str, expected: Result<&[(&str, &str)], &str>) {
        let entry = |(id, text): &(&str, &str)| Entry { id: (*id).into(), text: (*text).into() };
        let expected = expected.map(|entries| entries.iter().map(entry).collect::<Vec<_>>());
        assert_eq!(read(manifest.as_bytes()), expected.map_err(str::to_owned), "{manifest}");
    }

    #[test]
    fn manifests_are_read() {
        check(
            r#"{"a1": "{ site { title } }", "b2": "query Q { x }"}"#,
            Ok(&[("a1", "{ site { title } }"), ("b2", "query Q { x }")]),
        );
        check(
            r#"{"format": "apollo-persisted-query-manifest", "version": 1, "operations": [
                {"id": "a1", "name": "Q", "type": "query", "body": "query Q { x }"}]}"#,
            Ok(&[("a1", "query Q { x }")]),
        );
        check("{}", Ok(&[]));
    }

    #[test]
    fn mistakes_name_their_place() {
        check(
            r#"{"format": "other", "version": 2}"#,
            Err("`other` 2 is not a format that is known here"),
        );
        check(
            r#"{"format": "apollo-persisted-query-manifest", "version": 1}"#,
            Err("`operations` is not a list"),
        );
        check(
            r#"{"format": "apollo-persisted-query-manifest", "version": 1, "operations": [{"id": "a"}]}"#,
            Err("`operations[0]` has no `body`"),
        );
        check(r#"{"a": 1}"#, Err("`a` is not the text of a document"));
        check("[]", Err("a manifest is an object: { \"<id>\": \"<document>\" }"));
        assert!(read(b"\xff").is_err_and(|error| error.starts_with("the manifest is not JSON")));
    }
}
