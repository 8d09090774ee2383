//! People and sessions in GraphQL.

mod people;
mod profile;
mod query;
mod session;
mod types;

use async_graphql::MergedObject;

pub use query::UserQuery;
pub use types::User;

/// What people do to sessions, to others and to themselves.
#[derive(MergedObject, Default)]
pub struct UserMutation(session::SessionMutation, people::PeopleMutation, profile::ProfileMutation);
