//! Signing in at an OpenID Connect provider: the settings, and what they must be.

use std::str::FromStr;

use serde::Deserialize;

use super::{ConfigError, Secret};
use crate::policy::Role;

#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Oidc {
    /// Empty: nobody signs in at a provider.
    pub issuer: String,
    pub client_id: String,
    /// Empty for a public client.
    pub client_secret: Secret,
    pub server_url: String,
    pub return_page: String,
    pub label: String,
    pub scopes: Vec<String>,
    pub role_claim: String,
    pub roles: Vec<RoleOf>,
    pub default_role: MaybeRole,
    pub match_email: bool,
    pub allowed_domains: Vec<String>,
}

/// The role that a value of the claim stands for: `news-admins=ADMIN`.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(try_from = "String")]
pub struct RoleOf {
    pub value: String,
    pub role: Role,
}

impl TryFrom<String> for RoleOf {
    type Error = String;

    fn try_from(text: String) -> Result<Self, String> {
        let (value, role) = text
            .rsplit_once('=')
            .filter(|(value, _)| !value.trim().is_empty())
            .ok_or_else(|| format!("oidc.roles: {text:?} is not like \"news-admins=ADMIN\""))?;
        let role = Role::from_str(role.trim()).map_err(|error| format!("oidc.roles: {error}"))?;
        Ok(Self { value: value.trim().to_owned(), role })
    }
}

/// A role, or none where nothing is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(try_from = "String")]
pub struct MaybeRole(pub Option<Role>);

impl TryFrom<String> for MaybeRole {
    type Error = String;

    fn try_from(text: String) -> Result<Self, String> {
        if text.is_empty() {
            return Ok(Self(None));
        }
        let role = Role::from_str(&text).map_err(|error| format!("oidc.default_role: {error}"))?;
        Ok(Self(Some(role)))
    }
}

/// Whether what goes to an address can be read by nobody on the way: HTTPS, or a
/// server on this machine.
#[must_use]
pub fn is_safe(url: &str) -> bool {
    let Ok(uri) = url.parse::<actix_web::http::Uri>() else {
        return false;
    };
    let Some(host) = uri.host() else {
        return false;
    };
    let local = matches!(host, "localhost" | "127.0.0.1" | "[::1]");
    // `user@host` may look like another host than it is.
    let plain = uri.authority().is_some_and(|authority| !authority.as_str().contains('@'));
    plain
        && match uri.scheme_str() {
            Some("https") => true,
            Some("http") => local,
            _ => false,
        }
}

impl Oidc {
    #[must_use]
    pub fn is_on(&self) -> bool {
        !self.issuer.is_empty()
    }

    /// Where the provider sends browsers back to.
    #[must_use]
    pub fn redirect_uri(&self) -> String {
        format!("{}/auth/oidc/callback", self.server_url.trim_end_matches('/'))
    }

    pub(super) fn check(&self) -> Result<(), ConfigError> {
        if !self.is_on() {
            return Ok(());
        }
        for (name, url) in [
            ("issuer", &self.issuer),
            ("server_url", &self.server_url),
            ("return_page", &self.return_page),
        ] {
            if !is_safe(url) || url.contains('#') {
                return Err(ConfigError(format!(
                    "oidc.{name} must be an https:// address without a fragment (http:// for \
                     localhost alone)"
                )));
            }
        }
        if self.client_id.is_empty() {
            return Err(ConfigError("oidc.client_id must be given with oidc.issuer".to_owned()));
        }
        if !self.scopes.iter().any(|scope| scope == "openid") {
            return Err(ConfigError("oidc.scopes must hold \"openid\"".to_owned()));
        }
        if !self.role_claim.is_empty() && self.roles.is_empty() {
            return Err(ConfigError(
                "oidc.role_claim needs oidc.roles, such as [\"news-admins=ADMIN\"]".to_owned(),
            ));
        }
        if self.role_claim.is_empty() && !self.roles.is_empty() {
            return Err(ConfigError(
                "oidc.roles needs oidc.role_claim, the claim whose values it maps".to_owned(),
            ));
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::Config;

    fn given() -> Oidc {
        let mut oidc = Config::default().oidc;
        oidc.issuer = "https://id.example.org".to_owned();
        oidc.client_id = "broadsheet".to_owned();
        oidc.server_url = "http://localhost:8080/".to_owned();
        oidc.return_page = "https://desk.example.org/signed-in".to_owned();
        oidc
    }

    fn message(change: impl FnOnce(&mut Oidc)) -> String {
        let mut oidc = given();
        change(&mut oidc);
        oidc.check().map_err(|error| error.to_string()).unwrap_err()
    }

    #[test]
    fn mistakes_name_their_setting() {
        given().check().unwrap();
        assert_eq!(given().redirect_uri(), "http://localhost:8080/auth/oidc/callback");
        let set = |oidc: &mut Oidc, url: &str| oidc.issuer = url.to_owned();
        for url in [
            "http://id.example.org",
            "http://localhost.example.org",
            "http://localhost@example.org",
            "ftp://localhost",
            "id.example.org",
        ] {
            assert!(message(|oidc| set(oidc, url)).contains("oidc.issuer"), "{url}");
        }
        assert!(message(|oidc| oidc.return_page.clear()).contains("oidc.return_page"));
        assert!(message(|oidc| oidc.client_id.clear()).contains("oidc.client_id"));
        assert!(message(|oidc| oidc.scopes.clear()).contains("oidc.scopes"));
        assert!(message(|oidc| oidc.role_claim = "groups".to_owned()).contains("oidc.roles"));
    }

    #[test]
    fn roles_are_read_from_the_last_sign() {
        let role = RoleOf::try_from("cn=desk,dc=example = EDITOR".to_owned()).unwrap();
        assert_eq!((role.value.as_str(), role.role), ("cn=desk,dc=example", Role::Editor));
        assert!(RoleOf::try_from("desk".to_owned()).is_err());
        assert!(RoleOf::try_from("desk=BOSS".to_owned()).is_err());
        assert!(MaybeRole::try_from("BOSS".to_owned()).is_err());
    }
}
