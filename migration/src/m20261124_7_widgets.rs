//! Lists of widgets and menus that editors arrange.

use sea_orm_migration::prelude::*;

use crate::columns::{Columns, big, int, table, uuid_null};

#[derive(DeriveMigrationName)]
pub struct Migration;

/// Lists are few and read with the site, so they stand in its rows.
fn lists() -> ColumnDef {
    ColumnDef::new("widget_lists").text().not_null().default("null").take()
}

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let c = Columns { backend: manager.get_database_backend() };
        for name in ["site", "language"] {
            manager.alter_table(Table::alter().table(name).add_column(lists()).take()).await?;
        }
        // No foreign keys on what entries point at: they stand in the tree, and
        // one whose target is gone is left out until it is mended.
        let menu = table(
            "menu",
            &["name", "language"],
            vec![
                c.text("name"),
                c.text("language"),
                int("version"),
                ColumnDef::new("entries").text().take(),
                big("changed_at"),
                uuid_null("changed_by"),
            ],
        );
        manager.create_table(menu).await
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        manager.drop_table(Table::drop().table("menu").if_exists().take()).await?;
        for name in ["site", "language"] {
            manager
                .alter_table(Table::alter().table(name).drop_column("widget_lists").take())
                .await?;
        }
        Ok(())
    }
}
