//! Who asks: the session behind the cookie.

use std::sync::Arc;

use axum::extract::{FromRequestParts, OptionalFromRequestParts};
use cookie::{Cookie, SameSite};
use http::{HeaderMap, HeaderValue, header, request::Parts};
use subtle::ConstantTimeEq;

use super::{App, page::Failure};
use crate::{
    members::{Session, SignedIn},
    secret::Secret,
    site::Address,
    words::Language,
};

/// A signed-in visitor.
#[derive(Clone)]
pub struct Visitor {
    pub signed_in: Arc<SignedIn>,
    pub language: Language,
    csrf: String,
}

impl Visitor {
    /// Finds the living session behind the request's cookie.
    ///
    /// # Errors
    /// The database failed.
    pub async fn of(app: &App, headers: &HeaderMap) -> Result<Option<Self>, Failure> {
        let site = app.site();
        let Some(secret) = session_cookie(headers, &site.address) else {
            return Ok(None);
        };
        let digest = secret.digest();
        let now = site.clock.now();
        let found = site
            .db
            .read_memoized(&site.sessions, digest, |connection, digest| {
                Ok::<_, diesel::result::Error>(Session::find(connection, digest)?.map(Arc::new))
            });
        let found = found.await?;
        let Some(signed_in) = found.filter(|found| found.session.lives(now)) else {
            return Ok(None);
        };
        if signed_in.session.wants_touch(now) {
            let id = signed_in.session.id;
            site.db
                .write(move |connection| Session::touch(connection, id, now))
                .await?;
        }
        Ok(Some(Self {
            language: Language::of(site, Some(&signed_in.member), headers),
            signed_in,
            csrf: secret.derive("csrf"),
        }))
    }

    /// What every form of this session carries in its field `csrf`.
    #[must_use]
    pub fn csrf(&self) -> &str {
        &self.csrf
    }

    /// Whether this member looks after the site.
    #[must_use]
    pub fn is_administrator(&self) -> bool {
        self.signed_in.member.administrator
    }

    /// Whether a form carried the right one.
    #[must_use]
    pub fn csrf_matches(&self, sent: &str) -> bool {
        self.csrf.as_bytes().ct_eq(sent.as_bytes()).into()
    }
}

/// A handler that takes a `Visitor` is for signed-in members: anybody else is
/// sent to the sign-in page and comes back.
impl FromRequestParts<App> for Visitor {
    type Rejection = Failure;

    async fn from_request_parts(parts: &mut Parts, app: &App) -> Result<Self, Failure> {
        Self::of(app, &parts.headers)
            .await?
            .ok_or_else(|| Failure::sign_in(app, &parts.method, &parts.uri))
    }
}

impl OptionalFromRequestParts<App> for Visitor {
    type Rejection = Failure;

    async fn from_request_parts(parts: &mut Parts, app: &App) -> Result<Option<Self>, Failure> {
        Self::of(app, &parts.headers).await
    }
}

/// A visitor who looks after the site. For any other member there is nothing at
/// the address that asks for one: whoever may not use it need not learn what
/// there is.
pub struct Administrator(pub Visitor);

impl FromRequestParts<App> for Administrator {
    type Rejection = Failure;

    async fn from_request_parts(parts: &mut Parts, app: &App) -> Result<Self, Failure> {
        let visitor = <Visitor as FromRequestParts<App>>::from_request_parts(parts, app).await?;
        match visitor.is_administrator() {
            true => Ok(Self(visitor)),
            false => Err(Failure::NotFound),
        }
    }
}

/// `__Host-` pins the cookie to this host and to TLS (RFC 6265bis, 4.1.3.2).
/// It needs `Path=/`, so a site below a path has what is left of it, TLS
/// (4.1.3.1).
fn cookie_name(kind: CookieKind, address: &Address) -> &'static str {
    match (kind, address.is_secure(), address.base().is_empty()) {
        (CookieKind::Session, true, true) => "__Host-hob_session",
        (CookieKind::Session, true, false) => "__Secure-hob_session",
        (CookieKind::Session, false, _) => "hob_session",
        (CookieKind::Visit, true, true) => "__Host-hob_visit",
        (CookieKind::Visit, true, false) => "__Secure-hob_visit",
        (CookieKind::Visit, false, _) => "hob_visit",
    }
}

/// What a cookie of the site stands for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum CookieKind {
    /// A member is signed in.
    Session,
    /// A browser is known again, whoever sits in front of it.
    Visit,
}

fn session_cookie(headers: &HeaderMap, address: &Address) -> Option<Secret> {
    cookie_value(headers, CookieKind::Session, address).map(|value| Secret::presented(&value))
}

/// The cookie of this kind that a request carries.
pub(super) fn cookie_value(
    headers: &HeaderMap,
    kind: CookieKind,
    address: &Address,
) -> Option<String> {
    let name = cookie_name(kind, address);
    headers
        .get_all(header::COOKIE)
        .iter()
        .filter_map(|value| value.to_str().ok())
        .flat_map(Cookie::split_parse)
        .filter_map(Result::ok)
        .find(|cookie| cookie.name() == name)
        .map(|cookie| cookie.value().to_owned())
}

/// The cookie that signs a browser in.
#[must_use]
pub fn sign_in_cookie(secret: &Secret, address: &Address) -> HeaderValue {
    let seconds = i64::try_from(Session::LIFETIME.as_secs()).expect("a lifetime fits");
    set_cookie(CookieKind::Session, secret.reveal(), seconds, address)
}

/// The cookie that signs it out.
#[must_use]
pub fn sign_out_cookie(address: &Address) -> HeaderValue {
    set_cookie(CookieKind::Session, "", 0, address)
}

pub(super) fn set_cookie(
    kind: CookieKind,
    value: &str,
    max_age_seconds: i64,
    address: &Address,
) -> HeaderValue {
    let path = if address.base().is_empty() {
        "/"
    } else {
        address.base()
    };
    let cookie = Cookie::build((cookie_name(kind, address), value.to_owned()))
        .path(path.to_owned())
        .http_only(true)
        .secure(address.is_secure())
        .same_site(SameSite::Lax)
        .max_age(cookie::time::Duration::seconds(max_age_seconds))
        .build();
    HeaderValue::from_str(&cookie.to_string()).expect("a cookie of base64url and a checked path")
}
