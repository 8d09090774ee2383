//! Clients that others wrote: the audits of `graphql-http`, Relay's compiler,
//! code generators, linters, and the two caches that most sites use. And ours.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use api::policy::Role;
use serde_json::{Value, json};
use tests::corpora;
use tests::tools::{self, output, tool};

use crate::examples::demo;

const REPOSITORY: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/..");

/// A folder of its own for a test, below the packages, with what is in `from` and
/// the schema beside it; none where the packages may be missing.
fn workshop(name: &str, from: &str) -> Option<PathBuf> {
    tool("node")?;
    let packages = tools::folder().join("node_modules");
    if !packages.is_dir() {
        assert!(
            !tests::must_not_skip(),
            "{} is missing, and CI may not skip it",
            packages.display()
        );
        println!("skipped: {} is missing (tests/tools/install brings it)", packages.display());
        return None;
    }
    let folder = tools::folder().join("workshops").join(name);
    let _ = fs::remove_dir_all(&folder);
    let from = Path::new(REPOSITORY).join(from);
    for entry in walkdir::WalkDir::new(&from) {
        let entry = entry.expect("an entry");
        let to = folder.join("it").join(entry.path().strip_prefix(&from).expect("below"));
        if entry.file_type().is_dir() {
            fs::create_dir_all(to).expect("a folder");
        } else {
            fs::copy(entry.path(), to).expect("a copy");
        }
    }
    let schema = Path::new(REPOSITORY).join("api/schema.graphql");
    fs::copy(&schema, folder.join("schema.graphql")).expect("a copy");
    fs::copy(&schema, folder.join("it/schema.graphql")).expect("a copy");
    Some(folder.join("it"))
}

/// Runs a script, or a package's program, in a folder.
fn node(folder: &Path, script: &str, arguments: &[&str]) -> String {
    let script = match script.strip_prefix("package:") {
        Some(program) => tools::folder().join("node_modules").join(program),
        None => folder.join(script),
    };
    output(
        Command::new(tool("node").expect("Node")).arg(script).args(arguments).current_dir(folder),
    )
}

fn printed(text: &str) -> Value {
    serde_json::from_str(text.trim()).unwrap_or_else(|_| panic!("no JSON, but {text}"))
}

const TSC: &str = "package:typescript/bin/tsc";

#[test]
fn every_audit_of_graphql_over_http_passes() {
    let Some(folder) = workshop("audits", "tests/clients") else { return };
    let app = demo();
    let audits = printed(&node(&folder, "audits.js", &[&app.url("/graphql")]));
    let audits = audits.as_array().expect("a list");
    assert_eq!(audits.len(), 61);
    let failed: Vec<_> = audits.iter().filter(|audit| audit["status"] != "ok").collect();
    assert!(failed.is_empty(), "{failed:#?}");
}

#[test]
fn relay_compiles_connections_and_refetches() {
    let Some(folder) = workshop("relay", "tests/clients/relay") else { return };
    // The queries that are promised, under the names that Relay wants.
    if let Some(corpora) = corpora() {
        let contract = corpora.parent().expect("a folder").join("contract");
        for file in ["article-list", "article-page", "filtered", "route", "search", "widgets"] {
            let text =
                fs::read_to_string(contract.join(format!("{file}.graphql"))).expect("a query");
            let name = file.replace('-', "");
            let (before, after) = text.split_once("\nquery ").expect("a query");
            let (_, rest) =
                after.split_at(after.find(['(', ' ', '{']).expect("an end of its name"));
            assert!(before.starts_with('#'), "{before}");
            let module = format!(
                "import {{ graphql }} from \"relay-runtime\";\ngraphql`query {name}Query{rest}`;\n"
            );
            fs::write(folder.join("src").join(format!("{name}.ts")), module).expect("a module");
        }
    }
    node(&folder, "package:relay-compiler/cli.js", &[]);
    let refetch = folder.join("src/__generated__/ArticleFeedArticleQuery.graphql.ts");
    assert!(fs::read_to_string(refetch).expect("what was compiled").contains("node(id: $id)"));
}

#[test]
fn linters_find_nothing_in_the_schema() {
    let Some(folder) = workshop("lint", "tests/clients") else { return };
    // The arguments of GraphQL's own directives have no description, nor have
    // connections, which async-graphql makes: `schema` lists them.
    let schema = fs::read_to_string(folder.join("schema.graphql")).expect("the schema");
    let lines: Vec<_> = schema.lines().collect();
    let own =
        ["include(", "oneOf ", "skip(", "specifiedBy("].map(|name| format!("directive @{name}"));
    let is_directive = |line: Option<&&str>| {
        line.is_some_and(|line| own.iter().any(|own| line.starts_with(own.as_str())))
    };
    let kept = lines.iter().enumerate().filter(|(at, line)| {
        let describes = line.starts_with('"') && is_directive(lines.get(at + 1));
        !describes && !is_directive(Some(line))
    });
    let is_connection = |line: &str| line.starts_with("type ") && line.ends_with("Connection {");
    let described = |line: &str| if is_connection(line) { "\"A page of a list.\"\n" } else { "" };
    let kept: String = kept.flat_map(|(_, line)| [described(line), line, "\n"]).collect();
    fs::write(folder.join("schema.graphql"), kept).expect("a file");
    node(&folder, "package:eslint/bin/eslint.js", &["-c", "lint.config.js", "schema.graphql"]);
}

#[test]
fn the_next_release_breaks_no_client() {
    let Some(folder) = workshop("breaking", "tests/clients") else { return };
    // The check itself: a field that goes is seen.
    let schema = fs::read_to_string(folder.join("schema.graphql")).expect("the schema");
    let without = schema.replace("\twordCount: Int!\n", "\twordTotal: Int!\n");
    fs::write(folder.join("without.graphql"), without).expect("a file");
    let seen = printed(&node(&folder, "breaking.js", &["schema.graphql", "without.graphql"]));
    assert_eq!(seen, json!(["Field 'wordCount' was removed from object type 'Article'"]));
    let git = |arguments: &[&str]| {
        let mut git = Command::new("git");
        let done = git.args(arguments).current_dir(REPOSITORY).output().ok()?;
        done.status.success().then(|| String::from_utf8_lossy(&done.stdout).into_owned())
    };
    let Some(tag) = git(&["describe", "--tags", "--abbrev=0", "--match", "v*"]) else {
        println!("nothing was released yet: there is no schema to compare with");
        return;
    };
    let released = git(&["show", &format!("{}:api/schema.graphql", tag.trim())]);
    fs::write(folder.join("released.graphql"), released.expect("its schema")).expect("a file");
    let breaking = printed(&node(&folder, "breaking.js", &["released.graphql", "schema.graphql"]));
    assert_eq!(breaking, json!([]), "since {}", tag.trim());
}

#[test]
fn gql_tada_types_a_document() {
    let Some(folder) = workshop("tada", "tests/clients/tada") else { return };
    node(&folder, "package:gql.tada/bin/cli.js", &["generate-output"]);
    node(&folder, TSC, &["-p", "."]);
}

/// What a list of the demo's English articles looks like through a client.
fn assert_read_paged_and_cached(seen: &Value) {
    assert_eq!(
        (&seen["totalCount"], &seen["refused"]),
        (&json!(9), &json!("BAD_USER_INPUT")),
        "{seen}"
    );
    assert_eq!(seen["titles"].as_array().map(Vec::len), Some(9), "{seen}");
    assert_eq!(seen["again"], 0, "asked twice for what it had: {seen}");
}

#[test]
fn apollo_client_reads_pages_and_caches() {
    let Some(folder) = workshop("apollo", "tests/clients") else { return };
    let app = demo();
    let seen = printed(&node(&folder, "apollo.js", &[&app.url("/graphql")]));
    assert_read_paged_and_cached(&seen);
    assert_eq!(seen["cached"], seen["titles"][0]);
}

#[test]
fn urql_reads_pages_and_caches() {
    let Some(folder) = workshop("urql", "tests/clients") else { return };
    let app = demo();
    let seen = printed(&node(&folder, "urql.js", &[&app.url("/graphql")]));
    assert_read_paged_and_cached(&seen);
    assert_eq!(seen["warnings"], json!([]));
}

/// Builds our own client, and gives the folder that it is in.
fn own_client(name: &str) -> Option<PathBuf> {
    let folder = workshop(name, "api/client")?;
    let committed = fs::read_to_string(folder.join("src/generated.ts")).expect("generated types");
    node(&folder, "package:@graphql-codegen/cli/cjs/bin.js", &["--config", "codegen.js"]);
    let generated = fs::read_to_string(folder.join("src/generated.ts")).expect("generated types");
    assert!(
        committed == generated,
        "api/client/src/generated.ts is not what the schema says: copy {}",
        folder.join("src/generated.ts").display()
    );
    node(&folder, TSC, &[]);
    Some(folder)
}

#[test]
fn our_own_client_is_generated_strict_and_works() {
    let Some(folder) = own_client("client") else { return };
    let app = demo();
    fs::copy(Path::new(REPOSITORY).join("tests/clients/own.js"), folder.join("own.js"))
        .expect("a copy");
    let ctx = app.ctx();
    let password = "correct horse battery".to_owned();
    app.block_on(api::user::add(&ctx, "desk@example.org", None, Role::Editor, password))
        .expect("a new user");
    let seen = printed(&node(&folder, "own.js", &[&app.url("/graphql"), "desk@example.org"]));
    assert_eq!(
        seen,
        json!({
            "title": "灯溪渡船时刻（秋冬）",
            "widgets": ["菜单", "weather"],
            "pages": [4, 4, 1],
            "route": ["Section", "Tag", "Redirect", null],
            "code": "BAD_USER_INPUT",
            "created": "DRAFT",
            "published": "PUBLISHED",
            "conflict": 2,
        })
    );
}
