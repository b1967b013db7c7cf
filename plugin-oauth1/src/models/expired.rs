//! Rows that are of no use any longer.

use diesel::{
    prelude::*,
    sql_query,
    sql_types::{BigInt, Binary, Text},
};
use hob_authorization::secret::SecretDigest;
use hob_plugin_sdk::db::{Connection, Hob, Timestamp};

/// Each deletes the rows that expired before `$1`, the oldest first, at most
/// `$2` of them: a seek in the index on the expiry where there are none.
const STATEMENTS: [&str; 2] = [
    r#"DELETE FROM "oauth1_used_nonces" WHERE "digest" IN (
        SELECT "digest" FROM "oauth1_used_nonces"
        WHERE "expires_at" < $1 ORDER BY "expires_at" LIMIT $2)"#,
    r#"DELETE FROM "oauth1_request_tokens" WHERE "digest" IN (
        SELECT "digest" FROM "oauth1_request_tokens"
        WHERE "expires_at" < $1 ORDER BY "expires_at" LIMIT $2)"#,
];

/// The same with access tokens.
const TOKENS: &str = r#"DELETE FROM "oauth1_access_tokens" WHERE "digest" IN (
    SELECT "digest" FROM "oauth1_access_tokens"
    WHERE "expires_at" < $1 ORDER BY "expires_at" LIMIT $2)"#;

/// What is asked of them beside, where somebody wants to know.
const TOLD: &str = r#" RETURNING "digest", "member_id", "expires_at", (
    SELECT "consumer_key" FROM "oauth1_consumers"
    WHERE "id" = "oauth1_access_tokens"."consumer") AS "consumer_key""#;

/// What was deleted.
#[derive(Debug)]
pub struct Expired {
    pub rows: usize,
    /// Those of the rows that were access tokens, where somebody wants to know.
    pub access_tokens: Vec<EndedToken>,
}

/// An access token that has expired and is gone.
#[derive(Debug, QueryableByName)]
#[diesel(check_for_backend(Hob))]
pub struct EndedToken {
    #[diesel(sql_type = Binary)]
    pub digest: SecretDigest,
    #[diesel(sql_type = BigInt)]
    pub member_id: i64,
    #[diesel(sql_type = BigInt)]
    pub expires_at: Timestamp,
    #[diesel(sql_type = Text)]
    pub consumer_key: String,
}

/// Deletes what expired before this, at most `most` rows of each table. Which
/// access tokens went is asked only where `tell_tokens`.
pub fn delete_expired(
    connection: &mut Connection,
    now: Timestamp,
    most: i64,
    tell_tokens: bool,
) -> QueryResult<Expired> {
    let mut rows = 0;
    for statement in STATEMENTS {
        rows += sql_query(statement)
            .bind::<BigInt, _>(now)
            .bind::<BigInt, _>(most)
            .execute(connection)?;
    }
    if tell_tokens {
        let access_tokens: Vec<EndedToken> = sql_query(format!("{TOKENS}{TOLD}"))
            .bind::<BigInt, _>(now)
            .bind::<BigInt, _>(most)
            .load(connection)?;
        return Ok(Expired {
            rows: rows + access_tokens.len(),
            access_tokens,
        });
    }
    let tokens = sql_query(TOKENS)
        .bind::<BigInt, _>(now)
        .bind::<BigInt, _>(most)
        .execute(connection)?;
    Ok(Expired {
        rows: rows + tokens,
        access_tokens: Vec::new(),
    })
}
