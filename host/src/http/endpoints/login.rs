//! `/login` and `/logout`.

use axum::{
    extract::{FromRequest, FromRequestParts, Request, State},
    response::Response,
};
use hob_plugin_sdk::{AuditEntry, Who, site_path};
use http::{HeaderValue, StatusCode, header};
use serde::Deserialize;

use crate::{
    audit,
    http::{
        App,
        address::Query,
        envelope::Peer,
        form::{OpenForm, SignedForm, member_at},
        fresh_session::{FreshSession, Whose},
        language::Audience,
        page::{
            Failure, Frame, POLICY_FOR_FORMS_THAT_LEAVE, come_again, html, see_other,
            too_many_guesses,
        },
        views::{LoginPage, MenuLink},
        visitor::sign_out_cookie,
    },
    members::{Password, Session, Username, check_password},
    site::Site,
    words::Phrase,
};

/// What a link to the sign-in page may say.
#[derive(Deserialize)]
pub struct Asked {
    /// Where to go after signing in.
    next: Option<String>,
    /// Whom the page that leads here expects: only to spare typing.
    username: Option<String>,
    /// Somebody has to show who is there, whoever is signed in.
    anew: Option<String>,
}

/// What the page leads to, and what for.
struct Way<'a> {
    /// A path of the site.
    next: &'a str,
    /// What it leads to is for somebody who signs in anew: with the password, or
    /// with an account of a site that can tell when.
    anew: bool,
}

/// A path of this site, or the home page: never another site, be it at the
/// same host.
#[must_use]
pub fn own_path(app: &App, next: Option<&str>) -> String {
    site_path::own_path(app.site().address.base(), next)
}

/// Shows the sign-in form: also to somebody who is signed in and wants
/// another account.
///
/// # Errors
/// The page can't be rendered.
pub async fn show(
    State(app): State<App>,
    audience: Audience,
    Query(asked): Query<Asked>,
) -> Result<Response, Failure> {
    let next = own_path(&app, asked.next.as_deref());
    let username = expected_username(asked.username.as_deref());
    let way = Way {
        next: &next,
        anew: asked.anew.is_some(),
    };
    form_page(&app, &audience, &username, &way, None)
}

/// What to fill in: nothing that could not be a username, so that a link can't
/// put words of its own on the page.
fn expected_username(hint: Option<&str>) -> String {
    hint.and_then(|hint| Username::parse(hint).ok())
        .map_or_else(String::new, |name| name.as_str().to_owned())
}

fn form_page(
    app: &App,
    audience: &Audience,
    username: &str,
    &Way { next, anew }: &Way<'_>,
    error: Option<&Phrase>,
) -> Result<Response, Failure> {
    let member = audience.visitor.as_ref();
    let member = member.map(|visitor| &visitor.signed_in.member);
    let expected = member.filter(|member| anew && member.has_password());
    let username = match (username, expected) {
        ("", Some(member)) => &member.username,
        _ => username,
    };
    // Another language leads back to this form, and it to where it leads.
    let again = if anew { "1" } else { "" };
    let fields = [("next", next), ("username", username), ("anew", again)];
    let form = String::from("/login?");
    let length = form.len();
    let again = form_urlencoded::Serializer::for_suffix(form, length)
        .extend_pairs(fields.into_iter().filter(|(_, value)| !value.is_empty()))
        .finish();
    let frame = Frame::new(app, audience.visitor.as_ref(), audience.language, next)
        .back_to(Some(app.site().address.path(&again)));
    let error = error.map(|error| error.say(frame.words()));
    let status = match &error {
        Some(_) => StatusCode::UNPROCESSABLE_ENTITY,
        None => StatusCode::OK,
    };
    let (usable, left_out): (Vec<_>, Vec<_>) = app
        .plugins()
        .sign_in_methods(&app.site().address)
        .flat_map(|methods| methods.list(audience.language))
        .partition(|method| method.tells_when || !anew);
    let shown: Vec<_> = usable
        .iter()
        .map(|method| (method.url(next, anew), method.text.as_str()))
        .collect();
    let buttons: Vec<_> = shown
        .iter()
        .map(|(url, text)| MenuLink { text, url })
        .collect();
    let mut response = html(
        status,
        &LoginPage {
            layout: frame.layout(),
            username,
            next,
            error: error.as_deref(),
            methods: &buttons,
            anew,
            some_left_out: !left_out.is_empty(),
        },
    )?;
    // Signing in may lead on, by redirects, to an application elsewhere.
    response.headers_mut().insert(
        header::CONTENT_SECURITY_POLICY,
        HeaderValue::from_static(POLICY_FOR_FORMS_THAT_LEAVE),
    );
    Ok(response)
}

/// Signs a member in: a fresh session, whatever session there was.
///
/// # Errors
/// The form was sent from another site, or the database failed.
pub async fn sign_in(State(app): State<App>, request: Request) -> Result<Response, Failure> {
    let peer = request
        .extensions()
        .get::<Peer>()
        .map_or(String::new(), |Peer(address)| address.to_string());
    let headers = request.headers().clone();
    let (mut parts, body) = request.into_parts();
    let audience = Audience::from_request_parts(&mut parts, &app).await?;
    let request = Request::from_parts(parts, body);
    let OpenForm { fields } = OpenForm::from_request(request, &app).await?;
    let typed = fields.first("username").unwrap_or_default();
    let password = Password::presented(fields.first("password").unwrap_or_default());
    let next = own_path(&app, fields.first("next"));
    let way = Way {
        next: &next,
        anew: fields.first("anew").is_some(),
    };
    let site = app.site();
    // However the name is typed, it is one account.
    let account =
        Username::parse(typed).map_or_else(|_| typed.to_owned(), |name| name.as_str().to_owned());
    let throttle = &site.wrong_passwords;
    if let Some(wait) = throttle.wait(&account, &peer, site.clock.now()) {
        tracing::warn!(peer, "too many wrong passwords were tried for one account");
        note_guessing(site, &account, &peer);
        let error = too_many_guesses(wait);
        let page = form_page(&app, &audience, typed, &way, Some(&error))?;
        return Ok(come_again(page, wait));
    }
    // Counted before the answer is known, so that guesses that come together
    // are not all free.
    throttle.failed(&account, &peer, site.clock.now());
    let member = check_password(&site.db, &site.passwords, typed, password).await?;
    let signed_in = match member {
        Some(member) => {
            throttle.succeeded(&account, &peer);
            let fresh = FreshSession {
                whose: Whose::Member(member.id),
                by: None,
                replaced: audience
                    .visitor
                    .as_ref()
                    .map(|visitor| visitor.signed_in.clone()),
                peer: peer.clone(),
                headers: &headers,
            };
            fresh.begin(site).await?
        }
        None => None,
    };
    let Some(cookie) = signed_in else {
        tracing::info!(peer, "a sign-in was refused");
        let error = Phrase::new("login-wrong");
        return form_page(&app, &audience, typed, &way, Some(&error));
    };
    let mut response = see_other(&next);
    response.headers_mut().insert(header::SET_COOKIE, cookie);
    Ok(response)
}

/// Notes that somebody guesses, and is slowed down: seldom, however many
/// accounts he tries. Nobody waits.
fn note_guessing(site: &Site, account: &str, peer: &str) {
    let now = site.clock.now();
    let Some(left_out) = site.noted_guesses.tell(account, peer, now) else {
        return;
    };
    let who = Who {
        member_id: None.into(),
        ..member_at(0, account, peer)
    };
    let entry =
        AuditEntry::new(audit::CORE, "member.sign_in_throttled", &who, now).with_left_out(left_out);
    site.db
        .write_later(move |connection| connection.note(entry));
}

/// Signs the member out: the session ends in the database too.
///
/// # Errors
/// The form is forged, or the database failed.
pub async fn sign_out(State(app): State<App>, form: SignedForm) -> Result<Response, Failure> {
    let session = &form.visitor.signed_in.session;
    let (id, member_id) = (session.id, session.member_id);
    app.site()
        .db
        .write(move |connection| Session::end(connection, member_id, id))
        .await?;
    let mut response = see_other(&app.site().address.path("/"));
    response
        .headers_mut()
        .insert(header::SET_COOKIE, sign_out_cookie(&app.site().address));
    Ok(response)
}
