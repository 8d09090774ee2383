//! Previews in GraphQL.

use std::collections::HashMap;

use async_graphql::{Context, ID, Object, SimpleObject};
use entity::preview;
use uuid::Uuid;

use super::ops::{self, Made};
use crate::error::Result;
use crate::graphql::id::{IdKind, decode_as, encode};
use crate::graphql::scalar::{DateTime, Url};
use crate::graphql::{ContextExt, Outcome, UserErrorObject};
use crate::user::{self, Person, User};

/// A link to the working copy of one article.
pub struct Preview {
    row: preview::Model,
    maker: Option<Person>,
}

/// A link to the working copy of one article.
#[Object]
impl Preview {
    /// Names it in `revokePreview`.
    async fn id(&self) -> ID {
        encode(IdKind::Preview, self.row.id)
    }

    /// Which article it shows.
    async fn article_id(&self) -> ID {
        encode(IdKind::Article, self.row.article_id)
    }

    /// Who made it: it shows nothing that they may not see.
    async fn created_by(&self) -> Option<User> {
        self.maker.clone().map(User)
    }

    /// When it was made.
    async fn created_at(&self) -> DateTime {
        DateTime::utc(self.row.created_at)
    }

    /// When it stops working.
    async fn expires_at(&self) -> DateTime {
        DateTime::utc(self.row.expires_at)
    }

    /// When it was revoked; null while it was not.
    async fn revoked_at(&self) -> Option<DateTime> {
        self.row.revoked_at.map(DateTime::utc)
    }
}

/// The preview, or why there is none.
#[derive(Default, SimpleObject)]
pub struct CreatePreviewPayload {
    /// The token, for the header `Authorization: Bearer …` of queries with
    /// `view: WORKING`. It is shown here and never again.
    token: Option<String>,
    /// Where the frontend shows it, if the server's configuration says where.
    url: Option<Url>,
    /// What is known of it from now on.
    preview: Option<Preview>,
    /// Mistakes in the input; empty where all went well.
    user_errors: Vec<UserErrorObject>,
}

/// The preview as it is now, or why nothing was done.
#[derive(Default, SimpleObject)]
pub struct PreviewPayload {
    /// The preview; null where nothing was done.
    preview: Option<Preview>,
    /// Mistakes in the input; empty where all went well.
    user_errors: Vec<UserErrorObject>,
}

async fn named(ctx: &Context<'_>, rows: Vec<preview::Model>) -> Result<Vec<Preview>> {
    let mut ids: Vec<Uuid> = rows.iter().map(|row| row.user_id).collect();
    ids.sort_unstable();
    ids.dedup();
    let people: HashMap<Uuid, Person> = user::people(ctx.broadsheet(), &ids).await?;
    Ok(rows
        .into_iter()
        .map(|row| Preview { maker: people.get(&row.user_id).cloned(), row })
        .collect())
}

#[derive(Default)]
pub struct PreviewQuery;

#[Object]
impl PreviewQuery {
    /// The previews of an article, newest first, whether they still work or
    /// not. For those who may make one.
    async fn previews(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which article.")] article: ID,
    ) -> async_graphql::Result<Vec<Preview>> {
        let article = decode_as(IdKind::Article, &article)?;
        let rows = ops::list(ctx.broadsheet(), article).await?;
        Ok(named(ctx, rows).await?)
    }
}

#[derive(Default)]
pub struct PreviewMutation;

#[Object]
impl PreviewMutation {
    /// Makes a link to the working copy of an article, for people without an
    /// account.
    async fn create_preview(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which article.")] article: ID,
        #[graphql(
            default_with = "ops::DEFAULT_SECONDS",
            desc = "In seconds; seven days where it is not given, 90 at most."
        )]
        expires_in: i32,
    ) -> async_graphql::Result<CreatePreviewPayload> {
        let article = decode_as(IdKind::Article, &article)?;
        Ok(match Outcome::of(ops::create(ctx.broadsheet(), article, expires_in).await)? {
            Outcome::Done(Made { row, token, url }) => CreatePreviewPayload {
                token: Some(token),
                url: url.map(Url),
                preview: named(ctx, vec![row]).await?.pop(),
                user_errors: Vec::new(),
            },
            Outcome::Refused(user_errors) => {
                CreatePreviewPayload { user_errors, ..CreatePreviewPayload::default() }
            }
        })
    }

    /// Ends a preview.
    async fn revoke_preview(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which one.")] id: ID,
    ) -> async_graphql::Result<PreviewPayload> {
        let id = decode_as(IdKind::Preview, &id)?;
        Ok(match Outcome::of(ops::revoke(ctx.broadsheet(), id).await)? {
            Outcome::Done(row) => PreviewPayload {
                preview: named(ctx, vec![row]).await?.pop(),
                user_errors: Vec::new(),
            },
            Outcome::Refused(user_errors) => PreviewPayload { preview: None, user_errors },
        })
    }
}
