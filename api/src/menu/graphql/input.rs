//! What mutations of menus take, and what it means.

use async_graphql::{ID, InputObject, MaybeUndefined, OneofObject};
use indexmap::IndexMap;
use serde_json::{Map, Value};

use super::types::LocalizedName;
use crate::ctx::Ctx;
use crate::error::{Error, Result};
use crate::graphql::id::{IdKind, decode_as};
use crate::graphql::scalar::{Json, LanguageTag};
use crate::menu::tree::{Entry, Target};
use crate::menu::write::{Change, Spot, Which};

/// What an entry is to point at.
#[derive(Debug, Clone, OneofObject)]
pub enum MenuTargetInput {
    /// An article, or its translation in the menu's language; renaming it changes
    /// the entry with it.
    Article(ID),
    /// A tag.
    Tag(ID),
    /// A category.
    Category(ID),
    /// A term of another taxonomy.
    Term(ID),
    /// A section's folder below the language: `news/local`; empty for the home page.
    Section(String),
    /// An address, as it is used in `href`: `/about/`, `https://example.org/`.
    Url(String),
}

impl MenuTargetInput {
    fn target(self) -> Result<Target> {
        Ok(match self {
            Self::Article(id) => Target::Article(decode_as(IdKind::Article, &id)?),
            Self::Tag(id) => Target::Tag(decode_as(IdKind::Tag, &id)?),
            Self::Category(id) => Target::Category(decode_as(IdKind::Category, &id)?),
            Self::Term(id) => Target::Term(decode_as(IdKind::Term, &id)?),
            Self::Section(name) => Target::Section(name.trim_matches('/').to_owned()),
            Self::Url(url) => Target::Url(url),
        })
    }
}

/// An entry with everything below it.
#[derive(Debug, Clone, InputObject)]
pub struct MenuEntryInput {
    /// That of the entry as it was read; none for a new one.
    id: Option<ID>,
    /// What entries of articles name as their parent, unique in the menu; kept, or
    /// made from the name, where it is not given.
    identifier: Option<String>,
    /// What to show; null for what its target is called.
    name: Option<String>,
    /// What to show in single languages, for a menu of all.
    #[graphql(default)]
    names: Vec<LocalizedName>,
    /// What to show when a pointer rests on it.
    title: Option<String>,
    /// What it points at; null for one that only holds others.
    target: Option<MenuTargetInput>,
    /// Further settings, such as Hugo's `pre` and `post`.
    params: Option<Json>,
    /// The entries below, in order.
    #[graphql(default)]
    children: Vec<MenuEntryInput>,
}

fn by_language(names: Vec<LocalizedName>) -> IndexMap<String, String> {
    names.into_iter().map(|LocalizedName { language, name }| (language.0, name)).collect()
}

fn map_of(params: Json) -> Result<Map<String, Value>> {
    match params.0 {
        Value::Object(map) => Ok(map),
        Value::Null => Ok(Map::new()),
        _ => Err(Error::bad_input("`params` is a map of names")),
    }
}

impl MenuEntryInput {
    pub fn entry(self, ctx: &Ctx) -> Result<Entry> {
        let Self { id, identifier, name, names, title, target, params, children } = self;
        // A new entry is told from one that was read by its weight.
        let (id, weight) = match id {
            Some(id) => (decode_as(IdKind::MenuEntry, &id)?, 0),
            None => (ctx.new_id(), i32::MIN),
        };
        Ok(Entry {
            id,
            identifier: identifier.unwrap_or_default(),
            name,
            names: by_language(names),
            title,
            weight,
            params: params.map(map_of).transpose()?.unwrap_or_default(),
            target: target.map(MenuTargetInput::target).transpose()?,
            children: children.into_iter().map(|child| child.entry(ctx)).collect::<Result<_>>()?,
        })
    }
}

/// Changes of one entry; what is not given stays, and null takes it away.
#[derive(Debug, Clone, InputObject)]
pub struct UpdateMenuEntryInput {
    /// What entries of articles name as their parent, unique in the menu.
    identifier: Option<String>,
    /// What to show; null for what its target is called.
    name: MaybeUndefined<String>,
    /// What to show in single languages: all of them.
    names: Option<Vec<LocalizedName>>,
    /// What to show when a pointer rests on it.
    title: MaybeUndefined<String>,
    /// What it points at; null for one that only holds others.
    target: MaybeUndefined<MenuTargetInput>,
    /// All further settings.
    params: Option<Json>,
}

impl UpdateMenuEntryInput {
    pub fn change(self) -> Result<Change> {
        let Self { identifier, name, names, title, target, params } = self;
        let target: Option<Option<MenuTargetInput>> = target.into();
        Ok(Change {
            identifier,
            name: name.into(),
            names: names.map(by_language),
            title: title.into(),
            target: target
                .map(|target| target.map(MenuTargetInput::target).transpose())
                .transpose()?,
            params: params.map(map_of).transpose()?,
        })
    }
}

/// Which menu.
#[derive(Debug, Clone, InputObject)]
pub struct MenuBy {
    /// The name by which it is asked for.
    name: String,
    /// In which language; null is the menu for all that have none of their own.
    language: Option<LanguageTag>,
}

impl From<MenuBy> for Which {
    fn from(MenuBy { name, language }: MenuBy) -> Self {
        Self { name, language: language.map(|tag| tag.0) }
    }
}

/// Where an entry is to stand.
#[derive(Debug, Clone, InputObject)]
pub struct MenuSpotInput {
    /// Below this entry; at the top where it is null.
    parent: Option<ID>,
    /// How many of its siblings come before it; last where it is null.
    position: Option<i32>,
}

impl MenuSpotInput {
    pub fn spot(self) -> Result<Spot> {
        let Self { parent, position } = self;
        Ok(Spot {
            parent: parent.map(|id| decode_as(IdKind::MenuEntry, &id)).transpose()?,
            position: position.map(|position| usize::try_from(position).unwrap_or(0)),
        })
    }
}
