//! The second factor: codes of an authenticator (TOTP, RFC 6238), and recovery
//! codes for when it is lost.
//!
//! The secret is encrypted at rest, bound to its owner. A code works once: the
//! time step of the last one is kept. Recovery codes are random, hashed, and
//! deleted with their use.

use entity::{recovery_code, user};
use sea_orm::{
    ActiveModelTrait, ActiveValue::Set, ColumnTrait, EntityTrait, IntoActiveModel, QueryFilter,
};
use serde_json::json;
use totp_rs::{Builder, Totp};
use uuid::Uuid;

use super::keys::Purpose;
use super::people::{guard_admins, locked};
use super::profile::prove;
use super::read::role;
use super::sessions::{self, Challenge, Method, SignIn, about};
use super::throttle::{self, Target};
use super::token::{fingerprint, random};
use crate::ctx::{App, Ctx};
use crate::error::{Error, Result, UserErrorCode};
use crate::event::Write;
use crate::policy::{self, Action, Subject};

const RECOVERY_CODES: usize = 10;
/// Letters and digits that are not mistaken for each other.
const ALPHABET: &[u8; 32] = b"abcdefghjkmnpqrstuvwxyz023456789";

/// What an authenticator is told, shown once.
pub struct Enrolment {
    pub secret: String,
    pub url: String,
}

fn device(secret: Vec<u8>, email: &str, issuer: &str) -> Result<Totp> {
    Builder::new()
        .with_secret(secret)
        .with_account_name(email)
        .with_issuer(Some(issuer))
        .build()
        .map_err(|error| Error::internal(format!("no second factor: {error}")))
}

fn place(user: Uuid) -> Vec<u8> {
    [b"totp ".as_slice(), user.as_bytes()].concat()
}

fn open(app: &App, user: &user::Model) -> Result<Option<Totp>> {
    let Some(sealed) = &user.totp_secret else {
        return Ok(None);
    };
    let secret = app.keys().seal().open(&place(user.id), sealed).ok_or_else(|| {
        Error::internal(
            "the secret of a second factor cannot be decrypted: put the auth.secret with which \
             it was made into auth.previous_secrets, or bring back seal.key",
        )
    })?;
    device(secret, &user.email, "Broadsheet").map(Some)
}

fn wrong_code(field: &str) -> Error {
    Error::invalid(
        field,
        UserErrorCode::BadCredentials,
        "the code is not right, or has been used: wait for the next one",
    )
}

fn none_yet(field: &str) -> Error {
    Error::invalid(
        field,
        UserErrorCode::WrongState,
        "there is no second factor: begin with startTotp",
    )
}

/// Makes a secret for whoever asks, who gives their password once more. It is
/// not asked for until a first code has been confirmed.
pub async fn begin(ctx: &Ctx, password: String) -> Result<Enrolment> {
    let user = prove(ctx, password, "password").await?;
    let frame = ctx.frame().await?;
    let title = frame.languages.first().map_or("", |language| language.row.title.as_str());
    let issuer = if title.is_empty() { "Broadsheet".to_owned() } else { title.replace(':', " ") };
    let mut write = Write::begin(ctx).await?;
    let user = {
        let now = locked(&write, user.id).await?;
        if now.totp_confirmed_at.is_some() {
            return Err(Error::invalid(
                "password",
                UserErrorCode::WrongState,
                "there is a second factor already: disable it first",
            ));
        }
        now
    };
    let secret = random::<20>()?;
    let sealed = ctx.app().keys().seal().close(&place(user.id), &secret)?;
    let device = device(secret.to_vec(), &user.email, &issuer)?;
    let id = user.id;
    let mut change = user.into_active_model();
    change.totp_secret = Set(Some(sealed));
    change.totp_step = Set(None);
    change.update(write.txn()).await?;
    write.record(about("user.totpStarted", id, json!({})));
    write.commit().await?;
    let url = device.to_url().map_err(Error::internal)?;
    Ok(Enrolment { secret: device.secret().to_base32(), url })
}

/// Turns the second factor on with a first code, and gives recovery codes, which
/// are shown once.
pub async fn confirm(ctx: &Ctx, code: &str) -> Result<Vec<String>> {
    let (id, _) = policy::session(ctx.actor())?;
    let attempt = throttle::attempt(ctx, Target::Factor(id), "code").await?;
    let mut write = Write::begin(ctx).await?;
    let user = locked(&write, id).await?;
    if user.totp_confirmed_at.is_some() {
        return Err(Error::invalid("code", UserErrorCode::WrongState, "it is on already"));
    }
    let device = open(ctx.app(), &user)?.ok_or_else(|| none_yet("code"))?;
    let step = matching(ctx, &device, &user, code).ok_or_else(|| wrong_code("code"))?;
    let mut change = user.into_active_model();
    change.totp_confirmed_at = Set(Some(ctx.now()));
    change.totp_step = Set(Some(step));
    change.update(write.txn()).await?;
    let codes = renew_codes(&write, id).await?;
    write.record(about("user.totpEnabled", id, json!({})));
    write.commit().await?;
    attempt.succeeded(ctx).await?;
    Ok(codes)
}

/// The time step of a right code that is newer than the last one used.
fn matching(ctx: &Ctx, device: &Totp, user: &user::Model, code: &str) -> Option<i64> {
    let seconds = u64::try_from(ctx.now().utc().timestamp()).ok()?;
    let code: String = code.chars().filter(|c| !c.is_whitespace()).collect();
    if code.len() != 6 || !code.bytes().all(|byte| byte.is_ascii_digit()) {
        return None;
    }
    let step = i64::try_from(device.check(&code, seconds)?).ok()?;
    user.totp_step.is_none_or(|last| step > last).then_some(step)
}

/// Uses up a code of the authenticator, or a recovery code.
async fn spend(write: &Write<'_>, user: user::Model, code: &str) -> Result<bool> {
    let ctx = write.ctx();
    let Some(device) = open(ctx.app(), &user)?.filter(|_| user.totp_confirmed_at.is_some()) else {
        return Ok(false);
    };
    if let Some(step) = matching(ctx, &device, &user, code) {
        let mut change = user.into_active_model();
        change.totp_step = Set(Some(step));
        change.update(write.txn()).await?;
        return Ok(true);
    }
    let used =
        recovery_code::Entity::delete_by_id((user.id, hash_code(code))).exec(write.txn()).await?;
    Ok(used.rows_affected > 0)
}

fn hash_code(code: &str) -> Vec<u8> {
    let plain: String =
        code.chars().filter(char::is_ascii_alphanumeric).map(|c| c.to_ascii_lowercase()).collect();
    fingerprint(plain)
}

async fn renew_codes(write: &Write<'_>, id: Uuid) -> Result<Vec<String>> {
    forget_codes(write, id).await?;
    let mut codes = Vec::with_capacity(RECOVERY_CODES);
    let mut rows = Vec::with_capacity(RECOVERY_CODES);
    for _ in 0..RECOVERY_CODES {
        let mut code = String::new();
        for (place, byte) in random::<20>()?.into_iter().enumerate() {
            if place > 0 && place % 5 == 0 {
                code.push('-');
            }
            code.push(ALPHABET.get(usize::from(byte % 32)).copied().unwrap_or(b'a').into());
        }
        rows.push(recovery_code::Model { user_id: id, code_hash: hash_code(&code) });
        codes.push(code);
    }
    write.insert_all(rows).await?;
    Ok(codes)
}

async fn forget_codes(write: &Write<'_>, id: Uuid) -> Result<()> {
    recovery_code::Entity::delete_many()
        .filter(recovery_code::Column::UserId.eq(id))
        .exec(write.txn())
        .await?;
    Ok(())
}

/// The second half of signing in.
pub async fn login(ctx: &Ctx, challenge: &str, code: &str) -> Result<SignIn> {
    let refused = || {
        Error::invalid(
            "challenge",
            UserErrorCode::BadCredentials,
            "the challenge is not valid any more: sign in with the password again",
        )
    };
    let Challenge { sub, password } = ctx
        .app()
        .keys()
        .verify_claims(Purpose::SecondFactor, challenge, ctx.now())
        .map_err(|_| refused())?;
    let attempt = throttle::attempt(ctx, Target::Factor(sub), "code").await?;
    let write = Write::begin(ctx).await?;
    let user = locked(&write, sub).await.map_err(|_| refused())?;
    if !user.active || Challenge::of(&user).password != password {
        return Err(refused());
    }
    if !spend(&write, user, code).await? {
        drop(write);
        sessions::failed(ctx, Some(sub), Method::SecondFactor).await?;
        return Err(wrong_code("code"));
    }
    let mut write = write;
    write.record(about("user.totpUsed", sub, json!({})));
    write.commit().await?;
    attempt.succeeded(ctx).await?;
    sessions::start(ctx, sub, Method::SecondFactor).await
}

/// Spends a code of whoever asks, inside a write that goes on.
async fn prove_code<'a>(ctx: &'a Ctx, code: &str) -> Result<(Write<'a>, Uuid)> {
    let (id, _) = policy::session(ctx.actor())?;
    let attempt = throttle::attempt(ctx, Target::Factor(id), "code").await?;
    let write = Write::begin(ctx).await?;
    let user = locked(&write, id).await?;
    if user.totp_confirmed_at.is_none() {
        return Err(none_yet("code"));
    }
    if !spend(&write, user, code).await? {
        return Err(wrong_code("code"));
    }
    // On SQLite the write above has the only connection that writes.
    let mut write = write;
    write.record(about("user.totpUsed", id, json!({})));
    write.commit().await?;
    attempt.succeeded(ctx).await?;
    Ok((Write::begin(ctx).await?, id))
}

/// Turns the second factor of whoever asks off, with a code of either kind.
pub async fn disable(ctx: &Ctx, code: &str) -> Result<()> {
    let (mut write, id) = prove_code(ctx, code).await?;
    clear(&mut write, id).await?;
    write.commit().await
}

/// New recovery codes for whoever asks; the old ones are void.
pub async fn renew(ctx: &Ctx, code: &str) -> Result<Vec<String>> {
    let (mut write, id) = prove_code(ctx, code).await?;
    let codes = renew_codes(&write, id).await?;
    write.record(about("user.recoveryCodesRenewed", id, json!({})));
    write.commit().await?;
    Ok(codes)
}

/// Takes away the second factor of somebody who has lost it.
pub async fn remove(ctx: &Ctx, id: Uuid) -> Result<()> {
    policy::check(ctx.actor(), Action::ManageUsers, Subject::default())?;
    policy::in_person(ctx.actor())?;
    let mut write = Write::begin(ctx).await?;
    let user = locked(&write, id).await?;
    guard_admins(ctx, &[role(&user.role)?])?;
    if user.totp_secret.is_none() {
        return Err(Error::invalid("id", UserErrorCode::WrongState, "they have no second factor"));
    }
    clear(&mut write, id).await?;
    write.commit().await
}

async fn clear(write: &mut Write<'_>, id: Uuid) -> Result<()> {
    let mut change = locked(write, id).await?.into_active_model();
    change.totp_secret = Set(None);
    change.totp_confirmed_at = Set(None);
    change.totp_step = Set(None);
    change.update(write.txn()).await?;
    forget_codes(write, id).await?;
    write.record(about("user.totpDisabled", id, json!({})));
    Ok(())
}

/// Encrypts anew what an older secret encrypted.
pub async fn reseal(app: &App) -> Result<()> {
    let seal = app.keys().seal();
    let found = user::Entity::find()
        .filter(user::Column::TotpSecret.is_not_null())
        .all(app.db().read())
        .await?;
    for user in found {
        let Some(sealed) = user.totp_secret.as_ref().filter(|sealed| !seal.is_newest(sealed))
        else {
            continue;
        };
        let Some(plain) = seal.open(&place(user.id), sealed) else {
            tracing::error!(user = %user.id, "a second factor cannot be decrypted any more");
            continue;
        };
        let change = user::ActiveModel {
            totp_secret: Set(Some(seal.close(&place(user.id), &plain)?)),
            ..Default::default()
        };
        let txn = app.db().begin().await?;
        user::Entity::update_many()
            .set(change)
            .filter(user::Column::Id.eq(user.id))
            .filter(user::Column::TotpSecret.eq(sealed.clone()))
            .exec(&txn)
            .await?;
        txn.commit().await?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn codes_are_the_standards_own() {
        // RFC 6238, appendix B: the last six of its eight digits.
        let device = device(b"12345678901234567890".to_vec(), "a@example.org", "Site").unwrap();
        for (time, code) in [(59, "287082"), (1_111_111_109, "081804"), (2_000_000_000, "279037")] {
            assert_eq!(device.check(code, time), Some(time / 30));
        }
        assert_eq!(device.check("287082", 59 + 90), None);
        let url = device.to_url().unwrap();
        assert!(url.starts_with("otpauth://totp/Site:a%40example.org?secret="), "{url}");
    }

    #[test]
    fn recovery_codes_are_read_as_people_write_them() {
        assert_eq!(hash_code("abcde-fghjk"), hash_code(" ABCDE FGHJK "));
        assert_ne!(hash_code("abcde"), hash_code("abcdf"));
    }
}
