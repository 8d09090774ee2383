//! Names and descriptions of terms in single languages: said by mutation, undone, found,
//! and exported.

use api::policy::Role;
use serde_json::{Value, json};
use tests::{Client, TestApp, on_both};

const CONFIG: &str = "baseURL = 'https://example.org/'\ndefaultContentLanguage = 'en'\n[taxonomies]\n\
    tag = 'tags'\ncategory = 'categories'\nseries = 'series'\n[languages.en]\nweight = 1\n[languages.de]\nweight = 2\n\
    [languages.fr]\nweight = 3\n";

const FILES: &[(&str, &str)] = &[
    ("hugo.toml", CONFIG),
    (
        "content/a.md",
        "---\ntitle: A\ndate: 2026-01-01\ntags: [River]\ncategories: [Town]\nseries: [Tales]\n---\nText.\n",
    ),
    ("content/a.de.md", "---\ntitle: A\ndate: 2026-01-01\ntags: [River]\n---\nText.\n"),
    ("content/categories/town/_index.de.md", "---\ntitle: Stadt\ncolour: red\n---\nOrt.\n"),
];

fn site(app: &TestApp) -> Client {
    assert_eq!(app.import_files(FILES).failures, []);
    app.as_role(Role::Editor)
}

/// A term as its language has it.
fn named(app: &TestApp, field: &str, by: &str, language: &str) -> Value {
    let texts = if field == "term" { "" } else { "texts { language name description }" };
    let document = format!(
        "{{ {field}(by: {{ slug: {by} }}, language: \"{language}\") {{ name description version {texts} }} }}"
    );
    app.query(&document, Value::Null).at(&format!("/{field}")).clone()
}

fn id(app: &TestApp, field: &str, by: &str) -> Value {
    let document = format!("{{ {field}(by: {{ slug: {by} }}) {{ id }} }}");
    app.query(&document, Value::Null).at(&format!("/{field}/id")).clone()
}

fn update(editor: &Client, kind: &str, id: &Value, input: &Value) -> Value {
    let (mutation, field) = (format!("update{kind}"), kind.to_lowercase());
    let document = format!(
        "mutation($id: ID!, $input: Update{kind}Input!) {{ {mutation}(id: $id, input: $input) {{
           {field} {{ name version texts {{ language name }} }} change {{ id summary }} userErrors {{ field code message }} }} }}"
    );
    editor.ask(&document, json!({ "id": id, "input": input })).at(&format!("/{mutation}")).clone()
}

fn undo(editor: &Client, change: &Value) -> Value {
    let document = "mutation($id: ID!) { undoTaxonomyChange(id: $id) { userErrors { message } } }";
    editor.ask(document, json!({ "id": change })).at("/undoTaxonomyChange/userErrors").clone()
}

const RIVER: &str = "\"river\"";

on_both! {
    fn a_term_is_named_in_each_language_and_that_is_undone(app) {
        let editor = site(&app);
        let tag = id(&app, "tag", RIVER);
        let de = named(&app, "tag", RIVER, "de");
        assert_eq!((&de["name"], &de["texts"]), (&json!("River"), &json!([])));
        let done = update(&editor, "Tag", &tag, &json!({ "texts": [
            { "language": "de", "name": " Fluss ", "description": "Wasser" }, { "language": "FR", "name": "Rivière" }] }));
        assert_eq!(done["userErrors"], json!([]));
        assert_eq!(done["change"]["summary"], "Said \"River\" otherwise in de, fr");
        assert_eq!(done["tag"], json!({ "name": "River", "version": 2, "texts": [
            { "language": "de", "name": "Fluss" }, { "language": "fr", "name": "Rivière" }] }));
        let de = named(&app, "tag", RIVER, "de");
        assert_eq!((&de["name"], &de["description"]), (&json!("Fluss"), &json!("Wasser")));
        assert_eq!(named(&app, "tag", RIVER, "en")["name"], "River");
        // Where articles carry it, too.
        let carried = app.query("{ article(by: { path: \"/de/a/\" }) { tags { name } } }", Value::Null);
        assert_eq!(carried.each("/article/tags", "name"), ["Fluss"]);
        // What is not given stays, null takes away, and what says nothing changes nothing.
        let again = update(&editor, "Tag", &tag, &json!({ "texts": [{ "language": "de", "description": null }] }));
        let de = named(&app, "tag", RIVER, "de");
        assert_eq!((&de["name"], &de["description"]), (&json!("Fluss"), &Value::Null));
        let nothing = update(&editor, "Tag", &tag, &json!({ "texts": [{ "language": "de", "name": "Fluss" }] }));
        assert_eq!((&nothing["change"], &nothing["tag"]["version"]), (&Value::Null, &json!(3)));
        // Changes are undone from the last one back.
        let refused = undo(&editor, &done["change"]["id"]);
        assert!(refused[0]["message"].as_str().is_some_and(|why| why.contains("called otherwise in de")), "{refused}");
        assert_eq!(undo(&editor, &again["change"]["id"]), json!([]));
        assert_eq!(named(&app, "tag", RIVER, "de")["description"], "Wasser");
        assert_eq!(undo(&editor, &done["change"]["id"]), json!([]));
        let de = named(&app, "tag", RIVER, "de");
        assert_eq!((&de["name"], &de["description"], &de["texts"]), (&json!("River"), &Value::Null, &json!([])));
    }

    fn every_kind_of_term_is_named_and_keeps_what_its_page_says(app) {
        let editor = site(&app);
        let town = "\"town\"";
        let category = id(&app, "category", town);
        let done = update(&editor, "Category", &category, &json!({ "texts": [{ "language": "de", "name": "Gemeinde" }] }));
        assert_eq!(done["userErrors"], json!([]));
        let page = "{ category(by: { slug: \"town\" }, language: \"de\") { name html params } }";
        let page = || app.query(page, Value::Null).at("/category").clone();
        assert_eq!(page(), json!({ "name": "Gemeinde", "html": "<p>Ort.</p>\n", "params": { "colour": "red" } }));
        assert_eq!(update(&editor, "Category", &category, &json!({ "texts": [{ "language": "de", "name": null }] }))["userErrors"], json!([]));
        assert_eq!(page(), json!({ "name": "Town", "html": "<p>Ort.</p>\n", "params": { "colour": "red" } }));
        let tales = "{ taxonomy: \"series\", slug: \"tales\" }";
        let term = id(&app, "term", tales);
        let done = update(&editor, "Term", &term, &json!({ "name": "Old Tales", "texts": [{ "language": "de", "name": "Sagen" }] }));
        assert_eq!(done["userErrors"], json!([]));
        assert_eq!(named(&app, "term", tales, "de")["name"], "Sagen");
        assert_eq!(named(&app, "term", tales, "fr")["name"], "Old Tales");
    }

    fn texts_that_make_no_sense_are_refused_and_change_nothing(app) {
        let editor = site(&app);
        let tag = id(&app, "tag", RIVER);
        for (texts, why) in [
            (json!([{ "language": "xx", "name": "X" }]), "no language \"xx\""),
            (json!([{ "language": "de", "name": "X" }, { "language": "de", "name": "Y" }]), "twice"),
            (json!([{ "language": "de", "name": "  " }]), "is empty"),
        ] {
            let refused = update(&editor, "Tag", &tag, &json!({ "name": "Stream", "texts": texts }));
            let error = &refused["userErrors"][0];
            assert_eq!((&error["field"], &error["code"]), (&json!(["input", "texts"]), &json!("INVALID")), "{refused}");
            assert!(error["message"].as_str().is_some_and(|message| message.contains(why)), "{refused}");
        }
        let now = named(&app, "tag", RIVER, "de");
        assert_eq!((&now["name"], &now["version"]), (&json!("River"), &json!(1)));
        let viewer = app.as_role(Role::Viewer);
        let document = "mutation($id: ID!) { updateTag(id: $id, input: { texts: [{ language: \"de\", name: \"X\" }] }) { userErrors { code } } }";
        assert_eq!(viewer.code(document, json!({ "id": tag })), "FORBIDDEN");
    }

    fn names_in_languages_go_out_and_come_back(app) {
        let editor = site(&app);
        let tag = id(&app, "tag", RIVER);
        let names = json!({ "texts": [{ "language": "de", "name": "Fluss" }, { "language": "fr", "description": "De l'eau" }] });
        assert_eq!(update(&editor, "Tag", &tag, &names)["userErrors"], json!([]));
        let town = id(&app, "category", "\"town\"");
        assert_eq!(update(&editor, "Category", &town, &json!({ "texts": [{ "language": "de", "name": "Gemeinde" }] }))["userErrors"], json!([]));
        let folder = tempfile::tempdir().expect("a temporary folder");
        tests::write_files(folder.path(), FILES);
        let report = app.export(folder.path());
        assert_eq!(report.failures, []);
        let text = |path: &str| std::fs::read_to_string(folder.path().join(path)).expect(path);
        assert_eq!(text("content/tags/river/_index.de.md"), "---\ntitle: Fluss\n---\n");
        assert_eq!(text("content/tags/river/_index.fr.md"), "---\ntitle: River\ndescription: De l'eau\n---\n");
        // Elsewhere it is called as articles call it.
        assert!(!folder.path().join("content/tags/river/_index.md").exists());
        assert_eq!(text("content/categories/town/_index.de.md"), "---\ntitle: Gemeinde\ncolour: red\n---\nOrt.\n");
        // Nothing is left to say, and another server says the same.
        let before = crate::export::contents(folder.path());
        app.export(folder.path());
        assert_eq!(crate::export::contents(folder.path()), before);
        let other = TestApp::configured(app.backend, |_| ()).expect("a server");
        assert_eq!(other.import(folder.path()).failures, []);
        for language in ["en", "de", "fr"] {
            let said = |app: &TestApp| {
                let tag = named(app, "tag", RIVER, language);
                (tag["name"].clone(), tag["description"].clone(), named(app, "category", "\"town\"", language)["name"].clone())
            };
            assert_eq!(said(&other), said(&app), "{language}");
        }
    }
}
