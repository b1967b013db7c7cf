//! Sign in to Hob with an account of another site, as a plugin.
//!
//! This file says what the plugin is: which function answers which line of
//! `plugin.toml`. `endpoints` knows HTTP, `dance` what goes to and fro between
//! this site and a provider, `linking` what an account elsewhere opens here,
//! `models` the queries, each only what stands below it.

mod dance;
mod endpoints;
mod error;
mod events;
mod id_token;
mod identity;
mod keys;
mod kind;
mod linking;
mod metadata;
mod models;
mod oauth1;
mod pages;
mod provider;
mod published;
mod reference;
mod refreshing;
mod sessions;
mod settings;
mod site_account;
mod state;
mod tokens;

use std::time::Duration;

use hob_plugin_sdk::{
    MemberDeleted, SessionBegun, SessionEnded, Site, Throttle, Who,
    db::{Connection, Db, Timestamp},
    http_client::HttpClient,
    members::Members,
    prelude::*,
    sealing::sealed,
    sign_in_methods::{SignInMethod, SignInMethods, sign_in_methods},
};
use hob_signin::{
    error_pages::{self, Answer, ErrorPagesV1, Failure},
    session::provider_sessions,
};

use crate::{
    endpoints::{accounts, authorized, begin, register, sign_out, site},
    error::SignInError,
    events::{Act, Events},
    keys::Keys,
    metadata::{Cached, Metadata},
    models::{KeptToken, LinkedAccount, SignInRequest},
    provider::Provider,
    reference::Reference,
    settings::Settings,
    tokens::{Holder, TokenStore},
};

/// What an address can have stored by beginning again and again: so much at
/// once, and then one in this time.
const BEGUN_BURST: u32 = 60;
const BEGUN_EACH: Duration = Duration::from_secs(2);

/// The plugin, started.
pub struct SignIn {
    host: Host,
    db: Db,
    client: HttpClient,
    members: Members,
    time_to_answer: Duration,
    /// In the order of their titles, as they are shown.
    providers: Vec<Known>,
    begun: Throttle,
    tokens: TokenStore,
    events: Events,
}

/// A provider with what it last said of itself.
struct Known {
    provider: Arc<Provider>,
    metadata: Cached,
    keys: Keys,
}

impl Plugin for SignIn {
    type Config = Settings;

    fn declare(declaration: &mut Declaration<Self>) {
        Events::declare(declaration);
        declaration
            .handle("GET /accounts", accounts::list)
            .handle("POST /accounts/link", accounts::link)
            .handle("POST /accounts/unlink", accounts::unlink)
            .handle("POST /accounts/sign-out", sign_out::both)
            .handle("GET /site", site::show)
            .handle("POST /site/link", site::link)
            .handle("POST /site/unlink", site::unlink)
            .handle("GET /register", register::show)
            .handle("POST /register", register::make)
            .handle("GET /{provider}", begin::sign_in)
            .handle("GET /{provider}/authorized", authorized::show)
            .subscribe(forget_member)
            .subscribe(register::keep)
            .subscribe(adopt_tokens)
            .subscribe(|_, event: &SessionEnded, connection| {
                Ok(KeptToken::forget_holder(
                    connection,
                    Holder::Session(event.session_id),
                )?)
            })
            .offer(sign_in_methods::<Self>)
            .offer(provider_sessions::<Self>)
            .offer(sealed::<Self>);
    }

    fn start(host: Host, settings: Settings) -> Result<Self, PluginError> {
        let mut providers = Vec::new();
        for (id, written) in &settings.provider {
            if [accounts::NAME, register::NAME, site::NAME].contains(&id.as_str()) {
                return Err(PluginError::new(format!(
                    "[plugin.signin.provider.{id}]: this name is that of a page of the plugin"
                )));
            }
            providers.push(Known {
                provider: Arc::new(Provider::new(id, written)?),
                metadata: Cached::new(&host),
                keys: Keys::new(&host),
            });
        }
        providers.sort_by(|one, other| one.provider.title.cmp(&other.provider.title));
        Ok(Self {
            db: host.db()?,
            client: host.http_client()?,
            members: host.members()?,
            time_to_answer: settings.time_to_answer(),
            providers,
            begun: Throttle::with_burst(BEGUN_BURST, BEGUN_EACH),
            tokens: TokenStore::new(host.sealing()?),
            events: Events::new(&host)?,
            host,
        })
    }
}

fn forget_member(
    _: &SignIn,
    event: &MemberDeleted,
    connection: &mut Connection,
) -> Result<(), PluginError> {
    let forgotten = LinkedAccount::forget_member(connection, event.member_id)
        .and_then(|()| SignInRequest::forget_member(connection, event.member_id))
        .and_then(|()| KeptToken::forget_holder(connection, Holder::Member(event.member_id)));
    forgotten.map_err(|error| PluginError::new(format!("the database: {error}")))
}

/// Somebody's session has begun: the tokens with which it began are its own, or
/// the member's.
fn adopt_tokens(
    signin: &SignIn,
    event: &SessionBegun,
    connection: &mut Connection,
) -> Result<(), PluginError> {
    let reference = Reference::parse(&event.reference);
    let Some(arrival) = reference
        .arrival
        .filter(|_| event.plugin == signin.host.plugin_id())
    else {
        return Ok(());
    };
    let holder = |row: &KeptToken| {
        let keeping = signin.known_of(row)?.provider.tokens;
        Holder::of_member(keeping, event.member_id, event.session_id)
    };
    signin
        .tokens
        .adopt(connection, arrival, holder, signin.now())
}

impl SignInMethods for SignIn {
    fn list(&self, language: &str) -> Vec<SignInMethod> {
        let words = self.host.words(language);
        let method = |provider: &Provider| SignInMethod {
            text: words
                .say("continue-with")
                .with("provider", provider.title.as_str())
                .to_string()
                .into(),
            path: format!("/{}", provider.id).into(),
            tells_when: provider.tells_when(),
        };
        self.providers().map(method).collect()
    }

    fn account_path(&self) -> Option<String> {
        Some(accounts::PATH.to_owned())
    }
}

impl SignIn {
    fn site(&self) -> &Site {
        self.host.site()
    }

    fn now(&self) -> Timestamp {
        self.host.now()
    }

    fn providers(&self) -> impl Iterator<Item = &Provider> {
        self.providers.iter().map(|known| &*known.provider)
    }

    /// The provider that the operator calls so.
    fn known(&self, id: &str) -> Result<&Known, SignInError> {
        let mut named = self.providers.iter().filter(|one| one.provider.id == id);
        named.next().ok_or(SignInError::UnknownProvider)
    }

    /// The provider whose token this is. None if there is none any more of this
    /// name and issuer: what one issuer gave is for no other, whatever the
    /// operator calls the two.
    fn known_of(&self, row: &KeptToken) -> Option<&Known> {
        let known = self.known(&row.provider).ok()?;
        (known.provider.issuer == row.issuer).then_some(known)
    }

    /// The provider with which this token, of this holder, may be used as the
    /// operator has it today.
    fn usable(&self, holder: Holder, row: &KeptToken) -> Option<&Known> {
        let known = self.known_of(row)?;
        known.provider.lets_use(holder).then_some(known)
    }

    async fn metadata(&self, known: &Known) -> Result<Arc<Metadata>, SignInError> {
        known.metadata.of(&known.provider, self.client).await
    }

    /// What another plugin says of a failure. It is asked for now, and not at
    /// the start: it may need this plugin, and start after it.
    async fn error_answer(&self, failure: &Failure) -> Answer {
        match self.host.services::<ErrorPagesV1>() {
            Ok(providers) => error_pages::ask(&providers, failure).await,
            Err(error) => {
                tracing::error!(%error, "another plugin's words can't be asked for");
                Answer::Usual
            }
        }
    }

    /// Who asks, at which provider, and when.
    fn act(&self, request: &Request, provider: &str) -> Act {
        Act {
            who: who(request),
            at: self.now(),
            provider: provider.to_owned(),
        }
    }

    /// Where a provider sends the browser back to.
    fn redirect_uri(&self, provider: &Provider) -> String {
        let path = format!("/{}/authorized", provider.id);
        self.site().plugin_url(&path)
    }
}

/// The member who asks, for the audit log; the site, for anybody else.
fn who(request: &Request) -> Who {
    let (peer, request_id) = (request.peer(), request.request_id());
    match request.member() {
        Some(member) => Who::member(member.id, &member.username, peer, request_id),
        None => Who {
            peer: peer.into(),
            request_id: request_id.into(),
            ..Who::site("sign-in")
        },
    }
}

export_plugin!(SignIn);
