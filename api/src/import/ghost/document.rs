//! Ghost's own formats of texts, for posts whose HTML is missing: Lexical, and
//! Mobiledoc before it. Cards that have no HTML stay as comments with all that
//! they hold.

use std::fmt::Write;

use serde_json::{Map, Value};

/// Nodes within nodes.
const DEEPEST: usize = 40;

fn escape(text: &str) -> String {
    quick_xml::escape::escape(text).into_owned()
}

/// A comment cannot hold its own end.
fn comment(out: &mut String, name: &str, payload: &Value) {
    let json = payload.to_string().replace("--", "-\\u002d");
    let _ = writeln!(out, "<!-- ghost:{name} {json} -->");
}

/// The HTML of a Lexical document.
#[must_use]
pub fn lexical(text: &str) -> Option<String> {
    let document: Value = serde_json::from_str(text).ok()?;
    let mut out = String::new();
    children(&mut out, document.get("root")?, 0);
    Some(out)
}

fn children(out: &mut String, node: &Value, depth: usize) {
    if depth > DEEPEST {
        return;
    }
    for child in node.get("children").and_then(Value::as_array).into_iter().flatten() {
        self::node(out, child, depth + 1);
    }
}

fn node(out: &mut String, node: &Value, depth: usize) {
    let text = |key: &str| node.get(key).and_then(Value::as_str).unwrap_or_default();
    let mut within = |open: &str, close: &str| {
        out.push_str(open);
        children(out, node, depth);
        out.push_str(close);
    };
    match text("type") {
        "paragraph" => within("<p>", "</p>\n"),
        "heading" | "extended-heading" => {
            let tag = match text("tag") {
                tag @ ("h1" | "h2" | "h3" | "h4" | "h5" | "h6") => tag,
                _ => "h2",
            };
            within(&format!("<{tag}>"), &format!("</{tag}>\n"));
        }
        "quote" | "extended-quote" | "aside" => within("<blockquote><p>", "</p></blockquote>\n"),
        "list" => {
            let tag = if text("listType") == "number" { "ol" } else { "ul" };
            within(&format!("<{tag}>"), &format!("</{tag}>\n"));
        }
        "listitem" => within("<li>", "</li>"),
        "link" => within(&format!("<a href=\"{}\">", escape(text("url"))), "</a>"),
        "linebreak" => out.push_str("<br>"),
        "horizontalrule" => out.push_str("<hr>\n"),
        "text" | "extended-text" => {
            let format = node.get("format").and_then(Value::as_u64).unwrap_or_default();
            let mut html = escape(text("text"));
            for (bit, tag) in
                [(16, "code"), (1, "strong"), (2, "em"), (4, "s"), (32, "sub"), (64, "sup")]
            {
                if format & bit != 0 {
                    html = format!("<{tag}>{html}</{tag}>");
                }
            }
            out.push_str(&html);
        }
        "root" => children(out, node, depth),
        kind => {
            let fields = node.as_object().cloned().unwrap_or_default();
            card(out, kind, &fields);
        }
    }
}

/// Cards have the same payloads in both formats.
fn card(out: &mut String, kind: &str, payload: &Map<String, Value>) {
    let text = |key: &str| payload.get(key).and_then(Value::as_str).unwrap_or_default();
    match kind {
        "html" => {
            out.push_str(text("html"));
            out.push('\n');
        }
        "image" => {
            let image =
                format!("<img src=\"{}\" alt=\"{}\">", escape(text("src")), escape(text("alt")));
            let caption = text("caption");
            let _ = if caption.is_empty() {
                writeln!(out, "<p>{image}</p>")
            } else {
                writeln!(out, "<figure>{image}<figcaption>{caption}</figcaption></figure>")
            };
        }
        "gallery" => {
            for image in payload.get("images").and_then(Value::as_array).into_iter().flatten() {
                if let Some(image) = image.as_object() {
                    card(out, "image", image);
                }
            }
        }
        "code" | "codeblock" => {
            let language = text("language");
            let class = if language.is_empty() {
                String::new()
            } else {
                format!(" class=\"language-{}\"", escape(language))
            };
            let _ = writeln!(out, "<pre><code{class}>{}</code></pre>", escape(text("code")));
        }
        "hr" | "horizontalrule" => out.push_str("<hr>\n"),
        "embed" if !text("html").is_empty() => {
            out.push_str(text("html"));
            out.push('\n');
        }
        "embed" | "bookmark" if !text("url").is_empty() => {
            let title = payload
                .get("metadata")
                .and_then(|metadata| metadata.get("title")?.as_str())
                .filter(|title| !title.is_empty())
                .unwrap_or_else(|| text("url"));
            let _ =
                writeln!(out, "<p><a href=\"{}\">{}</a></p>", escape(text("url")), escape(title));
        }
        "audio" | "video" if !text("src").is_empty() => {
            let _ = writeln!(
                out,
                "<div><{kind} controls src=\"{}\"></{kind}></div>",
                escape(text("src"))
            );
        }
        "markdown" | "card-markdown" => {
            let rendered = comrak::markdown_to_html(text("markdown"), &comrak::Options::default());
            out.push_str(&rendered);
        }
        "callout" if !text("calloutText").is_empty() => {
            let _ = writeln!(
                out,
                "<blockquote><p>{} {}</p></blockquote>",
                escape(text("calloutEmoji")),
                text("calloutText")
            );
        }
        "toggle" => {
            let _ = writeln!(
                out,
                "<details><summary>{}</summary>{}</details>",
                text("heading"),
                text("content")
            );
        }
        "paywall" => comment(out, "paywall", &Value::Object(payload.clone())),
        kind => comment(out, kind, &Value::Object(payload.clone())),
    }
}

/// The text of a Mobiledoc document that is Markdown and nothing else.
#[must_use]
pub fn markdown(text: &str) -> Option<String> {
    let document: Value = serde_json::from_str(text).ok()?;
    let [card] = document.get("cards")?.as_array()?.as_slice() else { return None };
    let sections = document.get("sections")?.as_array()?;
    let only = sections.iter().all(|section| {
        let kind = section.get(0).and_then(Value::as_u64);
        let blank = section.get(2).and_then(Value::as_array).is_some_and(Vec::is_empty);
        kind == Some(10) || (kind == Some(1) && blank)
    });
    if !only || !matches!(card.get(0)?.as_str()?, "markdown" | "card-markdown") {
        return None;
    }
    card.get(1)?.get("markdown")?.as_str().map(str::to_owned)
}

/// The HTML of a Mobiledoc document.
#[must_use]
pub fn mobiledoc(text: &str) -> Option<String> {
    let document: Value = serde_json::from_str(text).ok()?;
    let mut out = String::new();
    let list = |key: &str| document.get(key).and_then(Value::as_array).cloned().unwrap_or_default();
    let (markups, cards, atoms) = (list("markups"), list("cards"), list("atoms"));
    for section in document.get("sections")?.as_array()? {
        let tag = section.get(1).and_then(Value::as_str).unwrap_or_default();
        match section.get(0).and_then(Value::as_u64) {
            Some(1) => {
                let tag = match tag {
                    tag @ ("h1" | "h2" | "h3" | "h4" | "h5" | "h6" | "blockquote") => tag,
                    _ => "p",
                };
                let _ = write!(out, "<{tag}>");
                markers(&mut out, section.get(2), &markups, &atoms);
                let _ = writeln!(out, "</{tag}>");
            }
            Some(2) => {
                let _ = writeln!(out, "<p><img src=\"{}\" alt=\"\"></p>", escape(tag));
            }
            Some(3) => {
                let tag = if tag == "ol" { "ol" } else { "ul" };
                let _ = write!(out, "<{tag}>");
                for item in section.get(2).and_then(Value::as_array).into_iter().flatten() {
                    out.push_str("<li>");
                    markers(&mut out, Some(item), &markups, &atoms);
                    out.push_str("</li>");
                }
                let _ = writeln!(out, "</{tag}>");
            }
            Some(10) => {
                let number = section.get(1).and_then(Value::as_u64);
                let number = number.and_then(|number| usize::try_from(number).ok());
                if let Some(found) = number.and_then(|number| cards.get(number)) {
                    let kind = found.get(0).and_then(Value::as_str).unwrap_or("card");
                    let payload = found.get(1).and_then(Value::as_object).cloned();
                    card(&mut out, kind, &payload.unwrap_or_default());
                }
            }
            _ => comment(&mut out, "section", section),
        }
    }
    Some(out)
}

/// Runs of text: `[0 or 1, [markups that open], number that close, text or atom]`.
fn markers(out: &mut String, list: Option<&Value>, markups: &[Value], atoms: &[Value]) {
    let mut open: Vec<&str> = Vec::new();
    for marker in list.and_then(Value::as_array).into_iter().flatten() {
        let at = |list: &'_ [Value], value: &Value| {
            list.get(usize::try_from(value.as_u64()?).ok()?).cloned()
        };
        for number in marker.get(1).and_then(Value::as_array).into_iter().flatten() {
            let markup = at(markups, number);
            let name = markup.as_ref().and_then(|markup| markup.get(0)?.as_str());
            let tag = ["strong", "b", "em", "i", "s", "del", "code", "sub", "sup", "u", "a"]
                .into_iter()
                .find(|tag| name.is_some_and(|name| name.eq_ignore_ascii_case(tag)))
                .unwrap_or("span");
            let href = markup.as_ref().and_then(|markup| {
                let list = markup.get(1)?.as_array()?;
                let place = list.iter().position(|key| key.as_str() == Some("href"))?;
                list.get(place + 1)?.as_str().map(escape)
            });
            let _ = match href.filter(|_| tag == "a") {
                Some(href) => write!(out, "<a href=\"{href}\">"),
                None => write!(out, "<{tag}>"),
            };
            open.push(tag);
        }
        let value = marker.get(3).unwrap_or(&Value::Null);
        if marker.get(0).and_then(Value::as_u64) == Some(1) {
            let atom = at(atoms, value);
            let part = |number| atom.as_ref().and_then(|atom| atom.get(number)?.as_str());
            if part(0) == Some("soft-return") {
                out.push_str("<br>");
            } else {
                out.push_str(&escape(part(1).unwrap_or_default()));
            }
        } else {
            out.push_str(&escape(value.as_str().unwrap_or_default()));
        }
        for _ in 0..marker.get(2).and_then(Value::as_u64).unwrap_or_default() {
            let Some(tag) = open.pop() else { break };
            let _ = write!(out, "</{tag}>");
        }
    }
    while let Some(tag) = open.pop() {
        let _ = write!(out, "</{tag}>");
    }
}
