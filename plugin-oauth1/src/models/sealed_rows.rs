//! What is sealed, whatever it belongs to: counted by key, and sealed anew.

use diesel::{prelude::*, sql_query, sql_types};
use hob_authorization::secret::SecretDigest;
use hob_plugin_sdk::{
    db::Connection,
    sealing::{KeyId, Sealed},
};

use super::{
    access_token::AccessToken,
    consumer::Consumer,
    request_token::RequestToken,
    schema::{oauth1_access_tokens, oauth1_consumers, oauth1_request_tokens},
};

/// A sealed secret, with where it stands.
#[derive(Debug, Clone)]
pub struct SealedRow {
    pub sealed: Sealed,
    pub place: String,
    at: Cursor,
}

/// Where to go on among all sealed secrets: applications first, then what waits
/// for a decision, then what was allowed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Cursor {
    Consumers(i64),
    /// None: from the first on.
    RequestTokens(Option<SecretDigest>),
    AccessTokens(Option<SecretDigest>),
}

#[derive(QueryableByName)]
struct Counted {
    #[diesel(sql_type = sql_types::BigInt)]
    key_id: KeyId,
    #[diesel(sql_type = sql_types::BigInt)]
    count: i64,
}

/// One statement, so that all is counted at the same moment.
const COUNT: &str = r#"SELECT "key_id", COUNT(*) AS "count" FROM (
    SELECT "key_id" FROM "oauth1_consumers" WHERE "key_id" IS NOT NULL
    UNION ALL SELECT "key_id" FROM "oauth1_request_tokens"
    UNION ALL SELECT "key_id" FROM "oauth1_access_tokens") AS "sealed"
    GROUP BY "key_id" ORDER BY "key_id""#;

impl SealedRow {
    /// How many are sealed under which key.
    pub fn count_by_key(connection: &mut Connection) -> QueryResult<Vec<(KeyId, u64)>> {
        let counted: Vec<Counted> = sql_query(COUNT).load(connection)?;
        let unsigned = |row: Counted| (row.key_id, u64::try_from(row.count).unwrap_or_default());
        Ok(counted.into_iter().map(unsigned).collect())
    }

    /// Some that another key than this one sealed, and where to go on; none
    /// once there are no more.
    pub fn sealed_otherwise(
        connection: &mut Connection,
        key: KeyId,
        from: Cursor,
        most: i64,
    ) -> QueryResult<(Vec<Self>, Option<Cursor>)> {
        let rows = match from {
            Cursor::Consumers(after) => consumers(connection, key, after, most)?,
            Cursor::RequestTokens(after) => request_tokens(connection, key, after, most)?,
            Cursor::AccessTokens(after) => access_tokens(connection, key, after, most)?,
        };
        let next = match (rows.last(), from) {
            (Some(row), _) => Some(row.at),
            (None, Cursor::Consumers(_)) => Some(Cursor::RequestTokens(None)),
            (None, Cursor::RequestTokens(_)) => Some(Cursor::AccessTokens(None)),
            (None, Cursor::AccessTokens(_)) => None,
        };
        Ok((rows, next))
    }

    /// Puts what was sealed anew in its place, unless that is another secret
    /// by now.
    pub fn replace(&self, connection: &mut Connection, sealed: Sealed) -> QueryResult<bool> {
        let key_id = sealed.key().unwrap_or_default();
        let touched = match self.at {
            Cursor::Consumers(id) => diesel::update(
                oauth1_consumers::table
                    .find(id)
                    .filter(oauth1_consumers::sealed_secret.eq(&self.sealed)),
            )
            .set((
                oauth1_consumers::sealed_secret.eq(sealed),
                oauth1_consumers::key_id.eq(key_id),
            ))
            .execute(connection)?,
            Cursor::RequestTokens(Some(digest)) => diesel::update(
                oauth1_request_tokens::table
                    .find(digest)
                    .filter(oauth1_request_tokens::sealed_secret.eq(&self.sealed)),
            )
            .set((
                oauth1_request_tokens::sealed_secret.eq(sealed),
                oauth1_request_tokens::key_id.eq(key_id),
            ))
            .execute(connection)?,
            Cursor::AccessTokens(Some(digest)) => diesel::update(
                oauth1_access_tokens::table
                    .find(digest)
                    .filter(oauth1_access_tokens::sealed_secret.eq(&self.sealed)),
            )
            .set((
                oauth1_access_tokens::sealed_secret.eq(sealed),
                oauth1_access_tokens::key_id.eq(key_id),
            ))
            .execute(connection)?,
            Cursor::RequestTokens(None) | Cursor::AccessTokens(None) => 0,
        };
        Ok(touched == 1)
    }
}

fn consumers(
    connection: &mut Connection,
    key: KeyId,
    after: i64,
    most: i64,
) -> QueryResult<Vec<SealedRow>> {
    let rows = oauth1_consumers::table
        .filter(oauth1_consumers::key_id.ne(key))
        .filter(oauth1_consumers::id.gt(after))
        .order(oauth1_consumers::id)
        .limit(most)
        .select(Consumer::as_select())
        .load::<Consumer>(connection)?;
    let told = |consumer: Consumer| {
        Some(SealedRow {
            sealed: consumer.sealed_secret?,
            place: Consumer::place(&consumer.consumer_key),
            at: Cursor::Consumers(consumer.id),
        })
    };
    Ok(rows.into_iter().filter_map(told).collect())
}

fn request_tokens(
    connection: &mut Connection,
    key: KeyId,
    after: Option<SecretDigest>,
    most: i64,
) -> QueryResult<Vec<SealedRow>> {
    let rows = oauth1_request_tokens::table
        .filter(oauth1_request_tokens::key_id.ne(key))
        .filter(oauth1_request_tokens::digest.gt(after.unwrap_or(SecretDigest::of_nothing())))
        .order(oauth1_request_tokens::digest)
        .limit(most)
        .select((
            oauth1_request_tokens::digest,
            oauth1_request_tokens::sealed_secret,
        ))
        .load::<(SecretDigest, Sealed)>(connection)?;
    let told = |(digest, sealed)| SealedRow {
        sealed,
        place: RequestToken::place(&digest),
        at: Cursor::RequestTokens(Some(digest)),
    };
    Ok(rows.into_iter().map(told).collect())
}

fn access_tokens(
    connection: &mut Connection,
    key: KeyId,
    after: Option<SecretDigest>,
    most: i64,
) -> QueryResult<Vec<SealedRow>> {
    let rows = oauth1_access_tokens::table
        .filter(oauth1_access_tokens::key_id.ne(key))
        .filter(oauth1_access_tokens::digest.gt(after.unwrap_or(SecretDigest::of_nothing())))
        .order(oauth1_access_tokens::digest)
        .limit(most)
        .select((
            oauth1_access_tokens::digest,
            oauth1_access_tokens::sealed_secret,
        ))
        .load::<(SecretDigest, Sealed)>(connection)?;
    let told = |(digest, sealed)| SealedRow {
        sealed,
        place: AccessToken::place(&digest),
        at: Cursor::AccessTokens(Some(digest)),
    };
    Ok(rows.into_iter().map(told).collect())
}
