//! The site: what is true of all its pages, and what it says in each language.
//!
//! A [`Frame`] is the whole of it, read in two statements and kept for one
//! request. Addresses, titles of widgets and defaults of articles follow from
//! it. A new database has a frame of its own from the start; an import or an
//! administrator replaces it.
//!
//! To add a setting of the site: a column (or a key of [`PageDefaults`] and
//! friends, which are stored as JSON), a field in `graphql.rs`, and where Hugo
//! has it, a line in `hugo::settings`.

mod graphql;
mod languages;
mod lists;
mod markup;
mod related;

use std::sync::Arc;

use chrono_tz::Tz;
use entity::{Json, language, site};
use indexmap::IndexMap;
use quick_cache::sync::Cache;
use sea_orm::sea_query::Expr;
use sea_orm::{
    ActiveModelTrait, ColumnTrait, ConnectionTrait, EntityTrait, IntoActiveModel, QueryFilter,
    QueryOrder, QuerySelect,
};
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

pub use graphql::{Language, LanguageMutation, Site, SiteQuery};
pub use lists::{Arranged, Origin, WidgetLists, follow_widgets};
pub use markup::Markup;
pub use related::{Index, Related};

use crate::ctx::App;
use crate::error::{Error, Result};
use crate::event::Write;
use crate::hugo::address::{self, Rules, Sections};

/// The one row of `site`.
const SITE: i32 = 1;
/// Addresses of terms that are remembered.
const TERM_PATHS: usize = 4096;

/// Kinds of pages that have defaults of their own, as Mainroad knows them.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, async_graphql::Enum)]
pub enum PageKind {
    /// The start page of a language.
    Home,
    /// A list: a section, a term, an archive.
    List,
    /// One article.
    Single,
}

impl PageKind {
    /// As configurations say it.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Home => "home",
            Self::List => "list",
            Self::Single => "single",
        }
    }
}

/// Where a page shows its sidebar.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, async_graphql::Enum, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Sidebar {
    /// On the left.
    Left,
    /// On the right.
    Right,
    /// The page has none.
    None,
}

/// The name of a widget and what was set for it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct WidgetSetting {
    pub name: String,
    #[serde(default, skip_serializing_if = "Value::is_null")]
    pub settings: Value,
}

#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct PageDefaults {
    pub sidebar: Option<Sidebar>,
    pub widgets: Vec<WidgetSetting>,
}

/// Defaults for pages and settings of the widgets on them.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct Widgets {
    pub home: PageDefaults,
    pub list: PageDefaults,
    pub single: PageDefaults,
    /// Articles in a `recent` widget; Mainroad's default is 10.
    pub recent_num: Option<u32>,
    pub tags_counter: bool,
    pub categories_counter: bool,
    /// Settings of single widgets, by name, as they were written.
    pub settings: Map<String, Value>,
}

impl Widgets {
    #[must_use]
    pub fn page(&self, kind: PageKind) -> &PageDefaults {
        match kind {
            PageKind::Home => &self.home,
            PageKind::List => &self.list,
            PageKind::Single => &self.single,
        }
    }
}

/// What an article's display switches are where it does not say.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct Switches {
    pub comments: Option<bool>,
    pub authorbox: Option<bool>,
    pub pager: Option<bool>,
    pub toc: Option<bool>,
    pub mathjax: Option<bool>,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct SiteAuthor {
    pub name: String,
    #[serde(default)]
    pub bio: Option<String>,
    /// As configured: relative to the base address or absolute.
    #[serde(default)]
    pub avatar: Option<String>,
}

/// A language with its JSON columns read.
#[derive(Debug)]
pub struct LanguageFrame {
    pub row: language::Model,
    /// Tag, shared with everything that follows this language.
    pub tag: Arc<str>,
    pub author: Option<SiteAuthor>,
    pub social: IndexMap<String, String>,
    pub main_sections: Vec<String>,
    /// As configured; [`Frame::widgets_of`] knows what pages show.
    pub widgets: Widgets,
    pub widget_lists: WidgetLists,
    pub switches: Switches,
    pub markup: Markup,
}

/// The site and its languages as they are now.
#[derive(Debug)]
pub struct Frame {
    pub site: site::Model,
    pub rules: Rules,
    pub related: Related,
    pub zone: Tz,
    /// What was arranged for all languages.
    pub widget_lists: WidgetLists,
    /// Terms whose own pages give them other addresses.
    pub term_places: Sections,
    /// By weight, at least one.
    pub languages: Vec<LanguageFrame>,
    /// Addresses of terms that were asked for, by language, taxonomy and slug: every
    /// list has some, and makes them for each article.
    term_paths: Cache<String, String>,
}

impl Frame {
    pub async fn load(app: &App) -> Result<Self> {
        Self::read(app.db().read()).await
    }

    pub async fn read(db: &impl ConnectionTrait) -> Result<Self> {
        let site = site::Entity::find_by_id(SITE)
            .one(db)
            .await?
            .ok_or_else(|| Error::internal("the site's row is missing"))?;
        let languages = language::Entity::find()
            .order_by_asc(language::Column::Weight)
            .order_by_asc(language::Column::Tag)
            .all(db)
            .await?;
        let languages = languages
            .into_iter()
            .map(|row| {
                Ok(LanguageFrame {
                    tag: row.tag.as_str().into(),
                    author: read_json(&row.author)?,
                    social: read_json(&row.social)?,
                    main_sections: read_json(&row.main_sections)?,
                    widgets: read_json(&row.widgets)?,
                    widget_lists: read_json(&row.widget_lists)?,
                    switches: read_json(&row.switches)?,
                    markup: read_json(&row.markup)?,
                    row,
                })
            })
            .collect::<Result<Vec<_>>>()?;
        if languages.is_empty() {
            return Err(Error::internal("the site has no language"));
        }
        Ok(Self {
            rules: read_json(&site.rules)?,
            related: read_json(&site.related)?,
            widget_lists: read_json(&site.widget_lists)?,
            term_places: Sections::of_terms(read_json(&site.term_places)?),
            zone: site.time_zone.parse().unwrap_or(Tz::UTC),
            site,
            languages,
            term_paths: Cache::new(TERM_PATHS),
        })
    }

    #[must_use]
    pub fn language(&self, tag: &str) -> Option<&LanguageFrame> {
        self.languages.iter().find(|language| &*language.tag == tag)
    }

    #[must_use]
    pub fn default_language(&self) -> &LanguageFrame {
        // `read` refuses a frame without languages.
        self.language(&self.site.default_language).unwrap_or(&self.languages[0])
    }

    /// The language asked for, or the default one.
    pub fn resolve(&self, tag: Option<&str>) -> Result<&LanguageFrame> {
        let Some(tag) = tag else {
            return Ok(self.default_language());
        };
        self.language(tag).ok_or_else(|| {
            let tags: Vec<_> = self.languages.iter().map(|language| &*language.tag).collect();
            Error::bad_input(format!("the site has no language {tag}; it has {}", tags.join(", ")))
        })
    }

    /// The language of an article; one that was removed reads as the default.
    #[must_use]
    pub fn language_of(&self, tag: &str) -> &LanguageFrame {
        self.language(tag).unwrap_or_else(|| self.default_language())
    }

    /// The languages to read in where one has nothing: itself, those that stand
    /// in for it and for each other, then the default one.
    #[must_use]
    pub fn chain(&self, language: &LanguageFrame) -> Vec<Arc<str>> {
        let mut chain = Vec::new();
        let mut next = Some(language);
        while let Some(language) = next
            && !chain.contains(&language.tag)
        {
            chain.push(Arc::clone(&language.tag));
            next = language.row.fallback.as_deref().and_then(|tag| self.language(tag));
        }
        let default = &self.default_language().tag;
        if !chain.contains(default) {
            chain.push(Arc::clone(default));
        }
        chain
    }

    /// The language whose pages live at a path, by its first part.
    #[must_use]
    pub fn language_at(&self, path: &str) -> &LanguageFrame {
        let first = path.trim_start_matches('/').split('/').next().unwrap_or_default();
        self.languages
            .iter()
            .find(|language| !first.is_empty() && self.prefix(language) == format!("/{first}"))
            .unwrap_or_else(|| self.default_language())
    }

    /// Nothing for the default language, `/en` for others.
    #[must_use]
    pub fn prefix(&self, language: &LanguageFrame) -> String {
        match self.rules.prefix(&language.row.key) {
            "" => String::new(),
            prefix => format!("/{prefix}"),
        }
    }

    #[must_use]
    pub fn home_path(&self, language: &LanguageFrame) -> String {
        format!("{}/", self.prefix(language))
    }

    #[must_use]
    pub fn term_path(&self, language: &LanguageFrame, taxonomy: &str, slug: &str) -> String {
        let key = &language.row.key;
        let name = [key, taxonomy, slug].join("\0");
        if let Some(path) = self.term_paths.get(&name) {
            return path;
        }
        let path = self.rules.term_path(&self.term_places, key, taxonomy, slug);
        self.term_paths.insert(name, path.clone());
        path
    }

    /// Where a section is whose folder says nothing of it.
    #[must_use]
    pub fn section_path(&self, language: &LanguageFrame, folder: &str) -> String {
        self.rules.section_path(&self.term_places, &language.row.key, folder)
    }

    /// Where the list of a taxonomy's terms is.
    #[must_use]
    pub fn taxonomy_path(&self, language: &LanguageFrame, taxonomy: &str) -> String {
        self.rules.taxonomy_path(&self.term_places, &language.row.key, taxonomy)
    }

    /// Whether a term has a page for the public, as far as its own file says.
    #[must_use]
    pub fn term_has_page(&self, language: &LanguageFrame, taxonomy: &str, slug: &str) -> bool {
        let key = &language.row.key;
        let says_none = || self.term_places.is_pageless(key, &format!("{taxonomy}/{slug}"));
        self.rules.has_pages("term") && !says_none()
    }

    /// Whether a term is in the map of the site, as far as its own file says.
    #[must_use]
    pub fn maps_term(&self, language: &LanguageFrame, taxonomy: &str, slug: &str) -> bool {
        let key = &language.row.key;
        let says_none = || self.term_places.is_unmapped(key, &format!("{taxonomy}/{slug}"));
        self.rules.has_pages("term") && !says_none()
    }

    /// The slugs of the terms that lists in a language leave out.
    pub fn unlisted_terms<'a>(
        &'a self,
        language: &'a LanguageFrame,
        taxonomy: &'a str,
    ) -> impl Iterator<Item = &'a str> {
        self.term_places.unlisted(&language.row.key, taxonomy)
    }

    /// The taxonomies of a language, singular and plural: those that the site
    /// names, and the two that every site has.
    #[must_use]
    pub fn taxonomies(&self, language: &LanguageFrame) -> Vec<(&str, &str)> {
        let own = self.rules.taxonomies(&language.row.key);
        let mut all: Vec<_> = own.iter().map(|(one, many)| (one.as_str(), many.as_str())).collect();
        for (one, many) in [("category", "categories"), ("tag", "tags")] {
            if !all.iter().any(|(_, plural)| *plural == many) {
                all.push((one, many));
            }
        }
        all
    }

    /// The values by which an article with these parameters is related to others.
    #[must_use]
    pub fn keywords(
        &self,
        language: &LanguageFrame,
        params: &Map<String, Value>,
    ) -> Vec<(String, String)> {
        let taxonomies = || self.taxonomies(language).into_iter().map(|(_, plural)| plural);
        let keys = self.related.indices.iter().filter(|index| index.is_key(taxonomies()));
        keys.flat_map(|index| {
            let values = index.values(params).into_iter();
            values.map(|value| (index.name.clone(), value))
        })
        .collect()
    }

    /// An address of this site in full: percent-encoded, with scheme and host.
    #[must_use]
    pub fn absolute(&self, path: &str) -> String {
        format!("{}{}", self.site.base_url.trim_end_matches('/'), address::encode(path))
    }

    /// An address from configuration or front matter in full; absolute ones as
    /// they are, `img/a.png` and `/img/a.png` below the base address.
    #[must_use]
    pub fn asset(&self, url: &str) -> String {
        if url.contains("://") || url.starts_with("//") || url.starts_with("data:") {
            url.to_owned()
        } else {
            format!("{}/{}", self.site.base_url.trim_end_matches('/'), url.trim_start_matches('/'))
        }
    }
}

/// Reads a JSON column that this module wrote; null is the default.
fn read_json<T: DeserializeOwned + Default>(value: &Value) -> Result<T> {
    if value.is_null() {
        return Ok(T::default());
    }
    T::deserialize(value).map_err(Error::internal)
}

/// A site that has nothing yet: one language, no articles.
fn blank() -> (site::Model, language::Model) {
    let site = site::Model {
        id: SITE,
        base_url: "http://127.0.0.1:8080/".to_owned(),
        time_zone: "UTC".to_owned(),
        default_language: "en".to_owned(),
        rules: Json::of(&Rules { default_language: "en".to_owned(), ..Rules::default() })
            .unwrap_or_default(),
        related: Json::default(),
        widget_lists: Json::default(),
        term_places: Json::default(),
    };
    let language = language::Model {
        tag: "en".to_owned(),
        key: "en".to_owned(),
        name: "English".to_owned(),
        right_to_left: false,
        weight: 1,
        fallback: None,
        has_cjk: false,
        title: "Broadsheet".to_owned(),
        subtitle: None,
        description: None,
        copyright: None,
        author: Json::default(),
        social: Json::default(),
        main_sections: Value::Array(Vec::new()).into(),
        widgets: Json::default(),
        switches: Json::default(),
        params: Value::Object(Map::new()).into(),
        widget_lists: Json::default(),
        markup: Json::default(),
        section_menu: None,
    };
    (site, language)
}

/// Writes what was arranged for a language, or for all.
pub async fn put_widget_lists(
    write: &Write<'_>,
    language: Option<&str>,
    lists: &WidgetLists,
) -> Result<()> {
    let lists = Expr::value(Json::of(lists)?);
    match language {
        None => {
            let update = site::Entity::update_many().filter(site::Column::Id.eq(SITE));
            update.col_expr(site::Column::WidgetLists, lists).exec(write.txn()).await?;
        }
        Some(tag) => {
            let update = language::Entity::update_many().filter(language::Column::Tag.eq(tag));
            update.col_expr(language::Column::WidgetLists, lists).exec(write.txn()).await?;
        }
    }
    Ok(())
}

/// Holds the row that has what was arranged, until the transaction ends.
pub async fn hold_widget_lists(
    write: &Write<'_>,
    language: Option<&str>,
) -> Result<Option<WidgetLists>> {
    let stored = match language {
        None => site::Entity::find_by_id(SITE)
            .lock_exclusive()
            .one(write.txn())
            .await?
            .map(|row| row.widget_lists),
        Some(tag) => language::Entity::find_by_id(tag.to_owned())
            .lock_exclusive()
            .one(write.txn())
            .await?
            .map(|row| row.widget_lists),
    };
    stored.map(|stored| read_json(&stored)).transpose()
}

/// Gives a new database its frame.
pub async fn ensure(app: &App) -> Result<()> {
    if site::Entity::find_by_id(SITE).one(app.db().read()).await?.is_some() {
        return Ok(());
    }
    let txn = app.db().begin().await?;
    app.db().lock_feed(&txn).await?;
    if site::Entity::find_by_id(SITE).one(&txn).await?.is_none() {
        let (site, language) = blank();
        language.into_active_model().reset_all().insert(&txn).await?;
        site.into_active_model().reset_all().insert(&txn).await?;
    }
    txn.commit().await?;
    Ok(())
}
