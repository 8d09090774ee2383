//! What of the index the public may see, as a set of bits.
//!
//! Nearly all who search are the public, and all of it sees the same: what is
//! published, and whose window is open. That changes with the index, and at the
//! moments when a window opens or closes; between those the set is kept.

use std::sync::{Arc, Mutex, PoisonError};

use entity::{Timestamp, View};
use tantivy::query::{EnableScoring, Query};
use tantivy::{DocId, DocSet, Searcher, TERMINATED, Term};

use super::layout::Fields;
use super::scope::condition;
use crate::policy::{Rows, Scope};

/// The documents that are open, segment by segment.
#[derive(Debug)]
pub struct Open {
    segments: Vec<Vec<u64>>,
    generation: u64,
    /// From the first of these moments and up to the second.
    from: i64,
    until: i64,
}

impl Open {
    fn new(searcher: &Searcher, fields: &Fields, now: Timestamp) -> tantivy::Result<Self> {
        let generation = searcher.generation().generation_id();
        let mut open = Self { segments: Vec::new(), generation, from: i64::MIN, until: i64::MAX };
        let published = condition(Term::from_field_u64(fields.view, View::Published as u64));
        let published = published.weight(EnableScoring::disabled_from_searcher(searcher))?;
        for reader in searcher.segment_readers() {
            let columns = reader.fast_fields();
            let (from, until) = (columns.i64("visible_from")?, columns.i64("visible_until")?);
            let mut bits = vec![0; reader.max_doc() as usize / 64 + 1];
            let mut docs = published.scorer(reader, 1.0)?;
            while docs.doc() != TERMINATED {
                let doc = docs.doc();
                docs.advance();
                let moments = from.first(doc).zip(until.first(doc));
                let Some((from, until)) = moments else {
                    continue;
                };
                if reader.alive_bitset().is_some_and(|alive| !alive.is_alive(doc)) {
                    continue;
                }
                for moment in [from, until] {
                    if moment <= now.0 {
                        open.from = open.from.max(moment);
                    } else {
                        open.until = open.until.min(moment);
                    }
                }
                if from <= now.0 && now.0 < until {
                    bits[doc as usize / 64] |= 1_u64 << (doc % 64);
                }
            }
            open.segments.push(bits);
        }
        Ok(open)
    }

    fn holds_at(&self, searcher: &Searcher, now: Timestamp) -> bool {
        self.generation == searcher.generation().generation_id()
            && (self.from..self.until).contains(&now.0)
    }

    #[must_use]
    pub fn holds(&self, segment: usize, doc: DocId) -> bool {
        let bits = self.segments.get(segment).and_then(|bits| bits.get(doc as usize / 64));
        bits.is_some_and(|bits| bits >> (doc % 64) & 1 == 1)
    }
}

/// The set that was asked for last.
#[derive(Debug, Default)]
pub struct Kept(Mutex<Option<Arc<Open>>>);

impl Kept {
    /// None for a scope that is not the public's.
    pub fn open(
        &self,
        searcher: &Searcher,
        fields: &Fields,
        scope: &Scope,
    ) -> tantivy::Result<Option<Arc<Open>>> {
        if !is_public(scope) {
            return Ok(None);
        }
        let kept = self.0.lock().unwrap_or_else(PoisonError::into_inner).clone();
        if let Some(open) = kept.filter(|open| open.holds_at(searcher, scope.now)) {
            return Ok(Some(open));
        }
        let open = Arc::new(Open::new(searcher, fields, scope.now)?);
        *self.0.lock().unwrap_or_else(PoisonError::into_inner) = Some(Arc::clone(&open));
        Ok(Some(open))
    }
}

/// Whether a scope shows what is published and nothing else.
#[must_use]
pub fn is_public(scope: &Scope) -> bool {
    let Scope { view, now: _, rows } = scope;
    *view == View::Published && matches!(rows, Rows::All)
}
