//! Documents and edits by chance: only the lines of what was edited differ,
//! and what is read is what was meant.

use proptest::prelude::*;
use serde_json::json;

use super::corpora_tests::changed;
use super::*;

/// One key of a document: how it is written, and what it means.
#[derive(Debug, Clone)]
struct Part {
    key: String,
    lines: Vec<String>,
    value: Value,
}

const WORDS: [&str; 14] = [
    "a",
    "foo",
    "b c",
    "中文",
    "x-y",
    "été",
    "it is",
    "T",
    "m\u{feff}k",
    "\u{feff}m",
    "😀 x",
    "a#b",
    "10:30",
    "مرحبا بكم",
];

fn yaml_part(number: usize) -> impl Strategy<Value = Part> {
    let key = format!("k{number}");
    let word = prop::sample::select(&WORDS[..]);
    let words = prop::collection::vec(word.clone(), 1..4);
    (0..20_usize, word, words, 0..3_usize).prop_map(move |(form, word, words, comment)| {
        let end = ["", " # c", "  # it's: [x]"][comment];
        let k = &key;
        let list = words.join(", ");
        let (lines, value): (Vec<String>, Value) = match form {
            0 => (vec![format!("{k}: {word}{end}")], json!(word)),
            1 => (vec![format!("{k}: '{word}'{end}")], json!(word)),
            2 => (vec![format!("\"{k}\": \"{word}\"{end}")], json!(word)),
            3 => (vec![format!("{k}: 12{end}")], json!(12)),
            4 => (vec![format!("{k}:{end}")], json!(null)),
            5 => (vec![format!("{k}: [{list}]{end}")], json!(words)),
            6 => (
                vec![format!("{k}: ["), format!("  {}{end}", words.join(",\n  ")), "]".into()],
                json!(words),
            ),
            7 => {
                let mut lines = vec![format!("{k}:{end}")];
                lines.extend(words.iter().map(|word| format!("  - {word}{end}")));
                (lines, json!(words))
            }
            8 => {
                let mut lines = vec![format!("{k}:{end}")];
                lines.extend(words.iter().map(|word| format!("- \"{word}\"{end}")));
                (lines, json!(words))
            }
            9 => (
                vec![
                    format!("{k}:"),
                    format!("    x: {word}{end}"),
                    "    y:".into(),
                    "        z: 1".into(),
                ],
                json!({"x": word, "y": {"z": 1}}),
            ),
            10 => (
                vec![format!("{k}: {{x: {word}, y: {{z: 1}}}}{end}")],
                json!({"x": word, "y": {"z": 1}}),
            ),
            11 => (
                vec![
                    format!("{k}: |"),
                    format!("  {word}"),
                    String::new(),
                    "  # no comment".into(),
                ],
                json!(format!("{word}\n\n# no comment\n")),
            ),
            12 => (
                vec![
                    format!("{k}:"),
                    format!("- x: {word}{end}"),
                    "  y:".into(),
                    "    z: 1".into(),
                ],
                json!([{"x": word, "y": {"z": 1}}]),
            ),
            13 => (
                vec![format!("{k}: \"{word}"), format!("  {word}\"{end}")],
                json!(format!("{word} {word}")),
            ),
            14 => {
                (vec![format!("{k}: {word}"), format!("  {word}")], json!(format!("{word} {word}")))
            }
            15 => (vec![format!("{k}:   !!str 12{end}")], json!("12")),
            16 => (vec![format!("{k} : -99999999999{end}")], json!(-99_999_999_999_i64)),
            17 => (
                vec![
                    format!("{k}:{end}"),
                    format!("- - {word}"),
                    format!("  - {word}"),
                    "- []".into(),
                ],
                json!([[word, word], []]),
            ),
            18 => (
                vec![format!("{k}: [ {{x: {word}}}, [ {list} ] ]{end}")],
                json!([{"x": word}, words]),
            ),
            _ => (
                vec![format!("{k}: >-"), format!("   {word}"), format!("   {word}")],
                json!(format!("{word} {word}")),
            ),
        };
        let lines = lines.iter().flat_map(|line| line.split('\n')).map(str::to_owned).collect();
        Part { key: key.clone(), lines, value }
    })
}

fn toml_part(number: usize) -> impl Strategy<Value = Part> {
    let key = format!("k{number}");
    let word = prop::sample::select(&WORDS[..]);
    let words = prop::collection::vec(word.clone(), 1..4);
    (0..10_usize, word, words, 0..2_usize).prop_map(move |(form, word, words, comment)| {
        let end = ["", " # c"][comment];
        let k = &key;
        let quoted: Vec<_> = words.iter().map(|word| format!("'{word}'")).collect();
        let (lines, value): (Vec<String>, Value) = match form {
            0 => (vec![format!("{k} = '{word}'{end}")], json!(word)),
            1 => (vec![format!("{k}=\"{word}\"{end}")], json!(word)),
            2 => (vec![format!("{k} = 12{end}")], json!(12)),
            3 => (vec![format!("{k} = [{}]{end}", quoted.join(", "))], json!(words)),
            4 => {
                let mut lines = vec![format!("{k} = [")];
                lines.extend(quoted.iter().map(|word| format!("  {word},{end}")));
                lines.push("]".into());
                (lines, json!(words))
            }
            5 => (
                vec![format!("{k} = {{x = '{word}', y = {{z = 1}}}}")],
                json!({"x": word, "y": {"z": 1}}),
            ),
            6 => {
                let line = format!("{k} = 2015-01-02T03:04:05.123456789+09:00{end}");
                let value = crate::hugo::toml_value::parse(&line).expect("TOML");
                (vec![line], value[k].clone())
            }
            7 => (vec![format!("{k} = 99_999_999_999{end}")], json!(99_999_999_999_i64)),
            8 => (
                vec![format!(
                    "{k} = [ ['{word}'], {{ x = {} }} ]{end}",
                    quoted.join(", ").split(',').next().unwrap_or_default()
                )],
                json!([[word], {"x": words[0]}]),
            ),
            _ => (
                vec![format!("{k}.x = '{word}'{end}"), format!("{k}.y.z = 1")],
                json!({"x": word, "y": {"z": 1}}),
            ),
        };
        Part { key: key.clone(), lines, value }
    })
}

fn json_part(number: usize) -> impl Strategy<Value = Part> {
    let key = format!("k{number}");
    let word = prop::sample::select(&WORDS[..]);
    let words = prop::collection::vec(word.clone(), 1..4);
    (0..5_usize, word, words).prop_map(move |(form, word, words)| {
        let k = &key;
        let quoted: Vec<_> = words.iter().map(|word| format!("\"{word}\"")).collect();
        let (lines, value): (Vec<String>, Value) = match form {
            0 => (vec![format!("  \"{k}\" : \"{word}\"")], json!(word)),
            1 => (vec![format!("  \"{k}\": 12")], json!(12)),
            2 => (vec![format!("  \"{k}\": [{}]", quoted.join(","))], json!(words)),
            3 => {
                let mut lines = vec![format!("  \"{k}\": [")];
                lines.push(format!("    {}", quoted.join(",\n    ")));
                lines.push("  ]".into());
                (lines, json!(words))
            }
            _ => (
                vec![
                    format!("  \"{k}\": {{"),
                    format!("    \"x\": \"{word}\","),
                    "    \"y\": {\"z\": 1}".into(),
                    "  }".into(),
                ],
                json!({"x": word, "y": {"z": 1}}),
            ),
        };
        let lines = lines.iter().flat_map(|line| line.split('\n')).map(str::to_owned).collect();
        Part { key: key.clone(), lines, value }
    })
}

#[derive(Debug, Clone)]
struct Document {
    text: Vec<u8>,
    value: Value,
    parts: Vec<Part>,
}

/// What stands between the parts: nothing, a blank line, comments.
const BETWEEN: [&[&str]; 4] = [&[], &[""], &["# about it"], &["# apart", "", "# about it"]];

fn document() -> impl Strategy<Value = (Format, Document)> {
    let format = prop::sample::select(vec![Format::Yaml, Format::Yaml, Format::Toml, Format::Json]);
    format.prop_flat_map(|format| {
        let parts: Vec<BoxedStrategy<Part>> = (0..5)
            .map(|number| match format {
                Format::Yaml | Format::None => yaml_part(number).boxed(),
                Format::Toml => toml_part(number).boxed(),
                Format::Json => json_part(number).boxed(),
            })
            .collect();
        let between = prop::collection::vec(0..BETWEEN.len(), 5);
        let ends = prop::collection::vec(prop::bool::weighted(0.5), 60);
        (parts, between, 0..3_usize, ends, any::<bool>(), 1..5_usize).prop_map(
            move |(mut parts, between, mode, ends, mark, count)| {
                parts.truncate(count);
                (format, assemble(format, parts, &between, mode, &ends, mark))
            },
        )
    })
}

fn assemble(
    format: Format,
    parts: Vec<Part>,
    between: &[usize],
    mode: usize,
    ends: &[bool],
    mark: bool,
) -> Document {
    let mut lines: Vec<String> = Vec::new();
    for (number, part) in parts.iter().enumerate() {
        if format != Format::Json {
            lines.extend(BETWEEN[between[number]].iter().map(|line| (*line).to_owned()));
        }
        let mut own = part.lines.clone();
        if format == Format::Json && number + 1 < parts.len() {
            own.last_mut().unwrap().push(',');
        }
        lines.extend(own);
    }
    let fence = match format {
        Format::Toml => "+++",
        _ => "---",
    };
    let (open, close) = if format == Format::Json { ("{", "}") } else { (fence, fence) };
    lines.insert(0, open.to_owned());
    lines.push(close.to_owned());
    let mut text = String::from(if mark { "\u{feff}" } else { "" });
    for (number, line) in lines.iter().enumerate() {
        text.push_str(line);
        let crlf = mode == 1 || (mode == 2 && ends[number % ends.len()]);
        text.push_str(if crlf { "\r\n" } else { "\n" });
    }
    let value = parts.iter().map(|part| (part.key.clone(), part.value.clone())).collect();
    Document { text: text.into_bytes(), value: Value::Object(value), parts }
}

fn value() -> impl Strategy<Value = Value> {
    let text = prop_oneof![
        prop::sample::select(vec![
            "plain",
            "yes",
            "12",
            "null",
            "a: b",
            "x #y",
            "'q'",
            "\"d\"",
            "- i",
            "[x]",
            "é 中",
            "a\nb",
            "a\n\nb\n",
            " lead",
            "trail ",
            "",
            "1e3",
            "2020-01-02",
            "---",
            "+++",
            "{}",
            "&a",
            "*b",
            "!t",
            "%",
            "@",
            "`",
            "back\\slash",
            "tab\tx",
            "😀",
            "\u{7}",
            "a\r\nb",
            "~",
            "=",
            "<<",
        ])
        .prop_map(str::to_owned),
        "[ -~]{0,12}",
        ".{0,8}",
    ];
    let scalar = prop_oneof![
        // U+0000 is in no text that the database holds.
        4 => text.prop_map(|text| Value::from(text.replace('\0', "0"))),
        1 => any::<i32>().prop_map(Value::from),
        1 => any::<bool>().prop_map(Value::from),
        1 => (-1000.0..1e9_f64).prop_map(Value::from),
    ];
    scalar.prop_recursive(2, 8, 3, |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..4).prop_map(Value::from),
            prop::collection::vec(("[a-z ü]{1,4}", inner), 0..3)
                .prop_map(|entries| Value::Object(entries.into_iter().collect())),
        ]
    })
}

fn edit() -> impl Strategy<Value = Edit> {
    let key = || (0..6_usize).prop_map(|number| format!("K{number}"));
    prop_oneof![
        4 => (key(), value()).prop_map(|(key, value)| Edit::Set { path: vec![key], value }),
        2 => key().prop_map(|key| Edit::Remove { path: vec![key] }),
        1 => (key(), value()).prop_map(|(key, value)| Edit::Set { path: vec![key, "x".into()], value }),
        1 => key().prop_map(|key| Edit::Remove { path: vec![key, "x".into()] }),
        1 => (key(), value()).prop_map(|(key, value)| Edit::Set { path: vec![key, "y".into(), "n".into()], value }),
    ]
}

/// A list with one item more or less than the part has.
fn list_edit(part: &Part, number: usize) -> Option<Edit> {
    let mut items = part.value.as_array()?.clone();
    let at = number % (items.len() + 1);
    if number.is_multiple_of(2) || at >= items.len() {
        items.insert(at, json!("neu"));
    } else {
        items.remove(at);
    }
    Some(Edit::Set { path: vec![part.key.clone()], value: Value::Array(items) })
}

fn check(format: Format, document: &Document, edit: &Edit) -> Result<(), TestCaseError> {
    let text = String::from_utf8_lossy(&document.text).into_owned();
    let house = House::default();
    let source = front_matter::split(&document.text).unwrap();
    let read = Value::Object(front_matter::parse(&source).unwrap());
    prop_assert_eq!(&read, &document.value, "{}", text);
    let edited = apply(&document.text, std::slice::from_ref(edit), &house);
    let edited = match edited {
        Ok(edited) => edited,
        Err(problem) => return Err(TestCaseError::fail(format!("{problem}\n{text}"))),
    };
    let intended = intend::intended(&document.value, edit, format, &house);
    let after = front_matter::split(&edited.front_matter).unwrap();
    let read = Value::Object(front_matter::parse(&after).unwrap());
    prop_assert!(same(&read, &intended), "{read} of {text}");
    // Lines that went were those of the key, or comments above it.
    let (Edit::Set { path, .. } | Edit::Remove { path }) = edit;
    let (gone, _) = changed(&document.text, &edited.front_matter);
    let own = document.parts.iter().find(|part| part.key.eq_ignore_ascii_case(&path[0]));
    let last = document.parts.last();
    for line in gone {
        let line = String::from_utf8(line).unwrap();
        let line = line.trim_end_matches(['\r', '\n']);
        let bare = line.trim_end_matches(',');
        let mine = own.is_some_and(|own| own.lines.iter().any(|own| own == line || own == bare));
        let comment = matches!(edit, Edit::Remove { .. }) && matches!(line, "# about it");
        // A comma of JSON belongs to the line before.
        let comma = format == Format::Json
            && document.parts.iter().any(|part| part.lines.last().is_some_and(|last| last == bare));
        let around = matches!(line, "{" | "}") && last.is_some_and(|last| last.key.len() == 2);
        let blank = line.is_empty() && matches!(edit, Edit::Remove { .. });
        prop_assert!(
            mine || comment || comma || around || blank,
            "{line:?} of\n{text}\nbecame\n{}",
            String::from_utf8_lossy(&edited.front_matter)
        );
    }
    Ok(())
}

/// `BROADSHEET_CASES` asks for more, or fewer.
fn config() -> ProptestConfig {
    let cases = crate::config::environment("BROADSHEET_CASES").and_then(|text| text.parse().ok());
    ProptestConfig {
        cases: cases.unwrap_or(6_000),
        failure_persistence: None,
        ..ProptestConfig::default()
    }
}

proptest! {
    #![proptest_config(config())]

    #[test]
    fn edits_change_their_lines_alone((format, document) in document(), edit in edit()) {
        check(format, &document, &edit)?;
    }

    #[test]
    fn lists_grow_and_shrink_in_place((format, document) in document(), number in 0..8_usize) {
        for part in &document.parts {
            if let Some(edit) = list_edit(part, number) {
                check(format, &document, &edit)?;
            }
        }
    }

    #[test]
    fn what_is_written_fresh_is_read_as_it_was_meant(
        entries in prop::collection::vec(("[a-z]{1,5}", value()), 0..5),
        format in prop::sample::select(vec![Format::Yaml, Format::Toml, Format::Json]),
    ) {
        let house = House::default().in_format(format);
        let map: IndexMap<String, Value> = entries.into_iter().collect();
        let text = fresh(&map, &house);
        let source = front_matter::split(&text).unwrap();
        prop_assert_eq!(source.format, format);
        prop_assert_eq!(source.front_matter.len(), text.len());
        let read = front_matter::parse(&source).unwrap();
        let (read, meant) = (Value::Object(read), Value::Object(map.into_iter().collect()));
        prop_assert!(same(&read, &meant), "{read}");
    }
}
