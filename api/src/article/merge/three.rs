//! The three-way merge of two sequences that were made from one (diff3).
//!
//! Each side's difference from the base is a list of hunks. Hunks of the two
//! sides that overlap, or that touch without an element between them that both
//! kept, belong together: such a group is an answer only if both sides made the
//! same of it. All other hunks stand alone and are taken.
//!
//! Where an element was inserted between two like it (a paragraph with its blank
//! line, after a blank line), the difference can be told in more than one way.
//! Each is as true as the others, so the sides disagree only if they do however
//! both are told.

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

/// The same difference with each insertion and each removal as far up, or as far
/// down, as it goes without meeting another hunk.
fn slide<T: Eq>(base: &[T], side: &[T], hunks: &[Hunk], up: bool) -> Vec<Hunk> {
    let mut hunks = hunks.to_vec();
    let order: Vec<usize> =
        if up { (0..hunks.len()).collect() } else { (0..hunks.len()).rev().collect() };
    for index in order {
        let limit = if up {
            index.checked_sub(1).and_then(|before| hunks.get(before)).map(|hunk| hunk.base.end + 1)
        } else {
            hunks.get(index + 1).map(|hunk| hunk.base.start - 1)
        };
        let Some(Hunk { base: in_base, side: in_side }) = hunks.get_mut(index) else { continue };
        // What was inserted or removed; a replacement stays where it is.
        let (items, range) = match (in_base.start == in_base.end, in_side.start == in_side.end) {
            (true, false) => (side, in_side.clone()),
            (false, true) => (base, in_base.clone()),
            _ => continue,
        };
        let same = |a: usize, b: usize| items.get(a).is_some() && items.get(a) == items.get(b);
        let mut steps = 0;
        if up {
            let room = in_base.start - limit.unwrap_or(0).min(in_base.start);
            while steps < room && same(range.start - steps - 1, range.end - steps - 1) {
                steps += 1;
            }
            *in_base = in_base.start - steps..in_base.end - steps;
            *in_side = in_side.start - steps..in_side.end - steps;
        } else {
            let room = limit.unwrap_or(base.len()).saturating_sub(in_base.end);
            while steps < room && same(range.start + steps, range.end + steps) {
                steps += 1;
            }
            *in_base = in_base.start + steps..in_base.end + steps;
            *in_side = in_side.start + steps..in_side.end + steps;
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
    fn new(all: &'a [T], hunks: Vec<Hunk>) -> Self {
        Self { all, hunks: hunks.into_iter().peekable(), shift: 0 }
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
    let (my, their) = (hunks(base, mine), hunks(base, theirs));
    let told = |up: bool| {
        let (my, their) = (slide(base, mine, &my, up), slide(base, theirs, &their, up));
        weave(base, Side::new(mine, my), Side::new(theirs, their))
    };
    // Both in one way: what two inserted in one place meets in either.
    told(true).or_else(|| told(false))
}

/// Takes the hunks of both sides, or none where a group of them disagrees.
fn weave<T: Eq + Hash + Ord + Clone>(
    base: &[T],
    mut mine: Side<'_, T>,
    mut theirs: Side<'_, T>,
) -> Option<Vec<T>> {
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
        check("a.b", "a.b.c", "a.x", None);
    }

    #[test]
    fn what_comes_between_two_touches_neither() {
        // The same whether it is told as "n." after the point or ".n" before it.
        check("a.b.c", "a.n.b.c", "x.b.c", Some("x.n.b.c"));
        check("a.b.c", "a.n.b.c", "a.x.c", Some("a.n.x.c"));
        check("a.b.c", "a.n.b.c", "x.y.c", None);
        check("a.b.c", "a.c", "x.b.c", Some("x.c"));
        check("a.b.c", "a.c", "a.b.x", Some("a.x"));
        check("a.b.c", "a.n.b.c", "a.b.m.c", Some("a.n.b.m.c"));
        check("a.b.c", "a.n.b.c", "a.m.b.c", None);
        check("a.b.c.d", "a.d", "a.b.c.n.d", None);
    }

    #[test]
    fn differences_are_the_same_however_they_are_told() {
        let (base, side) = ("a.b...c.a", "a.n.b..c.b.a..");
        let split = |text: &str| text.chars().collect::<Vec<_>>();
        let (base, side) = (split(base), split(side));
        for up in [true, false] {
            let hunks = slide(&base, &side, &hunks(&base, &side), up);
            let mut told = Vec::new();
            let mut place = 0;
            for Hunk { base: in_base, side: in_side } in hunks {
                told.extend_from_slice(&base[place..in_base.start]);
                told.extend_from_slice(&side[in_side]);
                place = in_base.end;
            }
            told.extend_from_slice(&base[place..]);
            assert_eq!(told, side, "{up}");
        }
    }
}
