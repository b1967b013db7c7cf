//! `POST /register`: an application registers itself (RFC 7591).

use hob_plugin_sdk::{Request, Response, prelude::*};

use super::client_information;
use crate::{
    OAuth,
    act::Origin,
    dynamic_registration::{self, Admission, ClientMetadata, DynamicRegistrationError},
};

/// Registers a client, and shows its secrets: only now.
pub async fn post(
    oauth: Arc<OAuth>,
    request: Request,
) -> Result<Response, DynamicRegistrationError> {
    let origin = Origin::of(&request);
    let presented = client_information::bearer_token(&request)?;
    let admission = Admission::ask(&oauth, presented, origin).await?;
    let body = client_information::json_body(&request)?;
    let metadata = ClientMetadata::parse(body, oauth.self_registered_scope())?;
    admission.count(&oauth, origin);
    let registered = dynamic_registration::register(&oauth, admission, metadata, origin).await?;
    Ok(client_information::response(&oauth, 201, &registered))
}
