use super::*;
use serde_json::{Value, json};

/// A site in a folder of its own, which goes when the test does.
struct Site(PathBuf, SiteConfig);

impl Drop for Site {
    fn drop(&mut self) {
        let _ = std::fs::remove_dir_all(&self.0);
    }
}

fn site(name: &str, root: Value, files: &[&str]) -> Site {
    let dir = std::env::temp_dir().join(format!("hugo-tree-{name}-{}", std::process::id()));
    let _ = std::fs::remove_dir_all(&dir);
    for file in files {
        let path = dir.join(file);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(path, "x").unwrap();
    }
    let Value::Object(root) = root else {
        panic!("a configuration is a map");
    };
    let mounts = super::super::mounts::read(&root);
    let config = super::super::config::build(root, None, "content", None, mounts).unwrap();
    Site(dir, config)
}

impl Site {
    fn entries(&self) -> Vec<Entry> {
        let tree = walk(&self.0, &self.1).unwrap();
        assert_eq!(tree.problems, []);
        tree.files.iter().filter_map(|file| tree.layout.entry(&self.1, file)).collect()
    }

    /// `file kind language logical` for each file.
    fn lines(&self) -> Vec<String> {
        self.entries()
            .iter()
            .map(|entry| {
                let kind = match &entry.kind {
                    EntryKind::Content(Kind::Term { term, .. }) => format!("term({term})"),
                    EntryKind::Content(_) if entry.bundle => "bundle".to_owned(),
                    EntryKind::Content(kind) => kind.as_str().to_owned(),
                    EntryKind::Resource => format!("of({})", entry.owner.as_deref().unwrap()),
                    EntryKind::Other => "other".to_owned(),
                };
                format!("{} {kind} {} {}", entry.relative, entry.language, entry.logical)
            })
            .collect()
    }
}

#[test]
fn files_are_told_apart() {
    let site = site(
        "kinds",
        json!({}),
        &[
            "content/_index.md",
            "content/About Me.md",
            "content/Post/_Index.MD",
            "content/Post/.hidden.md",
            "content/Post/v1.2.md",
            "content/Post/x.md~",
            "content/Post/x.png",
            "content/Post/x.org",
            "content/Post/Bun dle/index.md",
            "content/Post/Bun dle/other.md",
            "content/Post/Bun dle/sub/index.md",
            "content/Post/{{x}}.HTML",
            "content/tags/_index.md",
            "content/tags/C# x/_index.md",
            "content/tags/p.md",
            "content/categories/a/b/_index.md",
        ],
    );
    assert_eq!(
        site.lines(),
        [
            "content/About Me.md page en about-me",
            "content/Post/Bun dle/index.md bundle en post/bun-dle",
            "content/Post/Bun dle/other.md of(post/bun-dle) en post/bun-dle/other.md",
            "content/Post/Bun dle/sub/index.md of(post/bun-dle) en post/bun-dle/sub/index.md",
            "content/Post/_Index.MD section en post",
            "content/Post/v1.2.md page en post/v1.2",
            "content/Post/x.org other en post/x.org",
            "content/Post/x.png of(post) en post/x.png",
            "content/Post/{{x}}.HTML page en post/{{x}}",
            "content/_index.md home en ",
            "content/categories/a/b/_index.md term(a/b) en categories/a/b",
            "content/tags/C# x/_index.md term(C# x) en tags/c#-x",
            "content/tags/_index.md taxonomy en tags",
            "content/tags/p.md page en tags/p",
        ]
    );
}

#[test]
fn languages_are_in_names() {
    let languages = json!({"languages": {"en": {}, "zh-cn": {}, "fr": {"disabled": true}}});
    let site = site(
        "names",
        languages,
        &[
            "content/p/a.md",
            "content/p/a.zh-CN.md",
            "content/p/a.de.md",
            "content/p/a.fr.md",
            "content/p/c.en.x.md",
            "content/p/b/index.en.md",
            "content/p/b/index.zh-cn.md",
        ],
    );
    assert_eq!(
        site.lines(),
        [
            "content/p/a.de.md page en p/a.de",
            "content/p/a.fr.md other fr p/a",
            "content/p/a.md page en p/a",
            "content/p/a.zh-CN.md page zh-cn p/a",
            "content/p/b/index.en.md bundle en p/b",
            "content/p/b/index.zh-cn.md bundle zh-cn p/b",
            "content/p/c.en.x.md page en p/c",
        ]
    );
}

#[test]
fn languages_are_in_folders() {
    let languages = json!({"languages": {
        "en": {}, "zh-cn": {"contentDir": "content/zh-CN"}, "fr": {"contentDir": "texte"}
    }});
    let site = site(
        "folders",
        languages,
        &[
            "content/p/a.md",
            "content/zh-CN/p/a.zh-CN.md",
            "content/zh-CN/p/b.md",
            "content/zh-CN/p/c.en.md",
            "texte/p/a.md",
        ],
    );
    assert_eq!(
        site.lines(),
        [
            "content/p/a.md page en p/a",
            "content/zh-CN/p/a.zh-CN.md page zh-cn p/a",
            "content/zh-CN/p/b.md page zh-cn p/b",
            "content/zh-CN/p/c.en.md page en p/c",
            "texte/p/a.md page fr p/a",
        ]
    );
}

#[test]
fn folders_and_files_are_mounted() {
    let mount = |source: &str, target: &str| json!({ "source": source, "target": target });
    let config = json!({
        "languages": { "en": {}, "zh": {} },
        "module": { "mounts": [
            mount("content", "content"),
            mount("docs", "content/docs"),
            json!({ "source": "blog/zh", "target": "content/blog", "lang": "zh" }),
            mount("CHANGES.md", "content/docs/changes.md"),
            mount("README.md", "content/readme/index.md"),
            mount("pictures", "static"),
        ] },
    });
    let files = [
        "CHANGES.md",
        "README.md",
        "OTHER.md",
        "blog/zh/a.md",
        "blog/zh/b.en.md",
        "blog/zh/x.png",
        "content/a.md",
        "docs/_index.md",
        "docs/b.zh.md",
        "docs/bundle/index.md",
        "docs/bundle/x.txt",
        "pictures/a.md",
    ];
    let site = site("mounts", config, &files);
    assert_eq!(
        site.lines(),
        [
            "CHANGES.md page en docs/changes",
            "README.md bundle en readme",
            "blog/zh/a.md page zh blog/a",
            "blog/zh/b.en.md page en blog/b",
            "blog/zh/x.png of(blog) zh blog/x.png",
            "content/a.md page en a",
            "docs/_index.md section en docs",
            "docs/b.zh.md page zh docs/b",
            "docs/bundle/index.md bundle en docs/bundle",
            "docs/bundle/x.txt of(docs/bundle) en docs/bundle/x.txt",
        ]
    );
}

#[test]
fn a_folder_and_a_name_make_the_address() {
    let site = site("parts", json!({}), &["content/A/b c/D/index.md", "content/A/x.md"]);
    let parts: Vec<_> = site.entries().into_iter().map(|entry| (entry.dir, entry.name)).collect();
    assert_eq!(parts, [("A/b c".to_owned(), "D".to_owned()), ("A".to_owned(), "x".to_owned())]);
}

#[cfg(unix)]
#[test]
fn names_that_are_no_text_do_not_stop_the_walk() {
    use std::os::unix::ffi::OsStrExt;
    let site = site("bytes", json!({}), &["content/p/a.md"]);
    let name = std::ffi::OsStr::from_bytes(b"content/p/\xff.md");
    std::fs::write(site.0.join(name), "x").unwrap();
    assert_eq!(site.entries().len(), 2);
}

#[test]
fn an_index_at_the_root_is_the_home_page() {
    let site = site("root", json!({}), &["content/a.md", "content/index.md"]);
    assert_eq!(site.lines(), ["content/a.md page en a", "content/index.md home en "]);
}

#[test]
fn no_content_folder_is_a_problem() {
    let site = site("none", json!({}), &["hugo.toml"]);
    assert_eq!(walk(&site.0, &site.1).unwrap_err().file, "content");
}

#[test]
fn patterns_of_ignored_files_are_known() {
    let ignores = |pattern: &str, path: &str| ignores(&RegexSet::new([pattern]).unwrap(), path);
    assert!(ignores("\\.foo$", "p/a.foo") && !ignores("\\.foo$", "p/a.fool"));
    assert!(ignores("README", "p/README.md") && !ignores("^p", "p/a.md"));
    assert!(ignores("p/.*\\.draft\\.md$", "content/p/q/a.draft.md"));
    assert!(ignores("(^|/)README[-]+[a-z]*\\.md", "content/p/README--x.md"));
    assert!(!ignores("(^|/)README[-]+[a-z]*\\.md", "content/p/README.md"));
}

#[test]
fn what_stands_in_for_another_language_is_its_own() {
    let config = json!({
        "languages": { "en": {}, "ja": {} },
        "module": { "mounts": [
            json!({ "source": "content/en", "target": "content", "lang": "en" }),
            json!({ "source": "content/ja", "target": "content", "lang": "ja" }),
            json!({ "source": "content/en/docs", "target": "content/docs", "lang": "ja" }),
        ] },
    });
    let files = ["content/en/a.md", "content/en/docs/b.md", "content/ja/docs/c.md"];
    let site = site("fallback", config, &files);
    assert_eq!(
        site.lines(),
        [
            "content/en/a.md page en a",
            "content/en/docs/b.md page en docs/b",
            "content/ja/docs/c.md page ja docs/c",
        ]
    );
}
