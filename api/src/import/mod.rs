//! Imports from other systems.
pub mod feed;
pub mod ghost;
pub mod html;
pub mod model;
pub mod wordpress;
pub mod xml;
