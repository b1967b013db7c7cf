//! A plugin that hears of all events of the provider, keeps them, and refuses
//! the one that it is told to.

use std::{any::Any, sync::Mutex};

use hob_oauth1_events::*;
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

/// All that was heard is one event of this type; it is forgotten.
pub fn one<E: Event + std::fmt::Debug>() -> E {
    let names = names();
    let mut heard = std::mem::take(&mut *HEARD.lock().unwrap());
    assert_eq!(heard.len(), 1, "{names:?}");
    let event = heard.remove(0).1.downcast();
    *event.unwrap_or_else(|_| panic!("another was heard: {names:?}"))
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
"hob.oauth1.consumer.registered" = 1
"hob.oauth1.consumer.edited" = 1
"hob.oauth1.consumer.suspended" = 1
"hob.oauth1.consumer.resumed" = 1
"hob.oauth1.consumer.deleted" = 1
"hob.oauth1.secret.rotated" = 1
"hob.oauth1.authorization.requested" = 1
"hob.oauth1.authorization.granted" = 1
"hob.oauth1.authorization.denied" = 1
"hob.oauth1.token.issued" = 1
"hob.oauth1.token.revoked" = 1
"#;
}

fn listen<E: Event>(declaration: &mut Declaration<Listener>) {
    declaration.subscribe(|_, event: &E, _| hear(event));
}

fn hear<E: Event>(event: &E) -> Result<(), PluginError> {
    let name = E::NAME.strip_prefix("hob.oauth1.");
    let name = name.expect("it is of the provider");
    if *REFUSED.lock().unwrap() == name {
        return Err(PluginError::refusal(WORDS));
    }
    HEARD.lock().unwrap().push((name, Box::new(event.clone())));
    Ok(())
}

impl Plugin for Listener {
    type Config = NoConfig;

    fn declare(declaration: &mut Declaration<Self>) {
        listen::<ConsumerRegistered>(declaration);
        listen::<ConsumerEdited>(declaration);
        listen::<ConsumerSuspended>(declaration);
        listen::<ConsumerResumed>(declaration);
        listen::<ConsumerDeleted>(declaration);
        listen::<SecretRotated>(declaration);
        listen::<AuthorizationRequested>(declaration);
        listen::<AuthorizationGranted>(declaration);
        listen::<AuthorizationDenied>(declaration);
        listen::<TokenIssued>(declaration);
        listen::<TokenRevoked>(declaration);
    }

    fn start(_: Host, _: NoConfig) -> Result<Self, PluginError> {
        Ok(Self)
    }
}

/// Hears of what is tried and of what ends, in a plugin of its own: a site
/// without it shows that nobody else is told.
struct AttemptsListener;

pub fn attempts_listener() -> StaticPlugin {
    StaticPlugin::inline::<AttemptsListener>().expect("its manifest is right")
}

impl InlinePlugin for AttemptsListener {
    const MANIFEST: &'static str = r#"
id = "attempts_listener"
title = "Listens to what is tried"
[subscribes]
"hob.oauth1.consumer.authentication_failed" = 1
"hob.oauth1.consumer.throttled" = 1
"hob.oauth1.token.expired" = 1
"#;
}

impl Plugin for AttemptsListener {
    type Config = NoConfig;

    fn declare(declaration: &mut Declaration<Self>) {
        declaration
            .subscribe(|_, event: &ConsumerAuthenticationFailed, _| hear(event))
            .subscribe(|_, event: &ConsumerThrottled, _| hear(event))
            .subscribe(|_, event: &TokenExpired, _| hear(event));
    }

    fn start(_: Host, _: NoConfig) -> Result<Self, PluginError> {
        Ok(Self)
    }
}
