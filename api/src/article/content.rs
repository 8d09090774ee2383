//! What an editor can set of an article: the form in which revisions are kept.

use chrono::{DateTime, FixedOffset};
use indexmap::IndexMap;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};
use uuid::Uuid;

pub use crate::hugo::page::Author;
use crate::hugo::sanitize::normalize;
use crate::hugo::{cast, fold};
use crate::render;
use crate::site::{LanguageFrame, Sidebar, WidgetSetting};

/// Bytes of what things are found by: PostgreSQL's indexes hold some 2,700.
pub const MAX_KEY: usize = 2000;

/// An image by its address, absolute or relative to the site.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Image {
    pub url: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub alt: Option<String>,
}

/// The site that an article came from.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Source {
    pub name: String,
    pub url: String,
}

/// A place in a menu that an article asks for itself.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct MenuPlace {
    pub menu: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub identifier: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub parent: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub title: Option<String>,
    #[serde(default)]
    pub weight: i32,
    #[serde(default)]
    pub params: Map<String, Value>,
}

/// Everything of an article but its body and its language.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct Content {
    pub title: String,
    pub link_title: Option<String>,
    /// Folder below the language, without slashes at its ends: `news/qq`.
    pub directory: String,
    /// Name of the file without language and extension: `20250213A01`.
    pub name: String,
    /// Replaces the name in the address.
    pub slug: Option<String>,
    /// Replaces the address as a whole.
    pub url: Option<String>,
    /// Whether it is a folder of its own in Hugo, with files beside the text.
    pub bundle: bool,
    /// The decoded address that an import found, which may depend on pages
    /// above this one; a change of what addresses are made of forgets it.
    pub address: Option<String>,
    pub translation_key: String,
    /// None: made from the body.
    pub summary: Option<String>,
    pub lead: Option<String>,
    pub description: Option<String>,
    pub date: Option<DateTime<FixedOffset>>,
    pub last_modified: Option<DateTime<FixedOffset>>,
    pub publish_at: Option<DateTime<FixedOffset>>,
    pub expire_at: Option<DateTime<FixedOffset>>,
    pub weight: i32,
    pub thumbnail: Option<Image>,
    pub authors: Vec<Author>,
    /// Ids of terms, by taxonomy (`tags`, `categories`), in the order given.
    pub terms: IndexMap<String, Vec<Uuid>>,
    pub source: Option<Source>,
    pub canonical_url: Option<String>,
    /// Decoded paths with the language prefix that lead here.
    pub aliases: Vec<String>,
    pub comments: Option<bool>,
    pub authorbox: Option<bool>,
    pub pager: Option<bool>,
    pub toc: Option<bool>,
    pub mathjax: Option<bool>,
    pub sidebar: Option<Sidebar>,
    /// None: those of the site.
    pub widgets: Option<Vec<WidgetSetting>>,
    pub menus: Vec<MenuPlace>,
    /// Every front matter key that no other field holds, unchanged.
    pub params: Map<String, Value>,
}

impl Content {
    /// The field, by its name in an input, that is too long to be found by.
    #[must_use]
    pub fn too_long(&self) -> Option<&'static str> {
        let long = |text: &String| text.len() > MAX_KEY;
        [
            ("section", long(&self.directory)),
            ("translationKey", long(&self.translation_key)),
            ("aliases", self.aliases.iter().any(long)),
            ("menus", self.menus.iter().any(|place| long(&place.menu))),
        ]
        .into_iter()
        .find_map(|(field, long)| long.then_some(field))
    }

    /// Whether the text has formulas, if the article says: by `mathjax`, or by `math`
    /// or `katex` as other themes have it, alone or as `{enable: true}`.
    #[must_use]
    pub fn has_math(&self) -> Option<bool> {
        self.mathjax.or_else(|| {
            ["math", "katex"].into_iter().find_map(|name| {
                let value = self.params.get(name)?;
                value.as_bool().or_else(|| value.get("enable")?.as_bool())
            })
        })
    }

    /// How the text is rendered: as it is in its language, but for what the article says
    /// itself. `html`: it is no Markdown.
    #[must_use]
    pub fn rendering(&self, language: &LanguageFrame, html: bool) -> render::Options {
        let math = self.has_math().or(language.switches.mathjax).unwrap_or(false);
        let options = language.rendering(math, html);
        let cjk = fold::get(&self.params, "isCJKLanguage").and_then(cast::flag);
        render::Options { cjk: cjk.unwrap_or(options.cjk), ..options }
    }

    /// First part of the directory as Hugo calls it, in lower case and with hyphens
    /// for spaces; empty for articles at the top.
    #[must_use]
    pub fn section(&self) -> String {
        normalize(self.directory.split('/').next().unwrap_or_default())
    }

    /// Where it lies in the tree of content.
    #[must_use]
    pub fn logical_path(&self) -> String {
        normalize(&format!("{}/{}", self.directory, self.name))
    }
}
