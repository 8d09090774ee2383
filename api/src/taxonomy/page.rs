//! What the pages of terms say: their texts in one language, and where their links lead.

use std::borrow::Cow;
use std::collections::HashMap;
use std::sync::Arc;

use entity::{Json, term, term_text};
use sea_orm::sea_query::{Condition, Expr, ExprTrait, JoinType, Query};
use sea_orm::{ColumnTrait, EntityTrait, QueryFilter, QuerySelect};
use uuid::Uuid;

use super::{Term, slug_at};
use crate::article::links::{Linked, Page};
use crate::article::rendering::{ListText, ListTexts};
use crate::cache::Dependency;
use crate::ctx::Ctx;
use crate::error::Result;
use crate::policy::Scope;
use crate::section;
use crate::site::LanguageFrame;

/// The texts of some terms in one language, by term: with the decoded addresses of their
/// pages, and where their links lead.
#[derive(Debug)]
pub struct Pages {
    rows: HashMap<Uuid, (term_text::Model, String)>,
    linked: Linked,
}

impl Pages {
    async fn read(
        ctx: &Ctx,
        scope: &Scope,
        ids: &[Uuid],
        language: &LanguageFrame,
    ) -> Result<Self> {
        let frame = ctx.frame().await?;
        let of: sea_orm::RelationDef = term_text::Entity::belongs_to(term::Entity)
            .from(term_text::Column::TermId)
            .to(term::Column::Id)
            .into();
        let found = term_text::Entity::find()
            .join(JoinType::InnerJoin, of)
            .select_also(term::Entity)
            .filter(term_text::Column::TermId.is_in(ids.iter().copied()))
            .filter(term_text::Column::Language.eq(&*language.tag))
            .filter(section::shown(scope, "term_text"))
            .all(ctx.db_of([Dependency::Terms]).orm())
            .await?;
        let rows: HashMap<_, _> = found
            .into_iter()
            .filter_map(|(text, term)| {
                let term = term?;
                let path = frame.term_path(language, &term.taxonomy, &term.slug);
                Some((term.id, (text, path)))
            })
            .collect();
        let texts = rows.values().map(|(row, path)| (page(row, path), &row.links));
        let linked = Linked::read(ctx, scope, texts).await?;
        Ok(Self { rows, linked })
    }

    /// As it was written; empty where there is no page.
    #[must_use]
    pub fn markdown(&self, term: Uuid) -> &str {
        self.rows.get(&term).map_or("", |(row, _)| &row.markdown)
    }

    /// Rendered, with its links.
    pub fn html(&self, term: Uuid) -> Result<Cow<'_, str>> {
        match self.rows.get(&term) {
            Some((row, path)) => self.linked.html(page(row, path), &row.html, &row.links),
            None => Ok(Cow::Borrowed("")),
        }
    }

    /// Every front matter key of its page that no field holds.
    #[must_use]
    pub fn params(&self, term: Uuid) -> Option<&Json> {
        self.rows.get(&term).map(|(row, _)| &row.params)
    }
}

fn page<'a>(row: &'a term_text::Model, path: &'a str) -> Page<'a> {
    Page { path, language: &row.language, params: &row.params, article: None }
}

impl Term {
    /// What its page says in the language at hand, read with those of its siblings.
    pub(super) async fn page(&self, ctx: &Ctx) -> Result<Arc<Pages>> {
        let frame = ctx.frame().await?;
        let language = self.page_language(&frame);
        self.with
            .load(format!("pages:{}", language.tag), || {
                Pages::read(ctx, &self.scope, self.with.ids(), language)
            })
            .await
    }
}

/// The deepest of these decoded addresses at which a term has a page that a file of the Hugo
/// site says, and that file.
pub async fn source_at(ctx: &Ctx, paths: &[String]) -> Result<Option<(String, String)>> {
    let frame = ctx.frame().await?;
    let mut asked = Vec::new();
    for path in paths {
        let language = frame.language_at(path);
        for (_, plural) in frame.taxonomies(language) {
            if let Some(slug) = slug_at(&frame, language, plural, path) {
                asked.push((path, language, plural, slug));
            }
        }
    }
    asked.sort_by_key(|(path, ..)| std::cmp::Reverse(path.len()));
    if asked.is_empty() {
        return Ok(None);
    }
    let text = |column| Expr::col((term_text::Entity, column));
    let of = |column| Expr::col((term::Entity, column));
    let mut any = Condition::any();
    for (_, language, plural, slug) in &asked {
        let one = Condition::all()
            .add(text(term_text::Column::Language).eq(&*language.tag))
            .add(of(term::Column::Taxonomy).eq(*plural))
            .add(of(term::Column::Slug).eq(slug.as_str()));
        any = any.add(one);
    }
    let mut select = Query::select();
    select
        .exprs([
            text(term_text::Column::Language),
            of(term::Column::Taxonomy),
            of(term::Column::Slug),
            text(term_text::Column::Source),
        ])
        .from(term_text::Entity)
        .join(
            JoinType::InnerJoin,
            term::Entity,
            of(term::Column::Id).equals((term_text::Entity, term_text::Column::TermId)),
        )
        .cond_where(text(term_text::Column::Source).is_not_null())
        .cond_where(section::shown(&Scope::public(ctx), "term_text"))
        .cond_where(any);
    let mut found: HashMap<(String, String, String), String> = HashMap::new();
    for row in ctx.db_of([Dependency::Terms, Dependency::Frame]).query_all(&select).await? {
        let key = (row.get(0)?, row.get(1)?, row.get(2)?);
        found.insert(key, row.get(3)?);
    }
    Ok(asked.into_iter().find_map(|(path, language, plural, slug)| {
        let key = (language.tag.to_string(), plural.to_owned(), slug);
        Some((path.clone(), found.remove(&key)?))
    }))
}

impl ListTexts for term_text::Entity {
    const HTML: term_text::Column = term_text::Column::Html;
    const LINKS: term_text::Column = term_text::Column::Links;
    const RENDERER: term_text::Column = term_text::Column::Renderer;

    fn text(row: term_text::Model) -> ListText {
        let term_text::Model { term_id, language, markdown, source, .. } = row;
        let row = Condition::all()
            .add(term_text::Column::TermId.eq(term_id))
            .add(term_text::Column::Language.eq(&*language));
        ListText { language, markdown, source, row }
    }
}
