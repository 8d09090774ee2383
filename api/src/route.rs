//! `route`: whatever lives at an address.

use async_graphql::{Context, Object, SimpleObject, Union};

use crate::article::filter::ArticleBy;
use crate::article::read::{self, Best};
use crate::article::{Article, columns::Columns, selection};
use crate::ctx::Ctx;
use crate::error::Result;
use crate::graphql::{ContextExt, ViewArgument, decode_path};
use crate::hugo::address;
use crate::policy::Scope;
use crate::section::{self, Section};
use crate::site::Frame;
use crate::taxonomy::{
    self, AnyTerm, Category, Tag, Taxonomy, TaxonomyObject, Term, TermBy, TermObject,
};

/// What lives at an address.
#[derive(Union)]
pub enum Route {
    Article(Article),
    Tag(Tag),
    Category(Category),
    Term(TermObject),
    Taxonomy(TaxonomyObject),
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
        #[graphql(
            default,
            desc = "Whether an article that is not there in the language of the address may be answered in another. `Article.fallbackFor` says so. See `Language.fallback`."
        )]
        fallback: bool,
        #[graphql(default, desc = "Which copies to read, here and in everything nested.")]
        view: ViewArgument,
    ) -> async_graphql::Result<Option<Route>> {
        let columns = selection(ctx, &[]);
        let ctx = ctx.broadsheet();
        let scope = view.scope(ctx)?;
        let path = decode_path(&path);
        let found = find(ctx, &scope, &path, columns).await?;
        if !fallback || matches!(found, Some(Route::Article(_) | Route::Redirect(_))) {
            return Ok(found);
        }
        let by = ArticleBy::Path(address::encode(&path));
        let best = read::best(ctx, &scope, &by, None, true, columns).await?;
        let article = best.and_then(|Best { row, asked }| {
            Article::group_for(vec![row], scope.clone(), asked).pop()
        });
        Ok(article.map(Route::Article).or(found))
    }
}

async fn find(ctx: &Ctx, scope: &Scope, path: &str, columns: Columns) -> Result<Option<Route>> {
    let by = ArticleBy::Path(address::encode(path));
    if let Some(row) = read::one(ctx, scope, &by, columns).await? {
        return Ok(Article::group(vec![row], scope.clone()).pop().map(Route::Article));
    }
    let frame = ctx.frame().await?;
    if let Some(term) = term_at(ctx, scope, &frame, path, None).await? {
        return Ok(Some(match AnyTerm::from(term) {
            AnyTerm::Tag(tag) => Route::Tag(tag),
            AnyTerm::Category(category) => Route::Category(category),
            AnyTerm::Term(term) => Route::Term(term),
        }));
    }
    let language = &frame.language_at(path).tag;
    let mut taxonomies = TaxonomyObject::all(&frame, language, scope).into_iter();
    if let Some(taxonomy) = taxonomies.find(|taxonomy| taxonomy.decoded_path() == path) {
        return Ok(Some(Route::Taxonomy(taxonomy)));
    }
    if let Some(redirect) = redirect(ctx, scope, &frame, path).await? {
        return Ok(Some(Route::Redirect(redirect)));
    }
    Ok(section::at(ctx, scope, &frame, path).await?.map(Route::Section))
}

/// The term whose address in its language is this path; what is nested follows
/// another language where one is named.
pub async fn term_at(
    ctx: &Ctx,
    scope: &Scope,
    frame: &Frame,
    path: &str,
    named: Option<&str>,
) -> Result<Option<Term>> {
    let language = frame.language_at(path);
    for (_, plural) in frame.taxonomies(language) {
        let folder = frame.term_path(language, plural, "");
        let folder = folder.trim_end_matches('/');
        let Some(slug) = path.strip_prefix(folder).and_then(|rest| rest.strip_prefix('/')) else {
            continue;
        };
        let slug = slug.trim_end_matches('/');
        if slug.is_empty() || frame.term_path(language, plural, slug) != path {
            continue;
        }
        let by = TermBy::Slug(slug.to_owned());
        let tag = named.unwrap_or(&language.tag);
        return taxonomy::one(ctx, scope, Some(&Taxonomy::named(plural)), by, Some(tag)).await;
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
            let term = taxonomy::one(ctx, scope, None, TermBy::Id(term), None).await?;
            let path = term
                .map(|term| frame.term_path(language, term.row.taxonomy.plural(), &term.row.slug));
            path.map(|path| address::encode(&path))
        }
        (None, None, target) => target,
    };
    Ok(target.map(|target| Redirect { target, permanent: row.permanent }))
}
