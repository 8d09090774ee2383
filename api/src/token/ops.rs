//! Making, listing, revoking and recognising tokens.

use std::sync::Arc;

use entity::{Json, Timestamp, api_token, language, user};
use sea_orm::sea_query::Expr;
use sea_orm::{
    ActiveModelTrait, ActiveValue::Set, ColumnTrait, EntityTrait, IntoActiveModel, QueryFilter,
    QueryOrder, QuerySelect,
};
use serde_json::json;
use uuid::Uuid;

use super::secret::{make, plausible};
use crate::ctx::{Actor, App, Ctx, Via};
use crate::error::{Error, Result, UserErrorCode};
use crate::event::{Event, Write};
use crate::hugo::sanitize::normalize;
use crate::policy::{self, Action, Grant, Limits, Subject, TokenScope};
use crate::user::{fingerprint, role};

/// Characters of a token that are kept to tell it from others.
const HINT: usize = 9;

/// What a token is to be.
pub struct NewToken {
    pub name: String,
    pub scopes: Vec<TokenScope>,
    pub expires_at: Option<Timestamp>,
    pub limits: Limits,
}

/// Makes a token of the person who signed in. It is shown once.
pub async fn create(ctx: &Ctx, new: NewToken) -> Result<(String, api_token::Model)> {
    let (user_id, _) = policy::session(ctx.actor())?;
    let NewToken { name, mut scopes, expires_at, limits } = new;
    let refuse = |field: &str, code, message: &str| Err(Error::invalid(field, code, message));
    if name.trim().is_empty() || name.chars().count() > 200 {
        return refuse(
            "input.name",
            UserErrorCode::Required,
            "give a name of 1 to 200 characters, by which you will know the token",
        );
    }
    if scopes.is_empty() {
        return refuse("input.scopes", UserErrorCode::Required, "a token needs a scope at least");
    }
    if expires_at.is_some_and(|at| at <= ctx.now()) {
        return refuse("input.expiresAt", UserErrorCode::Invalid, "that time has passed");
    }
    scopes.sort_unstable_by_key(|scope| scope.name());
    scopes.dedup();
    let mut write = Write::begin(ctx).await?;
    let known: Vec<String> = language::Entity::find()
        .select_only()
        .column(language::Column::Tag)
        .into_tuple()
        .all(write.txn())
        .await?;
    if let Some(unknown) = limits.languages.iter().find(|tag| !known.contains(tag)) {
        let message = format!("the site has no language {unknown}; it has {}", known.join(", "));
        return refuse("input.languages", UserErrorCode::Invalid, &message);
    }
    let token = make()?;
    let names: Vec<_> = scopes.iter().map(|scope| scope.name()).collect();
    let row = api_token::Model {
        id: ctx.new_id(),
        user_id,
        name,
        secret_hash: fingerprint(&token),
        hint: token.chars().take(HINT).collect(),
        scopes: Json::of(&names)?,
        languages: Json::of(&limits.languages)?,
        sections: Json::of(&limits.sections)?,
        created_at: ctx.now(),
        expires_at,
        used_at: None,
        revoked_at: None,
    };
    row.clone().into_active_model().reset_all().insert(write.txn()).await?;
    write.record(Event {
        data: json!({ "user": user_id, "scopes": names }),
        ..Event::of("apiToken.created", row.id, 1)
    });
    write.commit().await?;
    Ok((token, row))
}

/// Ends a token: one's own, or anybody's for those who manage users.
pub async fn revoke(ctx: &Ctx, id: Uuid) -> Result<api_token::Model> {
    let missing = || Error::invalid("id", UserErrorCode::NotFound, "no such API token");
    let own = policy::session(ctx.actor()).map(|(user, _)| user);
    let all = policy::check(ctx.actor(), Action::ManageUsers, Subject::default());
    if let (Err(error), Err(_)) = (&own, &all) {
        return Err(error.clone());
    }
    let mut write = Write::begin(ctx).await?;
    let row = api_token::Entity::find_by_id(id)
        .lock_exclusive()
        .one(write.txn())
        .await?
        .filter(|row| all.is_ok() || own.as_ref().is_ok_and(|own| *own == row.user_id))
        .ok_or_else(missing)?;
    if row.revoked_at.is_some() {
        return Ok(row);
    }
    let user = row.user_id;
    let mut change = row.into_active_model();
    change.revoked_at = Set(Some(ctx.now()));
    let row = change.update(write.txn()).await?;
    write.record(Event { data: json!({ "user": user }), ..Event::of("apiToken.revoked", id, 1) });
    write.commit().await?;
    Ok(row)
}

/// The tokens of a person, newest first: one's own, or anybody's for those who
/// manage users.
pub async fn list(ctx: &Ctx, user: Option<Uuid>) -> Result<Vec<api_token::Model>> {
    let own = policy::session(ctx.actor()).map(|(user, _)| user);
    let user = match (user, own) {
        (None, own) => own?,
        (Some(user), Ok(own)) if user == own => user,
        (Some(user), _) => {
            policy::check(ctx.actor(), Action::ManageUsers, Subject::default())?;
            user
        }
    };
    let mut rows = api_token::Entity::find()
        .filter(api_token::Column::UserId.eq(user))
        .order_by_desc(api_token::Column::Id)
        .all(ctx.db_private().orm())
        .await?;
    let unwritten = ctx.app().token_uses().peek();
    for row in &mut rows {
        row.used_at = unwritten.get(&row.id).copied().max(row.used_at);
    }
    Ok(rows)
}

/// Whom a token speaks for, with the role that its owner has now.
pub async fn actor(app: &App, token: &str) -> Result<Actor> {
    let refused = |message: &str| Err(Error::Unauthenticated(message.to_owned()));
    if !plausible(token) {
        return refused("the API token is mistyped: its last characters do not fit the others");
    }
    let found = api_token::Entity::find()
        .filter(api_token::Column::SecretHash.eq(fingerprint(token)))
        .find_also_related(user::Entity)
        .one(app.db().read())
        .await?;
    let Some((row, Some(owner))) = found else {
        return refused("no such API token");
    };
    if row.revoked_at.is_some() {
        return refused("the API token has been revoked");
    }
    if row.expires_at.is_some_and(|at| at <= app.now()) {
        return refused("the API token has expired");
    }
    if !owner.active {
        return refused("the API token's owner has no access any more");
    }
    let scopes: Vec<String> = serde_json::from_value(row.scopes.0)?;
    let scopes = scopes.iter().filter_map(|name| name.parse().ok()).collect();
    app.token_uses().note(row.id, app.now());
    let sections: Vec<String> = serde_json::from_value(row.sections.0)?;
    let limits = Limits {
        languages: serde_json::from_value(row.languages.0)?,
        sections: sections.iter().map(|name| normalize(name)).collect(),
    };
    Ok(Actor::User {
        id: owner.id,
        role: role(&owner.role)?,
        via: Via::Token(Arc::new(Grant { token: row.id, scopes, limits })),
    })
}

/// Writes down when tokens were used last.
pub async fn record_uses(app: &App) -> Result<()> {
    let uses = app.token_uses().take();
    if uses.is_empty() {
        return Ok(());
    }
    let txn = app.db().begin().await?;
    for (id, at) in uses {
        api_token::Entity::update_many()
            .col_expr(api_token::Column::UsedAt, Expr::val(at.0))
            .filter(api_token::Column::Id.eq(id))
            .exec(&txn)
            .await?;
    }
    txn.commit().await?;
    Ok(())
}
