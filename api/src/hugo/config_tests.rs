use super::*;
use serde_json::json;

fn site(root: Value) -> Result<SiteConfig, Problem> {
    let Value::Object(root) = root else {
        panic!("a configuration is a map");
    };
    build(root, None, "content", None, Vec::new())
}

#[test]
fn tags_are_canonical() {
    let check = |tag: &str, expected: Option<&str>| {
        assert_eq!(canonical_tag(tag).as_deref(), expected, "{tag}");
    };
    check("zh-cn", Some("zh-CN"));
    check("ZH-hans-cn", Some("zh-Hans-CN"));
    check("pt_BR", Some("pt-BR"));
    check("en", Some("en"));
    check("es-419", Some("es-419"));
    check("sl-rozaj-1994", Some("sl-rozaj-1994"));
    check("de-u-co-phonebk", Some("de-u-co-phonebk"));
    check("", None);
    check("e", None);
    check("en-", None);
    check("deutsch!", None);
}

#[test]
fn an_empty_configuration_is_hugos_default() {
    let config = site(json!({})).unwrap();
    assert_eq!(config.default_language, "en");
    assert_eq!(config.time_zone, Tz::UTC);
    assert_eq!(config.languages.len(), 1);
    assert_eq!(config.languages[0].content_dir, "content");
    assert_eq!(config.rules.taxonomies["tag"], "tags");
    assert_eq!(config.rules.taxonomies["category"], "categories");
}

#[test]
fn languages_inherit_and_override() {
    let config = site(json!({
        "TITLE": "Root", "defaultContentLanguage": "ZH-cn", "hasCJKLanguage": true,
        "params": {"Subtitle": "s", "author": {"name": "a"}},
        "menus": {"main": [{"name": "Home", "url": "/", "weight": 1}]},
        "languages": {
            "en": {"weight": 2, "title": "English", "menu": {"main": {"Name": "Start"}}},
            "zh-cn": {"weight": 1, "languageCode": "zh-cn", "languageName": "中文",
                      "contentDir": "./content/zh/", "params": {"subtitle": "副", "author": {"bio": "b"}}},
            "fr": {"disabled": true},
        }
    }))
    .unwrap();
    let keys: Vec<&str> = config.languages.iter().map(|l| l.key.as_str()).collect();
    assert_eq!(keys, ["zh-cn", "en"]);
    assert_eq!(config.disabled_languages, ["fr"]);
    let chinese = config.language("zh-CN").unwrap();
    assert_eq!(chinese.tag, "zh-CN");
    assert_eq!(chinese.content_dir, "content/zh");
    assert!(chinese.own_content_dir && chinese.has_cjk);
    assert_eq!(chinese.title, "Root");
    assert_eq!(chinese.menus["main"][0].name, "Home");
    assert_eq!(
        Value::Object(chinese.params.clone()),
        json!({"Subtitle": "副", "author": {"name": "a", "bio": "b"}})
    );
    let english = config.language("en").unwrap();
    assert_eq!(english.title, "English");
    assert_eq!(english.menus["main"][0].name, "Start");
}

#[test]
fn languages_with_one_code_are_told_apart() {
    let tags = |languages: Value| -> Vec<String> {
        let config = site(json!({ "languages": languages })).unwrap();
        config.languages.into_iter().map(|language| language.tag).collect()
    };
    let same = |code: &str, weight: u8| json!({ "languageCode": code, "weight": weight });
    assert_eq!(tags(json!({"fr": same("en-us", 1), "en": same("en-us", 2)})), ["fr", "en-US"]);
    assert_eq!(
        tags(json!({"zh-cn": same("zh-CN", 1), "zh-hans": same("zh-CN", 2)})),
        ["zh-CN", "zh-Hans"]
    );
    assert_eq!(tags(json!({"en": same("en-gb", 1)})), ["en-GB"]);
}

#[test]
fn what_cannot_be_is_said() {
    let message = |root: Value| site(root).unwrap_err().message;
    assert!(message(json!({"timeZone": "Mars/Base"})).contains("Mars/Base"));
    assert!(
        message(json!({"defaultContentLanguage": "de", "languages": {"en": {}}})).contains("`de`")
    );
}

#[test]
fn a_base_path_is_found() {
    let path = |url: &str| site(json!({ "baseURL": url })).unwrap().base_path().to_owned();
    assert_eq!(path("https://example.org/"), "");
    assert_eq!(path("https://example.org"), "");
    assert_eq!(path("https://example.org/blog/"), "/blog");
    assert_eq!(path("//example.org/blog"), "/blog");
    assert_eq!(path("/blog"), "/blog");
}

#[test]
fn date_fields_have_synonyms() {
    let config = site(json!({"frontmatter": {"date": [":filename", ":default"]}})).unwrap();
    assert_eq!(
        config.dates.date,
        [":filename", "date", "publishdate", "pubdate", "published", "lastmod", "modified"]
    );
    assert_eq!(config.dates.expiry_date, ["expirydate", "unpublishdate"]);
}
