//! Which files lie elsewhere now, and which are not there any more.
//!
//! An article whose section was changed takes its file along, and the files of
//! its bundle; where another page stays in the bundle they stay there, too.

use std::collections::{BTreeSet, HashMap, HashSet};

use entity::{View, article_copy, revision, source_file};
use sea_orm::sea_query::{Condition, Expr, ExprTrait, Query};
use sea_orm::{ColumnTrait, EntityTrait, QueryFilter, QuerySelect};
use uuid::Uuid;

use super::place;
use super::site::{self, Row, Site};
use crate::article::content::Content;
use crate::ctx::Ctx;
use crate::error::Result;
use crate::hugo::known;
use crate::hugo::tree::{Entry, EntryKind, Kind};
use crate::media;

#[derive(Debug, Default)]
pub struct Moves {
    /// New places of pages, by their old paths.
    pages: HashMap<String, Entry>,
    /// Pages of articles and terms that are there no more.
    gone: HashSet<String>,
    /// What becomes of the files of bundles, by their folders with a slash.
    folders: HashMap<String, Fate>,
}

/// What becomes of a file.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Fate {
    pub stays: bool,
    /// Where it lies now, or as well.
    pub goes: BTreeSet<String>,
}

impl Moves {
    pub async fn load(ctx: &Ctx, site: &Site, lists: &[Row]) -> Result<Self> {
        let mut moves = Self::of_terms(site, lists);
        moves.gone.extend(gone(ctx).await?);
        let directories = sections(ctx).await?;
        let ids: Vec<Uuid> = directories.keys().copied().collect();
        for row in site::rows_of(ctx, &ids).await? {
            if row.kind == "article"
                && let Some(directory) = row.article_id.and_then(|id| directories.get(&id))
                && let Some(entry) = site.entry(&row.path)
                && entry.dir != *directory
                && let Some(new) = place::moved(&site.config, &entry, directory)
            {
                moves.pages.insert(row.path, new);
            }
        }
        if moves.gone.is_empty() && moves.pages.is_empty() {
            return Ok(moves);
        }
        let terms = moves.pages.iter().filter(|(_, new)| !new.bundle);
        // Only the page of a list has its folder to itself.
        let folders: Vec<_> = terms
            .filter(|(_, new)| matches!(new.kind, EntryKind::Content(Kind::Term { .. })))
            .map(|(path, new)| (folder(path).to_owned(), folder(&new.relative).to_owned()))
            .collect();
        for (from, to) in folders {
            moves.folders.entry(from).or_default().goes.insert(to);
        }
        // The bundles of all these, and the pages that are in them beside.
        let bundles = moves.gone.iter().chain(moves.pages.keys());
        let bundles: BTreeSet<&str> = bundles.filter_map(|path| media::bundle(path)).collect();
        let bundles: Vec<&str> = bundles.into_iter().collect();
        let pages = known::in_bundles(ctx.app().db().read(), &bundles).await?;
        let pages: BTreeSet<&str> = pages
            .iter()
            .map(|(path, _)| path.as_str())
            .chain(moves.gone.iter().map(String::as_str))
            .collect();
        for path in pages {
            let Some(entry) = site.entry(path).filter(|entry| entry.bundle) else {
                continue;
            };
            let fate = moves.folders.entry(folder(&entry.relative).to_owned()).or_default();
            if let Some(new) = moves.pages.get(path) {
                fate.goes.insert(folder(&new.relative).to_owned());
            } else if !moves.gone.contains(path) {
                fate.stays = true;
            }
        }
        moves.folders.retain(|_, fate| !fate.stays || !fate.goes.is_empty());
        Ok(moves)
    }

    /// Terms whose slugs were changed: a folder has the name that leads to its term.
    /// Those that were merged or deleted have none.
    fn of_terms(site: &Site, lists: &[Row]) -> Self {
        let mut moves = Self::default();
        let paths: HashSet<&str> = lists.iter().map(|row| row.path.as_str()).collect();
        for row in lists.iter().filter(|row| row.kind == "term") {
            let Some(entry) = site.entry(&row.path) else { continue };
            let EntryKind::Content(Kind::Term { taxonomy, term }) = &entry.kind else { continue };
            let rules = &site.config.rules;
            if site.terms.is_gone(rules, taxonomy, term) {
                moves.gone.insert(row.path.clone());
                moves.folders.entry(folder(&row.path).to_owned()).or_default();
            } else if let Some((_, Some(slug))) = site.terms.at(rules, taxonomy, term)
                && let Some(new) = place::moved(&site.config, &entry, &format!("{taxonomy}/{slug}"))
                && !paths.contains(new.relative.as_str())
            {
                let kind = Kind::Term { taxonomy: taxonomy.clone(), term: slug.to_owned() };
                let new = Entry { kind: EntryKind::Content(kind), ..new };
                moves.pages.insert(row.path.clone(), new);
            }
        }
        moves
    }

    /// The new place of a page, if it has moved.
    #[must_use]
    pub fn page(&self, path: &str) -> Option<&Entry> {
        self.pages.get(path)
    }

    /// Whether the file of a section or term says what is there no more.
    #[must_use]
    pub fn is_gone(&self, path: &str) -> bool {
        self.gone.contains(path)
    }

    /// What becomes of a file that is no page.
    #[must_use]
    pub fn fate(&self, path: &str) -> Fate {
        if !self.folders.is_empty() {
            let mut above = path;
            while let Some(slash) = above.trim_end_matches('/').rfind('/') {
                above = above.get(..=slash).unwrap_or_default();
                if let Some(fate) = self.folders.get(above) {
                    let below = path.get(above.len()..).unwrap_or_default();
                    let goes = fate.goes.iter().map(|folder| format!("{folder}{below}")).collect();
                    return Fate { stays: fate.stays, goes };
                }
            }
        }
        Fate { stays: true, goes: BTreeSet::new() }
    }
}

fn folder(path: &str) -> &str {
    path.rfind('/').and_then(|slash| path.get(..=slash)).unwrap_or_default()
}

/// Files of articles that have none now.
async fn gone(ctx: &Ctx) -> Result<HashSet<String>> {
    use source_file::Column;
    let shown = Query::select()
        .expr(Expr::val(1))
        .from(article_copy::Entity)
        .and_where(
            article_copy::Column::ArticleId
                .into_expr()
                .eq(Expr::col((source_file::Entity, Column::ArticleId))),
        )
        .and_where(article_copy::Column::View.is_in([View::Published, View::Working]))
        .take();
    let paths: Vec<String> = source_file::Entity::find()
        .select_only()
        .column(Column::Path)
        .filter(Column::Kind.eq("article"))
        .filter(Condition::any().add(Column::ArticleId.is_null()).add(Expr::exists(shown).not()))
        .into_tuple()
        .all(ctx.app().db().read())
        .await?;
    Ok(paths.into_iter().collect())
}

/// The folders of articles whose section was ever changed.
async fn sections(ctx: &Ctx) -> Result<HashMap<Uuid, String>> {
    let db = ctx.app().db().read();
    let ids: Vec<Uuid> = revision::Entity::find()
        .select_only()
        .column(revision::Column::ArticleId)
        .distinct()
        .filter(revision::Column::Changes.like("%\"section\"%"))
        .into_tuple()
        .all(db)
        .await?;
    let mut directories = HashMap::new();
    for ids in ids.chunks(200) {
        let copies: Vec<(View, Uuid, Uuid)> = article_copy::Entity::find()
            .select_only()
            .columns([
                article_copy::Column::View,
                article_copy::Column::ArticleId,
                article_copy::Column::RevisionId,
            ])
            .filter(article_copy::Column::ArticleId.is_in(ids.iter().copied()))
            .filter(article_copy::Column::View.is_in([View::Published, View::Working]))
            .into_tuple()
            .all(db)
            .await?;
        let mut shown: HashMap<Uuid, Uuid> = HashMap::new();
        for (view, id, revision_id) in copies {
            if view == View::Published || !shown.contains_key(&id) {
                shown.insert(id, revision_id);
            }
        }
        let contents: Vec<(Uuid, entity::Json)> = revision::Entity::find()
            .select_only()
            .columns([revision::Column::ArticleId, revision::Column::Content])
            .filter(revision::Column::Id.is_in(shown.into_values()))
            .into_tuple()
            .all(db)
            .await?;
        for (id, content) in contents {
            let content: Content = serde_json::from_value(content.0)?;
            directories.insert(id, content.directory);
        }
    }
    Ok(directories)
}
