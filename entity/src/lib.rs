//! The tables of Broadsheet, one file each. No rules live here.
//!
//! An article stands in several tables. [`article`] is its identity and its
//! lock. [`revision`] keeps every save whole. [`article_copy`] holds up to two
//! projections of it, one a [`View`]: what the public reads and what editors
//! work on; readers never look anywhere else. [`article_term`],
//! [`article_keyword`] and [`menu_entry`] follow the copies. [`body`] holds Markdown and its rendering,
//! shared by all copies and revisions that say the same.
//!
//! To add a table: a file here, a migration that creates it, and the domain of
//! the `api` crate that owns it.

pub mod api_token;
pub mod article;
pub mod article_comment;
pub mod article_copy;
pub mod article_keyword;
pub mod article_term;
pub mod assignment;
pub mod blob;
pub mod body;
pub mod document;
pub mod due;
pub mod event;
pub mod exported_file;
pub mod import_item;
mod json;
pub mod language;
pub mod menu;
pub mod menu_entry;
pub mod merged_term;
pub mod picture;
pub mod preview;
pub mod recovery_code;
pub mod redirect;
mod render;
pub mod revision;
pub mod section;
pub mod session;
pub mod site;
pub mod source_file;
pub mod taxonomy_change;
pub mod term;
pub mod term_text;
pub mod throttle;
mod timestamp;
pub mod translation;
pub mod user;
pub mod user_identity;
pub mod user_link;
mod view;

pub use json::Json;
pub use render::Render;
pub use timestamp::Timestamp;
pub use view::View;
