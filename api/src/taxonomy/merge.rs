//! Merging: terms go into another, and so do their articles, what is below them
//! and what led to them.
//!
//! Articles keep their versions: nobody saved them. Their revisions keep the ids
//! that they had, which mean the surviving term from now on ([`super::merged`]).

use std::collections::{BTreeSet, HashMap};

use entity::{article_term, term};
use sea_orm::sea_query::Expr;
use sea_orm::{
    ActiveModelTrait, ColumnTrait, ConnectionTrait, EntityTrait, IntoActiveModel, QueryFilter,
    QueryOrder, QuerySelect,
};
use uuid::Uuid;

use super::change::{self, Before, ChangeKind, Done, Lost, Moved, Plan};
use super::{Taxonomy, merged, redirects};
use crate::article::{store, terms as article_terms};
use crate::ctx::Ctx;
use crate::error::{Error, Result, UserErrorCode};
use crate::event::Write;
use crate::policy::{self, Action, Subject};
use crate::site::Frame;

/// Terms that go into another at once.
const MOST: usize = 100;

/// How often a merge begins again because articles got one of the terms while
/// it waited.
const RACES: usize = 8;

/// What merging would do.
pub async fn plan(
    db: &impl ConnectionTrait,
    ctx: &Ctx,
    frame: &Frame,
    taxonomy: &Taxonomy,
    ids: &[Uuid],
    into: Uuid,
) -> Result<Plan> {
    let noun = taxonomy.noun();
    let ids: BTreeSet<_> = ids.iter().copied().collect();
    if ids.is_empty() || ids.len() > MOST {
        return Err(Error::invalid(
            "ids",
            UserErrorCode::Invalid,
            format!("give 1 to {MOST} ids, and not {}", ids.len()),
        ));
    }
    if ids.contains(&into) {
        return Err(Error::invalid(
            "into",
            UserErrorCode::Invalid,
            format!("a {noun} cannot go into itself: leave it out of `ids`"),
        ));
    }
    let missing =
        |field: &str| Error::invalid(field, UserErrorCode::NotFound, format!("no such {noun}"));
    let rows = term::Entity::find()
        .filter(term::Column::Taxonomy.eq(taxonomy.plural()))
        .filter(term::Column::Id.is_in(ids.iter().copied().chain([into])))
        .order_by_asc(term::Column::Slug)
        .all(db)
        .await?;
    let (mut target, removed): (Vec<_>, Vec<_>) = rows.into_iter().partition(|row| row.id == into);
    let mut target = target.pop().ok_or_else(|| missing("into"))?;
    if removed.len() < ids.len() {
        return Err(missing("ids"));
    }
    let parents: HashMap<_, _> = removed.iter().map(|row| (row.id, row.parent_id)).collect();
    let mut moved = Vec::new();
    // A term into which the one above it goes comes where that one was.
    let mut above = target.parent_id;
    for _ in 0..=removed.len() {
        above = above.and_then(|id| parents.get(&id).copied().unwrap_or(Some(id)));
    }
    if above != target.parent_id {
        moved.push(Moved { id: into, before: target.parent_id, after: above });
    }
    let children: Vec<(Uuid, Option<Uuid>)> = term::Entity::find()
        .select_only()
        .columns([term::Column::Id, term::Column::ParentId])
        .filter(term::Column::ParentId.is_in(ids.iter().copied()))
        .filter(term::Column::Id.is_not_in(ids.iter().copied().chain([into])))
        .order_by_asc(term::Column::Id)
        .into_tuple()
        .all(db)
        .await?;
    moved.extend(children.into_iter().map(|(id, before)| Moved { id, before, after: Some(into) }));
    refuse_loop(db, into, above, &moved).await?;
    target.parent_id = above;
    target.version += 1;
    let gone: Vec<_> = ids.iter().copied().collect();
    let slugs: Vec<_> = removed.iter().map(|row| row.slug.as_str()).collect();
    let redirects = redirects::plan(db, frame, &target, &slugs, &gone, ctx.now()).await?;
    let names: Vec<_> = removed.iter().map(|row| format!("{:?}", row.name)).collect();
    Ok(Plan {
        kind: ChangeKind::Merge,
        taxonomy: taxonomy.clone(),
        summary: format!("Merged {} into {:?}", names.join(", "), target.name),
        articles: change::carriers(db, &gone).await?,
        term: target,
        removed,
        added: None,
        moved,
        redirects,
        texts: Vec::new(),
    })
}

/// Refuses to bring below the target what is above it.
async fn refuse_loop(
    db: &impl ConnectionTrait,
    into: Uuid,
    above: Option<Uuid>,
    moved: &[Moved],
) -> Result<()> {
    let mut above = above;
    while let Some(id) = above {
        if moved.iter().any(|moved| moved.id == id && moved.after == Some(into)) {
            return Err(Error::invalid(
                "into",
                UserErrorCode::Invalid,
                "a category cannot go into one that is further below it: move that one first",
            ));
        }
        above = parent(db, id).await?;
    }
    Ok(())
}

async fn parent(db: &impl ConnectionTrait, id: Uuid) -> Result<Option<Uuid>> {
    let found: Option<Option<Uuid>> = term::Entity::find_by_id(id)
        .select_only()
        .column(term::Column::ParentId)
        .into_tuple()
        .one(db)
        .await?;
    Ok(found.flatten())
}

pub async fn merge(ctx: &Ctx, taxonomy: &Taxonomy, ids: &[Uuid], into: Uuid) -> Result<Done> {
    policy::check(ctx.actor(), Action::EditTerms, Subject::default())?;
    for _ in 0..RACES {
        if let Some(done) = attempt(ctx, taxonomy, ids, into).await? {
            return Ok(done);
        }
    }
    Err(busy("ids"))
}

/// What somebody is told whose articles do not stand still.
pub fn busy(field: &str) -> Error {
    Error::invalid(
        field,
        UserErrorCode::WrongState,
        "articles that carry this keep being saved: try again",
    )
}

/// Locks the articles, then the terms, as every save does. An article that got
/// one of the terms in between was not locked: none, and the caller begins again.
async fn attempt(ctx: &Ctx, taxonomy: &Taxonomy, ids: &[Uuid], into: Uuid) -> Result<Option<Done>> {
    let mut write = Write::begin(ctx).await?;
    write.lock_terms().await?;
    let frame = Frame::read(write.txn()).await?;
    let first = plan(write.txn(), ctx, &frame, taxonomy, ids, into).await?;
    store::lock(&write, &first.articles).await?;
    lock_rows(&write, [ids, &[into]].concat()).await?;
    let plan = plan(write.txn(), ctx, &frame, taxonomy, ids, into).await?;
    if !plan.articles.is_subset(&first.articles) {
        return Ok(None);
    }
    let terms = change::lost(&write, &plan.removed).await?;
    apply(&write, &plan).await?;
    let before = Before::Merge { terms, moved: plan.moved.clone() };
    let change = Some(change::note(&mut write, &plan, before).await?);
    write.commit().await?;
    Ok(Some(Done { term: into, change }))
}

async fn apply(write: &Write<'_>, plan: &Plan) -> Result<()> {
    let articles: Vec<_> = plan.articles.iter().copied().collect();
    write.note_public(&articles).await?;
    let gone: Vec<_> = plan.removed.iter().map(|row| row.id).collect();
    article_term::Entity::delete_many()
        .filter(article_term::Column::TermId.is_in(gone.iter().copied()))
        .exec(write.txn())
        .await?;
    // Merged ones may be above each other.
    move_below(write, &gone, None).await?;
    for moved in &plan.moved {
        move_below(write, &[moved.id], moved.after).await?;
    }
    redirects::apply(write, &plan.redirects).await?;
    merged::lead(write, &gone, plan.term.id).await?;
    term::Entity::delete_many().filter(term::Column::Id.is_in(gone)).exec(write.txn()).await?;
    plan.term.clone().into_active_model().reset_all().update(write.txn()).await?;
    article_terms::project(write, &articles).await
}

/// Puts terms below another, or at the top.
pub async fn move_below(write: &Write<'_>, ids: &[Uuid], parent: Option<Uuid>) -> Result<()> {
    term::Entity::update_many()
        .col_expr(term::Column::ParentId, Expr::value(parent))
        .filter(term::Column::Id.is_in(ids.iter().copied()))
        .exec(write.txn())
        .await?;
    Ok(())
}

/// Locks terms until the transaction ends, in one order for everybody.
pub async fn lock_rows(write: &Write<'_>, ids: Vec<Uuid>) -> Result<()> {
    term::Entity::find()
        .select_only()
        .column(term::Column::Id)
        .filter(term::Column::Id.is_in(ids))
        .order_by_asc(term::Column::Id)
        .lock_exclusive()
        .into_tuple::<Uuid>()
        .all(write.txn())
        .await?;
    Ok(())
}

/// Puts terms back that went, with everything that went with them.
///
/// The caller refused slugs that are taken and parents that are gone.
pub async fn put_back(write: &Write<'_>, frame: &Frame, lost: Lost) -> Result<()> {
    let Lost { terms, texts, ids } = lost;
    let own: Vec<_> = terms.iter().map(|row| row.id).collect();
    let parents: Vec<_> = terms.iter().map(|row| (row.id, row.parent_id)).collect();
    let rows: Vec<_> = terms
        .into_iter()
        .map(|row| term::Model { parent_id: None, version: row.version + 1, ..row })
        .collect();
    write.insert_all(rows).await?;
    for (id, parent) in parents {
        if parent.is_some() {
            move_below(write, &[id], parent).await?;
        }
    }
    let texts: Vec<_> =
        texts.into_iter().filter(|text| frame.language(&text.language).is_some()).collect();
    write.insert_all(texts).await?;
    let before =
        ids.into_iter().map(|(id, term_id)| entity::merged_term::Model { id, term_id }).collect();
    merged::lead_back(write, &own, before).await
}
