//! Widgets and sidebars that editors arranged, as the parameters that Mainroad
//! reads: `params.sidebar`.
//!
//! Mainroad knows one list of names for all pages. Where a kind of page has a list
//! of its own, or widgets have settings, that list stands beside it, as
//! `homeWidgets`, `listWidgets` and `singleWidgets`, in the form that front matter
//! has: the theme does not look there, and the import does.

use entity::language::Model;
use serde_json::{Map, Value, json};

use super::super::diff::widgets_value;
use crate::hugo::{fold, settings};
use crate::site::{Frame, Origin, PageKind, Sidebar, WidgetSetting};

const KINDS: [PageKind; 3] = [PageKind::Home, PageKind::List, PageKind::Single];

/// Puts what was arranged for a language, or for all, into its parameters.
pub(super) fn arrange(frame: &Frame, row: &mut Model) {
    let Some(language) = frame.language(&row.tag) else { return };
    let Some(mut params) = row.params.0.as_object().cloned() else { return };
    let was = settings::widgets(&params);
    let mut is = was.clone();
    for kind in KINDS {
        let place = match kind {
            PageKind::Home => &mut is.home,
            PageKind::List => &mut is.list,
            PageKind::Single => &mut is.single,
        };
        let arranged = frame.arranged(Some(language), kind).sidebar;
        place.sidebar = arranged.or(frame.arranged(None, kind).sidebar).or(place.sidebar);
        let (origin, widgets) = frame.widgets_of(Some(language), kind);
        if origin != Origin::Configuration {
            widgets.clone_into(&mut place.widgets);
        }
    }
    if is == was {
        return;
    }
    let key = spelled(&params, "sidebar");
    let mut table = params.get(&key).and_then(Value::as_object).cloned().unwrap_or_default();
    for kind in KINDS {
        let sidebar = is.page(kind).sidebar;
        if sidebar != was.page(kind).sidebar {
            put(&mut table, kind.name(), sidebar.map(said));
        }
    }
    let names = |kind: PageKind| -> Vec<&String> {
        is.page(kind).widgets.iter().map(|widget| &widget.name).collect()
    };
    // The theme shows the one list that most kinds of pages want.
    let alike = |one: PageKind| KINDS.iter().filter(|kind| names(**kind) == names(one)).count();
    let common = if alike(PageKind::List) > alike(PageKind::Single) {
        names(PageKind::List)
    } else {
        names(PageKind::Single)
    };
    if settings::common_widgets(&table).unwrap_or_default() != plain(&common) {
        put(&mut table, "widgets", Some(json!(common)));
    }
    let common = settings::common_widgets(&table).unwrap_or_default();
    for kind in KINDS {
        let own = &is.page(kind).widgets;
        let value = (*own != common).then(|| widgets_value(own));
        put(&mut table, &format!("{}Widgets", kind.name()), value);
    }
    params.insert(key, Value::Object(table));
    row.params = Value::Object(params).into();
}

fn plain(names: &[&String]) -> Vec<WidgetSetting> {
    let named = |name: &&String| WidgetSetting { name: (*name).clone(), settings: Value::Null };
    names.iter().map(named).collect()
}

/// As Mainroad reads it.
fn said(sidebar: Sidebar) -> Value {
    match sidebar {
        Sidebar::Left => json!("left"),
        Sidebar::Right => json!("right"),
        Sidebar::None => json!(false),
    }
}

fn spelled(map: &Map<String, Value>, key: &str) -> String {
    map.keys().find(|name| fold::same(name, key)).map_or_else(|| key.to_owned(), Clone::clone)
}

fn put(map: &mut Map<String, Value>, key: &str, value: Option<Value>) {
    let key = spelled(map, key);
    match value {
        Some(value) => drop(map.insert(key, value)),
        None => drop(map.shift_remove(&key)),
    }
}
