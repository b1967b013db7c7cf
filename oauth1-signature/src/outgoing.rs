//! A client's side: a request that is about to go out, and the header that signs
//! it.

use url::Url;

use crate::{
    authorization_header::AuthorizationHeader,
    base_string::{BaseString, UrlError},
    method::SignatureMethod,
    parameters::{NotText, Parameters},
    rsa_key::PrivateKey,
    secrets::Secrets,
};

/// What signs: a method, together with what it needs.
#[derive(Debug, Clone, Copy)]
pub enum Signer<'a> {
    HmacSha1(Secrets<'a>),
    HmacSha256(Secrets<'a>),
    RsaSha1(&'a PrivateKey),
    RsaSha256(&'a PrivateKey),
    /// For https alone: it sends the secrets.
    Plaintext(Secrets<'a>),
}

impl Signer<'_> {
    #[must_use]
    pub const fn method(&self) -> SignatureMethod {
        match self {
            Self::HmacSha1(_) => SignatureMethod::HmacSha1,
            Self::HmacSha256(_) => SignatureMethod::HmacSha256,
            Self::RsaSha1(_) => SignatureMethod::RsaSha1,
            Self::RsaSha256(_) => SignatureMethod::RsaSha256,
            Self::Plaintext(_) => SignatureMethod::Plaintext,
        }
    }
}

/// A request that is about to go out.
#[derive(Debug, Clone)]
pub struct Outgoing<'a> {
    pub method: &'a str,
    /// As it is sent, with its query.
    pub url: &'a Url,
    /// The body, where it is a form. Another body is not signed.
    pub form: Option<&'a [u8]>,
    pub consumer_key: &'a str,
    /// None before there is one.
    pub token: Option<&'a str>,
    /// Seconds since 1970. A client's timestamps never go back.
    pub timestamp: u64,
    /// A text that no other request of this second has.
    pub nonce: &'a str,
    pub realm: Option<&'a str>,
    /// More protocol parameters: `oauth_callback`, `oauth_verifier`.
    pub more: &'a [(&'a str, &'a str)],
}

/// Why a request can't be signed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum OutgoingError {
    #[error(transparent)]
    Url(#[from] UrlError),
    #[error(transparent)]
    Form(#[from] NotText),
}

impl Outgoing<'_> {
    /// The value of the header `Authorization`.
    ///
    /// # Errors
    /// The URL is not one of http or https, or a parameter of query or form is
    /// not UTF-8.
    pub fn authorization(&self, signer: Signer<'_>) -> Result<String, OutgoingError> {
        let mut parameters = self.protocol_parameters(signer.method());
        let mut signed = parameters.clone();
        signed.extend(Parameters::read_form(
            self.url.query().unwrap_or_default().as_bytes(),
        )?);
        signed.extend(Parameters::read_form(self.form.unwrap_or_default())?);
        let base_string = BaseString::for_url(self.method, self.url, &signed)?;
        parameters.push("oauth_signature", signer.sign(&base_string));
        let header = AuthorizationHeader {
            realm: self.realm.map(ToOwned::to_owned),
            parameters,
        };
        Ok(header.to_value())
    }

    fn protocol_parameters(&self, method: SignatureMethod) -> Parameters {
        let mut parameters = Parameters::default();
        parameters.push("oauth_consumer_key", self.consumer_key);
        if let Some(token) = self.token {
            parameters.push("oauth_token", token);
        }
        parameters.push("oauth_signature_method", method.as_str());
        parameters.push("oauth_timestamp", self.timestamp.to_string());
        parameters.push("oauth_nonce", self.nonce);
        parameters.push("oauth_version", "1.0");
        for (name, value) in self.more {
            parameters.push(*name, *value);
        }
        parameters
    }
}
