//! Menus: named trees of entries.
//!
//! Entries come from the site's configuration and from articles that ask for a
//! place. An article's entry is there when its copy is visible in the view, and
//! its address is the article's.

use std::collections::HashMap;

use async_graphql::{Object, SimpleObject};
use entity::{article_copy, menu_entry};
use sea_orm::ConnectionTrait;
use sea_orm::sea_query::{Condition, Expr, ExprTrait, JoinType, Order, Query};
use serde_json::{Map, Value};

use crate::article::read::{visible, within};
use crate::ctx::Ctx;
use crate::error::Result;
use crate::graphql::scalar::Json;
use crate::hugo::address;
use crate::policy::Scope;

/// Deeper nesting than this is no menu; it also ends what points at itself.
const DEPTH: usize = 16;

/// A menu.
#[derive(Debug, Clone, SimpleObject)]
pub struct Menu {
    /// The name by which it is asked for.
    name: String,
    /// The entries at the top, by weight, then by name.
    items: Vec<MenuItem>,
}

/// An entry of a menu.
#[derive(Debug, Clone)]
pub struct MenuItem {
    identifier: String,
    name: String,
    url: String,
    title: Option<String>,
    weight: i32,
    params: Map<String, Value>,
    children: Vec<MenuItem>,
}

/// An entry of a menu.
#[Object]
impl MenuItem {
    /// What its children name as their parent.
    async fn identifier(&self) -> &str {
        &self.identifier
    }

    /// What to show.
    async fn name(&self) -> &str {
        &self.name
    }

    /// As configured, or the path of the article it stands for; empty for an
    /// entry that only holds others.
    async fn url(&self) -> &str {
        &self.url
    }

    /// What to show when a pointer rests on it.
    async fn title(&self) -> Option<&str> {
        self.title.as_deref()
    }

    /// Position among its siblings.
    async fn weight(&self) -> i32 {
        self.weight
    }

    /// Further settings, such as Hugo's `pre` and `post`.
    async fn params(&self) -> Json {
        Json(Value::Object(self.params.clone()))
    }

    /// The entries below, by weight, then by name.
    async fn children(&self) -> &[MenuItem] {
        &self.children
    }
}

struct Row {
    parent: Option<String>,
    item: MenuItem,
}

/// Loads a menu once a request.
pub async fn load(ctx: &Ctx, scope: &Scope, language: &str, name: &str) -> Result<Menu> {
    let key = format!("menu:{}:{language}:{name}", scope.key());
    let menu = ctx.once().load(key, || read(ctx, scope, language, name)).await?;
    Ok((*menu).clone())
}

async fn read(ctx: &Ctx, scope: &Scope, language: &str, name: &str) -> Result<Menu> {
    use menu_entry::Column;
    let column = |column: Column| Expr::col((menu_entry::Entity, column));
    let copy = |column: article_copy::Column| Expr::col((article_copy::Entity, column));
    let seen = visible(scope, "article_copy").add(within(scope, "article_copy"));
    let select = Query::select()
        .columns(
            [
                Column::Identifier,
                Column::Parent,
                Column::Name,
                Column::Url,
                Column::Title,
                Column::Weight,
                Column::Params,
            ]
            .map(|column| (menu_entry::Entity, column)),
        )
        .column((article_copy::Entity, article_copy::Column::Path))
        .from(menu_entry::Entity)
        .join(
            JoinType::LeftJoin,
            article_copy::Entity,
            Condition::all()
                .add(
                    copy(article_copy::Column::ArticleId)
                        .equals((menu_entry::Entity, Column::ArticleId)),
                )
                .add(copy(article_copy::Column::View).equals((menu_entry::Entity, Column::View)))
                .add(seen),
        )
        .cond_where(column(Column::Language).eq(language))
        .cond_where(column(Column::Menu).eq(name))
        // An article's entry without its copy is not to be seen.
        .cond_where(
            Condition::any()
                .add(column(Column::ArticleId).is_null())
                .add(copy(article_copy::Column::ArticleId).is_not_null()),
        )
        .order_by((menu_entry::Entity, Column::Weight), Order::Asc)
        .order_by((menu_entry::Entity, Column::Name), Order::Asc)
        .order_by((menu_entry::Entity, Column::Id), Order::Asc)
        .take();
    let mut rows = Vec::new();
    for result in ctx.app().db().read().query_all(&select).await? {
        let path: Option<String> = result.try_get_by_index(7)?;
        let url: Option<String> = result.try_get_by_index(3)?;
        let params: entity::Json = result.try_get_by_index(6)?;
        rows.push(Row {
            parent: result.try_get_by_index(1)?,
            item: MenuItem {
                identifier: result.try_get_by_index(0)?,
                name: result.try_get_by_index(2)?,
                url: url.or(path.map(|path| address::encode(&path))).unwrap_or_default(),
                title: result.try_get_by_index(4)?,
                weight: result.try_get_by_index(5)?,
                params: params.as_object().cloned().unwrap_or_default(),
                children: Vec::new(),
            },
        });
    }
    Ok(Menu { name: name.to_owned(), items: tree(rows) })
}

/// Hangs entries below those that they name as their parent; one whose parent
/// is missing stands at the top, as in Hugo.
fn tree(rows: Vec<Row>) -> Vec<MenuItem> {
    let identifiers: std::collections::HashSet<_> =
        rows.iter().map(|row| row.item.identifier.clone()).collect();
    let mut below: HashMap<Option<String>, Vec<MenuItem>> = HashMap::new();
    for Row { parent, item } in rows {
        let parent =
            parent.filter(|parent| identifiers.contains(parent) && *parent != item.identifier);
        below.entry(parent).or_default().push(item);
    }
    let mut top = below.remove(&None).unwrap_or_default();
    for item in &mut top {
        hang(item, &mut below, DEPTH);
    }
    top
}

fn hang(item: &mut MenuItem, below: &mut HashMap<Option<String>, Vec<MenuItem>>, depth: usize) {
    if depth == 0 {
        return;
    }
    item.children = below.remove(&Some(item.identifier.clone())).unwrap_or_default();
    for child in &mut item.children {
        hang(child, below, depth - 1);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn row(name: &str, parent: Option<&str>) -> Row {
        Row {
            parent: parent.map(str::to_owned),
            item: MenuItem {
                identifier: name.to_owned(),
                name: name.to_owned(),
                url: String::new(),
                title: None,
                weight: 0,
                params: Map::new(),
                children: Vec::new(),
            },
        }
    }

    fn names(items: &[MenuItem]) -> String {
        items
            .iter()
            .map(|item| match names(&item.children) {
                below if below.is_empty() => item.name.clone(),
                below => format!("{}({below})", item.name),
            })
            .collect::<Vec<_>>()
            .join(" ")
    }

    #[test]
    fn entries_hang_below_their_parents() {
        let rows = vec![
            row("a", None),
            row("b", Some("a")),
            row("c", Some("b")),
            row("d", Some("missing")),
            row("e", Some("e")),
        ];
        assert_eq!(names(&tree(rows)), "a(b(c)) d e");
    }

    #[test]
    fn a_circle_of_entries_ends() {
        assert_eq!(names(&tree(vec![row("a", Some("b")), row("b", Some("a"))])), "");
    }
}
