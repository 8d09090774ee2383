//! Menu entries, from the configuration and from front matter.
//!
//! Invariant: an entry is read the same way wherever it stands; keys are found
//! in any case (Hugo: navigation/menu.go).

use indexmap::IndexMap;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use super::problem::Problem;
use super::{cast, fold};

/// One entry of one menu.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
pub struct MenuEntry {
    pub identifier: Option<String>,
    pub name: String,
    pub url: Option<String>,
    pub page_ref: Option<String>,
    pub parent: Option<String>,
    pub weight: i32,
    pub title: Option<String>,
    pub pre: Option<String>,
    pub post: Option<String>,
    pub params: Map<String, Value>,
}

impl MenuEntry {
    /// Reads what `map` says and leaves the rest as it is.
    #[must_use]
    pub fn read(mut self, map: &Map<String, Value>) -> Self {
        let text =
            |key: &str| fold::get(map, key).and_then(cast::text).filter(|text| !text.is_empty());
        self.identifier = text("identifier").or(self.identifier);
        self.url = text("url").or(self.url);
        self.page_ref = text("pageRef").or(self.page_ref);
        self.parent = text("parent").or(self.parent);
        self.title = text("title").or(self.title);
        self.pre = text("pre").or(self.pre);
        self.post = text("post").or(self.post);
        if let Some(name) = text("name") {
            self.name = name;
        }
        if let Some(weight) = fold::get(map, "weight").and_then(cast::integer) {
            self.weight = clamp(weight);
        }
        if let Some(params) = fold::map(map, "params") {
            self.params.clone_from(params);
        }
        self
    }
}

/// A weight as an entry holds it.
pub(super) fn clamp(weight: i64) -> i32 {
    i32::try_from(weight).unwrap_or(if weight < 0 { i32::MIN } else { i32::MAX })
}

/// The menus of a configuration, under `menus` or the older `menu`.
pub(super) fn from_config(
    settings: &Map<String, Value>,
) -> Result<IndexMap<String, Vec<MenuEntry>>, Problem> {
    let mut menus = IndexMap::new();
    for key in ["menu", "menus"] {
        for (name, entries) in fold::map(settings, key).into_iter().flatten() {
            let entries = match entries {
                Value::Array(entries) => entries.as_slice(),
                Value::Object(_) => std::slice::from_ref(entries),
                _ => continue,
            };
            let entries = entries
                .iter()
                .map(|entry| {
                    entry.as_object().map(|map| MenuEntry::default().read(map)).ok_or_else(|| {
                        Problem::new(format!("an entry of the menu `{name}` is no table"))
                    })
                })
                .collect::<Result<Vec<_>, _>>()?;
            menus.insert(name.clone(), entries);
        }
    }
    Ok(menus)
}
