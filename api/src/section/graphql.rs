//! Sections in GraphQL.

use std::borrow::Cow;
use std::sync::Arc;

use async_graphql::{Context, Object};

use super::{Group, Section, read};
use crate::archive::{ArchivePeriod, ArchiveUnit};
use crate::article::filter::{ArticleFilter, ArticleOrder};
use crate::article::links::{self, Linked, Page};
use crate::article::read::List;
use crate::article::{
    Arguments, ArticleConnection, ArticleTotals, CategoryCount, TagCount, TermCount, connect_under,
    with_fallback,
};
use crate::error::Result;
use crate::feed::{self, FeedLink};
use crate::graphql::scalar::{Json, LanguageTag};
use crate::graphql::{ContextExt, ViewArgument};
use crate::hugo::address;
use crate::seo::{ListPage, Seo, Which};
use crate::site::Language;

impl Section {
    /// What its articles say together.
    fn totals(&self, filter: Option<ArticleFilter>) -> Result<ArticleTotals> {
        let mut filter = Arguments::checked(filter)?;
        let own = || LanguageTag(self.row.language.clone());
        filter.language.get_or_insert_with(own);
        let list = List { filter, ..List::default() };
        Ok(ArticleTotals::of(self.parent(false), list, self.group.scope.clone()))
    }
}

fn page(row: &entity::section::Model) -> Page<'_> {
    let entity::section::Model { path, language, params, .. } = row;
    Page { path, language, params, article: None }
}

/// A folder of articles in one language; the home page is the one without a name.
#[Object]
impl Section {
    /// Its folder below the language: `news/local`; empty for the home page.
    async fn name(&self) -> &str {
        &self.row.name
    }

    /// What it is called.
    async fn title(&self) -> &str {
        &self.row.title
    }

    /// The address on the site, percent-encoded as in a URL.
    async fn path(&self) -> String {
        address::encode(&self.row.path)
    }

    /// What it is about.
    async fn description(&self) -> Option<&str> {
        self.row.description.as_deref()
    }

    /// Position among the sections.
    async fn weight(&self) -> i32 {
        self.row.weight
    }

    /// What the section says of itself, as it was written.
    async fn markdown(&self) -> &str {
        &self.row.markdown
    }

    /// Rendered and sanitized: safe to put into a page. Links and pictures lead to where
    /// these are, as those of articles do.
    async fn html(&self, ctx: &Context<'_>) -> async_graphql::Result<Cow<'_, str>> {
        if links::of(&self.row.links)?.is_empty() {
            return Ok(Cow::Borrowed(&self.row.html));
        }
        let (ctx, Group { with, rows, scope, .. }) = (ctx.broadsheet(), &*self.group);
        let linked = with
            .load("linked".to_owned(), || async {
                let texts = rows.iter().map(|row| (page(row), &row.links));
                Linked::read(ctx, scope, texts).await
            })
            .await?;
        Ok(linked.html(page(&self.row), &self.row.html, &self.row.links)?)
    }

    /// Every front matter key that no other field holds, as it was written.
    async fn params(&self) -> Json {
        Json(self.row.params.0.clone())
    }

    /// The language that it is written in.
    async fn language(&self, ctx: &Context<'_>) -> async_graphql::Result<Language> {
        Ok(Language::new(ctx.broadsheet().frame().await?, &self.row.language))
    }

    /// What its page says of itself to search engines and to those who share it.
    async fn seo(&self) -> Seo {
        let name = self.row.name.clone();
        Seo::of_list(ListPage {
            title: self.row.title.clone(),
            description: self.row.description.clone(),
            language: self.row.language.as_str().into(),
            path: self.row.path.clone(),
            scope: self.group.scope.clone(),
            which: if name.is_empty() { Which::Home } else { Which::Section(name) },
        })
    }

    /// Its feeds, for the head of its page.
    async fn feeds(&self, ctx: &Context<'_>) -> async_graphql::Result<Vec<FeedLink>> {
        let ctx = ctx.broadsheet();
        let frame = ctx.frame().await?;
        let site = &frame.language_of(&self.row.language).row.title;
        let title = if self.row.name.is_empty() {
            site.clone()
        } else {
            format!("{} – {site}", self.row.title)
        };
        Ok(feed::links(ctx, &frame, &self.row.path, &title))
    }

    /// The sections directly below it that have pages of their own: by weight, those
    /// without one last, then by title.
    async fn sections(&self, ctx: &Context<'_>) -> async_graphql::Result<Vec<Section>> {
        let ctx = ctx.broadsheet();
        let key = |row: &entity::section::Model| (row.language.clone(), row.name.clone());
        let groups = self
            .group
            .with
            .load("sections".to_owned(), || async {
                let above: Vec<_> = self.group.rows.iter().map(|row| key(row)).collect();
                read::below(ctx, &self.group.scope, &above).await
            })
            .await?;
        Ok(groups.get(&key(&self.row)).cloned().unwrap_or_default())
    }

    /// How many articles are below it.
    async fn article_count(&self, ctx: &Context<'_>) -> async_graphql::Result<i64> {
        Ok(self.totals(None)?.count(ctx.broadsheet()).await?)
    }

    /// The articles below it, newest first.
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
            desc = "Whether other languages stand in where an article is not there in the section's. See `Language.fallback`."
        )]
        fallback: bool,
    ) -> async_graphql::Result<ArticleConnection> {
        let mut filter = filter.unwrap_or_default();
        let own = || LanguageTag(self.row.language.clone());
        filter.language.get_or_insert_with(own);
        if fallback {
            let frame = ctx.broadsheet().frame().await?;
            filter = with_fallback(&frame, Some(filter))?;
        }
        let filter = Some(filter);
        let arguments = Arguments { first, after, last, before, filter, order_by };
        let parent = self.parent(fallback);
        Ok(connect_under(ctx, self.group.scope.clone(), parent, arguments).await?)
    }

    /// The tags of its articles, most frequent first.
    async fn tag_counts(
        &self,
        ctx: &Context<'_>,
        #[graphql(default = 20, desc = "At most 100.")] first: i32,
        #[graphql(desc = "Of which of its articles; of all where it is null.")] filter: Option<
            ArticleFilter,
        >,
    ) -> async_graphql::Result<Vec<TagCount>> {
        Ok(self.totals(filter)?.tags(ctx.broadsheet(), first).await?)
    }

    /// The categories of its articles, most frequent first.
    async fn category_counts(
        &self,
        ctx: &Context<'_>,
        #[graphql(default = 20, desc = "At most 100.")] first: i32,
        #[graphql(desc = "Of which of its articles; of all where it is null.")] filter: Option<
            ArticleFilter,
        >,
    ) -> async_graphql::Result<Vec<CategoryCount>> {
        Ok(self.totals(filter)?.categories(ctx.broadsheet(), first).await?)
    }

    /// The terms of any taxonomy that its articles carry, most frequent first.
    async fn term_counts(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The taxonomy, by the plural that Hugo uses: `series`.")] taxonomy: String,
        #[graphql(default = 20, desc = "At most 100.")] first: i32,
        #[graphql(desc = "Of which of its articles; of all where it is null.")] filter: Option<
            ArticleFilter,
        >,
    ) -> async_graphql::Result<Vec<TermCount>> {
        Ok(self.totals(filter)?.any_terms(ctx.broadsheet(), &taxonomy, first).await?)
    }

    /// The years or months of its articles, newest first; those without a date are
    /// in none.
    async fn archive(
        &self,
        ctx: &Context<'_>,
        #[graphql(default_with = "ArchiveUnit::Month", desc = "By month or by year.")]
        by: ArchiveUnit,
        #[graphql(desc = "Of which of its articles; of all where it is null.")] filter: Option<
            ArticleFilter,
        >,
    ) -> async_graphql::Result<Vec<ArchivePeriod>> {
        Ok(self.totals(filter)?.archive(ctx.broadsheet(), by).await?)
    }
}

#[derive(Default)]
pub struct SectionQuery;

#[Object]
impl SectionQuery {
    /// The sections at the top of a language: by weight, those without one last,
    /// then by title. What is below each is in `Section.sections`.
    async fn sections(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The default language where it is null.")] language: Option<LanguageTag>,
        #[graphql(default, desc = "Which copies to read, here and in everything nested.")]
        view: ViewArgument,
    ) -> async_graphql::Result<Vec<Section>> {
        let ctx = ctx.broadsheet();
        let (scope, frame) = (view.scope(ctx)?, ctx.frame().await?);
        let frame = Arc::clone(&frame);
        let language = frame.resolve(language.as_ref().map(|tag| tag.0.as_str()))?;
        Ok(read::top(ctx, &scope, language).await?)
    }
}
