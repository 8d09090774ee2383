//! What the index holds: its fields, and a document.
//!
//! There is one document for each copy of an article, and one for both where the
//! working copy says what is published. Whether it may be seen is asked of its
//! fields whenever it is found: `view`, the window of time, and what tokens are
//! limited by.
//!
//! Nothing is stored but numbers: texts are read from the database when they are
//! shown. `text` holds everything that can be found, each part after a gap; the
//! fields beside it are small, and say where a word counts more.
//!
//! To change what is indexed: raise [`LAYOUT`], and every node builds a new index
//! beside the one that it answers from.

use entity::{Timestamp, View};
use sha2::{Digest, Sha256};
use tantivy::schema::{
    BytesOptions, FAST, Field, INDEXED, IndexRecordOption, NumericOptions, Schema,
    TextFieldIndexing, TextOptions,
};
use tantivy::{TantivyDocument, Term};
use uuid::Uuid;

use crate::error::{Error, Result};

/// The layout of the index; part of the name of its folder.
pub const LAYOUT: u32 = 3;

/// The names under which the index knows its analyses.
pub const ANALYSER: &str = "broadsheet";
pub const PAIR_ANALYSER: &str = "broadsheet-pairs";

/// Makes [`Fields`] from one list of names.
macro_rules! fields {
    ($($(#[$doc:meta])* $name:ident: $options:expr,)*) => {
        /// The fields of an index.
        #[derive(Debug, Clone, Copy)]
        pub struct Fields { $($(#[$doc])* pub $name: Field,)* }

        impl Fields {
            /// The fields of an index that has them, whatever layout it is of.
            pub fn of(schema: &Schema) -> Result<Self> {
                let field = |name| schema.get_field(name).map_err(Error::internal);
                Ok(Self { $($name: field(stringify!($name))?,)* })
            }
        }

        #[must_use]
        pub fn schema() -> Schema {
            let mut builder = Schema::builder();
            $($options.add(&mut builder, stringify!($name));)*
            builder.build()
        }
    };
}

fields! {
    /// Everything: each word and each letter of a dense script.
    text: Kind::Text,
    /// The pairs of frequent letters of `text`.
    pair: Kind::Pairs,
    title: Kind::Text,
    /// Summary, lead and description.
    summary: Kind::Text,
    heading: Kind::Text,
    tag: Kind::Text,
    category: Kind::Text,
    author: Kind::Text,
    /// The article's id, for replacing its documents; and in two halves, for reading.
    id: Kind::Key,
    id_high: Kind::Number,
    id_low: Kind::Number,
    /// `entity::View`, as its number.
    view: Kind::Filter,
    owner: Kind::Key,
    language: Kind::Name,
    section: Kind::Name,
    /// Ids of tags and of categories.
    tag_id: Kind::Keys,
    category_id: Kind::Keys,
    visible_from: Kind::Signed,
    visible_until: Kind::Signed,
    date: Kind::Signed,
    last_modified: Kind::Signed,
    /// Months since the year 0 of the date where it was written.
    month: Kind::Signed,
    /// Of everything that went into the document.
    print: Kind::Number,
}

enum Kind {
    Text,
    Pairs,
    Name,
    Key,
    Keys,
    Filter,
    Number,
    Signed,
}

impl Kind {
    fn add(&self, builder: &mut tantivy::schema::SchemaBuilder, name: &str) {
        let indexed = |tokenizer: &str, option| {
            TextFieldIndexing::default().set_tokenizer(tokenizer).set_index_option(option)
        };
        match self {
            Self::Text => {
                let indexing = indexed(ANALYSER, IndexRecordOption::WithFreqsAndPositions);
                let options = TextOptions::default().set_indexing_options(indexing);
                builder.add_text_field(name, options);
            }
            Self::Pairs => {
                let indexing = indexed(PAIR_ANALYSER, IndexRecordOption::WithFreqs);
                let options = TextOptions::default().set_indexing_options(indexing);
                builder.add_text_field(name, options);
            }
            Self::Name => {
                let indexing = indexed("raw", IndexRecordOption::Basic).set_fieldnorms(false);
                let options = TextOptions::default().set_indexing_options(indexing).set_fast("raw");
                builder.add_text_field(name, options);
            }
            Self::Key => {
                builder.add_bytes_field(name, BytesOptions::default().set_indexed());
            }
            Self::Keys => {
                builder.add_bytes_field(name, BytesOptions::default().set_indexed().set_fast());
            }
            Self::Filter => {
                builder.add_u64_field(name, NumericOptions::from(INDEXED));
            }
            Self::Number => {
                builder.add_u64_field(name, NumericOptions::from(FAST));
            }
            Self::Signed => {
                builder.add_i64_field(name, NumericOptions::from(FAST));
            }
        }
    }
}

/// What the index is told of a copy, or of both copies that say the same.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Document {
    pub id: Uuid,
    pub views: Vec<View>,
    pub owner: Option<Uuid>,
    pub language: String,
    pub section: String,
    pub tag_ids: Vec<Uuid>,
    pub category_ids: Vec<Uuid>,
    pub visible_from: Timestamp,
    pub visible_until: Timestamp,
    pub date: Timestamp,
    pub utc_offset: i32,
    pub last_modified: Timestamp,
    pub title: String,
    pub summaries: Vec<String>,
    pub headings: Vec<String>,
    pub tags: Vec<String>,
    pub categories: Vec<String>,
    pub authors: Vec<String>,
    pub body: String,
}

impl Document {
    /// Of everything that the index is told: two documents with the same print
    /// are the same.
    #[must_use]
    pub fn print(&self) -> u64 {
        let Self {
            id,
            views,
            owner,
            language,
            section,
            tag_ids,
            category_ids,
            visible_from,
            visible_until,
            date,
            utc_offset,
            last_modified,
            title,
            summaries,
            headings,
            tags,
            categories,
            authors,
            body,
        } = self;
        let mut hash = Sha256::new();
        hash.update(id.as_bytes());
        for view in views {
            hash.update([*view as u8]);
        }
        hash.update(owner.unwrap_or_default().as_bytes());
        for terms in [tag_ids, category_ids] {
            hash.update((terms.len() as u64).to_le_bytes());
            for term in terms {
                hash.update(term.as_bytes());
            }
        }
        for time in [visible_from, visible_until, date, last_modified] {
            hash.update(time.0.to_le_bytes());
        }
        hash.update(utc_offset.to_le_bytes());
        let one = std::slice::from_ref::<String>;
        for texts in [one(language), one(section), one(title), summaries, headings] {
            update(&mut hash, texts);
        }
        for texts in [tags, categories, authors, one(body)] {
            update(&mut hash, texts);
        }
        let digest: [u8; 32] = hash.finalize().into();
        u64::from_le_bytes([0, 1, 2, 3, 4, 5, 6, 7].map(|at: usize| digest[at]))
    }

    /// As Tantivy takes it.
    #[must_use]
    pub fn indexed(&self, fields: &Fields) -> TantivyDocument {
        let mut document = TantivyDocument::default();
        let one = std::slice::from_ref::<String>;
        for (field, texts) in [
            (fields.title, one(&self.title)),
            (fields.summary, &self.summaries),
            (fields.heading, &self.headings),
            (fields.tag, &self.tags),
            (fields.category, &self.categories),
            (fields.author, &self.authors),
        ] {
            for text in texts {
                document.add_text(field, text);
                // What the body says as well is found there.
                if field != fields.heading && (field != fields.summary || !self.body.contains(text))
                {
                    document.add_text(fields.text, text);
                    document.add_text(fields.pair, text);
                }
            }
        }
        document.add_text(fields.text, &self.body);
        document.add_text(fields.pair, &self.body);
        document.add_text(fields.language, &self.language);
        document.add_text(fields.section, &self.section);
        let (high, low) = self.id.as_u64_pair();
        document.add_bytes(fields.id, self.id.as_bytes());
        document.add_u64(fields.id_high, high);
        document.add_u64(fields.id_low, low);
        for view in &self.views {
            document.add_u64(fields.view, *view as u64);
        }
        if let Some(owner) = self.owner {
            document.add_bytes(fields.owner, owner.as_bytes());
        }
        for (field, terms) in
            [(fields.tag_id, &self.tag_ids), (fields.category_id, &self.category_ids)]
        {
            for term in terms {
                document.add_bytes(field, term.as_bytes());
            }
        }
        for (field, time) in [
            (fields.visible_from, self.visible_from),
            (fields.visible_until, self.visible_until),
            (fields.date, self.date),
            (fields.last_modified, self.last_modified),
        ] {
            document.add_i64(field, time.0);
        }
        document.add_i64(fields.month, month(self.date, self.utc_offset));
        document.add_u64(fields.print, self.print());
        document
    }
}

fn update(hash: &mut Sha256, texts: &[String]) {
    hash.update((texts.len() as u64).to_le_bytes());
    for text in texts {
        hash.update((text.len() as u64).to_le_bytes());
        hash.update(text);
    }
}

/// The month of a date, where it was written.
fn month(date: Timestamp, utc_offset: i32) -> i64 {
    use chrono::Datelike;
    let there = Timestamp(date.0.saturating_add(i64::from(utc_offset) * 1_000_000)).utc();
    i64::from(there.year()) * 12 + i64::from(there.month0())
}

/// The term that all documents of an article have.
#[must_use]
pub fn id_term(fields: &Fields, id: Uuid) -> Term {
    Term::from_field_bytes(fields.id, id.as_bytes())
}

/// The terms of the index that say that a document carries a tag or a category.
#[must_use]
pub fn carries(fields: &Fields, term: Uuid) -> [Term; 2] {
    [fields.tag_id, fields.category_id].map(|field| Term::from_field_bytes(field, term.as_bytes()))
}

/// An id, from its halves.
#[must_use]
pub fn id(high: u64, low: u64) -> Uuid {
    Uuid::from_u64_pair(high, low)
}
