//! The front matter of a content file: found in the raw bytes first, parsed afterwards.
//!
//! Invariants: `front_matter` and `body` of a [`Source`] are two adjoining
//! slices of the file, so that writing one after the other gives the file
//! back byte for byte; nothing here looks at what keys mean.
//!
//! The rules of where front matter begins and ends are Hugo's
//! (`parser/pageparser/pagelexer_intro.go`).

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use super::problem::Problem;
use super::{toml_value, yaml};

/// How the front matter of a file is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Format {
    Yaml,
    Toml,
    Json,
    #[default]
    None,
}

impl Format {
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Yaml => "yaml",
            Self::Toml => "toml",
            Self::Json => "json",
            Self::None => "none",
        }
    }
}

impl fmt::Display for Format {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl FromStr for Format {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        match text {
            "yaml" => Ok(Self::Yaml),
            "toml" => Ok(Self::Toml),
            "json" => Ok(Self::Json),
            "none" => Ok(Self::None),
            _ => Err(format!("`{text}` is no front matter format")),
        }
    }
}

/// One content file, taken apart and not yet understood.
#[derive(Debug, Clone, Copy)]
pub struct Source<'a> {
    pub format: Format,
    /// Everything before the body: byte order mark, blank lines, delimiters and the text.
    pub front_matter: &'a [u8],
    /// The text between the delimiters; for JSON the braces belong to it.
    pub text: &'a str,
    /// The line of the file in which `text` begins, from one.
    pub text_line: u32,
    /// The rest of the file.
    pub body: &'a [u8],
}

const BYTE_ORDER_MARK: &[u8] = b"\xef\xbb\xbf";

/// Finds the front matter of a file.
///
/// A file without any is all body; a byte order mark before it counts as front
/// matter, since no reader of the body wants it. Fails when a front matter is
/// begun and not closed, or is not UTF-8.
pub fn split(bytes: &[u8]) -> Result<Source<'_>, Problem> {
    let mark = if bytes.starts_with(BYTE_ORDER_MARK) { BYTE_ORDER_MARK.len() } else { 0 };
    let none = || {
        let (front_matter, body) = bytes.split_at(mark);
        Source { format: Format::None, front_matter, text: "", text_line: 1, body }
    };
    let rest = bytes.get(mark..).unwrap_or_default();
    let blank = rest.iter().take_while(|byte| matches!(byte, b' ' | b'\t' | b'\r' | b'\n')).count();
    let start = mark + blank;
    let head = bytes.get(start..).unwrap_or_default();
    let (format, text_start, text_end, body_start) = if head.starts_with(b"---") {
        let (text, end, body) = fenced(bytes, start, b"---")?;
        (Format::Yaml, text, end, body)
    } else if head.starts_with(b"+++") {
        let (text, end, body) = fenced(bytes, start, b"+++")?;
        (Format::Toml, text, end, body)
    } else if json_begins(head) {
        let end = braced(bytes, start)?;
        (Format::Json, start, end, skip_line_end(bytes, end))
    } else {
        return Ok(none());
    };
    let text_line = line_of(bytes, text_start);
    let raw = bytes.get(text_start..text_end).unwrap_or_default();
    let text = std::str::from_utf8(raw).map_err(|error| {
        Problem::at(
            line_of(bytes, text_start + error.valid_up_to()),
            1,
            "the front matter is not UTF-8; save the file as UTF-8",
        )
    })?;
    let (front_matter, body) = bytes.split_at(body_start.min(bytes.len()));
    Ok(Source { format, front_matter, text, text_line, body })
}

/// Parses the front matter into an ordered map, keys as written.
///
/// Fails for a syntax error, a key given twice, or anything but a map; the
/// line and column are those of the file.
pub fn parse(source: &Source) -> Result<Map<String, Value>, Problem> {
    let parsed = match source.format {
        Format::None => return Ok(Map::new()),
        Format::Yaml => yaml::parse(source.text),
        Format::Toml => toml_value::parse(source.text),
        Format::Json => parse_json(source.text),
    };
    match parsed {
        Ok(Value::Object(map)) if has_nul(source.text) => Ok(without_nul(map)),
        Ok(Value::Object(map)) => Ok(map),
        Ok(Value::Null) => Ok(Map::new()),
        Ok(_) => Err(Problem::at(
            source.text_line,
            1,
            "the front matter is no map; write `key: value` lines",
        )),
        Err(problem) => Err(Problem {
            line: problem.line.map(|line| line.saturating_add(source.text_line).saturating_sub(1)),
            ..problem
        }),
    }
}

/// Whether a text may say U+0000, in whatever way.
fn has_nul(text: &str) -> bool {
    ["\0", "\\0", "\\x00", "\\u0000", "\\U00000000"].iter().any(|nul| text.contains(nul))
}

/// `PostgreSQL` holds no U+0000 in a text; it is replaced as in a body.
fn without_nul(map: Map<String, Value>) -> Map<String, Value> {
    fn clean(value: Value) -> Value {
        match value {
            Value::String(text) => Value::String(text.replace('\0', "\u{fffd}")),
            Value::Array(items) => items.into_iter().map(clean).collect(),
            Value::Object(map) => Value::Object(without_nul(map)),
            value => value,
        }
    }
    map.into_iter().map(|(key, value)| (key.replace('\0', "\u{fffd}"), clean(value))).collect()
}

/// Parses JSON, with the place of an error.
pub(super) fn parse_json(text: &str) -> Result<Value, Problem> {
    serde_json::from_str(text).map_err(|error| {
        let place = |number: usize| u32::try_from(number).unwrap_or(u32::MAX).max(1);
        let reason = error.to_string();
        let reason = reason.split(" at line ").next().unwrap_or_default();
        Problem::at(
            place(error.line()),
            place(error.column()),
            format!("this is no valid JSON: {reason}"),
        )
    })
}

/// The start and end of the text and the start of the body, for a front
/// matter between two lines that begin with `fence`.
fn fenced(bytes: &[u8], start: usize, fence: &[u8]) -> Result<(usize, usize, usize), Problem> {
    let opening = start + fence.len();
    // Hugo lets text stand behind the opening delimiter, and then it belongs to the front matter.
    let text_start = skip_line_end(bytes, opening);
    let mut line = text_start;
    if text_start == opening {
        line = next_line(bytes, opening);
    }
    while line < bytes.len() {
        let here = bytes.get(line..).unwrap_or_default();
        // Any line that begins with the delimiter closes; what follows on it is body.
        if here.starts_with(fence) {
            return Ok((text_start, line, skip_line_end(bytes, line + fence.len())));
        }
        // YAML's own end of a document. Hugo does not know it, Pandoc and Jekyll do.
        if fence == b"---" && is_end_mark(bytes, line) && !fence_is_next(bytes, line, fence) {
            return Ok((text_start, line, next_line(bytes, line)));
        }
        line = next_line(bytes, line);
    }
    let fence = String::from_utf8_lossy(fence);
    Err(Problem::at(
        line_of(bytes, start),
        1,
        format!("the front matter is never closed; end it with a line `{fence}`"),
    ))
}

/// Whether a line is `...` and nothing else.
fn is_end_mark(bytes: &[u8], line: usize) -> bool {
    let end = next_line(bytes, line);
    bytes.get(line..end).unwrap_or_default().trim_ascii_end().eq(b"...")
}

/// Whether the next line that says anything is the delimiter proper.
fn fence_is_next(bytes: &[u8], line: usize, fence: &[u8]) -> bool {
    bytes.get(next_line(bytes, line)..).unwrap_or_default().trim_ascii_start().starts_with(fence)
}

/// Whether a file that begins with a brace begins with JSON, and not with a
/// shortcode or template action.
fn json_begins(head: &[u8]) -> bool {
    head.starts_with(b"{") && !head.starts_with(b"{{")
}

/// The position behind the brace that closes the one at `start`.
fn braced(bytes: &[u8], start: usize) -> Result<usize, Problem> {
    let (mut level, mut quoted, mut escaped) = (0_usize, false, false);
    for (position, byte) in bytes.iter().enumerate().skip(start) {
        if escaped {
            escaped = false;
            continue;
        }
        match byte {
            b'\\' => escaped = true,
            b'"' => quoted = !quoted,
            b'{' if !quoted => level += 1,
            b'}' if !quoted => {
                level -= 1;
                if level == 0 {
                    return Ok(position + 1);
                }
            }
            _ => {}
        }
    }
    Err(Problem::at(
        line_of(bytes, start),
        1,
        "the JSON front matter is never closed; a `}` is missing",
    ))
}

/// Behind a line end at this place; a carriage return alone is one, too.
fn skip_line_end(bytes: &[u8], at: usize) -> usize {
    match bytes.get(at..).unwrap_or_default() {
        [b'\r', b'\n', ..] => at + 2,
        [b'\r' | b'\n', ..] => at + 1,
        _ => at,
    }
}

fn next_line(bytes: &[u8], at: usize) -> usize {
    bytes
        .get(at..)
        .and_then(|rest| rest.iter().position(|byte| matches!(byte, b'\n' | b'\r')))
        .map_or(bytes.len(), |offset| skip_line_end(bytes, at + offset))
}

fn line_of(bytes: &[u8], at: usize) -> u32 {
    let (mut line, mut start) = (1_u32, 0);
    loop {
        start = next_line(bytes, start);
        if start > at || start >= bytes.len() {
            return line;
        }
        line = line.saturating_add(1);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(file: &str, format: Format, text: &str, body: &str) {
        let source = split(file.as_bytes()).unwrap();
        assert_eq!(source.format, format);
        assert_eq!(source.text, text);
        assert_eq!(String::from_utf8_lossy(source.body), body);
        assert_eq!(
            [source.front_matter, source.body].concat(),
            file.as_bytes(),
            "nothing may be lost"
        );
    }

    #[test]
    fn front_matter_is_split_from_the_body_as_hugo_does() {
        check("", Format::None, "", "");
        check(" \n\n", Format::None, "", " \n\n");
        check("# H\n", Format::None, "", "# H\n");
        check("-x\n", Format::None, "", "-x\n");
        check("{{< x >}}", Format::None, "", "{{< x >}}");
        check("\u{feff}text", Format::None, "", "text");
        check("---\na: 1\n---\nB", Format::Yaml, "a: 1\n", "B");
        check("---\r\na: 1\r\n---\r\nB", Format::Yaml, "a: 1\r\n", "B");
        check("\u{feff}---\na: 1\n---\nB", Format::Yaml, "a: 1\n", "B");
        check("\n \n---\na: 1\n---\nB", Format::Yaml, "a: 1\n", "B");
        check("---\n---\nB", Format::Yaml, "", "B");
        check("---\n---", Format::Yaml, "", "");
        check("--- \na: 1\n---\n", Format::Yaml, " \na: 1\n", "");
        check("---\na: 1\n---text\nB", Format::Yaml, "a: 1\n", "text\nB");
        check("---\na: 1\n----\nB", Format::Yaml, "a: 1\n", "-\nB");
        check("---\na: |\n  ---\n---\nB", Format::Yaml, "a: |\n  ---\n", "B");
        check("---\na: 1\n...\nB", Format::Yaml, "a: 1\n", "B");
        check("---\na: 1\n...\nB\n---\nC", Format::Yaml, "a: 1\n", "B\n---\nC");
        check("---\na: 1\n...\n---\nB", Format::Yaml, "a: 1\n...\n", "B");
        check("---\ra: 1\r---\rB\rC", Format::Yaml, "a: 1\r", "B\rC");
        check("+++\na=1\n+++\nB", Format::Toml, "a=1\n", "B");
        check("{\"a\": \"}\"}\nB", Format::Json, "{\"a\": \"}\"}", "B");
        check("{\"a\": \"\\\"}\"}B", Format::Json, "{\"a\": \"\\\"}\"}", "B");
    }

    #[test]
    fn an_unclosed_front_matter_is_named_with_its_line() {
        let line = |file: &str| split(file.as_bytes()).unwrap_err().line;
        assert_eq!(line("---\na: 1\n\nB\n"), Some(1));
        assert_eq!(line("\n\n+++\na = 1\n"), Some(3));
        assert_eq!(line("{\"a\": 1\n"), Some(1));
        assert_eq!(split(b"---\na: 1\nb: \xff\n---\n").unwrap_err().line, Some(3));
    }

    #[test]
    fn a_syntax_error_has_the_line_of_the_file() {
        let line = |file: &str| parse(&split(file.as_bytes()).unwrap()).unwrap_err().line;
        assert_eq!(line("---\ntitle: A\ntitle: B\n---\n"), Some(3));
        assert_eq!(line("---\ntitle: @foo\n---\n"), Some(2));
        assert_eq!(line("+++\na = 1\na = 2\n+++\n"), Some(3));
        assert_eq!(line("{\"a\": 1,\n}\n"), Some(2));
        assert_eq!(line("---\njust text\n---\n"), Some(2));
    }
}
