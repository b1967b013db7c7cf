//! Providers that speak OAuth 1.0a (RFC 5849).

use hob::testing::{Browser, Reply, TestHost, on_each_database};
use hob_oauth1_signature::{
    PublicKey, ReceivedRequest, Secrets, SignatureMethod, SignedRequest, VerifyingKey,
};
use hob_plugin_sdk::http_client::form_urlencoded;
use serde_json::json;

use crate::asker::{FILE, FORM, with_asker};
use crate::support::{
    ACCOUNTS, HERE, PASSWORD, count, link_directly,
    scripted::{Asked, Scripted},
    who,
};

const PRIVATE_KEY: &str =
    include_str!("../../../oauth1-signature/src/signature/rsa_2048_private.pem");
const PUBLIC_KEY: &str =
    include_str!("../../../oauth1-signature/src/signature/rsa_2048_public.pem");
const LINK: &str = "/signin/accounts/link";
const BACK: &str = "/signin/other/authorized?oauth_token=req&oauth_verifier=v3rifier";

/// A provider that gives what is asked for.
async fn provider() -> Scripted {
    let provider = Scripted::start().await;
    let confirmed = "oauth_token=req&oauth_token_secret=req%26secret&oauth_callback_confirmed=true";
    provider.say("/request", 200, json!(confirmed));
    let given = "oauth_token=acc&oauth_token_secret=acc+secret";
    provider.say("/access", 200, json!(given));
    provider.say("/me", 200, json!({"id": 7, "name": "ada"}));
    provider
}

/// Lines of its section.
fn lines(provider: &Scripted, more: &str) -> String {
    let url = &provider.url;
    format!(
        "kind = \"oauth1\"\nrequest_token_endpoint = \"{url}/request\"\n\
         authorization_endpoint = \"{url}/authorize?a=b\"\n\
         token_endpoint = \"{url}/access\"\nuserinfo_endpoint = \"{url}/me?full=1\"\n\
         api = \"{url}/api\"\n{more}"
    )
}

/// A request as the provider understands it, and whether it was signed with the
/// consumer's secret and this token's.
fn read(
    provider: &Scripted,
    asked: &Asked,
    (client, token): (&str, &str),
) -> (SignedRequest, bool) {
    let is_form = asked.content_type == "application/x-www-form-urlencoded";
    let request = ReceivedRequest {
        method: &asked.method,
        origin: &provider.url,
        path: &asked.path,
        query: &asked.query,
        authorization: &[&asked.authorization],
        form: is_form.then_some(&asked.body),
    };
    let read = SignedRequest::read(&request)
        .unwrap()
        .expect("it is signed");
    let public_key = PublicKey::from_pem(PUBLIC_KEY).expect("it is one");
    let verified = read.verify(VerifyingKey {
        secrets: Secrets { client, token },
        public_key: Some(&public_key),
    });
    (read, verified)
}

/// The same, if it was signed with these secrets and with no others.
fn signed(provider: &Scripted, asked: &Asked, token: &str) -> SignedRequest {
    let (signed, verified) = read(provider, asked, ("s3 cret", token));
    assert!(verified, "{asked:?}");
    let (_, otherwise) = read(provider, asked, ("s3cret", token));
    assert_eq!(otherwise, signed.method.is_rsa(), "{asked:?}");
    assert_eq!(signed.consumer_key, "hob");
    signed
}

async fn alice(site: &TestHost) -> Browser {
    site.add_member("alice", PASSWORD).await;
    let mut alice = site.browser();
    alice.sign_in("alice", PASSWORD).await;
    alice
}

async fn begin(browser: &mut Browser) -> Reply {
    browser.get("/signin/other").await
}

#[tokio::test(flavor = "multi_thread")]
async fn a_member_links_an_account_and_signs_in_with_it() {
    for method in [
        SignatureMethod::HmacSha1,
        SignatureMethod::HmacSha256,
        SignatureMethod::RsaSha1,
        SignatureMethod::RsaSha256,
    ] {
        on_each_database(async |builder| {
            let provider = provider().await;
            let more = format!(
                "signature_method = \"{method}\"\nrealm = \"photos\"\nprivate_key = {PRIVATE_KEY:?}"
            );
            let site = provider.site(builder, &lines(&provider, &more)).await;
            let mut alice = alice(&site).await;
            let sent = alice.submit(LINK, &[("provider", "other")]).await;
            let leads = format!("{}/authorize?a=b&oauth_token=req", provider.url);
            assert_eq!(sent.header("location"), leads, "{sent:?}");
            let asked = signed(&provider, &provider.asked_in_full("/request")[0], "");
            let callback = format!("{HERE}/signin/other/authorized");
            assert_eq!(asked.callback.as_deref(), Some(callback.as_str()));
            assert_eq!((asked.method, asked.token), (method, None));
            assert_eq!(asked.realm.as_deref(), Some("photos"));
            let back = alice.get(BACK).await;
            assert_eq!(back.header("location"), ACCOUNTS, "{back:?}");
            let asked = signed(
                &provider,
                &provider.asked_in_full("/access")[0],
                "req&secret",
            );
            assert_eq!(asked.token.as_deref(), Some("req"));
            assert_eq!(asked.verifier.as_deref(), Some("v3rifier"));
            let asked = signed(&provider, &provider.asked_in_full("/me")[0], "acc secret");
            assert_eq!(asked.token.as_deref(), Some("acc"));
            // Nothing is kept of it, unless the operator says so.
            assert_eq!(count(&site, "signin_tokens").await, 0);
            assert_eq!(count(&site, "signin_accounts").await, 1);
            let mut visitor = site.browser();
            begin(&mut visitor).await;
            assert_eq!(visitor.get(BACK).await.status(), 303);
            assert_eq!(who(&mut visitor).await.as_deref(), Some("alice"));
        })
        .await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_request_token_counts_once_in_the_browser_that_was_sent_with_it() {
    on_each_database(async |builder| {
        let provider = provider().await;
        let site = provider.site(builder, &lines(&provider, "")).await;
        let alice = site.add_member("alice", PASSWORD).await;
        link_directly(&site, &provider.url, "7", alice.id).await;
        let (mut one, mut other) = (site.browser(), site.browser());
        begin(&mut one).await;
        other.get("/login").await;
        let stolen = other.get(BACK).await;
        assert_eq!(stolen.status(), 400, "{stolen:?}");
        let unknown = BACK.replace("=req", "=another");
        assert_eq!(one.get(&unknown).await.status(), 400);
        assert_eq!(provider.asked("/access").len(), 0);
        assert_eq!(one.get(BACK).await.status(), 303);
        assert_eq!(who(&mut one).await.as_deref(), Some("alice"));
        assert_eq!(one.get(BACK).await.status(), 400);
        assert_eq!(provider.asked("/access").len(), 1);
        // An answer of OAuth 2 is none here.
        let of_another = other.get("/signin/other/authorized?state=req&code=c").await;
        assert_eq!(of_another.status(), 400);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_request_token_of_one_issuer_is_not_shown_to_another() {
    let (first, second) = (provider().await, provider().await);
    let site = first.site(TestHost::builder(), &lines(&first, "")).await;
    let mut begun = site.browser();
    begin(&mut begun).await;
    let builder = site.stop().await;
    let site = second.site(builder, &lines(&second, "")).await;
    let mut browser = site.browser();
    browser.copy_cookies(&begun);
    let refused = browser.get(BACK).await;
    assert_eq!(refused.status(), 400, "{refused:?}");
    assert_eq!(second.asked("/access").len(), 0);
}

#[tokio::test]
async fn a_provider_of_the_first_edition_is_not_used() {
    let provider = provider().await;
    let site = provider
        .site(TestHost::builder(), &lines(&provider, ""))
        .await;
    for (said, is_used) in [
        ("oauth_token=req&oauth_token_secret=s", false),
        (
            "oauth_token=req&oauth_token_secret=s&oauth_callback_confirmed=false",
            false,
        ),
        ("oauth_token_secret=s&oauth_callback_confirmed=true", false),
        (
            "oauth_token=&oauth_token_secret=s&oauth_callback_confirmed=true",
            false,
        ),
        ("oauth_token=req&oauth_callback_confirmed=true", false),
        (
            "oauth_token=req&oauth_token_secret=s&oauth_callback_confirmed=true",
            true,
        ),
    ] {
        provider.say("/request", 200, json!(said));
        let sent = begin(&mut site.browser()).await;
        let expected = if is_used { 303 } else { 502 };
        assert_eq!(sent.status(), expected, "{said}: {sent:?}");
    }
    assert_eq!(count(&site, "signin_requests").await, 1);
    // Nor is one that never ends.
    let right = "oauth_token=long&oauth_token_secret=s&oauth_callback_confirmed=true";
    let long = format!("{right}&x={}", "x".repeat(600 * 1024));
    provider.say("/request", 200, json!(long));
    assert_eq!(begin(&mut site.browser()).await.status(), 502);
}

#[tokio::test]
async fn what_the_provider_or_the_member_refuses_signs_nobody_in() {
    let provider = provider().await;
    let site = provider
        .site(TestHost::builder(), &lines(&provider, ""))
        .await;
    let alice = site.add_member("alice", PASSWORD).await;
    link_directly(&site, &provider.url, "7", alice.id).await;
    for back in [
        "/signin/other/authorized?denied=req",
        "/signin/other/authorized?oauth_token=req&oauth_problem=user_refused",
    ] {
        let mut browser = site.browser();
        begin(&mut browser).await;
        let page = browser.get(back).await;
        assert_eq!(page.status(), 403, "{page:?}");
        assert!(
            page.text().contains("You declined at The other"),
            "{page:?}"
        );
    }
    for (path, status, said) in [
        ("/access", 401, "oauth_problem=token_rejected"),
        ("/access", 200, "oauth_token=acc"),
        ("/access", 401, "oauth_token=acc&oauth_token_secret=s"),
        ("/access", 303, ""),
        ("/me", 401, "{\"id\": 7}"),
        ("/me", 200, "{}"),
        ("/request", 401, "oauth_problem=timestamp_refused"),
    ] {
        let before = provider.said(path);
        provider.say(path, status, json!(said));
        let mut browser = site.browser();
        begin(&mut browser).await;
        let refused = browser.get(BACK).await;
        let expected = if path == "/request" { 400 } else { 502 };
        assert_eq!(refused.status(), expected, "{path} {status}: {refused:?}");
        assert_eq!(who(&mut browser).await, None);
        provider.say(path, 200, before);
    }
    // It can't say when somebody signed in there, whatever its scopes are called.
    let jwks = format!(
        "scopes = [\"openid\"]\njwks_uri = \"{}/keys\"",
        provider.url
    );
    let openid = provider
        .site(TestHost::builder(), &lines(&provider, &jwks))
        .await;
    for site in [&site, &openid] {
        let anew = site.browser().get("/signin/other?anew=1").await;
        assert_eq!(anew.status(), 403, "{anew:?}");
        let page = site.browser().get("/login?anew=1").await;
        assert!(!page.text().contains("The other"), "{page:?}");
        assert_eq!(begin(&mut site.browser()).await.status(), 303);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn requests_of_other_plugins_are_signed_as_the_member() {
    on_each_database(async |builder| {
        let provider = provider().await;
        let lines = lines(&provider, "tokens = \"database\"");
        let site = provider.site(with_asker(builder), &lines).await;
        let mut alice = alice(&site).await;
        alice.submit(LINK, &[("provider", "other")]).await;
        alice.get(BACK).await;
        assert_eq!(count(&site, "signin_tokens").await, 1);
        provider.say("/api/x", 200, json!({"x": 1}));
        let reply = alice.get("/asker/ask?url=/x?limit=2%26q=a%2520b").await;
        assert_eq!((reply.status(), reply.text()), (200, "{\"x\":1}"));
        let asked = &provider.asked_in_full("/api/x")[0];
        assert_eq!(asked.query, "limit=2&q=a%20b");
        let read = signed(&provider, asked, "acc secret");
        assert_eq!(read.token.as_deref(), Some("acc"));
        // Nothing refreshes such a token.
        provider.say("/api/x", 401, json!({}));
        assert_eq!(alice.get("/asker/ask?url=/x").await.status(), 401);
        assert_eq!(provider.asked("/api/x").len(), 2);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_form_is_signed_too_and_a_file_is_not() {
    on_each_database(async |builder| {
        let provider = provider().await;
        let lines = lines(&provider, "tokens = \"database\"");
        let site = provider.site(with_asker(builder), &lines).await;
        let mut alice = alice(&site).await;
        alice.submit(LINK, &[("provider", "other")]).await;
        alice.get(BACK).await;
        provider.say("/api/send", 201, json!({}));
        for what in ["form", "file"] {
            let sent = alice.get(&format!("/asker/send?what={what}")).await;
            assert_eq!(sent.status(), 201, "{sent:?}");
        }
        let [form, file] = &provider.asked_in_full("/api/send")[..] else {
            panic!("it is asked twice");
        };
        assert_eq!(form.body, form_urlencoded(&FORM).as_bytes());
        assert_eq!(file.body, FILE);
        for asked in [form, file] {
            signed(&provider, asked, "acc secret");
        }
        // Another form was not signed.
        let other = Asked {
            body: b"title=another".to_vec(),
            ..form.clone()
        };
        assert!(!read(&provider, &other, ("s3 cret", "acc secret")).1);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_site_s_own_account_signs_what_is_sent_in_nobody_s_name() {
    on_each_database(async |builder| {
        let provider = provider().await;
        let lines = lines(&provider, "site_account = true");
        let site = provider.site(with_asker(builder), &lines).await;
        site.add_administrator("olga", PASSWORD).await;
        let mut olga = site.browser();
        olga.sign_in("olga", PASSWORD).await;
        let fields = [("provider", "other")];
        olga.submit("/signin/site/link", &fields).await;
        let back = olga.get(BACK).await;
        assert_eq!(back.header("location"), "/signin/site", "{back:?}");
        provider.say("/api/x", 200, json!({}));
        let ask = "/asker/as-site?url=/x";
        assert_eq!(site.browser().get(ask).await.status(), 200);
        let read = signed(
            &provider,
            &provider.asked_in_full("/api/x")[0],
            "acc secret",
        );
        assert_eq!(read.token.as_deref(), Some("acc"));
        // It opens nobody's account, and can be taken away: the provider can't
        // be asked to do so there.
        assert_eq!(count(&site, "signin_accounts").await, 0);
        let done = olga.submit("/signin/site/unlink", &fields).await;
        assert_eq!(done.header("location"), "/signin/site?still_given=other");
        assert_eq!(site.browser().get(ask).await.status(), 404);
        assert_eq!(provider.asked("/api/x").len(), 1);
    })
    .await;
}

#[tokio::test]
async fn what_an_operator_forgot_keeps_the_site_from_starting() {
    let https = "kind = \"oauth1\"\nissuer = \"https://a.example\"\nclient_id = \"c\"\n\
                 authorization_endpoint = \"https://a.example/authorize\"\n\
                 token_endpoint = \"https://a.example/access\"\n\
                 userinfo_endpoint = \"https://a.example/me\"";
    let begins = "request_token_endpoint = \"https://a.example/request\"";
    for (more, problem) in [
        ("", Some("`request_token_endpoint` is missing")),
        (begins, None),
        (
            "request_token_endpoint = \"http://a.example/request\"\n\
             signature_method = \"PLAINTEXT\"",
            Some("have to begin with https"),
        ),
        (&format!("{begins}\nsignature_method = \"PLAINTEXT\""), None),
        (
            &format!("{begins}\nsignature_method = \"PLAINTEXT\"\napi = \"http://a.example/api\""),
            Some("have to begin with https"),
        ),
        (
            &format!("{begins}\nsignature_method = \"PLAINTEXT\"\napi = \"https://a.example/api\""),
            None,
        ),
        (&format!("{begins}\napi = \"http://a.example/api\""), None),
        (
            &format!("{begins}\nrevocation_endpoint = \"https://a.example/revoke\""),
            Some("`revocation_endpoint` is of OAuth 2"),
        ),
        (
            &format!("{begins}\nsignature_method = \"RSA-SHA1\""),
            Some("`private_key` is missing"),
        ),
        (
            &format!("{begins}\nsignature_method = \"RSA-SHA256\"\nprivate_key = \"no key\""),
            Some("`private_key` can't be used"),
        ),
    ] {
        let section = format!("[plugin.signin.provider.other]\n{https}\n{more}");
        let site = TestHost::builder()
            .plugin(hob_plugin_signin::HOB_PLUGIN)
            .plugin_toml("signin", &section);
        match (site.try_start().await.err(), problem) {
            (None, None) => {}
            (Some(refused), Some(problem)) => assert!(refused.contains(problem), "{refused}"),
            (refused, _) => panic!("{more}: {refused:?}"),
        }
    }
}
