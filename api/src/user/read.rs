//! Reading people.
//!
//! Names stand beside what people wrote, for whoever sees that. The rest of an
//! account is for those who manage people, and for the person.

use std::collections::HashMap;
use std::sync::Arc;

use async_graphql::connection::CursorType;
use entity::Timestamp;
use entity::user::{Column, Entity, Model};
use sea_orm::sea_query::{Condition, Expr, ExprTrait, Func, LikeExpr};
use sea_orm::{
    ColumnTrait, EntityTrait, Order, PaginatorTrait, QueryFilter, QueryOrder, QuerySelect,
};
use uuid::Uuid;

use crate::ctx::Ctx;
use crate::error::{Error, Result};
use crate::event::Write;
use crate::graphql::page::{Cursor, Key, Page, Slice};
use crate::policy::{self, Action, Role, Subject};

/// The mark of the one order that people are listed in.
pub const ORDER: u8 = b'u';

/// What others see of somebody.
#[derive(Debug, Clone)]
pub struct Person {
    pub id: Uuid,
    pub name: String,
    pub email: String,
    pub role: Role,
}

/// What those who manage people see beyond that.
#[derive(Debug, Clone)]
pub struct Account {
    pub active: bool,
    pub created_at: Timestamp,
    /// None while an invitation waits.
    pub joined_at: Option<Timestamp>,
    pub has_password: bool,
    pub has_totp: bool,
}

/// Reads a stored role.
pub fn role(name: &str) -> Result<Role> {
    name.parse().map_err(Error::internal)
}

pub fn person(row: Model) -> Result<Person> {
    Ok(Person { id: row.id, role: role(&row.role)?, name: row.name, email: row.email })
}

impl Account {
    fn of(row: &Model) -> Self {
        Self {
            active: row.active,
            created_at: row.created_at,
            joined_at: row.joined_at,
            has_password: !row.password_hash.is_empty(),
            has_totp: row.totp_confirmed_at.is_some(),
        }
    }
}

/// Which people are listed.
#[derive(Debug, Clone, Default)]
pub struct PersonFilter {
    pub role: Option<Role>,
    pub active: Option<bool>,
    /// Part of the name or the e-mail address, Latin letters in any case.
    pub text: Option<String>,
}

fn condition(filter: &PersonFilter) -> Condition {
    let PersonFilter { role, active, text } = filter;
    let mut all = Condition::all();
    if let Some(role) = role {
        all = all.add(Column::Role.eq(role.name()));
    }
    if let Some(active) = active {
        all = all.add(Column::Active.eq(*active));
    }
    if let Some(text) = text {
        let mut pattern = String::from("%");
        for character in text.to_ascii_lowercase().chars() {
            if ['%', '_', '\\'].contains(&character) {
                pattern.push('\\');
            }
            pattern.push(character);
        }
        pattern.push('%');
        let like = || LikeExpr::new(pattern.as_str()).escape('\\');
        let lower = |column: Column| Expr::expr(Func::lower(Expr::col((Entity, column))));
        all = all.add(
            Condition::any()
                .add(lower(Column::Name).like(like()))
                .add(lower(Column::Email).like(like())),
        );
    }
    all
}

fn may_manage(ctx: &Ctx) -> Result<()> {
    policy::check(ctx.actor(), Action::ManageUsers, Subject::default())
}

/// A page of all people, by name.
pub async fn all(ctx: &Ctx, filter: &PersonFilter, page: &Page) -> Result<Slice<Person>> {
    may_manage(ctx)?;
    let mut select = Entity::find().filter(condition(filter));
    for (cursor, greater) in [(&page.after, true), (&page.before, false)] {
        let Some(Cursor { key: Key::Text(name), id, .. }) = cursor else {
            continue;
        };
        let beyond = |column: Column, value: sea_orm::Value| {
            if greater { column.gt(value) } else { column.lt(value) }
        };
        select = select.filter(
            Condition::any().add(beyond(Column::Name, name.as_str().into())).add(
                Condition::all()
                    .add(Column::Name.eq(name.as_str()))
                    .add(beyond(Column::Id, (*id).into())),
            ),
        );
    }
    let direction = if page.backward { Order::Desc } else { Order::Asc };
    let rows = select
        .order_by(Column::Name, direction.clone())
        .order_by(Column::Id, direction)
        .limit(page.limit())
        .all(ctx.db_private().orm())
        .await?;
    Ok(page.slice(rows.into_iter().map(person).collect::<Result<_>>()?))
}

/// Where somebody stands in the list.
#[must_use]
pub fn cursor(person: &Person) -> String {
    Cursor { order: ORDER, key: Key::Text(person.name.clone()), id: person.id }.encode_cursor()
}

/// How many people there are.
pub async fn count(ctx: &Ctx, filter: &PersonFilter) -> Result<i64> {
    may_manage(ctx)?;
    let count = Entity::find().filter(condition(filter)).count(ctx.db_private().orm()).await?;
    Ok(i64::try_from(count).unwrap_or(i64::MAX))
}

/// Those of some people that the actor may see as accounts.
pub async fn by_ids(ctx: &Ctx, ids: &[Uuid]) -> Result<HashMap<Uuid, Person>> {
    let ids: Vec<_> = if may_manage(ctx).is_ok() {
        ids.to_vec()
    } else {
        ids.iter().copied().filter(|id| ctx.actor().user_id() == Some(*id)).collect()
    };
    people(ctx, &ids).await
}

/// The account of somebody, to those who may know. All are read at once, the
/// first time that one is asked for: a site has few people.
pub async fn account(ctx: &Ctx, id: Uuid) -> Result<Option<Account>> {
    if may_manage(ctx).is_err() && ctx.actor().user_id() != Some(id) {
        return Ok(None);
    }
    let all: Arc<HashMap<Uuid, Account>> = ctx
        .once()
        .load("accounts".to_owned(), || async {
            let rows = Entity::find().all(ctx.db_private().orm()).await?;
            Ok(rows.iter().map(|row| (row.id, Account::of(row))).collect())
        })
        .await?;
    Ok(all.get(&id).cloned())
}

/// Whether somebody is there who may sign in.
pub async fn is_active(write: &Write<'_>, id: Uuid) -> Result<bool> {
    let found = Entity::find_by_id(id).filter(Column::Active.eq(true)).one(write.txn()).await?;
    Ok(found.is_some())
}

/// People by id, for those who see what they wrote.
pub async fn people(ctx: &Ctx, ids: &[Uuid]) -> Result<HashMap<Uuid, Person>> {
    if ids.is_empty() {
        return Ok(HashMap::new());
    }
    let rows = Entity::find()
        .filter(Column::Id.is_in(ids.iter().copied()))
        .all(ctx.db_private().orm())
        .await?;
    rows.into_iter().map(|row| Ok((row.id, person(row)?))).collect()
}

/// Somebody by e-mail address: for the command line.
pub async fn by_email(ctx: &Ctx, email: &str) -> Result<Person> {
    may_manage(ctx)?;
    let email = super::people::normalized(email);
    Entity::find()
        .filter(Column::Email.eq(email.as_str()))
        .one(ctx.db_private().orm())
        .await?
        .map(person)
        .transpose()?
        .ok_or_else(|| Error::bad_input(format!("nobody has the e-mail address {email}")))
}

/// Who asks.
pub async fn viewer(ctx: &Ctx) -> Result<Option<Person>> {
    let Some(id) = ctx.actor().user_id() else {
        return Ok(None);
    };
    Ok(people(ctx, &[id]).await?.remove(&id))
}
