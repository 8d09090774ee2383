//! The types `Tag`, `Category` and `Term`, and what they have in common.

use std::collections::HashMap;
use std::sync::Arc;

use async_graphql::{Context, ID, Interface, Object, SimpleObject};
use uuid::Uuid;

use crate::archive::{ArchivePeriod, ArchiveUnit};
use crate::article::filter::{ArticleFilter, ArticleOrder};
use crate::article::read::List;
use crate::article::{
    Arguments, ArticleConnection, ArticleTotals, CategoryCount, Parent, SectionCount, TagCount,
    TermCount, connect_under, with_fallback,
};
use crate::ctx::Ctx;
use crate::error::Result;
use crate::feed::{self, FeedLink};
use crate::graphql::ContextExt;
use crate::graphql::id::encode;
use crate::graphql::scalar::{Json, LanguageTag};
use crate::hugo::address;
use crate::seo::{ListPage, Seo, Which};
use crate::site::{Frame, Language, LanguageFrame};
use crate::taxonomy::texts::{self, Said};
use crate::taxonomy::{Taxonomy, Term, tree};

impl Term {
    /// The language whose page it has.
    pub(in crate::taxonomy) fn page_language<'a>(&self, frame: &'a Frame) -> &'a LanguageFrame {
        match &self.language {
            Some(tag) => frame.language_of(tag),
            None => frame.default_language(),
        }
    }

    /// Decoded.
    fn page_path(&self, frame: &Frame) -> String {
        let language = self.page_language(frame);
        frame.term_path(language, self.row.taxonomy.plural(), &self.row.slug)
    }

    async fn path(&self, ctx: &Ctx) -> Result<String> {
        Ok(address::encode(&self.page_path(&*ctx.frame().await?)))
    }

    async fn seo(&self, ctx: &Ctx) -> Result<Seo> {
        let frame = ctx.frame().await?;
        Ok(Seo::of_list(ListPage {
            title: self.row.name.clone(),
            description: self.row.description.clone(),
            language: Arc::clone(&self.page_language(&frame).tag),
            path: self.page_path(&frame),
            scope: self.scope.clone(),
            which: Which::Term(
                Arc::clone(&self.with),
                self.row.id,
                self.row.taxonomy.clone(),
                self.row.slug.clone(),
            ),
        }))
    }

    async fn feeds(&self, ctx: &Ctx) -> Result<Vec<FeedLink>> {
        let frame = ctx.frame().await?;
        let site = &self.page_language(&frame).row.title;
        let title = format!("{} – {site}", self.row.name);
        Ok(feed::links(ctx, &frame, &self.page_path(&frame), &title))
    }

    async fn language(&self, ctx: &Ctx) -> Result<Option<Language>> {
        let Some(tag) = &self.language else {
            return Ok(None);
        };
        Ok(Some(Language::new(ctx.frame().await?, tag)))
    }

    /// A filter that keeps what is nested in the term's language.
    fn in_language(&self, filter: Option<ArticleFilter>) -> Option<ArticleFilter> {
        let Some(language) = &self.language else {
            return filter;
        };
        let mut filter = filter.unwrap_or_default();
        if filter.language.is_none() {
            filter.language = Some(LanguageTag(language.to_string()));
        }
        Some(filter)
    }

    fn parent(&self, below: bool) -> Parent {
        Parent::term(&self.with, self.row.id, below)
    }

    /// What its articles say together.
    fn totals(&self, filter: Option<ArticleFilter>, below: bool) -> Result<ArticleTotals> {
        let filter = Arguments::checked(self.in_language(filter))?;
        let list = List { filter, ..List::default() };
        Ok(ArticleTotals::of(self.parent(below), list, self.scope.clone()))
    }

    /// Spares the counting where the numbers of articles of this term and of all that
    /// were read with it are known, by their ids.
    pub(in crate::taxonomy) async fn know_counts(&self, counts: HashMap<Uuid, i64>) -> Result<()> {
        self.totals(None, false)?.know(counts).await
    }

    async fn article_count(&self, ctx: &Ctx, below: bool) -> Result<i64> {
        self.totals(None, below)?.count(ctx).await
    }

    async fn articles(
        &self,
        ctx: &Context<'_>,
        mut arguments: Arguments,
        below: bool,
        fallback: bool,
    ) -> Result<ArticleConnection> {
        arguments.filter = self.in_language(arguments.filter);
        if fallback {
            let frame = ctx.broadsheet().frame().await?;
            arguments.filter = Some(with_fallback(&frame, arguments.filter)?);
        }
        connect_under(ctx, self.scope.clone(), self.parent(below), arguments).await
    }

    async fn texts(&self, ctx: &Ctx) -> Result<Vec<TermText>> {
        let load = || texts::of(ctx, self.with.ids());
        let all = self.with.load("texts".to_owned(), load).await?;
        let own = all.get(&self.row.id).into_iter().flatten();
        Ok(own
            .map(|(language, Said { name, description })| TermText {
                language: LanguageTag(language.clone()),
                name: name.clone(),
                description: description.clone(),
            })
            .collect())
    }

    async fn above(&self, ctx: &Ctx) -> Result<Option<Self>> {
        let Some(parent) = self.row.parent_id else {
            return Ok(None);
        };
        let language = self.language.as_deref();
        let parents = self
            .with
            .load(format!("parents:{language:?}"), || {
                tree::parents(ctx, &self.scope, self.with.ids(), language)
            })
            .await?;
        Ok(parents.get(&parent).cloned())
    }

    async fn below(&self, ctx: &Ctx) -> Result<Vec<Self>> {
        let language = self.language.as_deref();
        let children = self
            .with
            .load(format!("children:{language:?}"), || {
                tree::children(ctx, &self.scope, self.with.ids(), language)
            })
            .await?;
        Ok(children.get(&self.row.id).cloned().unwrap_or_default())
    }

    async fn ancestors(&self, ctx: &Ctx) -> Result<Vec<Self>> {
        let language = self.language.as_deref();
        let ancestors = self
            .with
            .load(format!("ancestors:{language:?}"), || {
                tree::ancestors(ctx, &self.scope, self.with.ids(), language)
            })
            .await?;
        Ok(ancestors.get(&self.row.id).cloned().unwrap_or_default())
    }

    async fn descendants(&self, ctx: &Ctx, levels: Option<i32>) -> Result<Vec<Self>> {
        let language = self.language.as_deref();
        let descendants = self
            .with
            .load(format!("descendants:{levels:?}:{language:?}"), || {
                tree::descendants(ctx, &self.scope, self.with.ids(), levels, language)
            })
            .await?;
        Ok(descendants.get(&self.row.id).cloned().unwrap_or_default())
    }
}

/// What a term is called, and what is said of it, in a language.
#[derive(SimpleObject)]
pub struct TermText {
    /// The language.
    language: LanguageTag,
    /// Null where the term's own name is the name there.
    name: Option<String>,
    /// Null where the term's own description is the description there.
    description: Option<String>,
}

/// The GraphQL type of a taxonomy's terms, with what only this one has. What fields
/// wait for is boxed: all of it would lie on the stack at each level of nesting.
macro_rules! term_type {
    ($type:ident, $name:literal, $doc:literal, { $($extra:tt)* }) => {
        #[doc = $doc]
        #[derive(Clone)]
        pub struct $type(Term);

        impl From<Term> for $type {
            fn from(term: Term) -> Self {
                Self(term)
            }
        }

        impl $type {
            #[must_use]
            pub fn term(&self) -> &Term {
                &self.0
            }
        }

        #[doc = $doc]
        #[Object(name = $name)]
        impl $type {
            /// Opaque, and unique among all nodes.
            pub async fn id(&self) -> ID {
                encode(self.0.row.taxonomy.id_kind(), self.0.row.id)
            }

            /// The taxonomy that it is of, by the plural that Hugo uses.
            pub async fn taxonomy(&self) -> &str {
                self.0.row.taxonomy.plural()
            }

            /// In the language that this was asked for in, where it has a name there.
            pub async fn name(&self) -> &str {
                &self.0.row.name
            }

            /// Unique in its taxonomy; not encoded.
            pub async fn slug(&self) -> &str {
                &self.0.row.slug
            }

            /// The address on the site in the language at hand, percent-encoded as in a URL.
            pub async fn path(&self, ctx: &Context<'_>) -> async_graphql::Result<String> {
                Ok(Box::pin(self.0.path(ctx.broadsheet())).await?)
            }

            /// What its page says of itself to search engines and to those who share it.
            async fn seo(&self, ctx: &Context<'_>) -> async_graphql::Result<Seo> {
                Ok(Box::pin(self.0.seo(ctx.broadsheet())).await?)
            }

            /// Its feeds in the language at hand, for the head of its page.
            async fn feeds(&self, ctx: &Context<'_>) -> async_graphql::Result<Vec<FeedLink>> {
                Ok(Box::pin(self.0.feeds(ctx.broadsheet())).await?)
            }

            /// The language that this was asked for in, which what is nested follows;
            /// null where it was none.
            pub async fn language(&self, ctx: &Context<'_>) -> async_graphql::Result<Option<Language>> {
                Ok(Box::pin(self.0.language(ctx.broadsheet())).await?)
            }

            /// What it is about.
            pub async fn description(&self) -> Option<&str> {
                self.0.row.description.as_deref()
            }

            /// What its page says in the language at hand, as it was written; empty where
            /// it says nothing.
            async fn markdown(&self, ctx: &Context<'_>) -> async_graphql::Result<String> {
                let page = Box::pin(self.0.page(ctx.broadsheet())).await?;
                Ok(page.markdown(self.0.row.id).to_owned())
            }

            /// The same, rendered and sanitized: safe to put into a page. Links and pictures
            /// lead to where these are, as those of articles do.
            async fn html(&self, ctx: &Context<'_>) -> async_graphql::Result<String> {
                let page = Box::pin(self.0.page(ctx.broadsheet())).await?;
                Ok(page.html(self.0.row.id)?.into_owned())
            }

            /// Every front matter key of its page that no other field holds, as it was
            /// written.
            async fn params(&self, ctx: &Context<'_>) -> async_graphql::Result<Json> {
                let page = Box::pin(self.0.page(ctx.broadsheet())).await?;
                let none = || serde_json::Value::Object(serde_json::Map::new());
                Ok(Json(page.params(self.0.row.id).map_or_else(none, |params| params.0.clone())))
            }

            /// What it is called, and what is said of it, in single languages: as far as
            /// that is not the same in all. By language.
            async fn texts(&self, ctx: &Context<'_>) -> async_graphql::Result<Vec<TermText>> {
                Ok(Box::pin(self.0.texts(ctx.broadsheet())).await?)
            }

            /// Position in lists that are sorted by weight; 0 is last.
            pub async fn weight(&self) -> i32 {
                self.0.row.weight
            }

            /// Raised by each change.
            pub async fn version(&self) -> i32 {
                self.0.row.version
            }

            /// How many articles carry it, in the language at hand.
            pub async fn article_count(
                &self,
                ctx: &Context<'_>,
                #[graphql(default, desc = "Whether those that carry a term below it count as well.")]
                include_descendants: bool,
            ) -> async_graphql::Result<i64> {
                Ok(Box::pin(self.0.article_count(ctx.broadsheet(), include_descendants)).await?)
            }

            /// The articles that carry it, in the language at hand, newest first.
            #[expect(clippy::too_many_arguments, reason = "the arguments of every list of articles")]
            async fn articles(
                &self,
                ctx: &Context<'_>,
                #[graphql(desc = "At most so many, from the start. 20 where neither it nor `last` is given; at most 100.")] first: Option<i32>,
                #[graphql(desc = "Only what comes after this cursor.")] after: Option<String>,
                #[graphql(desc = "At most so many, from the end; at most 100.")] last: Option<i32>,
                #[graphql(desc = "Only what comes before this cursor.")] before: Option<String>,
                #[graphql(desc = "Which ones; all where it is null.")] filter: Option<ArticleFilter>,
                #[graphql(desc = "In which order.")] order_by: Option<ArticleOrder>,
                #[graphql(default, desc = "Whether those that carry a term below it are among them.")]
                include_descendants: bool,
                #[graphql(default, desc = "Whether other languages stand in where an article is not there in the language at hand. See `Language.fallback`.")]
                fallback: bool,
            ) -> async_graphql::Result<ArticleConnection> {
                let arguments = Arguments { first, after, last, before, filter, order_by };
                Ok(Box::pin(self.0.articles(ctx, arguments, include_descendants, fallback)).await?)
            }

            /// The tags of its articles, most frequent first.
            async fn tag_counts(
                &self,
                ctx: &Context<'_>,
                #[graphql(default = 20, desc = "At most 100.")] first: i32,
                #[graphql(desc = "Of which of its articles; of all where it is null.")] filter: Option<ArticleFilter>,
                #[graphql(default, desc = "Whether articles that carry a term below it count as well.")]
                include_descendants: bool,
            ) -> async_graphql::Result<Vec<TagCount>> {
                Ok(Box::pin(self.0.totals(filter, include_descendants)?.tags(ctx.broadsheet(), first)).await?)
            }

            /// The categories of its articles, most frequent first.
            async fn category_counts(
                &self,
                ctx: &Context<'_>,
                #[graphql(default = 20, desc = "At most 100.")] first: i32,
                #[graphql(desc = "Of which of its articles; of all where it is null.")] filter: Option<ArticleFilter>,
                #[graphql(default, desc = "Whether articles that carry a term below it count as well.")]
                include_descendants: bool,
            ) -> async_graphql::Result<Vec<CategoryCount>> {
                Ok(Box::pin(self.0.totals(filter, include_descendants)?.categories(ctx.broadsheet(), first)).await?)
            }

            /// The terms of any taxonomy that its articles carry, most frequent first.
            async fn term_counts(
                &self,
                ctx: &Context<'_>,
                #[graphql(desc = "The taxonomy, by the plural that Hugo uses: `series`.")] taxonomy: String,
                #[graphql(default = 20, desc = "At most 100.")] first: i32,
                #[graphql(desc = "Of which of its articles; of all where it is null.")] filter: Option<ArticleFilter>,
                #[graphql(default, desc = "Whether articles that carry a term below it count as well.")]
                include_descendants: bool,
            ) -> async_graphql::Result<Vec<TermCount>> {
                let totals = self.0.totals(filter, include_descendants)?;
                Ok(Box::pin(totals.any_terms(ctx.broadsheet(), &taxonomy, first)).await?)
            }

            /// The sections of its articles, fullest first.
            async fn section_counts(
                &self,
                ctx: &Context<'_>,
                #[graphql(default = 20, desc = "At most 100.")] first: i32,
                #[graphql(desc = "Of which of its articles; of all where it is null.")] filter: Option<ArticleFilter>,
            ) -> async_graphql::Result<Vec<SectionCount>> {
                Ok(Box::pin(self.0.totals(filter, false)?.sections(ctx.broadsheet(), first)).await?)
            }

            /// The years or months of its articles, newest first; those without a date
            /// are in none.
            async fn archive(
                &self,
                ctx: &Context<'_>,
                #[graphql(default_with = "ArchiveUnit::Month", desc = "By month or by year.")] by: ArchiveUnit,
                #[graphql(desc = "Of which of its articles; of all where it is null.")] filter: Option<ArticleFilter>,
            ) -> async_graphql::Result<Vec<ArchivePeriod>> {
                Ok(Box::pin(self.0.totals(filter, false)?.archive(ctx.broadsheet(), by)).await?)
            }

            $($extra)*
        }
    };
}

/// The same for terms that form a tree.
macro_rules! tree_type {
    ($type:ident, $name:literal, $doc:literal) => {
        term_type!($type, $name, $doc, {
            /// The one above.
            async fn parent(&self, ctx: &Context<'_>) -> async_graphql::Result<Option<$type>> {
                Ok(Box::pin(self.0.above(ctx.broadsheet())).await?.map($type))
            }

            /// Those directly below, by name.
            async fn children(&self, ctx: &Context<'_>) -> async_graphql::Result<Vec<$type>> {
                Ok(Box::pin(self.0.below(ctx.broadsheet())).await?.into_iter().map($type).collect())
            }

            /// How many are above it: 0 at the top.
            async fn depth(&self, ctx: &Context<'_>) -> async_graphql::Result<i32> {
                let ancestors = Box::pin(self.0.ancestors(ctx.broadsheet())).await?;
                Ok(i32::try_from(ancestors.len()).unwrap_or(i32::MAX))
            }

            /// All above it, from the top down, as a line of breadcrumbs has them.
            async fn ancestors(&self, ctx: &Context<'_>) -> async_graphql::Result<Vec<$type>> {
                Ok(Box::pin(self.0.ancestors(ctx.broadsheet()))
                    .await?
                    .into_iter()
                    .map($type)
                    .collect())
            }

            /// All below it, nearer ones first, then by name.
            async fn descendants(
                &self,
                ctx: &Context<'_>,
                #[graphql(desc = "How many levels down; all where it is null.")] levels: Option<
                    i32,
                >,
            ) -> async_graphql::Result<Vec<$type>> {
                let found = Box::pin(self.0.descendants(ctx.broadsheet(), levels)).await?;
                Ok(found.into_iter().map($type).collect())
            }
        });
    };
}

term_type!(Tag, "Tag", "A tag.", {});
tree_type!(Category, "Category", "A category. Categories form a tree.");
tree_type!(
    TermObject,
    "Term",
    "A term of a taxonomy beside tags and categories, such as a series. They may form a tree."
);

/// What tags, categories and the terms of other taxonomies have in common.
#[derive(Interface)]
#[expect(clippy::duplicated_attributes, reason = "fields may have the same type")]
#[graphql(
    name = "TaxonomyTerm",
    field(name = "id", ty = "ID", desc = "Opaque, and unique among all nodes."),
    field(name = "taxonomy", ty = "&str", desc = "The taxonomy, by the plural that Hugo uses."),
    field(name = "name", ty = "&str", desc = "In the language that this was asked for in."),
    field(name = "slug", ty = "&str", desc = "Unique in its taxonomy; not encoded."),
    field(name = "path", ty = "String", desc = "The address on the site in the language at hand."),
    field(name = "language", ty = "Option<Language>", desc = "What this was asked for in."),
    field(name = "description", ty = "Option<&str>", desc = "What it is about."),
    field(name = "weight", ty = "i32", desc = "Position in lists that are sorted by weight."),
    field(name = "version", ty = "i32", desc = "Raised by each change."),
    field(
        name = "article_count",
        ty = "i64",
        desc = "How many articles carry it, in the language at hand.",
        arg(
            name = "include_descendants",
            ty = "bool",
            default,
            desc = "Whether those that carry a term below it count as well."
        )
    )
)]
pub enum AnyTerm {
    Tag(Tag),
    Category(Category),
    Term(TermObject),
}

impl From<Term> for AnyTerm {
    fn from(term: Term) -> Self {
        match term.row.taxonomy {
            Taxonomy::Tags => Self::Tag(Tag(term)),
            Taxonomy::Categories => Self::Category(Category(term)),
            Taxonomy::Other(_) => Self::Term(TermObject(term)),
        }
    }
}
