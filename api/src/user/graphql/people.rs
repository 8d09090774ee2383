//! Mutations of those who manage people.

use async_graphql::{Context, ID, InputObject, Object};
use uuid::Uuid;

use super::types::{User, UserLinkPayload, UserPayload};
use crate::error::{Error, Result};
use crate::graphql::id::{IdKind, decode_as};
use crate::graphql::{ContextExt, Outcome};
use crate::policy::Role;
use crate::user::links::{self, Link};
use crate::user::people::{self, Change};
use crate::user::{read, totp};

/// Whom to invite.
#[derive(InputObject)]
pub struct InviteUserInput {
    /// What they will sign in with.
    email: String,
    /// As it is printed; the first part of the address where not given.
    name: Option<String>,
    /// What they may do.
    role: Role,
}

/// What to change of somebody; what is omitted stays.
#[derive(InputObject)]
pub struct UpdateUserInput {
    /// As it is printed.
    name: Option<String>,
    /// What they sign in with.
    email: Option<String>,
    /// What they may do from now on.
    role: Option<Role>,
}

#[derive(Default)]
pub struct PeopleMutation;

#[Object]
impl PeopleMutation {
    /// Invites somebody by a link that works once. Whoever was invited before and
    /// has not come gets a new link, and the old one is void.
    async fn invite_user(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "What to set.")] input: InviteUserInput,
    ) -> async_graphql::Result<UserLinkPayload> {
        let InviteUserInput { email, name, role } = input;
        let done = links::invite(ctx.broadsheet(), &email, name.as_deref(), role).await;
        Ok(link(ctx, done).await?)
    }

    /// Changes somebody's name, address or role, at once.
    async fn update_user(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Who.")] id: ID,
        #[graphql(desc = "What to set.")] input: UpdateUserInput,
    ) -> async_graphql::Result<UserPayload> {
        let id = decode_as(IdKind::User, &id)?;
        let UpdateUserInput { name, email, role } = input;
        let done = people::update(ctx.broadsheet(), id, Change { name, email, role }).await;
        Ok(user(ctx, id, done).await?)
    }

    /// Sends somebody away: their sessions and tokens stop at once. What they
    /// wrote stays theirs.
    async fn deactivate_user(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Who.")] id: ID,
    ) -> async_graphql::Result<UserPayload> {
        let id = decode_as(IdKind::User, &id)?;
        let done = people::deactivate(ctx.broadsheet(), id).await;
        Ok(user(ctx, id, done).await?)
    }

    /// Lets somebody in again who was sent away.
    async fn reactivate_user(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Who.")] id: ID,
    ) -> async_graphql::Result<UserPayload> {
        let id = decode_as(IdKind::User, &id)?;
        let done = people::reactivate(ctx.broadsheet(), id).await;
        Ok(user(ctx, id, done).await?)
    }

    /// Makes a link by which somebody sets a new password, once. Needs a person
    /// who has signed in.
    async fn create_password_reset(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Who.")] id: ID,
    ) -> async_graphql::Result<UserLinkPayload> {
        let id = decode_as(IdKind::User, &id)?;
        let done = links::create_reset(ctx.broadsheet(), id).await;
        Ok(link(ctx, done).await?)
    }

    /// Takes away the second factor of somebody who has lost it. Needs a person
    /// who has signed in.
    async fn remove_second_factor(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Who.")] id: ID,
    ) -> async_graphql::Result<UserPayload> {
        let id = decode_as(IdKind::User, &id)?;
        let done = totp::remove(ctx.broadsheet(), id).await;
        Ok(user(ctx, id, done).await?)
    }
}

async fn find(ctx: &Context<'_>, id: Uuid) -> Result<User> {
    let found = read::by_ids(ctx.broadsheet(), &[id]).await?.remove(&id);
    found.map(User).ok_or_else(|| Error::not_found("user"))
}

/// Somebody after a change.
pub async fn user(ctx: &Context<'_>, id: Uuid, done: Result<()>) -> Result<UserPayload> {
    Ok(match Outcome::of(done)? {
        Outcome::Done(()) => {
            UserPayload { user: Some(find(ctx, id).await?), user_errors: Vec::new() }
        }
        Outcome::Refused(user_errors) => UserPayload { user: None, user_errors },
    })
}

async fn link(ctx: &Context<'_>, done: Result<Link>) -> Result<UserLinkPayload> {
    Ok(match Outcome::of(done)? {
        Outcome::Done(link) => UserLinkPayload {
            user: Some(find(ctx, link.user).await?),
            link: Some(link.into()),
            user_errors: Vec::new(),
        },
        Outcome::Refused(user_errors) => {
            UserLinkPayload { user_errors, ..UserLinkPayload::default() }
        }
    })
}
