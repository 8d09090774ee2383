//! Root fields that read articles.

use async_graphql::{Context, Object};

use super::connection::{Arguments, ArticleConnection, connect, with_fallback};
use super::parts::Body;
use super::types::{Article, selection};
use crate::article::filter::{ArticleBy, ArticleFilter, ArticleOrder};
use crate::article::read::{self, Best};
use crate::graphql::scalar::LanguageTag;
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
        #[graphql(
            desc = "The article in this language, whatever language the one that `by` names is in."
        )]
        language: Option<LanguageTag>,
        #[graphql(
            default,
            desc = "Whether another language may stand in where the article is not there in the one asked for: that of `language`, else that of the address. See `Language.fallback`."
        )]
        fallback: bool,
        #[graphql(default, desc = "Which copies to read, here and in everything nested.")]
        view: ViewArgument,
    ) -> async_graphql::Result<Option<Article>> {
        let columns = selection(ctx, &[]);
        let bodies = ctx.look_ahead().field("body").selection_fields();
        let ctx = ctx.broadsheet();
        let scope = view.scope(ctx)?;
        let language = language.as_ref().map(|tag| tag.0.as_str());
        if let [body] = bodies.as_slice()
            && language.is_none()
            && !fallback
        {
            let wanted = Body::columns_of(body.selection_set());
            let found = read::one_with_body(ctx, &scope, &by, columns, &wanted).await?;
            return Ok(found.and_then(|(row, body)| {
                let article = Article::group_for(vec![row], scope, None).pop()?;
                article.keep_body(&wanted, body);
                Some(article)
            }));
        }
        let best = read::best(ctx, &scope, &by, language, fallback, columns).await?;
        let article = |Best { row, asked }| Article::group_for(vec![row], scope, asked).pop();
        Ok(best.and_then(article))
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
        #[graphql(
            default,
            desc = "Whether other languages stand in where an article is not there in `filter.language`: the list has each group of translations once, in the best language that there is. See `Language.fallback`."
        )]
        fallback: bool,
        #[graphql(default, desc = "Which copies to read, here and in everything nested.")]
        view: ViewArgument,
    ) -> async_graphql::Result<ArticleConnection> {
        let scope = view.scope(ctx.broadsheet())?;
        let mut filter = filter;
        if fallback {
            filter = Some(with_fallback(&*ctx.broadsheet().frame().await?, filter)?);
        }
        let arguments = Arguments { first, after, last, before, filter, order_by };
        Ok(connect(ctx, scope, arguments).await?)
    }
}
