//! Formulas of a rendered body as MathML.
//!
//! **Invariants.** What is put in is made of allowed elements and attributes only, whatever the TeX
//! says: it goes through a sanitizer of its own. TeX that cannot be read stays as it is.

use std::collections::{HashMap, HashSet};
use std::sync::LazyLock;

use ammonia::{Builder, UrlRelative};
use pulldown_latex::config::{DisplayMode, RenderConfig};
use pulldown_latex::{Parser, Storage, push_mathml};

use super::plain::decode;
use super::tokens::{Token, Tokens, attribute};

/// Bytes of a formula, and groups in groups; larger ones stay TeX.
const TEX: usize = 16 * 1024;
const GROUPS: usize = 100;

/// MathML Core without links, actions and foreign content.
const ELEMENTS: [&str; 28] = [
    "math",
    "merror",
    "mfrac",
    "mi",
    "mmultiscripts",
    "mn",
    "mo",
    "mover",
    "mpadded",
    "mphantom",
    "mprescripts",
    "mroot",
    "mrow",
    "ms",
    "mspace",
    "msqrt",
    "mstyle",
    "msub",
    "msubsup",
    "msup",
    "mtable",
    "mtd",
    "mtext",
    "mtr",
    "munder",
    "munderover",
    "menclose",
    "none",
];

const ATTRIBUTES: [&str; 33] = [
    "accent",
    "accentunder",
    "columnalign",
    "columnlines",
    "columnspacing",
    "columnspan",
    "depth",
    "dir",
    "display",
    "displaystyle",
    "fence",
    "form",
    "height",
    "largeop",
    "linethickness",
    "lspace",
    "mathvariant",
    "maxsize",
    "minsize",
    "movablelimits",
    "notation",
    "rowalign",
    "rowlines",
    "rowspacing",
    "rowspan",
    "rspace",
    "scriptlevel",
    "separator",
    "stretchy",
    "symmetric",
    "voffset",
    "width",
    "xmlns",
];

static SANITIZER: LazyLock<Builder<'static>> = LazyLock::new(|| {
    let mut builder = Builder::empty();
    builder
        .tags(HashSet::from(ELEMENTS))
        .generic_attributes(HashSet::from(ATTRIBUTES))
        .tag_attributes(HashMap::new())
        .url_schemes(HashSet::new())
        .url_relative(UrlRelative::Deny)
        .link_rel(None);
    builder
});

/// Safe HTML with its formulas as MathML.
#[must_use]
pub fn with_mathml(html: &str) -> String {
    if !html.contains(" class=\"math ") {
        return html.to_owned();
    }
    let mut written = String::with_capacity(html.len() * 2);
    let mut tokens = Tokens::new(html);
    let mut formula = false;
    loop {
        let start = tokens.position();
        let Some(token) = tokens.next() else { return written };
        let source = &html[start..tokens.position()];
        match token {
            Token::Text(text) if std::mem::take(&mut formula) => {
                match of_formula(&decode(text)) {
                    Some(mathml) => written.push_str(&mathml),
                    None => written.push_str(text),
                }
                continue;
            }
            Token::Open { source, .. } => {
                formula =
                    matches!(attribute(source, "class"), Some("math inline" | "math display"));
            }
            _ => formula = false,
        }
        written.push_str(source);
    }
}

/// MathML of TeX with its delimiters.
fn of_formula(source: &str) -> Option<String> {
    let (tex, display) =
        [("$$", "$$", true), ("\\[", "\\]", true), ("\\(", "\\)", false), ("$", "$", false)]
            .into_iter()
            .find_map(|(open, close, display)| {
                Some((source.strip_prefix(open)?.strip_suffix(close)?, display))
            })?;
    if tex.len() > TEX || !is_tame(tex) {
        return None;
    }
    let storage = Storage::new();
    let events: Result<Vec<_>, _> = Parser::new(tex, &storage).collect();
    let mode = if display { DisplayMode::Block } else { DisplayMode::Inline };
    let config = RenderConfig { display_mode: mode, ..RenderConfig::default() };
    let mut mathml = String::new();
    let events = events.ok()?.into_iter().map(Ok::<_, std::convert::Infallible>);
    push_mathml(&mut mathml, events, config).ok()?;
    Some(SANITIZER.clean(&mathml).to_string())
}

/// Whether reading TeX ends, and within the stack: it defines nothing, and what takes arguments does not
/// nest deeper than [`GROUPS`]. A comment could hide a brace, so there are none.
fn is_tame(tex: &str) -> bool {
    let (mut groups, mut pending) = (0_usize, 0_usize);
    let mut rest = tex;
    while let Some(first) = rest.chars().next() {
        rest = &rest[first.len_utf8()..];
        match first {
            '\\' => {
                let length = rest.find(|c: char| !c.is_ascii_alphabetic()).unwrap_or(rest.len());
                let (name, behind) = rest.split_at(length);
                rest = behind;
                match name {
                    "begin" | "left" => groups += 1,
                    "end" | "right" => groups = groups.saturating_sub(1),
                    // `\{` is a sign.
                    "" => {
                        let length = rest.chars().next().map_or(0, char::len_utf8);
                        rest = &rest[length..];
                    }
                    _ if name.ends_with("def")
                        || name.contains("command")
                        || name.ends_with("let") =>
                    {
                        return false;
                    }
                    _ => pending += 1,
                }
            }
            '{' => groups += 1,
            '}' => (groups, pending) = (groups.saturating_sub(1), 0),
            '^' | '_' | '\'' => pending += 1,
            '%' => return false,
            c if c.is_whitespace() => {}
            _ => pending = 0,
        }
        if groups + pending > GROUPS {
            return false;
        }
    }
    true
}

#[cfg(test)]
mod tests {
    use super::super::{Options, render};
    use super::*;

    fn mathml(markdown: &str) -> String {
        with_mathml(&render(markdown, &Options { math: true, ..Options::default() }).html)
    }

    #[test]
    fn formulas_are_mathml() {
        let html = mathml("a $x_1 < \\frac{a}{b}$ b");
        assert!(
            html.starts_with("<p>a <span class=\"math inline\"><math display=\"inline\">"),
            "{html}"
        );
        for part in ["<msub><mi>", "<mo>&lt;</mo>", "<mfrac><mrow><mi>"] {
            assert!(html.contains(part), "{part}: {html}");
        }
        let html = mathml("$$\n\\begin{matrix} a & b \\\\ c & d \\end{matrix}\n$$");
        assert!(html.contains("<div class=\"math display\"><math display=\"block\">"), "{html}");
        assert!(html.contains("<mtable") && html.contains("<mtd"), "{html}");
    }

    #[test]
    fn what_cannot_be_read_stays_tex() {
        let html = mathml("a $\\nosuch{$ b");
        assert!(html.contains("<span class=\"math inline\">$\\nosuch{$</span>"), "{html}");
        assert!(mathml("$\\def\\a{\\a\\a}\\a$").contains("$\\def"));
        let deep = format!("${}a{}$", "{".repeat(1000), "}".repeat(1000));
        assert!(mathml(&deep).contains("math inline\">${{{"));
        assert_eq!(mathml("a `$b$`"), "<p>a <code>$b$</code></p>\n");
    }

    #[test]
    fn hostile_formulas_are_defused() {
        for tex in [
            "\\href{javascript:evil()}{x}",
            "\\text{<script>evil()</script>}",
            "\\text{</mtext></math><img src=x onerror=evil()>}",
            "\\style{background:url(x)}{y}",
            "\\class{a\" onclick=\"evil()}{b}",
            "\\html{<b onclick=evil()>x</b>}",
            "\\color{red\" onclick=\"evil()}x",
            "\\includegraphics{javascript:x}",
            "\\unicode{x3c}script\\unicode{x3e}",
            "a<b onclick=evil()>c",
            "\\operatorname{<img src=x onerror=evil()>}",
        ] {
            let html = mathml(&format!("${tex}$ and $${tex}$$"));
            for tag in html.split('<').skip(1).filter_map(|rest| rest.split('>').next()) {
                let name = tag.trim_start_matches('/').split(' ').next().unwrap();
                assert!(
                    ELEMENTS.contains(&name) || ["p", "span"].contains(&name),
                    "{name}: {tex} -> {html}"
                );
                assert!(
                    !tag.contains(" on") && !tag.contains("href") && !tag.contains("style="),
                    "{html}"
                );
            }
        }
        for piece in [
            "{",
            "^",
            "_",
            "\\frac",
            "\\left(",
            "\\begin{matrix}",
            "&",
            "\\\\",
            "}",
            "\\",
            "\\sqrt",
            "^{",
            "#",
            "%",
            "~",
            "'",
            "\\text{",
        ] {
            let _ = mathml(&format!("$${}a$$", piece.repeat(3000 / piece.len())));
            let _ = mathml(&format!("${}$", piece.repeat(200)));
        }
    }
}
