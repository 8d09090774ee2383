//! What mutations take, and how it becomes content.

use async_graphql::{InputObject, MaybeUndefined};
use serde_json::{Map, Value, json};

use crate::article::content::{Author, Content, Image, Source};
use crate::article::terms::Named;
use crate::article::write::{Changes, NewArticle};
use crate::graphql::decode_path;
use crate::graphql::scalar::{DateTime, Json, LanguageTag, Url};
use crate::site::{Sidebar, WidgetSetting};

/// A widget in a list.
#[derive(Debug, Clone, InputObject)]
pub struct WidgetInput {
    /// `search`, `recent`, `categories`, `taglist`, `sidemenu`, `social`,
    /// `languages`, `archives`, `related`, `authors`, or any name that a frontend
    /// knows.
    name: String,
    /// What this one should know.
    settings: Option<Json>,
}

/// An image.
#[derive(Debug, Clone, InputObject)]
pub struct ImageInput {
    /// Absolute, or relative to the site.
    url: Url,
    /// What it shows, for those who do not see it.
    alt: Option<String>,
}

/// Somebody who wrote an article.
#[derive(Debug, Clone, InputObject)]
pub struct AuthorInput {
    /// As it is printed.
    name: String,
    /// A page about them.
    url: Option<Url>,
}

/// Terms of one taxonomy.
#[derive(Debug, Clone, InputObject)]
pub struct NamedTermsInput {
    /// By the plural that Hugo uses: `series`.
    taxonomy: String,
    /// By name or slug; new names make new terms.
    names: Vec<String>,
}

impl NamedTermsInput {
    pub fn into_pair(self) -> (String, Vec<String>) {
        let Self { taxonomy, names } = self;
        (taxonomy, names)
    }
}

/// Where an article came from.
#[derive(Debug, Clone, InputObject)]
pub struct SourceInput {
    /// How the site is called.
    name: String,
    /// The original.
    url: Url,
}

/// A new article. It begins as a draft.
#[derive(Debug, Clone, InputObject)]
pub struct CreateArticleInput {
    /// What the article is called.
    title: String,
    /// Markdown.
    #[graphql(default)]
    body: String,
    /// The site's default language where it is not given.
    language: Option<LanguageTag>,
    /// Where it stands below the language: `news` or `news/local`.
    section: Option<String>,
    /// Last part of the address; made from the title where it is not given.
    slug: Option<String>,
    /// The address as a whole, in place of section and slug.
    url: Option<String>,
    /// What its translations share; made from section and slug where it is not given.
    translation_key: Option<String>,
    /// A shorter title for menus and lists.
    link_title: Option<String>,
    /// Plain text for lists; made from the body where there is none, or where that has a
    /// `<!--more-->`.
    summary: Option<String>,
    /// A paragraph above the text.
    lead: Option<String>,
    /// For search engines and link previews.
    description: Option<String>,
    /// Now, where it is not given.
    date: Option<DateTime>,
    /// When it was last changed, as the article states it.
    last_modified: Option<DateTime>,
    /// When it should go live; `publishArticle` decides.
    publish_at: Option<DateTime>,
    /// When the public stops seeing it.
    expire_at: Option<DateTime>,
    /// Position where lists are sorted by weight.
    weight: Option<i32>,
    /// The picture for lists.
    thumbnail: Option<ImageInput>,
    /// Who wrote it, as it is printed.
    #[graphql(default)]
    authors: Vec<AuthorInput>,
    /// By name or slug; new names make new tags.
    #[graphql(default)]
    tags: Vec<String>,
    /// By name or slug; new names make new categories.
    #[graphql(default)]
    categories: Vec<String>,
    /// Terms of the site's other taxonomies.
    #[graphql(default)]
    terms: Vec<NamedTermsInput>,
    /// The site that it came from.
    source: Option<SourceInput>,
    /// The address that search engines should take for the original.
    canonical_url: Option<Url>,
    /// Other addresses that lead to it once it is published.
    #[graphql(default)]
    aliases: Vec<String>,
    /// Whether to show comments; the site decides where it is not given.
    comments: Option<bool>,
    /// Whether to show a box about the author; the site decides where it is not given.
    authorbox: Option<bool>,
    /// Whether to link to the articles before and after; the site decides where it is not given.
    pager: Option<bool>,
    /// Whether to show a table of contents; the site decides where it is not given.
    toc: Option<bool>,
    /// Whether the text holds mathematics; the site decides where it is not given.
    mathjax: Option<bool>,
    /// Where the page shows its sidebar; the site decides where it is not given.
    sidebar: Option<Sidebar>,
    /// The article's own widgets; the site's where it is not given.
    widgets: Option<Vec<WidgetInput>>,
    /// Further front matter keys, kept as they are.
    params: Option<Json>,
}

/// Changes of an article's working copy. What is not given stays as it is; null
/// takes the value away.
#[derive(Debug, Clone, InputObject)]
pub struct UpdateArticleInput {
    /// What the article is called.
    title: Option<String>,
    /// Markdown.
    body: Option<String>,
    /// Where it stands below the language: `news` or `news/local`.
    section: Option<String>,
    /// Last part of the address; null makes it from the name again.
    slug: MaybeUndefined<String>,
    /// The address as a whole, in place of section and slug.
    url: MaybeUndefined<String>,
    /// What its translations share.
    translation_key: Option<String>,
    /// A shorter title for menus and lists.
    link_title: MaybeUndefined<String>,
    /// Plain text for lists; made from the body where there is none, or where that has a
    /// `<!--more-->`.
    summary: MaybeUndefined<String>,
    /// A paragraph above the text.
    lead: MaybeUndefined<String>,
    /// For search engines and link previews.
    description: MaybeUndefined<String>,
    /// The date that it bears.
    date: MaybeUndefined<DateTime>,
    /// When it was last changed, as the article states it.
    last_modified: MaybeUndefined<DateTime>,
    /// When it should go live; `publishArticle` decides.
    publish_at: MaybeUndefined<DateTime>,
    /// When the public stops seeing it.
    expire_at: MaybeUndefined<DateTime>,
    /// Position where lists are sorted by weight.
    weight: Option<i32>,
    /// The picture for lists.
    thumbnail: MaybeUndefined<ImageInput>,
    /// Who wrote it, as it is printed.
    authors: Option<Vec<AuthorInput>>,
    /// All of its tags, by name or slug; new names make new tags.
    tags: Option<Vec<String>>,
    /// All of its categories, by name or slug; new names make new categories.
    categories: Option<Vec<String>>,
    /// All of its terms of these taxonomies; those of others stay.
    terms: Option<Vec<NamedTermsInput>>,
    /// The site that it came from.
    source: MaybeUndefined<SourceInput>,
    /// The address that search engines should take for the original.
    canonical_url: MaybeUndefined<Url>,
    /// Other addresses that lead to it once it is published.
    aliases: Option<Vec<String>>,
    /// Whether to show comments; the site decides where it is not given.
    comments: MaybeUndefined<bool>,
    /// Whether to show a box about the author; the site decides where it is not given.
    authorbox: MaybeUndefined<bool>,
    /// Whether to link to the articles before and after; the site decides where it is not given.
    pager: MaybeUndefined<bool>,
    /// Whether to show a table of contents; the site decides where it is not given.
    toc: MaybeUndefined<bool>,
    /// Whether the text holds mathematics; the site decides where it is not given.
    mathjax: MaybeUndefined<bool>,
    /// Where the page shows its sidebar; the site decides where it is not given.
    sidebar: MaybeUndefined<Sidebar>,
    /// The article's own widgets; null for the site's.
    widgets: MaybeUndefined<Vec<WidgetInput>>,
    /// All further front matter keys.
    params: Option<Json>,
    /// What this save is for; kept with the revision.
    message: Option<String>,
    /// Whether the editor's program saves by itself. Such saves of one editor in a
    /// row show as one revision, the last.
    #[graphql(default)]
    autosave: bool,
}

impl From<ImageInput> for Image {
    fn from(ImageInput { url, alt }: ImageInput) -> Self {
        Self { url: url.0, alt }
    }
}

impl From<AuthorInput> for Author {
    fn from(AuthorInput { name, url }: AuthorInput) -> Self {
        Self { name, url: url.map(|url| url.0), ..Self::default() }
    }
}

impl From<SourceInput> for Source {
    fn from(SourceInput { name, url }: SourceInput) -> Self {
        Self { name, url: url.0 }
    }
}

impl From<WidgetInput> for WidgetSetting {
    fn from(WidgetInput { name, settings }: WidgetInput) -> Self {
        Self { name, settings: settings.map_or(Value::Null, |settings| settings.0) }
    }
}

/// Parameters are a map; anything else is one parameter called `value`.
fn params_of(json: Json) -> Map<String, Value> {
    match json.0 {
        Value::Object(map) => map,
        Value::Null => Map::new(),
        value => Map::from_iter([("value".to_owned(), value)]),
    }
}

fn directory(section: &str) -> String {
    section.trim_matches('/').to_owned()
}

impl CreateArticleInput {
    /// `now` is the date where none is given.
    pub fn into_new(self, now: DateTime) -> NewArticle {
        let Self {
            title,
            body,
            language,
            section,
            slug,
            url,
            translation_key,
            link_title,
            summary,
            lead,
            description,
            date,
            last_modified,
            publish_at,
            expire_at,
            weight,
            thumbnail,
            authors,
            tags,
            categories,
            terms,
            source,
            canonical_url,
            aliases,
            comments,
            authorbox,
            pager,
            toc,
            mathjax,
            sidebar,
            widgets,
            params,
        } = self;
        let content = Content {
            title,
            link_title,
            directory: directory(section.as_deref().unwrap_or_default()),
            name: String::new(),
            slug,
            url,
            bundle: false,
            address: None,
            translation_key: translation_key.unwrap_or_default(),
            summary,
            lead,
            description,
            date: Some(date.unwrap_or(now).0),
            last_modified: last_modified.map(|time| time.0),
            publish_at: publish_at.map(|time| time.0),
            expire_at: expire_at.map(|time| time.0),
            weight: weight.unwrap_or(0),
            thumbnail: thumbnail.map(Image::from),
            authors: authors.into_iter().map(Author::from).collect(),
            terms: indexmap::IndexMap::new(),
            source: source.map(Source::from),
            canonical_url: canonical_url.map(|url| url.0),
            aliases: aliases.iter().map(|alias| decode_path(alias)).collect(),
            comments,
            authorbox,
            pager,
            toc,
            mathjax,
            sidebar,
            widgets: widgets.map(|widgets| widgets.into_iter().map(WidgetSetting::from).collect()),
            menus: Vec::new(),
            params: params.map(params_of).unwrap_or_default(),
        };
        let terms = Named {
            tags: Some(tags),
            categories: Some(categories),
            others: terms.into_iter().map(NamedTermsInput::into_pair).collect(),
        };
        NewArticle { language: language.map(|tag| tag.0), content, body, terms }
    }
}

/// Collects changes under the names that a conflict reports.
#[derive(Default)]
struct Collector(Changes);

impl Collector {
    fn given(
        &mut self,
        field: &str,
        value: Value,
        apply: impl FnOnce(&mut Content) + Send + 'static,
    ) {
        self.0.given.insert(field.to_owned(), value);
        self.0.apply.push(Box::new(apply));
    }

    /// A field that null takes away.
    fn optional<T, U>(
        &mut self,
        field: &str,
        value: MaybeUndefined<T>,
        convert: fn(T) -> U,
        set: fn(&mut Content, Option<U>),
    ) where
        U: serde::Serialize + Send + 'static,
    {
        let value = match value {
            MaybeUndefined::Undefined => return,
            MaybeUndefined::Null => None,
            MaybeUndefined::Value(value) => Some(convert(value)),
        };
        self.given(field, json!(value), move |content| set(content, value));
    }

    /// A field that is always there.
    fn plain<T, U>(
        &mut self,
        field: &str,
        value: Option<T>,
        convert: fn(T) -> U,
        set: fn(&mut Content, U),
    ) where
        U: serde::Serialize + Send + 'static,
    {
        let Some(value) = value else { return };
        let value = convert(value);
        self.given(field, json!(value), move |content| set(content, value));
    }
}

impl UpdateArticleInput {
    pub fn into_changes(self) -> Changes {
        let Self {
            title,
            body,
            section,
            slug,
            url,
            translation_key,
            link_title,
            summary,
            lead,
            description,
            date,
            last_modified,
            publish_at,
            expire_at,
            weight,
            thumbnail,
            authors,
            tags,
            categories,
            terms,
            source,
            canonical_url,
            aliases,
            comments,
            authorbox,
            pager,
            toc,
            mathjax,
            sidebar,
            widgets,
            params,
            message,
            autosave,
        } = self;
        let same = |text: String| text;
        let time = |time: DateTime| time.0;
        let flag = |flag: bool| flag;
        let mut all = Collector::default();
        all.plain("title", title, same, |content, value| content.title = value);
        all.plain(
            "section",
            section,
            |text| directory(&text),
            |content, value| {
                content.directory = value;
            },
        );
        all.optional("slug", slug, same, |content, value| content.slug = value);
        all.optional("url", url, same, |content, value| content.url = value);
        all.plain("translationKey", translation_key, same, |content, value| {
            content.translation_key = value;
        });
        all.optional("linkTitle", link_title, same, |content, value| {
            content.link_title = value;
        });
        all.optional("summary", summary, same, |content, value| {
            content.summary = value;
        });
        all.optional("lead", lead, same, |content, value| content.lead = value);
        all.optional("description", description, same, |content, value| {
            content.description = value;
        });
        all.optional("date", date, time, |content, value| content.date = value);
        all.optional("lastModified", last_modified, time, |content, value| {
            content.last_modified = value;
        });
        all.optional("publishAt", publish_at, time, |content, value| {
            content.publish_at = value;
        });
        all.optional("expireAt", expire_at, time, |content, value| {
            content.expire_at = value;
        });
        all.plain("weight", weight, |weight| weight, |content, value| content.weight = value);
        all.optional("thumbnail", thumbnail, Image::from, |content, value| {
            content.thumbnail = value;
        });
        all.plain(
            "authors",
            authors,
            |authors| authors.into_iter().map(Author::from).collect::<Vec<_>>(),
            |content, value| content.authors = value,
        );
        all.optional("source", source, Source::from, |content, value| {
            content.source = value;
        });
        all.optional(
            "canonicalUrl",
            canonical_url,
            |url| url.0,
            |content, value| {
                content.canonical_url = value;
            },
        );
        all.plain(
            "aliases",
            aliases,
            |aliases| aliases.iter().map(|alias| decode_path(alias)).collect::<Vec<_>>(),
            |content, value| content.aliases = value,
        );
        all.optional("comments", comments, flag, |content, value| {
            content.comments = value;
        });
        all.optional("authorbox", authorbox, flag, |content, value| {
            content.authorbox = value;
        });
        all.optional("pager", pager, flag, |content, value| content.pager = value);
        all.optional("toc", toc, flag, |content, value| content.toc = value);
        all.optional("mathjax", mathjax, flag, |content, value| {
            content.mathjax = value;
        });
        all.optional("sidebar", sidebar, |place| place, |content, value| content.sidebar = value);
        all.optional(
            "widgets",
            widgets,
            |widgets| widgets.into_iter().map(WidgetSetting::from).collect::<Vec<_>>(),
            |content, value| content.widgets = value,
        );
        all.plain("params", params, params_of, |content, value| {
            content.params = value;
        });
        let mut changes = all.0;
        for (field, names) in [("tags", &tags), ("categories", &categories)] {
            if let Some(names) = names {
                changes.given.insert(field.to_owned(), json!(names));
            }
        }
        let others: Vec<_> = terms.into_iter().flatten().map(NamedTermsInput::into_pair).collect();
        if !others.is_empty() {
            let others = others.iter().map(|(plural, names)| (plural.clone(), json!(names)));
            changes.given.insert("terms".to_owned(), Value::Object(others.collect()));
        }
        if let Some(body) = &body {
            changes.given.insert("body".to_owned(), json!(body));
        }
        let terms = Named { tags, categories, others };
        Changes { body, terms, message, autosave, ..changes }
    }
}
