//! Links within the site: where they stand in a rendered body, what they may mean, and their addresses
//! put in when a body is read.
//!
//! A body keeps a link as it was written, since addresses change. What Hugo looks up is looked up:
//! Markdown files (`other.md`, `../x/index.md`, `/section/page.md`), the shortcodes `ref` and `relref`,
//! and addresses on the site. `param` is put in at the same time, for the same reason.
//!
//! **Invariants.** Pure; whoever reads looks up all candidates of all bodies at once. What is not found
//! stays as it was written.

use std::collections::HashSet;

use percent_encoding::percent_decode_str;
use serde::{Deserialize, Serialize};

use super::escape;
use super::plain::decode;
use super::tokens::{Token, Tokens, attribute};

/// Links of a body, and files that one may mean, at most.
const LINKS: usize = 2000;
const FILES: usize = 24;

/// What `to` begins with where it stands for a parameter.
const PARAM: &str = "param:";

/// A link as it stands in a rendered body.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Link {
    pub to: String,
    /// Files of the Hugo site that it may mean, the likeliest first.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub files: Vec<String>,
}

/// The links of a body that may lead to an article. `file`: the body's own file in the Hugo site.
#[must_use]
pub fn find(html: &str, file: Option<&str>) -> Vec<Link> {
    let mut seen = HashSet::new();
    let mut links = Vec::new();
    for token in Tokens::new(html) {
        let Token::Open { name, source } = token else { continue };
        let to = match &*name {
            "a" => attribute(source, "href").map(|href| decode(href).into_owned()),
            "span" => param(source).map(|param| format!("{PARAM}{param}")),
            _ => None,
        };
        let Some(to) = to.filter(|to| to.starts_with(PARAM) || is_internal(to)) else { continue };
        if links.len() < LINKS && seen.insert(to.clone()) {
            let files = file.map_or(Vec::new(), |file| files(&to, file));
            links.push(Link { to, files });
        }
    }
    links
}

/// Whether anything is to be looked up for these links.
#[must_use]
pub fn any_address(links: &[Link]) -> bool {
    links.iter().any(|link| !link.to.starts_with(PARAM))
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
        (Some(stem), true) => stem.strip_suffix("/index").unwrap_or(stem),
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
        let within = format!("{language}/{joined}");
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

/// HTML with its links and parameters put in, where `of_link` and `of_param` know them.
#[must_use]
pub fn put_in(
    html: &str,
    of_link: impl Fn(&str) -> Option<String>,
    of_param: impl Fn(&str) -> Option<String>,
) -> String {
    let mut written = String::with_capacity(html.len() + html.len() / 8);
    let mut tokens = Tokens::new(html);
    loop {
        let start = tokens.position();
        let Some(token) = tokens.next() else { return written };
        let source = &html[start..tokens.position()];
        match token {
            Token::Open { name, source } if name == "a" => {
                let href = attribute(source, "href");
                let to = href.map(decode).unwrap_or_default();
                // As it was written, unless that were an address of another kind.
                let as_written =
                    || reference(&to).filter(|page| is_relative(page)).map(str::to_owned);
                let found = of_link(&to).or_else(as_written);
                match (href, found) {
                    (Some(href), Some(found)) => {
                        let (old, new) =
                            (format!("href=\"{href}\""), format!("href=\"{}\"", escape(&found)));
                        written.push_str(&source.replacen(&old, &new, 1));
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
            _ => written.push_str(source),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn links_are_found() {
        let html = "<a href=\"b.md#x\">b</a><a href=\"https://e.org\">c</a><a href=\"#d\">d</a>\
                    <a href=\"mailto:a@b\">e</a><a href=\"/f/\">f</a><a href=\"/f/\">g</a>\
                    <a href=\"ref:h\">h</a><a href=\"//i/\">i</a>\
                    <span data-shortcode=\"param\" data-params=\"[&quot;j&quot;]\"></span>";
        let to: Vec<_> = find(html, None).into_iter().map(|link| link.to).collect();
        assert_eq!(to, ["b.md#x", "/f/", "ref:h", "param:j"]);
    }

    #[test]
    fn files_are_those_that_hugo_would_look_for() {
        for (to, file, expected) in [
            ("b.md#x", "content/n/a.md", &["content/n/b.md", "content/n/b/index.md"][..]),
            (
                "../b.md",
                "content/n/a/index.fr.md",
                &[
                    "content/n/b.fr.md",
                    "content/n/b/index.fr.md",
                    "content/n/b.md",
                    "content/n/b/index.md",
                    "content/b.fr.md",
                    "content/b/index.fr.md",
                    "content/b.md",
                    "content/b/index.md",
                ],
            ),
            (
                "relref:b?lang=de",
                "content/n/a.md",
                &[
                    "content/n/b.de.md",
                    "content/n/b/index.de.md",
                    "content/n/b.md",
                    "content/n/b/index.md",
                ],
            ),
            ("../b/", "content/n/a.md", &[]),
        ] {
            assert_eq!(files(to, file), expected, "{to}");
        }
        assert!(files("/n/b.md", "content/fr/n/a.md").contains(&"content/fr/n/b.md".to_owned()));
    }

    #[test]
    fn addresses_are_followed() {
        for (to, path, expected) in [
            ("../b/", "/n/a/", &["/n/b/"][..]),
            ("b/", "/n/a/", &["/n/a/b/"]),
            ("b.md", "/n/a/", &["/n/b/"]),
            ("B/index.md", "/n/a/", &["/n/B/", "/n/b/"]),
            ("/n/b", "/fr/n/a/", &["/n/b/", "/fr/n/b/"]),
            ("ref:/n/b.md", "/fr/n/a/", &["/n/b/", "/fr/n/b/"]),
            ("../../../../b/?c#d", "/n/a/", &["/b/"]),
            ("a%20b/", "/", &["/a b/"]),
        ] {
            assert_eq!(paths(to, path), expected, "{to}");
        }
        assert_eq!(address("b.md?x#y", "/n/b/", "https://e.org/n/b/"), "/n/b/?x#y");
        assert_eq!(
            address("ref:b?lang=fr#y", "/n/b/", "https://e.org/n/b/"),
            "https://e.org/n/b/#y"
        );
    }

    #[test]
    fn what_is_unknown_stays_harmless() {
        for to in
            ["ref:javascript:x", "relref: javascript:x", "relref:java\tscript:x", "ref:data:x?y"]
        {
            let html = format!("<a href=\"{to}\">a</a>");
            assert_eq!(find(&html, Some("content/a.md")), []);
            assert_eq!(put_in(&html, |_| None, |_| None), html);
        }
    }

    #[test]
    fn what_is_known_is_put_in() {
        let html = "<p><a href=\"b.md\" title=\"b.md\">b.md</a> <a href=\"relref:c\">c</a> <a href=\"d.md\">d</a> \
                    <span data-shortcode=\"param\" data-params=\"[&quot;j&quot;]\"></span> \
                    <span data-shortcode=\"param\" data-params=\"[&quot;k&quot;]\"></span></p>";
        let of_link = |to: &str| (to == "b.md").then(|| "/b/?a&b\"".to_owned());
        let of_param = |name: &str| (name == "j").then(|| "<1>".to_owned());
        assert_eq!(
            put_in(html, of_link, of_param),
            "<p><a href=\"/b/?a&amp;b&quot;\" title=\"b.md\">b.md</a> <a href=\"c\">c</a> <a href=\"d.md\">d</a> \
             &lt;1&gt; <span data-shortcode=\"param\" data-params=\"[&quot;k&quot;]\"></span></p>"
        );
    }
}
