//! Requests to a provider that are signed as OAuth 1.0a has it (RFC 5849), by
//! the site alone or together with somebody's token.
//!
//! It knows no HTTP, and not what a request is for.

use std::fmt::Write as _;

use hob_oauth1_signature::{Outgoing, PrivateKey, Secrets, SignatureMethod, Signer};
use hob_plugin_sdk::{db::Timestamp, http_client::OutboundRequest};
use rand::TryRng;
use url::Url;

use crate::{
    error::SignInError,
    settings::{ClientSecret, ProviderSettings, Signing},
    tokens::Tokens,
};

/// How this site signs at a provider.
#[derive(Debug)]
pub struct OAuth1 {
    /// Where a journey begins (section 2.1).
    pub request_token_endpoint: String,
    consumer_key: String,
    consumer_secret: Option<ClientSecret>,
    method: SignatureMethod,
    private_key: Option<PrivateKey>,
    realm: Option<String>,
}

impl OAuth1 {
    /// # Errors
    /// Something is missing or is no key, in words for the operator.
    pub fn new(written: &ProviderSettings, request_token_endpoint: &str) -> Result<Self, String> {
        let method = match written.signature_method {
            Signing::HmacSha1 => SignatureMethod::HmacSha1,
            Signing::HmacSha256 => SignatureMethod::HmacSha256,
            Signing::RsaSha1 => SignatureMethod::RsaSha1,
            Signing::RsaSha256 => SignatureMethod::RsaSha256,
            Signing::Plaintext => SignatureMethod::Plaintext,
        };
        let private_key = match (&written.private_key, method.is_rsa()) {
            (Some(pem), true) => Some(
                PrivateKey::from_pem(pem.reveal())
                    .map_err(|error| format!("`private_key` can't be used: {error}"))?,
            ),
            (None, true) => {
                return Err(format!(
                    "`private_key` is missing, which `signature_method` {method} needs"
                ));
            }
            (_, false) => None,
        };
        Ok(Self {
            request_token_endpoint: request_token_endpoint.to_owned(),
            consumer_key: written.client_id.clone(),
            consumer_secret: written.client_secret.clone(),
            method,
            private_key,
            realm: written.realm.clone(),
        })
    }

    /// Whether what is sent holds the secrets themselves, and so may go over TLS
    /// alone (section 3.4.4).
    #[must_use]
    pub fn shows_secrets(&self) -> bool {
        self.method == SignatureMethod::Plaintext
    }

    /// The request with its signature, over its query and its form, and with
    /// further protocol parameters.
    ///
    /// # Errors
    /// Its address is none, or its query or form is no text.
    ///
    /// # Panics
    /// The operating system has no random numbers: nothing can be safe then.
    pub fn sign(
        &self,
        request: OutboundRequest,
        tokens: Option<&Tokens>,
        more: &[(&str, &str)],
        now: Timestamp,
    ) -> Result<OutboundRequest, SignInError> {
        let url = Url::parse(request.url()).map_err(|_| SignInError::Unsigned("its address"))?;
        let outgoing = Outgoing {
            method: request.method(),
            url: &url,
            form: request.form(),
            consumer_key: &self.consumer_key,
            token: tokens.map(|tokens| tokens.access_token.as_str()),
            timestamp: u64::try_from(now.as_seconds()).unwrap_or_default(),
            nonce: &nonce(),
            realm: self.realm.as_deref(),
            more,
        };
        let secrets = Secrets {
            client: self
                .consumer_secret
                .as_ref()
                .map_or("", ClientSecret::reveal),
            token: tokens
                .and_then(|tokens| tokens.token_secret.as_deref())
                .unwrap_or_default(),
        };
        let signer = match (self.method, &self.private_key) {
            (SignatureMethod::RsaSha1, Some(key)) => Signer::RsaSha1(key),
            (SignatureMethod::RsaSha256, Some(key)) => Signer::RsaSha256(key),
            (SignatureMethod::HmacSha256, _) => Signer::HmacSha256(secrets),
            (SignatureMethod::Plaintext, _) => Signer::Plaintext(secrets),
            (SignatureMethod::HmacSha1, _) => Signer::HmacSha1(secrets),
            (SignatureMethod::RsaSha1 | SignatureMethod::RsaSha256, None) => {
                return Err(SignInError::Unsigned("its key"));
            }
        };
        let authorization = outgoing.authorization(signer);
        let authorization =
            authorization.map_err(|_| SignInError::Unsigned("its query or its form"))?;
        Ok(request
            .to(url.as_str())
            .header("authorization", &authorization))
    }
}

/// A text that no other request has (section 3.3): letters and digits, 24 of
/// them, since there are providers that take no others and no more than 30.
fn nonce() -> String {
    let mut bytes = [0_u8; 12];
    rand::rngs::SysRng
        .try_fill_bytes(&mut bytes)
        .expect("the operating system has random numbers");
    bytes.iter().fold(String::new(), |mut text, byte| {
        let _ = write!(text, "{byte:02x}");
        text
    })
}

#[cfg(test)]
mod tests {
    use super::nonce;

    #[test]
    fn a_nonce_is_taken_everywhere_and_comes_once() {
        let (one, other) = (nonce(), nonce());
        assert_ne!(one, other);
        assert_eq!(one.len(), 24);
        assert!(one.bytes().all(|byte| byte.is_ascii_alphanumeric()));
    }
}
