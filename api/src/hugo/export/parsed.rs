//! A content file, read as the import reads it.

use std::ops::Range;

use indexmap::IndexMap;
use serde_json::{Map, Value};

use super::site::Site;
use crate::article::content::Content;
use crate::hugo::convert::{self, Draft};
use crate::hugo::document::markdown;
use crate::hugo::front_matter;
use crate::hugo::page;
use crate::hugo::problem::Problem;
use crate::hugo::tree::Entry;

/// What a file says.
#[derive(Debug)]
pub struct Parsed {
    pub map: Map<String, Value>,
    /// Where the body is.
    pub body: Range<usize>,
    pub markdown: String,
    pub content: Content,
    /// Names of its terms, by taxonomy.
    pub terms: IndexMap<String, Vec<String>>,
    /// Aliases as they are written.
    pub aliases: Vec<String>,
    pub draft: bool,
    /// Its decoded address.
    pub path: String,
}

impl Parsed {
    pub fn of(site: &Site, entry: &Entry, bytes: &[u8]) -> Result<Self, Problem> {
        let source = front_matter::split(bytes)?;
        let map = front_matter::parse(&source)?;
        let body = source.front_matter.len()..bytes.len();
        let markdown = markdown(source.body);
        let keywords = convert::keywords(&map);
        let page = page::read(map.clone(), &site.config, entry)?;
        let (aliases, draft) = (page.aliases.clone(), page.draft);
        let Draft { content, terms, release: _, path } =
            convert::draft(&site.config.rules, &site.sections, entry, page, keywords, &markdown);
        Ok(Self { map, body, markdown, content, terms, aliases, draft, path })
    }

    /// The names of the terms of one taxonomy.
    #[must_use]
    pub fn names(&self, taxonomy: &str) -> &[String] {
        self.terms.get(taxonomy).map_or(&[], Vec::as_slice)
    }
}
