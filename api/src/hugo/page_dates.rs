//! The four dates of a page, each from the first of several keys.
//!
//! Invariants: a date that was found counts as given for the dates that come
//! after it (`lastmod` falls back to `date`, wherever that came from); a key
//! that holds a date is a field's, whatever case it is in; one that holds
//! something else stays a parameter.
//!
//! Hugo: `resources/page/pagemeta/page_frontmatter.go`. Dates from Git and from
//! the file system are left out: they say when a copy was made.

use chrono::{DateTime, FixedOffset, NaiveDate, NaiveTime};
use chrono_tz::Tz;

use super::config::DateFields;
use super::date::{in_zone, parse_date};
use super::page::{Page, Rest};

type Date = Option<DateTime<FixedOffset>>;

pub(super) fn read(page: &mut Page, rest: &mut Rest, fields: &DateFields, zone: Tz, name: &str) {
    let chains = [
        ("date", &fields.date),
        ("lastmod", &fields.lastmod),
        ("publishdate", &fields.publish_date),
        ("expirydate", &fields.expiry_date),
    ];
    let mut keys: Vec<&str> = Vec::with_capacity(9);
    for key in chains.iter().flat_map(|(_, chain)| chain.iter()) {
        if !key.starts_with(':') && !keys.contains(&key.as_str()) {
            keys.push(key);
        }
    }
    let mut given: Vec<(&str, Date)> = Vec::with_capacity(keys.len());
    for key in keys {
        let Some(value) = rest.peek(key) else {
            continue;
        };
        if let Ok(date) = parse_date(value, zone) {
            given.push((key, date));
            rest.drop(key);
        } else {
            let value = value.clone();
            rest.warn(key, &value, "a date");
        }
    }
    for (target, chain) in chains {
        let mut found: Date = None;
        for key in chain {
            found = match key.as_str() {
                ":filename" => from_name(page, name, zone),
                key => given.iter().find(|(name, _)| *name == key).and_then(|(_, date)| *date),
            };
            if found.is_some() {
                break;
            }
        }
        let slot = match target {
            "date" => &mut page.date,
            "lastmod" => &mut page.lastmod,
            "publishdate" => &mut page.publish_date,
            _ => &mut page.expiry_date,
        };
        *slot = found;
        if found.is_some() && !given.iter().any(|(name, _)| *name == target) {
            given.push((target, found));
        }
    }
}

/// `2006-01-02-a-slug` or `2006-01-02T15-04-05-a-slug`: the date, and the slug of a
/// page that has none.
fn from_name(page: &mut Page, name: &str, zone: Tz) -> Date {
    let (head, rest) = name.split_at_checked(10)?;
    let date = NaiveDate::parse_from_str(head, "%Y-%m-%d").ok()?;
    let (time, slug) = time_of_name(rest).unwrap_or((NaiveTime::MIN, rest));
    let slug = slug.trim_matches([' ', '-', '_']);
    if page.slug.is_none() && !slug.is_empty() {
        page.slug = Some(slug.to_owned());
    }
    Some(in_zone(date.and_time(time), zone))
}

/// The time behind a date, and the rest.
fn time_of_name(text: &str) -> Option<(NaiveTime, &str)> {
    let (time, rest) = text.split_at_checked(9)?;
    let digits = time.strip_prefix(['T', 't', ' ', '-', '_'])?.replace([':', '_'], "-");
    Some((NaiveTime::parse_from_str(&digits, "%H-%M-%S").ok()?, rest))
}
