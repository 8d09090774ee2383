//! Where the values of a YAML text stand.

use saphyr_parser::{Event, Parser, ScalarStyle, Span, StrInput};

use super::node::{Kind, Node, Slot, Style, line_start};

/// The root of the first document; none where the text is no YAML or has none.
pub(super) fn read(text: &str) -> Option<Node> {
    let mut reader = Reader { text, events: Parser::new_from_str(text), bytes: bytes_of(text) };
    loop {
        let (event, span) = reader.next()?;
        match event {
            Event::StreamStart | Event::DocumentStart(_) | Event::Nothing => {}
            Event::StreamEnd | Event::DocumentEnd => return None,
            event => return reader.node(&event, span, 0, 0),
        }
    }
}

/// The position of each character, where that is not its number.
fn bytes_of(text: &str) -> Option<Vec<usize>> {
    let positions = || text.char_indices().map(|(at, _)| at).chain([text.len()]).collect();
    (!text.is_ascii()).then(positions)
}

struct Reader<'a> {
    text: &'a str,
    events: Parser<'a, StrInput<'a>>,
    bytes: Option<Vec<usize>>,
}

impl<'a> Reader<'a> {
    fn next(&mut self) -> Option<(Event<'a>, Span)> {
        self.events.next_event()?.ok()
    }

    fn byte(&self, index: usize) -> usize {
        match &self.bytes {
            Some(bytes) => bytes.get(index).copied().unwrap_or(self.text.len()),
            None => index,
        }
    }

    fn rest(&self, at: usize) -> &'a str {
        self.text.get(at..).unwrap_or_default()
    }

    /// `mark` is the place from which the value may begin.
    fn node(&mut self, event: &Event<'a>, span: Span, mark: usize, depth: usize) -> Option<Node> {
        if depth > 100 {
            return None;
        }
        let (start, end) = (self.byte(span.start.index()), self.byte(span.end.index()));
        match *event {
            Event::Scalar(_, style, anchor, _) => {
                Some(self.scalar(start..end, style, anchor, mark))
            }
            Event::Alias(anchor) => Some(Node {
                span: start..end,
                kind: Kind::Alias(anchor),
                anchor: None,
                bare: start,
            }),
            Event::SequenceStart(anchor, _) => self.list(anchor, mark, depth),
            Event::MappingStart(anchor, _) => self.map(start, anchor, mark, depth),
            _ => None,
        }
    }

    fn scalar(
        &self,
        span: std::ops::Range<usize>,
        style: ScalarStyle,
        anchor: usize,
        mark: usize,
    ) -> Node {
        let style = match style {
            ScalarStyle::Plain => Style::Plain,
            ScalarStyle::SingleQuoted => Style::Single,
            ScalarStyle::DoubleQuoted => Style::Double,
            ScalarStyle::Literal => Style::Literal,
            ScalarStyle::Folded => Style::Folded,
        };
        let block = matches!(style, Style::Literal | Style::Folded);
        let start = if block { self.skip(mark).min(span.start) } else { span.start };
        let written = self.text.get(start..span.end).unwrap_or_default();
        let kept = block && written.lines().next().is_some_and(|line| line.contains('+'));
        let end = if kept {
            start + written.strip_suffix('\n').unwrap_or(written).trim_end_matches('\r').len()
        } else if written.trim().is_empty() {
            // Nothing is written: the place for it is right behind the mark.
            return Node {
                span: mark..mark,
                kind: Kind::Scalar(Style::Plain),
                anchor: None,
                bare: mark,
            };
        } else {
            start + written.trim_end().len()
        };
        let bare = self.bare(start).min(end);
        // The parser counts a comment behind a quote to what is quoted.
        let end = match style {
            Style::Single => self.closing(bare, '\'').unwrap_or(end),
            Style::Double => self.closing(bare, '"').unwrap_or(end),
            _ => end,
        };
        Node {
            span: start..end,
            kind: Kind::Scalar(style),
            anchor: (anchor != 0).then_some(anchor),
            bare,
        }
    }

    fn list(&mut self, anchor: usize, mark: usize, depth: usize) -> Option<Node> {
        // The parser says where the first item of some lists begins, not its dash.
        let start = self.skip_comments(mark);
        let bare = self.bare(start);
        let flow = self.rest(bare).starts_with('[');
        let mut slots: Vec<Slot> = Vec::new();
        let mut from = bare;
        loop {
            let (event, span) = self.next()?;
            match event {
                Event::SequenceEnd => {
                    let end = self.byte(span.end.index());
                    let end = if flow { end } else { slots.last()?.end() };
                    let kind = Kind::List { flow, slots };
                    return Some(Node { span: start..end, kind, anchor: some(anchor), bare });
                }
                event => {
                    let at = self.byte(span.start.index());
                    let dash = if flow {
                        at
                    } else {
                        // The dash is the first thing behind the item before.
                        let dash = self.skip_comments(from);
                        if !self.rest(dash).starts_with('-') {
                            return None;
                        }
                        dash
                    };
                    let mark = if flow { at } else { dash + 1 };
                    let value = self.node(&event, span, mark, depth + 1)?;
                    let begin = if flow { value.span.start } else { dash };
                    let mark = if flow { begin } else { mark };
                    let slot = Slot { key: String::new(), start: begin, mark, value };
                    from = slot.end();
                    slots.push(slot);
                }
            }
        }
    }

    fn map(&mut self, start: usize, anchor: usize, mark: usize, depth: usize) -> Option<Node> {
        let start = if anchor == 0 { start } else { self.skip(mark).min(start) };
        let bare = self.bare(start);
        let flow = self.rest(bare).starts_with('{');
        let mut slots: Vec<Slot> = Vec::new();
        loop {
            let (event, span) = self.next()?;
            let key = match event {
                Event::MappingEnd => {
                    let end = self.byte(span.end.index());
                    let end = if flow { end } else { slots.last()?.end() };
                    let kind = Kind::Map { flow, slots };
                    return Some(Node { span: start..end, kind, anchor: some(anchor), bare });
                }
                Event::Scalar(text, style, ..) => (text.into_owned(), style),
                _ => return None,
            };
            let (begin, end) = (self.byte(span.start.index()), self.byte(span.end.index()));
            let colon = self.rest(end).find(':').map(|colon| end + colon);
            let colon = colon.filter(|colon| {
                self.text.get(end..*colon).is_some_and(|between| between.trim().is_empty())
            });
            let mark = match colon {
                Some(colon) => colon + 1,
                // A key alone, as in `{a, b: c}`.
                None if flow => end,
                None => return None,
            };
            let (event, span) = self.next()?;
            let value = self.node(&event, span, mark, depth + 1)?;
            // A key that is no text is written as its text, and merging is no key.
            let name = match key {
                (text, ScalarStyle::Plain) => key_name(text),
                (text, _) => text,
            };
            slots.push(Slot { key: name, start: begin, mark, value });
        }
    }

    /// Behind the quote that closes the one at a position.
    fn closing(&self, at: usize, quote: char) -> Option<usize> {
        let mut rest = self.rest(at).char_indices().skip(1).peekable();
        while let Some((offset, c)) = rest.next() {
            if c == '\\' && quote == '"' {
                rest.next();
            } else if c == quote {
                if quote == '\'' && rest.next_if(|(_, next)| *next == quote).is_some() {
                    continue;
                }
                return Some(at + offset + c.len_utf8());
            }
        }
        None
    }

    /// Behind spaces and line ends.
    fn skip(&self, at: usize) -> usize {
        let rest = self.rest(at);
        at + rest.len() - rest.trim_start().len()
    }

    fn skip_comments(&self, mut at: usize) -> usize {
        loop {
            at = self.skip(at);
            let comment = self.rest(at).starts_with('#');
            if !comment {
                return at;
            }
            let rest = self.rest(at);
            at += rest.find(['\n', '\r']).unwrap_or(rest.len());
        }
    }

    /// Behind an anchor and a tag.
    fn bare(&self, mut at: usize) -> usize {
        while self.rest(at).starts_with(['&', '!']) {
            let rest = self.rest(at);
            at += rest.find([' ', '\t', '\n', '\r']).unwrap_or(rest.len());
            at = self.skip_comments(at);
        }
        // A block begins with its line, so that spaces before it are no part of it.
        let line = line_start(self.text, at);
        debug_assert!(line <= at);
        at
    }
}

fn some(anchor: usize) -> Option<usize> {
    (anchor != 0).then_some(anchor)
}

/// The key that Hugo makes of a plain one: the text of its value.
fn key_name(text: String) -> String {
    let plain = text.bytes().any(|byte| byte.is_ascii_alphabetic()) && text.len() > 5;
    if plain || text == "<<" {
        return text;
    }
    match super::super::yaml::parse(&text) {
        Ok(value) => super::super::cast::text(&value).unwrap_or(text),
        Err(_) => text,
    }
}
