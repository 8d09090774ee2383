//! What a provider says of itself: its addresses and its keys, kept for a day.
//! Keys are asked for again when a token names one that is not known.

use std::sync::Arc;

use entity::Timestamp;
use jsonwebtoken::jwk::{Jwk, PublicKeyUse};
use percent_encoding::{NON_ALPHANUMERIC, utf8_percent_encode};
use serde::Deserialize;
use serde_json::Value;
use tokio::sync::Mutex;

use super::client::{Client, Form};
use super::{Code, Refusal};
use crate::config::{Oidc, is_safe};
use crate::user::sessions::later;

const DAY: i64 = 86_400;
/// Seconds before keys are asked for again, whatever tokens name.
const PAUSE: i64 = 30;
/// Seconds in which a provider that did not answer is not asked again.
const REST: i64 = 5;

/// The parts of a provider's metadata that are used.
#[derive(Debug, Deserialize)]
pub struct Metadata {
    issuer: String,
    pub authorization_endpoint: String,
    token_endpoint: String,
    jwks_uri: String,
    token_endpoint_auth_methods_supported: Option<Vec<String>>,
}

/// A provider, as the process knows it.
#[derive(Default)]
pub struct Provider {
    client: Client,
    known: Mutex<Known>,
}

#[derive(Default)]
struct Known {
    metadata: Option<(Timestamp, Arc<Metadata>)>,
    keys: Option<(Timestamp, Vec<Jwk>)>,
    failed_at: Option<Timestamp>,
}

fn unreachable(why: impl Into<String>) -> Refusal {
    Refusal::new(Code::Provider, why)
}

fn encoded(text: &str) -> String {
    utf8_percent_encode(text, NON_ALPHANUMERIC).to_string()
}

/// Names and values as a form or a query has them.
pub fn form(pairs: &[(&str, &str)]) -> String {
    let pairs: Vec<_> =
        pairs.iter().map(|(name, value)| format!("{name}={}", encoded(value))).collect();
    pairs.join("&")
}

impl Provider {
    pub async fn metadata(&self, oidc: &Oidc, now: Timestamp) -> Result<Arc<Metadata>, Refusal> {
        let mut known = self.known.lock().await;
        self.metadata_of(&mut known, oidc, now).await
    }

    async fn metadata_of(
        &self,
        known: &mut Known,
        oidc: &Oidc,
        now: Timestamp,
    ) -> Result<Arc<Metadata>, Refusal> {
        if let Some((at, metadata)) = &known.metadata
            && now < later(*at, DAY)
        {
            return Ok(Arc::clone(metadata));
        }
        if known.failed_at.is_some_and(|at| now < later(at, REST)) {
            return Err(unreachable("the provider did not answer just now"));
        }
        match self.ask_metadata(oidc).await {
            Ok(metadata) => {
                let metadata = Arc::new(metadata);
                known.failed_at = None;
                known.metadata = Some((now, Arc::clone(&metadata)));
                Ok(metadata)
            }
            Err(error) => {
                known.failed_at = Some(now);
                Err(unreachable(error))
            }
        }
    }

    async fn ask_metadata(&self, oidc: &Oidc) -> Result<Metadata, String> {
        let base = oidc.issuer.trim_end_matches('/');
        let value = self.client.get(&format!("{base}/.well-known/openid-configuration")).await?;
        let metadata: Metadata = serde_json::from_value(value)
            .map_err(|error| format!("the provider's metadata cannot be used: {error}"))?;
        if metadata.issuer != oidc.issuer {
            return Err(format!(
                "oidc.issuer is {:?}, and the provider calls itself {:?}",
                oidc.issuer, metadata.issuer
            ));
        }
        let addresses =
            [&metadata.authorization_endpoint, &metadata.token_endpoint, &metadata.jwks_uri];
        if let Some(address) = addresses.into_iter().find(|address| !is_safe(address)) {
            return Err(format!("the provider's address {address:?} is not https"));
        }
        Ok(metadata)
    }

    /// The keys that may have signed a token which names this one.
    pub async fn keys(
        &self,
        oidc: &Oidc,
        id: Option<&str>,
        now: Timestamp,
    ) -> Result<Vec<Jwk>, Refusal> {
        let mut known = self.known.lock().await;
        let named = |keys: &[Jwk]| -> Vec<Jwk> {
            let fits = |key: &&Jwk| id.is_none() || key.common.key_id.as_deref() == id;
            keys.iter().filter(fits).cloned().collect()
        };
        if let Some((at, keys)) = &known.keys {
            let found = named(keys);
            if now < later(*at, PAUSE) || (now < later(*at, DAY) && !found.is_empty()) {
                return Ok(found);
            }
        }
        let metadata = self.metadata_of(&mut known, oidc, now).await?;
        let value = self.client.get(&metadata.jwks_uri).await.map_err(unreachable)?;
        let keys: Vec<_> = value
            .get("keys")
            .and_then(Value::as_array)
            .ok_or_else(|| unreachable("the provider's keys cannot be read"))?
            .iter()
            // Keys of a kind that is not known here are for others.
            .filter_map(|key| serde_json::from_value::<Jwk>(key.clone()).ok())
            .filter(|key| {
                matches!(&key.common.public_key_use, None | Some(PublicKeyUse::Signature))
            })
            .collect();
        let found = named(&keys);
        known.keys = Some((now, keys));
        Ok(found)
    }

    /// The ID token for an authorization code.
    pub async fn exchange(
        &self,
        oidc: &Oidc,
        code: &str,
        verifier: &str,
        now: Timestamp,
    ) -> Result<String, Refusal> {
        let metadata = self.metadata(oidc, now).await?;
        let redirect_uri = oidc.redirect_uri();
        let mut pairs = vec![
            ("grant_type", "authorization_code"),
            ("code", code),
            ("redirect_uri", &redirect_uri),
            ("code_verifier", verifier),
        ];
        let secret = oidc.client_secret.reveal();
        let methods = metadata.token_endpoint_auth_methods_supported.as_deref();
        // Where the metadata says nothing, it is this one.
        let basic =
            methods.is_none_or(|methods| methods.iter().any(|name| name == "client_secret_basic"));
        let mut authorization = None;
        if secret.is_empty() {
            pairs.push(("client_id", &oidc.client_id));
        } else if basic {
            use base64::Engine;
            let pair = format!("{}:{}", encoded(&oidc.client_id), encoded(secret));
            let pair = base64::prelude::BASE64_STANDARD.encode(pair);
            authorization = Some(format!("Basic {pair}"));
        } else {
            pairs.push(("client_id", &oidc.client_id));
            pairs.push(("client_secret", secret));
        }
        let form = Form { body: form(&pairs), authorization };
        let value = self
            .client
            .post(&metadata.token_endpoint, form)
            .await
            .map_err(|error| Refusal::new(Code::Token, error))?;
        let token = value.get("id_token").and_then(Value::as_str);
        token
            .map(str::to_owned)
            .ok_or_else(|| Refusal::new(Code::Token, "the provider gives no ID token"))
    }
}
