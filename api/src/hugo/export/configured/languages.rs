//! Languages: what is true of those that the configuration has, and those that
//! were made here.
//!
//! Invariant: a site without a table of languages gets one, with its own language
//! in it, as soon as it has something to say that stands nowhere else.

use entity::language::Model;
use serde_json::{Map, Value, json};

use super::Setting;
use crate::hugo::config::{SiteConfig, canonical_tag};
use crate::hugo::{cast, fold, settings};

pub(super) fn wanted(config: &SiteConfig, now: &[Model], made: &[String]) -> Vec<Setting> {
    let mut wanted = Vec::new();
    let table = fold::map(&config.root, "languages").filter(|table| !table.is_empty());
    for language in &config.languages {
        let was = settings::language_row(config, language);
        let Some(is) = now.iter().find(|row| row.tag == was.tag) else { continue };
        let own = table.and_then(|table| fold::map(table, &language.key));
        // The older name of a key stays where it is in use.
        let key = |key: &'static str, older: &'static str| {
            let has = |key| own.is_some_and(|own| fold::get(own, key).is_some());
            if !has(key) && has(older) { older } else { key }
        };
        let mut set = |key: &str, value: Option<Value>| {
            wanted.push(Setting::at(&["languages", &language.key, key], value));
        };
        if is.name != was.name {
            set(key("label", "languageName"), Some(json!(is.name)));
        }
        if is.right_to_left != was.right_to_left {
            let value = is.right_to_left.then(|| json!("rtl"));
            set(key("direction", "languageDirection"), value);
        }
        if is.weight != was.weight {
            set("weight", (is.weight != 0).then(|| json!(is.weight)));
        }
        if is.has_cjk != was.has_cjk {
            set("hasCJKLanguage", Some(json!(is.has_cjk)));
        }
    }
    let is_new = |row: &&Model| {
        made.contains(&row.tag)
            && !config.languages.iter().any(|language| language.tag == row.tag)
            && !config.disabled_languages.contains(&row.key)
    };
    wanted.extend(now.iter().filter(is_new).map(|row| make(config, row)));
    let first = (table.is_none() && !wanted.is_empty())
        .then(|| now.iter().find(|row| config.language(&row.key).is_some()))
        .flatten();
    // Its own table comes first, and with it most of what it wants is said.
    if let Some(row) = first {
        wanted.insert(0, make(config, row));
    }
    wanted
}

/// The table of a language that has none.
fn make(config: &SiteConfig, row: &Model) -> Setting {
    let root = |key: &str| fold::get(&config.root, key).and_then(cast::text).unwrap_or_default();
    let mut table = Map::new();
    let mut put = |key: &str, value: Option<Value>| {
        if let Some(value) = value {
            table.insert(key.to_owned(), value);
        }
    };
    put("label", Some(json!(row.name)));
    let says_its_tag = canonical_tag(&row.key).as_deref() == Some(row.tag.as_str());
    put("locale", (!says_its_tag).then(|| json!(row.tag)));
    put("direction", row.right_to_left.then(|| json!("rtl")));
    put("weight", (row.weight != 0).then(|| json!(row.weight)));
    let cjk = root("hasCJKLanguage") == "true";
    put("hasCJKLanguage", (row.has_cjk != cjk).then(|| json!(row.has_cjk)));
    put("title", (row.title != root("title")).then(|| json!(row.title)));
    let path = ["languages", row.key.as_str()];
    Setting { makes_language: true, ..Setting::at(&path, Some(Value::Object(table))) }
}
