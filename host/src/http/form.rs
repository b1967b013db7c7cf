//! Forms that browsers send, checked against forgery before they are read
//! further.

use axum::extract::{FromRequest, FromRequestParts, Request};
use hob_plugin_sdk::{
    Who,
    http::{FieldError, Fields},
};

use http::{Extensions, request::Parts};

use super::{
    App, bodies, envelope::Peer, page::Failure, same_site::sent_from_here, visitor::Visitor,
};
use crate::{request_id::RequestId, words::Phrase};

/// The largest form without files, in bytes.
const LARGEST_FORM: u64 = 256 * 1024;

/// A form from a signed-in member, whose CSRF token was right.
pub struct SignedForm {
    pub visitor: Visitor,
    pub fields: Fields,
    /// The address that it came from.
    peer: String,
}

impl SignedForm {
    /// Who sent it, for the audit log.
    #[must_use]
    pub fn who(&self) -> Who {
        let member = &self.visitor.signed_in.member;
        member_at(member.id, &member.username, &self.peer)
    }
}

/// A member who asks from this address, in the request that this thread works
/// on.
#[must_use]
pub fn member_at(id: i64, username: &str, peer: &str) -> Who {
    let request = RequestId::current();
    let request_id = request.as_ref().map_or("", RequestId::as_str);
    Who::member(id, username, peer, request_id)
}

/// The member who asks for a page, for the audit log.
#[must_use]
pub fn who_asks(visitor: &Visitor, parts: &Parts) -> Who {
    let member = &visitor.signed_in.member;
    member_at(member.id, &member.username, &peer_of(&parts.extensions))
}

fn peer_of(extensions: &Extensions) -> String {
    extensions
        .get::<Peer>()
        .map_or(String::new(), |Peer(address)| address.to_string())
}

/// A form from anybody, sent from a page of this site.
pub struct OpenForm {
    pub fields: Fields,
}

impl FromRequest<App> for SignedForm {
    type Rejection = Failure;

    async fn from_request(request: Request, app: &App) -> Result<Self, Failure> {
        let (mut parts, body) = request.into_parts();
        let peer = peer_of(&parts.extensions);
        let whole = Request::from_parts(parts.clone(), body);
        let OpenForm { fields } = OpenForm::from_request(whole, app).await?;
        // Only now: whoever sends slowly may be signed out by the end.
        let visitor =
            <Visitor as FromRequestParts<App>>::from_request_parts(&mut parts, app).await?;
        check_csrf(&visitor, fields.first("csrf"))?;
        Ok(Self {
            visitor,
            fields,
            peer,
        })
    }
}

impl FromRequest<App> for OpenForm {
    type Rejection = Failure;

    async fn from_request(request: Request, app: &App) -> Result<Self, Failure> {
        if !sent_from_here(request.headers(), app.site().address.origin()) {
            return Err(forged());
        }
        if !bodies::is_form(request.headers()) {
            return Err(Failure::UnsupportedMediaType(Phrase::new(
                "failure-form-kind",
            )));
        }
        let body = bodies::buffered(
            request.into_body(),
            LARGEST_FORM,
            app.site().limits.patience,
        )
        .await?;
        Ok(Self {
            fields: Fields::parse(&body)?,
        })
    }
}

/// Refuses a form without the session's own token.
///
/// # Errors
/// [`Failure::Forbidden`].
pub fn check_csrf(visitor: &Visitor, sent: Option<&str>) -> Result<(), Failure> {
    if sent.is_some_and(|sent| visitor.csrf_matches(sent)) {
        Ok(())
    } else {
        Err(forged())
    }
}

/// What is said to a form that did not come from a page of this session.
#[must_use]
pub fn forged() -> Failure {
    Failure::Forbidden(Phrase::new("failure-form-forged"))
}

impl From<FieldError> for Failure {
    fn from(error: FieldError) -> Self {
        Self::BadRequest(Phrase::new("failure-form").with("problem", error.to_string()))
    }
}
