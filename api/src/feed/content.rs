//! Addresses in content, in full.

use ammonia::Url;

use crate::render;

/// HTML that was sanitized, with every relative address made absolute against
/// that of its page: a reader shows it far from there.
#[must_use]
pub fn absolute(html: &str, page: &str) -> String {
    match Url::parse(page) {
        Ok(base) => render::sanitize_for(html, base),
        Err(_) => render::sanitize(html),
    }
}

/// An address in full, as seen from a page.
#[must_use]
pub fn join(page: &str, address: &str) -> Option<String> {
    let joined = Url::parse(page).ok()?.join(address).ok()?;
    matches!(joined.scheme(), "http" | "https").then(|| joined.into())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_are_seen_from_the_page() {
        let page = "https://example.org/news/a/";
        for (html, expected) in [
            ("<img src=\"b.png\">", "<img src=\"https://example.org/news/a/b.png\">"),
            ("<a href=\"../x?y#z\">r</a>", "<a href=\"https://example.org/news/x?y#z\">r</a>"),
            ("<a href=\"/x/\">r</a>", "<a href=\"https://example.org/x/\">r</a>"),
            ("<a href=\"#fn:1\">1</a>", "<a href=\"https://example.org/news/a/#fn:1\">1</a>"),
            ("<a href=\"//e.org/\">p</a>", "<a href=\"https://e.org/\">p</a>"),
            ("<a href=\"mailto:a@b.cc\">m</a>", "<a href=\"mailto:a@b.cc\">m</a>"),
            (
                "<video src=\"a.mp4\" poster=\"p.jpg\"></video>",
                "<video src=\"https://example.org/news/a/a.mp4\" poster=\"https://example.org/news/a/p.jpg\"></video>",
            ),
            ("<a href=\"javascript:alert(1)\">x</a>", "<a>x</a>"),
            ("<img src=\"x\" onerror=\"alert(1)\">", "<img src=\"https://example.org/news/a/x\">"),
        ] {
            assert_eq!(absolute(html, page), expected, "{html}");
        }
        assert_eq!(join(page, "/a.png").as_deref(), Some("https://example.org/a.png"));
        assert_eq!(join(page, "data:image/png,x"), None);
        assert_eq!(join("not an address", "a"), None);
    }
}
