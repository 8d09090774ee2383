//! Reading PostgreSQL over connections of our own.
//!
//! The driver's pool asks each connection that comes back whether it lives: a round
//! trip, as long as most of our statements take. Here a connection is asked for
//! nothing but rows; one that was closed while it lay idle is found out by the next
//! statement, which is run again on a new one.

use std::fmt;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::thread::{self, ThreadId};
use std::time::Duration;

use sea_orm::{ConnAcquireErr, DbErr, RuntimeErr, Statement, Values};
use sea_query_sqlx::SqlxValues;
use sqlx::postgres::{PgConnectOptions, PgConnection, PgRow};
use sqlx::{AssertSqlSafe, Connection, query_with};
use tokio::runtime::Handle;
use tokio::sync::{OwnedSemaphorePermit, Semaphore};
use tokio::time::{Instant, timeout};

/// How long a statement waits for a connection.
pub(super) const PATIENCE: Duration = Duration::from_secs(10);
/// After so long a connection is replaced: the other side keeps memory for it.
const AGE: Duration = Duration::from_mins(30);

/// Connections that whoever asks borrows for one statement.
pub(super) struct Remote {
    options: PgConnectOptions,
    idle: Arc<Idle>,
    places: Arc<Semaphore>,
}

/// What nobody uses; none once all is closed.
type Idle = Mutex<Option<Vec<Open>>>;

struct Open {
    connection: PgConnection,
    since: Instant,
    /// Where it was opened: its answers are noticed by that thread.
    thread: ThreadId,
}

/// Gives a connection back when it is dropped, in whatever state it is.
struct Borrowed {
    open: Option<Open>,
    /// A statement was begun and its end not seen: who asked has left.
    busy: bool,
    idle: Arc<Idle>,
    place: Option<OwnedSemaphorePermit>,
}

impl fmt::Debug for Remote {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Remote").field("places", &self.places).finish_non_exhaustive()
    }
}

impl Remote {
    /// At most so many connections; none is opened before it is needed.
    pub fn new(options: PgConnectOptions, connections: usize) -> Self {
        Self {
            options,
            idle: Arc::new(Mutex::new(Some(Vec::new()))),
            places: Arc::new(Semaphore::new(connections)),
        }
    }

    /// The rows of a statement that changes nothing: it may be run twice.
    pub async fn rows(&self, statement: &Statement) -> Result<Vec<PgRow>, DbErr> {
        let place = timeout(PATIENCE, self.places.clone().acquire_owned()).await;
        let place = match place {
            Ok(Ok(place)) => place,
            Ok(Err(_)) => return Err(DbErr::ConnectionAcquire(ConnAcquireErr::ConnectionClosed)),
            Err(_) => return Err(DbErr::ConnectionAcquire(ConnAcquireErr::Timeout)),
        };
        let mut borrowed =
            Borrowed { open: None, busy: false, idle: self.idle.clone(), place: Some(place) };
        if let Some(open) = take(&self.idle, self.places.available_permits()) {
            match borrowed.rows(open, statement).await {
                // What is closed at the other side closed its neighbours as well.
                Err(error) if is_gone(&error) => forget(&self.idle),
                rows => return rows.map_err(query_error),
            }
        }
        let connection = PgConnection::connect_with(&self.options)
            .await
            .map_err(|error| DbErr::Conn(RuntimeErr::SqlxError(error.into())))?;
        let open = Open { connection, since: Instant::now(), thread: thread::current().id() };
        borrowed.rows(open, statement).await.map_err(query_error)
    }

    /// Closes what nobody uses; from now on there are no more.
    pub fn close(&self) {
        self.places.close();
        lock(&self.idle).take();
    }
}

impl Borrowed {
    async fn rows(&mut self, open: Open, statement: &Statement) -> sqlx::Result<Vec<PgRow>> {
        let open = self.open.insert(open);
        self.busy = true;
        let values = statement.values.clone().unwrap_or(Values(Vec::new()));
        let rows = query_with(AssertSqlSafe(statement.sql.as_str()), SqlxValues(values))
            .fetch_all(&mut open.connection)
            .await;
        self.busy = false;
        if rows.as_ref().is_err_and(is_gone) {
            self.open = None;
        }
        rows
    }
}

impl Drop for Borrowed {
    fn drop(&mut self) {
        let Some(mut open) = self.open.take() else { return };
        if !self.busy {
            put(&self.idle, open);
            return;
        }
        let Ok(handle) = Handle::try_current() else { return };
        let (idle, place) = (self.idle.clone(), self.place.take());
        // The statement goes on at the other side: until it ends, it has its place.
        handle.spawn(async move {
            if open.connection.ping().await.is_ok() {
                put(&idle, open);
            }
            drop(place);
        });
    }
}

fn lock(idle: &Idle) -> MutexGuard<'_, Option<Vec<Open>>> {
    idle.lock().unwrap_or_else(PoisonError::into_inner)
}

/// One that was opened by this thread: another thread would hear its answers first, and
/// wake this one. Another's only where `free`, the places that nobody has, are all taken
/// by what is idle.
fn take(idle: &Idle, free: usize) -> Option<Open> {
    let mut idle = lock(idle);
    let idle = idle.as_mut()?;
    let here = thread::current().id();
    let own = idle.iter().rposition(|open| open.thread == here);
    let any = if idle.len() > free { idle.len().checked_sub(1) } else { None };
    own.or(any).map(|index| idle.remove(index))
}

fn put(idle: &Idle, open: Open) {
    if open.since.elapsed() < AGE
        && let Some(idle) = lock(idle).as_mut()
    {
        idle.push(open);
    }
}

fn forget(idle: &Idle) {
    if let Some(idle) = lock(idle).as_mut() {
        idle.clear();
    }
}

/// Whether the other side closed the connection, or is about to: SQLSTATE 57P01 and those beside it.
fn is_gone(error: &sqlx::Error) -> bool {
    match error {
        sqlx::Error::Io(_) => true,
        sqlx::Error::Database(error) => error.code().is_some_and(|code| code.starts_with("57P")),
        _ => false,
    }
}

fn query_error(error: sqlx::Error) -> DbErr {
    DbErr::Query(RuntimeErr::SqlxError(error.into()))
}
