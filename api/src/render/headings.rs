//! Ids of headings, as Hugo 0.168 gives them with `autoHeadingIDType = "github"`, and the table of
//! contents.
//!
//! The rules are those of `markup/goldmark/autoid.go` and of its attributes extension; what its
//! documentation does not say was found by trial:
//! - letters, decimal digits and `_` stay, in lower case; `-` and spaces become `-`; the rest goes,
//!   combining marks, tabs and ideographic spaces included;
//! - raw HTML, automatic links and footnote references give no text, and of a link, an image or an
//!   emphasis only the first piece does; of a heading of several lines, the last line;
//! - a heading with text but no letters is `heading`; one without text has no id;
//! - an id that was given before gets `-1`, `-2` …, unless an author wrote it: `{#id}` is taken as it
//!   is.

use std::collections::{HashMap, HashSet};

use comrak::nodes::{Node, NodeValue};
use unicode_properties::{GeneralCategory, GeneralCategoryGroup, UnicodeGeneralCategory};

use super::{Heading, TocEntry, plain, typography};

/// The ids given so far in one document.
#[derive(Default)]
pub(super) struct Ids {
    taken: HashSet<String>,
    /// The next number to try for a text, so that many equal headings stay linear.
    next: HashMap<String, usize>,
}

impl Ids {
    /// Level, id and title of a heading node. Attributes at its end are taken off the tree.
    /// The id is empty for a heading that has none.
    pub(super) fn heading(&mut self, node: Node<'_>, level: u8, closed: bool) -> Heading {
        let given = if closed { None } else { take_attributes(node) };
        let id = match given.and_then(|attributes| attributes.id) {
            Some(id) => {
                self.taken.insert(id.clone());
                id
            }
            None => self.generate(id_text(node).rsplit('\n').next().unwrap_or_default()),
        };
        Heading { id, level, title: title(node) }
    }

    fn generate(&mut self, text: &str) -> String {
        let text = text.trim();
        if text.is_empty() {
            return String::new();
        }
        let mut id: String = text.chars().filter_map(id_character).collect();
        if id.is_empty() {
            "heading".clone_into(&mut id);
        }
        if self.taken.insert(id.clone()) {
            return id;
        }
        let number = self.next.entry(id.clone()).or_insert(1);
        loop {
            let numbered = format!("{id}-{number}");
            *number += 1;
            if self.taken.insert(numbered.clone()) {
                return numbered;
            }
        }
    }
}

fn id_character(c: char) -> Option<char> {
    match c {
        '-' | ' ' => Some('-'),
        '_' => Some('_'),
        _ if c.general_category_group() == GeneralCategoryGroup::Letter
            || c.general_category() == GeneralCategory::DecimalNumber =>
        {
            c.to_lowercase().next()
        }
        _ => None,
    }
}

/// The text that makes the id.
fn id_text(heading: Node<'_>) -> String {
    let mut text = String::new();
    for child in heading.children() {
        let mut node = child;
        while is_container(node) && !is_automatic_link(node) {
            let Some(first) = node.first_child() else {
                break;
            };
            node = first;
        }
        push_literal(node, &mut text);
    }
    text
}

fn is_container(node: Node<'_>) -> bool {
    matches!(
        node.data().value,
        NodeValue::Emph
            | NodeValue::Strong
            | NodeValue::Strikethrough
            | NodeValue::Link(_)
            | NodeValue::Image(_)
    )
}

/// Whether the node is a link that shows its own address.
pub(super) fn is_automatic_link(node: Node<'_>) -> bool {
    let NodeValue::Link(ref link) = node.data().value else {
        return false;
    };
    node.first_child().is_some_and(|child| match child.data().value {
        NodeValue::Text(ref text) => link.url.strip_suffix(&**text).is_some_and(|scheme| {
            matches!(scheme, "" | "mailto:" | "http://" | "https://")
                && (!scheme.is_empty() || link.url.contains(':'))
        }),
        _ => false,
    })
}

/// The title: all text but raw HTML and footnote numbers.
fn title(heading: Node<'_>) -> String {
    let mut text = String::new();
    for node in heading.descendants() {
        match node.data().value {
            NodeValue::ShortCode(ref emoji) => text.push_str(&emoji.emoji),
            _ => push_literal(node, &mut text),
        }
    }
    typography::characters(&plain::collapse(&text))
}

fn push_literal(node: Node<'_>, text: &mut String) {
    match node.data().value {
        NodeValue::Text(ref literal) => text.push_str(literal),
        NodeValue::Code(ref code) => text.push_str(&code.literal),
        NodeValue::ShortCode(ref emoji) => text.push_str(&emoji.code),
        NodeValue::SoftBreak | NodeValue::LineBreak => text.push('\n'),
        _ => {}
    }
}

/// What `{#id .class key=value}` says; the rest is dropped, as the sanitizer would.
struct Attributes {
    id: Option<String>,
}

/// Takes attributes off the end of a heading.
fn take_attributes(heading: Node<'_>) -> Option<Attributes> {
    let last = heading.last_child()?;
    let mut data = last.data_mut();
    let NodeValue::Text(ref mut text) = data.value else {
        return None;
    };
    let start = text.trim_end().strip_suffix('}')?.rfind('{')?;
    let inner = &text.trim_end()[start + 1..];
    let attributes = parse_attributes(&inner[..inner.len() - 1])?;
    // A closing sequence of `#` may stand before the attributes.
    let rest = text[..start].trim_end();
    let bare = rest.trim_end_matches('#');
    let rest = if bare.is_empty() || bare.ends_with([' ', '\t']) { bare.trim_end() } else { rest };
    let length = rest.len();
    text.to_mut().truncate(length);
    Some(attributes)
}

/// `None` if these are no attributes.
fn parse_attributes(text: &str) -> Option<Attributes> {
    let is_name = |name: &str| {
        !name.is_empty()
            && name.chars().all(|c| c.is_alphanumeric() || matches!(c, '_' | '-' | ':' | '.'))
    };
    let mut id = None;
    for token in text.split_whitespace() {
        if let Some(name) = token.strip_prefix('#') {
            id = is_name(name).then(|| Some(name.to_owned()))?;
        } else if let Some(class) = token.strip_prefix('.') {
            is_name(class).then_some(())?;
        } else {
            let (name, value) = token.split_once('=')?;
            let value =
                value.strip_prefix('"').and_then(|value| value.strip_suffix('"')).unwrap_or(value);
            is_name(name).then_some(())?;
            if name == "id" && is_name(value) {
                id = Some(value.to_owned());
            }
        }
    }
    Some(Attributes { id })
}

/// Nested table of contents from the flat list: each heading holds those of a deeper level that
/// follow it. Levels that were left out make no entries.
#[must_use]
pub fn nest(headings: &[Heading]) -> Vec<TocEntry> {
    // The path from the root to the last entry; levels rise along it, so it holds six at most.
    let mut path: Vec<TocEntry> = Vec::new();
    let mut roots = Vec::new();
    let close = |path: &mut Vec<TocEntry>, roots: &mut Vec<TocEntry>, level: u8| {
        while path.last().is_some_and(|entry| entry.heading.level >= level) {
            if let Some(entry) = path.pop() {
                path.last_mut().map_or(&mut *roots, |parent| &mut parent.children).push(entry);
            }
        }
    };
    for heading in headings {
        close(&mut path, &mut roots, heading.level);
        path.push(TocEntry { heading: heading.clone(), children: Vec::new() });
    }
    close(&mut path, &mut roots, 0);
    roots
}

#[cfg(test)]
mod tests {
    use super::super::{Options, render};
    use super::*;

    fn ids(markdown: &str) -> Vec<String> {
        render(markdown, &Options { cjk: true, ..Options::default() })
            .headings
            .into_iter()
            .map(|heading| heading.id)
            .collect()
    }

    #[test]
    fn ids_are_those_of_hugo() {
        for (heading, id) in [
            ("来稿", "来稿"),
            ("Hello, World!", "hello-world"),
            ("a & b <c> `d_e`", "a--b--d_e"),
            ("123 Ⅷ ① é _x_ -- y", "123---é-x----y"),
            ("İstanbul ß ẞ Σς", "istanbul-ß-ß-σς"),
            ("e\u{301} हिन्दी ไทย", "e-हनद-ไทย"),
            ("a\u{3000}b\u{a0}c\td", "abcd"),
            ("!!!", "heading"),
            ("[*l* k](x)", "l"),
            ("![a *b* c](x)", "a"),
            ("**b*c*** ~~d~~", "b-d"),
            ("see https://x.y/z ok", "see--ok"),
            ("a <http://x.y> b", "a--b"),
            ("a<br>b <b>bold</b>", "ab-bold"),
            ("foo {#bar .cl}", "bar"),
            ("custom {#来稿2}", "来稿2"),
            ("foo { #a }", "a"),
            ("foo {.x}", "foo"),
            ("foo {id=zz}", "zz"),
            ("foo ## {#a}", "a"),
            ("foo {#a} ##", "foo-a"),
            ("foo {#a b}", "foo-a-b"),
            ("x {#<b>}", "x-"),
            ("x {}", "x"),
            ("{#custom-id}", "custom-id"),
            ("`x {#a}`", "x-a"),
            ("{{}}", "heading"),
        ] {
            assert_eq!(ids(&format!("## {heading}\n")), [id], "{heading}");
        }
        assert_eq!(ids("a b\nc *d*\n---\n"), ["c-d"]);
    }

    #[test]
    fn ids_are_numbered_as_in_hugo() {
        assert_eq!(
            ids("# a\n# a\n# a-1\n# a\n# x {#a}\n# a {#q}\n# q\n"),
            ["a", "a-1", "a-1-1", "a-2", "a", "q", "q-1"]
        );
        assert_eq!(ids("#\n\n# https://x.y\n"), Vec::<String>::new());
    }

    #[test]
    fn titles_are_plain_text() {
        let headings = render(
            "## a *b*  `c<d` ![i](j) <b>e</b>[^1] &amp; {#x}\n\n[^1]: n\n",
            &Options::default(),
        )
        .headings;
        assert_eq!(headings[0].title, "a b c<d i e &");
    }

    #[test]
    fn contents_nest_by_level() {
        fn shape(entries: &[TocEntry]) -> String {
            entries.iter().fold(String::new(), |all, entry| {
                format!("{all}{}({})", entry.heading.level, shape(&entry.children))
            })
        }
        let show = |levels: &[u8]| {
            let (id, title) = (String::new(), String::new());
            let heading = Heading { id, level: 0, title };
            let headings = levels.iter().map(|level| Heading { level: *level, ..heading.clone() });
            shape(&nest(&headings.collect::<Vec<_>>()))
        };
        assert_eq!(show(&[]), "");
        assert_eq!(show(&[2, 3, 3, 2]), "2(3()3())2()");
        assert_eq!(show(&[3, 2, 4, 3, 1]), "3()2(4()3())1()");
    }
}
