//! Where the document of a request comes from: its text, an id under which it was
//! registered, or a hash. Whether it may run for whoever asks is decided here.

use std::sync::Arc;

use actix_web::http::StatusCode;
use async_graphql::ServerError;
use serde::Deserialize;
use serde_json::Value;

use super::reply::Refusal;
use crate::ctx::{Actor, App};
use crate::document::{self, Document, Documents};
use crate::graphql::tokens;

/// Apollo's automatic persisted queries.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
struct PersistedQuery {
    version: u32,
    #[serde(rename = "sha256Hash")]
    hash: String,
}

/// How a request names its document.
pub struct Source<'a> {
    pub query: Option<String>,
    pub document_id: Option<String>,
    pub persisted: Option<&'a Value>,
}

/// Why there is no document.
pub enum Missing {
    Refused(Refusal),
    Unreadable(ServerError),
}

impl From<Refusal> for Missing {
    fn from(refusal: Refusal) -> Self {
        Self::Refused(refusal)
    }
}

/// The document of a request.
pub async fn find(
    app: &App,
    documents: &Documents,
    actor: &Actor,
    source: Source<'_>,
) -> Result<Arc<Document>, Missing> {
    let config = &app.config().documents;
    let Source { query, document_id, persisted } = source;
    let registered = async |id: &str| {
        documents.registered(app, id).await.map_err(|error| {
            tracing::error!(?error, "registered documents cannot be read");
            let status = StatusCode::INTERNAL_SERVER_ERROR;
            Refusal::new(status, "INTERNAL_SERVER_ERROR", "internal error")
        })
    };
    if let Some(id) = document_id {
        if query.is_some() {
            return Err(Refusal::bad("send `documentId` or `query`, not both").into());
        }
        return registered(&id).await?.ok_or_else(|| {
            let message = format!("no document is registered as {id:?}");
            Refusal::new(StatusCode::NOT_FOUND, "DOCUMENT_NOT_FOUND", message).into()
        });
    }
    let persisted: Option<PersistedQuery> = match persisted {
        None => None,
        Some(value) => Some(serde_json::from_value(value.clone()).map_err(|error| {
            Refusal::bad(format!("`extensions.persistedQuery` cannot be read: {error}"))
        })?),
    };
    if persisted.as_ref().is_some_and(|persisted| persisted.version != 1) {
        return Err(Refusal::bad("`extensions.persistedQuery.version` is 1").into());
    }
    let hash = persisted.map(|persisted| persisted.hash.to_ascii_lowercase());
    let open = !config.registered_only || !matches!(actor, Actor::Nobody);
    match (query, hash) {
        (None, None) => Err(Refusal::bad("a request has a `query` or a `documentId`").into()),
        (None, Some(hash)) => {
            if let Some(document) = registered(&format!("sha256:{hash}")).await? {
                return Ok(document);
            }
            // The words are those that Apollo's clients wait for.
            if !config.automatic {
                let message = "PersistedQueryNotSupported";
                return Err(
                    Refusal::new(StatusCode::OK, "PERSISTED_QUERY_NOT_SUPPORTED", message).into()
                );
            }
            let known = documents.by_hash(&hash).filter(|_| open);
            known.ok_or_else(|| {
                let message = "PersistedQueryNotFound";
                Refusal::new(StatusCode::OK, "PERSISTED_QUERY_NOT_FOUND", message).into()
            })
        }
        (Some(text), hash) => {
            tokens::check(&text, &app.config().limits).map_err(|error| {
                Refusal::new(StatusCode::BAD_REQUEST, "LIMIT_EXCEEDED", error.to_string())
            })?;
            if hash.is_some_and(|hash| hash != document::hash(&text)) {
                let message = "`extensions.persistedQuery.sha256Hash` is not that of the query";
                return Err(Refusal::bad(message).into());
            }
            let written = text.contains('\0') || text.contains("\\u");
            let document = documents.parse(&text).map_err(Missing::Unreadable)?;
            if written && serde_json::to_value(&document.parsed).is_ok_and(|it| holds_nul(&it)) {
                let message = "no text here can hold the character U+0000";
                return Err(Refusal::new(StatusCode::BAD_REQUEST, "BAD_USER_INPUT", message).into());
            }
            if !open && registered(&format!("sha256:{}", document.hash)).await?.is_none() {
                let message = "this server runs registered documents only: sign in, or send one";
                return Err(Refusal::new(
                    StatusCode::FORBIDDEN,
                    "DOCUMENT_NOT_REGISTERED",
                    message,
                )
                .into());
            }
            Ok(document)
        }
    }
}

/// Whether a text in it holds U+0000, which PostgreSQL can store in none.
pub fn holds_nul(value: &Value) -> bool {
    match value {
        Value::String(text) => text.contains('\0'),
        Value::Array(values) => values.iter().any(holds_nul),
        Value::Object(map) => map.iter().any(|(key, value)| key.contains('\0') || holds_nul(value)),
        Value::Null | Value::Bool(_) | Value::Number(_) => false,
    }
}
