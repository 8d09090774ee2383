//! The folder that an export writes to.
//!
//! Invariants: a file is there whole or as it was, since it is written elsewhere
//! in the folder and moved to its place; what a killed export leaves there is
//! gone after the next one; a file that holds the right bytes is not touched;
//! nothing is removed but what an import or export has seen and nobody has
//! changed since; nothing outside the folder is written, through links neither.

use std::fs;
use std::io::Write;
use std::path::{Path, PathBuf};

use sea_orm::ConnectionTrait;

use super::plan::{Data, Planned};
use crate::error::{Error, Result};
use crate::hugo::files::{self, LINK, PROGRAM, Stat};
use crate::hugo::problem::Problem;
use crate::hugo::{blobs, file_path};

/// Where files are written before they are whole.
pub const WORKSHOP: &str = ".broadsheet-export";

/// What a file in the folder was, against what it should be.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Found {
    Same,
    /// The bytes are right and the mode is not.
    OtherMode,
    Other,
    Absent,
}

#[derive(Debug, Clone)]
pub struct Folder {
    root: PathBuf,
}

/// A file that is not in its place until it is whole.
struct Beside(tempfile::NamedTempFile);

impl Folder {
    #[must_use]
    pub fn new(root: PathBuf) -> Self {
        Self { root }
    }

    /// Clears away what is left of unfinished writes.
    pub fn tidy(&self) {
        // Whatever is in the way of this will be in the way of a file, and named then.
        let _ = fs::remove_dir_all(self.root.join(WORKSHOP));
    }

    /// Begins a file that is not in its place until it is whole.
    fn begin(&self) -> std::io::Result<Beside> {
        let workshop = self.root.join(WORKSHOP);
        let begun = with_folder(&workshop, || tempfile::NamedTempFile::new_in(&workshop));
        begun.map(Beside)
    }

    /// Where a file lies, if that is inside the folder.
    pub fn place(&self, path: &str) -> std::result::Result<PathBuf, Problem> {
        let wrong = |message: &str| Err(Problem::new(message).in_file(path));
        if !file_path::stays_below(path) {
            return wrong("lies outside the folder, and is not written");
        }
        let relative = file_path::to_path(path);
        let mut place = self.root.clone();
        for part in relative.parent().into_iter().flat_map(Path::components) {
            place.push(part);
            match fs::symlink_metadata(&place) {
                Ok(meta) if meta.is_symlink() => {
                    return wrong("lies behind a link, and is not written");
                }
                Ok(meta) if !meta.is_dir() => {
                    return wrong("lies below what is no folder; move that away");
                }
                Ok(_) | Err(_) => {}
            }
        }
        Ok(self.root.join(relative))
    }

    /// What is there now.
    pub fn look(&self, planned: &Planned) -> std::result::Result<Found, Problem> {
        let place = self.place(&planned.path)?;
        let unreadable = |error: std::io::Error| {
            Problem::new(format!("cannot be read: {error}")).in_file(&planned.path)
        };
        let meta = match fs::symlink_metadata(&place) {
            Ok(meta) => meta,
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(Found::Absent),
            Err(error) => return Err(unreadable(error)),
        };
        if meta.is_dir() {
            return Err(Problem::new("is a folder there; move it away").in_file(&planned.path));
        }
        let stat = Stat::of(&meta);
        if (stat.mode == LINK) != (planned.mode == LINK) {
            return Ok(Found::Other);
        }
        let size = match &planned.data {
            Data::Bytes(bytes) => i64::try_from(bytes.len()).unwrap_or(i64::MAX),
            Data::Kept { size } => *size,
        };
        if stat.size != size {
            return Ok(Found::Other);
        }
        let same = match &planned.data {
            Data::Bytes(bytes) => fs::read(&place).map_err(unreadable)? == *bytes,
            Data::Kept { .. } => self.hash(&planned.path)?.as_ref() == Some(&planned.hash),
        };
        Ok(match (same, stat.mode == planned.mode) {
            (true, true) => Found::Same,
            (true, false) => Found::OtherMode,
            (false, _) => Found::Other,
        })
    }

    /// The SHA-256 of what is there.
    pub fn hash(&self, path: &str) -> std::result::Result<Option<Vec<u8>>, Problem> {
        use sha2::{Digest, Sha256};
        let place = self.place(path)?;
        let hash = match fs::symlink_metadata(&place) {
            Ok(meta) if meta.is_symlink() => {
                files::link_target(&place).map(|target| Sha256::digest(target).to_vec())
            }
            Ok(meta) if meta.is_file() => blobs::hash(&place).map(|(hash, _)| hash),
            Ok(_) => return Ok(None),
            Err(error) => Err(error),
        };
        match hash {
            Ok(hash) => Ok(Some(hash)),
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => Ok(None),
            Err(error) => Err(Problem::new(format!("cannot be read: {error}")).in_file(path)),
        }
    }

    /// Writes bytes that are in memory.
    pub fn write(&self, planned: &Planned, bytes: &[u8]) -> std::result::Result<(), Problem> {
        let place = self.place(&planned.path)?;
        let wrong = |error: std::io::Error| {
            Problem::new(format!("cannot be written: {error}")).in_file(&planned.path)
        };
        if planned.mode == LINK {
            return self.link(&place, bytes).map_err(wrong);
        }
        let mut beside = self.begin().map_err(wrong)?;
        beside.0.write_all(bytes).map_err(wrong)?;
        beside.settle(&place, planned.mode).map_err(wrong)
    }

    /// Writes bytes that the database keeps, part by part.
    pub async fn write_kept(
        &self,
        db: &impl ConnectionTrait,
        planned: &Planned,
    ) -> Result<std::result::Result<(), Problem>> {
        if planned.mode == LINK {
            let target = blobs::whole(db, &planned.hash).await?;
            return Ok(self.write(planned, &target));
        }
        let place = match self.place(&planned.path) {
            Ok(place) => place,
            Err(problem) => return Ok(Err(problem)),
        };
        let wrong = |error: std::io::Error| {
            Ok(Err(Problem::new(format!("cannot be written: {error}")).in_file(&planned.path)))
        };
        let mut beside = match self.begin() {
            Ok(beside) => beside,
            Err(error) => return wrong(error),
        };
        for number in 0.. {
            let Some(bytes) = blobs::part(db, &planned.hash, number).await? else {
                if number == 0 {
                    return Err(Error::internal("the bytes of a file are missing"));
                }
                break;
            };
            if let Err(error) = beside.0.write_all(&bytes) {
                return wrong(error);
            }
            if bytes.len() < blobs::PART {
                break;
            }
        }
        match beside.settle(&place, planned.mode) {
            Ok(()) => Ok(Ok(())),
            Err(error) => wrong(error),
        }
    }

    /// Gives a file whose bytes are right the mode that it should have.
    pub fn set_mode(&self, planned: &Planned) -> std::result::Result<(), Problem> {
        let place = self.place(&planned.path)?;
        set_mode(&place, planned.mode).map_err(|error| {
            Problem::new(format!("cannot be made what it was: {error}")).in_file(&planned.path)
        })
    }

    /// Removes a file, and the folders that are empty then.
    pub fn remove(&self, path: &str) -> std::result::Result<(), Problem> {
        let place = self.place(path)?;
        fs::remove_file(&place)
            .map_err(|error| Problem::new(format!("cannot be removed: {error}")).in_file(path))?;
        let mut above = place.parent();
        while let Some(folder) = above.filter(|folder| *folder != self.root) {
            // Git keeps no empty folders; one that is not empty stays.
            if fs::remove_dir(folder).is_err() {
                break;
            }
            above = folder.parent();
        }
        Ok(())
    }

    #[cfg(unix)]
    fn link(&self, place: &Path, target: &[u8]) -> std::io::Result<()> {
        use std::ffi::OsStr;
        use std::os::unix::ffi::OsStrExt;
        let parent = place.parent().unwrap_or(&self.root);
        // A link cannot be made over what is there, but one can be moved there.
        let workshop = self.root.join(WORKSHOP);
        let folder = with_folder(&workshop, || tempfile::TempDir::new_in(&workshop))?;
        let beside = folder.path().join("link");
        std::os::unix::fs::symlink(OsStr::from_bytes(target), &beside)?;
        with_folder(parent, || fs::rename(&beside, place))
    }

    #[cfg(not(unix))]
    fn link(&self, _: &Path, _: &[u8]) -> std::io::Result<()> {
        Err(std::io::Error::other("links are made on Unix alone"))
    }
}

/// Does something in a folder, which is made where it is missing: most are there.
fn with_folder<T>(
    folder: &Path,
    mut act: impl FnMut() -> std::io::Result<T>,
) -> std::io::Result<T> {
    match act() {
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => {
            fs::create_dir_all(folder)?;
            act()
        }
        done => done,
    }
}

impl Beside {
    fn settle(self, place: &Path, mode: i32) -> std::io::Result<()> {
        let parent = place.parent().unwrap_or(place);
        set_mode(self.0.path(), mode)?;
        let moved = match self.0.persist(place) {
            Err(error) if error.error.kind() == std::io::ErrorKind::NotFound => {
                fs::create_dir_all(parent)?;
                error.file.persist(place)
            }
            moved => moved,
        };
        let unmoved = match moved {
            Ok(_) => return Ok(()),
            Err(error) if error.error.kind() == std::io::ErrorKind::CrossesDevices => error.file,
            Err(error) => return Err(error.error),
        };
        // A folder that is mounted on its own: by way of a file in it.
        let beside = tempfile::Builder::new().prefix(WORKSHOP).tempfile_in(parent)?;
        fs::copy(unmoved.path(), beside.path())?;
        beside.persist(place)?;
        Ok(())
    }
}

/// Readable for whoever the umask lets read, as Git makes files.
#[cfg(unix)]
fn set_mode(place: &Path, mode: i32) -> std::io::Result<()> {
    use std::os::unix::fs::PermissionsExt;
    let bits = if mode == PROGRAM { 0o755 } else { 0o644 };
    fs::set_permissions(place, fs::Permissions::from_mode(bits))
}

#[cfg(not(unix))]
fn set_mode(_: &Path, _: i32) -> std::io::Result<()> {
    Ok(())
}
