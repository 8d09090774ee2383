//! Articles in GraphQL.

mod connection;
mod desk;
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

pub use connection::{Arguments, ArticleConnection, connect, connect_terms};
pub use history::{HistoryMutation, HistoryQuery};
pub use mutation::ArticleMutation;
pub use parts::Revision;
pub use query::ArticleQuery;
pub use schedule::ScheduleQuery;
pub use translation::{TranslationMutation, TranslationQuery};
pub use types::{Article, selection};
pub use workflow::WorkflowMutation;
