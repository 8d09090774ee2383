//! Edits of every field, on documents as people write them.
//!
//! What cannot be written so that it is read as it was meant is a failure of the export;
//! what was written may differ in the lines of its own key alone.

use std::path::Path;

use api::article::content::{Content, Image, MenuPlace};
use api::article::write::{Changes, publish, update};
use api::config::environment;
use chrono::{DateTime, FixedOffset};
use entity::{View, article_copy, source_file};
use sea_orm::EntityTrait;
use serde_json::json;
use tests::TestApp;

use crate::corpus::{sites, wide};

/// A kind of edit: its name, the keys that may change, and what is done.
type Edit = (&'static str, &'static [&'static str], fn(&mut Content, &Page));

/// What an edit may depend on.
struct Page {
    number: usize,
    /// The folder of its language.
    prefix: String,
}

fn moment(text: &str) -> Option<DateTime<FixedOffset>> {
    DateTime::parse_from_rfc3339(text).ok()
}

const EDITS: &[Edit] = &[
    ("description", &["description"], |content, _| {
        content.description = Some("Neu: 'so' # \"x\"".to_owned());
    }),
    ("no description", &["description"], |content, _| content.description = None),
    ("date", &[], |content, _| content.date = moment("2021-03-04T05:06:07+02:00")),
    // A page without a date has another one of its dates, if there is any.
    ("no date", &[], |content, _| {
        if content.last_modified.is_none() && content.publish_at.is_none() {
            content.date = None;
        }
    }),
    ("weight", &["weight"], |content, _| content.weight = -3),
    ("slug", &["slug"], |content, page| content.slug = Some(format!("other {}", page.number))),
    ("link title", &["linkTitle"], |content, _| content.link_title = Some("- x: [y".to_owned())),
    ("alias", &["aliases"], |content, page| {
        content.aliases.push(format!("{}/alt {}/", page.prefix, page.number));
    }),
    ("parameter", &[], |content, _| {
        let value = json!({ "deep": [1, "two", null, { "x": 1.5, "y z": true }], "中": "文\n" });
        content.params.insert("extra".to_owned(), value);
    }),
    ("no parameter", &[], |content, _| {
        let key = content.params.keys().next().cloned();
        key.and_then(|key| content.params.shift_remove(&key));
    }),
    ("author", &[], |content, _| {
        content.authors.push(serde_json::from_value(json!({ "name": "Å: B" })).expect("an author"));
    }),
    ("contents", &["toc"], |content, _| content.toc = Some(content.toc != Some(true))),
    ("last change", &[], |content, _| {
        content.last_modified = moment("2022-03-04T05:06:07.123456Z");
    }),
    ("keywords", &["keywords"], |content, _| {
        content.params.insert("keywords".to_owned(), json!(["x", "y: z"]));
    }),
    ("no terms", &[], |content, _| content.terms.clear()),
    ("menus", &[], |content, _| {
        content.menus = serde_json::from_value::<Vec<MenuPlace>>(
            json!([{ "menu": "main", "weight": 2, "name": "N: m" }, { "menu": "fuß", "weight": 5 }]),
        )
        .expect("menus");
    }),
    ("no menus", &["menu", "menus"], |content, _| content.menus.clear()),
    ("picture", &["thumbnail"], |content, _| {
        content.thumbnail = Some(Image { url: "a b.png".to_owned(), alt: Some("ä".to_owned()) });
    }),
    ("end", &["expiryDate"], |content, _| content.expire_at = moment("2090-01-01T00:00:00Z")),
    ("title", &["title"], |content, _| {
        "- x: [y] #z\u{feff} 😀".clone_into(&mut content.title);
    }),
    ("long title", &["title"], |content, _| content.title = "ab\n cd\t'\"\\ ".repeat(9)),
    ("summary", &["summary"], |content, _| content.summary = Some("| a\n\n  b\n".to_owned())),
];

fn check(site: &Path, name: &str, failed: &mut Vec<String>) {
    let app = TestApp::sqlite();
    app.import(site);
    let before = tempfile::tempdir().expect("a folder");
    let unread: Vec<String> =
        app.export(before.path()).failures.into_iter().map(|problem| problem.file).collect();
    let ctx = app.ctx();
    let files: Vec<_> = app.block_on(async {
        let frame = ctx.frame().await.expect("a frame");
        let db = app.app.db().read();
        let files = source_file::Entity::find().all(db).await.expect("files");
        let copies = article_copy::Entity::find().all(db).await.expect("copies");
        let published =
            |id| copies.iter().any(|copy| copy.article_id == id && copy.view == View::Published);
        let files = files.into_iter().filter(|file| file.kind == "article");
        let mut edited = Vec::new();
        for (number, file) in files.enumerate() {
            let Some((id, version)) = file.article_id.zip(file.article_version) else { continue };
            let (what, keys, act) = EDITS[number % EDITS.len()];
            let prefix = frame.prefix(frame.language_of(&file.language));
            let page = Page { number, prefix };
            let change = Box::new(move |content: &mut Content| act(content, &page));
            let changes = Changes { apply: vec![change], ..Changes::default() };
            match update(&ctx, id, version, changes).await {
                Ok(_) if published(id) => match publish(&ctx, id, None).await {
                    Ok(_) => edited.push((file.path, what, keys)),
                    Err(error) => println!("{}: not published: {error}", file.path),
                },
                Ok(_) => edited.push((file.path, what, keys)),
                Err(error) => println!("{}: not edited ({what}): {error}", file.path),
            }
        }
        edited
    });
    let after = tempfile::tempdir().expect("a folder");
    let what = |path: &str| files.iter().find(|(file, ..)| file == path).map(|(_, what, _)| *what);
    for problem in app.export(after.path()).failures {
        let edit = what(&problem.file);
        if environment("BROADSHEET_SHOW").is_some() {
            let text =
                std::fs::read(before.path().join(api::hugo::file_path::to_path(&problem.file)));
            println!(
                "=== {problem} {edit:?}\n{}",
                String::from_utf8_lossy(&text.unwrap_or_default())
            );
        }
        if edit.is_some() || !unread.contains(&problem.file) {
            failed.push(format!("{name}: {problem} ({edit:?})"));
        }
    }
    for (path, what, keys) in files.iter().filter(|(.., keys)| !keys.is_empty()) {
        let read = |folder: &Path| {
            std::fs::read(folder.join(api::hugo::file_path::to_path(path))).expect("the file")
        };
        if let Some(why) = wide(&read(before.path()), &read(after.path()), keys) {
            failed.push(format!("{name}: {path}: {why} ({what})"));
        }
    }
}

#[test]
fn every_field_of_a_messy_page_can_be_edited() {
    let mut failed = Vec::new();
    if environment("BROADSHEET_SITES").is_some() {
        for site in sites() {
            check(&site, &site.display().to_string(), &mut failed);
        }
    }
    let more = environment("BROADSHEET_SEEDS").and_then(|text| text.parse().ok());
    for seed in 11..11 + more.unwrap_or(1) {
        let folder = tempfile::tempdir().expect("a temporary folder");
        tests::messy::site(folder.path(), 200, seed);
        check(folder.path(), &format!("seed {seed}"), &mut failed);
    }
    assert!(failed.is_empty(), "{}", failed.join("\n"));
}
