//! What is told of what applications ask members for, and of what comes of it.

use hob_authorization::scope::Scope;
use hob_oauth1_events::{
    AuthorizationDenied, AuthorizationGranted, AuthorizationRequested, TokenExpired, TokenIssued,
    TokenRevoked,
};
use hob_plugin_sdk::db::{Connection, DbError};

use super::{Events, Revoked, consumer_entry, entry};
use crate::{
    act::Act,
    models::{Consumer, EndedToken, NewAccessToken, NewRequestToken},
};

impl Events {
    /// Nothing is noted: nobody has decided anything.
    ///
    /// # Errors
    /// A plugin refuses.
    pub fn authorization_requested(
        self,
        connection: &mut Connection,
        act: &Act,
        consumer: &Consumer,
        new: &NewRequestToken,
    ) -> Result<(), DbError> {
        self.authorization_requested
            .raise(connection, || AuthorizationRequested {
                at: act.at.as_micros(),
                who: act.who.clone(),
                consumer_key: consumer.consumer_key.as_str().into(),
                consumer_name: consumer.name.as_str().into(),
                scope: new.scope.as_str().into(),
                callback: new
                    .callback
                    .as_ref()
                    .map(|callback| callback.as_str().into())
                    .into(),
            })
    }

    /// # Errors
    /// A plugin refuses, in words for the member.
    pub fn authorization_granted(
        self,
        connection: &mut Connection,
        act: &Act,
        consumer: &Consumer,
        member_id: i64,
        (asked, scope): (&Scope, &Scope),
    ) -> Result<(), DbError> {
        let entry = consumer_entry("authorization.granted", act, consumer).about_member(member_id);
        connection.note(entry.with("scope", scope.as_str()))?;
        self.authorization_granted
            .raise(connection, || AuthorizationGranted {
                at: act.at.as_micros(),
                who: act.who.clone(),
                consumer_key: consumer.consumer_key.as_str().into(),
                consumer_name: consumer.name.as_str().into(),
                member_id,
                asked: asked.as_str().into(),
                scope: scope.as_str().into(),
            })
    }

    /// # Errors
    /// The database's.
    pub fn authorization_denied(
        self,
        connection: &mut Connection,
        act: &Act,
        consumer: &Consumer,
        member_id: i64,
        asked: &Scope,
    ) -> Result<(), DbError> {
        let entry = consumer_entry("authorization.denied", act, consumer).about_member(member_id);
        connection.note(entry.with("scope", asked.as_str()))?;
        self.authorization_denied
            .raise(connection, || AuthorizationDenied {
                at: act.at.as_micros(),
                who: act.who.clone(),
                consumer_key: consumer.consumer_key.as_str().into(),
                consumer_name: consumer.name.as_str().into(),
                member_id,
                asked: asked.as_str().into(),
            })
    }

    /// # Errors
    /// A plugin refuses.
    pub fn token_issued(
        self,
        connection: &mut Connection,
        act: &Act,
        consumer: &Consumer,
        new: &NewAccessToken,
    ) -> Result<(), DbError> {
        self.token_issued.raise(connection, || TokenIssued {
            at: act.at.as_micros(),
            who: act.who.clone(),
            consumer_key: consumer.consumer_key.as_str().into(),
            consumer_name: consumer.name.as_str().into(),
            member_id: new.member_id,
            scope: new.scope.as_str().into(),
            token: new.digest.name().into(),
            expires_at: new.expires_at.map(|end| end.as_micros()).into(),
        })
    }

    pub fn hears_expiry(self) -> bool {
        self.token_expired.is_heard()
    }

    /// One event for each.
    ///
    /// # Errors
    /// The database's.
    pub fn tokens_expired(
        self,
        connection: &mut Connection,
        act: &Act,
        tokens: &[EndedToken],
    ) -> Result<(), DbError> {
        tokens.iter().try_for_each(|token| {
            self.token_expired.raise(connection, || TokenExpired {
                at: act.at.as_micros(),
                who: act.who.clone(),
                token: token.digest.name().into(),
                consumer_key: token.consumer_key.as_str().into(),
                member_id: token.member_id,
                expired_at: token.expires_at.as_micros(),
            })
        })
    }

    /// Nothing where none died.
    ///
    /// # Errors
    /// The database's.
    pub fn tokens_revoked(
        self,
        connection: &mut Connection,
        act: &Act,
        (consumer_key, member_id): (&str, Option<i64>),
        reason: Revoked,
        tokens: u64,
    ) -> Result<(), DbError> {
        if tokens == 0 {
            return Ok(());
        }
        let mut noted = entry("token.revoked", act)
            .with("reason", reason.as_str())
            .with_count("tokens", tokens);
        if !consumer_key.is_empty() {
            noted = noted.about("consumer", consumer_key);
        }
        if let Some(member_id) = member_id {
            noted = noted.about_member(member_id);
        }
        connection.note(noted)?;
        self.token_revoked.raise(connection, || TokenRevoked {
            at: act.at.as_micros(),
            who: act.who.clone(),
            consumer_key: consumer_key.into(),
            member_id: member_id.into(),
            reason: reason.as_str().into(),
            tokens,
        })
    }
}
