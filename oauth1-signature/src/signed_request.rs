//! The server's side: a request that came in, and what it says of who signed it.
//!
//! What is read here is not yet believed: [`SignedRequest::verify`] tells
//! whether the signature is right, and whether timestamp and nonce are good is
//! for whoever keeps them.

use std::fmt;

use crate::{
    authorization_header::{AuthorizationHeader, HeaderError},
    base_string::{BaseString, UrlError},
    method::SignatureMethod,
    parameters::{NotText, Parameters},
    signature::VerifyingKey,
};

/// The beginning of all protocol parameters.
const PREFIX: &str = "oauth_";
/// What nobody sends who does not sign.
const TELLING: [&str; 3] = [
    "oauth_consumer_key",
    "oauth_signature",
    "oauth_signature_method",
];

/// A request as it came, as far as a signature covers it.
#[derive(Debug, Clone, Copy)]
pub struct ReceivedRequest<'a> {
    pub method: &'a str,
    /// `scheme://host[:port]`, as the site knows itself.
    pub origin: &'a str,
    /// As they came, not decoded.
    pub path: &'a str,
    pub query: &'a str,
    /// The values of all headers `Authorization`.
    pub authorization: &'a [&'a str],
    /// The body, where it is a form.
    pub form: Option<&'a [u8]>,
}

/// Where the protocol parameters stood, the preferred place first (RFC 5849,
/// section 3.5).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Transmission {
    Header,
    Body,
    Query,
}

/// A request that claims to be signed.
pub struct SignedRequest {
    pub transmission: Transmission,
    pub realm: Option<String>,
    pub consumer_key: String,
    /// None where it is missing or empty: there is none yet.
    pub token: Option<String>,
    pub method: SignatureMethod,
    /// With PLAINTEXT there may be none.
    pub freshness: Option<Freshness>,
    pub callback: Option<String>,
    pub verifier: Option<String>,
    /// All parameters that are not the protocol's, in the order of query, body
    /// and header.
    pub others: Parameters,
    signature: String,
    base_string: BaseString,
}

/// By what a request differs from all others of its client (RFC 5849, section
/// 3.3).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Freshness {
    /// Seconds since 1970.
    pub timestamp: u64,
    pub nonce: String,
}

/// Why a request that claims to be signed can't be read.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum RequestError {
    #[error(transparent)]
    Header(#[from] HeaderError),
    #[error(transparent)]
    NotText(#[from] NotText),
    #[error("there are two headers Authorization of the scheme OAuth")]
    TwoHeaders,
    #[error("parameters that begin with oauth_ stand in two places; send all of them in one")]
    TwoPlaces,
    #[error("the parameter {0} is there twice")]
    Duplicate(String),
    #[error("the parameter {0} is missing")]
    Missing(&'static str),
    #[error("oauth_version is not 1.0")]
    Version,
    #[error("this signature method is not known here")]
    UnknownMethod,
    #[error("oauth_timestamp is not a positive number of seconds")]
    Timestamp,
    #[error("the request's address can't be signed: {0}")]
    Url(#[from] UrlError),
}

impl SignedRequest {
    /// Whether a request claims to be signed: by the scheme of its header, or
    /// by parameters that nobody else sends.
    #[must_use]
    pub fn is_claimed(request: &ReceivedRequest<'_>) -> bool {
        let telling =
            |form: &[u8]| form_urlencoded::parse(form).any(|(name, _)| TELLING.contains(&&*name));
        let by_header = request
            .authorization
            .iter()
            .any(|value| AuthorizationHeader::is_ours(value));
        by_header
            || request.form.is_some_and(telling)
            || (!request.query.is_empty() && telling(request.query.as_bytes()))
    }

    /// Reads a request; None if it does not claim to be signed.
    ///
    /// # Errors
    /// [`RequestError`].
    pub fn read(request: &ReceivedRequest<'_>) -> Result<Option<Self>, RequestError> {
        if !Self::is_claimed(request) {
            return Ok(None);
        }
        let header = one_header(request.authorization)?;
        let realm = header.as_ref().and_then(|header| header.realm.clone());
        let in_header = header.map(|header| header.parameters).unwrap_or_default();
        let in_body = Parameters::read_form(request.form.unwrap_or_default())?;
        let in_query = Parameters::read_form(request.query.as_bytes())?;
        let transmission = transmission(&in_header, &in_body, &in_query)?;

        let mut all = in_query;
        all.extend(in_body);
        all.extend(in_header);
        let mut read = Reading::of(all)?;
        if read
            .take("oauth_version")
            .is_some_and(|version| version != "1.0")
        {
            return Err(RequestError::Version);
        }
        let signature = read.required("oauth_signature")?;
        let base_string =
            BaseString::new(request.method, request.origin, request.path, &read.signed)?;
        let method = read.required("oauth_signature_method")?;
        let method = SignatureMethod::parse(&method).ok_or(RequestError::UnknownMethod)?;
        Ok(Some(Self {
            transmission,
            realm,
            consumer_key: read.required("oauth_consumer_key")?,
            token: read.take("oauth_token").filter(|token| !token.is_empty()),
            freshness: read.freshness(method)?,
            method,
            callback: read.take("oauth_callback"),
            verifier: read.take("oauth_verifier"),
            others: read.others,
            signature,
            base_string,
        }))
    }

    /// Whether it was signed by whoever has this.
    #[must_use]
    pub fn verify(&self, key: VerifyingKey<'_>) -> bool {
        key.verify(self.method, &self.base_string, &self.signature)
    }
}

/// Nothing of the signature, and no address.
impl fmt::Debug for SignedRequest {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter
            .debug_struct("SignedRequest")
            .field("consumer_key", &self.consumer_key)
            .field("method", &self.method)
            .finish_non_exhaustive()
    }
}

fn one_header(values: &[&str]) -> Result<Option<AuthorizationHeader>, RequestError> {
    let mut ours = values
        .iter()
        .filter(|value| AuthorizationHeader::is_ours(value));
    match (ours.next(), ours.next()) {
        (Some(_), Some(_)) => Err(RequestError::TwoHeaders),
        (Some(value), None) => Ok(AuthorizationHeader::read(value)?),
        (None, _) => Ok(None),
    }
}

/// Protocol parameters stand in one place.
fn transmission(
    header: &Parameters,
    body: &Parameters,
    query: &Parameters,
) -> Result<Transmission, RequestError> {
    let places = [
        (Transmission::Header, header),
        (Transmission::Body, body),
        (Transmission::Query, query),
    ];
    let mut used = places
        .into_iter()
        .filter(|(_, parameters)| parameters.iter().any(|(name, _)| name.starts_with(PREFIX)));
    match (used.next(), used.next()) {
        (Some(_), Some(_)) => Err(RequestError::TwoPlaces),
        (Some((place, _)), None) => Ok(place),
        (None, _) => Err(RequestError::Missing("oauth_consumer_key")),
    }
}

/// Parameters, sorted into the protocol's own, which are there once each, and
/// the others.
struct Reading {
    protocol: Vec<(String, String)>,
    others: Parameters,
    /// All but the signature.
    signed: Parameters,
}

impl Reading {
    fn of(all: Parameters) -> Result<Self, RequestError> {
        let mut protocol: Vec<(String, String)> = Vec::new();
        let mut others = Parameters::default();
        let mut signed = Parameters::default();
        for (name, value) in all {
            if name != "oauth_signature" {
                signed.push(name.clone(), value.clone());
            }
            if !name.starts_with(PREFIX) {
                others.push(name, value);
            } else if protocol.iter().any(|(other, _)| *other == name) {
                return Err(RequestError::Duplicate(name));
            } else {
                protocol.push((name, value));
            }
        }
        Ok(Self {
            protocol,
            others,
            signed,
        })
    }

    fn take(&mut self, name: &str) -> Option<String> {
        let at = self.protocol.iter().position(|(other, _)| other == name)?;
        Some(self.protocol.swap_remove(at).1)
    }

    fn required(&mut self, name: &'static str) -> Result<String, RequestError> {
        self.take(name).ok_or(RequestError::Missing(name))
    }

    /// Both are there or, with PLAINTEXT, neither (RFC 5849, section 3.1).
    fn freshness(&mut self, method: SignatureMethod) -> Result<Option<Freshness>, RequestError> {
        let (timestamp, nonce) = (self.take("oauth_timestamp"), self.take("oauth_nonce"));
        match (timestamp, nonce) {
            (None, None) if method == SignatureMethod::Plaintext => Ok(None),
            (None, _) => Err(RequestError::Missing("oauth_timestamp")),
            (Some(_), None) => Err(RequestError::Missing("oauth_nonce")),
            (Some(timestamp), Some(nonce)) => Ok(Some(Freshness {
                timestamp: seconds(&timestamp).ok_or(RequestError::Timestamp)?,
                nonce,
            })),
        }
    }
}

fn seconds(text: &str) -> Option<u64> {
    let digits = text.bytes().all(|byte| byte.is_ascii_digit());
    let seconds = digits.then(|| text.parse().ok())??;
    (seconds > 0).then_some(seconds)
}

#[cfg(test)]
mod tests;
