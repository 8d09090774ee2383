//! Tags, categories and other terms in GraphQL.

mod input;
mod planned;
mod proposal;
mod query;
mod types;
mod work;

use async_graphql::{Context, ID, Object, SimpleObject};

pub use query::{TaxonomyObject, TaxonomyQuery};
pub use types::{AnyTerm, Category, Tag, TermObject};
pub use work::{TaxonomyWorkMutation, TaxonomyWorkQuery};

use self::input::{
    CreateCategoryInput, CreateTagInput, CreateTermInput, UpdateCategoryInput, UpdateTagInput,
    UpdateTermInput,
};
use self::work::TaxonomyChange;
use super::change::Done;
use super::{Taxonomy, Term, TermBy, read, write};
use crate::error::Result;
use crate::graphql::id::{IdKind, decode_as, encode};
use crate::graphql::{ContextExt, Outcome, UserErrorObject};
use crate::policy;

/// The tag, or why nothing was done.
#[derive(SimpleObject)]
pub struct TagPayload {
    /// The tag as it is now; null where nothing was done.
    tag: Option<Tag>,
    /// What was changed, to undo it; null where nothing was, and of a new tag.
    change: Option<TaxonomyChange>,
    /// Mistakes in the input; empty where all went well.
    user_errors: Vec<UserErrorObject>,
}

/// The category, or why nothing was done.
#[derive(SimpleObject)]
pub struct CategoryPayload {
    /// The category as it is now; null where nothing was done.
    category: Option<Category>,
    /// What was changed, to undo it; null where nothing was, and of a new category.
    change: Option<TaxonomyChange>,
    /// Mistakes in the input; empty where all went well.
    user_errors: Vec<UserErrorObject>,
}

/// The term, or why nothing was done.
#[derive(SimpleObject)]
pub struct TermPayload {
    /// The term as it is now; null where nothing was done.
    term: Option<TermObject>,
    /// What was changed, to undo it; null where nothing was, and of a new term.
    change: Option<TaxonomyChange>,
    /// Mistakes in the input; empty where all went well.
    user_errors: Vec<UserErrorObject>,
}

/// What was deleted, or why nothing was.
#[derive(SimpleObject)]
pub struct DeleteTermPayload {
    /// The id of what is gone; null where nothing was done.
    deleted_id: Option<ID>,
    /// What was changed, to undo it.
    change: Option<TaxonomyChange>,
    /// Mistakes in the input; empty where all went well.
    user_errors: Vec<UserErrorObject>,
}

#[derive(Default)]
pub struct TaxonomyMutation;

#[Object]
impl TaxonomyMutation {
    /// Makes a tag.
    async fn create_tag(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "What to set.")] input: CreateTagInput,
    ) -> async_graphql::Result<TagPayload> {
        let new = input.into();
        tag_payload(ctx, write::create(ctx.broadsheet(), &Taxonomy::Tags, new).await).await
    }

    /// Renames a tag, or describes it otherwise.
    async fn update_tag(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which one.")] id: ID,
        #[graphql(desc = "What to set.")] input: UpdateTagInput,
    ) -> async_graphql::Result<TagPayload> {
        let change = input.into();
        let id = decode_as(Taxonomy::Tags.id_kind(), &id)?;
        tag_payload(ctx, write::rename(ctx.broadsheet(), &Taxonomy::Tags, id, change).await).await
    }

    /// Deletes a tag that no article carries.
    async fn delete_tag(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which one.")] id: ID,
    ) -> async_graphql::Result<DeleteTermPayload> {
        delete(ctx, &Taxonomy::Tags, &id).await
    }

    /// Makes a category.
    async fn create_category(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "What to set.")] input: CreateCategoryInput,
    ) -> async_graphql::Result<CategoryPayload> {
        let new = input.into_new()?;
        let done = write::create(ctx.broadsheet(), &Taxonomy::Categories, new).await;
        category_payload(ctx, done).await
    }

    /// Renames a category, moves it, or describes it otherwise.
    async fn update_category(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which one.")] id: ID,
        #[graphql(desc = "What to set.")] input: UpdateCategoryInput,
    ) -> async_graphql::Result<CategoryPayload> {
        let change = input.into_change()?;
        let id = decode_as(Taxonomy::Categories.id_kind(), &id)?;
        let done = write::rename(ctx.broadsheet(), &Taxonomy::Categories, id, change).await;
        category_payload(ctx, done).await
    }

    /// Deletes a category that no article is in and no category is below.
    async fn delete_category(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which one.")] id: ID,
    ) -> async_graphql::Result<DeleteTermPayload> {
        delete(ctx, &Taxonomy::Categories, &id).await
    }

    /// Makes a term of a taxonomy that the site has beside tags and categories.
    async fn create_term(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "What to set.")] input: CreateTermInput,
    ) -> async_graphql::Result<TermPayload> {
        let (taxonomy, new) = input.into_new()?;
        term_payload(ctx, write::create_in(ctx.broadsheet(), &taxonomy, new).await).await
    }

    /// Renames a term of such a taxonomy, moves it, or describes it otherwise.
    async fn update_term(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which one.")] id: ID,
        #[graphql(desc = "What to set.")] input: UpdateTermInput,
    ) -> async_graphql::Result<TermPayload> {
        let change = input.into_change()?;
        let id = decode_as(IdKind::Term, &id)?;
        let broadsheet = ctx.broadsheet();
        let done = match write::taxonomy_of(broadsheet, id, "id").await {
            Ok(taxonomy) => write::rename(broadsheet, &taxonomy, id, change).await,
            Err(error) => Err(error),
        };
        term_payload(ctx, done).await
    }

    /// Deletes a term of such a taxonomy that no article carries and no term is
    /// below.
    async fn delete_term(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which one.")] id: ID,
    ) -> async_graphql::Result<DeleteTermPayload> {
        let term = decode_as(IdKind::Term, &id)?;
        match Outcome::of(write::taxonomy_of(ctx.broadsheet(), term, "id").await)? {
            Outcome::Done(taxonomy) => delete(ctx, &taxonomy, &id).await,
            Outcome::Refused(user_errors) => {
                Ok(DeleteTermPayload { deleted_id: None, change: None, user_errors })
            }
        }
    }
}

/// What a mutation answers with: the term, the change and the mistakes.
type Written = (Option<Term>, Option<TaxonomyChange>, Vec<UserErrorObject>);

async fn written(ctx: &Context<'_>, done: Result<Done>) -> Result<Written> {
    match Outcome::of(done)? {
        Outcome::Done(Done { term, change }) => {
            let ctx = ctx.broadsheet();
            let scope = policy::written(ctx, entity::View::Working, term)?;
            let term = read::one(ctx, &scope, None, TermBy::Id(term), None).await?;
            Ok((term, TaxonomyChange::find(ctx, change).await?, Vec::new()))
        }
        Outcome::Refused(errors) => Ok((None, None, errors)),
    }
}

async fn tag_payload(ctx: &Context<'_>, done: Result<Done>) -> async_graphql::Result<TagPayload> {
    let (term, change, user_errors) = written(ctx, done).await?;
    Ok(TagPayload { tag: term.map(Tag::from), change, user_errors })
}

async fn category_payload(
    ctx: &Context<'_>,
    done: Result<Done>,
) -> async_graphql::Result<CategoryPayload> {
    let (term, change, user_errors) = written(ctx, done).await?;
    Ok(CategoryPayload { category: term.map(Category::from), change, user_errors })
}

async fn term_payload(ctx: &Context<'_>, done: Result<Done>) -> async_graphql::Result<TermPayload> {
    let (term, change, user_errors) = written(ctx, done).await?;
    Ok(TermPayload { term: term.map(TermObject::from), change, user_errors })
}

async fn delete(
    ctx: &Context<'_>,
    taxonomy: &Taxonomy,
    id: &str,
) -> async_graphql::Result<DeleteTermPayload> {
    let id = decode_as(taxonomy.id_kind(), id)?;
    let done = write::delete(ctx.broadsheet(), taxonomy, id).await;
    Ok(match Outcome::of(done)? {
        Outcome::Done(Done { term, change }) => DeleteTermPayload {
            deleted_id: Some(encode(taxonomy.id_kind(), term)),
            change: TaxonomyChange::find(ctx.broadsheet(), change).await?,
            user_errors: Vec::new(),
        },
        Outcome::Refused(user_errors) => {
            DeleteTermPayload { deleted_id: None, change: None, user_errors }
        }
    })
}
