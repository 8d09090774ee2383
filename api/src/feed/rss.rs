//! RSS 2.0, with the modules that readers know: full text in `content:encoded`,
//! names in `dc:creator` (RSS's own `author` wants an e-mail address), and the
//! feed's own address in `atom:link`, as the RSS Advisory Board's profile asks.

use super::xml::{Xml, escape};
use super::{Entry, Feed};

pub fn document(feed: &Feed) -> String {
    let mut xml = Xml::document();
    xml.open(
        "rss",
        &[
            ("version", "2.0"),
            ("xmlns:atom", "http://www.w3.org/2005/Atom"),
            ("xmlns:content", "http://purl.org/rss/1.0/modules/content/"),
            ("xmlns:dc", "http://purl.org/dc/elements/1.1/"),
            ("xmlns:media", "http://search.yahoo.com/mrss/"),
        ],
    );
    xml.open("channel", &[]);
    xml.element("title", &[], &feed.title);
    xml.element("link", &[], &feed.home_url);
    let own = [("href", &*feed.own_url), ("rel", "self"), ("type", "application/rss+xml")];
    xml.empty("atom:link", &own);
    // Every channel has one.
    html(&mut xml, "description", feed.description.as_deref().unwrap_or(&feed.title));
    xml.element("language", &[], &feed.language);
    xml.element_of("copyright", feed.copyright.as_deref());
    xml.element("lastBuildDate", &[], &feed.updated.to_rfc2822());
    xml.element("generator", &[], "Broadsheet");
    for entry in &feed.entries {
        item(&mut xml, entry);
    }
    xml.close("channel");
    xml.close("rss");
    xml.finish()
}

/// Text where readers expect HTML: they take away one layer of escapes, and see
/// what stands below as markup.
fn html(xml: &mut Xml, name: &str, text: &str) {
    let mut safe = String::with_capacity(text.len());
    escape(&mut safe, text);
    xml.element(name, &[], &safe);
}

fn item(xml: &mut Xml, entry: &Entry) {
    xml.open("item", &[]);
    xml.element("title", &[], &entry.title);
    xml.element_of("link", entry.url.as_deref());
    xml.element("guid", &[("isPermaLink", "false")], &entry.id);
    if let Some(published) = entry.published {
        xml.element("pubDate", &[], &published.to_rfc2822());
    }
    for author in &entry.authors {
        xml.element("dc:creator", &[], &author.name);
    }
    for label in &entry.labels {
        xml.element("category", &[], &label.name);
    }
    if let Some(image) = &entry.image {
        xml.empty("media:thumbnail", &[("url", image)]);
    }
    html(xml, "description", &entry.summary);
    if let Some(html) = &entry.html {
        xml.cdata("content:encoded", html);
    }
    xml.close("item");
}
