//! A browser goes to a scripted provider and comes back, and the provider says of
//! it what a test wants said.

use hob::testing::{Browser, Reply, TestHost};
use hob_jose::testing::sign;
use serde_json::{Value, json};

use crate::support::{query_of, scripted::Scripted};

/// A browser that was sent to the provider.
pub struct Sent {
    pub browser: Browser,
    pub state: String,
    pub nonce: String,
    /// When, in seconds, by the site's clock.
    pub at: i64,
}

pub async fn begin(site: &TestHost) -> Sent {
    begin_at(site, "/signin/other").await
}

/// The same by another address, such as one with parameters.
pub async fn begin_at(site: &TestHost, path: &str) -> Sent {
    let mut browser = site.browser();
    let sent = browser.get(path).await;
    assert_eq!(sent.status(), 303, "{sent:?}");
    let query = query_of(&sent);
    let text = |name: &str| query.one(name).unwrap().unwrap_or_default().to_owned();
    Sent {
        state: text("state"),
        nonce: text("nonce"),
        at: site.clock().now().as_seconds(),
        browser,
    }
}

impl Sent {
    /// Comes back with a code, and with these parameters.
    pub async fn back(&mut self, more: &str) -> Reply {
        let path = format!(
            "/signin/other/authorized?code=c0de&state={}{more}",
            self.state
        );
        self.browser.get(&path).await
    }
}

/// An ID token of this journey.
pub fn id_token(provider: &Scripted, sent: &Sent, change: impl FnOnce(&mut Value)) -> String {
    let mut claims = json!({
        "iss": provider.url, "sub": "ada", "aud": "hob",
        "exp": sent.at + 300, "iat": sent.at, "nonce": sent.nonce,
    });
    change(&mut claims);
    sign(&json!({"alg": "ES256"}), &claims)
}

pub fn gives(provider: &Scripted, id_token: Option<&str>) {
    let mut given = json!({"access_token": "a-token", "token_type": "bearer", "expires_in": 60});
    if let Some(id_token) = id_token {
        given["id_token"] = id_token.into();
    }
    provider.say("/token", 200, given);
}

/// Whether the provider's answer was believed: nobody linked the account, and
/// that is what is said then.
pub fn is_believed(reply: &Reply) -> bool {
    match reply.status() {
        403 => reply.text().contains("opens no account here yet"),
        400 | 502 => false,
        _ => panic!("{reply:?}"),
    }
}
