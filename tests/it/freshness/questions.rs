//! What the model of freshness asks.

use tests::Client;

use super::{LANGUAGES, SECTIONS, TAGS, ask};

/// What readers ask: pages of a site, and single questions.
pub fn questions(nobody: &Client) -> Vec<String> {
    let fields = "path title date tags { name path } categories { name }";
    let mut all = vec![
        "{ site { title languages { tag name } menu(name: \"main\") { items { name url } } } }".to_owned(),
        "{ tags { nodes { name articleCount } totalCount } }".to_owned(),
        "{ categories { nodes { name children { name } articleCount } } }".to_owned(),
        "{ archive(language: \"en\", by: YEAR) { year count months { month count } } }".to_owned(),
        "{ articles { totalCount } }".to_owned(),
        "{ articles(filter: { title: { contains: \"new\" } }) { nodes { title } } }".to_owned(),
        "{ articles(orderBy: { field: LAST_MODIFIED }, first: 4) { nodes { path lastModified } } }".to_owned(),
        "{ articles(filter: { category: { slug: \"one\", includeDescendants: true } }) { totalCount } }".to_owned(),
        "{ widgets(language: \"en\", page: LIST) { ... on RecentWidget { articles { title } } ... on TagListWidget { tags { name articleCount } } } }".to_owned(),
        "{ sections(language: \"en\") { name title articleCount } }".to_owned(),
        "{ search(query: \"text\", first: 3) { totalCount } }".to_owned(),
    ];
    for language in LANGUAGES {
        for section in SECTIONS {
            all.push(format!(
                "{{ articles(first: 5, filter: {{ language: \"{language}\", section: {{ eq: \"{section}\" }} }}) {{ totalCount nodes {{ {fields} }} pageInfo {{ hasNextPage }} }} }}"
            ));
            all.push(format!(
                "{{ articles(first: 2, orderBy: {{ field: TITLE, direction: ASC }}, filter: {{ language: \"{language}\", section: {{ eq: \"{section}\" }} }}) {{ nodes {{ title summary }} pageInfo {{ hasNextPage }} }} }}"
            ));
        }
        all.push(format!(
            "{{ articles(first: 3, filter: {{ language: \"{language}\" }}) {{ tagCounts(first: 3) {{ tag {{ name }} count }} nodes {{ {fields} }} }} }}"
        ));
    }
    for tag in TAGS {
        all.push(format!("{{ tag(by: {{ slug: \"{tag}\" }}) {{ name articleCount articles(first: 3) {{ totalCount nodes {{ title }} }} }} }}"));
        all.push(format!("{{ articles(filter: {{ language: \"en\", tag: {{ slug: \"{tag}\" }} }}) {{ totalCount nodes {{ title path }} }} }}"));
    }
    for number in 0..12 {
        let path = format!("/{}/a{number}/", SECTIONS[number % 3]);
        all.push(format!("{{ article(by: {{ path: \"{path}\" }}) {{ title body {{ html }} tags {{ name }} translations {{ path title }} }} }}"));
        if number % 3 == 0 {
            all.push(format!("{{ article(by: {{ path: \"{path}\" }}) {{ title previous {{ title }} next {{ title }} related(first: 2) {{ title }} site {{ menu(name: \"main\") {{ items {{ name }} }} }} }} }}"));
        }
    }
    for path in [
        "/news/new-1/",
        "/blog/new-2/",
        "/NEWS/A0/",
        "/tags/ash/",
        "/old-1/",
        "/news/",
        "/news/page/2/",
    ] {
        all.push(format!("{{ route(path: \"{path}\", pageSize: 3) {{ __typename ... on Article {{ title }} ... on Redirect {{ target }} ... on Tag {{ name }} ... on Section {{ title }} ... on ListPage {{ number totalCount articles {{ title }} }} }} }}"));
    }
    all.extend(pages(nobody));
    all.extend(filters());
    all.extend(nested());
    all
}

/// Pages of lists in each order: their starts, their ends, and what is between two
/// cursors.
fn pages(nobody: &Client) -> Vec<String> {
    let mut all = Vec::new();
    let fields = ["DATE", "LAST_MODIFIED", "CREATED_AT", "TITLE", "WEIGHT"];
    for (index, field) in fields.into_iter().enumerate() {
        for direction in ["ASC", "DESC"] {
            let order = format!("orderBy: {{ field: {field}, direction: {direction} }}");
            let language = LANGUAGES[index % 2];
            let list = |page: &str, shown: &str| {
                format!(
                    "{{ articles({page}, {order}, filter: {{ language: \"{language}\" }}) {{ {shown} pageInfo {{ hasNextPage hasPreviousPage }} }} }}"
                )
            };
            let edges = ask(nobody, &list("first: 10", "edges { cursor }"));
            let cursor = |index: usize| {
                edges["data"]["articles"]["edges"][index]["cursor"]
                    .as_str()
                    .expect("a cursor")
                    .to_owned()
            };
            let (early, late) = (cursor(2), cursor(7));
            all.push(list("first: 2", "nodes { path }"));
            all.push(list("last: 2", "nodes { path title }"));
            all.push(list(&format!("first: 2, after: \"{early}\""), "nodes { path }"));
            all.push(list(&format!("last: 2, before: \"{late}\""), "totalCount nodes { path }"));
            all.push(list(
                &format!("first: 9, after: \"{early}\", before: \"{late}\""),
                "nodes { path }",
            ));
        }
    }
    for section in ["news", "blog"] {
        for page in [2, 3] {
            all.push(format!("{{ route(path: \"/{section}/page/{page}/\", pageSize: 2) {{ ... on ListPage {{ number totalPages articles {{ path }} }} }} }}"));
        }
    }
    all.push("{ articles(first: 0) { pageInfo { hasNextPage } } }".to_owned());
    all.push("{ route(path: \"/zh-cn/page/2/\", pageSize: 4) { ... on ListPage { totalCount articles { title } } } }".to_owned());
    all
}

/// Lists by what their filters say.
fn filters() -> Vec<String> {
    let filters = [
        "title: { startsWith: \"a1\" }",
        "title: { in: [\"A1\", \"A4\"] }",
        "title: { contains: \"新\" }",
        "path: { startsWith: \"/news/\" }",
        "date: { gte: \"2026-01-04T00:00:00Z\", lt: \"2026-01-08T00:00:00Z\" }",
        "lastModified: { gt: \"2026-10-31T00:00:00Z\" }",
        "not: { tag: { slug: \"ash\" } }, language: \"en\"",
        "or: [{ tag: { slug: \"birch\" } }, { section: { eq: \"blog\" } }]",
        "and: [{ language: \"en\" }, { category: { slugIn: [\"one\", \"two\"] } }, { title: { contains: \"t\" } }]",
        "term: { taxonomy: \"tags\", slug: \"cedar\", includeDescendants: true }",
        "status: [PUBLISHED], section: { in: [\"news\", \"notes\"] }",
    ];
    filters
        .iter()
        .flat_map(|filter| {
            [
                format!("{{ articles(first: 3, filter: {{ {filter} }}) {{ nodes {{ path }} pageInfo {{ hasNextPage }} }} }}"),
                format!("{{ articles(filter: {{ {filter} }}) {{ totalCount }} }}"),
            ]
        })
        .collect()
}

/// Lists under what has several, and numbers of all kinds.
fn nested() -> Vec<String> {
    let all = [
        "{ tags { nodes { name articles(first: 2) { nodes { path } pageInfo { hasNextPage } } } } }",
        "{ tags(orderBy: COUNT, first: 2, language: \"en\") { nodes { slug } } }",
        "{ tags { nodes { slug articles(last: 1, orderBy: { field: TITLE, direction: ASC }) { totalCount nodes { title } } } } }",
        "{ categories { nodes { slug articleCount(includeDescendants: true) articles(first: 2, includeDescendants: true) { nodes { path } } } } }",
        "{ sections(language: \"en\") { name articles(first: 2, orderBy: { field: CREATED_AT }) { nodes { path } } } }",
        "{ sections(language: \"zh-CN\") { name articleCount } }",
        "{ archive(language: \"en\", by: MONTH) { year month count articles(first: 2) { nodes { path } } } }",
        "{ articles(filter: { language: \"zh-CN\" }) { sectionCounts { count section { name } } languageCounts { count } } }",
        "{ articles(filter: { tag: { slug: \"ash\" } }) { authorCounts { count name } monthCounts { month count } } }",
        "{ articles { categoryCounts { count category { slug } } } }",
        "{ widgets(language: \"zh-CN\", page: SINGLE) { ... on RecentWidget { articles { title } } ... on TagListWidget { tags { name } } ... on CategoriesWidget { categories { name } } } }",
    ];
    all.map(str::to_owned).into()
}
