//! The document that an edit asks for.
//!
//! Invariant: a key keeps the spelling that the file has for it, a date its
//! spelling; what the value means is what was asked for.

use chrono_tz::Tz;
use serde_json::{Map, Value};

use super::super::date::parse_date;
use super::super::fold;
use super::super::front_matter::Format;
use super::Edit;
use super::date;
use super::house::House;
use super::node::spelling;

/// Keys that hold dates by Hugo's default, in lower case.
const DATES: [&str; 8] = [
    "date",
    "lastmod",
    "publishdate",
    "expirydate",
    "modified",
    "pubdate",
    "published",
    "unpublishdate",
];

/// Keys that hold none, though their texts may look like one.
const TEXTS: [&str; 5] = ["title", "linktitle", "slug", "description", "summary"];

/// The document after an edit.
pub(super) fn intended(document: &Value, edit: &Edit, format: Format, house: &House) -> Value {
    let mut root = document.as_object().cloned().unwrap_or_default();
    match edit {
        Edit::Set { path, value: Value::Null } if format == Format::Toml => remove(&mut root, path),
        Edit::Set { path, value } => {
            if let [key] = path.as_slice() {
                let key = spelling(root.keys(), key);
                let value = as_date(&key, root.get(&key), value, house)
                    .unwrap_or_else(|| adapted(value, root.get(&key)));
                root.insert(key, value);
            } else {
                set(&mut root, path, value);
            }
        }
        Edit::Remove { path } => remove(&mut root, path),
    }
    Value::Object(root)
}

/// A new document, its dates as the house writes them.
pub(super) fn spelled(
    map: Map<String, Value>,
    format: Format,
    house: &House,
) -> Map<String, Value> {
    map.into_iter()
        .filter(|(_, value)| format != Format::Toml || !value.is_null())
        .map(|(key, value)| {
            let value = as_date(&key, None, &value, house).unwrap_or(value);
            (key, value)
        })
        .collect()
}

/// A date in the spelling of the one before it, or of its neighbours.
fn as_date(key: &str, old: Option<&Value>, new: &Value, house: &House) -> Option<Value> {
    let moment = date::moment(new)?;
    let key = key.to_lowercase();
    let (spelling, before) = match old {
        Some(old) if date::is_date(old) && !TEXTS.contains(&key.as_str()) => {
            date::spelling(old.as_str()?)?
        }
        None if DATES.contains(&key.as_str()) => house.date(&key)?,
        _ => return None,
    };
    let said = Value::String(spelling.say(moment, before, house.zone()));
    // Some spellings cannot grow: nobody reads a time behind `January 2, 2020`.
    let read = parse_date(&said, house.zone().unwrap_or(Tz::UTC));
    (read == Ok(Some(moment))).then_some(said)
}

fn set(map: &mut Map<String, Value>, path: &[String], value: &Value) {
    let Some((key, below)) = path.split_first() else {
        return;
    };
    let key = spelling(map.keys(), key);
    if below.is_empty() {
        let value = adapted(value, map.get(&key));
        map.insert(key, value);
        return;
    }
    let slot = map.entry(key).or_insert_with(|| Value::Object(Map::new()));
    if !slot.is_object() {
        *slot = Value::Object(Map::new());
    }
    if let Value::Object(inner) = slot {
        set(inner, below, value);
    }
}

fn remove(map: &mut Map<String, Value>, path: &[String]) {
    let Some((key, below)) = path.split_first() else {
        return;
    };
    if below.is_empty() {
        map.retain(|name, _| !fold::same(name, key));
        return;
    }
    let key = spelling(map.keys(), key);
    if let Some(Value::Object(inner)) = map.get_mut(&key) {
        remove(inner, below);
    }
}

/// A value whose keys are spelled as those of the value before it.
fn adapted(value: &Value, old: Option<&Value>) -> Value {
    match (value, old) {
        (Value::Object(map), Some(Value::Object(old))) => {
            let spelled = map.iter().map(|(key, value)| {
                let own = if map.contains_key(key) && old.contains_key(key) {
                    key.clone()
                } else {
                    spelling(old.keys(), key)
                };
                // Two keys of the new value may not become one.
                let own = if own != *key && map.contains_key(&own) { key.clone() } else { own };
                let value = adapted(value, old.get(&own));
                (own, value)
            });
            Value::Object(spelled.collect())
        }
        (value, _) => value.clone(),
    }
}
