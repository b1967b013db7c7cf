//! What surrounds every answer: the request's id, the log, the security
//! headers, the wording of failures, and a stop for panics.

use std::{
    io::Write,
    net::{IpAddr, SocketAddr},
    panic::AssertUnwindSafe,
    time::Instant,
};

use axum::{
    extract::{ConnectInfo, Request, State},
    middleware::Next,
    response::{IntoResponse, Response},
};
use futures_util::FutureExt;
use http::{HeaderMap, HeaderName, HeaderValue, StatusCode, header};
use tracing::Instrument;

use super::{
    App,
    page::{self, Explained, Failure},
};

/// Names a request in logs, on error pages and in the answer: 16 hexadecimal
/// digits.
#[derive(Clone, Copy, Debug)]
pub struct RequestId([u8; 16]);

impl RequestId {
    /// A fresh one. It is no secret, so it need not come from the operating
    /// system.
    fn fresh() -> Self {
        let mut digits = [0; 16];
        write!(digits.as_mut_slice(), "{:016x}", rand::random::<u64>())
            .expect("a u64 has 16 hexadecimal digits");
        Self(digits)
    }

    /// Its digits.
    #[must_use]
    pub fn as_str(&self) -> &str {
        std::str::from_utf8(&self.0).expect("digits are ASCII")
    }
}

/// Who is at the other end of the connection.
#[derive(Clone, Copy, Debug)]
pub struct Peer(pub IpAddr);

static X_REQUEST_ID: HeaderName = HeaderName::from_static("x-request-id");

/// The middleware around all routes.
pub async fn envelope(State(app): State<App>, mut request: Request, next: Next) -> Response {
    let started = Instant::now();
    let id = RequestId::fresh();
    let mut peer = request
        .extensions()
        .get::<ConnectInfo<SocketAddr>>()
        .map_or(IpAddr::from([127, 0, 0, 1]), |info| info.0.ip());
    if app.site().behind_proxy {
        peer = forwarded_for(request.headers()).unwrap_or(peer);
    }
    request.extensions_mut().insert(id);
    request.extensions_mut().insert(Peer(peer));
    let method = request.method().clone();
    let uri = request.uri().clone();
    // Only a browser is shown a page, into which its session is set.
    let browser = page::wants_html(request.headers()).then(|| request.headers().clone());

    let span = tracing::info_span!("request", id = id.as_str());
    let answer = AssertUnwindSafe(next.run(request)).catch_unwind();
    let mut response = match answer.instrument(span.clone()).await {
        Ok(response) => response,
        Err(_) => Failure::internal("a handler panicked").into_response(),
    };

    let status = response.status();
    let explained = response
        .extensions_mut()
        .remove::<Explained>()
        .or_else(|| explain_bare(&response));
    if let Some(explained) = explained {
        let here = uri.path_and_query().map_or("/", |whole| whole.as_str());
        let worded =
            page::word_failure(&app, browser.as_ref(), here, id.as_str(), status, explained).await;
        let (mut parts, body) = worded.into_parts();
        for (name, value) in response.headers() {
            if *name != header::CONTENT_LENGTH && !parts.headers.contains_key(name) {
                parts.headers.append(name, value.clone());
            }
        }
        response = Response::from_parts(parts, body);
    }
    secure(&mut response, &app);
    let id = HeaderValue::from_bytes(&id.0).expect("digits are a header's value");
    response.headers_mut().insert(X_REQUEST_ID.clone(), id);
    // The query is left out: it may hold what is nobody's business.
    let _entered = span.enter();
    tracing::debug!(
        method = %method,
        path = uri.path(),
        status = status.as_u16(),
        peer = %peer,
        micros = u64::try_from(started.elapsed().as_micros()).unwrap_or(u64::MAX),
        "answered"
    );
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

/// The words for what the router itself refuses.
fn explain_bare(response: &Response) -> Option<Explained> {
    if response.headers().contains_key(header::CONTENT_TYPE) {
        return None;
    }
    match response.status() {
        StatusCode::METHOD_NOT_ALLOWED => Some(Explained {
            heading: "That can't be done here",
            explanation: "This address does not take this method.".to_owned(),
        }),
        _ => None,
    }
}

fn secure(response: &mut Response, app: &App) {
    let is_html = response
        .headers()
        .get(header::CONTENT_TYPE)
        .is_some_and(|value| value.as_bytes().starts_with(b"text/html"));
    let headers = response.headers_mut();
    headers.insert(
        header::X_CONTENT_TYPE_OPTIONS,
        HeaderValue::from_static("nosniff"),
    );
    headers.insert(
        header::REFERRER_POLICY,
        HeaderValue::from_static("no-referrer"),
    );
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
