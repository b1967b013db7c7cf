//! Where it matters when somebody signed in: before an account is linked, and
//! where an application asks for it.

use std::time::Duration;

use hob::testing::{Browser, Builder, TestHost, on_each_database};
use serde_json::{Value, json};

use crate::journey::{begin_at, gives, id_token};
use crate::support::{
    ACCOUNTS, PASSWORD, Pair, count, link_directly, query_of, scripted::Scripted, who,
};

const LINK: &str = "/signin/accounts/link";

#[tokio::test(flavor = "multi_thread")]
async fn who_links_has_just_shown_who_is_there() {
    on_each_database(async |builder| {
        let mut pair = Pair::start(builder).await;
        let mut alice = pair.alice().await;
        pair.here.clock().advance(Duration::from_secs(600));
        let page = alice.get(ACCOUNTS).await;
        assert!(page.text().contains("Sign in again"), "{page:?}");
        assert!(!page.text().contains("action=\"/signin/accounts/link\""));
        let sent = alice.submit(LINK, &[("provider", "other")]).await;
        let anew = "/login?next=%2Fsignin%2Faccounts&anew=1";
        assert_eq!(sent.header("location"), anew, "{sent:?}");
        assert_eq!(count(&pair.here, "signin_requests").await, 0);
        alice.sign_in("alice", PASSWORD).await;
        let page = alice.get(ACCOUNTS).await;
        assert!(!page.text().contains("Sign in again"), "{page:?}");
        assert_eq!(pair.link_in(&mut alice).await.status(), 303);
        assert_eq!(count(&pair.here, "signin_accounts").await, 1);
    })
    .await;
}

#[tokio::test]
async fn so_has_an_administrator_who_links_an_account_of_the_site_s() {
    let there = "site_account = true";
    let pair = Pair::start_with(TestHost::builder(), "profile", there).await;
    pair.here.add_administrator("olga", PASSWORD).await;
    let mut olga = pair.here.browser();
    olga.sign_in("olga", PASSWORD).await;
    pair.here.clock().advance(Duration::from_secs(600));
    let page = olga.get("/signin/site").await;
    assert!(page.text().contains("Sign in again"), "{page:?}");
    let fields = [("provider", "other")];
    let sent = olga.submit("/signin/site/link", &fields).await;
    let anew = "/login?next=%2Fsignin%2Fsite&anew=1";
    assert_eq!(sent.header("location"), anew, "{sent:?}");
    olga.sign_in("olga", PASSWORD).await;
    let sent = olga.submit("/signin/site/link", &fields).await;
    assert!(sent.header("location").starts_with(&pair.there.url));
}

/// A site whose alice has an account at this provider.
async fn with_alice(builder: Builder, provider: &Scripted) -> TestHost {
    let site = provider.site(builder, "").await;
    let alice = site.add_member("alice", PASSWORD).await;
    link_directly(&site, &provider.url, "ada", alice.id).await;
    site
}

/// Whether it counts here that somebody has just shown who is there.
async fn is_recent(browser: &mut Browser) -> bool {
    let page = browser.get(ACCOUNTS).await;
    assert_eq!(page.status(), 200, "{page:?}");
    !page.text().contains("Sign in again")
}

#[tokio::test]
async fn a_provider_s_word_counts_as_far_as_it_says_when() {
    let provider = Scripted::start().await;
    let site = with_alice(TestHost::builder(), &provider).await;
    let iss = format!("&iss={}", provider.url);
    let (usual, anew) = ("/signin/other", "/signin/other?anew=1");
    for (path, seconds_before, signs_in, recent) in [
        (usual, None, true, false),
        (usual, Some(0), true, true),
        (usual, Some(540), true, true),
        (usual, Some(600), true, false),
        (anew, None, false, false),
        (anew, Some(0), true, true),
        // As far as clocks may differ.
        (anew, Some(55), true, true),
        (anew, Some(62), false, false),
        (anew, Some(86_400), false, false),
        // What is to come counts from now.
        (anew, Some(-3600), true, true),
    ] {
        let mut sent = begin_at(&site, path).await;
        let token = id_token(&provider, &sent, |claims| {
            if let Some(seconds) = seconds_before {
                claims["auth_time"] = Value::from(sent.at - seconds);
            }
        });
        gives(&provider, Some(&token));
        let back = sent.back(&iss).await;
        assert_eq!(
            back.status() == 303,
            signs_in,
            "{path} {seconds_before:?}: {back:?}"
        );
        if signs_in {
            let counts = is_recent(&mut sent.browser).await;
            assert_eq!(counts, recent, "{path} {seconds_before:?}");
        } else {
            assert_eq!(back.status(), 403, "{back:?}");
            let said = "does not say that you signed in there just now";
            assert!(back.text().contains(said), "{back:?}");
            assert_eq!(who(&mut sent.browser).await, None);
        }
    }
}

#[tokio::test]
async fn a_provider_is_asked_to_have_somebody_sign_in_anew() {
    let provider = Scripted::start().await;
    let site = provider.site(TestHost::builder(), "").await;
    for (path, prompt, max_age) in [
        ("/signin/other", None, None),
        ("/signin/other?anew=1", Some("login"), Some("60")),
    ] {
        let sent = site.browser().get(path).await;
        let query = query_of(&sent);
        assert_eq!(query.one("prompt").unwrap(), prompt, "{path}");
        assert_eq!(query.one("max_age").unwrap(), max_age, "{path}");
    }
    // Without an ID token nobody can say when: nobody is sent there in vain.
    let lines = "scopes = [\"read\"]";
    let site = provider.site(TestHost::builder(), lines).await;
    let button = "Continue with The other";
    let refused = site.browser().get("/signin/other?anew=1").await;
    assert_eq!(refused.status(), 403, "{refused:?}");
    assert!(refused.text().contains("just now"), "{refused:?}");
    let page = site.browser().get("/login?anew=1").await;
    assert!(!page.text().contains(button), "{page:?}");
    let page = site.browser().get("/login").await;
    assert!(page.text().contains(button), "{page:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn an_application_that_asks_for_it_gets_a_sign_in_that_is_fresh_elsewhere_too() {
    on_each_database(async |builder| {
        let provider = Scripted::start().await;
        let builder = builder.plugin(hob_plugin_oauth::HOB_PLUGIN);
        let site = with_alice(builder.plugin(hob_plugin_api::HOB_PLUGIN), &provider).await;
        let words = "oauth client add --name App --scope profile --json \
                     --redirect-uri https://app.example/back";
        let words: Vec<&str> = words.split(' ').filter(|word| !word.is_empty()).collect();
        let added = site.run_command(&words).await;
        assert_eq!(added.exit_code, 0, "{}", added.stderr);
        let client: Value = serde_json::from_str(&added.stdout).unwrap();
        let id = client["client_id"].as_str().unwrap();
        for demand in ["prompt=login", "max_age=300"] {
            let path = format!(
                "/oauth/authorize?response_type=code&client_id={id}&scope=profile&state=s&\
                 code_challenge=E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM&\
                 code_challenge_method=S256&redirect_uri=https://app.example/back&{demand}"
            );
            // Who is not signed in signs in anew at once.
            let sent = site.browser().get(&path).await;
            assert!(sent.header("location").contains("anew=1"), "{sent:?}");
            // Who is, by a session of days elsewhere, does so too.
            let mut browser = come(&provider, &site, "/signin/other", 86_400).await;
            let sent = browser.get(&path).await;
            let location = sent.header("location").to_owned();
            assert!(location.starts_with("/login?"), "{sent:?}");
            assert!(location.contains("anew=1"), "{sent:?}");
            let next = query_of(&sent).one("next").unwrap().unwrap().to_owned();
            // Without saying so to the provider it comes to the same again.
            let mut old = come(&provider, &site, "/signin/other", 86_400).await;
            let again = old.get(&next).await;
            assert!(again.header("location").starts_with("/login?"), "{again:?}");
            let mut fresh = come(&provider, &site, "/signin/other?anew=1", 0).await;
            let asked = fresh.get(&next).await;
            assert_eq!(asked.status(), 200, "{demand}: {asked:?}");
            assert!(asked.text().contains("name=\"decision\""), "{asked:?}");
        }
    })
    .await;
}

/// Alice signs in with her account elsewhere, where she signed in so many
/// seconds ago.
async fn come(provider: &Scripted, site: &TestHost, path: &str, seconds: i64) -> Browser {
    let mut sent = begin_at(site, path).await;
    let token = id_token(provider, &sent, |claims| {
        claims["auth_time"] = json!(sent.at - seconds);
    });
    gives(provider, Some(&token));
    let back = sent.back(&format!("&iss={}", provider.url)).await;
    assert_eq!(back.status(), 303, "{back:?}");
    sent.browser
}
