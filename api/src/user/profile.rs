//! What people change of themselves.

use entity::user;
use sea_orm::{ActiveModelTrait, ActiveValue::Set, EntityTrait, IntoActiveModel};
use serde_json::json;

use super::password::acceptable;
use super::people::{apply, checked_email, checked_name, locked};
use super::sessions::{self, Method, Which, about};
use super::throttle::{self, Target};
use crate::ctx::Ctx;
use crate::error::{Error, Result, UserErrorCode};
use crate::event::Write;
use crate::policy;

/// The account of whoever asks, who has given its password once more.
pub async fn prove(ctx: &Ctx, password: String, field: &str) -> Result<user::Model> {
    let (id, _) = policy::session(ctx.actor())?;
    let user = user::Entity::find_by_id(id)
        .one(ctx.db_private().orm())
        .await?
        .ok_or_else(|| Error::not_found("user"))?;
    if user.password_hash.is_empty() {
        return Err(Error::invalid(
            field,
            UserErrorCode::WrongState,
            "the account has no password: ask an administrator for a link to set one",
        ));
    }
    let attempt = throttle::attempt(ctx, Target::Account(&user.email), field).await?;
    let stored = Some(user.password_hash.clone());
    if !ctx.app().keys().check_password(password, stored).await? {
        sessions::failed(ctx, Some(id), Method::Password).await?;
        return Err(Error::invalid(
            field,
            UserErrorCode::BadCredentials,
            "this is not the password of the account",
        ));
    }
    attempt.succeeded(ctx).await?;
    Ok(user)
}

/// Changes the name of whoever asks, or the address they sign in with, for which
/// the password is asked.
pub async fn update(
    ctx: &Ctx,
    name: Option<String>,
    email: Option<String>,
    current_password: Option<String>,
) -> Result<()> {
    let (id, _) = policy::session(ctx.actor())?;
    let name = name.map(|name| checked_name(&name, "input.name")).transpose()?;
    let email = email.map(|email| checked_email(&email, "input.email")).transpose()?;
    if email.is_some() {
        let field = "input.currentPassword";
        let password = current_password.ok_or_else(|| {
            let message = "the address that you sign in with changes with your password alone";
            Error::invalid(field, UserErrorCode::Required, message)
        })?;
        prove(ctx, password, field).await?;
    }
    let mut write = Write::begin(ctx).await?;
    let user = locked(&write, id).await?;
    apply(&mut write, user, name, email, None, "input.email").await?;
    write.commit().await
}

/// Changes the password of whoever asks, and ends their other sessions.
pub async fn change_password(ctx: &Ctx, current: String, new: String) -> Result<()> {
    let (id, session) = policy::session(ctx.actor())?;
    acceptable(&new, "new")?;
    let before = prove(ctx, current, "current").await?;
    let hash = ctx.app().keys().hash_password(new).await?;
    let mut write = Write::begin(ctx).await?;
    let user = locked(&write, id).await?;
    if user.password_hash != before.password_hash {
        return Err(Error::invalid(
            "current",
            UserErrorCode::BadCredentials,
            "the password has been changed meanwhile",
        ));
    }
    let mut change = user.into_active_model();
    change.password_hash = Set(hash);
    change.update(write.txn()).await?;
    super::links::void_all(&write, id).await?;
    sessions::end(&mut write, id, Which::AllBut(session)).await?;
    write.record(about("user.passwordChanged", id, json!({})));
    write.commit().await
}
