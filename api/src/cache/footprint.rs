//! An article as lists and lookups tell it: where it is found, and before what.
//!
//! **Invariant.** Two footprints of an article that are equal make no difference
//! to any list: to which articles it holds, their order and their number. So they
//! hold whatever `ArticleFilter` and `ArticleOrder` can look at. A new filter or
//! order needs its column here and in [`super::watch`], or depends on
//! [`Dependency::Articles`].

use std::collections::{BTreeSet, HashMap};

use entity::article_copy::{Column, Entity};
use entity::{
    Json, Timestamp, View, article_keyword, article_term, menu_entry, redirect, source_file, term,
};
use sea_orm::sea_query::{Expr, ExprTrait, JoinType, Order, Query, SelectStatement};
use sea_orm::{ColumnTrait, ConnectionTrait, EntityTrait, QueryResult};
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};
use uuid::Uuid;

use super::dependency::{Dependency, Tag, Term, Where};
use crate::error::Result;

/// Articles that one statement names.
const CHUNK: usize = 500;

/// A published article, as far as others are found with it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Footprint {
    pub(super) language: String,
    pub(super) section: String,
    pub(super) path: String,
    /// Where it lies in the tree of content.
    #[serde(default)]
    pub(super) logical: String,
    /// Where redirects lead to it from: aliases, and where it was before.
    pub(super) old_paths: Vec<String>,
    pub(super) key: String,
    /// Id, plural of the taxonomy, slug.
    pub(super) terms: Vec<(Uuid, String, String)>,
    /// The same of what is above these.
    pub(super) above: Vec<(Uuid, String, String)>,
    /// When the public sees it, in microseconds.
    pub(super) from: i64,
    pub(super) until: i64,
    /// Whether it puts itself into menus.
    pub(super) menus: bool,
    pub(super) date: i64,
    /// Of its date, in seconds.
    pub(super) utc_offset: i32,
    pub(super) created: i64,
    pub(super) weight: i32,
    /// Whether lists have it.
    pub(super) listed: bool,
    pub(super) render: i16,
    pub(super) title: String,
    pub(super) link_title: Option<String>,
    /// A hash of them.
    pub(super) authors: String,
    /// A hash of its keywords; empty without any.
    pub(super) keywords: String,
    /// When it was changed last.
    pub(super) modified: i64,
    /// Files of the Hugo site that it comes from.
    #[serde(default)]
    pub(super) files: Vec<String>,
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
                .columns([Column::Listed, Column::Render, Column::LogicalPath])
                .from(Entity)
                .cond_where(Column::View.eq(View::Published))
                .cond_where(Column::ArticleId.is_in(ids.iter().copied()));
            for row in db.query_all(&select).await? {
                found.insert(row.try_get_by_index(0)?, Self::of_row(&row)?);
            }
            add_keywords(db, ids, &mut found).await?;
            add_terms(db, ids, &mut found).await?;
            let redirects = (redirect::Column::ArticleId, redirect::Column::Path);
            add_texts::<redirect::Entity>(db, ids, &mut found, redirects, |footprint, path| {
                footprint.old_paths.push(path);
            })
            .await?;
            let sources = (source_file::Column::ArticleId, source_file::Column::Path);
            add_texts::<source_file::Entity>(db, ids, &mut found, sources, |footprint, path| {
                footprint.files.push(path);
            })
            .await?;
        }
        Ok(found)
    }

    fn of_row(row: &QueryResult) -> Result<Self> {
        let authors: Json = row.try_get_by_index(7)?;
        let time = |index: usize| row.try_get_by_index::<Timestamp>(index).map(|time| time.0);
        Ok(Self {
            language: row.try_get_by_index(1)?,
            section: row.try_get_by_index(2)?,
            path: row.try_get_by_index(3)?,
            logical: row.try_get_by_index(18)?,
            key: row.try_get_by_index(4)?,
            old_paths: Vec::new(),
            terms: Vec::new(),
            above: Vec::new(),
            from: row.try_get_by_index::<Option<Timestamp>>(13)?.map_or(i64::MIN, |from| from.0),
            until: time(14)?,
            menus: row.try_get_by_index::<i64>(15)? > 0,
            date: time(9)?,
            utc_offset: row.try_get_by_index(11)?,
            created: time(10)?,
            weight: row.try_get_by_index(12)?,
            listed: row.try_get_by_index(16)?,
            render: row.try_get_by_index(17)?,
            title: row.try_get_by_index(5)?,
            link_title: row.try_get_by_index(6)?,
            authors: short(Sha256::new().chain_update(authors.to_string())),
            keywords: String::new(),
            modified: time(8)?,
            files: Vec::new(),
        })
    }

    /// Whether the public sees it at some moment of a span, its end included.
    pub(super) fn is_seen(&self, (start, end): (i64, i64)) -> bool {
        self.from <= end && start < self.until
    }

    /// Whether it comes or goes by time within a span, after its beginning.
    pub(super) fn turns(&self, (start, end): (i64, i64)) -> bool {
        [self.from, self.until].iter().any(|at| start < *at && *at <= end)
    }

    pub(super) fn touch_paths(&self, tags: &mut BTreeSet<Tag>) {
        let paths = self.old_paths.iter().chain([&self.path]);
        tags.extend(paths.map(|path| Dependency::Path(path).tag()));
        tags.insert(Dependency::PathInAnyCase(&self.path).tag());
        tags.insert(Dependency::LogicalPath(&self.logical).tag());
    }

    pub(super) fn touch_files(&self, tags: &mut BTreeSet<Tag>) {
        tags.extend(self.files.iter().map(|file| Dependency::File(file).tag()));
    }

    /// Everything that the article's coming, going or moving changes.
    pub(super) fn touch(&self, tags: &mut BTreeSet<Tag>) {
        self.touch_paths(tags);
        self.touch_files(tags);
        tags.insert(Dependency::Translations(&self.key).tag());
        tags.extend(self.lists().into_iter().map(|list| Dependency::List(list).tag()));
    }

    /// The lists that it can be in.
    pub(super) fn lists(&self) -> Vec<Where<'_>> {
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
    pub(super) fn moved(&self, other: &Self) -> bool {
        let Self {
            language,
            section,
            path,
            logical,
            old_paths,
            key,
            terms,
            above,
            from,
            until,
            menus,
            date,
            utc_offset,
            created,
            weight,
            listed,
            render,
            title,
            link_title,
            authors,
            keywords,
            modified,
            files,
        } = self;
        // When it goes is accounted for when it does; what menus say, and what leads to
        // it, by itself. Since when it is there is what sorts related ones.
        let _ = (until, menus, old_paths, title, link_title, authors, keywords, modified, files);
        let _ = (language, section, path, logical, key, listed, render);
        !self.is_at(other)
            || (terms, above) != (&other.terms, &other.above)
            || (*date, *utc_offset, *created) != (other.date, other.utc_offset, other.created)
            || (*weight, *from) != (other.weight, other.from)
    }

    /// Whether it is found where another is.
    pub(super) fn is_at(&self, other: &Self) -> bool {
        (&self.language, &self.section, &self.path, &self.logical, &self.key)
            == (&other.language, &other.section, &other.path, &other.logical, &other.key)
            && (self.listed, self.render) == (other.listed, other.render)
    }

    /// Whether it stands where another does, in the order of a section.
    pub(super) fn is_beside(&self, other: &Self) -> bool {
        let name = |of: &Self| of.link_title.as_ref().unwrap_or(&of.title).clone();
        (self.weight, self.date, &self.path) == (other.weight, other.date, &other.path)
            && name(self) == name(other)
    }

    /// Whether it is called otherwise, or by others.
    pub(super) fn renamed(&self, other: &Self) -> bool {
        (&self.title, &self.link_title, &self.authors)
            != (&other.title, &other.link_title, &other.authors)
    }
}

type Found = HashMap<Uuid, Footprint>;

/// Adds what the rows of a statement say of articles, whose ids they begin with.
async fn add(
    db: &impl ConnectionTrait,
    select: &SelectStatement,
    found: &mut Found,
    mut put: impl FnMut(&mut Footprint, &QueryResult) -> Result<()>,
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

/// Adds the texts that a table has of articles, in their order.
async fn add_texts<E: EntityTrait>(
    db: &impl ConnectionTrait,
    ids: &[Uuid],
    found: &mut Found,
    (article, text): (E::Column, E::Column),
    put: impl Fn(&mut Footprint, String),
) -> Result<()> {
    let mut select = Query::select();
    select
        .columns([article, text])
        .from(E::default())
        .cond_where(article.is_in(ids.iter().copied()))
        .order_by(text, Order::Asc);
    add(db, &select, found, |footprint, row| {
        put(footprint, row.try_get_by_index(1)?);
        Ok(())
    })
    .await
}

async fn add_terms(db: &impl ConnectionTrait, ids: &[Uuid], found: &mut Found) -> Result<()> {
    let of = |column: article_term::Column| Expr::col((article_term::Entity, column));
    let mut select = Query::select();
    select
        .expr(of(article_term::Column::ArticleId))
        .columns(TERM.map(|column| (term::Entity, column)))
        .from(article_term::Entity)
        .join(
            JoinType::InnerJoin,
            term::Entity,
            of(article_term::Column::TermId).equals((term::Entity, term::Column::Id)),
        )
        .cond_where(article_term::Column::View.eq(View::Published))
        .cond_where(article_term::Column::ArticleId.is_in(ids.iter().copied()))
        .order_by((article_term::Entity, article_term::Column::Position), Order::Asc);
    let mut parents: HashMap<Uuid, Uuid> = HashMap::new();
    add(db, &select, found, |footprint, row| {
        let (named, parent) = read_term(row, 1)?;
        parents.extend(parent.map(|parent| (named.0, parent)));
        footprint.terms.push(named);
        Ok(())
    })
    .await?;
    if parents.is_empty() {
        return Ok(());
    }
    let known = read_above(db, &mut parents).await?;
    for id in ids {
        let Some(Footprint { terms, above, .. }) = found.get_mut(id) else {
            continue;
        };
        for (term, ..) in &*terms {
            let mut at = parents.get(term);
            // A circle would end as well: each is added once.
            while let Some(named) = at.and_then(|at| known.get(at))
                && !above.contains(named)
            {
                above.push(named.clone());
                at = parents.get(&named.0);
            }
        }
    }
    Ok(())
}

/// A term as footprints name it.
type NamedTerm = (Uuid, String, String);

const TERM: [term::Column; 4] =
    [term::Column::Id, term::Column::Taxonomy, term::Column::Slug, term::Column::ParentId];

/// A term and what it is below, from a column on.
fn read_term(row: &QueryResult, first: usize) -> Result<(NamedTerm, Option<Uuid>)> {
    let named = (
        row.try_get_by_index(first)?,
        row.try_get_by_index(first + 1)?,
        row.try_get_by_index(first + 2)?,
    );
    Ok((named, row.try_get_by_index(first + 3)?))
}

/// The terms above others, a level in each statement, by their ids.
async fn read_above(
    db: &impl ConnectionTrait,
    parents: &mut HashMap<Uuid, Uuid>,
) -> Result<HashMap<Uuid, NamedTerm>> {
    let mut known: HashMap<Uuid, NamedTerm> = HashMap::new();
    let mut next: BTreeSet<Uuid> = parents.values().copied().collect();
    while !next.is_empty() {
        let mut select = Query::select();
        select
            .columns(TERM)
            .from(term::Entity)
            .cond_where(term::Column::Id.is_in(std::mem::take(&mut next)));
        for row in db.query_all(&select).await? {
            let (named, parent) = read_term(&row, 0)?;
            parents.extend(parent.map(|parent| (named.0, parent)));
            next.extend(parent);
            known.insert(named.0, named);
        }
        next.retain(|id| !known.contains_key(id));
    }
    Ok(known)
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

#[cfg(test)]
impl Default for Footprint {
    /// One that is always seen, and says nothing.
    fn default() -> Self {
        let text = String::new;
        Self {
            language: text(),
            section: text(),
            path: text(),
            logical: text(),
            old_paths: Vec::new(),
            key: text(),
            terms: Vec::new(),
            above: Vec::new(),
            from: i64::MIN,
            until: i64::MAX,
            menus: false,
            date: 0,
            utc_offset: 0,
            created: 0,
            weight: 0,
            listed: true,
            render: 0,
            title: text(),
            link_title: None,
            authors: text(),
            keywords: text(),
            modified: 0,
            files: Vec::new(),
        }
    }
}
