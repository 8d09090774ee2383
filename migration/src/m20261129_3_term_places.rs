//! Terms whose own pages give them other addresses.

use sea_orm_migration::prelude::*;

#[derive(DeriveMigrationName)]
pub struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        // JSON as text, as everywhere.
        let places = ColumnDef::new("term_places").text().not_null().default("[]").take();
        manager.alter_table(Table::alter().table("site").add_column(places).take()).await
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let drop = Table::alter().table("site").drop_column("term_places").take();
        manager.alter_table(drop).await
    }
}
