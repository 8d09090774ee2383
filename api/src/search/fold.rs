//! Letters that count as equal, made equal: the first step of every analysis, of
//! articles and of queries alike.
//!
//! Widths (Ａ, ｶﾞ), case, diacritics of Latin and Greek letters, ё, the points of
//! Arabic and Hebrew and invisible joiners are folded away, and traditional Chinese
//! characters become simplified ones. A folded letter knows which bytes it came
//! from, so that what is found can be marked in the text as it stands.
//!
//! Chinese characters are folded one at a time, whatever stands beside them: only
//! so is each part of a text found wherever the text is cut.

use std::sync::OnceLock;

use unicode_normalization::UnicodeNormalization;
use unicode_normalization::char::is_combining_mark;

/// A folded letter, and the bytes of the text that it stands for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Letter {
    pub char: char,
    pub start: usize,
    pub end: usize,
}

const HAN: std::ops::RangeInclusive<u32> = 0x3400..=0x9fff;

/// The simplified form of each character, by its distance from the first.
fn simplified() -> &'static [char] {
    static TABLE: OnceLock<Vec<char>> = OnceLock::new();
    TABLE.get_or_init(|| {
        HAN.filter_map(char::from_u32)
            .map(|char| match char {
                // By themselves these are ambiguous, and left alone by the crate.
                '乾' => '干',
                '著' => '着',
                '藉' => '借',
                '瞭' => '了',
                _ => {
                    let mut buffer = [0; 4];
                    fast2s::convert(char.encode_utf8(&mut buffer)).chars().next().unwrap_or(char)
                }
            })
            .collect()
    })
}

fn simplify(char: char) -> char {
    let place = (char as u32).wrapping_sub(*HAN.start()) as usize;
    simplified().get(place).copied().unwrap_or(char)
}

/// Whether a character changes the one before it.
fn attaches(char: char) -> bool {
    // Half-width voicing marks, the vowels and finals of Korean syllables.
    matches!(char, '\u{ff9e}' | '\u{ff9f}' | '\u{1160}'..='\u{11ff}') || is_combining_mark(char)
}

/// Characters that are seen by machines alone.
fn is_invisible(char: char) -> bool {
    matches!(char, '\u{ad}' | '\u{200b}'..='\u{200f}' | '\u{2060}' | '\u{feff}' | '\u{fe00}'..='\u{fe0f}')
}

/// The letters of a text.
#[must_use]
pub fn fold(text: &str) -> Vec<Letter> {
    let mut letters = Vec::with_capacity(text.len());
    let mut chars = text.char_indices().peekable();
    while let Some((start, char)) = chars.next() {
        let alone = chars.peek().is_none_or(|(_, next)| next.is_ascii() || !attaches(*next));
        if alone && char.is_ascii() {
            letters.push(Letter { char: char.to_ascii_lowercase(), start, end: start + 1 });
            continue;
        }
        if alone && HAN.contains(&(char as u32)) {
            letters.push(Letter { char: simplify(char), start, end: start + char.len_utf8() });
            continue;
        }
        let mut end = start + char.len_utf8();
        while let Some((place, next)) = chars.next_if(|(_, next)| attaches(*next)) {
            end = place + next.len_utf8();
        }
        for composed in text[start..end].nfkc() {
            for lower in composed.to_lowercase() {
                spell(lower, &mut |char| letters.push(Letter { char, start, end }));
            }
        }
    }
    letters
}

/// What a composed lower-case letter is folded to: nothing, itself, or others.
fn spell(char: char, push: &mut dyn FnMut(char)) {
    match char {
        '\u{300}'..='\u{36f}' => {}
        'ß' => "ss".chars().for_each(push),
        'æ' => "ae".chars().for_each(push),
        'œ' => "oe".chars().for_each(push),
        'þ' => "th".chars().for_each(push),
        'ø' => push('o'),
        'đ' | 'ð' => push('d'),
        'ł' => push('l'),
        'ħ' => push('h'),
        'ı' => push('i'),
        'ς' => push('σ'),
        'ё' => push('е'),
        '’' | 'ʼ' => push('\''),
        // Latin and Greek with diacritics.
        '\u{c0}'..='\u{24f}' | '\u{1e00}'..='\u{1fff}' | '\u{370}'..='\u{3ff}' => {
            char.nfd().filter(|part| !is_combining_mark(*part)).for_each(push);
        }
        // Points and the lengthening of Arabic, points of Hebrew, the dot below
        // of Devanagari.
        '\u{610}'..='\u{61a}'
        | '\u{64b}'..='\u{65f}'
        | '\u{670}'
        | '\u{6d6}'..='\u{6ed}'
        | '\u{640}'
        | '\u{591}'..='\u{5c7}'
        | '\u{93c}' => {}
        'أ' | 'إ' | 'آ' | 'ٱ' => push('ا'),
        'ى' => push('ي'),
        'ة' => push('ه'),
        'ک' => push('ك'),
        'ی' => push('ي'),
        char if is_invisible(char) => {}
        char if HAN.contains(&(char as u32)) => push(simplify(char)),
        char => push(char),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn folded(text: &str) -> String {
        fold(text).iter().map(|letter| letter.char).collect()
    }

    #[test]
    fn what_counts_as_equal_becomes_equal() {
        for (text, expected) in [
            ("ＡＢＣ１２３", "abc123"),
            ("ﾊﾝｶｸｶﾞｷﾞﾊﾟ", "ハンカクガギパ"),
            ("か\u{3099}", "が"),
            ("Ünïcödé Straße ÆON Łódź", "unicode strasse aeon lodz"),
            ("İstanbul ISIK ı", "istanbul isik i"),
            ("Ελλάδα ὈΔΥΣΣΕΎΣ", "ελλαδα οδυσσευσ"),
            ("ЁЖИК Йод", "ежик йод"),
            ("العَرَبِيّة إسلام", "العربيه اسلام"),
            ("שָׁלוֹם", "שלום"),
            ("हिन्दी क़लम", "हिन्दी कलम"),
            ("後臺編輯數據庫，頭髮發展，乾燥幹部", "后台编辑数据库,头发发展,干燥干部"),
            ("著作權 藉由 瞭解", "着作权 借由 了解"),
            ("①㈱ﬁ", "1(株)fi"),
            ("한글", "한글"),
            ("soft\u{ad}hyphen", "softhyphen"),
        ] {
            assert_eq!(folded(text), expected, "{text}");
        }
    }

    #[test]
    fn folding_is_the_same_wherever_a_text_is_cut() {
        let text = "乾隆皇帝說乾坤，后面的後面，隻身一隻";
        let whole = fold(text);
        for letter in &whole {
            let part = &text[letter.start..letter.end];
            assert_eq!(folded(part), letter.char.to_string(), "{part}");
        }
    }

    #[test]
    fn letters_know_their_bytes() {
        let text = "aßé\u{301}漢x";
        for letter in fold(text) {
            assert!(text.get(letter.start..letter.end).is_some_and(|part| !part.is_empty()));
        }
        assert_eq!(fold(text).last().map(|letter| letter.end), Some(text.len()));
    }
}
