//! What is above a term and below it.
//!
//! Each of these reads what belongs to several terms in one statement. Loops are
//! refused when terms are moved; [`DEPTH`] ends whatever got past that.

use std::collections::HashMap;

use entity::term;
use sea_orm::ColumnTrait;
use sea_orm::sea_query::{
    CommonTableExpression, Expr, ExprTrait, JoinType, Order, Query, SelectStatement, UnionType,
    WithQuery,
};
use uuid::Uuid;

use super::Term;
use super::read::{note_all, restrict_to_used, row, rows, select};
use crate::ctx::Ctx;
use crate::error::Result;
use crate::policy::Scope;

/// Levels that a tree has at most.
const DEPTH: i32 = 64;

/// The name under which statements have the terms on the way.
const WAY: &str = "way";

/// The terms below each of several, by name.
pub async fn children(
    ctx: &Ctx,
    scope: &Scope,
    parents: &[Uuid],
    language: Option<&str>,
) -> Result<HashMap<Uuid, Vec<Term>>> {
    let mut select = select(scope, language.map(Expr::val));
    select
        .cond_where(term::Column::ParentId.is_in(parents.iter().copied()))
        .order_by((term::Entity, term::Column::Name), Order::Asc)
        .order_by((term::Entity, term::Column::Id), Order::Asc);
    restrict_to_used(&mut select, scope);
    let mut groups: HashMap<Uuid, Vec<Term>> = HashMap::new();
    note_all(ctx, None);
    for term in rows(ctx, scope, &select, language).await? {
        if let Some(parent) = term.row.parent_id {
            groups.entry(parent).or_default().push(term);
        }
    }
    Ok(groups)
}

/// The terms above several others, by their own id.
pub async fn parents(
    ctx: &Ctx,
    scope: &Scope,
    children: &[Uuid],
    language: Option<&str>,
) -> Result<HashMap<Uuid, Term>> {
    let above = Query::select()
        .column(term::Column::ParentId)
        .from(term::Entity)
        .cond_where(term::Column::Id.is_in(children.iter().copied()))
        .take();
    let mut select = select(scope, language.map(Expr::val));
    select.cond_where(Expr::col((term::Entity, term::Column::Id)).in_subquery(above));
    let terms = rows(ctx, scope, &select, language).await?;
    Ok(terms.into_iter().map(|term| (term.row.id, term)).collect())
}

/// All terms above each of several, from the top down.
pub async fn ancestors(
    ctx: &Ctx,
    scope: &Scope,
    ids: &[Uuid],
    language: Option<&str>,
) -> Result<HashMap<Uuid, Vec<Term>>> {
    let start = Query::select()
        .expr_as(Expr::col((term::Entity, term::Column::Id)), "root")
        .expr_as(Expr::col((term::Entity, term::Column::ParentId)), "id")
        .expr_as(Expr::val(1_i32), "distance")
        .from(term::Entity)
        .cond_where(term::Column::Id.is_in(ids.iter().copied()))
        .cond_where(term::Column::ParentId.is_not_null())
        .take();
    let step = step(term::Column::ParentId, term::Column::Id);
    along(
        ctx,
        scope,
        way(start, step),
        select(scope, language.map(Expr::val)),
        Order::Desc,
        language,
    )
    .await
}

/// All terms below each of several that are so many levels away at most, nearer
/// ones first, then by name.
pub async fn descendants(
    ctx: &Ctx,
    scope: &Scope,
    ids: &[Uuid],
    levels: Option<i32>,
    language: Option<&str>,
) -> Result<HashMap<Uuid, Vec<Term>>> {
    let start = Query::select()
        .expr_as(Expr::col((term::Entity, term::Column::ParentId)), "root")
        .expr_as(Expr::col((term::Entity, term::Column::Id)), "id")
        .expr_as(Expr::val(1_i32), "distance")
        .from(term::Entity)
        .cond_where(term::Column::ParentId.is_in(ids.iter().copied()))
        .take();
    let mut found = select(scope, language.map(Expr::val));
    restrict_to_used(&mut found, scope);
    if let Some(levels) = levels {
        found.cond_where(Expr::col((WAY, "distance")).lte(levels));
    }
    let step = step(term::Column::Id, term::Column::ParentId);
    along(ctx, scope, way(start, step), found, Order::Asc, language).await
}

/// One level further on a way, on which a term is found by `from` and leads on
/// by `to`.
fn step(to: term::Column, from: term::Column) -> SelectStatement {
    Query::select()
        .column((WAY, "root"))
        .expr_as(Expr::col((term::Entity, to)), "id")
        .expr_as(Expr::col((WAY, "distance")).add(1), "distance")
        .from(term::Entity)
        .join(JoinType::InnerJoin, WAY, Expr::col((term::Entity, from)).equals((WAY, "id")))
        .cond_where(Expr::col((term::Entity, to)).is_not_null())
        .cond_where(Expr::col((WAY, "distance")).lt(DEPTH))
        .take()
}

fn way(mut start: SelectStatement, step: SelectStatement) -> CommonTableExpression {
    CommonTableExpression::new()
        .query(start.union(UnionType::All, step).take())
        .columns(["root", "id", "distance"])
        .table_name(WAY)
        .to_owned()
}

/// The terms on the ways, by where each began.
async fn along(
    ctx: &Ctx,
    scope: &Scope,
    way: CommonTableExpression,
    mut found: SelectStatement,
    order: Order,
    language: Option<&str>,
) -> Result<HashMap<Uuid, Vec<Term>>> {
    found
        .column((WAY, "root"))
        .join(
            JoinType::InnerJoin,
            WAY,
            Expr::col((WAY, "id")).equals((term::Entity, term::Column::Id)),
        )
        .order_by((WAY, "distance"), order)
        .order_by((term::Entity, term::Column::Name), Order::Asc)
        .order_by((term::Entity, term::Column::Id), Order::Asc);
    let query: WithQuery = found.with(Query::with().recursive(true).cte(way).to_owned());
    let root = if language.is_some() { 10 } else { 8 };
    let shared: Option<std::sync::Arc<str>> = language.map(Into::into);
    let mut owners = Vec::new();
    let mut found = Vec::new();
    note_all(ctx, None);
    for result in ctx.db_of([]).query_all(&query).await? {
        owners.push(result.get::<Uuid>(root)?);
        found.push((row(&result, language.is_some())?, shared.clone()));
    }
    let mut groups: HashMap<Uuid, Vec<Term>> = HashMap::new();
    for (owner, term) in owners.into_iter().zip(Term::group(found, scope)) {
        groups.entry(owner).or_default().push(term);
    }
    Ok(groups)
}
