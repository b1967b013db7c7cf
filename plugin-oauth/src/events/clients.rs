//! Events of applications and their secrets.

use hob_oauth_events::{
    ClientDeleted, ClientEdited, ClientRegistered, ClientResumed, ClientSuspended, SecretAdded,
    SecretRetired,
};
use hob_plugin_sdk::{
    Text,
    db::{Connection, DbError, Timestamp},
};

use super::{Events, client_entry};
use crate::{
    act::Act,
    models::{Client, Ended, Registrar},
    secret::SecretDigest,
};

/// Why an application goes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Deletion {
    ByOwner,
    ByOperator,
    ByItself,
    Unused,
    MemberDeleted,
}

impl Deletion {
    const fn as_str(self) -> &'static str {
        match self {
            Self::ByOwner => "owner",
            Self::ByOperator => "operator",
            Self::ByItself => "itself",
            Self::Unused => "unused",
            Self::MemberDeleted => "member_deleted",
        }
    }
}

impl Events {
    /// # Errors
    /// A plugin refuses, in words for whoever registers it.
    pub fn client_registered(
        self,
        connection: &mut Connection,
        act: &Act,
        client: &Client,
        initial_access_token: Option<i64>,
    ) -> Result<(), DbError> {
        let scope = client.scope.to_string();
        connection.note(
            client_entry("client.registered", act, &client.client_id, &client.name)
                .with("scope", &scope),
        )?;
        self.client_registered
            .raise(connection, || ClientRegistered {
                at: act.at.as_micros(),
                who: act.who.clone(),
                client_id: client.client_id.as_str().into(),
                client_name: client.name.as_str().into(),
                kind: client.kind.as_str().into(),
                registrar: match client.registrar() {
                    Registrar::Operator => "operator",
                    Registrar::Member(_) => "member",
                    Registrar::Itself => "itself",
                }
                .into(),
                owner_id: client.owner_id.into(),
                scope: client.scope.to_string().into(),
                redirect_uris: redirect_uris(client),
                grant_types: client.grant_types.to_string().into(),
                initial_access_token: initial_access_token.into(),
            })
    }

    /// Nothing where nothing is different.
    ///
    /// # Errors
    /// A plugin refuses, in words for whoever changes it.
    pub fn client_edited(
        self,
        connection: &mut Connection,
        act: &Act,
        before: &Client,
        after: &Client,
    ) -> Result<(), DbError> {
        let changed = changed(before, after);
        if changed.is_empty() {
            return Ok(());
        }
        let entry = client_entry("client.edited", act, &after.client_id, &after.name);
        connection.note(entry.with("changed", &changed.join(" ")))?;
        self.client_edited.raise(connection, || ClientEdited {
            at: act.at.as_micros(),
            who: act.who.clone(),
            client_id: after.client_id.as_str().into(),
            client_name: after.name.as_str().into(),
            changed: changed.into_iter().map(Text::from).collect(),
            scope_before: before.scope.to_string().into(),
            scope_after: after.scope.to_string().into(),
            redirect_uris_before: redirect_uris(before),
            redirect_uris_after: redirect_uris(after),
        })
    }

    /// # Errors
    /// The database's.
    pub fn client_suspended(
        self,
        connection: &mut Connection,
        act: &Act,
        client: &Client,
        reason: Option<&str>,
        ended: Ended,
    ) -> Result<(), DbError> {
        let entry = client_entry("client.suspended", act, &client.client_id, &client.name);
        let entry = entry.with("reason", reason.unwrap_or_default());
        connection.note(entry.with_count("tokens_ended", ended.tokens()))?;
        self.client_suspended.raise(connection, || ClientSuspended {
            at: act.at.as_micros(),
            who: act.who.clone(),
            client_id: client.client_id.as_str().into(),
            client_name: client.name.as_str().into(),
            reason: reason.unwrap_or_default().into(),
            tokens_ended: ended.tokens(),
        })
    }

    /// # Errors
    /// A plugin refuses, in words for the operator.
    pub fn client_resumed(
        self,
        connection: &mut Connection,
        act: &Act,
        client: &Client,
    ) -> Result<(), DbError> {
        connection.note(client_entry(
            "client.resumed",
            act,
            &client.client_id,
            &client.name,
        ))?;
        self.client_resumed.raise(connection, || ClientResumed {
            at: act.at.as_micros(),
            who: act.who.clone(),
            client_id: client.client_id.as_str().into(),
            client_name: client.name.as_str().into(),
        })
    }

    /// `members` is how many allowed it.
    ///
    /// # Errors
    /// The database's.
    pub fn client_deleted(
        self,
        connection: &mut Connection,
        act: &Act,
        (client_id, client_name): (&str, &str),
        reason: Deletion,
        members: u64,
        ended: Ended,
    ) -> Result<(), DbError> {
        let entry = client_entry("client.deleted", act, client_id, client_name)
            .with("reason", reason.as_str())
            .with_count("members", members)
            .with_count("tokens_ended", ended.tokens());
        connection.note(entry)?;
        self.client_deleted.raise(connection, || ClientDeleted {
            at: act.at.as_micros(),
            who: act.who.clone(),
            client_id: client_id.into(),
            client_name: client_name.into(),
            reason: reason.as_str().into(),
            members,
            tokens_ended: ended.tokens(),
        })
    }

    /// # Errors
    /// A plugin refuses, in words for whoever adds it.
    pub fn secret_added(
        self,
        connection: &mut Connection,
        act: &Act,
        client: &Client,
        secret: &SecretDigest,
    ) -> Result<(), DbError> {
        let entry = client_entry("secret.added", act, &client.client_id, &client.name);
        connection.note(entry.with("secret", &secret.name()))?;
        self.secret_added.raise(connection, || SecretAdded {
            at: act.at.as_micros(),
            who: act.who.clone(),
            client_id: client.client_id.as_str().into(),
            client_name: client.name.as_str().into(),
            secret: secret.name().into(),
            expires_at: None::<i64>.into(),
        })
    }

    /// One event for each.
    ///
    /// # Errors
    /// The database's.
    pub fn secrets_retired(
        self,
        connection: &mut Connection,
        act: &Act,
        client: &Client,
        secrets: &[SecretDigest],
        ends_at: Timestamp,
    ) -> Result<(), DbError> {
        secrets.iter().try_for_each(|secret| {
            let entry = client_entry("secret.retired", act, &client.client_id, &client.name);
            connection.note(entry.with("secret", &secret.name()))?;
            self.secret_retired.raise(connection, || SecretRetired {
                at: act.at.as_micros(),
                who: act.who.clone(),
                client_id: client.client_id.as_str().into(),
                client_name: client.name.as_str().into(),
                secret: secret.name().into(),
                ends_at: ends_at.as_micros(),
            })
        })
    }
}

fn redirect_uris<C: FromIterator<Text>>(client: &Client) -> C {
    let uris = client.redirect_uris.0.iter();
    uris.map(|uri| Text::from(uri.as_str())).collect()
}

/// What is different, as registration calls it (RFC 7591, section 2) where it
/// has a name for it.
fn changed(before: &Client, after: &Client) -> Vec<&'static str> {
    let keys = |client: &Client| {
        client
            .jwks
            .as_ref()
            .map(|keys| keys.0.names().collect::<Vec<_>>())
    };
    [
        ("client_name", before.name != after.name),
        ("kind", before.kind != after.kind),
        ("client_uri", before.website != after.website),
        (
            "redirect_uris",
            before.redirect_uris.0 != after.redirect_uris.0,
        ),
        ("scope", before.scope != after.scope),
        (
            "required_scope",
            before.required_scope != after.required_scope,
        ),
        ("logo", before.logo_version != after.logo_version),
        ("grant_types", before.grant_types != after.grant_types),
        ("introspects", before.introspects != after.introspects),
        (
            "require_pushed_authorization_requests",
            before.require_pushed_authorization_requests
                != after.require_pushed_authorization_requests,
        ),
        (
            "dpop_bound_access_tokens",
            before.dpop_bound_access_tokens != after.dpop_bound_access_tokens,
        ),
        ("legacy_query", before.legacy_query != after.legacy_query),
        ("jwks", keys(before) != keys(after)),
    ]
    .into_iter()
    .filter_map(|(name, is_different)| is_different.then_some(name))
    .collect()
}
