//! A provider that says what a test tells it to: for what no honest one says.

use std::{
    collections::BTreeMap,
    sync::{Arc, Mutex},
};

use hob::testing::{Builder, TestHost};
use hob_jose::testing::signing_key;
use http::{Request, Response, header};
use http_body_util::BodyExt;
use hyper::{body::Incoming, server::conn::http1, service::service_fn};
use hyper_util::rt::TokioIo;
use serde_json::{Value, json};
use tokio::{net::TcpListener, sync::Notify};

use super::{free_address, here};

pub struct Scripted {
    pub url: String,
    script: Arc<Script>,
}

/// What it was asked.
#[derive(Debug, Clone)]
pub struct Asked {
    pub method: String,
    pub path: String,
    pub query: String,
    /// The header.
    pub authorization: String,
    pub content_type: String,
    pub body: Vec<u8>,
}

#[derive(Default)]
struct Script {
    /// A status and a document in JSON, by path.
    says: Mutex<BTreeMap<String, (u16, Value)>>,
    /// The same to who shows this in `Authorization`, which goes first.
    says_to: Mutex<BTreeMap<(String, String), (u16, Value)>>,
    /// Paths at which it keeps the answers to itself for now, but for so many
    /// of those who ask.
    holds: Mutex<BTreeMap<String, usize>>,
    asked: Mutex<Vec<Asked>>,
    /// How often it has answered, by path.
    answered: Mutex<BTreeMap<String, usize>>,
    /// Something of the above has changed.
    changed: Notify,
}

impl Scripted {
    /// An honest one of OpenID Connect, to begin with.
    pub async fn start() -> Self {
        let address = free_address();
        let url = format!("http://{address}");
        let script = Arc::new(Script::default());
        let its_script = script.clone();
        let listener = TcpListener::bind(address).await.unwrap();
        tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                let script = its_script.clone();
                let service = service_fn(move |request| answer(script.clone(), request));
                let connection =
                    http1::Builder::new().serve_connection(TokioIo::new(stream), service);
                tokio::spawn(connection);
            }
        });
        let provider = Self { url, script };
        provider.say(
            "/.well-known/openid-configuration",
            200,
            json!({
                "issuer": provider.url,
                "authorization_endpoint": format!("{}/authorize", provider.url),
                "token_endpoint": format!("{}/token", provider.url),
                "userinfo_endpoint": format!("{}/me", provider.url),
                "jwks_uri": format!("{}/keys", provider.url),
                "authorization_response_iss_parameter_supported": true,
            }),
        );
        provider.say("/keys", 200, json!({"keys": [signing_key().1]}));
        provider.say(
            "/me",
            200,
            json!({"sub": "ada", "preferred_username": "ada"}),
        );
        provider
    }

    /// From now on this is the answer at this path; a text stands for itself.
    pub fn say(&self, path: &str, status: u16, document: Value) {
        let mut says = self.script.says.lock().unwrap();
        says.insert(path.to_owned(), (status, document));
    }

    /// The same, to who shows this in `Authorization`.
    pub fn say_to(&self, authorization: &str, path: &str, status: u16, document: Value) {
        let to = (path.to_owned(), authorization.to_owned());
        let mut says = self.script.says_to.lock().unwrap();
        says.insert(to, (status, document));
    }

    /// What it says at this path.
    pub fn said(&self, path: &str) -> Value {
        self.script.says.lock().unwrap()[path].1.clone()
    }

    /// Keeps its answers at this path to itself until they are let go.
    pub fn hold(&self, path: &str) {
        let answered = self.asked(path).len();
        let mut holds = self.script.holds.lock().unwrap();
        holds.insert(path.to_owned(), answered);
    }

    /// Lets the first go of those that it still keeps to itself at this path.
    pub fn let_one_go(&self, path: &str) {
        *self.script.holds.lock().unwrap().get_mut(path).unwrap() += 1;
        self.script.changed.notify_waiters();
    }

    pub fn let_go(&self, path: &str) {
        self.script.holds.lock().unwrap().remove(path);
        self.script.changed.notify_waiters();
    }

    /// Waits until it was asked so often at this path.
    pub async fn until_asked(&self, path: &str, times: usize) {
        let enough = || self.asked(path).len() >= times;
        self.script.until(enough).await;
    }

    /// Waits until it has answered so often at this path.
    pub async fn until_answered(&self, path: &str, times: usize) {
        let answered = || self.script.answered.lock().unwrap().get(path).copied();
        let enough = || answered().unwrap_or_default() >= times;
        self.script.until(enough).await;
    }

    /// What it was asked at this path: the headers `Authorization` and bodies.
    pub fn asked(&self, path: &str) -> Vec<(String, String)> {
        let asked = self.asked_in_full(path).into_iter();
        asked
            .map(|asked| (asked.authorization, String::from_utf8(asked.body).unwrap()))
            .collect()
    }

    pub fn asked_in_full(&self, path: &str) -> Vec<Asked> {
        let asked = self.script.asked.lock().unwrap();
        let here = asked.iter().filter(|asked| asked.path == path);
        here.cloned().collect()
    }

    /// A site with this provider, and further lines of its section.
    pub async fn site(&self, builder: Builder, lines: &str) -> TestHost {
        here(builder, &self.section(lines)).start().await
    }

    /// Its section, with these further lines.
    pub fn section(&self, lines: &str) -> String {
        format!(
            "[plugin.signin.provider.other]\ntitle = \"The other\"\nissuer = {:?}\n\
             client_id = \"hob\"\nclient_secret = \"s3 cret\"\n{lines}",
            self.url
        )
    }
}

impl Script {
    async fn until(&self, holds: impl Fn() -> bool) {
        loop {
            let changed = self.changed.notified();
            if holds() {
                return;
            }
            changed.await;
        }
    }
}

async fn answer(
    script: Arc<Script>,
    request: Request<Incoming>,
) -> Result<Response<String>, hyper::Error> {
    let path = request.uri().path().to_owned();
    let query = request.uri().query().unwrap_or_default().to_owned();
    let method = request.method().to_string();
    let header = |name| {
        let value = request.headers().get(name);
        value.map_or(String::new(), |value| value.to_str().unwrap().to_owned())
    };
    let authorization = header(header::AUTHORIZATION);
    let content_type = header(header::CONTENT_TYPE);
    let body = request.into_body().collect().await?.to_bytes().to_vec();
    let asked = Asked {
        method,
        path: path.clone(),
        query,
        authorization: authorization.clone(),
        content_type,
        body,
    };
    let place = {
        let mut all = script.asked.lock().unwrap();
        all.push(asked);
        all.iter().filter(|asked| asked.path == path).count()
    };
    script.changed.notify_waiters();
    let is_let_go = || match script.holds.lock().unwrap().get(&path) {
        Some(answered) => place <= *answered,
        None => true,
    };
    script.until(is_let_go).await;
    let said = script.says.lock().unwrap().get(&path).cloned();
    *script
        .answered
        .lock()
        .unwrap()
        .entry(path.clone())
        .or_default() += 1;
    script.changed.notify_waiters();
    let said_to = script.says_to.lock().unwrap();
    let said_to = said_to.get(&(path, authorization)).cloned();
    let (status, document) = said_to.or(said).unwrap_or((404, json!({})));
    let mut response = Response::builder()
        .status(status)
        .header(header::CONTENT_TYPE, "application/json");
    if let Some(location) = document.get("location").and_then(Value::as_str) {
        response = response.header(header::LOCATION, location);
    }
    let response = response.body(match document {
        Value::String(text) => text,
        document => document.to_string(),
    });
    Ok(response.unwrap())
}
