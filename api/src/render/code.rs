//! Blocks of code, as Hugo marks them up with `markup.highlight.noClasses = false`.
//!
//! A block with a language is a `<div class="highlight">` of lines; numbers, marked lines and further
//! attributes come from `{linenos=inline hl_lines=[1,"3-4"] linenostart=5}` behind the language, or
//! from the shortcode `highlight`. Words in it have the classes of Chroma, so each stylesheet that `hugo
//! gen chromastyles` makes fits; `highlight.rs` finds them.

use std::fmt::Write;
use std::ops::RangeInclusive;

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use super::{escape, highlight};

/// Lines that may be marked, at most.
const RANGES: usize = 1000;

/// How a block of code is shown.
#[derive(Debug, Clone, Default, PartialEq)]
pub(super) struct Options {
    pub numbers: Numbers,
    pub start: usize,
    pub marked: Vec<RangeInclusive<usize>>,
    /// Within a line of text.
    pub inline: bool,
    /// What else was given.
    pub others: Map<String, Value>,
}

/// Whether lines of code have their numbers beside them, and how.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum Numbers {
    #[default]
    None,
    Inline,
    Table,
}

/// The language and the options in what stands behind a fence; `numbers`: what the site
/// wants where the block does not say.
pub(super) fn info(info: &str, numbers: Numbers) -> (&str, Options) {
    let parts = info
        .split_once('{')
        .and_then(|(language, rest)| Some((language, rest.trim_end().strip_suffix('}')?)));
    let (language, list) = parts.unwrap_or((info, ""));
    let language = language.split_whitespace().next().unwrap_or_default();
    (language, Options::of_list(list, numbers))
}

impl Options {
    /// `linenos=table, hl_lines=[1,"3-4"] .class #id`; `hl_lines=1 3-4` where commas part the options.
    pub(super) fn of_list(list: &str, numbers: Numbers) -> Self {
        let mut options = Self { start: 1, numbers, ..Self::default() };
        for (name, value) in pairs(list) {
            options.set(name, &value);
        }
        options
    }

    fn set(&mut self, name: &str, value: &Value) {
        let text = value.as_str().unwrap_or_default();
        match name.to_ascii_lowercase().as_str() {
            "linenos" | "lineno" => {
                self.numbers = match (text, value) {
                    ("table", _) => Numbers::Table,
                    ("false" | "0", _) | (_, Value::Bool(false)) => Numbers::None,
                    ("inline", _) => Numbers::Inline,
                    // Hugo's `lineNumbersInTable` is on.
                    _ => Numbers::Table,
                };
            }
            "linenostart" => self.start = text.parse().unwrap_or(1),
            "hl_inline" => self.inline = !matches!(text, "false" | "0"),
            "hl_lines" => {
                let words = match value {
                    Value::Array(values) => {
                        values.iter().map(|value| value.as_str().unwrap_or_default()).collect()
                    }
                    _ => text.split([' ', ',']).collect::<Vec<_>>(),
                };
                self.marked = words.into_iter().filter_map(lines).take(RANGES).collect();
            }
            _ => {
                self.others.insert(name.to_owned(), value.clone());
            }
        }
    }

    fn is_marked(&self, line: usize) -> bool {
        self.marked.iter().any(|range| range.contains(&line))
    }
}

fn lines(word: &str) -> Option<RangeInclusive<usize>> {
    let (first, last) = word.split_once('-').unwrap_or((word, word));
    Some(first.trim().parse().ok()?..=last.trim().parse().ok()?)
}

/// Names and values: text, or a list of texts.
fn pairs(list: &str) -> Vec<(&str, Value)> {
    let mut found = Vec::new();
    let mut rest = list.trim_start();
    while !rest.is_empty() {
        let length = rest.find(['=', ',', ' ', '\t', '\n']).unwrap_or(rest.len());
        let name = &rest[..length];
        rest = rest[length..].trim_start();
        let value = match rest.strip_prefix('=') {
            Some(behind) => {
                let (value, behind) = value(behind.trim_start());
                rest = behind;
                value
            }
            None => Value::Bool(true),
        };
        if !name.is_empty() {
            found.push((name, value));
        }
        rest = rest.trim_start_matches([' ', '\t', '\n', ',']);
    }
    found
}

fn value(text: &str) -> (Value, &str) {
    for quote in ['"', '\''] {
        if let Some((inner, rest)) =
            text.strip_prefix(quote).and_then(|quoted| quoted.split_once(quote))
        {
            return (inner.into(), rest);
        }
    }
    if let Some((inner, rest)) = text.strip_prefix('[').and_then(|list| list.split_once(']')) {
        let values = inner.split(',').map(|item| item.trim().trim_matches(['"', '\'']).into());
        return (Value::Array(values.collect()), rest);
    }
    let mut length = text.find([',', ' ', '\t', '\n']).unwrap_or(text.len());
    // `hl_lines=1 3-4,linenos=table`: further ranges belong to it.
    while let Some(next) = text.get(length + 1..)
        && text[length..].starts_with(' ')
        && next.starts_with(|c: char| c.is_ascii_digit())
    {
        length += 1 + next.find([',', ' ']).unwrap_or(next.len());
    }
    (text[..length].into(), &text[length..])
}

/// HTML of a block of code; `words`: they get classes.
pub(super) fn html(code: &str, language: &str, options: &Options, words: bool) -> String {
    let name = escape(language);
    if options.inline {
        let line = highlight::lines(code, language, words).concat();
        return format!("<code class=\"code-inline language-{name}\">{line}</code>");
    }
    let mut html = "<div class=\"highlight".to_owned();
    for class in ["class", "."] {
        if let Some(class) = options.others.get(class).and_then(Value::as_str) {
            let _ = write!(html, " {}", escape(class));
        }
    }
    html.push('"');
    if !options.others.is_empty() {
        let others = Value::Object(options.others.clone()).to_string();
        let _ = write!(html, " data-params=\"{}\"", escape(&others));
    }
    html.push('>');
    let lines = highlight::lines(code, language, words);
    let start = "<pre tabindex=\"0\" class=\"chroma\">";
    if options.numbers == Numbers::Table {
        let _ = write!(
            html,
            "<div class=\"chroma\">\n<table class=\"lntable\"><tr><td class=\"lntd\">\n{start}<code>"
        );
        for index in 0..lines.len() {
            let (open, close) = if options.is_marked(index + 1) {
                ("<span class=\"hl\">", "</span>")
            } else {
                ("", "")
            };
            let number = options.start + index;
            let _ = write!(html, "{open}<span class=\"lnt\">{number}\n</span>{close}");
        }
        html.push_str("</code></pre></td>\n<td class=\"lntd\">\n");
    }
    let _ = write!(html, "{start}<code class=\"language-{name}\" data-lang=\"{name}\">");
    for (index, line) in lines.iter().enumerate() {
        let mark = if options.is_marked(index + 1) { " hl" } else { "" };
        let _ = write!(html, "<span class=\"line{mark}\">");
        if options.numbers == Numbers::Inline {
            let _ = write!(html, "<span class=\"ln\">{}</span>", options.start + index);
        }
        // As Chroma writes quotes: on a CJK page Hugo counts the characters of entities.
        let line = line.replace("&quot;", "&#34;").replace('\'', "&#39;");
        let _ = write!(html, "<span class=\"cl\">{line}</span></span>");
    }
    html.push_str("</code></pre>");
    if options.numbers == Numbers::Table {
        html.push_str("</td></tr></table>\n</div>\n");
    }
    html.push_str("</div>");
    html
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn options_are_read() {
        let marked = |options: &Options| options.marked.clone();
        let (language, options) =
            info("go {linenos=inline hl_lines=[1,\"3-4\"] linenostart=3}", Numbers::Table);
        assert_eq!((language, options.numbers, options.start), ("go", Numbers::Inline, 3));
        assert_eq!(marked(&options), [1..=1, 3..=4]);
        let options =
            Options::of_list("linenos=table,hl_lines=1 3-4,linenostart=5,a=\"b c\"", Numbers::None);
        assert_eq!((options.numbers, options.start), (Numbers::Table, 5));
        assert_eq!(marked(&options), [1..=1, 3..=4]);
        assert_eq!(options.others.get("a"), Some(&"b c".into()));
        let plain = |numbers| Options { start: 1, numbers, ..Options::default() };
        for numbers in [Numbers::None, Numbers::Table] {
            assert_eq!(info("rust,ignore x", numbers), ("rust,ignore", plain(numbers)));
            assert_eq!(info("{x", numbers), ("{x", plain(numbers)));
        }
        assert_eq!(info("go {linenos=false}", Numbers::Table), ("go", plain(Numbers::None)));
        for hostile in ["=", "a==", "a=[", "a=\"", ",,,", "hl_lines=9-1", "{}}", "linenostart=-1"] {
            let _ = html("x\n", "y", &Options::of_list(hostile, Numbers::None), true);
        }
    }
}
