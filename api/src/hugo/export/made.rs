//! One file of a plan, made from what was loaded.

use std::sync::Arc;

use sha2::{Digest, Sha256};

use super::fresh::Style;
use super::loaded::ListRow;
use super::page::{self, Target};
use super::plan::{Data, Exported, Gone, Planned, Why};
use super::site::{Row, Site};
use crate::article::content::Content;
use crate::hugo::problem::Problem;
use crate::hugo::tree::Entry;

/// What a page should be now.
pub(super) enum State {
    Article {
        target: Box<Target>,
        exported: Exported,
    },
    List {
        row: ListRow,
    },
    /// A file that was made for a term: what the term is called, and is.
    Term {
        title: String,
        description: Option<String>,
        weight: i32,
    },
    /// Nothing is known that it should say: as it was.
    AsItWas,
    Gone,
}

pub(super) struct Page {
    pub row: Row,
    pub front_matter: Vec<u8>,
    pub body: Option<Vec<u8>>,
    pub was: Option<Content>,
    pub state: State,
    pub style: Arc<Style>,
    /// Where it lies now, if it has moved.
    pub moved: Option<Entry>,
}

pub(super) enum Made {
    File(Box<Planned>),
    /// What is wrong, and the file as it was if that is known.
    Wrong(Option<Box<Planned>>, Problem),
    Gone(Gone),
}

impl Page {
    pub(super) fn make(self, site: &Site, now: entity::Timestamp) -> Made {
        let Self { row, front_matter, body, was, state, style, moved } = self;
        if let State::Gone = state {
            return Made::Gone(gone(row));
        }
        let mut original = front_matter;
        original.extend(body.unwrap_or_default());
        if Sha256::digest(&original).as_slice() != row.hash {
            let problem = Problem::new(
                "what the database holds of this file is not what was imported; import it again",
            );
            return Made::Wrong(None, problem.in_file(&row.path));
        }
        let planned = |bytes: Vec<u8>, hash: Vec<u8>, why: Why, article: Option<Exported>| {
            Box::new(Planned {
                path: row.path.clone(),
                plain_body: false,
                only_if_absent: false,
                data: Data::Bytes(bytes),
                hash,
                mode: row.mode,
                why,
                article,
                from: Some((row.path.clone(), row.hash.clone())),
                kind: row.kind.clone(),
                language: row.language.clone(),
            })
        };
        let Some(entry) = site.entry(&row.path) else {
            // The configuration has moved its folder; there is no page to edit.
            return Made::File(planned(original, row.hash.clone(), Why::Kept, None));
        };
        let (mut target, exported) = match state {
            State::Article { target, exported } => (*target, Some(exported)),
            State::List { row: list } => match site.parse(&entry, &original) {
                Ok(parsed) => (list.target(&entry, &parsed), None),
                Err(problem) => {
                    let problem = problem.in_file(&row.path);
                    let planned = planned(original, row.hash.clone(), Why::Kept, None);
                    return Made::Wrong(Some(planned), problem);
                }
            },
            State::Term { title, description, weight } => match site.parse(&entry, &original) {
                Ok(parsed) => {
                    let mut content = parsed.content;
                    (content.title, content.description, content.weight) =
                        (title, description, weight);
                    let (markdown, draft) = (parsed.markdown, parsed.draft);
                    let target =
                        Target { content, markdown, draft, from: None, is_imported_version: false };
                    (target, None)
                }
                Err(problem) => {
                    let planned = planned(original, row.hash.clone(), Why::Kept, None);
                    return Made::Wrong(Some(planned), problem.in_file(&row.path));
                }
            },
            State::AsItWas | State::Gone => {
                return Made::File(planned(original, row.hash.clone(), Why::Kept, None));
            }
        };
        // A term whose slug was changed is where that says, whatever its page said.
        if moved.is_some() && exported.is_none() {
            (target.content.slug, target.content.url) = (None, None);
        }
        let homeless = page::homeless(site, &entry, &target.content).map(|taxonomy| {
            Problem::new(format!(
                "`{taxonomy}` is no taxonomy of the site, and no file can hold its terms; \
                 add it to `taxonomies` in the configuration"
            ))
            .in_file(&row.path)
        });
        let file = |planned| match homeless {
            Some(problem) => Made::Wrong(Some(planned), problem),
            None => Made::File(planned),
        };
        let done = page::write(
            site,
            (&entry, moved.as_ref()),
            &original,
            was.as_ref(),
            &target,
            now,
            &style.house,
        );
        match done {
            Ok(None) => {
                let mut planned = planned(original, row.hash.clone(), Why::Kept, exported);
                if let Some(moved) = moved {
                    planned.path = moved.relative;
                }
                file(planned)
            }
            Ok(Some(written)) => {
                let hash = Sha256::digest(&written.bytes).to_vec();
                let fields = written.fields.into_iter().collect();
                let why = Why::Edited { fields, rewritten: written.rewritten };
                let mut planned = planned(written.bytes, hash, why, exported);
                planned.plain_body = written.plain_body;
                if let Some(moved) = moved {
                    planned.path = moved.relative;
                }
                file(planned)
            }
            Err(problem) => {
                let mut planned = planned(original, row.hash.clone(), Why::Kept, None);
                planned.only_if_absent = true;
                Made::Wrong(Some(planned), problem.in_file(&row.path))
            }
        }
    }
}

pub(super) fn kept(row: &Row) -> Planned {
    Planned {
        path: row.path.clone(),
        data: Data::Kept { size: row.size },
        hash: row.hash.clone(),
        mode: row.mode,
        why: Why::Kept,
        article: None,
        from: Some((row.path.clone(), row.hash.clone())),
        kind: row.kind.clone(),
        language: row.language.clone(),
        plain_body: false,
        only_if_absent: false,
    }
}

/// A file of the configuration after edits.
pub(super) fn edited(row: &Row, bytes: Vec<u8>) -> Planned {
    Planned {
        hash: Sha256::digest(&bytes).to_vec(),
        data: Data::Bytes(bytes),
        why: Why::Edited { fields: vec!["site".to_owned()], rewritten: Vec::new() },
        ..kept(row)
    }
}

pub(super) fn gone(row: Row) -> Gone {
    let Row { path, hash, article_id, .. } = row;
    Gone { path, hash, article_id }
}
