//! Where articles lie in the tree of content, whatever their addresses are, menu
//! entries that name pages so, and menus that have the sections by themselves.

use sea_orm_migration::prelude::*;
use sea_orm_migration::sea_orm::DatabaseBackend;

use crate::columns::Columns;

#[derive(DeriveMigrationName)]
pub struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let backend = manager.get_database_backend();
        let columns = Columns { backend };
        let path = columns.text("logical_path").default("").take();
        manager.alter_table(Table::alter().table("article_copy").add_column(path).take()).await?;
        let page = columns.text_null("page_ref");
        manager.alter_table(Table::alter().table("menu_entry").add_column(page).take()).await?;
        let menu = columns.text_null("section_menu");
        manager.alter_table(Table::alter().table("language").add_column(menu).take()).await?;
        let said = |key: &str| match backend {
            DatabaseBackend::Postgres => format!("(r.content::json->>'{key}')"),
            _ => format!("json_extract(r.content, '$.{key}')"),
        };
        let (directory, name) = (said("directory"), said("name"));
        let fill = format!(
            "UPDATE article_copy SET logical_path = COALESCE((SELECT \
             REPLACE(LOWER(LTRIM({directory} || '/' || {name}, '/')), ' ', '-') \
             FROM revision r WHERE r.id = article_copy.revision_id), '')"
        );
        manager.get_connection().execute_unprepared(&fill).await?;
        Ok(())
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        for (table, column) in [
            ("article_copy", "logical_path"),
            ("menu_entry", "page_ref"),
            ("language", "section_menu"),
        ] {
            manager.alter_table(Table::alter().table(table).drop_column(column).take()).await?;
        }
        Ok(())
    }
}
