//! A menu that comes in from another system.

use entity::menu;
use sea_orm::{ActiveModelTrait, IntoActiveModel};
use serde_json::json;

use super::tree::{self, Entry};
use crate::error::{Error, Result};
use crate::event::{Event, Write};

/// Arranges a menu that is not there yet. What cannot stand in a menu is refused
/// with the whole of it.
pub async fn bring(
    write: &mut Write<'_>,
    name: &str,
    language: &str,
    mut entries: Vec<Entry>,
) -> Result<()> {
    tree::weigh(&mut entries);
    tree::identify(&mut entries);
    let errors = tree::mistakes(&entries);
    if !errors.is_empty() {
        return Err(Error::Invalid(errors));
    }
    let row = menu::Model {
        name: name.to_owned(),
        language: language.to_owned(),
        version: 1,
        entries: Some(entity::Json::of(&entries)?),
        changed_at: write.ctx().now(),
        changed_by: None,
    };
    write.record(Event {
        version: Some(1),
        language: Some(language.to_owned()),
        data: json!({ "name": name, "before": null, "after": entries, "import": true }),
        ..Event::new("menu.arranged")
    });
    row.into_active_model().reset_all().insert(write.txn()).await?;
    Ok(())
}
