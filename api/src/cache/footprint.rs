//! An article as lists and lookups tell it: where it is found, and before what.
//!
//! **Invariant.** Two footprints of an article that are equal make no difference
//! to any list: to which articles it holds, their order and their number. So they
//! hold whatever `ArticleFilter` and `ArticleOrder` can look at. A new filter or
//! order needs its column here, or depends on [`Dependency::Articles`].

use std::collections::{BTreeMap, BTreeSet, HashMap};

use entity::article_copy::{Column, Entity};
use entity::{Json, Timestamp, View, article_keyword, article_term, menu_entry, redirect, term};
use sea_orm::sea_query::{Expr, ExprTrait, JoinType, Order, Query, SelectStatement};
use sea_orm::{ColumnTrait, ConnectionTrait, QueryResult};
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};
use uuid::Uuid;

use super::dependency::{Dependency, Tag, Term, Where};
use crate::error::Result;

/// Articles that one statement names.
const CHUNK: usize = 500;
/// Articles of one transaction whose footprints are read; one that changes more
/// is an import, and touches everything.
const MOST: usize = 500;

/// A published article, as far as others are found with it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Footprint {
    language: String,
    section: String,
    path: String,
    /// Where redirects lead to it from: aliases, and where it was before.
    old_paths: Vec<String>,
    key: String,
    /// Id, plural of the taxonomy, slug.
    terms: Vec<(Uuid, String, String)>,
    /// When the public sees it, in microseconds.
    from: i64,
    until: i64,
    /// Whether it puts itself into menus.
    menus: bool,
    /// A hash of its date, when it was made, its weight, and where it is shown.
    shape: String,
    /// A hash of its titles and authors.
    titles: String,
    /// A hash of its keywords; empty without any.
    keywords: String,
    /// When it was changed last.
    modified: i64,
}

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

impl Footprint {
    /// Those of the articles that are published, whether they are visible now or
    /// at another time.
    pub async fn read(db: &impl ConnectionTrait, ids: &[Uuid]) -> Result<HashMap<Uuid, Self>> {
        let mut found = HashMap::new();
        for ids in ids.chunks(CHUNK) {
            let mut select = Query::select();
            select
                .columns([
                    Column::ArticleId,
                    Column::Language,
                    Column::Section,
                    Column::Path,
                    Column::TranslationKey,
                    Column::Title,
                    Column::LinkTitle,
                    Column::Authors,
                    Column::LastModified,
                    Column::Date,
                    Column::CreatedAt,
                    Column::UtcOffset,
                    Column::Weight,
                    Column::ReleasedFrom,
                    Column::VisibleUntil,
                ])
                .expr(in_menus())
                .columns([Column::Listed, Column::Render])
                .from(Entity)
                .cond_where(Column::View.eq(View::Published))
                .cond_where(Column::ArticleId.is_in(ids.iter().copied()));
            for row in db.query_all(&select).await? {
                found.insert(row.try_get_by_index(0)?, Self::of_row(&row)?);
            }
            add_keywords(db, ids, &mut found).await?;
            add_terms(db, ids, &mut found).await?;
            add_old_paths(db, ids, &mut found).await?;
        }
        Ok(found)
    }

    fn of_row(row: &QueryResult) -> Result<Self> {
        let link_title: Option<String> = row.try_get_by_index(6)?;
        let mut titles = Sha256::new();
        let authors: Json = row.try_get_by_index(7)?;
        for text in [row.try_get_by_index(5)?, link_title.unwrap_or_default(), authors.to_string()]
        {
            titles.update(text.len().to_be_bytes());
            titles.update(text);
        }
        let mut shape = Sha256::new();
        for index in 9..=10 {
            shape.update(row.try_get_by_index::<Timestamp>(index)?.0.to_be_bytes());
        }
        for index in 11..=12 {
            shape.update(row.try_get_by_index::<i32>(index)?.to_be_bytes());
        }
        shape.update([u8::from(row.try_get_by_index::<bool>(16)?)]);
        shape.update(row.try_get_by_index::<i16>(17)?.to_be_bytes());
        Ok(Self {
            language: row.try_get_by_index(1)?,
            section: row.try_get_by_index(2)?,
            path: row.try_get_by_index(3)?,
            key: row.try_get_by_index(4)?,
            old_paths: Vec::new(),
            terms: Vec::new(),
            from: row.try_get_by_index::<Option<Timestamp>>(13)?.map_or(i64::MIN, |from| from.0),
            until: row.try_get_by_index::<Timestamp>(14)?.0,
            menus: row.try_get_by_index::<i64>(15)? > 0,
            shape: short(shape),
            titles: short(titles),
            keywords: String::new(),
            modified: row.try_get_by_index::<Timestamp>(8)?.0,
        })
    }

    fn is_seen(&self, at: Timestamp) -> bool {
        self.from <= at.0 && at.0 < self.until
    }

    fn touch_paths(&self, tags: &mut BTreeSet<Tag>) {
        let paths = self.old_paths.iter().chain([&self.path]);
        tags.extend(paths.map(|path| Dependency::Path(path).tag()));
    }

    /// Everything that the article's coming, going or moving changes.
    fn touch(&self, tags: &mut BTreeSet<Tag>) {
        self.touch_paths(tags);
        tags.insert(Dependency::Translations(&self.key).tag());
        tags.extend(self.lists().into_iter().map(|list| Dependency::List(list).tag()));
    }

    /// The lists that it can be in.
    fn lists(&self) -> Vec<Where<'_>> {
        let terms = self.terms.iter().flat_map(|(id, taxonomy, slug)| {
            [Some(Term::Id(*id)), Some(Term::Slug(taxonomy, slug))]
        });
        let mut lists = Vec::new();
        for term in terms.chain([None]) {
            for language in [None, Some(self.language.as_str())] {
                for section in [None, Some(self.section.as_str())] {
                    lists.push(Where { language, section, term });
                }
            }
        }
        lists
    }

    /// Whether it stands elsewhere than another, in lists that look at no text.
    fn moved(&self, other: &Self) -> bool {
        let Self {
            language,
            section,
            path,
            old_paths,
            key,
            terms,
            from,
            until,
            menus,
            shape,
            titles,
            keywords,
            modified,
        } = self;
        // When it is seen is accounted for when it is; what menus say, and what leads
        // to it, by itself.
        let _ = (from, until, menus, old_paths, titles, keywords, modified);
        *language != other.language
            || *section != other.section
            || *path != other.path
            || *key != other.key
            || *terms != other.terms
            || *shape != other.shape
    }
}

type Found = HashMap<Uuid, Footprint>;

/// Adds what the rows of a statement say of articles, whose ids they begin with.
async fn add(
    db: &impl ConnectionTrait,
    select: &SelectStatement,
    found: &mut Found,
    put: impl Fn(&mut Footprint, &QueryResult) -> Result<()>,
) -> Result<()> {
    for row in db.query_all(select).await? {
        if let Some(footprint) = found.get_mut(&row.try_get_by_index(0)?) {
            put(footprint, &row)?;
        }
    }
    Ok(())
}

async fn add_keywords(db: &impl ConnectionTrait, ids: &[Uuid], found: &mut Found) -> Result<()> {
    let of = |column: article_keyword::Column| Expr::col((article_keyword::Entity, column));
    let mut select = Query::select();
    select
        .expr(of(article_keyword::Column::ArticleId))
        .expr(of(article_keyword::Column::Name))
        .expr(of(article_keyword::Column::Value))
        .from(article_keyword::Entity)
        .cond_where(of(article_keyword::Column::View).eq(View::Published))
        .cond_where(of(article_keyword::Column::ArticleId).is_in(ids.iter().copied()))
        .order_by((article_keyword::Entity, article_keyword::Column::Name), Order::Asc)
        .order_by((article_keyword::Entity, article_keyword::Column::Value), Order::Asc);
    add(db, &select, found, |footprint, row| {
        let mut hash = Sha256::new();
        let known = std::mem::take(&mut footprint.keywords);
        for text in [known, row.try_get_by_index(1)?, row.try_get_by_index(2)?] {
            hash.update(text.len().to_be_bytes());
            hash.update(text);
        }
        footprint.keywords = short(hash);
        Ok(())
    })
    .await
}

async fn add_old_paths(db: &impl ConnectionTrait, ids: &[Uuid], found: &mut Found) -> Result<()> {
    let of = |column: redirect::Column| Expr::col((redirect::Entity, column));
    let mut select = Query::select();
    select
        .expr(of(redirect::Column::ArticleId))
        .expr(of(redirect::Column::Path))
        .from(redirect::Entity)
        .cond_where(of(redirect::Column::ArticleId).is_in(ids.iter().copied()))
        .order_by((redirect::Entity, redirect::Column::Path), Order::Asc);
    add(db, &select, found, |footprint, row| {
        footprint.old_paths.push(row.try_get_by_index(1)?);
        Ok(())
    })
    .await
}

async fn add_terms(db: &impl ConnectionTrait, ids: &[Uuid], found: &mut Found) -> Result<()> {
    let of = |column: article_term::Column| Expr::col((article_term::Entity, column));
    let mut select = Query::select();
    select
        .expr(of(article_term::Column::ArticleId))
        .columns(
            [term::Column::Id, term::Column::Taxonomy, term::Column::Slug]
                .map(|column| (term::Entity, column)),
        )
        .from(article_term::Entity)
        .join(
            JoinType::InnerJoin,
            term::Entity,
            of(article_term::Column::TermId).equals((term::Entity, term::Column::Id)),
        )
        .cond_where(article_term::Column::View.eq(View::Published))
        .cond_where(article_term::Column::ArticleId.is_in(ids.iter().copied()))
        .order_by((article_term::Entity, article_term::Column::Position), Order::Asc);
    add(db, &select, found, |footprint, row| {
        footprint.terms.push((
            row.try_get_by_index(1)?,
            row.try_get_by_index(2)?,
            row.try_get_by_index(3)?,
        ));
        Ok(())
    })
    .await
}

fn short(hash: Sha256) -> String {
    let digest: [u8; 32] = hash.finalize().into();
    digest.iter().take(8).fold(String::new(), |text, byte| text + &format!("{byte:02x}"))
}

/// How many entries an article has in menus.
fn in_menus() -> Expr {
    let of = |column: menu_entry::Column| Expr::col((menu_entry::Entity, column));
    let mut count = Query::select();
    count
        .expr(of(menu_entry::Column::Id).count())
        .from(menu_entry::Entity)
        .cond_where(of(menu_entry::Column::View).eq(View::Published))
        .cond_where(of(menu_entry::Column::ArticleId).equals((Entity, Column::ArticleId)));
    Expr::SubQuery(None, Box::new(count.take().into()))
}

impl Change {
    /// What an article touches that comes or goes by time, or of which no more is
    /// known.
    pub fn by_time(id: Uuid, footprint: Option<&Footprint>, tags: &mut BTreeSet<Tag>) {
        Self::touch_one(id, tags);
        tags.insert(Dependency::Face(id).tag());
        if let Some(footprint) = footprint {
            footprint.touch(tags);
            if footprint.menus {
                tags.insert(Dependency::Menus.tag());
            }
        }
    }

    fn touch_one(id: Uuid, tags: &mut BTreeSet<Tag>) {
        let always = [Dependency::Article(id), Dependency::Articles, Dependency::Anything];
        tags.extend(always.map(Dependency::tag));
    }

    /// A release lets redirects lead to the article, and drops one from its address:
    /// at once, whenever the article is to be seen.
    fn touch_redirects(&self, at: Timestamp, tags: &mut BTreeSet<Tag>) {
        let Some(is) = &self.is else {
            return;
        };
        // At the address of what is seen a redirect is not looked for.
        let stays = self.was.as_ref().is_some_and(|was| {
            was.path == is.path && was.old_paths == is.old_paths && is.is_seen(at)
        });
        if !stays {
            self.was.iter().chain([is]).for_each(|footprint| footprint.touch_paths(tags));
            tags.insert(Dependency::Anything.tag());
        }
    }

    #[must_use]
    pub fn id(&self) -> Uuid {
        self.id
    }

    /// What it touches at the moment of the change. What is not to be seen then
    /// touches nothing but redirects; when its time comes, that touches it.
    pub fn touch(&self, at: Timestamp, tags: &mut BTreeSet<Tag>) {
        self.touch_redirects(at, tags);
        let seen = |footprint: &&Footprint| footprint.is_seen(at);
        let (was, is) = (self.was.as_ref().filter(seen), self.is.as_ref().filter(seen));
        if was.is_none() && is.is_none() {
            return;
        }
        Self::touch_one(self.id, tags);
        if was.into_iter().chain(is).any(|footprint| footprint.menus) {
            tags.insert(Dependency::Menus.tag());
        }
        match (was, is) {
            (Some(was), Some(is)) if !was.moved(is) => {
                let lists = is.lists().into_iter();
                if was.titles != is.titles {
                    tags.insert(Dependency::Face(self.id).tag());
                    tags.extend(lists.clone().map(|list| Dependency::Titles(list).tag()));
                }
                if was.keywords != is.keywords {
                    tags.extend(lists.clone().map(|list| Dependency::Keywords(list).tag()));
                }
                if was.modified != is.modified {
                    tags.extend(lists.map(|list| Dependency::Modified(list).tag()));
                }
            }
            _ => {
                tags.insert(Dependency::Face(self.id).tag());
                for footprint in was.into_iter().chain(is) {
                    footprint.touch(tags);
                }
            }
        }
    }
}
