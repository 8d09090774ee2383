//! From a text to what the index holds of it.
//!
//! A folded text falls into **units**: each letter of a script that is written
//! without spaces (Chinese, Japanese, Korean, Thai and its neighbours) is one, and
//! so is each word of all others. Units have positions. Between two letters of the
//! dense scripts anything that separates them takes a position too, so that a
//! phrase of the index is a substring of the text.
//!
//! The index holds a **term** a unit: a word, or a letter of a dense script. Two or
//! more of those are a phrase. Nearly every article has the most frequent letters of
//! its language, so the index knows which **pairs** of those an article has, too: a
//! word of two of them is one term, and a longer one is looked for where its pairs
//! are. Words stand as they are written: which words share a stem is asked when
//! searching (`stem`), so that the index needs to know no language, and `C++` or
//! `.net` are terms beside their letters.

use tantivy::tokenizer::{Token, TokenStream, Tokenizer};
use unicode_normalization::char::is_combining_mark;

use super::fold::{Letter, fold};
use super::frequent::is_frequent;

/// Letters of a word that count: whoever pastes a megabyte without spaces gets
/// a term all the same.
const LONGEST: usize = 64;

/// A word, or a letter of a dense script.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Unit {
    /// Of its letters, the first and the one behind the last.
    pub from: usize,
    pub to: usize,
    /// Likewise with the signs that belong to it: those of `c++` and `.net`.
    pub whole: (usize, usize),
    pub position: usize,
    pub dense: bool,
}

/// A text, folded and taken apart.
#[derive(Debug, Clone, Default)]
pub struct Units {
    pub letters: Vec<Letter>,
    pub units: Vec<Unit>,
}

/// Whether a letter belongs to a script that is written without spaces, or whose
/// words are looked for in parts.
#[must_use]
pub fn is_dense(char: char) -> bool {
    matches!(u32::from(char),
        0x0e01..=0x0e3a | 0x0e40..=0x0e4e | 0x0e81..=0x0ece // Thai, Lao
        | 0x1000..=0x1049 | 0x1050..=0x109f | 0x1780..=0x17d3 // Burmese, Khmer
        | 0x1100..=0x11ff | 0xac00..=0xd7ff // Korean
        | 0x2e80..=0x2fdf | 0x3005..=0x3007 | 0x3400..=0x4dbf | 0x4e00..=0x9fff // Chinese
        | 0xf900..=0xfaff | 0x20000..=0x3ffff
        | 0x3041..=0x309f | 0x30a1..=0x30fa | 0x30fc..=0x30ff | 0x31f0..=0x31ff // Japanese
        | 0x3105..=0x312f | 0x31a0..=0x31bf)
}

fn is_word(char: char) -> bool {
    (char.is_alphanumeric() && !is_dense(char)) || (is_combining_mark(char) && !is_dense(char))
}

impl Units {
    #[must_use]
    pub fn of(text: &str) -> Self {
        let letters = fold(text);
        let mut units: Vec<Unit> = Vec::with_capacity(letters.len() / 3);
        let mut at = 0;
        while let Some(letter) = letters.get(at) {
            let from = at;
            let dense = is_dense(letter.char);
            if !dense && !is_word(letter.char) {
                at += 1;
                continue;
            }
            at += 1;
            while !dense && letters.get(at).is_some_and(|letter| is_word(letter.char)) {
                at += 1;
            }
            let (from, end) = if dense { (from, at) } else { without_article(&letters, from, at) };
            let to = end.min(from + LONGEST);
            let whole = if dense || to < end { (from, to) } else { with_signs(&letters, from, to) };
            at = at.max(whole.1);
            let position = units.last().map_or(0, |before: &Unit| {
                let apart = before.dense && dense && before.to < from;
                before.position + 1 + usize::from(apart)
            });
            units.push(Unit { from, to, whole, position, dense });
        }
        Self { letters, units }
    }

    fn push(&self, (from, to): (usize, usize), into: &mut String) {
        into.extend(self.letters[from..to].iter().map(|letter| letter.char));
    }

    #[must_use]
    pub fn text(&self, unit: &Unit) -> String {
        let mut text = String::new();
        self.push((unit.from, unit.to), &mut text);
        text
    }

    /// As it is looked for: with its signs.
    #[must_use]
    pub fn whole(&self, unit: &Unit) -> String {
        let mut text = String::new();
        self.push(unit.whole, &mut text);
        text
    }

    fn are_pair(&self, left: &Unit, right: &Unit) -> bool {
        let frequent = |unit: &Unit| unit.dense && is_frequent(self.letters[unit.from].char);
        left.position + 1 == right.position && frequent(left) && frequent(right)
    }

    /// Where a unit stands in the text, in bytes, with its signs.
    #[must_use]
    pub fn bytes(&self, unit: &Unit) -> (usize, usize) {
        (self.letters[unit.whole.0].start, self.letters[unit.whole.1 - 1].end)
    }
}

/// A word together with `++` or `#` behind it, or a dot before it.
fn with_signs(letters: &[Letter], from: usize, to: usize) -> (usize, usize) {
    let char = |at: usize| letters.get(at).map(|letter| letter.char);
    let mut end = to;
    while end - to < 2 && matches!(char(end), Some('+' | '#')) {
        end += 1;
    }
    // `a+b` is a sum, and `#` inside of an address begins its fragment.
    if char(end).is_some_and(|next| {
        is_word(next) || is_dense(next) && char(to) == Some('+') && end - to < 2
    }) {
        end = to;
    }
    let dotted = from > 0
        && char(from - 1) == Some('.')
        && (from == 1
            || char(from - 2).is_some_and(|before| before.is_whitespace() || is_dense(before)))
        && char(from).is_some_and(char::is_alphabetic);
    (if dotted { from - 1 } else { from }, end)
}

/// An Arabic word without its article: the word for "the book" is found as "book".
fn without_article(letters: &[Letter], from: usize, to: usize) -> (usize, usize) {
    if !matches!(letters[from].char, '\u{620}'..='\u{64a}') {
        return (from, to);
    }
    let word: Vec<char> = letters[from..to].iter().map(|letter| letter.char).collect();
    for article in ["وال", "بال", "كال", "فال", "لل", "ال"] {
        let length = article.chars().count();
        if word.len() >= length + 3 && article.chars().eq(word[..length].iter().copied()) {
            return (from + length, to);
        }
    }
    (from, to)
}

/// The analysis as Tantivy calls it.
#[derive(Debug, Clone, Default)]
pub struct Analyser;

impl Tokenizer for Analyser {
    type TokenStream<'a> = Terms;

    fn token_stream<'a>(&'a mut self, text: &'a str) -> Terms {
        Terms { units: Units::of(text), at: 0, signs: false, token: Token::default() }
    }
}

/// The terms of a text, in order.
pub struct Terms {
    units: Units,
    at: usize,
    /// Whether the next is the unit before it once more, with its signs.
    signs: bool,
    token: Token,
}

impl TokenStream for Terms {
    fn advance(&mut self) -> bool {
        let place = if self.signs { self.at.wrapping_sub(1) } else { self.at };
        let Some(unit) = self.units.units.get(place).copied() else {
            return false;
        };
        self.token.text.clear();
        let mut range = (unit.from, unit.to);
        if self.signs {
            range = unit.whole;
            self.signs = false;
        } else {
            self.at += 1;
            self.signs = unit.whole != (unit.from, unit.to);
        }
        self.units.push(range, &mut self.token.text);
        self.token.position = unit.position;
        self.token.position_length = 1;
        (self.token.offset_from, self.token.offset_to) = self.units.bytes(&unit);
        true
    }

    fn token(&self) -> &Token {
        &self.token
    }

    fn token_mut(&mut self) -> &mut Token {
        &mut self.token
    }
}

/// The pairs of frequent letters of a text, as Tantivy calls for them.
#[derive(Debug, Clone, Default)]
pub struct PairAnalyser;

impl Tokenizer for PairAnalyser {
    type TokenStream<'a> = Pairs;

    fn token_stream<'a>(&'a mut self, text: &'a str) -> Pairs {
        Pairs { units: Units::of(text), at: 0, token: Token::default() }
    }
}

/// Two frequent letters each, next to each other, in order.
pub struct Pairs {
    units: Units,
    at: usize,
    token: Token,
}

impl TokenStream for Pairs {
    fn advance(&mut self) -> bool {
        while let Some([left, right]) = self.units.units.get(self.at..self.at + 2) {
            self.at += 1;
            if self.units.are_pair(left, right) {
                self.token.text.clear();
                self.units.push(left.whole, &mut self.token.text);
                self.units.push(right.whole, &mut self.token.text);
                self.token.position = left.position;
                return true;
            }
        }
        false
    }

    fn token(&self) -> &Token {
        &self.token
    }

    fn token_mut(&mut self) -> &mut Token {
        &mut self.token
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn terms(text: &str) -> Vec<String> {
        let mut analyser = Analyser;
        let mut stream = analyser.token_stream(text);
        let mut terms = Vec::new();
        while let Some(token) = stream.next() {
            terms.push(format!("{}{}", token.position, token.text));
        }
        terms
    }

    #[test]
    fn texts_become_terms() {
        for (text, expected) in [
            ("我在杭州。", "0我 1在 2杭 3州"),
            ("杭州，西湖", "0杭 1州 3西 4湖"),
            ("Node.js教程 v1.2", "0node 1js 2教 3程 4v1 52"),
            ("C++ and C# or F#.", "0c 0c++ 1and 2c 2c# 3or 4f 4f#"),
            ("use .NET, a+b, x#y", "0use 1net 1.net 2a 3b 4x 5y"),
            ("foo_bar.rs don't", "0foo 1bar 2rs 3don 4t"),
            ("第3章", "0第 13 2章"),
            ("한국어 문서", "0한 1국 2어 4문 5서"),
            ("الكتاب والكتاب كتاب", "0كتاب 1كتاب 2كتاب"),
            ("ภาษา", "0ภ 1า 2ษ 3า"),
            ("हिन्दी", "0हिन्दी"),
            ("C++教程", "0c 0c++ 1教 2程"),
            ("  ,, ", ""),
        ] {
            assert_eq!(terms(text).join(" "), expected, "{text}");
        }
    }

    #[test]
    fn frequent_letters_next_to_each_other_are_pairs() {
        for (text, expected) in [
            ("我在中國。", "我在 在中 中国"),
            ("大学，中国", "大学 中国"),
            ("Node.js教学 v1.2", "教学"),
            ("西湖在杭州", "西湖 湖在"),
            ("日本のラーメン", "日本 本の のラ ラー ーメ メン"),
            ("ภาษา", "ภา าษ ษา"),
            ("第3章 a b", ""),
            ("字", ""),
            ("", ""),
        ] {
            let mut analyser = PairAnalyser;
            let mut stream = analyser.token_stream(text);
            let mut pairs = Vec::new();
            while let Some(token) = stream.next() {
                pairs.push(token.text.clone());
            }
            assert_eq!(pairs.join(" "), expected, "{text}");
        }
    }

    #[test]
    fn words_of_any_length_are_one_term() {
        let word = "x".repeat(100_000);
        let found = terms(&format!("{word} y"));
        assert_eq!(found.len(), 2);
        assert_eq!(found[0].len(), 1 + LONGEST);
    }
}
