//! Links within bodies, put in when these are read.

use std::collections::{HashMap, HashSet};
use std::sync::Arc;

use entity::article_copy::Model;
use entity::body;
use serde_json::Value;
use uuid::Uuid;

use super::types::read_json;
use crate::article::read::{Places, Wanted};
use crate::ctx::Ctx;
use crate::error::Result;
use crate::hugo::address;
use crate::render::links::{Link, any_address, paths, put_in};

pub type Bodies = HashMap<Uuid, body::Model>;

/// The links of a body.
pub struct Links(Vec<Link>);

impl Links {
    pub fn of(row: &body::Model) -> Result<Self> {
        if row.links.0.as_array().is_none_or(Vec::is_empty) {
            return Ok(Self(Vec::new()));
        }
        Ok(Self(read_json(&row.links)?))
    }

    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// HTML of an article with what its links lead to and its parameters are.
    pub async fn put_in(
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
pub fn wanted(rows: &[Arc<Model>], bodies: &Bodies) -> Result<Wanted> {
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
