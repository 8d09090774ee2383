//! `node` and `nodes`: anything by its id.

use std::collections::HashMap;

use async_graphql::{Context, ID, Interface, Object};
use uuid::Uuid;

use super::id::{IdKind, decode};
use super::{ContextExt, ViewArgument};
use crate::article::{Article, read, selection};
use crate::error::{Error, Result};
use crate::graphql::page::MAX_SIZE;
use crate::taxonomy::{self, Category, Tag, TermObject};
use crate::user::{self, User};

/// Anything that has an id.
#[derive(Interface)]
#[graphql(field(name = "id", ty = "ID", desc = "Opaque, and unique among all nodes."))]
pub enum Node {
    Article(Article),
    Tag(Tag),
    Category(Category),
    Term(TermObject),
    User(User),
}

#[derive(Default)]
pub struct NodeQuery;

#[Object]
impl NodeQuery {
    /// Anything by its id, as the public sees it; null where there is nothing that
    /// may be seen. Working copies are had by `nodes`: Relay's compiler knows a
    /// `node` that takes an id and nothing else.
    async fn node(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which one.")] id: ID,
    ) -> async_graphql::Result<Option<Node>> {
        Ok(load(ctx, vec![id], ViewArgument::default()).await?.pop().flatten())
    }

    /// Several things by their ids, in the order of the ids; at most 100.
    async fn nodes(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which ones.")] ids: Vec<ID>,
        #[graphql(default, desc = "Which copies to read, here and in everything nested.")]
        view: ViewArgument,
    ) -> async_graphql::Result<Vec<Option<Node>>> {
        Ok(load(ctx, ids, view).await?)
    }
}

/// One statement for each kind of thing.
async fn load(ctx: &Context<'_>, ids: Vec<ID>, view: ViewArgument) -> Result<Vec<Option<Node>>> {
    if ids.len() > MAX_SIZE as usize {
        return Err(Error::bad_input(format!(
            "`ids` may hold {MAX_SIZE} ids, and {} were given",
            ids.len()
        )));
    }
    let columns = selection(ctx, &[]);
    let ctx = ctx.broadsheet();
    let scope = view.scope(ctx)?;
    let ids = ids.iter().map(|id| decode(id)).collect::<Result<Vec<_>>>()?;
    let of = |kind: IdKind| -> Vec<Uuid> {
        let mut ids: Vec<_> =
            ids.iter().filter(|(found, _)| *found == kind).map(|(_, id)| *id).collect();
        ids.sort_unstable();
        ids.dedup();
        ids
    };
    let rows = read::by_ids(ctx, &scope, &of(IdKind::Article), columns).await?;
    let articles: HashMap<_, _> = Article::group(rows, scope.clone())
        .into_iter()
        .map(|article| (article.row.article_id, article))
        .collect();
    let terms = [IdKind::Tag, IdKind::Category, IdKind::Term].map(of).concat();
    let terms = taxonomy::by_ids(ctx, &scope, &terms, None).await?;
    let term = |id: &Uuid, kind: IdKind| {
        terms.get(id).filter(|term| term.row.taxonomy.id_kind() == kind).cloned()
    };
    let people = user::by_ids(ctx, &of(IdKind::User)).await?;
    Ok(ids
        .iter()
        .map(|(kind, id)| match kind {
            IdKind::Article => articles.get(id).cloned().map(Node::Article),
            IdKind::Tag => term(id, *kind).map(|term| Node::Tag(term.into())),
            IdKind::Category => term(id, *kind).map(|term| Node::Category(term.into())),
            IdKind::Term => term(id, *kind).map(|term| Node::Term(term.into())),
            IdKind::User => people.get(id).cloned().map(|person| Node::User(User(person))),
            IdKind::ApiToken
            | IdKind::Comment
            | IdKind::MenuEntry
            | IdKind::Preview
            | IdKind::Revision
            | IdKind::Session
            | IdKind::TaxonomyChange => None,
        })
        .collect())
}
