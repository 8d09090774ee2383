//! Filters and orders of article lists.

use async_graphql::{Enum, InputObject, OneofObject};
use entity::article_copy::{Column, Model};

use crate::graphql::page::{Cursor, Key};
use crate::graphql::scalar::{DateTime, LanguageTag};

/// Which articles a list holds. Fields that are given must all hold; a field
/// that is null is not there.
#[derive(Debug, Clone, Default, InputObject)]
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
    /// Of use in the working view: the public sees only what is published.
    pub status: Option<Vec<ArticleStatus>>,
}

/// Conditions and values that a filter holds at most: databases take no more
/// than a few hundred in one statement.
pub const MAX_PARTS: usize = 500;

impl ArticleFilter {
    /// How many conditions and values it has, at any depth.
    #[must_use]
    pub fn parts(&self) -> usize {
        let Self {
            and,
            or,
            not,
            language: _,
            section,
            title,
            path,
            date: _,
            last_modified: _,
            tag,
            category,
            status,
        } = self;
        let texts = [section, title, path].into_iter().flatten();
        let terms = [tag, category].into_iter().flatten();
        let below = and.iter().flatten().chain(or.iter().flatten()).chain(not.as_deref());
        1 + texts.filter_map(|text| text.one_of.as_ref()).map(Vec::len).sum::<usize>()
            + terms.filter_map(|term| term.slug_in.as_ref()).map(Vec::len).sum::<usize>()
            + status.as_ref().map_or(0, Vec::len)
            + below.map(Self::parts).sum::<usize>()
    }
}

/// Compares a text. Letters of the Latin alphabet without accents are equal in
/// either case for `contains` and `startsWith`.
#[derive(Debug, Clone, Default, InputObject)]
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
#[derive(Debug, Clone, Default, InputObject)]
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
#[derive(Debug, Clone, Default, InputObject)]
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
