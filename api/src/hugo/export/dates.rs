//! Dates, written as the file writes them.
//!
//! Invariant: what is given out is read back as the same moment.

use chrono::{DateTime, FixedOffset, Utc};
use chrono_tz::Tz;
use serde_json::Value;

use crate::hugo::date::parse_date;

/// Spellings, and whether they name an offset.
const SPELLINGS: [(&str, bool); 20] = [
    ("%Y-%m-%d", false),
    ("%Y-%m-%dT%H:%M:%S%:z", true),
    ("%Y-%m-%dT%H:%M:%S", false),
    ("%Y-%m-%d %H:%M:%S", false),
    ("%Y-%m-%d %H:%M:%S%:z", true),
    ("%Y-%m-%d %H:%M:%S %:z", true),
    ("%Y-%m-%d %H:%M:%S %z", true),
    ("%Y-%m-%dT%H:%M:%S%z", true),
    ("%Y-%m-%dT%H:%M%:z", true),
    ("%Y-%m-%dT%H:%M", false),
    ("%Y-%m-%d %H:%M", false),
    ("%Y-%m-%dT%H:%M:%S%.3f%:z", true),
    ("%Y-%m-%dT%H:%M:%S%.6f%:z", true),
    ("%Y-%m-%dT%H:%M:%S%.9f%:z", true),
    ("%Y/%m/%d", false),
    ("%Y/%m/%d %H:%M:%S", false),
    ("%Y-%-m-%-d", false),
    ("%B %-d, %Y", false),
    ("%-d %b %Y", false),
    ("%a, %d %b %Y %H:%M:%S %z", true),
];
/// The same with `Z`, for UTC.
const UTC: [&str; 4] =
    ["%Y-%m-%dT%H:%M:%SZ", "%Y-%m-%d %H:%M:%SZ", "%Y-%m-%dT%H:%M:%S%.3fZ", "%Y-%m-%dT%H:%MZ"];

/// A moment in the spelling of `old`, where that can say it.
#[must_use]
pub fn spelled(new: DateTime<FixedOffset>, old: Option<&Value>, zone: Tz) -> Value {
    let exact = |value: &Value| parse_date(value, zone).is_ok_and(|read| read == Some(new));
    let old_date = old.and_then(|old| parse_date(old, zone).ok().flatten());
    if let Some(Value::Number(_)) = old {
        let seconds = Value::from(new.timestamp());
        if exact(&seconds) {
            return seconds;
        }
    }
    if let (Some(Value::String(text)), Some(date)) = (old, old_date) {
        let (text, new_utc, old_utc) =
            (text.trim(), new.with_timezone(&Utc), date.with_timezone(&Utc));
        for spelling in UTC {
            if old_utc.format(spelling).to_string() == text {
                let value = Value::String(new_utc.format(spelling).to_string());
                if exact(&value) {
                    return value;
                }
            }
        }
        for (spelling, offset) in SPELLINGS {
            if date.format(spelling).to_string() == text {
                let value = if offset {
                    new.with_timezone(date.offset()).format(spelling).to_string()
                } else {
                    new.with_timezone(&zone).format(spelling).to_string()
                };
                let value = Value::String(value);
                if exact(&value) {
                    return value;
                }
            }
        }
        // Nothing the old one says is enough: the time in full, in its offset.
        let value = Value::String(plain(new.with_timezone(date.offset())));
        if exact(&value) {
            return value;
        }
    }
    Value::String(plain(new))
}

fn plain(date: DateTime<FixedOffset>) -> String {
    date.to_rfc3339_opts(chrono::SecondsFormat::AutoSi, date.offset().local_minus_utc() == 0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_date_keeps_its_spelling() {
        let zone: Tz = "Asia/Shanghai".parse().unwrap();
        let at = |text: &str| DateTime::parse_from_rfc3339(text).unwrap();
        for (old, new, expected) in [
            ("2020-01-02", "2021-05-06T00:00:00+08:00", "2021-05-06"),
            ("2020-01-02", "2021-05-06T07:08:09+08:00", "2021-05-06T07:08:09+08:00"),
            ("2020-01-02 03:04:05", "2021-05-05T23:08:09Z", "2021-05-06 07:08:09"),
            ("2020-01-02T03:04:05+02:00", "2021-05-06T07:08:09Z", "2021-05-06T09:08:09+02:00"),
            ("2020-01-02T03:04:05Z", "2021-05-06T07:08:09+08:00", "2021-05-05T23:08:09Z"),
            ("2020/01/02", "2021-05-06T00:00:00+08:00", "2021/05/06"),
            ("2020-1-2", "2021-05-06T00:00:00+08:00", "2021-5-6"),
            ("January 2, 2020", "2021-05-06T00:00:00+08:00", "May 6, 2021"),
            ("2020-01-02 03:04:05 +0800", "2021-05-06T07:08:09+08:00", "2021-05-06 07:08:09 +0800"),
        ] {
            let value = spelled(at(new), Some(&Value::from(old)), zone);
            assert_eq!(value, Value::from(expected), "{old} to {new}");
            assert_eq!(parse_date(&value, zone), Ok(Some(at(new))));
        }
        assert_eq!(
            spelled(at("2021-05-06T00:00:00Z"), Some(&Value::from(1)), zone),
            Value::from(1_620_259_200)
        );
        assert_eq!(
            spelled(at("2021-05-06T00:00:00Z"), None, zone),
            Value::from("2021-05-06T00:00:00Z")
        );
    }
}
