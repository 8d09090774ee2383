//! Searching: from what was asked to the articles that answer.

use std::sync::Arc;

use tantivy::query::{EnableScoring, Occur, Query};
use tantivy::{DocSet, Searcher, TERMINATED};
use uuid::Uuid;

use super::collect::{self, Facets, Fresh, Gather, Gathered, Hit, Order, Rank, Span, relevance};
use super::follow::blocking;
use super::grammar;
use super::index::{Opened, Snapshot};
use super::layout::{carries, id_term};
use super::open::Open;
use super::plan::{Asked, Plan};
use super::scope::{self, Parts};
use super::segment::{Segment, Sight};
use super::stem::Stems;
use super::{answered, ready, unavailable};
use crate::config;
use crate::ctx::Ctx;
use crate::error::Result;
use crate::graphql::page::{Cursor, Key, Page, Slice};
use crate::policy::Scope;

/// Which articles beyond what the query says.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Narrow {
    pub languages: Option<Vec<String>>,
    pub sections: Option<Vec<String>>,
    /// Of each, one term at least.
    pub terms: Vec<Vec<Uuid>>,
    /// None of these terms.
    pub without: Vec<Uuid>,
    pub date: Option<Span>,
    pub last_modified: Option<Span>,
}

/// A search.
#[derive(Debug, Clone)]
pub struct Request {
    pub query: String,
    pub narrow: Narrow,
    pub order: Order,
    pub page: Page,
    /// Whether the rows of the page are wanted, or counts alone.
    pub rows: bool,
    pub facets: Facets,
    /// Languages by whose words the query may be inflected.
    pub languages: Vec<String>,
}

/// What a search found.
#[derive(Debug, Default)]
pub struct Found {
    pub hits: Slice<Hit>,
    pub gathered: Gathered,
    /// What was looked for in the end.
    pub plan: Plan,
    /// What the query was taken to mean, if nothing answers to it as it stands.
    pub did_you_mean: Option<String>,
    /// The state of the index that the hits are of.
    pub snapshot: u32,
}

impl Order {
    /// Tells the cursors of one order from those of another.
    #[must_use]
    pub fn mark(self) -> u8 {
        match self {
            Self::Relevance => b'R',
            Self::DateDesc => b'N',
            Self::DateAsc => b'O',
        }
    }

    /// The place of a hit. Scores depend on all articles, so that of one is kept with
    /// the state of the index that it was reckoned from.
    #[must_use]
    pub fn cursor(self, hit: &Hit, snapshot: u32) -> Cursor {
        let key = match self {
            Self::Relevance => i64::from(snapshot) << SCORE_BITS | hit.rank.key,
            Self::DateDesc | Self::DateAsc => hit.rank.key,
        };
        Cursor { order: self.mark(), key: Key::Number(key), id: hit.rank.id }
    }

    /// What a cursor says: its state of the index, and its rank there.
    fn place(self, cursor: &Cursor) -> Option<(u32, Rank)> {
        let Cursor { key: Key::Number(key), id, .. } = cursor else {
            return None;
        };
        Some(match self {
            Self::Relevance => {
                let rank = Rank { key: key & ((1 << SCORE_BITS) - 1), id: *id };
                (u32::try_from(key >> SCORE_BITS).unwrap_or(0), rank)
            }
            Self::DateDesc | Self::DateAsc => (0, Rank { key: *key, id: *id }),
        })
    }
}

/// Bits of a score, whose sign is never set.
const SCORE_BITS: u32 = 31;

/// Everything that a search needs where it runs.
pub struct Engine {
    pub opened: Arc<Opened>,
    pub searcher: Searcher,
    /// The state that the searcher is of.
    pub snapshot: Snapshot,
    pub scope: Scope,
    /// What may be seen, for the public's scope.
    pub open: Option<Arc<Open>>,
    pub weights: config::Search,
}

impl Engine {
    pub async fn ready(ctx: &Ctx, scope: &Scope) -> Result<Self> {
        let opened = ready(ctx).await?;
        let snapshot = opened.snapshot(ctx.now());
        let weights = ctx.app().config().search.clone();
        let searcher = snapshot.searcher.clone();
        let open = opened.open(&searcher, scope)?;
        Ok(Self { opened, searcher, snapshot, scope: scope.clone(), open, weights })
    }

    /// The same, with the index as it was where a cursor began. That is for the order
    /// of a page alone: what is visible is read from the database, and counted from
    /// the index as it is.
    fn past(&self, request: &Request) -> Option<Self> {
        let cursors = [&request.page.after, &request.page.before].into_iter().flatten();
        let mut keys = cursors.filter_map(|cursor| request.order.place(cursor));
        let snapshot = self.opened.kept(keys.next()?.0)?;
        // Asked of the documents themselves: this is no state that others search.
        Some(Self {
            open: None,
            opened: Arc::clone(&self.opened),
            searcher: snapshot.searcher.clone(),
            snapshot,
            scope: self.scope.clone(),
            weights: self.weights.clone(),
        })
    }

    /// What may be seen of what `filters` let through.
    fn sight(&self) -> Sight<'_> {
        Sight { open: self.open.as_deref(), window: scope::window(&self.scope) }
    }

    pub fn fresh(&self) -> Fresh {
        let config::Search { freshness, half_life_days, .. } = self.weights;
        Fresh { weight: freshness, half_life_days, now: self.snapshot.now }
    }

    /// What lets through what may be seen and is not narrowed away.
    #[must_use]
    pub fn filters(&self, narrow: &Narrow) -> Parts {
        let fields = &self.opened.fields;
        let mut parts = match self.open {
            Some(_) => Parts::new(),
            None => scope::parts(&self.scope, fields),
        };
        let Narrow { languages, sections, terms, without, date: _, last_modified: _ } = narrow;
        for (field, values) in [(fields.language, languages), (fields.section, sections)] {
            if let Some(values) = values {
                parts.push((Occur::Must, scope::any_text(field, values.iter())));
            }
        }
        let of = |ids: &[Uuid]| scope::any(ids.iter().flat_map(|id| carries(fields, *id)));
        parts.extend(terms.iter().map(|terms| (Occur::Must, of(terms))));
        if !without.is_empty() {
            parts.push((Occur::MustNot, of(without)));
        }
        parts
    }

    /// Gathers what is asked for.
    pub fn gather(&self, asked: &Asked, gather: &Gather) -> Result<Gathered> {
        collect::gather(&self.searcher, &self.sight(), asked, gather).map_err(unavailable)
    }

    fn look(&self, request: &Request, plan: &Plan) -> Result<Gathered> {
        let Request { narrow, order, page, rows, facets, .. } = request;
        let Opened { fields, phrases, .. } = &*self.opened;
        let asked =
            plan.asked(&self.searcher, (fields, phrases), &self.weights, self.filters(narrow))?;
        let place = |cursor: &Option<Cursor>| -> Result<Option<Rank>> {
            let Some((key, rank)) = cursor.as_ref().and_then(|cursor| order.place(cursor)) else {
                return Ok(None);
            };
            if *order != Order::Relevance || key == self.snapshot.key {
                return Ok(Some(rank));
            }
            let key = self.score_now(&asked, rank.id)?.map_or(rank.key, relevance);
            Ok(Some(Rank { key, ..rank }))
        };
        let gather = Gather {
            order: *order,
            fresh: self.fresh(),
            date: narrow.date,
            last_modified: narrow.last_modified,
            limit: if *rows { usize::try_from(page.limit()).unwrap_or(0) } else { 0 },
            backward: page.backward,
            after: place(&page.after)?,
            before: place(&page.before)?,
            facets: *facets,
        };
        self.gather(&asked, &gather)
    }

    /// The score of an article as it is now: where the state that a cursor names is
    /// not kept any more, its page goes on behind that article.
    fn score_now(&self, asked: &Asked, id: Uuid) -> Result<Option<f32>> {
        let mut found = None;
        let term = id_term(&self.opened.fields, id);
        super::follow::each(&self.searcher, &term, |segment, doc| {
            let score = collect::score_of(&self.searcher, segment, doc, asked)?;
            found = score.map(|(score, date)| score * self.fresh().factor(date)).or(found);
            Ok(())
        })?;
        Ok(found)
    }

    /// Whether a query finds anything that may be seen.
    pub fn finds(&self, query: &dyn Query) -> Result<bool> {
        let scoring = EnableScoring::disabled_from_searcher(&self.searcher);
        let weight = query.weight(scoring).map_err(unavailable)?;
        for (ordinal, reader) in self.searcher.segment_readers().iter().enumerate() {
            let segment = Segment::new(reader, ordinal).map_err(unavailable)?;
            let mut docs = weight.scorer(reader, 1.0).map_err(unavailable)?;
            while docs.doc() != TERMINATED {
                if segment.shows(docs.doc(), &self.sight()) {
                    return Ok(true);
                }
                docs.advance();
            }
        }
        Ok(false)
    }
}

/// Searches among what a scope shows.
pub async fn find(ctx: &Ctx, scope: &Scope, request: Request) -> Result<Found> {
    let engine = Engine::ready(ctx, scope).await?;
    let turn = engine.opened.turn().await?;
    let found = blocking(move || {
        let _turn = turn;
        let Some(past) = engine.past(&request) else {
            return engine.find(&request);
        };
        let counts = Request { rows: false, ..request.clone() };
        let found = engine.find(&counts)?;
        let then = past.find(&Request { facets: Facets::default(), ..request })?;
        Ok(Found { hits: then.hits, snapshot: then.snapshot, ..found })
    });
    answered(ctx, found.await)
}

impl Engine {
    fn find(&self, request: &Request) -> Result<Found> {
        let query = grammar::Query::parse(&request.query);
        let stems = Stems::of(request.languages.iter().map(String::as_str));
        let plan = Plan::new(&query, &self.searcher, &self.opened.fields, &stems)?;
        if plan.is_empty() {
            return Ok(Found::default());
        }
        let gathered = self.look(request, &plan)?;
        let others = if gathered.total == 0 { self.relax(&query)? } else { Vec::new() };
        for (query, text) in others {
            let plan = Plan::new(&query, &self.searcher, &self.opened.fields, &stems)?;
            let gathered = self.look(request, &plan)?;
            if gathered.total > 0 {
                return Ok(self.found(request, gathered, plan, Some(text)));
            }
        }
        Ok(self.found(request, gathered, plan, None))
    }

    fn found(
        &self,
        request: &Request,
        mut gathered: Gathered,
        plan: Plan,
        did_you_mean: Option<String>,
    ) -> Found {
        let hits = request.page.slice(std::mem::take(&mut gathered.hits));
        if request.order == Order::Relevance && (hits.has_next || hits.has_previous) {
            self.opened.keep(&self.snapshot);
        }
        Found { hits, gathered, plan, did_you_mean, snapshot: self.snapshot.key }
    }
}
