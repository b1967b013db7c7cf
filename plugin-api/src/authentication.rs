//! Asks the site's token verifiers before an endpoint runs.
//!
//! What a route wants of its callers stands in `plugin.toml`. Which schemes
//! there are, and what their credentials look like, is the verifiers' business.

use std::{future::Future, sync::Arc};

use hob_plugin_sdk::{
    Declaration, IntoResponse, Request, Response, Site,
    auth::{Grant, NoGrant, TokenRequest, Wanted},
};

use crate::{Api, error::ApiError};

/// On whose behalf a request comes.
pub struct Caller {
    grant: Option<Grant>,
    /// What its route asks for.
    scope: &'static str,
}

impl Caller {
    /// The member whose eyes the caller sees with, if any.
    pub fn member_id(&self) -> Option<i64> {
        self.grant.as_ref().and_then(Grant::member_id)
    }

    /// Whether the token carries a scope beyond those of its route.
    pub fn may(&self, scope: &str) -> bool {
        self.grant
            .as_ref()
            .is_some_and(|grant| grant.has_scope(scope))
    }

    /// The member in whose name the caller acts.
    ///
    /// # Errors
    /// 401 with every challenge where there was no token, 403 where a client
    /// acts for itself.
    pub fn require_member(&self, api: &Api) -> Result<i64, ApiError> {
        match &self.grant {
            Some(grant) => grant.member_id().ok_or(ApiError::NoMember),
            None => Err(api.no_credentials(self.scope)),
        }
    }
}

/// Routes whose handlers run only for callers that their line of `plugin.toml`
/// lets in.
pub trait AuthenticatedRoutes {
    /// As [`Declaration::handle`], with the caller as third argument.
    fn handle_authenticated<H, F>(&mut self, route: &'static str, handler: H) -> &mut Self
    where
        H: Fn(Arc<Api>, Request, Caller) -> F + Copy + Send + Sync + 'static,
        F: Future<Output = Result<Response, ApiError>> + Send + 'static;
}

impl AuthenticatedRoutes for Declaration<Api> {
    fn handle_authenticated<H, F>(&mut self, route: &'static str, handler: H) -> &mut Self
    where
        H: Fn(Arc<Api>, Request, Caller) -> F + Copy + Send + Sync + 'static,
        F: Future<Output = Result<Response, ApiError>> + Send + 'static,
    {
        self.handle(route, move |api, request| {
            authenticated(api, request, handler)
        })
    }
}

async fn authenticated<H, F>(api: Arc<Api>, request: Request, handler: H) -> Response
where
    H: Fn(Arc<Api>, Request, Caller) -> F,
    F: Future<Output = Result<Response, ApiError>>,
{
    // In a box of its own: allocators are fastest at small ones.
    let mut response = match Box::pin(authenticate(&api, &request)).await {
        Ok(mut caller) => {
            let headers = caller
                .grant
                .as_mut()
                .map(Grant::take_headers)
                .unwrap_or_default();
            let mut response = handler(api, request, caller).await.into_response();
            for (name, value) in headers {
                response = response.with_header(name, value);
            }
            response
        }
        Err(error) => error.into_response(),
    };
    // What one caller may see is not for the next one's cache.
    if !response.has_header("cache-control") {
        response = response.with_header("cache-control", "no-store");
    }
    response
}

async fn authenticate(api: &Api, request: &Request) -> Result<Caller, ApiError> {
    let scope = request.wanted_scope();
    let wanted = api.audience.wanted(scope);
    let token_request = TokenRequest::new(request, &api.audience.origin, wanted);
    let grant = match api.verifiers.verify(&token_request).await {
        Ok(grant) => Some(grant),
        // Credentials that nobody knows how to read are an error on a public
        // route too: their sender believes to be known.
        Err(NoGrant::NoCredentials)
            if request.route().public && request.header_count("authorization") == 0 =>
        {
            None
        }
        Err(NoGrant::NoCredentials) => return Err(api.no_credentials(scope)),
        Err(NoGrant::Refused(refusal)) => return Err(refusal.into()),
        Err(NoGrant::Unavailable) => return Err(ApiError::VerifierUnavailable),
    };
    Ok(Caller { grant, scope })
}

impl Api {
    /// 401 with the challenge of every scheme.
    fn no_credentials(&self, scope: &str) -> ApiError {
        let wanted = self.audience.wanted(scope);
        self.verifiers.no_credentials(wanted).into()
    }
}

/// For whom a token has to be meant: what all routes of this API want of their
/// callers. Each has scopes of its own beside that.
pub struct Audience {
    origin: String,
    resource: String,
    metadata_url: String,
}

impl Audience {
    pub fn of(site: &Site) -> Self {
        Self {
            origin: site.origin().to_owned(),
            resource: resource(site),
            metadata_url: metadata_url(site),
        }
    }

    fn wanted<'a>(&'a self, scope: &'a str) -> Wanted<'a> {
        Wanted {
            scope,
            audience: &self.resource,
            resource_metadata: Some(&self.metadata_url),
        }
    }
}

/// The resource's identifier (RFC 8707): the URL that the API stands at.
pub fn resource(site: &Site) -> String {
    site.plugin_url("")
}

/// Where the resource describes itself: the well-known path goes between the
/// host and the resource's own path (RFC 9728, section 3.1).
pub fn metadata_url(site: &Site) -> String {
    let origin = site.origin();
    let resource = resource(site);
    let path = &resource[origin.len()..];
    format!("{origin}/.well-known/oauth-protected-resource{path}")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn site(url: &str, prefix: &str) -> Site {
        Site::new("Hob", url, prefix)
    }

    #[test]
    fn the_metadata_url_inserts_the_well_known_path_and_follows_a_moved_prefix() {
        let cases = [
            (
                site("https://example.org", "/api/v1"),
                "https://example.org/.well-known/oauth-protected-resource/api/v1",
            ),
            (
                site("https://example.org", "/rest"),
                "https://example.org/.well-known/oauth-protected-resource/rest",
            ),
            (
                site("https://example.org:8443/hob", "/api/v1"),
                "https://example.org:8443/.well-known/oauth-protected-resource/hob/api/v1",
            ),
            (
                site("https://example.org", ""),
                "https://example.org/.well-known/oauth-protected-resource",
            ),
        ];
        for (site, expected) in cases {
            assert_eq!(metadata_url(&site), expected);
        }
    }

    #[test]
    fn the_audience_is_where_the_api_stands() {
        let audience = Audience::of(&site("https://example.org", "/rest"));
        let wanted = audience.wanted("profile");
        assert_eq!(wanted.audience, "https://example.org/rest");
        assert_eq!(wanted.scope, "profile");
    }
}
