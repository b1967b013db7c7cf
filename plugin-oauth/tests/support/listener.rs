//! A plugin that hears of all events of the authorization server, keeps them,
//! and refuses the one that it is told to.

use std::{any::Any, sync::Mutex};

use hob_oauth_events::*;
use hob_plugin_sdk::{Event, InlinePlugin, StaticPlugin, prelude::*};

/// Why it refuses, in words for whoever is refused.
pub const WORDS: &str = "Not on a Sunday.";

static HEARD: Mutex<Vec<(&'static str, Box<dyn Any + Send>)>> = Mutex::new(Vec::new());
static REFUSED: Mutex<&'static str> = Mutex::new("");
static ONE: tokio::sync::Mutex<()> = tokio::sync::Mutex::const_new(());

/// One test at a time listens.
pub async fn alone() -> tokio::sync::MutexGuard<'static, ()> {
    let one = ONE.lock().await;
    refuse("");
    forget();
    one
}

/// From now on this event alone is refused.
pub fn refuse(name: &'static str) {
    *REFUSED.lock().unwrap() = name;
}

/// Forgets what was heard.
pub fn forget() {
    HEARD.lock().unwrap().clear();
}

/// What was heard since it was last asked, without what all names begin with.
pub fn names() -> Vec<&'static str> {
    let heard = HEARD.lock().unwrap();
    heard.iter().map(|(name, _)| *name).collect()
}

/// The one event of this type; forgets nothing.
pub fn seen<E: Event + std::fmt::Debug>() -> E {
    let heard = HEARD.lock().unwrap();
    let of_this_type = heard.iter().filter_map(|(_, event)| event.downcast_ref());
    let all: Vec<&E> = of_this_type.collect();
    assert_eq!(all.len(), 1, "{all:?}");
    all[0].clone()
}

/// The events of one type, and forgets all others.
pub fn all<E: Event>() -> Vec<E> {
    let heard = std::mem::take(&mut *HEARD.lock().unwrap());
    let of_this_type = heard
        .into_iter()
        .filter_map(|(_, event)| event.downcast().ok());
    of_this_type.map(|event| *event).collect()
}

/// The one event of this type; forgets all others.
pub fn one<E: Event + std::fmt::Debug>() -> E {
    let mut all = all::<E>();
    assert_eq!(all.len(), 1, "{all:?}");
    all.remove(0)
}

pub fn listener() -> StaticPlugin {
    StaticPlugin::inline::<Listener>().expect("its manifest is right")
}

struct Listener;

impl InlinePlugin for Listener {
    const MANIFEST: &'static str = r#"
id = "listener"
title = "Listens"
[subscribes]
"hob.oauth.client.registered" = 1
"hob.oauth.client.edited" = 1
"hob.oauth.client.suspended" = 1
"hob.oauth.client.resumed" = 1
"hob.oauth.client.deleted" = 1
"hob.oauth.secret.added" = 1
"hob.oauth.secret.retired" = 1
"hob.oauth.authorization.denied" = 1
"hob.oauth.consent.granted" = 1
"hob.oauth.consent.widened" = 1
"hob.oauth.consent.narrowed" = 1
"hob.oauth.consent.revoked" = 1
"hob.oauth.consent.expired" = 1
"hob.oauth.code.replayed" = 1
"hob.oauth.device.approved" = 1
"hob.oauth.device.denied" = 1
"hob.oauth.token.revoked" = 1
"hob.oauth.refresh.reused" = 1
"hob.oauth.personal_token.made" = 1
"hob.oauth.personal_token.revoked" = 1
"#;
}

fn listen<E: Event>(declaration: &mut Declaration<Listener>) {
    declaration.subscribe(|_, event: &E, _| hear(event));
}

fn hear<E: Event>(event: &E) -> Result<(), PluginError> {
    let name = E::NAME
        .strip_prefix("hob.oauth.")
        .expect("it is of the server");
    if *REFUSED.lock().unwrap() == name {
        return Err(PluginError::refusal(WORDS));
    }
    HEARD.lock().unwrap().push((name, Box::new(event.clone())));
    Ok(())
}

impl Plugin for Listener {
    type Config = NoConfig;

    fn declare(declaration: &mut Declaration<Self>) {
        listen::<ClientRegistered>(declaration);
        listen::<ClientEdited>(declaration);
        listen::<ClientSuspended>(declaration);
        listen::<ClientResumed>(declaration);
        listen::<ClientDeleted>(declaration);
        listen::<SecretAdded>(declaration);
        listen::<SecretRetired>(declaration);
        listen::<AuthorizationDenied>(declaration);
        listen::<ConsentGranted>(declaration);
        listen::<ConsentWidened>(declaration);
        listen::<ConsentNarrowed>(declaration);
        listen::<ConsentRevoked>(declaration);
        listen::<ConsentExpired>(declaration);
        listen::<CodeReplayed>(declaration);
        listen::<DeviceApproved>(declaration);
        listen::<DeviceDenied>(declaration);
        listen::<TokenRevoked>(declaration);
        listen::<RefreshReused>(declaration);
        listen::<PersonalTokenMade>(declaration);
        listen::<PersonalTokenRevoked>(declaration);
    }

    fn start(_: Host, _: NoConfig) -> Result<Self, PluginError> {
        Ok(Self)
    }
}

/// Hears of what happens often, in a plugin of its own: a site without it
/// shows that nobody else is told.
struct OftenListener;

pub fn often_listener() -> StaticPlugin {
    StaticPlugin::inline::<OftenListener>().expect("its manifest is right")
}

impl InlinePlugin for OftenListener {
    const MANIFEST: &'static str = r#"
id = "often_listener"
title = "Listens to what happens often"
[subscribes]
"hob.oauth.authorization.requested" = 1
"hob.oauth.code.issued" = 1
"hob.oauth.code.exchanged" = 1
"hob.oauth.token.issued" = 1
"hob.oauth.token.refreshed" = 1
"hob.oauth.token.expired" = 1
"hob.oauth.client.authentication_failed" = 1
"hob.oauth.client.throttled" = 1
"hob.oauth.legacy.used" = 1
"#;
}

fn listen_often<E: Event>(declaration: &mut Declaration<OftenListener>) {
    declaration.subscribe(|_, event: &E, _| hear(event));
}

impl Plugin for OftenListener {
    type Config = NoConfig;

    fn declare(declaration: &mut Declaration<Self>) {
        listen_often::<AuthorizationRequested>(declaration);
        listen_often::<CodeIssued>(declaration);
        listen_often::<CodeExchanged>(declaration);
        listen_often::<TokenIssued>(declaration);
        listen_often::<TokenRefreshed>(declaration);
        listen_often::<TokenExpired>(declaration);
        listen_often::<ClientAuthenticationFailed>(declaration);
        listen_often::<ClientThrottled>(declaration);
        listen_often::<LegacyUsed>(declaration);
    }

    fn start(_: Host, _: NoConfig) -> Result<Self, PluginError> {
        Ok(Self)
    }
}
