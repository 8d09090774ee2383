//! Dates of posts, which WordPress writes twice: as the clock on the wall said,
//! and in UTC.

use chrono::{DateTime, FixedOffset, NaiveDateTime, Offset, TimeZone, Utc};
use chrono_tz::Tz;

use crate::hugo::date::in_zone;

/// None for what is no date; WordPress writes `0000-00-00 00:00:00` for none.
fn naive(text: &str) -> Option<NaiveDateTime> {
    let text = text.trim();
    NaiveDateTime::parse_from_str(text, "%Y-%m-%d %H:%M:%S")
        .or_else(|_| NaiveDateTime::parse_from_str(text, "%Y-%m-%d %H:%M"))
        .ok()
}

/// A moment with the offset of the site's clock.
///
/// `local` without `utc` counts as the zone's, which is where drafts stand.
#[must_use]
pub fn moment(local: &str, utc: &str, zone: Tz) -> Option<DateTime<FixedOffset>> {
    match (naive(local), naive(utc)) {
        (Some(local), Some(utc)) => {
            let seconds = (local - utc).num_seconds();
            let offset = i32::try_from(seconds)
                .ok()
                .filter(|seconds| seconds % 900 == 0 && seconds.abs() <= 14 * 3600)
                .and_then(FixedOffset::east_opt)
                .unwrap_or_else(|| Utc.fix());
            Some(offset.from_utc_datetime(&utc))
        }
        (None, Some(utc)) => Some(Utc.from_utc_datetime(&utc).fixed_offset()),
        (Some(local), None) => Some(in_zone(local, zone)),
        (None, None) => None,
    }
}

/// Whether a date was meant: an empty one and WordPress's zero are none.
#[must_use]
pub fn says_something(text: &str) -> bool {
    let text = text.trim();
    !text.is_empty() && !text.starts_with("0000-00-00") && !text.starts_with("-0001")
}
