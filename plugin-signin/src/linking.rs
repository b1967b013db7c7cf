//! What an account of another site opens here.
//!
//! One account of this site may be opened by many others, and each of those
//! opens one alone. Nobody is found by a name or an e-mail address: only a
//! member who is signed in links an account.

use hob_plugin_sdk::{
    AuditEntry, Who,
    db::{Connection, Timestamp},
};

use crate::{
    error::SignInError,
    events::{Act, Events, Purpose},
    identity::Identity,
    models::{LinkedAccount, NewLinkedAccount},
};

/// The plugin's name in the audit log.
const PLUGIN: &str = "signin";

/// Whose account this identity opens.
///
/// # Errors
/// Nobody's, or another plugin refuses it.
pub fn member_of(
    connection: &mut Connection,
    events: Events,
    identity: &Identity,
    act: &Act,
) -> Result<i64, SignInError> {
    let found = LinkedAccount::find(connection, identity)?;
    let account = found.ok_or(SignInError::NotLinked)?;
    account.use_by(connection, &identity.name, act.at)?;
    let member_id = account.member_id;
    events.authorized(connection, act, Purpose::SignIn, identity, member_id)?;
    Ok(member_id)
}

/// Lets this identity open a member's account. To do so twice is no error.
///
/// # Errors
/// It opens another member's, or another plugin refuses it.
pub fn link(
    connection: &mut Connection,
    events: Events,
    identity: &Identity,
    member_id: i64,
    act: &Act,
) -> Result<(), SignInError> {
    let new = NewLinkedAccount {
        issuer: &identity.issuer,
        subject: &identity.subject,
        member_id,
        name: &identity.name,
        created_at: act.at,
    };
    if new.link(connection)? {
        events.authorized(connection, act, Purpose::Link, identity, member_id)?;
        let entry = AuditEntry::new(PLUGIN, "account.linked", &act.who, act.at)
            .about_member(member_id)
            .about("account", &identity.subject)
            .with("issuer", &identity.issuer)
            .with("name", &identity.name);
        return Ok(connection.note(entry)?);
    }
    match LinkedAccount::find(connection, identity)? {
        Some(account) if account.member_id == member_id => Ok(()),
        _ => Err(SignInError::LinkedElsewhere),
    }
}

/// Takes one of a member's away, so that it opens nothing any longer. What is
/// none of the member's is passed over.
///
/// # Errors
/// The database failed.
pub fn unlink(
    connection: &mut Connection,
    id: i64,
    (member_id, who): (i64, &Who),
    now: Timestamp,
) -> Result<bool, SignInError> {
    let Some(account) = LinkedAccount::unlink(connection, member_id, id)? else {
        return Ok(false);
    };
    let entry = AuditEntry::new(PLUGIN, "account.unlinked", who, now)
        .about_member(member_id)
        .about("account", &account.subject)
        .with("issuer", &account.issuer)
        .with("name", &account.name);
    connection.note(entry)?;
    Ok(true)
}
