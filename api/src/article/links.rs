//! Links of texts, put in when these are read: where pages and files are now that they lead to.
//!
//! **Invariants.** What is looked up, is looked up for all texts that were read together: articles
//! in one statement, files in one, and what links to lists in as many as there are kinds of these.
//! Files that belong to other pages take two more. A link to what the reader may not see stays as it
//! was written.

use std::borrow::Cow;
use std::collections::{HashMap, HashSet};
use std::sync::Arc;

use entity::Json;
use entity::article_copy::Model;
use percent_encoding::percent_decode_str;
use serde::Deserialize;
use serde_json::Value;
use uuid::Uuid;

use super::read::{self, Places, Sizes, Wanted};
use crate::ctx::Ctx;
use crate::error::{Error, Result};
use crate::hugo::address;
use crate::policy::{Rows, Scope};
use crate::render::links::{self, Link, Shown};
use crate::site::Frame;
use crate::{preview, section, taxonomy};

/// The page that a text is on.
#[derive(Debug, Clone, Copy)]
pub struct Page<'a> {
    /// Decoded.
    pub path: &'a str,
    pub language: &'a str,
    /// What `param` finds there first.
    pub params: &'a Value,
    /// Where it is that of an article.
    pub article: Option<Uuid>,
}

impl<'a> From<&'a Model> for Page<'a> {
    fn from(row: &'a Model) -> Self {
        let Model { article_id, path, language, params, .. } = row;
        Self { path, language, params, article: Some(*article_id) }
    }
}

/// Where the links of some texts lead.
#[derive(Debug)]
pub struct Linked {
    frame: Arc<Frame>,
    articles: Places,
    /// Decoded addresses of lists, by those that links name.
    lists: HashMap<String, String>,
    files: Sizes,
    /// The same of files that are found by their addresses, which are decoded.
    served: Sizes,
    /// Where files are served.
    media: String,
    /// Of a preview: its article, and what the addresses of that one's files end with.
    preview: Option<(Uuid, String)>,
}

/// The links of a text; none where they were not asked for.
pub fn of(links: &Json) -> Result<Vec<Link>> {
    if links.as_array().is_none_or(Vec::is_empty) {
        return Ok(Vec::new());
    }
    Vec::deserialize(&links.0).map_err(Error::internal)
}

impl Linked {
    /// What these texts link to: the page of each, and its links.
    pub async fn read<'a>(
        ctx: &Ctx,
        scope: &Scope,
        texts: impl Iterator<Item = (Page<'a>, &'a Json)>,
    ) -> Result<Self> {
        let (mut files, mut paths, mut media) = (HashSet::new(), HashSet::new(), HashSet::new());
        let mut all = Vec::new();
        for (page, links) in texts {
            let own = of(links)?;
            if links::any_address(&own) {
                paths.extend(own.iter().flat_map(|link| links::paths(&link.to, page.path)));
                files.extend(own.iter().flat_map(|link| link.files.iter().cloned()));
                media.extend(own.iter().flat_map(|link| link.media.iter().cloned()));
                all.push((page, own));
            }
        }
        let wanted =
            Wanted { files: files.into_iter().collect(), paths: paths.into_iter().collect() };
        let articles = read::places(ctx, scope, wanted).await?;
        let files = read::files(ctx, media.into_iter().collect()).await?;
        let frame = ctx.frame().await?;
        let server = ctx.app().config().delivery.server_url.trim_end_matches('/');
        let media = format!("{server}/media");
        let (lists, served) = (HashMap::new(), HashMap::new());
        let is_preview = matches!(scope.rows, Rows::Preview(_));
        let preview = if is_preview { preview::files(ctx)? } else { None };
        let mut linked = Self { frame, articles, lists, files, served, media, preview };
        let (mut open, mut addresses) = (HashSet::new(), HashSet::new());
        for (page, own) in all {
            let own = own.iter().filter(|link| {
                linked.article(page, link).is_none() && linked.file(page, link).is_none()
            });
            for link in own {
                // What is not beside an article is nowhere else.
                let is_own =
                    page.article.is_some() && link.media.iter().any(|file| !links::is_static(file));
                if links::names_file(&link.to) && !is_own {
                    addresses.insert(links::file_address(&link.to, page.path));
                }
                if links::may_be_list(&link.to) {
                    open.extend(linked.list_paths(page, link));
                }
            }
        }
        linked.lists = lists_at(ctx, scope, &linked.frame, open.into_iter().collect()).await?;
        linked.served = read::served(ctx, scope, addresses.into_iter().collect()).await?;
        Ok(linked)
    }

    fn article(&self, from: Page<'_>, link: &Link) -> Option<&str> {
        let file = link.files.iter().find_map(|file| self.articles.files.get(file));
        let path = || {
            let mut paths = links::paths(&link.to, from.path).into_iter();
            paths.find_map(|path| self.articles.paths.get(&path))
        };
        file.or_else(path).map(String::as_str)
    }

    /// Addresses of lists that a link may mean: in the language of its page first, where it names
    /// a file.
    fn list_paths(&self, from: Page<'_>, link: &Link) -> Vec<String> {
        let mut paths = links::paths(&link.to, from.path);
        if links::is_file(&link.to) {
            let home = self.frame.home_path(self.frame.language_of(from.language));
            paths.sort_by_key(|path| !path.starts_with(&home));
        }
        paths
    }

    fn file(&self, from: Page<'_>, link: &Link) -> Option<Shown> {
        // Below the page that is previewed lies what nobody else may see yet.
        let token = self.preview.as_ref().filter(|(article, _)| from.article == Some(*article));
        let shown = |path: &str, size| {
            let token = token.filter(|_| path.starts_with(from.path));
            let token = token.map_or_else(String::new, |(_, token)| format!("?preview={token}"));
            let (media, fragment) = (&self.media, links::fragment(&link.to));
            let path = address::encode(path);
            Shown { address: format!("{media}{path}{token}{fragment}"), size }
        };
        if let Some((file, size)) =
            link.media.iter().find_map(|file| self.files.get_key_value(file))
        {
            return Some(shown(&links::published(&link.to, file, from.path), *size));
        }
        if self.served.is_empty() || !links::names_file(&link.to) {
            return None;
        }
        let path = links::file_address(&link.to, from.path);
        self.served.get(&path).map(|size| shown(&path, *size))
    }

    /// The address of the page that a link leads to.
    fn page(&self, from: Page<'_>, link: &Link) -> Option<String> {
        let list = || {
            let mut paths = self.list_paths(from, link).into_iter();
            paths.find_map(|path| self.lists.get(&path)).map(String::as_str)
        };
        let found = self.article(from, link).or_else(list)?;
        let (path, whole) = (address::encode(found), self.frame.absolute(found));
        Some(links::address(&link.to, &path, &whole))
    }

    /// The HTML of a text with what its links lead to, the files that it shows, and what
    /// its parameters are.
    pub fn html<'t>(&self, page: Page<'_>, html: &'t str, links: &Json) -> Result<Cow<'t, str>> {
        let own = of(links)?;
        if own.is_empty() {
            return Ok(Cow::Borrowed(html));
        }
        let by_name: HashMap<&str, &Link> = own.iter().map(|link| (&*link.to, link)).collect();
        let site = &self.frame.language_of(page.language).row.params;
        Ok(Cow::Owned(links::put_in(
            html,
            |to| self.page(page, by_name.get(to)?),
            |to| self.file(page, by_name.get(to)?),
            |name| text(page.params, name).or_else(|| text(site, name)),
        )))
    }

    /// The same for the tree of a body.
    pub fn tree(&self, page: Page<'_>, links: &Json, tree: &mut Value) -> Result<()> {
        let own = of(links)?;
        // A tree has addresses as they were written, and HTML has them encoded.
        let decoded = |to: &str| percent_decode_str(to).decode_utf8_lossy().into_owned();
        let by_name: HashMap<String, &Link> =
            own.iter().map(|link| (decoded(&link.to), link)).collect();
        links::put_into_tree(tree, &|to| self.page(page, by_name.get(&decoded(to))?), &|to| {
            self.file(page, by_name.get(&decoded(to))?)
        });
        Ok(())
    }
}

/// Lists at decoded addresses, and where those are that were there.
async fn lists_at(
    ctx: &Ctx,
    scope: &Scope,
    frame: &Frame,
    paths: Vec<String>,
) -> Result<HashMap<String, String>> {
    if paths.is_empty() {
        return Ok(HashMap::new());
    }
    let mut found = taxonomy::at_paths(ctx, scope, frame, &paths).await?;
    let sections = section::languages(ctx, scope, frame).await?;
    let sections: HashSet<&str> = sections.iter().map(|(.., path)| path.as_str()).collect();
    for path in paths {
        let is_home = frame.home_path(frame.language_at(&path)) == path;
        if is_home || sections.contains(&*path) {
            found.insert(path.clone(), path);
        }
    }
    Ok(found)
}

/// A parameter by its name, with dots between levels, in any case.
fn text(params: &Value, name: &str) -> Option<String> {
    let found = name.split('.').try_fold(params, |value, key| {
        let object = value.as_object()?;
        object.get(key).or_else(|| {
            object.iter().find(|(other, _)| other.eq_ignore_ascii_case(key)).map(|(_, value)| value)
        })
    })?;
    match found {
        Value::String(text) => Some(text.clone()),
        Value::Number(_) | Value::Bool(_) => Some(found.to_string()),
        _ => None,
    }
}
