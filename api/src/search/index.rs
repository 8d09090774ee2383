//! The index on disk: one folder for each build of it, and a file that names the
//! one in use.
//!
//! A build is made in a folder of its own and becomes the one in use by renaming
//! a file over `current`, so whoever reads finds a whole index at any moment. How
//! far in the feed an index is stands in the payload of its last commit: index
//! and position are one thing, and a crash leaves both as they were.

use std::collections::VecDeque;
use std::fs;
use std::io::Write;
use std::num::NonZero;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread;

use entity::Timestamp;
use serde::{Deserialize, Serialize};
use tantivy::directory::{Directory, INDEX_WRITER_LOCK, MmapDirectory};
use tantivy::tokenizer::TextAnalyzer;
use tantivy::{Index, IndexReader, IndexSettings, ReloadPolicy, Searcher};
use tokio::sync::{OwnedSemaphorePermit, Semaphore};

use uuid::Uuid;

use super::analyse::{Analyser, PairAnalyser};
use super::known::Phrases;
use super::layout::{ANALYSER, Fields, LAYOUT, PAIR_ANALYSER, schema};
use super::open::{self, Open};
use crate::error::{Error, Result};
use crate::policy::Scope;

const CURRENT: &str = "current";
/// States of the index that are kept for those who go on to a next page.
const SNAPSHOTS: usize = 48;

/// How far in the feed an index is, and what stood there: by that it notices that
/// the database is not the one it was made from.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Place {
    pub position: i64,
    pub mark: String,
}

/// The index as it was when somebody began to read what was found.
#[derive(Clone)]
pub struct Snapshot {
    pub searcher: Searcher,
    /// The moment from which the age of articles was counted.
    pub now: Timestamp,
    /// By which a cursor names it.
    pub key: u32,
}

/// An index that can be searched.
pub struct Opened {
    /// The name of its folder.
    pub name: String,
    pub folder: PathBuf,
    pub index: Index,
    pub reader: IndexReader,
    pub fields: Fields,
    /// Tells the states of this opening from those of others.
    nonce: u128,
    snapshots: Mutex<VecDeque<Snapshot>>,
    open: open::Kept,
    /// Where phrases were found.
    pub phrases: Arc<Phrases>,
    turns: Arc<Semaphore>,
}

impl std::fmt::Debug for Opened {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Opened").field("name", &self.name).finish_non_exhaustive()
    }
}

impl Opened {
    /// Makes an empty index in a new folder.
    pub fn create(root: &Path, name: String, nonce: Uuid) -> Result<Self> {
        let folder = root.join(&name);
        fs::create_dir_all(&folder).map_err(|error| cannot(&folder, error))?;
        let directory = MmapDirectory::open(&folder).map_err(|error| cannot(&folder, error))?;
        let index = Index::create(directory, schema(), IndexSettings::default())
            .map_err(|error| cannot(&folder, error))?;
        Self::with(name, folder, index, nonce)
    }

    /// Opens an index, of whatever layout, and looks whether its files are whole.
    pub fn at(root: &Path, name: String, nonce: Uuid) -> Result<Self> {
        let folder = root.join(&name);
        let directory = MmapDirectory::open(&folder).map_err(|error| cannot(&folder, error))?;
        let index = Index::open(directory).map_err(|error| cannot(&folder, error))?;
        let damaged = index.validate_checksum().map_err(|error| cannot(&folder, error))?;
        if let Some(file) = damaged.iter().next() {
            return Err(cannot(&folder, format!("{} is damaged", file.display())));
        }
        Self::with(name, folder, index, nonce)
    }

    fn with(name: String, folder: PathBuf, index: Index, nonce: Uuid) -> Result<Self> {
        index.tokenizers().register(ANALYSER, TextAnalyzer::from(Analyser));
        index.tokenizers().register(PAIR_ANALYSER, TextAnalyzer::from(PairAnalyser));
        let fields = Fields::of(&index.schema())?;
        let reader = index
            .reader_builder()
            .reload_policy(ReloadPolicy::Manual)
            .try_into()
            .map_err(|error| cannot(&folder, error))?;
        let (nonce, snapshots, open) = (nonce.as_u128(), Mutex::default(), open::Kept::default());
        let phrases = Arc::default();
        let cores = thread::available_parallelism().map_or(1, NonZero::get);
        let turns = Arc::new(Semaphore::new(cores));
        Ok(Self { name, folder, index, reader, fields, nonce, snapshots, open, phrases, turns })
    }

    /// Waits until fewer searches run than there are cores: each that has begun is
    /// done sooner, and they take memory for no more. Keep it until it is done.
    pub async fn turn(&self) -> Result<OwnedSemaphorePermit> {
        self.turns.clone().acquire_owned().await.map_err(Error::internal)
    }

    /// Whether it is of the layout that this program writes.
    #[must_use]
    pub fn is_current(&self) -> bool {
        self.name.starts_with(&prefix())
    }

    /// How far it is; none if nothing was ever committed.
    pub fn place(&self) -> Result<Option<Place>> {
        let meta = self.index.load_metas().map_err(|error| cannot(&self.folder, error))?;
        meta.payload.map(|text| serde_json::from_str(&text).map_err(Error::from)).transpose()
    }

    /// The index as it is, at a moment.
    #[must_use]
    pub fn snapshot(&self, now: Timestamp) -> Snapshot {
        let searcher = self.reader.searcher();
        let generation = searcher.generation().generation_id();
        let mut hash = crc32fast::Hasher::new();
        hash.update(&self.nonce.to_le_bytes());
        hash.update(&generation.to_le_bytes());
        Snapshot { searcher, now, key: hash.finalize() }
    }

    /// What may be seen, if that is what the public sees.
    pub fn open(&self, searcher: &Searcher, scope: &Scope) -> Result<Option<Arc<Open>>> {
        let open = self.open.open(searcher, &self.fields, scope);
        open.map_err(|error| cannot(&self.folder, error))
    }

    /// Keeps a state for a while: as long as there are few later ones.
    pub fn keep(&self, snapshot: &Snapshot) {
        let mut kept = self.snapshots.lock().unwrap_or_else(PoisonError::into_inner);
        if kept.iter().all(|known| known.key != snapshot.key) {
            kept.push_back(snapshot.clone());
            if kept.len() > SNAPSHOTS {
                kept.pop_front();
            }
        }
    }

    /// The state that a cursor names, if it is kept.
    #[must_use]
    pub fn kept(&self, key: u32) -> Option<Snapshot> {
        let kept = self.snapshots.lock().unwrap_or_else(PoisonError::into_inner);
        kept.iter().find(|known| known.key == key).cloned()
    }

    /// Bytes on disk.
    #[must_use]
    pub fn bytes(&self) -> u64 {
        let files = fs::read_dir(&self.folder).into_iter().flatten().flatten();
        files.filter_map(|file| file.metadata().ok()).map(|meta| meta.len()).sum()
    }
}

#[track_caller]
pub fn cannot(folder: &Path, error: impl std::fmt::Display) -> Error {
    Error::internal(format!("the search index in {}: {error}", folder.display()))
}

fn prefix() -> String {
    format!("v{LAYOUT}-")
}

/// The name of a new build.
#[must_use]
pub fn new_name(id: Uuid) -> String {
    format!("{}{}", prefix(), id.simple())
}

/// The name of the build in use.
#[must_use]
pub fn current(root: &Path) -> Option<String> {
    let name = fs::read_to_string(root.join(CURRENT)).ok()?;
    // A name and nothing else: not the way to another folder.
    let name = name.trim();
    let plain = |char: char| char.is_ascii_alphanumeric() || char == '-';
    (!name.is_empty() && name.chars().all(plain)).then(|| name.to_owned())
}

/// Makes a build the one in use.
pub fn make_current(root: &Path, name: &str) -> Result<()> {
    let write = || -> std::io::Result<()> {
        let mut file = tempfile::NamedTempFile::new_in(root)?;
        writeln!(file, "{name}")?;
        file.as_file().sync_all()?;
        file.persist(root.join(CURRENT))?;
        fs::File::open(root)?.sync_all()
    };
    write().map_err(|error| cannot(root, error))
}

/// Removes the builds that nobody uses or makes.
pub fn sweep(root: &Path) {
    let Some(kept) = current(root) else {
        return;
    };
    for entry in fs::read_dir(root).into_iter().flatten().flatten() {
        let folder = entry.path();
        let is_build = entry.file_name().to_str().is_some_and(|name| name.starts_with('v'));
        if !is_build || !folder.is_dir() || entry.file_name().to_str() == Some(kept.as_str()) {
            continue;
        }
        // Whoever builds in it holds its lock.
        let lock = MmapDirectory::open(&folder)
            .ok()
            .map(|directory| directory.acquire_lock(&INDEX_WRITER_LOCK).is_ok());
        if lock != Some(false)
            && let Err(error) = fs::remove_dir_all(&folder)
        {
            tracing::warn!(folder = %folder.display(), %error, "cannot remove an old search index");
        }
    }
}
