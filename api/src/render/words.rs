//! Words of a rendered body and the time to read them, as Hugo 0.168 counts.
//!
//! Hugo strips the tags from the rendered HTML (`.Plain`) and counts what white space separates. On
//! a page that contains CJK characters, with `hasCJKLanguage`, a word that is not all ASCII counts
//! as many as it has characters, punctuation included. It counts in HTML, where `&quot;` is six
//! characters, and so does this: the input is HTML before the sanitizer decoded its entities.

use super::tokens::{Token, Tokens};

/// Words a minute: `.ReadingTime`.
const PACE: u32 = 212;
const PACE_CJK: u32 = 500;

/// Scripts that make a page a CJK page: Han, Hangul, Hiragana and Katakana of Unicode's `Scripts.txt`.
const CJK: &[(char, char)] = &[
    ('\u{1100}', '\u{11ff}'), // Hangul Jamo
    ('\u{2e80}', '\u{2fd5}'), // CJK and Kangxi radicals
    ('\u{3005}', '\u{3005}'),
    ('\u{3007}', '\u{3007}'),
    ('\u{3021}', '\u{3029}'),
    ('\u{302e}', '\u{302f}'),
    ('\u{3038}', '\u{303b}'),
    ('\u{3041}', '\u{3096}'), // Hiragana
    ('\u{309d}', '\u{309f}'),
    ('\u{30a1}', '\u{30fa}'), // Katakana
    ('\u{30fd}', '\u{30ff}'),
    ('\u{3131}', '\u{318e}'), // Hangul compatibility Jamo
    ('\u{31f0}', '\u{321e}'),
    ('\u{3260}', '\u{327e}'),
    ('\u{32d0}', '\u{32fe}'),
    ('\u{3300}', '\u{3357}'),
    ('\u{3400}', '\u{4dbf}'), // Han
    ('\u{4e00}', '\u{9fff}'),
    ('\u{a960}', '\u{a97c}'),
    ('\u{ac00}', '\u{d7fb}'), // Hangul syllables
    ('\u{f900}', '\u{fad9}'),
    ('\u{ff66}', '\u{ff6f}'),
    ('\u{ff71}', '\u{ff9d}'),
    ('\u{ffa0}', '\u{ffdc}'),
    ('\u{16fe2}', '\u{16ff6}'),
    ('\u{1aff0}', '\u{1b167}'),
    ('\u{1f200}', '\u{1f200}'),
    ('\u{20000}', '\u{3347f}'), // Han extensions
];

/// Whether the text contains a character of a CJK script.
pub(super) fn has_cjk(text: &str) -> bool {
    // No CJK character is encoded with a smaller lead byte.
    let is_cjk = |c: char| CJK.iter().any(|(first, last)| (*first..=*last).contains(&c));
    text.bytes().any(|byte| byte >= 0xe1) && text.chars().any(|c| c >= '\u{1100}' && is_cjk(c))
}

/// Minutes to read so many words, rounded up.
pub(super) fn reading_time(words: u32, cjk: bool) -> u32 {
    words.div_ceil(if cjk { PACE_CJK } else { PACE })
}

/// What one word counts.
pub(super) fn weigh(word: &str, cjk: bool) -> usize {
    if cjk && !word.is_ascii() { word.chars().count() } else { 1 }
}

/// Number of words in HTML. Tags do not separate words, but `</p>` and `<br>` do.
pub(super) fn count(html: &str, cjk: bool) -> u32 {
    let mut counter = Counter { cjk, ..Counter::default() };
    let mut tokens = Tokens::new(html);
    while let Some(token) = tokens.next() {
        match token {
            Token::Text(text) => counter.text(text),
            Token::Open { name, .. } if matches!(&*name, "script" | "style") => {
                tokens.skip_element(&name);
            }
            Token::Open { name, .. } if name == "br" => counter.end_word(),
            Token::Close { name } if name == "p" => counter.end_word(),
            _ => {}
        }
    }
    counter.end_word();
    u32::try_from(counter.words).unwrap_or(u32::MAX)
}

#[derive(Default)]
struct Counter {
    cjk: bool,
    words: usize,
    /// Of the word being read, which may span several texts.
    characters: usize,
    beyond_ascii: bool,
}

impl Counter {
    fn text(&mut self, text: &str) {
        for (index, piece) in text.split(char::is_whitespace).enumerate() {
            if index > 0 {
                self.end_word();
            }
            self.characters += if self.cjk { piece.chars().count() } else { piece.len() };
            self.beyond_ascii |= self.cjk && !piece.is_ascii();
        }
    }

    fn end_word(&mut self) {
        self.words +=
            if self.beyond_ascii { self.characters } else { usize::from(self.characters > 0) };
        (self.characters, self.beyond_ascii) = (0, false);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_are_counted_as_hugo_does() {
        // HTML, words, words on a CJK page; the numbers are those of Hugo 0.168.
        for (html, plain, cjk) in [
            ("", 0, 0),
            ("<p>hello world 你好，世界。ok</p>\n", 3, 10),
            ("<p>你好，world。</p>\n", 1, 9),
            ("<p>日本語カタカナひらがな 한국어 단어</p>\n", 3, 16),
            ("<p>a</p><p>b<br>c</p><i>d</i>e", 4, 4),
            ("<p>a&amp;b &quot;中&quot;</p>", 2, 14),
            ("<script>a b</script><p>ok <!-- c d --></p><style>x</style>", 1, 1),
            ("a\u{a0}b\u{3000}c\td", 4, 4),
        ] {
            assert_eq!((count(html, false), count(html, true)), (plain, cjk), "{html}");
        }
    }

    #[test]
    fn reading_time_is_rounded_up() {
        for (words, plain, cjk) in
            [(0, 0, 0), (212, 1, 1), (213, 2, 1), (424, 2, 1), (500, 3, 1), (501, 3, 2)]
        {
            assert_eq!(
                (reading_time(words, false), reading_time(words, true)),
                (plain, cjk),
                "{words}"
            );
        }
    }

    #[test]
    fn cjk_is_a_matter_of_script() {
        for (text, expected) in
            [("中", true), ("ひ", true), ("カ", true), ("한", true), ("𠀀", true)]
        {
            assert_eq!(has_cjk(text), expected, "{text}");
        }
        for text in ["", "caf\u{e9}", "“a—b”…", "ไทย", "，。", "ー", "😀", "Ａ"]
        {
            assert!(!has_cjk(text), "{text}");
        }
    }
}
