//! The form of a token, and what is remembered of its use.

use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};

use entity::Timestamp;
use uuid::Uuid;

use crate::error::Result;
use crate::user::random;

/// What every token begins with.
pub const PREFIX: &str = "bsht_";

/// Random characters: 178 bits.
const RANDOM: usize = 30;
/// Characters that hold a CRC-32.
const CHECK: usize = 6;

const ALPHABET: &[u8; 62] = b"0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";

/// A new token.
pub fn make() -> Result<String> {
    let mut text = PREFIX.to_owned();
    while text.len() < PREFIX.len() + RANDOM {
        // Bytes from 248 on would make the first letters more likely.
        let bytes = random::<64>()?;
        let letters = bytes.iter().filter(|byte| **byte < 248);
        let letters = letters.filter_map(|byte| ALPHABET.get(usize::from(byte % 62)));
        let missing = PREFIX.len() + RANDOM - text.len();
        text.extend(letters.take(missing).map(|letter| char::from(*letter)));
    }
    let check = check(&text);
    text.push_str(&check);
    Ok(text)
}

/// Whether a text has the form of a token: says nothing of whether it is one.
#[must_use]
pub fn plausible(token: &str) -> bool {
    let Some(rest) = token.strip_prefix(PREFIX) else {
        return false;
    };
    let plain = rest.len() == RANDOM + CHECK && rest.bytes().all(|byte| ALPHABET.contains(&byte));
    plain
        && token
            .split_at_checked(PREFIX.len() + RANDOM)
            .is_some_and(|(text, last)| check(text) == last)
}

/// The CRC-32 of a text in base 62.
fn check(text: &str) -> String {
    let mut rest = crc32fast::hash(text.as_bytes());
    let mut letters = [b'0'; CHECK];
    for letter in letters.iter_mut().rev() {
        let digit = usize::try_from(rest % 62).unwrap_or(0);
        *letter = ALPHABET.get(digit).copied().unwrap_or(b'0');
        rest /= 62;
    }
    letters.iter().map(|letter| char::from(*letter)).collect()
}

/// When tokens were used, until that is written down.
#[derive(Debug, Default)]
pub struct Uses(Mutex<HashMap<Uuid, Timestamp>>);

impl Uses {
    pub fn note(&self, token: Uuid, at: Timestamp) {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).insert(token, at);
    }

    #[must_use]
    pub fn peek(&self) -> HashMap<Uuid, Timestamp> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    pub fn take(&self) -> HashMap<Uuid, Timestamp> {
        std::mem::take(&mut self.0.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_token_is_plausible_and_a_mistyped_one_is_not() {
        let token = make().unwrap();
        assert_eq!(token.len(), PREFIX.len() + RANDOM + CHECK);
        assert!(plausible(&token));
        assert_ne!(token, make().unwrap());
        for place in PREFIX.len()..token.len() {
            let mut wrong = token.clone().into_bytes();
            wrong[place] = if wrong[place] == b'x' { b'y' } else { b'x' };
            assert!(!plausible(&String::from_utf8(wrong).unwrap()), "{place}");
        }
        for wrong in ["", "bsht_", "é", &token[1..], &format!("{token}0")] {
            assert!(!plausible(wrong), "{wrong}");
        }
    }
}
