//! Whether index and database agree, for `broadsheet search check`.
//!
//! The documents of all articles are made from the database once more, and their
//! prints are compared with those that the index holds, in both directions. What
//! events that are still to be followed are about is behind, and not wrong.

use std::collections::{BTreeSet, HashMap};
use std::fmt;

use uuid::Uuid;

use super::follow::{EVENTS, blocking, root, touched};
use super::index::{self, Opened, cannot};
use super::source::{self, CHUNK};
use super::unavailable;
use crate::article::read;
use crate::ctx::Ctx;
use crate::error::{Error, Result};
use crate::graphql::id::{IdKind, encode};

/// Articles that are named of each kind.
const NAMED: usize = 20;

/// What a check found.
#[derive(Debug, Default)]
pub struct Checked {
    /// Articles of the database.
    pub articles: usize,
    pub position: i64,
    /// Events behind that position.
    pub waiting: i64,
    /// Articles that the index lacks, has too many of, or has otherwise.
    pub missing: Vec<Uuid>,
    pub extra: Vec<Uuid>,
    pub different: Vec<Uuid>,
}

impl Checked {
    #[must_use]
    pub fn agrees(&self) -> bool {
        self.missing.is_empty() && self.extra.is_empty() && self.different.is_empty()
    }
}

impl fmt::Display for Checked {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { articles, position, waiting, missing, extra, different } = self;
        for (what, ids) in [
            ("missing in the index", missing),
            ("not in the database", extra),
            ("different", different),
        ] {
            for id in ids.iter().take(NAMED) {
                writeln!(f, "{what}: {}", encode(IdKind::Article, *id).as_str())?;
            }
            if ids.len() > NAMED {
                writeln!(f, "{what}: {} more", ids.len() - NAMED)?;
            }
        }
        let wrong = missing.len() + extra.len() + different.len();
        let verdict = if wrong == 0 {
            "index and database agree".to_owned()
        } else {
            format!("{wrong} differ; `broadsheet search rebuild` builds the index anew")
        };
        write!(f, "{articles} articles, event {position}, {waiting} events to follow: {verdict}")
    }
}

/// The prints of all documents, by article.
fn prints(opened: &Opened) -> Result<HashMap<Uuid, Vec<u64>>> {
    let mut prints: HashMap<Uuid, Vec<u64>> = HashMap::new();
    for reader in opened.reader.searcher().segment_readers() {
        let columns = reader.fast_fields();
        let column = |name| columns.u64(name).map_err(unavailable);
        let (high, low, print) = (column("id_high")?, column("id_low")?, column("print")?);
        for doc in reader.doc_ids_alive() {
            if let (Some(high), Some(low), Some(print)) =
                (high.first(doc), low.first(doc), print.first(doc))
            {
                prints.entry(super::layout::id(high, low)).or_default().push(print);
            }
        }
    }
    for prints in prints.values_mut() {
        prints.sort_unstable();
    }
    Ok(prints)
}

/// Compares the index in use with the database. Neither is written to.
pub async fn check(ctx: &Ctx) -> Result<Checked> {
    let root = root(ctx.app());
    let name = index::current(&root).ok_or_else(|| {
        Error::internal("there is no search index yet: `broadsheet search rebuild` makes one")
    })?;
    let (folder, nonce) = (root.clone(), ctx.new_id());
    let opened = blocking(move || Opened::at(&folder, name, nonce)).await?;
    if !opened.is_current() {
        return Err(cannot(&opened.folder, "of another layout; `broadsheet search rebuild`"));
    }
    let place = opened.place()?.ok_or_else(|| cannot(&opened.folder, "never finished"))?;
    let mut held = prints(&opened)?;
    let mut checked = Checked { position: place.position, ..Checked::default() };
    let mut after = Uuid::nil();
    loop {
        let ids = read::all_after(ctx, after, CHUNK as u64).await?;
        let Some(last) = ids.last() else {
            break;
        };
        after = *last;
        checked.articles += ids.len();
        let mut expected: HashMap<Uuid, Vec<u64>> = HashMap::new();
        for document in source::documents(ctx, &ids).await? {
            expected.entry(document.id).or_default().push(document.print());
        }
        for id in ids {
            let mut expected = expected.remove(&id).unwrap_or_default();
            expected.sort_unstable();
            match held.remove(&id) {
                Some(held) if held == expected => {}
                Some(_) => checked.different.push(id),
                None if expected.is_empty() => {}
                None => checked.missing.push(id),
            }
        }
    }
    checked.extra = held.into_keys().collect();
    checked.extra.sort_unstable();
    // What came since is told by events that the index has not read.
    let mut behind = BTreeSet::new();
    let mut position = place.position;
    loop {
        let events = crate::event::after(ctx, position, EVENTS).await?;
        let Some(last) = events.last() else {
            break;
        };
        position = last.id;
        behind.extend(touched(ctx, &opened, &events).await?);
    }
    checked.waiting = position - place.position;
    for ids in [&mut checked.missing, &mut checked.extra, &mut checked.different] {
        ids.retain(|id| !behind.contains(id));
    }
    Ok(checked)
}
