//! Paths of files as texts, whatever bytes they are made of.
//!
//! Invariants: [`to_path`] undoes [`to_text`] byte for byte; a path that is
//! UTF-8 is its own text, but for one that uses the signs which stand for bytes.

use std::path::{Path, PathBuf};

/// A byte that is no UTF-8 is the character this far up, at the end of the last
/// plane for private use.
const BYTES: u32 = 0x10_ff00;

fn stands_for_byte(letter: char) -> bool {
    u32::from(letter) >= BYTES
}

/// The text of a path, with `/` between its parts.
#[must_use]
pub fn to_text(path: &Path) -> String {
    let plain = |text: &str| {
        if std::path::MAIN_SEPARATOR == '/' {
            text.to_owned()
        } else {
            text.replace(std::path::MAIN_SEPARATOR, "/")
        }
    };
    match path.to_str() {
        Some(text) if !text.contains(stands_for_byte) => plain(text),
        _ => escaped(path),
    }
}

fn push(text: &mut String, bytes: &[u8]) {
    text.extend(bytes.iter().filter_map(|byte| char::from_u32(BYTES + u32::from(*byte))));
}

#[cfg(unix)]
fn escaped(path: &Path) -> String {
    use std::os::unix::ffi::OsStrExt;
    let mut text = String::new();
    for chunk in path.as_os_str().as_bytes().utf8_chunks() {
        for letter in chunk.valid().chars() {
            if stands_for_byte(letter) {
                push(&mut text, letter.encode_utf8(&mut [0; 4]).as_bytes());
            } else {
                text.push(letter);
            }
        }
        push(&mut text, chunk.invalid());
    }
    text
}

#[cfg(not(unix))]
fn escaped(path: &Path) -> String {
    path.to_string_lossy().replace(std::path::MAIN_SEPARATOR, "/")
}

/// The path of a text.
#[must_use]
pub fn to_path(text: &str) -> PathBuf {
    if text.contains(stands_for_byte) { unescaped(text) } else { PathBuf::from(text) }
}

#[cfg(unix)]
fn unescaped(text: &str) -> PathBuf {
    use std::ffi::OsString;
    use std::os::unix::ffi::OsStringExt;
    let mut bytes = Vec::with_capacity(text.len());
    for letter in text.chars() {
        match u32::from(letter).checked_sub(BYTES).and_then(|byte| u8::try_from(byte).ok()) {
            Some(byte) => bytes.push(byte),
            None => bytes.extend(letter.encode_utf8(&mut [0; 4]).as_bytes()),
        }
    }
    PathBuf::from(OsString::from_vec(bytes))
}

#[cfg(not(unix))]
fn unescaped(text: &str) -> PathBuf {
    PathBuf::from(text)
}

/// Whether a path stays below the folder that it is joined to.
#[must_use]
pub fn stays_below(text: &str) -> bool {
    use std::path::Component;
    let path = to_path(text);
    let mut parts = path.components().peekable();
    parts.peek().is_some() && parts.all(|part| matches!(part, Component::Normal(_)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[cfg(unix)]
    #[test]
    fn every_path_comes_back() {
        use std::ffi::OsString;
        use std::os::unix::ffi::OsStringExt;
        for bytes in [
            &b"content/a.md"[..],
            "content/\u{4e2d} {{}}==+.md".as_bytes(),
            b"content/\xff\xfe/\xd6\xd0.md",
            "a\u{10ffff}\u{10ff41}".as_bytes(),
            b"\xf4\x8f\xbc",
        ] {
            let path = PathBuf::from(OsString::from_vec(bytes.to_vec()));
            let text = to_text(&path);
            assert_eq!(to_path(&text), path, "{text:?}");
        }
        assert_eq!(to_text(Path::new("content/\u{4e2d}.md")), "content/\u{4e2d}.md");
    }

    #[test]
    fn paths_that_lead_out_are_known() {
        for (path, expected) in
            [("a/b", true), ("a/../b", false), ("../a", false), ("/a", false), ("", false)]
        {
            assert_eq!(stays_below(path), expected, "{path}");
        }
    }
}
