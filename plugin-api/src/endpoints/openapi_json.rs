//! `/openapi.json`: the API as programs read it.

use std::sync::Arc;

use hob_plugin_sdk::{Request, Response};

use crate::Api;

/// `GET /openapi.json`.
pub async fn show(api: Arc<Api>, _: Request) -> Response {
    Response::bytes(200, "application/json", api.openapi.clone())
        .with_header("cache-control", "public, max-age=300")
}
