//! What will go live or expire, in GraphQL.

use async_graphql::connection::{Connection, Edge, EmptyFields};
use async_graphql::{Context, Enum, Object, SimpleObject};
use uuid::Uuid;

use super::types::{Article, selection};
use crate::article::read;
use crate::article::schedule::{self, Moment, Wanted};
use crate::graphql::page::{Cursor, Key, Page};
use crate::graphql::scalar::DateTime;
use crate::graphql::{ContextExt, ViewArgument};

/// What time alone does to an article.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Enum)]
pub enum ScheduledChange {
    /// The public begins to see it.
    GoesLive,
    /// The public stops seeing it.
    Expires,
}

/// A moment at which time changes what the public sees.
#[derive(SimpleObject)]
pub struct ScheduledMoment {
    /// When.
    at: DateTime,
    /// What happens then.
    change: ScheduledChange,
    /// Whether it should have been announced in the feed by now. Readers see
    /// the change all the same.
    overdue: bool,
    /// The working copy of the article.
    article: Article,
}

/// How many moments there are; costs nothing unless selected.
pub struct ScheduledTotals {
    wanted: Wanted,
}

#[Object]
impl ScheduledTotals {
    /// How many moments the whole list has.
    async fn total_count(&self, ctx: &Context<'_>) -> async_graphql::Result<i64> {
        Ok(schedule::total(ctx.broadsheet(), &self.wanted).await?)
    }
}

pub type ScheduledConnection = Connection<Cursor, ScheduledMoment, ScheduledTotals>;

#[derive(Default)]
pub struct ScheduleQuery;

#[Object]
impl ScheduleQuery {
    /// What will go live or expire, the next first, and what is overdue. Needs
    /// the right to read working copies.
    #[expect(clippy::too_many_arguments, reason = "the arguments of every list")]
    async fn scheduled(
        &self,
        ctx: &Context<'_>,
        #[graphql(
            desc = "At most so many, from the start. 20 where neither it nor `last` is given; at most 100."
        )]
        first: Option<i32>,
        #[graphql(desc = "Only what comes after this cursor.")] after: Option<String>,
        #[graphql(desc = "At most so many, from the end; at most 100.")] last: Option<i32>,
        #[graphql(desc = "Only what comes before this cursor.")] before: Option<String>,
        #[graphql(desc = "Only what happens before this.")] until: Option<DateTime>,
        #[graphql(default, desc = "Only what should have been announced by now.")] overdue: bool,
    ) -> async_graphql::Result<ScheduledConnection> {
        let page = Page::new(b'd', first, after.as_deref(), last, before.as_deref())?;
        let wanted = Wanted { until: until.map(DateTime::timestamp), overdue };
        let columns = selection(ctx, &["nodes", "article"])
            .with(selection(ctx, &["edges", "node", "article"]));
        let ctx = ctx.broadsheet();
        let slice = schedule::list(ctx, &wanted, &page).await?;
        let scope = ViewArgument::Working.scope(ctx)?;
        let mut ids: Vec<Uuid> = slice.rows.iter().map(|row| row.article_id).collect();
        ids.sort_unstable();
        ids.dedup();
        let rows = read::by_ids(ctx, &scope, &ids, columns).await?;
        let articles = Article::group(rows, scope);
        let totals = ScheduledTotals { wanted };
        let mut connection =
            Connection::with_additional_fields(slice.has_previous, slice.has_next, totals);
        connection.edges = slice
            .rows
            .into_iter()
            .filter_map(|Moment { article_id, at, expires, overdue }| {
                let article = articles.iter().find(|found| found.row.article_id == article_id)?;
                let moment = ScheduledMoment {
                    at: DateTime::utc(at),
                    change: if expires {
                        ScheduledChange::Expires
                    } else {
                        ScheduledChange::GoesLive
                    },
                    overdue,
                    article: article.clone(),
                };
                let cursor = Cursor { order: b'd', key: Key::Number(at.0), id: article_id };
                Some(Edge::<_, _, EmptyFields, _>::new(cursor, moment))
            })
            .collect::<Vec<_>>();
        Ok(connection)
    }
}
