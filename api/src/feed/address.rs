//! Where feeds live: below the address of their list.

use super::FeedKind;
use crate::ctx::App;
use crate::hugo::address;
use crate::site::{Frame, LanguageFrame};

/// The folder of authors, below the language.
const AUTHORS: &str = "authors";

/// The list and the kind of the feed at a decoded path, if a feed may be there.
#[must_use]
pub fn split(path: &str) -> Option<(&str, FeedKind)> {
    let (list, file) = path.split_at(path.rfind('/')? + 1);
    let kind = match file {
        // As Hugo calls it.
        "index.xml" => FeedKind::Rss,
        file => FeedKind::ALL.into_iter().find(|kind| kind.file() == file)?,
    };
    Some((list, kind))
}

/// Where readers reach this server, without a slash at the end.
#[must_use]
pub fn server<'a>(app: &'a App, frame: &'a Frame) -> &'a str {
    let own = app.config().delivery.server_url.as_str();
    if own.is_empty() { &frame.site.base_url } else { own }.trim_end_matches('/')
}

/// The feed of the list at a decoded path, in full.
#[must_use]
pub fn url(app: &App, frame: &Frame, list: &str, kind: FeedKind) -> String {
    format!("{}{}{}", server(app, frame), address::encode(list), kind.file())
}

/// The decoded address of an author's page; their feeds are below it.
#[must_use]
pub fn author_path(frame: &Frame, language: &LanguageFrame, name: &str) -> String {
    format!("{}/{AUTHORS}/{}/", frame.prefix(language), frame.rules.urlize(name))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn feeds_are_below_their_list() {
        for (path, expected) in [
            ("/feed.xml", Some(("/", FeedKind::Rss))),
            ("/index.xml", Some(("/", FeedKind::Rss))),
            ("/en/atom.xml", Some(("/en/", FeedKind::Atom))),
            ("/tags/编辑/feed.json", Some(("/tags/编辑/", FeedKind::Json))),
            ("/news/", None),
            ("/news/other.xml", None),
            ("feed.xml", None),
        ] {
            assert_eq!(split(path), expected, "{path}");
        }
    }
}
