//! People and sessions in GraphQL.

use async_graphql::{Context, ID, InputObject, Object, SimpleObject};

use super::ops::{self, Person, Tokens};
use crate::error::Result;
use crate::graphql::id::{IdKind, encode};
use crate::graphql::scalar::DateTime;
use crate::graphql::{ContextExt, Outcome, UserErrorObject};
use crate::policy::Role;

/// Somebody who may sign in.
pub struct User(pub Person);

/// Somebody who may sign in.
#[Object]
impl User {
    /// Opaque, and unique among all nodes.
    async fn id(&self) -> ID {
        encode(IdKind::User, self.0.id)
    }

    /// As it is printed.
    async fn name(&self) -> &str {
        &self.0.name
    }

    /// In lower case.
    async fn email(&self) -> &str {
        &self.0.email
    }

    /// What they may do.
    async fn role(&self) -> Role {
        self.0.role
    }
}

/// What proves who asks. The tokens are shown once.
#[derive(SimpleObject)]
pub struct Session {
    /// Goes into the header `Authorization: Bearer …`.
    access_token: String,
    /// When the access token expires.
    expires_at: DateTime,
    /// Good for one `refreshSession`.
    refresh_token: String,
}

impl From<Tokens> for Session {
    fn from(Tokens { access, expires, refresh }: Tokens) -> Self {
        Self { access_token: access, expires_at: DateTime::utc(expires), refresh_token: refresh }
    }
}

/// Who signs in.
#[derive(InputObject)]
pub struct LoginInput {
    /// In any case.
    email: String,
    /// As it was set.
    #[graphql(secret)]
    password: String,
}

/// The session, or why there is none.
#[derive(SimpleObject)]
pub struct SessionPayload {
    /// The tokens; null where nobody signed in.
    session: Option<Session>,
    /// Who signed in.
    user: Option<User>,
    /// Mistakes in the input; empty where all went well.
    user_errors: Vec<UserErrorObject>,
}

/// Whether a session ended.
#[derive(SimpleObject)]
pub struct LogoutPayload {
    /// False where there was none.
    ended: bool,
}

#[derive(Default)]
pub struct UserQuery;

#[Object]
impl UserQuery {
    /// Who asks; null for nobody.
    async fn viewer(&self, ctx: &Context<'_>) -> async_graphql::Result<Option<User>> {
        Ok(ops::viewer(ctx.broadsheet()).await?.map(User))
    }
}

#[derive(Default)]
pub struct UserMutation;

#[Object]
impl UserMutation {
    /// Signs in.
    async fn login(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "What to set.")] input: LoginInput,
    ) -> async_graphql::Result<SessionPayload> {
        let LoginInput { email, password } = input;
        payload(ops::login(ctx.broadsheet(), &email, password).await)
    }

    /// Gives new tokens for a refresh token, which is used up by it.
    async fn refresh_session(
        &self,
        ctx: &Context<'_>,
        #[graphql(secret, desc = "From the last session payload.")] refresh_token: String,
    ) -> async_graphql::Result<SessionPayload> {
        payload(ops::refresh(ctx.broadsheet(), &refresh_token).await)
    }

    /// Ends the session of this request.
    async fn logout(&self, ctx: &Context<'_>) -> async_graphql::Result<LogoutPayload> {
        Ok(LogoutPayload { ended: ops::logout(ctx.broadsheet()).await? })
    }
}

fn payload(done: Result<(Tokens, Person)>) -> async_graphql::Result<SessionPayload> {
    Ok(match Outcome::of(done)? {
        Outcome::Done((tokens, person)) => SessionPayload {
            session: Some(tokens.into()),
            user: Some(User(person)),
            user_errors: Vec::new(),
        },
        Outcome::Refused(user_errors) => SessionPayload { session: None, user: None, user_errors },
    })
}
