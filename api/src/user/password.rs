//! Passwords: Argon2id, a few at a time, and as long for nobody as for somebody.

use argon2::{Argon2, PasswordHash, PasswordHasher, PasswordVerifier};

use super::keys::Keys;
use crate::error::{Error, Result, UserErrorCode};

/// The form of a hash that no password has: checking an unknown account takes as
/// long as checking a known one, and starting a process takes no hashing.
const DECOY: &str = "$argon2id$v=19$m=19456,t=2,p=1$YnJvYWRzaGVldCBkZWNveQ$bm8gcGFzc3dvcmQgb2YgYW55Ym9keSBoYXMgdGhpcy4";

const SHORTEST: usize = 8;
/// Hashing reads all of it: a bound on the work.
const LONGEST: usize = 1024;

impl Keys {
    /// Argon2id with the crate's recommended parameters, in PHC form.
    pub async fn hash_password(&self, password: String) -> Result<String> {
        self.blocking(move || hash(&password)).await?
    }

    /// Whether a password is the one that was hashed; none is never.
    pub async fn check_password(&self, password: String, stored: Option<String>) -> Result<bool> {
        // People who were invited, or who sign in elsewhere, have none.
        let stored = stored.filter(|hash| !hash.is_empty());
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
        let _permit = self.hashing().acquire().await.map_err(Error::internal)?;
        tokio::task::spawn_blocking(work).await.map_err(Error::internal)
    }
}

/// Whether a password can be set; `field` is where it came from.
pub fn acceptable(password: &str, field: &str) -> Result<()> {
    let length = password.chars().count();
    let wrong = if length < SHORTEST {
        format!("a password needs at least {SHORTEST} characters")
    } else if password.len() > LONGEST {
        format!("a password has at most {LONGEST} bytes")
    } else {
        return Ok(());
    };
    Err(Error::invalid(field, UserErrorCode::Invalid, wrong))
}

fn hash(password: &str) -> Result<String> {
    Argon2::default()
        .hash_password(password.as_bytes())
        .map(|hash| hash.to_string())
        .map_err(|_| Error::internal("cannot hash a password"))
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
