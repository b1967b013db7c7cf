//! What anybody can have stored in the name of a client without a secret: so
//! much from one address, and no more.

use crate::support;

use std::time::Duration;

use hob::testing::{Builder, Reply, on_each_database};
use support::{App, Dance, PAR, REDIRECT_URI, assert_error, request_uri};

const DEVICE_AUTHORIZATION: &str = "/oauth/device_authorization";
const DEVICE_GRANT: &str = "urn:ietf:params:oauth:grant-type:device_code";

/// As many as an address has free, and the time in which one more becomes so.
const FREE: usize = 60;
const EACH: Duration = Duration::from_secs(2);

const MALLORY: &str = "192.0.2.1";
const ALICE: &str = "192.0.2.2";

/// A site behind a proxy, which says from where a request comes.
async fn start(builder: Builder) -> Dance {
    let builder = builder
        .url("https://photos.example")
        .server_toml("behind_tls_proxy = true");
    Dance::start(builder).await
}

async fn app(dance: &Dance, more: &[&str]) -> App {
    let grants = [
        "--grant",
        "authorization_code",
        "--grant",
        DEVICE_GRANT,
        "--grant",
        "refresh_token",
    ];
    dance
        .register(REDIRECT_URI, &[&grants, more].concat())
        .await
}

/// Pushes a request, or asks for a device, whichever path it is.
async fn ask(dance: &Dance, app: &App, path: &str, address: &str) -> Reply {
    let mut form = match path {
        PAR => app.parameters(&[]),
        _ => vec![("client_id", app.client_id.as_str())],
    };
    form.extend(
        app.secret
            .as_deref()
            .map(|secret| ("client_secret", secret)),
    );
    let headers = [("x-forwarded-for", address)];
    let mut browser = dance.site.browser();
    browser.post_form_with(path, &form, &headers).await
}

fn assert_stored(reply: &Reply) {
    assert!(matches!(reply.status(), 200 | 201), "{reply:?}");
}

fn assert_too_many(reply: &Reply) {
    assert_error(reply, 429, "slow_down");
    // One second, where a slow run has used up the other.
    let seconds = reply.header("retry-after");
    assert!(["1", "2"].contains(&seconds), "{reply:?}");
    assert!(
        reply.text().contains(&format!("wait {seconds} s")),
        "{reply:?}"
    );
}

/// Check 110.
#[tokio::test(flavor = "multi_thread")]
async fn an_address_can_have_so_much_stored_and_no_more() {
    on_each_database(async |builder| {
        let dance = start(builder).await;
        let (one, other) = (
            app(&dance, &["--public"]).await,
            app(&dance, &["--public"]).await,
        );
        // However it is shared out among endpoints and clients.
        for number in 0..FREE {
            let path = [PAR, DEVICE_AUTHORIZATION][number % 2];
            let client = [&one, &other][number % 3 % 2];
            assert_stored(&ask(&dance, client, path, MALLORY).await);
        }
        for path in [PAR, DEVICE_AUTHORIZATION] {
            for client in [&one, &other] {
                assert_too_many(&ask(&dance, client, path, MALLORY).await);
            }
        }
        let stored = dance.count("oauth_authorization_requests").await
            + dance.count("oauth_device_authorizations").await;
        assert_eq!(stored, FREE as i64);

        // It passes, one by one.
        dance.site.clock().advance(EACH);
        assert_stored(&ask(&dance, &one, PAR, MALLORY).await);
        assert_too_many(&ask(&dance, &one, PAR, MALLORY).await);
    })
    .await;
}

/// Check 110.
#[tokio::test(flavor = "multi_thread")]
async fn nobody_else_is_held_up_by_it() {
    on_each_database(async |builder| {
        let mut dance = start(builder).await;
        let (public, confidential) = (app(&dance, &["--public"]).await, app(&dance, &[]).await);
        for _ in 0..FREE {
            assert_stored(&ask(&dance, &public, PAR, MALLORY).await);
        }
        assert_too_many(&ask(&dance, &public, PAR, MALLORY).await);
        for path in [PAR, DEVICE_AUTHORIZATION] {
            // The same client elsewhere.
            assert_stored(&ask(&dance, &public, path, ALICE).await);
            // Who proves who it is, from there too, and as often as it likes.
            for _ in 0..=FREE {
                assert_stored(&ask(&dance, &confidential, path, MALLORY).await);
            }
        }
        // What was stored goes on.
        let pushed = request_uri(&ask(&dance, &public, PAR, ALICE).await);
        let page = dance.browser.get(&public.request_uri_path(&pushed)).await;
        support::request_on(&page);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_refused_stores_nothing_and_is_not_counted() {
    on_each_database(async |builder| {
        let dance = start(builder).await;
        let app = app(&dance, &["--public"]).await;
        let wrong = app.parameters(&[("scope", "nonsense")]);
        let headers = [("x-forwarded-for", MALLORY)];
        for _ in 0..=FREE {
            let mut browser = dance.site.browser();
            let reply = browser.post_form_with(PAR, &wrong, &headers).await;
            assert_error(&reply, 400, "invalid_scope");
        }
        assert_stored(&ask(&dance, &app, PAR, MALLORY).await);
    })
    .await;
}
