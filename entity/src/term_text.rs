//! What a term is called, and what its page says, in one language.

use sea_orm::entity::prelude::*;
use serde::{Deserialize, Serialize};

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, DeriveEntityModel)]
#[sea_orm(table_name = "term_text")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub term_id: Uuid,
    #[sea_orm(primary_key, auto_increment = false)]
    pub language: String,
    pub name: Option<String>,
    pub description: Option<String>,
    pub markdown: String,
    pub html: String,
    pub params: crate::Json,
    /// The renderer's version.
    #[serde(default)]
    pub renderer: i16,
    /// `[{to, files}]`: links within the site, as `body` has them.
    #[serde(default)]
    pub links: crate::Json,
    /// The file of the Hugo site that says this; none where it was said here.
    #[serde(default)]
    pub source: Option<String>,
    /// When the public sees it: never, where its file is a draft.
    #[serde(default = "always")]
    pub visible_from: crate::Timestamp,
    #[serde(default = "never")]
    pub visible_until: crate::Timestamp,
}

fn always() -> crate::Timestamp {
    crate::Timestamp::ALWAYS
}

fn never() -> crate::Timestamp {
    crate::Timestamp::NEVER
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
