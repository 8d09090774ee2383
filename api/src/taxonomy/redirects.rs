//! What leads from the old addresses of terms.
//!
//! A redirect names a term and not an address, so chains fold by themselves:
//! whatever led to a term that was renamed leads to where it is now. What leads
//! to a term that goes into another is made to name that one.

use std::collections::{BTreeMap, HashMap, HashSet};

use entity::{Timestamp, article, redirect, term};
use sea_orm::sea_query::Condition;
use sea_orm::{ColumnTrait, ConnectionTrait, EntityTrait, QueryFilter, QuerySelect};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::Taxonomy;
use crate::error::Result;
use crate::event::Write;
use crate::redirect::store as redirects;
use crate::site::Frame;

/// What leads from one address, before and after.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct RedirectChange {
    pub path: String,
    pub before: Option<redirect::Model>,
    pub after: Option<redirect::Model>,
}

/// The addresses of a term in all languages, with the language of each.
fn paths(frame: &Frame, taxonomy: &Taxonomy, slug: &str) -> Vec<(String, String)> {
    let path = |language| frame.term_path(language, taxonomy.plural(), slug);
    frame.languages.iter().map(|language| (path(language), language.row.tag.clone())).collect()
}

/// What changes when `term` lives where it says from now on, the slugs in `left`
/// are left, and what led to the terms in `merged` leads to it.
///
/// An address that an article has is no redirect, nor is one of the term itself.
pub async fn plan(
    db: &impl ConnectionTrait,
    frame: &Frame,
    term: &term::Model,
    left: &[&str],
    merged: &[Uuid],
    now: Timestamp,
) -> Result<Vec<RedirectChange>> {
    let taxonomy = Taxonomy::named(&term.taxonomy);
    let own = paths(frame, &taxonomy, &term.slug);
    let mut old: Vec<_> = left.iter().flat_map(|slug| paths(frame, &taxonomy, slug)).collect();
    let wanted: Vec<_> = old.iter().map(|(path, _)| path.clone()).collect();
    let inhabited = redirects::inhabited(db, &wanted).await?;
    old.retain(|(path, _)| !inhabited.contains(path));
    let touched: Vec<_> = own.iter().chain(&old).map(|(path, _)| path.as_str()).collect();
    let existing: HashMap<_, _> = redirect::Entity::find()
        .filter(
            Condition::any()
                .add(redirect::Column::Path.is_in(touched))
                .add(redirect::Column::TermId.is_in(merged.iter().copied())),
        )
        .all(db)
        .await?
        .into_iter()
        .map(|row| (row.path.clone(), row))
        .collect();
    let mut after = BTreeMap::new();
    for row in existing.values() {
        if row.term_id.is_some_and(|id| merged.contains(&id)) {
            let led = redirect::Model { term_id: Some(term.id), ..row.clone() };
            after.insert(row.path.clone(), Some(led));
        }
    }
    for (path, language) in old {
        let row = redirect::Model {
            path: path.clone(),
            target: None,
            article_id: None,
            term_id: Some(term.id),
            language,
            permanent: true,
            created_at: now,
        };
        after.insert(path, Some(row));
    }
    for (path, _) in own {
        after.insert(path, None);
    }
    Ok(after
        .into_iter()
        .map(|(path, after)| RedirectChange { before: existing.get(&path).cloned(), path, after })
        .filter(|change| change.before != change.after)
        .collect())
}

/// What goes when a term does.
pub async fn lost(db: &impl ConnectionTrait, term: Uuid) -> Result<Vec<RedirectChange>> {
    let rows = redirect::Entity::find().filter(redirect::Column::TermId.eq(term)).all(db).await?;
    Ok(rows
        .into_iter()
        .map(|row| RedirectChange { path: row.path.clone(), before: Some(row), after: None })
        .collect())
}

pub async fn apply(write: &Write<'_>, changes: &[RedirectChange]) -> Result<()> {
    let replaced: Vec<_> = changes
        .iter()
        .filter(|change| change.before.is_some())
        .map(|change| change.path.clone())
        .collect();
    redirects::forget(write, &replaced).await?;
    redirects::put(write, changes.iter().filter_map(|change| change.after.clone()).collect()).await
}

/// Puts back what led from these addresses, where nothing has taken them since
/// and what it led to is still there.
pub async fn revert(write: &Write<'_>, changes: Vec<RedirectChange>) -> Result<()> {
    let paths: Vec<_> = changes.iter().map(|change| change.path.as_str()).collect();
    let current: HashMap<_, _> = redirect::Entity::find()
        .filter(redirect::Column::Path.is_in(paths))
        .all(write.txn())
        .await?
        .into_iter()
        .map(|row| (row.path.clone(), row))
        .collect();
    let ours: Vec<_> = changes
        .into_iter()
        .filter(|change| current.get(&change.path) == change.after.as_ref())
        .collect();
    let gone: Vec<_> = ours.iter().map(|change| change.path.clone()).collect();
    redirects::forget(write, &gone).await?;
    let mut rows: Vec<_> = ours.into_iter().filter_map(|change| change.before).collect();
    let named: HashSet<Uuid> =
        rows.iter().flat_map(|row| [row.article_id, row.term_id]).flatten().collect();
    let articles: Vec<Uuid> = article::Entity::find()
        .select_only()
        .column(article::Column::Id)
        .filter(article::Column::Id.is_in(named.iter().copied()))
        .into_tuple()
        .all(write.txn())
        .await?;
    let terms: Vec<Uuid> = term::Entity::find()
        .select_only()
        .column(term::Column::Id)
        .filter(term::Column::Id.is_in(named))
        .into_tuple()
        .all(write.txn())
        .await?;
    rows.retain(|row| {
        row.article_id.is_none_or(|id| articles.contains(&id))
            && row.term_id.is_none_or(|id| terms.contains(&id))
    });
    redirects::put(write, rows).await
}
