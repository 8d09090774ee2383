//! Queries of people and of one's own sessions.

use async_graphql::{Context, ID, InputObject, Object};

use super::types::{User, UserConnection, UserSession, connect};
use crate::graphql::ContextExt;
use crate::graphql::id::{IdKind, decode_as};
use crate::graphql::page::Page;
use crate::policy::Role;
use crate::user::read::{self, ORDER, PersonFilter};
use crate::user::sessions;

/// Which people are listed.
#[derive(InputObject)]
pub struct UserFilter {
    /// Those of this role.
    role: Option<Role>,
    /// Those who may sign in, or those who were deactivated.
    active: Option<bool>,
    /// Those whose name or e-mail address has this in it, Latin letters in any
    /// case.
    text: Option<String>,
}

#[derive(Default)]
pub struct PeopleQuery;

#[Object]
impl PeopleQuery {
    /// Who asks; null for nobody.
    async fn viewer(&self, ctx: &Context<'_>) -> async_graphql::Result<Option<User>> {
        Ok(read::viewer(ctx.broadsheet()).await?.map(User))
    }

    /// Everybody who may sign in, or could, by name. For those who manage people.
    async fn users(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "At most 100; 20 where nothing is said.")] first: Option<i32>,
        #[graphql(desc = "Those after this cursor.")] after: Option<String>,
        #[graphql(desc = "In place of `first`, counted from the end.")] last: Option<i32>,
        #[graphql(desc = "Those before this cursor.")] before: Option<String>,
        #[graphql(desc = "Which ones.")] filter: Option<UserFilter>,
    ) -> async_graphql::Result<UserConnection> {
        let page = Page::new(ORDER, first, after.as_deref(), last, before.as_deref())?;
        let filter = filter.map_or_else(PersonFilter::default, |filter| {
            let UserFilter { role, active, text } = filter;
            PersonFilter { role, active, text }
        });
        Ok(connect(ctx.broadsheet(), filter, &page).await?)
    }

    /// Somebody by id. For those who manage people, and for oneself; null to
    /// others.
    async fn user(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Who.")] id: ID,
    ) -> async_graphql::Result<Option<User>> {
        let id = decode_as(IdKind::User, &id)?;
        Ok(read::by_ids(ctx.broadsheet(), &[id]).await?.remove(&id).map(User))
    }

    /// The sessions of whoever asks, newest first; at most 50.
    async fn sessions(&self, ctx: &Context<'_>) -> async_graphql::Result<Vec<UserSession>> {
        let seats = sessions::list(ctx.broadsheet()).await?;
        Ok(seats.into_iter().map(UserSession).collect())
    }
}
