//! Where the search widget sends what is typed.
//!
//! A site with a page for it names that page. One without lets this server
//! answer: a plain form cannot ask GraphQL, so the widget carries the document.

use super::settings::Setting;
use crate::hugo::address;

const ENDPOINT: &str = "/graphql";

/// What to send to the endpoint for the variables `query` and `language`; where the
/// language is not given, it is that of the page with the widget.
pub fn document(setting: &Setting) -> String {
    let language = &setting.place.language().tag;
    format!(
        "query($query: String!, $language: LanguageTag = \"{language}\") {{ \
         results: search(query: $query, language: $language, first: 10) \
         {{ nodes {{ title url }} }} }}"
    )
}

/// Whether this server answers by itself.
pub fn is_graphql(setting: &Setting) -> bool {
    setting.text("action") == Some(ENDPOINT)
}

pub fn action(setting: &Setting) -> String {
    setting.text("action").map_or_else(
        || {
            let place = &setting.place;
            address::encode(&format!("{}search/", place.frame.home_path(place.language())))
        },
        str::to_owned,
    )
}
