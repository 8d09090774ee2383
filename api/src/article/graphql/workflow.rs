//! Mutations that move an article along: review, archive, trash, assignments,
//! comments, and the same for many articles at once.

use async_graphql::{Context, Enum, ID, InputObject, Object, SimpleObject};
use uuid::Uuid;

use super::input::NamedTermsInput;
use super::mutation::{ArticlePayload, payload};
use super::types::{Article, selection};
use crate::article::bulk::{self, Mode, Retag};
use crate::article::discussion::{self, NewAssignment};
use crate::article::{away, read, review};
use crate::error::{Error, Result};
use crate::graphql::id::{IdKind, decode_as, encode};
use crate::graphql::scalar::DateTime;
use crate::graphql::{ContextExt, Outcome, UserErrorObject, ViewArgument};

/// What is gone, or why it is not.
#[derive(SimpleObject)]
pub struct PurgeArticlePayload {
    /// The id of what is gone; null where nothing was done.
    purged_id: Option<ID>,
    /// Mistakes in the input; empty where all went well.
    user_errors: Vec<UserErrorObject>,
}

/// Who is to do what, until when.
#[derive(InputObject)]
pub struct AssignArticleInput {
    /// Who.
    user: ID,
    /// Until when.
    due_at: Option<DateTime>,
    /// What is to be done.
    note: Option<String>,
}

/// What to say of a working copy.
#[derive(InputObject)]
pub struct CommentArticleInput {
    /// Plain text, at most 10,000 characters.
    text: String,
    /// The input field that it is about, such as `title`.
    field: Option<String>,
}

/// What becomes of the others when one article of many cannot be done.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Enum)]
pub enum BulkMode {
    /// Nothing is done.
    #[default]
    AllOrNothing,
    /// The others are done.
    Each,
}

impl From<BulkMode> for Mode {
    fn from(mode: BulkMode) -> Self {
        match mode {
            BulkMode::AllOrNothing => Self::AllOrNothing,
            BulkMode::Each => Self::Each,
        }
    }
}

/// What was done to each of many articles.
#[derive(Default, SimpleObject)]
pub struct BulkPayload {
    /// How many were done.
    succeeded: i32,
    /// One for each id that was given, in their order.
    results: Vec<BulkResult>,
    /// Mistakes in the input as a whole; empty where all went well.
    user_errors: Vec<UserErrorObject>,
}

/// What was done to one of many articles.
#[derive(SimpleObject)]
pub struct BulkResult {
    /// As it was given.
    id: ID,
    /// The article as it is now; null where it was not done.
    article: Option<Article>,
    /// Why it was not done.
    user_errors: Vec<UserErrorObject>,
}

#[derive(Default)]
pub struct WorkflowMutation;

#[Object]
impl WorkflowMutation {
    /// Asks for a review of the working copy.
    async fn submit_article(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which one.")] id: ID,
        #[graphql(desc = "A comment for whoever reviews it.")] message: Option<String>,
    ) -> async_graphql::Result<ArticlePayload> {
        let id = decode_as(IdKind::Article, &id)?;
        let done = review::submit(ctx.broadsheet(), id, message).await;
        payload(ctx, done, ViewArgument::Working).await
    }

    /// Takes the question for a review back.
    async fn withdraw_submission(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which one.")] id: ID,
    ) -> async_graphql::Result<ArticlePayload> {
        let id = decode_as(IdKind::Article, &id)?;
        payload(ctx, review::withdraw(ctx.broadsheet(), id).await, ViewArgument::Working).await
    }

    /// Says that a version which was submitted is fit to be published.
    async fn approve_article(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which one.")] id: ID,
        #[graphql(desc = "The version that the caller saw.")] expected_version: i32,
        #[graphql(desc = "A comment for its author.")] message: Option<String>,
    ) -> async_graphql::Result<ArticlePayload> {
        let id = decode_as(IdKind::Article, &id)?;
        let done = review::approve(ctx.broadsheet(), id, expected_version, message).await;
        payload(ctx, done, ViewArgument::Working).await
    }

    /// Gives what was submitted back to its author, and says what is missing.
    async fn return_article(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which one.")] id: ID,
        #[graphql(desc = "What is to be changed.")] comment: String,
    ) -> async_graphql::Result<ArticlePayload> {
        let id = decode_as(IdKind::Article, &id)?;
        let done = review::send_back(ctx.broadsheet(), id, comment).await;
        payload(ctx, done, ViewArgument::Working).await
    }

    /// Puts an article aside as it is, takes it back from the public, and frees
    /// its address.
    async fn archive_article(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which one.")] id: ID,
    ) -> async_graphql::Result<ArticlePayload> {
        let id = decode_as(IdKind::Article, &id)?;
        payload(ctx, away::archive(ctx.broadsheet(), id).await, ViewArgument::Archive).await
    }

    /// Takes an article out of the archive, as a draft.
    async fn unarchive_article(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which one.")] id: ID,
    ) -> async_graphql::Result<ArticlePayload> {
        let id = decode_as(IdKind::Article, &id)?;
        payload(ctx, away::unarchive(ctx.broadsheet(), id).await, ViewArgument::Working).await
    }

    /// Deletes an article that is in the trash, with its history. There is no
    /// way back.
    async fn purge_article(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which one.")] id: ID,
    ) -> async_graphql::Result<PurgeArticlePayload> {
        let id = decode_as(IdKind::Article, &id)?;
        Ok(match Outcome::of(away::purge(ctx.broadsheet(), id).await)? {
            Outcome::Done(id) => PurgeArticlePayload {
                purged_id: Some(encode(IdKind::Article, id)),
                user_errors: Vec::new(),
            },
            Outcome::Refused(user_errors) => PurgeArticlePayload { purged_id: None, user_errors },
        })
    }

    /// Asks somebody to do something about an article; asking the same person
    /// again replaces what was asked.
    async fn assign_article(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which one.")] id: ID,
        #[graphql(desc = "Who is to do what.")] input: AssignArticleInput,
    ) -> async_graphql::Result<ArticlePayload> {
        let id = decode_as(IdKind::Article, &id)?;
        let AssignArticleInput { user, due_at, note } = input;
        let user = decode_as(IdKind::User, &user)?;
        let new = NewAssignment { user, due: due_at.map(DateTime::timestamp), note };
        let done = discussion::assign(ctx.broadsheet(), id, new).await;
        payload(ctx, done, ViewArgument::Working).await
    }

    /// Takes a request back, or says that it is done.
    async fn unassign_article(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which one.")] id: ID,
        #[graphql(desc = "Who was asked.")] user: ID,
    ) -> async_graphql::Result<ArticlePayload> {
        let id = decode_as(IdKind::Article, &id)?;
        let user = decode_as(IdKind::User, &user)?;
        let done = discussion::unassign(ctx.broadsheet(), id, user).await;
        payload(ctx, done, ViewArgument::Working).await
    }

    /// Says something of the working copy to those who work on it.
    async fn comment_article(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which one.")] id: ID,
        #[graphql(desc = "What to say.")] input: CommentArticleInput,
    ) -> async_graphql::Result<ArticlePayload> {
        let id = decode_as(IdKind::Article, &id)?;
        let CommentArticleInput { text, field } = input;
        let done = discussion::comment(ctx.broadsheet(), id, field, text).await;
        payload(ctx, done, ViewArgument::Working).await
    }

    /// Marks a comment as dealt with, or opens it again.
    async fn resolve_comment(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which comment.")] id: ID,
        #[graphql(default = true, desc = "False opens it again.")] resolved: bool,
    ) -> async_graphql::Result<ArticlePayload> {
        let id = decode_as(IdKind::Comment, &id)?;
        let done = discussion::resolve(ctx.broadsheet(), id, resolved).await;
        payload(ctx, done, ViewArgument::Working).await
    }

    /// Publishes up to 500 articles, now or at a time.
    async fn publish_articles(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which ones.")] ids: Vec<ID>,
        #[graphql(desc = "When; now where it is null.")] at: Option<DateTime>,
        #[graphql(default, desc = "What becomes of the others when one cannot be done.")]
        mode: BulkMode,
    ) -> async_graphql::Result<BulkPayload> {
        let action = bulk::Action::Publish(at.map(|at| at.0));
        bulk_payload(ctx, ids, &action, mode, ViewArgument::Working).await
    }

    /// Takes up to 500 articles back from the public.
    async fn unpublish_articles(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which ones.")] ids: Vec<ID>,
        #[graphql(default, desc = "What becomes of the others when one cannot be done.")]
        mode: BulkMode,
    ) -> async_graphql::Result<BulkPayload> {
        bulk_payload(ctx, ids, &bulk::Action::Unpublish, mode, ViewArgument::Working).await
    }

    /// Puts up to 500 articles in the trash.
    async fn trash_articles(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which ones.")] ids: Vec<ID>,
        #[graphql(default, desc = "What becomes of the others when one cannot be done.")]
        mode: BulkMode,
    ) -> async_graphql::Result<BulkPayload> {
        bulk_payload(ctx, ids, &bulk::Action::Trash, mode, ViewArgument::Trash).await
    }

    /// Puts up to 500 articles in the archive.
    async fn archive_articles(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which ones.")] ids: Vec<ID>,
        #[graphql(default, desc = "What becomes of the others when one cannot be done.")]
        mode: BulkMode,
    ) -> async_graphql::Result<BulkPayload> {
        bulk_payload(ctx, ids, &bulk::Action::Archive, mode, ViewArgument::Archive).await
    }

    /// Adds terms to the working copies of up to 500 articles, and takes others
    /// away: tags, categories and those of the site's other taxonomies. Names that do not exist are made.
    #[expect(clippy::too_many_arguments, reason = "one for each list of names")]
    async fn tag_articles(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which ones.")] ids: Vec<ID>,
        #[graphql(default, desc = "Names of tags to add.")] add_tags: Vec<String>,
        #[graphql(default, desc = "Names of tags to take away.")] remove_tags: Vec<String>,
        #[graphql(default, desc = "Names of categories to add.")] add_categories: Vec<String>,
        #[graphql(default, desc = "Names of categories to take away.")] remove_categories: Vec<
            String,
        >,
        #[graphql(default, desc = "Terms of other taxonomies to add.")] add_terms: Vec<
            NamedTermsInput,
        >,
        #[graphql(default, desc = "Terms of other taxonomies to take away.")] remove_terms: Vec<
            NamedTermsInput,
        >,
        #[graphql(default, desc = "What becomes of the others when one cannot be done.")]
        mode: BulkMode,
    ) -> async_graphql::Result<BulkPayload> {
        let add = |terms: Vec<NamedTermsInput>| terms.into_iter().map(NamedTermsInput::into_pair);
        let mut all = vec![
            ("tags".to_owned(), Retag { add: add_tags, remove: remove_tags }),
            ("categories".to_owned(), Retag { add: add_categories, remove: remove_categories }),
        ];
        all.extend(add(add_terms).map(|(plural, add)| (plural, Retag { add, ..Retag::default() })));
        all.extend(
            add(remove_terms)
                .map(|(plural, remove)| (plural, Retag { remove, ..Retag::default() })),
        );
        let action = bulk::Action::Retag(all);
        bulk_payload(ctx, ids, &action, mode, ViewArgument::Working).await
    }

    /// Moves the working copies of up to 500 articles to another section, and
    /// with it their addresses.
    async fn move_articles(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which ones.")] ids: Vec<ID>,
        #[graphql(desc = "Folder below the language: `news/local`.")] section: String,
        #[graphql(default, desc = "What becomes of the others when one cannot be done.")]
        mode: BulkMode,
    ) -> async_graphql::Result<BulkPayload> {
        let action = bulk::Action::Move(section);
        bulk_payload(ctx, ids, &action, mode, ViewArgument::Working).await
    }
}

async fn bulk_payload(
    ctx: &Context<'_>,
    given: Vec<ID>,
    action: &bulk::Action,
    mode: BulkMode,
    view: ViewArgument,
) -> async_graphql::Result<BulkPayload> {
    let ids =
        given.iter().map(|id| decode_as(IdKind::Article, id)).collect::<Result<Vec<Uuid>>>()?;
    let columns = selection(ctx, &["results", "article"]);
    let ctx = ctx.broadsheet();
    let outcomes = match Outcome::of(bulk::run(ctx, &ids, action, mode.into()).await)? {
        Outcome::Done(outcomes) => outcomes,
        Outcome::Refused(user_errors) => {
            return Ok(BulkPayload { user_errors, ..BulkPayload::default() });
        }
    };
    // A token that is for writing alone is told that it was done, no more.
    let articles = match view.scope(ctx) {
        Ok(scope) => {
            let rows = read::by_ids(ctx, &scope, &ids, columns).await?;
            Article::group(rows, scope)
        }
        Err(Error::Forbidden(_)) => Vec::new(),
        Err(error) => return Err(error.into()),
    };
    let mut results = Vec::with_capacity(given.len());
    let mut succeeded = 0;
    for (id, (uuid, outcome)) in given.into_iter().zip(ids.iter().zip(outcomes)) {
        let done = outcome.is_ok();
        succeeded += i32::from(done);
        let user_errors = match outcome {
            Ok(()) => Vec::new(),
            Err(error) => refusal(error)?,
        };
        let article = articles.iter().find(|article| done && article.row.article_id == *uuid);
        results.push(BulkResult { id, article: article.cloned(), user_errors });
    }
    Ok(BulkPayload { succeeded, results, user_errors: Vec::new() })
}

/// What is forbidden for one of many is that one's mistake.
fn refusal(error: Error) -> Result<Vec<UserErrorObject>> {
    Outcome::<()>::errors(match error {
        Error::Forbidden(message) => {
            Error::invalid("ids", crate::error::UserErrorCode::Forbidden, message)
        }
        other => other,
    })
}
