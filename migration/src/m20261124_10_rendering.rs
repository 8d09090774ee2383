//! How a body was rendered, so that an older rendering is noticed and made anew,
//! and where its links lead.

use sea_orm_migration::prelude::*;

#[derive(DeriveMigrationName)]
pub struct Migration;

fn columns() -> Vec<ColumnDef> {
    let small =
        |name: &'static str| ColumnDef::new(name).small_integer().not_null().default(0).take();
    vec![
        // Bits: 1 it is HTML, 2 characters count as words, 4 it has formulas.
        small("mode"),
        // The renderer's version; 0 is what stood here before.
        small("renderer"),
        // JSON as text, as everywhere.
        ColumnDef::new("links").text().not_null().default("[]").take(),
    ]
}

const COLUMNS: [&str; 3] = ["mode", "renderer", "links"];

/// What is known of bodies that were rendered before.
const MODES: [&str; 3] = [
    "UPDATE body SET mode = mode + 1 WHERE id IN (\
     SELECT r.body_id FROM revision r JOIN source_file f ON f.article_id = r.article_id \
     WHERE f.path LIKE '%.html' OR f.path LIKE '%.htm')",
    "UPDATE body SET mode = mode + 2 WHERE id IN (\
     SELECT r.body_id FROM revision r JOIN article a ON a.id = r.article_id \
     JOIN language l ON l.tag = a.language WHERE l.has_cjk)",
    "UPDATE body SET mode = mode + 4 WHERE id IN (\
     SELECT body_id FROM article_copy WHERE mathjax)",
];

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        // SQLite adds one column in a statement.
        for column in columns() {
            manager.alter_table(Table::alter().table("body").add_column(column).take()).await?;
        }
        for statement in MODES {
            manager.get_connection().execute_unprepared(statement).await?;
        }
        // Which bodies are to be rendered anew.
        manager
            .create_index(
                Index::create().name("body_renderer").table("body").col("renderer").take(),
            )
            .await
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        manager.drop_index(Index::drop().name("body_renderer").table("body").to_owned()).await?;
        for name in COLUMNS {
            manager.alter_table(Table::alter().table("body").drop_column(name).take()).await?;
        }
        Ok(())
    }
}
