//! oEmbed: an article as another site shows it, <https://oembed.com>.
//!
//! The HTML is a quotation with a link: it needs no script, and nothing in it but
//! escaped text and addresses of this site.

use entity::article_copy::{Column, Model};
use serde_json::json;

use crate::article::columns::Columns;
use crate::article::content::Author;
use crate::article::filter::ArticleBy;
use crate::article::read;
use crate::ctx::{App, Ctx};
use crate::error::{Error, Result};
use crate::feed::address;
use crate::feed::xml::{Xml, escape};
use crate::policy::Scope;
use crate::site::Frame;

/// Pixels that a quotation likes to have.
const WIDTH: u32 = 600;
const HEIGHT: u32 = 200;
/// What is quoted of a summary, in characters.
const QUOTED: usize = 280;

/// In which form an answer comes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Form {
    Json,
    Xml,
}

impl Form {
    pub const ALL: [Self; 2] = [Self::Json, Self::Xml];

    #[must_use]
    pub fn named(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|form| form.name() == name)
    }

    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Json => "json",
            Self::Xml => "xml",
        }
    }

    #[must_use]
    pub fn media_type(self) -> &'static str {
        match self {
            Self::Json => "application/json; charset=utf-8",
            Self::Xml => "text/xml; charset=utf-8",
        }
    }

    /// The type of a discovery link.
    #[must_use]
    pub fn link_type(self) -> &'static str {
        match self {
            Self::Json => "application/json+oembed",
            Self::Xml => "text/xml+oembed",
        }
    }
}

/// What is shown.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Embed {
    pub title: String,
    pub author: Option<(String, Option<String>)>,
    pub provider_name: String,
    pub provider_url: String,
    pub html: String,
    pub width: u32,
    pub height: u32,
}

/// Where an article's oEmbed answer is.
#[must_use]
pub fn url(app: &App, frame: &Frame, article: &str, form: Form) -> String {
    let asked = percent_encoding::utf8_percent_encode(article, percent_encoding::NON_ALPHANUMERIC);
    format!("{}/oembed?url={asked}&format={}", address::server(app, frame), form.name())
}

/// The article at an address of the site, within so many pixels.
pub async fn of(
    ctx: &Ctx,
    scope: &Scope,
    url: &str,
    (width, height): (Option<u32>, Option<u32>),
) -> Result<Embed> {
    let frame = ctx.frame().await?;
    let path = path_of(ctx.app(), &frame, url).ok_or_else(|| Error::not_found("article"))?;
    let columns = Columns::BASE.with(Columns::of(&[
        Column::Path,
        Column::Title,
        Column::Summary,
        Column::Description,
        Column::Authors,
    ]));
    let row = read::page(ctx, scope, &ArticleBy::Path(path), columns).await?;
    let row = row.ok_or_else(|| Error::not_found("article"))?;
    let language = frame.language_of(&row.language);
    let authors: Vec<Author> = serde_json::from_value(row.authors.0.clone())?;
    Ok(Embed {
        html: html(&frame, &row),
        title: row.title,
        author: authors.into_iter().next().map(|author| (author.name, author.url)),
        provider_name: language.row.title.clone(),
        provider_url: frame.absolute(&frame.home_path(language)),
        width: width.unwrap_or(WIDTH).min(WIDTH),
        height: height.unwrap_or(HEIGHT).min(HEIGHT),
    })
}

/// The path below the site's address, or this server's.
fn path_of(app: &App, frame: &Frame, url: &str) -> Option<String> {
    // Whichever of the two schemes a link was written with.
    let bare = |url: &str| {
        let (scheme, rest) = url.split_once("://")?;
        matches!(scheme, "http" | "https").then(|| rest.to_owned())
    };
    let asked = bare(url)?;
    [frame.site.base_url.as_str(), address::server(app, frame)].into_iter().find_map(|base| {
        let rest = asked.strip_prefix(bare(base)?.trim_end_matches('/'))?;
        (rest.is_empty() || rest.starts_with('/')).then(|| rest.to_owned())
    })
}

fn html(frame: &Frame, row: &Model) -> String {
    let language = frame.language_of(&row.language);
    let direction = if language.row.right_to_left { "rtl" } else { "ltr" };
    let mut html = String::from("<blockquote class=\"broadsheet-embed\" lang=\"");
    escape(&mut html, &row.language);
    html.push_str("\" dir=\"");
    html.push_str(direction);
    html.push_str("\" cite=\"");
    let url = frame.absolute(&row.path);
    escape(&mut html, &url);
    html.push_str("\"><p><a href=\"");
    escape(&mut html, &url);
    html.push_str("\">");
    escape(&mut html, &row.title);
    html.push_str("</a></p><p>");
    escape(&mut html, &shortened(row.description.as_deref().unwrap_or(&row.summary)));
    html.push_str("</p><p><cite>");
    escape(&mut html, &language.row.title);
    html.push_str("</cite></p></blockquote>");
    html
}

fn shortened(text: &str) -> String {
    match text.char_indices().nth(QUOTED) {
        None => text.to_owned(),
        Some((at, _)) => format!("{}…", text.get(..at).unwrap_or(text).trim_end()),
    }
}

#[must_use]
pub fn document(form: Form, embed: &Embed) -> String {
    let Embed { title, author, provider_name, provider_url, html, width, height } = embed;
    let (author_name, author_url) = match author {
        None => (None, None),
        Some((name, url)) => (Some(name.as_str()), url.as_deref()),
    };
    match form {
        Form::Json => {
            let mut document = json!({
                "version": "1.0",
                "type": "rich",
                "title": title,
                "provider_name": provider_name,
                "provider_url": provider_url,
                "html": html,
                "width": width,
                "height": height,
            });
            for (name, value) in [("author_name", author_name), ("author_url", author_url)] {
                if let Some(value) = value {
                    document[name] = value.into();
                }
            }
            document.to_string()
        }
        Form::Xml => {
            let mut xml = Xml::document();
            xml.open("oembed", &[]);
            xml.element("version", &[], "1.0");
            xml.element("type", &[], "rich");
            xml.element("title", &[], title);
            xml.element_of("author_name", author_name);
            xml.element_of("author_url", author_url);
            xml.element("provider_name", &[], provider_name);
            xml.element("provider_url", &[], provider_url);
            xml.element("html", &[], html);
            xml.element("width", &[], &width.to_string());
            xml.element("height", &[], &height.to_string());
            xml.close("oembed");
            xml.finish()
        }
    }
}
