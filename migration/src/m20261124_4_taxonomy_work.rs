//! Terms that went into others, changes of terms that can be undone, and what
//! translations were made from.

use sea_orm_migration::prelude::*;
use sea_orm_migration::sea_orm::DatabaseBackend;

#[derive(DeriveMigrationName)]
pub struct Migration;

/// Text that sorts and compares by its bytes on both databases.
fn text(backend: DatabaseBackend, name: &'static str) -> ColumnDef {
    let mut column = ColumnDef::new(name);
    column.text().not_null();
    if backend == DatabaseBackend::Postgres {
        column.extra("COLLATE \"C\"");
    }
    column
}

fn references(
    column: &'static str,
    target: &'static str,
    on_delete: ForeignKeyAction,
) -> ForeignKeyCreateStatement {
    ForeignKey::create().from_col(column).to(target, "id").on_delete(on_delete).take()
}

fn group_index(more: &[&'static str]) -> IndexCreateStatement {
    let mut index = Index::create().name("article_copy_translation").table("article_copy").take();
    for column in [&["view", "translation_key"], more].concat() {
        index.col(column);
    }
    index
}

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        use ForeignKeyAction::{Cascade, SetNull};
        let backend = manager.get_database_backend();

        // No foreign key on `id`: the row that it named is gone.
        manager
            .create_table(
                Table::create()
                    .table("merged_term")
                    .col(ColumnDef::new("id").uuid().not_null().primary_key())
                    .col(ColumnDef::new("term_id").uuid().not_null())
                    .foreign_key(&mut references("term_id", "term", Cascade))
                    .take(),
            )
            .await?;

        // No foreign key on `term_id`: what happened to a term outlives it.
        manager
            .create_table(
                Table::create()
                    .table("taxonomy_change")
                    .col(ColumnDef::new("id").uuid().not_null().primary_key())
                    .col(text(backend, "kind"))
                    .col(text(backend, "taxonomy"))
                    .col(ColumnDef::new("term_id").uuid().not_null())
                    .col(text(backend, "summary"))
                    .col(ColumnDef::new("article_count").integer().not_null())
                    .col(ColumnDef::new("created_at").big_integer().not_null())
                    .col(ColumnDef::new("actor_id").uuid())
                    .col(ColumnDef::new("undone_at").big_integer())
                    .col(ColumnDef::new("undone_by").uuid())
                    // JSON as text, so that keys stay in their order.
                    .col(ColumnDef::new("data").text().not_null())
                    .foreign_key(&mut references("actor_id", "user", SetNull))
                    .foreign_key(&mut references("undone_by", "user", SetNull))
                    .take(),
            )
            .await?;

        manager
            .create_table(
                Table::create()
                    .table("translation")
                    .col(ColumnDef::new("article_id").uuid().not_null().primary_key())
                    .col(ColumnDef::new("source_id").uuid().not_null())
                    .col(ColumnDef::new("source_version").integer().not_null())
                    .foreign_key(&mut references("article_id", "article", Cascade))
                    .foreign_key(&mut references("source_id", "article", Cascade))
                    .take(),
            )
            .await?;

        // What was there before counts as up to date until its source changes.
        manager
            .alter_table(
                Table::alter()
                    .table("article")
                    .add_column(ColumnDef::new("text_version").integer().not_null().default(1))
                    .take(),
            )
            .await?;

        // The group of a translation key is looked up for every row of a list that
        // shows the best language: this one answers without the table.
        manager
            .drop_index(
                Index::drop().name("article_copy_translation").table("article_copy").to_owned(),
            )
            .await?;

        for index in [
            group_index(&["language", "visible_from", "visible_until", "article_id"]),
            // Which ids mean a term.
            Index::create().name("merged_term_term").table("merged_term").col("term_id").take(),
            // The latest changes.
            Index::create()
                .name("taxonomy_change_created")
                .table("taxonomy_change")
                .col("created_at")
                .col("id")
                .take(),
            // The translations of an article, when it is purged.
            Index::create().name("translation_source").table("translation").col("source_id").take(),
        ] {
            manager.create_index(index).await?;
        }
        Ok(())
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        manager
            .drop_index(
                Index::drop().name("article_copy_translation").table("article_copy").to_owned(),
            )
            .await?;
        manager.create_index(group_index(&[])).await?;
        for table in ["translation", "taxonomy_change", "merged_term"] {
            manager.drop_table(Table::drop().table(table).if_exists().take()).await?;
        }
        manager
            .alter_table(Table::alter().table("article").drop_column("text_version").take())
            .await
    }
}
