//! How an answer is shown: pages, facets, marks, suggestions.

use serde_json::{Value, json};
use tests::{Answer, TestApp, on_both};

use super::{article, found, import};

fn many(app: &TestApp) {
    let files: Vec<_> = (0..60)
        .map(|number| {
            let words = "harbour ".repeat(1 + number % 7);
            let more = format!("tags: [t{}]\ncategories: [c{}]\n", number % 3, number % 2);
            let text =
                article(&format!("Article {number:02}"), &more, &format!("{words} and boats"));
            let text = text.replace("2025-03-01", &format!("2025-{:02}-01", 1 + number % 12));
            (
                format!(
                    "content/{}/a{number:02}.md",
                    if number % 4 == 0 { "news" } else { "blog" }
                ),
                text,
            )
        })
        .collect();
    let files: Vec<_> = files.iter().map(|(path, text)| (path.as_str(), text.as_str())).collect();
    assert_eq!(app.import_files(&files).created, 60);
}

fn pages(app: &TestApp, order: &str, forward: bool, between: impl Fn(usize)) -> Vec<String> {
    let mut ids = Vec::new();
    let mut cursor = Value::Null;
    for round in 0.. {
        let variables = if forward {
            json!({"query": "harbour", "orderBy": order, "first": 7, "after": cursor})
        } else {
            json!({"query": "harbour", "orderBy": order, "last": 7, "before": cursor})
        };
        let page = found(&app.nobody(), variables);
        let mut own = page.each("/search/nodes", "title");
        if forward {
            ids.extend(own);
        } else {
            own.extend(ids);
            ids = own;
        }
        let (more, next) =
            if forward { ("hasNextPage", "endCursor") } else { ("hasPreviousPage", "startCursor") };
        if page.at(&format!("/search/pageInfo/{more}")) == &json!(false) {
            break;
        }
        cursor = page.at(&format!("/search/pageInfo/{next}")).clone();
        between(round);
    }
    ids
}

fn highlight(answer: &Answer, field: &str) -> (Vec<String>, Vec<(usize, usize)>) {
    let all = answer.at("/search/edges/0/highlights").as_array().expect("highlights");
    let one = all.iter().find(|one| one["field"] == field).cloned().unwrap_or_default();
    let fragments = one["fragments"].as_array().into_iter().flatten();
    let number =
        |value: &Value| usize::try_from(value.as_u64().expect("a number")).expect("a place");
    let offsets = one["offsets"].as_array().into_iter().flatten();
    (
        fragments.map(|text| text.as_str().expect("a text").to_owned()).collect(),
        offsets.map(|range| (number(&range["start"]), number(&range["end"]))).collect(),
    )
}

on_both! {
    fn pages_meet_in_every_order_and_direction(app) {
        many(&app);
        for order in ["RELEVANCE", "DATE_DESC", "DATE_ASC"] {
            let all = found(&app.nobody(), json!({"query": "harbour", "orderBy": order, "first": 100}));
            assert_eq!(all.number("/search/totalCount"), 60);
            let expected = all.each("/search/nodes", "title");
            assert_eq!(expected.len(), 60);
            assert_eq!(pages(&app, order, true, |_| ()), expected, "{order}");
            assert_eq!(pages(&app, order, false, |_| ()), expected, "{order} from the end");
        }
        let newest = found(&app.nobody(), json!({"query": "harbour", "orderBy": "DATE_DESC", "first": 1}));
        let cursor = newest.text("/search/pageInfo/endCursor");
        let document = "query($c: String) { search(query: \"harbour\", after: $c) { totalCount } }";
        assert_eq!(app.nobody().code(document, json!({"c": cursor})), "BAD_USER_INPUT");
    }

    fn pages_neither_repeat_nor_hide_while_articles_come(app) {
        many(&app);
        let before = found(&app.nobody(), json!({"query": "harbour", "first": 100})).each("/search/nodes", "title");
        let read = pages(&app, "RELEVANCE", true, |round| {
            let name = format!("content/new{round}.md");
            let text = article(&format!("New {round}"), "", &"harbour ".repeat(40));
            let _ = app.import_files(&[(name.as_str(), text.as_str())]);
        });
        let old: Vec<_> = read.iter().filter(|title| title.starts_with("Article")).cloned().collect();
        let mut sorted = old.clone();
        sorted.sort();
        sorted.dedup();
        assert_eq!(sorted.len(), old.len(), "an article came twice");
        assert_eq!(old.len(), before.len(), "an article was left out");
    }

    fn facets_and_filters_agree(app) {
        many(&app);
        let all = found(&app.nobody(), json!({"query": "harbour"}));
        assert_eq!(all.at("/search/facets/tags"), &json!([
            {"tag": {"name": "t0"}, "count": 20}, {"tag": {"name": "t1"}, "count": 20}, {"tag": {"name": "t2"}, "count": 20}]));
        assert_eq!(all.at("/search/facets/sections"), &json!([{"section": "blog", "count": 45}, {"section": "news", "count": 15}]));
        assert_eq!(all.at("/search/facets/languages"), &json!([{"language": "en", "count": 60}]));
        assert_eq!(all.at("/search/facets/months/0"), &json!({"month": "2025-12", "count": 5}));
        for (filter, expected) in [
            (json!({"tags": [{"slug": "t0"}]}), 20),
            (json!({"tags": [{"slug": "t0"}, {"slug": "t1"}]}), 0),
            (json!({"tags": [{"slugIn": ["t0", "t1"]}]}), 40),
            (json!({"withoutTag": {"slug": "t0"}}), 40),
            (json!({"categories": [{"slug": "c1"}], "sections": ["news"]}), 0),
            (json!({"categories": [{"slug": "c0"}], "sections": ["news"]}), 15),
            (json!({"sections": ["news", "blog"]}), 60),
            (json!({"sections": []}), 0),
            (json!({"tags": [{"slug": "nothing"}]}), 0),
            (json!({"date": {"gte": "2025-06-01T00:00:00Z", "lt": "2025-08-01T00:00:00Z"}}), 10),
        ] {
            let answer = found(&app.nobody(), json!({"query": "harbour", "filter": filter}));
            assert_eq!(answer.number("/search/totalCount"), expected, "{filter}");
            let counted: i64 = (0..12).filter_map(|at| answer.at("/search/facets/months").get(at)?["count"].as_i64()).sum();
            assert_eq!(counted, expected, "{filter}");
        }
    }

    fn marks_are_whole_sentences_and_safe(app) {
        import(&app, &[
            ("a", "灯塔 <b> & co", "第一句没有它。第二句里有灯塔！第三句也没有。\n\n`<script>` 灯塔 \\& \\\"x\\\"。"),
            ("b", "Plain", "Nothing here. The lighthouse keeper 😀 said \\<i\\> that lighthouses are lights. More."),
        ]);
        let answer = found(&app.nobody(), json!({"query": "燈塔"}));
        assert_eq!(highlight(&answer, "TITLE").0, ["<mark>灯塔</mark> &lt;b&gt; &amp; co"]);
        assert_eq!(highlight(&answer, "BODY").0,
            ["第二句里有<mark>灯塔</mark>！", "&lt;script&gt; <mark>灯塔</mark> &amp; &quot;x&quot;。"]);
        let answer = found(&app.nobody(), json!({"query": "lighthouse"}));
        let (fragments, offsets) = highlight(&answer, "BODY");
        assert_eq!(fragments,
            ["The <mark>lighthouse</mark> keeper 😀 said &lt;i&gt; that <mark>lighthouses</mark> are lights."]);
        let path = answer.text("/search/nodes/0/path");
        let body = app.query("query($p: String!) { article(by: { path: $p }) { body { plainText } } }", json!({"p": path}))
            .text("/article/body/plainText");
        let units: Vec<u16> = body.encode_utf16().collect();
        let marked: Vec<_> = offsets.iter().map(|(start, end)| String::from_utf16_lossy(&units[*start..*end])).collect();
        assert_eq!(marked, ["lighthouse", "lighthouses"]);
    }

    fn slips_are_mended_and_said_so(app) {
        import(&app, &[("a", "Database servers", "The server keeps the database."), ("b", "杭州西湖", "西湖边的旅游攻略。"), ("c", "备份", "数据库的备份。")]);
        for (query, meant, count) in [
            ("serevr", Some("server"), 1), ("databse", Some("database"), 1), ("databaze -nothing", Some("database -nothing"), 1),
            ("server", None, 1), ("srv", None, 0), ("\"serevr\"", None, 0), ("serevr OR x", None, 0),
            ("西湖攻略", Some("西湖 攻略"), 1), ("西湖旅遊", Some("西湖 旅游"), 1), ("杭洲", None, 0),
            // What is nowhere is left out, unless it is quoted.
            ("server zzzzzz", Some("server"), 1), ("serevr 杭洲", Some("server"), 1), ("server \"zzzzzz\"", None, 0),
            // Words of a run that are not together anywhere; words that are typed apart stay so.
            ("西湖数据库", Some("西湖 OR 数据库"), 2), ("西湖 数据库", None, 0),
        ] {
            let answer = found(&app.nobody(), json!({"query": query}));
            assert_eq!(answer.at("/search/didYouMean").as_str(), meant, "{query}");
            assert_eq!(answer.number("/search/totalCount"), count, "{query}");
        }
    }

    fn a_search_box_is_offered_what_begins_so(app) {
        let files = [
            ("content/a.md", article("Lighthouses of the north", "tags: [Lights]\ncategories: [Lighting]\n", "The lightning struck. Lightness.")),
            ("content/b.md", article("杭州的灯塔", "tags: [灯塔]\n", "x")),
        ];
        let files: Vec<_> = files.iter().map(|(path, text)| (*path, text.as_str())).collect();
        assert_eq!(app.import_files(&files).created, 2);
        let ask = |query: &str| app.query("query($q: String!) { suggest(query: $q) { kind text highlighted article { path } tag { name } category { name } } }",
            json!({"q": query}));
        let offered = ask("ligh");
        assert_eq!(offered.each("/suggest", "text"), ["Lights", "Lighting", "Lighthouses of the north", "lighthouses", "lightness"]);
        assert_eq!(offered.each("/suggest", "kind"), ["TAG", "CATEGORY", "ARTICLE", "QUERY", "QUERY"]);
        assert_eq!(offered.text("/suggest/2/highlighted"), "<mark>Lighthouses</mark> of the north");
        assert_eq!(offered.text("/suggest/2/article/path"), "/a/");
        assert_eq!(ask("lighthouses of the n").each("/suggest", "text"), ["Lighthouses of the north"]);
        assert_eq!(ask("灯").each("/suggest", "text"), ["灯塔", "杭州的灯塔"]);
        for nothing in ["", " ", "zzz", "-", "\""] {
            assert!(ask(nothing).each("/suggest", "text").is_empty(), "{nothing}");
        }
    }

    fn similar_articles_share_what_is_telling(app) {
        import(&app, &[
            ("a", "Lighthouse keepers", "The keeper of the lighthouse writes about storms and lamps."),
            ("b", "Lamps in storms", "In storms the lighthouse needs lamps, says its keeper."),
            ("c", "Baking bread", "Flour, water and salt make bread, says the baker."),
            ("d", "More bread", "The baker says that bread needs salt and time."),
        ]);
        let ctx = app.ctx();
        let scope = api::policy::Scope::public(&ctx);
        let ids = |query: &str| {
            let answer = found(&app.nobody(), json!({"query": query, "first": 1}));
            api::graphql::id::decode(&answer.text("/search/nodes/0/id")).expect("an id").1
        };
        let (first, third) = (ids("title:keepers"), ids("title:baking"));
        let similar = |id| app.block_on(api::search::similar(&ctx, &scope, &[id], 1)).expect("similar ones").remove(&id).unwrap_or_default()
            .into_iter().map(|(id, _)| id).collect::<Vec<_>>();
        assert_eq!(similar(first), [ids("title:lamps")]);
        assert_eq!(similar(third), [ids("title:more")]);
    }

    fn a_search_takes_as_many_statements_for_one_row_as_for_twenty(app) {
        many(&app);
        let count = |first: i64| {
            let document = "query($first: Int) { search(query: \"harbour\", first: $first) { totalCount
                edges { score highlights { fragments } node { title tags { name } } } facets { tags { tag { name } count } } } }";
            let variables = json!({"first": first});
            let _ = app.query(document, variables.clone());
            app.statements(|| app.query(document, variables)).1.len()
        };
        // The feed, the site and its languages, the articles, their bodies, their terms,
        // the names of the facet.
        assert_eq!((count(1), count(20)), (7, 7));
    }
}
