//! Bringing a state of an article from elsewhere together with what was saved
//! here: what a file of a Hugo site says, beside the working copy.
//!
//! **Invariants.** It is merged as saves are, by field and by block; where the
//! sides disagree nothing is written. What is merged is one more version, so
//! that each side can be found in the history.

use std::collections::HashMap;

use chrono::{DateTime, FixedOffset};
use entity::{article, article_copy, revision};
use sea_orm::{EntityTrait, QuerySelect};
use serde_json::{Value, json};
use uuid::Uuid;

use super::away;
use super::content::Content;
use super::fields;
use super::history::{self, Stored};
use super::merge::{self, Fields};
use super::projection;
use super::write::{Note, insert_body, publish_in, save, working};
use crate::error::{Error, Result};
use crate::event::Write;
use crate::taxonomy::{self, Taxonomy};

/// An article at one time.
#[derive(Debug, Clone)]
pub struct State {
    pub content: Content,
    pub text: String,
    pub version: i32,
}

/// A field that both sides changed, each in its way.
#[derive(Debug)]
pub struct Disagreement {
    pub field: String,
    pub base: Value,
    pub mine: Value,
    pub theirs: Value,
}

/// What both sides make together.
#[derive(Debug)]
pub struct Together {
    fields: Fields,
    text: String,
}

impl State {
    async fn of(write: &Write<'_>, stored: Stored) -> Result<Option<Self>> {
        let Stored { row, content } = stored;
        let text = history::text(write, row.body_id).await?;
        Ok(text.map(|text| Self { content, text, version: row.version }))
    }

    /// The article at a version, while that is kept.
    pub async fn at(write: &Write<'_>, id: Uuid, version: i32) -> Result<Option<Self>> {
        match history::at_version(write, id, version).await? {
            Some(stored) => Self::of(write, stored).await,
            None => Ok(None),
        }
    }

    /// The working copy.
    pub async fn working(write: &Write<'_>, head: &article::Model) -> Result<Self> {
        let stored = working(write, head).await?;
        let state = Self::of(write, stored).await?;
        state.ok_or_else(|| Error::internal("a body is missing"))
    }

    /// What is published.
    pub async fn published(write: &Write<'_>, copy: &article_copy::Model) -> Result<Self> {
        let row = revision::Entity::find_by_id(copy.revision_id).one(write.txn()).await?;
        let row = row.ok_or_else(|| Error::internal("the published revision is missing"))?;
        let state = Self::of(write, Stored::of(row)?).await?;
        state.ok_or_else(|| Error::internal("a body is missing"))
    }

    fn fields(&self) -> Result<Fields> {
        let mut fields = fields::of(&self.content)?;
        fields.insert(fields::BODY.to_owned(), json!(self.text));
        Ok(fields)
    }

    /// This state with what a file changed between two readings of it.
    ///
    /// A file says less than an article: what it does not say is left as it is.
    pub fn with_changes(
        &self,
        before: (&Content, &str),
        after: (&Content, &str),
        same_terms: impl Fn(&str) -> bool,
    ) -> Result<Self> {
        let (old, new) = (fields::of(before.0)?, fields::of(after.0)?);
        let mut all = fields::of(&self.content)?;
        for (field, value) in new {
            let changed = match field.as_str() {
                // These follow from where a file lies, which the readings share.
                "section" | "translationKey" => true,
                "terms" => {
                    let own = |taxonomy: &String| {
                        !Taxonomy::TYPED.iter().any(|one| one.plural() == taxonomy)
                    };
                    let names = after.0.terms.keys().chain(self.content.terms.keys());
                    names.filter(|taxonomy| own(taxonomy)).any(|taxonomy| !same_terms(taxonomy))
                }
                field if Taxonomy::TYPED.iter().any(|one| one.plural() == field) => {
                    !same_terms(field)
                }
                field => old.get(field) != Some(&value),
            };
            if changed {
                all.insert(field, value);
            }
        }
        let text = if before.1 == after.1 { &self.text } else { after.1 };
        let content = fields::put(all, after.0)?;
        Ok(Self { content, text: text.to_owned(), version: self.version })
    }
}

/// Merges two states that were made from one.
pub async fn merge(
    write: &Write<'_>,
    base: &State,
    mine: &State,
    theirs: &State,
) -> Result<std::result::Result<Together, Vec<Disagreement>>> {
    let (base, mine, theirs) = (base.fields()?, mine.fields()?, theirs.fields()?);
    let mut fields = Fields::new();
    let mut open = Vec::new();
    for (field, value) in merge::fields(&base, &mine, &theirs) {
        match value {
            Some(value) => {
                fields.insert(field, value);
            }
            None => open.push(field),
        }
    }
    if open.is_empty() {
        let text = match fields.shift_remove(fields::BODY) {
            Some(Value::String(text)) => text,
            _ => String::new(),
        };
        return Ok(Ok(Together { fields, text }));
    }
    let ids = [&base, &mine, &theirs].into_iter().flat_map(fields::terms).collect();
    let names: HashMap<Uuid, String> = taxonomy::names(write.txn(), ids).await?;
    let of = |side: &Fields, field: &str| {
        fields::readable(field, side.get(field).unwrap_or(&Value::Null), &names)
    };
    Ok(Err(open
        .into_iter()
        .map(|field| Disagreement {
            base: of(&base, &field),
            mine: of(&mine, &field),
            theirs: of(&theirs, &field),
            field,
        })
        .collect()))
}

impl Together {
    /// As a state, beside a content that says what fields do not.
    pub fn state(&self, beside: &Content, version: i32) -> Result<State> {
        let content = fields::put(self.fields.clone(), beside)?;
        Ok(State { content, text: self.text.clone(), version })
    }

    /// Saves it as the next version of the working copy.
    pub async fn save(
        self,
        write: &mut Write<'_>,
        id: Uuid,
        message: String,
        from: i32,
    ) -> Result<()> {
        let Self { fields, text } = self;
        let frame = write.frame().await?;
        let head = article::Entity::find_by_id(id)
            .lock_exclusive()
            .one(write.txn())
            .await?
            .ok_or_else(|| Error::internal("an article is missing"))?;
        let now = working(write, &head).await?;
        let mut content = fields::put(fields, &now.content)?;
        let language = frame.language_of(&head.language);
        if projection::made_path(&frame, language, &content)
            != projection::made_path(&frame, language, &now.content)
        {
            content.address = None;
        }
        let same = history::text(write, now.row.body_id).await?.as_ref() == Some(&text);
        let body_id = if same {
            now.row.body_id
        } else {
            insert_body(write, &frame, &head, &content, text).await?
        };
        let note = Note {
            message: Some(message),
            autosave: false,
            merged_from: Some(from),
            before: Some(&now),
        };
        save(write, &frame, head, content, body_id, note, "article.saved").await
    }
}

/// Shows the working copy to the public, or takes the article back from it.
pub async fn release(
    write: &mut Write<'_>,
    id: Uuid,
    draft: bool,
    at: Option<DateTime<FixedOffset>>,
) -> Result<()> {
    if draft { away::unpublish_in(write, id).await } else { publish_in(write, id, at).await }
}
