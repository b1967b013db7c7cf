//! A member registers applications, and looks after them.

use hob::testing::{Reply, on_each_database};

use crate::support::{App, CALLBACK, Call, Dance, PASSWORD, assert_problem, count, token};

const NEW: &str = "/oauth1/clients/new";

fn form() -> Vec<(&'static str, &'static str)> {
    vec![
        ("name", "Mine"),
        ("website", ""),
        ("redirect_uris", CALLBACK),
        ("scope", "profile"),
    ]
}

fn shown(page: &Reply, label: &str) -> String {
    let marker = format!("aria-labelledby=\"{label}\">");
    let after = page.text().split(&marker).nth(1);
    let text = after.and_then(|rest| rest.split('<').next());
    text.unwrap_or_else(|| panic!("no {label}: {page:?}"))
        .to_owned()
}

fn credentials(page: &Reply) -> App {
    assert_eq!(page.header("cache-control"), "no-store", "{page:?}");
    App {
        key: shown(page, "consumer-key"),
        secret: shown(page, "consumer-secret"),
    }
}

fn begin() -> Call<'static> {
    Call {
        more: &[("oauth_callback", CALLBACK)],
        ..Call::default()
    }
}

#[tokio::test]
async fn an_application_is_registered_changed_and_deleted_by_its_owner_alone() {
    on_each_database(async |builder| {
        let mut dance = Dance::start(builder).await;
        let made = dance.browser.submit(NEW, &form()).await;
        assert_eq!(made.status(), 201, "{made:?}");
        let app = credentials(&made);
        let request_token = token(&dance.call(&app, begin()).await);
        let page = dance.ask(&request_token).await;
        assert!(
            page.text().contains("<bdi>alice</bdi> registered it"),
            "{page:?}"
        );
        assert!(page.text().contains(">unverified<"), "{page:?}");

        let here = format!("/oauth1/clients/{}", app.key);
        let list = dance.browser.get("/oauth1/clients").await;
        assert!(list.text().contains(&here), "{list:?}");
        let mut changed = form();
        changed[0] = ("name", "Yours");
        let saved = dance.browser.submit(&here, &changed).await;
        assert_eq!(saved.status(), 303, "{saved:?}");
        let page = dance.browser.get(&here).await;
        assert!(page.text().contains("<h1>Yours</h1>"), "{page:?}");
        changed[2] = ("redirect_uris", "http://evil.example/");
        let refused = dance.browser.submit(&here, &changed).await;
        assert_eq!(refused.status(), 422, "{refused:?}");
        assert!(
            refused.text().contains("http://evil.example/"),
            "it stays as typed"
        );

        dance.site.add_member("bob", PASSWORD).await;
        let mut bob = dance.site.browser();
        bob.sign_in("bob", PASSWORD).await;
        assert_eq!(bob.get(&here).await.status(), 404);
        for path in [
            here.clone(),
            format!("{here}/secret"),
            format!("{here}/delete"),
        ] {
            assert_eq!(bob.submit(&path, &form()).await.status(), 404, "{path}");
        }
        let rotated = dance.browser.submit(&format!("{here}/secret"), &[]).await;
        let fresh = credentials(&rotated);
        assert_problem(&dance.call(&app, begin()).await, 401, "signature_invalid");
        token(&dance.call(&fresh, begin()).await);
        let deleted = dance.browser.submit(&format!("{here}/delete"), &[]).await;
        assert_eq!(deleted.status(), 303, "{deleted:?}");
        assert_problem(
            &dance.call(&fresh, begin()).await,
            401,
            "consumer_key_unknown",
        );
    })
    .await;
}

#[tokio::test]
async fn the_operator_says_who_may_register_and_how_many() {
    on_each_database(async |builder| {
        let one = builder.plugin_toml("oauth1", "applications_per_member = 1");
        let mut dance = Dance::start(one).await;
        assert_eq!(dance.browser.submit(NEW, &form()).await.status(), 201);
        let refused = dance.browser.submit(NEW, &form()).await;
        assert_eq!(refused.status(), 403, "{refused:?}");
        dance.site.add_administrator("root", PASSWORD).await;
        for (registration, alice, root) in [("administrators", 403, 201), ("closed", 403, 403)] {
            let toml = format!("registration = \"{registration}\"\napplications_per_member = 0");
            let builder = dance.site.stop().await.plugin_toml("oauth1", &toml);
            dance.site = crate::support::with_plugins(builder).start().await;
            for (who, expected) in [("alice", alice), ("root", root)] {
                let mut browser = dance.site.browser();
                browser.sign_in(who, PASSWORD).await;
                let reply = browser.submit(NEW, &form()).await;
                assert_eq!(reply.status(), expected, "{registration} {who}: {reply:?}");
            }
        }
    })
    .await;
}

#[tokio::test]
async fn the_form_says_what_is_wrong_in_the_member_s_language() {
    let dance = Dance::start(hob::testing::TestHost::builder()).await;
    for (language, said) in [
        ("en", "It needs a name"),
        ("de", "Es fehlt ein Name"),
        ("fr", "Il lui faut un nom"),
    ] {
        let mut browser = dance.site.browser().reading(language);
        browser.sign_in("alice", PASSWORD).await;
        let reply = browser.submit(NEW, &[("name", " ")]).await;
        assert_eq!(reply.status(), 422, "{reply:?}");
        assert!(reply.text().contains(said), "{said}: {reply:?}");
    }
}

/// As at `hob oauth1 consumer add`: members copy a code then.
#[tokio::test]
async fn an_application_may_have_no_callback() {
    on_each_database(async |builder| {
        let mut dance = Dance::start(builder).await;
        let page = dance.browser.get(NEW).await;
        let said = "Without any, members copy a code.";
        assert!(page.text().contains(said), "{page:?}");
        assert!(!page.text().contains("rows=\"3\" required"), "{page:?}");
        let mut without = form();
        without[2].1 = "";
        let made = dance.browser.submit(NEW, &without).await;
        assert_eq!(made.status(), 201, "{made:?}");
        let app = credentials(&made);
        dance.begin(&app, "oob").await;
        assert_problem(&dance.call(&app, begin()).await, 400, "parameter_rejected");
        let here = format!("/oauth1/clients/{}", app.key);
        assert_eq!(dance.browser.submit(&here, &form()).await.status(), 303);
        token(&dance.call(&app, begin()).await);
        assert_eq!(dance.browser.submit(&here, &without).await.status(), 303);
        assert_problem(&dance.call(&app, begin()).await, 400, "parameter_rejected");
    })
    .await;
}

#[tokio::test]
async fn a_key_that_can_be_none_is_unknown() {
    on_each_database(async |builder| {
        let mut dance = Dance::start(builder).await;
        for key in ["nobody", "%00", "no%00body", "%C3%A9"] {
            let page = dance.browser.get(&format!("/oauth1/clients/{key}")).await;
            assert_eq!(page.status(), 404, "{key}: {page:?}");
        }
    })
    .await;
}

/// Many at once count each other.
#[tokio::test(flavor = "multi_thread", worker_threads = 8)]
async fn registrations_at_the_same_time_do_not_exceed_the_limit() {
    on_each_database(async |builder| {
        let three = builder.plugin_toml("oauth1", "applications_per_member = 3");
        let dance = Dance::start(three).await;
        let mut at_once = Vec::new();
        for _ in 0..8 {
            let mut browser = dance.site.browser();
            browser.sign_in("alice", PASSWORD).await;
            at_once.push(browser);
        }
        let at_once = at_once.into_iter().map(|mut browser| {
            tokio::spawn(async move { browser.submit(NEW, &form()).await.status() })
        });
        let answers = futures_util::future::join_all(at_once).await;
        let mut statuses: Vec<u16> = answers.into_iter().map(|answer| answer.unwrap()).collect();
        statuses.sort_unstable();
        assert_eq!(statuses, [201, 201, 201, 403, 403, 403, 403, 403]);
        assert_eq!(count(&dance.site, "oauth1_consumers").await, 3);
    })
    .await;
}
