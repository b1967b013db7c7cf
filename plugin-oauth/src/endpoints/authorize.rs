//! `/authorize`: the authorization endpoint (RFC 6749, section 3.1).
//!
//! Where consent is remembered, the answer is a code at once. Everything else
//! becomes a stored request, of which the browser carries only the name, and a
//! page that asks the member.

use hob_plugin_sdk::{Member, Request, Response, db::Timestamp, http::Fields, prelude::*};

use super::{
    front_channel::{Unredirectable, hand_over_code, sign_in, sign_in_path, tell_error},
    question::Question,
    worded::destination,
};
use crate::{
    OAuth,
    act::{Act, Origin},
    authorization_request::{AuthorizationRequest, state},
    error::OAuthError,
    events::{Requested, Telling},
    grants::authorization_code::{CodeIssue, PreparedCode},
    models::{Client, Consent, StoredRequest},
    pages::Onward,
    prompt::Prompt,
    redirect_uri::RedirectTarget,
    stored_request::{Arrival, RequestUri, still_fits, store},
};

/// An authorization request, and what is known about it.
struct Asked {
    client: Client,
    /// What the member allows the client so far.
    consent: Option<Consent>,
    request: AuthorizationRequest,
    /// Its row and name, where it has been stored.
    stored: Option<(StoredRequest, RequestUri)>,
}

/// A request that gets no code, and why.
struct Refused {
    client: Client,
    request: AuthorizationRequest,
    error: OAuthError,
}

impl Refused {
    fn new(
        client: Client,
        request: AuthorizationRequest,
        error: impl Into<OAuthError>,
    ) -> Box<Self> {
        Box::new(Self {
            client,
            request,
            error: error.into(),
        })
    }
}

impl Asked {
    fn refuse(self, error: OAuthError) -> Box<Refused> {
        Refused::new(self.client, self.request, error)
    }
}

/// A request that came as a form goes on as a query: the form comes from
/// another site, so it has neither session nor CSRF token, and it is no more
/// than a question.
pub async fn post(_oauth: Arc<OAuth>, request: Request) -> Response {
    if !request.is_form() {
        return Unredirectable::NoForm.into_page(&request, None);
    }
    match request.form() {
        Ok(fields) => {
            let query: String = form_urlencoded::Serializer::new(String::new())
                .extend_pairs(fields.iter())
                .finish();
            Response::redirect(format!("{}?{query}", request.path()))
                .with_header("cache-control", "no-store")
                .with_header("referrer-policy", "no-referrer")
        }
        Err(error) => Unredirectable::from(error).into_page(&request, None),
    }
}

/// Answers an authorization request.
pub async fn get(oauth: Arc<OAuth>, request: Request) -> Response {
    let fields = match request.query_fields() {
        Ok(fields) => fields,
        Err(error) => return Unredirectable::from(error).into_page(&request, None),
    };
    let read = match fields.one("request_uri") {
        Ok(Some(text)) if RequestUri::is_own(text) => {
            read_stored(&oauth, &request, text).await.map(Ok)
        }
        _ => read_fresh(&oauth, &request, &fields).await,
    };
    match read {
        Ok(Ok(asked)) => answer(&oauth, &request, asked).await,
        Ok(Err(redirect)) => redirect,
        Err(error) => error.into_page(&request, fields.first("client_id")),
    }
}

/// Where a stored request goes on.
fn resume_path(oauth: &OAuth, client: &Client, request_uri: &RequestUri) -> String {
    let query = form_urlencoded::Serializer::new(String::new())
        .append_pair("client_id", &client.client_id)
        .append_pair("request_uri", &request_uri.to_string())
        .finish();
    oauth.own_path(&format!("/authorize?{query}"))
}

/// Reads a request that was pushed, or stored when it came by a browser: all
/// other parameters are ignored (RFC 9126, section 4), apart from a client_id
/// that is another's. No error of it redirects.
async fn read_stored(
    oauth: &OAuth,
    request: &Request,
    request_uri: &str,
) -> Result<Asked, Unredirectable> {
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
            Ok(Some((stored, client, consent)))
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
    Ok(Asked {
        request: stored.request(),
        client,
        consent,
        stored: Some((stored, request_uri)),
    })
}

/// Reads a request from its own parameters. The inner error is a redirect.
async fn read_fresh(
    oauth: &OAuth,
    request: &Request,
    fields: &Fields,
) -> Result<Result<Asked, Response>, Unredirectable> {
    let client_id = fields.required("client_id")?.to_owned();
    let redirect_uri = fields.required("redirect_uri")?;
    let member_id = request.member().map(|member| member.id);
    let resource = oauth.asked_resource(fields);
    let resource_of_consent = resource.as_ref().ok().cloned();
    let now = oauth.now();
    let found = oauth
        .read(move |connection| {
            let Some(client) = Client::find(connection, &client_id)? else {
                return Ok(None);
            };
            let consent = match (member_id, resource_of_consent) {
                (Some(id), Some(resource)) => {
                    Consent::find(connection, id, client.id, &resource, now)?
                }
                _ => None,
            };
            Ok(Some((client, consent)))
        })
        .await?;
    let (client, consent) = found.ok_or(Unredirectable::UnknownClient)?;
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
        Ok(request) => Ok(Asked {
            client,
            consent,
            request,
            stored: None,
        }),
        Err(error) => Err(tell_error(
            oauth,
            request,
            &client,
            &redirect_uri,
            state(fields).as_deref(),
            error,
        )),
    })
}

/// Signs in, asks, or issues, whatever is needed next.
async fn answer(oauth: &OAuth, request: &Request, asked: Asked) -> Response {
    match next_step(oauth, request, asked).await {
        Ok(response) => response,
        Err(refused) => {
            let (client, asked) = (&refused.client, &refused.request);
            let state = asked.state.as_deref();
            tell_error(
                oauth,
                request,
                client,
                &asked.redirect_uri,
                state,
                refused.error,
            )
        }
    }
}

async fn next_step(
    oauth: &OAuth,
    request: &Request,
    asked: Asked,
) -> Result<Response, Box<Refused>> {
    let prompt = asked.request.prompt;
    let Some(member) = request.member() else {
        if prompt.none {
            return Err(asked.refuse(OAuthError::LoginRequired));
        }
        return match &asked.stored {
            Some(_) => sign_in_and_resume(oauth, request, asked).await,
            None => {
                let next = path_after_sign_in(oauth, request, prompt);
                Ok(sign_in(oauth, &next, asked.request.login_hint.as_deref()))
            }
        };
    };
    if has_to_sign_in_again(member, &asked, oauth.now()) {
        if prompt.none {
            return Err(asked.refuse(OAuthError::LoginRequired));
        }
        return sign_in_and_resume(oauth, request, asked).await;
    }
    if let Some(consent) = remembered(&asked) {
        return issue_silently(oauth, request, member, asked, consent).await;
    }
    if prompt.none {
        return Err(asked.refuse(OAuthError::ConsentRequired));
    }
    ask(oauth, request, member, asked).await
}

/// The consent that makes asking needless, if there is one.
fn remembered(asked: &Asked) -> Option<Consent> {
    asked
        .consent
        .as_ref()
        .filter(|consent| {
            asked.request.scope.is_within(&consent.scope)
                && !asked.request.prompt.wants_page()
                && asked
                    .client
                    .may_be_approved_silently(&asked.request.redirect_uri)
        })
        .cloned()
}

/// The hot path: one read before, one write here.
async fn issue_silently(
    oauth: &OAuth,
    browser: &Request,
    member: &Member,
    asked: Asked,
    consent: Consent,
) -> Result<Response, Box<Refused>> {
    let now = oauth.now();
    let request = asked.request;
    let code = PreparedCode::new(
        oauth,
        CodeIssue {
            client: &asked.client,
            member_id: member.id,
            redirect_uri: request.redirect_uri.clone(),
            scope: request.scope.clone(),
            resource: request.resource.clone(),
            code_challenge: request.code_challenge.clone(),
            key_thumbprint: request.key_thumbprint.clone(),
        },
        now,
    );
    let stored = asked.stored.map(|(stored, _)| stored);
    let events = oauth.events();
    let telling = || Telling {
        act: Act::of_member(oauth, member, browser),
        client: asked.client.clone(),
    };
    let told = events.hears_codes().then(telling);
    // One that was stored was told of then.
    let is_new = events.hears_requests() && stored.is_none();
    let requested = is_new.then(|| Requested {
        telling: telling(),
        member_id: Some(member.id),
        scope: request.scope.clone(),
        audience: oauth.audience(&request.resource),
        way: "silent",
    });
    let member = member.clone();
    let housekeeping = oauth.housekeeping();
    let issued = oauth
        .change_unsynced(move |connection| {
            let decided = match stored {
                Some(stored) => {
                    stored.show_to(connection, &member)?
                        && stored.decide(connection, &member, now)?
                }
                None => true,
            };
            if !decided || !consent.hold(connection)? {
                return Ok(None);
            }
            events.authorization_requested(connection, requested.as_ref())?;
            let code = code.store(connection, consent.term(), events, told.as_ref(), true)?;
            housekeeping.run(connection, now)?;
            Ok(Some(code))
        })
        .await;
    match issued {
        Ok(Some(code)) => Ok(hand_over_code(
            oauth,
            browser,
            &asked.client,
            &request.redirect_uri,
            request.state.as_deref(),
            &code,
        )),
        // What it was issued for has been revoked this very moment.
        Ok(None) => Err(Refused::new(asked.client, request, OAuthError::Denied)),
        Err(error) => Err(Refused::new(asked.client, request, error)),
    }
}

/// Stores the request, if that has not been done, and shows the consent page.
async fn ask(
    oauth: &OAuth,
    request: &Request,
    member: &Member,
    asked: Asked,
) -> Result<Response, Box<Refused>> {
    let http = request;
    let showing = match asked.stored {
        Some((stored, request_uri)) => {
            let asked_member = member.clone();
            let (now, until) = time_to_decide(oauth);
            let shown = oauth
                .write(move |connection| {
                    stored.present(connection, now, until)?;
                    stored.show_to(connection, &asked_member)
                })
                .await;
            match shown {
                Ok(true) => Ok(request_uri),
                Ok(false) => return Ok(Unredirectable::RequestGone.into_page(request, None)),
                Err(error) => Err(error),
            }
        }
        None => {
            let request = asked.request.clone();
            let origin = Origin::of(http);
            store(
                oauth,
                &asked.client,
                request,
                Arrival::Shown(member),
                origin,
            )
            .await
        }
    };
    match showing {
        Ok(request_uri) => {
            let here = resume_path(oauth, &asked.client, &request_uri);
            let redirect_uri = &asked.request.redirect_uri;
            let destination = destination(request.words(), redirect_uri);
            let question = Question {
                client: &asked.client,
                scope: &asked.request.scope,
                consent: asked.consent.as_ref(),
                action: &oauth.own_path("/consent"),
                name: request_uri.name(),
                switch_account_url: Some(&sign_in_path(oauth, &here)),
                onward: match redirect_uri.target() {
                    RedirectTarget::OutOfBand => Onward::Copy,
                    RedirectTarget::Web
                    | RedirectTarget::Loopback
                    | RedirectTarget::PrivateScheme => Onward::Redirect {
                        destination: &destination,
                        redirect_uri: redirect_uri.as_str(),
                    },
                },
            };
            Ok(question.show(oauth, request, member).await)
        }
        Err(error) => Err(Refused::new(asked.client, asked.request, error)),
    }
}

/// Sends the member to the sign-in page, and back to the stored request. One
/// that is not stored becomes so, so that it is known when it was made.
async fn sign_in_and_resume(
    oauth: &OAuth,
    request: &Request,
    asked: Asked,
) -> Result<Response, Box<Refused>> {
    let origin = Origin::of(request);
    let kept = match asked.stored {
        Some((stored, request_uri)) => {
            let (now, until) = time_to_decide(oauth);
            oauth
                .write(move |connection| stored.present(connection, now, until))
                .await
                .map(|()| request_uri)
        }
        None => {
            let request = asked.request.clone();
            store(oauth, &asked.client, request, Arrival::Unshown, origin).await
        }
    };
    match kept {
        Ok(request_uri) => {
            let next = resume_path(oauth, &asked.client, &request_uri);
            Ok(sign_in(oauth, &next, asked.request.login_hint.as_deref()))
        }
        Err(error) => Err(Refused::new(asked.client, asked.request, error)),
    }
}

/// Whether the member has to give the password for this request, and has not
/// done so since it was presented.
fn has_to_sign_in_again(member: &Member, asked: &Asked, now: Timestamp) -> bool {
    let request = &asked.request;
    let too_long_ago = request
        .max_age
        .is_some_and(|most| now.saturating_duration_since(member.authenticated_at) > most);
    let signed_in_for_it = asked
        .stored
        .as_ref()
        .and_then(|(stored, _)| stored.presented_at)
        .is_some_and(|presented_at| member.authenticated_at >= presented_at);
    (request.prompt.login || too_long_ago) && !signed_in_for_it
}

/// From now, until when.
fn time_to_decide(oauth: &OAuth) -> (Timestamp, Timestamp) {
    let now = oauth.now();
    (now, now + oauth.settings().authorization_request_lifetime())
}

/// The way back to a request that was not stored. Whoever comes back has just
/// signed in, so what asks for that is taken out.
fn path_after_sign_in(oauth: &OAuth, request: &Request, prompt: Prompt) -> String {
    let mut query = form_urlencoded::Serializer::new(String::new());
    for (name, value) in request.query_fields().iter().flat_map(Fields::iter) {
        match name {
            "prompt" => query.append_pair(name, &prompt.after_sign_in().to_string()),
            "max_age" => &mut query,
            _ => query.append_pair(name, value),
        };
    }
    oauth.own_path(&format!("/authorize?{}", query.finish()))
}
