//! What terms are called, and what is said of them, in single languages.
//!
//! A language in which nothing is said has the term's own name and description. What
//! the file of a Hugo site says beside these stays with it.

use std::collections::{BTreeSet, HashMap};

use entity::{Json, Timestamp, term_text};
use sea_orm::{
    ActiveModelTrait, ColumnTrait, ConnectionTrait, EntityTrait, IntoActiveModel, QueryFilter,
    QueryOrder,
};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use crate::cache::Dependency;
use crate::ctx::Ctx;
use crate::error::{Error, Result, UserErrorCode};
use crate::event::Write;
use crate::render;
use crate::site::Frame;

/// What a mutation says in a language; `None` leaves a field as it is, and `Some(None)`
/// leaves it to the term's own.
#[derive(Debug, Clone)]
pub struct NewText {
    pub language: String,
    pub name: Option<Option<String>>,
    pub description: Option<Option<String>>,
}

/// What is said in a language.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Said {
    pub name: Option<String>,
    pub description: Option<String>,
}

impl From<&term_text::Model> for Said {
    fn from(row: &term_text::Model) -> Self {
        Self { name: row.name.clone(), description: row.description.clone() }
    }
}

/// What is said otherwise in a language.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Change {
    pub language: String,
    pub before: Said,
    pub after: Said,
}

/// What these texts would change of a term.
pub async fn plan(
    db: &impl ConnectionTrait,
    frame: &Frame,
    term: Uuid,
    texts: Vec<NewText>,
) -> Result<Vec<Change>> {
    if texts.is_empty() {
        return Ok(Vec::new());
    }
    let found = term_text::Entity::find().filter(term_text::Column::TermId.eq(term));
    let known: HashMap<String, Said> =
        found.all(db).await?.iter().map(|row| (row.language.clone(), row.into())).collect();
    let refused = |message| Error::invalid("input.texts", UserErrorCode::Invalid, message);
    let (mut seen, mut changes) = (BTreeSet::new(), Vec::new());
    for NewText { language, name, description } in texts {
        let Some(found) = frame.language(&language) else {
            return Err(refused(format!("the site has no language {language:?}")));
        };
        let language = found.tag.to_string();
        if !seen.insert(language.clone()) {
            return Err(refused(format!("{language:?} is there twice")));
        }
        let before = known.get(&language).cloned().unwrap_or_default();
        let mut after = before.clone();
        if let Some(name) = name {
            let name = name.map(|name| name.trim().to_owned());
            if name.as_ref().is_some_and(|name| name.is_empty() || name.contains('\0')) {
                let message = format!("the name in {language:?} is empty: null takes it away");
                return Err(refused(message));
            }
            after.name = name;
        }
        if let Some(description) = description {
            after.description = description;
        }
        if after != before {
            changes.push(Change { language, before, after });
        }
    }
    Ok(changes)
}

/// Writes what is said of a term in a language; what is there besides stays.
pub async fn put(write: &Write<'_>, term: Uuid, language: &str, said: &Said) -> Result<()> {
    let key = (term, language.to_owned());
    let Said { name, description } = said.clone();
    let is_nothing = name.is_none() && description.is_none();
    let row = term_text::Entity::find_by_id(key.clone()).one(write.txn()).await?;
    match row {
        Some(row) if is_nothing && row.source.is_none() && row.markdown.is_empty() => {
            term_text::Entity::delete_by_id(key).exec(write.txn()).await?;
        }
        Some(row) => {
            let row = term_text::Model { name, description, ..row };
            row.into_active_model().reset_all().update(write.txn()).await?;
        }
        None if is_nothing => {}
        None => {
            let row = term_text::Model {
                visible_from: Timestamp::ALWAYS,
                visible_until: Timestamp::NEVER,
                term_id: term,
                language: language.to_owned(),
                name,
                description,
                markdown: String::new(),
                html: String::new(),
                params: Json(serde_json::Value::Object(serde_json::Map::new())),
                renderer: render::VERSION,
                links: Json::default(),
                source: None,
            };
            term_text::Entity::insert(row.into_active_model().reset_all())
                .exec_without_returning(write.txn())
                .await?;
        }
    }
    Ok(())
}

/// Takes changes back, where nobody has changed the same since; else says in which
/// language somebody has.
pub async fn revert(write: &Write<'_>, term: Uuid, changes: &[Change]) -> Result<Option<String>> {
    let rows = term_text::Entity::find()
        .filter(term_text::Column::TermId.eq(term))
        .all(write.txn())
        .await?;
    for Change { language, before, after } in changes {
        let row = rows.iter().find(|row| row.language == *language);
        let now = row.map(Said::from).unwrap_or_default();
        if now != *after {
            return Ok(Some(language.clone()));
        }
        put(write, term, language, before).await?;
    }
    Ok(None)
}

/// What is said of terms in single languages, by language.
pub async fn of(ctx: &Ctx, terms: &[Uuid]) -> Result<HashMap<Uuid, Vec<(String, Said)>>> {
    let rows = term_text::Entity::find()
        .filter(term_text::Column::TermId.is_in(terms.iter().copied()))
        .order_by_asc(term_text::Column::Language)
        .all(ctx.db_of([Dependency::Terms]).orm())
        .await?;
    let mut found: HashMap<Uuid, Vec<(String, Said)>> = HashMap::new();
    for row in rows {
        let said = Said::from(&row);
        if said != Said::default() {
            found.entry(row.term_id).or_default().push((row.language, said));
        }
    }
    Ok(found)
}
