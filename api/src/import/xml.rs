//! A stream of XML elements: one at a time is in memory, however long the file.
//!
//! Exports are made by string building and edited by hand, so this reader takes
//! more than XML allows: references that only HTML knows, control characters,
//! end tags that match nothing. A file that ends too early is an error at its
//! last line.

use std::io::{self, BufRead, BufReader, Cursor, Read};

use encoding_rs::Encoding;
use encoding_rs_io::{DecodeReaderBytes, DecodeReaderBytesBuilder};
use quick_xml::Reader;
use quick_xml::events::{BytesStart, Event};

use super::html::{reference, unescape};
use super::model::clean;
use crate::hugo::problem::Problem;

/// Elements within elements that are told apart.
const DEEPEST: usize = 32;

/// An element with everything in it.
#[derive(Debug, Default, PartialEq)]
pub struct Element {
    pub name: String,
    /// The line on which it begins.
    pub line: u32,
    pub attributes: Vec<(String, String)>,
    /// Its own text; that of its children is theirs.
    pub text: String,
    pub children: Vec<Self>,
}

impl Element {
    #[must_use]
    pub fn child(&self, name: &str) -> Option<&Self> {
        self.children.iter().find(|child| child.name == name)
    }

    pub fn all(&self, name: &str) -> impl Iterator<Item = &Self> {
        self.children.iter().filter(move |child| child.name == name)
    }

    /// The text of a child; empty where there is none.
    #[must_use]
    pub fn text_of(&self, name: &str) -> &str {
        self.child(name).map_or("", |child| child.text.as_str())
    }

    #[must_use]
    pub fn attribute(&self, name: &str) -> Option<&str> {
        self.attributes.iter().find(|(key, _)| key == name).map(|(_, value)| value.as_str())
    }
}

/// Where an XML declaration may end.
const DECLARATION: usize = 1024;

/// The encoding that the first bytes of a file name: by their byte order mark,
/// which [`decoded`] sees itself, or in their declaration.
#[must_use]
pub fn encoding(first: &[u8]) -> Option<&'static Encoding> {
    let first = first.get(..DECLARATION).unwrap_or(first);
    let end = first.windows(2).position(|two| two == b"?>")?;
    let declaration = std::str::from_utf8(&first[..end]).ok()?.trim_start();
    let declared = declaration.strip_prefix("<?xml")?.split_once("encoding")?.1;
    let declared = declared.trim_start().strip_prefix('=')?.trim_start();
    let quote = declared.chars().next().filter(|c| matches!(c, '"' | '\''))?;
    let encoding = Encoding::for_label(declared[1..].split(quote).next()?.as_bytes())?;
    // What could be read so far is no UTF-16, whatever it says.
    encoding.is_ascii_compatible().then_some(encoding)
}

type Start = io::Chain<Cursor<Vec<u8>>, Box<dyn Read + Send>>;

/// A source as UTF-8; bytes that mean nothing in its encoding are replaced.
pub struct Decoded(BufReader<DecodeReaderBytes<Start, Vec<u8>>>);

impl Decoded {
    pub fn new(mut source: Box<dyn Read + Send>) -> io::Result<Self> {
        let mut first = Vec::with_capacity(DECLARATION);
        source.by_ref().take(DECLARATION as u64).read_to_end(&mut first)?;
        let encoding = encoding(&first).unwrap_or(encoding_rs::UTF_8);
        let mut builder = DecodeReaderBytesBuilder::new();
        builder.encoding(Some(encoding)).strip_bom(true).bom_override(true);
        let source = Cursor::new(first).chain(source);
        Ok(Self(BufReader::with_capacity(1 << 16, builder.build(source))))
    }
}

/// Counts the lines that have been read.
struct Counting {
    inner: Decoded,
    lines: u32,
}

impl Read for Counting {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let mut available = self.fill_buf()?;
        let read = available.read(buffer)?;
        self.consume(read);
        Ok(read)
    }
}

impl BufRead for Counting {
    fn fill_buf(&mut self) -> io::Result<&[u8]> {
        self.inner.0.fill_buf()
    }

    fn consume(&mut self, amount: usize) {
        let read = self.inner.0.buffer().get(..amount).unwrap_or_default();
        #[expect(clippy::naive_bytecount, reason = "parsing takes far longer")]
        let lines = read.iter().filter(|byte| **byte == b'\n').count();
        self.lines = self.lines.saturating_add(u32::try_from(lines).unwrap_or(u32::MAX));
        self.inner.0.consume(amount);
    }
}

/// Reads the elements below a path, one after the other.
pub struct Elements {
    reader: Reader<Counting>,
    buffer: Vec<u8>,
    /// Elements that have begun and whose children are read one by one.
    open: Vec<String>,
    /// How many levels are open before children are whole elements.
    levels: usize,
    ended: bool,
}

impl Elements {
    /// `levels`: how deep the elements stand that are wanted whole; 2 in RSS.
    #[must_use]
    pub fn new(source: Decoded, levels: usize) -> Self {
        let source = Counting { inner: source, lines: 1 };
        let mut reader = Reader::from_reader(source);
        let config = reader.config_mut();
        config.check_end_names = false;
        config.allow_unmatched_ends = true;
        config.allow_dangling_amp = true;
        config.trim_markup_names_in_closing_tags = true;
        Self { reader, buffer: Vec::new(), open: Vec::new(), levels, ended: false }
    }

    fn line(&self) -> u32 {
        self.reader.get_ref().lines
    }

    /// The next element, or none at the end. After an error there is nothing.
    pub fn read(&mut self) -> Result<Option<Element>, Problem> {
        if self.ended {
            return Ok(None);
        }
        let mut above: Vec<Element> = Vec::new();
        loop {
            self.buffer.clear();
            let line = self.line();
            let event = match self.reader.read_event_into(&mut self.buffer) {
                Ok(event) => event,
                Err(error) => {
                    self.ended = true;
                    let message =
                        format!("this is no XML: {error}; what comes after it is not read");
                    return Err(Problem { line: Some(self.line()), ..Problem::new(message) });
                }
            };
            match event {
                Event::Start(start) | Event::Empty(start) if above.len() > DEEPEST => drop(start),
                Event::Start(start) => {
                    let element = element(&start, line);
                    if above.is_empty() && self.open.len() < self.levels {
                        self.open.push(element.name);
                    } else {
                        above.push(element);
                    }
                }
                Event::Empty(start) => {
                    let element = element(&start, line);
                    match above.last_mut() {
                        Some(parent) => parent.children.push(element),
                        None if self.open.len() >= self.levels => return Ok(Some(element)),
                        None => {}
                    }
                }
                Event::End(end) => {
                    let name = end.name();
                    let name = String::from_utf8_lossy(name.as_ref().as_bytes()).into_owned();
                    if let Some(depth) = above.iter().rposition(|element| element.name == name) {
                        while above.len() > depth + 1 {
                            close(&mut above);
                        }
                        if let Some(whole) = close(&mut above) {
                            return Ok(Some(whole));
                        }
                    } else if above.is_empty()
                        && let Some(depth) = self.open.iter().rposition(|open| *open == name)
                    {
                        self.open.truncate(depth);
                    }
                }
                Event::Text(text) => push(&mut above, &text.xml10_content()),
                Event::CData(text) => push(&mut above, &text.xml10_content()),
                Event::GeneralRef(name) => {
                    let text = reference(&name).unwrap_or_else(|| format!("&{};", &*name));
                    push(&mut above, &text);
                }
                Event::Eof => {
                    self.ended = true;
                    if above.is_empty() && self.open.is_empty() {
                        return Ok(None);
                    }
                    let name = above.first().map_or_else(
                        || self.open.last().cloned().unwrap_or_default(),
                        |element| element.name.clone(),
                    );
                    let began = above.first().map(|element| element.line);
                    let message = format!(
                        "the file ends before </{name}>: it was cut off; export it anew, what was \
                         read is kept"
                    );
                    return Err(Problem {
                        line: began.or(Some(self.line())),
                        ..Problem::new(message)
                    });
                }
                _ => {}
            }
        }
    }
}

fn push(above: &mut [Element], text: &str) {
    if let Some(element) = above.last_mut() {
        element.text.push_str(&clean(text));
    }
}

/// Ends the innermost element; answers with it where it was the outermost.
fn close(above: &mut Vec<Element>) -> Option<Element> {
    let element = above.pop()?;
    match above.last_mut() {
        Some(parent) => {
            parent.children.push(element);
            None
        }
        None => Some(element),
    }
}

fn element(start: &BytesStart<'_>, line: u32) -> Element {
    let name = start.name();
    let attributes = start
        .attributes()
        .with_checks(false)
        .filter_map(Result::ok)
        .map(|attribute| (attribute.key.as_ref().to_owned(), clean(&unescape(&attribute.value))))
        .collect();
    Element { name: name.as_ref().to_owned(), line, attributes, ..Element::default() }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn all(bytes: &[u8]) -> (Vec<Element>, Option<Problem>) {
        let source = Decoded::new(Box::new(Cursor::new(bytes.to_vec()))).unwrap();
        let mut elements = Elements::new(source, 2);
        let mut found = Vec::new();
        loop {
            match elements.read() {
                Ok(Some(element)) => found.push(element),
                Ok(None) => return (found, None),
                Err(problem) => return (found, Some(problem)),
            }
        }
    }

    #[test]
    fn elements_come_whole_with_their_lines() {
        let xml = "<?xml version=\"1.0\"?>\n<rss>\n<channel>\n<title>A &amp; B&nbsp;&bad;</title>\n\
                   <item a=\"x&quot;\"><b><![CDATA[1]]]]><![CDATA[>2]]></b>\n<c/></item></channel></rss>";
        let (found, problem) = all(xml.as_bytes());
        assert_eq!(problem, None);
        assert_eq!(found[0].text, "A & B\u{a0}&bad;");
        assert_eq!(found[1].line, 5);
        assert_eq!(found[1].attribute("a"), Some("x\""));
        assert_eq!(found[1].text_of("b"), "1]]>2");
        assert!(found[1].child("c").is_some());
    }

    #[test]
    fn other_encodings_are_read() {
        let mut xml = b"<?xml version=\"1.0\" encoding=\"GBK\"?><r><c><t>".to_vec();
        xml.extend(b"\xd6\xd0\xce\xc4</t></c></r>");
        let (found, problem) = all(&xml);
        assert_eq!((found[0].text.as_str(), problem), ("中文", None));
        let utf16: Vec<u8> =
            "\u{feff}<r><c><t>中</t></c></r>".encode_utf16().flat_map(u16::to_le_bytes).collect();
        assert_eq!(all(&utf16).0[0].text, "中");
        let broken = all(b"<r><c><t>a\xffb</t></c></r>");
        assert_eq!((broken.0[0].text.as_str(), broken.1), ("a\u{fffd}b", None));
    }

    #[test]
    fn a_file_that_was_cut_off_says_where() {
        let (found, problem) = all(b"<rss><channel><a>1</a>\n<item>\n<b>");
        assert_eq!(found.len(), 1);
        let problem = problem.unwrap();
        assert_eq!(problem.line, Some(2));
        assert!(problem.message.contains("cut off"), "{problem}");
    }

    proptest! {
        #[test]
        fn no_bytes_panic(bytes in prop::collection::vec(any::<u8>(), 0..200)) {
            let _ = all(&bytes);
        }

        #[test]
        fn no_markup_panics(parts in prop::collection::vec(prop::sample::select(vec![
            "<?xml version=\"1.0\" encoding=\"gbk\"?>", "<?xml encoding=\"utf-16\"?>", "<rss>", "<channel>", "<item>", "</item>",
            "<![CDATA[", "]]>", "&amp;", "&", "<a b='c'>", "</a>", "<!--", "-->", "<!DOCTYPE x [", "]>", "中", "\u{0}", "<", ">", " ",
        ]), 0..20)) {
            let _ = all(parts.concat().as_bytes());
        }
    }
}
