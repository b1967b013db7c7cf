//! The device authorization grant (RFC 8628), as the device and as the
//! member's browser see it.

mod beginning;
mod ending;
mod entering;
mod polling;
mod races;

use crate::support;

use hob::testing::{Browser, Reply, on_each_database};
use serde_json::Value;
use support::{App, Dance, assert_error, assert_json_and_not_stored, request_on, tokens};

const DEVICE_AUTHORIZATION: &str = "/oauth/device_authorization";
const DEVICE: &str = "/oauth/device";
const DECISION: &str = "/oauth/device/consent";
const GRANT: &str = "urn:ietf:params:oauth:grant-type:device_code";

/// What a device was told.
struct Device {
    device_code: String,
    user_code: String,
}

async fn device_app(dance: &Dance, more: &[&str]) -> App {
    let grants = ["--grant", GRANT, "--grant", "refresh_token"];
    dance
        .register_without_redirect("profile media:read", &[&grants, more].concat())
        .await
}

async fn ask(dance: &Dance, app: &App, more: &[(&str, &str)]) -> Reply {
    let mut form = vec![("client_id", app.client_id.as_str())];
    form.extend(
        app.secret
            .as_deref()
            .map(|secret| ("client_secret", secret)),
    );
    form.extend(more);
    let mut client = dance.site.browser();
    client.post_form(DEVICE_AUTHORIZATION, &form).await
}

async fn begin(dance: &Dance, app: &App) -> Device {
    let reply = ask(dance, app, &[]).await;
    assert_eq!(reply.status(), 200, "{reply:?}");
    let body: Value = reply.json();
    let text = |name: &str| body[name].as_str().expect("a text").to_owned();
    Device {
        device_code: text("device_code"),
        user_code: text("user_code"),
    }
}

async fn poll(dance: &Dance, app: &App, device: &Device) -> Reply {
    let form = [("grant_type", GRANT), ("device_code", &device.device_code)];
    dance.token(app, &form).await
}

async fn enter(browser: &mut Browser, user_code: &str) -> Reply {
    browser.submit(DEVICE, &[("user_code", user_code)]).await
}

async fn decide(browser: &mut Browser, page: &Reply, decision: &str, scope: &str) -> Reply {
    let request = request_on(page);
    let mut fields = vec![("request", request.as_str()), ("decision", decision)];
    fields.extend(scope.split_whitespace().map(|word| ("scope", word)));
    browser.submit(DECISION, &fields).await
}

/// A device that the member has approved and that has not asked since.
async fn approve(dance: &Dance, app: &App, browser: &mut Browser) -> Device {
    let device = begin(dance, app).await;
    let page = enter(browser, &device.user_code).await;
    decide(browser, &page, "allow", "profile").await;
    device
}

/// Asserts that the code is not known, and that nothing is said of whose it is.
fn assert_unknown(reply: &Reply) {
    assert_eq!(reply.status(), 422, "{reply:?}");
    assert!(reply.text().contains("No device waits"), "{reply:?}");
    assert!(!reply.text().contains("Photo Desk"), "{reply:?}");
    assert!(!reply.text().contains("name=\"request\""), "{reply:?}");
}

#[tokio::test]
async fn a_device_is_let_in() {
    on_each_database(async |builder| {
        let mut dance = Dance::start(builder).await;
        for app in [
            device_app(&dance, &["--public"]).await,
            device_app(&dance, &[]).await,
        ] {
            let reply = ask(&dance, &app, &[("scope", "profile media:read")]).await;
            assert_eq!(reply.status(), 200, "{reply:?}");
            assert_json_and_not_stored(&reply);
            let body: Value = reply.json();
            assert_eq!(body["expires_in"], 600);
            assert_eq!(body["interval"], 5);
            assert_eq!(
                body["verification_uri"],
                "http://127.0.0.1:8080/oauth/device"
            );
            let device = Device {
                device_code: body["device_code"].as_str().expect("a code").to_owned(),
                user_code: body["user_code"].as_str().expect("a code").to_owned(),
            };
            assert!(device.device_code.starts_with("hob_dc_"));
            assert_eq!(
                body["verification_uri_complete"],
                format!(
                    "http://127.0.0.1:8080/oauth/device?user_code={}",
                    device.user_code
                )
            );
            let reply = poll(&dance, &app, &device).await;
            assert_error(&reply, 400, "authorization_pending");
            let form = dance.browser.get(DEVICE).await;
            assert!(form.text().contains("name=\"user_code\""), "{form:?}");
            let page = enter(&mut dance.browser, &device.user_code).await;
            assert!(page.text().contains("Photo Desk"), "{page:?}");
            assert!(page.text().contains("value=\"media:read\""));
            // A part of it.
            let done = decide(&mut dance.browser, &page, "allow", "profile media:write").await;
            assert_eq!(done.status(), 200, "{done:?}");
            assert!(done.text().contains("Photo Desk is connected"), "{done:?}");
            let first = tokens(&poll(&dance, &app, &device).await);
            assert_eq!(first.scope, "profile");
            dance.assert_alive(&first).await;
            let me: Value = dance.api(&format!("Bearer {}", first.access)).await.json();
            assert_eq!(me["username"], "alice");
            let second = tokens(&dance.refresh(&app, &first.refresh).await);
            assert_eq!(second.scope, "profile");
            // The member sees it like any other, and ends it.
            let connections = dance.browser.get("/connections").await;
            assert!(connections.text().contains(&app.client_id));
            dance.take_back(&app).await;
            dance.assert_dead(&app, &second).await;
        }
    })
    .await;
}
