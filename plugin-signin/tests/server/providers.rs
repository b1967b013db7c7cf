//! What a provider says that is not honest, not of this journey, or not what
//! was meant.

use std::{future::Future, task::Poll, time::Duration};

use base64::{Engine, engine::general_purpose::STANDARD};
use hob::testing::TestHost;
use hob_plugin_sdk::http::Fields;
use serde_json::json;

use crate::journey::{begin, gives, id_token, is_believed};
use crate::support::{count, scripted::Scripted, who};

#[tokio::test]
async fn an_answer_names_the_provider_that_was_asked() {
    let provider = Scripted::start().await;
    let site = provider.site(TestHost::builder(), "").await;
    for (iss, is_right) in [
        (format!("&iss={}", provider.url), true),
        (String::new(), false),
        ("&iss=https://evil.example".to_owned(), false),
        (format!("&iss={}/", provider.url), false),
    ] {
        let mut sent = begin(&site).await;
        gives(&provider, Some(&id_token(&provider, &sent, |_| ())));
        let before = provider.asked("/token").len();
        let back = sent.back(&iss).await;
        assert_eq!(is_believed(&back), is_right, "{iss}: {back:?}");
        // The code of another is not shown to this one.
        let asked = provider.asked("/token").len() - before;
        assert_eq!(asked, usize::from(is_right), "{iss}");
    }
}

#[tokio::test]
async fn a_provider_without_openid_is_asked_whose_the_token_is() {
    let provider = Scripted::start().await;
    let lines = "scopes = [\"read\"]\nsubject = \"id\"";
    let site = provider.site(TestHost::builder(), lines).await;
    let iss = format!("&iss={}", provider.url);
    gives(&provider, None);
    for (me, is_right) in [
        (json!({"id": 7}), true),
        (json!({"id": "seven"}), true),
        (json!({"id": null}), false),
        (json!({}), false),
        (json!({"sub": "seven"}), false),
    ] {
        provider.say("/me", 200, me.clone());
        let mut sent = begin(&site).await;
        assert!(sent.nonce.is_empty());
        let back = sent.back(&iss).await;
        assert_eq!(is_believed(&back), is_right, "{me}: {back:?}");
    }
    let asked = provider.asked("/me");
    assert!(
        asked.iter().all(|(token, _)| token == "Bearer a-token"),
        "{asked:?}"
    );
    provider.say("/me", 401, json!({"id": 7}));
    let mut sent = begin(&site).await;
    assert!(!is_believed(&sent.back(&iss).await));
}

#[tokio::test]
async fn a_code_is_swapped_with_the_secret_and_the_verifier() {
    let provider = Scripted::start().await;
    let iss = format!("&iss={}", provider.url);
    for (lines, in_the_header) in [
        ("", true),
        ("client_authentication = \"basic\"", true),
        ("client_authentication = \"post\"", false),
    ] {
        let site = provider.site(TestHost::builder(), lines).await;
        let mut sent = begin(&site).await;
        gives(&provider, Some(&id_token(&provider, &sent, |_| ())));
        assert!(is_believed(&sent.back(&iss).await));
        let asked = provider.asked("/token");
        let (authorization, body) = asked.last().unwrap();
        let form = Fields::parse(body.as_bytes()).unwrap();
        assert_eq!(form.one("code").unwrap(), Some("c0de"));
        assert_eq!(form.one("code_verifier").unwrap().map(str::len), Some(43));
        let basic = format!("Basic {}", STANDARD.encode("hob:s3%20cret"));
        assert_eq!(*authorization == basic, in_the_header, "{authorization}");
        let secret = (!in_the_header).then_some("s3 cret");
        assert_eq!(form.one("client_secret").unwrap(), secret);
    }
}

#[tokio::test]
async fn a_provider_that_refuses_or_is_silent_signs_nobody_in() {
    let provider = Scripted::start().await;
    let site = provider.site(TestHost::builder(), "").await;
    let iss = format!("&iss={}", provider.url);
    for (status, said) in [
        (400, json!({"error": "invalid_grant"})),
        // As GitHub says it.
        (200, json!({"error": "bad_verification_code"})),
        (200, json!({"access_token": "a", "token_type": "mac"})),
        (200, json!({"token_type": "bearer"})),
        (500, json!({})),
        (303, json!({})),
    ] {
        provider.say("/token", status, said.clone());
        let mut sent = begin(&site).await;
        let back = sent.back(&iss).await;
        assert_eq!(back.status(), 502, "{said}: {back:?}");
        assert!(
            back.text().contains("gave no answer that can be used"),
            "{back:?}"
        );
        assert_eq!(who(&mut sent.browser).await, None);
    }
    // All is right but the kind of token.
    let mut sent = begin(&site).await;
    let token = id_token(&provider, &sent, |_| ());
    let given = json!({"access_token": "a", "token_type": "mac", "id_token": token});
    provider.say("/token", 200, given);
    assert!(!is_believed(&sent.back(&iss).await));
    let mut sent = begin(&site).await;
    let path = format!(
        "/signin/other/authorized?error=server_error&state={}{iss}",
        sent.state
    );
    assert_eq!(sent.browser.get(&path).await.status(), 502);
    assert_eq!(count(&site, "signin_accounts").await, 0);
}

#[tokio::test]
async fn the_metadata_of_another_is_not_used() {
    let provider = Scripted::start().await;
    let site = provider.site(TestHost::builder(), "").await;
    let document = |issuer: &str| {
        json!({
            "issuer": issuer,
            "authorization_endpoint": format!("{}/authorize", provider.url),
            "token_endpoint": format!("{}/token", provider.url),
        })
    };
    let at = "/.well-known/openid-configuration";
    let later = || site.clock().advance(Duration::from_secs(30));
    provider.say(at, 200, document("https://evil.example"));
    assert_eq!(site.browser().get("/signin/other").await.status(), 502);
    later();
    provider.say(at, 404, document(&provider.url));
    assert_eq!(site.browser().get("/signin/other").await.status(), 502);
    later();
    provider.say(at, 200, document(&provider.url));
    assert_eq!(site.browser().get("/signin/other").await.status(), 303);
    // It is kept for an hour.
    provider.say(at, 404, json!({}));
    assert_eq!(site.browser().get("/signin/other").await.status(), 303);
    site.clock().advance(Duration::from_secs(3600));
    assert_eq!(site.browser().get("/signin/other").await.status(), 502);
}

#[tokio::test(flavor = "multi_thread")]
async fn whoever_comes_while_a_provider_is_asked_waits_for_the_same_answer() {
    let provider = Scripted::start().await;
    let site = provider.site(TestHost::builder(), "").await;
    let at = "/.well-known/openid-configuration";
    provider.hold(at);
    let visits = (0..5).map(|_| {
        let mut browser = site.browser();
        async move { browser.get("/signin/other").await.status() }
    });
    let mut visits = std::pin::pin!(futures_util::future::join_all(visits));
    // All of them have come as far as to ask, or to wait for who does.
    let come = std::future::poll_fn(|context| Poll::Ready(visits.as_mut().poll(context)));
    assert!(come.await.is_pending());
    let let_go = async {
        provider.until_asked(at, 1).await;
        provider.let_go(at);
    };
    let (visits, ()) = futures_util::future::join(visits, let_go).await;
    assert_eq!(visits, [303; 5]);
    assert_eq!(provider.asked(at).len(), 1);
}

#[tokio::test]
async fn a_provider_that_gave_nothing_is_left_alone_for_a_while() {
    let provider = Scripted::start().await;
    let site = provider.site(TestHost::builder(), "").await;
    let at = "/.well-known/openid-configuration";
    let document = provider.said(at);
    provider.say(at, 503, json!({}));
    for (passed, asked) in [(0, 1), (0, 1), (29, 1), (1, 2), (29, 2)] {
        site.clock().advance(Duration::from_secs(passed));
        assert_eq!(site.browser().get("/signin/other").await.status(), 502);
        assert_eq!(provider.asked(at).len(), asked, "{passed} s later");
    }
    provider.say(at, 200, document);
    site.clock().advance(Duration::from_secs(1));
    // Its keys too.
    provider.say("/keys", 503, json!({}));
    for _ in 0..2 {
        let mut sent = begin(&site).await;
        gives(&provider, Some(&id_token(&provider, &sent, |_| ())));
        let back = sent.back(&format!("&iss={}", provider.url)).await;
        assert!(!is_believed(&back), "{back:?}");
    }
    assert_eq!(provider.asked("/keys").len(), 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn so_long_counts_from_when_it_failed() {
    let provider = Scripted::start().await;
    let site = provider.site(TestHost::builder(), "").await;
    let at = "/.well-known/openid-configuration";
    provider.say(at, 503, json!({}));
    provider.hold(at);
    let mut browser = site.browser();
    let takes_its_time = async {
        provider.until_asked(at, 1).await;
        site.clock().advance(Duration::from_secs(60));
        provider.let_go(at);
    };
    let visit = browser.get("/signin/other");
    let (refused, ()) = futures_util::future::join(visit, takes_its_time).await;
    assert_eq!(refused.status(), 502);
    for (passed, asked) in [(0, 1), (29, 1), (1, 2)] {
        site.clock().advance(Duration::from_secs(passed));
        assert_eq!(browser.get("/signin/other").await.status(), 502);
        assert_eq!(provider.asked(at).len(), asked, "{passed} s later");
    }
}

#[tokio::test]
async fn no_answer_is_read_that_is_far_too_large() {
    let at = "/.well-known/openid-configuration";
    for path in [at, "/keys", "/token", "/me"] {
        for (kilobytes, is_read) in [(100, true), (600, false)] {
            let provider = Scripted::start().await;
            let site = provider.site(TestHost::builder(), "").await;
            let pad = || {
                let mut document = provider.said(path);
                document["padding"] = "x".repeat(kilobytes * 1024).into();
                provider.say(path, 200, document);
            };
            if path == at {
                pad();
                let status = site.browser().get("/signin/other").await.status();
                assert_eq!(status == 303, is_read, "{path}: {status}");
                continue;
            }
            let mut sent = begin(&site).await;
            gives(&provider, Some(&id_token(&provider, &sent, |_| ())));
            pad();
            let back = sent.back(&format!("&iss={}", provider.url)).await;
            assert_eq!(is_believed(&back), is_read, "{path}: {back:?}");
        }
    }
}

#[tokio::test]
async fn a_provider_in_a_private_network_is_asked_only_if_the_operator_says_so() {
    let provider = Scripted::start().await;
    let section = format!(
        "[plugin.signin.provider.other]\nissuer = {:?}\nclient_id = \"hob\"",
        provider.url
    );
    let site = TestHost::builder()
        .plugin(hob_plugin_signin::HOB_PLUGIN)
        .plugin_toml("signin", &section);
    let site = site.start().await;
    assert_eq!(site.browser().get("/signin/other").await.status(), 502);
    assert_eq!(provider.asked("/.well-known/openid-configuration").len(), 0);
    let site = provider.site(TestHost::builder(), "").await;
    assert_eq!(site.browser().get("/signin/other").await.status(), 303);
}

#[tokio::test]
async fn what_an_operator_forgot_keeps_the_site_from_starting() {
    for (lines, problem) in [
        ("client_id = \"a\"", "`issuer` is missing"),
        (
            "issuer = \"https://a.example\"",
            "`client_id` in [plugin.signin.provider.other] is missing",
        ),
        (
            "client_id = \"a\"\nissuer = \"a.example\"",
            "`issuer` is no address",
        ),
        (
            "kind = \"oauth\"\nclient_id = \"a\"\nissuer = \"https://a.example\"",
            "`authorization_endpoint` is missing",
        ),
        (
            "kind = \"oauth\"\nclient_id = \"a\"\nissuer = \"https://a.example\"\n\
             authorization_endpoint = \"https://a.example/a\"\n\
             token_endpoint = \"https://a.example/t\"\n\
             userinfo_endpoint = \"https://a.example/u\"\nscopes = [\"openid\"]",
            "`jwks_uri` is missing",
        ),
        (
            "client_id = \"a\"\nissuer = \"https://a.example\"\ntoken_endpoint = \"/token\"",
            "`token_endpoint` is no address",
        ),
    ] {
        let section = format!("[plugin.signin.provider.other]\n{lines}");
        let site = TestHost::builder()
            .plugin(hob_plugin_signin::HOB_PLUGIN)
            .plugin_toml("signin", &section);
        let refused = site.try_start().await.err().unwrap();
        assert!(refused.contains(problem), "{refused}");
    }
    for kind in ["github", "google", "gitlab"] {
        let section = format!("[plugin.signin.provider.other]\nkind = {kind:?}\nclient_id = \"a\"");
        let site = TestHost::builder()
            .plugin(hob_plugin_signin::HOB_PLUGIN)
            .plugin_toml("signin", &section);
        assert!(site.try_start().await.is_ok(), "{kind}");
    }
}

#[tokio::test]
async fn an_answer_comes_by_the_address_of_the_provider_that_was_asked() {
    let provider = Scripted::start().await;
    let second = format!(
        "[plugin.signin.provider.second]\nissuer = {:?}\nclient_id = \"hob\"",
        provider.url
    );
    let site = provider.site(TestHost::builder(), &second).await;
    let mut sent = begin(&site).await;
    gives(&provider, Some(&id_token(&provider, &sent, |_| ())));
    let query = format!("code=c0de&state={}&iss={}", sent.state, provider.url);
    let path = format!("/signin/second/authorized?{query}");
    let refused = sent.browser.get(&path).await;
    assert_eq!(refused.status(), 400, "{refused:?}");
    let path = format!("/signin/other/authorized?{query}");
    assert!(is_believed(&sent.browser.get(&path).await));
}
