//! Pages in the site's layout, and what is said when something goes wrong.

use std::{collections::BTreeSet, time::Duration};

use askama::Template;
use axum::response::{IntoResponse, Response};
use hob_plugin_manifest::MenuAudience;
use hob_plugin_sdk::{Words, whole_seconds};
use http::{HeaderMap, HeaderValue, Method, StatusCode, Uri, header};

use super::{
    App,
    endpoints::assets,
    views::{ErrorPage, Flash, Layout, MenuLink, SignedIn},
    visitor::Visitor,
};
use crate::words::{self, LANGUAGES, Language, Phrase};

/// The policy of every page that sets none of its own. Nothing comes from
/// elsewhere, and no script runs.
pub const CONTENT_SECURITY_POLICY: &str = "default-src 'none'; img-src 'self'; style-src 'self'; \
     form-action 'self'; frame-ancestors 'none'; base-uri 'none'";

/// As the usual policy, for a page whose form may end, by redirects, at
/// another site: browsers apply `form-action` to the whole chain.
pub const POLICY_FOR_FORMS_THAT_LEAVE: &str = "default-src 'none'; img-src 'self'; \
     style-src 'self'; frame-ancestors 'none'; base-uri 'none'";

/// The usual policy, for a page with pictures that stand at these other origins
/// of the site.
#[must_use]
pub fn policy_with_pictures_of(origins: &BTreeSet<&str>) -> String {
    let mut pictures = "img-src 'self'".to_owned();
    for origin in origins {
        pictures.push(' ');
        pictures.push_str(origin);
    }
    CONTENT_SECURITY_POLICY.replace("img-src 'self'", &pictures)
}

/// When to come again after a 503, in seconds.
const COME_AGAIN_AFTER: u64 = 5;

/// Owns what a layout borrows.
pub struct Frame {
    app: App,
    language: Language,
    here: Option<String>,
    stylesheet_url: String,
    login_url: String,
    csrf: String,
    member: Option<FrameMember>,
    flash: Option<(String, bool)>,
}

struct FrameMember {
    username: String,
    display_name: String,
    initial: String,
    profile_url: String,
    uploader: bool,
    administrator: bool,
}

impl Frame {
    /// The frame for this visitor. `here` is the path that a visitor comes
    /// back to after signing in, and with another language.
    #[must_use]
    pub fn new(app: &App, visitor: Option<&Visitor>, language: Language, here: &str) -> Self {
        let address = &app.site().address;
        Self {
            language,
            here: Some(here.to_owned()),
            stylesheet_url: address.path(&assets::stylesheet_path()),
            login_url: login_url(app, here),
            csrf: visitor.map_or(String::new(), |visitor| visitor.csrf().to_owned()),
            member: visitor.map(|visitor| {
                let member = &visitor.signed_in.member;
                FrameMember {
                    username: member.username.clone(),
                    display_name: member.display_name.clone(),
                    initial: initial(&member.display_name),
                    profile_url: address.path(&format!("/u/{}", member.username)),
                    uploader: member.uploader,
                    administrator: member.administrator,
                }
            }),
            flash: None,
            app: app.clone(),
        }
    }

    /// Adds one sentence about what the last request did.
    #[must_use]
    pub fn with_flash(mut self, flash: Option<(&str, bool)>) -> Self {
        self.flash = flash.map(|(text, failed)| (text.to_owned(), failed));
        self
    }

    /// Another place to come back to with another language; none for a page
    /// that can't be asked for again.
    #[must_use]
    pub fn back_to(mut self, here: Option<String>) -> Self {
        self.here = here;
        self
    }

    /// What the site's own pages say to this visitor.
    #[must_use]
    pub fn words(&self) -> Words {
        words::core(self.language)
    }

    /// What the templates take.
    #[must_use]
    pub fn layout(&self) -> Layout<'_> {
        Layout {
            words: self.words(),
            language: self.language.as_str(),
            languages: &LANGUAGES,
            here: self.here.as_deref(),
            site_name: &self.app.site().name,
            base: self.app.site().address.base(),
            stylesheet_url: &self.stylesheet_url,
            login_url: &self.login_url,
            csrf: &self.csrf,
            member: self.member.as_ref().map(|member| SignedIn {
                username: &member.username,
                display_name: &member.display_name,
                initial: &member.initial,
                profile_url: &member.profile_url,
                may_upload: member.uploader,
                is_administrator: member.administrator,
            }),
            member_links: self.member_links(),
            flash: self.flash.as_ref().map(|(text, failed)| Flash {
                text,
                failed: *failed,
            }),
        }
    }
}

impl Frame {
    /// Only members have a menu.
    fn member_links(&self) -> Vec<MenuLink<'_>> {
        let entries = self.app.menu(MenuAudience::Members);
        let for_members = entries.filter(|_| self.member.is_some());
        for_members
            .map(|entry| MenuLink {
                url: &entry.url,
                text: entry.text(self.language),
            })
            .collect()
    }
}

/// The first letter of a name, for the round badge.
#[must_use]
pub fn initial(name: &str) -> String {
    name.chars()
        .next()
        .map(|first| first.to_uppercase().collect())
        .unwrap_or_default()
}

/// The sign-in page, with the way back.
#[must_use]
pub fn login_url(app: &App, here: &str) -> String {
    let next: String = form_urlencoded::byte_serialize(here.as_bytes()).collect();
    app.site().address.path(&format!("/login?next={next}"))
}

/// Answers with a rendered page. Pages are made for one visitor at one time
/// and are not stored.
///
/// # Errors
/// The template fails, which only a broken formatter could cause.
pub fn html(status: StatusCode, page: &impl Template) -> Result<Response, Failure> {
    let html = page
        .render()
        .map_err(|error| Failure::internal(format!("a page can't be rendered: {error}")))?;
    Ok((
        status,
        [
            (header::CONTENT_TYPE, "text/html; charset=utf-8"),
            (header::CACHE_CONTROL, "no-store"),
        ],
        html,
    )
        .into_response())
}

/// 303 to a path of this site or to another address.
#[must_use]
pub fn see_other(location: &str) -> Response {
    match HeaderValue::from_str(location) {
        Ok(location) => (StatusCode::SEE_OTHER, [(header::LOCATION, location)]).into_response(),
        Err(_) => Failure::BadRequest(Phrase::new("failure-address")).into_response(),
    }
}

/// What waits for a right password after too many wrong ones.
#[must_use]
pub fn too_many_guesses(wait: Duration) -> Phrase {
    Phrase::new("login-too-many").with("seconds", whole_seconds(wait))
}

/// Makes an answer one that says when to come again (RFC 6585, section 4).
#[must_use]
pub fn come_again(mut response: Response, wait: Duration) -> Response {
    *response.status_mut() = StatusCode::TOO_MANY_REQUESTS;
    let seconds = whole_seconds(wait);
    response
        .headers_mut()
        .insert(header::RETRY_AFTER, HeaderValue::from(seconds));
    response
}

/// Why a request is not answered as it wished. Becomes a page for a browser
/// and a line of text for a program; see [`Explained`].
#[derive(Debug)]
pub enum Failure {
    BadRequest(Phrase),
    Forbidden(Phrase),
    NotFound,
    WrongMethod,
    TooLarge(Phrase),
    /// The sender fell silent in the middle of the body, or took too long.
    TooSlow(Phrase),
    UnsupportedMediaType(Phrase),
    /// Sign in first: where.
    SignIn(String),
    /// Come again in a moment.
    Unavailable(Phrase),
    /// The message goes to the log alone.
    Internal(String),
}

/// Rides on a failed response until the envelope words it for who asked.
#[derive(Debug, Clone)]
pub struct Explained {
    pub heading: Phrase,
    pub explanation: Phrase,
}

impl Failure {
    /// A failure of the site itself.
    pub fn internal(message: impl Into<String>) -> Self {
        Self::Internal(message.into())
    }

    /// Sends a browser to the sign-in page; it comes back to where it wanted
    /// to go, if that was a page and not the sending of a form.
    #[must_use]
    pub fn sign_in(app: &App, method: &Method, uri: &Uri) -> Self {
        let home = app.site().address.path("/");
        let here = uri
            .path_and_query()
            .filter(|_| *method == Method::GET)
            .map_or(home.as_str(), |whole| whole.as_str());
        Self::SignIn(login_url(app, here))
    }
}

impl From<diesel::result::Error> for Failure {
    fn from(error: diesel::result::Error) -> Self {
        Self::Internal(format!("the database failed: {error}"))
    }
}

impl IntoResponse for Failure {
    fn into_response(self) -> Response {
        let hint = Phrase::new;
        let (status, heading, explanation) = match self {
            Self::SignIn(location) => return see_other(&location),
            Self::BadRequest(text) => (StatusCode::BAD_REQUEST, "failure-bad-request", text),
            Self::Forbidden(text) => (StatusCode::FORBIDDEN, "failure-forbidden", text),
            Self::NotFound => (
                StatusCode::NOT_FOUND,
                "failure-not-found",
                hint("failure-not-found-hint"),
            ),
            Self::WrongMethod => (
                StatusCode::METHOD_NOT_ALLOWED,
                "failure-wrong-method",
                hint("failure-wrong-method-hint"),
            ),
            Self::TooLarge(text) => (StatusCode::PAYLOAD_TOO_LARGE, "failure-too-large", text),
            Self::TooSlow(text) => (StatusCode::REQUEST_TIMEOUT, "failure-too-slow", text),
            Self::UnsupportedMediaType(text) => (
                StatusCode::UNSUPPORTED_MEDIA_TYPE,
                "failure-unsupported",
                text,
            ),
            Self::Unavailable(text) => {
                (StatusCode::SERVICE_UNAVAILABLE, "failure-unavailable", text)
            }
            Self::Internal(message) => {
                tracing::error!(error = message, "the request failed");
                (
                    StatusCode::INTERNAL_SERVER_ERROR,
                    "failure-internal",
                    hint("failure-internal-hint"),
                )
            }
        };
        let mut response = status.into_response();
        let headers = response.headers_mut();
        if status == StatusCode::SERVICE_UNAVAILABLE {
            headers.insert(header::RETRY_AFTER, HeaderValue::from(COME_AGAIN_AFTER));
        }
        if status == StatusCode::REQUEST_TIMEOUT {
            // The rest of the body is not waited for (RFC 9110, 15.5.9).
            headers.insert(header::CONNECTION, HeaderValue::from_static("close"));
        }
        response.extensions_mut().insert(Explained {
            heading: Phrase::new(heading),
            explanation,
        });
        response
    }
}

/// Whether it is a browser that asks, or another program that shows pages.
#[must_use]
pub fn wants_html(headers: &HeaderMap) -> bool {
    headers
        .get(header::ACCEPT)
        .and_then(|accept| accept.to_str().ok())
        .is_some_and(|accept| accept.contains("text/html"))
}

/// A browser that waits for an answer: what it asked for, and how.
pub struct Browser {
    pub method: Method,
    pub uri: Uri,
    pub headers: HeaderMap,
}

/// Words a failure for who asked: a page for a browser, which asked for this
/// address with these headers, else a line of text.
pub async fn word_failure(
    app: &App,
    browser: Option<&Browser>,
    request_id: &str,
    status: StatusCode,
    explained: Explained,
) -> Response {
    let Some(Browser {
        method,
        uri,
        headers,
    }) = browser
    else {
        let text = format!("{}: {}\n", explained.heading, explained.explanation);
        return (status, [(header::CACHE_CONTROL, "no-store")], text).into_response();
    };
    let visitor = Visitor::of(app, headers).await.ok().flatten();
    let language = match &visitor {
        Some(visitor) => visitor.language,
        None => Language::of(app.site(), None, headers),
    };
    let here = uri.path_and_query().map_or("/", |whole| whole.as_str());
    let again = (*method == Method::GET).then(|| here.to_owned());
    let frame = Frame::new(app, visitor.as_ref(), language, here).back_to(again);
    let words = frame.words();
    let page = ErrorPage {
        layout: frame.layout(),
        status: status.as_u16(),
        heading: &explained.heading.say(words),
        explanation: &explained.explanation.say(words),
        request_id,
    };
    html(status, &page).unwrap_or_else(|_| status.into_response())
}
