//! Articles that have no file yet.

use entity::{View, article, article_copy, body, revision, source_file};
use sea_orm::sea_query::{Expr, ExprTrait, Query};
use sea_orm::{ColumnTrait, EntityTrait, QueryFilter, QueryOrder, QuerySelect};
use uuid::Uuid;

use super::page::Target;
use super::plan::Exported;
use crate::article::content::Content;
use crate::ctx::Ctx;
use crate::error::Result;

/// An article, and what its file should say.
pub struct New {
    pub language: String,
    pub target: Target,
    pub exported: Exported,
}

/// The next so many behind an id.
pub async fn load(ctx: &Ctx, after: Option<Uuid>, limit: u64) -> Result<Vec<New>> {
    use article_copy::Column as Copy;
    let db = ctx.app().db().read();
    let id = || Expr::col((article::Entity, article::Column::Id));
    let file = Query::select()
        .expr(Expr::val(1))
        .from(source_file::Entity)
        .and_where(source_file::Column::ArticleId.into_expr().eq(id()))
        .take();
    let copy = Query::select()
        .expr(Expr::val(1))
        .from(article_copy::Entity)
        .and_where(Copy::ArticleId.into_expr().eq(id()))
        .and_where(Copy::View.is_in([View::Published, View::Working]))
        .take();
    let mut find = article::Entity::find()
        .select_only()
        .column(article::Column::Id)
        .filter(Expr::exists(file).not())
        .filter(Expr::exists(copy));
    if let Some(after) = after {
        find = find.filter(article::Column::Id.gt(after));
    }
    let ids: Vec<Uuid> =
        find.order_by_asc(article::Column::Id).limit(limit).into_tuple().all(db).await?;
    let mut all = Vec::with_capacity(ids.len());
    // New articles are few between exports: one by one is simple.
    for id in ids {
        let copies: Vec<(View, Uuid, Uuid, String, Option<entity::Timestamp>)> =
            article_copy::Entity::find()
                .select_only()
                .columns([
                    Copy::View,
                    Copy::RevisionId,
                    Copy::BodyId,
                    Copy::Language,
                    Copy::ReleasedFrom,
                ])
                .filter(Copy::ArticleId.eq(id))
                .filter(Copy::View.is_in([View::Published, View::Working]))
                .order_by_asc(Copy::View)
                .into_tuple()
                .all(db)
                .await?;
        let Some((view, revision_id, body_id, language, from)) = copies.into_iter().next() else {
            continue;
        };
        let saved: Option<(i32, entity::Json)> = revision::Entity::find_by_id(revision_id)
            .select_only()
            .columns([revision::Column::Version, revision::Column::Content])
            .into_tuple()
            .one(db)
            .await?;
        let markdown: Option<String> = body::Entity::find_by_id(body_id)
            .select_only()
            .column(body::Column::Markdown)
            .into_tuple()
            .one(db)
            .await?;
        let (Some((version, content)), Some(markdown)) = (saved, markdown) else { continue };
        let content: Content = serde_json::from_value(content.0)?;
        let draft = view == View::Working;
        let target = Target {
            content,
            markdown,
            draft,
            from: from.filter(|_| !draft),
            is_imported_version: false,
        };
        all.push(New { language, target, exported: Exported { id, version, revision_id } });
    }
    Ok(all)
}
