//! `/clients/new`: a member registers an application.

use hob_authorization::policy::Obstacle;
use hob_plugin_sdk::{PluginError, Request, Response, prelude::*};

use super::{
    client_form::{Sentences, TypedForm, check},
    clients::{client_path, metadata_url},
    member_page::page,
    worded::ScopeWords,
};
use crate::{
    OAuth,
    act::Act,
    curl,
    grants::GrantTypes,
    models::{Client, ClientKind},
    pages::{ClientCreatedPage, ClientNewPage},
    registration,
    secret::PlainSecret,
};

/// Shows the form.
pub async fn get(oauth: Arc<OAuth>, request: Request) -> Result<Response, PluginError> {
    let member = super::member(&request)?;
    let member_id = member.id;
    let there = oauth
        .read(move |connection| Client::count_of_owner(connection, member_id))
        .await?;
    if let Some(obstacle) = oauth.settings().obstacle(member, there) {
        return Ok(obstacle.notice(request.words()));
    }
    let form = TypedForm::to_begin_with(oauth.declared_scope());
    let sentences = Sentences::none(request.words());
    Ok(show_form(&oauth, &request, 200, &form, &sentences))
}

/// Registers one, and shows its secret: only now. What is refused stays as it
/// was typed.
pub async fn post(oauth: Arc<OAuth>, request: Request) -> Result<Response, PluginError> {
    let member = super::member(&request)?;
    if !oauth.settings().registration.lets(member) {
        return Ok(Obstacle::Closed.notice(request.words()));
    }
    let form = TypedForm::read(&request)?;
    let words = request.words();
    let again = |status, sentences| Ok(show_form(&oauth, &request, status, &form, &sentences));
    let grant_types = GrantTypes::by_default();
    let checked = match check(&form, &oauth, &grant_types) {
        Ok(checked) => checked,
        Err(problems) => return again(422, Sentences::of(words, &problems)),
    };
    let kind = if form.public {
        ClientKind::Public
    } else {
        ClientKind::Confidential
    };
    let (new_client, secret) =
        registration::new_client(checked, kind, grant_types, Some(member.id), oauth.now());
    let digest = secret.as_ref().map(PlainSecret::digest);
    let (owner_id, most) = (member.id, oauth.settings().applications_per_member());
    let (events, act) = (
        oauth.events(),
        Act::of_member(oauth.host(), member, &request),
    );
    let stored = oauth
        .change(move |connection| {
            if !Client::has_room_for_owner(connection, owner_id, most, act.at)? {
                return Ok(None);
            }
            registration::store(connection, events, &act, &new_client, digest, None).map(Some)
        })
        .await;
    let client = match stored {
        Ok(Some(client)) => client,
        Ok(None) => {
            let sentence = Obstacle::TooMany(most.unwrap_or_default()).sentence(words);
            return again(403, Sentences::of_whole(words, &sentence));
        }
        Err(error) if error.is_forbidden() => {
            return again(403, Sentences::of_whole(words, error.message()));
        }
        Err(error) => return Err(error),
    };
    tracing::info!(
        member_id = member.id,
        client_id = client.client_id,
        "a member registered an application"
    );
    Ok(page(
        201,
        &words.say("client-created-title").to_string(),
        &ClientCreatedPage {
            words,
            site_name: &oauth.host().site().name,
            name: &client.name,
            client_id: &client.client_id,
            client_secret: secret.as_ref().map(PlainSecret::reveal),
            metadata_url: &metadata_url(&oauth),
            client_url: &client_path(&oauth, &client),
            curl: curl::for_client(&oauth, &client, secret.as_ref()).as_deref(),
        },
    )
    .with_header("cache-control", "no-store")
    .with_header("referrer-policy", "no-referrer"))
}

fn show_form(
    oauth: &OAuth,
    request: &Request,
    status: u16,
    form: &TypedForm,
    sentences: &Sentences,
) -> Response {
    let words = request.words();
    let scope_words = ScopeWords::of(oauth.host(), request);
    let scopes = form.offered_scopes(&scope_words);
    page(
        status,
        &words.say("clients-register").to_string(),
        &ClientNewPage {
            words,
            csrf: request.csrf(),
            action: &oauth.own_path("/clients/new"),
            clients_url: &oauth.own_path("/clients"),
            problem: sentences.any().as_deref(),
            client: sentences.fields(form, &scopes),
            public: form.public,
        },
    )
}
