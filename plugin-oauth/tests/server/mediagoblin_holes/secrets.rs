//! How secrets were made, kept, compared and sent.

use std::collections::HashSet;

use diesel::{prelude::*, sql_query, sql_types::Binary};
use hob::testing::{TestHost, on_each_database};
use http::Method;
use sha2::{Digest, Sha256};

use super::{
    dance, send,
    support::{
        App, Dance, TOKEN, answer, assert_error, assert_json_and_not_stored, basic, request_uri,
        tokens,
    },
};

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
        let credentials = basic(client_id, secret);
        let reply = dance.post_with(&credentials, TOKEN, &form).await;
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
