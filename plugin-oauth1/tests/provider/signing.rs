//! How requests have to be signed, and what keeps one from being taken twice.

use hob::testing::on_each_database;
use hob_oauth1_signature::{PrivateKey, SignatureMethod, Signer};

use crate::support::{
    App, CALLBACK, Call, Dance, HERE, ME, REQUEST_TOKEN, assert_problem, count, me, token,
    with_plugins,
};

const BEGIN: &[(&str, &str)] = &[("oauth_callback", CALLBACK)];

fn begin() -> Call<'static> {
    Call {
        more: BEGIN,
        ..Call::default()
    }
}

/// Check 98.
#[tokio::test]
async fn whatever_stands_in_query_and_form_is_signed() {
    on_each_database(async |builder| {
        let dance = Dance::start(builder).await;
        let app = dance.register(&[]).await;
        let form = [("c2", ""), ("a3", "2 q"), ("a3", "a"), ("é", "☃+%&=")];
        let call = Call {
            path: "/oauth1/request_token?b5=%3D%253D&a3=a&c%40=&a2=r%20b&bare",
            form: Some(&form),
            ..begin()
        };
        token(&dance.call(&app, call.clone()).await);
        let authorization = dance.sign(&app, &call);
        let other_form = [("c2", ""), ("a3", "2 q"), ("a3", "b"), ("é", "☃+%&=")];
        for spoilt in [
            Call {
                path: "/oauth1/request_token?b5=%3D%253D&a3=a&c%40=&a2=r%20b",
                ..call.clone()
            },
            Call {
                form: Some(&other_form),
                ..call.clone()
            },
            Call {
                form: None,
                ..call.clone()
            },
        ] {
            let reply = dance.send(&spoilt, &authorization).await;
            assert_problem(&reply, 401, "signature_invalid");
        }
        token(&dance.send(&call, &authorization).await);
    })
    .await;
    // The port that is the scheme's own is never signed, and another always.
    for url in ["https://photos.example:443", "https://photos.example:8443"] {
        let builder = with_plugins(hob::testing::TestHost::builder());
        let dance = Dance::start_at(url, builder).await;
        let app = dance.register(&[]).await;
        token(&dance.call(&app, begin()).await);
    }
}

/// Check 99.
#[tokio::test]
async fn a_signature_that_is_wrong_or_of_no_method_is_refused() {
    on_each_database(async |builder| {
        let toml = "signature_methods = [\"HMAC-SHA1\", \"HMAC-SHA256\", \"PLAINTEXT\"]";
        let builder = with_plugins(builder.plugin_toml("oauth1", toml));
        let dance = Dance::start_at("https://photos.example", builder).await;
        let app = dance.register(&[]).await;
        let impostor = App {
            secret: "hob_1s_guessed".to_owned(),
            ..app.clone()
        };
        for by in [
            SignatureMethod::HmacSha1,
            SignatureMethod::HmacSha256,
            SignatureMethod::Plaintext,
        ] {
            let call = Call { by, ..begin() };
            token(&dance.call(&app, call.clone()).await);
            let reply = dance.call(&impostor, call).await;
            assert_problem(&reply, 401, "signature_invalid");
        }
        let authorization = dance.sign(&app, &begin());
        for (from, to, problem) in [
            ("HMAC-SHA256", "HMAC-SHA512", "signature_method_rejected"),
            ("HMAC-SHA256", "RSA-SHA256", "signature_method_rejected"),
            ("HMAC-SHA256", "RSA-SHA1", "signature_method_rejected"),
            ("HMAC-SHA256", "none", "signature_method_rejected"),
            (app.key.as_str(), "nobody", "consumer_key_unknown"),
            (app.key.as_str(), "no%00body", "consumer_key_unknown"),
            (app.key.as_str(), "%C3%A9", "consumer_key_unknown"),
        ] {
            let reply = dance.send(&begin(), &authorization.replace(from, to)).await;
            assert_problem(&reply, 401, problem);
        }
        let unsigned = dance.send(&begin(), "Basic abc").await;
        assert_problem(&unsigned, 401, "parameter_absent");
        // It was none of those that were tried, and still counts.
        token(&dance.send(&begin(), &authorization).await);
    })
    .await;
}

/// Check 99, where nobody else can be kept from reading along.
#[tokio::test]
async fn plaintext_is_for_https_alone_and_for_operators_who_want_it() {
    let plaintext = Call {
        by: SignatureMethod::Plaintext,
        ..begin()
    };
    let toml = "signature_methods = [\"PLAINTEXT\"]";
    for (url, toml, taken) in [
        ("https://photos.example", toml, true),
        (HERE, toml, false),
        ("https://photos.example", "", false),
    ] {
        let builder = hob::testing::TestHost::builder().plugin_toml("oauth1", toml);
        let dance = Dance::start_at(url, with_plugins(builder)).await;
        let app = dance.register(&[]).await;
        let reply = dance.call(&app, plaintext.clone()).await;
        if taken {
            token(&reply);
        } else {
            assert_problem(&reply, 401, "signature_method_rejected");
        }
    }
}

#[tokio::test]
async fn an_application_with_a_key_signs_by_that_and_by_nothing_else() {
    on_each_database(async |builder| {
        let dance = Dance::start(builder).await;
        let pem = include_str!("../../../oauth1-signature/src/signature/rsa_2048_public.pem");
        let private = include_str!("../../../oauth1-signature/src/signature/rsa_2048_private.pem");
        let private = PrivateKey::from_pem(private).unwrap();
        let file = dance.site.folder().join("printer.pem");
        std::fs::write(&file, pem).unwrap();
        let file = file.to_str().unwrap();
        let app = dance.register(&["--public-key", file]).await;
        assert_eq!(app.secret, "", "it has none");
        for signer in [Signer::RsaSha1(&private), Signer::RsaSha256(&private)] {
            let authorization = dance.sign_with(&app, &begin(), signer);
            token(&dance.send(&begin(), &authorization).await);
        }
        // Its secret is empty, which everybody knows.
        let reply = dance.call(&app, begin()).await;
        assert_problem(&reply, 401, "signature_method_rejected");
        let other = dance.register(&[]).await;
        let authorization = dance.sign_with(&other, &begin(), Signer::RsaSha256(&private));
        let reply = dance.send(&begin(), &authorization).await;
        assert_problem(&reply, 401, "signature_method_rejected");
    })
    .await;
}

#[tokio::test]
async fn an_empty_secret_counts_only_where_the_operator_lets_it() {
    on_each_database(async |builder| {
        let allowed = builder.plugin_toml("oauth1", "empty_consumer_secrets = true");
        let mut dance = Dance::start(allowed).await;
        let app = dance.register(&["--no-secret"]).await;
        let request_token = token(&dance.call(&app, begin()).await);
        // Anybody can be it, and the member is told so.
        let page = dance.ask(&request_token).await;
        let told = "any program can pretend to be it";
        assert!(page.text().contains(told), "{page:?}");
        assert!(page.text().contains(">unverified<"), "{page:?}");
        let verified = dance.register(&[]).await;
        let request_token = dance.begin(&verified, CALLBACK).await;
        let page = dance.ask(&request_token).await;
        assert!(!page.text().contains(told), "{page:?}");
        assert!(!page.text().contains(">unverified<"), "{page:?}");

        let builder = dance.site.stop().await.plugin_toml("oauth1", "");
        dance.site = with_plugins(builder).start().await;
        let reply = dance.call(&app, begin()).await;
        assert_problem(&reply, 401, "consumer_key_refused");
        let words = [
            "oauth1", "consumer", "add", "--name", "x", "--scope", "profile",
        ];
        let refused = dance
            .site
            .run_command(&[&words[..], &["--no-secret"]].concat())
            .await;
        assert_ne!(refused.exit_code, 0);
        assert!(
            refused.stderr.contains("empty_consumer_secrets"),
            "{}",
            refused.stderr
        );
    })
    .await;
}

/// Check 100.
#[tokio::test]
async fn a_request_counts_once_and_while_it_is_new() {
    on_each_database(async |builder| {
        let mut dance = Dance::start(builder).await;
        let app = dance.register(&[]).await;
        let authorization = dance.sign(&app, &begin());
        token(&dance.send(&begin(), &authorization).await);
        let reply = dance.send(&begin(), &authorization).await;
        assert_problem(&reply, 401, "nonce_used");
        for late in [301, 100_000, -301, -100_000] {
            let reply = dance.call(&app, Call { late, ..begin() }).await;
            assert_problem(&reply, 401, "timestamp_refused");
        }
        for late in [299, -299] {
            token(&dance.call(&app, Call { late, ..begin() }).await);
        }
        // The same nonce is another one for another application, and at another
        // time.
        let other = dance.register(&[]).await;
        let nonce = Some("once");
        token(&dance.call(&app, Call { nonce, ..begin() }).await);
        token(&dance.call(&other, Call { nonce, ..begin() }).await);
        token(
            &dance
                .call(
                    &app,
                    Call {
                        nonce,
                        late: 1,
                        ..begin()
                    },
                )
                .await,
        );
        let reply = dance.call(&app, Call { nonce, ..begin() }).await;
        assert_problem(&reply, 401, "nonce_used");

        // At a resource, too; and the site may stop in between.
        let access = dance.access_token(&app, &["profile"]).await;
        let signed = dance.sign(&app, &me(&access));
        assert_eq!(dance.send(&me(&access), &signed).await.status(), 200);
        dance.site = with_plugins(dance.site.stop().await).start().await;
        let reply = dance.send(&me(&access), &signed).await;
        assert_eq!(reply.status(), 401, "{reply:?}");
        assert!(
            reply.header("www-authenticate").contains("nonce_used"),
            "{reply:?}"
        );
        assert_eq!(dance.status(&app, &access).await, 200);

        // What is refused by its timestamp anyway is forgotten.
        assert!(count(&dance.site, "oauth1_used_nonces").await > 0);
        dance
            .site
            .clock()
            .advance(std::time::Duration::from_secs(902));
        dance.site.run_job("oauth1", "prune").await;
        assert_eq!(count(&dance.site, "oauth1_used_nonces").await, 0);
        let reply = dance.send(&me(&access), &signed).await;
        assert!(
            reply
                .header("www-authenticate")
                .contains("timestamp_refused"),
            "{reply:?}"
        );
    })
    .await;
}

/// Check 100, from many sides at once.
#[tokio::test]
async fn of_a_request_that_is_sent_often_at_once_one_counts() {
    on_each_database(async |builder| {
        let mut dance = Dance::start(builder).await;
        let app = dance.register(&[]).await;
        let access = dance.access_token(&app, &["profile"]).await;
        let call = me(&access);
        let signed = dance.sign(&app, &call);
        let mut replies = Vec::new();
        for _ in 0..20 {
            let request = http::Request::get(ME)
                .header("authorization", &signed)
                .body(Default::default())
                .unwrap();
            let mut browser = dance.site.browser();
            replies.push(tokio::spawn(
                async move { browser.send(request).await.status() },
            ));
        }
        let mut granted = 0;
        for reply in replies {
            match reply.await.unwrap() {
                200 => granted += 1,
                401 => {}
                other => panic!("{other}"),
            }
        }
        assert_eq!(granted, 1);
    })
    .await;
}

/// Check 103.
#[tokio::test]
async fn what_is_there_twice_or_in_two_places_is_refused() {
    on_each_database(async |builder| {
        let dance = Dance::start(builder).await;
        let app = dance.register(&[]).await;
        let authorization = dance.sign(&app, &begin());
        for spoilt in [
            format!("{authorization}, oauth_nonce=\"x\""),
            authorization.replace(
                "oauth_version=\"1.0\"",
                "oauth_version=\"1.0\", oauth_version=\"1.0\"",
            ),
            authorization.replace("oauth_version=\"1.0\"", "oauth_version=\"2.0\""),
            authorization.replace("oauth_nonce", "x"),
            "OAuth".to_owned(),
        ] {
            let reply = dance.send(&begin(), &spoilt).await;
            assert_eq!(reply.status(), 400, "{spoilt}: {reply:?}");
        }
        let in_query = Call {
            path: "/oauth1/request_token?oauth_callback=oob",
            ..begin()
        };
        let reply = dance.send(&in_query, &authorization).await;
        assert_problem(&reply, 400, "parameter_rejected");
        token(&dance.send(&begin(), &authorization).await);
    })
    .await;
}

#[tokio::test]
async fn body_and_query_carry_what_a_header_does() {
    on_each_database(async |builder| {
        let dance = Dance::start(builder).await;
        let app = dance.register(&[]).await;
        let parameters = |authorization: &str| -> String {
            let listed = authorization.trim_start_matches("OAuth realm=\"Photos\", ");
            listed.replace(", ", "&").replace('"', "")
        };
        let signed = parameters(&dance.sign(&app, &begin()));
        let body = http::Request::post(REQUEST_TOKEN)
            .header("content-type", "application/x-www-form-urlencoded")
            .body(signed.into())
            .unwrap();
        token(&dance.site.browser().send(body).await);
        for method in ["POST", "GET"] {
            let call = Call { method, ..begin() };
            let signed = parameters(&dance.sign(&app, &call));
            let request = http::Request::builder()
                .method(method)
                .uri(format!("{REQUEST_TOKEN}?{signed}"))
                .body(Default::default())
                .unwrap();
            token(&dance.site.browser().send(request).await);
        }
    })
    .await;
}

#[tokio::test]
async fn a_method_that_is_none_keeps_the_site_from_starting() {
    for (methods, said) in [
        ("[\"HMAC-MD5\"]", "there is no method \"HMAC-MD5\""),
        ("[]", "no application could sign"),
    ] {
        let toml = format!("signature_methods = {methods}");
        let builder = hob::testing::TestHost::builder().plugin_toml("oauth1", &toml);
        let error = with_plugins(builder).try_start().await.err();
        let error = error.expect("it does not start");
        assert!(error.contains(said), "{error}");
    }
}

/// Check 100, at another node of the same site.
#[tokio::test]
async fn what_was_used_at_one_node_is_used_at_all() {
    on_each_database(async |builder| {
        let mut dance = Dance::start(builder).await;
        let second = with_plugins(dance.site.second_node()).url(HERE);
        let second = second.start().await;
        let app = dance.register(&[]).await;
        let access = dance.access_token(&app, &["profile"]).await;
        let call = me(&access);
        let signed = dance.sign(&app, &call);
        assert_eq!(dance.send(&call, &signed).await.status(), 200);
        let reply = dance.send_to(&second, &call, &signed).await;
        assert_eq!(reply.status(), 401, "{reply:?}");
        assert!(reply.header("www-authenticate").contains("nonce_used"));
        let signed = dance.sign(&app, &begin());
        token(&dance.send_to(&second, &begin(), &signed).await);
        let reply = dance.send(&begin(), &signed).await;
        assert_problem(&reply, 401, "nonce_used");
        let signed = dance.sign(&app, &call);
        let reply = dance.send_to(&second, &call, &signed).await;
        assert_eq!(reply.status(), 200, "{reply:?}");
    })
    .await;
}

/// Check 100, by whatever clock, and where the operator has taken longer.
#[tokio::test]
async fn a_nonce_is_kept_for_longer_than_its_timestamp_is_taken() {
    on_each_database(async |builder| {
        let mut dance = Dance::start(builder).await;
        let app = dance.register(&[]).await;
        let early = Call {
            late: -299,
            ..begin()
        };
        let from_ahead = dance.sign(&app, &early);
        token(&dance.send(&early, &from_ahead).await);
        let signed = dance.sign(&app, &begin());
        token(&dance.send(&begin(), &signed).await);
        dance
            .site
            .clock()
            .advance(std::time::Duration::from_secs(590));
        dance.site.run_job("oauth1", "prune").await;
        let reply = dance.send(&early, &from_ahead).await;
        assert_problem(&reply, 401, "nonce_used");
        let reply = dance.send(&begin(), &signed).await;
        assert_problem(&reply, 401, "timestamp_refused");
        let longer = "timestamp_window = \"10m\"";
        let builder = dance.site.stop().await.plugin_toml("oauth1", longer);
        dance.site = with_plugins(builder).start().await;
        let reply = dance.send(&begin(), &signed).await;
        assert_problem(&reply, 401, "nonce_used");
        let late = Call {
            late: 590,
            ..begin()
        };
        token(&dance.call(&app, late).await);
    })
    .await;
}

/// RFC 5849, section 3.1: the version is optional; and names are written as they
/// stand there.
#[tokio::test]
async fn the_version_may_be_left_out_and_a_name_in_another_case_is_another() {
    on_each_database(async |builder| {
        let toml = "signature_methods = [\"HMAC-SHA256\", \"PLAINTEXT\"]";
        let builder = with_plugins(builder.plugin_toml("oauth1", toml));
        let mut dance = Dance::start_at("https://photos.example", builder).await;
        let app = dance.register(&[]).await;
        // This method's signature stays right whatever is taken out.
        let plaintext = Call {
            by: SignatureMethod::Plaintext,
            ..begin()
        };
        let signed = dance.sign(&app, &plaintext);
        let without = signed.replace(", oauth_version=\"1.0\"", "");
        assert_ne!(without, signed);
        token(&dance.send(&plaintext, &without).await);

        let in_capitals = Call {
            more: &[("OAuth_Callback", CALLBACK)],
            ..Call::default()
        };
        let reply = dance.call(&app, in_capitals).await;
        assert_problem(&reply, 400, "parameter_absent");
        let access = dance.access_token(&app, &["profile"]).await;
        let in_capitals = Call {
            token: None,
            more: &[("OAuth_Token", &access.token)],
            ..me(&access)
        };
        let reply = dance.call(&app, in_capitals).await;
        assert_eq!(reply.status(), 400, "{reply:?}");
        assert_eq!(dance.status(&app, &access).await, 200);
    })
    .await;
}
