//! Secrets: passwords, access tokens and refresh tokens.

use std::path::Path;
use std::sync::Arc;

use argon2::{Argon2, PasswordHash, PasswordHasher, PasswordVerifier};
use base64::Engine;
use base64::prelude::BASE64_URL_SAFE_NO_PAD;
use entity::Timestamp;
use jsonwebtoken::{Algorithm, DecodingKey, EncodingKey, Header, Validation};
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};
use tokio::sync::Semaphore;
use uuid::Uuid;

use crate::config::Config;
use crate::error::{Error, Result};

const KEY_FILE: &str = "access-token.key";
const ISSUER: &str = "broadsheet";
/// The form of a hash that no password has: checking an unknown account takes as
/// long as checking a known one, and starting a process takes no hashing.
const DECOY: &str = "$argon2id$v=19$m=19456,t=2,p=1$YnJvYWRzaGVldCBkZWNveQ$bm8gcGFzc3dvcmQgb2YgYW55Ym9keSBoYXMgdGhpcy4";

/// What signs and checks, held by the process.
pub struct Keys {
    encoding: EncodingKey,
    decoding: DecodingKey,
    /// Hashing a password takes 19 MiB: so many at a time.
    hashing: Arc<Semaphore>,
}

/// What an access token says.
#[derive(Debug, Serialize, Deserialize)]
pub struct Claims {
    pub iss: String,
    pub sub: Uuid,
    /// The session, which ends the token's use when it ends.
    pub sid: Uuid,
    pub iat: i64,
    pub exp: i64,
}

impl Keys {
    /// Uses the configured secret, or the one in the data folder, which is made
    /// when it is not there.
    pub fn load(config: &Config) -> Result<Self> {
        let given = config.auth.secret.reveal();
        let secret = if given.is_empty() {
            read_or_make(&config.data_dir)?
        } else {
            given.as_bytes().to_vec()
        };
        Ok(Self {
            encoding: EncodingKey::from_secret(&secret),
            decoding: DecodingKey::from_secret(&secret),
            hashing: Arc::new(Semaphore::new(2)),
        })
    }

    pub fn sign(
        &self,
        user: Uuid,
        session: Uuid,
        now: Timestamp,
        expires: Timestamp,
    ) -> Result<String> {
        let claims = Claims {
            iss: ISSUER.to_owned(),
            sub: user,
            sid: session,
            iat: now.utc().timestamp(),
            exp: expires.utc().timestamp(),
        };
        jsonwebtoken::encode(&Header::new(Algorithm::HS256), &claims, &self.encoding)
            .map_err(|_| Error::internal("cannot sign an access token"))
    }

    /// The claims of a token that this server signed and that has not expired.
    pub fn verify(&self, token: &str, now: Timestamp) -> Result<Claims> {
        let mut validation = Validation::new(Algorithm::HS256);
        validation.set_issuer(&[ISSUER]);
        // Time comes from the server's clock, below.
        validation.validate_exp = false;
        let claims = jsonwebtoken::decode::<Claims>(token, &self.decoding, &validation)
            .map_err(|_| Error::Unauthenticated("the access token is not valid".to_owned()))?
            .claims;
        if claims.exp <= now.utc().timestamp() {
            return Err(Error::Unauthenticated(
                "the access token has expired: renew it with refreshSession".to_owned(),
            ));
        }
        Ok(claims)
    }

    /// Argon2id with the crate's recommended parameters, in PHC form.
    pub async fn hash_password(&self, password: String) -> Result<String> {
        self.blocking(move || hash(&password)).await?
    }

    /// Whether a password is the one that was hashed; none is never.
    pub async fn check_password(&self, password: String, stored: Option<String>) -> Result<bool> {
        let known = stored.is_some();
        let stored = stored.unwrap_or_else(|| DECOY.to_owned());
        let matches = self
            .blocking(move || {
                PasswordHash::new(&stored).is_ok_and(|stored| {
                    Argon2::default().verify_password(password.as_bytes(), &stored).is_ok()
                })
            })
            .await?;
        Ok(matches && known)
    }

    async fn blocking<T: Send + 'static>(
        &self,
        work: impl FnOnce() -> T + Send + 'static,
    ) -> Result<T> {
        let _permit = self.hashing.acquire().await.map_err(Error::internal)?;
        tokio::task::spawn_blocking(work).await.map_err(Error::internal)
    }
}

impl Keys {
    /// Signs claims for one purpose.
    pub fn sign_claims<T: Serialize>(&self, purpose: &str, claims: &T) -> Result<String> {
        let claims = Purposeful { aud: purpose.to_owned(), claims };
        jsonwebtoken::encode(&Header::new(Algorithm::HS256), &claims, &self.encoding)
            .map_err(|_| Error::internal("cannot sign"))
    }

    /// The claims that this server signed for that purpose. Whether their time
    /// has run out is the caller's to see.
    pub fn verify_claims<T: DeserializeOwned>(&self, purpose: &str, token: &str) -> Result<T> {
        let mut validation = Validation::new(Algorithm::HS256);
        validation.set_audience(&[purpose]);
        validation.validate_exp = false;
        jsonwebtoken::decode::<Purposeful<T>>(token, &self.decoding, &validation)
            .map(|data| data.claims.claims)
            .map_err(|_| Error::Unauthenticated("the token is not valid".to_owned()))
    }
}

#[derive(Serialize, Deserialize)]
struct Purposeful<T> {
    aud: String,
    #[serde(flatten)]
    claims: T,
}

fn hash(password: &str) -> Result<String> {
    Argon2::default()
        .hash_password(password.as_bytes())
        .map(|hash| hash.to_string())
        .map_err(|_| Error::internal("cannot hash a password"))
}

/// Random bytes that nobody can guess.
pub fn random_bytes<const N: usize>() -> Result<[u8; N]> {
    let mut bytes = [0; N];
    #[expect(clippy::disallowed_methods, reason = "this is where secrets come from")]
    getrandom::fill(&mut bytes).map_err(Error::internal)?;
    Ok(bytes)
}

/// 256 random bits as URL-safe text.
pub fn random_token() -> Result<String> {
    Ok(BASE64_URL_SAFE_NO_PAD.encode(random_bytes::<32>()?))
}

/// What is stored of a refresh token.
#[must_use]
pub fn fingerprint(token: &str) -> Vec<u8> {
    Sha256::digest(token.as_bytes()).to_vec()
}

fn read_or_make(folder: &Path) -> Result<Vec<u8>> {
    let path = folder.join(KEY_FILE);
    let wrong = |error| Error::internal(format!("cannot use {}: {error}", path.display()));
    match std::fs::read(&path) {
        Ok(secret) if secret.len() >= 32 => return Ok(secret),
        Ok(_) => {
            return Err(Error::internal(format!(
                "{} is too short to be a key: delete it to have one made",
                path.display()
            )));
        }
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => {}
        Err(error) => return Err(wrong(error)),
    }
    std::fs::create_dir_all(folder).map_err(wrong)?;
    let secret = random_token()?.into_bytes();
    let mut options = std::fs::OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    match options.open(&path) {
        Ok(mut file) => {
            std::io::Write::write_all(&mut file, &secret).map_err(wrong)?;
            file.sync_all().map_err(wrong)?;
            Ok(secret)
        }
        // Another process was faster.
        Err(error) if error.kind() == std::io::ErrorKind::AlreadyExists => {
            std::fs::read(&path).map_err(wrong)
        }
        Err(error) => Err(wrong(error)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_decoy_costs_what_a_hash_costs() {
        let fresh = hash("anything").unwrap();
        let cost = |hash: &str| hash.split('$').take(4).map(str::to_owned).collect::<Vec<_>>();
        assert_eq!(cost(DECOY), cost(&fresh));
        assert_eq!(DECOY.len(), fresh.len());
        assert!(PasswordHash::new(DECOY).is_ok());
    }
}
