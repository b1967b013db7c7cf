//! Hob's OAuth 1.0a provider (RFC 5849), as a plugin.
//!
//! This file says what the plugin is: which function answers which line of
//! `plugin.toml`. `endpoints` knows HTTP, `signed_call` what is asked of every
//! signed request, `models` the queries, each only what stands below it.

mod commands;
mod connections;
mod doctor;
mod endpoints;
mod events;
mod housekeeping;
mod models;
mod operations;
mod pages;
mod problem;
mod registration;
mod sealed_secrets;
mod settings;
mod signed_call;
mod token_verifier;

use std::{sync::OnceLock, time::Duration};

use diesel::prelude::QueryResult;
use hob_authorization::{
    act::{self, Act},
    scope::Scope,
    secret::SecretDigest,
};
use hob_oauth1_signature::SignatureMethod;
use hob_plugin_sdk::{
    MemberDeleted, MemberDisabled, MemberPasswordChanged, Throttle,
    auth::token_verifier,
    connections::{connections, page_of, page_of_all},
    db::{Connection, Db, DbError, Memo, Timestamp},
    members::Members,
    prelude::*,
    sealing::{Sealing, sealed},
};

use crate::{
    endpoints::{
        access_token, admin, authorize, client_new, client_register, client_secret, clients,
        consent, request_token,
    },
    events::{Attempts, Deletion, Events, Revoked},
    housekeeping::{Housekeeping, Share},
    models::{AccessToken, CheckedToken, Consumer, RequestToken},
    settings::Settings,
};

/// What an address can have stored by applications that prove nothing of
/// themselves: so much at once, and then one in this time.
const UNPROVEN_BURST: u32 = 60;
const UNPROVEN_EACH: Duration = Duration::from_secs(2);

/// How often an address may register an application, where all may: after the
/// first few, one in this time.
const REGISTRATION_EACH: Duration = Duration::from_secs(600);

/// The plugin, started.
pub struct OAuth1 {
    host: Host,
    db: Db,
    members: Members,
    sealing: Sealing,
    settings: Settings,
    events: Events,
    attempts: Attempts,
    signature_methods: Vec<SignatureMethod>,
    /// What tokens allow, for as long as it would be read the same.
    known: Memo<SecretDigest, Option<Arc<CheckedToken>>>,
    scopes: OnceLock<Scopes>,
    housekeeping: Housekeeping,
    unproven_throttle: Throttle,
    registration_throttle: Throttle,
}

/// The scopes that the enabled plugins declare.
struct Scopes {
    all: Scope,
    /// What an application that registers itself may ask for: what is not
    /// dangerous.
    self_registered: Scope,
}

impl Plugin for OAuth1 {
    type Config = Settings;

    fn declare(declaration: &mut Declaration<Self>) {
        declaration
            .handle("POST /request_token", request_token::issue)
            .handle("GET /request_token", request_token::issue)
            .handle("POST /access_token", access_token::issue)
            .handle("GET /access_token", access_token::issue)
            .handle("GET /authorize", authorize::show)
            .handle("POST /authorize", consent::decide)
            .handle("POST /api/client/register", client_register::post)
            .handle("GET /clients", clients::list)
            .handle("GET /clients/new", client_new::get)
            .handle("POST /clients/new", client_new::post)
            .handle("GET /clients/{consumer_key}", clients::show)
            .handle("POST /clients/{consumer_key}", clients::save)
            .handle("POST /clients/{consumer_key}/secret", client_secret::post)
            .handle("POST /clients/{consumer_key}/delete", clients::delete);

        declaration
            .handle("GET /admin/clients", admin::clients::list)
            .handle("GET /admin/clients/{consumer_key}", admin::client::show)
            .handle(
                "POST /admin/clients/{consumer_key}/suspend",
                admin::client::suspend,
            )
            .handle(
                "POST /admin/clients/{consumer_key}/resume",
                admin::client::resume,
            )
            .handle(
                "POST /admin/clients/{consumer_key}/end-tokens",
                admin::client::end_tokens,
            )
            .handle(
                "POST /admin/clients/{consumer_key}/secret",
                admin::client::rotate,
            )
            .handle(
                "POST /admin/clients/{consumer_key}/delete",
                admin::client::delete,
            );

        declaration
            .offer(token_verifier::<Self>)
            .offer(connections::<Self>)
            .offer(sealed::<Self>);

        declaration
            .command("consumer add", commands::consumer_add::add)
            .command("consumer list", commands::consumer_list::list)
            .command("consumer show", commands::consumer_list::show)
            .command("consumer edit", commands::consumer_change::edit)
            .command("consumer rotate", commands::consumer_change::rotate)
            .command("consumer suspend", commands::consumer_change::suspend)
            .command("consumer resume", commands::consumer_change::resume)
            .command("consumer delete", commands::consumer_change::delete)
            .command("token list", commands::tokens::list)
            .command("token revoke", commands::tokens::revoke)
            .command("doctor", commands::doctor::examine_site)
            .command("prune", commands::prune);

        Events::declare(declaration);

        declaration
            .subscribe(|oauth1, event: &MemberDisabled, connection| {
                let reason = Revoked::MemberDisabled;
                oauth1.end_all_of_member(connection, event.member_id, reason)
            })
            .subscribe(|oauth1, event: &MemberPasswordChanged, connection| {
                let reason = Revoked::PasswordChanged;
                oauth1.end_all_of_member(connection, event.member_id, reason)
            })
            .subscribe(|oauth1, event: &MemberDeleted, connection| {
                oauth1.forget_member(connection, event.member_id)
            });

        declaration.every("prune", Duration::from_secs(3600), housekeeping::run_hourly);
    }

    fn start(host: Host, settings: Settings) -> Result<Self, PluginError> {
        Ok(Self {
            db: host.db()?,
            members: host.members()?,
            sealing: host.sealing()?,
            events: Events::new(&host)?,
            attempts: Attempts::default(),
            signature_methods: settings.signature_methods()?,
            known: Memo::with_capacity(8192),
            scopes: OnceLock::new(),
            housekeeping: Housekeeping::default(),
            unproven_throttle: Throttle::with_burst(UNPROVEN_BURST, UNPROVEN_EACH),
            registration_throttle: Throttle::forgiving_one_each(REGISTRATION_EACH),
            settings,
            host,
        })
    }
}

export_plugin!(OAuth1);

impl OAuth1 {
    fn host(&self) -> &Host {
        &self.host
    }

    fn members(&self) -> &Members {
        &self.members
    }

    fn sealing(&self) -> Sealing {
        self.sealing
    }

    fn settings(&self) -> &Settings {
        &self.settings
    }

    /// What others are told of.
    fn events(&self) -> Events {
        self.events
    }

    /// How applications may sign.
    fn signature_methods(&self) -> &[SignatureMethod] {
        &self.signature_methods
    }

    /// In seconds.
    fn timestamp_window(&self) -> i64 {
        let seconds = self.settings.timestamp_window().as_secs();
        i64::try_from(seconds).unwrap_or(i64::MAX)
    }

    /// Of what applications without a secret have stored, by address.
    fn unproven_throttle(&self) -> &Throttle {
        &self.unproven_throttle
    }

    /// Of registrations where all may register, and of wrong secrets there.
    fn registration_throttle(&self) -> &Throttle {
        &self.registration_throttle
    }

    fn now(&self) -> Timestamp {
        self.host.now()
    }

    /// One write's share of the housekeeping.
    fn housekeeping(&self) -> Share {
        self.housekeeping.share(self.events)
    }

    /// What the challenges name: the site.
    fn realm(&self) -> String {
        self.host.site().home_url()
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
    fn connection_path(&self, consumer_key: &str) -> String {
        page_of(self.host.site(), self.host.plugin_id(), consumer_key)
    }

    /// All scopes that there are.
    fn declared_scope(&self) -> &Scope {
        &self.scopes().all
    }

    /// What an application that registers itself may ask for.
    fn self_registered_scope(&self) -> Scope {
        self.scopes().self_registered.clone()
    }

    fn scopes(&self) -> &Scopes {
        // Asked for when it is first needed: every plugin has started then.
        self.scopes.get_or_init(|| {
            let all = self.host.scopes("");
            let harmless = all.iter().filter(|scope| !scope.dangerous);
            Scopes {
                self_registered: harmless.map(|scope| scope.name.as_str()).collect(),
                all: all.iter().map(|scope| scope.name.as_str()).collect(),
            }
        })
    }

    /// What a token allows, also one that has expired.
    async fn known_token(
        &self,
        digest: SecretDigest,
    ) -> Result<Option<Arc<CheckedToken>>, PluginError> {
        let known = self
            .db
            .read_memoized(&self.known, digest, |connection, digest| {
                let found = AccessToken::find(connection, digest)?;
                Ok::<_, PluginError>(found.map(Arc::new))
            });
        known.await
    }

    async fn read<T: Send + 'static>(
        &self,
        work: impl FnOnce(&mut Connection) -> QueryResult<T> + Send + 'static,
    ) -> Result<T, PluginError> {
        Ok(self.db.read(work).await?)
    }

    async fn change<T: Send + 'static>(
        &self,
        work: impl FnOnce(&mut Connection) -> Result<T, DbError> + Send + 'static,
    ) -> Result<T, PluginError> {
        self.db.write(work).await.map_err(PluginError::from)
    }

    /// As [`Self::change`], for what lives for minutes and is harmless to lose
    /// in a power cut.
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
    fn end_all_of_member(
        &self,
        connection: &mut Connection,
        member_id: i64,
        reason: Revoked,
    ) -> Result<(), PluginError> {
        RequestToken::delete_of_member(connection, member_id)?;
        let ended = AccessToken::delete_of_member(connection, member_id)?;
        let act = Act::of_site(reason.as_str(), self.now());
        let of = ("", Some(member_id));
        self.events
            .tokens_revoked(connection, &act, of, reason, ended)?;
        Ok(())
    }

    /// With all that was the member's: what he or she registered goes too.
    fn forget_member(
        &self,
        connection: &mut Connection,
        member_id: i64,
    ) -> Result<(), PluginError> {
        let reason = Revoked::MemberDeleted;
        self.end_all_of_member(connection, member_id, reason)?;
        let act = Act::of_site(reason.as_str(), self.now());
        Consumer::forget_owner(connection, member_id)?;
        for consumer in Consumer::of_owner(connection, member_id)? {
            let ended = AccessToken::delete_of_consumer(connection, consumer.id)?;
            consumer.delete(connection)?;
            let why = Deletion::MemberDeleted;
            self.events
                .consumer_deleted(connection, &act, &consumer, why, ended)?;
        }
        Ok(())
    }
}
