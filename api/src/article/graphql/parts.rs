//! The small types that an article is made of.

use std::borrow::Cow;
use std::sync::Arc;

use async_graphql::{ComplexObject, Context, Enum, ID, Object, SelectionField, SimpleObject};
use entity::article_copy::Model;
use entity::body;

use super::types::read_json;
use crate::article::content::Author as StoredAuthor;
use crate::article::links::Linked;
use crate::article::read::RevisionRow;
use crate::feed::{self, FeedLink};
use crate::graphql::ContextExt;
use crate::graphql::id::{IdKind, encode};
use crate::graphql::scalar::{DateTime, Json, Url};
use crate::render::{self, Heading, TocEntry};
use crate::site::Frame;
use crate::user::User;

/// An image.
#[derive(SimpleObject)]
pub struct Image {
    /// In full, whatever form it was given in.
    pub url: Url,
    /// What it shows, for those who do not see it.
    pub alt: Option<String>,
}

/// Somebody who wrote an article.
#[derive(SimpleObject)]
#[graphql(name = "ArticleAuthor", complex)]
pub struct Author {
    /// As it is printed.
    pub name: String,
    /// A page about them.
    pub url: Option<Url>,
    /// A line about them.
    pub bio: Option<String>,
    /// Their picture, in full.
    pub avatar_url: Option<Url>,
    #[graphql(skip)]
    pub language: String,
}

#[ComplexObject]
impl Author {
    /// Feeds of what they wrote in the article's language.
    async fn feeds(&self, ctx: &Context<'_>) -> async_graphql::Result<Vec<FeedLink>> {
        let ctx = ctx.broadsheet();
        let frame = ctx.frame().await?;
        let language = frame.language_of(&self.language);
        let path = feed::address::author_path(&frame, language, &self.name);
        let title = format!("{} – {}", self.name, language.row.title);
        Ok(feed::links(ctx, &frame, &path, &title))
    }
}

impl Author {
    /// With the addresses that the site gives; the language is that of their feeds.
    #[must_use]
    pub fn of(author: StoredAuthor, frame: &Frame, language: &str) -> Self {
        let StoredAuthor { name, url, avatar, bio, params: _ } = author;
        let avatar_url = avatar.map(|avatar| Url(frame.asset(&avatar)));
        Self { name, url: url.map(Url), bio, avatar_url, language: language.to_owned() }
    }
}

/// Where an article came from.
#[derive(SimpleObject)]
pub struct Source {
    /// How the site is called.
    pub name: String,
    /// The original.
    pub url: Url,
}

/// An article's text.
pub struct Body {
    pub row: body::Model,
    /// The article, and where its links lead, if there are any.
    pub linked: Option<(Arc<Model>, Arc<Linked>)>,
}

impl Body {
    /// What these fields of it are made of, each column once and in order.
    pub fn columns_of<'a>(fields: impl Iterator<Item = SelectionField<'a>>) -> Vec<body::Column> {
        let of = |field: SelectionField<'a>| match field.name() {
            "markdown" => &[body::Column::Markdown][..],
            "html" => &[body::Column::Html, body::Column::Links],
            "plainText" => &[body::Column::Html],
            "tableOfContents" => &[body::Column::Headings],
            "blocks" => &[body::Column::Markdown, body::Column::Mode, body::Column::Links],
            _ => &[][..],
        };
        let mut columns: Vec<_> = fields.flat_map(of).copied().collect();
        columns.sort_unstable_by_key(|column| *column as usize);
        columns.dedup_by_key(|column| *column as usize);
        columns
    }
}

/// How formulas are written in HTML.
#[derive(Enum, Debug, Clone, Copy, PartialEq, Eq)]
pub enum MathFormat {
    /// TeX in elements of class `math inline` and `math display`, with its delimiters.
    Tex,
    /// MathML in those elements; TeX that cannot be read stays.
    #[graphql(name = "MATHML")]
    MathMl,
}

/// An article's text, as it was written and as it was rendered when it was saved.
#[Object]
impl Body {
    /// As it was written, byte for byte.
    async fn markdown(&self) -> &str {
        &self.row.markdown
    }

    /// Rendered and sanitized: safe to put into a page. Links to other pages lead to where
    /// these are now; files beside the article and in `static/` are shown from `/media`,
    /// and pictures have their sizes.
    async fn html(
        &self,
        #[graphql(
            desc = "How the formulas of an article that has some are written.",
            default_with = "MathFormat::Tex"
        )]
        math: MathFormat,
    ) -> async_graphql::Result<Cow<'_, str>> {
        let html = match &self.linked {
            Some((article, linked)) => {
                linked.html((&**article).into(), &self.row.html, &self.row.links)?
            }
            None => Cow::Borrowed(self.row.html.as_str()),
        };
        Ok(match math {
            MathFormat::Tex => html,
            MathFormat::MathMl => Cow::Owned(render::with_mathml(&html)),
        })
    }

    /// The Markdown as a tree, in the form of mdast with GitHub's extensions, so that a
    /// program draws it without HTML: `{type: "root", version: 1, children}`. Formulas
    /// are `math` and `inlineMath`; shortcodes are `shortcode` among blocks and
    /// `inlineShortcode` in a line, with `name`, `params` (a list or an object),
    /// `markdown` (whether it was `{{% %}}`), `value` (what stands in it, as written) and
    /// `children`. Links and pictures have the addresses that they have in `html`, and
    /// pictures their sizes in `data.hProperties`. A body that is HTML is one `html` node.
    async fn blocks(
        &self,
        #[graphql(desc = "Whether nodes say where they stand in the Markdown.", default = false)]
        positions: bool,
    ) -> async_graphql::Result<Json> {
        let options = render::Options::from_bits(self.row.mode);
        let mut tree = render::tree(&self.row.markdown, &options, positions);
        if let Some((article, linked)) = &self.linked {
            linked.tree((&**article).into(), &self.row.links, &mut tree)?;
        }
        Ok(Json(tree))
    }

    /// Without any markup, a line for each block.
    async fn plain_text(&self) -> String {
        render::plain_text(&self.row.html)
    }

    /// Headings by level, each below the one that it belongs to.
    async fn table_of_contents(&self) -> async_graphql::Result<Vec<TableOfContentsEntry>> {
        let headings: Vec<Heading> = read_json(&self.row.headings)?;
        Ok(render::nest(&headings).into_iter().map(TableOfContentsEntry).collect())
    }
}

/// A heading with those below it.
pub struct TableOfContentsEntry(TocEntry);

/// A heading with those below it.
#[Object]
impl TableOfContentsEntry {
    /// The heading's `id` in the rendered body.
    async fn id(&self) -> &str {
        &self.0.heading.id
    }

    /// 1 to 6.
    async fn level(&self) -> i32 {
        self.0.heading.level.into()
    }

    /// What it is called.
    async fn title(&self) -> &str {
        &self.0.heading.title
    }

    /// The headings below it.
    async fn children(&self) -> Vec<TableOfContentsEntry> {
        self.0.children.iter().cloned().map(TableOfContentsEntry).collect()
    }
}

/// A save of an article.
pub struct Revision(pub RevisionRow);

/// A save of an article, which can be restored.
#[Object]
impl Revision {
    /// Opaque, and unique among all nodes.
    async fn id(&self) -> ID {
        encode(IdKind::Revision, self.0.id)
    }

    /// The version that this save made.
    async fn version(&self) -> i32 {
        self.0.version
    }

    /// When it was saved or made here.
    async fn created_at(&self) -> DateTime {
        DateTime::utc(self.0.created_at)
    }

    /// What the save was for, if somebody said.
    async fn message(&self) -> Option<&str> {
        self.0.message.as_deref()
    }

    /// The name that an editor gave it. A named revision is kept for ever.
    async fn name(&self) -> Option<&str> {
        self.0.name.as_deref()
    }

    /// The fields of the input that it changed against the revision before it as
    /// history then showed it; null for the first one and for imports.
    async fn changes(&self) -> async_graphql::Result<Option<Vec<String>>> {
        Ok(self.0.changes.as_deref().map(read_json).transpose()?)
    }

    /// The version that its author had seen, where others had saved since and both
    /// sides were merged.
    async fn merged_from(&self) -> Option<i32> {
        self.0.merged_from
    }

    /// Whether the editor's program saved by itself. Such saves of one editor in a
    /// row show as one, the last.
    async fn autosave(&self) -> bool {
        self.0.autosave
    }

    /// Who saved; null for imports.
    async fn author(&self) -> Option<User> {
        self.0.author.clone().map(User)
    }
}
