//! From a query as it was typed to one of the index.
//!
//! Every word must be somewhere in an article; where it stands decides what it
//! counts. A [`Needle`] is a clause as the index can look for it, and as
//! `highlight` can find it again in a text.

use std::ops::Bound;

use tantivy::query::{
    AllQuery, BooleanQuery, BoostQuery, ConstScoreQuery, Occur, PhrasePrefixQuery, PhraseQuery,
    Query, RangeQuery, TermQuery,
};
use tantivy::schema::{Field, IndexRecordOption};
use tantivy::{Searcher, Term};

use super::analyse::Units;
use super::grammar::{self, Clause, Place};
use super::layout::Fields;
use super::scope::Parts;
use super::stem::{Stems, range};
use crate::config;
use crate::error::Result;

/// How much another form of a word counts, of what the word itself does.
const FORM: f32 = 0.8;
/// Words that a prefix in a phrase stands for at most.
const EXPANSIONS: u32 = 10_000;

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
        let next_to = |at: usize| {
            let (part, next) = (&self.parts[at], self.parts.get(at + 1));
            next.filter(|next| part.dense && next.dense && next.position == part.position + 1)
        };
        let mut terms = Vec::with_capacity(self.parts.len());
        let mut open = None;
        for (at, part) in self.parts.iter().enumerate() {
            let last = at + 1 == self.parts.len();
            if let Some(next) = next_to(at) {
                terms.push((part.position, format!("{}{}", part.text, next.text)));
            } else if last && part.dense && at > 0 && next_to(at - 1).is_some() {
                // The pair before has it.
            } else if last && (part.dense || self.prefix) {
                open = Some((part.position, part.text.clone()));
            } else {
                terms.push((part.position, part.text.clone()));
            }
        }
        (terms, open)
    }

    /// The needle as a query of one field.
    #[must_use]
    pub fn query(&self, field: Field) -> Box<dyn Query> {
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

    /// The plan as a query, among what `filters` let through.
    #[must_use]
    pub fn query(&self, fields: &Fields, weights: &config::Search, filters: Parts) -> BooleanQuery {
        let mut parts = filters;
        if self.groups.is_empty() {
            parts.push((Occur::Must, Box::new(ConstScoreQuery::new(Box::new(AllQuery), 1.0))));
        }
        for group in &self.groups {
            let any: Parts =
                group.iter().map(|needle| (Occur::Should, within(needle, fields))).collect();
            parts.push((Occur::Must, Box::new(BooleanQuery::new(any))));
        }
        let config::Search { title, summary, heading, term, phrase, .. } = *weights;
        let mut counts = |needle: &Needle, field: Field, weight: f32| {
            if weight > 0.0 {
                let query = BoostQuery::new(needle.query(field), weight);
                parts.push((Occur::Should, Box::new(query)));
            }
        };
        for needle in self.groups.iter().flatten().filter(|needle| needle.place.is_none()) {
            counts(needle, fields.title, title);
            counts(needle, fields.summary, summary);
            counts(needle, fields.heading, heading);
            counts(needle, fields.tag, term);
            counts(needle, fields.category, term);
            counts(needle, fields.author, term);
        }
        if let Some(whole) = self.whole() {
            counts(&whole, fields.text, phrase);
            counts(&whole, fields.title, phrase * title);
        }
        for needle in &self.excluded {
            parts.push((Occur::MustNot, within(needle, fields)));
        }
        BooleanQuery::new(parts)
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
fn within(needle: &Needle, fields: &Fields) -> Box<dyn Query> {
    match needle.place {
        None => needle.query(fields.text),
        Some(Place::Title) => needle.query(fields.title),
        Some(Place::Summary) => needle.query(fields.summary),
        Some(Place::Heading) => needle.query(fields.heading),
        Some(Place::Tag) => needle.query(fields.tag),
        Some(Place::Category) => needle.query(fields.category),
        Some(Place::Author) => needle.query(fields.author),
    }
}
