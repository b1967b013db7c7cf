//! A member signs out, here or at a provider too.

use hob::testing::TestHost;
use serde_json::json;

use crate::support::{HERE, PASSWORD, query_of, scripted::Scripted, who};

#[tokio::test(flavor = "multi_thread")]
async fn a_member_signs_out_here_or_at_the_provider_too() {
    let provider = Scripted::start().await;
    let document = |end: serde_json::Value| {
        json!({
            "issuer": provider.url,
            "authorization_endpoint": format!("{}/authorize", provider.url),
            "token_endpoint": format!("{}/token", provider.url),
            "userinfo_endpoint": format!("{}/me", provider.url),
            "end_session_endpoint": end,
        })
    };
    let at = "/.well-known/openid-configuration";
    let end = format!("{}/end", provider.url);
    for (said, leads) in [(json!(end), end.as_str()), (json!(null), "/")] {
        provider.say(at, 200, document(said));
        let site = provider.site(TestHost::builder(), "").await;
        site.add_member("alice", PASSWORD).await;
        let mut alice = site.browser();
        alice.sign_in("alice", PASSWORD).await;
        let fields = [("provider", "other")];
        let out = alice.submit("/signin/accounts/sign-out", &fields).await;
        assert_eq!(out.status(), 303, "{out:?}");
        let location = out.header("location").to_owned();
        assert_eq!(location.split('?').next(), Some(leads), "{location}");
        assert_eq!(who(&mut alice).await, None);
        if leads != "/" {
            let back = query_of(&out);
            assert_eq!(back.one("client_id").unwrap(), Some("hob"));
            let home = format!("{}/", HERE);
            assert_eq!(
                back.one("post_logout_redirect_uri").unwrap(),
                Some(home.as_str())
            );
        }
        // Here alone: nothing leads to the provider.
        alice.sign_in("alice", PASSWORD).await;
        let out = alice.submit("/logout", &[]).await;
        assert_eq!(out.header("location"), "/");
        assert_eq!(who(&mut alice).await, None);
    }
}
