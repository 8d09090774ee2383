//! Atom: RFC 4287.

use chrono::{DateTime, FixedOffset, SecondsFormat};

use super::xml::Xml;
use super::{Entry, Feed, Person};

fn date(xml: &mut Xml, name: &str, time: DateTime<FixedOffset>) {
    xml.element(name, &[], &time.to_rfc3339_opts(SecondsFormat::Secs, true));
}

fn person(xml: &mut Xml, person: &Person) {
    xml.open("author", &[]);
    xml.element("name", &[], &person.name);
    xml.element_of("uri", person.url.as_deref());
    xml.close("author");
}

pub fn document(feed: &Feed) -> String {
    let mut xml = Xml::document();
    let names = [("xmlns", "http://www.w3.org/2005/Atom"), ("xml:lang", &*feed.language)];
    xml.open("feed", &names);
    xml.element("title", &[], &feed.title);
    xml.element_of("subtitle", feed.description.as_deref());
    xml.element("id", &[], &feed.id);
    let own = [("href", &*feed.own_url), ("rel", "self"), ("type", "application/atom+xml")];
    xml.empty("link", &own);
    let home = [("href", &*feed.home_url), ("rel", "alternate"), ("type", "text/html")];
    xml.empty("link", &home);
    date(&mut xml, "updated", feed.updated);
    // Entries without an author are by this one (section 4.2.1).
    person(&mut xml, &feed.author);
    xml.element_of("rights", feed.copyright.as_deref());
    xml.element("generator", &[], "Broadsheet");
    for entry in &feed.entries {
        item(&mut xml, entry);
    }
    xml.close("feed");
    xml.finish()
}

fn item(xml: &mut Xml, entry: &Entry) {
    xml.open("entry", &[]);
    xml.element("title", &[], &entry.title);
    xml.element("id", &[], &entry.id);
    if let Some(url) = &entry.url {
        let page = [("href", url.as_str()), ("rel", "alternate"), ("type", "text/html")];
        xml.empty("link", &page);
    }
    if let Some(published) = entry.published {
        date(xml, "published", published);
    }
    date(xml, "updated", entry.updated);
    for author in &entry.authors {
        person(xml, author);
    }
    for label in &entry.labels {
        xml.empty("category", &[("term", &label.slug), ("label", &label.name)]);
    }
    xml.element("summary", &[("type", "text")], &entry.summary);
    if let Some(html) = &entry.html {
        xml.element("content", &[("type", "html")], html);
    }
    xml.close("entry");
}
