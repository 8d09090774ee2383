//! Which terms copies carry: those of their revisions, as they are now.

use std::collections::{HashMap, HashSet};

use entity::{Json, article_copy, article_term, revision};
use indexmap::IndexMap;
use sea_orm::{ColumnTrait, EntityTrait, QueryFilter, QuerySelect};
use serde::Deserialize;
use uuid::Uuid;

use super::content::Content;
use crate::error::{Error, Result};
use crate::event::Write;
use crate::taxonomy::resolve;

/// Articles that one statement names.
const CHUNK: usize = 500;

/// What a copy carries, in the order given.
#[must_use]
pub fn rows(
    copy: &article_copy::Model,
    terms: &IndexMap<String, Vec<Uuid>>,
) -> Vec<article_term::Model> {
    terms
        .iter()
        .flat_map(|(taxonomy, ids)| ids.iter().map(move |id| (taxonomy, *id)))
        .zip(0..)
        .map(|((taxonomy, term_id), position)| article_term::Model {
            view: copy.view,
            article_id: copy.article_id,
            term_id,
            taxonomy: taxonomy.clone(),
            position,
            language: copy.language.clone(),
            visible_from: copy.visible_from,
            visible_until: copy.visible_until,
        })
        .collect()
}

/// Replaces the ids that revisions hold by what they mean now; an article that
/// had both of two terms carries one, where the first of them stood.
pub fn translate(rows: &mut Vec<article_term::Model>, means: &HashMap<Uuid, Uuid>) {
    let mut seen = HashSet::new();
    rows.retain_mut(|row| {
        let Some(id) = means.get(&row.term_id) else {
            return false;
        };
        row.term_id = *id;
        seen.insert((row.view, row.article_id, *id))
    });
}

/// Writes anew what the copies of these articles carry, after what the ids in
/// their revisions mean has changed. The caller has locked the articles.
pub async fn project(write: &Write<'_>, articles: &[Uuid]) -> Result<()> {
    write.note_public(articles).await?;
    for articles in articles.chunks(CHUNK) {
        let ids = || articles.iter().copied();
        let copies = article_copy::Entity::find()
            .filter(article_copy::Column::ArticleId.is_in(ids()))
            .all(write.txn())
            .await?;
        let contents: HashMap<Uuid, Json> = revision::Entity::find()
            .select_only()
            .columns([revision::Column::Id, revision::Column::Content])
            .filter(revision::Column::Id.is_in(copies.iter().map(|copy| copy.revision_id)))
            .into_tuple()
            .all(write.txn())
            .await?
            .into_iter()
            .collect();
        let mut rows = Vec::new();
        for copy in &copies {
            let content = contents
                .get(&copy.revision_id)
                .ok_or_else(|| Error::internal("the revision of a copy is missing"))?;
            let content = Content::deserialize(&content.0)?;
            rows.extend(self::rows(copy, &content.terms));
        }
        let means = resolve(write, rows.iter().map(|row| row.term_id).collect()).await?;
        translate(&mut rows, &means);
        article_term::Entity::delete_many()
            .filter(article_term::Column::ArticleId.is_in(ids()))
            .exec(write.txn())
            .await?;
        write.insert_all(rows).await?;
    }
    Ok(())
}
