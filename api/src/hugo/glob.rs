//! Patterns of paths: `*` within one element, `**` across, `?`, `{a,b}`.
//!
//! Hugo matches pages with gobwas/glob; classes in brackets are not known
//! here. Invariant: the work is bounded by pattern × text for each alternative.

/// Whether the whole text is covered by the pattern.
pub(super) fn matches(pattern: &str, text: &str) -> bool {
    let Some((before, rest)) = pattern.split_once('{') else {
        return plain(pattern.as_bytes(), text.as_bytes());
    };
    let Some((choices, after)) = rest.split_once('}') else {
        return plain(pattern.as_bytes(), text.as_bytes());
    };
    choices.split(',').any(|choice| matches(&format!("{before}{}{after}", choice.trim()), text))
}

fn plain(mut pattern: &[u8], mut text: &[u8]) -> bool {
    // Where to go on when what follows the last star does not fit.
    let mut retry: Option<(&[u8], &[u8], bool)> = None;
    loop {
        if let Some(rest) = pattern.strip_prefix(b"**") {
            retry = Some((rest, text, true));
            pattern = rest;
            continue;
        }
        if let Some(rest) = pattern.strip_prefix(b"*") {
            // A star behind a double star: the double one may still have to give.
            if let Some((_, _, true)) = retry
                && (0..=text.len()).any(|end| {
                    let (skipped, left) = text.split_at(end);
                    !skipped.contains(&b'/') && plain(rest, left)
                })
            {
                return true;
            }
            if !matches!(retry, Some((_, _, true))) {
                retry = Some((rest, text, false));
                pattern = rest;
                continue;
            }
        } else {
            match (pattern.split_first(), text.split_first()) {
                (None, None) => return true,
                (Some((wanted, next)), Some((given, left)))
                    if wanted == given || (*wanted == b'?' && *given != b'/') =>
                {
                    pattern = next;
                    text = left;
                    continue;
                }
                _ => {}
            }
        }
        let Some((behind, from, across)) = retry else {
            return false;
        };
        let Some((skipped, left)) = from.split_first() else {
            return false;
        };
        if !across && *skipped == b'/' {
            return false;
        }
        retry = Some((behind, left, across));
        pattern = behind;
        text = left;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paths_are_matched() {
        let check = |pattern: &str, text: &str, expected: bool| {
            assert_eq!(matches(pattern, text), expected, "{pattern} {text}");
        };
        check("/{posts,posts/**}", "/posts", true);
        check("/{posts,posts/**}", "/posts/a/b", true);
        check("/{posts,posts/**}", "/postscript", false);
        check("/*", "/about", true);
        check("/*", "/a/b", false);
        check("/**", "/a/b", true);
        check("**/x", "/a/b/x", true);
        check("/a/*/c", "/a/b/c", true);
        check("/a/*/c", "/a/b/b/c", false);
        check("/**/b*", "/a/bc", true);
        check("/**/b*", "/b/a/c", false);
        check("p?ge", "page", true);
        check("{term,taxonomy}", "term", true);
        check("", "", true);
        check("", "a", false);
    }
}
