//! Keys in any case: `Title`, `title` and `TITLE` are one key to Hugo.
//!
//! Invariant: nothing here changes how a key is written.

use serde_json::{Map, Value};

/// Whether two keys are the same to Hugo (common/hmaps: keys are lower-cased).
#[must_use]
pub fn same(one: &str, other: &str) -> bool {
    one.eq_ignore_ascii_case(other)
        || (!(one.is_ascii() && other.is_ascii()) && one.to_lowercase() == other.to_lowercase())
}

/// The value under a key in any case; the last one wins where several match.
#[must_use]
pub fn get<'a>(map: &'a Map<String, Value>, key: &str) -> Option<&'a Value> {
    map.iter().rev().find(|(name, _)| same(name, key)).map(|(_, value)| value)
}

/// The map under a key in any case.
pub fn map<'a>(map: &'a Map<String, Value>, key: &str) -> Option<&'a Map<String, Value>> {
    get(map, key).and_then(Value::as_object)
}

/// Lays `over` on `base`: maps are merged to any depth, everything else is replaced.
///
/// A key keeps the spelling and the place it has in `base`.
pub fn merge(base: &mut Map<String, Value>, over: &Map<String, Value>) {
    for (key, value) in over {
        let existing = base.keys().find(|name| same(name, key)).cloned();
        match existing.and_then(|name| base.get_mut(&name)) {
            Some(Value::Object(inner)) => {
                if let Value::Object(value) = value {
                    merge(inner, value);
                } else if let Some(name) = base.keys().find(|name| same(name, key)).cloned() {
                    base.insert(name, value.clone());
                }
            }
            Some(slot) => *slot = value.clone(),
            None => {
                base.insert(key.clone(), value.clone());
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn maps_are_merged_whatever_the_case() {
        let mut base = json!({"A": {"x": 1, "Y": 2}, "b": 1, "c": {"z": 1}});
        let over = json!({"a": {"y": 3, "n": 4}, "B": 2, "c": 5, "d": 6});
        merge(base.as_object_mut().unwrap(), over.as_object().unwrap());
        assert_eq!(base, json!({"A": {"x": 1, "Y": 3, "n": 4}, "b": 2, "c": 5, "d": 6}));
    }
}
