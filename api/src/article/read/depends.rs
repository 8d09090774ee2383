//! What lists depend on, by what their filters say.
//!
//! **Invariant.** Whatever a filter lets through is in one of the lists that are
//! named here, at the moment and later: conditions that are not understood are
//! left out, so that the list named is wider.

use std::ops::Bound;
use std::sync::Arc;

use entity::article_copy::{Column, Model};
use uuid::Uuid;

use crate::article::columns::Columns;
use crate::article::filter::{
    ArticleFilter, ArticleOrder, ArticleOrderField, Own, StringFilter, TaxonomyTermFilter,
    TermFilter,
};
use crate::cache::{By, Dependency, Shown, Shows, Term, Watch, Where};
use crate::ctx::Ctx;
use crate::graphql::id::{self, IdKind};
use crate::graphql::page::{Cursor, Page};
use crate::taxonomy::Taxonomy;

use super::{List, Parents};

/// Lists that one filter may name; beyond that it is wider.
const MOST: usize = 64;

/// The values that a part of a filter leaves; none where it says nothing.
#[derive(Clone, Default)]
#[expect(clippy::struct_excessive_bools, reason = "each is a fact of its own")]
struct Narrow<'a> {
    languages: Option<Vec<&'a str>>,
    sections: Option<Vec<&'a str>>,
    terms: Option<Vec<Named>>,
    /// Whether it asks about titles or authors.
    titles: bool,
    /// Whether it asks about last changes.
    modified: bool,
    /// Whether it asks about terms at all.
    asks_terms: bool,
    /// Whether it follows from what no event tells.
    private: bool,
    /// Whether articles that it does not let through count: better translations.
    wide: bool,
}

/// A term with what names it.
#[derive(Clone)]
enum Named {
    Id(Uuid),
    Slug(String, String),
}

/// What of an article's row is read: as much as its footprint tells, or more.
pub fn row<'a>(columns: Columns, id: Uuid) -> Dependency<'a> {
    const ADDRESS: Columns = Columns::of(&[
        Column::View,
        Column::ArticleId,
        Column::Language,
        Column::Section,
        Column::Path,
        Column::TranslationKey,
        Column::Listed,
        Column::Render,
    ]);
    const ORDER: Columns =
        Columns::of(&[Column::Date, Column::UtcOffset, Column::CreatedAt, Column::Weight]);
    const NAMES: Columns = Columns::of(&[Column::Title, Column::LinkTitle, Column::Authors]);
    if !columns.have(Column::ArticleId) {
        return Dependency::Articles;
    }
    let within = |known: Columns| columns.iter().all(|column| known.have(column));
    if within(ADDRESS) {
        Dependency::Address(id)
    } else if within(ADDRESS.with(ORDER)) {
        Dependency::Place(id)
    } else if within(ADDRESS.with(NAMES)) {
        Dependency::Name(id)
    } else if within(ADDRESS.with(ORDER).with(NAMES)) {
        Dependency::Face(id)
    } else {
        Dependency::Article(id)
    }
}

/// What a page shows of a list, by the rows that were fetched in the direction of
/// travel: one more than the page has, where there are more.
fn shown(order: ArticleOrder, page: &Page, rows: &[Model]) -> Shown {
    let place = |cursor: Cursor| (cursor.key, cursor.id);
    let beside = |cursor: &Option<Cursor>| {
        cursor.clone().map_or(Bound::Unbounded, |cursor| Bound::Excluded(place(cursor)))
    };
    let (start, end) = if page.backward {
        (beside(&page.before), beside(&page.after))
    } else {
        (beside(&page.after), beside(&page.before))
    };
    let size = page.size as usize;
    let beyond = rows.get(size);
    let end = match (beyond, rows.get(size.wrapping_sub(1))) {
        (None, _) => end,
        (Some(_), Some(last)) => Bound::Included(place(order.cursor(last))),
        // A page of none shows that there are more, and nothing else.
        (Some(beyond), None) => {
            let nowhere = Bound::Excluded(place(order.cursor(beyond)));
            let span = (nowhere.clone(), nowhere);
            return Shown { field: order.field, span, beyond: Some(beyond.article_id) };
        }
    };
    let rises = order.descending() == page.backward;
    Shown {
        field: order.field,
        span: if rises { (start, end) } else { (end, start) },
        beyond: beyond.map(|row| row.article_id),
    }
}

/// Notes what a page of a list depends on, beside its rows.
pub fn note_page(ctx: &Ctx, list: &List, page: &Page, rows: &[Model]) {
    let narrow = Narrow::by(list.order).with(&Narrow::of(&list.filter));
    narrow.watch(ctx, &[&list.filter], None, Shows::Page(shown(list.order, page, rows)));
}

/// Notes what the first rows of a list depend on, where all of it begins there.
pub fn note_start(ctx: &Ctx, list: &List, rows: &[Model], is_full: bool) {
    let last = rows.last().filter(|_| is_full).map(|row| list.order.cursor(row));
    let end = last.map_or(Bound::Unbounded, |last| Bound::Included((last.key, last.id)));
    let span =
        if list.order.descending() { (end, Bound::Unbounded) } else { (Bound::Unbounded, end) };
    let shown = Shown { field: list.order.field, span, beyond: None };
    let narrow = Narrow::by(list.order).with(&Narrow::of(&list.filter));
    narrow.watch(ctx, &[&list.filter], None, Shows::Page(shown));
}

/// The same of a page of the list of each parent; `rows` gives those of one.
pub fn note_pages<'r>(
    ctx: &Ctx,
    list: &List,
    parents: &Parents,
    page: &Page,
    rows: impl Fn(Uuid) -> &'r [Model],
) {
    let shows = |parent| Shows::Page(shown(list.order, page, rows(parent)));
    note_under(ctx, &list.filter, parents, &Narrow::by(list.order), shows);
}

/// Notes what the number of a list depends on, or those of each parent's.
pub fn note_number(ctx: &Ctx, filter: &ArticleFilter, parents: Option<&Parents>) {
    match parents {
        None => Narrow::of(filter).watch(ctx, &[filter], None, Shows::Number),
        Some(parents) => {
            note_under(ctx, filter, parents, &Narrow::default(), |_| Shows::Number);
        }
    }
}

/// Notes what it depends on which articles of a section are next to one: with it, these.
pub fn note_beside(ctx: &Ctx, section: &ArticleFilter, ids: Vec<Uuid>) {
    let narrow = Narrow { titles: true, ..Narrow::default() }.with(&Narrow::of(section));
    narrow.watch(ctx, &[section], None, Shows::Beside(ids));
}

/// Notes what the numbers of a list by something depend on, or those of each parent's.
pub fn note_numbers(ctx: &Ctx, by: &By, filter: &ArticleFilter, parents: Option<&Parents>) {
    let besides = Narrow { titles: *by == By::Authors, ..Narrow::default() };
    let shows = |_| Shows::Numbers(by.clone());
    match parents {
        None => {
            let narrow = besides.with(&Narrow::of(filter));
            narrow.watch(ctx, &[filter], None, shows(Uuid::nil()));
        }
        Some(parents) => note_under(ctx, filter, parents, &besides, shows),
    }
}

/// Notes what a list depends on under each of its parents.
fn note_under(
    ctx: &Ctx,
    filter: &ArticleFilter,
    parents: &Parents,
    besides: &Narrow<'_>,
    shows: impl Fn(Uuid) -> Shows,
) {
    let own = besides.with(&Narrow::of(filter));
    match parents {
        // What is behind a better translation may have whatever terms.
        Parents::Terms { .. } if own.wide => {
            Narrow { asks_terms: true, ..own }.note(ctx);
        }
        Parents::Terms { ids, below } => {
            for id in ids {
                let terms = (!below).then(|| vec![Named::Id(*id)]);
                let narrow = Narrow { terms, asks_terms: true, ..own.clone() };
                let carrying = ArticleFilter {
                    own: (!below).then(|| Own::Carrying(vec![*id])),
                    ..ArticleFilter::default()
                };
                let below = below.then_some(*id);
                narrow.watch(ctx, &[filter, &carrying], below, shows(*id));
            }
        }
        Parents::Filters(filters) => {
            for (index, part_filter) in filters.iter().enumerate() {
                let part = Narrow::of(part_filter);
                if own.wide || part.wide {
                    Narrow {
                        titles: own.titles || part.titles,
                        modified: own.modified || part.modified,
                        asks_terms: true,
                        private: own.private || part.private,
                        ..Narrow::default()
                    }
                    .note(ctx);
                    continue;
                }
                let own = own.clone();
                Narrow {
                    languages: part.languages.or(own.languages),
                    sections: part.sections.or(own.sections),
                    terms: part.terms,
                    titles: part.titles || own.titles,
                    modified: part.modified || own.modified,
                    asks_terms: part.asks_terms || own.asks_terms,
                    private: part.private || own.private,
                    wide: false,
                }
                .watch(
                    ctx,
                    &[filter, part_filter],
                    None,
                    shows(Parents::id(index)),
                );
            }
        }
    }
}

impl<'a> Narrow<'a> {
    /// What an order asks about.
    fn by(order: ArticleOrder) -> Self {
        Self {
            titles: order.field == ArticleOrderField::Title,
            modified: order.field == ArticleOrderField::LastModified,
            ..Self::default()
        }
    }

    /// Another, with what this one brings that does not narrow.
    fn with(&self, other: &Narrow<'a>) -> Narrow<'a> {
        let mut other = other.clone();
        other.add(self);
        other
    }

    fn of(filter: &'a ArticleFilter) -> Self {
        let ArticleFilter {
            and,
            or,
            not,
            language,
            section,
            title,
            path: _,
            date: _,
            last_modified,
            tag,
            category,
            term,
            status: _,
            review,
            assigned_to,
            own,
        } = filter;
        let mut narrow = Self {
            languages: language.as_ref().map(|tag| vec![tag.0.as_str()]),
            sections: section.as_ref().and_then(sections),
            asks_terms: tag.is_some() || category.is_some() || term.is_some(),
            titles: title.is_some(),
            modified: last_modified.is_some(),
            private: review.is_some() || assigned_to.is_some(),
            ..Self::default()
        };
        narrow.terms = tag
            .as_ref()
            .and_then(|tag| terms(&Taxonomy::Tags, tag))
            .or_else(|| category.as_ref().and_then(|one| terms(&Taxonomy::Categories, one)))
            .or_else(|| term.as_ref().and_then(any_terms));
        for part in and.iter().flatten() {
            let part = Self::of(part);
            narrow.add(&part);
            narrow.languages = narrow.languages.or(part.languages);
            narrow.sections = narrow.sections.or(part.sections);
            narrow.terms = narrow.terms.or(part.terms);
        }
        for part in or.iter().flatten().chain(not.as_deref()) {
            narrow.add(&Self::of(part));
        }
        if narrow.wide {
            narrow = Self { languages: None, sections: None, terms: None, ..narrow };
        }
        match own {
            None | Some(Own::Ids(_) | Own::Below(_)) => {}
            Some(Own::Authors(_)) => narrow.titles = true,
            Some(Own::Carrying(ids)) => {
                narrow.asks_terms = true;
                narrow.terms = Some(ids.iter().map(|id| Named::Id(*id)).collect());
            }
            Some(Own::Fallback(chain)) => {
                // A translation in any section and with any terms may stand before.
                let languages = chain.iter().map(AsRef::as_ref).collect();
                let languages = (!narrow.wide).then_some(languages);
                narrow = Self { languages, sections: None, terms: None, wide: true, ..narrow };
            }
            Some(Own::Untranslated { .. } | Own::Outdated { .. }) => narrow.private = true,
        }
        narrow
    }

    /// What a part brings that does not narrow.
    fn add(&mut self, part: &Self) {
        self.titles |= part.titles;
        self.modified |= part.modified;
        self.asks_terms |= part.asks_terms;
        self.private |= part.private;
        self.wide |= part.wide;
    }

    /// Notes the lists, of which only so much is shown: of what all of the filters let
    /// through, and of that what carries a term or one below it.
    fn watch(&self, ctx: &Ctx, filters: &[&ArticleFilter], below: Option<Uuid>, shows: Shows) {
        // Where translations compete, one comes and goes with others.
        if self.wide {
            return self.note(ctx);
        }
        self.note_besides(ctx);
        let says = |filter: &&&ArticleFilter| ***filter != ArticleFilter::default();
        let filters = filters.iter().filter(says).map(|filter| Arc::new((*filter).clone()));
        let watch = Watch { filters: filters.collect(), below, shows };
        self.each(|lists| ctx.watches(lists.iter().copied(), watch));
    }

    fn note(&self, ctx: &Ctx) {
        self.note_besides(ctx);
        self.each(|lists| ctx.depends(lists.iter().copied()));
    }

    /// Notes what is no list.
    fn note_besides(&self, ctx: &Ctx) {
        if self.private {
            ctx.never_kept();
        }
        if self.asks_terms {
            ctx.depends([Dependency::TermPlaces]);
        }
    }

    /// Hands out the lists that are meant.
    fn each(&self, take: impl FnOnce(&[Dependency<'_>])) {
        let any = |values: &Option<Vec<&'a str>>| -> Vec<Option<&'a str>> {
            values.as_ref().map_or_else(
                || vec![None],
                |values| values.iter().map(|value| Some(*value)).collect(),
            )
        };
        let (mut languages, mut sections) = (any(&self.languages), any(&self.sections));
        let mut terms: Vec<Option<Term<'_>>> = match &self.terms {
            None => vec![None],
            Some(terms) => terms.iter().map(|term| Some(term.as_term())).collect(),
        };
        for _ in 0..3 {
            if languages.len() * sections.len() * terms.len() > MOST {
                if terms.len() > 1 {
                    terms = vec![None];
                } else if sections.len() > 1 {
                    sections = vec![None];
                } else {
                    languages = vec![None];
                }
            }
        }
        let mut lists = Vec::new();
        for language in &languages {
            for section in &sections {
                for term in &terms {
                    let list = Where { language: *language, section: *section, term: *term };
                    lists.push(Dependency::List(list));
                    lists.extend(self.titles.then_some(Dependency::Titles(list)));
                    lists.extend(self.modified.then_some(Dependency::Modified(list)));
                }
            }
        }
        take(&lists);
    }
}

impl Named {
    fn as_term(&self) -> Term<'_> {
        match self {
            Self::Id(id) => Term::Id(*id),
            Self::Slug(taxonomy, slug) => Term::Slug(taxonomy, slug),
        }
    }
}

fn sections(filter: &StringFilter) -> Option<Vec<&str>> {
    let StringFilter { eq, one_of, contains: _, starts_with: _ } = filter;
    match (eq, one_of) {
        (Some(eq), _) => Some(vec![eq]),
        (None, Some(one_of)) => Some(one_of.iter().map(String::as_str).collect()),
        (None, None) => None,
    }
}

fn terms(taxonomy: &Taxonomy, filter: &TermFilter) -> Option<Vec<Named>> {
    let TermFilter { id, slug, slug_in, include_descendants } = filter;
    if *include_descendants {
        return None;
    }
    let of_slug = |slug: &String| Named::Slug(taxonomy.plural().to_owned(), slug.clone());
    if let Some(id) = id {
        let kind: IdKind = taxonomy.id_kind();
        return Some(vec![Named::Id(id::decode_as(kind, id).ok()?)]);
    }
    if let Some(slug) = slug {
        return Some(vec![of_slug(slug)]);
    }
    slug_in.as_ref().map(|slugs| slugs.iter().map(of_slug).collect())
}

fn any_terms(filter: &TaxonomyTermFilter) -> Option<Vec<Named>> {
    let (taxonomy, filter) = filter.of_one();
    terms(&taxonomy, &filter)
}
