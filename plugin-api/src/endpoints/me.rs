//! `/me`: whom the token speaks for.

use std::sync::Arc;

use hob_plugin_sdk::{PluginError, Request, Response};

use crate::{Api, authentication::Caller, error::ApiError, resources::Me};

/// `GET /me`.
pub async fn show(api: Arc<Api>, _: Request, caller: Caller) -> Result<Response, ApiError> {
    let member_id = caller.require_member(&api)?;
    let profile = api.members.find(member_id).await?.ok_or_else(|| {
        PluginError::new(format!(
            "a grant names member {member_id}, who is not there"
        ))
    })?;
    Ok(Response::json(200, &Me::new(&profile, caller.may("email"))))
}
