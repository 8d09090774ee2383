//! Tags, categories, and the terms of any other taxonomy that a site has.
//!
//! All are terms, in one table; GraphQL shows tags and categories as types of
//! their own, and the others as `Term`.
//! A term is one thing in all languages, with a name in each; its address and
//! what is counted follow the language in which it was asked for.
//!
//! What editors do to terms that articles carry is a [`change`]: it is planned
//! by reading alone, which is what a preview shows; it is one transaction and one
//! event; what stood before is kept with it; and it can be undone once.
//!
//! - `read`: terms by what is asked of them; `tree`: what is above and below.
//! - `page`: what the pages of terms say; `texts`: names and descriptions in languages.
//! - `write`: making, renaming, moving and deleting terms.
//! - `merge`: terms go into another; `merged`: what their ids mean since.
//! - `split`: some articles of a term get a new one.
//! - `redirects`: what leads from old addresses. `undo`: the way back.
//!
//! To add a kind of change: a function that makes its `Plan`, one that carries it
//! out and notes it, a case of `change::Before` and of `undo`, a proposal in
//! `preview`, and an input in `graphql::work`.
//!
//! To add a field of terms: a column, a field of [`TermRow`] and of `read::row`,
//! and a getter in `graphql::types` that all three types share.

mod addresses;
mod bring;
pub mod change;
mod graphql;
mod labels;
mod merge;
mod merged;
mod page;
mod preview;
mod read;
mod redirects;
mod split;
mod texts;
mod tree;
mod undo;
mod write;

use std::sync::Arc;

use uuid::Uuid;

pub use addresses::at_paths;
pub use bring::{NewTerm, bring};
pub use graphql::{
    AnyTerm, Category, Tag, TaxonomyMutation, TaxonomyObject, TaxonomyQuery, TaxonomyWorkMutation,
    TaxonomyWorkQuery, TermObject,
};
pub use labels::{Label, labels};
pub use merged::{keep_existing, resolve};
pub use page::source_at;
pub use read::{
    OfArticles, TermBy, TermOrder, by_ids, by_slugs, list, meant, most_used, names, of_articles,
    one, total, with_counts, with_counts_by_parent,
};
pub use texts::NewText;
pub use tree::{ancestors, children, descendants, parents};
pub use write::{Rename, create, delete, ensure_all, ensure_many, existing, known, rename};

use crate::graphql::id::IdKind;
use crate::graphql::siblings::Siblings;
use crate::policy::Scope;
use crate::site::{Frame, LanguageFrame};

/// A way to sort articles: the two that every site has, and any that a site adds.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum Taxonomy {
    Tags,
    Categories,
    /// By Hugo's plural: `series`.
    Other(Arc<str>),
}

impl Taxonomy {
    /// Those that have a type, fields and mutations of their own.
    pub const TYPED: [Self; 2] = [Self::Tags, Self::Categories];

    /// The one that Hugo calls so.
    #[must_use]
    pub fn named(plural: &str) -> Self {
        match plural {
            "tags" => Self::Tags,
            "categories" => Self::Categories,
            other => Self::Other(other.into()),
        }
    }

    /// Hugo's name for it in front matter and in addresses.
    #[must_use]
    pub fn plural(&self) -> &str {
        match self {
            Self::Tags => "tags",
            Self::Categories => "categories",
            Self::Other(plural) => plural,
        }
    }

    /// What one of its terms is called in a message.
    #[must_use]
    pub fn noun(&self) -> &'static str {
        match self {
            Self::Tags => "tag",
            Self::Categories => "category",
            Self::Other(_) => "term",
        }
    }

    #[must_use]
    pub fn id_kind(&self) -> IdKind {
        match self {
            Self::Tags => IdKind::Tag,
            Self::Categories => IdKind::Category,
            Self::Other(_) => IdKind::Term,
        }
    }
}

/// The slug of the term whose address in a language would be this decoded path.
#[must_use]
pub fn slug_at(
    frame: &Frame,
    language: &LanguageFrame,
    plural: &str,
    path: &str,
) -> Option<String> {
    /// A slug that no term has; where it stands in an address, any other could.
    const ANY: &str = "zzanyslugzz";
    let is_at = |slug: &&str| !slug.is_empty() && frame.term_path(language, plural, slug) == path;
    let named = || {
        let any = frame.term_path(language, plural, ANY);
        let (before, after) = any.split_once(ANY)?;
        path.strip_prefix(before)?.strip_suffix(after).filter(is_at)
    };
    // Its own page may put it anywhere, where another term's name would lead as well.
    let mut placed = frame.term_places.below(&language.row.key, plural);
    placed.find(is_at).or_else(named).map(str::to_owned)
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
    pub taxonomy: Taxonomy,
    pub weight: i32,
    /// How many articles carry it, where a list is sorted by that.
    pub count: Option<i64>,
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
