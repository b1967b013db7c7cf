//! What browsers and clients were told, and what they were let do.

use hob::{
    members::{Member, NewMember},
    testing::{Reply, on_each_database},
};
use http::Method;
use serde_json::Value;

use super::{
    dance, send,
    support::{
        App, Dance, PASSWORD, REDIRECT_URI, TOKEN, answer, assert_error, assert_error_page, deny,
        request_on, tokens,
    },
};

const JPEG: &[u8] = include_bytes!("../../../../tests/photographs/rocket-progressive.jpg");

/// "`next` was an open redirect."
#[tokio::test(flavor = "multi_thread")]
async fn signing_in_on_the_way_leads_back_to_the_request_and_nowhere_else() {
    let (dance, app) = dance().await;
    let mut stranger = dance.site.browser();
    let path = app.authorize_path(&[("next", "https://evil.example/")]);
    let reply = stranger.get(&path).await;
    assert_eq!(reply.status(), 303, "{reply:?}");
    let (login, next) = reply
        .header("location")
        .split_once("?next=")
        .expect("a way back");
    assert_eq!(login, "/login");
    let next = percent_encoding::percent_decode_str(next)
        .decode_utf8()
        .expect("it is text");
    assert!(next.starts_with("/oauth/authorize?"), "{next}");

    let credentials = [("username", "alice"), ("password", PASSWORD)];
    for evil in [
        "https://evil.example/",
        "//evil.example/",
        "/\\evil.example/",
    ] {
        let fields = [credentials[0], credentials[1], ("next", evil)];
        let reply = dance.site.browser().post_form("/login", &fields).await;
        assert_eq!(reply.header("location"), "/", "next={evil}");
    }
    let fields = [credentials[0], credentials[1], ("next", &next)];
    let reply = stranger.post_form("/login", &fields).await;
    assert_eq!(reply.header("location"), next);
    let page = stranger.get(&next).await;
    // Nor does the consent form know a `next`.
    let request = request_on(&page);
    let fields = [
        ("request", request.as_str()),
        ("decision", "deny"),
        ("next", "https://evil.example/"),
    ];
    let reply = stranger.submit("/oauth/consent", &fields).await;
    assert_eq!(answer(&reply).uri, REDIRECT_URI);
}

/// "Deny stored "rejected" and showed the prompt again; the client never got
/// access_denied."
#[tokio::test(flavor = "multi_thread")]
async fn deny_is_told_to_the_client_and_ends_the_request() {
    on_each_database(async |builder| {
        let mut dance = Dance::start(builder).await;
        let app = dance.web_app().await;
        let page = dance.browser.get(&app.authorize_path(&[])).await;
        let denied = answer(&deny(&mut dance.browser, &page).await);
        assert_eq!(denied.uri, REDIRECT_URI);
        denied.expect_error("access_denied");
        assert_eq!(denied.one("state"), Some("xyz"));
        // The question is answered for good.
        assert_error_page(&deny(&mut dance.browser, &page).await);
        // Nothing was remembered: asked anew, the member may allow it.
        let connections = dance.browser.get("/connections").await;
        assert!(!connections.text().contains("Photo Desk"));
        let own = dance.tokens(&app).await;
        dance.assert_alive(&own).await;
    })
    .await;
}

/// "Errors came back with HTTP 200."
#[tokio::test(flavor = "multi_thread")]
async fn no_error_comes_back_as_200() {
    let (mut dance, app) = dance().await;
    let own = dance.tokens(&app).await;
    let unknown_client = app.authorize_path(&[("client_id", "nobody")]);
    assert_error_page(&dance.browser.get(&unknown_client).await);
    for (form, status, error) in [
        (vec![], 401, "invalid_client"),
        (
            vec![("client_id", app.client_id.as_str())],
            401,
            "invalid_client",
        ),
    ] {
        assert_error(&dance.post_token(&form).await, status, error);
    }
    for (form, error) in [
        (vec![], "invalid_request"),
        (vec![("grant_type", "magic")], "unsupported_grant_type"),
        (vec![("grant_type", "refresh_token")], "invalid_request"),
        (app.code_form("made up"), "invalid_grant"),
    ] {
        assert_error(&dance.token(&app, &form).await, 400, error);
    }
    assert_eq!(dance.api_status("made up").await, 401);
    dance.assert_alive(&own).await;
    tokens(&dance.refresh(&app, &own.refresh).await);
}

/// "For a while, the token check said yes when there was no token at all."
#[tokio::test(flavor = "multi_thread")]
async fn no_token_is_no_access() {
    let (mut dance, app) = dance().await;
    let own = dance.tokens(&app).await;
    for (method, path) in [
        (Method::GET, "/api/v1/me"),
        (Method::GET, "/api/v1/media?owner=me"),
        (Method::PATCH, "/api/v1/media/1"),
        (Method::DELETE, "/api/v1/media/1"),
    ] {
        // With alice's session, which opens nothing here.
        let reply = send(&mut dance.browser, method.clone(), path, &[]).await;
        assert_eq!(reply.status(), 401, "{method} {path}: {reply:?}");
        for empty in ["", "Bearer", "Bearer ", "bearer null", "Basic Og=="] {
            let headers = [("authorization", empty)];
            let reply = send(&mut dance.browser, method.clone(), path, &headers).await;
            assert!(
                matches!(reply.status(), 400 | 401),
                "{method} {path} {empty:?}: {reply:?}"
            );
        }
    }
    let file = ("rocket.jpg", JPEG);
    let reply = dance
        .browser
        .post_multipart("/api/v1/media", &[], file, &[])
        .await;
    assert_eq!(reply.status(), 401, "{reply:?}");
    dance.assert_alive(&own).await;
}

/// "The API skipped the uploader privilege that the web form checks."
#[tokio::test(flavor = "multi_thread")]
async fn a_token_gives_no_more_privileges_than_its_member_has() {
    on_each_database(async |builder| {
        let mut dance = Dance::start(builder).await;
        let app = dance.web_app().await;
        let of_uploader = writing_token(&mut dance, &app).await;
        add_reader(&dance).await;
        dance.browser = dance.site.browser();
        dance.browser.sign_in("reader", PASSWORD).await;
        let of_reader = writing_token(&mut dance, &app).await;
        let refused = upload(&dance, &of_reader).await;
        assert_eq!(refused.status(), 403, "{refused:?}");
        assert_eq!(refused.json::<Value>()["error"]["code"], "forbidden");
        let stored = upload(&dance, &of_uploader).await;
        assert_eq!(stored.status(), 201, "{stored:?}");
    })
    .await;
}

/// A token whose scope would do for publishing.
async fn writing_token(dance: &mut Dance, app: &App) -> String {
    let code = dance.code_with(app, &[("scope", "media:write")]).await;
    tokens(&dance.exchange(app, &code).await).access
}

/// A member who may not publish.
async fn add_reader(dance: &Dance) {
    let site = dance.site.app().site();
    let password = hob::members::Password::presented(PASSWORD);
    let new = NewMember {
        username: "reader".to_owned(),
        display_name: "Reader".to_owned(),
        email: String::new(),
        email_verified: false,
        password_hash: site.passwords.hash(password).await,
        administrator: false,
        uploader: false,
        created_at: dance.site.clock().now(),
    };
    dance
        .site
        .db()
        .write(move |connection| Member::create(connection, new))
        .await
        .expect("the member can be added");
}

async fn upload(dance: &Dance, access_token: &str) -> Reply {
    let authorization = format!("Bearer {access_token}");
    let headers = [("authorization", authorization.as_str())];
    let mut browser = dance.site.browser();
    browser
        .post_multipart("/api/v1/media", &[], ("rocket.jpg", JPEG), &headers)
        .await
}

/// "CORS was on for errors and off for the token."
#[tokio::test(flavor = "multi_thread")]
async fn a_page_of_another_origin_can_read_tokens_and_errors_alike() {
    let (mut dance, app) = dance().await;
    let own = dance.tokens(&app).await;
    let mut browser = dance.site.browser();
    let authorization = app.basic();
    let headers = [
        ("origin", "https://spa.example"),
        ("authorization", authorization.as_str()),
    ];
    let form = [
        ("grant_type", "refresh_token"),
        ("refresh_token", own.refresh.as_str()),
    ];
    let given = browser.post_form_with(TOKEN, &form, &headers).await;
    assert_eq!(given.status(), 200, "{given:?}");
    let refused = browser.post_form_with(TOKEN, &form[..1], &headers).await;
    assert_eq!(refused.status(), 400, "{refused:?}");
    let unknown = browser.post_form_with(TOKEN, &form, &headers[..1]).await;
    assert_eq!(unknown.status(), 401, "{unknown:?}");
    let preflight = send(&mut browser, Method::OPTIONS, TOKEN, &headers[..1]).await;
    assert_eq!(preflight.status(), 204, "{preflight:?}");
    let bearer = format!("Bearer {}", own.access);
    let me = browser.get_with("/api/v1/me", &bearer).await;
    assert_eq!(me.status(), 200, "{me:?}");
    let stranger = browser.get("/api/v1/me").await;
    assert_eq!(stranger.status(), 401, "{stranger:?}");
    for readable in [given, refused, unknown, preflight, me, stranger] {
        assert_eq!(
            readable.header("access-control-allow-origin"),
            "*",
            "{readable:?}"
        );
        assert_eq!(
            readable.header("access-control-allow-credentials"),
            "",
            "{readable:?}"
        );
    }
    // What the browser shows to the member is read by nobody else.
    let headers = [("origin", "https://spa.example")];
    for path in [
        app.authorize_path(&[]),
        app.authorize_path(&[("scope", "nonsense")]),
        app.authorize_path(&[("client_id", "nobody")]),
    ] {
        let reply = send(&mut dance.browser, Method::GET, &path, &headers).await;
        assert_eq!(
            reply.header("access-control-allow-origin"),
            "",
            "{path}: {reply:?}"
        );
    }
}
