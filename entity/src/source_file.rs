//! A file of the Hugo site that content came from, so that it can go back
//! there byte for byte.

use sea_orm::entity::prelude::*;

#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "source_file")]
pub struct Model {
    /// Below the site's folder, with `/` between parts.
    #[sea_orm(primary_key, auto_increment = false)]
    pub path: String,
    /// `article`, `section`, `term`, `configuration` or `other`.
    pub kind: String,
    pub article_id: Option<Uuid>,
    /// The article's version that this file became.
    pub article_version: Option<i32>,
    pub language: String,
    /// `yaml`, `toml`, `json` or `none`.
    pub format: String,
    /// Everything before the body: byte order mark, delimiters, line ends.
    pub front_matter: Vec<u8>,
    /// The body's bytes where they are not those of the Markdown as UTF-8.
    pub raw_body: Option<Vec<u8>>,
    /// SHA-256 of the whole file.
    pub hash: Vec<u8>,
    pub size: i64,
    pub modified: crate::Timestamp,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
