//! What an import has done, or would do.

use std::fmt;

use serde::Serialize;

use super::problem::Problem;

/// What becomes of a file.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub enum Action {
    Created,
    Updated,
    Removed,
}

impl Action {
    #[must_use]
    pub fn verb(self) -> &'static str {
        match self {
            Self::Created => "create",
            Self::Updated => "update",
            Self::Removed => "remove",
        }
    }
}

/// One change: of an article by its file, or of a file by its article.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Change {
    pub file: String,
    pub action: Action,
    /// The fields that were edited since the import.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub fields: Vec<String>,
}

impl fmt::Display for Change {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { file, action, fields } = self;
        write!(f, "{} {file}", action.verb())?;
        if fields.is_empty() { Ok(()) } else { write!(f, " ({})", fields.join(", ")) }
    }
}

/// What was done.
#[derive(Debug, Default, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Report {
    pub dry_run: bool,
    /// Content files found.
    pub documents: usize,
    pub created: usize,
    pub updated: usize,
    pub unchanged: usize,
    /// Pages of sections, terms and home among them.
    pub lists: usize,
    /// Files that are no pages, which are kept as they are.
    pub other_files: usize,
    /// What a dry run would do, file by file.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub changes: Vec<Change>,
    /// Documents that did not go in.
    pub failures: Vec<Problem>,
    /// Values that went into `params` because no field could take them, and files
    /// that were left out.
    pub warnings: Vec<Problem>,
}

impl fmt::Display for Report {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for change in &self.changes {
            writeln!(f, "{change}")?;
        }
        for warning in &self.warnings {
            writeln!(f, "warning: {warning}")?;
        }
        for failure in &self.failures {
            writeln!(f, "error: {failure}")?;
        }
        let verb = if self.dry_run { "would be " } else { "" };
        writeln!(
            f,
            "{} documents: {} {verb}created, {} {verb}updated, {} unchanged, {} failed \
             ({} lists among them); {} other files kept",
            self.documents,
            self.created,
            self.updated,
            self.unchanged,
            self.failures.len(),
            self.lists,
            self.other_files,
        )
    }
}

impl Report {
    /// Counts a document; a dry run also says which.
    pub(super) fn counts(&mut self, action: Action, file: &str) {
        match action {
            Action::Created => self.created += 1,
            Action::Updated => self.updated += 1,
            Action::Removed => {}
        }
        self.would(action, file);
    }

    /// Says what a dry run would do.
    pub(super) fn would(&mut self, action: Action, file: &str) {
        if self.dry_run {
            self.changes.push(Change { file: file.to_owned(), action, fields: Vec::new() });
        }
    }
}
