//! Going through everything that a query finds.
//!
//! A first pass looks what is found and may be seen, and counts it, by facet as
//! well. Scores cost several times that, so they are reckoned in a second pass and
//! only where they matter: first of the documents whose title, terms or the like
//! hold what is looked for, and then of the others, as long as one of them could
//! still come to stand on the page.

use std::collections::HashMap;

use entity::Timestamp;
use tantivy::columnar::Column;
use tantivy::query::{EnableScoring, Query, Scorer, Weight};
use tantivy::{DocId, DocSet, Searcher, SeekDangerResult, SegmentReader, TERMINATED};
use uuid::Uuid;

use super::best::{Best, Kept};
use super::count::Counts;
use super::layout;
use super::open::Open;
use super::plan::Asked;
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

    /// What no factor is above.
    fn most(&self) -> f32 {
        1.0 + self.weight.max(0.0)
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

/// Goes through what is asked for. With `open`, that is what may be seen, and
/// nothing else has to be asked for it.
pub fn gather(
    searcher: &Searcher,
    open: Option<&Open>,
    asked: &Asked,
    gather: &Gather,
) -> tantivy::Result<Gathered> {
    let weights = Weights::new(searcher, asked, gather.limit > 0)?;
    let mut gathered = Gathered::default();
    let mut best = Best::new(gather);
    for (ordinal, reader) in searcher.segment_readers().iter().enumerate() {
        let columns = Columns::new(reader)?;
        let mut counts = Counts::new(reader, gather.facets)?;
        let mut found = Vec::new();
        let mut matching = weights.matching.scorer(reader, 1.0)?;
        let mut doc = matching.doc();
        while doc != TERMINATED {
            let seen = match open {
                Some(open) => open.holds(ordinal, doc),
                None => {
                    reader.alive_bitset().is_none_or(|alive| alive.is_alive(doc))
                        && columns.is_open(doc, gather.window)
                }
            };
            if seen && columns.is_within(doc, gather) {
                counts.count(doc);
                if gather.limit > 0 {
                    found.push(doc);
                } else {
                    gathered.total += 1;
                }
            }
            doc = matching.advance();
        }
        gathered.total += found.len() as u64;
        counts.harvest(&mut gathered)?;
        if !found.is_empty() {
            let best = &mut best;
            let mut ranking = Ranking { weights: &weights, reader, ordinal, columns, gather, best };
            match gather.order {
                Order::Relevance => ranking.by_score(found, asked.most)?,
                Order::DateDesc | Order::DateAsc => ranking.by_date(&found),
            }
        }
    }
    let mut kept = best.kept();
    if gather.order != Order::Relevance {
        weights.score(searcher, &mut kept, gather.fresh)?;
    }
    gathered.hits = kept.into_iter().map(|kept| kept.hit).collect();
    Ok(gathered)
}

/// The score of one document, if it answers, without what its date adds; and its date.
pub fn score_of(
    searcher: &Searcher,
    segment: u32,
    doc: DocId,
    asked: &Asked,
) -> tantivy::Result<Option<(f32, i64)>> {
    let weights = Weights::new(searcher, asked, true)?;
    let reader = searcher.segment_reader(segment);
    let mut words = weights.words.scorer(reader, 1.0)?;
    let score = score(&mut words, doc) + weights.gains(reader)?.of(doc);
    Ok((words.doc() == doc).then_some((score, Columns::new(reader)?.date(doc))))
}

/// The parts of what is asked for, ready to be asked of a segment.
struct Weights {
    matching: Box<dyn Weight>,
    words: Box<dyn Weight>,
    gains: Option<Box<dyn Weight>>,
    whole: Option<Box<dyn Weight>>,
}

impl Weights {
    fn new(searcher: &Searcher, asked: &Asked, ranked: bool) -> tantivy::Result<Self> {
        let scoring = EnableScoring::enabled_from_searcher(searcher);
        let matching = EnableScoring::disabled_from_searcher(searcher);
        let gains = (ranked && !asked.gains.is_empty()).then(|| asked.gains().weight(scoring));
        let whole = asked.whole.as_ref().filter(|_| ranked).map(|whole| whole.weight(scoring));
        Ok(Self {
            matching: asked.matching().weight(matching)?,
            words: asked.words().weight(scoring)?,
            gains: gains.transpose()?,
            whole: whole.transpose()?,
        })
    }

    fn gains(&self, reader: &SegmentReader) -> tantivy::Result<Gains> {
        let scorer = |weight: &Option<Box<dyn Weight>>| {
            weight.as_ref().map(|weight| weight.scorer(reader, 1.0)).transpose()
        };
        Ok(Gains { places: scorer(&self.gains)?, whole: scorer(&self.whole)?.map(Probe::new) })
    }

    /// Scores what was found in another order.
    fn score(&self, searcher: &Searcher, kept: &mut [Kept], fresh: Fresh) -> tantivy::Result<()> {
        for (ordinal, reader) in searcher.segment_readers().iter().enumerate() {
            let mut here: Vec<_> = kept.iter_mut().filter(|kept| kept.ordinal == ordinal).collect();
            if here.is_empty() {
                continue;
            }
            here.sort_unstable_by_key(|kept| kept.doc);
            let columns = Columns::new(reader)?;
            let (mut words, mut gains) = (self.words.scorer(reader, 1.0)?, self.gains(reader)?);
            for kept in here {
                let fresh = fresh.factor(columns.date(kept.doc));
                kept.hit.score = (score(&mut words, kept.doc) + gains.of(kept.doc)) * fresh;
            }
        }
        Ok(())
    }
}

/// What documents of a segment score beyond their words.
struct Gains {
    places: Option<Box<dyn Scorer>>,
    whole: Option<Probe>,
}

impl Gains {
    /// For documents in order, in which the words are.
    fn of(&mut self, doc: DocId) -> f32 {
        let places = self.places.as_mut().map_or(0.0, |places| score(places, doc));
        places + self.whole.as_mut().map_or(0.0, |whole| whole.of(doc))
    }
}

/// Asks for one document after another whether it answers. Unlike `seek` it does not
/// go on to the next one that does, which may be far, and asked for by nobody.
struct Probe {
    scorer: Box<dyn Scorer>,
    /// Below this none answers that has not been asked for.
    bound: DocId,
    /// Whether the scorer stands at a document, and may be asked which.
    stands: bool,
}

impl Probe {
    fn new(scorer: Box<dyn Scorer>) -> Self {
        Self { bound: scorer.doc(), scorer, stands: true }
    }

    fn of(&mut self, doc: DocId) -> f32 {
        // Where it fails it may stand ahead: there is nothing before that, either.
        if doc < self.bound || self.scorer.doc() > doc {
            return 0.0;
        }
        if !self.stands || self.scorer.doc() < doc {
            match self.scorer.seek_danger(doc) {
                SeekDangerResult::Found => (self.stands, self.bound) = (true, doc),
                SeekDangerResult::SeekLowerBound(bound) => {
                    (self.stands, self.bound) = (false, bound);
                    return 0.0;
                }
            }
        }
        if self.scorer.doc() == doc { self.scorer.score() } else { 0.0 }
    }
}

/// What is read of a segment's documents.
struct Columns {
    visible: (Column<i64>, Column<i64>),
    date: Column<i64>,
    last_modified: Column<i64>,
    id: (Column<u64>, Column<u64>),
}

impl Columns {
    fn new(reader: &SegmentReader) -> tantivy::Result<Self> {
        let columns = reader.fast_fields();
        Ok(Self {
            visible: (columns.i64("visible_from")?, columns.i64("visible_until")?),
            date: columns.i64("date")?,
            last_modified: columns.i64("last_modified")?,
            id: (columns.u64("id_high")?, columns.u64("id_low")?),
        })
    }

    fn id(&self, doc: DocId) -> Uuid {
        let half = |column: &Column<u64>| column.first(doc).unwrap_or_default();
        layout::id(half(&self.id.0), half(&self.id.1))
    }

    fn date(&self, doc: DocId) -> i64 {
        self.date.first(doc).unwrap_or(i64::MIN)
    }

    fn is_open(&self, doc: DocId, window: Option<Window>) -> bool {
        window.is_none_or(|Window { now, except }| {
            let from = self.visible.0.first(doc).unwrap_or(i64::MAX);
            let until = self.visible.1.first(doc).unwrap_or(i64::MIN);
            from <= now.0 && until > now.0 || except.is_some_and(|id| id == self.id(doc))
        })
    }

    /// Whether a document is within what was asked for.
    fn is_within(&self, doc: DocId, gather: &Gather) -> bool {
        let within = |span: &Option<Span>, column: &Column<i64>| {
            span.is_none_or(|span| column.first(doc).is_some_and(|time| span.holds(time)))
        };
        within(&gather.date, &self.date) && within(&gather.last_modified, &self.last_modified)
    }
}

/// The second pass over a segment.
struct Ranking<'a> {
    weights: &'a Weights,
    reader: &'a SegmentReader,
    ordinal: usize,
    columns: Columns,
    gather: &'a Gather,
    best: &'a mut Best,
}

impl Ranking<'_> {
    fn by_score(&mut self, mut found: Vec<DocId>, most: f32) -> tantivy::Result<()> {
        let (mut words, mut gains) = (self.words()?, self.weights.gains(self.reader)?);
        found.retain(|doc| {
            let gained = gains.of(*doc);
            if gained > 0.0 {
                let score = score(&mut words, *doc) + gained;
                self.keep(*doc, score);
            }
            gained <= 0.0
        });
        let mut words = self.words()?;
        for doc in found {
            // Its date is looked at only if that could make the difference.
            if !self.best.lets_in(relevance(most * self.gather.fresh.most())) {
                break;
            }
            let fresh = self.gather.fresh.factor(self.columns.date(doc));
            if self.best.lets_in(relevance(most * fresh)) {
                let score = score(&mut words, doc);
                self.keep(doc, score);
            }
        }
        Ok(())
    }

    fn by_date(&mut self, found: &[DocId]) {
        for doc in found {
            let date = self.columns.date(*doc);
            let key = if self.gather.order == Order::DateAsc { !date } else { date };
            self.keep_as(*doc, key, 0.0);
        }
    }

    fn words(&self) -> tantivy::Result<Box<dyn Scorer>> {
        self.weights.words.scorer(self.reader, 1.0)
    }

    fn keep(&mut self, doc: DocId, score: f32) {
        let score = score * self.gather.fresh.factor(self.columns.date(doc));
        self.keep_as(doc, relevance(score), score);
    }

    fn keep_as(&mut self, doc: DocId, key: i64, score: f32) {
        if self.best.lets_in(key) {
            let hit = Hit { rank: Rank { key, id: self.columns.id(doc) }, score };
            self.best.keep(Kept { hit, ordinal: self.ordinal, doc });
        }
    }
}

/// The score of a document, for documents in order; 0 for those that do not match.
fn score(scorer: &mut Box<dyn Scorer>, doc: DocId) -> f32 {
    if scorer.doc() < doc {
        scorer.seek(doc);
    }
    if scorer.doc() == doc { scorer.score() } else { 0.0 }
}

/// The key of a score: scores are never negative, so their bits sort as they do.
#[must_use]
pub fn relevance(score: f32) -> i64 {
    i64::from(score.max(0.0).to_bits())
}
