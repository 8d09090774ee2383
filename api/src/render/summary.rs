//! Where a summary ends, as Hugo 0.168 decides (`resources/page/page_markup.go`, and by trial).
//!
//! Before `<!--more-->` if an author wrote it, else behind the paragraph in which the seventieth word
//! ends, or behind the list, quote or other element that holds it. Hugo counts in HTML between one
//! `</p>` and the next, so headings and lists before it count and come along, while a body without a
//! paragraph after its seventieth word is its own summary.
//!
//! `<!--more-->` becomes a paragraph of its own, wherever it stands; only the first one counts, in
//! code as well. It travels through Markdown and sanitizer as [`MARK`], a noncharacter.

use std::borrow::Cow;

use super::balance::VOID;
use super::plain;
use super::tokens::{Token, Tokens};
use super::words::weigh;

/// What an author writes where the summary ends.
pub const DIVIDER: &str = "<!--more-->";

/// Hugo's `summaryLength` where a site has none.
const LENGTH: u16 = 70;

/// U+FDD0 is reserved for use within a program; an author who writes it moves the own summary.
const MARK: char = '\u{fdd0}';

/// The source with its divider as a paragraph that [`split`] finds again; `None` without divider.
pub(super) fn mark(source: &str) -> Option<String> {
    let (before, after) = source.split_once(DIVIDER)?;
    let after = after.strip_prefix("\r\n").or(after.strip_prefix('\n')).unwrap_or(after);
    Some(format!("{}\n\n{MARK}\n\n{after}", before.replace(MARK, "")))
}

/// HTML without the mark, and the offset where it was.
pub(super) fn split(html: &str) -> (String, Option<usize>) {
    let paragraph = format!("<p>{MARK}</p>");
    let Some(at) = html.find(&paragraph).or_else(|| html.find(MARK)) else {
        return (html.to_owned(), None);
    };
    let after = html[at..].strip_prefix(&paragraph).unwrap_or(&html[at..]);
    let after = after.strip_prefix('\n').unwrap_or(after);
    let mut joined = html[..at].replace(MARK, "");
    let end = joined.len();
    joined.push_str(&after.replace(MARK, ""));
    (joined, Some(end))
}

/// Plain text of the summary of safe HTML, and whether something is left to read after it.
/// `raw` is the HTML before it was made safe, `divider` the offset that [`split`] gave.
/// `length`: in words, 0 for [`LENGTH`].
pub(super) fn extract(
    html: &str,
    raw: &str,
    divider: Option<usize>,
    cjk: bool,
    length: u16,
) -> (String, bool) {
    let length = if length == 0 { LENGTH } else { length };
    let end = divider.unwrap_or_else(|| automatic_end(html, raw, cjk, length.into()));
    let summary = plain::collapse(&plain::text(&html[..end]));
    (summary, !html[end..].trim().is_empty())
}

/// Offset behind the paragraph that ends the summary. Hugo counts comments, unsafe elements and
/// entities as they were written, so this counts in the HTML that has them, if its paragraphs are
/// those of the safe one.
fn automatic_end(html: &str, raw: &str, cjk: bool, length: usize) -> usize {
    // Hugo knows nothing of the elements that stand for shortcodes.
    let raw = &without_shortcodes(raw);
    let ends = |html| str::match_indices(html, "</p>").map(|(at, _)| at);
    let counted = if ends(raw).count() == ends(html).count() { raw } else { html };
    let (mut from, mut count) = (0, 0);
    for (end, safe_end) in ends(counted).zip(ends(html)) {
        count += count_words(&counted[from..end], cjk);
        if count >= length {
            return outermost_end(html, safe_end + "</p>".len());
        }
        // The next text begins with the `>`, as it does there.
        from = end + "</p".len();
    }
    html.len()
}

/// HTML without the start tags of elements that stand for shortcodes.
fn without_shortcodes(html: &str) -> Cow<'_, str> {
    if !html.contains("data-shortcode=") {
        return Cow::Borrowed(html);
    }
    let mut written = String::with_capacity(html.len());
    let mut tokens = Tokens::new(html);
    loop {
        let start = tokens.position();
        match tokens.next() {
            None => return Cow::Owned(written),
            Some(Token::Open { source, .. }) if source.contains(" data-shortcode=") => {}
            Some(_) => written.push_str(&html[start..tokens.position()]),
        }
    }
}

/// Offset behind the outermost element that is open at `at`, in HTML that nests; `at` if none is.
fn outermost_end(html: &str, at: usize) -> usize {
    let mut depth = 0_usize;
    let mut tokens = Tokens::new(html);
    while let Some(token) = tokens.next() {
        match token {
            Token::Open { name, .. } => depth += usize::from(!VOID.contains(&&*name)),
            Token::Close { .. } => depth = depth.saturating_sub(1),
            _ => continue,
        }
        if depth == 0 && tokens.position() >= at {
            return tokens.position();
        }
    }
    html.len()
}

/// Words between two paragraph ends, by Hugo's rule: the last character is not looked at, and what
/// looks like a piece of a tag does not count.
fn count_words(html: &str, cjk: bool) -> usize {
    let mut characters = html.chars();
    characters.next_back();
    characters
        .as_str()
        .split_whitespace()
        .filter(|word| !is_markup(word))
        .map(|word| weigh(&strip(word), cjk))
        .sum()
}

/// `>`, `<p>`, `</b`, `href="…`.
fn is_markup(word: &str) -> bool {
    let tag = word.strip_prefix('<').map(|rest| rest.strip_prefix('/').unwrap_or(rest));
    let is_name =
        |name: &str| !name.is_empty() && name.bytes().all(|byte| byte.is_ascii_alphabetic());
    word == ">"
        || tag.is_some_and(|tag| is_name(tag.strip_suffix('>').unwrap_or(tag)))
        || word.split_once('=').is_some_and(|(name, value)| {
            // Of an aligned cell, Hugo writes `style="text-align: left">` and counts the second word.
            is_name(name)
                && value.starts_with(['"', '\''])
                && !(name == "align" && value.contains('>'))
        })
}

/// The word without its tags; what is only the beginning of a tag is dropped too.
fn strip(word: &str) -> String {
    let mut stripped = String::with_capacity(word.len());
    for (index, piece) in word.split('<').enumerate() {
        match piece.split_once('>') {
            Some(("br", text)) if index > 0 => stripped.extend(["\n", text]),
            Some((_, text)) if index > 0 => stripped.push_str(text),
            _ if index == 0 => stripped.push_str(piece),
            _ => {}
        }
    }
    stripped
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn automatic_summaries_end_where_hugo_ends_them() {
        // A word, and how many paragraphs of it the summary has on an ordinary and on a CJK page,
        // of ninety; the numbers are those of Hugo 0.168.
        for (word, plain, cjk) in [
            ("word", 70, 70),
            ("中文字", 70, 35),
            ("中a", 70, 70),
            ("é", 90, 90),
            ("<b>x</b>", 70, 70),
            ("<a href=\"http://x.y\">l</a>", 70, 70),
            ("<code>c</code>", 70, 70),
            ("a&amp;b", 70, 70),
            ("中&amp;文", 70, 12),
            ("<img src=\"c.png\" alt=\"a b\">", 35, 35),
            ("中文<br>字字", 70, 18),
            ("&quot;中&quot;", 70, 6),
            ("a=&quot;b&quot;", 70, 70),
            ("<!-- a --> b", 24, 24),
            ("ééé日", 70, 24),
            ("<em>中文</em>字", 70, 35),
        ] {
            let html = format!("<p>{word}</p>\n").repeat(90);
            let paragraphs =
                |cjk| html[..automatic_end(&html, &html, cjk, 70)].matches("</p>").count();
            assert_eq!((paragraphs(false), paragraphs(true)), (plain, cjk), "{word}");
        }
    }

    #[test]
    fn automatic_summaries_end_with_the_whole_block() {
        let long = format!("<p>{}</p>", "a ".repeat(80));
        for (html, left) in [
            (format!("{long}<hr><p>b</p>"), "<hr><p>b</p>"),
            (format!("<ul><li>{long}</li><li>b<br></li></ul>c"), "c"),
            (format!("<div><blockquote>{long}</blockquote>\n<p>b</p></div>\n"), "\n"),
        ] {
            assert_eq!(&html[automatic_end(&html, &html, false, 70)..], left);
        }
    }

    #[test]
    fn a_divider_is_a_paragraph() {
        assert_eq!(mark("a"), None);
        assert_eq!(mark("a<!--more-->\nb").as_deref(), Some("a\n\n\u{fdd0}\n\nb"));
        assert_eq!(
            split("<p>a</p>\n<p>\u{fdd0}</p>\n<p>b</p>\n"),
            ("<p>a</p>\n<p>b</p>\n".to_owned(), Some(9))
        );
        assert_eq!(split("a\u{fdd0}b\u{fdd0}"), ("ab".to_owned(), Some(1)));
        assert_eq!(split("a"), ("a".to_owned(), None));
    }

    #[test]
    fn truncated_means_something_is_left() {
        let wrapped = "<div data-shortcode=\"a\" data-params=\"b c\"><p>d</p></div>";
        assert_eq!(without_shortcodes(wrapped), "<p>d</p></div>");
        assert_eq!(extract("<p>a <b>b</b></p>\n", "", None, false, 0), ("a b".to_owned(), false));
        assert_eq!(extract("<p>a</p>\n<p>b</p>\n", "", Some(9), false, 0), ("a".to_owned(), true));
        assert_eq!(extract("<p>a</p>\n", "", Some(9), false, 0), ("a".to_owned(), false));
        assert_eq!(extract("", "", None, true, 0), (String::new(), false));
    }
}
