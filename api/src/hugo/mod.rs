//! Reading a Hugo site: its configuration, its tree of content files, their
//! front matter, and the address that Hugo gives each page.
//!
//! Everything here is pure: bytes and paths in, plain values out. The one
//! exception is that [`config::load`], [`tree::walk`] and [`files`] read the file
//! system.
//!
//! | module | what it knows |
//! |---|---|
//! | [`front_matter`] | where front matter ends and the body begins; YAML, TOML and JSON into one ordered map |
//! | [`yaml`], [`toml_value`] | the two formats, scalars resolved as Hugo resolves them |
//! | [`fold`], [`cast`] | keys in any case; weakly typed values |
//! | [`date`] | every spelling of a date |
//! | [`config`] | the site, its languages and menus |
//! | [`mounts`] | folders of the site that count as content |
//! | [`tree`] | the content folders: language, bundle, kind and logical path of each file |
//! | [`page`] | front matter as typed fields, the rest as parameters |
//! | [`cascade`] | what pages have from the sections above them |
//! | [`menu`] | menu entries, in configuration and front matter |
//! | [`address`], [`permalink`], [`sanitize`] | the address of a page |
//! | [`files`], [`file_path`] | all files of a site as they lie on disk, and their names |
//! | [`edit`] | front matter changed where it was edited, and nowhere else |
//! | [`problem`] | what is wrong, in which file and line |
//!
//! **Invariants.** No input makes this module panic. Nothing that was written
//! is lost: a value that a typed field cannot take stays in the parameters
//! under its own key, with a warning. The reference is Hugo 0.168.
//!
//! # Where Broadsheet is kinder than Hugo
//!
//! | what | Hugo 0.168 | Broadsheet |
//! |---|---|---|
//! | YAML front matter closed by `...` | error | accepted |
//! | a body without front matter that begins with `+`, `-` or `{{` | error | a body |
//! | an HTML page (`.html`) | error: `security.allowContent` | a page, its body is HTML |
//! | a shortcode nobody defined | error | accepted: the body is not rendered here |
//! | a date like `2020-1-2`, `2020/01/02`, `2020-01-02 03:04`, `2 Jan 2020`, `January 2, 2020` | error | read as what it plainly means |
//! | a date with spaces around it, `2020-01-02T03:04:05+08`, `2020-01-02 03:04:05 UTC` | error | read |
//! | a date that cannot be read at all | error | no date, the value kept in the parameters, a warning |
//! | a time without a date (`3:04PM`) as a date | the year 0 | no date, as above |
//! | a JSON number as a date | error | Unix seconds, as in YAML |
//! | `published: false` | error: no date | a draft |
//! | `title: {a: b}`, `draft: yes`, `weight: 0.1` | the empty value | the same, the value kept in the parameters, a warning |
//! | terms that are no texts (`tags: {a: 1}`) | none | none, the value kept in the parameters, a warning |
//! | `menu: ""` | an entry in a menu without a name | no entry |
//! | an absolute `url` or alias | error | left out, kept in the parameters, a warning |
//! | an empty alias | the folder above the page | none |
//! | an anchor without a value (`a: &x`) | error | null |
//! | a key in two spellings (`Title`, `title`) | one of them by chance | the last; the other is kept in the parameters |
//! | a number or a list in `permalinks` | error | passed over, a warning |
//! | two `permalinks` for one page (`posts`, `posts/x`) | one of them by chance | the longer section's |
//! | `index.md` at the root without `_index.md` | the home page, all others its resources | the home page, all others pages |
//! | two languages with one code (`languageCode`) | both | the one whose key it is; the other goes by its key |
//! | a content folder inside another (`content`, `content/zh`) | its pages twice | its pages once, by the inner folder |
//! | a folder that is mounted again for another language, to stand in for what it has not | its pages in both | its pages in the first |
//!
//! Still errors, because nothing can be read for sure: a key given twice, a
//! front matter that is never closed, YAML that is no YAML (`title: @foo`).
//! An error here alone: an address, an alias, a translation key or the name of
//! a term of more than 2,000 bytes, by which PostgreSQL could find nothing.
//!
//! Not looked at: themes and modules, mounts of what lies outside the site, content
//! adapters, dates from Git or the file system, Org mode, and `buildDrafts` and its like.
//! Sections without a date have none here; Hugo gives them that of their newest page.

pub mod address;
pub mod cascade;
pub mod cast;
pub mod config;
mod config_file;
pub mod date;
pub mod edit;
pub mod file_path;
pub mod files;
pub mod fold;
pub mod front_matter;
mod glob;
mod go_date;
pub mod menu;
pub mod mounts;
pub mod page;
mod page_dates;
mod page_values;
pub mod permalink;
pub mod problem;
pub mod sanitize;
mod sections;
pub mod toml_value;
pub mod tree;
pub mod yaml;
mod yaml_repair;

// What follows works on the database: the rest of this module is pure.
mod ahead;
pub(crate) mod blobs;
pub(crate) mod convert;
pub mod demo;
mod document;
pub mod export;
pub mod import;
mod keep;
mod known;
mod menu_rows;
pub mod report;
pub(crate) mod rows;
mod settings;
pub mod sync;
mod taken;
