//! Ghost exports (versions 3 to 6), as "Settings → Export" writes them.
//!
//! The file is a dump of tables. It is read twice: first all but the posts, then
//! the posts, one after the other, so that memory does not grow with the texts.
//!
//! **Invariants.** Pure: bytes in, items out. Of users only what a byline prints
//! is read. What only members could read becomes a draft. Injected code is kept
//! with the item and shown nowhere.

mod document;
mod post;
mod tables;
#[cfg(test)]
mod tests;

use std::io::{BufReader, Read};
use std::sync::Arc;
use std::sync::mpsc::{Receiver, sync_channel};

use indexmap::IndexMap;
use serde_json::Value;

use super::model::{Item, Leads, Link, Origin, filled};
use crate::hugo::problem::Problem;
pub use tables::Tables;

/// Reads everything but the posts.
pub fn survey(source: Box<dyn Read + Send>) -> Result<Tables, Problem> {
    let mut tables = Tables::default();
    tables::read(BufReader::new(source), &mut tables, &mut |_| true)
        .map_err(|error| problem(&error))?;
    if !tables.is_export {
        return Err(Problem::new(
            "this is no Ghost export: it has no posts; make one in Ghost under Settings → \
             Advanced → Import/Export",
        ));
    }
    tables.index();
    Ok(tables)
}

fn problem(error: &serde_json::Error) -> Problem {
    let line = u32::try_from(error.line()).ok().filter(|line| *line > 0);
    let column = u32::try_from(error.column()).ok().filter(|column| *column > 0);
    let what = if error.is_eof() {
        format!("the file ends too early ({error}): export it anew, what was read is kept")
    } else {
        format!("this is no Ghost export: {error}")
    };
    Problem { line, column, ..Problem::new(what) }
}

impl Tables {
    /// What is true of all posts.
    #[must_use]
    pub fn origin(&self) -> Origin {
        let setting = |key: &str| self.setting(key).map(str::to_owned);
        Origin {
            title: setting("title").unwrap_or_default(),
            description: setting("description").unwrap_or_default(),
            language: setting("locale").or_else(|| setting("lang")),
            terms: self.terms(),
            menus: self.menus(),
            ..Origin::default()
        }
    }
}

impl Tables {
    /// The two navigations that a theme of Ghost has, under the names that Hugo's
    /// themes know.
    fn menus(&self) -> IndexMap<String, Vec<Link>> {
        let mut menus = IndexMap::new();
        for (key, name) in [("navigation", "main"), ("secondary_navigation", "footer")] {
            let list = self.setting(key).and_then(|text| serde_json::from_str::<Value>(text).ok());
            let list = list.as_ref().and_then(Value::as_array).map(Vec::as_slice);
            let links: Vec<Link> = (0..)
                .zip(list.unwrap_or_default())
                .filter_map(|(order, one)| {
                    let field = |key: &str| one.get(key).and_then(Value::as_str).and_then(filled);
                    let url = field("url")?.replace("__GHOST_URL__", "");
                    let (key, name) = (format!("{order}"), field("label")?);
                    Some(Link { key, name, order, leads: Leads::Url(url), ..Link::default() })
                })
                .collect();
            if !links.is_empty() {
                menus.insert(name.to_owned(), links);
            }
        }
        menus
    }
}

/// Posts, read by a thread of their own: the parser pushes, an import pulls.
pub struct Posts(Receiver<Result<Item, Problem>>);

impl Posts {
    #[must_use]
    pub fn new(source: Box<dyn Read + Send>, tables: Arc<Tables>) -> Self {
        let (send, receive) = sync_channel(32);
        std::thread::spawn(move || {
            let mut number = 0;
            let mut skipped = Tables::default();
            let done = tables::read(BufReader::new(source), &mut skipped, &mut |value| {
                number += 1;
                // Nobody listens any more: the rest is not read.
                send.send(post::read(value, &tables, number)).is_ok()
            });
            if let Err(error) = done {
                let _ = send.send(Err(problem(&error)));
            }
        });
        Self(receive)
    }
}

impl Iterator for Posts {
    type Item = Result<Item, Problem>;

    fn next(&mut self) -> Option<Self::Item> {
        self.0.recv().ok()
    }
}
