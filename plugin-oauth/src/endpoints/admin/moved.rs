//! `/oauth/admin`: a short address for the list of applications.

use hob_plugin_sdk::{Request, Response, prelude::*};

use crate::OAuth;

/// Leads on to the list.
pub async fn get(oauth: Arc<OAuth>, _request: Request) -> Response {
    Response::redirect(super::clients_path(&oauth))
}
