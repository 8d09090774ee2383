//! What is done with redirects.

use std::collections::HashMap;

use entity::{View, article_copy, redirect};
use sea_orm::sea_query::{Condition, Expr, ExprTrait, Func, LikeExpr};
use sea_orm::{
    ColumnTrait, EntityTrait, PaginatorTrait, QueryFilter, QueryOrder, QuerySelect, Select,
};
use serde_json::json;
use uuid::Uuid;

use super::store;
use crate::article::columns::Columns;
use crate::article::content::MAX_KEY;
use crate::article::read;
use crate::ctx::Ctx;
use crate::error::{Error, Result, UserErrorCode};
use crate::event::{Event, Write};
use crate::graphql::page::{Cursor, Key, Page, Slice};
use crate::graphql::{decode_address, decode_path};
use crate::hugo::address::encode;
use crate::policy::{self, Action, Scope, Subject};
use crate::site::Frame;
use crate::taxonomy::{self, Taxonomy};

/// A redirect and where it leads now; nowhere while what it names is not public.
#[derive(Debug, Clone)]
pub struct Led {
    pub row: redirect::Model,
    pub target: Option<String>,
}

/// Where a redirect leads.
enum Destination {
    Article(Uuid),
    Term(Uuid),
    /// A path, percent-encoded, or an address in full.
    Address(String),
}

fn authorize(ctx: &Ctx) -> Result<()> {
    policy::check(ctx.actor(), Action::EditRedirects, Subject::default())
}

fn matching(search: Option<&str>) -> Select<redirect::Entity> {
    let mut find = redirect::Entity::find();
    if let Some(text) = search {
        let escaped = text.to_ascii_lowercase().replace('\\', "\\\\");
        let escaped = escaped.replace('%', "\\%").replace('_', "\\_");
        let holds = |column: redirect::Column| {
            let lower = Func::lower(Expr::col((redirect::Entity, column)));
            Expr::from(lower).like(LikeExpr::new(format!("%{escaped}%")).escape('\\'))
        };
        let any = Condition::any()
            .add(holds(redirect::Column::Path))
            .add(holds(redirect::Column::Target));
        find = find.filter(any);
    }
    find
}

/// A page of the redirects, by path.
pub async fn list(ctx: &Ctx, search: Option<&str>, page: &Page) -> Result<Slice<Led>> {
    authorize(ctx)?;
    let mut find = matching(search);
    for (cursor, greater) in [(&page.after, true), (&page.before, false)] {
        if let Some(Cursor { key: Key::Text(path), .. }) = cursor {
            let path = path.as_str();
            find = find.filter(if greater {
                redirect::Column::Path.gt(path)
            } else {
                redirect::Column::Path.lt(path)
            });
        }
    }
    find = if page.backward {
        find.order_by_desc(redirect::Column::Path)
    } else {
        find.order_by_asc(redirect::Column::Path)
    };
    let rows = find.limit(page.limit()).all(ctx.db().orm()).await?;
    let Slice { rows, has_previous, has_next } = page.slice(rows);
    Ok(Slice { rows: led(ctx, rows).await?, has_previous, has_next })
}

pub async fn count(ctx: &Ctx, search: Option<&str>) -> Result<u64> {
    authorize(ctx)?;
    Ok(matching(search).count(ctx.db().orm()).await?)
}

pub async fn one(ctx: &Ctx, path: &str) -> Result<Option<Led>> {
    authorize(ctx)?;
    let row = read::redirect(ctx, &decode_address(path)).await?;
    Ok(led(ctx, row.into_iter().collect()).await?.pop())
}

/// Where redirects lead: articles in one statement, terms in another.
async fn led(ctx: &Ctx, rows: Vec<redirect::Model>) -> Result<Vec<Led>> {
    let scope = Scope::public(ctx);
    let frame = ctx.frame().await?;
    let named = |id: fn(&redirect::Model) -> Option<Uuid>| rows.iter().filter_map(id).collect();
    let articles: Vec<Uuid> = named(|row| row.article_id);
    let terms: Vec<Uuid> = named(|row| row.term_id);
    let columns = Columns::BASE.with(Columns::of(&[article_copy::Column::Path]));
    let rows_of = read::by_ids(ctx, &scope, &articles, columns).await?;
    let paths: HashMap<_, _> = rows_of.into_iter().map(|row| (row.article_id, row.path)).collect();
    let found = taxonomy::by_ids(ctx, &scope, &terms, None).await?;
    Ok(rows
        .into_iter()
        .map(|row| {
            let target = match (row.article_id, row.term_id) {
                (Some(id), _) => paths.get(&id).map(|path| encode(path)),
                (None, Some(id)) => found.get(&id).map(|term| {
                    let language = frame.language_of(&row.language);
                    let plural = term.row.taxonomy.plural();
                    encode(&frame.term_path(language, plural, &term.row.slug))
                }),
                (None, None) => row.target.clone(),
            };
            Led { row, target }
        })
        .collect())
}

fn invalid(field: &str, message: impl Into<String>) -> Error {
    Error::invalid(&format!("input.{field}"), UserErrorCode::Invalid, message)
}

/// The decoded path that a redirect leads from, with the query if there is one.
fn origin(text: &str) -> Result<String> {
    if !text.starts_with('/') || text.starts_with("//") || text.contains('#') {
        return Err(invalid(
            "path",
            "write a path that begins with one slash, and its query if it has one: /old/address/",
        ));
    }
    if text.len() > MAX_KEY {
        return Err(invalid("path", format!("at most {MAX_KEY} bytes")));
    }
    Ok(decode_address(text))
}

pub async fn create(ctx: &Ctx, path: &str, target: &str, permanent: bool) -> Result<String> {
    authorize(ctx)?;
    let path = origin(path)?;
    let mut write = Write::begin(ctx).await?;
    let frame = write.frame().await?;
    if redirect::Entity::find_by_id(path.clone()).one(write.txn()).await?.is_some() {
        return Err(Error::invalid(
            "input.path",
            UserErrorCode::Taken,
            "this address leads somewhere already: update it",
        ));
    }
    refuse_inhabited(&write, &frame, &path).await?;
    put(&mut write, &frame, path.clone(), target, permanent, "redirect.created").await?;
    write.commit().await?;
    Ok(path)
}

/// Whether an address is led to this target already, or to where that leads.
pub async fn leads(ctx: &Ctx, path: &str, target: &str) -> Result<bool> {
    let rows = [
        read::redirect(ctx, &decode_address(path)).await?,
        read::redirect(ctx, &decode_address(target)).await?,
    ];
    let [from, next] = rows.map(|row| row.into_iter().collect());
    let from = led(ctx, from).await?.pop().and_then(|led| led.target);
    let next = led(ctx, next).await?.pop().and_then(|led| led.target);
    let next = next.unwrap_or_else(|| target.to_owned());
    Ok(from
        .is_some_and(|from| [target, &next].map(decode_address).contains(&decode_address(&from))))
}

pub async fn update(
    ctx: &Ctx,
    path: &str,
    target: Option<&str>,
    permanent: Option<bool>,
) -> Result<String> {
    authorize(ctx)?;
    let path = decode_address(path);
    let mut write = Write::begin(ctx).await?;
    let frame = write.frame().await?;
    let row = existing(&write, &path).await?;
    let permanent = permanent.unwrap_or(row.permanent);
    if let Some(target) = target {
        put(&mut write, &frame, path.clone(), target, permanent, "redirect.updated").await?;
    } else {
        store::put(&write, vec![redirect::Model { permanent, ..row }]).await?;
        record(&mut write, "redirect.updated", &path, None);
    }
    write.commit().await?;
    Ok(path)
}

pub async fn delete(ctx: &Ctx, path: &str) -> Result<String> {
    authorize(ctx)?;
    let path = decode_address(path);
    let mut write = Write::begin(ctx).await?;
    existing(&write, &path).await?;
    store::forget(&write, std::slice::from_ref(&path)).await?;
    record(&mut write, "redirect.deleted", &path, None);
    write.commit().await?;
    Ok(path)
}

async fn existing(write: &Write<'_>, path: &str) -> Result<redirect::Model> {
    let found =
        redirect::Entity::find_by_id(path.to_owned()).lock_exclusive().one(write.txn()).await?;
    found.ok_or_else(|| {
        Error::invalid("path", UserErrorCode::NotFound, "nothing leads from this address")
    })
}

fn record(write: &mut Write<'_>, kind: &'static str, path: &str, target: Option<&str>) {
    let data = json!({ "path": path, "target": target });
    write.record(Event { data, ..Event::new(kind) });
}

/// An address at which an article or a term lives leads nowhere else.
async fn refuse_inhabited(write: &Write<'_>, frame: &Frame, path: &str) -> Result<()> {
    let taken = |what: &str| {
        let message = format!("{what} lives at this address: move it first");
        Err(Error::invalid("input.path", UserErrorCode::Taken, message))
    };
    if !store::inhabited(write.txn(), &[path.to_owned()]).await?.is_empty() {
        return taken("an article");
    }
    if term_at(write, frame, path).await?.is_some() {
        return taken("a tag or a category");
    }
    Ok(())
}

async fn term_at(write: &Write<'_>, frame: &Frame, path: &str) -> Result<Option<Uuid>> {
    let language = frame.language_at(path);
    for (_, plural) in frame.taxonomies(language) {
        if let Some(slug) = taxonomy::slug_at(frame, language, plural, path) {
            let taxonomy = Taxonomy::named(plural);
            let found =
                taxonomy::existing(write, frame, &taxonomy, std::slice::from_ref(&slug)).await?;
            return Ok(found.into_iter().next());
        }
    }
    Ok(None)
}

/// Where a target leads in the end.
async fn destination(write: &Write<'_>, frame: &Frame, target: &str) -> Result<Destination> {
    let target = target.trim();
    if target.is_empty() || target.len() > MAX_KEY || target.chars().any(char::is_control) {
        return Err(invalid("target", format!("write an address of at most {MAX_KEY} bytes")));
    }
    let base = frame.site.base_url.trim_end_matches('/');
    let local = match target.strip_prefix(base) {
        Some("") => "/",
        Some(rest) if rest.starts_with('/') => rest,
        _ => target,
    };
    if local.starts_with("http://") || local.starts_with("https://") {
        return Ok(Destination::Address(local.to_owned()));
    }
    if !local.starts_with('/') || local.starts_with("//") {
        return Err(invalid(
            "target",
            "write a path that begins with one slash, or an address with http:// or https://",
        ));
    }
    let path = decode_path(local);
    if let Some(at) = local.find(['?', '#']) {
        // A place within a page: the page is not named by it.
        let rest = local.get(at..).unwrap_or_default();
        return Ok(Destination::Address(format!("{}{rest}", encode(&path))));
    }
    let article: Option<Uuid> = article_copy::Entity::find()
        .select_only()
        .column(article_copy::Column::ArticleId)
        .filter(article_copy::Column::View.eq(View::Published))
        .filter(article_copy::Column::Path.eq(path.as_str()))
        .into_tuple()
        .one(write.txn())
        .await?;
    if let Some(id) = article {
        return Ok(Destination::Article(id));
    }
    if let Some(id) = term_at(write, frame, &path).await? {
        return Ok(Destination::Term(id));
    }
    let next = redirect::Entity::find_by_id(path.clone()).one(write.txn()).await?;
    Ok(match next {
        Some(redirect::Model { article_id: Some(id), .. }) => Destination::Article(id),
        Some(redirect::Model { term_id: Some(id), .. }) => Destination::Term(id),
        Some(redirect::Model { target: Some(target), .. }) => Destination::Address(target),
        _ => Destination::Address(encode(&path)),
    })
}

/// Follows an address for as long as it leads on, and refuses one that comes back.
async fn refuse_loop(write: &Write<'_>, path: &str, address: &str) -> Result<()> {
    let mut seen = vec![path.to_owned()];
    let mut next = Some(address.to_owned());
    while let Some(address) = next.take() {
        if !address.starts_with('/') {
            return Ok(());
        }
        // What leads from a path leads from it with any query, too.
        for at in [decode_address(&address), decode_path(&address)] {
            if seen.contains(&at) {
                return Err(invalid("target", "this leads back to where it begins"));
            }
            let row = redirect::Entity::find_by_id(at.clone()).one(write.txn()).await?;
            if let Some(row) = row {
                next = row.target;
                seen.push(at);
                break;
            }
        }
    }
    Ok(())
}

async fn put(
    write: &mut Write<'_>,
    frame: &Frame,
    path: String,
    target: &str,
    permanent: bool,
    kind: &'static str,
) -> Result<()> {
    let led = destination(write, frame, target).await?;
    if let Destination::Address(address) = &led {
        refuse_loop(write, &path, address).await?;
    }
    let row = redirect::Model {
        language: frame.language_at(&path).row.tag.clone(),
        path: path.clone(),
        target: None,
        article_id: None,
        term_id: None,
        permanent,
        created_at: write.ctx().now(),
    };
    let row = match led {
        Destination::Article(id) => redirect::Model { article_id: Some(id), ..row },
        Destination::Term(id) => redirect::Model { term_id: Some(id), ..row },
        Destination::Address(address) => redirect::Model { target: Some(address), ..row },
    };
    store::put(write, vec![row]).await?;
    record(write, kind, &path, Some(target));
    Ok(())
}
