//! What has to be changed to make one value of another.

use serde_json::Value;
use similar::{Algorithm, DiffOp, capture_diff_slices};

use super::node::Step;

/// One change; each is applied to what the ones before it have left.
#[derive(Debug, Clone)]
pub(super) struct Op {
    pub path: Vec<Step>,
    pub change: Change,
}

#[derive(Debug, Clone)]
pub(super) enum Change {
    /// The key or item has this value; a key may be new.
    Put(Value),
    /// A new item before the one of this number.
    Insert(Value),
    Delete,
}

/// More changes than this to one value write it whole.
const MANY: usize = 100;

pub(super) fn diff(old: &Value, new: &Value, path: &mut Vec<Step>, ops: &mut Vec<Op>) {
    let before = ops.len();
    match (old, new) {
        _ if old == new => return,
        (Value::Object(old), Value::Object(new)) => {
            for key in old.keys().filter(|key| !new.contains_key(*key)) {
                with(path, Step::Key(key.clone()), |path| push(path, Change::Delete, ops));
            }
            for (key, value) in new {
                with(path, Step::Key(key.clone()), |path| match old.get(key) {
                    Some(old) => diff(old, value, path, ops),
                    None => push(path, Change::Put(value.clone()), ops),
                });
            }
        }
        (Value::Array(old), Value::Array(new)) if !old.is_empty() && !new.is_empty() => {
            items(old, new, path, ops);
        }
        (_, new) => push(path, Change::Put(new.clone()), ops),
    }
    if ops.len() - before > MANY && !path.is_empty() {
        ops.truncate(before);
        push(path, Change::Put(new.clone()), ops);
    }
}

fn items(old: &[Value], new: &[Value], path: &mut Vec<Step>, ops: &mut Vec<Op>) {
    // Values have no order and no hash; their texts have both.
    let texts = |items: &[Value]| items.iter().map(Value::to_string).collect::<Vec<_>>();
    // The number that an item has in what is left so far.
    let mut at = 0;
    for op in capture_diff_slices(Algorithm::Myers, &texts(old), &texts(new)) {
        let (_, gone, come) = op.as_tag_tuple();
        if let DiffOp::Equal { len, .. } = op {
            at += len;
            continue;
        }
        let (gone, come) = (old.get(gone).unwrap_or_default(), new.get(come).unwrap_or_default());
        let paired = gone.len().min(come.len());
        for (old, new) in gone.iter().zip(come) {
            with(path, Step::Item(at), |path| diff(old, new, path, ops));
            at += 1;
        }
        for _ in gone.iter().skip(paired) {
            with(path, Step::Item(at), |path| push(path, Change::Delete, ops));
        }
        for value in come.iter().skip(paired) {
            with(path, Step::Item(at), |path| push(path, Change::Insert(value.clone()), ops));
            at += 1;
        }
    }
}

fn push(path: &[Step], change: Change, ops: &mut Vec<Op>) {
    ops.push(Op { path: path.to_vec(), change });
}

fn with(path: &mut Vec<Step>, step: Step, inner: impl FnOnce(&mut Vec<Step>)) {
    path.push(step);
    inner(path);
    path.pop();
}
