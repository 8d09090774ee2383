//! What editors arranged as a configuration would say it: rows instead of trees,
//! addresses instead of what they lead to.
//!
//! Invariant: the public's menus and no others. An entry whose target nobody may
//! see is left out, with what is below it, until it may be seen.

use std::collections::{BTreeSet, HashMap};

use entity::menu;
use sea_orm::sea_query::Expr;
use sea_orm::{ColumnTrait, EntityTrait, ExprTrait, QueryFilter};
use serde_json::{Map, Value, json};

use super::read::{Row, flatten};
use super::target::Targets;
use super::tree::{self, Entry, Target};
use crate::cache::Dependency;
use crate::ctx::Ctx;
use crate::error::Result;
use crate::event::{Event, Write};
use crate::policy::Scope;
use crate::site::Frame;

/// A menu that was arranged, as one language shows it.
#[derive(Debug, Clone, PartialEq)]
pub struct PlainMenu {
    pub language: String,
    pub name: String,
    /// Whether it was arranged for all languages.
    pub of_all: bool,
    pub entries: Vec<PlainEntry>,
}

/// An entry, those above before those below.
#[derive(Debug, Clone, PartialEq)]
pub struct PlainEntry {
    pub identifier: String,
    pub parent: Option<String>,
    pub name: String,
    /// As it is used in `href`; empty for one that only holds others.
    pub url: String,
    pub title: Option<String>,
    pub weight: i32,
    pub params: Map<String, Value>,
    pub target: Option<Target>,
    /// Where its target lies in the tree of content.
    pub page: Option<String>,
    /// Whether it has a name of its own; else it is called as its target is.
    pub is_named: bool,
}

/// All menus that were arranged, in every language of the site.
pub async fn load(ctx: &Ctx) -> Result<Vec<PlainMenu>> {
    let rows = menu::Entity::find()
        .filter(menu::Column::Entries.is_not_null())
        .all(ctx.db_of([Dependency::Menus]).orm())
        .await?;
    let mut trees: HashMap<(String, String), Vec<Entry>> = HashMap::new();
    for row in rows {
        if let Some(entries) = row.entries {
            trees.insert((row.name, row.language), serde_json::from_value(entries.0)?);
        }
    }
    if trees.is_empty() {
        return Ok(Vec::new());
    }
    let frame = Frame::load(ctx.app()).await?;
    let scope = Scope::public(ctx);
    let names: BTreeSet<&String> = trees.keys().map(|(name, _)| name).collect();
    let mut menus = Vec::new();
    for name in names {
        for language in &frame.languages {
            let tree = |tag: &str| trees.get(&(name.clone(), tag.to_owned()));
            // That of the language goes before that of all.
            let own = tree(&language.tag);
            let of_all = own.is_none();
            let Some(entries) = own.or_else(|| tree("")) else { continue };
            let wanted = tree::targets(entries);
            let targets = Targets::load(ctx, &scope, &frame, language, wanted).await?;
            let chain = frame.chain(language);
            let mut rows = Vec::new();
            flatten(entries.clone(), None, language, &chain, &targets, &mut rows);
            let entries = rows.into_iter().map(|Row { parent, item }| PlainEntry {
                parent,
                target: item.target,
                page: item.page,
                is_named: item.own_name.is_some(),
                identifier: item.identifier,
                name: item.name,
                url: item.url,
                title: item.title.filter(|title| !title.is_empty()),
                weight: item.weight,
                params: item.params,
            });
            menus.push(PlainMenu {
                language: language.tag.to_string(),
                name: name.clone(),
                of_all,
                entries: entries.collect(),
            });
        }
    }
    Ok(menus)
}

/// Gives a menu back to the configuration, which says it now; the language of one
/// for all is empty.
pub async fn give_back(write: &mut Write<'_>, name: &str, language: &str) -> Result<()> {
    use menu::Column;
    write.record(Event {
        language: Some(language.to_owned()).filter(|tag| !tag.is_empty()),
        data: json!({ "name": name, "after": null, "import": true }),
        ..Event::new("menu.arranged")
    });
    menu::Entity::update_many()
        .col_expr(Column::Entries, Expr::val(None::<String>))
        .col_expr(Column::Version, Column::Version.into_expr().add(1))
        .filter(Column::Name.eq(name))
        .filter(Column::Language.eq(language))
        .exec(write.txn())
        .await?;
    Ok(())
}
