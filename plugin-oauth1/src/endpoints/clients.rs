//! `/clients`: a member registers applications that sign their requests, and
//! looks after them.

use askama::Template;
use hob_authorization::{
    client_form::{Sentences, TypedForm},
    lasting::TimeText,
    pages::guarded,
    registration::Checked,
    scope_words::ScopeWords,
    secret::PlainSecret,
};
use hob_plugin_sdk::{
    IntoResponse, Member, Page, PluginError, Request, Response, Words, db::Json, prelude::*,
};

use crate::{
    OAuth1,
    act::Act,
    events::Deletion,
    models::{AccessToken, Consumer, ConsumerChanges},
    pages::{ClientNewPage, ClientPage, ClientRow, ClientSecretPage, ClientsPage},
    registration::{Proof, new_consumer, new_credential},
    settings::Registration,
};

/// The member's own applications.
pub async fn list(oauth1: Arc<OAuth1>, request: Request) -> Result<Response, PluginError> {
    let member_id = member(&request)?.id;
    let consumers = oauth1
        .read(move |connection| Consumer::of_owner(connection, member_id))
        .await?;
    let words = request.words();
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
            clients: &rows,
        },
    ))
}

/// The form of a new one.
pub async fn new_form(oauth1: Arc<OAuth1>, request: Request) -> Result<Response, PluginError> {
    if !may_register(&oauth1, member(&request)?) {
        return Ok(notice(
            &request,
            403,
            "clients-closed",
            "clients-closed-hint",
        ));
    }
    let form = TypedForm::to_begin_with(oauth1.declared_scope());
    let sentences = Sentences::none(request.words());
    Ok(show_form(&oauth1, &request, 200, &form, &sentences))
}

/// Registers one, and shows its secret: only now. What is refused stays as it
/// was typed.
pub async fn register(oauth1: Arc<OAuth1>, request: Request) -> Result<Response, PluginError> {
    let member = member(&request)?;
    if !may_register(&oauth1, member) {
        return Ok(notice(
            &request,
            403,
            "clients-closed",
            "clients-closed-hint",
        ));
    }
    let form = TypedForm::read(&request)?;
    let words = request.words();
    let again = |status, sentences| Ok(show_form(&oauth1, &request, status, &form, &sentences));
    let checked = match form.check(oauth1.declared_scope(), true) {
        Ok(checked) => checked,
        Err(problems) => return again(422, Sentences::of(words, &problems)),
    };
    let (owner_id, most) = (member.id, oauth1.settings().applications_per_member());
    let (new, secret) = new_consumer(&oauth1, checked, Proof::Secret, Some(owner_id), false)?;
    let (events, act) = (oauth1.events(), Act::of_member(&oauth1, member, &request));
    let stored = oauth1
        .change(move |connection| {
            let there = Consumer::count_of_owner(connection, owner_id)?;
            if most.is_some_and(|most| there >= most) {
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
            let most = most.unwrap_or_default();
            let sentence = words.say("clients-too-many-hint").with("most", most);
            again(403, Sentences::of_whole(words, &sentence.to_string()))
        }
        Err(error) if error.is_forbidden() => {
            again(403, Sentences::of_whole(words, error.message()))
        }
        Err(error) => Err(error),
    }
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
    let changes = match form.check(oauth1.declared_scope(), true) {
        Ok(checked) => changes(checked),
        Err(problems) => return again(422, &Sentences::of(words, &problems)),
    };
    let act = Act::of_member(&oauth1, member(&request)?, &request);
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

/// Gives it a new secret, and shows that: only now.
pub async fn rotate(oauth1: Arc<OAuth1>, request: Request) -> Result<Response, PluginError> {
    let Some(consumer) = own(&oauth1, &request).await? else {
        return Ok(unknown(&request));
    };
    let (credential, secret) = new_credential(&oauth1, &consumer.consumer_key, Proof::Secret)?;
    let act = Act::of_member(&oauth1, member(&request)?, &request);
    let events = oauth1.events();
    let changed = oauth1
        .change(move |connection| {
            let changed = consumer.replace_credential(connection, &credential)?;
            if let Some(changed) = &changed {
                events.secret_rotated(connection, &act, changed)?;
            }
            Ok(changed)
        })
        .await;
    match changed {
        Ok(Some(changed)) => {
            let words = request.words();
            Ok(show_secret(
                &oauth1,
                words,
                &changed,
                secret.as_ref(),
                false,
            ))
        }
        Ok(None) => Ok(unknown(&request)),
        Err(error) if error.is_forbidden() => {
            let heading = request.words().say("refused-by-plugin").to_string();
            Ok(told(403, &heading, error.message()))
        }
        Err(error) => Err(error),
    }
}

/// Deletes it: it stops working for everybody at once.
pub async fn delete(oauth1: Arc<OAuth1>, request: Request) -> Result<Response, PluginError> {
    let Some(consumer) = own(&oauth1, &request).await? else {
        return Ok(unknown(&request));
    };
    let act = Act::of_member(&oauth1, member(&request)?, &request);
    let events = oauth1.events();
    oauth1
        .change(move |connection| {
            let ended = AccessToken::delete_of_consumer(connection, consumer.id)?;
            match consumer.delete(connection)? {
                true => {
                    let reason = Deletion::ByOwner;
                    events.consumer_deleted(connection, &act, &consumer, reason, ended)
                }
                false => Ok(()),
            }
        })
        .await?;
    Ok(Response::redirect(oauth1.own_path("/clients")))
}

/// The host lets nobody else through to these routes.
fn member(request: &Request) -> Result<&Member, PluginError> {
    let member = request.member();
    member.ok_or_else(|| PluginError::new("a route for members was reached by nobody"))
}

fn may_register(oauth1: &OAuth1, member: &Member) -> bool {
    match oauth1.settings().registration {
        Registration::Members => true,
        Registration::Administrators => member.administrator,
        Registration::Closed => false,
    }
}

/// The application in the path, if it is this member's.
async fn own(oauth1: &OAuth1, request: &Request) -> Result<Option<Consumer>, PluginError> {
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

fn client_path(oauth1: &OAuth1, consumer: &Consumer) -> String {
    oauth1.own_path(&format!("/clients/{}", consumer.consumer_key))
}

/// What a library asks for, in the order of the dance.
fn addresses(oauth1: &OAuth1) -> [String; 3] {
    ["/request_token", "/authorize", "/access_token"]
        .map(|path| oauth1.host().site().plugin_url(path))
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
            client: sentences.fields(form, &scopes),
        },
    )
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
            client: sentences.fields(form, &scopes),
        },
    )
}

fn show_secret(
    oauth1: &OAuth1,
    words: Words,
    consumer: &Consumer,
    secret: Option<&PlainSecret>,
    is_new: bool,
) -> Response {
    let title = match is_new {
        true => words.say("client-created-title"),
        false => words.say("client-rotated-title"),
    };
    guarded(page(
        if is_new { 201 } else { 200 },
        &title.to_string(),
        &ClientSecretPage {
            words,
            site_name: &oauth1.host().site().name,
            name: &consumer.name,
            is_new,
            consumer_key: &consumer.consumer_key,
            consumer_secret: secret.map(PlainSecret::reveal).unwrap_or_default(),
            addresses: &addresses(oauth1),
            client_url: &client_path(oauth1, consumer),
        },
    ))
}

/// A page in the site's layout.
fn page(status: u16, title: &str, page: &impl Template) -> Response {
    match page.render() {
        Ok(html) => Response::page(status, Page::new(title, html)),
        Err(error) => PluginError::new(format!("the page {title:?} can't be rendered: {error}"))
            .into_response(),
    }
}

fn unknown(request: &Request) -> Response {
    notice(request, 404, "clients-unknown", "clients-unknown-hint")
}

fn notice(request: &Request, status: u16, heading: &str, sentence: &str) -> Response {
    let words = request.words();
    let (heading, sentence) = (words.say(heading), words.say(sentence));
    told(status, &heading.to_string(), &sentence.to_string())
}

/// A short page without a form.
fn told(status: u16, heading: &str, sentence: &str) -> Response {
    #[derive(Template)]
    #[template(
        source = r#"<div class="narrow"><header class="page-top"><h1>{{ heading }}</h1></header><p>{{ sentence }}</p></div>"#,
        ext = "html"
    )]
    struct Notice<'a> {
        heading: &'a str,
        sentence: &'a str,
    }
    page(status, heading, &Notice { heading, sentence })
}
