//! The dance as an application does it that knows the metadata's address alone.

use axum::body::Body;
use hob::testing::{Reply, on_each_database};
use http::Request;
use serde_json::{Value, json};

use super::{
    attribute, encoded, get_json,
    mount::{
        AT_THE_ROOT, AT_THE_ROOT_OF_ITS_OWN_HOST, BELOW_A_PATH, HOST, MOVED, MOVED_BELOW_A_PATH,
        Mount, ON_ITS_OWN_HOST, SITE,
    },
    support::{
        Dance, PASSWORD, answer, basic, keys::ClientKey, registration::web_metadata, request_on,
        request_uri, tokens,
    },
};

/// Check 104.
///
/// The whole dance by the addresses of the metadata, with a pushed request and
/// a token that is bound to a key, so that each place where the issuer or an
/// address of the site counts is passed.
#[tokio::test(flavor = "multi_thread")]
async fn the_issuer_is_the_same_everywhere() {
    dance_by_metadata(BELOW_A_PATH).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_dance_follows_another_prefix() {
    dance_by_metadata(MOVED).await;
    dance_by_metadata(MOVED_BELOW_A_PATH).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_dance_works_without_a_prefix() {
    dance_by_metadata(AT_THE_ROOT).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_dance_goes_to_the_plugin_s_own_host() {
    dance_by_metadata(ON_ITS_OWN_HOST).await;
    dance_by_metadata(AT_THE_ROOT_OF_ITS_OWN_HOST).await;
}

async fn dance_by_metadata(mount: Mount) {
    on_each_database(async |builder| {
        let issuer = mount.issuer();
        let open = "dynamic_registration = \"open\"";
        let dance = mount.start(builder, open).await;
        let metadata = mount.metadata_url();
        let metadata = metadata.strip_prefix(&mount.origin()).expect("it is there");
        let document = get_json(mount.browser(&dance), metadata).await;
        assert_eq!(document["issuer"], issuer);
        let endpoint = |name: &str| mount.path_of(&document[name]);
        let app = dance.web_app().await;
        let as_app = basic(&app.client_id, app.secret.as_deref().unwrap_or_default());
        let as_app = [("authorization", as_app.as_str())];
        let mut client = mount.browser(&dance);

        let resource = format!("{}/api/v1", mount.site);
        let form = app.parameters(&[("resource", &resource), ("scope", "profile")]);
        let pushed = client
            .post_form_with(
                &endpoint("pushed_authorization_request_endpoint"),
                &form,
                &as_app,
            )
            .await;
        let query = app.request_uri_path(&request_uri(&pushed));
        let query = query.split_once('?').expect("a query").1.to_owned();
        let asked = format!("{}?{query}", endpoint("authorization_endpoint"));

        // Somebody without a session signs in on the way, and is back.
        let mut alice = mount.browser(&dance);
        let sent = alice.get(&asked).await;
        let login = sent.header("location").to_owned();
        let own = mount.at("/oauth/authorize");
        let expected = format!("{}?next={}", mount.at("/login"), encoded(&own));
        assert!(login.starts_with(&expected), "{login}");
        let page = alice.get(&login).await;
        let next = attribute(page.text(), "value")
            .into_iter()
            .find(|value| value.starts_with(&own))
            .expect("the way back");
        let fields = [
            ("username", "alice"),
            ("password", PASSWORD),
            ("next", &next),
        ];
        let back = alice.post_form(&mount.at("/login"), &fields).await;
        let page = alice.get(back.header("location")).await;
        let request = request_on(&page);
        let fields = [
            ("request", request.as_str()),
            ("scope", "profile"),
            ("decision", "allow"),
        ];
        let sent = alice.submit(&mount.at("/oauth/consent"), &fields).await;
        assert_eq!(answer(&sent).one("iss"), Some(issuer.as_str()));
        let code = answer(&sent).expect_code();
        let wrong = app.authorize_path(&[("response_type", "token")]);
        let sent = alice.get(&mount.at(&wrong)).await;
        assert_eq!(answer(&sent).one("iss"), Some(issuer.as_str()));
        assert!(answer(&sent).one("error").is_some(), "{sent:?}");

        let key = ClientKey::new();
        let token_endpoint = endpoint("token_endpoint");
        let right = mount.origin() + &token_endpoint;
        let own_path = token_endpoint
            .strip_prefix(mount.base())
            .expect("it is below");
        let mut wrong = vec![format!("https://elsewhere.example{token_endpoint}")];
        if mount.base() != "" {
            wrong.push(format!("{HOST}{own_path}"));
        }
        if mount.host.is_some() {
            wrong.push(format!("{}{token_endpoint}", mount.site));
        }
        let form = app.code_form(&code);
        for htu in wrong {
            let proof = key.proof(&dance.site, "POST", "").claim("htu", htu).sign();
            let headers = [as_app[0], ("dpop", proof.as_str())];
            let reply = client
                .post_form_with(&token_endpoint, &form, &headers)
                .await;
            assert_eq!(reply.json::<Value>()["error"], "invalid_dpop_proof");
        }
        let proof = key
            .proof(&dance.site, "POST", "")
            .claim("htu", right)
            .sign();
        let headers = [as_app[0], ("dpop", proof.as_str())];
        let given = tokens(
            &client
                .post_form_with(&token_endpoint, &form, &headers)
                .await,
        );

        let form = [("token", given.access.as_str())];
        let told: Value = client
            .post_form_with(&endpoint("introspection_endpoint"), &form, &as_app)
            .await
            .json();
        assert_eq!(
            (&told["active"], &told["iss"]),
            (&json!(true), &json!(issuer))
        );
        assert_eq!(told["aud"], resource);

        // The API has stayed where it was.
        let me = api(&dance, mount, &key, &given.access).await;
        assert_eq!(me.status(), 200, "{me:?}");
        let me: Value = me.json();
        assert_eq!(me["profile_url"], format!("{}/u/alice", mount.site));
        let revoked = client
            .post_form_with(&endpoint("revocation_endpoint"), &form, &as_app)
            .await;
        assert_eq!(revoked.status(), 200, "{revoked:?}");
        let me = api(&dance, mount, &key, &given.access).await;
        assert_eq!(me.status(), 401, "{me:?}");

        // What is elsewhere is another's resource, also on the same host.
        let mut elsewhere = vec!["https://elsewhere.example/api/v1".to_owned()];
        if mount.site == SITE {
            elsewhere.push(format!("{HOST}/wiki"));
        }
        for resource in &elsewhere {
            let path = mount.at(&app.authorize_path(&[("resource", resource)]));
            let refused = alice.get(&path).await;
            assert_eq!(answer(&refused).one("error"), Some("invalid_target"));
        }
        // Every host of the site is the site's own.
        for resource in [mount.site, issuer.as_str()] {
            let path = mount.at(&app.authorize_path(&[("resource", resource)]));
            let asked = alice.get(&path).await;
            assert_eq!(asked.status(), 200, "{resource}: {asked:?}");
        }

        let mut send = async |request: http::request::Builder, body: Body| {
            let request = request.header("content-type", "application/json");
            client.send(request.body(body).expect("a request")).await
        };
        let metadata = web_metadata(&json!({})).to_string();
        let register = Request::post(endpoint("registration_endpoint"));
        let registered: Value = send(register, metadata.into()).await.json();
        let manage = Request::get(mount.path_of(&registered["registration_client_uri"]));
        let token = registered["registration_access_token"].as_str();
        let bearer = format!("Bearer {}", token.expect("a token"));
        let reply = send(manage.header("authorization", bearer), Body::empty()).await;
        assert_eq!(reply.status(), 200, "{reply:?}");
    })
    .await;
}

async fn api(dance: &Dance, mount: Mount, key: &ClientKey, access_token: &str) -> Reply {
    let proof = key
        .proof(&dance.site, "GET", "/api/v1/me")
        .ath(access_token);
    let request = Request::get(format!("{}/api/v1/me", &mount.site[HOST.len()..]))
        .header("authorization", format!("DPoP {access_token}"))
        .header("dpop", proof.sign())
        .body(Body::empty());
    let mut client = dance.site.browser();
    client.send(request.expect("a valid request")).await
}
