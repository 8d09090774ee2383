//! Values of YAML that several keys share by an anchor.
//!
//! Invariant: afterwards no alias outside of what is edited refers into it: the
//! first of them has the value and the anchor, the others refer to that.

use serde_json::Value;

use super::node::{Kind, Node, Splice, Step};
use super::write::{self, Look};

/// What moves the anchors away from a value that is edited, and the keys that get them.
pub(super) fn detach(
    text: &str,
    root: &Node,
    value: &Value,
    path: &[Step],
    whole: bool,
    look: Look<'_>,
) -> Option<(Vec<Splice>, Vec<String>)> {
    let mut shared: Vec<(Vec<Step>, &Node)> = Vec::new();
    for depth in 0..path.len() {
        let path = path.get(..depth)?;
        if let Some(node) = root.get(path).filter(|node| node.anchor.is_some()) {
            shared.push((path.to_vec(), node));
        }
    }
    let target = root.get(path);
    if let Some(node) = target {
        if whole {
            anchored(node, &mut path.to_vec(), &mut shared);
        } else if node.anchor.is_some() {
            shared.push((path.to_vec(), node));
        }
    }
    let gone = target.filter(|_| whole).map_or(0..0, |node| node.span.clone());
    let mut splices = Vec::new();
    let mut keys = Vec::new();
    for (path, node) in shared {
        let mut alias = None;
        root.visit(&mut |other| {
            let outside = !gone.contains(&other.span.start);
            if alias.is_none()
                && outside
                && matches!(other.kind, Kind::Alias(id) if Some(id) == node.anchor)
            {
                alias = Some(other.span.clone());
            }
        });
        let Some(alias) = alias else {
            continue;
        };
        let at = node.span.start + text.get(node.span.start..node.bare)?.find('&')?;
        let rest = text.get(at..)?;
        let name = rest.get(..rest.find(char::is_whitespace)?)?;
        let mut value = value;
        for step in &path {
            value = match step {
                Step::Key(key) => value.get(key)?,
                Step::Item(number) => value.get(number)?,
            };
        }
        let top = root.slots().iter().rfind(|slot| slot.start <= alias.start)?;
        keys.push(top.key.clone());
        splices.push(Splice::new(alias, format!("{name} {}", write::inline(value, look)?)));
        let behind = rest.get(name.len()..)?;
        let space = behind.len() - behind.trim_start_matches(' ').len();
        let ended = behind.starts_with(['\n', '\r']);
        let from = if ended && text.get(..at)?.ends_with(' ') { at - 1 } else { at };
        splices.push(Splice::new(from..at + name.len() + space, ""));
    }
    Some((splices, keys))
}

fn anchored<'a>(node: &'a Node, path: &mut Vec<Step>, found: &mut Vec<(Vec<Step>, &'a Node)>) {
    if node.anchor.is_some() {
        found.push((path.clone(), node));
    }
    let list = matches!(node.kind, Kind::List { .. });
    for (number, slot) in node.slots().iter().enumerate() {
        path.push(if list { Step::Item(number) } else { Step::Key(slot.key.clone()) });
        anchored(&slot.value, path, found);
        path.pop();
    }
}
