//! Making, listing, revoking and recognising previews.

use entity::{Timestamp, article, article_copy, preview, user};
use sea_orm::{
    ActiveModelTrait, ActiveValue::Set, ColumnTrait, EntityTrait, IntoActiveModel, QueryFilter,
    QueryOrder, QuerySelect,
};
use serde::{Deserialize, Serialize};
use serde_json::json;
use uuid::Uuid;

use crate::article::lock::lock;
use crate::ctx::{Actor, App, Ctx, Via};
use crate::error::{Error, Result, UserErrorCode};
use crate::event::{Event, Write};
use crate::hugo::address;
use crate::policy::{self, Action, Subject};
use crate::user::{Purpose, role};

/// What every preview's token begins with.
pub const PREFIX: &str = "bshp_";

/// What the tokens in the addresses of previewed files begin with.
pub const FILES_PREFIX: &str = "bshf_";
/// Microseconds that these last, and for how long they stay the same.
const FILES_LAST: i64 = 24 * HOUR;
const HOUR: i64 = 3_600_000_000;

/// Seconds that a preview lasts where nothing is said, and at most.
pub const DEFAULT_SECONDS: i32 = 7 * 86_400;
const MOST_SECONDS: i32 = 90 * 86_400;

#[derive(Serialize, Deserialize)]
struct Claims {
    jti: Uuid,
}

/// A preview that was just made; the token is shown once.
pub struct Made {
    pub row: preview::Model,
    pub token: String,
    /// Where the configured frontend shows it.
    pub url: Option<String>,
}

pub async fn create(ctx: &Ctx, article: Uuid, seconds: i32) -> Result<Made> {
    if !(1..=MOST_SECONDS).contains(&seconds) {
        return Err(Error::invalid(
            "expiresIn",
            UserErrorCode::Invalid,
            format!("a preview lasts from 1 to {MOST_SECONDS} seconds"),
        ));
    }
    let mut write = Write::begin(ctx).await?;
    let head = lock(&write, article, Action::PreviewArticle).await?;
    let user_id = ctx.actor().user_id().ok_or_else(|| {
        Error::Forbidden("a preview is made by somebody, who may see what it shows".to_owned())
    })?;
    let expires_at = Timestamp(ctx.now().0.saturating_add(i64::from(seconds) * 1_000_000));
    let row = preview::Model {
        id: ctx.new_id(),
        article_id: article,
        user_id,
        created_at: ctx.now(),
        expires_at,
        revoked_at: None,
    };
    row.clone().into_active_model().reset_all().insert(write.txn()).await?;
    let keys = ctx.app().keys();
    let signed =
        keys.sign_claims(Purpose::Preview, &Claims { jti: row.id }, ctx.now(), expires_at)?;
    let token = format!("{PREFIX}{signed}");
    let path: Option<String> = article_copy::Entity::find_by_id((entity::View::Working, article))
        .select_only()
        .column(article_copy::Column::Path)
        .into_tuple()
        .one(write.txn())
        .await?;
    let template = &ctx.app().config().preview.url;
    let url = path
        .filter(|_| !template.is_empty())
        .map(|path| template.replace("{path}", &address::encode(&path)).replace("{token}", &token));
    write.record(Event {
        language: Some(head.language),
        data: json!({ "article": article }),
        ..Event::of("preview.created", row.id, head.version)
    });
    write.commit().await?;
    Ok(Made { row, token, url })
}

/// Ends a preview.
pub async fn revoke(ctx: &Ctx, id: Uuid) -> Result<preview::Model> {
    let mut write = Write::begin(ctx).await?;
    let missing = || Error::invalid("id", UserErrorCode::NotFound, "no such preview");
    // Who may preview nothing is told so before anything about this one.
    let own = Subject { owner: ctx.actor().user_id(), ..Subject::default() };
    policy::check(ctx.actor(), Action::PreviewArticle, own)?;
    let row = preview::Entity::find_by_id(id).one(write.txn()).await?.ok_or_else(missing)?;
    let head = lock(&write, row.article_id, Action::PreviewArticle).await?;
    if row.revoked_at.is_some() {
        return Ok(row);
    }
    let mut change = row.into_active_model();
    change.revoked_at = Set(Some(ctx.now()));
    let row = change.update(write.txn()).await?;
    write.record(Event {
        language: Some(head.language),
        data: json!({ "article": row.article_id }),
        ..Event::of("preview.revoked", id, head.version)
    });
    write.commit().await?;
    Ok(row)
}

/// The previews of an article, newest first, whether they still work or not.
pub async fn list(ctx: &Ctx, article: Uuid) -> Result<Vec<preview::Model>> {
    // Only a look: the transaction ends without a write.
    let write = Write::begin(ctx).await?;
    lock(&write, article, Action::PreviewArticle).await?;
    Ok(preview::Entity::find()
        .filter(preview::Column::ArticleId.eq(article))
        .order_by_desc(preview::Column::Id)
        .all(write.txn())
        .await?)
}

/// For whoever reads a preview: the article, and a token that its files are asked for with,
/// since a picture is asked for without headers.
///
/// It stands in HTML, which is copied and kept, so it is not the preview's own: it opens
/// nothing but files, for a day at most, and ends with the preview.
pub fn files(ctx: &Ctx) -> Result<Option<(Uuid, String)>> {
    let Actor::Preview { id, article } = ctx.actor() else {
        return Ok(None);
    };
    // The same for an hour: so the HTML is, too.
    let hour = Timestamp(ctx.now().0.div_euclid(HOUR) * HOUR);
    let end = Timestamp(hour.0.saturating_add(FILES_LAST));
    let claims = Claims { jti: *id };
    let signed = ctx.app().keys().sign_claims(Purpose::PreviewFiles, &claims, hour, end)?;
    Ok(Some((*article, format!("{FILES_PREFIX}{signed}"))))
}

/// What the holder of a preview's token is.
pub async fn actor(app: &App, token: &str) -> Result<Actor> {
    holder(app, Purpose::Preview, token.strip_prefix(PREFIX)).await
}

/// What the holder of a token for files is, where files are asked for.
pub async fn reader(app: &App, token: &str) -> Result<Actor> {
    holder(app, Purpose::PreviewFiles, token.strip_prefix(FILES_PREFIX)).await
}

async fn holder(app: &App, purpose: Purpose, signed: Option<&str>) -> Result<Actor> {
    let refused = |message: &str| Error::Unauthenticated(message.to_owned());
    let signed = signed.unwrap_or_default();
    let claims: Claims = app.keys().verify_claims(purpose, signed, app.now())?;
    let row = preview::Entity::find_by_id(claims.jti)
        .one(app.db().read())
        .await?
        .filter(|row| row.revoked_at.is_none())
        .ok_or_else(|| refused("the preview has been revoked"))?;
    if row.expires_at <= app.now() {
        return Err(refused("the preview has expired: ask for a new one"));
    }
    let maker = user::Entity::find_by_id(row.user_id).one(app.db().read()).await?;
    let head = article::Entity::find_by_id(row.article_id).one(app.db().read()).await?;
    let (Some(maker), Some(head)) = (maker.filter(|maker| maker.active), head) else {
        return Err(refused("the preview has ended with the access of whoever made it"));
    };
    let subject = Subject { owner: head.owner_id, ..Subject::default() };
    let maker =
        Actor::User { id: maker.id, role: role(&maker.role)?, via: Via::Session(Uuid::nil()) };
    if !policy::knows(&maker, subject)? {
        return Err(refused("the preview has ended with the access of whoever made it"));
    }
    Ok(Actor::Preview { id: row.id, article: row.article_id })
}
