//! What an import did, for people and for machines.

use std::fmt;

use serde::Serialize;

use crate::hugo::problem::Problem;

/// What was done.
#[derive(Debug, Default, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Report {
    pub dry_run: bool,
    /// The system and the site that was imported from.
    pub source: String,
    /// Posts, pages and entries found.
    pub documents: usize,
    pub created: usize,
    pub updated: usize,
    pub unchanged: usize,
    /// Left as they are here, since they were edited, put away or deleted here.
    pub left: usize,
    /// Menus and redirects that came in beside them.
    pub menus: usize,
    pub redirects: usize,
    /// Of a dry run: what would be done, in order.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub changes: Vec<Change>,
    /// What did not go in.
    pub failures: Vec<Problem>,
    /// What went in otherwise than it was, and what was left out on purpose.
    pub warnings: Vec<Problem>,
}

/// What would become of an item.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Change {
    /// `create` or `update`.
    pub action: &'static str,
    pub path: String,
    pub title: String,
    /// The item's own id.
    pub key: String,
}

impl fmt::Display for Report {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for Change { action, path, title, key } in &self.changes {
            writeln!(f, "{action} {path} ({key}: {title})")?;
        }
        for warning in &self.warnings {
            writeln!(f, "warning: {warning}")?;
        }
        for failure in &self.failures {
            writeln!(f, "error: {failure}")?;
        }
        let verb = if self.dry_run { "would be " } else { "" };
        if self.menus + self.redirects > 0 {
            writeln!(f, "{} menus and {} redirects made", self.menus, self.redirects)?;
        }
        writeln!(
            f,
            "{} documents from {}: {} {verb}created, {} {verb}updated, {} unchanged, {} left as \
             they are here, {} failed",
            self.documents,
            self.source,
            self.created,
            self.updated,
            self.unchanged,
            self.left,
            self.failures.len(),
        )
    }
}
