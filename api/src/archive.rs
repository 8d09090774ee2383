//! Archives: the years and months of a list of articles.
//!
//! A month is one of the site's time zone. The counts of all months of a list,
//! and of those of its siblings, are one statement; articles are read where they
//! are asked for, those of all months in one.

use std::collections::{BTreeMap, HashMap};
use std::sync::Arc;

use async_graphql::{Context, Enum, Object};
use chrono::Offset;
use chrono_tz::Tz;
use uuid::Uuid;

use crate::article::filter::{ArticleFilter, ArticleOrder, DateTimeFilter};
use crate::article::read::{List, Month, Parents};
use crate::article::{Arguments, ArticleConnection, ArticleTotals, Parent, connect_under};
use crate::graphql::scalar::{DateTime, LanguageTag};
use crate::graphql::siblings::Siblings;
use crate::graphql::{ContextExt, ViewArgument};
use crate::policy::Scope;

/// What an archive is divided into.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Enum)]
pub enum ArchiveUnit {
    /// Years, with their months below.
    Year,
    /// Months.
    Month,
}

/// Periods that were counted together.
struct Group {
    with: Arc<Siblings>,
    parents: Arc<Parents>,
    scope: Scope,
    zone: Tz,
}

/// A year or a month, and what bears a date in it.
#[derive(Clone)]
pub struct ArchivePeriod {
    year: i32,
    month: Option<u32>,
    count: i64,
    index: usize,
    months: Vec<ArchivePeriod>,
    group: Arc<Group>,
}

/// The years and months of several lists, by what the lists hang on.
pub struct Periods {
    years: HashMap<Uuid, Vec<ArchivePeriod>>,
}

/// A period whose group is not there yet.
struct Counted {
    owner: Uuid,
    first: Month,
    count: i64,
}

impl Periods {
    /// `of` says which articles hang on a parent.
    #[must_use]
    pub fn build(
        counts: HashMap<Uuid, Vec<(Month, i64)>>,
        of: impl Fn(Uuid) -> ArticleFilter,
        scope: &Scope,
        zone: Tz,
    ) -> Self {
        let counts: BTreeMap<_, _> = counts.into_iter().collect();
        let (mut years, mut months): (Vec<Counted>, Vec<Counted>) = (Vec::new(), Vec::new());
        for (owner, found) in counts {
            for (first, count) in found {
                let january = Month { year: first.year, month: 1 };
                match years.last_mut().filter(|y| y.owner == owner && y.first == january) {
                    Some(year) => year.count += count,
                    None => years.push(Counted { owner, first: january, count }),
                }
                months.push(Counted { owner, first, count });
            }
        }
        let group = |periods: &[Counted], length: i32| {
            let filters = periods.iter().map(|Counted { owner, first, .. }| {
                of(*owner).and(between(*first, first.later(length), zone))
            });
            Arc::new(Group {
                with: Siblings::new((0..periods.len()).map(Parents::id).collect()),
                parents: Arc::new(Parents::Filters(filters.collect())),
                scope: scope.clone(),
                zone,
            })
        };
        let (by_year, by_month) = (group(&years, 12), group(&months, 1));
        let mut months = months.iter().enumerate().peekable();
        let mut all: HashMap<Uuid, Vec<ArchivePeriod>> = HashMap::new();
        for (index, year) in years.iter().enumerate() {
            let mut below = Vec::new();
            let same =
                |month: &Counted| month.owner == year.owner && month.first.year == year.first.year;
            while let Some((index, month)) = months.next_if(|(_, month)| same(month)) {
                below.push(ArchivePeriod {
                    year: month.first.year,
                    month: Some(month.first.month),
                    count: month.count,
                    index,
                    months: Vec::new(),
                    group: Arc::clone(&by_month),
                });
            }
            all.entry(year.owner).or_default().push(ArchivePeriod {
                year: year.first.year,
                month: None,
                count: year.count,
                index,
                months: below,
                group: Arc::clone(&by_year),
            });
        }
        Self { years: all }
    }

    /// The periods of one list, newest first.
    #[must_use]
    pub fn of(&self, owner: Uuid, by: ArchiveUnit) -> Vec<ArchivePeriod> {
        let years = self.years.get(&owner).cloned().unwrap_or_default();
        match by {
            ArchiveUnit::Year => years,
            ArchiveUnit::Month => years.into_iter().flat_map(|year| year.months).collect(),
        }
    }
}

fn between(first: Month, end: Month, zone: Tz) -> ArticleFilter {
    let at = |month: Month| {
        let start = month.start(zone);
        Some(DateTime(start.with_timezone(&start.offset().fix())))
    };
    let date = DateTimeFilter { gte: at(first), lt: at(end), ..DateTimeFilter::default() };
    ArticleFilter { date: Some(date), ..ArticleFilter::default() }
}

impl ArchivePeriod {
    fn first(&self) -> Month {
        Month { year: self.year, month: self.month.unwrap_or(1) }
    }

    fn at(&self, month: Month) -> DateTime {
        let start = month.start(self.group.zone);
        DateTime(start.with_timezone(&start.offset().fix()))
    }
}

/// A year or a month of an archive, by the site's clock.
#[Object]
impl ArchivePeriod {
    /// Of the Gregorian calendar.
    async fn year(&self) -> i32 {
        self.year
    }

    /// From 1 to 12; null for a year.
    async fn month(&self) -> Option<u32> {
        self.month
    }

    /// Its first moment.
    async fn start(&self) -> DateTime {
        self.at(self.first())
    }

    /// The first moment after it.
    async fn end(&self) -> DateTime {
        self.at(self.first().later(if self.month.is_some() { 1 } else { 12 }))
    }

    /// How many articles of the list bear a date in it.
    async fn count(&self) -> i64 {
        self.count
    }

    /// The months of a year that have articles, newest first; of a month none.
    async fn months(&self) -> &[ArchivePeriod] {
        &self.months
    }

    /// The articles of the list that bear a date in it, newest first.
    #[expect(clippy::too_many_arguments, reason = "the arguments of every list of articles")]
    async fn articles(
        &self,
        ctx: &Context<'_>,
        #[graphql(
            desc = "At most so many, from the start. 20 where neither it nor `last` is given; at most 100."
        )]
        first: Option<i32>,
        #[graphql(desc = "Only what comes after this cursor.")] after: Option<String>,
        #[graphql(desc = "At most so many, from the end; at most 100.")] last: Option<i32>,
        #[graphql(desc = "Only what comes before this cursor.")] before: Option<String>,
        #[graphql(desc = "Which ones; all where it is null.")] filter: Option<ArticleFilter>,
        #[graphql(desc = "In which order.")] order_by: Option<ArticleOrder>,
    ) -> async_graphql::Result<ArticleConnection> {
        let Group { with, parents, scope, zone: _ } = &*self.group;
        let parent = Parent {
            with: Arc::clone(with),
            parents: Arc::clone(parents),
            id: Parents::id(self.index),
        };
        let arguments = Arguments { first, after, last, before, filter, order_by };
        Ok(connect_under(ctx, scope.clone(), parent, arguments).await?)
    }
}

#[derive(Default)]
pub struct ArchiveQuery;

#[Object]
impl ArchiveQuery {
    /// The years or months in which there are articles, newest first, with their
    /// number and the articles themselves. Articles without a date are in none.
    async fn archive(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Of which articles; of all where it is null.")] filter: Option<
            ArticleFilter,
        >,
        #[graphql(desc = "Of which language; of all where it is null.")] language: Option<
            LanguageTag,
        >,
        #[graphql(default_with = "ArchiveUnit::Month", desc = "By month or by year.")]
        by: ArchiveUnit,
        #[graphql(default, desc = "Which copies to read, here and in everything nested.")]
        view: ViewArgument,
    ) -> async_graphql::Result<Vec<ArchivePeriod>> {
        let ctx = ctx.broadsheet();
        let scope = view.scope(ctx)?;
        if let Some(tag) = &language {
            ctx.frame().await?.resolve(Some(&tag.0))?;
        }
        let mut own = ArticleFilter::in_language(language.as_ref().map(|tag| tag.0.as_str()));
        own = own.and(Arguments::checked(filter)?);
        Ok(of(scope, own).archive(ctx, by).await?)
    }
}

/// What a list of articles that hangs on nothing says of itself.
#[must_use]
pub fn of(scope: Scope, filter: ArticleFilter) -> ArticleTotals {
    ArticleTotals::of_all(List { filter, ..List::default() }, scope)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn months_are_gathered_under_their_years() {
        let (a, b) = (Uuid::from_u128(1), Uuid::from_u128(2));
        let month = |year, month, count| (Month { year, month }, count);
        let counts = HashMap::from([
            (a, vec![month(2025, 3, 1), month(2025, 1, 2), month(2024, 12, 4)]),
            (b, vec![month(2024, 12, 8)]),
        ]);
        let scope = Scope {
            view: entity::View::Published,
            now: entity::Timestamp(0),
            rows: crate::policy::Rows::All,
        };
        let periods = Periods::build(counts, |_| ArticleFilter::default(), &scope, Tz::UTC);
        let shape = |owner, by| -> Vec<_> {
            periods
                .of(owner, by)
                .iter()
                .map(|p| (p.year, p.month, p.count, p.months.len()))
                .collect()
        };
        assert_eq!(shape(a, ArchiveUnit::Year), [(2025, None, 3, 2), (2024, None, 4, 1)]);
        assert_eq!(
            shape(a, ArchiveUnit::Month),
            [(2025, Some(3), 1, 0), (2025, Some(1), 2, 0), (2024, Some(12), 4, 0)]
        );
        assert_eq!(shape(b, ArchiveUnit::Year), [(2024, None, 8, 1)]);
    }
}
