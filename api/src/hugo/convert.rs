//! A page of a Hugo site as an article's content.

use entity::Timestamp;
use indexmap::IndexMap;
use serde_json::{Map, Value};
use uuid::Uuid;

use super::address::{Parts, Rules};
use super::menu_rows;
use super::page::Page;
use super::sections::Sections;
use super::tree::Entry;
use super::{fold, page};
use crate::article::content::{Content, Image, MAX_KEY, MenuPlace, Source};
use crate::article::projection::Release;
use crate::site::{Sidebar, WidgetSetting};

/// Everything of a page that does not depend on the database.
pub struct Draft {
    pub content: Content,
    /// Names of its terms, by taxonomy; their ids go into the content.
    pub terms: IndexMap<String, Vec<String>>,
    /// None: a draft.
    pub release: Option<Release>,
    /// Its decoded address.
    pub path: String,
}

impl Draft {
    /// What of it is too long to be found by.
    pub fn too_long(&self) -> Option<&'static str> {
        let long = |text: &String| text.len() > MAX_KEY;
        if long(&self.path) {
            Some("its address")
        } else if self.terms.values().flatten().any(long) {
            Some("the name of a term")
        } else {
            self.content.too_long()
        }
    }
}

/// When the public sees a page; none where it is a draft.
pub fn release(page: &Page) -> Option<Release> {
    (!page.draft).then(|| Release {
        from: page.publish_date.or(page.date).map_or(Timestamp::UNDATED, Timestamp::from),
        until: page.expiry_date.map(Timestamp::from),
    })
}

/// Takes a page apart. `keywords` is the key's value as it was written, since
/// no column holds it.
pub fn draft(
    rules: &Rules,
    sections: &Sections,
    entry: &Entry,
    page: Page,
    keywords: Option<Value>,
    markdown: &str,
) -> Draft {
    let parts = Parts::new(entry, &page);
    let path = rules.page_path(sections, &parts);
    let made = rules.page_path(&Sections::default(), &parts);
    let aliases =
        page.aliases.iter().map(|alias| rules.alias_path(&entry.language, &path, alias)).collect();
    let release = release(&page);
    let source = match &page.source {
        Some((name, url)) => Some(Source { name: name.clone(), url: url.clone() }),
        None => source(markdown, &page.terms),
    };
    let Page {
        title,
        link_title,
        date,
        publish_date,
        lastmod,
        expiry_date,
        draft: _,
        slug,
        url,
        aliases: _,
        weight,
        summary,
        description,
        lead,
        thumbnail,
        authors,
        terms,
        keywords: _,
        menus,
        translation_key,
        comments,
        authorbox,
        pager,
        toc,
        mathjax,
        sidebar,
        widgets,
        canonical_url,
        source: _,
        mut params,
        warnings: _,
    } = page;
    // Where they are a taxonomy, they are its terms.
    if let Some(keywords) = keywords.filter(|_| !terms.contains_key("keywords")) {
        params.insert("keywords".to_owned(), keywords);
    }
    let content = Content {
        title,
        link_title: filled(link_title),
        directory: entry.dir.clone(),
        name: entry.name.clone(),
        slug,
        url,
        bundle: entry.bundle,
        address: (made != path).then(|| path.clone()),
        translation_key: translation_key.unwrap_or_else(|| entry.logical.clone()),
        summary: filled(summary),
        lead: filled(lead),
        description: filled(description),
        date,
        last_modified: lastmod,
        publish_at: publish_date,
        expire_at: expiry_date,
        weight,
        thumbnail: thumbnail
            .filter(|image| !image.url.is_empty())
            .map(|page::Thumbnail { url, alt }| Image { url, alt }),
        authors,
        terms: IndexMap::new(),
        source,
        canonical_url: filled(canonical_url),
        aliases,
        comments,
        authorbox,
        pager,
        toc,
        mathjax,
        sidebar: sidebar.map(|place| match place {
            page::Sidebar::Left => Sidebar::Left,
            page::Sidebar::Right => Sidebar::Right,
            page::Sidebar::Off => Sidebar::None,
        }),
        widgets: widgets.map(|widgets| {
            widgets
                .into_iter()
                .map(|(name, settings)| WidgetSetting {
                    name,
                    settings: settings.unwrap_or_default(),
                })
                .collect()
        }),
        menus: menus
            .into_iter()
            .map(|(menu, entry)| MenuPlace {
                menu,
                params: menu_rows::params(&entry),
                identifier: entry.identifier,
                parent: entry.parent,
                name: Some(entry.name).filter(|name| !name.is_empty()),
                title: entry.title,
                weight: entry.weight,
            })
            .collect(),
        params,
    };
    Draft { content, terms, release, path }
}

/// Mainroad's templates write empty keys; they say nothing.
fn filled(text: Option<String>) -> Option<String> {
    text.filter(|text| !text.trim().is_empty())
}

/// The value of `keywords` in whatever case its key has.
pub fn keywords(map: &Map<String, Value>) -> Option<Value> {
    fold::get(map, "keywords").cloned()
}

/// Where an article came from: its last paragraph, when that is nothing but a
/// link which is called like one of the article's categories or tags. Sites
/// that collect articles from elsewhere end them so.
fn source(markdown: &str, terms: &IndexMap<String, Vec<String>>) -> Option<Source> {
    let text = markdown.trim_end();
    let (before, last) = text.rsplit_once('\n').unwrap_or(("", text));
    let alone = before.is_empty() || before.ends_with('\n') || before.ends_with("\n\r");
    let (name, url) = last.trim().strip_prefix('[')?.strip_suffix(')')?.split_once("](")?;
    let one_link = !name.contains(['[', ']']) && !url.contains(['(', ')', '[', ']', ' ']);
    let known = terms.values().flatten().any(|term| fold::same(term, name));
    let web = url.starts_with("https://") || url.starts_with("http://");
    (alone && known && web && one_link)
        .then(|| Source { name: name.to_owned(), url: url.to_owned() })
}

/// Puts the ids of the terms into the content, each once.
pub fn resolve_terms(
    content: &mut Content,
    terms: &IndexMap<String, Vec<String>>,
    id: impl Fn(&str, &str) -> Option<Uuid>,
) {
    for (taxonomy, names) in terms {
        let mut ids: Vec<Uuid> = Vec::with_capacity(names.len());
        for name in names {
            if let Some(id) = id(taxonomy, name)
                && !ids.contains(&id)
            {
                ids.push(id);
            }
        }
        content.terms.insert(taxonomy.clone(), ids);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_last_link_called_like_a_term_is_the_source() {
        let terms = IndexMap::from([("categories".to_owned(), vec!["qq".to_owned()])]);
        for (markdown, expected) in [
            ("Text.\n\n[qq](https://example.org/a)\n", Some("https://example.org/a")),
            ("Text.\r\n\r\n[qq](https://example.org/a)\r\n", Some("https://example.org/a")),
            ("[QQ](https://example.org/a)", Some("https://example.org/a")),
            ("Text.\n[qq](https://example.org/a)\n", None),
            ("Text.\n\n[other](https://example.org/a)\n", None),
            ("Text.\n\n[qq](/a)\n", None),
            ("Text.\n\n[qq](https://example.org/a) and [qq](https://example.org/b)\n", None),
            ("", None),
        ] {
            let found = source(markdown, &terms).map(|source| source.url);
            assert_eq!(found.as_deref(), expected, "{markdown:?}");
        }
    }
}
