//! What surrounds every answer: the request's id, the log, the security
//! headers, the wording of failures, and a stop for panics.

use std::{
    net::IpAddr,
    panic::{AssertUnwindSafe, catch_unwind},
    time::Instant,
};

use axum::{
    extract::Request,
    response::{IntoResponse, Response},
};
use futures_util::FutureExt;
use http::{HeaderMap, HeaderName, HeaderValue, header};
use tracing::Level;

use super::{
    App,
    bridge::Asked,
    page::{self, Explained, Failure},
};
use crate::request_id::RequestId;

/// Who is at the other end of the connection.
#[derive(Clone, Copy, Debug)]
pub struct Peer(pub IpAddr);

static X_REQUEST_ID: HeaderName = HeaderName::from_static("x-request-id");

/// Surrounds what `answer` does with a request.
pub fn around<F: Future<Output = Response>>(
    app: &App,
    request: Request,
    peer: IpAddr,
    answer: impl FnOnce(Request, Asked) -> F,
) -> impl Future<Output = Response> {
    let id = RequestId::fresh();
    id.name(around_named(app, request, id, peer, answer))
}

async fn around_named<F: Future<Output = Response>>(
    app: &App,
    request: Request,
    id: RequestId,
    mut peer: IpAddr,
    answer: impl FnOnce(Request, Asked) -> F,
) -> Response {
    if app.site().behind_proxy {
        peer = forwarded_for(request.headers()).unwrap_or(peer);
    }
    let logged = tracing::enabled!(Level::DEBUG).then(|| {
        (
            Instant::now(),
            request.method().clone(),
            request.uri().clone(),
        )
    });
    // Only a browser is shown a page, into which its session is set.
    let browser = page::wants_html(request.headers()).then(|| page::Browser {
        method: request.method().clone(),
        uri: request.uri().clone(),
        headers: request.headers().clone(),
    });

    let asked = Asked {
        id,
        // A socket for both families writes IPv4 addresses in its own way.
        peer: Peer(peer.to_canonical()),
    };
    let answered = match catch_unwind(AssertUnwindSafe(|| answer(request, asked))) {
        Ok(answer) => AssertUnwindSafe(answer).catch_unwind().await,
        Err(panic) => Err(panic),
    };
    let mut response =
        answered.unwrap_or_else(|_| Failure::internal("a handler panicked").into_response());

    if let Some(explained) = response.extensions_mut().remove::<Explained>() {
        let status = response.status();
        // In a box: it is large, and rare.
        let browser = browser.as_ref();
        let worded = page::word_failure(app, browser, id.as_str(), status, explained);
        let worded = Box::pin(worded).await;
        let (mut parts, body) = worded.into_parts();
        for (name, value) in response.headers() {
            if *name != header::CONTENT_LENGTH && !parts.headers.contains_key(name) {
                parts.headers.append(name, value.clone());
            }
        }
        response = Response::from_parts(parts, body);
    }
    secure(&mut response, app);
    let id = HeaderValue::from_str(id.as_str()).expect("digits are a header's value");
    response.headers_mut().insert(X_REQUEST_ID.clone(), id);
    if let Some((started, method, uri)) = logged {
        // The query is left out: it may hold what is nobody's business.
        tracing::debug!(
            method = %method,
            path = uri.path(),
            status = response.status().as_u16(),
            peer = %peer,
            micros = u64::try_from(started.elapsed().as_micros()).unwrap_or(u64::MAX),
            "answered"
        );
    }
    response
}

/// The address that the proxy in front has added: the last one. What stands
/// before it may be anybody's invention.
fn forwarded_for(headers: &HeaderMap) -> Option<IpAddr> {
    headers
        .get_all("x-forwarded-for")
        .iter()
        .next_back()?
        .to_str()
        .ok()?
        .rsplit(',')
        .next()?
        .trim()
        .parse()
        .ok()
}

fn secure(response: &mut Response, app: &App) {
    let is_html = response
        .headers()
        .get(header::CONTENT_TYPE)
        .is_some_and(|value| value.as_bytes().starts_with(b"text/html"));
    let is_redirect = response.status().is_redirection();
    let headers = response.headers_mut();
    headers.insert(
        header::X_CONTENT_TYPE_OPTIONS,
        HeaderValue::from_static("nosniff"),
    );
    // For what a browser goes on from.
    if is_html || is_redirect {
        headers.insert(
            header::REFERRER_POLICY,
            HeaderValue::from_static("no-referrer"),
        );
    }
    if is_html {
        headers.insert(header::X_FRAME_OPTIONS, HeaderValue::from_static("DENY"));
        headers
            .entry(header::CONTENT_SECURITY_POLICY)
            .or_insert(HeaderValue::from_static(page::CONTENT_SECURITY_POLICY));
        headers
            .entry(header::CACHE_CONTROL)
            .or_insert(HeaderValue::from_static("no-store"));
    }
    if app.site().address.is_secure() {
        headers.insert(
            header::STRICT_TRANSPORT_SECURITY,
            HeaderValue::from_static("max-age=31536000"),
        );
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn of_the_forwarded_addresses_the_proxy_s_own_word_counts() {
        let mut headers = HeaderMap::new();
        assert_eq!(forwarded_for(&headers), None);
        headers.append("x-forwarded-for", HeaderValue::from_static("10.0.0.1"));
        headers.append(
            "x-forwarded-for",
            HeaderValue::from_static("invented, 2001:db8::7"),
        );
        assert_eq!(forwarded_for(&headers), "2001:db8::7".parse().ok());
        headers.append("x-forwarded-for", HeaderValue::from_static("nonsense"));
        assert_eq!(forwarded_for(&headers), None);
    }
}
