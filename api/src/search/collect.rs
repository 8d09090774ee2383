//! Going through everything that a query finds.
//!
//! A first pass looks what is found and may be seen, and counts it, by facet as
//! well. Scores cost several times that, so they are reckoned in a second pass and
//! only where they matter: first of the documents whose title, terms or the like
//! hold what is looked for, and then of the others, as long as one of them could
//! still come to stand on the page. Where finding is dearer still, since it compares
//! positions, the first pass reckons them, so that nothing is found twice.

use std::collections::HashMap;

use entity::Timestamp;
use tantivy::query::{EmptyScorer, EnableScoring, Query, Scorer, Weight};
use tantivy::{DocId, DocSet, Searcher, SegmentReader, TERMINATED};
use uuid::Uuid;

use super::best::{Best, Kept};
use super::count::Counts;
use super::plan::Asked;
use super::segment::{Segment, Sight};

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
    #[must_use]
    pub fn holds(self, time: i64) -> bool {
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

/// Goes through what is asked for, as far as it may be seen.
pub fn gather(
    searcher: &Searcher,
    sight: &Sight<'_>,
    asked: &Asked,
    gather: &Gather,
) -> tantivy::Result<Gathered> {
    let at_once = asked.dear && gather.limit > 0 && gather.order == Order::Relevance;
    let scoring = if at_once {
        EnableScoring::enabled_from_searcher(searcher)
    } else {
        EnableScoring::disabled_from_searcher(searcher)
    };
    let matching = asked.matching().weight(scoring)?;
    let weights = (gather.limit > 0).then(|| Weights::new(searcher, asked)).transpose()?;
    let mut gathered = Gathered::default();
    let mut best = Best::new(gather);
    for (ordinal, reader) in searcher.segment_readers().iter().enumerate() {
        let segment = Segment::new(reader, ordinal)?;
        let mut counts = Counts::new(reader, gather.facets)?;
        let mut matching = matching.scorer(reader, 1.0)?;
        let most = if weights.is_some() { matching.size_hint().min(reader.max_doc()) } else { 0 };
        let mut found = Vec::with_capacity(most as usize);
        let mut doc = matching.doc();
        while doc != TERMINATED {
            if segment.shows(doc, sight) && segment.is_within(doc, gather) {
                gathered.total += 1;
                counts.count(doc);
                if weights.is_some() {
                    found.push((doc, at_once.then(|| matching.score())));
                }
            }
            doc = matching.advance();
        }
        counts.harvest(&mut gathered)?;
        if let Some(weights) = weights.as_ref().filter(|_| !found.is_empty()) {
            let mut ranking = Ranking { weights, segment, gather, best: &mut best };
            match gather.order {
                Order::Relevance => ranking.by_score(found, asked.most)?,
                Order::DateDesc | Order::DateAsc => ranking.by_date(&found),
            }
        }
    }
    let mut kept = best.kept();
    if let Some(weights) = weights.filter(|_| gather.order != Order::Relevance) {
        weights.score(searcher, &mut kept, gather.fresh)?;
    }
    gathered.hits = kept.into_iter().map(|kept| kept.hit).collect();
    Ok(gathered)
}

/// The score of one document, if it answers, without what its date adds; and its date.
pub fn score_of(
    searcher: &Searcher,
    ordinal: u32,
    doc: DocId,
    asked: &Asked,
) -> tantivy::Result<Option<(f32, i64)>> {
    let weights = Weights::new(searcher, asked)?;
    let reader = searcher.segment_reader(ordinal);
    let mut words = weights.words.scorer(reader, 1.0)?;
    let score = score(&mut words, doc) + weights.gains(reader)?.of(doc);
    let date = Segment::new(reader, ordinal as usize)?.date(doc);
    Ok((words.doc() == doc).then_some((score, date)))
}

/// What scores, ready to be asked of a segment.
struct Weights {
    words: Box<dyn Weight>,
    gains: Option<Box<dyn Weight>>,
    whole: Option<Box<dyn Weight>>,
}

impl Weights {
    fn new(searcher: &Searcher, asked: &Asked) -> tantivy::Result<Self> {
        let scoring = EnableScoring::enabled_from_searcher(searcher);
        let gains = (!asked.gains.is_empty()).then(|| asked.gains().weight(scoring));
        let whole = asked.whole.as_ref().map(|whole| whole.weight(scoring));
        Ok(Self {
            words: asked.words().weight(scoring)?,
            gains: gains.transpose()?,
            whole: whole.transpose()?,
        })
    }

    fn gains(&self, reader: &SegmentReader) -> tantivy::Result<Gains> {
        let scorer = |weight: &Option<Box<dyn Weight>>| {
            weight.as_ref().map(|weight| weight.scorer(reader, 1.0)).transpose()
        };
        let scorers = [scorer(&self.gains)?, scorer(&self.whole)?];
        Ok(Gains { scorers: scorers.into_iter().flatten().collect(), next: 0 })
    }

    /// Scores what was found in another order.
    fn score(&self, searcher: &Searcher, kept: &mut [Kept], fresh: Fresh) -> tantivy::Result<()> {
        for (ordinal, reader) in searcher.segment_readers().iter().enumerate() {
            let mut here: Vec<_> = kept.iter_mut().filter(|kept| kept.ordinal == ordinal).collect();
            if here.is_empty() {
                continue;
            }
            here.sort_unstable_by_key(|kept| kept.doc);
            let segment = Segment::new(reader, ordinal)?;
            let (mut words, mut gains) = (self.words.scorer(reader, 1.0)?, self.gains(reader)?);
            for kept in here {
                let fresh = fresh.factor(segment.date(kept.doc));
                kept.hit.score = (score(&mut words, kept.doc) + gains.of(kept.doc)) * fresh;
            }
        }
        Ok(())
    }
}

/// What documents of a segment score beyond their words.
struct Gains {
    scorers: Vec<Box<dyn Scorer>>,
    /// The first document, from the one that was asked for last, that may score.
    next: DocId,
}

impl Gains {
    /// For documents in order, in which the words are.
    fn of(&mut self, doc: DocId) -> f32 {
        if doc < self.next {
            return 0.0;
        }
        let sum = self.scorers.iter_mut().map(|scorer| score(scorer, doc)).sum();
        let next = self.scorers.iter().map(DocSet::doc).min();
        self.next = next.unwrap_or(TERMINATED);
        sum
    }
}

/// A document that was found, and what its words count where that is known already.
type Found = (DocId, Option<f32>);

/// The second pass over a segment.
struct Ranking<'a> {
    weights: &'a Weights,
    segment: Segment<'a>,
    gather: &'a Gather,
    best: &'a mut Best,
}

impl Ranking<'_> {
    fn by_score(&mut self, mut found: Vec<Found>, most: f32) -> tantivy::Result<()> {
        let at_once = found.first().is_some_and(|(_, known)| known.is_some());
        // Nothing is asked of them then.
        let words =
            || if at_once { Ok(Box::new(EmptyScorer) as Box<dyn Scorer>) } else { self.words() };
        let (mut first, mut rest) = (words()?, words()?);
        let mut gains = self.weights.gains(self.segment.reader)?;
        found.retain(|(doc, known)| {
            let gained = gains.of(*doc);
            if gained > 0.0 {
                let score = known.unwrap_or_else(|| score(&mut first, *doc)) + gained;
                self.keep(*doc, score);
            }
            gained <= 0.0
        });
        for (doc, known) in found {
            if !self.best.lets_in(relevance(most * self.gather.fresh.most())) {
                break;
            }
            let score = known.unwrap_or_else(|| score(&mut rest, doc));
            self.keep(doc, score);
        }
        Ok(())
    }

    fn by_date(&mut self, found: &[Found]) {
        for (doc, _) in found {
            let date = self.segment.date(*doc);
            let key = if self.gather.order == Order::DateAsc { !date } else { date };
            self.keep_as(*doc, key, 0.0);
        }
    }

    fn words(&self) -> tantivy::Result<Box<dyn Scorer>> {
        self.weights.words.scorer(self.segment.reader, 1.0)
    }

    fn keep(&mut self, doc: DocId, score: f32) {
        // Its date is looked at only if that could make the difference.
        let fresh = &self.gather.fresh;
        if self.best.lets_in(relevance(score * fresh.most())) {
            let score = score * fresh.factor(self.segment.date(doc));
            self.keep_as(doc, relevance(score), score);
        }
    }

    fn keep_as(&mut self, doc: DocId, key: i64, score: f32) {
        if self.best.lets_in(key) {
            let hit = Hit { rank: Rank { key, id: self.segment.id(doc) }, score };
            self.best.keep(Kept { hit, ordinal: self.segment.ordinal, doc });
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
