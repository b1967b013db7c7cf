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
use tokio::net::TcpListener;

use super::{free_address, here};

/// A status and a document in JSON, by path.
type Script = Arc<Mutex<BTreeMap<String, (u16, Value)>>>;

/// What it was asked: the path, the header `Authorization`, and the body.
type Asked = Arc<Mutex<Vec<(String, String, String)>>>;

pub struct Scripted {
    pub url: String,
    script: Script,
    asked: Asked,
}

impl Scripted {
    /// An honest one of OpenID Connect, to begin with.
    pub async fn start() -> Self {
        let address = free_address();
        let url = format!("http://{address}");
        let (script, asked) = (Script::default(), Asked::default());
        let (its_script, its_asked) = (script.clone(), asked.clone());
        let listener = TcpListener::bind(address).await.unwrap();
        tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                let (script, asked) = (its_script.clone(), its_asked.clone());
                let service =
                    service_fn(move |request| answer(script.clone(), asked.clone(), request));
                let connection =
                    http1::Builder::new().serve_connection(TokioIo::new(stream), service);
                tokio::spawn(connection);
            }
        });
        let provider = Self { url, script, asked };
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

    /// From now on this is the answer at this path.
    pub fn say(&self, path: &str, status: u16, document: Value) {
        self.script
            .lock()
            .unwrap()
            .insert(path.to_owned(), (status, document));
    }

    /// What it was asked at this path: the headers `Authorization` and bodies.
    pub fn asked(&self, path: &str) -> Vec<(String, String)> {
        let asked = self.asked.lock().unwrap();
        let here = asked.iter().filter(|(asked, _, _)| asked == path);
        here.map(|(_, authorization, body)| (authorization.clone(), body.clone()))
            .collect()
    }

    /// A site with this provider, and further lines of its section.
    pub async fn site(&self, builder: Builder, lines: &str) -> TestHost {
        let section = format!(
            "[plugin.signin.provider.other]\ntitle = \"The other\"\nissuer = {:?}\n\
             client_id = \"hob\"\nclient_secret = \"s3 cret\"\n{lines}",
            self.url
        );
        here(builder, &section).start().await
    }
}

async fn answer(
    script: Script,
    asked: Asked,
    request: Request<Incoming>,
) -> Result<Response<String>, hyper::Error> {
    let path = request.uri().path().to_owned();
    let authorization = request.headers().get(header::AUTHORIZATION);
    let authorization =
        authorization.map_or(String::new(), |value| value.to_str().unwrap().to_owned());
    let body = request.into_body().collect().await?.to_bytes();
    let body = String::from_utf8(body.to_vec()).unwrap();
    asked
        .lock()
        .unwrap()
        .push((path.clone(), authorization, body));
    let said = script.lock().unwrap().get(&path).cloned();
    let (status, document) = said.unwrap_or((404, json!({})));
    let response = Response::builder()
        .status(status)
        .header(header::CONTENT_TYPE, "application/json")
        .body(document.to_string());
    Ok(response.unwrap())
}
