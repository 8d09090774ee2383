//! The content folders of a site: which file is what, and in which language.
//!
//! Invariants: the order is that of the names and the same on every machine; a
//! file is visited once, by the content folder nearest to it; links are not
//! followed; a folder that cannot be read is a [`Problem`] of the result and
//! hides nothing else.
//!
//! Hugo: common/paths/pathparser.go, hugofs, docs "Page bundles".

use std::collections::{BTreeMap, HashSet};
use std::path::{Path, PathBuf};

use regex::RegexSet;

use super::config::SiteConfig;
use super::mounts::Files;
use super::problem::Problem;
use super::sanitize::normalize;
use super::{file_path, fold};

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

/// What a walk of the content folders found.
#[derive(Debug)]
pub struct Tree {
    pub layout: Layout,
    /// In order, below the site's folder. What each is says [`Layout::entry`]: of many
    /// files nothing is held but their names.
    pub files: Vec<Box<Path>>,
    pub problems: Vec<Problem>,
}

const CONTENT: [&str; 5] = ["md", "markdown", "mdown", "html", "htm"];
/// What Hugo renders with helpers that are not here.
const FOREIGN: [&str; 8] = ["org", "adoc", "asciidoc", "ad", "rst", "pandoc", "pdc", "gotmpl"];

/// Walks the content folders of the site in `dir`. A site that is configured may
/// have none; a folder that is said to be content fails where it is not there.
pub fn walk(dir: &Path, config: &SiteConfig) -> Result<Tree, Problem> {
    let mut tree =
        Tree { layout: Layout::new(dir, config), files: Vec::new(), problems: Vec::new() };
    if config.file.is_none() && !tree.layout.roots.iter().any(|root| root.folder.is_dir()) {
        let first = tree.layout.roots.first().map(|root| text(dir, &root.folder));
        return Err(Problem::new("there is no such content folder")
            .in_file(first.as_deref().unwrap_or_default()));
    }
    for root in &tree.layout.roots {
        if root.folder.is_dir() {
            root.files(dir, config, &mut tree.files, &mut tree.problems);
        } else if root.folder.is_file() {
            tree.files.push(root.folder.strip_prefix(dir).unwrap_or(&root.folder).into());
        }
    }
    tree.files.sort();
    tree.problems.sort_by(|one, other| one.file.cmp(&other.file));
    for file in &tree.files {
        tree.layout.note(config, file);
    }
    Ok(tree)
}

/// What files are, where these are all there is; pure.
pub fn of_paths<'a>(config: &SiteConfig, paths: impl IntoIterator<Item = &'a str>) -> Vec<Entry> {
    let mut paths: Vec<PathBuf> = paths.into_iter().map(file_path::to_path).collect();
    paths.sort();
    let mut layout = Layout::new(Path::new(""), config);
    for path in &paths {
        layout.note(config, path);
    }
    paths.iter().filter_map(|path| layout.entry(config, path)).collect()
}

/// The content folders of a site, and what lies in them as far as it says what other
/// files are.
#[derive(Debug, Clone, Default)]
pub struct Layout {
    /// The site's folder.
    dir: PathBuf,
    /// Each once and in order.
    roots: Vec<Root>,
}

/// A content folder, or a single file that is mounted as content.
#[derive(Debug, Clone)]
struct Root {
    folder: PathBuf,
    /// Where it counts as lying, below the content folder.
    target: String,
    /// Which of its files are meant.
    meant: Files,
    /// Content folders inside this one, which are walked by themselves.
    inner: Vec<PathBuf>,
    /// The language of what says nothing.
    language: String,
    /// Leaf bundles: everything below them belongs to them.
    bundles: HashSet<Box<Path>>,
    /// `index` at its top is the home page, unless there is a proper one.
    has_home: bool,
}

impl Layout {
    #[must_use]
    pub fn new(dir: &Path, config: &SiteConfig) -> Self {
        // By folder: where it counts as lying, and its languages, the default one first.
        let all = Files::default();
        let mut folders: BTreeMap<&str, (&str, &str, &Files)> = BTreeMap::new();
        for language in &config.languages {
            let mut add = |folder, target, files| {
                let one = folders.entry(folder).or_insert((target, language.key.as_str(), files));
                if language.key == config.default_language {
                    one.1 = &language.key;
                }
            };
            if config.mounts.is_empty() {
                add(language.content_dir.as_str(), "", &all);
            }
            for mount in config.mounts.iter().filter(|mount| mount.holds_for(&language.key)) {
                add(mount.source.as_str(), mount.target.as_str(), &mount.files);
            }
        }
        let inside = |folder: &str, other: &str| match folder.strip_prefix(other)? {
            rest if other.is_empty() => Some(rest.to_owned()),
            rest => rest.strip_prefix('/').map(str::to_owned),
        };
        // What stands in for a language's missing pages is where it lies another's own.
        let again: Vec<&str> = folders
            .iter()
            .filter(|(folder, (target, language, _))| {
                folders.iter().any(|(other, (above, owner, _))| {
                    other != *folder
                        && owner != language
                        && inside(folder, other).is_some_and(|rest| join(above, &rest) == *target)
                })
            })
            .map(|(folder, _)| *folder)
            .collect();
        folders.retain(|folder, _| !again.contains(folder));
        let root = |(folder, (target, language, meant)): (&&str, &(&str, &str, &Files))| {
            let inner = folders.keys().filter(|other| *other != folder);
            Root {
                folder: dir.join(folder),
                target: (*target).to_owned(),
                meant: (*meant).clone(),
                inner: inner.map(|other| dir.join(other)).collect(),
                language: (*language).to_owned(),
                bundles: HashSet::new(),
                has_home: false,
            }
        };
        Self { dir: dir.to_owned(), roots: folders.iter().map(root).collect() }
    }

    /// Notes a file, by its path below the site's folder, before any is asked for.
    pub fn note(&mut self, config: &SiteConfig, path: &Path) {
        let name = path.file_name().unwrap_or_default().to_string_lossy();
        let is_index = is_leaf(config, &name);
        let is_home = name.to_lowercase().starts_with("_index.");
        if !is_index && !is_home {
            return;
        }
        let path = self.dir.join(path);
        let dir = &self.dir;
        let Some(root) = self.roots.iter_mut().find(|root| root.has(dir, config, &path)) else {
            return;
        };
        let parent = path.parent().unwrap_or(&root.folder);
        if path == root.folder {
            // It is alone.
        } else if parent == root.folder && root.target.is_empty() {
            root.has_home |= is_home;
        } else if is_index {
            root.bundles.insert(parent.into());
        }
    }

    /// What a file is, by its path below the site's folder; none where no content
    /// folder has it.
    #[must_use]
    pub fn entry(&self, config: &SiteConfig, path: &Path) -> Option<Entry> {
        let path = self.dir.join(path);
        let root = self.roots.iter().find(|root| root.has(&self.dir, config, &path))?;
        let mut leaf = is_leaf(config, &path.file_name()?.to_string_lossy());
        if path == root.folder {
            let (folder, name) = root.target.rsplit_once('/').unwrap_or(("", &root.target));
            leaf = is_leaf(config, name);
            return self.read(config, root, &path, None, leaf && !folder.is_empty());
        }
        // The outermost bundle owns what is nested in it.
        let bundle = path
            .ancestors()
            .skip(1)
            .take_while(|ancestor| ancestor.starts_with(&root.folder))
            .filter(|ancestor| root.bundles.contains(*ancestor))
            .last();
        let is_page_of_bundle = leaf && bundle.is_some() && bundle == path.parent();
        let mut entry = self.read(config, root, &path, bundle, is_page_of_bundle)?;
        if leaf && !root.has_home && entry.logical == "index" {
            entry.kind = EntryKind::Content(Kind::Home);
            entry.logical.clear();
            entry.name.clear();
        }
        Some(entry)
    }

    fn read(
        &self,
        config: &SiteConfig,
        root: &Root,
        path: &Path,
        bundle: Option<&Path>,
        page_of_bundle: bool,
    ) -> Option<Entry> {
        let below = join(&root.target, &slashed(path.strip_prefix(&root.folder).ok()?));
        let (folder, file_name) = below.rsplit_once('/').unwrap_or(("", &below));
        let name = split(config, file_name).unwrap_or_else(|| Name {
            stem: file_name.to_owned(),
            language: None,
            disabled: false,
            extension: String::new(),
        });
        let language = name.language.clone().unwrap_or_else(|| root.language.clone());
        let is_content = CONTENT.contains(&name.extension.as_str());
        let mut entry = Entry {
            kind: EntryKind::Resource,
            file: path.to_owned(),
            relative: text(&self.dir, path),
            language,
            logical: String::new(),
            bundle: page_of_bundle,
            dir: folder.to_owned(),
            name: String::new(),
            extension: name.extension.clone(),
            owner: None,
        };
        if name.disabled {
            entry.kind = EntryKind::Other;
        }
        if let Some(bundle) = bundle.filter(|_| !page_of_bundle) {
            let owner = bundle.strip_prefix(&root.folder).unwrap_or(bundle);
            entry.owner = Some(normalize(&join(&root.target, &slashed(owner))));
        } else if !is_content {
            if FOREIGN.contains(&name.extension.as_str()) {
                entry.kind = EntryKind::Other;
            } else {
                entry.owner = Some(normalize(folder));
            }
        }
        if entry.owner.is_some() || !is_content {
            file_name.clone_into(&mut entry.name);
            entry.logical = normalize(&join(folder, file_name));
            return Some(entry);
        }
        let kind = if page_of_bundle {
            let (above, own) = folder.rsplit_once('/').unwrap_or(("", folder));
            above.clone_into(&mut entry.dir);
            own.clone_into(&mut entry.name);
            Kind::Page
        } else if name.stem.eq_ignore_ascii_case("_index") {
            branch(config, folder, &entry.language)
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
}

impl Root {
    /// Whether a walk would find this file here.
    fn has(&self, dir: &Path, config: &SiteConfig, path: &Path) -> bool {
        path.starts_with(&self.folder)
            && path.ancestors().take_while(|above| *above != self.folder).all(|part| {
                !is_ignored(dir, config, part) && !self.inner.iter().any(|inner| inner == part)
            })
            && self.means(path)
    }

    /// Whether a mount does not leave the file out.
    fn means(&self, path: &Path) -> bool {
        self.meant == Files::default()
            || path.strip_prefix(&self.folder).is_ok_and(|below| self.meant.has(&slashed(below)))
    }

    /// Walks the folder.
    fn files(
        &self,
        dir: &Path,
        config: &SiteConfig,
        files: &mut Vec<Box<Path>>,
        problems: &mut Vec<Problem>,
    ) {
        let walk = walkdir::WalkDir::new(&self.folder).into_iter().filter_entry(|entry| {
            entry.depth() == 0
                || !(is_ignored(dir, config, entry.path())
                    || (entry.file_type().is_dir()
                        && self.inner.iter().any(|inner| inner == entry.path())))
        });
        for entry in walk {
            match entry {
                Ok(entry) if entry.file_type().is_file() && self.means(entry.path()) => {
                    files.push(entry.path().strip_prefix(dir).unwrap_or(entry.path()).into());
                }
                Ok(_) => {}
                Err(error) => {
                    let at = error.path().unwrap_or(&self.folder);
                    let reason =
                        error.io_error().map_or_else(|| error.to_string(), ToString::to_string);
                    problems.push(
                        Problem::new(format!("this cannot be read: {reason}"))
                            .in_file(&text(dir, at)),
                    );
                }
            }
        }
    }
}

/// The path of a file below the site's folder.
fn text(dir: &Path, path: &Path) -> String {
    file_path::to_text(path.strip_prefix(dir).unwrap_or(path))
}

/// Files of editors and systems (Hugo: source/sourceSpec.go), and what the site says.
fn is_ignored(dir: &Path, config: &SiteConfig, path: &Path) -> bool {
    let name = path.file_name().unwrap_or_default().to_string_lossy();
    let patterns = &config.ignore_files;
    name.starts_with(['.', '#'])
        || name.ends_with('~')
        || (!patterns.is_empty() && {
            let relative = path.strip_prefix(dir).unwrap_or(path).to_string_lossy();
            ignores(patterns, &relative)
        })
}

/// Whether a file of this name makes its folder a leaf bundle.
fn is_leaf(config: &SiteConfig, name: &str) -> bool {
    // Most are none, which shows at once.
    name.get(..5).is_some_and(|start| start.eq_ignore_ascii_case("index"))
        && split(config, name).is_some_and(|name| {
            name.stem.eq_ignore_ascii_case("index") && CONTENT.contains(&name.extension.as_str())
        })
}

impl Entry {
    /// Whether it is a page to Hugo, in a language of markup that is not read here.
    #[must_use]
    pub fn is_foreign(&self) -> bool {
        let extension = self.extension.as_str();
        self.kind == EntryKind::Other && extension != "gotmpl" && FOREIGN.contains(&extension)
    }
}

/// What an `_index` file in this folder is.
fn branch(config: &SiteConfig, folder: &str, language: &str) -> Kind {
    if folder.is_empty() {
        return Kind::Home;
    }
    // A plural may have more than one element, as `blog/tags`.
    for plural in config.rules.taxonomies(language).values() {
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
fn split(config: &SiteConfig, name: &str) -> Option<Name> {
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
    while let Some(dot) = stem.get(..end).and_then(|head| head.rfind('.')).filter(|dot| *dot > 0) {
        let suffix = stem.get(dot + 1..end).unwrap_or_default();
        let disabled = || config.disabled_languages.iter().find(|key| fold::same(key, suffix));
        let language = config.language(suffix).map(|language| &language.key);
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

struct Name {
    stem: String,
    language: Option<String>,
    disabled: bool,
    extension: String,
}

/// Hugo's patterns look for a place in the full path. Where the site lies is nobody's
/// business: a folder that no pattern names stands for that.
fn ignores(patterns: &RegexSet, path: &str) -> bool {
    patterns.is_match(&format!("/\u{1}/{path}"))
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
