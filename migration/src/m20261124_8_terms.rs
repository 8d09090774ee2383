//! Weights of terms, and what related articles are found by.

use sea_orm_migration::prelude::*;

use crate::columns::{Columns, index, small, table, uuid};

#[derive(DeriveMigrationName)]
pub struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let c = Columns { backend: manager.get_database_backend() };
        let weight = ColumnDef::new("weight").integer().not_null().default(0).take();
        manager.alter_table(Table::alter().table("term").add_column(weight).take()).await?;
        let related = ColumnDef::new("related").text().not_null().default("null").take();
        manager.alter_table(Table::alter().table("site").add_column(related).take()).await?;
        let mut keywords = table(
            "article_keyword",
            &["view", "article_id", "name", "value"],
            vec![small("view"), uuid("article_id"), c.text("name"), c.text("value")],
        );
        // A copy that moves to another view takes them along.
        keywords.foreign_key(
            ForeignKey::create()
                .from_col("view")
                .from_col("article_id")
                .to_tbl("article_copy")
                .to_col("view")
                .to_col("article_id")
                .on_delete(ForeignKeyAction::Cascade)
                .on_update(ForeignKeyAction::Cascade),
        );
        manager.create_table(keywords).await?;
        // Which articles say the same, for `related`.
        let columns = ["view", "name", "value", "article_id"];
        manager.create_index(index("article_keyword_value", "article_keyword", &columns)).await?;
        // What stands before all others of a section, for `previous` and `next`.
        let columns = ["view", "language", "section", "weight", "date"];
        let weighted = index("article_copy_weight", "article_copy", &columns)
            .and_where(Expr::col("weight").ne(0))
            .take();
        manager.create_index(weighted).await
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        manager.drop_index(Index::drop().name("article_copy_weight").to_owned()).await?;
        manager.drop_table(Table::drop().table("article_keyword").if_exists().take()).await?;
        manager.alter_table(Table::alter().table("site").drop_column("related").take()).await?;
        manager.alter_table(Table::alter().table("term").drop_column("weight").take()).await
    }
}
