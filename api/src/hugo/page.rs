//! The front matter of one page: what everybody knows as typed fields, the
//! rest as parameters.
//!
//! Invariants: keys are found in any case; a key lands in a field or in
//! `params` and never in neither; a value that its field cannot take stays in
//! `params` under its own key, with a warning; what Hugo makes of a value is
//! what the field holds, the exceptions are listed in the module above.
//!
//! A new field: add it to [`Page`], take its key in [`read`], test it.
//!
//! Hugo: `hugolib/page__meta.go`, `resources/page/pagemeta`; for the fields of
//! themes, the Mainroad theme's documentation.

use chrono::{DateTime, FixedOffset};
use indexmap::IndexMap;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use super::config::SiteConfig;
use super::menu::{self, MenuEntry};
use super::page_dates;
use super::page_values::{
    aliases, authors, is_absolute, menus, sidebar, source, terms, thumbnail, widgets,
};
use super::problem::Problem;
use super::tree::Entry;
use super::{cast, fold};

/// The front matter of one page.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Page {
    /// Empty where there is none.
    pub title: String,
    pub link_title: Option<String>,
    pub date: Option<DateTime<FixedOffset>>,
    pub publish_date: Option<DateTime<FixedOffset>>,
    pub lastmod: Option<DateTime<FixedOffset>>,
    pub expiry_date: Option<DateTime<FixedOffset>>,
    pub draft: bool,
    /// Without hyphens at its ends; never empty.
    pub slug: Option<String>,
    pub url: Option<String>,
    /// As written; [`super::address::alias_path`] makes addresses of them.
    pub aliases: Vec<String>,
    pub weight: i32,
    pub summary: Option<String>,
    pub description: Option<String>,
    pub lead: Option<String>,
    pub thumbnail: Option<Thumbnail>,
    pub authors: Vec<Author>,
    /// Plural of the taxonomy to terms, for every taxonomy of the site that
    /// the page has terms of.
    pub terms: IndexMap<String, Vec<String>>,
    pub keywords: Vec<String>,
    /// Menu to entry.
    pub menus: Vec<(String, MenuEntry)>,
    pub translation_key: Option<String>,
    pub comments: Option<bool>,
    pub authorbox: Option<bool>,
    pub pager: Option<bool>,
    pub toc: Option<bool>,
    pub mathjax: Option<bool>,
    pub sidebar: Option<Sidebar>,
    /// Name and settings, in order; an empty list says that there are none.
    pub widgets: Option<Vec<(String, Option<Value>)>>,
    pub canonical_url: Option<String>,
    /// Name and address of the site that it came from: a map of just these.
    pub source: Option<(String, String)>,
    /// Every other key, as written and typed as written.
    pub params: Map<String, Value>,
    /// Values that no field could take.
    pub warnings: Vec<Problem>,
}

/// A picture for lists.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Thumbnail {
    pub url: String,
    pub alt: Option<String>,
}

/// Who wrote a page.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
pub struct Author {
    pub name: String,
    pub url: Option<String>,
    pub avatar: Option<String>,
    pub bio: Option<String>,
    /// Whatever else is said, as written.
    #[serde(default, skip_serializing_if = "Map::is_empty")]
    pub params: Map<String, Value>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Sidebar {
    Left,
    Right,
    Off,
}

impl Page {
    /// The terms of one taxonomy.
    pub fn terms_of(&self, plural: &str) -> &[String] {
        self.terms.get(plural).map_or(&[], Vec::as_slice)
    }
}

/// Types the front matter of a page.
///
/// The name of its file may hold a date, where the site says so. Fails for nothing
/// at present: what cannot be taken is a warning.
pub fn read(
    mut map: Map<String, Value>,
    config: &SiteConfig,
    entry: &Entry,
) -> Result<Page, Problem> {
    let (language, name) = (entry.language.as_str(), entry.name.as_str());
    config.cascades.apply(entry, &mut map);
    let mut rest = Rest::new(map);
    let mut plurals = config.rules.taxonomies(language).values();
    let mut is_taxonomy = |key: &str| plurals.any(|plural| fold::same(plural, key));
    let mut page = Page {
        title: rest.text("title").unwrap_or_default(),
        link_title: rest.text("linkTitle"),
        url: rest.text("url"),
        summary: rest.text("summary"),
        description: rest.text("description"),
        lead: rest.text("lead"),
        keywords: if is_taxonomy("keywords") {
            Vec::new()
        } else {
            rest.take("keywords", cast::list).unwrap_or_default()
        },
        translation_key: rest.text("translationKey"),
        comments: rest.flag("comments"),
        authorbox: rest.flag("authorbox"),
        pager: rest.flag("pager"),
        toc: rest.flag("toc"),
        mathjax: rest.flag("mathjax"),
        sidebar: rest.take("sidebar", |value| sidebar(value).ok()).flatten(),
        widgets: rest.take("widgets", |value| widgets(value).ok()).flatten(),
        canonical_url: ["canonicalURL", "canonical", "canonical_url"]
            .iter()
            .find_map(|key| rest.text(key)),
        thumbnail: rest.take("thumbnail", |value| thumbnail(value).ok()).flatten(),
        ..Page::default()
    };
    page.slug = rest
        .text("slug")
        .map(|slug| slug.trim_matches('-').to_owned())
        .filter(|slug| !slug.is_empty());
    if page.url.as_deref().is_some_and(is_absolute)
        && let Some(url) = page.url.take()
    {
        rest.keep("url", Value::String(url), "an address on this site, like `/a/b/`");
    }
    page.source = rest.peek("source").and_then(source);
    if page.source.is_some() {
        rest.drop("source");
    }
    let written = rest.peek("aliases").cloned();
    page.aliases = rest.take("aliases", aliases).unwrap_or_default();
    let given = page.aliases.len();
    page.aliases.retain(|alias| !is_absolute(alias));
    if page.aliases.len() < given
        && let Some(written) = written
    {
        rest.keep("aliases", written, "addresses on this site, like `/a/b/`");
    }
    page.weight = menu::clamp(rest.take("weight", cast::integer).unwrap_or_default());
    page.draft = rest.take("draft", cast::flag).unwrap_or_default();
    // A date is meant by `published`, too; then it is left to the dates.
    if let Some(Value::Bool(published)) = rest.peek("published") {
        page.draft |= !published;
        rest.drop("published");
    }
    for singular_and_plural in config.rules.taxonomies(language) {
        let plural = singular_and_plural.1;
        // Two keys of authors are also the page's authors: see below.
        if fold::same(plural, "authors") || fold::same(plural, "author") {
            if let Some(terms) = rest.peek(plural).and_then(terms) {
                page.terms.insert(plural.clone(), terms);
            }
        } else if let Some(terms) = rest.take(plural, terms)
            && !terms.is_empty()
        {
            page.terms.insert(plural.clone(), terms);
        }
    }
    for key in ["authors", "author"] {
        for author in rest.take(key, authors).unwrap_or_default() {
            if !page.authors.contains(&author) {
                page.authors.push(author);
            }
        }
    }
    let zone = config.language(language).map_or(config.time_zone, |language| language.time_zone);
    page_dates::read(&mut page, &mut rest, &config.dates, zone, name);
    for key in ["menus", "menu"] {
        let (title, weight) = (page.link_title.as_ref().unwrap_or(&page.title), page.weight);
        let menus = rest.take(key, |value| menus(value, title, weight));
        if page.menus.is_empty() {
            page.menus = menus.unwrap_or_default();
        }
    }
    (page.params, page.warnings) = rest.finish();
    Ok(page)
}

/// What is left of the front matter while fields take what is theirs.
pub(super) struct Rest {
    map: Map<String, Value>,
    taken: Vec<String>,
    warnings: Vec<Problem>,
}

impl Rest {
    /// Hugo's own `params` table is laid open: what stands in it is a
    /// parameter, as it is one level up, where it loses against an equal key.
    fn new(mut map: Map<String, Value>) -> Self {
        let key = map.keys().find(|key| fold::same(key, "params")).cloned();
        if let Some(key) = key
            && let Some(Value::Object(_)) = map.get(&key)
            && let Some(Value::Object(inner)) = map.shift_remove(&key)
        {
            for (key, value) in inner {
                if fold::get(&map, &key).is_none() {
                    map.insert(key, value);
                }
            }
        }
        Self { map, taken: Vec::new(), warnings: Vec::new() }
    }

    /// The value of a key that no field has taken yet. Where a key is given in
    /// two spellings the last one counts, and the others stay parameters.
    pub(super) fn peek(&self, key: &str) -> Option<&Value> {
        self.spelling(key).and_then(|key| self.map.get(key))
    }

    /// Marks a key, in whatever case, as taken by a field.
    pub(super) fn drop(&mut self, key: &str) {
        if let Some(spelling) = self.spelling(key) {
            self.taken.push(spelling.to_owned());
        }
    }

    /// How a key is spelled that no field has taken yet.
    fn spelling(&self, key: &str) -> Option<&str> {
        let is_taken = self.taken.iter().any(|taken| fold::same(taken, key));
        self.map.keys().rev().find(|name| !is_taken && fold::same(name, key)).map(String::as_str)
    }

    /// Keeps a value that a field cannot take, and says what it should be.
    pub(super) fn keep(&mut self, key: &str, value: Value, wanted: &str) {
        self.taken.retain(|taken| !fold::same(taken, key));
        self.warn(key, &value, wanted);
        if fold::get(&self.map, key).is_none() {
            self.map.insert(key.to_owned(), value);
        }
    }

    pub(super) fn warn(&mut self, key: &str, value: &Value, wanted: &str) {
        let text = value.to_string();
        let short: String = text.chars().take(60).collect();
        self.warnings.push(Problem::new(format!(
            "`{key}` is `{short}`, which cannot be read as {wanted}; it is kept as a parameter"
        )));
    }

    /// Takes a key when `read` can make something of its value.
    fn take<T>(&mut self, key: &str, read: impl FnOnce(&Value) -> Option<T>) -> Option<T> {
        let value = self.peek(key)?;
        if let Some(taken) = read(value) {
            self.drop(key);
            return Some(taken);
        }
        let value = value.clone();
        let wanted = match key {
            "draft" | "comments" | "authorbox" | "pager" | "toc" | "mathjax" => "true or false",
            "weight" => "a whole number",
            "menu" | "menus" => "menus",
            "sidebar" => "`left`, `right` or `false`",
            "widgets" | "aliases" | "keywords" => "a list of texts",
            "author" | "authors" => "names",
            "thumbnail" => "an address",
            "title" | "linkTitle" | "slug" | "url" | "summary" | "description" | "lead"
            | "translationKey" => "a text",
            _ => "a text or a list of texts",
        };
        self.warn(key, &value, wanted);
        None
    }

    /// A text; `None` where it is empty.
    fn text(&mut self, key: &str) -> Option<String> {
        self.take(key, cast::text).filter(|text| !text.is_empty())
    }

    /// A flag; null says nothing.
    fn flag(&mut self, key: &str) -> Option<bool> {
        self.take(key, |value| match value {
            Value::Null => Some(None),
            Value::String(text) if text.is_empty() => Some(None),
            value => cast::flag(value).map(Some),
        })
        .flatten()
    }

    fn finish(mut self) -> (Map<String, Value>, Vec<Problem>) {
        let taken = self.taken;
        self.map.retain(|key, _| !taken.contains(key));
        (self.map, self.warnings)
    }
}

#[cfg(test)]
#[path = "page_tests.rs"]
mod tests;
