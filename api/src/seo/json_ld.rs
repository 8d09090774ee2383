//! schema.org as JSON-LD: one graph with the page and the way to it.

use serde_json::{Map, Value, json};

use super::Facts;

/// A page's name and address, for the way that leads to another.
pub type Crumb = (String, String);

/// What a page is.
#[derive(Debug, Clone)]
pub enum Kind {
    Home,
    List,
    Article { section: Option<String>, tags: Vec<String> },
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

fn organization(facts: &Facts) -> Value {
    json!({ "@type": "Organization", "name": facts.site_title, "url": facts.home_url })
}

/// The page and the pages above it.
pub fn graph(facts: &Facts, kind: &Kind, way: &[Crumb]) -> Value {
    let site = json!({ "@type": "WebSite", "name": facts.site_title, "url": facts.home_url });
    let mut graph = vec![match kind {
        Kind::Article { section, tags } => article(facts, section.as_deref(), tags),
        Kind::Home => object(vec![
            ("@type", json!("WebSite")),
            ("@id", json!(facts.url)),
            ("name", json!(facts.title)),
            ("url", json!(facts.url)),
            ("description", json!(facts.description)),
            ("inLanguage", json!(&*facts.language)),
            ("publisher", organization(facts)),
        ]),
        Kind::List => object(vec![
            ("@type", json!("CollectionPage")),
            ("@id", json!(facts.url)),
            ("name", json!(facts.title)),
            ("url", json!(facts.url)),
            ("description", json!(facts.description)),
            ("inLanguage", json!(&*facts.language)),
            ("isPartOf", site),
        ]),
    }];
    // A way of one step leads nowhere.
    if way.len() > 1 {
        graph.push(breadcrumbs(way));
    }
    json!({ "@context": "https://schema.org", "@graph": graph })
}

fn article(facts: &Facts, section: Option<&str>, tags: &[String]) -> Value {
    let person = |(name, url): &(String, Option<String>)| {
        object(vec![("@type", json!("Person")), ("name", json!(name)), ("url", json!(url))])
    };
    let author = if facts.authors.is_empty() {
        json!([organization(facts)])
    } else {
        facts.authors.iter().map(person).collect()
    };
    object(vec![
        ("@type", json!("NewsArticle")),
        ("@id", json!(facts.url)),
        ("mainEntityOfPage", json!({ "@type": "WebPage", "@id": facts.canonical })),
        ("headline", json!(facts.title)),
        ("description", json!(facts.description)),
        ("url", json!(facts.url)),
        ("image", facts.image.iter().map(|(url, _)| json!(url)).collect()),
        ("datePublished", json!(facts.published)),
        ("dateModified", json!(facts.modified)),
        ("author", author),
        ("publisher", organization(facts)),
        ("inLanguage", json!(&*facts.language)),
        ("articleSection", json!(section)),
        ("keywords", json!(tags)),
        ("wordCount", if facts.words > 0 { json!(facts.words) } else { Value::Null }),
    ])
}

fn breadcrumbs(way: &[Crumb]) -> Value {
    let steps: Vec<_> = way
        .iter()
        .enumerate()
        .map(|(index, (name, url))| {
            json!({ "@type": "ListItem", "position": index + 1, "name": name, "item": url })
        })
        .collect();
    json!({ "@type": "BreadcrumbList", "itemListElement": steps })
}

/// JSON that can stand in a `<script>`: nothing in it ends the element or begins
/// a comment, and old engines take it for no line end.
#[must_use]
pub fn script(value: &Value) -> String {
    let text = value.to_string();
    let mut safe = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '<' => safe.push_str("\\u003c"),
            '>' => safe.push_str("\\u003e"),
            '&' => safe.push_str("\\u0026"),
            '\u{2028}' => safe.push_str("\\u2028"),
            '\u{2029}' => safe.push_str("\\u2029"),
            c => safe.push(c),
        }
    }
    safe
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_leaves_the_script() {
        let hostile = json!({ "a": "</script><!--\u{2028}&<SCRIPT>" });
        let text = script(&hostile);
        assert!(!text.contains(['<', '>', '&', '\u{2028}']), "{text}");
        assert_eq!(serde_json::from_str::<Value>(&text).unwrap(), hostile);
    }
}
