//! What a write, or the clock, makes of articles for the public.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use entity::Timestamp;
use sea_orm::ConnectionTrait;
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::dependency::{Dependency, Tag};
use super::footprint::Footprint;
use crate::error::Result;

/// Articles of one transaction whose footprints are read; one that changes more
/// is an import, and touches everything.
const MOST: usize = 200;

/// What became of an article for the public.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Change {
    id: Uuid,
    was: Option<Footprint>,
    is: Option<Footprint>,
}

/// The articles that a transaction is about to change, as they were before.
#[derive(Debug)]
pub enum Noted {
    Some(BTreeMap<Uuid, Option<Footprint>>),
    /// More than are worth telling apart.
    Many,
}

impl Default for Noted {
    fn default() -> Self {
        Self::Some(BTreeMap::new())
    }
}

impl Noted {
    /// Those of the articles that have not been noted yet; none once there are
    /// too many.
    #[must_use]
    pub fn missing(&mut self, ids: &[Uuid]) -> Vec<Uuid> {
        let Self::Some(known) = self else {
            return Vec::new();
        };
        let missing: Vec<_> = ids.iter().filter(|id| !known.contains_key(*id)).copied().collect();
        if known.len() + missing.len() > MOST {
            *self = Self::Many;
            return Vec::new();
        }
        missing
    }

    pub fn add(&mut self, ids: &[Uuid], mut were: HashMap<Uuid, Footprint>) {
        if let Self::Some(known) = self {
            known.extend(ids.iter().map(|id| (*id, were.remove(id))));
        }
    }

    /// What has become of them; none where they were too many.
    pub async fn changes(self, db: &impl ConnectionTrait) -> Result<Option<Vec<Change>>> {
        let Self::Some(were) = self else {
            return Ok(None);
        };
        let ids: Vec<_> = were.keys().copied().collect();
        let mut are = Footprint::read(db, &ids).await?;
        let change = |(id, was)| Change { id, was, is: are.remove(&id) };
        let changes = were.into_iter().map(change);
        Ok(Some(changes.filter(|change| change.was.is_some() || change.is.is_some()).collect()))
    }
}

/// What a write does to one article, as the public sees it.
#[derive(Debug, Clone)]
pub struct Step {
    pub id: Uuid,
    pub was: Option<Footprint>,
    pub is: Option<Footprint>,
}

/// What events touch: tags, and with those of lists what moved in them.
#[derive(Debug, Clone, Default)]
pub struct Touch {
    pub tags: BTreeSet<Tag>,
    /// **Whatever touches the tag of a list is one of these**, in their order.
    pub steps: Vec<Step>,
}

impl Touch {
    pub fn add(&mut self, what: Dependency<'_>) {
        self.tags.insert(what.tag());
    }

    /// What an article touches that comes or goes by time, or of which no more is
    /// known.
    pub fn by_time(&mut self, id: Uuid, footprint: Option<&Footprint>) {
        self.one(id);
        self.all_of(id);
        if let Some(footprint) = footprint {
            footprint.touch(&mut self.tags);
            if footprint.menus {
                self.add(Dependency::Menus);
            }
            // Whether it comes or goes is as good as unknown here.
            for (was, is) in [(None, Some(footprint)), (Some(footprint), None)] {
                self.steps.push(Step { id, was: was.cloned(), is: is.cloned() });
            }
        }
    }

    /// All that footprints tell of an article.
    fn all_of(&mut self, id: Uuid) {
        let all = [Dependency::Face, Dependency::Place, Dependency::Address, Dependency::Name];
        self.tags.extend(all.map(|what| what(id).tag()));
    }

    fn one(&mut self, id: Uuid) {
        let always = [Dependency::Article(id), Dependency::Articles, Dependency::Anything];
        self.tags.extend(always.map(Dependency::tag));
    }

    /// A release lets redirects lead to the article, and drops one from its address:
    /// at once, whenever the article is to be seen.
    fn redirects(&mut self, change: &Change, span: (i64, i64)) {
        let Some(is) = &change.is else {
            return;
        };
        // At the address of what is seen a redirect is not looked for.
        let stays = change.was.as_ref().is_some_and(|was| {
            let seen = is.is_seen(span) && !is.turns(span);
            was.path == is.path && was.old_paths == is.old_paths && seen
        });
        if !stays {
            for footprint in change.was.iter().chain([is]) {
                footprint.touch_paths(&mut self.tags);
            }
            self.add(Dependency::Anything);
        }
    }

    /// What a change touches that was made at a moment, where time has been accounted
    /// for until another. What is not to be seen by then touches nothing but
    /// redirects; when its time comes, that touches it.
    pub fn change(&mut self, change: &Change, since: i64, at: Timestamp) {
        let span = (since.min(at.0), since.max(at.0));
        self.redirects(change, span);
        // What came or went meanwhile has been replaced, and its moment with it.
        for footprint in change.was.iter().chain(&change.is) {
            if footprint.turns(span) {
                self.by_time(change.id, Some(footprint));
            }
        }
        let seen = |footprint: &&Footprint| footprint.is_seen(span);
        let (was, is) = (change.was.as_ref().filter(seen), change.is.as_ref().filter(seen));
        if was.is_none() && is.is_none() {
            return;
        }
        self.one(change.id);
        if was.into_iter().chain(is).any(|footprint| footprint.menus) {
            self.add(Dependency::Menus);
        }
        self.steps.push(Step { id: change.id, was: was.cloned(), is: is.cloned() });
        match (was, is) {
            (Some(was), Some(is)) if !was.moved(is) => {
                if was.files != is.files {
                    was.touch_files(&mut self.tags);
                    is.touch_files(&mut self.tags);
                }
                let lists = is.lists().into_iter();
                if was.renamed(is) {
                    self.add(Dependency::Face(change.id));
                    self.add(Dependency::Name(change.id));
                    self.tags.extend(lists.clone().map(|list| Dependency::Titles(list).tag()));
                }
                if was.keywords != is.keywords {
                    self.tags.extend(lists.clone().map(|list| Dependency::Keywords(list).tag()));
                }
                if was.modified != is.modified {
                    self.tags.extend(lists.map(|list| Dependency::Modified(list).tag()));
                }
            }
            _ => {
                match (was, is) {
                    (Some(was), Some(is)) if was.is_at(is) => {
                        self.add(Dependency::Face(change.id));
                        self.add(Dependency::Place(change.id));
                        if was.renamed(is) {
                            self.add(Dependency::Name(change.id));
                        }
                    }
                    _ => self.all_of(change.id),
                }
                for footprint in was.into_iter().chain(is) {
                    footprint.touch(&mut self.tags);
                }
            }
        }
    }
}

impl Change {
    #[must_use]
    pub fn id(&self) -> Uuid {
        self.id
    }
}
