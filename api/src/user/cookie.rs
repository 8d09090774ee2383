//! The refresh token in a browser's cookie, out of reach of scripts.
//!
//! The cookie goes to `/graphql` alone and with no request that another site
//! makes (`SameSite=Strict`). It is used only in a POST of JSON that comes from
//! this origin or one that `http.cors_origins` names, as `http::client` sees to.

use crate::config::CookieSecure;
use crate::ctx::Ctx;
use crate::error::Result;

pub const NAME: &str = "broadsheet_refresh";

/// The value of a `Set-Cookie` header that keeps a refresh token.
pub async fn keep(ctx: &Ctx, token: &str, seconds: i64) -> Result<String> {
    let secure = match ctx.app().config().auth.cookie_secure {
        CookieSecure::Always => true,
        CookieSecure::Never => false,
        CookieSecure::Auto => ctx.frame().await?.site.base_url.starts_with("https:"),
    };
    let secure = if secure { "; Secure" } else { "" };
    Ok(format!(
        "{NAME}={token}; Path=/graphql; HttpOnly; SameSite=Strict; Max-Age={seconds}{secure}"
    ))
}

/// The same, to forget it.
pub async fn clear(ctx: &Ctx) -> Result<String> {
    keep(ctx, "", 0).await
}
