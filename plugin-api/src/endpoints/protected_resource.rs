//! `/.well-known/oauth-protected-resource`: how a client learns from the API
//! alone who gives out tokens for it (RFC 9728).

use std::sync::Arc;

use hob_plugin_sdk::{Request, Response, Site};
use serde_json::{Map, Value};

use crate::{Api, authentication::resource, error::ApiError, resources::ProtectedResource};

/// `GET /.well-known/oauth-protected-resource` and the same with the path of
/// the resource behind it.
pub async fn show(api: Arc<Api>, request: Request) -> Result<Response, ApiError> {
    let site = api.host.site();
    if let Some(path) = request.parameter("resource")
        && !names_this_resource(site, path)
    {
        return Err(ApiError::NotFound {
            what: "A resource of this path",
        });
    }
    let scopes = &api.host.manifest().scopes;
    let document = ProtectedResource {
        resource: resource(site),
        authorization_servers: api.verifiers.issuers(),
        scopes_supported: scopes.iter().map(|scope| scope.name.clone()).collect(),
        resource_name: site.name.clone(),
        credentials: of_credentials(api.verifiers.resource_metadata()),
    };
    Ok(Response::json(200, &document).with_header("cache-control", "public, max-age=300"))
}

/// What the verifiers say, without a word on what is not theirs.
fn of_credentials(mut members: Map<String, Value>) -> Map<String, Value> {
    const OWN: [&str; 4] = [
        "resource",
        "authorization_servers",
        "scopes_supported",
        "resource_name",
    ];
    members.retain(|name, _| !OWN.contains(&name.as_str()));
    members
}

/// Whether the path behind the well-known one is that of this API, wherever
/// the operator has put it.
fn names_this_resource(site: &Site, path: &str) -> bool {
    resource(site)
        .strip_prefix(site.origin())
        .and_then(|own| own.strip_prefix('/'))
        == Some(path)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_the_path_where_the_api_stands_names_it() {
        let site = |url: &str, prefix: &str| Site::new("", url, prefix);
        let usual = site("https://example.org", "/api/v1");
        assert!(names_this_resource(&usual, "api/v1"));
        for other in ["api", "api/v1/", "api/v1/me", "/api/v1", "api/v2", ""] {
            assert!(!names_this_resource(&usual, other), "{other}");
        }
        let moved = site("https://example.org/hob", "/rest");
        assert!(names_this_resource(&moved, "hob/rest"));
        assert!(!names_this_resource(&moved, "api/v1"));
        assert!(!names_this_resource(&site("https://example.org", ""), ""));
    }
}
