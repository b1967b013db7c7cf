//! A site with an authorization server and an API, a member, an application
//! and the steps of the dance between them.

// Each test file uses its own part of this.
#![allow(dead_code)]

pub mod admin;
pub mod assertion;
pub mod audit;
pub mod keys;
pub mod listener;
pub mod nearly_right;
pub mod registration;

pub use hob_authorization::bad_input;

use diesel::RunQueryDsl;
use hob::{
    members::Member,
    testing::{Browser, Builder, Reply, TestHost},
};
use hob_plugin_sdk::http::Fields;
use serde_json::Value;

pub const PASSWORD: &str = "correct horse battery staple";
pub const REDIRECT_URI: &str = "https://app.example/callback";
pub const LOOPBACK_URI: &str = "http://127.0.0.1/callback";
// RFC 7636, appendix B.
pub const VERIFIER: &str = "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk";
pub const CHALLENGE: &str = "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM";
pub const AUTHORIZE: &str = "/oauth/authorize";
pub const TOKEN: &str = "/oauth/access_token";
pub const PAR: &str = "/oauth/par";
/// The site's page of all that may use a member's account.
pub const CONNECTIONS: &str = "/connections";

/// A site, with alice signed in in her browser.
pub struct Dance {
    pub site: TestHost,
    pub alice: Member,
    pub browser: Browser,
}

#[derive(diesel::QueryableByName)]
struct Count {
    #[diesel(sql_type = diesel::sql_types::BigInt)]
    count: i64,
}

/// A registered application.
#[derive(Clone, Debug)]
pub struct App {
    pub client_id: String,
    pub secret: Option<String>,
    pub redirect_uri: String,
}

/// What an application holds after the dance.
#[derive(Clone, Debug)]
pub struct Tokens {
    pub access: String,
    pub refresh: String,
    pub scope: String,
}

fn with_plugins(builder: Builder) -> Builder {
    builder
        .plugin(hob_plugin_oauth::HOB_PLUGIN)
        .plugin(hob_plugin_api::HOB_PLUGIN)
}

impl Dance {
    pub async fn start(builder: Builder) -> Self {
        let site = with_plugins(builder).start().await;
        let alice = site.add_member("alice", PASSWORD).await;
        let mut browser = site.browser();
        browser.sign_in("alice", PASSWORD).await;
        Self {
            site,
            alice,
            browser,
        }
    }

    /// Stops the site and starts it on the same database with these lines for
    /// the plugin, and no others.
    pub async fn restart(mut self, lines: &str) -> Self {
        let builder = self.site.stop().await.plugin_toml("oauth", lines);
        self.site = with_plugins(builder).start().await;
        self.browser = self.site.browser();
        self.browser.sign_in("alice", PASSWORD).await;
        self
    }

    /// Runs `hob oauth client add`.
    pub async fn register(&self, redirect_uri: &str, more: &[&str]) -> App {
        self.register_with_scope(redirect_uri, "profile media:read media:write", more)
            .await
    }

    pub async fn register_with_scope(&self, redirect_uri: &str, scope: &str, more: &[&str]) -> App {
        let redirect = ["--redirect-uri", redirect_uri];
        let mut app = self
            .register_without_redirect(scope, &[&redirect, more].concat())
            .await;
        app.redirect_uri = redirect_uri.to_owned();
        app
    }

    /// An application that sends nobody back.
    pub async fn register_without_redirect(&self, scope: &str, more: &[&str]) -> App {
        let mut words = vec![
            "oauth",
            "client",
            "add",
            "--name",
            "Photo Desk",
            "--scope",
            scope,
            "--json",
        ];
        words.extend(more);
        let output = self.site.run_command(&words).await;
        assert_eq!(output.exit_code, 0, "{}", output.stderr);
        let client: Value = serde_json::from_str(&output.stdout).expect("the command prints JSON");
        App {
            client_id: text(&client, "client_id"),
            secret: client["client_secret"].as_str().map(ToOwned::to_owned),
            redirect_uri: String::new(),
        }
    }

    /// Does to the database what no command does.
    pub async fn execute(&self, statement: &str) {
        let statement = statement.to_owned();
        let touched = self
            .site
            .db()
            .write(move |connection| diesel::sql_query(statement).execute(connection))
            .await
            .expect("the statement is right");
        assert!(touched > 0, "no row was touched");
    }

    /// Suspends the client, or ends that, and touches nothing else: as another
    /// request sees it that looked at the client just before the operator did
    /// so, and writes just after.
    pub async fn mark_suspended(&self, app: &App, suspended: bool) {
        let at = if suspended { "1" } else { "NULL" };
        let client_id = &app.client_id;
        let set = format!("UPDATE \"oauth_clients\" SET \"suspended_at\" = {at}");
        self.execute(&format!("{set} WHERE \"client_id\" = '{client_id}'"))
            .await;
    }

    /// How many rows a table has.
    pub async fn count(&self, table: &str) -> i64 {
        let query = format!("SELECT COUNT(*) AS \"count\" FROM \"{table}\"");
        let rows: Vec<Count> = self
            .site
            .db()
            .read(move |connection| diesel::sql_query(query).load(connection))
            .await
            .expect("the table is there");
        rows[0].count
    }

    /// A confidential web application.
    pub async fn web_app(&self) -> App {
        self.register(REDIRECT_URI, &[]).await
    }

    /// A public application that comes back to a web page.
    pub async fn browser_app(&self) -> App {
        self.register(REDIRECT_URI, &["--public"]).await
    }

    /// Asks, allows all scopes and takes the code.
    pub async fn code(&mut self, app: &App) -> String {
        self.code_with(app, &[]).await
    }

    /// As [`Self::code`], with further parameters in the request.
    pub async fn code_with(&mut self, app: &App, more: &[(&str, &str)]) -> String {
        let reply = self.browser.get(&app.authorize_path(more)).await;
        let reply = if reply.status() == 200 {
            allow(&mut self.browser, &reply, &app.asked_scope(more)).await
        } else {
            reply
        };
        answer(&reply).expect_code()
    }

    /// Pushes a good request as this application, with its secret in the body;
    /// `more` as in [`App::query`].
    pub async fn push(&self, app: &App, more: &[(&str, &str)]) -> Reply {
        let secret = [("client_secret", app.secret.as_deref().unwrap_or_default())];
        let form = app.parameters(&[more, &secret].concat());
        self.post_par(&form).await
    }

    /// Pushes these fields and no others.
    pub async fn post_par(&self, form: &[(&str, &str)]) -> Reply {
        self.site.browser().post_form(PAR, form).await
    }

    /// Pushes a good request and answers with the path to which the
    /// application sends its member.
    pub async fn pushed_path(&self, app: &App, more: &[(&str, &str)]) -> String {
        app.request_uri_path(&request_uri(&self.push(app, more).await))
    }

    /// The whole dance.
    pub async fn tokens(&mut self, app: &App) -> Tokens {
        let code = self.code(app).await;
        tokens(&self.exchange(app, &code).await)
    }

    /// Alice takes back all that she allowed this application.
    pub async fn take_back(&mut self, app: &App) {
        let reply = take_back(&mut self.browser, app).await;
        assert_eq!(reply.status(), 303, "{reply:?}");
    }

    /// Swaps a code for tokens.
    pub async fn exchange(&self, app: &App, code: &str) -> Reply {
        self.token(app, &app.code_form(code)).await
    }

    /// Swaps a refresh token.
    pub async fn refresh(&self, app: &App, refresh_token: &str) -> Reply {
        self.token(
            app,
            &[
                ("grant_type", "refresh_token"),
                ("refresh_token", refresh_token),
            ],
        )
        .await
    }

    /// Asks the token endpoint as this application, with its secret in the
    /// body.
    pub async fn token(&self, app: &App, form: &[(&str, &str)]) -> Reply {
        let mut form = form.to_vec();
        form.push(("client_id", &app.client_id));
        form.extend(
            app.secret
                .as_deref()
                .map(|secret| ("client_secret", secret)),
        );
        self.post_token(&form).await
    }

    /// Asks the token endpoint with these fields and no others.
    pub async fn post_token(&self, form: &[(&str, &str)]) -> Reply {
        self.site.browser().post_form(TOKEN, form).await
    }

    /// Sends a form as this application, by Basic authentication; one without
    /// a secret sends an empty one.
    pub async fn post_as(&self, app: &App, path: &str, form: &[(&str, &str)]) -> Reply {
        self.post_with(&app.basic(), path, form).await
    }

    /// Sends a form with these credentials, good or bad.
    pub async fn post_with(&self, authorization: &str, path: &str, form: &[(&str, &str)]) -> Reply {
        let headers = [("authorization", authorization)];
        let mut browser = self.site.browser();
        browser.post_form_with(path, form, &headers).await
    }

    /// The status with which the API answers to this access token.
    pub async fn api_status(&self, access_token: &str) -> u16 {
        self.api(&format!("Bearer {access_token}")).await.status()
    }

    /// `GET /api/v1/me`
    pub async fn api(&self, authorization: &str) -> Reply {
        self.site
            .browser()
            .get_with("/api/v1/me", authorization)
            .await
    }

    /// Asserts that neither of these tokens works any longer.
    pub async fn assert_dead(&self, app: &App, tokens: &Tokens) {
        assert_eq!(self.api_status(&tokens.access).await, 401);
        assert_error(
            &self.refresh(app, &tokens.refresh).await,
            400,
            "invalid_grant",
        );
    }

    /// Asserts that the access token works.
    pub async fn assert_alive(&self, tokens: &Tokens) {
        assert_eq!(self.api_status(&tokens.access).await, 200);
    }
}

impl App {
    /// The path of a good request with PKCE; `more` adds to it, or replaces
    /// what it has. An empty value takes a parameter out.
    pub fn authorize_path(&self, more: &[(&str, &str)]) -> String {
        format!("{AUTHORIZE}?{}", self.query(more))
    }

    /// The path of a request that was pushed.
    pub fn request_uri_path(&self, request_uri: &str) -> String {
        let query = url::form_urlencoded::Serializer::new(String::new())
            .append_pair("client_id", &self.client_id)
            .append_pair("request_uri", request_uri)
            .finish();
        format!("{AUTHORIZE}?{query}")
    }

    pub fn query(&self, more: &[(&str, &str)]) -> String {
        url::form_urlencoded::Serializer::new(String::new())
            .extend_pairs(self.parameters(more))
            .finish()
    }

    /// The parameters of a good request with PKCE; `more` adds to them, or
    /// replaces what is there. An empty value takes a parameter out.
    pub fn parameters<'a>(&'a self, more: &[(&'a str, &'a str)]) -> Vec<(&'a str, &'a str)> {
        let usual = [
            ("response_type", "code"),
            ("client_id", &self.client_id),
            ("redirect_uri", &self.redirect_uri),
            ("scope", "profile media:read"),
            ("state", "xyz"),
            ("code_challenge", CHALLENGE),
            ("code_challenge_method", "S256"),
        ];
        let kept = usual
            .into_iter()
            .filter(|(name, _)| !more.iter().any(|(other, _)| other == name));
        let added = more.iter().copied().filter(|(_, value)| !value.is_empty());
        kept.chain(added).collect()
    }

    pub fn asked_scope(&self, more: &[(&str, &str)]) -> Vec<String> {
        let scope = more
            .iter()
            .find(|(name, _)| *name == "scope")
            .map_or("profile media:read", |(_, scope)| scope);
        scope.split(' ').map(ToOwned::to_owned).collect()
    }

    /// The form that redeems a code.
    pub fn code_form<'a>(&'a self, code: &'a str) -> Vec<(&'a str, &'a str)> {
        vec![
            ("grant_type", "authorization_code"),
            ("code", code),
            ("redirect_uri", &self.redirect_uri),
            ("code_verifier", VERIFIER),
        ]
    }

    /// As [`Self::code_form`], with some fields replaced; an empty value takes
    /// a field out.
    pub fn code_form_with<'a>(
        &'a self,
        code: &'a str,
        other: &[(&'a str, &'a str)],
    ) -> Vec<(&'a str, &'a str)> {
        self.code_form(code)
            .into_iter()
            .filter(|(name, _)| !other.iter().any(|(replaced, _)| replaced == name))
            .chain(other.iter().copied().filter(|(_, value)| !value.is_empty()))
            .collect()
    }

    /// What the page of connections calls it.
    pub fn connection(&self) -> String {
        format!("oauth/{}", self.client_id)
    }

    /// The header of Basic authentication.
    pub fn basic(&self) -> String {
        basic(&self.client_id, self.secret.as_deref().unwrap_or_default())
    }
}

pub fn basic(client_id: &str, secret: &str) -> String {
    use base64::Engine;
    let text = format!("{client_id}:{secret}");
    format!(
        "Basic {}",
        base64::engine::general_purpose::STANDARD.encode(text)
    )
}

/// The name of the stored request on a consent page.
pub fn request_on(page: &Reply) -> String {
    assert_eq!(page.status(), 200, "no consent page: {page:?}");
    let marker = "name=\"request\" value=\"";
    let html = page.text();
    let start = html.find(marker).expect("the page holds the request") + marker.len();
    let end = html[start..].find('"').expect("the attribute ends") + start;
    html[start..end].to_owned()
}

/// What a consent page shows as needed.
pub fn needed_on(page: &Reply) -> Vec<&str> {
    let hidden = page.text().split("name=\"needed\" value=\"").skip(1);
    hidden.filter_map(|rest| rest.split('"').next()).collect()
}

/// Presses Allow with these scopes ticked.
pub async fn allow(browser: &mut Browser, page: &Reply, scope: &[String]) -> Reply {
    let request = request_on(page);
    let mut fields = vec![("request", request.as_str()), ("decision", "allow")];
    fields.extend(needed_on(page).into_iter().map(|word| ("needed", word)));
    fields.extend(scope.iter().map(|word| ("scope", word.as_str())));
    browser.submit("/oauth/consent", &fields).await
}

/// Presses Revoke beside this application.
pub async fn take_back(browser: &mut Browser, app: &App) -> Reply {
    let only = app.connection();
    let fields = [("only", only.as_str())];
    browser.submit("/connections/revoke", &fields).await
}

/// Presses Deny.
pub async fn deny(browser: &mut Browser, page: &Reply) -> Reply {
    let request = request_on(page);
    browser
        .submit(
            "/oauth/consent",
            &[("request", request.as_str()), ("decision", "deny")],
        )
        .await
}

/// A redirect to an application, taken apart.
#[derive(Debug)]
pub struct Answer {
    pub uri: String,
    pub fields: Fields,
}

impl Answer {
    pub fn one(&self, name: &str) -> Option<&str> {
        self.fields.one(name).expect("a parameter is repeated")
    }

    pub fn expect_code(&self) -> String {
        self.one("code")
            .unwrap_or_else(|| panic!("no code: {self:?}"))
            .to_owned()
    }

    pub fn expect_error(&self, error: &str) {
        assert_eq!(self.one("error"), Some(error), "{self:?}");
        assert_eq!(self.one("code"), None, "{self:?}");
        assert_eq!(self.one("iss"), Some("http://127.0.0.1:8080"), "{self:?}");
    }
}

/// Reads a redirect to an application.
pub fn answer(reply: &Reply) -> Answer {
    assert!(
        matches!(reply.status(), 302 | 303),
        "no redirect: {reply:?}"
    );
    let location = reply.header("location");
    let (uri, query) = location.split_once('?').unwrap_or((location, ""));
    Answer {
        uri: uri.to_owned(),
        fields: Fields::parse(query.as_bytes()).expect("the query is readable"),
    }
}

/// Asserts that the answer is a page and leads nowhere.
pub fn assert_error_page(reply: &Reply) {
    assert!((400..500).contains(&reply.status()), "{reply:?}");
    assert_eq!(reply.header("location"), "", "{reply:?}");
    assert!(
        reply.header("content-type").starts_with("text/html"),
        "{reply:?}"
    );
    assert!(!reply.text().contains("name=\"request\""), "{reply:?}");
}

/// The request URI that a pushed request got.
pub fn request_uri(reply: &Reply) -> String {
    assert_eq!(reply.status(), 201, "{reply:?}");
    text(&reply.json(), "request_uri")
}

/// Where the sign-in page, to which this redirect leads, leads on to.
pub fn next_of(reply: &Reply) -> String {
    let (path, query) = reply
        .header("location")
        .split_once('?')
        .unwrap_or_else(|| panic!("no redirect with a query: {reply:?}"));
    assert_eq!(path, "/login", "{reply:?}");
    Fields::parse(query.as_bytes())
        .expect("the query is readable")
        .required("next")
        .expect("the sign-in page leads on")
        .to_owned()
}

/// Asserts an error of the token endpoint, with all that goes with it.
pub fn assert_error(reply: &Reply, status: u16, error: &str) {
    assert_eq!(reply.status(), status, "{reply:?}");
    let body: Value = reply.json();
    assert_eq!(body["error"], error, "{reply:?}");
    assert_json_and_not_stored(reply);
    if status == 401 {
        assert!(
            reply.header("www-authenticate").starts_with("Basic "),
            "{reply:?}"
        );
    }
}

pub fn assert_json_and_not_stored(reply: &Reply) {
    assert_eq!(
        reply.header("content-type"),
        "application/json",
        "{reply:?}"
    );
    assert_eq!(reply.header("cache-control"), "no-store", "{reply:?}");
    assert_eq!(reply.header("pragma"), "no-cache", "{reply:?}");
}

/// Reads a successful answer of the token endpoint.
pub fn tokens(reply: &Reply) -> Tokens {
    assert_eq!(reply.status(), 200, "{reply:?}");
    let body: Value = reply.json();
    Tokens {
        access: text(&body, "access_token"),
        refresh: body["refresh_token"]
            .as_str()
            .unwrap_or_default()
            .to_owned(),
        scope: text(&body, "scope"),
    }
}

fn text(value: &Value, name: &str) -> String {
    value[name]
        .as_str()
        .unwrap_or_else(|| panic!("no {name} in {value}"))
        .to_owned()
}
