//! Reading SQLite on the thread that asks.
//!
//! The driver of the pool runs each connection on a thread of its own, and a
//! statement waits for that thread twice: more than most of ours take. What is
//! short is read here instead, where nothing waits. What turns out to be long is
//! stopped, and the caller asks the pool: a worker serves other requests meanwhile.

use std::fmt;
use std::path::PathBuf;
use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use rusqlite::types::{ToSqlOutput, Value as Cell, ValueRef};
use rusqlite::{Connection, ErrorCode, OpenFlags};
use sea_orm::{Statement, Value};

use super::{MAPPED, READ_CACHE};

/// Steps of SQLite's machine (opcodes) between two looks at how long a statement
/// takes; after the second it is stopped. About half a millisecond.
const STEPS: i32 = 8_000;
/// Statements that each connection keeps prepared.
const PREPARED: usize = 256;

/// Connections that whoever asks borrows for one statement: there are never more
/// than threads.
pub(super) struct Local {
    file: PathBuf,
    idle: Mutex<Option<Vec<Borrowed>>>,
}

struct Borrowed {
    connection: Connection,
    /// Looks at the statement that runs.
    looks: Arc<AtomicU32>,
}

impl fmt::Debug for Local {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Local").field("file", &self.file).finish_non_exhaustive()
    }
}

impl Local {
    pub fn new(file: PathBuf) -> Self {
        Self { file, idle: Mutex::new(Some(Vec::new())) }
    }

    /// The rows of a statement; none where it is to be asked elsewhere: it takes
    /// long, or cannot be run here. Whoever runs it then says what is wrong.
    pub fn rows(&self, statement: &Statement) -> Option<Vec<Vec<Cell>>> {
        let idle = self.idle.lock().unwrap_or_else(PoisonError::into_inner).as_mut()?.pop();
        let borrowed = match idle {
            Some(borrowed) => borrowed,
            None => match Borrowed::open(&self.file) {
                Ok(opened) => opened,
                Err(error) => {
                    tracing::warn!(%error, "opening the database to read it here");
                    return None;
                }
            },
        };
        let rows = borrowed.rows(statement);
        if let Some(idle) = self.idle.lock().unwrap_or_else(PoisonError::into_inner).as_mut() {
            idle.push(borrowed);
        }
        match rows {
            Ok(rows) => rows,
            Err(error) => {
                if error.sqlite_error_code() != Some(ErrorCode::OperationInterrupted) {
                    tracing::debug!(%error, "reading the database here");
                }
                None
            }
        }
    }

    /// Closes what is open; from now on everything is asked elsewhere.
    pub fn close(&self) {
        self.idle.lock().unwrap_or_else(PoisonError::into_inner).take();
    }
}

impl Borrowed {
    fn open(file: &std::path::Path) -> rusqlite::Result<Self> {
        let flags = OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_NO_MUTEX;
        let connection = Connection::open_with_flags(file, flags)?;
        for (pragma, value) in
            [("query_only", "ON"), ("cache_size", READ_CACHE), ("mmap_size", MAPPED)]
        {
            connection.pragma_update(None, pragma, value)?;
        }
        // Where the file is locked, as it is for a moment after a crash, the pool waits.
        connection.busy_timeout(Duration::ZERO)?;
        connection.set_prepared_statement_cache_capacity(PREPARED);
        let looks = Arc::new(AtomicU32::new(0));
        let counted = looks.clone();
        // The steps are those of all runs of a statement: the first look may come at
        // any moment.
        connection
            .progress_handler(STEPS, Some(move || counted.fetch_add(1, Ordering::Relaxed) > 0))?;
        Ok(Self { connection, looks })
    }

    fn rows(&self, statement: &Statement) -> rusqlite::Result<Option<Vec<Vec<Cell>>>> {
        self.looks.store(0, Ordering::Relaxed);
        let mut prepared = self.connection.prepare_cached(&statement.sql)?;
        for (index, value) in statement.values.iter().flat_map(|values| &values.0).enumerate() {
            let Some(value) = parameter(value) else { return Ok(None) };
            prepared.raw_bind_parameter(index + 1, value)?;
        }
        let columns = prepared.column_count();
        let mut rows = prepared.raw_query();
        let mut read = Vec::new();
        while let Some(row) = rows.next()? {
            let cells = (0..columns).map(|index| row.get(index));
            read.push(cells.collect::<rusqlite::Result<_>>()?);
        }
        Ok(Some(read))
    }
}

/// A value as SQLite has it, and as the pool's driver binds it; none where no
/// column of ours is of its kind.
fn parameter(value: &Value) -> Option<ToSqlOutput<'_>> {
    fn integer<T: Copy + Into<i64>>(value: Option<T>) -> ValueRef<'static> {
        value.map_or(ValueRef::Null, |value| ValueRef::Integer(value.into()))
    }
    let value = match value {
        Value::Bool(value) => integer(*value),
        Value::TinyInt(value) => integer(*value),
        Value::SmallInt(value) => integer(*value),
        Value::Int(value) => integer(*value),
        Value::BigInt(value) => integer(*value),
        Value::TinyUnsigned(value) => integer(*value),
        Value::SmallUnsigned(value) => integer(*value),
        Value::Unsigned(value) => integer(*value),
        Value::BigUnsigned(value) => integer(value.map(i64::try_from).transpose().ok()?),
        Value::Double(value) => value.map_or(ValueRef::Null, ValueRef::Real),
        Value::String(value) => {
            value.as_ref().map_or(ValueRef::Null, |text| ValueRef::Text(text.as_bytes()))
        }
        Value::Bytes(value) => value.as_ref().map_or(ValueRef::Null, |bytes| ValueRef::Blob(bytes)),
        Value::Uuid(value) => {
            value.as_ref().map_or(ValueRef::Null, |id| ValueRef::Blob(id.as_bytes()))
        }
        _ => return None,
    };
    Some(ToSqlOutput::Borrowed(value))
}
