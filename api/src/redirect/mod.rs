//! Redirects that editors make: from an address at which nothing lives any more to
//! wherever readers should go.
//!
//! Renaming makes redirects by itself (`article::write`, `taxonomy::redirects`);
//! here they are listed, and made, changed and deleted by hand.
//!
//! **Invariants.** One that leads to an article or a term names it, and so follows
//! it wherever it goes. Chains are folded when they are written, in whichever order
//! (a→b and b→c make a→c); a loop is refused. A redirect never hides an article or
//! a term.

mod graphql;
mod ops;
pub mod store;

pub use graphql::{RedirectMutation, RedirectQuery};
pub use ops::{create, leads};
