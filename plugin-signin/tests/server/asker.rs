//! A plugin that asks a provider whatever a request says, and the sites it is on.

use diesel::prelude::*;
use hob::testing::{Browser, Builder, Reply, TestHost};
use hob_plugin_sdk::{InlinePlugin, StaticPlugin, http_client::OutboundRequest, prelude::*};
use hob_signin::session::{SessionError, Sessions, Which, Whose};
use serde_json::{Value, json};

use crate::support::{PASSWORD, query_of, scripted::Scripted};

/// Asks a provider whatever a request says.
struct Asker {
    sessions: Sessions,
}

impl InlinePlugin for Asker {
    const MANIFEST: &'static str = r#"
        id = "asker"
        title = "Asks providers"
        prefix = "/asker"
        [requires]
        "hob.signin.session" = 1
        [[route]]
        route = "GET /accounts"
        authentication = "member"
        [[route]]
        route = "GET /ask"
        authentication = "member"
        [[route]]
        route = "GET /as-site"
        [[route]]
        route = "GET /send"
        authentication = "member"
    "#;
}

impl Plugin for Asker {
    type Config = NoConfig;

    fn declare(declaration: &mut Declaration<Self>) {
        declaration
            .handle("GET /accounts", accounts)
            .handle("GET /ask", ask)
            .handle("GET /as-site", ask)
            .handle("GET /send", send);
    }

    fn start(host: Host, _: NoConfig) -> Result<Self, PluginError> {
        Ok(Self {
            sessions: Sessions::of(&host)?,
        })
    }
}

fn whose(request: &Request) -> Whose {
    match request.member() {
        Some(member) => Whose::Member {
            member_id: member.id,
            session_id: member.session_id,
        },
        None => Whose::Site,
    }
}

async fn accounts(asker: Arc<Asker>, request: Request) -> Result<Response, PluginError> {
    let accounts = asker.sessions.accounts(whose(&request)).await;
    let accounts = accounts.map_err(|error| PluginError::new(error.to_string()))?;
    let lines = accounts.iter().map(|one| {
        format!(
            "{}|{}|{}|{}|{}|{}",
            one.provider, one.provider_title, one.name, one.scope, one.issuer, one.subject
        )
    });
    Ok(Response::text(200, lines.collect::<Vec<_>>().join("\n")))
}

async fn ask(asker: Arc<Asker>, request: Request) -> Result<Response, PluginError> {
    let fields = request.query_fields().expect("a test's query");
    let url = fields.first("url").unwrap_or_default();
    let asked = OutboundRequest::get(url)
        .header("authorization", "Bearer another")
        .following(3);
    let whose = match fields.first("as") {
        Some("site") => Whose::Site,
        _ => whose(&request),
    };
    let which = Which {
        provider: fields.first("provider").unwrap_or("other").into(),
        subject: fields.first("account").unwrap_or_default().into(),
    };
    Ok(match asker.sessions.send(whose, which, asked).await {
        Ok(answer) => Response::bytes(answer.status, "text/plain", answer.body),
        Err(SessionError::NotLinked(_)) => Response::text(404, "not linked"),
        Err(SessionError::Several(_)) => Response::text(400, "which"),
        Err(SessionError::Elsewhere(_)) => Response::text(403, "elsewhere"),
        Err(SessionError::NotThere) => Response::text(501, "not there"),
        Err(SessionError::TooLarge(error)) => Response::text(413, error.message()),
        Err(SessionError::Failed(error)) => Response::text(502, error.to_string()),
    })
}

/// A form, and a file.
async fn send(asker: Arc<Asker>, request: Request) -> Result<Response, PluginError> {
    let fields = request.query_fields().expect("a test's query");
    let asked = match fields.first("what") {
        Some("form") => OutboundRequest::post_form("/send", &FORM),
        _ => OutboundRequest::new("POST", "/send").body("image/png", FILE.to_vec()),
    };
    let which = Which::only_at("other");
    let sent = asker.sessions.send(whose(&request), which, asked).await;
    let answer = sent.map_err(|error| PluginError::new(error.to_string()))?;
    Ok(Response::bytes(answer.status, "text/plain", answer.body))
}

/// What it sends: names and values that have to be encoded, and no text.
pub const FORM: [(&str, &str); 2] = [("title", "a & b = c"), ("tag", "é")];
pub const FILE: &[u8] = b"\x89PNG\r\n\x1a\n\0\xff";

pub fn with_asker(builder: Builder) -> Builder {
    builder.plugin(StaticPlugin::inline::<Asker>().expect("the manifest is right"))
}

pub async fn me(browser: &mut Browser) -> (u16, String) {
    let reply = browser.get("/asker/ask?url=/me").await;
    (reply.status(), reply.text().to_owned())
}

/// Further lines of a scripted provider's section.
pub fn lines(provider: &Scripted, more: &str) -> String {
    format!(
        "scopes = [\"read\"]\napi = \"{}/api\"\n{more}",
        provider.url
    )
}

/// A site whose alice has linked an account at a scripted provider.
pub async fn linked(provider: &Scripted, given: Value) -> (TestHost, Browser) {
    linked_at(TestHost::builder(), provider, given).await
}

/// The same on a database of the test's.
pub async fn linked_at(builder: Builder, provider: &Scripted, given: Value) -> (TestHost, Browser) {
    let lines = lines(provider, "tokens = \"database\"");
    let site = provider.site(with_asker(builder), &lines).await;
    site.add_member("alice", PASSWORD).await;
    let mut alice = site.browser();
    alice.sign_in("alice", PASSWORD).await;
    let mut token = json!({"access_token": "a-token", "token_type": "bearer", "expires_in": 3600});
    for (name, value) in given.as_object().unwrap() {
        token[name] = value.clone();
    }
    provider.say("/token", 200, token);
    let sent = alice
        .submit("/signin/accounts/link", &[("provider", "other")])
        .await;
    come_back(provider, &mut alice, &sent).await;
    (site, alice)
}

/// The scripted provider sends a browser back, with a code.
pub async fn come_back(provider: &Scripted, browser: &mut Browser, sent: &Reply) {
    let state = query_of(sent).one("state").unwrap().unwrap().to_owned();
    let path = format!(
        "/signin/other/authorized?code=c&state={state}&iss={}",
        provider.url
    );
    let back = browser.get(&path).await;
    assert_eq!(back.status(), 303, "{back:?}");
}

/// The same site with this provider under the same name, and alice in it.
pub async fn again(site: TestHost, provider: &Scripted, more: &str) -> (TestHost, Browser) {
    let builder = with_asker(site.stop().await);
    let site = provider.site(builder, &lines(provider, more)).await;
    let mut alice = site.browser();
    alice.sign_in("alice", PASSWORD).await;
    (site, alice)
}

#[derive(QueryableByName)]
pub struct SealedRow {
    #[diesel(sql_type = diesel::sql_types::Binary)]
    pub sealed: Vec<u8>,
}

pub async fn sealed_rows(site: &TestHost) -> Vec<SealedRow> {
    let query = "SELECT \"sealed\" FROM \"signin_tokens\"";
    site.db()
        .read(move |connection| diesel::sql_query(query).load(connection))
        .await
        .unwrap()
}
