//! Words of code by kind.

use super::escape;

/// The lines of a piece of code as HTML.
pub(super) fn lines(code: &str, _language: &str, _words: bool) -> Vec<String> {
    code.split_inclusive('\n').map(escape).collect()
}
