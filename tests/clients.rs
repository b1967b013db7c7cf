//! Ordinary OAuth libraries, which know nothing of Hob. Each drives a small
//! application (see `clients/README.md`), and all go through the same
//! scenarios.

mod oauth2_crate;

use std::process::Command;

use oauth2_crate::OAuth2Crate;

use crate::support::{
    Installation, Site, Visitor,
    application::{ALL_SCOPES, Application, consent_page, decide, query_of},
    client_program::{Client, ClientProgram},
    go, node,
    photograph::{self, TURNED},
    python,
};

/// A part of [`ALL_SCOPES`].
const PART: &str = "profile media:read";

/// The key of RFC 7517, appendix A.1, whose private half no program has.
const OTHER_KEYS: &str = r#"{"kty": "EC", "crv": "P-256",
    "x": "MKBCTNIcKUSDii11ySs3526iDZ8AiTo7Tu6KPAqv7D4",
    "y": "4Etl6SRW2YiLUrN5vfvVHuhp7x8PxltmWWlbbM4IFyM"}"#;

/// Starts an application on a library, for the site at this URL.
type Start = fn(&str, &Application) -> Box<dyn Client>;

fn start(mut command: Command, site: &str, application: &Application) -> Box<dyn Client> {
    command
        .env("HOB_URL", site)
        .env("CLIENT_ID", &application.client_id)
        .env_remove("CLIENT_SECRET");
    if let Some(secret) = &application.client_secret {
        command.env("CLIENT_SECRET", secret);
    }
    Box::new(ClientProgram::start(command))
}

/// A program that is asked for more than OAuth's usual; see
/// `clients/README.md`.
fn switched_on(mut command: Command, name: &str) -> Command {
    command.env(name, "1");
    command
}

const REQUESTS_OAUTHLIB: Start = |site, application| {
    start(
        python::client("requests_oauthlib_client.py"),
        site,
        application,
    )
};
const AUTHLIB: Start =
    |site, application| start(python::client("authlib_client.py"), site, application);
const OAUTH4WEBAPI: Start =
    |site, application| start(node::client("oauth4webapi_client.mjs"), site, application);
const OPENID_CLIENT: Start =
    |site, application| start(node::client("openid_client_client.mjs"), site, application);
const OAUTH4WEBAPI_WITH_BOUND_TOKENS: Start = |site, application| {
    let client = node::client("oauth4webapi_client.mjs");
    start(switched_on(client, "DPOP"), site, application)
};
const OPENID_CLIENT_WITH_BOUND_TOKENS: Start = |site, application| {
    let client = node::client("openid_client_client.mjs");
    start(switched_on(client, "DPOP"), site, application)
};
const AUTHLIB_WITH_A_KEY: Start = |site, application| {
    let client = python::client("authlib_client.py");
    start(switched_on(client, "PRIVATE_KEY_JWT"), site, application)
};
const OAUTH4WEBAPI_WITH_A_KEY: Start = |site, application| {
    let client = node::client("oauth4webapi_client.mjs");
    start(switched_on(client, "PRIVATE_KEY_JWT"), site, application)
};
const OPENID_CLIENT_WITH_A_KEY: Start = |site, application| {
    let client = node::client("openid_client_client.mjs");
    start(switched_on(client, "PRIVATE_KEY_JWT"), site, application)
};
const XOAUTH2: Start =
    |site, application| start(go::client("xoauth2_client.go"), site, application);
const OAUTH2_CRATE: Start = |site, application| Box::new(OAuth2Crate::new(site, application));

/// A site, an application that is registered and runs, and a member before a
/// browser.
struct Scene<'a> {
    site: &'a Site<'a>,
    application: &'a Application,
    alice: Visitor,
    client: Box<dyn Client>,
}

/// Plays a scene on a fresh site, with an application that is registered with
/// `more` arguments.
fn play(library: Start, more: &[&str], scene: impl FnOnce(&mut Scene)) {
    play_with("", library, more, scene);
}

/// The same, with a section more in `hob.toml`.
fn play_with(section: &str, library: Start, more: &[&str], scene: impl FnOnce(&mut Scene)) {
    let installation = Installation::new(&["oauth", "api"]);
    installation.add_to_configuration(section);
    play_on(&installation, library, more, scene);
}

/// The same, on a site that is there.
fn play_on(
    installation: &Installation,
    library: Start,
    more: &[&str],
    scene: impl FnOnce(&mut Scene),
) {
    installation.add_member("alice", "a long password");
    let application = Application::register(installation, more);
    let site = installation.serve();
    scene(&mut Scene {
        site: &site,
        application: &application,
        alice: site.member("alice", "a long password"),
        client: library(&installation.url(), &application),
    });
}

impl Scene<'_> {
    #[track_caller]
    fn expect(&mut self, line: &str, answer: &str) {
        assert_eq!(self.client.told(line), answer, "to {line:?}");
    }

    /// The member's way from the application's URL back to the application,
    /// allowing these scopes where the site asks. None of them is a denial.
    #[track_caller]
    fn decide(&self, url: &str, allowed: &str) -> String {
        let page = consent_page(url, &self.alice);
        decide(&page, &self.alice, &decision(allowed))
    }

    /// The application asks for all; the member allows these scopes.
    #[track_caller]
    fn connect(&mut self, allowed: &str) -> String {
        let url = self.client.told(&format!("connect {ALL_SCOPES}"));
        let state = query_of(&url, "state");
        assert!(state.is_some(), "no state: {url}");
        assert!(query_of(&url, "code_challenge").is_some(), "no PKCE: {url}");
        let callback = self.decide(&url, allowed);
        assert_eq!(query_of(&callback, "state"), state);
        self.client.told(&format!("callback {callback}"))
    }

    #[track_caller]
    fn connected(&mut self) {
        assert_eq!(self.connect(ALL_SCOPES), format!("allowed {ALL_SCOPES}"));
        self.expect("me", "alice");
    }
}

/// The fields of a page that asks, with these scopes ticked. None of them is a
/// denial.
fn decision(allowed: &str) -> Vec<(&str, &str)> {
    let button = if allowed.is_empty() { "deny" } else { "allow" };
    let ticked = allowed.split_whitespace().map(|word| ("scope", word));
    ticked.chain([("decision", button)]).collect()
}

/// The member allows everything, and the tokens are renewed twice.
fn connects_and_refreshes(library: Start, more: &[&str]) {
    play(library, more, |scene| {
        scene.connected();
        for _ in 0..2 {
            scene.expect("refresh", &format!("allowed {ALL_SCOPES}"));
            scene.expect("me", "alice");
        }
    });
}

/// The same, and the application publishes a photograph.
fn connects_and_publishes(library: Start, more: &[&str]) {
    play(library, more, |scene| {
        scene.connected();
        scene.expect("refresh", &format!("allowed {ALL_SCOPES}"));
        let file = photograph::path(TURNED);
        let page = scene.client.told(&format!("publish {}", file.display()));
        photograph::assert_clean_and_upright(&scene.alice, &page);
    });
}

/// The site stands below a path of its host. The application knows no more of
/// it than its issuer, and finds the metadata by that (RFC 8414, section 3.1).
fn finds_a_site_below_a_path(library: Start) {
    let installation = Installation::new(&["oauth", "api"]).below("/hob");
    play_on(&installation, library, &[], |scene| {
        scene.connected();
        scene.expect("refresh", &format!("allowed {ALL_SCOPES}"));
        scene.expect("me", "alice");
        scene.expect("revoke", "revoked");
        scene.expect("me", "error invalid_token");
    });
}

/// The member denies, and allows at the second attempt.
fn hears_a_no(library: Start) {
    play(library, &[], |scene| {
        assert_eq!(scene.connect(""), "error access_denied");
        scene.connected();
    });
}

/// The member allows a part. A refresh keeps to it, and does not fail for what
/// was asked and not allowed.
fn works_with_a_part(library: Start) {
    play(library, &[], |scene| {
        assert_eq!(scene.connect(PART), format!("allowed {PART}"));
        scene.expect("me", "alice");
        scene.expect("refresh", &format!("allowed {PART}"));
        scene.expect("me", "alice");
    });
}

/// The member takes back what was allowed, while the application is at it.
fn hears_that_it_was_taken_back(library: Start) {
    play(library, &[], |scene| {
        scene.connected();
        let only = format!("oauth/{}", scene.application.client_id);
        let fields = [("only", only.as_str())];
        let page = "/connections";
        let answer = scene.alice.submit(page, "/connections/revoke", &fields);
        assert_eq!(answer.status, 303, "{}", answer.text());
        scene.expect("me", "error invalid_token");
        scene.expect("refresh", "error invalid_grant");
        scene.connected();
    });
}

/// The application gives its tokens back.
fn gives_its_tokens_back(library: Start, more: &[&str]) {
    play(library, more, |scene| {
        scene.connected();
        scene.expect("revoke", "revoked");
        scene.expect("me", "error invalid_token");
        scene.expect("refresh", "error invalid_grant");
    });
}

/// The application asks what its token allows, before and after it gives the
/// tokens back.
fn asks_what_its_token_allows(library: Start) {
    play(library, &[], |scene| {
        assert_eq!(scene.connect(PART), format!("allowed {PART}"));
        scene.expect("introspect", &format!("active {PART}"));
        scene.expect("revoke", "revoked");
        scene.expect("introspect", "inactive");
    });
}

/// The application has to push its request. The browser's address tells
/// nothing but its name.
fn pushes_its_request(library: Start, more: &[&str]) {
    let mut arguments = vec!["--require-pushed-authorization-requests"];
    arguments.extend(more);
    play(library, &arguments, |scene| {
        let url = scene.client.told(&format!("connect {ALL_SCOPES}"));
        let callback = scene.alice.get(&url).header("location").to_owned();
        let refusal = scene.client.told(&format!("callback {callback}"));
        assert_eq!(refusal, "error invalid_request");

        let url = scene.client.told(&format!("push {ALL_SCOPES}"));
        assert!(query_of(&url, "request_uri").is_some(), "{url}");
        assert_eq!(query_of(&url, "scope"), None, "{url}");
        let callback = scene.decide(&url, PART);
        scene.expect(&format!("callback {callback}"), &format!("allowed {PART}"));
        scene.expect("me", "alice");
    });
}

/// The application acts for no member, until the operator suspends it.
fn acts_for_no_member(library: Start) {
    play(library, &["--grant", "client_credentials"], |scene| {
        scene.expect("machine media:read", "allowed media:read");
        scene.expect("count", "0");
        let suspend = ["oauth", "client", "suspend", &scene.application.client_id];
        scene.site.installation.hob(&suspend).succeeds();
        scene.expect("count", "error invalid_token");
    });
}

/// The application's tokens are bound to its key (RFC 9449), with each proof
/// made of itself, or of a nonce that the site wants in it. A copy of the token
/// opens nothing, and then the application works as before.
fn binds_its_tokens(library: Start, more: &[&str]) {
    let mut arguments = vec!["--dpop-bound-access-tokens"];
    arguments.extend(more);
    for section in ["", "[plugin.oauth]\ndpop_nonce = true\n"] {
        play_with(section, library, &arguments, |scene| {
            let url = scene.client.told(&format!("push {PART}"));
            let callback = scene.decide(&url, PART);
            scene.expect(&format!("callback {callback}"), &format!("allowed {PART}"));
            scene.expect("me", "alice");
            scene.connected();
            let copy = scene.client.told("show");
            let answer = scene.site.visitor().with_token(&copy).get("/api/v1/me");
            let challenge = answer.expect(401).header("www-authenticate").to_owned();
            assert!(challenge.contains("DPoP"), "{challenge}");
            scene.expect("refresh", &format!("allowed {ALL_SCOPES}"));
            scene.expect("me", "alice");
        });
    }
}

/// The application has a key in place of its secret (RFC 7523), from the time
/// on at which the operator registers the public one, and until another takes
/// its place.
fn proves_itself_by_a_key(library: Start) {
    play(library, &[], |scene| {
        let register = |scene: &Scene, keys: &str| {
            let client_id = &scene.application.client_id;
            let words = ["oauth", "client", "keys", client_id, "--jwks", keys];
            scene.site.installation.hob(&words).succeeds();
        };
        let url = scene.client.told(&format!("connect {ALL_SCOPES}"));
        let callback = format!("callback {}", scene.decide(&url, ALL_SCOPES));
        scene.expect(&callback, "error invalid_client");
        let keys = scene.client.told("keys");
        register(scene, &keys);
        scene.expect(&callback, &format!("allowed {ALL_SCOPES}"));
        scene.expect("me", "alice");
        scene.expect("introspect", &format!("active {ALL_SCOPES}"));
        register(scene, OTHER_KEYS);
        scene.expect("refresh", "error invalid_client");
        register(scene, &keys);
        scene.expect("refresh", &format!("allowed {ALL_SCOPES}"));
        scene.expect("me", "alice");
        scene.expect("revoke", "revoked");
        scene.expect("introspect", "inactive");
    });
}

/// The application shows a code, which the member types elsewhere (RFC 8628).
/// It is denied once, and then allowed a part.
fn lets_a_device_in(library: Start, more: &[&str]) {
    let mut arguments = vec![
        "--grant",
        "urn:ietf:params:oauth:grant-type:device_code",
        "--grant",
        "refresh_token",
    ];
    arguments.extend(more);
    play(library, &arguments, |scene| {
        for (allowed, answer) in [
            ("", "error access_denied"),
            (PART, "allowed profile media:read"),
        ] {
            let shown = scene.client.told(&format!("device {ALL_SCOPES}"));
            let (user_code, uri) = shown.split_once(' ').expect("a code and where to type it");
            assert_eq!(
                uri,
                format!("{}/oauth/device", scene.site.installation.url())
            );
            let page = scene.alice.submit(
                "/oauth/device",
                "/oauth/device",
                &[("user_code", &user_code.to_lowercase())],
            );
            let page = page.expect(200);
            let hidden = |name: &str| page.hidden_field(name).expect("the page asks");
            let (csrf, request) = (hidden("csrf"), hidden("request"));
            let mut fields = vec![("csrf", csrf.as_str()), ("request", request.as_str())];
            fields.extend(decision(allowed));
            scene
                .alice
                .post_form("/oauth/device/consent", &fields)
                .expect(200);
            scene.expect("poll", answer);
        }
        scene.expect("me", "alice");
        scene.expect("refresh", &format!("allowed {PART}"));
        scene.expect("me", "alice");
    });
}

#[test]
fn requests_oauthlib_connects_refreshes_and_publishes() {
    connects_and_publishes(REQUESTS_OAUTHLIB, &[]);
}

#[test]
fn requests_oauthlib_works_as_a_public_client() {
    connects_and_publishes(REQUESTS_OAUTHLIB, &["--public"]);
}

#[test]
fn requests_oauthlib_hears_a_no() {
    hears_a_no(REQUESTS_OAUTHLIB);
}

#[test]
fn requests_oauthlib_works_with_a_part() {
    works_with_a_part(REQUESTS_OAUTHLIB);
}

#[test]
fn requests_oauthlib_hears_that_it_was_taken_back() {
    hears_that_it_was_taken_back(REQUESTS_OAUTHLIB);
}

#[test]
fn requests_oauthlib_pushes_its_request() {
    pushes_its_request(REQUESTS_OAUTHLIB, &[]);
}

#[test]
fn requests_oauthlib_acts_for_no_member() {
    acts_for_no_member(REQUESTS_OAUTHLIB);
}

#[test]
fn authlib_connects_refreshes_and_publishes() {
    connects_and_publishes(AUTHLIB, &[]);
}

#[test]
fn authlib_works_as_a_public_client() {
    connects_and_publishes(AUTHLIB, &["--public"]);
}

#[test]
fn authlib_hears_a_no() {
    hears_a_no(AUTHLIB);
}

#[test]
fn authlib_works_with_a_part() {
    works_with_a_part(AUTHLIB);
}

#[test]
fn authlib_hears_that_it_was_taken_back() {
    hears_that_it_was_taken_back(AUTHLIB);
}

#[test]
fn authlib_gives_its_tokens_back() {
    gives_its_tokens_back(AUTHLIB, &[]);
}

#[test]
fn authlib_asks_what_its_token_allows() {
    asks_what_its_token_allows(AUTHLIB);
}

#[test]
fn authlib_pushes_its_request() {
    pushes_its_request(AUTHLIB, &["--public"]);
}

#[test]
fn authlib_acts_for_no_member() {
    acts_for_no_member(AUTHLIB);
}

#[test]
fn oauth4webapi_connects_refreshes_and_publishes() {
    connects_and_publishes(OAUTH4WEBAPI, &[]);
}

#[test]
fn oauth4webapi_works_as_a_public_client() {
    connects_and_refreshes(OAUTH4WEBAPI, &["--public"]);
}

#[test]
fn oauth4webapi_finds_a_site_below_a_path() {
    finds_a_site_below_a_path(OAUTH4WEBAPI);
}

#[test]
fn oauth4webapi_hears_a_no() {
    hears_a_no(OAUTH4WEBAPI);
}

#[test]
fn oauth4webapi_works_with_a_part() {
    works_with_a_part(OAUTH4WEBAPI);
}

#[test]
fn oauth4webapi_hears_that_it_was_taken_back() {
    hears_that_it_was_taken_back(OAUTH4WEBAPI);
}

#[test]
fn oauth4webapi_gives_its_tokens_back() {
    gives_its_tokens_back(OAUTH4WEBAPI, &["--public"]);
}

#[test]
fn oauth4webapi_asks_what_its_token_allows() {
    asks_what_its_token_allows(OAUTH4WEBAPI);
}

#[test]
fn oauth4webapi_pushes_its_request() {
    pushes_its_request(OAUTH4WEBAPI, &[]);
}

#[test]
fn oauth4webapi_pushes_its_request_as_a_public_client() {
    pushes_its_request(OAUTH4WEBAPI, &["--public"]);
}

#[test]
fn oauth4webapi_acts_for_no_member() {
    acts_for_no_member(OAUTH4WEBAPI);
}

#[test]
fn oauth4webapi_binds_its_tokens() {
    binds_its_tokens(OAUTH4WEBAPI_WITH_BOUND_TOKENS, &[]);
}

#[test]
fn oauth4webapi_binds_its_tokens_as_a_public_client() {
    binds_its_tokens(OAUTH4WEBAPI_WITH_BOUND_TOKENS, &["--public"]);
}

#[test]
fn openid_client_binds_its_tokens() {
    binds_its_tokens(OPENID_CLIENT_WITH_BOUND_TOKENS, &[]);
}

#[test]
fn authlib_proves_itself_by_a_key() {
    proves_itself_by_a_key(AUTHLIB_WITH_A_KEY);
}

#[test]
fn oauth4webapi_proves_itself_by_a_key() {
    proves_itself_by_a_key(OAUTH4WEBAPI_WITH_A_KEY);
}

#[test]
fn openid_client_proves_itself_by_a_key() {
    proves_itself_by_a_key(OPENID_CLIENT_WITH_A_KEY);
}

#[test]
fn oauth4webapi_lets_a_device_in() {
    lets_a_device_in(OAUTH4WEBAPI, &["--public"]);
}

#[test]
fn openid_client_lets_a_device_in() {
    lets_a_device_in(OPENID_CLIENT, &[]);
}

#[test]
fn oauth2_crate_lets_a_device_in() {
    lets_a_device_in(OAUTH2_CRATE, &["--public"]);
}

#[test]
fn openid_client_connects_and_refreshes() {
    connects_and_refreshes(OPENID_CLIENT, &[]);
}

#[test]
fn openid_client_works_as_a_public_client() {
    connects_and_refreshes(OPENID_CLIENT, &["--public"]);
}

#[test]
fn openid_client_finds_a_site_below_a_path() {
    finds_a_site_below_a_path(OPENID_CLIENT);
}

#[test]
fn openid_client_hears_a_no() {
    hears_a_no(OPENID_CLIENT);
}

#[test]
fn openid_client_works_with_a_part() {
    works_with_a_part(OPENID_CLIENT);
}

#[test]
fn openid_client_hears_that_it_was_taken_back() {
    hears_that_it_was_taken_back(OPENID_CLIENT);
}

#[test]
fn openid_client_gives_its_tokens_back() {
    gives_its_tokens_back(OPENID_CLIENT, &[]);
}

#[test]
fn openid_client_asks_what_its_token_allows() {
    asks_what_its_token_allows(OPENID_CLIENT);
}

#[test]
fn openid_client_pushes_its_request() {
    pushes_its_request(OPENID_CLIENT, &[]);
}

#[test]
fn openid_client_acts_for_no_member() {
    acts_for_no_member(OPENID_CLIENT);
}

#[test]
fn golang_oauth2_connects_and_refreshes() {
    connects_and_refreshes(XOAUTH2, &[]);
}

#[test]
fn golang_oauth2_works_as_a_public_client() {
    connects_and_refreshes(XOAUTH2, &["--public"]);
}

#[test]
fn golang_oauth2_hears_a_no() {
    hears_a_no(XOAUTH2);
}

#[test]
fn golang_oauth2_works_with_a_part() {
    works_with_a_part(XOAUTH2);
}

#[test]
fn golang_oauth2_hears_that_it_was_taken_back() {
    hears_that_it_was_taken_back(XOAUTH2);
}

#[test]
fn golang_oauth2_pushes_its_request() {
    pushes_its_request(XOAUTH2, &[]);
}

#[test]
fn golang_oauth2_acts_for_no_member() {
    acts_for_no_member(XOAUTH2);
}

#[test]
fn oauth2_crate_connects_and_refreshes() {
    connects_and_refreshes(OAUTH2_CRATE, &[]);
}

#[test]
fn oauth2_crate_works_as_a_public_client() {
    connects_and_refreshes(OAUTH2_CRATE, &["--public"]);
}

#[test]
fn oauth2_crate_hears_a_no() {
    hears_a_no(OAUTH2_CRATE);
}

#[test]
fn oauth2_crate_works_with_a_part() {
    works_with_a_part(OAUTH2_CRATE);
}

#[test]
fn oauth2_crate_hears_that_it_was_taken_back() {
    hears_that_it_was_taken_back(OAUTH2_CRATE);
}

#[test]
fn oauth2_crate_gives_its_tokens_back() {
    gives_its_tokens_back(OAUTH2_CRATE, &[]);
}

#[test]
fn oauth2_crate_asks_what_its_token_allows() {
    asks_what_its_token_allows(OAUTH2_CRATE);
}

#[test]
fn oauth2_crate_pushes_its_request() {
    pushes_its_request(OAUTH2_CRATE, &[]);
}

#[test]
fn oauth2_crate_acts_for_no_member() {
    acts_for_no_member(OAUTH2_CRATE);
}
