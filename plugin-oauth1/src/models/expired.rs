//! Rows that are of no use any longer.

use diesel::{prelude::*, sql_query, sql_types::BigInt};
use hob_plugin_sdk::db::{Connection, Timestamp};

/// Each deletes the rows that expired before `$1`, the oldest first, at most
/// `$2` of them: a seek in the index on the expiry where there are none.
const STATEMENTS: [&str; 3] = [
    r#"DELETE FROM "oauth1_used_nonces" WHERE "digest" IN (
        SELECT "digest" FROM "oauth1_used_nonces"
        WHERE "expires_at" < $1 ORDER BY "expires_at" LIMIT $2)"#,
    r#"DELETE FROM "oauth1_request_tokens" WHERE "digest" IN (
        SELECT "digest" FROM "oauth1_request_tokens"
        WHERE "expires_at" < $1 ORDER BY "expires_at" LIMIT $2)"#,
    r#"DELETE FROM "oauth1_access_tokens" WHERE "digest" IN (
        SELECT "digest" FROM "oauth1_access_tokens"
        WHERE "expires_at" < $1 ORDER BY "expires_at" LIMIT $2)"#,
];

/// Deletes what expired before this, at most so many rows of each table.
/// Answers with how many went.
pub fn delete_expired(
    connection: &mut Connection,
    now: Timestamp,
    most: i64,
) -> QueryResult<usize> {
    let mut deleted = 0;
    for statement in STATEMENTS {
        deleted += sql_query(statement)
            .bind::<BigInt, _>(now)
            .bind::<BigInt, _>(most)
            .execute(connection)?;
    }
    Ok(deleted)
}
