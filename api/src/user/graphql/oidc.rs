//! Signing in at an OpenID Connect provider.

use async_graphql::{Context, Object, SimpleObject};

use super::session::payload;
use super::types::SessionPayload;
use crate::graphql::ContextExt;
use crate::user::oidc::{self, START_PATH};

/// A provider that people can sign in at.
#[derive(SimpleObject)]
pub struct OidcProvider {
    /// What to write on the button.
    label: String,
    /// Where on this server to send the browser, with `?challenge=` and the SHA-256,
    /// in base64url without padding, of a random verifier that the interface keeps
    /// for `loginWithOidc` (S256 of RFC 7636). The browser comes back to the
    /// configured page, with `#code=…`, or with `#error=…`: `denied`, `expired`,
    /// `state`, `provider`, `token`, `email`, `taken`, `role`, `deactivated`,
    /// `throttled`, `challenge` or `failed`.
    start_path: String,
}

#[derive(Default)]
pub struct OidcQuery;

#[Object]
impl OidcQuery {
    /// The provider that people can sign in at; null where there is none.
    async fn oidc(&self, ctx: &Context<'_>) -> Option<OidcProvider> {
        let oidc = &ctx.broadsheet().app().config().oidc;
        oidc.is_on()
            .then(|| OidcProvider { label: oidc.label.clone(), start_path: START_PATH.to_owned() })
    }
}

#[derive(Default)]
pub struct OidcMutation;

#[Object]
impl OidcMutation {
    /// Signs in with the code that the browser has brought from the provider. It
    /// is good once, for a minute, and only with the verifier of the challenge that
    /// was sent along at the start. A second factor of the account is not asked
    /// for: that is the provider's to do.
    async fn login_with_oidc(
        &self,
        ctx: &Context<'_>,
        #[graphql(secret, desc = "From behind the address, as `#code=…`.")] code: String,
        #[graphql(secret, desc = "What the challenge was made of: 43 to 128 characters.")]
        verifier: String,
        #[graphql(default, desc = "As in `login`.")] cookie: bool,
    ) -> async_graphql::Result<SessionPayload> {
        let done = oidc::login(ctx.broadsheet(), &code, &verifier).await;
        Ok(payload(ctx, done, cookie).await?)
    }
}
