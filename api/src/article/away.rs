//! Out of sight: unpublished, archived, in the trash, gone.

use entity::{Timestamp, View, article};
use sea_orm::{ActiveModelTrait, ActiveValue::Set, IntoActiveModel};
use serde_json::json;
use uuid::Uuid;

use super::lock::{lock, lock_anywhere};
use super::store;
use crate::ctx::Ctx;
use crate::error::Result;
use crate::event::{Event, Write};
use crate::policy::{Action, Step};

/// Takes an article back from the public; the working copy stays.
pub async fn unpublish(ctx: &Ctx, id: Uuid) -> Result<Uuid> {
    let mut write = Write::begin(ctx).await?;
    unpublish_in(&mut write, id).await?;
    write.commit().await?;
    Ok(id)
}

pub async fn unpublish_in(write: &mut Write<'_>, id: Uuid) -> Result<()> {
    let locked = lock_anywhere(write, id, Action::UnpublishArticle).await?;
    // A draft is unpublished already.
    if !locked.is(Step::Draft) {
        locked.refuse_step(Action::UnpublishArticle)?;
    }
    withdraw(write, &locked.head).await
}

/// Puts an article in the trash, and takes it back from the public.
pub async fn trash(ctx: &Ctx, id: Uuid) -> Result<Uuid> {
    let mut write = Write::begin(ctx).await?;
    put_away(&mut write, id, Away::TRASH).await?;
    write.commit().await?;
    Ok(id)
}

/// Puts an article in the archive, and takes it back from the public.
pub async fn archive(ctx: &Ctx, id: Uuid) -> Result<Uuid> {
    let mut write = Write::begin(ctx).await?;
    put_away(&mut write, id, Away::ARCHIVE).await?;
    write.commit().await?;
    Ok(id)
}

/// Takes an article out of the trash, as a draft.
pub async fn restore(ctx: &Ctx, id: Uuid) -> Result<Uuid> {
    let mut write = Write::begin(ctx).await?;
    take_back(&mut write, id, Away::TRASH).await?;
    write.commit().await?;
    Ok(id)
}

/// Takes an article out of the archive, as a draft.
pub async fn unarchive(ctx: &Ctx, id: Uuid) -> Result<Uuid> {
    let mut write = Write::begin(ctx).await?;
    take_back(&mut write, id, Away::ARCHIVE).await?;
    write.commit().await?;
    Ok(id)
}

/// A place for what is out of the way.
#[derive(Clone, Copy)]
pub struct Away {
    view: View,
    step: Step,
    put: Action,
    put_event: &'static str,
    take: Action,
    take_event: &'static str,
}

impl Away {
    pub const TRASH: Self = Self {
        view: View::Trash,
        step: Step::Trashed,
        put: Action::TrashArticle,
        put_event: "article.trashed",
        take: Action::RestoreArticle,
        take_event: "article.restored",
    };
    pub const ARCHIVE: Self = Self {
        view: View::Archive,
        step: Step::Archived,
        put: Action::ArchiveArticle,
        put_event: "article.archived",
        take: Action::UnarchiveArticle,
        take_event: "article.unarchived",
    };

    fn stamp(self, head: &mut article::ActiveModel, at: Option<Timestamp>) {
        match self.view {
            View::Archive => head.archived_at = Set(at),
            _ => head.trashed_at = Set(at),
        }
    }
}

pub async fn put_away(write: &mut Write<'_>, id: Uuid, away: Away) -> Result<()> {
    let locked = lock_anywhere(write, id, away.put).await?;
    if locked.is(away.step) {
        return Ok(());
    }
    locked.refuse_step(away.put)?;
    let head = &locked.head;
    withdraw(write, head).await?;
    // What is trashed out of the archive does not come back there.
    let from = if locked.is(Step::Archived) { View::Archive } else { View::Working };
    store::shift(write, id, from, away.view).await?;
    let mut change = head.clone().into_active_model();
    change.archived_at = Set(None);
    away.stamp(&mut change, Some(write.ctx().now()));
    change.update(write.txn()).await?;
    write.record(Event {
        language: Some(head.language.clone()),
        ..Event::of(away.put_event, id, head.version)
    });
    Ok(())
}

pub async fn take_back(write: &mut Write<'_>, id: Uuid, away: Away) -> Result<()> {
    let head = lock(write, id, away.take).await?;
    store::shift(write, id, away.view, View::Working).await?;
    let mut change = head.clone().into_active_model();
    away.stamp(&mut change, None);
    change.update(write.txn()).await?;
    write.record(Event {
        language: Some(head.language),
        ..Event::of(away.take_event, id, head.version)
    });
    Ok(())
}

/// Deletes an article that is in the trash, with its history, for ever.
pub async fn purge(ctx: &Ctx, id: Uuid) -> Result<Uuid> {
    let mut write = Write::begin(ctx).await?;
    let head = lock(&write, id, Action::PurgeArticle).await?;
    store::remove(&write, View::Trash, &[id]).await?;
    store::forget(&write, id).await?;
    write.record(Event {
        language: Some(head.language),
        ..Event::of("article.purged", id, head.version)
    });
    write.commit().await?;
    Ok(id)
}

/// Removes the published copy, if there is one.
async fn withdraw(write: &mut Write<'_>, head: &article::Model) -> Result<()> {
    let Some(copy) = store::copy(write, View::Published, head.id).await? else {
        return Ok(());
    };
    store::remove(write, View::Published, &[head.id]).await?;
    store::mark_released(write, head.id, None).await?;
    write.record(Event {
        language: Some(head.language.clone()),
        data: json!({ "path": copy.path }),
        ..Event::of("article.unpublished", head.id, head.version)
    });
    Ok(())
}
