//! What everybody may read, told apart by one number and one moment.
//!
//! Whatever is public follows from the events that changed it and from the
//! moments that have come since. So two answers to the same question with the same
//! [`State`] are the same, and who asks again is answered in one statement.

use entity::{Timestamp, due, event};
use sea_orm::ColumnTrait;
use sea_orm::sea_query::{Expr, ExprTrait, Order, Query};

use crate::ctx::Ctx;
use crate::error::Result;

/// What the public cannot tell: people and what a desk does. A kind of event that
/// is not named here counts as a change of what is public, which is always right.
const PRIVATE_ENTITIES: [&str; 5] = ["user", "session", "apiToken", "preview", "webhook"];
const PRIVATE_KINDS: [&str; 11] = [
    "article.created",
    "article.saved",
    "article.assigned",
    "article.unassigned",
    "article.submitted",
    "article.approved",
    "article.returned",
    "article.commented",
    "article.revision_named",
    "article.translation_marked",
    "history.pruned",
];

/// Whether an event of this kind changes nothing that the public can tell.
#[must_use]
pub fn is_private(event: &event::Model) -> bool {
    PRIVATE_ENTITIES.contains(&event.entity.as_str())
        || PRIVATE_KINDS.contains(&event.kind.as_str())
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct State {
    /// The last event that may have changed it; 0 before the first.
    pub position: i64,
    /// The last moment that came and was not announced yet.
    pub come: Option<Timestamp>,
    /// When it last changed.
    pub changed: Option<Timestamp>,
    /// When it changes next by time alone, if nobody writes before.
    pub next: Option<Timestamp>,
}

impl State {
    /// Seconds for which an answer holds without asking, at most `wanted`.
    #[must_use]
    pub fn seconds(&self, now: Timestamp, wanted: u64) -> u64 {
        let Some(next) = self.next else {
            return wanted;
        };
        let left = u64::try_from(next.0.saturating_sub(now.0) / 1_000_000).unwrap_or(0);
        Ord::min(wanted, left)
    }

    #[must_use]
    pub fn key(&self) -> String {
        format!("{}:{}", self.position, self.come.map_or(0, |come| come.0))
    }
}

/// The state now.
pub async fn now(ctx: &Ctx) -> Result<State> {
    let at = |come: bool| {
        let column = Expr::col((due::Entity, due::Column::At));
        let mut select = Query::select();
        select.from(due::Entity);
        if come {
            select.expr(column.max()).cond_where(due::Column::At.lte(ctx.now()));
        } else {
            select.expr(column.min()).cond_where(due::Column::At.gt(ctx.now()));
        }
        Expr::SubQuery(None, Box::new(select.take().into()))
    };
    let mut last = Query::select();
    last.column((event::Entity, event::Column::Id))
        .column((event::Entity, event::Column::At))
        .expr_as(at(true), "come")
        .expr_as(at(false), "next")
        .from(event::Entity)
        .cond_where(event::Column::Entity.is_not_in(PRIVATE_ENTITIES))
        .cond_where(event::Column::Kind.is_not_in(PRIVATE_KINDS))
        .order_by((event::Entity, event::Column::Id), Order::Desc)
        .limit(1);
    let Some(row) = ctx.db().query_one(&last).await? else {
        return Ok(State::default());
    };
    let at: Timestamp = row.get(1)?;
    let come: Option<Timestamp> = row.get(2)?;
    Ok(State {
        position: row.get(0)?,
        come,
        changed: [Some(at), come].into_iter().flatten().max(),
        next: row.get(3)?,
    })
}
