//! Pushed authorization requests (RFC 9126), from the push to the tokens.

use crate::support;

use std::time::Duration;

use hob::testing::on_each_database;
use http::Method;
use serde_json::Value;
use support::{
    App, Dance, LOOPBACK_URI, PAR, PASSWORD, REDIRECT_URI, allow, answer, assert_error,
    assert_error_page, assert_json_and_not_stored, deny, next_of, request_on, request_uri, tokens,
};

const MUST_PUSH: &str = "--require-pushed-authorization-requests";

fn scope(words: &str) -> Vec<String> {
    words.split(' ').map(ToOwned::to_owned).collect()
}

/// The five steps by which OAuth is often explained: the consumer sends secret
/// and state first and gets a grant; the browser brings the grant; the member
/// consents to a part; code and state come back; secret and code become a
/// token.
#[tokio::test]
async fn the_dance_of_how_oauth_works() {
    on_each_database(async |builder| {
        let mut dance = Dance::start(builder).await;
        let app = dance.web_app().await;
        // 1. Secret and state first; the answer is the grant.
        let pushed = dance.push(&app, &[("state", "made up anew")]).await;
        let grant = request_uri(&pushed);
        // Without the right secret there is none.
        let thief = App {
            secret: Some("hob_cs_wrong".to_owned()),
            ..app.clone()
        };
        assert_error(&dance.push(&thief, &[]).await, 401, "invalid_client");
        // 2. The browser brings the grant, and nothing else of the request.
        let path = app.request_uri_path(&grant);
        assert!(!path.contains("made") && !path.contains("scope"), "{path}");
        let page = dance.browser.get(&path).await;
        // 3. The member is told who wants what, and allows a part.
        assert!(page.text().contains("Photo Desk"), "{page:?}");
        for word in ["profile", "media:read"] {
            assert!(page.text().contains(&format!("value=\"{word}\"")));
        }
        let reply = allow(&mut dance.browser, &page, &scope("profile")).await;
        // 4. Code and state go to the consumer by the browser.
        let answered = answer(&reply);
        assert_eq!(answered.uri, REDIRECT_URI);
        // 5. The state is the consumer's; secret and code become a token.
        assert_eq!(answered.one("state"), Some("made up anew"));
        let first = tokens(&dance.exchange(&app, &answered.expect_code()).await);
        assert_eq!(first.scope, "profile");
        dance.assert_alive(&first).await;
        // It goes on without the member.
        let second = tokens(&dance.refresh(&app, &first.refresh).await);
        assert_eq!(second.scope, "profile");
        dance.assert_alive(&second).await;
        // A member who does not consent ends the dance.
        let path = dance.pushed_path(&app, &[("prompt", "consent")]).await;
        let page = dance.browser.get(&path).await;
        answer(&deny(&mut dance.browser, &page).await).expect_error("access_denied");
    })
    .await;
}

/// Check 81.
#[tokio::test]
async fn a_pushed_request_is_201_with_its_uri_and_its_lifetime() {
    on_each_database(async |builder| {
        let mut dance = Dance::start(builder).await;
        for app in [dance.web_app().await, dance.browser_app().await] {
            let reply = dance.push(&app, &[]).await;
            assert_eq!(reply.status(), 201, "{reply:?}");
            assert_json_and_not_stored(&reply);
            let body: Value = reply.json();
            assert_eq!(body["expires_in"], 60);
            let name = request_uri(&reply);
            assert!(
                name.starts_with("urn:ietf:params:oauth:request_uri:hob_ar_"),
                "{name}"
            );
            assert_ne!(request_uri(&dance.push(&app, &[]).await), name);
            let page = dance.browser.get(&app.request_uri_path(&name)).await;
            let reply = allow(&mut dance.browser, &page, &scope("profile")).await;
            tokens(&dance.exchange(&app, &answer(&reply).expect_code()).await);
        }
        // Basic authentication does too, without client_id in the body.
        let app = dance.web_app().await;
        let form = app.parameters(&[("client_id", "")]);
        request_uri(&dance.post_as(&app, PAR, &form).await);
    })
    .await;
}

/// Check 82.
#[tokio::test]
async fn who_may_push_and_how() {
    on_each_database(async |builder| {
        let dance = Dance::start(builder).await;
        let app = dance.web_app().await;
        // A confidential client without its secret, with a wrong one, and
        // nobody at all.
        let nobody = App {
            secret: None,
            ..app.clone()
        };
        assert_error(&dance.push(&nobody, &[]).await, 401, "invalid_client");
        let wrong = [("client_secret", "wrong")];
        let reply = dance.post_par(&nobody.parameters(&wrong)).await;
        assert_error(&reply, 401, "invalid_client");
        assert_error(&dance.post_par(&[]).await, 401, "invalid_client");
        // A request URI inside, also an empty one, and a request object.
        let inside = request_uri(&dance.push(&app, &[]).await);
        let reply = dance.push(&app, &[("request_uri", &inside)]).await;
        assert_error(&reply, 400, "invalid_request");
        let secret = app.secret.clone().expect("a confidential client");
        let empty = [("client_secret", secret.as_str()), ("request_uri", "")];
        let form = [app.parameters(&[]), empty.to_vec()].concat();
        assert_error(&dance.post_par(&form).await, 400, "invalid_request");
        let reply = dance.push(&app, &[("request", "eyJ")]).await;
        assert_error(&reply, 400, "request_not_supported");
        // Another method, another kind of body, parameters in the URL.
        let mut client = dance.site.browser();
        assert_eq!(client.get(PAR).await.status(), 405);
        let json = http::Request::post(PAR)
            .header("content-type", "application/json")
            .body("{}".into())
            .expect("a valid request");
        assert_error(&client.send(json).await, 400, "invalid_request");
        let form = app.parameters(&[("client_secret", &secret)]);
        for (query, status, error) in [
            ("state=x", 400, "invalid_request"),
            ("client_secret=x", 401, "invalid_client"),
        ] {
            let reply = client.post_form(&format!("{PAR}?{query}"), &form).await;
            assert_error(&reply, status, error);
        }
        // What is right goes through.
        request_uri(&client.post_form(PAR, &form).await);
        // Until the operator suspends the client.
        let suspend = ["oauth", "client", "suspend", app.client_id.as_str()];
        assert_eq!(dance.site.run_command(&suspend).await.exit_code, 0);
        assert_error(&dance.push(&app, &[]).await, 400, "unauthorized_client");
    })
    .await;
}

#[tokio::test]
async fn guessing_a_secret_by_pushing_is_slowed_down() {
    on_each_database(async |builder| {
        let dance = Dance::start(builder).await;
        let (app, other) = (dance.web_app().await, dance.web_app().await);
        for _ in 0..10 {
            let form = app.parameters(&[("client_secret", "wrong")]);
            assert_error(&dance.post_par(&form).await, 401, "invalid_client");
        }
        let reply = dance.push(&app, &[]).await;
        assert_error(&reply, 429, "slow_down");
        assert_eq!(reply.header("retry-after"), "30");
        request_uri(&dance.push(&other, &[]).await);
    })
    .await;
}

/// Check 83.
#[tokio::test]
async fn a_request_uri_of_another_client_or_expired_or_used_is_a_page() {
    on_each_database(async |builder| {
        let mut dance = Dance::start(builder).await;
        let (app, other) = (dance.web_app().await, dance.web_app().await);
        // Another client's, or nobody's.
        let name = request_uri(&dance.push(&app, &[]).await);
        assert_error_page(&dance.browser.get(&other.request_uri_path(&name)).await);
        let nobody = App {
            client_id: String::new(),
            ..app.clone()
        };
        assert_error_page(&dance.browser.get(&nobody.request_uri_path(&name)).await);
        // With parameters that alone would lead back to the application.
        let both = app.authorize_path(&[("request_uri", &format!("{name}x"))]);
        assert_error_page(&dance.browser.get(&both).await);
        request_on(&dance.browser.get(&app.request_uri_path(&name)).await);
        // Expired.
        let path = dance.pushed_path(&app, &[]).await;
        dance.site.clock().advance(Duration::from_secs(60));
        assert_error_page(&dance.browser.get(&path).await);
        let path = dance.pushed_path(&app, &[]).await;
        dance.site.clock().advance(Duration::from_secs(59));
        let page = dance.browser.get(&path).await;
        // Used: allowed, denied, and without a page.
        answer(&allow(&mut dance.browser, &page, &scope("profile media:read")).await).expect_code();
        assert_error_page(&dance.browser.get(&path).await);
        let path = dance.pushed_path(&app, &[("prompt", "consent")]).await;
        let page = dance.browser.get(&path).await;
        answer(&deny(&mut dance.browser, &page).await).expect_error("access_denied");
        assert_error_page(&dance.browser.get(&path).await);
        let path = dance.pushed_path(&app, &[]).await;
        answer(&dance.browser.get(&path).await).expect_code();
        assert_error_page(&dance.browser.get(&path).await);
    })
    .await;
}

/// Check 83.
#[tokio::test(flavor = "multi_thread")]
async fn a_request_uri_that_is_brought_many_times_at_once_gives_one_code() {
    on_each_database(async |builder| {
        let mut dance = Dance::start(builder).await;
        let app = dance.web_app().await;
        dance.code(&app).await;
        let path = dance.pushed_path(&app, &[]).await;
        let visits = (0..20).map(|_| async {
            let mut browser = dance.site.browser();
            browser.copy_cookies(&dance.browser);
            browser.get(&path).await
        });
        let replies = futures_util::future::join_all(visits).await;
        let codes = replies
            .iter()
            .filter(|reply| reply.status() == 303)
            .filter(|reply| answer(reply).one("code").is_some());
        assert_eq!(codes.count(), 1, "{replies:?}");
        assert!(replies.iter().all(|reply| reply.status() < 500));
    })
    .await;
}

/// And does not come to life again when the client does.
#[tokio::test]
async fn what_waits_for_its_member_dies_when_its_client_is_suspended() {
    on_each_database(async |builder| {
        let mut dance = Dance::start(builder).await;
        let (app, other) = (dance.web_app().await, dance.web_app().await);
        let path = dance.pushed_path(&app, &[]).await;
        let of_other = dance.pushed_path(&other, &[]).await;
        for word in ["suspend", "resume"] {
            let words = ["oauth", "client", word, app.client_id.as_str()];
            assert_eq!(dance.site.run_command(&words).await.exit_code, 0);
        }
        assert_error_page(&dance.browser.get(&path).await);
        request_on(&dance.browser.get(&of_other).await);
        let again = dance.pushed_path(&app, &[]).await;
        request_on(&dance.browser.get(&again).await);
    })
    .await;
}

/// The operator's suspension ends what is stored; this came a moment later.
#[tokio::test]
async fn what_was_pushed_while_its_client_was_suspended_leads_nowhere() {
    on_each_database(async |builder| {
        let mut dance = Dance::start(builder).await;
        let app = dance.web_app().await;
        let path = dance.pushed_path(&app, &[]).await;
        dance.mark_suspended(&app, true).await;
        let page = dance.browser.get(&path).await;
        assert_error_page(&page);
        assert_eq!(page.status(), 403, "{page:?}");
        assert!(page.text().contains("suspended"), "{page:?}");
        dance.mark_suspended(&app, false).await;
        request_on(&dance.browser.get(&path).await);
    })
    .await;
}

/// Whether its member was shown the question already or is still to come.
#[tokio::test]
async fn what_was_pushed_is_over_once_its_application_may_not_ask_for_it() {
    on_each_database(async |builder| {
        let mut dance = Dance::start(builder).await;
        let elsewhere = "https://elsewhere.example/callback";
        for change in [["--redirect-uri", elsewhere], ["--scope", "profile"]] {
            let (app, other) = (dance.web_app().await, dance.web_app().await);
            let (shown, waiting) = (
                dance.pushed_path(&app, &[]).await,
                dance.pushed_path(&app, &[]).await,
            );
            let of_other = dance.pushed_path(&other, &[]).await;
            let page = dance.browser.get(&shown).await;
            let page_of_other = dance.browser.get(&of_other).await;
            let stored = async |dance: &Dance| {
                let consents = dance.count("oauth_consents").await;
                (consents, dance.count("oauth_authorization_codes").await)
            };
            let before = stored(&dance).await;
            let edit = ["oauth", "client", "edit", &app.client_id];
            let edit = [&edit[..], &change].concat();
            assert_eq!(dance.site.run_command(&edit).await.exit_code, 0);
            assert_error_page(&dance.browser.get(&waiting).await);
            assert_error_page(&allow(&mut dance.browser, &page, &scope("profile")).await);
            assert_eq!(stored(&dance).await, before);
            let reply = allow(&mut dance.browser, &page_of_other, &scope("profile")).await;
            answer(&reply).expect_code();
        }
    })
    .await;
}

/// Check 84.
#[tokio::test]
async fn what_the_browser_adds_to_a_pushed_request_is_ignored() {
    on_each_database(async |builder| {
        let mut dance = Dance::start(builder).await;
        let app = dance.web_app().await;
        let path = dance.pushed_path(&app, &[("scope", "profile")]).await;
        let added = url::form_urlencoded::Serializer::new(String::new())
            .append_pair("redirect_uri", "https://evil.example/")
            .append_pair("scope", "profile media:write")
            .append_pair("state", "evil")
            .append_pair("response_type", "token")
            .append_pair("prompt", "none")
            .append_pair("code_challenge", "evil")
            .append_pair("resource", "https://evil.example/")
            .finish();
        let page = dance.browser.get(&format!("{path}&{added}")).await;
        assert!(!page.text().contains("media:write"), "{page:?}");
        let everything = scope("profile media:read media:write");
        let answered = answer(&allow(&mut dance.browser, &page, &everything).await);
        assert_eq!(answered.uri, REDIRECT_URI);
        assert_eq!(answered.one("state"), Some("xyz"));
        let tokens = tokens(&dance.exchange(&app, &answered.expect_code()).await);
        assert_eq!(tokens.scope, "profile");
    })
    .await;
}

/// Check 85.
#[tokio::test]
async fn a_client_that_has_to_push_gets_nothing_otherwise() {
    on_each_database(async |builder| {
        let mut dance = Dance::start(builder).await;
        let app = dance.register(REDIRECT_URI, &[MUST_PUSH]).await;
        let reply = dance.browser.get(&app.authorize_path(&[])).await;
        let answered = answer(&reply);
        answered.expect_error("invalid_request");
        assert_eq!(answered.one("state"), Some("xyz"));
        // Nor signed out, nor with a request URI of its own.
        let stranger = dance.site.browser().get(&app.authorize_path(&[])).await;
        answer(&stranger).expect_error("invalid_request");
        let foreign = app.authorize_path(&[("request_uri", "https://app.example/r")]);
        answer(&dance.browser.get(&foreign).await).expect_error("invalid_request");
        let path = dance.pushed_path(&app, &[]).await;
        let page = dance.browser.get(&path).await;
        answer(&allow(&mut dance.browser, &page, &scope("profile")).await).expect_code();
        // Others need not.
        let other = dance.web_app().await;
        request_on(&dance.browser.get(&other.authorize_path(&[])).await);
        let metadata = dance
            .browser
            .get("/.well-known/oauth-authorization-server")
            .await;
        let metadata: Value = metadata.json();
        assert_eq!(metadata["require_pushed_authorization_requests"], false);
        let endpoint = &metadata["pushed_authorization_request_endpoint"];
        assert_eq!(endpoint, "http://127.0.0.1:8080/oauth/par");
    })
    .await;
}

#[tokio::test]
async fn an_operator_can_make_all_of_them_push() {
    on_each_database(async |builder| {
        let lines =
            "require_pushed_authorization_requests = true\npushed_authorization_request_lifetime = \"5m\"";
        let mut dance = Dance::start(builder.plugin_toml("oauth", lines)).await;
        let app = dance.web_app().await;
        let reply = dance.browser.get(&app.authorize_path(&[])).await;
        answer(&reply).expect_error("invalid_request");
        let pushed = dance.push(&app, &[]).await;
        assert_eq!(pushed.json::<Value>()["expires_in"], 300);
        dance.site.clock().advance(Duration::from_secs(299));
        let path = app.request_uri_path(&request_uri(&pushed));
        request_on(&dance.browser.get(&path).await);
        let metadata = dance
            .browser
            .get("/.well-known/oauth-authorization-server")
            .await;
        let metadata: Value = metadata.json();
        assert_eq!(metadata["require_pushed_authorization_requests"], true);
    })
    .await;
}

/// Check 86.
#[tokio::test]
async fn a_bad_request_fails_when_it_is_pushed() {
    on_each_database(async |builder| {
        let dance = Dance::start(builder).await;
        let (app, public) = (dance.web_app().await, dance.browser_app().await);
        for (more, error) in [
            (("redirect_uri", "https://evil.example/"), "invalid_request"),
            (("redirect_uri", ""), "invalid_request"),
            (("response_type", "token"), "unsupported_response_type"),
            (("response_type", ""), "invalid_request"),
            (("scope", "nonsense"), "invalid_scope"),
            (("code_challenge_method", "plain"), "invalid_request"),
            (("prompt", "none login"), "invalid_request"),
            (("resource", "https://elsewhere.example/"), "invalid_target"),
        ] {
            let reply = dance.push(&app, &[more]).await;
            assert_error(&reply, 400, error);
        }
        let without_pkce = [("code_challenge", ""), ("code_challenge_method", "")];
        let reply = dance.push(&public, &without_pkce).await;
        assert_error(&reply, 400, "invalid_request");
        request_uri(&dance.push(&app, &without_pkce).await);
        let secret = app.secret.as_deref().expect("a confidential client");
        let twice = [("client_secret", secret), ("scope", "profile")];
        let form = [app.parameters(&[]), twice.to_vec()].concat();
        assert_error(&dance.post_par(&form).await, 400, "invalid_request");
        // A native application's port is free here too.
        let native = dance.register(LOOPBACK_URI, &["--public"]).await;
        let port = [("redirect_uri", "http://127.0.0.1:51234/callback")];
        request_uri(&dance.push(&native, &port).await);
    })
    .await;
}

/// Check 86.
#[tokio::test]
async fn the_sign_in_page_can_be_reloaded_after_a_push() {
    on_each_database(async |builder| {
        let dance = Dance::start(builder).await;
        let app = dance.web_app().await;
        let path = dance.pushed_path(&app, &[]).await;
        let mut browser = dance.site.browser();
        let first = browser.get(&path).await;
        assert_eq!(next_of(&first), path);
        // Once presented, the member has the usual time.
        dance.site.clock().advance(Duration::from_secs(20 * 60));
        for reload in 0..2 {
            let again = browser.get(&path).await;
            assert_eq!(next_of(&again), path, "reload {reload}");
            let login = browser.get(again.header("location")).await;
            assert_eq!(login.status(), 200, "{login:?}");
        }
        browser.sign_in("alice", PASSWORD).await;
        let page = browser.get(&path).await;
        let page = {
            request_on(&page);
            browser.get(&path).await
        };
        answer(&allow(&mut browser, &page, &scope("profile")).await).expect_code();
        // And no more than that: coming again does not prolong it.
        let path = dance.pushed_path(&app, &[("prompt", "consent")]).await;
        browser.get(&path).await;
        dance.site.clock().advance(Duration::from_secs(29 * 60));
        request_on(&browser.get(&path).await);
        dance.site.clock().advance(Duration::from_secs(60));
        assert_error_page(&browser.get(&path).await);
    })
    .await;
}

#[tokio::test]
async fn a_sign_in_before_the_browser_came_does_not_answer_prompt_login() {
    on_each_database(async |builder| {
        let mut dance = Dance::start(builder).await;
        let app = dance.web_app().await;
        dance.code(&app).await;
        let path = dance.pushed_path(&app, &[("prompt", "login")]).await;
        dance.site.clock().advance(Duration::from_secs(1));
        dance.browser.sign_in("alice", PASSWORD).await;
        dance.site.clock().advance(Duration::from_secs(1));
        assert_eq!(next_of(&dance.browser.get(&path).await), path);
        assert_eq!(next_of(&dance.browser.get(&path).await), path);
        dance.browser.sign_in("alice", PASSWORD).await;
        answer(&dance.browser.get(&path).await).expect_code();
    })
    .await;
}

#[tokio::test]
async fn a_page_of_another_site_may_push() {
    on_each_database(async |builder| {
        let dance = Dance::start(builder).await;
        let app = dance.browser_app().await;
        let mut page = dance.site.browser();
        let preflight = http::Request::builder()
            .method(Method::OPTIONS)
            .uri(PAR)
            .header("origin", "https://app.example")
            .header("access-control-request-method", "POST")
            .body(axum::body::Body::empty())
            .expect("a valid request");
        let reply = page.send(preflight).await;
        assert_eq!(reply.header("access-control-allow-origin"), "*");
        let origin = [("origin", "https://app.example")];
        let reply = page
            .post_form_with(PAR, &app.parameters(&[]), &origin)
            .await;
        assert_eq!(reply.header("access-control-allow-origin"), "*");
        request_uri(&reply);
        let reply = page.post_form_with(PAR, &[], &origin).await;
        assert_error(&reply, 401, "invalid_client");
        assert_eq!(reply.header("access-control-allow-origin"), "*");
    })
    .await;
}
