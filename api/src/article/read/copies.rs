//! Copies as the server itself reads them, for the search index: every view,
//! whoever may see it. Nothing here answers a request.

use entity::article;
use entity::article_copy::{Column, Entity, Model};
use sea_orm::{ColumnTrait, EntityTrait, QueryFilter, QueryOrder, QuerySelect};
use uuid::Uuid;

use crate::ctx::Ctx;
use crate::error::Result;

/// All copies of articles.
pub async fn copies(ctx: &Ctx, ids: &[Uuid]) -> Result<Vec<Model>> {
    Ok(Entity::find()
        .filter(Column::ArticleId.is_in(ids.iter().copied()))
        .order_by_asc(Column::ArticleId)
        .order_by_asc(Column::View)
        .all(ctx.db_private().orm())
        .await?)
}

/// The ids of all articles behind one, in order.
pub async fn all_after(ctx: &Ctx, after: Uuid, limit: u64) -> Result<Vec<Uuid>> {
    Ok(article::Entity::find()
        .select_only()
        .column(article::Column::Id)
        .filter(article::Column::Id.gt(after))
        .order_by_asc(article::Column::Id)
        .limit(limit)
        .into_tuple()
        .all(ctx.db_private().orm())
        .await?)
}
