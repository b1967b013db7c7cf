//! Applications that members register on the site's page, and those that
//! register themselves.

use axum::body::Body;
use hob::testing::{Builder, Reply};
use http::{Method, Request};
use serde_json::{Value, json};

use super::{App, Dance, REDIRECT_URI, text};

pub const REGISTER: &str = "/oauth/register";
pub const NEW_CLIENT: &str = "/oauth/clients/new";

/// A client that registered itself, with what manages it.
#[derive(Clone, Debug)]
pub struct SelfRegistered {
    pub app: App,
    /// Path of the client configuration endpoint.
    pub configuration: String,
    pub access_token: String,
    pub information: Value,
}

/// A site where everybody may register applications.
pub async fn open_site(builder: Builder) -> Dance {
    Dance::start(builder.plugin_toml("oauth", "dynamic_registration = \"open\"")).await
}

/// A site where it takes an initial access token.
pub async fn token_site(builder: Builder) -> Dance {
    Dance::start(builder.plugin_toml("oauth", "dynamic_registration = \"initial_token\"")).await
}

/// A web application's metadata; `more` adds to it or replaces what it has.
pub fn web_metadata(more: &Value) -> Value {
    let mut metadata = json!({
        "client_name": "Photo Desk",
        "redirect_uris": [REDIRECT_URI],
        "grant_types": ["authorization_code", "refresh_token"],
    });
    for (name, value) in more.as_object().expect("an object") {
        metadata[name] = value.clone();
    }
    metadata
}

/// What a member fills into the form for an application; `kind` is `public` or
/// `confidential`.
pub fn client_form<'a>(kind: &'a str, redirect_uris: &'a str) -> Vec<(&'a str, &'a str)> {
    vec![
        ("name", "Pocket"),
        ("website", "https://pocket.example"),
        ("redirect_uris", redirect_uris),
        ("scope", "profile"),
        ("scope", "media:read"),
        ("kind", kind),
    ]
}

/// The text of the element that is labelled by this id.
pub fn labelled<'a>(page: &'a Reply, label: &str) -> Option<&'a str> {
    let marker = format!("aria-labelledby=\"{label}\">");
    let start = page.text().find(&marker)? + marker.len();
    page.text()[start..].split('<').next()
}

impl Dance {
    /// An application that alice registers on the site's page.
    pub async fn register_on_page(&mut self, kind: &str, redirect_uri: &str) -> App {
        let form = client_form(kind, redirect_uri);
        let page = self.browser.submit(NEW_CLIENT, &form).await;
        assert_eq!(page.status(), 201, "{page:?}");
        assert_eq!(page.headers("cache-control"), ["no-store"]);
        App {
            client_id: labelled(&page, "client-id").expect("the id").to_owned(),
            secret: labelled(&page, "client-secret").map(ToOwned::to_owned),
            redirect_uri: redirect_uri.to_owned(),
        }
    }

    /// Sends JSON, or nothing, with an `Authorization` header, or none.
    pub async fn send_json(
        &self,
        method: Method,
        path: &str,
        token: Option<&str>,
        body: Option<&Value>,
    ) -> Reply {
        let mut request = Request::builder().method(method).uri(path);
        if let Some(token) = token {
            request = request.header("authorization", format!("Bearer {token}"));
        }
        let body = match body {
            Some(body) => {
                request = request.header("content-type", "application/json");
                Body::from(body.to_string())
            }
            None => Body::empty(),
        };
        let request = request.body(body).expect("a valid request");
        self.site.browser().send(request).await
    }

    /// Registers, without a token.
    pub async fn post_metadata(&self, metadata: &Value) -> Reply {
        self.post_json(REGISTER, metadata).await
    }

    /// Sends JSON without a token.
    pub async fn post_json(&self, path: &str, body: &Value) -> Reply {
        self.send_json(Method::POST, path, None, Some(body)).await
    }

    /// Registers a client, and reads what it is told.
    pub async fn register_itself(&self, metadata: &Value) -> SelfRegistered {
        self_registered(&self.post_metadata(metadata).await)
    }

    /// Runs `hob oauth initial-token issue`.
    pub async fn initial_token(&self, more: &[&str]) -> (i64, String) {
        let words = [&["oauth", "initial-token", "issue", "--json"], more].concat();
        let output = self.site.run_command(&words).await;
        assert_eq!(output.exit_code, 0, "{}", output.stderr);
        let issued: Value = serde_json::from_str(&output.stdout).expect("JSON");
        let id = issued["id"].as_i64().expect("a number");
        (id, text(&issued, "initial_access_token"))
    }
}

impl SelfRegistered {
    pub async fn get(&self, dance: &Dance) -> Reply {
        self.manage(dance, Method::GET, None).await
    }

    pub async fn put(&self, dance: &Dance, metadata: &Value) -> Reply {
        self.manage(dance, Method::PUT, Some(metadata)).await
    }

    pub async fn delete(&self, dance: &Dance) -> Reply {
        self.manage(dance, Method::DELETE, None).await
    }

    async fn manage(&self, dance: &Dance, method: Method, body: Option<&Value>) -> Reply {
        dance
            .send_json(method, &self.configuration, Some(&self.access_token), body)
            .await
    }
}

/// The metadata of an update: what was told, without what is the server's own.
pub fn update(registered: &SelfRegistered, more: &Value) -> Value {
    let mut metadata = registered.information.clone();
    let members = metadata.as_object_mut().expect("an object");
    members.retain(|name, _| {
        ![
            "client_id_issued_at",
            "client_secret_expires_at",
            "registration_access_token",
            "registration_client_uri",
        ]
        .contains(&name.as_str())
    });
    for (name, value) in more.as_object().expect("an object") {
        members.insert(name.clone(), value.clone());
    }
    metadata
}

/// Reads the answer to a registration.
pub fn self_registered(reply: &Reply) -> SelfRegistered {
    assert_eq!(reply.status(), 201, "{reply:?}");
    super::assert_json_and_not_stored(reply);
    let information: Value = reply.json();
    let uri = text(&information, "registration_client_uri");
    let path_at = uri.find("/oauth/").expect("a path of the plugin");
    SelfRegistered {
        app: App {
            client_id: text(&information, "client_id"),
            secret: information["client_secret"].as_str().map(ToOwned::to_owned),
            redirect_uri: information["redirect_uris"][0]
                .as_str()
                .unwrap_or_default()
                .to_owned(),
        },
        configuration: uri[path_at..].to_owned(),
        access_token: text(&information, "registration_access_token"),
        information,
    }
}

/// Asserts a refusal of a Bearer token, with its challenge.
pub fn assert_challenged(reply: &Reply, names_error: bool) {
    assert_eq!(reply.status(), 401, "{reply:?}");
    super::assert_json_and_not_stored(reply);
    assert_eq!(reply.json::<Value>()["error"], "invalid_token", "{reply:?}");
    let challenge = reply.header("www-authenticate");
    assert!(challenge.starts_with("Bearer "), "{reply:?}");
    assert_eq!(challenge.contains("error="), names_error, "{reply:?}");
}

/// Asserts an error that is no challenge.
pub fn assert_refused(reply: &Reply, status: u16, error: &str) {
    assert_eq!(reply.status(), status, "{reply:?}");
    super::assert_json_and_not_stored(reply);
    let body: Value = reply.json();
    assert_eq!(body["error"], error, "{reply:?}");
    assert_ne!(body["error_description"], "", "{reply:?}");
}
