//! Hob's REST API: who a token speaks for, and the media of the site.
//!
//! This file is the map of its URLs. Which scopes a route asks for stands in
//! `plugin.toml`; `authentication` enforces it before an endpoint runs. The
//! plugin knows no token scheme by name: it asks the service
//! `hob.auth.token_verifier`, whoever offers it.

mod authentication;
mod endpoints;
mod error;
mod openapi;
mod resources;

use hob_plugin_sdk::{auth::TokenVerifiers, media::Media, members::Members, prelude::*};

use authentication::{Audience, AuthenticatedRoutes};
use endpoints::{me, media, medium, medium_file, openapi_json, protected_resource};

/// The started plugin: what its endpoints call.
pub struct Api {
    host: Host,
    verifiers: TokenVerifiers,
    members: Members,
    media: Media,
    audience: Audience,
    /// Never changes while the site runs, so it is written once.
    openapi: Vec<u8>,
}

impl Plugin for Api {
    type Config = NoConfig;

    fn declare(declaration: &mut Declaration<Self>) {
        declaration
            .handle_authenticated("GET /me", me::show)
            .handle_authenticated("GET /media", media::list)
            .handle_authenticated("POST /media", media::create)
            .handle_authenticated("GET /media/{id}", medium::show)
            .handle_authenticated("GET /media/{id}/files/{size}", medium_file::show)
            .handle_authenticated("PATCH /media/{id}", medium::update)
            .handle_authenticated("DELETE /media/{id}", medium::delete)
            .handle("GET /openapi.json", openapi_json::show)
            .handle(
                "GET /.well-known/oauth-protected-resource",
                protected_resource::show,
            );
    }

    fn start(host: Host, _: NoConfig) -> Result<Self, PluginError> {
        Ok(Self {
            verifiers: TokenVerifiers::of(&host)?,
            members: host.members()?,
            media: host.media()?,
            audience: Audience::of(host.site()),
            openapi: serde_json::to_vec(&openapi::document(host.manifest(), host.site()))?,
            host,
        })
    }
}

export_plugin!(Api);
