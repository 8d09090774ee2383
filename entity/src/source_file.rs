//! A file of the Hugo site that content came from, so that it can go back
//! there byte for byte.

use sea_orm::entity::prelude::*;

#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "source_file")]
pub struct Model {
    /// Below the site's folder, with `/` between parts.
    #[sea_orm(primary_key, auto_increment = false)]
    pub path: String,
    /// `article`, `section` or `term` for pages; `file` and `link` for what is
    /// kept as it is; `unread` for a page that could not be read, and is kept as
    /// it is; `configuration` for the one row that stands for no file.
    pub kind: String,
    pub article_id: Option<Uuid>,
    /// The article's version that this file became.
    pub article_version: Option<i32>,
    pub language: String,
    /// `yaml`, `toml`, `json` or `none`.
    pub format: String,
    /// Everything before the body: byte order mark, delimiters, line ends.
    pub front_matter: Vec<u8>,
    /// The body's bytes where they are not those of the Markdown as UTF-8; of
    /// sections and terms always.
    pub raw_body: Option<Vec<u8>>,
    /// SHA-256 of the whole file.
    pub hash: Vec<u8>,
    pub size: i64,
    pub modified: crate::Timestamp,
    /// As Git has it: `0o100644`, `0o100755` for programs, `0o120000` for links.
    pub mode: i32,
    /// When the file or its name was last touched, as the file system says.
    pub changed_at: Option<crate::Timestamp>,
    /// When it was last read.
    pub checked_at: Option<crate::Timestamp>,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
