//! `/clients/{client_id}/logo`: the logo of an application, for everybody; its
//! owner uploads it and takes it away.

use std::path::PathBuf;

use hob_plugin_sdk::{PluginError, Request, Response, http::PartContent, prelude::*};

use super::{
    clients::{ClientView, client_path, not_found, own_client, show_client},
    member_page::refused,
};
use crate::{
    OAuth,
    act::Act,
    logo::{self, Logo},
    models::{Client, ClientLogo},
};

/// Whoever opens the picture itself gets a page that can do nothing.
const CONTENT_SECURITY_POLICY: &str = "default-src 'none'; sandbox";
/// For an address that names the version, and for one that does not.
const FOR_GOOD: &str = "public, max-age=31536000, immutable";
const ASK_AGAIN: &str = "no-cache";

/// Serves it.
pub async fn get(oauth: Arc<OAuth>, request: Request) -> Result<Response, PluginError> {
    let client_id = request
        .parameter("client_id")
        .unwrap_or_default()
        .to_owned();
    let found = oauth
        .read(move |connection| ClientLogo::find(connection, &client_id))
        .await?;
    let Some((version, logo)) = found else {
        return Ok(
            Response::text(404, "There is no such logo.").with_header("cache-control", "no-store")
        );
    };
    let (version, asked) = (version.to_string(), request.query_fields().ok());
    let names_it = asked.is_some_and(|fields| fields.first("v") == Some(&version));
    let entity_tag = format!("\"{version}\"");
    let response = if is_known(&request, &entity_tag) {
        Response::empty(304)
    } else {
        Response::bytes(200, logo.content_type, logo.picture)
    };
    Ok(response
        .with_header("etag", entity_tag)
        .with_header("cache-control", if names_it { FOR_GOOD } else { ASK_AGAIN })
        .with_header("content-security-policy", CONTENT_SECURITY_POLICY))
}

/// Whether the browser has it already (RFC 9110, section 13.1.2).
fn is_known(request: &Request, entity_tag: &str) -> bool {
    request
        .headers("if-none-match")
        .flat_map(|value| value.split(','))
        .map(str::trim)
        .any(|known| known == "*" || known.trim_start_matches("W/") == entity_tag)
}

/// Makes a logo of what its owner sends. What is wrong with it is said on the
/// application's page; the logo that it has stays.
pub async fn upload(oauth: Arc<OAuth>, request: Request) -> Result<Response, PluginError> {
    let Some(client) = own_client(&oauth, &request).await? else {
        return Ok(not_found(&request));
    };
    let made = match sent_file(&request) {
        None => {
            let problem = request.words().say("problem-logo-missing").to_string();
            return with_problem(&oauth, &request, client, problem).await;
        }
        Some(file) => Logo::of_file(&oauth, &file, request.language()).await,
    };
    match made {
        Ok(logo) => replace(&oauth, &request, client, Some(logo)).await,
        Err(error) if error.may_be_shown() => {
            let problem = error.message().to_owned();
            with_problem(&oauth, &request, client, problem).await
        }
        Err(error) => Err(error),
    }
}

/// Takes it away.
pub async fn remove(oauth: Arc<OAuth>, request: Request) -> Result<Response, PluginError> {
    match own_client(&oauth, &request).await? {
        Some(client) => replace(&oauth, &request, client, None).await,
        None => Ok(not_found(&request)),
    }
}

async fn replace(
    oauth: &OAuth,
    request: &Request,
    client: Client,
    logo: Option<Logo>,
) -> Result<Response, PluginError> {
    let here = format!("{}#logo", client_path(oauth, &client));
    let act = Act::of_member(oauth.host(), super::member(request)?, request);
    match logo::replace(oauth, act, client, logo).await {
        Ok(true) => Ok(Response::redirect(here)),
        Ok(false) => Ok(not_found(request)),
        Err(error) => refused(request, error),
    }
}

async fn with_problem(
    oauth: &OAuth,
    request: &Request,
    client: Client,
    problem: String,
) -> Result<Response, PluginError> {
    let view = ClientView::with_logo_problem(request.words(), &client, problem);
    show_client(oauth, request, client, view).await
}

fn sent_file(request: &Request) -> Option<PathBuf> {
    let parts = request.parts().into_iter();
    parts
        .filter(|part| part.name == "file")
        .find_map(|part| match part.content {
            PartContent::File { path, .. } => Some(path),
            PartContent::Text(_) => None,
        })
}
