//! Mutations of articles.

use async_graphql::{Context, ID, Object, SimpleObject};
use uuid::Uuid;

use super::input::{CreateArticleInput, UpdateArticleInput};
use super::types::{Article, selection};
use crate::article::filter::ArticleBy;
use crate::article::read;
use crate::article::write::{self, Conflict, ConflictField, Saved};
use crate::error::{Error, Result, UserErrorCode};
use crate::graphql::id::{IdKind, decode_as, encode};
use crate::graphql::scalar::{DateTime, Json};
use crate::graphql::{ContextExt, Outcome, UserErrorObject, ViewArgument};

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
    /// Given when somebody else saved since `expectedVersion`; nothing changed.
    conflict: Option<ArticleConflict>,
    /// Mistakes in the input; empty where all went well.
    user_errors: Vec<UserErrorObject>,
}

/// Both sides of a save that came too late.
#[derive(SimpleObject)]
pub struct ArticleConflict {
    /// The version to see and to send next.
    current_version: i32,
    /// The fields of the input in which the two differ.
    fields: Vec<ArticleConflictField>,
}

/// One field of a conflict.
#[derive(SimpleObject)]
pub struct ArticleConflictField {
    /// Its name in the input.
    field: String,
    /// What this save wanted to set.
    mine: Json,
    /// What is there now.
    theirs: Json,
}

impl From<Conflict> for ArticleConflict {
    fn from(Conflict { current_version, fields }: Conflict) -> Self {
        let fields = fields
            .into_iter()
            .map(|ConflictField { field, mine, theirs }| ArticleConflictField {
                field,
                mine: Json(mine),
                theirs: Json(theirs),
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

    /// Saves the working copy, if it is still at `expectedVersion`. What the
    /// public reads stays as it is until the article is published.
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
            Outcome::Done(Saved::Done(id)) => UpdateArticlePayload {
                article: article(ctx, id, ViewArgument::Working).await?,
                ..UpdateArticlePayload::default()
            },
            Outcome::Done(Saved::Conflict(conflict)) => UpdateArticlePayload {
                article: None,
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
        payload(ctx, write::unpublish(ctx.broadsheet(), id).await, ViewArgument::Working).await
    }

    /// Puts an article in the trash and takes it back from the public.
    async fn trash_article(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which one.")] id: ID,
    ) -> async_graphql::Result<ArticlePayload> {
        let id = decode_as(IdKind::Article, &id)?;
        payload(ctx, write::trash(ctx.broadsheet(), id).await, ViewArgument::Trash).await
    }

    /// Takes an article out of the trash, as a draft.
    async fn restore_article(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which one.")] id: ID,
    ) -> async_graphql::Result<ArticlePayload> {
        let id = decode_as(IdKind::Article, &id)?;
        payload(ctx, write::restore(ctx.broadsheet(), id).await, ViewArgument::Working).await
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
    let scope = view.scope(ctx)?;
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
