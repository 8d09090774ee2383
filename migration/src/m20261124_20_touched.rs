//! What an event changed of what the public reads, for caches that follow.

use sea_orm_migration::prelude::*;

#[derive(DeriveMigrationName)]
pub struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        // JSON as text, as everywhere; null where nobody noted it.
        let column = ColumnDef::new("touched").text().take();
        manager.alter_table(Table::alter().table("event").add_column(column).take()).await
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        manager.alter_table(Table::alter().table("event").drop_column("touched").take()).await
    }
}
