//! Counting what is found, by facet.

use std::collections::HashMap;

use tantivy::columnar::{BytesColumn, Column, StrColumn};
use tantivy::{DocId, SegmentReader};
use uuid::Uuid;

use super::collect::{Facets, Gathered};

/// The counts of one segment, of the facets that are asked for.
pub struct Counts {
    tag: Option<(Vec<u64>, BytesColumn)>,
    category: Option<(Vec<u64>, BytesColumn)>,
    section: Option<(Vec<u64>, StrColumn)>,
    language: Option<(Vec<u64>, StrColumn)>,
    month: Option<Column<i64>>,
    months: HashMap<i64, u64>,
}

impl Counts {
    pub fn new(reader: &SegmentReader, facets: Facets) -> tantivy::Result<Self> {
        let columns = reader.fast_fields();
        let Facets { tags, categories, sections, languages, months } = facets;
        let tag = if tags { columns.bytes("tag_id")? } else { None };
        let category = if categories { columns.bytes("category_id")? } else { None };
        let section = if sections { columns.str("section")? } else { None };
        let language = if languages { columns.str("language")? } else { None };
        Ok(Self {
            tag: tag.map(|column| (vec![0; column.num_terms()], column)),
            category: category.map(|column| (vec![0; column.num_terms()], column)),
            section: section.map(|column| (vec![0; column.num_terms()], column)),
            language: language.map(|column| (vec![0; column.num_terms()], column)),
            month: months.then(|| columns.i64("month")).transpose()?,
            months: HashMap::new(),
        })
    }

    pub fn count(&mut self, doc: DocId) {
        for (counts, column) in [&mut self.tag, &mut self.category].into_iter().flatten() {
            for ord in column.term_ords(doc) {
                count(counts, ord);
            }
        }
        for (counts, column) in [&mut self.section, &mut self.language].into_iter().flatten() {
            for ord in column.term_ords(doc) {
                count(counts, ord);
            }
        }
        if let Some(month) = self.month.as_ref().and_then(|column| column.first(doc)) {
            *self.months.entry(month).or_default() += 1;
        }
    }

    /// Adds the counts to those of other segments.
    pub fn harvest(self, gathered: &mut Gathered) -> tantivy::Result<()> {
        for (facet, all) in
            [(self.tag, &mut gathered.tags), (self.category, &mut gathered.categories)]
        {
            let Some((counts, column)) = facet else {
                continue;
            };
            for (ord, count) in counted(&counts) {
                let mut bytes = Vec::new();
                column.ord_to_bytes(ord, &mut bytes)?;
                if let Ok(id) = Uuid::from_slice(&bytes) {
                    *all.entry(id).or_default() += count;
                }
            }
        }
        for (facet, all) in
            [(self.section, &mut gathered.sections), (self.language, &mut gathered.languages)]
        {
            let Some((counts, column)) = facet else {
                continue;
            };
            for (ord, count) in counted(&counts) {
                let mut text = String::new();
                column.ord_to_str(ord, &mut text)?;
                *all.entry(text).or_default() += count;
            }
        }
        for (month, count) in self.months {
            *gathered.months.entry(month).or_default() += count;
        }
        Ok(())
    }
}

fn count(counts: &mut [u64], ord: u64) {
    let place = usize::try_from(ord).ok();
    if let Some(count) = place.and_then(|place| counts.get_mut(place)) {
        *count += 1;
    }
}

/// What was counted at all.
fn counted(counts: &[u64]) -> impl Iterator<Item = (u64, u64)> + '_ {
    (0..).zip(counts.iter().copied()).filter(|(_, count)| *count > 0)
}
