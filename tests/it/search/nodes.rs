//! Two nodes on one PostgreSQL, each with an index of its own.

use serde_json::json;
use tests::process::{Process, command, run};
use tests::{postgres, runtime};

use super::operate::{count, publish, token};

const PROGRAM: &str = env!("CARGO_BIN_EXE_broadsheet-under-test");
const WRITES: usize = 30;

/// Whoever is signed in finds at one node what was written at the other, at once:
/// a search waits for its index to be as new as what was written before it.
#[test]
fn what_was_written_at_one_node_is_found_at_the_other_at_once() {
    let data = [(); 2].map(|()| tempfile::tempdir().expect("a temporary folder"));
    let runtime = runtime();
    let Some(database) = postgres::Database::create(&runtime) else { return };
    let url = database.url();
    let node = |number: usize| {
        let mut command = command(PROGRAM, data[number].path(), Some(&url));
        command.env("BROADSHEET_AUTH_SECRET", "a secret that both nodes have, long enough");
        command
    };
    let mut add = node(0);
    add.args(["user", "add", "editor@example.org", "--role", "EDITOR", "--password-stdin"]);
    assert!(run(add, "correct horse battery").status.success());
    let nodes = [0, 1].map(|number| Process::serve(node(number)));
    let token = token(&nodes[0]);
    let editors = [nodes[0].nobody(), nodes[1].nobody()].map(|node| node.with_token(&token));

    for number in 0..WRITES {
        let (here, there) = (number % 2, (number + 1) % 2);
        let word = format!("halcyon{number}");
        assert!(publish(&editors[here], &word), "cannot publish {word}");
        assert_eq!(count(&editors[there], &word), 1, "{word} at the other node");
        assert_eq!(count(&editors[here], &word), 1, "{word} where it was written");
    }
    // The drafts of both are found by those who may read them, and by nobody else.
    let create =
        "mutation { createArticle(input: { title: \"secretive bittern\" }) { article { id } } }";
    let _ = editors[0].ask(create, json!(null));
    let drafts = "{ search(query: \"bittern\", view: WORKING) { totalCount } }";
    assert_eq!(editors[1].ask(drafts, json!(null)).number("/search/totalCount"), 1);
    assert_eq!(count(&nodes[1].nobody(), "bittern"), 0);
}
