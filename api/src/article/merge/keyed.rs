//! The three-way merge of what is known by a key: maps, and lists without
//! repetition.
//!
//! Each key is merged by itself; a value that one side changed and the other
//! took away is a conflict. The order is that of the side that changed it; what
//! the other side added follows what it followed there. Two new orders of a list
//! are a conflict; in a map the order of keys means little, and theirs is taken.

use indexmap::IndexMap;
use serde_json::{Map, Value};

/// Values by key, in order.
type Keyed<'a> = IndexMap<String, &'a Value>;

/// What both sides together make of a map; none where they disagree.
pub fn maps(
    base: &Map<String, Value>,
    mine: &Map<String, Value>,
    theirs: &Map<String, Value>,
) -> Option<Map<String, Value>> {
    fn of(map: &Map<String, Value>) -> Keyed<'_> {
        map.iter().map(|(key, value)| (key.clone(), value)).collect()
    }
    merge(&of(base), &of(mine), &of(theirs), false).map(Map::from_iter)
}

/// What both sides together make of a list whose values are known by a key;
/// none where they disagree. A list that repeats a key is one value.
pub fn sets(
    key: fn(&Value) -> String,
    base: &[Value],
    mine: &[Value],
    theirs: &[Value],
) -> Option<Vec<Value>> {
    let of = |values: &'_ [Value]| values.iter().map(key).collect::<Vec<_>>();
    let keys = [of(base), of(mine), of(theirs)];
    let repeats = keys.iter().any(|keys| {
        let mut seen = std::collections::HashSet::new();
        !keys.iter().all(|key| seen.insert(key))
    });
    if repeats {
        return super::one(&base.to_vec(), &mine.to_vec(), &theirs.to_vec());
    }
    let [b, m, t] = keys;
    let base = b.into_iter().zip(base).collect();
    let mine = m.into_iter().zip(mine).collect();
    let theirs = t.into_iter().zip(theirs).collect();
    Some(merge(&base, &mine, &theirs, true)?.into_iter().map(|(_, value)| value).collect())
}

/// What both sides together make of sets of texts by key. What is missing is empty;
/// what became empty stays, as its key may have been given that way.
pub fn each_set(
    base: &Map<String, Value>,
    mine: &Map<String, Value>,
    theirs: &Map<String, Value>,
) -> Option<Map<String, Value>> {
    let keys = theirs.keys().chain(mine.keys().filter(|key| !theirs.contains_key(*key)));
    keys.map(|key| {
        let of = |side: &Map<String, Value>| side.get(key).and_then(Value::as_array).cloned();
        let [base, mine, theirs] = [base, mine, theirs].map(|side| of(side).unwrap_or_default());
        let merged = sets(Value::to_string, &base, &mine, &theirs)?;
        Some((key.clone(), Value::Array(merged)))
    })
    .collect()
}

fn merge(
    base: &Keyed<'_>,
    mine: &Keyed<'_>,
    theirs: &Keyed<'_>,
    ordered: bool,
) -> Option<Vec<(String, Value)>> {
    // Only what all three have can have been put in another order.
    let order = |side: &Keyed<'_>| -> Vec<String> {
        let all = [base, mine, theirs];
        side.keys().filter(|key| all.iter().all(|side| side.contains_key(*key))).cloned().collect()
    };
    let orders = [order(base), order(mine), order(theirs)];
    let (first, second) = match &orders {
        [b, m, t] if m == b || m == t => (theirs, mine),
        [b, _, t] if t == b => (mine, theirs),
        _ if ordered => return None,
        _ => (theirs, mine),
    };
    let mut merged: Vec<(String, Value)> = Vec::with_capacity(first.len());
    for key in first.keys() {
        if let Some(value) = value(key, base, mine, theirs)? {
            merged.push((key.clone(), value));
        }
    }
    let mut after: Option<&String> = None;
    for key in second.keys() {
        if !first.contains_key(key)
            && let Some(value) = value(key, base, mine, theirs)?
        {
            let place = |wanted: &String| merged.iter().position(|(key, _)| key == wanted);
            let mut place = after.and_then(place).map_or(0, |place| place + 1);
            // Of what both added in one place, theirs stands first.
            while merged.get(place).is_some_and(|(key, _)| {
                std::ptr::eq(first, theirs) && !base.contains_key(key) && !second.contains_key(key)
            }) {
                place += 1;
            }
            merged.insert(place, (key.clone(), value));
        }
        if merged.iter().any(|(merged, _)| merged == key) {
            after = Some(key);
        }
    }
    Some(merged)
}

/// The value of a key: none in the outer option where the sides disagree, none
/// in the inner one where it has been taken away.
fn value(
    key: &str,
    base: &Keyed<'_>,
    mine: &Keyed<'_>,
    theirs: &Keyed<'_>,
) -> Option<Option<Value>> {
    let sides = [base.get(key), mine.get(key), theirs.get(key)].map(Option::<&&Value>::copied);
    if let [Some(Value::Object(base)), Some(Value::Object(mine)), Some(Value::Object(theirs))] =
        sides
    {
        return maps(base, mine, theirs).map(|map| Some(Value::Object(map)));
    }
    let [base, mine, theirs] = sides;
    super::one(&base, &mine, &theirs).map(Option::<&Value>::cloned)
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[track_caller]
    fn set(base: &[&str], mine: &[&str], theirs: &[&str]) -> Option<String> {
        let of = |names: &[&str]| names.iter().map(|name| json!(name)).collect::<Vec<_>>();
        let key = |value: &Value| value.to_string();
        let merged = sets(key, &of(base), &of(mine), &of(theirs))?;
        Some(merged.iter().filter_map(Value::as_str).collect::<Vec<_>>().join(" "))
    }

    #[test]
    fn elements_come_and_go_each_by_itself() {
        assert_eq!(set(&["a", "b"], &["a", "b", "m"], &["a", "b", "t"]).unwrap(), "a b t m");
        assert_eq!(set(&["a", "b"], &["m", "a", "b"], &["b"]).unwrap(), "m b");
        assert_eq!(set(&["a", "b"], &["a"], &["b"]).unwrap(), "");
        assert_eq!(set(&["a", "b"], &["b", "a"], &["a", "b", "t"]).unwrap(), "b t a");
        assert_eq!(set(&[], &["x", "m"], &["x", "t"]).unwrap(), "x t m");
    }

    #[test]
    fn two_new_orders_are_a_conflict() {
        assert_eq!(set(&["a", "b", "c"], &["b", "a", "c"], &["a", "c", "b"]), None);
        assert_eq!(set(&["a", "b"], &["b", "a"], &["b", "a"]).unwrap(), "b a");
    }

    #[test]
    fn maps_merge_key_by_key_and_in_depth() {
        let run = |base: Value, mine: Value, theirs: Value| {
            let of = |value: Value| value.as_object().cloned().unwrap();
            maps(&of(base), &of(mine), &of(theirs)).map(|map| Value::Object(map).to_string())
        };
        let base = json!({"a": 1, "d": {"x": 1, "y": 1}, "z": 1});
        assert_eq!(
            run(
                base.clone(),
                json!({"a": 2, "d": {"x": 2, "y": 1}, "z": 1, "m": 1}),
                json!({"a": 1, "d": {"x": 1, "y": 2, "t": 0}, "t": 1}),
            )
            .unwrap(),
            json!({"a": 2, "d": {"x": 2, "y": 2, "t": 0}, "t": 1, "m": 1}).to_string()
        );
        assert_eq!(
            run(base.clone(), json!({"z": 1, "d": {}, "a": 1}), json!({"d": {}, "z": 1, "a": 1})),
            Some(json!({"d": {}, "z": 1, "a": 1}).to_string())
        );
        assert_eq!(run(base.clone(), json!({"a": 2}), json!({"a": 3})), None);
        // Changed here and taken away there.
        assert_eq!(run(base.clone(), json!({"a": 2}), json!({})), None);
        assert_eq!(run(json!({"a": 1}), json!({}), json!({"a": 2})), None);
    }

    #[test]
    fn authors_of_one_name_with_two_changes_are_a_conflict() {
        let key = |value: &Value| value["name"].to_string();
        let ann = |url: &str| vec![json!({"name": "Ann", "url": url})];
        assert_eq!(sets(key, &ann("1"), &ann("2"), &ann("3")), None);
        assert_eq!(sets(key, &ann("1"), &[], &ann("3")), None);
        assert_eq!(sets(key, &ann("1"), &ann("2"), &ann("1")), Some(ann("2")));
        // A repeated name is no key: the list is one value.
        let twice = [ann("1"), ann("2")].concat();
        assert_eq!(sets(key, &twice, &twice, &ann("1")), Some(ann("1")));
        assert_eq!(sets(key, &twice, &ann("3"), &ann("1")), None);
    }
}
