//! What the ids of terms mean now.
//!
//! A revision keeps the ids that it was saved with, whatever becomes of them. A
//! term that went into another leaves its id here, and whoever makes a copy of a
//! revision asks what its ids mean. So an old revision comes back with the term
//! that survived, and a merge is undone by forgetting what it noted.
//!
//! **Invariant.** An id never leads to one that is merged itself.

use std::collections::{BTreeSet, HashMap};

use entity::{merged_term, term};
use indexmap::IndexMap;
use sea_orm::sea_query::Expr;
use sea_orm::{ColumnTrait, ConnectionTrait, EntityTrait, QueryFilter, QueryOrder, QuerySelect};
use uuid::Uuid;

use crate::error::Result;
use crate::event::Write;

/// Ids in one statement.
const CHUNK: usize = 500;

/// How often what a term went into is looked up again, when that one goes into
/// another meanwhile.
const RACES: usize = 8;

/// The living term that each id means; ids of terms that are gone are absent.
/// The terms are held until the transaction ends.
pub async fn resolve(write: &Write<'_>, ids: BTreeSet<Uuid>) -> Result<HashMap<Uuid, Uuid>> {
    let alive = hold(write, &ids).await?;
    let mut means: HashMap<_, _> = alive.iter().map(|id| (*id, *id)).collect();
    let mut gone: BTreeSet<_> = ids.difference(&alive).copied().collect();
    for _ in 0..RACES {
        if gone.is_empty() {
            break;
        }
        let led = led(write.txn(), &gone).await?;
        let targets = hold(write, &led.values().copied().collect()).await?;
        means.extend(led.iter().filter(|(_, to)| targets.contains(to)));
        gone = led.into_iter().filter(|(_, to)| !targets.contains(to)).map(|(id, _)| id).collect();
    }
    Ok(means)
}

/// Those of the ids that are terms, locked against change in one order for
/// everybody.
async fn hold(write: &Write<'_>, ids: &BTreeSet<Uuid>) -> Result<BTreeSet<Uuid>> {
    let ids: Vec<_> = ids.iter().copied().collect();
    let mut found = BTreeSet::new();
    for ids in ids.chunks(CHUNK) {
        let rows: Vec<Uuid> = term::Entity::find()
            .select_only()
            .column(term::Column::Id)
            .filter(term::Column::Id.is_in(ids.iter().copied()))
            .order_by_asc(term::Column::Id)
            .lock_shared()
            .into_tuple()
            .all(write.txn())
            .await?;
        found.extend(rows);
    }
    Ok(found)
}

/// Where ids of merged terms lead.
pub async fn led(db: &impl ConnectionTrait, ids: &BTreeSet<Uuid>) -> Result<HashMap<Uuid, Uuid>> {
    let ids: Vec<_> = ids.iter().copied().collect();
    let mut found = HashMap::new();
    for ids in ids.chunks(CHUNK) {
        let rows = merged_term::Entity::find()
            .filter(merged_term::Column::Id.is_in(ids.iter().copied()))
            .all(db)
            .await?;
        found.extend(rows.into_iter().map(|row| (row.id, row.term_id)));
    }
    Ok(found)
}

/// The ids that lead to these terms.
pub async fn leading_to(write: &Write<'_>, terms: &[Uuid]) -> Result<Vec<merged_term::Model>> {
    Ok(merged_term::Entity::find()
        .filter(merged_term::Column::TermId.is_in(terms.iter().copied()))
        .order_by_asc(merged_term::Column::Id)
        .all(write.txn())
        .await?)
}

/// Lets ids lead to a term, those that led to them as well.
pub async fn lead(write: &Write<'_>, ids: &[Uuid], to: Uuid) -> Result<()> {
    merged_term::Entity::update_many()
        .col_expr(merged_term::Column::TermId, Expr::value(to))
        .filter(merged_term::Column::TermId.is_in(ids.iter().copied()))
        .exec(write.txn())
        .await?;
    let rows: Vec<_> = ids.iter().map(|id| merged_term::Model { id: *id, term_id: to }).collect();
    write.insert_all(rows).await?;
    Ok(())
}

/// Makes merged ids ids of their own again, and what led to them lead there.
pub async fn lead_back(
    write: &Write<'_>,
    ids: &[Uuid],
    before: Vec<merged_term::Model>,
) -> Result<()> {
    let noted = before.iter().map(|row| row.id);
    merged_term::Entity::delete_many()
        .filter(merged_term::Column::Id.is_in(ids.iter().copied().chain(noted)))
        .exec(write.txn())
        .await?;
    write.insert_all(before).await?;
    Ok(())
}

/// Drops ids of terms that have been deleted; those of merged ones stay.
pub async fn keep_existing(
    write: &Write<'_>,
    terms: &mut IndexMap<String, Vec<Uuid>>,
) -> Result<()> {
    let means = resolve(write, terms.values().flatten().copied().collect()).await?;
    for ids in terms.values_mut() {
        ids.retain(|id| means.contains_key(id));
    }
    Ok(())
}
