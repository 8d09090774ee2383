//! Markdown as a sequence of blocks, and the three-way merge of such texts.
//!
//! A block is what Markdown has at the top: a paragraph, a heading, a whole
//! list, table, quotation, fence or piece of HTML. Where blocks begin and end is
//! the parser's word, in whole lines; the blank lines between two blocks are an
//! element of their own, so that changes of two paragraphs do not touch each
//! other. **The elements of a text, one after the other, are the text**, byte
//! for byte, whatever the parser says.

use super::three;
use crate::render;

/// What a line belongs to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Part {
    /// The block that begins in this line.
    Block(usize),
    /// Between blocks.
    Blank,
    /// What the parser leaves out of its tree: definitions of links, for example.
    Other,
}

/// The blocks of a text, and the blank lines between them.
fn split(text: &str) -> Vec<&str> {
    let lines = lines(text);
    let is_blank =
        |number: usize| lines.get(number).is_some_and(|line| line.trim_ascii().is_empty());
    let mut blocks = render::blocks(text)
        .into_iter()
        .map(|block| {
            // The parser counts blank lines after some kinds of blocks as theirs.
            let (first, last) = block.into_inner();
            let last = (first..=last).rev().find(|number| !is_blank(*number)).unwrap_or(first);
            first..=last
        })
        .peekable();
    let mut pieces = Vec::new();
    let (mut start, mut end, mut before) = (0, 0, None);
    for (number, line) in lines.iter().enumerate() {
        while blocks.next_if(|block| *block.end() < number).is_some() {}
        let part = match blocks.peek() {
            Some(block) if *block.start() <= number => Part::Block(*block.start()),
            _ if is_blank(number) => Part::Blank,
            _ => Part::Other,
        };
        if before.is_some_and(|before| before != part) {
            pieces.push(text.get(start..end).unwrap_or_default());
            start = end;
        }
        before = Some(part);
        end += line.len();
    }
    if before.is_some() {
        pieces.push(text.get(start..).unwrap_or_default());
    }
    pieces
}

/// The lines of a text with their ends, as the parser counts them.
fn lines(text: &str) -> Vec<&str> {
    let bytes = text.as_bytes();
    let mut lines = Vec::new();
    let mut start = 0;
    for (place, byte) in bytes.iter().enumerate() {
        let ends = match byte {
            b'\n' => true,
            b'\r' => bytes.get(place + 1) != Some(&b'\n'),
            _ => false,
        };
        if ends {
            lines.push(text.get(start..=place).unwrap_or_default());
            start = place + 1;
        }
    }
    if start < text.len() {
        lines.push(text.get(start..).unwrap_or_default());
    }
    lines
}

/// What both sides together make of a text; none where they disagree.
pub fn merge(base: &str, mine: &str, theirs: &str) -> Option<String> {
    if let Some(text) = super::one(&base, &mine, &theirs) {
        return Some(text.to_owned());
    }
    let merged = three::merge(&split(base), &split(mine), &split(theirs))?;
    let text = merged.concat();
    // Each block means here what it meant there: none swallowed its neighbour.
    (split(&text) == merged).then_some(text)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[track_caller]
    fn check(pieces: &[&str]) {
        assert_eq!(split(&pieces.concat()), pieces);
    }

    #[test]
    fn blocks_are_not_torn_apart() {
        check(&[]);
        check(&["\n\n"]);
        check(&["One\ntwo\n", "\n", "three"]);
        check(&["# H\n", "text\n", "\n\n", "Setext\n===\n", "more\n", "***\n"]);
        check(&["- a\n\n- b\n  - c\n\n    d\n", "\n", "1. e\n2. f\n"]);
        check(&["```rust\na\n\n\nb\n```\n", "\n", "text\n"]);
        check(&["~~~\nopen\n\nto the end\n"]);
        check(&["| a | b |\n|---|---|\n| 1 | 2 |\n", "\n", "text\n"]);
        check(&["<div>\n<p>x</p>\n</div>\n", "\n", "> quote\n> more\n>\n> end\n"]);
        check(&["<!-- a\n\nb -->\n", "\n", "    code\n\n    code\n", "\n", "text\n"]);
        check(&["Term\n\n: what it is\n", "\n", "text\n"]);
        check(&["a[^1]\n", "\n", "[^1]: note\n\n    more of it\n", "\n", "b\n"]);
        check(&["[a]: https://a.example\n", "\n", "text [a]\n"]);
    }

    #[test]
    fn ends_of_lines_stay_as_they_are() {
        check(&["one\r\n", "\r\n", "- two\r\n- three\r\n", " \t\r\n", "four"]);
        check(&["one\r", "\r", "two\r"]);
        check(&["\u{feff}one\n", "\n", "two\n"]);
    }

    #[test]
    fn paragraphs_of_two_people_come_together() {
        let base = "# 标题\n\n第一段。\n\nSecond.\n\n- a\n- b";
        let mine = base.replace("第一段", "改过的第一段");
        let theirs = base.replace("Second", "Another second");
        assert_eq!(
            merge(base, &mine, &theirs).unwrap(),
            "# 标题\n\n改过的第一段。\n\nAnother second.\n\n- a\n- b"
        );
        let longer = format!("{base}\n- c\n\nMore.\n");
        assert_eq!(merge(base, &mine, &longer).unwrap(), longer.replace("第一段", "改过的第一段"));
        assert_eq!(merge(base, &mine, &base.replace("第一段", "另一段")), None);
        assert_eq!(merge(base, &longer, &base.replace("- b", "- x")), None);
    }

    #[test]
    fn a_new_paragraph_beside_one_that_another_changes_is_welcome() {
        let base = "one\n\ntwo\n\nthree\n";
        let mine = "one\n\nnew\n\ntwo\n\nthree\n";
        for changed in ["one", "two", "three"] {
            let theirs = base.replace(changed, "changed");
            let both = mine.replace(changed, "changed");
            assert_eq!(merge(base, mine, &theirs), Some(both), "{changed}");
        }
        // Which of two new ones comes first is for people to say.
        assert_eq!(merge(base, mine, &mine.replace("new", "other")), None);
        assert_eq!(merge(base, &base.replace("two", "2"), "one\n\nthree\n"), None);
    }

    #[test]
    fn a_block_that_would_swallow_another_is_a_conflict() {
        // Each for itself is a fence of its own; together one ends the other.
        let base = "one\n\ntwo\n\nthree\n\nfour\n";
        let mine = "```\none\n\ntwo\n\nthree\n\nfour\n";
        assert_eq!(merge(base, mine, &base.replace("three", "```\nx\n```")), None);
        // The paragraph after the list would become part of its item.
        let base = "one\n\n   two\n\nthree\n";
        assert_eq!(
            merge(base, &base.replace("one", "- one"), &base.replace("three", "  three")),
            None
        );
    }

    /// Lines of which most make something in Markdown.
    fn markdown() -> impl Strategy<Value = String> {
        let line = prop_oneof![
            Just(String::new()),
            Just("```".to_owned()),
            Just("~~~".to_owned()),
            Just("---".to_owned()),
            Just("| a | b |".to_owned()),
            Just("|---|---|".to_owned()),
            Just("<div>".to_owned()),
            Just("</div>".to_owned()),
            Just("<!--".to_owned()),
            Just("[^1]: note [^1]".to_owned()),
            Just("[a]: https://a.example".to_owned()),
            "(#{1,3} |> |- |1\\. |    |\t|: |  ){0,3}[a-z杭州\u{a0}\u{0b}\u{0c}\0]{0,4}",
            "\\PC{0,6}",
        ];
        let end =
            prop_oneof![4 => Just("\n"), 1 => Just("\r\n"), 1 => Just("\r"), 1 => Just("\n\n")];
        (proptest::collection::vec((line, end), 0..24), any::<bool>()).prop_map(|(lines, ended)| {
            let mut text: String =
                lines.into_iter().flat_map(|(line, end)| [line, end.to_owned()]).collect();
            if !ended {
                text.truncate(text.trim_end_matches(['\r', '\n']).len());
            }
            text
        })
    }

    proptest! {
        #![proptest_config(ProptestConfig { cases: 1000, failure_persistence: None, ..ProptestConfig::default() })]

        #[test]
        fn the_pieces_of_any_text_are_the_text(text in prop_oneof![markdown(), any::<String>()]) {
            let pieces = split(&text);
            prop_assert_eq!(pieces.concat(), text.as_str());
            prop_assert!(pieces.iter().all(|piece| !piece.is_empty()));
        }

        #[test]
        fn what_one_side_changed_is_taken_as_it_is(base in markdown(), mine in markdown()) {
            prop_assert_eq!(merge(&base, &mine, &base), Some(mine.clone()));
            prop_assert_eq!(merge(&base, &base, &mine), Some(mine.clone()));
            prop_assert_eq!(merge(&base, &mine, &mine), Some(mine.clone()));
        }

        #[test]
        fn what_both_sides_make_is_the_same_from_either_side(
            base in markdown(), mine in markdown(), theirs in markdown()
        ) {
            prop_assert_eq!(merge(&base, &mine, &theirs), merge(&base, &theirs, &mine));
        }
    }
}
