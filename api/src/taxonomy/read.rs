//! Reading terms.

use std::collections::{BTreeSet, HashMap};
use std::sync::Arc;

use entity::{article_term, term, term_text};
use sea_orm::sea_query::{
    CommonTableExpression, Condition, Expr, ExprTrait, JoinType, Order, Query, SelectStatement,
    UnionType,
};
use sea_orm::{ColumnTrait, ConnectionTrait, EntityTrait, QueryFilter, QueryResult, QuerySelect};
use uuid::Uuid;

use super::{Taxonomy, Term, TermRow, merged};
use crate::article::filter::ArticleFilter;
use crate::article::read as articles;
use crate::ctx::Ctx;
use crate::error::Result;
use crate::graphql::page::{Cursor, Key, Page, Slice};
use crate::policy::{Rows, Scope};

fn select(language: Option<Expr>) -> SelectStatement {
    let mut select = Query::select();
    select.from(term::Entity);
    add_columns(&mut select, language);
    select.take()
}

/// What every statement here selects, in the order in which [`row`] reads it.
fn add_columns(select: &mut SelectStatement, language: Option<Expr>) {
    select.columns(
        [
            term::Column::Id,
            term::Column::ParentId,
            term::Column::Slug,
            term::Column::Name,
            term::Column::Description,
            term::Column::Version,
        ]
        .map(|column| (term::Entity, column)),
    );
    if let Some(language) = language {
        select
            .column((term_text::Entity, term_text::Column::Name))
            .column((term_text::Entity, term_text::Column::Description))
            .join(
                JoinType::LeftJoin,
                term_text::Entity,
                Condition::all()
                    .add(
                        Expr::col((term_text::Entity, term_text::Column::TermId))
                            .equals((term::Entity, term::Column::Id)),
                    )
                    .add(Expr::col((term_text::Entity, term_text::Column::Language)).eq(language)),
            );
    }
}

fn row(result: &QueryResult, localized: bool) -> Result<TermRow> {
    let mut row = TermRow {
        id: result.try_get_by_index(0)?,
        parent_id: result.try_get_by_index(1)?,
        slug: result.try_get_by_index(2)?,
        name: result.try_get_by_index(3)?,
        stored_name: result.try_get_by_index(3)?,
        description: result.try_get_by_index(4)?,
        version: result.try_get_by_index(5)?,
    };
    if localized {
        if let Some(name) = result.try_get_by_index(6)? {
            row.name = name;
        }
        if let Some(description) = result.try_get_by_index(7)? {
            row.description = Some(description);
        }
    }
    Ok(row)
}

async fn rows(
    ctx: &Ctx,
    scope: &Scope,
    select: &SelectStatement,
    language: Option<&str>,
) -> Result<Vec<Term>> {
    let shared: Option<Arc<str>> = language.map(Arc::from);
    let rows = ctx
        .app()
        .db()
        .read()
        .query_all(select)
        .await?
        .iter()
        .map(|result| Ok((row(result, language.is_some())?, shared.clone())))
        .collect::<Result<_>>()?;
    Ok(Term::group(rows, scope))
}

/// A term, the article that carries it, and that article's language.
type Owned = (Uuid, TermRow, Option<Arc<str>>);

/// The terms of articles, by taxonomy and article.
pub type OfArticles = HashMap<(Taxonomy, Uuid), Vec<Term>>;

/// The terms of each article in the order given there, named in its language:
/// those of all taxonomies in one statement.
pub async fn of_articles(ctx: &Ctx, scope: &Scope, ids: &[Uuid]) -> Result<OfArticles> {
    let of = |column: article_term::Column| Expr::col((article_term::Entity, column));
    let mut select = Query::select();
    // `term_text` is joined on the language of `article_term`, which comes first.
    select.from(term::Entity).join(
        JoinType::InnerJoin,
        article_term::Entity,
        of(article_term::Column::TermId).equals((term::Entity, term::Column::Id)),
    );
    add_columns(&mut select, Some(of(article_term::Column::Language)));
    select
        .expr_as(of(article_term::Column::ArticleId), "article_id")
        .expr_as(of(article_term::Column::Language), "language")
        .expr_as(of(article_term::Column::Taxonomy), "taxonomy")
        .cond_where(articles::shown(scope, "article_term"))
        .cond_where(of(article_term::Column::ArticleId).is_in(ids.iter().copied()))
        .order_by((article_term::Entity, article_term::Column::Position), Order::Asc);
    let results = ctx.app().db().read().query_all(&select).await?;
    let mut languages: HashMap<String, Arc<str>> = HashMap::new();
    let mut rows: HashMap<Taxonomy, Vec<Owned>> = HashMap::new();
    for result in &results {
        let plural: String = result.try_get_by_index(10)?;
        let Some(taxonomy) = Taxonomy::ALL.into_iter().find(|known| known.plural() == plural)
        else {
            continue;
        };
        let tag: String = result.try_get_by_index(9)?;
        let language = languages.entry(tag).or_insert_with_key(|tag| Arc::from(tag.as_str()));
        rows.entry(taxonomy).or_default().push((
            result.try_get_by_index(8)?,
            row(result, true)?,
            Some(Arc::clone(language)),
        ));
    }
    let mut groups = OfArticles::new();
    for (taxonomy, rows) in rows {
        let owners: Vec<_> = rows.iter().map(|(owner, ..)| *owner).collect();
        let terms = rows.into_iter().map(|(_, row, language)| (row, language)).collect();
        for (owner, term) in owners.into_iter().zip(Term::group(terms, scope)) {
            groups.entry((taxonomy, owner)).or_default().push(term);
        }
    }
    Ok(groups)
}

/// One term, by what makes it unique.
#[derive(Debug, Clone)]
pub enum TermBy {
    Id(Uuid),
    Slug(String),
}

pub async fn one(
    ctx: &Ctx,
    scope: &Scope,
    taxonomy: Taxonomy,
    by: TermBy,
    language: Option<&str>,
) -> Result<Option<Term>> {
    one_of(ctx, scope, taxonomy.plural(), by, language).await
}

/// One term of any taxonomy, by Hugo's plural.
pub async fn one_of(
    ctx: &Ctx,
    scope: &Scope,
    plural: &str,
    by: TermBy,
    language: Option<&str>,
) -> Result<Option<Term>> {
    let mut select = select(language.map(Expr::val));
    select.cond_where(term::Column::Taxonomy.eq(plural));
    select.cond_where(match by {
        TermBy::Id(id) => term::Column::Id.eq(id),
        TermBy::Slug(slug) => term::Column::Slug.eq(slug),
    });
    restrict_to_used(&mut select, scope);
    Ok(rows(ctx, scope, &select, language).await?.pop())
}

pub async fn by_ids(
    ctx: &Ctx,
    scope: &Scope,
    taxonomy: Taxonomy,
    ids: &[Uuid],
    language: Option<&str>,
) -> Result<HashMap<Uuid, Term>> {
    if ids.is_empty() {
        return Ok(HashMap::new());
    }
    let mut select = select(language.map(Expr::val));
    select
        .cond_where(term::Column::Taxonomy.eq(taxonomy.plural()))
        .cond_where(term::Column::Id.is_in(ids.iter().copied()));
    restrict_to_used(&mut select, scope);
    let terms = rows(ctx, scope, &select, language).await?;
    Ok(terms.into_iter().map(|term| (term.row.id, term)).collect())
}

/// What a list of terms is sorted by.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, async_graphql::Enum)]
pub enum TermOrder {
    /// By name in the order of Unicode code points.
    Name,
    /// By slug.
    Slug,
}

/// A page of the terms of a taxonomy.
pub async fn list(
    ctx: &Ctx,
    scope: &Scope,
    taxonomy: Taxonomy,
    order: TermOrder,
    page: &Page,
    language: Option<&str>,
) -> Result<Slice<Term>> {
    let column = match order {
        TermOrder::Name => term::Column::Name,
        TermOrder::Slug => term::Column::Slug,
    };
    let mut select = select(language.map(Expr::val));
    select.cond_where(term::Column::Taxonomy.eq(taxonomy.plural()));
    restrict_to_used(&mut select, scope);
    let key = || Expr::col((term::Entity, column));
    let id = || Expr::col((term::Entity, term::Column::Id));
    for (cursor, greater) in [(&page.after, true), (&page.before, false)] {
        let Some(Cursor { key: Key::Text(text), id: tie, .. }) = cursor else {
            continue;
        };
        select.cond_where(if greater {
            Condition::any()
                .add(key().gt(text.as_str()))
                .add(key().eq(text.as_str()).and(id().gt(*tie)))
        } else {
            Condition::any()
                .add(key().lt(text.as_str()))
                .add(key().eq(text.as_str()).and(id().lt(*tie)))
        });
    }
    let direction = if page.backward { Order::Desc } else { Order::Asc };
    select
        .order_by((term::Entity, column), direction.clone())
        .order_by((term::Entity, term::Column::Id), direction)
        .limit(page.limit());
    Ok(page.slice(rows(ctx, scope, &select, language).await?))
}

/// The public sees the terms that some published article carries, and the
/// categories above them; a term of drafts alone does not exist for it.
fn restrict_to_used(select: &mut SelectStatement, scope: &Scope) {
    if scope.view != entity::View::Published {
        return;
    }
    let carried = Query::select()
        .column((article_term::Entity, article_term::Column::TermId))
        .from(article_term::Entity)
        .cond_where(articles::visible(scope, "article_term"))
        .take();
    let above = Query::select()
        .column((term::Entity, term::Column::ParentId))
        .from(term::Entity)
        .join(
            JoinType::InnerJoin,
            "used",
            Expr::col((term::Entity, term::Column::Id)).equals(("used", "id")),
        )
        .cond_where(Expr::col((term::Entity, term::Column::ParentId)).is_not_null())
        .take();
    let tree = CommonTableExpression::new()
        .query({ carried }.union(UnionType::Distinct, above).take())
        .column("id")
        .table_name("used")
        .to_owned();
    let used = Query::select()
        .column("id")
        .from("used")
        .with_cte(Query::with().recursive(true).cte(tree).to_owned())
        .take();
    let id = || Expr::col((term::Entity, term::Column::Id));
    let mut seen = Condition::any().add(id().in_subquery(used));
    // Whoever made a term sees it.
    if let Rows::Preview(made) = scope.rows {
        seen = seen.add(id().eq(made));
    }
    select.cond_where(seen);
}

pub async fn total(ctx: &Ctx, scope: &Scope, taxonomy: Taxonomy) -> Result<i64> {
    let mut select = Query::select();
    select
        .expr_as(Expr::col((term::Entity, term::Column::Id)).count(), "count")
        .from(term::Entity)
        .cond_where(term::Column::Taxonomy.eq(taxonomy.plural()));
    restrict_to_used(&mut select, scope);
    let result = ctx.app().db().read().query_one(&select).await?;
    Ok(result.map_or(Ok(0), |result| result.try_get_by_index(0))?)
}

/// The terms below each of several, by name.
pub async fn children(
    ctx: &Ctx,
    scope: &Scope,
    parents: &[Uuid],
    language: Option<&str>,
) -> Result<HashMap<Uuid, Vec<Term>>> {
    let mut select = select(language.map(Expr::val));
    select
        .cond_where(term::Column::ParentId.is_in(parents.iter().copied()))
        .order_by((term::Entity, term::Column::Name), Order::Asc);
    restrict_to_used(&mut select, scope);
    let mut groups: HashMap<Uuid, Vec<Term>> = HashMap::new();
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
    let mut select = select(language.map(Expr::val));
    select.cond_where(Expr::col((term::Entity, term::Column::Id)).in_subquery(above));
    let terms = rows(ctx, scope, &select, language).await?;
    Ok(terms.into_iter().map(|term| (term.row.id, term)).collect())
}

/// Terms that a widget shows: the most frequent ones of a site that has more.
const MOST: u64 = 1000;

/// The terms that articles of a language carry, by name, for widgets.
pub async fn counted(
    ctx: &Ctx,
    scope: &Scope,
    taxonomy: Taxonomy,
    language: &str,
) -> Result<Vec<Term>> {
    let filter = ArticleFilter {
        language: Some(crate::graphql::scalar::LanguageTag(language.to_owned())),
        ..ArticleFilter::default()
    };
    let counts = articles::top_terms(ctx, scope, taxonomy, &filter, MOST).await?;
    let mut terms: Vec<_> = with_counts(ctx, scope, counts, Some(language))
        .await?
        .into_iter()
        .map(|(term, _)| term)
        .collect();
    terms.sort_by(|a, b| a.row.name.cmp(&b.row.name).then(a.row.id.cmp(&b.row.id)));
    Ok(terms)
}

/// The terms of counts, in the order of the counts.
pub async fn with_counts(
    ctx: &Ctx,
    scope: &Scope,
    counts: Vec<(Uuid, i64)>,
    language: Option<&str>,
) -> Result<Vec<(Term, i64)>> {
    let groups = HashMap::from([(Uuid::nil(), counts)]);
    let mut groups = with_counts_by_parent(ctx, scope, groups, language).await?;
    Ok(groups.remove(&Uuid::nil()).unwrap_or_default())
}

#[expect(clippy::implicit_hasher, reason = "maps are made with the default one")]
pub async fn with_counts_by_parent(
    ctx: &Ctx,
    scope: &Scope,
    counts: HashMap<Uuid, Vec<(Uuid, i64)>>,
    language: Option<&str>,
) -> Result<HashMap<Uuid, Vec<(Term, i64)>>> {
    let mut ids: Vec<_> = counts.values().flatten().map(|(id, _)| *id).collect();
    ids.sort_unstable();
    ids.dedup();
    let mut select = select(language.map(Expr::val));
    select.cond_where(term::Column::Id.is_in(ids));
    let terms: HashMap<_, _> = rows(ctx, scope, &select, language)
        .await?
        .into_iter()
        .map(|term| (term.row.id, term))
        .collect();
    Ok(counts
        .into_iter()
        .map(|(parent, counts)| {
            let counts = counts
                .into_iter()
                .filter_map(|(id, count)| terms.get(&id).map(|term| (term.clone(), count)))
                .collect();
            (parent, counts)
        })
        .collect())
}

/// Names of terms by id, those of merged ones by the ids that lead there.
pub async fn names(
    db: &impl ConnectionTrait,
    ids: BTreeSet<Uuid>,
) -> Result<HashMap<Uuid, String>> {
    let led = merged::led(db, &ids).await?;
    let meant = |id: &Uuid| led.get(id).copied().unwrap_or(*id);
    let found: Vec<(Uuid, String)> = term::Entity::find()
        .select_only()
        .columns([term::Column::Id, term::Column::Name])
        .filter(term::Column::Id.is_in(ids.iter().map(meant)))
        .into_tuple()
        .all(db)
        .await?;
    let found: HashMap<_, _> = found.into_iter().collect();
    Ok(ids.iter().filter_map(|id| Some((*id, found.get(&meant(id))?.clone()))).collect())
}
