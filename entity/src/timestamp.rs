use chrono::{DateTime, TimeZone, Utc};
use sea_orm::entity::prelude::*;
use serde::{Deserialize, Serialize};

/// A moment, stored as microseconds since 1970-01-01T00:00:00Z in a 64-bit
/// integer: the same order, size and index on both databases.
#[derive(
    Debug,
    Clone,
    Copy,
    PartialEq,
    Eq,
    PartialOrd,
    Ord,
    Hash,
    Serialize,
    Deserialize,
    DeriveValueType,
)]
#[serde(transparent)]
pub struct Timestamp(pub i64);

impl Timestamp {
    /// Before every other moment.
    pub const ALWAYS: Self = Self(i64::MIN);
    /// After every other moment.
    pub const NEVER: Self = Self(i64::MAX);
    /// Stands for "no date" where a column sorts by date, as Hugo's zero time
    /// (0001-01-01T00:00:00Z) does.
    pub const UNDATED: Self = Self(-62_135_596_800_000_000);

    /// The moment in UTC; the ends of time are clamped to what a calendar holds.
    #[must_use]
    pub fn utc(self) -> DateTime<Utc> {
        match Utc.timestamp_micros(self.0) {
            chrono::LocalResult::Single(time) => time,
            _ if self.0 < 0 => DateTime::<Utc>::MIN_UTC,
            _ => DateTime::<Utc>::MAX_UTC,
        }
    }
}

impl<Tz: TimeZone> From<DateTime<Tz>> for Timestamp {
    fn from(time: DateTime<Tz>) -> Self {
        Self(time.timestamp_micros())
    }
}
