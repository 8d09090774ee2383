//! Encryption at rest: AES-256-GCM, each text under a nonce of its own and bound
//! to what it belongs to, so that none can be moved to another row.

use aws_lc_rs::aead::{AES_256_GCM, Aad, NONCE_LEN, Nonce, RandomizedNonceKey};
use aws_lc_rs::hmac;

use super::token::fingerprint;
use crate::error::{Error, Result};

const ID_LEN: usize = 4;

/// Keys that encrypt, newest first: all can decrypt.
pub struct Seal {
    keys: Vec<([u8; ID_LEN], RandomizedNonceKey, hmac::Key)>,
}

impl Seal {
    /// Keys derived from long random secrets.
    pub fn new<'a>(secrets: impl Iterator<Item = &'a str>) -> Result<Self> {
        let unusable = || Error::internal("a secret cannot be made a key");
        let keys = secrets
            .map(|secret| {
                let derive = |what: &str| fingerprint(format!("broadsheet {what}\n{secret}"));
                let id = derive("seal id").first_chunk().copied().ok_or_else(unusable)?;
                let key = RandomizedNonceKey::new(&AES_256_GCM, &derive("seal key"))
                    .map_err(|_| unusable())?;
                let mac = hmac::Key::new(hmac::HMAC_SHA256, &derive("derivation key"));
                Ok((id, key, mac))
            })
            .collect::<Result<Vec<_>>>()?;
        Ok(Self { keys })
    }

    /// Encrypts for a place, such as a row's id.
    pub fn close(&self, place: &[u8], plain: &[u8]) -> Result<Vec<u8>> {
        let unusable = || Error::internal("cannot encrypt");
        let (id, key, _) = self.keys.first().ok_or_else(unusable)?;
        let mut text = plain.to_vec();
        let nonce =
            key.seal_in_place_append_tag(Aad::from(place), &mut text).map_err(|_| unusable())?;
        Ok([id.as_slice(), nonce.as_ref(), &text].concat())
    }

    /// Decrypts what was encrypted for the same place; none for anything else.
    #[must_use]
    pub fn open(&self, place: &[u8], sealed: &[u8]) -> Option<Vec<u8>> {
        let (id, rest) = sealed.split_first_chunk::<ID_LEN>()?;
        let (nonce, text) = rest.split_first_chunk::<NONCE_LEN>()?;
        let mut text = text.to_vec();
        let (_, key, _) = self.keys.iter().find(|(known, ..)| known == id)?;
        let plain = key
            .open_in_place(Nonce::assume_unique_for_key(*nonce), Aad::from(place), &mut text)
            .ok()?;
        Some(plain.to_vec())
    }

    /// Whether the newest key encrypted it.
    #[must_use]
    pub fn is_newest(&self, sealed: &[u8]) -> bool {
        self.keys.first().is_some_and(|(id, ..)| sealed.starts_with(id))
    }

    /// Bytes that only this server can tell from other bytes.
    pub fn derive(&self, from: &[u8]) -> Result<[u8; 32]> {
        let (.., key) = self.keys.first().ok_or_else(|| Error::internal("there is no key"))?;
        let tag = hmac::sign(key, from);
        tag.as_ref().try_into().map_err(Error::internal)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_sealed_opens_in_its_place_alone_and_survives_a_new_key() {
        let old = Seal::new(["one secret"].into_iter()).unwrap();
        let sealed = old.close(b"place", b"plain").unwrap();
        assert!(!sealed.windows(5).any(|part| part == b"plain"));
        assert_ne!(sealed, old.close(b"place", b"plain").unwrap());
        let new = Seal::new(["another", "one secret"].into_iter()).unwrap();
        assert_eq!(new.open(b"place", &sealed).unwrap(), b"plain");
        assert!(old.is_newest(&sealed) && !new.is_newest(&sealed));
        assert!(new.open(b"other", &sealed).is_none());
        assert!(Seal::new(["another"].into_iter()).unwrap().open(b"place", &sealed).is_none());
        let mut broken = sealed.clone();
        *broken.last_mut().unwrap() ^= 1;
        assert!(old.open(b"place", &broken).is_none() && old.open(b"place", b"x").is_none());
    }
}
