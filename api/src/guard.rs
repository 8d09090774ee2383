//! Fetching what others name, without being sent where nobody outside may look.
//!
//! An address from a feed, a redirect or an editor may name the machine itself,
//! its neighbours, or a cloud's secrets. So each request resolves its host here,
//! keeps what is public, and connects to exactly those addresses: a name that
//! means something else a moment later gains nothing. Redirects are requests of
//! their own and checked anew. Proxies of the environment are not used.
//!
//! **Invariants.** HTTP and HTTPS alone; no user or password in an address; time,
//! redirects and bytes are bounded, bytes as they are after decompression. What
//! the configuration allows by name or network is allowed whatever it is.
//!
//! To follow addresses elsewhere (webhooks): [`Guard::check`] when an address is
//! given, [`Guard::agent`] for the requests.

use std::fmt;
use std::io::Read;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};
use std::sync::Arc;
use std::time::Duration;

use ureq::Agent;
use ureq::config::Config;
use ureq::http::Uri;
use ureq::unversioned::resolver::{DefaultResolver, ResolvedSocketAddrs, Resolver};
use ureq::unversioned::transport::{DefaultConnector, NextTimeout};
use url::{Host, Url};

use crate::config;
use crate::network::Network;
use crate::outgoing;

const REDIRECTS: usize = 5;

/// Why something was not fetched.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Refusal {
    #[error("{0:?} is no web address: write one that begins with https:// or http://")]
    NoAddress(String),
    #[error("the address holds a user name or a password: take them out")]
    Credentials,
    #[error(
        "{0} leads to {1}, which is no public address: where that is meant, name it in fetch.allow \
         of broadsheet.toml (BROADSHEET_FETCH_ALLOW)"
    )]
    Private(String, String),
    #[error("{0} redirects more than {REDIRECTS} times")]
    Redirects(String),
    #[error("{0} is larger than {1} MiB: raise fetch.megabytes, or fetch it by hand")]
    Large(String, u64),
    #[error("{0} answers {1}")]
    Status(String, u16),
    #[error("{0}: {1}")]
    Failed(String, String),
}

/// What the configuration lets through.
#[derive(Debug, Clone, Default)]
struct Allowed {
    hosts: Vec<String>,
    networks: Vec<Network>,
}

impl Allowed {
    fn host(&self, host: &str) -> bool {
        let host = host.trim_end_matches('.');
        self.hosts.iter().any(|allowed| allowed.eq_ignore_ascii_case(host))
    }

    fn address(&self, address: IpAddr) -> bool {
        self.networks.iter().any(|network| network.contains(address))
    }
}

/// What was fetched.
#[derive(Debug)]
pub struct Fetched {
    /// Where it was in the end.
    pub url: Url,
    pub content_type: Option<String>,
    pub body: Vec<u8>,
}

/// Lets requests out to public addresses alone.
#[derive(Debug, Clone)]
pub struct Guard {
    allowed: Arc<Allowed>,
    patience: Duration,
    megabytes: u64,
}

impl Guard {
    #[must_use]
    pub fn new(config: &config::Fetch) -> Self {
        let config::Fetch { allow, seconds, megabytes } = config;
        let mut allowed = Allowed::default();
        for entry in allow {
            match entry.parse() {
                Ok(network) => allowed.networks.push(network),
                Err(_) => allowed.hosts.push(entry.trim_end_matches('.').to_owned()),
            }
        }
        Self {
            allowed: Arc::new(allowed),
            patience: Duration::from_secs(*seconds),
            megabytes: *megabytes,
        }
    }

    /// An address that may be asked, as far as it can be told without asking.
    pub fn check(&self, text: &str) -> Result<Url, Refusal> {
        let no_address = || Refusal::NoAddress(shown(text));
        let url = Url::parse(text.trim()).map_err(|_| no_address())?;
        if !matches!(url.scheme(), "http" | "https") {
            return Err(no_address());
        }
        if !url.username().is_empty() || url.password().is_some() {
            return Err(Refusal::Credentials);
        }
        let address = match url.host().ok_or_else(no_address)? {
            Host::Ipv4(address) => IpAddr::V4(address),
            Host::Ipv6(address) => IpAddr::V6(address),
            Host::Domain(_) => return Ok(url),
        };
        if self.lets(url.host_str().unwrap_or_default(), address) {
            Ok(url)
        } else {
            Err(Refusal::Private(shown(url.as_str()), address.to_string()))
        }
    }

    fn lets(&self, host: &str, address: IpAddr) -> bool {
        is_public(address) || self.allowed.host(host) || self.allowed.address(address)
    }

    /// A client whose connections are guarded. It follows no redirects.
    #[must_use]
    pub fn agent(&self) -> Agent {
        let config = outgoing::client(self.patience)
            .user_agent(concat!("broadsheet/", env!("CARGO_PKG_VERSION")))
            .build();
        let resolver = Guarded { inner: DefaultResolver::default(), guard: self.clone() };
        Agent::with_parts(config, DefaultConnector::new(), resolver)
    }

    /// Fetches an address, wherever it leads to. Blocks.
    pub fn get(&self, address: &str, accept: &str) -> Result<Fetched, Refusal> {
        let mut url = self.check(address)?;
        let agent = self.agent();
        for _ in 0..=REDIRECTS {
            let name = shown(url.as_str());
            let mut answer = agent
                .get(url.as_str())
                .header("accept", accept)
                .header("accept-encoding", "gzip")
                .call()
                .map_err(|error| refusal(&name, error, self.megabytes))?;
            let status = answer.status().as_u16();
            let header = |key: &str| {
                answer.headers().get(key).and_then(|value| value.to_str().ok()).map(str::to_owned)
            };
            if matches!(status, 301 | 302 | 303 | 307 | 308)
                && let Some(next) = header("location")
            {
                let next = url.join(&next).map_err(|_| Refusal::NoAddress(shown(&next)))?;
                url = self.check(next.as_str())?;
                continue;
            }
            if status != 200 {
                return Err(Refusal::Status(name, status));
            }
            let content_type = header("content-type");
            let zipped = header("content-encoding").is_some_and(|coding| {
                let coding = coding.trim().to_ascii_lowercase();
                coding == "gzip" || coding == "x-gzip"
            });
            let limit = self.megabytes << 20;
            let mut body = answer
                .body_mut()
                .with_config()
                .limit(limit)
                .read_to_vec()
                .map_err(|error| refusal(&name, error, self.megabytes))?;
            if zipped {
                body = unzip(&body, limit, self.megabytes, &name)?;
            }
            return Ok(Fetched { url, content_type, body });
        }
        Err(Refusal::Redirects(shown(address)))
    }
}

/// What was compressed, as far as the limit allows.
fn unzip(body: &[u8], limit: u64, megabytes: u64, name: &str) -> Result<Vec<u8>, Refusal> {
    let mut plain = Vec::new();
    flate2::read::MultiGzDecoder::new(body)
        .take(limit.saturating_add(1))
        .read_to_end(&mut plain)
        .map_err(|error| Refusal::Failed(name.to_owned(), error.to_string()))?;
    if plain.len() as u64 > limit {
        return Err(Refusal::Large(name.to_owned(), megabytes));
    }
    Ok(plain)
}

/// An address for a message: without its query, which may be a secret, and not
/// without end.
fn shown(url: &str) -> String {
    let url = url.split(['?', '#']).next().unwrap_or_default();
    let url = match url.split_once("://").zip(url.rsplit_once('@')) {
        Some(((scheme, _), (_, host))) => format!("{scheme}://{host}"),
        None => url.to_owned(),
    };
    url.chars().take(200).collect()
}

fn refusal(name: &str, error: ureq::Error, megabytes: u64) -> Refusal {
    match error {
        ureq::Error::BodyExceedsLimit(_) => Refusal::Large(name.to_owned(), megabytes),
        ureq::Error::Other(error) => match error.downcast::<Refusal>() {
            Ok(refusal) => *refusal,
            Err(error) => Refusal::Failed(name.to_owned(), error.to_string()),
        },
        error => Refusal::Failed(name.to_owned(), error.to_string()),
    }
}

/// Resolves names, and keeps back what is not public.
struct Guarded {
    inner: DefaultResolver,
    guard: Guard,
}

impl fmt::Debug for Guarded {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Guarded").field("guard", &self.guard).finish_non_exhaustive()
    }
}

impl Resolver for Guarded {
    fn resolve(
        &self,
        uri: &Uri,
        config: &Config,
        timeout: NextTimeout,
    ) -> Result<ResolvedSocketAddrs, ureq::Error> {
        let found = self.inner.resolve(uri, config, timeout)?;
        let host = uri.host().unwrap_or_default();
        let mut kept = self.empty();
        let mut refused = None;
        for address in &found {
            if self.guard.lets(host, address.ip()) {
                kept.push(*address);
            } else {
                refused = Some(address.ip());
            }
        }
        match refused {
            Some(address) if kept.is_empty() => {
                let refusal = Refusal::Private(shown(&uri.to_string()), address.to_string());
                Err(ureq::Error::Other(Box::new(refusal)))
            }
            _ => Ok(kept),
        }
    }
}

/// Whether an address belongs to the public Internet: the special-purpose
/// registries of IANA (RFC 6890 and what came after) name what does not.
#[must_use]
pub fn is_public(address: IpAddr) -> bool {
    match address {
        IpAddr::V4(address) => is_public_v4(address),
        IpAddr::V6(address) => is_public_v6(address),
    }
}

fn is_public_v4(address: Ipv4Addr) -> bool {
    let [a, b, c, _] = address.octets();
    !(matches!(a, 0 | 10 | 127 | 224..=255)
        || (a == 100 && (64..128).contains(&b))
        || (a == 169 && b == 254)
        || (a == 172 && (16..32).contains(&b))
        || (a == 192 && b == 0 && matches!(c, 0 | 2))
        || (a == 192 && b == 88 && c == 99)
        || (a == 192 && b == 168)
        || (a == 198 && matches!(b, 18 | 19))
        || (a == 198 && b == 51 && c == 100)
        || (a == 203 && b == 0 && c == 113))
}

/// Global unicast, but for what holds an address of IPv4 (6to4, Teredo), and what
/// is for documents and benchmarks. Mapped addresses and NAT64 lie outside of it.
fn is_public_v6(address: Ipv6Addr) -> bool {
    let [a, b, ..] = address.segments();
    (0x2000..0x4000).contains(&a)
        && !(a == 0x2001 && b < 0x0200)
        && !(a == 0x2001 && b == 0x0db8)
        && a != 0x2002
        && !(a == 0x3fff && b < 0x1000)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn guard(allow: &[&str]) -> Guard {
        Guard::new(&config::Fetch {
            allow: allow.iter().map(|entry| (*entry).to_owned()).collect(),
            seconds: 2,
            megabytes: 1,
        })
    }

    #[test]
    fn only_the_public_internet_is_public() {
        for (address, public) in [
            ("1.1.1.1", true),
            ("8.8.8.8", true),
            ("100.63.255.255", true),
            ("172.15.0.1", true),
            ("172.32.0.1", true),
            ("192.0.1.1", true),
            ("2606:4700:4700::1111", true),
            ("2001:4860:4860::8888", true),
            ("0.0.0.0", false),
            ("0.1.2.3", false),
            ("10.0.0.1", false),
            ("100.64.0.1", false),
            ("100.127.255.255", false),
            ("127.0.0.1", false),
            ("127.255.255.254", false),
            ("169.254.169.254", false),
            ("172.16.0.1", false),
            ("172.31.255.255", false),
            ("192.0.0.1", false),
            ("192.0.2.1", false),
            ("192.88.99.1", false),
            ("192.168.0.1", false),
            ("198.18.0.1", false),
            ("198.19.255.255", false),
            ("198.51.100.1", false),
            ("203.0.113.1", false),
            ("224.0.0.1", false),
            ("239.255.255.255", false),
            ("240.0.0.1", false),
            ("255.255.255.255", false),
            ("::", false),
            ("::1", false),
            ("::127.0.0.1", false),
            ("::ffff:127.0.0.1", false),
            ("::ffff:8.8.8.8", false),
            ("64:ff9b::7f00:1", false),
            ("64:ff9b::808:808", false),
            ("64:ff9b:1::1", false),
            ("100::1", false),
            ("2001::1", false),
            ("2001:db8::1", false),
            ("2002:7f00:1::1", false),
            ("3fff::1", false),
            ("fc00::1", false),
            ("fd12:3456::1", false),
            ("fe80::1", false),
            ("fec0::1", false),
            ("ff02::1", false),
        ] {
            assert_eq!(is_public(address.parse().unwrap()), public, "{address}");
        }
    }

    #[test]
    fn an_address_is_checked_before_it_is_asked() {
        let guard = guard(&[]);
        for (url, expected) in [
            ("https://example.org/feed.xml", None),
            ("file:///etc/passwd", Some("https://")),
            ("gopher://example.org", Some("https://")),
            ("feed.xml", Some("https://")),
            ("https://a:b@example.org/", Some("password")),
            ("https://a@example.org/", Some("password")),
            ("http://127.0.0.1/", Some("fetch.allow")),
            ("http://127.1/", Some("127.0.0.1")),
            ("http://2130706433/", Some("127.0.0.1")),
            ("http://0x7f.0.0.1/", Some("127.0.0.1")),
            ("http://0177.0.0.1/", Some("127.0.0.1")),
            ("http://[::1]/", Some("::1")),
            ("http://[::ffff:169.254.169.254]/", Some("fetch.allow")),
            ("http://127.0.0.1./", Some("127.0.0.1")),
        ] {
            let found = guard.check(url).err().map(|refusal| refusal.to_string());
            match (&found, expected) {
                (None, None) => {}
                (Some(found), Some(part)) => assert!(found.contains(part), "{url}: {found}"),
                _ => panic!("{url}: {found:?}"),
            }
        }
    }

    #[test]
    fn names_are_checked_by_what_they_mean() {
        let refused = guard(&[]).get("http://localhost:9/", "*/*").unwrap_err();
        assert!(matches!(refused, Refusal::Private(..)), "{refused}");
        for allowed in ["localhost", "LOCALHOST.", "127.0.0.0/8"] {
            let guard = guard(&[allowed, "::1"]);
            let failed = guard.get("http://localhost:9/", "*/*").unwrap_err();
            assert!(matches!(failed, Refusal::Failed(..)), "{allowed}: {failed}");
        }
    }

    #[test]
    fn messages_hold_no_secrets() {
        assert_eq!(shown("https://u:secret@example.org/a?token=b"), "https://example.org/a");
    }
}
