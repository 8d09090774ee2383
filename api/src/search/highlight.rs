//! Where in a text the words of a query stand, and the sentences around them.
//!
//! Texts are taken apart as they were for the index, and the parts of each needle
//! are looked for in the same way, so what is marked is what was found. Fragments
//! are whole sentences where they are short enough; `。！？` end them as `.` does
//! before a space. They are HTML in which only `<mark>` is not text.

use std::ops::Range;

use super::analyse::{Unit, Units};
use super::plan::{Needle, Part, Plan};

/// Bytes of a text that are looked at: novels are marked in their beginning.
const LONGEST: usize = 200_000;
/// Fragments of a text.
const FRAGMENTS: usize = 3;
/// Columns of a fragment, of which a letter of a dense script takes two.
const WIDTH: usize = 180;
/// Marks whose places are told.
const MARKS: usize = 500;

/// What of one text is shown.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Marked {
    pub fragments: Vec<String>,
    /// In UTF-16 code units, as JavaScript counts.
    pub offsets: Vec<Range<usize>>,
}

/// Marks a text; none where nothing of the query is in it. A text that is `short`
/// is one fragment.
#[must_use]
pub fn mark(text: &str, plan: &Plan, short: bool) -> Option<Marked> {
    let mut end = text.len().min(LONGEST);
    while !text.is_char_boundary(end) {
        end -= 1;
    }
    let looked = text.get(..end)?;
    let marks = marks(looked, plan);
    if marks.is_empty() {
        return None;
    }
    let fragments =
        if short { vec![html(text, &(0..text.len()), &marks)] } else { fragments(looked, &marks) };
    Some(Marked { fragments, offsets: utf16(looked, &marks) })
}

/// The bytes that answer to a needle, in order and apart.
fn marks(text: &str, plan: &Plan) -> Vec<Range<usize>> {
    let units = Units::of(text);
    let mut marks: Vec<Range<usize>> = Vec::new();
    for needle in plan.groups.iter().flatten() {
        for start in 0..units.units.len() {
            if let Some(last) = matches_at(&units, start, needle) {
                let (from, to) =
                    (units.bytes(&units.units[start]), units.bytes(&units.units[last]));
                marks.push(from.0..to.1);
            }
        }
    }
    marks.sort_unstable_by_key(|mark| (mark.start, mark.end));
    let mut apart: Vec<Range<usize>> = Vec::with_capacity(marks.len());
    for mark in marks {
        match apart.last_mut() {
            Some(last) if mark.start <= last.end => last.end = last.end.max(mark.end),
            _ => apart.push(mark),
        }
    }
    apart
}

/// The unit with which a needle that begins at one ends, if it does.
fn matches_at(units: &Units, start: usize, needle: &Needle) -> Option<usize> {
    let (first, begin) = (needle.parts.first()?, units.units.get(start)?);
    let mut last = start;
    for (step, part) in needle.parts.iter().enumerate() {
        let unit = units.units.get(start + step)?;
        if unit.position - begin.position != part.position - first.position {
            return None;
        }
        let open = needle.prefix && step + 1 == needle.parts.len();
        let form = needle.parts.len() == 1 && is_one_of(units, unit, &needle.forms);
        if !form && !answers(units, unit, part, open) {
            return None;
        }
        last = start + step;
    }
    Some(last)
}

fn answers(units: &Units, unit: &Unit, part: &Part, open: bool) -> bool {
    let is = |(from, to): (usize, usize)| {
        let mut letters = units.letters[from..to].iter().map(|letter| letter.char);
        let begins = part.text.chars().all(|char| letters.next() == Some(char));
        begins && (open || letters.next().is_none())
    };
    is((unit.from, unit.to)) || is(unit.whole)
}

fn is_one_of(units: &Units, unit: &Unit, forms: &[String]) -> bool {
    !forms.is_empty() && {
        let text = units.text(unit);
        forms.contains(&text)
    }
}

/// The sentences with the most marks, in the order of the text.
fn fragments(text: &str, marks: &[Range<usize>]) -> Vec<String> {
    let mut best: Vec<(usize, Range<usize>)> = Vec::new();
    for sentence in sentences(text) {
        let inside = |mark: &&Range<usize>| mark.start < sentence.end && mark.end > sentence.start;
        let here: Vec<_> = marks.iter().filter(inside).collect();
        let Some(first) = here.first() else {
            continue;
        };
        best.push((here.len(), cut(text, &sentence, first)));
    }
    // A stable sort: of equal ones those that come first.
    best.sort_by_key(|(count, _)| std::cmp::Reverse(*count));
    best.truncate(FRAGMENTS);
    best.sort_by_key(|(_, range)| range.start);
    best.iter().map(|(_, range)| html(text, range, marks)).collect()
}

/// The sentences of a text, without the white space between them.
fn sentences(text: &str) -> Vec<Range<usize>> {
    let mut sentences = Vec::new();
    let mut start = 0;
    let mut chars = text.char_indices().peekable();
    let mut push = |range: Range<usize>| {
        let part = &text[range.clone()];
        let begin = range.start + part.len() - part.trim_start().len();
        let end = begin + part.trim().len();
        if begin < end {
            sentences.push(begin..end);
        }
    };
    while let Some((at, char)) = chars.next() {
        let next = chars.peek().map(|(_, next)| *next);
        let ends = match char {
            '\n' | '。' | '！' | '？' | '｡' | '；' | '।' | '؟' | '۔' => true,
            '.' | '!' | '?' | '…' => next.is_none_or(char::is_whitespace),
            _ => false,
        };
        if !ends {
            continue;
        }
        let mut end = at + char.len_utf8();
        // What closes belongs to the sentence that it closes.
        while let Some((at, closing)) =
            chars.next_if(|(_, next)| "”’\"'」』）)】》。！？!?".contains(*next))
        {
            end = at + closing.len_utf8();
        }
        push(start..end);
        start = end;
    }
    push(start..text.len());
    sentences
}

fn columns(char: char) -> usize {
    1 + usize::from(super::analyse::is_dense(char))
}

/// As much of a sentence around a mark as there is room for.
fn cut(text: &str, sentence: &Range<usize>, mark: &Range<usize>) -> Range<usize> {
    let wide: usize = text[sentence.clone()].chars().map(columns).sum();
    if wide <= WIDTH {
        return sentence.clone();
    }
    let place = mark.start.max(sentence.start);
    let mut start = place;
    let mut room = WIDTH / 3;
    for (at, char) in text[sentence.start..place].char_indices().rev() {
        let Some(left) = room.checked_sub(columns(char)) else {
            break;
        };
        room = left;
        // Words are not cut.
        if at == 0 || !char.is_alphanumeric() || super::analyse::is_dense(char) {
            start = sentence.start + at;
        }
    }
    let mut end = place;
    let mut room = WIDTH;
    for (at, char) in text[start..sentence.end].char_indices() {
        let after = start + at + char.len_utf8();
        let Some(left) = room.checked_sub(columns(char)) else {
            break;
        };
        room = left;
        let next = text[after..].chars().next();
        let whole =
            next.is_none_or(|next| !next.is_alphanumeric()) || super::analyse::is_dense(char);
        if whole || after <= mark.end {
            end = after;
        }
    }
    if end <= place { start..sentence.end.min(ceil(text, place + WIDTH)) } else { start..end }
}

fn ceil(text: &str, mut at: usize) -> usize {
    at = at.min(text.len());
    while !text.is_char_boundary(at) {
        at += 1;
    }
    at
}

/// A part of a text as HTML: everything escaped, and marks around what was found.
fn html(text: &str, range: &Range<usize>, marks: &[Range<usize>]) -> String {
    let mut html = String::with_capacity(range.len() + 32);
    let part = &text[range.clone()];
    let trimmed = range.start + part.len() - part.trim_start().len();
    let range = &(trimmed..trimmed + part.trim().len());
    let mut at = range.start;
    for mark in marks {
        let (start, end) = (mark.start.max(range.start), mark.end.min(range.end));
        if start >= end {
            continue;
        }
        escape(&text[at..start], &mut html);
        html.push_str("<mark>");
        escape(&text[start..end], &mut html);
        html.push_str("</mark>");
        at = end;
    }
    escape(&text[at..range.end], &mut html);
    html
}

fn escape(text: &str, into: &mut String) {
    for char in text.chars() {
        match char {
            '&' => into.push_str("&amp;"),
            '<' => into.push_str("&lt;"),
            '>' => into.push_str("&gt;"),
            '"' => into.push_str("&quot;"),
            '\'' => into.push_str("&#39;"),
            '\n' => into.push(' '),
            char => into.push(char),
        }
    }
}

fn utf16(text: &str, marks: &[Range<usize>]) -> Vec<Range<usize>> {
    let (mut byte, mut unit) = (0, 0);
    let mut count = |to: usize| {
        unit += text[byte..to].encode_utf16().count();
        byte = to;
        unit
    };
    marks.iter().take(MARKS).map(|mark| count(mark.start)..count(mark.end)).collect()
}
