//! What a client may still ask for: a budget of cost a minute, and the schema.
//!
//! A client is a network (an IPv4 address, or the 64 bits of an IPv6 address that
//! stand for one) where nobody has signed in, and else an API token. People who have
//! signed in have no budget. A budget fills evenly: whoever has spent all of it waits
//! for as much as the next query costs. What is refused before it runs costs what it
//! took to read it; where there is not as much left, it is refused for that. An answer
//! from memory costs 1. Mutations of those who have not signed in, which is
//! signing in and its like, have a budget beside that of reading: who reads too much in
//! a network keeps nobody there from signing in.
//!
//! **Invariants.** Memory is bounded: of at most [`CLIENTS`] clients anything is known,
//! and who spent least is forgotten first. A full budget is not remembered at all.
//! Each node has its own budgets.
//!
//! Headers: draft-ietf-httpapi-ratelimit-headers-10.

use std::collections::HashMap;
use std::net::{IpAddr, Ipv6Addr};
use std::sync::{Mutex, PoisonError};

use actix_web::body::MessageBody;
use actix_web::dev::{ServiceRequest, ServiceResponse};
use actix_web::http::StatusCode;
use actix_web::http::header::{HeaderName, HeaderValue, RETRY_AFTER};
use actix_web::middleware::Next;
use actix_web::{HttpMessage, HttpRequest};
use async_graphql::{Name, Response, Value};
use uuid::Uuid;

use super::reply::Refusal;
use super::{actor, client};
use crate::config::Config;
use crate::ctx::{Actor, App, Client, Via};
use crate::graphql::limits::Asked;

/// Clients of whom anything is known at once.
const CLIENTS: usize = 100_000;
/// What a request costs that is refused, and how many of its bytes cost 1 besides:
/// they are read, and nothing is made of them.
const REFUSED: i64 = 10;
const REFUSED_BYTES: usize = 1024;
const SECOND: i64 = 1_000_000;
const MINUTE: i64 = 60 * SECOND;

/// Who has a budget.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
enum Spender {
    Network(IpAddr),
    SignIn(IpAddr),
    Token(Uuid),
}

/// When the budget of each will be full again, in microseconds since 1970. It is the
/// generic cell rate algorithm: what is spent moves that moment away.
#[derive(Debug, Default)]
pub struct Budgets(Mutex<HashMap<Spender, i64>>);

/// What a client is told of its budget.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Told {
    policy: &'static str,
    quota: i64,
    left: i64,
    /// Seconds until the budget is full again.
    full: i64,
    /// Seconds until a query of this cost may run; none where it was let through, or
    /// never may.
    wait: Option<i64>,
}

impl Budgets {
    /// Takes a cost from a budget; whether there was as much.
    fn spend(
        &self,
        (spender, policy): (Spender, &'static str),
        quota: i64,
        cost: i64,
        now: i64,
    ) -> (bool, Told) {
        let mut clients = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let full = clients.get(&spender).copied().unwrap_or(now);
        // A clock that was set back makes nobody wait longer than an empty budget does.
        let full = full.clamp(now, now.saturating_add(MINUTE));
        // How long it takes until so much has flown back.
        let time = |cost: i64| cost.saturating_mul(MINUTE).saturating_add(quota - 1) / quota;
        let after = full.saturating_add(time(cost));
        let fits = after - now <= MINUTE;
        let until = if fits { after } else { full };
        if fits {
            if clients.len() >= CLIENTS && !clients.contains_key(&spender) {
                forget(&mut clients, now);
            }
            clients.insert(spender, after);
        }
        let seconds = |micros: i64| (micros + SECOND - 1) / SECOND;
        let wait = (!fits && cost <= quota).then(|| seconds(after - now - MINUTE).max(1));
        let left = (MINUTE - (until - now)).max(0).saturating_mul(quota) / MINUTE;
        (fits, Told { policy, quota, left, full: seconds(until - now), wait })
    }
}

/// Makes room: those whose budget is full, else the half that spent least.
fn forget(clients: &mut HashMap<Spender, i64>, now: i64) {
    clients.retain(|_, full| *full > now);
    if clients.len() >= CLIENTS {
        let mut all: Vec<i64> = clients.values().copied().collect();
        let middle = all.len() / 2;
        let (_, median, _) = all.select_nth_unstable(middle);
        let median = *median;
        clients.retain(|_, full| *full > median);
    }
}

/// Whose budget pays, and what it is a minute; none where nobody counts.
fn payer(
    config: &Config,
    actor: &Actor,
    client: &Client,
    writes: bool,
) -> Option<((Spender, &'static str), i64)> {
    let limits = &config.limits;
    let (spender, quota) = match actor {
        Actor::User { via: Via::Token(grant), .. } => {
            ((Spender::Token(grant.token), "token"), limits.token_cost_per_minute)
        }
        Actor::Nobody | Actor::Preview { .. } => {
            let network = match client.address? {
                IpAddr::V6(address) => {
                    let kept = address.to_bits() & !u128::from(u64::MAX);
                    IpAddr::V6(Ipv6Addr::from_bits(kept))
                }
                address @ IpAddr::V4(_) => address,
            };
            let spender = if writes {
                (Spender::SignIn(network), "sign-in")
            } else {
                (Spender::Network(network), "anonymous")
            };
            (spender, limits.anonymous_cost_per_minute)
        }
        Actor::User { via: Via::Session(_), .. } | Actor::System => return None,
    };
    (quota > 0).then_some((spender, i64::from(quota)))
}

/// A query that may run.
#[derive(Debug, Clone, Copy)]
pub struct Admitted {
    /// What it costs and may cost, where it asked for that.
    cost: Option<(usize, usize)>,
    hides: bool,
}

/// Lets a query through that its client may run now, and charges it.
pub fn admit(
    request: &HttpRequest,
    (app, budgets): (&App, &Budgets),
    (actor, client): (&Actor, &Client),
    (asked, writes): (Asked, bool),
    extensions: Option<&serde_json::Map<String, serde_json::Value>>,
) -> Result<Admitted, Refusal> {
    let config = app.config();
    let hides = hides(config, actor);
    if asked.introspects && hides {
        let message = "the schema is told to those who have signed in";
        return Err(Refusal::new(StatusCode::FORBIDDEN, "FORBIDDEN", message));
    }
    let wants = extensions.and_then(|extensions| extensions.get("cost"));
    let told = wants.is_some_and(|wants| *wants == true);
    let admitted = Admitted { cost: told.then_some((asked.cost, config.limits.cost)), hides };
    if let Some(payer) = payer(config, actor, client, writes) {
        let cost = i64::try_from(asked.cost).unwrap_or(i64::MAX);
        charge(request, (app, budgets), payer, cost)?;
    }
    Ok(admitted)
}

/// Lets a request through that is answered from memory, and charges it.
pub fn admit_hit(request: &HttpRequest, (app, budgets): (&App, &Budgets)) -> Result<(), Refusal> {
    let config = app.config();
    // Most servers limit nobody, and this is on the way of every answer.
    if config.limits.anonymous_cost_per_minute == 0 {
        return Ok(());
    }
    let client = client::of(request, &config.http);
    match payer(config, &Actor::Nobody, &client, false) {
        Some(payer) => charge(request, (app, budgets), payer, 1),
        None => Ok(()),
    }
}

/// Charges a request of so many bytes that is refused before it runs. What it would
/// have been is not known: it counts as reading.
pub async fn charge_refused(
    request: &HttpRequest,
    (app, budgets): (&App, &Budgets),
    bytes: usize,
) -> Result<(), Refusal> {
    let config = app.config();
    if config.limits.anonymous_cost_per_minute == 0 && config.limits.token_cost_per_minute == 0 {
        return Ok(());
    }
    let actor = actor::of(request, app).await.unwrap_or(Actor::Nobody);
    let client = client::of(request, &config.http);
    let Some((payer, quota)) = payer(config, &actor, &client, false) else {
        return Ok(());
    };
    let cost = REFUSED + i64::try_from(bytes / REFUSED_BYTES).unwrap_or(i64::MAX - REFUSED);
    // Never more than a budget: it would be told to ask for less, for nothing.
    charge(request, (app, budgets), (payer, quota), cost.min(quota))
}

/// Takes a cost from a budget, or says when there will be as much.
fn charge(
    request: &HttpRequest,
    (app, budgets): (&App, &Budgets),
    (payer, quota): ((Spender, &'static str), i64),
    cost: i64,
) -> Result<(), Refusal> {
    let (fits, told) = budgets.spend(payer, quota, cost, app.now().0);
    request.extensions_mut().insert(told);
    if fits {
        return Ok(());
    }
    let advice = match told.wait {
        Some(seconds) => format!("try again in {seconds} seconds"),
        None => "ask for less at once".to_owned(),
    };
    let left = told.left;
    let message = format!(
        "the query is over the limit on cost a minute: it costs {cost}, and {left} of {quota} are left; {advice}"
    );
    Err(Refusal::new(StatusCode::TOO_MANY_REQUESTS, "LIMIT_EXCEEDED", message))
}

/// Whether an actor is not to learn the schema.
fn hides(config: &Config, actor: &Actor) -> bool {
    !config.limits.public_schema && matches!(actor, Actor::Nobody | Actor::Preview { .. })
}

impl Admitted {
    /// Completes an answer: with what the query cost where it asked for that, and
    /// without the names that a mistake was near to where the schema is hidden.
    pub fn complete(self, mut response: Response) -> Response {
        if let Some((requested, limit)) = self.cost {
            let number = |value: usize| Value::from(u64::try_from(value).unwrap_or(u64::MAX));
            let told = [("requested", number(requested)), ("limit", number(limit))];
            let told = told.into_iter().map(|(name, value)| (Name::new(name), value));
            response.extensions.insert("cost".to_owned(), Value::Object(told.collect()));
        }
        if self.hides {
            for error in &mut response.errors {
                if let Some(at) = error.message.find(" Did you mean") {
                    error.message.truncate(at);
                }
            }
        }
        response
    }
}

/// Writes into the headers what a client was told.
pub async fn tell(
    request: ServiceRequest,
    next: Next<impl MessageBody>,
) -> Result<ServiceResponse<impl MessageBody>, actix_web::Error> {
    let mut response = next.call(request).await?;
    let told = response.request().extensions().get::<Told>().copied();
    let Some(Told { policy, quota, left, full, wait }) = told else {
        return Ok(response);
    };
    let headers = response.headers_mut();
    for (name, value) in [
        (HeaderName::from_static("ratelimit-policy"), format!("\"{policy}\";q={quota};w=60")),
        (HeaderName::from_static("ratelimit"), format!("\"{policy}\";r={left};t={full}")),
    ] {
        if let Ok(value) = HeaderValue::try_from(value) {
            headers.insert(name, value);
        }
    }
    if let Some(wait) = wait {
        headers.insert(RETRY_AFTER, HeaderValue::from(wait));
    }
    Ok(response)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn network(number: u32) -> (Spender, &'static str) {
        (Spender::Network(IpAddr::V4(number.into())), "anonymous")
    }

    #[test]
    fn a_budget_is_spent_and_flows_back_evenly() {
        let budgets = Budgets::default();
        let spend = |cost, now: i64| budgets.spend(network(1), 600, cost, now * SECOND);
        let told = |left, full, wait| Told { policy: "anonymous", quota: 600, left, full, wait };
        assert_eq!(spend(400, 0), (true, told(200, 40, None)));
        assert_eq!(spend(300, 0), (false, told(200, 40, Some(10))));
        assert_eq!(spend(300, 10), (true, told(0, 60, None)));
        assert_eq!(spend(1, 10), (false, told(0, 60, Some(1))));
        assert_eq!(spend(601, 500), (false, told(600, 0, None)), "never");
        assert_eq!(spend(600, 500), (true, told(0, 60, None)));
        assert_eq!(spend(600, 100), (false, told(0, 60, Some(60))), "the clock was set back");
    }

    #[test]
    fn a_flood_of_clients_is_not_remembered_for_ever() {
        let budgets = Budgets::default();
        let many = u32::try_from(CLIENTS).unwrap();
        for number in 0..many + 10 {
            budgets.spend(network(number), 600, i64::from(number % 100 + 1), 0);
        }
        let known = budgets.0.lock().unwrap();
        assert!(known.len() <= CLIENTS, "{}", known.len());
        assert!(known.contains_key(&network(99).0), "who spent most");
        assert!(!known.contains_key(&network(0).0), "who spent least");
    }
}
