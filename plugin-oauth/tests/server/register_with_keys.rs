//! What a client that registers itself says of keys: by which it proves who it
//! is (RFC 7591, section 2), that its tokens are to be bound to one (RFC 9449,
//! section 5.2), and that only what it pushed with them counts (RFC 9126,
//! section 6).

use crate::support;

use hob::testing::on_each_database;
use serde_json::{Value, json};
use support::{
    App, Dance, TOKEN, answer, assert_error,
    assertion::{assertion, key_set, token_with},
    keys::ClientKey,
    registration::{SelfRegistered, assert_refused, open_site, update, web_metadata},
    request_uri, tokens,
};

fn jwks(keys: &[&ClientKey]) -> Value {
    serde_json::from_str(&key_set(keys)).expect("a key set is JSON")
}

fn with_keys(keys: &[&ClientKey]) -> Value {
    json!({"token_endpoint_auth_method": "private_key_jwt", "jwks": jwks(keys)})
}

async fn registered_with_keys(dance: &Dance, keys: &[&ClientKey]) -> SelfRegistered {
    dance.register_itself(&web_metadata(&with_keys(keys))).await
}

/// The status of the token endpoint to this key. Whoever is believed is told
/// by a 400 that the code is nothing.
async fn status_with(dance: &Dance, app: &App, key: &ClientKey) -> u16 {
    let proof = assertion(dance, app, key).sign();
    token_with(dance, &app.code_form("hob_ac_x"), &proof)
        .await
        .status()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_client_registers_its_keys_and_proves_itself_by_them() {
    on_each_database(async |builder| {
        let mut dance = open_site(builder).await;
        let (key, other_key) = (ClientKey::new(), ClientKey::new());
        let own = registered_with_keys(&dance, &[&key]).await;
        registered_with_keys(&dance, &[&other_key]).await;
        assert_eq!(own.app.secret, None);
        let told = &own.information;
        assert_eq!(told["token_endpoint_auth_method"], "private_key_jwt");
        assert_eq!(told["jwks"], jwks(&[&key]));
        assert_eq!(told.get("client_secret_expires_at"), None);
        assert_eq!(own.get(&dance).await.json::<Value>(), *told);

        let code = dance.code(&own.app).await;
        let form = own.app.code_form(&code);
        let proof = assertion(&dance, &own.app, &key).sign_with(&other_key);
        let reply = token_with(&dance, &form, &proof).await;
        assert_error(&reply, 401, "invalid_client");
        let reply = dance.token(&own.app, &form).await;
        assert_error(&reply, 401, "invalid_client");
        let proof = assertion(&dance, &own.app, &key).sign();
        tokens(&token_with(&dance, &form, &proof).await);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn keys_that_can_not_be_registered_are_said_with_what_is_wrong() {
    on_each_database(async |builder| {
        let dance = open_site(builder).await;
        let key = ClientKey::new();
        let mut private = jwks(&[&key]);
        private["keys"][0]["d"] = json!("AQAB");
        let mut for_encryption = jwks(&[&key]);
        for_encryption["keys"][0]["use"] = json!("enc");
        let many: Vec<&ClientKey> = (0..11).map(|_| &key).collect();
        let by_key = |more: Value| {
            let mut metadata = web_metadata(&json!({
                "token_endpoint_auth_method": "private_key_jwt",
            }));
            for (name, value) in more.as_object().expect("an object") {
                metadata[name] = value.clone();
            }
            metadata
        };
        for (bad, told) in [
            (json!({}), "jwks has to be there"),
            (json!({"jwks": null}), "jwks has to be there"),
            (json!({"jwks_uri": "https://desk.example/jwks"}), "jwks_uri"),
            (
                json!({"jwks": jwks(&[&key]), "jwks_uri": "https://a.example/"}),
                "jwks_uri",
            ),
            (json!({"jwks": {"keys": []}}), "jwks: none of its keys"),
            (json!({"jwks": for_encryption}), "jwks: none of its keys"),
            (json!({"jwks": private}), "private"),
            (
                json!({"jwks": {"keys": [{"kty": "oct", "k": "AQAB"}]}}),
                "symmetric",
            ),
            (json!({"jwks": jwks(&many)}), "at most 10 keys"),
            (json!({"jwks": key_set(&[&key])}), "no client metadata"),
            (json!({"jwks": [key.jwk()]}), "no client metadata"),
            (json!({"jwks": {"keys": [{"crv": "P-256"}]}}), "kty"),
        ] {
            let reply = dance.post_metadata(&by_key(bad.clone())).await;
            assert_refused(&reply, 400, "invalid_client_metadata");
            assert!(reply.text().contains(told), "{bad}: {reply:?}");
        }
        let own = registered_with_keys(&dance, &[&key]).await;
        assert_eq!(status_with(&dance, &own.app, &key).await, 400);

        // Who authenticates in another way has no use for keys here.
        let metadata = web_metadata(&json!({"jwks": jwks(&[&key])}));
        let by_secret = dance.register_itself(&metadata).await;
        assert_eq!(by_secret.information.get("jwks"), None);
        assert_eq!(status_with(&dance, &by_secret.app, &key).await, 401);
        let reply = dance.exchange(&by_secret.app, "hob_ac_x").await;
        assert_error(&reply, 400, "invalid_grant");
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_update_changes_the_keys_and_the_way_to_authenticate() {
    on_each_database(async |builder| {
        let dance = open_site(builder).await;
        let (old, new) = (ClientKey::new(), ClientKey::ed25519("EdDSA"));
        let own = registered_with_keys(&dance, &[&old]).await;
        let put = async |more: Value| {
            let reply = own.put(&dance, &update(&own, &more)).await;
            assert_eq!(reply.status(), 200, "{reply:?}");
            reply.json::<Value>()
        };
        let told = put(json!({"jwks": jwks(&[&new])})).await;
        assert_eq!(told["jwks"], jwks(&[&new]));
        assert_eq!(told.get("client_secret"), None);
        assert_eq!(status_with(&dance, &own.app, &old).await, 401);
        assert_eq!(status_with(&dance, &own.app, &new).await, 400);

        let told = put(json!({"token_endpoint_auth_method": "client_secret_post"})).await;
        assert_eq!(told.get("jwks"), None);
        assert_eq!(told["token_endpoint_auth_method"], "client_secret_post");
        assert_eq!(told["client_secret_expires_at"], 0);
        let by_secret = App {
            secret: told["client_secret"].as_str().map(ToOwned::to_owned),
            ..own.app.clone()
        };
        assert!(by_secret.secret.is_some(), "{told}");
        assert_eq!(status_with(&dance, &own.app, &new).await, 401);
        let reply = dance.exchange(&by_secret, "hob_ac_x").await;
        assert_error(&reply, 400, "invalid_grant");
        // Said once more, it changes nothing, and the secret stays.
        let told = put(json!({"token_endpoint_auth_method": "client_secret_post"})).await;
        assert_eq!(told.get("client_secret"), None);
        let reply = dance.exchange(&by_secret, "hob_ac_x").await;
        assert_error(&reply, 400, "invalid_grant");

        put(with_keys(&[&old])).await;
        let reply = dance.exchange(&by_secret, "hob_ac_x").await;
        assert_error(&reply, 401, "invalid_client");
        assert_eq!(status_with(&dance, &own.app, &old).await, 400);

        // What was given up does not come back.
        let told = put(json!({"token_endpoint_auth_method": "client_secret_basic"})).await;
        assert!(told["client_secret"].is_string(), "{told}");
        let reply = dance.exchange(&by_secret, "hob_ac_x").await;
        assert_error(&reply, 401, "invalid_client");
    })
    .await;
}

/// The operator may give keys to a client that has a secret; then that is what
/// it is told.
#[tokio::test(flavor = "multi_thread")]
async fn keys_that_the_operator_gave_are_told() {
    on_each_database(async |builder| {
        let dance = open_site(builder).await;
        let key = ClientKey::new();
        let own = dance.register_itself(&web_metadata(&json!({}))).await;
        let set = key_set(&[&key]);
        let words = [
            "oauth",
            "client",
            "keys",
            &own.app.client_id,
            "--jwks",
            &set,
        ];
        let output = dance.site.run_command(&words).await;
        assert_eq!(output.exit_code, 0, "{}", output.stderr);
        let told: Value = own.get(&dance).await.json();
        assert_eq!(told["token_endpoint_auth_method"], "private_key_jwt");
        assert_eq!(told["jwks"], jwks(&[&key]));
    })
    .await;
}

/// RFC 9449, section 5.2.
#[tokio::test(flavor = "multi_thread")]
async fn a_client_that_says_that_its_tokens_are_bound_gets_no_others() {
    on_each_database(async |builder| {
        let mut dance = open_site(builder).await;
        let key = ClientKey::new();
        let bound = web_metadata(&json!({"dpop_bound_access_tokens": true}));
        let own = dance.register_itself(&bound).await;
        assert_eq!(own.information["dpop_bound_access_tokens"], true);
        let code = dance.code(&own.app).await;
        let reply = dance.exchange(&own.app, &code).await;
        assert_error(&reply, 400, "invalid_request");
        let mut form = own.app.code_form(&code);
        form.push(("client_id", &own.app.client_id));
        form.push((
            "client_secret",
            own.app.secret.as_deref().expect("a secret"),
        ));
        let proof = key.proof(&dance.site, "POST", TOKEN).sign();
        let mut browser = dance.site.browser();
        let reply = browser
            .post_form_with(TOKEN, &form, &[("dpop", &proof)])
            .await;
        tokens(&reply);
        assert_eq!(reply.json::<Value>()["token_type"], "DPoP");

        let free = update(&own, &json!({"dpop_bound_access_tokens": null}));
        let told: Value = own.put(&dance, &free).await.json();
        assert_eq!(told["dpop_bound_access_tokens"], false);
        let given = dance.tokens(&own.app).await;
        dance.assert_alive(&given).await;
    })
    .await;
}

/// RFC 9126, section 6.
#[tokio::test(flavor = "multi_thread")]
async fn a_client_that_says_that_it_pushes_is_heard_in_no_other_way() {
    on_each_database(async |builder| {
        let mut dance = open_site(builder).await;
        let pushes = web_metadata(&json!({"require_pushed_authorization_requests": true}));
        let own = dance.register_itself(&pushes).await;
        assert_eq!(
            own.information["require_pushed_authorization_requests"],
            true
        );
        let path = own.app.authorize_path(&[]);
        answer(&dance.browser.get(&path).await).expect_error("invalid_request");
        let pushed = request_uri(&dance.push(&own.app, &[]).await);
        let reply = dance.browser.get(&own.app.request_uri_path(&pushed)).await;
        assert_eq!(reply.status(), 200, "{reply:?}");

        let free = update(
            &own,
            &json!({"require_pushed_authorization_requests": false}),
        );
        let told: Value = own.put(&dance, &free).await.json();
        assert_eq!(told["require_pushed_authorization_requests"], false);
        assert_eq!(dance.browser.get(&path).await.status(), 200);
    })
    .await;
}
