//! What no linter can hold.

use std::path::{Path, PathBuf};

use walkdir::WalkDir;

/// Past this a file is split, by names a stranger would guess.
const LINES: usize = 620;

fn sources() -> Vec<(PathBuf, String)> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).parent().expect("a workspace");
    ["api/src", "entity/src", "migration/src", "tests/src", "tests/it"]
        .iter()
        .flat_map(|folder| WalkDir::new(root.join(folder)))
        .map(|entry| entry.expect("a readable folder").into_path())
        .filter(|path| path.extension().is_some_and(|extension| extension == "rs"))
        .map(|path| {
            let text = std::fs::read_to_string(&path).expect("a readable file");
            (path.strip_prefix(root).expect("below the root").to_owned(), text)
        })
        .collect()
}

/// The text above a file's own tests.
fn without_tests(text: &str) -> &str {
    text.split("#[cfg(test)]").next().unwrap_or_default()
}

#[test]
fn graphql_and_http_do_not_know_the_database() {
    let mut seen = 0;
    for (path, text) in sources() {
        let name = path.to_string_lossy();
        let above = name.ends_with("/graphql.rs")
            || name.contains("/graphql/")
            || name.contains("api/src/http/");
        if above && name.starts_with("api/") {
            seen += 1;
            assert!(
                !without_tests(&text).contains("sea_orm"),
                "{name} uses SeaORM: call an operation"
            );
        }
    }
    assert!(seen > 10, "the folders have moved: mend this test");
}

#[test]
fn only_policy_knows_the_roles() {
    for (path, text) in sources() {
        let name = path.to_string_lossy();
        if name.starts_with("api/") && !name.ends_with("policy.rs") {
            let text = without_tests(&text);
            assert!(!text.contains("Role::Editor") && !text.contains("Role::Author"), "{name}");
        }
    }
}

#[test]
fn only_the_database_module_asks_which_one_it_is() {
    for (path, text) in sources() {
        let name = path.to_string_lossy();
        if name.starts_with("api/") && !name.contains("api/src/db/") {
            assert!(!text.contains("DatabaseBackend"), "{name}");
        }
    }
}

#[test]
fn what_queries_read_is_recorded() {
    // Who asks, and what no answer of the public is made from.
    let apart = ["/db/", "/hugo/", "/import/", "/cache/", "/cli", "/user/", "/token/", "/preview/"];
    let own = ["src/ctx.rs", "src/event.rs", "site/mod.rs", "http/mod.rs", "cache.rs"];
    for (path, text) in sources() {
        let name = path.to_string_lossy();
        let free = apart.iter().any(|folder| name.contains(folder))
            || own.iter().any(|file| name.ends_with(file));
        if name.starts_with("api/") && !free {
            let text: String = without_tests(&text).split_whitespace().collect();
            assert!(
                !text.contains("db().read"),
                "{name}: say what the answer depends on: `ctx.db_of`"
            );
        }
    }
}

#[test]
fn only_articles_read_copies() {
    for (path, text) in sources() {
        let name = path.to_string_lossy();
        if name.contains("graphql") && name.starts_with("api/") {
            assert!(!text.contains("article_copy::Entity"), "{name}");
        }
    }
}

#[test]
fn files_can_be_read_in_one_go() {
    let long: Vec<_> = sources()
        .into_iter()
        .map(|(path, text)| (text.lines().count(), path))
        .filter(|(lines, _)| *lines > LINES)
        .collect();
    assert!(long.is_empty(), "{long:?}");
}

#[test]
fn every_module_says_what_it_is() {
    for (path, text) in sources() {
        let name = path.to_string_lossy();
        let goes_without =
            ["timestamp.rs", "view.rs", "tests.rs"].iter().any(|end| name.ends_with(end));
        let first = text.lines().next().unwrap_or_default();
        assert!(first.starts_with("//!") || goes_without, "{name} begins without a word");
    }
}
