//! What narrows a search.

use async_graphql::InputObject;

use crate::article::filter::{DateTimeFilter, TermFilter};
use crate::article::read;
use crate::ctx::Ctx;
use crate::error::{Error, Result};
use crate::graphql::scalar::DateTime;
use crate::search::collect::Span;
use crate::search::find::Narrow;
use crate::taxonomy::Taxonomy;

/// Values of a filter in all.
const MOST: usize = 100;

/// Which articles a search is among. Fields that are given must all hold.
#[derive(Debug, Clone, Default, InputObject)]
pub struct SearchFilter {
    /// In one of these sections, the first part of an article's path.
    sections: Option<Vec<String>>,
    /// For each of these, with a tag like it.
    tags: Option<Vec<TermFilter>>,
    /// For each of these, in a category like it.
    categories: Option<Vec<TermFilter>>,
    /// With no tag like this.
    without_tag: Option<TermFilter>,
    /// In no category like this.
    without_category: Option<TermFilter>,
    /// By the date that they bear.
    date: Option<DateTimeFilter>,
    /// By their last change.
    last_modified: Option<DateTimeFilter>,
}

impl SearchFilter {
    pub async fn narrow(self, ctx: &Ctx, language: Option<String>) -> Result<Narrow> {
        let Self { sections, tags, categories, without_tag, without_category, date, last_modified } =
            self;
        let (tags, categories) = (tags.unwrap_or_default(), categories.unwrap_or_default());
        let count = sections.as_ref().map_or(0, Vec::len) + tags.len() + categories.len();
        if count > MOST {
            return Err(Error::bad_input(format!(
                "`filter` has {count} values, and {MOST} are allowed"
            )));
        }
        let mut narrow = Narrow {
            languages: language.map(|language| vec![language]),
            sections,
            date: date.as_ref().map(span),
            last_modified: last_modified.as_ref().map(span),
            ..Narrow::default()
        };
        for (taxonomy, filters) in [(Taxonomy::Tags, tags), (Taxonomy::Categories, categories)] {
            for filter in &filters {
                narrow.terms.push(read::term_ids(ctx, &taxonomy, filter).await?);
            }
        }
        for (taxonomy, filter) in
            [(Taxonomy::Tags, without_tag), (Taxonomy::Categories, without_category)]
        {
            if let Some(filter) = filter {
                narrow.without.extend(read::term_ids(ctx, &taxonomy, &filter).await?);
            }
        }
        Ok(narrow)
    }
}

fn span(filter: &DateTimeFilter) -> Span {
    let DateTimeFilter { gt, gte, lt, lte } = filter;
    let at = |time: &DateTime| time.timestamp().0;
    let from = [gt.as_ref().map(|time| at(time).saturating_add(1)), gte.as_ref().map(at)];
    let until = [lt.as_ref().map(at), lte.as_ref().map(|time| at(time).saturating_add(1))];
    Span {
        from: from.into_iter().flatten().max().unwrap_or(i64::MIN),
        until: until.into_iter().flatten().min().unwrap_or(i64::MAX),
    }
}
