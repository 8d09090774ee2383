//! Signing in, staying signed in, signing out.
//!
//! A refresh token is made of the session's id, a secret that all tokens of the
//! session share, and one of its own. So a token that is not the newest and has
//! the shared secret **was** one: it comes back from a thief, or to its owner
//! after a thief, and the session ends.
//!
//! One exception: the token just before, for [`GRACE`] seconds. A client whose
//! answer was lost, and a second tab, ask again with it and are given the **same**
//! successor, which follows from the token and a secret of the server. A thief
//! who is as fast holds the same token as the owner, and the next to use theirs
//! late ends the session for both.

use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};

use entity::session::{ActiveModel, Column, Entity, Model};
use entity::{Timestamp, user};
use sea_orm::sea_query::Query;
use sea_orm::{
    ActiveModelTrait, ActiveValue::Set, ColumnTrait, EntityTrait, IntoActiveModel, PaginatorTrait,
    QueryFilter, QueryOrder, QuerySelect,
};
use serde::{Deserialize, Serialize};
use serde_json::json;
use uuid::Uuid;

use super::keys::{AccessClaims, Purpose};
use super::read::{Person, person, role};
use super::throttle::{self, Target};
use super::token::{decode, encode, fingerprint, random, same};
use crate::ctx::{Actor, App, Ctx, Via};
use crate::error::{Error, Result, UserErrorCode};
use crate::event::{Event, Write};
use crate::policy;

/// Seconds in which the token before the newest may ask again.
const GRACE: i64 = 10;
/// Sessions of one person; the oldest gives way.
const MOST: u64 = 50;
/// Minutes in which a second factor must follow the password.
const CHALLENGE_MINUTES: i64 = 5;

/// How a session began.
#[derive(Debug, Clone, Copy, PartialEq, Eq, async_graphql::Enum)]
#[graphql(name = "SessionMethod")]
pub enum Method {
    /// With a password.
    Password,
    /// With a password and a second factor.
    SecondFactor,
    /// By accepting an invitation.
    Invitation,
    /// By a link that sets a new password.
    Reset,
    /// At an OpenID Connect provider.
    Oidc,
}

impl Method {
    const ALL: [Self; 5] =
        [Self::Password, Self::SecondFactor, Self::Invitation, Self::Reset, Self::Oidc];

    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Password => "PASSWORD",
            Self::SecondFactor => "SECOND_FACTOR",
            Self::Invitation => "INVITATION",
            Self::Reset => "RESET",
            Self::Oidc => "OIDC",
        }
    }

    fn of(name: &str) -> Result<Self> {
        Self::ALL
            .into_iter()
            .find(|method| method.name() == name)
            .ok_or_else(|| Error::internal(format!("no method is called {name:?}")))
    }
}

/// Tokens of a session, shown once.
pub struct Tokens {
    pub access: String,
    pub expires: Timestamp,
    pub refresh: String,
    /// How long the session can be renewed.
    pub refresh_seconds: i64,
}

/// Where signing in has come to.
pub enum SignIn {
    Done(Tokens, Person),
    /// The password was right, and a code is owed until this moment.
    SecondFactor {
        challenge: String,
        expires: Timestamp,
    },
}

/// A session, as its owner sees it.
#[derive(Debug, Clone)]
pub struct Seat {
    pub row: Model,
    pub method: Method,
    pub current: bool,
}

pub fn later(now: Timestamp, seconds: i64) -> Timestamp {
    Timestamp(now.0.saturating_add(seconds.saturating_mul(1_000_000)))
}

/// An event about a person or a session, neither of which has versions.
pub fn about(kind: &'static str, id: Uuid, data: serde_json::Value) -> Event {
    Event { entity_id: Some(id), data, ..Event::new(kind) }
}

/// When sessions were last used. Kept in memory, and written now and then.
#[derive(Default)]
pub struct Uses(Mutex<HashMap<Uuid, Timestamp>>);

impl Uses {
    fn note(&self, session: Uuid, now: Timestamp) {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).insert(session, now);
    }

    pub(super) fn take(&self) -> HashMap<Uuid, Timestamp> {
        std::mem::take(&mut self.0.lock().unwrap_or_else(PoisonError::into_inner))
    }

    fn of(&self, session: Uuid) -> Option<Timestamp> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).get(&session).copied()
    }
}

/// Who an access token speaks for, with the role that they have now.
pub async fn actor(app: &App, token: &str) -> Result<Actor> {
    let now = app.now();
    let claims: AccessClaims = app.keys().verify_claims(Purpose::Access, token, now)?;
    let found: Option<(String, bool)> = user::Entity::find_by_id(claims.sub)
        .select_only()
        .columns([user::Column::Role, user::Column::Active])
        .filter(
            user::Column::Id.in_subquery(
                Query::select()
                    .column(Column::UserId)
                    .from(Entity)
                    .cond_where(Column::Id.eq(claims.sid))
                    .cond_where(Column::ExpiresAt.gt(now))
                    .take(),
            ),
        )
        .into_tuple()
        .one(app.db().read())
        .await?;
    match found {
        Some((name, true)) => {
            app.uses().note(claims.sid, now);
            Ok(Actor::User { id: claims.sub, role: role(&name)?, via: Via::Session(claims.sid) })
        }
        _ => Err(Error::Unauthenticated("the session has ended: sign in again".to_owned())),
    }
}

/// Begins a session for an e-mail address and its password, or asks for the
/// second factor.
pub async fn login(ctx: &Ctx, email: &str, password: String) -> Result<SignIn> {
    let email = super::people::normalized(email);
    let attempt = throttle::attempt(ctx, Target::Account(&email), "input.password").await?;
    let found = user::Entity::find()
        .filter(user::Column::Email.eq(email.as_str()))
        .one(ctx.db_private().orm())
        .await?;
    let may = found.as_ref().filter(|user| user.active && user.joined_at.is_some());
    let stored = may.map(|user| user.password_hash.clone());
    let right = ctx.app().keys().check_password(password, stored).await?;
    if !right {
        failed(ctx, found.map(|user| user.id), Method::Password).await?;
        return Err(Error::invalid(
            "input.password",
            UserErrorCode::BadCredentials,
            "e-mail and password do not belong together",
        ));
    }
    attempt.succeeded(ctx).await?;
    let user = found.ok_or_else(|| Error::internal("a password of nobody is right"))?;
    admit(ctx, user.id, Method::Password).await
}

/// What a challenge says. It is void once the password changes.
#[derive(Serialize, Deserialize)]
pub struct Challenge {
    pub sub: Uuid,
    pub password: String,
}

impl Challenge {
    pub fn of(user: &user::Model) -> Self {
        Self { sub: user.id, password: encode(&fingerprint(&user.password_hash)) }
    }
}

/// Lets somebody in who has shown who they are, unless a second factor is owed.
pub async fn admit(ctx: &Ctx, user: Uuid, method: Method) -> Result<SignIn> {
    let user = user::Entity::find_by_id(user)
        .one(ctx.db_private().orm())
        .await?
        .ok_or_else(|| Error::not_found("user"))?;
    if user.totp_confirmed_at.is_some() {
        let expires = later(ctx.now(), CHALLENGE_MINUTES * 60);
        let challenge = ctx.app().keys().sign_claims(
            Purpose::SecondFactor,
            &Challenge::of(&user),
            ctx.now(),
            expires,
        )?;
        return Ok(SignIn::SecondFactor { challenge, expires });
    }
    start(ctx, user.id, method).await
}

/// Begins a session.
pub async fn start(ctx: &Ctx, user: Uuid, method: Method) -> Result<SignIn> {
    let session = ctx.new_id();
    let user = user::Entity::find_by_id(user)
        .one(ctx.db_private().orm())
        .await?
        .ok_or_else(|| Error::not_found("user"))?;
    let via = Via::Session(session);
    let acting = ctx.acting_as(Actor::User { id: user.id, role: role(&user.role)?, via });
    let mut write = Write::begin(&acting).await?;
    let user = user::Entity::find_by_id(user.id)
        .filter(user::Column::Active.eq(true))
        .lock_exclusive()
        .one(write.txn())
        .await?
        .ok_or_else(|| Error::Forbidden("the account has been deactivated".to_owned()))?;
    let family = random::<16>()?;
    let refresh = assemble(session, &family, &random::<32>()?);
    let seconds = ctx.app().config().auth.refresh_days.saturating_mul(86_400);
    let now = ctx.now();
    let row = Model {
        id: session,
        user_id: user.id,
        family_hash: fingerprint(family),
        refresh_hash: fingerprint(&refresh),
        previous_hash: None,
        method: method.name().to_owned(),
        address: ctx.address().map(|address| address.to_string()),
        user_agent: ctx.client().user_agent.clone(),
        created_at: now,
        renewed_at: now,
        used_at: now,
        expires_at: later(now, seconds),
    };
    row.into_active_model().reset_all().insert(write.txn()).await?;
    make_room(&write, user.id).await?;
    write.record(about("session.started", user.id, json!({ "method": method.name() })));
    write.commit().await?;
    Ok(SignIn::Done(tokens(ctx, user.id, session, refresh, seconds)?, person(user)?))
}

/// Ends the oldest sessions of somebody who has too many.
async fn make_room(write: &Write<'_>, user: Uuid) -> Result<()> {
    let of_user = || Entity::find().filter(Column::UserId.eq(user));
    if of_user().count(write.txn()).await? <= MOST {
        return Ok(());
    }
    let oldest: Vec<Uuid> = of_user()
        .select_only()
        .column(Column::Id)
        .order_by_desc(Column::CreatedAt)
        .order_by_desc(Column::Id)
        .offset(MOST)
        .limit(1000)
        .into_tuple()
        .all(write.txn())
        .await?;
    Entity::delete_many().filter(Column::Id.is_in(oldest)).exec(write.txn()).await?;
    Ok(())
}

/// Records that somebody could not sign in. What was typed is not kept.
pub async fn failed(ctx: &Ctx, user: Option<Uuid>, method: Method) -> Result<()> {
    let mut write = Write::begin(ctx).await?;
    let data = json!({ "method": method.name() });
    write.record(Event { entity_id: user, data, ..Event::new("session.failed") });
    write.commit().await
}

fn assemble(session: Uuid, family: &[u8], secret: &[u8]) -> String {
    encode(&[session.as_bytes(), family, secret].concat())
}

/// The token that follows one: nobody but this server can tell it.
fn successor(ctx: &Ctx, session: Uuid, family: &[u8], token: &str) -> Result<String> {
    let secret = ctx.app().keys().seal().derive(format!("refresh\n{token}").as_bytes())?;
    Ok(assemble(session, family, &secret))
}

/// Replaces a refresh token, once, and gives a new access token with it.
pub async fn refresh(ctx: &Ctx, token: &str) -> Result<(Tokens, Person)> {
    let refused = || {
        Error::invalid(
            "refreshToken",
            UserErrorCode::BadCredentials,
            "the refresh token is not valid any more: sign in again",
        )
    };
    let bytes = decode(token).filter(|bytes| bytes.len() == 64).ok_or_else(refused)?;
    let (id, rest) = bytes.split_at(16);
    let (family, _) = rest.split_at(16);
    let id = Uuid::from_slice(id).map_err(|_| refused())?;
    let txn = ctx.app().db().begin().await?;
    let row = Entity::find_by_id(id)
        .filter(Column::ExpiresAt.gt(ctx.now()))
        .lock_exclusive()
        .one(&txn)
        .await?
        .filter(|row| same(&row.family_hash, &fingerprint(family)))
        .ok_or_else(refused)?;
    let user = user::Entity::find_by_id(row.user_id)
        .filter(user::Column::Active.eq(true))
        .one(&txn)
        .await?
        .ok_or_else(refused)?;
    let next = successor(ctx, id, family, token)?;
    let (given, next_hash) = (fingerprint(token), fingerprint(&next));
    let seconds = (row.expires_at.0 - ctx.now().0) / 1_000_000;
    if same(&row.refresh_hash, &given) {
        let mut change = row.into_active_model();
        change.refresh_hash = Set(next_hash);
        change.previous_hash = Set(Some(given));
        change.renewed_at = Set(ctx.now());
        change.used_at = Set(ctx.now());
        change.address = Set(ctx.address().map(|address| address.to_string()));
        change.user_agent = Set(ctx.client().user_agent.clone());
        change.update(&txn).await?;
        txn.commit().await?;
    } else if row.previous_hash.as_ref().is_some_and(|previous| same(previous, &given))
        && ctx.now() < later(row.renewed_at, GRACE)
        && same(&row.refresh_hash, &next_hash)
    {
        txn.rollback().await?;
    } else {
        txn.rollback().await?;
        replayed(ctx, id, user.id).await?;
        return Err(refused());
    }
    Ok((tokens(ctx, user.id, id, next, seconds)?, person(user)?))
}

/// Ends a session whose used token came back.
async fn replayed(ctx: &Ctx, session: Uuid, user: Uuid) -> Result<()> {
    let mut write = Write::begin(ctx).await?;
    let done = Entity::delete_by_id(session).exec(write.txn()).await?;
    if done.rows_affected > 0 {
        write.record(about("session.replayed", user, json!({ "session": session })));
    }
    write.commit().await
}

fn tokens(
    ctx: &Ctx,
    user: Uuid,
    session: Uuid,
    refresh: String,
    refresh_seconds: i64,
) -> Result<Tokens> {
    let expires = later(ctx.now(), ctx.app().config().auth.access_minutes.saturating_mul(60));
    let claims = AccessClaims { sub: user, sid: session };
    let access = ctx.app().keys().sign_claims(Purpose::Access, &claims, ctx.now(), expires)?;
    Ok(Tokens { access, expires, refresh, refresh_seconds })
}

/// Which sessions of somebody to end.
#[derive(Debug, Clone, Copy)]
pub enum Which {
    All,
    AllBut(Uuid),
    One(Uuid),
}

/// Ends sessions of somebody, and says how many.
pub async fn end(write: &mut Write<'_>, user: Uuid, which: Which) -> Result<u64> {
    let mut delete = Entity::delete_many().filter(Column::UserId.eq(user));
    delete = match which {
        Which::All => delete,
        Which::AllBut(session) => delete.filter(Column::Id.ne(session)),
        Which::One(session) => delete.filter(Column::Id.eq(session)),
    };
    let ended = delete.exec(write.txn()).await?.rows_affected;
    if ended > 0 {
        let data = match which {
            Which::All | Which::AllBut(_) => json!({ "sessions": ended }),
            Which::One(session) => json!({ "sessions": ended, "session": session }),
        };
        write.record(about("session.ended", user, data));
    }
    Ok(ended)
}

/// Ends the session of the request; a browser's that its cookie names, too. Says
/// whether there was one.
pub async fn logout(ctx: &Ctx) -> Result<bool> {
    let mut ended = 0;
    let mut write = Write::begin(ctx).await?;
    if let Actor::User { id, via: Via::Session(session), .. } = ctx.actor() {
        ended += end(&mut write, *id, Which::One(*session)).await?;
    }
    if let Some((session, user)) = of_cookie(ctx, &write).await? {
        ended += end(&mut write, user, Which::One(session)).await?;
    }
    write.commit().await?;
    Ok(ended > 0)
}

/// The session that the request's cookie belongs to.
async fn of_cookie(ctx: &Ctx, write: &Write<'_>) -> Result<Option<(Uuid, Uuid)>> {
    let Some(bytes) = ctx
        .client()
        .refresh_cookie
        .as_ref()
        .and_then(|cookie| decode(cookie.reveal()))
        .filter(|bytes| bytes.len() == 64)
    else {
        return Ok(None);
    };
    let (id, rest) = bytes.split_at(16);
    let (family, _) = rest.split_at(16);
    let row = Entity::find_by_id(Uuid::from_slice(id).map_err(Error::internal)?)
        .one(write.txn())
        .await?
        .filter(|row| same(&row.family_hash, &fingerprint(family)));
    Ok(row.map(|row| (row.id, row.user_id)))
}

/// Ends all sessions of whoever asks, and says how many there were.
pub async fn logout_everywhere(ctx: &Ctx) -> Result<u64> {
    let (user, _) = policy::session(ctx.actor())?;
    let mut write = Write::begin(ctx).await?;
    let ended = end(&mut write, user, Which::All).await?;
    write.commit().await?;
    Ok(ended)
}

/// Ends one session of whoever asks.
pub async fn end_one(ctx: &Ctx, session: Uuid) -> Result<bool> {
    let (user, _) = policy::session(ctx.actor())?;
    let mut write = Write::begin(ctx).await?;
    let ended = end(&mut write, user, Which::One(session)).await?;
    write.commit().await?;
    Ok(ended > 0)
}

/// The sessions of whoever asks, newest first.
pub async fn list(ctx: &Ctx) -> Result<Vec<Seat>> {
    let (user, current) = policy::session(ctx.actor())?;
    let rows = Entity::find()
        .filter(Column::UserId.eq(user))
        .filter(Column::ExpiresAt.gt(ctx.now()))
        .order_by_desc(Column::CreatedAt)
        .order_by_desc(Column::Id)
        .limit(MOST)
        .all(ctx.db_private().orm())
        .await?;
    rows.into_iter()
        .map(|mut row| {
            if let Some(used) = ctx.app().uses().of(row.id) {
                row.used_at = row.used_at.max(used);
            }
            Ok(Seat { method: Method::of(&row.method)?, current: row.id == current, row })
        })
        .collect()
}

/// Writes when sessions were used.
pub async fn write_uses(app: &App, uses: HashMap<Uuid, Timestamp>) -> Result<()> {
    if uses.is_empty() {
        return Ok(());
    }
    let txn = app.db().begin().await?;
    for (session, used) in uses {
        let change = ActiveModel { used_at: Set(used), ..Default::default() };
        Entity::update_many()
            .set(change)
            .filter(Column::Id.eq(session))
            .filter(Column::UsedAt.lt(used))
            .exec(&txn)
            .await?;
    }
    txn.commit().await?;
    Ok(())
}

/// Forgets sessions that cannot be renewed any more.
pub async fn forget(txn: &sea_orm::DatabaseTransaction, now: Timestamp) -> Result<()> {
    Entity::delete_many().filter(Column::ExpiresAt.lte(now)).exec(txn).await?;
    Ok(())
}
