//! Lists of articles and of revisions, as Relay connections.

use std::collections::HashMap;
use std::sync::Arc;

use async_graphql::connection::{Connection, Edge, EmptyFields};
use async_graphql::{Context, Object, SimpleObject};
use uuid::Uuid;

use super::parts::Revision;
use super::types::{Article, selection};
use crate::article::columns::Columns;
use crate::article::filter::{ArticleFilter, ArticleOrder, MAX_PARTS, Own};
use crate::article::read::{self, List};
use crate::ctx::Ctx;
use crate::error::{Error, Result};
use crate::graphql::ContextExt;
use crate::graphql::page::{Cursor, Key, Page, Slice};
use crate::graphql::siblings::Siblings;
use crate::policy::Scope;
use crate::taxonomy::{self, Category, Tag, Taxonomy};

pub type ArticleConnection = Connection<Cursor, Article, ArticleTotals>;
pub type RevisionConnection = Connection<Cursor, Revision, RevisionTotals>;

/// What a list of articles says beyond its page; costs nothing unless selected.
pub struct ArticleTotals {
    list: Arc<List>,
    scope: Scope,
    /// The term that the list belongs to, with its siblings.
    parent: Option<(Arc<Siblings>, Uuid)>,
}

#[Object]
impl ArticleTotals {
    /// How many articles the whole list has.
    async fn total_count(&self, ctx: &Context<'_>) -> async_graphql::Result<i64> {
        let ctx = ctx.broadsheet();
        let Some((with, id)) = &self.parent else {
            return Ok(read::count(ctx, &self.scope, &self.list).await?);
        };
        let counts = with
            .load(format!("articles.count:{:?}", self.list), || {
                read::count_by_term(ctx, &self.scope, with.ids(), &self.list)
            })
            .await?;
        Ok(counts.get(id).copied().unwrap_or(0))
    }

    /// The tags of the whole list, with how many of its articles carry each;
    /// most frequent first.
    async fn tag_counts(
        &self,
        ctx: &Context<'_>,
        #[graphql(default = 20, desc = "At most 100.")] first: i32,
    ) -> async_graphql::Result<Vec<TagCount>> {
        let counts = self.term_counts(ctx.broadsheet(), Taxonomy::Tags, first).await?;
        Ok(counts
            .into_iter()
            .map(|(term, count)| TagCount { tag: Tag::from(term), count })
            .collect())
    }

    /// The categories of the whole list, with how many of its articles carry
    /// each; most frequent first.
    async fn category_counts(
        &self,
        ctx: &Context<'_>,
        #[graphql(default = 20, desc = "At most 100.")] first: i32,
    ) -> async_graphql::Result<Vec<CategoryCount>> {
        let counts = self.term_counts(ctx.broadsheet(), Taxonomy::Categories, first).await?;
        Ok(counts
            .into_iter()
            .map(|(term, count)| CategoryCount { category: Category::from(term), count })
            .collect())
    }
}

impl ArticleTotals {
    async fn term_counts(
        &self,
        ctx: &Ctx,
        taxonomy: Taxonomy,
        first: i32,
    ) -> Result<Vec<(taxonomy::Term, i64)>> {
        let limit = u64::from(Page::new(0, Some(first), None, None, None)?.size);
        let language = self.list.filter.language.as_ref().map(|tag| tag.0.as_str());
        let Some((with, id)) = &self.parent else {
            let counts =
                read::top_terms(ctx, &self.scope, taxonomy, &self.list.filter, limit).await?;
            return taxonomy::with_counts(ctx, &self.scope, counts, language).await;
        };
        let key = format!("articles.{}:{limit}:{:?}", taxonomy.plural(), self.list);
        let groups = with
            .load(key, || async {
                let counts = read::top_terms_by_term(
                    ctx,
                    &self.scope,
                    with.ids(),
                    taxonomy,
                    &self.list.filter,
                    limit,
                )
                .await?;
                taxonomy::with_counts_by_parent(ctx, &self.scope, counts, language).await
            })
            .await?;
        Ok(groups.get(id).cloned().unwrap_or_default())
    }
}

/// A tag and how many articles of a list carry it.
#[derive(SimpleObject)]
pub struct TagCount {
    /// The tag.
    tag: Tag,
    /// How many articles of the list carry it.
    count: i64,
}

/// A category and how many articles of a list are in it.
#[derive(SimpleObject)]
pub struct CategoryCount {
    /// The category.
    category: Category,
    /// How many articles of the list are in it.
    count: i64,
}

/// Whether any row of a connection is asked for, and which of its columns.
fn wanted(ctx: &Context<'_>) -> Option<Columns> {
    let look = ctx.look_ahead();
    ["nodes", "edges", "pageInfo"]
        .iter()
        .any(|name| look.field(name).exists())
        .then(|| selection(ctx, &["nodes"]).with(selection(ctx, &["edges", "node"])))
}

fn assemble(
    slice: Slice<Article>,
    order: ArticleOrder,
    totals: ArticleTotals,
) -> ArticleConnection {
    let mut connection =
        Connection::with_additional_fields(slice.has_previous, slice.has_next, totals);
    connection.edges = slice
        .rows
        .into_iter()
        .map(|article| Edge::new(order.cursor(&article.row), article))
        .collect();
    connection
}

/// The arguments of every list of articles.
pub struct Arguments {
    pub first: Option<i32>,
    pub after: Option<String>,
    pub last: Option<i32>,
    pub before: Option<String>,
    pub filter: Option<ArticleFilter>,
    pub order_by: Option<ArticleOrder>,
}

impl Arguments {
    fn take_apart(self) -> Result<(List, Page)> {
        let Self { first, after, last, before, filter, order_by } = self;
        let parts = filter.as_ref().map_or(0, ArticleFilter::parts);
        if parts > MAX_PARTS {
            return Err(Error::bad_input(format!(
                "`filter` has {parts} conditions and values, and {MAX_PARTS} are allowed"
            )));
        }
        let order = order_by.unwrap_or_default();
        let page = Page::new(order.mark(), first, after.as_deref(), last, before.as_deref())?;
        Ok((List { filter: filter.unwrap_or_default(), order }, page))
    }
}

/// A list of articles that hangs on nothing.
pub async fn connect(
    ctx: &Context<'_>,
    scope: Scope,
    arguments: Arguments,
) -> Result<ArticleConnection> {
    let (list, page) = arguments.take_apart()?;
    // Others stand in for what was asked for where the list says so.
    let asked = match (&list.filter.own, &list.filter.language) {
        (Some(Own::Fallback(_)), Some(language)) => Some(Arc::from(language.0.as_str())),
        _ => None,
    };
    let slice = match wanted(ctx) {
        None => Slice::default(),
        Some(columns) => {
            let slice = read::list(ctx.broadsheet(), &scope, &list, &page, columns).await?;
            Slice {
                rows: Article::group_for(slice.rows, scope.clone(), asked),
                has_previous: slice.has_previous,
                has_next: slice.has_next,
            }
        }
    };
    let order = list.order;
    let totals = ArticleTotals { list: Arc::new(list), scope, parent: None };
    Ok(assemble(slice, order, totals))
}

/// The articles of a term; loads those of its siblings with them.
pub async fn connect_terms(
    ctx: &Context<'_>,
    scope: Scope,
    with: &Arc<Siblings>,
    term: Uuid,
    arguments: Arguments,
) -> Result<ArticleConnection> {
    let (list, page) = arguments.take_apart()?;
    let slice = match wanted(ctx) {
        None => Slice::default(),
        Some(columns) => {
            let broadsheet = ctx.broadsheet();
            let groups = with
                .load(format!("articles:{list:?}:{page:?}:{columns:?}"), || async {
                    let found =
                        read::list_by_term(broadsheet, &scope, with.ids(), &list, &page, columns)
                            .await?;
                    Ok(regroup(found, scope.clone()))
                })
                .await?;
            groups.get(&term).cloned().unwrap_or_default()
        }
    };
    let order = list.order;
    let parent = Some((Arc::clone(with), term));
    let totals = ArticleTotals { list: Arc::new(list), scope, parent };
    Ok(assemble(slice, order, totals))
}

/// Makes the articles of all parents siblings of each other.
fn regroup(
    found: std::collections::HashMap<Uuid, Slice<entity::article_copy::Model>>,
    scope: Scope,
) -> std::collections::HashMap<Uuid, Slice<Article>> {
    let mut shapes = Vec::with_capacity(found.len());
    let mut rows = Vec::new();
    for (term, slice) in found {
        shapes.push((term, slice.rows.len(), slice.has_previous, slice.has_next));
        rows.extend(slice.rows);
    }
    let mut articles = Article::group(rows, scope).into_iter();
    shapes
        .into_iter()
        .map(|(term, count, has_previous, has_next)| {
            (term, Slice { rows: articles.by_ref().take(count).collect(), has_previous, has_next })
        })
        .collect()
}

/// How many saves an article has seen; costs nothing unless selected.
pub struct RevisionTotals {
    with: Arc<Siblings>,
    article: Uuid,
}

#[Object]
impl RevisionTotals {
    /// How many revisions the article has.
    async fn total_count(&self, ctx: &Context<'_>) -> async_graphql::Result<i64> {
        let counts = self
            .with
            .load("revisions.count".to_owned(), || {
                read::count_revisions(ctx.broadsheet(), self.with.ids())
            })
            .await?;
        Ok(counts.get(&self.article).copied().unwrap_or(0))
    }
}

pub async fn revisions(
    ctx: &Ctx,
    with: &Arc<Siblings>,
    article: Uuid,
    page: Page,
) -> Result<RevisionConnection> {
    let groups = with
        .load(format!("revisions:{page:?}"), || read::revisions(ctx, with.ids(), &page))
        .await?;
    let slice = groups.get(&article).cloned().unwrap_or_default();
    let totals = RevisionTotals { with: Arc::clone(with), article };
    let mut connection =
        Connection::with_additional_fields(slice.has_previous, slice.has_next, totals);
    connection.edges = slice
        .rows
        .into_iter()
        .map(|row| {
            let cursor = Cursor { order: b'r', key: Key::Number(row.version.into()), id: row.id };
            Edge::<_, _, EmptyFields, _>::new(cursor, Revision(row))
        })
        .collect();
    Ok(connection)
}

/// Articles by id, siblings of each other; those that may not be seen are absent.
pub(super) async fn by_id(
    ctx: &Ctx,
    scope: &Scope,
    ids: &[Uuid],
    columns: Columns,
) -> Result<HashMap<Uuid, Article>> {
    let rows = read::by_ids(ctx, scope, ids, columns).await?;
    Ok(Article::group(rows, scope.clone())
        .into_iter()
        .map(|article| (article.row.article_id, article))
        .collect())
}
