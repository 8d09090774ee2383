//! Where the file of an article goes that has none yet, or that has moved.
//!
//! Invariant: the import reads the place as the language, folder and name that
//! the article has; where no file name can say that, the article gets another
//! name, and a slug that keeps its address.

use std::collections::HashMap;

use entity::source_file;
use sea_orm::ColumnTrait;
use sea_orm::sea_query::Condition;

use super::site::{self, Site};
use crate::ctx::Ctx;
use crate::error::Result;
use crate::hugo::config::SiteConfig;
use crate::hugo::known::ROWS;
use crate::hugo::mounts;
use crate::hugo::tree::{self, Entry, EntryKind, Kind};
use crate::hugo::{cast, fold};

/// Neighbours to look at, the last by name.
const NEIGHBOURS: usize = 16;

/// How the pages of a section in a language are named.
#[derive(Debug, Clone, Default)]
pub struct Manner {
    /// Files to learn from, the best last.
    pub paths: Vec<String>,
    /// How many are bundles, carry the language in their name, and end so.
    bundles: usize,
    suffixes: HashMap<String, usize>,
    plain: usize,
    extensions: HashMap<String, usize>,
}

impl Manner {
    fn note(&mut self, entry: &Entry) {
        if self.paths.len() == NEIGHBOURS {
            self.paths.remove(0);
        }
        self.paths.push(entry.relative.clone());
        self.bundles += usize::from(entry.bundle);
        match suffix(entry) {
            Some(suffix) => *self.suffixes.entry(suffix.to_owned()).or_default() += 1,
            None => self.plain += 1,
        }
        let extension = entry.relative.rsplit_once('.').map_or("md", |(_, extension)| extension);
        *self.extensions.entry(extension.to_owned()).or_default() += 1;
    }

    fn count(&self) -> usize {
        self.suffixes.values().sum::<usize>() + self.plain
    }
}

/// The language in a file's name, as it is written there.
fn suffix(entry: &Entry) -> Option<&str> {
    let name = entry.relative.rsplit('/').next().unwrap_or_default();
    let stem = name.rsplit_once('.').map_or(name, |(stem, _)| stem);
    let own = if entry.bundle { "index" } else { entry.name.as_str() };
    let rest = stem.get(own.len()..)?;
    rest.strip_prefix('.').filter(|rest| fold::same(rest, &entry.language))
}

fn most(counts: &HashMap<String, usize>) -> Option<&String> {
    counts
        .iter()
        .max_by_key(|(name, count)| (**count, std::cmp::Reverse(*name)))
        .map(|(name, _)| name)
}

/// How pages are named, by Hugo's key of the language and by section.
#[derive(Debug, Default)]
pub struct Places {
    sections: HashMap<(String, String), Manner>,
    languages: HashMap<String, Manner>,
}

/// What an article says of its place.
#[derive(Debug, Clone, Copy)]
pub struct Wanted<'a> {
    /// Hugo's key.
    pub language: &'a str,
    pub directory: &'a str,
    pub name: &'a str,
    pub bundle: bool,
}

impl Places {
    /// Learns from all pages that have files.
    pub async fn load(ctx: &Ctx, site: &Site) -> Result<Self> {
        let mut places = Self::default();
        let mut last = String::new();
        loop {
            let pages = Condition::all().add(source_file::Column::Kind.eq("article"));
            let rows = site::after(ctx, pages, &last, ROWS).await?;
            let Some(row) = rows.last() else { return Ok(places) };
            last.clone_from(&row.path);
            for row in &rows {
                if let Some(entry) = site.entry(&row.path) {
                    places.note(&entry);
                }
            }
        }
    }

    /// Learns from a page; the last ones are learned from most.
    fn note(&mut self, entry: &Entry) {
        if entry.kind != EntryKind::Content(Kind::Page) {
            return;
        }
        let section = entry.dir.split('/').next().unwrap_or_default().to_owned();
        let key = (entry.language.clone(), section);
        self.sections.entry(key).or_default().note(entry);
        self.languages.entry(entry.language.clone()).or_default().note(entry);
    }

    /// The manner of a section, or else of the language.
    #[must_use]
    pub fn manner(&self, language: &str, directory: &str) -> Option<&Manner> {
        let section = directory.split('/').next().unwrap_or_default();
        self.sections
            .get(&(language.to_owned(), section.to_owned()))
            .or_else(|| self.languages.get(language))
    }

    /// Places for a new article, the best first; the name that each says is the
    /// article's own where that can be had.
    pub fn candidates<'a>(
        &'a self,
        config: &'a SiteConfig,
        wanted: Wanted<'a>,
    ) -> impl Iterator<Item = Entry> + 'a {
        let clean = wanted.name.replace(['.', '/', '\\'], "-");
        let clean = clean.trim_matches(['-', '#', '~', ' ']);
        let clean = if clean.is_empty() { "page" } else { clean }.to_owned();
        let others = (1..1000).map(move |number| match number {
            1 if clean != wanted.name && !clean.eq_ignore_ascii_case("index") => clean.clone(),
            number => format!("{clean}-{}", number + 1),
        });
        std::iter::once(wanted.name.to_owned())
            .chain(others)
            .filter_map(move |name| self.entry(config, Wanted { name: &name, ..wanted }))
    }

    /// What the import would make of a file with this name, if that is what is wanted.
    fn entry(&self, config: &SiteConfig, wanted: Wanted<'_>) -> Option<Entry> {
        let path = self.path(config, wanted)?;
        let entry = tree::of_paths(config, [path.as_str()]).pop()?;
        let fits = entry.kind == EntryKind::Content(Kind::Page)
            && fold::same(&entry.language, wanted.language)
            && entry.dir == wanted.directory
            && entry.name == wanted.name
            && crate::hugo::file_path::stays_below(&path);
        fits.then_some(entry)
    }

    fn path(&self, config: &SiteConfig, wanted: Wanted<'_>) -> Option<String> {
        let Wanted { language, directory, name, bundle } = wanted;
        let manner = self.manner(language, directory);
        let own = config.language(language)?;
        let bundle = bundle || manner.is_some_and(|manner| manner.bundles * 2 > manner.count());
        let extension = manner.and_then(|manner| most(&manner.extensions));
        let extension = extension.map_or("md", String::as_str);
        let mount = mounts::of(&config.mounts, language, directory);
        let has_folder = mount.as_ref().map_or(own.own_content_dir, |(mount, _)| mount.is_told());
        let suffix = if has_folder {
            manner
                .filter(|manner| manner.plain < manner.count() - manner.plain)
                .and_then(|manner| most(&manner.suffixes).cloned())
        } else {
            let needed = !fold::same(language, &config.default_language);
            let usual = manner.is_some_and(|manner| manner.plain * 2 < manner.count());
            (needed || usual).then(|| {
                manner
                    .and_then(|manner| most(&manner.suffixes).cloned())
                    .unwrap_or_else(|| spelled(config, language))
            })
        };
        let folder = match mount {
            Some((_, folder)) => folder,
            None => [own.content_dir.as_str(), directory].join("/"),
        };
        let mut path = folder.trim_matches('/').to_owned();
        if !path.is_empty() {
            path.push('/');
        }
        path.push_str(name);
        if bundle {
            path.push_str("/index");
        }
        if let Some(suffix) = suffix {
            path.push('.');
            path.push_str(&suffix);
        }
        path.push('.');
        path.push_str(extension);
        Some(path)
    }
}

/// The key of a language as the configuration spells it.
#[must_use]
pub fn spelled(config: &SiteConfig, language: &str) -> String {
    let keys = fold::map(&config.root, "languages");
    keys.and_then(|keys| keys.keys().find(|key| fold::same(key, language)).cloned())
        .or_else(|| fold::get(&config.root, "defaultContentLanguage").and_then(cast::text))
        .filter(|key| fold::same(key, language))
        .unwrap_or_else(|| language.to_owned())
}

/// The place of a file whose article has moved to another folder.
#[must_use]
pub fn moved(config: &SiteConfig, entry: &Entry, directory: &str) -> Option<Entry> {
    let tail = if entry.bundle { 2 } else { 1 };
    let parts: Vec<&str> = entry.relative.rsplitn(tail + 1, '/').collect();
    let above = if parts.len() > tail { parts.last().copied().unwrap_or_default() } else { "" };
    let tail = entry.relative.strip_prefix(above)?.trim_start_matches('/');
    let mounted = mounts::of(&config.mounts, &entry.language, directory);
    let folder = if let Some((_, folder)) = mounted {
        folder
    } else {
        let root = above.strip_suffix(entry.dir.as_str())?.trim_end_matches('/');
        [root, directory].join("/").trim_matches('/').to_owned()
    };
    let relative = if folder.is_empty() { tail.to_owned() } else { format!("{folder}/{tail}") };
    let logical = match (directory, entry.name.as_str()) {
        ("", name) => name.to_owned(),
        (directory, "") => directory.to_owned(),
        (directory, name) => format!("{directory}/{name}"),
    };
    let new = Entry {
        file: crate::hugo::file_path::to_path(&relative),
        relative,
        dir: directory.to_owned(),
        logical: crate::hugo::sanitize::normalize(&logical),
        ..entry.clone()
    };
    // A mount may say another language, or that nothing there is a page.
    let found = tree::of_paths(config, [new.relative.as_str()]).pop()?;
    (found.language == new.language && found.logical == new.logical).then_some(new)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn config(text: &str) -> SiteConfig {
        let folder = tempfile::tempdir().unwrap();
        std::fs::write(folder.path().join("hugo.toml"), text).unwrap();
        crate::hugo::config::load(folder.path(), None).unwrap()
    }

    fn given(text: &str, files: &[&str], language: &str, name: &str) -> String {
        let config = config(text);
        let mut places = Places::default();
        for entry in tree::of_paths(&config, files.iter().copied()) {
            places.note(&entry);
        }
        let wanted = Wanted { language, directory: "news", name, bundle: false };
        let mut candidates = places.candidates(&config, wanted).map(|entry| entry.relative);
        candidates.find(|path| !files.contains(&path.as_str())).unwrap()
    }

    #[test]
    fn a_new_file_is_named_as_its_neighbours_are() {
        let two = "defaultContentLanguage = 'en'\n[languages.en]\n[languages.zh-CN]\n";
        let folders = "[languages.en]\ncontentDir = 'content/en'\n[languages.zh-CN]\ncontentDir = 'content/zh-CN'\n";
        for (config, files, language, name, expected) in [
            ("", &["content/news/a.md"][..], "en", "b", "content/news/b.md"),
            ("", &["content/news/a.markdown"], "en", "b", "content/news/b.markdown"),
            ("", &["content/news/a/index.md"], "en", "b", "content/news/b/index.md"),
            ("", &["content/news/a.md"], "en", "a", "content/news/a-2.md"),
            ("", &[], "en", "index", "content/news/index-2.md"),
            (two, &["content/news/a.md"], "zh-cn", "b", "content/news/b.zh-CN.md"),
            (two, &["content/news/a.zh-cn.md"], "zh-cn", "b", "content/news/b.zh-cn.md"),
            (two, &["content/news/a.en.md"], "en", "b", "content/news/b.en.md"),
            (two, &["content/news/a.md"], "en", "v1.zh-CN", "content/news/v1-zh-CN.md"),
            (folders, &["content/en/news/a.md"], "zh-cn", "b", "content/zh-CN/news/b.md"),
            (folders, &["content/en/news/a.en.md"], "en", "b", "content/en/news/b.en.md"),
        ] {
            assert_eq!(given(config, files, language, name), expected, "{files:?}");
        }
    }

    #[test]
    fn a_moved_file_keeps_its_name() {
        let config = config("");
        for (path, directory, expected) in [
            ("content/a/p.md", "b/c", "content/b/c/p.md"),
            ("content/a/p/index.en.md", "b", "content/b/p/index.en.md"),
            ("content/p.md", "b", "content/b/p.md"),
            ("content/a/b/p.md", "", "content/p.md"),
        ] {
            let entry = tree::of_paths(&config, [path]).pop().unwrap();
            assert_eq!(moved(&config, &entry, directory).unwrap().relative, expected);
        }
    }
}
