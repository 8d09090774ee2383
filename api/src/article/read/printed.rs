//! How many articles bear which date, and whose names: what widgets count.

use entity::article_copy::{Column, Entity};
use sea_orm::sea_query::{Expr, ExprTrait, Func};

use super::condition::filter_condition;
use super::{depends, from};
use crate::article::content::Author;
use crate::article::filter::ArticleFilter;
use crate::cache::By;
use crate::ctx::Ctx;
use crate::error::Result;
use crate::policy::Scope;

/// Microseconds.
const SECOND: i64 = 1_000_000;
const DAY: i64 = 86_400 * SECOND;
/// Days that make every date positive: databases round towards zero.
const SHIFT: i64 = 1_000_000;

fn count() -> Expr {
    Func::count(Expr::col((Entity, Column::ArticleId))).into()
}

/// Articles by the day that they bear where they were written, counted from
/// 1970-01-01; those without a date are left out.
pub async fn count_by_day(
    ctx: &Ctx,
    scope: &Scope,
    filter: &ArticleFilter,
) -> Result<Vec<(i64, i64)>> {
    let local = Expr::col((Entity, Column::Date))
        .add(Expr::col((Entity, Column::UtcOffset)).mul(SECOND))
        .add(SHIFT * DAY);
    let mut select = from(scope);
    select
        .expr_as(local.div(DAY), "day")
        .expr_as(count(), "count")
        .cond_where(filter_condition(scope, filter)?)
        .cond_where(Expr::col((Entity, Column::Date)).gt(entity::Timestamp::UNDATED))
        .add_group_by([Expr::col("day")]);
    depends::note_numbers(ctx, &By::Date, filter, None);
    let rows = ctx.db_of([]).query_all(&select).await?;
    rows.iter()
        .map(|row| {
            let day: i64 = row.get(0)?;
            Ok((day - SHIFT, row.get(1)?))
        })
        .collect()
}

/// Articles by those who are printed as their authors.
pub async fn count_by_authors(
    ctx: &Ctx,
    scope: &Scope,
    filter: &ArticleFilter,
) -> Result<Vec<(Vec<Author>, i64)>> {
    let mut select = from(scope);
    select
        .column((Entity, Column::Authors))
        .expr_as(count(), "count")
        .cond_where(filter_condition(scope, filter)?)
        .group_by_col((Entity, Column::Authors));
    depends::note_numbers(ctx, &By::Authors, filter, None);
    let rows = ctx.db_of([]).query_all(&select).await?;
    rows.iter()
        .map(|row| {
            let authors: entity::Json = row.get(0)?;
            let authors: Option<Vec<Author>> = serde_json::from_value(authors.0)?;
            Ok((authors.unwrap_or_default(), row.get(1)?))
        })
        .collect()
}
