//! Original and export, read by real Hugo.

use std::collections::BTreeSet;

use api::policy::Role;
use serde_json::{Value, json};
use tests::oracle::{differences, read};
use tests::{Client, TestApp, corpora, on_both};

/// Changes an article and publishes it.
fn edit(app: &TestApp, editor: &Client, path: &str, input: Value) {
    let found = editor.ask(
        "query($path: String!) { article(by: { path: $path }, view: WORKING) { id version } }",
        json!({ "path": path }),
    );
    let (id, version) = (found.text("/article/id"), found.at("/article/version").clone());
    let _ = app;
    let _ = editor
        .ask(
            "mutation($id: ID!, $version: Int!, $input: UpdateArticleInput!) {
            updateArticle(id: $id, expectedVersion: $version, input: $input) { userErrors { field message } } }",
            json!({ "id": id, "version": version, "input": input }),
        )
        .accepted("updateArticle");
    let _ = editor
        .ask(
            "mutation($id: ID!) { publishArticle(id: $id) { userErrors { field message } } }",
            json!({ "id": id }),
        )
        .accepted("publishArticle");
}

on_both! {
    fn hugo_reads_an_export_as_it_reads_the_original(app) {
        let Some(corpora) = corpora() else { return };
        for site in ["seed-site", "codeit", "toha", "beautifulhugo"] {
            let app = TestApp::configured(app.backend, |_| ()).expect("a server");
            app.import(corpora.join(site));
            let folder = tempfile::tempdir().expect("a temporary folder");
            app.export(folder.path());
            let Some((original, without)) = read(&corpora.join(site), &BTreeSet::new()) else { return };
            let (export, _) = read(folder.path(), &without).expect("Hugo");
            assert!(original.len() > 5, "{site}");
            assert_eq!(differences(&original, &export), std::collections::BTreeMap::new(), "{site}");
        }
    }

    fn an_edit_is_the_only_difference_that_hugo_sees(app) {
        let Some(corpora) = corpora() else { return };
        let site = corpora.join("codeit");
        app.import(&site);
        let editor = app.as_role(Role::Editor);
        edit(&app, &editor, "/fr/emoji-support/", json!({
            "title": "Les émojis: \"oui\"", "weight": 7, "description": null,
            "date": "2021-05-06T07:08:09Z", "params": {
                "lightgallery": true, "extra": { "deep": [1, "two", null] },
                "resources": [{ "name": "featured-image", "src": "featured-image.jpg" }],
            },
        }));
        let folder = tempfile::tempdir().expect("a temporary folder");
        let report = app.export(folder.path());
        assert_eq!(report.failures, []);
        let Some((original, without)) = read(&site, &BTreeSet::new()) else { return };
        let (export, _) = read(folder.path(), &without).expect("Hugo");
        let mut differ = differences(&original, &export);
        let page = differ.remove("fr page /posts/emoji-support").expect("the page that was edited");
        let new = |field: &str| {
            let found = page.iter().find(|(name, ..)| name == field);
            found.map_or(Value::Null, |(_, _, new)| new.clone())
        };
        let fields: Vec<&str> = page.iter().map(|(field, ..)| field.as_str()).collect();
        assert_eq!(fields, ["date", "description", "linkTitle", "params", "publishDate", "title", "weight"]);
        assert_eq!(new("title"), json!("Les émojis: \"oui\""));
        assert_eq!((new("weight"), new("description")), (json!(7), json!("")));
        assert_eq!(new("date"), json!("2021-05-06T15:08:09+08:00"));
        assert_eq!(new("params").pointer("/extra/deep"), Some(&json!([1, "two", null])));
        // Lists show the pages below them, by date; no other page may differ.
        let others: Vec<_> = differ.keys().filter(|key| key.contains(" page ")).collect();
        assert_eq!(others, Vec::<&String>::new());
    }
}
