//! What pages were and what they are, read for one chunk of a plan.

use std::collections::{HashMap, HashSet};

use entity::article_copy::Column as Copy;
use entity::revision::Column as Revision;
use entity::{View, article_copy, body, revision, section, term_text};
use sea_orm::{ColumnTrait, EntityTrait, QueryFilter, QuerySelect};
use uuid::Uuid;

use super::made::State;
use super::page::Target;
use super::plan::Exported;
use super::site::{Row, Site};
use crate::article::content::Content;
use crate::ctx::Ctx;
use crate::error::{Error, Result};
use crate::hugo::sanitize::normalize;
use crate::hugo::tree::{EntryKind, Kind};

pub(super) struct Saved {
    pub id: Uuid,
    pub version: i32,
    pub content: Content,
    pub body_id: Uuid,
}

pub(super) struct Shown {
    pub view: View,
    pub revision_id: Uuid,
    pub from: Option<entity::Timestamp>,
}

/// What the articles of a chunk were and are.
#[derive(Default)]
pub(super) struct Articles {
    pub shown: HashMap<Uuid, Shown>,
    pub revisions: HashMap<(Uuid, i32), Saved>,
    pub by_id: HashMap<Uuid, (Uuid, i32)>,
    pub bodies: HashMap<Uuid, String>,
}

/// A revision, as far as it matters here.
type Found = (Uuid, Uuid, i32, entity::Json, Uuid);

impl Articles {
    pub(super) async fn load(ctx: &Ctx, rows: &[Row]) -> Result<Self> {
        let ids: HashSet<Uuid> = rows.iter().filter_map(|row| row.article_id).collect();
        if ids.is_empty() {
            return Ok(Self::default());
        }
        let db = ctx.app().db().read();
        let mut all = Self::default();
        let copies: Vec<(View, Uuid, Uuid, Option<entity::Timestamp>)> =
            article_copy::Entity::find()
                .select_only()
                .columns([Copy::View, Copy::ArticleId, Copy::RevisionId, Copy::ReleasedFrom])
                .filter(Copy::ArticleId.is_in(ids.iter().copied()))
                .filter(Copy::View.is_in([View::Published, View::Working]))
                .into_tuple()
                .all(db)
                .await?;
        for (view, id, revision_id, from) in copies {
            // What the public reads, or else what is being written.
            if view == View::Published || !all.shown.contains_key(&id) {
                all.shown.insert(id, Shown { view, revision_id, from });
            }
        }
        let versions: HashSet<i32> = rows.iter().filter_map(|row| row.article_version).collect();
        let wanted: HashSet<(Uuid, i32)> =
            rows.iter().filter_map(|row| row.article_id.zip(row.article_version)).collect();
        let shown = all.shown.values().map(|shown| shown.revision_id);
        let columns = [
            Revision::Id,
            Revision::ArticleId,
            Revision::Version,
            Revision::Content,
            Revision::BodyId,
        ];
        let find = || revision::Entity::find().select_only().columns(columns);
        let mut found: Vec<Found> =
            find().filter(Revision::Id.is_in(shown)).into_tuple().all(db).await?;
        let have: HashSet<(Uuid, i32)> =
            found.iter().map(|(_, id, version, ..)| (*id, *version)).collect();
        let missing: Vec<Uuid> = wanted.difference(&have).map(|(id, _)| *id).collect();
        if !missing.is_empty() {
            let more: Vec<Found> = find()
                .filter(Revision::ArticleId.is_in(missing))
                .filter(Revision::Version.is_in(versions))
                .into_tuple()
                .all(db)
                .await?;
            found.extend(
                more.into_iter().filter(|(_, id, version, ..)| wanted.contains(&(*id, *version))),
            );
        }
        let mut bodies: HashSet<Uuid> = HashSet::new();
        for (revision_id, id, version, content, body_id) in found {
            bodies.insert(body_id);
            let content: Content = serde_json::from_value(content.0)?;
            all.by_id.insert(revision_id, (id, version));
            all.revisions
                .insert((id, version), Saved { id: revision_id, version, content, body_id });
        }
        let texts: Vec<(Uuid, String)> = body::Entity::find()
            .select_only()
            .columns([body::Column::Id, body::Column::Markdown])
            .filter(body::Column::Id.is_in(bodies))
            .into_tuple()
            .all(db)
            .await?;
        all.bodies.extend(texts);
        Ok(all)
    }

    pub(super) fn state(
        &self,
        id: Uuid,
        shown: &Shown,
        row: &Row,
        was: Option<&Saved>,
    ) -> Result<State> {
        let saved = self.by_id.get(&shown.revision_id).and_then(|key| self.revisions.get(key));
        let saved = saved.ok_or_else(|| Error::internal("a revision is missing"))?;
        let markdown = self.bodies.get(&saved.body_id).cloned();
        let draft = shown.view == View::Working;
        let target = Target {
            content: saved.content.clone(),
            markdown: markdown.ok_or_else(|| Error::internal("a body is missing"))?,
            draft,
            from: shown.from.filter(|_| !draft),
            is_imported_version: was.is_some() && row.article_version == Some(saved.version),
        };
        let exported = Exported { id, version: saved.version, revision_id: saved.id };
        Ok(State::Article { target: Box::new(target), exported })
    }
}

/// What the database says of a section or term.
#[derive(Clone)]
pub(super) struct ListRow {
    pub title: Option<String>,
    /// What a term is called where its page does not say.
    pub own: Option<String>,
    pub description: Option<String>,
    /// Of sections alone.
    pub placed: Option<(bool, i32)>,
    /// Of a term that no other file tells of: in place of what its file says, if that
    /// says any.
    pub weight: Option<i32>,
    pub markdown: String,
    pub params: serde_json::Map<String, serde_json::Value>,
}

impl ListRow {
    /// What the file should say: what it says, but for what was edited here.
    pub(super) fn target(
        self,
        entry: &crate::hugo::tree::Entry,
        parsed: &super::parsed::Parsed,
    ) -> Target {
        let Self { title, own, description, placed, weight, markdown, params } = self;
        let mut content = parsed.content.clone();
        let mut draft = parsed.draft;
        // A section without a title is called after its folder.
        let made_up = parsed.content.title.is_empty()
            && (title.is_none()
                || placed.is_some()
                    && title.as_deref().is_some_and(|title| {
                        entry.dir.is_empty() || entry.dir.rsplit('/').next() == Some(title)
                    }));
        if !made_up {
            content.title = title.or(own).unwrap_or_default();
        }
        let filled = |text: &Option<String>| text.clone().filter(|text| !text.trim().is_empty());
        if filled(&description) != content.description {
            content.description = filled(&description);
        }
        if let Some((is_draft, weight)) = placed {
            draft = is_draft;
            content.weight = weight;
        }
        // What a file said is the term's until it is given another.
        if let Some(weight) = weight.filter(|_| content.weight != 0) {
            content.weight = weight;
        }
        // Columns hold no `keywords`, and these parameters do not.
        let keywords = content.params.get("keywords").cloned();
        content.params = params;
        if let Some(keywords) = keywords {
            content.params.entry("keywords").or_insert(keywords);
        }
        Target { content, markdown, draft, from: None, is_imported_version: false }
    }
}

#[derive(Default)]
pub(super) struct Lists {
    by_path: HashMap<String, ListRow>,
    /// Names, descriptions and weights of terms whose files were made here.
    made: HashMap<String, (String, Option<String>, i32)>,
}

impl Lists {
    pub(super) async fn load(ctx: &Ctx, site: &Site, rows: &[Row]) -> Result<Self> {
        let mut lists = Self::default();
        let wanted: Vec<&Row> =
            rows.iter().filter(|row| matches!(row.kind.as_str(), "section" | "term")).collect();
        if wanted.is_empty() {
            return Ok(lists);
        }
        let db = ctx.app().db().read();
        let (mut sections, mut terms) = (HashMap::new(), HashMap::new());
        for row in wanted {
            let Some(entry) = site.entry(&row.path) else { continue };
            if let EntryKind::Content(Kind::Term { taxonomy, term }) = &entry.kind {
                if let Some((id, _)) = site.terms.at(&site.config.rules, taxonomy, term) {
                    terms.insert((id, row.language.clone()), row.path.clone());
                }
            } else {
                sections.insert((row.language.clone(), normalize(&entry.dir)), row.path.clone());
            }
        }
        let names = sections.keys().map(|(_, name)| name.as_str());
        let found =
            section::Entity::find().filter(section::Column::Name.is_in(names)).all(db).await?;
        for row in found {
            let section::Model {
                language,
                name,
                title,
                description,
                draft,
                weight,
                markdown,
                params,
                ..
            } = row;
            if let Some(path) = sections.remove(&(language, name)) {
                let params = params.0.as_object().cloned().unwrap_or_default();
                let placed = Some((draft, weight));
                let title = Some(title);
                lists.by_path.insert(
                    path,
                    ListRow {
                        title,
                        own: None,
                        description,
                        placed,
                        weight: None,
                        markdown,
                        params,
                    },
                );
            }
        }
        let mut files: HashMap<Uuid, usize> = HashMap::new();
        for (id, _) in terms.keys() {
            *files.entry(*id).or_default() += 1;
        }
        let ids = terms.keys().map(|(id, _)| *id);
        let found =
            term_text::Entity::find().filter(term_text::Column::TermId.is_in(ids)).all(db).await?;
        for row in found {
            let term_text::Model { term_id, language, name, description, markdown, params, .. } =
                row;
            if let Some(path) = terms.remove(&(term_id, language)) {
                let params = params.0.as_object().cloned().unwrap_or_default();
                // What a page does not say of its term is said for all languages.
                let term = site.terms.get(term_id);
                let own = term.and_then(|term| term.description.clone());
                let description = description.filter(|text| !text.trim().is_empty()).or(own);
                let own = term.map(|term| term.name.clone());
                let weight = term.filter(|_| files.get(&term_id) == Some(&1)).map(|it| it.weight);
                let (title, placed) = (name, None);
                let row = ListRow { title, own, description, placed, weight, markdown, params };
                lists.by_path.insert(path, row);
            }
        }
        // A file that was made here has no texts but the term's own.
        for ((id, _), path) in terms {
            if let Some(term) = site.terms.get(id) {
                lists.made.insert(path, (term.name.clone(), term.description.clone(), term.weight));
            }
        }
        Ok(lists)
    }

    pub(super) fn state(&self, path: &str) -> State {
        if let Some((title, description, weight)) = self.made.get(path).cloned() {
            return State::Term { title, description, weight };
        }
        match self.by_path.get(path) {
            Some(row) => State::List { row: row.clone() },
            None => State::AsItWas,
        }
    }
}
