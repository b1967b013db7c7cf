//! The service `hob.connections` 1: what may use a member's account because the
//! member allowed it here. The page that shows it is the site's.
//!
//! A connection is a client, whatever resources it was allowed to use, and its
//! id is the client id; or a personal token, by the name that logs call it by.

use hob_plugin_sdk::{
    PluginError,
    connections::{Connection, ConnectionKind, Connections, LastUse, Registrar, Revocation, Which},
};

use crate::{
    OAuth,
    act::Act,
    events::{PersonalTokenEnd, Revoked, Withdrawal},
    logo,
    models::{self, Client, Consent, Consents, PersonalToken, Use},
};

impl Connections for OAuth {
    async fn list(&self, member_id: i64) -> Result<Vec<Connection>, PluginError> {
        let now = self.now();
        let (allowed, tokens) = self
            .read(move |connection| {
                let allowed = models::Connection::of_member(connection, member_id, now)?;
                let tokens = PersonalToken::live_of_member(connection, member_id, now)?;
                Ok((allowed, tokens))
            })
            .await?;
        let tokens = tokens.into_iter().map(told_of_token);
        Ok(allowed.into_iter().map(told).chain(tokens).collect())
    }

    async fn find(&self, member_id: i64, id: String) -> Result<Option<Connection>, PluginError> {
        let now = self.now();
        self.read(move |connection| {
            if let Some(allowed) = models::Connection::find(connection, member_id, &id, now)? {
                return Ok(Some(told(allowed)));
            }
            let tokens = PersonalToken::live_of_member(connection, member_id, now)?;
            let mut named = tokens.into_iter().filter(|one| one.digest.name() == id);
            Ok(named.next().map(told_of_token))
        })
        .await
    }

    /// What was issued dies in the same transaction.
    async fn revoke(&self, revocation: Revocation) -> Result<u64, PluginError> {
        let Revocation {
            member_id,
            who,
            which,
        } = revocation;
        let (events, now) = (self.events(), self.now());
        let peer = who.peer.clone();
        let act = Act { who, at: now };
        let revoked = self
            .change(move |connection| {
                let allowed = models::Connection::of_member(connection, member_id, now)?;
                let mut revoked = Vec::new();
                for client in allowed.into_iter().map(|one| one.client) {
                    if !which.contains(&client.client_id) {
                        continue;
                    }
                    if client.registered_dynamically {
                        Client::keep(connection, client.id, now)?;
                    }
                    let given = Consents::Given(member_id, client.id);
                    let (consents, ended) = Consent::revoke(connection, given)?;
                    let of = (client.client_id.as_str(), Some(member_id));
                    events.consents_revoked(connection, &act, &consents, Withdrawal::ByMember)?;
                    events.tokens_revoked(connection, &act, of, Revoked::Consents, ended)?;
                    revoked.push(client.client_id);
                }
                for token in PersonalToken::live_of_member(connection, member_id, now)? {
                    let name = token.digest.name();
                    if which.contains(&name) {
                        token.revoke(connection)?;
                        let why = PersonalTokenEnd::ByMember;
                        events.personal_token_revoked(connection, &act, &token, why)?;
                        revoked.push(name);
                    }
                }
                if which == Which::All {
                    // With what had expired, too.
                    let member = Consents::Member(member_id);
                    let (consents, ended) = Consent::revoke(connection, member)?;
                    let of = ("", Some(member_id));
                    events.consents_revoked(connection, &act, &consents, Withdrawal::ByMember)?;
                    events.tokens_revoked(connection, &act, of, Revoked::Consents, ended)?;
                }
                Ok(revoked)
            })
            .await?;
        for id in &revoked {
            tracing::info!(
                member_id,
                id,
                peer = peer.as_str(),
                "a member revoked an application or a personal token"
            );
        }
        Ok(revoked.len() as u64)
    }
}

fn told(allowed: models::Connection) -> Connection {
    let client = allowed.client;
    Connection {
        kind: ConnectionKind::Application,
        registrar: match client.registrar() {
            models::Registrar::Operator => Registrar::Operator,
            models::Registrar::Member(_) => Registrar::Member,
            models::Registrar::Itself => Registrar::Itself,
        },
        suspended: client.is_suspended(),
        logo: logo::path(&client).map(Into::into),
        id: client.client_id.into(),
        name: client.name.into(),
        website: client.website.map(Into::into),
        scope: allowed.scope.words().map(Into::into).collect(),
        granted_at: allowed.granted_at,
        last_used: allowed.last_used.map(last_use),
        expires_at: allowed.expires_at,
    }
}

fn told_of_token(token: PersonalToken) -> Connection {
    Connection {
        id: token.digest.name().into(),
        kind: ConnectionKind::PersonalToken,
        website: None,
        logo: None,
        registrar: Registrar::Member,
        suspended: false,
        scope: token.scope.words().map(Into::into).collect(),
        granted_at: token.created_at,
        last_used: token.last_use().map(last_use),
        expires_at: Some(token.expires_at),
        name: token.name.into(),
    }
}

fn last_use(last: Use) -> LastUse {
    LastUse {
        at: last.at,
        from: (&*last.from).into(),
    }
}
