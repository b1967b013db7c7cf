//! The client credentials grant (RFC 6749, section 4.4): a client acts for
//! itself. There is no member, no consent and no refresh token: whoever can
//! ask again with its secret needs none.

use super::{
    Given, Grant, GrantRequest, TokenResponse,
    issue::{Holder, Issue, PreparedTokens, new_family},
};
use crate::{
    OAuth,
    error::{GrantError, OAuthError},
    models::Client,
    secret::operating_system_randomness,
};

pub static GRANT: Grant = Grant {
    name: "client_credentials",
    given: Given::OnRequest,
    for_public_clients: false,
    redirects: false,
    redeem: |oauth, request| Box::pin(redeem(oauth, request)),
};

async fn redeem(oauth: &OAuth, request: GrantRequest<'_>) -> Result<TokenResponse, OAuthError> {
    let GrantRequest {
        client,
        form,
        proof,
        origin,
    } = request;
    if client.is_suspended() {
        return Err(GrantError::ClientSuspended.into());
    }
    let issue = Issue {
        client_id: client.client_id.clone(),
        holder: Holder::Client(client.id),
        family: new_family(&mut operating_system_randomness()),
        scope: oauth.asked_scope(client, form.one("scope")?)?,
        resource: oauth.asked_resource(form)?,
        proof: proof.cloned(),
        grant: &GRANT,
        origin,
    };
    let now = oauth.now();
    let client = client.id;
    let issued = PreparedTokens::new(oauth, issue, now)
        .issue(oauth, now, move |connection| {
            let is_held = Client::hold(connection, client, now)?;
            Ok(is_held.then_some(()).ok_or(GrantError::ClientSuspended))
        })
        .await?;
    Ok(issued?)
}
