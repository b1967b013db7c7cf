//! An application on the crate `oauth2`.

use std::thread;

use oauth2::{
    AuthUrl, AuthorizationCode, ClientId, ClientSecret, CsrfToken, DeviceAuthorizationUrl,
    DeviceCodeErrorResponse, EndpointSet, HttpRequest, HttpResponse, IntrospectionUrl,
    PkceCodeChallenge, PkceCodeVerifier, RedirectUrl, RequestTokenError, RevocationUrl, Scope,
    StandardDeviceAuthorizationResponse, StandardErrorResponse, TokenIntrospectionResponse,
    TokenResponse, TokenUrl,
    basic::{BasicClient, BasicErrorResponseType, BasicTokenResponse},
    http::{Request, uri::Scheme},
};
use ureq::{
    Agent,
    http::{Response, Uri},
};

use crate::support::{
    Visitor,
    application::{Application, CALLBACK, query_of},
    client_program::Client,
};

type ConfiguredClient =
    BasicClient<EndpointSet, EndpointSet, EndpointSet, EndpointSet, EndpointSet>;
type Refusal = RequestTokenError<ureq::Error, StandardErrorResponse<BasicErrorResponseType>>;

/// The application, which does what a program of `tests/clients` does.
pub struct OAuth2Crate {
    site: String,
    client: ConfiguredClient,
    secret: Option<String>,
    attempt: Option<(CsrfToken, PkceCodeVerifier)>,
    tokens: Option<BasicTokenResponse>,
    device: Option<StandardDeviceAuthorizationResponse>,
}

impl OAuth2Crate {
    pub fn new(site: &str, application: &Application) -> Self {
        let at = |path: &str| format!("{site}/oauth{path}");
        // The crate gives no token back over plain http, not even on this
        // machine; see `send`.
        let revocation = at("/revoke").replacen("http:", "https:", 1);
        let client = BasicClient::new(ClientId::new(application.client_id.clone()))
            .set_auth_uri(AuthUrl::new(at("/authorize")).unwrap())
            .set_token_uri(TokenUrl::new(at("/access_token")).unwrap())
            .set_device_authorization_url(
                DeviceAuthorizationUrl::new(at("/device_authorization")).unwrap(),
            )
            .set_introspection_url(IntrospectionUrl::new(at("/introspect")).unwrap())
            .set_revocation_url(RevocationUrl::new(revocation).unwrap())
            .set_redirect_uri(RedirectUrl::new(CALLBACK.to_owned()).unwrap());
        let client = match &application.client_secret {
            Some(secret) => client.set_client_secret(ClientSecret::new(secret.clone())),
            None => client,
        };
        Self {
            site: site.to_owned(),
            client,
            secret: application.client_secret.clone(),
            attempt: None,
            tokens: None,
            device: None,
        }
    }

    fn connect(&mut self, scope: &str) -> String {
        let (challenge, verifier) = PkceCodeChallenge::new_random_sha256();
        let (url, state) = self
            .client
            .authorize_url(CsrfToken::new_random)
            .add_scopes(scopes(scope))
            .set_pkce_challenge(challenge)
            .url();
        self.attempt = Some((state, verifier));
        url.into()
    }

    /// The crate has no function for it, and makes the request as ever.
    fn push(&mut self, scope: &str) -> String {
        let url = self.connect(scope);
        let (page, request) = url.split_once('?').expect("it asks for something");
        let mut form = request.to_owned();
        if let Some(secret) = &self.secret {
            form.push_str("&client_secret=");
            form.push_str(secret);
        }
        let request = Request::post(format!("{}/oauth/par", self.site))
            .header("content-type", "application/x-www-form-urlencoded")
            .body(form.into_bytes())
            .expect("a request");
        let answer = send(request).expect("an answer");
        assert_eq!(answer.status(), 201, "{answer:?}");
        let pushed: serde_json::Value = serde_json::from_slice(answer.body()).expect("JSON");
        let request_uri = pushed["request_uri"].as_str().expect("a name");
        let client_id = query_of(&url, "client_id").expect("its own");
        format!("{page}?client_id={client_id}&request_uri={request_uri}")
    }

    fn callback(&mut self, url: &str) -> Result<String, Refusal> {
        let (state, verifier) = self.attempt.take().expect("it has asked");
        // The crate leaves these to the application.
        assert_eq!(query_of(url, "state").as_ref(), Some(state.secret()));
        assert_eq!(query_of(url, "iss").as_ref(), Some(&self.site));
        if let Some(code) = query_of(url, "error") {
            return Ok(format!("error {code}"));
        }
        let code = query_of(url, "code").expect("a code or an error");
        let tokens = self
            .client
            .exchange_code(AuthorizationCode::new(code))
            .set_pkce_verifier(verifier)
            .request(&send)?;
        Ok(self.keep(tokens))
    }

    fn refresh(&mut self) -> Result<String, Refusal> {
        let refresh_token = self.tokens().refresh_token().expect("there is one");
        let tokens = self
            .client
            .exchange_refresh_token(refresh_token)
            .request(&send)?;
        Ok(self.keep(tokens))
    }

    fn machine(&mut self, scope: &str) -> Result<String, Refusal> {
        let tokens = self
            .client
            .exchange_client_credentials()
            .add_scopes(scopes(scope))
            .request(&send)?;
        Ok(self.keep(tokens))
    }

    fn device(&mut self, scope: &str) -> Result<String, Refusal> {
        let device: StandardDeviceAuthorizationResponse = self
            .client
            .exchange_device_code()
            .add_scopes(scopes(scope))
            .request(&send)?;
        let shown = format!(
            "{} {}",
            device.user_code().secret(),
            device.verification_uri().as_str()
        );
        self.device = Some(device);
        Ok(shown)
    }

    fn poll(&mut self) -> String {
        let device = self.device.take().expect("it has begun");
        let answer =
            self.client
                .exchange_device_access_token(&device)
                .request(&send, thread::sleep, None);
        match answer {
            Ok(tokens) => self.keep(tokens),
            Err(RequestTokenError::ServerResponse(refusal)) => {
                let refusal: DeviceCodeErrorResponse = refusal;
                format!("error {}", refusal.error().as_ref())
            }
            Err(other) => panic!("{other:?}"),
        }
    }

    fn revoke(&self) -> String {
        let refresh_token = self.tokens().refresh_token().expect("there is one");
        self.client
            .revoke_token(refresh_token.into())
            .expect("an https address")
            .request(&send)
            .expect("it is taken back");
        "revoked".to_owned()
    }

    fn introspect(&self) -> Result<String, Refusal> {
        let told = self
            .client
            .introspect(self.tokens().access_token())
            .request(&send)?;
        Ok(match told.active() {
            true => format!("active {}", words(told.scopes())),
            false => "inactive".to_owned(),
        })
    }

    /// The crate is for tokens alone; the API is asked with whatever one has.
    fn api(&self, path: &str, field: &str) -> String {
        let token = self.tokens().access_token().secret();
        let answer = Visitor::new(&self.site).with_token(token).get(path);
        if answer.status == 200 {
            return match &answer.json()[field] {
                serde_json::Value::Array(items) => items.len().to_string(),
                value => value.as_str().expect("a word").to_owned(),
            };
        }
        let challenge = answer.header("www-authenticate");
        let (_, rest) = challenge
            .split_once("error=\"")
            .unwrap_or_else(|| panic!("no error in {challenge:?}: {}", answer.text()));
        format!("error {}", rest.split('"').next().unwrap_or_default())
    }

    fn keep(&mut self, tokens: BasicTokenResponse) -> String {
        let allowed = format!("allowed {}", words(tokens.scopes()));
        self.tokens = Some(tokens);
        allowed
    }

    fn tokens(&self) -> &BasicTokenResponse {
        self.tokens.as_ref().expect("it was allowed")
    }
}

impl Client for OAuth2Crate {
    fn told(&mut self, line: &str) -> String {
        let (command, rest) = line.split_once(' ').unwrap_or((line, ""));
        let said = match command {
            "connect" => Ok(self.connect(rest)),
            "push" => Ok(self.push(rest)),
            "callback" => self.callback(rest),
            "refresh" => self.refresh(),
            "machine" => self.machine(rest),
            "device" => self.device(rest),
            "poll" => Ok(self.poll()),
            "revoke" => Ok(self.revoke()),
            "introspect" => self.introspect(),
            "me" => Ok(self.api("/api/v1/me", "username")),
            "count" => Ok(self.api("/api/v1/media", "media")),
            _ => panic!("it knows no {command}"),
        };
        match said {
            Ok(said) => said,
            Err(RequestTokenError::ServerResponse(refusal)) => {
                format!("error {}", refusal.error().as_ref())
            }
            Err(other) => panic!("{other:?}"),
        }
    }
}

/// The crate's HTTP client. For an `https` address it stands where a proxy
/// would that ends TLS.
fn send(request: HttpRequest) -> Result<HttpResponse, ureq::Error> {
    let (mut parts, body) = request.into_parts();
    let mut address = parts.uri.into_parts();
    address.scheme = Some(Scheme::HTTP);
    parts.uri = Uri::from_parts(address).expect("only its scheme is another");
    let agent: Agent = Agent::config_builder()
        .max_redirects(0)
        .http_status_as_error(false)
        .build()
        .into();
    let (parts, mut body) = agent
        .run(HttpRequest::from_parts(parts, body))?
        .into_parts();
    Ok(Response::from_parts(parts, body.read_to_vec()?))
}

fn scopes(words: &str) -> impl Iterator<Item = Scope> {
    words
        .split(' ')
        .map(|word| Scope::new(word.to_owned()))
        .collect::<Vec<_>>()
        .into_iter()
}

fn words(scopes: Option<&Vec<Scope>>) -> String {
    let scopes = scopes.expect("the scope is always told");
    let words: Vec<&str> = scopes.iter().map(|scope| scope.as_str()).collect();
    words.join(" ")
}
