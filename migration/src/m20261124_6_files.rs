//! What keeps a Hugo site whole: the bytes of files that are no pages, what is
//! known of files on disk, and what an export has written.

use sea_orm_migration::prelude::*;

use crate::columns::{
    Columns, big, big_null, bytes, index, int, int_null, references, table, uuid_null,
};

#[derive(DeriveMigrationName)]
pub struct Migration;

const FILE_COLUMNS: [&str; 3] = ["mode", "changed_at", "checked_at"];

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let c = Columns { backend: manager.get_database_backend() };

        // 0o100644: what files are that nobody has looked at.
        let mut mode = ColumnDef::new("mode").integer().not_null().default(0o100_644).take();
        for column in [&mut mode, &mut big_null("changed_at"), &mut big_null("checked_at")] {
            // SQLite adds one column at a time.
            let add = Table::alter().table("source_file").add_column(column).take();
            manager.alter_table(add).await?;
        }

        let blob =
            table("blob", &["hash", "part"], vec![bytes("hash"), int("part"), bytes("bytes")]);

        let mut exported_file = table(
            "exported_file",
            &["path"],
            vec![
                c.text("path"),
                bytes("hash"),
                uuid_null("article_id"),
                int_null("article_version"),
                big("exported_at"),
            ],
        );
        references(&mut exported_file, "article_id", "article", "id", ForeignKeyAction::SetNull);

        for statement in [blob, exported_file] {
            manager.create_table(statement).await?;
        }
        for statement in [
            // Which bytes nobody names any more.
            index("source_file_hash", "source_file", &["hash"]),
            index("exported_file_article", "exported_file", &["article_id"]),
        ] {
            manager.create_index(statement).await?;
        }
        Ok(())
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        for table in ["exported_file", "blob"] {
            manager.drop_table(Table::drop().table(table).to_owned()).await?;
        }
        manager
            .drop_index(Index::drop().name("source_file_hash").table("source_file").to_owned())
            .await?;
        for column in FILE_COLUMNS {
            let drop = Table::alter().table("source_file").drop_column(column).take();
            manager.alter_table(drop).await?;
        }
        Ok(())
    }
}
