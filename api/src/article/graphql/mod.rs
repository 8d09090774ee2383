//! Articles in GraphQL.

mod connection;
mod history;
mod input;
mod mutation;
mod parts;
mod query;
mod types;

pub use connection::{Arguments, ArticleConnection, connect, connect_terms};
pub use history::{HistoryMutation, HistoryQuery};
pub use mutation::ArticleMutation;
pub use parts::Revision;
pub use query::ArticleQuery;
pub use types::{Article, selection};
