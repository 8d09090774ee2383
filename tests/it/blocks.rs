//! The tree of a body, against the one of the unified ecosystem itself.

use std::io::Write;
use std::process::{Command, Stdio};

use api::hugo::front_matter;
use api::render::{Options, tree};
use serde_json::{Value, json};
use tests::corpora;
use tests::tools::{folder, tool};

const SCRIPT: &str = include_str!("../tools/mdast.mjs");

/// Markdown that every kind of node is made of.
const KINDS: &str = "# A *b* **c** `d`\n\nB\n===\n\n> q\n> r\n\n- a\n- b\n\n  c\n\n1. x\n2. y\n\n\
    3) z\n\n- [x] done\n- [ ] open\n\n***\n\n```go {linenos=true} x\ncode\n```\n\n    indented\n\n\
    <div>\nraw\n</div>\n\na<b>c</b>  \nd\\\ne &amp; \\* f\n\n[l](u \"t\") ![i](s 't') [r][x] [x][] [x] ![r][x]\n\n\
    [x]: /url 'title'\n\nhttps://e.org www.e.org a@e.org <https://f.org>\n\n~~s~~ ~t~\n\n\
    | a | b |\n|:--|--:|\n| c | d\\|e |\n\nnote[^1]\n\n[^1]: *foot*\n\n    more\n\n\
    \u{e9} \u{4e2d} \u{1f600} *\u{1f600}* x\r\ny\tz\n";

/// Markdown texts without what mdast does not know.
fn texts() -> Vec<(String, String)> {
    let mut texts = vec![("kinds".to_owned(), KINDS.to_owned())];
    let Some(corpora) = corpora() else { return texts };
    for entry in walkdir::WalkDir::new(&corpora).sort_by_file_name() {
        let entry = entry.expect("an entry");
        if entry.path().extension().is_none_or(|extension| extension != "md") {
            continue;
        }
        let bytes = std::fs::read(entry.path()).expect("a file");
        let Ok(source) = front_matter::split(&bytes) else { continue };
        let text = String::from_utf8_lossy(source.body).replace('\0', "\u{fffd}");
        if !text.contains("{{<") && !text.contains("{{%") {
            texts.push((entry.path().display().to_string(), text));
        }
    }
    texts
}

/// What the JavaScript packages make of texts.
fn theirs(texts: &[(String, String)], math: bool) -> Option<Vec<Value>> {
    let node = tool("node")?;
    let input: Vec<_> =
        texts.iter().map(|(_, text)| json!({ "markdown": text, "math": math })).collect();
    let mut child = Command::new(node)
        .args(["--input-type=module", "-e", SCRIPT])
        .current_dir(folder())
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .expect("Node");
    let mut stdin = child.stdin.take().expect("an input");
    let bytes = serde_json::to_vec(&input).expect("JSON");
    let writer = std::thread::spawn(move || stdin.write_all(&bytes));
    let output = child.wait_with_output().expect("an output");
    writer.join().expect("a thread").expect("a written input");
    assert!(output.status.success());
    Some(serde_json::from_slice(&output.stdout).expect("trees"))
}

/// A tree without what only one side has: hints for HTML, and our version.
fn bare(mut node: Value) -> Value {
    if let Some(fields) = node.as_object_mut() {
        fields.remove("data");
        fields.remove("version");
        if let Some(children) = fields.get_mut("children").and_then(Value::as_array_mut) {
            for child in children {
                *child = bare(child.take());
            }
        }
    }
    node
}

/// Where two trees differ first.
fn difference(ours: &Value, theirs: &Value) -> String {
    if let (Some(our), Some(their)) = (ours["children"].as_array(), theirs["children"].as_array()) {
        for (our, their) in our.iter().zip(their) {
            if our != their {
                return difference(our, their);
            }
        }
    }
    let show = |node: &Value| -> String { node.to_string().chars().take(300).collect() };
    let place = |node: &Value| node["position"].to_string();
    let (our, their) = (place(ours), place(theirs));
    format!("\n  ours: {our} {}\n  mdast: {their} {}", show(ours), show(theirs))
}

fn compare(texts: &[(String, String)], math: bool) {
    let Some(theirs) = theirs(texts, math) else { return };
    let options = Options { math, ..Options::default() };
    let mut differing = Vec::new();
    for ((name, text), theirs) in texts.iter().zip(theirs) {
        let (ours, theirs) = (bare(tree(text, &options, true)), bare(theirs));
        if ours != theirs {
            differing.push(format!("{name}{}", difference(&ours, &theirs)));
        }
    }
    assert!(differing.is_empty(), "{} trees differ\n{}", differing.len(), differing.join("\n"));
}

#[test]
fn trees_are_those_of_mdast() {
    let texts = texts();
    if tests::must_not_skip() {
        assert!(texts.len() > 60, "{}", texts.len());
    }
    compare(&texts, false);
}

#[test]
fn formulas_are_those_of_mdast() {
    let text = "a $x_1 * y$ b $$z$$ c\n\n$$\nx_1\n\\frac{a}{b}\n$$\n\nd `$e$` \\$f\n";
    compare(&[("formulas".to_owned(), text.to_owned())], true);
}

#[test]
fn shortcodes_are_nodes() {
    let markdown = "a {{< icon \"x\" 2 >}} *b*\n\n{{% note title=\"T\" %}}\n## C\n{{< icon >}}\n{{% /note %}}\n\n\
        {{< tabs >}}{{< tab >}}*d*{{< /tab >}}{{< /tabs >}}\n\n`{{< e >}}` {{</* f */>}}\n";
    let root = tree(markdown, &Options::default(), true);
    let at = |node: &Value| {
        let offset = |end: &str| {
            usize::try_from(node["position"][end]["offset"].as_u64().expect("an offset"))
                .expect("a size")
        };
        markdown[offset("start")..offset("end")].to_owned()
    };
    assert_eq!(root["version"], 1);
    let blocks = root["children"].as_array().expect("children");
    let line = blocks[0]["children"].as_array().expect("children");
    let kinds: Vec<_> = line.iter().map(|node| node["type"].as_str().expect("a type")).collect();
    assert_eq!(kinds, ["text", "inlineShortcode", "text", "emphasis"]);
    assert_eq!(at(&line[1]), "{{< icon \"x\" 2 >}}");
    assert_eq!((at(&line[0]), at(&line[3])), ("a ".to_owned(), "*b*".to_owned()));
    assert_eq!(line[1]["params"], json!(["x", 2]));
    assert_eq!(line[1]["value"], Value::Null);
    let note = &blocks[1];
    assert_eq!((&note["type"], &note["name"]), (&json!("shortcode"), &json!("note")));
    assert_eq!((&note["params"], &note["markdown"]), (&json!({ "title": "T" }), &json!(true)));
    assert_eq!(note["value"], "\n## C\n{{< icon >}}\n");
    assert_eq!(note["children"][0]["type"], "heading");
    assert_eq!(at(&note["children"][0]), "## C");
    assert_eq!(note["children"][1]["type"], "shortcode");
    let tab = &blocks[2]["children"][0];
    assert_eq!((&tab["name"], &tab["value"]), (&json!("tab"), &json!("*d*")));
    assert_eq!(tab["children"][0]["value"], "*d*");
    assert_eq!(blocks[3]["children"][0]["value"], "{{< e >}}");
    assert_eq!(blocks[3]["children"][1]["value"], " {{< f >}}");
}

#[test]
fn hostile_texts_make_small_trees_in_time() {
    for (piece, size) in [
        (">", 10_000),
        ("- ", 10_000),
        ("1. ", 10_000),
        ("[", 10_000),
        ("![", 10_000),
        ("*a ", 10_000),
        ("**a", 10_000),
        ("|a", 10_000),
        ("`", 10_000),
        ("<a ", 10_000),
        ("[a]: b\n", 10_000),
        ("{{< a >}}", 10_000),
        ("{{% a %}}", 10_000),
        ("$a", 10_000),
        ("_", 10_000),
        ("~~a", 10_000),
    ] {
        let text = piece.repeat(size / piece.len());
        let start = std::time::Instant::now();
        let root = tree(&text, &Options { math: true, ..Options::default() }, true);
        // Deep trees cannot be written as JSON by everybody.
        let written = serde_json::to_string(&root).expect("JSON");
        assert!(serde_json::from_str::<Value>(&written).is_ok(), "{piece}");
        assert!(
            start.elapsed() < std::time::Duration::from_secs(20),
            "{piece}: {:?}",
            start.elapsed()
        );
    }
    let nested = format!("{}a{}", "**".repeat(500), "**".repeat(500));
    let nested = tree(&nested, &Options::default(), false);
    assert!(serde_json::from_str::<Value>(&nested.to_string()).is_ok());
}
