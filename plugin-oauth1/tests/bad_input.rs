//! Whatever comes from outside, at each address that reads any: a refusal, and
//! never a failure of the server. `make fuzz` sends 100,000 of each.
//!
//! Most of what is sent is nearly right, so that it comes far: the signature of
//! PLAINTEXT stays right whatever else is changed. A panic would be a 500 too.

#[path = "../../plugin-oauth/tests/support/nearly_right.rs"]
mod nearly_right;
#[allow(dead_code)]
#[path = "provider/support.rs"]
mod support;

use std::time::Duration;

use hob::testing::{Browser, Builder, on_each_database};
use hob_authorization::bad_input::{self, form, json_object, text};
use http::Method;
use nearly_right::{FORM, each, header_of, is_no_failure, nearly, nearly_json, query_of, send};
use proptest::prelude::*;
use serde_json::{Value, json};
use support::{
    ACCESS_TOKEN, AUTHORIZE, App, CALLBACK, Dance, ME, REQUEST_TOKEN, Token, token, verifier,
    with_plugins,
};

const HERE: &str = "https://photos.example";
const REGISTER: &str = "/api/client/register";

/// Forgives what throttles count in a case, so that they are no shelter.
const BETWEEN_CASES: Duration = Duration::from_secs(601);

/// A site that takes PLAINTEXT, with an application and what that once had:
/// nothing of it works any longer.
struct Scene {
    dance: Dance,
    app: App,
    spent: Token,
    spent_verifier: String,
    access: Token,
}

impl Scene {
    async fn set(builder: Builder) -> Self {
        let toml = "signature_methods = [\"HMAC-SHA256\", \"PLAINTEXT\"]\n\
            client_registration = \"open\"\napplications_per_member = 0";
        let builder = with_plugins(builder.plugin_toml("oauth1", toml));
        let mut dance = Dance::start_at(HERE, builder).await;
        let app = dance.register(&[]).await;
        let spent = dance.begin(&app, CALLBACK).await;
        let spent_verifier = verifier(&dance.allow(&spent, &["profile"]).await);
        let access = token(&dance.take_up(&app, &spent, &spent_verifier).await);
        let words = ["oauth1", "token", "revoke", "--member", "alice"];
        assert_eq!(dance.site.run_command(&words).await.exit_code, 0);
        Self {
            dance,
            app,
            spent,
            spent_verifier,
            access,
        }
    }

    /// A browser of the member's, or without cookies.
    fn browser(&self, signed_in: bool) -> Browser {
        let mut browser = self.dance.site.browser();
        if signed_in {
            browser.copy_cookies(&self.dance.browser);
        }
        browser
    }

    /// Protocol parameters with a right signature.
    fn signed(&self, of: Option<&Token>) -> Vec<(&'static str, String)> {
        let token_secret = of.map_or("", |token| &token.secret);
        let mut signed = vec![
            ("oauth_consumer_key", self.app.key.clone()),
            ("oauth_signature_method", "PLAINTEXT".to_owned()),
            (
                "oauth_signature",
                format!("{}&{token_secret}", self.app.secret),
            ),
            ("oauth_version", "1.0".to_owned()),
        ];
        signed.extend(of.map(|token| ("oauth_token", token.token.clone())));
        signed
    }
}

/// The parameters of a signed request.
const SIGNED: [&str; 12] = [
    "oauth_consumer_key",
    "oauth_signature_method",
    "oauth_signature",
    "oauth_timestamp",
    "oauth_nonce",
    "oauth_version",
    "oauth_callback",
    "oauth_verifier",
    "oauth_token",
    "OAuth_Token",
    "scope",
    "realm",
];

fn borrowed<'a>(pairs: &'a [(&'static str, String)]) -> Vec<(&'static str, &'a str)> {
    pairs
        .iter()
        .map(|(name, value)| (*name, &**value))
        .collect()
}

/// A form as a header has it, more or less.
fn as_header(form: &[u8]) -> String {
    let form = String::from_utf8_lossy(form);
    let pairs = form.split('&').filter(|pair| !pair.is_empty()).map(|pair| {
        let (name, value) = pair.split_once('=').unwrap_or((pair, ""));
        format!("{name}=\"{value}\"")
    });
    format!("OAuth {}", pairs.collect::<Vec<_>>().join(", "))
}

#[tokio::test(flavor = "multi_thread")]
async fn a_signed_request_is_answered_or_refused() {
    on_each_database(async |builder| {
        let scene = Scene::set(builder).await;
        let mut begin = scene.signed(None);
        begin.push(("oauth_callback", CALLBACK.to_owned()));
        begin.push(("scope", "profile".to_owned()));
        let mut take_up = scene.signed(Some(&scene.spent));
        take_up.push(("oauth_verifier", scene.spent_verifier.clone()));
        let use_it = scene.signed(Some(&scene.access));
        let sent = prop_oneof![
            nearly(&borrowed(&begin), &SIGNED).prop_map(|sent| (REQUEST_TOKEN, sent)),
            nearly(&borrowed(&take_up), &SIGNED).prop_map(|sent| (ACCESS_TOKEN, sent)),
            nearly(&borrowed(&use_it), &SIGNED).prop_map(|sent| (ME, sent)),
            form(&SIGNED).prop_map(|sent| (REQUEST_TOKEN, sent)),
            form(&SIGNED).prop_map(|sent| (ACCESS_TOKEN, sent)),
        ];
        let header = prop_oneof![
            2 => Just(None),
            1 => text().prop_map(|text| Some(format!("OAuth {text}"))),
        ];
        let kept = "proptest-regressions/at_signed.txt";
        each(
            kept,
            (sent, header, 0..4_u8),
            async |((path, sent), header, place)| {
                let mut browser = scene.browser(false);
                let query = format!("{path}?{}", query_of(&sent));
                let (method, to, body, own) = match place {
                    0 => (Method::POST, path, sent, None),
                    1 => (Method::GET, &*query, Vec::new(), None),
                    2 if path != ME => (Method::POST, &*query, Vec::new(), None),
                    _ => (Method::GET, path, Vec::new(), Some(as_header(&sent))),
                };
                let header = own.or(header).and_then(|header| header_of(&header));
                let headers = [("authorization", header)];
                let reply = send(&mut browser, (method, to), (FORM, body), &headers).await;
                is_no_failure(&reply)?;
                let may_succeed = path == REQUEST_TOKEN;
                prop_assert!(may_succeed || reply.status() >= 400, "{:?}", reply);
                Ok(())
            },
        );
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_member_is_asked_and_answers_or_is_refused() {
    on_each_database(async |builder| {
        let scene = Scene::set(builder).await;
        let waiting = scene.dance.begin(&scene.app, CALLBACK).await;
        let asked = [("oauth_token", &*waiting.token)];
        let csrf = scene.dance.browser.csrf();
        let answer = [
            ("csrf", &*csrf),
            ("request", &*waiting.token),
            ("decision", "perhaps"),
            ("scope", "profile"),
            ("needed", "profile"),
        ];
        let names = &["oauth_token", "request", "decision", "scope", "needed"];
        let sent = (nearly(&asked, names), nearly(&answer, names), any::<bool>());
        let kept = "proptest-regressions/at_authorize.txt";
        each(kept, sent, async |(asked, answer, signed_in)| {
            let mut browser = scene.browser(signed_in);
            let path = format!("{AUTHORIZE}?{}", query_of(&asked));
            let reply = browser.get(&path).await;
            is_no_failure(&reply)?;
            let location = reply.header("location");
            prop_assert!(
                location.is_empty() || location.starts_with("/login?"),
                "{}",
                location
            );
            let to = (Method::POST, AUTHORIZE);
            let reply = send(&mut browser, to, (FORM, answer), &[]).await;
            is_no_failure(&reply)?;
            prop_assert!(
                !reply.header("location").contains("oauth_verifier"),
                "{:?}",
                reply
            );
            Ok(())
        });
    })
    .await;
}

/// What an application says of itself.
const MEMBERS: [&str; 7] = [
    "type",
    "client_id",
    "client_secret",
    "application_name",
    "redirect_uris",
    "contacts",
    "logo_url",
];

#[tokio::test(flavor = "multi_thread")]
async fn what_an_application_says_of_itself_is_taken_or_refused() {
    on_each_database(async |builder| {
        let scene = Scene::set(builder).await;
        let good = json!({
            "type": "client_associate", "application_name": "Pump", "redirect_uris": CALLBACK,
        });
        let mut browser = scene.browser(false);
        let body = ("application/json", good.to_string().into_bytes());
        let to = (Method::POST, REGISTER);
        let told: Value = send(&mut browser, to, body, &[]).await.json();
        let mut update = good.clone();
        update["type"] = "client_update".into();
        update["client_id"] = told["client_id"].clone();
        update["client_secret"] = told["client_secret"].clone();
        let pairs = |object: &Value| -> Vec<(String, String)> {
            let object = object.as_object().expect("it is one").iter();
            let pair = |(name, value): (&String, &Value)| {
                (name.clone(), value.as_str().unwrap_or_default().to_owned())
            };
            object.map(pair).collect()
        };
        let as_form = |object: &Value| {
            let pairs = pairs(object);
            let pairs: Vec<(&str, &str)> = pairs
                .iter()
                .map(|(name, value)| (&**name, &**value))
                .collect();
            nearly(&pairs, &MEMBERS).prop_map(|sent| (FORM, sent))
        };
        let in_json = "application/json";
        let sent = prop_oneof![
            2 => as_form(&good),
            2 => as_form(&update),
            2 => nearly_json(&good, &MEMBERS).prop_map(move |sent| (in_json, sent)),
            2 => nearly_json(&update, &MEMBERS).prop_map(move |sent| (in_json, sent)),
            1 => json_object(&MEMBERS).prop_map(move |sent| (in_json, sent)),
            1 => text().prop_map(move |sent| (in_json, sent.into_bytes())),
        ];
        let kept = "proptest-regressions/at_register.txt";
        each(kept, sent, async |body| {
            scene.dance.site.clock().advance(BETWEEN_CASES);
            let to = (Method::POST, REGISTER);
            let reply = send(&mut scene.browser(false), to, body, &[]).await;
            is_no_failure(&reply)?;
            prop_assert!(matches!(reply.status(), 200 | 400 | 401), "{:?}", reply);
            Ok(())
        });
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_member_s_form_for_an_application_is_taken_or_shown_again() {
    on_each_database(async |builder| {
        let scene = Scene::set(builder).await;
        let csrf = scene.dance.browser.csrf();
        let good = [
            ("csrf", &*csrf),
            ("name", "Pocket"),
            ("website", "https://app.example"),
            ("redirect_uris", CALLBACK),
            ("scope", "profile"),
            ("required_scope", "profile"),
        ];
        let names = &[
            "name",
            "website",
            "redirect_uris",
            "scope",
            "required_scope",
        ];
        let own = scene
            .browser(true)
            .submit("/oauth1/clients/new", &good)
            .await;
        let marker = "aria-labelledby=\"consumer-key\">";
        let own = own.text().split(marker).nth(1).expect("it is shown");
        let own = own.split('<').next().expect("its end").to_owned();
        let key = prop_oneof![
            2 => Just(own.clone()),
            1 => Just("new".to_owned()),
            1 => text().prop_map(|text| query_of(text.as_bytes()).replace(['?', '/'], "%00")),
        ];
        let kept = "proptest-regressions/at_clients.txt";
        each(kept, (nearly(&good, names), key), async |(sent, key)| {
            let mut browser = scene.browser(true);
            let path = format!("/oauth1/clients/{key}");
            is_no_failure(&browser.get(&path).await)?;
            for path in [path.clone(), format!("{path}/secret")] {
                let to = (Method::POST, &*path);
                let reply = send(&mut browser, to, (FORM, sent.clone()), &[]).await;
                is_no_failure(&reply)?;
            }
            Ok(())
        });
    })
    .await;
}
