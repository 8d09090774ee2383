//! Articles that say similar things: those that share the most telling words.

use std::collections::HashMap;

use tantivy::Term;
use tantivy::query::{BooleanQuery, BoostQuery, Occur, Query, TermQuery};
use tantivy::schema::IndexRecordOption;
use tantivy::tokenizer::{TokenStream, Tokenizer};
use uuid::Uuid;

use super::analyse::Analyser;
use super::collect::{Facets, Gather, Order};
use super::find::{Engine, Narrow};
use super::follow::blocking;
use super::layout::id_term;
use super::{answered, scope, source, unavailable};
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
            let mut analyser = Analyser;
            let mut terms = analyser.token_stream(text);
            while let Some(token) = terms.next() {
                *found.entry(token.text.clone()).or_default() += weight;
            }
        }
        let all = self.searcher.num_docs().max(1);
        let mut telling = Vec::with_capacity(found.len());
        for (text, often) in found {
            let term = Term::from_field_text(fields.text, &text);
            let holds = self.searcher.doc_freq(&term).map_err(unavailable)?;
            // What stands in one alone leads nowhere.
            if text.chars().count() < 2 || holds < 2 {
                continue;
            }
            #[expect(clippy::cast_precision_loss, reason = "a weight, not a count")]
            let weight = (1.0 + f64::from(often).ln()) * (all as f64 / holds as f64).ln();
            telling.push((weight, term));
        }
        telling.sort_by(|a, b| b.0.total_cmp(&a.0).then_with(|| a.1.cmp(&b.1)));
        telling.truncate(TELLING);
        let words = telling.into_iter().map(|(weight, term)| {
            let query = TermQuery::new(term, IndexRecordOption::WithFreqs);
            #[expect(clippy::cast_possible_truncation, reason = "a weight, not a count")]
            let query = BoostQuery::new(Box::new(query), weight.max(0.0) as f32);
            (Occur::Should, Box::new(query) as Box<dyn Query>)
        });
        let narrow =
            Narrow { languages: Some(vec![document.language.clone()]), ..Narrow::default() };
        let mut parts = self.filters(&narrow);
        parts.push((Occur::Must, Box::new(BooleanQuery::new(words.collect()))));
        let gather = Gather {
            order: Order::Relevance,
            fresh: self.fresh(),
            window: self.window(),
            date: None,
            last_modified: None,
            // It is itself among them, and the measure.
            limit: count + 1,
            backward: false,
            after: None,
            before: None,
            facets: Facets::default(),
        };
        let gathered = self.gather(&BooleanQuery::new(parts), &gather)?;
        let own = gathered.hits.iter().find(|hit| hit.rank.id == document.id);
        let least = own.map_or(0.0, |own| own.score * LEAST);
        let others = gathered.hits.iter().filter(|hit| hit.rank.id != document.id);
        let others: Vec<_> = others.filter(|hit| hit.score >= least).take(count).collect();
        let most = others.first().map_or(1.0, |hit| hit.score).max(f32::MIN_POSITIVE);
        Ok(others.into_iter().map(|hit| (hit.rank.id, hit.score / most)).collect())
    }
}
