//! `/media/{id}/files/{size}`: a file of a photograph, for who may see it with
//! the token. Of a private one the site's own address serves only its
//! signed-in owner.

use std::sync::Arc;

use hob_plugin_sdk::{Request, Response};

use super::medium::medium_id;
use crate::{Api, authentication::Caller, error::ApiError};

/// `GET /media/{id}/files/{size}`. The host serves ranges and validators.
pub async fn show(api: Arc<Api>, request: Request, caller: Caller) -> Result<Response, ApiError> {
    let id = medium_id(&request)?;
    let size = request.parameter("size").unwrap_or_default();
    let medium = api.media.find(caller.member_id(), id).await?;
    let medium = medium.ok_or(ApiError::NO_MEDIUM)?;
    if !medium.files.iter().any(|file| file.size == size) {
        return Err(ApiError::NO_FILE);
    }
    // A cache of the client's own may keep it, and asks again each time.
    Ok(Response::media(id, size).with_header("cache-control", "private, no-cache"))
}
