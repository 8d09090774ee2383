//! Related articles, as Hugo relates them.

use std::collections::BTreeMap;
use std::path::Path;
use std::process::Command;

use serde_json::{Value, json};
use tests::tools::{output, tool};
use tests::{TestApp, corpora, generate, on_both, write_files};

/// What Hugo says of each page, by its address: the addresses of what is related.
const LAYOUT: &str = "{{ range site.RegularPages }}{{ .RelPermalink }}\t{{ range first 100 (site.RegularPages.Related .) }}{{ .RelPermalink }} {{ end }}\n{{ end }}";

/// Related pages by page, as Hugo finds them.
fn hugos(hugo: &Path, site: &Path) -> BTreeMap<String, Vec<String>> {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let out = folder.path().join("public");
    write_files(folder.path(), &[("layouts/home.html", LAYOUT), ("layouts/all.html", "")]);
    output(
        Command::new(hugo)
            .args(["--quiet", "--ignoreVendorPaths", "**", "--source"])
            .arg(site)
            .args(["--layoutDir"])
            .arg(folder.path().join("layouts"))
            .arg("--destination")
            .arg(&out),
    );
    let mut found = BTreeMap::new();
    for file in ["index.html", "en/index.html", "de/index.html"] {
        let text = std::fs::read_to_string(out.join(file)).unwrap_or_default();
        for (page, related) in text.lines().filter_map(|line| line.split_once('\t')) {
            found.insert(page.to_owned(), related.split_whitespace().map(str::to_owned).collect());
        }
    }
    found
}

/// The same, as we find them.
fn ours(app: &TestApp) -> BTreeMap<String, Vec<String>> {
    let (mut found, mut after) = (BTreeMap::new(), Value::Null);
    loop {
        let page = app.query(
            "query($after: String) { articles(first: 50, after: $after) {
            nodes { path related(first: 100) { path } } pageInfo { hasNextPage endCursor } } }",
            json!({ "after": after }),
        );
        for node in page.at("/articles/nodes").as_array().expect("nodes") {
            let related = node["related"].as_array().expect("related").iter();
            let related = related.map(|other| other["path"].as_str().expect("a path").to_owned());
            found.insert(node["path"].as_str().expect("a path").to_owned(), related.collect());
        }
        if page.at("/articles/pageInfo/hasNextPage") == &json!(false) {
            return found;
        }
        after = page.at("/articles/pageInfo/endCursor").clone();
    }
}

fn equal(app: &TestApp, files: &[(&str, &str)]) {
    let Some(hugo) = tool("hugo") else { return };
    let folder = tempfile::tempdir().expect("a temporary folder");
    write_files(folder.path(), files);
    assert_eq!(app.import(folder.path()).failures, []);
    let (hugos, ours) = (hugos(&hugo, folder.path()), ours(app));
    assert!(hugos.values().any(|related| !related.is_empty()), "{hugos:?}");
    assert_eq!(ours, hugos);
}

const PAGES: [(&str, &str); 9] = [
    ("content/a.md", "---\ntitle: A\ndate: 2025-01-01\ntags: [x, y, z]\nkeywords: [k, l]\n---\n"),
    ("content/b.md", "---\ntitle: B\ndate: 2025-06-01\ntags: [x]\nkeywords: [l]\n---\n"),
    ("content/c.md", "---\ntitle: C\ndate: 2024-12-31\ntags: [x, y]\nseries: [s]\n---\n"),
    (
        "content/d.md",
        "---\ntitle: D\ndate: 2023-01-01\ntags: [y, z]\nkeywords: K\nseries: [s, t]\n---\n",
    ),
    ("content/e.md", "---\ntitle: E\ndate: 2025-06-01\ntags: [z, q]\nseries: [t]\n---\n"),
    ("content/f.md", "---\ntitle: F\ntags: [x]\n---\n"),
    ("content/g.md", "---\ntitle: G\ndate: 2025-07-01\nkeywords: [k]\n---\n"),
    ("content/h.md", "---\ntitle: H\ndate: 2025-07-02\npublishDate: 2025-01-03\ntags: [q]\n---\n"),
    ("content/i.md", "---\ntitle: I\ndate: 2025-07-03T23:30:00-05:00\n---\n"),
];

fn with_config(config: &'static str) -> Vec<(&'static str, &'static str)> {
    [&[("hugo.toml", config)], &PAGES[..]].concat()
}

on_both! {
    fn hugos_own_way_is_the_default(app) {
        equal(&app, &with_config("baseURL = 'https://example.org/'\n"));
    }

    fn the_sites_indices_are_taken(app) {
        equal(&app, &with_config("baseURL = 'https://example.org/'\n[taxonomies]\ntag = 'tags'\nseries = 'series'\n\
            [related]\nthreshold = 40\nincludeNewer = true\ntoLower = true\n\
            [[related.indices]]\nname = 'series'\nweight = 60\n[[related.indices]]\nname = 'keywords'\nweight = 90\n\
            [[related.indices]]\nname = 'tags'\nweight = 30\n[[related.indices]]\nname = 'date'\nweight = 20\npattern = '200601'\n"));
    }

    fn a_date_may_relate_by_itself(app) {
        equal(&app, &with_config("baseURL = 'https://example.org/'\n[related]\nthreshold = 10\nincludeNewer = true\n\
            [[related.indices]]\nname = 'date'\nweight = 50\n[[related.indices]]\nname = 'tags'\nweight = 100\n"));
    }

    fn what_many_have_relates_nothing(app) {
        equal(&app, &with_config("baseURL = 'https://example.org/'\n[related]\nthreshold = 50\nincludeNewer = true\n\
            [[related.indices]]\nname = 'tags'\nweight = 100\ncardinalityThreshold = 40\n\
            [[related.indices]]\nname = 'keywords'\nweight = 70\ncardinalityThreshold = 30\n"));
    }

    fn what_texts_say_relates_where_the_site_asks_for_it(app) {
        let page = |name: &str, more: &str, body: &str| {
            (format!("content/{name}.md"), format!("---\ntitle: {name}\ndate: 2025-01-01\n{more}---\n{body}\n"))
        };
        let mut pages = vec![
            page("one", "tags: [a]\n", "The old stone bridge across the river was closed for repairs by the council."),
            page("two", "", "Repairs of the stone bridge across the river will last, says the council."),
            page("three", "tags: [a]\n", "A stone bridge was built in the next town."),
            page("four", "tags: [a]\n", "The choir sings on Sunday."),
            page("five", "", "Apples and pears."),
        ];
        // Words that stand everywhere tell nothing.
        pages.extend((0..20).map(|number| page(&format!("other{number}"), "", "The weather of the day.")));
        let ask = |index: &str| {
            let config = format!("baseURL = 'https://example.org/'\n[related]\nthreshold = 15\nincludeNewer = true\n\
                [[related.indices]]\nname = 'tags'\nweight = 70\n{index}");
            let mut files: Vec<_> = pages.iter().map(|(path, text)| (path.as_str(), text.as_str())).collect();
            files.push(("hugo.toml", &config));
            assert_eq!(app.import_files(&files).failures, []);
            app.query("{ article(by: { path: \"/one/\" }) { related { title } } }", Value::Null).each("/article/related", "title")
        };
        assert_eq!(ask(""), ["four", "three"]);
        assert_eq!(ask("[[related.indices]]\nname = 'text'\nweight = 300\n"), ["two", "three", "four"]);
        assert_eq!(ask("[[related.indices]]\nname = 'text'\nweight = 60\n"), ["three", "four", "two"]);
        assert_eq!(ask("[[related.indices]]\nname = 'text'\nweight = 10\n"), ["three", "four"], "not enough by itself");
        let all = || app.statements(|| app.query("{ articles(first: 30) { nodes { related { title } } } }", Value::Null)).1.len();
        let two = || app.statements(|| app.query("{ articles(first: 2) { nodes { related { title } } } }", Value::Null)).1.len();
        let _ = ask("[[related.indices]]\nname = 'text'\nweight = 60\n");
        assert_eq!(two(), all(), "no more statements for more articles");
    }

    fn a_new_configuration_counts_at_once(app) {
        let folder = tempfile::tempdir().expect("a temporary folder");
        write_files(folder.path(), &with_config("baseURL = 'https://example.org/'\n"));
        assert_eq!(app.import(folder.path()).failures, []);
        let related = || app.query("{ article(by: { path: \"/a/\" }) { related { title } } }", Value::Null);
        assert_eq!(related().each("/article/related", "title"), ["C", "D", "F"]);
        write_files(folder.path(), &[("hugo.toml", "baseURL = 'https://example.org/'\n[related]\nthreshold = 1\nincludeNewer = true\n\
            [[related.indices]]\nname = 'keywords'\nweight = 10\ntoLower = true\n")]);
        let report = app.import(folder.path());
        assert_eq!((report.updated, report.unchanged), (0, 9));
        assert_eq!(related().each("/article/related", "title"), ["G", "B", "D"]);
    }

    fn a_generated_site_and_a_corpus_relate_as_in_hugo(app) {
        let Some(hugo) = tool("hugo") else { return };
        let folder = tempfile::tempdir().expect("a temporary folder");
        generate::site(folder.path(), 120);
        assert_eq!(app.import(folder.path()).failures, []);
        assert_eq!(ours(&app), hugos(&hugo, folder.path()));
    }

    fn the_seed_relates_as_in_hugo(app) {
        let (Some(corpora), Some(hugo)) = (corpora(), tool("hugo")) else { return };
        let folder = tempfile::tempdir().expect("a temporary folder");
        copy(&corpora.join("seed-site/content"), &folder.path().join("content"));
        let config = std::fs::read_to_string(corpora.join("seed-site/hugo.toml")).expect("a configuration");
        write_files(folder.path(), &[("hugo.toml", &config.replace("theme = \"mainroad\"\n", ""))]);
        assert_eq!(app.import(folder.path()).failures, []);
        assert_eq!(ours(&app), hugos(&hugo, folder.path()));
    }
}

pub fn copy(from: &Path, to: &Path) {
    std::fs::create_dir_all(to).expect("a folder");
    for entry in std::fs::read_dir(from).expect("a folder") {
        let entry = entry.expect("an entry");
        let target = to.join(entry.file_name());
        if entry.file_type().expect("a type").is_dir() {
            copy(&entry.path(), &target);
        } else {
            std::fs::copy(entry.path(), target).expect("a copy");
        }
    }
}
