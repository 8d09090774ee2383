//! What role the claims of somebody stand for.

use serde_json::Value;

use super::verify::Claims;
use crate::config::Oidc;
use crate::policy::Role;

/// The highest role that the claim's values are mapped to.
pub fn mapped(oidc: &Oidc, claims: &Claims) -> Option<Role> {
    let name = oidc.role_claim.as_str();
    let claim = if name.starts_with('/') { pointed(claims, name) } else { claims.get(name) }?;
    let values: Vec<_> = match claim {
        Value::String(one) => vec![one.as_str()],
        Value::Array(all) => all.iter().filter_map(Value::as_str).collect(),
        _ => Vec::new(),
    };
    oidc.roles
        .iter()
        .filter(|mapping| values.contains(&mapping.value.as_str()))
        .map(|mapping| mapping.role)
        .max()
}

/// What is at a JSON pointer.
fn pointed<'a>(claims: &'a Claims, pointer: &str) -> Option<&'a Value> {
    let (first, rest) = match pointer.get(1..)?.split_once('/') {
        Some((first, rest)) => (first, Some(rest)),
        None => (pointer.get(1..)?, None),
    };
    let value = claims.get(&first.replace("~1", "/").replace("~0", "~"))?;
    match rest {
        Some(rest) => value.pointer(&format!("/{rest}")),
        None => Some(value),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::config::Config;

    #[test]
    fn the_highest_role_counts_wherever_the_claim_is() {
        let mut oidc = Config::default().oidc;
        oidc.roles = ["desk=EDITOR", "guests=VIEWER", "chiefs=ADMIN"]
            .map(|text| text.to_owned().try_into().unwrap())
            .into();
        let claims = json!({
            "groups": ["guests", "desk", "others"], "group": "guests", "count": 1,
            "https://example.org/groups": ["chiefs"], "realm": { "roles": ["desk"] },
        });
        let claims = claims.as_object().unwrap();
        for (name, role) in [
            ("groups", Some(Role::Editor)),
            ("group", Some(Role::Viewer)),
            ("count", None),
            ("missing", None),
            ("https://example.org/groups", Some(Role::Admin)),
            ("/realm/roles", Some(Role::Editor)),
            ("/group", Some(Role::Viewer)),
            ("/realm/other", None),
            ("/", None),
        ] {
            name.clone_into(&mut oidc.role_claim);
            assert_eq!(mapped(&oidc, claims), role, "{name}");
        }
    }
}
