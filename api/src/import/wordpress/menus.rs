//! Entries of menus: posts of the type `nav_menu_item`.
//!
//! An entry says in custom fields what it leads to: a post, a term, or an address.
//! Which menu stands where is the theme's affair, and not in the export: menus
//! keep the names that they have.

use indexmap::IndexMap;

use super::super::html::plain;
use super::super::model::{Leads, Link, decode, filled};
use super::super::xml::Element;
use super::{Survey, meta, number};

/// A term by its id alone, until all terms are known.
const TERM_ID: &str = "id";

/// Notes an entry with the menus that it stands in.
pub(super) fn note(element: &Element, id: u64, menus: &mut IndexMap<String, Vec<Link>>) {
    let field = |key: &str| meta::value(element, key).unwrap_or_default().trim();
    let object = number(field("_menu_item_object_id"));
    let leads = match field("_menu_item_type") {
        "post_type" => Leads::Item(format!("wp:{object}")),
        "taxonomy" => Leads::Term(TERM_ID.to_owned(), object.to_string()),
        _ => filled(field("_menu_item_url")).map_or(Leads::Nowhere, Leads::Url),
    };
    let parent = number(field("_menu_item_menu_item_parent"));
    let link = Link {
        key: id.to_string(),
        parent: Some(parent).filter(|parent| *parent > 0).map(|parent| parent.to_string()),
        name: plain(element.text_of("title")),
        title: filled(&plain(element.text_of("excerpt:encoded"))),
        order: element.text_of("wp:menu_order").trim().parse().unwrap_or_default(),
        leads,
    };
    // One that was never put into a menu, or only begun, shows nowhere.
    if element.text_of("wp:status").trim() == "draft" {
        return;
    }
    let of_menu = element.all("category").filter(|it| it.attribute("domain") == Some("nav_menu"));
    for menu in of_menu {
        let name = decode(menu.attribute("nicename").unwrap_or_default());
        if !name.is_empty() {
            menus.entry(name).or_default().push(link.clone());
        }
    }
}

/// Names the terms that entries lead to, now that all are known.
pub(super) fn settle(survey: &mut Survey) {
    for link in survey.origin.menus.values_mut().flatten() {
        if let Leads::Term(taxonomy, id) = &link.leads
            && taxonomy == TERM_ID
        {
            link.leads = match survey.terms.get(&number(id)) {
                Some((taxonomy, slug)) => Leads::Term(taxonomy.clone(), slug.clone()),
                None => Leads::Nowhere,
            };
        }
    }
}
