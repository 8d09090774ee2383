//! Tags and categories in GraphQL.

mod input;
mod work;

use std::sync::Arc;

use async_graphql::connection::{Connection, Edge, EmptyFields};
use async_graphql::{Context, ID, Object, OneofObject, SimpleObject};

pub use work::{TaxonomyWorkMutation, TaxonomyWorkQuery};

use self::input::{CreateCategoryInput, CreateTagInput, UpdateCategoryInput, UpdateTagInput};
use self::work::TaxonomyChange;
use super::change::Done;
use super::{Taxonomy, Term, TermBy, TermOrder, read, write};
use crate::article::filter::{ArticleFilter, ArticleOrder};
use crate::article::read::{self as articles, List};
use crate::article::{Arguments, ArticleConnection, connect_terms};
use crate::ctx::Ctx;
use crate::error::Result;
use crate::feed::{self, FeedLink};
use crate::graphql::id::{decode_as, encode};
use crate::graphql::page::{Cursor, Key, Page};
use crate::graphql::scalar::LanguageTag;
use crate::graphql::{ContextExt, Outcome, UserErrorObject, ViewArgument};
use crate::hugo::address;
use crate::policy::{self, Scope};
use crate::seo::{ListPage, Seo, Which};

impl Term {
    async fn path(&self, ctx: &Ctx, taxonomy: Taxonomy) -> Result<String> {
        let frame = ctx.frame().await?;
        let language = match &self.language {
            Some(tag) => frame.language_of(tag),
            None => frame.default_language(),
        };
        Ok(address::encode(&frame.term_path(language, taxonomy.plural(), &self.row.slug)))
    }

    async fn seo(&self, ctx: &Ctx, taxonomy: Taxonomy) -> Result<Seo> {
        let frame = ctx.frame().await?;
        let language = match &self.language {
            Some(tag) => frame.language_of(tag),
            None => frame.default_language(),
        };
        let slug = self.row.slug.clone();
        Ok(Seo::of_list(ListPage {
            title: self.row.name.clone(),
            description: self.row.description.clone(),
            language: Arc::clone(&language.tag),
            path: frame.term_path(language, taxonomy.plural(), &slug),
            scope: self.scope.clone(),
            which: Which::Term(Arc::clone(&self.with), self.row.id, taxonomy, slug),
        }))
    }

    async fn feeds(&self, ctx: &Ctx, taxonomy: Taxonomy) -> Result<Vec<FeedLink>> {
        let frame = ctx.frame().await?;
        let language = match &self.language {
            Some(tag) => frame.language_of(tag),
            None => frame.default_language(),
        };
        let path = frame.term_path(language, taxonomy.plural(), &self.row.slug);
        let title = format!("{} – {}", self.row.name, language.row.title);
        Ok(feed::links(ctx, &frame, &path, &title))
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

    async fn article_count(&self, ctx: &Ctx) -> Result<i64> {
        let list = List { filter: self.in_language(None).unwrap_or_default(), ..List::default() };
        let counts = self
            .with
            .load(format!("count:{:?}", self.language), || {
                articles::count_by_term(ctx, &self.scope, self.with.ids(), &list)
            })
            .await?;
        Ok(counts.get(&self.row.id).copied().unwrap_or(0))
    }
}

/// The GraphQL type of a taxonomy's terms, with what only this one has.
macro_rules! term_type {
    ($name:ident, $taxonomy:expr, $doc:literal, { $($extra:tt)* }) => {
        #[doc = $doc]
        #[derive(Clone)]
        pub struct $name(Term);

        impl From<Term> for $name {
            fn from(term: Term) -> Self {
                Self(term)
            }
        }

        impl $name {
            #[must_use]
            pub fn term(&self) -> &Term {
                &self.0
            }
        }

        #[doc = $doc]
        #[Object]
        impl $name {
            /// Opaque, and unique among all nodes.
            pub async fn id(&self) -> ID {
                encode($taxonomy.id_kind(), self.0.row.id)
            }

            /// In the language that this was asked for in, where it has a name there.
            async fn name(&self) -> &str {
                &self.0.row.name
            }

            /// Unique in its taxonomy; not encoded.
            async fn slug(&self) -> &str {
                &self.0.row.slug
            }

            /// The address on the site in the language at hand, percent-encoded as in a URL.
            async fn path(&self, ctx: &Context<'_>) -> async_graphql::Result<String> {
                Ok(self.0.path(ctx.broadsheet(), $taxonomy).await?)
            }

            /// What its page says of itself to search engines and to those who share it.
            async fn seo(&self, ctx: &Context<'_>) -> async_graphql::Result<Seo> {
                Ok(self.0.seo(ctx.broadsheet(), $taxonomy).await?)
            }

            /// Its feeds in the language at hand, for the head of its page.
            async fn feeds(&self, ctx: &Context<'_>) -> async_graphql::Result<Vec<FeedLink>> {
                Ok(self.0.feeds(ctx.broadsheet(), $taxonomy).await?)
            }

            /// What it is about.
            async fn description(&self) -> Option<&str> {
                self.0.row.description.as_deref()
            }

            /// Raised by each change.
            async fn version(&self) -> i32 {
                self.0.row.version
            }

            /// How many articles carry it, in the language at hand.
            async fn article_count(&self, ctx: &Context<'_>) -> async_graphql::Result<i64> {
                Ok(self.0.article_count(ctx.broadsheet()).await?)
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
            ) -> async_graphql::Result<ArticleConnection> {
                let filter = self.0.in_language(filter);
                let arguments = Arguments { first, after, last, before, filter, order_by };
                let Term { row, with, scope, language: _ } = &self.0;
                Ok(connect_terms(ctx, scope.clone(), with, row.id, arguments).await?)
            }

            $($extra)*
        }
    };
}

term_type!(Tag, Taxonomy::Tags, "A tag.", {});

term_type!(Category, Taxonomy::Categories, "A category. Categories form a tree.", {
    /// The category above.
    async fn parent(&self, ctx: &Context<'_>) -> async_graphql::Result<Option<Category>> {
        let Some(parent) = self.0.row.parent_id else {
            return Ok(None);
        };
        let (ctx, language) = (ctx.broadsheet(), self.0.language.as_deref());
        let parents = self
            .0
            .with
            .load(format!("parents:{language:?}"), || {
                read::parents(ctx, &self.0.scope, self.0.with.ids(), language)
            })
            .await?;
        Ok(parents.get(&parent).cloned().map(Category))
    }

    /// The categories directly below, by name.
    async fn children(&self, ctx: &Context<'_>) -> async_graphql::Result<Vec<Category>> {
        let (ctx, language) = (ctx.broadsheet(), self.0.language.as_deref());
        let children = self
            .0
            .with
            .load(format!("children:{language:?}"), || {
                read::children(ctx, &self.0.scope, self.0.with.ids(), language)
            })
            .await?;
        let own = children.get(&self.0.row.id).into_iter().flatten();
        Ok(own.cloned().map(Category).collect())
    }
});

/// How many terms a list has; costs nothing unless selected.
pub struct TermTotals {
    taxonomy: Taxonomy,
    scope: Scope,
}

#[Object]
impl TermTotals {
    /// How many there are in all.
    async fn total_count(&self, ctx: &Context<'_>) -> async_graphql::Result<i64> {
        Ok(read::total(ctx.broadsheet(), &self.scope, self.taxonomy).await?)
    }
}

type TermConnection<T> = Connection<Cursor, T, TermTotals>;

/// One tag, by what makes it unique.
#[derive(OneofObject)]
pub enum TagBy {
    /// By its id.
    Id(ID),
    /// By its slug.
    Slug(String),
}

/// One category, by what makes it unique.
#[derive(OneofObject)]
pub enum CategoryBy {
    /// By its id.
    Id(ID),
    /// By its slug.
    Slug(String),
}

#[derive(Default)]
pub struct TaxonomyQuery;

#[Object]
impl TaxonomyQuery {
    /// One tag; null where there is none.
    async fn tag(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which one.")] by: TagBy,
        #[graphql(desc = "What nested lists and addresses follow; null means all languages.")]
        language: Option<LanguageTag>,
        #[graphql(default, desc = "Which copies to read, here and in everything nested.")]
        view: ViewArgument,
    ) -> async_graphql::Result<Option<Tag>> {
        let by = match by {
            TagBy::Id(id) => TermBy::Id(decode_as(Taxonomy::Tags.id_kind(), &id)?),
            TagBy::Slug(slug) => TermBy::Slug(slug),
        };
        Ok(find(ctx, Taxonomy::Tags, by, language, view).await?.map(Tag))
    }

    /// The tags that articles carry, by name. The working view holds them all.
    #[expect(clippy::too_many_arguments, reason = "the arguments of a connection")]
    async fn tags(
        &self,
        ctx: &Context<'_>,
        #[graphql(
            desc = "At most so many, from the start. 20 where neither it nor `last` is given; at most 100."
        )]
        first: Option<i32>,
        #[graphql(desc = "Only what comes after this cursor.")] after: Option<String>,
        #[graphql(desc = "At most so many, from the end; at most 100.")] last: Option<i32>,
        #[graphql(desc = "Only what comes before this cursor.")] before: Option<String>,
        #[graphql(desc = "In which order.")] order_by: Option<TermOrder>,
        #[graphql(desc = "What nested lists and addresses follow; null means all languages.")]
        language: Option<LanguageTag>,
        #[graphql(default, desc = "Which copies to read, here and in everything nested.")]
        view: ViewArgument,
    ) -> async_graphql::Result<TermConnection<Tag>> {
        let arguments = ListArguments { first, after, last, before, order_by };
        Ok(list(ctx, Taxonomy::Tags, arguments, language, view).await?)
    }

    /// One category; null where there is none.
    async fn category(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which one.")] by: CategoryBy,
        #[graphql(desc = "What nested lists and addresses follow; null means all languages.")]
        language: Option<LanguageTag>,
        #[graphql(default, desc = "Which copies to read, here and in everything nested.")]
        view: ViewArgument,
    ) -> async_graphql::Result<Option<Category>> {
        let by = match by {
            CategoryBy::Id(id) => TermBy::Id(decode_as(Taxonomy::Categories.id_kind(), &id)?),
            CategoryBy::Slug(slug) => TermBy::Slug(slug),
        };
        Ok(find(ctx, Taxonomy::Categories, by, language, view).await?.map(Category))
    }

    /// The categories that articles are in, by name. The working view holds them all.
    #[expect(clippy::too_many_arguments, reason = "the arguments of a connection")]
    async fn categories(
        &self,
        ctx: &Context<'_>,
        #[graphql(
            desc = "At most so many, from the start. 20 where neither it nor `last` is given; at most 100."
        )]
        first: Option<i32>,
        #[graphql(desc = "Only what comes after this cursor.")] after: Option<String>,
        #[graphql(desc = "At most so many, from the end; at most 100.")] last: Option<i32>,
        #[graphql(desc = "Only what comes before this cursor.")] before: Option<String>,
        #[graphql(desc = "In which order.")] order_by: Option<TermOrder>,
        #[graphql(desc = "What nested lists and addresses follow; null means all languages.")]
        language: Option<LanguageTag>,
        #[graphql(default, desc = "Which copies to read, here and in everything nested.")]
        view: ViewArgument,
    ) -> async_graphql::Result<TermConnection<Category>> {
        let arguments = ListArguments { first, after, last, before, order_by };
        Ok(list(ctx, Taxonomy::Categories, arguments, language, view).await?)
    }
}

async fn find(
    ctx: &Context<'_>,
    taxonomy: Taxonomy,
    by: TermBy,
    language: Option<LanguageTag>,
    view: ViewArgument,
) -> Result<Option<Term>> {
    let ctx = ctx.broadsheet();
    let scope = view.scope(ctx)?;
    read::one(ctx, &scope, taxonomy, by, language.as_ref().map(|tag| tag.0.as_str())).await
}

struct ListArguments {
    first: Option<i32>,
    after: Option<String>,
    last: Option<i32>,
    before: Option<String>,
    order_by: Option<TermOrder>,
}

async fn list<T: From<Term> + async_graphql::OutputType>(
    ctx: &Context<'_>,
    taxonomy: Taxonomy,
    arguments: ListArguments,
    language: Option<LanguageTag>,
    view: ViewArgument,
) -> Result<TermConnection<T>> {
    let ListArguments { first, after, last, before, order_by } = arguments;
    let order = order_by.unwrap_or(TermOrder::Name);
    let mark = match order {
        TermOrder::Name => b'n',
        TermOrder::Slug => b's',
    };
    let ctx = ctx.broadsheet();
    let scope = view.scope(ctx)?;
    let page = Page::new(mark, first, after.as_deref(), last, before.as_deref())?;
    let language = language.as_ref().map(|tag| tag.0.as_str());
    let slice = read::list(ctx, &scope, taxonomy, order, &page, language).await?;
    let totals = TermTotals { taxonomy, scope };
    let mut connection =
        Connection::with_additional_fields(slice.has_previous, slice.has_next, totals);
    connection.edges = slice
        .rows
        .into_iter()
        .map(|term| {
            let key = match order {
                TermOrder::Name => term.row.stored_name.clone(),
                TermOrder::Slug => term.row.slug.clone(),
            };
            let cursor = Cursor { order: mark, key: Key::Text(key), id: term.row.id };
            Edge::<_, _, EmptyFields, _>::new(cursor, T::from(term))
        })
        .collect();
    Ok(connection)
}

/// The tag, or why nothing was done.
#[derive(SimpleObject)]
pub struct TagPayload {
    /// The tag as it is now; null where nothing was done.
    tag: Option<Tag>,
    /// What was changed, to undo it; null where nothing was, and of a new tag.
    change: Option<TaxonomyChange>,
    /// Mistakes in the input; empty where all went well.
    user_errors: Vec<UserErrorObject>,
}

/// The category, or why nothing was done.
#[derive(SimpleObject)]
pub struct CategoryPayload {
    /// The category as it is now; null where nothing was done.
    category: Option<Category>,
    /// What was changed, to undo it; null where nothing was, and of a new category.
    change: Option<TaxonomyChange>,
    /// Mistakes in the input; empty where all went well.
    user_errors: Vec<UserErrorObject>,
}

/// What was deleted, or why nothing was.
#[derive(SimpleObject)]
pub struct DeleteTermPayload {
    /// The id of what is gone; null where nothing was done.
    deleted_id: Option<ID>,
    /// What was changed, to undo it.
    change: Option<TaxonomyChange>,
    /// Mistakes in the input; empty where all went well.
    user_errors: Vec<UserErrorObject>,
}

#[derive(Default)]
pub struct TaxonomyMutation;

#[Object]
impl TaxonomyMutation {
    /// Makes a tag.
    async fn create_tag(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "What to set.")] input: CreateTagInput,
    ) -> async_graphql::Result<TagPayload> {
        let new = input.into();
        tag_payload(ctx, write::create(ctx.broadsheet(), Taxonomy::Tags, new).await).await
    }

    /// Renames a tag, or describes it otherwise.
    async fn update_tag(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which one.")] id: ID,
        #[graphql(desc = "What to set.")] input: UpdateTagInput,
    ) -> async_graphql::Result<TagPayload> {
        let change = input.into();
        let id = decode_as(Taxonomy::Tags.id_kind(), &id)?;
        tag_payload(ctx, write::rename(ctx.broadsheet(), Taxonomy::Tags, id, change).await).await
    }

    /// Deletes a tag that no article carries.
    async fn delete_tag(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which one.")] id: ID,
    ) -> async_graphql::Result<DeleteTermPayload> {
        delete(ctx, Taxonomy::Tags, &id).await
    }

    /// Makes a category.
    async fn create_category(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "What to set.")] input: CreateCategoryInput,
    ) -> async_graphql::Result<CategoryPayload> {
        let new = input.into_new()?;
        let done = write::create(ctx.broadsheet(), Taxonomy::Categories, new).await;
        category_payload(ctx, done).await
    }

    /// Renames a category, moves it, or describes it otherwise.
    async fn update_category(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which one.")] id: ID,
        #[graphql(desc = "What to set.")] input: UpdateCategoryInput,
    ) -> async_graphql::Result<CategoryPayload> {
        let change = input.into_change()?;
        let id = decode_as(Taxonomy::Categories.id_kind(), &id)?;
        let done = write::rename(ctx.broadsheet(), Taxonomy::Categories, id, change).await;
        category_payload(ctx, done).await
    }

    /// Deletes a category that no article is in and no category is below.
    async fn delete_category(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which one.")] id: ID,
    ) -> async_graphql::Result<DeleteTermPayload> {
        delete(ctx, Taxonomy::Categories, &id).await
    }
}

/// What a mutation answers with: the term, the change and the mistakes.
type Written = (Option<Term>, Option<TaxonomyChange>, Vec<UserErrorObject>);

async fn written(ctx: &Context<'_>, taxonomy: Taxonomy, done: Result<Done>) -> Result<Written> {
    match Outcome::of(done)? {
        Outcome::Done(Done { term, change }) => {
            let ctx = ctx.broadsheet();
            let scope = policy::written(ctx, entity::View::Working, term)?;
            let term = read::one(ctx, &scope, taxonomy, TermBy::Id(term), None).await?;
            Ok((term, TaxonomyChange::find(ctx, change).await?, Vec::new()))
        }
        Outcome::Refused(errors) => Ok((None, None, errors)),
    }
}

async fn tag_payload(ctx: &Context<'_>, done: Result<Done>) -> async_graphql::Result<TagPayload> {
    let (term, change, user_errors) = written(ctx, Taxonomy::Tags, done).await?;
    Ok(TagPayload { tag: term.map(Tag), change, user_errors })
}

async fn category_payload(
    ctx: &Context<'_>,
    done: Result<Done>,
) -> async_graphql::Result<CategoryPayload> {
    let (term, change, user_errors) = written(ctx, Taxonomy::Categories, done).await?;
    Ok(CategoryPayload { category: term.map(Category), change, user_errors })
}

async fn delete(
    ctx: &Context<'_>,
    taxonomy: Taxonomy,
    id: &str,
) -> async_graphql::Result<DeleteTermPayload> {
    let id = decode_as(taxonomy.id_kind(), id)?;
    let done = write::delete(ctx.broadsheet(), taxonomy, id).await;
    Ok(match Outcome::of(done)? {
        Outcome::Done(Done { term, change }) => DeleteTermPayload {
            deleted_id: Some(encode(taxonomy.id_kind(), term)),
            change: TaxonomyChange::find(ctx.broadsheet(), change).await?,
            user_errors: Vec::new(),
        },
        Outcome::Refused(user_errors) => {
            DeleteTermPayload { deleted_id: None, change: None, user_errors }
        }
    })
}
