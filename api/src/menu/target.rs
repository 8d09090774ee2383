//! What entries point at: found for a whole menu at once, in one language.
//!
//! An article stands for its translation in that language, and an id of a merged
//! term for the term that survived.

use std::collections::{BTreeSet, HashMap, HashSet};

use entity::article_copy::{Column, Model};
use uuid::Uuid;

use super::tree::Target;
use crate::article::columns::Columns;
use crate::article::read;
use crate::ctx::Ctx;
use crate::error::Result;
use crate::hugo::address;
use crate::hugo::sanitize::normalize;
use crate::policy::Scope;
use crate::section;
use crate::site::{Frame, LanguageFrame};
use crate::taxonomy;

/// What an entry points at, by the id of a term.
type Pointed = fn(Uuid) -> Target;

/// Where a target is, and what it is called.
#[derive(Debug, Clone, Default)]
pub struct Place {
    pub url: String,
    pub name: Option<String>,
    /// Where it lies in the tree of content, as [`super::logical`] has it.
    pub page: Option<String>,
}

/// The targets that may be seen.
#[derive(Debug, Default)]
pub struct Targets(HashMap<Target, Place>);

impl Targets {
    pub fn get(&self, target: &Target) -> Option<Place> {
        match target {
            Target::Url(url) => Some(Place { url: url.clone(), ..Place::default() }),
            target => self.0.get(target).cloned(),
        }
    }

    pub async fn load(
        ctx: &Ctx,
        scope: &Scope,
        frame: &Frame,
        language: &LanguageFrame,
        wanted: Vec<Target>,
    ) -> Result<Self> {
        let (mut articles, mut tags, mut categories, mut terms, mut sections) =
            (Vec::new(), BTreeSet::new(), BTreeSet::new(), BTreeSet::new(), Vec::new());
        for target in wanted {
            match target {
                Target::Article(id) => articles.push(id),
                Target::Tag(id) => drop(tags.insert(id)),
                Target::Category(id) => drop(categories.insert(id)),
                Target::Term(id) => drop(terms.insert(id)),
                Target::Section(name) => sections.push(name),
                Target::Url(_) => {}
            }
        }
        let mut found = HashMap::new();
        for (id, row) in in_language(ctx, scope, language, articles).await? {
            let name = row.link_title.unwrap_or(row.title);
            let (url, page) = (address::encode(&row.path), Some(row.logical_path));
            let place = Place { url, name: Some(name), page };
            found.insert(Target::Article(id), place);
        }
        let pointed: [(_, Pointed); 3] =
            [(tags, Target::Tag), (categories, Target::Category), (terms, Target::Term)];
        for (ids, target) in pointed {
            for (id, term) in taxonomy::meant(ctx, scope, ids, &language.tag).await? {
                let plural = term.row.taxonomy.plural();
                let path = frame.term_path(language, plural, &term.row.slug);
                let place = Place {
                    url: address::encode(&path),
                    name: Some(term.row.name.clone()),
                    page: Some(format!("{plural}/{}", term.row.slug)),
                };
                found.insert(target(id), place);
            }
        }
        for (name, path, title) in section::linked(ctx, scope, frame, language, sections).await? {
            let (url, page) = (address::encode(&path), Some(normalize(&name)));
            let place = Place { url, name: Some(title), page };
            found.insert(Target::Section(name), place);
        }
        Ok(Self(found))
    }
}

impl Targets {
    /// Those that are there in any language: what an entry may be made to point at.
    pub async fn exist(
        ctx: &Ctx,
        scope: &Scope,
        frame: &Frame,
        language: &LanguageFrame,
        wanted: Vec<Target>,
    ) -> Result<HashSet<Target>> {
        let ids = wanted.iter().filter_map(|target| match target {
            Target::Article(id) => Some(*id),
            _ => None,
        });
        let articles = read::by_ids(ctx, scope, &ids.collect::<Vec<_>>(), Columns::BASE).await?;
        let articles: HashSet<_> = articles.into_iter().map(|row| row.article_id).collect();
        let others = wanted.iter().filter(|target| !matches!(target, Target::Article(_)));
        let others = Self::load(ctx, scope, frame, language, others.cloned().collect()).await?;
        Ok(wanted
            .into_iter()
            .filter(|target| match target {
                Target::Article(id) => articles.contains(id),
                Target::Section(_) => true,
                target => others.get(target).is_some(),
            })
            .collect())
    }
}

/// The articles, or their translations, in a language, by the ids asked for.
async fn in_language(
    ctx: &Ctx,
    scope: &Scope,
    language: &LanguageFrame,
    ids: Vec<Uuid>,
) -> Result<Vec<(Uuid, Model)>> {
    let columns = Columns::BASE.with(Columns::of(&[
        Column::Path,
        Column::Title,
        Column::LinkTitle,
        Column::TranslationKey,
        Column::LogicalPath,
    ]));
    let rows = read::by_ids(ctx, scope, &ids, columns).await?;
    let (here, elsewhere): (Vec<_>, Vec<_>) =
        rows.into_iter().partition(|row| row.language == *language.tag);
    let mut found: Vec<_> = here.into_iter().map(|row| (row.article_id, row)).collect();
    if !elsewhere.is_empty() {
        let keys: Vec<_> = elsewhere.iter().map(|row| row.translation_key.clone()).collect();
        let translations = read::translations(ctx, scope, &keys, columns).await?;
        found.extend(elsewhere.into_iter().filter_map(|row| {
            let same = |other: &&Model| {
                other.translation_key == row.translation_key && other.language == *language.tag
            };
            Some((row.article_id, translations.iter().find(same)?.clone()))
        }));
    }
    Ok(found)
}
