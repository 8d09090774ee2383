//! Feeds in GraphQL: what a page says of them in its head.

use async_graphql::SimpleObject;

use super::{FeedKind, address};
use crate::ctx::Ctx;
use crate::graphql::scalar::Url;
use crate::site::Frame;

/// A feed of a list, for `<link rel="alternate">` in a page's head.
#[derive(Debug, Clone, SimpleObject)]
pub struct FeedLink {
    /// In which form it comes.
    kind: FeedKind,
    /// Its address in full.
    url: Url,
    /// What the link is called.
    title: String,
    /// Its media type, for the attribute `type`.
    media_type: &'static str,
}

/// The feeds of the list at a decoded path, in each form.
#[must_use]
pub fn links(ctx: &Ctx, frame: &Frame, list: &str, title: &str) -> Vec<FeedLink> {
    FeedKind::ALL
        .into_iter()
        .map(|kind| FeedLink {
            kind,
            url: Url(address::url(ctx.app(), frame, list, kind)),
            title: title.to_owned(),
            media_type: kind.media_type(),
        })
        .collect()
}
