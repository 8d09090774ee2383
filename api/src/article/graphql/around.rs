//! What stands around an article: its neighbours, what it is related to, its
//! terms. Each is loaded for all articles that were read together.

use std::collections::HashMap;
use std::sync::Arc;

use uuid::Uuid;

use super::types::Article;
use crate::article::columns::Columns;
use crate::article::read;
use crate::ctx::Ctx;
use crate::error::Result;
use crate::policy::Scope;
use crate::taxonomy::{self, Taxonomy};

impl Article {
    pub(super) async fn neighbour(
        &self,
        ctx: &Ctx,
        columns: Columns,
        which: fn(&read::Neighbours) -> Option<Uuid>,
        name: &str,
    ) -> Result<Option<Self>> {
        let scope = self.scope().clone();
        let neighbours = self
            .with()
            .load("neighbours".to_owned(), || read::neighbours(ctx, &scope, self.with().ids()))
            .await?;
        let Some(id) = neighbours.get(&self.row.article_id).and_then(which) else {
            return Ok(None);
        };
        let found = self
            .with()
            .load(format!("{name}:{columns:?}"), || async {
                let ids: Vec<_> = neighbours.values().filter_map(which).collect();
                by_id(ctx, &scope, &ids, columns).await
            })
            .await?;
        Ok(found.get(&id).cloned())
    }

    /// What it is related to, most of all first.
    pub(super) async fn related_to(
        &self,
        ctx: &Ctx,
        columns: Columns,
        limit: u32,
    ) -> Result<Vec<Self>> {
        let scope = self.scope().clone();
        let with = self.with();
        let related = with
            .load(format!("related:{limit}"), || {
                read::related(ctx, &scope, with.ids(), limit.into())
            })
            .await?;
        let found = with
            .load(format!("related:{limit}:{columns:?}"), || async {
                let mut ids: Vec<_> = related.values().flatten().copied().collect();
                ids.sort_unstable();
                ids.dedup();
                by_id(ctx, &scope, &ids, columns).await
            })
            .await?;
        let own = related.get(&self.row.article_id).into_iter().flatten();
        Ok(own.filter_map(|id| found.get(id).cloned()).collect())
    }

    async fn loaded_terms(&self, ctx: &Ctx) -> Result<Arc<taxonomy::OfArticles>> {
        let scope = self.scope().clone();
        self.with()
            .load("terms".to_owned(), || taxonomy::of_articles(ctx, &scope, self.with().ids()))
            .await
    }

    pub(crate) async fn term_rows(
        &self,
        ctx: &Ctx,
        taxonomy: &Taxonomy,
    ) -> Result<Vec<taxonomy::Term>> {
        let terms = self.loaded_terms(ctx).await?;
        let key = (taxonomy.clone(), self.row.article_id);
        Ok(terms.get(&key).cloned().unwrap_or_default())
    }

    /// The terms of all taxonomies, these by name.
    pub(super) async fn all_terms(&self, ctx: &Ctx) -> Result<Vec<taxonomy::Term>> {
        let terms = self.loaded_terms(ctx).await?;
        let own = terms.iter().filter(|((_, article), _)| *article == self.row.article_id);
        let mut own: Vec<_> =
            own.map(|((taxonomy, _), terms)| (taxonomy.plural(), terms)).collect();
        own.sort_by_key(|(plural, _)| *plural);
        Ok(own.into_iter().flat_map(|(_, terms)| terms.clone()).collect())
    }
}

pub(super) async fn by_id(
    ctx: &Ctx,
    scope: &Scope,
    ids: &[Uuid],
    columns: Columns,
) -> Result<HashMap<Uuid, Article>> {
    let rows = read::by_ids(ctx, scope, ids, columns).await?;
    Ok(Article::group(rows, scope.clone())
        .into_iter()
        .map(|article| (article.row.article_id, article))
        .collect())
}
