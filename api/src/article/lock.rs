//! Taking an article for writing: seen, allowed, and where it must stand.

use entity::{Timestamp, View, article};
use sea_orm::{EntityTrait, QuerySelect};
use uuid::Uuid;

use super::review::{self, ReviewState};
use super::store;
use crate::error::{Error, Result, UserErrorCode};
use crate::event::Write;
use crate::policy::{self, Action, Step, Subject};

/// Reads an article for writing, locked until the transaction ends, if the
/// actor may do this to it and where it stands allows it.
pub async fn lock(write: &Write<'_>, id: Uuid, action: Action) -> Result<article::Model> {
    let locked = lock_anywhere(write, id, action).await?;
    locked.refuse_step(action)?;
    Ok(locked.head)
}

/// An article that nobody else changes until the transaction ends.
pub struct Locked {
    pub head: article::Model,
    pub steps: Vec<Step>,
}

impl Locked {
    #[must_use]
    pub fn is(&self, step: Step) -> bool {
        self.steps.contains(&step)
    }

    pub fn refuse_step(&self, action: Action) -> Result<()> {
        if policy::possible(action, &self.steps) {
            return Ok(());
        }
        let why = if self.is(Step::Trashed) {
            "the article is in the trash: take it out first (restoreArticle)"
        } else if self.is(Step::Archived) {
            "the article is in the archive: take it out first (unarchiveArticle)"
        } else if action == Action::RestoreArticle {
            "the article is not in the trash"
        } else if action == Action::UnarchiveArticle {
            "the article is not in the archive"
        } else if action == Action::PurgeArticle {
            "only what is in the trash is deleted for ever: trash it first (trashArticle)"
        } else if action == Action::ReviewArticle {
            "the article has not been submitted for review (submitArticle)"
        } else {
            "where the article stands does not allow this: see its allowedActions"
        };
        Err(Error::invalid("id", UserErrorCode::WrongState, why))
    }
}

/// Like [`lock`], wherever the article stands.
pub async fn lock_anywhere(write: &Write<'_>, id: Uuid, action: Action) -> Result<Locked> {
    let missing = || Error::invalid("id", UserErrorCode::NotFound, "no such article");
    let head = article::Entity::find_by_id(id)
        .lock_exclusive()
        .one(write.txn())
        .await?
        .ok_or_else(missing)?;
    let (ctx, actor) = (write.ctx(), write.ctx().actor());
    // Who may do nothing at all is told so before anything about the article.
    let own = Subject { owner: actor.user_id(), ..Subject::default() };
    policy::check(actor, action, own)?;
    let copies = store::places(write, id).await?;
    let released = copies.iter().find(|copy| copy.view == View::Published);
    let working = copies.iter().find(|copy| copy.view != View::Published);
    let subject = Subject {
        owner: head.owner_id,
        released: released.is_some(),
        place: working.map(|copy| (head.language.as_str(), copy.section.as_str())),
    };
    if !policy::knows(actor, subject)? && released.is_none() {
        return Err(missing());
    }
    policy::check(actor, action, subject)?;
    let steps = steps(&head, released, ctx.now());
    Ok(Locked { head, steps })
}

/// Where an article stands.
#[must_use]
pub fn steps(head: &article::Model, released: Option<&store::Placed>, now: Timestamp) -> Vec<Step> {
    let mut steps = vec![match released {
        _ if head.trashed_at.is_some() => Step::Trashed,
        _ if head.archived_at.is_some() => Step::Archived,
        None => Step::Draft,
        Some(copy) if copy.from > now => Step::Scheduled,
        Some(copy) if copy.until <= now => Step::Expired,
        Some(_) => Step::Published,
    }];
    if review::state(head) == Some(ReviewState::Submitted) {
        steps.push(Step::Submitted);
    }
    steps
}
