//! The one error type, and the table of its codes.
//!
//! What a caller can mend travels as [`UserError`]s inside [`Error::Invalid`]
//! and becomes data in a mutation's payload. Everything else becomes a GraphQL
//! error with `extensions.code` in `http::graphql`, where internals are masked
//! and logged.

use std::panic::Location;
use std::sync::Arc;

/// Bytes of the longest message that is sent. What somebody gave is quoted in it, and
/// may be the whole of a request.
const LONGEST: usize = 1_000;
/// Characters of what is quoted.
const QUOTED: usize = 100;

/// A message, cut where it is long.
#[must_use]
pub fn short(mut message: String) -> String {
    if message.len() > LONGEST {
        message.truncate(message.floor_char_boundary(LONGEST));
        message.shrink_to_fit();
        message.push_str(" …");
    }
    message
}

/// What somebody gave, as a message quotes it: its beginning is enough to find it by.
#[must_use]
pub fn quoted(text: &str) -> String {
    match text.char_indices().nth(QUOTED) {
        Some((end, _)) => format!("{:?} …", text.get(..end).unwrap_or_default()),
        None => format!("{text:?}"),
    }
}

pub type Result<T, E = Error> = std::result::Result<T, E>;

/// What went wrong. Cheap to clone, since siblings share one outcome.
#[derive(Debug, Clone, thiserror::Error)]
pub enum Error {
    #[error("{0}")]
    Unauthenticated(String),
    #[error("{0}")]
    Forbidden(String),
    #[error("{0}")]
    NotFound(String),
    #[error("{0}")]
    BadInput(String),
    #[error("{}", .0.first().map_or("invalid input", |error| error.message.as_str()))]
    Invalid(Vec<UserError>),
    /// The search index cannot answer now; everything else goes on.
    #[error("{0}")]
    SearchUnavailable(String),
    #[error("internal error")]
    Internal(Arc<Internal>),
}

/// What only the log may see.
#[derive(Debug)]
pub struct Internal {
    pub message: String,
    pub place: &'static Location<'static>,
}

impl Error {
    /// The value of `extensions.code`.
    #[must_use]
    pub fn code(&self) -> &'static str {
        match self {
            Self::Unauthenticated(_) => "UNAUTHENTICATED",
            Self::Forbidden(_) => "FORBIDDEN",
            Self::NotFound(_) => "NOT_FOUND",
            Self::BadInput(_) | Self::Invalid(_) => "BAD_USER_INPUT",
            Self::SearchUnavailable(_) => "SEARCH_UNAVAILABLE",
            Self::Internal(_) => "INTERNAL_SERVER_ERROR",
        }
    }

    #[track_caller]
    pub fn internal(message: impl std::fmt::Display) -> Self {
        Self::Internal(Arc::new(Internal {
            message: message.to_string(),
            place: Location::caller(),
        }))
    }

    pub fn bad_input(message: impl Into<String>) -> Self {
        Self::BadInput(short(message.into()))
    }

    #[must_use]
    pub fn not_found(what: &str) -> Self {
        Self::NotFound(format!("no such {what}"))
    }

    /// One mendable mistake in one field of the input.
    pub fn invalid(field: &str, code: UserErrorCode, message: impl Into<String>) -> Self {
        Self::Invalid(vec![UserError::new(field, code, message)])
    }
}

impl From<sea_orm::DbErr> for Error {
    #[track_caller]
    fn from(error: sea_orm::DbErr) -> Self {
        Self::internal(error)
    }
}

impl From<serde_json::Error> for Error {
    #[track_caller]
    fn from(error: serde_json::Error) -> Self {
        Self::internal(error)
    }
}

/// A mistake that the caller can mend.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct UserError {
    /// Path into the mutation's arguments, such as `["input", "slug"]`.
    pub field: Vec<String>,
    pub message: String,
    pub code: UserErrorCode,
    /// When to try again; with [`UserErrorCode::Throttled`] alone.
    pub retry_after_seconds: Option<i64>,
}

impl UserError {
    /// `field` is a dotted path: `input.slug`.
    pub fn new(field: &str, code: UserErrorCode, message: impl Into<String>) -> Self {
        Self {
            field: field.split('.').map(str::to_owned).collect(),
            message: short(message.into()),
            code,
            retry_after_seconds: None,
        }
    }
}

/// Why an input was refused.
#[derive(Debug, Clone, Copy, PartialEq, Eq, async_graphql::Enum)]
pub enum UserErrorCode {
    /// The value is malformed or out of range.
    Invalid,
    /// A value is needed and none was given.
    Required,
    /// Something else has this value already.
    Taken,
    /// Nothing with this id exists, or it may not be seen.
    NotFound,
    /// The entity has changed since the version that the caller saw.
    Stale,
    /// The entity's state does not allow this.
    WrongState,
    /// The caller may see this and may not do that to it.
    Forbidden,
    /// A password, a code or a token is not right, or not any more.
    BadCredentials,
    /// Too many wrong ones: try again after `retryAfterSeconds`.
    Throttled,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_message_is_cut_where_a_character_ends() {
        assert_eq!(short("as it is".to_owned()), "as it is");
        let cut = short("杭".repeat(1_000));
        assert_eq!(cut, format!("{} …", "杭".repeat(333)));
        assert_eq!(quoted("a\"b"), "\"a\\\"b\"");
        assert_eq!(quoted(&"杭".repeat(101)), format!("\"{}\" …", "杭".repeat(100)));
        assert_eq!(Error::bad_input("x".repeat(5_000)).to_string().len(), 1_004);
    }
}
