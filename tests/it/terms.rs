//! Taxonomies of every kind: trees, counts at any level, orders, addresses.

use api::policy::Role;
use serde_json::{Value, json};
use tests::{TestApp, on_both};

const CONFIG: &str = "defaultContentLanguage = 'en'\n[taxonomies]\ntag = 'tags'\ncategory = 'categories'\n\
    series = 'series'\nauthor = 'authors'\n[languages.en]\nweight = 1\n[languages.de]\nweight = 2\n";

fn article(path: &str, rest: &str) -> (String, String) {
    (format!("content/{path}"), format!("---\n{rest}\n---\nText.\n"))
}

/// Four articles in English and one in German.
fn site(app: &TestApp) {
    let mut files = vec![
        ("hugo.toml".to_owned(), CONFIG.to_owned()),
        article(
            "news/a.md",
            "title: A\ndate: 2026-01-01\ntags: [x, y]\ncategories: [town]\nseries: [Rivers]",
        ),
        article(
            "news/b.md",
            "title: B\ndate: 2026-01-02\ntags: [x]\ncategories: [council]\nseries: [Rivers, Bridges]",
        ),
        article("news/c.md", "title: C\ndate: 2026-02-01\ntags: [x, z]\ncategories: [budget]"),
        article(
            "blog/d.md",
            "title: D\ndate: 2025-12-31\ntags: [y]\ncategories: [sport]\nauthors: [Ada]",
        ),
        article(
            "news/a.de.md",
            "title: A\ndate: 2026-01-01\ntags: [x]\ncategories: [town]\nseries: [Rivers]",
        ),
        article("series/rivers/_index.md", "title: Rivers\nweight: 5"),
        article("series/rivers/_index.de.md", "title: Flüsse\ndescription: Wasser"),
        article("series/bridges/_index.md", "title: Bridges\nweight: 2"),
        article("series/_index.md", "title: All the series\ndescription: In parts"),
        article("news/_index.md", "title: The News\nweight: 3"),
        article("news/local/_index.md", "title: Local News"),
        article("news/local/e.md", "title: E\ndate: 2026-02-02"),
    ];
    let files: Vec<_> = files.iter_mut().map(|(a, b)| (a.as_str(), b.as_str())).collect();
    assert_eq!(app.import_files(&files).failures, []);
    let editor = app.as_role(Role::Editor);
    let id = |slug: &str| {
        app.query(
            "query($slug: String!) { category(by: { slug: $slug }) { id } }",
            json!({ "slug": slug }),
        )
        .text("/category/id")
    };
    for (below, above) in [("council", "town"), ("budget", "council")] {
        let _ = editor
            .ask(
                "mutation($id: ID!, $parent: ID!) { updateCategory(id: $id, input: { parent: $parent }) {
                userErrors { message } } }",
                json!({"id": id(below), "parent": id(above)}),
            )
            .accepted("updateCategory");
    }
}

fn ask(app: &TestApp, document: &str) -> Value {
    app.query(document, Value::Null).0
}

on_both! {
    fn any_taxonomy_of_the_site_can_be_asked(app) {
        site(&app);
        let all = ask(&app, "{ taxonomies { name singular plural path page { title description } language { tag }
            terms { totalCount nodes { __typename taxonomy name slug path articleCount } } } }");
        let names: Vec<_> = all["taxonomies"].as_array().expect("taxonomies").iter()
            .map(|t| format!("{}/{} {}", t["singular"], t["plural"], t["path"]).replace('"', "")).collect();
        assert_eq!(names, ["tag/tags /tags/", "category/categories /categories/",
            "series/series /series/", "author/authors /authors/"]);
        assert_eq!(all["taxonomies"][2]["page"], json!({"title": "All the series", "description": "In parts"}));
        assert_eq!(all["taxonomies"][2]["terms"], json!({"totalCount": 2, "nodes": [
            {"__typename": "Term", "taxonomy": "series", "name": "Bridges", "slug": "bridges", "path": "/series/bridges/", "articleCount": 1},
            {"__typename": "Term", "taxonomy": "series", "name": "Rivers", "slug": "rivers", "path": "/series/rivers/", "articleCount": 2}]}));
        let german = ask(&app, "{ terms(taxonomy: \"series\", language: \"de\", orderBy: COUNT, first: 1) {
            nodes { name description path articleCount ... on Term { articles { nodes { path language { tag } } } } } } }");
        assert_eq!(german["terms"]["nodes"][0], json!({"name": "Flüsse", "description": "Wasser",
            "path": "/de/series/rivers/", "articleCount": 1,
            "articles": {"nodes": [{"path": "/de/news/a/", "language": {"tag": "de"}}]}}));
        let one = ask(&app, "{ slug: term(by: { slug: { taxonomy: \"series\", slug: \"rivers\" } }) { id name version }
            path: term(by: { path: \"/de/series/rivers/\" }) { id name }
            tag: term(by: { slug: { taxonomy: \"tags\", slug: \"x\" } }) { __typename }
            none: term(by: { slug: { taxonomy: \"series\", slug: \"x\" } }) { id } }");
        assert_eq!((&one["tag"]["__typename"], &one["none"]), (&json!("Tag"), &Value::Null));
        assert_eq!((&one["slug"]["name"], &one["path"]["name"]), (&json!("Rivers"), &json!("Flüsse")));
        assert_eq!(one["slug"]["id"], one["path"]["id"]);
        let node = app.query("query($id: ID!) { node(id: $id) { __typename id } term(by: { id: $id }) { name } }",
            json!({"id": one["slug"]["id"]})).0;
        assert_eq!(node["node"], json!({"__typename": "Term", "id": one["slug"]["id"]}));
        assert_eq!(node["term"]["name"], "Rivers");
    }

    fn articles_name_the_terms_of_any_taxonomy(app) {
        site(&app);
        let answer = ask(&app, "{ article(by: { path: \"/news/b/\" }) {
            series: terms(taxonomy: \"series\") { name } all: terms { taxonomy slug } } }");
        assert_eq!(answer["article"]["series"], json!([{"name": "Rivers"}, {"name": "Bridges"}]));
        assert_eq!(answer["article"]["all"], json!([{"taxonomy": "categories", "slug": "council"},
            {"taxonomy": "series", "slug": "rivers"}, {"taxonomy": "series", "slug": "bridges"}, {"taxonomy": "tags", "slug": "x"}]));
    }

    fn route_answers_with_terms_and_taxonomies(app) {
        site(&app);
        for (path, expected) in [
            ("/series/rivers/", json!({"__typename": "Term", "name": "Rivers"})),
            ("/de/series/rivers/", json!({"__typename": "Term", "name": "Flüsse"})),
            ("/authors/ada/", json!({"__typename": "Term", "name": "Ada"})),
            ("/tags/x/", json!({"__typename": "Tag", "name": "x"})),
            ("/series/", json!({"__typename": "Taxonomy", "name": "series"})),
            ("/de/categories/", json!({"__typename": "Taxonomy", "name": "categories"})),
            ("/news/", json!({"__typename": "Section", "name": "news"})),
            ("/series/nothing/", Value::Null),
        ] {
            let found = app.query("query($path: String!) { route(path: $path) { __typename ... on Term { name }
                ... on Tag { name } ... on Taxonomy { name } ... on Section { name } } }", json!({ "path": path }));
            assert_eq!(found.at("/route"), &expected, "{path}");
        }
    }

    fn trees_are_known_up_and_down(app) {
        site(&app);
        let tree = ask(&app, "{ categories(orderBy: SLUG) { nodes { slug depth ancestors { slug }
            descendants { slug depth } near: descendants(levels: 1) { slug } children { slug } parent { slug } } } }");
        let shape: Vec<_> = tree["categories"]["nodes"].as_array().expect("nodes").iter().map(|node| {
            let slugs = |name: &str| node[name].as_array().expect(name).iter()
                .map(|term| term["slug"].as_str().expect("a slug")).collect::<Vec<_>>().join(",");
            format!("{} {} up:{} down:{} near:{}", node["slug"].as_str().expect("a slug"), node["depth"],
                slugs("ancestors"), slugs("descendants"), slugs("near"))
        }).collect();
        assert_eq!(shape, ["budget 2 up:town,council down: near:", "council 1 up:town down:budget near:budget",
            "sport 0 up: down: near:", "town 0 up: down:council,budget near:council"]);
        assert_eq!(tree["categories"]["nodes"][3]["descendants"][1], json!({"slug": "budget", "depth": 2}));
    }

    fn counts_reach_below_where_asked(app) {
        site(&app);
        let answer = ask(&app, "{ category(by: { slug: \"town\" }, language: \"en\") {
            own: articleCount all: articleCount(includeDescendants: true)
            articles(includeDescendants: true, first: 2) { totalCount nodes { title } pageInfo { hasNextPage } tagCounts { tag { name } count } }
            tagCounts(includeDescendants: true) { tag { name } count } direct: tagCounts { tag { name } count }
            sectionCounts { section { title } count } termCounts(taxonomy: \"series\") { term { name } count } } }");
        let town = &answer["category"];
        assert_eq!((&town["own"], &town["all"]), (&json!(1), &json!(3)));
        assert_eq!(town["articles"]["nodes"], json!([{"title": "C"}, {"title": "B"}]));
        assert_eq!((&town["articles"]["totalCount"], &town["articles"]["pageInfo"]["hasNextPage"]), (&json!(3), &json!(true)));
        assert_eq!(town["tagCounts"][0], json!({"tag": {"name": "x"}, "count": 3}));
        assert_eq!(town["tagCounts"], town["articles"]["tagCounts"]);
        assert_eq!(town["direct"].as_array().expect("counts").len(), 2);
        assert_eq!(town["sectionCounts"], json!([{"section": {"title": "The News"}, "count": 1}]));
        assert_eq!(town["termCounts"], json!([{"term": {"name": "Rivers"}, "count": 1}]));
    }

    fn a_list_counts_by_everything(app) {
        site(&app);
        let answer = ask(&app, "{ articles(filter: { not: { category: { slug: \"sport\" } } }) {
            totalCount
            categoryCounts { category { slug } count } termCounts(taxonomy: \"series\") { term { slug } count }
            sectionCounts { section { name language { tag } } count } languageCounts { language { tag } count }
            authorCounts { name count } monthCounts { year month count } years: monthCounts(by: YEAR) { year count months { month count } } } }");
        let list = &answer["articles"];
        assert_eq!(list["totalCount"], 5);
        assert_eq!(list["categoryCounts"], json!([{"category": {"slug": "town"}, "count": 2},
            {"category": {"slug": "budget"}, "count": 1}, {"category": {"slug": "council"}, "count": 1}]));
        assert_eq!(list["termCounts"], json!([{"term": {"slug": "rivers"}, "count": 3}, {"term": {"slug": "bridges"}, "count": 1}]));
        assert_eq!(list["sectionCounts"], json!([{"section": {"name": "news", "language": {"tag": "en"}}, "count": 4},
            {"section": {"name": "news", "language": {"tag": "de"}}, "count": 1}]));
        assert_eq!(list["languageCounts"], json!([{"language": {"tag": "en"}, "count": 4}, {"language": {"tag": "de"}, "count": 1}]));
        assert_eq!(list["authorCounts"], json!([]));
        assert_eq!(list["monthCounts"], json!([{"year": 2026, "month": 2, "count": 2}, {"year": 2026, "month": 1, "count": 3}]));
        assert_eq!(list["years"], json!([{"year": 2026, "count": 5, "months": [{"month": 2, "count": 2}, {"month": 1, "count": 3}]}]));
    }

    fn filters_reach_any_taxonomy_at_any_depth(app) {
        site(&app);
        for (filter, expected) in [
            ("{ term: { taxonomy: \"series\", slug: \"rivers\" }, language: \"en\" }", "A B"),
            ("{ language: \"en\", and: [{ term: { taxonomy: \"series\", slug: \"rivers\" } }, { term: { taxonomy: \"series\", slug: \"bridges\" } }] }", "B"),
            ("{ language: \"en\", term: { taxonomy: \"series\" } }", "A B"),
            ("{ language: \"en\", not: { term: { taxonomy: \"series\" } } }", "C D E"),
            ("{ language: \"en\", or: [{ term: { taxonomy: \"authors\", slugIn: [\"ada\", \"bob\"] } }, { and: [{ category: { slug: \"town\", includeDescendants: true } }, { not: { or: [{ tag: { slug: \"y\" } }, { not: { tag: { slug: \"z\" } } }] } }] }] }", "C D"),
            ("{ language: \"en\", not: { not: { term: { taxonomy: \"categories\", slug: \"council\", includeDescendants: true } } } }", "B C"),
            ("{ term: { taxonomy: \"nothing\", slug: \"x\" } }", ""),
        ] {
            let document = format!("{{ articles(filter: {filter}, orderBy: {{ field: TITLE, direction: ASC }}) {{ nodes {{ title }} }} }}");
            assert_eq!(app.query(&document, Value::Null).each("/articles/nodes", "title").join(" "), expected, "{filter}");
        }
    }

    fn terms_are_sorted_and_paged_in_every_order(app) {
        site(&app);
        for (taxonomy, order, expected) in [
            ("tags", "NAME", "x y z"), ("tags", "COUNT", "x y z"), ("series", "WEIGHT", "bridges rivers"),
            ("series", "COUNT", "rivers bridges"), ("categories", "COUNT", "town"), ("tags", "WEIGHT", "x y z"),
        ] {
            // Page by page, forwards and backwards, and as a whole.
            let all = format!("query($after: String, $before: String, $first: Int, $last: Int) {{ terms(taxonomy: \"{taxonomy}\", orderBy: {order},
                after: $after, before: $before, first: $first, last: $last) {{ nodes {{ slug }} pageInfo {{ hasNextPage hasPreviousPage startCursor endCursor }} }} }}");
            let (mut found, mut after) = (Vec::new(), Value::Null);
            loop {
                let page = app.query(&all, json!({"first": 1, "after": after}));
                found.extend(page.each("/terms/nodes", "slug"));
                after = page.at("/terms/pageInfo/endCursor").clone();
                if page.at("/terms/pageInfo/hasNextPage") == &json!(false) { break; }
            }
            assert!(found.join(" ").starts_with(expected), "{taxonomy} {order}: {found:?}");
            let (mut back, mut before) = (Vec::new(), Value::Null);
            loop {
                let page = app.query(&all, json!({"last": 1, "before": before}));
                back.extend(page.each("/terms/nodes", "slug"));
                before = page.at("/terms/pageInfo/startCursor").clone();
                if page.at("/terms/pageInfo/hasPreviousPage") == &json!(false) { break; }
            }
            back.reverse();
            assert_eq!(back, found, "{taxonomy} {order}");
        }
    }

    fn sections_are_listed_with_what_hangs_on_them(app) {
        site(&app);
        let answer = ask(&app, "{ sections(language: \"en\") { name title path weight articleCount
              sections { name title articles { nodes { title } } }
              articles(first: 1) { totalCount nodes { title } }
              tagCounts(first: 2) { tag { name } count } archive(by: YEAR) { year count } }
            site(language: \"de\") { sections { path articleCount language { tag } } taxonomies { path } } }");
        assert_eq!(answer["sections"], json!([
            {"name": "news", "title": "The News", "path": "/news/", "weight": 3, "articleCount": 4,
             "sections": [{"name": "news/local", "title": "Local News", "articles": {"nodes": [{"title": "E"}]}}],
             "articles": {"totalCount": 4, "nodes": [{"title": "E"}]},
             "tagCounts": [{"tag": {"name": "x"}, "count": 3}, {"tag": {"name": "y"}, "count": 1}],
             "archive": [{"year": 2026, "count": 4}]},
            {"name": "blog", "title": "Blogs", "path": "/blog/", "weight": 0, "articleCount": 1, "sections": [],
             "articles": {"totalCount": 1, "nodes": [{"title": "D"}]}, "tagCounts": [{"tag": {"name": "y"}, "count": 1}],
             "archive": [{"year": 2025, "count": 1}]}]));
        assert_eq!(answer["site"]["sections"], json!([{"path": "/de/news/", "articleCount": 1, "language": {"tag": "de"}}]));
        assert_eq!(answer["site"]["taxonomies"][2]["path"], "/de/series/");
    }

    fn terms_of_other_taxonomies_are_made_renamed_and_deleted(app) {
        site(&app);
        let editor = app.as_role(Role::Editor);
        let create = "mutation($input: CreateTermInput!) { createTerm(input: $input) {
            term { id slug weight parent { slug } } userErrors { field code message } } }";
        let made = editor.ask(create, json!({"input": {"taxonomy": "series", "name": "Old Towns", "weight": 7}}));
        let id = made.text("/createTerm/term/id");
        assert_eq!(made.at("/createTerm/term"), &json!({"id": id, "slug": "old-towns", "weight": 7, "parent": null}));
        for (taxonomy, part) in [("tags", "createTag"), ("categories", "createCategory"), ("nothing", "authors, categories, series, tags")] {
            let refused = editor.ask(create, json!({"input": {"taxonomy": taxonomy, "name": "x"}}));
            assert_eq!(refused.at("/createTerm/userErrors/0/field"), &json!(["input", "taxonomy"]));
            assert!(refused.text("/createTerm/userErrors/0/message").contains(part), "{:?}", refused.0);
        }
        let rivers = app.query("{ term(by: { path: \"/series/rivers/\" }) { id } }", Value::Null).text("/term/id");
        let renamed = editor.ask("mutation($id: ID!, $parent: ID) { updateTerm(id: $id, input: { name: \"Streams\", slug: \"streams\", parent: $parent }) {
            term { name path parent { slug } depth } change { kind } userErrors { message } } }", json!({"id": rivers, "parent": id}));
        assert_eq!(renamed.accepted("updateTerm").at("/updateTerm/term"),
            &json!({"name": "Streams", "path": "/series/streams/", "parent": {"slug": "old-towns"}, "depth": 1}));
        let old = ask(&app, "{ route(path: \"/de/series/rivers/\") { ... on Redirect { target permanent } } }");
        assert_eq!(old["route"], json!({"target": "/de/series/streams/", "permanent": true}));
        let delete = "mutation($id: ID!) { deleteTerm(id: $id) { deletedId userErrors { code } } }";
        assert_eq!(editor.ask(delete, json!({ "id": rivers })).text("/deleteTerm/userErrors/0/code"), "WRONG_STATE");
        let tag = app.query("{ tag(by: { slug: \"x\" }) { id } }", Value::Null).text("/tag/id");
        assert_eq!(editor.code(delete, json!({ "id": tag })), "BAD_USER_INPUT");
    }

    fn lists_of_terms_take_as_many_statements_for_one_as_for_all(app) {
        site(&app);
        let nested = "articleCount(includeDescendants: true) depth parent { name } children { name articleCount } ancestors { name } descendants { name }
            articles(first: 2, includeDescendants: true) { totalCount nodes { title } tagCounts { tag { name } count } sectionCounts { section { title } count }
                languageCounts { count } authorCounts { count } monthCounts { count } }
            tagCounts { tag { name } count } termCounts(taxonomy: \"series\") { term { name } count }
            archive(by: YEAR) { count months { month articles(first: 1) { totalCount nodes { title } } } articles(first: 1) { nodes { title } } }";
        let count = |document: &str| app.statements(|| app.query(document, Value::Null)).1.len();
        let categories = |first: u32| count(&format!("{{ categories(first: {first}, language: \"en\", orderBy: COUNT) {{ nodes {{ {nested} }} }} }}"));
        assert_eq!(categories(2), categories(4));
        let sections = |filter: &str| count(&format!("{{ sections(language: \"{filter}\") {{ articleCount sections {{ title }}
            articles(first: 2) {{ totalCount nodes {{ title tags {{ name }} }} tagCounts {{ tag {{ name }} }} }}
            categoryCounts {{ count }} archive {{ count articles(first: 1) {{ nodes {{ title }} }} }} }} }}"));
        // One section in German, two in English.
        assert_eq!(sections("de"), sections("en"));
        for (document, expected) in [
            // The site and its languages, and the terms.
            ("{ terms(taxonomy: \"series\", orderBy: COUNT) { nodes { name path } } }", 3),
            ("{ taxonomies { name path } }", 2),
            // Site and languages, pages of sections, names in use.
            ("{ sections { title path } }", 4),
            ("{ sections { title articles(first: 1) { nodes { title } } } }", 5),
            ("{ articles { sectionCounts { section { title } count } } }", 4),
            ("{ articles { languageCounts { count } } }", 3),
            ("{ articles { authorCounts { count } } }", 1),
        ] {
            assert_eq!(count(document), expected, "{document}");
        }
    }
}
