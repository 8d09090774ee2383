//! What an article was imported from, for whoever may edit it.
//!
//! Nothing here is for the public: comments of readers, private fields and the
//! HTML as it was are kept beside articles and shown in none of them.

use std::collections::HashMap;

use async_graphql::SimpleObject;
use entity::import_item::{Column, Entity};
use sea_orm::{ColumnTrait, EntityTrait, QueryFilter, QueryOrder};
use uuid::Uuid;

use crate::ctx::Ctx;
use crate::error::Result;
use crate::graphql::scalar::{Json, Url};
use crate::graphql::siblings::Siblings;

/// A post, page or entry of another system that an article was imported from.
#[derive(Debug, Clone, SimpleObject)]
pub struct ArticleImport {
    /// The system and the site there: `wordpress:example.org`.
    source: String,
    /// Its id there: `wp:12`, a uuid, a guid.
    key: String,
    /// Its address there.
    link: Option<Url>,
    /// The version of the article that it became last.
    version: i32,
    /// What no field of an article holds, as the source has it: comments of
    /// readers, private fields, the HTML of the body. It is not sanitized.
    kept: Json,
}

/// What an article was imported from, loaded for all that were read with it.
pub async fn of_article(ctx: &Ctx, with: &Siblings, id: Uuid) -> Result<Vec<ArticleImport>> {
    let found = with.load("imports".to_owned(), || of_articles(ctx, with.ids())).await?;
    Ok(found.get(&id).cloned().unwrap_or_default())
}

/// By article; in order of source and key.
async fn of_articles(ctx: &Ctx, ids: &[Uuid]) -> Result<HashMap<Uuid, Vec<ArticleImport>>> {
    let rows = Entity::find()
        .filter(Column::ArticleId.is_in(ids.iter().copied()))
        .order_by_asc(Column::Source)
        .order_by_asc(Column::Key)
        .all(ctx.db_private().orm())
        .await?;
    let mut found: HashMap<Uuid, Vec<ArticleImport>> = HashMap::new();
    for row in rows {
        let Some(id) = row.article_id else { continue };
        found.entry(id).or_default().push(ArticleImport {
            source: row.source,
            key: row.key,
            link: row.link.map(Url),
            version: row.article_version,
            kept: Json(row.kept.0),
        });
    }
    Ok(found)
}
