//! What a save must satisfy, and the addresses that are made up here.

use entity::View;
use sea_orm::{ColumnTrait, EntityTrait, QueryFilter, QuerySelect};
use uuid::Uuid;

use super::content::{Content, MAX_KEY};
use super::projection;
use crate::error::{Error, Result, UserError, UserErrorCode};
use crate::event::Write;
use crate::site::{Frame, LanguageFrame};

/// Bytes of a file name that is made from a title.
const MAX_NAME: usize = 200;

/// Refuses what no article may be, with every mistake at once.
///
/// `before` is what is edited: what a file said may stay, and only what is said anew
/// has to be as we want it.
pub fn validate(content: &Content, before: Option<&Content>) -> Result<()> {
    let mut errors = Vec::new();
    let mut wrong =
        |field: &str, code, message: &str| errors.push(UserError::new(field, code, message));
    let untitled = |content: &Content| content.title.trim().is_empty();
    if untitled(content) && !before.is_some_and(untitled) {
        wrong("input.title", UserErrorCode::Required, "an article needs a title");
    }
    if content.directory.split('/').any(|part| part == "." || part == "..") {
        wrong("input.section", UserErrorCode::Invalid, "a section is a path such as news/local");
    }
    if before.is_none_or(|before| before.slug != content.slug)
        && content
            .slug
            .as_deref()
            .is_some_and(|slug| matches!(slug.trim(), "" | "." | "..") || slug.contains('/'))
    {
        wrong(
            "input.slug",
            UserErrorCode::Invalid,
            "a slug is one part of an address, without slashes",
        );
    }
    let dates = |content: &Content| (content.publish_at, content.expire_at);
    if let (Some(from), Some(until)) = dates(content)
        && until <= from
        && before.is_none_or(|before| dates(before) != dates(content))
    {
        wrong("input.expireAt", UserErrorCode::Invalid, "an article expires after it is published");
    }
    for (field, text) in [
        ("input.title", Some(&content.title)),
        ("input.slug", content.slug.as_ref()),
        ("input.summary", content.summary.as_ref()),
        ("input.lead", content.lead.as_ref()),
        ("input.description", content.description.as_ref()),
    ] {
        // PostgreSQL cannot hold it, and no text needs it.
        if text.is_some_and(|text| text.contains('\0')) {
            wrong(field, UserErrorCode::Invalid, "a text cannot hold the character U+0000");
        }
    }
    if let Some(what) = content.too_long() {
        wrong(
            &format!("input.{what}"),
            UserErrorCode::Invalid,
            &format!("it is longer than {MAX_KEY} bytes"),
        );
    }
    if errors.is_empty() { Ok(()) } else { Err(Error::Invalid(errors)) }
}

/// Whether something else has the address already.
pub fn is_taken(error: &Error) -> bool {
    let Error::Invalid(errors) = error else {
        return false;
    };
    errors.iter().any(|error| error.code == UserErrorCode::Taken)
}

/// A file name from the title, or from the id where the title gives none.
pub fn file_name(frame: &Frame, content: &Content, id: Uuid) -> String {
    let name = frame.rules.urlize(content.slug.as_deref().unwrap_or(&content.title));
    let mut name = name.replace('/', "-");
    name.truncate(name.floor_char_boundary(MAX_NAME));
    if name.trim_matches(['-', '.']).is_empty() { id.simple().to_string() } else { name }
}

/// Appends `-2`, `-3` … to a name that was made up here until its address is
/// free; refuses a taken one that the caller chose.
pub async fn find_free_path(
    write: &Write<'_>,
    frame: &Frame,
    language: &LanguageFrame,
    content: &mut Content,
    id: Uuid,
) -> Result<()> {
    let chosen = content.slug.is_some() || content.url.is_some();
    let name = content.name.clone();
    for number in 2..100 {
        match refuse_taken(write, &projection::path(frame, language, content), id).await {
            Err(error) if !chosen && is_taken(&error) => {
                content.name = format!("{name}-{number}");
            }
            done => return done,
        }
    }
    content.name = format!("{name}-{}", id.simple());
    Ok(())
}

/// Refuses an address that another article has, or that is too long to be one.
pub async fn refuse_taken(write: &Write<'_>, path: &str, id: Uuid) -> Result<()> {
    use entity::article_copy::{Column, Entity};
    if path.len() > MAX_KEY {
        return Err(Error::invalid(
            "input.slug",
            UserErrorCode::Invalid,
            format!("an address of {} bytes is too long: {MAX_KEY} are the most", path.len()),
        ));
    }
    let taken = Entity::find()
        .select_only()
        .column(Column::ArticleId)
        .filter(Column::Path.eq(path))
        .filter(Column::View.is_in([View::Published, View::Working]))
        .filter(Column::ArticleId.ne(id))
        .limit(1)
        .into_tuple::<Uuid>()
        .one(write.txn())
        .await?;
    match taken {
        None => Ok(()),
        Some(_) => Err(Error::invalid(
            "input.slug",
            UserErrorCode::Taken,
            format!("another article has the address {path}: choose another slug"),
        )),
    }
}
