//! Where the values of a TOML text stand.
//!
//! The crate `toml_edit` finds the places and does not write: it would end
//! every line it knows with a line feed, whatever the file's lines end with.

use toml_edit::{Array, Document, InlineTable, Item, Key, Table, Value};

use super::node::{Kind, Node, Slot, Style};

pub(super) fn read(text: &str) -> Option<Node> {
    let document = Document::parse(text).ok()?;
    let slots = table(text, document.as_table())?;
    Some(Node { span: 0..text.len(), kind: Kind::Table(slots), anchor: None, bare: 0 })
}

fn table(text: &str, table: &Table) -> Option<Vec<Slot>> {
    let mut slots = Vec::with_capacity(table.len());
    for (name, item) in table.iter() {
        let span = table.key(name)?.span()?;
        let node = match item {
            Item::None => continue,
            Item::Value(value) => {
                slots.push(leaf(text, name, span, value)?);
                continue;
            }
            Item::Table(inner) => {
                let slots = self::table(text, inner)?;
                let header = !inner.is_implicit() && !inner.is_dotted();
                let own = inner.span().filter(|_| header);
                Node {
                    bare: own.as_ref().map_or(span.start, |own| own.start),
                    span: own.unwrap_or(span.start..span.start),
                    kind: Kind::Table(slots),
                    anchor: None,
                }
            }
            Item::ArrayOfTables(tables) => {
                let mut items = Vec::with_capacity(tables.len());
                for inner in tables.iter() {
                    let own = inner.span()?;
                    items.push(Slot {
                        key: String::new(),
                        start: own.start,
                        mark: own.start,
                        value: Node {
                            bare: own.start,
                            span: own,
                            kind: Kind::Table(self::table(text, inner)?),
                            anchor: None,
                        },
                    });
                }
                let own = items.first()?.value.span.clone();
                Node { bare: own.start, span: own, kind: Kind::Tables(items), anchor: None }
            }
        };
        let start = node.span.start;
        slots.push(Slot { key: name.to_owned(), start, mark: start, value: node });
    }
    Some(slots)
}

fn leaf(text: &str, name: &str, key: std::ops::Range<usize>, value: &Value) -> Option<Slot> {
    let value = node(text, value)?;
    let between = text.get(key.end..value.span.start)?;
    let mark = key.end + between.find('=').map_or(0, |at| at + 1);
    Some(Slot { key: name.to_owned(), start: key.start, mark, value })
}

fn node(text: &str, value: &Value) -> Option<Node> {
    let span = value.span()?;
    let kind = match value {
        Value::Array(array) => Kind::List { flow: true, slots: items(text, array)? },
        Value::InlineTable(table) if !table.is_dotted() => {
            Kind::Map { flow: true, slots: entries(text, table)? }
        }
        Value::InlineTable(table) => Kind::Table(entries(text, table)?),
        Value::String(_) => {
            let written = text.get(span.clone())?;
            Kind::Scalar(if written.starts_with("'''") {
                Style::MultiSingle
            } else if written.starts_with("\"\"\"") {
                Style::MultiDouble
            } else if written.starts_with('\'') {
                Style::Single
            } else {
                Style::Double
            })
        }
        _ => Kind::Scalar(Style::Plain),
    };
    Some(Node { bare: span.start, span, kind, anchor: None })
}

fn items(text: &str, array: &Array) -> Option<Vec<Slot>> {
    let slot = |value| {
        let value = node(text, value)?;
        Some(Slot { key: String::new(), start: value.span.start, mark: value.span.start, value })
    };
    array.iter().map(slot).collect()
}

fn entries(text: &str, table: &InlineTable) -> Option<Vec<Slot>> {
    let slot = |(name, value): (&str, &Value)| {
        let span = table.key(name).and_then(Key::span)?;
        leaf(text, name, span, value)
    };
    table.iter().map(slot).collect()
}
