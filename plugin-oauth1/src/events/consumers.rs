//! What is told of applications and their secrets.

use hob_authorization::redirect_uri::RedirectUri;
use hob_oauth1_events::{
    ConsumerDeleted, ConsumerEdited, ConsumerRegistered, ConsumerResumed, ConsumerSuspended,
    SecretRotated,
};
use hob_plugin_sdk::{
    Text,
    db::{Connection, DbError},
};

use super::{Deletion, Events, consumer_entry};
use crate::{act::Act, models::Consumer};

impl Events {
    /// # Errors
    /// A plugin refuses, in words for whoever registers it.
    pub fn consumer_registered(
        self,
        connection: &mut Connection,
        act: &Act,
        consumer: &Consumer,
    ) -> Result<(), DbError> {
        let entry = consumer_entry("consumer.registered", act, consumer);
        connection.note(
            entry
                .with("scope", consumer.scope.as_str())
                .with("credential", consumer.credential.as_str()),
        )?;
        self.consumer_registered
            .raise(connection, || ConsumerRegistered {
                at: act.at.as_micros(),
                who: act.who.clone(),
                consumer_key: consumer.consumer_key.as_str().into(),
                consumer_name: consumer.name.as_str().into(),
                credential: consumer.credential.as_str().into(),
                registrar: consumer.registrar().as_str().into(),
                owner_id: consumer.owner_id.into(),
                scope: consumer.scope.as_str().into(),
                callbacks: texts(&consumer.callbacks.0).collect(),
            })
    }

    /// Nothing where nothing is different.
    ///
    /// # Errors
    /// A plugin refuses, in words for whoever changes it.
    pub fn consumer_edited(
        self,
        connection: &mut Connection,
        act: &Act,
        before: &Consumer,
        after: &Consumer,
    ) -> Result<(), DbError> {
        let changed = [
            ("name", before.name != after.name),
            ("website", before.website != after.website),
            ("callbacks", before.callbacks != after.callbacks),
            ("scope", before.scope != after.scope),
            (
                "required_scope",
                before.required_scope != after.required_scope,
            ),
        ];
        let changed: Vec<&str> = changed
            .into_iter()
            .filter_map(|(name, is_changed)| is_changed.then_some(name))
            .collect();
        if changed.is_empty() {
            return Ok(());
        }
        let entry = consumer_entry("consumer.edited", act, after);
        connection.note(entry.with("changed", &changed.join(" ")))?;
        self.consumer_edited.raise(connection, || ConsumerEdited {
            at: act.at.as_micros(),
            who: act.who.clone(),
            consumer_key: after.consumer_key.as_str().into(),
            consumer_name: after.name.as_str().into(),
            changed: changed.into_iter().map(Into::into).collect(),
            scope_before: before.scope.as_str().into(),
            scope_after: after.scope.as_str().into(),
            callbacks_before: texts(&before.callbacks.0).collect(),
            callbacks_after: texts(&after.callbacks.0).collect(),
        })
    }

    /// # Errors
    /// The database's.
    pub fn consumer_suspended(
        self,
        connection: &mut Connection,
        act: &Act,
        consumer: &Consumer,
        reason: Option<&str>,
    ) -> Result<(), DbError> {
        let reason = reason.unwrap_or_default();
        let entry = consumer_entry("consumer.suspended", act, consumer);
        connection.note(entry.with("reason", reason))?;
        self.consumer_suspended
            .raise(connection, || ConsumerSuspended {
                at: act.at.as_micros(),
                who: act.who.clone(),
                consumer_key: consumer.consumer_key.as_str().into(),
                consumer_name: consumer.name.as_str().into(),
                reason: reason.into(),
            })
    }

    /// # Errors
    /// A plugin refuses, in words for the operator.
    pub fn consumer_resumed(
        self,
        connection: &mut Connection,
        act: &Act,
        consumer: &Consumer,
    ) -> Result<(), DbError> {
        connection.note(consumer_entry("consumer.resumed", act, consumer))?;
        self.consumer_resumed.raise(connection, || ConsumerResumed {
            at: act.at.as_micros(),
            who: act.who.clone(),
            consumer_key: consumer.consumer_key.as_str().into(),
            consumer_name: consumer.name.as_str().into(),
        })
    }

    /// # Errors
    /// The database's.
    pub fn consumer_deleted(
        self,
        connection: &mut Connection,
        act: &Act,
        consumer: &Consumer,
        reason: Deletion,
        tokens_ended: u64,
    ) -> Result<(), DbError> {
        let entry = consumer_entry("consumer.deleted", act, consumer);
        let entry = entry.with("reason", reason.as_str());
        connection.note(entry.with_count("tokens_ended", tokens_ended))?;
        self.consumer_deleted.raise(connection, || ConsumerDeleted {
            at: act.at.as_micros(),
            who: act.who.clone(),
            consumer_key: consumer.consumer_key.as_str().into(),
            consumer_name: consumer.name.as_str().into(),
            reason: reason.as_str().into(),
            tokens_ended,
        })
    }

    /// # Errors
    /// A plugin refuses, in words for whoever rotates it.
    pub fn secret_rotated(
        self,
        connection: &mut Connection,
        act: &Act,
        consumer: &Consumer,
    ) -> Result<(), DbError> {
        let entry = consumer_entry("secret.rotated", act, consumer);
        connection.note(entry.with("credential", consumer.credential.as_str()))?;
        self.secret_rotated.raise(connection, || SecretRotated {
            at: act.at.as_micros(),
            who: act.who.clone(),
            consumer_key: consumer.consumer_key.as_str().into(),
            consumer_name: consumer.name.as_str().into(),
            credential: consumer.credential.as_str().into(),
        })
    }
}

fn texts(callbacks: &[RedirectUri]) -> impl Iterator<Item = Text> {
    callbacks.iter().map(|callback| callback.as_str().into())
}
