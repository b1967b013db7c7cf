//! `POST /device_authorization`: a device asks to be let in (RFC 8628, section
//! 3.1).

use hob_plugin_sdk::{Request, Response, prelude::*};
use serde::Serialize;

use super::{back_channel, device::complete_path};
use crate::{
    OAuth,
    act::Origin,
    client_authentication::Credentials,
    error::OAuthError,
    grants::device_code::{self, INTERVAL},
};

/// RFC 8628, section 3.2.
#[derive(Serialize)]
struct DeviceResponse<'a> {
    device_code: &'a str,
    user_code: String,
    verification_uri: String,
    verification_uri_complete: String,
    /// In seconds.
    expires_in: u64,
    interval: u64,
}

/// Gives it a code for itself and one for its member.
pub async fn post(oauth: Arc<OAuth>, request: Request) -> Result<Response, OAuthError> {
    let form = back_channel::form(&request)?;
    let client = Credentials::from_request(&request, &form)?
        .authenticate(&oauth, &request)
        .await?;
    let scope = oauth.asked_scope(&client, form.one("scope")?)?;
    let resource = oauth.asked_resource(&form)?;
    back_channel::count_unproven(&oauth, &client, &request)?;
    let origin = Origin::of(&request);
    let begun = device_code::begin(&oauth, &client, origin, scope, resource).await?;
    let site = oauth.host().site();
    let response = DeviceResponse {
        device_code: begun.device_code.reveal(),
        verification_uri: site.plugin_url("/device"),
        verification_uri_complete: site.plugin_url(&complete_path(&begun.user_code)),
        user_code: begun.user_code.to_string(),
        expires_in: oauth.settings().device_code_lifetime().as_secs(),
        interval: INTERVAL.as_secs(),
    };
    Ok(Response::json(200, &response)
        .with_header("cache-control", "no-store")
        .with_header("pragma", "no-cache"))
}
