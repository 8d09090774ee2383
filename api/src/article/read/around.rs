//! What stands around an article: translations and neighbours.

use std::collections::HashMap;

use entity::article_copy::{Column, Entity, Model};
use sea_orm::ColumnTrait;
use sea_orm::sea_query::{BinOper, CaseStatement, Condition, Expr, ExprTrait, Func, Order, Query};
use uuid::Uuid;

use super::{addressed, depends, from, rows, select_named, visible, within};
use crate::article::columns::Columns;
use crate::article::filter::{ArticleFilter, StringFilter};
use crate::cache::Dependency;
use crate::ctx::Ctx;
use crate::error::Result;
use crate::policy::Scope;

/// The other articles that share a translation key, by that key.
pub async fn translations(
    ctx: &Ctx,
    scope: &Scope,
    keys: &[String],
    columns: Columns,
) -> Result<Vec<Model>> {
    let columns = columns.with(Columns::of(&[Column::TranslationKey, Column::Language]));
    let mut select = select_named(scope, columns);
    addressed(&mut select);
    select
        .cond_where(Column::TranslationKey.is_in(keys.iter().map(String::as_str)))
        .order_by((Entity, Column::Language), Order::Asc)
        .order_by((Entity, Column::ArticleId), Order::Asc);
    rows(ctx, &select, columns, keys.iter().map(|key| Dependency::Translations(key))).await
}

/// The neighbours in the order in which Hugo lists the pages of a section: by
/// weight, those without one last; then newest first, by title, by address.
#[derive(Debug, Clone, Copy, Default)]
pub struct Neighbours {
    /// The one after it in that order.
    pub older: Option<Uuid>,
    /// The one before it.
    pub newer: Option<Uuid>,
}

pub async fn neighbours(
    ctx: &Ctx,
    scope: &Scope,
    ids: &[Uuid],
) -> Result<HashMap<Uuid, Neighbours>> {
    let unweighted = || Expr::col((Entity, Column::Weight)).eq(0);
    // Within its kind, else at the end of the other kind that is next to it.
    let neighbour = |newer: bool| {
        let own = CaseStatement::new()
            .case(unweighted(), near(scope, Kind::Unweighted, newer, true))
            .finally(near(scope, Kind::Weighted, newer, true));
        let (here, there) = if newer {
            (unweighted(), Kind::Weighted)
        } else {
            (unweighted().not(), Kind::Unweighted)
        };
        let other = CaseStatement::new().case(here, near(scope, there, newer, false));
        Func::coalesce([Expr::Case(Box::new(own)), Expr::Case(Box::new(other))])
    };
    let mut select = from(scope);
    select
        .column((Entity, Column::ArticleId))
        .expr_as(neighbour(false), "older")
        .expr_as(neighbour(true), "newer")
        .column((Entity, Column::Language))
        .column((Entity, Column::Section))
        .cond_where(Column::ArticleId.is_in(ids.iter().copied()));
    ctx.depends(ids.iter().map(|id| Dependency::Place(*id)));
    ctx.db_of([Dependency::Sections])
        .query_all(&select)
        .await?
        .iter()
        .map(|result| {
            let (language, section): (String, String) = (result.get(3)?, result.get(4)?);
            let neighbours = Neighbours { older: result.get(1)?, newer: result.get(2)? };
            let id = result.get(0)?;
            let around = [neighbours.older, neighbours.newer].into_iter().flatten();
            let section = Some(StringFilter { eq: Some(section), ..StringFilter::default() });
            let filter = ArticleFilter { section, ..ArticleFilter::in_language(Some(&language)) };
            depends::note_beside(ctx, &filter, around.chain([id]).collect());
            Ok((id, neighbours))
        })
        .collect()
}

/// Articles with a weight come first; each kind has an index of its own.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Kind {
    Weighted,
    Unweighted,
}

/// The deepest section below the first level that an article is in; nothing where it is
/// in none, as on most sites.
fn inner_section(table: &'static str) -> Expr {
    use entity::section;
    let own = |column: section::Column| Expr::col((section::Entity, column));
    let folder = || own(section::Column::Name).binary(BinOper::Custom("||"), "/");
    let start = Func::cust("SUBSTR").args([
        Expr::col((table, Column::LogicalPath)),
        Expr::val(1_i32),
        Func::char_length(folder()).into(),
    ]);
    let mut deepest = Query::select();
    deepest
        .column((section::Entity, section::Column::Name))
        .from(section::Entity)
        .cond_where(own(section::Column::Language).equals((table, Column::Language)))
        .cond_where(own(section::Column::Name).like("%/%"))
        .cond_where(own(section::Column::Draft).eq(false))
        .cond_where(Expr::from(start).eq(folder()))
        .order_by_expr(Func::char_length(folder()).into(), Order::Desc)
        .limit(1);
    let deepest = Expr::SubQuery(None, Box::new(deepest.into()));
    Func::coalesce([deepest, Expr::val("")]).into()
}

/// The nearest article of a kind, beyond the one at hand or at the kind's end.
fn near(scope: &Scope, kind: Kind, newer: bool, beyond: bool) -> Expr {
    let near = |column: Column| Expr::col(("near", column));
    // In any case; databases fold the letters of ASCII alone.
    let title = |table: &'static str| {
        let column = |column: Column| Expr::col((table, column));
        let title = Func::coalesce([column(Column::LinkTitle), column(Column::Title)]);
        Expr::from(Func::lower(title))
    };
    // What is sorted by, and whether the smallest is first in the list.
    let mut keys = Vec::new();
    if kind == Kind::Weighted {
        let here = Expr::col((Entity, Column::Weight));
        keys.push((near(Column::Weight), here, true));
    }
    keys.push((near(Column::Date), Expr::col((Entity, Column::Date)), false));
    keys.push((title("near"), title("article_copy"), true));
    keys.push((near(Column::Path), Expr::col((Entity, Column::Path)), true));
    let mut select = Query::select();
    select
        .column(("near", Column::ArticleId))
        .from_as(Entity, "near")
        .cond_where(visible(scope, "near"))
        .cond_where(within(scope, "near"))
        .cond_where(near(Column::Language).eq(Expr::col((Entity, Column::Language))))
        .cond_where(near(Column::Section).eq(Expr::col((Entity, Column::Section))))
        .cond_where(inner_section("near").eq(inner_section("article_copy")))
        .cond_where(match kind {
            Kind::Weighted => near(Column::Weight).ne(0),
            Kind::Unweighted => near(Column::Weight).eq(0),
        });
    if beyond {
        let further = |there: Expr, here: Expr, rising: bool| {
            if rising == newer { there.lt(here) } else { there.gt(here) }
        };
        let mut rest = Condition::any();
        for (there, here, rising) in keys.iter().rev() {
            let equal = Condition::all().add(there.clone().eq(here.clone())).add(rest);
            let past = further(there.clone(), here.clone(), *rising);
            rest = Condition::any().add(past).add(equal);
        }
        select.cond_where(rest);
        // The loose bound repeats what the exact one implies: the index starts there.
        if let Some((there, here, rising)) = keys.first() {
            let (there, here) = (there.clone(), here.clone());
            let loose = if *rising == newer { there.lte(here) } else { there.gte(here) };
            select.cond_where(loose);
        }
    }
    for (there, _, rising) in keys {
        select.order_by_expr(there, if rising == newer { Order::Desc } else { Order::Asc });
    }
    Expr::SubQuery(None, Box::new(select.limit(1).take().into()))
}
