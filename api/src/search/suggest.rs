//! What a search box offers while somebody types: tags, categories, titles, and
//! the ends of the word that has been begun. All of it may be seen by who types:
//! it is asked of the index under the same scope as a search.

use std::cmp::Reverse;
use std::collections::HashMap;

use tantivy::Term;
use tantivy::query::{BooleanQuery, Occur};
use uuid::Uuid;

use super::collect::{Facets, Gather, Order};
use super::find::{Engine, Narrow};
use super::follow::blocking;
use super::plan::{Asked, Needle, Plan};
use super::stem::range;
use super::{answered, grammar, unavailable};
use crate::ctx::Ctx;
use crate::error::Result;
use crate::policy::Scope;

/// Terms of a taxonomy that are looked at, most frequent first.
const TERMS: usize = 50;
/// Words of the dictionary that are looked at for the end of one.
const WORDS: usize = 2000;
/// Of those the most frequent, of which the index is asked.
const CANDIDATES: usize = 16;
/// Words that are offered.
const ENDS: usize = 3;
/// Letters after which a word's end is guessed.
const BEGUN: usize = 2;

/// What can be offered; names are yet to be read.
#[derive(Debug, Default)]
pub struct Suggested {
    /// Articles whose titles hold what was typed, best first.
    pub articles: Vec<Uuid>,
    /// Terms of which some name may hold it, most frequent first.
    pub tags: Vec<(Uuid, i64)>,
    pub categories: Vec<(Uuid, i64)>,
    /// Whole queries.
    pub words: Vec<String>,
    /// For marking what was typed.
    pub plan: Plan,
}

pub async fn suggest(
    ctx: &Ctx,
    scope: &Scope,
    text: String,
    language: Option<String>,
    count: usize,
) -> Result<Suggested> {
    let engine = Engine::ready(ctx, scope).await?;
    answered(ctx, blocking(move || engine.suggest(&text, language, count)).await)
}

impl Engine {
    fn suggest(&self, text: &str, language: Option<String>, count: usize) -> Result<Suggested> {
        let mut query = grammar::Query::parse(text);
        query.excluded.clear();
        if let Some(last) = query.groups.last_mut().and_then(|group| group.last_mut()) {
            last.prefix = !last.quoted;
        }
        let clauses: Vec<_> = query.groups.into_iter().flatten().collect();
        let needles: Vec<_> = clauses.iter().filter_map(Needle::of).collect();
        let Some(last) = needles.last() else {
            return Ok(Suggested::default());
        };
        let narrow = Narrow { languages: language.map(|tag| vec![tag]), ..Narrow::default() };
        let (fields, all) = (self.opened.fields, self.filters(&narrow));
        let in_field = |field| Asked {
            filters: clone(&all),
            words: needles
                .iter()
                .map(|needle| (Occur::Must, needle.query(&fields, field)))
                .collect(),
            gains: Vec::new(),
            whole: None,
            most: f32::INFINITY,
            dear: needles.iter().any(|needle| needle.is_dear(&fields, field)),
        };
        let gather = |limit: usize, facets: Facets| Gather {
            order: Order::Relevance,
            fresh: self.fresh(),
            date: None,
            last_modified: None,
            limit,
            backward: false,
            after: None,
            before: None,
            facets,
        };
        let titles = self.gather(&in_field(fields.title), &gather(count, Facets::default()))?;
        let tags = Facets { tags: true, ..Facets::default() };
        let tags = self.gather(&in_field(fields.tag), &gather(0, tags))?.tags;
        let categories = Facets { categories: true, ..Facets::default() };
        let categories =
            self.gather(&in_field(fields.category), &gather(0, categories))?.categories;
        let mut words = Vec::new();
        if let [part] = last.parts.as_slice()
            && !part.dense
            && last.prefix
            && last.place.is_none()
        {
            let before: String = clauses
                .iter()
                .rev()
                .skip(1)
                .rev()
                .fold(String::new(), |text, clause| text + &clause.text + " ");
            let ends = self.ends(&part.text, &narrow)?;
            words.extend(ends.into_iter().map(|end| format!("{before}{end}")));
        }
        Ok(Suggested {
            articles: titles.hits.iter().map(|hit| hit.rank.id).collect(),
            tags: most(tags),
            categories: most(categories),
            words,
            plan: Plan {
                groups: needles.into_iter().map(|needle| vec![needle]).collect(),
                excluded: Vec::new(),
            },
        })
    }

    /// How a word that has been begun may end, the most frequent first.
    fn ends(&self, begin: &str, narrow: &Narrow) -> Result<Vec<String>> {
        if begin.chars().count() < BEGUN || !begin.chars().all(char::is_alphabetic) {
            return Ok(Vec::new());
        }
        let field = self.opened.fields.text;
        let mut counts: HashMap<String, u32> = HashMap::new();
        for segment in self.searcher.segment_readers() {
            let inverted = segment.inverted_index(field).map_err(unavailable)?;
            let (low, high) = range(begin);
            let stream = inverted.terms().range().gt(low).lt(high);
            let mut stream = stream.into_stream().map_err(unavailable)?;
            for _ in 0..WORDS {
                let Some((key, info)) = stream.next() else {
                    break;
                };
                if let Ok(word) = std::str::from_utf8(key)
                    && word.chars().all(char::is_alphabetic)
                {
                    *counts.entry(word.to_owned()).or_default() += info.doc_freq;
                }
            }
        }
        let mut words: Vec<_> = counts.into_iter().collect();
        words.sort_unstable_by(|a, b| b.1.cmp(&a.1).then_with(|| a.0.cmp(&b.0)));
        let mut ends = Vec::new();
        for (word, _) in words.into_iter().take(CANDIDATES) {
            let mut parts = self.filters(narrow);
            let word_query = super::scope::condition(Term::from_field_text(field, &word));
            parts.push((Occur::Must, word_query));
            if ends.len() < ENDS && self.finds(&BooleanQuery::new(parts))? {
                ends.push(word);
            }
        }
        Ok(ends)
    }
}

fn clone(parts: &super::scope::Parts) -> super::scope::Parts {
    parts.iter().map(|(occur, query)| (*occur, query.box_clone())).collect()
}

fn most(counts: HashMap<Uuid, u64>) -> Vec<(Uuid, i64)> {
    let mut counts: Vec<_> = counts.into_iter().collect();
    counts.sort_unstable_by_key(|(id, count)| (Reverse(*count), *id));
    counts.truncate(TERMS);
    let count = |(id, count)| (id, i64::try_from(count).unwrap_or(i64::MAX));
    counts.into_iter().map(count).collect()
}
