//! `/clients`: a member registers applications and looks after them.

use hob_plugin_sdk::{Member, PluginError, Request, Response, http::Fields, prelude::*};

use super::member_page::{TimeText, notice, page};
use crate::{
    OAuth,
    grants::GrantTypes,
    models::{Client, ClientKind},
    pages::{
        ClientCreatedPage, ClientFields, ClientNewPage, ClientPage, ClientRow, ClientsPage, Field,
        OfferedScope,
    },
    registration::{self, Problems, RegistrationError, Typed},
    secret::PlainSecret,
    settings::Registration,
};

/// The member's own applications.
pub async fn list(oauth: Arc<OAuth>, request: Request) -> Result<Response, PluginError> {
    let member_id = super::member(&request)?.id;
    let clients = oauth
        .read(move |connection| Client::of_owner(connection, member_id))
        .await?;
    let shown: Vec<(String, TimeText)> = clients
        .iter()
        .map(|client| (client_path(&oauth, client), TimeText::of(client.created_at)))
        .collect();
    let rows: Vec<ClientRow<'_>> = clients
        .iter()
        .zip(&shown)
        .map(|(client, (url, registered))| ClientRow {
            url,
            name: &client.name,
            client_id: &client.client_id,
            kind: kind_in_words(client.kind),
            registered: registered.moment(),
            suspended: client.is_suspended(),
        })
        .collect();
    Ok(page(
        200,
        "My applications",
        &ClientsPage {
            site_name: &oauth.host().site().name,
            new_url: &oauth.own_path("/clients/new"),
            clients: &rows,
        },
    ))
}

/// The form for a new one.
pub async fn new_form(oauth: Arc<OAuth>, request: Request) -> Result<Response, PluginError> {
    if !may_register(&oauth, super::member(&request)?) {
        return Ok(registration_is_closed());
    }
    let form = TypedForm {
        scope: oauth
            .declared_scope()
            .words()
            .map(ToOwned::to_owned)
            .collect(),
        ..TypedForm::default()
    };
    Ok(show_new_form(
        &oauth,
        &request,
        200,
        &form,
        &Problems::default(),
    ))
}

/// Registers one, and shows its secret: only now.
pub async fn register(oauth: Arc<OAuth>, request: Request) -> Result<Response, PluginError> {
    let member = super::member(&request)?;
    if !may_register(&oauth, member) {
        return Ok(registration_is_closed());
    }
    let form = TypedForm::read(&request)?;
    let grant_types = GrantTypes::by_default();
    let checked = match form.check(&oauth, &grant_types) {
        Ok(checked) => checked,
        Err(problems) => return Ok(show_new_form(&oauth, &request, 422, &form, &problems)),
    };
    let kind = if form.public {
        ClientKind::Public
    } else {
        ClientKind::Confidential
    };
    let (new_client, secret) =
        registration::new_client(checked, kind, grant_types, Some(member.id), oauth.now());
    let digest = secret.as_ref().map(PlainSecret::digest);
    let client = oauth
        .write(move |connection| Client::insert(connection, &new_client, digest))
        .await?;
    tracing::info!(
        member_id = member.id,
        client_id = client.client_id,
        "a member registered an application"
    );
    let site = oauth.host().site();
    Ok(page(
        201,
        "Application registered",
        &ClientCreatedPage {
            site_name: &site.name,
            name: &client.name,
            client_id: &client.client_id,
            client_secret: secret.as_ref().map(PlainSecret::reveal),
            metadata_url: &metadata_url(&oauth),
            client_url: &client_path(&oauth, &client),
        },
    )
    .with_header("cache-control", "no-store")
    .with_header("referrer-policy", "no-referrer"))
}

/// One of the member's own.
pub async fn show(oauth: Arc<OAuth>, request: Request) -> Result<Response, PluginError> {
    let Some(client) = own_client(&oauth, &request).await? else {
        return Ok(not_found());
    };
    let form = TypedForm::of(&client);
    show_client(&oauth, &request, 200, client, &form, &Problems::default()).await
}

/// Changes it.
pub async fn save(oauth: Arc<OAuth>, request: Request) -> Result<Response, PluginError> {
    let Some(client) = own_client(&oauth, &request).await? else {
        return Ok(not_found());
    };
    let form = TypedForm::read(&request)?;
    match form.check(&oauth, &client.grant_types) {
        Ok(changes) => {
            let here = client_path(&oauth, &client);
            oauth
                .write(move |connection| client.update(connection, &changes))
                .await?;
            Ok(Response::redirect(here))
        }
        Err(problems) => show_client(&oauth, &request, 422, client, &form, &problems).await,
    }
}

/// Deletes it: it stops working for everybody at once.
pub async fn delete(oauth: Arc<OAuth>, request: Request) -> Result<Response, PluginError> {
    let Some(client) = own_client(&oauth, &request).await? else {
        return Ok(not_found());
    };
    tracing::info!(
        member_id = client.owner_id,
        client_id = client.client_id,
        "a member deleted an application"
    );
    oauth
        .write(move |connection| client.delete(connection))
        .await?;
    Ok(Response::redirect(oauth.own_path("/clients")))
}

/// What was typed into the form, or stands in it to begin with.
#[derive(Default)]
struct TypedForm {
    name: String,
    website: String,
    /// One on a line.
    redirect_uris: String,
    scope: Vec<String>,
    public: bool,
}

impl TypedForm {
    fn read(request: &Request) -> Result<Self, PluginError> {
        let fields: Fields = request
            .form()
            .map_err(|error| PluginError::new(format!("the form can't be read: {error}")))?;
        let text = |name| fields.first(name).unwrap_or_default().to_owned();
        Ok(Self {
            name: text("name"),
            website: text("website"),
            redirect_uris: text("redirect_uris"),
            scope: fields.all("scope").map(ToOwned::to_owned).collect(),
            public: fields.first("kind") == Some("public"),
        })
    }

    fn of(client: &Client) -> Self {
        let redirect_uris: Vec<&str> = client
            .redirect_uris
            .0
            .iter()
            .map(|uri| uri.as_str())
            .collect();
        Self {
            name: client.name.clone(),
            website: client.website.clone().unwrap_or_default(),
            redirect_uris: redirect_uris.join("\n"),
            scope: client.scope.words().map(ToOwned::to_owned).collect(),
            public: client.is_public(),
        }
    }

    fn check(
        &self,
        oauth: &OAuth,
        grant_types: &GrantTypes,
    ) -> Result<crate::models::ClientChanges, Box<Problems>> {
        let scope: Vec<&str> = self.scope.iter().map(String::as_str).collect();
        registration::check(
            oauth,
            &Typed {
                name: &self.name,
                website: &self.website,
                redirect_uris: &self.redirect_uris.lines().collect::<Vec<_>>(),
                scope: &scope,
            },
            grant_types,
        )
    }

    fn offered_scopes<'a>(&self, oauth: &'a OAuth) -> Vec<OfferedScope<'a>> {
        oauth
            .scope_descriptions()
            .iter()
            .map(|description| OfferedScope {
                name: &description.name,
                sentence: &description.sentence,
                checked: self.scope.contains(&description.name),
            })
            .collect()
    }
}

/// The problems as sentences, for the form.
struct Sentences {
    name: Option<String>,
    website: Option<String>,
    redirect_uris: Option<String>,
    scope: Option<String>,
}

impl Sentences {
    fn of(problems: &Problems) -> Self {
        let sentence = |problem: &Option<RegistrationError>| {
            problem.as_ref().map(|problem| {
                let text = problem.to_string();
                let mut letters = text.chars();
                let first = letters.next().into_iter().flat_map(char::to_uppercase);
                first.chain(letters).chain(['.']).collect()
            })
        };
        Self {
            name: sentence(&problems.name),
            website: sentence(&problems.website),
            redirect_uris: sentence(&problems.redirect_uris),
            scope: sentence(&problems.scope),
        }
    }

    fn any(&self) -> Option<&'static str> {
        let parts = [&self.name, &self.website, &self.redirect_uris, &self.scope];
        parts
            .iter()
            .any(|part| part.is_some())
            .then_some("Something in the form is not right; it says where.")
    }

    fn fields<'a>(
        &'a self,
        form: &'a TypedForm,
        scopes: &'a [OfferedScope<'a>],
    ) -> ClientFields<'a> {
        ClientFields {
            name: Field {
                value: &form.name,
                error: self.name.as_deref(),
            },
            website: Field {
                value: &form.website,
                error: self.website.as_deref(),
            },
            redirect_uris: Field {
                value: &form.redirect_uris,
                error: self.redirect_uris.as_deref(),
            },
            scopes,
            scopes_error: self.scope.as_deref(),
        }
    }
}

fn show_new_form(
    oauth: &OAuth,
    request: &Request,
    status: u16,
    form: &TypedForm,
    problems: &Problems,
) -> Response {
    let sentences = Sentences::of(problems);
    let scopes = form.offered_scopes(oauth);
    page(
        status,
        "Register an application",
        &ClientNewPage {
            csrf: request.csrf(),
            action: &oauth.own_path("/clients/new"),
            clients_url: &oauth.own_path("/clients"),
            problem: sentences.any(),
            client: sentences.fields(form, &scopes),
            public: form.public,
        },
    )
}

async fn show_client(
    oauth: &OAuth,
    request: &Request,
    status: u16,
    client: Client,
    form: &TypedForm,
    problems: &Problems,
) -> Result<Response, PluginError> {
    let counted = client.clone();
    let members = oauth
        .read(move |connection| counted.count_members(connection))
        .await?;
    let sentences = Sentences::of(problems);
    let scopes = form.offered_scopes(oauth);
    let here = client_path(oauth, &client);
    let registered = TimeText::of(client.created_at);
    Ok(page(
        status,
        &client.name,
        &ClientPage {
            csrf: request.csrf(),
            clients_url: &oauth.own_path("/clients"),
            save_url: &here,
            delete_url: &format!("{here}/delete"),
            name: &client.name,
            client_id: &client.client_id,
            kind: kind_in_words(client.kind),
            registered: registered.moment(),
            members,
            suspended: client.is_suspended(),
            metadata_url: &metadata_url(oauth),
            problem: sentences.any(),
            client: sentences.fields(form, &scopes),
        },
    ))
}

/// The application in the path, if it is this member's.
async fn own_client(oauth: &OAuth, request: &Request) -> Result<Option<Client>, PluginError> {
    let member_id = super::member(request)?.id;
    let client_id = request
        .parameter("client_id")
        .unwrap_or_default()
        .to_owned();
    oauth
        .read(move |connection| Client::find_of_owner(connection, &client_id, member_id))
        .await
}

fn may_register(oauth: &OAuth, member: &Member) -> bool {
    match oauth.settings().registration {
        Registration::Members => true,
        Registration::Administrators => member.administrator,
        Registration::Closed => false,
    }
}

fn registration_is_closed() -> Response {
    notice(
        403,
        "Registration is closed",
        "The operator of this site registers applications; ask there.",
    )
}

fn not_found() -> Response {
    notice(
        404,
        "No such application",
        "It does not exist, or somebody else registered it.",
    )
}

fn client_path(oauth: &OAuth, client: &Client) -> String {
    oauth.own_path(&format!("/clients/{}", client.client_id))
}

fn metadata_url(oauth: &OAuth) -> String {
    format!(
        "{}/.well-known/oauth-authorization-server",
        oauth.issuer_identifier()
    )
}

const fn kind_in_words(kind: ClientKind) -> &'static str {
    match kind {
        ClientKind::Confidential => "on a server",
        ClientKind::Public => "in a browser or on a device",
    }
}
