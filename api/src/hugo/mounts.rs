//! Folders of a site that its configuration puts below the content folder.
//!
//! Invariants: what lies outside the site is not looked at; as soon as anything is
//! mounted as content, nothing is content but what is mounted.
//!
//! Hugo: docs "Configure modules", `module.mounts`.

use serde_json::{Map, Value};

use super::{cast, fold, glob};

/// One folder, or one file, and where it counts as content.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Mount {
    /// Below the site's folder.
    pub source: String,
    /// Below the content folder; empty where it is all of the content.
    pub target: String,
    /// Patterns of the languages for which it holds; all where there are none.
    languages: Vec<String>,
    pub files: Files,
}

/// Which files of a folder are meant, by patterns of their paths below it.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Files {
    /// All where there are none.
    included: Vec<String>,
    excluded: Vec<String>,
}

impl Files {
    fn read(mount: &Map<String, Value>) -> Self {
        let list = |key: &str| {
            let all = match fold::get(mount, key) {
                Some(Value::String(pattern)) => vec![pattern.clone()],
                value => value.and_then(cast::list).unwrap_or_default(),
            };
            all.into_iter().map(|pattern| pattern.to_lowercase()).collect::<Vec<_>>()
        };
        let mut files = Self { included: list("includeFiles"), excluded: list("excludeFiles") };
        for pattern in list("files") {
            match pattern.strip_prefix('!') {
                Some(pattern) => files.excluded.push(pattern.trim_start().to_owned()),
                None => files.included.push(pattern),
            }
        }
        files
    }

    /// Whether a file is meant; a folder that is left out takes all below it along.
    #[must_use]
    pub fn has(&self, path: &str) -> bool {
        if self.included.is_empty() && self.excluded.is_empty() {
            return true;
        }
        let path = path.to_lowercase();
        let ends = path.match_indices('/').map(|(at, _)| at).chain([path.len()]);
        let mut above = ends.filter_map(|end| path.get(..end));
        let matches = |patterns: &[String], path: &str| {
            patterns.iter().any(|pattern| glob::matches(pattern, path))
        };
        (self.included.is_empty() || matches(&self.included, &path))
            && !above.any(|path| matches(&self.excluded, path))
    }
}

impl Mount {
    /// Whether it is one language's, or those of a few.
    #[must_use]
    pub fn is_told(&self) -> bool {
        !self.languages.is_empty()
    }

    /// Whether it holds for a language, by Hugo's key.
    #[must_use]
    pub fn holds_for(&self, language: &str) -> bool {
        let language = language.to_lowercase();
        self.languages.is_empty()
            || self.languages.iter().any(|pattern| glob::matches(pattern, &language))
    }

    /// What is left of a folder of the content below this one.
    fn below<'a>(&self, directory: &'a str) -> Option<&'a str> {
        match directory.strip_prefix(self.target.as_str())? {
            rest if rest.is_empty() || self.target.is_empty() => Some(rest),
            rest => rest.strip_prefix('/'),
        }
    }
}

/// What of the site itself is mounted as content, in order.
#[must_use]
pub(super) fn read(root: &Map<String, Value>) -> Vec<Mount> {
    let all = fold::map(root, "module").and_then(|module| fold::get(module, "mounts"));
    let all = all.and_then(Value::as_array).into_iter().flatten().filter_map(Value::as_object);
    all.filter_map(|mount| {
        let text = |key: &str| fold::get(mount, key).and_then(cast::text).unwrap_or_default();
        let target = clean(&text("target"));
        let target = target.strip_prefix("content")?;
        let target = if target.is_empty() { target } else { target.strip_prefix('/')? };
        let source = text("source");
        let named = fold::map(mount, "sites")
            .and_then(|sites| fold::get(fold::map(sites, "matrix")?, "languages"))
            .or_else(|| fold::get(mount, "lang"))
            .and_then(cast::list)
            .unwrap_or_default();
        is_inside(&source).then(|| Mount {
            source: clean(&source),
            target: target.to_owned(),
            languages: named.iter().map(|pattern| pattern.to_lowercase()).collect(),
            files: Files::read(mount),
        })
    })
    .collect()
}

/// The mount that is a language's whole content: one for the language counts more
/// than one for all.
pub(super) fn whole<'a>(mounts: &'a [Mount], language: &str) -> Option<&'a Mount> {
    let find = |told: bool| {
        mounts.iter().find(|mount| {
            mount.target.is_empty() && mount.is_told() == told && mount.holds_for(language)
        })
    };
    find(true).or_else(|| find(false))
}

/// The mount in which a folder of the content lies, and the folder on disk: the deepest,
/// and rather one of the language than one of all.
#[must_use]
pub fn of<'a>(mounts: &'a [Mount], language: &str, directory: &str) -> Option<(&'a Mount, String)> {
    let holds = mounts.iter().rev().filter(|mount| mount.holds_for(language));
    let found = holds.filter_map(|mount| Some((mount, mount.below(directory)?)));
    let (mount, rest) = found.max_by_key(|(mount, _)| (mount.target.len(), mount.is_told()))?;
    let parts = [mount.source.as_str(), rest].into_iter().filter(|part| !part.is_empty());
    Some((mount, parts.collect::<Vec<_>>().join("/")))
}

/// Whether a path names a folder of the site, and not one beside it or of a module.
fn is_inside(path: &str) -> bool {
    !path.starts_with('/') && !path.split(['/', '\\']).any(|part| part == "..")
}

/// A folder below the site's, with `/` and without dots at its ends.
pub(super) fn clean(path: &str) -> String {
    path.replace('\\', "/")
        .split('/')
        .filter(|part| !part.is_empty() && *part != ".")
        .collect::<Vec<_>>()
        .join("/")
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn files_are_meant_by_patterns() {
        let check = |mount: Value, expected: &str| {
            let files = Files::read(mount.as_object().unwrap());
            let all =
                ["a.md", "x.md", "docs/x.md", "docs/z.txt", "drafts/d.md", "drafts/deep/e.md"];
            let meant: Vec<_> = all.into_iter().filter(|path| files.has(path)).collect();
            assert_eq!(meant.join(" "), expected, "{mount}");
        };
        // As Hugo 0.168 has them.
        check(json!({}), "a.md x.md docs/x.md docs/z.txt drafts/d.md drafts/deep/e.md");
        check(json!({ "excludeFiles": "drafts/**" }), "a.md x.md docs/x.md docs/z.txt");
        check(json!({ "excludeFiles": ["drafts/*", "**/x.md"] }), "a.md x.md docs/z.txt");
        check(json!({ "includeFiles": "docs/**" }), "docs/x.md docs/z.txt");
        check(json!({ "files": ["docs/**", "! **/x.md"] }), "docs/z.txt");
        check(json!({ "files": "! Drafts" }), "a.md x.md docs/x.md docs/z.txt");
    }

    #[test]
    fn a_folder_lies_in_the_deepest_mount_of_its_language() {
        let mounts = json!({ "module": { "mounts": [
            { "source": "content", "target": "content" },
            { "source": "./docs/", "target": "content/docs" },
            { "source": "zh/docs", "target": "content/docs", "lang": "zh" },
            { "source": "../outside", "target": "content/x" },
            { "source": "pictures", "target": "static" },
            { "source": "more", "target": "contents" },
        ] } });
        let mounts = read(mounts.as_object().unwrap());
        assert_eq!(mounts.len(), 3);
        for (language, directory, expected) in [
            ("en", "", "content"),
            ("en", "news/a", "content/news/a"),
            ("en", "docs", "docs"),
            ("en", "docs/a/b", "docs/a/b"),
            ("en", "docsy", "content/docsy"),
            ("zh", "docs/a", "zh/docs/a"),
        ] {
            assert_eq!(of(&mounts, language, directory).unwrap().1, expected);
        }
    }
}
