//! An account elsewhere of the site's own.

use diesel::RunQueryDsl;
use hob::testing::{TestHost, on_each_database};
use serde_json::json;

use crate::asker::{again, come_back, lines, me, with_asker};
use crate::support::{PASSWORD, Pair, count, scripted::Scripted, who};

#[tokio::test(flavor = "multi_thread")]
async fn the_site_s_account_is_not_used_once_the_operator_lets_it_have_none() {
    let provider = Scripted::start().await;
    let own = lines(&provider, "site_account = true");
    let site = provider.site(with_asker(TestHost::builder()), &own).await;
    site.add_member("alice", PASSWORD).await;
    site.add_administrator("olga", PASSWORD).await;
    let mut olga = site.browser();
    olga.sign_in("olga", PASSWORD).await;
    provider.say(
        "/token",
        200,
        json!({"access_token": "a-token", "token_type": "bearer"}),
    );
    provider.say("/api/x", 200, json!({}));
    let fields = [("provider", "other")];
    let sent = olga.submit("/signin/site/link", &fields).await;
    come_back(&provider, &mut olga, &sent).await;
    let unused = "No plugin can use it any more";
    let mut site = site;
    for (own, status) in [(true, 200), (false, 404)] {
        let (restarted, _) = again(site, &provider, &format!("site_account = {own}")).await;
        let asked = restarted.browser().get("/asker/as-site?url=/x").await;
        assert_eq!(asked.status(), status, "{own}: {asked:?}");
        olga = restarted.browser();
        olga.sign_in("olga", PASSWORD).await;
        let page = olga.get("/signin/site").await;
        assert!(page.text().contains("The other</span> · ada"), "{page:?}");
        assert_eq!(page.text().contains(unused), !own, "{page:?}");
        site = restarted;
    }
    assert_eq!(provider.asked("/api/x").len(), 1);
    olga.submit("/signin/site/unlink", &fields).await;
    assert_eq!(count(&site, "signin_tokens").await, 0);
    let page = olga.get("/signin/site").await;
    assert!(!page.text().contains("The other"), "{page:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn an_administrator_links_an_account_of_the_site_s_own() {
    on_each_database(async |builder| {
        let own = "site_account = true";
        let mut pair = Pair::start_with(with_asker(builder), "profile", own).await;
        let mut alice = pair.alice().await;
        assert_eq!(alice.get("/signin/site").await.status(), 404);
        let fields = [("provider", "other")];
        assert_eq!(
            alice.submit("/signin/site/link", &fields).await.status(),
            404
        );
        pair.here.add_administrator("olga", PASSWORD).await;
        let mut olga = pair.here.browser();
        olga.sign_in("olga", PASSWORD).await;
        let page = olga.get("/signin/site").await;
        assert!(
            page.text().contains("Link an account at The other"),
            "{page:?}"
        );
        let mut visitor = pair.here.browser();
        assert_eq!(visitor.get("/asker/as-site?url=/me").await.status(), 404);
        let sent = olga.submit("/signin/site/link", &fields).await;
        let back = pair.there.allow(&sent).await;
        let linked = olga.get(&back).await;
        assert_eq!(linked.header("location"), "/signin/site", "{linked:?}");
        let page = olga.get("/signin/site").await;
        assert!(page.text().contains("The other</span> · ada"), "{page:?}");
        let reply = visitor.get("/asker/as-site?url=/me").await;
        assert!(reply.text().contains("\"username\":\"ada\""), "{reply:?}");
        // It opens nobody's account, and no member has it.
        assert_eq!(count(&pair.here, "signin_accounts").await, 0);
        let mut browser = pair.here.browser();
        assert_eq!(pair.sign_in(&mut browser).await.status(), 403);
        assert_eq!(who(&mut browser).await, None);
        assert_eq!(me(&mut olga).await.0, 404);
        olga.submit("/signin/site/unlink", &fields).await;
        assert_eq!(visitor.get("/asker/as-site?url=/me").await.status(), 404);
        let log = olga.get("/admin/audit").await;
        for noted in ["site_account.linked", "site_account.unlinked"] {
            assert!(log.text().contains(noted), "{noted}: {}", log.text());
        }
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn who_is_no_administrator_any_more_links_none() {
    on_each_database(async |builder| {
        let own = "site_account = true";
        let mut pair = Pair::start_with(builder, "profile", own).await;
        pair.here.add_administrator("olga", PASSWORD).await;
        let mut olga = pair.here.browser();
        olga.sign_in("olga", PASSWORD).await;
        let fields = [("provider", "other")];
        let sent = olga.submit("/signin/site/link", &fields).await;
        let back = pair.there.allow(&sent).await;
        let taken = "UPDATE \"members\" SET \"administrator\" = FALSE";
        pair.here
            .db()
            .write(move |connection| diesel::sql_query(taken).execute(connection))
            .await
            .unwrap();
        let refused = olga.get(&back).await;
        assert_eq!(refused.status(), 403, "{refused:?}");
        assert_eq!(count(&pair.here, "signin_tokens").await, 0);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn where_the_operator_lets_the_site_have_none_nothing_is_begun() {
    let pair = Pair::start(TestHost::builder()).await;
    pair.here.add_administrator("olga", PASSWORD).await;
    let mut olga = pair.here.browser();
    olga.sign_in("olga", PASSWORD).await;
    let fields = [("provider", "other")];
    let refused = olga.submit("/signin/site/link", &fields).await;
    assert_eq!(refused.status(), 404, "{refused:?}");
    assert_eq!(count(&pair.here, "signin_requests").await, 0);
}
