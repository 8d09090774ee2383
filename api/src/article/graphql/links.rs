//! Bodies of articles that were read together, with the links within them.

use std::collections::HashMap;
use std::sync::Arc;

use entity::body;
use uuid::Uuid;

use super::parts::Body;
use super::types::Article;
use crate::article::links::{self, Linked};
use crate::article::read;
use crate::ctx::Ctx;
use crate::error::{Error, Result};

type Bodies = HashMap<Uuid, body::Model>;

fn key(wanted: &[body::Column]) -> String {
    format!("body:{wanted:?}")
}

impl Article {
    /// Keeps the body that was read with the article, if it is alone, for [`Self::load_body`].
    pub fn keep_body(&self, wanted: &[body::Column], row: body::Model) {
        self.with().put(key(wanted), Bodies::from([(row.id, row)]));
    }

    /// The body with these columns.
    pub async fn load_body(&self, ctx: &Ctx, wanted: Vec<body::Column>) -> Result<Body> {
        let bodies: Arc<Bodies> = self
            .with()
            .load(key(&wanted), || async {
                let ids = self.group.rows.iter().map(|row| row.body_id).collect();
                read::bodies(ctx, ids, &wanted).await
            })
            .await?;
        let row = bodies
            .get(&self.row.body_id)
            .cloned()
            .ok_or_else(|| Error::internal("a body is missing"))?;
        // None where they were not asked for.
        if links::of(&row.links)?.is_empty() {
            return Ok(Body { row, linked: None });
        }
        let linked = self
            .with()
            .load("linked".to_owned(), || async {
                let rows = self.group.rows.iter();
                let texts = rows.filter_map(|row| {
                    let body = bodies.get(&row.body_id)?;
                    Some(((&**row).into(), &body.links))
                });
                Linked::read(ctx, self.scope(), texts).await
            })
            .await?;
        Ok(Body { row, linked: Some((Arc::clone(&self.row), linked)) })
    }
}
