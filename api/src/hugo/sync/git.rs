//! Committing what went out, with the Git of the machine.
//!
//! Invariants: only files that were written here are committed; what somebody
//! has staged stays staged; nothing is committed in the middle of a merge. What
//! is to be committed is noted inside `.git` before files are written, so that a
//! run which was interrupted is made good by the next.

use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use serde::{Deserialize, Serialize};

use crate::hugo::file_path;
use crate::hugo::problem::Problem;

/// How many commits.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, clap::ValueEnum)]
pub enum Commits {
    /// One for each version of an article.
    #[default]
    Publish,
    /// One for all that went out.
    Run,
}

/// A file that is to be committed, and by whom.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Note {
    pub path: String,
    pub author: String,
    pub email: String,
    /// RFC 3339.
    pub date: String,
    pub message: String,
}

pub struct Repository {
    /// The folder that is synchronized.
    dir: PathBuf,
    journal: PathBuf,
}

impl Repository {
    /// Fails where nothing can be committed now.
    pub fn open(dir: &Path) -> Result<Self, Problem> {
        let wrong = |message: String| Problem::new(message).in_file(&dir.to_string_lossy());
        let git = run(dir, &["rev-parse", "--absolute-git-dir"], None).map_err(|error| {
            wrong(format!(
                "is no Git repository; run `git init` there, or leave out --git ({error})"
            ))
        })?;
        let git = PathBuf::from(git.trim_end_matches('\n'));
        let states = [
            ("MERGE_HEAD", "merge"),
            ("rebase-merge", "rebase"),
            ("rebase-apply", "rebase"),
            ("CHERRY_PICK_HEAD", "cherry-pick"),
            ("REVERT_HEAD", "revert"),
            ("BISECT_LOG", "bisect"),
        ];
        if let Some((_, what)) = states.iter().find(|(name, _)| git.join(name).exists()) {
            return Err(wrong(format!(
                "is in the middle of a {what}; finish it, or abort it with `git {what} {}`",
                if *what == "bisect" { "reset" } else { "--abort" }
            )));
        }
        if git.join("index.lock").exists() {
            return Err(wrong(format!(
                "is locked by another Git program; wait for it, or remove {} if there is none",
                git.join("index.lock").display()
            )));
        }
        Ok(Self { dir: dir.to_owned(), journal: git.join("broadsheet-sync") })
    }

    /// Remembers what is to be committed, before it is written.
    pub fn note(&self, note: &Note) -> Result<(), Problem> {
        let line = serde_json::to_string(note).map_err(|error| Problem::new(error.to_string()))?;
        let write = || {
            let mut file =
                std::fs::OpenOptions::new().create(true).append(true).open(&self.journal)?;
            writeln!(file, "{line}")?;
            file.sync_data()
        };
        write().map_err(|error| Problem::new(format!("cannot note what to commit: {error}")))
    }

    /// Commits all that was noted; the names of the commits.
    pub fn commit(&self, commits: Commits) -> Result<Vec<String>, Problem> {
        let Ok(text) = std::fs::read_to_string(&self.journal) else { return Ok(Vec::new()) };
        let mut groups: Vec<(Note, Vec<String>)> = Vec::new();
        // A last line may have been cut off; its file was not written.
        for note in text.lines().filter_map(|line| serde_json::from_str::<Note>(line).ok()) {
            let same = |group: &&mut (Note, Vec<String>)| {
                commits == Commits::Run
                    || (&group.0.author, &group.0.date, &group.0.message)
                        == (&note.author, &note.date, &note.message)
            };
            match groups.iter_mut().find(same) {
                Some((_, paths)) => paths.push(note.path),
                None => groups.push((note.clone(), vec![note.path])),
            }
        }
        groups.sort_by(|(one, _), (other, _)| one.date.cmp(&other.date));
        let mut made = Vec::new();
        for (note, paths) in groups {
            made.extend(self.one(note, paths, commits)?);
        }
        std::fs::remove_file(&self.journal)
            .map_err(|error| Problem::new(format!("cannot forget what was committed: {error}")))?;
        Ok(made)
    }

    fn one(
        &self,
        note: Note,
        mut paths: Vec<String>,
        commits: Commits,
    ) -> Result<Option<String>, Problem> {
        paths.sort();
        paths.dedup();
        // Files that Git knows nothing of have to be made known, and no more.
        let list = |paths: &[String]| {
            let mut list = Vec::new();
            for path in paths {
                list.extend(file_path::to_path(path).as_os_str().as_encoded_bytes());
                list.push(0);
            }
            list
        };
        let there: Vec<String> = paths
            .iter()
            .filter(|path| super::disk::file(&self.dir, path).symlink_metadata().is_ok())
            .cloned()
            .collect();
        let from = ["--pathspec-from-file=-", "--pathspec-file-nul"];
        if !there.is_empty() {
            let arguments = [&["add", "--intent-to-add"][..], &from[..]].concat();
            self.git(&arguments, Some(&list(&there)))?;
        }
        // What was written and taken back is no change, and what never was known is none.
        let changed: Vec<String> = paths
            .into_iter()
            .filter(|path| {
                let native = file_path::to_path(path);
                let Some(native) = native.to_str() else { return true };
                let status = self
                    .git(&["status", "--porcelain", "--untracked-files=all", "--", native], None);
                status.is_ok_and(|status| !status.is_empty())
            })
            .collect();
        if changed.is_empty() {
            return Ok(None);
        }
        let Note { author, email, date, message, path: _ } = note;
        let message = if commits == Commits::Run && changed.len() > 1 {
            format!("Bring {} files from Broadsheet", changed.len())
        } else {
            message
        };
        let (author, date) = (format!("--author={author} <{email}>"), format!("--date={date}"));
        let message = format!("--message={message}");
        let mut arguments = Vec::new();
        if run(&self.dir, &["config", "user.email"], None).is_err() {
            arguments.extend([
                "-c",
                "user.name=Broadsheet",
                "-c",
                "user.email=broadsheet@localhost",
            ]);
        }
        arguments.extend(["commit", "--quiet", "--only", &author, &date, &message]);
        arguments.extend(from);
        self.git(&arguments, Some(&list(&changed)))?;
        let name = self.git(&["rev-parse", "HEAD"], None)?;
        Ok(Some(name.trim().to_owned()))
    }

    fn git(&self, arguments: &[&str], input: Option<&[u8]>) -> Result<String, Problem> {
        run(&self.dir, arguments, input).map_err(|error| {
            let what = arguments.iter().find(|argument| !argument.starts_with('-')).unwrap_or(&"");
            Problem::new(format!("git {what} failed: {error}; it is tried again with the next run"))
                .in_file(&self.dir.to_string_lossy())
        })
    }
}

fn run(dir: &Path, arguments: &[&str], input: Option<&[u8]>) -> Result<String, String> {
    let mut command = Command::new("git");
    command.arg("-C").arg(dir).args(arguments).env("GIT_LITERAL_PATHSPECS", "1");
    // Another repository that somebody works in is not ours.
    for name in ["GIT_DIR", "GIT_WORK_TREE", "GIT_INDEX_FILE"] {
        command.env_remove(name);
    }
    command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
    let mut child = command.spawn().map_err(|error| format!("git cannot be started: {error}"))?;
    if let Some(mut stdin) = child.stdin.take() {
        // It may end before it has read everything, and says why.
        let _ = stdin.write_all(input.unwrap_or_default());
    }
    let output = child.wait_with_output().map_err(|error| error.to_string())?;
    if output.status.success() {
        Ok(String::from_utf8_lossy(&output.stdout).into_owned())
    } else {
        let error = String::from_utf8_lossy(&output.stderr);
        Err(error.trim().replace('\n', " "))
    }
}
