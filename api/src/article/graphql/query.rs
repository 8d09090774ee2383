//! Root fields that read articles.

use async_graphql::{Context, Object};

use super::connection::{Arguments, ArticleConnection, connect};
use super::types::{Article, selection};
use crate::article::filter::{ArticleBy, ArticleFilter, ArticleOrder};
use crate::article::read;
use crate::graphql::{ContextExt, ViewArgument};

#[derive(Default)]
pub struct ArticleQuery;

#[Object]
impl ArticleQuery {
    /// One article; null where there is none that may be seen.
    async fn article(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which one.")] by: ArticleBy,
        #[graphql(default, desc = "Which copies to read, here and in everything nested.")]
        view: ViewArgument,
    ) -> async_graphql::Result<Option<Article>> {
        let columns = selection(ctx, &[]);
        let ctx = ctx.broadsheet();
        let scope = view.scope(ctx)?;
        let row = read::one(ctx, &scope, &by, columns).await?;
        Ok(row.and_then(|row| Article::group(vec![row], scope).pop()))
    }

    /// A list of articles, newest first unless another order is asked for.
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
        #[graphql(default, desc = "Which copies to read, here and in everything nested.")]
        view: ViewArgument,
    ) -> async_graphql::Result<ArticleConnection> {
        let scope = view.scope(ctx.broadsheet())?;
        let arguments = Arguments { first, after, last, before, filter, order_by };
        Ok(connect(ctx, scope, arguments).await?)
    }
}
