//! Where a request comes from: its address, what it calls itself, and whether
//! its cookie may be believed.

use std::net::IpAddr;

use actix_web::HttpRequest;
use actix_web::http::Method;
use actix_web::http::header::{COOKIE, HOST, HeaderMap, ORIGIN, USER_AGENT};

use crate::config::{Http, Secret};
use crate::ctx::Client;
use crate::user::REFRESH_COOKIE;

/// A header that no form and no foreign page can send without a preflight.
const PROOF: &str = "x-broadsheet-csrf";
/// What is kept of a client's name for itself.
const LONGEST_AGENT: usize = 300;

pub fn of(request: &HttpRequest, config: &Http) -> Client {
    let headers = request.headers();
    let peer = request.peer_addr().map(|peer| peer.ip());
    let agent = headers.get(USER_AGENT).and_then(|value| value.to_str().ok());
    let cookie = (request.method() == Method::POST && is_ours(headers, config))
        .then(|| cookie(headers, REFRESH_COOKIE))
        .flatten();
    Client {
        address: peer.map(|peer| address(peer, headers, config).to_canonical()),
        user_agent: agent.map(|agent| agent.chars().take(LONGEST_AGENT).collect()),
        refresh_cookie: cookie,
    }
}

/// The nearest address that is no proxy of ours: what is further away is hearsay. A
/// proxy writes one of two headers and may hand on the other as the client sent it:
/// where they disagree, neither is believed.
fn address(peer: IpAddr, headers: &HeaderMap, config: &Http) -> IpAddr {
    let trusted =
        |address: IpAddr| config.trusted_proxies.iter().any(|proxy| proxy.contains(address));
    if !trusted(peer) {
        return peer;
    }
    let nearest = |hops: Vec<Option<IpAddr>>| {
        let mut nearest = peer;
        for hop in hops.into_iter().rev() {
            let Some(address) = hop else {
                break;
            };
            nearest = address.to_canonical();
            if !trusted(address) {
                break;
            }
        }
        nearest
    };
    let said = [forwarded(headers), x_forwarded_for(headers)];
    let mut said = said.into_iter().filter(|hops| !hops.is_empty()).map(nearest);
    match (said.next(), said.next()) {
        (Some(one), None) => one,
        (Some(one), Some(other)) if one == other => one,
        _ => peer,
    }
}

/// What stands between the commas of all headers of a name.
fn parts(headers: &HeaderMap, name: &str) -> Vec<String> {
    headers
        .get_all(name)
        .filter_map(|value| value.to_str().ok())
        .flat_map(|value| value.split(','))
        .map(|part| part.trim().to_owned())
        .collect()
}

/// The addresses that proxies have noted, the client's first; none for one that is
/// malformed.
fn x_forwarded_for(headers: &HeaderMap) -> Vec<Option<IpAddr>> {
    parts(headers, "x-forwarded-for").iter().map(|hop| plain(hop)).collect()
}

/// The same by RFC 7239; none for one that is hidden.
fn forwarded(headers: &HeaderMap) -> Vec<Option<IpAddr>> {
    let of = |hop: &String| {
        hop.split(';')
            .filter_map(|part| part.split_once('='))
            .find(|(name, _)| name.trim().eq_ignore_ascii_case("for"))
            .and_then(|(_, value)| plain(value.trim()))
    };
    parts(headers, "forwarded").iter().map(of).collect()
}

/// `192.0.2.1`, `192.0.2.1:80`, `"[2001:db8::1]:80"`, `2001:db8::1`.
fn plain(text: &str) -> Option<IpAddr> {
    let text = text.trim_matches('"');
    text.parse::<IpAddr>()
        .ok()
        .or_else(|| text.parse::<std::net::SocketAddr>().ok().map(|address| address.ip()))
        .or_else(|| text.strip_prefix('[')?.strip_suffix(']')?.parse().ok())
}

pub fn cookie(headers: &HeaderMap, wanted: &str) -> Option<Secret> {
    headers
        .get_all(COOKIE)
        .filter_map(|value| value.to_str().ok())
        .flat_map(|value| value.split(';'))
        .filter_map(|pair| pair.trim().split_once('='))
        .find(|(name, _)| *name == wanted)
        .map(|(_, value)| Secret::new(value))
}

/// Whether no page of another site can have made the browser send this. A
/// browser says where a page is from; who is none says so by a header.
fn is_ours(headers: &HeaderMap, config: &Http) -> bool {
    let text = |value: Option<&actix_web::http::header::HeaderValue>| {
        value.and_then(|value| value.to_str().ok()).map(str::to_owned)
    };
    if let Some(origin) = headers.get(ORIGIN) {
        let Ok(origin) = origin.to_str() else {
            return false;
        };
        let own = origin
            .split_once("://")
            .is_some_and(|(_, host)| text(headers.get(HOST)).is_some_and(|own| own == host));
        return own || config.cors_origins.iter().any(|listed| listed != "*" && listed == origin);
    }
    match text(headers.get("sec-fetch-site")) {
        Some(site) => site == "same-origin",
        None => headers.contains_key(PROOF),
    }
}

#[cfg(test)]
mod tests {
    use actix_web::http::header::{HeaderName, HeaderValue};

    use super::*;
    use crate::config::Config;

    fn headers(pairs: &[(&'static str, &'static str)]) -> HeaderMap {
        let mut headers = HeaderMap::new();
        for (name, value) in pairs {
            headers.append(HeaderName::from_static(name), HeaderValue::from_static(value));
        }
        headers
    }

    fn config() -> Http {
        let mut config = Config::default().http;
        config.trusted_proxies = vec!["10.0.0.0/8".parse().unwrap()];
        config.cors_origins = vec!["https://desk.example.org".to_owned(), "*".to_owned()];
        config
    }

    #[test]
    fn only_a_trusted_proxy_says_where_a_request_comes_from() {
        for (peer, pairs, expected) in [
            ("192.0.2.1", &[("x-forwarded-for", "198.51.100.7")][..], "192.0.2.1"),
            ("10.0.0.1", &[], "10.0.0.1"),
            ("10.0.0.1", &[("x-forwarded-for", "198.51.100.7")], "198.51.100.7"),
            ("10.0.0.1", &[("x-forwarded-for", "1.1.1.1, 198.51.100.7, 10.9.9.9")], "198.51.100.7"),
            (
                "10.0.0.1",
                &[("x-forwarded-for", "1.1.1.1"), ("x-forwarded-for", "2.2.2.2")],
                "2.2.2.2",
            ),
            ("10.0.0.1", &[("x-forwarded-for", "nonsense")], "10.0.0.1"),
            ("10.0.0.1", &[("forwarded", "for=\"[2001:db8::1]:80\";proto=https")], "2001:db8::1"),
            ("10.0.0.1", &[("forwarded", "for=198.51.100.7:99, for=10.2.2.2")], "198.51.100.7"),
            ("10.0.0.1", &[("forwarded", "for=_hidden")], "10.0.0.1"),
            // A proxy that writes one of them hands on what a client put in the other.
            (
                "10.0.0.1",
                &[("forwarded", "for=1.1.1.1"), ("x-forwarded-for", "198.51.100.7")],
                "10.0.0.1",
            ),
            (
                "10.0.0.1",
                &[
                    ("forwarded", "for=\"[::ffff:198.51.100.7]\""),
                    ("x-forwarded-for", "198.51.100.7"),
                ],
                "198.51.100.7",
            ),
        ] {
            let found = address(peer.parse().unwrap(), &headers(pairs), &config());
            assert_eq!(found.to_string(), expected, "{peer} {pairs:?}");
        }
    }

    #[test]
    fn a_cookie_is_believed_where_no_other_site_can_have_sent_it() {
        for (pairs, ours) in [
            (&[][..], false),
            (&[("x-broadsheet-csrf", "1")], true),
            (&[("sec-fetch-site", "same-origin")], true),
            (&[("sec-fetch-site", "same-site")], false),
            (&[("sec-fetch-site", "cross-site"), ("x-broadsheet-csrf", "1")], false),
            (&[("origin", "https://cms.example.org"), ("host", "cms.example.org")], true),
            (&[("origin", "https://desk.example.org"), ("host", "cms.example.org")], true),
            (&[("origin", "https://evil.example"), ("host", "cms.example.org")], false),
            (&[("origin", "https://evil.example"), ("x-broadsheet-csrf", "1")], false),
            (&[("origin", "null"), ("host", "null")], false),
            (&[("origin", "*"), ("host", "cms.example.org")], false),
        ] {
            assert_eq!(is_ours(&headers(pairs), &config()), ours, "{pairs:?}");
        }
    }

    #[test]
    fn the_cookie_is_found_among_others() {
        let cookie = |text| super::cookie(&headers(&[("cookie", text)]), REFRESH_COOKIE);
        let found = cookie("a=b; broadsheet_refresh=secret; c=d");
        assert_eq!(found.unwrap().reveal(), "secret");
        assert!(cookie("xbroadsheet_refresh=secret").is_none());
    }
}
