//! Merging and splitting, previews of changes, and undoing them.

use async_graphql::connection::{Connection, Edge, EmptyFields};
use async_graphql::{Context, ID, Object, SimpleObject};
use uuid::Uuid;

use super::input::{CreateCategoryInput, CreateTagInput, NewTermInput};
use super::planned::{TaxonomyPreview, TaxonomyPreviewPayload};
use super::proposal::{MergeInput, TaxonomyChangeInput, split_of};
use super::{
    CategoryPayload, TagPayload, TermPayload, category_payload, tag_payload, term_payload,
};
use crate::ctx::Ctx;
use crate::error::Result;
use crate::graphql::id::{IdKind, decode_as, encode};
use crate::graphql::page::{Cursor, Key, Page};
use crate::graphql::scalar::DateTime;
use crate::graphql::{ContextExt, Outcome, UserErrorObject, ViewArgument};
use crate::taxonomy::change::{self, ChangeKind, ChangeRow};
use crate::taxonomy::{Taxonomy, merge, preview, split, undo, write};
use crate::user::User;

/// A change of terms.
pub struct TaxonomyChange(ChangeRow);

impl TaxonomyChange {
    pub(super) async fn find(ctx: &Ctx, id: Option<Uuid>) -> Result<Option<Self>> {
        Ok(match id {
            Some(id) => change::one(ctx, id).await?.map(Self),
            None => None,
        })
    }
}

/// A change of terms, which can be undone once.
#[Object]
impl TaxonomyChange {
    /// Opaque; for `undoTaxonomyChange`.
    async fn id(&self) -> ID {
        encode(IdKind::TaxonomyChange, self.0.row.id)
    }

    /// What was done.
    async fn kind(&self) -> ChangeKind {
        self.0.kind
    }

    /// What was done, in a line of English: `Merged "JS" into "JavaScript"`.
    async fn summary(&self) -> &str {
        &self.0.row.summary
    }

    /// The term that was changed, that others went into, that a
    /// split made, or that is gone.
    async fn term_id(&self) -> ID {
        encode(self.0.taxonomy.id_kind(), self.0.row.term_id)
    }

    /// How many articles it touched, drafts and trashed ones included.
    async fn article_count(&self) -> i32 {
        self.0.row.article_count
    }

    /// When it was done.
    async fn at(&self) -> DateTime {
        DateTime::utc(self.0.row.created_at)
    }

    /// Who did it; null for the system and people since removed.
    async fn by(&self) -> Option<User> {
        self.0.actor.clone().map(User)
    }

    /// When it was undone; null while it stands.
    async fn undone_at(&self) -> Option<DateTime> {
        self.0.row.undone_at.map(DateTime::utc)
    }

    /// Who undid it.
    async fn undone_by(&self) -> Option<User> {
        self.0.undone_by.clone().map(User)
    }
}

/// How many changes a list has; costs nothing unless selected.
pub struct TaxonomyChangeTotals {
    undone: Option<bool>,
}

#[Object]
impl TaxonomyChangeTotals {
    /// How many there are in all.
    async fn total_count(&self, ctx: &Context<'_>) -> async_graphql::Result<i64> {
        Ok(change::count(ctx.broadsheet(), self.undone).await?)
    }
}

pub type TaxonomyChangeConnection = Connection<Cursor, TaxonomyChange, TaxonomyChangeTotals>;

/// The change, or why it still stands.
#[derive(SimpleObject)]
pub struct UndoTaxonomyChangePayload {
    /// The change, undone; null where nothing was done.
    change: Option<TaxonomyChange>,
    /// What stands in the way; empty where all went well.
    user_errors: Vec<UserErrorObject>,
}

#[derive(Default)]
pub struct TaxonomyWorkQuery;

#[Object]
impl TaxonomyWorkQuery {
    /// What a change of terms would do; writes nothing. Needs the
    /// right to make the change.
    async fn taxonomy_preview(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The change.")] change: TaxonomyChangeInput,
        #[graphql(
            default_with = "ViewArgument::Working",
            desc = "Which copies to read, here and in everything nested."
        )]
        view: ViewArgument,
    ) -> async_graphql::Result<TaxonomyPreviewPayload> {
        let (taxonomy, proposal) = change.into_proposal()?;
        let ctx = ctx.broadsheet();
        let scope = view.scope(ctx)?;
        let planned = match taxonomy {
            Some(taxonomy) => preview::preview(ctx, &taxonomy, proposal).await,
            None => preview::of_other(ctx, proposal).await,
        };
        Ok(match Outcome::of(planned)? {
            Outcome::Done(plan) => TaxonomyPreviewPayload {
                preview: plan.map(|plan| TaxonomyPreview { plan, scope }),
                user_errors: Vec::new(),
            },
            Outcome::Refused(user_errors) => TaxonomyPreviewPayload { preview: None, user_errors },
        })
    }

    /// Changes of terms, latest first. Needs the right to make them.
    async fn taxonomy_changes(
        &self,
        ctx: &Context<'_>,
        #[graphql(
            desc = "At most so many, from the start. 20 where neither it nor `last` is given; at most 100."
        )]
        first: Option<i32>,
        #[graphql(desc = "Only what comes after this cursor.")] after: Option<String>,
        #[graphql(desc = "At most so many, from the end; at most 100.")] last: Option<i32>,
        #[graphql(desc = "Only what comes before this cursor.")] before: Option<String>,
        #[graphql(desc = "Only those that were undone, or only those that stand.")] undone: Option<
            bool,
        >,
    ) -> async_graphql::Result<TaxonomyChangeConnection> {
        let page = Page::new(b'x', first, after.as_deref(), last, before.as_deref())?;
        let slice = change::list(ctx.broadsheet(), undone, &page).await?;
        let totals = TaxonomyChangeTotals { undone };
        let mut connection =
            Connection::with_additional_fields(slice.has_previous, slice.has_next, totals);
        connection.edges = slice
            .rows
            .into_iter()
            .map(|change| {
                let key = Key::Number(change.row.created_at.0);
                let cursor = Cursor { order: b'x', key, id: change.row.id };
                Edge::<_, _, EmptyFields, _>::new(cursor, TaxonomyChange(change))
            })
            .collect();
        Ok(connection)
    }
}

#[derive(Default)]
pub struct TaxonomyWorkMutation;

#[Object]
impl TaxonomyWorkMutation {
    /// Lets tags go into another: their articles carry that one, and their
    /// addresses lead to it.
    async fn merge_tags(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Those that go; at most 100.")] ids: Vec<ID>,
        #[graphql(desc = "The one that stays.")] into: ID,
    ) -> async_graphql::Result<TagPayload> {
        tag_payload(ctx, merged(ctx, &Taxonomy::Tags, MergeInput { ids, into }).await?).await
    }

    /// Lets categories go into another: their articles and the categories below
    /// them come to that one, and their addresses lead to it.
    async fn merge_categories(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Those that go; at most 100.")] ids: Vec<ID>,
        #[graphql(desc = "The one that stays.")] into: ID,
    ) -> async_graphql::Result<CategoryPayload> {
        let done = merged(ctx, &Taxonomy::Categories, MergeInput { ids, into }).await?;
        category_payload(ctx, done).await
    }

    /// Gives some articles of a tag a new one, in its place or beside it.
    /// Answers with the new tag.
    ///
    /// Each article is saved. What the public reads of it gets the tag as well,
    /// and nothing else that is not published yet.
    async fn split_tag(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The tag to split.")] id: ID,
        #[graphql(desc = "The articles that get the new tag; at most 500.")] articles: Vec<ID>,
        #[graphql(desc = "The new tag.")] input: CreateTagInput,
        #[graphql(default, desc = "Whether the articles keep the old tag beside the new one.")]
        keep: bool,
    ) -> async_graphql::Result<TagPayload> {
        let split = split_of(IdKind::Tag, &id, &articles, input.into(), keep)?;
        tag_payload(ctx, split::split(ctx.broadsheet(), &Taxonomy::Tags, &split).await).await
    }

    /// Gives some articles of a category a new one, in its place or beside it.
    /// Answers with the new category.
    ///
    /// Each article is saved. What the public reads of it gets the category as
    /// well, and nothing else that is not published yet.
    async fn split_category(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The category to split.")] id: ID,
        #[graphql(desc = "The articles that get the new category; at most 500.")] articles: Vec<ID>,
        #[graphql(
            desc = "The new category; below what the old one is below where it names no parent."
        )]
        input: CreateCategoryInput,
        #[graphql(
            default,
            desc = "Whether the articles keep the old category beside the new one."
        )]
        keep: bool,
    ) -> async_graphql::Result<CategoryPayload> {
        let split = split_of(IdKind::Category, &id, &articles, input.into_new()?, keep)?;
        let done = split::split(ctx.broadsheet(), &Taxonomy::Categories, &split).await;
        category_payload(ctx, done).await
    }

    /// Lets terms of a taxonomy other than tags and categories go into one of them:
    /// their articles and the terms below them come to that one, and their
    /// addresses lead to it.
    async fn merge_terms(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Those that go; at most 100.")] ids: Vec<ID>,
        #[graphql(desc = "The one that stays.")] into: ID,
    ) -> async_graphql::Result<TermPayload> {
        let (ids, into) = MergeInput { ids, into }.decoded(IdKind::Term)?;
        let broadsheet = ctx.broadsheet();
        let done = match write::taxonomy_of(broadsheet, into, "into").await {
            Ok(taxonomy) => merge::merge(broadsheet, &taxonomy, &ids, into).await,
            Err(error) => Err(error),
        };
        term_payload(ctx, done).await
    }

    /// Gives some articles of such a term a new one of the same taxonomy, in its
    /// place or beside it. Answers with the new term.
    ///
    /// Each article is saved. What the public reads of it gets the term as well,
    /// and nothing else that is not published yet.
    async fn split_term(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The term to split.")] id: ID,
        #[graphql(desc = "The articles that get the new term; at most 500.")] articles: Vec<ID>,
        #[graphql(
            desc = "The new term; below what the old one is below where it names no parent."
        )]
        input: NewTermInput,
        #[graphql(default, desc = "Whether the articles keep the old term beside the new one.")]
        keep: bool,
    ) -> async_graphql::Result<TermPayload> {
        let split = split_of(IdKind::Term, &id, &articles, input.into_new()?, keep)?;
        let broadsheet = ctx.broadsheet();
        let done = match write::taxonomy_of(broadsheet, split.term, "id").await {
            Ok(taxonomy) => split::split(broadsheet, &taxonomy, &split).await,
            Err(error) => Err(error),
        };
        term_payload(ctx, done).await
    }

    /// Undoes a change of terms: names, places, articles and
    /// addresses are as they were. Refused where what happened since stands in
    /// the way; then nothing is changed.
    async fn undo_taxonomy_change(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which one.")] id: ID,
    ) -> async_graphql::Result<UndoTaxonomyChangePayload> {
        let id = decode_as(IdKind::TaxonomyChange, &id)?;
        let ctx = ctx.broadsheet();
        Ok(match Outcome::of(undo::undo(ctx, id).await)? {
            Outcome::Done(id) => UndoTaxonomyChangePayload {
                change: TaxonomyChange::find(ctx, Some(id)).await?,
                user_errors: Vec::new(),
            },
            Outcome::Refused(user_errors) => {
                UndoTaxonomyChangePayload { change: None, user_errors }
            }
        })
    }
}

async fn merged(
    ctx: &Context<'_>,
    taxonomy: &Taxonomy,
    input: MergeInput,
) -> Result<Result<change::Done>> {
    let (ids, into) = input.decoded(taxonomy.id_kind())?;
    Ok(merge::merge(ctx.broadsheet(), taxonomy, &ids, into).await)
}
