//! Feeds for readers: RSS 2.0, Atom (RFC 4287) and JSON Feed 1.1, of the site, each
//! section, term and author, in each language. (The feed of events is `event`.)
//!
//! A list's feeds live below its address: `…/feed.xml` and, as Hugo has it,
//! `…/index.xml` (RSS), `…/atom.xml`, `…/feed.json`; those of an author below
//! `/authors/<name>/`.
//!
//! **Invariants.** A feed holds what everybody may read, whoever asks for it. The
//! documents ([`rss`], [`atom`], [`json`]) are made by pure functions of a [`Feed`],
//! and hold any text. An entry's id is that of its article, whatever address it has.
//! A feed takes a constant number of statements.
//!
//! To add a format: a kind in [`FeedKind`], its file, and a function beside [`rss`].
//! To add a list that has feeds: a case of [`read::List`], found in [`read::find`].

pub mod address;
mod atom;
mod content;
mod graphql;
mod json;
pub mod read;
mod rss;
pub mod state;
pub mod xml;

use chrono::{DateTime, FixedOffset};

pub use content::absolute;
pub use graphql::{FeedLink, links};

/// In which form a feed comes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, async_graphql::Enum)]
pub enum FeedKind {
    /// RSS 2.0.
    Rss,
    /// Atom, RFC 4287.
    Atom,
    /// JSON Feed 1.1.
    Json,
}

impl FeedKind {
    pub const ALL: [Self; 3] = [Self::Rss, Self::Atom, Self::Json];

    /// The file below a list's address.
    #[must_use]
    pub fn file(self) -> &'static str {
        match self {
            Self::Rss => "feed.xml",
            Self::Atom => "atom.xml",
            Self::Json => "feed.json",
        }
    }

    #[must_use]
    pub fn media_type(self) -> &'static str {
        match self {
            Self::Rss => "application/rss+xml",
            Self::Atom => "application/atom+xml",
            Self::Json => "application/feed+json",
        }
    }
}

/// Somebody who wrote something.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Person {
    pub name: String,
    pub url: Option<String>,
    pub avatar: Option<String>,
}

/// A tag, a category or another term of an entry.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Label {
    pub slug: String,
    pub name: String,
}

/// A list of articles, as a feed tells of it. Addresses are in full.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Feed {
    /// A URI that is no other feed's.
    pub id: String,
    pub title: String,
    pub description: Option<String>,
    pub home_url: String,
    pub own_url: String,
    /// BCP 47.
    pub language: String,
    pub copyright: Option<String>,
    pub author: Person,
    /// The last change of any entry.
    pub updated: DateTime<FixedOffset>,
    pub entries: Vec<Entry>,
}

/// An article in a feed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Entry {
    /// `urn:uuid:…`.
    pub id: String,
    /// None of what has no page; a summary alone always has one.
    pub url: Option<String>,
    pub title: String,
    /// Plain text.
    pub summary: String,
    /// Safe HTML with addresses in full; none where feeds hold summaries.
    pub html: Option<String>,
    pub published: Option<DateTime<FixedOffset>>,
    pub updated: DateTime<FixedOffset>,
    pub authors: Vec<Person>,
    pub labels: Vec<Label>,
    pub image: Option<String>,
}

/// The document of a feed.
#[must_use]
pub fn document(kind: FeedKind, feed: &Feed) -> String {
    match kind {
        FeedKind::Rss => rss::document(feed),
        FeedKind::Atom => atom::document(feed),
        FeedKind::Json => json::document(feed),
    }
}
