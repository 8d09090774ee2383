//! The map of the site for search engines: sitemaps.org's protocol 0.9, with
//! the languages of each page as Google describes them (`xhtml:link`).
//!
//! **Invariants.** What everybody may see is on it, and no more; neither is what
//! says that it is not to be found, or whose original is elsewhere. A document is
//! written row by row from pages of a keyset: memory does not grow with the site,
//! and a page costs one statement. What belongs together, translations or a term's
//! languages, is read side by side, so alternates cost no statement.
//!
//! A site that does not fit into one document has an index of parts: the lists
//! (`/sitemap-pages.xml`), terms and articles (`/sitemap-articles-1.xml`). Where
//! a part begins follows from its number, so no part is stored.

mod write;

use std::collections::BTreeMap;
use std::sync::Arc;

use entity::{Render, Timestamp};
use uuid::Uuid;

use crate::article::read::map::{self, Extent, MappedArticle, MappedTerm, Place};
use crate::ctx::Ctx;
use crate::error::Result;
use crate::feed::address;
use crate::policy::Scope;
use crate::section;
use crate::seo;
use crate::site::Frame;

pub use write::{END, START, index};

/// Bytes that the protocol allows, and some left over.
const BYTES: u64 = 49_000_000;
/// Rows that are read at a time.
const ROWS: u64 = 1000;

/// A document of the map.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Part {
    /// All there is, in one document.
    Whole,
    Pages,
    /// The nth, from 1.
    Terms(u64),
    Articles(u64),
}

impl Part {
    /// The part with this name: `articles-2`.
    #[must_use]
    pub fn named(name: &str) -> Option<Self> {
        if name == "pages" {
            return Some(Self::Pages);
        }
        let (kind, number) = name.split_once('-')?;
        let number = number.parse().ok().filter(|n| *n > 0 && !number.starts_with(['0', '+']))?;
        match kind {
            "terms" => Some(Self::Terms(number)),
            "articles" => Some(Self::Articles(number)),
            _ => None,
        }
    }

    #[must_use]
    pub fn name(&self) -> String {
        match self {
            Self::Whole => String::new(),
            Self::Pages => "pages".to_owned(),
            Self::Terms(number) => format!("terms-{number}"),
            Self::Articles(number) => format!("articles-{number}"),
        }
    }
}

/// A page in one language.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Located {
    pub language: String,
    /// Decoded.
    pub path: String,
    pub changed: Option<Timestamp>,
}

/// How a site is divided.
#[derive(Debug, Clone, Copy)]
pub struct Plan {
    extent: Extent,
    /// Rows of one part.
    capacity: u64,
    whole: bool,
}

impl Plan {
    fn new(extent: Extent, frame: &Frame, wanted: u32) -> Self {
        // An encoded byte takes three characters, an ampersand five.
        let address = frame.site.base_url.len() as u64 + 5 * extent.longest.max(200);
        let languages = frame.languages.len() as u64;
        let row = (languages + 2) * address + 60 + (languages + 1) * 75;
        // A group of translations goes into the part in which it begins, whole.
        let capacity = u64::from(wanted).min(BYTES / row).saturating_sub(languages).max(1);
        // Lists are few beside them.
        let all = extent.articles + extent.terms + 500;
        let whole = all <= u64::from(wanted) && all * row <= BYTES;
        let whole = whole || extent.articles + extent.terms <= capacity.min(100);
        Self { extent, capacity, whole }
    }

    /// What the index lists; one part alone needs none.
    #[must_use]
    pub fn parts(&self) -> Vec<Part> {
        if self.whole {
            return vec![Part::Whole];
        }
        let count = |rows: u64| rows.div_ceil(self.capacity);
        let terms = (1..=count(self.extent.terms)).map(Part::Terms);
        let articles = (1..=count(self.extent.articles)).map(Part::Articles);
        std::iter::once(Part::Pages).chain(terms).chain(articles).collect()
    }
}

pub async fn plan(ctx: &Ctx, scope: &Scope, frame: &Frame) -> Result<Plan> {
    let wanted = ctx.app().config().delivery.sitemap_entries;
    Ok(Plan::new(map::extent(ctx, scope).await?, frame, wanted))
}

/// What a document has still to say.
pub struct Walk {
    ctx: Arc<Ctx>,
    scope: Scope,
    frame: Arc<Frame>,
    steps: Vec<Step>,
}

/// One kind of rows, and how far they have been read.
enum Step {
    Pages,
    Terms {
        first: Option<Uuid>,
        until: Option<Uuid>,
        after: Option<Place<Uuid>>,
        open: Vec<MappedTerm>,
    },
    Articles {
        first: Option<String>,
        until: Option<String>,
        after: Option<Place<String>>,
        open: Vec<MappedArticle>,
    },
}

impl Walk {
    /// Begins a part; none where the site has none of that name.
    pub async fn begin(
        ctx: Arc<Ctx>,
        scope: Scope,
        frame: Arc<Frame>,
        plan: &Plan,
        part: &Part,
    ) -> Result<Option<Self>> {
        let all_terms = || Step::Terms { first: None, until: None, after: None, open: Vec::new() };
        let all_articles =
            || Step::Articles { first: None, until: None, after: None, open: Vec::new() };
        let mut steps = match part {
            Part::Whole => vec![Step::Pages, all_terms(), all_articles()],
            Part::Pages => vec![Step::Pages],
            Part::Terms(number) => {
                let skip = number.saturating_sub(1).saturating_mul(plan.capacity);
                if skip >= plan.extent.terms {
                    return Ok(None);
                }
                let first = map::term_at(&ctx, &scope, skip).await?;
                let until = map::term_at(&ctx, &scope, skip + plan.capacity).await?;
                vec![Step::Terms { first, until, after: None, open: Vec::new() }]
            }
            Part::Articles(number) => {
                let skip = number.saturating_sub(1).saturating_mul(plan.capacity);
                if skip >= plan.extent.articles {
                    return Ok(None);
                }
                let first = map::article_at(&ctx, &scope, skip).await?;
                let until = map::article_at(&ctx, &scope, skip + plan.capacity).await?;
                vec![Step::Articles { first, until, after: None, open: Vec::new() }]
            }
        };
        steps.reverse();
        Ok(Some(Self { ctx, scope, frame, steps }))
    }

    /// The next piece of the document; none at its end.
    pub async fn next(&mut self) -> Result<Option<String>> {
        let Some(mut step) = self.steps.pop() else {
            return Ok(None);
        };
        let mut out = String::new();
        let Self { ctx, scope, frame, .. } = self;
        let more = match &mut step {
            Step::Pages => {
                for group in pages(ctx, scope, frame).await? {
                    write::group(&mut out, frame, &group);
                }
                false
            }
            Step::Terms { first, until, after, open } => {
                let range = (*first, *until);
                let rows = map::mapped_terms(ctx, scope, range, after.as_ref(), ROWS).await?;
                let more = rows.len() as u64 == ROWS;
                for row in rows {
                    if open.last().is_some_and(|last| last.id != row.id) {
                        write_terms(&mut out, frame, std::mem::take(open));
                    }
                    *after =
                        Some(Place { key: row.id, language: row.language.clone(), id: row.id });
                    open.push(row);
                }
                if !more {
                    write_terms(&mut out, frame, std::mem::take(open));
                }
                more
            }
            Step::Articles { first, until, after, open } => {
                let range = (first.as_deref(), until.as_deref());
                let rows = map::mapped_articles(ctx, scope, range, after.as_ref(), ROWS).await?;
                let more = rows.len() as u64 == ROWS;
                for row in rows {
                    if open.last().is_some_and(|last| last.key != row.key) {
                        write_articles(&mut out, frame, std::mem::take(open))?;
                    }
                    *after = Some(Place {
                        key: row.key.clone(),
                        language: row.language.clone(),
                        id: row.id,
                    });
                    open.push(row);
                }
                if !more {
                    write_articles(&mut out, frame, std::mem::take(open))?;
                }
                more
            }
        };
        if more {
            self.steps.push(step);
        }
        Ok(Some(out))
    }
}

fn write_terms(out: &mut String, frame: &Frame, rows: Vec<MappedTerm>) {
    let group: Vec<_> = rows
        .into_iter()
        .filter_map(|row| {
            let language = frame.language(&row.language)?;
            let known =
                frame.taxonomies(language).iter().any(|(_, plural)| *plural == row.taxonomy);
            let mapped = frame.maps_term(language, &row.taxonomy, &row.slug);
            (known && mapped).then(|| Located {
                path: frame.term_path(language, &row.taxonomy, &row.slug),
                language: row.language.clone(),
                changed: Some(row.last_modified),
            })
        })
        .collect();
    write::group(out, frame, &group);
}

fn write_articles(out: &mut String, frame: &Frame, rows: Vec<MappedArticle>) -> Result<()> {
    let mut group = Vec::with_capacity(rows.len());
    for row in rows {
        if seo::is_hidden(&row.params)? || is_elsewhere(frame, &row) {
            continue;
        }
        let MappedArticle { language, path, last_modified, .. } = row;
        group.push(Located { language, path, changed: Some(last_modified) });
    }
    write::group(out, frame, &group);
    Ok(())
}

/// Whether the article says that another page is the original.
fn is_elsewhere(frame: &Frame, row: &MappedArticle) -> bool {
    row.canonical_url
        .as_ref()
        .is_some_and(|canonical| frame.asset(canonical) != frame.absolute(&row.path))
}

/// Pages of lists by the names of these, and by languages.
type Groups = BTreeMap<String, BTreeMap<String, Located>>;

/// The home pages and the sections, each in its languages.
async fn pages(ctx: &Ctx, scope: &Scope, frame: &Arc<Frame>) -> Result<Vec<Vec<Located>>> {
    let articles = map::mapped_sections(ctx, scope).await?;
    let mut groups = Groups::new();
    let add = |groups: &mut Groups, name: &str, located: Located| {
        let group = groups.entry(name.to_owned()).or_default();
        group.insert(located.language.clone(), located);
    };
    let changed = |language: &str, section: Option<&str>| {
        articles
            .iter()
            .filter(|row| row.language == language)
            .filter(|row| section.is_none_or(|section| row.section == section))
            .map(|row| row.last_modified)
            .max()
    };
    for language in &frame.languages {
        let tag = language.row.tag.clone();
        let located = Located {
            path: frame.home_path(language),
            changed: changed(&tag, None),
            language: tag,
        };
        add(&mut groups, "", located);
    }
    for row in articles.iter().filter(|row| !row.section.is_empty()) {
        let Some(language) = frame.language(&row.language) else {
            continue;
        };
        let path = format!("{}/{}/", frame.prefix(language), row.section);
        let (language, changed) = (row.language.clone(), Some(row.last_modified));
        add(&mut groups, &row.section, Located { language, path, changed });
    }
    // Those that say something of themselves know their address better.
    for row in section::all(ctx, scope).await? {
        if frame.language(&row.language).is_none() || row.name.is_empty() {
            continue;
        }
        let build = section::build(scope, &row);
        if !build.listed || build.render == Render::Never {
            if let Some(group) = groups.get_mut(&row.name) {
                group.remove(&row.language);
            }
            continue;
        }
        let top = row.name.split('/').next();
        let changed = changed(&row.language, top);
        add(&mut groups, &row.name, Located { language: row.language, path: row.path, changed });
    }
    let groups = groups.into_values().filter(|group| !group.is_empty());
    Ok(groups.map(|group| group.into_values().collect()).collect())
}

/// The address of a part.
#[must_use]
pub fn part_url(ctx: &Ctx, frame: &Frame, part: &Part) -> String {
    format!("{}/sitemap-{}.xml", address::server(ctx.app(), frame), part.name())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn parts_are_known_by_their_names() {
        for part in [Part::Pages, Part::Terms(1), Part::Articles(17)] {
            assert_eq!(Part::named(&part.name()), Some(part));
        }
        for name in ["", "articles", "articles-0", "articles-01", "articles-+1", "x-1", "terms--1"]
        {
            assert_eq!(Part::named(name), None, "{name}");
        }
    }
}
