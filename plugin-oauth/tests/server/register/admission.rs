//! Who may register, and how often.

use std::time::Duration;

use axum::body::Body;
use hob::testing::{Reply, TestHost, on_each_database};
use http::{Method, Request};
use serde_json::{Value, json};

use super::{
    advertised,
    support::{
        Dance,
        registration::{
            REGISTER, assert_challenged, assert_refused, open_site, self_registered, token_site,
            web_metadata,
        },
    },
};

/// Checks 94 and 105.
#[tokio::test(flavor = "multi_thread")]
async fn nobody_registers_unless_the_operator_lets_them() {
    on_each_database(async |builder| {
        let dance = Dance::start(builder).await;
        assert_eq!(advertised(&dance).await, Value::Null);
        let (_, token) = dance.initial_token(&[]).await;
        for token in [None, Some(token.as_str())] {
            let metadata = web_metadata(&json!({}));
            let reply = dance
                .send_json(Method::POST, REGISTER, token, Some(&metadata))
                .await;
            assert_refused(&reply, 404, "not_found");
        }
        assert_eq!(dance.count("oauth_clients").await, 0);
    })
    .await;
    on_each_database(async |builder| {
        let dance = open_site(builder).await;
        let endpoint = advertised(&dance).await;
        assert_eq!(endpoint, format!("http://127.0.0.1:8080{REGISTER}"));
        dance.register_itself(&web_metadata(&json!({}))).await;
        assert_eq!(dance.count("oauth_clients").await, 1);
    })
    .await;
}

/// Check 94.
#[tokio::test(flavor = "multi_thread")]
async fn an_initial_access_token_lets_in_and_nothing_else_does() {
    on_each_database(async |builder| {
        let dance = token_site(builder).await;
        assert_ne!(advertised(&dance).await, Value::Null);
        let (id, token) = dance.initial_token(&["--note", "Print shop"]).await;
        let metadata = web_metadata(&json!({}));
        let send = async |token: Option<&str>| {
            dance
                .send_json(Method::POST, REGISTER, token, Some(&metadata))
                .await
        };
        assert_challenged(&send(None).await, false);
        let mut near_miss = token.clone();
        near_miss.replace_range(9..10, if &token[9..10] == "x" { "y" } else { "x" });
        for wrong in ["x", near_miss.as_str()] {
            assert_challenged(&send(Some(wrong)).await, true);
        }
        // Nor does a client's secret, or another token of its own.
        assert_eq!(dance.count("oauth_clients").await, 0);
        let registered = self_registered(&send(Some(&token)).await);
        for wrong in [
            registered.access_token.as_str(),
            registered.app.secret.as_deref().expect("a secret"),
        ] {
            assert_challenged(&send(Some(wrong)).await, true);
        }
        let show = [
            "oauth",
            "client",
            "show",
            &registered.app.client_id,
            "--json",
        ];
        let shown = dance.site.run_command(&show).await;
        let shown: Value = serde_json::from_str(&shown.stdout).expect("JSON");
        assert_eq!(shown["registered_by"], "itself");
        assert_eq!(shown["initial_access_token"], id);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_initial_access_token_is_used_as_often_as_it_says() {
    on_each_database(async |builder| {
        let dance = token_site(builder).await;
        let metadata = web_metadata(&json!({}));
        let send = async |token: &str| {
            dance
                .send_json(Method::POST, REGISTER, Some(token), Some(&metadata))
                .await
        };
        let (_, token) = dance.initial_token(&["--uses", "3"]).await;
        // What is refused takes no use.
        let wrong = web_metadata(&json!({"redirect_uris": ["http://a.example/"]}));
        let reply = dance
            .send_json(Method::POST, REGISTER, Some(&token), Some(&wrong))
            .await;
        assert_refused(&reply, 400, "invalid_redirect_uri");
        let replies = futures_util::future::join_all((0..8).map(|_| send(&token))).await;
        let (good, bad): (Vec<Reply>, Vec<Reply>) =
            replies.into_iter().partition(|reply| reply.status() == 201);
        assert_eq!(good.len(), 3);
        for reply in &bad {
            assert_challenged(reply, true);
        }
        assert_eq!(dance.count("oauth_clients").await, 3);

        // Expired, and revoked.
        let (_, token) = dance
            .initial_token(&["--uses", "2", "--expires", "1h"])
            .await;
        self_registered(&send(&token).await);
        dance.site.clock().advance(Duration::from_secs(3600));
        assert_challenged(&send(&token).await, true);
        let (id, token) = dance.initial_token(&["--uses", "2"]).await;
        self_registered(&send(&token).await);
        let id = id.to_string();
        let revoke = ["oauth", "initial-token", "revoke", &id];
        assert_eq!(dance.site.run_command(&revoke).await.exit_code, 0);
        assert_challenged(&send(&token).await, true);
        assert_ne!(dance.site.run_command(&revoke).await.exit_code, 0);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn initial_access_tokens_are_shown_once_and_listed_without_their_secret() {
    on_each_database(async |builder| {
        let dance = token_site(builder).await;
        let (id, token) = dance
            .initial_token(&["--uses", "5", "--expires", "30d", "--note", "Print shop"])
            .await;
        assert!(token.starts_with("hob_ia_"), "{token}");
        for json in [&["--json"][..], &[]] {
            let words = [&["oauth", "initial-token", "list"], json].concat();
            let listed = dance.site.run_command(&words).await.stdout;
            assert!(listed.contains("Print shop"), "{listed}");
            assert!(!listed.contains("hob_ia_"), "{listed}");
            assert!(listed.contains(&id.to_string()), "{listed}");
        }
        for bad in [
            ["--uses", "0"],
            ["--uses", "many"],
            ["--expires", "0s"],
            ["--expires", "soon"],
            ["--note", "a\nb"],
        ] {
            let words = [&["oauth", "initial-token", "issue"], &bad[..]].concat();
            let output = dance.site.run_command(&words).await;
            assert_eq!(
                (output.exit_code, output.stdout.as_str()),
                (2, ""),
                "{bad:?}"
            );
        }
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn pages_of_other_origins_may_register_and_manage() {
    let dance = open_site(TestHost::builder()).await;
    let registered = dance.register_itself(&web_metadata(&json!({}))).await;
    let mut browser = dance.site.browser();
    for (path, method, methods) in [
        (REGISTER, "POST", "POST"),
        (registered.configuration.as_str(), "PUT", "GET, PUT, DELETE"),
    ] {
        let preflight = Request::builder()
            .method(Method::OPTIONS)
            .uri(path)
            .header("origin", "https://app.example")
            .header("access-control-request-method", method)
            .header(
                "access-control-request-headers",
                "authorization,content-type",
            )
            .body(Body::empty())
            .expect("a valid request");
        let reply = browser.send(preflight).await;
        assert_eq!(reply.status(), 204, "{reply:?}");
        assert_eq!(reply.header("access-control-allow-methods"), methods);
        assert_eq!(reply.header("access-control-allow-origin"), "*");
        let allowed = reply.header("access-control-allow-headers");
        assert!(allowed.contains("authorization") && allowed.contains("content-type"));
    }
    for reply in [
        dance.post_metadata(&web_metadata(&json!({}))).await,
        dance.post_metadata(&json!({})).await,
        registered.get(&dance).await,
    ] {
        assert_eq!(
            reply.header("access-control-allow-origin"),
            "*",
            "{reply:?}"
        );
        assert_eq!(reply.header("access-control-allow-credentials"), "");
    }
}

fn post_from(address: &str, token: Option<&str>) -> Request<Body> {
    let mut request = Request::post(REGISTER)
        .header("content-type", "application/json")
        .header("x-forwarded-for", address);
    if let Some(token) = token {
        request = request.header("authorization", format!("Bearer {token}"));
    }
    request
        .body(Body::from(web_metadata(&json!({})).to_string()))
        .expect("a valid request")
}

#[tokio::test(flavor = "multi_thread")]
async fn an_address_registers_so_many_and_no_more() {
    on_each_database(async |builder| {
        let builder = builder
            .url("https://photos.example")
            .server_toml("behind_tls_proxy = true");
        let dance = open_site(builder).await;
        let mut browser = dance.site.browser();
        for _ in 0..10 {
            self_registered(&browser.send(post_from("192.0.2.1", None)).await);
        }
        let reply = browser.send(post_from("192.0.2.1", None)).await;
        assert_refused(&reply, 429, "slow_down");
        assert_eq!(reply.header("retry-after"), "600");
        assert_eq!(dance.count("oauth_clients").await, 10);
        // Somebody else is not held up, and it passes.
        self_registered(&browser.send(post_from("192.0.2.2", None)).await);
        dance.site.clock().advance(Duration::from_secs(600));
        self_registered(&browser.send(post_from("192.0.2.1", None)).await);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn guessing_initial_access_tokens_is_slowed_down_for_that_address_alone() {
    on_each_database(async |builder| {
        let builder = builder
            .url("https://photos.example")
            .server_toml("behind_tls_proxy = true");
        let dance = token_site(builder).await;
        let (_, token) = dance.initial_token(&["--uses", "30"]).await;
        let mut browser = dance.site.browser();
        // Who has the right one is not counted.
        for _ in 0..12 {
            self_registered(&browser.send(post_from("192.0.2.1", Some(&token))).await);
        }
        let (id, revoked) = dance.initial_token(&[]).await;
        let revoke = ["oauth", "initial-token", "revoke", &id.to_string()];
        assert_eq!(dance.site.run_command(&revoke).await.exit_code, 0);
        // Nonsense counts, and so does what only the database can tell.
        for wrong in ["x", &revoked].repeat(5) {
            let reply = browser.send(post_from("192.0.2.1", Some(wrong))).await;
            assert_challenged(&reply, true);
        }
        let reply = browser.send(post_from("192.0.2.1", Some(&token))).await;
        assert_refused(&reply, 429, "slow_down");
        assert_eq!(reply.header("retry-after"), "30");
        self_registered(&browser.send(post_from("192.0.2.2", Some(&token))).await);
        dance.site.clock().advance(Duration::from_secs(30));
        self_registered(&browser.send(post_from("192.0.2.1", Some(&token))).await);
    })
    .await;
}
