//! `/oauth/connections`: where the page of connected applications once stood.

use hob_plugin_sdk::{Request, Response, prelude::*};

use crate::OAuth;

/// Leads on to the site's page.
pub async fn get(oauth: Arc<OAuth>, _request: Request) -> Response {
    Response::redirect(oauth.connections_path())
}
