//! `/clients/new`: a member registers an application that signs its requests.

use hob_authorization::{
    act::Act,
    client_form::{Sentences, TypedForm},
    member_page::{member, page},
    policy::Obstacle,
    scope_words::ScopeWords,
};
use hob_plugin_sdk::{PluginError, Request, Response, prelude::*};

use super::{client_secret::show_secret, clients::without_callback};
use crate::{
    OAuth1,
    models::Consumer,
    pages::ClientNewPage,
    registration::{Proof, new_consumer},
};

/// The form of a new one.
pub async fn get(oauth1: Arc<OAuth1>, request: Request) -> Result<Response, PluginError> {
    let member = member(&request)?;
    let member_id = member.id;
    let there = oauth1
        .read(move |connection| Consumer::count_of_owner(connection, member_id))
        .await?;
    if let Some(obstacle) = oauth1.settings().obstacle(member, there) {
        return Ok(obstacle.notice(request.words()));
    }
    let form = TypedForm::to_begin_with(oauth1.declared_scope());
    let sentences = Sentences::none(request.words());
    Ok(show_form(&oauth1, &request, 200, &form, &sentences))
}

/// Registers one, and shows its secret: only now. What is refused stays as it
/// was typed.
pub async fn post(oauth1: Arc<OAuth1>, request: Request) -> Result<Response, PluginError> {
    let member = member(&request)?;
    if !oauth1.settings().registration.lets(member) {
        return Ok(Obstacle::Closed.notice(request.words()));
    }
    let form = TypedForm::read(&request)?;
    let words = request.words();
    let again = |status, sentences| Ok(show_form(&oauth1, &request, status, &form, &sentences));
    let checked = match form.check(oauth1.declared_scope(), false) {
        Ok(checked) => checked,
        Err(problems) => return again(422, Sentences::of(words, &problems)),
    };
    let (owner_id, most) = (member.id, oauth1.settings().applications_per_member());
    let (new, secret) = new_consumer(&oauth1, checked, Proof::Secret, Some(owner_id), false)?;
    let (events, act) = (
        oauth1.events(),
        Act::of_member(oauth1.host(), member, &request),
    );
    let stored = oauth1
        .change(move |connection| {
            if !Consumer::has_room_for_owner(connection, owner_id, most)? {
                return Ok(None);
            }
            let consumer = Consumer::insert(connection, &new)?;
            events.consumer_registered(connection, &act, &consumer)?;
            Ok(Some(consumer))
        })
        .await;
    match stored {
        Ok(Some(consumer)) => Ok(show_secret(
            &oauth1,
            words,
            &consumer,
            secret.as_ref(),
            true,
        )),
        Ok(None) => {
            let sentence = Obstacle::TooMany(most.unwrap_or_default()).sentence(words);
            again(403, Sentences::of_whole(words, &sentence))
        }
        Err(error) if error.is_forbidden() => {
            again(403, Sentences::of_whole(words, error.message()))
        }
        Err(error) => Err(error),
    }
}

fn show_form(
    oauth1: &OAuth1,
    request: &Request,
    status: u16,
    form: &TypedForm,
    sentences: &Sentences,
) -> Response {
    let words = request.words();
    let scope_words = ScopeWords::of(oauth1.host(), request);
    let scopes = form.offered_scopes(&scope_words);
    page(
        status,
        &words.say("clients-register").to_string(),
        &ClientNewPage {
            words,
            csrf: request.csrf(),
            action: &oauth1.own_path("/clients/new"),
            clients_url: &oauth1.own_path("/clients"),
            problem: sentences.any().as_deref(),
            client: without_callback(sentences.fields(form, &scopes)),
        },
    )
}
