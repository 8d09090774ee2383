//! What changed between two texts, by word.
//!
//! Words are those of Unicode (UAX #29): Chinese and Japanese characters are
//! words each, Korean ones form them between spaces.

use similar::{Algorithm, ChangeTag, utils::diff_unicode_words};

/// What became of a piece of text.
#[derive(Debug, Clone, Copy, PartialEq, Eq, async_graphql::Enum)]
#[graphql(name = "DiffKind")]
pub enum Kind {
    /// It is in both texts.
    Equal,
    /// It is in the new text alone.
    Inserted,
    /// It is in the old text alone.
    Deleted,
    /// It is in both texts, and was left out of the answer.
    Skipped,
}

/// A piece of text and what became of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Segment {
    pub kind: Kind,
    /// Empty where it was left out.
    pub text: String,
    /// In characters (Unicode scalar values).
    pub length: usize,
}

impl Segment {
    fn new(kind: Kind, text: &str) -> Self {
        Self { kind, text: text.to_owned(), length: text.chars().count() }
    }
}

/// The old text is what is equal and deleted, the new one what is equal and
/// inserted. What was deleted stands before what is in its place.
#[must_use]
pub fn diff(old: &str, new: &str) -> Vec<Segment> {
    let changes = diff_unicode_words(Algorithm::Myers, old, new);
    let mut segments: Vec<Segment> = Vec::with_capacity(changes.len());
    let (mut deleted, mut inserted) = (String::new(), String::new());
    let mut changes = changes.into_iter().peekable();
    while let Some((tag, text)) = changes.next() {
        match tag {
            ChangeTag::Delete => deleted.push_str(text),
            ChangeTag::Insert => inserted.push_str(text),
            // A space between two changed words is not worth a segment.
            ChangeTag::Equal
                if !(deleted.is_empty() && inserted.is_empty())
                    && text.chars().all(|space| space == ' ')
                    && changes.peek().is_some() =>
            {
                deleted.push_str(text);
                inserted.push_str(text);
            }
            ChangeTag::Equal => {
                flush(&mut segments, &mut deleted, &mut inserted);
                segments.push(Segment::new(Kind::Equal, text));
            }
        }
    }
    flush(&mut segments, &mut deleted, &mut inserted);
    segments
}

fn flush(segments: &mut Vec<Segment>, deleted: &mut String, inserted: &mut String) {
    for (kind, text) in [(Kind::Deleted, deleted), (Kind::Inserted, inserted)] {
        if !text.is_empty() {
            segments.push(Segment::new(kind, text));
            text.clear();
        }
    }
}

/// Leaves out what is equal but for `context` characters around each change.
#[must_use]
pub fn skip(segments: Vec<Segment>, context: usize) -> Vec<Segment> {
    let last = segments.len().saturating_sub(1);
    let mut kept = Vec::with_capacity(segments.len());
    for (index, segment) in segments.into_iter().enumerate() {
        let head = if index == 0 { 0 } else { context };
        let tail = if index == last { 0 } else { context };
        if segment.kind != Kind::Equal || segment.length <= head + tail {
            kept.push(segment);
            continue;
        }
        let place = |number: usize| {
            segment.text.char_indices().nth(number).map_or(segment.text.len(), |(place, _)| place)
        };
        let (from, to) = (place(head), place(segment.length - tail));
        let piece = |from: usize, to: usize| segment.text.get(from..to).unwrap_or_default();
        let (before, after) = (piece(0, from), piece(to, segment.text.len()));
        if !before.is_empty() {
            kept.push(Segment::new(Kind::Equal, before));
        }
        let length = segment.length - head - tail;
        kept.push(Segment { kind: Kind::Skipped, text: String::new(), length });
        if !after.is_empty() {
            kept.push(Segment::new(Kind::Equal, after));
        }
    }
    kept
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn show(segments: &[Segment]) -> String {
        segments
            .iter()
            .map(|Segment { kind, text, length }| match kind {
                Kind::Equal => text.clone(),
                Kind::Inserted => format!("+[{text}]"),
                Kind::Deleted => format!("-[{text}]"),
                Kind::Skipped => format!("<{length}>"),
            })
            .collect()
    }

    #[test]
    fn words_change_whole_and_chinese_ones_by_character() {
        let check = |old, new, expected| assert_eq!(show(&diff(old, new)), expected);
        check("the quick fox", "the slow fox", "the -[quick]+[slow] fox");
        check("the quick brown fox", "the slow red fox", "the -[quick brown]+[slow red] fox");
        check("我们今天在杭州见面", "我们明天在杭州见面", "我们-[今]+[明]天在杭州见面");
        check("東京タワーへ行く", "京都タワーへ行く", "-[東]京+[都]タワーへ行く");
        check("서울에 갑니다", "부산에 갑니다", "-[서울에]+[부산에] 갑니다");
        check("can't", "can", "-[can't]+[can]");
        check("", "a", "+[a]");
        check("a", "", "-[a]");
        check("", "", "");
    }

    #[test]
    fn what_is_far_from_a_change_can_be_left_out() {
        fn check(old: &str, new: &str, context: usize, expected: &str) {
            assert_eq!(show(&skip(diff(old, new), context)), expected);
        }
        let old = "one two three four five six seven eight";
        check(old, &old.replace("four", "4"), 3, "<11>ee -[four]+[4] fi<18>");
        check(
            old,
            &old.replace("four", "4"),
            100,
            "one two three -[four]+[4] five six seven eight",
        );
        check(old, old, 3, "<39>");
        check("甲乙丙丁戊己", "甲乙丙丁戊庚", 1, "<4>戊-[己]+[庚]");
        check("a b c d e", "x b c d y", 0, "-[a]+[x]<7>-[e]+[y]");
    }

    #[test]
    fn no_two_texts_take_for_ever() {
        let text = |seed: usize, words: usize| {
            let mut text = String::new();
            let mut number = seed;
            for _ in 0..50_000 {
                number = number.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(seed);
                text.push_str(&(number >> 40).rem_euclid(words).to_string());
                text.push(' ');
            }
            text
        };
        for words in [2, 50, 1_000_000] {
            assert!(diff(&text(1, words), &text(3, words)).len() > 1, "{words}");
        }
    }

    proptest! {
        #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

        #[test]
        fn both_texts_can_be_read_from_the_segments(
            old in "([a-c]| |\\n|杭|州|é){0,40}", new in "([a-c]| |\\n|杭|州|é){0,40}", context in 0..5_usize
        ) {
            let segments = diff(&old, &new);
            let of = |kind| segments.iter().filter(|s| s.kind != kind).map(|s| s.text.as_str()).collect::<String>();
            prop_assert_eq!(of(Kind::Inserted), old);
            prop_assert_eq!(of(Kind::Deleted), new);
            let length = |segments: &[Segment]| segments.iter().map(|s| s.length).sum::<usize>();
            prop_assert_eq!(length(&skip(segments.clone(), context)), length(&segments));
        }
    }
}
