//! What Hugo itself computes of a page, against what we answer, field by field.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use api::policy::Role;
use serde_json::{Value, json};
use tests::tools::{output, tool};
use tests::{TestApp, corpora};

/// Every page says what Hugo knows of it.
const PAGE: &str = "{{ dict \"path\" .RelPermalink \"title\" .Title \"summary\" (.Summary | plainify | htmlUnescape) \
    \"words\" .WordCount \"minutes\" .ReadingTime \"plain\" (.Plain | htmlUnescape) \
    \"headings\" .Fragments.Headings | jsonify }}";

/// Hugo's own shortcodes that need no network.
pub const EMBEDDED: &[&str] =
    &["details", "figure", "highlight", "param", "qr", "ref", "relref", "vimeo", "youtube"];

/// Those that write with the help of others' servers, with the words of our links.
pub const CARDS: &[(&str, &str)] = &[
    ("gist", "Gist by {{ .Get 0 }}{{ with .Get 2 }}: {{ . }}{{ end }}"),
    ("instagram", "View this post on Instagram"),
    ("tweet", "Post by @{{ .Get \"user\" }} on X"),
    ("x", "Post by @{{ .Get \"user\" }} on X"),
];

/// Themes that sites ask for, as empty folders.
const THEMES: &[&str] = &[
    "CodeIT",
    "site/themes/mainroad",
    "site/themes/github.com/halogenica/beautifulhugo",
    "site/themes/github.com/hugo-toha/toha/v4",
];

/// Where we differ, and why: site, end of the path, field.
const DIFFERENCES: &[(&str, &str, &str, &str)] = &[
    ("codeit", "theme-documentation-basics/", "wordCount", SHOWN),
    ("codeit", "theme-documentation-basics/", "readingTime", SHOWN),
    ("codeit", "theme-documentation-basics/", "plainText", SHOWN),
    ("codeit", "theme-documentation-built-in-shortcodes/", "wordCount", PARAM),
    ("codeit", "theme-documentation-built-in-shortcodes/", "plainText", PARAM),
    ("codeit", "theme-documentation-content/", "plainText", MATHS),
    ("toha", "posts/markdown-sample/", "wordCount", INLINE),
    ("toha", "posts/markdown-sample/", "plainText", INLINE),
    ("beautifulhugo", "page/theming/", "plainText", BRACKET),
];
const SHOWN: &str = "a shortcode of a theme within a block of code is shown, not run";
const PARAM: &str = "a parameter is put in when a body is read, so it is in no count";
const MATHS: &str = "the site has no passthrough, so its Markdown takes backslashes off formulas";
const INLINE: &str = "Hugo leaves out shortcodes that a page defines itself; their content is kept";
const BRACKET: &str = "goldmark ends a bare address before an escaped bracket";

const ALL: &str = "query($after: String) { articles(first: 3, after: $after, view: WORKING) {
    pageInfo { hasNextPage endCursor }
    nodes { path title summary wordCount readingTimeMinutes body { plainText tableOfContents { ...H
      children { ...H children { ...H children { ...H children { ...H children { ...H } } } } } } } } } }
    fragment H on TableOfContentsEntry { id level title }";

fn copy(from: &Path, to: &Path) {
    for entry in walkdir::WalkDir::new(from) {
        let entry = entry.expect("an entry");
        let target = to.join(entry.path().strip_prefix(from).expect("a path below"));
        if entry.file_type().is_dir() {
            fs::create_dir_all(&target).expect("a folder");
        } else {
            fs::copy(entry.path(), &target).expect("a copy");
        }
    }
}

/// Names of shortcodes in a site, and whether they are closed.
fn shortcodes(content: &Path) -> BTreeMap<String, bool> {
    let mut names = BTreeMap::new();
    for entry in walkdir::WalkDir::new(content) {
        let entry = entry.expect("an entry");
        let Ok(text) = fs::read_to_string(entry.path()) else { continue };
        for piece in text.split("{{<").skip(1).chain(text.split("{{%").skip(1)) {
            let piece = piece.trim_start();
            let (piece, closes) =
                piece.strip_prefix('/').map_or((piece, false), |rest| (rest.trim_start(), true));
            let is_name = |c: char| c.is_alphanumeric() || matches!(c, '-' | '_' | '/');
            let name: String = piece.chars().take_while(|c| is_name(*c)).collect();
            if !name.is_empty() {
                *names.entry(name).or_insert(false) |= closes;
            }
        }
    }
    names
}

/// Takes the numbers of lines from a site, which are words to Hugo: see `hugo_fields`.
fn without_numbers(site: &Path) {
    let config = site.join("config.toml");
    if let Ok(text) = fs::read_to_string(&config) {
        let kept = |line: &&str| !line.contains("lineNos =");
        fs::write(config, text.lines().filter(kept).collect::<Vec<_>>().join("\n"))
            .expect("a file");
    }
}

/// Builds a site with a layout that prints what Hugo knows; by path.
fn hugos(hugo: &Path, folder: &Path, corpus: &Path) -> BTreeMap<String, Value> {
    let site = folder.join("sites/site");
    copy(corpus, &site);
    let _ = fs::remove_dir_all(site.join("layouts"));
    without_numbers(&site);
    let put = |path: PathBuf, text: &str| {
        fs::create_dir_all(path.parent().expect("a folder")).expect("a folder");
        fs::write(path, text).expect("a file");
    };
    for theme in THEMES {
        fs::create_dir_all(folder.join(theme.replace("site/", "sites/site/"))).expect("a folder");
    }
    put(site.join("layouts/single.html"), PAGE);
    put(site.join("layouts/list.html"), "");
    for (name, closed) in shortcodes(&site.join("content")) {
        let card = CARDS.iter().find(|(card, _)| *card == name).map(|(_, text)| *text);
        // What a theme would make of it, we keep: its content.
        let text = card.unwrap_or(if closed { "{{ .Inner }}" } else { "" });
        if !EMBEDDED.contains(&name.as_str()) {
            put(site.join(format!("layouts/_shortcodes/{name}.html")), text);
        }
    }
    let _ = output(
        Command::new(hugo)
            .args(["-D", "-F", "-E", "--quiet", "--destination", "out"])
            .env("HUGO_MARKUP_GOLDMARK_RENDERER_UNSAFE", "true")
            .env("HUGO_MARKUP_HIGHLIGHT_NOCLASSES", "false")
            .env("HUGO_ENABLEGITINFO", "false")
            .current_dir(&site),
    );
    let mut pages = BTreeMap::new();
    for entry in walkdir::WalkDir::new(site.join("out")) {
        let entry = entry.expect("an entry");
        if entry.file_name() != "index.html" {
            continue;
        }
        let text = fs::read_to_string(entry.path()).expect("a page");
        if let Ok(page) = serde_json::from_str::<Value>(&text) {
            // Our addresses begin at the site, wherever that is.
            let path = page["path"].as_str().expect("a path");
            let path = path.strip_prefix("/toha-example-site").unwrap_or(path).to_owned();
            pages.insert(path, page);
        }
    }
    pages
}

/// Headings by level, whatever they hang on.
fn flat(entries: &Value, names: [&str; 4], into: &mut Vec<Value>) {
    let [id, level, title, children] = names;
    for entry in entries.as_array().into_iter().flatten() {
        // Hugo has entries without a title for levels that were left out.
        if entry[id] != "" {
            // Hugo's titles are HTML.
            let title = entry[title].as_str().unwrap_or_default();
            let pieces = title.split('<').enumerate().map(|(index, piece)| match index {
                0 => piece,
                _ => piece.split_once('>').map_or(piece, |(_, text)| text),
            });
            let title = pieces.collect::<String>();
            let title = title.replace("&amp;", "&").replace("&quot;", "\"").replace("&#39;", "'");
            let title = title.replace("&rsquo;", "’").replace("&lsquo;", "‘");
            into.push(json!([entry[id], entry[level], title]));
        }
        flat(&entry[children], names, into);
    }
}

/// Text without white space, as Hugo's plain text has none where blocks end, and without the
/// arrows that lead back from footnotes, which ours has not.
fn bare(text: &Value) -> String {
    let text: String = text.as_str().unwrap_or_default().split_whitespace().collect();
    text.replace("\u{21a9}\u{fe0e}", "")
}

fn ours(app: &TestApp) -> Vec<Value> {
    let editor = app.as_role(Role::Viewer);
    let (mut nodes, mut cursor) = (Vec::new(), Value::Null);
    loop {
        let answer = editor.ask(ALL, json!({ "after": cursor }));
        nodes.extend(answer.at("/articles/nodes").as_array().expect("nodes").clone());
        if answer.at("/articles/pageInfo/hasNextPage") == &json!(false) {
            return nodes;
        }
        cursor = answer.at("/articles/pageInfo/endCursor").clone();
    }
}

#[test]
fn pages_are_what_hugo_makes_of_them() {
    let (Some(corpora), Some(hugo)) = (corpora(), tool("hugo")) else { return };
    let mut compared = 0;
    let mut unexpected = Vec::new();
    let mut met = vec![false; DIFFERENCES.len()];
    for site in ["seed-site", "codeit", "toha", "beautifulhugo"] {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let hugos = hugos(&hugo, folder.path(), &corpora.join(site));
        let app = TestApp::sqlite();
        let plain = folder.path().join("plain").join(site);
        copy(&corpora.join(site), &plain);
        without_numbers(&plain);
        assert_eq!(app.import(plain).failures, [], "{site}");
        for page in ours(&app) {
            let path = page["path"].as_str().expect("a path");
            let Some(theirs) = hugos.get(path) else {
                unexpected.push(format!("{site} {path}: Hugo has no such page"));
                continue;
            };
            compared += 1;
            let (mut contents, mut headings) = (Vec::new(), Vec::new());
            flat(
                &page["body"]["tableOfContents"],
                ["id", "level", "title", "children"],
                &mut contents,
            );
            flat(&theirs["headings"], ["ID", "Level", "Title", "Headings"], &mut headings);
            for (field, our, their) in [
                ("title", page["title"].clone(), theirs["title"].clone()),
                ("summary", bare(&page["summary"]).into(), bare(&theirs["summary"]).into()),
                ("wordCount", page["wordCount"].clone(), theirs["words"].clone()),
                ("readingTime", page["readingTimeMinutes"].clone(), theirs["minutes"].clone()),
                (
                    "plainText",
                    bare(&page["body"]["plainText"]).into(),
                    bare(&theirs["plain"]).into(),
                ),
                ("tableOfContents", contents.into(), headings.into()),
            ] {
                let known = DIFFERENCES.iter().position(|(known, end, name, _)| {
                    *known == site && path.ends_with(end) && *name == field
                });
                match (our == their, known) {
                    (true, _) => {}
                    (false, Some(index)) => met[index] = true,
                    (false, None) => {
                        let (our, their) = (our.to_string(), their.to_string());
                        let at = our.bytes().zip(their.bytes()).take_while(|(a, b)| a == b).count();
                        let show = |text: &str| -> String {
                            let start = text.floor_char_boundary(at.saturating_sub(40));
                            text[start..].chars().take(140).collect()
                        };
                        unexpected.push(format!(
                            "{site} {path} {field}\n  ours: {}\n  Hugo: {}",
                            show(&our),
                            show(&their)
                        ));
                    }
                }
            }
        }
    }
    assert!(unexpected.is_empty(), "{} differences\n{}", unexpected.len(), unexpected.join("\n"));
    assert!(compared > 50, "{compared}");
    for ((site, path, field, _), met) in DIFFERENCES.iter().zip(met) {
        assert!(met, "{site} {path} {field} differs no more: take it off the list");
    }
}
