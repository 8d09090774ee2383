//! Broadsheet over HTTP, on both databases: one binary, a file a domain.

mod authz;
mod contract;
mod drafts;
mod events;
mod http;
mod pages;
mod schema;
mod sessions;
mod statements;
mod taxonomy;
mod tidy;
