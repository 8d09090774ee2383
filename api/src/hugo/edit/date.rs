//! A date in the spelling of another one.
//!
//! Invariant: what is given out means the moment that was asked for; a
//! spelling that cannot say it (a date alone, a time without zone where the
//! site's zone is not known) grows by what is missing.

use chrono::{DateTime, FixedOffset, Offset, TimeZone, Timelike};
use chrono_tz::Tz;
use serde_json::Value;

use super::super::date::parse_date;

const DATES: [&str; 15] = [
    "%Y-%m-%d",
    "%Y/%m/%d",
    "%Y.%m.%d",
    "%Y-%-m-%-d",
    "%Y/%-m/%-d",
    "%a, %d %b %Y",
    "%a, %-d %b %Y",
    "%d %b %Y",
    "%-d %b %Y",
    "%d %B %Y",
    "%-d %B %Y",
    "%B %d, %Y",
    "%B %-d, %Y",
    "%b %d, %Y",
    "%b %-d, %Y",
];
const TIMES: [&str; 5] = ["%H:%M:%S", "%-H:%M:%S", "%H:%M", "%-H:%M", "%-I:%M %p"];
const ZONES: [&str; 8] = ["Z", " Z", "%:z", " %:z", "%z", " %z", " GMT", " UTC"];

/// How a date is written: formats of `chrono`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Spelling {
    date: &'static str,
    separator: char,
    /// None: a date alone.
    time: Option<&'static str>,
    /// How many digits a fraction of a second has.
    fraction: usize,
    /// None: in the zone of the site.
    zone: Option<&'static str>,
}

/// The moment that an edit asks for, if its value is a whole date with a time and an offset.
pub(super) fn moment(value: &Value) -> Option<DateTime<FixedOffset>> {
    DateTime::parse_from_rfc3339(value.as_str()?).ok()
}

/// Whether a value that is there is a date.
pub(super) fn is_date(value: &Value) -> bool {
    value.is_string() && matches!(parse_date(value, Tz::UTC), Ok(Some(_)))
}

/// The spelling of a date, and the offset that it names.
pub(super) fn spelling(text: &str) -> Option<(Spelling, FixedOffset)> {
    let text = text.trim();
    // Without a zone, any one shows how the rest is written.
    let then = parse_date(&Value::from(text), Tz::UTC).ok()??;
    for date in DATES {
        let Some(rest) = text.strip_prefix(&then.format(date).to_string()) else {
            continue;
        };
        if rest.is_empty() {
            let spelling = Spelling { date, separator: 'T', time: None, fraction: 0, zone: None };
            return Some((spelling, *then.offset()));
        }
        let Some(separator) = rest.chars().next().filter(|c| matches!(c, 'T' | 't' | ' ')) else {
            continue;
        };
        let rest = rest.get(1..)?;
        for time in TIMES {
            let Some(rest) = rest.strip_prefix(&then.format(time).to_string()) else {
                continue;
            };
            let digits = rest.strip_prefix('.').unwrap_or_default();
            let fraction = digits.bytes().take_while(u8::is_ascii_digit).count();
            let rest = rest.get(if fraction > 0 { fraction + 1 } else { 0 }..)?;
            let zone = match rest {
                "" => None,
                rest => Some(ZONES.into_iter().find(|zone| then.format(zone).to_string() == rest)?),
            };
            let spelling = Spelling { date, separator, time: Some(time), fraction, zone };
            return Some((spelling, *then.offset()));
        }
    }
    None
}

impl Spelling {
    /// The moment in this spelling. `before` is the offset that the old date
    /// names, `zone` that of the site, where it is known.
    pub fn say(
        mut self,
        moment: DateTime<FixedOffset>,
        before: FixedOffset,
        zone: Option<Tz>,
    ) -> String {
        let site = zone.map(|zone| zone.offset_from_utc_datetime(&moment.naive_utc()).fix());
        // A moment in UTC is what clients send that know no better; any other
        // offset was meant.
        let neutral = moment.offset().local_minus_utc() == 0;
        // A zone that is only named counts as the site's.
        let named = matches!(self.zone, Some(" GMT" | " UTC"));
        if self.zone.is_none() || named {
            let local = site.map(|site| moment.with_timezone(&site).naive_local());
            // An hour that comes twice needs its offset.
            let clear = local
                .zip(zone)
                .is_some_and(|(local, zone)| super::super::date::in_zone(local, zone) == moment);
            if !clear && !(zone.is_none() && moment_is_local(moment, self)) {
                self.zone = Some(if self.separator == ' ' { " %z" } else { "%:z" });
            }
        }
        let in_site = matches!(self.zone, None | Some(" GMT" | " UTC"));
        let offset = match self.zone {
            _ if in_site => site,
            Some("Z" | " Z") => FixedOffset::east_opt(0),
            Some(_) if !neutral => Some(*moment.offset()),
            Some(_) if before.local_minus_utc() != 0 => Some(before),
            _ => Some(*moment.offset()),
        };
        let local = offset.map_or(moment, |offset| moment.with_timezone(&offset));
        if self.time.is_none() {
            let midnight = local.num_seconds_from_midnight() == 0 && local.nanosecond() == 0;
            if midnight && in_site {
                return local.format(self.date).to_string();
            }
            self.time = Some("%H:%M:%S");
        }
        let mut time = self.time.unwrap_or_default();
        if local.second() != 0 || local.nanosecond() != 0 {
            time = match time {
                "%H:%M" => "%H:%M:%S",
                "%-H:%M" => "%-H:%M:%S",
                "%-I:%M %p" => "%-I:%M:%S %p",
                time => time,
            };
        }
        let nanos = format!("{:09}", local.nanosecond() % 1_000_000_000);
        let needed = nanos.trim_end_matches('0').len().max(self.fraction.min(9));
        let fraction = nanos.get(..needed).filter(|digits| !digits.is_empty());
        let fraction = fraction.map(|digits| format!(".{digits}")).unwrap_or_default();
        let (time, half) = time.split_once(" %p").map_or((time, ""), |(time, _)| (time, " %p"));
        let format = format!(
            "{}{}{time}{fraction}{half}{}",
            self.date,
            self.separator,
            self.zone.unwrap_or_default()
        );
        local.format(&format).to_string()
    }
}

/// Without a zone to reckon with, only UTC at midnight goes for a date alone.
fn moment_is_local(moment: DateTime<FixedOffset>, spelling: Spelling) -> bool {
    spelling.time.is_none()
        && moment.offset().local_minus_utc() == 0
        && moment.num_seconds_from_midnight() == 0
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(old: &str, new: &str, zone: Option<Tz>, expected: &str) {
        let (spelling, before) = spelling(old).unwrap_or_else(|| panic!("{old} has a spelling"));
        let moment = DateTime::parse_from_rfc3339(new).unwrap();
        let said = spelling.say(moment, before, zone);
        assert_eq!(said, expected, "{old} {new}");
        let read = parse_date(&Value::from(said), zone.unwrap_or(Tz::UTC)).unwrap().unwrap();
        assert_eq!(read, moment, "{old} {new}");
    }

    #[test]
    fn a_date_keeps_its_spelling() {
        let new = "2021-03-04T05:06:07Z";
        let cn = Some(Tz::Asia__Shanghai);
        check("2020-01-02T03:04:05Z", new, None, "2021-03-04T05:06:07Z");
        check("2020-01-02T03:04:05Z", "2021-03-04T05:06:07+08:00", cn, "2021-03-03T21:06:07Z");
        check("2020-01-02T03:04:05+08:00", new, None, "2021-03-04T13:06:07+08:00");
        check("2020-01-02 03:04:05 +0800", new, None, "2021-03-04 13:06:07 +0800");
        check("2020-01-02 03:04:05", new, cn, "2021-03-04 13:06:07");
        check("2020-01-02T03:04:05", new, cn, "2021-03-04T13:06:07");
        check("2020-01-02T03:04:05.250+08:00", new, None, "2021-03-04T13:06:07.000+08:00");
        check("2020/1/2", "2021-03-04T00:00:00+08:00", cn, "2021/3/4");
        check("2020-01-02", "2021-03-03T16:00:00Z", cn, "2021-03-04");
        check("2020-01-02", "2021-03-04T00:00:00Z", None, "2021-03-04");
        check("Thu, 02 Jan 2020 03:04:05 GMT", new, Some(Tz::UTC), "Thu, 04 Mar 2021 05:06:07 GMT");
        check("January 2, 2020", "2021-03-04T00:00:00Z", Some(Tz::UTC), "March 4, 2021");
    }

    #[test]
    fn what_a_spelling_cannot_say_is_added() {
        let new = "2021-03-04T05:06:07Z";
        let cn = Some(Tz::Asia__Shanghai);
        check("2020-01-02", new, cn, "2021-03-04T13:06:07");
        check("2020-01-02", new, None, "2021-03-04T05:06:07+00:00");
        check("2020-01-02 03:04", new, cn, "2021-03-04 13:06:07");
        check("2020-01-02 03:04:05", new, None, "2021-03-04 05:06:07 +0000");
        check("2020-01-02T03:04:05Z", "2021-03-04T05:06:07.5Z", None, "2021-03-04T05:06:07.5Z");
        let twice = "2024-10-27T00:30:00Z";
        check("2024-01-02T03:04:05", twice, Some(Tz::Europe__Berlin), "2024-10-27T00:30:00+00:00");
    }
}
