//! What related articles are found by: Hugo's related content.
//!
//! Each index says what two articles may have in common and what that weighs.
//! The names of taxonomies stand for their terms, `date`, `lastmod` and
//! `publishdate` for a part of that date, `text` for what the articles say, and any
//! other for a front matter key. To Hugo, `text` is a key that no page has.
//!
//! Hugo: `related/inverted_index.go`, docs "Related content".

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use crate::hugo::{cast, fold};

/// How related articles are found.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Related {
    /// From 0 to 100: what has less in common is not related.
    pub threshold: i64,
    /// Whether articles that are newer than the one at hand are among them.
    pub include_newer: bool,
    pub indices: Vec<Index>,
}

/// Something that articles may have in common.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Index {
    /// In lower case.
    pub name: String,
    pub weight: i64,
    /// Whether texts are compared in lower case.
    pub to_lower: bool,
    /// Go's layout of the part of a date that is compared; empty for the year.
    pub pattern: String,
    /// What more than so many percent of the articles have says nothing; 0 for
    /// no such bound.
    pub cardinality_threshold: i64,
    /// Only `basic` is looked at: `fragments` compares headings.
    pub kind: String,
    /// Of `fragments`; kept for the way back to Hugo.
    pub apply_filter: bool,
}

impl Index {
    fn new(name: &str, weight: i64) -> Self {
        Self {
            name: name.to_owned(),
            weight,
            to_lower: false,
            pattern: String::new(),
            cardinality_threshold: 0,
            kind: "basic".to_owned(),
            apply_filter: false,
        }
    }

    /// Whether its values are those of a front matter key.
    #[must_use]
    pub fn is_key<'a>(&self, mut taxonomies: impl Iterator<Item = &'a str>) -> bool {
        let date = matches!(self.name.as_str(), "date" | "lastmod" | "publishdate");
        self.kind == "basic"
            && !date
            && !self.is_text()
            && !taxonomies.any(|plural| fold::same(plural, &self.name))
    }

    /// Whether it is how alike two texts are.
    #[must_use]
    pub fn is_text(&self) -> bool {
        self.kind == "basic" && self.name == "text"
    }

    /// The values of its key in front matter, each once, as they are compared.
    #[must_use]
    pub fn values(&self, params: &Map<String, Value>) -> Vec<String> {
        let mut values = match fold::get(params, &self.name) {
            Some(Value::String(text)) => vec![text.clone()],
            Some(value) => cast::list(value).unwrap_or_default(),
            None => Vec::new(),
        };
        if self.to_lower {
            values = values.iter().map(|value| value.to_lowercase()).collect();
        }
        values.sort_unstable();
        values.dedup();
        values
    }
}

impl Default for Related {
    /// Hugo's own, for a site that has tags.
    fn default() -> Self {
        Self {
            threshold: 80,
            include_newer: false,
            indices: vec![
                Index::new("keywords", 100),
                Index::new("date", 10),
                Index::new("tags", 80),
            ],
        }
    }
}

impl Related {
    /// The lightest and the heaviest weight, with 0: the ends of the scale.
    #[must_use]
    pub fn scale(&self) -> (i64, i64) {
        let weights = || self.indices.iter().map(|index| index.weight);
        (weights().min().unwrap_or(0).min(0), weights().max().unwrap_or(0).max(0))
    }

    /// What a Hugo configuration says; none where it says nothing.
    #[must_use]
    pub fn from_config(root: &Map<String, Value>) -> Option<Self> {
        let own = fold::map(root, "related")?;
        let number = |map: &Map<String, Value>, key: &str| {
            fold::get(map, key).and_then(cast::integer).unwrap_or_default()
        };
        let flag = |map: &Map<String, Value>, key: &str| {
            fold::get(map, key).and_then(cast::flag).unwrap_or_default()
        };
        let text = |map: &Map<String, Value>, key: &str| {
            fold::get(map, key).and_then(cast::text).unwrap_or_default()
        };
        let all_lower = flag(own, "toLower");
        let indices = fold::get(own, "indices").and_then(Value::as_array);
        let indices = indices
            .into_iter()
            .flatten()
            .filter_map(Value::as_object)
            .map(|index| Index {
                name: text(index, "name").to_lowercase(),
                weight: number(index, "weight"),
                to_lower: all_lower || flag(index, "toLower"),
                pattern: text(index, "pattern"),
                cardinality_threshold: number(index, "cardinalityThreshold").clamp(0, 100),
                kind: Some(text(index, "type").to_lowercase())
                    .filter(|kind| !kind.is_empty())
                    .unwrap_or_else(|| "basic".to_owned()),
                apply_filter: flag(index, "applyFilter"),
            })
            .filter(|index| !index.name.is_empty())
            .collect();
        Some(Self {
            threshold: number(own, "threshold").clamp(0, 100),
            include_newer: flag(own, "includeNewer"),
            indices,
        })
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn of(value: &Value) -> Option<Related> {
        Related::from_config(value.as_object().expect("a map"))
    }

    #[test]
    fn a_configuration_replaces_the_whole_default() {
        assert_eq!(of(&json!({"title": "x"})), None);
        let own = of(&json!({"Related": {"threshold": 120, "includeNewer": true, "toLower": true,
            "indices": [{"name": "Series", "weight": 50}, {"name": "date", "weight": 5, "pattern": "200601"}]}}))
            .expect("a configuration");
        assert_eq!((own.threshold, own.include_newer), (100, true));
        let indices: Vec<_> =
            own.indices.iter().map(|i| (i.name.as_str(), i.weight, i.to_lower)).collect();
        assert_eq!(indices, [("series", 50, true), ("date", 5, true)]);
        assert_eq!(of(&json!({"related": {"threshold": 3}})).expect("one").indices, []);
        assert_eq!(own.scale(), (0, 50));
    }

    #[test]
    fn values_of_keys_are_texts_and_lists() {
        let index = Index { to_lower: true, ..Index::new("keywords", 1) };
        for (value, expected) in [
            (json!("One, Two"), vec!["one, two"]),
            (json!(["B", "a", "A"]), vec!["a", "b"]),
            (json!(null), vec![]),
        ] {
            let params = json!({ "Keywords": value });
            assert_eq!(index.values(params.as_object().expect("a map")), expected);
        }
    }
}
