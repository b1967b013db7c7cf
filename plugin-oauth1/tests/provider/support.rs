//! A site with an OAuth 1.0a provider and an API, a member, an application that
//! signs its requests, and the steps of the dance between them.

use std::sync::atomic::{AtomicU64, Ordering};

use diesel::RunQueryDsl;
use hob::{
    members::Member,
    testing::{Browser, Builder, Reply, TestHost},
};
use hob_oauth1_signature::{Outgoing, Secrets, SignatureMethod, Signer};
use hob_plugin_sdk::{
    db::{Connection, DbError},
    http::Fields,
};
use http::{Method, Request};
use serde_json::Value;
use url::Url;

pub const PASSWORD: &str = "correct horse battery staple";
pub const CALLBACK: &str = "https://desk.example/ready?x=1";
pub const HERE: &str = "http://127.0.0.1:8080";
pub const REQUEST_TOKEN: &str = "/oauth1/request_token";
pub const AUTHORIZE: &str = "/oauth1/authorize";
pub const ACCESS_TOKEN: &str = "/oauth1/access_token";
pub const ME: &str = "/api/v1/me";

/// A site, with alice signed in in her browser.
pub struct Dance {
    pub site: TestHost,
    pub alice: Member,
    pub browser: Browser,
    pub url: String,
}

/// A registered application.
#[derive(Clone, Debug)]
pub struct App {
    pub key: String,
    pub secret: String,
}

/// A token with its secret.
#[derive(Clone, Debug)]
pub struct Token {
    pub token: String,
    pub secret: String,
}

/// A request that is about to be signed, and can be spoilt.
#[derive(Clone)]
pub struct Call<'a> {
    pub method: &'a str,
    /// With its query.
    pub path: &'a str,
    pub form: Option<&'a [(&'a str, &'a str)]>,
    pub token: Option<&'a Token>,
    pub by: SignatureMethod,
    /// Seconds away from the site's clock.
    pub late: i64,
    pub nonce: Option<&'a str>,
    pub more: &'a [(&'a str, &'a str)],
}

impl Default for Call<'_> {
    fn default() -> Self {
        Self {
            method: "POST",
            path: REQUEST_TOKEN,
            form: None,
            token: None,
            by: SignatureMethod::HmacSha256,
            late: 0,
            nonce: None,
            more: &[],
        }
    }
}

pub fn with_plugins(builder: Builder) -> Builder {
    builder
        .plugin(hob_plugin_oauth1::HOB_PLUGIN)
        .plugin(hob_plugin_api::HOB_PLUGIN)
}

/// A text that no other request of this process has.
pub fn fresh_nonce() -> String {
    static NEXT: AtomicU64 = AtomicU64::new(1);
    format!("nonce{}", NEXT.fetch_add(1, Ordering::Relaxed))
}

impl Dance {
    pub async fn start(builder: Builder) -> Self {
        Self::start_at(HERE, with_plugins(builder)).await
    }

    pub async fn start_at(url: &str, builder: Builder) -> Self {
        let site = builder.url(url).start().await;
        let alice = site.add_member("alice", PASSWORD).await;
        let mut browser = site.browser();
        browser.sign_in("alice", PASSWORD).await;
        Self {
            site,
            alice,
            browser,
            url: url.to_owned(),
        }
    }

    /// Runs `hob oauth1 consumer add`.
    pub async fn register(&self, more: &[&str]) -> App {
        let scope = "profile media:read media:write";
        let words = ["oauth1", "consumer", "add", "--name", "Photo Desk"];
        let last = ["--scope", scope, "--callback", CALLBACK, "--json"];
        let words = [&words[..], &last, more].concat();
        let output = self.site.run_command(&words).await;
        assert_eq!(output.exit_code, 0, "{}", output.stderr);
        let shown: Value = serde_json::from_str(&output.stdout).expect("it prints JSON");
        let text = |name: &str| shown[name].as_str().unwrap_or_default().to_owned();
        App {
            key: text("consumer_key"),
            secret: text("consumer_secret"),
        }
    }

    /// The header that signs a call.
    pub fn sign(&self, app: &App, call: &Call<'_>) -> String {
        let secrets = Secrets {
            client: &app.secret,
            token: call.token.map_or("", |token| &token.secret),
        };
        let signer = match call.by {
            SignatureMethod::HmacSha1 => Signer::HmacSha1(secrets),
            SignatureMethod::HmacSha256 => Signer::HmacSha256(secrets),
            SignatureMethod::Plaintext => Signer::Plaintext(secrets),
            other => panic!("{other} needs a key"),
        };
        self.sign_with(app, call, signer)
    }

    pub fn sign_with(&self, app: &App, call: &Call<'_>, signer: Signer<'_>) -> String {
        let url = Url::parse(&format!("{}{}", self.url, call.path)).expect("it is a URL");
        let now = self.site.clock().now().as_seconds();
        let form = call.form.map(encoded);
        let fresh = fresh_nonce();
        let outgoing = Outgoing {
            method: call.method,
            url: &url,
            form: form.as_deref().map(str::as_bytes),
            consumer_key: &app.key,
            token: call.token.map(|token| token.token.as_str()),
            timestamp: u64::try_from(now - call.late).expect("it is after 1970"),
            nonce: call.nonce.unwrap_or(&fresh),
            realm: Some("Photos"),
            more: call.more,
        };
        outgoing.authorization(signer).expect("it can be signed")
    }

    /// Signs a call and makes it.
    pub async fn call(&self, app: &App, call: Call<'_>) -> Reply {
        let authorization = self.sign(app, &call);
        self.send(&call, &authorization).await
    }

    /// Makes a call with this header.
    pub async fn send(&self, call: &Call<'_>, authorization: &str) -> Reply {
        self.send_to(&self.site, call, authorization).await
    }

    /// Makes a call with this header, at this node.
    pub async fn send_to(&self, node: &TestHost, call: &Call<'_>, authorization: &str) -> Reply {
        let mut request = Request::builder()
            .method(Method::from_bytes(call.method.as_bytes()).expect("a method"))
            .uri(call.path)
            .header("authorization", authorization);
        if call.form.is_some() {
            request = request.header("content-type", "application/x-www-form-urlencoded");
        }
        let body = call.form.map(encoded).unwrap_or_default();
        let request = request.body(body.into()).expect("a valid request");
        node.browser().send(request).await
    }

    /// Asks for a request token.
    pub async fn begin(&self, app: &App, callback: &str) -> Token {
        let more = [("oauth_callback", callback)];
        let call = Call {
            more: &more,
            ..Call::default()
        };
        token(&self.call(app, call).await)
    }

    /// Asks for a request token, by a form with these fields.
    pub async fn begin_with(&self, app: &App, form: &[(&str, &str)]) -> Token {
        let more = [("oauth_callback", CALLBACK)];
        let call = Call {
            form: Some(form),
            more: &more,
            ..Call::default()
        };
        token(&self.call(app, call).await)
    }

    /// Begins for as long as an application that proves nothing may, and answers
    /// with the refusal. The clock goes on meanwhile, and lets more through.
    pub async fn use_up(&self, app: &App) -> Reply {
        let more = [("oauth_callback", "oob")];
        for times in 0..600 {
            let call = Call {
                more: &more,
                ..Call::default()
            };
            let reply = self.call(app, call).await;
            if reply.status() == 429 {
                assert!(times >= 60, "only {times} were let through");
                let wait: u64 = reply.header("retry-after").parse().expect("seconds");
                assert!((1..=2).contains(&wait), "{wait}");
                return reply;
            }
            token(&reply);
        }
        panic!("nothing slows it down");
    }

    /// Alice looks at the question.
    pub async fn ask(&mut self, request_token: &Token) -> Reply {
        self.browser.get(&authorize_path(request_token)).await
    }

    /// Alice presses Allow, with these scopes ticked.
    pub async fn allow(&mut self, request_token: &Token, scope: &[&str]) -> Reply {
        let page = self.ask(request_token).await;
        assert_eq!(page.status(), 200, "no question: {page:?}");
        self.decide(request_token, "allow", scope).await
    }

    pub async fn decide(&mut self, request_token: &Token, decision: &str, scope: &[&str]) -> Reply {
        let mut fields = vec![
            ("request", request_token.token.as_str()),
            ("decision", decision),
        ];
        fields.extend(scope.iter().map(|word| ("scope", *word)));
        self.browser.submit(AUTHORIZE, &fields).await
    }

    /// Takes up what was allowed.
    pub async fn take_up(&self, app: &App, request_token: &Token, verifier: &str) -> Reply {
        let more = [("oauth_verifier", verifier)];
        let call = Call {
            path: ACCESS_TOKEN,
            token: Some(request_token),
            more: &more,
            ..Call::default()
        };
        self.call(app, call).await
    }

    /// The whole dance, for these scopes.
    pub async fn access_token(&mut self, app: &App, scope: &[&str]) -> Token {
        let request_token = self.begin(app, CALLBACK).await;
        let allowed = self.allow(&request_token, scope).await;
        let verifier = verifier(&allowed);
        token(&self.take_up(app, &request_token, &verifier).await)
    }

    /// The status with which the API answers to this token.
    pub async fn status(&self, app: &App, token: &Token) -> u16 {
        let reply = self.call(app, me(token)).await;
        reply.status()
    }
}

/// `GET /api/v1/me`
pub fn me(token: &Token) -> Call<'_> {
    Call {
        method: "GET",
        path: ME,
        token: Some(token),
        ..Call::default()
    }
}

pub fn authorize_path(request_token: &Token) -> String {
    format!("{AUTHORIZE}?oauth_token={}", request_token.token)
}

fn encoded(form: &[(&str, &str)]) -> String {
    url::form_urlencoded::Serializer::new(String::new())
        .extend_pairs(form)
        .finish()
}

/// Reads an answer that has a token.
pub fn token(reply: &Reply) -> Token {
    assert_eq!(reply.status(), 200, "{reply:?}");
    assert_eq!(reply.header("cache-control"), "no-store", "{reply:?}");
    let fields = fields(reply);
    let text = |name| fields.required(name).expect("it is there").to_owned();
    Token {
        token: text("oauth_token"),
        secret: text("oauth_token_secret"),
    }
}

pub fn fields(reply: &Reply) -> Fields {
    let kind = "application/x-www-form-urlencoded";
    assert_eq!(reply.header("content-type"), kind, "{reply:?}");
    Fields::parse(reply.bytes()).expect("the answer is a form")
}

/// The parameters with which a browser is sent back to the application.
pub fn sent_back(reply: &Reply) -> Fields {
    assert_eq!(reply.status(), 303, "{reply:?}");
    let location = reply.header("location");
    let query = location.strip_prefix("https://desk.example/ready?");
    let query = query.unwrap_or_else(|| panic!("it leads elsewhere: {location}"));
    Fields::parse(query.as_bytes()).expect("the query is readable")
}

pub fn verifier(reply: &Reply) -> String {
    let fields = sent_back(reply);
    fields
        .required("oauth_verifier")
        .expect("a verifier")
        .to_owned()
}

/// Asserts that a request was refused in this way.
pub fn assert_problem(reply: &Reply, status: u16, problem: &str) {
    assert_eq!(reply.status(), status, "{problem}: {reply:?}");
    let fields = fields(reply);
    assert_eq!(fields.first("oauth_problem"), Some(problem), "{reply:?}");
    assert_eq!(reply.header("cache-control"), "no-store", "{reply:?}");
    if status == 401 {
        let challenge = reply.header("www-authenticate");
        assert!(challenge.starts_with("OAuth realm=\""), "{challenge}");
        let named = format!("oauth_problem=\"{problem}\"");
        assert!(challenge.ends_with(&named), "{challenge}");
    }
}

/// Runs a statement, which touches so many rows.
pub async fn execute(site: &TestHost, statement: String) -> usize {
    let write = move |connection: &mut Connection| {
        Ok::<_, DbError>(diesel::sql_query(statement).execute(connection)?)
    };
    site.db().write(write).await.expect("it is right")
}

/// The code that a member is shown.
pub fn shown_code(page: &Reply) -> String {
    let after = page.text().split("aria-labelledby=\"code\">").nth(1);
    let code = after.and_then(|rest| rest.split('<').next());
    code.unwrap_or_else(|| panic!("no code: {page:?}"))
        .to_owned()
}

#[derive(diesel::QueryableByName)]
struct Count {
    #[diesel(sql_type = diesel::sql_types::BigInt)]
    count: i64,
}

/// How many rows a table has.
pub async fn count(site: &TestHost, table: &str) -> i64 {
    let query = format!("SELECT COUNT(*) AS \"count\" FROM \"{table}\"");
    let rows: Vec<Count> = site
        .db()
        .read(move |connection| diesel::sql_query(query).load(connection))
        .await
        .expect("the table is there");
    rows[0].count
}
