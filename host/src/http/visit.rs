//! Which browser asks, before anybody is signed in.
//!
//! A plugin that sends a browser to another site has to know that the one that
//! comes back is the same: else somebody could be signed in as another, by a
//! link. A cookie of its own names the browser; each plugin is told another
//! name, from which neither the cookie nor the others' names can be found.

use std::time::Duration;

use http::{HeaderMap, HeaderValue};

use super::visitor::{CookieKind, cookie_value, set_cookie};
use crate::{secret::Secret, site::Address};

/// A browser, for as long as it keeps its cookie.
pub struct Visit(Secret);

impl Visit {
    /// How long the browser keeps the cookie after it was last set.
    const LIFETIME: Duration = Duration::from_secs(3600);

    /// The visit that a request belongs to, or a new one.
    #[must_use]
    pub fn of(headers: &HeaderMap, address: &Address) -> Self {
        let known = cookie_value(headers, CookieKind::Visit, address)
            .filter(|value| Secret::is_one(value))
            .map(|value| Secret::presented(&value));
        Self(known.unwrap_or_else(Secret::generate))
    }

    /// What a plugin knows it by.
    #[must_use]
    pub fn name_for(&self, plugin: &str) -> String {
        self.0.derive(&format!("visit {plugin}"))
    }

    /// The cookie by which the browser is known again, for its lifetime from
    /// now on.
    #[must_use]
    pub fn cookie(&self, address: &Address) -> HeaderValue {
        let seconds = i64::try_from(Self::LIFETIME.as_secs()).expect("a lifetime fits");
        set_cookie(CookieKind::Visit, self.0.reveal(), seconds, address)
    }

    /// The cookie that ends the visit.
    #[must_use]
    pub fn end_cookie(address: &Address) -> HeaderValue {
        set_cookie(CookieKind::Visit, "", 0, address)
    }
}
