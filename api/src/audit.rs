//! The audit log: the feed, read by those who manage users.
//!
//! Nothing is written for it. What was done stands in `event` with who did it,
//! by which sign-in or token, and from which address.

use std::collections::HashMap;

use async_graphql::connection::{Connection, Edge, EmptyFields};
use async_graphql::{Context, ID, InputObject, Object};
use uuid::Uuid;

use crate::ctx::Ctx;
use crate::error::Result;
use crate::event::{self, Wanted};
use crate::graphql::ContextExt;
use crate::graphql::id::{IdKind, decode, decode_as, encode};
use crate::graphql::page::{Cursor, Key, Page};
use crate::graphql::scalar::{DateTime, Json, LanguageTag};
use crate::policy::{self, Action, Subject};
use crate::user::{self, Person, User};

/// Something that was done.
pub struct AuditEntry {
    row: entity::event::Model,
    actor: Option<Person>,
}

/// Something that was done.
#[Object]
impl AuditEntry {
    /// Its position in the feed: 1, 2, 3 … in the order of commits.
    async fn position(&self) -> i64 {
        self.row.id
    }

    /// When.
    async fn at(&self) -> DateTime {
        DateTime::utc(self.row.at)
    }

    /// What, such as `article.published` or `session.failed`.
    async fn kind(&self) -> &str {
        &self.row.kind
    }

    /// To what; null for what has no id.
    async fn entity_id(&self) -> Option<ID> {
        let id = self.row.entity_id?;
        let kind = match self.row.entity.as_str() {
            "article" => IdKind::Article,
            "user" | "session" => IdKind::User,
            "apiToken" => IdKind::ApiToken,
            "preview" => IdKind::Preview,
            "term" if self.row.data.0["taxonomy"] == "categories" => IdKind::Category,
            "term" => IdKind::Tag,
            _ => return None,
        };
        Some(encode(kind, id))
    }

    /// To which version of it.
    async fn version(&self) -> Option<i32> {
        self.row.version
    }

    /// In which language; null for what is of all.
    async fn language(&self) -> Option<LanguageTag> {
        self.row.language.clone().map(LanguageTag)
    }

    /// By whom; null for the server itself and for people who are not there any
    /// more.
    async fn actor(&self) -> Option<User> {
        self.actor.clone().map(User)
    }

    /// By which API token; null for people who signed in.
    async fn api_token_id(&self) -> Option<ID> {
        self.row.token_id.map(|id| encode(IdKind::ApiToken, id))
    }

    /// From which IP address; null for the server itself.
    async fn address(&self) -> Option<&str> {
        self.row.address.as_deref()
    }

    /// What else there is to say.
    async fn data(&self) -> Json {
        Json(self.row.data.0.clone())
    }
}

/// Which entries. Fields that are given must all hold.
#[derive(InputObject)]
pub struct AuditFilter {
    /// By whom.
    actor: Option<ID>,
    /// What: `article.published`, or all of a kind of thing: `article`.
    kind: Option<String>,
    /// To what.
    entity_id: Option<ID>,
    /// From which IP address.
    address: Option<String>,
    /// By which API token.
    api_token_id: Option<ID>,
    /// At this moment or later.
    since: Option<DateTime>,
    /// Before this moment.
    until: Option<DateTime>,
}

impl AuditFilter {
    fn wanted(self) -> Result<Wanted> {
        let Self { actor, kind, entity_id, address, api_token_id, since, until } = self;
        Ok(Wanted {
            actor: actor.map(|id| decode_as(IdKind::User, &id)).transpose()?,
            kind,
            entity_id: entity_id.map(|id| decode(&id)).transpose()?.map(|(_, id)| id),
            address,
            token: api_token_id.map(|id| decode_as(IdKind::ApiToken, &id)).transpose()?,
            since: since.map(DateTime::timestamp),
            until: until.map(DateTime::timestamp),
        })
    }
}

/// How many entries there are; costs nothing unless selected.
pub struct AuditTotals {
    wanted: Wanted,
}

#[Object]
impl AuditTotals {
    /// How many entries the whole list has.
    async fn total_count(&self, ctx: &Context<'_>) -> async_graphql::Result<i64> {
        Ok(event::count(ctx.broadsheet(), &self.wanted).await?)
    }
}

#[derive(Default)]
pub struct AuditQuery;

#[Object]
impl AuditQuery {
    /// What was done, by whom, when and from where, newest first. For those who
    /// manage users.
    async fn audit_log(
        &self,
        ctx: &Context<'_>,
        #[graphql(
            desc = "At most so many, from the start. 20 where neither it nor `last` is given; at most 100."
        )]
        first: Option<i32>,
        #[graphql(desc = "Only what comes after this cursor.")] after: Option<String>,
        #[graphql(desc = "At most so many, from the end; at most 100.")] last: Option<i32>,
        #[graphql(desc = "Only what comes before this cursor.")] before: Option<String>,
        #[graphql(desc = "Which ones; all where it is null.")] filter: Option<AuditFilter>,
    ) -> async_graphql::Result<Connection<Cursor, AuditEntry, AuditTotals>> {
        let ctx = ctx.broadsheet();
        policy::check(ctx.actor(), Action::ManageUsers, Subject::default())?;
        let page = Page::new(b'e', first, after.as_deref(), last, before.as_deref())?;
        let wanted = filter.map(AuditFilter::wanted).transpose()?.unwrap_or_default();
        let slice = event::list(ctx, &wanted, &page).await?;
        let people = actors(ctx, &slice.rows).await?;
        let totals = AuditTotals { wanted };
        let mut connection =
            Connection::with_additional_fields(slice.has_previous, slice.has_next, totals);
        connection.edges = slice
            .rows
            .into_iter()
            .map(|row| {
                let cursor = Cursor { order: b'e', key: Key::Number(row.id), id: Uuid::nil() };
                let actor = row.actor_id.and_then(|id| people.get(&id).cloned());
                Edge::<_, _, EmptyFields, _>::new(cursor, AuditEntry { row, actor })
            })
            .collect::<Vec<_>>();
        Ok(connection)
    }
}

async fn actors(ctx: &Ctx, rows: &[entity::event::Model]) -> Result<HashMap<Uuid, Person>> {
    let mut ids: Vec<_> = rows.iter().filter_map(|row| row.actor_id).collect();
    ids.sort_unstable();
    ids.dedup();
    user::people(ctx, &ids).await
}
