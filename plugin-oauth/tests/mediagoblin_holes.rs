//! The holes of MediaGoblin's old plugin, each shown to be closed here. What
//! stands in another file in all its detail is tried here once, as the hole
//! was.

mod support;

use std::{collections::HashSet, time::Duration};

use axum::body::Body;
use diesel::{prelude::*, sql_query, sql_types::Binary};
use hob::{
    members::{Member, NewMember},
    testing::{Browser, Reply, TestHost, on_each_database},
};
use http::{Method, Request};
use serde_json::Value;
use sha2::{Digest, Sha256};
use support::{
    App, Dance, PASSWORD, REDIRECT_URI, TOKEN, answer, assert_error, assert_error_page,
    assert_json_and_not_stored, basic, deny, request_on, request_uri, tokens,
};

const MINUTE: Duration = Duration::from_secs(60);
const DAY: Duration = Duration::from_secs(24 * 60 * 60);
const OTHER_URI: &str = "https://app.example/other";
const JPEG: &[u8] = include_bytes!("../../tests/photographs/rocket-progressive.jpg");

async fn dance() -> (Dance, App) {
    let dance = Dance::start(TestHost::builder()).await;
    let app = dance.web_app().await;
    (dance, app)
}

async fn send(
    browser: &mut Browser,
    method: Method,
    path: &str,
    headers: &[(&str, &str)],
) -> Reply {
    let mut request = Request::builder().method(method).uri(path);
    for (name, value) in headers {
        request = request.header(*name, *value);
    }
    let request = request.body(Body::empty());
    browser.send(request.expect("a valid request")).await
}

/// "Codes never expired …"
#[tokio::test(flavor = "multi_thread")]
async fn codes_expire() {
    on_each_database(async |builder| {
        let mut dance = Dance::start(builder).await;
        let app = dance.web_app().await;
        let (early, late) = (dance.code(&app).await, dance.code(&app).await);
        dance.site.clock().advance(Duration::from_secs(40));
        tokens(&dance.exchange(&app, &early).await);
        dance.site.clock().advance(Duration::from_secs(20));
        assert_error(&dance.exchange(&app, &late).await, 400, "invalid_grant");
    })
    .await;
}

/// "… and could be replayed; …"
#[tokio::test(flavor = "multi_thread")]
async fn codes_work_once() {
    on_each_database(async |builder| {
        let mut dance = Dance::start(builder).await;
        let app = dance.web_app().await;
        let code = dance.code(&app).await;
        let own = tokens(&dance.exchange(&app, &code).await);
        dance.assert_alive(&own).await;
        assert_error(&dance.exchange(&app, &code).await, 400, "invalid_grant");
        dance.assert_dead(&app, &own).await;
    })
    .await;
}

/// "… they were bound to no redirect URI."
#[tokio::test(flavor = "multi_thread")]
async fn codes_are_bound_to_their_redirect_uri() {
    let dance = Dance::start(TestHost::builder()).await;
    let app = dance
        .register(REDIRECT_URI, &["--redirect-uri", OTHER_URI])
        .await;
    let mut dance = dance;
    let code = dance.code(&app).await;
    for wrong in [OTHER_URI, ""] {
        let form = app.code_form_with(&code, &[("redirect_uri", wrong)]);
        assert_error(&dance.token(&app, &form).await, 400, "invalid_grant");
    }
    tokens(&dance.exchange(&app, &code).await);
}

/// "Access tokens never expired; refresh tokens never rotated."
#[tokio::test(flavor = "multi_thread")]
async fn access_tokens_expire_and_refresh_tokens_rotate() {
    let (mut dance, app) = dance().await;
    let code = dance.code(&app).await;
    let reply = dance.exchange(&app, &code).await;
    let lifetime = reply.json::<Value>()["expires_in"].as_u64();
    let lifetime = Duration::from_secs(lifetime.expect("a number of seconds"));
    assert!(lifetime <= DAY);
    let first = tokens(&reply);
    dance.site.clock().advance(lifetime - MINUTE);
    dance.assert_alive(&first).await;
    dance.site.clock().advance(MINUTE);
    assert_eq!(dance.api_status(&first.access).await, 401);

    let second = tokens(&dance.refresh(&app, &first.refresh).await);
    assert_ne!(second.refresh, first.refresh);
    dance.assert_alive(&second).await;
    tokens(&dance.refresh(&app, &second.refresh).await);
    let reply = dance.refresh(&app, &first.refresh).await;
    assert_error(&reply, 400, "invalid_grant");
}

/// "A confidential client's redirect URI was never compared with the
/// registered one."
#[tokio::test(flavor = "multi_thread")]
async fn a_confidential_clients_redirect_uri_is_compared_too() {
    let (mut dance, app) = dance().await;
    assert!(app.secret.is_some(), "it is confidential");
    for evil in [
        "https://evil.example/callback",
        "https://app.example/callback.evil",
    ] {
        for prompt in ["consent", "none"] {
            let path = app.authorize_path(&[("redirect_uri", evil), ("prompt", prompt)]);
            assert_error_page(&dance.browser.get(&path).await);
        }
    }
    dance.tokens(&app).await;
}

/// "No state. `?` was appended to a URI that already had a query."
#[tokio::test(flavor = "multi_thread")]
async fn state_comes_back_and_a_query_is_appended_to() {
    let (mut dance, _) = dance().await;
    let app = dance.register("https://app.example/?page=oauth", &[]).await;
    let more = [("state", "a+b&c=%?#"), ("prompt", "none")];
    let refused = dance.browser.get(&app.authorize_path(&more)).await;
    dance.tokens(&app).await;
    let allowed = dance.browser.get(&app.authorize_path(&more)).await;
    for (reply, first) in [(&refused, "error"), (&allowed, "code")] {
        let location = reply.header("location");
        let start = format!("https://app.example/?page=oauth&{first}=");
        assert!(location.starts_with(&start), "{location}");
        assert_eq!(location.matches('?').count(), 1, "{location}");
        assert_eq!(answer(reply).one("state"), Some("a+b&c=%?#"));
    }
}

/// "Secrets came from a predictable generator, …": whatever is issued has 256
/// random bits, and knowing one helps with no other. That they come from the
/// operating system is seen in the code, and not here.
#[tokio::test(flavor = "multi_thread")]
async fn secrets_are_long_and_alike_in_nothing() {
    let mut dance = Dance::start(TestHost::builder()).await;
    let mut bodies: Vec<Vec<u8>> = Vec::new();
    for _ in 0..10 {
        let app = dance.web_app().await;
        let code = dance.code(&app).await;
        let own = tokens(&dance.exchange(&app, &code).await);
        let secret = app.secret.expect("it is confidential");
        for (secret, prefix) in [
            (secret, "hob_cs_"),
            (code, "hob_ac_"),
            (own.access, "hob_at_"),
            (own.refresh, "hob_rt_"),
        ] {
            let body = secret.strip_prefix(prefix).expect("its prefix");
            // 44 letters hold 256 bits, after the moment that some begin with
            // and before the checksum.
            let random = &body[body.len() - 50..body.len() - 6];
            bodies.push(random.as_bytes().to_vec());
        }
    }
    for (at, one) in bodies.iter().enumerate() {
        for other in &bodies[..at] {
            let same = one.iter().zip(other).filter(|(one, other)| one == other);
            // Less than one is to be expected; a dozen never happens.
            assert!(same.count() < 12, "{one:?} {other:?}");
        }
    }
}

#[derive(QueryableByName)]
struct Row {
    #[diesel(sql_type = Binary)]
    digest: Vec<u8>,
}

/// "… were stored as plain text …": the database holds digests, and what it
/// holds is no secret.
#[tokio::test(flavor = "multi_thread")]
async fn only_digests_of_secrets_are_stored() {
    on_each_database(async |builder| {
        let mut dance = Dance::start(builder).await;
        let app = dance.web_app().await;
        let pushed = request_uri(&dance.push(&app, &[]).await);
        let request = pushed.rsplit(':').next().unwrap_or_default().to_owned();
        let code = dance.code(&app).await;
        let own = tokens(&dance.exchange(&app, &code).await);
        let secret = app.secret.clone().expect("it is confidential");
        // How many bytes the moment of issue takes up, before the hash.
        for (table, secret, moment) in [
            ("oauth_client_secrets", &secret, 0),
            ("oauth_authorization_requests", &request, 5),
            ("oauth_authorization_codes", &code, 5),
            ("oauth_access_tokens", &own.access, 5),
            ("oauth_refresh_tokens", &own.refresh, 5),
        ] {
            let query = format!("SELECT \"digest\" FROM \"{table}\"");
            let rows: Vec<Row> = dance
                .site
                .db()
                .read(move |connection| sql_query(query).load(connection))
                .await
                .expect("the table is there");
            let digest = Sha256::digest(secret.as_bytes());
            let hash = &digest[..32 - moment];
            let is_kept = rows.iter().any(|row| row.digest[moment..] == *hash);
            assert!(is_kept, "{table}");
            assert!(rows.iter().all(|row| row.digest.len() == 32), "{table}");
        }

        // Whoever has read the database has nothing to send.
        let stolen: String = Sha256::digest(secret.as_bytes())
            .iter()
            .map(|byte| format!("{byte:02x}"))
            .collect();
        let thief = App {
            secret: Some(stolen),
            ..app.clone()
        };
        let reply = dance.refresh(&thief, &own.refresh).await;
        assert_error(&reply, 401, "invalid_client");
        tokens(&dance.refresh(&app, &own.refresh).await);
    })
    .await;
}

/// "… and compared with `!=`.": a secret that is right but for its last letter
/// is answered as one that is all wrong, and as an unknown client's. That the
/// comparison takes the same time is seen in the code, and not here.
#[tokio::test(flavor = "multi_thread")]
async fn a_nearly_right_secret_is_answered_as_any_wrong_one() {
    let (mut dance, app) = dance().await;
    let own = dance.tokens(&app).await;
    let secret = app.secret.clone().expect("it is confidential");
    let mut nearly = secret.clone();
    let last = nearly.pop().expect("it is not empty");
    nearly.push(if last == 'a' { 'b' } else { 'a' });
    let mut answers = HashSet::new();
    for (client_id, secret) in [
        (app.client_id.as_str(), nearly.as_str()),
        (&app.client_id, "x"),
        (&app.client_id, ""),
        ("nobody", &secret),
    ] {
        let form = [
            ("grant_type", "refresh_token"),
            ("refresh_token", own.refresh.as_str()),
        ];
        let header = [("authorization", basic(client_id, secret))];
        let header = header
            .each_ref()
            .map(|(name, value)| (*name, value.as_str()));
        let reply = dance
            .site
            .browser()
            .post_form_with(TOKEN, &form, &header)
            .await;
        assert_error(&reply, 401, "invalid_client");
        answers.insert((
            reply.text().to_owned(),
            reply.header("www-authenticate").to_owned(),
        ));
    }
    assert_eq!(answers.len(), 1, "{answers:?}");
    tokens(&dance.refresh(&app, &own.refresh).await);
}

/// "Tokens and secrets travelled in the query string, …": whoever sends them
/// there is refused even if all is right without them.
#[tokio::test(flavor = "multi_thread")]
async fn neither_tokens_nor_secrets_travel_in_the_query() {
    let (mut dance, app) = dance().await;
    let own = dance.tokens(&app).await;
    let secret = app.secret.clone().expect("it is confidential");
    let mut browser = dance.site.browser();
    let form = [
        ("grant_type", "refresh_token"),
        ("refresh_token", own.refresh.as_str()),
    ];
    let header = app.basic();
    let header = [("authorization", header.as_str())];
    for (query, status, error) in [
        (format!("client_secret={secret}"), 401, "invalid_client"),
        (
            format!("client_id={}", app.client_id),
            401,
            "invalid_client",
        ),
        (
            format!("refresh_token={}", own.refresh),
            400,
            "invalid_request",
        ),
        (
            "grant_type=refresh_token".to_owned(),
            400,
            "invalid_request",
        ),
    ] {
        let path = format!("{TOKEN}?{query}");
        let reply = browser.post_form_with(&path, &form, &header).await;
        assert_error(&reply, status, error);
    }
    let path = format!(
        "{TOKEN}?grant_type=refresh_token&refresh_token={}",
        own.refresh
    );
    let reply = send(&mut browser, Method::GET, &path, &header).await;
    assert_eq!(reply.status(), 405, "{reply:?}");
    let path = format!("/api/v1/me?access_token={}", own.access);
    assert_eq!(browser.get(&path).await.status(), 401);
    tokens(&browser.post_form_with(TOKEN, &form, &header).await);
}

/// "… with no no-store."
#[tokio::test(flavor = "multi_thread")]
async fn what_holds_a_secret_is_not_stored_on_its_way() {
    let (mut dance, app) = dance().await;
    let page = dance.browser.get(&app.authorize_path(&[])).await;
    assert_eq!(page.header("cache-control"), "no-store", "{page:?}");
    dance.tokens(&app).await;
    let redirect = dance.browser.get(&app.authorize_path(&[])).await;
    assert_eq!(redirect.header("cache-control"), "no-store", "{redirect:?}");
    let code = answer(&redirect).expect_code();
    let given = dance.exchange(&app, &code).await;
    assert_eq!(given.status(), 200);
    assert_json_and_not_stored(&given);
    let refused = dance.exchange(&app, &code).await;
    assert_eq!(refused.status(), 400);
    assert_json_and_not_stored(&refused);
    let own = dance.tokens(&app).await;
    let me = dance.api(&format!("Bearer {}", own.access)).await;
    assert_eq!(me.status(), 200);
    assert_eq!(me.header("cache-control"), "no-store");
}

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
