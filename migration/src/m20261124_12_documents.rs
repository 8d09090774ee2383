//! GraphQL documents that were registered, so that clients send an id.

use sea_orm_migration::prelude::*;

use crate::columns::{Columns, big, table};

#[derive(DeriveMigrationName)]
pub struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let c = Columns { backend: manager.get_database_backend() };
        let document = table(
            "document",
            &["id"],
            vec![
                c.text("id"),
                c.text("hash"),
                c.text_null("name"),
                c.text("text"),
                big("registered_at"),
            ],
        );
        manager.create_table(document).await?;
        // A document that comes as text is looked up by its hash.
        manager.create_index(crate::columns::index("document_hash", "document", &["hash"])).await
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        manager.drop_table(Table::drop().table("document").to_owned()).await
    }
}
