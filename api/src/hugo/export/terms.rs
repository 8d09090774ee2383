//! The names by which files call terms.
//!
//! Invariants: a name that a file has and that still means its term stays as it
//! is written, whatever case it is in; a term that was renamed or merged is
//! called by its new name, and one that was merged or deleted has no file. Where the
//! name does not lead to the term's address, the files call it by what does, and its
//! own file says the name (`term_files`).

use std::collections::{BTreeMap, HashMap, HashSet};

use entity::{merged_term, taxonomy_change, term, term_text};
use indexmap::IndexMap;
use sea_orm::{ColumnTrait, ConnectionTrait, EntityTrait, QueryFilter, QuerySelect};
use serde::Deserialize;
use uuid::Uuid;

use crate::error::Result;
use crate::hugo::address::Rules;
use crate::hugo::sanitize::lower;
use crate::taxonomy::change::Lost;

/// All terms of the site.
#[derive(Debug, Default)]
pub struct Terms {
    by_id: HashMap<Uuid, Term>,
    by_slug: HashMap<(String, String), Uuid>,
    /// The same, slugs in lower case.
    by_key: HashMap<(String, String), Uuid>,
    merged: HashMap<Uuid, Uuid>,
    /// What terms were called before they were renamed.
    former: HashSet<(Uuid, String)>,
    /// Where terms were before their slugs were changed.
    moved: HashMap<(String, String), Uuid>,
    /// Where terms were that were merged into others, or deleted.
    gone: HashSet<(String, String)>,
    /// What is said in single languages, by term and language.
    localized: HashMap<(Uuid, String), Localized>,
}

/// What is said of a term in a language.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct Localized {
    pub name: Option<String>,
    pub description: Option<String>,
}

#[derive(Debug)]
pub struct Term {
    pub taxonomy: String,
    pub slug: String,
    pub name: String,
    pub description: Option<String>,
    pub weight: i32,
}

impl Term {
    /// Whether an article that names it by its name leads to it.
    #[must_use]
    pub fn is_named(&self, rules: &Rules) -> bool {
        rules.leads(&self.name, &self.slug)
    }

    /// Whether it is known by its name with spaces around it, as articles name it: that is
    /// no other name.
    #[must_use]
    pub fn is_padded(&self, rules: &Rules) -> bool {
        rules.term_slug(&self.name) == self.slug.trim_matches('-')
    }

    /// Whether anything leads to it: its address may follow other rules than those
    /// of the site now.
    #[must_use]
    pub fn can_be_named(&self, rules: &Rules) -> bool {
        rules.urlize(&self.slug) == self.slug
    }
}

impl Terms {
    pub async fn load(db: &impl ConnectionTrait) -> Result<Self> {
        use term::Column;
        type Found = (Uuid, String, String, String, Option<String>, i32);
        type Text = (Uuid, String, Option<String>, Option<String>);
        let mut terms = Self::default();
        let rows: Vec<Found> = term::Entity::find()
            .select_only()
            .columns([
                Column::Id,
                Column::Taxonomy,
                Column::Slug,
                Column::Name,
                Column::Description,
                Column::Weight,
            ])
            .into_tuple()
            .all(db)
            .await?;
        for (id, taxonomy, slug, name, description, weight) in rows {
            terms.by_slug.insert((taxonomy.clone(), slug.clone()), id);
            terms.by_key.insert((taxonomy.clone(), lower(&slug)), id);
            let description = description.filter(|text| !text.trim().is_empty());
            terms.by_id.insert(id, Term { taxonomy, slug, name, description, weight });
        }
        for row in merged_term::Entity::find().all(db).await? {
            terms.merged.insert(row.id, row.term_id);
        }
        let texts: Vec<Text> = term_text::Entity::find()
            .select_only()
            .columns([
                term_text::Column::TermId,
                term_text::Column::Language,
                term_text::Column::Name,
                term_text::Column::Description,
            ])
            .into_tuple()
            .all(db)
            .await?;
        for (id, language, name, description) in texts {
            let description = description.filter(|text| !text.trim().is_empty());
            let text = Localized { name, description };
            if text != Localized::default() {
                terms.localized.insert((id, language), text);
            }
        }
        let changes: Vec<entity::Json> = taxonomy_change::Entity::find()
            .select_only()
            .column(taxonomy_change::Column::Data)
            .filter(taxonomy_change::Column::Kind.is_in(["update", "merge", "delete"]))
            .filter(taxonomy_change::Column::UndoneAt.is_null())
            .into_tuple()
            .all(db)
            .await?;
        for change in &changes {
            terms.note_renaming(change);
        }
        for change in &changes {
            terms.note_loss(change)?;
        }
        Ok(terms)
    }

    /// A merge or a deletion keeps the terms that are gone.
    fn note_loss(&mut self, change: &serde_json::Value) -> Result<()> {
        let lost = ["merge", "delete"].into_iter();
        for lost in lost.filter_map(|kind| change.get(kind)?.get("terms")) {
            for term in Lost::deserialize(lost)?.terms {
                // It may have been elsewhere before.
                let former = self.moved.iter().filter(|(_, id)| **id == term.id);
                self.gone.extend(former.map(|(at, _)| at.clone()));
                self.gone.insert((term.taxonomy, term.slug));
            }
        }
        Ok(())
    }

    /// A change of a term keeps what stood before, and what stood after.
    fn note_renaming(&mut self, change: &serde_json::Value) {
        let said = |side: &str, key: &str| {
            let value = change.pointer(&format!("/update/{side}/{key}"))?;
            value.as_str().map(str::to_owned)
        };
        let Some(id) = said("before", "id").and_then(|id| Uuid::parse_str(&id).ok()) else {
            return;
        };
        let other =
            |key: &str| said("before", key).filter(|was| said("after", key) != Some(was.clone()));
        if let Some(name) = other("name") {
            self.former.insert((id, name));
        }
        if let (Some(slug), Some(taxonomy)) = (other("slug"), said("before", "taxonomy")) {
            self.moved.insert((taxonomy, slug), id);
        }
    }

    /// The term of a folder, and the folder that it has now, where that is another.
    #[must_use]
    pub fn at(&self, rules: &Rules, taxonomy: &str, folder: &str) -> Option<(Uuid, Option<&str>)> {
        if let Some(id) = self.id(rules, taxonomy, folder) {
            return Some((id, None));
        }
        let id = *self.moved.get(&(taxonomy.to_owned(), rules.term_slug(folder)))?;
        let term = self.by_id.get(&id).filter(|term| term.can_be_named(rules))?;
        Some((id, Some(&term.slug)))
    }

    /// Whether a folder is that of a term that was merged into another or deleted.
    #[must_use]
    pub fn is_gone(&self, rules: &Rules, taxonomy: &str, folder: &str) -> bool {
        self.at(rules, taxonomy, folder).is_none()
            && self.gone.contains(&(taxonomy.to_owned(), rules.term_slug(folder)))
    }

    /// The term that a name leads to.
    #[must_use]
    pub fn id(&self, rules: &Rules, taxonomy: &str, name: &str) -> Option<Uuid> {
        let at = |slug| (taxonomy.to_owned(), slug);
        let exact = self.by_slug.get(&at(rules.term_slug(name)));
        let any = || self.by_key.get(&at(rules.key(name))).filter(|_| rules.disable_path_to_lower);
        exact.or_else(any).copied()
    }

    #[must_use]
    pub fn get(&self, id: Uuid) -> Option<&Term> {
        self.by_id.get(&id)
    }

    /// What is said of a term in a language, as far as it is not the same in all.
    #[must_use]
    pub fn text(&self, id: Uuid, language: &str) -> Option<&Localized> {
        self.localized.get(&(id, language.to_owned()))
    }

    /// All of them, by taxonomy and address.
    #[must_use]
    pub fn all(&self) -> Vec<(Uuid, &Term)> {
        let mut all: Vec<_> = self.by_id.iter().map(|(id, term)| (*id, term)).collect();
        all.sort_by(|(_, one), (_, other)| {
            (&one.taxonomy, &one.slug).cmp(&(&other.taxonomy, &other.slug))
        });
        all
    }

    /// The last part of a term's address.
    #[must_use]
    pub fn slug(&self, id: Uuid) -> Option<&str> {
        self.of(id).map(|term| term.slug.as_str())
    }

    /// The term that an id means.
    #[must_use]
    pub fn of(&self, id: Uuid) -> Option<&Term> {
        self.by_id.get(&self.means(id)?)
    }

    /// The living term that an id means.
    #[must_use]
    pub fn means(&self, id: Uuid) -> Option<Uuid> {
        if self.by_id.contains_key(&id) {
            return Some(id);
        }
        self.merged.get(&id).copied().filter(|id| self.by_id.contains_key(id))
    }

    /// The ids that import gave the names of one file, in order, each once.
    fn given(
        &self,
        rules: &Rules,
        taxonomy: &str,
        names: &[String],
        ids: Option<&Vec<Uuid>>,
    ) -> Vec<Option<Uuid>> {
        let mut keys: IndexMap<String, ()> = IndexMap::new();
        let places: Vec<Option<usize>> = names
            .iter()
            .map(|name| {
                let key = rules.key(name);
                (!key.is_empty()).then(|| keys.insert_full(key, ()).0)
            })
            .collect();
        let known = ids.filter(|ids| ids.len() == keys.len());
        places
            .into_iter()
            .zip(names)
            .map(|(place, name)| match known {
                Some(ids) => ids.get(place?).copied(),
                None => self.id(rules, taxonomy, name),
            })
            .collect()
    }

    /// What a file should call the terms that an article has.
    ///
    /// `names` is what the file says, `before` the ids that it was imported with.
    #[must_use]
    pub fn names(
        &self,
        rules: &Rules,
        language: &str,
        taxonomy: &str,
        names: &[String],
        before: Option<&Vec<Uuid>>,
        now: &[Uuid],
    ) -> Vec<String> {
        let given = self.given(rules, taxonomy, names, before);
        let mut wanted: Vec<Uuid> = Vec::with_capacity(now.len());
        for id in now.iter().filter_map(|id| self.means(*id)) {
            if !wanted.contains(&id) {
                wanted.push(id);
            }
        }
        let mut meant: Vec<Uuid> = Vec::new();
        for id in given.iter().flatten().filter_map(|id| self.means(*id)) {
            if !meant.contains(&id) {
                meant.push(id);
            }
        }
        if meant == wanted {
            // The same terms: each name stays, but those of terms that are called
            // otherwise now; of two that mean one now, the first.
            let mut seen: BTreeMap<Uuid, bool> = BTreeMap::new();
            let mut kept = Vec::with_capacity(names.len());
            for (name, id) in names.iter().zip(&given) {
                let Some(was) = *id else {
                    kept.push(name.clone());
                    continue;
                };
                let Some(is) = self.means(was) else { continue };
                let good = was == is && self.is_called(rules, is, language, name);
                let first = !seen.contains_key(&is);
                if good || first {
                    let name = if good { name.clone() } else { self.name(rules, is, language) };
                    // A second spelling of one term stays only as it was.
                    if first || (good && seen.get(&is) == Some(&true)) {
                        kept.push(name);
                    }
                }
                seen.entry(is).or_insert(good);
            }
            return kept;
        }
        wanted
            .into_iter()
            .map(|id| {
                names
                    .iter()
                    .zip(&given)
                    .find(|(name, was)| {
                        **was == Some(id) && self.is_called(rules, id, language, name)
                    })
                    .map_or_else(|| self.name(rules, id, language), |(name, _)| name.clone())
            })
            .collect()
    }

    fn is_called(&self, rules: &Rules, id: Uuid, language: &str, name: &str) -> bool {
        let Some(term) = self.by_id.get(&id) else { return false };
        let leads = rules.leads(name, &term.slug);
        if term.name == name {
            // Its slug may have been changed since.
            return leads || !term.can_be_named(rules);
        }
        if self.former.contains(&(id, name.to_owned())) {
            return leads && !term.is_named(rules);
        }
        let localized = self.text(id, language).and_then(|text| text.name.as_deref());
        leads || localized == Some(name)
    }

    /// The name to write: one that leads to the term, in the article's language
    /// if there is one.
    fn name(&self, rules: &Rules, id: Uuid, language: &str) -> String {
        let Some(term) = self.by_id.get(&id) else { return String::new() };
        let leads = |name: &&String| rules.leads(name, &term.slug);
        let localized = self.text(id, language).and_then(|text| text.name.as_ref()).filter(leads);
        let named = term.is_named(rules) || !term.can_be_named(rules);
        localized.unwrap_or(if named { &term.name } else { &term.slug }).clone()
    }
}
