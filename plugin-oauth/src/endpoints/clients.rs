//! `/clients`: a member looks after the own applications.

use hob_plugin_sdk::{PluginError, Request, Response, Words, prelude::*};

use super::{
    client_form::{Sentences, TypedForm, check, form_of},
    emblem::ShownEmblem,
    member_page::{TimeText, notice, page},
    worded::{ScopeWords, client_kind},
};
use crate::{
    OAuth,
    act::Act,
    curl,
    events::{Deletion, Revoked},
    logo,
    models::{Client, ClientChanges, ClientSecret},
    pages::{ClientPage, ClientRow, ClientsPage, SecretRow},
};

/// The member's own applications.
pub async fn list(oauth: Arc<OAuth>, request: Request) -> Result<Response, PluginError> {
    let member = super::member(&request)?;
    let member_id = member.id;
    let clients = oauth
        .read(move |connection| Client::of_owner(connection, member_id))
        .await?;
    let words = request.words();
    let obstacle = oauth.settings().obstacle(member, clients.len() as u64);
    let shown: Vec<(String, TimeText, ShownEmblem)> = clients
        .iter()
        .map(|client| {
            let registered = TimeText::of(words, client.created_at);
            let emblem = ShownEmblem::of(&oauth, client);
            (client_path(&oauth, client), registered, emblem)
        })
        .collect();
    let rows: Vec<ClientRow<'_>> = clients
        .iter()
        .zip(&shown)
        .map(|(client, (url, registered, emblem))| ClientRow {
            url,
            name: &client.name,
            client_id: &client.client_id,
            kind: client_kind(words, client.kind),
            registered: registered.moment(),
            suspended: client.is_suspended(),
            emblem: emblem.as_emblem(),
        })
        .collect();
    Ok(page(
        200,
        &words.say("menu-clients").to_string(),
        &ClientsPage {
            words,
            site_name: &oauth.host().site().name,
            new_url: &oauth.own_path("/clients/new"),
            obstacle: obstacle.map(|obstacle| obstacle.sentence(words)).as_deref(),
            clients: &rows,
        },
    ))
}

/// One of the member's own.
pub async fn show(oauth: Arc<OAuth>, request: Request) -> Result<Response, PluginError> {
    let Some(client) = own_client(&oauth, &request).await? else {
        return Ok(not_found(&request));
    };
    let view = ClientView::of(request.words(), &client);
    show_client(&oauth, &request, client, view).await
}

/// Changes it. What is refused stays as it was typed.
pub async fn save(oauth: Arc<OAuth>, request: Request) -> Result<Response, PluginError> {
    let Some(client) = own_client(&oauth, &request).await? else {
        return Ok(not_found(&request));
    };
    let form = TypedForm::read(&request)?;
    let words = request.words();
    let (status, sentences) = match check(&form, &oauth, &client.grant_types) {
        Err(problems) => (422, Sentences::of(words, &problems)),
        Ok(changes) => {
            let act = Act::of_member(oauth.host(), super::member(&request)?, &request);
            match store(&oauth, act, client.clone(), changes).await {
                Ok(()) => return Ok(Response::redirect(client_path(&oauth, &client))),
                Err(error) if error.is_forbidden() => {
                    (403, Sentences::of_whole(words, error.message()))
                }
                Err(error) => return Err(error),
            }
        }
    };
    let view = ClientView {
        status,
        form,
        sentences,
        ..ClientView::of(words, &client)
    };
    show_client(&oauth, &request, client, view).await
}

async fn store(
    oauth: &OAuth,
    act: Act,
    client: Client,
    changes: ClientChanges,
) -> Result<(), PluginError> {
    let events = oauth.events();
    oauth
        .change(
            move |connection| match client.update(connection, &changes)? {
                Some(changed) => events.client_edited(connection, &act, &client, &changed),
                None => Ok(()),
            },
        )
        .await
}

/// Deletes it: it stops working for everybody at once.
pub async fn delete(oauth: Arc<OAuth>, request: Request) -> Result<Response, PluginError> {
    let Some(client) = own_client(&oauth, &request).await? else {
        return Ok(not_found(&request));
    };
    tracing::info!(
        member_id = client.owner_id,
        client_id = client.client_id,
        "a member deleted an application"
    );
    let act = Act::of_member(oauth.host(), super::member(&request)?, &request);
    let events = oauth.events();
    oauth
        .change(move |connection| {
            let (members, ended) = client.delete(connection, act.at)?;
            let (of, reason) = ((client.client_id.as_str(), None), Revoked::ClientDeleted);
            let named = (client.client_id.as_str(), client.name.as_str());
            events.client_deleted(connection, &act, named, Deletion::ByOwner, members, ended)?;
            events.tokens_revoked(connection, &act, of, reason, ended)
        })
        .await?;
    Ok(Response::redirect(oauth.own_path("/clients")))
}

/// What came of the last thing that the owner did on an application's page.
pub(super) struct ClientView {
    status: u16,
    form: TypedForm,
    sentences: Sentences,
    secret_problem: Option<String>,
    logo_problem: Option<String>,
}

impl ClientView {
    /// The application as it is.
    fn of(words: Words, client: &Client) -> Self {
        Self {
            status: 200,
            form: form_of(client),
            sentences: Sentences::none(words),
            secret_problem: None,
            logo_problem: None,
        }
    }

    /// The application as it is, and why it has no new logo.
    pub(super) fn with_logo_problem(words: Words, client: &Client, problem: String) -> Self {
        Self {
            status: 422,
            logo_problem: Some(problem),
            ..Self::of(words, client)
        }
    }

    /// The application as it is, and why it has no new secret.
    pub(super) fn with_secret_problem(words: Words, client: &Client, problem: String) -> Self {
        Self {
            status: 422,
            secret_problem: Some(problem),
            ..Self::of(words, client)
        }
    }
}

/// Shows an application to its owner.
pub(super) async fn show_client(
    oauth: &OAuth,
    request: &Request,
    client: Client,
    view: ClientView,
) -> Result<Response, PluginError> {
    let (counted, now) = (client.clone(), oauth.now());
    let (members, secrets) = oauth
        .read(move |connection| {
            let members = counted.count_members(connection, now)?;
            let secrets = ClientSecret::live_of_client(connection, counted.id, now)?;
            Ok((members, secrets))
        })
        .await?;
    let words = request.words();
    let shown = |secret| ShownSecret::new(words, secret);
    let secrets: Vec<ShownSecret> = secrets.iter().map(shown).collect();
    let secrets: Vec<SecretRow<'_>> = secrets.iter().map(ShownSecret::row).collect();
    let scope_words = ScopeWords::of(oauth.host(), request);
    let scopes = view.form.offered_scopes(&scope_words);
    let here = client_path(oauth, &client);
    let registered = TimeText::of(words, client.created_at);
    Ok(page(
        view.status,
        &client.name,
        &ClientPage {
            words,
            csrf: request.csrf(),
            clients_url: &oauth.own_path("/clients"),
            save_url: &here,
            delete_url: &format!("{here}/delete"),
            name: &client.name,
            client_id: &client.client_id,
            kind: client_kind(words, client.kind),
            registered: registered.moment(),
            members,
            suspended: client.is_suspended(),
            metadata_url: &metadata_url(oauth),
            curl: curl::for_client(oauth, &client, None).as_deref(),
            secrets: &secrets,
            rotate_url: &format!("{here}/secret"),
            secret_problem: view.secret_problem.as_deref(),
            emblem: ShownEmblem::of(oauth, &client).as_emblem(),
            logo_url: &format!("{here}/logo"),
            logo_delete_url: &format!("{here}/logo/delete"),
            largest_logo: logo::LARGEST_FILE / (1024 * 1024),
            logo_problem: view.logo_problem.as_deref(),
            problem: view.sentences.any().as_deref(),
            client: view.sentences.fields(&view.form, &scopes),
        },
    ))
}

/// Owns what a row of the page borrows.
pub(super) struct ShownSecret {
    created: TimeText,
    expires: Option<TimeText>,
    last_used: Option<TimeText>,
}

impl ShownSecret {
    pub(super) fn new(words: Words, secret: &ClientSecret) -> Self {
        let day = |time| TimeText::of(words, time);
        Self {
            created: day(secret.created_at),
            expires: secret.expires_at.map(|end| TimeText::of_end(words, end)),
            last_used: secret.last_used_at.map(day),
        }
    }

    pub(super) fn row(&self) -> SecretRow<'_> {
        SecretRow {
            created: self.created.moment(),
            expires: self.expires.as_ref().map(TimeText::moment),
            last_used: self.last_used.as_ref().map(TimeText::moment),
        }
    }
}

/// The application in the path, if it is this member's.
pub(super) async fn own_client(
    oauth: &OAuth,
    request: &Request,
) -> Result<Option<Client>, PluginError> {
    let member_id = super::member(request)?.id;
    let client_id = request
        .parameter("client_id")
        .unwrap_or_default()
        .to_owned();
    oauth
        .read(move |connection| Client::find_of_owner(connection, &client_id, member_id))
        .await
}

pub(super) fn not_found(request: &Request) -> Response {
    let words = request.words();
    notice(
        404,
        words.say("clients-unknown"),
        words.say("clients-unknown-hint"),
    )
}

pub(super) fn client_path(oauth: &OAuth, client: &Client) -> String {
    oauth.own_path(&format!("/clients/{}", client.client_id))
}

/// The well-known path goes between the host and the issuer's own path (RFC
/// 8414, section 3.1).
pub(super) fn metadata_url(oauth: &OAuth) -> String {
    let site = oauth.host().site();
    format!(
        "{}/.well-known/oauth-authorization-server{}",
        site.origin(),
        site.base()
    )
}
