//! Documents checked against the schemas of their forms, by validators that others
//! wrote. The schemas are in `tests/it/forms`.

use std::process::Command;

use crate::tools::{folder, output, tool};

/// Checks that documents are what a schema says; false where no validator is there.
pub fn hold(schema: &str, documents: &[&str]) -> bool {
    let Some(python) = tool("python3").filter(|path| path.starts_with(folder())) else {
        return false;
    };
    let files = tempfile::tempdir().expect("a temporary folder");
    let forms = concat!(env!("CARGO_MANIFEST_DIR"), "/it/forms");
    let mut command = Command::new(python);
    command.arg(format!("{forms}/check.py")).arg(format!("{forms}/{schema}"));
    for (number, document) in documents.iter().enumerate() {
        let path = files.path().join(number.to_string());
        std::fs::write(&path, document).expect("a file");
        command.arg(path);
    }
    output(&mut command);
    true
}
