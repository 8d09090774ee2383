//! Changing what single articles carry, whatever else stands in their copies.
//!
//! What the public reads is one revision, whole, and what editors work on is
//! another. So an article whose working copy differs from its published one is
//! saved twice: what is published, with its new terms, and after it what is
//! worked on. Nothing else of the working copy reaches the public by this.

use std::collections::HashMap;

use entity::{View, article, article_copy, revision};
use sea_orm::EntityTrait;
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::history::Stored;
use super::projection::{self, Release};
use super::store;
use super::write::{Note, facts, identity, revise};
use crate::error::{Error, Result};
use crate::event::Write;
use crate::site::Frame;
use crate::taxonomy::{self, Taxonomy};

/// The terms of one taxonomy that an article carries, in order.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Carried {
    pub working: Vec<Uuid>,
    /// None while nothing of the article is published.
    pub published: Option<Vec<Uuid>>,
}

/// An article whose terms are about to change. The caller has locked it.
pub struct Retag {
    head: article::Model,
    taxonomy: Taxonomy,
    working: Stored,
    /// What is published, where it is not what is worked on.
    published: Option<Stored>,
    release: Option<Release>,
    means: HashMap<Uuid, Uuid>,
}

fn ids(stored: &Stored, taxonomy: &Taxonomy) -> Vec<Uuid> {
    stored.content.terms.get(taxonomy.plural()).cloned().unwrap_or_default()
}

impl Retag {
    /// Reads an article that is not in the trash; none where it is, or is gone.
    pub async fn open(write: &Write<'_>, id: Uuid, taxonomy: &Taxonomy) -> Result<Option<Self>> {
        let head = article::Entity::find_by_id(id).one(write.txn()).await?;
        let Some(head) =
            head.filter(|head| head.trashed_at.is_none() && head.archived_at.is_none())
        else {
            return Ok(None);
        };
        let copy = store::copy(write, View::Published, id).await?;
        let release = copy.as_ref().map(Release::of);
        let working = stored(write, head.revision_id).await?;
        let published = match copy {
            Some(article_copy::Model { revision_id, .. }) if revision_id != head.revision_id => {
                Some(stored(write, revision_id).await?)
            }
            _ => None,
        };
        let mut all = ids(&working, taxonomy);
        all.extend(published.iter().flat_map(|stored| ids(stored, taxonomy)));
        let means = taxonomy::resolve(write, all.into_iter().collect()).await?;
        Ok(Some(Self { head, taxonomy: taxonomy.clone(), working, published, release, means }))
    }

    /// What the article carries now.
    #[must_use]
    pub fn carried(&self) -> Carried {
        let list = |stored: &Stored| {
            let mut list = Vec::new();
            for id in ids(stored, &self.taxonomy) {
                if let Some(id) = self.means.get(&id)
                    && !list.contains(id)
                {
                    list.push(*id);
                }
            }
            list
        };
        let working = list(&self.working);
        let published =
            self.release.map(|_| self.published.as_ref().map_or_else(|| working.clone(), list));
        Carried { working, published }
    }

    /// Saves the article with other terms, as the actor.
    pub async fn save(
        mut self,
        write: &Write<'_>,
        frame: &Frame,
        carried: Carried,
        message: &str,
    ) -> Result<()> {
        let key = self.taxonomy.plural().to_owned();
        // What was one revision stays one where both get the same terms.
        let one = self.published.is_none();
        if let (Some(release), Some(list)) = (self.release, carried.published) {
            if one {
                self.working.content.terms.insert(key.clone(), carried.working);
                return self.put(write, frame, message, &[View::Published, View::Working]).await;
            }
            if let Some(mut published) = self.published.take() {
                published.content.terms.insert(key.clone(), list);
                let working = std::mem::replace(&mut self.working, published);
                self.release = Some(release);
                self.revise(write, message).await?;
                self.project(write, frame, &[View::Published]).await?;
                self.working = working;
            }
        }
        self.working.content.terms.insert(key.clone(), carried.working);
        self.put(write, frame, message, &[View::Working]).await
    }

    async fn put(
        mut self,
        write: &Write<'_>,
        frame: &Frame,
        message: &str,
        views: &[View],
    ) -> Result<()> {
        self.revise(write, message).await?;
        self.project(write, frame, views).await
    }

    async fn revise(&mut self, write: &Write<'_>, message: &str) -> Result<()> {
        let (content, body_id) = (&self.working.content, self.working.row.body_id);
        let before = Stored::of(self.working.row.clone())?;
        let message = Some(message.to_owned());
        let note = Note { message, before: Some(&before), ..Note::default() };
        let text = self.head.text_version;
        revise(write, &mut self.head, content, body_id, note, text).await?;
        Ok(())
    }

    async fn project(&self, write: &Write<'_>, frame: &Frame, views: &[View]) -> Result<()> {
        let facts = facts(write, self.working.row.body_id).await?;
        let projections = views
            .iter()
            .map(|view| {
                let identity = identity(&self.head);
                let content = &self.working.content;
                projection::make(write, frame, *view, identity, content, &facts, self.release)
            })
            .collect();
        store::put(write, projections).await
    }
}

async fn stored(write: &Write<'_>, revision: Uuid) -> Result<Stored> {
    let row = revision::Entity::find_by_id(revision)
        .one(write.txn())
        .await?
        .ok_or_else(|| Error::internal("the revision of a copy is missing"))?;
    Stored::of(row)
}
