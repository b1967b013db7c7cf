//! Whatever comes from outside, at each address that reads any: a refusal, and
//! never a failure of the server. `make fuzz` sends 100,000 of each.
//!
//! Most of what is sent is nearly right, so that it comes far. A panic would
//! be a 500 too.

mod support;

use std::time::Duration;

use hob::testing::{Browser, on_each_database};
use http::{HeaderValue, Method};
use proptest::prelude::*;
use serde_json::{Value, json};
use support::{
    App, Dance, REDIRECT_URI, Tokens,
    bad_input::{form, json_object, text},
    basic,
    nearly_right::{FORM, each, header_of, is_no_failure, nearly, nearly_json, query_of, send},
    registration::{REGISTER, open_site, update, web_metadata},
};

const DEVICE_GRANT: &str = "urn:ietf:params:oauth:grant-type:device_code";

/// Forgives what throttles count in a case, so that they are no shelter.
const BETWEEN_CASES: Duration = Duration::from_secs(30);

/// A site with an application, and what that once had: nothing of it works
/// any longer, so that no request here may succeed by it.
struct Scene {
    dance: Dance,
    app: App,
    spent: Tokens,
    spent_code: String,
}

impl Scene {
    async fn set(mut dance: Dance, more: &[&str]) -> Self {
        let grants = [
            "--grant",
            "authorization_code",
            "--grant",
            "refresh_token",
            "--grant",
            "password",
            "--grant",
            DEVICE_GRANT,
        ];
        let app = dance
            .register(REDIRECT_URI, &[&grants, more].concat())
            .await;
        let spent_code = dance.code(&app).await;
        let spent = support::tokens(&dance.exchange(&app, &spent_code).await);
        // A code that comes twice takes with it what it gave.
        dance.exchange(&app, &spent_code).await;
        dance.assert_dead(&app, &spent).await;
        dance.take_back(&app).await;
        Self {
            dance,
            app,
            spent,
            spent_code,
        }
    }

    /// A browser of the member's; empty cookies for `signed_in` false.
    fn browser(&self, signed_in: bool) -> Browser {
        self.dance.site.clock().advance(BETWEEN_CASES);
        let mut browser = self.dance.site.browser();
        if signed_in {
            browser.copy_cookies(&self.dance.browser);
        }
        browser
    }

    fn secret(&self) -> &str {
        self.app.secret.as_deref().unwrap_or_default()
    }

    /// The header of Basic, right or wrong.
    fn credentials(&self) -> impl Strategy<Value = Option<HeaderValue>> + use<> {
        let right = self.app.basic();
        let id = self.app.client_id.clone();
        let encoded = |id: &str, secret: &str| header_of(&basic(id, secret));
        prop_oneof![
            6 => Just(header_of(&right)),
            2 => Just(None),
            1 => text().prop_map(move |secret| encoded(&id, &secret)),
            1 => (text(), text()).prop_map(move |(id, secret)| encoded(&id, &secret)),
            1 => text().prop_map(|text| header_of(&format!("Basic {text}"))),
            1 => text().prop_map(|text| header_of(&text)),
        ]
    }
}

/// The headers `DPoP` and `Authorization` of a client that means no good.
fn any_header(start: &'static str) -> impl Strategy<Value = Option<HeaderValue>> {
    prop_oneof![
        3 => Just(None),
        1 => text().prop_map(move |text| header_of(&format!("{start}{text}"))),
        1 => "[A-Za-z0-9_-]{0,30}\\.[A-Za-z0-9_-]{0,30}\\.[A-Za-z0-9_-]{0,30}"
            .prop_map(move |text| header_of(&format!("{start}{text}"))),
    ]
}

/// The parameters of the authorization endpoint.
const ASKED: [&str; 15] = [
    "response_type",
    "response_mode",
    "client_id",
    "redirect_uri",
    "scope",
    "state",
    "resource",
    "code_challenge",
    "code_challenge_method",
    "prompt",
    "login_hint",
    "max_age",
    "dpop_jkt",
    "request",
    "request_uri",
];

#[tokio::test(flavor = "multi_thread")]
async fn an_authorization_request_is_answered_or_refused() {
    on_each_database(async |builder| {
        let scene = Scene::set(Dance::start(builder).await, &[]).await;
        let mut good = scene.app.parameters(&[]);
        good.extend([
            ("prompt", "consent"),
            ("resource", "http://127.0.0.1:8080/api/v1"),
            ("login_hint", "alice"),
            ("max_age", "31536000"),
        ]);
        let sent = (nearly(&good, &ASKED), any::<bool>(), any::<bool>());
        let kept = "proptest-regressions/at_authorize.txt";
        each(kept, sent, async |(sent, signed_in, as_form)| {
            let mut browser = scene.browser(signed_in);
            let reply = if as_form {
                let to = (Method::POST, support::AUTHORIZE);
                send(&mut browser, to, (FORM, sent), &[]).await
            } else {
                let path = format!("{}?{}", support::AUTHORIZE, query_of(&sent));
                browser.get(&path).await
            };
            is_no_failure(&reply)?;
            // Nobody has allowed anything, so there is no code; and nobody is
            // sent to where nobody registered.
            let location = reply.header("location");
            let own = ["/login?", "/oauth/authorize?", REDIRECT_URI];
            prop_assert!(
                location.is_empty() || own.iter().any(|own| location.starts_with(own)),
                "{}",
                location
            );
            let answered = location.strip_prefix(REDIRECT_URI).unwrap_or_default();
            prop_assert!(!answered.contains("code=hob_ac_"), "{}", location);
            Ok(())
        });
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_pushed_request_is_taken_or_refused() {
    on_each_database(async |builder| {
        let scene = Scene::set(Dance::start(builder).await, &[]).await;
        let sent = nearly(&scene.app.parameters(&[]), &ASKED);
        let sent = (sent, scene.credentials(), any_header(""));
        let kept = "proptest-regressions/at_par.txt";
        each(kept, sent, async |(sent, credentials, proof)| {
            let mut browser = scene.browser(false);
            let headers = [("authorization", credentials), ("dpop", proof)];
            let to = (Method::POST, support::PAR);
            let reply = send(&mut browser, to, (FORM, sent), &headers).await;
            is_no_failure(&reply)?;
            prop_assert!(
                matches!(reply.status(), 201 | 400 | 401 | 429),
                "{:?}",
                reply
            );
            Ok(())
        });
    })
    .await;
}

/// The parameters of the token endpoint.
const PRESENTED: [&str; 15] = [
    "grant_type",
    "client_id",
    "client_secret",
    "client_assertion",
    "client_assertion_type",
    "code",
    "redirect_uri",
    "code_verifier",
    "refresh_token",
    "scope",
    "resource",
    "username",
    "password",
    "device_code",
    "token",
];

#[tokio::test(flavor = "multi_thread")]
async fn a_token_request_that_is_not_right_gets_no_token() {
    on_each_database(async |builder| {
        let scene = Scene::set(Dance::start(builder).await, &["--legacy-query"]).await;
        let code_form = scene.app.code_form(&scene.spent_code);
        let refresh_form = [
            ("grant_type", "refresh_token"),
            ("refresh_token", &*scene.spent.refresh),
            ("scope", "profile"),
        ];
        let password_form = [
            ("grant_type", "password"),
            ("username", "alice"),
            ("password", "wrong"),
            ("scope", "profile"),
        ];
        let device_form = [("grant_type", DEVICE_GRANT), ("device_code", "hob_dc_x")];
        let in_body = [
            ("client_id", &*scene.app.client_id),
            ("client_secret", scene.secret()),
        ];
        let sent = prop_oneof![
            3 => nearly(&code_form, &PRESENTED),
            3 => nearly(&[&code_form[..], &in_body].concat(), &PRESENTED),
            3 => nearly(&refresh_form, &PRESENTED),
            // A check of a password takes its time.
            1 => nearly(&device_form, &PRESENTED),
            2 => form(&PRESENTED),
        ];
        let sent = (sent, scene.credentials(), any_header(""), 0..20_u8);
        let wrong_password = nearly(&password_form, &PRESENTED);
        let kept = "proptest-regressions/at_token.txt";
        each(kept, (sent, wrong_password), async |(sent, password)| {
            let (mut sent, credentials, proof, kind) = sent;
            let mut browser = scene.browser(false);
            let headers = [("authorization", credentials), ("dpop", proof)];
            let in_query;
            let to = match kind {
                0 => {
                    in_query = format!("{}?{}", support::TOKEN, query_of(&sent));
                    (Method::GET, &*in_query)
                }
                1 => (Method::POST, "/auth/token"),
                2 => {
                    sent = password;
                    (Method::POST, support::TOKEN)
                }
                _ => (Method::POST, support::TOKEN),
            };
            let reply = send(&mut browser, to, (FORM, sent), &headers).await;
            is_no_failure(&reply)?;
            prop_assert!((400..500).contains(&reply.status()), "{:?}", reply);
            Ok(())
        });
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_token_that_is_shown_for_revocation_or_introspection_tells_nothing() {
    on_each_database(async |builder| {
        let scene = Scene::set(Dance::start(builder).await, &["--introspect"]).await;
        let good = [
            ("token", &*scene.spent.access),
            ("token_type_hint", "access_token"),
        ];
        let sent = prop_oneof![3 => nearly(&good, &PRESENTED), 1 => form(&PRESENTED)];
        let sent = (sent, scene.credentials(), any::<bool>());
        let kept = "proptest-regressions/at_introspect.txt";
        each(kept, sent, async |(sent, credentials, introspects)| {
            let mut browser = scene.browser(false);
            let path = match introspects {
                true => "/oauth/introspect",
                false => "/oauth/revoke",
            };
            let headers = [("authorization", credentials)];
            let reply = send(&mut browser, (Method::POST, path), (FORM, sent), &headers).await;
            is_no_failure(&reply)?;
            if introspects && reply.status() == 200 {
                prop_assert_eq!(reply.json::<Value>(), json!({"active": false}));
            }
            Ok(())
        });
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_device_and_what_a_member_types_are_answered() {
    on_each_database(async |builder| {
        let scene = Scene::set(Dance::start(builder).await, &[]).await;
        let good = [("scope", "profile media:read")];
        let asked = (nearly(&good, &PRESENTED), scene.credentials());
        let csrf = scene.dance.browser.csrf();
        let typed = prop_oneof![
            1 => text(),
            2 => "[BCDFGHJKLMNPQRSTVWXZ]{4}-[BCDFGHJKLMNPQRSTVWXZ]{4}",
            1 => "[a-zB-Z0-9 _-]{6,12}",
        ];
        let decided = [
            ("csrf", &*csrf),
            ("request", "1"),
            ("scope", "profile"),
            ("decision", "allow"),
        ];
        let decided = nearly(&decided, &["request", "scope", "decision", "user_code"]);
        let kept = "proptest-regressions/at_device.txt";
        each(
            kept,
            (asked, typed, decided),
            async |(asked, typed, decided)| {
                let (asked, credentials) = asked;
                let mut device = scene.browser(false);
                let to = (Method::POST, "/oauth/device_authorization");
                let headers = [("authorization", credentials)];
                is_no_failure(&send(&mut device, to, (FORM, asked), &headers).await)?;
                let query = query_of(typed.as_bytes()).replace('&', "%26");
                for path in ["/oauth/device", "/oauth/device/qr"] {
                    let path = format!("{path}?user_code={query}");
                    is_no_failure(&scene.browser(true).get(&path).await)?;
                }
                let mut browser = scene.browser(true);
                let reply = browser
                    .submit("/oauth/device", &[("user_code", typed.as_str())])
                    .await;
                is_no_failure(&reply)?;
                // Of the codes that are out, none was guessed.
                prop_assert!(!reply.text().contains("name=\"request\""), "{:?}", reply);
                for path in ["/oauth/device/consent", "/oauth/consent"] {
                    let to = (Method::POST, path);
                    let reply = send(&mut browser, to, (FORM, decided.clone()), &[]).await;
                    is_no_failure(&reply)?;
                    prop_assert!(reply.status() >= 400, "{:?}", reply);
                }
                Ok(())
            },
        );
    })
    .await;
}

/// What an application says of itself.
const MEMBERS: [&str; 16] = [
    "client_id",
    "client_secret",
    "client_name",
    "client_uri",
    "redirect_uris",
    "grant_types",
    "response_types",
    "scope",
    "contacts",
    "tos_uri",
    "policy_uri",
    "token_endpoint_auth_method",
    "jwks",
    "jwks_uri",
    "software_id",
    "dpop_bound_access_tokens",
];

#[tokio::test(flavor = "multi_thread")]
async fn what_an_application_says_of_itself_is_taken_or_refused() {
    on_each_database(async |builder| {
        let dance = open_site(builder).await;
        let good = web_metadata(&json!({
            "client_uri": "https://app.example/",
            "contacts": ["it@app.example"],
            "scope": "profile media:read",
        }));
        let own = dance.register_itself(&good).await;
        let updated = update(&own, &good);
        let sent = prop_oneof![
            4 => nearly_json(&good, &MEMBERS),
            1 => json_object(&MEMBERS),
        ];
        let sent = (sent, nearly_json(&updated, &MEMBERS), any_header("Bearer "));
        let kept = "proptest-regressions/at_register.txt";
        each(kept, sent, async |(metadata, update, wrong)| {
            // As many as come in a day may come from one address.
            dance.site.clock().advance(Duration::from_secs(601));
            let mut browser = dance.site.browser();
            let body = ("application/json", metadata);
            let to = (Method::POST, REGISTER);
            let reply = send(&mut browser, to, body, &[]).await;
            is_no_failure(&reply)?;
            prop_assert!(matches!(reply.status(), 201 | 400), "{:?}", reply);

            let right = header_of(&format!("Bearer {}", own.access_token));
            let headers = [("authorization", right)];
            let body = ("application/json", update);
            let to = (Method::PUT, &*own.configuration);
            let reply = send(&mut browser, to, body, &headers).await;
            is_no_failure(&reply)?;
            let to = (Method::GET, &*own.configuration);
            let headers = [("authorization", wrong)];
            let reply = send(&mut browser, to, ("", Vec::new()), &headers).await;
            is_no_failure(&reply)?;
            prop_assert!(matches!(reply.status(), 400 | 401 | 429), "{:?}", reply);
            Ok(())
        });
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_member_s_form_for_an_application_is_taken_or_shown_again() {
    on_each_database(async |builder| {
        let scene = Scene::set(Dance::start(builder).await, &[]).await;
        let csrf = scene.dance.browser.csrf();
        let good = [
            ("csrf", &*csrf),
            ("name", "Pocket"),
            ("website", "https://app.example"),
            ("redirect_uris", REDIRECT_URI),
            ("scope", "profile"),
            ("kind", "public"),
        ];
        let names = &["name", "website", "redirect_uris", "scope", "kind"];
        let kept = "proptest-regressions/at_clients.txt";
        each(kept, nearly(&good, names), async |sent| {
            let to = (Method::POST, "/oauth/clients/new");
            let reply = send(&mut scene.browser(true), to, (FORM, sent), &[]).await;
            is_no_failure(&reply)?;
            prop_assert!(
                matches!(reply.status(), 201 | 400 | 403 | 422),
                "{:?}",
                reply
            );
            Ok(())
        });
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_an_api_is_shown_for_a_token_opens_nothing() {
    on_each_database(async |builder| {
        let scene = Scene::set(Dance::start(builder).await, &["--legacy-query"]).await;
        let bearer = format!("Bearer {}", scene.spent.access);
        let shown = prop_oneof![
            1 => Just(header_of(&bearer)),
            2 => any_header("Bearer "),
            2 => any_header("DPoP "),
            1 => any_header(""),
            1 => text().prop_map(move |more| header_of(&format!("{bearer}{more}"))),
        ];
        let names = &["access_token", "after", "limit", "owner", "tag"];
        let shown = (shown, any_header(""), form(names));
        let kept = "proptest-regressions/at_the_api.txt";
        each(kept, shown, async |(authorization, proof, query)| {
            let mut browser = scene.browser(false);
            let headers = [("authorization", authorization), ("dpop", proof)];
            for path in ["/api/v1/me", "/api/v1/media"] {
                let path = format!("{path}?{}", query_of(&query));
                let to = (Method::GET, &*path);
                let reply = send(&mut browser, to, (FORM, Vec::new()), &headers).await;
                is_no_failure(&reply)?;
                let refused = reply.status() >= 400 || path.starts_with("/api/v1/media");
                prop_assert!(refused, "{:?}", reply);
            }
            Ok(())
        });
    })
    .await;
}
