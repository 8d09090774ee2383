//! The address that Hugo 0.168 gives a page.
//!
//! An address is decoded, begins with `/`, and has the language's folder; the
//! path of the base URL is not in it. [`encode`] makes it what
//! `.RelPermalink` prints.
//!
//! Invariants: [`Rules`] and [`Sections`] hold all that addresses depend on,
//! so that they can be stored and asked again; nothing here reads files.
//!
//! Hugo: `resources/page/page_paths.go`, `hugolib/page__paths.go`, `hugolib/alias.go`.

use chrono::{DateTime, FixedOffset};
use indexmap::IndexMap;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::config::SiteConfig;
use super::page::Page;
use super::permalink::{self, Fill, Permalinks};
use super::sanitize::{lower, normalize, query_unescape, sanitize};
use super::sections::plural;
use super::tree::{Entry, EntryKind, Kind};
use super::{cast, fold};

pub use super::sanitize::encode;
pub use super::sections::{Sections, TermPlace};

/// What addresses are made by, and nothing else.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct Rules {
    pub default_language: String,
    pub default_in_subdir: bool,
    pub disable_path_to_lower: bool,
    pub remove_path_accents: bool,
    pub list_titles: ListTitles,
    pub ugly_urls: UglyUrls,
    /// `section`, `taxonomy`, `term`: what has no pages.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub disabled_kinds: Vec<String>,
    pub permalinks: Permalinks,
    /// Singular to plural.
    pub taxonomies: IndexMap<String, String>,
    /// Only the languages that have patterns of their own.
    pub language_permalinks: IndexMap<String, Permalinks>,
    /// Only the languages that have taxonomies of their own.
    pub language_taxonomies: IndexMap<String, IndexMap<String, String>>,
}

/// What sections are called that say no title: `Posts`, after the folder `post`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ListTitles {
    pub plural: bool,
    pub capital: bool,
}

impl Default for ListTitles {
    fn default() -> Self {
        Self { plural: true, capital: true }
    }
}

/// Where pages are files (`/a.html`) and not folders (`/a/`).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(untagged)]
pub enum UglyUrls {
    Everywhere(bool),
    Sections(IndexMap<String, bool>),
}

impl Default for UglyUrls {
    fn default() -> Self {
        Self::Everywhere(false)
    }
}

impl UglyUrls {
    pub fn from_config(value: Option<&Value>) -> Self {
        match value {
            Some(Value::Object(map)) => Self::Sections(
                map.iter()
                    .filter_map(|(key, value)| Some((key.to_lowercase(), cast::flag(value)?)))
                    .collect(),
            ),
            value => Self::Everywhere(value.and_then(cast::flag).unwrap_or_default()),
        }
    }

    fn applies_to(&self, section: &str) -> bool {
        match self {
            Self::Everywhere(flag) => *flag,
            Self::Sections(map) => map.get(section).copied().unwrap_or_default(),
        }
    }
}

/// What the address of one page is made from.
#[derive(Debug, Clone, Copy)]
pub struct Parts<'a> {
    /// Hugo's key of the language.
    pub language: &'a str,
    pub kind: &'a Kind,
    /// The folder below the content folder, as written: the one that holds the
    /// page; of a section, taxonomy or term its own.
    pub dir: &'a str,
    /// The file's name without language and extension, or the name of a leaf
    /// bundle's folder; empty for what is not a page.
    pub name: &'a str,
    /// Whether the page is a leaf bundle.
    pub bundle: bool,
    pub slug: Option<&'a str>,
    pub url: Option<&'a str>,
    pub title: &'a str,
    pub date: Option<DateTime<FixedOffset>>,
}

impl<'a> Parts<'a> {
    /// The parts of a content file.
    #[must_use]
    pub fn new(entry: &'a Entry, page: &'a Page) -> Self {
        let kind = match &entry.kind {
            EntryKind::Content(kind) => kind,
            EntryKind::Resource | EntryKind::Other => &Kind::Page,
        };
        Self {
            language: &entry.language,
            kind,
            dir: &entry.dir,
            name: &entry.name,
            bundle: entry.bundle,
            slug: page.slug.as_deref(),
            url: page.url.as_deref(),
            title: &page.title,
            date: page.date,
        }
    }
}

impl Rules {
    /// The folder of a language, without slashes; empty where it has none.
    ///
    /// Languages with hosts of their own have one as well, since an address that
    /// leaves the host out has to name one article.
    #[must_use]
    pub fn prefix<'a>(&self, language: &'a str) -> &'a str {
        let bare = !self.default_in_subdir && fold::same(language, &self.default_language);
        if bare { "" } else { language }
    }

    /// Singular to plural for a language.
    #[must_use]
    pub fn taxonomies(&self, language: &str) -> &IndexMap<String, String> {
        self.language_taxonomies.get(language).unwrap_or(&self.taxonomies)
    }

    /// Whether patterns make addresses in a language.
    #[must_use]
    pub fn has_patterns(&self, language: &str) -> bool {
        !self.permalinks(language).0.is_empty()
    }

    /// Whether the site has pages of a kind.
    #[must_use]
    pub fn has_pages(&self, kind: &str) -> bool {
        !self.disabled_kinds.iter().any(|disabled| disabled == kind)
    }

    fn permalinks(&self, language: &str) -> &Permalinks {
        self.language_permalinks.get(language).unwrap_or(&self.permalinks)
    }

    /// What a section, or the list of a taxonomy's terms, is called that says no title.
    #[must_use]
    pub fn list_title(&self, folder: &str) -> String {
        let name = folder.rsplit('/').next().unwrap_or_default();
        let name = if self.list_titles.plural { plural(name) } else { name.to_owned() };
        if !self.list_titles.capital {
            return name;
        }
        let mut before = ' ';
        let capital = |c: char| {
            let is_first = matches!(std::mem::replace(&mut before, c), ' ' | '-');
            if is_first { c.to_uppercase().collect() } else { c.to_string() }
        };
        name.chars().map(capital).collect()
    }

    /// A text as it stands in an address.
    #[must_use]
    pub fn urlize(&self, text: &str) -> String {
        let clean = sanitize(text, self.remove_path_accents);
        if self.disable_path_to_lower { clean } else { lower(&clean) }
    }

    /// Whether a name leads to the term with this slug. Hugo knows terms in lower case,
    /// whatever their addresses look like.
    #[must_use]
    pub fn leads(&self, name: &str, slug: &str) -> bool {
        let own = self.term_slug(name);
        own == slug || (self.disable_path_to_lower && lower(&own) == lower(slug))
    }

    /// The slug of the term that a name leads to: unlike in other texts, each space of it
    /// is a hyphen (`A - B`, `a---b`).
    #[must_use]
    pub fn term_slug(&self, name: &str) -> String {
        self.urlize(&self.element(name))
    }

    /// By what a term is known.
    #[must_use]
    pub fn key(&self, name: &str) -> String {
        lower(&self.term_slug(name))
    }

    /// The address of a page, section, taxonomy, term or the home page.
    pub fn page_path(&self, sections: &Sections, parts: &Parts<'_>) -> String {
        let url = parts.url.filter(|url| !url.is_empty());
        if let Some(url) = url
            && *parts.kind != Kind::Home
        {
            return self.given_path(sections, parts, url);
        }
        let mut elements = Elements::default();
        let slug = parts.slug.filter(|slug| !slug.is_empty());
        let expanded = self.expanded(sections, parts);
        let pattern = expanded.is_some();
        if let Some(expanded) = expanded {
            // Without its last slash, so that no space stands before it (`C++`).
            elements.add(&self.urlize(expanded.trim_end_matches('/')));
        } else if *parts.kind != Kind::Home {
            let own_slug = if is_branch(parts.kind) { slug } else { None };
            elements.add(&self.urlize(&self.dir(sections, parts, own_slug)));
            if !is_branch(parts.kind) {
                let name = slug.map_or_else(|| self.element(parts.name), str::to_owned);
                elements.add(&self.urlize(&name));
            }
        }
        let ugly = self.ugly_urls.applies_to(&section_of(parts));
        let link = match parts.kind {
            Kind::Page if slug == Some("index") && !parts.bundle && !pattern => {
                // The name of the file that a folder shows: it names the folder.
                elements.0.pop();
                elements.folder()
            }
            Kind::Page | Kind::Term { .. } if ugly => elements.file(),
            _ if ugly => {
                elements.add("index");
                elements.file()
            }
            _ => elements.folder(),
        };
        self.with_prefix(parts.language, &link)
    }

    /// The address of a term that may have no file.
    #[must_use]
    pub fn term_path(
        &self,
        sections: &Sections,
        language: &str,
        plural: &str,
        term: &str,
    ) -> String {
        let dir = format!("{plural}/{}", term.trim_matches('/'));
        let kind = Kind::Term { taxonomy: plural.to_owned(), term: term.to_owned() };
        self.list_path(sections, language, &kind, (&dir, term))
    }

    /// The address of a taxonomy, the list of its terms, that may have no file.
    #[must_use]
    pub fn taxonomy_path(&self, sections: &Sections, language: &str, plural: &str) -> String {
        let kind = Kind::Taxonomy { plural: plural.to_owned() };
        self.list_path(sections, language, &kind, (plural, &self.list_title(plural)))
    }

    /// The address of a section that has no file.
    #[must_use]
    pub fn section_path(&self, sections: &Sections, language: &str, folder: &str) -> String {
        let title = self.list_title(folder);
        self.list_path(sections, language, &Kind::Section, (folder, &title))
    }

    /// The address of a page that lists others, by its folder and by what it is called
    /// where its own page says no title.
    fn list_path(
        &self,
        sections: &Sections,
        language: &str,
        kind: &Kind,
        (folder, title): (&str, &str),
    ) -> String {
        let section = sections.get(language, &normalize(folder));
        self.page_path(
            sections,
            &Parts {
                language,
                kind,
                dir: folder,
                name: "",
                bundle: false,
                slug: section.and_then(|section| section.slug.as_deref()),
                url: section.and_then(|section| section.url.as_deref()),
                title: section
                    .map(|section| section.title.as_str())
                    .filter(|title| !title.is_empty())
                    .unwrap_or(title),
                date: None,
            },
        )
    }

    /// The address that an alias leads from; `page_path` is the address of the
    /// page, to which an alias without a slash in front is relative.
    #[must_use]
    pub fn alias_path(&self, language: &str, page_path: &str, alias: &str) -> String {
        let alias = alias.replace('\\', "/");
        let absolute = alias.starts_with('/');
        let mut elements: Vec<&str> = Vec::new();
        let dir = page_path.trim_matches('/').rsplit_once('/');
        let dir = dir.filter(|_| !absolute).map_or("", |(dir, _)| dir);
        for part in dir.split('/').chain(alias.split('/')) {
            match part {
                "" | "." => {}
                ".." => {
                    elements.pop();
                }
                part => elements.push(part),
            }
        }
        let path = elements.join("/");
        let last = elements.last().copied().unwrap_or_default();
        let link = if let Some(folder) = path.strip_suffix("index.html")
            && last == "index.html"
        {
            format!("/{folder}")
        } else if is_file(last) {
            format!("/{path}")
        } else if path.is_empty() {
            "/".to_owned()
        } else if self.ugly_urls != UglyUrls::default() && is_file(page_path) {
            format!("/{path}.html")
        } else {
            format!("/{path}/")
        };
        // What is relative to an address has the language's folder by that.
        if absolute { self.with_prefix(language, &link) } else { link }
    }

    /// The address that `url` in front matter asks for: kept as it is, but for
    /// tokens, and for the language of one that begins without a slash.
    fn given_path(&self, sections: &Sections, parts: &Parts<'_>, url: &str) -> String {
        let expanded;
        let mut url = if url.contains(':') {
            expanded = self.fill(sections, parts, url);
            expanded.as_str()
        } else {
            url
        };
        let relative = !url.starts_with('/');
        let cleaned;
        if url.split('/').any(|part| part == "..") {
            let mut elements: Vec<&str> = Vec::new();
            for part in url.split('/') {
                match part {
                    "" | "." => {}
                    ".." => {
                        elements.pop();
                    }
                    part => elements.push(part),
                }
            }
            cleaned = format!("/{}", elements.join("/"));
            url = &cleaned;
        }
        let mut elements = Elements::default();
        url.split('/').for_each(|part| elements.add(part));
        let link = if url.contains('.') && !url.ends_with('/') {
            if elements.0.last().is_some_and(|last| last == "index.html") {
                elements.0.pop();
                elements.folder()
            } else {
                format!("/{}", elements.0.join("/"))
            }
        } else {
            elements.folder()
        };
        if relative { self.with_prefix(parts.language, &link) } else { link }
    }

    fn with_prefix(&self, language: &str, link: &str) -> String {
        let prefix = self.prefix(language);
        if prefix.is_empty() { link.to_owned() } else { format!("/{prefix}{link}") }
    }

    /// A title as it stands in an address: it is no path.
    fn title(&self, title: &str) -> String {
        self.urlize(&title.replace(['/', '\\'], "-"))
    }

    /// One element of a path, as the logical path has it.
    fn element(&self, name: &str) -> String {
        if self.disable_path_to_lower { name.to_owned() } else { lower(name).replace(' ', "-") }
    }

    /// The folder, the slugs of sections in place of their names.
    fn dir(&self, sections: &Sections, parts: &Parts<'_>, own_slug: Option<&str>) -> String {
        let names: Vec<&str> = parts.dir.split('/').filter(|name| !name.is_empty()).collect();
        let mut normalized = String::new();
        let mut elements = Vec::with_capacity(names.len());
        for (index, name) in names.iter().enumerate() {
            if index > 0 {
                normalized.push('/');
            }
            normalized.push_str(&normalize(name));
            let own = own_slug.filter(|_| index + 1 == names.len());
            let slug = own.or_else(|| {
                sections
                    .get(parts.language, &normalized)
                    .and_then(|section| section.slug.as_deref())
            });
            elements.push(slug.map_or_else(|| self.element(name), str::to_owned));
        }
        elements.join("/")
    }

    /// The address by a pattern, if there is one for the page.
    fn expanded(&self, sections: &Sections, parts: &Parts<'_>) -> Option<String> {
        let permalinks = self.permalinks(parts.language);
        if permalinks.0.is_empty() || *parts.kind == Kind::Home {
            return None;
        }
        let mut logical = normalize(parts.dir);
        if !is_branch(parts.kind) {
            if !logical.is_empty() {
                logical.push('/');
            }
            logical.push_str(&normalize(parts.name));
        }
        let pattern = permalinks.pattern(parts.kind.as_str(), &logical)?;
        // Hugo unescapes what it has escaped, and a plus becomes a space on the way.
        query_unescape(&self.fill(sections, parts, pattern)).filter(|path| !path.is_empty())
    }

    fn fill(&self, sections: &Sections, parts: &Parts<'_>, pattern: &str) -> String {
        let current = sections.current(parts.language, parts.dir, is_branch(parts.kind));
        let slugs = || {
            (1..=current.len())
                .map(|depth| {
                    let path = current.get(..depth).unwrap_or_default().join("/");
                    let own = is_branch(parts.kind) && depth == current.len();
                    let section = sections.get(parts.language, &path);
                    let slug = if own {
                        parts.slug
                    } else {
                        section.and_then(|section| section.slug.as_deref())
                    };
                    let title = if own {
                        Some(parts.title)
                    } else {
                        section.map(|section| section.title.as_str())
                    };
                    let filled = |text: &&str| !text.is_empty();
                    match (slug.filter(filled), title.filter(filled)) {
                        (Some(slug), _) => self.urlize(slug),
                        (None, Some(title)) => self.title(title),
                        (None, None) => {
                            self.urlize(&plural(current.get(depth - 1).map_or("", |s| s)))
                        }
                    }
                })
                .collect::<Vec<_>>()
        };
        // Pages that list others have no name but that of their folder.
        let own = parts.dir.trim_matches('/').rsplit('/').next().unwrap_or_default();
        let base = if is_branch(parts.kind) { own } else { parts.name };
        let base = self.urlize(base);
        let title = match parts.kind {
            Kind::Term { .. } => self.urlize(parts.title),
            _ => self.title(parts.title),
        };
        permalink::expand(
            pattern,
            &Fill {
                date: parts.date,
                section: current.first().map_or("", String::as_str),
                sections: &current,
                section_slugs: &slugs,
                title,
                slug: parts.slug.filter(|slug| !slug.is_empty()).map(|slug| self.urlize(slug)),
                name: self.urlize(parts.name),
                base,
            },
        )
    }
}

/// The elements of an address, none of them empty.
#[derive(Default)]
struct Elements(Vec<String>);

impl Elements {
    fn add(&mut self, path: &str) {
        let parts = path.split('/').filter(|part| !part.is_empty());
        self.0.extend(parts.map(str::to_owned));
    }

    fn folder(&self) -> String {
        if self.0.is_empty() { "/".to_owned() } else { format!("/{}/", self.0.join("/")) }
    }

    fn file(&self) -> String {
        if self.0.is_empty() {
            "/index.html".to_owned()
        } else {
            format!("/{}.html", self.0.join("/"))
        }
    }
}

/// Whether an address is that of a file, which Hugo tells by this spelling alone.
fn is_file(path: &str) -> bool {
    path.rsplit_once('.').is_some_and(|(_, extension)| extension == "html")
}

fn is_branch(kind: &Kind) -> bool {
    *kind != Kind::Page
}

fn section_of(parts: &Parts<'_>) -> String {
    normalize(parts.dir.trim_matches('/').split('/').next().unwrap_or_default())
}

/// A text as it stands in an address (`urlize` in a Hugo template, unescaped).
#[must_use]
pub fn urlize(text: &str, config: &SiteConfig) -> String {
    config.rules.urlize(text)
}

/// The address of a content file, given the sections of its site.
#[must_use]
pub fn page_path(config: &SiteConfig, sections: &Sections, entry: &Entry, page: &Page) -> String {
    config.rules.page_path(sections, &Parts::new(entry, page))
}

/// The address of a term, given the sections of its site.
#[must_use]
pub fn term_path(
    config: &SiteConfig,
    sections: &Sections,
    language: &str,
    plural: &str,
    term: &str,
) -> String {
    config.rules.term_path(sections, language, plural, term)
}

/// The first element of the logical path; empty for pages at the root.
#[must_use]
pub fn section(entry: &Entry) -> String {
    normalize(entry.dir.split('/').next().unwrap_or_default())
}

/// The address that an alias of the page at `page_path` leads from.
#[must_use]
pub fn alias_path(config: &SiteConfig, language: &str, page_path: &str, alias: &str) -> String {
    config.rules.alias_path(language, page_path, alias)
}

#[cfg(test)]
#[path = "address_tests.rs"]
mod tests;
