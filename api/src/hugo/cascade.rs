//! What pages have from the sections above them, and from the site.
//!
//! Invariants: what is nearer counts more, and what a page says itself counts
//! most; nothing is written into a page, so that its file says no more than it did.
//!
//! Hugo: `hugolib/page__meta.go`, `resources/page/page_matcher.go`.

use serde_json::{Map, Value};

use super::tree::{Entry, EntryKind, Kind};
use super::{cast, fold, glob};

/// All cascades of a site, the nearest to a page first.
#[derive(Debug, Clone, Default)]
pub struct Cascades(Vec<Cascade>);

#[derive(Debug, Clone)]
struct Cascade {
    /// None: all of them.
    language: Option<String>,
    /// The logical path of the section; none for what the site says.
    section: Option<String>,
    target: Target,
    values: Map<String, Value>,
}

/// Patterns of the pages that are meant; an empty one is any.
#[derive(Debug, Clone, Default)]
struct Target {
    path: String,
    kind: String,
    lang: String,
    environment: String,
}

impl Cascades {
    /// What a configuration hands down, of the site and of its languages.
    #[must_use]
    pub fn from_config(root: &Map<String, Value>) -> Self {
        let mut all = Self::default();
        for (key, settings) in fold::map(root, "languages").into_iter().flatten() {
            if let Some(value) = settings.as_object().and_then(|own| fold::get(own, "cascade")) {
                all.add(Some(&key.to_lowercase()), None, value);
            }
        }
        if let Some(value) = fold::get(root, "cascade") {
            all.add(None, None, value);
        }
        all
    }

    /// Notes what the front matter of a section hands down.
    pub fn note(&mut self, entry: &Entry, map: &Map<String, Value>) {
        let is_list = matches!(&entry.kind, EntryKind::Content(kind) if *kind != Kind::Page);
        if is_list && let Some(value) = fold::get(map, "cascade") {
            self.add(Some(&entry.language), Some(&entry.logical), value);
        }
    }

    fn add(&mut self, language: Option<&str>, section: Option<&str>, value: &Value) {
        let items = match value {
            Value::Array(items) => items.as_slice(),
            value => std::slice::from_ref(value),
        };
        for item in items.iter().filter_map(Value::as_object) {
            let cascade = Cascade {
                language: language.map(str::to_owned),
                section: section.map(str::to_owned),
                target: Target::of(item),
                values: values(item),
            };
            // Sections with longer paths are nearer to what is below them.
            let rank = |one: &Cascade| one.section.as_ref().map_or(0, |path| path.len() + 1);
            let place = self.0.partition_point(|other| rank(other) >= rank(&cascade));
            self.0.insert(place, cascade);
        }
    }

    /// Adds to the front matter of a page what it has from above.
    pub fn apply(&self, entry: &Entry, map: &mut Map<String, Value>) {
        for cascade in &self.0 {
            if !cascade.reaches(entry) {
                continue;
            }
            for (key, value) in &cascade.values {
                let given = fold::get(map, key).is_some()
                    || fold::map(map, "params").is_some_and(|own| fold::get(own, key).is_some());
                if !given {
                    map.insert(key.clone(), value.clone());
                }
            }
        }
    }
}

impl Cascade {
    fn reaches(&self, entry: &Entry) -> bool {
        let EntryKind::Content(kind) = &entry.kind else { return false };
        let below = self.section.as_ref().is_none_or(|section| {
            section.is_empty()
                || entry
                    .logical
                    .strip_prefix(section.as_str())
                    .is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
        });
        let fits = |pattern: &str, text: &str| pattern.is_empty() || glob::matches(pattern, text);
        below
            && self.language.as_ref().is_none_or(|language| *language == entry.language)
            && fits(&self.target.kind, kind.as_str())
            && fits(&self.target.lang, &entry.language)
            && fits(&self.target.environment, "production")
            && fits(&self.target.path, &format!("/{}", entry.logical))
    }
}

impl Target {
    fn of(item: &Map<String, Value>) -> Self {
        let Some(map) = ["target", "_target"].iter().find_map(|key| fold::map(item, key)) else {
            return Self::default();
        };
        let text =
            |key: &str| fold::get(map, key).and_then(cast::text).unwrap_or_default().to_lowercase();
        Self {
            path: text("path"),
            kind: text("kind"),
            lang: text("lang"),
            environment: text("environment"),
        }
    }
}

/// Parameters and other keys alike; what places a page is not handed down.
fn values(item: &Map<String, Value>) -> Map<String, Value> {
    const PLACES: [&str; 6] = ["target", "_target", "kind", "path", "lang", "cascade"];
    let mut values = Map::new();
    for (key, value) in item {
        match value {
            Value::Object(params) if fold::same(key, "params") => values.extend(params.clone()),
            _ if PLACES.iter().any(|place| fold::same(place, key)) => {}
            value => {
                values.insert(key.clone(), value.clone());
            }
        }
    }
    values
}
