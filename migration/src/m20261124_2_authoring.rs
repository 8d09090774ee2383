//! What authoring needs beside the ground: API tokens, previews, review,
//! assignments, comments, announcements, and by whom and from where things were
//! done.

use sea_orm_migration::prelude::*;

use crate::columns::{
    Columns, big, big_null, bytes, flag, index, int, int_null, json, references, table, uuid,
    uuid_null,
};

#[derive(DeriveMigrationName)]
pub struct Migration;

const TABLES: [&str; 5] = ["api_token", "preview", "assignment", "article_comment", "due"];

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        use ForeignKeyAction::{Cascade, SetNull};
        let c = Columns { backend: manager.get_database_backend() };

        for (name, columns) in [
            ("event", vec![uuid_null("session_id"), uuid_null("token_id"), c.text_null("address")]),
            (
                "article",
                vec![
                    big_null("archived_at"),
                    c.text_null("review"),
                    int_null("review_version"),
                    uuid_null("reviewer_id"),
                    big_null("reviewed_at"),
                ],
            ),
        ] {
            for mut column in columns {
                // SQLite adds one column at a time.
                let add = Table::alter().table(name).add_column(&mut column).take();
                manager.alter_table(add).await?;
            }
        }

        let mut api_token = table(
            "api_token",
            &["id"],
            vec![
                uuid("id"),
                uuid("user_id"),
                c.text("name"),
                bytes("secret_hash"),
                c.text("hint"),
                json("scopes"),
                json("languages"),
                json("sections"),
                big("created_at"),
                big_null("expires_at"),
                big_null("used_at"),
                big_null("revoked_at"),
            ],
        );
        references(&mut api_token, "user_id", "user", "id", Cascade);

        let mut preview = table(
            "preview",
            &["id"],
            vec![
                uuid("id"),
                uuid("article_id"),
                uuid("user_id"),
                big("created_at"),
                big("expires_at"),
                big_null("revoked_at"),
            ],
        );
        references(&mut preview, "article_id", "article", "id", Cascade);
        references(&mut preview, "user_id", "user", "id", Cascade);

        let mut assignment = table(
            "assignment",
            &["article_id", "user_id"],
            vec![
                uuid("article_id"),
                uuid("user_id"),
                uuid_null("assigned_by"),
                big("created_at"),
                big_null("due_at"),
                c.text_null("note"),
            ],
        );
        references(&mut assignment, "article_id", "article", "id", Cascade);
        references(&mut assignment, "user_id", "user", "id", Cascade);
        references(&mut assignment, "assigned_by", "user", "id", SetNull);

        let mut article_comment = table(
            "article_comment",
            &["id"],
            vec![
                uuid("id"),
                uuid("article_id"),
                uuid_null("author_id"),
                int("version"),
                c.text_null("field"),
                c.text("text"),
                big("created_at"),
                big_null("resolved_at"),
                uuid_null("resolved_by"),
            ],
        );
        references(&mut article_comment, "article_id", "article", "id", Cascade);
        references(&mut article_comment, "author_id", "user", "id", SetNull);
        references(&mut article_comment, "resolved_by", "user", "id", SetNull);

        let mut due = table(
            "due",
            &["article_id", "expires"],
            vec![
                uuid("article_id"),
                flag("expires"),
                big("at"),
                int("version"),
                c.text("language"),
            ],
        );
        references(&mut due, "article_id", "article", "id", Cascade);

        for statement in [api_token, preview, assignment, article_comment, due] {
            manager.create_table(statement).await?;
        }
        for statement in [
            index("api_token_secret", "api_token", &["secret_hash"]).unique().take(),
            index("api_token_user", "api_token", &["user_id"]),
            index("preview_article", "preview", &["article_id"]),
            index("assignment_user", "assignment", &["user_id"]),
            index("article_comment_article", "article_comment", &["article_id", "id"]),
            index("due_at", "due", &["at", "article_id"]),
            // The audit log, by whom and of what.
            index("event_actor", "event", &["actor_id", "id"]),
            index("event_entity", "event", &["entity_id", "id"]),
            index("event_kind", "event", &["kind", "id"]),
            index("event_at", "event", &["at"]),
            index("article_review", "article", &["review"]),
        ] {
            manager.create_index(statement).await?;
        }
        Ok(())
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        for table in TABLES.iter().rev() {
            manager.drop_table(Table::drop().table(*table).if_exists().take()).await?;
        }
        for name in ["event_actor", "event_entity", "event_kind", "event_at"] {
            manager.drop_index(Index::drop().name(name).table("event").to_owned()).await?;
        }
        manager
            .drop_index(Index::drop().name("article_review").table("article").to_owned())
            .await?;
        for (name, columns) in [
            ("event", &["session_id", "token_id", "address"][..]),
            (
                "article",
                &["archived_at", "review", "review_version", "reviewer_id", "reviewed_at"][..],
            ),
        ] {
            for column in columns {
                let drop = Table::alter().table(name).drop_column(*column).take();
                manager.alter_table(drop).await?;
            }
        }
        Ok(())
    }
}
