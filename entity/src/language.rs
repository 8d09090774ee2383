//! A language and everything of the site that is said in it.

use sea_orm::entity::prelude::*;

#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "language")]
pub struct Model {
    /// BCP 47, in canonical case: `zh-CN`.
    #[sea_orm(primary_key, auto_increment = false)]
    pub tag: String,
    /// Hugo's key, lower case; also the prefix of its addresses: `zh-cn`.
    #[sea_orm(unique)]
    pub key: String,
    /// Its own name for itself: `简体中文`.
    pub name: String,
    pub right_to_left: bool,
    pub weight: i32,
    /// Tag of the language that stands in where this one has nothing.
    pub fallback: Option<String>,
    /// Whether words are counted as Hugo does with `hasCJKLanguage`.
    pub has_cjk: bool,
    pub title: String,
    pub subtitle: Option<String>,
    pub description: Option<String>,
    pub copyright: Option<String>,
    /// `{name, bio, avatar}` or null.
    pub author: crate::Json,
    /// `[[network, value]]` in the order given.
    pub social: crate::Json,
    /// Sections whose articles are news: `["news"]`.
    pub main_sections: crate::Json,
    /// Default widgets and sidebars for each kind of page, and their settings.
    pub widgets: crate::Json,
    /// Defaults of the display switches: `{"toc": true}`.
    pub switches: crate::Json,
    /// Every site parameter as configured.
    pub params: crate::Json,
    /// Widgets by kind of page that editors arranged for this language.
    pub widget_lists: crate::Json,
    /// How its Markdown is read: `{"typographer": true, "emoji": false}`, or null.
    pub markup: crate::Json,
    /// The menu in which the sections at the top stand by themselves; null for none.
    pub section_menu: Option<String>,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
