//! Applications that register themselves, as at a pump.io server.

use hob::testing::{Reply, on_each_database};
use http::Request;
use serde_json::{Value, json};

use crate::support::{
    App, CALLBACK, Call, Dance, assert_problem, count, execute, token, with_plugins,
};

const REGISTER: &str = "/api/client/register";
const OPEN: &str = "client_registration = \"open\"";

async fn post_json(dance: &Dance, body: &Value) -> Reply {
    let request = Request::post(REGISTER)
        .header("content-type", "application/json")
        .body(body.to_string().into())
        .unwrap();
    dance.site.browser().send(request).await
}

async fn post_form(dance: &Dance, fields: &[(&str, &str)]) -> Reply {
    dance.site.browser().post_form(REGISTER, fields).await
}

fn registered(reply: &Reply) -> App {
    assert_eq!(reply.status(), 200, "{reply:?}");
    assert_eq!(reply.header("cache-control"), "no-store");
    let told: Value = reply.json();
    assert_eq!(told["expires_at"], 0);
    let text = |name: &str| told[name].as_str().expect("it is there").to_owned();
    App {
        key: text("client_id"),
        secret: text("client_secret"),
    }
}

#[tokio::test]
async fn it_is_closed_unless_the_operator_opens_it() {
    on_each_database(async |builder| {
        let dance = Dance::start(builder).await;
        let associate = [("type", "client_associate"), ("application_name", "Pump")];
        assert_eq!(post_form(&dance, &associate).await.status(), 403);
        assert_eq!(count(&dance.site, "oauth1_consumers").await, 0);
    })
    .await;
}

#[tokio::test]
async fn an_application_registers_itself_works_and_changes_what_it_said() {
    on_each_database(async |builder| {
        let mut dance = Dance::start(builder.plugin_toml("oauth1", OPEN)).await;
        let associate = json!({
            "type": "client_associate", "application_type": "web",
            "application_name": "Pump", "redirect_uris": CALLBACK,
            "contacts": "a@pump.example", "logo_url": "https://pump.example/logo.png",
        });
        let app = registered(&post_json(&dance, &associate).await);
        let more = [("oauth_callback", CALLBACK)];
        let begin = Call {
            more: &more,
            ..Call::default()
        };
        let request_token = token(&dance.call(&app, begin.clone()).await);
        let page = dance.ask(&request_token).await;
        assert!(page.text().contains("it registered itself"), "{page:?}");
        assert!(page.text().contains(">unverified<"), "{page:?}");
        // What can change something is not for whoever comes along.
        assert!(!page.text().contains("value=\"media:write\""), "{page:?}");
        let access = dance.access_token(&app, &["profile"]).await;
        assert_eq!(dance.status(&app, &access).await, 200);

        let update = [
            ("type", "client_update"),
            ("client_id", &app.key),
            ("client_secret", &app.secret),
            ("application_name", "Pump 2"),
            (
                "redirect_uris",
                "https://pump.example/a https://pump.example/b",
            ),
        ];
        let again = registered(&post_form(&dance, &update).await);
        assert_eq!(
            (again.key, again.secret),
            (app.key.clone(), app.secret.clone())
        );
        assert_problem(&dance.call(&app, begin).await, 400, "parameter_rejected");
        let moved = dance.begin(&app, "https://pump.example/b").await;
        assert!(dance.ask(&moved).await.text().contains("<h1>Pump 2 asks"));
    })
    .await;
}

#[tokio::test]
async fn only_its_own_secret_changes_an_application_and_only_one_that_registered_itself() {
    on_each_database(async |builder| {
        let dance = Dance::start(builder.plugin_toml("oauth1", OPEN)).await;
        let app = registered(&post_form(&dance, &[("type", "client_associate")]).await);
        let operators = dance.register(&[]).await;
        let update = |key: &'static str| [("type", "client_update"), ("application_name", key)];
        for (key, secret) in [
            (app.key.as_str(), "hob_1s_wrong"),
            (app.key.as_str(), operators.secret.as_str()),
            (operators.key.as_str(), operators.secret.as_str()),
            ("nobody", app.secret.as_str()),
        ] {
            let fields = [
                &update("X")[..],
                &[("client_id", key), ("client_secret", secret)],
            ]
            .concat();
            let reply = post_form(&dance, &fields).await;
            assert_eq!(reply.status(), 401, "{reply:?}");
            let challenge = reply.header("www-authenticate");
            assert_eq!(challenge, "OAuth realm=\"http://127.0.0.1:8080/\"");
        }
        let right = [
            ("client_id", app.key.as_str()),
            ("client_secret", &app.secret),
        ];
        registered(&post_form(&dance, &[&update("X")[..], &right].concat()).await);
        for wrong in [
            &[("application_name", "Pump")][..],
            &[("type", "client_delete")],
            &[("type", "client_associate"), ("type", "client_associate")],
            &[("type", "client_associate"), ("client_id", "x")],
            &[
                ("type", "client_associate"),
                ("redirect_uris", "http://pump.example/"),
            ],
            &[
                ("type", "client_associate"),
                ("application_name", "a\u{202e}b"),
            ],
        ] {
            let reply = post_form(&dance, wrong).await;
            assert_eq!(reply.status(), 400, "{wrong:?}: {reply:?}");
            assert!(reply.json::<Value>()["error"].is_string());
        }
        for body in [json!([]), json!({"type": 1}), json!({"type": {"a": "b"}})] {
            assert_eq!(post_json(&dance, &body).await.status(), 400, "{body}");
        }
        // From one address, so many and no more.
        let associate = [("type", "client_associate")];
        for _ in 0..9 {
            registered(&post_form(&dance, &associate).await);
        }
        let reply = post_form(&dance, &associate).await;
        assert_eq!(reply.status(), 429, "{reply:?}");
        assert!(!reply.header("retry-after").is_empty());
    })
    .await;
}

#[tokio::test]
async fn one_that_nobody_allows_goes_after_a_while() {
    on_each_database(async |builder| {
        let mut dance = Dance::start(builder.plugin_toml("oauth1", OPEN)).await;
        let unused = registered(&post_form(&dance, &[("type", "client_associate")]).await);
        let fields = [("type", "client_associate"), ("redirect_uris", CALLBACK)];
        let used = registered(&post_form(&dance, &fields).await);
        let operators = dance.register(&[]).await;
        let access = dance.access_token(&used, &["profile"]).await;
        dance
            .site
            .clock()
            .advance(std::time::Duration::from_secs(31 * 86400));
        let new = registered(&post_form(&dance, &[("type", "client_associate")]).await);
        let never = "client_registration = \"open\"\nunused_registration_lifetime = \"0s\"";
        let builder = dance.site.stop().await.plugin_toml("oauth1", never);
        dance.site = with_plugins(builder).start().await;
        dance.site.run_job("oauth1", "prune").await;
        assert_eq!(count(&dance.site, "oauth1_consumers").await, 4);
        let builder = dance.site.stop().await.plugin_toml("oauth1", OPEN);
        dance.site = with_plugins(builder).start().await;
        // A member is being asked.
        let waits = post_form(&dance, &[("type", "client_associate")]).await;
        let waits = registered(&waits);
        let long_ago = format!(
            "UPDATE \"oauth1_consumers\" SET \"created_at\" = 1 WHERE \"consumer_key\" = '{}'",
            waits.key
        );
        assert_eq!(execute(&dance.site, long_ago).await, 1);
        dance.begin(&waits, "oob").await;
        dance.site.run_job("oauth1", "prune").await;
        assert_eq!(count(&dance.site, "oauth1_consumers").await, 4);
        let more = [("oauth_callback", "oob")];
        let begin = Call {
            more: &more,
            ..Call::default()
        };
        assert_problem(
            &dance.call(&unused, begin.clone()).await,
            401,
            "consumer_key_unknown",
        );
        for kept in [&operators, &new, &waits] {
            token(&dance.call(kept, begin.clone()).await);
        }
        assert_eq!(dance.status(&used, &access).await, 200);
    })
    .await;
}

/// Anybody can be an application that registered itself.
#[tokio::test]
async fn it_can_have_so_much_stored_as_one_without_a_secret() {
    let builder = hob::testing::TestHost::builder().plugin_toml("oauth1", OPEN);
    let dance = Dance::start(builder).await;
    let app = registered(&post_form(&dance, &[("type", "client_associate")]).await);
    assert_problem(&dance.use_up(&app).await, 429, "user_refused");
    let more = [("oauth_callback", "oob")];
    let begin = Call {
        more: &more,
        ..Call::default()
    };
    let verified = dance.register(&[]).await;
    token(&dance.call(&verified, begin).await);
}
