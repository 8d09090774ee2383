//! Go's way to write down how a date looks: by the example of
//! `Mon Jan 2 15:04:05 2006`.
//!
//! Only what can stand in a permalink token is known: letters, digits and
//! underscores. Invariant: a text without any part of the example is no layout.

use chrono::{DateTime, Datelike, FixedOffset, NaiveDate, NaiveTime, Timelike};

/// Longer parts first, so that `January` is no `Jan`.
const PARTS: [&str; 20] = [
    "January", "Jan", "Monday", "Mon", "2006", "002", "01", "02", "03", "04", "05", "06", "15",
    "_2", "1", "2", "3", "4", "5", "PM",
];

/// The date that Go gives a page without one.
pub(super) fn zero() -> DateTime<FixedOffset> {
    NaiveDate::from_ymd_opt(1, 1, 1)
        .unwrap_or(NaiveDate::MIN)
        .and_time(NaiveTime::MIN)
        .and_utc()
        .fixed_offset()
}

/// Whether a text has any part of the example in it.
pub(super) fn is_layout(text: &str) -> bool {
    let mut rest = text;
    while !rest.is_empty() {
        if part(rest).is_some() {
            return true;
        }
        let mut chars = rest.chars();
        chars.next();
        rest = chars.as_str();
    }
    false
}

/// The date as the layout has it.
pub(super) fn format(date: DateTime<FixedOffset>, layout: &str) -> String {
    let mut text = String::new();
    let mut rest = layout;
    while let Some(first) = rest.chars().next() {
        if let Some(part) = part(rest) {
            text.push_str(&one(date, part));
            rest = rest.get(part.len()..).unwrap_or_default();
        } else {
            text.push(first);
            rest = rest.get(first.len_utf8()..).unwrap_or_default();
        }
    }
    text
}

fn part(text: &str) -> Option<&'static str> {
    let found = PARTS.iter().copied().find(|part| text.starts_with(part))?;
    // `Month` is no `Mon`: a name that goes on in lower case is another word.
    let next = text.as_bytes().get(found.len());
    let goes_on = matches!(found, "Jan" | "Mon") && next.is_some_and(u8::is_ascii_lowercase);
    (!goes_on).then_some(found)
}

fn one(date: DateTime<FixedOffset>, part: &str) -> String {
    let twelve = match date.hour() % 12 {
        0 => 12,
        hour => hour,
    };
    match part {
        "January" => date.format("%B").to_string(),
        "Jan" => date.format("%b").to_string(),
        "Monday" => date.format("%A").to_string(),
        "Mon" => date.format("%a").to_string(),
        "2006" => format!("{:04}", date.year()),
        "06" => format!("{:02}", date.year().rem_euclid(100)),
        "002" => format!("{:03}", date.ordinal()),
        "01" => format!("{:02}", date.month()),
        "1" => date.month().to_string(),
        "02" => format!("{:02}", date.day()),
        "_2" => format!("{:2}", date.day()),
        "2" => date.day().to_string(),
        "15" => format!("{:02}", date.hour()),
        "03" => format!("{twelve:02}"),
        "3" => twelve.to_string(),
        "04" => format!("{:02}", date.minute()),
        "4" => date.minute().to_string(),
        "05" => format!("{:02}", date.second()),
        "5" => date.second().to_string(),
        "PM" => if date.hour() < 12 { "AM" } else { "PM" }.to_owned(),
        _ => part.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn layouts_are_filled_in() {
        let date = DateTime::parse_from_rfc3339("2021-03-04T15:06:07Z").unwrap();
        let check = |layout: &str, expected: &str| assert_eq!(format(date, layout), expected);
        check("20060102", "20210304");
        check("Jan2", "Mar4");
        check("Monday", "Thursday");
        check("3PM", "3PM");
        check("Month", "Month");
        assert!(is_layout("x06") && !is_layout("nothing"));
        assert_eq!(format(zero(), "2006"), "0001");
    }
}
