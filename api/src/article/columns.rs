//! Which columns of a copy a query needs, and how they are read.
//!
//! A list that shows titles reads titles: each field of the GraphQL type names
//! the columns it is made of (`graphql::types::columns_of`), and only those are
//! selected.

use entity::article_copy::{Column, Model};
use entity::{Json, View};
use sea_orm::{DbErr, Iterable};
use uuid::Uuid;

use crate::db::Row;

/// A set of columns of `article_copy`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Columns(u64);

impl Columns {
    /// What every row carries: its identity, and what its children need.
    pub const BASE: Self = Self::of(&[Column::View, Column::ArticleId, Column::Language]);
    pub const ALL: Self = Self(u64::MAX);

    #[must_use]
    pub const fn of(columns: &[Column]) -> Self {
        let mut bits = 0;
        let mut index = 0;
        while index < columns.len() {
            bits |= 1 << columns[index] as u64;
            index += 1;
        }
        Self(bits)
    }

    #[must_use]
    pub fn with(self, other: Self) -> Self {
        Self(self.0 | other.0)
    }

    #[must_use]
    pub fn have(self, column: Column) -> bool {
        self.0 & (1 << column as u64) != 0
    }

    pub fn iter(self) -> impl Iterator<Item = Column> {
        Column::iter().filter(move |column| self.0 & (1 << *column as u64) != 0)
    }
}

/// Makes [`read`] and [`blank`] from one list, so that a column that is added to
/// the table does not compile until it is added here.
macro_rules! fields {
    ($($column:ident $field:ident = $blank:expr,)*) => {
        /// A row of which nothing was read.
        fn blank() -> Model {
            Model { $($field: $blank,)* }
        }

        /// Reads the columns, which the statement selected in this order; the
        /// other fields of the row are blank and must not be looked at.
        pub fn read(result: &Row, columns: Columns) -> Result<Model, DbErr> {
            let mut row = blank();
            for (index, column) in columns.iter().enumerate() {
                match column {
                    $(Column::$column => row.$field = result.get(index)?,)*
                }
            }
            Ok(row)
        }
    };
}

fields! {
    View view = View::Published,
    ArticleId article_id = Uuid::nil(),
    RevisionId revision_id = Uuid::nil(),
    BodyId body_id = Uuid::nil(),
    OwnerId owner_id = None,
    Version version = 0,
    Language language = String::new(),
    VisibleFrom visible_from = entity::Timestamp::ALWAYS,
    VisibleUntil visible_until = entity::Timestamp::NEVER,
    ReleasedFrom released_from = None,
    ReleasedUntil released_until = None,
    Section section = String::new(),
    Slug slug = String::new(),
    Path path = String::new(),
    TranslationKey translation_key = String::new(),
    Title title = String::new(),
    LinkTitle link_title = None,
    Summary summary = String::new(),
    Lead lead = None,
    Description description = None,
    Date date = entity::Timestamp::UNDATED,
    UtcOffset utc_offset = 0,
    LastModified last_modified = entity::Timestamp::UNDATED,
    CreatedAt created_at = entity::Timestamp::UNDATED,
    Weight weight = 0,
    Comments comments = None,
    Authorbox authorbox = None,
    Pager pager = None,
    Toc toc = None,
    Mathjax mathjax = None,
    Sidebar sidebar = None,
    SourceName source_name = None,
    SourceUrl source_url = None,
    CanonicalUrl canonical_url = None,
    WordCount word_count = 0,
    ReadingTime reading_time = 0,
    Thumbnail thumbnail = Json::default(),
    Authors authors = Json::default(),
    Aliases aliases = Json::default(),
    Widgets widgets = Json::default(),
    Params params = Json::default(),
    Listed listed = true,
    Render render = entity::Render::Always,
    LogicalPath logical_path = String::new(),
}
