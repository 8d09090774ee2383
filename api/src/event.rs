//! The feed, and the only way to write.
//!
//! **Every write of content is one [`Write`]**: a transaction that collects
//! events and appends them as its last act. Appending takes a lock that is held
//! until the commit, so positions are given in commit order and have no gaps: a
//! follower that has read up to a position can never be overtaken by a
//! transaction that took an earlier one. Taking the lock last also means that
//! nobody who holds it waits for another row.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

use entity::event::{ActiveModel, Column, Entity, Model};
use entity::{Json, Timestamp};
use sea_orm::{
    ActiveModelTrait, ActiveValue::Set, ColumnTrait, ConnectionTrait, DatabaseTransaction, DbErr,
    EntityTrait, IntoActiveModel, Iterable, PaginatorTrait, QueryFilter, QueryOrder, QuerySelect,
    QueryTrait, Select, Statement,
};
use serde_json::Value;
use tokio::sync::OnceCell;
use uuid::Uuid;

use crate::cache::{Change, Footprint, Noted};
use crate::ctx::{Actor, Ctx, Via};
use crate::error::Result;
use crate::graphql::page::{Cursor, Key, Page, Slice};
use crate::site::Frame;

/// Values in one statement; SQLite takes 32,766. Many, since a statement keeps each page
/// that it changes as it was, until it ends; and few enough for the next to be built while
/// it runs.
const VALUES: usize = 9_000;

/// What a transaction touches that changed more articles than were worth telling.
pub const EVERYTHING: &str = "everything";

/// What happened, for those who follow the feed.
#[derive(Debug, Clone)]
pub struct Event {
    /// `<entity>.<past participle>`: `article.published`.
    pub kind: &'static str,
    pub entity_id: Option<Uuid>,
    pub version: Option<i32>,
    pub language: Option<String>,
    pub data: Value,
}

impl Event {
    #[must_use]
    pub fn new(kind: &'static str) -> Self {
        Self { kind, entity_id: None, version: None, language: None, data: Value::Null }
    }

    #[must_use]
    pub fn of(kind: &'static str, id: Uuid, version: i32) -> Self {
        Self { entity_id: Some(id), version: Some(version), ..Self::new(kind) }
    }
}

/// One write: its transaction and what it will say of itself.
pub struct Write<'a> {
    ctx: &'a Ctx,
    txn: DatabaseTransaction,
    frame: OnceCell<Arc<Frame>>,
    events: Vec<Event>,
    public: Mutex<Noted>,
}

impl<'a> Write<'a> {
    pub async fn begin(ctx: &'a Ctx) -> Result<Self> {
        let txn = ctx.app().db().begin().await?;
        Ok(Self { ctx, txn, frame: OnceCell::new(), events: Vec::new(), public: Mutex::default() })
    }

    #[must_use]
    pub fn txn(&self) -> &DatabaseTransaction {
        &self.txn
    }

    /// Keeps others from changing terms until this ends: that categories form a
    /// tree follows from many rows at once.
    pub async fn lock_terms(&self) -> Result<()> {
        self.ctx.app().db().lock_terms(&self.txn).await
    }

    #[must_use]
    pub fn ctx(&self) -> &'a Ctx {
        self.ctx
    }

    /// The site and its languages, as this transaction found them first.
    pub async fn frame(&self) -> Result<Arc<Frame>> {
        let read = || async { Frame::read(&self.txn).await.map(Arc::new) };
        self.frame.get_or_try_init(read).await.cloned()
    }

    /// Inserts rows, many in one statement.
    pub async fn insert_all<M, A>(&self, rows: Vec<M>) -> Result<(), DbErr>
    where
        M: IntoActiveModel<A>,
        A: ActiveModelTrait + Send,
    {
        self.run_all(self.inserts(rows)).await
    }

    /// What inserts rows, for [`Self::run_all`].
    pub fn inserts<M, A>(&self, rows: Vec<M>) -> impl Iterator<Item = Statement> + use<M, A>
    where
        M: IntoActiveModel<A>,
        A: ActiveModelTrait + Send,
    {
        let backend = self.txn.get_database_backend();
        let columns = <A::Entity as EntityTrait>::Column::iter().count();
        let most = VALUES / columns.max(1);
        let mut rows = rows.into_iter().map(|row| row.into_active_model().reset_all()).peekable();
        std::iter::from_fn(move || {
            rows.peek()?;
            let chunk: Vec<_> = rows.by_ref().take(most).collect();
            Some(A::Entity::insert_many(chunk).build(backend))
        })
    }

    /// Runs statements one after the other. While the database is at one, the next is
    /// built.
    pub async fn run_all(
        &self,
        mut statements: impl Iterator<Item = Statement>,
    ) -> Result<(), DbErr> {
        let mut next = statements.next();
        while let Some(statement) = next {
            let done;
            (done, next) =
                tokio::join!(self.txn.execute_raw(statement), async { statements.next() });
            done?;
        }
        Ok(())
    }

    /// Notes what is published of these articles. Whoever changes that says so
    /// here **before**: the events tell followers what the public had, and has.
    pub async fn note_public(&self, ids: &[Uuid]) -> Result<()> {
        let noted = || self.public.lock().unwrap_or_else(PoisonError::into_inner);
        let missing = noted().missing(ids);
        if !missing.is_empty() {
            let were = Footprint::read(&self.txn, &missing).await?;
            noted().add(&missing, were);
        }
        Ok(())
    }

    pub fn record(&mut self, event: Event) {
        self.events.push(event);
    }

    /// Appends the events and commits. Without events nothing was written, and
    /// the transaction is rolled back.
    pub async fn commit(self) -> Result<()> {
        let Self { ctx, txn, frame: _, events, public } = self;
        if events.is_empty() {
            txn.rollback().await?;
            return Ok(());
        }
        let noted = public.into_inner().unwrap_or_else(PoisonError::into_inner);
        let changes = noted.changes(&txn).await?;
        let db = ctx.app().db();
        db.lock_feed(&txn).await?;
        let (session_id, token_id) = match ctx.actor() {
            Actor::User { via: Via::Session(session), .. } => (Some(*session), None),
            Actor::User { via: Via::Token(grant), .. } => (None, Some(grant.token)),
            Actor::Nobody | Actor::Preview { .. } | Actor::System => (None, None),
        };
        let address = ctx.address().map(|address| address.to_string());
        let mut position = last_position(&txn).await?;
        let mut rows = Vec::with_capacity(events.len());
        for Event { kind, entity_id, version, language, data } in events {
            position += 1;
            rows.push(ActiveModel {
                id: Set(position),
                at: Set(ctx.now()),
                kind: Set(kind.to_owned()),
                entity: Set(kind.split('.').next().unwrap_or(kind).to_owned()),
                entity_id: Set(entity_id),
                version: Set(version),
                language: Set(language),
                actor_id: Set(ctx.actor().user_id()),
                session_id: Set(session_id),
                token_id: Set(token_id),
                address: Set(address.clone()),
                data: Set(data.into()),
                touched: Set(None),
            });
        }
        tell(&mut rows, changes)?;
        for rows in rows.chunks(500) {
            Entity::insert_many(rows.to_vec()).exec_without_returning(&txn).await?;
        }
        db.announce(&txn, position).await?;
        txn.commit().await?;
        ctx.once().forget();
        ctx.app().feed_advanced(position);
        Ok(())
    }
}

/// Puts with each event what it changed for the public: with those of an article
/// what became of it, and with the last one whatever no other tells.
fn tell(rows: &mut [ActiveModel], changes: Option<Vec<Change>>) -> Result<()> {
    let Some(changes) = changes else {
        if let Some(last) = rows.last_mut() {
            last.touched = Set(Some(Json::of(EVERYTHING)?));
        }
        return Ok(());
    };
    let mut untold: HashMap<Uuid, Change> =
        changes.into_iter().map(|change| (change.id(), change)).collect();
    let mut told: HashMap<Uuid, Change> = HashMap::new();
    let count = rows.len();
    for (index, row) in rows.iter_mut().enumerate() {
        let article = row.entity.as_ref() == "article";
        let id = row.entity_id.as_ref().filter(|_| article);
        let mut own = Vec::new();
        if let Some(id) = id {
            if let Some(change) = untold.remove(&id) {
                told.insert(id, change);
            }
            own.extend(told.get(&id).cloned());
        }
        if index + 1 == count {
            own.extend(untold.drain().map(|(_, change)| change));
        }
        if article || !own.is_empty() {
            row.touched = Set(Some(Json::of(&own)?));
        }
    }
    Ok(())
}

/// The position of the last event that a connection sees; nought before the first.
pub async fn last_position(db: &impl sea_orm::ConnectionTrait) -> Result<i64> {
    use sea_orm::sea_query::ExprTrait;
    let last: Option<Option<i64>> = Entity::find()
        .select_only()
        .column_as(sea_orm::sea_query::Expr::col(entity::event::Column::Id).max(), "last")
        .into_tuple()
        .one(db)
        .await?;
    Ok(last.flatten().unwrap_or(0))
}

/// The position of the last event; nought before the first.
pub async fn last(ctx: &Ctx) -> Result<i64> {
    last_position(ctx.db_private().orm()).await
}

/// Events after a position, oldest first, at most `limit`.
pub async fn after(ctx: &Ctx, position: i64, limit: u64) -> Result<Vec<Model>> {
    Ok(Entity::find()
        .filter(Column::Id.gt(position))
        .order_by_asc(Column::Id)
        .limit(limit)
        .all(ctx.app().db().read())
        .await?)
}

/// Which events.
#[derive(Debug, Clone, Default)]
pub struct Wanted {
    pub actor: Option<Uuid>,
    /// A whole kind, or the noun that it begins with.
    pub kind: Option<String>,
    pub entity_id: Option<Uuid>,
    pub address: Option<String>,
    pub token: Option<Uuid>,
    pub since: Option<Timestamp>,
    pub until: Option<Timestamp>,
}

impl Wanted {
    fn find(&self) -> Select<Entity> {
        let Self { actor, kind, entity_id, address, token, since, until } = self;
        let mut find = Entity::find();
        if let Some(actor) = actor {
            find = find.filter(Column::ActorId.eq(*actor));
        }
        if let Some(kind) = kind {
            let column = if kind.contains('.') { Column::Kind } else { Column::Entity };
            find = find.filter(column.eq(kind.as_str()));
        }
        if let Some(id) = entity_id {
            find = find.filter(Column::EntityId.eq(*id));
        }
        if let Some(address) = address {
            find = find.filter(Column::Address.eq(address.as_str()));
        }
        if let Some(token) = token {
            find = find.filter(Column::TokenId.eq(*token));
        }
        if let Some(since) = since {
            find = find.filter(Column::At.gte(*since));
        }
        if let Some(until) = until {
            find = find.filter(Column::At.lt(*until));
        }
        find
    }
}

/// A page of events, newest first.
pub async fn list(ctx: &Ctx, wanted: &Wanted, page: &Page) -> Result<Slice<Model>> {
    let mut find = wanted.find();
    if let Some(Cursor { key: Key::Number(position), .. }) = &page.after {
        find = find.filter(Column::Id.lt(*position));
    }
    if let Some(Cursor { key: Key::Number(position), .. }) = &page.before {
        find = find.filter(Column::Id.gt(*position));
    }
    find =
        if page.backward { find.order_by_asc(Column::Id) } else { find.order_by_desc(Column::Id) };
    Ok(page.slice(find.limit(page.limit()).all(ctx.db_private().orm()).await?))
}

pub async fn count(ctx: &Ctx, wanted: &Wanted) -> Result<i64> {
    let count = wanted.find().count(ctx.db_private().orm()).await?;
    Ok(i64::try_from(count).unwrap_or(i64::MAX))
}
