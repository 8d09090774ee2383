//! History in GraphQL: names of revisions, and what changed between two.

use async_graphql::{Context, ID, Object, SimpleObject};

use super::parts::Revision;
use crate::article::history::{self, Diff, FieldDiff};
use crate::article::merge::words::{Kind, Segment};
use crate::article::read;
use crate::error::Error;
use crate::graphql::id::{IdKind, decode_as};
use crate::graphql::scalar::Json;
use crate::graphql::{ContextExt, Outcome, UserErrorObject};

/// What changed from one revision of an article to another.
pub struct ArticleDiff(Diff);

/// What changed from one revision of an article to another.
#[Object]
impl ArticleDiff {
    /// The revision that is compared.
    async fn from(&self) -> Revision {
        Revision(self.0.from.clone())
    }

    /// The revision that it is compared with.
    async fn to(&self) -> Revision {
        Revision(self.0.to.clone())
    }

    /// The fields that differ, by their names in the input.
    async fn fields(&self) -> Vec<ArticleFieldDiff<'_>> {
        self.0.fields.iter().map(ArticleFieldDiff).collect()
    }
}

/// What changed in one field.
pub struct ArticleFieldDiff<'a>(&'a FieldDiff);

/// What changed in one field.
#[Object]
impl ArticleFieldDiff<'_> {
    /// Its name in the input.
    async fn field(&self) -> &str {
        &self.0.field
    }

    /// What it was.
    async fn old(&self) -> Json {
        Json(self.0.old.clone())
    }

    /// What it became.
    async fn new(&self) -> Json {
        Json(self.0.new.clone())
    }

    /// What changed by word, Chinese and Japanese by character; null for fields that
    /// are no prose.
    async fn segments(
        &self,
        #[graphql(
            desc = "Leave out what did not change, but for so many characters around each change. Null leaves out nothing."
        )]
        context: Option<i32>,
    ) -> async_graphql::Result<Option<Vec<DiffSegment>>> {
        let context = context
            .map(usize::try_from)
            .transpose()
            .map_err(|_| Error::bad_input("`context` is a number of characters, from 0 on"))?;
        let segments = self.0.segments(context);
        Ok(segments.map(|segments| segments.into_iter().map(DiffSegment::from).collect()))
    }
}

/// A piece of text and what became of it. The old text is what is equal and
/// deleted, the new one what is equal and inserted.
#[derive(SimpleObject)]
pub struct DiffSegment {
    /// What became of it.
    kind: Kind,
    /// The piece; empty where it is left out.
    text: String,
    /// Its length in characters (Unicode scalar values), left out or not.
    length: i32,
}

impl From<Segment> for DiffSegment {
    fn from(Segment { kind, text, length }: Segment) -> Self {
        Self { kind, text, length: i32::try_from(length).unwrap_or(i32::MAX) }
    }
}

#[derive(Default)]
pub struct HistoryQuery;

#[Object]
impl HistoryQuery {
    /// What changed between two revisions of an article; null where there is
    /// nothing that may be seen. Needs the right to edit the article.
    async fn article_diff(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which article.")] id: ID,
        #[graphql(desc = "The revision to compare.")] from: ID,
        #[graphql(
            desc = "The revision to compare it with; the working copy where it is not given."
        )]
        to: Option<ID>,
    ) -> async_graphql::Result<Option<ArticleDiff>> {
        let id = decode_as(IdKind::Article, &id)?;
        let from = decode_as(IdKind::Revision, &from)?;
        let to = to.map(|to| decode_as(IdKind::Revision, &to)).transpose()?;
        Ok(history::diff(ctx.broadsheet(), id, from, to).await?.map(ArticleDiff))
    }
}

/// The revision, or why it has no new name.
#[derive(Default, SimpleObject)]
pub struct NameArticleRevisionPayload {
    /// The revision as it is now; null where nothing was done.
    revision: Option<Revision>,
    /// Mistakes in the input; empty where all went well.
    user_errors: Vec<UserErrorObject>,
}

#[derive(Default)]
pub struct HistoryMutation;

#[Object]
impl HistoryMutation {
    /// Names a revision, to find it again and to keep it for ever.
    async fn name_article_revision(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which article.")] id: ID,
        #[graphql(desc = "Which save of it.")] revision_id: ID,
        #[graphql(desc = "One line; null takes the name away.")] name: Option<String>,
    ) -> async_graphql::Result<NameArticleRevisionPayload> {
        let id = decode_as(IdKind::Article, &id)?;
        let revision = decode_as(IdKind::Revision, &revision_id)?;
        let ctx = ctx.broadsheet();
        Ok(match Outcome::of(history::name(ctx, id, revision, name).await)? {
            Outcome::Done(revision) => NameArticleRevisionPayload {
                revision: read::revisions_by_id(ctx, id, &[revision])
                    .await?
                    .remove(&revision)
                    .map(Revision),
                user_errors: Vec::new(),
            },
            Outcome::Refused(user_errors) => {
                NameArticleRevisionPayload { revision: None, user_errors }
            }
        })
    }
}
