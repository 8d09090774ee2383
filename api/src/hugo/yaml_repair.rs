//! YAML as people write it and Hugo reads it, though the specification says no.
//!
//! - A quoted text or a `[list]` goes on in a line that is not indented.
//! - A tab stands behind a colon.
//! - A comment begins right behind a quote or bracket.
//! - A character beyond U+FFFF is escaped as in JSON, `\ud83d\ude00`.
//! - A byte order mark stands within the text: another character stands in for it
//!   until the text is read ([`restored`]).
//!
//! Invariants: only a text that does not parse is repaired; no line is added
//! or removed, so that the line of a remaining error is right; block texts
//! (`|`, `>`) are left alone.

use serde_json::Value;

const MARK: char = '\u{feff}';
/// One for private use, as long as what it stands in for.
const STAND_IN: char = '\u{f8f5}';

/// Whether byte order marks are mended in a text.
fn has_marks(text: &str) -> bool {
    text.contains(MARK) && !text.contains(STAND_IN)
}

/// What was read of the mended text, with the marks that were in the text itself.
pub(super) fn restored(text: &str, value: Value) -> Value {
    if !has_marks(text) {
        return value;
    }
    let own = |text: String| text.replace(STAND_IN, "\u{feff}");
    match value {
        Value::String(text) => Value::String(own(text)),
        Value::Array(items) => items.into_iter().map(|item| restored(text, item)).collect(),
        Value::Object(map) => {
            map.into_iter().map(|(key, value)| (own(key), restored(text, value))).collect()
        }
        value => value,
    }
}

/// The text with the above mended.
pub(super) fn repair(text: &str) -> String {
    let unmarked;
    let text = if has_marks(text) {
        unmarked = text.replace(MARK, "\u{f8f5}");
        unmarked.as_str()
    } else {
        text
    };
    let mut repair =
        Repair { out: String::with_capacity(text.len() + 64), quote: None, depth: 0, column: 0 };
    // While a block text lasts, the indentation of the line that began it.
    let mut block: Option<usize> = None;
    for line in text.split_inclusive('\n') {
        let indent = line.len() - line.trim_start_matches(' ').len();
        if let Some(parent) = block {
            if line.trim().is_empty() || indent > parent {
                repair.out.push_str(line);
                continue;
            }
            block = None;
        }
        let inside = repair.is_inside();
        if inside && !line.trim().is_empty() {
            repair.out.extend(std::iter::repeat_n(' ', repair.column));
        }
        repair.line(line);
        if !repair.is_inside() && !inside && begins_block(line) {
            block = Some(indent);
        }
    }
    repair.out
}

struct Repair {
    out: String,
    quote: Option<char>,
    /// How many brackets are open.
    depth: usize,
    /// Where the outermost of them, or the quote, was opened.
    column: usize,
}

impl Repair {
    fn is_inside(&self) -> bool {
        self.quote.is_some() || self.depth > 0
    }

    fn line(&mut self, line: &str) {
        let mut rest = line;
        let mut column = 0;
        // What stood before: itself, and the last that was no space.
        let (mut before, mut token) = (' ', if self.depth > 0 { ',' } else { '\n' });
        let mut closed = false;
        while let Some(c) = rest.chars().next() {
            let behind = rest.get(c.len_utf8()..).unwrap_or_default();
            if let Some(quote) = self.quote {
                let length = self.quoted(quote, c, rest);
                closed = self.quote.is_none();
                before = c;
                token = c;
                rest = rest.get(length..).unwrap_or_default();
                column += 1;
                continue;
            }
            let fresh = match token {
                '\n' => true,
                '-' | ':' | '?' => before.is_whitespace(),
                '[' | '{' | ',' => self.depth > 0,
                _ => false,
            };
            match c {
                '"' | '\'' if fresh => {
                    if self.depth == 0 {
                        self.column = column;
                    }
                    self.quote = Some(c);
                }
                '[' | '{' if fresh || self.depth > 0 => {
                    if self.depth == 0 {
                        self.column = column;
                    }
                    self.depth += 1;
                }
                ']' | '}' if self.depth > 0 => self.depth -= 1,
                '#' if before.is_whitespace() || closed => {
                    if closed && !before.is_whitespace() {
                        self.out.push(' ');
                    }
                    self.out.push_str(rest);
                    return;
                }
                _ => {}
            }
            self.out.push(if c == '\t' && before == ':' { ' ' } else { c });
            closed = matches!(c, ']' | '}');
            if !c.is_whitespace() {
                // A dash begins an item only where nothing but dashes stands before it.
                token = if c == '-' && token != '\n' && token != '-' { 'x' } else { c };
            }
            before = c;
            rest = behind;
            column += 1;
        }
    }

    /// Copies what begins with `c` inside quotes, and says how long it is.
    fn quoted(&mut self, quote: char, c: char, rest: &str) -> usize {
        let behind = rest.get(c.len_utf8()..).unwrap_or_default();
        if quote == '\'' && c == quote {
            if behind.starts_with(quote) {
                self.out.push_str("''");
                return 2;
            }
            self.quote = None;
        } else if c == quote {
            self.quote = None;
        } else if quote == '"' && c == '\\' {
            if let Some(pair) = surrogates(rest) {
                self.out.push(pair);
                return 12;
            }
            self.out.push(c);
            if let Some(escaped) = behind.chars().next() {
                self.out.push(escaped);
                return 1 + escaped.len_utf8();
            }
            return 1;
        }
        self.out.push(c);
        c.len_utf8()
    }
}

/// The character that `\ud83d\ude00` stands for.
fn surrogates(text: &str) -> Option<char> {
    let unit = |at: usize| {
        let digits = text.get(at..at + 6)?.strip_prefix("\\u")?;
        u16::from_str_radix(digits, 16).ok()
    };
    let pair = [unit(0)?, unit(6)?];
    if !(0xD800..0xDC00).contains(&pair.first().copied()?) {
        return None;
    }
    char::decode_utf16(pair).next()?.ok()
}

/// Whether a line ends with the mark of a block text.
fn begins_block(line: &str) -> bool {
    let code = line.split(" #").next().unwrap_or_default().trim_end();
    let Some(mark) = code.rsplit([' ', '\t']).next() else {
        return false;
    };
    mark.starts_with(['|', '>']) && mark.chars().skip(1).all(|c| matches!(c, '+' | '-' | '0'..='9'))
}

#[cfg(test)]
mod tests {
    use super::super::yaml::parse;
    use serde_json::{Value, json};

    #[track_caller]
    #[expect(clippy::needless_pass_by_value, reason = "one-line cases")]
    fn check(text: &str, expected: Value) {
        assert_eq!(parse(text).unwrap(), expected, "{text}");
    }

    #[test]
    fn what_is_inside_quotes_and_brackets_needs_no_indentation() {
        check("a: \"x\ny\"\nb: c", json!({"a": "x y", "b": "c"}));
        check("a: 'it''s\n\ny'\nb: c", json!({"a": "it's\ny", "b": "c"}));
        check("a: [x,\ny]\nb: it's", json!({"a": ["x", "y"], "b": "it's"}));
        check("a: [\n'x',\n'y',\n]\nb: c", json!({"a": ["x", "y"], "b": "c"}));
        check("a:\n  b: {x: 1,\ny: [2,\n3]}", json!({"a": {"b": {"x": 1, "y": [2, 3]}}}));
        check("a:\n  - b: \"x\ny\"\n    c: d", json!({"a": [{"b": "x y", "c": "d"}]}));
        check(
            "t: |\n  \"x\n  [y\na: 'x\ny' # it's\nb: c - 'd",
            json!({"t": "\"x\n[y\n", "a": "x y", "b": "c - 'd"}),
        );
    }

    #[test]
    fn tabs_comments_and_escapes_are_mended() {
        check("a:\tx", json!({"a": "x"}));
        check("a: 'x'# c", json!({"a": "x"}));
        check("a: [x]# c", json!({"a": ["x"]}));
        check(r#"a: "\ud83d\ude00 \u4e2d""#, json!({"a": "😀 中"}));
    }

    #[test]
    fn what_stays_broken_keeps_its_place() {
        assert_eq!(parse("a: 1\nb: [x,\nc: @y\n").unwrap_err().line, Some(3));
        assert!(parse("a: \"x\ny: z\n").is_err());
    }
}
