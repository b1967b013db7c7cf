//! Events of what is asked of members.

use hob_oauth_events::{AuthorizationDenied, CodeReplayed, DeviceApproved, DeviceDenied};
use hob_plugin_sdk::db::{Connection, DbError};

use super::Events;
use crate::{
    act::Act,
    models::{Client, Ended},
    scope::Scope,
    secret::SecretDigest,
};

impl Events {
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
