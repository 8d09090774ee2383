//! Broadsheet over HTTP, on both databases: one binary, a file a domain.












mod contract;
mod statements;
