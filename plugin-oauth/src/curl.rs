//! Lines for a shell that show an application or a token at work.
//!
//! Knows neither pages nor requests. What an API offers it hears of the host,
//! so that no API is named here.

use std::{borrow::Cow, fmt::Write};

use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use hob_plugin_sdk::TokenRoute;
use rand::Rng;

use crate::{
    OAuth,
    grants::Grant,
    models::{Client, ClientAuthentication},
    scope::Scope,
    secret::{PlainSecret, operating_system_randomness},
};

/// Stands for a secret that is not known any longer.
const SECRET_VARIABLE: &str = "$CLIENT_SECRET";

/// Asks the first resource that this scope opens. None where there is none
/// that can be asked so.
pub fn for_token(oauth: &OAuth, token: &PlainSecret, scope: &Scope) -> Option<String> {
    let routes = oauth.host().token_routes();
    let opens = |route: &&TokenRoute| {
        let mut needed = route.scopes.iter();
        !route.scopes.is_empty() && needed.all(|word| scope.contains(word))
    };
    let route = routes.iter().find(opens)?;
    Line::new()
        .option("-H", &format!("Authorization: Bearer {}", token.reveal()))
        .end(&route.url)
}

/// Shows that the application's credentials and registration are right: it
/// gets a token, if it may act for itself, and else pushes an authorization
/// request. Without its secret the line takes it from the environment. None
/// for one that can't prove itself by curl alone, or may not.
pub fn for_client(oauth: &OAuth, client: &Client, secret: Option<&PlainSecret>) -> Option<String> {
    if client.is_suspended() {
        return None;
    }
    let line = match client.authentication() {
        ClientAuthentication::Secret => {
            Line::new().credentials(&client.client_id, secret.map(PlainSecret::reveal))
        }
        ClientAuthentication::None => Line::new(),
        ClientAuthentication::PrivateKeyJwt(_) => return None,
    };
    let acts_for_itself = Grant::named("client_credentials")
        .is_some_and(|grant| client.may_use(grant) && !client.dpop_bound_access_tokens);
    let site = oauth.host().site();
    if acts_for_itself {
        return line
            .option("-d", "grant_type=client_credentials")
            .end(&site.plugin_url("/access_token"));
    }
    let redirect_uri = client.redirect_uris.0.first()?;
    line.option("-d", &format!("client_id={}", client.client_id))
        .option("-d", "response_type=code")
        .field("redirect_uri", redirect_uri.as_str())
        .field("scope", &client.scope.to_string())
        .option("-d", &format!("code_challenge={}", new_challenge()))
        .option("-d", "code_challenge_method=S256")
        .end(&site.plugin_url("/par"))
}

/// A challenge to which nobody knows the verifier: what is asked for here is
/// only to be asked for.
fn new_challenge() -> String {
    let mut bytes = [0; 32];
    operating_system_randomness().fill_bytes(&mut bytes);
    URL_SAFE_NO_PAD.encode(bytes)
}

/// A call of curl in the making. None once it held what no shell takes.
struct Line(Option<String>);

impl Line {
    fn new() -> Self {
        Self(Some("curl -sS".to_owned()))
    }

    fn push(self, quoted: Option<Cow<'_, str>>) -> Self {
        Self(self.0.zip(quoted).map(|(mut line, word)| {
            write!(line, " {word}").expect("writing to a string does not fail");
            line
        }))
    }

    fn word(self, word: &str) -> Self {
        self.push(quoted(word))
    }

    fn option(self, name: &str, value: &str) -> Self {
        self.word(name).word(value)
    }

    /// A field of a form, whatever it holds.
    fn field(self, name: &str, value: &str) -> Self {
        self.option("--data-urlencode", &format!("{name}={value}"))
    }

    /// Both are letters, digits and `_`, for a shell as for Basic.
    fn credentials(self, client_id: &str, secret: Option<&str>) -> Self {
        match secret {
            Some(secret) => self.option("-u", &format!("{client_id}:{secret}")),
            None => {
                let variable = format!("\"{client_id}:{SECRET_VARIABLE}\"");
                self.word("-u").push(Some(variable.into()))
            }
        }
    }

    fn end(self, url: &str) -> Option<String> {
        self.word(url).0
    }
}

/// As one word of a shell. None for what holds a NUL, which no shell takes.
fn quoted(word: &str) -> Option<Cow<'_, str>> {
    shlex::try_quote(word).ok()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn a_word_that_needs_no_quotes_has_none_and_a_nul_is_no_word() {
        let line = |word: &str| Line::new().end(word);
        let plain = "https://example.org/api/v1/me";
        assert_eq!(line(plain), Some(format!("curl -sS {plain}")));
        assert_eq!(line("a\0b"), None);
        assert_eq!(Line::new().word("a\0b").end(plain), None);
    }

    proptest! {
        #[test]
        fn a_shell_reads_what_was_meant(words in prop::collection::vec("[^\0]{0,40}", 0..5)) {
            let line = words.iter().fold(Line::new(), |line, word| line.word(word)).0;
            let mut meant = vec!["curl".to_owned(), "-sS".to_owned()];
            meant.extend(words);
            prop_assert_eq!(line.and_then(|line| shlex::split(&line)), Some(meant));
        }
    }
}
