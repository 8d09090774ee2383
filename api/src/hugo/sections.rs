//! Sections, taxonomies and terms that have a file, as far as the addresses of
//! other pages depend on them.
//!
//! Invariant: paths are compared in their normalized form, languages by Hugo's
//! key. A folder at the top is a section whether it has a file or not.

use std::collections::HashMap;

use entity::Render;
use serde::{Deserialize, Serialize};

use super::address::Rules;
use super::page::Page;
use super::sanitize::normalize;
use super::tree::{Entry, EntryKind, Kind};
use crate::article::build::Build;

/// The pages that have pages below them, as far as the addresses of others
/// depend on them: a slug of a section stands in the address of all its pages.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Sections(HashMap<(String, String), Section>);

/// A taxonomy or term whose own page gives it another address than its name does, or says
/// that it is in no list or has no page.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct TermPlace {
    /// Hugo's key.
    language: String,
    /// Its taxonomy, and of a term its slug: `tags/a-b`.
    path: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    slug: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    url: Option<String>,
    #[serde(default, skip_serializing_if = "String::is_empty")]
    title: String,
    #[serde(default)]
    unlisted: bool,
    #[serde(default)]
    local: bool,
    #[serde(default)]
    pageless: bool,
}

/// What the addresses of others take from one of them.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(super) struct Section {
    pub slug: Option<String>,
    pub url: Option<String>,
    pub title: String,
    pub unlisted: bool,
    pub local: bool,
    pub pageless: bool,
}

impl Sections {
    /// Notes a section, taxonomy or term that has a file; `dir` is its folder
    /// below the content folder.
    pub fn insert(
        &mut self,
        language: &str,
        dir: &str,
        slug: Option<&str>,
        url: Option<&str>,
        title: &str,
    ) {
        let filled = |text: Option<&str>| text.filter(|text| !text.is_empty()).map(str::to_owned);
        let section = Section {
            slug: filled(slug),
            url: filled(url),
            title: title.to_owned(),
            ..Section::default()
        };
        self.0.insert((language.to_owned(), normalize(dir)), section);
    }

    /// Notes what a content file says, if it is a section, taxonomy or term.
    pub fn note(&mut self, entry: &Entry, page: &Page) {
        if let EntryKind::Content(Kind::Section | Kind::Taxonomy { .. } | Kind::Term { .. }) =
            entry.kind
        {
            self.insert(
                &entry.language,
                &entry.dir,
                page.slug.as_deref(),
                page.url.as_deref(),
                &page.title,
            );
            let build = Build::of(&page.params);
            if let Some(section) = self.0.get_mut(&(entry.language.clone(), normalize(&entry.dir)))
            {
                section.unlisted = !build.listed;
                section.local = build.local;
                section.pageless = build.render != Render::Always;
            }
        }
    }

    /// Whether one of them lies here in the tree of content.
    #[must_use]
    pub fn has(&self, language: &str, logical: &str) -> bool {
        self.0.contains_key(&(language.to_owned(), logical.to_owned()))
    }

    /// The taxonomies and terms among them that are elsewhere, in order.
    #[must_use]
    pub fn term_places(&self, rules: &Rules) -> Vec<TermPlace> {
        let mut places: Vec<_> = self
            .0
            .iter()
            .filter_map(|((language, path), section)| {
                let mut taxonomies = rules.taxonomies(language).values();
                let path = taxonomies.find_map(|plural| {
                    match path.strip_prefix(normalize(plural).as_str())? {
                        "" => Some(path.clone()),
                        below => {
                            let slug = rules.term_slug(below.strip_prefix('/')?);
                            Some(format!("{plural}/{}", normalize(&slug)))
                        }
                    }
                })?;
                let Section { slug, url, title, unlisted, local, pageless } = section.clone();
                // A title is in addresses where a pattern makes them.
                let title = if rules.has_patterns(language) { title } else { String::new() };
                let moved = slug.is_some() || url.is_some() || !title.is_empty();
                let language = language.clone();
                let place =
                    TermPlace { language, path, slug, url, title, unlisted, local, pageless };
                (moved || unlisted || pageless).then_some(place)
            })
            .collect();
        places
            .sort_by(|one, other| (&one.language, &one.path).cmp(&(&other.language, &other.path)));
        places
    }

    #[must_use]
    pub fn of_terms(places: Vec<TermPlace>) -> Self {
        let place = |TermPlace { language, path, slug, url, title, unlisted, local, pageless }| {
            ((language, path), Section { slug, url, title, unlisted, local, pageless })
        };
        Self(places.into_iter().map(place).collect())
    }

    /// What is noted below a path, as it is called there.
    pub fn below<'a>(&'a self, language: &'a str, path: &'a str) -> impl Iterator<Item = &'a str> {
        let own = self.0.keys().filter(move |(key, _)| key == language);
        own.filter_map(move |(_, name)| name.strip_prefix(path)?.strip_prefix('/'))
    }

    /// What is noted below a path that lists leave out, as it is called there.
    pub fn unlisted<'a>(
        &'a self,
        language: &'a str,
        path: &'a str,
    ) -> impl Iterator<Item = &'a str> {
        self.below(language, path).filter(move |name| {
            let one = self.get(language, &format!("{path}/{name}"));
            one.is_some_and(|one| one.unlisted && !one.local)
        })
    }

    /// Whether what is noted at a path says that it has no page.
    #[must_use]
    pub fn is_pageless(&self, language: &str, path: &str) -> bool {
        self.get(language, path).is_some_and(|one| one.pageless)
    }

    /// Whether what is noted at a path says that it is in no map of the site.
    #[must_use]
    pub fn is_unmapped(&self, language: &str, path: &str) -> bool {
        self.get(language, path).is_some_and(|one| one.pageless || one.unlisted)
    }

    pub(super) fn get(&self, language: &str, normalized: &str) -> Option<&Section> {
        if self.0.is_empty() {
            return None;
        }
        self.0.get(&(language.to_owned(), normalized.to_owned()))
    }

    /// The elements of the section that a page is in: its own path for a section,
    /// else the nearest folder above that is one. A folder at the top always is.
    pub(super) fn current(&self, language: &str, dir: &str, is_branch: bool) -> Vec<String> {
        let path = normalize(dir);
        let mut elements: Vec<String> =
            path.split('/').filter(|element| !element.is_empty()).map(str::to_owned).collect();
        if !is_branch {
            while elements.len() > 1 && self.get(language, &elements.join("/")).is_none() {
                elements.pop();
            }
        }
        elements
    }
}

/// The title that Hugo makes up for a section without a file, in the plural. Hugo puts
/// an `s` behind other scripts, too.
pub(super) fn plural(name: &str) -> String {
    if name.is_ascii() { pluralizer::pluralize(name, 2, false) } else { name.to_owned() }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_nearest_section_above_is_the_current_one() {
        let mut sections = Sections::default();
        sections.insert("en", "Posts/Deep Er", None, None, "");
        let check = |dir: &str, is_branch: bool, expected: &str| {
            assert_eq!(sections.current("en", dir, is_branch).join("/"), expected);
        };
        check("", false, "");
        check("Posts/Any", false, "posts");
        check("posts/deep-er/x/y", false, "posts/deep-er");
        check("posts/any", true, "posts/any");
        assert_eq!(sections.current("fr", "posts/deep-er", false).join("/"), "posts");
    }

    #[test]
    fn titles_are_made_up_in_the_plural() {
        for (name, expected) in [
            ("post", "posts"),
            ("news", "news"),
            ("story", "stories"),
            ("box", "boxes"),
            ("people", "people"),
            ("child", "children"),
            ("c++-tips", "c++-tips"),
            ("", ""),
            ("中", "中"),
        ] {
            assert_eq!(plural(name), expected);
        }
    }
}
