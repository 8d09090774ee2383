//! Links that can be followed once: to accept an invitation, and to set a new
//! password. What is stored is their hash; a new one voids the one before.

use entity::user_link::{Column, Entity, Model};
use entity::{Timestamp, user};
use sea_orm::{
    ActiveModelTrait, ActiveValue::Set, ColumnTrait, EntityTrait, IntoActiveModel, QueryFilter,
    QuerySelect,
};
use serde_json::json;
use uuid::Uuid;

use super::password::acceptable;
use super::people::{checked_email, checked_name, guard_admins, locked};
use super::sessions::{self, Method, SignIn, Which, about, later};
use super::throttle::{self, Target};
use super::token::{fingerprint, random_token};
use crate::ctx::Ctx;
use crate::error::{Error, Result, UserErrorCode};
use crate::event::Write;
use crate::policy::{self, Action, Role, Subject};

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Kind {
    Invitation,
    Reset,
}

impl Kind {
    fn name(self) -> &'static str {
        match self {
            Self::Invitation => "INVITATION",
            Self::Reset => "RESET",
        }
    }

    fn fragment(self) -> &'static str {
        match self {
            Self::Invitation => "invitation",
            Self::Reset => "reset",
        }
    }
}

/// A link, shown once.
pub struct Link {
    pub user: Uuid,
    pub token: String,
    /// The page that takes it, where the configuration names one.
    pub url: Option<String>,
    pub expires: Timestamp,
}

async fn create(write: &Write<'_>, user: Uuid, kind: Kind) -> Result<Link> {
    let ctx = write.ctx();
    void(write, user, Some(kind)).await?;
    let auth = &ctx.app().config().auth;
    let seconds = match kind {
        Kind::Invitation => auth.invitation_days.saturating_mul(86_400),
        Kind::Reset => auth.reset_hours.saturating_mul(3600),
    };
    let (token, expires) = (random_token()?, later(ctx.now(), seconds));
    let row = Model {
        id: ctx.new_id(),
        user_id: user,
        kind: kind.name().to_owned(),
        secret_hash: fingerprint(&token),
        created_by: ctx.actor().user_id(),
        created_at: ctx.now(),
        expires_at: expires,
    };
    row.into_active_model().reset_all().insert(write.txn()).await?;
    let page = &auth.link_page;
    let url = (!page.is_empty()).then(|| format!("{page}#{}={token}", kind.fragment()));
    Ok(Link { user, token, url, expires })
}

async fn void(write: &Write<'_>, user: Uuid, kind: Option<Kind>) -> Result<()> {
    let mut delete = Entity::delete_many().filter(Column::UserId.eq(user));
    if let Some(kind) = kind {
        delete = delete.filter(Column::Kind.eq(kind.name()));
    }
    delete.exec(write.txn()).await?;
    Ok(())
}

/// Voids all links of somebody.
pub async fn void_all(write: &Write<'_>, user: Uuid) -> Result<()> {
    void(write, user, None).await
}

/// Invites somebody. Who was invited before and has not come is invited anew.
pub async fn invite(ctx: &Ctx, email: &str, name: Option<&str>, role: Role) -> Result<Link> {
    policy::check(ctx.actor(), Action::ManageUsers, Subject::default())?;
    guard_admins(ctx, &[role])?;
    let email = checked_email(email, "input.email")?;
    let name = match name {
        Some(name) => checked_name(name, "input.name")?,
        None => email.split('@').next().unwrap_or_default().to_owned(),
    };
    let mut write = Write::begin(ctx).await?;
    let found = user::Entity::find()
        .filter(user::Column::Email.eq(email.as_str()))
        .lock_exclusive()
        .one(write.txn())
        .await?;
    let id = match found {
        Some(user) if user.joined_at.is_none() => {
            guard_admins(ctx, &[super::read::role(&user.role)?])?;
            let id = user.id;
            let mut change = user.into_active_model();
            change.name = Set(name);
            change.role = Set(role.name().to_owned());
            change.active = Set(true);
            change.update(write.txn()).await?;
            id
        }
        Some(_) => {
            return Err(Error::invalid(
                "input.email",
                UserErrorCode::Taken,
                format!("somebody has the e-mail address {email} already"),
            ));
        }
        None => {
            let row = user::Model {
                id: ctx.new_id(),
                email,
                name,
                role: role.name().to_owned(),
                password_hash: String::new(),
                active: true,
                created_at: ctx.now(),
                joined_at: None,
                totp_secret: None,
                totp_confirmed_at: None,
                totp_step: None,
            };
            let id = row.id;
            row.into_active_model().reset_all().insert(write.txn()).await?;
            id
        }
    };
    let link = create(&write, id, Kind::Invitation).await?;
    write.record(about("user.invited", id, json!({ "role": role.name() })));
    write.commit().await?;
    Ok(link)
}

/// A link by which somebody who has forgotten their password sets another.
pub async fn create_reset(ctx: &Ctx, id: Uuid) -> Result<Link> {
    policy::check(ctx.actor(), Action::ManageUsers, Subject::default())?;
    policy::in_person(ctx.actor())?;
    let mut write = Write::begin(ctx).await?;
    let user = locked(&write, id).await?;
    if !user.active || user.joined_at.is_none() {
        let remedy = if user.active { "invite them again" } else { "reactivate them first" };
        return Err(Error::invalid(
            "id",
            UserErrorCode::WrongState,
            format!("they cannot sign in: {remedy}"),
        ));
    }
    let link = create(&write, id, Kind::Reset).await?;
    write.record(about("user.passwordResetCreated", id, json!({})));
    write.commit().await?;
    Ok(link)
}

/// Whose a link is, used up by this. `field` is where the token came from.
async fn follow(write: &Write<'_>, token: &str, kind: Kind) -> Result<user::Model> {
    let refused = || {
        Error::invalid(
            "token",
            UserErrorCode::BadCredentials,
            "the link is not valid any more: ask for a new one",
        )
    };
    let link = Entity::find()
        .filter(Column::SecretHash.eq(fingerprint(token)))
        .filter(Column::Kind.eq(kind.name()))
        .filter(Column::ExpiresAt.gt(write.ctx().now()))
        .lock_exclusive()
        .one(write.txn())
        .await?
        .ok_or_else(refused)?;
    let used = Entity::delete_by_id(link.id).exec(write.txn()).await?;
    let user = locked(write, link.user_id).await?;
    if used.rows_affected == 0 || !user.active {
        return Err(refused());
    }
    Ok(user)
}

/// Whether a link is good, before the work of hashing a password for it.
async fn exists(ctx: &Ctx, token: &str, kind: Kind) -> Result<bool> {
    let found = Entity::find()
        .filter(Column::SecretHash.eq(fingerprint(token)))
        .filter(Column::Kind.eq(kind.name()))
        .one(ctx.db_private().orm())
        .await?;
    Ok(found.is_some())
}

/// Accepts an invitation: sets name and password, and signs in.
pub async fn accept(
    ctx: &Ctx,
    token: &str,
    name: Option<&str>,
    password: String,
) -> Result<SignIn> {
    let name = name.map(|name| checked_name(name, "name")).transpose()?;
    let id = set_password(ctx, token, name, password, Kind::Invitation).await?;
    sessions::admit(ctx, id, Method::Invitation).await
}

/// Sets a new password by a link, ends all sessions, and signs in. The second
/// factor is owed as ever.
pub async fn reset(ctx: &Ctx, token: &str, password: String) -> Result<SignIn> {
    let id = set_password(ctx, token, None, password, Kind::Reset).await?;
    sessions::admit(ctx, id, Method::Reset).await
}

async fn set_password(
    ctx: &Ctx,
    token: &str,
    name: Option<String>,
    password: String,
    kind: Kind,
) -> Result<Uuid> {
    acceptable(&password, "password")?;
    let attempt = throttle::attempt(ctx, Target::Link, "token").await?;
    // A wrong token takes as long as a right one.
    let known = exists(ctx, token, kind).await?;
    let hash = ctx.app().keys().hash_password(password).await?;
    if known {
        attempt.succeeded(ctx).await?;
    }
    let mut write = Write::begin(ctx).await?;
    let user = follow(&write, token, kind).await?;
    let (id, role, joined) = (user.id, user.role.clone(), user.joined_at);
    let mut change = user.into_active_model();
    change.password_hash = Set(hash);
    if let Some(name) = name {
        change.name = Set(name);
    }
    if joined.is_none() {
        change.joined_at = Set(Some(ctx.now()));
    }
    change.update(write.txn()).await?;
    void_all(&write, id).await?;
    match kind {
        Kind::Invitation => {
            write.record(about("user.added", id, json!({ "role": role, "invited": true })));
        }
        Kind::Reset => {
            sessions::end(&mut write, id, Which::All).await?;
            write.record(about("user.passwordChanged", id, json!({ "reset": true })));
        }
    }
    write.commit().await?;
    Ok(id)
}

/// Forgets links that have expired.
pub async fn forget(txn: &sea_orm::DatabaseTransaction, now: Timestamp) -> Result<()> {
    Entity::delete_many().filter(Column::ExpiresAt.lte(now)).exec(txn).await?;
    Ok(())
}
