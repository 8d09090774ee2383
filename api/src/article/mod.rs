//! Articles: the documents this product exists for.
//!
//! **Invariants.**
//! - Readers see copies ([`read`]); copies are projections of revisions
//!   ([`store`]); only [`write`] and the importer make them.
//! - The view is a column. No query is written twice, and none can forget it:
//!   every statement starts from [`read`]'s one `FROM`.
//! - What the public reads changes on publish, unpublish and trash alone.
//! - Status is computed when a row is read, from its release and the clock.
//! - No save overwrites what its author has not seen: one that began with an older
//!   version is merged ([`merge`]) or comes back as a conflict ([`stale`]).
//!
//! To add a field: a column in a migration and in `entity::article_copy`, a line
//! in [`columns`], a field in [`content`] and in `store::project` (the compiler
//! asks for both), a getter and a line of `columns_of` in `graphql::types`, an
//! input in `graphql::input`; then the front matter key in `hugo::page`. Is it more
//! than one value, a line in `merge` says how it is taken apart.

mod check;
pub mod columns;
pub mod content;
mod fields;
pub mod filter;
mod graphql;
pub mod history;
mod merge;
pub mod read;
pub mod stale;
pub mod store;
pub mod write;

pub use content::Content;
pub use graphql::{
    Arguments, Article, ArticleConnection, ArticleMutation, ArticleQuery, HistoryMutation,
    HistoryQuery, Revision, connect, connect_terms, selection,
};
