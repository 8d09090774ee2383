//! Broadsheet over HTTP, on both databases: one binary, a file a domain.

#![expect(clippy::expect_used, reason = "a test stops at the first surprise")]

mod accounts;
mod addresses;
mod articles;
mod audit;
mod authz;
mod caching;
mod cli;
mod conflicts;
mod contract;
mod crash;
mod drafts;
mod events;
mod export;
mod failures;
mod feeds;
mod history;
mod hostile;
mod http;
mod hugo;
mod limits;
mod logs;
mod media;
mod odd;
mod oidc;
mod pages;
mod people;
mod previews;
mod races;
mod schedules;
mod schema;
mod second_factor;
mod secrets;
mod seo;
mod sessions;
mod sitemap;
mod statements;
mod taxonomy;
mod taxonomy_work;
mod tidy;
mod tokens;
mod translations;
mod workflow;
