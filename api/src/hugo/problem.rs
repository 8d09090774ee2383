//! What can be wrong with a file, said so that its author can mend it.
//!
//! Invariant: a problem found inside a file carries the line of the *file*,
//! not of the front matter, so that an editor can jump to it.

use std::fmt;

use super::fold;

/// What is wrong with one file, where, and what to do about it.
#[derive(Debug, Clone, PartialEq, Eq, Default, thiserror::Error, serde::Serialize)]
pub struct Problem {
    /// The path below the site's folder, with `/`; empty while nobody has named it yet.
    pub file: String,
    /// The line in the file, from one.
    pub line: Option<u32>,
    /// The column in characters, from one.
    pub column: Option<u32>,
    /// One sentence; it begins in lower case and ends without a full stop.
    pub message: String,
}

impl Problem {
    /// A problem with a whole file.
    pub fn new(message: impl Into<String>) -> Self {
        Self { message: message.into(), ..Self::default() }
    }

    /// A problem at a place in a file, both counted from one.
    pub fn at(line: u32, column: u32, message: impl Into<String>) -> Self {
        Self { line: Some(line), column: Some(column), ..Self::new(message) }
    }

    /// Names the file, unless it is named already.
    #[must_use]
    pub fn in_file(mut self, file: &str) -> Self {
        if self.file.is_empty() {
            file.clone_into(&mut self.file);
        }
        self
    }
}

/// The line, from one, on which a text in YAML, TOML or JSON gives a key, in whatever case.
#[must_use]
pub fn line_of(text: &str, key: &str) -> Option<u32> {
    let says_key = |line: &str| {
        let line = line.trim_start().trim_start_matches(['[', '"', '\'']);
        let (named, rest) = line.split_at_checked(key.len()).unwrap_or_default();
        let rest = rest.trim_start_matches(['"', '\'']).trim_start();
        fold::same(named, key) && rest.starts_with(['=', ':', ']'])
    };
    u32::try_from(text.lines().position(says_key)? + 1).ok()
}

impl fmt::Display for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut place = self.file.clone();
        for number in [self.line, self.column].into_iter().flatten() {
            if !place.is_empty() {
                place.push(':');
            }
            place.push_str(&number.to_string());
        }
        if place.is_empty() {
            f.write_str(&self.message)
        } else {
            write!(f, "{place}: {}", self.message)
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_problem_reads_like_a_compiler_message() {
        let problem = Problem::at(3, 1, "`title` is given twice; keep one").in_file("content/p.md");
        assert_eq!(problem.to_string(), "content/p.md:3:1: `title` is given twice; keep one");
        assert_eq!(Problem::new("it is gone").in_file("a").to_string(), "a: it is gone");
        assert_eq!(Problem::new("it is gone").to_string(), "it is gone");
    }
}
