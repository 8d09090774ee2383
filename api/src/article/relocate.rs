//! Moving articles to the addresses that other rules make.
//!
//! A plan is made by reading alone; carrying it out changes the addresses of copies,
//! not what they say: no version is raised and no revision made. A copy of a revision
//! that keeps its imported address (`Content::address`) keeps it.

use std::collections::{HashMap, HashSet};

use entity::{View, article, article_copy, redirect, revision};
use sea_orm::sea_query::{Condition, Expr, ExprTrait};
use sea_orm::{
    ColumnTrait, ConnectionTrait, EntityTrait, JoinType, QueryFilter, QueryOrder, QuerySelect,
};
use serde_json::json;
use uuid::Uuid;

use super::content::Content;
use super::projection::{self, last_part};
use crate::error::Result;
use crate::event::{Event, Write};
use crate::hugo::address::Rules;
use crate::redirect::store as redirects;
use crate::site::Frame;

/// Copies that are read at a time.
const CHUNK: u64 = 500;

/// A copy that goes to another address; both are decoded.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Move {
    pub article_id: Uuid,
    pub view: View,
    pub version: i32,
    pub language: String,
    pub title: String,
    pub from: String,
    pub to: String,
}

/// What other rules change.
#[derive(Debug, Clone, Default)]
pub struct Plan {
    /// By article, the published copy before others.
    pub moves: Vec<Move>,
    /// Articles that keep an imported address though the rules give another.
    pub kept: usize,
    /// Addresses that several articles would have, with what these are called.
    pub conflicts: Vec<(String, Vec<String>)>,
}

impl Plan {
    /// One move for each article: what the public sees, where it sees anything.
    pub fn articles(&self) -> impl Iterator<Item = &Move> {
        let mut last = None;
        self.moves.iter().filter(move |one| last.replace(one.article_id) != Some(one.article_id))
    }
}

type Row = (View, Uuid, i32, String, String, String, entity::Json);

async fn page(db: &impl ConnectionTrait, after: Option<(Uuid, View)>) -> Result<Vec<Row>> {
    use article_copy::Column;
    let mut find = article_copy::Entity::find()
        .select_only()
        .columns([
            Column::View,
            Column::ArticleId,
            Column::Version,
            Column::Language,
            Column::Title,
            Column::Path,
        ])
        .column(revision::Column::Content)
        .join(
            JoinType::InnerJoin,
            article_copy::Entity::belongs_to(revision::Entity)
                .from(Column::RevisionId)
                .to(revision::Column::Id)
                .into(),
        );
    if let Some((article, view)) = after {
        let same = Column::ArticleId.eq(article).and(Column::View.gt(view));
        find = find.filter(Condition::any().add(Column::ArticleId.gt(article)).add(same));
    }
    let find = find.order_by_asc(Column::ArticleId).order_by_asc(Column::View).limit(CHUNK);
    Ok(find.into_tuple().all(db).await?)
}

/// What moves when the rules of `frame` become these.
pub async fn plan(db: &impl ConnectionTrait, frame: &Frame, rules: &Rules) -> Result<Plan> {
    let mut plan = Plan::default();
    let mut kept = HashSet::new();
    // What lives where afterwards, for the views in which an address is unique.
    let mut inhabitants: HashMap<(View, String), Vec<(Uuid, String)>> = HashMap::new();
    let mut after = None;
    loop {
        let rows = page(db, after).await?;
        let Some(last) = rows.last() else {
            break;
        };
        after = Some((last.1, last.0));
        for (view, article_id, version, language, title, from, content) in rows {
            let content: Content = serde_json::from_value(content.0)?;
            let frame_of = frame.language_of(&language);
            let before = projection::path_by(&frame.rules, frame_of, &content);
            let after = projection::path_by(rules, frame_of, &content);
            let to = if content.address.is_some() {
                if before != after {
                    kept.insert(article_id);
                }
                from.clone()
            } else if before == after {
                from.clone()
            } else {
                after
            };
            if matches!(view, View::Published | View::Working) {
                let there = inhabitants.entry((view, to.clone())).or_default();
                there.push((article_id, title.clone()));
            }
            if to != from {
                plan.moves.push(Move { article_id, view, version, language, title, from, to });
            }
        }
    }
    plan.kept = kept.len();
    let mut conflicts: Vec<_> = inhabitants
        .into_iter()
        .filter(|(_, articles)| articles.len() > 1)
        .map(|((_, path), articles)| (path, articles.into_iter().map(|(_, title)| title).collect()))
        .collect();
    conflicts.sort();
    conflicts.dedup_by(|a, b| a.0 == b.0);
    plan.conflicts = conflicts;
    Ok(plan)
}

/// Keeps all articles as they are until the transaction ends.
pub async fn lock(write: &Write<'_>) -> Result<()> {
    article::Entity::find()
        .select_only()
        .column(article::Column::Id)
        .order_by_asc(article::Column::Id)
        .lock_exclusive()
        .into_tuple::<Uuid>()
        .all(write.txn())
        .await?;
    Ok(())
}

/// Carries out a plan without conflicts.
pub async fn apply(write: &mut Write<'_>, plan: &Plan) -> Result<()> {
    let published = plan.moves.iter().filter(|one| one.view == View::Published);
    write.note_public(&published.map(|one| one.article_id).collect::<Vec<_>>()).await?;
    let left: HashSet<_> = plan.moves.iter().map(|one| (one.view, one.from.as_str())).collect();
    // Who goes where another has not left yet steps aside first.
    let waits = |one: &&Move| left.contains(&(one.view, one.to.as_str()));
    for one in plan.moves.iter().filter(waits) {
        place(write, one, &format!("\u{1}{}", one.article_id)).await?;
    }
    for one in &plan.moves {
        place(write, one, &one.to).await?;
    }
    let public = || plan.moves.iter().filter(|one| one.view == View::Published);
    let arrived: Vec<_> = public().map(|one| one.to.clone()).collect();
    let inhabited: HashSet<&String> = arrived.iter().collect();
    let redirects =
        public().filter(|one| !inhabited.contains(&one.from)).map(|one| redirect::Model {
            path: one.from.clone(),
            target: None,
            article_id: Some(one.article_id),
            term_id: None,
            language: one.language.clone(),
            permanent: true,
            created_at: write.ctx().now(),
        });
    redirects::put(write, redirects.collect()).await?;
    redirects::forget(write, &arrived).await?;
    let events: Vec<_> = plan
        .articles()
        .map(|one| Event {
            language: Some(one.language.clone()),
            data: json!({ "from": one.from, "path": one.to }),
            ..Event::of("article.moved", one.article_id, one.version)
        })
        .collect();
    for event in events {
        write.record(event);
    }
    Ok(())
}

async fn place(write: &Write<'_>, one: &Move, path: &str) -> Result<()> {
    use article_copy::Column;
    article_copy::Entity::update_many()
        .col_expr(Column::Path, Expr::val(path))
        .col_expr(Column::Slug, Expr::val(last_part(path)))
        .filter(Column::View.eq(one.view))
        .filter(Column::ArticleId.eq(one.article_id))
        .exec(write.txn())
        .await?;
    Ok(())
}
