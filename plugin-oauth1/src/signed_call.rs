//! A request that an application has signed: what is asked of every one of
//! them, whatever it is for.
//!
//! In this order: it can be read; the operator takes its method; its timestamp
//! is near; the secrets of those whom it names have signed it; and it was not
//! there before. What comes last writes a row, so nobody has any written who
//! can't sign.

use hob_authorization::secret::SecretDigest;
use hob_oauth1_signature::{
    ReceivedRequest, Secrets, SignatureMethod, SignedRequest, VerifyingKey,
};
use hob_plugin_sdk::{
    PluginError, Request,
    auth::{TokenRequest, Wanted},
    db::{Connection, DbError, Timestamp},
    sealing::{Opened, Sealed},
};

use crate::{
    OAuth1,
    act::Origin,
    models::{AccessToken, Consumer, Credential, KeptKey, UsedNonce},
    problem::Problem,
};

/// The secret of a token, as it is kept.
pub struct TokenSecret<'a> {
    pub sealed: &'a Sealed,
    pub place: String,
}

/// How often a last use is written down, in seconds.
const USE_EACH: i64 = 3600;

impl OAuth1 {
    /// Reads a request to an endpoint of this plugin.
    ///
    /// # Errors
    /// `Problem`.
    pub fn signed_request(&self, request: &Request) -> Result<SignedRequest, Problem> {
        let nothing = Wanted {
            scope: "",
            audience: "",
            resource_metadata: None,
        };
        let request = TokenRequest::new(request, self.host().site().origin(), nothing);
        self.signed_for_resource(&request)?.ok_or(Problem::Unsigned)
    }

    /// Reads a request to a resource; none that nobody claims to have signed.
    ///
    /// # Errors
    /// `Problem`.
    pub fn signed_for_resource(
        &self,
        request: &TokenRequest<'_>,
    ) -> Result<Option<SignedRequest>, Problem> {
        self.read_signed(&ReceivedRequest {
            method: request.method,
            origin: request.origin,
            path: request.path,
            query: request.query,
            authorization: &request.authorization,
            form: request.form,
        })
    }

    fn read_signed(
        &self,
        received: &ReceivedRequest<'_>,
    ) -> Result<Option<SignedRequest>, Problem> {
        let Some(signed) = SignedRequest::read(received)? else {
            return Ok(None);
        };
        if !self.signature_methods().contains(&signed.method) {
            return Err(Problem::MethodOff(signed.method));
        }
        let is_open = !received.origin.starts_with("https://");
        if signed.method == SignatureMethod::Plaintext && is_open {
            return Err(Problem::PlaintextInTheOpen);
        }
        if let Some(freshness) = &signed.freshness {
            let now = self.now().as_seconds();
            let window = self.timestamp_window();
            let timestamp = i64::try_from(freshness.timestamp).unwrap_or(i64::MAX);
            if timestamp.saturating_sub(now).saturating_abs() > window {
                return Err(Problem::Timestamp { now, window });
            }
        }
        Ok(Some(signed))
    }

    /// Verifies that this application, and whoever has the token's secret, has
    /// signed it, and tells of it where nobody of them has.
    ///
    /// # Errors
    /// `Problem`.
    pub fn verify_signature(
        &self,
        signed: &SignedRequest,
        consumer: &Consumer,
        token: Option<TokenSecret<'_>>,
        origin: Origin,
    ) -> Result<(), Problem> {
        let verified = self.verify(signed, consumer, token);
        if let Err(Problem::Signature | Problem::MethodOfAnother(_)) = verified {
            let (key, known) = (&consumer.consumer_key, Some(consumer.name.clone()));
            self.tell_authentication_failed(key, known, Some(signed.method), origin);
        }
        verified
    }

    fn verify(
        &self,
        signed: &SignedRequest,
        consumer: &Consumer,
        token: Option<TokenSecret<'_>>,
    ) -> Result<(), Problem> {
        if !consumer.credential.signs_by(signed.method) {
            return Err(Problem::MethodOfAnother(signed.method));
        }
        if consumer.credential == Credential::None && !self.settings().empty_consumer_secrets {
            return Err(Problem::ConsumerSuspended);
        }
        let client_secret = self.secret_of(consumer)?;
        let token_secret = token
            .map(|token| self.open(token.sealed, &token.place))
            .transpose()?;
        let public_key = consumer
            .public_key
            .as_ref()
            .map(KeptKey::key)
            .transpose()
            .map_err(|error| PluginError::new(format!("a consumer's key: {error}")))?;
        let key = VerifyingKey {
            secrets: Secrets {
                client: text_of(client_secret.as_ref())?,
                token: text_of(token_secret.as_ref())?,
            },
            public_key,
        };
        if !signed.verify(key) {
            return Err(Problem::Signature);
        }
        // Only to whom it is: others learn nothing of it.
        if consumer.is_suspended() {
            return Err(Problem::ConsumerSuspended);
        }
        Ok(())
    }

    /// Whether this is the application's secret. How long it takes tells nothing
    /// of it.
    ///
    /// # Errors
    /// What is kept of it can't be opened.
    pub fn has_secret(&self, consumer: &Consumer, presented: &str) -> Result<bool, PluginError> {
        let Some(secret) = self.secret_of(consumer)? else {
            return Ok(false);
        };
        let digest = SecretDigest::of(text_of(Some(&secret))?);
        Ok(digest.matches(&SecretDigest::of(presented)))
    }

    fn secret_of(&self, consumer: &Consumer) -> Result<Option<Opened>, PluginError> {
        let sealed = consumer.sealed_secret.as_ref();
        let place = Consumer::place(&consumer.consumer_key);
        sealed.map(|sealed| self.open(sealed, &place)).transpose()
    }

    /// What keeps this request from being taken a second time; none with
    /// PLAINTEXT, which may have no nonce.
    #[must_use]
    pub fn nonce_of(&self, signed: &SignedRequest) -> Option<UsedNonce> {
        let freshness = signed.freshness.as_ref()?;
        let seconds = i64::try_from(freshness.timestamp).unwrap_or(i64::MAX);
        // From then on its timestamp is refused, also by a node whose clock is
        // behind by as much as an application's may be, and by a site that from
        // now on takes what is twice as old.
        let kept = self.timestamp_window().saturating_mul(2).saturating_add(1);
        let last = seconds.saturating_add(kept);
        Some(UsedNonce::new(
            &signed.consumer_key,
            signed.token.as_deref(),
            freshness.timestamp,
            &freshness.nonce,
            Timestamp::from_seconds(last),
        ))
    }

    /// Uses the request up, and notes that the token is used, now and then.
    ///
    /// # Errors
    /// `Problem::NonceUsed`, or the database's.
    pub async fn use_up(
        &self,
        signed: &SignedRequest,
        used: Option<(SecretDigest, Option<Timestamp>, &str)>,
    ) -> Result<(), Problem> {
        let (nonce, now) = (self.nonce_of(signed), self.now());
        let noted = used
            .filter(|(_, last, _)| {
                last.is_none_or(|last| now.as_seconds() - last.as_seconds() >= USE_EACH)
            })
            .map(|(digest, _, peer)| (digest, peer.to_owned()));
        if nonce.is_none() && noted.is_none() {
            return Ok(());
        }
        let housekeeping = self.housekeeping();
        let is_first = self
            .change(move |connection| {
                if let Some(nonce) = nonce
                    && !nonce.use_up(connection)?
                {
                    return Ok(false);
                }
                if let Some((digest, peer)) = noted {
                    AccessToken::note_use(connection, digest, now, &peer)?;
                }
                housekeeping.run(connection, now)?;
                Ok(true)
            })
            .await?;
        is_first.then_some(()).ok_or(Problem::NonceUsed)
    }
}

/// As [`OAuth1::use_up`], within what it is for.
///
/// # Errors
/// The database's.
pub fn use_up_in(connection: &mut Connection, nonce: Option<&UsedNonce>) -> Result<bool, DbError> {
    match nonce {
        Some(nonce) => Ok(nonce.use_up(connection)?),
        None => Ok(true),
    }
}

fn text_of(opened: Option<&Opened>) -> Result<&str, PluginError> {
    match opened {
        None => Ok(""),
        Some(opened) => opened
            .reveal_text()
            .ok_or_else(|| PluginError::new("a sealed secret is no text")),
    }
}
