//! What the pages have in common on the way of a browser from an application
//! and back: how a verifier is made and read, and how an error is shown.

use hob_authorization::{
    pages::{AuthorizationErrorPage, guarded, page},
    secret::{PlainSecret, SecretDigest, SecretKind, operating_system_randomness},
};
use hob_plugin_sdk::{PluginError, Request, Response, http::FieldError};
use rand::CryptoRng;

use crate::{
    OAuth1,
    models::{Consumer, RequestToken},
};

/// Letters that are not taken for one another, and make no words.
const LETTERS: &[u8; 20] = b"BCDFGHJKLMNPQRSTVWXZ";
/// 43 bits, of which nobody has more than five tries.
const TYPED_LENGTH: usize = 10;

/// What a member brings back to the application.
pub struct Verifier {
    pub text: String,
    pub digest: SecretDigest,
}

/// Makes a verifier: one to be carried by the browser, or one to be typed.
pub fn new_verifier(oauth1: &OAuth1, token: &RequestToken) -> Verifier {
    let randomness = &mut operating_system_randomness();
    let text = match &token.callback {
        Some(_) => PlainSecret::generate(SecretKind::Verifier, oauth1.now(), randomness)
            .reveal()
            .to_owned(),
        None => typed_verifier(randomness),
    };
    Verifier {
        digest: verifier_digest(token, &text),
        text,
    }
}

/// In two halves, such as `BCDFG-HJKLM`.
fn typed_verifier(randomness: &mut impl CryptoRng) -> String {
    let mut text = String::with_capacity(TYPED_LENGTH + 1);
    while text.len() <= TYPED_LENGTH {
        if text.len() == TYPED_LENGTH / 2 {
            text.push('-');
        }
        let byte = usize::from(randomness.next_u32().to_le_bytes()[0]);
        // So that each letter is as likely as any other.
        if byte < LETTERS.len() * (256 / LETTERS.len()) {
            text.push(char::from(LETTERS[byte % LETTERS.len()]));
        }
    }
    text
}

/// The digest of what an application presents as the verifier. In one that was
/// typed, capitals, dashes and spaces do not matter.
pub fn verifier_digest(token: &RequestToken, presented: &str) -> SecretDigest {
    match &token.callback {
        Some(_) => SecretDigest::of(presented),
        None => {
            let letters = presented.chars().filter(char::is_ascii_alphanumeric);
            let letters: String = letters.map(|letter| letter.to_ascii_uppercase()).collect();
            SecretDigest::of(&letters)
        }
    }
}

/// The sign-in page with the way back to `next`, a path of this site.
pub fn sign_in_path(oauth1: &OAuth1, next: &str) -> String {
    let next: String = form_urlencoded::byte_serialize(next.as_bytes()).collect();
    oauth1.host().site().path(&format!("/login?next={next}"))
}

/// Sends the browser back to the application. By 303: a 307 would send the form
/// on.
pub fn send_back(token: &RequestToken, parameters: &[(&str, &str)]) -> Option<Response> {
    let callback = token.callback.as_ref()?;
    Some(guarded(Response::redirect(
        callback.with_parameters(parameters),
    )))
}

/// A browser that can't be sent on.
#[derive(Debug, thiserror::Error)]
pub enum Unanswerable {
    #[error("{0}")]
    Field(#[from] FieldError),
    #[error("the body has to be application/x-www-form-urlencoded")]
    NoForm,
    #[error("the request token is unknown, was answered before, or has expired")]
    TokenGone,
    #[error("the operator has suspended this application")]
    Suspended,
    #[error(
        "the request was shown to another account or in another session; start again from the \
         application"
    )]
    AnotherSession,
    #[error("decision has to be allow or deny")]
    NoDecision,
    #[error("the member does not allow it")]
    Denied,
    /// In words for the member.
    #[error("a plugin of this site refuses it: {0}")]
    Refused(String),
    #[error(transparent)]
    Plugin(#[from] PluginError),
}

impl Unanswerable {
    /// Status, `oauth_problem`, and the messages of heading and explanation.
    const fn told(&self) -> (u16, &'static str, &'static str, &'static str) {
        match self {
            Self::Field(_) | Self::NoForm | Self::NoDecision => (
                400,
                "parameter_rejected",
                "error-unanswerable",
                "error-mistake-hint",
            ),
            Self::TokenGone => (
                400,
                "token_rejected",
                "oauth1-unknown-token",
                "oauth1-unknown-token-hint",
            ),
            Self::Suspended => (
                403,
                "consumer_key_refused",
                "error-suspended",
                "error-suspended-hint",
            ),
            Self::AnotherSession => (
                403,
                "permission_denied",
                "error-another-account",
                "error-another-account-hint",
            ),
            Self::Denied => (
                403,
                "permission_denied",
                "error-denied",
                "error-denied-hint",
            ),
            Self::Refused(_) => (403, "permission_denied", "refused-by-plugin", ""),
            Self::Plugin(_) => (
                500,
                "internal_error",
                "error-internal",
                "error-internal-hint",
            ),
        }
    }

    /// The page that says so. The application is named to its developer.
    pub fn into_page(self, request: &Request, consumer: Option<&Consumer>) -> Response {
        let words = request.words();
        let (status, code, heading, hint) = self.told();
        let explanation = match &self {
            Self::Refused(reason) => reason.clone(),
            _ => words.say(hint).to_string(),
        };
        let detail = match &self {
            Self::Plugin(error) => {
                tracing::error!(%error, "the authorization page failed");
                "see the server's log".to_owned()
            }
            told => told.to_string(),
        };
        let heading = &words.say(heading).to_string();
        page(
            status,
            heading,
            &AuthorizationErrorPage {
                words,
                heading,
                explanation: &explanation,
                code,
                developer_detail: &detail,
                client_id: consumer.map(|consumer| consumer.consumer_key.as_str()),
                request_id: request.request_id(),
                departure: None,
            },
        )
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_typed_verifier_has_letters_that_are_told_apart() {
        let randomness = &mut operating_system_randomness();
        let all: Vec<String> = (0..50).map(|_| typed_verifier(randomness)).collect();
        for text in &all {
            assert_eq!(text.len(), TYPED_LENGTH + 1, "{text}");
            let (first, second) = text.split_once('-').expect("it has two halves");
            assert_eq!(first.len(), second.len());
            let is_letter = |byte: u8| LETTERS.contains(&byte);
            assert!(first.bytes().chain(second.bytes()).all(is_letter), "{text}");
        }
        let different: std::collections::HashSet<_> = all.iter().collect();
        assert_eq!(different.len(), all.len());
    }
}
