//! The type `Article` and what hangs on it.

use std::sync::Arc;

use async_graphql::{Context, ID, Object, SelectionField};
use entity::View;
use entity::article_copy::{Column, Model};
use serde::de::DeserializeOwned;
use serde_json::Value;

use super::connection::{RevisionConnection, revisions};
use super::desk::{self, ArticleAction, ArticleAssignment, ArticleComment, ArticleReview};
use super::parts::{Author, Body, Image, Source};
use super::translation::TranslationStatus;
use crate::article::columns::Columns;
use crate::article::content::{Author as StoredAuthor, Image as StoredImage};
use crate::article::filter::ArticleStatus;
use crate::article::read::{self};
use crate::ctx::Ctx;
use crate::error::{Error, Result};
use crate::graphql::ContextExt;
use crate::graphql::id::{IdKind, encode};
use crate::graphql::lean::Lean;
use crate::graphql::page::Page;
use crate::graphql::scalar::{DateTime, Json, Url};
use crate::graphql::siblings::Siblings;
use crate::hugo::address;
use crate::import::{self, ArticleImport};
use crate::policy::{self, Action, Scope, Subject};
use crate::seo::{self, Seo};
use crate::site::{Language, PageKind, Sidebar, Site, WidgetSetting};
use crate::taxonomy::{AnyTerm, Category, Tag, Taxonomy};
use crate::widget::{self, Widget};

/// Articles that were read together.
pub struct Group {
    with: Arc<Siblings>,
    pub(super) rows: Vec<Arc<Model>>,
    scope: Scope,
    /// The language that was asked for, where others may stand in for it.
    asked: Option<Arc<str>>,
}

/// An article in one language, as one view shows it.
#[derive(Clone)]
pub struct Article {
    pub(crate) row: Arc<Model>,
    pub(crate) group: Arc<Group>,
}

impl Article {
    /// Makes rows that were read together into siblings.
    #[must_use]
    pub fn group(rows: Vec<Model>, scope: Scope) -> Vec<Self> {
        Self::group_for(rows, scope, None)
    }

    /// The same, of rows that may stand in for what was asked for.
    #[must_use]
    pub fn group_for(rows: Vec<Model>, scope: Scope, asked: Option<Arc<str>>) -> Vec<Self> {
        let rows: Vec<_> = rows.into_iter().map(Arc::new).collect();
        let group = Arc::new(Group {
            with: Siblings::new(rows.iter().map(|row| row.article_id).collect()),
            rows: rows.clone(),
            scope,
            asked,
        });
        rows.into_iter().map(|row| Self { row, group: Arc::clone(&group) }).collect()
    }

    /// What `policy` decides about.
    pub(crate) fn subject(&self) -> Subject<'_> {
        Subject {
            owner: self.row.owner_id,
            released: self.row.view == View::Published,
            place: Some((&self.row.language, &self.row.section)),
        }
    }

    pub(crate) fn with(&self) -> &Arc<Siblings> {
        &self.group.with
    }

    pub(crate) fn scope(&self) -> &Scope {
        &self.group.scope
    }

    /// The translation keys of the group, each once.
    pub(super) fn translation_keys(&self) -> Vec<String> {
        let mut keys: Vec<_> =
            self.group.rows.iter().map(|row| row.translation_key.clone()).collect();
        keys.sort_unstable();
        keys.dedup();
        keys
    }

    /// The articles of the group's translation keys, this one's without itself.
    pub(crate) async fn translations_of(&self, ctx: &Ctx, columns: Columns) -> Result<Vec<Self>> {
        let scope = self.scope().clone();
        let found = self
            .with()
            .load(format!("translations:{columns:?}"), || async {
                let keys = self.translation_keys();
                Ok(Self::group(read::translations(ctx, &scope, &keys, columns).await?, scope))
            })
            .await?;
        Ok(found
            .iter()
            .filter(|other| {
                other.row.translation_key == self.row.translation_key
                    && other.row.article_id != self.row.article_id
            })
            .cloned()
            .collect())
    }

    /// A display switch: the article's own word, else the site's, else a default.
    async fn switch(
        &self,
        ctx: &Ctx,
        own: Option<bool>,
        site: fn(&crate::site::Switches) -> Option<bool>,
        default: bool,
    ) -> Result<bool> {
        if let Some(own) = own {
            return Ok(own);
        }
        let frame = ctx.frame().await?;
        Ok(site(&frame.language_of(&self.row.language).switches).unwrap_or(default))
    }
}

pub fn read_json<T: DeserializeOwned>(value: &Value) -> Result<T> {
    T::deserialize(value).map_err(Error::internal)
}

/// The columns that the selected fields of an article are made of.
#[must_use]
pub fn columns_of<'a>(fields: impl Iterator<Item = SelectionField<'a>>) -> Columns {
    fields.fold(Columns::BASE, |columns, field| {
        columns.with(match field.name() {
            "version" => Columns::of(&[Column::Version]),
            "status" => Columns::of(&[Column::ReleasedFrom, Column::ReleasedUntil]),
            "section" => Columns::of(&[Column::Section]),
            "slug" => Columns::of(&[Column::Slug]),
            "path" | "url" => Columns::of(&[Column::Path]),
            "title" => Columns::of(&[Column::Title]),
            "linkTitle" => Columns::of(&[Column::LinkTitle, Column::Title]),
            "summary" => Columns::of(&[Column::Summary]),
            "lead" => Columns::of(&[Column::Lead]),
            "description" => Columns::of(&[Column::Description]),
            "date" => Columns::of(&[Column::Date, Column::UtcOffset]),
            "publishedAt" => Columns::of(&[Column::ReleasedFrom, Column::UtcOffset]),
            "expiresAt" => Columns::of(&[Column::ReleasedUntil, Column::UtcOffset]),
            "lastModified" => Columns::of(&[Column::LastModified, Column::UtcOffset]),
            "createdAt" => Columns::of(&[Column::CreatedAt]),
            "translations" | "translationStatus" => Columns::of(&[Column::TranslationKey]),
            "thumbnail" => Columns::of(&[Column::Thumbnail]),
            "authors" => Columns::of(&[Column::Authors]),
            // Its links start at its address, and its text may name parameters.
            "body" => Columns::of(&[Column::BodyId, Column::Path, Column::Params]),
            "wordCount" => Columns::of(&[Column::WordCount]),
            "readingTimeMinutes" => Columns::of(&[Column::ReadingTime]),
            "weight" => Columns::of(&[Column::Weight]),
            "comments" => Columns::of(&[Column::Comments]),
            "authorbox" => Columns::of(&[Column::Authorbox]),
            "pager" => Columns::of(&[Column::Pager]),
            "toc" => Columns::of(&[Column::Toc]),
            "mathjax" => Columns::of(&[Column::Mathjax]),
            "listed" => Columns::of(&[Column::Listed]),
            "rendered" => Columns::of(&[Column::Render]),
            "sidebar" => Columns::of(&[Column::Sidebar]),
            "widgets" => Columns::of(&[Column::Widgets, Column::TranslationKey, Column::Path]),
            "source" => Columns::of(&[Column::SourceName, Column::SourceUrl]),
            "canonicalUrl" => Columns::of(&[Column::CanonicalUrl]),
            "seo" => seo::COLUMNS,
            "aliases" => Columns::of(&[Column::Aliases]),
            "params" => Columns::of(&[Column::Params]),
            "allowedActions" => Columns::of(&[
                Column::OwnerId,
                Column::Section,
                Column::ReleasedFrom,
                Column::ReleasedUntil,
            ]),
            "review" | "assignments" | "discussion" => {
                Columns::of(&[Column::OwnerId, Column::Section])
            }
            "revisions" => Columns::of(&[Column::OwnerId, Column::Section]),
            _ => Columns::BASE,
        })
    })
}

/// The columns that the field being resolved needs of the articles at a path
/// below it: `["nodes"]`, or nothing where the field is an article itself.
#[must_use]
pub fn selection(ctx: &Context<'_>, path: &[&str]) -> Columns {
    let found = path.iter().fold(ctx.look_ahead(), |found, name| found.field(name));
    found
        .selection_fields()
        .into_iter()
        .fold(Columns::BASE, |columns, field| columns.with(columns_of(field.selection_set())))
}

/// An article in one language, as one view shows it.
#[Object]
impl Article {
    /// Opaque, and unique among all nodes.
    pub async fn id(&self) -> ID {
        encode(IdKind::Article, self.row.article_id)
    }

    /// Raised by each save. Send it back as `expectedVersion` with the next one.
    async fn version(&self) -> i32 {
        self.row.version
    }

    /// Where the article stands now.
    async fn status(&self) -> ArticleStatus {
        read::status(&self.row, self.scope().now)
    }

    /// First part of the path below the language; empty for pages at the top.
    async fn section(&self) -> &str {
        &self.row.section
    }

    /// Last part of the path, not encoded.
    async fn slug(&self) -> &str {
        &self.row.slug
    }

    /// The address on the site, with the language prefix, percent-encoded as in a URL.
    async fn path(&self) -> String {
        address::encode(&self.row.path)
    }

    /// The address in full.
    async fn url(&self, ctx: &Context<'_>) -> async_graphql::Result<Url> {
        Ok(Url(ctx.broadsheet().frame().await?.absolute(&self.row.path)))
    }

    /// Whether lists have it, and with them counts, menus, feeds, the map of the site
    /// and searches. Not where its parameters say `headless`, or `build` with `list` of
    /// `never` or `local`, as in Hugo: it is found by its id and its path alone.
    async fn listed(&self) -> bool {
        self.row.listed
    }

    /// Whether the site has a page of it, to which `route` leads. Not where its parameters
    /// say `headless`, or `build` with `render` of `never` or `link`, as in Hugo.
    async fn rendered(&self) -> bool {
        self.row.render == entity::Render::Always
    }

    /// What it is called.
    async fn title(&self) -> &str {
        &self.row.title
    }

    /// A shorter title for menus and lists; the title where there is none.
    async fn link_title(&self) -> &str {
        self.row.link_title.as_ref().unwrap_or(&self.row.title)
    }

    /// Plain text, as in Hugo: the body before `<!--more-->`, else the summary that somebody wrote,
    /// else the body's first words.
    async fn summary(&self) -> &str {
        &self.row.summary
    }

    /// The paragraph above the text, if the article has one.
    async fn lead(&self) -> Option<&str> {
        self.row.lead.as_deref()
    }

    /// For search engines and link previews.
    async fn description(&self) -> Option<&str> {
        self.row.description.as_deref()
    }

    /// The date that the article bears; null for pages without one.
    async fn date(&self) -> Option<DateTime> {
        (self.row.date != entity::Timestamp::UNDATED)
            .then(|| DateTime::at_offset(self.row.date, self.row.utc_offset))
    }

    /// When it went live, or will; null while nothing of it is published.
    async fn published_at(&self) -> Option<DateTime> {
        self.row
            .released_from
            .filter(|from| *from > entity::Timestamp::UNDATED)
            .map(|from| DateTime::at_offset(from, self.row.utc_offset))
    }

    /// When the public stops seeing it; null for never.
    async fn expires_at(&self) -> Option<DateTime> {
        self.row.released_until.map(|until| DateTime::at_offset(until, self.row.utc_offset))
    }

    /// The date of the last change that the article itself states, else its date.
    async fn last_modified(&self) -> DateTime {
        DateTime::at_offset(self.row.last_modified, self.row.utc_offset)
    }

    /// When it was made or imported here.
    async fn created_at(&self) -> DateTime {
        DateTime::utc(self.row.created_at)
    }

    /// The language that it is written in.
    async fn language(&self, ctx: &Context<'_>) -> async_graphql::Result<Language> {
        Ok(Language::new(ctx.broadsheet().frame().await?, &self.row.language))
    }

    /// The same article in other languages.
    async fn translations(&self, ctx: &Context<'_>) -> async_graphql::Result<Vec<Article>> {
        Ok(self.translations_of(ctx.broadsheet(), selection(ctx, &[])).await?)
    }

    /// The language that was asked for, where this article stands in for one that
    /// is not there in it; null where it is what was asked for.
    async fn fallback_for(&self, ctx: &Context<'_>) -> async_graphql::Result<Option<Language>> {
        Ok(match &self.group.asked {
            Some(asked) if **asked != self.row.language => {
                Some(Language::new(ctx.broadsheet().frame().await?, asked))
            }
            _ => None,
        })
    }

    /// Where the article stands in each language of the site, by weight. Needs
    /// somebody who may read drafts.
    async fn translation_status(
        &self,
        ctx: &Context<'_>,
    ) -> async_graphql::Result<Vec<TranslationStatus>> {
        Ok(TranslationStatus::list(ctx.broadsheet(), self).await?)
    }

    /// The picture for lists.
    async fn thumbnail(&self, ctx: &Context<'_>) -> async_graphql::Result<Option<Image>> {
        let Some(image) = read_json::<Option<StoredImage>>(&self.row.thumbnail)? else {
            return Ok(None);
        };
        let frame = ctx.broadsheet().frame().await?;
        Ok(Some(Image { url: Url(frame.asset(&image.url)), alt: image.alt }))
    }

    /// Who wrote it, as it is printed.
    async fn authors(&self, ctx: &Context<'_>) -> async_graphql::Result<Vec<Author>> {
        let authors: Vec<StoredAuthor> = read_json(&self.row.authors)?;
        if authors.is_empty() {
            return Ok(Vec::new());
        }
        let frame = ctx.broadsheet().frame().await?;
        let language = &self.row.language;
        Ok(authors.into_iter().map(|author| Author::of(author, &frame, language)).collect())
    }

    /// In the order given.
    async fn categories(&self, ctx: &Context<'_>) -> async_graphql::Result<Vec<Lean<Category>>> {
        let terms = self.term_rows(ctx.broadsheet(), &Taxonomy::Categories).await?;
        Ok(terms.into_iter().map(Category::from).map(Lean).collect())
    }

    /// In the order given.
    async fn tags(&self, ctx: &Context<'_>) -> async_graphql::Result<Vec<Lean<Tag>>> {
        let terms = self.term_rows(ctx.broadsheet(), &Taxonomy::Tags).await?;
        Ok(terms.into_iter().map(Tag::from).map(Lean).collect())
    }

    /// The terms of a taxonomy in the order given; of all taxonomies where none is
    /// named.
    async fn terms(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "By the plural that Hugo uses: `series`.")] taxonomy: Option<String>,
    ) -> async_graphql::Result<Vec<AnyTerm>> {
        let ctx = ctx.broadsheet();
        let terms = match taxonomy {
            Some(plural) => self.term_rows(ctx, &Taxonomy::named(&plural)).await?,
            None => self.all_terms(ctx).await?,
        };
        Ok(terms.into_iter().map(AnyTerm::from).collect())
    }

    /// The text, as it was written and as it was rendered when it was saved.
    async fn body(&self, ctx: &Context<'_>) -> async_graphql::Result<Body> {
        let wanted = Body::columns_of(ctx.field().selection_set());
        Ok(self.load_body(ctx.broadsheet(), wanted).await?)
    }

    /// Words of the body; in Chinese, Japanese and Korean each character is one.
    async fn word_count(&self) -> i32 {
        self.row.word_count
    }

    /// In minutes, as Hugo reckons it.
    async fn reading_time_minutes(&self) -> i32 {
        self.row.reading_time
    }

    /// Position where lists are sorted by weight.
    async fn weight(&self) -> i32 {
        self.row.weight
    }

    /// Whether to show comments: the article's own word, else the site's.
    async fn comments(&self, ctx: &Context<'_>) -> async_graphql::Result<bool> {
        Ok(self.switch(ctx.broadsheet(), self.row.comments, |site| site.comments, true).await?)
    }

    /// Whether to show a box about the author.
    async fn authorbox(&self, ctx: &Context<'_>) -> async_graphql::Result<bool> {
        Ok(self.switch(ctx.broadsheet(), self.row.authorbox, |site| site.authorbox, false).await?)
    }

    /// Whether to link to the articles before and after.
    async fn pager(&self, ctx: &Context<'_>) -> async_graphql::Result<bool> {
        Ok(self.switch(ctx.broadsheet(), self.row.pager, |site| site.pager, false).await?)
    }

    /// Whether to show a table of contents.
    async fn toc(&self, ctx: &Context<'_>) -> async_graphql::Result<bool> {
        Ok(self.switch(ctx.broadsheet(), self.row.toc, |site| site.toc, false).await?)
    }

    /// Whether the text holds mathematics between `$` and `$$`.
    async fn mathjax(&self, ctx: &Context<'_>) -> async_graphql::Result<bool> {
        Ok(self.switch(ctx.broadsheet(), self.row.mathjax, |site| site.mathjax, false).await?)
    }

    /// Where the page shows its sidebar: the article's own word, else the site's.
    async fn sidebar(&self, ctx: &Context<'_>) -> async_graphql::Result<Sidebar> {
        Ok(match self.row.sidebar.as_deref() {
            Some("left") => Sidebar::Left,
            Some("right") => Sidebar::Right,
            Some(_) => Sidebar::None,
            None => {
                let frame = ctx.broadsheet().frame().await?;
                let language = frame.language_of(&self.row.language);
                frame.sidebar_of(Some(language), PageKind::Single)
            }
        })
    }

    /// The page's widgets with their data: the article's own list in its order,
    /// else the site's for a single page.
    async fn widgets(&self, ctx: &Context<'_>) -> async_graphql::Result<Vec<Widget>> {
        let own: Option<Vec<WidgetSetting>> = read_json(&self.row.widgets)?;
        let frame = ctx.broadsheet().frame().await?;
        Ok(widget::of_article(self, own, frame))
    }

    /// The article after this one as Hugo lists its section in this language: by
    /// weight, then newest first, so the next older one where nothing has a weight.
    async fn previous(&self, ctx: &Context<'_>) -> async_graphql::Result<Option<Article>> {
        let columns = selection(ctx, &[]);
        Ok(self.neighbour(ctx.broadsheet(), columns, |near| near.older, "previous").await?)
    }

    /// The article before this one as Hugo lists its section in this language: the
    /// next newer one where nothing has a weight.
    async fn next(&self, ctx: &Context<'_>) -> async_graphql::Result<Option<Article>> {
        let columns = selection(ctx, &[]);
        Ok(self.neighbour(ctx.broadsheet(), columns, |near| near.newer, "next").await?)
    }

    /// Articles of the same language that have something in common with this one,
    /// by the site's indices as Hugo weighs them (terms, keywords, dates): what
    /// weighs most first, then newest. As in Hugo, newer articles are not among
    /// them unless the site says so.
    pub async fn related(
        &self,
        ctx: &Context<'_>,
        #[graphql(default = 5, desc = "At most 100.")] first: i32,
    ) -> async_graphql::Result<Vec<Article>> {
        let limit = Page::new(0, Some(first), None, None, None)?.size;
        Ok(self.related_to(ctx.broadsheet(), selection(ctx, &[]), limit).await?)
    }

    /// The site that the article came from.
    async fn source(&self) -> Option<Source> {
        let name = self.row.source_name.clone()?;
        Some(Source { name, url: Url(self.row.source_url.clone()?) })
    }

    /// The address that search engines should take for the original.
    async fn canonical_url(&self) -> Option<Url> {
        self.row.canonical_url.clone().map(Url)
    }

    /// What its page says of itself to search engines and to those who share it.
    async fn seo(&self) -> Seo {
        Seo::of_article(self.clone())
    }

    /// Other addresses that lead here, percent-encoded.
    async fn aliases(&self) -> async_graphql::Result<Vec<String>> {
        let aliases: Vec<String> = read_json(&self.row.aliases)?;
        Ok(aliases.iter().map(|alias| address::encode(alias)).collect())
    }

    /// Every front matter key that no other field holds, as it was written.
    async fn params(&self) -> Json {
        Json(self.row.params.0.clone())
    }

    /// The site, in this article's language.
    async fn site(&self, ctx: &Context<'_>) -> async_graphql::Result<Site> {
        let frame = ctx.broadsheet().frame().await?;
        Ok(Site::new(frame, &self.row.language, self.scope().clone()))
    }

    /// What the caller may do to it now, by role and by where it stands: what
    /// an interface should offer. Empty for the public.
    async fn allowed_actions(
        &self,
        ctx: &Context<'_>,
    ) -> async_graphql::Result<Vec<ArticleAction>> {
        Ok(desk::allowed_actions(ctx, self).await?)
    }

    /// Where its review stands; null where nobody asked for one, or where it was
    /// saved since it was approved. Needs the right to read working copies.
    async fn review(&self, ctx: &Context<'_>) -> async_graphql::Result<Option<ArticleReview>> {
        Ok(desk::review(ctx.broadsheet(), self).await?)
    }

    /// Who is to do something about it. Needs the right to read working copies.
    async fn assignments(
        &self,
        ctx: &Context<'_>,
    ) -> async_graphql::Result<Vec<ArticleAssignment>> {
        Ok(desk::assignments(ctx.broadsheet(), self).await?)
    }

    /// What was said of its working copy, oldest first. Needs the right to read
    /// working copies.
    async fn discussion(
        &self,
        ctx: &Context<'_>,
        #[graphql(default, desc = "Only what has not been dealt with.")] open: bool,
    ) -> async_graphql::Result<Vec<ArticleComment>> {
        Ok(desk::discussion(ctx.broadsheet(), self, open).await?)
    }

    /// What it was imported from, with what no field holds, such as the comments of
    /// readers. Needs the right to edit the article.
    async fn imports(&self, ctx: &Context<'_>) -> async_graphql::Result<Vec<ArticleImport>> {
        policy::check(ctx.broadsheet().actor(), Action::EditArticle, self.subject())?;
        // What waits here would make every field of an article larger.
        let load = import::of_article(ctx.broadsheet(), self.with(), self.row.article_id);
        Ok(Box::pin(load).await?)
    }

    /// The article's saves, newest first; of autosaves in a row the last stands for
    /// all. Needs the right to edit the article.
    async fn revisions(
        &self,
        ctx: &Context<'_>,
        #[graphql(
            desc = "At most so many, from the start. 20 where neither it nor `last` is given; at most 100."
        )]
        first: Option<i32>,
        #[graphql(desc = "Only what comes after this cursor.")] after: Option<String>,
        #[graphql(desc = "At most so many, from the end; at most 100.")] last: Option<i32>,
        #[graphql(desc = "Only what comes before this cursor.")] before: Option<String>,
    ) -> async_graphql::Result<RevisionConnection> {
        policy::check(ctx.broadsheet().actor(), Action::EditArticle, self.subject())?;
        let page = Page::new(b'r', first, after.as_deref(), last, before.as_deref())?;
        Ok(revisions(ctx.broadsheet(), self.with(), self.row.article_id, page).await?)
    }
}
