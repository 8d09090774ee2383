//! What sections say, as it is rendered anew.

use entity::section::{Column, Entity, Model};
use sea_orm::{ColumnTrait, Condition};

use crate::article::rendering::{ListText, ListTexts};

impl ListTexts for Entity {
    const HTML: Column = Column::Html;
    const LINKS: Column = Column::Links;
    const RENDERER: Column = Column::Renderer;

    fn text(Model { language, name, markdown, source, .. }: Model) -> ListText {
        let row = Condition::all().add(Column::Language.eq(&*language)).add(Column::Name.eq(name));
        ListText { language, markdown, source, row }
    }
}
