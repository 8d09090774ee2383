//! Tags and categories as editors work on them.

use api::policy::Role;
use serde_json::{Value, json};
use tests::{Client, on_both};

const CREATE: &str = "mutation($input: CreateCategoryInput!) { createCategory(input: $input) {
    category { id slug parent { slug } } userErrors { field code } } }";
const UPDATE: &str =
    "mutation($id: ID!, $input: UpdateCategoryInput!) { updateCategory(id: $id, input: $input) {
    category { id name slug version description parent { slug } } userErrors { field code } } }";

fn category(editor: &Client, name: &str, parent: &Value) -> Value {
    let made = editor.ask(CREATE, json!({"input": {"name": name, "parent": parent}}));
    made.accepted("createCategory").at("/createCategory/category/id").clone()
}

fn publish(editor: &Client, title: &str, categories: &[&str], tags: &[&str]) -> Value {
    let made = editor.ask(
        "mutation($input: CreateArticleInput!) { createArticle(input: $input) {
        article { id } userErrors { message } } }",
        json!({"input": {"title": title, "categories": categories, "tags": tags}}),
    );
    let id = made.accepted("createArticle").at("/createArticle/article/id").clone();
    let _ = editor
        .ask(
            "mutation($id: ID!) { publishArticle(id: $id) { userErrors { message } } }",
            json!({ "id": id }),
        )
        .accepted("publishArticle");
    id
}

on_both! {
    fn categories_form_a_tree_that_filters_reach_through(app) {
        let editor = app.as_role(Role::Editor);
        let top = category(&editor, "Town", &Value::Null);
        let mid = category(&editor, "Council", &top);
        let _ = category(&editor, "Budget", &mid);
        publish(&editor, "In town", &["town"], &[]);
        publish(&editor, "In the budget", &["budget"], &["a"]);
        publish(&editor, "Elsewhere", &["sport"], &["a"]);
        let count = |below: bool| app.query(
            "query($below: Boolean!) { articles(filter: { category: { slug: \"town\", includeDescendants: $below } }) {
                totalCount tagCounts { tag { name } count } } }", json!({ "below": below }));
        assert_eq!(count(false).number("/articles/totalCount"), 1);
        assert_eq!(count(true).number("/articles/totalCount"), 2);
        assert_eq!(count(true).at("/articles/tagCounts"), &json!([{"tag": {"name": "a"}, "count": 1}]));
        let tree = app.query("{ category(by: { slug: \"budget\" }) { parent { name parent { name parent { name } } } }
            top: category(by: { slug: \"town\" }) { articleCount children { name children { name } } } }", Value::Null);
        assert_eq!(tree.at("/category/parent"),
            &json!({"name": "Council", "parent": {"name": "Town", "parent": null}}));
        assert_eq!(tree.at("/top"),
            &json!({"articleCount": 1, "children": [{"name": "Council", "children": [{"name": "Budget"}]}]}));
    }

    fn a_category_is_never_below_itself(app) {
        let editor = app.as_role(Role::Editor);
        let top = category(&editor, "A", &Value::Null);
        let below = category(&editor, "B", &top);
        for parent in [&top, &below] {
            let refused = editor.ask(UPDATE, json!({"id": top, "input": {"parent": parent}}));
            assert_eq!(refused.at("/updateCategory/userErrors/0"),
                &json!({"field": ["input", "parent"], "code": "INVALID"}));
        }
        let moved = editor.ask(UPDATE, json!({"id": below, "input": {"parent": null}}));
        assert!(moved.accepted("updateCategory").at("/updateCategory/category/parent").is_null());
    }

    fn a_renamed_term_is_found_at_its_old_address(app) {
        let editor = app.as_role(Role::Editor);
        publish(&editor, "x", &["Old Name"], &[]);
        let id = app.query("{ category(by: { slug: \"old-name\" }) { id name } }", Value::Null)
            .text("/category/id");
        let renamed = editor.ask(UPDATE, json!({"id": id, "input": {"name": "New", "slug": "new", "description": "d"}}))
            .accepted("updateCategory");
        assert_eq!(renamed.at("/updateCategory/category"), &json!({"id": id, "name": "New", "slug": "new",
            "version": 2, "description": "d", "parent": null}));
        let old = app.query("{ route(path: \"/categories/old-name/\") { ... on Redirect { target permanent } } }", Value::Null);
        assert_eq!(old.at("/route"), &json!({"target": "/categories/new/", "permanent": true}));
        let article = app.query("{ articles { nodes { categories { name path } } } }", Value::Null);
        assert_eq!(article.at("/articles/nodes/0/categories/0"), &json!({"name": "New", "path": "/categories/new/"}));
        // Nothing given changes nothing, null takes away.
        let same = editor.ask(UPDATE, json!({"id": id, "input": {}})).accepted("updateCategory");
        assert_eq!(same.number("/updateCategory/category/version"), 2);
        let bare = editor.ask(UPDATE, json!({"id": id, "input": {"description": null}})).accepted("updateCategory");
        assert!(bare.at("/updateCategory/category/description").is_null());
    }

    fn terms_in_use_are_not_deleted(app) {
        let editor = app.as_role(Role::Editor);
        publish(&editor, "x", &[], &["used", "other"]);
        let delete = "mutation($id: ID!) { deleteTag(id: $id) { deletedId userErrors { message code } } }";
        let id = app.query("{ tag(by: { slug: \"used\" }) { id } }", Value::Null).text("/tag/id");
        let refused = editor.ask(delete, json!({ "id": id }));
        assert_eq!(refused.text("/deleteTag/userErrors/0/code"), "WRONG_STATE");
        assert!(refused.text("/deleteTag/userErrors/0/message").contains("1 articles"));
        let free = editor.ask("mutation { createTag(input: { name: \"Free\" }) { tag { id path } userErrors { code } } }", Value::Null);
        let free = free.accepted("createTag");
        assert_eq!(free.text("/createTag/tag/path"), "/tags/free/");
        let id = free.text("/createTag/tag/id");
        assert_eq!(editor.ask(delete, json!({ "id": id })).text("/deleteTag/deletedId"), id);
        assert_eq!(editor.ask(delete, json!({ "id": id })).text("/deleteTag/userErrors/0/code"), "NOT_FOUND");
    }

    fn slugs_are_unique_and_come_from_names(app) {
        let editor = app.as_role(Role::Editor);
        let create = "mutation($input: CreateTagInput!) { createTag(input: $input) { tag { slug name } userErrors { field code } } }";
        let make = |input: Value| editor.ask(create, json!({ "input": input }));
        assert_eq!(make(json!({"name": "杭州 News"})).at("/createTag/tag"), &json!({"slug": "杭州-news", "name": "杭州 News"}));
        assert_eq!(make(json!({"name": "杭州 NEWS"})).text("/createTag/userErrors/0/code"), "TAKEN");
        assert_eq!(make(json!({"name": " "})).text("/createTag/userErrors/0/code"), "REQUIRED");
        assert_eq!(make(json!({"name": "?!"})).text("/createTag/userErrors/0/code"), "INVALID");
        // An article finds the tag by any spelling that makes the same address.
        let _ = publish(&editor, "x", &[], &["杭州 news", "杭州-NEWS"]);
        let tags = app.query("{ articles { nodes { tags { name } } } }", Value::Null);
        assert_eq!(tags.each("/articles/nodes/0/tags", "name"), ["杭州 News"]);
    }

    fn terms_are_named_in_the_language_of_the_page(app) {
        let report = app.import_files(&[
            ("hugo.toml", "defaultContentLanguage = 'en'\n[languages.en]\nweight = 1\n[languages.de]\nweight = 2\n"),
            ("content/a.md", "---\ntitle: A\ndate: 2026-01-01\ntags: [river]\n---\n"),
            ("content/a.de.md", "---\ntitle: A\ndate: 2026-01-01\ntags: [river]\n---\n"),
            ("content/tags/river/_index.md", "---\ntitle: The river\n---\n"),
            ("content/tags/river/_index.de.md", "---\ntitle: Der Fluss\ndescription: Wasser\n---\n"),
        ]);
        assert_eq!(report.failures, []);
        let answer = app.query("{ articles(orderBy: { field: TITLE }) { nodes { language { tag } tags { name path articleCount } } }
            tag(by: { slug: \"river\" }, language: \"de\") { name description path articleCount }
            all: tag(by: { slug: \"river\" }) { articleCount } }", Value::Null);
        for node in answer.at("/articles/nodes").as_array().expect("nodes") {
            let expected = if node["language"]["tag"] == "de" {
                json!([{"name": "Der Fluss", "path": "/de/tags/river/", "articleCount": 1}])
            } else {
                json!([{"name": "The river", "path": "/tags/river/", "articleCount": 1}])
            };
            assert_eq!(node["tags"], expected);
        }
        assert_eq!(answer.at("/tag"), &json!({"name": "Der Fluss", "description": "Wasser",
            "path": "/de/tags/river/", "articleCount": 1}));
        assert_eq!(answer.number("/all/articleCount"), 2);
    }
}
