//! Reading terms.

use std::collections::{BTreeSet, HashMap};
use std::sync::Arc;

use entity::{View, article_term, term, term_text};
use sea_orm::sea_query::{
    Asterisk, CaseStatement, CommonTableExpression, Condition, Expr, ExprTrait, JoinType, Order,
    Query, SelectStatement, UnionType,
};
use sea_orm::{ColumnTrait, ConnectionTrait, EntityTrait, QueryFilter, QuerySelect};
use uuid::Uuid;

use super::{Taxonomy, Term, TermRow, merged};
use crate::article::filter::{ArticleFilter, Own, TermFilter};
use crate::article::read as articles;
use crate::cache::{By, Dependency};
use crate::ctx::Ctx;
use crate::db::Row;
use crate::error::{Error, Result};
use crate::graphql::page::{Cursor, Key, Page, Slice};
use crate::policy::{Rows, Scope};
use crate::section;

pub(super) fn select(scope: &Scope, language: Option<Expr>) -> SelectStatement {
    let mut select = Query::select();
    select.from(term::Entity);
    add_columns(&mut select, scope, language);
    select.take()
}

/// What every statement here selects, in the order in which [`row`] reads it.
fn add_columns(select: &mut SelectStatement, scope: &Scope, language: Option<Expr>) {
    select.columns(
        [
            term::Column::Id,
            term::Column::ParentId,
            term::Column::Slug,
            term::Column::Name,
            term::Column::Description,
            term::Column::Version,
            term::Column::Taxonomy,
            term::Column::Weight,
        ]
        .map(|column| (term::Entity, column)),
    );
    if let Some(language) = language {
        select
            .expr_as(Expr::col((term_text::Entity, term_text::Column::Name)), "own_name")
            .expr_as(Expr::col((term_text::Entity, term_text::Column::Description)), "own_text")
            .join(
                JoinType::LeftJoin,
                term_text::Entity,
                Condition::all()
                    .add(
                        Expr::col((term_text::Entity, term_text::Column::TermId))
                            .equals((term::Entity, term::Column::Id)),
                    )
                    .add(Expr::col((term_text::Entity, term_text::Column::Language)).eq(language))
                    .add(section::shown(scope, "term_text")),
            );
    }
}

pub(super) fn row(result: &Row, localized: bool) -> Result<TermRow> {
    let mut row = TermRow {
        id: result.get(0)?,
        parent_id: result.get(1)?,
        slug: result.get(2)?,
        name: result.get(3)?,
        stored_name: result.get(3)?,
        description: result.get(4)?,
        version: result.get(5)?,
        taxonomy: Taxonomy::named(&result.get::<String>(6)?),
        weight: result.get(7)?,
        count: None,
    };
    if localized {
        if let Some(name) = result.get(8)? {
            row.name = name;
        }
        if let Some(description) = result.get(9)? {
            row.description = Some(description);
        }
    }
    Ok(row)
}

/// Terms that a statement selects by their ids, slugs or places. Where it sorts by more,
/// or asks which are used, the caller says what that depends on.
pub(super) async fn rows(
    ctx: &Ctx,
    scope: &Scope,
    select: &SelectStatement,
    language: Option<&str>,
) -> Result<Vec<Term>> {
    let shared: Option<Arc<str>> = language.map(Arc::from);
    let rows: Vec<_> = ctx
        .db_of([Dependency::TermPlaces])
        .query_all(select)
        .await?
        .iter()
        .map(|result| Ok((row(result, language.is_some())?, shared.clone())))
        .collect::<Result<_>>()?;
    ctx.depends(rows.iter().map(|(row, _)| Dependency::Term(row.id)));
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
    add_columns(&mut select, scope, Some(of(article_term::Column::Language)));
    select
        .expr_as(of(article_term::Column::ArticleId), "article_id")
        .expr_as(of(article_term::Column::Language), "language")
        .cond_where(articles::shown(scope, "article_term"))
        .cond_where(of(article_term::Column::ArticleId).is_in(ids.iter().copied()))
        .order_by((article_term::Entity, article_term::Column::Position), Order::Asc);
    let results =
        ctx.db_of(ids.iter().map(|id| Dependency::Place(*id))).query_keyed(&select).await?;
    let mut languages: HashMap<String, Arc<str>> = HashMap::new();
    let mut rows: HashMap<Taxonomy, Vec<Owned>> = HashMap::new();
    for result in &results {
        let tag: String = result.get(11)?;
        let language = languages.entry(tag).or_insert_with_key(|tag| Arc::from(tag.as_str()));
        let term = row(result, true)?;
        ctx.depends([Dependency::Term(term.id)]);
        rows.entry(term.taxonomy.clone()).or_default().push((
            result.get(10)?,
            term,
            Some(Arc::clone(language)),
        ));
    }
    let mut groups = OfArticles::new();
    for (taxonomy, rows) in rows {
        let owners: Vec<_> = rows.iter().map(|(owner, ..)| *owner).collect();
        let terms = rows.into_iter().map(|(_, row, language)| (row, language)).collect();
        for (owner, term) in owners.into_iter().zip(Term::group(terms, scope)) {
            groups.entry((taxonomy.clone(), owner)).or_default().push(term);
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

/// The term of a taxonomy, or of any where none is named.
pub async fn one(
    ctx: &Ctx,
    scope: &Scope,
    taxonomy: Option<&Taxonomy>,
    by: TermBy,
    language: Option<&str>,
) -> Result<Option<Term>> {
    let mut select = select(scope, language.map(Expr::val));
    if let Some(taxonomy) = taxonomy {
        select.cond_where(term::Column::Taxonomy.eq(taxonomy.plural()));
    }
    match (&by, taxonomy) {
        (TermBy::Id(id), Some(Taxonomy::Tags)) => note_carried(ctx, *id),
        (TermBy::Slug(slug), Some(Taxonomy::Tags)) => {
            let tag = Some(TermFilter { slug: Some(slug.clone()), ..TermFilter::default() });
            articles::note_number(ctx, &ArticleFilter { tag, ..ArticleFilter::default() }, None);
        }
        // One above others is used where one of those is.
        _ => note_used(ctx, taxonomy),
    }
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
    ids: &[Uuid],
    language: Option<&str>,
) -> Result<HashMap<Uuid, Term>> {
    if ids.is_empty() {
        return Ok(HashMap::new());
    }
    let mut select = select(scope, language.map(Expr::val));
    select.cond_where(term::Column::Id.is_in(ids.iter().copied()));
    restrict_to_used(&mut select, scope);
    let terms = rows(ctx, scope, &select, language).await?;
    let tags = terms.iter().filter(|term| term.row.taxonomy == Taxonomy::Tags);
    if tags.clone().count() == ids.len() {
        tags.for_each(|term| note_carried(ctx, term.row.id));
    } else {
        // One above others is used where one of those is, and one that is missing
        // may be such a one.
        note_used(ctx, None);
    }
    Ok(terms.into_iter().map(|term| (term.row.id, term)).collect())
}

/// Terms by taxonomy and slug, in no particular order; those that may not be seen are
/// absent.
pub async fn by_slugs(
    ctx: &Ctx,
    scope: &Scope,
    wanted: &[(&str, String)],
    language: &str,
) -> Result<Vec<Term>> {
    if wanted.is_empty() {
        return Ok(Vec::new());
    }
    // However many there are, the condition is no deeper than there are taxonomies.
    let mut slugs: HashMap<&str, Vec<&str>> = HashMap::new();
    for (plural, slug) in wanted {
        slugs.entry(plural).or_default().push(slug);
    }
    let mut any = Condition::any();
    for (plural, slugs) in slugs {
        let taxonomy = term::Column::Taxonomy.eq(plural);
        any = any.add(taxonomy.and(term::Column::Slug.is_in(slugs)));
    }
    let mut select = select(scope, Some(Expr::val(language)));
    select.cond_where(any);
    restrict_to_used(&mut select, scope);
    note_used(ctx, None);
    rows(ctx, scope, &select, Some(language)).await
}

/// Terms by ids that may be those of merged ones, by the id asked for.
pub async fn meant(
    ctx: &Ctx,
    scope: &Scope,
    ids: BTreeSet<Uuid>,
    language: &str,
) -> Result<HashMap<Uuid, Term>> {
    let all: Vec<_> = ids.iter().copied().collect();
    let mut found = by_ids(ctx, scope, &all, Some(language)).await?;
    let missing: BTreeSet<_> = ids.into_iter().filter(|id| !found.contains_key(id)).collect();
    if !missing.is_empty() {
        let led = merged::led(ctx.db_of([Dependency::TermPlaces]).orm(), &missing).await?;
        let survivors: Vec<_> = led.values().copied().collect();
        let survivors = by_ids(ctx, scope, &survivors, Some(language)).await?;
        found.extend(
            led.into_iter().filter_map(|(id, term)| Some((id, survivors.get(&term)?.clone()))),
        );
    }
    Ok(found)
}

/// What a list of terms is sorted by.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, async_graphql::Enum)]
pub enum TermOrder {
    /// By name in the order of Unicode code points, whatever the language: Han
    /// characters stand by their code points, not by their sound or strokes.
    Name,
    /// By slug.
    Slug,
    /// By how many articles carry them in the language at hand, most first.
    Count,
    /// By weight, those without one last; then by name.
    Weight,
}

impl TermOrder {
    /// Marks the cursors of this order.
    #[must_use]
    pub fn mark(self) -> u8 {
        match self {
            Self::Name => b'n',
            Self::Slug => b's',
            Self::Count => b'c',
            Self::Weight => b'w',
        }
    }

    fn descending(self) -> bool {
        self == Self::Count
    }

    /// Where a term stands in this order.
    #[must_use]
    pub fn cursor(self, row: &TermRow) -> Cursor {
        let key = match self {
            Self::Name => Key::Text(row.stored_name.clone()),
            Self::Slug => Key::Text(row.slug.clone()),
            Self::Count => Key::Number(row.count.unwrap_or_default()),
            Self::Weight => Key::Text(format!("{:010} {}", placed(row.weight), row.stored_name)),
        };
        Cursor { order: self.mark(), key, id: row.id }
    }

    /// What to sort by before the id, and where a cursor stands in it.
    fn keys(self, cursor: Option<&Key>) -> Vec<(Expr, Option<Expr>)> {
        let column = |column: term::Column| Expr::col((LISTED, column));
        let text = match cursor {
            Some(Key::Text(text)) => Some(text.as_str()),
            _ => None,
        };
        let number = match cursor {
            Some(Key::Number(number)) => Some(*number),
            _ => None,
        };
        match self {
            Self::Name => vec![(column(term::Column::Name), text.map(Expr::val))],
            Self::Slug => vec![(column(term::Column::Slug), text.map(Expr::val))],
            Self::Count => vec![(Expr::col((LISTED, "count")), number.map(Expr::val))],
            Self::Weight => {
                let parts = text.and_then(|text| text.split_once(' '));
                let weight = parts.and_then(|(weight, _)| weight.parse::<i64>().ok());
                let place = CaseStatement::new()
                    .case(column(term::Column::Weight).eq(0), i64::from(i32::MAX))
                    .finally(column(term::Column::Weight));
                vec![
                    (Expr::Case(Box::new(place)), weight.map(Expr::val)),
                    (column(term::Column::Name), parts.map(|(_, name)| Expr::val(name))),
                ]
            }
        }
    }
}

/// A weight as lists take it: none is last.
fn placed(weight: i32) -> i32 {
    if weight == 0 { i32::MAX } else { weight }
}

/// Notes that it matters whether articles carry a term.
fn note_carried(ctx: &Ctx, term: Uuid) {
    let own = Some(Own::Carrying(vec![term]));
    articles::note_number(ctx, &ArticleFilter { own, ..ArticleFilter::default() }, None);
}

/// Notes that all terms of a taxonomy, or of all, matter that articles carry: those the
/// public sees.
pub(super) fn note_all(ctx: &Ctx, taxonomy: Option<&Taxonomy>) {
    ctx.depends([Dependency::Terms]);
    note_used(ctx, taxonomy);
}

/// Notes that it matters which of these terms articles carry.
fn note_used(ctx: &Ctx, taxonomy: Option<&Taxonomy>) {
    let by = By::Terms(taxonomy.map(|taxonomy| taxonomy.plural().into()));
    articles::note_numbers(ctx, &by, &ArticleFilter::default(), None);
}

/// The terms of a list, under this name.
const LISTED: &str = "listed";

/// A page of the terms of a taxonomy.
pub async fn list(
    ctx: &Ctx,
    scope: &Scope,
    taxonomy: &Taxonomy,
    order: TermOrder,
    page: &Page,
    language: Option<&str>,
) -> Result<Slice<Term>> {
    let mut select = select(scope, language.map(Expr::val));
    select.cond_where(term::Column::Taxonomy.eq(taxonomy.plural()));
    restrict_to_used_in(&mut select, scope, language);
    restrict_to_listed(&mut select, ctx, scope, taxonomy, language).await?;
    note_all(ctx, Some(taxonomy));
    let count = if order == TermOrder::Count {
        let filter = ArticleFilter::in_language(language);
        let by = By::Terms(Some(taxonomy.plural().into()));
        articles::note_numbers(ctx, &by, &filter, None);
        articles::count_of_term(scope, &filter)?
    } else {
        Expr::val(0_i64)
    };
    select.expr_as(count, "count");
    let mut outer = Query::select();
    outer.column(Asterisk).from_subquery(select, LISTED);
    let id = || Expr::col((LISTED, term::Column::Id));
    for (cursor, after) in [(&page.after, true), (&page.before, false)] {
        let Some(cursor) = cursor else {
            continue;
        };
        let greater = after != order.descending();
        let beyond = |column: Expr, value: Expr| {
            if greater { column.gt(value) } else { column.lt(value) }
        };
        // The last key decides only where those before it are equal.
        let mut rest = Condition::any().add(beyond(id(), Expr::val(cursor.id)));
        for (column, value) in order.keys(Some(&cursor.key)).into_iter().rev() {
            let value = value.ok_or_else(|| Error::bad_input("the cursor is of another list"))?;
            let equal = Condition::all().add(column.clone().eq(value.clone())).add(rest);
            rest = Condition::any().add(beyond(column, value)).add(equal);
        }
        outer.cond_where(rest);
    }
    let direction = if page.backward == order.descending() { Order::Asc } else { Order::Desc };
    for (column, _) in order.keys(None) {
        outer.order_by_expr(column, direction.clone());
    }
    outer.order_by((LISTED, term::Column::Id), direction).limit(page.limit());
    let count = if language.is_some() { 10 } else { 8 };
    let shared: Option<Arc<str>> = language.map(Arc::from);
    let rows = ctx
        .db_of([])
        .query_all(&outer)
        .await?
        .iter()
        .map(|result| {
            let mut row = row(result, language.is_some())?;
            row.count = Some(result.get(count)?);
            Ok((row, shared.clone()))
        })
        .collect::<Result<_>>()?;
    Ok(page.slice(Term::group(rows, scope)))
}

/// The public sees the terms that some published article carries, and the
/// categories above them; a term of drafts alone does not exist for it.
pub(super) fn restrict_to_used(select: &mut SelectStatement, scope: &Scope) {
    restrict_to_used_in(select, scope, None);
}

/// The same, of terms that articles in a language carry, or that have a page in it.
fn restrict_to_used_in(select: &mut SelectStatement, scope: &Scope, language: Option<&str>) {
    if scope.view != entity::View::Published {
        return;
    }
    let mut carried = Query::select();
    carried
        .column((article_term::Entity, article_term::Column::TermId))
        .from(article_term::Entity)
        .cond_where(articles::visible(scope, "article_term"));
    let mut paged = Query::select();
    paged
        .column((term_text::Entity, term_text::Column::TermId))
        .from(term_text::Entity)
        .cond_where(section::shown(scope, "term_text"))
        .cond_where(term_text::Column::Source.is_not_null());
    if let Some(language) = language {
        carried.cond_where(article_term::Column::Language.eq(language));
        paged.cond_where(term_text::Column::Language.eq(language));
    }
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
        .query(carried.union(UnionType::Distinct, paged).union(UnionType::Distinct, above).take())
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

/// Leaves out what the pages of terms say to be in no list, as the public has it.
async fn restrict_to_listed(
    select: &mut SelectStatement,
    ctx: &Ctx,
    scope: &Scope,
    taxonomy: &Taxonomy,
    language: Option<&str>,
) -> Result<()> {
    if scope.view != View::Published {
        return Ok(());
    }
    let frame = ctx.frame().await?;
    let language = language.map_or_else(|| frame.default_language(), |tag| frame.language_of(tag));
    let mut unlisted = frame.unlisted_terms(language, taxonomy.plural()).peekable();
    if unlisted.peek().is_some() {
        select.cond_where(term::Column::Slug.is_not_in(unlisted));
    }
    Ok(())
}

pub async fn total(
    ctx: &Ctx,
    scope: &Scope,
    taxonomy: &Taxonomy,
    language: Option<&str>,
) -> Result<i64> {
    let mut select = Query::select();
    select
        .expr_as(Expr::col((term::Entity, term::Column::Id)).count(), "count")
        .from(term::Entity)
        .cond_where(term::Column::Taxonomy.eq(taxonomy.plural()));
    restrict_to_used_in(&mut select, scope, language);
    restrict_to_listed(&mut select, ctx, scope, taxonomy, language).await?;
    note_all(ctx, Some(taxonomy));
    let result = ctx.db_of([]).query_one(&select).await?;
    Ok(result.map_or(Ok(0), |result| result.get(0))?)
}

/// The terms that articles of a language carry most, by name or by how many
/// articles they have, for widgets.
pub async fn most_used(
    ctx: &Ctx,
    scope: &Scope,
    taxonomy: &Taxonomy,
    language: &str,
    most: u64,
    by_count: bool,
) -> Result<Vec<Term>> {
    let filter = ArticleFilter::in_language(Some(language));
    let counts = articles::top_terms(ctx, scope, taxonomy, &filter, most).await?;
    let counted = counts.iter().copied().collect();
    let terms = with_counts(ctx, scope, counts, Some(language)).await?;
    let mut terms: Vec<_> = terms.into_iter().map(|(term, _)| term).collect();
    if let Some(term) = terms.first() {
        term.know_counts(counted).await?;
    }
    if !by_count {
        terms.sort_by(|a, b| a.row.name.cmp(&b.row.name).then(a.row.id.cmp(&b.row.id)));
    }
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
    let mut select = select(scope, language.map(Expr::val));
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
