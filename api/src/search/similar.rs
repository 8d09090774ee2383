//! Articles that say similar things: those that share the most telling words.
//!
//! Words of scripts without spaces are those that a dictionary finds, and are
//! phrases of letters to the index.

use std::collections::HashMap;

use tantivy::query::{BooleanQuery, BoostQuery, Occur, Query};
use uuid::Uuid;

use super::analyse::Units;
use super::collect::{Facets, Gather, Order};
use super::find::{Engine, Narrow};
use super::follow::blocking;
use super::grammar::Clause;
use super::layout::id_term;
use super::plan::{Asked, Needle};
use super::relax::dense_words;
use super::{answered, scope, source};
use crate::ctx::Ctx;
use crate::error::Result;
use crate::policy::Scope;

/// Letters of an article that are looked at.
const LETTERS: usize = 20_000;
/// Words that stand for an article.
const TELLING: usize = 24;
/// How often a word of a title is counted.
const TITLE: u32 = 4;

/// What an article must have of the score that the other has with itself: less
/// comes from words that stand everywhere.
const LEAST: f32 = 0.1;

/// An article that says what another does, and how much of it as compared to the
/// one that says the most: 1 for that one.
pub type Similar = (Uuid, f32);

/// For each article those most similar to it by what they say, in its language,
/// best first. None for one that is not there to be seen.
pub async fn similar(
    ctx: &Ctx,
    scope: &Scope,
    ids: &[Uuid],
    count: usize,
) -> Result<HashMap<Uuid, Vec<Similar>>> {
    let engine = Engine::ready(ctx, scope).await?;
    let view = |id: Uuid| match &scope.rows {
        crate::policy::Rows::Preview(article) if *article == id => entity::View::Working,
        _ => scope.view,
    };
    let mut documents = source::documents(ctx, ids).await?;
    documents.retain(|document| document.views.contains(&view(document.id)));
    let found = blocking(move || {
        let mut found = HashMap::with_capacity(documents.len());
        for document in &documents {
            let id = document.id;
            // Who may not see it learns nothing of what is like it.
            if engine.is_seen(scope::condition(id_term(&engine.opened.fields, id)))? {
                found.insert(id, engine.similar(document, count)?);
            }
        }
        Ok(found)
    });
    answered(ctx, found.await)
}

impl Engine {
    fn similar(&self, document: &super::layout::Document, count: usize) -> Result<Vec<Similar>> {
        let fields = self.opened.fields;
        let mut found: HashMap<String, u32> = HashMap::new();
        let body: String = document.body.chars().take(LETTERS).collect();
        let titles = document.tags.iter().chain([&document.title]).map(|text| (text, TITLE));
        for (text, weight) in titles.chain([(&body, 1)]) {
            for word in words(text) {
                *found.entry(word).or_default() += weight;
            }
        }
        let mut telling = Vec::with_capacity(found.len());
        for (text, often) in found {
            let clause = Clause { place: None, text, quoted: true, prefix: false };
            let Some(needle) = Needle::of(&clause) else {
                continue;
            };
            // What stands in one alone leads nowhere.
            if let Some(rarity) = needle.rarity(&self.searcher, &fields)? {
                telling.push(((1.0 + f64::from(often).ln()) * rarity, clause.text, needle));
            }
        }
        telling.sort_by(|a, b| b.0.total_cmp(&a.0).then_with(|| a.1.cmp(&b.1)));
        telling.truncate(TELLING);
        let words = telling.into_iter().map(|(weight, _, needle)| {
            #[expect(clippy::cast_possible_truncation, reason = "a weight, not a count")]
            let query = BoostQuery::new(needle.query(&fields, fields.text), weight.max(0.0) as f32);
            (Occur::Should, Box::new(query) as Box<dyn Query>)
        });
        let narrow =
            Narrow { languages: Some(vec![document.language.clone()]), ..Narrow::default() };
        let any = BooleanQuery::new(words.collect());
        let asked = Asked {
            filters: self.filters(&narrow),
            words: vec![(Occur::Must, Box::new(any))],
            gains: Vec::new(),
            whole: None,
            most: f32::INFINITY,
            dear: true,
        };
        let gather = Gather {
            order: Order::Relevance,
            fresh: self.fresh(),
            date: None,
            last_modified: None,
            // It is itself among them, and the measure.
            limit: count + 1,
            backward: false,
            after: None,
            before: None,
            facets: Facets::default(),
        };
        let gathered = self.gather(&asked, &gather)?;
        let own = gathered.hits.iter().find(|hit| hit.rank.id == document.id);
        let least = own.map_or(0.0, |own| own.score * LEAST);
        let others = gathered.hits.iter().filter(|hit| hit.rank.id != document.id);
        let others: Vec<_> = others.filter(|hit| hit.score >= least).take(count).collect();
        let most = others.first().map_or(1.0, |hit| hit.score).max(f32::MIN_POSITIVE);
        Ok(others.into_iter().map(|hit| (hit.rank.id, hit.score / most)).collect())
    }
}

/// The words of a text: those between spaces, and those of a dictionary.
fn words(text: &str) -> Vec<String> {
    let units = Units::of(text);
    let spaced = units.units.iter().filter(|unit| !unit.dense).map(|unit| units.text(unit));
    let spaced = spaced.filter(|word| word.chars().nth(1).is_some());
    spaced.chain(dense_words(text)).collect()
}
