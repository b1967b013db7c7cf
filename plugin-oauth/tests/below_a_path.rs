//! An issuer with a path: a site that stands below a path of its host, with
//! all that the plugins bring (check 104).

mod support;

use std::collections::BTreeSet;

use axum::body::Body;
use hob::testing::{Reply, on_each_database};
use http::{Method, Request};
use serde_json::{Value, json};
use support::{
    App, Dance, PASSWORD, REDIRECT_URI, answer, basic,
    keys::ClientKey,
    registration::{REGISTER, web_metadata},
    request_on, request_uri, tokens,
};

const BASE: &str = "/hob";
const SITE: &str = "https://photos.example/hob";
const HOST: &str = "https://photos.example";
const CAT: &[u8] = include_bytes!("../../tests/photographs/cat-turned-with-position.jpg");
const DEVICE_GRANT: &str = "urn:ietf:params:oauth:grant-type:device_code";

fn below(path: &str) -> String {
    format!("{BASE}{path}")
}

/// The path of an address that has to be on this site.
#[track_caller]
fn path_of(address: &Value) -> String {
    let address = address.as_str().unwrap_or_else(|| panic!("{address}"));
    let path = address.strip_prefix(HOST).expect("an address of this host");
    assert!(is_below(path), "{address} is no address of this site");
    path.to_owned()
}

fn is_below(path: &str) -> bool {
    path == BASE || path.starts_with("/hob/") || path.starts_with("/hob?")
}

async fn get_json(dance: &Dance, path: &str) -> Value {
    let reply = dance.site.browser().get(path).await;
    assert_eq!(reply.status(), 200, "{path}: {reply:?}");
    reply.json()
}

/// The values of an attribute on a page, as a browser reads them.
fn attribute(page: &str, name: &str) -> Vec<String> {
    let marker = format!(" {name}=\"");
    page.split(&marker)
        .skip(1)
        .map(|rest| rest.split('"').next().expect("the attribute ends"))
        .map(|value| value.replace("&#38;", "&").replace("&amp;", "&"))
        .collect()
}

/// Somebody who opens whatever a page leads to, and stays on the site.
struct Walk {
    dance: Dance,
    waiting: Vec<String>,
    seen: BTreeSet<String>,
    actions: BTreeSet<String>,
}

impl Walk {
    /// Looks at an answer: nothing in it leads away from the site but to the
    /// applications of this test.
    fn inspect(&mut self, from: &str, reply: &Reply) {
        let location = reply.header("location");
        assert!(
            location.is_empty() || is_below(location) || location.starts_with(REDIRECT_URI),
            "{from} sends to {location}"
        );
        if !reply.header("content-type").starts_with("text/html") {
            return;
        }
        let page = reply.text();
        for action in attribute(page, "action") {
            assert!(is_below(&action), "{from} has a form for {action}");
            self.actions.insert(action);
        }
        let mut addresses = attribute(page, "href");
        addresses.extend(attribute(page, "src"));
        for set in attribute(page, "srcset") {
            let listed = set.split(", ").filter_map(|one| one.split(' ').next());
            addresses.extend(listed.map(ToOwned::to_owned));
        }
        assert!(!addresses.is_empty(), "{from}: {page}");
        for address in addresses {
            if address.is_empty() || address.starts_with('#') || address.starts_with("https://app.")
            {
                continue;
            }
            assert!(is_below(&address), "{from} leads to {address}");
            if !self.seen.contains(&address) {
                self.waiting.push(address);
            }
        }
    }

    /// Asks for a page that nothing links to.
    async fn open(&mut self, path: &str, status: u16) -> Reply {
        let reply = self.dance.browser.get(path).await;
        assert_eq!(reply.status(), status, "{path}: {reply:?}");
        self.inspect(path, &reply);
        reply
    }

    /// Sends the form of the session that stands on a page, to where that
    /// page sends it.
    async fn send(&mut self, page: &Reply, ending: &str, fields: &[(&str, &str)]) -> Reply {
        let action = attribute(page.text(), "action")
            .into_iter()
            .find(|action| action.ends_with(ending))
            .unwrap_or_else(|| panic!("no form for {ending}: {page:?}"));
        let reply = self.dance.browser.submit(&action, fields).await;
        assert!(reply.status() < 500, "{action}: {reply:?}");
        self.inspect(&action, &reply);
        reply
    }

    /// Opens all that the pages so far led to, and all that those lead to.
    async fn follow_all(&mut self) {
        while let Some(path) = self.waiting.pop() {
            if self.seen.insert(path.clone()) {
                let reply = self.open(&path, 200).await;
                assert!(!reply.bytes().is_empty(), "{path}");
            }
        }
    }

    fn was_at(&self, path: &str) -> bool {
        self.seen.contains(path)
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn every_link_and_every_form_stays_on_the_site() {
    on_each_database(async |builder| {
        let dance = Dance::start(builder.url(SITE)).await;
        let mut walk = Walk {
            dance,
            waiting: Vec::new(),
            seen: BTreeSet::new(),
            actions: BTreeSet::new(),
        };
        look_around(&mut walk).await;
        let medium = publish(&mut walk).await;
        let app = register(&mut walk).await;
        be_asked(&mut walk, &app).await;
        let_a_device_in(&mut walk).await;
        make_mistakes(&mut walk, &app, &medium).await;

        walk.waiting.push(below("/"));
        walk.follow_all().await;
        let id = medium.strip_prefix("/hob/m/").expect("a medium's page");
        for path in [
            "/",
            "/login?next=%2Fhob%2F",
            "/account",
            "/upload",
            "/u/alice",
            &format!("/m/{id}"),
            &format!("/m/{id}/edit"),
            &format!("/media/{id}/original"),
            &format!("/media/{id}/thumbnail"),
            "/static/hob.svg",
            "/oauth/connections",
            "/oauth/clients",
            "/oauth/clients/new",
            &format!("/oauth/clients/{}", app.client_id),
        ] {
            let path = below(path);
            assert!(
                walk.was_at(&path),
                "no link leads to {path}: {:?}",
                walk.seen
            );
        }
        // Each form goes to somebody who answers for it.
        let revoke = format!("/oauth/connections/{}/revoke", app.client_id);
        let delete = format!("/m/{id}/delete");
        for action in ["/login", "/logout", &delete, "/oauth/consent", &revoke] {
            assert!(walk.actions.contains(&below(action)), "{action}");
        }
        for action in &walk.actions {
            let reply = walk.dance.browser.post_form(action, &[]).await;
            assert!(
                matches!(reply.status(), 403 | 415 | 422),
                "{action}: {reply:?}"
            );
        }
    })
    .await;
}

/// What stands on the pages before there is anything to show.
async fn look_around(walk: &mut Walk) {
    for path in ["/", "/u/alice", "/oauth/clients", "/oauth/connections"] {
        walk.open(&below(path), 200).await;
    }
    let mut stranger = walk.dance.site.browser();
    for path in ["/", "/u/alice", "/login"] {
        let reply = stranger.get(&below(path)).await;
        assert_eq!(reply.status(), 200, "{path}: {reply:?}");
        walk.inspect(path, &reply);
    }
}

/// Publishes a photograph, and answers with the path of its page.
async fn publish(walk: &mut Walk) -> String {
    let page = walk.open(&below("/upload"), 200).await;
    let action = attribute(page.text(), "action");
    assert!(action.contains(&below("/upload")), "{action:?}");
    let csrf = walk.dance.browser.csrf();
    let fields = [("csrf", csrf.as_str()), ("title", "The cat")];
    let sent = walk
        .dance
        .browser
        .post_multipart(&below("/upload"), &fields, ("cat.jpg", CAT), &[])
        .await;
    let medium = sent.header("location").to_owned();
    assert!(medium.starts_with("/hob/m/"), "{sent:?}");
    walk.open(&medium, 200).await;
    walk.dance.site.settle_media().await;
    medium
}

/// Registers an application on the site's page, and gives it another secret.
async fn register(walk: &mut Walk) -> App {
    let page = walk.open(&below("/oauth/clients/new"), 200).await;
    let fields = [
        ("name", "Pocket"),
        ("website", "https://app.example"),
        ("redirect_uris", REDIRECT_URI),
        ("scope", "profile"),
        ("scope", "media:read"),
        ("kind", "confidential"),
    ];
    let created = walk.send(&page, "/clients/new", &fields).await;
    assert_eq!(created.status(), 201, "{created:?}");
    let metadata = format!("{HOST}/.well-known/oauth-authorization-server/hob");
    assert!(created.text().contains(&metadata), "{created:?}");
    let own = attribute(created.text(), "href")
        .into_iter()
        .find(|href| href.starts_with("/hob/oauth/clients/"))
        .expect("the application's page");
    let page = walk.open(&own, 200).await;
    assert!(page.text().contains(&metadata), "{page:?}");
    let replaced = walk.send(&page, "/secret", &[]).await;
    assert!(replaced.text().contains("copyable"), "{replaced:?}");
    App {
        client_id: own["/hob/oauth/clients/".len()..].to_owned(),
        secret: None,
        redirect_uri: REDIRECT_URI.to_owned(),
    }
}

async fn be_asked(walk: &mut Walk, app: &App) {
    let page = walk.open(&below(&app.authorize_path(&[])), 200).await;
    let request = request_on(&page);
    let fields = [
        ("request", request.as_str()),
        ("scope", "profile"),
        ("decision", "allow"),
    ];
    let allowed = walk.send(&page, "/consent", &fields).await;
    answer(&allowed).expect_code();
    let out_of_band = walk
        .dance
        .register("urn:ietf:wg:oauth:2.0:oob", &["--public"])
        .await;
    let page = walk
        .open(&below(&out_of_band.authorize_path(&[])), 200)
        .await;
    let request = request_on(&page);
    let fields = [
        ("request", request.as_str()),
        ("scope", "profile"),
        ("decision", "allow"),
    ];
    let code = walk.send(&page, "/consent", &fields).await;
    assert!(code.text().contains("copyable"), "{code:?}");
}

async fn let_a_device_in(walk: &mut Walk) {
    let app = walk
        .dance
        .register_without_redirect("profile", &["--grant", DEVICE_GRANT, "--public"])
        .await;
    let form = [("client_id", app.client_id.as_str())];
    let mut device = walk.dance.site.browser();
    let begun: Value = device
        .post_form(&below("/oauth/device_authorization"), &form)
        .await
        .json();
    assert_eq!(begun["verification_uri"], format!("{SITE}/oauth/device"));
    let page = walk
        .open(&path_of(&begun["verification_uri_complete"]), 200)
        .await;
    let user_code = begun["user_code"].as_str().expect("a code");
    let asked = walk
        .send(&page, "/device", &[("user_code", user_code)])
        .await;
    let request = request_on(&asked);
    let fields = [
        ("request", request.as_str()),
        ("scope", "profile"),
        ("decision", "allow"),
    ];
    let done = walk.send(&asked, "/device/consent", &fields).await;
    assert_eq!(done.status(), 200, "{done:?}");
}

/// The pages that tell of mistakes.
async fn make_mistakes(walk: &mut Walk, app: &App, medium: &str) {
    walk.open(&below("/nothing-is-here"), 404).await;
    walk.open(&below("/m/77"), 404).await;
    let unregistered = app.authorize_path(&[("redirect_uri", "https://app.evil/")]);
    walk.open(&below(&unregistered), 400).await;
    let page = walk.open(&below("/account"), 200).await;
    let wrong = walk.send(&page, "/account/password", &[]).await;
    assert_eq!(wrong.status(), 422, "{wrong:?}");
    let saved = [("display_name", "Alice"), ("email", "alice@example.org")];
    let page = walk.send(&page, "/account/profile", &saved).await;
    walk.open(page.header("location"), 200).await;
    let page = walk.open(&format!("{medium}/edit"), 200).await;
    let refused = walk.send(&page, "/edit", &[("visibility", "nobody")]).await;
    assert_eq!(refused.status(), 422, "{refused:?}");
    let mut stranger = walk.dance.site.browser();
    let wrong = [("username", "alice"), ("password", "wrong")];
    let reply = stranger.post_form(&below("/login"), &wrong).await;
    assert_eq!(reply.status(), 422, "{reply:?}");
    walk.inspect("a sign-in", &reply);
    let reply = stranger.get(&below("/upload")).await;
    walk.inspect("a page for members", &reply);
}

/// Check 104.
///
/// RFC 8414, section 3.1, and RFC 9728, section 3.1: the well-known path goes
/// between host and path.
#[tokio::test(flavor = "multi_thread")]
async fn the_metadata_stands_where_the_path_is_inserted() {
    on_each_database(async |builder| {
        let open = "dynamic_registration = \"open\"";
        let dance = Dance::start(builder.url(SITE).plugin_toml("oauth", open)).await;
        let document = get_json(&dance, "/.well-known/oauth-authorization-server/hob").await;
        assert_eq!(document["issuer"], SITE);
        let mut endpoints = 0;
        for (name, value) in document.as_object().expect("an object") {
            if name.ends_with("_endpoint") {
                let reply = dance.site.browser().get(&path_of(value)).await;
                assert_ne!(reply.status(), 404, "{name}: {reply:?}");
                endpoints += 1;
            }
        }
        assert!(endpoints >= 7, "{document}");
        // Clients that put it behind the path find it as well.
        let behind = get_json(&dance, "/hob/.well-known/oauth-authorization-server").await;
        assert_eq!(behind, document);
        for path in [
            "/.well-known/oauth-authorization-server",
            "/.well-known/oauth-authorization-server/other",
            "/.well-known/oauth-authorization-server/hob/oauth",
            "/oauth/authorize",
            "/auth/token",
            "/api/v1/media",
        ] {
            let reply = dance.site.browser().get(path).await;
            assert_eq!(reply.status(), 404, "{path}: {reply:?}");
        }

        let challenged = dance.site.browser().get("/hob/api/v1/me").await;
        let resource = "/.well-known/oauth-protected-resource/hob/api/v1";
        let told = format!("resource_metadata=\"{HOST}{resource}\"");
        let challenges = challenged.headers("www-authenticate").join(", ");
        assert!(challenges.contains(&told), "{challenges}");
        let document = get_json(&dance, resource).await;
        assert_eq!(document["resource"], format!("{SITE}/api/v1"));
        assert_eq!(document["authorization_servers"], json!([SITE]));
        for path in [
            "/.well-known/oauth-protected-resource/api/v1",
            "/.well-known/oauth-protected-resource",
        ] {
            let reply = dance.site.browser().get(path).await;
            assert_eq!(reply.status(), 404, "{path}: {reply:?}");
        }
    })
    .await;
}

/// Check 104.
///
/// The whole dance by the addresses of the metadata, with a pushed request and
/// a token that is bound to a key, so that each place where the issuer or an
/// address of the site counts is passed.
#[tokio::test(flavor = "multi_thread")]
async fn the_issuer_is_the_same_everywhere() {
    on_each_database(async |builder| {
        let open = "dynamic_registration = \"open\"";
        let dance = Dance::start(builder.url(SITE).plugin_toml("oauth", open)).await;
        let document = get_json(&dance, "/.well-known/oauth-authorization-server/hob").await;
        let endpoint = |name: &str| path_of(&document[name]);
        let app = dance.web_app().await;
        let as_app = basic(&app.client_id, app.secret.as_deref().unwrap_or_default());
        let as_app = [("authorization", as_app.as_str())];
        let mut client = dance.site.browser();

        let resource = format!("{SITE}/api/v1");
        let form = app.parameters(&[("resource", &resource), ("scope", "profile")]);
        let pushed = client
            .post_form_with(
                &endpoint("pushed_authorization_request_endpoint"),
                &form,
                &as_app,
            )
            .await;
        let query = app.request_uri_path(&request_uri(&pushed));
        let query = query.split_once('?').expect("a query").1.to_owned();
        let asked = format!("{}?{query}", endpoint("authorization_endpoint"));

        // Somebody without a session signs in on the way, and is back.
        let mut alice = dance.site.browser();
        let sent = alice.get(&asked).await;
        let login = sent.header("location").to_owned();
        assert!(
            login.starts_with("/hob/login?next=%2Fhob%2Foauth%2Fauthorize"),
            "{login}"
        );
        let page = alice.get(&login).await;
        let next = attribute(page.text(), "value")
            .into_iter()
            .find(|value| value.starts_with(BASE))
            .expect("the way back");
        let fields = [
            ("username", "alice"),
            ("password", PASSWORD),
            ("next", &next),
        ];
        let back = alice.post_form(&below("/login"), &fields).await;
        let page = alice.get(back.header("location")).await;
        let request = request_on(&page);
        let fields = [
            ("request", request.as_str()),
            ("scope", "profile"),
            ("decision", "allow"),
        ];
        let sent = alice.submit(&below("/oauth/consent"), &fields).await;
        assert_eq!(answer(&sent).one("iss"), Some(SITE));
        let code = answer(&sent).expect_code();
        let wrong = app.authorize_path(&[("response_type", "token")]);
        let sent = alice.get(&below(&wrong)).await;
        assert_eq!(answer(&sent).one("iss"), Some(SITE));
        assert!(answer(&sent).one("error").is_some(), "{sent:?}");

        let key = ClientKey::new();
        let token_endpoint = endpoint("token_endpoint");
        let own_path = token_endpoint.strip_prefix(BASE).expect("it is below");
        let wrong = key
            .proof(&dance.site, "POST", own_path)
            .claim("htu", format!("{HOST}{own_path}"))
            .sign();
        let right = key.proof(&dance.site, "POST", own_path).sign();
        let form = app.code_form(&code);
        let mut given = Vec::new();
        for proof in [&wrong, &right] {
            let headers = [as_app[0], ("dpop", proof.as_str())];
            given.push(
                client
                    .post_form_with(&token_endpoint, &form, &headers)
                    .await,
            );
        }
        assert_eq!(given[0].json::<Value>()["error"], "invalid_dpop_proof");
        let given = tokens(&given[1]);

        let form = [("token", given.access.as_str())];
        let told: Value = client
            .post_form_with(&endpoint("introspection_endpoint"), &form, &as_app)
            .await
            .json();
        assert_eq!(
            (&told["active"], &told["iss"]),
            (&json!(true), &json!(SITE))
        );
        assert_eq!(told["aud"], resource);

        let proof = key
            .proof(&dance.site, "GET", "/api/v1/me")
            .ath(&given.access);
        let request = Request::get(below("/api/v1/me"))
            .header("authorization", format!("DPoP {}", given.access))
            .header("dpop", proof.sign())
            .body(Body::empty());
        let me = client.send(request.expect("a valid request")).await;
        assert_eq!(me.status(), 200, "{me:?}");
        let me: Value = me.json();
        assert_eq!(me["profile_url"], format!("{SITE}/u/alice"));

        // What is elsewhere on the same host is another's resource.
        let elsewhere = format!("{HOST}/wiki");
        let path = below(&app.authorize_path(&[("resource", &elsewhere)]));
        let refused = alice.get(&path).await;
        assert_eq!(answer(&refused).one("error"), Some("invalid_target"));

        let path = below(REGISTER);
        let metadata = web_metadata(&json!({}));
        let reply = dance
            .send_json(Method::POST, &path, None, Some(&metadata))
            .await;
        let registered: Value = reply.json();
        let manage = path_of(&registered["registration_client_uri"]);
        let token = registered["registration_access_token"].as_str();
        let reply = dance.send_json(Method::GET, &manage, token, None).await;
        assert_eq!(reply.status(), 200, "{reply:?}");
    })
    .await;
}
