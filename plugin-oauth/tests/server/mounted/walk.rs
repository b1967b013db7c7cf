//! Goes wherever pages lead, and looks at each link, form and cookie.

use std::collections::BTreeSet;

use hob::testing::{Reply, on_each_database};
use serde_json::Value;

use super::{
    DEVICE_GRANT, attribute, encoded,
    mount::{AT_THE_ROOT, BELOW_A_PATH, MOVED, Mount, ON_ITS_OWN_HOST},
    support::{App, Dance, REDIRECT_URI, answer, request_on},
};

const CAT: &[u8] = include_bytes!("../../../../tests/photographs/cat-turned-with-position.jpg");

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
