//! Every spelling of a date.
//!
//! Hugo tries a list of layouts (common/htime/time.go and the library it
//! uses); the same list is read here by one small reader instead, which also
//! takes what Hugo refuses though the meaning is plain.
//!
//! Invariants: a date without an offset is in the site's zone; a zone that is
//! only named (`GMT`, `CST`) counts as the site's, which is what Hugo does; no
//! date is ever guessed from a number that is not seconds since 1970.

use chrono::{DateTime, FixedOffset, NaiveDate, NaiveDateTime, NaiveTime, Offset, TimeZone};
use chrono_tz::Tz;
use serde_json::Value;

/// Reads a date; empty and null are none, and an error says what was given.
pub fn parse_date(value: &Value, zone: Tz) -> Result<Option<DateTime<FixedOffset>>, String> {
    match value {
        Value::Null => Ok(None),
        Value::String(text) if text.trim().is_empty() => Ok(None),
        Value::String(text) => parse_text(text.trim(), zone)
            .map(Some)
            .ok_or_else(|| format!("`{text}` is no date; write it like 2006-01-02T15:04:05+07:00")),
        Value::Number(number) => super::cast::integer(value)
            .and_then(|seconds| DateTime::from_timestamp(seconds, 0))
            .map(|utc| Some(utc.with_timezone(&zone).fixed_offset()))
            .ok_or_else(|| format!("`{number}` is no date; write it like 2006-01-02")),
        _ => Err("a date must be a text".to_owned()),
    }
}

/// Places a date without an offset in a zone, as Go's `time.Date` does where
/// an hour is skipped in spring or comes twice in autumn.
#[must_use]
pub fn in_zone(naive: NaiveDateTime, zone: Tz) -> DateTime<FixedOffset> {
    let offset_at = |utc: &NaiveDateTime| zone.offset_from_utc_datetime(utc).fix();
    let earlier = |by: FixedOffset| {
        let by = chrono::Duration::seconds(i64::from(by.local_minus_utc()));
        naive.checked_sub_signed(by).unwrap_or(naive)
    };
    let guess = earlier(offset_at(&naive));
    let utc = earlier(offset_at(&guess));
    zone.from_utc_datetime(&utc).fixed_offset()
}

fn parse_text(text: &str, zone: Tz) -> Option<DateTime<FixedOffset>> {
    let text = text.strip_prefix('\u{feff}').unwrap_or(text);
    numeric(text, zone).or_else(|| with_month_name(text, zone))
}

/// `2006-01-02`, with a time or without, with an offset or without.
fn numeric(text: &str, zone: Tz) -> Option<DateTime<FixedOffset>> {
    let mut reader = Reader(text);
    let year = reader.digits(4, 4)?;
    let separator = reader.one_of("-/.")?;
    let month = reader.digits(1, 2)?;
    reader.literal(separator)?;
    let day = reader.digits(1, 2)?;
    let date = NaiveDate::from_ymd_opt(i32::try_from(year).ok()?, month, day)?;
    let spaces = reader.spaces();
    if reader.done() {
        return Some(in_zone(date.and_time(NaiveTime::MIN), zone));
    }
    if spaces == 0 {
        reader.one_of("Tt")?;
    }
    let time = reader.time()?;
    reader.finish(date.and_time(time), zone)
}

/// `Mon, 02 Jan 2006 15:04:05 MST` and its relatives.
fn with_month_name(text: &str, zone: Tz) -> Option<DateTime<FixedOffset>> {
    let mut reader = Reader(text);
    // A weekday in front says nothing that the date does not say.
    let mut word = reader.word();
    if let Some(name) = word
        && is_weekday(name)
    {
        reader.literal(',');
        reader.spaces();
        word = reader.word();
    }
    if let Some(name) = word {
        // `Jan  2 15:04:05 2006`, `Jan 02 15:04:05 -0700 2006`, `January 2, 2006`.
        let month = month(name)?;
        reader.literal('.');
        reader.spaces();
        let day = reader.digits(1, 2)?;
        reader.literal(',');
        reader.spaces();
        if reader.time_follows() {
            let time = reader.time()?;
            reader.spaces();
            let offset = reader.offset();
            if offset.is_none() && reader.word().is_some() {
                // A zone by name: see the module's invariants.
            }
            reader.spaces();
            let year = reader.digits(4, 4)?;
            let date = NaiveDate::from_ymd_opt(i32::try_from(year).ok()?, month, day)?;
            return reader.done().then(|| place(date.and_time(time), offset, zone)).flatten();
        }
        let year = reader.digits(4, 4)?;
        let date = NaiveDate::from_ymd_opt(i32::try_from(year).ok()?, month, day)?;
        return reader.rest(date, zone);
    }
    // `02 Jan 2006`, `02-Jan-06 15:04:05 MST`.
    let day = reader.digits(1, 2)?;
    if reader.literal('-').is_none() {
        reader.spaces();
    }
    let month = month(reader.word()?)?;
    reader.literal('.');
    if reader.literal('-').is_none() {
        reader.spaces();
    }
    let before = reader.0.len();
    let mut year = reader.digits(2, 4)?;
    match before - reader.0.len() {
        // Two digits turn over at 1969, as in Go.
        2 if year >= 69 => year += 1900,
        2 => year += 2000,
        4 => {}
        _ => return None,
    }
    let date = NaiveDate::from_ymd_opt(i32::try_from(year).ok()?, month, day)?;
    reader.rest(date, zone)
}

fn place(
    naive: NaiveDateTime,
    offset: Option<FixedOffset>,
    zone: Tz,
) -> Option<DateTime<FixedOffset>> {
    match offset {
        Some(offset) => offset.from_local_datetime(&naive).single(),
        None => Some(in_zone(naive, zone)),
    }
}

fn month(name: &str) -> Option<u32> {
    const NAMES: [&str; 12] = [
        "january",
        "february",
        "march",
        "april",
        "may",
        "june",
        "july",
        "august",
        "september",
        "october",
        "november",
        "december",
    ];
    let index = named(name, &NAMES)?;
    u32::try_from(index + 1).ok()
}

fn is_weekday(name: &str) -> bool {
    const NAMES: [&str; 7] =
        ["monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday"];
    named(name, &NAMES).is_some()
}

/// The index of a name that is given whole or by its first three letters.
fn named(name: &str, names: &[&str]) -> Option<usize> {
    let name = name.to_ascii_lowercase();
    names.iter().position(|full| *full == name || full.get(..3) == Some(name.as_str()))
}

struct Reader<'a>(&'a str);

impl<'a> Reader<'a> {
    fn done(&self) -> bool {
        self.0.is_empty()
    }

    fn take(&mut self, count: usize) -> Option<&'a str> {
        let (head, tail) = self.0.split_at_checked(count)?;
        self.0 = tail;
        Some(head)
    }

    fn digits(&mut self, least: usize, most: usize) -> Option<u32> {
        let count = self.0.bytes().take(most).take_while(u8::is_ascii_digit).count();
        if count < least {
            return None;
        }
        self.take(count)?.parse().ok()
    }

    fn one_of(&mut self, set: &str) -> Option<char> {
        let first = self.0.chars().next().filter(|c| set.contains(*c))?;
        self.take(first.len_utf8())?;
        Some(first)
    }

    fn literal(&mut self, expected: char) -> Option<()> {
        self.0 = self.0.strip_prefix(expected)?;
        Some(())
    }

    fn spaces(&mut self) -> usize {
        let rest = self.0.trim_start_matches([' ', '\t', '\u{a0}']);
        let count = self.0.len() - rest.len();
        self.0 = rest;
        count
    }

    fn word(&mut self) -> Option<&'a str> {
        let count = self.0.bytes().take_while(u8::is_ascii_alphabetic).count();
        if count == 0 { None } else { self.take(count) }
    }

    fn time_follows(&self) -> bool {
        let digits = self.0.bytes().take_while(u8::is_ascii_digit).count();
        digits <= 2 && self.0.as_bytes().get(digits) == Some(&b':')
    }

    /// `15:04:05.999`, `15:04`, each part with one digit or two, and `3:04 PM`.
    fn time(&mut self) -> Option<NaiveTime> {
        let mut hour = self.digits(1, 2)?;
        self.literal(':')?;
        let minute = self.digits(1, 2)?;
        let mut second = 0;
        let mut nanosecond = 0;
        if self.literal(':').is_some() {
            second = self.digits(1, 2)?;
            if self.one_of(".,").is_some() {
                let count = self.0.bytes().take_while(u8::is_ascii_digit).count();
                let fraction = self.take(count)?;
                let nine: String = fraction.chars().chain("000000000".chars()).take(9).collect();
                nanosecond = nine.parse().ok()?;
            }
        }
        let here = self.0;
        self.spaces();
        match self.word().map(str::to_ascii_lowercase).as_deref() {
            Some("am") if hour <= 12 => hour %= 12,
            Some("pm") if hour <= 12 => hour = hour % 12 + 12,
            _ => self.0 = here,
        }
        NaiveTime::from_hms_nano_opt(hour, minute, second, nanosecond)
    }

    /// `Z`, `+08:00`, `+0800` or `+08`.
    fn offset(&mut self) -> Option<FixedOffset> {
        if let Some(rest) = self.0.strip_prefix(['Z', 'z'])
            && !rest.starts_with(|c: char| c.is_ascii_alphabetic())
        {
            self.0 = rest;
            return FixedOffset::east_opt(0);
        }
        let here = self.0;
        let sign = self.one_of("+-")?;
        let read = self.digits(2, 2).and_then(|hours| {
            self.literal(':');
            let minutes = self.digits(2, 2).unwrap_or(0);
            let seconds = i32::try_from(hours * 3600 + minutes * 60).ok()?;
            FixedOffset::east_opt(if sign == '-' { -seconds } else { seconds })
        });
        if read.is_none() {
            self.0 = here;
        }
        read
    }

    /// What may stand behind a date with a month's name.
    fn rest(&mut self, date: NaiveDate, zone: Tz) -> Option<DateTime<FixedOffset>> {
        self.literal(',');
        self.spaces();
        if self.done() {
            return Some(in_zone(date.and_time(NaiveTime::MIN), zone));
        }
        let time = self.time()?;
        self.finish(date.and_time(time), zone)
    }

    /// An offset, a zone by name, both or neither, and then nothing.
    fn finish(&mut self, naive: NaiveDateTime, zone: Tz) -> Option<DateTime<FixedOffset>> {
        self.spaces();
        let offset = self.offset();
        self.spaces();
        if self.literal('(').is_some() {
            self.word()?;
            self.literal(')')?;
        } else if self.word().is_some() {
            // `GMT+8` is a name to Go, too.
            if offset.is_none() && self.one_of("+-").is_some() {
                self.digits(1, 2)?;
            }
        } else if offset.is_some() {
            // Go prints a zone without a name as its offset: `+0800 +08`.
            self.offset();
        }
        self.spaces();
        if self.0.starts_with("m=") {
            // Go's monotonic clock, printed by `Time.String()`, says nothing about the date.
            self.0 = "";
        }
        self.done().then(|| place(naive, offset, zone)).flatten()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[track_caller]
    #[expect(clippy::needless_pass_by_value, reason = "one-line cases")]
    fn check_in(zone: Tz, value: Value, expected: &str) {
        let date = parse_date(&value, zone).unwrap().unwrap();
        assert_eq!(date.to_rfc3339(), expected, "{value}");
    }

    #[track_caller]
    fn check(text: &str, expected: &str) {
        check_in(Tz::UTC, json!(text), expected);
    }

    #[test]
    fn what_hugo_reads_is_read() {
        check("2020-01-02", "2020-01-02T00:00:00+00:00");
        check("2020-01-02T03:04:05Z", "2020-01-02T03:04:05+00:00");
        check("2020-01-02T03:04:05+08:00", "2020-01-02T03:04:05+08:00");
        check("2020-01-02T03:04:05.25+08:00", "2020-01-02T03:04:05.250+08:00");
        check("2020-01-02T03:04:05", "2020-01-02T03:04:05+00:00");
        check("2020-01-02T03:04:05-0700", "2020-01-02T03:04:05-07:00");
        check("2020-01-02 03:04:05", "2020-01-02T03:04:05+00:00");
        check("2020-01-02 3:04:05", "2020-01-02T03:04:05+00:00");
        check("2020-01-02 03:04:05 +0800", "2020-01-02T03:04:05+08:00");
        check("2020-01-02 03:04:05 +08:00", "2020-01-02T03:04:05+08:00");
        check("2020-01-02 03:04:05+0800", "2020-01-02T03:04:05+08:00");
        check("2020-01-02 03:04:05Z", "2020-01-02T03:04:05+00:00");
        check("2020-01-02 03:04:05.9 +0800 CST", "2020-01-02T03:04:05.900+08:00");
        check("2020-01-02 03:04:05 +0800 +08", "2020-01-02T03:04:05+08:00");
        check("Thu, 02 Jan 2020 03:04:05 GMT", "2020-01-02T03:04:05+00:00");
        check("Thu, 02 Jan 2020 03:04:05 -0700", "2020-01-02T03:04:05-07:00");
        check("02 Jan 20 03:04 -0700", "2020-01-02T03:04:00-07:00");
        check("Thursday, 02-Jan-20 03:04:05 MST", "2020-01-02T03:04:05+00:00");
        check("Thu Jan  2 03:04:05 2020", "2020-01-02T03:04:05+00:00");
        check("Thu Jan  2 03:04:05 MST 2020", "2020-01-02T03:04:05+00:00");
        check("Thu Jan 02 03:04:05 -0700 2020", "2020-01-02T03:04:05-07:00");
        check("02 Jan 2020", "2020-01-02T00:00:00+00:00");
        check_in(Tz::UTC, json!(1_577_934_245), "2020-01-02T03:04:05+00:00");
        check_in(Tz::UTC, json!(20_200_102), "1970-08-22T19:08:22+00:00");
    }

    #[test]
    fn what_is_plain_is_read_too() {
        check("2020-1-2", "2020-01-02T00:00:00+00:00");
        check("2020/01/02", "2020-01-02T00:00:00+00:00");
        check("2020-01-02 03:04", "2020-01-02T03:04:00+00:00");
        check("2020-01-02T03:04", "2020-01-02T03:04:00+00:00");
        check("2020-01-02T03:04:05 +08:00", "2020-01-02T03:04:05+08:00");
        check("January 2, 2020", "2020-01-02T00:00:00+00:00");
        check("2 January 2020 3:04 PM", "2020-01-02T15:04:00+00:00");
        check(" 2020-01-02 ", "2020-01-02T00:00:00+00:00");
    }

    #[test]
    fn a_date_without_an_offset_is_in_the_zone_of_the_site() {
        let zone = Tz::Asia__Shanghai;
        check_in(zone, json!("2025-02-12 10:54:29"), "2025-02-12T10:54:29+08:00");
        check_in(zone, json!("2025-02-12"), "2025-02-12T00:00:00+08:00");
        check_in(zone, json!("2025-02-12T10:54:29Z"), "2025-02-12T10:54:29+00:00");
        let zone = Tz::Europe__Berlin;
        check_in(zone, json!("2024-03-31 02:30:00"), "2024-03-31T03:30:00+02:00");
        check_in(zone, json!("2024-10-27 02:30:00"), "2024-10-27T02:30:00+01:00");
        let zone = Tz::America__New_York;
        check_in(zone, json!("2024-11-03 01:30:00"), "2024-11-03T01:30:00-04:00");
    }

    #[test]
    fn nothing_is_none_and_nonsense_an_error() {
        for nothing in [json!(null), json!(""), json!("  ")] {
            assert_eq!(parse_date(&nothing, Tz::UTC), Ok(None));
        }
        for nonsense in [
            json!("soon"),
            json!("2020-13-01"),
            json!("2020-02-30"),
            json!("2020"),
            json!("2020-01-02x"),
            json!("12:30"),
            json!(true),
            json!([]),
            json!(1.5),
            json!("2020-01-02 25:00:00"),
            json!("é20-01-02"),
        ] {
            assert!(parse_date(&nonsense, Tz::UTC).is_err(), "{nonsense}");
        }
    }
}
