//! TOML as JSON values.
//!
//! Invariants: order is kept; dates and times are strings in the spelling of
//! RFC 3339, which [`super::date`] reads back; a float that JSON has no number
//! for is the string `inf`, `-inf` or `nan`.

use serde_json::{Number, Value};

use super::problem::Problem;

/// Parses a TOML document; the line and column of a problem are those of `text`.
pub fn parse(text: &str) -> Result<Value, Problem> {
    // The byte order mark and carriage returns are allowed by TOML itself.
    match text.parse::<toml::Table>() {
        Ok(table) => Ok(from_table(table)),
        Err(error) => {
            let at = error.span().map_or(0, |span| span.start);
            let before = text.get(..at).unwrap_or(text);
            let line = before.bytes().filter(|byte| *byte == b'\n').count() + 1;
            let column = before.chars().rev().take_while(|c| *c != '\n').count() + 1;
            let place = |number: usize| u32::try_from(number).unwrap_or(u32::MAX);
            let reason = error.message().replace('\n', ", ");
            Err(Problem::at(place(line), place(column), format!("this is no valid TOML: {reason}")))
        }
    }
}

fn from_table(table: toml::Table) -> Value {
    Value::Object(table.into_iter().map(|(key, value)| (key, from_value(value))).collect())
}

fn from_value(value: toml::Value) -> Value {
    match value {
        toml::Value::String(text) => Value::String(text),
        toml::Value::Integer(number) => Value::from(number),
        toml::Value::Float(number) => from_float(number),
        toml::Value::Boolean(flag) => Value::Bool(flag),
        toml::Value::Datetime(datetime) => Value::String(datetime.to_string()),
        toml::Value::Array(items) => Value::Array(items.into_iter().map(from_value).collect()),
        toml::Value::Table(table) => from_table(table),
    }
}

/// A float as JSON holds it.
pub(super) fn from_float(number: f64) -> Value {
    Number::from_f64(number).map_or_else(
        || {
            let text = if number.is_nan() {
                "nan"
            } else if number > 0.0 {
                "inf"
            } else {
                "-inf"
            };
            Value::String(text.to_owned())
        },
        Value::Number,
    )
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn toml_becomes_json_in_order() {
        let value =
            parse("b = 1\na = [\"x\", 1, true,]\nd = 2020-01-02T03:04:05\nx = inf\n").unwrap();
        assert_eq!(
            value.to_string(),
            json!({"b": 1, "a": ["x", 1, true], "d": "2020-01-02T03:04:05", "x": "inf"})
                .to_string()
        );
    }

    #[test]
    fn a_problem_has_its_place() {
        let problem = parse("a = 1\nb =\n").unwrap_err();
        assert_eq!(problem.line, Some(2));
    }
}
