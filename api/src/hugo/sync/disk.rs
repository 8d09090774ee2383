//! The folder as it is now.

use std::collections::{BTreeMap, HashMap};
use std::path::{Path, PathBuf};

use rayon::prelude::*;
use sha2::{Digest, Sha256};

use crate::hugo::files::{self, Found, LINK};
use crate::hugo::known::Known;
use crate::hugo::problem::Problem;
use crate::hugo::{blobs, config};

/// What every file is, by its path.
#[derive(Debug, Default)]
pub struct Disk {
    pub files: BTreeMap<String, Vec<u8>>,
    pub problems: Vec<Problem>,
    /// There is nothing in the folder: it is to be filled.
    pub is_empty: bool,
}

/// Looks at every file, and reads those that may have changed.
pub fn scan(
    dir: &Path,
    known: &HashMap<String, Known>,
    language: Option<&str>,
) -> Result<Disk, Problem> {
    let hidden = |name: &std::ffi::OsStr| name.as_encoded_bytes().starts_with(b".");
    let is_empty = match std::fs::read_dir(dir) {
        Ok(entries) => entries.filter_map(Result::ok).all(|entry| hidden(&entry.file_name())),
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => true,
        Err(error) => {
            let message = format!("cannot be read: {error}");
            return Err(Problem::new(message).in_file(&dir.to_string_lossy()));
        }
    };
    if is_empty {
        return Ok(Disk { is_empty, ..Disk::default() });
    }
    let config = config::load(dir, language)?;
    let found: Vec<_> = files::walk(dir, &config).collect();
    let read: Vec<_> =
        found.into_par_iter().map(|found| found.and_then(|found| hash(found, known))).collect();
    let (mut files, mut problems) = (BTreeMap::new(), Vec::new());
    for read in read {
        match read {
            Ok((path, hash)) => {
                files.insert(path, hash);
            }
            Err(problem) => problems.push(problem),
        }
    }
    Ok(Disk { files, problems, is_empty })
}

fn hash(found: Found, known: &HashMap<String, Known>) -> Result<(String, Vec<u8>), Problem> {
    let Found { file, path, stat } = found;
    if let Some(known) = known.get(&path).filter(|known| known.is_as_it_was(&stat)) {
        return Ok((path, known.hash.clone()));
    }
    let hash = if stat.mode == LINK {
        files::link_target(&file).map(|target| Sha256::digest(target).to_vec())
    } else {
        blobs::hash(&file).map(|(hash, _)| hash)
    };
    match hash {
        Ok(hash) => Ok((path, hash)),
        Err(error) => Err(Problem::new(format!("cannot be read: {error}")).in_file(&path)),
    }
}

/// Where a file lies.
pub fn file(dir: &Path, path: &str) -> PathBuf {
    dir.join(crate::hugo::file_path::to_path(path))
}
