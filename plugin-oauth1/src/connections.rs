//! The service `hob.connections` 1: what may use a member's account because the
//! member allowed it here. The page that shows it is the site's.
//!
//! A connection is an application, whatever tokens it has, and its id is the
//! consumer key.

use hob_plugin_sdk::{
    PluginError,
    connections::{Connection, ConnectionKind, Connections, LastUse, Registrar, Revocation, Which},
};

use crate::{
    OAuth1,
    act::Act,
    events::Revoked,
    models::{self, AccessToken, AllowedToken, Consumer, RequestToken, Together},
};

impl Connections for OAuth1 {
    async fn list(&self, member_id: i64) -> Result<Vec<Connection>, PluginError> {
        let now = self.now();
        let tokens = self
            .read(move |connection| AccessToken::of_member(connection, member_id, now))
            .await?;
        Ok(told(tokens))
    }

    async fn find(&self, member_id: i64, id: String) -> Result<Option<Connection>, PluginError> {
        let all = self.list(member_id).await?;
        Ok(all.into_iter().find(|one| one.id.as_str() == id))
    }

    /// What was issued dies in the same transaction, and so does what waits.
    async fn revoke(&self, revocation: Revocation) -> Result<u64, PluginError> {
        let Revocation {
            member_id,
            who,
            which,
        } = revocation;
        let (events, now) = (self.events(), self.now());
        let act = Act { who, at: now };
        self.change(move |connection| {
            if which == Which::All {
                RequestToken::delete_of_member(connection, member_id)?;
            }
            let mut revoked = 0;
            let tokens = AccessToken::of_member(connection, member_id, now)?;
            for consumer in consumers(&tokens) {
                if !which.contains(&consumer.consumer_key) {
                    continue;
                }
                RequestToken::delete_between(connection, member_id, consumer.id)?;
                let ended = AccessToken::delete_between(connection, member_id, consumer.id)?;
                let of = (consumer.consumer_key.as_str(), Some(member_id));
                events.tokens_revoked(connection, &act, of, Revoked::ByMember, ended)?;
                revoked += 1;
            }
            Ok(revoked)
        })
        .await
    }
}

/// Each application once, in the order in which it was first allowed something.
fn consumers(tokens: &[AllowedToken]) -> Vec<&Consumer> {
    let mut all: Vec<&Consumer> = Vec::new();
    for token in tokens {
        if !all.iter().any(|known| known.id == token.consumer.id) {
            all.push(&token.consumer);
        }
    }
    all
}

fn told(tokens: Vec<AllowedToken>) -> Vec<Connection> {
    consumers(&tokens)
        .into_iter()
        .filter_map(|consumer| {
            let own = tokens.iter().filter(|one| one.consumer.id == consumer.id);
            let allowed = Together::of(own)?;
            Some(Connection {
                id: consumer.consumer_key.as_str().into(),
                kind: ConnectionKind::Application,
                name: consumer.name.as_str().into(),
                website: consumer.website.as_deref().map(Into::into),
                logo: None,
                registrar: match consumer.registrar() {
                    models::Registrar::Operator => Registrar::Operator,
                    models::Registrar::Member(_) => Registrar::Member,
                    models::Registrar::Itself => Registrar::Itself,
                },
                suspended: consumer.is_suspended(),
                scope: allowed.scope.words().map(Into::into).collect(),
                granted_at: allowed.granted_at,
                last_used: allowed.last_used.map(|(at, from)| LastUse {
                    at,
                    from: from.into(),
                }),
                expires_at: allowed.expires_at,
            })
        })
        .collect()
}
