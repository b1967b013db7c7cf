//! Rows that are of no use any longer.

use std::time::Duration;

use diesel::{
    prelude::*,
    sql_query,
    sql_types::{BigInt, Binary, Nullable, Text},
};
use hob_plugin_sdk::db::{Connection, Hob, Timestamp};

use super::{
    consent::EndedConsent,
    schema::{
        oauth_access_tokens, oauth_authorization_codes, oauth_authorization_requests,
        oauth_consents, oauth_device_authorizations, oauth_initial_access_tokens,
        oauth_personal_tokens, oauth_refresh_tokens, oauth_used_jwt_ids,
    },
};
use crate::secret::SecretDigest;

/// Each deletes the rows that expired before `$1`, the oldest first, at most
/// `$2` of them: a seek in the index on the expiry where there are none.
const STATEMENTS: [&str; 6] = [
    r#"DELETE FROM "oauth_device_authorizations" WHERE "device_code" IN (
        SELECT "device_code" FROM "oauth_device_authorizations"
        WHERE "forget_at" < $1 ORDER BY "forget_at" LIMIT $2)"#,
    r#"DELETE FROM "oauth_authorization_requests" WHERE "digest" IN (
        SELECT "digest" FROM "oauth_authorization_requests"
        WHERE "expires_at" < $1 ORDER BY "expires_at" LIMIT $2)"#,
    r#"DELETE FROM "oauth_authorization_codes" WHERE "digest" IN (
        SELECT "digest" FROM "oauth_authorization_codes"
        WHERE "forget_at" < $1 ORDER BY "forget_at" LIMIT $2)"#,
    r#"DELETE FROM "oauth_personal_tokens" WHERE "digest" IN (
        SELECT "digest" FROM "oauth_personal_tokens"
        WHERE "expires_at" < $1 ORDER BY "expires_at" LIMIT $2)"#,
    r#"DELETE FROM "oauth_used_jwt_ids" WHERE "digest" IN (
        SELECT "digest" FROM "oauth_used_jwt_ids"
        WHERE "expires_at" < $1 ORDER BY "expires_at" LIMIT $2)"#,
    r#"DELETE FROM "oauth_initial_access_tokens" WHERE "id" IN (
        SELECT "id" FROM "oauth_initial_access_tokens"
        WHERE "expires_at" < $1 ORDER BY "expires_at" LIMIT $2)"#,
];

/// The same with tokens: of access, and to refresh.
const TOKENS: [&str; 2] = [
    r#"DELETE FROM "oauth_access_tokens" WHERE "digest" IN (
        SELECT "digest" FROM "oauth_access_tokens"
        WHERE "expires_at" < $1 ORDER BY "expires_at" LIMIT $2)"#,
    r#"DELETE FROM "oauth_refresh_tokens" WHERE "digest" IN (
        SELECT "digest" FROM "oauth_refresh_tokens"
        WHERE "expires_at" < $1 ORDER BY "expires_at" LIMIT $2)"#,
];

/// What is asked of them beside, where somebody wants to know.
const TOLD: &str = r#" RETURNING "digest", "client_id", "member_id", "expires_at""#;

/// The same with consents. One that is renewed meanwhile is looked at once more
/// when it is free.
const CONSENTS: &str = r#"DELETE FROM "oauth_consents" WHERE "id" IN (
    SELECT "id" FROM "oauth_consents"
    WHERE "expires_at" < $1 ORDER BY "expires_at" LIMIT $2)
    AND "expires_at" < $1
    RETURNING "id", "member_id", "client", "scope", "expires_at""#;

/// Members' epochs that nobody can have read in a request that still runs.
const EPOCHS: &str = r#"DELETE FROM "oauth_member_epochs" WHERE "member_id" IN (
    SELECT "member_id" FROM "oauth_member_epochs"
    WHERE "touched_at" < $1 ORDER BY "touched_at" LIMIT $2)"#;
const LONGEST_REQUEST: Duration = Duration::from_secs(24 * 3600);

/// What was deleted.
#[derive(Debug, Default)]
pub struct Expired {
    pub rows: usize,
    /// Those of the rows that were consents.
    pub consents: Vec<EndedConsent>,
    /// And those that were tokens, where somebody wants to know.
    pub access_tokens: Vec<EndedToken>,
    pub refresh_tokens: Vec<EndedToken>,
}

/// A token that has expired and is gone.
#[derive(Debug, QueryableByName)]
#[diesel(check_for_backend(Hob))]
pub struct EndedToken {
    #[diesel(sql_type = Binary)]
    pub digest: SecretDigest,
    #[diesel(sql_type = Text)]
    pub client_id: String,
    #[diesel(sql_type = Nullable<BigInt>)]
    pub member_id: Option<i64>,
    #[diesel(sql_type = BigInt)]
    pub expires_at: Timestamp,
}

/// Deletes at most `most` rows of each table. Which tokens went is asked only
/// where `tell_tokens`.
pub fn delete_expired(
    connection: &mut Connection,
    now: Timestamp,
    most: i64,
    tell_tokens: bool,
) -> QueryResult<Expired> {
    let expired = STATEMENTS.iter().map(|statement| (*statement, now));
    let rows = expired.chain([(EPOCHS, now - LONGEST_REQUEST)]).try_fold(
        0,
        |deleted, (statement, before)| {
            let rows = sql_query(statement)
                .bind::<BigInt, _>(before)
                .bind::<BigInt, _>(most)
                .execute(connection)?;
            Ok::<_, diesel::result::Error>(deleted + rows)
        },
    )?;
    let [access_tokens, refresh_tokens] = TOKENS.map(|statement| {
        if tell_tokens {
            let told = sql_query(format!("{statement}{TOLD}"))
                .bind::<BigInt, _>(now)
                .bind::<BigInt, _>(most)
                .load::<EndedToken>(connection)?;
            Ok((told.len(), told))
        } else {
            let rows = sql_query(statement)
                .bind::<BigInt, _>(now)
                .bind::<BigInt, _>(most)
                .execute(connection)?;
            Ok::<_, diesel::result::Error>((rows, Vec::new()))
        }
    });
    let (access_tokens, refresh_tokens) = (access_tokens?, refresh_tokens?);
    let rows = rows + access_tokens.0 + refresh_tokens.0;
    let consents: Vec<EndedConsent> = sql_query(CONSENTS)
        .bind::<BigInt, _>(now)
        .bind::<BigInt, _>(most)
        .load(connection)?;
    Ok(Expired {
        rows: rows + consents.len(),
        consents,
        access_tokens: access_tokens.1,
        refresh_tokens: refresh_tokens.1,
    })
}

/// How many rows expired before this and are still there.
pub fn count_expired(connection: &mut Connection, before: Timestamp) -> QueryResult<u64> {
    macro_rules! count {
        ($($table:ident . $expiry:ident),+ $(,)?) => {
            [$(
                $table::table
                    .filter($table::$expiry.lt(before))
                    .count()
                    .get_result::<i64>(connection)?
            ),+]
        };
    }
    let counts = count![
        oauth_device_authorizations.forget_at,
        oauth_authorization_requests.expires_at,
        oauth_authorization_codes.forget_at,
        oauth_access_tokens.expires_at,
        oauth_refresh_tokens.expires_at,
        oauth_personal_tokens.expires_at,
        oauth_used_jwt_ids.expires_at,
        oauth_initial_access_tokens.expires_at,
        oauth_consents.expires_at,
    ];
    Ok(u64::try_from(counts.iter().sum::<i64>()).unwrap_or(0))
}
