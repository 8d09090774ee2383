//! The benchmark of Hugo import and export, against plain reading and writing.
//!
//! The floor reads every file of the same site, hashes it, and writes it into a
//! fresh folder, in this process and one file after the other: what it takes to
//! carry those bytes at all, with no front matter understood, no Markdown rendered
//! and no database. Commands run as their users run them, from the start of the
//! process to its end, and tell the most memory that they ever held. What the disk
//! does at the time shows in the floor as well, and not in the CPU.
//!
//! Beside them: one edit in a front matter of thousands of keys, which shows
//! whatever compares all keys with all others.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use api::hugo::edit::{Edit, House, apply};
use api::hugo::front_matter;
use serde_json::json;
use sha2::{Digest, Sha256};

use super::{beside, load};
use crate::process::command;
use crate::{generate, postgres, runtime};

/// How often a run is asked for its memory.
const LOOK: Duration = Duration::from_millis(5);

/// Keys of a front matter that nobody writes.
const KEYS: usize = 5000;

/// Runs everything and prints it.
pub fn run(documents: usize) {
    println!("A front matter of {KEYS} keys");
    for (name, open, between, close) in [
        ("YAML", "---\n", ": ", "---\n"),
        ("TOML", "+++\n", " = ", "+++\n"),
        ("JSON", "{\n", ": ", "}\n"),
    ] {
        keys(name, open, between, close);
    }
    let site = tempfile::tempdir().expect("a temporary folder");
    println!("\nGenerating {documents} documents of 4 KB …");
    generate::site(site.path(), documents);
    let files = files(site.path());
    println!("\nFloor");
    for _ in 0..2 {
        floor(site.path(), &files);
    }
    println!("\nSQLite");
    on_one(site.path(), files.len(), None);
    let runtime = runtime();
    if let Some(database) = postgres::Database::create(&runtime) {
        println!("\nPostgreSQL");
        on_one(site.path(), files.len(), Some(&database.url()));
        database.drop_now(&runtime);
    }
}

/// Reads a front matter of many keys, changes one, and adds another.
fn keys(name: &str, open: &str, between: &str, close: &str) {
    let entries: Vec<String> = (0..KEYS)
        .map(|number| {
            let comma = if name == "JSON" && number + 1 < KEYS { "," } else { "" };
            let key =
                if name == "JSON" { format!("\"key{number}\"") } else { format!("key{number}") };
            format!("{key}{between}\"value {number}\"{comma}\n")
        })
        .collect();
    let text = [open, &entries.concat(), close].concat();
    let timed = |what: &str, act: &dyn Fn()| {
        let began = Instant::now();
        act();
        println!(
            "  {:28} {:.1} ms",
            format!("{name}: {what}"),
            began.elapsed().as_secs_f64() * 1000.0
        );
    };
    timed("read", &|| {
        let source = front_matter::split(text.as_bytes()).expect("a front matter");
        let map = front_matter::parse(&source).expect("a front matter");
        assert_eq!(map.len(), KEYS);
    });
    let house = House::learn([text.as_bytes()]);
    for (what, key) in [("change a key", "key4000"), ("add a key", "another")] {
        let edit = Edit::Set { path: vec![key.to_owned()], value: json!("new") };
        timed(what, &|| {
            let edited = apply(text.as_bytes(), std::slice::from_ref(&edit), &house);
            assert!(edited.is_ok_and(|edited| edited.front_matter != text.as_bytes()));
        });
    }
}

/// All files of a folder, below it.
fn files(folder: &Path) -> Vec<PathBuf> {
    walkdir::WalkDir::new(folder)
        .into_iter()
        .map(|entry| entry.expect("a folder that can be read"))
        .filter(|entry| entry.file_type().is_file())
        .map(|entry| entry.path().strip_prefix(folder).expect("a path below").to_owned())
        .collect()
}

/// Carries the files to another folder; the second time, they are in memory as
/// they are for the commands.
fn floor(site: &Path, files: &[PathBuf]) {
    let out = tempfile::tempdir().expect("a temporary folder");
    let began = Instant::now();
    let mut hashes = Vec::with_capacity(files.len());
    let mut read = Vec::with_capacity(files.len());
    for path in files {
        let bytes = fs::read(site.join(path)).expect("a file");
        hashes.push(Sha256::digest(&bytes));
        read.push(bytes);
    }
    print("read and hash", files.len(), began.elapsed());
    let began = Instant::now();
    for (path, bytes) in files.iter().zip(&read) {
        let place = out.path().join(path);
        fs::create_dir_all(place.parent().expect("a folder")).expect("a folder");
        fs::write(place, bytes).expect("a file");
    }
    print("write", files.len(), began.elapsed());
    assert_eq!(hashes.len(), files.len());
}

fn on_one(site: &Path, files: usize, database: Option<&str>) {
    let data = tempfile::tempdir().expect("a temporary folder");
    let out = tempfile::tempdir().expect("a temporary folder");
    let program = beside("broadsheet-under-test");
    let program = program.to_str().expect("a plain path");
    let hugo = |verb: &str, folder: &Path| {
        let mut command = command(program, data.path(), database);
        command.args([verb, "hugo"]).arg(folder);
        measure(command)
    };
    // An empty database is migrated first, which is no part of an import.
    let mut status = command(program, data.path(), database);
    status.args(["user", "list"]);
    let run = measure(status);
    println!("  {:28} {:.2} s", "migrations", run.time.as_secs_f64());
    let import = || hugo("import", site);
    let export = || hugo("export", out.path());
    for (name, step) in [
        ("import", &import as &dyn Fn() -> Run),
        ("import, nothing changed", &import),
        ("export", &export),
        ("export, nothing changed", &export),
    ] {
        let Run { time, cpu, memory } = step();
        println!(
            "  {name:28} {:.2} s, {:.0} documents/s, {:.2} s of CPU, at most {} MB",
            time.as_secs_f64(),
            rate(files, time),
            cpu.as_secs_f64(),
            memory / 1024
        );
    }
    for path in self::files(site) {
        let (before, after) = (fs::read(site.join(&path)), fs::read(out.path().join(&path)));
        assert!(
            before.is_ok_and(|before| after.is_ok_and(|after| before == after)),
            "{}",
            path.display()
        );
    }
}

/// What a command took.
struct Run {
    time: Duration,
    /// On all cores.
    cpu: Duration,
    /// The most KB that it held.
    memory: u64,
}

/// Runs a command to its end.
#[expect(clippy::disallowed_methods, reason = "it looks on while another process runs")]
fn measure(mut command: Command) -> Run {
    let began = Instant::now();
    let mut child = command.stdout(Stdio::null()).spawn().expect("a process");
    let status = format!("/proc/{}/status", child.id());
    let (mut cpu, mut memory) = (0.0, 0);
    loop {
        if let Some(status) = child.try_wait().expect("a process to wait for") {
            assert!(status.success(), "{command:?}");
            let cpu = Duration::from_secs_f64(cpu / 1e6);
            return Run { time: began.elapsed(), cpu, memory };
        }
        cpu = load::cpu_microseconds(child.id());
        memory = peak(&status).max(memory);
        std::thread::sleep(LOOK);
    }
}

/// The most KB that a process has held; nought when it has ended.
fn peak(status: &str) -> u64 {
    let status = fs::read_to_string(status).unwrap_or_default();
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"));
    line.and_then(|line| line.trim().trim_end_matches(" kB").parse().ok()).unwrap_or(0)
}

fn print(name: &str, files: usize, time: Duration) {
    println!("  {name:28} {:.2} s, {:.0} documents/s", time.as_secs_f64(), rate(files, time));
}

fn rate(files: usize, time: Duration) -> f64 {
    #[expect(clippy::cast_precision_loss, reason = "a number of files")]
    let files = files as f64;
    files / time.as_secs_f64()
}
