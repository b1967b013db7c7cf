//! How the authorization endpoint answers a browser: by a redirect to the
//! application, by a page that goes nowhere or shows a code to copy, or by the
//! sign-in page.
//!
//! No answer is stored, none tells the next site where the browser came from,
//! and none can be framed.

use hob_authorization::pages::{guarded, page};
use hob_plugin_sdk::{PluginError, Request, Response};

use super::worded::destination;
use crate::{
    OAuth,
    decision::DecisionError,
    error::{ErrorCode, OAuthError},
    grants::authorization_code::{self, IssuedCode},
    models::Client,
    pages::{AuthorizationErrorPage, CodePage, Departure},
    redirect_uri::{RedirectTarget, RedirectUri},
    secret::PlainSecret,
};

/// Gives the application its code: by the browser, or by the member's hand
/// where the browser can't be sent back.
pub fn hand_over_code(
    oauth: &OAuth,
    request: &Request,
    client: &Client,
    redirect_uri: &RedirectUri,
    state: Option<&str>,
    code: IssuedCode,
) -> Response {
    let code = code.hand_out(oauth);
    match redirect_uri.target() {
        RedirectTarget::OutOfBand => code_page(oauth, request, client, redirect_uri, &code),
        RedirectTarget::Web | RedirectTarget::Loopback | RedirectTarget::PrivateScheme => {
            redirect(oauth, redirect_uri, state, &[("code", code.reveal())])
        }
    }
}

fn code_page(
    oauth: &OAuth,
    request: &Request,
    client: &Client,
    redirect_uri: &RedirectUri,
    code: &PlainSecret,
) -> Response {
    tracing::info!(
        client_id = client.client_id,
        "a member is shown a code to copy (out of band)"
    );
    let words = request.words();
    page(
        200,
        &words.say("code-title").to_string(),
        &CodePage {
            words,
            client_name: &client.name,
            code: code.reveal(),
            minutes: authorization_code::lifetime(oauth, redirect_uri).as_secs() / 60,
            connections_url: &oauth.connection_path(&client.client_id),
        },
    )
}

/// Tells why there is no code: the application, by the browser; or the member,
/// where the browser can't be sent back.
///
/// Whoever is not signed in did nothing but follow a link, which anybody can
/// make. So the browser goes by itself only where the operator vouches for the
/// client; else this site would lead to wherever a stranger registered
/// (RFC 9700, section 4.11.2). There the member sees the error, and the way to
/// the application as a link.
pub fn tell_error(
    oauth: &OAuth,
    request: &Request,
    client: &Client,
    redirect_uri: &RedirectUri,
    state: Option<&str>,
    error: OAuthError,
) -> Response {
    if redirect_uri.target() == RedirectTarget::OutOfBand {
        return Unredirectable::from(error).into_page(request, None);
    }
    let description = error.description();
    let parameters = [
        ("error", error.code().as_str()),
        ("error_description", &description),
    ];
    if request.member().is_none() && !client.is_verified() {
        let departure = Departure {
            site_name: &oauth.host().site().name,
            destination: &destination(request.words(), redirect_uri),
            url: &location(oauth, redirect_uri, state, &parameters),
        };
        let client_id = Some(client.client_id.as_str());
        return Unredirectable::from(error).into_page_with(request, client_id, Some(departure));
    }
    if let OAuthError::Plugin(error) = &error {
        tracing::error!(%error, "the authorization endpoint failed");
    }
    redirect(oauth, redirect_uri, state, &parameters)
}

/// Always by 303: a 307 would send the form on (RFC 9700, section 2.1).
fn redirect(
    oauth: &OAuth,
    redirect_uri: &RedirectUri,
    state: Option<&str>,
    parameters: &[(&str, &str)],
) -> Response {
    guarded(Response::redirect(location(
        oauth,
        redirect_uri,
        state,
        parameters,
    )))
}

/// The redirect URI with the answer, the state as it came and the issuer
/// (RFC 9207).
fn location(
    oauth: &OAuth,
    redirect_uri: &RedirectUri,
    state: Option<&str>,
    parameters: &[(&str, &str)],
) -> String {
    let mut parameters = parameters.to_vec();
    parameters.extend(state.map(|state| ("state", state)));
    parameters.push(("iss", oauth.issuer_identifier()));
    redirect_uri.with_parameters(&parameters)
}

/// Sends the browser to the sign-in page, which leads on to `next` and has the
/// hint filled in. Whether the hint can be anybody's name is that page's
/// business. `anew`: a session that somebody has at another site does not count.
pub fn sign_in(oauth: &OAuth, next: &str, login_hint: Option<&str>, anew: bool) -> Response {
    let mut path = match anew {
        true => oauth.host().site().sign_in_anew_path(next),
        false => sign_in_path(oauth, next),
    };
    if let Some(hint) = login_hint {
        path.push_str("&username=");
        path.extend(form_urlencoded::byte_serialize(hint.as_bytes()));
    }
    guarded(Response::redirect(path))
}

/// The sign-in page with the way back to `next`, a path of this site.
pub fn sign_in_path(oauth: &OAuth, next: &str) -> String {
    let next: String = form_urlencoded::byte_serialize(next.as_bytes()).collect();
    oauth.host().site().path(&format!("/login?next={next}"))
}

/// An authorization request that must not be answered by a redirect: who
/// asked, or where the answer would go, is not known to be right.
#[derive(Debug, thiserror::Error)]
pub enum Unredirectable {
    #[error("{0}")]
    Field(#[from] hob_plugin_sdk::http::FieldError),
    #[error("the body has to be application/x-www-form-urlencoded")]
    NoForm,
    #[error("no client is registered under this client_id")]
    UnknownClient,
    #[error(
        "redirect_uri is not one of those that the client registered; it is compared letter by letter"
    )]
    UnregisteredRedirectUri,
    #[error("the operator has suspended this client")]
    SuspendedClient,
    #[error(
        "the request is unknown, was answered before, or has expired; start again from the application"
    )]
    RequestGone,
    #[error(
        "the request was shown to another account or in another session; start again from the application"
    )]
    AnotherSession,
    #[error("decision has to be allow or deny")]
    NoDecision,
    /// What an application is not told, since nothing is redirected to it.
    #[error("{}", .0.description())]
    Untold(OAuthError),
    #[error(transparent)]
    Plugin(#[from] PluginError),
}

impl From<OAuthError> for Unredirectable {
    fn from(error: OAuthError) -> Self {
        match error {
            OAuthError::Plugin(error) => Self::Plugin(error),
            told => Self::Untold(told),
        }
    }
}

impl From<DecisionError> for Unredirectable {
    fn from(error: DecisionError) -> Self {
        match error {
            DecisionError::Field(error) => Self::Field(error),
            DecisionError::ShownOtherwise => Self::RequestGone,
        }
    }
}

impl Unredirectable {
    /// The page that says so. `client_id` is shown to the developer.
    pub fn into_page(self, request: &Request, client_id: Option<&str>) -> Response {
        self.into_page_with(request, client_id, None)
    }

    /// As [`Self::into_page`], with the way to the application, if there is one.
    fn into_page_with(
        self,
        request: &Request,
        client_id: Option<&str>,
        departure: Option<Departure<'_>>,
    ) -> Response {
        let words = request.words();
        let said = |hint| words.say(hint).to_string();
        let (status, code, heading, explanation) = match &self {
            Self::Plugin(error) => {
                tracing::error!(%error, "the authorization endpoint failed");
                (
                    500,
                    "server_error",
                    "error-internal",
                    said("error-internal-hint"),
                )
            }
            Self::Untold(OAuthError::Denied) => (
                403,
                ErrorCode::AccessDenied.as_str(),
                "error-denied",
                said("error-denied-hint"),
            ),
            // In its own words.
            Self::Untold(OAuthError::RefusedByPlugin(refusal)) => (
                403,
                ErrorCode::AccessDenied.as_str(),
                "refused-by-plugin",
                refusal.clone(),
            ),
            Self::Untold(error) => (
                400,
                error.code().as_str(),
                "error-unanswerable",
                said("error-untold-hint"),
            ),
            Self::SuspendedClient => (
                403,
                "unauthorized_client",
                "error-suspended",
                said("error-suspended-hint"),
            ),
            Self::RequestGone => (
                400,
                "invalid_request",
                "error-over",
                said("error-over-hint"),
            ),
            Self::AnotherSession => (
                403,
                "access_denied",
                "error-another-account",
                said("error-another-account-hint"),
            ),
            Self::UnknownClient => (
                400,
                "invalid_request",
                "error-unknown-client",
                said("error-unknown-client-hint"),
            ),
            Self::Field(_) | Self::NoForm | Self::UnregisteredRedirectUri | Self::NoDecision => (
                400,
                "invalid_request",
                "error-unanswerable",
                said("error-mistake-hint"),
            ),
        };
        let detail = match &self {
            Self::Plugin(_) => "see the server's log".to_owned(),
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
                client_id,
                request_id: request.request_id(),
                departure,
            },
        )
    }
}
