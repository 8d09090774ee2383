//! Signed tokens, and the keys that sign them.
//!
//! A token names its key (`kid`) and what it is for (`aud`), so that keys can
//! change while tokens live and no kind of token is ever taken for another. The
//! algorithm is this server's and never the token's. Keys come from the file in
//! the data folder, or from `auth.secret` and `auth.previous_secrets` where nodes
//! share a database; the newest signs, and the others verify what they signed.
//!
//! To add a kind of token: a [`Purpose`].

use std::sync::{Arc, PoisonError, RwLock};

use entity::Timestamp;
use jsonwebtoken::{Algorithm, DecodingKey, EncodingKey, Header, Validation};
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use tokio::sync::Semaphore;
use uuid::Uuid;

use super::key_file::{Entry, KeyFile, Stamp, make};
use super::seal::Seal;
use super::token::{encode, fingerprint};
use crate::config::Config;
use crate::error::{Error, Result};

const KEY_FILE: &str = "access-token.key";
const SEAL_FILE: &str = "seal.key";
const ISSUER: &str = "broadsheet";
const DAY: i64 = 86_400;
/// No token lives longer, so a key that has rested for so long is forgotten.
pub const LONGEST_DAYS: i64 = 90;

/// What a signed token is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Purpose {
    /// Speaks for somebody who has signed in.
    Access,
    /// Shows the working copy of an article.
    Preview,
    /// Shows the files of such an article, and nothing else.
    PreviewFiles,
    /// Somebody has given a password and owes a second factor.
    SecondFactor,
    /// A browser is at the OpenID Connect provider.
    Oidc,
}

impl Purpose {
    fn audience(self) -> &'static str {
        match self {
            Self::Access => "access",
            Self::Preview => "preview",
            Self::PreviewFiles => "preview-files",
            Self::SecondFactor => "second-factor",
            Self::Oidc => "oidc",
        }
    }

    fn noun(self) -> &'static str {
        match self {
            Self::Access => "access token",
            Self::Preview => "preview link",
            Self::PreviewFiles => "address of a previewed file",
            Self::SecondFactor => "challenge",
            Self::Oidc => "sign-in at the provider",
        }
    }

    fn remedy(self) -> &'static str {
        match self {
            Self::Access => "renew it with refreshSession",
            Self::Preview => "ask for a new one",
            Self::PreviewFiles => "read the preview again",
            Self::SecondFactor | Self::Oidc => "sign in again",
        }
    }
}

/// What signs and checks, held by the process.
pub struct Keys {
    /// None where the configuration names the keys.
    file: Option<KeyFile>,
    ring: RwLock<(Stamp, Arc<Ring>)>,
    seal: Seal,
    /// Hashing a password takes 19 MiB: so many at a time.
    hashing: Arc<Semaphore>,
}

struct Ring {
    /// Newest first, never empty.
    keys: Vec<Key>,
}

struct Key {
    id: String,
    made_at: i64,
    encoding: EncodingKey,
    decoding: DecodingKey,
}

impl Ring {
    fn new(entries: &[Entry]) -> Result<Arc<Self>> {
        let keys: Vec<_> = entries
            .iter()
            .map(|Entry { made_at, secret }| Key {
                id: id_of(secret),
                made_at: *made_at,
                encoding: EncodingKey::from_secret(secret.as_bytes()),
                decoding: DecodingKey::from_secret(secret.as_bytes()),
            })
            .collect();
        if keys.is_empty() {
            return Err(Error::internal("there is no key to sign with"));
        }
        Ok(Arc::new(Self { keys }))
    }

    fn find(&self, id: &str) -> Option<&Key> {
        self.keys.iter().find(|key| key.id == id)
    }
}

fn id_of(secret: &str) -> String {
    let hash = fingerprint(format!("broadsheet key id\n{secret}"));
    encode(hash.get(..9).unwrap_or(&hash))
}

/// The claims of every token, around those of its kind.
#[derive(Serialize)]
struct Signed<'a, T> {
    iss: &'a str,
    aud: &'a str,
    iat: i64,
    exp: i64,
    #[serde(flatten)]
    claims: &'a T,
}

#[derive(Deserialize)]
struct Verified<T> {
    exp: i64,
    #[serde(flatten)]
    claims: T,
}

/// What an access token says.
#[derive(Debug, Serialize, Deserialize)]
pub struct AccessClaims {
    pub sub: Uuid,
    /// The session, which ends the token's use when it ends.
    pub sid: Uuid,
}

impl Keys {
    /// Uses the configured secrets, or those in the data folder, which are made
    /// when they are not there.
    pub fn load(config: &Config, now: Timestamp) -> Result<Self> {
        let now = now.utc().timestamp();
        let given = config.auth.secret.reveal();
        let path = config.data_dir.join(KEY_FILE);
        let stamp = KeyFile::new(path.clone()).stamp();
        let (file, entries, sealing) = if given.is_empty() {
            let file = KeyFile::new(path);
            let entries = file.read_or_make(now)?;
            let sealing = KeyFile::new(config.data_dir.join(SEAL_FILE)).read_or_make(now)?;
            (Some(file), entries, sealing)
        } else {
            let previous = config.auth.previous_secrets.iter().map(crate::config::Secret::reveal);
            let entries: Vec<_> = std::iter::once(given)
                .chain(previous)
                .map(|secret| Entry { made_at: 0, secret: secret.to_owned() })
                .collect();
            (None, entries.clone(), entries)
        };
        Ok(Self {
            ring: RwLock::new((stamp, Ring::new(&entries)?)),
            seal: Seal::new(sealing.iter().map(|entry| entry.secret.as_str()))?,
            hashing: Arc::new(Semaphore::new(2)),
            file,
        })
    }

    /// Encrypts what must be read again, such as the secret of a second factor.
    #[must_use]
    pub fn seal(&self) -> &Seal {
        &self.seal
    }

    pub(super) fn hashing(&self) -> &Semaphore {
        &self.hashing
    }

    fn ring(&self) -> (Stamp, Arc<Ring>) {
        let (stamp, ring) = &*self.ring.read().unwrap_or_else(PoisonError::into_inner);
        (*stamp, Arc::clone(ring))
    }

    fn keep(&self, stamp: Stamp, entries: &[Entry]) -> Result<Arc<Ring>> {
        let ring = Ring::new(entries)?;
        *self.ring.write().unwrap_or_else(PoisonError::into_inner) = (stamp, Arc::clone(&ring));
        Ok(ring)
    }

    /// The keys as they are now: another process may have made one.
    fn fresh_ring(&self) -> Result<Arc<Ring>> {
        let (known, ring) = self.ring();
        let Some(file) = &self.file else {
            return Ok(ring);
        };
        let stamp = file.stamp();
        if stamp == known || stamp.is_none() {
            return Ok(ring);
        }
        self.keep(stamp, &file.read()?)
    }

    /// A token for one purpose, good until `expires`, which is at most
    /// [`LONGEST_DAYS`] away. The claims must be an object without the names
    /// `iss`, `aud`, `iat` and `exp`.
    pub fn sign_claims<T: Serialize>(
        &self,
        purpose: Purpose,
        claims: &T,
        now: Timestamp,
        expires: Timestamp,
    ) -> Result<String> {
        let (now, exp) = (now.utc().timestamp(), expires.utc().timestamp());
        if exp > now.saturating_add(LONGEST_DAYS * DAY) {
            return Err(Error::bad_input(format!(
                "a {} is good for {LONGEST_DAYS} days at most",
                purpose.noun()
            )));
        }
        let ring = self.fresh_ring()?;
        let key = ring.keys.first().ok_or_else(|| Error::internal("there is no key"))?;
        let mut header = Header::new(Algorithm::HS256);
        header.kid = Some(key.id.clone());
        let signed = Signed { iss: ISSUER, aud: purpose.audience(), iat: now, exp, claims };
        jsonwebtoken::encode(&header, &signed, &key.encoding)
            .map_err(|_| Error::internal(format!("cannot sign a {}", purpose.noun())))
    }

    /// The claims of a token that this server signed for this purpose and that
    /// has not expired; [`Error::Unauthenticated`] for every other.
    pub fn verify_claims<T: DeserializeOwned>(
        &self,
        purpose: Purpose,
        token: &str,
        now: Timestamp,
    ) -> Result<T> {
        let invalid = || Error::Unauthenticated(format!("the {} is not valid", purpose.noun()));
        let id = jsonwebtoken::decode_header(token)
            .ok()
            .and_then(|header| header.kid)
            .ok_or_else(invalid)?;
        let (_, mut ring) = self.ring();
        if ring.find(&id).is_none() {
            ring = self.fresh_ring()?;
        }
        let key = ring.find(&id).ok_or_else(invalid)?;
        let mut validation = Validation::new(Algorithm::HS256);
        validation.set_issuer(&[ISSUER]);
        validation.set_audience(&[purpose.audience()]);
        validation.set_required_spec_claims(&["exp", "iss", "aud"]);
        // Time comes from the server's clock, below.
        validation.validate_exp = false;
        let Verified { exp, claims } =
            jsonwebtoken::decode::<Verified<T>>(token, &key.decoding, &validation)
                .map_err(|_| invalid())?
                .claims;
        if exp <= now.utc().timestamp() {
            return Err(Error::Unauthenticated(format!(
                "the {} has expired: {}",
                purpose.noun(),
                purpose.remedy()
            )));
        }
        Ok(claims)
    }

    /// Makes a new key that signs from now on. What older keys signed stays good.
    pub fn rotate(&self, now: Timestamp) -> Result<()> {
        self.rotate_if(now, |_| true)
    }

    /// The same, once the newest key is so old; 0 days is never.
    pub fn rotate_by_age(&self, now: Timestamp, days: i64) -> Result<()> {
        let old = |made_at: i64| {
            days > 0 && made_at.saturating_add(days.saturating_mul(DAY)) <= now.utc().timestamp()
        };
        let ring = self.fresh_ring()?;
        if self.file.is_none() || !ring.keys.first().is_some_and(|key| old(key.made_at)) {
            return Ok(());
        }
        self.rotate_if(now, old)
    }

    fn rotate_if(&self, now: Timestamp, wanted: impl Fn(i64) -> bool) -> Result<()> {
        let file = self.file.as_ref().ok_or_else(|| {
            Error::bad_input(
                "the keys are configured: put the present auth.secret into \
                 auth.previous_secrets, and a new one in its place",
            )
        })?;
        let now = now.utc().timestamp();
        let entries = file.update(|entries| {
            // Another process may have been faster.
            if !entries.first().is_some_and(|newest| wanted(newest.made_at)) {
                return Ok(false);
            }
            make(entries, now)?;
            // A key rests from when the next one was made.
            let rested: Vec<_> = std::iter::once(now)
                .chain(entries.iter().map(|entry| entry.made_at))
                .map(|since| since.saturating_add(LONGEST_DAYS * DAY) <= now)
                .collect();
            let mut rested = rested.into_iter();
            entries.retain(|_| !rested.next().unwrap_or(false));
            Ok(true)
        })?;
        // Another process may have written since: the next look reads again.
        self.keep(None, &entries)?;
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::Secret;

    const NOW: Timestamp = Timestamp(1_800_000_000_000_000);
    const HOUR: Timestamp = Timestamp(NOW.0 + 3_600_000_000);

    #[derive(Debug, PartialEq, Serialize, Deserialize)]
    struct Claims {
        what: String,
    }

    fn claims() -> Claims {
        Claims { what: "this".to_owned() }
    }

    fn configured(secret: &str, previous: &[&str]) -> Keys {
        let mut config = Config::default();
        config.auth.secret = Secret::new(secret.repeat(8));
        config.auth.previous_secrets =
            previous.iter().map(|secret| Secret::new(secret.repeat(8))).collect();
        Keys::load(&config, NOW).unwrap()
    }

    fn code(done: Result<Claims>) -> &'static str {
        done.unwrap_err().code()
    }

    #[test]
    fn a_token_is_good_for_its_purpose_and_its_time() {
        let keys = configured("first", &[]);
        let token = keys.sign_claims(Purpose::Preview, &claims(), NOW, HOUR).unwrap();
        assert_eq!(keys.verify_claims::<Claims>(Purpose::Preview, &token, NOW).unwrap(), claims());
        for purpose in
            [Purpose::Access, Purpose::PreviewFiles, Purpose::SecondFactor, Purpose::Oidc]
        {
            assert_eq!(code(keys.verify_claims(purpose, &token, NOW)), "UNAUTHENTICATED");
        }
        assert_eq!(code(keys.verify_claims(Purpose::Preview, &token, HOUR)), "UNAUTHENTICATED");
        let far = Timestamp(NOW.0 + (LONGEST_DAYS + 1) * DAY * 1_000_000);
        assert!(keys.sign_claims(Purpose::Preview, &claims(), NOW, far).is_err());
    }

    #[test]
    fn a_configured_secret_is_replaced_without_ending_tokens() {
        let token =
            configured("first", &[]).sign_claims(Purpose::Access, &claims(), NOW, HOUR).unwrap();
        let verify = |keys: &Keys| keys.verify_claims::<Claims>(Purpose::Access, &token, NOW);
        assert!(verify(&configured("second", &["first"])).is_ok());
        assert_eq!(code(verify(&configured("second", &["third"]))), "UNAUTHENTICATED");
        assert!(configured("first", &[]).rotate(NOW).is_err());
    }

    #[test]
    fn another_key_another_algorithm_and_none_are_refused() {
        let keys = configured("first", &[]);
        let good = keys.sign_claims(Purpose::Access, &claims(), NOW, HOUR).unwrap();
        let kid = jsonwebtoken::decode_header(&good).unwrap().kid;
        let signed = Signed {
            iss: ISSUER,
            aud: "access",
            iat: 0,
            exp: HOUR.0 / 1_000_000,
            claims: &claims(),
        };
        let forge = |algorithm, kid: Option<String>, secret: &str| {
            let mut header = Header::new(algorithm);
            header.kid = kid;
            let key = EncodingKey::from_secret(secret.repeat(8).as_bytes());
            jsonwebtoken::encode(&header, &signed, &key).unwrap()
        };
        let same = forge(Algorithm::HS256, kid.clone(), "first");
        assert!(keys.verify_claims::<Claims>(Purpose::Access, &same, NOW).is_ok());
        for forged in [
            forge(Algorithm::HS256, kid.clone(), "other"),
            forge(Algorithm::HS384, kid.clone(), "first"),
            forge(Algorithm::HS512, kid, "first"),
            forge(Algorithm::HS256, None, "first"),
            forge(Algorithm::HS256, Some("unknown".to_owned()), "first"),
        ] {
            let refused = keys.verify_claims(Purpose::Access, &forged, NOW);
            assert_eq!(code(refused), "UNAUTHENTICATED", "{forged}");
        }
    }

    #[test]
    fn keys_in_a_folder_rotate_for_every_process_that_shares_it() {
        let folder = tempfile::tempdir().unwrap();
        let config = Config { data_dir: folder.path().to_owned(), ..Config::default() };
        let (one, other) = (Keys::load(&config, NOW).unwrap(), Keys::load(&config, NOW).unwrap());
        let old = one.sign_claims(Purpose::Access, &claims(), NOW, HOUR).unwrap();
        let days = |days| Timestamp(NOW.0 + days * DAY * 1_000_000);
        one.rotate_by_age(days(9), 10).unwrap();
        assert_eq!(one.ring().1.keys.len(), 1);
        one.rotate_by_age(days(10), 10).unwrap();
        other.rotate_by_age(days(10), 10).unwrap();
        assert_eq!(other.ring().1.keys.len(), 2, "one of them rotates");
        let new = one.sign_claims(Purpose::Access, &claims(), NOW, HOUR).unwrap();
        assert_ne!(
            jsonwebtoken::decode_header(&old).unwrap().kid,
            jsonwebtoken::decode_header(&new).unwrap().kid
        );
        for token in [&old, &new] {
            assert!(other.verify_claims::<Claims>(Purpose::Access, token, NOW).is_ok());
        }
        one.rotate(days(10 + LONGEST_DAYS)).unwrap();
        assert_eq!(one.ring().1.keys.len(), 2, "what has rested for so long is forgotten");
        assert!(one.verify_claims::<Claims>(Purpose::Access, &old, NOW).is_err());
        let newest = one.sign_claims(Purpose::Access, &claims(), NOW, HOUR).unwrap();
        assert!(
            other.verify_claims::<Claims>(Purpose::Access, &newest, NOW).is_ok(),
            "a key that is not known yet is looked for"
        );
        #[cfg(unix)]
        {
            use std::os::unix::fs::PermissionsExt;
            for name in [KEY_FILE, SEAL_FILE] {
                let meta = std::fs::metadata(folder.path().join(name)).unwrap();
                assert_eq!(meta.permissions().mode() & 0o777, 0o600);
            }
        }
    }
}
