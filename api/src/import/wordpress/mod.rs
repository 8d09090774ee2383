//! WordPress exports (WXR 1.0 to 1.2), as "Tools → Export" and WP-CLI write them.
//!
//! A file is read twice. The first time notes what posts refer to, which may
//! stand anywhere: terms, authors, the media library, parents of pages, blocks
//! that posts share ([`Survey`]). The second time each post becomes an item, one
//! after the other, so that memory does not grow with the texts.
//!
//! **Invariants.** Pure: bytes in, items out. Nothing that a visitor could not
//! read becomes public: private posts and those behind a password are drafts,
//! and passwords are dropped. What no field holds is kept with the item.

mod dates;
mod item;
mod menus;
mod meta;
#[cfg(test)]
mod tests;

use std::collections::{HashMap, HashSet};
use std::io::Read;

use chrono_tz::Tz;
use indexmap::IndexMap;

use super::html::{Media, plain};
use super::model::{Item, Origin, Term, decode, filled};
use super::xml::{Decoded, Element, Elements};
use crate::article::content::Author;
use crate::hugo::problem::Problem;

/// Types that are no content of their own.
const INTERNAL: &[&str] = &[
    "attachment",
    "revision",
    "nav_menu_item",
    "wp_block",
    "wp_template",
    "wp_template_part",
    "wp_global_styles",
    "wp_navigation",
    "wp_font_family",
    "wp_font_face",
    "custom_css",
    "customize_changeset",
    "oembed_cache",
    "user_request",
    "acf-field",
    "acf-field-group",
];

/// What posts refer to.
#[derive(Debug, Default)]
pub struct Survey {
    pub origin: Origin,
    authors: HashMap<String, Author>,
    media: HashMap<u64, Media>,
    /// Files by the post that they were uploaded to, in order of the file.
    uploads: HashMap<u64, Vec<u64>>,
    /// Parent and slug of pages and whatever else has a tree.
    pages: HashMap<u64, (u64, String)>,
    shared: HashMap<u64, String>,
    /// Taxonomies and slugs of terms by their ids, which entries of menus name.
    terms: HashMap<u64, (String, String)>,
    /// What is no content, by type: how many.
    pub left_out: IndexMap<String, usize>,
    pub items: usize,
}

fn elements(source: Box<dyn Read + Send>) -> Result<Elements, Problem> {
    let source =
        Decoded::new(source).map_err(|error| Problem::new(format!("cannot be read: {error}")))?;
    Ok(Elements::new(source, 2))
}

/// Reads what posts refer to. A file that was cut off is surveyed as far as it
/// goes: reading it again says where it ends.
pub fn survey(source: Box<dyn Read + Send>) -> Result<Survey, Problem> {
    let mut elements = elements(source)?;
    let mut survey = Survey::default();
    let mut version = false;
    let mut first = true;
    loop {
        let element = match elements.read() {
            Ok(Some(element)) => element,
            Ok(None) => break,
            Err(problem) if first => return Err(problem),
            Err(_) => break,
        };
        first = false;
        version |= element.name == "wp:wxr_version";
        // Languages of Polylang come as terms, before any post.
        survey.note(&element);
    }
    menus::settle(&mut survey);
    if !version {
        return Err(Problem::new(
            "this is no WordPress export: make one in WordPress under Tools → Export, \
             or by `wp export`",
        ));
    }
    Ok(survey)
}

impl Survey {
    fn note(&mut self, element: &Element) {
        match element.name.as_str() {
            "title" => self.origin.title = plain(&element.text),
            "description" => self.origin.description = plain(&element.text),
            "language" => self.origin.language = filled(&element.text),
            "link" if self.origin.home.is_empty() => self.home(&element.text),
            "wp:base_blog_url" => self.home(&element.text),
            "wp:author" => {
                let login = element.text_of("wp:author_login").trim().to_owned();
                let author = Author {
                    name: filled(&plain(element.text_of("wp:author_display_name")))
                        .unwrap_or_else(|| login.clone()),
                    ..Author::default()
                };
                self.authors.insert(login, author);
            }
            "wp:category" => self.term(
                "categories",
                [
                    "wp:category_nicename",
                    "wp:cat_name",
                    "wp:category_description",
                    "wp:category_parent",
                ],
                element,
            ),
            "wp:tag" => {
                self.term(
                    "tags",
                    ["wp:tag_slug", "wp:tag_name", "wp:tag_description", ""],
                    element,
                );
            }
            "wp:term" => {
                let names =
                    ["wp:term_slug", "wp:term_name", "wp:term_description", "wp:term_parent"];
                let domain = element.text_of("wp:term_taxonomy").trim();
                if domain == "language" {
                    let tag = decode(element.text_of("wp:term_slug").trim());
                    let name = plain(element.text_of("wp:term_name"));
                    self.origin.languages.insert(tag, name);
                } else if let Some(taxonomy) = taxonomy(domain) {
                    self.term(taxonomy, names, element);
                }
            }
            "item" => self.item(element),
            _ => {}
        }
    }

    fn home(&mut self, text: &str) {
        text.trim().trim_end_matches('/').clone_into(&mut self.origin.home);
    }

    fn term(&mut self, taxonomy: &str, names: [&str; 4], element: &Element) {
        let [slug, name, description, parent] = names.map(|name| element.text_of(name).trim());
        let slug = decode(slug);
        let name = filled(&plain(name)).unwrap_or_else(|| slug.clone());
        if name.is_empty() {
            return;
        }
        let id = number(element.text_of("wp:term_id"));
        self.terms.insert(id, (taxonomy.to_owned(), slug.clone()));
        let terms = self.origin.terms.entry(taxonomy.to_owned()).or_default();
        terms.push(Term {
            slug,
            name,
            description: filled(description),
            parent: filled(&decode(parent)),
        });
    }

    fn item(&mut self, element: &Element) {
        let id = number(element.text_of("wp:post_id"));
        let kind = element.text_of("wp:post_type").trim();
        let parent = number(element.text_of("wp:post_parent"));
        match kind {
            "attachment" => {
                let url = element.text_of("wp:attachment_url").trim();
                let alt = meta::value(element, "_wp_attachment_image_alt").map(plain);
                let mime = url.rsplit('.').next().unwrap_or_default().to_ascii_lowercase();
                let media = Media {
                    url: url.to_owned(),
                    alt: alt.and_then(|alt| filled(&alt)),
                    caption: filled(element.text_of("excerpt:encoded")),
                    parent: Some(parent).filter(|parent| *parent > 0),
                    image: ["jpg", "jpeg", "png", "gif", "webp", "avif", "svg", "bmp", "heic"]
                        .contains(&mime.as_str()),
                };
                self.uploads.entry(parent).or_default().push(id);
                self.media.insert(id, media);
            }
            "wp_block" => {
                self.shared.insert(id, element.text_of("content:encoded").to_owned());
            }
            "post" => {}
            "nav_menu_item" => {
                menus::note(element, id, &mut self.origin.menus);
                return;
            }
            _ => {
                let slug = decode(element.text_of("wp:post_name").trim());
                self.pages.insert(id, (parent, slug));
            }
        }
        for language in languages(element) {
            self.origin.languages.entry(language.0).or_insert(language.1);
        }
        if INTERNAL.contains(&kind) {
            *self.left_out.entry(kind.to_owned()).or_default() += 1;
        } else {
            self.items += 1;
        }
    }

    /// The folder of a page: its ancestors, from the top.
    fn directory(&self, parent: u64) -> String {
        let mut names = Vec::new();
        let mut seen = HashSet::new();
        let mut next = parent;
        while let Some((parent, slug)) = self.pages.get(&next)
            && seen.insert(next)
            && seen.len() < 32
        {
            if !slug.is_empty() {
                names.push(slug.replace('/', "-"));
            }
            next = *parent;
        }
        names.reverse();
        names.join("/")
    }
}

/// The languages that plugins note on a post, with their names.
fn languages(element: &Element) -> impl Iterator<Item = (String, String)> {
    let polylang = element
        .all("category")
        .filter(|term| term.attribute("domain") == Some("language"))
        .map(|term| (decode(term.attribute("nicename").unwrap_or_default()), plain(&term.text)));
    let wpml = meta::value(element, "_wpml_import_language_code")
        .or_else(|| meta::value(element, "_icl_lang"))
        .map(|code| (code.trim().to_owned(), String::new()));
    polylang.chain(wpml).filter(|(tag, _)| !tag.is_empty())
}

/// What a taxonomy of WordPress is here; none for those that plugins and themes
/// keep their own affairs in.
fn taxonomy(domain: &str) -> Option<&str> {
    match domain {
        "category" => Some("categories"),
        "post_tag" | "tag" => Some("tags"),
        ""
        | "language"
        | "post_translations"
        | "term_language"
        | "term_translations"
        | "nav_menu"
        | "post_format"
        | "link_category"
        | "wp_theme"
        | "wp_template_part_area"
        | "wp_pattern_category"
        | "translation_priority" => None,
        other => Some(other),
    }
}

fn number(text: &str) -> u64 {
    text.trim().parse().unwrap_or_default()
}

/// Reads posts, one after the other.
pub struct Posts {
    elements: Elements,
    survey: std::sync::Arc<Survey>,
    zone: Tz,
}

impl Posts {
    pub fn new(
        source: Box<dyn Read + Send>,
        survey: std::sync::Arc<Survey>,
        zone: Tz,
    ) -> Result<Self, Problem> {
        Ok(Self { elements: elements(source)?, survey, zone })
    }
}

impl Iterator for Posts {
    type Item = Result<Item, Problem>;

    fn next(&mut self) -> Option<Self::Item> {
        loop {
            let element = match self.elements.read() {
                Ok(element) => element?,
                Err(problem) => return Some(Err(problem)),
            };
            if element.name == "item"
                && let Some(item) = item::read(&element, &self.survey, self.zone)
            {
                return Some(item);
            }
        }
    }
}
