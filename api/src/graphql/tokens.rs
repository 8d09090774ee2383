//! Lexical tokens of a document, counted before it is parsed.
//!
//! **Invariant.** Never fewer are counted than the parser would make: what it reads
//! one way or another is counted the longer way. A document that it refuses may count
//! as more.

use super::limits::OverLimit;
use crate::config::Limits;

/// Bytes of the longest name. An alias comes back with every row: one of a megabyte
/// would make a page of a hundred.
const LONGEST_NAME: usize = 255;
/// Values that the parser ends without looking what follows.
const KEYWORDS: [&str; 3] = ["true", "false", "null"];

/// Refuses a long document, and one with a long name.
pub fn check(document: &str, limits: &Limits) -> Result<(), OverLimit> {
    let Tokens { count, longest } = count(document);
    OverLimit::check("tokens", count, limits.tokens)?;
    OverLimit::check("letters of one name", longest, LONGEST_NAME)
}

/// What a document is made of.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Tokens {
    pub count: usize,
    /// Bytes of its longest name.
    pub longest: usize,
}

/// Counts lexical tokens without making them, up to a name that is too long. Comments,
/// commas and white space are no tokens (GraphQL specification, section 2.1).
#[must_use]
pub fn count(document: &str) -> Tokens {
    let mut tokens = Tokens::default();
    let mut rest = document;
    while let Some(first) = rest.chars().next() {
        let length = match first {
            '#' => {
                rest = rest.trim_start_matches(|c| !matches!(c, '\n' | '\r'));
                continue;
            }
            c if c.is_whitespace() || c == ',' || c == '\u{feff}' => {
                rest = rest.get(c.len_utf8()..).unwrap_or_default();
                continue;
            }
            '"' => string_length(rest),
            // What follows a zero is another number.
            '0' => 1,
            '1'..='9' => end(rest, |c| c.is_ascii_digit()),
            c if c.is_alphanumeric() || c == '_' => {
                let keyword = KEYWORDS.into_iter().find(|keyword| rest.starts_with(keyword));
                let name = end(rest, |c| c.is_alphanumeric() || c == '_');
                tokens.longest = tokens.longest.max(name);
                if name > LONGEST_NAME {
                    // What holds many keywords would be read as often.
                    return tokens;
                }
                keyword.map_or(name, str::len)
            }
            '.' => end(rest, |c| c == '.'),
            c => c.len_utf8(),
        };
        tokens.count += 1;
        rest = rest.get(length..).unwrap_or_default();
    }
    tokens
}

/// How far a text goes on like this.
fn end(text: &str, like: impl Fn(char) -> bool) -> usize {
    text.find(|c| !like(c)).unwrap_or(text.len())
}

fn string_length(text: &str) -> usize {
    if let Some(block) = text.strip_prefix("\"\"\"") {
        let mut from = 0;
        while let Some(end) = block.get(from..).and_then(|rest| rest.find("\"\"\"")) {
            let end = from + end;
            if block.get(..end).is_some_and(|before| before.ends_with('\\')) {
                from = end + 3;
            } else {
                return end + 6;
            }
        }
        // To the parser it is an empty string, and another one begins.
        return 2;
    }
    let mut escaped = false;
    for (at, c) in text.char_indices().skip(1) {
        match c {
            '"' if !escaped => return at + 1,
            '\n' | '\r' => return at,
            '\\' => escaped = !escaped,
            _ => escaped = false,
        }
    }
    text.len()
}

#[cfg(test)]
mod tests {
    use async_graphql::parser::parse_query;

    use super::*;

    #[test]
    fn tokens_are_counted_as_the_specification_does() {
        for (document, expected) in [
            ("{ a }", 3),
            ("{a(b:\"c d\\\" e\",f:1)}# g", 11),
            ("query($a:Int!){...F}", 12),
            ("{ a(b: \"\"\"c \" d \\\"\"\" e\"\"\") }", 8),
            ("\"unterminated", 1),
            (",,, \u{feff}\n", 0),
            ("{ truest: a(b: 120) }", 11),
        ] {
            assert_eq!(count(document).count, expected, "{document}");
        }
        assert_eq!(count("{ a longer(short: 1) }").longest, 6);
    }

    #[test]
    fn nothing_hides_from_the_count() {
        // Whatever the parser makes of these, it is many.
        for (document, many) in [
            (format!("# \r{{ {} }}", "a ".repeat(1000)), 1000),
            (format!("{{ a(b: [{}]) }}", "0".repeat(1000)), 1000),
            (format!("{{ a(b: [{}]) }}", "true".repeat(60)), 60),
            (format!("{{ a(b: [{}]) }}", "nullfalse".repeat(25)), 50),
            (format!("{{ a(b: [\"\"\"x\" {}]) }}", "0 ".repeat(1000)), 1000),
        ] {
            assert!(parse_query(&document).is_ok(), "{}", &document[..20]);
            assert!(count(&document).count >= many, "{}", &document[..20]);
        }
        let long = format!("{{ a(b: [{}]) }}", "true".repeat(500_000));
        assert_eq!(count(&long).longest, 2_000_000);
    }
}
