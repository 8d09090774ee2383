//! A menu as it is shown: one statement, and one for each kind of target that it
//! points at.

use std::cmp::Ordering;
use std::collections::{BTreeMap, HashMap, HashSet};

use entity::{article_copy, menu, menu_entry};
use sea_orm::sea_query::{Condition, Expr, ExprTrait, JoinType, Query, SelectStatement, UnionType};
use sha2::{Digest, Sha256};
use uuid::Uuid;

use super::pages;
use super::target::{Place, Targets};
use super::tree::{self, Entry, Target};
use super::{DEPTH, Menu, MenuItem, Origin};
use crate::article::read::{visible, within};
use crate::cache::Dependency;
use crate::ctx::Ctx;
use crate::error::Result;
use crate::hugo::address;
use crate::policy::Scope;
use crate::section;
use crate::site::LanguageFrame;

/// An entry and the identifier of the one above it.
pub struct Row {
    pub parent: Option<String>,
    pub item: MenuItem,
}

/// Everything of a menu in a language, before it is decided what is shown.
pub struct Found {
    /// What editors arranged for the language, or else for all.
    pub arranged: Option<Vec<Entry>>,
    pub configured: Vec<Row>,
    /// Those of articles, sections and terms.
    of_pages: Vec<Row>,
}

/// Loads a menu once a request.
pub async fn load(ctx: &Ctx, scope: &Scope, language: &str, name: &str) -> Result<Menu> {
    let key = format!("menu:{}:{language}:{name}", scope.key());
    let menu = ctx.once().load(key, || read(ctx, scope, language, name)).await?;
    Ok((*menu).clone())
}

async fn read(ctx: &Ctx, scope: &Scope, language: &str, name: &str) -> Result<Menu> {
    let Found { arranged, configured, of_pages } = find(ctx, scope, language, name).await?;
    let (origin, mut rows) = match arranged {
        Some(entries) => {
            let frame = ctx.frame().await?;
            let language = frame.language_of(language);
            let wanted = tree::targets(&entries);
            let targets = Targets::load(ctx, scope, &frame, language, wanted).await?;
            let chain = frame.chain(language);
            let mut rows = Vec::new();
            flatten(entries, None, language, &chain, &targets, &mut rows);
            (Origin::Arranged, rows)
        }
        None => (Origin::Configuration, configured),
    };
    rows.extend(of_pages);
    add_sections(ctx, scope, language, name, &mut rows).await?;
    Ok(Menu { name: name.to_owned(), origin, items: hang_all(rows) })
}

/// The sections at the top, where the site has them in this menu by themselves; one
/// whose name another entry has is in it already (Hugo: hugolib/site.go,
/// `assembleMenus`).
async fn add_sections(
    ctx: &Ctx,
    scope: &Scope,
    language: &str,
    name: &str,
    rows: &mut Vec<Row>,
) -> Result<()> {
    let frame = ctx.frame().await?;
    let language = frame.language_of(language);
    if language.row.section_menu.as_deref() != Some(name) {
        return Ok(());
    }
    for section in section::top(ctx, scope, language).await? {
        let row = &section.row;
        if rows.iter().any(|other| other.item.identifier == row.name) {
            continue;
        }
        // The same whenever it is asked for: it is in no table.
        let id = Sha256::digest(&row.name).first_chunk().copied().map(Uuid::from_bytes);
        let item = MenuItem {
            origin: Origin::Section,
            name: row.title.clone(),
            url: address::encode(&row.path),
            weight: row.weight,
            ..stand_in(id.unwrap_or_default(), row.name.clone())
        };
        rows.push(Row { parent: None, item });
    }
    Ok(())
}

/// The entries that may be seen, each with what it is called and where it leads.
pub fn flatten(
    entries: Vec<Entry>,
    parent: Option<&str>,
    language: &LanguageFrame,
    chain: &[std::sync::Arc<str>],
    targets: &Targets,
    rows: &mut Vec<Row>,
) {
    for entry in entries {
        let found = entry.target.as_ref().map(|target| targets.get(target));
        let Place { url, name: called, page } = match found {
            None => Place::default(),
            Some(Some(found)) => found,
            Some(None) => continue,
        };
        let own = entry.names.get(&*language.tag).or(entry.name.as_ref()).cloned();
        let standing_in = || chain.iter().find_map(|tag| entry.names.get(&**tag)).cloned();
        let name = own.clone().or(called).or_else(standing_in);
        let name = name.unwrap_or_else(|| entry.identifier.clone());
        let identifier = entry.identifier;
        rows.push(Row {
            parent: parent.map(str::to_owned),
            item: MenuItem {
                id: entry.id,
                origin: Origin::Arranged,
                identifier: identifier.clone(),
                name,
                url,
                title: entry.title,
                weight: entry.weight,
                params: entry.params,
                target: entry.target,
                page,
                own_name: own,
                active: false,
                active_trail: false,
                active_below: false,
                children: Vec::new(),
            },
        });
        flatten(entry.children, Some(&identifier), language, chain, targets, rows);
    }
}

/// What configuration and articles say, and in the same statement the trees that
/// editors arranged: of those a row has its language where others have an
/// identifier, and its entries where others have parameters.
fn statement(scope: &Scope, language: &str, name: &str) -> SelectStatement {
    use menu_entry::Column;
    let column = |column: Column| Expr::col((menu_entry::Entity, column));
    let copy = |column: article_copy::Column| Expr::col((article_copy::Entity, column));
    let seen = visible(scope, "article_copy").add(within(scope, "article_copy"));
    let nothing = || Expr::val(None::<String>);
    let arranged = Query::select()
        .exprs([
            Expr::val(true),
            Expr::val(Uuid::nil()),
            Expr::col((menu::Entity, menu::Column::Language)),
            nothing(),
            Expr::col((menu::Entity, menu::Column::Name)),
            nothing(),
            nothing(),
            Expr::col((menu::Entity, menu::Column::Version)),
            Expr::col((menu::Entity, menu::Column::Entries)),
            nothing(),
            nothing(),
            Expr::val(None::<Uuid>),
            nothing(),
        ])
        .from(menu::Entity)
        .cond_where(Expr::col((menu::Entity, menu::Column::Name)).eq(name))
        .cond_where(Expr::col((menu::Entity, menu::Column::Language)).is_in(["", language]))
        .cond_where(Expr::col((menu::Entity, menu::Column::Entries)).is_not_null())
        .take();
    Query::select()
        .expr(Expr::val(false))
        .columns(
            [
                Column::Id,
                Column::Identifier,
                Column::Parent,
                Column::Name,
                Column::Url,
                Column::Title,
                Column::Weight,
                Column::Params,
                Column::PageRef,
            ]
            .map(|column| (menu_entry::Entity, column)),
        )
        .column((article_copy::Entity, article_copy::Column::Path))
        .column((menu_entry::Entity, Column::ArticleId))
        .column((menu_entry::Entity, Column::File))
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
        .union(UnionType::All, arranged)
        .take()
}

pub async fn find(ctx: &Ctx, scope: &Scope, language: &str, name: &str) -> Result<Found> {
    let statement = statement(scope, language, name);
    let mut found = Found { arranged: None, configured: Vec::new(), of_pages: Vec::new() };
    for result in ctx.db_of([Dependency::Menus]).query_all(&statement).await? {
        let params: entity::Json = result.get(8)?;
        let identifier: String = result.get(2)?;
        if result.get(0)? {
            // That of the language goes before that of all.
            if found.arranged.is_none() || !identifier.is_empty() {
                found.arranged = Some(serde_json::from_value(params.0)?);
            }
            continue;
        }
        let page: Option<String> = result.get(9)?;
        let path: Option<String> = result.get(10)?;
        let url: Option<String> = result.get(5)?;
        let article: Option<Uuid> = result.get(11)?;
        let file: Option<String> = result.get(12)?;
        let (origin, rows) = match (article, file) {
            (Some(_), _) => (Origin::Article, &mut found.of_pages),
            (None, Some(_)) => (Origin::Section, &mut found.of_pages),
            (None, None) => (Origin::Configuration, &mut found.configured),
        };
        rows.push(Row {
            parent: result.get(3)?,
            item: MenuItem {
                id: result.get(1)?,
                origin,
                identifier,
                name: result.get(4)?,
                url: url.or(path.map(|path| address::encode(&path))).unwrap_or_default(),
                title: result.get(6)?,
                weight: result.get(7)?,
                params: params.as_object().cloned().unwrap_or_default(),
                target: None,
                page: page.map(|page| pages::logical(&page)),
                own_name: Some(result.get(4)?),
                active: false,
                active_trail: false,
                active_below: false,
                children: Vec::new(),
            },
        });
    }
    let named = found.configured.iter().filter_map(|row| row.item.page.clone()).collect();
    let frame = ctx.frame().await?;
    let pages = pages::find(ctx, scope, frame.language_of(language), named).await?;
    for Row { parent: _, item } in &mut found.configured {
        let page = item.page.as_ref().and_then(|page| pages.get(page));
        if let Some((target, place)) = page.cloned() {
            item.url = place.url;
            item.target = Some(target);
            if item.name.is_empty() {
                item.own_name = None;
                item.name = place.name.unwrap_or_default();
            }
        }
        if item.identifier.is_empty() {
            item.identifier.clone_from(&item.name);
        }
    }
    Ok(found)
}

/// A configured menu in the form in which it can be arranged.
pub fn arrangeable(rows: Vec<Row>) -> Vec<Entry> {
    fn entry(item: MenuItem) -> Entry {
        let MenuItem { id, identifier, own_name, url, title, weight, params, target, .. } = item;
        let url = || Some(url).filter(|url| !url.is_empty()).map(Target::Url);
        Entry {
            id,
            identifier,
            name: own_name,
            names: indexmap::IndexMap::new(),
            title,
            weight,
            params,
            target: target.or_else(url),
            children: item.children.into_iter().map(entry).collect(),
        }
    }
    hang_all(rows).into_iter().map(entry).collect()
}

/// Hugo's order: by weight, those without one last, then by name in any case
/// (Hugo: navigation/menu.go).
fn order(a: &MenuItem, b: &MenuItem) -> Ordering {
    let folded = |item: &MenuItem| item.name.to_lowercase();
    (a.weight == 0)
        .cmp(&(b.weight == 0))
        .then(a.weight.cmp(&b.weight))
        .then_with(|| folded(a).cmp(&folded(b)))
        .then_with(|| a.name.cmp(&b.name))
        .then_with(|| a.identifier.cmp(&b.identifier))
        .then(a.id.cmp(&b.id))
}

/// Hangs entries below those that they name as their parent. A parent that is
/// missing gets an entry that has its name and leads nowhere; one that names itself
/// is nowhere (Hugo: hugolib/site.go, `assembleMenus`).
fn hang_all(mut rows: Vec<Row>) -> Vec<MenuItem> {
    let identifiers: HashSet<_> = rows.iter().map(|row| row.item.identifier.clone()).collect();
    // The first of those that name it tells it from stand-ins elsewhere.
    let mut missing: BTreeMap<String, Uuid> = BTreeMap::new();
    for Row { parent, item } in &rows {
        if let Some(parent) = parent.as_ref().filter(|parent| !identifiers.contains(*parent)) {
            let id = missing.entry(parent.clone()).or_insert(item.id);
            *id = Ord::min(item.id, *id);
        }
    }
    rows.extend(missing.into_iter().map(|(name, below)| Row {
        parent: None,
        item: stand_in(Uuid::from_u128(!below.as_u128()), name),
    }));
    rows.sort_by(|a, b| order(&a.item, &b.item));
    let mut below: HashMap<Option<String>, Vec<MenuItem>> = HashMap::new();
    for Row { parent, item } in rows {
        below.entry(parent).or_default().push(item);
    }
    let mut top = below.remove(&None).unwrap_or_default();
    for item in &mut top {
        hang(item, &mut below, DEPTH);
    }
    top
}

/// The entry for a parent that is named and missing.
fn stand_in(id: Uuid, name: String) -> MenuItem {
    MenuItem {
        id,
        origin: Origin::Configuration,
        identifier: name.clone(),
        own_name: Some(name.clone()),
        name,
        url: String::new(),
        title: None,
        weight: 0,
        params: serde_json::Map::new(),
        target: None,
        page: None,
        active: false,
        active_trail: false,
        active_below: false,
        children: Vec::new(),
    }
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
        Row { parent: parent.map(str::to_owned), item: stand_in(Uuid::nil(), name.to_owned()) }
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
        assert_eq!(names(&hang_all(rows)), "a(b(c)) missing(d)");
    }

    #[test]
    fn a_circle_of_entries_ends() {
        assert_eq!(names(&hang_all(vec![row("a", Some("b")), row("b", Some("a"))])), "");
    }

    #[test]
    fn entries_without_weight_come_last_and_names_sort_in_any_case() {
        let weighed = [("d", 0), ("b", 2), ("a", 0), ("B", 2), ("z", -1), ("C", 0)];
        let rows = weighed.map(|(name, weight)| {
            let mut row = row(name, None);
            row.item.weight = weight;
            row
        });
        assert_eq!(names(&hang_all(rows.into())), "z B b a C d");
    }
}
