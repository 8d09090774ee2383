//! Columns and tables that are the same on both databases.

use sea_orm_migration::prelude::*;
use sea_orm_migration::sea_orm::DatabaseBackend;

/// Columns that behave the same on both databases.
pub struct Columns {
    pub backend: DatabaseBackend,
}

impl Columns {
    /// Text that sorts and compares by its bytes, as SQLite's does anyway.
    pub fn text(&self, name: &'static str) -> ColumnDef {
        let mut column = ColumnDef::new(name);
        column.text().not_null();
        if self.backend == DatabaseBackend::Postgres {
            column.extra("COLLATE \"C\"");
        }
        column
    }

    pub fn text_null(&self, name: &'static str) -> ColumnDef {
        let mut column = ColumnDef::new(name);
        column.text();
        if self.backend == DatabaseBackend::Postgres {
            column.extra("COLLATE \"C\"");
        }
        column
    }
}

pub fn uuid(name: &'static str) -> ColumnDef {
    ColumnDef::new(name).uuid().not_null().take()
}
pub fn uuid_null(name: &'static str) -> ColumnDef {
    ColumnDef::new(name).uuid().take()
}
pub fn small(name: &'static str) -> ColumnDef {
    ColumnDef::new(name).small_integer().not_null().take()
}
pub fn small_null(name: &'static str) -> ColumnDef {
    ColumnDef::new(name).small_integer().take()
}
pub fn int(name: &'static str) -> ColumnDef {
    ColumnDef::new(name).integer().not_null().take()
}
pub fn int_null(name: &'static str) -> ColumnDef {
    ColumnDef::new(name).integer().take()
}
pub fn big(name: &'static str) -> ColumnDef {
    ColumnDef::new(name).big_integer().not_null().take()
}
pub fn big_null(name: &'static str) -> ColumnDef {
    ColumnDef::new(name).big_integer().take()
}
pub fn flag(name: &'static str) -> ColumnDef {
    ColumnDef::new(name).boolean().not_null().take()
}
pub fn flag_null(name: &'static str) -> ColumnDef {
    ColumnDef::new(name).boolean().take()
}
/// JSON as text, so that keys stay in their order on PostgreSQL, too.
pub fn json(name: &'static str) -> ColumnDef {
    ColumnDef::new(name).text().not_null().take()
}
pub fn bytes(name: &'static str) -> ColumnDef {
    ColumnDef::new(name).blob().not_null().take()
}
pub fn bytes_null(name: &'static str) -> ColumnDef {
    ColumnDef::new(name).blob().take()
}

pub fn table(
    name: &'static str,
    primary: &[&'static str],
    columns: Vec<ColumnDef>,
) -> TableCreateStatement {
    let mut table = Table::create().table(name).take();
    for column in columns {
        table.col(column);
    }
    let mut key = Index::create();
    for column in primary {
        key.col(*column);
    }
    table.primary_key(&mut key).take()
}

pub fn references(
    table: &mut TableCreateStatement,
    column: &'static str,
    target: &'static str,
    key: &'static str,
    on_delete: ForeignKeyAction,
) {
    table.foreign_key(ForeignKey::create().from_col(column).to(target, key).on_delete(on_delete));
}

pub fn index(
    name: &'static str,
    table: &'static str,
    columns: &[&'static str],
) -> IndexCreateStatement {
    let mut index = Index::create().name(name).table(table).take();
    for column in columns {
        index.col(*column);
    }
    index
}
