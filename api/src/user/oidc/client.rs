//! Asking a provider: a small client over a blocking one, with bounds on time and
//! size. It follows no redirects: an address that moves is configured anew.

use std::time::Duration;

use serde_json::Value;
use ureq::Agent;

use crate::outgoing;

const PATIENCE: Duration = Duration::from_secs(10);
const LARGEST: u64 = 1 << 20;

pub struct Client(Agent);

/// A form to post, and who posts it.
pub struct Form {
    pub body: String,
    /// The value of an `Authorization` header.
    pub authorization: Option<String>,
}

impl Default for Client {
    fn default() -> Self {
        Self(outgoing::client(PATIENCE).build().into())
    }
}

impl Client {
    /// JSON from an address. What goes wrong is told without what was sent.
    pub async fn get(&self, url: &str) -> Result<Value, String> {
        self.ask(url, None).await
    }

    pub async fn post(&self, url: &str, form: Form) -> Result<Value, String> {
        self.ask(url, Some(form)).await
    }

    async fn ask(&self, url: &str, form: Option<Form>) -> Result<Value, String> {
        let (agent, url) = (self.0.clone(), url.to_owned());
        tokio::task::spawn_blocking(move || ask(&agent, &url, form))
            .await
            .map_err(|error| error.to_string())?
    }
}

fn ask(agent: &Agent, url: &str, form: Option<Form>) -> Result<Value, String> {
    let answer = match form {
        None => agent.get(url).header("accept", "application/json").call(),
        Some(Form { body, authorization }) => {
            let mut request = agent
                .post(url)
                .header("accept", "application/json")
                .header("content-type", "application/x-www-form-urlencoded");
            if let Some(value) = authorization {
                request = request.header("authorization", value);
            }
            request.send(body)
        }
    };
    let mut answer = answer.map_err(|error| format!("{url}: {error}"))?;
    let status = answer.status().as_u16();
    let body = answer
        .body_mut()
        .with_config()
        .limit(LARGEST)
        .read_to_vec()
        .map_err(|error| format!("{url}: {error}"))?;
    let value: Option<Value> = serde_json::from_slice(&body).ok();
    if status != 200 {
        // RFC 6749, 5.2: a short code of the provider's, such as invalid_grant.
        let code = value.as_ref().and_then(|value| value.get("error")?.as_str());
        let code: String = code.unwrap_or("").escape_default().take(60).collect();
        return Err(format!("{url} answers {status} {code}"));
    }
    value.ok_or_else(|| format!("{url} answers no JSON"))
}
