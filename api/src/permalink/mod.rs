//! Patterns of addresses, a section each, as Hugo's `permalinks`: `/:year/:slug/`.
//!
//! What a pattern says is `hugo::permalink`'s; here patterns are set, and what they
//! move is shown before and done with them.
//!
//! **Invariants.** A preview and a change share one plan (`article::relocate`).
//! Patterns, moved copies and the redirects from where they were are one
//! transaction. Two articles never come to one address: such a change is refused
//! with both named.

mod graphql;
mod ops;

pub use graphql::{PermalinkMutation, PermalinkQuery};
