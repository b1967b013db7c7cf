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
    models::{KeptToken, LinkedAccount, NewLinkedAccount},
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
    if open(connection, events, identity, member_id, act, Purpose::Link)? {
        return Ok(());
    }
    match LinkedAccount::find(connection, identity)? {
        Some(account) if account.member_id == member_id => Ok(()),
        _ => Err(SignInError::LinkedElsewhere),
    }
}

/// Lets this identity open the account that was just made with it.
///
/// # Errors
/// It opens another's by now, or another plugin refuses it.
pub fn register(
    connection: &mut Connection,
    events: Events,
    identity: &Identity,
    member_id: i64,
    act: &Act,
) -> Result<(), SignInError> {
    open(
        connection,
        events,
        identity,
        member_id,
        act,
        Purpose::Register,
    )?
    .then_some(())
    .ok_or(SignInError::LinkedElsewhere)
}

/// Links, and tells of it. False if the identity is linked already.
fn open(
    connection: &mut Connection,
    events: Events,
    identity: &Identity,
    member_id: i64,
    act: &Act,
    purpose: Purpose,
) -> Result<bool, SignInError> {
    let new = NewLinkedAccount {
        issuer: &identity.issuer,
        subject: &identity.subject,
        member_id,
        name: &identity.name,
        created_at: act.at,
    };
    if !new.link(connection)? {
        return Ok(false);
    }
    events.authorized(connection, act, purpose, identity, member_id)?;
    let entry = AuditEntry::new(PLUGIN, "account.linked", &act.who, act.at)
        .about_member(member_id)
        .about("account", &identity.subject)
        .with("issuer", &identity.issuer)
        .with("name", &identity.name);
    connection.note(entry)?;
    Ok(true)
}

/// A member who takes an account away.
pub struct Unlinking {
    pub member_id: i64,
    /// Can sign in without any.
    pub has_password: bool,
    pub who: Who,
    pub at: Timestamp,
}

impl Unlinking {
    /// Takes one of the member's away, so that it opens nothing any longer, and
    /// answers with the tokens that were kept of it. What is none of the
    /// member's is passed over.
    ///
    /// # Errors
    /// It is the last way to sign in.
    pub fn unlink(
        &self,
        connection: &mut Connection,
        id: i64,
    ) -> Result<Vec<KeptToken>, SignInError> {
        let held = LinkedAccount::hold_of_member(connection, self.member_id)?;
        let Some(account) = LinkedAccount::unlink(connection, self.member_id, id)? else {
            return Ok(Vec::new());
        };
        if !self.has_password && held == 1 {
            return Err(SignInError::LastWay);
        }
        let forgotten = KeptToken::forget_account(connection, &account.issuer, &account.subject)?;
        let entry = AuditEntry::new(PLUGIN, "account.unlinked", &self.who, self.at)
            .about_member(self.member_id)
            .about("account", &account.subject)
            .with("issuer", &account.issuer)
            .with("name", &account.name);
        connection.note(entry)?;
        Ok(forgotten)
    }
}
