//! Menus: named trees of entries.
//!
//! A menu is what editors arranged for its language, else what they arranged for
//! all languages, else what the configuration says; and entries of articles, sections
//! and terms that ask for a place in their front matter stand in each. An entry that points at
//! an article, a term or a section has that one's address and, where it has no
//! name, that one's name; it is left out, with what is below it, where its target
//! may not be seen.
//!
//! - `tree`: the arranged form (pure). `write`: arranging.
//! - `read`: a menu as it is shown. `target`: what entries point at.
//! - `pages`: what the entries of a configuration name by `pageRef`.
//! - `plain`: what is arranged as a configuration would say it.
//!
//! To add something to point at: a case of `tree::Target`, how `target` finds it
//! for many at once, and a field of the input in `graphql`.

mod bring;
mod graphql;
mod pages;
pub(crate) mod plain;
mod read;
mod target;
pub mod tree;
mod write;

use serde_json::{Map, Value};
use uuid::Uuid;

pub use bring::bring;
pub use graphql::{MenuMutation, MenuQuery};
pub use pages::logical;
pub use read::load;
pub use tree::is_safe;

use self::tree::Target;
use crate::graphql::decode_path;
use crate::site::Frame;

/// Deeper nesting than this is no menu; it also ends what points at itself.
const DEPTH: usize = 16;

/// Where an entry, or a whole menu, comes from.
#[derive(Debug, Clone, Copy, PartialEq, Eq, async_graphql::Enum)]
#[graphql(name = "MenuOrigin")]
pub enum Origin {
    /// Editors arranged it.
    Arranged,
    /// The configuration says so.
    Configuration,
    /// The article asks for it in its front matter.
    Article,
    /// The home page, or the page of a section or term, asks for it in its own.
    Section,
}

/// A menu as it is shown.
#[derive(Debug, Clone)]
pub struct Menu {
    name: String,
    origin: Origin,
    items: Vec<MenuItem>,
}

/// An entry as it is shown.
#[derive(Debug, Clone)]
pub struct MenuItem {
    id: Uuid,
    origin: Origin,
    identifier: String,
    name: String,
    url: String,
    title: Option<String>,
    weight: i32,
    params: Map<String, Value>,
    target: Option<Target>,
    /// Where its target lies in the tree of content.
    page: Option<String>,
    /// None where it is called as its target is.
    own_name: Option<String>,
    /// Whether the page at hand is its own, is one below in the menu, or has an
    /// address below its own.
    active: bool,
    active_trail: bool,
    active_below: bool,
    children: Vec<MenuItem>,
}

impl Menu {
    /// The same, for a page at an address. An entry is active as Hugo's
    /// `IsMenuCurrent` says, and in the trail as `HasMenuCurrent` does; entries
    /// that are mere addresses count as well (Hugo: navigation/pagemenus.go).
    #[must_use]
    pub fn at(mut self, frame: &Frame, path: &str) -> Self {
        let path = decode_path(path);
        for item in &mut self.items {
            mark(item, &frame.site.base_url, &path);
        }
        self
    }
}

/// Whether the entry or one below it is the page's.
fn mark(item: &mut MenuItem, base: &str, path: &str) -> bool {
    let mut found = false;
    for child in &mut item.children {
        found |= mark(child, base, path);
    }
    let own = local(&item.url, base);
    item.active_trail = found;
    item.active = own.as_deref() == Some(path);
    item.active_below = own.is_some_and(|own| {
        own.len() > 1 && own.ends_with('/') && own.len() < path.len() && path.starts_with(&own)
    });
    found || item.active
}

/// The page on this site that an address leads to; a place within a page is not
/// the page.
fn local(url: &str, base: &str) -> Option<String> {
    let path = match url.strip_prefix(base.trim_end_matches('/')) {
        Some(rest) if rest.starts_with('/') => rest,
        _ => url,
    };
    (path.starts_with('/') && !path.starts_with("//") && !path.contains('#'))
        .then(|| decode_path(path))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_of_this_site_are_told_from_others() {
        let base = "https://example.org/";
        for (url, path) in [
            ("/news/", Some("/news/")),
            ("/news", Some("/news/")),
            ("/%E6%96%B0/", Some("/新/")),
            ("https://example.org/news/?a=b", Some("/news/")),
            ("https://example.org.example/news/", None),
            ("https://other.example/", None),
            ("//other.example/", None),
            ("/news/#top", None),
            ("mailto:a@example.org", None),
            ("", None),
        ] {
            assert_eq!(local(url, base).as_deref(), path, "{url}");
        }
    }
}
