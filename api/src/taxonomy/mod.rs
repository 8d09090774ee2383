//! Tags and categories.
//!
//! Both are terms of a taxonomy, in one table; GraphQL shows them as two types.
//! A term is one thing in all languages, with a name in each; its address and
//! what is counted follow the language in which it was asked for.
//!
//! What editors do to terms that articles carry is a [`change`]: it is planned
//! by reading alone, which is what a preview shows; it is one transaction and one
//! event; what stood before is kept with it; and it can be undone once.
//!
//! - `write`: making, renaming, moving and deleting terms.
//! - `merge`: terms go into another; `merged`: what their ids mean since.
//! - `split`: some articles of a term get a new one.
//! - `redirects`: what leads from old addresses. `undo`: the way back.
//!
//! To add a kind of change: a function that makes its `Plan`, one that carries it
//! out and notes it, a case of `change::Before` and of `undo`, a proposal in
//! `preview`, and an input in `graphql::work`.
//!
//! To add a field of terms: a column, a field of [`Term`] and of `TERM_COLUMNS`,
//! and a getter in `graphql.rs` that both types share.

pub mod change;
mod graphql;
mod merge;
mod merged;
mod preview;
mod read;
mod redirects;
mod split;
mod undo;
mod write;

use std::sync::Arc;

use uuid::Uuid;

pub use graphql::{
    Category, Tag, TaxonomyMutation, TaxonomyQuery, TaxonomyWorkMutation, TaxonomyWorkQuery,
};
pub use merged::{keep_existing, resolve};
pub use read::{
    TermBy, TermOrder, by_ids, children, counted, list, names, of_articles, one, one_of, parents,
    total, with_counts, with_counts_by_parent,
};
pub use write::{Rename, create, delete, ensure_all, ensure_many, existing, rename};

use crate::graphql::id::IdKind;
use crate::graphql::siblings::Siblings;
use crate::policy::Scope;
use crate::site::{Frame, LanguageFrame};

#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Taxonomy {
    Tags,
    Categories,
}

impl Taxonomy {
    /// The one that Hugo calls so; sites may have others, which are kept and not
    /// shown.
    #[must_use]
    pub fn named(plural: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|taxonomy| taxonomy.plural() == plural)
    }

    pub const ALL: [Self; 2] = [Self::Tags, Self::Categories];

    /// Hugo's name for it in front matter and in addresses.
    #[must_use]
    pub fn plural(self) -> &'static str {
        match self {
            Self::Tags => "tags",
            Self::Categories => "categories",
        }
    }

    #[must_use]
    pub fn singular(self) -> &'static str {
        match self {
            Self::Tags => "tag",
            Self::Categories => "category",
        }
    }

    #[must_use]
    pub fn id_kind(self) -> IdKind {
        match self {
            Self::Tags => IdKind::Tag,
            Self::Categories => IdKind::Category,
        }
    }
}

/// Hugo's names of all taxonomies of a language: those shown here, and what else
/// the site's configuration has.
#[must_use]
pub fn plurals<'a>(frame: &'a Frame, language: &LanguageFrame) -> Vec<&'a str> {
    let mut plurals: Vec<&str> = Taxonomy::ALL.map(Taxonomy::plural).into();
    for plural in frame.rules.taxonomies(&language.row.key).values() {
        if !plurals.contains(&plural.as_str()) {
            plurals.push(plural);
        }
    }
    plurals
}

/// The slug of the term whose address in a language would be this decoded path.
#[must_use]
pub fn slug_at(
    frame: &Frame,
    language: &LanguageFrame,
    plural: &str,
    path: &str,
) -> Option<String> {
    let folder = frame.term_path(language, plural, "");
    let slug = path.strip_prefix(folder.trim_end_matches('/'))?.strip_prefix('/')?;
    let slug = slug.trim_end_matches('/');
    (!slug.is_empty() && frame.term_path(language, plural, slug) == path).then(|| slug.to_owned())
}

/// A term's row, named in the language it was asked for.
#[derive(Debug, Clone)]
pub struct TermRow {
    pub id: Uuid,
    pub parent_id: Option<Uuid>,
    pub slug: String,
    pub name: String,
    /// The name that lists are sorted by: the same in every language.
    pub stored_name: String,
    pub description: Option<String>,
    pub version: i32,
}

/// A term among those that were read with it.
#[derive(Clone)]
pub struct Term {
    pub row: Arc<TermRow>,
    pub with: Arc<Siblings>,
    pub scope: Scope,
    /// What nested lists and addresses follow; none means all languages.
    pub language: Option<Arc<str>>,
}

impl Term {
    fn group(rows: Vec<(TermRow, Option<Arc<str>>)>, scope: &Scope) -> Vec<Self> {
        let with = Siblings::new(rows.iter().map(|(row, _)| row.id).collect());
        rows.into_iter()
            .map(|(row, language)| Self {
                row: Arc::new(row),
                with: Arc::clone(&with),
                scope: scope.clone(),
                language,
            })
            .collect()
    }
}
