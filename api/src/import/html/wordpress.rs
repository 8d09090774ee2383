//! What WordPress puts into bodies beside HTML: shortcodes, and blocks that stand
//! for others.
//!
//! `[caption]`, `[gallery]`, `[embed]`, `[audio]` and `[video]` become HTML;
//! shortcodes of plugins stay as they were written.

use std::fmt::Write;

use super::paragraphs;

/// A file of the media library.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Media {
    pub url: String,
    pub alt: Option<String>,
    pub caption: Option<String>,
    /// The post that it was uploaded to.
    pub parent: Option<u64>,
    pub image: bool,
}

/// A body as HTML: shortcodes written out, and paragraphs put where an older
/// editor left them to blank lines.
///
/// `media` finds a file of the library, `shared` the content of a block that
/// posts share, `own` the files of the post, for a gallery that names none.
#[must_use]
pub fn body(
    content: &str,
    media: &dyn Fn(u64) -> Option<Media>,
    shared: &dyn Fn(u64) -> Option<String>,
    own: &dyn Fn() -> Vec<Media>,
) -> String {
    let mut text = content.to_owned();
    if text.contains("<!-- wp:block ") {
        text = references(&text, shared);
    }
    let blocks = text.contains("<!-- wp:");
    if text.contains('[') {
        text = shortcodes(&text, media, own);
    }
    if blocks { text } else { paragraphs(&text) }
}

/// Puts what posts share where they name it. What is shared may name more, but
/// not for ever.
fn references(text: &str, shared: &dyn Fn(u64) -> Option<String>) -> String {
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    while let Some((before, after)) = rest.split_once("<!-- wp:block ") {
        out.push_str(before);
        let Some((attributes, behind)) = after.split_once("-->") else {
            out.push_str("<!-- wp:block ");
            out.push_str(after);
            return out;
        };
        let attributes = attributes.trim().trim_end_matches('/').trim();
        let id = serde_json::from_str::<serde_json::Value>(attributes)
            .ok()
            .and_then(|value| value.get("ref")?.as_u64());
        match id.and_then(shared) {
            Some(content) => out.push_str(&content),
            None => {
                let _ = write!(out, "<!-- wp:block {attributes} /-->");
            }
        }
        rest = behind;
    }
    out.push_str(rest);
    out
}

fn shortcodes(
    text: &str,
    media: &dyn Fn(u64) -> Option<Media>,
    own: &dyn Fn() -> Vec<Media>,
) -> String {
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(at) = rest.find('[') {
        let (before, code) = rest.split_at(at);
        out.push_str(before);
        // `[[code]]` is the code itself, shown.
        if let Some((shown, after)) = code
            .strip_prefix("[[")
            .and_then(|inner| inner.split_once("]]"))
            .filter(|(shown, _)| !shown.contains('\n'))
        {
            let _ = write!(out, "[{shown}]");
            rest = after;
            continue;
        }
        if let Some((html, after)) = shortcode(code, media, own) {
            out.push_str(&html);
            rest = after;
        } else {
            out.push('[');
            rest = &code[1..];
        }
    }
    out.push_str(rest);
    out
}

/// The HTML of a shortcode that the text begins with, and what comes after it.
fn shortcode<'a>(
    text: &'a str,
    media: &dyn Fn(u64) -> Option<Media>,
    own: &dyn Fn() -> Vec<Media>,
) -> Option<(String, &'a str)> {
    let name_end = text.get(1..)?.find(|c: char| !c.is_ascii_alphabetic() && c != '_')? + 1;
    let name = text.get(1..name_end)?;
    if !matches!(name, "caption" | "wp_caption" | "gallery" | "embed" | "audio" | "video") {
        return None;
    }
    // A tag stays near: whatever is longer is no shortcode.
    let head_end = text.get(..text.floor_char_boundary(4096))?.find(']')?;
    let attributes = text.get(name_end..head_end)?;
    let after = text.get(head_end + 1..)?;
    let closing = format!("[/{name}]");
    let inner = || {
        let near = after.get(..after.floor_char_boundary(1 << 16))?;
        let end = near.find(&closing)?;
        Some((&after[..end], &after[end + closing.len()..]))
    };
    match name {
        "caption" | "wp_caption" => {
            let (content, after) = inner()?;
            let (image, own) = image_and_caption(content)?;
            let given = attribute(attributes, "caption");
            let caption = if own.trim().is_empty() { given? } else { own.trim().to_owned() };
            let html =
                format!("\n\n<figure>{image}<figcaption>{caption}</figcaption></figure>\n\n");
            Some((html, after))
        }
        "embed" => {
            let (url, after) = inner()?;
            Some((format!("\n\n<p>{}</p>\n\n", url.trim()), after))
        }
        "gallery" => {
            let images = match attribute(attributes, "ids").or(attribute(attributes, "include")) {
                Some(ids) => ids
                    .split(',')
                    .map(|id| media(id.trim().parse().ok()?))
                    .collect::<Option<Vec<_>>>()?,
                None => own(),
            };
            if images.is_empty() {
                return None;
            }
            let mut html = String::from("\n\n");
            for image in images {
                let alt = escaped(image.alt.as_deref().unwrap_or_default());
                let url = escaped(&image.url);
                let caption = image.caption.filter(|text| !text.trim().is_empty());
                let _ = match caption.as_deref().map(str::trim) {
                    Some(text) => write!(
                        html,
                        "<figure><img src=\"{url}\" alt=\"{alt}\">\
                         <figcaption>{text}</figcaption></figure>\n\n"
                    ),
                    None => write!(html, "<p><img src=\"{url}\" alt=\"{alt}\"></p>\n\n"),
                };
            }
            Some((html, after))
        }
        _ => {
            let url = ["src", "mp3", "m4a", "ogg", "wav", "flac", "mp4", "m4v", "webm", "ogv"]
                .iter()
                .find_map(|key| attribute(attributes, key))?;
            let after = match inner() {
                Some((content, after)) if content.trim().is_empty() => after,
                _ => after,
            };
            let html =
                format!("\n\n<div><{name} controls src=\"{}\"></{name}></div>\n\n", escaped(&url));
            Some((html, after))
        }
    }
}

/// An image, with the link around it if there is one, and the text after it.
fn image_and_caption(content: &str) -> Option<(&str, &str)> {
    let content = content.trim();
    let image = content.find("<img")?;
    let mut end = image + content.get(image..)?.find('>')? + 1;
    if content.starts_with("<a") {
        end += content.get(end..)?.find("</a>")? + "</a>".len();
    } else if image != 0 {
        return None;
    }
    Some(content.split_at(end))
}

fn attribute(attributes: &str, name: &str) -> Option<String> {
    let mut rest = attributes;
    loop {
        let at = rest.find(name)?;
        let before = rest[..at].chars().next_back();
        let after = rest[at + name.len()..].trim_start();
        if before.is_none_or(char::is_whitespace)
            && let Some(value) = after.strip_prefix('=')
        {
            let value = value.trim_start();
            let quote = value.chars().next()?;
            return Some(match quote {
                '"' | '\'' => value[1..].split(quote).next()?.to_owned(),
                _ => value.split_whitespace().next()?.to_owned(),
            });
        }
        rest = &rest[at + name.len()..];
    }
}

fn escaped(text: &str) -> String {
    let text = quick_xml::escape::unescape(text).map_or_else(|_| text.to_owned(), Into::into);
    quick_xml::escape::escape(text.as_str()).into_owned()
}
