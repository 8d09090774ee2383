//! What was measured, as a table and a plot in files.

use std::fmt::Write;
use std::path::{Path, PathBuf};

use super::load::Measure;

/// One row: how a page was served, and at which floor it is held.
pub struct Row {
    pub page: String,
    /// From the database each time, or from memory.
    pub served: &'static str,
    pub ours: Measure,
    pub floor: Option<(&'static str, Measure)>,
}

/// The rows of one database, and what else was seen.
pub struct Report {
    pub title: String,
    pub rows: Vec<Row>,
    pub notes: Vec<String>,
}

impl Report {
    pub fn new(title: String) -> Self {
        println!("\n{title}");
        Self { title, rows: Vec::new(), notes: Vec::new() }
    }

    pub fn add(&mut self, row: Row) {
        println!("  {}, {}", row.page, row.served);
        println!("    server  {}", row.ours);
        if let Some((name, floor)) = &row.floor {
            println!("    {name:<7} {floor}");
            println!(
                "    ratio   {:.2} of its requests/s, {:.2} of its CPU a request",
                row.rate(),
                row.cpu()
            );
        }
        self.rows.push(row);
    }

    pub fn note(&mut self, note: String) {
        println!("  {note}");
        self.notes.push(note);
    }

    /// Writes `NAME.md` and `NAME.svg`.
    pub fn write(&self, folder: &Path, name: &str) -> PathBuf {
        std::fs::create_dir_all(folder).expect("a folder");
        std::fs::write(folder.join(name).with_extension("svg"), self.plot()).expect("a file");
        let table = folder.join(name).with_extension("md");
        std::fs::write(&table, self.table(name)).expect("a file");
        table
    }

    fn table(&self, name: &str) -> String {
        let mut text = format!(
            "# {}\n\n![CPU a request]({name}.svg)\n\n| page | served | requests/s | p50 ms | p99 ms | CPU µs | floor | requests/s | of its rate | of its CPU |\n|---|---|--:|--:|--:|--:|---|--:|--:|--:|\n",
            self.title
        );
        for row in &self.rows {
            let Measure { rate, p50, p99, cpu } = row.ours;
            let _ = write!(
                text,
                "| {} | {} | {rate:.0} | {p50:.2} | {p99:.2} | {cpu:.0} |",
                row.page, row.served
            );
            let _ = match &row.floor {
                Some((name, floor)) => {
                    writeln!(
                        text,
                        " {name} | {:.0} | {:.2} | {:.2} |",
                        floor.rate,
                        row.rate(),
                        row.cpu()
                    )
                }
                None => writeln!(text, " | | | |"),
            };
        }
        text.push('\n');
        for note in &self.notes {
            let _ = writeln!(text, "- {note}");
        }
        text
    }

    /// Bars of CPU time a request, ours above the floor's.
    fn plot(&self) -> String {
        const LINE: f64 = 16.0;
        const TEXT: f64 = 300.0;
        const WIDTH: f64 = 420.0;
        let bars: Vec<_> = self
            .rows
            .iter()
            .flat_map(|row| {
                let ours = (format!("{}, {}", row.page, row.served), row.ours.cpu, "#0b5fff");
                let floor = row.floor.as_ref();
                [Some(ours), floor.map(|(name, floor)| ((*name).to_owned(), floor.cpu, "#9aa4b2"))]
            })
            .flatten()
            .collect();
        let most = bars.iter().map(|(_, cpu, _)| *cpu).fold(1.0, f64::max);
        let mut marks = String::new();
        let mut y = 2.0 * LINE;
        for (name, cpu, colour) in &bars {
            let width = cpu / most * WIDTH;
            let _ = writeln!(
                marks,
                "<text x=\"{}\" y=\"{}\" text-anchor=\"end\">{name}</text>\
                 <rect x=\"{TEXT}\" y=\"{}\" width=\"{width:.1}\" height=\"12\" fill=\"{colour}\"/>\
                 <text x=\"{:.1}\" y=\"{}\">{cpu:.0}</text>",
                TEXT - 6.0,
                y + 10.0,
                y,
                TEXT + width + 4.0,
                y + 10.0,
            );
            y += LINE;
        }
        format!(
            "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"{}\" height=\"{}\" font-family=\"sans-serif\" font-size=\"11\">\n\
             <rect width=\"100%\" height=\"100%\" fill=\"white\"/>\n\
             <text x=\"8\" y=\"16\" font-weight=\"bold\">{}: µs of CPU a request</text>\n{marks}</svg>\n",
            TEXT + WIDTH + 60.0,
            y + LINE / 2.0,
            self.title
        )
    }
}

impl Row {
    fn rate(&self) -> f64 {
        self.floor.as_ref().map_or(f64::NAN, |(_, floor)| self.ours.rate / floor.rate)
    }

    fn cpu(&self) -> f64 {
        self.floor.as_ref().map_or(f64::NAN, |(_, floor)| self.ours.cpu / floor.cpu)
    }
}
