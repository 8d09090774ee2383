//! Broadsheet over HTTP, on both databases: one binary, a file a domain.

#![expect(clippy::expect_used, reason = "a test stops at the first surprise")]
#![expect(
    clippy::flat_map_option,
    clippy::format_collect,
    clippy::format_push_string,
    clippy::items_after_statements,
    clippy::needless_pass_by_value,
    clippy::print_stdout,
    clippy::type_complexity,
    reason = "tests build texts and values where they use them, and say what they skip"
)]

mod abuse;
mod accounts;
mod addresses;
mod agreement;
mod archive;
mod arranged;
mod articles;
mod audit;
mod authz;
mod blocks;
mod caching;
mod cli;
mod clients;
mod configured;
mod conflicts;
mod contract;
mod corpus;
mod crash;
mod documents;
mod drafts;
mod edited;
mod elsewhere;
mod elsewhere_beside;
mod events;
mod example_statements;
mod examples;
mod export;
mod failures;
mod feeds;
mod freshness;
mod fuzz;
mod graphiql;
mod held_back;
mod history;
mod hostile;
mod http;
mod hugo;
mod hugo_edit;
mod hugo_fields;
mod hugo_rendering;
mod kept;
mod languages;
mod large;
mod limits;
mod list_texts;
mod logs;
mod media;
mod menus;
mod mounts;
mod odd;
mod oidc;
mod oracle;
mod pages;
mod people;
mod previews;
mod properties;
mod purging;
mod races;
mod related;
mod rendering;
mod schedules;
mod schema;
mod search;
mod second_factor;
mod secrets;
mod seo;
mod sessions;
mod shapes;
mod sitemap;
mod statements;
mod sync;
mod sync_running;
mod taxonomy;
mod taxonomy_work;
mod term_places;
mod term_texts;
mod term_work;
mod terms;
mod tidy;
mod tokens;
mod translations;
mod unlisted;
mod widget_script;
mod widgets;
mod workflow;
mod xss;
