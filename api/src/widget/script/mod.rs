//! The script that draws widgets in pages of other sites.
//!
//! `widgets.js` is one plain script without dependencies, kept readable here and
//! sent without its comments and indentation. It draws by `createElement` and
//! `textContent` alone: nothing that a server sends is ever read as HTML.

use std::sync::LazyLock;

/// As it is sent.
pub static SCRIPT: LazyLock<String> = LazyLock::new(|| bare(include_str!("widgets.js")));

/// Without comments that have lines of their own, and without what stands before
/// the text of a line.
fn bare(source: &str) -> String {
    let mut comment = false;
    let mut bare = String::with_capacity(source.len());
    for line in source.lines().map(str::trim) {
        comment |= line.starts_with("/*");
        if !comment && !line.is_empty() {
            bare.push_str(line);
            bare.push('\n');
        }
        comment &= !line.ends_with("*/");
    }
    bare
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn comments_and_indentation_are_not_sent() {
        let source = "/*\n * What.\n */\n(() => {\n  /* Why. */\n\n  a(); /* b */\n})();\n";
        assert_eq!(bare(source), "(() => {\na(); /* b */\n})();\n");
    }

    #[test]
    fn the_script_reads_no_html() {
        for word in
            ["innerHTML", "outerHTML", "insertAdjacent", "document.write", "eval(", "Function("]
        {
            assert!(!SCRIPT.contains(word), "{word}");
        }
    }
}
