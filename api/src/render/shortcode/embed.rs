//! The shortcodes that Hugo 0.168 brings along (`tpl/tplimpl/embedded/templates/_shortcodes`), as HTML.
//!
//! They are what Hugo makes with its privacy settings on: videos from `youtube-nocookie.com`, Vimeo
//! told not to track. Where Hugo has a script of others write into the page, there is a link.

use std::fmt::Write;

use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};
use serde_json::Value;

use super::parse::{Call, Content, Params};
use super::qr;
use crate::render::{Options, code, document, escape};

/// Scheme of an address that is another page: `ref:` in full, `relref:` as a path. They are looked up
/// when a body is read.
const REF: &[&str] = &["ref", "relref"];

const ID: &AsciiSet = &NON_ALPHANUMERIC.remove(b'-').remove(b'_');

/// Whether it is one that Hugo brings along.
pub fn is_known(call: &Call<'_>) -> bool {
    matches!(
        call.name,
        "details"
            | "figure"
            | "gist"
            | "highlight"
            | "instagram"
            | "instagram_simple"
            | "param"
            | "qr"
            | "ref"
            | "relref"
            | "tweet"
            | "twitter"
            | "twitter_simple"
            | "vimeo"
            | "x"
            | "x_simple"
            | "youtube"
    )
}

/// Whether it stands for text within a line.
pub fn is_inline(call: &Call<'_>) -> bool {
    call.name == "param" || REF.contains(&call.name)
}

/// The address that a `ref` or `relref` stands for, to be looked up: `ref:page.md?lang=fr`.
pub fn reference(call: &Call<'_>) -> Option<String> {
    let path = REF.contains(&call.name).then(|| call.params.text("path", 0)).flatten()?;
    let language = call.params.text("lang", 1).map(|tag| format!("?lang={tag}"));
    let (page, fragment) =
        path.split_once('#').map_or((&*path, ""), |(page, _)| (page, &path[page.len()..]));
    Some(format!("{}:{page}{}{fragment}", call.name, language.unwrap_or_default()))
}

/// HTML of a shortcode; `block`: it stands alone. `options`: of its Markdown.
pub fn html(call: &Call<'_>, block: bool, options: Options) -> String {
    let params = &call.params;
    let known = match call.name {
        "figure" => figure(params, options),
        "highlight" => highlight(call, options),
        "youtube" => youtube(params),
        "vimeo" => vimeo(params),
        "gist" => gist(params),
        "x" | "tweet" | "twitter" | "x_simple" | "twitter_simple" => post(params),
        "instagram" | "instagram_simple" => instagram(params),
        "details" => details(call, options),
        "qr" => code_image(call),
        "ref" | "relref" => reference(call).map(|address| {
            let text = address.split_once(':').map_or("", |(_, text)| text);
            escape(text)
        }),
        _ => None,
    };
    let content = call.content.as_ref();
    match known {
        // What has no place in it follows it.
        Some(html) if matches!(call.name, "details" | "highlight" | "qr") => html,
        Some(html) => html + &content.map_or(String::new(), |content| raw(content, options)),
        None => {
            let name = if block && !is_inline(call) { "div" } else { "span" };
            let mut html = opening(call, name);
            if let Some(content) = content {
                html.push_str(&raw(content, options));
            }
            let _ = write!(html, "</{name}>");
            html
        }
    }
}

/// The start tag of an element that stands for a shortcode.
pub fn opening(call: &Call<'_>, element: &str) -> String {
    let params = escape(&call.params.to_json().to_string());
    format!("<{element} data-shortcode=\"{}\" data-params=\"{params}\">", escape(call.name))
}

/// Content that is not Markdown: as it was written, but for the shortcodes in it.
fn raw(content: &Content<'_>, options: Options) -> String {
    document::raw(&content.pieces, options)
}

fn attribute(html: &mut String, name: &str, value: Option<&str>) {
    if let Some(value) = value {
        let _ = write!(html, " {name}=\"{}\"", escape(value));
    }
}

fn figure(params: &Params, options: Options) -> Option<String> {
    let text = |name| params.named(name);
    let source = text("src")?;
    let caption = text("caption").map(|caption| document::inline(&caption, options));
    let by = text("attr").map(|by| document::inline(&by, options));
    let mut html = "<figure".to_owned();
    attribute(&mut html, "class", text("class").as_deref());
    html.push('>');
    if let Some(link) = text("link") {
        let _ = write!(html, "<a href=\"{}\">", escape(&link));
    }
    html.push_str("<img");
    attribute(&mut html, "src", Some(&source));
    // Hugo gives an image the text of its caption, so one without both has no `alt`.
    let plain = caption.as_deref().map(document::strip_tags);
    match text("alt") {
        Some(alt) => attribute(&mut html, "alt", Some(&alt)),
        // It is HTML already.
        None => {
            if let Some(plain) = plain {
                let _ = write!(html, " alt=\"{}\"", plain.replace('"', "&quot;"));
            }
        }
    }
    attribute(&mut html, "width", text("width").as_deref());
    attribute(&mut html, "height", text("height").as_deref());
    attribute(&mut html, "loading", Some(text("loading").as_deref().unwrap_or("lazy")));
    html.push_str(" decoding=\"async\">");
    if text("link").is_some() {
        html.push_str("</a>");
    }
    if text("title").is_some() || caption.is_some() || by.is_some() {
        html.push_str("<figcaption>\n");
        if let Some(title) = text("title") {
            let _ = write!(html, "<h4>{}</h4>", escape(&title));
        }
        if caption.is_some() || by.is_some() {
            let _ = write!(html, "<p>{}", caption.unwrap_or_default());
            let link = text("attrlink");
            if let Some(link) = &link {
                let _ = write!(html, "\n<a href=\"{}\">", escape(link));
            }
            html.push_str(&by.unwrap_or_default());
            html.push_str(if link.is_some() { "</a></p>" } else { "</p>" });
        }
        html.push_str("\n</figcaption>");
    }
    html.push_str("\n</figure>\n");
    Some(html)
}

fn highlight(call: &Call<'_>, site: Options) -> Option<String> {
    let language = call.params.text("lang", 0).or_else(|| call.params.text("type", 0))?;
    let source = call.content.as_ref().map_or("", |content| content.source);
    let given = call.params.text("options", 1).unwrap_or_default();
    let options = code::Options::of_list(&given, site.numbers);
    Some(code::html(source.trim_matches(['\n', '\r']), &language, &options, true))
}

fn youtube(params: &Params) -> Option<String> {
    let id = params.text("id", 0)?;
    let number = |name: &str| params.named(name).and_then(|text| text.parse::<u32>().ok());
    let flag = |name: &str| params.named(name).map(|text| matches!(&*text, "true" | "1"));
    let mut query = String::new();
    let mut add = |name: &str, value: &str| {
        let _ = write!(query, "{}{name}={value}", if query.is_empty() { "?" } else { "&amp;" });
    };
    let digit = |flag: bool| if flag { "1" } else { "0" };
    let looped = flag("loop").unwrap_or(false);
    let encoded = utf8_percent_encode(&id, ID).to_string();
    add("autoplay", digit(flag("autoplay").unwrap_or(false)));
    add("controls", digit(flag("controls").unwrap_or(true)));
    add("end", &number("end").unwrap_or(0).to_string());
    add("loop", digit(looped));
    add("mute", digit(flag("mute").unwrap_or(false)));
    if looped {
        // A single video is looped as a list of itself.
        add("playlist", &encoded);
    }
    add("start", &number("start").unwrap_or(0).to_string());
    let address = format!("https://www.youtube-nocookie.com/embed/{encoded}{query}");
    let title = params.named("title").unwrap_or_else(|| "YouTube video".to_owned());
    Some(player("youtube", &address, &title, params))
}

fn vimeo(params: &Params) -> Option<String> {
    let id = params.text("id", 0)?;
    let address = format!("https://player.vimeo.com/video/{}?dnt=1", utf8_percent_encode(&id, ID));
    let title = params.named("title").unwrap_or_else(|| "Vimeo video".to_owned());
    Some(player("vimeo", &address, &title, params))
}

/// `address` is escaped already.
fn player(kind: &str, address: &str, title: &str, params: &Params) -> String {
    let loading = params.named("loading").filter(|value| value == "eager");
    let full = params.named("allowFullScreen").is_none_or(|value| value != "false");
    format!(
        "<div class=\"embed embed-{kind}\"><iframe src=\"{address}\" title=\"{}\" loading=\"{}\" \
         referrerpolicy=\"strict-origin-when-cross-origin\"{}></iframe></div>\n",
        escape(title),
        loading.as_deref().unwrap_or("lazy"),
        if full { " allowfullscreen=\"\"" } else { "" },
    )
}

/// A link to what stands elsewhere. `address` is escaped already.
fn card(kind: &str, address: &str, text: &str) -> String {
    format!("<div class=\"embed embed-{kind}\"><a href=\"{address}\">{}</a></div>\n", escape(text))
}

fn gist(params: &Params) -> Option<String> {
    let (user, id) = (params.text("user", 0)?, params.text("id", 1)?);
    let (user_part, id_part) = (utf8_percent_encode(&user, ID), utf8_percent_encode(&id, ID));
    let file = params.text("file", 2);
    let anchor = file.as_ref().map_or(String::new(), |file| {
        // As GitHub names them: `#file-a-b-go`.
        let name: String =
            file.chars().map(|c| if c.is_alphanumeric() { c } else { '-' }).collect();
        format!("#file-{}", escape(&name.to_lowercase()))
    });
    let named = file.map_or(String::new(), |file| format!(": {file}"));
    let address = format!("https://gist.github.com/{user_part}/{id_part}{anchor}");
    Some(card("gist", &address, &format!("Gist by {user}{named}")))
}

fn post(params: &Params) -> Option<String> {
    let (user, id) = (params.named("user")?, params.named("id")?);
    let address = format!(
        "https://x.com/{}/status/{}",
        utf8_percent_encode(&user, ID),
        utf8_percent_encode(&id, ID)
    );
    Some(card("x", &address, &format!("Post by @{user} on X")))
}

fn instagram(params: &Params) -> Option<String> {
    let id = params.text("id", 0)?;
    let address = format!("https://www.instagram.com/p/{}", utf8_percent_encode(&id, ID));
    Some(card("instagram", &address, "View this post on Instagram"))
}

fn details(call: &Call<'_>, options: Options) -> Option<String> {
    let content = call.content.as_ref()?;
    let text = |name| call.params.named(name);
    let mut html = "<details".to_owned();
    attribute(&mut html, "class", text("class").as_deref());
    if text("open").is_some_and(|open| open != "false") {
        html.push_str(" open=\"\"");
    }
    attribute(&mut html, "title", text("title").as_deref());
    let summary = text("summary").unwrap_or_else(|| "Details".to_owned());
    let _ = write!(
        html,
        ">\n<summary>{}</summary>\n{}</details>\n",
        document::inline(&summary, options),
        document::block(&content.pieces, content.source, options),
    );
    Some(html)
}

fn code_image(call: &Call<'_>) -> Option<String> {
    let params = &call.params;
    let content = call.content.as_ref().map(|content| content.source.trim().to_owned());
    let text = params.text("text", 0).or(content).filter(|text| !text.is_empty())?;
    let scale = match params.get("scale", usize::MAX) {
        Some(Value::Number(number)) => usize::try_from(number.as_i64()?).ok()?,
        Some(Value::String(text)) => text.parse().ok()?,
        _ => 4,
    };
    let level = params.named("level").unwrap_or_default();
    let (address, side) = qr::image(&text, &level, scale.clamp(2, 16))?;
    let mut html = format!("<img src=\"{address}\" width=\"{side}\" height=\"{side}\"");
    attribute(&mut html, "alt", params.named("alt").as_deref());
    attribute(&mut html, "title", params.named("title").as_deref());
    attribute(&mut html, "loading", params.named("loading").as_deref());
    html.push_str(">\n");
    Some(html)
}
