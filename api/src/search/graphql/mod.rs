//! Searching in GraphQL.

mod input;
mod suggest;
mod types;

use async_graphql::connection::Edge;
use async_graphql::{Context, Object};

use self::input::SearchFilter;
use self::suggest::Suggestion;
use self::types::{Highlights, Hit, SearchConnection, SearchTotals, columns};
use super::collect::{Facets, Order};
use super::find::{self, Found, Request};
use crate::article::read;
use crate::article::{Article, selection};
use crate::ctx::Ctx;
use crate::error::Result;
use crate::graphql::lean::Lean;
use crate::graphql::page::Page;
use crate::graphql::scalar::LanguageTag;
use crate::graphql::{ContextExt, ViewArgument};
use crate::policy::Scope;

#[derive(Default)]
pub struct SearchQuery;

#[Object]
impl SearchQuery {
    /// Articles in which the words of a query stand, the best first unless another
    /// order is asked for.
    ///
    /// All words must be there, wherever. Letters in either case and width, with
    /// and without diacritics, simplified and traditional Chinese are equal; of
    /// Chinese, Japanese, Korean and Thai any part of a text is found, of other
    /// languages words in all their forms. `"a phrase"`, `-without`, `one OR other`,
    /// `begin*`, and `title: summary: heading: tag: category: author:` in front of a
    /// word narrow it. Nothing is a mistake. Where nothing answers to the words as
    /// they stand, `didYouMean` says what was looked for in their place:
    /// words spelled nearly so, the words that a run of Chinese is made of, or the
    /// others alone where one is nowhere.
    #[expect(clippy::too_many_arguments, reason = "the arguments of every list, and more")]
    async fn search(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "What to look for, as people type it.")] query: String,
        #[graphql(desc = "Only articles in this language; and words are inflected as it does.")]
        language: Option<LanguageTag>,
        #[graphql(
            desc = "At most so many, from the start. 20 where neither it nor `last` is given; at most 100."
        )]
        first: Option<i32>,
        #[graphql(desc = "Only what comes after this cursor.")] after: Option<String>,
        #[graphql(desc = "At most so many, from the end; at most 100.")] last: Option<i32>,
        #[graphql(desc = "Only what comes before this cursor.")] before: Option<String>,
        #[graphql(desc = "Which ones; all where it is null.")] filter: Option<SearchFilter>,
        #[graphql(default, desc = "In which order.")] order_by: Order,
        #[graphql(default, desc = "Which copies to search, here and in everything nested.")]
        view: ViewArgument,
    ) -> async_graphql::Result<SearchConnection> {
        let page = Page::new(order_by.mark(), first, after.as_deref(), last, before.as_deref())?;
        let look = ctx.look_ahead();
        let rows = ["nodes", "edges", "pageInfo"].iter().any(|name| look.field(name).exists());
        let facet = |name| look.field("facets").field(name).exists();
        let facets = Facets {
            tags: facet("tags"),
            categories: facet("categories"),
            sections: facet("sections"),
            languages: facet("languages"),
            months: facet("months"),
        };
        let wanted = selection(ctx, &["nodes"])
            .with(selection(ctx, &["edges", "node"]))
            .with(columns(look.field("edges").field("highlights").exists()));
        let ctx = ctx.broadsheet();
        let scope = view.scope(ctx)?;
        let asked = language.map(|language| language.0);
        let narrow = filter.unwrap_or_default().narrow(ctx, asked.clone()).await?;
        let languages = if let Some(language) = &asked {
            vec![language.clone()]
        } else {
            let frame = ctx.frame().await?;
            frame.languages.iter().map(|language| language.tag.to_string()).collect()
        };
        let request = Request { query, narrow, order: order_by, page, rows, facets, languages };
        let found = Box::pin(find::find(ctx, &scope, request)).await?;
        Ok(connect(ctx, scope, found, wanted, order_by, asked).await?)
    }

    /// What a search box offers while somebody types: tags, categories and titles
    /// that hold what was typed, the last word as the beginning of one; and queries
    /// that end that word.
    async fn suggest(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "What has been typed.")] query: String,
        #[graphql(desc = "Only from articles in this language.")] language: Option<LanguageTag>,
        #[graphql(default = 8, desc = "At most so many; at most 100.")] first: i32,
        #[graphql(default, desc = "Which copies to look at, here and in everything nested.")]
        view: ViewArgument,
    ) -> async_graphql::Result<Vec<Suggestion>> {
        let count = Page::new(0, Some(first), None, None, None)?.size;
        let columns = selection(ctx, &["article"]).with(columns(true));
        let ctx = ctx.broadsheet();
        let scope = view.scope(ctx)?;
        let language = language.map(|language| language.0);
        let count = usize::try_from(count).unwrap_or(0);
        Ok(Box::pin(suggest::suggest(ctx, &scope, query, language, count, columns)).await?)
    }
}

/// Loads the articles of a page, all in one statement.
async fn connect(
    ctx: &Ctx,
    scope: Scope,
    found: Found,
    columns: crate::article::columns::Columns,
    order: Order,
    language: Option<String>,
) -> Result<SearchConnection> {
    let Found { hits, mut gathered, plan, did_you_mean, snapshot } = found;
    let ids: Vec<_> = hits.rows.iter().map(|hit| hit.rank.id).collect();
    let rows = read::by_ids(ctx, &scope, &ids, columns).await?;
    let articles = Article::group(rows, scope.clone());
    // What went away since it was indexed is not there any more.
    let gone = ids.len().saturating_sub(articles.len());
    gathered.total = gathered.total.saturating_sub(u64::try_from(gone).unwrap_or(0));
    let highlights = std::sync::Arc::new(Highlights { plan });
    let totals = SearchTotals { gathered, did_you_mean, scope, language };
    let mut connection =
        SearchConnection::with_additional_fields(hits.has_previous, hits.has_next, totals);
    for hit in hits.rows {
        let is = |article: &&Article| article.row.article_id == hit.rank.id;
        let Some(article) = articles.iter().find(is).cloned() else {
            continue;
        };
        let more = Hit {
            score: hit.score,
            article: article.clone(),
            highlights: std::sync::Arc::clone(&highlights),
        };
        connection.edges.push(Edge::with_additional_fields(
            order.cursor(&hit, snapshot),
            Lean(article),
            more,
        ));
    }
    Ok(connection)
}
