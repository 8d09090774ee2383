//! Reading articles: every statement that selects from `article_copy`.
//!
//! All of them go through [`from`], which puts the caller's [`Scope`] into the
//! statement; the view is a column, so each query is written once for the public
//! and for editors.

mod around;
mod authors;
mod condition;
mod copies;
mod count;
mod depends;
mod facets;
mod fallback;
mod group;
mod linked;
pub mod map;
mod months;
mod parents;
mod printed;
mod related;
mod whole;

use entity::article_copy::{Column, Entity, Model};
use entity::{Render, Timestamp, View, article_term, redirect};
use sea_orm::sea_query::{Condition, Expr, ExprTrait, Func, Order, Query, SelectStatement};
use sea_orm::{ColumnTrait, DbErr, EntityTrait, SqlErr};
use uuid::Uuid;

use crate::article::columns::{self, Columns};
use crate::article::filter::{
    ArticleBy, ArticleFilter, ArticleOrder, ArticleOrderField, ArticleStatus, TermFilter,
};
use crate::cache::Dependency;
use crate::ctx::Ctx;
use crate::db::Row;
use crate::error::Result;
use crate::graphql::id::{self, IdKind};
use crate::graphql::page::{Cursor, Key, Page, Slice};
use crate::policy::{Limits, Rows, Scope};
use crate::taxonomy::Taxonomy;

pub use around::{Neighbours, neighbours, translations};
pub use authors::author_lists;
pub use copies::{all_after, copies};
pub use count::{count_by_term, count_of_term, top_terms, top_terms_by_parent};
pub use depends::{note_number, note_numbers};
pub use facets::{Facet, facets};
pub use fallback::{Best, best};
pub use group::{Group, Member, groups, load as load_groups};
pub use linked::{Places, Sizes, Wanted, files, places, served};
pub use months::{Month, months};
pub use parents::{Parents, count_by_parent, list_by_parent};
pub use printed::{count_by_authors, count_by_day};
pub use related::related;
pub use whole::{RevisionRow, bodies, count_revisions, one_with_body, revisions, revisions_by_id};

use condition::{filter_condition, terms_named};

/// A list: which articles, in which order.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct List {
    pub filter: ArticleFilter,
    pub order: ArticleOrder,
}

/// What a scope lets through, as a condition on any table that has the
/// visibility columns.
#[must_use]
pub fn visible(scope: &Scope, table: &'static str) -> Condition {
    shown(scope, table)
        .add(Expr::col((table, "visible_from")).lte(scope.now.0))
        .add(Expr::col((table, "visible_until")).gt(scope.now.0))
}

/// The part of [`visible`] that does not depend on time.
#[must_use]
pub fn shown(scope: &Scope, table: &'static str) -> Condition {
    let view = |view: View| Expr::col((table, "view")).eq(view as i16);
    let Rows::Preview(article) = scope.rows else {
        return Condition::all().add(view(scope.view));
    };
    let article_id = || Expr::col((table, "article_id"));
    Condition::all().add(
        Condition::any()
            .add(view(View::Working).and(article_id().eq(article)))
            .add(view(View::Published).and(article_id().ne(article))),
    )
}

/// What rows of `article_copy`, or of a name for it, a scope is limited to.
#[must_use]
pub fn within(scope: &Scope, table: &'static str) -> Condition {
    let mut all = Condition::all();
    let Rows::Some { owner, limits } = &scope.rows else {
        return all;
    };
    if let Some(owner) = owner {
        all = all.add(Expr::col((table, Column::OwnerId)).eq(*owner));
    }
    if let Some(grant) = limits {
        let Limits { languages, sections } = &grant.limits;
        for (column, values) in [(Column::Language, languages), (Column::Section, sections)] {
            if !values.is_empty() {
                all = all.add(Expr::col((table, column)).is_in(values.iter().map(String::as_str)));
            }
        }
    }
    all
}

/// What a scope lets through of articles that are asked for by name, as a condition
/// on `article_copy`: those that no list has, too.
#[must_use]
pub fn reachable(scope: &Scope, table: &'static str) -> Condition {
    let column = |column: Column| Expr::col((table, column));
    let released =
        column(Column::Listed).eq(false).and(column(Column::ReleasedFrom).lte(scope.now.0));
    shown(scope, table)
        .add(column(Column::VisibleFrom).lte(scope.now.0).or(released))
        .add(column(Column::VisibleUntil).gt(scope.now.0))
}

/// Leaves what has a page on the site; editors see all.
fn rendered(select: &mut SelectStatement) {
    let column = |column: Column| Expr::col((Entity, column));
    let page = column(Column::Render).eq(Render::Always as i16);
    select.cond_where(column(Column::View).ne(View::Published as i16).or(page));
}

/// Leaves what has an address, whoever answers there.
fn addressed(select: &mut SelectStatement) {
    let column = |column: Column| Expr::col((Entity, column));
    let address = column(Column::Render).ne(Render::Never as i16);
    select.cond_where(column(Column::View).ne(View::Published as i16).or(address));
}

pub const COPY: &str = "article_copy";

/// `SELECT … FROM article_copy` with nothing but what the scope lets through.
fn from(scope: &Scope) -> SelectStatement {
    let mut select = Query::select();
    select.from(Entity).cond_where(visible(scope, COPY)).cond_where(within(scope, COPY));
    select.take()
}

/// The same for what is asked for by name, and not listed.
fn from_named(scope: &Scope) -> SelectStatement {
    let mut select = Query::select();
    select.from(Entity).cond_where(reachable(scope, COPY)).cond_where(within(scope, COPY));
    select.take()
}

fn select(scope: &Scope, columns: Columns) -> SelectStatement {
    with_columns(from(scope), columns)
}

fn select_named(scope: &Scope, columns: Columns) -> SelectStatement {
    with_columns(from_named(scope), columns)
}

fn with_columns(mut select: SelectStatement, columns: Columns) -> SelectStatement {
    for column in columns.iter() {
        select.column((Entity, column));
    }
    select
}

/// The rows of a statement that selects these columns. The answer depends on what
/// is published of each; the caller says what else it depends on.
async fn rows(
    ctx: &Ctx,
    select: &SelectStatement,
    columns: Columns,
    what: impl IntoIterator<Item = Dependency<'_>>,
) -> Result<Vec<Model>> {
    models(ctx, &ctx.db_of(what).query_all(select).await?, columns)
}

/// The same where the statement names articles by id or by path.
async fn named_rows(
    ctx: &Ctx,
    select: &SelectStatement,
    columns: Columns,
    what: impl IntoIterator<Item = Dependency<'_>>,
) -> Result<Vec<Model>> {
    models(ctx, &ctx.db_of(what).query_keyed(select).await?, columns)
}

fn models(ctx: &Ctx, results: &[Row], columns: Columns) -> Result<Vec<Model>> {
    let rows = read(results, columns)?;
    note_rows(ctx, &rows, columns);
    Ok(rows)
}

fn read(results: &[Row], columns: Columns) -> Result<Vec<Model>> {
    Ok(results.iter().map(|result| columns::read(result, columns)).collect::<Result<_, _>>()?)
}

/// Notes that the answer tells so much of these.
fn note_rows(ctx: &Ctx, rows: &[Model], columns: Columns) {
    ctx.depends(rows.iter().map(|row| depends::row(columns, row.article_id)));
}

/// One article, or none where there is none that may be seen.
pub async fn one(
    ctx: &Ctx,
    scope: &Scope,
    by: &ArticleBy,
    columns: Columns,
) -> Result<Option<Model>> {
    one_of(ctx, select_named(scope, columns), by, columns).await
}

/// The same, if the site has a page of it: what a browser would be shown.
pub async fn page(
    ctx: &Ctx,
    scope: &Scope,
    by: &ArticleBy,
    columns: Columns,
) -> Result<Option<Model>> {
    let mut select = select_named(scope, columns);
    rendered(&mut select);
    one_of(ctx, select, by, columns).await
}

async fn one_of(
    ctx: &Ctx,
    mut select: SelectStatement,
    by: &ArticleBy,
    columns: Columns,
) -> Result<Option<Model>> {
    find_by(ctx, &mut select, by)?;
    Ok(named_rows(ctx, &select, columns, []).await?.pop())
}

/// Leaves the one that is asked for, on which the answer depends.
fn find_by(ctx: &Ctx, select: &mut SelectStatement, by: &ArticleBy) -> Result<()> {
    match by {
        ArticleBy::Id(id) => {
            let id = id::decode_as(IdKind::Article, id)?;
            ctx.depends([Dependency::Address(id)]);
            select.cond_where(Column::ArticleId.eq(id));
        }
        ArticleBy::Path(path) => {
            let path = crate::graphql::decode_path(path);
            ctx.depends([Dependency::Path(&path)]);
            select.cond_where(Column::Path.eq(path));
        }
    }
    Ok(())
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
    let mut select = select_named(scope, columns);
    select.cond_where(Column::ArticleId.is_in(ids.iter().copied()));
    named_rows(ctx, &select, columns, ids.iter().map(|id| Dependency::Address(*id))).await
}

/// Articles by decoded address, in no particular order.
pub async fn by_paths(
    ctx: &Ctx,
    scope: &Scope,
    paths: &[String],
    columns: Columns,
) -> Result<Vec<Model>> {
    let mut select = select_named(scope, columns);
    select.cond_where(Column::Path.is_in(paths.iter().map(String::as_str)));
    named_rows(ctx, &select, columns, paths.iter().map(|path| Dependency::Path(path))).await
}

/// Articles of a language by where they lie in the tree of content, if the site has
/// pages of them.
pub async fn by_logical_paths(
    ctx: &Ctx,
    scope: &Scope,
    language: &str,
    paths: &[String],
    columns: Columns,
) -> Result<Vec<Model>> {
    if paths.is_empty() {
        return Ok(Vec::new());
    }
    let mut select = select_named(scope, columns);
    rendered(&mut select);
    // What an index knows; mostly these are pages at the top.
    let section = |path: &'_ String| match path.split_once('/') {
        Some((section, _)) => section.to_owned(),
        None => String::new(),
    };
    select
        .cond_where(Column::Language.eq(language))
        .cond_where(Column::Section.is_in(paths.iter().map(section)))
        .cond_where(Column::LogicalPath.is_in(paths.iter().map(String::as_str)));
    named_rows(ctx, &select, columns, paths.iter().map(|path| Dependency::LogicalPath(path))).await
}

/// A page of a list.
pub async fn list(
    ctx: &Ctx,
    scope: &Scope,
    list: &List,
    page: &Page,
    columns: Columns,
) -> Result<Slice<Model>> {
    // What sorts the list is watched with it.
    let wanted = columns.with(Columns::of(&[Column::ArticleId]));
    let columns = wanted.with(Columns::of(&[list.order.column()]));
    let mut select = select(scope, columns);
    select.cond_where(filter_condition(scope, &list.filter)?);
    paginate(&mut select, list.order, page);
    order_by(&mut select, list.order, page.backward);
    select.limit(page.limit());
    let db = ctx.db_of([]);
    let results = if is_plain(scope, list) {
        db.query_keyed(&select).await?
    } else {
        db.query_all(&select).await?
    };
    let rows = read(&results, columns)?;
    depends::note_page(ctx, list, page, &rows);
    let slice = page.slice(rows);
    note_rows(ctx, &slice.rows, wanted);
    Ok(slice)
}

/// Whether an index has the list as it is, so that one plan is good for every page.
fn is_plain(scope: &Scope, list: &List) -> bool {
    let by_language =
        ArticleFilter { language: list.filter.language.clone(), ..ArticleFilter::default() };
    scope.rows == Rows::All
        && list.order.field == ArticleOrderField::Date
        && list.filter == by_language
}

/// Rows of a list after so many others: for pages that are numbered. What is far
/// down costs more; who can goes by [`list`]'s cursors.
pub async fn numbered(
    ctx: &Ctx,
    scope: &Scope,
    list: &List,
    skip: u64,
    limit: u64,
    columns: Columns,
) -> Result<Vec<Model>> {
    let columns = columns.with(Columns::of(&[list.order.column(), Column::ArticleId]));
    let mut select = select(scope, columns);
    select.cond_where(filter_condition(scope, &list.filter)?);
    order_by(&mut select, list.order, false);
    select.limit(limit).offset(skip);
    let rows = rows(ctx, &select, columns, []).await?;
    // Whatever comes before them moves them.
    depends::note_start(ctx, list, &rows, rows.len() as u64 == limit);
    Ok(rows)
}

/// The address of an article whose path is one of these but for case. Databases
/// fold the letters of ASCII alone, so that is what is asked.
pub async fn path_in_any_case(
    ctx: &Ctx,
    scope: &Scope,
    spellings: [&str; 2],
) -> Result<Option<String>> {
    ctx.depends(spellings.map(Dependency::PathInAnyCase));
    let spellings = spellings.map(str::to_ascii_lowercase);
    let mut select = from_named(scope);
    rendered(&mut select);
    select
        .column((Entity, Column::Path))
        .cond_where(Expr::expr(Func::lower(Expr::col((Entity, Column::Path)))).is_in(spellings))
        .order_by((Entity, Column::Path), Order::Asc)
        .limit(1);
    let row = ctx.db_of([]).query_one(&select).await?;
    Ok(row.map(|row| row.get(0)).transpose()?)
}

/// The ids of the terms that a filter names.
pub async fn term_ids(ctx: &Ctx, taxonomy: &Taxonomy, filter: &TermFilter) -> Result<Vec<Uuid>> {
    let found =
        ctx.db_of([Dependency::TermPlaces]).query_all(&terms_named(taxonomy, filter)?).await?;
    Ok(found.iter().map(|row| row.get(0)).collect::<Result<_, _>>()?)
}

/// How many articles a list holds. Reads an index alone where the filter allows.
pub async fn count(ctx: &Ctx, scope: &Scope, list: &List) -> Result<i64> {
    let mut select = from(scope);
    select
        .expr_as(Expr::col((Entity, Column::ArticleId)).count(), "count")
        .cond_where(filter_condition(scope, &list.filter)?);
    depends::note_number(ctx, &list.filter, None);
    one_number(ctx.db_of([]).query_one(&select).await?)
}

fn one_number(result: Option<Row>) -> Result<i64> {
    Ok(result.map_or(Ok(0), |result| result.get(0))?)
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
    if order.descending() == backward { Order::Asc } else { Order::Desc }
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
            (column().gte(value()), column().gt(value()), id().gt(cursor.id))
        } else {
            (column().lte(value()), column().lt(value()), id().lt(cursor.id))
        };
        select.cond_where(loose);
        select.cond_where(Condition::any().add(beyond).add(column().eq(value()).and(tie)));
    };
    if let Some(after) = &page.after {
        bound(after, !order.descending());
    }
    if let Some(before) = &page.before {
        bound(before, order.descending());
    }
}

/// What used to live at a path, and where it is now.
pub async fn redirect(ctx: &Ctx, path: &str) -> Result<Option<redirect::Model>> {
    // The address of a term leads somewhere once the term is elsewhere.
    let db = ctx.db_of([Dependency::TermPlaces, Dependency::Path(path)]).orm();
    let found = redirect::Entity::find_by_id(path.to_owned()).one(db).await?;
    if found.is_some() {
        // Where it leads may change with another that begins there.
        ctx.depends([Dependency::Redirects]);
    }
    Ok(found)
}

/// The status that a copy's release gives it at a moment.
#[must_use]
pub fn status(row: &Model, now: Timestamp) -> ArticleStatus {
    match (row.view, row.released_from, row.released_until) {
        (View::Trash, ..) => ArticleStatus::Trashed,
        (View::Archive, ..) => ArticleStatus::Archived,
        (_, None, _) => ArticleStatus::Draft,
        (_, Some(from), _) if from > now => ArticleStatus::Scheduled,
        (_, Some(_), Some(until)) if until <= now => ArticleStatus::Expired,
        (_, Some(_), _) => ArticleStatus::Published,
    }
}

/// Whether what is unique in a table is there already: an address, mostly.
#[must_use]
pub fn is_taken(error: &DbErr, table: &str) -> bool {
    // Either database names the table, or an index that begins with its name.
    matches!(error.sql_err(), Some(SqlErr::UniqueConstraintViolation(what)) if what.contains(table))
}
