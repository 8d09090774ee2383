//! Bytes of a file that is no page, cut into parts and kept once however many
//! files hold them.

use sea_orm::entity::prelude::*;

#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "blob")]
pub struct Model {
    /// SHA-256 of the whole.
    #[sea_orm(primary_key, auto_increment = false)]
    pub hash: Vec<u8>,
    /// From nought; an empty file has one empty part.
    #[sea_orm(primary_key, auto_increment = false)]
    pub part: i32,
    pub bytes: Vec<u8>,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
