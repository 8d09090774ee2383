//! Filters and orders of article lists.

use std::sync::Arc;

use async_graphql::{Enum, ID, InputObject, OneofObject};
use entity::article_copy::{Column, Model};
use uuid::Uuid;

use super::review::ReviewState;
use crate::graphql::page::{Cursor, Key};
use crate::graphql::scalar::{DateTime, LanguageTag};
use crate::taxonomy::Taxonomy;

/// Which articles a list holds. Fields that are given must all hold; a field
/// that is null is not there.
#[derive(Debug, Clone, Default, PartialEq, InputObject)]
pub struct ArticleFilter {
    /// All of these must hold.
    pub and: Option<Vec<ArticleFilter>>,
    /// At least one of these must hold.
    pub or: Option<Vec<ArticleFilter>>,
    /// This must not hold.
    pub not: Option<Box<ArticleFilter>>,
    /// Articles in this language.
    pub language: Option<LanguageTag>,
    /// By the first part of their path.
    pub section: Option<StringFilter>,
    /// By their title.
    pub title: Option<StringFilter>,
    /// By their address, not encoded.
    pub path: Option<StringFilter>,
    /// By the date that they bear.
    pub date: Option<DateTimeFilter>,
    /// By their last change.
    pub last_modified: Option<DateTimeFilter>,
    /// Articles with a tag like this.
    pub tag: Option<TermFilter>,
    /// Articles in a category like this.
    pub category: Option<TermFilter>,
    /// Articles with a term like this, of any taxonomy.
    pub term: Option<TaxonomyTermFilter>,
    /// Of use in the working view: the public sees only what is published.
    pub status: Option<Vec<ArticleStatus>>,
    /// By where their review stands. Only where working copies are read.
    pub review: Option<Vec<ReviewState>>,
    /// Articles about which this user is to do something. Only where working
    /// copies are read.
    pub assigned_to: Option<ID>,
    /// What no input says.
    #[graphql(skip)]
    pub own: Option<Own>,
}

/// What only the server itself asks of a list.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Own {
    /// These articles.
    Ids(Vec<Uuid>),
    /// Articles that carry one of these terms.
    Carrying(Vec<Uuid>),
    /// Articles in the folder of the section of this name.
    Below(String),
    /// Articles with one of these lists of authors, as they are stored.
    Authors(Vec<String>),
    /// Of the translations of an article, those in the first of these languages
    /// that has any; takes the place of a condition on the language.
    Fallback(Vec<Arc<str>>),
    /// One article of each group of translations that has none in some of these
    /// languages: the source, with the default language.
    Untranslated { languages: Vec<Arc<str>>, default: Arc<str> },
    /// Translations whose source has changed since they said it last, with the
    /// default language.
    Outdated { default: Arc<str> },
}

/// Conditions and values that a filter holds at most: SQLite takes a statement
/// of a thousand nested expressions, and counts by tag name the filter twice.
pub const MAX_PARTS: usize = 300;

impl ArticleFilter {
    /// All articles of a language, or of all.
    #[must_use]
    pub fn in_language(language: Option<&str>) -> Self {
        let language = language.map(|tag| LanguageTag(tag.to_owned()));
        Self { language, ..Self::default() }
    }

    /// The same where another filter holds as well.
    #[must_use]
    pub fn and(mut self, other: Self) -> Self {
        if other != Self::default() {
            self.and.get_or_insert_default().push(other);
        }
        self
    }

    /// The language of all that it lets through, where it says so and no other
    /// may stand in.
    #[must_use]
    pub fn one_language(&self) -> Option<&str> {
        let language = self.language.as_ref().map(|tag| tag.0.as_str());
        language.filter(|_| !matches!(self.own, Some(Own::Fallback(_))))
    }

    /// Whether it says nothing beyond a language.
    #[must_use]
    pub fn is_language_alone(&self) -> bool {
        *self == Self { language: self.language.clone(), ..Self::default() }
    }

    /// How many conditions and values it has, at any depth.
    #[must_use]
    pub fn parts(&self) -> usize {
        let Self {
            and,
            or,
            not,
            language,
            section,
            title,
            path,
            date,
            last_modified,
            tag,
            category,
            term,
            status,
            review,
            assigned_to,
            own: _,
        } = self;
        let texts = [section, title, path].into_iter().flatten().map(StringFilter::parts);
        let times = [date, last_modified].into_iter().flatten().map(DateTimeFilter::parts);
        let terms = [tag, category].into_iter().flatten().map(TermFilter::parts);
        let below = and.iter().flatten().chain(or.iter().flatten()).chain(not.as_deref());
        let own = 1
            + given(&[language.is_some(), assigned_to.is_some()])
            + term.as_ref().map_or(0, TaxonomyTermFilter::parts)
            + status.as_ref().map_or(0, Vec::len)
            + review.as_ref().map_or(0, Vec::len);
        own + texts.chain(times).chain(terms).chain(below.map(Self::parts)).sum::<usize>()
    }
}

fn given(conditions: &[bool]) -> usize {
    conditions.iter().filter(|given| **given).count()
}

impl StringFilter {
    fn parts(&self) -> usize {
        let Self { eq, one_of, contains, starts_with } = self;
        given(&[eq.is_some(), contains.is_some(), starts_with.is_some()])
            + one_of.as_ref().map_or(0, Vec::len)
    }
}

impl DateTimeFilter {
    fn parts(&self) -> usize {
        let Self { gt, gte, lt, lte } = self;
        given(&[gt.is_some(), gte.is_some(), lt.is_some(), lte.is_some()])
    }
}

impl TermFilter {
    fn parts(&self) -> usize {
        let Self { id, slug, slug_in, include_descendants: _ } = self;
        // Each is a query of its own, inside the other.
        1 + given(&[id.is_some(), slug.is_some()]) + slug_in.as_ref().map_or(0, Vec::len)
    }
}

impl TaxonomyTermFilter {
    fn parts(&self) -> usize {
        let Self { taxonomy: _, id, slug, slug_in, include_descendants: _ } = self;
        1 + given(&[id.is_some(), slug.is_some()]) + slug_in.as_ref().map_or(0, Vec::len)
    }

    /// The taxonomy, and the filter of its terms.
    #[must_use]
    pub fn of_one(&self) -> (Taxonomy, TermFilter) {
        let Self { taxonomy, id, slug, slug_in, include_descendants } = self.clone();
        (Taxonomy::named(&taxonomy), TermFilter { id, slug, slug_in, include_descendants })
    }
}

/// Compares a text. Letters of the Latin alphabet without accents are equal in
/// either case for `contains` and `startsWith`.
#[derive(Debug, Clone, Default, PartialEq, InputObject)]
pub struct StringFilter {
    /// Is this text.
    pub eq: Option<String>,
    /// Is one of these texts.
    #[graphql(name = "in")]
    pub one_of: Option<Vec<String>>,
    /// Holds this text.
    pub contains: Option<String>,
    /// Begins with this text.
    pub starts_with: Option<String>,
}

/// Compares a moment.
#[derive(Debug, Clone, Default, PartialEq, InputObject)]
pub struct DateTimeFilter {
    /// Later than this.
    pub gt: Option<DateTime>,
    /// At this moment or later.
    pub gte: Option<DateTime>,
    /// Earlier than this.
    pub lt: Option<DateTime>,
    /// At this moment or earlier.
    pub lte: Option<DateTime>,
}

/// Names tags or categories.
#[derive(Debug, Clone, Default, PartialEq, InputObject)]
pub struct TermFilter {
    /// The one with this id.
    pub id: Option<async_graphql::ID>,
    /// The one with this slug.
    pub slug: Option<String>,
    /// Any of these slugs.
    pub slug_in: Option<Vec<String>>,
    /// Whether terms below count as well.
    #[graphql(default)]
    pub include_descendants: bool,
}

/// Names terms of any taxonomy.
#[derive(Debug, Clone, Default, PartialEq, InputObject)]
pub struct TaxonomyTermFilter {
    /// The taxonomy, by the plural that Hugo uses: `series`.
    pub taxonomy: String,
    /// The one with this id.
    pub id: Option<async_graphql::ID>,
    /// The one with this slug.
    pub slug: Option<String>,
    /// Any of these slugs.
    pub slug_in: Option<Vec<String>>,
    /// Whether terms below count as well.
    #[graphql(default)]
    pub include_descendants: bool,
}

/// One article, by what makes it unique.
#[derive(Debug, Clone, OneofObject)]
pub enum ArticleBy {
    /// By its id.
    Id(async_graphql::ID),
    /// The address without scheme and host, percent-encoded or not.
    Path(String),
}

/// Where an article stands now: follows from its fields and the clock.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Enum)]
pub enum ArticleStatus {
    /// Nothing of it is published.
    Draft,
    /// Goes live at a later time.
    Scheduled,
    /// The public sees it.
    Published,
    /// Was live until its time ran out.
    Expired,
    /// Put aside, out of every list.
    Archived,
    /// In the trash.
    Trashed,
}

/// Which way a list is sorted.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Enum)]
pub enum OrderDirection {
    /// Smallest, earliest or first in the alphabet first.
    Asc,
    /// Largest, latest or last in the alphabet first.
    Desc,
}

/// What a list is sorted by; ties are broken by the order of creation.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Enum)]
pub enum ArticleOrderField {
    /// The date that they bear.
    Date,
    /// Their last change.
    LastModified,
    /// When they were made here.
    CreatedAt,
    /// Their title, by Unicode code points.
    Title,
    /// Their weight.
    Weight,
}

/// How a list of articles is sorted.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, InputObject)]
pub struct ArticleOrder {
    /// What to sort by.
    pub field: ArticleOrderField,
    /// Which way.
    #[graphql(default_with = "OrderDirection::Desc")]
    pub direction: OrderDirection,
}

impl Default for ArticleOrder {
    /// Newest first.
    fn default() -> Self {
        Self { field: ArticleOrderField::Date, direction: OrderDirection::Desc }
    }
}

impl ArticleOrder {
    #[must_use]
    pub fn column(self) -> Column {
        match self.field {
            ArticleOrderField::Date => Column::Date,
            ArticleOrderField::LastModified => Column::LastModified,
            ArticleOrderField::CreatedAt => Column::CreatedAt,
            ArticleOrderField::Title => Column::Title,
            ArticleOrderField::Weight => Column::Weight,
        }
    }

    #[must_use]
    pub fn descending(self) -> bool {
        self.direction == OrderDirection::Desc
    }

    /// Marks the cursors of this order.
    #[must_use]
    pub fn mark(self) -> u8 {
        let field = match self.field {
            ArticleOrderField::Date => 0,
            ArticleOrderField::LastModified => 1,
            ArticleOrderField::CreatedAt => 2,
            ArticleOrderField::Title => 3,
            ArticleOrderField::Weight => 4,
        };
        field * 2 + u8::from(self.descending())
    }

    #[must_use]
    pub fn cursor(self, row: &Model) -> Cursor {
        let key = match self.field {
            ArticleOrderField::Date => Key::Number(row.date.0),
            ArticleOrderField::LastModified => Key::Number(row.last_modified.0),
            ArticleOrderField::CreatedAt => Key::Number(row.created_at.0),
            ArticleOrderField::Title => Key::Text(row.title.clone()),
            ArticleOrderField::Weight => Key::Number(row.weight.into()),
        };
        Cursor { order: self.mark(), key, id: row.article_id }
    }
}
