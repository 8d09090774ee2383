//! A GraphQL client that blocks.

use std::time::Duration;

use serde_json::{Value, json};
use ureq::Agent;

#[derive(Clone)]
pub struct Client {
    agent: Agent,
    url: String,
    token: Option<String>,
    headers: Vec<(String, String)>,
}

/// A status, headers and JSON, whatever the status is.
pub struct Raw {
    pub status: u16,
    pub headers: ureq::http::HeaderMap,
    pub body: String,
}

impl Raw {
    #[must_use]
    pub fn json(&self) -> Value {
        serde_json::from_str(&self.body)
            .unwrap_or_else(|_| panic!("no JSON, but {}: {}", self.status, self.body))
    }

    #[must_use]
    pub fn header(&self, name: &str) -> &str {
        self.headers.get(name).and_then(|value| value.to_str().ok()).unwrap_or_default()
    }
}

#[must_use]
pub fn agent() -> Agent {
    Agent::config_builder()
        .http_status_as_error(false)
        .timeout_global(Some(Duration::from_mins(1)))
        .build()
        .into()
}

impl Client {
    #[must_use]
    pub fn new(url: String, token: Option<String>) -> Self {
        Self { agent: agent(), url, token, headers: Vec::new() }
    }

    #[must_use]
    pub fn with_token(&self, token: &str) -> Self {
        Self { token: Some(token.to_owned()), ..self.clone() }
    }

    /// The same, with one more header in each request.
    #[must_use]
    pub fn with_header(&self, name: &str, value: &str) -> Self {
        let mut client = self.clone();
        client.headers.push((name.to_owned(), value.to_owned()));
        client
    }

    /// The answer as it came.
    pub fn post(&self, body: &Value) -> Raw {
        self.try_post(body).expect("an answer")
    }

    /// The answer, or none from a server that went away.
    #[must_use]
    pub fn try_post(&self, body: &Value) -> Option<Raw> {
        let mut request = self.agent.post(&self.url);
        if let Some(token) = &self.token {
            request = request.header("authorization", format!("Bearer {token}"));
        }
        for (name, value) in &self.headers {
            request = request.header(name, value);
        }
        let mut response = request.send_json(body).ok()?;
        let (status, headers) = (response.status().as_u16(), response.headers().clone());
        let body = response.body_mut().read_to_string().ok()?;
        Some(Raw { status, headers, body })
    }

    /// `{data, errors}`, whatever they are.
    pub fn run(&self, document: &str, variables: Value, operation: Option<&str>) -> Value {
        self.post(&json!({
            "query": document, "variables": variables, "operationName": operation,
        }))
        .json()
    }

    /// The data; fails the test where there are errors.
    pub fn ask(&self, document: &str, variables: Value) -> Answer {
        self.ask_operation(document, variables, None)
    }

    pub fn ask_operation(
        &self,
        document: &str,
        variables: Value,
        operation: Option<&str>,
    ) -> Answer {
        let mut answer = self.run(document, variables, operation);
        assert!(answer["errors"].is_null(), "{document}\n{}", answer["errors"]);
        Answer(answer["data"].take())
    }

    /// The code of the first error.
    #[must_use]
    pub fn code(&self, document: &str, variables: Value) -> String {
        let answer = self.run(document, variables, None);
        answer["errors"][0]["extensions"]["code"].as_str().unwrap_or_default().to_owned()
    }
}

pub fn raw(response: Result<ureq::http::Response<ureq::Body>, ureq::Error>) -> Raw {
    let mut response = response.expect("an answer");
    Raw {
        status: response.status().as_u16(),
        headers: response.headers().clone(),
        body: response.body_mut().with_config().limit(100 << 20).read_to_string().expect("a text"),
    }
}

/// A request without a body, answered as it is: no redirect is followed.
///
/// # Panics
/// Where the request cannot be made or the answer is no text.
#[must_use]
pub fn fetch(method: &str, url: &str, headers: &[(&str, &str)]) -> Raw {
    let mut request = ureq::http::Request::builder().method(method).uri(url);
    for (name, value) in headers {
        request = request.header(*name, *value);
    }
    let once: Agent = Agent::config_builder()
        .http_status_as_error(false)
        .max_redirects(0)
        .timeout_global(Some(Duration::from_mins(1)))
        .build()
        .into();
    raw(once.run(request.body(()).expect("a request")))
}

/// The data of an answer, read by JSON pointers.
#[derive(Debug, Clone, PartialEq)]
pub struct Answer(pub Value);

impl Answer {
    #[must_use]
    pub fn at(&self, pointer: &str) -> &Value {
        self.0.pointer(pointer).unwrap_or_else(|| panic!("nothing at {pointer} of {}", self.0))
    }

    #[must_use]
    pub fn text(&self, pointer: &str) -> String {
        self.at(pointer)
            .as_str()
            .unwrap_or_else(|| panic!("no text at {pointer} of {}", self.0))
            .to_owned()
    }

    #[must_use]
    pub fn number(&self, pointer: &str) -> i64 {
        self.at(pointer).as_i64().unwrap_or_else(|| panic!("no number at {pointer} of {}", self.0))
    }

    /// One field of every object in a list.
    #[must_use]
    pub fn each(&self, pointer: &str, field: &str) -> Vec<String> {
        self.at(pointer)
            .as_array()
            .unwrap_or_else(|| panic!("no list at {pointer} of {}", self.0))
            .iter()
            .map(|value| value[field].as_str().unwrap_or_default().to_owned())
            .collect()
    }

    /// Asserts that a mutation refused nothing.
    #[must_use]
    pub fn accepted(self, mutation: &str) -> Self {
        assert_eq!(self.at(&format!("/{mutation}/userErrors")), &json!([]));
        self
    }
}
