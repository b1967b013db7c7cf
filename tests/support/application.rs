//! An application that uses the site by OAuth, as a library does it, with
//! every step in the open.

use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use serde_json::Value;
use sha2::{Digest, Sha256};
use url::Url;

use super::{Answer, Installation, Visitor};

pub const CALLBACK: &str = "http://127.0.0.1:5000/callback";
pub const ALL_SCOPES: &str = "profile media:read media:write";

/// An application that is registered.
#[derive(Clone)]
pub struct Application {
    pub client_id: String,
    /// A public one has none.
    pub client_secret: Option<String>,
    site: String,
    redirect_uri: String,
}

/// One attempt to be allowed: what the application keeps for itself.
pub struct Attempt {
    pub state: String,
    verifier: String,
    url: String,
}

impl Application {
    /// Registers an application on the command line.
    #[track_caller]
    pub fn register(installation: &Installation, more: &[&str]) -> Self {
        Self::register_at(installation, CALLBACK, more)
    }

    /// Registers one that waits for its members elsewhere.
    #[track_caller]
    pub fn register_at(installation: &Installation, redirect_uri: &str, more: &[&str]) -> Self {
        let mut arguments = vec!["oauth", "client", "add", "--name", "Photo Desk"];
        arguments.extend(["--redirect-uri", redirect_uri, "--scope", ALL_SCOPES]);
        arguments.push("--json");
        arguments.extend(more);
        let printed = installation.hob(&arguments).succeeds();
        let json: Value = serde_json::from_str(&printed).expect("it prints JSON");
        Self {
            client_id: json["client_id"].as_str().expect("an id").to_owned(),
            client_secret: json["client_secret"].as_str().map(ToOwned::to_owned),
            site: installation.url(),
            redirect_uri: redirect_uri.to_owned(),
        }
    }

    /// The same with another secret.
    pub fn with_secret(&self, client_secret: Option<String>) -> Self {
        Self {
            client_secret,
            ..self.clone()
        }
    }

    /// Where the application sends a member.
    pub fn attempt(&self, scope: &str) -> Attempt {
        let verifier = random_text();
        let challenge = URL_SAFE_NO_PAD.encode(Sha256::digest(&verifier));
        let state = random_text();
        let mut url = Url::parse(&format!("{}/oauth/authorize", self.site)).unwrap();
        url.query_pairs_mut()
            .append_pair("response_type", "code")
            .append_pair("client_id", &self.client_id)
            .append_pair("redirect_uri", &self.redirect_uri)
            .append_pair("scope", scope)
            .append_pair("state", &state)
            .append_pair("code_challenge", &challenge)
            .append_pair("code_challenge_method", "S256");
        Attempt {
            state,
            verifier,
            url: url.into(),
        }
    }

    /// Goes the member's way, allows these scopes where the site asks, and
    /// returns the code. A consent that the site remembers is not asked for.
    #[track_caller]
    pub fn be_allowed(&self, member: &Visitor, attempt: &Attempt, scopes: &[&str]) -> String {
        let answer = member.get(&attempt.url);
        let callback = answer.header("location");
        if callback.starts_with(&self.redirect_uri) {
            return self.code(attempt, callback);
        }
        let mut fields = vec![("decision", "allow")];
        fields.extend(scopes.iter().map(|scope| ("scope", *scope)));
        let callback = decide(&attempt.consent_page(member), member, &fields);
        self.code(attempt, &callback)
    }

    /// The code that a redirect to the application carries.
    #[track_caller]
    pub fn code(&self, attempt: &Attempt, callback: &str) -> String {
        assert!(callback.starts_with(&self.redirect_uri), "{callback}");
        assert_eq!(query_of(callback, "state"), Some(attempt.state.clone()));
        assert_eq!(query_of(callback, "iss"), Some(self.site.clone()));
        query_of(callback, "code").unwrap_or_else(|| panic!("no code in {callback}"))
    }

    /// Swaps a code for tokens.
    pub fn exchange(&self, attempt: &Attempt, code: &str) -> Answer {
        self.token_request(&[
            ("grant_type", "authorization_code"),
            ("code", code),
            ("redirect_uri", &self.redirect_uri),
            ("code_verifier", &attempt.verifier),
        ])
    }

    /// Renews an access token.
    pub fn refresh(&self, refresh_token: &str) -> Answer {
        self.token_request(&[
            ("grant_type", "refresh_token"),
            ("refresh_token", refresh_token),
        ])
    }

    /// The same as the bytes of a request, for a test that writes to the socket
    /// itself. The connection ends after the answer.
    pub fn refresh_request(&self, refresh_token: &str) -> Vec<u8> {
        let secret = self.client_secret.as_ref().expect("it is confidential");
        let body = format!("grant_type=refresh_token&refresh_token={refresh_token}");
        format!(
            "POST /oauth/access_token HTTP/1.1\r\nHost: hob\r\nConnection: close\r\n\
             Authorization: {}\r\nContent-Type: application/x-www-form-urlencoded\r\n\
             Content-Length: {}\r\n\r\n{body}",
            basic(&self.client_id, secret),
            body.len()
        )
        .into_bytes()
    }

    fn token_request(&self, fields: &[(&str, &str)]) -> Answer {
        let mut fields = fields.to_vec();
        let visitor = Visitor::new(&self.site);
        let visitor = match &self.client_secret {
            Some(secret) => visitor.with_authorization(&basic(&self.client_id, secret)),
            None => {
                fields.push(("client_id", &self.client_id));
                visitor
            }
        };
        visitor.post_form("/oauth/access_token", &fields)
    }

    /// All the way from the sign-in page to the tokens.
    #[track_caller]
    pub fn connect(&self, member: &Visitor) -> Value {
        let attempt = self.attempt(ALL_SCOPES);
        let scopes: Vec<&str> = ALL_SCOPES.split(' ').collect();
        let code = self.be_allowed(member, &attempt, &scopes);
        self.exchange(&attempt, &code).expect(200).json()
    }
}

impl Attempt {
    /// The URL to send a member to.
    pub fn url(&self) -> &str {
        &self.url
    }

    #[track_caller]
    pub fn consent_page(&self, member: &Visitor) -> Answer {
        consent_page(&self.url, member)
    }
}

/// Follows the site's own redirects to the page that asks the member.
#[track_caller]
pub fn consent_page(url: &str, member: &Visitor) -> Answer {
    let mut answer = member.get(url);
    for _ in 0..3 {
        if answer.status == 200 {
            break;
        }
        let next = answer.header("location").to_owned();
        assert!(next.starts_with('/') || next.contains("/oauth/"), "{next}");
        answer = member.get(&next);
    }
    answer.expect(200)
}

/// Presses a button of the consent page and returns where that leads.
#[track_caller]
pub fn decide(page: &Answer, member: &Visitor, fields: &[(&str, &str)]) -> String {
    let hidden = |name: &str| {
        page.hidden_field(name)
            .unwrap_or_else(|| panic!("no {name} in {}", page.text()))
    };
    let (csrf, request) = (hidden("csrf"), hidden("request"));
    let mut all = vec![("csrf", csrf.as_str()), ("request", request.as_str())];
    all.extend(fields);
    let answer = member.post_form("/oauth/consent", &all);
    assert!(matches!(answer.status, 302 | 303), "{}", answer.text());
    answer.header("location").to_owned()
}

/// A parameter of a URL.
pub fn query_of(url: &str, name: &str) -> Option<String> {
    let url = Url::parse(url).expect("a URL");
    let values: Vec<String> = url
        .query_pairs()
        .filter(|(key, _)| key == name)
        .map(|(_, value)| value.into_owned())
        .collect();
    assert!(values.len() < 2, "{name} is repeated in {url}");
    values.into_iter().next()
}

/// HTTP Basic, each half form-encoded (RFC 6749, section 2.3.1).
fn basic(client_id: &str, secret: &str) -> String {
    let encoded =
        |text: &str| -> String { url::form_urlencoded::byte_serialize(text.as_bytes()).collect() };
    let pair = format!("{}:{}", encoded(client_id), encoded(secret));
    format!(
        "Basic {}",
        base64::engine::general_purpose::STANDARD.encode(pair)
    )
}

fn random_text() -> String {
    URL_SAFE_NO_PAD.encode(rand::random::<[u8; 32]>())
}
