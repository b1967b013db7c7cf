//! Events of what is asked of members.

use hob_oauth_events::{
    AuthorizationDenied, AuthorizationRequested, CodeExchanged, CodeIssued, CodeReplayed,
    DeviceApproved, DeviceDenied,
};
use hob_plugin_sdk::db::{Connection, DbError};

use super::{Events, client_entry};
use crate::{
    act::Act,
    models::{AuthorizationCode, Client, Ended},
    scope::Scope,
    secret::SecretDigest,
};

/// Who does something, and for which application. Made only where somebody
/// listens.
pub struct Telling {
    pub act: Act,
    pub client: Client,
}

/// What an application asks for. Made only where somebody listens.
pub struct Requested {
    pub telling: Telling,
    /// Whom it asks, where that is known already.
    pub member_id: Option<i64>,
    pub scope: Scope,
    /// The resource's identifier (RFC 8707).
    pub audience: String,
    /// `shown`, `pushed`, `silent` or `device`.
    pub way: &'static str,
}

impl Events {
    pub fn hears_requests(self) -> bool {
        self.authorization_requested.is_heard()
    }

    /// # Errors
    /// The database's.
    pub fn authorization_requested(
        self,
        connection: &mut Connection,
        requested: Option<&Requested>,
    ) -> Result<(), DbError> {
        let Some(requested) = requested else {
            return Ok(());
        };
        let Telling { act, client } = &requested.telling;
        self.authorization_requested
            .raise(connection, || AuthorizationRequested {
                at: act.at.as_micros(),
                who: act.who.clone(),
                client_id: client.client_id.as_str().into(),
                client_name: client.name.as_str().into(),
                member_id: requested.member_id.into(),
                scope: requested.scope.to_string().into(),
                resource: requested.audience.as_str().into(),
                way: requested.way.into(),
            })
    }

    pub fn hears_codes(self) -> bool {
        self.code_issued.is_heard()
    }

    /// # Errors
    /// A plugin refuses, in words for the application.
    pub fn code_issued(
        self,
        connection: &mut Connection,
        telling: Option<&Telling>,
        code: &AuthorizationCode,
        silent: bool,
    ) -> Result<(), DbError> {
        let Some(Telling { act, client }) = telling else {
            return Ok(());
        };
        self.code_issued.raise(connection, || CodeIssued {
            at: act.at.as_micros(),
            who: act.who.clone(),
            client_id: client.client_id.as_str().into(),
            client_name: client.name.as_str().into(),
            member_id: code.member_id,
            consent_id: code.consent,
            scope: code.scope.to_string().into(),
            code: code.digest.name().into(),
            silent,
        })
    }

    pub fn hears_exchanges(self) -> bool {
        self.code_exchanged.is_heard()
    }

    /// # Errors
    /// The database's.
    pub fn code_exchanged(
        self,
        connection: &mut Connection,
        telling: Option<&Telling>,
        (member_id, consent_id): (i64, i64),
        code: &SecretDigest,
        device: bool,
    ) -> Result<(), DbError> {
        let Some(Telling { act, client }) = telling else {
            return Ok(());
        };
        self.code_exchanged.raise(connection, || CodeExchanged {
            at: act.at.as_micros(),
            who: act.who.clone(),
            client_id: client.client_id.as_str().into(),
            client_name: client.name.as_str().into(),
            member_id,
            consent_id,
            code: code.name().into(),
            device,
        })
    }

    /// # Errors
    /// The database's.
    pub fn authorization_denied(
        self,
        connection: &mut Connection,
        act: &Act,
        client: &Client,
        member_id: i64,
        scope: &Scope,
        device: bool,
    ) -> Result<(), DbError> {
        let entry = client_entry("authorization.denied", act, &client.client_id, &client.name)
            .about_member(member_id);
        connection.note(entry.with("scope", &scope.to_string()))?;
        self.authorization_denied
            .raise(connection, || AuthorizationDenied {
                at: act.at.as_micros(),
                who: act.who.clone(),
                client_id: client.client_id.as_str().into(),
                client_name: client.name.as_str().into(),
                member_id,
                scope: scope.to_string().into(),
                device,
            })
    }

    /// # Errors
    /// The database's.
    pub fn code_replayed(
        self,
        connection: &mut Connection,
        act: &Act,
        client: &Client,
        member_id: Option<i64>,
        (code, device): (&SecretDigest, bool),
        ended: Ended,
    ) -> Result<(), DbError> {
        let entry = client_entry("code.replayed", act, &client.client_id, &client.name)
            .with("code", &code.name())
            .with_count("tokens_ended", ended.tokens());
        connection.note(match member_id {
            Some(member_id) => entry.about_member(member_id),
            None => entry,
        })?;
        self.code_replayed.raise(connection, || CodeReplayed {
            at: act.at.as_micros(),
            who: act.who.clone(),
            client_id: client.client_id.as_str().into(),
            client_name: client.name.as_str().into(),
            member_id: member_id.into(),
            code: code.name().into(),
            device,
            tokens_ended: ended.tokens(),
        })
    }

    /// # Errors
    /// A plugin refuses, in words for the member.
    pub fn device_approved(
        self,
        connection: &mut Connection,
        act: &Act,
        client: &Client,
        member_id: i64,
        consent_id: i64,
        scope: &Scope,
    ) -> Result<(), DbError> {
        let entry = client_entry("device.approved", act, &client.client_id, &client.name)
            .about_member(member_id);
        connection.note(entry.with("scope", &scope.to_string()))?;
        self.device_approved.raise(connection, || DeviceApproved {
            at: act.at.as_micros(),
            who: act.who.clone(),
            client_id: client.client_id.as_str().into(),
            client_name: client.name.as_str().into(),
            member_id,
            consent_id,
            scope: scope.to_string().into(),
        })
    }

    /// # Errors
    /// The database's.
    pub fn device_denied(
        self,
        connection: &mut Connection,
        act: &Act,
        client: &Client,
        member_id: i64,
        scope: &Scope,
    ) -> Result<(), DbError> {
        let entry = client_entry("device.denied", act, &client.client_id, &client.name)
            .about_member(member_id);
        connection.note(entry.with("scope", &scope.to_string()))?;
        self.device_denied.raise(connection, || DeviceDenied {
            at: act.at.as_micros(),
            who: act.who.clone(),
            client_id: client.client_id.as_str().into(),
            client_name: client.name.as_str().into(),
            member_id,
            scope: scope.to_string().into(),
        })
    }
}
