//! Links of bodies, put in when these are read: where pages and files are now that they lead to.
//!
//! **Invariants.** What is looked up, is looked up for all bodies that were read together: articles
//! in one statement, files in one, and what links to lists in as many as there are kinds of these. A
//! link to what the reader may not see stays as it was written.

use std::borrow::Cow;
use std::collections::{HashMap, HashSet};
use std::sync::Arc;

use entity::article_copy::Model;
use entity::body;
use percent_encoding::percent_decode_str;
use serde::Deserialize;
use serde_json::Value;

use super::read::{self, Places, Wanted};
use crate::ctx::Ctx;
use crate::error::{Error, Result};
use crate::hugo::address;
use crate::policy::Scope;
use crate::render::links::{self, Link, Shown};
use crate::site::Frame;
use crate::{section, taxonomy};

/// Where the links of some bodies lead.
#[derive(Debug)]
pub struct Linked {
    frame: Arc<Frame>,
    articles: Places,
    /// Decoded addresses of lists, by those that links name.
    lists: HashMap<String, String>,
    files: HashMap<String, Option<(i32, i32)>>,
    /// Where files are served.
    media: String,
}

/// The links of a body; none where they were not asked for.
pub fn of(body: &body::Model) -> Result<Vec<Link>> {
    if body.links.0.as_array().is_none_or(Vec::is_empty) {
        return Ok(Vec::new());
    }
    Vec::deserialize(&body.links.0).map_err(Error::internal)
}

impl Linked {
    /// What the bodies of these articles link to.
    pub async fn read<'a>(
        ctx: &Ctx,
        scope: &Scope,
        bodies: impl Iterator<Item = (&'a Model, &'a body::Model)>,
    ) -> Result<Self> {
        let (mut files, mut paths, mut media) = (HashSet::new(), HashSet::new(), HashSet::new());
        let mut all = Vec::new();
        for (article, body) in bodies {
            let own = of(body)?;
            if links::any_address(&own) {
                paths.extend(own.iter().flat_map(|link| links::paths(&link.to, &article.path)));
                files.extend(own.iter().flat_map(|link| link.files.iter().cloned()));
                media.extend(own.iter().flat_map(|link| link.media.iter().cloned()));
                all.push((article, own));
            }
        }
        let wanted =
            Wanted { files: files.into_iter().collect(), paths: paths.into_iter().collect() };
        let articles = read::places(ctx, scope, wanted).await?;
        let files = read::files(ctx, media.into_iter().collect()).await?;
        let frame = ctx.frame().await?;
        let server = ctx.app().config().delivery.server_url.trim_end_matches('/');
        let media = format!("{server}/media");
        let mut linked = Self { frame, articles, lists: HashMap::new(), files, media };
        let mut open = HashSet::new();
        for (article, own) in all {
            let own = own.iter().filter(|link| {
                links::may_be_list(&link.to)
                    && linked.article(article, link).is_none()
                    && linked.file(article, link).is_none()
            });
            open.extend(own.flat_map(|link| linked.list_paths(article, link)));
        }
        linked.lists = lists(ctx, scope, &linked.frame, open.into_iter().collect()).await?;
        Ok(linked)
    }

    fn article(&self, from: &Model, link: &Link) -> Option<&str> {
        let file = link.files.iter().find_map(|file| self.articles.files.get(file));
        let path = || {
            let mut paths = links::paths(&link.to, &from.path).into_iter();
            paths.find_map(|path| self.articles.paths.get(&path))
        };
        file.or_else(path).map(String::as_str)
    }

    /// Addresses of lists that a link may mean: in the language of its page first, where it names
    /// a file.
    fn list_paths(&self, from: &Model, link: &Link) -> Vec<String> {
        let mut paths = links::paths(&link.to, &from.path);
        if links::is_file(&link.to) {
            let home = self.frame.home_path(self.frame.language_of(&from.language));
            paths.sort_by_key(|path| !path.starts_with(&home));
        }
        paths
    }

    fn file(&self, from: &Model, link: &Link) -> Option<Shown> {
        let (file, size) = link.media.iter().find_map(|file| self.files.get_key_value(file))?;
        let path = address::encode(&links::published(&link.to, file, &from.path));
        Some(Shown { address: format!("{}{path}", self.media), size: *size })
    }

    /// The address of the page that a link leads to.
    fn page(&self, from: &Model, link: &Link) -> Option<String> {
        let list = || {
            let mut paths = self.list_paths(from, link).into_iter();
            paths.find_map(|path| self.lists.get(&path)).map(String::as_str)
        };
        let found = self.article(from, link).or_else(list)?;
        let (path, whole) = (address::encode(found), self.frame.absolute(found));
        Some(links::address(&link.to, &path, &whole))
    }

    /// The HTML of an article's body with what its links lead to, the files that it shows, and what
    /// its parameters are.
    pub fn html<'b>(&self, article: &Model, body: &'b body::Model) -> Result<Cow<'b, str>> {
        let own = of(body)?;
        if own.is_empty() {
            return Ok(Cow::Borrowed(&body.html));
        }
        let by_name: HashMap<&str, &Link> = own.iter().map(|link| (&*link.to, link)).collect();
        let site = &self.frame.language_of(&article.language).row.params;
        Ok(Cow::Owned(links::put_in(
            &body.html,
            |to| self.page(article, by_name.get(to)?),
            |to| self.file(article, by_name.get(to)?),
            |name| text(&article.params, name).or_else(|| text(site, name)),
        )))
    }

    /// The same for the tree of a body.
    pub fn tree(&self, article: &Model, body: &body::Model, tree: &mut Value) -> Result<()> {
        let own = of(body)?;
        // A tree has addresses as they were written, and HTML has them encoded.
        let decoded = |to: &str| percent_decode_str(to).decode_utf8_lossy().into_owned();
        let by_name: HashMap<String, &Link> =
            own.iter().map(|link| (decoded(&link.to), link)).collect();
        links::put_into_tree(tree, &|to| self.page(article, by_name.get(&decoded(to))?), &|to| {
            self.file(article, by_name.get(&decoded(to))?)
        });
        Ok(())
    }
}

/// Lists at decoded addresses, and where those are that were there.
async fn lists(
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
