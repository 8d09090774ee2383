//! What people and their sessions need: invitations, families of refresh tokens,
//! second factors, accounts elsewhere, and how often somebody guessed.

use sea_orm_migration::prelude::*;

use crate::columns::{
    Columns, big, big_null, bytes, bytes_null, index, int, references, table, uuid, uuid_null,
};

#[derive(DeriveMigrationName)]
pub struct Migration;

const TABLES: [&str; 4] = ["user_link", "recovery_code", "user_identity", "throttle"];
const USER_COLUMNS: [&str; 4] = ["joined_at", "totp_secret", "totp_confirmed_at", "totp_step"];

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        use ForeignKeyAction::{Cascade, SetNull};
        let c = Columns { backend: manager.get_database_backend() };

        for mut column in [
            big_null("joined_at"),
            bytes_null("totp_secret"),
            big_null("totp_confirmed_at"),
            big_null("totp_step"),
        ] {
            // SQLite adds one column at a time.
            let add = Table::alter().table("user").add_column(&mut column).take();
            manager.alter_table(add).await?;
        }
        let everybody =
            Query::update().table("user").value("joined_at", Expr::col("created_at")).to_owned();
        manager.execute(everybody).await?;

        // Refresh tokens have another form: people sign in once more.
        manager.drop_table(Table::drop().table("session").to_owned()).await?;
        let mut session = table(
            "session",
            &["id"],
            vec![
                uuid("id"),
                uuid("user_id"),
                bytes("family_hash"),
                bytes("refresh_hash"),
                bytes_null("previous_hash"),
                c.text("method"),
                c.text_null("address"),
                c.text_null("user_agent"),
                big("created_at"),
                big("renewed_at"),
                big("used_at"),
                big("expires_at"),
            ],
        );
        references(&mut session, "user_id", "user", "id", Cascade);

        let mut user_link = table(
            "user_link",
            &["id"],
            vec![
                uuid("id"),
                uuid("user_id"),
                c.text("kind"),
                bytes("secret_hash"),
                uuid_null("created_by"),
                big("created_at"),
                big("expires_at"),
            ],
        );
        references(&mut user_link, "user_id", "user", "id", Cascade);
        references(&mut user_link, "created_by", "user", "id", SetNull);

        let mut recovery_code = table(
            "recovery_code",
            &["user_id", "code_hash"],
            vec![uuid("user_id"), bytes("code_hash")],
        );
        references(&mut recovery_code, "user_id", "user", "id", Cascade);

        let mut user_identity = table(
            "user_identity",
            &["issuer", "subject"],
            vec![c.text("issuer"), c.text("subject"), uuid("user_id"), big("created_at")],
        );
        references(&mut user_identity, "user_id", "user", "id", Cascade);

        let throttle = table(
            "throttle",
            &["key"],
            vec![bytes("key"), int("failures"), big("failed_at"), big("until")],
        );

        for statement in [session, user_link, recovery_code, user_identity, throttle] {
            manager.create_table(statement).await?;
        }
        for statement in [
            // The sessions of somebody, and those that are over.
            index("session_of_user", "session", &["user_id", "created_at"]),
            index("session_expiry", "session", &["expires_at"]),
            index("user_link_secret", "user_link", &["secret_hash"]).unique().take(),
            index("user_link_user", "user_link", &["user_id"]),
            index("user_identity_user", "user_identity", &["user_id"]),
            index("throttle_failed_at", "throttle", &["failed_at"]),
            // The list of people.
            index("user_name", "user", &["name", "id"]),
        ] {
            manager.create_index(statement).await?;
        }
        Ok(())
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        for table in TABLES.iter().rev() {
            manager.drop_table(Table::drop().table(*table).if_exists().take()).await?;
        }
        manager.drop_index(Index::drop().name("user_name").table("user").to_owned()).await?;
        for column in USER_COLUMNS {
            let drop = Table::alter().table("user").drop_column(column).take();
            manager.alter_table(drop).await?;
        }
        manager.drop_table(Table::drop().table("session").to_owned()).await?;
        let mut session = table(
            "session",
            &["id"],
            vec![
                uuid("id"),
                uuid("user_id"),
                bytes("refresh_hash"),
                big("created_at"),
                big("renewed_at"),
                big("expires_at"),
            ],
        );
        references(&mut session, "user_id", "user", "id", ForeignKeyAction::Cascade);
        manager.create_table(session).await?;
        for statement in [
            index("session_refresh_hash", "session", &["refresh_hash"]).unique().take(),
            index("session_user", "session", &["user_id"]),
        ] {
            manager.create_index(statement).await?;
        }
        Ok(())
    }
}
