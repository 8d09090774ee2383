//! The three-way merge of two sequences that were made from one (diff3).
//!
//! Each side's difference from the base is a list of hunks. Hunks of the two
//! sides that overlap, or that touch without an element between them that both
//! kept, belong together: such a group is an answer only if both sides made the
//! same of it. All other hunks stand alone and are taken.

use std::hash::Hash;
use std::ops::Range;

use similar::{Algorithm, DiffOp, capture_diff_slices};

/// What one side made of a stretch of the base.
#[derive(Debug, Clone)]
struct Hunk {
    base: Range<usize>,
    side: Range<usize>,
}

fn hunks<T: Eq + Hash + Ord>(base: &[T], side: &[T]) -> Vec<Hunk> {
    let mut hunks: Vec<Hunk> = Vec::new();
    for op in capture_diff_slices(Algorithm::Myers, base, side) {
        if matches!(op, DiffOp::Equal { .. }) {
            continue;
        }
        let hunk = Hunk { base: op.old_range(), side: op.new_range() };
        match hunks.last_mut() {
            // A removal and an insertion in one place are one change.
            Some(last) if last.base.end == hunk.base.start && last.side.end == hunk.side.start => {
                last.base.end = hunk.base.end;
                last.side.end = hunk.side.end;
            }
            _ => hunks.push(hunk),
        }
    }
    hunks
}

/// The hunks of one side, in order, and how far they have been taken.
struct Side<'a, T> {
    all: &'a [T],
    hunks: std::iter::Peekable<std::vec::IntoIter<Hunk>>,
    /// What has to be added to a place in the base to get that in this side.
    shift: isize,
}

impl<'a, T: Eq + Hash + Ord> Side<'a, T> {
    fn new(base: &[T], all: &'a [T]) -> Self {
        Self { all, hunks: hunks(base, all).into_iter().peekable(), shift: 0 }
    }

    fn start(&mut self) -> Option<usize> {
        self.hunks.peek().map(|hunk| hunk.base.start)
    }

    /// Takes the hunks that touch a stretch of the base, and widens it to hold
    /// them; says whether there were any.
    fn take(&mut self, stretch: &mut Range<usize>) -> bool {
        let mut took = false;
        while let Some(hunk) = self.hunks.next_if(|hunk| hunk.base.start <= stretch.end) {
            stretch.start = stretch.start.min(hunk.base.start);
            stretch.end = stretch.end.max(hunk.base.end);
            self.shift = hunk.side.end.cast_signed() - hunk.base.end.cast_signed();
            took = true;
        }
        took
    }

    /// What this side has for a stretch of the base that begins and ends outside
    /// its hunks; `before` is the shift at the beginning.
    fn slice(&self, stretch: &Range<usize>, before: isize) -> &'a [T] {
        let start = stretch.start.saturating_add_signed(before);
        let end = stretch.end.saturating_add_signed(self.shift);
        self.all.get(start..end).unwrap_or_default()
    }
}

/// What both sides together make of the base; none where they disagree.
pub fn merge<T: Eq + Hash + Ord + Clone>(base: &[T], mine: &[T], theirs: &[T]) -> Option<Vec<T>> {
    if mine == base || mine == theirs {
        return Some(theirs.to_vec());
    }
    if theirs == base {
        return Some(mine.to_vec());
    }
    let (mut mine, mut theirs) = (Side::new(base, mine), Side::new(base, theirs));
    let mut merged = Vec::with_capacity(base.len());
    let mut place = 0;
    loop {
        let start = match (mine.start(), theirs.start()) {
            (Some(mine), Some(theirs)) => mine.min(theirs),
            (Some(start), None) | (None, Some(start)) => start,
            (None, None) => break,
        };
        merged.extend_from_slice(base.get(place..start).unwrap_or_default());
        let before = (mine.shift, theirs.shift);
        let mut stretch = start..start;
        let mut changed = (false, false);
        // Each side's hunks may reach into more of the other's.
        loop {
            let more = (mine.take(&mut stretch), theirs.take(&mut stretch));
            changed = (changed.0 || more.0, changed.1 || more.1);
            if more == (false, false) {
                break;
            }
        }
        let (ours, others) = (mine.slice(&stretch, before.0), theirs.slice(&stretch, before.1));
        merged.extend_from_slice(match changed {
            (true, true) if ours != others => return None,
            (true, _) => ours,
            (false, _) => others,
        });
        place = stretch.end;
    }
    merged.extend_from_slice(base.get(place..).unwrap_or_default());
    Some(merged)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(base: &str, mine: &str, theirs: &str, expected: Option<&str>) {
        let split = |text: &str| text.chars().collect::<Vec<_>>();
        let run =
            |mine, theirs| merge(&split(base), &split(mine), &split(theirs)).map(String::from_iter);
        assert_eq!(run(mine, theirs).as_deref(), expected, "{base} {mine} {theirs}");
        assert_eq!(run(theirs, mine).as_deref(), expected, "{base} {theirs} {mine}");
    }

    #[test]
    fn changes_with_something_kept_between_them_are_both_taken() {
        check("abc", "xbc", "abz", Some("xbz"));
        check("abc", "bc", "abcd", Some("bcd"));
        check("abc", "abxc", "ybc", Some("ybxc"));
        check("abcdef", "aXcdeY", "abcZef", Some("aXcZeY"));
        check("", "", "a", Some("a"));
    }

    #[test]
    fn the_same_change_is_taken_once() {
        check("abc", "axc", "axc", Some("axc"));
        check("abcdef", "axcdef", "axcdeg", Some("axcdeg"));
        check("abc", "ac", "ac", Some("ac"));
    }

    #[test]
    fn changes_that_touch_and_differ_are_a_conflict() {
        check("abc", "axc", "ayc", None);
        check("abc", "axc", "ac", None);
        check("abc", "xbc", "aybc", None);
        check("abc", "abcx", "abcy", None);
        check("ab", "xb", "ay", None);
        check("abcd", "ad", "aXcd", None);
        check("", "a", "b", None);
    }
}
