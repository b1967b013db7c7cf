//! Where a redirect leads, and what may be taken along (RFC 9110, 15.4).

use http::{HeaderMap, HeaderName, Method, StatusCode, header};
use reqwest::Response;
use url::Url;

use super::{OutboundError, OutboundRequest};

/// What says nothing of who asks, and may be told to another origin.
const ANYBODY: [HeaderName; 2] = [header::ACCEPT, header::ACCEPT_LANGUAGE];

/// Where an answer leads on. None where it is no redirect of a request that
/// can be sent again.
///
/// # Errors
/// It leads out of TLS, or to nowhere.
pub(super) fn target(
    request: &OutboundRequest,
    response: &Response,
) -> Result<Option<Url>, OutboundError> {
    let leads_on = matches!(
        response.status(),
        StatusCode::MOVED_PERMANENTLY
            | StatusCode::FOUND
            | StatusCode::SEE_OTHER
            | StatusCode::TEMPORARY_REDIRECT
            | StatusCode::PERMANENT_REDIRECT
    );
    let is_safe = [Method::GET, Method::HEAD].contains(&request.method);
    let location = response.headers().get(header::LOCATION);
    let (true, true, Some(location)) = (leads_on && request.redirects > 0, is_safe, location)
    else {
        return Ok(None);
    };
    let nowhere = || OutboundError::RedirectToNowhere {
        host: request.host().to_owned(),
    };
    let written = location.to_str().map_err(|_| nowhere())?;
    let next = request.url.join(written).map_err(|_| nowhere())?;
    if !request.is_plain() && next.scheme() == "http" {
        return Err(OutboundError::LeavesTls {
            host: request.host().to_owned(),
        });
    }
    OutboundRequest::check_url(&next)?;
    Ok(Some(next))
}

/// What goes along to another URL. What an origin is trusted with stays with
/// it: another gets no credentials.
pub(super) fn taken_along(headers: HeaderMap, from: &Url, to: &Url) -> HeaderMap {
    if from.origin() == to.origin() {
        return headers;
    }
    let mut left = HeaderMap::new();
    for name in ANYBODY {
        if let Some(value) = headers.get(&name) {
            left.insert(name, value.clone());
        }
    }
    left
}
