//! A text on its way through Markdown: what Markdown must not touch, shortcodes and formulas, travels
//! as a word that nobody else writes, and is put back where it comes out.
//!
//! Hugo does the same, so a shortcode alone in a paragraph takes the paragraph's place, and one in a
//! word, a link's address or code comes out there. `{{% %}}` of an unknown name is a wrapper around its
//! content, which stays part of the document.
//!
//! **Invariants.** Linear time. The word is made of a hash of the text, so no text contains its own.

use std::borrow::Cow;
use std::fmt::Write;

use sha2::{Digest, Sha256};

use super::math::{self, Formula};
use super::shortcode::{self, Call, Piece};
use super::tokens::{Token, Tokens, attribute};
use super::{Heading, Options, commonmark, escape};

/// What a word stands for.
pub(super) enum Mark<'p, 'a> {
    Call(&'p Call<'a>),
    /// A shortcode that is shown.
    Shown(&'p str),
    /// With its delimiters, which take `delimiter` bytes each; `start` is its place in the source.
    Formula {
        source: String,
        delimiter: usize,
        display: bool,
        start: usize,
    },
}

/// A Markdown text with words for what is not Markdown.
pub(super) struct Document<'p, 'a> {
    pub text: String,
    pub marks: Marks<'p, 'a>,
    /// Offsets in the text, and where they were in the source; both rise.
    pub origins: Vec<(usize, usize)>,
}

pub(super) struct Marks<'p, 'a> {
    prefix: String,
    all: Vec<Mark<'p, 'a>>,
    options: Options,
}

/// How shortcodes become part of a text.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Wrap {
    /// Unknown ones of Markdown are wrappers around their content.
    Content,
    /// Each is one word.
    Whole,
}

impl<'p, 'a> Document<'p, 'a> {
    /// `start` is the offset of the pieces in the source.
    pub(super) fn new(
        pieces: &'p [Piece<'a>],
        source: &str,
        start: usize,
        wrap: Wrap,
        options: Options,
    ) -> Self {
        let plain = matches!(pieces, [] | [Piece::Text(_)]);
        let formulas = options.math && source.contains(['$', '\\']);
        let prefix = if plain && !formulas { String::new() } else { prefix(source) };
        let marks = Marks { prefix, all: Vec::new(), options };
        let mut document =
            Self { text: String::with_capacity(source.len()), marks, origins: Vec::new() };
        document.push(pieces, start, wrap);
        if formulas {
            let found = math::find(&document.text);
            document.take_out(&found);
        }
        document
    }

    fn push(&mut self, pieces: &'p [Piece<'a>], start: usize, wrap: Wrap) {
        let mut old = start;
        for (index, piece) in pieces.iter().enumerate() {
            self.origins.push((self.text.len(), old));
            match piece {
                Piece::Text(text) => {
                    self.text.push_str(text);
                    old += text.len();
                }
                Piece::Shown(shown) => {
                    self.marks.add(&mut self.text, Mark::Shown(shown));
                    // The signs of a comment.
                    old += shown.len() + "/**/".len();
                }
                Piece::Call(call) => {
                    let alone = self.begins_line() && ends_line(pieces.get(index + 1));
                    match &call.content {
                        Some(content)
                            if wrap == Wrap::Content
                                && call.markdown
                                && !shortcode::is_known(call) =>
                        {
                            let indent = self.indent();
                            let name = if alone { "div" } else { "span" };
                            self.text.push_str(&shortcode::opening(call, name));
                            self.text.push_str(if alone { "\n\n" } else { "" });
                            self.push(&content.pieces, content.start, wrap);
                            if alone {
                                let _ = write!(self.text, "\n\n{indent}");
                            }
                            let _ = write!(self.text, "</{name}>");
                        }
                        _ => self.marks.add(&mut self.text, Mark::Call(call)),
                    }
                    old += call.source.len();
                }
            }
        }
        self.origins.push((self.text.len(), old));
    }

    fn begins_line(&self) -> bool {
        self.text.rsplit('\n').next().unwrap_or_default().trim().is_empty()
    }

    fn indent(&self) -> String {
        let line = self.text.rsplit('\n').next().unwrap_or_default();
        if line.trim().is_empty() { line.to_owned() } else { String::new() }
    }

    /// Puts words in the place of formulas.
    fn take_out(&mut self, formulas: &[Formula]) {
        if formulas.is_empty() {
            return;
        }
        let text = std::mem::take(&mut self.text);
        let origins = std::mem::take(&mut self.origins);
        let origin = |at: usize| origin(&origins, at);
        let mut old = origins.iter().peekable();
        let mut from = 0;
        for Formula { range, delimiter, display } in formulas {
            while let Some(&(at, source)) = old.next_if(|(at, _)| *at < range.start) {
                if at >= from {
                    self.origins.push((self.text.len() + at - from, source));
                }
            }
            self.text.push_str(&text[from..range.start]);
            let source = text[range.clone()].to_owned();
            let start = origin(range.start);
            let mark = Mark::Formula { source, delimiter: *delimiter, display: *display, start };
            self.origins.push((self.text.len(), start));
            self.marks.add(&mut self.text, mark);
            self.origins.push((self.text.len(), origin(range.end)));
            from = range.end;
        }
        for &(at, source) in old {
            if at >= from {
                self.origins.push((self.text.len() + at - from, source));
            }
        }
        self.text.push_str(&text[from..]);
    }

    /// HTML, not yet safe, and the headings.
    pub(super) fn html(&self, text: &str) -> (String, Vec<Heading>) {
        let (html, mut headings) = commonmark::to_html(text, &self.marks, self.marks.options);
        if self.marks.is_empty() {
            return (html, headings);
        }
        for heading in &mut headings {
            heading.title = self.marks.plain(&heading.title);
            heading.id = self.marks.without(&heading.id);
        }
        headings.retain(|heading| !heading.id.is_empty());
        (self.marks.fill(&html), headings)
    }
}

/// Where an offset in a text was in its source.
pub(super) fn origin(origins: &[(usize, usize)], at: usize) -> usize {
    let index = origins.partition_point(|(new, _)| *new <= at);
    let (new, old) = index.checked_sub(1).map_or((0, 0), |index| origins[index]);
    let found = old + (at - new);
    // Within a word, the place is the end of what it stands for at most.
    origins.get(index).map_or(found, |(_, next)| found.min(*next))
}

fn is_heading(name: &str) -> bool {
    matches!(name.as_bytes(), [b'h', b'1'..=b'6'])
}

fn ends_line(next: Option<&Piece<'_>>) -> bool {
    match next {
        None => true,
        Some(Piece::Text(text)) => {
            text.split('\n').next().is_some_and(|line| line.trim().is_empty())
                && (text.contains('\n') || text.trim().is_empty())
        }
        Some(_) => false,
    }
}

/// Letters and digits, so that it is one word to Markdown, to links and to highlighters.
fn prefix(source: &str) -> String {
    let hash = Sha256::digest(source.as_bytes());
    hash.iter().take(6).fold("q".to_owned(), |mut prefix, byte| {
        let _ = write!(prefix, "{byte:02x}");
        prefix
    }) + "n"
}

impl<'p, 'a> Marks<'p, 'a> {
    pub(super) fn is_empty(&self) -> bool {
        self.all.is_empty()
    }

    fn add(&mut self, text: &mut String, mark: Mark<'p, 'a>) {
        let _ = write!(text, "{}{}z", self.prefix, self.all.len());
        self.all.push(mark);
    }

    /// Text before the next word, what that stands for, and the text behind it.
    pub(super) fn next<'t>(&self, text: &'t str) -> Option<(&'t str, &Mark<'p, 'a>, &'t str)> {
        if self.all.is_empty() {
            return None;
        }
        let mut from = 0;
        loop {
            let start = from + text[from..].find(&self.prefix)?;
            let rest = &text[start + self.prefix.len()..];
            let digits = rest.bytes().take_while(u8::is_ascii_digit).count();
            let mark = rest[..digits].parse().ok().and_then(|index: usize| self.all.get(index));
            match (mark, rest[digits..].strip_prefix('z')) {
                (Some(mark), Some(rest)) => return Some((&text[..start], mark, rest)),
                _ => from = start + self.prefix.len(),
            }
        }
    }

    /// Text in which each word is what `put` makes of it.
    fn replace<'t>(&self, text: &'t str, put: impl Fn(&Mark<'p, 'a>) -> String) -> Cow<'t, str> {
        let Some(mut next) = self.next(text) else { return Cow::Borrowed(text) };
        let mut replaced = String::with_capacity(text.len());
        loop {
            let (before, mark, rest) = next;
            replaced.push_str(before);
            replaced.push_str(&put(mark));
            let Some(found) = self.next(rest) else {
                replaced.push_str(rest);
                return Cow::Owned(replaced);
            };
            next = found;
        }
    }

    /// Text as it was written.
    pub(super) fn written<'t>(&self, text: &'t str) -> Cow<'t, str> {
        self.replace(text, |mark| mark.source().to_owned())
    }

    /// Text in which shortcodes are the text that comes of them.
    fn plain(&self, text: &str) -> String {
        let put = |mark: &Mark<'_, '_>| match mark {
            Mark::Call(call) => strip_tags(&shortcode::html(call, false, self.options)),
            mark => mark.source().to_owned(),
        };
        super::plain::collapse(&self.replace(text, put))
    }

    /// An id without what is not text.
    fn without(&self, id: &str) -> String {
        match self.replace(id, |_| String::new()) {
            Cow::Borrowed(id) => id.to_owned(),
            Cow::Owned(id) => id.trim_matches('-').to_owned(),
        }
    }

    /// HTML in which words are what they stand for.
    fn fill(&self, html: &str) -> String {
        let mut filled = String::with_capacity(html.len() * 2);
        let mut code = 0_usize;
        let mut tokens = Tokens::new(html);
        // The end tag of a paragraph whose place was taken.
        let mut taken = None;
        loop {
            let start = tokens.position();
            let Some(token) = tokens.next() else { return filled };
            let end = tokens.position();
            match token {
                Token::Text(text) => {
                    let alone = filled.ends_with("<p>")
                        && html[end..].starts_with("</p>")
                        && self.is_block(text);
                    if alone {
                        filled.truncate(filled.len() - "<p>".len());
                        taken = Some(end);
                    }
                    filled.push_str(&self.replace(text, |mark| {
                        if code > 0 { self.in_code(mark) } else { self.html(mark, alone) }
                    }));
                }
                Token::Open { name, source } => {
                    code += usize::from(matches!(&*name, "code" | "pre"));
                    if is_heading(&name) {
                        filled.push_str(&self.heading(source));
                    } else {
                        filled.push_str(&self.replace(source, |mark| escape(&mark.attribute())));
                    }
                }
                Token::Close { name } => {
                    code -= usize::from(matches!(&*name, "code" | "pre") && code > 0);
                    if taken.take() != Some(start) {
                        filled.push_str(&html[start..end]);
                    }
                }
                // What an author wrote; Hugo counts its words.
                Token::Comment => filled.push_str(&self.written(&html[start..end])),
            }
        }
    }

    /// A heading's start tag, whose id is made of text alone.
    fn heading(&self, source: &str) -> String {
        match self.replace(source, |_| String::new()) {
            Cow::Borrowed(source) => source.to_owned(),
            Cow::Owned(source) => match attribute(&source, "id") {
                Some(id) => source.replacen(id, id.trim_matches('-'), 1),
                None => source,
            },
        }
    }

    /// Whether a paragraph of this text stands for blocks alone, each on its line.
    pub(super) fn is_block(&self, text: &str) -> bool {
        let mut rest = text;
        let mut any = false;
        while let Some((before, mark, behind)) = self.next(rest) {
            let block = match mark {
                Mark::Call(call) => !shortcode::is_inline(call),
                Mark::Shown(_) => false,
                Mark::Formula { display, .. } => *display,
            };
            if !block || !before.trim().is_empty() || (any && !before.contains('\n')) {
                return false;
            }
            any = true;
            rest = behind;
        }
        any && rest.trim().is_empty()
    }

    fn html(&self, mark: &Mark<'_, '_>, block: bool) -> String {
        match mark {
            Mark::Call(call) => shortcode::html(call, block, self.options),
            Mark::Shown(shown) => escape(shown),
            Mark::Formula { source, delimiter, display, start: _ } => {
                let name = if block { "div" } else { "span" };
                let kind = if *display { "display" } else { "inline" };
                // Of two backslashes, Markdown leaves one.
                let shown = if source.starts_with("\\\\") {
                    let tex = &source[*delimiter..source.len() - *delimiter];
                    let ends = if *display { ("\\[", "\\]") } else { ("\\(", "\\)") };
                    Cow::Owned(format!("{}{tex}{}", ends.0, ends.1))
                } else {
                    Cow::Borrowed(&**source)
                };
                format!("<{name} class=\"math {kind}\">{}</{name}>", escape(&shown))
            }
        }
    }

    /// In code, shortcodes are shown, but for those that stand for a word.
    fn in_code(&self, mark: &Mark<'_, '_>) -> String {
        match mark {
            Mark::Call(call) if shortcode::is_inline(call) => {
                shortcode::html(call, false, self.options)
            }
            mark => escape(mark.source()),
        }
    }
}

impl Mark<'_, '_> {
    fn source(&self) -> &str {
        match self {
            Self::Call(call) => call.source,
            Self::Shown(shown) => shown,
            Self::Formula { source, .. } => source,
        }
    }

    fn attribute(&self) -> Cow<'_, str> {
        match self {
            Self::Call(call) => {
                shortcode::reference(call).map_or(Cow::Borrowed(call.source), Cow::Owned)
            }
            mark => Cow::Borrowed(mark.source()),
        }
    }
}

/// HTML of a piece of Markdown, as blocks.
pub(super) fn block(pieces: &[Piece<'_>], source: &str, options: Options) -> String {
    let document = Document::new(pieces, source, 0, Wrap::Content, options);
    document.html(&document.text).0
}

/// HTML of a line of Markdown.
pub(super) fn inline(source: &str, options: Options) -> String {
    let pieces = [Piece::Text(source)];
    let html = block(&pieces, source, options);
    match html.trim_end().strip_prefix("<p>").and_then(|html| html.strip_suffix("</p>")) {
        Some(line) if !line.contains("<p>") => line.to_owned(),
        _ => html,
    }
}

/// HTML of what is no Markdown, but may have shortcodes in it.
pub(super) fn raw(pieces: &[Piece<'_>], options: Options) -> String {
    pieces.iter().fold(String::new(), |mut html, piece| {
        match piece {
            Piece::Text(text) => html.push_str(text),
            Piece::Shown(shown) => html.push_str(&escape(shown)),
            Piece::Call(call) => html.push_str(&shortcode::html(call, true, options)),
        }
        html
    })
}

/// The text of HTML, still as HTML.
pub(super) fn strip_tags(html: &str) -> String {
    Tokens::new(html).fold(String::new(), |mut text, token| {
        if let Token::Text(piece) = token {
            text.push_str(piece);
        }
        text
    })
}
