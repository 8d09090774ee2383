//! Reading articles: every statement that selects from `article_copy`.
//!
//! All of them go through [`from`], which puts the caller's [`Scope`] into the
//! statement; the view is a column, so each query is written once for the public
//! and for editors.

use std::collections::HashMap;

use entity::article_copy::{Column, Entity, Model};
use entity::{Timestamp, View, article_term, body, redirect, revision, term};
use sea_orm::sea_query::{
    CommonTableExpression, Condition, Expr, ExprTrait, Func, IntoCondition, JoinType, LikeExpr,
    Order, Query, SelectStatement, UnionType, WindowStatement,
};
use sea_orm::{ColumnTrait, ConnectionTrait, EntityTrait, QueryResult};
use uuid::Uuid;

use super::columns::{self, Columns};
use super::filter::{
    ArticleBy, ArticleFilter, ArticleOrder, ArticleStatus, DateTimeFilter, StringFilter, TermFilter,
};
use crate::ctx::Ctx;
use crate::error::Result;
use crate::graphql::id::{self, IdKind};
use crate::graphql::page::{Cursor, Key, Page, Slice};
use crate::policy::Scope;
use crate::taxonomy::Taxonomy;

/// A list: which articles, in which order.
#[derive(Debug, Clone, Default)]
pub struct List {
    pub filter: ArticleFilter,
    pub order: ArticleOrder,
}

/// What a scope lets through, as a condition on any table that has the
/// visibility columns.
#[must_use]
pub fn visible(scope: &Scope, table: &'static str) -> Condition {
    Condition::all()
        .add(Expr::col((table, "view")).eq(scope.view as i16))
        .add(Expr::col((table, "visible_from")).lte(scope.now.0))
        .add(Expr::col((table, "visible_until")).gt(scope.now.0))
}

const COPY: &str = "article_copy";

/// `SELECT … FROM article_copy` with nothing but what the scope lets through.
fn from(scope: &Scope) -> SelectStatement {
    let mut select = Query::select();
    select.from(Entity).cond_where(visible(scope, COPY));
    if let Some(owner) = scope.owner {
        select.cond_where(Column::OwnerId.eq(owner));
    }
    select.take()
}

fn select(scope: &Scope, columns: Columns) -> SelectStatement {
    let mut select = from(scope);
    for column in columns.iter() {
        select.column((Entity, column));
    }
    select
}

async fn rows(ctx: &Ctx, select: &SelectStatement, columns: Columns) -> Result<Vec<Model>> {
    let results = ctx.app().db().read().query_all(select).await?;
    Ok(results
        .iter()
        .map(|result| columns::read(result, columns))
        .collect::<Result<_, _>>()?)
}

/// One article, or none where there is none that may be seen.
pub async fn one(
    ctx: &Ctx,
    scope: &Scope,
    by: &ArticleBy,
    columns: Columns,
) -> Result<Option<Model>> {
    let mut select = select(scope, columns);
    match by {
        ArticleBy::Id(id) => {
            let id = id::decode_as(IdKind::Article, id)?;
            select.cond_where(Column::ArticleId.eq(id));
        }
        ArticleBy::Path(path) => {
            select.cond_where(Column::Path.eq(crate::graphql::decode_path(path)));
        }
    }
    Ok(rows(ctx, &select, columns).await?.pop())
}

/// Articles by id, in no particular order; those that may not be seen are absent.
pub async fn by_ids(
    ctx: &Ctx,
    scope: &Scope,
    ids: &[Uuid],
    columns: Columns,
) -> Result<Vec<Model>> {
    if ids.is_empty() {
        return Ok(Vec::new());
    }
    let mut select = select(scope, columns);
    select.cond_where(Column::ArticleId.is_in(ids.iter().copied()));
    rows(ctx, &select, columns).await
}

/// A page of a list.
pub async fn list(
    ctx: &Ctx,
    scope: &Scope,
    list: &List,
    page: &Page,
    columns: Columns,
) -> Result<Slice<Model>> {
    let columns = columns.with(Columns::of(&[list.order.column(), Column::ArticleId]));
    let mut select = select(scope, columns);
    select.cond_where(filter_condition(scope, &list.filter)?);
    paginate(&mut select, list.order, page);
    order_by(&mut select, list.order, page.backward);
    select.limit(page.limit());
    Ok(page.slice(rows(ctx, &select, columns).await?))
}

/// A page of the articles of each term, in one statement for all terms.
pub async fn list_by_term(
    ctx: &Ctx,
    scope: &Scope,
    terms: &[Uuid],
    list: &List,
    page: &Page,
    columns: Columns,
) -> Result<HashMap<Uuid, Slice<Model>>> {
    let columns = columns.with(Columns::of(&[list.order.column(), Column::ArticleId]));
    let mut inner = select(scope, columns);
    inner
        .join(JoinType::InnerJoin, article_term::Entity, same_copy())
        .cond_where(article_term::Column::TermId.is_in(terms.iter().copied()))
        .cond_where(filter_condition(scope, &list.filter)?)
        .expr_as(article_term::Column::TermId.into_expr(), "parent");
    paginate(&mut inner, list.order, page);
    let limit = page.limit();
    let found = if let [_] = terms {
        // One parent: the index gives the order, and the limit stops the scan.
        order_by(&mut inner, list.order, page.backward);
        ctx.app().db().read().query_all(inner.limit(limit)).await?
    } else {
        let direction = direction(list.order, page.backward);
        let window =
            WindowStatement::partition_by((article_term::Entity, article_term::Column::TermId))
                .order_by((Entity, list.order.column()), direction.clone())
                .order_by((Entity, Column::ArticleId), direction)
                .take();
        inner.expr_window_as(Expr::cust("ROW_NUMBER()"), window, "place");
        let mut outer = Query::select();
        outer
            .column(sea_orm::sea_query::Asterisk)
            .from_subquery(inner, "ranked")
            .cond_where(Expr::col("place").lte(limit))
            .order_by("place", Order::Asc);
        ctx.app().db().read().query_all(&outer).await?
    };
    let parent = columns.iter().count();
    let mut groups: HashMap<Uuid, Vec<Model>> = HashMap::new();
    for result in &found {
        let row = columns::read(result, columns)?;
        groups
            .entry(result.try_get_by_index(parent)?)
            .or_default()
            .push(row);
    }
    Ok(groups
        .into_iter()
        .map(|(term, rows)| (term, page.slice(rows)))
        .collect())
}

/// How many articles a list holds. Reads an index alone where the filter allows.
pub async fn count(ctx: &Ctx, scope: &Scope, list: &List) -> Result<i64> {
    let mut select = from(scope);
    select
        .expr_as(Expr::col((Entity, Column::ArticleId)).count(), "count")
        .cond_where(filter_condition(scope, &list.filter)?);
    one_number(ctx.app().db().read().query_one(&select).await?)
}

/// How many articles of a list each term has.
pub async fn count_by_term(
    ctx: &Ctx,
    scope: &Scope,
    terms: &[Uuid],
    list: &List,
) -> Result<HashMap<Uuid, i64>> {
    let mut select = count_terms(scope, &list.filter)?;
    select.cond_where(article_term::Column::TermId.is_in(terms.iter().copied()));
    term_counts(ctx, &select)
        .await
        .map(|counts| counts.into_iter().collect())
}

/// The terms of a taxonomy by how many articles of a list carry them, most
/// frequent first, ties by name.
pub async fn top_terms(
    ctx: &Ctx,
    scope: &Scope,
    taxonomy: Taxonomy,
    filter: &ArticleFilter,
    limit: Option<u64>,
) -> Result<Vec<(Uuid, i64)>> {
    let mut select = count_terms(scope, filter)?;
    select
        .cond_where(article_term::Column::Taxonomy.eq(taxonomy.plural()))
        .join(
            JoinType::InnerJoin,
            term::Entity,
            Expr::col((term::Entity, term::Column::Id))
                .equals((article_term::Entity, article_term::Column::TermId)),
        )
        .group_by_col((term::Entity, term::Column::Name))
        .order_by("count", Order::Desc)
        .order_by((term::Entity, term::Column::Name), Order::Asc)
        .order_by(
            (article_term::Entity, article_term::Column::TermId),
            Order::Asc,
        );
    if let Some(limit) = limit {
        select.limit(limit);
    }
    term_counts(ctx, &select).await
}

/// The same for the articles of each of several terms, in one statement.
pub async fn top_terms_by_term(
    ctx: &Ctx,
    scope: &Scope,
    parents: &[Uuid],
    taxonomy: Taxonomy,
    filter: &ArticleFilter,
    limit: u64,
) -> Result<HashMap<Uuid, Vec<(Uuid, i64)>>> {
    let mut counted = count_terms(scope, filter)?;
    counted
        .cond_where(article_term::Column::Taxonomy.eq(taxonomy.plural()))
        .join_as(
            JoinType::InnerJoin,
            article_term::Entity,
            "parent",
            Condition::all()
                .add(
                    Expr::col(("parent", article_term::Column::View))
                        .equals((article_term::Entity, article_term::Column::View)),
                )
                .add(
                    Expr::col(("parent", article_term::Column::ArticleId))
                        .equals((article_term::Entity, article_term::Column::ArticleId)),
                ),
        )
        .cond_where(
            Expr::col(("parent", article_term::Column::TermId)).is_in(parents.iter().copied()),
        )
        .expr_as(Expr::col(("parent", article_term::Column::TermId)), "of")
        .group_by_col(("parent", article_term::Column::TermId))
        .expr_window_as(
            Expr::cust("ROW_NUMBER()"),
            WindowStatement::partition_by(("parent", "term_id"))
                .order_by_expr(Expr::cust("COUNT(*)"), Order::Desc)
                .order_by(("article_term", "term_id"), Order::Asc)
                .take(),
            "place",
        );
    let mut outer = Query::select();
    outer
        .columns(["of", "term_id", "count"])
        .from_subquery(counted, "counted")
        .cond_where(Expr::col("place").lte(limit))
        .order_by("place", Order::Asc);
    let mut groups: HashMap<Uuid, Vec<(Uuid, i64)>> = HashMap::new();
    for result in ctx.app().db().read().query_all(&outer).await? {
        groups
            .entry(result.try_get_by_index(0)?)
            .or_default()
            .push((result.try_get_by_index(1)?, result.try_get_by_index(2)?));
    }
    Ok(groups)
}

/// Counts by term; the articles are looked at only where the filter says more
/// than a language.
fn count_terms(scope: &Scope, filter: &ArticleFilter) -> Result<SelectStatement> {
    let mut select = Query::select();
    select
        .column((article_term::Entity, article_term::Column::TermId))
        .expr_as(
            Expr::col((article_term::Entity, article_term::Column::ArticleId)).count(),
            "count",
        )
        .from(article_term::Entity)
        .cond_where(visible(scope, "article_term"))
        .group_by_col((article_term::Entity, article_term::Column::TermId));
    let ArticleFilter {
        and,
        or,
        not,
        language,
        section,
        title,
        path,
        date,
        last_modified,
        tag,
        category,
        status,
    } = filter;
    let only_language = and.is_none()
        && or.is_none()
        && not.is_none()
        && section.is_none()
        && title.is_none()
        && path.is_none()
        && date.is_none()
        && last_modified.is_none()
        && tag.is_none()
        && category.is_none()
        && status.is_none();
    if only_language && scope.owner.is_none() {
        if let Some(language) = language {
            select.cond_where(article_term::Column::Language.eq(language.0.as_str()));
        }
    } else {
        let mut articles = from(scope);
        articles
            .column((Entity, Column::ArticleId))
            .cond_where(filter_condition(scope, filter)?);
        select.cond_where(article_term::Column::ArticleId.in_subquery(articles));
    }
    Ok(select.take())
}

async fn term_counts(ctx: &Ctx, select: &SelectStatement) -> Result<Vec<(Uuid, i64)>> {
    let results = ctx.app().db().read().query_all(select).await?;
    Ok(results
        .iter()
        .map(|result| Ok((result.try_get_by_index(0)?, result.try_get_by_index(1)?)))
        .collect::<Result<_, sea_orm::DbErr>>()?)
}

fn one_number(result: Option<QueryResult>) -> Result<i64> {
    Ok(result.map_or(Ok(0), |result| result.try_get_by_index(0))?)
}

/// `article_term` rows that belong to the copy beside them.
fn same_copy() -> Condition {
    Condition::all()
        .add(
            Expr::col((article_term::Entity, article_term::Column::View))
                .equals((Entity, Column::View)),
        )
        .add(
            Expr::col((article_term::Entity, article_term::Column::ArticleId))
                .equals((Entity, Column::ArticleId)),
        )
}

fn direction(order: ArticleOrder, backward: bool) -> Order {
    if order.descending() == backward {
        Order::Asc
    } else {
        Order::Desc
    }
}

fn order_by(select: &mut SelectStatement, order: ArticleOrder, backward: bool) {
    let direction = direction(order, backward);
    select
        .order_by((Entity, order.column()), direction.clone())
        .order_by((Entity, Column::ArticleId), direction);
}

/// Keyset conditions. The plain bound on the sort column repeats what the exact
/// condition implies, so that an index can start there.
fn paginate(select: &mut SelectStatement, order: ArticleOrder, page: &Page) {
    let mut bound = |cursor: &Cursor, greater: bool| {
        let column = || Expr::col((Entity, order.column()));
        let id = || Expr::col((Entity, Column::ArticleId));
        let value = || match &cursor.key {
            Key::Number(number) => Expr::val(*number),
            Key::Text(text) => Expr::val(text.clone()),
        };
        let (loose, beyond, tie) = if greater {
            (
                column().gte(value()),
                column().gt(value()),
                id().gt(cursor.id),
            )
        } else {
            (
                column().lte(value()),
                column().lt(value()),
                id().lt(cursor.id),
            )
        };
        select.cond_where(loose);
        select.cond_where(
            Condition::any()
                .add(beyond)
                .add(column().eq(value()).and(tie)),
        );
    };
    if let Some(after) = &page.after {
        bound(after, !order.descending());
    }
    if let Some(before) = &page.before {
        bound(before, order.descending());
    }
}

fn filter_condition(scope: &Scope, filter: &ArticleFilter) -> Result<Condition> {
    let ArticleFilter {
        and,
        or,
        not,
        language,
        section,
        title,
        path,
        date,
        last_modified,
        tag,
        category,
        status,
    } = filter;
    let mut all = Condition::all();
    for part in and.iter().flatten() {
        all = all.add(filter_condition(scope, part)?);
    }
    if let Some(or) = or {
        let mut any = Condition::any();
        for part in or {
            any = any.add(filter_condition(scope, part)?);
        }
        // Of no alternatives, none holds.
        all = all.add(if or.is_empty() {
            Expr::val(1).eq(0).into_condition()
        } else {
            any
        });
    }
    if let Some(not) = not {
        all = all.add(filter_condition(scope, not)?.not());
    }
    if let Some(language) = language {
        all = all.add(Column::Language.eq(language.0.as_str()));
    }
    for (column, text) in [
        (Column::Section, section),
        (Column::Title, title),
        (Column::Path, path),
    ] {
        if let Some(text) = text {
            all = all.add(text_condition(column, text));
        }
    }
    for (column, time) in [(Column::Date, date), (Column::LastModified, last_modified)] {
        if let Some(time) = time {
            all = all.add(time_condition(column, time));
        }
    }
    for (taxonomy, term) in [(Taxonomy::Tags, tag), (Taxonomy::Categories, category)] {
        if let Some(term) = term {
            all = all.add(Column::ArticleId.in_subquery(articles_with(scope, taxonomy, term)?));
        }
    }
    if let Some(status) = status {
        let mut any = Condition::any();
        for status in status {
            any = any.add(status_condition(scope, *status));
        }
        all = all.add(if status.is_empty() {
            Expr::val(1).eq(0).into_condition()
        } else {
            any
        });
    }
    Ok(all)
}

fn text_condition(column: Column, filter: &StringFilter) -> Condition {
    let StringFilter {
        eq,
        one_of,
        contains,
        starts_with,
    } = filter;
    let mut all = Condition::all();
    if let Some(text) = eq {
        all = all.add(column.eq(text.as_str()));
    }
    if let Some(texts) = one_of {
        all = all.add(column.is_in(texts.iter().map(String::as_str)));
    }
    let like = |before: &str, text: &str| {
        let escaped = text
            .to_ascii_lowercase()
            .replace('\\', "\\\\")
            .replace('%', "\\%")
            .replace('_', "\\_");
        let pattern = LikeExpr::new(format!("{before}{escaped}%")).escape('\\');
        let lower = Func::lower(Expr::col((Entity, column)));
        Expr::from(lower).like(pattern)
    };
    if let Some(text) = contains {
        all = all.add(like("%", text));
    }
    if let Some(text) = starts_with {
        all = all.add(like("", text));
    }
    all
}

fn time_condition(column: Column, filter: &DateTimeFilter) -> Condition {
    let DateTimeFilter { gt, gte, lt, lte } = filter;
    let at = |time: &crate::graphql::scalar::DateTime| time.timestamp().0;
    let column = || Expr::col((Entity, column));
    let mut all = Condition::all();
    if let Some(time) = gt {
        all = all.add(column().gt(at(time)));
    }
    if let Some(time) = gte {
        all = all.add(column().gte(at(time)));
    }
    if let Some(time) = lt {
        all = all.add(column().lt(at(time)));
    }
    if let Some(time) = lte {
        all = all.add(column().lte(at(time)));
    }
    all
}

/// The ids of articles that carry a term that the filter names.
fn articles_with(
    scope: &Scope,
    taxonomy: Taxonomy,
    filter: &TermFilter,
) -> Result<SelectStatement> {
    let TermFilter {
        id,
        slug,
        slug_in,
        include_descendants,
    } = filter;
    let mut named = Query::select();
    named
        .column((term::Entity, term::Column::Id))
        .from(term::Entity)
        .cond_where(term::Column::Taxonomy.eq(taxonomy.plural()));
    if let Some(id) = id {
        named.cond_where(term::Column::Id.eq(id::decode_as(taxonomy.id_kind(), id)?));
    }
    if let Some(slug) = slug {
        named.cond_where(term::Column::Slug.eq(slug.as_str()));
    }
    if let Some(slugs) = slug_in {
        named.cond_where(term::Column::Slug.is_in(slugs.iter().map(String::as_str)));
    }
    let terms = if *include_descendants {
        let below = Query::select()
            .column((term::Entity, term::Column::Id))
            .from(term::Entity)
            .join(
                JoinType::InnerJoin,
                "named",
                Expr::col((term::Entity, term::Column::ParentId)).equals(("named", "id")),
            )
            .take();
        let tree = CommonTableExpression::new()
            .query(named.union(UnionType::Distinct, below).take())
            .column("id")
            .table_name("named")
            .to_owned();
        let recursive = Query::with().recursive(true).cte(tree).to_owned();
        Query::select()
            .column("id")
            .from("named")
            .with_cte(recursive)
            .take()
    } else {
        named
    };
    Ok(Query::select()
        .column((article_term::Entity, article_term::Column::ArticleId))
        .from(article_term::Entity)
        .cond_where(visible(scope, "article_term"))
        .cond_where(article_term::Column::TermId.in_subquery(terms))
        .take())
}

/// Status follows from the release and the clock: nothing stores it.
fn status_condition(scope: &Scope, status: ArticleStatus) -> Condition {
    let now = scope.now.0;
    let from = || Expr::col((Entity, Column::ReleasedFrom));
    let until = || Expr::col((Entity, Column::ReleasedUntil));
    let trashed = scope.view == View::Trash;
    let condition = match status {
        ArticleStatus::Trashed => return Expr::val(i32::from(trashed)).eq(1).into_condition(),
        ArticleStatus::Draft => Condition::all().add(from().is_null()),
        ArticleStatus::Scheduled => Condition::all().add(from().gt(now)),
        ArticleStatus::Published => Condition::all()
            .add(from().lte(now))
            .add(Condition::any().add(until().is_null()).add(until().gt(now))),
        ArticleStatus::Expired => Condition::all().add(from().lte(now)).add(until().lte(now)),
    };
    condition.add(Expr::val(i32::from(trashed)).eq(0))
}

/// The other articles that share a translation key, by that key.
pub async fn translations(
    ctx: &Ctx,
    scope: &Scope,
    keys: &[String],
    columns: Columns,
) -> Result<Vec<Model>> {
    let columns = columns.with(Columns::of(&[Column::TranslationKey, Column::Language]));
    let mut select = select(scope, columns);
    select
        .cond_where(Column::TranslationKey.is_in(keys.iter().map(String::as_str)))
        .order_by((Entity, Column::Language), Order::Asc)
        .order_by((Entity, Column::ArticleId), Order::Asc);
    rows(ctx, &select, columns).await
}

/// The neighbours by date in the same section and language.
#[derive(Debug, Clone, Copy, Default)]
pub struct Neighbours {
    pub older: Option<Uuid>,
    pub newer: Option<Uuid>,
}

pub async fn neighbours(
    ctx: &Ctx,
    scope: &Scope,
    ids: &[Uuid],
) -> Result<HashMap<Uuid, Neighbours>> {
    let neighbour = |newer: bool| {
        let near = |column: Column| Expr::col(("near", column));
        let here = |column: Column| Expr::col((Entity, column));
        let (beyond, tie, order) = if newer {
            (
                near(Column::Date).gt(here(Column::Date)),
                near(Column::ArticleId).gt(here(Column::ArticleId)),
                Order::Asc,
            )
        } else {
            (
                near(Column::Date).lt(here(Column::Date)),
                near(Column::ArticleId).lt(here(Column::ArticleId)),
                Order::Desc,
            )
        };
        let mut select = Query::select();
        select
            .column(("near", Column::ArticleId))
            .from_as(Entity, "near")
            .cond_where(visible(scope, "near"))
            .cond_where(near(Column::Language).eq(here(Column::Language)))
            .cond_where(near(Column::Section).eq(here(Column::Section)))
            .cond_where(
                Condition::any()
                    .add(beyond)
                    .add(near(Column::Date).eq(here(Column::Date)).and(tie)),
            )
            .order_by(("near", Column::Date), order.clone())
            .order_by(("near", Column::ArticleId), order)
            .limit(1);
        if let Some(owner) = scope.owner {
            select.cond_where(near(Column::OwnerId).eq(owner));
        }
        Expr::SubQuery(None, Box::new(select.take().into()))
    };
    let mut select = from(scope);
    select
        .column((Entity, Column::ArticleId))
        .expr_as(neighbour(false), "older")
        .expr_as(neighbour(true), "newer")
        .cond_where(Column::ArticleId.is_in(ids.iter().copied()));
    ctx.app()
        .db()
        .read()
        .query_all(&select)
        .await?
        .iter()
        .map(|result| {
            let neighbours = Neighbours {
                older: result.try_get_by_index(1)?,
                newer: result.try_get_by_index(2)?,
            };
            Ok((result.try_get_by_index(0)?, neighbours))
        })
        .collect()
}

/// Articles that share terms, most of them first, newer before older.
pub async fn related(
    ctx: &Ctx,
    scope: &Scope,
    ids: &[Uuid],
    limit: u64,
) -> Result<HashMap<Uuid, Vec<Uuid>>> {
    let mine = |column: article_term::Column| Expr::col(("mine", column));
    let mut scored = from(scope);
    scored
        .expr_as(mine(article_term::Column::ArticleId), "of")
        .column((Entity, Column::ArticleId))
        .join(JoinType::InnerJoin, article_term::Entity, same_copy())
        .join_as(
            JoinType::InnerJoin,
            article_term::Entity,
            "mine",
            Condition::all()
                .add(
                    mine(article_term::Column::View)
                        .equals((article_term::Entity, article_term::Column::View)),
                )
                .add(
                    mine(article_term::Column::TermId)
                        .equals((article_term::Entity, article_term::Column::TermId)),
                ),
        )
        .cond_where(mine(article_term::Column::ArticleId).is_in(ids.iter().copied()))
        .cond_where(mine(article_term::Column::Language).eq(Expr::col((Entity, Column::Language))))
        .cond_where(
            mine(article_term::Column::ArticleId).ne(Expr::col((Entity, Column::ArticleId))),
        )
        .group_by_columns([("mine", "article_id"), (COPY, "article_id"), (COPY, "date")])
        .expr_window_as(
            Expr::cust("ROW_NUMBER()"),
            WindowStatement::partition_by(("mine", "article_id"))
                .order_by_expr(Expr::cust("COUNT(*)"), Order::Desc)
                .order_by((COPY, "date"), Order::Desc)
                .order_by((COPY, "article_id"), Order::Desc)
                .take(),
            "place",
        );
    let mut outer = Query::select();
    outer
        .columns(["of", "article_id"])
        .from_subquery(scored, "scored")
        .cond_where(Expr::col("place").lte(limit))
        .order_by("place", Order::Asc);
    let mut related: HashMap<Uuid, Vec<Uuid>> = HashMap::new();
    for result in ctx.app().db().read().query_all(&outer).await? {
        related
            .entry(result.try_get_by_index(0)?)
            .or_default()
            .push(result.try_get_by_index(1)?);
    }
    Ok(related)
}

/// Bodies by id, with only the columns asked for.
pub async fn bodies(
    ctx: &Ctx,
    ids: Vec<Uuid>,
    wanted: &[body::Column],
) -> Result<HashMap<Uuid, body::Model>> {
    let mut select = Query::select();
    select
        .column(body::Column::Id)
        .from(body::Entity)
        .cond_where(body::Column::Id.is_in(ids));
    for column in wanted {
        select.column(*column);
    }
    let mut bodies = HashMap::new();
    for result in ctx.app().db().read().query_all(&select).await? {
        let mut row = body::Model {
            id: result.try_get_by_index(0)?,
            markdown: String::new(),
            html: String::new(),
            plain_text: String::new(),
            headings: serde_json::Value::Null,
            summary: String::new(),
            word_count: 0,
            reading_time: 0,
        };
        for (index, column) in wanted.iter().enumerate() {
            let index = index + 1;
            match column {
                body::Column::Id => {}
                body::Column::Markdown => row.markdown = result.try_get_by_index(index)?,
                body::Column::Html => row.html = result.try_get_by_index(index)?,
                body::Column::PlainText => row.plain_text = result.try_get_by_index(index)?,
                body::Column::Headings => row.headings = result.try_get_by_index(index)?,
                body::Column::Summary => row.summary = result.try_get_by_index(index)?,
                body::Column::WordCount => row.word_count = result.try_get_by_index(index)?,
                body::Column::ReadingTime => row.reading_time = result.try_get_by_index(index)?,
            }
        }
        bodies.insert(row.id, row);
    }
    Ok(bodies)
}

/// A save as lists show it: without what was saved.
#[derive(Debug, Clone)]
pub struct RevisionRow {
    pub id: Uuid,
    pub article_id: Uuid,
    pub version: i32,
    pub created_at: Timestamp,
    pub message: Option<String>,
    /// Id, name, e-mail and role; none for imports and people since removed.
    pub author: Option<crate::user::Person>,
}

/// A page of revisions of each article, newest first, in one statement. Reading
/// history is part of editing: the caller has checked that it may.
pub async fn revisions(
    ctx: &Ctx,
    articles: &[Uuid],
    page: &Page,
) -> Result<HashMap<Uuid, Slice<RevisionRow>>> {
    use entity::user;
    use revision::Column as Revision;
    let column = |column: Revision| Expr::col((revision::Entity, column));
    let version = |cursor: &Cursor| match cursor.key {
        Key::Number(version) => version,
        Key::Text(_) => 0,
    };
    let order = if page.backward {
        Order::Asc
    } else {
        Order::Desc
    };
    let mut inner = Query::select();
    inner
        .columns(
            [
                Revision::Id,
                Revision::ArticleId,
                Revision::Version,
                Revision::CreatedAt,
                Revision::Message,
            ]
            .map(|column| (revision::Entity, column)),
        )
        .expr_as(Expr::col((user::Entity, user::Column::Id)), "user_id")
        .column((user::Entity, user::Column::Name))
        .column((user::Entity, user::Column::Email))
        .column((user::Entity, user::Column::Role))
        .expr_window_as(
            Expr::cust("ROW_NUMBER()"),
            WindowStatement::partition_by((revision::Entity, Revision::ArticleId))
                .order_by((revision::Entity, Revision::Version), order)
                .take(),
            "place",
        )
        .from(revision::Entity)
        .join(
            JoinType::LeftJoin,
            user::Entity,
            Expr::col((user::Entity, user::Column::Id))
                .equals((revision::Entity, Revision::AuthorId)),
        )
        .cond_where(column(Revision::ArticleId).is_in(articles.iter().copied()));
    if let Some(after) = &page.after {
        inner.cond_where(column(Revision::Version).lt(version(after)));
    }
    if let Some(before) = &page.before {
        inner.cond_where(column(Revision::Version).gt(version(before)));
    }
    let mut outer = Query::select();
    outer
        .column(sea_orm::sea_query::Asterisk)
        .from_subquery(inner, "ranked")
        .cond_where(Expr::col("place").lte(page.limit()))
        .order_by("place", Order::Asc);
    let mut groups: HashMap<Uuid, Vec<RevisionRow>> = HashMap::new();
    for result in ctx.app().db().read().query_all(&outer).await? {
        let author = match result.try_get_by_index::<Option<Uuid>>(5)? {
            None => None,
            Some(id) => Some(crate::user::Person {
                id,
                name: result.try_get_by_index(6)?,
                email: result.try_get_by_index(7)?,
                role: crate::user::role(&result.try_get_by_index::<String>(8)?)?,
            }),
        };
        let row = RevisionRow {
            id: result.try_get_by_index(0)?,
            article_id: result.try_get_by_index(1)?,
            version: result.try_get_by_index(2)?,
            created_at: result.try_get_by_index(3)?,
            message: result.try_get_by_index(4)?,
            author,
        };
        groups.entry(row.article_id).or_default().push(row);
    }
    Ok(groups
        .into_iter()
        .map(|(article, rows)| (article, page.slice(rows)))
        .collect())
}

pub async fn count_revisions(ctx: &Ctx, articles: &[Uuid]) -> Result<HashMap<Uuid, i64>> {
    let select = Query::select()
        .column(revision::Column::ArticleId)
        .expr_as(Expr::col(revision::Column::Id).count(), "count")
        .from(revision::Entity)
        .cond_where(revision::Column::ArticleId.is_in(articles.iter().copied()))
        .group_by_col(revision::Column::ArticleId)
        .take();
    term_counts(ctx, &select)
        .await
        .map(|counts| counts.into_iter().collect())
}

/// What used to live at a path, and where it is now.
pub async fn redirect(ctx: &Ctx, path: &str) -> Result<Option<redirect::Model>> {
    Ok(redirect::Entity::find_by_id(path.to_owned())
        .one(ctx.app().db().read())
        .await?)
}

/// The status that a copy's release gives it at a moment.
#[must_use]
pub fn status(row: &Model, now: Timestamp) -> ArticleStatus {
    match (row.view, row.released_from, row.released_until) {
        (View::Trash, ..) => ArticleStatus::Trashed,
        (_, None, _) => ArticleStatus::Draft,
        (_, Some(from), _) if from > now => ArticleStatus::Scheduled,
        (_, Some(_), Some(until)) if until <= now => ArticleStatus::Expired,
        (_, Some(_), _) => ArticleStatus::Published,
    }
}

/// Tells a database error that a taken address causes from others.
#[must_use]
pub fn is_taken(error: &sea_orm::DbErr) -> bool {
    matches!(
        error.sql_err(),
        Some(sea_orm::SqlErr::UniqueConstraintViolation(_))
    )
}
