//! Links within the site: where they stand in a rendered body, what they may mean, and their addresses
//! put in when a body is read.
//!
//! A body keeps a link as it was written, since addresses change. What Hugo looks up is looked up:
//! Markdown files (`other.md`, `../x/index.md`, `/section/_index.md`), the shortcodes `ref` and `relref`,
//! addresses on the site, and files that pages show (`photo.jpg` beside a page, `/img/a.png` in
//! `static/`), with the sizes of pictures. `param` is put in at the same time, for the same reason.
//!
//! **Invariants.** Pure; whoever reads looks up all candidates of all bodies at once. What is not found
//! stays as it was written.

use std::borrow::Cow;
use std::collections::HashSet;

use percent_encoding::percent_decode_str;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use super::escape;
use super::plain::decode;
use super::tokens::{Token, Tokens, attribute};
use crate::media::{folder, is_page};

/// What the page of a list is called.
const LIST: &str = "_index";

/// Links of a body, and files that one may mean, at most.
const LINKS: usize = 2000;
const FILES: usize = 24;

/// What `to` begins with where it stands for a parameter.
const PARAM: &str = "param:";

/// Folder of what is published as it is.
const STATIC: &str = "static/";

/// A link as it stands in a rendered body.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Link {
    pub to: String,
    /// Files of the Hugo site that it may mean, the likeliest first.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub files: Vec<String>,
    /// Files of the Hugo site that are no pages and that it may mean: one beside the page, and one
    /// that is published as it is.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub media: Vec<String>,
}

/// Attributes that name a file to be shown.
const SHOWN: &[(&str, &str)] = &[
    ("img", "src"),
    ("video", "src"),
    ("video", "poster"),
    ("audio", "src"),
    ("source", "src"),
    ("track", "src"),
];

/// What an element leads to, and what it shows.
fn addresses<'a>(name: &'a str, source: &'a str) -> impl Iterator<Item = &'a str> {
    let of = move |(element, one): &(&str, &str)| {
        (*element == name).then(|| attribute(source, one)).flatten()
    };
    [("a", "href")].iter().chain(SHOWN).filter_map(of)
}

/// A file that a page shows.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Shown {
    pub address: String,
    /// Width and height in pixels, of a picture.
    pub size: Option<(i32, i32)>,
}

/// The links of a body that may lead to a page or to a file. `file`: the body's own file in the Hugo
/// site.
#[must_use]
pub fn find(html: &str, file: Option<&str>) -> Vec<Link> {
    let mut seen = HashSet::new();
    let mut links = Vec::new();
    let mut add = |to: String| {
        if links.len() < LINKS && seen.insert(to.clone()) {
            let media = media(&to, file);
            let files = file.map_or(Vec::new(), |file| files(&to, file));
            links.push(Link { to, files, media });
        }
    };
    for token in Tokens::new(html) {
        let Token::Open { name, source } = token else { continue };
        if name == "span" {
            if let Some(param) = param(source) {
                add(format!("{PARAM}{param}"));
            }
            continue;
        }
        for to in addresses(&name, source).map(decode).filter(|to| is_internal(to)) {
            // What is shown is a file.
            if name == "a" || names_file(&to) {
                add(to.into_owned());
            }
        }
    }
    links
}

/// Whether an address may be that of a file, and of no page.
#[must_use]
pub fn names_file(to: &str) -> bool {
    let (path, _) = page(to);
    let is_file = |name: &str| name.contains('.') && name != ".." && !is_page(name);
    reference(to).is_none()
        && !to.starts_with(PARAM)
        && path.rsplit('/').next().is_some_and(is_file)
}

/// Files, but no pages, that an address in `file` may mean wherever pages are: others
/// are found by their addresses.
fn media(to: &str, file: Option<&str>) -> Vec<String> {
    let (path, _) = page(to);
    let mut media = Vec::new();
    if !names_file(to) {
        return media;
    }
    if path.starts_with('/') {
        media.push(format!("{STATIC}{}", join("", &path)));
    } else if let Some(folder) = file.and_then(folder)
        && !path.split('/').any(|part| part == "..")
    {
        media.push(format!("{folder}/{}", join("", &path)));
    }
    media
}

/// The decoded address that a link to a file leads to, as a browser reads it on the
/// page at `path`.
#[must_use]
pub fn file_address(to: &str, path: &str) -> String {
    let base = if path.ends_with('/') { path } else { parent(path) };
    format!("/{}", join(base, &page(to).0))
}

/// Whether a file of the Hugo site is published as it is.
#[must_use]
pub fn is_static(file: &str) -> bool {
    file.starts_with(STATIC)
}

/// Where a file is published: below the address of its page, or where it lies in `static/`. `to` is
/// the link as it was written.
#[must_use]
pub fn published(to: &str, file: &str, page_path: &str) -> String {
    match file.strip_prefix(STATIC) {
        Some(path) => format!("/{path}"),
        None => format!("{}/{}", page_path.trim_end_matches('/'), join("", &page(to).0)),
    }
}

/// Where in a page or a file a link leads, with its `#`; empty where it names no place.
#[must_use]
pub fn fragment(to: &str) -> &str {
    to.find('#').map_or("", |at| &to[at..])
}

/// Whether anything is to be looked up for these links.
#[must_use]
pub fn any_address(links: &[Link]) -> bool {
    links.iter().any(|link| !link.to.starts_with(PARAM))
}

/// Whether a link may mean a list, such as a section or a term: all but files that are pages.
#[must_use]
pub fn may_be_list(to: &str) -> bool {
    let (page, _) = page(to);
    !to.starts_with(PARAM)
        && stem(&page).is_none_or(|stem| stem == LIST || stem.ends_with(&format!("/{LIST}")))
}

/// Whether a link names a page by its file, which is looked for in the page's own language first.
#[must_use]
pub fn is_file(to: &str) -> bool {
    page(to).1
}

/// The parameter that an element stands for.
fn param(source: &str) -> Option<String> {
    if attribute(source, "data-shortcode") != Some("param") {
        return None;
    }
    let params: serde_json::Value =
        serde_json::from_str(&decode(attribute(source, "data-params")?)).ok()?;
    params.get(0).or(params.get("name"))?.as_str().map(str::to_owned)
}

fn is_internal(to: &str) -> bool {
    let page = to.split(['?', '#']).next().unwrap_or_default();
    !page.is_empty() && !page.starts_with("//") && is_relative(reference(page).unwrap_or(page))
}

/// Whether an address has no scheme, however a browser reads it.
fn is_relative(address: &str) -> bool {
    !address.split(['/', '?', '#']).next().unwrap_or_default().contains(':')
}

/// What `ref:` and `relref:` name.
fn reference(to: &str) -> Option<&str> {
    to.strip_prefix("ref:").or(to.strip_prefix("relref:"))
}

/// The page, decoded, without query and fragment, and whether it is a file and no address.
fn page(to: &str) -> (String, bool) {
    let named = reference(to);
    let page = named.unwrap_or(to).split(['?', '#']).next().unwrap_or_default();
    let page = percent_decode_str(page).decode_utf8_lossy().into_owned();
    let is_file = named.is_some() || stem(&page).is_some();
    (page, is_file)
}

fn stem(page: &str) -> Option<&str> {
    page.strip_suffix(".md").or(page.strip_suffix(".markdown"))
}

/// A path in which `.` and `..` are followed, without slashes at its ends.
fn join(base: &str, path: &str) -> String {
    let mut parts: Vec<&str> = Vec::new();
    let base = if path.starts_with('/') { "" } else { base };
    for part in base.split('/').chain(path.split('/')) {
        match part {
            "" | "." => {}
            ".." => {
                parts.pop();
            }
            part => parts.push(part),
        }
    }
    parts.join("/")
}

fn parent(path: &str) -> &str {
    path.trim_end_matches('/').rsplit_once('/').map_or("", |(parent, _)| parent)
}

/// Files that a link in `file` may mean.
fn files(to: &str, file: &str) -> Vec<String> {
    let (page, is_file) = page(to);
    if !is_file {
        return Vec::new();
    }
    let (folder, own) = file.rsplit_once('/').unwrap_or(("", file));
    // `.fr` of `page.fr.md`.
    let own = own.rsplit_once('.').map_or(own, |(own, _)| own);
    let own_language = own.rsplit_once('.').map(|(_, language)| language);
    let language = to
        .split_once("?lang=")
        .map(|(_, rest)| rest.split('#').next().unwrap_or_default())
        .or(own_language);
    let bases: Vec<&str> = if page.starts_with('/') {
        // Below the content, or below the content of a language.
        let ends = file.match_indices('/').map(|(at, _)| &file[..at]).take(3);
        ends.collect()
    } else if own.split('.').next() == Some("index") {
        vec![folder, parent(folder)]
    } else {
        vec![folder]
    };
    let mut files = Vec::new();
    for base in bases {
        let whole = join(base, page.trim_start_matches('/'));
        let name = stem(&whole).unwrap_or(&whole);
        let mut add = |file: String| {
            if files.len() < FILES && !files.contains(&file) {
                files.push(file);
            }
        };
        if let Some(language) = language {
            add(format!("{name}.{language}.md"));
            add(format!("{name}/index.{language}.md"));
        }
        add(format!("{name}.md"));
        add(format!("{name}/index.md"));
    }
    files
}

/// Addresses on the site, decoded, that a link on the page at `path` may mean, the likeliest first.
#[must_use]
pub fn paths(to: &str, path: &str) -> Vec<String> {
    if to.starts_with(PARAM) {
        return Vec::new();
    }
    let (page, is_file) = page(to);
    let base = if is_file { parent(path) } else { path };
    let name = match (stem(&page), is_file) {
        (Some(LIST), true) => "",
        (Some(stem), true) => {
            let list = stem.strip_suffix(LIST).and_then(|folder| folder.strip_suffix('/'));
            // Of `/_index`, the slash stays.
            list.map(|folder| if folder.is_empty() { "/" } else { folder })
                .or(stem.strip_suffix("/index"))
                .unwrap_or(stem)
        }
        _ => &page,
    };
    let mut found = Vec::new();
    let mut add = |path: String| {
        let path = if path.is_empty() { "/".to_owned() } else { format!("/{path}/") };
        if !found.contains(&path) {
            found.push(path);
        }
    };
    let joined = join(base, name);
    if name.starts_with('/') {
        // The language's own first.
        let language = path.trim_start_matches('/').split('/').next().unwrap_or_default();
        let within = join(language, &joined);
        add(joined.clone());
        add(within.clone());
        if is_file {
            add(joined.to_lowercase());
            add(within.to_lowercase());
        }
    } else {
        add(joined.clone());
        if is_file {
            add(joined.to_lowercase());
        }
    }
    found
}

/// What a link's place is taken by: the address of the page with the link's query and fragment.
/// `whole` is that address in full.
#[must_use]
pub fn address(to: &str, path: &str, whole: &str) -> String {
    let rest = reference(to).unwrap_or(to);
    let at = rest.find(['?', '#']).unwrap_or(rest.len());
    let rest = match reference(to) {
        // Its query names a language.
        Some(_) => rest.find('#').map_or("", |at| &rest[at..]),
        None => &rest[at..],
    };
    format!("{}{rest}", if to.starts_with("ref:") { whole } else { path })
}

/// HTML with its links, files and parameters put in, where `of_link`, `of_file` and `of_param` know
/// them.
#[must_use]
pub fn put_in(
    html: &str,
    of_link: impl Fn(&str) -> Option<String>,
    of_file: impl Fn(&str) -> Option<Shown>,
    of_param: impl Fn(&str) -> Option<String>,
) -> String {
    let mut written = String::with_capacity(html.len() + html.len() / 8);
    let mut tokens = Tokens::new(html);
    loop {
        let start = tokens.position();
        let Some(token) = tokens.next() else { return written };
        let whole = &html[start..tokens.position()];
        match token {
            Token::Open { name, source } if name == "a" => {
                let href = attribute(source, "href");
                let to = href.map(decode).unwrap_or_default();
                // As it was written, unless that were an address of another kind.
                let as_written =
                    || reference(&to).filter(|page| is_relative(page)).map(str::to_owned);
                let found = of_link(&to)
                    .or_else(|| of_file(&to).map(|shown| shown.address))
                    .or_else(as_written);
                match (href, found) {
                    (Some(href), Some(found)) => {
                        written.push_str(&with(source, "href", href, &found));
                    }
                    _ => written.push_str(source),
                }
            }
            Token::Open { name, source } if name == "span" => {
                match param(source).and_then(|param| of_param(&param)) {
                    Some(value) => {
                        written.push_str(&escape(&value));
                        tokens.skip_element("span");
                    }
                    None => written.push_str(source),
                }
            }
            Token::Open { name, source } if SHOWN.iter().any(|(element, _)| *element == name) => {
                written.push_str(&shown(&name, source, &of_file));
            }
            _ => written.push_str(whole),
        }
    }
}

/// A tree in mdast's form with its links and files put in; pictures have their sizes as properties.
pub fn put_into_tree(
    node: &mut Value,
    of_link: &dyn Fn(&str) -> Option<String>,
    of_file: &dyn Fn(&str) -> Option<Shown>,
) {
    let kind = node["type"].as_str().unwrap_or_default();
    let is_image = kind == "image";
    if (is_image || matches!(kind, "link" | "definition"))
        && let Some(to) = node["url"].as_str()
    {
        let page = if is_image { None } else { of_link(to) };
        let shown = if page.is_none() { of_file(to) } else { None };
        if let (true, Some((width, height))) = (is_image, shown.as_ref().and_then(|it| it.size)) {
            node["data"] = json!({ "hProperties": { "width": width, "height": height } });
        }
        if let Some(address) = page.or(shown.map(|shown| shown.address)) {
            node["url"] = address.into();
        }
    }
    // Trees are as deep as `mdast` lets them be.
    for child in node.get_mut("children").and_then(Value::as_array_mut).into_iter().flatten() {
        put_into_tree(child, of_link, of_file);
    }
}

/// The start tag of an element that shows a file, with that file's address and size.
fn shown<'s>(name: &str, source: &'s str, of_file: impl Fn(&str) -> Option<Shown>) -> Cow<'s, str> {
    let mut tag = Cow::Borrowed(source);
    for (_, one) in SHOWN.iter().filter(|(element, _)| *element == name) {
        let Some(value) = attribute(source, one) else { continue };
        let Some(Shown { address, size }) = of_file(&decode(value)) else { continue };
        let mut new = with(&tag, one, value, &address);
        // An author who named one side wants the other to follow.
        let is_sized = ["width", "height"].iter().any(|side| attribute(source, side).is_some());
        if let (Some((width, height)), "img", false) = (size, name, is_sized) {
            let end = new.len() - usize::from(new.ends_with('>'));
            new.insert_str(end, &format!(" width=\"{width}\" height=\"{height}\""));
        }
        tag = Cow::Owned(new);
    }
    tag
}

/// A tag with another value of an attribute.
fn with(tag: &str, attribute: &str, old: &str, new: &str) -> String {
    let (old, new) = (format!("{attribute}=\"{old}\""), format!("{attribute}=\"{}\"", escape(new)));
    tag.replacen(&old, &new, 1)
}

/// HTML in which every picture is loaded when it is looked at, unless its author said otherwise.
#[must_use]
pub fn lazy(html: String) -> String {
    if !html.contains("<img") {
        return html;
    }
    let mut written = String::with_capacity(html.len() + html.len() / 32);
    let mut tokens = Tokens::new(&html);
    loop {
        let start = tokens.position();
        let Some(token) = tokens.next() else { return written };
        let whole = &html[start..tokens.position()];
        match token {
            Token::Open { name, source }
                if name == "img" && attribute(source, "loading").is_none() =>
            {
                written.push_str(whole.strip_suffix('>').unwrap_or(whole));
                written.push_str(" loading=\"lazy\">");
            }
            _ => written.push_str(whole),
        }
    }
}

#[cfg(test)]
mod tests;
