//! Review: an author submits, an editor approves or returns.
//!
//! What was said in review is said of a version. A save after an approval makes
//! it a draft again, and so does one after a return; what was submitted stays
//! submitted while its author goes on, since the editor looks at what is there.

use std::collections::HashMap;

use entity::article;
use sea_orm::{
    ActiveModelTrait, ActiveValue::Set, ColumnTrait, EntityTrait, IntoActiveModel, QueryFilter,
};
use serde_json::json;
use uuid::Uuid;

use super::discussion;
use super::lock::{lock, lock_anywhere};
use crate::ctx::Ctx;
use crate::error::{Error, Result, UserErrorCode};
use crate::event::{Event, Write};
use crate::policy::Action;

/// What was last said of an article in review.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, async_graphql::Enum)]
pub enum ReviewState {
    /// Somebody asks for a review.
    Submitted,
    /// An editor found this version fit to be published.
    Approved,
    /// An editor asks for changes.
    Returned,
}

impl ReviewState {
    pub const ALL: [Self; 3] = [Self::Submitted, Self::Approved, Self::Returned];

    /// As it is stored.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Submitted => "SUBMITTED",
            Self::Approved => "APPROVED",
            Self::Returned => "RETURNED",
        }
    }
}

/// What was said and still holds: an approval is of one version.
#[must_use]
pub fn state(head: &article::Model) -> Option<ReviewState> {
    let said = head.review.as_deref()?;
    let state = ReviewState::ALL.into_iter().find(|state| state.name() == said)?;
    let holds = state != ReviewState::Approved || head.review_version == Some(head.version);
    holds.then_some(state)
}

/// The identities of articles, which hold their review.
pub async fn heads(ctx: &Ctx, ids: &[Uuid]) -> Result<HashMap<Uuid, article::Model>> {
    let rows = article::Entity::find()
        .filter(article::Column::Id.is_in(ids.iter().copied()))
        .all(ctx.db_private().orm())
        .await?;
    Ok(rows.into_iter().map(|row| (row.id, row)).collect())
}

/// Asks for a review of the working copy.
pub async fn submit(ctx: &Ctx, id: Uuid, message: Option<String>) -> Result<Uuid> {
    say(ctx, id, Action::SubmitArticle, Some(ReviewState::Submitted), None, message).await
}

/// Takes the question for a review back.
pub async fn withdraw(ctx: &Ctx, id: Uuid) -> Result<Uuid> {
    let mut write = Write::begin(ctx).await?;
    let locked = lock_anywhere(&write, id, Action::SubmitArticle).await?;
    if state(&locked.head) != Some(ReviewState::Submitted) {
        return Ok(id);
    }
    record(&mut write, locked.head, None).await?;
    write.commit().await?;
    Ok(id)
}

/// Says that a version is fit to be published.
pub async fn approve(
    ctx: &Ctx,
    id: Uuid,
    expected_version: i32,
    message: Option<String>,
) -> Result<Uuid> {
    let state = Some(ReviewState::Approved);
    say(ctx, id, Action::ReviewArticle, state, Some(expected_version), message).await
}

/// Asks for changes, and says which.
pub async fn send_back(ctx: &Ctx, id: Uuid, comment: String) -> Result<Uuid> {
    say(ctx, id, Action::ReviewArticle, Some(ReviewState::Returned), None, Some(comment)).await
}

async fn say(
    ctx: &Ctx,
    id: Uuid,
    action: Action,
    state: Option<ReviewState>,
    expected_version: Option<i32>,
    comment: Option<String>,
) -> Result<Uuid> {
    let mut write = Write::begin(ctx).await?;
    let head = lock(&write, id, action).await?;
    if let Some(expected) = expected_version
        && expected != head.version
    {
        return Err(Error::invalid(
            "expectedVersion",
            UserErrorCode::Stale,
            format!("the article is at version {}: look at it again", head.version),
        ));
    }
    if let Some(comment) = comment.filter(|comment| !comment.trim().is_empty()) {
        discussion::insert(&mut write, &head, None, comment).await?;
    } else if state == Some(ReviewState::Returned) {
        return Err(Error::invalid(
            "comment",
            UserErrorCode::Required,
            "say what is to be changed",
        ));
    }
    record(&mut write, head, state).await?;
    write.commit().await?;
    Ok(id)
}

async fn record(
    write: &mut Write<'_>,
    head: article::Model,
    state: Option<ReviewState>,
) -> Result<()> {
    let (id, version) = (head.id, head.version);
    let language = head.language.clone();
    let before = head.review.clone();
    let mut change = head.into_active_model();
    change.review = Set(state.map(|state| state.name().to_owned()));
    change.review_version = Set(state.map(|_| version));
    change.reviewer_id = Set(state.and_then(|_| write.ctx().actor().user_id()));
    change.reviewed_at = Set(state.map(|_| write.ctx().now()));
    change.update(write.txn()).await?;
    let kind = match state {
        Some(ReviewState::Submitted) => "article.submitted",
        Some(ReviewState::Approved) => "article.approved",
        Some(ReviewState::Returned) => "article.returned",
        None => "article.reviewWithdrawn",
    };
    write.record(Event {
        language: Some(language),
        data: json!({ "before": before }),
        ..Event::of(kind, id, version)
    });
    Ok(())
}
