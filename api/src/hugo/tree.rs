//! The content folders of a site: which file is what, and in which language.
//!
//! Invariants: the order is that of the names and the same on every machine; a
//! file is visited once, by the content folder nearest to it; links are not
//! followed; a folder that cannot be read is a [`Problem`] of the result and
//! hides nothing else.
//!
//! Hugo: common/paths/pathparser.go, hugofs, docs "Page bundles".

use std::collections::HashSet;
use std::path::{Path, PathBuf};

use super::config::SiteConfig;
use super::problem::Problem;
use super::sanitize::normalize;
use super::{file_path, fold, glob};

/// What a page is to Hugo.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Default)]
pub enum Kind {
    Home,
    Section,
    #[default]
    Page,
    Taxonomy {
        plural: String,
    },
    Term {
        /// The taxonomy's plural.
        taxonomy: String,
        term: String,
    },
}

impl Kind {
    /// Hugo's word for it.
    #[must_use]
    pub fn as_str(&self) -> &'static str {
        match self {
            Self::Home => "home",
            Self::Section => "section",
            Self::Page => "page",
            Self::Taxonomy { .. } => "taxonomy",
            Self::Term { .. } => "term",
        }
    }
}

/// What a file is to the importer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum EntryKind {
    /// A page, with front matter or without.
    Content(Kind),
    /// A file that belongs to a bundle or section; Markdown inside a leaf
    /// bundle is one, too.
    Resource,
    /// Content that this reader does not know (Org mode, reStructuredText, …), or content
    /// in a language that is switched off.
    Other,
}

/// One file below a content folder.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Entry {
    pub kind: EntryKind,
    pub file: PathBuf,
    /// Below the site's folder, as [`file_path::to_text`] writes it.
    pub relative: String,
    /// Hugo's key of the language.
    pub language: String,
    /// What translations share: the path below the content folder, in lower
    /// case and with hyphens for spaces, without language and extension, a
    /// bundle's `/index` and `/_index` removed. Empty for the home page.
    pub logical: String,
    /// Whether the file is the page of a leaf bundle.
    pub bundle: bool,
    /// The folder that holds the page, below the content folder, as written;
    /// of a section, taxonomy or term its own; of a leaf bundle the one above.
    pub dir: String,
    /// The file's name without language and extension, as written; of a leaf
    /// bundle the name of its folder; empty for home, sections and terms.
    pub name: String,
    /// In lower case, without the dot.
    pub extension: String,
    /// For a resource, the logical path of the bundle or section it belongs to.
    pub owner: Option<String>,
}

/// All files, and what could not be read.
#[derive(Debug, Clone, Default)]
pub struct Tree {
    pub entries: Vec<Entry>,
    pub problems: Vec<Problem>,
}

const CONTENT: [&str; 5] = ["md", "markdown", "mdown", "html", "htm"];
/// What Hugo renders with helpers that are not here.
const FOREIGN: [&str; 8] = ["org", "adoc", "asciidoc", "ad", "rst", "pandoc", "pdc", "gotmpl"];

/// The content folders, each once and in order.
fn folders(config: &SiteConfig) -> Vec<&str> {
    let mut folders: Vec<&str> = Vec::new();
    for language in &config.languages {
        if !folders.contains(&language.content_dir.as_str()) {
            folders.push(&language.content_dir);
        }
    }
    folders.sort_unstable();
    folders
}

/// Walks the content folders of the site in `dir`. A site that is configured may
/// have none; a folder that is said to be content fails where it is not there.
pub fn walk(dir: &Path, config: &SiteConfig) -> Result<Tree, Problem> {
    let folders = folders(config);
    let present: Vec<&str> =
        folders.iter().copied().filter(|folder| dir.join(folder).is_dir()).collect();
    if present.is_empty() && config.file.is_none() {
        return Err(Problem::new("there is no such content folder")
            .in_file(folders.first().copied().unwrap_or_default()));
    }
    let mut tree = Tree::default();
    for folder in present {
        let walker = Walker::new(dir, folder, &folders, config);
        let files = walker.files(&mut tree.problems);
        walker.entries(files, &mut tree.entries);
    }
    tree.entries.sort_by(|one, other| one.file.cmp(&other.file));
    Ok(tree)
}

/// What [`walk`] would find where these files were all there is; pure.
pub fn of_paths<'a>(config: &SiteConfig, paths: impl IntoIterator<Item = &'a str>) -> Tree {
    let folders = folders(config);
    let paths: Vec<PathBuf> = paths.into_iter().map(file_path::to_path).collect();
    let mut tree = Tree::default();
    for folder in &folders {
        let walker = Walker::new(Path::new(""), folder, &folders, config);
        let files = paths.iter().filter(|path| walker.has(path)).cloned().collect();
        walker.entries(files, &mut tree.entries);
    }
    tree.entries.sort_by(|one, other| one.file.cmp(&other.file));
    tree
}

struct Walker<'a> {
    dir: &'a Path,
    root: PathBuf,
    /// Content folders inside this one, which are walked by themselves.
    others: Vec<PathBuf>,
    /// The language of what says nothing.
    language: &'a str,
    config: &'a SiteConfig,
}

impl<'a> Walker<'a> {
    fn new(dir: &'a Path, folder: &str, folders: &[&str], config: &'a SiteConfig) -> Self {
        let here = || config.languages.iter().filter(|language| language.content_dir == folder);
        let language = here()
            .find(|language| language.key == config.default_language)
            .or_else(|| here().next())
            .map_or(config.default_language.as_str(), |language| &language.key);
        Self {
            dir,
            root: dir.join(folder),
            others: folders
                .iter()
                .filter(|other| **other != folder)
                .map(|other| dir.join(other))
                .collect(),
            language,
            config,
        }
    }

    /// Whether a walk would find this file.
    fn has(&self, path: &Path) -> bool {
        path.starts_with(&self.root)
            && path.ancestors().take_while(|above| *above != self.root).all(|part| {
                !self.is_ignored(part) && !self.others.iter().any(|other| other == part)
            })
    }

    fn files(&self, problems: &mut Vec<Problem>) -> Vec<PathBuf> {
        let mut files = Vec::new();
        let walk = walkdir::WalkDir::new(&self.root).sort_by_file_name().into_iter().filter_entry(
            |entry| {
                entry.depth() == 0
                    || !(self.is_ignored(entry.path())
                        || (entry.file_type().is_dir()
                            && self.others.iter().any(|other| other == entry.path())))
            },
        );
        for entry in walk {
            match entry {
                Ok(entry) if entry.file_type().is_file() => files.push(entry.into_path()),
                Ok(_) => {}
                Err(error) => {
                    let at = error.path().unwrap_or(&self.root);
                    let reason =
                        error.io_error().map_or_else(|| error.to_string(), ToString::to_string);
                    problems.push(
                        Problem::new(format!("this cannot be read: {reason}"))
                            .in_file(&self.relative(at)),
                    );
                }
            }
        }
        files
    }

    /// What files below the content folder are.
    fn entries(&self, files: Vec<PathBuf>, entries: &mut Vec<Entry>) {
        let top = self.root.as_path();
        // The leaf bundles found so far: everything below them belongs to them.
        let mut bundles: HashSet<PathBuf> = HashSet::new();
        let mut seen: Vec<(PathBuf, bool)> = Vec::with_capacity(files.len());
        for path in files {
            let name = path.file_name().unwrap_or_default().to_string_lossy();
            let leaf = self.split(&name).is_some_and(|name| {
                name.stem.eq_ignore_ascii_case("index")
                    && CONTENT.contains(&name.extension.as_str())
            });
            if leaf
                && path != top.join(name.as_ref())
                && let Some(parent) = path.parent()
            {
                bundles.insert(parent.to_owned());
            }
            seen.push((path, leaf));
        }
        // `index` at the root is the home page, unless there is a proper one.
        let home = seen.iter().any(|(path, _)| {
            path.parent() == Some(top)
                && path.file_name().is_some_and(|name| {
                    name.to_string_lossy().to_lowercase().starts_with("_index.")
                })
        });
        for (path, leaf) in seen {
            // The outermost bundle owns what is nested in it.
            let bundle = path
                .ancestors()
                .skip(1)
                .take_while(|ancestor| ancestor.starts_with(&self.root))
                .filter(|ancestor| bundles.contains(*ancestor))
                .last();
            let is_page_of_bundle = leaf && bundle.is_some() && bundle == path.parent();
            if let Some(mut entry) = self.entry(&path, bundle, is_page_of_bundle) {
                if leaf && !home && entry.logical == "index" {
                    entry.kind = EntryKind::Content(Kind::Home);
                    entry.logical.clear();
                    entry.name.clear();
                }
                entries.push(entry);
            }
        }
    }

    /// Files of editors and systems (Hugo: source/sourceSpec.go), and what the
    /// site says.
    fn is_ignored(&self, path: &Path) -> bool {
        let name = path.file_name().unwrap_or_default().to_string_lossy();
        let patterns = &self.config.ignore_files;
        name.starts_with(['.', '#'])
            || name.ends_with('~')
            || (!patterns.is_empty() && {
                let relative = self.relative(path);
                patterns.iter().any(|pattern| ignores(pattern, &relative))
            })
    }

    fn relative(&self, path: &Path) -> String {
        file_path::to_text(path.strip_prefix(self.dir).unwrap_or(path))
    }

    fn entry(&self, path: &Path, bundle: Option<&Path>, page_of_bundle: bool) -> Option<Entry> {
        let below = path.strip_prefix(&self.root).ok()?;
        let file_name = path.file_name()?.to_string_lossy();
        let folder = slashed(below.parent().unwrap_or_else(|| Path::new("")));
        let name = self.split(&file_name).unwrap_or_else(|| Name {
            stem: file_name.to_string(),
            language: None,
            disabled: false,
            extension: String::new(),
        });
        let language = name.language.clone().unwrap_or_else(|| self.language.to_owned());
        let is_content = CONTENT.contains(&name.extension.as_str());
        let mut entry = Entry {
            kind: EntryKind::Resource,
            file: path.to_owned(),
            relative: self.relative(path),
            language,
            logical: String::new(),
            bundle: page_of_bundle,
            dir: folder.clone(),
            name: String::new(),
            extension: name.extension.clone(),
            owner: None,
        };
        if name.disabled {
            entry.kind = EntryKind::Other;
        }
        if let Some(bundle) = bundle.filter(|_| !page_of_bundle) {
            let owner = bundle.strip_prefix(&self.root).unwrap_or(bundle);
            entry.owner = Some(normalize(&slashed(owner)));
        } else if !is_content {
            if FOREIGN.contains(&name.extension.as_str()) {
                entry.kind = EntryKind::Other;
            } else {
                entry.owner = Some(normalize(&folder));
            }
        }
        if entry.owner.is_some() || !is_content {
            entry.name = file_name.to_string();
            entry.logical = normalize(&join(&folder, &file_name));
            return Some(entry);
        }
        let kind = if page_of_bundle {
            let (above, own) = folder.rsplit_once('/').unwrap_or(("", &folder));
            above.clone_into(&mut entry.dir);
            own.clone_into(&mut entry.name);
            Kind::Page
        } else if name.stem.eq_ignore_ascii_case("_index") {
            self.branch(&folder, &entry.language)
        } else {
            entry.name.clone_from(&name.stem);
            Kind::Page
        };
        entry.logical = normalize(&join(&entry.dir, &entry.name));
        if entry.kind != EntryKind::Other {
            entry.kind = EntryKind::Content(kind);
        }
        Some(entry)
    }

    /// What an `_index` file in this folder is.
    fn branch(&self, folder: &str, language: &str) -> Kind {
        if folder.is_empty() {
            return Kind::Home;
        }
        // A plural may have more than one element, as `blog/tags`.
        for plural in self.config.rules.taxonomies(language).values() {
            if fold::same(folder, plural) {
                return Kind::Taxonomy { plural: plural.clone() };
            }
            let head = folder.split_at_checked(plural.len());
            if let Some((head, tail)) = head
                && fold::same(head, plural)
                && let Some(term) = tail.strip_prefix('/')
            {
                return Kind::Term { taxonomy: plural.clone(), term: term.to_owned() };
            }
        }
        Kind::Section
    }

    /// Takes a file name apart: `p.zh-CN.md` is `p`, `zh-cn` and `md`. `None`
    /// when it has no extension.
    fn split(&self, name: &str) -> Option<Name> {
        let (stem, extension) = name.rsplit_once('.')?;
        let mut parts = Name {
            stem: stem.to_owned(),
            language: None,
            disabled: false,
            extension: extension.to_lowercase(),
        };
        // The language is the last part that is one; what stands between it and
        // the extension says something else to Hugo, and is no part of the name.
        let mut end = stem.len();
        while let Some(dot) =
            stem.get(..end).and_then(|head| head.rfind('.')).filter(|dot| *dot > 0)
        {
            let suffix = stem.get(dot + 1..end).unwrap_or_default();
            let disabled =
                || self.config.disabled_languages.iter().find(|key| fold::same(key, suffix));
            let language = self.config.language(suffix).map(|language| &language.key);
            parts.disabled = language.is_none();
            if let Some(key) = language.or_else(disabled) {
                stem.get(..dot).unwrap_or_default().clone_into(&mut parts.stem);
                parts.language = Some(key.clone());
                break;
            }
            end = dot;
        }
        parts.disabled &= parts.language.is_some();
        Some(parts)
    }
}

struct Name {
    stem: String,
    language: Option<String>,
    disabled: bool,
    extension: String,
}

/// Hugo's patterns are regular expressions that look for a place in the full
/// path; the plain ones are understood: `\.foo$`, `foo/.*\.bar`. One that
/// begins with `^` means the root of the file system, and so nothing here.
fn ignores(pattern: &str, path: &str) -> bool {
    let open = !pattern.ends_with('$');
    let plain =
        pattern.trim_end_matches('$').replace("\\.", ".").replace("\\/", "/").replace(".*", "**");
    if plain.contains(['\\', '(', '[', '+', '|', '^']) {
        return false;
    }
    let end = if open { "**" } else { "" };
    glob::matches(&format!("**{plain}{end}"), &format!("/{path}"))
}

fn join(folder: &str, name: &str) -> String {
    match (folder.is_empty(), name.is_empty()) {
        (true, _) => name.to_owned(),
        (_, true) => folder.to_owned(),
        _ => format!("{folder}/{name}"),
    }
}

fn slashed(path: &Path) -> String {
    let text = path.to_string_lossy();
    if std::path::MAIN_SEPARATOR == '/' {
        text.into_owned()
    } else {
        text.replace(std::path::MAIN_SEPARATOR, "/")
    }
}

#[cfg(test)]
#[path = "tree_tests.rs"]
mod tests;
