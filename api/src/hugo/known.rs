//! What is known of a site's files from the last import, so that those which
//! are as they were need not be read.
//!
//! A file is recognised by its size and times where a change since would have
//! shown in them, and else by its bytes' hash: that of what was imported, or of
//! what an export wrote since.

use std::collections::HashMap;

use entity::{Timestamp, exported_file, source_file};
use sea_orm::sea_query::{Condition, Expr, ExprTrait};
use sea_orm::{
    ColumnTrait, ConnectionTrait, EntityTrait, QueryFilter, QueryOrder, QuerySelect, Select,
};
use uuid::Uuid;

use super::files::Stat;
use crate::ctx::Ctx;
use crate::error::Result;

/// Rows that are read at a time.
pub const ROWS: u64 = 2000;

/// Folders that are asked for at a time.
const FOLDERS: usize = 100;

/// Paths that are asked for at a time.
const AT_ONCE: usize = 1000;

/// What is known of one file.
#[derive(Debug, Default)]
pub struct Known {
    kind: String,
    pub hash: Vec<u8>,
    pub article_id: Option<Uuid>,
    pub article_version: Option<i32>,
    stat: Option<(Stat, Timestamp)>,
    /// What an export made of it.
    exported: Option<Vec<u8>>,
}

impl Known {
    #[must_use]
    pub fn is_article(&self) -> bool {
        self.article_id.is_some() && self.kind != "unread"
    }

    #[must_use]
    pub fn is_list(&self) -> bool {
        matches!(self.kind.as_str(), "section" | "term")
    }

    #[must_use]
    pub fn is(&self, kind: &str) -> bool {
        self.kind == kind
    }

    /// Whether the file is sure to be what was imported, unread.
    #[must_use]
    pub fn is_as_it_was(&self, now: &Stat) -> bool {
        self.stat.as_ref().is_some_and(|(then, checked)| now.same(then, *checked))
    }

    /// Whether these are its bytes, as they were imported or exported.
    #[must_use]
    pub fn has(&self, hash: &[u8]) -> bool {
        (self.hash == hash && !self.hash.is_empty()) || self.exported.as_deref() == Some(hash)
    }

    /// What to note of a file that holds the same at other times.
    #[must_use]
    pub fn touched(
        &self,
        hash: &[u8],
        path: &str,
        stat: Stat,
        checked: Timestamp,
    ) -> Option<Touched> {
        let other = self.hash == hash;
        other.then(|| Touched { path: path.to_owned(), stat, checked })
    }

    /// The same, of a file that was read all the same.
    #[must_use]
    pub fn touched_as(&self, file: &source_file::Model) -> Option<Touched> {
        let stat = Stat {
            size: file.size,
            modified: file.modified,
            changed: file.changed_at,
            mode: file.mode,
        };
        if self.is_as_it_was(&stat) {
            return None;
        }
        self.touched(&file.hash, &file.path, stat, file.checked_at?)
    }
}

/// A file that holds the same as before, at other times.
#[derive(Debug)]
pub struct Touched {
    pub path: String,
    pub stat: Stat,
    pub checked: Timestamp,
}

/// What is read of a file, in the order of [`find`].
type Row = (
    String,
    String,
    Vec<u8>,
    Option<Uuid>,
    Option<i32>,
    i64,
    Timestamp,
    i32,
    Option<Timestamp>,
    Option<Timestamp>,
);

/// What is known of files, by path.
pub type ByPath = HashMap<String, Known>;

/// What is known of these files.
pub async fn of<'a>(ctx: &Ctx, paths: impl Iterator<Item = &'a str>) -> Result<ByPath> {
    use source_file::Column;
    let db = ctx.app().db().read();
    let paths: Vec<&str> = paths.collect();
    let mut known = ByPath::new();
    for paths in paths.chunks(AT_ONCE) {
        let paths = || paths.iter().copied();
        let rows = find().filter(Column::Path.is_in(paths())).into_tuple().all(db).await?;
        known.extend(rows.into_iter().map(of_row));
        let exported = exported_file::Entity::find()
            .filter(exported_file::Column::Path.is_in(paths()))
            .all(db)
            .await?;
        add_exported(&mut known, exported);
    }
    Ok(known)
}

/// Everything that is known.
pub async fn load(ctx: &Ctx) -> Result<ByPath> {
    use source_file::Column;
    let db = ctx.app().db().read();
    let mut known = ByPath::new();
    let mut last = String::new();
    // What a database answers is several times as large as what is kept of it.
    loop {
        let rows: Vec<Row> = find()
            .filter(Column::Path.gt(last.as_str()))
            .order_by_asc(Column::Path)
            .limit(ROWS)
            .into_tuple()
            .all(db)
            .await?;
        let Some((path, ..)) = rows.last() else { break };
        last.clone_from(path);
        known.extend(rows.into_iter().map(of_row));
    }
    add_exported(&mut known, exported_file::Entity::find().all(db).await?);
    Ok(known)
}

/// The articles whose files are the pages of leaf bundles in these folders, with the
/// paths of their files.
pub async fn in_bundles(
    db: &impl ConnectionTrait,
    folders: &[&str],
) -> Result<Vec<(String, Uuid)>> {
    use source_file::Column;
    let mut all = Vec::new();
    for folders in folders.chunks(FOLDERS) {
        let pages = folders.iter().fold(Condition::any(), |any, folder| {
            // Whatever stands between `index.` and the end holds no slash.
            let from = Column::Path.gte(format!("{folder}/index."));
            any.add(from.and(Column::Path.lt(format!("{folder}/index/"))))
        });
        let found: Vec<(String, Uuid)> = source_file::Entity::find()
            .select_only()
            .columns([Column::Path, Column::ArticleId])
            .filter(pages)
            .filter(Column::Kind.eq("article"))
            .filter(Column::ArticleId.is_not_null())
            .into_tuple()
            .all(db)
            .await?;
        all.extend(found);
    }
    Ok(all)
}

/// What may be a file of the configuration.
pub fn is_configuration() -> Condition {
    use source_file::Column;
    let place = Condition::any()
        .add(Column::Path.starts_with("config/"))
        .add(Column::Path.contains("/").not());
    Condition::all().add(Column::Kind.eq("file")).add(place)
}

fn find() -> Select<source_file::Entity> {
    use source_file::Column;
    source_file::Entity::find().select_only().columns([
        Column::Path,
        Column::Kind,
        Column::Hash,
        Column::ArticleId,
        Column::ArticleVersion,
        Column::Size,
        Column::Modified,
        Column::Mode,
        Column::ChangedAt,
        Column::CheckedAt,
    ])
}

fn of_row(row: Row) -> (String, Known) {
    let (path, kind, hash, article_id, article_version, size, modified, mode, changed, checked) =
        row;
    let stat = Stat { size, modified, changed, mode };
    let stat = checked.map(|checked| (stat, checked));
    (path, Known { kind, hash, article_id, article_version, stat, exported: None })
}

fn add_exported(known: &mut ByPath, rows: Vec<exported_file::Model>) {
    for row in rows {
        let one = known.entry(row.path).or_insert_with(|| Known {
            kind: "article".to_owned(),
            article_id: row.article_id,
            article_version: row.article_version,
            ..Known::default()
        });
        one.exported = Some(row.hash);
    }
}

/// Notes new times. Nothing that anybody reads changes, so nothing is announced.
pub async fn note(ctx: &Ctx, touched: &[Touched]) -> Result<()> {
    use source_file::Column;
    if touched.is_empty() {
        return Ok(());
    }
    let txn = ctx.app().db().begin().await?;
    for Touched { path, stat, checked } in touched {
        source_file::Entity::update_many()
            .col_expr(Column::Modified, Expr::val(stat.modified.0))
            .col_expr(Column::ChangedAt, Expr::val(stat.changed.map(|changed| changed.0)))
            .col_expr(Column::Mode, Expr::val(stat.mode))
            .col_expr(Column::CheckedAt, Expr::val(checked.0))
            .filter(Column::Path.eq(path.as_str()))
            .exec(&txn)
            .await?;
    }
    txn.commit().await?;
    Ok(())
}
