//! What all systems have in common: posts with a text, names and dates.
//!
//! Invariant: an [`Item`] depends on its source alone, never on the database or
//! the clock, so that its hash says whether the source has changed.

use chrono::{DateTime, FixedOffset};
use indexmap::IndexMap;
use serde::Serialize;
use serde_json::{Map, Value};

use crate::article::content::{Author, Image, Source};
use crate::hugo::problem::Problem;

/// What is true of a whole export or feed.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Origin {
    /// The site's address there, without a slash at its end; names the source
    /// together with the system.
    pub home: String,
    pub title: String,
    pub description: String,
    /// BCP 47 tag of what does not say.
    pub language: Option<String>,
    /// Languages of single items, with their names there.
    pub languages: IndexMap<String, String>,
    /// All terms there are, used or not, by taxonomy.
    pub terms: IndexMap<String, Vec<Term>>,
    /// Its menus, by name.
    pub menus: IndexMap<String, Vec<Link>>,
}

/// An entry of a menu.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Link {
    pub key: String,
    /// The key of the entry above it.
    pub parent: Option<String>,
    /// Empty: what it leads to is called.
    pub name: String,
    pub title: Option<String>,
    pub order: i64,
    pub leads: Leads,
}

/// Where an entry of a menu leads.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub enum Leads {
    #[default]
    Nowhere,
    /// To an item, by its key.
    Item(String),
    /// To a term, by its taxonomy and slug.
    Term(String, String),
    /// To an address, as it is written.
    Url(String),
}

/// When the public sees an item.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize)]
pub enum Release {
    #[default]
    Draft,
    /// From its date on.
    Public,
    Trash,
}

/// The text of an item.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub enum Text {
    Markdown(String),
    Html(String),
}

impl Default for Text {
    fn default() -> Self {
        Self::Markdown(String::new())
    }
}

impl Text {
    #[must_use]
    pub fn as_str(&self) -> &str {
        match self {
            Self::Markdown(text) | Self::Html(text) => text,
        }
    }
}

/// A term as its system has it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Term {
    /// Last part of its address there; made of the name where it is empty.
    pub slug: String,
    pub name: String,
    pub description: Option<String>,
    /// The slug of the term above it.
    pub parent: Option<String>,
}

impl Term {
    #[must_use]
    pub fn named(name: &str) -> Self {
        let name = name.trim().to_owned();
        Self { slug: String::new(), name, description: None, parent: None }
    }
}

/// One post, page or entry.
#[derive(Debug, Clone, Default, PartialEq, Serialize)]
pub struct Item {
    /// Its id in the source, the same in every export.
    pub key: String,
    /// What a message calls it: `post 12`.
    #[serde(skip)]
    pub label: String,
    /// Its first line in the file, from one.
    #[serde(skip)]
    pub line: Option<u32>,
    pub language: Option<String>,
    /// Folder below the language; `None`: where posts go.
    pub directory: Option<String>,
    /// Last part of its address; made of the title where it is empty.
    pub slug: String,
    pub title: String,
    pub text: Text,
    pub release: Release,
    pub date: Option<DateTime<FixedOffset>>,
    pub modified: Option<DateTime<FixedOffset>>,
    pub summary: Option<String>,
    pub description: Option<String>,
    pub authors: Vec<Author>,
    /// By taxonomy (`tags`, `categories`), in order.
    pub terms: IndexMap<String, Vec<Term>>,
    pub thumbnail: Option<Image>,
    pub origin: Option<Source>,
    pub canonical_url: Option<String>,
    /// Its address there, in full.
    pub link: Option<String>,
    /// Decoded paths that it had there.
    pub aliases: Vec<String>,
    /// Paths with a query (`/?p=12`) that led to it: they are no file's address.
    pub queries: Vec<String>,
    /// What its translations share.
    pub translation_key: Option<String>,
    pub comments: Option<bool>,
    pub weight: i32,
    pub params: Map<String, Value>,
    /// What no field of an article holds.
    pub kept: Map<String, Value>,
    /// What could not be taken as it is, and what was done instead.
    #[serde(skip)]
    pub warnings: Vec<String>,
}

impl Item {
    /// A problem with this item.
    #[must_use]
    pub fn problem(&self, message: impl std::fmt::Display) -> Problem {
        Problem { line: self.line, ..Problem::new(format!("{}: {message}", self.label)) }
    }
}

/// The decoded path of an address, and its query; none where it is no web address
/// or the home page.
#[must_use]
pub fn path_of(url: &str) -> Option<(String, Option<&str>)> {
    let rest = url.strip_prefix("https://").or_else(|| url.strip_prefix("http://"))?;
    let rest = rest.split('#').next().unwrap_or_default();
    let (rest, query) = match rest.split_once('?') {
        Some((rest, query)) => (rest, Some(query)),
        None => (rest, None),
    };
    let (_, path) = rest.split_once('/').unwrap_or((rest, ""));
    let path = decode(path);
    Some((format!("/{}", path.trim_start_matches('/')), query.filter(|query| !query.is_empty())))
}

/// Percent-decoded; what is no UTF-8 then stays as it is.
#[must_use]
pub fn decode(text: &str) -> String {
    let decoded = percent_encoding::percent_decode_str(text).decode_utf8();
    decoded.map_or_else(|_| text.to_owned(), |text| text.replace('\0', "\u{fffd}"))
}

/// A text without what no database and no page can hold.
#[must_use]
pub fn clean(text: &str) -> String {
    let bad = |c: char| c.is_control() && !matches!(c, '\n' | '\r' | '\t');
    if text.contains(bad) { text.replace(bad, "") } else { text.to_owned() }
}

/// A text that says something.
#[must_use]
pub fn filled(text: &str) -> Option<String> {
    let text = clean(text.trim());
    (!text.is_empty()).then_some(text)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_has_a_path_and_a_query() {
        for (url, path, query) in [
            ("https://example.org/2020/01/a/", "/2020/01/a/", None),
            ("https://example.org/%E6%96%B0/#x", "/新/", None),
            ("http://example.org/?p=12", "/", Some("p=12")),
            ("http://example.org", "/", None),
            ("https://example.org/a%ff", "/a%ff", None),
        ] {
            assert_eq!(path_of(url), Some((path.to_owned(), query)), "{url}");
        }
        assert_eq!(path_of("mailto:a@example.org"), None);
    }

    #[test]
    fn control_characters_go() {
        assert_eq!(clean("a\0b\u{8}c\nd"), "abc\nd");
        assert_eq!(filled(" \n "), None);
    }
}
