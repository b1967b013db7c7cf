//! `/admin/clients/{client_id}`: an application as administrators see it, and
//! what they do to it.

use hob_authorization::{
    admin::{self, Administered, AllowingMember, TypedReason, act, allowed_scopes, done, form},
    usernames::usernames,
};
use hob_plugin_sdk::{PluginError, Request, Response, Words, db::Timestamp, prelude::*};

use super::{client_path, clients_path, registrar, remarks};
use crate::{
    OAuth,
    endpoints::{
        client_secret::{NewSecret, old_lives_on},
        clients::ShownSecret,
        member_page::{TimeText, notice, refused},
        worded::{ScopeWords, client_kind, rotation_problem},
    },
    models::{
        Client, ClientAuthentication, ClientRegistration, ClientSecret, ClientUse, Consents, Given,
    },
    operations,
    pages::{AdminClientPage, SecretRow, Website},
    secret_rotation,
};

/// Members on one page.
const PAGE_LENGTH: usize = 50;

/// Shows it, with the members who allow it.
pub async fn show(oauth: Arc<OAuth>, request: Request) -> Result<Response, PluginError> {
    match named(&oauth, &request).await? {
        Some(client) => show_client(&oauth, &request, client, Problems::default()).await,
        None => Ok(not_found(&request)),
    }
}

/// Stops it for everybody, at once.
pub async fn suspend(oauth: Arc<OAuth>, request: Request) -> Result<Response, PluginError> {
    let Some(client) = named(&oauth, &request).await? else {
        return Ok(not_found(&request));
    };
    let form = form(&request)?;
    let typed = form.first("reason").unwrap_or_default();
    let reason = match TypedReason::read(request.words(), typed) {
        Ok(reason) => reason,
        Err(reason) => {
            let problems = Problems {
                reason,
                ..Problems::default()
            };
            return show_client(&oauth, &request, client, problems).await;
        }
    };
    let act = act(oauth.host(), &request)?;
    match operations::suspend(&oauth, act, client, reason).await? {
        Some(client) => Ok(done(&client_path(&oauth, &client.client_id), "suspended")),
        None => Ok(not_found(&request)),
    }
}

/// Lets it ask again.
pub async fn resume(oauth: Arc<OAuth>, request: Request) -> Result<Response, PluginError> {
    let Some(client) = named(&oauth, &request).await? else {
        return Ok(not_found(&request));
    };
    let act = act(oauth.host(), &request)?;
    match operations::resume(&oauth, act, client).await {
        Ok(Some(client)) => Ok(done(&client_path(&oauth, &client.client_id), "resumed")),
        Ok(None) => Ok(not_found(&request)),
        Err(error) => refused(&request, error),
    }
}

/// Ends all its tokens; what members allow stays.
pub async fn end_tokens(oauth: Arc<OAuth>, request: Request) -> Result<Response, PluginError> {
    let Some(client) = named(&oauth, &request).await? else {
        return Ok(not_found(&request));
    };
    let here = client_path(&oauth, &client.client_id);
    match operations::end_tokens(&oauth, act(oauth.host(), &request)?, client).await? {
        Some(_) => Ok(done(&here, "ended")),
        None => Ok(not_found(&request)),
    }
}

/// Gives it a new secret, and shows that: only now.
pub async fn rotate(oauth: Arc<OAuth>, request: Request) -> Result<Response, PluginError> {
    let Some(client) = named(&oauth, &request).await? else {
        return Ok(not_found(&request));
    };
    let old_lives_on = old_lives_on(&form(&request)?);
    let act = act(oauth.host(), &request)?;
    let by = act.who.name.clone();
    let secret = match secret_rotation::rotate(&oauth, act, &client, old_lives_on).await {
        Err(error) => return refused(&request, error),
        Ok(Ok(secret)) => secret,
        Ok(Err(problem)) => {
            let problems = Problems {
                secret: Some(rotation_problem(request.words(), problem)),
                ..Problems::default()
            };
            return show_client(&oauth, &request, client, problems).await;
        }
    };
    tracing::info!(
        client_id = client.client_id,
        by = by.as_str(),
        "an operator gave an application a new secret"
    );
    let page = NewSecret {
        client: &client,
        secret: &secret,
        old_lives_on,
        client_url: &client_path(&oauth, &client.client_id),
    };
    Ok(page.show(&oauth, &request))
}

/// Deletes it for good.
pub async fn delete(oauth: Arc<OAuth>, request: Request) -> Result<Response, PluginError> {
    let client_id = client_id(&request);
    match operations::delete(&oauth, act(oauth.host(), &request)?, client_id).await? {
        Some(_) => Ok(done(&clients_path(&oauth), "deleted")),
        None => Ok(not_found(&request)),
    }
}

fn client_id(request: &Request) -> &str {
    request.parameter("client_id").unwrap_or_default()
}

/// The application in the path.
async fn named(oauth: &OAuth, request: &Request) -> Result<Option<Client>, PluginError> {
    let client_id = client_id(request).to_owned();
    oauth
        .read(move |connection| Client::find(connection, &client_id))
        .await
}

fn not_found(request: &Request) -> Response {
    let words = request.words();
    notice(
        404,
        words.say("clients-unknown"),
        words.say("admin-client-unknown-hint"),
    )
}

/// Why the last thing was not done.
#[derive(Default)]
struct Problems {
    reason: TypedReason,
    secret: Option<String>,
}

/// All that is known of an application.
struct Known {
    usage: ClientUse,
    secrets: Vec<ClientSecret>,
    registration: Option<ClientRegistration>,
    /// One more than a page has, if there are so many.
    given: Vec<Given>,
}

async fn known(
    oauth: &OAuth,
    client: &Client,
    after: Option<(Timestamp, i64)>,
) -> Result<Known, PluginError> {
    let (client, now) = (client.clone(), oauth.now());
    let most = i64::try_from(PAGE_LENGTH + 1).expect("a page is short");
    oauth
        .read(move |connection| {
            let of_client = Consents::Client(client.id);
            Ok(Known {
                usage: ClientUse::of(connection, &client, now)?,
                secrets: ClientSecret::live_of_client(connection, client.id, now)?,
                registration: ClientRegistration::of_client(connection, client.id)?,
                given: Given::page(connection, of_client, after, most, now)?,
            })
        })
        .await
}

async fn show_client(
    oauth: &OAuth,
    request: &Request,
    client: Client,
    problems: Problems,
) -> Result<Response, PluginError> {
    let asked = request.query_fields().unwrap_or_default();
    let after = asked.first("members").and_then(position);
    let mut known = known(oauth, &client, after).await?;
    let has_more = known.given.len() > PAGE_LENGTH;
    known.given.truncate(PAGE_LENGTH);
    let ids = known.given.iter().map(|given| given.member_id);
    let usernames = usernames(oauth.members(), ids.chain(client.owner_id)).await?;
    let words = request.words();
    let here = client_path(oauth, &client.client_id);
    let more_url = known.given.last().filter(|_| has_more).map(|last| {
        let granted_at = last.consent.granted_at.as_micros();
        format!("{here}?members={granted_at}-{}#members", last.consent.id)
    });
    let scope_words = ScopeWords::of(oauth.host(), request);
    let site_url = &oauth.host().site().url;
    let members = known.given.iter().map(|given| {
        let username = usernames[&given.member_id].as_deref();
        allowing(words, given, username, site_url)
    });
    let shown_secrets: Vec<ShownSecret> = known
        .secrets
        .iter()
        .map(|secret| ShownSecret::new(words, secret))
        .collect();
    let secrets: Vec<SecretRow<'_>> = shown_secrets.iter().map(ShownSecret::row).collect();
    let keys: Vec<String> = match client.authentication() {
        ClientAuthentication::PrivateKeyJwt(keys) => keys.names().collect(),
        ClientAuthentication::Secret | ClientAuthentication::None => Vec::new(),
    };
    let let_in = known.registration.and_then(|own| own.initial_access_token);
    let owner = client.owner_id.and_then(|id| usernames[&id].as_deref());
    let mut registrar = registrar(words, &client, owner);
    if let Some(id) = let_in {
        let token = words.say("admin-by-initial-token").with("id", id);
        registrar = format!("{registrar}, {token}");
    }
    let day = |time| TimeText::of(words, time);
    let redirect_uris: Vec<&str> = client
        .redirect_uris
        .0
        .iter()
        .map(|uri| uri.as_str())
        .collect();
    let grants: Vec<&str> = client.grant_types.iter().map(|grant| grant.name).collect();
    let is_refused = problems.reason.problem.is_some() || problems.secret.is_some();
    let shown = AdminClientPage {
        words,
        csrf: request.csrf(),
        client: Administered {
            status: if is_refused { 422 } else { 200 },
            clients_url: clients_path(oauth),
            audit_url: Administered::audit_url(oauth.host(), "client", &client.client_id),
            done: Administered::done_message(request),
            name: &client.name,
            remarks: remarks(words, &client),
            website: client.website.as_deref().map(Website::of),
            scopes: allowed_scopes(&scope_words, &client.scope, &client.required_scope),
            registrar,
            registered: day(client.created_at),
            members_count: known.usage.members,
            last_used: known.usage.last_used_at.map(day),
            suspended: client.suspended_at.map(day),
            suspension_reason: known.usage.suspension_reason.as_deref(),
            members: members.collect(),
            first_members_url: after.map(|_| here.clone()),
            more_members_url: more_url,
            reason: problems.reason,
            url: here.clone(),
        },
        client_id: &client.client_id,
        kind: client_kind(words, client.kind),
        authentication: client.authentication().as_str(),
        keys: &keys,
        redirect_uris: &redirect_uris,
        grants: &grants,
        introspects: client.introspects,
        has_to_push: client.require_pushed_authorization_requests,
        dpop_bound: client.dpop_bound_access_tokens,
        legacy_query: client.legacy_query,
        has_secret: client.authentication() == ClientAuthentication::Secret,
        secrets: &secrets,
        rotate_url: &format!("{here}/secret"),
        secret_problem: problems.secret.as_deref(),
    };
    Ok(admin::show_client(&shown.client, &shown))
}

/// Of the address of a further page of members.
fn position(cursor: &str) -> Option<(Timestamp, i64)> {
    let (at, id) = cursor.split_once('-')?;
    Some((Timestamp::from_micros(at.parse().ok()?), id.parse().ok()?))
}

fn allowing<'a>(
    words: Words,
    given: &'a Given,
    username: Option<&'a str>,
    site_url: &'a str,
) -> AllowingMember<'a> {
    let consent = &given.consent;
    let resource = given.resource.audience(site_url);
    let day = |time| TimeText::of(words, time);
    AllowingMember {
        username,
        member_id: given.member_id,
        scope: consent.scope.to_string(),
        resource: Some(resource).filter(|resource| *resource != site_url),
        granted: day(consent.granted_at),
        last_used: consent.last_used_at.map(|at| {
            let from = consent.last_used_from.as_deref();
            (day(at), from.unwrap_or_default())
        }),
        until: consent.expires_at.map(|end| TimeText::of_end(words, end)),
    }
}
