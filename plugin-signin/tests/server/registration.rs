//! Whose account elsewhere opens none here makes one, where the site lets them.

use std::time::Duration;

use crate::support::{ACCOUNTS, PASSWORD, Pair, between, count, who};
use hob::testing::{Browser, Builder, Reply, TestHost, on_each_database};

const PAGE: &str = "/signin/register";

fn open(builder: Builder) -> Builder {
    builder.site_toml("registration = \"open\"")
}

/// Ada comes with her account elsewhere, and is asked for a username.
async fn arrive(pair: &mut Pair, browser: &mut Browser) -> Reply {
    let sent = browser.get("/signin/other?next=/media").await;
    let back = pair.there.allow(&sent).await;
    let welcome = browser.get(&back).await;
    assert_eq!(welcome.header("location"), PAGE, "{welcome:?}");
    browser.get(PAGE).await
}

async fn choose(browser: &mut Browser, username: &str) -> Reply {
    browser.post_form(PAGE, &[("username", username)]).await
}

#[tokio::test(flavor = "multi_thread")]
async fn whoever_has_no_account_here_makes_one() {
    on_each_database(async |builder| {
        let mut pair = Pair::start(open(builder)).await;
        let mut ada = pair.here.browser();
        let page = arrive(&mut pair, &mut ada).await;
        assert_eq!(page.status(), 200, "{page:?}");
        assert_eq!(
            between(
                page.text(),
                "name=\"username\" type=\"text\" value=\"",
                "\""
            ),
            "ada"
        );
        assert!(
            page.text().contains("Your account at The other"),
            "{page:?}"
        );
        let made = choose(&mut ada, "Countess").await;
        assert_eq!(made.status(), 303, "{made:?}");
        assert_eq!(made.header("location"), "/media");
        assert_eq!(who(&mut ada).await.as_deref(), Some("countess"));
        assert_eq!(count(&pair.here, "signin_newcomers").await, 0);
        // From now on it is a way to sign in like any other.
        let mut again = pair.here.browser();
        assert_eq!(pair.sign_in(&mut again).await.status(), 303);
        assert_eq!(who(&mut again).await.as_deref(), Some("countess"));
        assert_eq!(count(&pair.here, "members").await, 2);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_name_that_is_taken_or_can_t_be_one_is_asked_for_again() {
    on_each_database(async |builder| {
        let mut pair = Pair::start(open(builder)).await;
        pair.here.add_member("ada", PASSWORD).await;
        let mut ada = pair.here.browser();
        let page = arrive(&mut pair, &mut ada).await;
        // Somebody else is called so here.
        assert_eq!(
            between(
                page.text(),
                "name=\"username\" type=\"text\" value=\"",
                "\""
            ),
            ""
        );
        for (username, problem) in [
            ("ada", "ada is taken."),
            ("Ada", "Ada is taken."),
            ("-ada", "can&#39;t be a username"),
            ("", "can&#39;t be a username"),
        ] {
            let refused = choose(&mut ada, username).await;
            assert_eq!(refused.status(), 422, "{username:?}: {refused:?}");
            assert!(
                refused.text().contains(problem),
                "{username:?}: {refused:?}"
            );
        }
        assert_eq!(count(&pair.here, "members").await, 2);
        assert_eq!(choose(&mut ada, "ada2").await.status(), 303);
        assert_eq!(who(&mut ada).await.as_deref(), Some("ada2"));
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn only_the_browser_that_came_makes_the_account_in_time_and_once() {
    on_each_database(async |builder| {
        let mut pair = Pair::start(open(builder)).await;
        let mut ada = pair.here.browser();
        arrive(&mut pair, &mut ada).await;
        let mut other = pair.here.browser();
        other.get("/signin/other").await;
        assert_eq!(other.get(PAGE).await.status(), 400);
        assert_eq!(choose(&mut other, "eve").await.status(), 400);
        pair.here.clock().advance(Duration::from_secs(601));
        assert_eq!(ada.get(PAGE).await.status(), 400);
        assert_eq!(choose(&mut ada, "ada").await.status(), 400);
        arrive(&mut pair, &mut ada).await;
        let mut before = pair.here.browser();
        before.copy_cookies(&ada);
        assert_eq!(choose(&mut ada, "ada").await.status(), 303);
        assert_eq!(choose(&mut before, "ada2").await.status(), 400);
        assert_eq!(count(&pair.here, "members").await, 2);
        // Who has an account makes no other.
        assert_eq!(ada.get(PAGE).await.status(), 400);
        pair.there.become_grace().await;
        let mut alice = pair.here.browser();
        assert_eq!(arrive(&mut pair, &mut alice).await.status(), 200);
        alice.sign_in("alice", PASSWORD).await;
        assert_eq!(alice.get(PAGE).await.status(), 400);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_operator_says_who_makes_accounts() {
    let closed = Pair::start(TestHost::builder()).await;
    let own = |pair: &Pair| format!("{}\nregisters = false", pair.there.lines());
    let lines = own(&closed);
    let without = crate::support::here(open(TestHost::builder()), &lines)
        .start()
        .await;
    let Pair { there, here, alice } = closed;
    let mut pair = Pair { there, here, alice };
    for site in [None, Some(without)] {
        if let Some(site) = site {
            pair.here = site;
        }
        let mut ada = pair.here.browser();
        let refused = pair.sign_in(&mut ada).await;
        assert_eq!(refused.status(), 403, "{refused:?}");
        assert!(
            refused.text().contains("opens no account here yet"),
            "{refused:?}"
        );
        assert_eq!(count(&pair.here, "signin_newcomers").await, 0);
        assert_eq!(choose(&mut ada, "ada").await.status(), 400);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_member_without_a_password_keeps_one_way_to_sign_in() {
    on_each_database(async |builder| {
        let mut pair = Pair::start(open(builder)).await;
        let mut ada = pair.here.browser();
        arrive(&mut pair, &mut ada).await;
        choose(&mut ada, "ada").await;
        let page = ada.get(ACCOUNTS).await;
        let account = between(page.text(), "name=\"account\" value=\"", "\"").to_owned();
        let fields = [("account", account.as_str())];
        let refused = ada.submit("/signin/accounts/unlink", &fields).await;
        assert_eq!(refused.status(), 409, "{refused:?}");
        assert!(refused.text().contains("Set a password"), "{refused:?}");
        assert_eq!(count(&pair.here, "signin_accounts").await, 1);
        let password = [("new_password", PASSWORD)];
        ada.submit("/account/password", &password).await;
        let done = ada.submit("/signin/accounts/unlink", &fields).await;
        assert_eq!(done.status(), 303, "{done:?}");
        assert_eq!(count(&pair.here, "signin_accounts").await, 0);
    })
    .await;
}
