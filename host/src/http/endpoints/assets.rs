//! `/static/…`: the stylesheet and the icon, compiled in.

use std::sync::LazyLock;

use axum::{
    extract::State,
    response::{IntoResponse, Response},
};
use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use http::header;
use sha2::{Digest, Sha256};

use crate::http::{App, address::Path, page::Failure};

const STYLESHEET: &str = include_str!("../../../static/hob.css");
const ICON: &str = include_str!("../../../static/hob.svg");

static STYLESHEET_DIGEST: LazyLock<String> = LazyLock::new(|| {
    URL_SAFE_NO_PAD.encode(&Sha256::digest(STYLESHEET.as_bytes()).as_slice()[..9])
});

/// Where the stylesheet is; another content is another address.
#[must_use]
pub fn stylesheet_path() -> String {
    format!("/static/hob.css?v={}", *STYLESHEET_DIGEST)
}

/// Serves an asset.
///
/// # Errors
/// There is none of this name.
pub async fn serve(State(_app): State<App>, Path(file): Path<String>) -> Result<Response, Failure> {
    let (content_type, content) = match file.as_str() {
        "hob.css" => ("text/css; charset=utf-8", STYLESHEET),
        "hob.svg" => ("image/svg+xml", ICON),
        _ => return Err(Failure::NotFound),
    };
    Ok((
        [
            (header::CONTENT_TYPE, content_type),
            (header::CACHE_CONTROL, "public, max-age=31536000, immutable"),
        ],
        content,
    )
        .into_response())
}
