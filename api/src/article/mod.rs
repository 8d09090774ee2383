//! Articles: the documents this product exists for.
//!
//! **Invariants.**
//! - Readers see copies ([`read`]); copies are projections of revisions
//!   ([`projection`]); only [`write`] and the importer make them.
//! - The view is a column. No query is written twice, and none can forget it:
//!   every statement starts from [`read`]'s one `FROM`.
//! - What the public reads changes on publish, unpublish and trash alone; its
//!   terms, with the terms themselves (renamed, merged, split) as well.
//! - Revisions are never edited. The ids of terms in them are read as what they
//!   mean now, which [`store`] asks of the taxonomy whenever it makes a copy.
//! - Who locks articles and terms locks articles first, both in order of ids.
//! - Status is computed when a row is read, from its release and the clock.
//! - No save overwrites what its author has not seen: one that began with an older
//!   version is merged ([`merge`]) or comes back as a conflict ([`stale`]).
//!
//! To add a field: a column in a migration and in `entity::article_copy`, a line
//! in [`columns`], a field in [`content`] and in `projection::make` (the compiler
//! asks for both), a getter and a line of `columns_of` in `graphql::types`, an
//! input in `graphql::input`; then the front matter key in `hugo::page`. Is it more
//! than one value, a line in `merge` says how it is taken apart.

pub mod away;
pub mod build;
pub mod bulk;
mod check;
pub mod columns;
pub mod content;
pub mod discussion;
mod fields;
pub mod filter;
mod graphql;
pub mod history;
pub mod keywords;
pub mod links;
pub mod lock;
mod merge;
pub mod projection;
pub mod read;
pub mod relocate;
pub mod rendering;
pub mod retag;
pub mod review;
pub mod schedule;
pub mod stale;
pub mod store;
pub(crate) mod terms;
pub mod together;
pub mod translation;
pub mod write;

pub use content::Content;
pub use graphql::{
    Arguments, Article, ArticleConnection, ArticleMutation, ArticleQuery, ArticleTotals,
    Author as ArticleAuthor, AuthorCount, CategoryCount, HistoryMutation, HistoryQuery,
    LanguageCount, Parent, Revision, ScheduleQuery, SectionCount, TagCount, TermCount,
    TranslationMutation, TranslationQuery, WidgetInput, WorkflowMutation, connect, connect_under,
    selection, with_fallback,
};
