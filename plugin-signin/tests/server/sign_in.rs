//! Signing in with an account of another Hob, on both databases.

use std::time::Duration;

use hob::testing::{TestHost, on_each_database};
use hob_plugin_sdk::http_client::form_urlencoded;
use serde_json::json;

use crate::journey::{begin_at, gives};
use crate::support::{
    HERE, PASSWORD, Pair, between, count, link_directly, query_of, scripted::Scripted, who,
};

#[tokio::test(flavor = "multi_thread")]
async fn an_account_that_was_linked_signs_its_member_in() {
    on_each_database(async |builder| {
        let mut pair = Pair::start(builder).await;
        pair.link().await;
        let mut browser = pair.here.browser();
        let sent = browser.get("/signin/other?next=/media").await;
        let query = query_of(&sent);
        assert_eq!(query.one("response_type").unwrap(), Some("code"));
        assert_eq!(query.one("code_challenge_method").unwrap(), Some("S256"));
        assert_eq!(query.one("scope").unwrap(), Some("profile"));
        let redirect = format!("{HERE}/signin/other/authorized");
        assert_eq!(query.one("redirect_uri").unwrap(), Some(redirect.as_str()));
        assert_eq!(query.one("state").unwrap().map(str::len), Some(43));
        let back = pair.there.allow(&sent).await;
        let signed_in = browser.get(&back).await;
        assert_eq!(signed_in.status(), 303, "{signed_in:?}");
        assert_eq!(signed_in.header("location"), "/media");
        assert_eq!(who(&mut browser).await.as_deref(), Some("alice"));
        assert_eq!(count(&pair.here, "signin_requests").await, 0);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_account_that_nobody_linked_signs_nobody_in_whatever_it_is_called() {
    on_each_database(async |builder| {
        let mut pair = Pair::start(builder).await;
        // Of the same name and the same e-mail address as the account there.
        pair.here.add_member("ada", PASSWORD).await;
        let mut browser = pair.here.browser();
        let refused = pair.sign_in(&mut browser).await;
        assert_eq!(refused.status(), 403, "{refused:?}");
        assert!(
            refused.text().contains("opens no account here yet"),
            "{refused:?}"
        );
        assert_eq!(who(&mut browser).await, None);
        pair.link().await;
        assert_eq!(pair.sign_in(&mut browser).await.status(), 303);
        assert_eq!(who(&mut browser).await.as_deref(), Some("alice"));
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_was_begun_in_one_browser_is_not_ended_in_another() {
    on_each_database(async |builder| {
        let mut pair = Pair::start(builder).await;
        pair.link().await;
        let (mut one, mut other) = (pair.here.browser(), pair.here.browser());
        let sent = one.get("/signin/other").await;
        let back = pair.there.allow(&sent).await;
        let refused = other.get(&back).await;
        assert_eq!(refused.status(), 400, "{refused:?}");
        assert_eq!(who(&mut other).await, None);
        // And a browser that has begun something of its own.
        other.get("/signin/other").await;
        assert_eq!(other.get(&back).await.status(), 400);
        assert_eq!(one.get(&back).await.status(), 303);
        assert_eq!(who(&mut one).await.as_deref(), Some("alice"));
        // An answer counts once.
        assert_eq!(one.get(&back).await.status(), 400);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn who_takes_too_long_begins_again() {
    on_each_database(async |builder| {
        let mut pair = Pair::start(builder).await;
        pair.link().await;
        let mut browser = pair.here.browser();
        for (passed, status) in [(600, 400), (570, 303)] {
            let sent = browser.get("/signin/other").await;
            let back = pair.there.allow(&sent).await;
            pair.here.clock().advance(Duration::from_secs(passed));
            let answered = browser.get(&back).await;
            assert_eq!(answered.status(), status, "{passed} s: {answered:?}");
        }
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn who_declines_there_is_told_so_here() {
    on_each_database(async |builder| {
        let mut pair = Pair::start(builder).await;
        let mut browser = pair.here.browser();
        let sent = browser.get("/signin/other").await;
        let back = pair.there.decline(&sent).await;
        let page = browser.get(&back).await;
        assert_eq!(page.status(), 403, "{page:?}");
        assert!(
            page.text().contains("You declined at The other"),
            "{page:?}"
        );
        assert!(page.text().contains("href=\"/signin/other\""), "{page:?}");
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_member_who_is_disabled_is_not_signed_in() {
    on_each_database(async |builder| {
        let mut pair = Pair::start(builder).await;
        pair.link().await;
        pair.here.disable_member(pair.alice.id).await;
        let mut browser = pair.here.browser();
        let refused = pair.sign_in(&mut browser).await;
        assert_eq!(refused.status(), 403, "{refused:?}");
        assert!(refused.text().contains("switched off"), "{refused:?}");
        assert_eq!(who(&mut browser).await, None);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn nobody_is_sent_to_another_site_afterwards() {
    let mut pair = Pair::start(TestHost::builder()).await;
    pair.link().await;
    for next in [
        "https://evil.example/",
        "//evil.example/",
        "/%5Cevil.example",
        "/..//evil.example",
    ] {
        let mut browser = pair.here.browser();
        let sent = browser.get(&format!("/signin/other?next={next}")).await;
        let back = pair.there.allow(&sent).await;
        let signed_in = browser.get(&back).await;
        assert_eq!(signed_in.header("location"), "/", "{next}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_begun_is_bounded_for_each_address() {
    let pair = Pair::start(TestHost::builder()).await;
    // The clock goes on meanwhile, and forgives one every two seconds.
    let mut begun = 0;
    let refused = loop {
        let reply = pair.here.browser().get("/signin/other").await;
        if reply.status() != 303 {
            break reply;
        }
        begun += 1;
        assert!(begun < 600, "nothing is refused");
    };
    assert!(begun >= 60, "{begun}");
    assert_eq!(refused.status(), 429, "{refused:?}");
    assert!(["1", "2"].contains(&refused.header("retry-after")));
    pair.here.clock().advance(Duration::from_secs(2));
    assert_eq!(pair.here.browser().get("/signin/other").await.status(), 303);
    assert_eq!(
        pair.here.browser().get("/signin/nobody").await.status(),
        404
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn what_has_expired_is_cleared_away() {
    on_each_database(async |builder| {
        let pair = Pair::start(builder).await;
        for _ in 0..5 {
            pair.here.browser().get("/signin/other").await;
        }
        assert_eq!(count(&pair.here, "signin_requests").await, 5);
        pair.here.clock().advance(Duration::from_secs(600));
        pair.here.browser().get("/signin/other").await;
        assert_eq!(count(&pair.here, "signin_requests").await, 2);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_sign_in_page_has_the_button() {
    let pair = Pair::start(TestHost::builder()).await;
    for (language, words) in [
        ("en", "Continue with The other"),
        ("de", "Weiter mit The other"),
        ("fr", "Continuer avec The other"),
    ] {
        let page = pair
            .here
            .browser()
            .reading(language)
            .get("/login?next=/media")
            .await;
        assert!(page.text().contains(words), "{page:?}");
        assert!(
            page.text().contains("/signin/other?next=%2Fmedia"),
            "{page:?}"
        );
    }
}

#[tokio::test]
async fn a_way_back_that_is_as_long_as_an_address_may_be_is_kept() {
    let provider = Scripted::start().await;
    let site = provider
        .site(TestHost::builder(), "scopes = [\"read\"]\nsubject = \"id\"")
        .await;
    provider.say("/me", 200, json!({"id": 7}));
    gives(&provider, None);
    let alice = site.add_member("alice", PASSWORD).await;
    link_directly(&site, &provider.url, "7", alice.id).await;
    let next = format!("/oauth/authorize?request={}", "x".repeat(40 * 1024));
    // From the sign-in page on, which has it from wherever somebody came.
    let query = form_urlencoded(&[("next", &next)]);
    let page = site.browser().get(&format!("/login?{query}")).await;
    let button = between(page.text(), "href=\"/signin/other?", "\"");
    let button = format!("/signin/other?{}", button.replace("&#38;", "&"));
    let mut sent = begin_at(&site, &button).await;
    let back = sent.back(&format!("&iss={}", provider.url)).await;
    assert_eq!(back.header("location"), next);
}
