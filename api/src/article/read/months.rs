//! How many articles of a list bear a date in which month, as the site's clock
//! shows it.
//!
//! Where a month begins is known here and not to the database, which knows no
//! time zones: it is given the beginnings, and counts what lies between two of
//! them in an index by date.

use std::collections::HashMap;

use chrono::{DateTime, Datelike, TimeDelta, TimeZone};
use chrono_tz::Tz;
use entity::Timestamp;
use entity::article_copy::{Column, Entity};
use sea_orm::sea_query::{
    Condition, Expr, ExprTrait, JoinType, Order, Query, SelectStatement, ValueTuple,
};
use uuid::Uuid;

use super::condition::filter_condition;
use super::depends;
use super::parents::{HELD, Parents, held, join_held, later, parts};
use super::{COPY, from, visible, within};
use crate::article::filter::ArticleFilter;
use crate::cache::By;
use crate::ctx::Ctx;
use crate::error::Result;
use crate::policy::Scope;

/// Months that one statement is given; what lies outside is counted by its dates.
const MOST: i32 = 12 * 400;

/// A month of a year.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Month {
    pub year: i32,
    /// From 1 to 12.
    pub month: u32,
}

impl Month {
    fn of(date: Timestamp, zone: Tz) -> Self {
        let local = date.utc().with_timezone(&zone);
        Self { year: local.year(), month: local.month() }
    }

    /// Months since the year 0.
    fn index(self) -> i32 {
        self.year * 12 + self.month.cast_signed() - 1
    }

    fn at(index: i32) -> Self {
        Self { year: index.div_euclid(12), month: index.rem_euclid(12).cast_unsigned() + 1 }
    }

    /// The month so many later.
    #[must_use]
    pub fn later(self, months: i32) -> Self {
        Self::at(self.index() + months)
    }

    /// Its first moment. Where clocks leap over midnight, it is the one after.
    #[must_use]
    pub fn start(self, zone: Tz) -> DateTime<Tz> {
        let midnight = chrono::NaiveDate::from_ymd_opt(self.year, self.month, 1)
            .unwrap_or_default()
            .and_time(chrono::NaiveTime::MIN);
        let hours = (0..=24).map(|hour| midnight + TimeDelta::hours(hour));
        let mut starts = hours.filter_map(|time| zone.from_local_datetime(&time).earliest());
        starts.next().unwrap_or_else(|| zone.from_utc_datetime(&midnight))
    }
}

/// Months with their counts, newest first, of each parent; a list that hangs on
/// nothing has the nil id. Articles without a date are in none.
pub async fn months(
    ctx: &Ctx,
    scope: &Scope,
    zone: Tz,
    parents: Option<&Parents>,
    filter: &ArticleFilter,
) -> Result<HashMap<Uuid, Vec<(Month, i64)>>> {
    let mut counts: HashMap<Uuid, HashMap<Month, i64>> = HashMap::new();
    let language = filter.one_language();
    depends::note_numbers(ctx, &By::Date, filter, parents);
    let key = format!("dates:{}:{language:?}", scope.key());
    let bounds = ctx.once().load(key, || bounds(ctx, scope, language)).await?;
    let Some((oldest, newest)) = *bounds else {
        return Ok(HashMap::new());
    };
    let latest = Month::of(ctx.now(), zone).index() + MOST / 4;
    let last = Ord::min(Month::of(newest, zone).index(), latest);
    let first = Ord::max(Month::of(oldest, zone).index(), last - MOST);
    let starts: Vec<_> =
        (first..=last + 1).map(|index| Timestamp::from(Month::at(index).start(zone)).0).collect();
    let (Some(low), Some(high)) = (starts.first().copied(), starts.last().copied()) else {
        return Ok(HashMap::new());
    };
    let mut statements = Vec::new();
    for (start, part) in parts(parents) {
        statements.push((start, within_months(scope, &starts, part.as_ref(), filter)?));
        if oldest.0 < low || newest.0 >= high {
            statements.push((start, outside(scope, low, high, part.as_ref(), filter)?));
        }
    }
    for (start, statement) in statements {
        let Some(statement) = statement else {
            continue;
        };
        for result in ctx.db_of([]).query_all(&statement).await? {
            let month = Month::of(Timestamp(result.get(0)?), zone);
            let parent = match parents {
                Some(_) => later(result.get(2)?, start),
                None => Uuid::nil(),
            };
            let group = counts.entry(parent).or_default();
            *group.entry(month).or_default() += result.get::<i64>(1)?;
        }
    }
    Ok(counts
        .into_iter()
        .map(|(parent, counts)| {
            let mut counts: Vec<_> = counts.into_iter().collect();
            counts.sort_by_key(|(month, _)| std::cmp::Reverse(*month));
            (parent, counts)
        })
        .collect())
}

/// The oldest and the newest date that any article bears. Between them are those of
/// every list: while no date in a list changes, neither do its months.
async fn bounds(
    ctx: &Ctx,
    scope: &Scope,
    language: Option<&str>,
) -> Result<Option<(Timestamp, Timestamp)>> {
    let end = |order: Order| {
        let mut select = from(scope);
        select
            .column((Entity, Column::Date))
            .cond_where(date().gt(Timestamp::UNDATED.0))
            .order_by((Entity, Column::Date), order)
            .limit(1);
        if let Some(language) = language {
            select.cond_where(Expr::col((Entity, Column::Language)).eq(language));
        }
        Expr::SubQuery(None, Box::new(select.take().into()))
    };
    let select = Query::select().expr(end(Order::Asc)).expr(end(Order::Desc)).take();
    let Some(result) = ctx.db_of([]).query_one(&select).await? else {
        return Ok(None);
    };
    let oldest: Option<i64> = result.get(0)?;
    let newest: Option<i64> = result.get(1)?;
    Ok(oldest.map(Timestamp).zip(newest.map(Timestamp)))
}

fn date() -> Expr {
    Expr::col((Entity, Column::Date))
}

/// `SELECT start, count[, parent]`.
fn within_months(
    scope: &Scope,
    starts: &[i64],
    parents: Option<&Parents>,
    filter: &ArticleFilter,
) -> Result<Option<SelectStatement>> {
    let spans = starts.iter().zip(starts.iter().skip(1));
    let spans: Vec<_> =
        spans.map(|(start, end)| ValueTuple::Two((*start).into(), (*end).into())).collect();
    let (start, end) = (|| Expr::col(("span", "column1")), || Expr::col(("span", "column2")));
    let in_span = date().gte(start()).and(date().lt(end()));
    let mut select = Query::select();
    select
        .expr_as(start(), "start")
        .expr_as(Expr::col((Entity, Column::ArticleId)).count(), "count")
        .add_group_by([start()]);
    if let Some(parents) = parents {
        let Some(held) = held(scope, parents)? else {
            return Ok(None);
        };
        select.from(Entity);
        join_held(&mut select, held);
        let mut spans = Query::select().from_values(spans, "span").take();
        spans.columns(["column1", "column2"]);
        select
            .join_subquery(JoinType::InnerJoin, spans, "span", in_span)
            .column((HELD, "parent"))
            .group_by_col((HELD, "parent"));
    } else {
        // In this order, so that each span is looked up in the index.
        select
            .from_values(spans, "span")
            .join(JoinType::CrossJoin, Entity, Condition::all())
            .cond_where(in_span);
    }
    select
        .cond_where(visible(scope, COPY))
        .cond_where(within(scope, COPY))
        .cond_where(filter_condition(scope, filter)?);
    Ok(Some(select.take()))
}

/// `SELECT date, count[, parent]` of the few that are ages away.
fn outside(
    scope: &Scope,
    low: i64,
    high: i64,
    parents: Option<&Parents>,
    filter: &ArticleFilter,
) -> Result<Option<SelectStatement>> {
    let mut select = from(scope);
    select
        .expr_as(date(), "start")
        .expr_as(Expr::col((Entity, Column::ArticleId)).count(), "count")
        .cond_where(date().gt(Timestamp::UNDATED.0))
        .cond_where(Condition::any().add(date().lt(low)).add(date().gte(high)))
        .cond_where(filter_condition(scope, filter)?)
        .add_group_by([date()]);
    if let Some(parents) = parents {
        let Some(held) = held(scope, parents)? else {
            return Ok(None);
        };
        join_held(&mut select, held);
        select.column((HELD, "parent")).group_by_col((HELD, "parent"));
    }
    Ok(Some(select))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_month_begins_where_the_clock_says() {
        for (zone, month, expected) in [
            (Tz::Asia__Shanghai, (2025, 3), "2025-02-28T16:00:00+00:00"),
            (Tz::Europe__Berlin, (2025, 7), "2025-06-30T22:00:00+00:00"),
            // No midnight on this day: clocks went from 24:00 to 1:00.
            (Tz::America__Havana, (2012, 4), "2012-04-01T05:00:00+00:00"),
        ] {
            let (year, month) = month;
            let start = Month { year, month }.start(zone).with_timezone(&chrono::Utc);
            assert_eq!(start.to_rfc3339(), expected, "{zone}");
        }
    }

    #[test]
    fn months_follow_each_other_over_the_years() {
        let december = Month { year: 2025, month: 12 };
        assert_eq!(december.later(1), Month { year: 2026, month: 1 });
        assert_eq!(december.later(-24), Month { year: 2023, month: 12 });
        assert_eq!(Month { year: -1, month: 1 }.later(-1), Month { year: -2, month: 12 });
    }
}
