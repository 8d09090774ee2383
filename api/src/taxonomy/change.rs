//! Changes of terms: what one would do, what one did, and the list of them.
//!
//! A change is planned before it is made, by reading alone; a preview shows the
//! plan and an operation carries it out, so the two cannot differ. What stood
//! before is kept with it, for [`super::undo`].

use std::collections::{BTreeSet, HashMap};

use entity::{article_term, merged_term, taxonomy_change, term, term_text, user};
use sea_orm::{
    ColumnTrait, Condition, ConnectionTrait, EntityTrait, PaginatorTrait, QueryFilter, QueryOrder,
    QuerySelect,
};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use uuid::Uuid;

use super::redirects::RedirectChange;
use super::{Taxonomy, texts};
use crate::ctx::Ctx;
use crate::error::{Error, Result};
use crate::event::{Event, Write};
use crate::graphql::page::{Cursor, Key, Page, Slice};
use crate::policy::{self, Action, Subject};
use crate::user::Person;

/// Articles that an event names; it counts all of them.
pub const NAMED: usize = 500;

/// What was done to terms.
#[derive(Debug, Clone, Copy, PartialEq, Eq, async_graphql::Enum)]
#[graphql(name = "TaxonomyChangeKind")]
pub enum ChangeKind {
    /// A term was renamed, moved or described otherwise.
    Update,
    /// Terms went into another.
    Merge,
    /// Some articles of a term got a new one.
    Split,
    /// A term that nothing used was deleted.
    Delete,
}

impl ChangeKind {
    const ALL: [Self; 4] = [Self::Update, Self::Merge, Self::Split, Self::Delete];

    fn name(self) -> &'static str {
        match self {
            Self::Update => "update",
            Self::Merge => "merge",
            Self::Split => "split",
            Self::Delete => "delete",
        }
    }

    fn event(self) -> &'static str {
        match self {
            Self::Update => "term.renamed",
            Self::Merge => "term.merged",
            Self::Split => "term.split",
            Self::Delete => "term.deleted",
        }
    }
}

/// A term that comes below another.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Moved {
    pub id: Uuid,
    pub before: Option<Uuid>,
    pub after: Option<Uuid>,
}

/// What a change does, known before it is made.
#[derive(Debug)]
pub struct Plan {
    pub kind: ChangeKind,
    pub taxonomy: Taxonomy,
    /// The term as it will be that is changed, that others go into, that is
    /// split, or that goes.
    pub term: term::Model,
    /// Terms that are gone afterwards.
    pub removed: Vec<term::Model>,
    /// A term that is there afterwards.
    pub added: Option<term::Model>,
    pub moved: Vec<Moved>,
    pub redirects: Vec<RedirectChange>,
    /// What is said of it otherwise in single languages.
    pub texts: Vec<texts::Change>,
    /// The articles that carry one of the terms, in whatever view; of a split,
    /// those that were chosen.
    pub articles: BTreeSet<Uuid>,
    /// A line for people.
    pub summary: String,
}

/// What it takes to undo a change.
#[derive(Debug, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum Before {
    Update {
        before: term::Model,
        after: term::Model,
        /// None where it was done before terms had such texts.
        #[serde(default)]
        texts: Vec<texts::Change>,
    },
    Merge {
        terms: Lost,
        moved: Vec<Moved>,
    },
    Split {
        source: Uuid,
        new: term::Model,
        keep: bool,
        articles: Vec<SplitArticle>,
    },
    Delete {
        terms: Lost,
    },
}

/// Terms that are gone, with what went with them.
#[derive(Debug, Default, Serialize, Deserialize)]
pub struct Lost {
    pub terms: Vec<term::Model>,
    pub texts: Vec<term_text::Model>,
    /// Ids that led to them, and where they led.
    pub ids: Vec<(Uuid, Uuid)>,
}

/// The terms of an article that a split has changed.
#[derive(Debug, Serialize, Deserialize)]
pub struct SplitArticle {
    pub id: Uuid,
    pub before: crate::article::retag::Carried,
    pub after: crate::article::retag::Carried,
}

#[derive(Debug, Serialize, Deserialize)]
pub struct Record {
    #[serde(flatten)]
    pub before: Before,
    pub redirects: Vec<RedirectChange>,
}

/// What an operation did: the term to show, and the change if there was one.
#[derive(Debug, Clone, Copy)]
pub struct Done {
    pub term: Uuid,
    pub change: Option<Uuid>,
}

/// The articles that carry one of these terms, in whatever view.
pub async fn carriers(db: &impl ConnectionTrait, terms: &[Uuid]) -> Result<BTreeSet<Uuid>> {
    let ids: Vec<Uuid> = article_term::Entity::find()
        .select_only()
        .column(article_term::Column::ArticleId)
        .filter(article_term::Column::TermId.is_in(terms.iter().copied()))
        .into_tuple()
        .all(db)
        .await?;
    Ok(ids.into_iter().collect())
}

/// Everything that goes with terms which are about to go.
pub async fn lost(write: &Write<'_>, terms: &[term::Model]) -> Result<Lost> {
    let ids: Vec<_> = terms.iter().map(|term| term.id).collect();
    let texts = term_text::Entity::find()
        .filter(term_text::Column::TermId.is_in(ids.iter().copied()))
        .order_by_asc(term_text::Column::TermId)
        .all(write.txn())
        .await?;
    let led = super::merged::leading_to(write, &ids).await?;
    let ids = led.into_iter().map(|merged_term::Model { id, term_id }| (id, term_id)).collect();
    Ok(Lost { terms: terms.to_vec(), texts, ids })
}

/// What an event says of the articles that something touched.
#[must_use]
pub fn touched(articles: &BTreeSet<Uuid>) -> Value {
    json!({
        "articleCount": articles.len(),
        "articles": articles.iter().take(NAMED).collect::<Vec<_>>(),
    })
}

/// Puts the keys of `more` beside those of `data`.
pub fn join(data: &mut Value, more: Value) {
    if let (Value::Object(data), Value::Object(more)) = (data, more) {
        data.extend(more);
    }
}

/// Keeps what was done, and says so in the feed.
pub async fn note(write: &mut Write<'_>, plan: &Plan, before: Before) -> Result<Uuid> {
    let Plan {
        kind,
        taxonomy,
        term,
        removed,
        added,
        moved,
        redirects,
        texts: _,
        articles,
        summary,
    } = plan;
    let mut data = json!({ "taxonomy": taxonomy.plural(), "slug": term.slug });
    join(&mut data, touched(articles));
    if let Before::Update { before, .. } = &before {
        let more = json!({
            "slugBefore": before.slug, "parent": term.parent_id, "parentBefore": before.parent_id
        });
        join(&mut data, more);
    }
    let named = |terms: &[term::Model]| -> Vec<Value> {
        terms.iter().map(|term| json!({ "id": term.id, "slug": term.slug })).collect()
    };
    if *kind == ChangeKind::Merge {
        let moved: Vec<_> = moved.iter().map(|moved| moved.id).collect();
        join(&mut data, json!({ "merged": named(removed), "moved": moved }));
    }
    if let Some(added) = added {
        join(&mut data, json!({ "added": { "id": added.id, "slug": added.slug } }));
    }
    let ctx = write.ctx();
    let row = taxonomy_change::Model {
        id: ctx.new_id(),
        kind: kind.name().to_owned(),
        taxonomy: taxonomy.plural().to_owned(),
        term_id: added.as_ref().map_or(term.id, |added| added.id),
        summary: summary.clone(),
        article_count: i32::try_from(articles.len()).unwrap_or(i32::MAX),
        created_at: ctx.now(),
        actor_id: ctx.actor().user_id(),
        undone_at: None,
        undone_by: None,
        data: entity::Json::of(&Record { before, redirects: redirects.clone() })?,
    };
    let id = row.id;
    join(&mut data, json!({ "change": id }));
    write.insert_all(vec![row]).await?;
    write.record(Event { data, ..Event::of(kind.event(), term.id, term.version) });
    Ok(id)
}

/// A change as lists show it.
#[derive(Debug, Clone)]
pub struct ChangeRow {
    pub row: taxonomy_change::Model,
    pub kind: ChangeKind,
    pub taxonomy: Taxonomy,
    pub actor: Option<Person>,
    pub undone_by: Option<Person>,
}

/// The changes of terms, latest first.
pub async fn list(ctx: &Ctx, undone: Option<bool>, page: &Page) -> Result<Slice<ChangeRow>> {
    use taxonomy_change::Column;
    policy::check(ctx.actor(), Action::EditTerms, Subject::default())?;
    let mut find = taxonomy_change::Entity::find().filter(undone_condition(undone));
    for (cursor, later) in [(&page.after, false), (&page.before, true)] {
        let Some(Cursor { key: Key::Number(at), id, .. }) = cursor else {
            continue;
        };
        let tie = Condition::all().add(Column::CreatedAt.eq(*at));
        find = find.filter(if later {
            Condition::any().add(Column::CreatedAt.gt(*at)).add(tie.add(Column::Id.gt(*id)))
        } else {
            Condition::any().add(Column::CreatedAt.lt(*at)).add(tie.add(Column::Id.lt(*id)))
        });
    }
    let find = if page.backward {
        find.order_by_asc(Column::CreatedAt).order_by_asc(Column::Id)
    } else {
        find.order_by_desc(Column::CreatedAt).order_by_desc(Column::Id)
    };
    let rows = find.limit(page.limit()).all(ctx.db_private().orm()).await?;
    Ok(page.slice(with_people(ctx, rows).await?))
}

/// How many there are in all.
pub async fn count(ctx: &Ctx, undone: Option<bool>) -> Result<i64> {
    policy::check(ctx.actor(), Action::EditTerms, Subject::default())?;
    let count = taxonomy_change::Entity::find()
        .filter(undone_condition(undone))
        .count(ctx.db_private().orm())
        .await?;
    Ok(i64::try_from(count).unwrap_or(i64::MAX))
}

fn undone_condition(undone: Option<bool>) -> Condition {
    use taxonomy_change::Column;
    match undone {
        None => Condition::all(),
        Some(true) => Condition::all().add(Column::UndoneAt.is_not_null()),
        Some(false) => Condition::all().add(Column::UndoneAt.is_null()),
    }
}

/// One change, or none where there is none.
pub async fn one(ctx: &Ctx, id: Uuid) -> Result<Option<ChangeRow>> {
    policy::check(ctx.actor(), Action::EditTerms, Subject::default())?;
    let row = taxonomy_change::Entity::find_by_id(id).one(ctx.db_private().orm()).await?;
    Ok(with_people(ctx, row.into_iter().collect()).await?.pop())
}

async fn with_people(ctx: &Ctx, rows: Vec<taxonomy_change::Model>) -> Result<Vec<ChangeRow>> {
    let ids: BTreeSet<_> =
        rows.iter().flat_map(|row| [row.actor_id, row.undone_by]).flatten().collect();
    let mut people = HashMap::new();
    if !ids.is_empty() {
        let found = user::Entity::find().filter(user::Column::Id.is_in(ids));
        for user in found.all(ctx.db_private().orm()).await? {
            let role = crate::user::role(&user.role)?;
            people
                .insert(user.id, Person { id: user.id, name: user.name, email: user.email, role });
        }
    }
    rows.into_iter()
        .map(|row| {
            let kind = ChangeKind::ALL.into_iter().find(|kind| kind.name() == row.kind);
            let unknown = || Error::internal("a change of terms of an unknown kind");
            Ok(ChangeRow {
                kind: kind.ok_or_else(unknown)?,
                taxonomy: Taxonomy::named(&row.taxonomy),
                actor: row.actor_id.and_then(|id| people.get(&id).cloned()),
                undone_by: row.undone_by.and_then(|id| people.get(&id).cloned()),
                row,
            })
        })
        .collect()
}
