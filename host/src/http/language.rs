//! In which language a visitor reads: by the member's choice, by a choice in
//! this browser, by what the browser asks for, or by the site's own.

use std::cmp::Reverse;

use axum::extract::FromRequestParts;
use cookie::{Cookie, SameSite};
use http::{HeaderMap, HeaderValue, header, request::Parts};

use super::{App, page::Failure, visitor::Visitor};
use crate::{
    members::Member,
    site::{Address, Site},
    words::Language,
};

/// The cookie that keeps a choice. It names a language and nobody.
const COOKIE: &str = "hob_language";
/// In seconds: a year.
const COOKIE_LIFETIME: i64 = 365 * 24 * 3600;
/// Of more than so many wishes nobody's is read.
const MOST_WISHES: usize = 32;

impl Language {
    /// The language of whoever sent these headers, be it this member.
    #[must_use]
    pub fn of(site: &Site, member: Option<&Member>, headers: &HeaderMap) -> Self {
        member
            .and_then(|member| Self::named(&member.language))
            .or_else(|| chosen(headers))
            .or_else(|| wished(headers))
            .unwrap_or(site.language)
    }
}

/// Whom a page is for: a visitor, signed in or not.
pub struct Audience {
    pub visitor: Option<Visitor>,
    pub language: Language,
}

impl FromRequestParts<App> for Audience {
    type Rejection = Failure;

    async fn from_request_parts(parts: &mut Parts, app: &App) -> Result<Self, Failure> {
        let visitor = Visitor::of(app, &parts.headers).await?;
        Ok(Self {
            language: visitor.as_ref().map_or_else(
                || Language::of(app.site(), None, &parts.headers),
                |visitor| visitor.language,
            ),
            visitor,
        })
    }
}

/// What was chosen at the foot of a page.
fn chosen(headers: &HeaderMap) -> Option<Language> {
    headers
        .get_all(header::COOKIE)
        .iter()
        .filter_map(|value| value.to_str().ok())
        .flat_map(Cookie::split_parse)
        .filter_map(Result::ok)
        .find(|cookie| cookie.name() == COOKIE)
        .and_then(|cookie| Language::named(cookie.value()))
}

/// What the browser asks for, the dearest first (RFC 9110, section 12.5.4).
/// `*` wishes for nothing.
fn wished(headers: &HeaderMap) -> Option<Language> {
    let mut wishes: Vec<(u16, Language)> = headers
        .get_all(header::ACCEPT_LANGUAGE)
        .iter()
        .filter_map(|value| value.to_str().ok())
        .flat_map(|value| value.split(','))
        .take(MOST_WISHES)
        .filter_map(|wish| {
            let (range, parameter) = wish.split_once(';').unwrap_or((wish, "q=1"));
            let weight = weight(parameter.trim())?;
            Some((weight, Language::named(range.trim())?))
        })
        .filter(|(weight, _)| *weight > 0)
        .collect();
    // Stable: of what is as dear, the first.
    wishes.sort_by_key(|(weight, _)| Reverse(*weight));
    wishes.first().map(|(_, language)| *language)
}

/// Of `q=0.8`, in thousandths (RFC 9110, section 12.4.2). None of what is no
/// weight.
fn weight(parameter: &str) -> Option<u16> {
    let value = parameter
        .strip_prefix("q=")
        .or_else(|| parameter.strip_prefix("Q="))?;
    let (whole, part) = value.split_once('.').unwrap_or((value, ""));
    if part.len() > 3 || !part.bytes().all(|byte| byte.is_ascii_digit()) {
        return None;
    }
    let thousandths: u16 = format!("{part:0<3}").parse().ok()?;
    match whole {
        "0" => Some(thousandths),
        "1" if thousandths == 0 => Some(1000),
        _ => None,
    }
}

/// The cookie that keeps this choice in the browser.
#[must_use]
pub fn choice_cookie(language: Language, address: &Address) -> HeaderValue {
    let path = match address.base() {
        "" => "/",
        base => base,
    };
    let cookie = Cookie::build((COOKIE, language.as_str()))
        .path(path)
        .http_only(true)
        .secure(address.is_secure())
        .same_site(SameSite::Lax)
        .max_age(cookie::time::Duration::seconds(COOKIE_LIFETIME))
        .build();
    HeaderValue::from_str(&cookie.to_string()).expect("a cookie of letters and a checked path")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn wished_by(accept: &str) -> Option<&'static str> {
        let mut headers = HeaderMap::new();
        headers.insert(header::ACCEPT_LANGUAGE, accept.parse().unwrap());
        wished(&headers).map(Language::as_str)
    }

    #[test]
    fn the_dearest_language_that_there_is() {
        assert_eq!(wished_by("de"), Some("de"));
        assert_eq!(wished_by("nl, fr-CH;q=0.9, de;q=0.8"), Some("fr"));
        assert_eq!(wished_by("de;q=0.3, fr;q=0.7, en;q=0.1"), Some("fr"));
        assert_eq!(wished_by("fr , de"), Some("fr"), "the first of two alike");
        assert_eq!(wished_by("fr;q=0, de;q=0.001"), Some("de"));
        for nothing in [
            "",
            "*",
            "nl",
            "de;q=0",
            "de;q=2",
            "de;q=0.1234",
            "de;level=1",
        ] {
            assert_eq!(wished_by(nothing), None, "{nothing:?}");
        }
    }

    #[test]
    fn a_header_of_a_thousand_wishes_is_not_read_to_its_end() {
        let many = "nl,".repeat(1000) + "de";
        assert_eq!(wished_by(&many), None);
        assert_eq!(wished_by(&("nl,".repeat(10) + "de")), Some("de"));
    }

    #[test]
    fn a_choice_is_one_of_the_languages() {
        let with = |cookie: &str| {
            let mut headers = HeaderMap::new();
            headers.insert(header::COOKIE, cookie.parse().unwrap());
            chosen(&headers).map(Language::as_str)
        };
        assert_eq!(with("a=b; hob_language=fr"), Some("fr"));
        assert_eq!(with("hob_language=xx"), None);
        assert_eq!(with("hob_language="), None);
    }
}
