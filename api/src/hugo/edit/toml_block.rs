//! Keys of TOML that stand on lines, and tables under headers.

use serde_json::Value;

use super::node::{
    Kind, Node, Slot, Splice, Step, end_of_line, line_start, next_line, with_comments,
};
use super::write::{self, Look};
use super::yaml_block::behind;

/// Puts a value in the place of the one that a slot has.
pub(super) fn put(
    text: &str,
    root: &Node,
    path: &[Step],
    slot: &Slot,
    value: &Value,
    look: Look<'_>,
) -> Option<Vec<Splice>> {
    if is_table(&slot.value) {
        // A table becomes something else: it goes, and the other comes.
        if slot.value.span.is_empty() && matches!(slot.value.kind, Kind::Table(_)) {
            // Dotted keys have no header: the other takes the place of the first.
            let mut splices = lines(text, slot, false);
            let first = splices.first_mut().filter(|_| !has_header(&slot.value))?;
            let before = text.get(line_start(text, slot.start)..slot.start)?;
            let Step::Key(key) = path.last()? else {
                return None;
            };
            let end = end_of_line(text, slot.start, look.line_end);
            let value = write::inline(value, Look { flow: true, ..look })?;
            first.text = format!("{before}{} = {value}{end}", write::key(key, look, false));
            return Some(splices);
        }
        let mut splices = remove(text, slot);
        let parent = root.get(path.split_last()?.1)?;
        let others: Vec<Slot> =
            parent.slots().iter().filter(|other| other.start != slot.start).cloned().collect();
        splices.extend(add(text, &others, parent, path, value, look)?);
        return Some(splices);
    }
    let look = Look { flow: true, ..look };
    Some(vec![Splice::new(slot.value.span.clone(), write::inline(value, look)?)])
}

fn has_header(node: &Node) -> bool {
    let mut found = false;
    node.visit(&mut |node| found |= is_table(node) && !node.span.is_empty());
    found
}

fn is_table(node: &Node) -> bool {
    matches!(node.kind, Kind::Table(_) | Kind::Tables(_))
}

/// Puts an entry in before the slot of this number, or an item at it.
pub(super) fn insert(
    text: &str,
    node: &Node,
    before: usize,
    path: &[Step],
    value: &Value,
    look: Look<'_>,
) -> Option<Vec<Splice>> {
    if let Kind::Tables(slots) = &node.kind {
        let names = names(path);
        let mut table = String::new();
        write::toml_header(&names, look, true, &mut table);
        write::toml_entries(value.as_object()?, look, &names, &mut table)?;
        return Some(match slots.get(before) {
            Some(next) => {
                let at = with_comments(text, line_start(text, next.start), 0);
                vec![Splice::new(at..at, format!("{table}{}", look.line_end))]
            }
            None => vec![behind_table(text, last_end(slots.last()?), &table, look)],
        });
    }
    let leaves = |slot: &&Slot| !is_table(&slot.value);
    let slots = node.slots();
    // House order holds among the plain keys of one table.
    if !write::is_toml_table(value) || slots.iter().any(|slot| is_dotted(text, slot)) {
        let ahead: Vec<&Slot> = slots.get(..before.min(slots.len()))?.iter().collect();
        let line = entry(text, node, path, value, look)?;
        if let Some(previous) = ahead.iter().copied().filter(leaves).max_by_key(|slot| slot.end()) {
            return Some(vec![behind(text, previous.end(), &line, look)]);
        }
        if let Some(next) = slots.iter().filter(leaves).min_by_key(|slot| slot.start) {
            let at = with_comments(text, line_start(text, next.start), 0);
            let at = if at == 0 { line_start(text, next.start) } else { at };
            return Some(vec![Splice::new(at..at, format!("{line}{}", look.line_end))]);
        }
    }
    add(text, slots, node, path, value, look)
}

fn is_dotted(text: &str, slot: &Slot) -> bool {
    !is_table(&slot.value)
        && text
            .get(line_start(text, slot.start)..slot.start)
            .is_some_and(|before| before.trim_end().ends_with('.'))
}

fn names(path: &[Step]) -> Vec<String> {
    path.iter()
        .filter_map(|step| match step {
            Step::Key(key) => Some(key.clone()),
            Step::Item(_) => None,
        })
        .collect()
}

/// `key = value`, behind what a dotted neighbour has before its key.
fn entry(text: &str, node: &Node, path: &[Step], value: &Value, look: Look<'_>) -> Option<String> {
    let Some(Step::Key(key)) = path.last() else {
        return None;
    };
    let leaf = node.slots().iter().find(|slot| !is_table(&slot.value));
    let before = leaf.and_then(|leaf| text.get(line_start(text, leaf.start)..leaf.start));
    let before = before.unwrap_or_default();
    let separator = leaf.map_or(" = ", |leaf| if spaced(text, leaf) { " = " } else { "=" });
    let look = Look { flow: true, ..look };
    let value = write::inline(value, look)?;
    Some(format!("{before}{}{separator}{value}", write::key(key, look, false)))
}

fn spaced(text: &str, slot: &Slot) -> bool {
    text.get(slot.mark..slot.value.span.start).is_some_and(|gap| gap.starts_with(' '))
}

/// Puts an entry into a table that has no line to stand beside.
fn add(
    text: &str,
    slots: &[Slot],
    node: &Node,
    path: &[Step],
    value: &Value,
    look: Look<'_>,
) -> Option<Vec<Splice>> {
    let names = names(path);
    let mut lines = String::new();
    if write::is_toml_table(value) {
        let map = serde_json::Map::from_iter([(names.last()?.clone(), value.clone())]);
        write::toml_entries(&map, look, names.split_last()?.1, &mut lines)?;
        let at = slots.iter().map(last_end).max().unwrap_or(node.span.end);
        let root = path.len() == 1;
        return Some(vec![behind_table(text, if root { text.len() } else { at }, &lines, look)]);
    }
    let look = Look { flow: true, ..look };
    let key = write::key(names.last()?, look, false);
    let line = format!("{key} = {}", write::inline(value, look)?);
    if path.len() == 1 {
        // Before the first header, behind the last plain key.
        let leaf = slots.iter().filter(|slot| !is_table(&slot.value)).map(Slot::end).max();
        if let Some(end) = leaf {
            return Some(vec![behind(text, end, &line, look)]);
        }
        let header = slots.iter().map(first_start).min();
        let at = header.map_or(text.len(), |at| with_comments(text, line_start(text, at), 0));
        return Some(vec![Splice::new(at..at, format!("{line}{}", look.line_end))]);
    }
    if !node.span.is_empty() {
        return Some(vec![behind(text, node.span.end, &line, look)]);
    }
    // A table that only stands for those below it gets its header.
    let mut lines = String::new();
    write::toml_header(names.split_last()?.1, look, false, &mut lines);
    lines.push_str(&line);
    lines.push_str(look.line_end);
    let at = slots.iter().map(first_start).min().unwrap_or(text.len());
    let at = with_comments(text, line_start(text, at), 0);
    Some(vec![Splice::new(at..at, lines)])
}

/// A table behind the line of a position, a blank line between.
fn behind_table(text: &str, at: usize, lines: &str, look: Look<'_>) -> Splice {
    let next = if at >= text.len() { text.len() } else { next_line(text, at) };
    let before = text.get(..next).unwrap_or_default();
    let blank = before.trim_end_matches(' ');
    let double = blank.is_empty() || blank.ends_with("\n\n") || blank.ends_with("\n\r\n");
    let open = if before.is_empty() || before.ends_with('\n') { "" } else { look.line_end };
    let blank = if double { "" } else { look.line_end };
    Splice::new(next..next, format!("{open}{blank}{lines}"))
}

/// Where the last thing below a slot ends.
fn last_end(slot: &Slot) -> usize {
    let below = slot.value.slots().iter().map(last_end).max().unwrap_or(0);
    below.max(slot.end())
}

fn first_start(slot: &Slot) -> usize {
    let below = slot.value.slots().iter().map(first_start).min();
    let own = (!slot.value.span.is_empty()).then_some(slot.start);
    own.into_iter().chain(below).min().unwrap_or(slot.start)
}

/// Takes a slot out, with all below it and the comments that belong to it.
pub(super) fn remove(text: &str, slot: &Slot) -> Vec<Splice> {
    lines(text, slot, true)
}

fn lines(text: &str, slot: &Slot, comments: bool) -> Vec<Splice> {
    let mut places = Vec::new();
    collect(slot, &mut places);
    let mut splices: Vec<Splice> = places
        .into_iter()
        .map(|(start, end)| {
            let line = line_start(text, start);
            let start = if comments { with_comments(text, line, 0) } else { line };
            Splice::new(start..next_line(text, end), "")
        })
        .collect();
    splices.sort_by_key(|splice| splice.range.start);
    splices.dedup_by(|next, previous| {
        let overlaps = next.range.start < previous.range.end;
        if overlaps {
            previous.range.end = previous.range.end.max(next.range.end);
        }
        overlaps
    });
    splices
}

fn collect(slot: &Slot, lines: &mut Vec<(usize, usize)>) {
    match &slot.value.kind {
        Kind::Table(slots) | Kind::Tables(slots) => {
            if !slot.value.span.is_empty() && matches!(slot.value.kind, Kind::Table(_)) {
                lines.push((slot.value.span.start, slot.value.span.end));
            }
            slots.iter().for_each(|slot| collect(slot, lines));
        }
        _ => lines.push((slot.start, slot.end())),
    }
}
