//! Bodies, and texts of lists, as they were rendered: how, by which renderer, and anew
//! when it has become another.

use std::collections::HashMap;

use entity::{article_copy, body, revision, source_file};
use sea_orm::sea_query::{CaseStatement, Expr, ExprTrait};
use sea_orm::{
    ColumnTrait, Condition, DatabaseTransaction, EntityTrait, QueryFilter, QueryOrder, QuerySelect,
};
use uuid::Uuid;

use super::write::body_row;
use crate::ctx::Ctx;
use crate::error::{Error, Result};
use crate::event::Write;
use crate::render;

/// Texts that one transaction renders.
const BATCH: u64 = 50;

/// How a body was rendered.
pub(super) async fn mode(write: &Write<'_>, id: Uuid) -> Result<i16> {
    body::Entity::find_by_id(id)
        .select_only()
        .column(body::Column::Mode)
        .into_tuple()
        .one(write.txn())
        .await?
        .ok_or_else(|| Error::internal("a body is missing"))
}

/// The file of a Hugo site that an article came from.
pub(super) async fn file_of(write: &Write<'_>, id: Uuid) -> Result<Option<String>> {
    Ok(source_file::Entity::find()
        .filter(source_file::Column::ArticleId.eq(id))
        .select_only()
        .column(source_file::Column::Path)
        .into_tuple()
        .one(write.txn())
        .await?)
}

/// Whether a file of a Hugo site is no Markdown.
fn is_html(file: Option<&str>) -> bool {
    let ending = file.and_then(|file| file.rsplit_once('.')).map(|(_, ending)| ending);
    ending.is_some_and(|ending| ["html", "htm"].contains(&ending))
}

/// Renders some of the bodies anew that an older renderer made, and says how many.
/// No content is changed by it, and no event follows.
pub async fn renew(ctx: &Ctx) -> Result<usize> {
    use body::Column;
    let old = || Column::Renderer.lt(render::VERSION);
    let first: Option<Uuid> = body::Entity::find()
        .filter(old())
        .select_only()
        .column(Column::Id)
        .into_tuple()
        .one(ctx.db_private().orm())
        .await?;
    if first.is_none() {
        return Ok(0);
    }
    let txn = ctx.app().db().begin().await?;
    let rows = body::Entity::find().filter(old()).order_by_asc(Column::Id).limit(BATCH).all(&txn);
    let rows = rows.await?;
    let count = rows.len();
    let ids: Vec<_> = rows.iter().map(|row| row.id).collect();
    let files: HashMap<Uuid, String> = revision::Entity::find()
        .join(sea_orm::JoinType::InnerJoin, of_article())
        .filter(revision::Column::BodyId.is_in(ids))
        .select_only()
        .column(revision::Column::BodyId)
        .column_as(source_file::Column::Path, "path")
        .into_tuple::<(Uuid, String)>()
        .all(&txn)
        .await?
        .into_iter()
        .collect();
    let pairs = tokio::task::spawn_blocking(move || {
        let anew = |row: &body::Model| {
            let options = render::Options::from_bits(row.mode);
            let file = files.get(&row.id).map(String::as_str);
            body_row(row.id, row.markdown.clone(), options, file)
        };
        rows.into_iter().map(|row| Ok((anew(&row)?, row))).collect::<Result<Vec<_>>>()
    });
    for (new, old) in pairs.await.map_err(Error::internal)?? {
        replace(&txn, new, &old).await?;
    }
    txn.commit().await?;
    Ok(count)
}

/// A text that stands above a list, of a section or of a term in a language.
pub struct ListText {
    pub language: String,
    pub markdown: String,
    /// The file of the Hugo site that says it.
    pub source: Option<String>,
    /// What finds its row.
    pub row: Condition,
}

/// A table of such texts, with what is rendered from them.
pub trait ListTexts: EntityTrait {
    const HTML: Self::Column;
    const LINKS: Self::Column;
    const RENDERER: Self::Column;

    fn text(row: Self::Model) -> ListText;
}

/// The same for the texts of a table.
pub async fn renew_lists<T: ListTexts>(ctx: &Ctx) -> Result<usize> {
    let is_old = || T::RENDERER.lt(render::VERSION);
    let old = T::find().filter(is_old()).limit(BATCH).all(ctx.db_private().orm()).await?;
    if old.is_empty() {
        return Ok(0);
    }
    let count = old.len();
    let frame = ctx.frame().await?;
    let anew = move |row: T::Model| {
        let ListText { language, markdown, source, row } = T::text(row);
        let options = frame.language_of(&language).rendering(false, is_html(source.as_deref()));
        Ok((row, body_row(Uuid::nil(), markdown, options, source.as_deref())?))
    };
    let rendered = tokio::task::spawn_blocking(move || {
        old.into_iter().map(anew).collect::<Result<Vec<(Condition, body::Model)>>>()
    });
    let rendered = rendered.await.map_err(Error::internal)??;
    let txn = ctx.app().db().begin().await?;
    for (row, new) in rendered {
        // What was said meanwhile was rendered then.
        T::update_many()
            .col_expr(T::HTML, Expr::value(new.html))
            .col_expr(T::LINKS, Expr::value(new.links))
            .col_expr(T::RENDERER, Expr::value(new.renderer))
            .filter(row)
            .filter(is_old())
            .exec(&txn)
            .await?;
    }
    txn.commit().await?;
    Ok(count)
}

fn of_article() -> sea_orm::RelationDef {
    revision::Entity::belongs_to(source_file::Entity)
        .from(revision::Column::ArticleId)
        .to(source_file::Column::ArticleId)
        .into()
}

/// Puts a new rendering in an old one's place, and in the copies what they have of it.
async fn replace(txn: &DatabaseTransaction, new: body::Model, old: &body::Model) -> Result<()> {
    use article_copy::{Column, Entity};
    // A summary that is the body's own follows it; one that somebody wrote stays, where
    // the body does not say itself how far it goes.
    let own = Expr::col(Column::Summary).eq(old.summary.as_str());
    let own = own.or(Expr::val(new.markdown.contains(render::DIVIDER)).eq(true));
    let summary =
        CaseStatement::new().case(own, new.summary.as_str()).finally(Expr::col(Column::Summary));
    Entity::update_many()
        .col_expr(Column::Summary, summary.into())
        .col_expr(Column::WordCount, Expr::value(new.word_count))
        .col_expr(Column::ReadingTime, Expr::value(new.reading_time))
        .filter(Column::BodyId.eq(new.id))
        .exec(txn)
        .await?;
    let id = new.id;
    let body::Model {
        id: _,
        markdown: _,
        html,
        headings,
        summary,
        word_count,
        reading_time,
        mode: _,
        renderer,
        links,
    } = new;
    body::Entity::update_many()
        .col_expr(body::Column::Html, Expr::value(html))
        .col_expr(body::Column::Headings, Expr::value(headings))
        .col_expr(body::Column::Summary, Expr::value(summary))
        .col_expr(body::Column::WordCount, Expr::value(word_count))
        .col_expr(body::Column::ReadingTime, Expr::value(reading_time))
        .col_expr(body::Column::Renderer, Expr::value(renderer))
        .col_expr(body::Column::Links, Expr::value(links))
        .filter(body::Column::Id.eq(id))
        .exec(txn)
        .await?;
    Ok(())
}
