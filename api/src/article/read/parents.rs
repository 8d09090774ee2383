//! Lists of articles that hang on several things at once, in one statement.
//!
//! What they hang on is a term, or anything that a filter can say: a section, a
//! month. Each has an id, by which its part of the answer is found.

use std::collections::HashMap;

use entity::article_copy::{Column, Entity, Model};
use entity::{article_term, term};
use sea_orm::ColumnTrait;
use sea_orm::sea_query::{
    Asterisk, CommonTableExpression, Condition, Expr, ExprTrait, JoinType, Order, Query,
    SelectStatement, UnionType, WindowStatement,
};
use uuid::Uuid;

use super::condition::filter_condition;
use super::{
    List, depends, direction, from, note_rows, order_by, paginate, same_copy, select, visible,
};
use crate::article::columns::{self, Columns};
use crate::article::filter::{ArticleFilter, ArticleOrder};
use crate::ctx::Ctx;
use crate::error::Result;
use crate::graphql::page::{Key, Page, Slice};
use crate::policy::Scope;

/// Filters that one statement answers: SQLite takes 500 parts of a union.
const CHUNK: usize = 200;

/// What lists hang on.
#[derive(Debug, Clone)]
pub enum Parents {
    /// Terms; with `below`, what carries a term below one counts as well.
    Terms { ids: Vec<Uuid>, below: bool },
    /// One filter for each, numbered by [`Parents::id`].
    Filters(Vec<ArticleFilter>),
}

/// The name of what [`held`] selects.
pub(super) const HELD: &str = "held";

impl Parents {
    /// The id of the filter at a place.
    #[must_use]
    pub fn id(index: usize) -> Uuid {
        Uuid::from_u128(index as u128)
    }

    /// The same parents, as many at a time as one statement takes, with the place
    /// of the first.
    pub(super) fn chunks(&self) -> Vec<(usize, Self)> {
        match self {
            Self::Terms { .. } => vec![(0, self.clone())],
            Self::Filters(filters) => (0..)
                .step_by(CHUNK)
                .zip(filters.chunks(CHUNK))
                .map(|(start, chunk)| (start, Self::Filters(chunk.to_vec())))
                .collect(),
        }
    }
}

/// `SELECT parent, article_id`: each article once for each parent that has it.
pub(super) fn held(scope: &Scope, parents: &Parents) -> Result<Option<SelectStatement>> {
    match parents {
        Parents::Terms { ids, below: false } => {
            let mut select = Query::select();
            select
                .expr_as(article_term::Column::TermId.into_expr(), "parent")
                .column((article_term::Entity, article_term::Column::ArticleId))
                .from(article_term::Entity)
                .cond_where(visible(scope, "article_term"))
                .cond_where(article_term::Column::TermId.is_in(ids.iter().copied()));
            Ok(Some(select.take()))
        }
        Parents::Terms { ids, below: true } => Ok(Some(below(scope, ids))),
        Parents::Filters(filters) => {
            let mut all: Option<SelectStatement> = None;
            for (index, filter) in filters.iter().enumerate() {
                let mut one = from(scope);
                one.expr_as(Expr::val(Parents::id(index)), "parent")
                    .column((Entity, Column::ArticleId))
                    .cond_where(filter_condition(scope, filter)?);
                match &mut all {
                    None => all = Some(one),
                    Some(all) => {
                        all.union(UnionType::All, one);
                    }
                }
            }
            Ok(all)
        }
    }
}

/// The articles that carry terms or what is below them.
fn below(scope: &Scope, ids: &[Uuid]) -> SelectStatement {
    let id = || Expr::col((term::Entity, term::Column::Id));
    let start = Query::select()
        .expr_as(id(), "root")
        .expr_as(id(), "id")
        .from(term::Entity)
        .cond_where(term::Column::Id.is_in(ids.iter().copied()))
        .take();
    let step = Query::select()
        .column(("tree", "root"))
        .expr_as(id(), "id")
        .from(term::Entity)
        .join(
            JoinType::InnerJoin,
            "tree",
            Expr::col((term::Entity, term::Column::ParentId)).equals(("tree", "id")),
        )
        .take();
    let tree = CommonTableExpression::new()
        .query({ start }.union(UnionType::Distinct, step).take())
        .columns(["root", "id"])
        .table_name("tree")
        .to_owned();
    Query::select()
        .distinct()
        .expr_as(Expr::col(("tree", "root")), "parent")
        .column((article_term::Entity, article_term::Column::ArticleId))
        .from("tree")
        .join(
            JoinType::InnerJoin,
            article_term::Entity,
            Expr::col((article_term::Entity, article_term::Column::TermId)).equals(("tree", "id")),
        )
        .cond_where(visible(scope, "article_term"))
        .with_cte(Query::with().recursive(true).cte(tree).to_owned())
        .take()
}

/// Joins what [`held`] selects to the articles of a statement.
pub(super) fn join_held(select: &mut SelectStatement, held: SelectStatement) {
    select.join_subquery(
        JoinType::InnerJoin,
        held,
        HELD,
        Expr::col((HELD, "article_id")).equals((Entity, Column::ArticleId)),
    );
}

/// How many articles of a list each parent has.
pub async fn count_by_parent(
    ctx: &Ctx,
    scope: &Scope,
    parents: &Parents,
    list: &List,
) -> Result<HashMap<Uuid, i64>> {
    if let Parents::Terms { ids, below: false } = parents {
        return super::count_by_term(ctx, scope, ids, list).await;
    }
    let mut counts = HashMap::new();
    depends::note_number(ctx, &list.filter, Some(parents));
    for (start, chunk) in parents.chunks() {
        let Some(held) = held(scope, &chunk)? else {
            continue;
        };
        let mut select = from(scope);
        select
            .column((HELD, "parent"))
            .expr_as(Expr::col((Entity, Column::ArticleId)).count(), "count")
            .cond_where(filter_condition(scope, &list.filter)?)
            .group_by_col((HELD, "parent"));
        join_held(&mut select, held);
        for (parent, count) in super::count::term_counts(ctx, &select).await? {
            counts.insert(later(parent, start), count);
        }
    }
    Ok(counts)
}

/// The parts in which counts are read; of what hangs on nothing there is one.
pub(super) fn parts(parents: Option<&Parents>) -> Vec<(usize, Option<Parents>)> {
    match parents {
        None => vec![(0, None)],
        Some(parents) => {
            parents.chunks().into_iter().map(|(start, chunk)| (start, Some(chunk))).collect()
        }
    }
}

/// The id of a parent among all, by that in its chunk.
pub(super) fn later(id: Uuid, start: usize) -> Uuid {
    if start == 0 { id } else { Uuid::from_u128(id.as_u128() + start as u128) }
}

/// A page of the articles of each parent.
pub async fn list_by_parent(
    ctx: &Ctx,
    scope: &Scope,
    parents: &Parents,
    list: &List,
    page: &Page,
    columns: Columns,
) -> Result<HashMap<Uuid, Slice<Model>>> {
    let wanted = columns.with(Columns::of(&[Column::ArticleId]));
    let columns = wanted.with(Columns::of(&[list.order.column()]));
    let parent = columns.iter().count();
    let mut groups: HashMap<Uuid, Vec<Model>> = HashMap::new();
    for (start, chunk) in parents.chunks() {
        let statement = match &chunk {
            Parents::Terms { ids, below } => by_terms(scope, ids, *below, list, page, columns)?,
            Parents::Filters(filters) => by_filters(scope, filters, list, page, columns)?,
        };
        let Some(statement) = statement else {
            continue;
        };
        for result in ctx.db_of([]).query_all(&statement).await? {
            let row = columns::read(&result, columns)?;
            let id = later(result.get(parent)?, start);
            groups.entry(id).or_default().push(row);
        }
    }
    // A union promises no order.
    if matches!(parents, Parents::Filters(_)) {
        for rows in groups.values_mut() {
            rows.sort_by(|a, b| compare(list.order, page.backward, a, b));
        }
    }
    let fetched = |id| groups.get(&id).map(Vec::as_slice).unwrap_or_default();
    depends::note_pages(ctx, list, parents, page, fetched);
    let slice = |rows| {
        let slice = page.slice(rows);
        note_rows(ctx, &slice.rows, wanted);
        slice
    };
    Ok(groups.into_iter().map(|(id, rows)| (id, slice(rows))).collect())
}

fn compare(order: ArticleOrder, backward: bool, a: &Model, b: &Model) -> std::cmp::Ordering {
    let (a, b) = (order.cursor(a), order.cursor(b));
    let keys = match (&a.key, &b.key) {
        (Key::Number(a), Key::Number(b)) => a.cmp(b),
        (Key::Text(a), Key::Text(b)) => a.cmp(b),
        _ => std::cmp::Ordering::Equal,
    };
    let found = keys.then(a.id.cmp(&b.id));
    if order.descending() == backward { found } else { found.reverse() }
}

fn by_terms(
    scope: &Scope,
    ids: &[Uuid],
    below: bool,
    list: &List,
    page: &Page,
    columns: Columns,
) -> Result<Option<SelectStatement>> {
    let mut inner = select(scope, columns);
    inner.cond_where(filter_condition(scope, &list.filter)?);
    let table = if below {
        let parents = Parents::Terms { ids: ids.to_vec(), below };
        let Some(held) = held(scope, &parents)? else {
            return Ok(None);
        };
        join_held(&mut inner, held);
        (HELD, "parent")
    } else {
        inner
            .join(JoinType::InnerJoin, article_term::Entity, same_copy())
            .cond_where(article_term::Column::TermId.is_in(ids.iter().copied()));
        ("article_term", "term_id")
    };
    inner.expr_as(Expr::col(table), "parent");
    paginate(&mut inner, list.order, page);
    if let [_] = ids {
        // One parent: the index gives the order, and the limit stops the scan.
        order_by(&mut inner, list.order, page.backward);
        inner.limit(page.limit());
        return Ok(Some(inner));
    }
    let direction = direction(list.order, page.backward);
    let window = WindowStatement::partition_by(table)
        .order_by((Entity, list.order.column()), direction.clone())
        .order_by((Entity, Column::ArticleId), direction)
        .take();
    inner.expr_window_as(Expr::cust("ROW_NUMBER()"), window, "place");
    let outer = Query::select()
        .column(Asterisk)
        .from_subquery(inner, "ranked")
        .cond_where(Expr::col("place").lte(page.limit()))
        .order_by("place", Order::Asc)
        .take();
    Ok(Some(outer))
}

/// Each filter reads its own part of an index, and stops at the limit.
fn by_filters(
    scope: &Scope,
    filters: &[ArticleFilter],
    list: &List,
    page: &Page,
    columns: Columns,
) -> Result<Option<SelectStatement>> {
    let mut all: Option<SelectStatement> = None;
    for (index, filter) in filters.iter().enumerate() {
        let mut one = select(scope, columns);
        one.expr_as(Expr::val(Parents::id(index)), "parent").cond_where(
            Condition::all()
                .add(filter_condition(scope, filter)?)
                .add(filter_condition(scope, &list.filter)?),
        );
        paginate(&mut one, list.order, page);
        order_by(&mut one, list.order, page.backward);
        one.limit(page.limit());
        let part = Query::select().column(Asterisk).from_subquery(one, "part").take();
        match &mut all {
            None => all = Some(part),
            Some(all) => {
                all.union(UnionType::All, part);
            }
        }
    }
    Ok(all)
}
