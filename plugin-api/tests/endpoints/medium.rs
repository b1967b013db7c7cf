//! `/media/{id}`.

use hob::testing::{Browser, Reply, TestHost, on_each_database};
use http::Method;
use serde_json::{Value, json};

use crate::{PASSWORD, assert_error, badge, published, send, site, with_api};

fn path(id: i64) -> String {
    format!("/api/v1/media/{id}")
}

async fn patch(browser: &mut Browser, id: i64, badge: &str, body: &str) -> Reply {
    let headers = [
        ("authorization", badge),
        ("content-type", "application/json; charset=utf-8"),
    ];
    send(browser, Method::PATCH, &path(id), &headers, body).await
}

async fn delete(browser: &mut Browser, id: i64, badge: &str) -> Reply {
    let headers = [("authorization", badge)];
    send(browser, Method::DELETE, &path(id), &headers, "").await
}

/// Alice's and Bob's badges.
async fn two_members(site: &TestHost) -> (String, String) {
    let scopes = "media:read media:write";
    let alice = site.add_member("alice", PASSWORD).await;
    let bob = site.add_member("bob", PASSWORD).await;
    (badge(&alice, scopes), badge(&bob, scopes))
}

#[tokio::test(flavor = "multi_thread")]
async fn a_medium_is_read_changed_and_deleted_by_its_owner() {
    on_each_database(async |builder| {
        let site = with_api(builder).start().await;
        let (alice, _) = two_members(&site).await;
        let mut browser = site.browser();
        let fields = [
            ("title", "The rocket"),
            ("description", "On its pad"),
            ("tags", "sky"),
            ("visibility", "public"),
        ];
        let id = published(&mut browser, &alice, &fields).await;
        assert_eq!(browser.get(&path(id)).await.status(), 200);

        let change = r#"{"title": "At night", "tags": [], "visibility": "private"}"#;
        let reply = patch(&mut browser, id, &alice, change).await;
        assert_eq!(reply.status(), 200, "{reply:?}");
        let changed: Value = reply.json();
        assert_eq!(changed["title"], "At night");
        assert_eq!(changed["description"], "On its pad");
        assert_eq!(changed["tags"], json!([]));
        assert_eq!(changed["visibility"], "private");

        assert_error(&browser.get(&path(id)).await, 404, "not_found");
        let reply = browser.get_with(&path(id), &alice).await;
        assert_eq!(reply.json::<Value>(), changed);

        let unchanged = patch(&mut browser, id, &alice, "{}").await;
        assert_eq!(unchanged.json::<Value>(), changed);

        let reply = delete(&mut browser, id, &alice).await;
        assert_eq!((reply.status(), reply.text()), (204, ""));
        assert_error(&browser.get_with(&path(id), &alice).await, 404, "not_found");
        assert_error(&delete(&mut browser, id, &alice).await, 404, "not_found");
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn another_member_s_medium_is_403_where_it_is_seen_and_404_where_not() {
    let site = site().await;
    let (alice, bob) = two_members(&site).await;
    let mut browser = site.browser();
    let public = published(&mut browser, &alice, &[("visibility", "public")]).await;
    let private = published(&mut browser, &alice, &[("visibility", "private")]).await;

    let title = r#"{"title": "Mine"}"#;
    assert_error(
        &patch(&mut browser, public, &bob, title).await,
        403,
        "forbidden",
    );
    assert_error(
        &patch(&mut browser, private, &bob, title).await,
        404,
        "not_found",
    );
    assert_error(&delete(&mut browser, public, &bob).await, 403, "forbidden");
    assert_error(&delete(&mut browser, private, &bob).await, 404, "not_found");
    assert_error(
        &browser.get_with(&path(private), &bob).await,
        404,
        "not_found",
    );
    for id in [public, private] {
        let reply = browser.get_with(&path(id), &alice).await;
        assert_ne!(reply.json::<Value>()["title"], "Mine");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_change_that_does_not_fit_is_refused_whole() {
    let site = site().await;
    let (alice, _) = two_members(&site).await;
    let mut browser = site.browser();
    let id = published(&mut browser, &alice, &[("title", "The rocket")]).await;

    for (body, status, code, field) in [
        (
            r#"{"title": "x", "licence": "y"}"#,
            400,
            "invalid_request",
            Some("licence"),
        ),
        (r#"{"title": null}"#, 400, "invalid_request", Some("title")),
        (
            r#"{"title": "x", "tags": [1]}"#,
            400,
            "invalid_request",
            Some("tags[0]"),
        ),
        (r#"["x"]"#, 400, "invalid_request", None),
        ("", 400, "invalid_request", None),
        (
            r#"{"title": "x", "visibility": "secret"}"#,
            422,
            "unprocessable",
            Some("visibility"),
        ),
    ] {
        let reply = patch(&mut browser, id, &alice, body).await;
        let named = assert_error(&reply, status, code);
        assert_eq!(named.as_deref(), field, "{body}");
    }

    let too_long = json!({"title": "x".repeat(70_000)}).to_string();
    let reply = patch(&mut browser, id, &alice, &too_long).await;
    assert_eq!(reply.status(), 413, "{reply:?}");

    let form = [
        ("authorization", alice.as_str()),
        ("content-type", "application/x-www-form-urlencoded"),
    ];
    let reply = send(&mut browser, Method::PATCH, &path(id), &form, "title=x").await;
    assert_error(&reply, 415, "unsupported_media_type");

    let reply = browser.get_with(&path(id), &alice).await;
    assert_eq!(reply.json::<Value>()["title"], "The rocket");
}

#[tokio::test(flavor = "multi_thread")]
async fn changing_needs_its_scope_and_a_member() {
    let site = site().await;
    let alice = site.add_member("alice", PASSWORD).await;
    let mut browser = site.browser();
    let public = [("visibility", "public")];
    let id = published(&mut browser, &badge(&alice, "media:write"), &public).await;
    let reads = badge(&alice, "media:read");
    assert_error(
        &patch(&mut browser, id, &reads, "{}").await,
        403,
        "insufficient_scope",
    );
    assert_error(
        &delete(&mut browser, id, &reads).await,
        403,
        "insufficient_scope",
    );
    let client = "Badge -;media:write";
    assert_error(
        &patch(&mut browser, id, client, "{}").await,
        403,
        "member_required",
    );
    assert_error(
        &delete(&mut browser, id, client).await,
        403,
        "member_required",
    );
    let reply = send(&mut browser, Method::DELETE, &path(id), &[], "").await;
    assert_error(&reply, 401, "unauthorized");
    assert_eq!(browser.get(&path(id)).await.status(), 200);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_no_number_names_no_medium() {
    let site = site().await;
    for id in ["0", "-1", "abc", "9223372036854775808", "%ff"] {
        let reply = site.browser().get(&format!("/api/v1/media/{id}")).await;
        assert_error(&reply, 404, "not_found");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_private_file_is_fetched_with_the_token_and_not_without() {
    let site = site().await;
    let (alice, bob) = two_members(&site).await;
    let mut browser = site.browser();
    let id = published(&mut browser, &alice, &[("visibility", "private")]).await;
    let medium = browser.get_with(&path(id), &alice).await.json::<Value>();
    let url = medium["files"]["original"]["url"].as_str().unwrap();
    let file = url.strip_prefix("http://127.0.0.1:8080").unwrap();

    let reply = browser.get_with(file, &alice).await;
    assert_eq!(reply.status(), 200);
    assert_eq!(reply.header("content-type"), "image/jpeg");
    assert_eq!(reply.header("access-control-allow-origin"), "*");
    assert!(reply.header("cache-control").contains("private"));
    assert_error(&browser.get_with(file, &bob).await, 404, "not_found");
    assert_eq!(browser.get(file).await.status(), 404);
    let site_address = format!("/media/{id}/original");
    assert_eq!(browser.get_with(&site_address, &alice).await.status(), 404);
    let huge = format!("{}/files/huge", path(id));
    assert_error(&browser.get_with(&huge, &alice).await, 404, "not_found");
}
