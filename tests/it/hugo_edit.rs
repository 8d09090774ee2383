//! Front matter that was edited, as real Hugo reads it.

use std::fs;
use std::process::Command;

use api::hugo::edit::{Edit, House, apply};
use api::hugo::front_matter;
use serde_json::{Value, json};
use tests::tools::{output, tool};

/// Texts that one style or other cannot hold.
const TEXTS: [&str; 47] = [
    "plain",
    "two words",
    "yes",
    "No",
    "on",
    "12",
    "0x1f",
    "010",
    "1e3",
    "1.5e3",
    ".5",
    "null",
    "~",
    "true",
    "a: b",
    "a:",
    ":a",
    "x #y",
    "#y",
    "'q'",
    "\"d\"",
    "it's",
    "- i",
    "-i",
    "? k",
    "[x]",
    "{x}",
    "a, b",
    "é 中文 😀",
    "a\nb",
    "a\n\nb\n",
    "a\n",
    " lead",
    "trail ",
    "",
    "2020-01-02",
    "12:30",
    "---",
    "...",
    "&a",
    "*b",
    "!t",
    "100%",
    "@x",
    "`x`",
    "back\\slash \t tab",
    "<<",
];

/// Documents in which `v` is a text, an item, nested or absent.
const DOCUMENTS: [(&str, &str); 13] = [
    ("yaml", "---\nv: old # c\n---\n"),
    ("yaml", "---\nv: 'old'\n---\n"),
    ("yaml", "---\nv: \"old\"\n---\n"),
    ("yaml", "---\nv: |\n  old\n  text\nx: 1\n---\n"),
    ("yaml", "---\nv: >-\n  old\n  text\nx: 1\n---\n"),
    ("yaml", "---\r\nx: a b\r\n---\r\n"),
    ("list", "---\nv: [old, 'x']\n---\n"),
    ("list", "---\nv:\n- old\n- \"x\"\n---\n"),
    ("map", "---\nv: {k: old}\n---\n"),
    ("map", "---\nv:\n  k:\n    'old'\n---\n"),
    ("toml", "+++\nv = 'old'\n+++\n"),
    ("toml", "+++\nv = \"\"\"\nold\ntext\"\"\"\n+++\n"),
    ("json", "{\n  \"v\": \"old\"\n}\n"),
];

#[test]
fn hugo_reads_what_was_edited_as_it_was_meant() {
    let Some(hugo) = tool("hugo") else {
        return;
    };
    let site = tempfile::tempdir().expect("a folder");
    let write = |path: &str, text: &[u8]| {
        let path = site.path().join(path);
        fs::create_dir_all(path.parent().expect("a parent")).expect("a folder");
        fs::write(path, text).expect("a file");
    };
    write(
        "hugo.toml",
        b"disableKinds = ['taxonomy', 'term', 'rss', 'sitemap', 'section', 'home', '404']\n",
    );
    write("layouts/_default/single.html", b"{{ dict \"v\" .Params.v | jsonify }}");
    let mut expected = Vec::new();
    for (number, (kind, document)) in DOCUMENTS.iter().enumerate() {
        for (text_number, text) in TEXTS.iter().enumerate() {
            let value = match *kind {
                "list" => json!(["x", text, "y"]),
                "map" => json!({"k": text, "l": [text]}),
                _ => json!(text),
            };
            let edit = Edit::Set { path: vec!["v".to_owned()], value: value.clone() };
            let edited = apply(document.as_bytes(), &[edit], &House::default())
                .unwrap_or_else(|problem| panic!("{document:?} {text:?}: {problem}"));
            assert_eq!(edited.rewritten, [""; 0], "{document:?} {text:?}");
            let name = format!("p{number}-{text_number}");
            write(&format!("content/{name}.md"), &edited.front_matter);
            expected.push((name, value, edited.front_matter));
        }
    }
    output(Command::new(hugo).args(["--quiet", "--source"]).arg(site.path()));
    for (name, value, written) in expected {
        let page = site.path().join(format!("public/{name}/index.html"));
        let read: Value = serde_json::from_slice(&fs::read(page).expect("a page")).expect("JSON");
        assert_eq!(read["v"], value, "{}", String::from_utf8_lossy(&written));
    }
}

#[test]
fn hugo_reads_edited_files_of_real_sites_as_they_were_meant() {
    let (Some(hugo), Some(corpora)) = (tool("hugo"), tests::corpora()) else {
        return;
    };
    let site = tempfile::tempdir().expect("a folder");
    fs::create_dir_all(site.path().join("layouts/_default")).expect("a folder");
    fs::create_dir_all(site.path().join("content")).expect("a folder");
    fs::write(
        site.path().join("hugo.toml"),
        "disableKinds = ['taxonomy', 'term', 'rss', 'sitemap', 'section', 'home', '404']\n",
    )
    .expect("a file");
    fs::write(
        site.path().join("layouts/_default/single.html"),
        "{{ dict \"title\" .Params.title \"tags\" .Params.tags \"zz\" .Params.zz | jsonify }}",
    )
    .expect("a file");
    let title = "A new: \"title\" – 新 #1";
    let mut names = Vec::new();
    for entry in walkdir::WalkDir::new(corpora).sort_by_file_name() {
        let path = entry.expect("a folder that can be read").into_path();
        let bytes = if path.extension().is_some_and(|extension| extension == "md") {
            fs::read(&path).expect("a file")
        } else {
            continue;
        };
        // Hugo cannot build all that is read here: what stops it is left out.
        let odd = path.components().any(|part| part.as_os_str() == "odd");
        let Ok(source) = front_matter::split(&bytes) else {
            continue;
        };
        if odd || front_matter::parse(&source).is_err() {
            continue;
        }
        let set = |key: &str, value| Edit::Set { path: vec![key.to_owned()], value };
        let edits = [
            set("title", json!(title)),
            set("tags", json!(["eins", "zwei: drei"])),
            set("zz", json!({"a": [1, "b"]})),
            set("url", json!(format!("/p{}/", names.len()))),
            set("draft", json!(false)),
            set("date", json!("2020-05-06T07:08:09+02:00")),
        ]
        .into_iter()
        .chain(
            [
                "menu",
                "menus",
                "publishDate",
                "expiryDate",
                "layout",
                "type",
                "outputs",
                "build",
                "aliases",
            ]
            .map(|key| Edit::Remove { path: vec![key.to_owned()] }),
        );
        let edits: Vec<Edit> = edits.collect();
        let edited = apply(source.front_matter, &edits, &House::default()).expect("an edit");
        let name = format!("p{}", names.len());
        fs::write(site.path().join(format!("content/{name}.md")), &edited.front_matter)
            .expect("a file");
        names.push((name, path));
    }
    assert!(names.len() > 50, "only {} files", names.len());
    output(Command::new(hugo).args(["--quiet", "--source"]).arg(site.path()));
    for (name, path) in names {
        let page = fs::read(site.path().join(format!("public/{name}/index.html")));
        let read: Value = serde_json::from_slice(&page.expect("a page")).expect("JSON");
        let meant = json!({"title": title, "tags": ["eins", "zwei: drei"], "zz": {"a": [1, "b"]}});
        assert_eq!(read, meant, "{}", path.display());
    }
}
