//! What a list of articles says beyond its page: how many it has, of which
//! terms, sections, languages, authors and months.

use std::collections::HashMap;
use std::sync::Arc;

use async_graphql::{Context, Object, SimpleObject};
use uuid::Uuid;

use crate::archive::{ArchivePeriod, ArchiveUnit, Periods};
use crate::article::filter::{ArticleFilter, Own};
use crate::article::read::{self, Facet, List, Parents};
use crate::ctx::Ctx;
use crate::error::Result;
use crate::graphql::ContextExt;
use crate::graphql::page::Page;
use crate::graphql::siblings::Siblings;
use crate::policy::Scope;
use crate::section::{self, Section};
use crate::site::Language;
use crate::taxonomy::{self, AnyTerm, Category, Tag, Taxonomy};

/// What a list hangs on, among what was read with it.
#[derive(Clone)]
pub struct Parent {
    pub with: Arc<Siblings>,
    pub parents: Arc<Parents>,
    pub id: Uuid,
}

impl Parent {
    /// A term, and with `below` what is below it.
    #[must_use]
    pub fn term(with: &Arc<Siblings>, id: Uuid, below: bool) -> Self {
        let parents = Arc::new(Parents::Terms { ids: with.ids().to_vec(), below });
        Self { with: Arc::clone(with), parents, id }
    }

    /// Part of the key of whatever is loaded for it and its siblings.
    pub(super) fn kind(&self) -> String {
        match &*self.parents {
            Parents::Terms { below: false, .. } => String::new(),
            Parents::Terms { below: true, .. } => "below:".to_owned(),
            // Siblings may hang on two kinds of filter: with and without a language.
            Parents::Filters(filters) => format!("{:?}:", filters.first()),
        }
    }

    /// What lets through what hangs on this.
    fn filter(&self, id: Uuid) -> ArticleFilter {
        match &*self.parents {
            Parents::Terms { .. } => {
                ArticleFilter { own: Some(Own::Carrying(vec![id])), ..ArticleFilter::default() }
            }
            Parents::Filters(filters) => {
                let index = usize::try_from(id.as_u128()).unwrap_or(usize::MAX);
                filters.get(index).cloned().unwrap_or_default()
            }
        }
    }
}

/// What a list of articles says beyond its page; costs nothing unless selected.
pub struct ArticleTotals {
    list: Arc<List>,
    scope: Scope,
    with: Arc<Siblings>,
    parent: Option<Parent>,
}

/// Counts by id of the parent; those of a list that hangs on nothing have none.
type Groups<T> = Arc<HashMap<Uuid, Vec<(T, i64)>>>;

impl ArticleTotals {
    /// Of a list that hangs on nothing.
    #[must_use]
    pub fn of_all(list: List, scope: Scope) -> Self {
        Self { list: Arc::new(list), scope, with: Siblings::new(vec![Uuid::nil()]), parent: None }
    }

    /// Of a list that hangs on something.
    #[must_use]
    pub fn of(parent: Parent, list: List, scope: Scope) -> Self {
        let with = Arc::clone(&parent.with);
        Self { list: Arc::new(list), scope, with, parent: Some(parent) }
    }

    fn id(&self) -> Uuid {
        self.parent.as_ref().map_or(Uuid::nil(), |parent| parent.id)
    }

    fn parents(&self) -> Option<&Parents> {
        self.parent.as_ref().map(|parent| &*parent.parents)
    }

    /// The key of what is loaded for this list and those of its siblings.
    fn key(&self, what: &str) -> String {
        let kind = self.parent.as_ref().map(Parent::kind).unwrap_or_default();
        format!("articles.{what}:{kind}{:?}", self.list)
    }

    fn language(&self) -> Option<&str> {
        self.list.filter.language.as_ref().map(|tag| tag.0.as_str())
    }

    /// Spares the counting where the numbers of this list and of all its siblings are
    /// known, by their ids.
    pub async fn know(&self, counts: HashMap<Uuid, i64>) -> Result<()> {
        self.with.load(self.key("count"), || async { Ok(counts) }).await.map(|_| ())
    }

    pub async fn count(&self, ctx: &Ctx) -> Result<i64> {
        let Some(parent) = &self.parent else {
            return read::count(ctx, &self.scope, &self.list).await;
        };
        let counts = self
            .with
            .load(self.key("count"), || {
                read::count_by_parent(ctx, &self.scope, &parent.parents, &self.list)
            })
            .await?;
        Ok(counts.get(&parent.id).copied().unwrap_or(0))
    }

    /// The terms of a taxonomy, most frequent first.
    pub async fn terms(
        &self,
        ctx: &Ctx,
        taxonomy: &Taxonomy,
        first: i32,
    ) -> Result<Vec<(taxonomy::Term, i64)>> {
        let limit = u64::from(limit(first)?);
        let filter = &self.list.filter;
        let Some(parents) = self.parents() else {
            let counts = read::top_terms(ctx, &self.scope, taxonomy, filter, limit).await?;
            return taxonomy::with_counts(ctx, &self.scope, counts, self.language()).await;
        };
        let groups: Groups<taxonomy::Term> = self
            .with
            .load(self.key(&format!("{}:{limit}", taxonomy.plural())), || async {
                let scope = &self.scope;
                let counts =
                    read::top_terms_by_parent(ctx, scope, parents, taxonomy, filter, limit).await?;
                taxonomy::with_counts_by_parent(ctx, scope, counts, self.language()).await
            })
            .await?;
        Ok(groups.get(&self.id()).cloned().unwrap_or_default())
    }

    pub async fn tags(&self, ctx: &Ctx, first: i32) -> Result<Vec<TagCount>> {
        let counts = self.terms(ctx, &Taxonomy::Tags, first).await?;
        let count = |(term, count)| TagCount { tag: Tag::from(term), count };
        Ok(counts.into_iter().map(count).collect())
    }

    pub async fn categories(&self, ctx: &Ctx, first: i32) -> Result<Vec<CategoryCount>> {
        let counts = self.terms(ctx, &Taxonomy::Categories, first).await?;
        let count = |(term, count)| CategoryCount { category: Category::from(term), count };
        Ok(counts.into_iter().map(count).collect())
    }

    pub async fn any_terms(&self, ctx: &Ctx, taxonomy: &str, first: i32) -> Result<Vec<TermCount>> {
        let counts = self.terms(ctx, &Taxonomy::named(taxonomy), first).await?;
        let count = |(term, count)| TermCount { term: AnyTerm::from(term), count };
        Ok(counts.into_iter().map(count).collect())
    }

    async fn facets(&self, ctx: &Ctx, facet: Facet) -> Result<Groups<Vec<String>>> {
        self.with
            .load(self.key(&format!("{facet:?}")), || {
                read::facets(ctx, &self.scope, facet, self.parents(), &self.list.filter)
            })
            .await
    }

    pub async fn sections(&self, ctx: &Ctx, first: i32) -> Result<Vec<SectionCount>> {
        let limit = limit(first)? as usize;
        let groups = self.facets(ctx, Facet::Section).await?;
        let sections = self
            .with
            .load(self.key("sections"), || async {
                let keys = groups.values().flatten();
                let keys = keys.filter_map(|(key, _)| Some((key.first()?, key.get(1)?)));
                section::named(ctx, &self.scope, keys.map(|(a, b)| (a.clone(), b.clone()))).await
            })
            .await?;
        let own = groups.get(&self.id()).into_iter().flatten();
        let found = own.filter_map(|(key, count)| {
            let key = (key.first()?.clone(), key.get(1)?.clone());
            Some(SectionCount { section: sections.get(&key)?.clone(), count: *count })
        });
        Ok(found.take(limit).collect())
    }

    pub async fn languages(&self, ctx: &Ctx) -> Result<Vec<LanguageCount>> {
        let groups = self.facets(ctx, Facet::Language).await?;
        let frame = ctx.frame().await?;
        let own = groups.get(&self.id()).into_iter().flatten();
        let found = own.filter_map(|(key, count)| {
            let language = Language::new(Arc::clone(&frame), key.first()?);
            Some(LanguageCount { language, count: *count })
        });
        Ok(found.collect())
    }

    pub async fn authors(&self, ctx: &Ctx, first: i32) -> Result<Vec<AuthorCount>> {
        let limit = limit(first)? as usize;
        let groups = self.facets(ctx, Facet::Author).await?;
        let own = groups.get(&self.id()).into_iter().flatten();
        let found = own.filter_map(|(key, count)| {
            Some(AuthorCount { name: key.first()?.clone(), count: *count })
        });
        Ok(found.take(limit).collect())
    }

    /// Months or years, newest first.
    pub async fn archive(&self, ctx: &Ctx, by: ArchiveUnit) -> Result<Vec<ArchivePeriod>> {
        let groups = self
            .with
            .load(self.key("archive"), || async {
                let zone = ctx.frame().await?.zone;
                let (scope, filter) = (&self.scope, &self.list.filter);
                let counts = read::months(ctx, scope, zone, self.parents(), filter).await?;
                let of = |id: Uuid| match &self.parent {
                    None => filter.clone(),
                    Some(parent) => filter.clone().and(parent.filter(id)),
                };
                Ok(Periods::build(counts, of, scope, zone))
            })
            .await?;
        Ok(groups.of(self.id(), by))
    }
}

fn limit(first: i32) -> Result<u32> {
    Ok(Page::new(0, Some(first), None, None, None)?.size)
}

#[Object]
impl ArticleTotals {
    /// How many articles the whole list has.
    async fn total_count(&self, ctx: &Context<'_>) -> async_graphql::Result<i64> {
        Ok(self.count(ctx.broadsheet()).await?)
    }

    /// The tags of the whole list, with how many of its articles carry each;
    /// most frequent first.
    async fn tag_counts(
        &self,
        ctx: &Context<'_>,
        #[graphql(default = 20, desc = "At most 100.")] first: i32,
    ) -> async_graphql::Result<Vec<TagCount>> {
        Ok(self.tags(ctx.broadsheet(), first).await?)
    }

    /// The categories of the whole list, with how many of its articles carry
    /// each; most frequent first.
    async fn category_counts(
        &self,
        ctx: &Context<'_>,
        #[graphql(default = 20, desc = "At most 100.")] first: i32,
    ) -> async_graphql::Result<Vec<CategoryCount>> {
        Ok(self.categories(ctx.broadsheet(), first).await?)
    }

    /// The terms of a taxonomy in the whole list, with how many of its articles
    /// carry each; most frequent first.
    async fn term_counts(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The taxonomy, by the plural that Hugo uses: `series`.")] taxonomy: String,
        #[graphql(default = 20, desc = "At most 100.")] first: i32,
    ) -> async_graphql::Result<Vec<TermCount>> {
        Ok(self.any_terms(ctx.broadsheet(), &taxonomy, first).await?)
    }

    /// The sections of the whole list, with how many of its articles are in each;
    /// fullest first. What is at the top, in no section, counts as the home page's.
    async fn section_counts(
        &self,
        ctx: &Context<'_>,
        #[graphql(default = 20, desc = "At most 100.")] first: i32,
    ) -> async_graphql::Result<Vec<SectionCount>> {
        Ok(self.sections(ctx.broadsheet(), first).await?)
    }

    /// The languages of the whole list, with how many of its articles are in each.
    async fn language_counts(
        &self,
        ctx: &Context<'_>,
    ) -> async_graphql::Result<Vec<LanguageCount>> {
        Ok(self.languages(ctx.broadsheet()).await?)
    }

    /// The authors of the whole list by name, with how many of its articles each
    /// wrote; busiest first.
    async fn author_counts(
        &self,
        ctx: &Context<'_>,
        #[graphql(default = 20, desc = "At most 100.")] first: i32,
    ) -> async_graphql::Result<Vec<AuthorCount>> {
        Ok(self.authors(ctx.broadsheet(), first).await?)
    }

    /// The months or years of the whole list, with how many of its articles bear
    /// a date in each; newest first. Those without a date are in none.
    async fn month_counts(
        &self,
        ctx: &Context<'_>,
        #[graphql(default_with = "ArchiveUnit::Month", desc = "By month or by year.")]
        by: ArchiveUnit,
    ) -> async_graphql::Result<Vec<ArchivePeriod>> {
        Ok(self.archive(ctx.broadsheet(), by).await?)
    }
}

/// A tag and how many articles of a list carry it.
#[derive(SimpleObject)]
pub struct TagCount {
    /// The tag.
    pub tag: Tag,
    /// How many articles of the list carry it.
    pub count: i64,
}

/// A category and how many articles of a list are in it.
#[derive(SimpleObject)]
pub struct CategoryCount {
    /// The category.
    pub category: Category,
    /// How many articles of the list are in it.
    pub count: i64,
}

/// A term of any taxonomy and how many articles of a list carry it.
#[derive(SimpleObject)]
pub struct TermCount {
    /// The term.
    term: AnyTerm,
    /// How many articles of the list carry it.
    count: i64,
}

/// A section and how many articles of a list are in it.
#[derive(SimpleObject)]
pub struct SectionCount {
    /// The section, in one language.
    section: Section,
    /// How many articles of the list are in it.
    count: i64,
}

/// A language and how many articles of a list are in it.
#[derive(SimpleObject)]
pub struct LanguageCount {
    /// The language.
    language: Language,
    /// How many articles of the list are in it.
    count: i64,
}

/// An author and how many articles of a list they wrote.
#[derive(SimpleObject)]
pub struct AuthorCount {
    /// As it is printed.
    name: String,
    /// How many articles of the list they wrote.
    count: i64,
}
