//! The script that draws widgets in pages of other sites.
pub const SCRIPT: &str = "";
