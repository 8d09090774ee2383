//! Where Hugo's shortcodes stand in a text (`parser/pageparser/pagelexer_shortcode.go`).
//!
//! `{{< name params >}}` and `{{% name params %}}`, closed by `{{< /name >}}` or by `/>}}`, or not at
//! all; parameters by position or by name, bare, quoted, or raw between backticks;
//! `{{</* name */>}}` is a shortcode that is shown and not run. What Hugo refuses stays text here:
//! broken tags, and end tags without a beginning. A beginning without an end has no content.
//!
//! **Invariants.** Linear time: a tag is no longer than [`TAG`], and calls nest no deeper than
//! [`DEPTH`]. Ranges are byte offsets into the source, on character boundaries.

use std::collections::HashMap;
use std::ops::Range;

use serde_json::{Map, Value};

/// Bytes of a tag.
const TAG: usize = 16 * 1024;

/// Calls in calls; deeper ones have no content.
const DEPTH: usize = 16;

#[derive(Debug, Clone, PartialEq)]
pub enum Piece<'a> {
    Text(&'a str),
    /// A tag that is shown: what it says without the signs of a comment.
    Shown(String),
    Call(Call<'a>),
}

/// A shortcode where it is used.
#[derive(Debug, Clone, PartialEq)]
pub struct Call<'a> {
    pub name: &'a str,
    pub params: Params,
    /// `{{% %}}`: what comes of it is Markdown.
    pub markdown: bool,
    /// All of it, as it was written.
    pub source: &'a str,
    /// Offset of `source` in the text.
    pub start: usize,
    pub content: Option<Content<'a>>,
}

/// What stands between a shortcode's two tags.
#[derive(Debug, Clone, PartialEq)]
pub struct Content<'a> {
    pub pieces: Vec<Piece<'a>>,
    pub source: &'a str,
    pub start: usize,
}

#[derive(Debug, Clone, PartialEq)]
pub enum Params {
    Positional(Vec<Value>),
    Named(Map<String, Value>),
}

impl Params {
    /// By name, or by position where they have no names.
    pub fn get(&self, name: &str, position: usize) -> Option<&Value> {
        match self {
            Self::Positional(values) => values.get(position),
            Self::Named(values) => values.get(name),
        }
    }

    pub fn text(&self, name: &str, position: usize) -> Option<String> {
        let text = match self.get(name, position)? {
            Value::String(text) => text.clone(),
            value => value.to_string(),
        };
        Some(text).filter(|text| !text.is_empty())
    }

    pub fn named(&self, name: &str) -> Option<String> {
        self.text(name, usize::MAX)
    }

    /// As JSON: a list, or an object in the order of writing.
    pub fn to_json(&self) -> Value {
        match self {
            Self::Positional(values) => Value::Array(values.clone()),
            Self::Named(values) => Value::Object(values.clone()),
        }
    }
}

/// One pair of braces.
enum Tag<'a> {
    Open { name: &'a str, params: Params, markdown: bool, closed: bool },
    Close { name: &'a str },
    Shown(String),
}

/// A tag and where it stands.
struct Placed<'a> {
    tag: Tag<'a>,
    range: Range<usize>,
    /// Of a beginning, that it has an end; of an end, that it has a beginning.
    paired: bool,
}

/// A call whose end is to come.
struct Frame<'a> {
    call: Call<'a>,
    from: usize,
    pieces: Vec<Piece<'a>>,
}

/// Takes a text apart.
pub fn parse(text: &str) -> Vec<Piece<'_>> {
    let mut root = Vec::new();
    let mut frames: Vec<Frame<'_>> = Vec::new();
    let mut from = 0;
    for Placed { tag, range, paired } in pair(tags(text)) {
        if !paired && matches!(tag, Tag::Close { .. }) {
            continue;
        }
        let pieces = frames.last_mut().map_or(&mut root, |frame| &mut frame.pieces);
        if from < range.start {
            pieces.push(Piece::Text(&text[from..range.start]));
        }
        from = range.end;
        match tag {
            Tag::Shown(shown) => pieces.push(Piece::Shown(shown)),
            Tag::Open { name, params, markdown, .. } => {
                let (source, start) = (&text[range.clone()], range.start);
                let call = Call { name, params, markdown, source, start, content: None };
                if paired {
                    frames.push(Frame { call, from, pieces: Vec::new() });
                } else {
                    pieces.push(Piece::Call(call));
                }
            }
            Tag::Close { .. } => {
                let Some(Frame { mut call, from, pieces }) = frames.pop() else { continue };
                let source = &text[from..range.start];
                call.content = Some(Content { pieces, source, start: from });
                call.source = &text[call.start..range.end];
                frames
                    .last_mut()
                    .map_or(&mut root, |frame| &mut frame.pieces)
                    .push(Piece::Call(call));
            }
        }
    }
    if from < text.len() {
        root.push(Piece::Text(&text[from..]));
    }
    root
}

fn tags(text: &str) -> Vec<Placed<'_>> {
    let mut tags = Vec::new();
    let mut at = 0;
    let mut ends = Ends::default();
    while let Some(found) = text[at..].find("{{") {
        let start = at + found;
        at = match tag(text, start, &mut ends) {
            Some((tag, end)) => {
                tags.push(Placed { tag, range: start..end, paired: false });
                end
            }
            None => start + 1,
        };
    }
    tags
}

/// Finds the ends: each belongs to the last beginning of its name that has none yet, and those in
/// between have none. Pairs nest, no deeper than [`DEPTH`].
fn pair(mut tags: Vec<Placed<'_>>) -> Vec<Placed<'_>> {
    let mut ends = vec![None; tags.len()];
    let mut open: Vec<(&str, usize)> = Vec::new();
    let mut names: HashMap<&str, usize> = HashMap::new();
    for (index, placed) in tags.iter().enumerate() {
        match placed.tag {
            Tag::Open { name, closed: false, .. } => {
                open.push((name, index));
                *names.entry(name).or_default() += 1;
            }
            Tag::Close { name } if names.get(name).is_some_and(|count| *count > 0) => {
                while let Some((other, start)) = open.pop() {
                    names.entry(other).and_modify(|count| *count -= 1);
                    if other == name {
                        ends[start] = Some(index);
                        break;
                    }
                }
            }
            _ => {}
        }
    }
    let mut enclosing: Vec<usize> = Vec::new();
    for index in 0..tags.len() {
        while enclosing.last().is_some_and(|end| *end <= index) {
            enclosing.pop();
        }
        if let Some(end) = ends[index]
            && enclosing.len() < DEPTH
        {
            enclosing.push(end);
            tags[index].paired = true;
            tags[end].paired = true;
        }
    }
    tags
}

/// Ends of comments that were searched for in vain.
#[derive(Default)]
struct Ends {
    missing: [bool; 2],
}

/// The tag that starts with the braces at `start`, and the offset behind it.
fn tag<'a>(text: &'a str, start: usize, ends: &mut Ends) -> Option<(Tag<'a>, usize)> {
    let markdown = match text.as_bytes().get(start + 2)? {
        b'<' => false,
        b'%' => true,
        _ => return None,
    };
    let (close, index) = if markdown { ("%}}", 1) } else { (">}}", 0) };
    if text[start + 3..].starts_with("/*") {
        if ends.missing[index] {
            return None;
        }
        let inner = start + 5;
        let Some(length) = text[inner..].find(if markdown { "*/%}}" } else { "*/>}}" }) else {
            ends.missing[index] = true;
            return None;
        };
        let shown = format!("{}{}{close}", &text[start..start + 3], &text[inner..inner + length]);
        return Some((Tag::Shown(shown), inner + length + 5));
    }
    let limit = text.floor_char_boundary((start + TAG).min(text.len()));
    let mut scan = Scan { text: &text[..limit], at: start + 3, close };
    scan.space();
    if scan.take("/") {
        scan.space();
        let name = scan.name()?;
        scan.space();
        return scan.take(close).then_some((Tag::Close { name }, scan.at));
    }
    let name = scan.name()?;
    let (mut positional, mut named) = (Vec::new(), Map::new());
    loop {
        let spaced = scan.space();
        let closed = scan.take_closing();
        if closed || scan.take(close) {
            let params = if named.is_empty() {
                Params::Positional(positional)
            } else {
                Params::Named(named)
            };
            return Some((Tag::Open { name, params, markdown, closed }, scan.at));
        }
        if !spaced {
            return None;
        }
        match scan.param()? {
            (Some(name), value) if positional.is_empty() => {
                named.insert(name.to_owned(), value);
            }
            (None, value) if named.is_empty() => positional.push(value),
            _ => return None,
        }
    }
}

struct Scan<'a> {
    text: &'a str,
    at: usize,
    close: &'static str,
}

impl<'a> Scan<'a> {
    fn rest(&self) -> &'a str {
        &self.text[self.at..]
    }

    fn space(&mut self) -> bool {
        let rest = self.rest();
        let length = rest.len() - rest.trim_start().len();
        self.at += length;
        length > 0
    }

    fn take(&mut self, what: &str) -> bool {
        let there = self.rest().starts_with(what);
        self.at += if there { what.len() } else { 0 };
        there
    }

    /// `/>}}`.
    fn take_closing(&mut self) -> bool {
        let there = self.rest().strip_prefix('/').is_some_and(|rest| rest.starts_with(self.close));
        self.at += if there { 1 + self.close.len() } else { 0 };
        there
    }

    fn word(&mut self, more: fn(char) -> bool) -> Option<&'a str> {
        let rest = self.rest();
        let length = rest
            .find(|c: char| !(c.is_alphanumeric() || c == '_' || c == '-' || more(c)))
            .unwrap_or(rest.len());
        self.at += length;
        (length > 0).then(|| &rest[..length])
    }

    /// The name, which may have folders: `blocks/cover`.
    fn name(&mut self) -> Option<&'a str> {
        let name = self.word(|c| matches!(c, '/' | '.'))?;
        // The last slash may be the end: `{{< a/>}}`.
        match name.strip_suffix('/') {
            Some(name) => {
                self.at -= 1;
                Some(name).filter(|name| !name.is_empty())
            }
            None => Some(name),
        }
    }

    fn param(&mut self) -> Option<(Option<&'a str>, Value)> {
        let before = self.at;
        if let Some(name) = self.word(|c| c == '.') {
            if self.take("=") {
                return Some((Some(name), self.value()?));
            }
            self.at = before;
        }
        Some((None, self.value()?))
    }

    fn value(&mut self) -> Option<Value> {
        let rest = self.rest();
        if let Some(raw) = rest.strip_prefix('`') {
            let length = raw.find('`')?;
            self.at += length + 2;
            return Some(Value::String(raw[..length].to_owned()));
        }
        if let Some(quoted) = rest.strip_prefix('"') {
            let mut value = String::new();
            let mut characters = quoted.char_indices();
            while let Some((index, c)) = characters.next() {
                match c {
                    '"' => {
                        self.at += index + 2;
                        return Some(Value::String(value));
                    }
                    '\n' => return None,
                    '\\' => match characters.next()?.1 {
                        '"' => value.push('"'),
                        '\n' => return None,
                        other => value.extend(['\\', other]),
                    },
                    _ => value.push(c),
                }
            }
            return None;
        }
        let length = rest.find(char::is_whitespace).unwrap_or(rest.len());
        let bare = &rest[..length];
        let bare = &bare[..bare.find(self.close).unwrap_or(length)];
        let bare = if rest[bare.len()..].starts_with(self.close) {
            bare.strip_suffix('/').unwrap_or(bare)
        } else {
            bare
        };
        if bare.is_empty() || bare.contains(['"', '`']) || bare.contains("{{") {
            return None;
        }
        self.at += bare.len();
        Some(match bare {
            "true" => Value::Bool(true),
            "false" => Value::Bool(false),
            _ => bare.parse::<i64>().map_or_else(|_| Value::from(bare), Value::from),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A short form: `name(params)`, `%` in front of Markdown ones, content in brackets.
    fn show(pieces: &[Piece<'_>]) -> String {
        pieces.iter().fold(String::new(), |all, piece| match piece {
            Piece::Text(text) => all + text,
            Piece::Shown(text) => all + "!" + text,
            Piece::Call(call) => {
                let percent = if call.markdown { "%" } else { "" };
                let content = call
                    .content
                    .as_ref()
                    .map_or(String::new(), |content| format!("[{}]", show(&content.pieces)));
                format!("{all}«{percent}{}({}){content}»", call.name, call.params.to_json())
            }
        })
    }

    #[test]
    fn shortcodes_are_found() {
        for (text, expected) in [
            ("a {{< x >}} b", "a «x([])» b"),
            ("{{<x>}}{{%  y  %}}", "«x([])»«%y([])»"),
            (r#"{{< x a "b c" 3 true `d "e"` >}}"#, r#"«x(["a","b c",3,true,"d \"e\""])»"#),
            (
                r#"{{< x a=1 b="c \"d\" \n" e=f/g >}}"#,
                r#"«x({"a":1,"b":"c \"d\" \\n","e":"f/g"})»"#,
            ),
            ("{{< x >}}in {{< y />}}{{< /x >}}", "«x([])[in «y([])»]»"),
            ("{{% x %}}{{< x >}}b{{< /x >}}{{% /x %}}", "«%x([])[«x([])[b]»]»"),
            ("{{< a >}}{{< b >}}c{{< /a >}}", "«a([])[«b([])»c]»"),
            ("{{< a/b.c d/>}}", r#"«a/b.c(["d"])»"#),
            ("{{< a\n  b=\"c\"\n>}}", r#"«a({"b":"c"})»"#),
            ("{{</* x \"y\" */>}} {{%/* z */%}}", "!{{< x \"y\" >}} !{{% z %}}"),
            ("{{< x https://e.org/?a=b >}}", r#"«x(["https://e.org/?a=b"])»"#),
        ] {
            assert_eq!(show(&parse(text)), expected, "{text}");
        }
    }

    #[test]
    fn what_is_broken_stays_text() {
        for text in [
            "{{ x }}",
            "{{< >}}",
            "{{<",
            "{{< x",
            "{{< x %}}",
            "{{< x \"a >}}",
            "{{< /x >}}",
            "{{< x a=1 b >}}",
            "{{< x `a >}}",
            "{{</* x >}}",
            "{{< 'x' >}}",
            "{{< x \"a\"b >}}",
        ] {
            assert_eq!(show(&parse(text)), text, "{text}");
        }
        assert_eq!(show(&parse("{{< x {{< y >}}")), "{{< x «y([])»");
    }

    #[test]
    fn sources_are_what_was_written() {
        let pieces = parse("é{{< a >}}b{{< /a >}}");
        let Piece::Call(call) = &pieces[1] else { panic!() };
        assert_eq!((call.source, call.start), ("{{< a >}}b{{< /a >}}", 2));
        let content = call.content.as_ref().unwrap();
        assert_eq!((content.source, content.start), ("b", 11));
    }

    #[test]
    fn calls_nest_within_bounds() {
        let text = "{{< a 1 >}}".repeat(1000) + &"{{< /a >}}".repeat(1000);
        assert_eq!(show(&parse(&text)).matches(")[").count(), DEPTH);
        let leaves = "{{< f >}}".repeat(100) + "{{< a >}}b{{< /a >}}";
        assert!(show(&parse(&leaves)).ends_with("«a([])[b]»"));
    }
}
