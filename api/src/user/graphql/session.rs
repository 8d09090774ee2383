//! Mutations that begin, renew and end sessions.

use async_graphql::{Context, ID, InputObject, Object};

use super::types::{
    EndSessionPayload, LogoutEverywherePayload, LogoutPayload, SecondFactorChallenge, Session,
    SessionPayload, User,
};
use crate::error::{Error, Result, UserErrorCode};
use crate::graphql::id::{IdKind, decode_as};
use crate::graphql::scalar::DateTime;
use crate::graphql::{ContextExt, Outcome};
use crate::user::sessions::{self, SignIn, Tokens};
use crate::user::{cookie, links, totp};

/// Who signs in.
#[derive(InputObject)]
pub struct LoginInput {
    /// In any case.
    email: String,
    /// As it was set.
    #[graphql(secret)]
    password: String,
    /// Whether the refresh token goes into a cookie that scripts cannot read: for
    /// pages in a browser.
    #[graphql(default)]
    cookie: bool,
}

#[derive(Default)]
pub struct SessionMutation;

#[Object]
impl SessionMutation {
    /// Signs in, or answers with a challenge where a second factor is owed.
    async fn login(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "What to set.")] input: LoginInput,
    ) -> async_graphql::Result<SessionPayload> {
        let LoginInput { email, password, cookie } = input;
        let done = sessions::login(ctx.broadsheet(), &email, password).await;
        Ok(payload(ctx, done, cookie).await?)
    }

    /// Signs in with a code of the authenticator, or a recovery code, after the
    /// password.
    async fn login_with_totp(
        &self,
        ctx: &Context<'_>,
        #[graphql(secret, desc = "The token of `secondFactor`, from `login`.")] challenge: String,
        #[graphql(secret, desc = "Six digits, or a recovery code.")] code: String,
        #[graphql(default, desc = "As in `login`.")] cookie: bool,
    ) -> async_graphql::Result<SessionPayload> {
        let done = totp::login(ctx.broadsheet(), &challenge, &code).await;
        Ok(payload(ctx, done, cookie).await?)
    }

    /// Sets the password of somebody who was invited, and signs in.
    async fn accept_invitation(
        &self,
        ctx: &Context<'_>,
        #[graphql(secret, desc = "From the invitation.")] token: String,
        #[graphql(desc = "As it shall be printed; as the invitation has it where not given.")]
        name: Option<String>,
        #[graphql(secret, desc = "At least 8 characters.")] password: String,
        #[graphql(default, desc = "As in `login`.")] cookie: bool,
    ) -> async_graphql::Result<SessionPayload> {
        let done = links::accept(ctx.broadsheet(), &token, name.as_deref(), password).await;
        Ok(payload(ctx, done, cookie).await?)
    }

    /// Sets a new password by a link, ends all sessions of the account, and signs
    /// in.
    async fn reset_password(
        &self,
        ctx: &Context<'_>,
        #[graphql(secret, desc = "From the link.")] token: String,
        #[graphql(secret, desc = "At least 8 characters.")] password: String,
        #[graphql(default, desc = "As in `login`.")] cookie: bool,
    ) -> async_graphql::Result<SessionPayload> {
        let done = links::reset(ctx.broadsheet(), &token, password).await;
        Ok(payload(ctx, done, cookie).await?)
    }

    /// Gives new tokens for a refresh token, which is used up by it: one that
    /// comes back later ends its session.
    async fn refresh_session(
        &self,
        ctx: &Context<'_>,
        #[graphql(
            secret,
            desc = "From the last session payload; that of the cookie where not given."
        )]
        refresh_token: Option<String>,
    ) -> async_graphql::Result<SessionPayload> {
        let broadsheet = ctx.broadsheet();
        let from_cookie = broadsheet.client().refresh_cookie.as_ref();
        let (token, cookie) = match (&refresh_token, from_cookie) {
            (Some(token), _) => (token.as_str(), false),
            (None, Some(cookie)) => (cookie.reveal(), true),
            (None, None) => {
                let message = "give a refresh token: the request has no cookie, or may come from \
                               another site";
                let missing = Error::invalid("refreshToken", UserErrorCode::Required, message);
                return Ok(payload(ctx, Err(missing), false).await?);
            }
        };
        let done = sessions::refresh(broadsheet, token).await;
        let refused = matches!(done, Err(Error::Invalid(_)));
        let done = done.map(|(tokens, person)| SignIn::Done(tokens, person));
        let payload = payload(ctx, done, cookie).await?;
        if cookie && refused {
            clear(ctx).await?;
        }
        Ok(payload)
    }

    /// Ends the session of this request, and clears its cookie.
    async fn logout(&self, ctx: &Context<'_>) -> async_graphql::Result<LogoutPayload> {
        let ended = sessions::logout(ctx.broadsheet()).await?;
        if ctx.broadsheet().client().refresh_cookie.is_some() {
            clear(ctx).await?;
        }
        Ok(LogoutPayload { ended })
    }

    /// Ends all sessions of whoever asks.
    async fn logout_everywhere(
        &self,
        ctx: &Context<'_>,
    ) -> async_graphql::Result<LogoutEverywherePayload> {
        let ended = sessions::logout_everywhere(ctx.broadsheet()).await?;
        if ctx.broadsheet().client().refresh_cookie.is_some() {
            clear(ctx).await?;
        }
        Ok(LogoutEverywherePayload { ended: i32::try_from(ended).unwrap_or(i32::MAX) })
    }

    /// Ends one of the sessions of whoever asks.
    async fn end_session(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which one, from `sessions`.")] id: ID,
    ) -> async_graphql::Result<EndSessionPayload> {
        let id = decode_as(IdKind::Session, &id)?;
        let done = sessions::end_one(ctx.broadsheet(), id).await;
        Ok(match Outcome::of(done)? {
            Outcome::Done(ended) => EndSessionPayload { ended, user_errors: Vec::new() },
            Outcome::Refused(user_errors) => EndSessionPayload { ended: false, user_errors },
        })
    }
}

async fn clear(ctx: &Context<'_>) -> Result<()> {
    let header = cookie::clear(ctx.broadsheet()).await?;
    ctx.append_http_header("set-cookie", header);
    Ok(())
}

pub async fn payload(
    ctx: &Context<'_>,
    done: Result<SignIn>,
    in_cookie: bool,
) -> Result<SessionPayload> {
    let (tokens, person) = match Outcome::of(done)? {
        Outcome::Done(SignIn::Done(tokens, person)) => (tokens, person),
        Outcome::Done(SignIn::SecondFactor { challenge, expires }) => {
            return Ok(SessionPayload {
                second_factor: Some(SecondFactorChallenge {
                    token: challenge,
                    expires_at: DateTime::utc(expires),
                }),
                ..SessionPayload::default()
            });
        }
        Outcome::Refused(user_errors) => {
            return Ok(SessionPayload { user_errors, ..SessionPayload::default() });
        }
    };
    let Tokens { access, expires, refresh, refresh_seconds } = tokens;
    let refresh_token = if in_cookie {
        let header = cookie::keep(ctx.broadsheet(), &refresh, refresh_seconds).await?;
        ctx.append_http_header("set-cookie", header);
        None
    } else {
        Some(refresh)
    };
    let session =
        Session { access_token: access, expires_at: DateTime::utc(expires), refresh_token };
    Ok(SessionPayload {
        session: Some(session),
        user: Some(User(person)),
        ..SessionPayload::default()
    })
}
