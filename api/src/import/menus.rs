//! Menus of another system, as arranged menus of this site.
//!
//! Invariants: a menu that the site has, arranged or configured, stays as it is;
//! entries that lead to nothing which came in keep their names, those below them
//! stay below them, and the report says so.

use std::collections::HashMap;

use entity::{import_item, menu, menu_entry, term};
use indexmap::IndexMap;
use sea_orm::{ColumnTrait, EntityTrait, QueryFilter, QuerySelect};
use uuid::Uuid;

use super::model::{Leads, Link, path_of};
use super::report::Report;
use crate::ctx::Ctx;
use crate::error::Result;
use crate::event::Write;
use crate::hugo::problem::Problem;
use crate::menu::tree::{Entry, Target};
use crate::menu::{bring, is_safe};
use crate::site::Frame;

/// Deeper nesting than this is no menu.
const DEPTH: usize = 12;

/// Writes the menus that the site does not have.
pub async fn write(
    ctx: &Ctx,
    language: &str,
    report: &mut Report,
    menus: IndexMap<String, Vec<Link>>,
) -> Result<()> {
    for (name, mut links) in menus {
        links.sort_by_key(|link| link.order);
        if has(ctx, &name, language).await? {
            continue;
        }
        let leads = Found::load(ctx, &report.source, &links).await?;
        let mut builder = Builder { ctx, links: &links, found: &leads, lost: Vec::new() };
        let entries = builder.below(None, DEPTH);
        let lost = std::mem::take(&mut builder.lost);
        if entries.is_empty() {
            continue;
        }
        let mut write = Write::begin(ctx).await?;
        bring(&mut write, &name, language, entries).await?;
        write.commit().await?;
        report.menus += 1;
        if !lost.is_empty() {
            let message = format!(
                "these entries of the menu {name:?} lead to what did not come in: {}; say where \
                 they should",
                lost.join(", ")
            );
            report.warnings.push(Problem::new(message));
        }
    }
    Ok(())
}

/// Whether the site has a menu of this name in a language, or in all.
async fn has(ctx: &Ctx, name: &str, language: &str) -> Result<bool> {
    let db = ctx.app().db().read();
    let arranged = menu::Entity::find()
        .filter(menu::Column::Name.eq(name))
        .filter(menu::Column::Language.is_in(["", language]))
        .one(db)
        .await?;
    let configured = menu_entry::Entity::find()
        .filter(menu_entry::Column::Menu.eq(name))
        .filter(menu_entry::Column::Language.eq(language))
        .filter(menu_entry::Column::ArticleId.is_null())
        .one(db)
        .await?;
    // One that was given back was arranged once, and is not to come again.
    Ok(arranged.is_some() || configured.is_some())
}

/// What entries may lead to.
struct Found {
    items: HashMap<String, Uuid>,
    terms: HashMap<(String, String), Uuid>,
    home: String,
    frame: Frame,
}

impl Found {
    async fn load(ctx: &Ctx, source: &str, links: &[Link]) -> Result<Self> {
        let db = ctx.app().db().read();
        let keys = links.iter().filter_map(|link| match &link.leads {
            Leads::Item(key) => Some(key.as_str()),
            _ => None,
        });
        let items: Vec<(String, Option<Uuid>)> = import_item::Entity::find()
            .select_only()
            .columns([import_item::Column::Key, import_item::Column::ArticleId])
            .filter(import_item::Column::Source.eq(source))
            .filter(import_item::Column::Key.is_in(keys))
            .into_tuple()
            .all(db)
            .await?;
        let frame = Frame::load(ctx.app()).await?;
        let slugs = links.iter().filter_map(|link| match &link.leads {
            Leads::Term(_, slug) => Some(frame.rules.urlize(slug)),
            _ => None,
        });
        let terms: Vec<(String, String, Uuid)> = term::Entity::find()
            .select_only()
            .columns([term::Column::Taxonomy, term::Column::Slug, term::Column::Id])
            .filter(term::Column::Slug.is_in(slugs))
            .into_tuple()
            .all(db)
            .await?;
        let home = source.split_once(':').map_or(source, |(_, home)| home).to_owned();
        Ok(Self {
            items: items.into_iter().filter_map(|(key, id)| Some((key, id?))).collect(),
            terms: terms.into_iter().map(|(plural, slug, id)| ((plural, slug), id)).collect(),
            home,
            frame,
        })
    }

    /// What an entry leads to; an error where that did not come in.
    fn target(&self, link: &Link) -> Result<Option<Target>, ()> {
        match &link.leads {
            Leads::Nowhere => Ok(None),
            Leads::Item(key) => self.items.get(key).map(|id| Some(Target::Article(*id))).ok_or(()),
            Leads::Term(taxonomy, slug) => {
                let key = (taxonomy.clone(), self.frame.rules.urlize(slug));
                let id = *self.terms.get(&key).ok_or(())?;
                match taxonomy.as_str() {
                    "tags" => Ok(Some(Target::Tag(id))),
                    "categories" => Ok(Some(Target::Category(id))),
                    other => {
                        let language = self.frame.default_language();
                        Ok(Some(Target::Url(self.frame.term_path(language, other, &key.1))))
                    }
                }
            }
            Leads::Url(url) => {
                let url = self.local(url);
                if is_safe(&url) { Ok(Some(Target::Url(url))) } else { Err(()) }
            }
        }
    }

    /// An address of the site that came from there, as one of this site.
    fn local(&self, url: &str) -> String {
        let rest = url.split_once("://").map_or("", |(_, rest)| rest);
        let own = !self.home.is_empty()
            && rest
                .strip_prefix(&self.home)
                .is_some_and(|rest| rest.is_empty() || rest.starts_with(['/', '?', '#']));
        match path_of(url) {
            Some((path, query)) if own => {
                let tail = query.map(|query| format!("?{query}")).unwrap_or_default();
                format!("{}{tail}", crate::hugo::address::encode(&path))
            }
            _ => url.to_owned(),
        }
    }
}

struct Builder<'a> {
    ctx: &'a Ctx,
    links: &'a [Link],
    found: &'a Found,
    /// Names of entries that lead to what did not come in.
    lost: Vec<String>,
}

impl Builder<'_> {
    fn below(&mut self, parent: Option<&str>, depth: usize) -> Vec<Entry> {
        if depth == 0 {
            return Vec::new();
        }
        let known = |key: &String| self.links.iter().any(|link| link.key == *key);
        let links: Vec<&Link> = self
            .links
            .iter()
            .filter(|link| {
                link.parent.as_ref().filter(|key| known(key)).map(String::as_str) == parent
            })
            .collect();
        let mut entries = Vec::new();
        for link in links {
            let target = self.found.target(link).unwrap_or_else(|()| {
                let name = if link.name.is_empty() { &link.key } else { &link.name };
                self.lost.push(name.clone());
                None
            });
            let children = self.below(Some(&link.key), depth - 1);
            let name = Some(link.name.trim().to_owned()).filter(|name| !name.is_empty());
            let named = name.is_some()
                || matches!(
                    target,
                    Some(Target::Article(_) | Target::Tag(_) | Target::Category(_))
                );
            entries.push(Entry {
                id: self.ctx.new_id(),
                identifier: String::new(),
                name: if named { name } else { Some(link.key.clone()) },
                names: IndexMap::new(),
                title: link.title.clone(),
                weight: i32::MIN,
                params: serde_json::Map::new(),
                target,
                children,
            });
        }
        entries
    }
}
