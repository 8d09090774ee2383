//! An article in one language: its identity, its lock, and where its working
//! copy stands.

use sea_orm::entity::prelude::*;

#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "article")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    pub language: String,
    pub owner_id: Option<Uuid>,
    /// Raised by one with each write; a caller says which one it saw.
    pub version: i32,
    /// The revision that the working copy shows.
    pub revision_id: Uuid,
    /// The version that last changed what a translator translates.
    pub text_version: i32,
    pub created_at: crate::Timestamp,
    pub trashed_at: Option<crate::Timestamp>,
    pub archived_at: Option<crate::Timestamp>,
    /// What was last said of it in review: `SUBMITTED`, `APPROVED`, `RETURNED`.
    pub review: Option<String>,
    /// The version of which it was said.
    pub review_version: Option<i32>,
    pub reviewer_id: Option<Uuid>,
    pub reviewed_at: Option<crate::Timestamp>,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
