//! Weakly typed values, turned into what a field wants.
//!
//! The rules are those of the library that Hugo uses (spf13/cast): numbers and
//! truth values have a text, a text may be a number or a truth value, and one
//! text is a list of its words. `None` says that a value has no such form.

use serde_json::Value;

/// The text of a scalar; null is the empty text.
#[must_use]
pub fn text(value: &Value) -> Option<String> {
    match value {
        Value::Null => Some(String::new()),
        Value::Bool(flag) => Some(flag.to_string()),
        Value::String(text) => Some(text.clone()),
        Value::Number(number) => Some(match number.as_f64() {
            // A float is written without an exponent and without a trailing zero.
            Some(float) if number.is_f64() => float.to_string(),
            _ => number.to_string(),
        }),
        Value::Array(_) | Value::Object(_) => None,
    }
}

/// A truth value, written as one, as a number, or as Go's `strconv.ParseBool` reads it.
#[must_use]
pub fn flag(value: &Value) -> Option<bool> {
    match value {
        Value::Null => Some(false),
        Value::Bool(flag) => Some(*flag),
        Value::Number(number) => number.as_f64().map(|number| number != 0.0),
        Value::String(text) => match text.as_str() {
            "1" | "t" | "T" | "true" | "TRUE" | "True" => Some(true),
            "0" | "f" | "F" | "false" | "FALSE" | "False" => Some(false),
            _ => None,
        },
        Value::Array(_) | Value::Object(_) => None,
    }
}

/// A whole number; `None` where something would be cut off.
#[must_use]
pub fn integer(value: &Value) -> Option<i64> {
    match value {
        Value::Null => Some(0),
        Value::Bool(flag) => Some(i64::from(*flag)),
        Value::Number(number) => number.as_i64().or_else(|| {
            let float = number.as_f64()?;
            #[expect(
                clippy::cast_possible_truncation,
                reason = "whole and small enough, as just checked"
            )]
            (float.fract() == 0.0 && float.abs() < 9e15).then_some(float as i64)
        }),
        Value::String(text) => {
            for (prefix, radix) in [("0x", 16), ("0o", 8), ("0b", 2)] {
                if let Some(digits) = text.strip_prefix(prefix) {
                    return i64::from_str_radix(digits, radix).ok();
                }
            }
            let trimmed = text.trim_start_matches('0');
            // Leading zeros are dropped so that `007` is no octal number.
            if trimmed.is_empty() && !text.is_empty() {
                return Some(0);
            }
            trimmed.parse().ok()
        }
        Value::Array(_) | Value::Object(_) => None,
    }
}

/// A list of texts: a list of scalars, or the words of one text.
pub fn list(value: &Value) -> Option<Vec<String>> {
    match value {
        Value::Null => Some(Vec::new()),
        Value::String(text) => Some(text.split_whitespace().map(str::to_owned).collect()),
        Value::Array(items) => items.iter().map(text).collect(),
        Value::Object(_) => None,
        Value::Bool(_) | Value::Number(_) => text(value).map(|text| vec![text]),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn scalars_have_a_text() {
        let check = |value: Value, expected: Option<&str>| {
            assert_eq!(text(&value).as_deref(), expected, "{value}");
        };
        check(json!(null), Some(""));
        check(json!(2020), Some("2020"));
        check(json!(1.10), Some("1.1"));
        check(json!(1.0), Some("1"));
        check(json!(true), Some("true"));
        check(json!(["a"]), None);
    }

    #[test]
    fn texts_may_be_numbers_flags_and_lists() {
        assert_eq!(flag(&json!("true")), Some(true));
        assert_eq!(flag(&json!("yes")), None);
        assert_eq!(integer(&json!("5")), Some(5));
        assert_eq!(integer(&json!("007")), Some(7));
        assert_eq!(integer(&json!("0x10")), Some(16));
        assert_eq!(integer(&json!(0.1)), None);
        assert_eq!(list(&json!("a, b")), Some(vec!["a,".into(), "b".into()]));
        assert_eq!(list(&json!(["a", 1])), Some(vec!["a".into(), "1".into()]));
    }
}
