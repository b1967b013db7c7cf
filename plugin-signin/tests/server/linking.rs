//! A member links accounts elsewhere, and takes them away.

use crate::support::{ACCOUNTS, PASSWORD, Pair, between, count, who};
use hob::testing::{TestHost, on_each_database};
use hob_plugin_sdk::MemberDeleted;

#[tokio::test(flavor = "multi_thread")]
async fn a_member_sees_what_opens_the_account_and_takes_it_away() {
    on_each_database(async |builder| {
        let mut pair = Pair::start(builder).await;
        let mut alice = pair.alice().await;
        let none = alice.get(ACCOUNTS).await;
        assert!(none.text().contains("No account elsewhere"), "{none:?}");
        assert!(
            none.text().contains("Link an account at The other"),
            "{none:?}"
        );
        let linked = pair.link_in(&mut alice).await;
        assert_eq!(linked.header("location"), ACCOUNTS);
        let page = alice.get(ACCOUNTS).await;
        assert!(page.text().contains("The other</span> · ada"), "{page:?}");
        let account = between(page.text(), "name=\"account\" value=\"", "\"").to_owned();
        // Of nobody else's account.
        let bob = pair.here.add_member("bob", PASSWORD).await;
        let mut browser = pair.here.browser();
        browser.sign_in(&bob.username, PASSWORD).await;
        let fields = [("account", account.as_str())];
        browser.submit("/signin/accounts/unlink", &fields).await;
        assert_eq!(count(&pair.here, "signin_accounts").await, 1);
        for _ in 0..2 {
            let done = alice.submit("/signin/accounts/unlink", &fields).await;
            assert_eq!(done.status(), 303, "{done:?}");
        }
        assert_eq!(count(&pair.here, "signin_accounts").await, 0);
        let mut visitor = pair.here.browser();
        assert_eq!(pair.sign_in(&mut visitor).await.status(), 403);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_account_elsewhere_opens_one_account_alone() {
    on_each_database(async |builder| {
        let mut pair = Pair::start(builder).await;
        let mut alice = pair.link().await;
        let again = pair.link_in(&mut alice).await;
        assert_eq!(
            again.status(),
            303,
            "to link it twice is no error: {again:?}"
        );
        let bob = pair.here.add_member("bob", PASSWORD).await;
        let mut browser = pair.here.browser();
        browser.sign_in(&bob.username, PASSWORD).await;
        let refused = pair.link_in(&mut browser).await;
        assert_eq!(refused.status(), 409, "{refused:?}");
        assert_eq!(count(&pair.here, "signin_accounts").await, 1);
        let mut visitor = pair.here.browser();
        pair.sign_in(&mut visitor).await;
        assert_eq!(who(&mut visitor).await.as_deref(), Some("alice"));
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_account_here_is_opened_by_several() {
    on_each_database(async |builder| {
        let mut pair = Pair::start(builder).await;
        let mut alice = pair.link().await;
        pair.there.become_grace().await;
        assert_eq!(pair.link_in(&mut alice).await.status(), 303);
        assert_eq!(count(&pair.here, "signin_accounts").await, 2);
        let mut visitor = pair.here.browser();
        pair.sign_in(&mut visitor).await;
        assert_eq!(who(&mut visitor).await.as_deref(), Some("alice"));
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn only_a_form_of_the_member_s_own_links() {
    let pair = Pair::start(TestHost::builder()).await;
    let mut alice = pair.alice().await;
    let fields = [("provider", "other")];
    let forged = alice.post_form("/signin/accounts/link", &fields).await;
    assert_eq!(forged.status(), 403, "{forged:?}");
    let mut nobody = pair.here.browser();
    let refused = nobody.post_form("/signin/accounts/link", &fields).await;
    let location = refused.header("location");
    assert!(!location.starts_with(&pair.there.url), "{refused:?}");
    assert_eq!(count(&pair.here, "signin_requests").await, 0);
    let sent = alice.submit("/signin/accounts/link", &fields).await;
    assert_eq!(sent.status(), 303, "{sent:?}");
    let location = sent.header("location");
    assert!(location.starts_with(&pair.there.url), "{sent:?}");
    assert_eq!(count(&pair.here, "signin_requests").await, 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn an_answer_links_once_though_the_browser_stays_the_same() {
    on_each_database(async |builder| {
        let mut pair = Pair::start(builder).await;
        let mut alice = pair.alice().await;
        let fields = [("provider", "other")];
        let sent = alice.submit("/signin/accounts/link", &fields).await;
        let back = pair.there.allow(&sent).await;
        assert_eq!(alice.get(&back).await.status(), 303);
        let again = alice.get(&back).await;
        assert_eq!(again.status(), 400, "{again:?}");
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn who_began_to_link_is_who_ends_it() {
    on_each_database(async |builder| {
        let mut pair = Pair::start(builder).await;
        pair.here.add_member("bob", PASSWORD).await;
        let mut browser = pair.alice().await;
        let fields = [("provider", "other")];
        let sent = browser.submit("/signin/accounts/link", &fields).await;
        let back = pair.there.allow(&sent).await;
        // In the same browser, with the password: the visit goes on.
        browser.sign_in("bob", PASSWORD).await;
        let refused = browser.get(&back).await;
        assert_eq!(refused.status(), 403, "{refused:?}");
        assert!(
            refused.text().contains("Somebody else is signed in"),
            "{refused:?}"
        );
        assert_eq!(count(&pair.here, "signin_accounts").await, 0);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn nothing_is_left_of_a_member_who_is_deleted() {
    on_each_database(async |builder| {
        let keep = "tokens = \"database\"";
        let mut pair = Pair::start_with(builder, "profile", keep).await;
        let mut alice = pair.link().await;
        let fields = [("provider", "other")];
        alice.submit("/signin/accounts/link", &fields).await;
        let tables = ["signin_accounts", "signin_requests", "signin_tokens"];
        for table in tables {
            assert_eq!(count(&pair.here, table).await, 1, "{table}");
        }
        let deleted = MemberDeleted {
            member_id: pair.alice.id,
        };
        pair.here
            .db()
            .write(move |connection| connection.raise(&deleted))
            .await
            .unwrap();
        for table in tables {
            assert_eq!(count(&pair.here, table).await, 0, "{table}");
        }
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_audit_log_knows_what_was_linked_and_unlinked() {
    on_each_database(async |builder| {
        let mut pair = Pair::start(builder).await;
        let mut alice = pair.link().await;
        let page = alice.get(ACCOUNTS).await;
        let account = between(page.text(), "name=\"account\" value=\"", "\"").to_owned();
        alice
            .submit("/signin/accounts/unlink", &[("account", &account)])
            .await;
        pair.here.add_administrator("olga", PASSWORD).await;
        let mut olga = pair.here.browser();
        olga.sign_in("olga", PASSWORD).await;
        let log = olga.get("/admin/audit").await;
        for noted in ["account.linked", "account.unlinked", &pair.there.url] {
            assert!(log.text().contains(noted), "{noted}: {}", log.text());
        }
    })
    .await;
}
