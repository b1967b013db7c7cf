//! `/accounts/sign-out`: a member signs out here, and at a provider too.
//!
//! The site's own button signs out here alone: whoever sits down at the browser
//! afterwards is still signed in at the provider, and one press from being
//! signed in here again.

use hob_plugin_sdk::{Request, Response, http_client::form_urlencoded, prelude::*};

use super::failed;
use crate::{SignIn, error::SignInError};

/// Ends the session here, and goes on to where the provider ends its own
/// (OpenID Connect RP-Initiated Logout, section 2), if it says where.
pub async fn both(signin: Arc<SignIn>, request: Request) -> Response {
    match leave(&signin, &request).await {
        Ok(url) => Response::redirect(url)
            .signing_out()
            .with_header("cache-control", "no-store")
            .with_header("referrer-policy", "no-referrer"),
        Err(error) => failed(&signin, &request, &error).await,
    }
}

async fn leave(signin: &SignIn, request: &Request) -> Result<String, SignInError> {
    let fields = request.form()?;
    let known = signin.known(fields.first("provider").unwrap_or_default())?;
    let home = signin.site().path("/");
    // Signing out here may not fail because the provider is away.
    let metadata = match signin.metadata(known).await {
        Ok(metadata) => metadata,
        Err(error) => {
            tracing::warn!(provider = known.provider.id, %error, "signed out here alone");
            return Ok(home);
        }
    };
    let Some(endpoint) = &metadata.end_session_endpoint else {
        return Ok(home);
    };
    let separator = if endpoint.contains('?') { '&' } else { '?' };
    let back = signin.site().home_url();
    let query = form_urlencoded(&[
        ("client_id", &known.provider.client_id),
        ("post_logout_redirect_uri", &back),
    ]);
    Ok(format!("{endpoint}{separator}{query}"))
}
