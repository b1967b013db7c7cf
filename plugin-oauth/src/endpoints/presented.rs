//! An authorization request as a browser presents it, with what is known about
//! it: by its own parameters, or by the name of one that is stored.
//!
//! Does not know what becomes of it.

use std::sync::Arc;

use hob_plugin_sdk::{Request, Response, http::Fields};

use super::front_channel::{Unredirectable, tell_error};
use crate::{
    OAuth,
    authorization_request::{AuthorizationRequest, state},
    error::OAuthError,
    models::{Client, Consent, StoredRequest},
    redirect_uri::RedirectUri,
    stored_request::{RequestUri, still_fits},
};

/// An authorization request, and what is known about it.
pub struct Presented {
    pub client: Arc<Client>,
    /// What the member allows the client so far.
    pub consent: Option<Consent>,
    pub request: AuthorizationRequest,
    /// Its row and name, where it has been stored.
    pub stored: Option<(StoredRequest, RequestUri)>,
}

/// A request that gets no code, and why: the client is told.
pub struct Refused {
    client: Arc<Client>,
    redirect_uri: RedirectUri,
    state: Option<String>,
    error: OAuthError,
}

impl Refused {
    pub fn new(
        client: Arc<Client>,
        request: AuthorizationRequest,
        error: impl Into<OAuthError>,
    ) -> Box<Self> {
        Box::new(Self {
            client,
            redirect_uri: request.redirect_uri,
            state: request.state,
            error: error.into(),
        })
    }

    /// Tells the client, by the browser.
    pub fn tell(self, oauth: &OAuth, request: &Request) -> Response {
        let (client, redirect_uri, state) = (&self.client, &self.redirect_uri, &self.state);
        tell_error(
            oauth,
            request,
            client,
            redirect_uri,
            state.as_deref(),
            self.error,
        )
    }
}

impl Presented {
    pub fn refuse(self, error: OAuthError) -> Box<Refused> {
        Refused::new(self.client, self.request, error)
    }

    /// Reads a request that was pushed, or stored when it came by a browser:
    /// all other parameters are ignored (RFC 9126, section 4), apart from a
    /// client_id that is another's. No error of it redirects.
    pub async fn read_stored(
        oauth: &OAuth,
        request: &Request,
        request_uri: &str,
    ) -> Result<Self, Unredirectable> {
        let request_uri = RequestUri::parse(request_uri).ok_or(Unredirectable::RequestGone)?;
        let (digest, now) = (request_uri.digest(), oauth.now());
        let member_id = request.member().map(|member| member.id);
        let found = oauth
            .read(move |connection| {
                let Some(stored) = StoredRequest::find_waiting(connection, &digest, now)? else {
                    return Ok(None);
                };
                let client = Client::by_id(connection, stored.client)?;
                let consent = match member_id {
                    Some(id) => Consent::find(connection, id, client.id, &stored.resource, now)?,
                    None => None,
                };
                Ok(Some((stored, Arc::new(client), consent)))
            })
            .await?;
        let (stored, client, consent) = found.ok_or(Unredirectable::RequestGone)?;
        let claimed = request.query_fields()?;
        if claimed.one("client_id")? != Some(&client.client_id) {
            return Err(Unredirectable::RequestGone);
        }
        if client.is_suspended() {
            return Err(Unredirectable::SuspendedClient);
        }
        if !still_fits(oauth, &client, &stored) {
            return Err(Unredirectable::RequestGone);
        }
        Ok(Self {
            request: stored.request(),
            client,
            consent,
            stored: Some((stored, request_uri)),
        })
    }

    /// Reads a request from its own parameters, for this member if anybody is
    /// signed in.
    pub async fn read_fresh(
        oauth: &OAuth,
        member_id: Option<i64>,
        fields: &Fields,
    ) -> Result<Result<Self, Box<Refused>>, Unredirectable> {
        let client_id = fields.required("client_id")?;
        let redirect_uri = fields.required("redirect_uri")?;
        let resource = oauth.asked_resource(fields);
        let known = oauth.known_client(client_id).await?;
        let client = known.ok_or(Unredirectable::UnknownClient)?.client;
        let consent = match (member_id, &resource) {
            (Some(id), Ok(resource)) => oauth.known_consent(id, &client, resource).await?,
            _ => None,
        };
        let redirect_uri = client
            .admit(redirect_uri, oauth.settings().localhost_with_any_port)
            .ok_or(Unredirectable::UnregisteredRedirectUri)?;
        if client.is_suspended() {
            return Err(Unredirectable::SuspendedClient);
        }
        let asked = if client.has_to_push(oauth.settings().require_pushed_authorization_requests) {
            Err(OAuthError::PushRequired)
        } else {
            AuthorizationRequest::from_parameters(oauth, &client, redirect_uri.clone(), fields)
        };
        Ok(match asked {
            Ok(request) => Ok(Self {
                client,
                consent,
                request,
                stored: None,
            }),
            Err(error) => Err(Box::new(Refused {
                client,
                redirect_uri,
                state: state(fields),
                error,
            })),
        })
    }
}
