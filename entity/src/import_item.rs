//! What an import from another system made of one of its posts, pages or entries:
//! by this the next run knows it again, whatever it is called here meanwhile.

use sea_orm::entity::prelude::*;

#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "import_item")]
pub struct Model {
    /// The system and the site there: `wordpress:https://example.org`.
    #[sea_orm(primary_key, auto_increment = false)]
    pub source: String,
    /// The item's own id there: `wp:12`, a uuid, a guid.
    #[sea_orm(primary_key, auto_increment = false)]
    pub key: String,
    /// The item's address there.
    pub link: Option<String>,
    /// Null once the article was deleted here.
    pub article_id: Option<Uuid>,
    /// The article's version that the item became.
    pub article_version: i32,
    /// SHA-256 of what the item says.
    pub hash: Vec<u8>,
    /// What no field of an article holds, as the source has it: the HTML of the
    /// body, comments, private fields.
    pub kept: crate::Json,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
