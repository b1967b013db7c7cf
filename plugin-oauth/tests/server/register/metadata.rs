//! What an application says of itself, and what comes of it.

use axum::body::Body;
use hob::testing::on_each_database;
use http::{Method, Request};
use serde_json::{Value, json};

use super::support::{
    Dance, LOOPBACK_URI, REDIRECT_URI, assert_error,
    registration::{REGISTER, assert_refused, open_site, self_registered, web_metadata},
    tokens,
};

/// RFC 7591, section 3.2.1.
#[tokio::test(flavor = "multi_thread")]
async fn what_is_kept_is_told_back_and_what_is_unknown_is_ignored() {
    on_each_database(async |builder| {
        let dance = open_site(builder).await;
        let sent = json!({
            "client_name": "Photo Desk",
            "client_uri": "https://desk.example/",
            "redirect_uris": [REDIRECT_URI, LOOPBACK_URI],
            "grant_types": ["authorization_code", "refresh_token"],
            "response_types": ["code"],
            "token_endpoint_auth_method": "client_secret_post",
            "scope": "profile media:read",
            "contacts": ["ops@desk.example"],
            "tos_uri": "https://desk.example/tos",
            "policy_uri": "https://desk.example/policy",
            "software_id": "4NRB1-0XZABZI9E6-5SM3R",
            "software_version": "2.1",
            "require_pushed_authorization_requests": true,
            "dpop_bound_access_tokens": true,
        });
        let mut with_unknown = sent.clone();
        with_unknown["logo_uri"] = json!("https://desk.example/logo.png");
        with_unknown["application_type"] = json!({"a": [1, null]});
        with_unknown["client_name#de"] = json!("Fototisch");
        with_unknown["client_id"] = json!("of-my-own");
        let before = dance.site.clock().now().as_seconds();
        let registered = dance.register_itself(&with_unknown).await;
        let information = &registered.information;
        for (name, value) in sent.as_object().expect("an object") {
            assert_eq!(&information[name], value, "{name}");
        }
        for ignored in ["logo_uri", "application_type", "client_name#de"] {
            assert_eq!(information.get(ignored), None, "{ignored}");
        }
        assert_ne!(information["client_id"], "of-my-own");
        let now = dance.site.clock().now().as_seconds();
        let issued = information["client_id_issued_at"].as_i64();
        assert!(issued.is_some_and(|issued| (before..=now).contains(&issued)));
        assert_eq!(information["client_secret_expires_at"], 0);
        let uri = format!(
            "http://127.0.0.1:8080{REGISTER}/{}",
            registered.app.client_id
        );
        assert_eq!(information["registration_client_uri"], uri);
        assert!(registered.access_token.starts_with("hob_ra_"));

        // The least that can be sent.
        let least = dance
            .register_itself(&json!({"redirect_uris": [REDIRECT_URI], "contacts": null}))
            .await;
        let information = &least.information;
        assert_eq!(information["client_name"], least.app.client_id.as_str());
        assert_eq!(information["grant_types"], json!(["authorization_code"]));
        assert_eq!(information["response_types"], json!(["code"]));
        assert_eq!(
            information["token_endpoint_auth_method"],
            "client_secret_basic"
        );
        assert_eq!(information["require_pushed_authorization_requests"], false);
        assert_eq!(information["dpop_bound_access_tokens"], false);
        assert_eq!(information["scope"], "profile email media:read");
        assert_eq!(information.get("contacts"), None);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_can_not_be_registered_is_said_with_its_code() {
    on_each_database(async |builder| {
        let dance = open_site(builder).await;
        let uris = |uris: Value| json!({ "redirect_uris": uris });
        for bad in [
            uris(json!([])),
            uris(json!(["http://a.example/cb"])),
            uris(json!(["https://a.example/cb#x"])),
            uris(json!(["https://*.a.example/cb"])),
            uris(json!(["javascript:alert(1)"])),
            uris(json!(["urn:ietf:wg:oauth:2.0:oob"])),
            uris(json!([REDIRECT_URI, "data:text/html,x"])),
            uris(json!(["https://a.example/\u{0}"])),
            uris((0..21).map(|n| format!("https://a.example/{n}")).collect()),
        ] {
            let reply = dance.post_metadata(&web_metadata(&bad)).await;
            assert_refused(&reply, 400, "invalid_redirect_uri");
        }
        for bad in [
            json!({"redirect_uris": REDIRECT_URI}),
            json!({"redirect_uris": [1]}),
            json!({"client_name": "a\u{202e}b"}),
            json!({"client_name": "a\u{0}b"}),
            json!({"client_name": "x".repeat(101)}),
            json!({"client_uri": "javascript:alert(1)"}),
            json!({"tos_uri": "file:///etc/passwd"}),
            json!({"policy_uri": "https://bank.example@evil.example/"}),
            json!({"contacts": ["x".repeat(256)]}),
            json!({"contacts": vec!["a@b.example"; 11]}),
            json!({"software_id": "a\nb"}),
            json!({"token_endpoint_auth_method": "client_secret_jwt"}),
            json!({"dpop_bound_access_tokens": "yes"}),
            json!({"require_pushed_authorization_requests": 1}),
            json!({"grant_types": ["implicit"]}),
            json!({"grant_types": []}),
            json!({"grant_types": ["password"]}),
            json!({"grant_types": ["client_credentials"], "token_endpoint_auth_method": "none"}),
            json!({"response_types": ["token"]}),
            json!({"response_types": ["code", "id_token"]}),
            json!({"response_types": []}),
            json!({"grant_types": ["client_credentials"], "response_types": ["code"]}),
            json!({"scope": "profile nonsense"}),
            json!({"scope": "profile media:write"}),
            json!({"scope": "profile  email"}),
            json!({"scope": "\""}),
        ] {
            let reply = dance.post_metadata(&web_metadata(&bad)).await;
            assert_refused(&reply, 400, "invalid_client_metadata");
        }
        assert_eq!(dance.count("oauth_clients").await, 0);
        dance.register_itself(&web_metadata(&json!({}))).await;
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_operator_says_what_an_application_may_ask_for() {
    on_each_database(async |builder| {
        let builder = builder.plugin_toml(
            "oauth",
            "dynamic_registration = \"open\"\n\
             dynamic_registration_scopes = [\"media:write\", \"profile\", \"gone\"]",
        );
        let dance = Dance::start(builder).await;
        let registered = dance.register_itself(&web_metadata(&json!({}))).await;
        assert_eq!(registered.information["scope"], "profile media:write");
        let email = web_metadata(&json!({"scope": "email"}));
        let reply = dance.post_metadata(&email).await;
        assert_refused(&reply, 400, "invalid_client_metadata");
        let text = reply.text();
        assert!(text.contains("profile, media:write"), "{text}");
    })
    .await;
}

/// Check 95.
#[tokio::test(flavor = "multi_thread")]
async fn the_secret_works_and_its_digest_does_not() {
    on_each_database(async |builder| {
        let mut dance = open_site(builder).await;
        let registered = dance.register_itself(&web_metadata(&json!({}))).await;
        let app = registered.app;
        let code = dance.code(&app).await;
        for digest in stored_digests(&dance).await {
            let mut wrong = app.clone();
            wrong.secret = Some(digest);
            assert_error(&dance.exchange(&wrong, &code).await, 401, "invalid_client");
        }
        let given = tokens(&dance.exchange(&app, &code).await);
        dance.assert_alive(&given).await;
        tokens(&dance.refresh(&app, &given.refresh).await);
    })
    .await;
}

/// Whatever is stored of secrets, as text.
async fn stored_digests(dance: &Dance) -> Vec<String> {
    use diesel::{QueryableByName, RunQueryDsl, sql_types::Binary};
    #[derive(QueryableByName)]
    struct Row {
        #[diesel(sql_type = Binary)]
        digest: Vec<u8>,
    }
    let rows = dance
        .site
        .db()
        .read(|connection| {
            diesel::sql_query("SELECT \"digest\" FROM \"oauth_client_secrets\"")
                .load::<Row>(connection)
        })
        .await
        .expect("the query is right");
    assert!(!rows.is_empty());
    rows.iter()
        .flat_map(|row| {
            use base64::{Engine, engine::general_purpose};
            let hex: String = row
                .digest
                .iter()
                .map(|byte| format!("{byte:02x}"))
                .collect();
            let base64 = general_purpose::STANDARD.encode(&row.digest);
            [hex, base64]
        })
        .collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn public_clients_and_clients_without_a_member_register_too() {
    on_each_database(async |builder| {
        let mut dance = open_site(builder).await;
        let public = web_metadata(&json!({"token_endpoint_auth_method": "none"}));
        let registered = dance.register_itself(&public).await;
        assert_eq!(registered.app.secret, None);
        assert_eq!(registered.information.get("client_secret_expires_at"), None);
        let given = dance.tokens(&registered.app).await;
        dance.assert_alive(&given).await;

        let machine = json!({
            "client_name": "Nightly report",
            "grant_types": ["client_credentials"],
            "scope": "media:read",
        });
        let registered = dance.register_itself(&machine).await;
        assert_eq!(registered.information["response_types"], json!([]));
        assert_eq!(registered.information["redirect_uris"], json!([]));
        let form = [("grant_type", "client_credentials")];
        let given = tokens(&dance.token(&registered.app, &form).await);
        assert_eq!(given.scope, "media:read");
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn members_and_operators_see_that_it_registered_itself() {
    on_each_database(async |builder| {
        let mut dance = open_site(builder).await;
        let app = dance.register_itself(&web_metadata(&json!({}))).await.app;
        let page = dance.browser.get(&app.authorize_path(&[])).await;
        assert!(page.text().contains("unverified"), "{page:?}");
        assert!(page.text().contains("it registered itself"), "{page:?}");
        let own = dance.web_app().await;
        let page = dance.browser.get(&own.authorize_path(&[])).await;
        assert!(!page.text().contains("unverified"), "{page:?}");
        assert!(!page.text().contains("it registered itself"), "{page:?}");
        let list = dance.site.run_command(&["oauth", "client", "list"]).await;
        let line_of = |client_id: &str| {
            let mut lines = list.stdout.lines();
            lines
                .find(|line| line.contains(client_id))
                .expect("it is listed")
                .to_owned()
        };
        assert!(line_of(&app.client_id).contains("itself"));
        assert!(line_of(&own.client_id).contains("operator"));
        let show = ["oauth", "client", "show", &app.client_id];
        let shown = dance.site.run_command(&show).await.stdout;
        assert!(shown.contains("registered by:  itself"), "{shown}");
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn only_a_json_object_is_read() {
    on_each_database(async |builder| {
        let dance = open_site(builder).await;
        let send = async |content_type: Option<&str>, body: Vec<u8>| {
            let mut request = Request::post(REGISTER);
            if let Some(content_type) = content_type {
                request = request.header("content-type", content_type);
            }
            let request = request.body(Body::from(body)).expect("a valid request");
            dance.site.browser().send(request).await
        };
        let good = web_metadata(&json!({})).to_string().into_bytes();
        for content_type in [
            None,
            Some("application/x-www-form-urlencoded"),
            Some("text/json"),
        ] {
            let reply = send(content_type, good.clone()).await;
            assert_refused(&reply, 415, "invalid_request");
        }
        let json = Some("application/json");
        // A reader of structures may take an array for one, member by member.
        let arrays = (0..40).map(|more| {
            let nulls = ",null".repeat(more);
            format!("[[\"{REDIRECT_URI}\"]{nulls}]").into_bytes()
        });
        let twice = format!("{{\"redirect_uris\":[],\"redirect_uris\":[\"{REDIRECT_URI}\"]}}");
        let deep = [b"{\"x\":".to_vec(), vec![b'['; 50_000]].concat();
        let others = [
            Vec::new(),
            b"null".to_vec(),
            b"{".to_vec(),
            b"{}x".to_vec(),
            b"{\"client_name\":\"\xff\"}".to_vec(),
            twice.into_bytes(),
            deep,
        ];
        for bad in arrays.chain(others) {
            let reply = send(json, bad).await;
            assert_refused(&reply, 400, "invalid_client_metadata");
        }
        let large = web_metadata(&json!({"x": "y".repeat(70_000)}));
        let reply = send(json, large.to_string().into_bytes()).await;
        assert_eq!(reply.status(), 413, "{reply:?}");
        self_registered(&send(Some("application/json; charset=utf-8"), good).await);
        assert_eq!(dance.count("oauth_clients").await, 1);
        let mut browser = dance.site.browser();
        for method in [Method::GET, Method::PUT, Method::DELETE] {
            let reply = browser.request(method, REGISTER).await;
            assert_eq!(reply.status(), 405, "{reply:?}");
        }
    })
    .await;
}

/// Check 96: nothing in the metadata is ever fetched. A socket listens at all
/// of the addresses, and nobody comes.
#[tokio::test(flavor = "multi_thread")]
async fn no_address_in_the_metadata_is_fetched() {
    on_each_database(async |builder| {
        let listener = std::net::TcpListener::bind("127.0.0.1:0").expect("a port is free");
        listener.set_nonblocking(true).expect("it can be asked");
        let port = listener.local_addr().expect("it is bound").port();
        let mut dance = open_site(builder).await;
        let here = format!("http://127.0.0.1:{port}");
        let own = format!("{here}/callback");
        let shown = web_metadata(&json!({
            "redirect_uris": [own],
            "client_uri": here,
            "logo_uri": format!("{here}/logo.png"),
            "tos_uri": format!("{here}/tos"),
            "policy_uri": format!("{here}/policy"),
            "jwks": null,
        }));
        let registered = dance.register_itself(&shown).await;
        assert_eq!(registered.information.get("logo_uri"), None);
        let given = dance.tokens(&registered.app).await;
        dance.assert_alive(&given).await;
        assert_eq!(registered.get(&dance).await.status(), 200);
        for (name, value) in [
            ("jwks_uri", json!(here)),
            ("sector_identifier_uri", json!(here)),
            ("request_uris", json!([here])),
        ] {
            let mut metadata = shown.clone();
            metadata[name] = value;
            let reply = dance.post_metadata(&metadata).await;
            assert_refused(&reply, 400, "invalid_client_metadata");
            assert!(reply.text().contains(name), "{reply:?}");
        }
        // All of this took its time, and nobody came meanwhile; whoever comes
        // is noticed.
        let nobody = listener.accept().expect_err("somebody came");
        assert_eq!(nobody.kind(), std::io::ErrorKind::WouldBlock);
        std::net::TcpStream::connect(("127.0.0.1", port)).expect("it listens");
        listener.accept().expect("somebody comes");
    })
    .await;
}
