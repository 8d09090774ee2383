//! `route`: whatever lives at an address.

use async_graphql::{Context, Object, SimpleObject, Union};

use crate::article::filter::ArticleBy;
use crate::article::{Article, columns::Columns, read, selection};
use crate::ctx::Ctx;
use crate::error::Result;
use crate::graphql::{ContextExt, ViewArgument, decode_path};
use crate::hugo::address;
use crate::policy::Scope;
use crate::section::{self, Section};
use crate::site::Frame;
use crate::taxonomy::{self, Category, Tag, Taxonomy, Term, TermBy};

/// What lives at an address.
#[derive(Union)]
#[expect(clippy::large_enum_variant, reason = "there is one in a request")]
pub enum Route {
    Article(Article),
    Tag(Tag),
    Category(Category),
    Section(Section),
    Redirect(Redirect),
}

/// Something that is elsewhere now.
#[derive(SimpleObject)]
pub struct Redirect {
    /// A path on the site, or an address in full.
    target: String,
    /// Whether to remember it: 308, else 307.
    permanent: bool,
}

#[derive(Default)]
pub struct RouteQuery;

#[Object]
impl RouteQuery {
    /// Whatever lives at an address: what a frontend's catch-all page asks.
    /// Null where nothing does.
    async fn route(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Without scheme and host, percent-encoded or not.")] path: String,
        #[graphql(default, desc = "Which copies to read, here and in everything nested.")]
        view: ViewArgument,
    ) -> async_graphql::Result<Option<Route>> {
        let columns = selection(ctx, &[]);
        let ctx = ctx.broadsheet();
        let scope = view.scope(ctx)?;
        Ok(find(ctx, &scope, &decode_path(&path), columns).await?)
    }
}

async fn find(ctx: &Ctx, scope: &Scope, path: &str, columns: Columns) -> Result<Option<Route>> {
    let by = ArticleBy::Path(address::encode(path));
    if let Some(row) = read::one(ctx, scope, &by, columns).await? {
        return Ok(Article::group(vec![row], scope.clone()).pop().map(Route::Article));
    }
    let frame = ctx.frame().await?;
    if let Some((taxonomy, term)) = term_at(ctx, scope, &frame, path).await? {
        return Ok(Some(match taxonomy {
            Taxonomy::Tags => Route::Tag(term.into()),
            Taxonomy::Categories => Route::Category(term.into()),
        }));
    }
    if let Some(redirect) = redirect(ctx, scope, &frame, path).await? {
        return Ok(Some(Route::Redirect(redirect)));
    }
    Ok(section::at(ctx, scope, &frame, path).await?.map(Route::Section))
}

/// The term whose address in the language at hand is this path.
async fn term_at(
    ctx: &Ctx,
    scope: &Scope,
    frame: &Frame,
    path: &str,
) -> Result<Option<(Taxonomy, Term)>> {
    let language = frame.language_at(path);
    for taxonomy in Taxonomy::ALL {
        let folder = frame.term_path(language, taxonomy.plural(), "");
        let folder = folder.trim_end_matches('/');
        let Some(slug) = path.strip_prefix(folder).and_then(|rest| rest.strip_prefix('/')) else {
            continue;
        };
        let slug = slug.trim_end_matches('/');
        if slug.is_empty() || frame.term_path(language, taxonomy.plural(), slug) != path {
            continue;
        }
        let by = TermBy::Slug(slug.to_owned());
        let term = taxonomy::one(ctx, scope, taxonomy, by, Some(&language.tag)).await?;
        return Ok(term.map(|term| (taxonomy, term)));
    }
    Ok(None)
}

/// Where something that lived here is now, if it may be seen.
async fn redirect(ctx: &Ctx, scope: &Scope, frame: &Frame, path: &str) -> Result<Option<Redirect>> {
    use entity::article_copy::Column;
    let Some(row) = read::redirect(ctx, path).await? else {
        return Ok(None);
    };
    let target = match (row.article_id, row.term_id, row.target) {
        (Some(article), _, _) => {
            let columns = Columns::BASE.with(Columns::of(&[Column::Path]));
            let found = read::by_ids(ctx, scope, &[article], columns).await?.pop();
            found.map(|article| address::encode(&article.path))
        }
        (None, Some(term), _) => {
            let language = frame.language_of(&row.language);
            let mut found = None;
            for taxonomy in Taxonomy::ALL {
                let by = TermBy::Id(term);
                if let Some(term) = taxonomy::one(ctx, scope, taxonomy, by, None).await? {
                    let path = frame.term_path(language, taxonomy.plural(), &term.row.slug);
                    found = Some(address::encode(&path));
                }
            }
            found
        }
        (None, None, target) => target,
    };
    Ok(target.map(|target| Redirect { target, permanent: row.permanent }))
}
