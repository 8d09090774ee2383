//! Sitemaps as XML.

use chrono::SecondsFormat;
use entity::Timestamp;

use super::Located;
use crate::feed::read::calendar;
use crate::feed::xml::Xml;
use crate::site::Frame;

const NAMESPACE: &str = "http://www.sitemaps.org/schemas/sitemap/0.9";

/// What a map begins with, and ends with.
pub const START: &str = "<?xml version=\"1.0\" encoding=\"utf-8\"?>\n\
    <urlset xmlns=\"http://www.sitemaps.org/schemas/sitemap/0.9\" \
    xmlns:xhtml=\"http://www.w3.org/1999/xhtml\">\n";
pub const END: &str = "</urlset>\n";

fn date(time: Timestamp) -> Option<String> {
    // What has no date has not changed at the beginning of time.
    let time = calendar(time, 0).filter(|_| time > Timestamp::UNDATED)?;
    Some(time.to_rfc3339_opts(SecondsFormat::Secs, true))
}

/// One page in all its languages: an entry each, and in each entry all of them.
pub fn group(out: &mut String, frame: &Frame, group: &[Located]) {
    // Of two pages in one language, each stands for itself in its own entry.
    let default = &*frame.default_language().tag;
    for own in group {
        let mut xml = Xml::default();
        xml.open("url", &[]);
        xml.element("loc", &[], &frame.absolute(&own.path));
        xml.element_of("lastmod", own.changed.and_then(date).as_deref());
        let mut seen: Vec<&str> = Vec::new();
        for other in group {
            let one = if other.language == own.language { own } else { other };
            if group.len() < 2 || seen.contains(&one.language.as_str()) {
                continue;
            }
            seen.push(&one.language);
            let url = frame.absolute(&one.path);
            let mut link = |language: &str| {
                let attributes = [("rel", "alternate"), ("hreflang", language), ("href", &*url)];
                xml.empty("xhtml:link", &attributes);
            };
            link(&one.language);
            if one.language == default {
                link("x-default");
            }
        }
        xml.close("url");
        out.push_str(&xml.finish());
    }
}

/// The index of several maps.
#[must_use]
pub fn index(urls: impl Iterator<Item = String>) -> String {
    let mut xml = Xml::document();
    xml.open("sitemapindex", &[("xmlns", NAMESPACE)]);
    for url in urls {
        xml.open("sitemap", &[]);
        xml.element("loc", &[], &url);
        xml.close("sitemap");
    }
    xml.close("sitemapindex");
    xml.finish()
}
