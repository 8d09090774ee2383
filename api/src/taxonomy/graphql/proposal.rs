//! Changes that somebody thinks of, under the names of the mutations that would make
//! them.

use async_graphql::{ID, InputObject, OneofObject};
use uuid::Uuid;

use super::input::{
    CreateCategoryInput, CreateTagInput, NewTermInput, UpdateCategoryInput, UpdateTagInput,
    UpdateTermInput,
};
use crate::error::Result;
use crate::graphql::id::{IdKind, decode_as};
use crate::taxonomy::preview::Proposal;
use crate::taxonomy::split::Split;
use crate::taxonomy::{Rename, Taxonomy};

/// Terms that go into another of their taxonomy.
#[derive(InputObject)]
pub struct MergeInput {
    /// Those that go; at most 100.
    pub(super) ids: Vec<ID>,
    /// The one that stays.
    pub(super) into: ID,
}

impl MergeInput {
    fn into_proposal(self, kind: IdKind) -> Result<Proposal> {
        let (ids, into) = self.decoded(kind)?;
        Ok(Proposal::Merge { ids, into })
    }

    pub(super) fn decoded(self, kind: IdKind) -> Result<(Vec<Uuid>, Uuid)> {
        let Self { ids, into } = self;
        let ids = ids.iter().map(|id| decode_as(kind, id)).collect::<Result<_>>()?;
        Ok((ids, decode_as(kind, &into)?))
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

/// Some articles of a term of another taxonomy that get a new one.
#[derive(InputObject)]
pub struct SplitTermInput {
    /// The term to split.
    id: ID,
    /// The articles that get the new term; at most 500.
    articles: Vec<ID>,
    /// The new term; below what the old one is below where it names no parent.
    input: NewTermInput,
    /// Whether the articles keep the old term beside the new one.
    #[graphql(default)]
    keep: bool,
}

pub(super) fn split_of(
    kind: IdKind,
    id: &str,
    articles: &[ID],
    new: Rename,
    keep: bool,
) -> Result<Split> {
    let articles =
        articles.iter().map(|id| decode_as(IdKind::Article, id)).collect::<Result<_>>()?;
    Ok(Split { term: decode_as(kind, id)?, articles, new, keep })
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

/// A term of another taxonomy and what should become of it.
#[derive(InputObject)]
pub struct TermChangeInput {
    /// Which one.
    id: ID,
    /// What to set.
    input: UpdateTermInput,
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
    /// Rename a term of another taxonomy, move it, or describe it otherwise.
    UpdateTerm(TermChangeInput),
    /// Let terms of another taxonomy go into one of them.
    MergeTerms(MergeInput),
    /// Give some articles of a term of another taxonomy a new one.
    SplitTerm(SplitTermInput),
    /// Delete this term of another taxonomy.
    DeleteTerm(ID),
}

impl TaxonomyChangeInput {
    /// The proposal, and the taxonomy where its name says so.
    pub(super) fn into_proposal(self) -> Result<(Option<Taxonomy>, Proposal)> {
        let (tags, categories) = (Taxonomy::Tags, Taxonomy::Categories);
        Ok(match self {
            Self::UpdateTag(TagChangeInput { id, input }) => {
                let id = decode_as(tags.id_kind(), &id)?;
                (Some(tags), Proposal::Rename(id, input.into()))
            }
            Self::UpdateCategory(CategoryChangeInput { id, input }) => {
                let id = decode_as(categories.id_kind(), &id)?;
                (Some(categories), Proposal::Rename(id, input.into_change()?))
            }
            Self::MergeTags(merge) => {
                let proposal = merge.into_proposal(tags.id_kind())?;
                (Some(tags), proposal)
            }
            Self::MergeCategories(merge) => {
                let proposal = merge.into_proposal(categories.id_kind())?;
                (Some(categories), proposal)
            }
            Self::SplitTag(SplitTagInput { id, articles, input, keep }) => {
                let split = split_of(tags.id_kind(), &id, &articles, input.into(), keep)?;
                (Some(tags), Proposal::Split(split))
            }
            Self::SplitCategory(SplitCategoryInput { id, articles, input, keep }) => {
                let split =
                    split_of(categories.id_kind(), &id, &articles, input.into_new()?, keep)?;
                (Some(categories), Proposal::Split(split))
            }
            Self::DeleteTag(id) => {
                let id = decode_as(tags.id_kind(), &id)?;
                (Some(tags), Proposal::Delete(id))
            }
            Self::DeleteCategory(id) => {
                let id = decode_as(categories.id_kind(), &id)?;
                (Some(categories), Proposal::Delete(id))
            }
            Self::UpdateTerm(TermChangeInput { id, input }) => {
                let id = decode_as(IdKind::Term, &id)?;
                (None, Proposal::Rename(id, input.into_change()?))
            }
            Self::MergeTerms(merge) => (None, merge.into_proposal(IdKind::Term)?),
            Self::SplitTerm(SplitTermInput { id, articles, input, keep }) => {
                let split = split_of(IdKind::Term, &id, &articles, input.into_new()?, keep)?;
                (None, Proposal::Split(split))
            }
            Self::DeleteTerm(id) => (None, Proposal::Delete(decode_as(IdKind::Term, &id)?)),
        })
    }
}
