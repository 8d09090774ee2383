//! People who sign in, their sessions, and the tokens that prove them.
//!
//! An access token is a signed JWT that lives for minutes and names a person and
//! a session; the role is read from the database with every request, so that
//! what somebody may do is what they may do now. A refresh token is a random
//! secret, stored as a hash and replaced with each use.
//!
//! API tokens, invitations and second factors belong here as they come.

mod graphql;
mod key_file;
mod keys;
mod ops;
mod password;
mod seal;
mod token;

pub use graphql::{User, UserMutation, UserQuery};
pub use keys::{Keys, Purpose};
pub use ops::{Person, actor, add, is_active, people, role};
