//! A save, whole and restorable.

use sea_orm::entity::prelude::*;

#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "revision")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    pub article_id: Uuid,
    /// The version that this save made.
    pub version: i32,
    pub created_at: crate::Timestamp,
    pub author_id: Option<Uuid>,
    pub message: Option<String>,
    /// `article::Content`: every field an editor can set, but the body.
    pub content: crate::Json,
    pub body_id: Uuid,
    /// Given by an editor; a named revision is kept for ever.
    pub name: Option<String>,
    /// Names of the fields that differ from the revision before; null where that
    /// is not known.
    pub changes: Option<crate::Json>,
    /// The version that the caller had seen, where others had saved since.
    pub merged_from: Option<i32>,
    /// Saved by the editor's program, not by the editor.
    pub autosave: bool,
    /// A later autosave of the same spell stands for this one.
    pub folded: bool,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
