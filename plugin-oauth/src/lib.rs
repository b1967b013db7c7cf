//! Hob's OAuth 2 authorization server, as a plugin.
//!
//! This file says what the plugin is: which function answers which line of
//! `plugin.toml`. `endpoints` knows HTTP, `grants` the rules, `models` the
//! queries, each only what stands below it.

mod authorization_request;
mod challenge;
mod client_assertion;
mod client_authentication;
mod commands;
mod connections;
mod curl;
mod decision;
mod doctor;
mod dpop;
mod dynamic_registration;
mod endpoints;
mod error;
mod events;
mod grants;
mod housekeeping;
mod introspection;
mod issued_token;
mod known;
mod lasting;
mod logo;
mod models;
mod operations;
mod pages;
mod personal_token;
mod pkce;
mod prompt;
mod registration;
mod replay;
mod resource;
mod revocation;
mod sealed_request;
mod secret_rotation;
mod secret_uses;
mod settings;
mod stored_request;
mod token_uses;
mod token_verifier;
mod user_code;

use std::{sync::OnceLock, time::Duration};

use diesel::prelude::QueryResult;
#[cfg(test)]
use hob_authorization::bad_input;
use hob_authorization::{act, redirect_uri, scope, secret};
use hob_plugin_sdk::{
    MemberDeleted, MemberDisabled, MemberPasswordChanged, ScopeDescription, Throttle,
    auth::{resource_metadata, token_verifier},
    connections::{connections, page_of, page_of_all},
    db::{Connection, Db, DbError, Timestamp},
    http::Fields,
    members::Members,
    pictures::Pictures,
    prelude::*,
};

use crate::{
    act::Act,
    dpop::Nonces,
    endpoints::{
        admin, authorize, client_configuration, client_logo, client_new, client_secret, clients,
        connections_moved, consent, device, device_authorization, device_consent, device_qr,
        introspect, legacy_token, metadata, personal_tokens, pushed_authorization_request,
        register, revoke, token,
    },
    error::OAuthError,
    events::{Attempts, Deletion, Events, PersonalTokenEnd, Revoked, Withdrawal},
    housekeeping::{Housekeeping, Share},
    known::Known,
    models::{Client, ServerKey},
    resource::Resource,
    scope::Scope,
    sealed_request::Seal,
    secret::operating_system_randomness,
    secret_uses::SecretUses,
    settings::Settings,
    token_uses::TokenUses,
};

/// How often an address may register a client, where all may: after the first
/// few, one in this time.
const REGISTRATION_EACH: Duration = Duration::from_secs(600);

/// What an address can have stored by clients that prove nothing of themselves:
/// so much at once, which is enough for a house full of members, and then one
/// in this time.
const UNPROVEN_BURST: u32 = 60;
const UNPROVEN_EACH: Duration = Duration::from_secs(2);

/// The plugin, started.
pub struct OAuth {
    host: Host,
    db: Db,
    members: Members,
    pictures: Pictures,
    settings: Settings,
    events: Events,
    attempts: Attempts,
    scopes: OnceLock<Scopes>,
    known: Known,
    housekeeping: Housekeeping,
    secret_uses: SecretUses,
    token_uses: TokenUses,
    throttle: Throttle,
    password_throttle: Throttle,
    user_code_throttle: Throttle,
    /// Made when the first proof comes.
    nonces: OnceLock<Nonces>,
    /// Made when the first member is asked.
    seal: OnceLock<Seal>,
    registration_throttle: Throttle,
    registration_token_throttle: Throttle,
    unproven_throttle: Throttle,
}

/// The scopes that the enabled plugins declare.
struct Scopes {
    /// In English; a page asks for its visitor's language.
    descriptions: Arc<[ScopeDescription]>,
    all: Scope,
    /// What an application that registers itself may ask for.
    self_registered: Scope,
}

impl Plugin for OAuth {
    type Config = Settings;

    fn declare(declaration: &mut Declaration<Self>) {
        declaration
            .handle("GET /authorize", authorize::get)
            .handle("POST /authorize", authorize::post)
            .handle("POST /consent", consent::post)
            .handle("POST /par", pushed_authorization_request::post)
            .handle("POST /access_token", token::post)
            .handle("GET /access_token", legacy_token::get)
            .handle("POST /auth/token", token::post)
            .handle("POST /device_authorization", device_authorization::post)
            .handle("GET /device/qr", device_qr::get)
            .handle("POST /revoke", revoke::post)
            .handle("POST /introspect", introspect::post)
            .handle("POST /register", register::post)
            .handle("GET /register/{client_id}", client_configuration::get)
            .handle("PUT /register/{client_id}", client_configuration::put)
            .handle("DELETE /register/{client_id}", client_configuration::delete)
            .handle("GET /.well-known/oauth-authorization-server", metadata::get)
            .handle("GET /device", device::get)
            .handle("POST /device", device::post)
            .handle("POST /device/consent", device_consent::post)
            .handle("GET /clients", clients::list)
            .handle("GET /clients/new", client_new::get)
            .handle("POST /clients/new", client_new::post)
            .handle("GET /clients/{client_id}", clients::show)
            .handle("POST /clients/{client_id}", clients::save)
            .handle("POST /clients/{client_id}/secret", client_secret::rotate)
            .handle("POST /clients/{client_id}/delete", clients::delete)
            .handle("GET /clients/{client_id}/logo", client_logo::get)
            .handle("POST /clients/{client_id}/logo", client_logo::upload)
            .handle("POST /clients/{client_id}/logo/delete", client_logo::remove)
            .handle("GET /tokens", personal_tokens::list)
            .handle("GET /tokens/new", personal_tokens::new_form)
            .handle("POST /tokens/new", personal_tokens::make)
            .handle("POST /tokens/{token_id}/revoke", personal_tokens::revoke)
            .handle("GET /oauth/connections", connections_moved::get)
            .handle("GET /oauth/admin", admin::moved::get)
            .handle("GET /admin/clients", admin::clients::list)
            .handle("GET /admin/clients/{client_id}", admin::client::show)
            .handle(
                "POST /admin/clients/{client_id}/suspend",
                admin::client::suspend,
            )
            .handle(
                "POST /admin/clients/{client_id}/resume",
                admin::client::resume,
            )
            .handle(
                "POST /admin/clients/{client_id}/end-tokens",
                admin::client::end_tokens,
            )
            .handle(
                "POST /admin/clients/{client_id}/secret",
                admin::client::rotate,
            )
            .handle(
                "POST /admin/clients/{client_id}/delete",
                admin::client::delete,
            )
            .handle("GET /admin/policy", admin::policy::show)
            .handle("POST /admin/initial-tokens", admin::initial_tokens::issue)
            .handle(
                "POST /admin/initial-tokens/{id}/revoke",
                admin::initial_tokens::revoke,
            );

        declaration
            .offer(token_verifier::<Self>)
            .offer(resource_metadata::<Self>)
            .offer(connections::<Self>);

        declaration
            .command("client add", commands::client_add)
            .command("client keys", commands::client_keys::replace)
            .command("client list", commands::client_list::list)
            .command("client show", commands::client_list::show)
            .command("client edit", commands::client_edit::edit)
            .command("client rotate", commands::client_rotate)
            .command("client suspend", commands::client_suspend::suspend)
            .command("client resume", commands::client_suspend::resume)
            .command("client delete", commands::client_delete::delete)
            .command("consent list", commands::consents::list)
            .command("consent revoke", commands::consents::revoke)
            .command("token list", commands::tokens::list)
            .command("token revoke", commands::tokens::revoke)
            .command("doctor", commands::doctor::examine_site)
            .command("prune", commands::prune)
            .command("initial-token issue", commands::initial_token::issue)
            .command("initial-token list", commands::initial_token::list)
            .command("initial-token revoke", commands::initial_token::revoke);

        declaration
            .subscribe(|oauth, event: &MemberDisabled, connection| {
                oauth.revoke_all_of_member(connection, event.member_id, Revoked::MemberDisabled)
            })
            .subscribe(|oauth, event: &MemberPasswordChanged, connection| {
                oauth.revoke_all_of_member(connection, event.member_id, Revoked::PasswordChanged)
            })
            .subscribe(|oauth, event: &MemberDeleted, connection| {
                oauth.forget_member(connection, event.member_id)
            });

        Events::declare(declaration);

        declaration
            .every("prune", Duration::from_secs(3600), housekeeping::run_hourly)
            .every(
                "note_secret_uses",
                Duration::from_secs(300),
                secret_uses::note,
            )
            .every("note_token_uses", Duration::from_secs(60), token_uses::note);
    }

    fn start(host: Host, settings: Settings) -> Result<Self, PluginError> {
        Ok(Self {
            db: host.db()?,
            members: host.members()?,
            pictures: host.pictures()?,
            events: Events::new(&host)?,
            attempts: Attempts::default(),
            host,
            settings,
            scopes: OnceLock::new(),
            known: Known::default(),
            housekeeping: Housekeeping::default(),
            secret_uses: SecretUses::default(),
            token_uses: TokenUses::default(),
            throttle: Throttle::default(),
            password_throttle: Throttle::default(),
            user_code_throttle: Throttle::default(),
            nonces: OnceLock::new(),
            seal: OnceLock::new(),
            registration_throttle: Throttle::forgiving_one_each(REGISTRATION_EACH),
            registration_token_throttle: Throttle::default(),
            unproven_throttle: Throttle::with_burst(UNPROVEN_BURST, UNPROVEN_EACH),
        })
    }
}

export_plugin!(OAuth);

impl OAuth {
    fn host(&self) -> &Host {
        &self.host
    }

    fn members(&self) -> &Members {
        &self.members
    }

    fn pictures(&self) -> &Pictures {
        &self.pictures
    }

    /// What others are told of.
    fn events(&self) -> Events {
        self.events
    }

    fn settings(&self) -> &Settings {
        &self.settings
    }

    /// Of wrong client secrets.
    fn throttle(&self) -> &Throttle {
        &self.throttle
    }

    /// Of wrong passwords, which are counted for each account.
    fn password_throttle(&self) -> &Throttle {
        &self.password_throttle
    }

    /// For members who guess a device's user code.
    fn user_code_throttle(&self) -> &Throttle {
        &self.user_code_throttle
    }

    /// Of registrations where all may register, by address.
    fn registration_throttle(&self) -> &Throttle {
        &self.registration_throttle
    }

    /// Of wrong initial and registration access tokens.
    fn registration_token_throttle(&self) -> &Throttle {
        &self.registration_token_throttle
    }

    /// Of what clients without a secret have stored, by address.
    fn unproven_throttle(&self) -> &Throttle {
        &self.unproven_throttle
    }

    fn now(&self) -> Timestamp {
        self.host.now()
    }

    /// The key for this purpose, the same on all nodes. It is made when it is
    /// asked for the first time.
    async fn server_key(&self, purpose: &'static str) -> Result<ServerKey, PluginError> {
        let now = self.now();
        let new_key = ServerKey::generate(&mut operating_system_randomness());
        self.write(move |connection| ServerKey::find_or_insert(connection, purpose, new_key, now))
            .await
    }

    /// When a consent ends that is given now; none if never.
    fn consent_expires_at(&self, now: Timestamp) -> Option<Timestamp> {
        let lifetime = self.settings.consent_lifetime()?;
        Some(now + lifetime)
    }

    fn secret_uses(&self) -> &SecretUses {
        &self.secret_uses
    }

    fn token_uses(&self) -> &TokenUses {
        &self.token_uses
    }

    /// One issue's share of the housekeeping.
    fn housekeeping(&self) -> Share {
        self.housekeeping
            .share(self.secret_uses.take(), self.events)
    }

    /// The identifier of a resource (RFC 8707).
    fn audience(&self, resource: &Resource) -> String {
        resource.audience(&self.host.site().url).to_owned()
    }

    /// Who this server is, everywhere (RFC 8414, section 2; RFC 9207): the
    /// site's own address, or that of the host which the plugin has for
    /// itself.
    fn issuer_identifier(&self) -> &str {
        &self.host.site().own_url
    }

    /// A path of this plugin as a browser asks for it.
    fn own_path(&self, path: &str) -> String {
        self.host.site().plugin_path(path)
    }

    /// The site's page of all that may use a member's account.
    fn connections_path(&self) -> String {
        page_of_all(self.host.site())
    }

    /// The page of what a member allows this application.
    fn connection_path(&self, client_id: &str) -> String {
        page_of(self.host.site(), self.host.plugin_id(), client_id)
    }

    fn scopes(&self) -> &Scopes {
        // Asked for when it is first needed: every plugin has started then.
        self.scopes.get_or_init(|| {
            let descriptions = self.host.scopes("");
            Scopes {
                self_registered: self_registered_scope(
                    &descriptions,
                    self.settings.dynamic_registration_scopes.as_deref(),
                ),
                all: descriptions
                    .iter()
                    .map(|description| description.name.as_str())
                    .collect(),
                descriptions,
            }
        })
    }

    /// All scopes that there are.
    fn declared_scope(&self) -> &Scope {
        &self.scopes().all
    }

    /// What an application that registers itself may ask for.
    fn self_registered_scope(&self) -> &Scope {
        &self.scopes().self_registered
    }

    fn scope_descriptions(&self) -> &[ScopeDescription] {
        &self.scopes().descriptions
    }

    /// The parameter `scope`. A client that names none asks for all that it is
    /// registered for.
    fn asked_scope(&self, client: &Client, asked: Option<&str>) -> Result<Scope, OAuthError> {
        let declared = self.declared_scope();
        let Some(asked) = asked else {
            return Ok(client.scope.intersection(declared));
        };
        let asked = Scope::parse(asked)?;
        if let Some(word) = asked.first_not_in(declared) {
            return Err(OAuthError::ScopeUnknown(word.to_owned()));
        }
        if let Some(word) = asked.first_not_in(&client.scope) {
            return Err(OAuthError::ScopeNotRegistered(word.to_owned()));
        }
        Ok(asked)
    }

    /// The parameter `resource`.
    fn asked_resource(&self, fields: &Fields) -> Result<Resource, OAuthError> {
        let values = fields.all("resource").filter(|value| !value.is_empty());
        Ok(Resource::from_parameters(
            values,
            &self.host.site().all_urls,
        )?)
    }

    async fn read<T: Send + 'static>(
        &self,
        work: impl FnOnce(&mut Connection) -> QueryResult<T> + Send + 'static,
    ) -> Result<T, PluginError> {
        Ok(self.db.read(work).await?)
    }

    async fn write<T: Send + 'static>(
        &self,
        work: impl FnOnce(&mut Connection) -> QueryResult<T> + Send + 'static,
    ) -> Result<T, PluginError> {
        Ok(self.db.write(work).await?)
    }

    /// As [`Self::write`], for work that raises events: a refusal comes back
    /// with its words ([`PluginError::is_forbidden`]).
    async fn change<T: Send + 'static>(
        &self,
        work: impl FnOnce(&mut Connection) -> Result<T, DbError> + Send + 'static,
    ) -> Result<T, PluginError> {
        self.db.write(work).await.map_err(PluginError::from)
    }

    /// As [`Self::change`], for what lives for minutes and is harmless to lose
    /// in a power cut: codes and requests, with which somebody begins anew.
    async fn change_unsynced<T: Send + 'static>(
        &self,
        work: impl FnOnce(&mut Connection) -> Result<T, DbError> + Send + 'static,
    ) -> Result<T, PluginError> {
        self.db
            .write_unsynced(work)
            .await
            .map_err(PluginError::from)
    }

    /// All that was issued in a member's name dies.
    fn revoke_all_of_member(
        &self,
        connection: &mut Connection,
        member_id: i64,
        reason: Revoked,
    ) -> Result<(), PluginError> {
        let now = self.now();
        let (ended, personal) = models::revoke_all_of_member(connection, member_id, now)?;
        let act = Act::of_site(reason.reason(), now);
        let (events, of) = (self.events, ("", Some(member_id)));
        events.tokens_revoked(connection, &act, of, reason, ended)?;
        for token in &personal {
            let why = PersonalTokenEnd::With(reason);
            events.personal_token_revoked(connection, &act, token, why)?;
        }
        Ok(())
    }

    fn forget_member(
        &self,
        connection: &mut Connection,
        member_id: i64,
    ) -> Result<(), PluginError> {
        let (now, reason) = (self.now(), Revoked::MemberDeleted);
        let act = Act::of_site(reason.reason(), now);
        let forgotten = models::forget_member(connection, member_id, now)?;
        let events = self.events;
        let of = ("", Some(member_id));
        events.consents_revoked(
            connection,
            &act,
            &forgotten.consents,
            Withdrawal::MemberDeleted,
        )?;
        events.tokens_revoked(connection, &act, of, reason, forgotten.ended)?;
        for token in &forgotten.personal_tokens {
            let why = PersonalTokenEnd::With(reason);
            events.personal_token_revoked(connection, &act, token, why)?;
        }
        for (client, members, ended) in &forgotten.clients {
            let named = (client.client_id.as_str(), client.name.as_str());
            let reason = Deletion::MemberDeleted;
            events.client_deleted(connection, &act, named, reason, *members, *ended)?;
        }
        Ok(())
    }
}

/// Those that the operator names, as far as there are such; else all that are
/// not dangerous.
fn self_registered_scope(descriptions: &[ScopeDescription], named: Option<&[String]>) -> Scope {
    let allowed = |description: &&ScopeDescription| match named {
        Some(named) => named.contains(&description.name),
        None => !description.dangerous,
    };
    for name in named.unwrap_or_default() {
        if !descriptions.iter().any(|known| known.name == *name) {
            tracing::warn!(
                scope = name,
                "dynamic_registration_scopes names no scope of this site"
            );
        }
    }
    descriptions
        .iter()
        .filter(allowed)
        .map(|description| description.name.as_str())
        .collect()
}
