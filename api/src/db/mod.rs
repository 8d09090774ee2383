//! The two databases behind one face.
//!
//! SQLite has one writer and many readers, each with a pool of its own;
//! PostgreSQL has one pool. **Nothing outside this module asks which database it
//! is.** A transaction always begins in the mode that cannot fail half-way:
//! immediate on SQLite.

mod local;
mod remote;
mod row;
#[cfg(test)]
mod tests;

use std::fmt;
use std::str::FromStr;
use std::sync::Arc;
use std::time::Duration;

use migration::MigratorTrait;
use sea_orm::{
    ConnectionTrait, DatabaseBackend, DatabaseConnection, DatabaseTransaction,
    SqliteTransactionMode, SqlxPostgresConnector, SqlxSqliteConnector, Statement, StatementBuilder,
    TransactionOptions, TransactionTrait, Value,
};
use sqlx::postgres::{PgConnectOptions, PgListener, PgPoolOptions};
use sqlx::sqlite::{SqliteConnectOptions, SqliteJournalMode, SqlitePoolOptions, SqliteSynchronous};

use crate::config::Config;
use crate::error::{Error, Result};
use local::Local;
use remote::{PATIENCE, Remote};

pub use row::Row;

/// Serializes the appending of events, on PostgreSQL: an advisory lock's key.
const FEED_LOCK: i64 = 0x0062_7264_7368_7431;
/// Lets one node migrate while others wait.
const MIGRATION_LOCK: i64 = 0x0062_7264_7368_7432;
/// Lets one change the tree of terms while others wait.
const TERM_LOCK: i64 = 0x0062_7264_7368_7433;
/// Bytes of a page of a new SQLite file: a body takes several, and writing it costs by
/// the page.
const PAGE: u32 = 8192;
/// Memory of SQLite's one writer, in KB below nought as SQLite has it: what a
/// chunk of an import changes fits, and is not written before it is committed.
const WRITE_CACHE: &str = "-65536";
/// Pages that changed until they are put into their places: 32 MB. What changes again
/// before that is put there once.
const CHECKPOINT: &str = "4096";
/// Memory of each reader, likewise: the inner pages of its indexes fit.
const READ_CACHE: &str = "-8192";
/// Bytes of the file that readers see without copying.
const MAPPED: &str = "268435456";
const CUSTOM_PLANS: (&str, &str) = ("plan_cache_mode", "force_custom_plan");
const GENERIC_PLANS: (&str, &str) = ("plan_cache_mode", "force_generic_plan");
/// The channel on which a node tells its peers of new events.
pub const FEED_CHANNEL: &str = "broadsheet_event";

#[derive(Debug, Clone)]
pub struct Db {
    read: Reader,
    write: DatabaseConnection,
}

/// Is told the text of each statement.
type Observe = Arc<dyn Fn(&str) + Send + Sync>;

/// Where what is committed is read.
#[derive(Clone)]
pub struct Reader {
    pool: DatabaseConnection,
    /// Where statements of our own are read, on PostgreSQL.
    remote: Option<Arc<Remotes>>,
    /// Where statements that are short are read, on SQLite.
    here: Option<Arc<Local>>,
    observe: Option<Observe>,
}

/// Connections that plan each statement for its parameters, and such as keep one plan
/// for whatever the parameters are: it takes longer to plan a statement that names
/// rows by keys than to run it, and one with other parameters reads whole tables by a
/// plan that is not for them.
#[derive(Debug)]
struct Remotes {
    custom: Remote,
    keyed: Remote,
}

impl fmt::Debug for Reader {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Reader").field("here", &self.here).finish_non_exhaustive()
    }
}

impl Reader {
    /// The pool, for what `SeaORM` reads by its entities.
    #[must_use]
    pub fn orm(&self) -> &DatabaseConnection {
        &self.pool
    }

    /// All rows of a statement.
    pub async fn query_all(&self, statement: &impl StatementBuilder) -> Result<Vec<Row>> {
        let remote = self.remote.as_ref().map(|remotes| &remotes.custom);
        self.run(remote, statement.build(&self.pool.get_database_backend())).await
    }

    /// The same of a statement for which one plan is good whatever its parameters
    /// are: they are keys, or an index has its rows in the order that it asks for.
    pub async fn query_keyed(&self, statement: &impl StatementBuilder) -> Result<Vec<Row>> {
        let mut statement = statement.build(&self.pool.get_database_backend());
        let remote = self.remote.as_ref().map(|remotes| &remotes.keyed);
        if remote.is_some() {
            write_limit_out(&mut statement);
        }
        self.run(remote, statement).await
    }

    async fn run(&self, remote: Option<&Remote>, statement: Statement) -> Result<Vec<Row>> {
        if let Some(rows) = self.here.as_ref().and_then(|here| here.rows(&statement)) {
            self.tell(&statement);
            return Ok(rows.into_iter().map(Row::here).collect());
        }
        // What resolves a field has room for whatever any field of its type waits for,
        // and is made and moved for each field: what waits is put elsewhere.
        Box::pin(async move {
            if let Some(remote) = remote {
                self.tell(&statement);
                let rows = remote.rows(&statement).await?;
                return Ok(rows.into_iter().map(Row::there).collect());
            }
            Ok(self.pool.query_all_raw(statement).await?.into_iter().map(Row::pool).collect())
        })
        .await
    }

    fn tell(&self, statement: &Statement) {
        if let Some(observe) = &self.observe {
            observe(&statement.sql);
        }
    }

    /// The first row of a statement.
    pub async fn query_one(&self, statement: &impl StatementBuilder) -> Result<Option<Row>> {
        Ok(self.query_all(statement).await?.into_iter().next())
    }
}

impl Db {
    /// Opens the database and brings its tables up to date.
    pub async fn connect(config: &Config) -> Result<Self> {
        let url = config.database_url.reveal();
        let db = if url.is_empty() {
            Self::open_sqlite(config).await?
        } else {
            Self::open_postgres(config, url).await?
        };
        db.migrate().await?;
        Ok(db)
    }

    async fn open_sqlite(config: &Config) -> Result<Self> {
        std::fs::create_dir_all(&config.data_dir).map_err(|error| {
            Error::internal(format!(
                "cannot make the folder {}: {error}",
                config.data_dir.display()
            ))
        })?;
        let file = config.data_dir.join("broadsheet.sqlite");
        let options = SqliteConnectOptions::new()
            .filename(&file)
            .create_if_missing(true)
            .page_size(PAGE)
            .journal_mode(SqliteJournalMode::Wal)
            // An acknowledged write outlives a power cut, not only a crash.
            .synchronous(SqliteSynchronous::Full)
            .foreign_keys(true)
            .busy_timeout(Duration::from_secs(10))
            .statement_cache_capacity(256)
            // A page of articles with all that hangs on them: its rows need not wait
            // for each other between the driver's thread and ours.
            .row_buffer_size(512)
            .optimize_on_close(true, None);
        let wrong = |error| Error::internal(format!("cannot open {}: {error}", file.display()));
        let write = SqlitePoolOptions::new()
            .max_connections(1)
            .connect_with(
                options
                    .clone()
                    .pragma("cache_size", WRITE_CACHE)
                    .pragma("wal_autocheckpoint", CHECKPOINT)
                    // A statement of many rows keeps what it changes as it was, by
                    // default in a file.
                    .pragma("temp_store", "MEMORY"),
            )
            .await
            .map_err(wrong)?;
        let read = SqlitePoolOptions::new()
            .max_connections(connections(config, 2))
            .test_before_acquire(false)
            .connect_with(
                options
                    .pragma("query_only", "ON")
                    .pragma("cache_size", READ_CACHE)
                    .pragma("mmap_size", MAPPED),
            )
            .await
            .map_err(wrong)?;
        Ok(Self {
            read: Reader {
                pool: SqlxSqliteConnector::from_sqlx_sqlite_pool(read),
                remote: None,
                here: Some(Arc::new(Local::new(file))),
                observe: None,
            },
            write: SqlxSqliteConnector::from_sqlx_sqlite_pool(write),
        })
    }

    async fn open_postgres(config: &Config, url: &str) -> Result<Self> {
        // The driver's own messages may repeat the address and its password.
        let options = PgConnectOptions::from_str(url)
            .map_err(|_| Error::internal("database_url is not a valid postgres:// address"))?
            .application_name("broadsheet")
            // Keys are asked for in lists of any length.
            .statement_cache_capacity(512);
        let all = connections(config, 8);
        let of_our_own = all / 4;
        let pool = PgPoolOptions::new()
            .max_connections(all - 2 * of_our_own)
            .acquire_timeout(PATIENCE)
            .test_before_acquire(false)
            .connect_with(options.clone().options([CUSTOM_PLANS]))
            .await
            .map_err(|error| Error::internal(format!("cannot reach PostgreSQL: {error}")))?;
        let write = SqlxPostgresConnector::from_sqlx_postgres_pool(pool);
        let remote = |plans| {
            let options = options.clone().options([plans]);
            Remote::new(options, of_our_own as usize)
        };
        let remotes = Remotes { custom: remote(CUSTOM_PLANS), keyed: remote(GENERIC_PLANS) };
        let remote = (of_our_own > 0).then(|| Arc::new(remotes));
        let read = Reader { pool: write.clone(), remote, here: None, observe: None };
        Ok(Self { read, write })
    }

    /// In one transaction, so that a failed migration leaves nothing behind and
    /// nodes that start together wait for each other.
    async fn migrate(&self) -> Result<()> {
        let txn = self.begin().await?;
        self.lock(&txn, MIGRATION_LOCK).await?;
        migration::Migrator::up(&txn, None)
            .await
            .map_err(|error| Error::internal(format!("cannot migrate the database: {error}")))?;
        txn.commit().await?;
        Ok(())
    }

    /// What is read by entities; statements of our own go through [`Self::reader`].
    #[must_use]
    pub fn read(&self) -> &DatabaseConnection {
        self.read.orm()
    }

    #[must_use]
    pub fn reader(&self) -> &Reader {
        &self.read
    }

    /// Only [`crate::event::Write`] writes content; sessions, which are no
    /// content and have no event, begin theirs here.
    pub async fn begin(&self) -> Result<DatabaseTransaction> {
        Ok(self
            .write
            .begin_with_options(TransactionOptions {
                sqlite_transaction_mode: Some(SqliteTransactionMode::Immediate),
                ..TransactionOptions::default()
            })
            .await?)
    }

    /// Waits until every transaction that may append to the feed has ended, and
    /// keeps others out until this one does. SQLite has one writer anyway.
    pub async fn lock_feed(&self, txn: &DatabaseTransaction) -> Result<()> {
        self.lock(txn, FEED_LOCK).await
    }

    /// Waits until nobody else changes terms, and keeps others from it until this
    /// transaction ends.
    pub async fn lock_terms(&self, txn: &DatabaseTransaction) -> Result<()> {
        self.lock(txn, TERM_LOCK).await
    }

    async fn lock(&self, txn: &DatabaseTransaction, key: i64) -> Result<()> {
        if txn.get_database_backend() == DatabaseBackend::Postgres {
            txn.execute_raw(Statement::from_sql_and_values(
                DatabaseBackend::Postgres,
                "SELECT pg_advisory_xact_lock($1)",
                [key.into()],
            ))
            .await?;
        }
        Ok(())
    }

    /// Tells peers, when this transaction commits, how far the feed goes.
    pub async fn announce(&self, txn: &DatabaseTransaction, position: i64) -> Result<()> {
        if txn.get_database_backend() == DatabaseBackend::Postgres {
            txn.execute_raw(Statement::from_sql_and_values(
                DatabaseBackend::Postgres,
                "SELECT pg_notify($1, $2)",
                [FEED_CHANNEL.into(), position.to_string().into()],
            ))
            .await?;
        }
        Ok(())
    }

    /// Calls `advance` with each position that a peer announces; ends with an
    /// error when the connection is lost. SQLite has no peers: it waits for ever.
    pub async fn listen(&self, advance: impl Fn(i64)) -> Result<()> {
        if self.write.get_database_backend() != DatabaseBackend::Postgres {
            return std::future::pending().await;
        }
        let pool = self.write.get_postgres_connection_pool();
        let wrong = |error| Error::internal(format!("cannot listen to the feed: {error}"));
        let mut listener = PgListener::connect_with(pool).await.map_err(wrong)?;
        listener.listen(FEED_CHANNEL).await.map_err(wrong)?;
        loop {
            let note = listener.recv().await.map_err(wrong)?;
            if let Ok(position) = note.payload().parse() {
                advance(position);
            }
        }
    }

    /// Tells the planner what the tables hold now, after much has changed.
    pub async fn analyze(&self) -> Result<()> {
        self.write.execute_unprepared("ANALYZE").await?;
        Ok(())
    }

    /// Calls `observe` with the text of every statement: tests count them.
    pub fn observe_statements(&mut self, observe: impl Fn(&str) + Send + Sync + Clone + 'static) {
        self.read.observe = Some(Arc::new(observe.clone()));
        for connection in [&mut self.read.pool, &mut self.write] {
            let observe = observe.clone();
            connection.set_metric_callback(move |info| observe(&info.statement.sql));
        }
    }

    /// Closes all connections; SQLite folds its log into the file, so that the
    /// one file is all there is to copy. It would do so by itself when the last
    /// connection closes, but two that close at once each leave it to the other.
    pub async fn close(&self) {
        if let Some(here) = &self.read.here {
            here.close();
        }
        if let Some(remotes) = &self.read.remote {
            remotes.custom.close();
            remotes.keyed.close();
        }
        if self.write.get_database_backend() == DatabaseBackend::Sqlite {
            for statement in ["PRAGMA optimize", "PRAGMA wal_checkpoint(TRUNCATE)"] {
                if let Err(error) = self.write.execute_unprepared(statement).await {
                    tracing::warn!(%error, "closing the database");
                }
            }
        }
        for connection in [&self.read.pool, &self.write] {
            if let Err(error) = connection.clone().close().await {
                tracing::warn!(%error, "closing the database");
            }
        }
    }
}

/// A plan for whatever the limit is expects it to be a tenth of all rows.
fn write_limit_out(statement: &mut Statement) {
    let Some(values) = &mut statement.values else { return };
    if let Some(Value::BigUnsigned(Some(limit))) = values.0.last()
        && let Some(sql) = statement.sql.strip_suffix(&format!("LIMIT ${}", values.0.len()))
    {
        statement.sql = format!("{sql}LIMIT {limit}");
        values.0.pop();
    }
}

fn connections(config: &Config, a_core: u32) -> u32 {
    if config.database.connections > 0 {
        return config.database.connections;
    }
    let cores = std::thread::available_parallelism().map_or(2, std::num::NonZero::get);
    (u32::try_from(cores).unwrap_or(2) * a_core).clamp(4, 32)
}
