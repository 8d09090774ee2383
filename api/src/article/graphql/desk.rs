//! What those who work on an article see of it beside its text: what they may
//! do, where its review stands, who is to do what, and what was said.

use std::collections::HashMap;
use std::sync::Arc;

use async_graphql::{ComplexObject, Context, Enum, ID, SimpleObject};
use entity::{article_comment, assignment};
use uuid::Uuid;

use super::types::Article;
use crate::article::filter::ArticleStatus;
use crate::article::review::{self, ReviewState};
use crate::article::{discussion, read};
use crate::ctx::Ctx;
use crate::error::{Error, Result};
use crate::graphql::ContextExt;
use crate::graphql::id::{IdKind, encode};
use crate::graphql::scalar::DateTime;
use crate::policy::{self, Action, Step, Subject};
use crate::user::{self, Person, User};

/// Something that can be done to an article.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Enum)]
pub enum ArticleAction {
    /// `updateArticle`, `restoreArticleRevision`.
    Edit,
    /// `submitArticle`, `withdrawSubmission`.
    Submit,
    /// `approveArticle`, `returnArticle`.
    Review,
    /// `publishArticle`.
    Publish,
    /// `unpublishArticle`.
    Unpublish,
    /// `archiveArticle`.
    Archive,
    /// `unarchiveArticle`.
    Unarchive,
    /// `trashArticle`.
    Trash,
    /// `restoreArticle`.
    Restore,
    /// `purgeArticle`.
    Purge,
    /// `assignArticle`, `unassignArticle`.
    Assign,
    /// `commentArticle`, `resolveComment`.
    Comment,
    /// `createPreview`.
    Preview,
}

impl ArticleAction {
    fn of(action: Action) -> Option<Self> {
        Some(match action {
            Action::EditArticle => Self::Edit,
            Action::SubmitArticle => Self::Submit,
            Action::ReviewArticle => Self::Review,
            Action::PublishArticle => Self::Publish,
            Action::UnpublishArticle => Self::Unpublish,
            Action::ArchiveArticle => Self::Archive,
            Action::UnarchiveArticle => Self::Unarchive,
            Action::TrashArticle => Self::Trash,
            Action::RestoreArticle => Self::Restore,
            Action::PurgeArticle => Self::Purge,
            Action::AssignArticle => Self::Assign,
            Action::CommentArticle => Self::Comment,
            Action::PreviewArticle => Self::Preview,
            Action::CreateArticle
            | Action::EditTerms
            | Action::ArrangeSite
            | Action::EditRedirects
            | Action::EditSite
            | Action::ManageUsers => return None,
        })
    }
}

/// Where the review of an article stands.
#[derive(SimpleObject)]
pub struct ArticleReview {
    /// What was said last.
    state: ReviewState,
    /// The version of which it was said.
    version: Option<i32>,
    /// Who said it.
    by: Option<User>,
    /// When.
    at: Option<DateTime>,
}

/// Somebody who is to do something about an article.
#[derive(SimpleObject)]
pub struct ArticleAssignment {
    /// Who.
    user: User,
    /// Who asked for it.
    assigned_by: Option<User>,
    /// When it was asked for.
    created_at: DateTime,
    /// Until when.
    due_at: Option<DateTime>,
    /// What is to be done.
    note: Option<String>,
}

/// What somebody said of an article's working copy. Never public.
#[derive(SimpleObject)]
#[graphql(complex)]
pub struct ArticleComment {
    #[graphql(skip)]
    id: Uuid,
    /// Who said it; null for somebody who is not there any more.
    author: Option<User>,
    /// The version that they saw.
    version: i32,
    /// The input field that it is about; null for the whole.
    field: Option<String>,
    /// What they said, as plain text.
    text: String,
    /// When.
    created_at: DateTime,
    /// When it was dealt with; null while it is open.
    resolved_at: Option<DateTime>,
    /// Who said that it was dealt with.
    resolved_by: Option<User>,
}

#[ComplexObject]
impl ArticleComment {
    /// Names it in `resolveComment`.
    async fn id(&self) -> ID {
        encode(IdKind::Comment, self.id)
    }
}

/// Refuses those who may not see the working copy of an article.
fn desk(ctx: &Ctx, article: &Article) -> Result<()> {
    let scope = policy::desk(ctx)?;
    if policy::sees(&scope, article.subject()) {
        return Ok(());
    }
    Err(Error::Forbidden("this is for those who work on the article".to_owned()))
}

/// What the actor may do to an article now; nothing for nobody.
pub async fn allowed_actions(ctx: &Context<'_>, article: &Article) -> Result<Vec<ArticleAction>> {
    let broadsheet = ctx.broadsheet();
    if desk(broadsheet, article).is_err() {
        return Ok(Vec::new());
    }
    let step = match read::status(&article.row, article.scope().now) {
        ArticleStatus::Draft => Step::Draft,
        ArticleStatus::Scheduled => Step::Scheduled,
        ArticleStatus::Published => Step::Published,
        ArticleStatus::Expired => Step::Expired,
        ArticleStatus::Archived => Step::Archived,
        ArticleStatus::Trashed => Step::Trashed,
    };
    let mut steps = vec![step];
    if review_of(broadsheet, article)
        .await?
        .is_some_and(|(state, ..)| state == ReviewState::Submitted)
    {
        steps.push(Step::Submitted);
    }
    let released = article.row.released_from.is_some();
    let subject = Subject { released, ..article.subject() };
    let allowed = policy::allowed(broadsheet.actor(), subject, &steps);
    Ok(allowed.into_iter().filter_map(ArticleAction::of).collect())
}

type Reviewed = (ReviewState, entity::article::Model);

/// The identities of all siblings.
async fn heads(ctx: &Ctx, article: &Article) -> Result<Arc<HashMap<Uuid, entity::article::Model>>> {
    let with = article.with();
    with.load("heads".to_owned(), || review::heads(ctx, with.ids())).await
}

async fn review_of(ctx: &Ctx, article: &Article) -> Result<Option<Reviewed>> {
    let heads = heads(ctx, article).await?;
    let head = heads.get(&article.row.article_id);
    Ok(head.and_then(|head| Some((review::state(head)?, head.clone()))))
}

/// Loads people for all siblings at once.
async fn people(
    ctx: &Ctx,
    ids: impl Iterator<Item = Option<Uuid>>,
) -> Result<HashMap<Uuid, Person>> {
    let mut ids: Vec<_> = ids.flatten().collect();
    ids.sort_unstable();
    ids.dedup();
    user::people(ctx, &ids).await
}

fn named(people: &HashMap<Uuid, Person>, id: Option<Uuid>) -> Option<User> {
    id.and_then(|id| people.get(&id).cloned()).map(User)
}

pub async fn review(ctx: &Ctx, article: &Article) -> Result<Option<ArticleReview>> {
    desk(ctx, article)?;
    let Some((state, head)) = review_of(ctx, article).await? else {
        return Ok(None);
    };
    let people = article
        .with()
        .load("reviewers".to_owned(), || async {
            let heads = heads(ctx, article).await?;
            people(ctx, heads.values().map(|head| head.reviewer_id)).await
        })
        .await?;
    Ok(Some(ArticleReview {
        state,
        version: head.review_version,
        by: named(&people, head.reviewer_id),
        at: head.reviewed_at.map(DateTime::utc),
    }))
}

type Loaded<T> = Arc<(HashMap<Uuid, Vec<T>>, HashMap<Uuid, Person>)>;

pub async fn assignments(ctx: &Ctx, article: &Article) -> Result<Vec<ArticleAssignment>> {
    desk(ctx, article)?;
    let loaded: Loaded<assignment::Model> = article
        .with()
        .load("assignments".to_owned(), || async {
            let rows = discussion::assignments(ctx, article.with().ids()).await?;
            let all = rows.values().flatten();
            let people =
                people(ctx, all.flat_map(|row| [Some(row.user_id), row.assigned_by])).await?;
            Ok((rows, people))
        })
        .await?;
    let (rows, people) = &*loaded;
    let own = rows.get(&article.row.article_id).into_iter().flatten();
    Ok(own
        .filter_map(|row| {
            Some(ArticleAssignment {
                user: named(people, Some(row.user_id))?,
                assigned_by: named(people, row.assigned_by),
                created_at: DateTime::utc(row.created_at),
                due_at: row.due_at.map(DateTime::utc),
                note: row.note.clone(),
            })
        })
        .collect())
}

pub async fn discussion(ctx: &Ctx, article: &Article, open: bool) -> Result<Vec<ArticleComment>> {
    desk(ctx, article)?;
    let loaded: Loaded<article_comment::Model> = article
        .with()
        .load("discussion".to_owned(), || async {
            let rows = discussion::comments(ctx, article.with().ids()).await?;
            let all = rows.values().flatten();
            let people = people(ctx, all.flat_map(|row| [row.author_id, row.resolved_by])).await?;
            Ok((rows, people))
        })
        .await?;
    let (rows, people) = &*loaded;
    let own = rows.get(&article.row.article_id).into_iter().flatten();
    Ok(own
        .filter(|row| !open || row.resolved_at.is_none())
        .map(|row| ArticleComment {
            id: row.id,
            author: named(people, row.author_id),
            version: row.version,
            field: row.field.clone(),
            text: row.text.clone(),
            created_at: DateTime::utc(row.created_at),
            resolved_at: row.resolved_at.map(DateTime::utc),
            resolved_by: named(people, row.resolved_by),
        })
        .collect())
}
