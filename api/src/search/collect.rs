//! One pass over everything that a query finds: what is visible is counted,
//! counted by facet, and the best of a page are kept.

use std::cmp::Reverse;
use std::collections::{BinaryHeap, HashMap};

use entity::Timestamp;
use tantivy::collector::{Collector, SegmentCollector};
use tantivy::columnar::{BytesColumn, Column, StrColumn};
use tantivy::{DocId, Score, SegmentOrdinal, SegmentReader};
use uuid::Uuid;

use super::layout;
use super::scope::Window;

/// What a search is sorted by.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Hash, async_graphql::Enum)]
#[graphql(name = "SearchOrder")]
pub enum Order {
    /// The best first.
    #[default]
    Relevance,
    /// The newest first.
    DateDesc,
    /// The oldest first.
    DateAsc,
}

/// A place in a list of what was found; the greatest comes first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Rank {
    pub key: i64,
    pub id: Uuid,
}

/// Moments from one, and up to and without another.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Span {
    pub from: i64,
    pub until: i64,
}

impl Span {
    fn holds(self, time: i64) -> bool {
        (self.from..self.until).contains(&time)
    }
}

/// What the newest articles gain.
#[derive(Debug, Clone, Copy)]
pub struct Fresh {
    pub weight: f32,
    pub half_life_days: f32,
    pub now: Timestamp,
}

impl Fresh {
    /// By how much the score of an article of this date is multiplied.
    #[must_use]
    pub fn factor(&self, date: i64) -> f32 {
        if self.weight <= 0.0 {
            return 1.0;
        }
        #[expect(clippy::cast_precision_loss, reason = "days and their parts are enough")]
        let days = self.now.0.saturating_sub(date).max(0) as f32 / 86_400_000_000.0;
        1.0 + self.weight * (-days / self.half_life_days).exp2()
    }
}

/// Which facets are counted.
#[expect(clippy::struct_excessive_bools, reason = "each is asked for by itself")]
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Facets {
    pub tags: bool,
    pub categories: bool,
    pub sections: bool,
    pub languages: bool,
    pub months: bool,
}

/// What a search wants to know of what it finds.
#[derive(Debug, Clone, Copy)]
pub struct Gather {
    pub order: Order,
    pub fresh: Fresh,
    pub window: Option<Window>,
    pub date: Option<Span>,
    pub last_modified: Option<Span>,
    /// How many to keep; from the end, if backward.
    pub limit: usize,
    pub backward: bool,
    /// Only what comes behind and before these.
    pub after: Option<Rank>,
    pub before: Option<Rank>,
    pub facets: Facets,
}

/// An article that was found.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Hit {
    pub rank: Rank,
    pub score: f32,
}

/// What was found.
#[derive(Debug, Default)]
pub struct Gathered {
    pub total: u64,
    /// In the direction of travel.
    pub hits: Vec<Hit>,
    pub tags: HashMap<Uuid, u64>,
    pub categories: HashMap<Uuid, u64>,
    pub sections: HashMap<String, u64>,
    pub languages: HashMap<String, u64>,
    pub months: HashMap<i64, u64>,
}

impl Collector for Gather {
    type Fruit = Gathered;
    type Child = Segment;

    fn for_segment(&self, _: SegmentOrdinal, segment: &SegmentReader) -> tantivy::Result<Segment> {
        let columns = segment.fast_fields();
        let Facets { tags, categories, sections, languages, months } = self.facets;
        let tag = if tags { columns.bytes("tag_id")? } else { None };
        let category = if categories { columns.bytes("category_id")? } else { None };
        let section = if sections { columns.str("section")? } else { None };
        let language = if languages { columns.str("language")? } else { None };
        Ok(Segment {
            gather: *self,
            visible: (columns.i64("visible_from")?, columns.i64("visible_until")?),
            date: columns.i64("date")?,
            last_modified: columns.i64("last_modified")?,
            id: (columns.u64("id_high")?, columns.u64("id_low")?),
            month: months.then(|| columns.i64("month")).transpose()?,
            months: HashMap::new(),
            tag: tag.map(|column| (vec![0; column.num_terms()], column)),
            category: category.map(|column| (vec![0; column.num_terms()], column)),
            section: section.map(|column| (vec![0; column.num_terms()], column)),
            language: language.map(|column| (vec![0; column.num_terms()], column)),
            total: 0,
            best: BinaryHeap::with_capacity(self.limit + 1),
        })
    }

    fn requires_scoring(&self) -> bool {
        true
    }

    fn merge_fruits(&self, parts: Vec<tantivy::Result<Gathered>>) -> tantivy::Result<Gathered> {
        let mut all = Gathered::default();
        for part in parts {
            let Gathered { total, hits, tags, categories, sections, languages, months } = part?;
            all.total += total;
            all.hits.extend(hits);
            add(&mut all.tags, tags);
            add(&mut all.categories, categories);
            add(&mut all.sections, sections);
            add(&mut all.languages, languages);
            add(&mut all.months, months);
        }
        all.hits.sort_unstable_by_key(|hit| Reverse(hit.rank));
        if self.backward {
            all.hits.reverse();
        }
        all.hits.truncate(self.limit);
        Ok(all)
    }
}

fn add<K: Eq + std::hash::Hash>(all: &mut HashMap<K, u64>, part: HashMap<K, u64>) {
    for (key, count) in part {
        *all.entry(key).or_default() += count;
    }
}

/// What is kept of a hit: the worst on top of the heap.
#[derive(Debug, Clone, Copy, PartialEq)]
struct Kept {
    rank: Reverse<Rank>,
    score: f32,
}

impl Eq for Kept {}

impl PartialOrd for Kept {
    fn partial_cmp(&self, other: &Self) -> Option<std::cmp::Ordering> {
        Some(self.cmp(other))
    }
}

impl Ord for Kept {
    fn cmp(&self, other: &Self) -> std::cmp::Ordering {
        self.rank.cmp(&other.rank)
    }
}

/// A pass over one segment.
pub struct Segment {
    gather: Gather,
    visible: (Column<i64>, Column<i64>),
    date: Column<i64>,
    last_modified: Column<i64>,
    id: (Column<u64>, Column<u64>),
    month: Option<Column<i64>>,
    months: HashMap<i64, u64>,
    tag: Option<(Vec<u64>, BytesColumn)>,
    category: Option<(Vec<u64>, BytesColumn)>,
    section: Option<(Vec<u64>, StrColumn)>,
    language: Option<(Vec<u64>, StrColumn)>,
    total: u64,
    best: BinaryHeap<Kept>,
}

impl Segment {
    fn id(&self, doc: DocId) -> Uuid {
        let half = |column: &Column<u64>| column.first(doc).unwrap_or_default();
        layout::id(half(&self.id.0), half(&self.id.1))
    }

    /// Whether a document is there to be seen, and within what was asked for.
    fn passes(&self, doc: DocId) -> bool {
        let Gather { window, date, last_modified, .. } = &self.gather;
        let within = |span: &Option<Span>, column: &Column<i64>| {
            span.is_none_or(|span| column.first(doc).is_some_and(|time| span.holds(time)))
        };
        within(date, &self.date)
            && within(last_modified, &self.last_modified)
            && window.is_none_or(|Window { now, except }| {
                let from = self.visible.0.first(doc).unwrap_or(i64::MAX);
                let until = self.visible.1.first(doc).unwrap_or(i64::MIN);
                from <= now.0 && until > now.0 || except.is_some_and(|id| id == self.id(doc))
            })
    }

    fn keep(&mut self, doc: DocId, score: Score) {
        let Gather { order, fresh, limit, backward, after, before, .. } = self.gather;
        let date = self.date.first(doc).unwrap_or(i64::MIN);
        let score = score * fresh.factor(date);
        let key = match order {
            Order::Relevance => relevance(score),
            Order::DateDesc => date,
            Order::DateAsc => !date,
        };
        let full = self.best.len() >= limit;
        if full && !backward && self.best.peek().is_some_and(|worst| key < worst.rank.0.key) {
            return;
        }
        let rank = Rank { key, id: self.id(doc) };
        if after.is_some_and(|after| rank >= after) || before.is_some_and(|before| rank <= before) {
            return;
        }
        // Backwards the least are the best; both are told apart when merged.
        let order = if backward { Rank { key: !rank.key, id: flip(rank.id) } } else { rank };
        self.best.push(Kept { rank: Reverse(order), score });
        if self.best.len() > limit {
            self.best.pop();
        }
    }
}

fn flip(id: Uuid) -> Uuid {
    Uuid::from_u128(!id.as_u128())
}

/// The key of a score: scores are never negative, so their bits sort as they do.
#[must_use]
pub fn relevance(score: f32) -> i64 {
    i64::from(score.max(0.0).to_bits())
}

impl SegmentCollector for Segment {
    type Fruit = tantivy::Result<Gathered>;

    fn collect(&mut self, doc: DocId, score: Score) {
        if !self.passes(doc) {
            return;
        }
        self.total += 1;
        for (counts, column) in [&mut self.tag, &mut self.category].into_iter().flatten() {
            for ord in column.term_ords(doc) {
                count(counts, ord);
            }
        }
        for (counts, column) in [&mut self.section, &mut self.language].into_iter().flatten() {
            for ord in column.term_ords(doc) {
                count(counts, ord);
            }
        }
        if let Some(month) = self.month.as_ref().and_then(|column| column.first(doc)) {
            *self.months.entry(month).or_default() += 1;
        }
        if self.gather.limit > 0 {
            self.keep(doc, score);
        }
    }

    fn harvest(self) -> tantivy::Result<Gathered> {
        let backward = self.gather.backward;
        let hit = |Kept { rank: Reverse(rank), score }| {
            let rank = if backward { Rank { key: !rank.key, id: flip(rank.id) } } else { rank };
            Hit { rank, score }
        };
        let ids = |facet: &Option<(Vec<u64>, BytesColumn)>| -> tantivy::Result<_> {
            let mut ids = HashMap::new();
            if let Some((counts, column)) = facet {
                for (ord, count) in counted(counts) {
                    let mut bytes = Vec::new();
                    column.ord_to_bytes(ord, &mut bytes)?;
                    ids.extend(Uuid::from_slice(&bytes).ok().map(|id| (id, count)));
                }
            }
            Ok(ids)
        };
        let texts = |facet: &Option<(Vec<u64>, StrColumn)>| -> tantivy::Result<_> {
            let mut texts = HashMap::new();
            if let Some((counts, column)) = facet {
                for (ord, count) in counted(counts) {
                    let mut text = String::new();
                    column.ord_to_str(ord, &mut text)?;
                    texts.insert(text, count);
                }
            }
            Ok(texts)
        };
        Ok(Gathered {
            total: self.total,
            sections: texts(&self.section)?,
            languages: texts(&self.language)?,
            tags: ids(&self.tag)?,
            categories: ids(&self.category)?,
            months: self.months,
            hits: self.best.into_iter().map(hit).collect(),
        })
    }
}

fn count(counts: &mut [u64], ord: u64) {
    let place = usize::try_from(ord).ok();
    if let Some(count) = place.and_then(|place| counts.get_mut(place)) {
        *count += 1;
    }
}

/// What was counted at all.
fn counted(counts: &[u64]) -> impl Iterator<Item = (u64, u64)> + '_ {
    (0..).zip(counts.iter().copied()).filter(|(_, count)| *count > 0)
}
