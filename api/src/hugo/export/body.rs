//! The body of a file, with the lines kept that nobody changed.
//!
//! Invariants: a line that says what it said is the same byte for byte, its line
//! end and whatever is no UTF-8 in it included; a new line ends as most of the
//! lines around it do.

use similar::{Algorithm, DiffOp, capture_diff_slices};

/// The bytes of a body that should say `text`, and said `before`.
#[must_use]
pub fn merge(before: &[u8], text: &str) -> Vec<u8> {
    let old = lines(before);
    let new = lines(text.as_bytes());
    let said: Vec<String> = old.iter().map(|line| said(line)).collect();
    let says: Vec<String> = new.iter().map(|line| self::said(line)).collect();
    let end = usual_end(&old);
    let ours = text.contains('\r');
    let mut bytes = Vec::with_capacity(text.len() + 16);
    for op in capture_diff_slices(Algorithm::Patience, &said, &says) {
        match op {
            DiffOp::Equal { old_index, new_index, len } => {
                for (line, new) in
                    old.iter().skip(old_index).zip(new.iter().skip(new_index)).take(len)
                {
                    bytes.extend(content(line));
                    // The last line may have lost its end, or got one.
                    match (ending(line), ending(new)) {
                        (_, b"") => {}
                        (b"", fresh) => bytes.extend(if ours { fresh } else { end }),
                        (kept, _) => bytes.extend(kept),
                    }
                }
            }
            DiffOp::Delete { .. } => {}
            DiffOp::Insert { new_index, new_len, .. }
            | DiffOp::Replace { new_index, new_len, .. } => {
                for line in new.iter().skip(new_index).take(new_len) {
                    bytes.extend(content(line));
                    match ending(line) {
                        b"\n" if !ours => bytes.extend(end),
                        other => bytes.extend(other),
                    }
                }
            }
        }
    }
    bytes
}

/// Whether two texts say the same, their line ends aside.
#[must_use]
pub fn same(one: &str, other: &str) -> bool {
    one == other || one.replace("\r\n", "\n") == other.replace("\r\n", "\n")
}

fn lines(bytes: &[u8]) -> Vec<&[u8]> {
    bytes.split_inclusive(|byte| *byte == b'\n').collect()
}

fn content(line: &[u8]) -> &[u8] {
    let line = line.strip_suffix(b"\n").unwrap_or(line);
    line.strip_suffix(b"\r").unwrap_or(line)
}

fn ending(line: &[u8]) -> &[u8] {
    line.get(content(line).len()..).unwrap_or_default()
}

fn said(line: &[u8]) -> String {
    crate::hugo::import::markdown(content(line))
}

fn usual_end(lines: &[&[u8]]) -> &'static [u8] {
    let windows = lines.iter().filter(|line| line.ends_with(b"\r\n")).count();
    let all = lines.iter().filter(|line| line.ends_with(b"\n")).count();
    if windows * 2 > all { b"\r\n" } else { b"\n" }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_that_stay_keep_their_bytes() {
        for (before, text, expected) in [
            (&b"a\r\nb\r\n"[..], "a\nb\nc\n", &b"a\r\nb\r\nc\r\n"[..]),
            (b"a\r\nb\nc\r\n", "a\nb\nx\nc\n", b"a\r\nb\nx\r\nc\r\n"),
            (b"a\xff\nb\n", "a\u{fffd}\nB\n", b"a\xff\nB\n"),
            (b"a\nb", "a\nb", b"a\nb"),
            (b"a\nb", "a\nb\n", b"a\nb\n"),
            (b"a\nb\n", "a\nb", b"a\nb"),
            (b"", "a\n", b"a\n"),
            (b"a\n", "", b""),
            (b"a\n", "a\r\nb\r\n", b"a\nb\r\n"),
        ] {
            assert_eq!(
                merge(before, text),
                expected,
                "{:?} to {text:?}",
                String::from_utf8_lossy(before)
            );
        }
    }
}
