//! What other systems have beside their posts: menus, redirects, comments.

use api::import::{From, Options, Report};
use api::policy::Role;
use serde_json::{Value, json};
use tests::{TestApp, on_both, write_files};

const WORDPRESS: &str = r#"<?xml version="1.0" encoding="UTF-8" ?>
<rss version="2.0" xmlns:excerpt="http://wordpress.org/export/1.2/excerpt/" xmlns:content="http://purl.org/rss/1.0/modules/content/" xmlns:wp="http://wordpress.org/export/1.2/">
<channel><title>T</title><link>https://old.example</link><language>en</language><wp:wxr_version>1.2</wp:wxr_version><wp:base_blog_url>https://old.example</wp:base_blog_url>
<wp:category><wp:term_id>3</wp:term_id><wp:category_nicename>town</wp:category_nicename><wp:cat_name>Town</wp:cat_name></wp:category>
<item><title>About us</title><link>https://old.example/about/</link><content:encoded>x</content:encoded><wp:post_id>11</wp:post_id><wp:post_date>2024-01-01 00:00:00</wp:post_date><wp:post_name>about</wp:post_name><wp:status>publish</wp:status><wp:post_type>page</wp:post_type>
  <wp:comment><wp:comment_id>5</wp:comment_id><wp:comment_author>Ann</wp:comment_author><wp:comment_content>Well said</wp:comment_content><wp:comment_approved>1</wp:comment_approved></wp:comment></item>
<item><title>Post</title><content:encoded>x</content:encoded><wp:post_id>12</wp:post_id><wp:post_date>2024-01-01 00:00:00</wp:post_date><wp:post_name>p</wp:post_name><wp:status>publish</wp:status><wp:post_type>post</wp:post_type><category domain="category" nicename="town">Town</category></item>
<item><title>Else</title><wp:post_id>24</wp:post_id><wp:menu_order>3</wp:menu_order><wp:status>publish</wp:status><wp:post_type>nav_menu_item</wp:post_type><category domain="nav_menu" nicename="main">Main</category>
  <wp:postmeta><wp:meta_key>_menu_item_type</wp:meta_key><wp:meta_value>custom</wp:meta_value></wp:postmeta><wp:postmeta><wp:meta_key>_menu_item_url</wp:meta_key><wp:meta_value>https://old.example/p/?x=1</wp:meta_value></wp:postmeta></item>
<item><title></title><wp:post_id>21</wp:post_id><wp:menu_order>1</wp:menu_order><wp:status>publish</wp:status><wp:post_type>nav_menu_item</wp:post_type><category domain="nav_menu" nicename="main">Main</category>
  <wp:postmeta><wp:meta_key>_menu_item_type</wp:meta_key><wp:meta_value>post_type</wp:meta_value></wp:postmeta><wp:postmeta><wp:meta_key>_menu_item_object_id</wp:meta_key><wp:meta_value>11</wp:meta_value></wp:postmeta></item>
<item><title>The town</title><wp:post_id>22</wp:post_id><wp:menu_order>2</wp:menu_order><wp:status>publish</wp:status><wp:post_type>nav_menu_item</wp:post_type><category domain="nav_menu" nicename="main">Main</category>
  <wp:postmeta><wp:meta_key>_menu_item_type</wp:meta_key><wp:meta_value>taxonomy</wp:meta_value></wp:postmeta><wp:postmeta><wp:meta_key>_menu_item_object_id</wp:meta_key><wp:meta_value>3</wp:meta_value></wp:postmeta>
  <wp:postmeta><wp:meta_key>_menu_item_menu_item_parent</wp:meta_key><wp:meta_value>21</wp:meta_value></wp:postmeta></item>
<item><title>Gone</title><wp:post_id>23</wp:post_id><wp:menu_order>4</wp:menu_order><wp:status>publish</wp:status><wp:post_type>nav_menu_item</wp:post_type><category domain="nav_menu" nicename="main">Main</category>
  <wp:postmeta><wp:meta_key>_menu_item_type</wp:meta_key><wp:meta_value>post_type</wp:meta_value></wp:postmeta><wp:postmeta><wp:meta_key>_menu_item_object_id</wp:meta_key><wp:meta_value>99</wp:meta_value></wp:postmeta></item>
</channel></rss>"#;

const GHOST: &str = r#"{"db": [{"meta": {"version": "5.0.0"}, "data": {
  "posts": [{"id": "1", "uuid": "u1", "title": "A", "slug": "a", "html": "<p>x</p>", "status": "published", "type": "post", "published_at": "2024-01-01T00:00:00.000Z", "created_at": "2024-01-01T00:00:00.000Z"}],
  "settings": [{"key": "title", "value": "G"}, {"key": "navigation", "value": "[{\"label\":\"Home\",\"url\":\"/\"},{\"label\":\"Shop\",\"url\":\"https://shop.example/\"}]"}]
}}]}"#;

/// Writes files into a folder, and imports one of them.
fn import(
    app: &TestApp,
    files: &[(&str, &str)],
    options: impl FnOnce(&std::path::Path) -> Options,
) -> Report {
    let folder = tempfile::tempdir().expect("a temporary folder");
    write_files(folder.path(), files);
    let (ctx, options) = (app.ctx(), options(folder.path()));
    app.block_on(api::import::run(&ctx, options)).expect("a report")
}

fn wordpress(app: &TestApp) -> Report {
    import(app, &[("export.xml", WORDPRESS)], |folder| {
        Options::new(From::WordPress(folder.join("export.xml")))
    })
}

fn menu(app: &TestApp) -> Value {
    let document = "{ menu(name: \"main\") { origin items { name url children { name url } } } }";
    app.query(document, Value::Null).at("/menu").clone()
}

on_both! {
    fn a_menu_of_wordpress_leads_to_what_came_in(app) {
        let report = wordpress(&app);
        assert_eq!((report.failures, report.menus), (vec![], 1));
        assert_eq!(menu(&app), json!({"origin": "ARRANGED", "items": [
            {"name": "About us", "url": "/about/", "children": [{"name": "The town", "url": "/categories/town/"}]},
            {"name": "Else", "url": "/p/?x=1", "children": []},
            {"name": "Gone", "url": "", "children": []},
        ]}));
        let warned = report.warnings.iter().any(|problem| problem.message.contains("menu \"main\"") && problem.message.contains("Gone"));
        assert!(warned, "{:?}", report.warnings);
        // What was arranged here since is not overwritten.
        let editor = app.as_role(Role::Editor);
        let _ = editor.ask("mutation { setMenu(by: {name: \"main\", language: \"en\"}, expectedVersion: 1, entries: [{name: \"One\", target: {url: \"/one/\"}}]) { userErrors { message } } }", Value::Null).accepted("setMenu");
        assert_eq!(wordpress(&app).menus, 0);
        assert_eq!(menu(&app)["items"].as_array().map(Vec::len), Some(1));
    }

    fn what_was_kept_of_an_item_is_for_its_editors(app) {
        wordpress(&app);
        let document = "{ article(by: {path: \"/about/\"}) { imports { source key link version kept } } }";
        let found = app.as_role(Role::Editor).ask(document, Value::Null);
        let item = found.at("/article/imports/0");
        assert_eq!((&item["source"], &item["key"]), (&json!("wordpress:old.example"), &json!("wp:11")));
        assert_eq!((&item["link"], &item["version"]), (&json!("https://old.example/about/"), &json!(1)));
        assert!(item["kept"]["comments"].to_string().contains("Well said"), "{item}");
        let made = "{ articles(first: 1, filter: {title: {eq: \"Post\"}}) { nodes { imports { key } } } }";
        assert_eq!(app.as_role(Role::Admin).ask(made, Value::Null).at("/articles/nodes/0/imports/0/key"), "wp:12");
        for refused in [app.nobody(), app.as_role(Role::Viewer), app.as_role(Role::Author)] {
            let raw = refused.post(&json!({"query": document}));
            assert!(!raw.body.contains("Well said") && raw.body.contains("errors"), "{}", raw.body);
        }
    }

    fn ghosts_navigation_and_redirects_come_in_beside_its_posts(app) {
        let redirects = "301:\n  /old: /a/\n  ^/older/?$: /a/\n  /tags/(.*): /tag/$1\n302:\n  /a: /x\n";
        let options = |folder: &std::path::Path| Options::new(From::Ghost(folder.join("export.json")));
        let report = import(&app, &[("export.json", GHOST), ("redirects.yaml", redirects)], options);
        assert_eq!((report.failures, report.redirects, report.menus), (vec![], 2, 1));
        let said: Vec<_> = report.warnings.iter().map(|problem| problem.message.as_str()).collect();
        assert!(said.iter().any(|said| said.contains("\"/tags/(.*)\" is a pattern")), "{said:?}");
        assert_eq!(menu(&app)["items"], json!([{"name": "Home", "url": "/", "children": []}, {"name": "Shop", "url": "https://shop.example/", "children": []}]));
        let leads = |path: &str| app.query("query($path: String!) { route(path: $path) { ... on Redirect { permanent target } } }", json!({"path": path})).at("/route").clone();
        assert_eq!((&leads("/old")["permanent"], &leads("/older/")["permanent"]), (&json!(true), &json!(true)));
        // Again, from a file that is named: what leads there already is no news.
        let named = |folder: &std::path::Path| Options { redirects: Some(folder.join("r.json")), ..options(folder) };
        let list = r#"[{"from": "/old", "to": "/a/", "permanent": true}, {"from": "/third", "to": "https://third.example/"}]"#;
        let report = import(&app, &[("export.json", GHOST), ("r.json", list)], named);
        assert_eq!((report.failures, report.warnings, report.redirects), (vec![], vec![], 1));
        let broken = import(&app, &[("export.json", GHOST), ("r.json", "nothing")], named);
        assert_eq!(broken.failures.len(), 1);
    }
}
