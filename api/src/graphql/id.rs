//! Opaque, typed global ids, as Relay's Global Object Identification asks.

use base64::Engine;
use base64::prelude::BASE64_URL_SAFE_NO_PAD;
use uuid::Uuid;

use crate::error::{Error, Result, quoted};

/// What an id names. The letter is part of every id handed out: never reuse one.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum IdKind {
    ApiToken,
    Article,
    Category,
    Comment,
    /// An entry of a menu; no node.
    MenuEntry,
    Preview,
    Revision,
    /// Somebody's sign-in; no node.
    Session,
    Tag,
    TaxonomyChange,
    /// Of a taxonomy other than tags and categories.
    Term,
    User,
}

impl IdKind {
    const ALL: [Self; 12] = [
        Self::ApiToken,
        Self::Article,
        Self::Category,
        Self::Comment,
        Self::MenuEntry,
        Self::Preview,
        Self::Revision,
        Self::Session,
        Self::Tag,
        Self::TaxonomyChange,
        Self::Term,
        Self::User,
    ];

    fn letter(self) -> u8 {
        match self {
            Self::ApiToken => b'k',
            Self::Article => b'a',
            Self::Category => b'c',
            Self::Comment => b'm',
            Self::MenuEntry => b'n',
            Self::Preview => b'p',
            Self::Revision => b'r',
            Self::Session => b's',
            Self::Tag => b't',
            Self::TaxonomyChange => b'x',
            Self::Term => b'w',
            Self::User => b'u',
        }
    }

    fn noun(self) -> &'static str {
        match self {
            Self::ApiToken => "an API token",
            Self::Article => "an article",
            Self::Category => "a category",
            Self::Comment => "a comment",
            Self::MenuEntry => "a menu entry",
            Self::Preview => "a preview",
            Self::Revision => "a revision",
            Self::Session => "a session",
            Self::Tag => "a tag",
            Self::TaxonomyChange => "a change of terms",
            Self::Term => "a term of another taxonomy",
            Self::User => "a user",
        }
    }
}

/// Twenty-three characters of URL-safe base64: one of kind, sixteen of id.
#[must_use]
pub fn encode(kind: IdKind, id: Uuid) -> async_graphql::ID {
    let mut bytes = [0; 17];
    let (head, tail) = bytes.split_at_mut(1);
    head.fill(kind.letter());
    tail.copy_from_slice(id.as_bytes());
    BASE64_URL_SAFE_NO_PAD.encode(bytes).into()
}

pub fn decode(id: &str) -> Result<(IdKind, Uuid)> {
    let malformed =
        || Error::bad_input(format!("{} is not an id that this server gave", quoted(id)));
    let bytes = BASE64_URL_SAFE_NO_PAD.decode(id).map_err(|_| malformed())?;
    let (letter, rest) = bytes.split_first().ok_or_else(malformed)?;
    let kind =
        IdKind::ALL.into_iter().find(|kind| kind.letter() == *letter).ok_or_else(malformed)?;
    Ok((kind, Uuid::from_slice(rest).map_err(|_| malformed())?))
}

/// Refuses an id of another kind.
pub fn decode_as(kind: IdKind, id: &str) -> Result<Uuid> {
    match decode(id)? {
        (found, uuid) if found == kind => Ok(uuid),
        (found, _) => Err(Error::bad_input(format!(
            "{id:?} is the id of {}, and {} is needed",
            found.noun(),
            kind.noun()
        ))),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ids_come_back_as_they_went_and_know_their_kind() {
        let uuid = Uuid::from_u128(0x01a2_0d65_0000_7000_8000_0000_0000_0001);
        for kind in IdKind::ALL {
            let id = encode(kind, uuid);
            assert_eq!(decode(&id).unwrap(), (kind, uuid));
            assert_eq!(decode_as(kind, &id).unwrap(), uuid);
        }
        let tag = encode(IdKind::Tag, uuid);
        assert!(decode_as(IdKind::Article, &tag).unwrap_err().to_string().contains("tag"));
        for malformed in ["", "1", "%%%", "YQ", &"a".repeat(200)] {
            assert!(decode(malformed).is_err(), "{malformed}");
        }
    }
}
