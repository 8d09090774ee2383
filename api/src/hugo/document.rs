//! One content file on its way into the database: read, unless it is as it was,
//! and understood.

use entity::{body, source_file};
use serde_json::Value;
use sha2::{Digest, Sha256};
use uuid::Uuid;

use super::config::SiteConfig;
use super::files::{Found, Stat, file_clock};
use super::known::{Known, Touched};
use super::page::{self, Page};
use super::problem::{Problem, line_of};
use super::tree::{Entry, EntryKind, Kind};
use super::{convert, front_matter, settings};
use crate::article::write::body_row;
use crate::error::Result;
use crate::render;

/// A content file, understood.
pub(super) struct Document {
    pub entry: Entry,
    pub page: Page,
    pub keywords: Option<Value>,
    pub body: Body,
    pub file: source_file::Model,
}

pub(super) struct Body {
    pub markdown: String,
    pub is_html: bool,
}

/// What became of reading a file.
pub(super) enum Outcome<T> {
    /// It is as it was; its times may be others.
    Same(Option<Touched>),
    Read(T),
    /// It is kept as it is, since nothing can be made of it.
    Unread(Problem, Found),
}

/// Reads a file, unless it is as it was.
pub(super) fn read(
    entry: Entry,
    config: &SiteConfig,
    before: Option<&Known>,
    skip: bool,
) -> Outcome<Document> {
    let checked = file_clock();
    let named = |message: String| Problem::new(message).in_file(&entry.relative);
    let stat = match std::fs::symlink_metadata(&entry.file) {
        Ok(meta) => Stat::of(&meta),
        Err(error) => {
            // There is nothing that could be kept.
            let found = Found::gone(&entry.file, &entry.relative);
            return Outcome::Unread(named(format!("cannot be read: {error}")), found);
        }
    };
    if skip && before.is_some_and(|before| before.is_as_it_was(&stat)) {
        return Outcome::Same(None);
    }
    let found = || Found { file: entry.file.clone(), path: entry.relative.clone(), stat };
    let bytes = match std::fs::read(&entry.file) {
        Ok(bytes) => bytes,
        Err(error) => return Outcome::Unread(named(format!("cannot be read: {error}")), found()),
    };
    let hash = Sha256::digest(&bytes).to_vec();
    if skip && let Some(before) = before.filter(|before| before.has(&hash)) {
        return Outcome::Same(before.touched(&hash, &entry.relative, stat, checked));
    }
    let understood = || {
        let source = front_matter::split(&bytes)?;
        let map = front_matter::parse(&source)?;
        let keywords = convert::keywords(&map);
        let page = page::read(map, config, &entry)?;
        Ok::<_, Problem>((source, keywords, page))
    };
    let (source, keywords, mut page) = match understood() {
        Ok(understood) => understood,
        Err(problem) => return Outcome::Unread(problem.in_file(&entry.relative), found()),
    };
    for warning in &mut page.warnings {
        let problem = std::mem::take(warning).in_file(&entry.relative);
        let key = problem.message.split('`').nth(1).unwrap_or_default();
        let line = line_of(source.text, key).map(|line| line + source.text_line - 1);
        *warning = Problem { line: problem.line.or(line), ..problem };
    }
    let markdown = markdown(source.body);
    let is_list = !matches!(entry.kind, EntryKind::Content(Kind::Page));
    let raw_body = (is_list || markdown.as_bytes() != source.body).then(|| source.body.to_vec());
    let file = source_file::Model {
        path: entry.relative.clone(),
        kind: String::new(),
        article_id: None,
        article_version: None,
        language: settings::tag(config, &entry.language).to_owned(),
        format: source.format.as_str().to_owned(),
        front_matter: source.front_matter.to_vec(),
        raw_body,
        hash,
        size: stat.size,
        modified: stat.modified,
        mode: stat.mode,
        changed_at: stat.changed,
        checked_at: Some(checked),
    };
    let is_html = matches!(entry.extension.as_str(), "html" | "htm");
    Outcome::Read(Document { body: Body { markdown, is_html }, entry, page, keywords, file })
}

/// Notes what sections hand down to the pages below them, before these are read.
pub(super) fn note_cascades(config: &mut SiteConfig, lists: &[Entry]) {
    for entry in lists {
        // What cannot be read is reported when its turn comes.
        let Ok(bytes) = std::fs::read(&entry.file) else { continue };
        let Ok(source) = front_matter::split(&bytes) else { continue };
        if !source.text.to_ascii_lowercase().contains("cascade") {
            continue;
        }
        if let Ok(map) = front_matter::parse(&source) {
            config.cascades.note(entry, &map);
        }
    }
}

/// The text of a body. `PostgreSQL` holds no U+0000 in a text; Markdown replaces
/// it anyway.
pub(super) fn markdown(body: &[u8]) -> String {
    String::from_utf8_lossy(body).replace('\0', "\u{fffd}")
}

/// The row of a body.
pub(super) fn render_row(
    id: Uuid,
    body: Body,
    options: render::Options,
    file: &str,
) -> Result<body::Model> {
    body_row(id, body.markdown, options, Some(file))
}
