//! The discovery document (RFC 8414): all that stands in it works, and what
//! does not stand in it does not.

use crate::support;

use hob::testing::{Reply, on_each_database};
use serde_json::{Value, json};
use support::{
    App, CHALLENGE, Dance, REDIRECT_URI, allow, answer, assert_error,
    keys::{ClientKey, new_id},
    registration::{assert_refused, open_site, self_registered, web_metadata},
    request_on, tokens,
};

const METADATA: &str = "/.well-known/oauth-authorization-server";
const SITE: &str = "http://127.0.0.1:8080";
const DEVICE_GRANT: &str = "urn:ietf:params:oauth:grant-type:device_code";
const ASSERTION_TYPE: &str = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer";

type Form<'a> = &'a [(&'a str, &'a str)];

async fn metadata_of(dance: &Dance) -> Value {
    let reply = dance.site.browser().get(METADATA).await;
    assert_eq!(reply.status(), 200, "{reply:?}");
    reply.json()
}

/// The words of a list in the document.
fn words(value: &Value) -> Vec<String> {
    let words: Vec<String> =
        serde_json::from_value(value.clone()).unwrap_or_else(|error| panic!("{value}: {error}"));
    assert!(!words.is_empty());
    words
}

/// Where on this site an address of the document leads.
fn path(value: &Value) -> String {
    let url = value.as_str().expect("an address");
    url.strip_prefix(SITE)
        .expect("an address of this site")
        .to_owned()
}

/// A site, its document, and applications that try what stands there.
struct Walk {
    dance: Dance,
    document: Value,
    web: App,
    public: App,
    /// One that has a key in place of a secret, as soon as it is needed.
    keyed: Option<(App, ClientKey)>,
}

/// Check 105: the document is walked, and each member of it tried. One that
/// this test does not know fails it.
#[tokio::test(flavor = "multi_thread")]
async fn all_that_is_advertised_works_and_nothing_else() {
    on_each_database(async |builder| {
        let dance = open_site(builder).await;
        let document = metadata_of(&dance).await;
        let mut walk = Walk {
            web: dance
                .register_with_scope(REDIRECT_URI, "profile email media:read media:write", &[])
                .await,
            public: dance.browser_app().await,
            keyed: None,
            dance,
            document,
        };
        let members = walk.document.as_object().expect("an object").clone();
        for (name, value) in &members {
            walk.try_member(name, value).await;
        }
        assert!(members.len() > 18, "{members:?}");
    })
    .await;
}

impl Walk {
    async fn try_member(&mut self, name: &str, value: &Value) {
        match name {
            "issuer" => assert_eq!(value, SITE),
            "authorization_endpoint" | "authorization_response_iss_parameter_supported" => {
                self.try_authorization().await;
            }
            "token_endpoint" => drop(self.tokens_by("client_secret_basic").await),
            "revocation_endpoint" => self.try_revocation("client_secret_basic").await,
            "introspection_endpoint" => self.try_introspection("client_secret_basic").await,
            "pushed_authorization_request_endpoint" => self.try_pushing().await,
            "device_authorization_endpoint" => drop(self.tokens_of_a_device().await),
            "registration_endpoint" => {
                let metadata = web_metadata(&json!({}));
                self_registered(&self.dance.post_json(&path(value), &metadata).await);
            }
            "scopes_supported" => self.try_scopes(&words(value)).await,
            "response_types_supported" => {
                let others = ["token", "id_token", "code token", "none"];
                let error = "unsupported_response_type";
                self.try_values("response_type", value, &others, error)
                    .await;
            }
            "response_modes_supported" => {
                let others = ["fragment", "form_post", "query.jwt", "web_message"];
                self.try_values("response_mode", value, &others, "invalid_request")
                    .await;
            }
            "code_challenge_methods_supported" => {
                let others = ["plain", "s256", "S512"];
                self.try_values("code_challenge_method", value, &others, "invalid_request")
                    .await;
            }
            "prompt_values_supported" => self.try_prompts(&words(value)).await,
            "grant_types_supported" => self.try_grants(&words(value)).await,
            "token_endpoint_auth_methods_supported" => {
                for method in words(value) {
                    self.tokens_by(&method).await;
                }
                self.try_other_methods("token_endpoint", value).await;
            }
            "revocation_endpoint_auth_methods_supported" => {
                for method in words(value) {
                    self.try_revocation(&method).await;
                }
                self.try_other_methods("revocation_endpoint", value).await;
            }
            "introspection_endpoint_auth_methods_supported" => {
                for method in words(value) {
                    self.try_introspection(&method).await;
                }
                self.try_other_methods("introspection_endpoint", value)
                    .await;
            }
            "dpop_signing_alg_values_supported" => self.try_proofs(&words(value)).await,
            assertions if assertions.ends_with("_auth_signing_alg_values_supported") => {
                self.try_assertions(&words(value)).await;
            }
            "require_pushed_authorization_requests" => {
                assert_eq!(value, false);
                self.try_authorization().await;
            }
            "request_uri_parameter_supported" => {
                assert_eq!(value, false);
                let own = [("request_uri", "https://app.example/request")];
                let reply = self.ask(&own).await;
                answer(&reply).expect_error("request_uri_not_supported");
            }
            unknown => panic!("{unknown} is advertised, and nothing here tries it"),
        }
    }

    /// Asks the authorization endpoint that the document names.
    async fn ask(&mut self, more: Form<'_>) -> Reply {
        let endpoint = path(&self.document["authorization_endpoint"]);
        let query = self.web.query(more);
        self.dance.browser.get(&format!("{endpoint}?{query}")).await
    }

    async fn try_authorization(&mut self) {
        let page = self.ask(&[("prompt", "consent")]).await;
        let scope = ["profile".to_owned(), "media:read".to_owned()];
        let reply = allow(&mut self.dance.browser, &page, &scope).await;
        answer(&reply).expect_code();
        assert_eq!(answer(&reply).one("iss"), Some(SITE));
        let reply = self.ask(&[("response_type", "token")]).await;
        assert_eq!(answer(&reply).one("iss"), Some(SITE));
    }

    /// Sends a form as a client that proves itself in this way.
    async fn send(&mut self, endpoint: &str, method: &str, form: Form<'_>) -> Reply {
        let endpoint = path(&self.document[endpoint]);
        let client = self.client(method).await;
        let mut browser = self.dance.site.browser();
        let mut form = form.to_vec();
        let secret = client.secret.as_deref().unwrap_or_default();
        let assertion = match &self.keyed {
            Some((_, key)) if method == "private_key_jwt" => {
                self.assertion(&client.client_id, key, key.alg())
            }
            _ => String::new(),
        };
        match method {
            "client_secret_basic" => {
                return self.dance.post_as(&client, &endpoint, &form).await;
            }
            "client_secret_post" => {
                form.push(("client_id", &client.client_id));
                form.push(("client_secret", secret));
            }
            "private_key_jwt" => {
                form.push(("client_assertion_type", ASSERTION_TYPE));
                form.push(("client_assertion", &assertion));
            }
            "none" => form.push(("client_id", &client.client_id)),
            unknown => panic!("{unknown} is advertised, and nothing here tries it"),
        }
        browser.post_form(&endpoint, &form).await
    }

    /// A client that proves itself in this way.
    async fn client(&mut self, method: &str) -> App {
        match method {
            "none" => self.public.clone(),
            "private_key_jwt" => {
                if self.keyed.is_none() {
                    self.keyed = Some(self.register_key(ClientKey::new()).await);
                }
                let (app, _) = self.keyed.as_ref().expect("it was registered just now");
                app.clone()
            }
            _ => self.web.clone(),
        }
    }

    async fn register_key(&self, key: ClientKey) -> (App, ClientKey) {
        let keys = json!({"keys": [key.jwk()]}).to_string();
        let app = self.dance.register(REDIRECT_URI, &["--jwks", &keys]).await;
        (app, key)
    }

    /// What a client signs to prove who it is (RFC 7523, section 3).
    fn assertion(&self, client_id: &str, key: &ClientKey, alg: &str) -> String {
        let now = self.dance.site.clock().now().as_seconds();
        let claims = json!({
            "iss": client_id, "sub": client_id, "aud": SITE,
            "jti": new_id(), "iat": now, "exp": now + 60,
        });
        key.sign(&json!({"alg": alg}), &claims)
    }

    /// Swaps a code at the token endpoint.
    async fn tokens_by(&mut self, method: &str) -> support::Tokens {
        let client = self.client(method).await;
        let code = self.dance.code(&client).await;
        let form = client.code_form(&code);
        tokens(&self.send("token_endpoint", method, &form).await)
    }

    async fn try_revocation(&mut self, method: &str) {
        let token = self.tokens_by(method).await.access;
        assert_eq!(self.dance.api_status(&token).await, 200);
        let form = [("token", token.as_str())];
        let reply = self.send("revocation_endpoint", method, &form).await;
        assert_eq!(reply.status(), 200, "{reply:?}");
        assert_eq!(self.dance.api_status(&token).await, 401);
    }

    async fn try_introspection(&mut self, method: &str) {
        let token = self.tokens_by(method).await.access;
        let form = [("token", token.as_str())];
        let reply = self.send("introspection_endpoint", method, &form).await;
        let told: Value = reply.json();
        assert_eq!(
            (&told["active"], &told["iss"]),
            (&json!(true), &json!(SITE))
        );
    }

    /// What an endpoint does not name gets nobody in there.
    async fn try_other_methods(&mut self, endpoint: &str, named: &Value) {
        let named = words(named);
        let token = self.tokens_by("client_secret_basic").await.access;
        let form = [
            ("token", token.as_str()),
            ("grant_type", "client_credentials"),
        ];
        if !named.iter().any(|method| method == "none") {
            let reply = self.send(endpoint, "none", &form).await;
            assert_error(&reply, 401, "invalid_client");
        }
        // An assertion that claims to be a client_secret_jwt.
        let client_id = self.web.client_id.clone();
        let assertion = self.assertion(&client_id, &ClientKey::new(), "HS256");
        let mut form = form.to_vec();
        form.push(("client_id", &client_id));
        form.push(("client_assertion_type", ASSERTION_TYPE));
        form.push(("client_assertion", &assertion));
        let endpoint = path(&self.document[endpoint]);
        let reply = self.dance.site.browser().post_form(&endpoint, &form).await;
        assert_error(&reply, 401, "invalid_client");
        assert_eq!(self.dance.api_status(&token).await, 200);
    }

    /// An assertion by each algorithm proves a client, and by no other.
    async fn try_assertions(&mut self, algorithms: &[String]) {
        for key in keys_of(algorithms) {
            let (app, key) = self.register_key(key).await;
            for alg in [key.alg(), "none", "HS256", "ES512"] {
                let code = self.dance.code(&app).await;
                let assertion = self.assertion(&app.client_id, &key, alg);
                let mut form = app.code_form(&code);
                form.push(("client_assertion_type", ASSERTION_TYPE));
                form.push(("client_assertion", &assertion));
                let endpoint = path(&self.document["token_endpoint"]);
                let reply = self.dance.site.browser().post_form(&endpoint, &form).await;
                if alg == key.alg() {
                    tokens(&reply);
                } else {
                    assert_error(&reply, 401, "invalid_client");
                }
            }
        }
    }

    /// A proof by each algorithm binds a token, and one by no other.
    async fn try_proofs(&mut self, algorithms: &[String]) {
        let endpoint = path(&self.document["token_endpoint"]);
        for key in keys_of(algorithms) {
            for alg in [key.alg(), "none", "HS256", "ES512"] {
                let app = self.public.clone();
                let code = self.dance.code(&app).await;
                let mut form = app.code_form(&code);
                form.push(("client_id", &app.client_id));
                let proof = key.proof(&self.dance.site, "POST", &endpoint);
                let proof = proof.header("alg", alg).sign();
                let headers = [("dpop", proof.as_str())];
                let mut browser = self.dance.site.browser();
                let reply = browser.post_form_with(&endpoint, &form, &headers).await;
                if alg == key.alg() {
                    assert_eq!(reply.json::<Value>()["token_type"], "DPoP", "{reply:?}");
                } else {
                    assert_error(&reply, 400, "invalid_dpop_proof");
                }
            }
        }
    }

    async fn try_pushing(&mut self) {
        let form = [
            ("response_type", "code"),
            ("redirect_uri", REDIRECT_URI),
            ("scope", "profile"),
            ("code_challenge", CHALLENGE),
            ("code_challenge_method", "S256"),
        ];
        let endpoint = "pushed_authorization_request_endpoint";
        let pushed = self.send(endpoint, "client_secret_basic", &form).await;
        let request_uri = support::request_uri(&pushed);
        let query = self.web.request_uri_path(&request_uri);
        let (_, query) = query.split_once('?').expect("a query");
        let endpoint = path(&self.document["authorization_endpoint"]);
        let path = format!("{endpoint}?{query}");
        let page = self.dance.browser.get(&path).await;
        let profile = ["profile".to_owned()];
        let reply = match page.status() {
            200 => allow(&mut self.dance.browser, &page, &profile).await,
            _ => page,
        };
        answer(&reply).expect_code();
    }

    /// Lets a device in, and answers with its access token.
    async fn tokens_of_a_device(&mut self) -> String {
        let grants = ["--public", "--grant", DEVICE_GRANT];
        let app = self
            .dance
            .register_without_redirect("profile", &grants)
            .await;
        let endpoint = path(&self.document["device_authorization_endpoint"]);
        let own = ("client_id", app.client_id.as_str());
        let reply = self.dance.site.browser().post_form(&endpoint, &[own]).await;
        let begun: Value = reply.json();
        let text = |name: &str| begun[name].as_str().expect("a text").to_owned();
        let (user_code, device_code) = (text("user_code"), text("device_code"));
        let page = path(&begun["verification_uri"]);
        let typed = [("user_code", user_code.as_str())];
        let asked = self.dance.browser.submit(&page, &typed).await;
        let request = request_on(&asked);
        let fields = [
            ("request", request.as_str()),
            ("scope", "profile"),
            ("decision", "allow"),
        ];
        let decision = format!("{page}/consent");
        let done = self.dance.browser.submit(&decision, &fields).await;
        assert_eq!(done.status(), 200, "{done:?}");
        let form = [
            own,
            ("grant_type", DEVICE_GRANT),
            ("device_code", &device_code),
        ];
        tokens(&self.dance.post_token(&form).await).access
    }

    /// Each scope is given; one that is not in the list is refused.
    async fn try_scopes(&mut self, scopes: &[String]) {
        let app = self.web.clone();
        for scope in scopes {
            let own = [("scope", scope.as_str()), ("prompt", "consent")];
            let code = self.dance.code_with(&app, &own).await;
            let given = tokens(&self.dance.exchange(&app, &code).await);
            assert_eq!(given.scope, *scope);
        }
        for other in ["not-there", "openid", "PROFILE", "media"] {
            assert!(!scopes.iter().any(|scope| scope == other));
            let reply = self.ask(&[("scope", other)]).await;
            answer(&reply).expect_error("invalid_scope");
        }
    }

    /// Each value of a parameter leads to a code; any other is refused.
    async fn try_values(&mut self, parameter: &str, named: &Value, others: &[&str], error: &str) {
        let app = self.web.clone();
        for value in words(named) {
            let code = self.dance.code_with(&app, &[(parameter, &value)]).await;
            tokens(&self.dance.exchange(&app, &code).await);
        }
        for other in others.iter().chain(&["not-there"]) {
            let reply = self.ask(&[(parameter, other)]).await;
            answer(&reply).expect_error(error);
        }
    }

    /// Each does to a member who has allowed all what it is there for.
    async fn try_prompts(&mut self, prompts: &[String]) {
        self.try_authorization().await;
        for prompt in prompts {
            let reply = self.ask(&[("prompt", prompt)]).await;
            match prompt.as_str() {
                "none" => drop(answer(&reply).expect_code()),
                "login" => assert!(reply.header("location").starts_with("/login?"), "{reply:?}"),
                "consent" | "select_account" => drop(request_on(&reply)),
                unknown => panic!("{unknown} is advertised, and nothing here tries it"),
            }
        }
        for other in ["create", "Login", "not-there"] {
            let reply = self.ask(&[("prompt", other)]).await;
            answer(&reply).expect_error("invalid_request");
        }
    }

    /// Each grant gives a token; the token endpoint knows no other.
    async fn try_grants(&mut self, grants: &[String]) {
        for grant in grants {
            let access = match grant.as_str() {
                "authorization_code" => self.tokens_by("client_secret_basic").await.access,
                "refresh_token" => {
                    let given = self.tokens_by("client_secret_basic").await;
                    let renewed = self.dance.refresh(&self.web, &given.refresh).await;
                    tokens(&renewed).access
                }
                "client_credentials" => {
                    let own = ["--grant", "client_credentials"];
                    let app = self
                        .dance
                        .register_without_redirect("media:read", &own)
                        .await;
                    let form = [("grant_type", "client_credentials")];
                    tokens(&self.dance.token(&app, &form).await).access
                }
                DEVICE_GRANT => self.tokens_of_a_device().await,
                unknown => panic!("{unknown} is advertised, and nothing here tries it"),
            };
            let read = format!("Bearer {access}");
            let mut browser = self.dance.site.browser();
            let reply = browser.get_with("/api/v1/me", &read).await;
            assert!(matches!(reply.status(), 200 | 403), "{grant}: {reply:?}");
        }
        for other in [
            "password",
            "implicit",
            "urn:ietf:params:oauth:grant-type:jwt-bearer",
            "urn:ietf:params:oauth:grant-type:token-exchange",
            "not-there",
        ] {
            assert!(!grants.iter().any(|grant| grant == other));
            let form = [("grant_type", other)];
            let reply = self
                .send("token_endpoint", "client_secret_basic", &form)
                .await;
            assert_error(&reply, 400, "unsupported_grant_type");
        }
    }
}

/// A key for each of these algorithms, and for no other.
fn keys_of(algorithms: &[String]) -> Vec<ClientKey> {
    let keys = ClientKey::of_each_algorithm();
    let own: Vec<&str> = keys.iter().map(ClientKey::alg).collect();
    assert_eq!(own, algorithms);
    keys
}

/// Check 105: what is switched off is not there, and does not work.
#[tokio::test(flavor = "multi_thread")]
async fn what_is_switched_off_is_not_advertised() {
    on_each_database(async |builder| {
        let builder = builder.plugin_toml("oauth", "require_pushed_authorization_requests = true");
        let mut dance = Dance::start(builder).await;
        let document = metadata_of(&dance).await;
        assert_eq!(document.get("registration_endpoint"), None);
        let reply = dance.post_metadata(&web_metadata(&json!({}))).await;
        assert_refused(&reply, 404, "not_found");
        assert_eq!(document["require_pushed_authorization_requests"], true);
        let app = dance.web_app().await;
        let reply = dance.browser.get(&app.authorize_path(&[])).await;
        answer(&reply).expect_error("invalid_request");
        let pushed = dance.pushed_path(&app, &[]).await;
        request_on(&dance.browser.get(&pushed).await);
        for member in [
            "userinfo_endpoint",
            "jwks_uri",
            "end_session_endpoint",
            "check_session_iframe",
            "backchannel_authentication_endpoint",
            "service_documentation",
        ] {
            assert_eq!(document.get(member), None);
        }
    })
    .await;
}
