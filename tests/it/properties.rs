//! Documents as people write them, edited by chance: what differs is what was
//! edited. A failure is made as small as it can be.

use api::hugo::edit::{Edit, House, apply};
use api::hugo::fold;
use api::hugo::front_matter::{Format, parse, split};
use proptest::prelude::*;
use serde_json::{Map, Value, json};
use similar::{ChangeTag, TextDiff};
use tests::generate::Numbers;
use tests::messy;

/// `BROADSHEET_CASES` asks for more, or fewer.
fn config() -> ProptestConfig {
    let cases = api::config::environment("BROADSHEET_CASES").and_then(|text| text.parse().ok());
    ProptestConfig {
        cases: cases.unwrap_or(1_500),
        failure_persistence: None,
        ..ProptestConfig::default()
    }
}

fn edit() -> impl Strategy<Value = Edit> {
    let text = prop::sample::select(vec![
        "New",
        "it's: \"x\" # y",
        "新的标题",
        "- a",
        "a\nb",
        "",
        "2020",
        "true",
    ]);
    let list = prop::collection::vec(
        prop::sample::select(vec!["a", "b c", "Hello world", "C++ / C# == F", "1"]),
        0..4,
    );
    let set = |key: &str, value: Value| Edit::Set { path: vec![key.to_owned()], value };
    prop_oneof![
        3 => text.clone().prop_map(move |text| set("title", json!(text))),
        3 => list.prop_map(move |list| set("tags", json!(list))),
        2 => text.prop_map(move |text| set("zzz", json!(text))),
        1 => (0..100_i64).prop_map(move |number| set("weight", json!(number))),
        2 => prop::sample::select(vec!["title", "tags", "date", "description", "weight"])
            .prop_map(|key| Edit::Remove { path: vec![key.to_owned()] }),
    ]
}

/// Whether a line at the margin begins the key, or another.
fn begins(line: &str, key: &str) -> Option<bool> {
    let line = line.trim_start_matches('\u{feff}');
    if line.starts_with([' ', '\t', '#', '-', ']', '}', '+', '\r', '\n']) {
        return None;
    }
    let name = line.split([':', '=']).next()?.trim().trim_matches('"');
    Some(fold::same(name, key))
}

/// The lines of a key: from where it begins to where another does.
fn lines_of<'a>(text: &'a str, key: &str) -> Vec<&'a str> {
    let mut own = false;
    text.split_inclusive('\n')
        .filter(|line| {
            own = begins(line, key).unwrap_or(own);
            own
        })
        .collect()
}

fn without(map: &Map<String, Value>, key: &str) -> Vec<(String, Value)> {
    let others = map.iter().filter(|(name, _)| !fold::same(name, key));
    others.map(|(name, value)| (name.clone(), value.clone())).collect()
}

fn check(bytes: &[u8], edit: &Edit) -> Result<(), TestCaseError> {
    // Mistakes are no front matter, and are never edited.
    let Ok(source) = split(bytes) else { return Ok(()) };
    let Ok(before) = parse(&source) else { return Ok(()) };
    let front = &bytes[..source.front_matter.len()];
    let edited = apply(front, std::slice::from_ref(edit), &House::default())
        .map_err(|problem| TestCaseError::fail(problem.to_string()))?;
    let whole = [edited.front_matter.as_slice(), source.body].concat();
    let read = split(&whole).map_err(|problem| TestCaseError::fail(problem.to_string()))?;
    prop_assert_eq!(read.body, source.body);
    let after = parse(&read).map_err(|problem| TestCaseError::fail(problem.to_string()))?;
    let (Edit::Set { path, .. } | Edit::Remove { path }) = edit;
    let key = path[0].as_str();
    prop_assert_eq!(without(&before, key), without(&after, key));
    match edit {
        Edit::Set { value, .. } => prop_assert_eq!(fold::get(&after, key), Some(value)),
        Edit::Remove { .. } => prop_assert_eq!(fold::get(&after, key), None),
    }
    if !matches!(source.format, Format::Yaml | Format::Toml) {
        return Ok(());
    }
    let (old, new) =
        (String::from_utf8_lossy(front), String::from_utf8_lossy(&edited.front_matter));
    let own = lines_of(&old, key);
    for change in TextDiff::from_lines(old.as_ref(), new.as_ref()).iter_all_changes() {
        let line = change.value();
        if change.tag() == ChangeTag::Delete {
            // With a key go the comments and the blank lines that belong to it.
            let around = line.trim().is_empty() || line.trim_start().starts_with('#');
            let goes = matches!(edit, Edit::Remove { .. }) && around;
            prop_assert!(own.contains(&line) || goes, "{line:?} went from\n{old}\nto\n{new}");
        }
    }
    Ok(())
}

proptest! {
    #![proptest_config(config())]

    #[test]
    fn an_edit_of_a_messy_document_changes_its_lines_alone(
        numbers in prop::collection::vec(any::<u64>(), 0..120),
        edit in edit(),
    ) {
        check(&messy::document_of(Numbers::given(numbers)), &edit)?;
    }
}
