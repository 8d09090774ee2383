//! Values as text.
//!
//! Invariant: a scalar that is given out reads back as the value it was made
//! of; a style that cannot hold it is left for one that can.

use serde_json::{Map, Value};

use super::super::front_matter::Format;
use super::super::{toml_value, yaml};
use super::node::Style;

/// How a new value is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Look<'a> {
    pub format: Format,
    /// Of texts.
    pub style: Style,
    /// Lists of scalars stand in brackets.
    pub flow: bool,
    /// Dashes of YAML are deeper than their key.
    pub deep_dash: bool,
    /// Spaces inside of brackets: `[ a ]`.
    pub padded: bool,
    /// By how much what is nested is deeper.
    pub step: usize,
    pub line_end: &'a str,
}

/// A scalar on one line.
///
/// `inside` says that brackets are around it. None where the format has no such value.
pub(super) fn scalar(value: &Value, look: Look<'_>, inside: bool) -> Option<String> {
    match (look.format, value) {
        (Format::Json, value) => serde_json::to_string(value).ok(),
        (Format::Toml, Value::Null) => None,
        (_, Value::Null) => Some("null".to_owned()),
        (_, Value::Bool(flag)) => Some(flag.to_string()),
        (_, Value::Number(number)) => Some(numeral(&number.to_string())),
        (Format::Toml, Value::String(text)) => Some(toml_text(text, look)),
        (_, Value::String(text)) => Some(yaml_text(text, look.style, inside)),
        (_, Value::Array(_) | Value::Object(_)) => None,
    }
}

/// A number with an exponent is one to YAML only with a point.
fn numeral(number: &str) -> String {
    match number.split_once('e') {
        Some((digits, exponent)) if !digits.contains('.') => format!("{digits}.0e{exponent}"),
        _ => number.to_owned(),
    }
}

fn yaml_text(text: &str, style: Style, inside: bool) -> String {
    let single = || {
        let printable = text.chars().all(is_printable);
        let apart = !text.contains(['\n', '\r', '\t']) || text.is_empty();
        (printable && apart).then(|| format!("'{}'", text.replace('\'', "''")))
    };
    let double = || yaml_double(text);
    let quoted = || {
        // What would have to be escaped is easier to read in single quotes.
        let escapes = text.contains(['"', '\\']) && !text.contains('\'');
        if escapes { single().unwrap_or_else(double) } else { double() }
    };
    match style {
        Style::Plain | Style::Literal | Style::Folded if is_plain(text, inside) => text.to_owned(),
        Style::Single | Style::MultiSingle => single().unwrap_or_else(double),
        Style::Double | Style::MultiDouble => double(),
        _ => quoted(),
    }
}

/// Whether a text may stand without quotes, and is not taken for anything else
/// by Hugo, nor by other readers of YAML.
fn is_plain(text: &str, inside: bool) -> bool {
    let old_flag =
        ["yes", "no", "on", "off", "y", "n"].iter().any(|flag| text.eq_ignore_ascii_case(flag));
    let first = text.chars().next().unwrap_or(' ');
    let indicator = "?:,[]{}#&*!|>'\"%@`=<".contains(first)
        || (first == '-' && !text.get(1..).unwrap_or_default().starts_with(char::is_alphanumeric));
    let breaks = text.contains(": ")
        || text.contains(" #")
        || text.ends_with(':')
        || text.ends_with(char::is_whitespace)
        || text.starts_with(char::is_whitespace)
        || text.contains(['\n', '\r', '\t'])
        || !text.chars().all(is_printable)
        || (inside && text.contains([',', '[', ']', '{', '}', ':']));
    if old_flag || indicator || breaks {
        return false;
    }
    let document = if inside { format!("[{text}]") } else { format!("k: {text}") };
    let read = match yaml::parse(&document) {
        Ok(Value::Array(mut items)) if items.len() == 1 => items.pop(),
        Ok(Value::Object(mut map)) if map.len() == 1 => map.remove("k"),
        _ => None,
    };
    read.is_some_and(|read| read == text)
}

fn is_printable(c: char) -> bool {
    !c.is_control() && !matches!(c, '\u{feff}' | '\u{2028}' | '\u{2029}' | '\u{fffe}' | '\u{ffff}')
        || matches!(c, '\n' | '\t')
}

fn yaml_double(text: &str) -> String {
    use std::fmt::Write as _;
    let mut out = String::with_capacity(text.len() + 2);
    out.push('"');
    for c in text.chars() {
        match c {
            '"' => out.push_str("\\\""),
            '\\' => out.push_str("\\\\"),
            '\n' => out.push_str("\\n"),
            '\r' => out.push_str("\\r"),
            '\t' => out.push_str("\\t"),
            c if is_printable(c) => out.push(c),
            c if u32::from(c) > 0xffff => drop(write!(out, "\\U{:08X}", u32::from(c))),
            c => drop(write!(out, "\\u{:04X}", u32::from(c))),
        }
    }
    out.push('"');
    out
}

fn toml_text(text: &str, look: Look<'_>) -> String {
    let unescaped = |c: char| c == '\t' || !c.is_control();
    match look.style {
        Style::Plain if is_toml_date(text) => text.to_owned(),
        Style::Single | Style::MultiSingle if text.chars().all(|c| unescaped(c) && c != '\'') => {
            format!("'{text}'")
        }
        Style::MultiSingle | Style::MultiDouble if text.contains('\n') => {
            let lines: Vec<String> = text.split('\n').map(toml_escaped).collect();
            format!("\"\"\"{0}{1}\"\"\"", look.line_end, lines.join(look.line_end))
        }
        _ => format!("\"{}\"", toml_escaped(text)),
    }
}

fn toml_escaped(text: &str) -> String {
    use std::fmt::Write as _;
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '"' => out.push_str("\\\""),
            '\\' => out.push_str("\\\\"),
            '\n' => out.push_str("\\n"),
            '\r' => out.push_str("\\r"),
            '\t' => out.push_str("\\t"),
            c if c.is_control() => drop(write!(out, "\\u{:04X}", u32::from(c))),
            c => out.push(c),
        }
    }
    out
}

/// Whether a text is a date or time that TOML writes without quotes.
pub(super) fn is_toml_date(text: &str) -> bool {
    let begins = text.bytes().take(2).filter(u8::is_ascii_digit).count() == 2;
    let plain = text.bytes().all(|byte| byte.is_ascii_digit() || b"-:.+TtZz ".contains(&byte));
    begins
        && plain
        && text.contains(['-', ':'])
        && toml_value::parse(&format!("k = {text}"))
            .is_ok_and(|read| read.get("k").is_some_and(|read| read == text))
}

/// A key as it stands before its colon.
pub(super) fn key(key: &str, look: Look<'_>, inside: bool) -> String {
    match look.format {
        Format::Json => Value::from(key).to_string(),
        Format::Toml => {
            let bare = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'-');
            if !key.is_empty() && key.bytes().all(bare) {
                key.to_owned()
            } else {
                format!("\"{}\"", toml_escaped(key))
            }
        }
        Format::Yaml | Format::None => {
            let text = || Value::String(key.to_owned());
            // A key that is a number or flag is the same key without quotes.
            let bare = key.bytes().all(|byte| byte.is_ascii_alphanumeric())
                && yaml::parse(&format!("{key}: 1"))
                    .is_ok_and(|read| read.as_object().is_some_and(|map| map.contains_key(key)));
            if bare && !key.is_empty() {
                return key.to_owned();
            }
            let look = Look { style: Style::Plain, format: Format::Yaml, ..look };
            scalar(&text(), look, inside).unwrap_or_default()
        }
    }
}

/// Any value on one line.
pub(super) fn inline(value: &Value, look: Look<'_>) -> Option<String> {
    within(value, look, true)
}

/// A value that stands on the line of its key.
pub(super) fn beside(value: &Value, look: Look<'_>) -> Option<String> {
    within(value, look, false)
}

fn within(value: &Value, look: Look<'_>, inside: bool) -> Option<String> {
    let pad = if look.padded { " " } else { "" };
    match value {
        Value::Array(items) if items.is_empty() => Some("[]".to_owned()),
        Value::Object(map) if map.is_empty() => Some("{}".to_owned()),
        Value::Array(items) => {
            let items = items.iter().map(|item| inline(item, look)).collect::<Option<Vec<_>>>()?;
            Some(format!("[{pad}{}{pad}]", items.join(", ")))
        }
        Value::Object(map) => {
            let pad = if look.format == Format::Toml { " " } else { pad };
            let entries = map
                .iter()
                .map(|(name, value)| {
                    Some(format!("{}{}{}", key(name, look, true), separator(look.format), {
                        inline(value, look)?
                    }))
                })
                .collect::<Option<Vec<_>>>()?;
            Some(format!("{{{pad}{}{pad}}}", entries.join(", ")))
        }
        value => scalar(value, look, inside),
    }
}

pub(super) fn separator(format: Format) -> &'static str {
    if format == Format::Toml { " = " } else { ": " }
}

/// JSON over several lines, as deep as `indent`; lists of scalars as the look says.
pub(super) fn json(value: &Value, look: Look<'_>, indent: &str) -> Option<String> {
    let inner = format!("{indent}{}", " ".repeat(look.step));
    let end = look.line_end;
    let lines = |open: char, lines: Vec<String>, close: char| {
        let joined = lines.join(&format!(",{end}{inner}"));
        format!("{open}{end}{inner}{joined}{end}{indent}{close}")
    };
    match value {
        Value::Object(map) if !map.is_empty() => {
            let entries = map
                .iter()
                .map(|(name, value)| {
                    Some(format!("{}: {}", key(name, look, true), json(value, look, &inner)?))
                })
                .collect::<Option<_>>()?;
            Some(lines('{', entries, '}'))
        }
        Value::Array(items) if !items.is_empty() && !(look.flow && all_scalars(items)) => {
            let items = items.iter().map(|item| json(item, look, &inner)).collect::<Option<_>>()?;
            Some(lines('[', items, ']'))
        }
        value => inline(value, look),
    }
}

pub(super) fn all_scalars(items: &[Value]) -> bool {
    !items.iter().any(|item| item.is_array() || item.is_object())
}

/// What follows a key or dash of YAML, from behind its mark to the end of the
/// last line, the last line end left out. `indent` is that of the key.
pub(super) fn yaml_after(value: &Value, look: Look<'_>, indent: &str) -> Option<String> {
    let end = look.line_end;
    match value {
        Value::Array(items) if !items.is_empty() && !(look.flow && all_scalars(items)) => {
            let deep = if look.deep_dash { " ".repeat(look.step) } else { String::new() };
            let mut out = String::new();
            for item in items {
                out.push_str(end);
                out.push_str(&yaml_item(item, look, &format!("{indent}{deep}"))?);
            }
            Some(out)
        }
        Value::Object(map) if !map.is_empty() => {
            let inner = format!("{indent}{}", " ".repeat(look.step));
            let mut out = String::new();
            for (name, value) in map {
                out.push_str(end);
                out.push_str(&yaml_entry(name, value, look, &inner)?);
            }
            Some(out)
        }
        Value::String(text) if text.contains('\n') || is_block(look.style) => {
            let style = if is_block(look.style) { look.style } else { Style::Literal };
            let block = yaml_block(text, style, &format!("{indent}{}", " ".repeat(look.step)), end);
            block.map_or_else(|| beside(value, look), Some).map(|text| format!(" {text}"))
        }
        value => Some(format!(" {}", beside(value, look)?)),
    }
}

/// `key: value`, the last line end left out.
pub(super) fn yaml_entry(
    name: &str,
    value: &Value,
    look: Look<'_>,
    indent: &str,
) -> Option<String> {
    Some(format!("{indent}{}:{}", key(name, look, false), yaml_after(value, look, indent)?))
}

/// `- value`, the last line end left out.
pub(super) fn yaml_item(value: &Value, look: Look<'_>, indent: &str) -> Option<String> {
    match value {
        Value::Object(map) if !map.is_empty() => {
            let inner = format!("{indent}  ");
            let entries = map
                .iter()
                .map(|(name, value)| yaml_entry(name, value, look, &inner))
                .collect::<Option<Vec<_>>>()?;
            let joined = entries.join(look.line_end);
            Some(format!("{indent}- {}", joined.trim_start_matches(' ')))
        }
        Value::Array(_) => Some(format!("{indent}- {}", inline(value, look)?)),
        value => Some(format!("{indent}-{}", yaml_after(value, look, indent)?)),
    }
}

pub(super) fn is_block(style: Style) -> bool {
    matches!(style, Style::Literal | Style::Folded)
}

/// A block text, from its mark on; none where it cannot hold the text.
pub(super) fn yaml_block(text: &str, style: Style, indent: &str, end: &str) -> Option<String> {
    let content = text.strip_suffix('\n').unwrap_or(text);
    let lines: Vec<&str> = content.split('\n').collect();
    let first = lines.first()?;
    let folded = style == Style::Folded;
    let odd = first.is_empty()
        || content.ends_with('\n')
        || first.starts_with([' ', '\t'])
        || text.contains('\r')
        || !text.chars().all(is_printable)
        || lines.iter().any(|line| !line.is_empty() && line.trim().is_empty())
        || (folded && lines.iter().any(|line| line.starts_with([' ', '\t'])));
    if odd {
        return None;
    }
    let mut out = String::from(if folded { ">" } else { "|" });
    if !text.ends_with('\n') {
        out.push('-');
    }
    for (number, line) in lines.iter().enumerate() {
        if folded && number > 0 && !line.is_empty() {
            out.push_str(end);
        }
        out.push_str(end);
        if !line.is_empty() {
            out.push_str(indent);
            out.push_str(line);
        }
    }
    let folded_blank = folded && lines.iter().any(|line| line.is_empty());
    (!folded_blank || reads_back(&out, text)).then_some(out)
}

fn reads_back(block: &str, text: &str) -> bool {
    yaml::parse(&format!("k: {block}\n"))
        .is_ok_and(|read| read.get("k").is_some_and(|read| read == text))
}

/// Entries of TOML, tables behind the rest; each line with its end.
pub(super) fn toml_entries(
    map: &Map<String, Value>,
    look: Look<'_>,
    table: &[String],
    out: &mut String,
) -> Option<()> {
    for (name, value) in map {
        if !is_toml_table(value) {
            let line = format!("{} = {}", key(name, look, false), inline(value, look)?);
            out.push_str(&line);
            out.push_str(look.line_end);
        }
    }
    for (name, value) in map {
        let path: Vec<String> = table.iter().cloned().chain([name.clone()]).collect();
        match value {
            Value::Object(inner) if is_toml_table(value) => {
                if inner.values().any(|value| !is_toml_table(value)) || inner.is_empty() {
                    toml_header(&path, look, false, out);
                }
                toml_entries(inner, look, &path, out)?;
            }
            Value::Array(items) if is_toml_table(value) => {
                for inner in items.iter().filter_map(Value::as_object) {
                    toml_header(&path, look, true, out);
                    toml_entries(inner, look, &path, out)?;
                }
            }
            _ => {}
        }
    }
    Some(())
}

/// Whether a value is written under a header of its own.
pub(super) fn is_toml_table(value: &Value) -> bool {
    match value {
        Value::Object(_) => true,
        Value::Array(items) => !items.is_empty() && items.iter().all(Value::is_object),
        _ => false,
    }
}

pub(super) fn toml_header(path: &[String], look: Look<'_>, many: bool, out: &mut String) {
    let name: Vec<String> = path.iter().map(|name| key(name, look, false)).collect();
    let (open, close) = if many { ("[[", "]]") } else { ("[", "]") };
    out.push_str(&format!("{open}{}{close}{}", name.join("."), look.line_end));
}
