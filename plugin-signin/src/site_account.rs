//! An account elsewhere of the site itself, with no member at all: other plugins
//! make requests with it in nobody's name.
//!
//! An administrator links it. It opens no account here.

use hob_plugin_sdk::{AuditEntry, db::Connection};

use crate::{
    error::SignInError,
    events::{Act, Events, Purpose},
    identity::Identity,
    models::KeptToken,
    tokens::{Granted, Holder, TokenStore},
};

/// The plugin's name in the audit log.
const PLUGIN: &str = "signin";

/// Keeps it, in the place of the one that the site had at this provider.
///
/// # Errors
/// Another plugin refuses it.
pub fn link(
    connection: &mut Connection,
    events: Events,
    store: TokenStore,
    (identity, granted): (&Identity, &Granted),
    administrator_id: i64,
    act: &Act,
) -> Result<(), SignInError> {
    KeptToken::forget_site(connection, &act.provider)?;
    store.keep(
        connection,
        Holder::Site,
        &act.provider,
        identity,
        granted,
        act.at,
    )?;
    events.authorized(connection, act, Purpose::Site, identity, administrator_id)?;
    let entry = entry("site_account.linked", act)
        .about("account", &identity.subject)
        .with("issuer", &identity.issuer)
        .with("name", &identity.name);
    Ok(connection.note(entry)?)
}

/// Forgets it, and answers with the tokens that were kept. To do so twice is no
/// error.
///
/// # Errors
/// The database failed.
pub fn unlink(connection: &mut Connection, act: &Act) -> Result<Option<KeptToken>, SignInError> {
    let Some(forgotten) = KeptToken::forget_site(connection, &act.provider)? else {
        return Ok(None);
    };
    let entry = entry("site_account.unlinked", act)
        .about("account", &forgotten.subject)
        .with("issuer", &forgotten.issuer)
        .with("name", &forgotten.name);
    connection.note(entry)?;
    Ok(Some(forgotten))
}

fn entry(action: &str, act: &Act) -> AuditEntry {
    AuditEntry::new(PLUGIN, action, &act.who, act.at).with("provider", &act.provider)
}
