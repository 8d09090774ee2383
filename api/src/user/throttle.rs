//! Guessing takes time: growing delays, for each account and each address.
//!
//! A try counts as failed **before** it is looked at, in a transaction of its
//! own, and is taken back when it was right; so a hundred tries at once are a
//! hundred tries. Counts are in the database, where all nodes see them and a
//! restart forgets nothing; they are forgotten after a day. Nobody waits in the
//! server: a try that comes too early is refused with the seconds to wait, before
//! any password is hashed. Accounts that do not exist are counted as those that
//! do.
//!
//! Whoever knows an e-mail address can keep its owner from signing in with a
//! password for [`LONGEST`] at a time. Sessions that exist, and signing in at a
//! provider, are not touched by that.

use entity::Timestamp;
use entity::throttle::{ActiveModel, Column, Entity, Model};
use sea_orm::{
    ActiveModelTrait, ActiveValue::Set, ColumnTrait, DatabaseTransaction, EntityTrait,
    IntoActiveModel, QueryFilter, QuerySelect,
};

use super::token::fingerprint;
use crate::ctx::Ctx;
use crate::error::{Error, Result, UserError, UserErrorCode};

/// Seconds that a delay grows to.
const LONGEST: i64 = 900;
/// Seconds after which a failure is forgotten.
pub const MEMORY: i64 = 86_400;

/// What is guessed at.
#[derive(Debug, Clone, Copy)]
pub enum Target<'a> {
    /// A password, by the e-mail address that was typed.
    Account(&'a str),
    /// Codes of a second factor.
    Factor(uuid::Uuid),
    /// A link's token: too long to guess, so only the address counts.
    Link,
}

struct Counter {
    key: Vec<u8>,
    /// Failures without a delay.
    free: i32,
    /// Whether one success clears all failures. An address is shared, and a
    /// guesser may have an account of their own: there it takes back one.
    clears: bool,
}

fn counters(ctx: &Ctx, target: Target<'_>) -> Vec<Counter> {
    let of = |text: String| fingerprint(format!("broadsheet throttle\n{text}"));
    let mut counters = Vec::new();
    match target {
        Target::Account(email) => {
            counters.push(Counter { key: of(format!("account {email}")), free: 5, clears: true });
        }
        Target::Factor(user) => {
            counters.push(Counter { key: of(format!("factor {user}")), free: 5, clears: true });
        }
        Target::Link => {}
    }
    if let Some(address) = ctx.address() {
        // Whoever has an IPv6 address has 2^64 of them.
        let network = match address.to_canonical() {
            std::net::IpAddr::V4(address) => address.to_string(),
            std::net::IpAddr::V6(address) => format!("{:x}", address.to_bits() >> 64),
        };
        counters.push(Counter { key: of(format!("address {network}")), free: 30, clears: false });
    }
    // Everybody locks in the same order.
    counters.sort_by(|one, other| one.key.cmp(&other.key));
    counters
}

/// A try that has been counted, and counts as failed until it succeeds.
pub struct Attempt {
    counters: Vec<Counter>,
}

/// Counts a try, or refuses it. `field` is where the secret came from.
pub async fn attempt(ctx: &Ctx, target: Target<'_>, field: &str) -> Result<Attempt> {
    let counters = counters(ctx, target);
    let txn = ctx.app().db().begin().await?;
    let now = ctx.now();
    let mut wait = 0;
    for counter in &counters {
        let row = lock(&txn, counter, now).await?;
        if row.until > now {
            wait = wait.max((row.until.0 - now.0 + 999_999) / 1_000_000);
            continue;
        }
        let forgotten = row.failed_at.0.saturating_add(MEMORY * 1_000_000) <= now.0;
        let failures = if forgotten { 1 } else { row.failures.saturating_add(1) };
        let mut change = row.into_active_model();
        change.failures = Set(failures);
        change.failed_at = Set(now);
        change.until =
            Set(Timestamp(now.0.saturating_add(delay(failures - counter.free) * 1_000_000)));
        change.update(&txn).await?;
    }
    if wait > 0 {
        txn.rollback().await?;
        let message = format!("too many wrong ones: try again in {wait} seconds");
        return Err(Error::Invalid(vec![UserError {
            retry_after_seconds: Some(wait),
            ..UserError::new(field, UserErrorCode::Throttled, message)
        }]));
    }
    txn.commit().await?;
    Ok(Attempt { counters })
}

/// Seconds to wait after the n-th failure that is not free.
fn delay(failure: i32) -> i64 {
    match u32::try_from(failure - 1) {
        Err(_) => 0,
        Ok(doubled) => 1_i64.checked_shl(doubled.min(20)).unwrap_or(LONGEST).min(LONGEST),
    }
}

async fn lock(txn: &DatabaseTransaction, counter: &Counter, now: Timestamp) -> Result<Model> {
    let fresh = ActiveModel {
        key: Set(counter.key.clone()),
        failures: Set(0),
        failed_at: Set(now),
        until: Set(Timestamp(0)),
    };
    Entity::insert(fresh)
        .on_conflict_do_nothing_on([Column::Key])
        .exec_without_returning(txn)
        .await?;
    Entity::find_by_id(counter.key.clone())
        .lock_exclusive()
        .one(txn)
        .await?
        .ok_or_else(|| Error::internal("a counter has gone"))
}

impl Attempt {
    /// Takes the try back: it was right.
    pub async fn succeeded(self, ctx: &Ctx) -> Result<()> {
        let txn = ctx.app().db().begin().await?;
        for counter in &self.counters {
            let row = lock(&txn, counter, ctx.now()).await?;
            let failures = if counter.clears { 0 } else { (row.failures - 1).max(0) };
            let mut change = row.into_active_model();
            change.failures = Set(failures);
            change.until = Set(Timestamp(0));
            change.update(&txn).await?;
        }
        txn.commit().await?;
        Ok(())
    }
}

/// Forgets what is old.
pub async fn forget(txn: &DatabaseTransaction, now: Timestamp) -> Result<()> {
    let old = Timestamp(now.0.saturating_sub(MEMORY * 1_000_000));
    Entity::delete_many().filter(Column::FailedAt.lt(old)).exec(txn).await?;
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn delays_grow_to_a_bound() {
        let delays: Vec<_> = [-4, 0, 1, 2, 3, 10, 11, 1000].map(delay).to_vec();
        assert_eq!(delays, [0, 0, 1, 2, 4, 512, 900, 900]);
    }
}
