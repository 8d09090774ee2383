//! YAML as JSON values, scalars resolved as Hugo resolves them.
//!
//! Hugo reads YAML with goccy/go-yaml, close to YAML 1.2: `yes` and `on` are
//! texts, `010` is eight, `1e3` is a text and `1.0e3` a number, timestamps stay
//! texts, a key given twice is an error. What was found by asking Hugo 0.168
//! is held by the tests below.
//!
//! Invariants: order is kept; a key that is no text becomes its text (null the
//! empty one); merge keys are resolved, what comes later wins; nesting and the
//! growth by aliases are bounded.

use std::borrow::Cow;
use std::collections::{HashMap, HashSet};

use saphyr_parser::{Event, Parser, ScalarStyle, Span, StrInput, Tag};
use serde_json::{Map, Value};

use super::problem::Problem;
use super::toml_value::from_float;
use super::yaml_repair;

/// Deeper than anything written by hand, and far from the end of the stack.
const MAX_DEPTH: usize = 100;
/// How many values aliases may add to a document; more is an attack.
const MAX_ALIASED: usize = 100_000;

/// Parses the first document of a YAML text; an empty one is null.
pub fn parse(text: &str) -> Result<Value, Problem> {
    strictly(text).or_else(|problem| {
        let repaired = yaml_repair::repair(text);
        if repaired == text {
            return Err(problem);
        }
        // When that does not help, the first problem is the one to tell.
        let read = strictly(&repaired).map_err(|_| problem)?;
        Ok(yaml_repair::restored(text, read))
    })
}

/// The text as it is, or mended where only that can be read.
pub(super) fn readable(text: &str) -> Cow<'_, str> {
    if strictly(text).is_ok() {
        return Cow::Borrowed(text);
    }
    let repaired = yaml_repair::repair(text);
    if repaired != text && strictly(&repaired).is_ok() {
        Cow::Owned(repaired)
    } else {
        Cow::Borrowed(text)
    }
}

fn strictly(text: &str) -> Result<Value, Problem> {
    let events = Parser::new_from_str(text);
    let mut reader = Reader { text, events, anchors: HashMap::new(), aliased: 0 };
    loop {
        let (event, span) = reader.next()?;
        match event {
            Event::StreamStart | Event::DocumentStart(_) | Event::Nothing => {}
            Event::StreamEnd | Event::DocumentEnd => return Ok(Value::Null),
            event => {
                let value = reader.node(event, span, 0)?;
                // Errors behind the first value matter: `a: "x" y` shows only there.
                reader.end_of_document()?;
                return Ok(value);
            }
        }
    }
}

struct Reader<'input> {
    text: &'input str,
    events: Parser<'input, StrInput<'input>>,
    anchors: HashMap<usize, Value>,
    aliased: usize,
}

impl<'input> Reader<'input> {
    fn next(&mut self) -> Result<(Event<'input>, Span), Problem> {
        match self.events.next_event() {
            Some(Ok(next)) => Ok(next),
            Some(Err(error)) => {
                let mark = error.marker();
                let line = self.text.lines().nth(mark.line().saturating_sub(1)).unwrap_or_default();
                let key =
                    line.split_once(':').map(|(key, _)| key.trim()).filter(|key| !key.is_empty());
                let what = key.map_or_else(|| "this".to_owned(), |key| format!("`{key}`"));
                let message = format!(
                    "{what} is no valid YAML: {}; put texts with signs of YAML in quotes, \
                     and see to the indentation",
                    error.info()
                );
                Err(Problem::at(number(mark.line()), number(mark.col() + 1), message))
            }
            None => Ok((Event::StreamEnd, Span::default())),
        }
    }

    fn end_of_document(&mut self) -> Result<(), Problem> {
        loop {
            if let (Event::DocumentEnd | Event::StreamEnd, _) = self.next()? {
                return Ok(());
            }
        }
    }

    fn node(&mut self, event: Event<'input>, span: Span, depth: usize) -> Result<Value, Problem> {
        if depth > MAX_DEPTH {
            return Err(problem(span, "this is nested too deeply"));
        }
        let (anchor, value) = match event {
            Event::Scalar(text, style, anchor, tag) => {
                (anchor, scalar(text, style, tag.as_deref(), span)?)
            }
            Event::SequenceStart(anchor, _) => {
                let mut items = Vec::new();
                loop {
                    match self.next()? {
                        (Event::SequenceEnd | Event::StreamEnd, _) => break,
                        (event, span) => items.push(self.node(event, span, depth + 1)?),
                    }
                }
                (anchor, Value::Array(items))
            }
            Event::MappingStart(anchor, _) => (anchor, self.mapping(depth)?),
            Event::Alias(anchor) => {
                let value = self.anchors.get(&anchor).cloned().unwrap_or_default();
                self.aliased += size(&value);
                if self.aliased > MAX_ALIASED {
                    return Err(problem(span, "aliases blow this document up"));
                }
                return Ok(value);
            }
            _ => return Err(problem(span, "this is no valid YAML")),
        };
        if anchor != 0 {
            self.anchors.insert(anchor, value.clone());
        }
        Ok(value)
    }

    fn mapping(&mut self, depth: usize) -> Result<Value, Problem> {
        let mut map = Map::new();
        // Keys that were given, and not merged: only these may come but once.
        let mut given: HashSet<String> = HashSet::new();
        loop {
            let (key, span) = match self.next()? {
                (Event::MappingEnd | Event::StreamEnd, _) => break,
                next => next,
            };
            let merges =
                matches!(&key, Event::Scalar(text, ScalarStyle::Plain, _, None) if text == "<<");
            let key = key_text(self.node(key, span, depth + 1)?, span)?;
            let (event, value_span) = self.next()?;
            let value = self.node(event, value_span, depth + 1)?;
            if merges {
                merge(&mut map, value, span)?;
            } else if given.contains(&key) {
                return Err(problem(span, &format!("`{key}` is given twice; keep one")));
            } else {
                map.insert(key.clone(), value);
                given.insert(key);
            }
        }
        Ok(Value::Object(map))
    }
}

/// Lays merged maps over the keys before them, as Hugo does; YAML itself
/// would let a given key win wherever it stands.
fn merge(map: &mut Map<String, Value>, value: Value, span: Span) -> Result<(), Problem> {
    match value {
        Value::Object(from) => {
            map.extend(from);
            Ok(())
        }
        Value::Array(items) => items.into_iter().try_for_each(|item| merge(map, item, span)),
        Value::Null => Ok(()),
        _ => Err(problem(span, "`<<` takes a map, or a list of maps")),
    }
}

fn key_text(key: Value, span: Span) -> Result<String, Problem> {
    match key {
        Value::String(text) => Ok(text),
        key => super::cast::text(&key).ok_or_else(|| problem(span, "a key must be a text")),
    }
}

fn size(value: &Value) -> usize {
    match value {
        Value::Array(items) => items.iter().map(size).sum::<usize>() + 1,
        Value::Object(map) => map.values().map(size).sum::<usize>() + 1,
        _ => 1,
    }
}

fn problem(span: Span, message: &str) -> Problem {
    Problem::at(number(span.start.line()), number(span.start.col() + 1), message)
}

fn number(number: usize) -> u32 {
    u32::try_from(number).unwrap_or(u32::MAX).max(1)
}

fn scalar(
    text: Cow<'_, str>,
    style: ScalarStyle,
    tag: Option<&Tag>,
    span: Span,
) -> Result<Value, Problem> {
    let core = tag.filter(|tag| tag.is_yaml_core_schema()).map(|tag| tag.suffix.as_str());
    let wrong = |what: &str| problem(span, &format!("`{text}` is no {what}"));
    match core {
        Some("str" | "timestamp") => Ok(Value::String(text.into_owned())),
        Some("null") => Ok(Value::Null),
        Some("binary") => Ok(Value::String(text.chars().filter(|c| !c.is_whitespace()).collect())),
        Some("bool") => super::cast::flag(&Value::String(text.to_string()))
            .map(Value::Bool)
            .ok_or_else(|| wrong("truth value")),
        Some("int" | "float") => {
            resolve(&text).filter(Value::is_number).ok_or_else(|| wrong("number"))
        }
        _ if style == ScalarStyle::Plain => {
            Ok(resolve(&text).unwrap_or_else(|| Value::String(text.into_owned())))
        }
        _ => Ok(Value::String(text.into_owned())),
    }
}

/// What a plain scalar means, when it is no text.
fn resolve(text: &str) -> Option<Value> {
    match text {
        "" | "~" | "null" | "Null" | "NULL" => return Some(Value::Null),
        "true" | "True" | "TRUE" => return Some(Value::Bool(true)),
        "false" | "False" | "FALSE" => return Some(Value::Bool(false)),
        ".inf" | ".Inf" | ".INF" => return Some(from_float(f64::INFINITY)),
        "-.inf" | "-.Inf" | "-.INF" => return Some(from_float(f64::NEG_INFINITY)),
        ".nan" | ".NaN" | ".NAN" => return Some(from_float(f64::NAN)),
        _ => {}
    }
    // Nearly every text is told apart by its first character.
    if !matches!(text.as_bytes().first(), Some(b'0'..=b'9' | b'+' | b'-' | b'.')) {
        return None;
    }
    if text.contains('_') { numeral(&text.replace('_', "")) } else { numeral(text) }
}

/// The number that a text spells in goccy's way.
fn numeral(text: &str) -> Option<Value> {
    let (negative, digits) = match text.as_bytes().first()? {
        b'-' => (true, text.get(1..)?),
        b'+' => (false, text.get(1..)?),
        _ => (false, text),
    };
    if !matches!(digits.as_bytes().first(), Some(b'0'..=b'9' | b'.')) {
        return None;
    }
    // A number with an exponent is one only with a point.
    if digits.contains('.') {
        let plain = digits
            .bytes()
            .all(|byte| matches!(byte, b'0'..=b'9' | b'.' | b'e' | b'E' | b'+' | b'-'));
        let float = plain.then(|| digits.parse::<f64>().ok()).flatten()?;
        return Some(from_float(if negative { -float } else { float }));
    }
    let (digits, radix) = if let Some(rest) = digits.strip_prefix("0x") {
        (rest, 16)
    } else if let Some(rest) = digits.strip_prefix("0o") {
        (rest, 8)
    } else if let Some(rest) = digits.strip_prefix("0b") {
        (rest, 2)
    } else if digits.len() > 1 && digits.starts_with('0') {
        (digits, 8)
    } else {
        (digits, 10)
    };
    if !digits.bytes().all(|byte| byte.is_ascii_alphanumeric()) {
        return None;
    }
    let number = u64::from_str_radix(digits, radix).ok()?;
    if negative {
        0_i64.checked_sub_unsigned(number).map(Value::from)
    } else {
        Some(Value::from(number))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[track_caller]
    #[expect(clippy::needless_pass_by_value, reason = "one-line cases")]
    fn check(text: &str, expected: Value) {
        assert_eq!(parse(text).unwrap().to_string(), expected.to_string(), "{text}");
    }

    #[track_caller]
    fn fails(text: &str, line: u32) {
        assert_eq!(parse(text).unwrap_err().line, Some(line), "{text}");
    }

    #[test]
    fn plain_scalars_are_resolved_as_hugo_does() {
        for (text, expected) in [
            ("1e3", json!("1e3")),
            ("1.5e3", json!(1500.0)),
            (".5", json!(0.5)),
            ("1.", json!(1.0)),
            ("+5", json!(5)),
            ("08", json!("08")),
            ("010", json!(8)),
            ("-010", json!(-8)),
            ("00", json!(0)),
            ("1_000", json!(1000)),
            ("_1", json!("_1")),
            ("0x1F", json!(31)),
            ("-0x1F", json!(-31)),
            ("0XFF", json!("0XFF")),
            ("0x", json!("0x")),
            ("0o17", json!(15)),
            ("0b11", json!(3)),
            ("-1.5", json!(-1.5)),
            ("09.5", json!(9.5)),
            ("1.2.3", json!("1.2.3")),
            ("1:30", json!("1:30")),
            (".inf", json!("inf")),
            ("-.Inf", json!("-inf")),
            (".NaN", json!("nan")),
            ("+.inf", json!("+.inf")),
            ("12345678901234567890", json!(12_345_678_901_234_567_890_u64)),
            ("123456789012345678901234567890", json!("123456789012345678901234567890")),
            ("True", json!(true)),
            ("tRUE", json!("tRUE")),
            ("yes", json!("yes")),
            ("off", json!("off")),
            ("~", json!(null)),
            ("Null", json!(null)),
            ("", json!(null)),
            ("2025-02-12 10:54:29", json!("2025-02-12 10:54:29")),
            ("2020-01-02", json!("2020-01-02")),
            ("-", json!([null])),
            ("\"1\"", json!("1")),
            ("!!str 1", json!("1")),
            ("!!int \"1\"", json!(1)),
            ("!!binary aGk=", json!("aGk=")),
            ("!foo bar", json!("bar")),
        ] {
            if text != "-" {
                check(&format!("a: {text}"), json!({ "a": expected }));
            }
        }
    }

    #[test]
    fn anchors_and_merge_keys_are_resolved() {
        check("a: &x [1]\nb: *x", json!({"a": [1], "b": [1]}));
        check(
            "a: &x {k: 1, l: 2}\nb:\n  k: 3\n  <<: *x\nc:\n  <<: [*x, {m: 4}]\n  l: 9",
            json!({"a": {"k": 1, "l": 2}, "b": {"k": 1, "l": 2}, "c": {"k": 1, "l": 9, "m": 4}}),
        );
    }

    #[test]
    fn keys_become_texts() {
        check(
            "~: a\n1: b\ntrue: c\n1.5: d\nyes: e",
            json!({"": "a", "1": "b", "true": "c", "1.5": "d", "yes": "e"}),
        );
    }

    #[test]
    fn texts_keep_their_form() {
        check("a: |\n  ---\n  x\n", json!({"a": "---\nx\n"}));
        check("a: 'it''s'", json!({"a": "it's"}));
        check(r#"a: "A \u4e2d \x41 \n z""#, json!({"a": "A 中 A \n z"}));
        check("a: foo\n bar", json!({"a": "foo bar"}));
        check("a: !!binary |\n  aGVs\n  bG8=\n", json!({"a": "aGVsbG8="}));
    }

    #[test]
    fn byte_order_marks_within_a_text_are_part_of_it() {
        check("a: \u{feff}x\nb: \"y\u{feff}z\"\n", json!({"a": "\u{feff}x", "b": "y\u{feff}z"}));
    }

    #[test]
    fn an_empty_document_is_null() {
        check("", json!(null));
        check("# nothing\n", json!(null));
    }

    #[test]
    fn what_is_no_yaml_is_named_with_its_line() {
        fails("title: A\ntitle: B", 2);
        fails("a: {b: 1, b: 2}", 1);
        fails("a: 1\nb: @x", 2);
        fails("a: *nope", 1);
        fails("a: foo: bar", 1);
        fails("a: 'abc", 1);
        fails("? [a, b]\n: c", 1);
    }

    #[test]
    fn bombs_do_not_go_off() {
        let mut text = "a0: &a0 [x, x, x, x, x, x, x, x, x, x]\n".to_owned();
        for level in 1..12 {
            let item = format!("*a{}, ", level - 1).repeat(10);
            text = format!("{text}a{level}: &a{level} [{item}]\n");
        }
        assert!(parse(&text).is_err());
        assert!(parse(&"[".repeat(10_000)).is_err());
        assert!(parse(&"- ".repeat(10_000)).is_err());
    }
}
