//! People and sessions in GraphQL.

mod oidc;
mod people;
mod profile;
mod query;
mod session;
mod types;

use async_graphql::MergedObject;

pub use types::User;

/// What is asked about people and signing in.
#[derive(MergedObject, Default)]
pub struct UserQuery(query::PeopleQuery, oidc::OidcQuery);

/// What people do to sessions, to others and to themselves.
#[derive(MergedObject, Default)]
pub struct UserMutation(
    session::SessionMutation,
    oidc::OidcMutation,
    people::PeopleMutation,
    profile::ProfileMutation,
);
