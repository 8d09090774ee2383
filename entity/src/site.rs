//! The one row that holds what is true of the whole site in every language.

use sea_orm::entity::prelude::*;

#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "site")]
pub struct Model {
    /// Always 1.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: i32,
    /// Absolute address of the home page, with a trailing slash.
    pub base_url: String,
    /// IANA name, such as `Asia/Shanghai`.
    pub time_zone: String,
    /// Tag of the default language.
    pub default_language: String,
    /// How addresses are made: `hugo::address::Rules`.
    pub rules: crate::Json,
    /// How related articles are found: `site::Related`; null for Hugo's way.
    pub related: crate::Json,
    /// Widgets by kind of page that editors arranged for all languages.
    pub widget_lists: crate::Json,
    /// Terms whose own pages give them other addresses: `hugo::address::TermPlace`s.
    pub term_places: crate::Json,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
