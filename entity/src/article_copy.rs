//! What one view shows of an article: the table that all reading queries use.
//!
//! A row is in lists at a moment `t` when
//! `visible_from <= t AND visible_until > t`. Working copies are always. What is
//! published and not listed never is: its window begins with `released_from`, and it
//! is found by name alone.

use sea_orm::entity::prelude::*;

#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "article_copy")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub view: crate::View,
    #[sea_orm(primary_key, auto_increment = false)]
    pub article_id: Uuid,
    pub revision_id: Uuid,
    pub body_id: Uuid,
    pub owner_id: Option<Uuid>,
    /// The version this copy was made from.
    pub version: i32,
    pub language: String,
    pub visible_from: crate::Timestamp,
    pub visible_until: crate::Timestamp,
    /// When what is published goes live; null while nothing is.
    pub released_from: Option<crate::Timestamp>,
    pub released_until: Option<crate::Timestamp>,
    /// First element of the path below the language: `news`.
    pub section: String,
    pub slug: String,
    /// Decoded address with the language prefix: `/news/qq/a/`.
    pub path: String,
    /// What the translations of an article share.
    pub translation_key: String,
    pub title: String,
    pub link_title: Option<String>,
    pub summary: String,
    pub lead: Option<String>,
    pub description: Option<String>,
    /// `Timestamp::UNDATED` where the article has none.
    pub date: crate::Timestamp,
    /// Seconds east of UTC in which the dates were written.
    pub utc_offset: i32,
    pub last_modified: crate::Timestamp,
    pub created_at: crate::Timestamp,
    pub weight: i32,
    pub comments: Option<bool>,
    pub authorbox: Option<bool>,
    pub pager: Option<bool>,
    pub toc: Option<bool>,
    pub mathjax: Option<bool>,
    /// `left`, `right` or `none`.
    pub sidebar: Option<String>,
    pub source_name: Option<String>,
    pub source_url: Option<String>,
    pub canonical_url: Option<String>,
    pub word_count: i32,
    pub reading_time: i32,
    /// `{url, alt}` or null.
    pub thumbnail: crate::Json,
    /// `[{name, url}]`.
    pub authors: crate::Json,
    pub aliases: crate::Json,
    /// The article's own list, or null for the site's.
    pub widgets: crate::Json,
    pub params: crate::Json,
    /// Whether lists have it; of working copies it says what would be.
    pub listed: bool,
    pub render: crate::Render,
    /// Where it lies in the tree of content, as Hugo's `.Path` without its first
    /// slash: folders and name, in lower case with hyphens for spaces.
    pub logical_path: String,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
