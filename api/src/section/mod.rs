//! Sections: the folders that articles live in.
//!
//! A section is there when it has a page of its own (`_index.md` in Hugo) or an
//! article that may be seen; the first kind knows its title and says something.
//! Below the first level, only the first kind is.
//!
//! Sections that were found together are siblings: what hangs on them is read for
//! all in one statement.

mod graphql;
mod read;
mod rendering;

use std::sync::Arc;

pub use graphql::SectionQuery;
pub use read::{
    all, at, below, build, deepest, languages, linked, named, present, shown, title_of, top,
    written_at,
};

use entity::section;

use crate::article::Parent;
use crate::article::filter::{ArticleFilter, Own, StringFilter};
use crate::article::read::Parents;
use crate::graphql::scalar::LanguageTag;
use crate::graphql::siblings::Siblings;
use crate::policy::Scope;

/// A folder of articles in one language.
#[derive(Clone)]
pub struct Section {
    pub(crate) row: Arc<section::Model>,
    index: usize,
    group: Arc<Group>,
}

/// Sections that were found together.
struct Group {
    with: Arc<Siblings>,
    rows: Vec<Arc<section::Model>>,
    own: Arc<Parents>,
    /// The same where other languages may stand in.
    any_language: Arc<Parents>,
    scope: Scope,
}

impl Section {
    fn group(rows: Vec<section::Model>, scope: &Scope) -> Vec<Self> {
        let rows: Vec<_> = rows.into_iter().map(Arc::new).collect();
        let own = rows.iter().map(|row| own_filter(row));
        let any = rows.iter().map(|row| within(row));
        let group = Arc::new(Group {
            with: Siblings::new((0..rows.len()).map(Parents::id).collect()),
            own: Arc::new(Parents::Filters(own.collect())),
            any_language: Arc::new(Parents::Filters(any.collect())),
            rows: rows.clone(),
            scope: scope.clone(),
        });
        rows.into_iter()
            .enumerate()
            .map(|(index, row)| Self { row, index, group: Arc::clone(&group) })
            .collect()
    }

    pub(crate) fn scope(&self) -> &Scope {
        &self.group.scope
    }

    /// The articles below it, in its language.
    pub(crate) fn filter(&self) -> ArticleFilter {
        own_filter(&self.row)
    }

    fn parent(&self, fallback: bool) -> Parent {
        let Group { with, own, any_language, .. } = &*self.group;
        let parents = Arc::clone(if fallback { any_language } else { own });
        Parent { with: Arc::clone(with), parents, id: Parents::id(self.index) }
    }
}

/// What is below a section in its language.
fn own_filter(row: &section::Model) -> ArticleFilter {
    ArticleFilter { language: Some(LanguageTag(row.language.clone())), ..within(row) }
}

/// What is below a section in any language.
fn within(row: &section::Model) -> ArticleFilter {
    if row.name.is_empty() {
        return ArticleFilter::default();
    }
    if row.name.contains('/') {
        return ArticleFilter {
            own: Some(Own::Below(row.name.clone())),
            ..ArticleFilter::default()
        };
    }
    let section = Some(StringFilter { eq: Some(row.name.clone()), ..StringFilter::default() });
    ArticleFilter { section, ..ArticleFilter::default() }
}

/// The articles at the top that are in no section have the home page's.
const HOME: &str = "";
