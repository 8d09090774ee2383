//! How many articles of a list are in which section, language, and by whom.

use std::collections::HashMap;

use entity::article_copy::{Column, Entity};
use sea_orm::sea_query::{Alias, Expr, ExprTrait};
use serde::Deserialize;
use uuid::Uuid;

use super::condition::filter_condition;
use super::parents::{HELD, Parents, held, join_held, later, parts};
use super::{depends, from};
use crate::article::filter::ArticleFilter;
use crate::cache::By;
use crate::ctx::Ctx;
use crate::error::Result;
use crate::policy::Scope;

/// What articles are counted by.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Facet {
    /// Language and section.
    Section,
    Language,
    /// The name of an author, as it is printed.
    Author,
}

/// Values of a facet with their counts, most frequent first, ties by value; of a
/// section its language and name. A list that hangs on nothing has the nil id.
pub async fn facets(
    ctx: &Ctx,
    scope: &Scope,
    facet: Facet,
    parents: Option<&Parents>,
    filter: &ArticleFilter,
) -> Result<HashMap<Uuid, Vec<(Vec<String>, i64)>>> {
    let column = |column: Column| Expr::col((Entity, column));
    let keys = match facet {
        Facet::Section => vec![column(Column::Language), column(Column::Section)],
        Facet::Language => vec![column(Column::Language)],
        // Articles of the same authors are one row, and few lists of authors are
        // many: the names are taken out of them here.
        Facet::Author => vec![column(Column::Authors).cast_as(Alias::new("text"))],
    };
    let mut counts: HashMap<Uuid, HashMap<Vec<String>, i64>> = HashMap::new();
    let by = if facet == Facet::Author { By::Authors } else { By::Place };
    depends::note_numbers(ctx, &by, filter, parents);
    for (start, part) in parts(parents) {
        let mut select = from(scope);
        select
            .expr_as(column(Column::ArticleId).count(), "count")
            .cond_where(filter_condition(scope, filter)?);
        for key in &keys {
            select.expr(key.clone()).add_group_by([key.clone()]);
        }
        if let Some(parents) = &part {
            let Some(held) = held(scope, parents)? else {
                continue;
            };
            join_held(&mut select, held);
            select.column((HELD, "parent")).group_by_col((HELD, "parent"));
        }
        for result in ctx.db_of([]).query_all(&select).await? {
            let count: i64 = result.get(0)?;
            let values = (1..=keys.len())
                .map(|index| result.get::<String>(index))
                .collect::<Result<Vec<_>, _>>()?;
            let parent = match part {
                Some(_) => later(result.get(keys.len() + 1)?, start),
                None => Uuid::nil(),
            };
            let values = if facet == Facet::Author { authors(&values) } else { vec![values] };
            let group = counts.entry(parent).or_default();
            for value in values {
                *group.entry(value).or_default() += count;
            }
        }
    }
    Ok(counts
        .into_iter()
        .map(|(parent, counts)| {
            let mut counts: Vec<_> = counts.into_iter().collect();
            counts.sort_by(|a, b| b.1.cmp(&a.1).then_with(|| a.0.cmp(&b.0)));
            (parent, counts)
        })
        .collect())
}

/// The names in a column of authors, each once.
fn authors(values: &[String]) -> Vec<Vec<String>> {
    #[derive(Deserialize)]
    struct Named {
        name: String,
    }
    let text = values.first().map(String::as_str).unwrap_or_default();
    let named: Vec<Named> = serde_json::from_str(text).unwrap_or_default();
    let mut names: Vec<_> = named.into_iter().map(|named| vec![named.name]).collect();
    names.sort_unstable();
    names.dedup();
    names
}
