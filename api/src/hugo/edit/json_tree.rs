//! Where the values of a JSON text stand.
//!
//! The text has been parsed by then: what is read here is known to be JSON.

use std::ops::Range;

use super::node::{Kind, Node, Slot, Style};

pub(super) fn read(text: &str) -> Option<Node> {
    let mut reader = Reader { text, at: 0 };
    reader.value(0)
}

struct Reader<'a> {
    text: &'a str,
    at: usize,
}

impl Reader<'_> {
    fn peek(&mut self) -> Option<u8> {
        let rest = self.text.get(self.at..)?;
        self.at += rest.len() - rest.trim_start_matches([' ', '\t', '\r', '\n']).len();
        self.text.as_bytes().get(self.at).copied()
    }

    fn expect(&mut self, byte: u8) -> Option<()> {
        (self.peek()? == byte).then(|| self.at += 1)
    }

    fn value(&mut self, depth: usize) -> Option<Node> {
        if depth > 200 {
            return None;
        }
        let first = self.peek()?;
        let start = self.at;
        let kind = match first {
            b'{' => Kind::Map { flow: true, slots: self.slots(b'}', depth)? },
            b'[' => Kind::List { flow: true, slots: self.slots(b']', depth)? },
            b'"' => {
                self.string()?;
                Kind::Scalar(Style::Double)
            }
            _ => {
                let rest = self.text.get(start..)?;
                self.at += rest
                    .find(|c: char| matches!(c, ',' | ']' | '}') || c.is_ascii_whitespace())
                    .unwrap_or(rest.len());
                Kind::Scalar(Style::Plain)
            }
        };
        Some(Node { span: start..self.at, kind, anchor: None, bare: start })
    }

    fn slots(&mut self, close: u8, depth: usize) -> Option<Vec<Slot>> {
        self.at += 1;
        let mut slots = Vec::new();
        loop {
            if self.peek()? == close {
                self.at += 1;
                return Some(slots);
            }
            let start = self.at;
            let (mut key, mut mark) = (String::new(), start);
            if close == b'}' {
                let span = self.string()?;
                key = serde_json::from_str(self.text.get(span)?).ok()?;
                self.expect(b':')?;
                mark = self.at;
            }
            let value = self.value(depth + 1)?;
            slots.push(Slot { key, start, mark, value });
            if self.peek()? == b',' {
                self.at += 1;
            }
        }
    }

    fn string(&mut self) -> Option<Range<usize>> {
        let start = self.at;
        self.expect(b'"')?;
        loop {
            let rest = self.text.get(self.at..)?;
            self.at += rest.find(['"', '\\'])?;
            if self.text.as_bytes().get(self.at) == Some(&b'"') {
                self.at += 1;
                return Some(start..self.at);
            }
            let escaped = self.text.get(self.at + 1..)?.chars().next()?;
            self.at += 1 + escaped.len_utf8();
        }
    }
}
