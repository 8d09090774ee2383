//! Out to a Hugo site again: what nobody edited byte for byte, what was edited
//! line by line.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use tests::{corpora, on_both};

/// Every file and link below a folder, with what is in it.
pub fn contents(folder: &Path) -> BTreeMap<PathBuf, Vec<u8>> {
    walkdir::WalkDir::new(folder)
        .into_iter()
        .map(|entry| entry.expect("a readable folder"))
        .filter(|entry| !entry.file_type().is_dir())
        .map(|entry| {
            let bytes = if entry.path_is_symlink() {
                let target = std::fs::read_link(entry.path()).expect("a link");
                [b"link to ", target.as_os_str().as_encoded_bytes()].concat()
            } else {
                std::fs::read(entry.path()).expect("a readable file")
            };
            (entry.path().strip_prefix(folder).expect("below").to_owned(), bytes)
        })
        .collect()
}

/// Names of files that differ, or that only one has.
pub fn differences(one: &Path, other: &Path) -> Vec<PathBuf> {
    let (one, other) = (contents(one), contents(other));
    let names: std::collections::BTreeSet<_> = one.keys().chain(other.keys()).collect();
    names.into_iter().filter(|name| one.get(*name) != other.get(*name)).cloned().collect()
}

on_both! {
    fn a_site_comes_back_byte_for_byte(app) {
        let Some(corpora) = corpora() else { return };
        let site = corpora.join(["seed-site", "codeit", "toha", "beautifulhugo"][usize::from(app.backend == tests::Backend::Postgres)]);
        app.import(&site);
        let folder = tempfile::tempdir().expect("a temporary folder");
        let report = app.export(folder.path());
        assert_eq!(report.failures, []);
        assert_eq!(differences(&site, folder.path()), Vec::<PathBuf>::new());
        let again = app.export(folder.path());
        assert_eq!((again.changes, again.unchanged), (vec![], report.files));
    }
}
