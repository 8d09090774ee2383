//! Splitting: some articles of a term get a new one, in its place or beside it.
//!
//! Each of the articles is saved, what is published of it and what is worked on
//! ([`crate::article::retag`]); the feed has one event for all of them.

use std::collections::BTreeSet;

use entity::{View, article_term, term};
use sea_orm::{
    ActiveModelTrait, ColumnTrait, ConnectionTrait, EntityTrait, IntoActiveModel, QueryFilter,
    QuerySelect,
};
use uuid::Uuid;

use super::change::{self, Before, ChangeKind, Done, Plan, SplitArticle};
use super::merge::lock_rows;
use super::{Rename, Taxonomy, write as terms};
use crate::article::retag::{Carried, Retag};
use crate::article::store;
use crate::ctx::Ctx;
use crate::error::{Error, Result, UserErrorCode};
use crate::event::Write;
use crate::graphql::id::{IdKind, encode};
use crate::policy::{self, Action, Subject};
use crate::site::Frame;

/// Articles that one split changes.
pub const MOST: usize = 500;

/// What to split off.
#[derive(Debug, Clone)]
pub struct Split {
    pub term: Uuid,
    pub articles: Vec<Uuid>,
    /// The new term; below what the old one is below where it does not say.
    pub new: Rename,
    /// Whether the articles keep the old term beside the new one.
    pub keep: bool,
}

/// What splitting would do.
pub async fn plan(
    db: &impl ConnectionTrait,
    ctx: &Ctx,
    frame: &Frame,
    taxonomy: &Taxonomy,
    split: &Split,
) -> Result<Plan> {
    let Split { term, articles, new, keep } = split;
    let chosen: BTreeSet<_> = articles.iter().copied().collect();
    if chosen.is_empty() || chosen.len() > MOST {
        return Err(Error::invalid(
            "articles",
            UserErrorCode::Invalid,
            format!("give 1 to {MOST} articles, and not {}", chosen.len()),
        ));
    }
    let source = terms::find(db, taxonomy, *term).await?;
    let carriers: Vec<Uuid> = article_term::Entity::find()
        .select_only()
        .column(article_term::Column::ArticleId)
        .filter(article_term::Column::TermId.eq(source.id))
        .filter(article_term::Column::ArticleId.is_in(chosen.iter().copied()))
        .filter(article_term::Column::View.ne(View::Trash))
        .into_tuple()
        .all(db)
        .await?;
    let carriers: BTreeSet<_> = carriers.into_iter().collect();
    if let Some(other) = chosen.difference(&carriers).next() {
        return Err(Error::invalid(
            "articles",
            UserErrorCode::NotFound,
            format!(
                "the article {} does not carry this {}, or is in the trash",
                encode(IdKind::Article, *other).as_str(),
                taxonomy.noun()
            ),
        ));
    }
    let mut new = new.clone();
    new.parent = new.parent.or(Some(source.parent_id));
    let added = terms::plan_new(db, ctx, frame, taxonomy, new).await?;
    let verb = if *keep { "added" } else { "moved to" };
    Ok(Plan {
        kind: ChangeKind::Split,
        taxonomy: taxonomy.clone(),
        summary: format!("Split {:?}: {verb} {:?}", source.name, added.name),
        term: source,
        removed: Vec::new(),
        added: Some(added),
        moved: Vec::new(),
        redirects: Vec::new(),
        articles: chosen,
        texts: Vec::new(),
    })
}

/// Makes the new term; answers with it.
pub async fn split(ctx: &Ctx, taxonomy: &Taxonomy, split: &Split) -> Result<Done> {
    policy::check(ctx.actor(), Action::EditTerms, Subject::default())?;
    let mut write = Write::begin(ctx).await?;
    write.lock_terms().await?;
    store::lock(&write, &split.articles.iter().copied().collect()).await?;
    lock_rows(&write, vec![split.term]).await?;
    let frame = Frame::read(write.txn()).await?;
    let plan = plan(write.txn(), ctx, &frame, taxonomy, split).await?;
    let Some(added) = plan.added.clone() else {
        return Err(Error::internal("a split without a new term"));
    };
    let row = added.clone().into_active_model().reset_all();
    row.insert(write.txn()).await.map_err(terms::taken(&added))?;
    let mut articles = Vec::new();
    for id in &plan.articles {
        let Some(article) = Retag::open(&write, *id, taxonomy).await? else {
            return Err(Error::internal("a locked article is gone"));
        };
        let before = article.carried();
        let list = |list: &[Uuid]| replaced(list, split.term, added.id, split.keep);
        let after = Carried {
            working: list(&before.working),
            published: before.published.as_deref().map(list),
        };
        Box::pin(article.save(&write, &frame, after.clone(), &plan.summary)).await?;
        articles.push(SplitArticle { id: *id, before, after });
    }
    let before =
        Before::Split { source: split.term, new: added.clone(), keep: split.keep, articles };
    let change = Some(change::note(&mut write, &plan, before).await?);
    write.commit().await?;
    Ok(Done { term: added.id, change })
}

/// A list with the new term where the old one stands, or behind it.
fn replaced(list: &[Uuid], old: Uuid, new: Uuid, keep: bool) -> Vec<Uuid> {
    list.iter()
        .flat_map(|id| match (*id == old, keep) {
            (false, _) => vec![*id],
            (true, false) => vec![new],
            (true, true) => vec![old, new],
        })
        .collect()
}

/// Takes a split back: its articles carry what they carried.
///
/// The caller has locked the articles and the new term.
pub async fn revert(
    write: &Write<'_>,
    frame: &Frame,
    taxonomy: &Taxonomy,
    new: &term::Model,
    articles: Vec<SplitArticle>,
) -> Result<()> {
    let message = format!("Undid the split of {:?}", new.name);
    for SplitArticle { id, before, after } in articles {
        let refused = |why: &str| {
            Error::invalid(
                "id",
                UserErrorCode::WrongState,
                format!("the article {} {why}", encode(IdKind::Article, id).as_str()),
            )
        };
        let Some(article) = Retag::open(write, id, taxonomy).await? else {
            return Err(refused("is in the trash, or gone: take it out first"));
        };
        let now = article.carried();
        let known = [
            (Some(&after.working), Some(&before.working)),
            (after.published.as_ref(), before.published.as_ref()),
        ];
        // What an editor has changed since is theirs.
        let back = |list: &Vec<Uuid>| {
            if !list.contains(&new.id) {
                return Some(list.clone());
            }
            known.iter().find(|(after, _)| *after == Some(list)).and_then(|(_, old)| old.cloned())
        };
        let changed = || {
            refused(&format!(
                "has had its {} changed since: change them by hand",
                taxonomy.plural()
            ))
        };
        if now.working != after.working {
            return Err(changed());
        }
        let back = Carried {
            working: before.working.clone(),
            published: match &now.published {
                None => None,
                Some(list) => Some(back(list).ok_or_else(changed)?),
            },
        };
        Box::pin(article.save(write, frame, back, &message)).await?;
    }
    Ok(())
}
