//! The file of signing keys in the data folder: a line a key, newest first, each
//! with the second in which it was made. Only its owner may read it.
//!
//! It is replaced as a whole, under a lock, so that processes that share the
//! folder never see half of it and never make two keys in place of one.

use std::fs::{File, OpenOptions};
use std::io::{ErrorKind, Write};
use std::path::{Path, PathBuf};
use std::time::SystemTime;

use super::token::random_token;
use crate::error::{Error, Result};

/// A secret that signs, and when it was made.
#[derive(Clone, PartialEq, Eq)]
pub struct Entry {
    pub made_at: i64,
    pub secret: String,
}

/// What tells that a file has changed.
pub type Stamp = Option<(SystemTime, u64)>;

pub struct KeyFile {
    path: PathBuf,
}

impl KeyFile {
    #[must_use]
    pub fn new(path: PathBuf) -> Self {
        Self { path }
    }

    fn wrong(&self, error: impl std::fmt::Display) -> Error {
        Error::internal(format!("cannot use {}: {error}", self.path.display()))
    }

    #[must_use]
    pub fn stamp(&self) -> Stamp {
        let meta = std::fs::metadata(&self.path).ok()?;
        Some((meta.modified().ok()?, meta.len()))
    }

    /// The keys, newest first; none where there is no file.
    pub fn read(&self) -> Result<Vec<Entry>> {
        let text = match std::fs::read_to_string(&self.path) {
            Ok(text) => text,
            Err(error) if error.kind() == ErrorKind::NotFound => return Ok(Vec::new()),
            Err(error) => return Err(self.wrong(error)),
        };
        let entries: Vec<_> = text.lines().filter_map(entry).collect();
        if entries.is_empty() || entries.iter().any(|entry| entry.secret.len() < 32) {
            return Err(self.wrong(
                "it holds no key, or one that is too short: delete it to have \
                                   one made, and people sign in again",
            ));
        }
        Ok(entries)
    }

    /// The keys, with one made where there are none.
    pub fn read_or_make(&self, now: i64) -> Result<Vec<Entry>> {
        match self.read()? {
            entries if entries.is_empty() => self
                .update(|entries| if entries.is_empty() { make(entries, now) } else { Ok(false) }),
            entries => Ok(entries),
        }
    }

    /// Changes the keys while no other process does. `change` says whether it did.
    pub fn update(
        &self,
        change: impl FnOnce(&mut Vec<Entry>) -> Result<bool>,
    ) -> Result<Vec<Entry>> {
        let folder = self.path.parent().unwrap_or(Path::new("."));
        std::fs::create_dir_all(folder).map_err(|error| self.wrong(error))?;
        let lock = self.open(&self.path.with_extension("lock"))?;
        lock.lock().map_err(|error| self.wrong(error))?;
        let mut entries = self.read()?;
        if change(&mut entries)? {
            let mut text = String::new();
            for Entry { made_at, secret } in &entries {
                text.extend([made_at.to_string().as_str(), " ", secret, "\n"]);
            }
            let fresh = self.path.with_extension("new");
            let mut file = self.open(&fresh)?;
            file.set_len(0).map_err(|error| self.wrong(error))?;
            file.write_all(text.as_bytes()).map_err(|error| self.wrong(error))?;
            file.sync_all().map_err(|error| self.wrong(error))?;
            std::fs::rename(&fresh, &self.path).map_err(|error| self.wrong(error))?;
        }
        Ok(entries)
    }

    fn open(&self, path: &Path) -> Result<File> {
        let mut options = OpenOptions::new();
        options.write(true).create(true).truncate(false);
        #[cfg(unix)]
        std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
        options.open(path).map_err(|error| self.wrong(error))
    }
}

/// Puts a new key before the others.
pub fn make(entries: &mut Vec<Entry>, now: i64) -> Result<bool> {
    entries.insert(0, Entry { made_at: now, secret: random_token()? });
    Ok(true)
}

/// A line of the file; one without a time is of unknown age.
fn entry(line: &str) -> Option<Entry> {
    let line = line.trim();
    let (made_at, secret) = line.split_once(' ').unwrap_or(("0", line));
    (!secret.is_empty())
        .then(|| Entry { made_at: made_at.parse().unwrap_or(0), secret: secret.to_owned() })
}
