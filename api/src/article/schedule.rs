//! Schedules: what will go live or expire.
//!
//! What the public sees follows from the clock when a row is read, so no
//! schedule can be missed. A row of `due` stands for each moment to come, and
//! is replaced by an event when the moment has come: in one transaction, so that
//! each is announced once, whatever number of nodes looks for them and however
//! long none did.

use std::collections::HashMap;

use entity::{Timestamp, View, article_copy, due};
use sea_orm::sea_query::{Condition, Expr, ExprTrait, JoinType, Order, Query, SelectStatement};
use sea_orm::{ColumnTrait, EntityTrait, ModelTrait, QueryFilter, QueryOrder, QuerySelect};
use serde_json::json;
use uuid::Uuid;

use super::read::{visible, within};
use crate::ctx::Ctx;
use crate::error::Result;
use crate::event::{Event, Write};
use crate::graphql::page::{Cursor, Key, Page, Slice};
use crate::policy::{self, Scope};

/// Moments that one transaction announces.
const CHUNK: u64 = 200;

/// How late an announcement is before something is wrong, in microseconds.
const PATIENCE: i64 = 60_000_000;

/// Announces what has come due, oldest first. Says how much that was.
pub async fn announce(ctx: &Ctx) -> Result<usize> {
    let mut announced = 0;
    loop {
        let mut write = Write::begin(ctx).await?;
        // Another node that announces the same waits here, and finds them gone.
        let rows = due::Entity::find()
            .filter(due::Column::At.lte(ctx.now()))
            .order_by_asc(due::Column::At)
            .order_by_asc(due::Column::ArticleId)
            .limit(CHUNK)
            .lock_exclusive()
            .all(write.txn())
            .await?;
        if rows.is_empty() {
            return Ok(announced);
        }
        let ids = rows.iter().map(|row| row.article_id);
        let paths: Vec<(Uuid, String)> = article_copy::Entity::find()
            .select_only()
            .columns([article_copy::Column::ArticleId, article_copy::Column::Path])
            .filter(article_copy::Column::View.eq(View::Published))
            .filter(article_copy::Column::ArticleId.is_in(ids))
            .into_tuple()
            .all(write.txn())
            .await?;
        let paths: HashMap<_, _> = paths.into_iter().collect();
        announced += rows.len();
        for row in rows {
            let kind = if row.expires { "article.expired" } else { "article.wentLive" };
            write.record(Event {
                language: Some(row.language.clone()),
                data: json!({ "path": paths.get(&row.article_id), "due": row.at }),
                ..Event::of(kind, row.article_id, row.version)
            });
            row.delete(write.txn()).await?;
        }
        write.commit().await?;
    }
}

/// When there is something to announce next.
pub async fn next(ctx: &Ctx) -> Result<Option<Timestamp>> {
    Ok(due::Entity::find()
        .select_only()
        .column(due::Column::At)
        .order_by_asc(due::Column::At)
        .into_tuple()
        .one(ctx.db_private().orm())
        .await?)
}

/// A moment to come, or one that should have been announced.
#[derive(Debug, Clone)]
pub struct Moment {
    pub article_id: Uuid,
    pub at: Timestamp,
    pub expires: bool,
    pub overdue: bool,
}

/// Which moments.
#[derive(Debug, Clone, Default)]
pub struct Wanted {
    /// Only those before this.
    pub until: Option<Timestamp>,
    /// Only those that should have been announced.
    pub overdue: bool,
}

/// The moments of articles whose working copies the scope shows.
fn select(scope: &Scope, wanted: &Wanted) -> SelectStatement {
    let mut select = Query::select();
    select
        .from(due::Entity)
        .join(
            JoinType::InnerJoin,
            article_copy::Entity,
            Expr::col((article_copy::Entity, article_copy::Column::ArticleId))
                .equals((due::Entity, due::Column::ArticleId)),
        )
        .cond_where(visible(scope, "article_copy"))
        .cond_where(within(scope, "article_copy"));
    let at = || Expr::col((due::Entity, due::Column::At));
    if let Some(until) = wanted.until {
        select.cond_where(at().lt(until.0));
    }
    if wanted.overdue {
        select.cond_where(at().lt(scope.now.0.saturating_sub(PATIENCE)));
    }
    select.take()
}

/// A page of moments, the next ones first. Needs a reader of working copies.
pub async fn list(ctx: &Ctx, wanted: &Wanted, page: &Page) -> Result<Slice<Moment>> {
    let scope = policy::desk(ctx)?;
    let mut select = select(&scope, wanted);
    let column = |column: due::Column| Expr::col((due::Entity, column));
    for (cursor, greater) in [(&page.after, true), (&page.before, false)] {
        let Some(Cursor { key: Key::Number(at), id, .. }) = cursor else {
            continue;
        };
        let (time, tie) = (|| column(due::Column::At), || column(due::Column::ArticleId));
        select.cond_where(if greater {
            Condition::any().add(time().gt(*at)).add(time().eq(*at).and(tie().gt(*id)))
        } else {
            Condition::any().add(time().lt(*at)).add(time().eq(*at).and(tie().lt(*id)))
        });
    }
    let direction = if page.backward { Order::Desc } else { Order::Asc };
    select
        .columns(
            [due::Column::ArticleId, due::Column::At, due::Column::Expires]
                .map(|column| (due::Entity, column)),
        )
        .order_by((due::Entity, due::Column::At), direction.clone())
        .order_by((due::Entity, due::Column::ArticleId), direction)
        .limit(page.limit());
    let rows = ctx
        .db()
        .query_all(&select)
        .await?
        .iter()
        .map(|row| {
            let at: Timestamp = row.get(1)?;
            Ok(Moment {
                article_id: row.get(0)?,
                at,
                expires: row.get(2)?,
                overdue: at.0 < ctx.now().0.saturating_sub(PATIENCE),
            })
        })
        .collect::<Result<_, sea_orm::DbErr>>()?;
    Ok(page.slice(rows))
}

pub async fn total(ctx: &Ctx, wanted: &Wanted) -> Result<i64> {
    let scope = policy::desk(ctx)?;
    let mut select = select(&scope, wanted);
    select.expr(Expr::col((due::Entity, due::Column::ArticleId)).count());
    let row = ctx.db_private().query_one(&select).await?;
    Ok(row.map_or(Ok(0), |row| row.get(0))?)
}
