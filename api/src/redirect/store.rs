//! Redirects as rows: what leads where.

use std::collections::HashSet;

use entity::{View, article, article_copy, redirect};
use sea_orm::sea_query::OnConflict;
use sea_orm::{
    ActiveModelTrait, ColumnTrait, ConnectionTrait, EntityTrait, IntoActiveModel, QueryFilter,
    QuerySelect,
};

use crate::article::Content;
use crate::error::Result;
use crate::event::Write;
use crate::hugo::address;

/// Rows that one statement names.
const CHUNK: usize = 500;

/// Lets old addresses lead to an article, a term or wherever a row says; what
/// leads to one of them by its address leads there, too.
pub async fn put(write: &Write<'_>, redirects: Vec<redirect::Model>) -> Result<()> {
    for rows in redirects.chunks(CHUNK) {
        insert(write, rows).await?;
        let targets = rows.iter().map(|row| address::encode(&row.path));
        let before = redirect::Entity::find()
            .filter(redirect::Column::Target.is_in(targets))
            .all(write.txn())
            .await?;
        let folded: Vec<_> = before
            .into_iter()
            .filter_map(|old| {
                let to = rows
                    .iter()
                    .find(|row| old.target.as_ref() == Some(&address::encode(&row.path)))?;
                let target = to.target.clone();
                let back = target.as_ref() == Some(&address::encode(&old.path));
                (!back).then_some(redirect::Model {
                    target,
                    article_id: to.article_id,
                    term_id: to.term_id,
                    ..old
                })
            })
            .collect();
        insert(write, &folded).await?;
    }
    Ok(())
}

async fn insert(write: &Write<'_>, rows: &[redirect::Model]) -> Result<()> {
    if rows.is_empty() {
        return Ok(());
    }
    let rows = rows.iter().map(|row| row.clone().into_active_model().reset_all());
    redirect::Entity::insert_many(rows)
        .on_conflict(
            OnConflict::column(redirect::Column::Path)
                .update_columns([
                    redirect::Column::Target,
                    redirect::Column::ArticleId,
                    redirect::Column::TermId,
                    redirect::Column::Language,
                    redirect::Column::Permanent,
                ])
                .to_owned(),
        )
        .exec_without_returning(write.txn())
        .await?;
    Ok(())
}

/// What leads to an article that is published at `path`: its aliases, and the
/// address at which the public saw it before.
#[must_use]
pub fn to_article(
    write: &Write<'_>,
    content: &Content,
    before: Option<String>,
    path: &str,
    head: &article::Model,
) -> Vec<redirect::Model> {
    content
        .aliases
        .iter()
        .cloned()
        .chain(before)
        .filter(|old| old != path)
        .map(|old| redirect::Model {
            path: old,
            target: None,
            article_id: Some(head.id),
            term_id: None,
            language: head.language.clone(),
            permanent: true,
            created_at: write.ctx().now(),
        })
        .collect()
}

/// Forgets redirects from addresses at which something lives again.
pub async fn forget(write: &Write<'_>, paths: &[String]) -> Result<()> {
    for paths in paths.chunks(CHUNK) {
        redirect::Entity::delete_many()
            .filter(redirect::Column::Path.is_in(paths.iter().map(String::as_str)))
            .exec(write.txn())
            .await?;
    }
    Ok(())
}

/// Which of these addresses an article has, published or not.
pub async fn inhabited(db: &impl ConnectionTrait, paths: &[String]) -> Result<HashSet<String>> {
    let mut found = HashSet::new();
    for paths in paths.chunks(CHUNK) {
        let rows: Vec<String> = article_copy::Entity::find()
            .select_only()
            .column(article_copy::Column::Path)
            .filter(article_copy::Column::Path.is_in(paths.iter().map(String::as_str)))
            .filter(article_copy::Column::View.ne(View::Trash))
            .into_tuple()
            .all(db)
            .await?;
        found.extend(rows);
    }
    Ok(found)
}
