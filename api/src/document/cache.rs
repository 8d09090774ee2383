//! Documents in memory.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use async_graphql::ServerError;
use async_graphql::parser::parse_query;
use async_graphql::parser::types::ExecutableDocument;
use entity::Timestamp;
use entity::document::{Column, Entity};
use quick_cache::Weighter;
use quick_cache::sync::Cache;
use sea_orm::{ColumnTrait, EntityTrait, QueryFilter, QuerySelect};

use super::hash;
use crate::ctx::App;
use crate::error::Result;

/// Bytes of memory that a document takes for each byte of its text, about.
const SPREAD: u64 = 12;
/// Microseconds for which a registered document counts as registered without
/// another look: so long may one that was removed still run.
const TRUST: i64 = 60_000_000;

/// A document that was parsed.
#[derive(Debug)]
pub struct Document {
    pub parsed: ExecutableDocument,
    /// Of the text; see [`hash`].
    pub hash: String,
    length: usize,
    valid: AtomicBool,
}

impl Document {
    /// Whether it has passed validation.
    #[must_use]
    pub fn is_valid(&self) -> bool {
        self.valid.load(Ordering::Relaxed)
    }

    pub fn set_valid(&self) {
        self.valid.store(true, Ordering::Relaxed);
    }
}

#[derive(Clone)]
struct Weight;

impl<K> Weighter<K, Arc<Document>> for Weight {
    fn weight(&self, _: &K, document: &Arc<Document>) -> u64 {
        (document.length as u64 + 64) * SPREAD
    }
}

/// What is known of an id or a hash, and since when.
type Known = (Option<Arc<Document>>, Timestamp);

/// Documents that were parsed, by their hash, and those that are registered, by
/// their id and by their hash.
pub struct Documents {
    parsed: Cache<String, Arc<Document>, Weight>,
    registered: Cache<String, Known>,
}

impl Documents {
    /// `bytes` bounds the memory of parsed documents, roughly.
    #[must_use]
    pub fn new(bytes: u64) -> Self {
        let items = usize::try_from(bytes / SPREAD / 1_000).unwrap_or(1).max(16);
        Self { parsed: Cache::with_weighter(items, bytes, Weight), registered: Cache::new(4_096) }
    }

    /// The document of a text.
    pub fn parse(&self, text: &str) -> Result<Arc<Document>, ServerError> {
        let hash = hash(text);
        if let Some(document) = self.parsed.get(&hash) {
            return Ok(document);
        }
        let parsed = parse_query(text)?;
        let document = Arc::new(Document {
            parsed,
            hash: hash.clone(),
            length: text.len(),
            valid: AtomicBool::new(false),
        });
        self.parsed.insert(hash, Arc::clone(&document));
        Ok(document)
    }

    /// A document that came as text not long ago.
    #[must_use]
    pub fn by_hash(&self, hash: &str) -> Option<Arc<Document>> {
        self.parsed.get(hash)
    }

    /// A registered document, by its id, or as `sha256:` and its hash.
    pub async fn registered(&self, app: &App, id: &str) -> Result<Option<Arc<Document>>> {
        match id.strip_prefix("sha256:") {
            Some(hash) => {
                let hash = hash.to_ascii_lowercase();
                match self.look(app, &format!("hash:{hash}"), Column::Hash, &hash).await? {
                    Some(document) => Ok(Some(document)),
                    // A manifest may call it so.
                    None => self.look(app, &format!("id:{id}"), Column::Id, id).await,
                }
            }
            None => self.look(app, &format!("id:{id}"), Column::Id, id).await,
        }
    }

    async fn look(
        &self,
        app: &App,
        key: &str,
        column: Column,
        value: &str,
    ) -> Result<Option<Arc<Document>>> {
        if let Some((document, since)) = self.registered.get(key)
            && app.now().0 - since.0 < TRUST
        {
            return Ok(document);
        }
        let text: Option<String> = Entity::find()
            .select_only()
            .column(Column::Text)
            .filter(column.eq(value))
            .into_tuple()
            .one(app.db().read())
            .await?;
        // What was registered was parsed then; what cannot be any more is gone.
        let document = text.and_then(|text| self.parse(&text).ok());
        if document.is_some() {
            self.registered.insert(key.to_owned(), (document.clone(), app.now()));
        } else {
            self.registered.remove(key);
        }
        Ok(document)
    }
}
