//! A save that began with an older version: merged with what others saved since,
//! or shown to its author as a conflict.
//!
//! **Invariants.** A conflict changes nothing. What is merged goes through the
//! same checks as every save. Where the version that it began with is no longer
//! kept, nothing is guessed: whatever differs is a conflict.

use std::collections::HashMap;

use entity::article;
use serde_json::{Map, Value, json};
use uuid::Uuid;

use super::content::Content;
use super::fields;
use super::history::{self, Stored};
use super::merge::{self, Fields};
use super::terms;
use super::write::Changes;
use crate::error::Result;
use crate::event::Write;
use crate::site::Frame;
use crate::taxonomy;

/// All sides of a save that was refused.
pub struct Conflict {
    pub current_version: i32,
    pub fields: Vec<ConflictField>,
}

/// A field that the caller gave and in which the two sides differ.
pub struct ConflictField {
    /// Name of the input's field.
    pub field: String,
    /// What both began with; none where that is no longer kept.
    pub base: Value,
    pub mine: Value,
    pub theirs: Value,
    /// What both sides together make; none where they disagree.
    pub merged: Option<Value>,
}

/// What was merged into a save.
pub struct Merged {
    pub from_version: i32,
    /// Names of the input's fields that others changed since.
    pub fields: Vec<String>,
}

/// What a stale save comes to.
pub enum Stale {
    Merged { content: Box<Content>, body: String, merged: Merged },
    Conflict(Conflict),
}

/// Brings a save that saw `version` together with the working copy.
pub async fn merge(
    write: &mut Write<'_>,
    frame: &Frame,
    head: &article::Model,
    now: &Stored,
    version: i32,
    changes: Changes,
) -> Result<Stale> {
    let Changes { given, apply, body, terms, message: _, autosave: _ } = changes;
    let theirs = whole(write, &now.content, now.row.body_id).await?;
    let base = history::at_version(write, head.id, version).await?;
    let texts = match &base {
        Some(base) => history::text(write, base.row.body_id).await?.map(|text| (base, text)),
        None => None,
    };
    let Some((base, text)) = texts else {
        let names = names(write, &[&theirs]).await?;
        return Ok(Stale::Conflict(conflict(head, given, None, &theirs, &HashMap::new(), &names)));
    };
    let mut content = base.content.clone();
    for change in apply {
        change(&mut content);
    }
    terms::set(write, frame, &mut content, terms, &base.content).await?;
    let mut mine = fields::of(&content)?;
    mine.insert(fields::BODY.to_owned(), json!(body.as_ref().unwrap_or(&text)));
    let mut base = fields::of(&base.content)?;
    base.insert(fields::BODY.to_owned(), json!(text));

    let together = merge::fields(&base, &mine, &theirs);
    let mut merged = Fields::new();
    let mut disagree = false;
    for (field, value) in together {
        match value {
            Some(value) => {
                merged.insert(field, value);
            }
            None => disagree = true,
        }
    }
    if disagree {
        let names = names(write, &[&base, &mine, &theirs]).await?;
        let merged = merged.into_iter().collect();
        return Ok(Stale::Conflict(conflict(head, given, Some(&base), &theirs, &merged, &names)));
    }
    let body = match merged.shift_remove(fields::BODY) {
        Some(Value::String(text)) => text,
        _ => text,
    };
    let fields = fields::changed(&base, &theirs);
    let content = Box::new(fields::put(merged, &now.content)?);
    Ok(Stale::Merged { content, body, merged: Merged { from_version: version, fields } })
}

fn conflict(
    head: &article::Model,
    given: Map<String, Value>,
    base: Option<&Fields>,
    theirs: &Fields,
    merged: &HashMap<String, Value>,
    names: &HashMap<Uuid, String>,
) -> Conflict {
    let of = |side: &Fields, field: &str| {
        fields::readable(field, side.get(field).unwrap_or(&Value::Null), names)
    };
    let fields = given
        .into_iter()
        .filter_map(|(field, mine)| {
            let asked = |value: Value| fields::only(value, &mine, &field);
            let theirs = asked(of(theirs, &field));
            let merged = merged.get(&field).map(|value| fields::readable(&field, value, names));
            let base = base.map(|base| asked(of(base, &field))).unwrap_or_default();
            let merged = merged.map(asked);
            (mine != theirs).then_some(ConflictField { field, base, mine, theirs, merged })
        })
        .collect();
    Conflict { current_version: head.version, fields }
}

/// The fields of a content with its body.
async fn whole(write: &Write<'_>, content: &Content, body_id: Uuid) -> Result<Fields> {
    let mut fields = fields::of(content)?;
    let text = history::text(write, body_id).await?;
    fields.insert(fields::BODY.to_owned(), json!(text));
    Ok(fields)
}

async fn names(write: &Write<'_>, sides: &[&Fields]) -> Result<HashMap<Uuid, String>> {
    let ids = sides.iter().flat_map(|side| fields::terms(side)).collect();
    taxonomy::names(write.txn(), ids).await
}
