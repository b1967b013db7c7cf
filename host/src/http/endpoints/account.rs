//! `/account`: a member's own settings.

use axum::{extract::State, response::Response};
use hob_plugin_sdk::{AuditEntry, Words, site_path};
use http::StatusCode;
use serde::Deserialize;

use super::shown::ShownMoment;
use crate::{
    audit,
    http::{
        App,
        address::{Path, Query},
        form::SignedForm,
        page::{Failure, Frame, come_again, html, see_other, too_many_guesses},
        views::{AccountPage, Field, MenuLink, SessionRow},
        visitor::Visitor,
    },
    members::{LONGEST_NAME, Member, MemberError, Password, Session, SignedIn, check_email},
    words::Phrase,
};

/// What the last request did.
#[derive(Deserialize)]
pub struct Done {
    done: Option<String>,
}

/// What was wrong with a form.
#[derive(Default)]
struct Problems {
    display_name: Option<Phrase>,
    email: Option<Phrase>,
    current_password: Option<Phrase>,
    new_password: Option<Phrase>,
}

/// Shows the settings and the sessions.
///
/// # Errors
/// The database failed.
pub async fn show(
    State(app): State<App>,
    visitor: Visitor,
    Query(done): Query<Done>,
) -> Result<Response, Failure> {
    let flash = match done.done.as_deref() {
        Some("profile") => Some("account-done-profile"),
        Some("password") => Some("account-done-password"),
        Some("session") => Some("account-done-session"),
        _ => None,
    };
    let member = &visitor.signed_in.member;
    let typed = (member.display_name.clone(), member.email.clone());
    page(&app, &visitor, &typed, &Problems::default(), flash).await
}

async fn page(
    app: &App,
    visitor: &Visitor,
    (display_name, email): &(String, String),
    problems: &Problems,
    done: Option<&'static str>,
) -> Result<Response, Failure> {
    let member = &visitor.signed_in.member;
    let (id, now) = (member.id, app.site().clock.now());
    let sessions = app
        .site()
        .db
        .read(move |connection| Session::of_member(connection, id, now))
        .await?;
    let address = &app.site().address;
    let frame = Frame::new(
        app,
        Some(visitor),
        visitor.language,
        &address.path("/account"),
    );
    let words = frame.words();
    let flash = done.map(|done| words.say(done).to_string());
    let frame = frame.with_flash(flash.as_deref().map(|text| (text, false)));
    let shown: Vec<_> = sessions
        .iter()
        .map(|session| {
            (
                session,
                device(words, &session.user_agent),
                ShownMoment::new(words, session.created_at),
                ShownMoment::new(words, session.last_used_at),
                address.path(&format!("/account/sessions/{}/revoke", session.id)),
            )
        })
        .collect();
    let rows: Vec<SessionRow<'_>> = shown
        .iter()
        .map(
            |(session, device, started, last_seen, revoke_url)| SessionRow {
                device,
                address: &session.peer,
                started: started.moment(),
                last_seen: last_seen.moment(),
                current: session.id == visitor.signed_in.session.id,
                revoke_url,
            },
        )
        .collect();
    let failed = problems.display_name.is_some()
        || problems.email.is_some()
        || problems.current_password.is_some()
        || problems.new_password.is_some();
    let status = if failed {
        StatusCode::UNPROCESSABLE_ENTITY
    } else {
        StatusCode::OK
    };
    let said = |problem: &Option<Phrase>| problem.as_ref().map(|problem| problem.say(words));
    let (name_error, email_error) = (said(&problems.display_name), said(&problems.email));
    let current_password_error = said(&problems.current_password);
    let new_password_error = said(&problems.new_password);
    let sign_in_anew_url = sign_in_anew_path(app);
    let password_rule = words
        .say("account-password-rule")
        .with("characters", Password::SHORTEST)
        .to_string();
    let methods: Vec<_> = app
        .plugins()
        .sign_in_methods(address)
        .filter_map(|provider| Some((provider.title.as_str(), provider.account_url()?)))
        .collect();
    let methods: Vec<_> = methods
        .iter()
        .map(|(text, url)| MenuLink { text, url })
        .collect();
    html(
        status,
        &AccountPage {
            layout: frame.layout(),
            username: &member.username,
            profile_url: &address.path(&format!("/u/{}", member.username)),
            display_name: Field {
                value: display_name,
                error: name_error.as_deref(),
            },
            email: Field {
                value: email,
                error: email_error.as_deref(),
            },
            current_password_error: current_password_error.as_deref(),
            new_password_error: new_password_error.as_deref(),
            has_password: member.has_password(),
            sign_in_anew_url: has_to_sign_in_anew(app, visitor).then_some(&sign_in_anew_url),
            password_rule: &password_rule,
            sessions: &rows,
            methods: &methods,
        },
    )
}

/// Saves name and e-mail address.
///
/// # Errors
/// The form is forged, or the database failed.
pub async fn change_profile(State(app): State<App>, form: SignedForm) -> Result<Response, Failure> {
    let typed = (
        form.fields
            .first("display_name")
            .unwrap_or_default()
            .trim()
            .to_owned(),
        form.fields
            .first("email")
            .unwrap_or_default()
            .trim()
            .to_owned(),
    );
    let mut problems = Problems::default();
    if typed.0.is_empty() || typed.0.chars().count() > LONGEST_NAME {
        problems.display_name = Some(Phrase::new("problem-name-length").with("most", LONGEST_NAME));
    }
    if let Err(error) = check_email(&typed.1) {
        problems.email = Some((&error).into());
    }
    if problems.display_name.is_some() || problems.email.is_some() {
        return page(&app, &form.visitor, &typed, &problems, None).await;
    }
    let (id, (name, email)) = (form.visitor.signed_in.member.id, typed.clone());
    let entry = entry("member.profile_changed", &app, &form).about_member(id);
    let changed: Result<(), MemberError> = app
        .site()
        .db
        .write(move |connection| {
            Member::change_profile(connection, id, &name, &email)?;
            Ok(connection.note(entry)?)
        })
        .await;
    match changed {
        Ok(()) => Ok(see_other(&app.site().address.path("/account?done=profile"))),
        Err(error @ MemberError::EmailTaken) => {
            problems.email = Some((&error).into());
            page(&app, &form.visitor, &typed, &problems, None).await
        }
        Err(error) => Err(error.into()),
    }
}

/// Changes the password, or sets the first one, which ends every other session and what applications
/// were given.
///
/// # Errors
/// The form is forged, or the database failed.
pub async fn change_password(
    State(app): State<App>,
    form: SignedForm,
) -> Result<Response, Failure> {
    let site = app.site();
    let member = &form.visitor.signed_in.member;
    let typed = (member.display_name.clone(), member.email.clone());
    let mut problems = Problems::default();
    let session = form.visitor.signed_in.session.id;
    if has_to_sign_in_anew(&app, &form.visitor) {
        return Ok(see_other(&sign_in_anew_path(&app)));
    }
    // Who came by another way has none yet to be asked for.
    if member.has_password() {
        let current =
            Password::presented(form.fields.first("current_password").unwrap_or_default());
        // Whoever sits at a session that was left open guesses in this session.
        let (throttle, session_name) = (&site.wrong_passwords, session.to_string());
        if let Some(wait) = throttle.wait(&member.username, &session_name, site.clock.now()) {
            problems.current_password = Some(too_many_guesses(wait));
            let page = page(&app, &form.visitor, &typed, &problems, None).await?;
            return Ok(come_again(page, wait));
        }
        throttle.failed(&member.username, &session_name, site.clock.now());
        let hash = Some(member.password_hash.clone());
        if !site.passwords.verify(current, hash).await {
            problems.current_password = Some(Phrase::new("problem-current-password"));
            return page(&app, &form.visitor, &typed, &problems, None).await;
        }
        throttle.succeeded(&member.username, &session_name);
    }
    let wanted = form.fields.first("new_password").unwrap_or_default();
    let chosen = match Password::chosen(wanted, &member.username) {
        Ok(password) => password,
        Err(error) => {
            problems.new_password = Some((&error).into());
            return page(&app, &form.visitor, &typed, &problems, None).await;
        }
    };
    let hash = site.passwords.hash(chosen).await;
    let id = member.id;
    let entry = entry("member.password_changed", &app, &form).about_member(id);
    site.db
        .write(move |connection| {
            Member::change_password(connection, id, &hash, Some(session))?;
            Ok::<_, MemberError>(connection.note(entry)?)
        })
        .await?;
    Ok(see_other(&site.address.path("/account?done=password")))
}

/// Whether a member who has no password yet has to show who is there before one
/// is set: it lets in whoever knows it, for ever.
fn has_to_sign_in_anew(app: &App, visitor: &Visitor) -> bool {
    let SignedIn { member, session } = &*visitor.signed_in;
    !member.has_password() && !session.is_recent(app.site().clock.now())
}

/// Where that is done, and afterwards leads back here.
fn sign_in_anew_path(app: &App) -> String {
    let address = &app.site().address;
    site_path::sign_in_anew_path(address.base(), &address.path("/account"))
}

/// Signs one place out.
///
/// # Errors
/// There is no such session of this member.
pub async fn revoke_session(
    State(app): State<App>,
    Path(session): Path<i64>,
    form: SignedForm,
) -> Result<Response, Failure> {
    let id = form.visitor.signed_in.member.id;
    let entry = entry("member.signed_out_elsewhere", &app, &form).about_member(id);
    let ended = app
        .site()
        .db
        .write(move |connection| {
            let ended = Session::end(connection, id, session)?;
            if ended {
                connection.note(entry)?;
            }
            Ok::<_, diesel::result::Error>(ended)
        })
        .await?;
    if !ended {
        return Err(Failure::NotFound);
    }
    Ok(see_other(&app.site().address.path("/account?done=session")))
}

/// Signs all places but this one out.
///
/// # Errors
/// The form is forged, or the database failed.
pub async fn revoke_others(State(app): State<App>, form: SignedForm) -> Result<Response, Failure> {
    let id = form.visitor.signed_in.member.id;
    let this = form.visitor.signed_in.session.id;
    let entry = entry("member.signed_out_elsewhere", &app, &form).about_member(id);
    app.site()
        .db
        .write(move |connection| {
            Session::end_all(connection, id, Some(this))?;
            Ok::<_, diesel::result::Error>(connection.note(entry)?)
        })
        .await?;
    Ok(see_other(&app.site().address.path("/account?done=session")))
}

/// What a member does to the own account.
fn entry(action: &str, app: &App, form: &SignedForm) -> AuditEntry {
    AuditEntry::new(audit::CORE, action, &form.who(), app.site().clock.now())
}

impl From<MemberError> for Failure {
    fn from(error: MemberError) -> Self {
        match error {
            MemberError::Unknown(_) => Self::NotFound,
            MemberError::Database(error) => error.into(),
            MemberError::PluginFailed(_) => Self::Internal(error.to_string()),
            MemberError::BadUsername(_)
            | MemberError::BadEmail(_)
            | MemberError::UsernameTaken(_)
            | MemberError::EmailTaken
            | MemberError::RefusedByPlugin(_) => Self::BadRequest((&error).into()),
        }
    }
}

/// A browser's name in words; what it sends is long and for programs.
fn device(words: Words, user_agent: &str) -> String {
    let known = |names: &[(&str, &'static str)]| {
        names
            .iter()
            .find(|(mark, _)| user_agent.contains(mark))
            .map(|(_, name)| *name)
    };
    let browser = known(&[
        ("Firefox/", "Firefox"),
        ("Edg/", "Edge"),
        ("OPR/", "Opera"),
        ("Chrome/", "Chrome"),
        ("Safari/", "Safari"),
    ]);
    let system = known(&[
        ("Android", "Android"),
        ("iPhone", "iPhone"),
        ("iPad", "iPad"),
        ("Windows", "Windows"),
        ("Mac OS", "macOS"),
        ("Linux", "Linux"),
    ]);
    match (browser, system) {
        (Some(browser), Some(system)) => words
            .say("account-device")
            .with("browser", browser)
            .with("system", system)
            .to_string(),
        (Some(browser), None) => browser.to_owned(),
        (None, _) => words.say("account-device-other").to_string(),
    }
}
