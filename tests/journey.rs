//! The whole way by hand: an operator registers an application, a member
//! allows it, it publishes a photograph, and that is on the site.

use serde_json::{Value, json};

use crate::support::{
    Installation, Site, Visitor,
    application::{ALL_SCOPES, Application, decide, query_of},
    each_database,
    photograph::{self, TURNED},
    upload::Upload,
};

fn site(database: crate::support::Database) -> Installation {
    let installation = Installation::on(database, &["oauth", "api"]);
    installation.add_member("alice", "a long password");
    installation.add_member("bob", "another password");
    installation
}

fn text<'a>(json: &'a Value, name: &str) -> &'a str {
    json[name].as_str().unwrap_or_default()
}

#[test]
fn an_application_is_allowed_and_publishes_a_photograph() {
    each_database(|database| {
        let installation = site(database);
        let application = Application::register(&installation, &[]);
        let site = installation.serve();

        // The member comes without a session, signs in, and is brought back.
        let attempt = application.attempt(ALL_SCOPES);
        let alice = site.visitor();
        let page = sign_in_on_the_way(&alice, attempt.url());
        for words in [
            "Photo Desk asks to use your account",
            "See your name and your profile page",
            "Publish, change and delete photographs in your name",
            "127.0.0.1",
        ] {
            assert!(page.text().contains(words), "no {words}: {}", page.text());
        }
        let fields = [
            ("scope", "profile"),
            ("scope", "media:read"),
            ("scope", "media:write"),
            ("decision", "allow"),
        ];
        let callback = decide(&page, &alice, &fields);
        let code = application.code(&attempt, &callback);
        let tokens = application.exchange(&attempt, &code).expect(200);
        assert_eq!(tokens.header("cache-control"), "no-store");
        let tokens = tokens.json();
        assert_eq!(text(&tokens, "token_type"), "Bearer");
        assert_eq!(tokens["expires_in"], 3600);

        let api = site.visitor().with_token(text(&tokens, "access_token"));
        let me = api.get("/api/v1/me").expect(200).json();
        assert_eq!(text(&me, "username"), "alice");
        assert_eq!(
            text(&me, "profile_url"),
            format!("{}/u/alice", installation.url())
        );
        assert_eq!(me.get("email"), None, "nobody allowed that");

        publish_and_change(&site, &api);

        let renewed = application
            .refresh(text(&tokens, "refresh_token"))
            .expect(200)
            .json();
        assert_ne!(renewed["refresh_token"], tokens["refresh_token"]);
        let api = site.visitor().with_token(text(&renewed, "access_token"));
        api.get("/api/v1/me").expect(200);
        let replayed = application.exchange(&attempt, &code).expect(400).json();
        assert_eq!(replayed["error"], "invalid_grant");

        assert_nothing_secret_is_logged(&site, &[&tokens, &renewed], &application, &code);
    });
}

/// Follows the site from an application's link over the sign-in form to the
/// consent page.
fn sign_in_on_the_way(alice: &Visitor, url: &str) -> crate::support::Answer {
    let sent = alice.get(url).expect(303);
    let login = sent.header("location").to_owned();
    let page = alice.get(&login).expect(200);
    let next = page.hidden_field("next").expect("it knows the way back");
    let next = next.replace("&amp;", "&").replace("&#38;", "&");
    let csrf = page.hidden_field("csrf").unwrap_or_default();
    let fields = [
        ("username", "alice"),
        ("password", "a long password"),
        ("next", next.as_str()),
        ("csrf", csrf.as_str()),
    ];
    let signed_in = alice.post_form("/login", &fields).expect(303);
    alice.get(signed_in.header("location")).expect(200)
}

/// What the API offers for media, and where the site shows it.
fn publish_and_change(site: &Site<'_>, api: &Visitor) {
    let upload = Upload::new("cat.jpg", photograph::bytes(TURNED))
        .field("title", "The cat")
        .field("description", "She sleeps.")
        .field("tags", "cat, sleep")
        .field("visibility", "public");
    let created = api.post_upload("/api/v1/media", &upload).expect(201).json();
    assert_eq!(text(&created, "title"), "The cat");
    assert_eq!(created["tags"], json!(["cat", "sleep"]));
    assert_eq!(text(&created["owner"], "username"), "alice");
    let id = created["id"].as_i64().expect("an id");
    let path = format!("/api/v1/media/{id}");
    let page = format!("/m/{id}");

    let anybody = site.visitor();
    photograph::assert_clean_and_upright(&anybody, &page);
    assert!(anybody.get("/").expect(200).text().contains(&page));
    assert!(anybody.get("/u/alice").expect(200).text().contains(&page));
    assert!(
        anybody
            .get(&page)
            .expect(200)
            .text()
            .contains("She sleeps.")
    );
    let ready = anybody.get(&path).expect(200).json();
    assert_eq!(text(&ready, "state"), "ready");
    for size in ["original", "medium", "thumbnail"] {
        let file = &ready["files"][size];
        assert!(file["width"].as_u64() > file["height"].as_u64(), "{file}");
        anybody.get(text(file, "url")).expect(200);
    }
    let listed = api.get("/api/v1/media").expect(200).json();
    assert_eq!(listed["media"][0]["id"], id);

    let change = json!({ "title": "The cat, hidden", "visibility": "private" });
    let changed = api.patch_json(&path, &change).expect(200).json();
    assert_eq!(text(&changed, "title"), "The cat, hidden");
    anybody.get(&path).expect(404);
    anybody.get(&page).expect(404);
    anybody
        .get(text(&ready["files"]["original"], "url"))
        .expect(404);
    api.get(&path).expect(200);
    anybody.delete(&path).expect(401);
    api.delete(&path).expect(204);
    api.get(&path).expect(404);
}

fn assert_nothing_secret_is_logged(
    site: &Site<'_>,
    tokens: &[&Value],
    application: &Application,
    code: &str,
) {
    let log = site.log();
    let mut secrets = vec!["a long password", code];
    secrets.extend(application.client_secret.as_deref());
    for tokens in tokens {
        secrets.extend([text(tokens, "access_token"), text(tokens, "refresh_token")]);
    }
    for secret in secrets {
        assert!(!log.contains(secret), "a secret is in the log:\n{log}");
    }
}

#[test]
fn a_member_allows_a_part_or_nothing() {
    each_database(|database| {
        let installation = site(database);
        let application = Application::register(&installation, &["--public"]);
        assert_eq!(application.client_secret, None);
        let site = installation.serve();
        let alice = site.member("alice", "a long password");

        let attempt = application.attempt(ALL_SCOPES);
        let code = application.be_allowed(&alice, &attempt, &["profile"]);
        let tokens = application.exchange(&attempt, &code).expect(200).json();
        assert_eq!(text(&tokens, "scope"), "profile");
        let api = site.visitor().with_token(text(&tokens, "access_token"));
        api.get("/api/v1/me").expect(200);
        let upload = Upload::new("cat.jpg", photograph::bytes(TURNED));
        let refused = api.post_upload("/api/v1/media", &upload).expect(403);
        let challenge = refused.header("www-authenticate");
        assert!(challenge.contains("insufficient_scope"), "{challenge}");

        let bob = site.member("bob", "another password");
        let attempt = application.attempt(ALL_SCOPES);
        let page = attempt.consent_page(&bob);
        let callback = decide(&page, &bob, &[("decision", "deny"), ("scope", "profile")]);
        assert_eq!(
            query_of(&callback, "error").as_deref(),
            Some("access_denied")
        );
        assert_eq!(query_of(&callback, "state"), Some(attempt.state));
        assert_eq!(query_of(&callback, "code"), None);
    });
}

#[test]
fn what_ends_a_member_s_trust_ends_the_tokens_at_once() {
    each_database(|database| {
        let installation = site(database);
        let application = Application::register(&installation, &[]);
        let site = installation.serve();
        let me = |tokens: &Value| {
            let api = site.visitor().with_token(text(tokens, "access_token"));
            api.get("/api/v1/me").status
        };

        let alice = site.member("alice", "a long password");
        let tokens = application.connect(&alice);
        assert_eq!(me(&tokens), 200);
        let only = format!("oauth/{}", application.client_id);
        let fields = [("only", only.as_str())];
        let revoked = alice.submit("/connections", "/connections/revoke", &fields);
        assert_eq!(revoked.status, 303, "{}", revoked.text());
        assert_eq!(me(&tokens), 401);
        application
            .refresh(text(&tokens, "refresh_token"))
            .expect(400);

        let tokens = application.connect(&alice);
        assert_eq!(me(&tokens), 200);
        let arguments = ["user", "passwd", "alice", "--password-stdin"];
        installation
            .hob_reading(&arguments, "a longer password")
            .succeeds();
        assert_eq!(me(&tokens), 401);

        let bob = site.member("bob", "another password");
        let tokens = application.connect(&bob);
        assert_eq!(me(&tokens), 200);
        installation.hob(&["user", "disable", "bob"]).succeeds();
        assert_eq!(me(&tokens), 401);
        application
            .refresh(text(&tokens, "refresh_token"))
            .expect(400);

        let alice = site.member("alice", "a longer password");
        let tokens = application.connect(&alice);
        assert_eq!(me(&tokens), 200);
        let arguments = ["oauth", "client", "suspend", &application.client_id];
        installation.hob(&arguments).succeeds();
        assert_eq!(me(&tokens), 401);
    });
}

#[test]
fn a_script_of_another_site_may_ask_with_a_token_and_without_cookies() {
    let installation = site(crate::support::Database::Sqlite);
    let site = installation.serve();
    let allowed = site.visitor().preflight("/api/v1/me", "GET");
    assert!(matches!(allowed.status, 200 | 204), "{}", allowed.status);
    assert_eq!(allowed.header("access-control-allow-origin"), "*");
    let headers = allowed
        .header("access-control-allow-headers")
        .to_lowercase();
    assert!(headers.contains("authorization"), "{headers}");
    let refused = site.visitor().get("/api/v1/me").expect(401);
    assert!(
        refused.header("www-authenticate").starts_with("Bearer"),
        "{:?}",
        refused.headers
    );
    let origin = [("origin", "http://127.0.0.1:5000")];
    let page = site.visitor().get_with("/login", &origin).expect(200);
    assert_eq!(page.header("access-control-allow-origin"), "");
}
