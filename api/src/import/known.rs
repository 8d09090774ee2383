//! Which article an item became.

use std::collections::HashMap;

use entity::import_item::{self, Column, Entity};
use sea_orm::sea_query::OnConflict;
use sea_orm::{
    ActiveModelTrait, ColumnTrait, EntityTrait, IntoActiveModel, QueryFilter, QuerySelect,
};
use sha2::{Digest, Sha256};
use uuid::Uuid;

use super::model::{Item, Release};
use crate::article::content::MAX_KEY;
use crate::ctx::Ctx;
use crate::error::Result;
use crate::event::Write;
use crate::hugo::rows::Origin;

/// What the last import noted of an item.
#[derive(Debug, Clone)]
pub struct Known {
    pub source: String,
    pub key: String,
    pub hash: Vec<u8>,
    pub article_id: Option<Uuid>,
    pub version: i32,
}

/// What earlier imports noted.
#[derive(Debug, Default)]
pub struct Ledger {
    by_key: HashMap<String, Known>,
    by_link: HashMap<String, Known>,
}

impl Ledger {
    /// What is known of a source; entries of feeds are known by their addresses
    /// as well, whichever feed they came in.
    pub async fn load(ctx: &Ctx, system: &str, source: &str) -> Result<Self> {
        type Row = (String, String, Option<String>, Vec<u8>, Option<Uuid>, i32);
        let is_feed = system == "feed";
        let which =
            if is_feed { Column::Source.starts_with("feed:") } else { Column::Source.eq(source) };
        let rows: Vec<Row> = Entity::find()
            .select_only()
            .columns([
                Column::Source,
                Column::Key,
                Column::Link,
                Column::Hash,
                Column::ArticleId,
                Column::ArticleVersion,
            ])
            .filter(which)
            .into_tuple()
            .all(ctx.app().db().read())
            .await?;
        let mut ledger = Self::default();
        for (from, key, link, hash, article_id, version) in rows {
            let known = Known { source: from, key, hash, article_id, version };
            if let Some(link) = link.filter(|_| is_feed) {
                ledger.by_link.insert(link, known.clone());
            }
            if known.source == source {
                ledger.by_key.insert(known.key.clone(), known);
            }
        }
        Ok(ledger)
    }

    /// What is known of an item: by its key, else by its address.
    #[must_use]
    pub fn find(&self, key: &str, link: Option<&str>) -> Option<&Known> {
        self.by_key.get(key).or_else(|| self.by_link.get(link?))
    }
}

/// A key as it is stored: one that is too long to be found by is its hash.
#[must_use]
pub fn key(item: &Item) -> String {
    let text = item.key.trim();
    if text.len() > MAX_KEY / 2 {
        let digest = Sha256::digest(text.as_bytes());
        return digest.iter().fold(String::from("sha256:"), |all, byte| format!("{all}{byte:02x}"));
    }
    text.to_owned()
}

/// What of an address can be found by.
#[must_use]
pub fn link(item: &Item) -> Option<String> {
    item.link.clone().filter(|link| link.len() <= MAX_KEY)
}

/// What an item says, in short. Whether entries of a feed are published is the
/// importer's choice, and nothing that the feed says.
pub fn hash(item: &mut Item, is_feed: bool) -> Result<Vec<u8>> {
    let release = item.release;
    if is_feed {
        item.release = Release::default();
    }
    let hash = Sha256::digest(serde_json::to_vec(item)?).to_vec();
    item.release = release;
    Ok(hash)
}

/// An item beside the article that it becomes.
pub struct Noted {
    pub row: import_item::Model,
    pub language: String,
    /// `example.org, post 12`.
    pub name: String,
    pub withdraws: bool,
    pub trashed: bool,
}

impl Origin for Noted {
    fn language(&self) -> &str {
        &self.language
    }

    fn name(&self) -> String {
        self.name.clone()
    }

    fn became(&mut self, article: Uuid, version: i32) {
        self.row.article_id = Some(article);
        self.row.article_version = version;
    }

    fn withdraws(&self) -> bool {
        self.withdraws
    }

    fn trashed(&self) -> bool {
        self.trashed
    }

    async fn put(write: &Write<'_>, items: Vec<Self>) -> Result<()> {
        put(write, items.into_iter().map(|item| item.row).collect()).await
    }
}

/// Notes what items became.
pub async fn put(write: &Write<'_>, rows: Vec<import_item::Model>) -> Result<()> {
    let rows: Vec<_> = rows.into_iter().map(|row| row.into_active_model().reset_all()).collect();
    for rows in rows.chunks(200) {
        Entity::insert_many(rows.to_vec())
            .on_conflict(
                OnConflict::columns([Column::Source, Column::Key])
                    .update_columns([
                        Column::Link,
                        Column::ArticleId,
                        Column::ArticleVersion,
                        Column::Hash,
                        Column::Kept,
                    ])
                    .to_owned(),
            )
            .exec_without_returning(write.txn())
            .await?;
    }
    Ok(())
}

/// Notes that an item was seen as it is now, though its article stays.
pub async fn seen(write: &Write<'_>, known: &[(Known, Vec<u8>)]) -> Result<()> {
    use sea_orm::sea_query::Expr;
    for (known, hash) in known {
        Entity::update_many()
            .col_expr(Column::Hash, Expr::val(hash.clone()))
            .filter(Column::Source.eq(known.source.as_str()))
            .filter(Column::Key.eq(known.key.as_str()))
            .exec(write.txn())
            .await?;
    }
    Ok(())
}
