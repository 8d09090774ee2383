//! Signing in at an OpenID Connect provider: authorization code with PKCE.
//!
//! [`begin`] sends the browser to the provider and remembers, in a signed cookie
//! of that browser, what must come back. [`finish`] checks that it does, finds the
//! account, and sends the browser to the interface with a code that is good once,
//! for a minute. [`login`] gives a session for the code. No token of the provider
//! is kept, and none of this server is ever in an address.
//!
//! The code is bound to the interface that set out, as PKCE binds the provider's
//! to this server: [`begin`] takes a challenge, and [`login`] the verifier that it
//! was made of. Whoever follows a link that somebody else prepared has no verifier
//! for it, and cannot be signed in as that somebody.
//!
//! The provider is asked to see to second factors: one of the account here is not
//! asked for afterwards.
//!
//! Written over `jsonwebtoken`, which signs the access tokens too, since the
//! `openidconnect` crate brings `rsa`, which `deny.toml` keeps out.

mod account;
mod client;
mod provider;
mod roles;
mod verify;

use entity::user;
use entity::user_link::{Column, Entity, Model};
use sea_orm::{
    ActiveModelTrait, ColumnTrait, EntityTrait, IntoActiveModel, QueryFilter, QuerySelect,
};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::keys::Purpose;
use super::sessions::{self, Method, SignIn, later};
use super::throttle::{self, Target};
use super::token::{encode, fingerprint, random_token, same};
use crate::ctx::Ctx;
use crate::error::{Error, Result, UserErrorCode};

pub use provider::Provider;

/// Where signing in at the provider begins.
pub const START_PATH: &str = "/auth/oidc/start";
pub const CALLBACK_PATH: &str = "/auth/oidc/callback";
pub const COOKIE: &str = "broadsheet_oidc";

/// Minutes that somebody has at the provider.
const PENDING_MINUTES: i64 = 10;
/// Seconds in which the interface must exchange the code.
const CODE_SECONDS: i64 = 60;
/// How a code is told from links with the same table.
const KIND: &str = "OIDC";

/// Why somebody comes back without a code.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Code {
    /// They, or the provider, have said no.
    Denied,
    /// It took too long, or the browser keeps no cookies.
    Expired,
    /// What came back is not what was sent.
    State,
    /// The provider does not answer.
    Provider,
    /// The provider's token cannot be believed.
    Token,
    /// There is no verified e-mail address, or none that is let in.
    Email,
    /// The e-mail address belongs to an account of somebody else.
    Taken,
    /// They have no role here.
    Role,
    /// Their account has been deactivated.
    Deactivated,
    /// Too many have failed from there.
    Throttled,
    /// The interface has sent no challenge: a mistake of its author.
    Challenge,
    /// It is not their fault: the log says more.
    Failed,
}

impl Code {
    fn name(self) -> &'static str {
        match self {
            Self::Denied => "denied",
            Self::Expired => "expired",
            Self::State => "state",
            Self::Provider => "provider",
            Self::Token => "token",
            Self::Email => "email",
            Self::Taken => "taken",
            Self::Role => "role",
            Self::Deactivated => "deactivated",
            Self::Throttled => "throttled",
            Self::Challenge => "challenge",
            Self::Failed => "failed",
        }
    }

    /// Whether it is an attempt that failed, rather than one that was not made.
    fn counts(self) -> bool {
        !matches!(
            self,
            Self::Denied
                | Self::Expired
                | Self::Provider
                | Self::Throttled
                | Self::Challenge
                | Self::Failed
        )
    }
}

/// Somebody who is not let in: what they are told, and what the log is.
#[derive(Debug)]
pub struct Refusal {
    code: Code,
    why: String,
    user: Option<Uuid>,
}

impl Refusal {
    fn new(code: Code, why: impl Into<String>) -> Self {
        Self { code, why: why.into(), user: None }
    }

    fn by(self, user: Uuid) -> Self {
        Self { user: Some(user), ..self }
    }
}

impl From<Error> for Refusal {
    fn from(error: Error) -> Self {
        Self::new(Code::Failed, format!("{error:?}"))
    }
}

/// What must come back from the provider, as the browser keeps it.
#[derive(Serialize, Deserialize)]
struct Pending {
    state: String,
    nonce: String,
    verifier: String,
    /// What the interface's own verifier must match.
    challenge: String,
}

/// How the interface sends a browser here.
#[derive(Debug, Default, Deserialize)]
pub struct Start {
    /// SHA-256 of the interface's verifier, as base64url without padding.
    pub challenge: Option<String>,
}

/// Where to send the browser, and the cookie to give it.
pub struct Redirect {
    pub location: String,
    pub cookie: Option<String>,
}

/// What the provider sends the browser back with.
#[derive(Debug, Default, Deserialize)]
pub struct Callback {
    pub code: Option<String>,
    pub state: Option<String>,
    pub error: Option<String>,
    pub iss: Option<String>,
}

fn cookie(ctx: &Ctx, value: &str, seconds: i64) -> String {
    let https = ctx.app().config().oidc.server_url.starts_with("https:");
    let secure = if https { "; Secure" } else { "" };
    format!("{COOKIE}={value}; Path=/auth/oidc; HttpOnly; SameSite=Lax; Max-Age={seconds}{secure}")
}

fn back(ctx: &Ctx, name: &str, value: &str) -> String {
    format!("{}#{name}={value}", ctx.app().config().oidc.return_page)
}

fn sorry(ctx: &Ctx, refusal: &Refusal) -> String {
    let Refusal { code, why, user } = refusal;
    if *code == Code::Failed {
        tracing::error!(why, "signing in at the provider failed");
    } else {
        tracing::warn!(code = code.name(), why, ?user, "signing in at the provider is refused");
    }
    back(ctx, "error", code.name())
}

/// Sends a browser to the provider.
pub async fn begin(ctx: &Ctx, start: Start) -> Redirect {
    match prepare(ctx, start).await {
        Ok(redirect) => redirect,
        Err(refusal) => Redirect { location: sorry(ctx, &refusal), cookie: None },
    }
}

async fn prepare(ctx: &Ctx, start: Start) -> Result<Redirect, Refusal> {
    let challenge =
        start.challenge.filter(|challenge| is_challenge(challenge)).ok_or_else(|| {
            Refusal::new(Code::Challenge, format!("{START_PATH} lacks ?challenge=, 43 characters"))
        })?;
    let oidc = &ctx.app().config().oidc;
    let metadata = ctx.app().oidc().metadata(oidc, ctx.now()).await?;
    let pending = Pending {
        state: random_token()?,
        nonce: random_token()?,
        verifier: random_token()?,
        challenge,
    };
    let expires = later(ctx.now(), PENDING_MINUTES * 60);
    let kept = ctx.app().keys().sign_claims(Purpose::Oidc, &pending, ctx.now(), expires)?;
    let query = provider::form(&[
        ("response_type", "code"),
        ("client_id", &oidc.client_id),
        ("redirect_uri", &oidc.redirect_uri()),
        ("scope", &oidc.scopes.join(" ")),
        ("state", &pending.state),
        ("nonce", &pending.nonce),
        ("code_challenge", &encode(&fingerprint(&pending.verifier))),
        ("code_challenge_method", "S256"),
    ]);
    let endpoint = &metadata.authorization_endpoint;
    let sign = if endpoint.contains('?') { '&' } else { '?' };
    Ok(Redirect {
        location: format!("{endpoint}{sign}{query}"),
        cookie: Some(cookie(ctx, &kept, PENDING_MINUTES * 60)),
    })
}

/// Whether it can be a SHA-256 in base64url without padding (RFC 7636, 4.2).
fn is_challenge(text: &str) -> bool {
    text.len() == 43
        && text.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"-_".contains(&byte))
}

/// Takes a browser back from the provider. `kept` is its cookie, which is used
/// up.
pub async fn finish(ctx: &Ctx, callback: Callback, kept: Option<&str>) -> Redirect {
    let location = match settle(ctx, callback, kept).await {
        Ok(code) => back(ctx, "code", &code),
        Err(refusal) => sorry(ctx, &refusal),
    };
    Redirect { location, cookie: Some(cookie(ctx, "", 0)) }
}

async fn settle(ctx: &Ctx, callback: Callback, kept: Option<&str>) -> Result<String, Refusal> {
    let expired = |why: &str| Refusal::new(Code::Expired, why);
    let kept = kept.ok_or_else(|| expired("the browser has brought no cookie"))?;
    let pending: Pending = ctx
        .app()
        .keys()
        .verify_claims(Purpose::Oidc, kept, ctx.now())
        .map_err(|error| expired(&error.to_string()))?;
    let attempt = match throttle::attempt(ctx, Target::Link, "code").await {
        Err(Error::Invalid(_)) => {
            return Err(Refusal::new(Code::Throttled, "too many have failed from there"));
        }
        attempt => attempt?,
    };
    let done = check(ctx, callback, &pending).await;
    match &done {
        Err(refusal) if refusal.code.counts() => {
            sessions::failed(ctx, refusal.user, Method::Oidc).await?;
        }
        _ => attempt.succeeded(ctx).await?,
    }
    let user = done?;
    Ok(give_code(ctx, user, &pending.challenge).await?)
}

async fn check(ctx: &Ctx, callback: Callback, pending: &Pending) -> Result<Uuid, Refusal> {
    let oidc = &ctx.app().config().oidc;
    let Callback { code, state, error, iss } = callback;
    if !state.is_some_and(|state| same(state.as_bytes(), pending.state.as_bytes())) {
        return Err(Refusal::new(Code::State, "the state is not the one that was sent"));
    }
    if iss.is_some_and(|issuer| issuer != oidc.issuer) {
        return Err(Refusal::new(Code::State, "another provider has answered"));
    }
    if let Some(error) = error {
        let error: String = error.escape_default().take(60).collect();
        return Err(Refusal::new(Code::Denied, format!("the provider says {error}")));
    }
    let code = code.ok_or_else(|| Refusal::new(Code::State, "the provider gives no code"))?;
    let provider = ctx.app().oidc();
    let token = provider.exchange(oidc, &code, &pending.verifier, ctx.now()).await?;
    let unbelievable = |why: String| Refusal::new(Code::Token, why);
    let head = verify::head(&token).map_err(unbelievable)?;
    let keys = provider.keys(oidc, head.key.as_deref(), ctx.now()).await?;
    let expected = verify::Expected {
        issuer: &oidc.issuer,
        client_id: &oidc.client_id,
        nonce: &pending.nonce,
    };
    // The provider has been waited for: its clock has gone on, and so has ours.
    let now = ctx.app().now();
    let claims = verify::claims(&token, &head, &keys, &expected, now).map_err(unbelievable)?;
    account::admit(ctx, &claims).await
}

/// What is stored of a code: it is found by nobody who has not the verifier, too.
fn bound(code: &str, challenge: &str) -> Vec<u8> {
    fingerprint(format!("{code}.{challenge}"))
}

/// A code that is good once and soon. What is stored is its hash.
async fn give_code(ctx: &Ctx, user: Uuid, challenge: &str) -> Result<String> {
    let code = random_token()?;
    let row = Model {
        id: ctx.new_id(),
        user_id: user,
        kind: KIND.to_owned(),
        secret_hash: bound(&code, challenge),
        created_by: None,
        created_at: ctx.now(),
        expires_at: later(ctx.app().now(), CODE_SECONDS),
    };
    let txn = ctx.app().db().begin().await?;
    row.into_active_model().reset_all().insert(&txn).await?;
    txn.commit().await?;
    Ok(code)
}

/// Begins a session for a code, which is used up, and the verifier of the
/// challenge that it was asked for with.
pub async fn login(ctx: &Ctx, code: &str, verifier: &str) -> Result<SignIn> {
    let attempt = throttle::attempt(ctx, Target::Link, "code").await?;
    let Some(user) = use_code(ctx, code, &encode(&fingerprint(verifier))).await? else {
        sessions::failed(ctx, None, Method::Oidc).await?;
        return Err(Error::invalid(
            "code",
            UserErrorCode::BadCredentials,
            "the code is not valid any more, or was given to another browser: sign in again",
        ));
    };
    attempt.succeeded(ctx).await?;
    sessions::start(ctx, user, Method::Oidc).await
}

async fn use_code(ctx: &Ctx, code: &str, challenge: &str) -> Result<Option<Uuid>> {
    let txn = ctx.app().db().begin().await?;
    let link = Entity::find()
        .filter(Column::SecretHash.eq(bound(code, challenge)))
        .filter(Column::Kind.eq(KIND))
        .filter(Column::ExpiresAt.gt(ctx.now()))
        .lock_exclusive()
        .one(&txn)
        .await?;
    let Some(link) = link else {
        txn.rollback().await?;
        return Ok(None);
    };
    let used = Entity::delete_by_id(link.id).exec(&txn).await?.rows_affected > 0;
    let may = user::Entity::find_by_id(link.user_id)
        .filter(user::Column::Active.eq(true))
        .one(&txn)
        .await?
        .is_some();
    txn.commit().await?;
    Ok((used && may).then_some(link.user_id))
}
