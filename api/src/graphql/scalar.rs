//! Scalars beyond GraphQL's own.

use async_graphql::{InputValueError, InputValueResult, Scalar, ScalarType, Value};
use chrono::{FixedOffset, Offset, Utc};
use entity::Timestamp;

use crate::error::quoted;
use crate::hugo::config::canonical_tag;

/// A moment with its offset from UTC, as RFC 3339 writes it: `2025-02-12T10:54:29+08:00`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct DateTime(pub chrono::DateTime<FixedOffset>);

impl DateTime {
    /// A stored moment as somebody reads it whose clock is `offset` seconds
    /// ahead of UTC.
    #[must_use]
    pub fn at_offset(time: Timestamp, offset: i32) -> Self {
        let offset = FixedOffset::east_opt(offset).unwrap_or(Utc.fix());
        Self(time.utc().with_timezone(&offset))
    }

    #[must_use]
    pub fn utc(time: Timestamp) -> Self {
        Self(time.utc().fixed_offset())
    }

    #[must_use]
    pub fn timestamp(self) -> Timestamp {
        self.0.into()
    }
}

/// A moment with its offset from UTC, as RFC 3339 writes it: `2025-02-12T10:54:29+08:00`.
#[Scalar(
    name = "DateTime",
    specified_by_url = "https://scalars.graphql.org/andimarek/date-time.html"
)]
impl ScalarType for DateTime {
    fn parse(value: Value) -> InputValueResult<Self> {
        let Value::String(text) = &value else {
            return Err(InputValueError::expected_type(value));
        };
        chrono::DateTime::parse_from_rfc3339(text).map(Self).map_err(|_| {
            InputValueError::custom(format!(
                "{} is not a moment in RFC 3339, such as 2025-02-12T10:54:29+08:00",
                quoted(text)
            ))
        })
    }

    fn is_valid(value: &Value) -> bool {
        matches!(value, Value::String(_))
    }

    fn to_value(&self) -> Value {
        let format = if self.0.timestamp_subsec_nanos() == 0 {
            chrono::SecondsFormat::Secs
        } else {
            chrono::SecondsFormat::Micros
        };
        Value::String(self.0.to_rfc3339_opts(format, true))
    }
}

/// A BCP 47 language tag: `zh-CN`. Any case is taken, the canonical one is given.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LanguageTag(pub String);

/// A BCP 47 language tag: `zh-CN`. Any case is taken, the canonical one is given.
#[Scalar(name = "LanguageTag", specified_by_url = "https://www.rfc-editor.org/rfc/bcp/bcp47.txt")]
impl ScalarType for LanguageTag {
    fn parse(value: Value) -> InputValueResult<Self> {
        let Value::String(text) = &value else {
            return Err(InputValueError::expected_type(value));
        };
        canonical_tag(text).map(Self).ok_or_else(|| {
            InputValueError::custom(format!(
                "{} is not a BCP 47 language tag, such as zh-CN",
                quoted(text)
            ))
        })
    }

    fn is_valid(value: &Value) -> bool {
        matches!(value, Value::String(_))
    }

    fn to_value(&self) -> Value {
        Value::String(self.0.clone())
    }
}

/// An absolute address, or one relative to the site's: as it is used in `href`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Url(pub String);

/// An absolute address, or one relative to the site's: as it is used in `href`.
#[Scalar(name = "Url", specified_by_url = "https://url.spec.whatwg.org/")]
impl ScalarType for Url {
    fn parse(value: Value) -> InputValueResult<Self> {
        match value {
            Value::String(text) if text.chars().any(char::is_control) => {
                Err(InputValueError::custom(format!(
                    "{} has control characters, and an address has none",
                    quoted(&text)
                )))
            }
            Value::String(text) => Ok(Self(text)),
            value => Err(InputValueError::expected_type(value)),
        }
    }

    fn is_valid(value: &Value) -> bool {
        matches!(value, Value::String(_))
    }

    fn to_value(&self) -> Value {
        Value::String(self.0.clone())
    }
}

/// Any JSON value, its keys in the order in which they were written.
#[derive(Debug, Clone, PartialEq)]
pub struct Json(pub serde_json::Value);

/// Any JSON value, its keys in the order in which they were written.
#[Scalar(name = "Json", specified_by_url = "https://www.rfc-editor.org/rfc/rfc8259")]
impl ScalarType for Json {
    fn parse(value: Value) -> InputValueResult<Self> {
        Ok(Self(value.into_json()?))
    }

    fn to_value(&self) -> Value {
        Value::from_json(self.0.clone()).unwrap_or_default()
    }
}
