//! Lists and maps of YAML that are told by their indentation.

use serde_json::Value;

use super::node::{
    Kind, Node, Slot, Splice, Style, end_of_line, line_end, line_start, next_line, with_comments,
};
use super::write::{self, Look};

/// Puts a value in the place of the one that a slot has.
pub(super) fn put(
    text: &str,
    parent: &Node,
    slot: &Slot,
    value: &Value,
    look: Look<'_>,
) -> Option<Vec<Splice>> {
    let old = &slot.value;
    let end = old.span.end.max(slot.mark);
    let lead = text.get(slot.mark..old.bare.max(slot.mark))?;
    let indent = indentation(text, parent, slot);
    let scalar = !matches!(value, Value::Array(items) if !items.is_empty())
        && !matches!(value, Value::Object(map) if !map.is_empty());
    let inline_before = matches!(old.kind, Kind::Scalar(style) if !write::is_block(style))
        || matches!(old.kind, Kind::Alias(_))
        || old.is_flow();
    let block_text = matches!(old.kind, Kind::Scalar(style) if write::is_block(style))
        || value.as_str().is_some_and(|text| text.contains('\n') && !is_quoted(old));
    if scalar && inline_before && !block_text {
        // Quotes, anchor and tag: the tag stays where it says what the value is.
        let keeps = text.get(old.span.start..old.bare)?.contains("!!str") && value.is_string();
        let unanchored = !text.get(old.span.start..old.bare)?.contains('!');
        let from = if keeps || unanchored { old.bare } else { old.span.start };
        let written = write::beside(value, look)?;
        let gap = if from == slot.mark { " " } else { "" };
        return Some(vec![Splice::new(from.max(slot.mark)..end, format!("{gap}{written}"))]);
    }
    let flow_again = old.is_flow() && !scalar;
    let commented = text.get(end..line_end(text, end))?.contains('#');
    let look =
        if flow_again || (inline_before && commented) { Look { flow: true, ..look } } else { look };
    let written = if slot.key.is_empty() && matches!(parent.kind, Kind::List { .. }) {
        // An item: the first line stands beside the dash.
        let item = write::yaml_item(value, look, &indent)?;
        item.get(indent.len() + 1..)?.to_owned()
    } else if flow_again || (inline_before && commented) {
        format!(" {}", write::inline(value, look)?)
    } else {
        write::yaml_after(value, look, &indent)?
    };
    // A comment behind the key stays where lines follow it.
    let first_line = line_end(text, slot.mark);
    let comment =
        lead.contains('#') || text.get(slot.mark..first_line)?.trim_start().starts_with('#');
    if comment && first_line < end && written.starts_with(['\n', '\r']) {
        return Some(vec![Splice::new(first_line..end, written)]);
    }
    Some(vec![Splice::new(slot.mark..end, written)])
}

fn is_quoted(node: &Node) -> bool {
    matches!(node.kind, Kind::Scalar(Style::Single | Style::Double))
}

/// The spaces that what is nested in a slot's value counts from.
fn indentation(text: &str, parent: &Node, slot: &Slot) -> String {
    // Siblings of the first entry of an item stand below it, not below the dash.
    let column = |slot: &Slot| {
        let start = line_start(text, slot.start);
        text.get(start..slot.start).unwrap_or_default().chars().count()
    };
    let columns = parent.slots().iter().map(column).min().unwrap_or(0);
    " ".repeat(columns.max(column(slot).min(columns)))
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
    let first = slots.first()?;
    let indent = indentation(text, node, first);
    let entry = match key {
        Some(key) => write::yaml_entry(key, value, look, &indent)?,
        None => write::yaml_item(value, look, &indent)?,
    };
    if before == 0 {
        let line = end_of_line(text, first.start, look.line_end);
        if let Some(indent) = super::node::indent_of(text, first.start) {
            let start = with_comments(text, first.start - indent.len(), 0);
            // Comments at the head of the file are about the file.
            let start = if start == 0 { first.start - indent.len() } else { start };
            return Some(vec![Splice::new(start..start, format!("{entry}{line}"))]);
        }
        // The first one stands behind a dash.
        let entry = entry.trim_start_matches(' ');
        let at = first.start;
        return Some(vec![Splice::new(at..at, format!("{entry}{line}{indent}"))]);
    }
    let previous = slots.get(before - 1).or(slots.last())?;
    Some(vec![behind(text, previous.end(), &entry, look)])
}

/// Lines behind the one that a position is in.
pub(super) fn behind(text: &str, at: usize, lines: &str, look: Look<'_>) -> Splice {
    let line = end_of_line(text, at, look.line_end);
    let next = next_line(text, at);
    let unended = next == text.len() && !text.is_empty() && !text.ends_with(['\n', '\r']);
    if unended {
        Splice::new(next..next, format!("{line}{lines}"))
    } else {
        Splice::new(next..next, format!("{lines}{line}"))
    }
}

/// Takes a slot out, with the comments that belong to it.
pub(super) fn remove(text: &str, node: &Node, number: usize) -> Option<Vec<Splice>> {
    let slots = node.slots();
    let slot = slots.get(number)?;
    let floor = number.checked_sub(1).and_then(|before| slots.get(before));
    let floor = floor.map_or(node.bare, |previous| next_line(text, previous.end()));
    let until = next_line(text, slot.end());
    if super::node::indent_of(text, slot.start).is_none() {
        // It stands behind a dash: the next one takes its place.
        let next = slots.get(number + 1)?;
        return Some(vec![Splice::new(slot.start..next.start, "")]);
    }
    let line = line_start(text, slot.start);
    let floor = if floor > line { line } else { floor };
    let floor = if number == 0 { line_start(text, floor).min(line) } else { floor };
    let start = with_comments(text, line, floor);
    Some(vec![Splice::new(start..until, "")])
}
