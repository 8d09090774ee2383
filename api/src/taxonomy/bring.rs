//! Terms that come from another system with addresses and a tree of their own.

use std::collections::{HashMap, HashSet};

use entity::term;
use indexmap::IndexMap;
use uuid::Uuid;

use super::write::{blank, created, ids_of, insert_absent};
use crate::error::Result;
use crate::event::Write;

/// A term as it comes.
#[derive(Debug, Clone)]
pub struct NewTerm {
    /// As the site writes addresses; never empty.
    pub slug: String,
    pub name: String,
    pub description: Option<String>,
    /// The slug of the term above it.
    pub parent: Option<String>,
}

/// Makes the terms whose slugs are free, each below its parent; what is there
/// already stays as it is. Answers with the id of each slug.
///
/// A parent that is nowhere is none, and a circle is cut.
pub async fn bring(
    write: &mut Write<'_>,
    taxonomy: &str,
    terms: Vec<NewTerm>,
) -> Result<HashMap<String, Uuid>> {
    if terms.iter().any(|term| term.parent.is_some()) {
        write.lock_terms().await?;
    }
    let terms: IndexMap<String, NewTerm> =
        terms.into_iter().rev().map(|term| (term.slug.clone(), term)).collect();
    let mut wanted: Vec<&str> = terms.keys().map(String::as_str).collect();
    wanted.extend(terms.values().filter_map(|term| term.parent.as_deref()));
    let mut ids = ids_of(write, taxonomy, &wanted).await?;
    let mut rows: IndexMap<&str, term::Model> = IndexMap::new();
    for (slug, new) in terms.iter().filter(|(slug, _)| !ids.contains_key(*slug)) {
        let mut row = blank(write.ctx(), taxonomy, slug, &new.name);
        row.description.clone_from(&new.description);
        rows.insert(slug, row);
    }
    let above = |slug: &str| terms.get(slug).and_then(|term| term.parent.as_deref());
    let mut levels: Vec<Vec<term::Model>> = Vec::new();
    for (slug, row) in &rows {
        // How many new terms stand above it; a circle ends where it begins.
        let mut level = 0;
        let mut seen = HashSet::from([*slug]);
        let mut next = above(slug);
        let mut circle = false;
        while let Some(parent) = next.filter(|parent| rows.contains_key(parent)) {
            if !seen.insert(parent) {
                circle = true;
                break;
            }
            level += 1;
            next = above(parent);
        }
        let parent = above(slug).filter(|_| !circle);
        let mut row = row.clone();
        row.parent_id = parent.and_then(|parent| {
            ids.get(parent).copied().or_else(|| rows.get(parent).map(|row| row.id))
        });
        let level = if circle { 0 } else { level };
        levels.resize_with(levels.len().max(level + 1), Vec::new);
        if let Some(rows) = levels.get_mut(level) {
            rows.push(row);
        }
    }
    for mut level in levels {
        // In one order for everybody, so that nobody waits in a circle.
        level.sort_unstable_by(|a, b| a.slug.cmp(&b.slug));
        // A parent that somebody else has made meanwhile has another id.
        for row in &mut level {
            if let Some(parent) = above(&row.slug).and_then(|parent| ids.get(parent)) {
                row.parent_id = row.parent_id.map(|_| *parent);
            }
        }
        insert_absent(write, &level).await?;
        let slugs: Vec<_> = level.iter().map(|row| row.slug.as_str()).collect();
        ids.extend(ids_of(write, taxonomy, &slugs).await?);
        for row in level.iter().filter(|row| ids.get(&row.slug) == Some(&row.id)) {
            write.record(created(row));
        }
    }
    Ok(ids)
}
