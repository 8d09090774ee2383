//! Migrations, applied in order by a starting server.
//!
//! Each one serves SQLite and PostgreSQL alike. A migration that has been
//! released is never edited: add `m<date>_<n>_<what>.rs` and list it below.

pub use sea_orm_migration::prelude::MigratorTrait;
use sea_orm_migration::prelude::*;

mod columns;
mod m20261124_10_rendering;
mod m20261124_11_imports;
mod m20261124_12_documents;
mod m20261124_13_pictures;
mod m20261124_14_list_menus;
mod m20261124_1_ground;
mod m20261124_20_touched;
mod m20261124_21_list_texts;
mod m20261124_2_authoring;
mod m20261124_3_history;
mod m20261124_4_taxonomy_work;
mod m20261124_5_people;
mod m20261124_6_files;
mod m20261124_7_widgets;
mod m20261124_8_terms;
mod m20261124_9_delivery;
mod m20261129_1_listed;
mod m20261129_2_sections;
mod m20261129_3_term_places;
mod m20261129_4_bodies;
mod m20261129_5_logical_paths;
mod m20261130_1_list_times;

pub struct Migrator;

#[async_trait::async_trait]
impl MigratorTrait for Migrator {
    fn migrations() -> Vec<Box<dyn MigrationTrait>> {
        vec![
            Box::new(m20261124_1_ground::Migration),
            Box::new(m20261124_2_authoring::Migration),
            Box::new(m20261124_3_history::Migration),
            Box::new(m20261124_4_taxonomy_work::Migration),
            Box::new(m20261124_5_people::Migration),
            Box::new(m20261124_12_documents::Migration),
            Box::new(m20261124_6_files::Migration),
            Box::new(m20261124_8_terms::Migration),
            Box::new(m20261124_7_widgets::Migration),
            Box::new(m20261124_10_rendering::Migration),
            Box::new(m20261124_11_imports::Migration),
            Box::new(m20261124_9_delivery::Migration),
            Box::new(m20261124_13_pictures::Migration),
            Box::new(m20261124_14_list_menus::Migration),
            Box::new(m20261124_20_touched::Migration),
            Box::new(m20261124_21_list_texts::Migration),
            Box::new(m20261129_1_listed::Migration),
            Box::new(m20261129_2_sections::Migration),
            Box::new(m20261129_3_term_places::Migration),
            Box::new(m20261129_4_bodies::Migration),
            Box::new(m20261129_5_logical_paths::Migration),
            Box::new(m20261130_1_list_times::Migration),
        ]
    }
}
