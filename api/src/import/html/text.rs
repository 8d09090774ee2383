//! The text of HTML that stands where no markup is shown: titles, names, summaries.

use crate::render::tokens::{Token, Tokens};

/// Text without tags, its references resolved, on one line.
#[must_use]
pub fn plain(html: &str) -> String {
    let mut out = String::with_capacity(html.len());
    let mut tokens = Tokens::new(html);
    while let Some(token) = tokens.next() {
        match token {
            Token::Text(text) => unescape_into(&mut out, text),
            Token::Open { name, .. } if super::blocks::is_raw(&name) => tokens.skip_element(&name),
            Token::Open { name, .. } | Token::Close { name } => {
                if super::blocks::is_block(&name) || name == "br" {
                    out.push(' ');
                }
            }
            Token::Comment => {}
        }
    }
    out.split_whitespace().collect::<Vec<_>>().join(" ").replace('\0', "")
}

/// Resolves references; what only looks like one stays as it is.
#[must_use]
pub fn unescape(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    unescape_into(&mut out, text);
    out
}

fn unescape_into(out: &mut String, text: &str) {
    let mut rest = text;
    while let Some(at) = rest.find('&') {
        out.push_str(&rest[..at]);
        rest = &rest[at..];
        let near = &rest[..rest.floor_char_boundary(40)];
        let resolved = near.find(';').and_then(|end| Some((reference(&near[1..end])?, end)));
        if let Some((text, end)) = resolved {
            out.push_str(&text);
            rest = &rest[end + 1..];
        } else {
            out.push('&');
            rest = &rest[1..];
        }
    }
    out.push_str(rest);
}

/// What a reference stands for, by its name or number.
#[must_use]
pub fn reference(name: &str) -> Option<String> {
    let Some(number) = name.strip_prefix('#') else {
        return quick_xml::escape::resolve_html5_entity(name).map(str::to_owned);
    };
    let code = match number.strip_prefix(['x', 'X']) {
        Some(hex) => u32::from_str_radix(hex, 16).ok()?,
        None => number.parse().ok()?,
    };
    char::from_u32(code).filter(|c| *c != '\0').map(String::from)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn titles_lose_their_markup() {
        for (html, text) in [
            ("Tom &amp; Jerry&#8217;s <em>day</em>", "Tom & Jerry’s day"),
            ("AT&T &nope; &amp", "AT&T &nope; &amp"),
            ("a<br>b<script>x</script>", "a b"),
            ("1 < 2 &lt;b&gt;", "1 < 2 <b>"),
            ("新&nbsp;闻\n ", "新 闻"),
        ] {
            assert_eq!(plain(html), text, "{html}");
        }
    }
}
