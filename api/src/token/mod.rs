//! API tokens: what other programs send in place of a person.
//!
//! A token is `bsht_`, thirty random characters, and six that check the others:
//! a leaked one is recognised by its form, and a mistyped one refused without a
//! look-up. What is stored is its hash. It never does more than its owner may at
//! the moment of the request.

mod graphql;
mod ops;
mod secret;

pub use graphql::{TokenMutation, TokenQuery};
pub use ops::{actor, record_uses};
pub use secret::{PREFIX, Uses};
