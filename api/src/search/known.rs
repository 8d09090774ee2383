//! Where phrases stand, remembered.
//!
//! To find a phrase is to compare positions in every document that has its letters:
//! in a large index that takes most of the time of a search, and readers look for the
//! same words again and again. What is indexed never changes within a segment, so
//! what was found there once holds as long as the segment does; whether it may be
//! seen, and what it counts among all articles, is asked each time.

use std::sync::Arc;

use quick_cache::Weighter;
use quick_cache::sync::Cache;
use tantivy::fieldnorm::FieldNormReader;
use tantivy::index::SegmentId;
use tantivy::query::{
    Bm25StatisticsProvider, Bm25Weight, EnableScoring, Explanation, Query, Scorer, Weight,
};
use tantivy::schema::Field;
use tantivy::{DocId, DocSet, Score, SegmentReader, TERMINATED, Term};

/// Bytes that all phrases of an index may take.
const BYTES: u64 = 16 << 20;
/// About what one takes, for a start.
const USUAL: u64 = 4 << 10;
/// Bytes that one takes beside its places: its key, and what the cache keeps of it.
const OVERHEAD: u64 = 200;

/// A segment, and a phrase as [`name`] calls it.
type Key = (SegmentId, Arc<[u8]>);

/// The documents of a segment that have a phrase, in order, and how often.
#[derive(Debug, Default)]
struct Places {
    docs: Vec<DocId>,
    /// What is more counts as this much.
    times: Vec<u8>,
}

/// By the bytes that it takes.
#[derive(Clone)]
struct ByBytes;

impl Weighter<Key, Arc<Places>> for ByBytes {
    fn weight(&self, (_, name): &Key, places: &Arc<Places>) -> u64 {
        let Places { docs, times } = &**places;
        let places = docs.capacity() * size_of::<DocId>() + times.capacity();
        OVERHEAD + (name.len() + places) as u64
    }
}

/// What is known of an index.
pub struct Phrases(Cache<Key, Arc<Places>, ByBytes>);

impl std::fmt::Debug for Phrases {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_tuple("Phrases").field(&self.0.len()).finish()
    }
}

impl Default for Phrases {
    fn default() -> Self {
        let usual = usize::try_from(BYTES / USUAL).unwrap_or(0);
        Self(Cache::with_weighter(usual, BYTES, ByBytes))
    }
}

/// A phrase, looked up before it is looked for.
#[derive(Debug, Clone)]
pub struct KnownPhrase {
    phrases: Arc<Phrases>,
    name: Arc<[u8]>,
    terms: Vec<Term>,
    field: Field,
    query: Arc<dyn Query>,
    /// Whether all of its places are to be found at once where they are not known:
    /// not where few of them will be asked for.
    eager: bool,
}

impl KnownPhrase {
    /// Terms of one field, each with its position, and what looks for them as a phrase;
    /// that may have conditions beside it which count nothing.
    #[must_use]
    pub fn new(
        phrases: &Arc<Phrases>,
        field: Field,
        placed: Vec<(usize, Term)>,
        query: Box<dyn Query>,
        eager: bool,
    ) -> Self {
        let mut name = Vec::new();
        for (position, term) in &placed {
            name.extend_from_slice(&(*position as u64).to_le_bytes());
            name.extend_from_slice(term.serialized_value_bytes());
            // No byte of UTF-8.
            name.push(0xff);
        }
        let terms = placed.into_iter().map(|(_, term)| term).collect();
        let (phrases, query) = (Arc::clone(phrases), query.into());
        Self { phrases, name: name.into(), terms, field, query, eager }
    }
}

impl Query for KnownPhrase {
    fn weight(&self, scoring: EnableScoring<'_>) -> tantivy::Result<Box<dyn Weight>> {
        let score = match scoring {
            EnableScoring::Enabled { statistics_provider, .. } => {
                Some(Bm25Weight::for_terms(statistics_provider, &self.terms)?)
            }
            EnableScoring::Disabled { .. } => None,
        };
        let count = scoring.searcher().filter(|_| self.eager).map(|searcher| {
            let counting = EnableScoring::enabled_from_statistics_provider(&Constant, searcher);
            self.query.weight(counting)
        });
        Ok(Box::new(KnownWeight {
            phrases: Arc::clone(&self.phrases),
            name: Arc::clone(&self.name),
            field: self.field,
            otherwise: self.query.weight(scoring)?,
            count: count.transpose()?,
            terms: self.terms.clone(),
            score,
        }))
    }

    fn query_terms<'a>(&'a self, visitor: &mut dyn FnMut(&'a Term, bool)) {
        self.query.query_terms(visitor);
    }
}

/// An index in which all texts are of one length and all words equally rare: what a
/// phrase scores there tells how often it stands in a document.
struct Constant;

impl Bm25StatisticsProvider for Constant {
    fn total_num_tokens(&self, _: Field) -> tantivy::Result<u64> {
        Ok(u64::MAX)
    }

    fn total_num_docs(&self) -> tantivy::Result<u64> {
        Ok(1)
    }

    fn doc_freq(&self, _: &Term) -> tantivy::Result<u64> {
        Ok(0)
    }
}

/// The scores of 1, 2, … times in a [`Constant`] index.
struct Counts(Vec<Score>);

impl Counts {
    fn of(terms: &[Term]) -> tantivy::Result<Self> {
        let weight = Bm25Weight::for_terms(&Constant, terms)?;
        Ok(Self((1..=u32::from(u8::MAX)).map(|times| weight.score(0, times)).collect()))
    }

    fn times(&self, score: Score) -> u8 {
        let less = self.0.partition_point(|known| *known < score);
        u8::try_from(less + 1).unwrap_or(u8::MAX)
    }
}

struct KnownWeight {
    phrases: Arc<Phrases>,
    name: Arc<[u8]>,
    field: Field,
    /// What looks for it without remembering.
    otherwise: Box<dyn Weight>,
    /// What tells how often it is where, if that is to be found out.
    count: Option<Box<dyn Weight>>,
    terms: Vec<Term>,
    score: Option<Bm25Weight>,
}

impl KnownWeight {
    fn places(&self, reader: &SegmentReader) -> tantivy::Result<Option<Arc<Places>>> {
        let key = (reader.segment_id(), Arc::clone(&self.name));
        if let Some(places) = self.phrases.0.get(&key) {
            return Ok(Some(places));
        }
        let Some(count) = &self.count else { return Ok(None) };
        let counts = Counts::of(&self.terms)?;
        let mut places = Places::default();
        let mut found = count.scorer(reader, 1.0)?;
        while found.doc() != TERMINATED {
            places.docs.push(found.doc());
            places.times.push(counts.times(found.score()));
            found.advance();
        }
        places.docs.shrink_to_fit();
        places.times.shrink_to_fit();
        let places = Arc::new(places);
        self.phrases.0.insert(key, Arc::clone(&places));
        Ok(Some(places))
    }
}

impl Weight for KnownWeight {
    fn scorer(&self, reader: &SegmentReader, boost: Score) -> tantivy::Result<Box<dyn Scorer>> {
        let Some(places) = self.places(reader)? else {
            return self.otherwise.scorer(reader, boost);
        };
        let score = match &self.score {
            Some(score) => Some((score.boost_by(boost), reader.get_fieldnorms_reader(self.field)?)),
            None => None,
        };
        Ok(Box::new(KnownScorer { places, at: 0, score }))
    }

    fn explain(&self, reader: &SegmentReader, doc: DocId) -> tantivy::Result<Explanation> {
        self.otherwise.explain(reader, doc)
    }
}

/// Goes through what is known.
struct KnownScorer {
    places: Arc<Places>,
    at: usize,
    score: Option<(Bm25Weight, FieldNormReader)>,
}

impl DocSet for KnownScorer {
    fn advance(&mut self) -> DocId {
        self.at += 1;
        self.doc()
    }

    fn seek(&mut self, target: DocId) -> DocId {
        let rest = self.places.docs.get(self.at..).unwrap_or_default();
        // Most often it is near.
        let mut near = 8;
        while rest.get(near).is_some_and(|doc| *doc < target) {
            near *= 2;
        }
        let rest = &rest[..rest.len().min(near + 1)];
        self.at += rest.partition_point(|doc| *doc < target);
        self.doc()
    }

    fn doc(&self) -> DocId {
        self.places.docs.get(self.at).copied().unwrap_or(TERMINATED)
    }

    fn size_hint(&self) -> u32 {
        u32::try_from(self.places.docs.len()).unwrap_or(u32::MAX)
    }
}

impl Scorer for KnownScorer {
    fn score(&mut self) -> Score {
        let Some((weight, norms)) = &self.score else { return 1.0 };
        let times = self.places.times.get(self.at).copied().unwrap_or_default();
        weight.score(norms.fieldnorm_id(self.doc()), u32::from(times))
    }
}

#[cfg(test)]
mod tests {
    use tantivy::query::PhraseQuery;
    use tantivy::tokenizer::TextAnalyzer;
    use tantivy::{Index, Searcher, TantivyDocument, doc};

    use super::super::analyse::{Analyser, PairAnalyser};
    use super::super::layout::{ANALYSER, Fields, PAIR_ANALYSER, schema};
    use super::*;

    /// Segments of texts of a few letters, some of them deleted.
    fn searcher() -> (Searcher, Field) {
        let index = Index::create_in_ram(schema());
        index.tokenizers().register(ANALYSER, TextAnalyzer::from(Analyser));
        index.tokenizers().register(PAIR_ANALYSER, TextAnalyzer::from(PairAnalyser));
        let fields = Fields::of(&schema()).unwrap();
        let mut writer = index.writer_with_num_threads::<TantivyDocument>(1, 20_000_000).unwrap();
        let letters = ['中', '国', '大'];
        for number in 0..600_u32 {
            let mixed = u64::from(number).wrapping_mul(0x9e37_79b9_7f4a_7c15);
            let letter = |place: u32| {
                let mixed = mixed.rotate_left(place * 5) % 3;
                letters[usize::try_from(mixed).unwrap()]
            };
            let text: String = (0..number % 40).map(letter).collect();
            let id = number.to_le_bytes();
            writer.add_document(doc!(fields.text => text, fields.id => &id[..])).unwrap();
            if number % 200 == 199 {
                writer.commit().unwrap();
            }
        }
        for number in (0..600_u32).step_by(7) {
            writer.delete_term(Term::from_field_bytes(fields.id, &number.to_le_bytes()));
        }
        writer.commit().unwrap();
        (index.reader().unwrap().searcher(), fields.text)
    }

    /// Everything that a query finds, by leaps, with its scores where there are some.
    fn found(
        query: &dyn Query,
        searcher: &Searcher,
        scored: bool,
        leap: u32,
    ) -> Vec<(DocId, Score)> {
        let scoring = if scored {
            EnableScoring::enabled_from_searcher(searcher)
        } else {
            EnableScoring::disabled_from_searcher(searcher)
        };
        let weight = query.weight(scoring).unwrap();
        let mut found = Vec::new();
        for reader in searcher.segment_readers() {
            let mut docs = weight.scorer(reader, 2.0).unwrap();
            while docs.doc() != TERMINATED {
                found.push((docs.doc(), if scored { docs.score() } else { 0.0 }));
                if leap == 1 {
                    docs.advance()
                } else {
                    docs.seek(docs.doc() + leap)
                };
            }
        }
        found
    }

    #[test]
    fn what_is_remembered_is_what_was_found() {
        let (searcher, field) = searcher();
        let phrases = Arc::new(Phrases::default());
        let mut most = 0;
        for text in ["中国", "国大中", "大大大", "中国中国", "中中中中中", "学中"]
        {
            let placed: Vec<_> = text
                .chars()
                .map(|letter| Term::from_field_text(field, letter.encode_utf8(&mut [0; 4])))
                .enumerate()
                .collect();
            let plain = PhraseQuery::new_with_offset(placed.clone());
            for eager in [false, true, true, false] {
                let query: Box<dyn Query> = Box::new(plain.clone());
                let known = KnownPhrase::new(&phrases, field, placed.clone(), query, eager);
                for (scored, leap) in [(true, 1), (false, 1), (true, 3), (false, 17), (true, 90)] {
                    let expected = found(&plain, &searcher, scored, leap);
                    assert_eq!(found(&known, &searcher, scored, leap), expected, "{text} {leap}");
                    most = most.max(expected.len());
                }
                let segments = searcher.segment_readers().len();
                assert_eq!(phrases.0.len() % segments, 0);
                assert!(segments > 1 && (!eager || !phrases.0.is_empty()));
            }
        }
        assert!(most > 100, "{most}");
    }

    #[test]
    fn no_more_is_remembered_than_there_is_room_for() {
        let phrases = Phrases::default();
        let segment = searcher().0.segment_readers()[0].segment_id();
        for number in 0..200_u32 {
            let places = Places { docs: vec![number; 100_000], times: vec![1; 100_000] };
            let name: Arc<[u8]> = number.to_le_bytes().into();
            phrases.0.insert((segment, name), Arc::new(places));
        }
        assert!(phrases.0.weight() <= BYTES, "{}", phrases.0.weight());
        assert!(phrases.0.len() > 10, "{}", phrases.0.len());
    }
}
