//! Files of terms that have none, and of which more is to be said than the files
//! of articles can: a description, a weight, a name that does not lead to them, and what
//! they are called in single languages.
//!
//! Invariants: a file lies in the folder that the term's other files have, else in
//! that of its address; it is written as the site writes such files, and is read
//! again by the import's own code before it is given out.

use std::collections::{HashMap, HashSet};

use entity::{View, article_term};
use indexmap::IndexMap;
use sea_orm::{ColumnTrait, EntityTrait, QueryFilter, QuerySelect};
use serde_json::json;
use uuid::Uuid;

use super::place::spelled;
use super::plan::{Chunk, Planned};
use super::site::{self, Row, Site};
use super::terms::Term;
use crate::ctx::Ctx;
use crate::error::Result;
use crate::hugo::config::LanguageConfig;
use crate::hugo::edit::{self, House};
use crate::hugo::fold;
use crate::hugo::problem::Problem;
use crate::hugo::tree::{self, Entry, EntryKind, Kind};

/// Files to learn from.
const NEIGHBOURS: usize = 16;

/// The files that are to be made.
pub async fn plan(ctx: &Ctx, site: &Site, rows: &[Row], languages: &[String]) -> Result<Chunk> {
    let rules = &site.config.rules;
    let all = site.terms.all();
    let more = |term: &Term| {
        let renamed = !term.is_named(rules) && !term.is_padded(rules) && term.can_be_named(rules);
        term.description.is_some() || renamed
    };
    let is_said =
        |id: Uuid| site.config.languages.iter().any(|it| site.terms.text(id, &it.tag).is_some());
    let wanted: Vec<(Uuid, &Term)> = all
        .into_iter()
        .filter(|(id, term)| more(term) || term.weight != 0 || is_said(*id))
        .collect();
    let mut chunk = Chunk::default();
    if wanted.is_empty() {
        return Ok(chunk);
    }
    let carried = carried(ctx, wanted.iter().map(|(id, _)| *id).collect()).await?;
    let lists = Lists::of(site, rows);
    let house = lists.house(ctx).await?;
    let default = site.config.language(&site.config.default_language);
    for (id, term) in wanted {
        for language in &site.config.languages {
            let is_carried = carried.contains(&(id, language.tag.clone()));
            // One that nobody carries yet is described in the site's own language;
            // a name alone needs no page of its own before there is an article.
            let nowhere = !carried.iter().any(|(other, _)| *other == id);
            let alone = nowhere
                && term.description.is_some()
                && default.is_some_and(|default| default.key == language.key);
            let has = lists.files.contains(&(id, language.key.clone()));
            let asked = languages.is_empty() || languages.contains(&language.tag);
            let said = site.terms.text(id, &language.tag).is_some();
            // It is one in all languages: where a file says it, there is no need of another.
            let weighed = term.weight != 0 && !lists.folders.contains_key(&id);
            let needed = said || ((more(term) || weighed) && (is_carried || alone));
            let known = rules.taxonomies(&language.key).values().any(|it| *it == term.taxonomy);
            if has || !known || !asked || !needed {
                continue;
            }
            match make(site, &lists, &house, (id, term), language) {
                Ok(planned) => chunk.planned.push(planned),
                Err(problem) => {
                    let named = format!("the term {:?} of {}", term.name, term.taxonomy);
                    chunk.problems.push(problem.in_file(&named));
                }
            }
        }
    }
    Ok(chunk)
}

/// Terms, and tags of the languages in which articles carry them.
async fn carried(ctx: &Ctx, ids: Vec<Uuid>) -> Result<HashSet<(Uuid, String)>> {
    use article_term::Column;
    let mut carried = HashSet::new();
    for ids in ids.chunks(500) {
        let found: Vec<(Uuid, String)> = article_term::Entity::find()
            .select_only()
            .columns([Column::TermId, Column::Language])
            .distinct()
            .filter(Column::TermId.is_in(ids.iter().copied()))
            .filter(Column::View.is_in([View::Published, View::Working]))
            .into_tuple()
            .all(ctx.app().db().read())
            .await?;
        carried.extend(found);
    }
    Ok(carried)
}

/// The list pages that have files.
#[derive(Default)]
struct Lists {
    paths: HashSet<String>,
    /// Terms, and Hugo's keys of the languages in which they have one.
    files: HashSet<(Uuid, String)>,
    /// What the folder of a term is called.
    folders: HashMap<Uuid, String>,
    /// How many list pages of the default language say it in their name, and all.
    suffixed: (usize, usize),
    /// Those to learn from, the best last.
    terms: Vec<String>,
    sections: Vec<String>,
}

impl Lists {
    fn of(site: &Site, rows: &[Row]) -> Self {
        let mut lists = Self::default();
        for row in rows.iter().filter(|row| matches!(row.kind.as_str(), "section" | "term")) {
            let Some(entry) = site.entry(&row.path) else { continue };
            lists.paths.insert(row.path.clone());
            if entry.language == site.config.default_language {
                let end = format!("_index.{}", entry.language);
                let stem = row.path.rsplit_once('.').map_or(row.path.as_str(), |(stem, _)| stem);
                let name = stem.rsplit('/').next().unwrap_or_default();
                lists.suffixed.0 += usize::from(fold::same(name, &end));
                lists.suffixed.1 += 1;
            }
            let EntryKind::Content(Kind::Term { taxonomy, term }) = &entry.kind else {
                lists.sections.push(row.path.clone());
                continue;
            };
            lists.terms.push(row.path.clone());
            if let Some((id, folder)) = site.terms.at(&site.config.rules, taxonomy, term) {
                lists.files.insert((id, entry.language.clone()));
                let folder = folder.unwrap_or(term);
                lists.folders.entry(id).or_insert_with(|| folder.to_owned());
            }
        }
        lists
    }

    /// How such files are written: as those of terms, else as those of sections.
    async fn house(&self, ctx: &Ctx) -> Result<House> {
        let paths = if self.terms.is_empty() { &self.sections } else { &self.terms };
        let paths = paths.get(paths.len().saturating_sub(NEIGHBOURS)..).unwrap_or_default();
        let files = site::files(ctx, paths).await?;
        Ok(House::learn(files.iter().map(Vec::as_slice)))
    }
}

fn make(
    site: &Site,
    lists: &Lists,
    house: &House,
    (id, term): (Uuid, &Term),
    language: &LanguageConfig,
) -> Result<Planned, Problem> {
    let entry = place(site, lists, (id, term), language)
        .ok_or_else(|| Problem::new("has an address that no folder can have; give it another"))?;
    let text = site.terms.text(id, &language.tag);
    let name = text.and_then(|text| text.name.as_ref()).unwrap_or(&term.name);
    let own = text.and_then(|text| text.description.as_ref());
    let description = own.or(term.description.as_ref());
    let mut entries = IndexMap::new();
    entries.insert("title".to_owned(), json!(name));
    if let Some(description) = description {
        entries.insert("description".to_owned(), json!(description));
    }
    if term.weight != 0 {
        entries.insert("weight".to_owned(), json!(term.weight));
    }
    let bytes = edit::fresh(&entries, house);
    let read = site.parse(&entry, &bytes)?;
    if read.content.title != *name
        || read.content.description.as_ref() != description
        || read.content.weight != term.weight
    {
        let message = "cannot be written so that Hugo reads it as it is here";
        return Err(Problem::new(message));
    }
    Ok(Planned::new(entry.relative, bytes, "term", language.tag.clone()))
}

/// Where the file goes, if the import finds the term there.
fn place(
    site: &Site,
    lists: &Lists,
    (id, term): (Uuid, &Term),
    language: &LanguageConfig,
) -> Option<Entry> {
    let folder = lists.folders.get(&id).unwrap_or(&term.slug);
    let is_default = language.key == site.config.default_language;
    let (suffixed, all) = lists.suffixed;
    let suffix = if language.own_content_dir || (is_default && suffixed * 2 <= all) {
        String::new()
    } else {
        format!(".{}", spelled(&site.config, &language.key))
    };
    let above = [language.content_dir.as_str(), &term.taxonomy, folder];
    let above: Vec<&str> = above.into_iter().filter(|part| !part.is_empty()).collect();
    let path = format!("{}/_index{suffix}.md", above.join("/"));
    let entry = tree::of_paths(&site.config, [path.as_str()]).pop()?;
    let EntryKind::Content(Kind::Term { taxonomy, term: found }) = &entry.kind else {
        return None;
    };
    let fits = *taxonomy == term.taxonomy
        && site.terms.id(&site.config.rules, taxonomy, found) == Some(id)
        && entry.language == language.key
        && crate::hugo::file_path::stays_below(&path)
        && !lists.paths.contains(&path);
    fits.then_some(entry)
}
