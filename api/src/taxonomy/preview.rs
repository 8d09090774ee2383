//! What a change of terms would do, without doing it.

use uuid::Uuid;

use super::change::Plan;
use super::split::Split;
use super::{Rename, Taxonomy, merge, split, write};
use crate::ctx::Ctx;
use crate::error::Result;
use crate::policy::{self, Action, Subject};

/// A change that somebody thinks of.
#[derive(Debug)]
pub enum Proposal {
    Rename(Uuid, Rename),
    Merge { ids: Vec<Uuid>, into: Uuid },
    Split(Split),
    Delete(Uuid),
}

/// The plan of a change in a taxonomy other than tags and categories.
pub async fn of_other(ctx: &Ctx, proposal: Proposal) -> Result<Option<Plan>> {
    let (field, term) = match &proposal {
        Proposal::Rename(id, _) | Proposal::Delete(id) => ("id", *id),
        Proposal::Merge { into, .. } => ("into", *into),
        Proposal::Split(split) => ("id", split.term),
    };
    let taxonomy = write::taxonomy_of(ctx, term, field).await?;
    preview(ctx, &taxonomy, proposal).await
}

/// The plan of a change; none where it would change nothing.
pub async fn preview(ctx: &Ctx, taxonomy: &Taxonomy, proposal: Proposal) -> Result<Option<Plan>> {
    policy::check(ctx.actor(), Action::EditTerms, Subject::default())?;
    let (frame, db) = (ctx.frame().await?, ctx.db_private().orm());
    match proposal {
        Proposal::Rename(id, change) => {
            let plan = write::plan_rename(db, ctx, &frame, taxonomy, id, change).await?;
            Ok(plan.map(|(_, plan)| plan))
        }
        Proposal::Merge { ids, into } => {
            merge::plan(db, ctx, &frame, taxonomy, &ids, into).await.map(Some)
        }
        Proposal::Split(split) => split::plan(db, ctx, &frame, taxonomy, &split).await.map(Some),
        Proposal::Delete(id) => write::plan_delete(db, taxonomy, id).await.map(Some),
    }
}
