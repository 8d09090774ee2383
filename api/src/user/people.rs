//! Adding people, changing what they may do, sending them away.
//!
//! What changes takes effect at once: the role is read with every request, and
//! whoever is deactivated has no session left. Nobody is deleted: what they wrote
//! keeps its author.

use entity::user;
use sea_orm::{
    ActiveModelTrait, ActiveValue::Set, ColumnTrait, EntityTrait, IntoActiveModel, QueryFilter,
    QueryOrder, QuerySelect,
};
use serde_json::json;
use uuid::Uuid;

use super::links;
use super::password::acceptable;
use super::read::role;
use super::sessions::{self, Which, about};
use crate::ctx::Ctx;
use crate::error::{Error, Result, UserErrorCode};
use crate::event::{Event, Write};
use crate::policy::{self, Action, Role, Subject};

const LONGEST_NAME: usize = 200;
const LONGEST_EMAIL: usize = 254;

pub fn normalized(email: &str) -> String {
    email.trim().to_lowercase()
}

pub fn checked_email(email: &str, field: &str) -> Result<String> {
    let email = normalized(email);
    let plausible = email.split_once('@').is_some_and(|(user, host)| {
        !user.is_empty()
            && !host.is_empty()
            && email.len() <= LONGEST_EMAIL
            && !email.contains(|c: char| c.is_whitespace() || c.is_control() || c == ':')
    });
    if !plausible {
        let message = format!("{email:?} is not an e-mail address");
        return Err(Error::invalid(field, UserErrorCode::Invalid, message));
    }
    Ok(email)
}

pub fn checked_name(name: &str, field: &str) -> Result<String> {
    let name = name.trim();
    let wrong = if name.is_empty() {
        "a name cannot be empty".to_owned()
    } else if name.chars().count() > LONGEST_NAME {
        format!("a name has at most {LONGEST_NAME} characters")
    } else if name.contains(char::is_control) {
        "a name stands on one line".to_owned()
    } else {
        return Ok(name.to_owned());
    };
    Err(Error::invalid(field, UserErrorCode::Invalid, wrong))
}

/// Whatever makes or changes an administrator is done in person.
pub fn guard_admins(ctx: &Ctx, roles: &[Role]) -> Result<()> {
    if roles.contains(&Role::Admin) {
        policy::in_person(ctx.actor())?;
    }
    Ok(())
}

/// Somebody, kept from changing until the transaction ends.
pub async fn locked(write: &Write<'_>, id: Uuid) -> Result<user::Model> {
    user::Entity::find_by_id(id)
        .lock_exclusive()
        .one(write.txn())
        .await?
        .ok_or_else(|| Error::invalid("id", UserErrorCode::NotFound, "there is no such person"))
}

/// Refuses to go on where nobody else could manage people any more.
pub async fn keep_an_admin(write: &Write<'_>, without: Uuid, field: &str) -> Result<()> {
    // Two who demote each other wait here for one another.
    let admins = user::Entity::find()
        .filter(user::Column::Role.eq(Role::Admin.name()))
        .filter(user::Column::Active.eq(true))
        .order_by_asc(user::Column::Id)
        .lock_exclusive()
        .all(write.txn())
        .await?;
    let mut others = admins.iter().filter(|admin| admin.joined_at.is_some());
    let among = admins.iter().any(|admin| admin.id == without && admin.joined_at.is_some());
    if among && !others.any(|admin| admin.id != without) {
        return Err(Error::invalid(
            field,
            UserErrorCode::WrongState,
            "they are the last administrator: make somebody else one first",
        ));
    }
    Ok(())
}

async fn taken(write: &Write<'_>, email: &str) -> Result<bool> {
    let found = user::Entity::find().filter(user::Column::Email.eq(email)).one(write.txn()).await?;
    Ok(found.is_some())
}

fn is_taken(field: &str, email: &str) -> Error {
    let message = format!("somebody has the e-mail address {email} already");
    Error::invalid(field, UserErrorCode::Taken, message)
}

/// Adds somebody with a password. Only the system does, from the command line.
pub async fn add(
    ctx: &Ctx,
    email: &str,
    name: Option<String>,
    role: Role,
    password: String,
) -> Result<Uuid> {
    policy::check(ctx.actor(), Action::ManageUsers, Subject::default())?;
    let email = checked_email(email, "email")?;
    acceptable(&password, "password")?;
    let password_hash = ctx.app().keys().hash_password(password).await?;
    let mut write = Write::begin(ctx).await?;
    if taken(&write, &email).await? {
        return Err(is_taken("email", &email));
    }
    let name = name.unwrap_or_else(|| email.split('@').next().unwrap_or_default().to_owned());
    let id = ctx.new_id();
    insert(&write, id, email, name, role, password_hash).await?;
    write.record(Event { data: json!({ "role": role.name() }), ..Event::of("user.added", id, 1) });
    write.commit().await?;
    Ok(id)
}

/// A row for somebody who may sign in from now on.
pub async fn insert(
    write: &Write<'_>,
    id: Uuid,
    email: String,
    name: String,
    role: Role,
    password_hash: String,
) -> Result<()> {
    let now = write.ctx().now();
    let row = user::Model {
        id,
        email,
        name,
        role: role.name().to_owned(),
        password_hash,
        active: true,
        created_at: now,
        joined_at: Some(now),
        totp_secret: None,
        totp_confirmed_at: None,
        totp_step: None,
    };
    row.into_active_model().reset_all().insert(write.txn()).await?;
    Ok(())
}

/// What to change of somebody; none leaves it.
#[derive(Debug, Default)]
pub struct Change {
    pub name: Option<String>,
    pub email: Option<String>,
    pub role: Option<Role>,
}

/// Changes somebody's name, address or role.
pub async fn update(ctx: &Ctx, id: Uuid, change: Change) -> Result<()> {
    policy::check(ctx.actor(), Action::ManageUsers, Subject::default())?;
    let Change { name, email, role: new_role } = change;
    let name = name.map(|name| checked_name(&name, "input.name")).transpose()?;
    let email = email.map(|email| checked_email(&email, "input.email")).transpose()?;
    let mut write = Write::begin(ctx).await?;
    if new_role.is_some_and(|role| role != Role::Admin) {
        keep_an_admin(&write, id, "input.role").await?;
    }
    let user = locked(&write, id).await?;
    let old_role = role(&user.role)?;
    guard_admins(ctx, &[old_role, new_role.unwrap_or(old_role)])?;
    apply(&mut write, user, name, email, new_role, "input.email").await?;
    write.commit().await
}

/// Writes what differs, with its events.
pub async fn apply(
    write: &mut Write<'_>,
    user: user::Model,
    name: Option<String>,
    email: Option<String>,
    new_role: Option<Role>,
    email_field: &str,
) -> Result<()> {
    let (id, old_role) = (user.id, role(&user.role)?);
    let name = name.filter(|name| *name != user.name);
    let email = email.filter(|email| *email != user.email);
    let new_role = new_role.filter(|role| *role != old_role);
    let mut fields = Vec::new();
    let mut change = user.into_active_model();
    if let Some(name) = name {
        change.name = Set(name);
        fields.push("name");
    }
    if let Some(email) = email {
        if taken(write, &email).await? {
            return Err(is_taken(email_field, &email));
        }
        change.email = Set(email);
        fields.push("email");
        // A link that went to the old address is no proof any more.
        links::void_all(write, id).await?;
    }
    if let Some(role) = new_role {
        change.role = Set(role.name().to_owned());
        let data = json!({ "before": old_role.name(), "after": role.name() });
        write.record(about("user.roleChanged", id, data));
    }
    if !fields.is_empty() {
        write.record(about("user.updated", id, json!({ "fields": fields })));
    }
    if new_role.is_some() || !fields.is_empty() {
        change.update(write.txn()).await?;
    }
    Ok(())
}

/// Sends somebody away: all sessions end, and no token, link or password works.
pub async fn deactivate(ctx: &Ctx, id: Uuid) -> Result<()> {
    policy::check(ctx.actor(), Action::ManageUsers, Subject::default())?;
    let mut write = Write::begin(ctx).await?;
    keep_an_admin(&write, id, "id").await?;
    let user = locked(&write, id).await?;
    guard_admins(ctx, &[role(&user.role)?])?;
    if !user.active {
        return Ok(());
    }
    let mut change = user.into_active_model();
    change.active = Set(false);
    change.update(write.txn()).await?;
    links::void_all(&write, id).await?;
    sessions::end(&mut write, id, Which::All).await?;
    write.record(about("user.deactivated", id, json!({})));
    write.commit().await
}

/// Lets somebody in again, with the password they had.
pub async fn reactivate(ctx: &Ctx, id: Uuid) -> Result<()> {
    policy::check(ctx.actor(), Action::ManageUsers, Subject::default())?;
    let mut write = Write::begin(ctx).await?;
    let user = locked(&write, id).await?;
    guard_admins(ctx, &[role(&user.role)?])?;
    if user.active {
        return Ok(());
    }
    let mut change = user.into_active_model();
    change.active = Set(true);
    change.update(write.txn()).await?;
    write.record(about("user.reactivated", id, json!({})));
    write.commit().await
}
