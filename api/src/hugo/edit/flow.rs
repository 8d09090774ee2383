//! Lists and maps in brackets: those of JSON, TOML's inline ones, YAML's flow style.
//!
//! Invariant: an item that stays keeps its bytes; what is put in takes the
//! separator, line and indentation of its neighbours.

use serde_json::Value;

use super::super::front_matter::Format;
use super::node::{
    Kind, Node, Slot, Splice, end_of_line, indent_of, line_end, line_start, next_line,
};
use super::write::{self, Look};

/// Puts a value in the place of the one that a slot has.
pub(super) fn put(text: &str, slot: &Slot, value: &Value, look: Look<'_>) -> Option<Vec<Splice>> {
    let written = render(text, slot.start, value, look)?;
    let span = slot.value.span.clone();
    let gap = span.is_empty() && look.format != Format::Json;
    let written = if gap { format!(" {written}") } else { written };
    Some(vec![Splice::new(span, written)])
}

/// JSON over several lines, where the file is; else on one.
fn render(text: &str, at: usize, value: &Value, look: Look<'_>) -> Option<String> {
    if look.format == Format::Json {
        let start = line_start(text, at);
        let line = text.get(start..).unwrap_or_default();
        let indent = line.get(..line.len() - line.trim_start_matches([' ', '\t']).len())?;
        let broken = text.trim_start().starts_with("{\n") || text.trim_start().starts_with("{\r");
        if broken {
            return write::json(value, look, indent);
        }
    }
    write::inline(value, look)
}

/// Puts an entry or item in before the slot of this number, or behind the last one.
pub(super) fn insert(
    text: &str,
    node: &Node,
    before: usize,
    key: Option<&str>,
    value: &Value,
    look: Look<'_>,
) -> Option<Vec<Splice>> {
    let slots = node.slots();
    let entry = |at: usize| {
        let value = render(text, at, value, look)?;
        Some(match key {
            Some(key) => {
                format!("{}{}{value}", write::key(key, look, true), separator(text, slots, look))
            }
            None => value,
        })
    };
    let end = node.span.end - 1;
    let Some(last) = slots.last() else {
        return empty(text, node, key, value, look);
    };
    if let Some(next) = slots.get(before) {
        let entry = entry(next.start)?;
        let gap = match indent_of(text, next.start) {
            Some(indent) if next.start > 0 && line_start(text, next.start) > node.span.start => {
                format!(",{}{indent}", end_of_line(text, next.start, look.line_end))
            }
            _ => gap(text, slots).to_owned(),
        };
        return Some(vec![Splice::new(next.start..next.start, format!("{entry}{gap}"))]);
    }
    let entry = entry(last.start)?;
    let behind = text.get(last.end()..end)?;
    let comma = comma(behind);
    let own_line =
        line_start(text, last.start) > node.bare && indent_of(text, last.start).is_some();
    if own_line {
        // The new line comes behind a comment on the line of the last one.
        let indent = indent_of(text, last.start)?;
        let line = end_of_line(text, last.start, look.line_end);
        let from = last.end() + comma.map_or(0, |at| at + 1);
        let stop = line_end(text, from).min(end);
        let closed_here = stop == end;
        let stop = if closed_here { from } else { stop };
        let trailing = if comma.is_some() { "," } else { "" };
        let mut splices = vec![Splice::new(stop..stop, format!("{line}{indent}{entry}{trailing}"))];
        if comma.is_none() {
            splices.insert(0, Splice::new(last.end()..last.end(), ","));
            if stop == last.end() {
                let joined = format!(",{line}{indent}{entry}");
                return Some(vec![Splice::new(stop..stop, joined)]);
            }
        }
        return Some(splices);
    }
    let joined = format!("{}{entry}", gap(text, slots));
    Some(vec![Splice::new(last.end()..last.end(), joined)])
}

fn empty(
    text: &str,
    node: &Node,
    key: Option<&str>,
    value: &Value,
    look: Look<'_>,
) -> Option<Vec<Splice>> {
    let inner = node.bare + 1..node.span.end - 1;
    if text.get(inner.clone())?.contains('#') {
        return None;
    }
    let entry = match key {
        Some(key) => format!(
            "{}{}{}",
            write::key(key, look, true),
            write::separator(look.format),
            render(text, node.bare, value, look)?
        ),
        None => render(text, node.bare, value, look)?,
    };
    let root = look.format == Format::Json
        && text.trim_start().len() == text.len() - node.bare
        && node.span.end >= text.trim_end().len();
    let pad = if look.padded || (look.format == Format::Toml && key.is_some()) { " " } else { "" };
    let written = if root {
        let end = look.line_end;
        format!("{end}{}{entry}{end}", " ".repeat(look.step))
    } else {
        format!("{pad}{entry}{pad}")
    };
    Some(vec![Splice::new(inner, written)])
}

/// Takes a slot out, with its separator, and its lines where it has them alone.
pub(super) fn remove(text: &str, node: &Node, number: usize) -> Option<Vec<Splice>> {
    let slots = node.slots();
    let slot = slots.get(number)?;
    let close = node.span.end - 1;
    let behind_until = slots.get(number + 1).map_or(close, |next| next.start);
    let behind = text.get(slot.end()..behind_until)?;
    let own_comma = comma(behind).map(|at| slot.end() + at + 1);
    let until = own_comma.unwrap_or(slot.end());
    let is_last = number + 1 == slots.len();
    let mut splices = Vec::new();
    if is_last && number > 0 && own_comma.is_none() {
        // The comma before it separates nothing any more.
        let previous = slots.get(number - 1)?;
        let between = text.get(previous.end()..slot.start)?;
        let at = previous.end() + comma(between)?;
        splices.push(Splice::new(at..at + 1, ""));
    }
    let rest = text.get(until..line_end(text, until)).unwrap_or_default().trim_start();
    let alone = indent_of(text, slot.start).is_some()
        && line_start(text, slot.start) > node.bare
        && (rest.is_empty() || rest.starts_with('#'))
        && until < line_end(text, until) + 1
        && next_line(text, until) <= close;
    if alone {
        splices.push(Splice::new(line_start(text, slot.start)..next_line(text, until), ""));
    } else if let Some(next) = slots.get(number + 1) {
        let gap = text.get(until..next.start)?;
        let stop =
            if gap.trim().is_empty() && !gap.contains(['\n', '\r']) { next.start } else { until };
        splices.push(Splice::new(slot.start..stop, ""));
    } else {
        // The space before it goes as well, unless it is on a line of its own.
        let from = match number.checked_sub(1).and_then(|before| slots.get(before)) {
            Some(previous) => {
                let between = text.get(previous.end()..slot.start)?;
                let tight = !between.contains(['\n', '\r', '#']);
                if tight && own_comma.is_none() {
                    return Some(vec![Splice::new(previous.end()..slot.end(), "")]);
                }
                if tight { previous.end() + comma(between)? + 1 } else { slot.start }
            }
            None => slot.start,
        };
        splices.push(Splice::new(from..until, ""));
    }
    Some(splices)
}

/// The first comma that is in no comment.
fn comma(text: &str) -> Option<usize> {
    let mut comment = false;
    for (at, c) in text.char_indices() {
        match c {
            '#' => comment = true,
            '\n' | '\r' => comment = false,
            ',' if !comment => return Some(at),
            _ => {}
        }
    }
    None
}

/// What stands between two slots of one line.
fn gap<'a>(text: &'a str, slots: &[Slot]) -> &'a str {
    let [first, second, ..] = slots else {
        return ", ";
    };
    let between = text.get(first.end()..second.start).unwrap_or(", ");
    let plain = between.bytes().filter(|byte| *byte == b',').count() == 1
        && between.bytes().all(|byte| matches!(byte, b',' | b' '));
    if plain { between } else { ", " }
}

/// What stands between key and value.
fn separator<'a>(text: &'a str, slots: &[Slot], look: Look<'_>) -> &'a str {
    let default = write::separator(look.format);
    let Some(slot) = slots.last() else {
        return default;
    };
    let Some(start) = text.get(slot.start..slot.mark).and_then(|key| {
        let bare = key.strip_suffix([':', '=']).unwrap_or(key);
        Some(slot.start + bare.trim_end().len()).filter(|_| !bare.is_empty())
    }) else {
        return default;
    };
    let found = text.get(start..slot.value.span.start).unwrap_or(default);
    let sound = match look.format {
        Format::Toml => found.trim() == "=",
        Format::Json => found.trim() == ":",
        Format::Yaml | Format::None => found.trim() == ":" && found.ends_with(' '),
    };
    if sound && !found.contains(['\n', '\r']) { found } else { default }
}

/// Whether spaces stand inside of the brackets.
pub(super) fn is_padded(text: &str, node: &Node) -> Option<bool> {
    let first = node.slots().first().filter(|_| node.is_flow())?;
    let inner = text.get(node.bare + 1..first.start)?;
    matches!(node.kind, Kind::List { .. } | Kind::Map { .. }).then_some(inner == " ")
}
