//! Articles in GraphQL.

mod connection;
mod input;
mod mutation;
mod parts;
mod query;
mod translation;
mod types;

pub use connection::{Arguments, ArticleConnection, connect, connect_terms};
pub use mutation::ArticleMutation;
pub use parts::Revision;
pub use query::ArticleQuery;
pub use translation::{TranslationMutation, TranslationQuery};
pub use types::{Article, selection};
