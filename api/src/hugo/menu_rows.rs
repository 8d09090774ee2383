//! Menu entries as the database holds them: those of the configuration, and those
//! that sections, terms and the home page ask for in their `_index.md`.
//!
//! Invariant: an entry is known by where it was said, so that reading one file
//! again replaces the entries of that file and no others.

use std::collections::BTreeSet;

use entity::menu_entry;
use sea_orm::{ColumnTrait, EntityTrait, QueryFilter};
use serde::Serialize;
use serde_json::{Map, Value, json};

use super::config::{LanguageConfig, SiteConfig};
use super::menu::MenuEntry;
use crate::error::Result;
use crate::event::{Event, Write};
use crate::menu::plain::{self, PlainEntry, PlainMenu};

/// An entry without an id, as it is compared and stored.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Entry {
    pub menu: String,
    pub language: String,
    pub identifier: String,
    pub parent: Option<String>,
    pub name: String,
    pub url: Option<String>,
    pub page_ref: Option<String>,
    pub title: Option<String>,
    pub weight: i32,
    pub params: Map<String, Value>,
}

impl Entry {
    #[must_use]
    pub fn of(language: &LanguageConfig, menu: &str, entry: &MenuEntry) -> Self {
        Self {
            menu: menu.to_owned(),
            language: language.tag.clone(),
            identifier: entry.identifier.clone().unwrap_or_else(|| entry.name.clone()),
            parent: entry.parent.clone(),
            name: entry.name.clone(),
            url: entry.url.clone().or(Some(String::new())),
            page_ref: entry.page_ref.clone(),
            title: entry.title.clone(),
            weight: entry.weight,
            params: params(entry),
        }
    }

    fn from_row(row: menu_entry::Model) -> Self {
        Self {
            menu: row.menu,
            language: row.language,
            identifier: row.identifier,
            parent: row.parent,
            name: row.name,
            url: row.url,
            page_ref: row.page_ref,
            title: row.title,
            weight: row.weight,
            params: row.params.0.as_object().cloned().unwrap_or_default(),
        }
    }

    fn into_row(self, write: &Write<'_>, file: Option<&str>) -> menu_entry::Model {
        menu_entry::Model {
            id: write.ctx().new_id(),
            view: None,
            article_id: None,
            menu: self.menu,
            language: self.language,
            identifier: self.identifier,
            parent: self.parent,
            name: self.name,
            url: self.url,
            title: self.title,
            weight: self.weight,
            params: Value::Object(self.params).into(),
            file: file.map(str::to_owned),
            page_ref: self.page_ref,
        }
    }

    /// Whether it names the page that an arranged entry leads to.
    #[must_use]
    pub fn is_of_page(&self, is: &PlainEntry) -> bool {
        let page = self.page_ref.as_ref().map(|page| crate::menu::logical(page));
        page.is_some() && page == is.page
    }

    /// Whether it is the arranged entry: one without any name is known by its page.
    #[must_use]
    pub fn is_known_as(&self, is: &PlainEntry) -> bool {
        if self.identifier.is_empty() {
            return self.is_of_page(is);
        }
        self.identifier == is.identifier
    }

    /// Whether it leads where an arranged entry does.
    #[must_use]
    pub fn leads_as(&self, is: &PlainEntry) -> bool {
        self.is_of_page(is) || leads(self.url.as_deref().unwrap_or_default(), &is.url)
    }

    /// Whether it is called as an arranged entry is.
    #[must_use]
    pub fn is_called_as(&self, is: &PlainEntry) -> bool {
        self.name == is.name || (self.name.is_empty() && !is.is_named && self.is_of_page(is))
    }
}

/// The address of the page that an entry names by its path, as far as it shows
/// in the path alone.
#[must_use]
pub fn page_url(config: &SiteConfig, language: &str, page: &str) -> String {
    let prefix = match config.rules.prefix(language) {
        "" => String::new(),
        prefix => format!("/{prefix}"),
    };
    match page.trim_matches('/') {
        "" => format!("{prefix}/"),
        page => format!("{prefix}/{page}/"),
    }
}

/// Settings that Hugo has and menus do not: kept with the other parameters.
#[must_use]
pub fn params(entry: &MenuEntry) -> Map<String, Value> {
    let mut params = entry.params.clone();
    for (key, value) in [("pre", &entry.pre), ("post", &entry.post)] {
        if let Some(value) = value {
            params.insert(key.to_owned(), json!(value));
        }
    }
    params
}

/// The entries of one language.
#[must_use]
pub fn of_language(language: &LanguageConfig) -> Vec<Entry> {
    let menus = language.menus.iter();
    menus.flat_map(|(menu, own)| own.iter().map(|entry| Entry::of(language, menu, entry))).collect()
}

/// All entries of a configuration.
#[must_use]
pub fn of(config: &SiteConfig) -> Vec<Entry> {
    config.languages.iter().flat_map(of_language).collect()
}

/// Writes what a configuration says.
///
/// A menu that was arranged here, and that the configuration said just so until
/// now, was changed there since it went out: it is the configuration's again. One
/// that never went out stays as it was arranged.
pub async fn replace(
    write: &mut Write<'_>,
    menus: Vec<Entry>,
    arranged: &[PlainMenu],
) -> Result<()> {
    use menu_entry::Column;
    if !arranged.is_empty() {
        let before = menu_entry::Entity::find()
            .filter(Column::ArticleId.is_null())
            .filter(Column::File.is_null())
            .all(write.txn())
            .await?;
        let before: Vec<Entry> = before.into_iter().map(Entry::from_row).collect();
        for (name, language) in overtaken(&before, &menus, arranged) {
            plain::give_back(write, &name, &language).await?;
        }
    }
    menu_entry::Entity::delete_many()
        .filter(Column::ArticleId.is_null())
        .filter(Column::File.is_null())
        .exec(write.txn())
        .await?;
    let rows: Vec<_> = menus.into_iter().map(|entry| entry.into_row(write, None)).collect();
    write.insert_all(rows).await?;
    Ok(())
}

/// Names and languages of arranged menus that a configuration had taken over, and
/// says otherwise now; the language of one for all is empty.
fn overtaken(
    before: &[Entry],
    now: &[Entry],
    arranged: &[PlainMenu],
) -> BTreeSet<(String, String)> {
    let of = |all: &[Entry], menu: &PlainMenu| -> Vec<Entry> {
        let own = |entry: &&Entry| entry.menu == menu.name && entry.language == menu.language;
        all.iter().filter(own).cloned().collect()
    };
    let key = |menu: &PlainMenu| {
        let language = if menu.of_all { String::new() } else { menu.language.clone() };
        (menu.name.clone(), language)
    };
    let (mut changed, mut stays) = (BTreeSet::new(), BTreeSet::new());
    for menu in arranged {
        let (was, is) = (of(before, menu), of(now, menu));
        if !same(&was.iter().collect::<Vec<_>>(), &menu.entries) {
            stays.insert(key(menu));
        } else if was != is {
            changed.insert(key(menu));
        }
    }
    &changed - &stays
}

/// Writes what the file of a list page asks for. The entry's address is the page's.
pub async fn put_of_file(
    write: &mut Write<'_>,
    file: &str,
    language: &str,
    url: &str,
    menus: Vec<(String, MenuEntry)>,
) -> Result<()> {
    drop_of_file(write, file).await?;
    if !menus.is_empty() {
        write.record(Event {
            language: Some(language.to_owned()),
            data: json!({ "file": file }),
            ..Event::new("menu.placed")
        });
    }
    let rows = menus.into_iter().map(|(menu, entry)| {
        let params = params(&entry);
        let identifier = entry.identifier.unwrap_or_else(|| entry.name.clone());
        let entry = Entry {
            menu,
            language: language.to_owned(),
            identifier,
            parent: entry.parent,
            name: entry.name,
            url: Some(url.to_owned()),
            page_ref: None,
            title: entry.title,
            weight: entry.weight,
            params,
        };
        entry.into_row(write, Some(file))
    });
    write.insert_all(rows.collect()).await?;
    Ok(())
}

/// Forgets what a file asked for.
pub async fn drop_of_file(write: &mut Write<'_>, file: &str) -> Result<()> {
    let dropped = menu_entry::Entity::delete_many()
        .filter(menu_entry::Column::File.eq(file))
        .exec(write.txn())
        .await?;
    if dropped.rows_affected > 0 {
        write.record(Event { data: json!({ "file": file }), ..Event::new("menu.displaced") });
    }
    Ok(())
}

/// Whether two addresses are one, however they are encoded.
#[must_use]
pub fn leads(one: &str, other: &str) -> bool {
    let decoded =
        |text: &str| percent_encoding::percent_decode_str(text).decode_utf8_lossy().into_owned();
    one == other || decoded(one) == decoded(other)
}

/// Whether a configured menu is the arranged one, whatever the order of its lines.
#[must_use]
pub fn same(was: &[&Entry], is: &[PlainEntry]) -> bool {
    let known = |name: &&String| is.iter().any(|entry| entry.identifier == **name);
    let one = |was: &Entry, is: &PlainEntry| {
        let parent = was.parent.as_ref().filter(known);
        was.is_known_as(is)
            && parent.filter(|parent| **parent != was.identifier) == is.parent.as_ref()
            && was.is_called_as(is)
            && was.leads_as(is)
            && was.title == is.title
            && was.weight == is.weight
            && was.params == is.params
    };
    was.len() == is.len() && is.iter().all(|is| was.iter().any(|was| one(was, is)))
}
