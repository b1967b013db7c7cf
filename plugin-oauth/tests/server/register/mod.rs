//! The registration endpoint (RFC 7591).

mod admission;
mod metadata;

use crate::support;

use serde_json::Value;
use support::Dance;

const METADATA: &str = "/.well-known/oauth-authorization-server";

async fn advertised(dance: &Dance) -> Value {
    let metadata: Value = dance.site.browser().get(METADATA).await.json();
    metadata["registration_endpoint"].clone()
}
