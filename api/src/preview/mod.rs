//! Previews: links to the working copy of one article.
//!
//! A preview is a signed capability. Whoever holds it reads, with no account and
//! in any GraphQL client, the working copy of one article as a page of the site
//! would show it: `view: WORKING` then means that copy among what is published.
//! Addresses of its files in HTML carry a lesser token, which opens files alone.
//! It can be listed and revoked, and it ends when whoever made it may not see
//! the working copy any more.

mod graphql;
mod ops;

pub use graphql::{PreviewMutation, PreviewQuery};
pub use ops::{FILES_PREFIX, PREFIX, actor, files, reader};
