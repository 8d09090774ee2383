//! People who sign in, their sessions, and the tokens that prove them.
//!
//! **Invariants.** An access token is a signed JWT that lives for minutes and
//! names a person and a session; role and session are read from the database with
//! every request, so that what somebody may do is what they may do now. A refresh
//! token is random, stored as a hash, and replaced with each use; one that comes
//! back after that ends its session. Passwords, tokens, codes and links are never
//! stored in clear, logged, or put into an event. Whatever can be guessed goes
//! through [`throttle`] first. The last administrator stays one.
//!
//! To add a way to sign in: a [`sessions::Method`], and a call of
//! [`sessions::start`] or, where a second factor is owed, [`sessions::admit`].

mod cookie;
mod graphql;
mod key_file;
mod keys;
mod links;
pub mod oidc;
mod password;
mod people;
mod profile;
mod read;
mod seal;
mod sessions;
mod tend;
mod throttle;
mod token;
mod totp;

pub use cookie::NAME as REFRESH_COOKIE;
pub use graphql::{User, UserMutation, UserQuery};
pub use keys::{Keys, LONGEST_DAYS, Purpose};
pub use links::{Link, create_reset, invite};
pub use people::{add, deactivate};
pub use read::{
    Account, ORDER, Person, PersonFilter, account, all, by_email, by_ids, cursor, is_active,
    people, role,
};
pub use sessions::{Uses, actor};
pub use tend::tend;
pub use token::{fingerprint, random};
pub use totp::remove as remove_second_factor;
