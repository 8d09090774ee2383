//! GraphQL documents: parsed once, and known by an id.
//!
//! | module | what it does |
//! |---|---|
//! | [`cache`] | documents that were parsed, and those that clients left here by their hash |
//! | [`manifest`] | the files that Relay, Apollo and GraphQL Code Generator write (pure) |
//! | [`register`] | documents that an operator allows, in the database |
//! | [`valid`] | whether a request need not be validated again (pure) |
//!
//! A request names its document in one of three ways: by its text; by
//! `extensions.persistedQuery`, Apollo's automatic persisted queries, where a
//! text that came once with its hash is found by the hash for a while; or by
//! `documentId`, after the GraphQL-over-HTTP draft, which finds what was
//! registered and nothing else.
//!
//! **Invariants.** A hash that a client sends is compared with the text before
//! anything is kept under it. Memory is bounded by bytes, whatever is sent. With
//! `documents.registered_only`, whoever has not shown who they are runs what was
//! registered and nothing else, in whichever way they name it.

mod cache;
mod manifest;
mod register;
mod valid;

pub use cache::{Document, Documents};
pub use register::{Registered, list, register, remove};
pub use valid::are_plain;

use sha2::{Digest, Sha256};

/// SHA-256 of a text in lower-case hexadecimal, as clients send it.
#[must_use]
pub fn hash(text: &str) -> String {
    use std::fmt::Write;
    Sha256::digest(text).iter().fold(String::with_capacity(64), |mut hex, byte| {
        let _ = write!(hex, "{byte:02x}");
        hex
    })
}
