//! Signed requests to an API that knows nothing of signatures.

use std::time::Duration;

use hob::testing::{TestHost, on_each_database};

use crate::support::{App, Call, Dance, HERE, ME, me, shown_code, token, with_plugins};

const MEDIA: &str = "/api/v1/media";

/// Also whoever can sign as the application that has it.
#[tokio::test]
async fn a_token_counts_with_the_key_of_its_own_application_alone() {
    on_each_database(async |builder| {
        let mut dance = Dance::start(builder).await;
        let (app, other) = (dance.register(&[]).await, dance.register(&[]).await);
        let token = dance.access_token(&app, &["profile"]).await;
        let another = App {
            key: other.key.clone(),
            secret: app.secret.clone(),
        };
        assert_eq!(dance.status(&other, &token).await, 401);
        assert_eq!(dance.status(&another, &token).await, 401);
        assert_eq!(dance.status(&app, &token).await, 200);
    })
    .await;
}

/// Check 98, at a resource.
#[tokio::test]
async fn the_signature_covers_method_address_and_query() {
    on_each_database(async |builder| {
        let mut dance = Dance::start(builder).await;
        let app = dance.register(&[]).await;
        let access = dance.access_token(&app, &["profile", "media:read"]).await;
        let call = Call {
            path: "/api/v1/media?limit=2&limit=2",
            ..me(&access)
        };
        let plain = Call {
            path: "/api/v1/media?limit=2",
            ..me(&access)
        };
        let signed = dance.sign(&app, &plain);
        let reply = dance.send(&call, &signed).await;
        assert_eq!(reply.status(), 401, "{reply:?}");
        let challenge = reply.header("www-authenticate");
        assert!(challenge.contains("signature_invalid"), "{challenge}");
        let other = Call {
            path: ME,
            ..plain.clone()
        };
        assert_eq!(dance.send(&other, &signed).await.status(), 401);
        assert_eq!(dance.send(&plain, &signed).await.status(), 200);
        // And a form.
        let form = [("title", "A")];
        let patch = Call {
            method: "PATCH",
            path: "/api/v1/media/1",
            form: Some(&form),
            ..me(&access)
        };
        let spoilt = Call {
            form: Some(&[("title", "B")]),
            ..patch.clone()
        };
        let signed = dance.sign(&app, &patch);
        assert_eq!(dance.send(&spoilt, &signed).await.status(), 401);
        // It is right, and allows no writing.
        assert_eq!(dance.send(&patch, &signed).await.status(), 403);
    })
    .await;
}

#[tokio::test]
async fn a_token_allows_what_the_member_ticked_and_for_as_long_as_it_lasts() {
    on_each_database(async |builder| {
        let builder = builder.plugin_toml("oauth1", "access_token_lifetime = \"2h\"");
        let mut dance = Dance::start(builder).await;
        let app = dance.register(&[]).await;
        let access = dance.access_token(&app, &["profile"]).await;
        let list = Call {
            path: MEDIA,
            ..me(&access)
        };
        let reply = dance.call(&app, list).await;
        assert_eq!(reply.status(), 403, "{reply:?}");
        assert_eq!(dance.status(&app, &access).await, 200);
        dance.site.clock().advance(Duration::from_secs(7200));
        let reply = dance.call(&app, me(&access)).await;
        assert_eq!(reply.status(), 401, "{reply:?}");
        assert!(
            reply.header("www-authenticate").contains("token_expired"),
            "{reply:?}"
        );
        // Another application's key does not go with it, nor does none.
        let access = dance.access_token(&app, &["profile"]).await;
        let other = dance.register(&[]).await;
        assert_eq!(dance.status(&other, &access).await, 401);
        let without = Call {
            token: None,
            ..me(&access)
        };
        assert_eq!(dance.call(&app, without).await.status(), 400);
        assert_eq!(dance.status(&app, &access).await, 200);
    })
    .await;
}

/// Check 103.
#[tokio::test]
async fn alone_it_opens_the_api_and_takes_no_bearer_tokens() {
    on_each_database(async |builder| {
        let mut dance = Dance::start(builder).await;
        let app = dance.register(&[]).await;
        let access = dance.access_token(&app, &["profile"]).await;
        let reply = dance.call(&app, me(&access)).await;
        assert_eq!(reply.status(), 200, "{reply:?}");
        let profile: serde_json::Value = reply.json();
        assert_eq!(profile["username"], "alice");
        let mut browser = dance.site.browser();
        let bearer = format!("Bearer {}", access.token);
        for authorization in [bearer.as_str(), "Bearer hob_at_x", "Basic abc"] {
            let reply = browser.get_with(ME, authorization).await;
            assert_eq!(reply.status(), 401, "{authorization}: {reply:?}");
        }
        let nothing = browser.get(ME).await;
        assert_eq!(nothing.status(), 401);
        let challenge = format!("OAuth realm=\"{HERE}/\"");
        assert_eq!(nothing.headers("www-authenticate"), [challenge.as_str()]);
    })
    .await;
}

/// Check 103, beside OAuth 2.
#[tokio::test]
async fn beside_oauth_2_each_has_its_own_challenge() {
    on_each_database(async |builder| {
        let builder = builder.plugin(hob_plugin_oauth::HOB_PLUGIN);
        let mut dance = Dance::start_at(HERE, with_plugins(builder)).await;
        let app = dance.register(&[]).await;
        let access = dance.access_token(&app, &["profile"]).await;
        assert_eq!(dance.status(&app, &access).await, 200);
        let mut browser = dance.site.browser();
        let nothing = browser.get(ME).await;
        let challenges = nothing.headers("www-authenticate");
        for scheme in ["Bearer ", "DPoP ", "OAuth "] {
            let one = challenges.iter().filter(|value| value.starts_with(scheme));
            assert_eq!(one.count(), 1, "{scheme}: {challenges:?}");
        }
        // A token of one is no use as one of the other.
        let bearer = format!("Bearer {}", access.token);
        let reply = browser.get_with(ME, &bearer).await;
        assert_eq!(reply.status(), 401);
        assert!(
            reply.header("www-authenticate").starts_with("Bearer "),
            "{reply:?}"
        );
        let spoilt = dance
            .sign(&app, &me(&access))
            .replace(&access.token, "hob_1a_unknown");
        let reply = dance.send(&me(&access), &spoilt).await;
        assert_eq!(reply.status(), 401);
        assert!(
            reply.header("www-authenticate").starts_with("OAuth "),
            "{reply:?}"
        );
    })
    .await;
}

#[tokio::test]
async fn a_site_below_a_path_is_signed_with_it() {
    let builder = with_plugins(TestHost::builder());
    let dance = Dance::start_at("https://photos.example/hob", builder).await;
    let app = dance.register(&[]).await;
    // The whole address, as the browser's own asks for it.
    let mut here = Dance {
        url: "https://photos.example".to_owned(),
        ..dance
    };
    let call = Call {
        path: "/hob/oauth1/request_token",
        more: &[("oauth_callback", "oob")],
        ..Call::default()
    };
    let reply = here.call(&app, call).await;
    let request_token = token(&reply);
    let page = here
        .browser
        .get(&format!(
            "/hob/oauth1/authorize?oauth_token={}",
            request_token.token
        ))
        .await;
    assert_eq!(page.status(), 200, "{page:?}");
    assert!(
        page.text().contains("action=\"/hob/oauth1/authorize\""),
        "{page:?}"
    );
}

#[tokio::test]
async fn the_plugin_works_where_the_operator_puts_it() {
    on_each_database(async |builder| {
        let builder = builder.plugin_toml("oauth1", "prefix = \"/signed\"");
        let mut dance = Dance::start(builder).await;
        let app = dance.register(&[]).await;
        let begin = Call {
            path: "/signed/request_token",
            more: &[("oauth_callback", "oob")],
            ..Call::default()
        };
        let request_token = token(&dance.call(&app, begin).await);
        let path = format!("/signed/authorize?oauth_token={}", request_token.token);
        let login = dance.site.browser().get(&path).await;
        assert!(
            login
                .header("location")
                .starts_with("/login?next=%2Fsigned%2F")
        );
        let page = dance.browser.get(&path).await;
        assert!(
            page.text().contains("action=\"/signed/authorize\""),
            "{page:?}"
        );
        let fields = [
            ("request", request_token.token.as_str()),
            ("decision", "allow"),
            ("scope", "profile"),
        ];
        let code = dance.browser.submit("/signed/authorize", &fields).await;
        let code = shown_code(&code);
        let more = [("oauth_verifier", code.as_str())];
        let take_up = Call {
            path: "/signed/access_token",
            token: Some(&request_token),
            more: &more,
            ..Call::default()
        };
        let access = token(&dance.call(&app, take_up).await);
        assert_eq!(dance.status(&app, &access).await, 200);
        let page = dance.browser.get("/signed/clients/new").await;
        assert!(
            page.text().contains("action=\"/signed/clients/new\""),
            "{page:?}"
        );
        assert_eq!(dance.browser.get("/oauth1/clients").await.status(), 404);
    })
    .await;
}
