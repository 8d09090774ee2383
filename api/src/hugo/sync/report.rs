//! What a run has done, for people and for machines.

use std::fmt;

use serde::Serialize;

use crate::hugo::problem::Problem;

/// What became of a file.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub enum Action {
    /// It came in.
    Read,
    /// It came in beside changes here.
    Merged,
    /// Its article has followed it to this place.
    Renamed,
    /// It was gone, and its article went to the trash.
    Trashed,
    /// It was gone, and belonged to no article; what it said of a section or term
    /// is forgotten as well.
    Forgotten,
    /// It went out.
    Written,
    /// It went out, and was not there.
    Made,
    /// It went to another place, as its article did.
    Moved,
    /// It was removed, as its article was.
    Removed,
}

impl Action {
    fn verb(self) -> &'static str {
        match self {
            Self::Read => "in:  read",
            Self::Merged => "in:  merge",
            Self::Renamed => "in:  follow",
            Self::Trashed => "in:  trash the article of",
            Self::Forgotten => "in:  forget",
            Self::Written => "out: write",
            Self::Made => "out: make",
            Self::Moved => "out: move to",
            Self::Removed => "out: remove",
        }
    }
}

/// One change of either side.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Change {
    pub file: String,
    pub action: Action,
    /// The fields that were edited.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub fields: Vec<String>,
    /// Where it was.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub from: Option<String>,
}

/// What was done.
#[derive(Debug, Default, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Report {
    pub dry_run: bool,
    /// Every change of either side.
    pub changes: Vec<Change>,
    /// What was changed on both sides and disagrees; neither was touched.
    pub conflicts: Vec<Problem>,
    /// Commits that were made.
    pub commits: Vec<String>,
    /// Why nothing at all was done.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub refused: Option<String>,
    pub failures: Vec<Problem>,
    pub warnings: Vec<Problem>,
}

impl Report {
    /// Whether both sides agree now.
    #[must_use]
    pub fn is_good(&self) -> bool {
        self.refused.is_none() && self.failures.is_empty() && self.conflicts.is_empty()
    }

    pub(super) fn note(&mut self, file: &str, action: Action, from: Option<String>) {
        self.changes.push(Change { file: file.to_owned(), action, fields: Vec::new(), from });
    }
}

impl fmt::Display for Report {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for Change { file, action, fields, from } in &self.changes {
            write!(f, "{} {file}", action.verb())?;
            if let Some(from) = from {
                write!(f, " from {from}")?;
            }
            if !fields.is_empty() {
                write!(f, " ({})", fields.join(", "))?;
            }
            writeln!(f)?;
        }
        for warning in &self.warnings {
            writeln!(f, "warning: {warning}")?;
        }
        for conflict in &self.conflicts {
            writeln!(f, "conflict: {conflict}")?;
        }
        for failure in &self.failures {
            writeln!(f, "error: {failure}")?;
        }
        if let Some(refused) = &self.refused {
            return writeln!(f, "nothing was done: {refused}");
        }
        let (verb, commits) = (if self.dry_run { "would be " } else { "" }, self.commits.len());
        writeln!(
            f,
            "{} changes {verb}made, {} conflicts, {} failed, {commits} commits",
            self.changes.len(),
            self.conflicts.len(),
            self.failures.len(),
        )
    }
}
