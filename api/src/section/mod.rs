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
    all, at, below, build, deepest, languages, linked, named, title_of, top, written_at,
};

use entity::section;

use crate::article::Parent;
use crate::article::filter::{ArticleFilter, Own, StringFilter};
use crate::article::read::Parents;
use crate::graphql::scalar::LanguageTag;
use crate::graphql::siblings::Siblings;
use crate::policy::Scope;
use crate::site::Frame;

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
    fn group(rows: Vec<section::Model>, frame: &Frame, scope: &Scope) -> Vec<Self> {
        let rows: Vec<_> = rows.into_iter().map(Arc::new).collect();
        let own = rows.iter().map(|row| own_filter(frame, row));
        let any = rows.iter().map(|row| {
            let chain = frame.chain(frame.language_of(&row.language));
            let languages = chain.iter().filter_map(|tag| frame.language(tag));
            within(row, &languages.map(|language| frame.prefix(language)).collect::<Vec<_>>())
        });
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
    pub(crate) fn filter(&self, frame: &Frame) -> ArticleFilter {
        own_filter(frame, &self.row)
    }

    fn parent(&self, fallback: bool) -> Parent {
        let Group { with, own, any_language, .. } = &*self.group;
        let parents = Arc::clone(if fallback { any_language } else { own });
        Parent { with: Arc::clone(with), parents, id: Parents::id(self.index) }
    }
}

/// What is below a section in its language.
fn own_filter(frame: &Frame, row: &section::Model) -> ArticleFilter {
    ArticleFilter {
        language: Some(LanguageTag(row.language.clone())),
        ..within(row, &[frame.prefix(frame.language_of(&row.language))])
    }
}

/// What is below a section; the prefixes are those of the languages meant.
fn within(row: &section::Model, prefixes: &[String]) -> ArticleFilter {
    if row.name.is_empty() {
        return ArticleFilter::default();
    }
    if !row.name.contains('/') {
        let section = Some(StringFilter { eq: Some(row.name.clone()), ..StringFilter::default() });
        return ArticleFilter { section, ..ArticleFilter::default() };
    }
    // Its own address says how its folders are spelt there.
    let own = prefixes.iter().find_map(|prefix| row.path.strip_prefix(prefix.as_str()));
    let below = |prefix: &String| ArticleFilter {
        own: Some(Own::Below(format!("{prefix}{}", own.unwrap_or(&row.path)))),
        ..ArticleFilter::default()
    };
    ArticleFilter { or: Some(prefixes.iter().map(below).collect()), ..ArticleFilter::default() }
}

/// The articles at the top that are in no section have the home page's.
const HOME: &str = "";
