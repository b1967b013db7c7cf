//! Who may register a client: nobody, who shows an initial access token, or
//! everybody (RFC 7591, section 3). The operator decides.

use super::error::{DynamicRegistrationError, RegistrationTokenError};
use crate::{
    OAuth,
    act::Origin,
    events::Counted,
    models::InitialAccessToken,
    secret::{PlainSecret, SecretDigest, SecretKind},
    settings::DynamicRegistration,
};

/// What failures and registrations of an address are counted under; nobody has
/// said yet who is there.
const ANYBODY: &str = "";

/// Somebody may register a client.
#[derive(Debug)]
pub enum Admission {
    Open,
    /// One of its uses is taken when the client is stored.
    InitialAccessToken(SecretDigest),
}

impl Admission {
    /// Lets somebody in. Where registration is open, a token is not looked at,
    /// and each registration counts against the address.
    ///
    /// # Errors
    /// Registration is closed; the token is missing or wrong; too much came
    /// from this address.
    pub async fn ask(
        oauth: &OAuth,
        presented: Option<&str>,
        origin: Origin,
    ) -> Result<Self, DynamicRegistrationError> {
        match oauth.settings().dynamic_registration {
            DynamicRegistration::Closed => Err(DynamicRegistrationError::Closed),
            DynamicRegistration::InitialToken => {
                let presented = presented.ok_or(DynamicRegistrationError::TokenMissing)?;
                Self::by_token(oauth, presented, origin).await
            }
            DynamicRegistration::Open => {
                let (throttle, peer) = (oauth.registration_throttle(), origin.peer());
                match throttle.wait(ANYBODY, peer, oauth.now()) {
                    Some(wait) => {
                        oauth.tell_throttled(Counted::Registration, origin, wait);
                        Err(DynamicRegistrationError::Throttled(wait))
                    }
                    None => Ok(Self::Open),
                }
            }
        }
    }

    async fn by_token(
        oauth: &OAuth,
        presented: &str,
        origin: Origin,
    ) -> Result<Self, DynamicRegistrationError> {
        let (peer, now) = (origin.peer(), oauth.now());
        let throttle = oauth.registration_token_throttle();
        if let Some(wait) = throttle.wait(ANYBODY, peer, now) {
            oauth.tell_throttled(Counted::RegistrationToken(ANYBODY), origin, wait);
            return Err(DynamicRegistrationError::Throttled(wait));
        }
        if let Some(token) = PlainSecret::parse(SecretKind::InitialAccessToken, presented) {
            let digest = token.digest();
            let usable = oauth
                .read(move |connection| InitialAccessToken::is_usable(connection, &digest, now))
                .await?;
            if usable {
                return Ok(Self::InitialAccessToken(digest));
            }
        }
        throttle.failed(ANYBODY, peer, now);
        Err(RegistrationTokenError::Initial.into())
    }

    /// Counts a registration that is about to be stored, before it is, so that
    /// those that come together are not all free. An initial access token has a
    /// count of its own.
    pub fn count(&self, oauth: &OAuth, origin: Origin) {
        match self {
            Self::Open => oauth
                .registration_throttle()
                .failed(ANYBODY, origin.peer(), oauth.now()),
            Self::InitialAccessToken(_) => {}
        }
    }
}
