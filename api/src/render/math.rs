//! Formulas in Markdown: where TeX stands, so that Markdown leaves it alone.
//!
//! `$a$`, `\(a\)` within a line, `$$a$$`, `\[a\]` for a line of its own, also with the two backslashes
//! that sites write whose Markdown takes one away. A formula does not go beyond its paragraph. A `$`
//! opens one in front of what is not a space, and closes it behind what is not, unless a digit follows,
//! so that prices stay prices (the rule of Pandoc). Code is left alone.
//!
//! **Invariants.** Linear time: each kind of end is looked for once in a paragraph if it is not there.

use std::ops::Range;

#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Formula {
    /// With its delimiters.
    pub range: Range<usize>,
    /// Bytes of each delimiter.
    pub delimiter: usize,
    pub display: bool,
}

/// The formulas of a Markdown text, in order.
pub(super) fn find(text: &str) -> Vec<Formula> {
    let mut found = Vec::new();
    if !text.contains(['$', '\\']) {
        return found;
    }
    let mut fence: Option<(u8, usize)> = None;
    let mut paragraph: Option<Range<usize>> = None;
    let mut at = 0;
    for line in text.split_inclusive('\n') {
        let range = at..at + line.len();
        at = range.end;
        let trimmed = line.trim_start_matches([' ', '\t', '>']).trim_end();
        let mark = trimmed.bytes().next().unwrap_or_default();
        let run = trimmed.bytes().take_while(|byte| *byte == mark).count();
        let fences = matches!(mark, b'`' | b'~') && run >= 3;
        if let Some((open, length)) = fence {
            if fences && mark == open && run >= length && run == trimmed.len() {
                fence = None;
            }
            continue;
        }
        let opens = fences && !(mark == b'`' && trimmed[run..].contains('`'));
        if opens {
            fence = Some((mark, run));
        }
        if opens || trimmed.is_empty() {
            if let Some(paragraph) = paragraph.take() {
                in_paragraph(text, paragraph, &mut found);
            }
        } else {
            let start = paragraph.map_or(range.start, |paragraph| paragraph.start);
            paragraph = Some(start..range.end);
        }
    }
    if let Some(paragraph) = paragraph {
        in_paragraph(text, paragraph, &mut found);
    }
    found
}

/// Delimiters, the longest first.
const KINDS: [(&str, &str, bool); 6] = [
    ("$$", "$$", true),
    ("\\\\[", "\\\\]", true),
    ("\\\\(", "\\\\)", false),
    ("\\[", "\\]", true),
    ("\\(", "\\)", false),
    ("$", "$", false),
];

fn in_paragraph(text: &str, range: Range<usize>, found: &mut Vec<Formula>) {
    let text = &text[..range.end];
    let bytes = text.as_bytes();
    let mut missing = [false; KINDS.len()];
    let mut ticks_missing = Vec::new();
    let mut at = range.start;
    'text: while let Some(next) = text[at..].find(['$', '\\', '`']) {
        at += next;
        if bytes[at] == b'`' {
            let run = bytes[at..].iter().take_while(|byte| **byte == b'`').count();
            at += run;
            if !ticks_missing.contains(&run) {
                match closing_ticks(text, at, run) {
                    Some(end) => at = end,
                    None => ticks_missing.push(run),
                }
            }
            continue;
        }
        for (index, (open, close, display)) in KINDS.into_iter().enumerate() {
            if !text[at..].starts_with(open) || missing[index] {
                continue;
            }
            let inner = at + open.len();
            let Some(length) = end_of(&text[inner..], close) else {
                missing[index] = true;
                continue;
            };
            let end = inner + length + close.len();
            let tex = &text[inner..inner + length];
            let priced = close == "$"
                && (tex.starts_with(char::is_whitespace)
                    || tex.ends_with(char::is_whitespace)
                    || bytes.get(end).is_some_and(u8::is_ascii_digit));
            if tex.trim().is_empty() || priced {
                continue;
            }
            found.push(Formula { range: at..end, delimiter: open.len(), display });
            at = end;
            continue 'text;
        }
        // A backslash takes the next character with it.
        at += 1 + usize::from(
            bytes[at] == b'\\' && bytes.get(at + 1).is_some_and(u8::is_ascii_punctuation),
        );
    }
}

fn closing_ticks(text: &str, mut at: usize, run: usize) -> Option<usize> {
    while let Some(found) = text[at..].find('`') {
        at += found;
        let length = text[at..].bytes().take_while(|byte| *byte == b'`').count();
        at += length;
        if length == run {
            return Some(at);
        }
    }
    None
}

/// Offset of a closing delimiter; a `$` is none behind a backslash.
fn end_of(text: &str, close: &str) -> Option<usize> {
    if !close.starts_with('$') {
        return text.find(close);
    }
    let mut at = 0;
    loop {
        let found = at + text[at..].find('$')?;
        let slashes = text[..found].bytes().rev().take_while(|byte| *byte == b'\\').count();
        if slashes % 2 == 0 {
            return text[found..].starts_with(close).then_some(found);
        }
        at = found + 1;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn formulas_are_found() {
        for (text, expected) in [
            ("a $x_1$ b $y$", &["$x_1$", "$y$"][..]),
            (
                r"\(a\) and \[b\] and \\(c\\) and \\[d\\]",
                &[r"\(a\)", r"\[b\]", r"\\(c\\)", r"\\[d\\]"],
            ),
            ("$$\na\\\\\nb\n$$", &["$$\na\\\\\nb\n$$"]),
            ("cost $5 and $6 or $ 7 $", &[]),
            ("US$5 $a$", &["$a$"]),
            (r"a\$b$ $c\$d$", &[r"$c\$d$"]),
            ("`$a$` ``x ` $b$`` $c$ `$d$", &["$c$", "$d$"]),
            ("```\n$a$\n```\n$b$\n~~~tex\n$c$\n~~~\n> ```\n> $d$\n> ```", &["$b$"]),
            ("$a\n\nb$", &[]),
            ("$$a $$b$$", &["$$a $$"]),
            ("$$ $$ $$", &[]),
        ] {
            let found: Vec<_> =
                find(text).into_iter().map(|formula| &text[formula.range]).collect();
            assert_eq!(found, expected, "{text}");
        }
    }
}
