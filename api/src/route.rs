//! `route`: whatever lives at an address.
//!
//! **Invariants.** A redirect that is kept under a query (`/?p=11`) is found first.
//! An article is found before a term, a term before the page of its taxonomy, that
//! before a redirect, a redirect before a section; only what is at none of these is
//! looked for in other languages, and then in other spellings. What `redirects` lead to is one step away: chains are folded when they
//! are written.

mod paged;

use std::sync::Arc;

use async_graphql::{Context, Object, SimpleObject, Union};
use unicode_normalization::UnicodeNormalization;

use crate::article::filter::ArticleBy;
use crate::article::{Article, columns::Columns, read, selection};
use crate::ctx::Ctx;
use crate::error::{Error, Result};
use crate::graphql::id::{IdKind, encode};
use crate::graphql::page::MAX_SIZE;
use crate::graphql::{ContextExt, ViewArgument, decode_address, decode_path};
use crate::hugo::address;
use crate::policy::Scope;
use crate::section::{self, Section};
use crate::site::Frame;
use crate::taxonomy::{
    self, AnyTerm, Category, Tag, Taxonomy, TaxonomyObject, Term, TermBy, TermObject,
};

pub use paged::ListPage;

/// What lives at an address. The home page of a language is the section without a
/// name.
#[derive(Union)]
#[expect(clippy::large_enum_variant, reason = "there is one in a request")]
pub enum Route {
    Article(Article),
    Tag(Tag),
    Category(Category),
    Term(TermObject),
    Taxonomy(TaxonomyObject),
    Section(Section),
    ListPage(ListPage),
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
    /// Whatever lives at an address: what a frontend's catch-all page asks. Null
    /// where nothing does. A path in another spelling (case, slashes, `index.html`)
    /// is answered with a redirect to the right one.
    async fn route(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Without scheme and host, percent-encoded or not.")] path: String,
        #[graphql(
            default,
            desc = "Whether an article or a section that the language of the address lacks is answered in one that stands in for it; `fallbackFor` and `language` say so. See `Language.fallback`."
        )]
        fallback: bool,
        #[graphql(
            default = 10,
            desc = "Articles on each page of a list, for addresses such as /news/page/2/; at most 100. Hugo's default is 10."
        )]
        page_size: i32,
        #[graphql(default, desc = "Which copies to read, here and in everything nested.")]
        view: ViewArgument,
    ) -> async_graphql::Result<Option<Route>> {
        let columns = selection(ctx, &[]);
        let ctx = ctx.broadsheet();
        let scope = view.scope(ctx)?;
        let page_size =
            u32::try_from(page_size).ok().filter(|size| (1..=MAX_SIZE).contains(size)).ok_or_else(
                || Error::bad_input(format!("`pageSize` must be between 1 and {MAX_SIZE}")),
            )?;
        let (address, path) = (decode_address(&path), decode_path(&path));
        if address != path
            && let Some((target, permanent)) =
                redirected(ctx, &scope, &*ctx.frame().await?, &address).await?
        {
            return Ok(Some(Route::Redirect(Redirect { target, permanent })));
        }
        // An article needs no more than itself.
        let by = ArticleBy::Path(address::encode(&path));
        if let Some(row) = read::page(ctx, &scope, &by, columns).await? {
            return Ok(Article::group(vec![row], scope).pop().map(Route::Article));
        }
        let asked = Asked { scope: &scope, frame: ctx.frame().await?, columns, page_size };
        Ok(find(ctx, &asked, &path, fallback).await?)
    }
}

/// How an address is looked up.
struct Asked<'a> {
    scope: &'a Scope,
    frame: Arc<Frame>,
    columns: Columns,
    /// Articles of one page of a list.
    page_size: u32,
}

async fn find(ctx: &Ctx, asked: &Asked<'_>, path: &str, fallback: bool) -> Result<Option<Route>> {
    if let Some(found) = no_article_at(ctx, asked, path).await? {
        return Ok(Some(found));
    }
    if let Some(found) = page_of_list(ctx, asked, path).await? {
        return Ok(Some(found));
    }
    if fallback && let Some(found) = elsewhere(ctx, asked, path).await? {
        return Ok(Some(found));
    }
    misspelt(ctx, asked, path).await
}

/// What lives at exactly this path.
async fn at(ctx: &Ctx, asked: &Asked<'_>, path: &str) -> Result<Option<Route>> {
    let by = ArticleBy::Path(address::encode(path));
    if let Some(row) = read::page(ctx, asked.scope, &by, asked.columns).await? {
        return Ok(Article::group(vec![row], asked.scope.clone()).pop().map(Route::Article));
    }
    no_article_at(ctx, asked, path).await
}

async fn no_article_at(ctx: &Ctx, asked: &Asked<'_>, path: &str) -> Result<Option<Route>> {
    let Asked { scope, frame, columns: _, page_size: _ } = asked;
    if let Some(term) = term_at(ctx, scope, frame, path, None).await? {
        return Ok(Some(match AnyTerm::from(term) {
            AnyTerm::Tag(tag) => Route::Tag(tag),
            AnyTerm::Category(category) => Route::Category(category),
            AnyTerm::Term(term) => Route::Term(term),
        }));
    }
    let language = &frame.language_at(path).tag;
    let mut taxonomies = TaxonomyObject::all(frame, language, scope).into_iter();
    let has_lists = frame.rules.has_pages("taxonomy");
    if let Some(taxonomy) = taxonomies.find(|taxonomy| has_lists && taxonomy.decoded_path() == path)
    {
        return Ok(Some(Route::Taxonomy(taxonomy)));
    }
    if let Some((target, permanent)) = redirected(ctx, scope, frame, path).await? {
        return Ok(Some(Route::Redirect(Redirect { target, permanent })));
    }
    Ok(section::at(ctx, scope, frame, path).await?.map(Route::Section))
}

/// A page of a list, as Hugo numbers them: `/news/page/2/`. The first is the list
/// itself, and one after the last is not there.
async fn page_of_list(ctx: &Ctx, asked: &Asked<'_>, path: &str) -> Result<Option<Route>> {
    let Asked { scope, frame, columns: _, page_size } = asked;
    let Some((list, number)) = paged::split(path) else {
        return Ok(None);
    };
    let found = if let Some(term) = term_at(ctx, scope, frame, list, None).await? {
        match AnyTerm::from(term) {
            AnyTerm::Tag(tag) => paged::List::Tag(tag),
            AnyTerm::Category(category) => paged::List::Category(category),
            AnyTerm::Term(term) => paged::List::Term(term),
        }
    } else if let Some(section) = section::at(ctx, scope, frame, list).await? {
        paged::List::Section(section)
    } else {
        return Ok(None);
    };
    if number == 1 {
        let target = address::encode(list);
        return Ok(Some(Route::Redirect(Redirect { target, permanent: true })));
    }
    let page = ListPage::read(ctx, frame, list, found, number, *page_size).await?;
    Ok(page.map(Route::ListPage))
}

/// The same page in a language that stands in for that of the path.
async fn elsewhere(ctx: &Ctx, asked: &Asked<'_>, path: &str) -> Result<Option<Route>> {
    let Asked { scope, frame, columns, page_size: _ } = asked;
    let by = ArticleBy::Path(address::encode(path));
    if let Some(best) = read::best(ctx, scope, &by, None, true, *columns).await? {
        let articles = Article::group_for(vec![best.row], (*scope).clone(), best.asked);
        return Ok(articles.into_iter().next().map(Route::Article));
    }
    let own = frame.language_at(path);
    let rest = path.strip_prefix(frame.prefix(own).as_str()).unwrap_or(path);
    for tag in frame.chain(own).into_iter().filter(|tag| *tag != own.tag) {
        let there = format!("{}{rest}", frame.prefix(frame.language_of(&tag)));
        if let Some(section) = section::at(ctx, scope, frame, &there).await? {
            return Ok(Some(Route::Section(section)));
        }
    }
    Ok(None)
}

/// Where a path leads that is not written as it should be: in other case, with
/// slashes too many, or with the file that a folder shows. One page has one
/// address, so the answer is a redirect to it.
async fn misspelt(ctx: &Ctx, asked: &Asked<'_>, path: &str) -> Result<Option<Route>> {
    let cleaned = cleaned(path);
    let folded: String = cleaned.nfc().flat_map(char::to_lowercase).collect();
    let mut right = read::path_in_any_case(ctx, asked.scope, [&folded, &cleaned]).await?;
    for spelling in [&cleaned, &folded] {
        if right.is_none() && spelling != path && at(ctx, asked, spelling).await?.is_some() {
            right = Some(spelling.clone());
        }
    }
    Ok(right.filter(|right| right != path).map(|right| {
        Route::Redirect(Redirect { target: address::encode(&right), permanent: true })
    }))
}

fn cleaned(path: &str) -> String {
    let mut cleaned = String::with_capacity(path.len());
    for c in path.chars() {
        if c != '/' || !cleaned.ends_with('/') {
            cleaned.push(c);
        }
    }
    match cleaned.strip_suffix("/index.html") {
        Some(folder) => format!("{folder}/"),
        None => cleaned,
    }
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
        let Some(slug) = taxonomy::slug_at(frame, language, plural, path) else {
            continue;
        };
        if scope.view == entity::View::Published && !frame.term_has_page(language, plural, &slug) {
            return Ok(None);
        }
        let tag = named.unwrap_or(&language.tag);
        let taxonomy = Taxonomy::named(plural);
        return taxonomy::one(ctx, scope, Some(&taxonomy), TermBy::Slug(slug), Some(tag)).await;
    }
    Ok(None)
}

/// Where something that lived here is now, if it may be seen, and whether for ever.
pub async fn redirected(
    ctx: &Ctx,
    scope: &Scope,
    frame: &Frame,
    path: &str,
) -> Result<Option<(String, bool)>> {
    use entity::article_copy::Column;
    let Some(row) = read::redirect(ctx, path).await? else {
        return Ok(None);
    };
    let target = match (row.article_id, row.term_id, row.target) {
        (Some(article), _, _) => {
            let columns = Columns::BASE.with(Columns::of(&[Column::Path]));
            let by = ArticleBy::Id(encode(IdKind::Article, article));
            let found = read::page(ctx, scope, &by, columns).await?;
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
    Ok(target.map(|target| (target, row.permanent)))
}
