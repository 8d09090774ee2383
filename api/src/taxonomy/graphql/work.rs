//! Merging and splitting, previews of changes, and undoing them.

use async_graphql::connection::{Connection, Edge, EmptyFields};
use async_graphql::{Context, ID, InputObject, Object, OneofObject, SimpleObject};
use uuid::Uuid;

use super::input::{CreateCategoryInput, CreateTagInput, UpdateCategoryInput, UpdateTagInput};
use super::{Category, CategoryPayload, TagPayload, category_payload, tag_payload};
use crate::article::filter::{ArticleFilter, ArticleOrder, Own};
use crate::article::{Arguments, ArticleConnection, connect};
use crate::ctx::Ctx;
use crate::error::Result;
use crate::graphql::id::{IdKind, decode_as, encode};
use crate::graphql::page::{Cursor, Key, Page};
use crate::graphql::scalar::{DateTime, LanguageTag};
use crate::graphql::{ContextExt, Outcome, UserErrorObject, ViewArgument};
use crate::hugo::address;
use crate::policy::Scope;
use crate::taxonomy::change::{self, ChangeKind, ChangeRow, Plan};
use crate::taxonomy::preview::{self, Proposal};
use crate::taxonomy::split::Split;
use crate::taxonomy::{Rename, Taxonomy, by_ids, merge, split, undo};
use crate::user::User;

/// A change of tags or categories.
pub struct TaxonomyChange(ChangeRow);

impl TaxonomyChange {
    pub(super) async fn find(ctx: &Ctx, id: Option<Uuid>) -> Result<Option<Self>> {
        Ok(match id {
            Some(id) => change::one(ctx, id).await?.map(Self),
            None => None,
        })
    }
}

/// A change of tags or categories, which can be undone once.
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

    /// The tag or category that was changed, that others went into, that a
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

/// Tags or categories that go into another.
#[derive(InputObject)]
pub struct MergeInput {
    /// Those that go; at most 100.
    ids: Vec<ID>,
    /// The one that stays.
    into: ID,
}

impl MergeInput {
    fn into_proposal(self, taxonomy: &Taxonomy) -> Result<Proposal> {
        let Self { ids, into } = self;
        let kind = taxonomy.id_kind();
        let ids = ids.iter().map(|id| decode_as(kind, id)).collect::<Result<_>>()?;
        Ok(Proposal::Merge { ids, into: decode_as(kind, &into)? })
    }
}

/// Some articles of a tag that get a new one.
#[derive(InputObject)]
pub struct SplitTagInput {
    /// The tag to split.
    id: ID,
    /// The articles that get the new tag; at most 500.
    articles: Vec<ID>,
    /// The new tag.
    input: CreateTagInput,
    /// Whether the articles keep the old tag beside the new one.
    #[graphql(default)]
    keep: bool,
}

/// Some articles of a category that get a new one.
#[derive(InputObject)]
pub struct SplitCategoryInput {
    /// The category to split.
    id: ID,
    /// The articles that get the new category; at most 500.
    articles: Vec<ID>,
    /// The new category; below what the old one is below where it names no parent.
    input: CreateCategoryInput,
    /// Whether the articles keep the old category beside the new one.
    #[graphql(default)]
    keep: bool,
}

fn split_of(
    taxonomy: &Taxonomy,
    id: &str,
    articles: &[ID],
    new: Rename,
    keep: bool,
) -> Result<Split> {
    let articles =
        articles.iter().map(|id| decode_as(IdKind::Article, id)).collect::<Result<_>>()?;
    Ok(Split { term: decode_as(taxonomy.id_kind(), id)?, articles, new, keep })
}

/// A tag and what should become of it.
#[derive(InputObject)]
pub struct TagChangeInput {
    /// Which one.
    id: ID,
    /// What to set.
    input: UpdateTagInput,
}

/// A category and what should become of it.
#[derive(InputObject)]
pub struct CategoryChangeInput {
    /// Which one.
    id: ID,
    /// What to set.
    input: UpdateCategoryInput,
}

/// A change that somebody thinks of, under the name of the mutation.
#[derive(OneofObject)]
pub enum TaxonomyChangeInput {
    /// Rename a tag, or describe it otherwise.
    UpdateTag(TagChangeInput),
    /// Rename a category, move it, or describe it otherwise.
    UpdateCategory(CategoryChangeInput),
    /// Let tags go into another.
    MergeTags(MergeInput),
    /// Let categories go into another.
    MergeCategories(MergeInput),
    /// Give some articles of a tag a new one.
    SplitTag(SplitTagInput),
    /// Give some articles of a category a new one.
    SplitCategory(SplitCategoryInput),
    /// Delete this tag.
    DeleteTag(ID),
    /// Delete this category.
    DeleteCategory(ID),
}

impl TaxonomyChangeInput {
    fn into_proposal(self) -> Result<(Taxonomy, Proposal)> {
        let (tags, categories) = (Taxonomy::Tags, Taxonomy::Categories);
        Ok(match self {
            Self::UpdateTag(TagChangeInput { id, input }) => {
                let id = decode_as(tags.id_kind(), &id)?;
                (tags, Proposal::Rename(id, input.into()))
            }
            Self::UpdateCategory(CategoryChangeInput { id, input }) => {
                let id = decode_as(categories.id_kind(), &id)?;
                (categories, Proposal::Rename(id, input.into_change()?))
            }
            Self::MergeTags(merge) => {
                let proposal = merge.into_proposal(&tags)?;
                (tags, proposal)
            }
            Self::MergeCategories(merge) => {
                let proposal = merge.into_proposal(&categories)?;
                (categories, proposal)
            }
            Self::SplitTag(SplitTagInput { id, articles, input, keep }) => {
                let split = split_of(&tags, &id, &articles, input.into(), keep)?;
                (tags, Proposal::Split(split))
            }
            Self::SplitCategory(SplitCategoryInput { id, articles, input, keep }) => {
                let split = split_of(&categories, &id, &articles, input.into_new()?, keep)?;
                (categories, Proposal::Split(split))
            }
            Self::DeleteTag(id) => {
                let id = decode_as(tags.id_kind(), &id)?;
                (tags, Proposal::Delete(id))
            }
            Self::DeleteCategory(id) => {
                let id = decode_as(categories.id_kind(), &id)?;
                (categories, Proposal::Delete(id))
            }
        })
    }
}

/// A tag or category that a change makes or removes.
#[derive(SimpleObject)]
pub struct PlannedTerm {
    /// Null for one that is not there yet.
    id: Option<ID>,
    /// What it is called.
    name: String,
    /// Unique in its taxonomy; not encoded.
    slug: String,
}

/// An old address and where it would lead.
#[derive(SimpleObject)]
pub struct PlannedRedirect {
    /// The address that is left, percent-encoded.
    from: String,
    /// Where it would lead, percent-encoded.
    to: String,
    /// The language of both.
    language: LanguageTag,
}

/// What a change of tags or categories would do.
pub struct TaxonomyPreview {
    plan: Plan,
    scope: Scope,
}

/// What a change of tags or categories would do.
#[Object]
impl TaxonomyPreview {
    /// What would be done, in a line of English.
    async fn summary(&self) -> &str {
        &self.plan.summary
    }

    /// How many articles it would touch, drafts and trashed ones included.
    async fn article_count(&self) -> usize {
        self.plan.articles.len()
    }

    /// The articles that it would touch, in the view that was asked for.
    #[expect(clippy::too_many_arguments, reason = "the arguments of every list of articles")]
    async fn articles(
        &self,
        ctx: &Context<'_>,
        #[graphql(
            desc = "At most so many, from the start. 20 where neither it nor `last` is given; at most 100."
        )]
        first: Option<i32>,
        #[graphql(desc = "Only what comes after this cursor.")] after: Option<String>,
        #[graphql(desc = "At most so many, from the end; at most 100.")] last: Option<i32>,
        #[graphql(desc = "Only what comes before this cursor.")] before: Option<String>,
        #[graphql(desc = "Which of them; all where it is null.")] filter: Option<ArticleFilter>,
        #[graphql(desc = "In which order.")] order_by: Option<ArticleOrder>,
    ) -> async_graphql::Result<ArticleConnection> {
        let Plan { kind, term, removed, articles, .. } = &self.plan;
        let own = match kind {
            ChangeKind::Split => Own::Ids(articles.iter().copied().collect()),
            ChangeKind::Merge => Own::Carrying(removed.iter().map(|term| term.id).collect()),
            ChangeKind::Update | ChangeKind::Delete => Own::Carrying(vec![term.id]),
        };
        let filter = Some(ArticleFilter {
            own: Some(own),
            and: filter.map(|filter| vec![filter]),
            ..ArticleFilter::default()
        });
        let arguments = Arguments { first, after, last, before, filter, order_by };
        Ok(connect(ctx, self.scope.clone(), arguments).await?)
    }

    /// Tags or categories that would be gone.
    async fn removed(&self) -> Vec<PlannedTerm> {
        let kind = self.plan.taxonomy.id_kind();
        let planned = |term: &entity::term::Model| PlannedTerm {
            id: Some(encode(kind, term.id)),
            name: term.name.clone(),
            slug: term.slug.clone(),
        };
        self.plan.removed.iter().map(planned).collect()
    }

    /// The tag or category that there would be.
    async fn added(&self) -> Option<PlannedTerm> {
        self.plan.added.as_ref().map(|term| PlannedTerm {
            id: None,
            name: term.name.clone(),
            slug: term.slug.clone(),
        })
    }

    /// The categories that would come below another.
    async fn moved(&self, ctx: &Context<'_>) -> async_graphql::Result<Vec<Category>> {
        let ctx = ctx.broadsheet();
        let scope = ViewArgument::Working.scope(ctx)?;
        let ids: Vec<_> = self.plan.moved.iter().map(|moved| moved.id).collect();
        let mut terms = by_ids(ctx, &scope, &ids, None).await?;
        Ok(ids.iter().filter_map(|id| terms.remove(id)).map(Category::from).collect())
    }

    /// Old addresses in all languages, and where they would lead.
    async fn redirects(&self, ctx: &Context<'_>) -> async_graphql::Result<Vec<PlannedRedirect>> {
        let frame = ctx.broadsheet().frame().await?;
        let Plan { taxonomy, term, redirects, .. } = &self.plan;
        let leads = redirects.iter().filter_map(|change| change.after.as_ref());
        Ok(leads
            .map(|row| {
                let language = frame.language_of(&row.language);
                let to = frame.term_path(language, taxonomy.plural(), &term.slug);
                PlannedRedirect {
                    from: address::encode(&row.path),
                    to: address::encode(&to),
                    language: LanguageTag(row.language.clone()),
                }
            })
            .collect())
    }
}

/// What a change would do, or why it would not be done.
#[derive(SimpleObject)]
pub struct TaxonomyPreviewPayload {
    /// Null where it would be refused, or would change nothing.
    preview: Option<TaxonomyPreview>,
    /// What the mutation would say.
    user_errors: Vec<UserErrorObject>,
}

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
    /// What a change of tags or categories would do; writes nothing. Needs the
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
        Ok(match Outcome::of(preview::preview(ctx, &taxonomy, proposal).await)? {
            Outcome::Done(plan) => TaxonomyPreviewPayload {
                preview: plan.map(|plan| TaxonomyPreview { plan, scope }),
                user_errors: Vec::new(),
            },
            Outcome::Refused(user_errors) => TaxonomyPreviewPayload { preview: None, user_errors },
        })
    }

    /// Changes of tags and categories, latest first. Needs the right to make them.
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
        let split = split_of(&Taxonomy::Tags, &id, &articles, input.into(), keep)?;
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
        let split = split_of(&Taxonomy::Categories, &id, &articles, input.into_new()?, keep)?;
        let done = split::split(ctx.broadsheet(), &Taxonomy::Categories, &split).await;
        category_payload(ctx, done).await
    }

    /// Undoes a change of tags or categories: names, places, articles and
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
    let Proposal::Merge { ids, into } = input.into_proposal(taxonomy)? else {
        return Err(crate::error::Error::internal("a merge that is none"));
    };
    Ok(merge::merge(ctx.broadsheet(), taxonomy, &ids, into).await)
}
