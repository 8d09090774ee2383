//! What is read of the documents of a segment, and whether they may be seen.

use tantivy::columnar::Column;
use tantivy::{DocId, SegmentReader};
use uuid::Uuid;

use super::collect::{Gather, Span};
use super::layout;
use super::open::Open;
use super::scope::Window;

/// What may be seen of that which a scope's conditions let through.
#[derive(Debug, Clone, Copy)]
pub struct Sight<'a> {
    /// All of it, where that is known; the window needs no look then.
    pub open: Option<&'a Open>,
    pub window: Option<Window>,
}

/// A segment and its columns.
pub struct Segment<'a> {
    pub reader: &'a SegmentReader,
    pub ordinal: usize,
    visible: (Column<i64>, Column<i64>),
    date: Column<i64>,
    last_modified: Column<i64>,
    id: (Column<u64>, Column<u64>),
}

impl<'a> Segment<'a> {
    pub fn new(reader: &'a SegmentReader, ordinal: usize) -> tantivy::Result<Self> {
        let columns = reader.fast_fields();
        Ok(Self {
            reader,
            ordinal,
            visible: (columns.i64("visible_from")?, columns.i64("visible_until")?),
            date: columns.i64("date")?,
            last_modified: columns.i64("last_modified")?,
            id: (columns.u64("id_high")?, columns.u64("id_low")?),
        })
    }

    /// The article that a document is of.
    #[must_use]
    pub fn id(&self, doc: DocId) -> Uuid {
        let half = |column: &Column<u64>| column.first(doc).unwrap_or_default();
        layout::id(half(&self.id.0), half(&self.id.1))
    }

    #[must_use]
    pub fn date(&self, doc: DocId) -> i64 {
        self.date.first(doc).unwrap_or(i64::MIN)
    }

    /// Whether a document is there to be seen.
    #[must_use]
    pub fn shows(&self, doc: DocId, sight: &Sight<'_>) -> bool {
        let Sight { open, window } = sight;
        if let Some(open) = open {
            return open.holds(self.ordinal, doc);
        }
        self.reader.alive_bitset().is_none_or(|alive| alive.is_alive(doc))
            && window.is_none_or(|Window { now, except }| {
                let from = self.visible.0.first(doc).unwrap_or(i64::MAX);
                let until = self.visible.1.first(doc).unwrap_or(i64::MIN);
                from <= now.0 && until > now.0 || except.is_some_and(|id| id == self.id(doc))
            })
    }

    /// Whether a document is within the dates that were asked for.
    #[must_use]
    pub fn is_within(&self, doc: DocId, gather: &Gather) -> bool {
        let within = |span: &Option<Span>, column: &Column<i64>| {
            span.is_none_or(|span| column.first(doc).is_some_and(|time| span.holds(time)))
        };
        within(&gather.date, &self.date) && within(&gather.last_modified, &self.last_modified)
    }
}
