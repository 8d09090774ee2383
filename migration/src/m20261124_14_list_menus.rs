//! Menu entries that the pages of sections and terms ask for.

use sea_orm_migration::prelude::*;

use crate::columns::{Columns, index};

#[derive(DeriveMigrationName)]
pub struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let file = Columns { backend: manager.get_database_backend() }.text_null("file");
        manager.alter_table(Table::alter().table("menu_entry").add_column(file).take()).await?;
        // Entries that a file asked for, when it is read again; few rows have one.
        let by_file = index("menu_entry_file", "menu_entry", &["file"])
            .and_where(Expr::col("file").is_not_null())
            .take();
        manager.create_index(by_file).await
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        manager.drop_index(Index::drop().name("menu_entry_file").to_owned()).await?;
        manager.alter_table(Table::alter().table("menu_entry").drop_column("file").take()).await
    }
}
