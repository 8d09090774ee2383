//! Broadsheet: a headless CMS for articles.
//!
//! The crate is laid out by domain. `ARCHITECTURE.md` has the map; each folder's
//! `mod.rs` says what it is, what always holds in it, and how to add to it.

pub mod archive;
pub mod article;
pub mod audit;
pub mod cache;
pub mod cli;
pub mod config;
pub mod ctx;
pub mod db;
pub mod document;
pub mod embed;
pub mod error;
pub mod event;
pub mod feed;
pub mod graphql;
pub mod guard;
pub mod http;
pub mod hugo;
pub mod import;
pub mod media;
pub mod menu;
pub mod network;
pub mod outgoing;
pub mod permalink;
pub mod policy;
pub mod preview;
pub mod redirect;
pub mod render;
pub mod route;
pub mod search;
pub mod section;
pub mod seo;
pub mod site;
pub mod sitemap;
pub mod taxonomy;
pub mod token;
pub mod user;
pub mod widget;
pub mod worker;
