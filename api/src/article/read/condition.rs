//! Filters as SQL conditions.

use entity::article_copy::{Column, Entity};
use entity::{View, article, article_term, assignment, term};
use sea_orm::ColumnTrait;
use sea_orm::sea_query::{
    CommonTableExpression, Condition, Expr, ExprTrait, Func, IntoCondition, JoinType, LikeExpr,
    Query, SelectStatement, UnionType,
};

use super::{group, visible};
use crate::article::filter::{
    ArticleFilter, ArticleStatus, DateTimeFilter, Own, StringFilter, TermFilter,
};
use crate::article::review::ReviewState;
use crate::error::{Error, Result};
use crate::graphql::id::{self, IdKind};
use crate::policy::Scope;
use crate::taxonomy::Taxonomy;

pub fn filter_condition(scope: &Scope, filter: &ArticleFilter) -> Result<Condition> {
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
        term,
        status,
        review,
        assigned_to,
        own,
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
        all = all.add(if or.is_empty() { Expr::val(1).eq(0).into_condition() } else { any });
    }
    if let Some(not) = not {
        all = all.add(filter_condition(scope, not)?.not());
    }
    if let Some(language) = language
        && !matches!(own, Some(Own::Fallback(_)))
    {
        all = all.add(Column::Language.eq(language.0.as_str()));
    }
    for (column, text) in [(Column::Section, section), (Column::Title, title), (Column::Path, path)]
    {
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
            all = all.add(Column::ArticleId.in_subquery(articles_with(scope, &taxonomy, term)?));
        }
    }
    if let Some(term) = term {
        let (taxonomy, term) = term.of_one();
        let carrying = articles_with(scope, &taxonomy, &term)?;
        all = all.add(Column::ArticleId.in_subquery(carrying));
    }
    if let Some(status) = status {
        let mut any = Condition::any();
        for status in status {
            any = any.add(status_condition(scope, *status));
        }
        all = all.add(if status.is_empty() { Expr::val(1).eq(0).into_condition() } else { any });
    }
    if (review.is_some() || assigned_to.is_some()) && scope.view == View::Published {
        return Err(Error::bad_input(
            "`review` and `assignedTo` are for those who work on articles: ask with view: WORKING",
        ));
    }
    if let Some(review) = review {
        let mut any = Condition::any().add(Expr::val(1).eq(0));
        for state in review {
            any = any.add(Column::ArticleId.in_subquery(reviewed(*state)));
        }
        all = all.add(any);
    }
    if let Some(user) = assigned_to {
        let user = id::decode_as(IdKind::User, user)?;
        let assigned = Query::select()
            .column((assignment::Entity, assignment::Column::ArticleId))
            .from(assignment::Entity)
            .cond_where(assignment::Column::UserId.eq(user))
            .take();
        all = all.add(Column::ArticleId.in_subquery(assigned));
    }
    if let Some(own) = own {
        all = all.add(own_condition(scope, own));
    }
    Ok(all)
}

/// The ids of articles of which this was said last and still holds, as
/// `review::state` has it.
fn reviewed(state: ReviewState) -> SelectStatement {
    let mut select = Query::select();
    select
        .column((article::Entity, article::Column::Id))
        .from(article::Entity)
        .cond_where(article::Column::Review.eq(state.name()));
    if state == ReviewState::Approved {
        select.cond_where(
            Expr::col((article::Entity, article::Column::ReviewVersion))
                .equals((article::Entity, article::Column::Version)),
        );
    }
    select.take()
}

fn own_condition(scope: &Scope, own: &Own) -> Condition {
    match own {
        Own::Ids(ids) => Column::ArticleId.is_in(ids.iter().copied()).into_condition(),
        // What sorts behind the folder's slash, and before what follows a slash.
        Own::Below(folder) => Condition::all()
            .add(Column::LogicalPath.gt(format!("{folder}/")))
            .add(Column::LogicalPath.lt(format!("{folder}0"))),
        Own::Authors(lists) => {
            Column::Authors.is_in(lists.iter().map(String::as_str)).into_condition()
        }
        Own::Carrying(terms) => {
            let carriers = Query::select()
                .column((article_term::Entity, article_term::Column::ArticleId))
                .from(article_term::Entity)
                .cond_where(visible(scope, "article_term"))
                .cond_where(article_term::Column::TermId.is_in(terms.iter().copied()))
                .take();
            Column::ArticleId.in_subquery(carriers).into_condition()
        }
        Own::Fallback(chain) => group::best_of(scope, chain),
        Own::Untranslated { languages, default } => group::untranslated(scope, languages, default),
        Own::Outdated { default } => group::outdated(scope, default),
    }
}

fn text_condition(column: Column, filter: &StringFilter) -> Condition {
    let StringFilter { eq, one_of, contains, starts_with } = filter;
    let mut all = Condition::all();
    if let Some(text) = eq {
        all = all.add(column.eq(text.as_str()));
    }
    if let Some(texts) = one_of {
        all = all.add(column.is_in(texts.iter().map(String::as_str)));
    }
    let like = |before: &str, text: &str| {
        let escaped =
            text.to_ascii_lowercase().replace('\\', "\\\\").replace('%', "\\%").replace('_', "\\_");
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
    taxonomy: &Taxonomy,
    filter: &TermFilter,
) -> Result<SelectStatement> {
    Ok(Query::select()
        .column((article_term::Entity, article_term::Column::ArticleId))
        .from(article_term::Entity)
        .cond_where(visible(scope, "article_term"))
        .cond_where(article_term::Column::TermId.in_subquery(terms_named(taxonomy, filter)?))
        .take())
}

/// The ids of the terms that a filter names.
pub fn terms_named(taxonomy: &Taxonomy, filter: &TermFilter) -> Result<SelectStatement> {
    let TermFilter { id, slug, slug_in, include_descendants } = filter;
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
    Ok(if *include_descendants {
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
        Query::select().column("id").from("named").with_cte(recursive).take()
    } else {
        named
    })
}

/// Status follows from the release and the clock: nothing stores it.
fn status_condition(scope: &Scope, status: ArticleStatus) -> Condition {
    let now = scope.now.0;
    let from = || Expr::col((Entity, Column::ReleasedFrom));
    let until = || Expr::col((Entity, Column::ReleasedUntil));
    let is = |view| Expr::val(i32::from(scope.view == view)).eq(1);
    let condition = match status {
        ArticleStatus::Trashed => return is(View::Trash).into_condition(),
        ArticleStatus::Archived => return is(View::Archive).into_condition(),
        ArticleStatus::Draft => Condition::all().add(from().is_null()),
        ArticleStatus::Scheduled => Condition::all().add(from().gt(now)),
        ArticleStatus::Published => Condition::all()
            .add(from().lte(now))
            .add(Condition::any().add(until().is_null()).add(until().gt(now))),
        ArticleStatus::Expired => Condition::all().add(from().lte(now)).add(until().lte(now)),
    };
    condition.add(is(View::Trash).not()).add(is(View::Archive).not())
}
