//! What lists depend on, by what their filters say.
//!
//! **Invariant.** Whatever a filter lets through is in one of the lists that are
//! named here, at the moment and later: conditions that are not understood are
//! left out, so that the list named is wider.

use entity::article_copy::Column;
use uuid::Uuid;

use crate::article::columns::Columns;
use crate::article::filter::{
    ArticleFilter, ArticleOrderField, Own, StringFilter, TaxonomyTermFilter, TermFilter,
};
use crate::cache::{Dependency, Term, Where};
use crate::ctx::Ctx;
use crate::graphql::id::{self, IdKind};
use crate::taxonomy::Taxonomy;

use super::{List, Parents};

/// Lists that one filter may name; beyond that it is wider.
const MOST: usize = 64;

/// The values that a part of a filter leaves; none where it says nothing.
#[derive(Default)]
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
enum Named {
    Id(Uuid),
    Slug(String, String),
}

/// What of an article's row is read: as much as its footprint tells, or more.
pub fn row<'a>(columns: Columns, id: Uuid) -> Dependency<'a> {
    const FACE: Columns = Columns::of(&[
        Column::View,
        Column::ArticleId,
        Column::Language,
        Column::Section,
        Column::Slug,
        Column::Path,
        Column::TranslationKey,
        Column::Title,
        Column::LinkTitle,
        Column::Date,
        Column::UtcOffset,
        Column::CreatedAt,
        Column::Weight,
        Column::Authors,
        Column::Listed,
        Column::Render,
    ]);
    if !columns.have(Column::ArticleId) {
        return Dependency::Articles;
    }
    if columns.iter().all(|column| FACE.have(column)) {
        Dependency::Face(id)
    } else {
        Dependency::Article(id)
    }
}

/// Notes what a sorted list depends on, or those that hang on parents.
pub fn note_list(ctx: &Ctx, list: &List, parents: Option<&Parents>) {
    let by = |field| list.order.field == field;
    let narrow = Narrow {
        titles: by(ArticleOrderField::Title),
        modified: by(ArticleOrderField::LastModified),
        ..Narrow::default()
    };
    note_any(ctx, &list.filter, parents, &narrow);
}

/// The same, without an order.
pub fn note(ctx: &Ctx, filter: &ArticleFilter, parents: Option<&Parents>) {
    note_any(ctx, filter, parents, &Narrow::default());
}

/// The same, of which titles or authors are looked at.
pub fn note_titles(ctx: &Ctx, filter: &ArticleFilter, parents: Option<&Parents>) {
    note_any(ctx, filter, parents, &Narrow { titles: true, ..Narrow::default() });
}

fn note_any(ctx: &Ctx, filter: &ArticleFilter, parents: Option<&Parents>, besides: &Narrow<'_>) {
    let mut own = Narrow::of(filter);
    own.add(besides);
    match parents {
        None => own.note(ctx),
        // What is behind a better translation may have whatever terms.
        Some(Parents::Terms { .. }) if own.wide => {
            Narrow { asks_terms: true, ..own }.note(ctx);
        }
        Some(Parents::Terms { ids, below }) => {
            let terms = (!below).then(|| ids.iter().map(|id| Named::Id(*id)).collect());
            Narrow { terms, asks_terms: true, ..own }.note(ctx);
        }
        Some(Parents::Filters(filters)) => {
            for filter in filters {
                let part = Narrow::of(filter);
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
                Narrow {
                    languages: part.languages.or_else(|| own.languages.clone()),
                    sections: part.sections.or_else(|| own.sections.clone()),
                    terms: part.terms,
                    titles: part.titles || own.titles,
                    modified: part.modified || own.modified,
                    asks_terms: part.asks_terms || own.asks_terms,
                    private: part.private || own.private,
                    wide: false,
                }
                .note(ctx);
            }
        }
    }
}

impl<'a> Narrow<'a> {
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

    fn note(&self, ctx: &Ctx) {
        if self.private {
            ctx.never_kept();
        }
        if self.asks_terms {
            ctx.depends([Dependency::TermPlaces]);
        }
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
        for language in &languages {
            for section in &sections {
                for term in &terms {
                    let list = Where { language: *language, section: *section, term: *term };
                    ctx.depends([Dependency::List(list)]);
                    if self.titles {
                        ctx.depends([Dependency::Titles(list)]);
                    }
                    if self.modified {
                        ctx.depends([Dependency::Modified(list)]);
                    }
                }
            }
        }
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
    let TaxonomyTermFilter { taxonomy, id, slug, slug_in, include_descendants } = filter.clone();
    terms(&Taxonomy::named(&taxonomy), &TermFilter { id, slug, slug_in, include_descendants })
}
