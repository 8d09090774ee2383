//! What sections say, rendered anew when the renderer has become another.

use entity::section::{self, Column, Entity};
use sea_orm::sea_query::Expr;
use sea_orm::{ColumnTrait, EntityTrait, QueryFilter, QueryOrder, QuerySelect};
use uuid::Uuid;

use crate::article::rendering::is_html;
use crate::article::write::body_row;
use crate::ctx::Ctx;
use crate::error::Result;
use crate::render;

/// Texts that one transaction renders.
const BATCH: u64 = 50;

/// Renders some of the texts anew that an older renderer made, and says how many. No
/// content is changed by it, and no event follows.
pub async fn renew(ctx: &Ctx) -> Result<usize> {
    let old = Entity::find()
        .filter(Column::Renderer.lt(render::VERSION))
        .order_by_asc(Column::Language)
        .order_by_asc(Column::Name)
        .limit(BATCH)
        .all(ctx.db_private())
        .await?;
    if old.is_empty() {
        return Ok(0);
    }
    let frame = ctx.frame().await?;
    let txn = ctx.app().db().begin().await?;
    let count = old.len();
    for section::Model { language, name, markdown, source, .. } in old {
        let options = frame.language_of(&language).rendering(false, is_html(source.as_deref()));
        let row = body_row(Uuid::nil(), markdown, options, source.as_deref())?;
        // What was said meanwhile was rendered then.
        Entity::update_many()
            .col_expr(Column::Html, Expr::value(row.html))
            .col_expr(Column::Links, Expr::value(row.links))
            .col_expr(Column::Renderer, Expr::value(row.renderer))
            .filter(Column::Language.eq(language))
            .filter(Column::Name.eq(name))
            .filter(Column::Renderer.lt(render::VERSION))
            .exec(&txn)
            .await?;
    }
    txn.commit().await?;
    Ok(count)
}
