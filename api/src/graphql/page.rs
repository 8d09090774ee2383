//! Pages of a list: arguments, cursors and slices, as Relay's Cursor
//! Connections specify them. Cursors hold the values that the list is sorted by
//! (keyset pagination), so page 450 costs what page 1 costs and rows that come
//! and go meanwhile neither repeat nor hide others.

use async_graphql::connection::CursorType;
use base64::Engine;
use base64::prelude::BASE64_URL_SAFE_NO_PAD;
use uuid::Uuid;

use crate::error::{Error, Result};

/// Rows a page has where nothing is asked for.
pub const DEFAULT_SIZE: u32 = 20;
/// Rows that a page has at most.
pub const MAX_SIZE: u32 = 100;

/// The value that a list is sorted by.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Key {
    Number(i64),
    Text(String),
}

/// A place in a list: the sort value and the id that breaks ties.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Cursor {
    /// Which order the cursor belongs to.
    pub order: u8,
    pub key: Key,
    pub id: Uuid,
}

impl CursorType for Cursor {
    type Error = Error;

    fn decode_cursor(text: &str) -> Result<Self> {
        let wrong = || Error::bad_input(format!("{text:?} is not a cursor that this server gave"));
        let bytes = BASE64_URL_SAFE_NO_PAD.decode(text).map_err(|_| wrong())?;
        let ([order, kind], rest) = bytes.split_first_chunk().ok_or_else(wrong)?;
        let (id, key) = rest.split_first_chunk::<16>().ok_or_else(wrong)?;
        let key = match kind {
            b'n' => Key::Number(i64::from_be_bytes(key.try_into().map_err(|_| wrong())?)),
            b't' => Key::Text(text_key(key).ok_or_else(wrong)?),
            _ => return Err(wrong()),
        };
        Ok(Self { order: *order, key, id: Uuid::from_bytes(*id) })
    }

    fn encode_cursor(&self) -> String {
        let mut bytes = vec![self.order];
        bytes.push(if matches!(self.key, Key::Number(_)) { b'n' } else { b't' });
        bytes.extend(self.id.as_bytes());
        match &self.key {
            Key::Number(number) => bytes.extend(number.to_be_bytes()),
            Key::Text(text) => bytes.extend(text.as_bytes()),
        }
        BASE64_URL_SAFE_NO_PAD.encode(bytes)
    }
}

/// A text that a database can compare with.
fn text_key(bytes: &[u8]) -> Option<String> {
    String::from_utf8(bytes.to_vec()).ok().filter(|text| !text.contains('\0'))
}

/// The arguments of a connection, checked.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Page {
    pub size: u32,
    /// Counted from the end: `last`.
    pub backward: bool,
    pub after: Option<Cursor>,
    pub before: Option<Cursor>,
}

impl Page {
    /// `order` is that of the list: a cursor of another order is refused.
    pub fn new(
        order: u8,
        first: Option<i32>,
        after: Option<&str>,
        last: Option<i32>,
        before: Option<&str>,
    ) -> Result<Self> {
        let (name, size, backward) = match (first, last) {
            (Some(_), Some(_)) => {
                return Err(Error::bad_input("give either `first` or `last`, not both"));
            }
            (None, Some(last)) => ("last", Some(last), true),
            (first, None) => ("first", first, false),
        };
        let size = match size {
            None => DEFAULT_SIZE,
            Some(size) => {
                u32::try_from(size).ok().filter(|size| *size <= MAX_SIZE).ok_or_else(|| {
                    Error::bad_input(format!(
                        "`{name}` must be between 0 and {MAX_SIZE}, and {size} was asked for"
                    ))
                })?
            }
        };
        let cursor = |text: Option<&str>| {
            text.map(|text| {
                let cursor = Cursor::decode_cursor(text)?;
                if cursor.order == order {
                    Ok(cursor)
                } else {
                    Err(Error::bad_input("the cursor belongs to a list with another `orderBy`"))
                }
            })
            .transpose()
        };
        Ok(Self { size, backward, after: cursor(after)?, before: cursor(before)? })
    }

    /// Rows to fetch: one more than the page has, to know whether others follow.
    #[must_use]
    pub fn limit(&self) -> u64 {
        u64::from(self.size) + 1
    }

    /// Makes a page of fetched rows, which came in the direction of travel.
    #[must_use]
    pub fn slice<T>(&self, mut rows: Vec<T>) -> Slice<T> {
        let more = rows.len() > self.size as usize;
        rows.truncate(self.size as usize);
        if self.backward {
            rows.reverse();
            Slice { rows, has_previous: more, has_next: self.before.is_some() }
        } else {
            Slice { rows, has_previous: self.after.is_some(), has_next: more }
        }
    }
}

/// A page's rows in the order of the list.
#[derive(Debug, Clone)]
pub struct Slice<T> {
    pub rows: Vec<T>,
    pub has_previous: bool,
    pub has_next: bool,
}

impl<T> Default for Slice<T> {
    fn default() -> Self {
        Self { rows: Vec::new(), has_previous: false, has_next: false }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn cursors_come_back_as_they_went() {
        for key in [Key::Number(-5), Key::Number(i64::MAX), Key::Text("杭州".to_owned())] {
            let cursor = Cursor { order: 1, key, id: Uuid::from_u128(7) };
            assert_eq!(Cursor::decode_cursor(&cursor.encode_cursor()).unwrap(), cursor);
        }
        for text in ["", "x", "AAAA", "é"] {
            assert!(Cursor::decode_cursor(text).is_err(), "{text}");
        }
    }

    #[test]
    fn sizes_out_of_range_are_refused_with_the_limit() {
        let size = |first, last| Page::new(0, first, None, last, None).map(|page| page.size);
        assert_eq!(size(None, None).unwrap(), 20);
        assert_eq!(size(Some(0), None).unwrap(), 0);
        for (first, last) in
            [(Some(101), None), (Some(-1), None), (None, Some(1000)), (Some(1), Some(1))]
        {
            assert_eq!(size(first, last).unwrap_err().code(), "BAD_USER_INPUT");
        }
    }

    #[test]
    fn a_cursor_of_another_order_is_refused() {
        let cursor = Cursor { order: 1, key: Key::Number(1), id: Uuid::nil() }.encode_cursor();
        assert!(Page::new(1, None, Some(&cursor), None, None).is_ok());
        assert!(Page::new(2, None, Some(&cursor), None, None).is_err());
    }

    #[test]
    fn slices_say_whether_there_is_more() {
        let forward = Page { size: 2, backward: false, after: None, before: None };
        let slice = forward.slice(vec![1, 2, 3]);
        assert_eq!((slice.rows, slice.has_next, slice.has_previous), (vec![1, 2], true, false));
        let backward = Page { backward: true, ..forward };
        let slice = backward.slice(vec![9, 8, 7]);
        assert_eq!((slice.rows, slice.has_next, slice.has_previous), (vec![8, 9], false, true));
    }
}
