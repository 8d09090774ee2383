//! The same done to many articles at once.
//!
//! All or nothing is one transaction: nobody ever sees half of it, and one
//! refusal undoes all. One by one, each article is a transaction of its own, and
//! a refusal is that article's alone.

use chrono::{DateTime, FixedOffset};
use uuid::Uuid;

use super::away::{self, Away};
use super::check::{is_taken, refuse_taken, validate};
use super::lock::lock;
use super::projection;
use super::write::{Note, publish_in, save, working};
use crate::ctx::Ctx;
use crate::error::{Error, Result, UserErrorCode};
use crate::event::Write;
use crate::policy::{self, Subject};
use crate::taxonomy::{self, ensure_all, existing};

/// Articles that one mutation takes.
pub const MOST: usize = 500;

/// What is done to each.
#[derive(Debug, Clone)]
pub enum Action {
    Publish(Option<DateTime<FixedOffset>>),
    Unpublish,
    Trash,
    Archive,
    /// By the plural that Hugo uses.
    Retag(Vec<(String, Retag)>),
    /// To a folder below the language.
    Move(String),
}

impl Action {
    fn in_policy(&self) -> policy::Action {
        match self {
            Self::Publish(_) => policy::Action::PublishArticle,
            Self::Unpublish => policy::Action::UnpublishArticle,
            Self::Trash => policy::Action::TrashArticle,
            Self::Archive => policy::Action::ArchiveArticle,
            Self::Retag(_) | Self::Move(_) => policy::Action::EditArticle,
        }
    }
}

/// Names of terms to add and to take away.
#[derive(Debug, Clone, Default)]
pub struct Retag {
    pub add: Vec<String>,
    pub remove: Vec<String>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Mode {
    AllOrNothing,
    Each,
}

/// What became of each article, in the order given.
pub type Outcomes = Vec<Result<()>>;

pub async fn run(ctx: &Ctx, ids: &[Uuid], action: &Action, mode: Mode) -> Result<Outcomes> {
    if ids.len() > MOST {
        return Err(Error::invalid(
            "ids",
            UserErrorCode::Invalid,
            format!("at most {MOST} articles at once, and {} were given", ids.len()),
        ));
    }
    // Who may do nothing at all is told so before anything about the articles.
    let own = Subject { owner: ctx.actor().user_id(), ..Subject::default() };
    policy::check(ctx.actor(), action.in_policy(), own)?;
    // In one order for everybody, so that nobody waits in a circle.
    let mut order: Vec<usize> = (0..ids.len()).collect();
    order.sort_by_key(|place| ids.get(*place));
    let mut outcomes: Outcomes = vec![Ok(()); ids.len()];
    let mut shared = match mode {
        Mode::AllOrNothing => Some(Write::begin(ctx).await?),
        Mode::Each => None,
    };
    let mut refused = false;
    let mut last = None;
    for place in order {
        let (Some(id), Some(outcome)) = (ids.get(place), outcomes.get_mut(place)) else {
            continue;
        };
        // What is named twice is done once.
        if last.replace(*id) == Some(*id) {
            continue;
        }
        *outcome = if let Some(write) = &mut shared {
            one(write, *id, action).await
        } else {
            alone(ctx, *id, action).await
        };
        match outcome {
            Ok(()) => {}
            Err(Error::Invalid(_) | Error::Forbidden(_)) => refused = true,
            Err(error) => return Err(error.clone()),
        }
        // A database that refused a statement takes no more in this transaction.
        if mode == Mode::AllOrNothing && outcome.as_ref().is_err_and(is_taken) {
            break;
        }
    }
    if let Some(write) = shared {
        if refused {
            drop(write);
            for outcome in outcomes.iter_mut().filter(|outcome| outcome.is_ok()) {
                *outcome = Err(Error::invalid(
                    "ids",
                    UserErrorCode::WrongState,
                    "not done, because others could not be",
                ));
            }
        } else {
            write.commit().await?;
        }
    }
    Ok(outcomes)
}

async fn alone(ctx: &Ctx, id: Uuid, action: &Action) -> Result<()> {
    let mut write = Write::begin(ctx).await?;
    one(&mut write, id, action).await?;
    write.commit().await
}

async fn one(write: &mut Write<'_>, id: Uuid, action: &Action) -> Result<()> {
    match action {
        Action::Publish(at) => publish_in(write, id, *at).await,
        Action::Unpublish => away::unpublish_in(write, id).await,
        Action::Trash => away::put_away(write, id, Away::TRASH).await,
        Action::Archive => away::put_away(write, id, Away::ARCHIVE).await,
        Action::Retag(terms) => retag(write, id, terms).await,
        Action::Move(section) => relocate(write, id, section).await,
    }
}

/// Adds terms to the working copy and takes others away, as a save.
async fn retag(write: &mut Write<'_>, id: Uuid, all: &[(String, Retag)]) -> Result<()> {
    let head = lock(write, id, policy::Action::EditArticle).await?;
    let frame = write.frame().await?;
    let now = working(write, &head).await?;
    let mut content = now.content.clone();
    for (plural, Retag { add, remove }) in all {
        if add.is_empty() && remove.is_empty() {
            continue;
        }
        let taxonomy = &taxonomy::known(&frame, plural, "terms")?;
        let gone = existing(write, &frame, taxonomy, remove).await?;
        let new = ensure_all(write, &frame, taxonomy, add).await?;
        let terms = content.terms.entry(taxonomy.plural().to_owned()).or_default();
        terms.retain(|term| !gone.contains(term));
        for term in new {
            if !terms.contains(&term) {
                terms.push(term);
            }
        }
    }
    if content == now.content {
        return Ok(());
    }
    let note = Note { before: Some(&now), ..Note::default() };
    save(write, &frame, head, content, now.row.body_id, note, "article.saved").await
}

/// Moves the working copy to another section, as a save.
async fn relocate(write: &mut Write<'_>, id: Uuid, section: &str) -> Result<()> {
    let head = lock(write, id, policy::Action::EditArticle).await?;
    let frame = write.frame().await?;
    let now = working(write, &head).await?;
    let mut content = now.content.clone();
    let directory = section.trim_matches('/');
    if content.directory == directory {
        return Ok(());
    }
    directory.clone_into(&mut content.directory);
    content.address = None;
    validate(&content, Some(&now.content))?;
    let path = projection::path(&frame, frame.language_of(&head.language), &content);
    refuse_taken(write, &path, id).await?;
    let note = Note { before: Some(&now), ..Note::default() };
    save(write, &frame, head, content, now.row.body_id, note, "article.saved").await
}
