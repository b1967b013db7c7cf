//! `/media/{id}`: reads, changes and deletes one medium.
//!
//! The host tells a medium that the member can't see (404) from one that is
//! only another member's (403).

use std::sync::Arc;

use hob_plugin_sdk::{Request, Response};

use crate::{
    Api,
    authentication::Caller,
    error::ApiError,
    resources::{MediumResource, MediumUpdate},
};

/// `GET /media/{id}`.
pub async fn show(api: Arc<Api>, request: Request, caller: Caller) -> Result<Response, ApiError> {
    let id = medium_id(&request)?;
    let medium = api.media.find(caller.member_id(), id).await?;
    let medium = medium.ok_or(ApiError::NO_MEDIUM)?;
    Ok(Response::json(
        200,
        &MediumResource::new(medium, api.host.site()),
    ))
}

/// `PATCH /media/{id}`: what the body leaves out stays as it is.
pub async fn update(api: Arc<Api>, request: Request, caller: Caller) -> Result<Response, ApiError> {
    let id = medium_id(&request)?;
    let member_id = caller.require_member(&api)?;
    if request.content_type().as_deref() != Some("application/json") {
        return Err(ApiError::WrongMediaType {
            expected: "application/json",
        });
    }
    let change = MediumUpdate::parse(request.body())?.into_change()?;
    let changed = api.media.update(member_id, id, change).await;
    let medium = changed.map_err(ApiError::from_host)?;
    Ok(Response::json(
        200,
        &MediumResource::new(medium, api.host.site()),
    ))
}

/// `DELETE /media/{id}`: the medium and its files.
pub async fn delete(api: Arc<Api>, request: Request, caller: Caller) -> Result<Response, ApiError> {
    let id = medium_id(&request)?;
    let member_id = caller.require_member(&api)?;
    let deleted = api.media.delete(member_id, id).await;
    deleted.map_err(ApiError::from_host)?;
    Ok(Response::empty(204))
}

/// A text that is no number names no medium, so it is a 404 too.
pub fn medium_id(request: &Request) -> Result<i64, ApiError> {
    request
        .parameter("id")
        .and_then(|id| id.parse().ok())
        .ok_or(ApiError::NO_MEDIUM)
}
