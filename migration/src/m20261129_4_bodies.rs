//! The text of a body is made of its HTML where it is asked for, and not kept.

use sea_orm_migration::prelude::*;

#[derive(DeriveMigrationName)]
pub struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        manager.alter_table(Table::alter().table("body").drop_column("plain_text").take()).await
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        // Bodies that were rendered by an older renderer are made anew.
        let text = ColumnDef::new("plain_text").text().not_null().default("").take();
        manager.alter_table(Table::alter().table("body").add_column(text).take()).await?;
        let connection = manager.get_connection();
        connection.execute_unprepared("UPDATE body SET renderer = 0").await?;
        Ok(())
    }
}
