//! How many articles of a list carry which terms.

use std::collections::HashMap;

use entity::article_copy::{Column, Entity};
use entity::{article_term, term};
use sea_orm::ColumnTrait;
use sea_orm::sea_query::{
    Expr, ExprTrait, JoinType, Order, Query, SelectStatement, WindowStatement,
};
use uuid::Uuid;

use super::condition::filter_condition;
use super::parents::{HELD, Parents, held, later};
use super::{List, depends, from, visible};
use crate::article::filter::ArticleFilter;
use crate::cache::{By, Dependency};
use crate::ctx::Ctx;
use crate::error::Result;
use crate::policy::{Rows, Scope};
use crate::taxonomy::Taxonomy;

/// How many articles of a list each term has.
pub async fn count_by_term(
    ctx: &Ctx,
    scope: &Scope,
    terms: &[Uuid],
    list: &List,
) -> Result<HashMap<Uuid, i64>> {
    let mut select = count_terms(scope, &list.filter)?;
    select.cond_where(article_term::Column::TermId.is_in(terms.iter().copied()));
    if let [_] = terms {
        let parents = Parents::Terms { ids: terms.to_vec(), below: false };
        depends::note_number(ctx, &list.filter, Some(&parents));
    } else {
        depends::note_numbers(ctx, &By::Terms(None), &list.filter, None);
        ctx.depends([Dependency::TermPlaces]);
    }
    term_counts(ctx, &select).await.map(|counts| counts.into_iter().collect())
}

/// The terms of a taxonomy by how many articles of a list carry them, most
/// frequent first, ties by name.
pub async fn top_terms(
    ctx: &Ctx,
    scope: &Scope,
    taxonomy: &Taxonomy,
    filter: &ArticleFilter,
    limit: u64,
) -> Result<Vec<(Uuid, i64)>> {
    let mut counted = count_terms(scope, filter)?;
    counted.cond_where(article_term::Column::Taxonomy.eq(taxonomy.plural()));
    // Names are looked up a term, and not a row that is counted.
    let mut select = Query::select();
    select
        .columns([("counted", "term_id"), ("counted", "count")])
        .from_subquery(counted, "counted")
        .join(
            JoinType::InnerJoin,
            term::Entity,
            Expr::col((term::Entity, term::Column::Id)).equals(("counted", "term_id")),
        )
        .order_by(("counted", "count"), Order::Desc)
        .order_by((term::Entity, term::Column::Name), Order::Asc)
        .order_by(("counted", "term_id"), Order::Asc)
        .limit(limit);
    let by = By::Terms(Some(taxonomy.plural().into()));
    depends::note_numbers(ctx, &by, filter, None);
    ctx.depends([Dependency::Terms]);
    term_counts(ctx, &select).await
}

/// The same for the articles of each of several parents, in one statement.
pub async fn top_terms_by_parent(
    ctx: &Ctx,
    scope: &Scope,
    parents: &Parents,
    taxonomy: &Taxonomy,
    filter: &ArticleFilter,
    limit: u64,
) -> Result<HashMap<Uuid, Vec<(Uuid, i64)>>> {
    let mut groups: HashMap<Uuid, Vec<(Uuid, i64)>> = HashMap::new();
    let by = By::Terms(Some(taxonomy.plural().into()));
    depends::note_numbers(ctx, &by, filter, Some(parents));
    for (start, chunk) in parents.chunks() {
        let Some(held) = held(scope, &chunk)? else {
            continue;
        };
        let mut counted = count_terms(scope, filter)?;
        counted
            .cond_where(article_term::Column::Taxonomy.eq(taxonomy.plural()))
            .join_subquery(
                JoinType::InnerJoin,
                held,
                HELD,
                Expr::col((HELD, "article_id"))
                    .equals((article_term::Entity, article_term::Column::ArticleId)),
            )
            .expr_as(Expr::col((HELD, "parent")), "of")
            .group_by_col((HELD, "parent"))
            .expr_window_as(
                Expr::cust("ROW_NUMBER()"),
                WindowStatement::partition_by((HELD, "parent"))
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
        for result in ctx.db_of([Dependency::TermPlaces]).query_all(&outer).await? {
            groups
                .entry(later(result.get(0)?, start))
                .or_default()
                .push((result.get(1)?, result.get(2)?));
        }
    }
    Ok(groups)
}

/// How many articles of a list carry the term of the statement that this is put
/// into, which has the terms in its `FROM`.
pub fn count_of_term(scope: &Scope, filter: &ArticleFilter) -> Result<Expr> {
    let mut select = counted(scope, filter)?;
    select.cond_where(
        Expr::col((article_term::Entity, article_term::Column::TermId))
            .equals((term::Entity, term::Column::Id)),
    );
    Ok(Expr::SubQuery(None, Box::new(select.into())))
}

/// Counts by term; the articles are looked at only where the filter says more
/// than a language.
fn count_terms(scope: &Scope, filter: &ArticleFilter) -> Result<SelectStatement> {
    let mut select = Query::select();
    select.column((article_term::Entity, article_term::Column::TermId));
    count_into(&mut select, scope, filter)?;
    select.group_by_col((article_term::Entity, article_term::Column::TermId));
    Ok(select.take())
}

/// The number of what articles carry, all terms together.
fn counted(scope: &Scope, filter: &ArticleFilter) -> Result<SelectStatement> {
    let mut select = Query::select();
    count_into(&mut select, scope, filter)?;
    Ok(select.take())
}

fn count_into(select: &mut SelectStatement, scope: &Scope, filter: &ArticleFilter) -> Result<()> {
    select
        .expr_as(
            Expr::col((article_term::Entity, article_term::Column::ArticleId)).count(),
            "count",
        )
        .from(article_term::Entity)
        .cond_where(visible(scope, "article_term"));
    if filter.is_language_alone() && scope.rows == Rows::All {
        if let Some(language) = &filter.language {
            select.cond_where(article_term::Column::Language.eq(language.0.as_str()));
        }
    } else {
        let mut articles = from(scope);
        articles.column((Entity, Column::ArticleId)).cond_where(filter_condition(scope, filter)?);
        select.cond_where(article_term::Column::ArticleId.in_subquery(articles));
    }
    Ok(())
}

/// Ids with their counts; the caller has noted what they depend on.
pub async fn term_counts(ctx: &Ctx, select: &SelectStatement) -> Result<Vec<(Uuid, i64)>> {
    let results = ctx.db_of([]).query_all(select).await?;
    Ok(results
        .iter()
        .map(|result| Ok((result.get(0)?, result.get(1)?)))
        .collect::<Result<_, sea_orm::DbErr>>()?)
}
