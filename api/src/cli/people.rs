//! `broadsheet user list`: everybody, a line each.

use std::fmt::Write;

use crate::ctx::Ctx;
use crate::error::Result;
use crate::graphql::page::Page;
use crate::user::{self, PersonFilter};

/// Role, state, e-mail address and name, by name.
pub async fn list(ctx: &Ctx) -> Result<String> {
    let mut lines = String::new();
    let mut after: Option<String> = None;
    loop {
        let page = Page::new(user::ORDER, Some(100), after.as_deref(), None, None)?;
        let slice = user::all(ctx, &PersonFilter::default(), &page).await?;
        for person in &slice.rows {
            let account = user::account(ctx, person.id).await?;
            let state = match account.map(|account| (account.active, account.joined_at)) {
                Some((true, Some(_))) => "active",
                Some((true, None)) => "invited",
                _ => "deactivated",
            };
            let role = person.role.name();
            // Writing to a text cannot fail.
            let _ = writeln!(lines, "{role:<12} {state:<12} {}  {}", person.email, person.name);
        }
        match slice.rows.last().filter(|_| slice.has_next) {
            Some(last) => after = Some(user::cursor(last)),
            None => return Ok(lines),
        }
    }
}
