//! Articles in GraphQL.

mod around;
mod connection;
mod desk;
mod facets;
mod history;
mod input;
mod links;
mod mutation;
mod parts;
mod query;
mod schedule;
mod translation;
mod types;
mod workflow;

pub use connection::{Arguments, ArticleConnection, connect, connect_under, with_fallback};
pub use facets::{
    ArticleTotals, AuthorCount, CategoryCount, LanguageCount, Parent, SectionCount, TagCount,
    TermCount,
};
pub use history::{HistoryMutation, HistoryQuery};
pub use input::WidgetInput;
pub use mutation::ArticleMutation;
pub use parts::{Author, Revision};
pub use query::ArticleQuery;
pub use schedule::ScheduleQuery;
pub use translation::{TranslationMutation, TranslationQuery};
pub use types::{Article, selection};
pub use workflow::WorkflowMutation;
