//! Every file of the corpora, each kind of edit.

use std::path::{Path, PathBuf};

use serde_json::json;

use super::*;

/// The folder with content of real sites; none where it is not given.
#[expect(clippy::disallowed_methods, reason = "tests take what they read from the environment")]
fn corpora() -> Option<PathBuf> {
    let folder = std::env::var_os("BROADSHEET_CORPORA").map(PathBuf::from);
    if folder.is_none() {
        assert!(std::env::var_os("CI").is_none(), "CI gives BROADSHEET_CORPORA");
        eprintln!("skipped: BROADSHEET_CORPORA names no folder");
    }
    folder
}

fn files(folder: &Path) -> Vec<PathBuf> {
    walkdir::WalkDir::new(folder)
        .sort_by_file_name()
        .into_iter()
        .filter_map(Result::ok)
        .map(walkdir::DirEntry::into_path)
        .filter(|path| path.extension().is_some_and(|extension| extension == "md"))
        .collect()
}

/// What an editor does most.
pub(super) fn usual_edits(map: &Map<String, Value>) -> Vec<Edit> {
    let set = |key: &str, value: Value| Edit::Set { path: vec![key.to_owned()], value };
    let mut tags = match map.iter().find(|(key, _)| key.eq_ignore_ascii_case("tags")) {
        Some((_, Value::Array(tags))) => tags.clone(),
        Some((_, Value::String(tag))) if !tag.is_empty() => vec![json!(tag)],
        _ => Vec::new(),
    };
    tags.push(json!("Neu: 新 \"x\""));
    let mut edits = vec![
        set("title", json!("A new title")),
        set("title", json!("It's: \"quoted\" #1 – 中文 😀")),
        set("tags", Value::Array(tags)),
        set("date", json!("2031-05-06T07:08:09+02:00")),
        set("date", json!("2031-05-06T00:00:00Z")),
        set("description", json!("Two\nlines.\n")),
        set("zz-absent", json!(["a", "b c"])),
        set("weight", json!(17)),
        Edit::Set { path: vec!["params".into(), "deep".into(), "key".into()], value: json!(true) },
    ];
    edits.extend(map.keys().map(|key| Edit::Remove { path: vec![key.clone()] }));
    edits.extend(map.iter().map(|(key, value)| {
        let value = match value {
            Value::String(_) => json!("anders"),
            Value::Number(_) => json!(99),
            Value::Bool(flag) => json!(!flag),
            Value::Array(items) => items.iter().skip(1).cloned().collect(),
            Value::Object(map) => {
                let mut map = map.clone();
                map.insert("new".to_owned(), json!("x"));
                Value::Object(map)
            }
            Value::Null => json!("filled"),
        };
        set(key, value)
    }));
    edits
}

/// The lines that one text has and the other has not, from both ends.
pub(super) fn changed(before: &[u8], after: &[u8]) -> (Vec<Vec<u8>>, Vec<Vec<u8>>) {
    let lines = |text: &[u8]| -> Vec<Vec<u8>> {
        text.split_inclusive(|byte| *byte == b'\n').map(<[u8]>::to_vec).collect()
    };
    let (mut before, mut after) = (lines(before), lines(after));
    while !before.is_empty() && before.last() == after.last() {
        before.pop();
        after.pop();
    }
    let same = before.iter().zip(&after).take_while(|(one, other)| one == other).count();
    (before.split_off(same), after.split_off(same))
}

#[test]
fn every_edit_of_every_file_touches_its_own_lines_alone() {
    let Some(folder) = corpora() else {
        return;
    };
    let house = House::default();
    let (mut count, mut wide, mut refused) = (0, Vec::new(), Vec::new());
    for file in files(&folder) {
        let bytes = std::fs::read(&file).unwrap();
        let Ok(source) = front_matter::split(&bytes) else {
            continue;
        };
        let Ok(map) = front_matter::parse(&source) else {
            continue;
        };
        let old = Value::Object(map.clone());
        for edit in usual_edits(&map) {
            count += 1;
            let name = format!("{} {edit:?}", file.display());
            let edited = match apply(source.front_matter, std::slice::from_ref(&edit), &house) {
                Ok(edited) => edited,
                Err(problem) => {
                    refused.push(format!("{name}: {problem}"));
                    continue;
                }
            };
            if !edited.rewritten.is_empty() {
                wide.push(format!("{name}: {:?}", edited.rewritten));
            }
            let format = if source.format == Format::None { Format::Yaml } else { source.format };
            let intended = intend::intended(&old, &edit, format, &house);
            let whole = [&edited.front_matter[..], source.body].concat();
            let read = front_matter::split(&whole).unwrap();
            assert_eq!(read.body, source.body, "{name}");
            let read = Value::Object(front_matter::parse(&read).unwrap());
            assert!(same(&read, &intended), "{name}: {read}");
            let (gone, come) = changed(source.front_matter, &edited.front_matter);
            if intended == old {
                assert_eq!(edited.front_matter, source.front_matter, "{name}");
            }
            // No line goes that names another key of the first level.
            let (Edit::Set { path, .. } | Edit::Remove { path }) = &edit;
            for line in gone.iter().filter(|_| edited.rewritten.is_empty()) {
                let line = String::from_utf8_lossy(line);
                let other = map.keys().find(|key| {
                    let written = line.trim_start_matches(['"', '\'']);
                    !key.eq_ignore_ascii_case(&path[0])
                        && !key.is_empty()
                        && written.strip_prefix(key.as_str()).is_some_and(|rest| {
                            rest.trim_start_matches(['"', '\'']).starts_with([':', '=', ' '])
                        })
                });
                assert_eq!(other, None, "{name}: {line}");
            }
            if matches!(edit, Edit::Remove { .. }) && edited.rewritten.is_empty() {
                assert!(come.len() <= 1, "{name}: {come:?}");
            }
        }
    }
    assert!(count > 1_000, "only {count} edits");
    assert_eq!(refused, [""; 0]);
    assert!(wide.len() * 100 <= count, "{count} edits, wide ones: {wide:#?}");
    eprintln!("{count} edits, {} of them wide: {wide:#?}", wide.len());
}
