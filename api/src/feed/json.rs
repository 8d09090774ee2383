//! JSON Feed 1.1: <https://www.jsonfeed.org/version/1.1/>.

use chrono::{DateTime, FixedOffset, SecondsFormat};
use serde_json::{Map, Value, json};

use super::{Entry, Feed, Person};

fn date(time: DateTime<FixedOffset>) -> Value {
    time.to_rfc3339_opts(SecondsFormat::Secs, true).into()
}

/// An object without what there is none of.
fn object(pairs: Vec<(&str, Value)>) -> Value {
    let pairs = pairs.into_iter().filter(|(_, value)| match value {
        Value::Null => false,
        Value::Array(values) => !values.is_empty(),
        _ => true,
    });
    Value::Object(pairs.map(|(name, value)| (name.to_owned(), value)).collect::<Map<_, _>>())
}

fn person(person: &Person) -> Value {
    object(vec![
        ("name", json!(person.name)),
        ("url", json!(person.url)),
        ("avatar", json!(person.avatar)),
    ])
}

pub fn document(feed: &Feed) -> String {
    let mut document = object(vec![
        ("version", json!("https://jsonfeed.org/version/1.1")),
        ("title", json!(feed.title)),
        ("home_page_url", json!(feed.home_url)),
        ("feed_url", json!(feed.own_url)),
        ("description", json!(feed.description)),
        ("language", json!(feed.language)),
        ("authors", json!([person(&feed.author)])),
    ]);
    // Always there, also where it is empty.
    document["items"] = feed.entries.iter().map(item).collect();
    document.to_string()
}

fn item(entry: &Entry) -> Value {
    let (html, text) = match &entry.html {
        Some(html) => (json!(html), Value::Null),
        // One of the two is there.
        None => (Value::Null, json!(entry.summary)),
    };
    object(vec![
        ("id", json!(entry.id)),
        ("url", json!(entry.url)),
        ("title", json!(entry.title)),
        ("content_html", html),
        ("content_text", text),
        ("summary", json!(entry.summary)),
        ("image", json!(entry.image)),
        ("date_published", entry.published.map_or(Value::Null, date)),
        ("date_modified", date(entry.updated)),
        ("authors", entry.authors.iter().map(person).collect()),
        ("tags", entry.labels.iter().map(|label| json!(label.name)).collect()),
    ])
}
