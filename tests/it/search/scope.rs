//! Who finds what, and when.

use api::policy::Role;
use serde_json::{Value, json};
use tests::{Client, HOUR, START, TestApp, on_both};

use super::{found, titles};

const CREATE: &str = "mutation($input: CreateArticleInput!) { createArticle(input: $input) {
    article { id version } userErrors { message } } }";
const UPDATE: &str = "mutation($id: ID!, $version: Int!, $input: UpdateArticleInput!) {
    updateArticle(id: $id, expectedVersion: $version, input: $input) { article { version } userErrors { message } } }";

fn create(client: &Client, input: Value) -> String {
    let made = client.ask(CREATE, json!({ "input": input })).accepted("createArticle");
    made.text("/createArticle/article/id")
}

fn act(client: &Client, mutation: &str, id: &str) {
    let document =
        format!("mutation($id: ID!) {{ {mutation}(id: $id) {{ userErrors {{ message }} }} }}");
    let _ = client.ask(&document, json!({ "id": id })).accepted(mutation);
}

fn suggested(client: &Client, query: &str) -> Vec<String> {
    let document = "query($query: String!) { suggest(query: $query) { kind text } }";
    client.ask(document, json!({ "query": query })).each("/suggest", "text")
}

/// Nothing of this word is known to the public, in any way.
fn unknown_to_public(app: &TestApp, word: &str, misspelled: &str) {
    let nobody = app.nobody();
    for query in
        [word, misspelled, &format!("{word}*"), &format!("title:{word}"), &word[..word.len() - 2]]
    {
        let answer = found(&nobody, json!({ "query": query }));
        assert_eq!(answer.number("/search/totalCount"), 0, "{query}");
        for facet in ["tags", "categories", "sections", "languages", "months"] {
            assert_eq!(answer.at(&format!("/search/facets/{facet}")), &json!([]), "{query}");
        }
        assert!(answer.at("/search/didYouMean").is_null(), "{query}");
    }
    for begun in [word, &word[..4], &word[..2]] {
        let offered = suggested(&nobody, begun);
        assert!(!offered.iter().any(|text| text.to_lowercase().contains(word)), "{offered:?}");
    }
}

on_both! {
    fn drafts_are_found_by_those_who_may_read_them_alone(app) {
        let author = app.as_role(Role::Author);
        let id = create(&author, json!({"title": "Zanzibar", "body": "Zanzibar is secret",
            "tags": ["zanzibartag"], "categories": ["zanzibarcat"]}));
        unknown_to_public(&app, "zanzibar", "zanzibr");
        assert_eq!(titles(&author, "zanzibar", "WORKING"), ["Zanzibar"]);
        assert_eq!(titles(&app.as_role(Role::Editor), "secret", "WORKING"), ["Zanzibar"]);
        assert_eq!(titles(&app.as_role(Role::Viewer), "zanzibartag", "WORKING"), ["Zanzibar"]);
        let other = app.as_role(Role::Author);
        assert!(titles(&other, "zanzibar", "WORKING").is_empty());
        let corrected = found(&other, json!({"query": "zanzibr", "view": "WORKING"}));
        assert!(corrected.at("/search/didYouMean").is_null());
        let corrected = found(&author, json!({"query": "zanzibr", "view": "WORKING"}));
        assert_eq!(corrected.text("/search/didYouMean"), "zanzibar");

        act(&author, "publishArticle", &id);
        assert_eq!(titles(&app.nobody(), "zanzibar", "PUBLISHED"), ["Zanzibar"]);
        let version = found(&author, json!({"query": "zanzibar", "view": "WORKING"})).number("/search/nodes/0/version");
        let _ = author.ask(UPDATE, json!({"id": id, "version": version,
            "input": {"body": "Madagascar is secret", "title": "Quagmire"}})).accepted("updateArticle");
        unknown_to_public(&app, "madagascar", "madagascr");
        unknown_to_public(&app, "quagmire", "quagmir");
        assert_eq!(titles(&author, "madagascar", "WORKING"), ["Quagmire"]);
        assert_eq!(titles(&author, "\"zanzibar is\"", "WORKING"), Vec::<String>::new());
        assert_eq!(titles(&app.nobody(), "zanzibar", "PUBLISHED"), ["Zanzibar"]);
    }

    fn what_goes_away_is_gone_at_once(app) {
        let editor = app.as_role(Role::Editor);
        for (mutation, view) in [("unpublishArticle", "WORKING"), ("trashArticle", "TRASH"), ("archiveArticle", "ARCHIVE")] {
            let word = format!("Word{}", mutation.to_lowercase());
            let id = create(&editor, json!({"title": word}));
            act(&editor, "publishArticle", &id);
            assert_eq!(titles(&app.nobody(), &word, "PUBLISHED"), std::slice::from_ref(&word));
            act(&editor, mutation, &id);
            unknown_to_public(&app, &word.to_lowercase(), "wordx");
            assert_eq!(titles(&editor, &word, view), [word]);
        }
    }

    fn the_clock_opens_and_closes_what_is_scheduled(app) {
        let report = app.import_files(&[
            ("content/a.md", "---\ntitle: Tomorrow\ndate: 2026-11-02T00:00:00Z\ntags: [later]\n---\nxylophone\n"),
            ("content/b.md", "---\ntitle: Yesterday\ndate: 2026-01-01\nexpiryDate: 2026-11-02T00:00:00Z\n---\nxylophone\n"),
        ]);
        assert_eq!(report.created, 2);
        let count = || found(&app.nobody(), json!({"query": "xylophone"})).number("/search/totalCount");
        assert_eq!((count(), titles(&app.nobody(), "xylophone", "PUBLISHED")), (1, vec!["Yesterday".to_owned()]));
        assert!(suggested(&app.nobody(), "tomor").is_empty());
        app.set_clock(START + 25 * HOUR);
        assert_eq!((count(), titles(&app.nobody(), "xylophone", "PUBLISHED")), (1, vec!["Tomorrow".to_owned()]));
        assert_eq!(suggested(&app.nobody(), "tomor"), ["Tomorrow"]);
    }

    fn a_token_and_a_preview_find_within_their_limits(app) {
        let admin = app.as_role(Role::Admin);
        let seen = create(&admin, json!({"title": "Seen umbrella", "section": "news"}));
        let _ = create(&admin, json!({"title": "Hidden umbrella", "section": "blog"}));
        let token = admin.ask("mutation { createApiToken(input: { name: \"t\", scopes: [CONTENT_READ_WORKING], sections: [\"news\"] }) {
            token userErrors { message } } }", Value::Null).accepted("createApiToken").text("/createApiToken/token");
        assert_eq!(titles(&app.nobody().with_token(&token), "umbrella", "WORKING"), ["Seen umbrella"]);
        let preview = admin.ask("mutation($id: ID!) { createPreview(article: $id) { token userErrors { message } } }",
            json!({"id": seen})).accepted("createPreview").text("/createPreview/token");
        let holder = app.nobody().with_token(&preview);
        assert_eq!(titles(&holder, "umbrella", "WORKING"), ["Seen umbrella"]);
        assert!(titles(&app.nobody(), "umbrella", "PUBLISHED").is_empty());
    }

    fn what_happens_to_terms_reaches_their_articles(app) {
        let editor = app.as_role(Role::Editor);
        let id = create(&editor, json!({"title": "One", "tags": ["alpha"]}));
        act(&editor, "publishArticle", &id);
        let id = create(&editor, json!({"title": "Two", "tags": ["beta"]}));
        act(&editor, "publishArticle", &id);
        let ids = |slug: &str| app.query("query($s: String!) { tag(by: { slug: $s }) { id } }", json!({"s": slug})).text("/tag/id");
        assert_eq!(titles(&app.nobody(), "tag:alpha", "PUBLISHED"), ["One"]);
        let (alpha, beta) = (ids("alpha"), ids("beta"));
        let _ = editor.ask("mutation($id: ID!) { updateTag(id: $id, input: { name: \"gamma\" }) { userErrors { message } } }",
            json!({"id": alpha})).accepted("updateTag");
        assert_eq!(titles(&app.nobody(), "gamma", "PUBLISHED"), ["One"]);
        assert!(titles(&app.nobody(), "alpha", "PUBLISHED").is_empty());
        let change = editor.ask("mutation($ids: [ID!]!, $into: ID!) { mergeTags(ids: $ids, into: $into) { change { id } userErrors { message } } }",
            json!({"ids": [beta], "into": alpha})).accepted("mergeTags");
        assert_eq!(found(&app.nobody(), json!({"query": "gamma"})).number("/search/totalCount"), 2);
        assert!(titles(&app.nobody(), "beta", "PUBLISHED").is_empty());
        let undo = json!({"id": change.text("/mergeTags/change/id")});
        let _ = editor.ask("mutation($id: ID!) { undoTaxonomyChange(id: $id) { userErrors { message } } }", undo).accepted("undoTaxonomyChange");
        assert_eq!(titles(&app.nobody(), "beta", "PUBLISHED"), ["Two"]);
        assert_eq!(titles(&app.nobody(), "gamma", "PUBLISHED"), ["One"]);
        let checked = app.block_on(api::search::check(&app.ctx())).expect("a check");
        assert!(checked.agrees(), "{checked}");
    }
}
