//! Root fields that read taxonomies and their terms.

use std::sync::Arc;

use async_graphql::connection::{Connection, Edge, EmptyFields};
use async_graphql::{Context, ID, InputObject, Object, OneofObject};

use super::types::{AnyTerm, Category, Tag};
use crate::error::Result;
use crate::graphql::id::{IdKind, decode_as};
use crate::graphql::lean::Lean;
use crate::graphql::page::{Cursor, Page};
use crate::graphql::scalar::LanguageTag;
use crate::graphql::{ContextExt, ViewArgument, id};
use crate::hugo::address;
use crate::policy::Scope;
use crate::route;
use crate::section::{self, Section};
use crate::site::{Frame, Language};
use crate::taxonomy::{Taxonomy, Term, TermBy, TermOrder, read};

/// How many terms a list has; costs nothing unless selected.
pub struct TermTotals {
    taxonomy: Taxonomy,
    scope: Scope,
    language: Option<String>,
}

#[Object]
impl TermTotals {
    /// How many there are in all.
    async fn total_count(&self, ctx: &Context<'_>) -> async_graphql::Result<i64> {
        let language = self.language.as_deref();
        Ok(read::total(ctx.broadsheet(), &self.scope, &self.taxonomy, language).await?)
    }
}

pub type TermConnection<T> = Connection<Cursor, Lean<T>, TermTotals>;

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

/// One term of any taxonomy, by what makes it unique.
#[derive(OneofObject)]
pub enum TermByInput {
    /// By its id.
    Id(ID),
    /// By its taxonomy and its slug.
    Slug(TermSlug),
    /// By its address, percent-encoded or not; which also says the language.
    Path(String),
}

/// A term by its slug.
#[derive(InputObject)]
pub struct TermSlug {
    /// The taxonomy, by the plural that Hugo uses: `series`.
    taxonomy: String,
    /// Unique in the taxonomy; not encoded.
    slug: String,
}

/// A way to sort articles, in one language: tags, categories, or one of the site's own.
#[derive(Clone)]
pub struct TaxonomyObject {
    frame: Arc<Frame>,
    language: Arc<str>,
    scope: Scope,
    singular: String,
    taxonomy: Taxonomy,
}

impl TaxonomyObject {
    /// Those of a language, in the order of the site's configuration.
    #[must_use]
    pub fn all(frame: &Arc<Frame>, language: &str, scope: &Scope) -> Vec<Self> {
        let language = frame.language_of(language);
        let taxonomies = frame.taxonomies(language);
        let all = taxonomies.into_iter().map(|(singular, plural)| Self {
            frame: Arc::clone(frame),
            language: Arc::clone(&language.tag),
            scope: scope.clone(),
            singular: singular.to_owned(),
            taxonomy: Taxonomy::named(plural),
        });
        all.collect()
    }

    /// Its decoded address.
    #[must_use]
    pub fn decoded_path(&self) -> String {
        let language = self.frame.language_of(&self.language);
        self.frame.taxonomy_path(language, self.taxonomy.plural())
    }
}

/// A way to sort articles, in one language: tags, categories, or one of the site's own.
#[Object(name = "Taxonomy")]
impl TaxonomyObject {
    /// What it is called in front matter and in filters: the plural.
    async fn name(&self) -> &str {
        self.taxonomy.plural()
    }

    /// What Hugo calls one of its terms: `tag`.
    async fn singular(&self) -> &str {
        &self.singular
    }

    /// What Hugo calls its terms: `tags`.
    async fn plural(&self) -> &str {
        self.taxonomy.plural()
    }

    /// The address of the list of its terms, percent-encoded as in a URL.
    async fn path(&self) -> String {
        address::encode(&self.decoded_path())
    }

    /// The language of its address, its page and its terms.
    async fn language(&self) -> Language {
        Language::new(Arc::clone(&self.frame), &self.language)
    }

    /// What its own page says; null where it has none.
    async fn page(&self, ctx: &Context<'_>) -> async_graphql::Result<Option<Section>> {
        let (ctx, path) = (ctx.broadsheet(), self.decoded_path());
        Ok(section::written_at(ctx, &self.scope, &self.language, &path).await?)
    }

    /// Its terms that articles in its language carry, or that have a page in it, by name.
    /// The working view holds them all.
    async fn terms(
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
    ) -> async_graphql::Result<TermConnection<AnyTerm>> {
        let arguments = ListArguments { first, after, last, before, order_by };
        let language = Some(LanguageTag(self.language.to_string()));
        let scope = self.scope.clone();
        Ok(list(ctx, &self.taxonomy, arguments, language, scope).await?)
    }
}

#[derive(Default)]
pub struct TaxonomyQuery;

#[Object]
impl TaxonomyQuery {
    /// The ways in which the site sorts its articles.
    async fn taxonomies(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The default language where it is null.")] language: Option<LanguageTag>,
        #[graphql(default, desc = "Which copies to read, here and in everything nested.")]
        view: ViewArgument,
    ) -> async_graphql::Result<Vec<TaxonomyObject>> {
        let ctx = ctx.broadsheet();
        let (scope, frame) = (view.scope(ctx)?, ctx.frame().await?);
        let tag = Arc::clone(&frame.resolve(language.as_ref().map(|tag| tag.0.as_str()))?.tag);
        Ok(TaxonomyObject::all(&frame, &tag, &scope))
    }

    /// One term of any taxonomy; null where there is none.
    async fn term(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which one.")] by: TermByInput,
        #[graphql(
            desc = "What nested lists and addresses follow; null means all languages, or that of the address."
        )]
        language: Option<LanguageTag>,
        #[graphql(default, desc = "Which copies to read, here and in everything nested.")]
        view: ViewArgument,
    ) -> async_graphql::Result<Option<AnyTerm>> {
        let (taxonomy, by) = match by {
            TermByInput::Id(id) => {
                let (kind, uuid) = id::decode(&id)?;
                if !matches!(kind, IdKind::Tag | IdKind::Category | IdKind::Term) {
                    decode_as(IdKind::Term, &id)?;
                }
                (None, TermBy::Id(uuid))
            }
            TermByInput::Slug(TermSlug { taxonomy, slug }) => {
                (Some(Taxonomy::named(&taxonomy)), TermBy::Slug(slug))
            }
            TermByInput::Path(path) => {
                let ctx = ctx.broadsheet();
                let (scope, frame) = (view.scope(ctx)?, ctx.frame().await?);
                let path = crate::graphql::decode_path(&path);
                let tag = language.as_ref().map(|tag| tag.0.as_str());
                let found = route::term_at(ctx, &scope, &frame, &path, tag).await?;
                return Ok(found.map(AnyTerm::from));
            }
        };
        Ok(find(ctx, taxonomy.as_ref(), by, language, view).await?.map(AnyTerm::from))
    }

    /// The terms of a taxonomy that articles carry, by name. The working view holds
    /// them all.
    #[expect(clippy::too_many_arguments, reason = "the arguments of a connection")]
    async fn terms(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The taxonomy, by the plural that Hugo uses: `series`.")] taxonomy: String,
        #[graphql(
            desc = "At most so many, from the start. 20 where neither it nor `last` is given; at most 100."
        )]
        first: Option<i32>,
        #[graphql(desc = "Only what comes after this cursor.")] after: Option<String>,
        #[graphql(desc = "At most so many, from the end; at most 100.")] last: Option<i32>,
        #[graphql(desc = "Only what comes before this cursor.")] before: Option<String>,
        #[graphql(desc = "In which order.")] order_by: Option<TermOrder>,
        #[graphql(
            desc = "Only terms that articles in it carry or that have a page in it, and what addresses and nested lists follow; null means all languages."
        )]
        language: Option<LanguageTag>,
        #[graphql(default, desc = "Which copies to read, here and in everything nested.")]
        view: ViewArgument,
    ) -> async_graphql::Result<TermConnection<AnyTerm>> {
        let arguments = ListArguments { first, after, last, before, order_by };
        let scope = view.scope(ctx.broadsheet())?;
        Ok(list(ctx, &Taxonomy::named(&taxonomy), arguments, language, scope).await?)
    }

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
        Ok(find(ctx, Some(&Taxonomy::Tags), by, language, view).await?.map(Tag::from))
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
        #[graphql(
            desc = "Only tags that articles in it carry or that have a page in it, and what addresses and nested lists follow; null means all languages."
        )]
        language: Option<LanguageTag>,
        #[graphql(default, desc = "Which copies to read, here and in everything nested.")]
        view: ViewArgument,
    ) -> async_graphql::Result<TermConnection<Tag>> {
        let arguments = ListArguments { first, after, last, before, order_by };
        let scope = view.scope(ctx.broadsheet())?;
        Ok(list(ctx, &Taxonomy::Tags, arguments, language, scope).await?)
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
        Ok(find(ctx, Some(&Taxonomy::Categories), by, language, view).await?.map(Category::from))
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
        #[graphql(
            desc = "Only categories that articles in it carry or that have a page in it, and what addresses and nested lists follow; null means all languages."
        )]
        language: Option<LanguageTag>,
        #[graphql(default, desc = "Which copies to read, here and in everything nested.")]
        view: ViewArgument,
    ) -> async_graphql::Result<TermConnection<Category>> {
        let arguments = ListArguments { first, after, last, before, order_by };
        let scope = view.scope(ctx.broadsheet())?;
        Ok(list(ctx, &Taxonomy::Categories, arguments, language, scope).await?)
    }
}

async fn find(
    ctx: &Context<'_>,
    taxonomy: Option<&Taxonomy>,
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

async fn list<T: From<Term> + async_graphql::ContainerType>(
    ctx: &Context<'_>,
    taxonomy: &Taxonomy,
    arguments: ListArguments,
    language: Option<LanguageTag>,
    scope: Scope,
) -> Result<TermConnection<T>> {
    let ListArguments { first, after, last, before, order_by } = arguments;
    let order = order_by.unwrap_or(TermOrder::Name);
    let ctx = ctx.broadsheet();
    let page = Page::new(order.mark(), first, after.as_deref(), last, before.as_deref())?;
    let language = language.as_ref().map(|tag| tag.0.as_str());
    let slice = read::list(ctx, &scope, taxonomy, order, &page, language).await?;
    let language = language.map(str::to_owned);
    let totals = TermTotals { taxonomy: taxonomy.clone(), scope, language };
    let mut connection =
        Connection::with_additional_fields(slice.has_previous, slice.has_next, totals);
    connection.edges = slice
        .rows
        .into_iter()
        .map(|term| Edge::<_, _, EmptyFields, _>::new(order.cursor(&term.row), Lean(T::from(term))))
        .collect();
    Ok(connection)
}
