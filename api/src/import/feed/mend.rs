//! A feed that is almost XML, made so.

use std::borrow::Cow;

use super::super::html::reference;
use super::super::model::clean;

/// Thumbnails without the media that they stand for, and enclosures beside media,
/// both of which the reader would drop, become media.
#[must_use]
pub fn thumbnails(text: &str) -> Cow<'_, str> {
    if !text.contains("<media:") {
        return Cow::Borrowed(text);
    }
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    while !rest.is_empty() {
        let next = ["<item", "<entry"].iter().filter_map(|start| rest.get(1..)?.find(start)).min();
        let (entry, after) = rest.split_at(next.map_or(rest.len(), |at| at + 1));
        let mut entry = Cow::Borrowed(entry);
        if entry.contains("<media:thumbnail") && !entry.contains("<media:content") {
            entry = entry
                .replace("<media:thumbnail", "<media:content medium=\"image\"")
                .replace("</media:thumbnail", "</media:content")
                .into();
        }
        if entry.contains("<media:content") {
            entry = enclosures(&entry).into();
        }
        out.push_str(&entry);
        rest = after;
    }
    Cow::Owned(out)
}

fn enclosures(entry: &str) -> String {
    let mut parts = entry.split("<enclosure ");
    let mut out = parts.next().unwrap_or_default().to_owned();
    for part in parts {
        let (tag, after) = part.split_at(part.find('>').unwrap_or(part.len()));
        out.push_str("<media:content ");
        out.push_str(&tag.replace("length=", "fileSize="));
        out.push_str(after);
    }
    out.replace("</enclosure>", "</media:content>")
}

/// References that only HTML knows become characters, ampersands that begin no
/// reference are escaped, control characters go. CDATA and comments are left alone.
#[must_use]
pub fn mend(text: &str) -> String {
    let text = clean(text);
    let mut out = String::with_capacity(text.len() + text.len() / 16);
    let mut rest = text.as_str();
    while let Some(at) = rest.find(['&', '<']) {
        out.push_str(&rest[..at]);
        rest = &rest[at..];
        let verbatim = [("<![CDATA[", "]]>"), ("<!--", "-->")]
            .into_iter()
            .find(|(open, _)| rest.starts_with(open));
        if let Some((_, close)) = verbatim {
            let end = rest.find(close).map_or(rest.len(), |end| end + close.len());
            out.push_str(&rest[..end]);
            rest = &rest[end..];
        } else if let Some(after) = rest.strip_prefix('<') {
            out.push('<');
            rest = after;
        } else {
            let near = &rest[..rest.floor_char_boundary(40)];
            let name = near.find(';').and_then(|end| near.get(1..end));
            match name {
                Some("amp" | "lt" | "gt" | "quot" | "apos") => {
                    out.push('&');
                    rest = &rest[1..];
                }
                Some(name) if reference(name).is_some() => {
                    let text = reference(name).unwrap_or_default();
                    out.push_str(&quick_xml::escape::escape(text.as_str()));
                    rest = &rest[name.len() + 2..];
                }
                _ => {
                    out.push_str("&amp;");
                    rest = &rest[1..];
                }
            }
        }
    }
    out.push_str(rest);
    out
}
