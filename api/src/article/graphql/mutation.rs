//! Mutations of articles.

use async_graphql::{Context, ID, Object, SimpleObject};
use uuid::Uuid;

use super::input::{CreateArticleInput, UpdateArticleInput};
use super::types::{Article, selection};
use crate::article::filter::ArticleBy;
use crate::article::stale::{Conflict, ConflictField, Merged};
use crate::article::write::{self, Saved};
use crate::article::{away, read};
use crate::error::{Error, Result, UserErrorCode};
use crate::graphql::id::{IdKind, decode_as, encode};
use crate::graphql::scalar::{DateTime, Json};
use crate::graphql::{ContextExt, Outcome, UserErrorObject, ViewArgument};
use crate::policy;

/// The article's working copy, or why nothing was done.
#[derive(Default, SimpleObject)]
pub struct ArticlePayload {
    /// The article as it is now; null where nothing was done.
    article: Option<Article>,
    /// Mistakes in the input; empty where all went well.
    user_errors: Vec<UserErrorObject>,
}

/// The article's working copy, or why nothing was saved.
#[derive(Default, SimpleObject)]
pub struct UpdateArticlePayload {
    /// The article as it is now; null where nothing was done.
    article: Option<Article>,
    /// Given when others saved since `expectedVersion` and both sides are saved
    /// together.
    merged: Option<ArticleMerge>,
    /// Given when others saved since `expectedVersion` and the two sides disagree;
    /// nothing changed.
    conflict: Option<ArticleConflict>,
    /// Mistakes in the input; empty where all went well.
    user_errors: Vec<UserErrorObject>,
}

/// What others had saved, and is saved together with this now.
#[derive(SimpleObject)]
pub struct ArticleMerge {
    /// The version that this save began with.
    from_version: i32,
    /// The fields of the input that others changed since: read them again.
    fields: Vec<String>,
}

impl From<Merged> for ArticleMerge {
    fn from(Merged { from_version, fields }: Merged) -> Self {
        Self { from_version, fields }
    }
}

/// All sides of a save that disagrees with what others saved. To resolve it, save
/// on `currentVersion`: what is mergeable as `merged`, the rest as somebody decides.
#[derive(SimpleObject)]
pub struct ArticleConflict {
    /// The version to see and to send next.
    current_version: i32,
    /// The given fields of the input in which the two sides differ.
    fields: Vec<ArticleConflictField>,
}

/// One field of a conflict.
#[derive(SimpleObject)]
pub struct ArticleConflictField {
    /// Its name in the input.
    field: String,
    /// What both sides began with; null, too, where that is no longer kept.
    base: Json,
    /// What this save wanted to set.
    mine: Json,
    /// What is there now.
    theirs: Json,
    /// Whether both sides can be had: `merged` is what they make together.
    mergeable: bool,
    /// What both sides make together; null where they disagree.
    merged: Json,
}

impl From<Conflict> for ArticleConflict {
    fn from(Conflict { current_version, fields }: Conflict) -> Self {
        let fields = fields
            .into_iter()
            .map(|ConflictField { field, base, mine, theirs, merged }| ArticleConflictField {
                field,
                base: Json(base),
                mine: Json(mine),
                theirs: Json(theirs),
                mergeable: merged.is_some(),
                merged: Json(merged.unwrap_or_default()),
            })
            .collect();
        Self { current_version, fields }
    }
}

#[derive(Default)]
pub struct ArticleMutation;

#[Object]
impl ArticleMutation {
    /// Makes a draft.
    async fn create_article(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "What to set.")] input: CreateArticleInput,
    ) -> async_graphql::Result<ArticlePayload> {
        let frame = ctx.broadsheet().frame().await?;
        let now = ctx.broadsheet().now().utc().with_timezone(&frame.zone).fixed_offset();
        let new = input.into_new(DateTime(now));
        payload(ctx, write::create(ctx.broadsheet(), new).await, ViewArgument::Working).await
    }

    /// Saves the working copy. Where others saved since `expectedVersion`, both
    /// sides are merged field by field, bodies by blocks of Markdown; where they
    /// disagree nothing is saved and `conflict` shows them. What the public reads
    /// stays as it is until the article is published.
    async fn update_article(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which one.")] id: ID,
        #[graphql(desc = "The version that the caller saw.")] expected_version: i32,
        #[graphql(desc = "What to set.")] input: UpdateArticleInput,
    ) -> async_graphql::Result<UpdateArticlePayload> {
        let id = decode_as(IdKind::Article, &id)?;
        let changes = input.into_changes();
        let saved = write::update(ctx.broadsheet(), id, expected_version, changes).await;
        Ok(match Outcome::of(saved)? {
            Outcome::Done(Saved::Done(id, merged)) => UpdateArticlePayload {
                article: article(ctx, id, ViewArgument::Working).await?,
                merged: merged.map(ArticleMerge::from),
                ..UpdateArticlePayload::default()
            },
            Outcome::Done(Saved::Conflict(conflict)) => UpdateArticlePayload {
                article: None,
                merged: None,
                user_errors: Outcome::<()>::errors(Error::invalid(
                    "expectedVersion",
                    UserErrorCode::Stale,
                    format!(
                        "somebody saved version {} meanwhile: look at `conflict`, then save again",
                        conflict.current_version
                    ),
                ))?,
                conflict: Some(conflict.into()),
            },
            Outcome::Refused(user_errors) => {
                UpdateArticlePayload { user_errors, ..UpdateArticlePayload::default() }
            }
        })
    }

    /// Shows the working copy to the public: now, or from `at` on.
    async fn publish_article(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which one.")] id: ID,
        #[graphql(desc = "When; now where it is null.")] at: Option<DateTime>,
    ) -> async_graphql::Result<ArticlePayload> {
        let id = decode_as(IdKind::Article, &id)?;
        let done = write::publish(ctx.broadsheet(), id, at.map(|at| at.0)).await;
        payload(ctx, done, ViewArgument::Working).await
    }

    /// Takes an article back from the public; the working copy stays.
    async fn unpublish_article(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which one.")] id: ID,
    ) -> async_graphql::Result<ArticlePayload> {
        let id = decode_as(IdKind::Article, &id)?;
        payload(ctx, away::unpublish(ctx.broadsheet(), id).await, ViewArgument::Working).await
    }

    /// Puts an article in the trash and takes it back from the public.
    async fn trash_article(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which one.")] id: ID,
    ) -> async_graphql::Result<ArticlePayload> {
        let id = decode_as(IdKind::Article, &id)?;
        payload(ctx, away::trash(ctx.broadsheet(), id).await, ViewArgument::Trash).await
    }

    /// Takes an article out of the trash, as a draft.
    async fn restore_article(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which one.")] id: ID,
    ) -> async_graphql::Result<ArticlePayload> {
        let id = decode_as(IdKind::Article, &id)?;
        payload(ctx, away::restore(ctx.broadsheet(), id).await, ViewArgument::Working).await
    }

    /// Makes an earlier revision the working copy again, as a new save.
    async fn restore_article_revision(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which one.")] id: ID,
        #[graphql(desc = "Which save of it.")] revision_id: ID,
    ) -> async_graphql::Result<ArticlePayload> {
        let id = decode_as(IdKind::Article, &id)?;
        let revision = decode_as(IdKind::Revision, &revision_id)?;
        let done = write::restore_revision(ctx.broadsheet(), id, revision).await;
        payload(ctx, done, ViewArgument::Working).await
    }
}

async fn article(ctx: &Context<'_>, id: Uuid, view: ViewArgument) -> Result<Option<Article>> {
    let columns = selection(ctx, &["article"]);
    let ctx = ctx.broadsheet();
    let scope = policy::written(ctx, view.view(), id)?;
    let by = ArticleBy::Id(encode(IdKind::Article, id));
    let row = read::one(ctx, &scope, &by, columns).await?;
    Ok(row.and_then(|row| Article::group(vec![row], scope).pop()))
}

pub(super) async fn payload(
    ctx: &Context<'_>,
    done: Result<Uuid>,
    view: ViewArgument,
) -> async_graphql::Result<ArticlePayload> {
    Ok(match Outcome::of(done)? {
        Outcome::Done(id) => {
            ArticlePayload { article: article(ctx, id, view).await?, user_errors: Vec::new() }
        }
        Outcome::Refused(user_errors) => ArticlePayload { article: None, user_errors },
    })
}
