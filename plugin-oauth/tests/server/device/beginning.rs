//! Who may begin, and what a device shows.

use std::{collections::HashSet, time::Duration};

use hob::testing::on_each_database;
use http::Method;
use serde_json::Value;

use super::{
    DECISION, DEVICE, DEVICE_AUTHORIZATION, GRANT, ask, begin, device_app, poll,
    support::{App, Dance, REDIRECT_URI, assert_error},
};

#[tokio::test]
async fn who_may_begin() {
    on_each_database(async |builder| {
        let dance = Dance::start(builder).await;
        let app = device_app(&dance, &[]).await;
        let without_secret = App {
            secret: None,
            ..app.clone()
        };
        let reply = ask(&dance, &without_secret, &[]).await;
        assert_error(&reply, 401, "invalid_client");
        let reply = ask(&dance, &app, &[("scope", "media:write")]).await;
        assert_error(&reply, 400, "invalid_scope");
        let elsewhere = [("resource", "https://elsewhere.example/")];
        assert_error(&ask(&dance, &app, &elsewhere).await, 400, "invalid_target");
        let mut client = dance.site.browser();
        assert_eq!(client.get(DEVICE_AUTHORIZATION).await.status(), 405);
        let in_url = format!("{DEVICE_AUTHORIZATION}?scope=profile");
        let reply = client.post_form(&in_url, &[]).await;
        assert_error(&reply, 400, "invalid_request");
        // It is a grant that a client has to be registered for.
        let web = dance.register(REDIRECT_URI, &[]).await;
        assert_error(&ask(&dance, &web, &[]).await, 400, "unauthorized_client");
        let device = begin(&dance, &app).await;
        let reply = poll(&dance, &web, &device).await;
        assert_error(&reply, 400, "unauthorized_client");
        let reply = dance.post_as(&app, DEVICE_AUTHORIZATION, &[]).await;
        assert_eq!(reply.status(), 200, "{reply:?}");
    })
    .await;
}

/// What a phone would read off the screen.
fn read_qr(svg: &str) -> String {
    let number = |text: &str, name: &str| -> usize {
        let start = text.find(name).expect("it is there") + name.len();
        let digits = text[start..].split(|letter: char| !letter.is_ascii_digit());
        digits
            .into_iter()
            .next()
            .unwrap()
            .parse()
            .expect("a number")
    };
    let side = number(svg, " width=\"");
    let path = svg.split(" d=\"").nth(1).expect("a path");
    let mut dark = HashSet::new();
    for square in path.split('M').skip(1) {
        let mut place = square.split(|letter: char| !letter.is_ascii_digit());
        let mut next = || place.next().unwrap().parse::<usize>().expect("a number");
        let (left, top, width, height) = (next(), next(), next(), next());
        for y in top..top + height {
            dark.extend((left..left + width).map(|x| (x, y)));
        }
    }
    let shade = |x, y| if dark.contains(&(x, y)) { 0 } else { 255 };
    let mut image = rqrr::PreparedImage::prepare_from_greyscale(side, side, shade);
    let grids = image.detect_grids();
    let (_, content) = grids[0].decode().expect("it can be read");
    content
}

#[tokio::test]
async fn a_device_can_show_a_qr_code() {
    on_each_database(async |builder| {
        let dance = Dance::start(builder).await;
        let app = device_app(&dance, &["--public"]).await;
        let body: Value = ask(&dance, &app, &[]).await.json();
        let user_code = body["user_code"].as_str().expect("a code");
        let mut client = dance.site.browser();
        let path = format!("/oauth/device/qr?user_code={user_code}");
        let reply = client.get(&path).await;
        assert_eq!(reply.status(), 200, "{reply:?}");
        assert_eq!(reply.header("content-type"), "image/svg+xml");
        assert_eq!(reply.header("x-content-type-options"), "nosniff");
        let policy = reply.header("content-security-policy");
        assert!(policy.contains("default-src 'none'"), "{policy}");
        assert!(!reply.text().contains("<script"));
        assert_eq!(read_qr(reply.text()), body["verification_uri_complete"]);
        // A code that nobody has looks no different.
        let nobody_s = client.get("/oauth/device/qr?user_code=BBBB-BBBB").await;
        assert_eq!(nobody_s.status(), 200);
        let complete = "http://127.0.0.1:8080/oauth/device?user_code=BBBB-BBBB";
        assert_eq!(read_qr(nobody_s.text()), complete);
        for bad in ["", "?user_code=", "?user_code=%3Csvg%3E", "?user_code=BCDF"] {
            let reply = client.get(&format!("/oauth/device/qr{bad}")).await;
            assert_error(&reply, 400, "invalid_request");
        }
    })
    .await;
}

#[tokio::test]
async fn a_page_of_another_site_may_begin_and_the_metadata_say_where() {
    on_each_database(async |builder| {
        let dance = Dance::start(builder).await;
        let mut page = dance.site.browser();
        let metadata = page.get("/.well-known/oauth-authorization-server").await;
        let metadata: Value = metadata.json();
        let endpoint = &metadata["device_authorization_endpoint"];
        assert_eq!(endpoint, "http://127.0.0.1:8080/oauth/device_authorization");
        let grants = metadata["grant_types_supported"]
            .as_array()
            .expect("a list");
        assert!(grants.contains(&GRANT.into()));
        for (method, path, origin) in [
            (Method::OPTIONS, DEVICE_AUTHORIZATION, "*"),
            (Method::POST, DEVICE_AUTHORIZATION, "*"),
            (Method::GET, DEVICE, ""),
            (Method::POST, DECISION, ""),
        ] {
            let request = http::Request::builder()
                .method(method)
                .uri(path)
                .header("origin", "https://tv.example")
                .header("access-control-request-method", "POST")
                .body(axum::body::Body::empty())
                .expect("a valid request");
            let reply = page.send(request).await;
            assert_eq!(
                reply.header("access-control-allow-origin"),
                origin,
                "{path}"
            );
        }
    })
    .await;
}

#[tokio::test]
async fn old_rows_go() {
    on_each_database(async |builder| {
        let dance = Dance::start(builder).await;
        let app = device_app(&dance, &["--public"]).await;
        for _ in 0..40 {
            begin(&dance, &app).await;
        }
        assert_eq!(dance.count("oauth_device_authorizations").await, 40);
        dance.site.clock().advance(Duration::from_secs(21 * 60));
        for _ in 0..16 {
            begin(&dance, &app).await;
        }
        assert!(dance.count("oauth_device_authorizations").await <= 16);
    })
    .await;
}
