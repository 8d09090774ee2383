//! A file that an export wrote and that is not what was imported: so that it is
//! known again when it comes back, and may be removed when its article goes.

use sea_orm::entity::prelude::*;

#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "exported_file")]
pub struct Model {
    /// Below the site's folder, with `/` between parts.
    #[sea_orm(primary_key, auto_increment = false)]
    pub path: String,
    /// SHA-256 of the whole file.
    pub hash: Vec<u8>,
    pub article_id: Option<Uuid>,
    /// The article's version that was written.
    pub article_version: Option<i32>,
    pub exported_at: crate::Timestamp,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
