//! Another plugin makes requests to a provider in a member's name, or in that
//! of the site.

mod support;

use std::time::Duration;

use diesel::prelude::*;
use hob::testing::{Browser, Builder, Reply, TestHost, on_each_database};
use hob_plugin_sdk::{InlinePlugin, StaticPlugin, http_client::OutboundRequest, prelude::*};
use hob_signin::session::{SessionError, Sessions, Whose};
use serde_json::json;
use support::{PASSWORD, Pair, between, count, scripted::Scripted, who};

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
    "#;
}

impl Plugin for Asker {
    type Config = NoConfig;

    fn declare(declaration: &mut Declaration<Self>) {
        declaration
            .handle("GET /accounts", accounts)
            .handle("GET /ask", ask)
            .handle("GET /as-site", ask);
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
            "{}|{}|{}|{}",
            one.provider, one.provider_title, one.name, one.scope
        )
    });
    Ok(Response::text(200, lines.collect::<Vec<_>>().join("\n")))
}

async fn ask(asker: Arc<Asker>, request: Request) -> Result<Response, PluginError> {
    let fields = request.query_fields().expect("a test's query");
    let url = fields.first("url").unwrap_or_default();
    let asked = OutboundRequest::get(url).header("authorization", "Bearer another");
    let whose = match fields.first("as") {
        Some("site") => Whose::Site,
        _ => whose(&request),
    };
    let provider = fields.first("provider").unwrap_or("other");
    Ok(match asker.sessions.send(whose, provider, asked).await {
        Ok(answer) => Response::bytes(answer.status, "text/plain", answer.body),
        Err(SessionError::NotLinked(_)) => Response::text(404, "not linked"),
        Err(SessionError::Elsewhere(_)) => Response::text(403, "elsewhere"),
        Err(SessionError::NotThere) => Response::text(501, "not there"),
        Err(SessionError::TooLarge(error)) => Response::text(413, error.message()),
        Err(SessionError::Failed(error)) => Response::text(502, error.to_string()),
    })
}

fn with_asker(builder: Builder) -> Builder {
    builder.plugin(StaticPlugin::inline::<Asker>().expect("the manifest is right"))
}

async fn me(browser: &mut Browser) -> (u16, String) {
    let reply = browser.get("/asker/ask?url=/me").await;
    (reply.status(), reply.text().to_owned())
}

#[tokio::test(flavor = "multi_thread")]
async fn a_request_is_made_as_the_member_who_linked_the_account() {
    on_each_database(async |builder| {
        let keep = "tokens = \"database\"";
        let mut pair = Pair::start_with(with_asker(builder), "profile", keep).await;
        let mut alice = pair.alice().await;
        assert_eq!(me(&mut alice).await.0, 404);
        pair.link_in(&mut alice).await;
        let (status, body) = me(&mut alice).await;
        assert_eq!(status, 200, "{body}");
        assert!(body.contains("\"username\":\"ada\""), "{body}");
        let accounts = alice.get("/asker/accounts").await;
        assert_eq!(accounts.text(), "other|The other|ada|profile");
        // Nobody else's.
        pair.here.add_member("bob", PASSWORD).await;
        let mut bob = pair.here.browser();
        bob.sign_in("bob", PASSWORD).await;
        assert_eq!(me(&mut bob).await.0, 404);
        assert_eq!(bob.get("/asker/accounts").await.text(), "");
        assert_eq!(alice.get("/asker/ask?url=/me&as=site").await.status(), 404);
        assert_eq!(
            alice.get("/asker/ask?url=/me&provider=x").await.status(),
            404
        );
        // Another session is the same member's.
        let mut again = pair.alice().await;
        assert_eq!(me(&mut again).await.0, 200);
        // What is unlinked is gone.
        let page = alice.get(support::ACCOUNTS).await;
        let account = between(page.text(), "name=\"account\" value=\"", "\"").to_owned();
        alice
            .submit("/signin/accounts/unlink", &[("account", &account)])
            .await;
        assert_eq!(me(&mut alice).await.0, 404);
        assert_eq!(count(&pair.here, "signin_tokens").await, 0);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_token_of_a_session_ends_with_it() {
    on_each_database(async |builder| {
        let keep = "tokens = \"session\"";
        let mut pair = Pair::start_with(with_asker(builder), "profile", keep).await;
        let mut linked = pair.link().await;
        assert_eq!(me(&mut linked).await.0, 200);
        let mut visitor = pair.here.browser();
        assert_eq!(pair.sign_in(&mut visitor).await.status(), 303);
        assert_eq!(me(&mut visitor).await.0, 200);
        assert_eq!(count(&pair.here, "signin_tokens").await, 2);
        // Signed in with the password, the same member has none.
        let mut alice = pair.alice().await;
        assert_eq!(me(&mut alice).await.0, 404);
        visitor.submit("/logout", &[]).await;
        assert_eq!(count(&pair.here, "signin_tokens").await, 1);
        assert_eq!(me(&mut linked).await.0, 200);
        // The others of the member end too.
        alice.submit("/account/sessions/revoke-others", &[]).await;
        assert_eq!(count(&pair.here, "signin_tokens").await, 0);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_new_member_has_the_tokens_with_which_the_account_was_made() {
    for (keep, in_another_session) in [("database", 200), ("session", 404)] {
        on_each_database(async |builder| {
            let builder = with_asker(builder).site_toml("registration = \"open\"");
            let line = format!("tokens = {keep:?}");
            let mut pair = Pair::start_with(builder, "profile", &line).await;
            let mut ada = pair.here.browser();
            pair.sign_in(&mut ada).await;
            let made = ada
                .post_form("/signin/register", &[("username", "ada")])
                .await;
            assert_eq!(made.status(), 303, "{made:?}");
            assert_eq!(me(&mut ada).await.0, 200, "{keep}");
            assert_eq!(count(&pair.here, "signin_tokens").await, 1);
            ada.submit("/account/password", &[("new_password", PASSWORD)])
                .await;
            let mut again = pair.here.browser();
            again.sign_in("ada", PASSWORD).await;
            assert_eq!(me(&mut again).await.0, in_another_session, "{keep}");
        })
        .await;
    }
}

#[derive(QueryableByName)]
struct SealedRow {
    #[diesel(sql_type = diesel::sql_types::Binary)]
    sealed: Vec<u8>,
}

async fn sealed_rows(site: &TestHost) -> Vec<SealedRow> {
    let query = "SELECT \"sealed\" FROM \"signin_tokens\"";
    site.db()
        .read(move |connection| diesel::sql_query(query).load(connection))
        .await
        .unwrap()
}

#[tokio::test(flavor = "multi_thread")]
async fn no_token_is_kept_unless_the_operator_says_so_nor_in_the_clear() {
    for (keep, rows) in [("none", 0), ("database", 1)] {
        on_each_database(async |builder| {
            let line = format!("tokens = {keep:?}");
            let mut pair = Pair::start_with(with_asker(builder), "profile", &line).await;
            pair.link().await;
            let kept = sealed_rows(&pair.here).await;
            assert_eq!(kept.len(), rows, "{keep}");
            for row in kept {
                // As every token of a Hob begins.
                assert!(!row.sealed.windows(4).any(|bytes| bytes == b"hob_"));
                assert_eq!(row.sealed[0], 1, "it is sealed");
            }
        })
        .await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_request_goes_to_the_api_alone_with_the_member_s_token_alone() {
    let provider = Scripted::start().await;
    let (_site, mut alice) = linked(&provider, json!({"refresh_token": "r1"})).await;
    provider.say("/api/x", 200, json!({"x": 1}));
    let reply = alice.get("/asker/ask?url=/x").await;
    assert_eq!((reply.status(), reply.text()), (200, "{\"x\":1}"));
    assert_eq!(provider.asked("/api/x")[0].0, "Bearer a-token");
    for url in [
        "/../token",
        "https://evil.example/",
        &format!("{}/token", provider.url),
    ] {
        let before = provider.asked("/token").len();
        let reply = alice.get(&format!("/asker/ask?url={url}")).await;
        assert_eq!(reply.status(), 403, "{url}: {reply:?}");
        assert_eq!(provider.asked("/token").len(), before);
    }
    // A redirect is an answer, and not followed.
    provider.say("/api/y", 303, json!({}));
    assert_eq!(alice.get("/asker/ask?url=/y").await.status(), 303);
}

/// Further lines of a scripted provider's section.
fn lines(provider: &Scripted, more: &str) -> String {
    format!(
        "scopes = [\"read\"]\napi = \"{}/api\"\n{more}",
        provider.url
    )
}

/// A site whose alice has linked an account at a scripted provider.
async fn linked(provider: &Scripted, given: serde_json::Value) -> (TestHost, Browser) {
    let lines = lines(provider, "tokens = \"database\"");
    let site = provider.site(with_asker(TestHost::builder()), &lines).await;
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
async fn come_back(provider: &Scripted, browser: &mut Browser, sent: &Reply) {
    let state = support::query_of(sent)
        .one("state")
        .unwrap()
        .unwrap()
        .to_owned();
    let path = format!(
        "/signin/other/authorized?code=c&state={state}&iss={}",
        provider.url
    );
    let back = browser.get(&path).await;
    assert_eq!(back.status(), 303, "{back:?}");
}

/// The same site with this provider under the same name, and alice in it.
async fn again(site: TestHost, provider: &Scripted, more: &str) -> (TestHost, Browser) {
    let builder = with_asker(site.stop().await);
    let site = provider.site(builder, &lines(provider, more)).await;
    let mut alice = site.browser();
    alice.sign_in("alice", PASSWORD).await;
    (site, alice)
}

#[tokio::test(flavor = "multi_thread")]
async fn a_section_that_changed_its_issuer_finds_no_token() {
    let (first, second) = (Scripted::start().await, Scripted::start().await);
    let (site, _) = linked(&first, json!({"refresh_token": "r1"})).await;
    first.say("/api/x", 200, json!({}));
    second.say("/api/x", 200, json!({}));
    let keep = "tokens = \"database\"";
    let (site, mut alice) = again(site, &second, keep).await;
    assert_eq!(alice.get("/asker/ask?url=/x").await.status(), 404);
    assert_eq!(alice.get("/asker/accounts").await.text(), "");
    // Nor where it would have to be refreshed.
    site.clock().advance(Duration::from_secs(3600));
    assert_eq!(alice.get("/asker/ask?url=/x").await.status(), 404);
    for path in ["/api/x", "/token"] {
        assert_eq!(second.asked(path).len(), 0, "{path}");
    }
    // It is still that of the first one.
    first.say(
        "/token",
        200,
        json!({"access_token": "b-token", "token_type": "bearer"}),
    );
    let (_site, mut alice) = again(site, &first, keep).await;
    assert_eq!(alice.get("/asker/ask?url=/x").await.status(), 200);
    assert_eq!(first.asked("/api/x").last().unwrap().0, "Bearer b-token");
}

#[tokio::test(flavor = "multi_thread")]
async fn what_one_issuer_gave_does_not_open_as_another_s() {
    let provider = Scripted::start().await;
    let (site, mut alice) = linked(&provider, json!({})).await;
    provider.say("/api/x", 200, json!({}));
    assert_eq!(alice.get("/asker/ask?url=/x").await.status(), 200);
    let before = provider.asked("/api/x").len();
    // Sealed for another issuer, and written into this one's row.
    let other = Scripted::start().await;
    other.say("/api/x", 200, json!({}));
    let issuer = other.url.clone();
    site.db()
        .write(move |connection| {
            diesel::sql_query("UPDATE \"signin_tokens\" SET \"issuer\" = $1")
                .bind::<diesel::sql_types::Text, _>(issuer)
                .execute(connection)
        })
        .await
        .unwrap();
    let (_site, mut alice) = again(site, &other, "tokens = \"database\"").await;
    assert_eq!(alice.get("/asker/ask?url=/x").await.status(), 502);
    assert_eq!(other.asked("/api/x").len(), 0);
    assert_eq!(provider.asked("/api/x").len(), before);
}

#[tokio::test(flavor = "multi_thread")]
async fn tokens_are_not_used_once_the_operator_lets_none_be_kept() {
    let provider = Scripted::start().await;
    let (mut site, _) = linked(&provider, json!({})).await;
    provider.say("/api/x", 200, json!({}));
    for (keep, status, accounts) in [("none", 404, 0), ("session", 404, 0), ("database", 200, 1)] {
        let more = format!("tokens = {keep:?}");
        let (restarted, mut alice) = again(site, &provider, &more).await;
        let reply = alice.get("/asker/ask?url=/x").await;
        assert_eq!(reply.status(), status, "{keep}: {reply:?}");
        let listed = alice.get("/asker/accounts").await;
        assert_eq!(listed.text().lines().count(), accounts, "{keep}");
        site = restarted;
    }
    assert_eq!(provider.asked("/api/x").len(), 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn the_site_s_account_is_not_used_once_the_operator_lets_it_have_none() {
    let provider = Scripted::start().await;
    let own = lines(&provider, "site_account = true");
    let site = provider.site(with_asker(TestHost::builder()), &own).await;
    site.add_member("alice", PASSWORD).await;
    site.add_administrator("olga", PASSWORD).await;
    let mut olga = site.browser();
    olga.sign_in("olga", PASSWORD).await;
    provider.say(
        "/token",
        200,
        json!({"access_token": "a-token", "token_type": "bearer"}),
    );
    provider.say("/api/x", 200, json!({}));
    let fields = [("provider", "other")];
    let sent = olga.submit("/signin/site/link", &fields).await;
    come_back(&provider, &mut olga, &sent).await;
    let unused = "No plugin can use it any more";
    let mut site = site;
    for (own, status) in [(true, 200), (false, 404)] {
        let (restarted, _) = again(site, &provider, &format!("site_account = {own}")).await;
        let asked = restarted.browser().get("/asker/as-site?url=/x").await;
        assert_eq!(asked.status(), status, "{own}: {asked:?}");
        olga = restarted.browser();
        olga.sign_in("olga", PASSWORD).await;
        let page = olga.get("/signin/site").await;
        assert!(page.text().contains("The other</span> · ada"), "{page:?}");
        assert_eq!(page.text().contains(unused), !own, "{page:?}");
        site = restarted;
    }
    assert_eq!(provider.asked("/api/x").len(), 1);
    olga.submit("/signin/site/unlink", &fields).await;
    assert_eq!(count(&site, "signin_tokens").await, 0);
    let page = olga.get("/signin/site").await;
    assert!(!page.text().contains("The other"), "{page:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_token_is_refreshed_before_it_ends_and_where_the_provider_refuses_it() {
    let provider = Scripted::start().await;
    let (site, mut alice) = linked(&provider, json!({"refresh_token": "r1"})).await;
    provider.say("/api/x", 200, json!({}));
    let token = |access: &str, refresh: &str| {
        json!({"access_token": access, "token_type": "Bearer", "expires_in": "3600",
               "refresh_token": refresh})
    };
    provider.say("/token", 200, token("b-token", "r2"));
    let before = provider.asked("/token").len();
    alice.get("/asker/ask?url=/x").await;
    assert_eq!(provider.asked("/token").len(), before, "it has not ended");
    site.clock().advance(Duration::from_secs(3540));
    alice.get("/asker/ask?url=/x").await;
    let asked = provider.asked("/token");
    assert_eq!(asked.len(), before + 1);
    assert!(
        asked.last().unwrap().1.contains("refresh_token=r1"),
        "{asked:?}"
    );
    assert_eq!(provider.asked("/api/x").last().unwrap().0, "Bearer b-token");
    // The provider has ended it.
    provider.say("/token", 200, token("c-token", "r3"));
    provider.say("/api/x", 401, json!({}));
    assert_eq!(alice.get("/asker/ask?url=/x").await.status(), 401);
    assert!(
        provider
            .asked("/token")
            .last()
            .unwrap()
            .1
            .contains("refresh_token=r2")
    );
    assert_eq!(provider.asked("/api/x").last().unwrap().0, "Bearer c-token");
    // And takes the refresh token back as well.
    provider.say("/token", 400, json!({"error": "invalid_grant"}));
    assert_eq!(alice.get("/asker/ask?url=/x").await.status(), 404);
    assert_eq!(count(&site, "signin_tokens").await, 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_provider_that_is_away_takes_no_token_away() {
    let provider = Scripted::start().await;
    let (site, mut alice) = linked(&provider, json!({"refresh_token": "r1"})).await;
    provider.say("/token", 503, json!({}));
    site.clock().advance(Duration::from_secs(3600));
    assert_eq!(alice.get("/asker/ask?url=/x").await.status(), 502);
    assert_eq!(count(&site, "signin_tokens").await, 1);
    provider.say(
        "/token",
        200,
        json!({"access_token": "b-token", "token_type": "bearer"}),
    );
    provider.say("/api/x", 200, json!({}));
    assert_eq!(alice.get("/asker/ask?url=/x").await.status(), 200);
    // The refresh token that it did not name again is still the one.
    provider.say("/api/x", 401, json!({}));
    alice.get("/asker/ask?url=/x").await;
    assert!(
        provider
            .asked("/token")
            .last()
            .unwrap()
            .1
            .contains("refresh_token=r1")
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn requests_at_the_same_time_refresh_once() {
    let provider = Scripted::start().await;
    let (site, alice) = linked(&provider, json!({"refresh_token": "r1"})).await;
    provider.say("/api/x", 200, json!({}));
    provider.say(
        "/token",
        200,
        json!({"access_token": "b-token", "token_type": "bearer", "expires_in": 3600,
               "refresh_token": "r2"}),
    );
    site.clock().advance(Duration::from_secs(3600));
    let before = provider.asked("/token").len();
    let asked = (0..8).map(|_| {
        let mut browser = site.browser();
        browser.copy_cookies(&alice);
        async move { browser.get("/asker/ask?url=/x").await.status() }
    });
    let answers = futures_util::future::join_all(asked).await;
    assert_eq!(answers, [200; 8]);
    assert_eq!(provider.asked("/token").len(), before + 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn an_administrator_links_an_account_of_the_site_s_own() {
    on_each_database(async |builder| {
        let own = "site_account = true";
        let mut pair = Pair::start_with(with_asker(builder), "profile", own).await;
        let mut alice = pair.alice().await;
        assert_eq!(alice.get("/signin/site").await.status(), 404);
        let fields = [("provider", "other")];
        assert_eq!(
            alice.submit("/signin/site/link", &fields).await.status(),
            404
        );
        pair.here.add_administrator("olga", PASSWORD).await;
        let mut olga = pair.here.browser();
        olga.sign_in("olga", PASSWORD).await;
        let page = olga.get("/signin/site").await;
        assert!(
            page.text().contains("Link an account at The other"),
            "{page:?}"
        );
        let mut visitor = pair.here.browser();
        assert_eq!(visitor.get("/asker/as-site?url=/me").await.status(), 404);
        let sent = olga.submit("/signin/site/link", &fields).await;
        let back = pair.there.allow(&sent).await;
        let linked = olga.get(&back).await;
        assert_eq!(linked.header("location"), "/signin/site", "{linked:?}");
        let page = olga.get("/signin/site").await;
        assert!(page.text().contains("The other</span> · ada"), "{page:?}");
        let reply = visitor.get("/asker/as-site?url=/me").await;
        assert!(reply.text().contains("\"username\":\"ada\""), "{reply:?}");
        // It opens nobody's account, and no member has it.
        assert_eq!(count(&pair.here, "signin_accounts").await, 0);
        let mut browser = pair.here.browser();
        assert_eq!(pair.sign_in(&mut browser).await.status(), 403);
        assert_eq!(who(&mut browser).await, None);
        assert_eq!(me(&mut olga).await.0, 404);
        olga.submit("/signin/site/unlink", &fields).await;
        assert_eq!(visitor.get("/asker/as-site?url=/me").await.status(), 404);
        let log = olga.get("/admin/audit").await;
        for noted in ["site_account.linked", "site_account.unlinked"] {
            assert!(log.text().contains(noted), "{noted}: {}", log.text());
        }
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_member_signs_out_here_or_at_the_provider_too() {
    let provider = Scripted::start().await;
    let document = |end: serde_json::Value| {
        json!({
            "issuer": provider.url,
            "authorization_endpoint": format!("{}/authorize", provider.url),
            "token_endpoint": format!("{}/token", provider.url),
            "userinfo_endpoint": format!("{}/me", provider.url),
            "end_session_endpoint": end,
        })
    };
    let at = "/.well-known/openid-configuration";
    let end = format!("{}/end", provider.url);
    for (said, leads) in [(json!(end), end.as_str()), (json!(null), "/")] {
        provider.say(at, 200, document(said));
        let site = provider.site(TestHost::builder(), "").await;
        site.add_member("alice", PASSWORD).await;
        let mut alice = site.browser();
        alice.sign_in("alice", PASSWORD).await;
        let fields = [("provider", "other")];
        let out = alice.submit("/signin/accounts/sign-out", &fields).await;
        assert_eq!(out.status(), 303, "{out:?}");
        let location = out.header("location").to_owned();
        assert_eq!(location.split('?').next(), Some(leads), "{location}");
        assert_eq!(who(&mut alice).await, None);
        if leads != "/" {
            let back = support::query_of(&out);
            assert_eq!(back.one("client_id").unwrap(), Some("hob"));
            let home = format!("{}/", support::HERE);
            assert_eq!(
                back.one("post_logout_redirect_uri").unwrap(),
                Some(home.as_str())
            );
        }
        // Here alone: nothing leads to the provider.
        alice.sign_in("alice", PASSWORD).await;
        let out = alice.submit("/logout", &[]).await;
        assert_eq!(out.header("location"), "/");
        assert_eq!(who(&mut alice).await, None);
    }
}
