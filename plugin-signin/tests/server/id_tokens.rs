//! ID tokens that are another's, forged, or signed by a key that is gone.

use std::time::Duration;

use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use hob::testing::TestHost;
use hob_jose::testing::{sign, signing_key};
use serde_json::{Value, json};

use crate::journey::{begin, gives, id_token, is_believed};
use crate::support::scripted::Scripted;

#[tokio::test]
async fn an_id_token_is_of_this_journey_for_this_site_and_of_that_account() {
    let provider = Scripted::start().await;
    let site = provider.site(TestHost::builder(), "").await;
    let iss = format!("&iss={}", provider.url);
    type Change = fn(&mut Value);
    let changes: [(&str, Change, bool); 6] = [
        ("nothing", |_| (), true),
        (
            "iss",
            |claims| claims["iss"] = "https://evil.example".into(),
            false,
        ),
        ("aud", |claims| claims["aud"] = "another".into(), false),
        ("nonce", |claims| claims["nonce"] = "another".into(), false),
        ("exp", |claims| claims["exp"] = 1.into(), false),
        ("sub", |claims| claims["sub"] = "grace".into(), false),
    ];
    for (claim, change, is_right) in changes {
        let mut sent = begin(&site).await;
        gives(&provider, Some(&id_token(&provider, &sent, change)));
        let back = sent.back(&iss).await;
        assert_eq!(is_believed(&back), is_right, "{claim}: {back:?}");
    }
    let mut sent = begin(&site).await;
    gives(&provider, None);
    assert!(!is_believed(&sent.back(&iss).await), "it was asked for");
}

#[tokio::test]
async fn an_id_token_is_signed_by_the_provider() {
    let provider = Scripted::start().await;
    let site = provider.site(TestHost::builder(), "").await;
    let iss = format!("&iss={}", provider.url);
    let unsigned = URL_SAFE_NO_PAD.encode(r#"{"alg":"none"}"#);
    type Forge<'a> = &'a dyn Fn(&str) -> String;
    let forged: [(&str, Forge<'_>, bool); 4] = [
        ("nothing", &|token| token.to_owned(), true),
        (
            "another's signature",
            &|token| {
                let (message, _) = token.rsplit_once('.').unwrap();
                let other = sign(&json!({"alg": "ES256"}), &json!({}));
                format!("{message}.{}", other.rsplit_once('.').unwrap().1)
            },
            false,
        ),
        (
            "no signature",
            &|token| {
                let payload = token.split('.').nth(1).unwrap();
                format!("{unsigned}.{payload}.")
            },
            false,
        ),
        (
            "another algorithm",
            &|token| {
                let mut parts = token.split('.');
                let header = URL_SAFE_NO_PAD.encode(r#"{"alg":"HS256"}"#);
                parts.next();
                format!("{header}.{}", parts.collect::<Vec<_>>().join("."))
            },
            false,
        ),
    ];
    for (what, forge, is_right) in forged {
        let mut sent = begin(&site).await;
        let honest = id_token(&provider, &sent, |_| ());
        gives(&provider, Some(&forge(&honest)));
        let back = sent.back(&iss).await;
        assert_eq!(is_believed(&back), is_right, "{what}: {back:?}");
    }
}

#[tokio::test]
async fn a_provider_may_change_its_keys() {
    let provider = Scripted::start().await;
    let site = provider.site(TestHost::builder(), "").await;
    let iss = format!("&iss={}", provider.url);
    let believed = async || {
        let mut sent = begin(&site).await;
        gives(&provider, Some(&id_token(&provider, &sent, |_| ())));
        is_believed(&sent.back(&iss).await)
    };
    let asked = || provider.asked("/keys").len();
    provider.say("/keys", 200, json!({"keys": []}));
    assert!(!believed().await);
    provider.say("/keys", 200, json!({"keys": [signing_key().1]}));
    // Whoever brings tokens can't have it asked each time.
    let before = asked();
    assert!(!believed().await);
    assert_eq!(asked(), before);
    site.clock().advance(Duration::from_secs(60));
    assert!(believed().await);
    assert_eq!(asked(), before + 1);
    // What fits is not asked for again.
    site.clock().advance(Duration::from_secs(60));
    assert!(believed().await);
    assert_eq!(asked(), before + 1);
    // A key that is gone is no longer believed after an hour.
    provider.say("/keys", 200, json!({"keys": []}));
    site.clock().advance(Duration::from_secs(3600));
    assert!(!believed().await);
    provider.say("/keys", 500, json!({}));
    site.clock().advance(Duration::from_secs(3600));
    assert!(!believed().await);
}
