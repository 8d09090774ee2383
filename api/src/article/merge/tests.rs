//! What merging promises, for anything that two editors may do.

use std::collections::BTreeSet;

use proptest::prelude::*;
use serde_json::json;

use super::*;

/// Names that are used once each, so that each piece of content can be told
/// from every other.
#[derive(Debug, Default)]
struct Names(u32);

impl Names {
    fn next(&mut self) -> String {
        self.0 += 1;
        format!("n{}n", self.0)
    }
}

/// The pieces of content in an article, each with its field.
fn pieces(fields: &Fields) -> BTreeSet<String> {
    fn collect(field: &str, value: &Value, pieces: &mut BTreeSet<String>) {
        match value {
            Value::String(text) => {
                let words = text.split(|char: char| !char.is_alphanumeric());
                pieces
                    .extend(words.filter(|word| !word.is_empty()).map(|w| format!("{field} {w}")));
            }
            Value::Array(values) => values.iter().for_each(|value| collect(field, value, pieces)),
            Value::Object(values) => values.iter().for_each(|(key, value)| {
                // A key that stays is no content.
                collect(&format!("{field}.{key}"), value, pieces);
            }),
            _ => {}
        }
    }
    let mut found = BTreeSet::new();
    for (field, value) in fields {
        collect(field, value, &mut found);
    }
    found
}

/// What an editor does to the article in front of them.
#[derive(Debug, Clone)]
enum Edit {
    Title,
    Lead { absent: bool },
    AddTag(usize),
    DropTag(usize),
    MoveTag(usize),
    Param(u8),
    DropParam(u8),
    Deep(u8),
    AddWidget(usize),
    DropWidget(usize),
    AddBlock(usize),
    ChangeBlock(usize),
    DropBlock(usize),
}

fn edit() -> impl Strategy<Value = Edit> {
    let field = prop_oneof![
        Just(Edit::Title),
        any::<bool>().prop_map(|absent| Edit::Lead { absent }),
        any::<usize>().prop_map(Edit::AddTag),
        any::<usize>().prop_map(Edit::DropTag),
        any::<usize>().prop_map(Edit::MoveTag),
        (0..4_u8).prop_map(Edit::Param),
        (0..4_u8).prop_map(Edit::DropParam),
        (0..3_u8).prop_map(Edit::Deep),
        any::<usize>().prop_map(Edit::AddWidget),
        any::<usize>().prop_map(Edit::DropWidget),
    ];
    let body = prop_oneof![
        any::<usize>().prop_map(Edit::AddBlock),
        any::<usize>().prop_map(Edit::ChangeBlock),
        any::<usize>().prop_map(Edit::DropBlock),
    ];
    prop_oneof![field, body]
}

fn list<'a>(fields: &'a mut Fields, field: &str) -> &'a mut Vec<Value> {
    fields[field].as_array_mut().expect("a list")
}

fn apply(edit: &Edit, fields: &mut Fields, names: &mut Names) {
    let add = |values: &mut Vec<Value>, at: usize, value: Value| {
        values.insert(at % (values.len() + 1), value);
    };
    let drop = |values: &mut Vec<Value>, at: usize| {
        if !values.is_empty() {
            values.remove(at % values.len());
        }
    };
    let body = |fields: &mut Fields, change: &mut dyn FnMut(&mut Vec<String>)| {
        let text = fields["body"].as_str().expect("a text");
        let mut blocks: Vec<_> =
            text.split("\n\n").filter(|block| !block.is_empty()).map(str::to_owned).collect();
        change(&mut blocks);
        fields["body"] = json!(blocks.join("\n\n"));
    };
    match edit {
        Edit::Title => fields["title"] = json!(names.next()),
        Edit::Lead { absent: true } => fields["lead"] = Value::Null,
        Edit::Lead { absent: false } => fields["lead"] = json!(names.next()),
        Edit::AddTag(at) => add(list(fields, "tags"), *at, json!(names.next())),
        Edit::DropTag(at) => drop(list(fields, "tags"), *at),
        Edit::MoveTag(at) => {
            let tags = list(fields, "tags");
            if !tags.is_empty() {
                let tag = tags.remove(at % tags.len());
                tags.insert((at / 7) % (tags.len() + 1), tag);
            }
        }
        Edit::Param(key) => fields["params"][format!("k{key}")] = json!(names.next()),
        Edit::DropParam(key) => {
            fields["params"].as_object_mut().expect("a map").shift_remove(&format!("k{key}"));
        }
        Edit::Deep(key) => fields["params"]["deep"][format!("d{key}")] = json!([names.next()]),
        Edit::AddWidget(at) => {
            let widget = json!({"name": names.next()});
            add(list(fields, "widgets"), *at, widget);
        }
        Edit::DropWidget(at) => drop(list(fields, "widgets"), *at),
        Edit::AddBlock(at) => body(fields, &mut |blocks| {
            let block = match at % 3 {
                0 => names.next(),
                1 => format!("- {}\n- {}", names.next(), names.next()),
                _ => format!("```\n{}\n```", names.next()),
            };
            blocks.insert(at % (blocks.len() + 1), block);
        }),
        Edit::ChangeBlock(at) => body(fields, &mut |blocks| {
            let count = blocks.len();
            if let Some(block) = blocks.get_mut(at % count.max(1)) {
                *block = format!("# {}", names.next());
            }
        }),
        Edit::DropBlock(at) => body(fields, &mut |blocks| {
            if !blocks.is_empty() {
                blocks.remove(at % blocks.len());
            }
        }),
    }
}

fn beginning(names: &mut Names) -> Fields {
    let mut fields = json!({
        "title": names.next(), "lead": null, "tags": [], "widgets": [],
        "params": {"deep": {}}, "body": "",
    });
    let fields = fields.as_object_mut().expect("a map");
    for at in 0..6 {
        apply(&Edit::AddBlock(at * 3), fields, names);
        apply(&Edit::AddTag(at), fields, names);
    }
    fields.clone()
}

/// The article if everything can be merged, and else the fields that cannot.
fn merge_all(base: &Fields, mine: &Fields, theirs: &Fields) -> Result<Fields, Vec<String>> {
    let merged = fields(base, mine, theirs);
    let conflicts: Vec<_> =
        merged.iter().filter(|(_, value)| value.is_none()).map(|(name, _)| name.clone()).collect();
    if conflicts.is_empty() {
        Ok(merged.into_iter().map(|(name, value)| (name, value.unwrap_or_default())).collect())
    } else {
        Err(conflicts)
    }
}

/// Nothing that either side did is missing from what they make together.
fn check_merged(base: &Fields, mine: &Fields, theirs: &Fields, after: &Fields) {
    let [base, mine, theirs, after] = [base, mine, theirs, after].map(pieces);
    for side in [&mine, &theirs] {
        let added: BTreeSet<_> = side.difference(&base).collect();
        assert!(
            added.iter().all(|piece| after.contains(*piece)),
            "{added:?} are not all in {after:?}"
        );
        let taken: BTreeSet<_> = base.difference(side).collect();
        assert!(
            !taken.iter().any(|piece| after.contains(*piece)),
            "{taken:?} are still in {after:?}"
        );
    }
    for piece in &base {
        let kept = mine.contains(piece) && theirs.contains(piece);
        assert!(!kept || after.contains(piece), "{piece} is gone from {after:?}");
    }
    for piece in &after {
        assert!(mine.contains(piece) || theirs.contains(piece), "{piece} came from nowhere");
    }
}

/// A step of one of two editors.
#[derive(Debug, Clone)]
enum Step {
    Edit(usize, Edit),
    Save(usize, bool),
    Reload(usize),
}

fn step() -> impl Strategy<Value = Step> {
    prop_oneof![
        5 => (0..2_usize, edit()).prop_map(|(who, edit)| Step::Edit(who, edit)),
        3 => (0..2_usize, any::<bool>()).prop_map(|(who, mine)| Step::Save(who, mine)),
        1 => (0..2_usize).prop_map(Step::Reload),
    ]
}

/// An editor: the version that they opened, and the article as they have it.
#[derive(Debug, Clone)]
struct Editor {
    version: usize,
    fields: Fields,
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 256, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn a_merge_holds_what_both_sides_did(
        mine in proptest::collection::vec(edit(), 0..5), theirs in proptest::collection::vec(edit(), 0..5)
    ) {
        let mut names = Names::default();
        let base = beginning(&mut names);
        let mut changed = |edits: &[Edit]| {
            let mut fields = base.clone();
            for edit in edits {
                apply(edit, &mut fields, &mut names);
            }
            fields
        };
        let (mine, theirs) = (changed(&mine), changed(&theirs));
        let (one, other) = (merge_all(&base, &mine, &theirs), merge_all(&base, &theirs, &mine));
        prop_assert_eq!(one.is_ok(), other.is_ok());
        if let (Ok(one), Ok(other)) = (one, other) {
            check_merged(&base, &mine, &theirs, &one);
            prop_assert_eq!(pieces(&one), pieces(&other));
            prop_assert_eq!(&one["body"], &other["body"]);
        }
    }

    #[test]
    fn of_any_interleaving_no_edit_is_lost(steps in proptest::collection::vec(step(), 1..40)) {
        let mut names = Names::default();
        let mut versions = vec![beginning(&mut names)];
        let mut editors = vec![Editor { version: 0, fields: versions[0].clone() }; 2];
        for step in steps {
            match step {
                Step::Edit(who, edit) => apply(&edit, &mut editors[who].fields, &mut names),
                Step::Reload(who) => {
                    let version = versions.len() - 1;
                    editors[who] = Editor { version, fields: versions[version].clone() };
                }
                Step::Save(who, keep_mine) => {
                    let Editor { version, fields: mine } = editors[who].clone();
                    let (base, theirs) = (&versions[version], &versions[versions.len() - 1]);
                    let saved = match merge_all(base, &mine, theirs) {
                        Ok(saved) => {
                            check_merged(base, &mine, theirs, &saved);
                            saved
                        }
                        Err(conflicts) => {
                            // Both changed what is named, and its author sees both.
                            for field in &conflicts {
                                prop_assert_ne!(&mine[field], &base[field]);
                                prop_assert_ne!(&theirs[field], &base[field]);
                                prop_assert_ne!(&mine[field], &theirs[field]);
                            }
                            // The author decides about these; the rest is merged.
                            let merged = fields(base, &mine, theirs).into_iter();
                            let resolved: Fields = merged.map(|(field, value)| {
                                let chosen = if keep_mine { &mine } else { theirs };
                                let value = value.unwrap_or_else(|| chosen[&field].clone());
                                (field, value)
                            }).collect();
                            let without = |fields: &Fields| {
                                fields.clone().into_iter().filter(|(field, _)| !conflicts.contains(field)).collect()
                            };
                            check_merged(&without(base), &without(&mine), &without(theirs), &without(&resolved));
                            resolved
                        }
                    };
                    versions.push(saved.clone());
                    editors[who] = Editor { version: versions.len() - 1, fields: saved };
                }
            }
        }
    }
}

#[test]
fn the_later_of_two_changes_is_the_last() {
    let run = |mine: &str, theirs: &str| {
        field("lastModified", &Value::Null, &json!(mine), &json!(theirs)).expect("a moment")
    };
    // Later, though it sorts before the other as a text.
    let (early, late) = ("2026-11-01T09:00:00+08:00", "2026-11-01T02:00:00Z");
    assert_eq!((run(early, late), run(late, early)), (json!(late), json!(late)));
    assert_eq!(field("lastModified", &json!(early), &Value::Null, &json!(late)), None);
    assert_eq!(field("date", &Value::Null, &json!(early), &json!(late)), None);
}

#[test]
fn each_kind_of_field_merges_by_its_parts() {
    let base = json!({"title": "T", "lead": null, "widgets": [{"name": "a"}, {"name": "b"}],
        "tags": ["1", "2"], "body": "a\n\nb\n", "thumbnail": {"url": "x", "alt": "y"}});
    let mine = json!({"title": "T", "lead": "m", "widgets": [{"name": "m"}, {"name": "a"}, {"name": "b"}],
        "tags": ["1", "2", "m"], "body": "m\n\nb\n", "thumbnail": {"url": "m", "alt": "y"}});
    let theirs = json!({"title": "t", "lead": null, "widgets": [{"name": "a"}, {"name": "b"}, {"name": "t"}],
        "tags": ["2"], "body": "a\n\nt\n", "thumbnail": {"url": "x", "alt": "t"}});
    let of = |value: &Value| value.as_object().cloned().expect("a map");
    let merged = fields(&of(&base), &of(&mine), &of(&theirs));
    let expected = [
        ("title", Some(json!("t"))),
        ("lead", Some(json!("m"))),
        ("widgets", Some(json!([{"name": "m"}, {"name": "a"}, {"name": "b"}, {"name": "t"}]))),
        ("tags", Some(json!(["2", "m"]))),
        ("body", Some(json!("m\n\nt\n"))),
        // An image is one thing, its text belongs to its address.
        ("thumbnail", None),
    ];
    assert_eq!(merged, expected.map(|(field, value)| (field.to_owned(), value)).into());
}
