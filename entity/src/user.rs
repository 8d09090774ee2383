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
    /// Argon2id in PHC form; empty where there is none.
    pub password_hash: String,
    pub active: bool,
    pub created_at: crate::Timestamp,
    /// When they first could sign in; null while an invitation waits.
    pub joined_at: Option<crate::Timestamp>,
    /// The secret of the second factor, encrypted.
    pub totp_secret: Option<Vec<u8>>,
    /// Null while the first code is awaited: it is not asked for until then.
    pub totp_confirmed_at: Option<crate::Timestamp>,
    /// The time step of the last code that was used: none works twice.
    pub totp_step: Option<i64>,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
