//! `POST /device/consent`: takes a member's decision on a device.

use hob_plugin_sdk::{Request, Response, prelude::*};

use hob_authorization::pages::page;

use super::front_channel::Unredirectable;
use crate::{
    OAuth,
    act::Act,
    decision::Decision,
    error::OAuthError,
    grants::device_code,
    models::{Client, Consent, DeviceAuthorization},
    pages::DeviceDonePage,
    user_code::UserCode,
};

/// Takes the decision.
pub async fn post(oauth: Arc<OAuth>, request: Request) -> Response {
    match decide(&oauth, &request).await {
        Ok(response) => response,
        Err(error) => error.into_page(&request, None),
    }
}

/// Whatever is not this member's in this session is answered as if it were
/// not there, so that nobody learns here which codes are.
async fn decide(oauth: &OAuth, request: &Request) -> Result<Response, Unredirectable> {
    let member = super::member(request)?;
    let form = request.form()?;
    let digest = UserCode::parse(form.required("request")?)
        .ok_or(Unredirectable::RequestGone)?
        .digest();
    let (member_id, now) = (member.id, oauth.now());
    let found = oauth
        .read(move |connection| {
            let Some(device) = DeviceAuthorization::find_pending(connection, &digest, now)? else {
                return Ok(None);
            };
            let client = Client::by_id(connection, device.client)?;
            let resource = &device.resource;
            let consent = Consent::find(connection, member_id, client.id, resource, now)?;
            let before = consent.map(|consent| consent.scope).unwrap_or_default();
            Ok(Some((device, client, before)))
        })
        .await?;
    let (device, client, before) = found
        .filter(|(device, ..)| device.was_claimed_by(member))
        .ok_or(Unredirectable::RequestGone)?;
    if client.is_suspended() {
        return Err(Unredirectable::SuspendedClient);
    }
    let required = &client.required_scope;
    let decision = Decision::from_form(&form, &device.scope, &before, required)?
        .ok_or(Unredirectable::NoDecision)?;
    let allowed = matches!(decision, Decision::Allow(_));
    let act = Act::of_member(oauth.host(), member, request);
    let decided = device_code::decide(oauth, &client, device, member, decision, act).await;
    if !decided.map_err(OAuthError::from)? {
        return Err(Unredirectable::RequestGone);
    }
    let words = request.words();
    let title = words.say(match allowed {
        true => "device-connected",
        false => "device-not-connected",
    });
    Ok(page(
        200,
        &title.to_string(),
        &DeviceDonePage {
            words,
            client_name: &client.name,
            allowed,
            connections_url: &oauth.connection_path(&client.client_id),
        },
    ))
}
