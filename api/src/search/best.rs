//! The best of what is found: as much as a page holds.

use std::cmp::{Ordering, Reverse};
use std::collections::BinaryHeap;

use tantivy::DocId;
use uuid::Uuid;

use super::collect::{Gather, Hit, Rank};

/// A hit, and where in the index it is.
#[derive(Debug, Clone, Copy)]
pub struct Kept {
    pub hit: Hit,
    pub ordinal: usize,
    pub doc: DocId,
}

/// By the order in which they are kept: the greatest is the best.
struct Entry {
    order: Rank,
    kept: Kept,
}

impl PartialEq for Entry {
    fn eq(&self, other: &Self) -> bool {
        self.order == other.order
    }
}

impl Eq for Entry {}

impl PartialOrd for Entry {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl Ord for Entry {
    fn cmp(&self, other: &Self) -> Ordering {
        self.order.cmp(&other.order)
    }
}

/// The best so far.
pub struct Best {
    limit: usize,
    backward: bool,
    after: Option<Rank>,
    before: Option<Rank>,
    /// The worst on top.
    entries: BinaryHeap<Reverse<Entry>>,
}

impl Best {
    #[must_use]
    pub fn new(gather: &Gather) -> Self {
        let Gather { limit, backward, after, before, .. } = *gather;
        Self { limit, backward, after, before, entries: BinaryHeap::with_capacity(limit + 1) }
    }

    /// Whether a document with a key that is no greater could be among the best.
    #[must_use]
    pub fn lets_in(&self, key: i64) -> bool {
        // Backwards, the least are the best, and a bound says nothing of them.
        if self.backward || self.entries.len() < self.limit {
            return true;
        }
        self.entries.peek().is_some_and(|Reverse(worst)| key >= worst.order.key)
    }

    pub fn keep(&mut self, kept: Kept) {
        let rank = kept.hit.rank;
        let behind = self.after.is_none_or(|after| rank < after);
        if !behind || self.before.is_some_and(|before| rank <= before) {
            return;
        }
        let order = if self.backward { turned(rank) } else { rank };
        self.entries.push(Reverse(Entry { order, kept }));
        if self.entries.len() > self.limit {
            self.entries.pop();
        }
    }

    /// In the direction of travel.
    #[must_use]
    pub fn kept(self) -> Vec<Kept> {
        let entries = self.entries.into_sorted_vec();
        entries.into_iter().map(|Reverse(entry)| entry.kept).collect()
    }
}

/// Sorts the other way round.
fn turned(rank: Rank) -> Rank {
    Rank { key: !rank.key, id: Uuid::from_u128(!rank.id.as_u128()) }
}
