//! Undoing a change of terms.
//!
//! A change is undone whole or not at all: where something that happened since
//! stands in the way, a user error says what, and nothing is changed. Changes
//! that are undone in the order latest first never stand in each other's way.

use std::collections::BTreeSet;

use entity::{taxonomy_change, term};
use sea_orm::{
    ActiveModelTrait, ActiveValue::Set, ColumnTrait, EntityTrait, IntoActiveModel, PaginatorTrait,
    QueryFilter, QuerySelect,
};
use serde::Deserialize;
use serde_json::json;
use uuid::Uuid;

use super::change::{self, Before, Lost, Moved, Record};
use super::merge::{busy, lock_rows, move_below, put_back};
use super::{Taxonomy, redirects, split, texts, write as terms};
use crate::article::{store, terms as article_terms};
use crate::ctx::Ctx;
use crate::error::{Error, Result, UserError, UserErrorCode};
use crate::event::{Event, Write};
use crate::policy::{self, Action, Subject};
use crate::site::Frame;

/// How often it begins again because articles changed while it waited.
const RACES: usize = 8;

pub async fn undo(ctx: &Ctx, id: Uuid) -> Result<Uuid> {
    policy::check(ctx.actor(), Action::EditTerms, Subject::default())?;
    for _ in 0..RACES {
        if attempt(ctx, id).await.map_err(at_id)? {
            return Ok(id);
        }
    }
    Err(busy("id"))
}

/// What stands in the way is said of the change, whatever it is about.
fn at_id(error: Error) -> Error {
    match error {
        Error::Invalid(errors) => Error::Invalid(
            errors
                .into_iter()
                .map(|error| UserError { field: vec!["id".to_owned()], ..error })
                .collect(),
        ),
        error => error,
    }
}

fn refused(why: impl Into<String>) -> Error {
    Error::invalid("id", UserErrorCode::WrongState, why)
}

/// What has to be undone on the way: the articles to lock, and the terms.
fn touched(row: &taxonomy_change::Model, before: &Before) -> (Vec<Uuid>, Vec<Uuid>) {
    match before {
        Before::Update { .. } | Before::Delete { .. } => (Vec::new(), vec![row.term_id]),
        Before::Merge { .. } => (vec![row.term_id], vec![row.term_id]),
        Before::Split { .. } => (Vec::new(), vec![row.term_id]),
    }
}

async fn attempt(ctx: &Ctx, id: Uuid) -> Result<bool> {
    let mut write = Write::begin(ctx).await?;
    write.lock_terms().await?;
    let row = taxonomy_change::Entity::find_by_id(id)
        .one(write.txn())
        .await?
        .ok_or_else(|| Error::invalid("id", UserErrorCode::NotFound, "no such change"))?;
    if row.undone_at.is_some() {
        return Err(refused("this change has been undone already"));
    }
    let taxonomy = &Taxonomy::named(&row.taxonomy);
    let Record { before, redirects } = Record::deserialize(&row.data.0)?;
    let (carried, locked) = touched(&row, &before);
    let mut articles = change::carriers(write.txn(), &carried).await?;
    if let Before::Split { articles: chosen, .. } = &before {
        articles.extend(chosen.iter().map(|article| article.id));
    }
    store::lock(&write, &articles).await?;
    lock_rows(&write, locked).await?;
    if !change::carriers(write.txn(), &carried).await?.is_subset(&articles) {
        return Ok(false);
    }
    let frame = Frame::read(write.txn()).await?;
    let term = match before {
        Before::Update { before, after, texts } => {
            if let Some(language) = texts::revert(&write, after.id, &texts).await? {
                let noun = taxonomy.noun();
                let why = format!("the {noun} is called otherwise in {language} since");
                return Err(refused(format!("{why}: undo that first")));
            }
            update(&write, taxonomy, &before, &after).await?
        }
        Before::Merge { terms, moved } => {
            let target = merge(&write, &frame, taxonomy, row.term_id, terms, &moved).await?;
            let all: Vec<_> = articles.iter().copied().collect();
            article_terms::project(&write, &all).await?;
            target
        }
        Before::Split { source, new, keep, articles } => {
            refuse_missing(&write, taxonomy, source).await?;
            unsplit(&write, &frame, taxonomy, &new, articles).await?;
            if !keep {
                // A revision that the split made brings the old term back.
                super::merged::lead(&write, &[new.id], source).await?;
            }
            new
        }
        Before::Delete { terms } => {
            refuse_taken(&write, taxonomy, &terms).await?;
            let term = terms.terms.first().cloned();
            put_back(&write, &frame, terms).await?;
            term.ok_or_else(|| Error::internal("a deletion of nothing"))?
        }
    };
    redirects::revert(&write, redirects).await?;
    let mut change = row.clone().into_active_model();
    change.undone_at = Set(Some(ctx.now()));
    change.undone_by = Set(ctx.actor().user_id());
    change.update(write.txn()).await?;
    let mut data = json!({ "taxonomy": row.taxonomy, "change": id, "kind": row.kind });
    change::join(&mut data, change::touched(&articles));
    write.record(Event { data, ..Event::of("term.undone", term.id, term.version) });
    write.commit().await?;
    Ok(true)
}

/// The values that the change set become what they were.
async fn update(
    write: &Write<'_>,
    taxonomy: &Taxonomy,
    before: &term::Model,
    after: &term::Model,
) -> Result<term::Model> {
    let now = terms::find(write.txn(), taxonomy, after.id).await?;
    let mut back = now.clone();
    back.version += 1;
    let mut changed = Vec::new();
    macro_rules! restore {
        ($($field:ident $name:literal,)*) => {$(
            if before.$field != after.$field {
                if now.$field != after.$field {
                    changed.push($name);
                }
                back.$field = before.$field.clone();
            }
        )*};
    }
    restore! {
        name "name",
        slug "slug",
        description "description",
        parent_id "place",
        weight "weight",
    }
    if !changed.is_empty() {
        return Err(refused(format!(
            "the {} has got another {} since: undo that first",
            taxonomy.noun(),
            changed.join(" and ")
        )));
    }
    terms::refuse_taken(write.txn(), &back).await?;
    terms::refuse_loop(write.txn(), &back).await?;
    let row = back.clone().into_active_model().reset_all();
    row.update(write.txn()).await.map_err(terms::taken(&back))?;
    Ok(back)
}

/// Terms that went into another stand beside it again.
async fn merge(
    write: &Write<'_>,
    frame: &Frame,
    taxonomy: &Taxonomy,
    target: Uuid,
    lost: Lost,
    moved: &[Moved],
) -> Result<term::Model> {
    let noun = taxonomy.noun();
    let mut target = terms::find(write.txn(), taxonomy, target)
        .await
        .map_err(|_| refused(format!("the {noun} that they went into is gone: undo that first")))?;
    refuse_taken(write, taxonomy, &lost).await?;
    for Moved { id, after, .. } in moved {
        let now = terms::find(write.txn(), taxonomy, *id).await.ok();
        if now.is_none_or(|row| row.parent_id != *after) {
            return Err(refused(format!(
                "a {noun} that the merge moved has been moved or removed since: undo that first"
            )));
        }
    }
    let own: BTreeSet<_> = lost.terms.iter().map(|row| row.id).collect();
    put_back(write, frame, lost).await?;
    for Moved { id, before, .. } in moved {
        if let Some(parent) = before
            && !own.contains(parent)
        {
            refuse_missing(write, taxonomy, *parent).await?;
        }
        move_below(write, &[*id], *before).await?;
    }
    for id in own.iter().chain(moved.iter().map(|moved| &moved.id)) {
        let row = terms::find(write.txn(), taxonomy, *id).await?;
        terms::refuse_loop(write.txn(), &row).await?;
    }
    target = terms::find(write.txn(), taxonomy, target.id).await?;
    target.version += 1;
    target.clone().into_active_model().reset_all().update(write.txn()).await?;
    Ok(target)
}

/// The new term of a split goes.
async fn unsplit(
    write: &Write<'_>,
    frame: &Frame,
    taxonomy: &Taxonomy,
    new: &term::Model,
    articles: Vec<change::SplitArticle>,
) -> Result<()> {
    let noun = taxonomy.noun();
    let now = terms::find(write.txn(), taxonomy, new.id).await.ok();
    if now.as_ref() != Some(new) {
        return Err(refused(format!(
            "the new {noun} has been changed, merged or removed since: undo that first"
        )));
    }
    split::revert(write, frame, taxonomy, new, articles).await?;
    let others = change::carriers(write.txn(), &[new.id]).await?.len();
    let below =
        term::Entity::find().filter(term::Column::ParentId.eq(new.id)).count(write.txn()).await?;
    if others > 0 || below > 0 {
        return Err(refused(format!(
            "{others} other articles carry the new {noun} since, and {below} are below it: take \
             it away from them first"
        )));
    }
    term::Entity::delete_by_id(new.id).exec(write.txn()).await?;
    Ok(())
}

/// Refuses to put terms back whose addresses or places others have.
async fn refuse_taken(write: &Write<'_>, taxonomy: &Taxonomy, lost: &Lost) -> Result<()> {
    let own: BTreeSet<_> = lost.terms.iter().map(|row| row.id).collect();
    for row in &lost.terms {
        terms::refuse_taken(write.txn(), row).await?;
        if let Some(parent) = row.parent_id
            && !own.contains(&parent)
        {
            refuse_missing(write, taxonomy, parent).await?;
        }
    }
    // What led to them may lead elsewhere since only if they went elsewhere.
    let ids: Vec<_> = lost.ids.iter().map(|(id, _)| *id).collect();
    let revived: Vec<Uuid> = term::Entity::find()
        .select_only()
        .column(term::Column::Id)
        .filter(term::Column::Id.is_in(ids))
        .into_tuple()
        .all(write.txn())
        .await?;
    if revived.is_empty() {
        Ok(())
    } else {
        Err(refused("a merge before this change has been undone: that cannot be put back"))
    }
}

async fn refuse_missing(write: &Write<'_>, taxonomy: &Taxonomy, id: Uuid) -> Result<()> {
    let found = terms::find(write.txn(), taxonomy, id).await;
    found.map(|_| ()).map_err(|_| {
        refused(format!("a {} that this needs is gone: undo that first", taxonomy.noun()))
    })
}
