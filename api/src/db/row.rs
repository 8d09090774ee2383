//! Rows, wherever they were read.

use entity::{Json, Render, Timestamp, View};
use rusqlite::types::Value as Cell;
use sea_orm::{ActiveEnum, DbErr, QueryResult, RuntimeErr, TryGetable};
use sqlx::postgres::PgRow;
use sqlx::{Row as _, ValueRef};
use uuid::Uuid;

/// A row of a statement.
#[derive(Debug)]
pub struct Row(Kind);

#[derive(Debug)]
enum Kind {
    Pool(QueryResult),
    Here(Vec<Cell>),
    There(PgRow),
}

impl Row {
    pub(super) fn pool(row: QueryResult) -> Self {
        Self(Kind::Pool(row))
    }

    pub(super) fn here(cells: Vec<Cell>) -> Self {
        Self(Kind::Here(cells))
    }

    pub(super) fn there(row: PgRow) -> Self {
        Self(Kind::There(row))
    }

    /// The value of a column, counted from 0.
    pub fn get<T: Column>(&self, index: usize) -> Result<T, DbErr> {
        let cells = match &self.0 {
            Kind::Pool(row) => return row.try_get_by_index(index),
            Kind::There(row) => {
                return T::there(row, index)
                    .map_err(|error| DbErr::Query(RuntimeErr::SqlxError(error.into())));
            }
            Kind::Here(cells) => cells,
        };
        let cell = cells.get(index).and_then(T::of);
        cell.ok_or_else(|| {
            let kind = std::any::type_name::<T>();
            DbErr::Type(format!("column {index} is not there, or no {kind}"))
        })
    }
}

/// What a column can hold.
pub trait Column: TryGetable {
    /// The value of a cell; none where it is none of these.
    fn of(cell: &Cell) -> Option<Self>;

    /// The value of a column of PostgreSQL. Its type is not compared by name, which takes
    /// longer than reading it: statements are ours, and what does not fit is an error.
    fn there(row: &PgRow, index: usize) -> sqlx::Result<Self>;
}

macro_rules! integers {
    ($($kind:ty)*) => {
        $(impl Column for $kind {
            fn of(cell: &Cell) -> Option<Self> {
                let Cell::Integer(number) = cell else { return None };
                Self::try_from(*number).ok()
            }

            fn there(row: &PgRow, index: usize) -> sqlx::Result<Self> {
                row.try_get_unchecked(index)
            }
        })*
    };
}

integers!(i16 i32 i64);

impl Column for bool {
    fn of(cell: &Cell) -> Option<Self> {
        i64::of(cell).map(|number| number != 0)
    }

    fn there(row: &PgRow, index: usize) -> sqlx::Result<Self> {
        row.try_get_unchecked(index)
    }
}

impl Column for String {
    fn of(cell: &Cell) -> Option<Self> {
        let Cell::Text(text) = cell else { return None };
        Some(text.clone())
    }

    fn there(row: &PgRow, index: usize) -> sqlx::Result<Self> {
        row.try_get_unchecked(index)
    }
}

impl Column for Uuid {
    fn of(cell: &Cell) -> Option<Self> {
        let Cell::Blob(bytes) = cell else { return None };
        Self::from_slice(bytes).ok()
    }

    fn there(row: &PgRow, index: usize) -> sqlx::Result<Self> {
        row.try_get_unchecked(index)
    }
}

impl Column for Timestamp {
    fn of(cell: &Cell) -> Option<Self> {
        i64::of(cell).map(Self)
    }

    fn there(row: &PgRow, index: usize) -> sqlx::Result<Self> {
        i64::there(row, index).map(Self)
    }
}

impl Column for Json {
    fn of(cell: &Cell) -> Option<Self> {
        let Cell::Text(text) = cell else { return None };
        text.parse().ok()
    }

    fn there(row: &PgRow, index: usize) -> sqlx::Result<Self> {
        row.try_get_unchecked::<&str, _>(index)?
            .parse()
            .map_err(|error: serde_json::Error| sqlx::Error::Decode(error.into()))
    }
}

impl Column for View {
    fn of(cell: &Cell) -> Option<Self> {
        Self::try_from_value(&i16::of(cell)?).ok()
    }

    fn there(row: &PgRow, index: usize) -> sqlx::Result<Self> {
        Self::try_from_value(&i16::there(row, index)?)
            .map_err(|error| sqlx::Error::Decode(error.into()))
    }
}

impl Column for Render {
    fn of(cell: &Cell) -> Option<Self> {
        Self::try_from_value(&i16::of(cell)?).ok()
    }

    fn there(row: &PgRow, index: usize) -> sqlx::Result<Self> {
        Self::try_from_value(&i16::there(row, index)?)
            .map_err(|error| sqlx::Error::Decode(error.into()))
    }
}

impl<T: Column> Column for Option<T> {
    fn of(cell: &Cell) -> Option<Self> {
        if matches!(cell, Cell::Null) { Some(None) } else { T::of(cell).map(Some) }
    }

    fn there(row: &PgRow, index: usize) -> sqlx::Result<Self> {
        if row.try_get_raw(index)?.is_null() { Ok(None) } else { T::there(row, index).map(Some) }
    }
}
