use super::*;

#[test]
fn links_are_found() {
    let html = "<a href=\"b.md#x\">b</a><a href=\"https://e.org\">c</a><a href=\"#d\">d</a>\
                <a href=\"mailto:a@b\">e</a><a href=\"/f/\">f</a><a href=\"/f/\">g</a>\
                <a href=\"ref:h\">h</a><a href=\"//i/\">i</a>\
                <span data-shortcode=\"param\" data-params=\"[&quot;j&quot;]\"></span>";
    let to: Vec<_> = find(html, None).into_iter().map(|link| link.to).collect();
    assert_eq!(to, ["b.md#x", "/f/", "ref:h", "param:j"]);
}

#[test]
fn files_are_those_that_hugo_would_look_for() {
    for (to, file, expected) in [
        ("b.md#x", "content/n/a.md", &["content/n/b.md", "content/n/b/index.md"][..]),
        (
            "../b.md",
            "content/n/a/index.fr.md",
            &[
                "content/n/b.fr.md",
                "content/n/b/index.fr.md",
                "content/n/b.md",
                "content/n/b/index.md",
                "content/b.fr.md",
                "content/b/index.fr.md",
                "content/b.md",
                "content/b/index.md",
            ],
        ),
        (
            "relref:b?lang=de",
            "content/n/a.md",
            &[
                "content/n/b.de.md",
                "content/n/b/index.de.md",
                "content/n/b.md",
                "content/n/b/index.md",
            ],
        ),
        ("../b/", "content/n/a.md", &[]),
    ] {
        assert_eq!(files(to, file), expected, "{to}");
    }
    assert!(files("/n/b.md", "content/fr/n/a.md").contains(&"content/fr/n/b.md".to_owned()));
}

#[test]
fn addresses_are_followed() {
    for (to, path, expected) in [
        ("../b/", "/n/a/", &["/n/b/"][..]),
        ("b/", "/n/a/", &["/n/a/b/"]),
        ("b.md", "/n/a/", &["/n/b/"]),
        ("B/index.md", "/n/a/", &["/n/B/", "/n/b/"]),
        ("/n/b", "/fr/n/a/", &["/n/b/", "/fr/n/b/"]),
        ("ref:/n/b.md", "/fr/n/a/", &["/n/b/", "/fr/n/b/"]),
        ("../../../../b/?c#d", "/n/a/", &["/b/"]),
        ("a%20b/", "/", &["/a b/"]),
    ] {
        assert_eq!(paths(to, path), expected, "{to}");
    }
    assert_eq!(address("b.md?x#y", "/n/b/", "https://e.org/n/b/"), "/n/b/?x#y");
    assert_eq!(address("ref:b?lang=fr#y", "/n/b/", "https://e.org/n/b/"), "https://e.org/n/b/#y");
}

#[test]
fn what_is_unknown_stays_harmless() {
    for to in ["ref:javascript:x", "relref: javascript:x", "relref:java\tscript:x", "ref:data:x?y"]
    {
        let html = format!("<a href=\"{to}\">a</a>");
        assert_eq!(find(&html, Some("content/a.md")), []);
        assert_eq!(put_in(&html, |_| None, |_| None, |_| None), html);
    }
}

#[test]
fn what_is_known_is_put_in() {
    let html = "<p><a href=\"b.md\" title=\"b.md\">b.md</a> <a href=\"relref:c\">c</a> <a href=\"d.md\">d</a> \
                <span data-shortcode=\"param\" data-params=\"[&quot;j&quot;]\"></span> \
                <span data-shortcode=\"param\" data-params=\"[&quot;k&quot;]\"></span></p>";
    let of_link = |to: &str| (to == "b.md").then(|| "/b/?a&b\"".to_owned());
    let of_param = |name: &str| (name == "j").then(|| "<1>".to_owned());
    assert_eq!(
        put_in(html, of_link, |_| None, of_param),
        "<p><a href=\"/b/?a&amp;b&quot;\" title=\"b.md\">b.md</a> <a href=\"c\">c</a> <a href=\"d.md\">d</a> \
         &lt;1&gt; <span data-shortcode=\"param\" data-params=\"[&quot;k&quot;]\"></span></p>"
    );
}

#[test]
fn files_are_found() {
    let html = "<img src=\"p%201.jpg\"><img src=\"/img/a.png\"><a href=\"deep/./x.pdf\">x</a>\
                <img src=\"https://e.org/a.png\"><img src=\"../b.png\"><img src=\"x\"><video poster=\"c.png\" src=\"d.mp4\"></video>";
    let found =
        |file| -> Vec<_> { find(html, file).into_iter().flat_map(|link| link.media).collect() };
    assert_eq!(
        found(Some("content/n/a/index.de.md")),
        [
            "content/n/a/p 1.jpg",
            "static/img/a.png",
            "content/n/a/deep/x.pdf",
            "content/n/a/d.mp4",
            "content/n/a/c.png"
        ]
    );
    assert_eq!(found(Some("content/n/a.md")), ["static/img/a.png"]);
    assert_eq!(published("./p%201.jpg", "content/n/a/p 1.jpg", "/n/b/"), "/n/b/p 1.jpg");
    assert_eq!(published("/img/a.png", "static/img/a.png", "/n/b/"), "/img/a.png");
}

#[test]
fn pictures_have_their_size_put_in() {
    let of_file = |to: &str| {
        (to == "a.png").then(|| Shown { address: "/m/a\".png".to_owned(), size: Some((3, 2)) })
    };
    for (html, expected) in [
        (
            "<img src=\"a.png\" alt=\"a.png\">",
            "<img src=\"/m/a&quot;.png\" alt=\"a.png\" width=\"3\" height=\"2\">",
        ),
        ("<img src=\"a.png\" width=\"9\">", "<img src=\"/m/a&quot;.png\" width=\"9\">"),
        ("<img src=\"b.png\">", "<img src=\"b.png\">"),
        ("<video poster=\"a.png\">", "<video poster=\"/m/a&quot;.png\">"),
        ("<a href=\"a.png\">x</a>", "<a href=\"/m/a&quot;.png\">x</a>"),
    ] {
        assert_eq!(put_in(html, |_| None, of_file, |_| None), expected);
    }
    assert_eq!(
        lazy("<p><img src=\"a\"><img src=\"b\" loading=\"eager\"></p>".to_owned()),
        "<p><img src=\"a\" loading=\"lazy\"><img src=\"b\" loading=\"eager\"></p>"
    );
}

#[test]
fn lists_are_pages_too() {
    for (to, expected) in [
        ("/n/_index.md", &["/n/", "/n/n/"][..]),
        ("_index.md", &["/n/"]),
        ("../_index.md", &["/"]),
        ("ref:/_index.md", &["/", "/n/"]),
        ("ref:/tags/x", &["/tags/x/", "/n/tags/x/"]),
    ] {
        assert_eq!(paths(to, "/n/a/"), expected, "{to}");
        assert!(may_be_list(to));
    }
    assert!(!may_be_list("a.md") && !may_be_list("x_index.md") && !may_be_list("param:x"));
}
