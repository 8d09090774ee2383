//! Signing in, staying signed in, signing out, and adding people.

use std::collections::HashMap;

use entity::{Timestamp, session, user};
use sea_orm::sea_query::Query;
use sea_orm::{
    ActiveModelTrait, ActiveValue::Set, ColumnTrait, EntityTrait, IntoActiveModel, QueryFilter,
    QuerySelect,
};
use uuid::Uuid;

use super::keys::{AccessClaims, Purpose};
use super::token::{fingerprint, random_token};
use crate::ctx::{Actor, App, Ctx, Via};
use crate::error::{Error, Result, UserErrorCode};
use crate::event::{Event, Write};
use crate::policy::Role;

/// What others see of somebody.
#[derive(Debug, Clone)]
pub struct Person {
    pub id: Uuid,
    pub name: String,
    pub email: String,
    pub role: Role,
}

/// Tokens of a session, shown once.
pub struct Tokens {
    pub access: String,
    pub expires: Timestamp,
    pub refresh: String,
}

/// Reads a stored role.
pub fn role(name: &str) -> Result<Role> {
    name.parse().map_err(Error::internal)
}

fn person(row: user::Model) -> Result<Person> {
    Ok(Person { id: row.id, role: role(&row.role)?, name: row.name, email: row.email })
}

fn later(now: Timestamp, seconds: i64) -> Timestamp {
    Timestamp(now.0.saturating_add(seconds.saturating_mul(1_000_000)))
}

/// Who an access token speaks for, with the role that they have now.
pub async fn actor(app: &App, token: &str) -> Result<Actor> {
    let claims: AccessClaims = app.keys().verify_claims(Purpose::Access, token, app.now())?;
    let found: Option<(String, bool)> = user::Entity::find_by_id(claims.sub)
        .select_only()
        .columns([user::Column::Role, user::Column::Active])
        .filter(
            user::Column::Id.in_subquery(
                Query::select()
                    .column(session::Column::UserId)
                    .from(session::Entity)
                    .cond_where(session::Column::Id.eq(claims.sid))
                    .take(),
            ),
        )
        .into_tuple()
        .one(app.db().read())
        .await?;
    match found {
        Some((name, true)) => {
            Ok(Actor::User { id: claims.sub, role: role(&name)?, via: Via::Session(claims.sid) })
        }
        _ => Err(Error::Unauthenticated("the session has ended: sign in again".to_owned())),
    }
}

/// Begins a session for an e-mail address and its password.
pub async fn login(ctx: &Ctx, email: &str, password: String) -> Result<(Tokens, Person)> {
    let found = user::Entity::find()
        .filter(user::Column::Email.eq(normalized(email)))
        .filter(user::Column::Active.eq(true))
        .one(ctx.app().db().read())
        .await?;
    let stored = found.as_ref().map(|user| user.password_hash.clone());
    let right = ctx.app().keys().check_password(password, stored).await?;
    let Some(user) = found.filter(|_| right) else {
        return Err(Error::invalid(
            "input.password",
            UserErrorCode::BadCredentials,
            "e-mail and password do not belong together",
        ));
    };
    let refresh = random_token()?;
    let row = session::Model {
        id: ctx.new_id(),
        user_id: user.id,
        refresh_hash: fingerprint(&refresh),
        created_at: ctx.now(),
        renewed_at: ctx.now(),
        expires_at: later(ctx.now(), ctx.app().config().auth.refresh_days * 86_400),
    };
    let session = row.id;
    let txn = ctx.app().db().begin().await?;
    row.into_active_model().reset_all().insert(&txn).await?;
    txn.commit().await?;
    Ok((tokens(ctx, user.id, session, refresh)?, person(user)?))
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
    let txn = ctx.app().db().begin().await?;
    let row = session::Entity::find()
        .filter(session::Column::RefreshHash.eq(fingerprint(token)))
        .filter(session::Column::ExpiresAt.gt(ctx.now()))
        .lock_exclusive()
        .one(&txn)
        .await?
        .ok_or_else(refused)?;
    let user = user::Entity::find_by_id(row.user_id)
        .filter(user::Column::Active.eq(true))
        .one(&txn)
        .await?
        .ok_or_else(refused)?;
    let (session, refresh) = (row.id, random_token()?);
    let mut change = row.into_active_model();
    change.refresh_hash = Set(fingerprint(&refresh));
    change.renewed_at = Set(ctx.now());
    change.update(&txn).await?;
    txn.commit().await?;
    Ok((tokens(ctx, user.id, session, refresh)?, person(user)?))
}

/// Ends the session of the request. Says whether there was one.
pub async fn logout(ctx: &Ctx) -> Result<bool> {
    let Actor::User { via: Via::Session(session), .. } = ctx.actor() else {
        return Ok(false);
    };
    let txn = ctx.app().db().begin().await?;
    let done = session::Entity::delete_by_id(*session).exec(&txn).await?;
    txn.commit().await?;
    Ok(done.rows_affected > 0)
}

fn tokens(ctx: &Ctx, user: Uuid, session: Uuid, refresh: String) -> Result<Tokens> {
    let expires = later(ctx.now(), ctx.app().config().auth.access_minutes * 60);
    let claims = AccessClaims { sub: user, sid: session };
    let access = ctx.app().keys().sign_claims(Purpose::Access, &claims, ctx.now(), expires)?;
    Ok(Tokens { access, expires, refresh })
}

/// Whether somebody is there who may sign in.
pub async fn is_active(write: &Write<'_>, id: Uuid) -> Result<bool> {
    let found =
        user::Entity::find_by_id(id).filter(user::Column::Active.eq(true)).one(write.txn()).await?;
    Ok(found.is_some())
}

/// People by id.
pub async fn people(ctx: &Ctx, ids: &[Uuid]) -> Result<HashMap<Uuid, Person>> {
    if ids.is_empty() {
        return Ok(HashMap::new());
    }
    let rows = user::Entity::find()
        .filter(user::Column::Id.is_in(ids.iter().copied()))
        .all(ctx.app().db().read())
        .await?;
    rows.into_iter().map(|row| Ok((row.id, person(row)?))).collect()
}

/// Who asks.
pub async fn viewer(ctx: &Ctx) -> Result<Option<Person>> {
    let Some(id) = ctx.actor().user_id() else {
        return Ok(None);
    };
    let found = user::Entity::find_by_id(id).one(ctx.app().db().read()).await?;
    found.map(person).transpose()
}

fn normalized(email: &str) -> String {
    email.trim().to_lowercase()
}

/// Adds somebody. Only the system does, from the command line.
pub async fn add(
    ctx: &Ctx,
    email: &str,
    name: Option<String>,
    role: Role,
    password: String,
) -> Result<Uuid> {
    let email = normalized(email);
    let plausible = email.split_once('@').is_some_and(|(user, host)| {
        !user.is_empty() && !host.is_empty() && !email.contains(char::is_whitespace)
    });
    if !plausible {
        return Err(Error::bad_input(format!("{email:?} is not an e-mail address")));
    }
    if password.chars().count() < 8 {
        return Err(Error::bad_input("a password needs at least 8 characters"));
    }
    let password_hash = ctx.app().keys().hash_password(password).await?;
    let mut write = Write::begin(ctx).await?;
    let taken = user::Entity::find()
        .filter(user::Column::Email.eq(email.as_str()))
        .one(write.txn())
        .await?;
    if taken.is_some() {
        return Err(Error::bad_input(format!("somebody has the e-mail address {email} already")));
    }
    let name = name.unwrap_or_else(|| email.split('@').next().unwrap_or_default().to_owned());
    let row = user::Model {
        id: ctx.new_id(),
        email,
        name,
        role: role.name().to_owned(),
        password_hash,
        active: true,
        created_at: ctx.now(),
    };
    let id = row.id;
    row.into_active_model().reset_all().insert(write.txn()).await?;
    write.record(Event::of("user.added", id, 1));
    write.commit().await?;
    Ok(id)
}
