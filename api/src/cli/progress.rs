//! How far a long command has come, for somebody who waits at a terminal.

use std::io::{IsTerminal, Write};

/// Draws a bar on standard error; nothing where that is no terminal.
pub fn bar(what: &'static str) -> Box<dyn Fn(usize, usize) + Sync> {
    if !std::io::stderr().is_terminal() {
        return Box::new(|_, _| ());
    }
    Box::new(move |done, total| {
        let line = drawn(what, done, total);
        // A bar that cannot be drawn is missed by nobody.
        let mut terminal = std::io::stderr().lock();
        let _ = write!(terminal, "\r\x1b[K{line}");
        if done >= total {
            let _ = write!(terminal, "\r\x1b[K");
        }
        let _ = terminal.flush();
    })
}

/// Cells of the bar.
const WIDTH: usize = 30;

fn drawn(what: &str, done: usize, total: usize) -> String {
    let cells = (done * WIDTH).checked_div(total).unwrap_or(WIDTH).min(WIDTH);
    format!("{what} [{}{}] {done} of {total}", "#".repeat(cells), " ".repeat(WIDTH - cells))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_bar_fills() {
        assert_eq!(drawn("X", 0, 0), format!("X [{}] 0 of 0", "#".repeat(30)));
        assert_eq!(drawn("X", 1, 2), format!("X [{}{}] 1 of 2", "#".repeat(15), " ".repeat(15)));
    }
}
