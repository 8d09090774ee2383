//! Sizes of pictures; how Markdown is read; and bodies whose quotes become those of
//! printers when they are rendered anew.

use sea_orm_migration::prelude::*;

#[derive(DeriveMigrationName)]
pub struct Migration;

/// 8: quotes and dashes of printers, which Hugo has unless it is told otherwise.
const MODE: &str = "UPDATE body SET mode = mode + 8";

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let pixels = |name: &'static str| ColumnDef::new(name).integer().not_null().take();
        let mut picture = Table::create();
        picture
            .table("picture")
            .col(ColumnDef::new("hash").binary().not_null().primary_key())
            .col(pixels("width"))
            .col(pixels("height"));
        manager.create_table(picture).await?;
        // JSON as text, as everywhere.
        let markup = ColumnDef::new("markup").text().not_null().default("null").take();
        manager.alter_table(Table::alter().table("language").add_column(markup).take()).await?;
        manager.get_connection().execute_unprepared(MODE).await?;
        Ok(())
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        manager
            .get_connection()
            .execute_unprepared("UPDATE body SET mode = mode - 8 WHERE mode >= 8")
            .await?;
        manager.alter_table(Table::alter().table("language").drop_column("markup").take()).await?;
        manager.drop_table(Table::drop().table("picture").take()).await
    }
}
