//! The ground: site, languages, articles with their copies and revisions,
//! terms, menus, redirects, users and the feed.

use sea_orm_migration::prelude::*;
use sea_orm_migration::sea_orm::DatabaseBackend;

use crate::columns::{
    Columns, big, big_null, bytes, bytes_null, flag, flag_null, index, int, int_null, json,
    references, small, small_null, table, uuid, uuid_null,
};

#[derive(DeriveMigrationName)]
pub struct Migration;

const TABLES: [&str; 16] = [
    "site",
    "language",
    "user",
    "session",
    "article",
    "body",
    "revision",
    "article_copy",
    "term",
    "term_text",
    "article_term",
    "section",
    "menu_entry",
    "redirect",
    "event",
    "source_file",
];

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        use ForeignKeyAction::{Cascade, Restrict, SetNull};
        let c = Columns { backend: manager.get_database_backend() };

        let site = table(
            "site",
            &["id"],
            vec![
                int("id"),
                c.text("base_url"),
                c.text("time_zone"),
                c.text("default_language"),
                json("rules"),
            ],
        );
        let language = table(
            "language",
            &["tag"],
            vec![
                c.text("tag"),
                c.text("key"),
                c.text("name"),
                flag("right_to_left"),
                int("weight"),
                c.text_null("fallback"),
                flag("has_cjk"),
                c.text("title"),
                c.text_null("subtitle"),
                c.text_null("description"),
                c.text_null("copyright"),
                json("author"),
                json("social"),
                json("main_sections"),
                json("widgets"),
                json("switches"),
                json("params"),
            ],
        );
        let user = table(
            "user",
            &["id"],
            vec![
                uuid("id"),
                c.text("email"),
                c.text("name"),
                c.text("role"),
                c.text("password_hash"),
                flag("active"),
                big("created_at"),
            ],
        );
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
        references(&mut session, "user_id", "user", "id", Cascade);

        let mut article = table(
            "article",
            &["id"],
            vec![
                uuid("id"),
                c.text("language"),
                uuid_null("owner_id"),
                int("version"),
                uuid("revision_id"),
                big("created_at"),
                big_null("trashed_at"),
            ],
        );
        references(&mut article, "language", "language", "tag", Restrict);
        references(&mut article, "owner_id", "user", "id", SetNull);

        let body = table(
            "body",
            &["id"],
            vec![
                uuid("id"),
                c.text("markdown"),
                c.text("html"),
                c.text("plain_text"),
                json("headings"),
                c.text("summary"),
                int("word_count"),
                int("reading_time"),
            ],
        );
        let mut revision = table(
            "revision",
            &["id"],
            vec![
                uuid("id"),
                uuid("article_id"),
                int("version"),
                big("created_at"),
                uuid_null("author_id"),
                c.text_null("message"),
                json("content"),
                uuid("body_id"),
            ],
        );
        references(&mut revision, "article_id", "article", "id", Cascade);
        references(&mut revision, "author_id", "user", "id", SetNull);
        references(&mut revision, "body_id", "body", "id", Restrict);

        let mut article_copy = table(
            "article_copy",
            &["view", "article_id"],
            vec![
                small("view"),
                uuid("article_id"),
                uuid("revision_id"),
                uuid("body_id"),
                uuid_null("owner_id"),
                int("version"),
                c.text("language"),
                big("visible_from"),
                big("visible_until"),
                big_null("released_from"),
                big_null("released_until"),
                c.text("section"),
                c.text("slug"),
                c.text("path"),
                c.text("translation_key"),
                c.text("title"),
                c.text_null("link_title"),
                c.text("summary"),
                c.text_null("lead"),
                c.text_null("description"),
                big("date"),
                int("utc_offset"),
                big("last_modified"),
                big("created_at"),
                int("weight"),
                flag_null("comments"),
                flag_null("authorbox"),
                flag_null("pager"),
                flag_null("toc"),
                flag_null("mathjax"),
                c.text_null("sidebar"),
                c.text_null("source_name"),
                c.text_null("source_url"),
                c.text_null("canonical_url"),
                int("word_count"),
                int("reading_time"),
                json("thumbnail"),
                json("authors"),
                json("aliases"),
                json("widgets"),
                json("params"),
            ],
        );
        references(&mut article_copy, "article_id", "article", "id", Cascade);
        references(&mut article_copy, "revision_id", "revision", "id", Restrict);
        references(&mut article_copy, "body_id", "body", "id", Restrict);

        let mut term = table(
            "term",
            &["id"],
            vec![
                uuid("id"),
                c.text("taxonomy"),
                uuid_null("parent_id"),
                c.text("slug"),
                c.text("name"),
                c.text_null("description"),
                int("version"),
                big("created_at"),
            ],
        );
        references(&mut term, "parent_id", "term", "id", Restrict);

        let mut term_text = table(
            "term_text",
            &["term_id", "language"],
            vec![
                uuid("term_id"),
                c.text("language"),
                c.text_null("name"),
                c.text_null("description"),
                c.text("markdown"),
                c.text("html"),
                json("params"),
            ],
        );
        references(&mut term_text, "term_id", "term", "id", Cascade);
        references(&mut term_text, "language", "language", "tag", Cascade);

        let mut article_term = table(
            "article_term",
            &["view", "article_id", "term_id"],
            vec![
                small("view"),
                uuid("article_id"),
                uuid("term_id"),
                c.text("taxonomy"),
                int("position"),
                c.text("language"),
                big("visible_from"),
                big("visible_until"),
            ],
        );
        references(&mut article_term, "article_id", "article", "id", Cascade);
        references(&mut article_term, "term_id", "term", "id", Restrict);

        let mut section = table(
            "section",
            &["language", "name"],
            vec![
                c.text("language"),
                c.text("name"),
                c.text("path"),
                c.text("title"),
                c.text_null("description"),
                flag("draft"),
                int("weight"),
                c.text("markdown"),
                c.text("html"),
                json("params"),
            ],
        );
        references(&mut section, "language", "language", "tag", Cascade);

        let mut menu_entry = table(
            "menu_entry",
            &["id"],
            vec![
                uuid("id"),
                small_null("view"),
                uuid_null("article_id"),
                c.text("menu"),
                c.text("language"),
                c.text("identifier"),
                c.text_null("parent"),
                c.text("name"),
                c.text_null("url"),
                c.text_null("title"),
                int("weight"),
                json("params"),
            ],
        );
        references(&mut menu_entry, "article_id", "article", "id", Cascade);
        references(&mut menu_entry, "language", "language", "tag", Cascade);

        let mut redirect = table(
            "redirect",
            &["path"],
            vec![
                c.text("path"),
                c.text_null("target"),
                uuid_null("article_id"),
                uuid_null("term_id"),
                c.text("language"),
                flag("permanent"),
                big("created_at"),
            ],
        );
        references(&mut redirect, "article_id", "article", "id", Cascade);
        references(&mut redirect, "term_id", "term", "id", Cascade);

        let event = table(
            "event",
            &["id"],
            vec![
                big("id"),
                big("at"),
                c.text("kind"),
                c.text("entity"),
                uuid_null("entity_id"),
                int_null("version"),
                c.text_null("language"),
                uuid_null("actor_id"),
                json("data"),
            ],
        );
        let mut source_file = table(
            "source_file",
            &["path"],
            vec![
                c.text("path"),
                c.text("kind"),
                uuid_null("article_id"),
                int_null("article_version"),
                c.text("language"),
                c.text("format"),
                bytes("front_matter"),
                bytes_null("raw_body"),
                bytes("hash"),
                big("size"),
                big("modified"),
            ],
        );
        references(&mut source_file, "article_id", "article", "id", SetNull);

        for statement in [
            site,
            language,
            user,
            session,
            article,
            body,
            revision,
            article_copy,
            term,
            term_text,
            article_term,
            section,
            menu_entry,
            redirect,
            event,
            source_file,
        ] {
            manager.create_table(statement).await?;
        }

        // Lists newest first, of one language or of all. The visibility columns
        // come last, so that counting never leaves the index.
        let window = ["date", "article_id", "visible_from", "visible_until"];
        for statement in [
            index(
                "article_copy_language_date",
                "article_copy",
                &[&["view", "language"], &window[..]].concat(),
            ),
            index("article_copy_date", "article_copy", &[&["view"], &window[..]].concat()),
            index(
                "article_copy_section_date",
                "article_copy",
                &[&["view", "language", "section"], &window[..]].concat(),
            ),
            // By address. The unique index below cannot serve this: a planner that
            // does not know the view cannot know that its condition holds.
            index("article_copy_address", "article_copy", &["view", "path"]),
            index("article_copy_translation", "article_copy", &["view", "translation_key"]),
            index("article_copy_owner", "article_copy", &["view", "owner_id"]),
            index(
                "article_copy_modified",
                "article_copy",
                &["view", "last_modified", "article_id"],
            ),
            index(
                "article_term_count",
                "article_term",
                &[
                    "view",
                    "taxonomy",
                    "term_id",
                    "language",
                    "visible_from",
                    "visible_until",
                    "article_id",
                ],
            ),
            index(
                "article_term_term",
                "article_term",
                &["term_id", "view", "language", "visible_from", "visible_until", "article_id"],
            ),
            index("revision_article", "revision", &["article_id", "version"]).unique().take(),
            index("revision_body", "revision", &["body_id"]),
            index("term_slug", "term", &["taxonomy", "slug"]).unique().take(),
            index("term_parent", "term", &["parent_id"]),
            index("section_path", "section", &["path"]),
            index("menu_entry_menu", "menu_entry", &["language", "menu"]),
            index("menu_entry_article", "menu_entry", &["article_id"]),
            index("redirect_article", "redirect", &["article_id"]),
            index("redirect_term", "redirect", &["term_id"]),
            index("language_key", "language", &["key"]).unique().take(),
            index("user_email", "user", &["email"]).unique().take(),
            index("session_refresh_hash", "session", &["refresh_hash"]).unique().take(),
            index("session_user", "session", &["user_id"]),
            index("source_file_article", "source_file", &["article_id"]),
            // An address names one article in each view; trashed ones give it up.
            index("article_copy_path", "article_copy", &["view", "path"])
                .unique()
                .and_where(Expr::col("view").lt(2))
                .take(),
        ] {
            manager.create_index(statement).await?;
        }
        // PostgreSQL's indexes hold no text of more than some 2,700 bytes, and a
        // title may be longer; there, lists by title are sorted.
        if c.backend == DatabaseBackend::Sqlite {
            let columns = ["view", "title", "article_id"];
            manager.create_index(index("article_copy_title", "article_copy", &columns)).await?;
        }
        Ok(())
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        for table in TABLES.iter().rev() {
            manager.drop_table(Table::drop().table(*table).if_exists().take()).await?;
        }
        Ok(())
    }
}
