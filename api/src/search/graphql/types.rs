//! What a search answers with.

use std::collections::HashMap;
use std::sync::Arc;

use async_graphql::connection::{Connection, ConnectionNameType, EdgeNameType};
use async_graphql::{Context, Enum, Object, OutputType, SimpleObject};
use entity::article_copy::Column;
use entity::body;
use uuid::Uuid;

use crate::article::columns::Columns;
use crate::article::{Article, CategoryCount, TagCount};
use crate::ctx::Ctx;
use crate::error::Result;
use crate::graphql::ContextExt;
use crate::graphql::lean::Lean;
use crate::graphql::page::{Cursor, Page};
use crate::graphql::scalar::LanguageTag;
use crate::policy::Scope;
use crate::render;
use crate::search::collect::Gathered;
use crate::search::highlight::{self, Marked};
use crate::search::plan::Plan;
use crate::taxonomy::{self, Category, Tag, Term};

pub struct ConnectionName;

impl ConnectionNameType for ConnectionName {
    fn type_name<T: OutputType>() -> String {
        "SearchConnection".to_owned()
    }
}

pub struct EdgeName;

impl EdgeNameType for EdgeName {
    fn type_name<T: OutputType>() -> String {
        "SearchEdge".to_owned()
    }
}

pub type SearchConnection =
    Connection<Cursor, Lean<Article>, SearchTotals, Hit, ConnectionName, EdgeName>;

/// The columns of articles that are marked.
#[must_use]
pub fn columns(highlights: bool) -> Columns {
    if highlights {
        Columns::of(&[Column::Title, Column::Summary, Column::BodyId])
    } else {
        Columns::BASE
    }
}

/// How the texts of a page are marked.
pub struct Highlights {
    pub plan: Plan,
}

/// An article that was found.
pub struct Hit {
    pub score: f32,
    pub article: Article,
    pub highlights: Arc<Highlights>,
}

#[Object]
impl Hit {
    /// How well the article answers; of use only beside others of the same search.
    async fn score(&self) -> f32 {
        self.score
    }

    /// Where the words stand, in the fields in which they do.
    async fn highlights(&self, ctx: &Context<'_>) -> async_graphql::Result<Vec<SearchHighlight>> {
        let ctx = ctx.broadsheet();
        let body = self.article.load_body(ctx, vec![body::Column::Html]).await?.row;
        let row = &self.article.row;
        let body = render::plain_text(&body.html);
        let texts = [
            (SearchField::Title, &row.title),
            (SearchField::Summary, &row.summary),
            (SearchField::Body, &body),
        ];
        Ok(texts
            .into_iter()
            .filter_map(|(field, text)| {
                let short = field == SearchField::Title;
                let Marked { fragments, offsets } =
                    highlight::mark(text, &self.highlights.plan, short)?;
                let offsets = offsets.iter().map(|range| TextRange {
                    start: i32::try_from(range.start).unwrap_or(i32::MAX),
                    end: i32::try_from(range.end).unwrap_or(i32::MAX),
                });
                Some(SearchHighlight { field, fragments, offsets: offsets.collect() })
            })
            .collect())
    }
}

/// A field of articles in which words are marked.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Enum)]
pub enum SearchField {
    /// `Article.title`.
    Title,
    /// `Article.summary`.
    Summary,
    /// `Article.body.plainText`.
    Body,
}

/// Where the words of a search stand in a field.
#[derive(SimpleObject)]
pub struct SearchHighlight {
    /// Which field.
    field: SearchField,
    /// The title as a whole, or the sentences that hold most: HTML in which
    /// everything but `<mark>` is escaped. At most three.
    fragments: Vec<String>,
    /// The places in the text of the field, for whoever draws them. At most 500.
    offsets: Vec<TextRange>,
}

/// A part of a text, in UTF-16 code units, as JavaScript counts them.
#[derive(SimpleObject)]
pub struct TextRange {
    /// The first of them.
    start: i32,
    /// The one behind the last.
    end: i32,
}

/// What a search says beyond its page.
pub struct SearchTotals {
    pub gathered: Gathered,
    pub did_you_mean: Option<String>,
    pub scope: Scope,
    pub language: Option<String>,
}

#[Object]
impl SearchTotals {
    /// How many articles answer, whatever the page.
    async fn total_count(&self) -> i64 {
        i64::try_from(self.gathered.total).unwrap_or(i64::MAX)
    }

    /// What all articles that answer have in common, counted.
    async fn facets(&self) -> SearchFacets<'_> {
        SearchFacets(self)
    }

    /// Where nothing answers to the query as it stands: the query that these
    /// articles do answer to.
    async fn did_you_mean(&self) -> Option<&str> {
        self.did_you_mean.as_deref()
    }
}

/// How many of the articles that answer have what.
pub struct SearchFacets<'a>(&'a SearchTotals);

/// How many of the articles that answer have what.
#[Object]
impl SearchFacets<'_> {
    /// Tags, most frequent first.
    async fn tags(
        &self,
        ctx: &Context<'_>,
        #[graphql(default = 20, desc = "At most 100.")] first: i32,
    ) -> async_graphql::Result<Vec<TagCount>> {
        let counts = self.terms(ctx.broadsheet(), &self.0.gathered.tags, first).await?;
        let count = |(term, count)| TagCount { tag: Tag::from(term), count };
        Ok(counts.into_iter().map(count).collect())
    }

    /// Categories, most frequent first.
    async fn categories(
        &self,
        ctx: &Context<'_>,
        #[graphql(default = 20, desc = "At most 100.")] first: i32,
    ) -> async_graphql::Result<Vec<CategoryCount>> {
        let counts = self.terms(ctx.broadsheet(), &self.0.gathered.categories, first).await?;
        let count = |(term, count)| CategoryCount { category: Category::from(term), count };
        Ok(counts.into_iter().map(count).collect())
    }

    /// Sections, most frequent first.
    async fn sections(
        &self,
        #[graphql(default = 20, desc = "At most 100.")] first: i32,
    ) -> async_graphql::Result<Vec<SectionFacet>> {
        let counts = most(&self.0.gathered.sections, first)?;
        Ok(counts.into_iter().map(|(section, count)| SectionFacet { section, count }).collect())
    }

    /// Languages, most frequent first.
    async fn languages(
        &self,
        #[graphql(default = 20, desc = "At most 100.")] first: i32,
    ) -> async_graphql::Result<Vec<LanguageFacet>> {
        let counts = most(&self.0.gathered.languages, first)?;
        let count = |(tag, count)| LanguageFacet { language: LanguageTag(tag), count };
        Ok(counts.into_iter().map(count).collect())
    }

    /// Months of their dates, latest first.
    async fn months(
        &self,
        #[graphql(default = 20, desc = "At most 100.")] first: i32,
    ) -> async_graphql::Result<Vec<MonthFacet>> {
        let mut months: Vec<_> = self.0.gathered.months.iter().collect();
        months.sort_unstable_by(|a, b| b.cmp(a));
        months.truncate(size(first)?);
        let count = |(month, count): (&i64, &u64)| MonthFacet {
            month: format!("{:04}-{:02}", month.div_euclid(12), month.rem_euclid(12) + 1),
            count: i64::try_from(*count).unwrap_or(i64::MAX),
        };
        Ok(months.into_iter().map(count).collect())
    }
}

impl SearchFacets<'_> {
    async fn terms(
        &self,
        ctx: &Ctx,
        counts: &HashMap<Uuid, u64>,
        first: i32,
    ) -> Result<Vec<(Term, i64)>> {
        let counts = most(counts, first)?;
        let language = self.0.language.as_deref();
        let mut counts = taxonomy::with_counts(ctx, &self.0.scope, counts, language).await?;
        counts
            .sort_by(|(a, many), (b, few)| few.cmp(many).then_with(|| a.row.name.cmp(&b.row.name)));
        Ok(counts)
    }
}

fn size(first: i32) -> Result<usize> {
    Ok(usize::try_from(Page::new(0, Some(first), None, None, None)?.size).unwrap_or(0))
}

/// The most frequent, ties in the order of what is counted.
fn most<K: Ord + Clone>(counts: &HashMap<K, u64>, first: i32) -> Result<Vec<(K, i64)>> {
    let mut all: Vec<_> = counts.iter().collect();
    all.sort_unstable_by(|a, b| b.1.cmp(a.1).then_with(|| a.0.cmp(b.0)));
    all.truncate(size(first)?);
    let count = |(key, count): (&K, &u64)| (key.clone(), i64::try_from(*count).unwrap_or(i64::MAX));
    Ok(all.into_iter().map(count).collect())
}

/// A section and how many of the articles that answer are in it.
#[derive(SimpleObject)]
pub struct SectionFacet {
    /// First part of the path below the language; empty for pages at the top.
    section: String,
    /// How many articles are in it.
    count: i64,
}

/// A language and how many of the articles that answer are in it.
#[derive(SimpleObject)]
pub struct LanguageFacet {
    /// Its tag.
    language: LanguageTag,
    /// How many articles are in it.
    count: i64,
}

/// A month and how many of the articles that answer bear a date in it.
#[derive(SimpleObject)]
pub struct MonthFacet {
    /// Year and month, where the date was written: `2025-02`.
    month: String,
    /// How many articles bear a date in it.
    count: i64,
}
