//! Links to accounts, as Mainroad's configuration says them.

use async_graphql::SimpleObject;
use serde_json::Value;

use super::settings::Setting;
use crate::graphql::scalar::Url;
use crate::menu::is_safe;

/// What a social widget can have set beside accounts.
const NO_NETWORKS: [&str; 5] = ["title", "cached", "count", "counter", "order"];

/// The accounts of the widget's own settings, else those of the site.
pub fn links(setting: &Setting) -> Vec<SocialLink> {
    let own: Vec<_> = setting.own().as_object().into_iter().flatten().flat_map(named).collect();
    if !own.is_empty() {
        return own;
    }
    let social = &setting.place.language().social;
    social
        .iter()
        .filter(|(network, _)| !NO_NETWORKS.contains(&network.as_str()))
        .filter_map(|(network, value)| SocialLink::new(network, value))
        .collect()
}

/// One account a key; `custom` holds several, each with title and address.
fn named((network, value): (&String, &Value)) -> Vec<SocialLink> {
    match value {
        Value::String(value) if !NO_NETWORKS.contains(&network.as_str()) => {
            SocialLink::new(network, value).into_iter().collect()
        }
        Value::Array(custom) => custom
            .iter()
            .filter_map(|entry| {
                SocialLink::new(entry.get("title")?.as_str()?, entry.get("url")?.as_str()?)
            })
            .collect(),
        _ => Vec::new(),
    }
}

/// A link to an account.
#[derive(SimpleObject)]
pub struct SocialLink {
    /// As configured: `github`, `email`.
    network: String,
    /// How people call the network.
    label: String,
    /// Where it leads.
    url: Url,
}

impl SocialLink {
    /// `value` is an account's name, an address or an e-mail address, as
    /// Mainroad takes it; empty ones are not shown.
    fn new(network: &str, value: &str) -> Option<Self> {
        let value = value.trim();
        if value.is_empty() {
            return None;
        }
        let lower = network.to_lowercase();
        let (label, prefix) = match lower.as_str() {
            "email" => ("E-mail", "mailto:"),
            "github" => ("GitHub", "https://github.com/"),
            "gitlab" => ("GitLab", "https://gitlab.com/"),
            "bitbucket" => ("Bitbucket", "https://bitbucket.org/"),
            "twitter" | "x" => ("X", "https://x.com/"),
            "facebook" => ("Facebook", "https://www.facebook.com/"),
            "instagram" => ("Instagram", "https://www.instagram.com/"),
            "linkedin" => ("LinkedIn", "https://www.linkedin.com/in/"),
            "telegram" => ("Telegram", "https://t.me/"),
            "youtube" => ("YouTube", "https://www.youtube.com/"),
            "vk" => ("VK", "https://vk.com/"),
            "pinterest" => ("Pinterest", "https://www.pinterest.com/"),
            "reddit" => ("Reddit", "https://www.reddit.com/user/"),
            "weibo" => ("微博", "https://weibo.com/"),
            "zhihu" => ("知乎", "https://www.zhihu.com/people/"),
            "bilibili" => ("哔哩哔哩", "https://space.bilibili.com/"),
            _ => (network, ""),
        };
        let url = if value.contains("://") || value.starts_with("mailto:") || value.starts_with('/')
        {
            value.to_owned()
        } else if prefix.is_empty() {
            format!("https://{value}")
        } else {
            format!("{prefix}{value}")
        };
        is_safe(&url).then(|| Self {
            network: network.to_owned(),
            label: label.to_owned(),
            url: Url(url),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn social_links_take_names_and_addresses() {
        for (network, value, expected) in [
            ("github", "example", Some("https://github.com/example")),
            ("email", "desk@example.org", Some("mailto:desk@example.org")),
            ("mastodon", "https://example.social/@desk", Some("https://example.social/@desk")),
            ("unknown", "example.org/desk", Some("https://example.org/desk")),
            ("weibo", "", None),
            ("bad", "javascript://x/%0aalert(1)", None),
        ] {
            let link = SocialLink::new(network, value);
            assert_eq!(link.map(|link| link.url.0).as_deref(), expected, "{network}");
        }
    }
}
