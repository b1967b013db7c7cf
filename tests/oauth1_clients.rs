//! Ordinary libraries that sign requests by OAuth 1.0a, and know nothing of Hob.
//! Each drives a small application (see `clients/README.md`), and all go through
//! the same scenarios.

use std::process::Command;

use serde_json::Value;

use crate::support::{
    Answer, Installation, Site, Visitor,
    application::query_of,
    client_program::{Client, ClientProgram},
    node,
    photograph::{self, TURNED},
    python,
};

const CALLBACK: &str = "http://127.0.0.1:5000/callback";
const ALL_SCOPES: [&str; 3] = ["profile", "media:read", "media:write"];

/// The command of an application.
type Library = fn() -> Command;

const REQUESTS_OAUTHLIB: Library = || python::client("requests_oauthlib1_client.py");
const AUTHLIB: Library = || python::client("authlib1_client.py");
const OAUTH_1_0A: Library = || node::client("oauth10a_client.mjs");

/// A site, an application that runs, and a member before a browser.
struct Scene<'a> {
    site: &'a Site<'a>,
    alice: Visitor,
    client: ClientProgram,
    consumer_key: String,
}

/// Plays a scene on a fresh site, with an application that signs in this way.
fn play(library: Library, signing: &[(&str, &str)], scene: impl FnOnce(&mut Scene)) {
    let installation = Installation::new(&["oauth1", "api"]);
    play_on(&installation, library, signing, scene);
}

fn play_on(
    installation: &Installation,
    library: Library,
    signing: &[(&str, &str)],
    scene: impl FnOnce(&mut Scene),
) {
    installation.add_member("alice", "a long password");
    let scope = ALL_SCOPES.join(" ");
    let words = [
        "oauth1",
        "consumer",
        "add",
        "--name",
        "Photo Desk",
        "--callback",
        CALLBACK,
        "--scope",
        &scope,
        "--json",
    ];
    let printed = installation.hob(&words).succeeds();
    let consumer: Value = serde_json::from_str(&printed).expect("it prints JSON");
    let text = |name: &str| consumer[name].as_str().expect("it is there").to_owned();
    let mut command = library();
    command
        .env("HOB_URL", installation.url())
        .env("CLIENT_ID", text("consumer_key"))
        .env("CLIENT_SECRET", text("consumer_secret"));
    for (name, value) in signing {
        command.env(name, value);
    }
    let site = installation.serve();
    scene(&mut Scene {
        site: &site,
        alice: site.member("alice", "a long password"),
        client: ClientProgram::start(command),
        consumer_key: text("consumer_key"),
    });
}

impl Scene<'_> {
    #[track_caller]
    fn expect(&mut self, line: &str, answer: &str) {
        assert_eq!(self.client.told(line), answer, "to {line:?}");
    }

    /// The application asks, and the member allows these scopes; none of them
    /// is a denial.
    #[track_caller]
    fn decide(&mut self, callback: &str, allowed: &[&str]) -> Answer {
        let url = self.client.told(&format!("connect {callback}"));
        let page = self.alice.get(&url).expect(200);
        let hidden = |name: &str| page.hidden_field(name).expect("the page asks");
        let (csrf, request) = (hidden("csrf"), hidden("request"));
        assert_eq!(query_of(&url, "oauth_token").as_ref(), Some(&request));
        let decision = if allowed.is_empty() { "deny" } else { "allow" };
        let mut fields = vec![
            ("csrf", csrf.as_str()),
            ("request", request.as_str()),
            ("decision", decision),
        ];
        fields.extend(allowed.iter().map(|scope| ("scope", *scope)));
        self.alice.post_form("/oauth1/authorize", &fields)
    }

    #[track_caller]
    fn connected(&mut self) {
        let back = self.decide(CALLBACK, &ALL_SCOPES).expect(303);
        let line = format!("callback {}", back.header("location"));
        self.expect(&line, "allowed");
        self.expect("me", "alice");
    }
}

/// The member allows everything; a signed query and an upload go through.
fn connects_and_publishes(library: Library, signing: &[(&str, &str)]) {
    play(library, signing, connect_and_publish);
}

fn connect_and_publish(scene: &mut Scene) {
    scene.connected();
    scene.expect("count", "0");
    let file = photograph::path(TURNED);
    let page = scene.client.told(&format!("publish {}", file.display()));
    photograph::assert_clean_and_upright(&scene.alice, &page);
}

/// An application connects to a site that is set up, and publishes there.
pub fn uses(installation: &Installation) {
    play_on(installation, REQUESTS_OAUTHLIB, &[], connect_and_publish);
}

/// The member denies; then copies a verifier; then takes it all back.
fn hears_a_no_and_an_end(library: Library) {
    play(library, &[], |scene| {
        let back = scene.decide(CALLBACK, &[]).expect(303);
        let line = format!("callback {}", back.header("location"));
        scene.expect(&line, "error permission_denied");

        let shown = scene.decide("oob", &ALL_SCOPES).expect(200).text();
        let typed = shown.split("aria-labelledby=\"code\">").nth(1);
        let typed = typed
            .and_then(|rest| rest.split('<').next())
            .expect("a verifier");
        scene.expect("verifier BCDFG-HJKLM", "error verifier_invalid");
        scene.expect(&format!("verifier {typed}"), "allowed");
        scene.expect("me", "alice");

        let only = format!("oauth1/{}", scene.consumer_key);
        let fields = [("only", only.as_str())];
        let taken = scene
            .alice
            .submit("/connections", "/connections/revoke", &fields);
        assert_eq!(taken.status, 303, "{}", taken.text());
        scene.expect("me", "error token_rejected");

        scene.connected();
        let suspend = ["oauth1", "consumer", "suspend", &scene.consumer_key];
        scene.site.installation.hob(&suspend).succeeds();
        scene.expect("me", "error consumer_key_refused");
    });
}

#[test]
fn requests_oauthlib_signs_and_publishes() {
    connects_and_publishes(REQUESTS_OAUTHLIB, &[]);
}

#[test]
fn requests_oauthlib_signs_with_sha_256() {
    connects_and_publishes(REQUESTS_OAUTHLIB, &[("SIGNATURE_METHOD", "HMAC-SHA256")]);
}

#[test]
fn requests_oauthlib_signs_in_queries() {
    connects_and_publishes(REQUESTS_OAUTHLIB, &[("SIGNATURE_TYPE", "QUERY")]);
}

#[test]
fn requests_oauthlib_hears_a_no_and_an_end_of_signing() {
    hears_a_no_and_an_end(REQUESTS_OAUTHLIB);
}

#[test]
fn authlib_signs_and_publishes() {
    connects_and_publishes(AUTHLIB, &[]);
}

#[test]
fn authlib_hears_a_no_and_an_end_of_signing() {
    hears_a_no_and_an_end(AUTHLIB);
}

#[test]
fn oauth_1_0a_signs_and_publishes() {
    connects_and_publishes(OAUTH_1_0A, &[]);
    connects_and_publishes(OAUTH_1_0A, &[("SIGNATURE_METHOD", "HMAC-SHA256")]);
}

#[test]
fn oauth_1_0a_hears_a_no_and_an_end_of_signing() {
    hears_a_no_and_an_end(OAUTH_1_0A);
}
