//! What Hugo says of each page of real sites, field by field, and what we say.
//!
//! Hugo builds each corpus without its theme and with a layout of ours that
//! prints every page's fields. Shortcodes that a theme brings are stubs there.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;
use std::process::Command;

use serde_json::{Value, json};
use tests::tools::{output, tool};
use tests::{TestApp, corpora, on_both, write_files};

use crate::hugo_rendering::{CARDS, EMBEDDED};

/// Site and its pages; how its configuration is made to stand without a theme.
const SITES: &[(&str, &str, usize)] = &[
    ("seed-site", "hugo.toml", 3),
    ("codeit", "config.toml", 18),
    ("toha", "hugo.yaml", 17),
    ("beautifulhugo", "hugo.toml", 24),
];

/// A line a page and a line an entry of a menu, as JSON.
const LAYOUT: &str = r#"{{- range site.RegularPages -}}
{{- $page := . -}}
{{- $terms := slice -}}
{{- range $plural, $all := site.Taxonomies -}}{{- range $page.GetTerms $plural -}}
{{- $name := .Data.Term -}}{{- if .File -}}{{- $name = .LinkTitle -}}{{- end -}}
{{- $terms = $terms | append (dict "taxonomy" $plural "name" $name "path" .RelPermalink) -}}
{{- end -}}{{- end -}}
{{- $translations := slice -}}{{- range .Translations -}}{{- $translations = $translations | append .RelPermalink -}}{{- end -}}
{{- $related := slice -}}{{- range first 5 (site.RegularPages.Related .) -}}{{- $related = $related | append .RelPermalink -}}{{- end -}}
{{- $previous := "" -}}{{- with .PrevInSection -}}{{- $previous = .RelPermalink -}}{{- end -}}
{{- $next := "" -}}{{- with .NextInSection -}}{{- $next = .RelPermalink -}}{{- end -}}
{{- $fields := dict "path" .RelPermalink "url" .Permalink "title" .Title "linkTitle" .LinkTitle "date" (.Date.Format "2006-01-02T15:04:05Z07:00") "weight" .Weight "summary" (.Summary | plainify | htmlUnescape) "words" .WordCount "minutes" .ReadingTime "toc" .Fragments.Headings "terms" $terms "translations" $translations "related" $related "previous" $previous "next" $next -}}
{{ "page" }}	{{ $fields | jsonify | safeHTML }}
{{ end -}}
{{- range $name, $menu := site.Menus -}}{{- range $menu -}}
{{- $below := slice -}}{{- range .Children -}}{{- $below = $below | append (dict "name" .Name "url" .URL) -}}{{- end -}}
{{ "menu" }}	{{ dict "menu" $name "name" .Name "url" .URL "children" $below "language" site.Language.Lang | jsonify | safeHTML }}
{{ end -}}{{- end -}}"#;

type Fields = BTreeMap<String, Value>;

/// A page or a menu by its address or its name and language.
type Said = BTreeMap<String, Fields>;

/// The site, fit to be built: its content, its configuration without theme and
/// modules, stubs of shortcodes, and the layout.
fn stand_alone(corpora: &Path, site: &str, file: &str, folder: &Path) {
    crate::related::copy(&corpora.join(site).join("content"), &folder.join("content"));
    let config = std::fs::read_to_string(corpora.join(site).join(file)).expect("a configuration");
    let mut kept = String::new();
    let mut in_module = false;
    for line in config.lines() {
        let indented = line.starts_with([' ', '\t']);
        in_module = line == "module:" || line.starts_with("[[module") || (in_module && indented);
        let theme = line.starts_with("theme") || line.starts_with("enableGitInfo");
        if !in_module && !theme {
            kept.push_str(line);
            kept.push('\n');
        }
    }
    write_files(folder, &[(file, &kept), ("layouts/home.html", LAYOUT), ("layouts/all.html", "")]);
    let (mut called, mut closed) = (BTreeSet::new(), BTreeSet::new());
    shortcodes(&folder.join("content"), &mut called, &mut closed);
    for name in called.union(&closed) {
        if !EMBEDDED.contains(&name.as_str()) {
            let stub = if closed.contains(name) { "{{ .Inner }}" } else { "" };
            let card = CARDS.iter().find(|(card, _)| card == name).map_or(stub, |(_, text)| text);
            write_files(folder, &[(&format!("layouts/_shortcodes/{name}.html"), card)]);
        }
    }
}

/// The names of shortcodes in a folder, and of those that are closed somewhere.
fn shortcodes(folder: &Path, called: &mut BTreeSet<String>, closed: &mut BTreeSet<String>) {
    for entry in std::fs::read_dir(folder).expect("a folder") {
        let path = entry.expect("an entry").path();
        if path.is_dir() {
            shortcodes(&path, called, closed);
            continue;
        }
        let Ok(text) = std::fs::read_to_string(&path) else { continue };
        for call in text.split("{{").skip(1).filter(|call| call.starts_with(['<', '%'])) {
            let call = call[1..].trim_start();
            let (into, call) = match call.strip_prefix('/') {
                Some(call) => (&mut *closed, call.trim_start()),
                None => (&mut *called, call),
            };
            let name: String =
                call.chars().take_while(|c| c.is_alphanumeric() || "-_".contains(*c)).collect();
            if !name.is_empty() {
                into.insert(name);
            }
        }
    }
}

fn fields(value: &Value) -> Fields {
    value.as_object().expect("fields").clone().into_iter().collect()
}

fn hugos(hugo: &Path, folder: &Path) -> Said {
    let out = folder.join("public");
    output(
        Command::new(hugo)
            .args(["--quiet", "--baseURL", "https://example.org/", "--source"])
            .arg(folder)
            .arg("--destination")
            .arg(&out),
    );
    let mut said = Said::new();
    let languages = std::fs::read_dir(&out).expect("a built site").filter_map(Result::ok);
    let files =
        languages.map(|entry| entry.path().join("index.html")).chain([out.join("index.html")]);
    for text in files.filter_map(|file| std::fs::read_to_string(file).ok()) {
        for (kind, line) in text.lines().filter_map(|line| line.split_once('\t')) {
            let Ok(value) = serde_json::from_str::<Value>(line) else { continue };
            let mut own = fields(&value);
            if kind == "page" {
                own.insert("toc".to_owned(), headings(&value["toc"]));
                own.insert("summary".to_owned(), words(&value["summary"]));
                own.insert("translations".to_owned(), sorted(&value["translations"]));
                own.insert("terms".to_owned(), sorted(&value["terms"]));
                said.insert(value["path"].as_str().expect("a path").to_owned(), own);
            } else if value["menu"] != "" {
                // `menu: ""` in front matter says that a page is in none; Hugo makes a
                // menu without a name of it, for which no layout asks.
                let key = format!(
                    "menu {} {}",
                    value["language"].as_str().expect("a language"),
                    value["menu"]
                );
                let items = said
                    .entry(key)
                    .or_default()
                    .entry("items".to_owned())
                    .or_insert_with(|| json!([]));
                let item = json!({"name": value["name"], "url": value["url"], "children": value["children"]});
                items.as_array_mut().expect("items").push(item);
            }
        }
    }
    said
}

/// A text without what tells its lines apart.
fn words(value: &Value) -> Value {
    let text = value.as_str().unwrap_or_default();
    json!(text.split_whitespace().collect::<Vec<_>>().join(" "))
}

/// Identifiers and levels of all headings in order.
fn headings(value: &Value) -> Value {
    fn add(value: &Value, level: &str, id: &str, below: &str, found: &mut Vec<Value>) {
        for heading in value.as_array().into_iter().flatten() {
            if !heading[id].as_str().unwrap_or_default().is_empty() {
                found.push(json!([heading[level], heading[id]]));
            }
            add(&heading[below], level, id, below, found);
        }
    }
    let mut found = Vec::new();
    add(value, "Level", "ID", "Headings", &mut found);
    add(value, "level", "id", "children", &mut found);
    Value::Array(found)
}

fn sorted(value: &Value) -> Value {
    let mut values = value.as_array().cloned().unwrap_or_default();
    values.sort_by_key(|value| (value["path"].to_string(), value.to_string()));
    Value::Array(values)
}

fn ours(app: &TestApp, menus: &BTreeSet<(String, String)>) -> Said {
    let mut said = Said::new();
    let mut after = Value::Null;
    loop {
        let page = app.query(
            "query($after: String) { articles(first: 20, after: $after) { pageInfo { hasNextPage endCursor } nodes {
            path url title linkTitle date weight summary words: wordCount minutes: readingTimeMinutes body { tableOfContents { ...H children { ...H children { ...H children { ...H children { ...H children { ...H } } } } } } }
            terms { taxonomy name path } translations { path } related(first: 5) { path } previous { path } next { path } } } }
            fragment H on TableOfContentsEntry { level id }",
            json!({ "after": after }),
        );
        for node in page.at("/articles/nodes").as_array().expect("nodes") {
            let mut own = fields(node);
            let path =
                |value: &Value| value["path"].as_str().map(str::to_owned).unwrap_or_default();
            let paths = |value: &Value| -> Vec<String> {
                value.as_array().expect("a list").iter().map(path).collect()
            };
            own.remove("body");
            own.insert("toc".to_owned(), headings(&node["body"]["tableOfContents"]));
            own.insert("summary".to_owned(), words(&node["summary"]));
            own.insert("translations".to_owned(), sorted(&json!(paths(&node["translations"]))));
            own.insert("related".to_owned(), json!(paths(&node["related"])));
            own.insert("previous".to_owned(), json!(path(&node["previous"])));
            own.insert("next".to_owned(), json!(path(&node["next"])));
            own.insert("terms".to_owned(), sorted(&node["terms"]));
            if node["date"].is_null() {
                own.insert("date".to_owned(), json!("0001-01-01T00:00:00Z"));
            }
            said.insert(path(node), own);
        }
        if page.at("/articles/pageInfo/hasNextPage") == &json!(false) {
            break;
        }
        after = page.at("/articles/pageInfo/endCursor").clone();
    }
    let site = app.query("{ site { languages { tag } } }", Value::Null);
    for (language, name) in menus {
        let tags = site.each("/site/languages", "tag");
        let tag = tags.iter().find(|tag| tag.eq_ignore_ascii_case(language)).expect("a language");
        let menu = app.query(
            "query($tag: LanguageTag!, $name: String!) { site(language: $tag) { menu(name: $name) { items { name url children { name url } } } } }",
            json!({"tag": tag, "name": name}),
        );
        let key = format!("menu {language} {}", json!(name));
        said.entry(key)
            .or_default()
            .insert("items".to_owned(), menu.at("/site/menu/items").clone());
    }
    said
}

/// What differs: a line for each page and field.
fn differences(hugos: &Said, ours: &Said) -> Vec<(String, String, String)> {
    let mut found = Vec::new();
    for (key, theirs) in hugos {
        let Some(own) = ours.get(key) else {
            found.push((key.clone(), "page".to_owned(), "we have none".to_owned()));
            continue;
        };
        for (field, theirs) in theirs {
            let own = own.get(field).cloned().unwrap_or_default();
            if own != *theirs {
                found.push((key.clone(), field.clone(), format!("Hugo {theirs}\n     we {own}")));
            }
        }
    }
    for key in ours.keys().filter(|key| !hugos.contains_key(*key)) {
        found.push((key.clone(), "page".to_owned(), "Hugo has none".to_owned()));
    }
    found
}

/// Site, page or menu, field, and why it differs.
const DIFFERENCES: &[(&str, &str, &str, &str)] = &[];

/// What is rendered: site, field, on how many pages it differs at most, and why.
const RENDERED: &[(&str, &str, usize, &str)] = &[
    ("codeit", "words", 9, LINES),
    ("codeit", "minutes", 2, LINES),
    ("toha", "words", 6, INNER),
    ("toha", "minutes", 2, INNER),
];
const LINES: &str =
    "where the numbers of lines stand beside code, some are words of their own to one alone";
const INNER: &str = "what stands in a shortcode of a theme is counted where it is shown";

fn compare(app: &TestApp, site: &str) {
    let (Some(corpora), Some(hugo)) = (corpora(), tool("hugo")) else { return };
    let (_, file, pages) = SITES.iter().find(|(name, ..)| *name == site).expect("a site");
    let folder = tempfile::tempdir().expect("a temporary folder");
    stand_alone(&corpora, site, file, folder.path());
    let hugos = hugos(&hugo, folder.path());
    assert!(
        hugos.keys().filter(|key| key.starts_with('/')).count() >= *pages,
        "{:?}",
        hugos.keys()
    );
    std::fs::remove_dir_all(folder.path().join("public")).expect("what Hugo built");
    let base = std::fs::read_to_string(folder.path().join(file)).expect("a configuration");
    let base = base
        .lines()
        .filter(|line| !line.to_lowercase().starts_with("baseurl"))
        .collect::<Vec<_>>()
        .join("\n");
    let line = if Path::new(file).extension().is_some_and(|end| end == "yaml") {
        "baseURL: https://example.org/\n"
    } else {
        "baseURL = 'https://example.org/'\n"
    };
    write_files(folder.path(), &[(file, &format!("{line}{base}"))]);
    assert_eq!(app.import(folder.path()).failures, []);
    let menus = hugos.keys().filter_map(|key| key.strip_prefix("menu ")?.split_once(' '));
    let name = |name: &str| serde_json::from_str(name).expect("a name");
    let menus = menus.map(|(language, menu)| (language.to_owned(), name(menu))).collect();
    let found = differences(&hugos, &ours(app, &menus));
    let listed = |key: &str, field: &str| {
        DIFFERENCES.iter().any(|(of, page, what, _)| *of == site && key == *page && *what == field)
    };
    let counted =
        |field: &str| RENDERED.iter().find(|(of, what, ..)| *of == site && *what == field);
    let line = |(key, field, what): &(String, String, String)| format!("{key} {field}:\n   {what}");
    let unlisted: Vec<_> = found
        .iter()
        .filter(|(key, field, _)| counted(field).is_none() && !listed(key, field))
        .map(line)
        .collect();
    assert!(unlisted.is_empty(), "{} of {}\n{}", unlisted.len(), found.len(), unlisted.join("\n"));
    for (_, page, field, _) in DIFFERENCES.iter().filter(|(of, ..)| *of == site) {
        let differs = found.iter().any(|(key, what, _)| key == page && what == field);
        assert!(differs, "{page} {field} differs no more: take it off the list");
    }
    for (_, field, most, why) in RENDERED.iter().filter(|(of, ..)| *of == site) {
        let differing: Vec<_> =
            found.iter().filter(|(_, what, _)| what == field).map(line).collect();
        assert!(
            differing.len() <= *most,
            "{field} differs {} times, and {most} are known ({why})\n{}",
            differing.len(),
            differing.join("\n")
        );
    }
}

#[test]
fn the_seed_has_no_difference_listed() {
    assert!(!DIFFERENCES.iter().any(|(site, ..)| *site == "seed-site"));
    assert!(!RENDERED.iter().any(|(site, ..)| *site == "seed-site"));
}

on_both! {
    fn the_seed_says_what_hugo_says(app) { compare(&app, "seed-site"); }
    fn codeit_says_what_hugo_says(app) { compare(&app, "codeit"); }
    fn toha_says_what_hugo_says(app) { compare(&app, "toha"); }
    fn beautifulhugo_says_what_hugo_says(app) { compare(&app, "beautifulhugo"); }
}
