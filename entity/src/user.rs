//! Somebody who may sign in.

use sea_orm::entity::prelude::*;

#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "user")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    /// Lower case.
    #[sea_orm(unique)]
    pub email: String,
    pub name: String,
    /// `ADMIN`, `EDITOR`, `AUTHOR`, `CONTRIBUTOR` or `VIEWER`.
    pub role: String,
    /// Argon2id in PHC form.
    pub password_hash: String,
    pub active: bool,
    pub created_at: crate::Timestamp,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
