//! Stored files over HTTP: ranges, validators, caches (RFC 9110, 9111).

use axum::{
    body::Body,
    response::{IntoResponse, Response},
};
use http::{HeaderMap, HeaderValue, Method, StatusCode, header};

use super::{App, page::Failure};
use crate::media::{
    rows::{FileRow, Medium},
    words::Visibility,
};

/// A file of a picture must never run as a page, whatever is inside.
const FILE_POLICY: &str = "default-src 'none'; sandbox; frame-ancestors 'none'";

/// Serves a file to a visitor who may see its medium.
///
/// # Errors
/// There is none that this visitor may see, or the store failed.
pub async fn serve(
    app: &App,
    viewer: Option<i64>,
    id: i64,
    size: &str,
    method: &Method,
    headers: &HeaderMap,
) -> Result<Response, Failure> {
    let (file, owner, visibility) = find(app, id, size).await?;
    let private = visibility == Visibility::Private.as_str();
    if private && viewer != Some(owner) {
        return Err(Failure::NotFound);
    }
    answer(app, &file, &visibility, method, headers).await
}

/// Serves a file for a plugin, which has asked whether its caller may see it.
///
/// # Errors
/// There is none, or the store failed.
pub async fn serve_to_plugin(
    app: &App,
    id: i64,
    size: &str,
    method: &Method,
    headers: &HeaderMap,
) -> Result<Response, Failure> {
    let (file, _, _) = find(app, id, size).await?;
    answer(app, &file, Visibility::Private.as_str(), method, headers).await
}

async fn find(app: &App, id: i64, size: &str) -> Result<(FileRow, i64, String), Failure> {
    let size = size.to_owned();
    app.site()
        .db
        .read(move |connection| Medium::find_file(connection, id, &size))
        .await?
        .ok_or(Failure::NotFound)
}

async fn answer(
    app: &App,
    file: &FileRow,
    visibility: &str,
    method: &Method,
    headers: &HeaderMap,
) -> Result<Response, Failure> {
    let length = u64::try_from(file.bytes).unwrap_or(0);
    let etag = HeaderValue::from_str(&file.etag)
        .map_err(|_| Failure::internal("a stored validator is no header value"))?;
    // What is public may be kept by anybody, but is asked for again: its owner
    // may hide or delete it at any time.
    let cache = if visibility == Visibility::Public.as_str() {
        "public, no-cache"
    } else {
        "private, no-cache"
    };
    let mut response = if matches_any(headers, &file.etag) {
        StatusCode::NOT_MODIFIED.into_response()
    } else {
        content(app, file, length, method, headers).await?
    };
    let out = response.headers_mut();
    out.insert(header::ETAG, etag);
    out.insert(header::CACHE_CONTROL, HeaderValue::from_static(cache));
    out.insert(header::ACCEPT_RANGES, HeaderValue::from_static("bytes"));
    out.insert(
        header::CONTENT_SECURITY_POLICY,
        HeaderValue::from_static(FILE_POLICY),
    );
    Ok(response)
}

async fn content(
    app: &App,
    file: &FileRow,
    length: u64,
    method: &Method,
    headers: &HeaderMap,
) -> Result<Response, Failure> {
    let range = match wanted_range(headers, &file.etag, length) {
        Wanted::All => None,
        Wanted::Part(start, end) => Some((start, end)),
        Wanted::Nothing => {
            let all = format!("bytes */{length}");
            return Ok((
                StatusCode::RANGE_NOT_SATISFIABLE,
                [(header::CONTENT_RANGE, all)],
            )
                .into_response());
        }
    };
    let body = if *method == Method::HEAD {
        Body::empty()
    } else {
        let key = file
            .key
            .parse()
            .map_err(|error| Failure::internal(format!("{error}")))?;
        let bytes = range.map(|(start, end)| start..end + 1);
        let stream = app
            .site()
            .media
            .store()
            .stream(&key, bytes)
            .await
            .map_err(|error| Failure::internal(error.to_string()))?;
        Body::from_stream(stream)
    };
    let mut response = Response::new(body);
    let sent = range.map_or(length, |(start, end)| end - start + 1);
    let out = response.headers_mut();
    out.insert(header::CONTENT_LENGTH, sent.into());
    if let Ok(content_type) = HeaderValue::from_str(&file.content_type) {
        out.insert(header::CONTENT_TYPE, content_type);
    }
    if let Some((start, end)) = range {
        let part = format!("bytes {start}-{end}/{length}");
        if let Ok(part) = HeaderValue::from_str(&part) {
            out.insert(header::CONTENT_RANGE, part);
        }
        *response.status_mut() = StatusCode::PARTIAL_CONTENT;
    }
    Ok(response)
}

/// Whether `If-None-Match` names this version (RFC 9110, section 13.1.2).
fn matches_any(headers: &HeaderMap, etag: &str) -> bool {
    headers
        .get_all(header::IF_NONE_MATCH)
        .iter()
        .filter_map(|value| value.to_str().ok())
        .flat_map(|value| value.split(','))
        .map(|candidate| candidate.trim().trim_start_matches("W/"))
        .any(|candidate| candidate == "*" || candidate == etag)
}

enum Wanted {
    All,
    /// First and last byte.
    Part(u64, u64),
    Nothing,
}

/// One range is served; several, or one of another version, get the whole
/// (RFC 9110, section 14.2).
fn wanted_range(headers: &HeaderMap, etag: &str, length: u64) -> Wanted {
    let Some(range) = headers
        .get(header::RANGE)
        .and_then(|value| value.to_str().ok())
    else {
        return Wanted::All;
    };
    let of_this_version = headers
        .get(header::IF_RANGE)
        .is_none_or(|version| version == etag);
    if !of_this_version {
        return Wanted::All;
    }
    let Ok(parsed) = http_range_header::parse_range_header(range) else {
        return Wanted::All;
    };
    match parsed.validate(length) {
        Ok(ranges) => match ranges.as_slice() {
            [one] => Wanted::Part(*one.start(), *one.end()),
            _ => Wanted::All,
        },
        Err(_) => Wanted::Nothing,
    }
}
