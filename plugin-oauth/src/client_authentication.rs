//! Who calls the token endpoint, and those like it (RFC 6749, section 2.3; RFC
//! 7523, section 2.2).
//!
//! A wrong secret and an unknown client take the same way through this code:
//! a digest is computed and compared in both. This module does not know what
//! the client wants.

use std::{fmt, sync::Arc};

use base64::{Engine, alphabet, engine};
use hob_jose::KeySet;
use hob_plugin_sdk::{
    PluginError, Request,
    http::{FieldError, Fields},
};
use percent_encoding::percent_decode;

use crate::{
    OAuth,
    act::Origin,
    client_assertion::{self, AssertionError, ClientAssertion},
    error::{ClientAuthenticationError as Error, OAuthError},
    events::Counted,
    models::{Client, ClientAuthentication, ClientSecret},
    secret::SecretDigest,
};

/// With or without padding: RFC 7617 wants it, and not every client sends it.
const BASE64: engine::GeneralPurpose = engine::GeneralPurpose::new(
    &alphabet::STANDARD,
    engine::GeneralPurposeConfig::new()
        .with_decode_padding_mode(engine::DecodePaddingMode::Indifferent),
);

/// What a request says of who sent it.
#[derive(Debug, PartialEq)]
pub struct Credentials {
    client_id: String,
    evidence: Evidence,
}

/// What is to prove it.
#[derive(Debug, PartialEq)]
enum Evidence {
    /// Nothing: enough for a public client.
    None,
    Secret(SecretPlace, PresentedSecret),
    Assertion(Box<ClientAssertion>),
}

/// Where in a request a secret stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum SecretPlace {
    /// Basic authentication.
    Header,
    /// Among the form's own fields.
    Form,
}

/// A secret as it came: whether it is one is not known yet.
#[derive(PartialEq, Eq)]
struct PresentedSecret(String);

impl fmt::Debug for PresentedSecret {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("PresentedSecret(…)")
    }
}

impl Evidence {
    /// An empty secret is none: public clients send it.
    fn secret(place: SecretPlace, presented: Option<String>) -> Self {
        presented
            .filter(|presented| !presented.is_empty())
            .map_or(Self::None, |presented| {
                Self::Secret(place, PresentedSecret(presented))
            })
    }

    /// What this way is called (RFC 7591, section 2).
    const fn way(&self) -> &'static str {
        match self {
            Self::None => "none",
            Self::Secret(SecretPlace::Header, _) => "client_secret_basic",
            Self::Secret(SecretPlace::Form, _) => "client_secret_post",
            Self::Assertion(_) => "private_key_jwt",
        }
    }
}

impl Credentials {
    /// Reads the header `Authorization` and the form's own fields.
    ///
    /// # Errors
    /// Nothing is there, or more than one way of authentication.
    pub fn from_request(request: &Request, form: &Fields) -> Result<Self, OAuthError> {
        let mut headers = request.headers("authorization");
        let header = headers.next();
        if request.header_count("authorization") > 1 {
            return Err(OAuthError::Malformed(
                "there is more than one Authorization header",
            ));
        }
        if header.is_none() && request.header_count("authorization") == 1 {
            return Err(Error::Basic.into());
        }
        Self::from_parts(header, form)
    }

    fn from_parts(header: Option<&str>, form: &Fields) -> Result<Self, OAuthError> {
        let client_id = form.one("client_id")?;
        let secret = form.one("client_secret")?;
        let assertion = form.one("client_assertion")?;
        let ways = [header.is_some(), secret.is_some(), assertion.is_some()].map(usize::from);
        if ways.iter().sum::<usize>() > 1 {
            return Err(OAuthError::Malformed(
                "there is more than one client authentication; use one",
            ));
        }
        let credentials = match (header, assertion) {
            (Some(header), _) => Self::from_basic(header)?,
            (None, Some(assertion)) => {
                Self::from_assertion(assertion, form.one("client_assertion_type")?)?
            }
            (None, None) => Self {
                client_id: client_id.ok_or(Error::Missing)?.to_owned(),
                evidence: Evidence::secret(SecretPlace::Form, secret.map(ToOwned::to_owned)),
            },
        };
        if client_id.is_some_and(|other| other != credentials.client_id) {
            return Err(OAuthError::Malformed(
                "client_id in the body is another client than the one that authenticates",
            ));
        }
        Ok(credentials)
    }

    /// RFC 7523, section 2.2.
    fn from_assertion(assertion: &str, assertion_type: Option<&str>) -> Result<Self, Error> {
        if assertion_type != Some(client_assertion::TYPE) {
            return Err(Error::AssertionType);
        }
        let assertion = ClientAssertion::parse(assertion).map_err(Error::Assertion)?;
        Ok(Self {
            client_id: assertion.client_id().to_owned(),
            evidence: Evidence::Assertion(Box::new(assertion)),
        })
    }

    /// RFC 6749, section 2.3.1: name and secret are form-encoded before they
    /// become Basic's. A public client may send an empty secret.
    fn from_basic(header: &str) -> Result<Self, Error> {
        let (scheme, encoded) = header.split_once(' ').ok_or(Error::Unsupported)?;
        if !scheme.eq_ignore_ascii_case("basic") {
            return Err(Error::Unsupported);
        }
        let decoded = BASE64.decode(encoded.trim()).map_err(|_| Error::Basic)?;
        let colon = decoded
            .iter()
            .position(|byte| *byte == b':')
            .ok_or(Error::Basic)?;
        let client_id = form_decode(&decoded[..colon]).map_err(|_| Error::Basic)?;
        let secret = form_decode(&decoded[colon + 1..]).map_err(|_| Error::Basic)?;
        if client_id.is_empty() {
            return Err(Error::Basic);
        }
        Ok(Self {
            client_id,
            evidence: Evidence::secret(SecretPlace::Header, Some(secret)),
        })
    }

    /// The client, if it is who it says. An assertion is used up by it, whatever
    /// comes of the request.
    ///
    /// # Errors
    /// One and the same for an unknown client, a wrong secret or assertion, a
    /// missing one and one of a kind that is not this client's. After too many
    /// of these from one address, [`OAuthError::Throttled`], whatever is
    /// presented.
    pub async fn authenticate(
        self,
        oauth: &OAuth,
        request: &Request,
    ) -> Result<Arc<Client>, OAuthError> {
        let (peer, now) = (request.peer(), oauth.now());
        if let Some(wait) = oauth.throttle().wait(&self.client_id, peer, now) {
            let counted = Counted::Client(&self.client_id);
            oauth.tell_throttled(counted, Origin::of(request), wait);
            return Err(OAuthError::Throttled(wait));
        }
        let (client, secrets) = match oauth.known_client(&self.client_id).await? {
            Some(known) => (Some(known.client), known.secrets),
            None => (None, Arc::default()),
        };
        let live = secrets.iter().filter(|secret| secret.is_live(now));
        let fitting = fitting(&self.evidence, live);
        let way = client.as_deref().map(Client::authentication);
        let proven = match (way, &self.evidence) {
            (Some(ClientAuthentication::None), Evidence::None) => true,
            (Some(ClientAuthentication::Secret), Evidence::Secret(..)) => {
                if let Some(secret) = fitting {
                    oauth.secret_uses().remember(secret, now);
                }
                fitting.is_some()
            }
            (Some(ClientAuthentication::PrivateKeyJwt(keys)), Evidence::Assertion(assertion)) => {
                holds(oauth, request, assertion, keys).await?
            }
            (_, _) => false,
        };
        match client {
            Some(client) if proven => Ok(client),
            unproven => {
                oauth.throttle().failed(&self.client_id, peer, now);
                let known = unproven.map(|client| client.name.clone());
                let (way, origin) = (self.evidence.way(), Origin::of(request));
                oauth.tell_authentication_failed(&self.client_id, known, way, origin);
                Err(Error::Refused.into())
            }
        }
    }
}

/// Whether an assertion is signed by one of these keys, for this server, and
/// comes for the first time. It is used up by that.
async fn holds(
    oauth: &OAuth,
    request: &Request,
    assertion: &ClientAssertion,
    keys: &KeySet,
) -> Result<bool, PluginError> {
    let site = oauth.host().site();
    // RFC 7523, section 3; RFC 9126, section 2.
    let own_names = [
        oauth.issuer_identifier().to_owned(),
        site.plugin_url("/access_token"),
        site.plugin_url("/token"),
        format!("{}{}", site.origin(), request.path()),
    ];
    let verified = match assertion.verify(keys, &own_names, oauth.now()) {
        Ok(jwt_id) => match oauth.use_up(jwt_id).await? {
            true => Ok(()),
            false => Err(AssertionError::Replayed),
        },
        Err(error) => Err(error),
    };
    if let Err(error) = &verified {
        tracing::info!(
            client_id = assertion.client_id(),
            %error,
            "a client assertion is refused"
        );
    }
    Ok(verified.is_ok())
}

/// Which of the client's secrets is presented. Compares at least once, so that
/// a client without secrets, or none at all, takes as long.
fn fitting<'a>(
    evidence: &Evidence,
    secrets: impl Iterator<Item = &'a ClientSecret>,
) -> Option<&'a ClientSecret> {
    let presented = match evidence {
        Evidence::Secret(_, PresentedSecret(text)) => SecretDigest::of(text),
        Evidence::None | Evidence::Assertion(_) => SecretDigest::of(""),
    };
    let mut secrets = secrets.peekable();
    if secrets.peek().is_none() {
        let _ = SecretDigest::of_nothing().matches(&presented);
    }
    secrets.fold(None, |fitting, secret| {
        let matches = secret.digest.matches(&presented);
        if matches { Some(secret) } else { fitting }
    })
}

fn form_decode(bytes: &[u8]) -> Result<String, FieldError> {
    let spaced: Vec<u8> = bytes
        .iter()
        .map(|byte| if *byte == b'+' { b' ' } else { *byte })
        .collect();
    let text = percent_decode(&spaced)
        .decode_utf8()
        .map_err(|_| FieldError::Encoding)?;
    if text.contains('\0') {
        return Err(FieldError::Encoding);
    }
    Ok(text.into_owned())
}

#[cfg(test)]
mod tests;
