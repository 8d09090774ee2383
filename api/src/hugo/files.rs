//! The files of a site as they lie on disk.
//!
//! Invariants: links are never followed; the order is that of the names;
//! nothing of another repository is touched.
//!
//! Left out is what is no part of a site: `.git` and its like, `node_modules`,
//! `.hugo_build.lock`, what Hugo makes (`public` or whatever `publishDir` says,
//! `resources/_gen`), and any folder with a `.git` of its own: a theme that is
//! a submodule belongs to its own repository, and Git keeps no more of it than
//! where it comes from. A theme that was copied in is the site's own.

use std::fs::Metadata;
use std::path::{Path, PathBuf};

use entity::Timestamp;

use super::config::SiteConfig;
use super::problem::Problem;
use super::{cast, file_path, fold};

pub const PLAIN: i32 = 0o100_644;
pub const PROGRAM: i32 = 0o100_755;
pub const LINK: i32 = 0o120_000;

/// Of other programs, wherever it lies.
const FOREIGN: [&str; 6] =
    [".git", ".hg", ".svn", "node_modules", ".hugo_build.lock", super::export::folder::WORKSHOP];

/// File systems that tell times in steps know none finer than this, in
/// microseconds.
const STEP: i64 = 2_000_000;

/// What is known of a file without reading it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Stat {
    pub size: i64,
    pub modified: Timestamp,
    /// When the file or its name was last touched; no program can set this back.
    pub changed: Option<Timestamp>,
    pub mode: i32,
}

impl Stat {
    #[must_use]
    pub fn of(meta: &Metadata) -> Self {
        let time = |time: std::time::SystemTime| chrono::DateTime::<chrono::Utc>::from(time).into();
        Self {
            size: i64::try_from(meta.len()).unwrap_or(i64::MAX),
            modified: meta.modified().map_or(Timestamp::UNDATED, time),
            changed: changed(meta),
            mode: mode(meta),
        }
    }

    /// Whether a file that was like `then` when it was read at `checked` is
    /// sure to be the same: its times agree, and were old enough for another
    /// change to show.
    #[must_use]
    pub fn same(&self, then: &Self, checked: Timestamp) -> bool {
        let last = then.changed.unwrap_or(then.modified);
        self == then && last.0.saturating_add(STEP) < checked.0
    }
}

#[cfg(unix)]
fn changed(meta: &Metadata) -> Option<Timestamp> {
    use std::os::unix::fs::MetadataExt;
    meta.ctime().checked_mul(1_000_000)?.checked_add(meta.ctime_nsec() / 1000).map(Timestamp)
}

#[cfg(not(unix))]
fn changed(_: &Metadata) -> Option<Timestamp> {
    None
}

#[cfg(unix)]
fn mode(meta: &Metadata) -> i32 {
    use std::os::unix::fs::PermissionsExt;
    if meta.file_type().is_symlink() {
        LINK
    } else if meta.permissions().mode() & 0o100 == 0 {
        PLAIN
    } else {
        PROGRAM
    }
}

#[cfg(not(unix))]
fn mode(meta: &Metadata) -> i32 {
    if meta.file_type().is_symlink() { LINK } else { PLAIN }
}

/// The time by which files are dated: that of the machine.
#[must_use]
pub fn file_clock() -> Timestamp {
    #[expect(
        clippy::disallowed_methods,
        reason = "it is compared with times of files, which a test cannot turn"
    )]
    let now = std::time::SystemTime::now();
    chrono::DateTime::<chrono::Utc>::from(now).into()
}

/// A file of a site.
#[derive(Debug, Clone)]
pub struct Found {
    pub file: PathBuf,
    /// Below the site's folder, as [`file_path::to_text`] writes it.
    pub path: String,
    pub stat: Stat,
}

impl Found {
    /// A file that was read and understood, and is to be kept as it is.
    #[must_use]
    pub fn of(file: &Path, row: &entity::source_file::Model) -> Self {
        let stat = Stat {
            size: row.size,
            modified: row.modified,
            changed: row.changed_at,
            mode: row.mode,
        };
        Self { file: file.to_owned(), path: row.path.clone(), stat }
    }

    /// A file of which nothing is known but its name.
    #[must_use]
    pub fn gone(file: &Path, path: &str) -> Self {
        let stat = Stat { size: 0, modified: Timestamp::UNDATED, changed: None, mode: PLAIN };
        Self { file: file.to_owned(), path: path.to_owned(), stat }
    }
}

/// All files and links of the site in `dir`, one after the other.
pub(super) fn walk(
    dir: &Path,
    config: &SiteConfig,
) -> impl Iterator<Item = Result<Found, Problem>> + Send + use<> {
    let made = made(dir, config);
    let walk =
        walkdir::WalkDir::new(dir).sort_by_file_name().into_iter().filter_entry(move |entry| {
            entry.depth() == 0
                || !(FOREIGN.iter().any(|name| entry.file_name() == *name)
                    || made.iter().any(|made| made == entry.path())
                    || (entry.file_type().is_dir() && entry.path().join(".git").exists()))
        });
    let dir = dir.to_owned();
    walk.filter_map(move |entry| {
        let found = entry.and_then(|entry| {
            let kind = entry.file_type();
            if !kind.is_file() && !kind.is_symlink() {
                return Ok(None);
            }
            let path = file_path::to_text(entry.path().strip_prefix(&dir).unwrap_or(entry.path()));
            let stat = Stat::of(&entry.metadata()?);
            Ok(Some(Found { file: entry.into_path(), path, stat }))
        });
        found
            .map_err(|error| {
                let at = error.path().unwrap_or(&dir);
                let reason =
                    error.io_error().map_or_else(|| error.to_string(), ToString::to_string);
                Problem::new(format!("this cannot be read: {reason}"))
                    .in_file(&file_path::to_text(at.strip_prefix(&dir).unwrap_or(at)))
            })
            .transpose()
    })
}

/// What Hugo makes; a bare folder of content holds nothing of the kind.
fn made(dir: &Path, config: &SiteConfig) -> Vec<PathBuf> {
    let bare = config.file.is_none()
        && config.languages.iter().all(|language| language.content_dir.is_empty());
    if bare {
        return Vec::new();
    }
    let publish = fold::get(&config.root, "publishDir")
        .and_then(cast::text)
        .filter(|folder| !matches!(folder.trim_matches(['.', '/']), ""))
        .unwrap_or_else(|| "public".to_owned());
    vec![dir.join(publish), dir.join("resources/_gen")]
}

/// The bytes that a link is made of: where it leads, as Git keeps it.
pub fn link_target(file: &Path) -> std::io::Result<Vec<u8>> {
    let target = std::fs::read_link(file)?;
    #[cfg(unix)]
    {
        use std::os::unix::ffi::OsStringExt;
        Ok(target.into_os_string().into_vec())
    }
    #[cfg(not(unix))]
    {
        Ok(target.to_string_lossy().into_owned().into_bytes())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_is_the_same_only_when_a_change_would_have_shown() {
        let stat = |size, changed| Stat {
            size,
            modified: Timestamp(0),
            changed: Some(Timestamp(changed)),
            mode: PLAIN,
        };
        let then = stat(1, 10_000_000);
        assert!(then.same(&then, Timestamp(13_000_000)));
        assert!(!then.same(&then, Timestamp(11_000_000)), "read while it may have been written");
        assert!(!stat(2, 10_000_000).same(&then, Timestamp(13_000_000)));
        assert!(!stat(1, 10_000_001).same(&then, Timestamp(13_000_000)));
    }
}
