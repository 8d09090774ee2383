//! Addresses of everything that may be seen, in an order that keeps what belongs
//! together in one place: translations of an article, a term in all languages.

use entity::article_copy::{Column, Entity};
use entity::{Timestamp, article_term, term};
use sea_orm::ColumnTrait;
use sea_orm::sea_query::{
    Condition, Expr, ExprTrait, Func, JoinType, Order, Query, SelectStatement,
};
use uuid::Uuid;

use super::{addressed, from, same_copy};
use crate::cache::{Dependency, Where};
use crate::ctx::Ctx;
use crate::db::Row;
use crate::error::Result;
use crate::policy::Scope;

/// How much there is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Extent {
    pub articles: u64,
    /// Terms, counted once a language.
    pub terms: u64,
    /// Bytes of the longest address of an article.
    pub longest: u64,
}

/// An article on the map.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MappedArticle {
    pub id: Uuid,
    /// What its translations share.
    pub key: String,
    pub language: String,
    pub path: String,
    pub last_modified: Timestamp,
    pub canonical_url: Option<String>,
    /// Front matter, as JSON.
    pub params: String,
}

/// A term in a language, on the map.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MappedTerm {
    pub id: Uuid,
    pub taxonomy: String,
    pub slug: String,
    pub language: String,
    pub last_modified: Timestamp,
}

/// A section of a language, and its last change.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MappedSection {
    pub language: String,
    pub section: String,
    pub last_modified: Timestamp,
}

/// A place between two rows of the map.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Place<K> {
    pub key: K,
    pub language: String,
    pub id: Uuid,
}

fn number(value: i64) -> u64 {
    u64::try_from(value).unwrap_or(0)
}

/// What is listed and has an address.
fn placed(scope: &Scope) -> SelectStatement {
    let mut select = from(scope);
    addressed(&mut select);
    select
}

fn terms_of(scope: &Scope) -> SelectStatement {
    let mut select = placed(scope);
    select.join(JoinType::InnerJoin, article_term::Entity, same_copy());
    select.take()
}

pub async fn extent(ctx: &Ctx, scope: &Scope) -> Result<Extent> {
    let mut pairs = terms_of(scope);
    pairs
        .distinct()
        .column((article_term::Entity, article_term::Column::TermId))
        .column((Entity, Column::Language));
    let mut terms = Query::select();
    terms.expr(Expr::cust("COUNT(*)")).from_subquery(pairs, "pairs");
    let mut select = placed(scope);
    let bytes = Func::cust("octet_length").arg(Expr::col((Entity, Column::Path)));
    select
        .expr_as(Expr::col((Entity, Column::ArticleId)).count(), "articles")
        .expr_as(Expr::SubQuery(None, Box::new(terms.take().into())), "terms")
        .expr_as(Func::max(bytes), "longest");
    let Some(row) = ctx.db().query_one(&select).await? else {
        return Ok(Extent { articles: 0, terms: 0, longest: 0 });
    };
    Ok(Extent {
        articles: number(row.get(0)?),
        terms: number(row.get(1)?),
        longest: number(longest(&row)?),
    })
}

/// A length, which is of another type on each database.
fn longest(row: &Row) -> Result<i64> {
    if let Ok(length) = row.get::<Option<i64>>(2) {
        return Ok(length.unwrap_or(0));
    }
    Ok(row.get::<Option<i32>>(2)?.unwrap_or(0).into())
}

/// The translation key of the article that so many others come before.
pub async fn article_at(ctx: &Ctx, scope: &Scope, place: u64) -> Result<Option<String>> {
    let mut select = placed(scope);
    select.column((Entity, Column::TranslationKey));
    in_order(&mut select);
    select.limit(1).offset(place);
    let row = ctx.db().query_one(&select).await?;
    Ok(row.map(|row| row.get(0)).transpose()?)
}

fn in_order(select: &mut SelectStatement) {
    for column in [Column::TranslationKey, Column::Language, Column::ArticleId] {
        select.order_by((Entity, column), Order::Asc);
    }
}

/// Articles whose keys are at least `from` and below `until`, translations side
/// by side, after a place among them.
pub async fn mapped_articles(
    ctx: &Ctx,
    scope: &Scope,
    (first, until): (Option<&str>, Option<&str>),
    after: Option<&Place<String>>,
    limit: u64,
) -> Result<Vec<MappedArticle>> {
    const COLUMNS: [Column; 7] = [
        Column::ArticleId,
        Column::TranslationKey,
        Column::Language,
        Column::Path,
        Column::LastModified,
        Column::CanonicalUrl,
        Column::Params,
    ];
    let key = || Expr::col((Entity, Column::TranslationKey));
    let mut select = placed(scope);
    select.columns(COLUMNS.map(|column| (Entity, column)));
    if let Some(first) = first {
        select.cond_where(key().gte(first));
    }
    if let Some(until) = until {
        select.cond_where(key().lt(until));
    }
    if let Some(Place { key: last, language, id }) = after {
        let (tag, article) = (Column::Language, Column::ArticleId);
        let same = key().eq(last.as_str());
        // The plain bound repeats what the exact condition implies.
        select.cond_where(key().gte(last.as_str())).cond_where(
            Condition::any()
                .add(key().gt(last.as_str()))
                .add(same.clone().and(tag.gt(language.as_str())))
                .add(same.and(tag.eq(language.as_str())).and(article.gt(*id))),
        );
    }
    in_order(&mut select);
    select.limit(limit);
    let rows = ctx.db().query_all(&select).await?;
    rows.iter()
        .map(|row| {
            Ok(MappedArticle {
                id: row.get(0)?,
                key: row.get(1)?,
                language: row.get(2)?,
                path: row.get(3)?,
                last_modified: row.get(4)?,
                canonical_url: row.get(5)?,
                params: row.get(6)?,
            })
        })
        .collect()
}

/// The term in a language that so many others come before.
pub async fn term_at(ctx: &Ctx, scope: &Scope, place: u64) -> Result<Option<Uuid>> {
    let mut select = terms_of(scope);
    let id = (article_term::Entity, article_term::Column::TermId);
    select
        .column(id)
        .group_by_columns([id])
        .add_group_by([Expr::col((Entity, Column::Language))])
        .order_by(id, Order::Asc)
        .limit(1)
        .offset(place);
    let row = ctx.db().query_one(&select).await?;
    Ok(row.map(|row| row.get(0)).transpose()?)
}

/// Terms that articles carry, each in the languages of these, side by side: those
/// whose ids are at least `first` and below `until`, after a place among them.
pub async fn mapped_terms(
    ctx: &Ctx,
    scope: &Scope,
    (first, until): (Option<Uuid>, Option<Uuid>),
    after: Option<&Place<Uuid>>,
    limit: u64,
) -> Result<Vec<MappedTerm>> {
    let id = || Expr::col((term::Entity, term::Column::Id));
    let language = || Expr::col((Entity, Column::Language));
    let mut select = terms_of(scope);
    select
        .columns(
            [term::Column::Id, term::Column::Taxonomy, term::Column::Slug]
                .map(|column| (term::Entity, column)),
        )
        .column((Entity, Column::Language))
        .expr_as(Expr::col((Entity, Column::LastModified)).max(), "changed")
        .join(
            JoinType::InnerJoin,
            term::Entity,
            id().equals((article_term::Entity, article_term::Column::TermId)),
        );
    if let Some(first) = first {
        select.cond_where(id().gte(first));
    }
    if let Some(until) = until {
        select.cond_where(id().lt(until));
    }
    if let Some(Place { key, language: tag, id: _ }) = after {
        select.cond_where(
            Condition::any().add(id().gt(*key)).add(id().eq(*key).and(language().gt(tag.as_str()))),
        );
    }
    select
        .group_by_columns([
            (term::Entity, term::Column::Id),
            (term::Entity, term::Column::Taxonomy),
            (term::Entity, term::Column::Slug),
        ])
        .add_group_by([language()])
        .order_by((term::Entity, term::Column::Id), Order::Asc)
        .order_by((Entity, Column::Language), Order::Asc)
        .limit(limit);
    let rows = ctx.db().query_all(&select).await?;
    rows.iter()
        .map(|row| {
            Ok(MappedTerm {
                id: row.get(0)?,
                taxonomy: row.get(1)?,
                slug: row.get(2)?,
                language: row.get(3)?,
                last_modified: row.get(4)?,
            })
        })
        .collect()
}

/// The languages in which articles carry each of these terms.
pub async fn languages_of_terms(
    ctx: &Ctx,
    scope: &Scope,
    terms: &[Uuid],
) -> Result<Vec<(Uuid, String)>> {
    let id = Expr::col((article_term::Entity, article_term::Column::TermId));
    let mut select = terms_of(scope);
    select
        .distinct()
        .column((article_term::Entity, article_term::Column::TermId))
        .column((Entity, Column::Language))
        .cond_where(id.is_in(terms.iter().copied()));
    let rows = ctx.db().query_all(&select).await?;
    rows.iter().map(|row| Ok((row.get(0)?, row.get(1)?))).collect()
}

/// The sections that have articles, in each language.
pub async fn mapped_sections(ctx: &Ctx, scope: &Scope) -> Result<Vec<MappedSection>> {
    let mut select = from(scope);
    select
        .column((Entity, Column::Language))
        .column((Entity, Column::Section))
        .expr_as(Expr::col((Entity, Column::LastModified)).max(), "changed")
        .group_by_columns([(Entity, Column::Language), (Entity, Column::Section)]);
    let rows = ctx.db_of([Dependency::List(Where::default())]).query_all(&select).await?;
    rows.iter()
        .map(|row| {
            Ok(MappedSection {
                language: row.get(0)?,
                section: row.get(1)?,
                last_modified: row.get(2)?,
            })
        })
        .collect()
}
