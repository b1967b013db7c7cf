//! `/authorize`: the authorization endpoint (RFC 6749, section 3.1).
//!
//! Where consent is remembered, the answer is a code at once. Else a page asks
//! the member, and its form carries the request under seal; or the name of one
//! that is stored, where the client pushed it or the member has to sign in
//! again first.

use hob_plugin_sdk::{
    Member, PluginError, Request, Response, db::Timestamp, http::Fields, prelude::*,
};

use super::{
    front_channel::{Unredirectable, hand_over_code, sign_in, sign_in_path},
    presented::{Presented, Refused},
    question::Question,
    worded::destination,
};
use crate::{
    OAuth,
    act::{Act, Origin},
    authorization_request::AuthorizationRequest,
    error::OAuthError,
    events::{Requested, Telling},
    grants::authorization_code::{CodeIssue, PreparedCode},
    models::{Client, Consent, StoredRequest},
    pages::Onward,
    prompt::Prompt,
    redirect_uri::RedirectTarget,
    sealed_request::SealedRequest,
    stored_request::{Arrival, RequestUri, store},
};

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
            let stored = Presented::read_stored(&oauth, &request, text).await;
            stored.map(Ok)
        }
        _ => {
            let member_id = request.member().map(|member| member.id);
            Presented::read_fresh(&oauth, member_id, &fields).await
        }
    };
    match read {
        Ok(Ok(asked)) => next_step(&oauth, &request, asked)
            .await
            .unwrap_or_else(|refused| refused.tell(&oauth, &request)),
        Ok(Err(refused)) => refused.tell(&oauth, &request),
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

/// Signs in, asks, or issues, whatever is needed next.
async fn next_step(
    oauth: &OAuth,
    request: &Request,
    asked: Presented,
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
                let hint = asked.request.login_hint.as_deref();
                Ok(sign_in(oauth, &next, hint, asks_when(&asked.request)))
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
fn remembered(asked: &Presented) -> Option<Consent> {
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
    asked: Presented,
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
        act: Act::of_member(oauth.host(), member, browser),
        client: Client::clone(&asked.client),
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
            code,
        )),
        // What it was issued for has been revoked this very moment.
        Ok(None) => Err(Refused::new(asked.client, request, OAuthError::Denied)),
        Err(error) => Err(Refused::new(asked.client, request, error)),
    }
}

/// Shows the consent page.
async fn ask(
    oauth: &OAuth,
    request: &Request,
    member: &Member,
    asked: Presented,
) -> Result<Response, Box<Refused>> {
    let shown = match &asked.stored {
        Some((stored, request_uri)) => show_stored(oauth, member, stored).await.map(|shown| {
            shown.then(|| {
                let here = resume_path(oauth, &asked.client, request_uri);
                (request_uri.name().to_owned(), here)
            })
        }),
        None => show_fresh(oauth, request, member, &asked)
            .await
            .map(|name| {
                let here = path_after_sign_in(oauth, request, asked.request.prompt);
                Some((name, here))
            }),
    };
    let (name, here) = match shown {
        Ok(Some(shown)) => shown,
        Ok(None) => return Ok(Unredirectable::RequestGone.into_page(request, None)),
        Err(error) => return Err(Refused::new(asked.client, asked.request, error)),
    };
    let redirect_uri = &asked.request.redirect_uri;
    let destination = destination(request.words(), redirect_uri);
    let question = Question {
        client: &asked.client,
        scope: &asked.request.scope,
        consent: asked.consent.as_ref(),
        action: &oauth.own_path("/consent"),
        name: &name,
        switch_account_url: Some(&sign_in_path(oauth, &here)),
        onward: match redirect_uri.target() {
            RedirectTarget::OutOfBand => Onward::Copy,
            RedirectTarget::Web | RedirectTarget::Loopback | RedirectTarget::PrivateScheme => {
                Onward::Redirect {
                    destination: &destination,
                    redirect_uri: redirect_uri.as_str(),
                }
            }
        },
    };
    Ok(question.show(oauth, request, member).await)
}

/// Binds a stored request to whom the page is shown to. False if it was decided
/// since.
async fn show_stored(
    oauth: &OAuth,
    member: &Member,
    stored: &StoredRequest,
) -> Result<bool, PluginError> {
    let (stored, member) = (stored.clone(), member.clone());
    let (now, until) = time_to_decide(oauth);
    oauth
        .write(move |connection| {
            stored.present(connection, now, until)?;
            stored.show_to(connection, &member)
        })
        .await
}

/// Puts a request under seal for the form, and stores nothing.
async fn show_fresh(
    oauth: &OAuth,
    request: &Request,
    member: &Member,
    asked: &Presented,
) -> Result<String, PluginError> {
    let events = oauth.events();
    if events.hears_requests() {
        let requested = Requested {
            telling: Telling {
                act: Act::of_client(&asked.client.client_id, Origin::of(request), oauth.now()),
                client: Client::clone(&asked.client),
            },
            member_id: Some(member.id),
            scope: asked.request.scope.clone(),
            audience: oauth.audience(&asked.request.resource),
            way: "shown",
        };
        oauth
            .change_unsynced(move |connection| {
                events.authorization_requested(connection, Some(&requested))
            })
            .await?;
    }
    let sealed = SealedRequest::new(member, request.query().to_owned(), oauth.now());
    Ok(oauth.seal().await?.close(&sealed))
}

/// Sends the member to the sign-in page, and back to the stored request. One
/// that is not stored becomes so, so that it is known when it was made.
async fn sign_in_and_resume(
    oauth: &OAuth,
    request: &Request,
    asked: Presented,
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
            let hint = asked.request.login_hint.as_deref();
            Ok(sign_in(oauth, &next, hint, asks_when(&asked.request)))
        }
        Err(error) => Err(Refused::new(asked.client, asked.request, error)),
    }
}

/// Whether it matters to the client when somebody signed in.
const fn asks_when(request: &AuthorizationRequest) -> bool {
    request.prompt.login || request.max_age.is_some()
}

/// Whether the member has to show who is there for this request, and has not
/// done so since it was presented.
fn has_to_sign_in_again(member: &Member, asked: &Presented, now: Timestamp) -> bool {
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
