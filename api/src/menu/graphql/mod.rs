//! Menus in GraphQL.

mod input;
mod mutation;
mod query;
mod types;

pub use mutation::MenuMutation;
pub use query::MenuQuery;
