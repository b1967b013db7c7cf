//! The scenarios that all libraries go through, each on a site of its own.

use super::Start;
use crate::support::{
    Installation, Site, Visitor,
    application::{ALL_SCOPES, Application, consent_page, decide, query_of},
    client_program::Client,
    photograph::{self, TURNED},
};

/// A part of [`ALL_SCOPES`].
const PART: &str = "profile media:read";

/// The key of RFC 7517, appendix A.1, whose private half no program has.
const OTHER_KEYS: &str = r#"{"kty": "EC", "crv": "P-256",
    "x": "MKBCTNIcKUSDii11ySs3526iDZ8AiTo7Tu6KPAqv7D4",
    "y": "4Etl6SRW2YiLUrN5vfvVHuhp7x8PxltmWWlbbM4IFyM"}"#;

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
pub fn connects_and_refreshes(library: Start, more: &[&str]) {
    play(library, more, |scene| {
        scene.connected();
        for _ in 0..2 {
            scene.expect("refresh", &format!("allowed {ALL_SCOPES}"));
            scene.expect("me", "alice");
        }
    });
}

/// The same, and the application publishes a photograph.
pub fn connects_and_publishes(library: Start, more: &[&str]) {
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
pub fn finds_a_site_below_a_path(library: Start) {
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
pub fn hears_a_no(library: Start) {
    play(library, &[], |scene| {
        assert_eq!(scene.connect(""), "error access_denied");
        scene.connected();
    });
}

/// The member allows a part. A refresh keeps to it, and does not fail for what
/// was asked and not allowed.
pub fn works_with_a_part(library: Start) {
    play(library, &[], |scene| {
        assert_eq!(scene.connect(PART), format!("allowed {PART}"));
        scene.expect("me", "alice");
        scene.expect("refresh", &format!("allowed {PART}"));
        scene.expect("me", "alice");
    });
}

/// The member takes back what was allowed, while the application is at it.
pub fn hears_that_it_was_taken_back(library: Start) {
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
pub fn gives_its_tokens_back(library: Start, more: &[&str]) {
    play(library, more, |scene| {
        scene.connected();
        scene.expect("revoke", "revoked");
        scene.expect("me", "error invalid_token");
        scene.expect("refresh", "error invalid_grant");
    });
}

/// The application asks what its token allows, before and after it gives the
/// tokens back.
pub fn asks_what_its_token_allows(library: Start) {
    play(library, &[], |scene| {
        assert_eq!(scene.connect(PART), format!("allowed {PART}"));
        scene.expect("introspect", &format!("active {PART}"));
        scene.expect("revoke", "revoked");
        scene.expect("introspect", "inactive");
    });
}

/// The application has to push its request. The browser's address tells
/// nothing but its name.
pub fn pushes_its_request(library: Start, more: &[&str]) {
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
pub fn acts_for_no_member(library: Start) {
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
pub fn binds_its_tokens(library: Start, more: &[&str]) {
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
pub fn proves_itself_by_a_key(library: Start) {
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
pub fn lets_a_device_in(library: Start, more: &[&str]) {
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
