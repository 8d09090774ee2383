//! What imports from other systems have made articles of.

use sea_orm_migration::prelude::*;

use crate::columns::{Columns, bytes, index, int, json, references, table, uuid_null};

#[derive(DeriveMigrationName)]
pub struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let c = Columns { backend: manager.get_database_backend() };
        let mut item = table(
            "import_item",
            &["source", "key"],
            vec![
                c.text("source"),
                c.text("key"),
                c.text_null("link"),
                uuid_null("article_id"),
                int("article_version"),
                bytes("hash"),
                json("kept"),
            ],
        );
        references(&mut item, "article_id", "article", "id", ForeignKeyAction::SetNull);
        manager.create_table(item).await?;
        // An entry of a feed that has another guid than before, by its address.
        manager.create_index(index("import_item_link", "import_item", &["link"])).await?;
        // Deleting an article looks for what it was imported from.
        manager.create_index(index("import_item_article", "import_item", &["article_id"])).await
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        manager.drop_table(Table::drop().table("import_item").if_exists().take()).await
    }
}
