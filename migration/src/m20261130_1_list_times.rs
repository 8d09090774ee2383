//! From when until when the public sees what a section or a term says of itself.

use sea_orm_migration::prelude::*;

use crate::columns::big;

#[derive(DeriveMigrationName)]
pub struct Migration;

const TABLES: [&str; 2] = ["section", "term_text"];

fn index(table: &str, column: &str) -> String {
    format!("{table}_{column}")
}

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        for table in TABLES {
            for (column, bound) in [("visible_from", i64::MIN), ("visible_until", i64::MAX)] {
                let new = big(column).default(bound).take();
                manager.alter_table(Table::alter().table(table).add_column(new).take()).await?;
                let index =
                    Index::create().name(index(table, column)).table(table).col(column).take();
                manager.create_index(index).await?;
            }
        }
        let hide = format!("UPDATE section SET visible_from = {} WHERE draft", i64::MAX);
        manager.get_connection().execute_unprepared(&hide).await?;
        Ok(())
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        for table in TABLES {
            for column in ["visible_from", "visible_until"] {
                let index = Index::drop().name(index(table, column)).table(table).to_owned();
                manager.drop_index(index).await?;
                manager.alter_table(Table::alter().table(table).drop_column(column).take()).await?;
            }
        }
        Ok(())
    }
}
