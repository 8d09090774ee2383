//! What is done now and then: a worker calls [`tend`] each minute, and once more
//! when the process stops.

use super::{links, sessions, throttle, totp};
use crate::ctx::App;
use crate::error::Result;

/// Writes last uses, makes a new signing key once it is time, and forgets what
/// is over: sessions, links and failures.
pub async fn tend(app: &App) -> Result<()> {
    sessions::write_uses(app, app.uses().take()).await?;
    let auth = &app.config().auth;
    let now = app.now();
    app.keys().rotate_by_age(now, auth.rotate_days)?;
    let txn = app.db().begin().await?;
    sessions::forget(&txn, now).await?;
    links::forget(&txn, now).await?;
    throttle::forget(&txn, now).await?;
    txn.commit().await?;
    if !auth.previous_secrets.is_empty() {
        totp::reseal(app).await?;
    }
    Ok(())
}
