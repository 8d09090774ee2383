//! What mutations of tags and categories take, and what it means.

use async_graphql::{ID, InputObject, MaybeUndefined};

use crate::error::Result;
use crate::graphql::id::{IdKind, decode_as};
use crate::graphql::scalar::LanguageTag;
use crate::taxonomy::{NewText, Rename, Taxonomy};

/// What a term is called, and what is said of it, in a language; what is not given stays.
#[derive(InputObject)]
pub struct TermTextInput {
    /// One of the site's.
    language: LanguageTag,
    /// Null where the term's own name is the name there.
    name: MaybeUndefined<String>,
    /// Null where the term's own description is the description there.
    description: MaybeUndefined<String>,
}

impl From<TermTextInput> for NewText {
    fn from(TermTextInput { language, name, description }: TermTextInput) -> Self {
        Self { language: language.0, name: given(name), description: given(description) }
    }
}

/// A new tag.
#[derive(InputObject)]
pub struct CreateTagInput {
    /// What it is called.
    name: String,
    /// Made from the name where it is not given.
    slug: Option<String>,
    /// What it is about.
    description: Option<String>,
    /// Position in lists that are sorted by weight; 0 is last.
    #[graphql(default)]
    weight: i32,
}

/// Changes of a tag; what is not given stays.
#[derive(InputObject)]
pub struct UpdateTagInput {
    /// What it is called.
    name: Option<String>,
    /// A new slug gives a new address; the old one leads there.
    slug: Option<String>,
    /// What it is about.
    description: MaybeUndefined<String>,
    /// Position in lists that are sorted by weight; 0 is last.
    weight: Option<i32>,
    /// What it is called in single languages; the languages that are not named stay.
    #[graphql(default)]
    texts: Vec<TermTextInput>,
}

/// A new category.
#[derive(InputObject)]
pub struct CreateCategoryInput {
    /// What it is called.
    name: String,
    /// Made from the name where it is not given.
    slug: Option<String>,
    /// What it is about.
    description: Option<String>,
    /// Position in lists that are sorted by weight; 0 is last.
    #[graphql(default)]
    weight: i32,
    /// The category above.
    parent: Option<ID>,
}

/// Changes of a category; what is not given stays.
#[derive(InputObject)]
pub struct UpdateCategoryInput {
    /// What it is called.
    name: Option<String>,
    /// A new slug gives a new address; the old one leads there.
    slug: Option<String>,
    /// What it is about.
    description: MaybeUndefined<String>,
    /// Position in lists that are sorted by weight; 0 is last.
    weight: Option<i32>,
    /// The category above; null moves it to the top.
    parent: MaybeUndefined<ID>,
    /// What it is called in single languages; the languages that are not named stay.
    #[graphql(default)]
    texts: Vec<TermTextInput>,
}

impl From<CreateTagInput> for Rename {
    fn from(CreateTagInput { name, slug, description, weight }: CreateTagInput) -> Self {
        Self {
            name: Some(name),
            slug,
            description: Some(description),
            weight: Some(weight),
            parent: None,
            texts: Vec::new(),
        }
    }
}

impl From<UpdateTagInput> for Rename {
    fn from(UpdateTagInput { name, slug, description, weight, texts }: UpdateTagInput) -> Self {
        let texts = texts.into_iter().map(NewText::from).collect();
        Self { name, slug, description: given(description), weight, parent: None, texts }
    }
}

impl CreateCategoryInput {
    /// One that names no parent is at the top.
    pub(super) fn into_new(self) -> Result<Rename> {
        let Self { name, slug, description, weight, parent } = self;
        let parent = parent.map(|id| decode_as(Taxonomy::Categories.id_kind(), &id)).transpose()?;
        Ok(Rename {
            name: Some(name),
            slug,
            description: Some(description),
            weight: Some(weight),
            parent: parent.map(Some),
            texts: Vec::new(),
        })
    }
}

impl UpdateCategoryInput {
    pub(super) fn into_change(self) -> Result<Rename> {
        let Self { name, slug, description, weight, parent, texts } = self;
        let parent = given(parent)
            .map(|parent| {
                parent.map(|id| decode_as(Taxonomy::Categories.id_kind(), &id)).transpose()
            })
            .transpose()?;
        let texts = texts.into_iter().map(NewText::from).collect();
        Ok(Rename { name, slug, description: given(description), weight, parent, texts })
    }
}

/// Omitted, null and given, as `None`, `Some(None)` and `Some(Some(_))`.
fn given<T>(value: MaybeUndefined<T>) -> Option<Option<T>> {
    match value {
        MaybeUndefined::Undefined => None,
        MaybeUndefined::Null => Some(None),
        MaybeUndefined::Value(value) => Some(Some(value)),
    }
}

/// A new term of a taxonomy other than tags and categories.
#[derive(InputObject)]
pub struct CreateTermInput {
    /// The taxonomy, by the plural that Hugo uses: `series`.
    pub(super) taxonomy: String,
    /// What it is called.
    name: String,
    /// Made from the name where it is not given.
    slug: Option<String>,
    /// What it is about.
    description: Option<String>,
    /// Position in lists that are sorted by weight; 0 is last.
    #[graphql(default)]
    weight: i32,
    /// The term above.
    parent: Option<ID>,
}

/// A new term of the taxonomy at hand.
#[derive(InputObject)]
pub struct NewTermInput {
    /// What it is called.
    name: String,
    /// Made from the name where it is not given.
    slug: Option<String>,
    /// What it is about.
    description: Option<String>,
    /// Position in lists that are sorted by weight; 0 is last.
    #[graphql(default)]
    weight: i32,
    /// The term above.
    parent: Option<ID>,
}

/// Changes of a term; what is not given stays.
#[derive(InputObject)]
pub struct UpdateTermInput {
    /// What it is called.
    name: Option<String>,
    /// A new slug gives a new address; the old one leads there.
    slug: Option<String>,
    /// What it is about.
    description: MaybeUndefined<String>,
    /// Position in lists that are sorted by weight; 0 is last.
    weight: Option<i32>,
    /// The term above; null moves it to the top.
    parent: MaybeUndefined<ID>,
    /// What it is called in single languages; the languages that are not named stay.
    #[graphql(default)]
    texts: Vec<TermTextInput>,
}

impl CreateTermInput {
    /// One that names no parent is at the top.
    pub(super) fn into_new(self) -> Result<(String, Rename)> {
        let Self { taxonomy, name, slug, description, weight, parent } = self;
        let new = NewTermInput { name, slug, description, weight, parent };
        Ok((taxonomy, new.into_new()?))
    }
}

impl NewTermInput {
    pub(super) fn into_new(self) -> Result<Rename> {
        let Self { name, slug, description, weight, parent } = self;
        let parent = parent.map(|id| decode_as(IdKind::Term, &id)).transpose()?;
        Ok(Rename {
            name: Some(name),
            slug,
            description: Some(description),
            weight: Some(weight),
            parent: parent.map(Some),
            texts: Vec::new(),
        })
    }
}

impl UpdateTermInput {
    pub(super) fn into_change(self) -> Result<Rename> {
        let Self { name, slug, description, weight, parent, texts } = self;
        let parent = given(parent)
            .map(|parent| parent.map(|id| decode_as(IdKind::Term, &id)).transpose())
            .transpose()?;
        let texts = texts.into_iter().map(NewText::from).collect();
        Ok(Rename { name, slug, description: given(description), weight, parent, texts })
    }
}
