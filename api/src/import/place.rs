//! Addresses for items: file names that Hugo reads as they are meant, and that
//! are free.

use std::collections::{HashMap, HashSet};

use entity::View;
use entity::article_copy::{Column, Entity};
use sea_orm::{ColumnTrait, EntityTrait, QueryFilter, QuerySelect};
use uuid::Uuid;

use super::model::Item;
use crate::ctx::Ctx;
use crate::error::Result;
use crate::site::Frame;

/// Bytes of a file name, with room for a number.
const MAX_NAME: usize = 180;

/// What is wrong with a section, if anything is.
#[must_use]
pub fn wrong_section(section: &str) -> Option<String> {
    let wrong = |part: &str| part.is_empty() || part == "." || part == ".." || part.contains('\\');
    (!section.is_empty() && section.split('/').any(wrong))
        .then(|| format!("--section {section:?} is no folder: write it like news/local"))
}

/// A folder below the language, each part as an address has it.
#[must_use]
pub fn directory(frame: &Frame, text: &str) -> String {
    let parts = text.split('/').map(|part| part_of(frame, part));
    parts.filter(|part| !part.is_empty()).collect::<Vec<_>>().join("/")
}

/// The name of an item's file: of its slug, its title, or its key.
#[must_use]
pub fn name(frame: &Frame, item: &Item) -> String {
    [item.slug.as_str(), item.title.as_str(), item.key.as_str()]
        .into_iter()
        .map(|text| part_of(frame, text))
        .find(|name| !name.is_empty())
        .unwrap_or_else(|| "item".to_owned())
}

/// A text as one part of a path. A dot would name a language or a format, and
/// `index` the folder that the file is in.
fn part_of(frame: &Frame, text: &str) -> String {
    let mut part = frame.rules.urlize(text.trim()).replace(['/', '.', '\\'], "-");
    part.truncate(part.floor_char_boundary(MAX_NAME));
    let part = part.trim_matches('-').to_owned();
    if part == "index" || part.starts_with('_') {
        format!("page-{}", part.trim_matches('_'))
    } else {
        part
    }
}

/// Addresses that were given in this import, and those that articles have.
#[derive(Debug, Default)]
pub struct Taken {
    given: HashSet<String>,
    found: HashMap<String, HashSet<Uuid>>,
}

impl Taken {
    /// Looks up who has these addresses.
    pub async fn look(&mut self, ctx: &Ctx, paths: Vec<String>) -> Result<()> {
        self.found.clear();
        for paths in paths.chunks(500) {
            let rows: Vec<(String, Uuid)> = Entity::find()
                .select_only()
                .columns([Column::Path, Column::ArticleId])
                .filter(Column::Path.is_in(paths.iter().map(String::as_str)))
                .filter(Column::View.ne(View::Trash))
                .into_tuple()
                .all(ctx.app().db().read())
                .await?;
            for (path, id) in rows {
                self.found.entry(path).or_default().insert(id);
            }
        }
        Ok(())
    }

    /// Whether an address is free for an article; as far as was looked up.
    #[must_use]
    pub fn is_free(&self, path: &str, own: Option<Uuid>) -> bool {
        let others = self.found.get(path).is_some_and(|ids| ids.iter().any(|id| Some(*id) != own));
        !others && !self.given.contains(path)
    }

    pub fn give(&mut self, path: String) {
        self.given.insert(path);
    }
}
