//! Bodies of articles that were read together, and the links within them, which are put
//! in when these are read.

use std::collections::{HashMap, HashSet};
use std::sync::Arc;

use entity::article_copy::Model;
use entity::body;
use serde_json::Value;
use uuid::Uuid;

use super::parts::Body;
use super::types::{Article, read_json};
use crate::article::read::{self, Places, Wanted};
use crate::ctx::Ctx;
use crate::error::{Error, Result};
use crate::hugo::address;
use crate::render::links::{Link, any_address, paths, put_in};

type Bodies = HashMap<Uuid, body::Model>;

impl Article {
    /// The body with these columns.
    pub async fn load_body(&self, ctx: &Ctx, wanted: Vec<&body::Column>) -> Result<Body> {
        let wanted: Vec<_> = wanted.into_iter().copied().collect();
        let bodies: Arc<Bodies> = self
            .with()
            .load(format!("body:{wanted:?}"), || async {
                let ids = self.group.rows.iter().map(|row| row.body_id).collect();
                read::bodies(ctx, ids, &wanted).await
            })
            .await?;
        let row = bodies
            .get(&self.row.body_id)
            .cloned()
            .ok_or_else(|| Error::internal("a body is missing"))?;
        // None where they were not asked for.
        let links = Links::of(&row)?;
        if links.is_empty() {
            return Ok(Body { row, html: None });
        }
        let places = self
            .with()
            .load("linked".to_owned(), || async {
                let wanted = wanted_of(&self.group.rows, &bodies)?;
                read::places(ctx, self.scope(), wanted).await
            })
            .await?;
        let html = links.put_in(ctx, &self.row, &places, &row.html).await?;
        Ok(Body { row, html: Some(html) })
    }
}

/// The links of a body.
struct Links(Vec<Link>);

impl Links {
    fn of(row: &body::Model) -> Result<Self> {
        if row.links.0.as_array().is_none_or(Vec::is_empty) {
            return Ok(Self(Vec::new()));
        }
        Ok(Self(read_json(&row.links)?))
    }

    fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// HTML of an article with what its links lead to and its parameters are.
    async fn put_in(
        &self,
        ctx: &Ctx,
        article: &Model,
        places: &Places,
        html: &str,
    ) -> Result<String> {
        let frame = ctx.frame().await?;
        let known: HashMap<&str, String> = self
            .0
            .iter()
            .filter_map(|link| {
                let file = link.files.iter().find_map(|file| places.files.get(file));
                let found = match file {
                    Some(path) => Some(path.clone()),
                    None => paths(&link.to, &article.path)
                        .into_iter()
                        .find_map(|path| places.paths.get(&path).cloned()),
                }?;
                let (path, whole) = (address::encode(&found), frame.absolute(&found));
                Some((link.to.as_str(), crate::render::links::address(&link.to, &path, &whole)))
            })
            .collect();
        let site = &frame.language_of(&article.language).row.params;
        let param = |name: &str| text(&article.params, name).or_else(|| text(site, name));
        Ok(put_in(html, |to| known.get(to).cloned(), param))
    }
}

/// What has to be looked up for these articles.
fn wanted_of(rows: &[Arc<Model>], bodies: &Bodies) -> Result<Wanted> {
    let (mut files, mut addresses) = (HashSet::new(), HashSet::new());
    for row in rows {
        let Some(body) = bodies.get(&row.body_id) else { continue };
        let Links(links) = Links::of(body)?;
        if any_address(&links) {
            addresses.extend(links.iter().flat_map(|link| paths(&link.to, &row.path)));
            files.extend(links.into_iter().flat_map(|link| link.files));
        }
    }
    Ok(Wanted { files: files.into_iter().collect(), paths: addresses.into_iter().collect() })
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
