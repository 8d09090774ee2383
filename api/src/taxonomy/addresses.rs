//! Terms and lists of terms by their addresses, many at once.

use std::collections::{HashMap, HashSet};

use entity::{redirect, term};
use sea_orm::ColumnTrait;
use sea_orm::sea_query::{Expr, ExprTrait, JoinType, Query};

use super::read::restrict_to_used;
use super::slug_at;
use crate::cache::Dependency;
use crate::ctx::Ctx;
use crate::error::Result;
use crate::policy::Scope;
use crate::site::Frame;

/// Of decoded addresses, those of terms and of lists of terms, and of terms that lived there: each
/// with where that is now. It takes a statement, and another for what is not there any more.
pub async fn at_paths(
    ctx: &Ctx,
    scope: &Scope,
    frame: &Frame,
    paths: &[String],
) -> Result<HashMap<String, String>> {
    let mut found = HashMap::new();
    let mut asked = Vec::new();
    for path in paths {
        let language = frame.language_at(path);
        for (_, plural) in frame.taxonomies(language) {
            if let Some(slug) = slug_at(frame, language, plural, path) {
                asked.push((path, plural, slug));
            } else if frame.taxonomy_path(language, plural).trim_end_matches('/')
                == path.trim_end_matches('/')
            {
                found.insert(path.clone(), path.clone());
            }
        }
    }
    if asked.is_empty() {
        return Ok(found);
    }
    let db = ctx.db_of([Dependency::TermPlaces, Dependency::Frame]);
    let mut select = Query::select();
    select
        .columns([(term::Entity, term::Column::Taxonomy), (term::Entity, term::Column::Slug)])
        .from(term::Entity)
        .cond_where(term::Column::Slug.is_in(asked.iter().map(|(.., slug)| slug.as_str())));
    restrict_to_used(&mut select, scope);
    let mut known: HashSet<(String, String)> = HashSet::new();
    for row in db.query_all(&select).await? {
        known.insert((row.get(0)?, row.get(1)?));
    }
    let mut gone = Vec::new();
    for (path, plural, slug) in asked {
        if known.contains(&(plural.to_owned(), slug)) {
            found.insert(path.clone(), path.clone());
        } else {
            gone.push(path.as_str());
        }
    }
    if gone.is_empty() {
        return Ok(found);
    }
    let mut select = Query::select();
    select
        .columns([
            (redirect::Entity, redirect::Column::Path),
            (redirect::Entity, redirect::Column::Language),
        ])
        .columns([(term::Entity, term::Column::Taxonomy), (term::Entity, term::Column::Slug)])
        .from(term::Entity)
        .join(
            JoinType::InnerJoin,
            redirect::Entity,
            Expr::col((redirect::Entity, redirect::Column::TermId))
                .equals((term::Entity, term::Column::Id)),
        )
        .cond_where(Expr::col((redirect::Entity, redirect::Column::Path)).is_in(gone));
    restrict_to_used(&mut select, scope);
    for row in db.query_all(&select).await? {
        let (path, language): (String, String) = (row.get(0)?, row.get(1)?);
        let (taxonomy, slug): (String, String) = (row.get(2)?, row.get(3)?);
        let now = frame.term_path(frame.language_of(&language), &taxonomy, &slug);
        found.insert(path, now);
    }
    Ok(found)
}
