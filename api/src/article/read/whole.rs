//! What an article is made of: its bodies and its history.

use std::collections::HashMap;

use entity::article_copy::{self, Model};
use entity::{Timestamp, body, revision};
use sea_orm::ColumnTrait;
use sea_orm::sea_query::{
    Expr, ExprTrait, JoinType, Order, Query, SelectStatement, WindowStatement,
};
use uuid::Uuid;

use super::count::term_counts;
use crate::article::columns::Columns;
use crate::article::filter::ArticleBy;
use crate::ctx::Ctx;
use crate::db::Row;
use crate::error::Result;
use crate::graphql::page::{Cursor, Key, Page, Slice};
use crate::policy::Scope;

/// Bodies by id, with only the columns asked for. What a body says never changes:
/// a new text is a new body.
pub async fn bodies(
    ctx: &Ctx,
    ids: Vec<Uuid>,
    wanted: &[body::Column],
) -> Result<HashMap<Uuid, body::Model>> {
    let mut select = Query::select();
    select.from(body::Entity).cond_where(body::Column::Id.is_in(ids));
    select_body(&mut select, wanted);
    let found = ctx.db_of([]).query_keyed(&select).await?;
    let bodies = found.iter().map(|row| body_row(row, 0, wanted).map(|body| (body.id, body)));
    bodies.collect()
}

/// Adds the id of a body and these columns to what is selected.
fn select_body(select: &mut SelectStatement, wanted: &[body::Column]) {
    select.column((body::Entity, body::Column::Id));
    select.columns(wanted.iter().map(|column| (body::Entity, *column)));
}

/// Reads what [`select_body`] selected, which begins at this column.
fn body_row(result: &Row, first: usize, wanted: &[body::Column]) -> Result<body::Model> {
    let mut row = body::Model {
        id: result.get(first)?,
        markdown: String::new(),
        html: String::new(),
        headings: entity::Json::default(),
        summary: String::new(),
        word_count: 0,
        reading_time: 0,
        mode: 0,
        renderer: 0,
        links: entity::Json::default(),
    };
    for (index, column) in (first + 1..).zip(wanted) {
        match column {
            body::Column::Id => {}
            body::Column::Markdown => row.markdown = result.get(index)?,
            body::Column::Html => row.html = result.get(index)?,
            body::Column::Headings => row.headings = result.get(index)?,
            body::Column::Summary => row.summary = result.get(index)?,
            body::Column::WordCount => row.word_count = result.get(index)?,
            body::Column::ReadingTime => row.reading_time = result.get(index)?,
            body::Column::Mode => row.mode = result.get(index)?,
            body::Column::Renderer => row.renderer = result.get(index)?,
            body::Column::Links => row.links = result.get(index)?,
        }
    }
    Ok(row)
}

/// One article and its body, in one statement.
pub async fn one_with_body(
    ctx: &Ctx,
    scope: &Scope,
    by: &ArticleBy,
    columns: Columns,
    wanted: &[body::Column],
) -> Result<Option<(Model, body::Model)>> {
    let mut select = super::select_named(scope, columns);
    select_body(&mut select, wanted);
    let own = Expr::col((article_copy::Entity, article_copy::Column::BodyId));
    select.left_join(body::Entity, own.equals((body::Entity, body::Column::Id)));
    super::find_by(ctx, &mut select, by)?;
    let found = ctx.db_of([]).query_keyed(&select).await?;
    let Some(row) = super::models(ctx, &found, columns)?.pop() else { return Ok(None) };
    let first = columns.iter().count();
    let body = found.last().map(|result| body_row(result, first, wanted)).transpose()?;
    Ok(body.map(|body| (row, body)))
}

/// A save as lists show it: without what was saved.
#[derive(Debug, Clone)]
pub struct RevisionRow {
    pub id: Uuid,
    pub article_id: Uuid,
    pub version: i32,
    pub created_at: Timestamp,
    pub message: Option<String>,
    pub name: Option<String>,
    /// Names of the fields that differ from the revision before, where known.
    pub changes: Option<entity::Json>,
    pub merged_from: Option<i32>,
    pub autosave: bool,
    /// Id, name, e-mail and role; none for imports and people since removed.
    pub author: Option<crate::user::Person>,
}

const REVISION: [revision::Column; 9] = [
    revision::Column::Id,
    revision::Column::ArticleId,
    revision::Column::Version,
    revision::Column::CreatedAt,
    revision::Column::Message,
    revision::Column::Name,
    revision::Column::Changes,
    revision::Column::MergedFrom,
    revision::Column::Autosave,
];

/// Revisions with their authors, as [`revision_row`] reads them.
fn revision_select() -> SelectStatement {
    use entity::user;
    let mut select = Query::select();
    select
        .columns(REVISION.map(|column| (revision::Entity, column)))
        .expr_as(Expr::col((user::Entity, user::Column::Id)), "user_id")
        .expr_as(Expr::col((user::Entity, user::Column::Name)), "user_name")
        .column((user::Entity, user::Column::Email))
        .column((user::Entity, user::Column::Role))
        .from(revision::Entity)
        .join(
            JoinType::LeftJoin,
            user::Entity,
            Expr::col((user::Entity, user::Column::Id))
                .equals((revision::Entity, revision::Column::AuthorId)),
        );
    select
}

fn revision_row(result: &Row) -> Result<RevisionRow> {
    let author = match result.get::<Option<Uuid>>(9)? {
        None => None,
        Some(id) => Some(crate::user::Person {
            id,
            name: result.get(10)?,
            email: result.get(11)?,
            role: crate::user::role(&result.get::<String>(12)?)?,
        }),
    };
    Ok(RevisionRow {
        id: result.get(0)?,
        article_id: result.get(1)?,
        version: result.get(2)?,
        created_at: result.get(3)?,
        message: result.get(4)?,
        name: result.get(5)?,
        changes: result.get(6)?,
        merged_from: result.get(7)?,
        autosave: result.get(8)?,
        author,
    })
}

/// A page of revisions of each article, newest first, in one statement; those
/// that are folded are left out. Reading history is part of editing: the caller
/// has checked that it may.
pub async fn revisions(
    ctx: &Ctx,
    articles: &[Uuid],
    page: &Page,
) -> Result<HashMap<Uuid, Slice<RevisionRow>>> {
    use revision::Column as Revision;
    let column = |column: Revision| Expr::col((revision::Entity, column));
    let version = |cursor: &Cursor| match cursor.key {
        Key::Number(version) => version,
        Key::Text(_) => 0,
    };
    let order = if page.backward { Order::Asc } else { Order::Desc };
    let mut inner = revision_select();
    inner
        .expr_window_as(
            Expr::cust("ROW_NUMBER()"),
            WindowStatement::partition_by((revision::Entity, Revision::ArticleId))
                .order_by((revision::Entity, Revision::Version), order)
                .take(),
            "place",
        )
        .cond_where(column(Revision::ArticleId).is_in(articles.iter().copied()))
        .cond_where(column(Revision::Folded).eq(false));
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
    for result in ctx.db_private().query_all(&outer).await? {
        let row = revision_row(&result)?;
        groups.entry(row.article_id).or_default().push(row);
    }
    Ok(groups.into_iter().map(|(article, rows)| (article, page.slice(rows))).collect())
}

/// Revisions of one article by their ids, folded ones, too.
pub async fn revisions_by_id(
    ctx: &Ctx,
    article: Uuid,
    ids: &[Uuid],
) -> Result<HashMap<Uuid, RevisionRow>> {
    use revision::Column as Revision;
    let select = revision_select()
        .and_where(Expr::col((revision::Entity, Revision::ArticleId)).eq(article))
        .and_where(Expr::col((revision::Entity, Revision::Id)).is_in(ids.iter().copied()))
        .take();
    let results = ctx.db_private().query_all(&select).await?;
    results.iter().map(|result| revision_row(result).map(|row| (row.id, row))).collect()
}

/// How many revisions each article shows.
pub async fn count_revisions(ctx: &Ctx, articles: &[Uuid]) -> Result<HashMap<Uuid, i64>> {
    let select = Query::select()
        .column(revision::Column::ArticleId)
        .expr_as(Expr::col(revision::Column::Id).count(), "count")
        .from(revision::Entity)
        .cond_where(revision::Column::ArticleId.is_in(articles.iter().copied()))
        .cond_where(revision::Column::Folded.eq(false))
        .group_by_col(revision::Column::ArticleId)
        .take();
    ctx.never_kept();
    term_counts(ctx, &select).await.map(|counts| counts.into_iter().collect())
}
