//! Wherever the operator puts it: a site below a path of its host (check 104),
//! the authorization server under another prefix, at the root, and on a host of
//! its own. All links, forms, cookies, metadata and proofs follow.

mod support;

use std::collections::BTreeSet;

use axum::body::Body;
use hob::testing::{Browser, Builder, Reply, on_each_database};
use http::{Method, Request};
use serde_json::{Value, json};
use support::{
    App, Dance, PASSWORD, REDIRECT_URI, answer, basic, keys::ClientKey, registration::web_metadata,
    request_on, request_uri, tokens,
};

const SITE: &str = "https://photos.example/hob";
const HOST: &str = "https://photos.example";
const CAT: &[u8] = include_bytes!("../../tests/photographs/cat-turned-with-position.jpg");
const DEVICE_GRANT: &str = "urn:ietf:params:oauth:grant-type:device_code";

/// Where the site stands, and the authorization server on it.
#[derive(Clone, Copy)]
struct Mount {
    /// `url` in `[site]`.
    site: &'static str,
    /// `prefix` and `host` in `[plugin.oauth]`.
    prefix: &'static str,
    host: Option<&'static str>,
}

const BELOW_A_PATH: Mount = Mount {
    site: SITE,
    prefix: "/oauth",
    host: None,
};
const MOVED: Mount = Mount {
    site: HOST,
    prefix: "/auth",
    host: None,
};
const MOVED_BELOW_A_PATH: Mount = Mount {
    prefix: "/auth",
    ..BELOW_A_PATH
};
const AT_THE_ROOT: Mount = Mount {
    prefix: "",
    ..MOVED
};
const ON_ITS_OWN_HOST: Mount = Mount {
    site: HOST,
    prefix: "/oauth",
    host: Some("auth.example"),
};
const AT_THE_ROOT_OF_ITS_OWN_HOST: Mount = Mount {
    site: SITE,
    prefix: "",
    host: Some("auth.example:8443"),
};

impl Mount {
    /// A site with the server there, and alice signed in where it is.
    async fn start(self, builder: Builder, more: &str) -> Dance {
        let host = self
            .host
            .map_or(String::new(), |host| format!("host = {host:?}\n"));
        let lines = format!("prefix = {:?}\n{host}{more}", self.prefix);
        let builder = builder.url(self.site).plugin_toml("oauth", &lines);
        let mut dance = Dance::start(builder).await;
        dance.browser = self.browser(&dance);
        dance.browser.sign_in("alice", PASSWORD).await;
        dance
    }

    /// A client of the host where the server is.
    fn browser(self, dance: &Dance) -> Browser {
        match self.host {
            Some(host) => dance.site.browser_at(host),
            None => dance.site.browser(),
        }
    }

    /// Of the host where the server is.
    fn origin(self) -> String {
        match self.host {
            Some(host) => format!("https://{host}"),
            None => HOST.to_owned(),
        }
    }

    /// The path below which the site stands there.
    fn base(self) -> &'static str {
        match self.host {
            Some(_) => "",
            None => &self.site[HOST.len()..],
        }
    }

    fn issuer(self) -> String {
        format!("{}{}", self.origin(), self.base())
    }

    fn metadata_url(self) -> String {
        let (origin, base) = (self.origin(), self.base());
        format!("{origin}/.well-known/oauth-authorization-server{base}")
    }

    /// Where a path is that usually is this one.
    fn at(self, path: &str) -> String {
        let own = path
            .strip_prefix("/oauth")
            .filter(|rest| rest.starts_with(['/', '?']));
        match own {
            Some(rest) => format!("{}{}{rest}", self.base(), self.prefix),
            None => format!("{}{path}", self.base()),
        }
    }

    fn is_on_site(self, path: &str) -> bool {
        match self.base() {
            "" => path.starts_with('/') && !path.starts_with("//"),
            base => path
                .strip_prefix(base)
                .is_some_and(|rest| rest.is_empty() || rest.starts_with(['/', '?'])),
        }
    }

    /// The path of an address that has to be there.
    #[track_caller]
    fn path_of(self, address: &Value) -> String {
        let address = address.as_str().unwrap_or_else(|| panic!("{address}"));
        let path = address
            .strip_prefix(&self.origin())
            .unwrap_or_else(|| panic!("{address} is on another host"));
        assert!(self.is_on_site(path), "{address} is no address of the site");
        path.to_owned()
    }
}

async fn get_json(mut browser: Browser, path: &str) -> Value {
    let reply = browser.get(path).await;
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
    mount: Mount,
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
            location.is_empty()
                || self.mount.is_on_site(location)
                || location.starts_with(REDIRECT_URI),
            "{from} sends to {location}"
        );
        if !reply.header("content-type").starts_with("text/html") {
            return;
        }
        let page = reply.text();
        for action in attribute(page, "action") {
            assert!(
                self.mount.is_on_site(&action),
                "{from} has a form for {action}"
            );
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
            assert!(self.mount.is_on_site(&address), "{from} leads to {address}");
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
async fn every_link_and_every_form_stays_below_the_site_s_path() {
    walk_everywhere(BELOW_A_PATH).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn every_link_and_every_form_follows_another_prefix() {
    walk_everywhere(MOVED).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn every_link_and_every_form_works_without_a_prefix() {
    walk_everywhere(AT_THE_ROOT).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn every_link_and_every_form_stays_on_the_plugin_s_host() {
    walk_everywhere(ON_ITS_OWN_HOST).await;
}

async fn walk_everywhere(mount: Mount) {
    on_each_database(async |builder| {
        let dance = mount.start(builder, "").await;
        let mut walk = Walk {
            mount,
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

        walk.waiting.push(mount.at("/"));
        walk.follow_all().await;
        let id = medium
            .strip_prefix(&mount.at("/m/"))
            .expect("a medium's page");
        for path in [
            "/",
            &format!("/login?next={}", encoded(&mount.at("/"))),
            "/account",
            "/upload",
            "/u/alice",
            &format!("/m/{id}"),
            &format!("/m/{id}/edit"),
            &format!("/media/{id}/original"),
            &format!("/media/{id}/thumbnail"),
            "/static/hob.svg",
            "/connections",
            &format!("/connections/{}", app.connection()),
            "/oauth/clients",
            "/oauth/clients/new",
            &format!("/oauth/clients/{}", app.client_id),
        ] {
            let path = mount.at(path);
            assert!(
                walk.was_at(&path),
                "no link leads to {path}: {:?}",
                walk.seen
            );
        }
        // Each form goes to somebody who answers for it.
        let revoke = "/connections/revoke";
        let delete = format!("/m/{id}/delete");
        for action in ["/login", "/logout", &delete, "/oauth/consent", revoke] {
            assert!(walk.actions.contains(&mount.at(action)), "{action}");
        }
        for action in &walk.actions {
            let reply = walk.dance.browser.post_form(action, &[]).await;
            assert!(
                matches!(reply.status(), 400 | 403 | 415 | 422),
                "{action}: {reply:?}"
            );
        }
    })
    .await;
}

/// What stands on the pages before there is anything to show.
async fn look_around(walk: &mut Walk) {
    for path in ["/", "/u/alice", "/oauth/clients", "/connections"] {
        walk.open(&walk.mount.at(path), 200).await;
    }
    let mut stranger = walk.mount.browser(&walk.dance);
    for path in ["/", "/u/alice", "/login"] {
        let reply = stranger.get(&walk.mount.at(path)).await;
        assert_eq!(reply.status(), 200, "{path}: {reply:?}");
        walk.inspect(path, &reply);
    }
}

/// Publishes a photograph, and answers with the path of its page.
async fn publish(walk: &mut Walk) -> String {
    let page = walk.open(&walk.mount.at("/upload"), 200).await;
    let action = attribute(page.text(), "action");
    assert!(action.contains(&walk.mount.at("/upload")), "{action:?}");
    let csrf = walk.dance.browser.csrf();
    let fields = [("csrf", csrf.as_str()), ("title", "The cat")];
    let sent = walk
        .dance
        .browser
        .post_multipart(&walk.mount.at("/upload"), &fields, ("cat.jpg", CAT), &[])
        .await;
    let medium = sent.header("location").to_owned();
    assert!(medium.starts_with(&walk.mount.at("/m/")), "{sent:?}");
    walk.open(&medium, 200).await;
    walk.dance.site.settle_media().await;
    medium
}

/// Registers an application on the site's page, and gives it another secret.
async fn register(walk: &mut Walk) -> App {
    let page = walk.open(&walk.mount.at("/oauth/clients/new"), 200).await;
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
    let metadata = walk.mount.metadata_url();
    assert!(created.text().contains(&metadata), "{created:?}");
    let clients = walk.mount.at("/oauth/clients/");
    let own = attribute(created.text(), "href")
        .into_iter()
        .find(|href| href.starts_with(&clients))
        .expect("the application's page");
    let page = walk.open(&own, 200).await;
    assert!(page.text().contains(&metadata), "{page:?}");
    let replaced = walk.send(&page, "/secret", &[]).await;
    assert!(replaced.text().contains("copyable"), "{replaced:?}");
    App {
        client_id: own[clients.len()..].to_owned(),
        secret: None,
        redirect_uri: REDIRECT_URI.to_owned(),
    }
}

async fn be_asked(walk: &mut Walk, app: &App) {
    let page = walk
        .open(&walk.mount.at(&app.authorize_path(&[])), 200)
        .await;
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
        .open(&walk.mount.at(&out_of_band.authorize_path(&[])), 200)
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
    let mut device = walk.mount.browser(&walk.dance);
    let begun: Value = device
        .post_form(&walk.mount.at("/oauth/device_authorization"), &form)
        .await
        .json();
    let verification_uri = walk.mount.origin() + &walk.mount.at("/oauth/device");
    assert_eq!(begun["verification_uri"], verification_uri);
    let page = walk
        .open(
            &walk.mount.path_of(&begun["verification_uri_complete"]),
            200,
        )
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
    walk.open(&walk.mount.at("/nothing-is-here"), 404).await;
    walk.open(&walk.mount.at("/m/77"), 404).await;
    let unregistered = app.authorize_path(&[("redirect_uri", "https://app.evil/")]);
    walk.open(&walk.mount.at(&unregistered), 400).await;
    let page = walk.open(&walk.mount.at("/account"), 200).await;
    let wrong = walk.send(&page, "/account/password", &[]).await;
    assert_eq!(wrong.status(), 422, "{wrong:?}");
    let saved = [("display_name", "Alice"), ("email", "alice@example.org")];
    let page = walk.send(&page, "/account/profile", &saved).await;
    walk.open(page.header("location"), 200).await;
    let page = walk.open(&format!("{medium}/edit"), 200).await;
    let refused = walk.send(&page, "/edit", &[("visibility", "nobody")]).await;
    assert_eq!(refused.status(), 422, "{refused:?}");
    let mut stranger = walk.mount.browser(&walk.dance);
    let wrong = [("username", "alice"), ("password", "wrong")];
    let reply = stranger.post_form(&walk.mount.at("/login"), &wrong).await;
    assert_eq!(reply.status(), 422, "{reply:?}");
    walk.inspect("a sign-in", &reply);
    let reply = stranger.get(&walk.mount.at("/upload")).await;
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
        let dance = BELOW_A_PATH.start(builder, open).await;
        let document = get_json(
            dance.site.browser(),
            "/.well-known/oauth-authorization-server/hob",
        )
        .await;
        assert_eq!(document["issuer"], SITE);
        let mut endpoints = 0;
        for (name, value) in document.as_object().expect("an object") {
            if name.ends_with("_endpoint") {
                let reply = dance.site.browser().get(&BELOW_A_PATH.path_of(value)).await;
                assert_ne!(reply.status(), 404, "{name}: {reply:?}");
                endpoints += 1;
            }
        }
        assert!(endpoints >= 7, "{document}");
        // Clients that put it behind the path find it as well.
        let behind = get_json(
            dance.site.browser(),
            "/hob/.well-known/oauth-authorization-server",
        )
        .await;
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
        let document = get_json(dance.site.browser(), resource).await;
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
    dance_by_metadata(BELOW_A_PATH).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_dance_follows_another_prefix() {
    dance_by_metadata(MOVED).await;
    dance_by_metadata(MOVED_BELOW_A_PATH).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_dance_works_without_a_prefix() {
    dance_by_metadata(AT_THE_ROOT).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_dance_goes_to_the_plugin_s_own_host() {
    dance_by_metadata(ON_ITS_OWN_HOST).await;
    dance_by_metadata(AT_THE_ROOT_OF_ITS_OWN_HOST).await;
}

async fn dance_by_metadata(mount: Mount) {
    on_each_database(async |builder| {
        let issuer = mount.issuer();
        let open = "dynamic_registration = \"open\"";
        let dance = mount.start(builder, open).await;
        let metadata = mount.metadata_url();
        let metadata = metadata.strip_prefix(&mount.origin()).expect("it is there");
        let document = get_json(mount.browser(&dance), metadata).await;
        assert_eq!(document["issuer"], issuer);
        let endpoint = |name: &str| mount.path_of(&document[name]);
        let app = dance.web_app().await;
        let as_app = basic(&app.client_id, app.secret.as_deref().unwrap_or_default());
        let as_app = [("authorization", as_app.as_str())];
        let mut client = mount.browser(&dance);

        let resource = format!("{}/api/v1", mount.site);
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
        let mut alice = mount.browser(&dance);
        let sent = alice.get(&asked).await;
        let login = sent.header("location").to_owned();
        let own = mount.at("/oauth/authorize");
        let expected = format!("{}?next={}", mount.at("/login"), encoded(&own));
        assert!(login.starts_with(&expected), "{login}");
        let page = alice.get(&login).await;
        let next = attribute(page.text(), "value")
            .into_iter()
            .find(|value| value.starts_with(&own))
            .expect("the way back");
        let fields = [
            ("username", "alice"),
            ("password", PASSWORD),
            ("next", &next),
        ];
        let back = alice.post_form(&mount.at("/login"), &fields).await;
        let page = alice.get(back.header("location")).await;
        let request = request_on(&page);
        let fields = [
            ("request", request.as_str()),
            ("scope", "profile"),
            ("decision", "allow"),
        ];
        let sent = alice.submit(&mount.at("/oauth/consent"), &fields).await;
        assert_eq!(answer(&sent).one("iss"), Some(issuer.as_str()));
        let code = answer(&sent).expect_code();
        let wrong = app.authorize_path(&[("response_type", "token")]);
        let sent = alice.get(&mount.at(&wrong)).await;
        assert_eq!(answer(&sent).one("iss"), Some(issuer.as_str()));
        assert!(answer(&sent).one("error").is_some(), "{sent:?}");

        let key = ClientKey::new();
        let token_endpoint = endpoint("token_endpoint");
        let right = mount.origin() + &token_endpoint;
        let own_path = token_endpoint
            .strip_prefix(mount.base())
            .expect("it is below");
        let mut wrong = vec![format!("https://elsewhere.example{token_endpoint}")];
        if mount.base() != "" {
            wrong.push(format!("{HOST}{own_path}"));
        }
        if mount.host.is_some() {
            wrong.push(format!("{}{token_endpoint}", mount.site));
        }
        let form = app.code_form(&code);
        for htu in wrong {
            let proof = key.proof(&dance.site, "POST", "").claim("htu", htu).sign();
            let headers = [as_app[0], ("dpop", proof.as_str())];
            let reply = client
                .post_form_with(&token_endpoint, &form, &headers)
                .await;
            assert_eq!(reply.json::<Value>()["error"], "invalid_dpop_proof");
        }
        let proof = key
            .proof(&dance.site, "POST", "")
            .claim("htu", right)
            .sign();
        let headers = [as_app[0], ("dpop", proof.as_str())];
        let given = tokens(
            &client
                .post_form_with(&token_endpoint, &form, &headers)
                .await,
        );

        let form = [("token", given.access.as_str())];
        let told: Value = client
            .post_form_with(&endpoint("introspection_endpoint"), &form, &as_app)
            .await
            .json();
        assert_eq!(
            (&told["active"], &told["iss"]),
            (&json!(true), &json!(issuer))
        );
        assert_eq!(told["aud"], resource);

        // The API has stayed where it was.
        let me = api(&dance, mount, &key, &given.access).await;
        assert_eq!(me.status(), 200, "{me:?}");
        let me: Value = me.json();
        assert_eq!(me["profile_url"], format!("{}/u/alice", mount.site));
        let revoked = client
            .post_form_with(&endpoint("revocation_endpoint"), &form, &as_app)
            .await;
        assert_eq!(revoked.status(), 200, "{revoked:?}");
        let me = api(&dance, mount, &key, &given.access).await;
        assert_eq!(me.status(), 401, "{me:?}");

        // What is elsewhere is another's resource, also on the same host.
        let mut elsewhere = vec!["https://elsewhere.example/api/v1".to_owned()];
        if mount.site == SITE {
            elsewhere.push(format!("{HOST}/wiki"));
        }
        for resource in &elsewhere {
            let path = mount.at(&app.authorize_path(&[("resource", resource)]));
            let refused = alice.get(&path).await;
            assert_eq!(answer(&refused).one("error"), Some("invalid_target"));
        }

        let mut send = async |request: http::request::Builder, body: Body| {
            let request = request.header("content-type", "application/json");
            client.send(request.body(body).expect("a request")).await
        };
        let metadata = web_metadata(&json!({})).to_string();
        let register = Request::post(endpoint("registration_endpoint"));
        let registered: Value = send(register, metadata.into()).await.json();
        let manage = Request::get(mount.path_of(&registered["registration_client_uri"]));
        let token = registered["registration_access_token"].as_str();
        let bearer = format!("Bearer {}", token.expect("a token"));
        let reply = send(manage.header("authorization", bearer), Body::empty()).await;
        assert_eq!(reply.status(), 200, "{reply:?}");
    })
    .await;
}

async fn api(dance: &Dance, mount: Mount, key: &ClientKey, access_token: &str) -> Reply {
    let proof = key
        .proof(&dance.site, "GET", "/api/v1/me")
        .ath(access_token);
    let request = Request::get(format!("{}/api/v1/me", &mount.site[HOST.len()..]))
        .header("authorization", format!("DPoP {access_token}"))
        .header("dpop", proof.sign())
        .body(Body::empty());
    let mut client = dance.site.browser();
    client.send(request.expect("a valid request")).await
}

fn encoded(text: &str) -> String {
    url::form_urlencoded::byte_serialize(text.as_bytes()).collect()
}

/// `POST /auth/token` is a root route, and under this prefix an alias too.
#[tokio::test(flavor = "multi_thread")]
async fn what_a_prefix_brings_together_answers_once() {
    on_each_database(async |builder| {
        let dance = MOVED.start(builder, "").await;
        let refused = dance
            .site
            .browser()
            .request(Method::DELETE, "/auth/token")
            .await;
        assert_eq!(refused.status(), 405);
        let mut allowed: Vec<&str> = refused.header("allow").split(',').collect();
        allowed.sort_unstable();
        assert_eq!(allowed, ["POST"], "{refused:?}");
        let preflight = dance
            .site
            .browser()
            .request(Method::OPTIONS, "/auth/token")
            .await;
        let methods = preflight.header("access-control-allow-methods");
        assert_eq!(methods, "POST", "{preflight:?}");
        let reply = dance.site.browser().post_form("/auth/token", &[]).await;
        assert_eq!(reply.json::<Value>()["error"], "invalid_client");
    })
    .await;
}

/// Check 106.
///
/// A `Host` chooses among the configured hosts, and is in no answer.
#[tokio::test(flavor = "multi_thread")]
async fn a_forged_host_finds_no_server_and_changes_no_issuer() {
    on_each_database(async |builder| {
        let mount = ON_ITS_OWN_HOST;
        let dance = mount.start(builder, "").await;
        let metadata = "/.well-known/oauth-authorization-server";
        for forged in ["photos.example", "evil.example", "auth.example.evil"] {
            let mut client = dance.site.browser_at(forged);
            for path in [metadata, "/oauth/authorize", "/auth/token"] {
                let reply = client.get(path).await;
                assert_eq!(reply.status(), 404, "{forged}{path}: {reply:?}");
            }
        }
        for known in ["auth.example", "AUTH.EXAMPLE:443"] {
            let document = get_json(dance.site.browser_at(known), metadata).await;
            assert_eq!(document["issuer"], mount.issuer());
            assert_eq!(
                document["token_endpoint"],
                "https://auth.example/oauth/access_token"
            );
        }
        // The API is on the site's own host, and names the issuer.
        let resource = "/.well-known/oauth-protected-resource/api/v1";
        let document = get_json(dance.site.browser(), resource).await;
        assert_eq!(document["authorization_servers"], json!([mount.issuer()]));
        let elsewhere = mount.browser(&dance).get("/api/v1/me").await;
        assert_eq!(elsewhere.status(), 404, "{elsewhere:?}");
    })
    .await;
}
