//! Where the texts of sections and terms came from, by which renderer they were made,
//! and where their links lead.

use sea_orm_migration::prelude::*;

#[derive(DeriveMigrationName)]
pub struct Migration;

const TABLES: [&str; 2] = ["section", "term_text"];

fn columns() -> [ColumnDef; 3] {
    [
        // The renderer's version; 0 is what stood here before.
        ColumnDef::new("renderer").small_integer().not_null().default(0).take(),
        // JSON as text, as everywhere.
        ColumnDef::new("links").text().not_null().default("[]").take(),
        // The file of the Hugo site that says it; null where none does.
        ColumnDef::new("source").text().take(),
    ]
}

/// Of what was imported before, the file is found by its name: the shortest that
/// ends like it lies in the folder of the content.
const SOURCES: [&str; 2] = [
    "UPDATE section SET source = (SELECT f.path FROM source_file f WHERE f.kind = 'section' \
     AND f.language = section.language \
     AND (section.name = '' OR f.path LIKE '%/' || section.name || '/_index.%') \
     ORDER BY length(f.path), f.path LIMIT 1)",
    "UPDATE term_text SET source = (SELECT f.path FROM source_file f JOIN term t \
     ON lower(f.path) LIKE '%/' || t.taxonomy || '/' || t.slug || '/_index.%' \
     OR replace(lower(f.path), ' ', '-') LIKE '%/' || t.taxonomy || '/' || t.slug || '/_index.%' \
     WHERE f.kind = 'term' AND f.language = term_text.language AND t.id = term_text.term_id \
     ORDER BY length(f.path), f.path LIMIT 1)",
];

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        for table in TABLES {
            // SQLite adds one column in a statement.
            for column in columns() {
                manager.alter_table(Table::alter().table(table).add_column(column).take()).await?;
            }
        }
        for statement in SOURCES {
            manager.get_connection().execute_unprepared(statement).await?;
        }
        Ok(())
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        for table in TABLES {
            for name in ["renderer", "links", "source"] {
                manager.alter_table(Table::alter().table(table).drop_column(name).take()).await?;
            }
        }
        Ok(())
    }
}
