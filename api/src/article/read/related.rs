//! Articles that have something in common with others, as Hugo finds them.
//!
//! What counts is what the site's indices name: terms, values of front matter
//! keys, a part of the date, and beyond Hugo what the texts say. Each thing in common adds the weight of its
//! index; what is above the threshold on average is related, heaviest first, then
//! newest, then by title. A date alone relates nothing unless its weight is above
//! the threshold by itself, so it is looked at last, and only for what has
//! something else in common.
//!
//! Texts are compared by the search index. The one that is most alike adds the
//! whole weight of the index, others as much less as they are less alike. While the index does not
//! answer, articles are related by the rest.
//!
//! To add an index of another kind: one more part of [`shares`], which says of
//! which article, which other, what it weighs.

use std::collections::HashMap;

use entity::article_copy::{Column, Entity};
use entity::{article_keyword, article_term};
use sea_orm::sea_query::{
    Alias, CaseStatement, Condition, Expr, ExprTrait, JoinType, Order, Query, SelectStatement,
    UnionType, WindowStatement,
};
use uuid::Uuid;

use super::{COPY, from, from_named, same_copy, shown, visible};
use crate::cache::{Common, Dependency, Shows, Watch, Where};
use crate::ctx::Ctx;
use crate::error::{Error, Result};
use crate::policy::Scope;
use crate::search;
use crate::site::{Frame, Index, Related};

const DAY: i64 = 86_400_000_000;

/// Days from a day before all others to 1970-01-01: the calendar below begins on
/// the first of March of a year that is a multiple of 400.
const SHIFT: i64 = 719_468 + 25 * 146_097;

/// For each article the ids of those that are related to it, most of all first.
pub async fn related(
    ctx: &Ctx,
    scope: &Scope,
    ids: &[Uuid],
    limit: u64,
) -> Result<HashMap<Uuid, Vec<Uuid>>> {
    let frame = ctx.frame().await?;
    let alike = alike(ctx, scope, &frame, ids).await?;
    let Some(shares) = shares(scope, &frame, ids, alike) else {
        return Ok(HashMap::new());
    };
    let statement = scored(scope, &frame.related, shares, limit);
    let mut related: HashMap<Uuid, Vec<Uuid>> = HashMap::new();
    let (mut last, mut tied) = (HashMap::new(), false);
    for result in ctx.db_of([Dependency::TermPlaces]).query_all(&statement).await? {
        let of: Uuid = result.get(0)?;
        let place: (i64, i64) = (result.get(2)?, result.get(3)?);
        tied |= last.insert(of, place) == Some(place);
        let found = related.entry(of).or_default();
        if (found.len() as u64) < limit {
            found.push(result.get(1)?);
        }
    }
    if ctx.is_recorded() {
        note(ctx, scope, &frame, (ids, &related), tied).await?;
    }
    Ok(related)
}

/// Notes what it depends on which articles are related to these: those with the same
/// terms or with keywords, and where more can relate, all of the language. Titles decide
/// between those that weigh the same and are as new, alone.
async fn note(
    ctx: &Ctx,
    scope: &Scope,
    frame: &Frame,
    (ids, related): (&[Uuid], &HashMap<Uuid, Vec<Uuid>>),
    titles: bool,
) -> Result<()> {
    let taxonomies = frame.taxonomies(frame.default_language());
    let plurals = || taxonomies.iter().map(|(_, plural)| *plural);
    let (min, max) = frame.related.scale();
    let indices = || counted(&frame.related);
    let modified = indices().any(|index| matches!(date_of(index), Some(Column::LastModified)));
    let is_wide = |index: &Index| {
        let by_date = date_of(index).is_some();
        index.is_text()
            || index.cardinality_threshold > 0
            || by_date && norm(index.weight, min, max) >= frame.related.threshold
    };
    let wide = indices().any(is_wide);
    let keyed =
        |index: &Index| !index.is_text() && date_of(index).is_none() && index.is_key(plurals());
    let keywords = indices().any(keyed);
    let mut select = from_named(scope);
    select
        .columns([Column::ArticleId, Column::Language].map(|column| (Entity, column)))
        .column((article_term::Entity, article_term::Column::TermId))
        .join(JoinType::LeftJoin, article_term::Entity, same_copy())
        .cond_where(Expr::col((Entity, Column::ArticleId)).is_in(ids.iter().copied()));
    let mut all: HashMap<Uuid, Common> = HashMap::new();
    let db = ctx.db_of(ids.iter().map(|id| Dependency::Place(*id)));
    for row in db.query_keyed(&select).await? {
        let (id, language, terms) = (row.get(0)?, row.get(1)?, Vec::new());
        let shown = related.get(&id).cloned().unwrap_or_default();
        let common = Common { language, terms, shown, keywords, modified, titles };
        all.entry(id).or_insert(common).terms.extend(row.get::<Option<Uuid>>(2)?);
    }
    for id in ids {
        let common = all.remove(id);
        let language = common.as_ref().map(|common| common.language.clone());
        let list = Where { language: language.as_deref(), ..Where::default() };
        let mut lists = vec![Dependency::List(list), Dependency::Keywords(list)];
        lists.extend(titles.then_some(Dependency::Titles(list)));
        lists.extend(modified.then_some(Dependency::Modified(list)));
        match common.filter(|_| !wide) {
            None => ctx.depends(lists),
            Some(common) => {
                let shows = Shows::Related(common);
                ctx.watches(lists, Watch { filters: Vec::new(), below: None, shows });
            }
        }
    }
    Ok(())
}

/// `SELECT of, id, weight, matches`: a row for each kind of thing in common.
fn shares(
    scope: &Scope,
    frame: &Frame,
    ids: &[Uuid],
    alike: Vec<Alike>,
) -> Option<SelectStatement> {
    let taxonomies = frame.taxonomies(frame.default_language());
    let mut all = (!alike.is_empty()).then(|| by_text(alike));
    for index in counted(&frame.related) {
        if index.is_text() {
            continue;
        }
        let plural = taxonomies.iter().map(|(_, plural)| *plural);
        let part = if date_of(index).is_some() {
            // Only where a date relates by itself.
            let (min, max) = frame.related.scale();
            if norm(index.weight, min, max) < frame.related.threshold {
                continue;
            }
            everything(scope, ids)
        } else if index.is_key(plural.clone()) {
            by_keyword(scope, index, ids)
        } else {
            let taxonomy = plural.clone().find(|plural| plural.eq_ignore_ascii_case(&index.name));
            by_term(scope, index, taxonomy.unwrap_or(&index.name), ids)
        };
        match &mut all {
            None => all = Some(part),
            Some(all) => {
                all.union(UnionType::All, part);
            }
        }
    }
    all
}

/// Of which article, which other, and what it weighs that their texts are alike.
type Alike = (Uuid, Uuid, i64);

/// Texts that are compared with one, at most.
const NEAR: u8 = 20;

/// What is alike by its text, where the site wants to know.
async fn alike(ctx: &Ctx, scope: &Scope, frame: &Frame, ids: &[Uuid]) -> Result<Vec<Alike>> {
    let weight: i64 =
        counted(&frame.related).filter(|index| index.is_text()).map(|index| index.weight).sum();
    if weight == 0 {
        return Ok(Vec::new());
    }
    let found = match search::similar(ctx, scope, ids, NEAR.into()).await {
        Err(Error::SearchUnavailable(_)) => return Ok(Vec::new()),
        found => found?,
    };
    #[expect(clippy::cast_possible_truncation, reason = "at most the weight")]
    let percent = |alike: f32| (alike.clamp(0.0, 1.0) * 100.0).round() as i64;
    let weighed = found.into_iter().flat_map(|(of, near)| {
        near.into_iter().map(move |(id, alike)| (of, id, weight * percent(alike) / 100))
    });
    Ok(weighed.collect())
}

fn by_text(alike: Vec<Alike>) -> SelectStatement {
    let column = |number: u8| Expr::col(("alike", Alias::new(format!("column{number}"))));
    Query::select()
        .expr_as(column(1), "of")
        .expr_as(column(2), "id")
        .expr_as(column(3), "weight")
        .expr_as(Expr::val(1_i64), "matches")
        .from_values(alike, "alike")
        .take()
}

/// The indices that count; Hugo leaves out what weighs nothing.
fn counted(related: &Related) -> impl Iterator<Item = &Index> {
    related.indices.iter().filter(|index| index.kind == "basic" && index.weight != 0)
}

/// The date that an index compares.
fn date_of(index: &Index) -> Option<Column> {
    match index.name.as_str() {
        "date" => Some(Column::Date),
        "lastmod" => Some(Column::LastModified),
        "publishdate" => Some(Column::ReleasedFrom),
        _ => None,
    }
}

/// A weight on the scale from 0 to 100, as Hugo rounds it.
fn norm(weight: i64, min: i64, max: i64) -> i64 {
    if max == min { 0 } else { (200 * (weight - min) + max - min) / (2 * (max - min)) }
}

fn by_term(scope: &Scope, index: &Index, taxonomy: &str, ids: &[Uuid]) -> SelectStatement {
    use article_term::Column as Term;
    let mine = |column: Term| Expr::col(("mine", column));
    let other = |column: Term| Expr::col(("other", column));
    let mut select = Query::select();
    select
        .expr_as(mine(Term::ArticleId), "of")
        .expr_as(other(Term::ArticleId), "id")
        .expr_as(Expr::val(index.weight).mul(other(Term::TermId).count()), "weight")
        .expr_as(other(Term::TermId).count(), "matches")
        .from_as(article_term::Entity, "mine")
        .join_as(
            JoinType::InnerJoin,
            article_term::Entity,
            "other",
            Condition::all()
                .add(visible(scope, "other"))
                .add(other(Term::TermId).equals(("mine", Term::TermId)))
                .add(other(Term::Language).equals(("mine", Term::Language))),
        )
        .cond_where(shown(scope, "mine"))
        .cond_where(mine(Term::Taxonomy).eq(taxonomy))
        .cond_where(mine(Term::ArticleId).is_in(ids.iter().copied()))
        .cond_where(mine(Term::ArticleId).ne(other(Term::ArticleId)))
        .add_group_by([mine(Term::ArticleId), other(Term::ArticleId)]);
    if index.cardinality_threshold > 0 {
        let all = |column: Term| Expr::col(("all", column));
        let carriers = || {
            Query::select()
                .from_as(article_term::Entity, "all")
                .cond_where(visible(scope, "all"))
                .cond_where(all(Term::Language).equals(("mine", Term::Language)))
                .take()
        };
        let many = carriers().cond_where(all(Term::TermId).equals(("mine", Term::TermId))).take();
        let every = carriers().cond_where(all(Term::Taxonomy).eq(taxonomy)).take();
        select.cond_where(few(many, every, &all(Term::ArticleId), index.cardinality_threshold));
    }
    select
}

fn by_keyword(scope: &Scope, index: &Index, ids: &[Uuid]) -> SelectStatement {
    use article_keyword::Column as Keyword;
    let mine = |column: Keyword| Expr::col(("mine", column));
    let other = |column: Keyword| Expr::col(("other", column));
    let same = |table: &'static str| {
        Condition::all()
            .add(shown(scope, table))
            .add(Expr::col((table, Keyword::Name)).equals(("mine", Keyword::Name)))
            .add(Expr::col((table, Keyword::Value)).equals(("mine", Keyword::Value)))
    };
    let mut select = Query::select();
    select
        .expr_as(mine(Keyword::ArticleId), "of")
        .expr_as(other(Keyword::ArticleId), "id")
        .expr_as(Expr::val(index.weight).mul(other(Keyword::Value).count()), "weight")
        .expr_as(other(Keyword::Value).count(), "matches")
        .from_as(article_keyword::Entity, "mine")
        .join_as(JoinType::InnerJoin, article_keyword::Entity, "other", same("other"))
        .cond_where(shown(scope, "mine"))
        .cond_where(mine(Keyword::Name).eq(index.name.as_str()))
        .cond_where(mine(Keyword::ArticleId).is_in(ids.iter().copied()))
        .cond_where(mine(Keyword::ArticleId).ne(other(Keyword::ArticleId)))
        .add_group_by([mine(Keyword::ArticleId), other(Keyword::ArticleId)]);
    if index.cardinality_threshold > 0 {
        let all = |column: Keyword| Expr::col(("all", column));
        let copy = |table: &'static str| {
            Query::select()
                .column((table, Column::Language))
                .from_as(Entity, table)
                .cond_where(Expr::col((table, Column::View)).equals(("mine", Keyword::View)))
                .cond_where(
                    Expr::col((table, Column::ArticleId)).equals(("mine", Keyword::ArticleId)),
                )
                .take()
        };
        let language = Expr::SubQuery(None, Box::new(copy("own").into()));
        let carriers = || {
            Query::select()
                .from_as(article_keyword::Entity, "all")
                .join_as(
                    JoinType::InnerJoin,
                    Entity,
                    "other_copy",
                    Condition::all()
                        .add(all(Keyword::View).equals(("other_copy", Column::View)))
                        .add(all(Keyword::ArticleId).equals(("other_copy", Column::ArticleId))),
                )
                .cond_where(visible(scope, "other_copy"))
                .cond_where(Expr::col(("other_copy", Column::Language)).eq(language.clone()))
                .cond_where(all(Keyword::Name).equals(("mine", Keyword::Name)))
                .take()
        };
        let many =
            carriers().cond_where(all(Keyword::Value).equals(("mine", Keyword::Value))).take();
        let every = carriers();
        select.cond_where(few(many, every, &all(Keyword::ArticleId), index.cardinality_threshold));
    }
    select
}

/// Whether what an index has of an article is not that of more than so many percent
/// of the articles of which it has anything.
fn few(many: SelectStatement, every: SelectStatement, article: &Expr, percent: i64) -> Expr {
    let times = |mut select: SelectStatement, times: i64| {
        let number = select.expr(article.clone().count_distinct().mul(times)).take();
        Expr::SubQuery(None, Box::new(number.into()))
    };
    times(many, 100).lte(times(every, percent))
}

/// Every other article of the language, with nothing in common yet.
fn everything(scope: &Scope, ids: &[Uuid]) -> SelectStatement {
    let mine = |column: Column| Expr::col(("mine", column));
    let mut select = from(scope);
    select
        .expr_as(mine(Column::ArticleId), "of")
        .expr_as(Expr::col((Entity, Column::ArticleId)), "id")
        .expr_as(Expr::val(0_i64), "weight")
        .expr_as(Expr::val(0_i64), "matches")
        .join_as(
            JoinType::InnerJoin,
            Entity,
            "mine",
            shown(scope, "mine").add(mine(Column::Language).equals((Entity, Column::Language))),
        )
        .cond_where(mine(Column::ArticleId).is_in(ids.iter().copied()))
        .cond_where(mine(Column::ArticleId).ne(Expr::col((Entity, Column::ArticleId))));
    select
}

/// The part of a date that an index compares, as a number.
///
/// Reckoned from days, as both databases reckon with integers alone: Howard
/// Hinnant, "chrono-Compatible Low-Level Date Algorithms", `civil_from_days`.
fn part_of_date(table: &'static str, index: &Index) -> Option<Expr> {
    let column = |column: Column| Expr::col((table, column));
    let date = column(date_of(index)?);
    let local = date.add(column(Column::UtcOffset).mul(1_000_000_i64));
    let days = local.add(SHIFT * DAY).div(DAY);
    let pattern = index.pattern.as_str();
    let has = |parts: &[&str]| parts.iter().any(|part| pattern.contains(part));
    let rest = pattern.replace("2006", "");
    if rest.contains("02") || rest.contains("_2") {
        return Some(days);
    }
    let era = days.clone().div(146_097_i64);
    let of_era = || days.clone().modulo(146_097_i64);
    let year = of_era()
        .sub(of_era().div(1460_i64))
        .add(of_era().div(36_524_i64))
        .sub(of_era().div(146_096_i64))
        .div(365_i64);
    let leap = year.clone().mul(365_i64).add(year.clone().div(4_i64));
    let of_year = of_era().sub(leap.sub(year.clone().div(100_i64)));
    let month = of_year.mul(5_i64).add(2_i64).div(153_i64);
    // Months since a January: the calendar's years begin in March.
    let months = era.mul(400_i64).add(year).mul(12_i64).add(month).add(2_i64);
    let by_month = rest.contains("01") || has(&["Jan", "January"]);
    Some(if by_month { months } else { months.div(12_i64) })
}

/// `SELECT of, id, weight, published`, best first, one more of each than are asked for.
fn scored(
    scope: &Scope,
    related: &Related,
    shares: SelectStatement,
    limit: u64,
) -> SelectStatement {
    let share = |column: &'static str| Expr::col(("share", column));
    let sum = |column: &'static str| share(column).sum().cast_as(Alias::new("bigint"));
    let mut summed = Query::select();
    summed
        .expr_as(share("of"), "of")
        .expr_as(share("id"), "id")
        .expr_as(sum("weight"), "weight")
        .expr_as(sum("matches"), "matches")
        .from_subquery(shares, "share")
        .add_group_by([share("of"), share("id")]);

    // What is dated alike weighs more.
    let (mut weight, mut matches) =
        (Expr::col(("summed", "weight")), Expr::col(("summed", "matches")));
    for index in counted(related) {
        let parts = part_of_date(COPY, index).zip(part_of_date("mine", index));
        let Some((here, there)) = parts else {
            continue;
        };
        let alike = |value: i64| {
            let case = CaseStatement::new().case(here.clone().eq(there.clone()), value);
            Expr::Case(Box::new(case.finally(0_i64)))
        };
        weight = weight.add(alike(index.weight));
        matches = matches.add(alike(1));
    }
    let published = |table: &'static str| {
        Expr::col((table, Column::ReleasedFrom)).if_null(Expr::col((table, Column::Date)))
    };
    let mut weighed = from(scope);
    weighed
        .expr_as(Expr::col(("summed", "of")), "of")
        .expr_as(Expr::col(("summed", "id")), "id")
        .expr_as(weight, "weight")
        .expr_as(matches, "matches")
        .expr_as(published(COPY), "published")
        .column((Entity, Column::Title))
        .join_subquery(
            JoinType::InnerJoin,
            summed,
            "summed",
            Expr::col(("summed", "id")).equals((Entity, Column::ArticleId)),
        )
        .join_as(
            JoinType::InnerJoin,
            Entity,
            "mine",
            shown(scope, "mine")
                .add(Expr::col(("mine", Column::ArticleId)).equals(("summed", "of")))
                .add(Expr::col(("mine", Column::Language)).equals((Entity, Column::Language))),
        );
    if !related.include_newer {
        let undated = entity::Timestamp::UNDATED.0;
        weighed.cond_where(
            Condition::any()
                .add(published("mine").lte(undated))
                .add(published(COPY).lte(published("mine"))),
        );
    }

    let found = |column: &'static str| Expr::col(("weighed", column));
    let (min, max) = related.scale();
    let span = if max > min { max - min } else { 1 };
    // `norm` of the average, in the database's own integers.
    let average = found("weight").div(found("matches"));
    let normed = average.sub(min).mul(200_i64).add(span).div(2 * span);
    let mut placed = Query::select();
    placed
        .expr_as(found("of"), "of")
        .expr_as(found("id"), "id")
        .expr_as(found("weight"), "weight")
        .expr_as(found("published"), "published")
        .from_subquery(weighed, "weighed")
        .cond_where(found("matches").gt(0_i64))
        .cond_where(normed.gte(Expr::val(related.threshold).div(found("matches"))))
        .expr_window_as(
            Expr::cust("ROW_NUMBER()"),
            WindowStatement::partition_by(("weighed", "of"))
                .order_by(("weighed", "weight"), Order::Desc)
                .order_by(("weighed", "published"), Order::Desc)
                .order_by(("weighed", "title"), Order::Asc)
                .order_by(("weighed", "id"), Order::Asc)
                .take(),
            "place",
        );
    Query::select()
        .columns(["of", "id", "weight", "published"])
        .from_subquery(placed, "placed")
        .cond_where(Expr::col("place").lte(limit.saturating_add(1)))
        .order_by("place", Order::Asc)
        .take()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn weights_are_put_on_hugos_scale() {
        for (weight, min, max, expected) in
            [(80, 0, 100, 80), (10, 0, 100, 10), (45, 0, 90, 50), (1, 0, 3, 33), (2, 0, 3, 67)]
        {
            assert_eq!(norm(weight, min, max), expected, "{weight}");
        }
    }
}
