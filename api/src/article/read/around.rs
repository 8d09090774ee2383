//! What stands around an article: translations, neighbours, related ones.

use std::collections::HashMap;

use entity::article_copy::{Column, Entity, Model};
use entity::article_term;
use sea_orm::sea_query::{Condition, Expr, ExprTrait, JoinType, Order, Query, WindowStatement};
use sea_orm::{ColumnTrait, ConnectionTrait};
use uuid::Uuid;

use super::{COPY, from, rows, same_copy, select, shown, visible, within};
use crate::article::columns::Columns;
use crate::ctx::Ctx;
use crate::error::Result;
use crate::policy::Scope;

/// The other articles that share a translation key, by that key.
pub async fn translations(
    ctx: &Ctx,
    scope: &Scope,
    keys: &[String],
    columns: Columns,
) -> Result<Vec<Model>> {
    let columns = columns.with(Columns::of(&[Column::TranslationKey, Column::Language]));
    let mut select = select(scope, columns);
    select
        .cond_where(Column::TranslationKey.is_in(keys.iter().map(String::as_str)))
        .order_by((Entity, Column::Language), Order::Asc)
        .order_by((Entity, Column::ArticleId), Order::Asc);
    rows(ctx, &select, columns).await
}

/// The neighbours by date in the same section and language.
#[derive(Debug, Clone, Copy, Default)]
pub struct Neighbours {
    pub older: Option<Uuid>,
    pub newer: Option<Uuid>,
}

pub async fn neighbours(
    ctx: &Ctx,
    scope: &Scope,
    ids: &[Uuid],
) -> Result<HashMap<Uuid, Neighbours>> {
    let neighbour = |newer: bool| {
        let near = |column: Column| Expr::col(("near", column));
        let here = |column: Column| Expr::col((Entity, column));
        // The loose bound repeats what the exact one implies: the index starts there.
        let (loose, beyond, tie, order) = if newer {
            (
                near(Column::Date).gte(here(Column::Date)),
                near(Column::Date).gt(here(Column::Date)),
                near(Column::ArticleId).gt(here(Column::ArticleId)),
                Order::Asc,
            )
        } else {
            (
                near(Column::Date).lte(here(Column::Date)),
                near(Column::Date).lt(here(Column::Date)),
                near(Column::ArticleId).lt(here(Column::ArticleId)),
                Order::Desc,
            )
        };
        let mut select = Query::select();
        select
            .column(("near", Column::ArticleId))
            .from_as(Entity, "near")
            .cond_where(visible(scope, "near"))
            .cond_where(near(Column::Language).eq(here(Column::Language)))
            .cond_where(near(Column::Section).eq(here(Column::Section)))
            .cond_where(loose)
            .cond_where(
                Condition::any()
                    .add(beyond)
                    .add(near(Column::Date).eq(here(Column::Date)).and(tie)),
            )
            .order_by(("near", Column::Date), order.clone())
            .order_by(("near", Column::ArticleId), order)
            .limit(1);
        select.cond_where(within(scope, "near"));
        Expr::SubQuery(None, Box::new(select.take().into()))
    };
    let mut select = from(scope);
    select
        .column((Entity, Column::ArticleId))
        .expr_as(neighbour(false), "older")
        .expr_as(neighbour(true), "newer")
        .cond_where(Column::ArticleId.is_in(ids.iter().copied()));
    ctx.app()
        .db()
        .read()
        .query_all(&select)
        .await?
        .iter()
        .map(|result| {
            let neighbours = Neighbours {
                older: result.try_get_by_index(1)?,
                newer: result.try_get_by_index(2)?,
            };
            Ok((result.try_get_by_index(0)?, neighbours))
        })
        .collect()
}

/// Articles that share terms, most of them first, newer before older.
pub async fn related(
    ctx: &Ctx,
    scope: &Scope,
    ids: &[Uuid],
    limit: u64,
) -> Result<HashMap<Uuid, Vec<Uuid>>> {
    let mine = |column: article_term::Column| Expr::col(("mine", column));
    let mut scored = from(scope);
    scored
        .expr_as(mine(article_term::Column::ArticleId), "of")
        .column((Entity, Column::ArticleId))
        .join(JoinType::InnerJoin, article_term::Entity, same_copy())
        .join_as(
            JoinType::InnerJoin,
            article_term::Entity,
            "mine",
            shown(scope, "mine").add(
                mine(article_term::Column::TermId)
                    .equals((article_term::Entity, article_term::Column::TermId)),
            ),
        )
        .cond_where(mine(article_term::Column::ArticleId).is_in(ids.iter().copied()))
        .cond_where(mine(article_term::Column::Language).eq(Expr::col((Entity, Column::Language))))
        .cond_where(
            mine(article_term::Column::ArticleId).ne(Expr::col((Entity, Column::ArticleId))),
        )
        .group_by_columns([("mine", "article_id"), (COPY, "article_id"), (COPY, "date")])
        .expr_window_as(
            Expr::cust("ROW_NUMBER()"),
            WindowStatement::partition_by(("mine", "article_id"))
                .order_by_expr(Expr::cust("COUNT(*)"), Order::Desc)
                .order_by((COPY, "date"), Order::Desc)
                .order_by((COPY, "article_id"), Order::Desc)
                .take(),
            "place",
        );
    let mut outer = Query::select();
    outer
        .columns(["of", "article_id"])
        .from_subquery(scored, "scored")
        .cond_where(Expr::col("place").lte(limit))
        .order_by("place", Order::Asc);
    let mut related: HashMap<Uuid, Vec<Uuid>> = HashMap::new();
    for result in ctx.app().db().read().query_all(&outer).await? {
        related.entry(result.try_get_by_index(0)?).or_default().push(result.try_get_by_index(1)?);
    }
    Ok(related)
}
