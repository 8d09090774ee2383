//! One edit, one line: cases by hand.

use chrono_tz::Tz;
use serde_json::json;

use super::*;

fn path(path: &str) -> Vec<String> {
    path.split('/').map(str::to_owned).collect()
}

fn set(key: &str, value: Value) -> Edit {
    Edit::Set { path: path(key), value }
}

fn remove(key: &str) -> Edit {
    Edit::Remove { path: path(key) }
}

#[track_caller]
fn check_in(house: &House, before: &str, edits: &[Edit], after: &str) {
    let edited = apply(before.as_bytes(), edits, house).unwrap();
    assert_eq!(String::from_utf8_lossy(&edited.front_matter), after);
    assert_eq!(edited.rewritten, [""; 0], "{before}");
}

#[track_caller]
fn whole(before: &str, edit: Edit, after: &str) {
    check_in(&House::default(), before, &[edit], after);
}

#[track_caller]
fn yaml(before: &str, edit: Edit, after: &str) {
    whole(&format!("---\n{before}---\n"), edit, &format!("---\n{after}---\n"));
}

#[track_caller]
fn toml(before: &str, edit: Edit, after: &str) {
    whole(&format!("+++\n{before}+++\n"), edit, &format!("+++\n{after}+++\n"));
}

#[test]
fn a_text_keeps_its_quotes() {
    yaml("title: A # c\ndraft: no\n", set("title", json!("B")), "title: B # c\ndraft: no\n");
    yaml("title: 'A'\n", set("title", json!("It's")), "title: 'It''s'\n");
    yaml("title: \"A\"\n", set("title", json!("a \"b\"")), "title: \"a \\\"b\\\"\"\n");
    yaml("Title: A\n", set("title", json!("B")), "Title: B\n");
    yaml("\"title\" :  A\n", set("title", json!("B")), "\"title\" :  B\n");
    yaml("title: A\n  b\nx: 1\n", set("title", json!("B")), "title: B\nx: 1\n");
    toml("title = 'A' # c\n", set("title", json!("B")), "title = 'B' # c\n");
    toml("title=\"A\"\n", set("title", json!("B")), "title=\"B\"\n");
    whole("{\n  \"title\" : \"A\"\n}\n", set("title", json!("B")), "{\n  \"title\" : \"B\"\n}\n");
}

#[test]
fn quotes_change_only_where_they_must() {
    yaml("title: A\n", set("title", json!("B: c")), "title: \"B: c\"\n");
    yaml("title: A\n", set("title", json!("1")), "title: \"1\"\n");
    yaml("title: A\n", set("title", json!("\"B\"")), "title: '\"B\"'\n");
    yaml("title: 'A'\n", set("title", json!("B\u{7}")), "title: \"B\\u0007\"\n");
    yaml("title: A\n", set("title", json!("")), "title: \"\"\n");
    yaml("title: A\n", set("title", json!("# B")), "title: \"# B\"\n");
    yaml("title: A\n", set("title", json!("true")), "title: \"true\"\n");
    toml("title = 'A'\n", set("title", json!("It's")), "title = \"It's\"\n");
    yaml("weight: '1'\n", set("weight", json!(2)), "weight: 2\n");
    yaml("weight:\nx: 'a'\n", set("weight", json!(2)), "weight: 2\nx: 'a'\n");
    yaml(
        "title: # none yet\nx: 'a'\n",
        set("title", json!("b")),
        "title: 'b' # none yet\nx: 'a'\n",
    );
    yaml("x: 1\n", set("x", json!(1e300)), "x: 1.0e+300\n");
}

#[test]
fn a_list_keeps_its_form() {
    let tags = |tags: &[&str]| set("tags", json!(tags));
    yaml("tags: [a, b] # c\n", tags(&["a", "b", "c"]), "tags: [a, b, c] # c\n");
    yaml("tags: [ 'a' ]\n", tags(&["a", "b"]), "tags: [ 'a', 'b' ]\n");
    yaml("tags: [a,b]\n", tags(&["a", "x", "b"]), "tags: [a,x,b]\n");
    yaml("tags: [a, b,]\n", tags(&["a", "b", "c"]), "tags: [a, b, c,]\n");
    yaml("tags: []\n", tags(&["a"]), "tags: [a]\n");
    yaml("tags: [a, b, c]\n", tags(&["a", "c"]), "tags: [a, c]\n");
    yaml("tags: [a, b]\n", tags(&["b"]), "tags: [b]\n");
    yaml("tags: [a, b]\n", tags(&["a"]), "tags: [a]\n");
    yaml("tags: [a]\n", tags(&[]), "tags: []\n");
    yaml(
        "tags: [\n  a, # one\n  b  # two\n]\nx: 1\n",
        tags(&["a", "b", "c"]),
        "tags: [\n  a, # one\n  b,  # two\n  c\n]\nx: 1\n",
    );
    yaml(
        "tags:\n- 'a' # one\n\n# two\n- 'b'\nx: 1\n",
        tags(&["a", "b", "c"]),
        "tags:\n- 'a' # one\n\n# two\n- 'b'\n- 'c'\nx: 1\n",
    );
    yaml("tags:\n    - a\n    - b\n", tags(&["c", "a", "b"]), "tags:\n    - c\n    - a\n    - b\n");
    yaml("tags:\n  - a\n  # of b\n  - b\n  - c\n", tags(&["a", "c"]), "tags:\n  - a\n  - c\n");
    yaml("tags:\n  - a\nx: 1\n", tags(&[]), "tags: []\nx: 1\n");
    yaml("tags: foo\nx: [1]\n", tags(&["foo", "b"]), "tags: [foo, b]\nx: [1]\n");
    yaml("tags: foo\n", tags(&["foo", "b"]), "tags:\n  - foo\n  - b\n");
    yaml("tags: foo # c\n", tags(&["foo", "b"]), "tags: [foo, b] # c\n");
    yaml("tags: 'foo'\nx:\n- 1\n", tags(&["foo", "b"]), "tags:\n- 'foo'\n- 'b'\nx:\n- 1\n");
    yaml(
        "tags:\n- a\n- null\n- 1\n",
        set("tags", json!(["a", null, 1, 2])),
        "tags:\n- a\n- null\n- 1\n- 2\n",
    );
    toml("tags = [\"a\"]\n", tags(&["a", "b"]), "tags = [\"a\", \"b\"]\n");
    toml("tags = [\n  'a', # c\n  'b',\n]\n", tags(&["b", "c"]), "tags = [\n  'b',\n  'c',\n]\n");
    whole("{\"tags\":[\"a\"]}\n", tags(&["a", "b"]), "{\"tags\":[\"a\", \"b\"]}\n");
    whole(
        "{\n  \"tags\": [\n    \"a\",\n    \"b\"\n  ]\n}\n",
        tags(&["a"]),
        "{\n  \"tags\": [\n    \"a\"\n  ]\n}\n",
    );
    whole(
        "{\n  \"tags\": [\n    \"a\",\n    \"b\"\n  ]\n}",
        tags(&["a", "b", "c"]),
        "{\n  \"tags\": [\n    \"a\",\n    \"b\",\n    \"c\"\n  ]\n}",
    );
}

#[test]
fn a_date_keeps_its_spelling() {
    let house = House::default().in_zone(Tz::Asia__Shanghai);
    for (before, after) in [
        ("2020-01-02", "2021-03-04T13:06:07"),
        ("2020-01-02 03:04:05", "2021-03-04 13:06:07"),
        ("'2020-01-02T03:04:05+08:00'", "'2021-03-04T13:06:07+08:00'"),
        ("\"2020-01-02T03:04:05Z\"", "\"2021-03-04T05:06:07Z\""),
    ] {
        check_in(
            &house,
            &format!("---\nDate: {before} # c\n---\n"),
            &[set("date", json!("2021-03-04T05:06:07Z"))],
            &format!("---\nDate: {after} # c\n---\n"),
        );
    }
    check_in(
        &house,
        "+++\ndate = 2020-01-02\n+++\n",
        &[set("date", json!("2021-03-03T16:00:00Z"))],
        "+++\ndate = 2021-03-04\n+++\n",
    );
    check_in(
        &house,
        "+++\ndate = 2020-01-02T03:04:05Z\n+++\n",
        &[set("date", json!("2021-03-04T00:00:00Z"))],
        "+++\ndate = 2021-03-04T00:00:00Z\n+++\n",
    );
    // A date in a parameter that looks like one, set to the text of another.
    yaml(
        "x: {d: 2020-01-02}\n",
        set("x/d", json!("2021-01-01T00:00:00Z")),
        "x: {d: \"2021-01-01T00:00:00Z\"}\n",
    );
}

#[test]
fn block_texts_stay_block_texts() {
    yaml("s: |\n  a\n\n  b\nx: 1\n", set("s", json!("c\nd\n")), "s: |\n  c\n  d\nx: 1\n");
    yaml("s: >-\n  a\n  b\nx: 1\n", set("s", json!("c d\ne")), "s: >-\n  c d\n\n  e\nx: 1\n");
    yaml("s: |-\n  a\n\n\nx: 1\n", set("s", json!("c")), "s: |-\n  c\n\n\nx: 1\n");
    yaml("s: \"a\"\n", set("s", json!("c\nd")), "s: \"c\\nd\"\n");
    yaml("t: 1\n", set("s", json!("c\nd\n")), "t: 1\ns: |\n  c\n  d\n");
    yaml("s: |+\n  a\n\nx: 1\n", remove("s"), "x: 1\n");
    toml("s = \"\"\"\na\n\"\"\"\n", set("s", json!("b\nc\n")), "s = \"\"\"\nb\nc\n\"\"\"\n");
}

#[test]
fn removing_takes_the_lines_and_their_comments() {
    yaml(
        "a: 1\n\n# about b\n# more\nb: 2 # c\n# about d\nd: 3\n",
        remove("b"),
        "a: 1\n\n# about d\nd: 3\n",
    );
    yaml("a: 1\n# not\n\nb:\n  - x\n  - y\nc: 1\n", remove("b"), "a: 1\n# not\n\nc: 1\n");
    yaml("a: 1\n", remove("a"), "");
    yaml("a: 1\n", remove("b"), "a: 1\n");
    yaml("m:\n  k: 1\n  l: 2\n", remove("m/k"), "m:\n  l: 2\n");
    yaml("m:\n  k: 1\nx: 1\n", remove("m/k"), "m: {}\nx: 1\n");
    yaml("m: {k: 1, l: 2}\n", remove("m/k"), "m: {l: 2}\n");
    yaml("s: |\n  # x\nb: 1\n", remove("b"), "s: |\n  # x\n");
    toml("a = 1\n# of b\nb = 2\n[t]\nk = 1\n", remove("b"), "a = 1\n[t]\nk = 1\n");
    toml("a = 1\n\n# of t\n[t]\nk = 1\n\n[u]\nl = 1\n", remove("t"), "a = 1\n\n\n[u]\nl = 1\n");
    toml("m.a = 1\nm.b = 2\n", remove("m/a"), "m.b = 2\n");
    whole("{\n  \"a\": 1,\n  \"b\": 2\n}\n", remove("b"), "{\n  \"a\": 1\n}\n");
    whole("{\n  \"a\": 1,\n  \"b\": 2\n}\n", remove("a"), "{\n  \"b\": 2\n}\n");
}

#[test]
fn nested_values_are_edited_in_place() {
    // A key alone in a flow map is no reason to leave the rest as it is.
    yaml("x: {a, b: c}\ntitle: A\n", set("title", json!("B")), "x: {a, b: c}\ntitle: B\n");
    yaml("x: {a, b: c}\n", set("x/b", json!("d")), "x: {a, b: d}\n");
    yaml("x: !!set {a, b}\ntitle: A\n", set("title", json!("B")), "x: !!set {a, b}\ntitle: B\n");
    yaml(
        "menu:\n  main:\n    weight: 1 # c\n    name: x\n",
        set("menu/main/weight", json!(2)),
        "menu:\n  main:\n    weight: 2 # c\n    name: x\n",
    );
    yaml(
        "menu:\n  main:\n    weight: 1\n",
        set("menu/main/name", json!("x")),
        "menu:\n  main:\n    weight: 1\n    name: x\n",
    );
    yaml(
        "menu: {main: {weight: 1}}\n",
        set("menu/main/name", json!("x")),
        "menu: {main: {weight: 1, name: x}}\n",
    );
    yaml("menu: main\n", set("menu/main/weight", json!(1)), "menu:\n  main:\n    weight: 1\n");
    yaml(
        "r:\n- src: a\n  # t\n  title: b\n- src: c\n",
        set("r", json!([{"src": "a", "title": "x"}, {"src": "c", "n": 1}])),
        "r:\n- src: a\n  # t\n  title: x\n- src: c\n  n: 1\n",
    );
    yaml("r:\n- src: a\n  title: b\n", set("r", json!([{"title": "b"}])), "r:\n- title: b\n");
    yaml(
        "r:\n- src: a\n",
        set("r", json!([{"src": "a"}, {"src": "b", "t": ["x"]}])),
        "r:\n- src: a\n- src: b\n  t:\n  - x\n",
    );
    toml(
        "a = 1\n[menu.main]\n  weight = 1\n  name = 'x'\n",
        set("menu/main/weight", json!(2)),
        "a = 1\n[menu.main]\n  weight = 2\n  name = 'x'\n",
    );
    toml(
        "a = 1\n[menu.main]\n  weight = 1\n",
        set("menu/main/name", json!("x")),
        "a = 1\n[menu.main]\n  weight = 1\n  name = \"x\"\n",
    );
    toml("a = 1\n", set("menu/main/weight", json!(1)), "a = 1\n\n[menu.main]\nweight = 1\n");
    toml("[t]\nk = 1\n", set("a", json!(1)), "a = 1\n[t]\nk = 1\n");
    toml("[[r]]\nk = 1\n", set("r", json!([{"k": 1}, {"k": 2}])), "[[r]]\nk = 1\n\n[[r]]\nk = 2\n");
    toml("[[r]]\nk = 1\n\n[[r]]\nk = 2\n", set("r", json!([{"k": 2}])), "\n[[r]]\nk = 2\n");
    toml("m.a = 1\nx = 1\n", set("m/b", json!(2)), "m.a = 1\nm.b = 2\nx = 1\n");
    toml("m = {a = 1}\n", set("m/b", json!(2)), "m = {a = 1, b = 2}\n");
    whole(
        "{\n  \"m\": {\n    \"a\": 1\n  }\n}\n",
        set("m/b", json!({"c": 1})),
        "{\n  \"m\": {\n    \"a\": 1,\n    \"b\": {\n      \"c\": 1\n    }\n  }\n}\n",
    );
}

#[test]
fn what_others_share_is_left_to_them() {
    let edited = |before: &str, edit: Edit| {
        let edited = apply(before.as_bytes(), &[edit], &House::default()).unwrap();
        (String::from_utf8(edited.front_matter).unwrap(), edited.rewritten)
    };
    let (text, keys) = edited("---\na: &x [1, 2]\nb: *x\nc: *x\n---\n", set("a", json!([3])));
    assert_eq!(text, "---\na: [3]\nb: &x [1, 2]\nc: *x\n---\n");
    assert_eq!(keys, ["b"]);
    let (text, _) = edited("---\na: &x\n  k: 1\nb:\n  <<: *x\n  l: 1\n---\n", set("a/k", json!(3)));
    assert_eq!(text, "---\na:\n  k: 3\nb:\n  <<: &x {k: 1}\n  l: 1\n---\n");
    let (text, _) = edited("---\na: &x t\nb: *x\n---\n", remove("a"));
    assert_eq!(text, "---\nb: &x t\n---\n");
    let (text, keys) = edited("---\na: &x t\nb: *x\n---\n", set("b", json!("u")));
    assert_eq!((text.as_str(), keys.len()), ("---\na: &x t\nb: u\n---\n", 0));
    let (text, keys) = edited("---\na: &x {k: 1}\nb: *x\n---\n", set("b/k", json!(2)));
    assert_eq!(text, "---\na: &x {k: 1}\nb:\n  k: 2\n---\n");
    assert_eq!(keys, ["b"]);
    let (text, _) = edited("---\na: &x {k: 1, l: 2}\nb:\n  <<: *x\n---\n", set("b/k", json!(2)));
    assert_eq!(text, "---\na: &x {k: 1, l: 2}\nb:\n  <<: *x\n  k: 2\n---\n");
    yaml("a: &x t\n", set("a", json!("u")), "a: &x u\n");
    yaml("a: !!str 1\n", set("a", json!("2")), "a: !!str \"2\"\n");
}

#[test]
fn line_ends_marks_and_what_stands_around_stay() {
    whole(
        "\u{feff}---\r\ntitle: A\r\nx: 1\n---\r\n",
        set("title", json!("B")),
        "\u{feff}---\r\ntitle: B\r\nx: 1\n---\r\n",
    );
    whole(
        "---\r\ntitle: A\r\n---\r\n",
        set("x", json!(["a"])),
        "---\r\ntitle: A\r\nx:\r\n  - a\r\n---\r\n",
    );
    whole("---\na: 1\n---", set("b", json!(2)), "---\na: 1\nb: 2\n---");
    whole("---\n---\n", set("b", json!(2)), "---\nb: 2\n---\n");
    whole("---\n# only this\n---\n", set("b", json!(2)), "---\n# only this\nb: 2\n---\n");
    whole("---\na: 1\n...\n", set("a", json!(2)), "---\na: 2\n...\n");
    whole("+++\r\na = 1\r\n+++\r\n", set("b", json!("x")), "+++\r\na = 1\r\nb = \"x\"\r\n+++\r\n");
    whole("{}", set("b", json!(2)), "{\n  \"b\": 2\n}");
    whole("---\n{a: 1}\n---\n", set("b", json!(2)), "---\n{a: 1, b: 2}\n---\n");
    whole("", set("b", json!(2)), "---\nb: 2\n---\n");
    whole("\u{feff}", set("b", json!(2)), "\u{feff}---\nb: 2\n---\n");
    whole("", remove("b"), "");
}

#[test]
fn yaml_that_only_hugo_reads_is_edited_too() {
    yaml("a:\tx\ntitle: \"x\ny\"\nb: c\n", set("b", json!("d")), "a:\tx\ntitle: \"x\ny\"\nb: d\n");
    yaml("title: 'x'# c\nb: c\n", set("b", json!("d")), "title: 'x'# c\nb: d\n");
    let edited =
        apply(b"---\ntitle: \"x\ny\"\nb: c\n---\n", &[set("title", json!("z"))], &House::default());
    assert_eq!(edited.unwrap().front_matter, b"---\ntitle: \"z\"\nb: c\n---\n");
}

#[test]
fn an_absent_key_goes_where_the_neighbours_have_it() {
    let files: [&[u8]; 3] = [
        b"---\ntitle: \"a\"\ndate: 2020-01-02 03:04:05\ntags: [x]\ndraft: false\n---\n",
        b"---\ntitle: \"b\"\ndate: 2020-01-02 03:04:05\nweight: 1\ntags: [x, y]\n---\n",
        b"---\ntitle: \"b\"\ndate: 2020-01-02 03:04:05\ntags: [x, y]\ndraft: false\n---\n",
    ];
    let house = House::learn(files).in_zone(Tz::UTC);
    check_in(
        &house,
        "---\ntitle: x\ndraft: true\n---\n",
        &[set("tags", json!(["a b"]))],
        "---\ntitle: x\ntags: [a b]\ndraft: true\n---\n",
    );
    check_in(
        &house,
        "---\ndraft: true\n---\n",
        &[set("title", json!("a"))],
        "---\ntitle: \"a\"\ndraft: true\n---\n",
    );
    check_in(
        &house,
        "---\ntitle: x\n---\n",
        &[set("date", json!("2021-03-04T05:06:07Z"))],
        "---\ntitle: x\ndate: 2021-03-04 05:06:07\n---\n",
    );
    let entries = IndexMap::from([
        ("draft".to_owned(), json!(true)),
        ("zzz".to_owned(), json!("t")),
        ("tags".to_owned(), json!(["p"])),
        ("date".to_owned(), json!("2021-03-04T05:06:07Z")),
        ("title".to_owned(), json!("T")),
    ]);
    assert_eq!(
        String::from_utf8(fresh(&entries, &house)).unwrap(),
        "---\ntitle: \"T\"\ndate: 2021-03-04 05:06:07\ntags: [p]\ndraft: true\nzzz: \"t\"\n---\n"
    );
}

#[test]
fn new_front_matter_has_the_format_of_the_house() {
    let entries = IndexMap::from([
        ("title".to_owned(), json!("T")),
        ("menu".to_owned(), json!({"main": {"weight": 1}})),
        ("tags".to_owned(), json!(["p", "q"])),
    ]);
    let made = |files: &[&[u8]]| {
        String::from_utf8(fresh(&entries, &House::learn(files.iter().copied()))).unwrap()
    };
    assert_eq!(
        made(&[b"+++\r\ntitle = 'x'\r\ntags = ['a']\r\n+++\r\n"]),
        "+++\r\ntitle = 'T'\r\ntags = ['p', 'q']\r\n\r\n[menu.main]\r\nweight = 1\r\n+++\r\n"
    );
    assert_eq!(
        made(&[b"{\n    \"title\": \"x\"\n}\n"]),
        "{\n    \"title\": \"T\",\n    \"menu\": {\n        \"main\": {\n            \"weight\": 1\n        }\n    },\n    \"tags\": [\"p\", \"q\"]\n}\n"
    );
    assert_eq!(
        made(&[]),
        "---\ntitle: T\nmenu:\n  main:\n    weight: 1\ntags:\n  - p\n  - q\n---\n"
    );
}

#[test]
fn what_cannot_be_read_is_refused() {
    for broken in ["---\na: 1\na: 2\n---\n", "---\na: @x\n---\n", "+++\na =\n+++\n", "{\"a\": }\n"]
    {
        assert!(apply(broken.as_bytes(), &[set("a", json!(1))], &House::default()).is_err());
    }
}

#[test]
fn of_two_spellings_the_last_is_edited() {
    yaml("Title: A\ntitle: B\n", set("TITLE", json!("C")), "Title: A\ntitle: C\n");
    yaml("Title: A\nx: 1\ntitle: B\n", remove("title"), "x: 1\n");
}

#[test]
fn a_list_over_several_lines_keeps_its_indentation() {
    yaml(
        "title: A\ntags: [\n  \"one\",\n  \"two\"\n]\ndate: 2020-02-02\n",
        set("tags", json!(["one", "two", "three"])),
        "title: A\ntags: [\n  \"one\",\n  \"two\",\n  \"three\"\n]\ndate: 2020-02-02\n",
    );
}

#[test]
fn what_is_new_is_written_as_its_like() {
    // Not folded, because a title is.
    yaml(
        "title: >-\n  A long\n  title\ntags: [a]\n",
        set("aliases", json!(["/old/"])),
        "title: >-\n  A long\n  title\ntags: [a]\naliases: [/old/]\n",
    );
    // As the date is, whatever the title is.
    yaml(
        "title: \"A\"\ndate: 2020-01-02\n",
        set("lastmod", json!("2020-01-03")),
        "title: \"A\"\ndate: 2020-01-02\nlastmod: 2020-01-03\n",
    );
}
