//! Another plugin makes requests to a provider in a member's name: with which
//! token, and to where.

mod kept;
mod refresh;

use hob::testing::on_each_database;
use hob_plugin_sdk::http_client::form_urlencoded;
use serde_json::json;

use crate::asker::{FILE, FORM, linked, me, with_asker};
use crate::support::{ACCOUNTS, PASSWORD, Pair, between, count, scripted::Scripted};

#[tokio::test(flavor = "multi_thread")]
async fn a_request_is_made_as_the_member_who_linked_the_account() {
    on_each_database(async |builder| {
        let keep = "tokens = \"database\"";
        let mut pair = Pair::start_with(with_asker(builder), "profile", keep).await;
        let mut alice = pair.alice().await;
        assert_eq!(me(&mut alice).await.0, 404);
        pair.link_in(&mut alice).await;
        let (status, body) = me(&mut alice).await;
        assert_eq!(status, 200, "{body}");
        assert!(body.contains("\"username\":\"ada\""), "{body}");
        let accounts = alice.get("/asker/accounts").await;
        let ada = format!("other|The other|ada|profile|{}|", pair.there.url);
        assert!(accounts.text().starts_with(&ada), "{accounts:?}");
        // Nobody else's.
        pair.here.add_member("bob", PASSWORD).await;
        let mut bob = pair.here.browser();
        bob.sign_in("bob", PASSWORD).await;
        assert_eq!(me(&mut bob).await.0, 404);
        assert_eq!(bob.get("/asker/accounts").await.text(), "");
        assert_eq!(alice.get("/asker/ask?url=/me&as=site").await.status(), 404);
        assert_eq!(
            alice.get("/asker/ask?url=/me&provider=x").await.status(),
            404
        );
        // Another session is the same member's.
        let mut again = pair.alice().await;
        assert_eq!(me(&mut again).await.0, 200);
        // What is unlinked is gone.
        let page = alice.get(ACCOUNTS).await;
        let account = between(page.text(), "name=\"account\" value=\"", "\"").to_owned();
        alice
            .submit("/signin/accounts/unlink", &[("account", &account)])
            .await;
        assert_eq!(me(&mut alice).await.0, 404);
        assert_eq!(count(&pair.here, "signin_tokens").await, 0);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn of_several_accounts_at_a_provider_one_is_named() {
    on_each_database(async |builder| {
        let keep = "tokens = \"database\"";
        let mut pair = Pair::start_with(with_asker(builder), "profile", keep).await;
        let mut alice = pair.link().await;
        pair.there.become_grace().await;
        pair.link_in(&mut alice).await;
        let accounts = alice.get("/asker/accounts").await;
        let accounts: Vec<Vec<&str>> = accounts
            .text()
            .lines()
            .map(|line| line.split('|').collect())
            .collect();
        let [ada, grace] = &accounts[..] else {
            panic!("{accounts:?}");
        };
        for (account, name) in [(ada, "ada"), (grace, "grace")] {
            assert_eq!(account[2], name);
            let path = format!("/asker/ask?url=/me&account={}", account[5]);
            let reply = alice.get(&path).await;
            let username = format!("\"username\":\"{name}\"");
            assert!(reply.text().contains(&username), "{reply:?}");
        }
        // Nobody guesses which is meant, and an account of nobody's is none.
        let unclear = alice.get("/asker/ask?url=/me").await;
        assert_eq!((unclear.status(), unclear.text()), (400, "which"));
        let none = alice.get("/asker/ask?url=/me&account=4711").await;
        assert_eq!(none.status(), 404, "{none:?}");
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_request_goes_to_the_api_alone_with_the_member_s_token_alone() {
    let provider = Scripted::start().await;
    let (_site, mut alice) = linked(&provider, json!({"refresh_token": "r1"})).await;
    provider.say("/api/x", 200, json!({"x": 1}));
    let reply = alice.get("/asker/ask?url=/x").await;
    assert_eq!((reply.status(), reply.text()), (200, "{\"x\":1}"));
    assert_eq!(provider.asked("/api/x")[0].0, "Bearer a-token");
    for url in [
        "/../token",
        "https://evil.example/",
        &format!("{}/token", provider.url),
    ] {
        let before = provider.asked("/token").len();
        let reply = alice.get(&format!("/asker/ask?url={url}")).await;
        assert_eq!(reply.status(), 403, "{url}: {reply:?}");
        assert_eq!(provider.asked("/token").len(), before);
    }
    // A redirect is an answer, and not followed.
    let elsewhere = json!({"location": format!("{}/elsewhere", provider.url)});
    provider.say("/api/y", 303, elsewhere);
    assert_eq!(alice.get("/asker/ask?url=/y").await.status(), 303);
    assert_eq!(provider.asked("/elsewhere").len(), 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_form_and_a_file_arrive_as_they_are() {
    let provider = Scripted::start().await;
    let (_site, mut alice) = linked(&provider, json!({})).await;
    provider.say("/api/send", 201, json!({}));
    for what in ["form", "file"] {
        let sent = alice.get(&format!("/asker/send?what={what}")).await;
        assert_eq!(sent.status(), 201, "{sent:?}");
    }
    let [form, file] = &provider.asked_in_full("/api/send")[..] else {
        panic!("it is asked twice");
    };
    for (asked, kind, body) in [
        (
            form,
            "application/x-www-form-urlencoded",
            form_urlencoded(&FORM).as_bytes(),
        ),
        (file, "image/png", FILE),
    ] {
        assert_eq!(
            (asked.method.as_str(), asked.authorization.as_str()),
            ("POST", "Bearer a-token")
        );
        assert_eq!((asked.content_type.as_str(), &asked.body[..]), (kind, body));
    }
}
