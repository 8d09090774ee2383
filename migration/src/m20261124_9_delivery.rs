//! Indexes for what readers ask: addresses in any case, and what leads to an
//! address that leads on.

use sea_orm_migration::prelude::*;

use crate::columns::index;

#[derive(DeriveMigrationName)]
pub struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        // Redirects whose target has become one itself.
        manager.create_index(index("redirect_target", "redirect", &["target"])).await?;
        // An address that is not written as it should be.
        manager
            .get_connection()
            .execute_unprepared(
                "CREATE INDEX article_copy_folded ON article_copy (view, LOWER(path))",
            )
            .await?;
        Ok(())
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        for (name, table) in
            [("article_copy_folded", "article_copy"), ("redirect_target", "redirect")]
        {
            manager.drop_index(Index::drop().name(name).table(table).to_owned()).await?;
        }
        Ok(())
    }
}
