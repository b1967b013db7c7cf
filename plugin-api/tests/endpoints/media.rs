//! `/media`.

use hob::{
    members::{Member, NewMember},
    testing::{Browser, on_each_database},
};
use http::Method;
use serde_json::{Value, json};

use crate::{JPEG, PASSWORD, assert_error, badge, published, send, site, upload, with_api};

const MEDIA: &str = "/api/v1/media";

/// The ids on a page.
async fn listed(browser: &mut Browser, query: &str, badge: Option<&str>) -> Vec<i64> {
    let path = format!("{MEDIA}{query}");
    let reply = match badge {
        Some(badge) => browser.get_with(&path, badge).await,
        None => browser.get(&path).await,
    };
    assert_eq!(reply.status(), 200, "{reply:?}");
    let page: Value = reply.json();
    let media = page["media"].as_array().expect("a list");
    media
        .iter()
        .filter_map(|medium| medium["id"].as_i64())
        .collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn an_upload_is_stored_shown_and_gets_its_smaller_sizes() {
    on_each_database(async |builder| {
        let site = with_api(builder).start().await;
        let alice = site.add_member("alice", PASSWORD).await;
        let mut browser = site.browser();
        let fields = [
            ("title", "The rocket"),
            ("description", "On its pad"),
            ("tags", "rocket, sky"),
            ("tags", "night"),
            ("visibility", "public"),
        ];
        let reply = upload(&mut browser, &badge(&alice, "media:write"), &fields).await;
        assert_eq!(reply.status(), 201, "{reply:?}");
        let created: Value = reply.json();
        let id = &created["id"];
        assert_eq!(
            reply.header("location"),
            format!("http://127.0.0.1:8080{MEDIA}/{id}")
        );
        assert_eq!(created["title"], "The rocket");
        assert_eq!(created["description"], "On its pad");
        assert_eq!(created["visibility"], "public");
        assert_eq!(
            created["owner"],
            json!({"id": alice.id, "username": "alice"})
        );

        site.settle_media().await;
        let reply = browser.get(&format!("{MEDIA}/{id}")).await;
        let medium: Value = reply.json();
        assert_eq!(medium["state"], "ready", "{reply:?}");
        let mut tags: Vec<_> = medium["tags"].as_array().unwrap().iter().collect();
        tags.sort_by_key(|tag| tag.to_string());
        assert_eq!(tags, ["night", "rocket", "sky"]);
        for size in ["original", "thumbnail"] {
            let url = medium["files"][size]["url"].as_str().expect(size);
            let path = url.strip_prefix("http://127.0.0.1:8080").expect("absolute");
            assert_eq!(browser.get(path).await.status(), 200, "{url}");
        }
        assert_eq!(listed(&mut browser, "", None).await, [id.as_i64().unwrap()]);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_list_shows_what_the_caller_may_see() {
    let site = site().await;
    let alice = site.add_member("alice", PASSWORD).await;
    let bob = site.add_member("bob", PASSWORD).await;
    let mut browser = site.browser();
    let writes = badge(&alice, "media:write");
    let private = published(&mut browser, &writes, &[("visibility", "private")]).await;
    let public = published(&mut browser, &writes, &[("visibility", "public")]).await;

    // Others see a medium once it is ready.
    assert_eq!(listed(&mut browser, "", None).await, [] as [i64; 0]);
    site.settle_media().await;

    let alice_id = alice.id;
    let (alice, bob) = (badge(&alice, "media:read"), badge(&bob, "media:read"));
    assert_eq!(listed(&mut browser, "", None).await, [public]);
    assert_eq!(listed(&mut browser, "", Some(&bob)).await, [public]);
    assert_eq!(
        listed(&mut browser, "", Some(&alice)).await,
        [public, private]
    );
    assert_eq!(
        listed(&mut browser, "?owner=alice", Some(&bob)).await,
        [public]
    );
    assert_eq!(
        listed(&mut browser, "?owner=me", Some(&alice)).await,
        [public, private]
    );
    assert_eq!(
        listed(&mut browser, "?owner=me", Some(&bob)).await,
        [] as [i64; 0]
    );

    // What a disabled member published is nobody's to see.
    site.disable_member(alice_id).await;
    assert_eq!(
        listed(&mut browser, "?owner=alice", Some(&bob)).await,
        [] as [i64; 0]
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_list_is_walked_by_its_cursor_and_by_its_link() {
    let site = site().await;
    let alice = site.add_member("alice", PASSWORD).await;
    let mut browser = site.browser();
    let mut expected = Vec::new();
    for _ in 0..3 {
        let visibility = [("visibility", "public")];
        expected.push(published(&mut browser, &badge(&alice, "media:write"), &visibility).await);
    }
    expected.reverse();
    site.settle_media().await;

    let mut found = Vec::new();
    let mut path = format!("{MEDIA}?limit=2&owner=alice");
    loop {
        let reply = browser.get(&path).await;
        let page: Value = reply.json();
        let media = page["media"].as_array().expect("a list");
        found.extend(media.iter().filter_map(|medium| medium["id"].as_i64()));
        let Some(next) = page["next"].as_str() else {
            assert_eq!(reply.header("link"), "");
            break;
        };
        let link = reply.header("link");
        let url = link
            .strip_prefix("<http://127.0.0.1:8080")
            .and_then(|link| link.strip_suffix(">; rel=\"next\""))
            .unwrap_or_else(|| panic!("{link}"));
        assert!(url.contains(next) && url.contains("owner=alice"), "{url}");
        path = url.to_owned();
    }
    assert_eq!(found, expected);
}

#[tokio::test(flavor = "multi_thread")]
async fn credentials_that_are_sent_to_a_public_route_must_be_good() {
    let site = site().await;
    let alice = site.add_member("alice", PASSWORD).await;
    let mut browser = site.browser();
    assert_eq!(browser.get(MEDIA).await.status(), 200);
    assert_error(
        &browser.get_with(MEDIA, "Badge forged").await,
        401,
        "invalid_token",
    );
    let reply = browser.get_with(MEDIA, &badge(&alice, "profile")).await;
    assert_error(&reply, 403, "insufficient_scope");
    // A scheme that nobody here knows.
    assert_error(
        &browser.get_with(MEDIA, "Basic YTpi").await,
        401,
        "unauthorized",
    );
    let reply = browser.get(&format!("{MEDIA}?badge=1;media:read")).await;
    assert_error(&reply, 400, "invalid_request");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_wrong_query_names_its_field() {
    let site = site().await;
    let mut browser = site.browser();
    for (query, field) in [
        ("limit=0", "limit"),
        ("limit=101", "limit"),
        ("limit=1&limit=2", "limit"),
        ("cursor=made-up", "cursor"),
    ] {
        let reply = browser.get(&format!("{MEDIA}?{query}")).await;
        let named = assert_error(&reply, 400, "invalid_request");
        assert_eq!(named.as_deref(), Some(field), "{query}");
    }
    let reply = browser.get(&format!("{MEDIA}?limit=%ff")).await;
    assert_error(&reply, 400, "invalid_request");
    let reply = browser.get(&format!("{MEDIA}?owner=nobody")).await;
    assert_error(&reply, 404, "not_found");
    let reply = browser.get(&format!("{MEDIA}?owner=me")).await;
    assert_error(&reply, 401, "unauthorized");
    assert!(!reply.header("www-authenticate").is_empty(), "{reply:?}");
    let reply = browser
        .get_with(&format!("{MEDIA}?owner=me"), "Badge -;media:read")
        .await;
    assert_error(&reply, 403, "member_required");
}

#[tokio::test(flavor = "multi_thread")]
async fn an_upload_that_does_not_fit_is_refused_and_nothing_is_stored() {
    let site = site().await;
    let alice = site.add_member("alice", PASSWORD).await;
    let badge = badge(&alice, "media:write media:read");
    let mut browser = site.browser();

    let reply = upload(&mut browser, &badge, &[("licence", "CC0")]).await;
    let named = assert_error(&reply, 400, "invalid_request");
    assert_eq!(named.as_deref(), Some("licence"));

    let reply = upload(&mut browser, &badge, &[("visibility", "secret")]).await;
    let named = assert_error(&reply, 422, "unprocessable");
    assert_eq!(named.as_deref(), Some("visibility"));

    let headers = [("authorization", badge.as_str())];
    let reply = browser
        .post_multipart(MEDIA, &[], ("rocket.jpg", b"no picture"), &headers)
        .await;
    assert_error(&reply, 422, "unprocessable");

    let reply = browser
        .post_multipart(
            MEDIA,
            &[],
            ("rocket.jpg", &JPEG[..JPEG.len() / 2]),
            &headers,
        )
        .await;
    assert_error(&reply, 422, "unprocessable");

    let json = [
        ("authorization", badge.as_str()),
        ("content-type", "application/json"),
    ];
    let reply = send(&mut browser, Method::POST, MEDIA, &json, "{}").await;
    assert_eq!(reply.status(), 415, "{reply:?}");

    assert_eq!(
        listed(&mut browser, "?owner=me", Some(&badge)).await,
        [] as [i64; 0]
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn an_upload_needs_its_scope_and_the_privilege_that_the_form_asks_too() {
    let site = site().await;
    let alice = site.add_member("alice", PASSWORD).await;
    let mut browser = site.browser();
    let reply = upload(&mut browser, &badge(&alice, "media:read"), &[]).await;
    assert_error(&reply, 403, "insufficient_scope");
    let reply = upload(&mut browser, "Badge -;media:write", &[]).await;
    assert_error(&reply, 403, "member_required");

    let new = NewMember {
        username: "reader".to_owned(),
        display_name: "Reader".to_owned(),
        email: String::new(),
        email_verified: false,
        password_hash: String::new(),
        administrator: false,
        uploader: false,
        created_at: site.clock().now(),
    };
    let reader = site
        .db()
        .write(move |connection| Member::create(connection, new))
        .await
        .expect("the member can be added");
    let reply = upload(&mut browser, &badge(&reader, "media:write"), &[]).await;
    assert_error(&reply, 403, "forbidden");
    let reply = upload(&mut browser, &badge(&alice, "media:write"), &[]).await;
    assert_eq!(reply.status(), 201, "{reply:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn nothing_is_read_of_an_upload_without_credentials() {
    let site = site().await;
    let mut browser = site.browser();
    for content_type in ["multipart/form-data; boundary=x", "text/plain"] {
        let reply = send(
            &mut browser,
            Method::POST,
            "/api/v1/media",
            &[("content-type", content_type)],
            "this is no multipart form",
        )
        .await;
        assert_eq!(reply.status(), 401, "{content_type}");
        assert!(!reply.header("www-authenticate").is_empty());
    }
}
