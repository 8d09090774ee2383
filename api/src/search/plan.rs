//! From a query as it was typed to one of the index.
//!
//! Every word must be somewhere in an article; where it stands decides what it
//! counts. A [`Needle`] is a clause as the index can look for it, and as
//! `highlight` can find it again in a text.

use std::ops::Bound;
use std::sync::Arc;

use tantivy::query::{
    AllQuery, BooleanQuery, BoostQuery, ConstScoreQuery, Occur, PhrasePrefixQuery, PhraseQuery,
    Query, RangeQuery, TermQuery,
};
use tantivy::schema::{Field, IndexRecordOption};
use tantivy::{Searcher, Term};

use super::analyse::Units;
use super::frequent::is_frequent;
use super::grammar::{self, Clause, Place};
use super::known::{KnownPhrase, Phrases};
use super::layout::Fields;
use super::scope::{Parts, condition};
use super::stem::{Stems, range};
use super::unavailable;
use crate::config;
use crate::error::Result;

/// How much another form of a word counts, of what the word itself does.
const FORM: f32 = 0.8;
/// Words that a prefix in a phrase stands for at most.
const EXPANSIONS: u32 = 10_000;

/// A phrase is looked for everywhere, and remembered, unless another word is in so many
/// times fewer documents than could have it.
const WORTH: u64 = 4;

/// A term and its position in a phrase.
type Placed = (usize, String);

/// A unit of what is looked for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Part {
    pub text: String,
    pub position: usize,
    pub dense: bool,
}

/// A word or a phrase, as the index can look for it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Needle {
    pub place: Option<Place>,
    /// At least one, in order.
    pub parts: Vec<Part>,
    /// Whether the last part may go on.
    pub prefix: bool,
    /// What else counts as the only part.
    pub forms: Vec<String>,
}

impl Needle {
    /// None where there is nothing to look for.
    #[must_use]
    pub fn of(clause: &Clause) -> Option<Self> {
        let Clause { place, text, quoted: _, prefix } = clause;
        let units = Units::of(text);
        let parts: Vec<_> = units
            .units
            .iter()
            .map(|unit| Part {
                text: units.whole(unit),
                position: unit.position,
                dense: unit.dense,
            })
            .collect();
        let needle = Self { place: *place, parts, prefix: *prefix, forms: Vec::new() };
        (!needle.parts.is_empty()).then_some(needle)
    }

    /// Whether this is one word, of which there may be other forms.
    #[must_use]
    pub fn is_word(&self) -> bool {
        matches!(self.parts.as_slice(), [part] if !part.dense) && !self.prefix
    }

    /// The terms of the index, and what the last may begin with.
    fn terms(&self) -> (Vec<Placed>, Option<Placed>) {
        let mut terms: Vec<_> =
            self.parts.iter().map(|part| (part.position, part.text.clone())).collect();
        // A letter of a dense script is whole.
        let open = self.prefix && self.parts.last().is_some_and(|part| !part.dense);
        let open = if open { terms.pop() } else { None };
        (terms, open)
    }

    /// The pairs of frequent letters that a text has which holds it.
    fn pairs(&self) -> Vec<String> {
        let frequent = |part: &Part| part.dense && part.text.chars().all(is_frequent);
        let pair = |two: &[Part]| {
            let [left, right] = two else {
                return None;
            };
            let is_pair = left.position + 1 == right.position && frequent(left) && frequent(right);
            is_pair.then(|| format!("{}{}", left.text, right.text))
        };
        self.parts.windows(2).filter_map(pair).collect()
    }

    /// The pair that it is, if it is one and nothing else.
    fn pair(&self) -> Option<String> {
        if self.parts.len() == 2 { self.pairs().pop() } else { None }
    }

    /// Whether it takes a look at positions to find it in a field.
    #[must_use]
    pub fn is_dear(&self, fields: &Fields, field: Field) -> bool {
        self.parts.len() > 1 && (field != fields.text || self.pair().is_none())
    }

    /// The terms of a field that it is made of, without one that may go on.
    fn whole_terms(&self, fields: &Fields, field: Field) -> Vec<Term> {
        if let Some(pair) = self.pair().filter(|_| field == fields.text) {
            return vec![Term::from_field_text(fields.pair, &pair)];
        }
        let term = |(_, text): &Placed| Term::from_field_text(field, text);
        self.terms().0.iter().map(term).collect()
    }

    /// The needle as a query of one field.
    #[must_use]
    pub fn query(&self, fields: &Fields, field: Field) -> Box<dyn Query> {
        if field != fields.text {
            return self.query_of(field);
        }
        if let Some(pair) = self.pair() {
            let pair = Term::from_field_text(fields.pair, &pair);
            return Box::new(TermQuery::new(pair, IndexRecordOption::WithFreqs));
        }
        let mut pairs = self.pairs();
        if pairs.is_empty() {
            return self.query_of(field);
        }
        pairs.sort_unstable();
        pairs.dedup();
        let pairs = pairs.iter().map(|pair| Term::from_field_text(fields.pair, pair));
        let mut all: Parts = pairs.map(|pair| (Occur::Must, condition(pair))).collect();
        all.push((Occur::Must, self.query_of(field)));
        Box::new(BooleanQuery::new(all))
    }

    /// The same as [`query`](Self::query), remembered where it is a phrase of texts.
    /// `few`: so few documents will be asked whether they have it that looking for all
    /// of them does not pay.
    fn known(
        &self,
        fields: &Fields,
        phrases: &Arc<Phrases>,
        field: Field,
        few: bool,
    ) -> Box<dyn Query> {
        let query = self.query(fields, field);
        let (terms, open) = self.terms();
        if open.is_some() || field != fields.text || !self.is_dear(fields, field) {
            return query;
        }
        let place = |(position, text): &Placed| (*position, Term::from_field_text(field, text));
        Box::new(KnownPhrase::new(phrases, field, terms.iter().map(place).collect(), query, !few))
    }

    fn query_of(&self, field: Field) -> Box<dyn Query> {
        let term = |text: &str| Term::from_field_text(field, text);
        let one = |text: &str| -> Box<dyn Query> {
            Box::new(TermQuery::new(term(text), IndexRecordOption::WithFreqs))
        };
        let (terms, open) = self.terms();
        match (terms.as_slice(), open) {
            ([], None) => Box::new(tantivy::query::EmptyQuery),
            ([], Some((_, begin))) => {
                let (low, high) = range(&begin);
                let bound = |bytes: &[u8]| {
                    let mut term = Term::from_field_text(field, "");
                    term.append_bytes(bytes);
                    term
                };
                let (low, high) = (Bound::Included(bound(&low)), Bound::Excluded(bound(&high)));
                Box::new(ConstScoreQuery::new(Box::new(RangeQuery::new(low, high)), 1.0))
            }
            ([(_, only)], None) if self.forms.is_empty() => one(only),
            ([(_, only)], None) => {
                let form = |form: &String| -> (Occur, Box<dyn Query>) {
                    (Occur::Should, Box::new(BoostQuery::new(one(form), FORM)))
                };
                let mut any: Parts = vec![(Occur::Should, one(only))];
                any.extend(self.forms.iter().map(form));
                Box::new(BooleanQuery::new(any))
            }
            (terms, open) => {
                let place = |(position, text): &Placed| (*position, term(text));
                let mut phrase: Vec<_> = terms.iter().map(place).collect();
                let Some(open) = open else {
                    return Box::new(PhraseQuery::new_with_offset(phrase));
                };
                phrase.push(place(&open));
                let mut query = PhrasePrefixQuery::new_with_offset(phrase);
                query.set_max_expansions(EXPANSIONS);
                Box::new(query)
            }
        }
    }
}

impl Needle {
    /// How telling it is: how few documents hold its terms. None where only one does.
    pub fn rarity(&self, searcher: &Searcher, fields: &Fields) -> Result<Option<f64>> {
        let mut rarity = 0.0;
        for term in self.whole_terms(fields, fields.text) {
            let holds = searcher.doc_freq(&term);
            let holds = holds.map_err(unavailable)?;
            if holds < 2 {
                return Ok(None);
            }
            #[expect(clippy::cast_precision_loss, reason = "a weight, not a count")]
            let ratio = searcher.num_docs().max(1) as f64 / holds as f64;
            rarity += ratio.ln();
        }
        Ok(Some(rarity))
    }

    /// How many documents have it at most.
    fn holds(&self, searcher: &Searcher, fields: &Fields, field: Field) -> Result<u64> {
        let (terms, open) = self.terms();
        if terms.is_empty() && open.is_some() {
            return Ok(u64::MAX);
        }
        let freq = |term: &Term| searcher.doc_freq(term).map_err(unavailable);
        let forms = self.forms.iter().map(|form| freq(&Term::from_field_text(field, form)));
        let forms = forms.sum::<Result<u64>>()?;
        let mut least = u64::MAX;
        let pairs = if field == fields.text { self.pairs() } else { Vec::new() };
        let pairs = pairs.iter().map(|pair| Term::from_field_text(fields.pair, pair));
        let terms = terms.iter().map(|(_, text)| Term::from_field_text(field, text));
        for term in terms.chain(pairs) {
            least = least.min(freq(&term)?);
        }
        Ok(least.saturating_add(forms))
    }

    /// What a document can score for it in a field at most: BM25 with all of its
    /// terms, as if the document were nothing else.
    fn most(&self, searcher: &Searcher, fields: &Fields, field: Field) -> Result<f32> {
        // `k1 + 1` of Tantivy's BM25, and something for rounding.
        const OFTEN: f64 = 2.2 * 1.001;
        let (terms, open) = self.terms();
        match open {
            Some(_) if terms.is_empty() => return Ok(1.0),
            Some(_) => return Ok(f32::INFINITY),
            None => {}
        }
        let mut most = 0.0;
        let terms = self.whole_terms(fields, field).into_iter().map(|term| (term, 1.0));
        let forms = self.forms.iter().map(|form| Term::from_field_text(field, form));
        for (term, weight) in terms.chain(forms.map(|form| (form, f64::from(FORM)))) {
            let holds = searcher.doc_freq(&term).map_err(unavailable)?;
            let others = searcher.num_docs().saturating_sub(holds);
            #[expect(clippy::cast_precision_loss, reason = "a weight, not a count")]
            let rarity = ((others as f64 + 0.5) / (holds as f64 + 0.5)).ln_1p();
            most += weight * OFTEN * rarity;
        }
        #[expect(clippy::cast_possible_truncation, reason = "a weight, not a count")]
        Ok(most as f32)
    }
}

/// A whole query, as the index can look for it.
#[derive(Debug, Clone, Default)]
pub struct Plan {
    pub groups: Vec<Vec<Needle>>,
    pub excluded: Vec<Needle>,
}

impl Plan {
    /// Looks up other forms of words that are not quoted.
    pub fn new(
        query: &grammar::Query,
        searcher: &Searcher,
        fields: &Fields,
        stems: &Stems,
    ) -> Result<Self> {
        let needle = |clause: &Clause| -> Result<Option<Needle>> {
            let Some(mut needle) = Needle::of(clause) else {
                return Ok(None);
            };
            if needle.is_word() && !clause.quoted {
                needle.forms = stems.forms(searcher, fields.text, &needle.parts[0].text)?;
            }
            Ok(Some(needle))
        };
        let all = |clauses: &[Clause]| -> Result<Vec<Needle>> {
            clauses.iter().filter_map(|clause| needle(clause).transpose()).collect()
        };
        let groups = query.groups.iter().map(|group| all(group)).collect::<Result<Vec<_>>>()?;
        let groups = groups.into_iter().filter(|group| !group.is_empty()).collect();
        Ok(Self { groups, excluded: all(&query.excluded)? })
    }

    /// Whether there is nothing to look for.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.groups.is_empty() && self.excluded.is_empty()
    }

    /// What to ask of the index, among what `filters` let through.
    pub fn asked(
        &self,
        searcher: &Searcher,
        (fields, phrases): (&Fields, &Arc<Phrases>),
        weights: &config::Search,
        filters: Parts,
    ) -> Result<Asked> {
        let holds = |needle: &Needle| needle.holds(searcher, fields, place(needle, fields));
        let holds: Vec<Vec<_>> = self
            .groups
            .iter()
            .map(|group| group.iter().map(holds).collect())
            .collect::<Result<_>>()?;
        let any = |holds: &Vec<u64>| holds.iter().fold(0, |sum: u64, one| sum.saturating_add(*one));
        let fewest = holds.iter().map(any).min().unwrap_or(0);
        let mut asked = Asked { filters, ..Asked::default() };
        if self.groups.is_empty() {
            let all = ConstScoreQuery::new(Box::new(AllQuery), 1.0);
            asked.words.push((Occur::Must, Box::new(all)));
            asked.most = 1.0;
        }
        for (group, holds) in self.groups.iter().zip(holds) {
            let mut any: Parts = Vec::with_capacity(group.len());
            for (needle, holds) in group.iter().zip(holds) {
                let field = place(needle, fields);
                let few = holds / WORTH > fewest;
                any.push((Occur::Should, needle.known(fields, phrases, field, few)));
                asked.dear |= needle.is_dear(fields, field);
                asked.most += needle.most(searcher, fields, field)?;
            }
            asked.words.push((Occur::Must, Box::new(BooleanQuery::new(any))));
        }
        let config::Search { title, summary, heading, term, phrase, .. } = *weights;
        let mut gains = |needle: &Needle, field: Field, weight: f32| {
            if weight > 0.0 {
                let query = BoostQuery::new(needle.query(fields, field), weight);
                asked.gains.push((Occur::Should, Box::new(query)));
            }
        };
        for needle in self.groups.iter().flatten().filter(|needle| needle.place.is_none()) {
            gains(needle, fields.title, title);
            gains(needle, fields.summary, summary);
            gains(needle, fields.heading, heading);
            gains(needle, fields.tag, term);
            gains(needle, fields.category, term);
            gains(needle, fields.author, term);
        }
        if let Some(whole) = self.whole() {
            gains(&whole, fields.title, phrase * title);
            if phrase > 0.0 {
                let query = BoostQuery::new(whole.query(fields, fields.text), phrase);
                asked.whole = Some(Box::new(query));
            }
        }
        for needle in &self.excluded {
            asked.filters.push((Occur::MustNot, needle.query(fields, place(needle, fields))));
        }
        Ok(asked)
    }

    /// All words as one phrase, where there are several and no alternatives.
    fn whole(&self) -> Option<Needle> {
        if self.groups.len() < 2 {
            return None;
        }
        let mut parts: Vec<Part> = Vec::new();
        let mut prefix = false;
        for group in &self.groups {
            let [needle] = group.as_slice() else {
                return None;
            };
            if needle.place.is_some() {
                return None;
            }
            let begin = parts.last().map_or(0, |last| last.position + 1);
            let moved = needle.parts.iter().cloned();
            parts.extend(moved.map(|part| Part { position: begin + part.position, ..part }));
            prefix = needle.prefix;
        }
        Some(Needle { place: None, parts, prefix, forms: Vec::new() })
    }
}

/// Where a needle must be found: somewhere, or in the place that it names.
fn place(needle: &Needle, fields: &Fields) -> Field {
    match needle.place {
        None => fields.text,
        Some(Place::Title) => fields.title,
        Some(Place::Summary) => fields.summary,
        Some(Place::Heading) => fields.heading,
        Some(Place::Tag) => fields.tag,
        Some(Place::Category) => fields.category,
        Some(Place::Author) => fields.author,
    }
}

/// What is asked of the index, in the parts that `collect` treats differently.
#[derive(Default)]
pub struct Asked {
    /// Conditions that count nothing, exclusions among them.
    pub filters: Parts,
    /// What must be there.
    pub words: Parts,
    /// What need not be there, and counts.
    pub gains: Parts,
    /// The words as one phrase, which counts likewise. Looking for it costs as much as
    /// looking for them, so it is looked for where they are.
    pub whole: Option<Box<dyn Query>>,
    /// What `words` count at most.
    pub most: f32,
    /// Whether finding `words` costs more than counting how much they count: both are
    /// done at once then.
    pub dear: bool,
}

impl Asked {
    /// Which documents answer, without their scores.
    #[must_use]
    pub fn matching(&self) -> BooleanQuery {
        query([&self.filters, &self.words])
    }

    #[must_use]
    pub fn words(&self) -> BooleanQuery {
        query([&self.words])
    }

    #[must_use]
    pub fn gains(&self) -> BooleanQuery {
        query([&self.gains])
    }
}

fn query<const N: usize>(parts: [&Parts; N]) -> BooleanQuery {
    let parts = parts.into_iter().flatten();
    BooleanQuery::new(parts.map(|(occur, query)| (*occur, query.box_clone())).collect())
}
