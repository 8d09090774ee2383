//! Whose account somebody from the provider signs in to.
//!
//! Who has come before is known by issuer and subject, which never change hands.
//! An e-mail address does: it leads to an account only where that is configured,
//! the provider has verified it, and nobody else from there has the account.

use entity::user_identity::{Column, Entity, Model};
use entity::{Timestamp, user};
use sea_orm::{
    ActiveModelTrait, ActiveValue::Set, ColumnTrait, DbErr, EntityTrait, IntoActiveModel,
    QueryFilter,
};
use serde_json::{Value, json};
use uuid::Uuid;

use super::verify::Claims;
use super::{Code, Refusal, roles};
use crate::config::Oidc;
use crate::ctx::Ctx;
use crate::error::Error;
use crate::event::{Event, Write};
use crate::policy::Role;
use crate::user::links;
use crate::user::people::{self, checked_email, checked_name, keep_an_admin, locked};
use crate::user::read::role;
use crate::user::sessions::about;

/// Somebody, as the provider has told.
struct Guest<'a> {
    issuer: &'a str,
    subject: &'a str,
    /// The address, where the provider has verified it.
    email: Option<String>,
    name: Option<String>,
    /// The role at the provider, or the default.
    role: Option<Role>,
}

impl<'a> Guest<'a> {
    fn of(oidc: &'a Oidc, claims: &'a Claims) -> Self {
        let text = |name: &str| claims.get(name).and_then(Value::as_str);
        // Some providers write it as a text.
        let verified = matches!(claims.get("email_verified"), Some(Value::Bool(true)))
            || text("email_verified") == Some("true");
        let email = text("email").filter(|_| verified);
        let named = |name: &str| text(name).and_then(|name| checked_name(name, "name").ok());
        Self {
            issuer: &oidc.issuer,
            subject: text("sub").unwrap_or_default(),
            email: email.and_then(|email| checked_email(email, "email").ok()),
            name: named("name").or_else(|| named("preferred_username")),
            role: roles::mapped(oidc, claims).or(oidc.default_role.0),
        }
    }

    fn is_of_allowed_domain(&self, oidc: &Oidc) -> bool {
        let domain = self.email.as_deref().and_then(|email| email.rsplit_once('@'));
        oidc.allowed_domains.is_empty()
            || domain.is_some_and(|(_, domain)| {
                let same = |allowed: &String| {
                    allowed.trim().trim_start_matches('@').eq_ignore_ascii_case(domain)
                };
                oidc.allowed_domains.iter().any(same)
            })
    }
}

/// Finds the account of somebody who has shown who they are, or makes one.
pub async fn admit(ctx: &Ctx, claims: &Claims) -> Result<Uuid, Refusal> {
    let oidc = &ctx.app().config().oidc;
    let guest = Guest::of(oidc, claims);
    if !guest.is_of_allowed_domain(oidc) {
        return Err(Refusal::new(Code::Email, "no verified e-mail address of an allowed domain"));
    }
    let mut write = Write::begin(ctx).await?;
    let known = Entity::find_by_id((guest.issuer.to_owned(), guest.subject.to_owned()))
        .one(write.txn())
        .await
        .map_err(Error::from)?;
    let (id, is_known) = match known {
        Some(identity) => (active(&write, identity.user_id).await?.id, true),
        None => match by_email(&write, oidc, &guest).await? {
            Some(id) => (id, false),
            None => return make(write, guest).await,
        },
    };
    // Where a claim says it, the provider says who may come.
    if !oidc.role_claim.is_empty() {
        let Some(role) = guest.role else {
            return Err(unmapped().by(id));
        };
        give_role(&mut write, id, role).await?;
    }
    if !is_known {
        link(&mut write, &guest, id).await?;
    }
    write.commit().await?;
    Ok(id)
}

fn unmapped() -> Refusal {
    Refusal::new(Code::Role, "no role is mapped, and there is no default")
}

async fn active(write: &Write<'_>, id: Uuid) -> Result<user::Model, Refusal> {
    let found = user::Entity::find_by_id(id).one(write.txn()).await.map_err(Error::from)?;
    match found {
        Some(user) if user.active => Ok(user),
        Some(_) => Err(Refusal::new(Code::Deactivated, "the account is deactivated").by(id)),
        None => Err(Error::internal("an identity of nobody").into()),
    }
}

/// The account with the same address, if it may be signed in to; none where
/// nobody has the address.
async fn by_email(
    write: &Write<'_>,
    oidc: &Oidc,
    guest: &Guest<'_>,
) -> Result<Option<Uuid>, Refusal> {
    let Some(email) = guest.email.as_deref() else {
        return Err(Refusal::new(Code::Email, "the provider has verified no e-mail address"));
    };
    let found = user::Entity::find()
        .filter(user::Column::Email.eq(email))
        .one(write.txn())
        .await
        .map_err(Error::from)?;
    let Some(user) = found else {
        return Ok(None);
    };
    let others = Entity::find()
        .filter(Column::UserId.eq(user.id))
        .filter(Column::Issuer.eq(guest.issuer))
        .one(write.txn())
        .await
        .map_err(Error::from)?;
    if !oidc.match_email || others.is_some() {
        let why = "the e-mail address belongs to another account";
        return Err(Refusal::new(Code::Taken, why).by(user.id));
    }
    active(write, user.id).await?;
    Ok(Some(user.id))
}

/// Gives the role that the provider says. The last administrator stays one.
async fn give_role(write: &mut Write<'_>, id: Uuid, given: Role) -> Result<(), Error> {
    let now = present_role(write, id).await?;
    if now == given {
        return Ok(());
    }
    if now == Role::Admin {
        match keep_an_admin(write, id, "role").await {
            Err(Error::Invalid(_)) => {
                tracing::warn!(user = %id, "the last administrator keeps the role");
                return Ok(());
            }
            done => done?,
        }
    }
    let user = locked(write, id).await?;
    people::apply(write, user, None, None, Some(given), "email").await
}

async fn present_role(write: &Write<'_>, id: Uuid) -> Result<Role, Error> {
    let user = user::Entity::find_by_id(id).one(write.txn()).await?;
    role(&user.ok_or_else(|| Error::not_found("user"))?.role)
}

async fn identify(
    write: &Write<'_>,
    guest: &Guest<'_>,
    id: Uuid,
    now: Timestamp,
) -> Result<(), DbErr> {
    let row = Model {
        issuer: guest.issuer.to_owned(),
        subject: guest.subject.to_owned(),
        user_id: id,
        created_at: now,
    };
    row.into_active_model().reset_all().insert(write.txn()).await?;
    Ok(())
}

/// Remembers that an account is theirs. An invitation that waits is accepted by
/// it.
async fn link(write: &mut Write<'_>, guest: &Guest<'_>, id: Uuid) -> Result<(), Error> {
    let now = write.ctx().now();
    let user = locked(write, id).await?;
    identify(write, guest, id, now).await?;
    write.record(about("user.identityLinked", id, json!({ "issuer": guest.issuer })));
    if user.joined_at.is_none() {
        let data = json!({ "role": user.role, "invited": true, "method": "OIDC" });
        let mut change = user.into_active_model();
        change.joined_at = Set(Some(now));
        change.update(write.txn()).await?;
        links::void_all(write, id).await?;
        write.record(about("user.added", id, data));
    }
    Ok(())
}

/// Makes an account without a password.
async fn make(mut write: Write<'_>, guest: Guest<'_>) -> Result<Uuid, Refusal> {
    let role = guest.role.ok_or_else(unmapped)?;
    let now = write.ctx().now();
    let id = write.ctx().new_id();
    let email = guest.email.clone().ok_or_else(|| Error::internal("an account has an address"))?;
    let name = guest.name.clone();
    let name = name.unwrap_or_else(|| email.split('@').next().unwrap_or_default().to_owned());
    people::insert(&write, id, email, name, role, String::new()).await?;
    identify(&write, &guest, id, now).await.map_err(Error::from)?;
    let data = json!({ "role": role.name(), "method": "OIDC" });
    write.record(Event { data, ..Event::of("user.added", id, 1) });
    write.commit().await?;
    Ok(id)
}
