//! Groups of translations: who is whose source, who is missing, who is behind.
//!
//! The **source** of a translation is the article it was made from, which
//! `translation` notes. Where nothing is noted, as after an import, it is the
//! group's article in the site's default language, as it was imported. The
//! source of a whole group is an article that was made from none, the one in the
//! default language first.
//!
//! All of this is about working copies: a draft is a translation, and what is
//! saved can be behind.

use std::collections::HashMap;
use std::sync::Arc;

use entity::article_copy::{Column, Entity};
use entity::{article, translation};
use sea_orm::sea_query::{
    CaseStatement, Condition, Expr, ExprTrait, JoinType, Query, SelectStatement,
};
use sea_orm::{ColumnTrait, ConnectionTrait};
use uuid::Uuid;

use super::{visible, within};
use crate::ctx::Ctx;
use crate::error::Result;
use crate::policy::{self, Rows, Scope};

/// An article among its translations.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Member {
    pub article_id: Uuid,
    pub language: String,
    pub version: i32,
    /// The version that last changed what a translator translates.
    pub text_version: i32,
    /// What it was made from, and the version of that which it says.
    pub made_from: Option<(Uuid, i32)>,
}

/// The articles that share a translation key.
#[derive(Debug, Clone, Default)]
pub struct Group {
    pub members: Vec<Member>,
}

impl Group {
    #[must_use]
    pub fn member(&self, id: Uuid) -> Option<&Member> {
        self.members.iter().find(|member| member.article_id == id)
    }

    /// The source of the group as a whole.
    #[must_use]
    pub fn source(&self, default: &str) -> Option<&Member> {
        self.members.iter().min_by_key(|member| {
            (member.made_from.is_some(), member.language != default, member.article_id)
        })
    }

    /// The source of one translation, and the version of it that this one says.
    #[must_use]
    pub fn source_of(&self, member: &Member, default: &str) -> Option<(&Member, i32)> {
        if let Some((source, version)) = member.made_from {
            return self.member(source).map(|source| (source, version));
        }
        let imported = |other: &&Member| other.language == default && other.made_from.is_none();
        if member.language == default {
            return None;
        }
        let source = self.members.iter().filter(imported).min_by_key(|other| other.article_id)?;
        Some((source, 1))
    }
}

/// The groups with these keys, as far as the actor may see them: working copies,
/// and what is published.
pub async fn groups(ctx: &Ctx, keys: &[String]) -> Result<HashMap<String, Group>> {
    let scope = policy::desk(ctx)?;
    let db = ctx.db_private().orm();
    let mut groups = load(db, &scope, keys).await?;
    if scope.rows != Rows::All {
        for (key, found) in load(db, &Scope::public(ctx), keys).await? {
            let group = groups.entry(key).or_default();
            for member in found.members {
                if group.member(member.article_id).is_none() {
                    group.members.push(member);
                }
            }
        }
    }
    Ok(groups)
}

/// The groups with these keys in one view.
pub async fn load(
    db: &impl ConnectionTrait,
    scope: &Scope,
    keys: &[String],
) -> Result<HashMap<String, Group>> {
    let mut select = super::from(scope);
    select
        .columns(
            [Column::TranslationKey, Column::ArticleId, Column::Language]
                .map(|column| (Entity, column)),
        )
        .columns(
            [article::Column::Version, article::Column::TextVersion]
                .map(|column| (article::Entity, column)),
        )
        .columns(
            [translation::Column::SourceId, translation::Column::SourceVersion]
                .map(|column| (translation::Entity, column)),
        )
        .join(
            JoinType::InnerJoin,
            article::Entity,
            Expr::col((article::Entity, article::Column::Id)).equals((Entity, Column::ArticleId)),
        )
        .join(
            JoinType::LeftJoin,
            translation::Entity,
            Expr::col((translation::Entity, translation::Column::ArticleId))
                .equals((Entity, Column::ArticleId)),
        )
        .cond_where(Column::TranslationKey.is_in(keys.iter().map(String::as_str)));
    let mut groups: HashMap<String, Group> = HashMap::new();
    for result in db.query_all(&select).await? {
        let source: Option<Uuid> = result.try_get_by_index(5)?;
        let version: Option<i32> = result.try_get_by_index(6)?;
        groups.entry(result.try_get_by_index(0)?).or_default().members.push(Member {
            article_id: result.try_get_by_index(1)?,
            language: result.try_get_by_index(2)?,
            version: result.try_get_by_index(3)?,
            text_version: result.try_get_by_index(4)?,
            made_from: source.zip(version),
        });
    }
    Ok(groups)
}

/// `SELECT 1` of the other copies in a group, under a name.
fn others(scope: &Scope, name: &'static str) -> SelectStatement {
    let mut select = Query::select();
    select.expr(Expr::val(1)).from_as(Entity, name).cond_where(visible(scope, name)).cond_where(
        Expr::col((name, Column::TranslationKey)).equals((Entity, Column::TranslationKey)),
    );
    select.cond_where(within(scope, name)).take()
}

/// Whether a copy belongs to the group of the one in hand.
fn same_key(name: &'static str) -> Expr {
    Expr::col((name, Column::TranslationKey)).equals((Entity, Column::TranslationKey))
}

fn tags(languages: &[Arc<str>]) -> impl Iterator<Item = &str> {
    languages.iter().map(AsRef::as_ref)
}

/// The articles in the first language of a chain in which their group has any.
///
/// The place of the best one is asked for as a value: PostgreSQL would answer
/// `NOT EXISTS` by reading every article first, for the sake of twenty.
pub fn best_of(scope: &Scope, chain: &[Arc<str>]) -> Condition {
    let place = |table: &'static str| {
        let language = || Expr::col((table, Column::Language));
        let cases = (0_i32..).zip(tags(chain)).fold(CaseStatement::new(), |cases, (place, tag)| {
            cases.case(language().eq(tag), place)
        });
        Expr::Case(Box::new(cases))
    };
    let first = chain.first().map(AsRef::as_ref).unwrap_or_default();
    let mut best = Query::select();
    best.expr(place("best").min())
        .from_as(Entity, "best")
        .cond_where(visible(scope, "best"))
        .cond_where(same_key("best"))
        .cond_where(Expr::col(("best", Column::Language)).is_in(tags(chain)));
    best.cond_where(within(scope, "best"));
    let best = Expr::SubQuery(None, Box::new(best.take().into()));
    Condition::all()
        .add(Column::Language.is_in(tags(chain)))
        .add(Condition::any().add(Column::Language.eq(first)).add(place(super::COPY).eq(best)))
}

/// How far an article is from being the source of its group; see [`Group::source`].
fn rank(table: &'static str, default: &str) -> Expr {
    let noted = Query::select()
        .expr(Expr::val(1))
        .from(translation::Entity)
        .cond_where(
            Expr::col((translation::Entity, translation::Column::ArticleId))
                .equals((table, Column::ArticleId)),
        )
        .take();
    let made = CaseStatement::new().case(Expr::exists(noted), 2).finally(0);
    let foreign =
        CaseStatement::new().case(Expr::col((table, Column::Language)).ne(default), 1).finally(0);
    Expr::Case(Box::new(made)).add(Expr::Case(Box::new(foreign)))
}

/// The source of each group that has no article in some of these languages.
pub fn untranslated(scope: &Scope, languages: &[Arc<str>], default: &str) -> Condition {
    let mut missing = Condition::any();
    for tag in languages {
        let mut there = others(scope, "there");
        there.cond_where(Expr::col(("there", Column::Language)).eq(tag.as_ref()));
        missing = missing.add(Expr::exists(there).not());
    }
    let id = |table: &'static str| Expr::col((table, Column::ArticleId));
    let (before, own) = (|| rank("before", default), || rank(super::COPY, default));
    let mut first = others(scope, "before");
    first.cond_where(
        Condition::any()
            .add(before().lt(own()))
            .add(before().eq(own()).and(id("before").lt(id(super::COPY)))),
    );
    Condition::all().add(missing).add(Expr::exists(first).not())
}

/// The translations whose source has changed; see [`Group::source_of`].
///
/// They are found from the sources that have, which are fewer than what could be
/// behind them.
pub fn outdated(scope: &Scope, default: &str) -> Condition {
    let copy = |table: &'static str, column: Column| Expr::col((table, column));
    let source = |column: article::Column| Expr::col((article::Entity, column));
    let note = |column: translation::Column| Expr::col((translation::Entity, column));
    let has_note = |table: &'static str| {
        let notes = Query::select()
            .expr(Expr::val(1))
            .from(translation::Entity)
            .and_where(note(translation::Column::ArticleId).equals((table, Column::ArticleId)))
            .take();
        Expr::exists(notes)
    };
    // `SELECT behind FROM source JOIN behind`, in one group and in this view.
    let pairs = || {
        let mut select = Query::select();
        select
            .column(("behind", Column::ArticleId))
            .from(article::Entity)
            .join_as(
                JoinType::InnerJoin,
                Entity,
                "source",
                Condition::all()
                    .add(
                        copy("source", Column::ArticleId)
                            .equals((article::Entity, article::Column::Id)),
                    )
                    .add(visible(scope, "source")),
            )
            .join_as(
                JoinType::InnerJoin,
                Entity,
                "behind",
                Condition::all()
                    .add(
                        copy("behind", Column::TranslationKey)
                            .equals(("source", Column::TranslationKey)),
                    )
                    .add(visible(scope, "behind")),
            );
        select.cond_where(within(scope, "source")).take()
    };
    let mut noted = pairs();
    noted
        .join(
            JoinType::InnerJoin,
            translation::Entity,
            Condition::all()
                .add(note(translation::Column::ArticleId).equals(("behind", Column::ArticleId)))
                .add(
                    note(translation::Column::SourceId)
                        .equals((article::Entity, article::Column::Id)),
                ),
        )
        .cond_where(
            source(article::Column::TextVersion).gt(note(translation::Column::SourceVersion)),
        );
    let mut imported = pairs();
    imported
        .cond_where(source(article::Column::TextVersion).gt(1))
        .cond_where(copy("source", Column::Language).eq(default))
        .cond_where(copy("behind", Column::Language).ne(default))
        .cond_where(has_note("source").not())
        .cond_where(has_note("behind").not());
    Condition::any()
        .add(Column::ArticleId.in_subquery(noted))
        .add(Column::ArticleId.in_subquery(imported))
}
