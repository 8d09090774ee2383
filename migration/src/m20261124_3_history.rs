//! History: what each save changed, names, autosaves that fold into one, and
//! what pruning asks for.

use sea_orm_migration::prelude::*;
use sea_orm_migration::sea_orm::DatabaseBackend;

#[derive(DeriveMigrationName)]
pub struct Migration;

/// The new columns of `revision`.
fn columns(backend: DatabaseBackend) -> Vec<ColumnDef> {
    let text = |name: &'static str| {
        let mut column = ColumnDef::new(name).text().take();
        if backend == DatabaseBackend::Postgres {
            column.extra("COLLATE \"C\"");
        }
        column
    };
    let flag = |name: &'static str| ColumnDef::new(name).boolean().not_null().default(false).take();
    vec![
        text("name"),
        // JSON as text, as everywhere.
        ColumnDef::new("changes").text().take(),
        ColumnDef::new("merged_from").integer().take(),
        flag("autosave"),
        flag("folded"),
    ]
}

const COLUMNS: [&str; 5] = ["name", "changes", "merged_from", "autosave", "folded"];

fn indexes() -> [IndexCreateStatement; 3] {
    let index =
        |name: &'static str, table: &'static str| Index::create().name(name).table(table).take();
    [
        // Pruning: what is folded, or whatever is old, oldest first.
        index("revision_age", "revision").col("folded").col("created_at").take(),
        // Whether a copy still shows a revision or a body: asked before either is
        // deleted, by us and by the references themselves.
        index("article_copy_revision", "article_copy").col("revision_id").take(),
        index("article_copy_body", "article_copy").col("body_id").take(),
    ]
}

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        // SQLite adds one column in a statement.
        for column in columns(manager.get_database_backend()) {
            manager.alter_table(Table::alter().table("revision").add_column(column).take()).await?;
        }
        for index in indexes() {
            manager.create_index(index).await?;
        }
        Ok(())
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        for name in ["revision_age", "article_copy_revision", "article_copy_body"] {
            manager.drop_index(Index::drop().name(name).to_owned()).await?;
        }
        for column in COLUMNS {
            manager
                .alter_table(Table::alter().table("revision").drop_column(column).take())
                .await?;
        }
        Ok(())
    }
}
