//! Lists of articles and of revisions, as Relay connections.

use std::collections::HashMap;
use std::sync::Arc;

use async_graphql::connection::{Connection, Edge, EmptyFields};
use async_graphql::{Context, Object};
use entity::article_copy::Model;
use uuid::Uuid;

use super::facets::{ArticleTotals, Parent};
use super::parts::Revision;
use super::types::{Article, selection};
use crate::article::columns::Columns;
use crate::article::filter::{ArticleFilter, ArticleOrder, MAX_PARTS, Own};
use crate::article::read::{self, List};
use crate::ctx::Ctx;
use crate::error::{Error, Result};
use crate::graphql::ContextExt;
use crate::graphql::lean::Lean;
use crate::graphql::page::{Cursor, Key, Page, Slice};
use crate::graphql::siblings::Siblings;
use crate::policy::Scope;
use crate::site::Frame;

pub type ArticleConnection = Connection<Cursor, Lean<Article>, ArticleTotals>;
pub type RevisionConnection = Connection<Cursor, Revision, RevisionTotals>;

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
        .map(|article| Edge::new(order.cursor(&article.row), Lean(article)))
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
        let filter = Self::checked(filter)?;
        let order = order_by.unwrap_or_default();
        let page = Page::new(order.mark(), first, after.as_deref(), last, before.as_deref())?;
        Ok((List { filter, order }, page))
    }

    /// A filter that is not too long.
    pub fn checked(filter: Option<ArticleFilter>) -> Result<ArticleFilter> {
        let filter = filter.unwrap_or_default();
        let parts = filter.parts();
        if parts > MAX_PARTS {
            return Err(Error::bad_input(format!(
                "`filter` has {parts} conditions and values, and {MAX_PARTS} are allowed"
            )));
        }
        Ok(filter)
    }
}

/// A list of articles that hangs on nothing.
pub async fn connect(
    ctx: &Context<'_>,
    scope: Scope,
    arguments: Arguments,
) -> Result<ArticleConnection> {
    let (list, page) = arguments.take_apart()?;
    let slice = match wanted(ctx) {
        None => Slice::default(),
        Some(columns) => {
            let slice = read::list(ctx.broadsheet(), &scope, &list, &page, columns).await?;
            Slice {
                rows: Article::group_for(slice.rows, scope.clone(), asked(&list)),
                has_previous: slice.has_previous,
                has_next: slice.has_next,
            }
        }
    };
    let order = list.order;
    Ok(assemble(slice, order, ArticleTotals::of_all(list, scope)))
}

/// The articles of something; loads those of its siblings with them.
pub async fn connect_under(
    ctx: &Context<'_>,
    scope: Scope,
    parent: Parent,
    arguments: Arguments,
) -> Result<ArticleConnection> {
    let (list, page) = arguments.take_apart()?;
    let slice = match wanted(ctx) {
        None => Slice::default(),
        Some(columns) => {
            let broadsheet = ctx.broadsheet();
            let key = format!("articles:{}{list:?}:{page:?}:{columns:?}", parent.kind());
            let groups = parent
                .with
                .load(key, || async {
                    let parents = &parent.parents;
                    let found =
                        read::list_by_parent(broadsheet, &scope, parents, &list, &page, columns)
                            .await?;
                    Ok(regroup(found, &scope, asked(&list)))
                })
                .await?;
            groups.get(&parent.id).cloned().unwrap_or_default()
        }
    };
    let order = list.order;
    Ok(assemble(slice, order, ArticleTotals::of(parent, list, scope)))
}

/// The language for which others stand in where a list says so.
fn asked(list: &List) -> Option<Arc<str>> {
    match (&list.filter.own, &list.filter.language) {
        (Some(Own::Fallback(_)), Some(language)) => Some(Arc::from(language.0.as_str())),
        _ => None,
    }
}

/// The filter, with other languages in the place of its own where that has nothing.
pub fn with_fallback(frame: &Frame, filter: Option<ArticleFilter>) -> Result<ArticleFilter> {
    let Some((filter, tag)) = filter.and_then(|filter| Some((filter.clone(), filter.language?)))
    else {
        return Err(Error::bad_input(
            "`fallback` needs the language that others stand in for: give `filter.language`, or \
             `language` to what this list hangs on",
        ));
    };
    let chain = frame.chain(frame.resolve(Some(&tag.0))?);
    Ok(ArticleFilter { own: Some(Own::Fallback(chain)), ..filter })
}

/// Makes the articles of all parents siblings of each other.
fn regroup(
    found: HashMap<Uuid, Slice<Model>>,
    scope: &Scope,
    asked: Option<Arc<str>>,
) -> HashMap<Uuid, Slice<Article>> {
    let mut shapes = Vec::with_capacity(found.len());
    let mut rows = Vec::new();
    for (parent, slice) in found {
        shapes.push((parent, slice.rows.len(), slice.has_previous, slice.has_next));
        rows.extend(slice.rows);
    }
    let mut articles = Article::group_for(rows, scope.clone(), asked).into_iter();
    shapes
        .into_iter()
        .map(|(parent, count, has_previous, has_next)| {
            let rows = articles.by_ref().take(count).collect();
            (parent, Slice { rows, has_previous, has_next })
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
