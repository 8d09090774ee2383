//! Hugo's shortcodes: found in a text, and those that Hugo brings along rendered.
//!
//! ```text
//! parse.rs   where they stand     embed.rs   what each becomes     qr.rs   QR codes
//! ```
//!
//! **Invariants.** What comes out is HTML that the sanitizer has not seen yet. A shortcode that is not
//! known here is an element with its name and parameters, and its content inside: nothing is lost, and
//! nothing is an error. No script of others is called for: a post elsewhere is a link to it.
//!
//! To render another one: an arm in `embed::html`, its elements in `sanitize.rs`, a line in the tests.

mod embed;
mod parse;
mod qr;

pub(super) use embed::{html, is_inline, is_known, opening, reference};
pub(super) use parse::{Call, Content, Piece, parse};
