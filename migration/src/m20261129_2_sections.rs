//! Sections by the names that Hugo gives them.

use sea_orm_migration::prelude::*;

#[derive(DeriveMigrationName)]
pub struct Migration;

/// In lower case, with hyphens for spaces. Folders that differ in no more are one
/// section, but both files stay until they are imported again.
const SECTIONS: [&str; 2] = [
    "UPDATE article_copy SET section = REPLACE(LOWER(section), ' ', '-') \
     WHERE section <> REPLACE(LOWER(section), ' ', '-')",
    "UPDATE section SET name = REPLACE(LOWER(name), ' ', '-') WHERE 1 = (\
     SELECT COUNT(*) FROM section o WHERE o.language = section.language \
     AND REPLACE(LOWER(o.name), ' ', '-') = REPLACE(LOWER(section.name), ' ', '-'))",
];

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        for statement in SECTIONS {
            manager.get_connection().execute_unprepared(statement).await?;
        }
        Ok(())
    }

    /// How they were written is not known any more, and whoever reads them takes
    /// these names, too.
    async fn down(&self, _: &SchemaManager) -> Result<(), DbErr> {
        Ok(())
    }
}
