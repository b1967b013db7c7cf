//! Cross-origin requests, for the routes that want them (Fetch standard).
//!
//! Such a route never sees the session, so any origin may call it; no cookie
//! counts, and none is allowed along.

use axum::response::{IntoResponse, Response};
use http::{HeaderMap, HeaderValue, StatusCode, header};

/// What a page of another site may read of an answer.
const EXPOSED: &str = "www-authenticate, location, link, retry-after, dpop-nonce, x-request-id";
/// What it may send.
const ALLOWED: &str = "authorization, content-type, dpop, accept";

/// The answer to a preflight: before any authentication, which a preflight
/// can't carry.
#[must_use]
pub fn preflight(methods: &str) -> Response {
    let mut response = StatusCode::NO_CONTENT.into_response();
    let headers = response.headers_mut();
    if let Ok(methods) = HeaderValue::from_str(methods) {
        headers.insert(header::ACCESS_CONTROL_ALLOW_METHODS, methods);
    }
    headers.insert(
        header::ACCESS_CONTROL_ALLOW_HEADERS,
        HeaderValue::from_static(ALLOWED),
    );
    headers.insert(
        header::ACCESS_CONTROL_MAX_AGE,
        HeaderValue::from_static("86400"),
    );
    allow(headers);
    response
}

/// Lets pages of every origin read the answer, errors included.
pub fn allow(headers: &mut HeaderMap) {
    headers.insert(
        header::ACCESS_CONTROL_ALLOW_ORIGIN,
        HeaderValue::from_static("*"),
    );
    headers.insert(
        header::ACCESS_CONTROL_EXPOSE_HEADERS,
        HeaderValue::from_static(EXPOSED),
    );
}
