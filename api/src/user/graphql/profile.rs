//! Mutations of one's own account.

use async_graphql::{Context, InputObject, Object};

use super::people::user;
use super::types::{RecoveryCodesPayload, StartTotpPayload, UserPayload};
use crate::error::Result;
use crate::graphql::{ContextExt, Outcome};
use crate::policy;
use crate::user::profile;
use crate::user::totp::{self, Enrolment};

/// What to change of oneself; what is omitted stays.
#[derive(InputObject)]
pub struct UpdateProfileInput {
    /// As it is printed.
    name: Option<String>,
    /// What one signs in with; needs the password.
    email: Option<String>,
    /// The password, beside a new `email`.
    #[graphql(secret)]
    current_password: Option<String>,
}

#[derive(Default)]
pub struct ProfileMutation;

#[Object]
impl ProfileMutation {
    /// Changes the name or the address of whoever asks.
    async fn update_profile(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "What to set.")] input: UpdateProfileInput,
    ) -> async_graphql::Result<UserPayload> {
        let (id, _) = policy::session(ctx.broadsheet().actor())?;
        let UpdateProfileInput { name, email, current_password } = input;
        let done = profile::update(ctx.broadsheet(), name, email, current_password).await;
        Ok(user(ctx, id, done).await?)
    }

    /// Changes the password of whoever asks, and ends their other sessions.
    async fn change_password(
        &self,
        ctx: &Context<'_>,
        #[graphql(secret, desc = "The password as it is.")] current: String,
        #[graphql(secret, desc = "At least 8 characters.")] new: String,
    ) -> async_graphql::Result<UserPayload> {
        let (id, _) = policy::session(ctx.broadsheet().actor())?;
        let done = profile::change_password(ctx.broadsheet(), current, new).await;
        Ok(user(ctx, id, done).await?)
    }

    /// Makes a secret for an authenticator. It counts once `confirmTotp` has seen
    /// a code; asking again makes another.
    async fn start_totp(
        &self,
        ctx: &Context<'_>,
        #[graphql(secret, desc = "The password, once more.")] password: String,
    ) -> async_graphql::Result<StartTotpPayload> {
        let done = totp::begin(ctx.broadsheet(), password).await;
        Ok(match Outcome::of(done)? {
            Outcome::Done(Enrolment { secret, url }) => {
                StartTotpPayload { secret: Some(secret), url: Some(url), user_errors: Vec::new() }
            }
            Outcome::Refused(user_errors) => {
                StartTotpPayload { user_errors, ..StartTotpPayload::default() }
            }
        })
    }

    /// Turns the second factor on, and gives recovery codes.
    async fn confirm_totp(
        &self,
        ctx: &Context<'_>,
        #[graphql(secret, desc = "Six digits, from the authenticator.")] code: String,
    ) -> async_graphql::Result<RecoveryCodesPayload> {
        Ok(codes(totp::confirm(ctx.broadsheet(), &code).await)?)
    }

    /// Turns the second factor off.
    async fn disable_totp(
        &self,
        ctx: &Context<'_>,
        #[graphql(secret, desc = "Six digits, or a recovery code.")] code: String,
    ) -> async_graphql::Result<UserPayload> {
        let (id, _) = policy::session(ctx.broadsheet().actor())?;
        let done = totp::disable(ctx.broadsheet(), &code).await;
        Ok(user(ctx, id, done).await?)
    }

    /// Gives new recovery codes; the old ones are void.
    async fn renew_recovery_codes(
        &self,
        ctx: &Context<'_>,
        #[graphql(secret, desc = "Six digits, or a recovery code.")] code: String,
    ) -> async_graphql::Result<RecoveryCodesPayload> {
        Ok(codes(totp::renew(ctx.broadsheet(), &code).await)?)
    }
}

fn codes(done: Result<Vec<String>>) -> Result<RecoveryCodesPayload> {
    Ok(match Outcome::of(done)? {
        Outcome::Done(codes) => {
            RecoveryCodesPayload { recovery_codes: Some(codes), user_errors: Vec::new() }
        }
        Outcome::Refused(user_errors) => {
            RecoveryCodesPayload { user_errors, ..RecoveryCodesPayload::default() }
        }
    })
}
