//! `/clients`: the applications that a member registered and that sign their
//! requests.

use hob_authorization::{
    act::Act,
    client_form::{Sentences, TypedForm},
    member_page::{TimeText, member, notice, page},
    pages::ClientFields,
    registration::Checked,
    scope_words::ScopeWords,
};
use hob_plugin_sdk::{PluginError, Request, Response, db::Json, prelude::*};

use crate::{
    OAuth1,
    events::Deletion,
    models::{Consumer, ConsumerChanges},
    operations,
    pages::{ClientPage, ClientRow, ClientsPage},
};

/// The member's own applications.
pub async fn list(oauth1: Arc<OAuth1>, request: Request) -> Result<Response, PluginError> {
    let member = member(&request)?;
    let member_id = member.id;
    let consumers = oauth1
        .read(move |connection| Consumer::of_owner(connection, member_id))
        .await?;
    let words = request.words();
    let obstacle = oauth1.settings().obstacle(member, consumers.len() as u64);
    let obstacle = obstacle.map(|obstacle| obstacle.sentence(words));
    let shown: Vec<(String, TimeText)> = consumers
        .iter()
        .map(|consumer| {
            let registered = TimeText::of(words, consumer.created_at);
            (client_path(&oauth1, consumer), registered)
        })
        .collect();
    let rows: Vec<ClientRow<'_>> = consumers
        .iter()
        .zip(&shown)
        .map(|(consumer, (url, registered))| ClientRow {
            url,
            name: &consumer.name,
            consumer_key: &consumer.consumer_key,
            registered: registered.moment(),
            suspended: consumer.is_suspended(),
        })
        .collect();
    let title = words.say("menu-clients").to_string();
    Ok(page(
        200,
        &title,
        &ClientsPage {
            words,
            site_name: &oauth1.host().site().name,
            new_url: &oauth1.own_path("/clients/new"),
            obstacle: obstacle.as_deref(),
            clients: &rows,
        },
    ))
}

/// One of the member's own.
pub async fn show(oauth1: Arc<OAuth1>, request: Request) -> Result<Response, PluginError> {
    let Some(consumer) = own(&oauth1, &request).await? else {
        return Ok(unknown(&request));
    };
    let sentences = Sentences::none(request.words());
    let form = form_of(&consumer);
    Ok(show_client(
        &oauth1,
        &request,
        200,
        &consumer,
        (&form, &sentences),
    ))
}

/// Changes it. What is refused stays as it was typed.
pub async fn save(oauth1: Arc<OAuth1>, request: Request) -> Result<Response, PluginError> {
    let Some(consumer) = own(&oauth1, &request).await? else {
        return Ok(unknown(&request));
    };
    let form = TypedForm::read(&request)?;
    let words = request.words();
    let again = |status, sentences: &Sentences| {
        Ok(show_client(
            &oauth1,
            &request,
            status,
            &consumer,
            (&form, sentences),
        ))
    };
    let changes = match form.check(oauth1.declared_scope(), false) {
        Ok(checked) => changes(checked),
        Err(problems) => return again(422, &Sentences::of(words, &problems)),
    };
    let act = Act::of_member(oauth1.host(), member(&request)?, &request);
    let (events, before) = (oauth1.events(), consumer.clone());
    let stored = oauth1
        .change(
            move |connection| match before.update(connection, &changes)? {
                Some(changed) => events.consumer_edited(connection, &act, &before, &changed),
                None => Ok(()),
            },
        )
        .await;
    match stored {
        Ok(()) => Ok(Response::redirect(client_path(&oauth1, &consumer))),
        Err(error) if error.is_forbidden() => {
            again(403, &Sentences::of_whole(words, error.message()))
        }
        Err(error) => Err(error),
    }
}

/// Deletes it: it stops working for everybody at once.
pub async fn delete(oauth1: Arc<OAuth1>, request: Request) -> Result<Response, PluginError> {
    let Some(consumer) = own(&oauth1, &request).await? else {
        return Ok(unknown(&request));
    };
    let act = Act::of_member(oauth1.host(), member(&request)?, &request);
    operations::delete(&oauth1, act, consumer, Deletion::ByOwner).await?;
    Ok(Response::redirect(oauth1.own_path("/clients")))
}

/// The application in the path, if it is this member's.
pub(super) async fn own(
    oauth1: &OAuth1,
    request: &Request,
) -> Result<Option<Consumer>, PluginError> {
    let member_id = member(request)?.id;
    let key = request
        .parameter("consumer_key")
        .unwrap_or_default()
        .to_owned();
    oauth1
        .read(move |connection| Consumer::find_of_owner(connection, &key, member_id))
        .await
}

fn form_of(consumer: &Consumer) -> TypedForm {
    TypedForm::of(
        &consumer.name,
        consumer.website.as_deref(),
        &consumer.callbacks.0,
        &consumer.scope,
        &consumer.required_scope,
    )
}

fn changes(checked: Checked) -> ConsumerChanges {
    ConsumerChanges {
        name: Some(checked.name),
        website: Some(checked.website),
        callbacks: Some(Json(checked.redirect_uris)),
        scope: Some(checked.scope),
        required_scope: Some(checked.required_scope),
    }
}

pub(super) fn client_path(oauth1: &OAuth1, consumer: &Consumer) -> String {
    oauth1.own_path(&format!("/clients/{}", consumer.consumer_key))
}

/// It may have no callback: members copy a code then.
pub(super) fn without_callback(fields: ClientFields<'_>) -> ClientFields<'_> {
    ClientFields {
        redirect_uri_needed: false,
        ..fields
    }
}

/// What a library asks for, in the order of the dance.
pub(super) fn addresses(oauth1: &OAuth1) -> [String; 3] {
    ["/request_token", "/authorize", "/access_token"]
        .map(|path| oauth1.host().site().plugin_url(path))
}

fn show_client(
    oauth1: &OAuth1,
    request: &Request,
    status: u16,
    consumer: &Consumer,
    (form, sentences): (&TypedForm, &Sentences),
) -> Response {
    let words = request.words();
    let scope_words = ScopeWords::of(oauth1.host(), request);
    let scopes = form.offered_scopes(&scope_words);
    let here = client_path(oauth1, consumer);
    let registered = TimeText::of(words, consumer.created_at);
    page(
        status,
        &consumer.name,
        &ClientPage {
            words,
            csrf: request.csrf(),
            clients_url: &oauth1.own_path("/clients"),
            save_url: &here,
            rotate_url: &format!("{here}/secret"),
            delete_url: &format!("{here}/delete"),
            name: &consumer.name,
            consumer_key: &consumer.consumer_key,
            registered: registered.moment(),
            suspended: consumer.is_suspended(),
            addresses: &addresses(oauth1),
            problem: sentences.any().as_deref(),
            client: without_callback(sentences.fields(form, &scopes)),
        },
    )
}

pub(super) fn unknown(request: &Request) -> Response {
    let words = request.words();
    let sentence = words.say("clients-unknown-hint");
    notice(404, words.say("clients-unknown"), sentence)
}
