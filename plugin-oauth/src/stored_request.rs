//! Authorization requests that are kept here until they are answered, and the
//! request URIs that name them (RFC 9126, section 2.2).
//!
//! Knows neither pages nor redirects, nor who may send a request.

use std::fmt;

use diesel::QueryResult;
use hob_plugin_sdk::{
    Member, PluginError,
    db::{Connection, Timestamp},
};

use crate::{
    OAuth,
    act::{Act, Origin},
    authorization_request::AuthorizationRequest,
    events::{Requested, Telling},
    models::{Client, StoredRequest},
    secret::{PlainSecret, SecretDigest, SecretKind, operating_system_randomness},
};

const PREFIX: &str = "urn:ietf:params:oauth:request_uri:";

/// Names a stored request: all that a browser carries of it.
#[derive(Debug, Clone)]
pub struct RequestUri(PlainSecret);

impl RequestUri {
    /// A new one.
    #[must_use]
    pub fn generate(now: Timestamp) -> Self {
        Self(PlainSecret::generate(
            SecretKind::AuthorizationRequest,
            now,
            &mut operating_system_randomness(),
        ))
    }

    /// Whether the text claims to name a request that is stored here.
    #[must_use]
    pub fn is_own(text: &str) -> bool {
        text.starts_with(PREFIX)
    }

    /// None where it can't name a request that was stored here.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        Self::from_name(text.strip_prefix(PREFIX)?)
    }

    /// As [`Self::parse`], without what all request URIs begin with.
    #[must_use]
    pub fn from_name(name: &str) -> Option<Self> {
        PlainSecret::parse(SecretKind::AuthorizationRequest, name).map(Self)
    }

    /// What is different in each: what a form carries.
    #[must_use]
    pub fn name(&self) -> &str {
        self.0.reveal()
    }

    #[must_use]
    pub fn digest(&self) -> SecretDigest {
        self.0.digest()
    }
}

impl fmt::Display for RequestUri {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "{PREFIX}{}", self.name())
    }
}

/// A request that waits for a member's answer.
#[derive(Debug, Clone)]
pub struct Waiting {
    pub request: StoredRequest,
    /// Whether it is kept here, or in the member's form alone.
    pub is_stored: bool,
}

impl Waiting {
    /// Decides it, once. False if it was decided before, was shown to somebody
    /// else since, or has died.
    ///
    /// # Errors
    /// The database's.
    pub fn decide(
        &self,
        connection: &mut Connection,
        member: &Member,
        now: Timestamp,
    ) -> QueryResult<bool> {
        match self.is_stored {
            true => self.request.decide(connection, member, now),
            false => self.request.insert_decided(connection, now),
        }
    }
}

/// Whether the client may still ask for what it asked for: it may have been
/// changed while the request waited.
#[must_use]
pub fn still_fits(oauth: &OAuth, client: &Client, stored: &StoredRequest) -> bool {
    let any_localhost_port = oauth.settings().localhost_with_any_port;
    client
        .admit(stored.redirect_uri.as_str(), any_localhost_port)
        .is_some()
        && stored.scope.first_not_in(&client.scope).is_none()
}

/// The way by which a request came that is to be kept.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Arrival {
    /// A browser brought it, and is sent to the sign-in page.
    Unshown,
    /// The client pushed it; the browser is still to come.
    Pushed,
}

/// Stores a request and names it.
///
/// # Errors
/// The database's.
pub async fn store(
    oauth: &OAuth,
    client: &Client,
    request: AuthorizationRequest,
    arrival: Arrival,
    origin: Origin,
) -> Result<RequestUri, PluginError> {
    let now = oauth.now();
    let request_uri = RequestUri::generate(now);
    let (presented_at, lifetime, way) = match arrival {
        Arrival::Unshown => {
            let lifetime = oauth.settings().authorization_request_lifetime();
            (Some(now), lifetime, "shown")
        }
        Arrival::Pushed => {
            let lifetime = oauth.settings().pushed_authorization_request_lifetime();
            (None, lifetime, "pushed")
        }
    };
    let events = oauth.events();
    let requested = events.hears_requests().then(|| Requested {
        telling: Telling {
            act: Act::of_client(&client.client_id, origin, now),
            client: client.clone(),
        },
        member_id: None,
        scope: request.scope.clone(),
        audience: oauth.audience(&request.resource),
        way,
    });
    let stored = StoredRequest {
        presented_at,
        ..StoredRequest::new(
            request_uri.digest(),
            client.id,
            request,
            now,
            now + lifetime,
        )
    };
    let housekeeping = oauth.housekeeping();
    oauth
        .change_unsynced(move |connection| {
            stored.insert(connection)?;
            events.authorization_requested(connection, requested.as_ref())?;
            housekeeping.run(connection, now)
        })
        .await?;
    Ok(request_uri)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_request_uri_is_read_back_and_no_other_is() {
        let request_uri = RequestUri::generate(Timestamp::UNIX_EPOCH);
        let text = request_uri.to_string();
        assert!(RequestUri::is_own(&text));
        let read = RequestUri::parse(&text).expect("it was made here");
        assert_eq!(read.name(), request_uri.name());
        for other in [
            request_uri.name(),
            &text[..text.len() - 1],
            "https://a.example/r",
            "",
        ] {
            assert!(RequestUri::parse(other).is_none(), "{other}");
        }
        assert!(!RequestUri::is_own("https://a.example/r"));
    }

    #[test]
    fn a_request_uri_is_a_secret_and_does_not_print() {
        let request_uri = RequestUri::generate(Timestamp::UNIX_EPOCH);
        assert!(!format!("{request_uri:?}").contains(request_uri.name()));
    }
}
