//! Which articles lists have, and which have a page on the site.

use sea_orm_migration::prelude::*;

#[derive(DeriveMigrationName)]
pub struct Migration;

fn columns() -> [ColumnDef; 2] {
    [
        ColumnDef::new("listed").boolean().not_null().default(true).take(),
        // 0 a page, 1 an address alone, 2 neither.
        ColumnDef::new("render").small_integer().not_null().default(0).take(),
    ]
}

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        // SQLite adds one column in a statement.
        for column in columns() {
            let add = Table::alter().table("article_copy").add_column(column).take();
            manager.alter_table(add).await?;
        }
        Ok(())
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        for name in ["render", "listed"] {
            let drop = Table::alter().table("article_copy").drop_column(name).take();
            manager.alter_table(drop).await?;
        }
        Ok(())
    }
}
