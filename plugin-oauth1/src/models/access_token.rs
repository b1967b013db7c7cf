//! Access tokens: what members allow.

use diesel::prelude::*;
use hob_authorization::{scope::Scope, secret::SecretDigest};
use hob_plugin_sdk::{
    db::{Connection, Hob, Timestamp},
    sealing::{KeyId, Sealed},
};

use super::{
    consumer::Consumer,
    schema::{oauth1_access_tokens as access_tokens, oauth1_consumers},
};

/// An access token.
#[derive(Debug, Clone, Queryable, Selectable)]
#[diesel(table_name = access_tokens, check_for_backend(Hob))]
pub struct AccessToken {
    pub digest: SecretDigest,
    pub member_id: i64,
    pub scope: Scope,
    pub sealed_secret: Sealed,
    pub created_at: Timestamp,
    /// None where it lasts until it is taken back.
    pub expires_at: Option<Timestamp>,
    /// To the hour.
    pub last_used_at: Option<Timestamp>,
}

/// A token with its application: all that its check needs.
#[derive(Debug, Clone)]
pub struct CheckedToken {
    pub token: AccessToken,
    pub consumer: Consumer,
}

/// What a member allows an application, for people.
#[derive(Debug, Clone)]
pub struct AllowedToken {
    pub token: AccessToken,
    pub consumer: Consumer,
    pub last_used_from: Option<String>,
}

/// An access token that is to be issued.
#[derive(Debug, Clone, Insertable)]
#[diesel(table_name = access_tokens, treat_none_as_default_value = false)]
pub struct NewAccessToken {
    pub digest: SecretDigest,
    pub consumer: i64,
    pub member_id: i64,
    pub scope: Scope,
    pub sealed_secret: Sealed,
    pub key_id: KeyId,
    pub created_at: Timestamp,
    pub expires_at: Option<Timestamp>,
}

impl AccessToken {
    /// Where its secret is sealed for.
    #[must_use]
    pub fn place(digest: &SecretDigest) -> String {
        format!("access token {}, secret", digest.name())
    }

    /// One indexed read, with the application. Also one that has expired.
    pub fn find(
        connection: &mut Connection,
        digest: &SecretDigest,
    ) -> QueryResult<Option<CheckedToken>> {
        let found = access_tokens::table
            .inner_join(oauth1_consumers::table)
            .filter(access_tokens::digest.eq(digest))
            .select((Self::as_select(), Consumer::as_select()))
            .first::<(Self, Consumer)>(connection)
            .optional()?;
        Ok(found.map(|(token, consumer)| CheckedToken { token, consumer }))
    }

    /// All that this member allows this application now.
    pub fn allowed(
        connection: &mut Connection,
        member_id: i64,
        consumer: i64,
        now: Timestamp,
    ) -> QueryResult<Scope> {
        let scopes = access_tokens::table
            .filter(access_tokens::member_id.eq(member_id))
            .filter(access_tokens::consumer.eq(consumer))
            .filter(
                access_tokens::expires_at
                    .is_null()
                    .or(access_tokens::expires_at.gt(now)),
            )
            .select(access_tokens::scope)
            .load::<Scope>(connection)?;
        let none = Scope::default();
        Ok(scopes.iter().fold(none, |all, scope| all.union(scope)))
    }

    /// All that this member allows now, the oldest first.
    pub fn of_member(
        connection: &mut Connection,
        member_id: i64,
        now: Timestamp,
    ) -> QueryResult<Vec<AllowedToken>> {
        let rows = access_tokens::table
            .inner_join(oauth1_consumers::table)
            .filter(access_tokens::member_id.eq(member_id))
            .filter(
                access_tokens::expires_at
                    .is_null()
                    .or(access_tokens::expires_at.gt(now)),
            )
            .select((
                Self::as_select(),
                Consumer::as_select(),
                access_tokens::last_used_from,
            ))
            .load::<(Self, Consumer, Option<String>)>(connection)?;
        let allowed = |(token, consumer, last_used_from)| AllowedToken {
            token,
            consumer,
            last_used_from,
        };
        Ok(oldest_first(rows.into_iter().map(allowed).collect()))
    }

    /// All that members allow this application now, the oldest first.
    pub fn of_consumer(
        connection: &mut Connection,
        consumer: &Consumer,
        now: Timestamp,
    ) -> QueryResult<Vec<AllowedToken>> {
        let rows = access_tokens::table
            .filter(access_tokens::consumer.eq(consumer.id))
            .filter(
                access_tokens::expires_at
                    .is_null()
                    .or(access_tokens::expires_at.gt(now)),
            )
            .select((Self::as_select(), access_tokens::last_used_from))
            .load::<(Self, Option<String>)>(connection)?;
        let allowed = |(token, last_used_from)| AllowedToken {
            token,
            consumer: consumer.clone(),
            last_used_from,
        };
        Ok(oldest_first(rows.into_iter().map(allowed).collect()))
    }

    /// What this member allows this application dies.
    pub fn delete_between(
        connection: &mut Connection,
        member_id: i64,
        consumer: i64,
    ) -> QueryResult<u64> {
        let deleted = diesel::delete(
            access_tokens::table
                .filter(access_tokens::member_id.eq(member_id))
                .filter(access_tokens::consumer.eq(consumer)),
        )
        .execute(connection)?;
        Ok(deleted as u64)
    }

    /// What this member allows this application dies, where it allows any of
    /// `taken`.
    pub fn delete_allowing(
        connection: &mut Connection,
        member_id: i64,
        consumer: i64,
        taken: &Scope,
    ) -> QueryResult<u64> {
        let allowed: Vec<(SecretDigest, Scope)> = access_tokens::table
            .filter(access_tokens::member_id.eq(member_id))
            .filter(access_tokens::consumer.eq(consumer))
            .select((access_tokens::digest, access_tokens::scope))
            .load(connection)?;
        let mut deleted = 0;
        for (digest, scope) in allowed {
            if !scope.intersection(taken).is_empty() {
                deleted += diesel::delete(access_tokens::table.find(digest)).execute(connection)?;
            }
        }
        Ok(deleted as u64)
    }

    /// All tokens of an application die.
    pub fn delete_of_consumer(connection: &mut Connection, consumer: i64) -> QueryResult<u64> {
        let deleted =
            diesel::delete(access_tokens::table.filter(access_tokens::consumer.eq(consumer)))
                .execute(connection)?;
        Ok(deleted as u64)
    }

    /// Notes its last use.
    pub fn note_use(
        connection: &mut Connection,
        digest: SecretDigest,
        now: Timestamp,
        peer: &str,
    ) -> QueryResult<()> {
        diesel::update(access_tokens::table.find(digest))
            .set((
                access_tokens::last_used_at.eq(now),
                access_tokens::last_used_from.eq(peer),
            ))
            .execute(connection)?;
        Ok(())
    }

    /// All tokens in this member's name die.
    pub fn delete_of_member(connection: &mut Connection, member_id: i64) -> QueryResult<u64> {
        let deleted =
            diesel::delete(access_tokens::table.filter(access_tokens::member_id.eq(member_id)))
                .execute(connection)?;
        Ok(deleted as u64)
    }
}

/// Here, where no index would help the database.
fn oldest_first(mut tokens: Vec<AllowedToken>) -> Vec<AllowedToken> {
    tokens.sort_by_key(|one| (one.token.created_at, one.token.digest));
    tokens
}

impl NewAccessToken {
    pub fn insert(&self, connection: &mut Connection) -> QueryResult<()> {
        diesel::insert_into(access_tokens::table)
            .values(self)
            .execute(connection)?;
        Ok(())
    }
}
