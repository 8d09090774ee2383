//! Documents in memory.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use async_graphql::ServerError;
use async_graphql::parser::parse_query;
use async_graphql::parser::types::ExecutableDocument;
use entity::Timestamp;
use entity::document::{Column, Entity};
use quick_cache::sync::{Cache, DefaultLifecycle};
use quick_cache::{DefaultHashBuilder, OptionsBuilder, Weighter};
use sea_orm::{ColumnTrait, EntityTrait, QueryFilter, QuerySelect};

use super::hash;
use crate::ctx::App;
use crate::error::Result;
use crate::graphql::tokens;

/// Bytes of memory that a document takes at most for each of its tokens: a field of
/// one letter is the largest of them.
const TOKEN_BYTES: u64 = 450;
/// And for each byte of its text, in names and strings.
const TEXT_BYTES: u64 = 2;
/// Bytes of the longest id that anything is looked up by; those of documents are shorter.
const LONGEST_ID: usize = 300;
/// Microseconds for which a registered document counts as registered without
/// another look: so long may one that was removed still run.
const TRUST: i64 = 60_000_000;

/// A document that was parsed.
#[derive(Debug)]
pub struct Document {
    pub parsed: ExecutableDocument,
    /// Of the text; see [`hash`].
    pub hash: String,
    /// Bytes in memory, about.
    weight: u64,
    valid: AtomicBool,
}

impl Document {
    fn new(text: &str, hash: String, parsed: ExecutableDocument) -> Self {
        let tokens = tokens::count(text).count as u64;
        let weight = 1_000 + tokens * TOKEN_BYTES + text.len() as u64 * TEXT_BYTES;
        Self { parsed, hash, weight, valid: AtomicBool::new(false) }
    }

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
        document.weight
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
        let items = usize::try_from(bytes / 20_000).unwrap_or(1).max(16);
        // Few shards: none takes what is larger than its share of the bytes.
        let options = OptionsBuilder::new()
            .estimated_items_capacity(items)
            .weight_capacity(bytes)
            .shards(4)
            .build();
        let parsed = match options {
            Ok(options) => Cache::with_options(
                options,
                Weight,
                DefaultHashBuilder::default(),
                DefaultLifecycle::default(),
            ),
            Err(_) => Cache::with_weighter(items, bytes, Weight),
        };
        Self { parsed, registered: Cache::new(4_096) }
    }

    /// The document of a text.
    pub fn parse(&self, text: &str) -> Result<Arc<Document>, ServerError> {
        let hash = hash(text);
        if let Some(document) = self.parsed.get(&hash) {
            return Ok(document);
        }
        let parsed = parse_query(text)?;
        let document = Arc::new(Document::new(text, hash.clone(), parsed));
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
        if id.len() > LONGEST_ID || id.contains('\0') {
            return Ok(None);
        }
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

#[cfg(test)]
mod tests {
    use std::mem::size_of;

    use async_graphql::Positioned;
    use async_graphql::parser::types::{Selection, SelectionSet};
    use async_graphql_value::{Name, Value};

    use super::*;

    /// A name is a text of its own, behind two counts.
    fn name(name: &Name) -> usize {
        16 + name.len()
    }

    /// What a selection takes in memory, names and arguments included.
    fn bytes(set: &SelectionSet) -> usize {
        let own = set.items.capacity() * size_of::<Positioned<Selection>>();
        let below = set.items.iter().map(|selection| match &selection.node {
            Selection::Field(field) => {
                let field = &field.node;
                let argument = size_of::<(Positioned<Name>, Positioned<Value>)>();
                let names = field.alias.iter().chain([&field.name]);
                names.map(|own| name(&own.node)).sum::<usize>()
                    + field.arguments.capacity() * argument
                    + field.arguments.iter().map(|(own, _)| name(&own.node)).sum::<usize>()
                    + bytes(&field.selection_set.node)
            }
            Selection::InlineFragment(fragment) => bytes(&fragment.node.selection_set.node),
            Selection::FragmentSpread(spread) => name(&spread.node.fragment_name.node),
        });
        own + below.sum::<usize>()
    }

    #[test]
    fn a_document_weighs_at_least_what_it_takes() {
        for text in [
            "{ site { title } }".to_owned(),
            format!("{{ {} }}", "a ".repeat(3_000)),
            format!("{{ {} }}", "a ".repeat(2_049)),
            format!("{{ {} }}", "a{b}".repeat(900)),
            format!("{{ {} }}", "a:b(c:1){d}".repeat(400)),
            format!("{{ {} }}", "long_names_take_their_bytes ".repeat(1_000)),
        ] {
            let parsed = parse_query(&text).expect("a document");
            let (_, operation) = parsed.operations.iter().next().expect("an operation");
            let taken = bytes(&operation.node.selection_set.node) as u64;
            let weight = Document::new(&text, String::new(), parsed.clone()).weight;
            assert!(weight >= taken, "{}: {weight} for {taken}", &text[..18]);
            assert!(weight < taken * 8, "{}: {weight} for {taken}", &text[..18]);
        }
    }

    #[test]
    fn a_flood_of_documents_stays_within_its_bytes() {
        let documents = Documents::new(4_000_000);
        for number in 0..300 {
            documents.parse(&format!("{{ a{number} {} }}", "a ".repeat(1_000))).expect("one");
            assert!(documents.parsed.weight() <= 4_000_000, "{}", documents.parsed.weight());
        }
        assert!(documents.parsed.len() >= 2, "{}", documents.parsed.len());
    }
}
