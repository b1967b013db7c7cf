//! Fills a site's database with members who are signed in and have consented,
//! and with their tokens, as if plugin-oauth had issued them.
//!
//! This knows the tables and the format of the secrets: it writes in seconds
//! what a million requests would.

use std::{
    fs,
    io::{BufWriter, Write},
};

use anyhow::Context;
use diesel::{
    Connection, RunQueryDsl, SqliteConnection, sql_query,
    sql_types::{BigInt, Binary, Text},
};
use rand::{Rng, rngs::StdRng};
use sha2::{Digest, Sha256};

use crate::site::Site;

const MEMBERS: i64 = 1_000;
/// More than there are connections, so that no run is at a loss.
pub const REFRESH_TOKENS: usize = 1_000;
const SCOPE: &str = "profile";
/// A moment is in units of 2¹⁴ microseconds.
const MOMENT_STEP: u32 = 14;
const ALPHABET: &[u8; 62] = b"0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";

/// Sows members with sessions and consents, and access tokens, and writes the
/// secrets into the files `sessions` and `access_tokens`.
pub fn sow(site: &Site, tokens: usize) -> anyhow::Result<()> {
    let mut connection = open(site)?;
    let client = client_row(&mut connection, site)?;
    connection.transaction(|connection| {
        sow_members(connection, site, client)?;
        sow_access_tokens(connection, site, tokens)
    })?;
    // The site begins with what a checkpoint leaves.
    sql_query("PRAGMA wal_checkpoint(TRUNCATE)").execute(&mut connection)?;
    Ok(())
}

/// Sows fresh refresh tokens and writes them into the file `refresh_tokens`.
/// The site may be running.
pub fn sow_refresh_tokens(site: &Site) -> anyhow::Result<()> {
    let mut connection = open(site)?;
    let now = now();
    let secrets = secrets("hob_rt_", REFRESH_TOKENS);
    connection.immediate_transaction(|connection| {
        for (secret, number) in secrets.iter().zip(0_i64..) {
            sql_query(
                "INSERT INTO oauth_refresh_tokens (digest, client_id, member_id, consent, family, \
                 parent, scope, resource, created_at, expires_at, family_expires_at, \
                 consumed_at, siblings) \
                 SELECT ?, ?, member_id, id, ?, NULL, scope, '', ?, ?, ?, NULL, 0 \
                 FROM oauth_consents WHERE member_id = ?",
            )
            .bind::<Binary, _>(token_digest(secret))
            .bind::<Text, _>(&site.client.client_id)
            .bind::<BigInt, _>(now + number)
            .bind::<BigInt, _>(now)
            .bind::<BigInt, _>(now + DAY)
            .bind::<BigInt, _>(now + DAY)
            .bind::<BigInt, _>(1 + number % MEMBERS)
            .execute(connection)?;
        }
        anyhow::Ok(())
    })?;
    write_lines(site, "refresh_tokens", &secrets)
}

const DAY: i64 = 24 * 3600 * 1_000_000;

fn open(site: &Site) -> anyhow::Result<SqliteConnection> {
    let file = site.file("data/hob.db");
    let mut connection = SqliteConnection::establish(file.to_str().context("a path in UTF-8")?)?;
    sql_query("PRAGMA busy_timeout = 10000").execute(&mut connection)?;
    Ok(connection)
}

#[derive(diesel::QueryableByName)]
struct ClientRow {
    #[diesel(sql_type = BigInt)]
    id: i64,
}

fn client_row(connection: &mut SqliteConnection, site: &Site) -> anyhow::Result<i64> {
    let row: ClientRow = sql_query("SELECT id FROM oauth_clients WHERE client_id = ?")
        .bind::<Text, _>(&site.client.client_id)
        .get_result(connection)?;
    Ok(row.id)
}

fn sow_members(connection: &mut SqliteConnection, site: &Site, client: i64) -> anyhow::Result<()> {
    let now = now();
    let sessions = secrets("", MEMBERS as usize);
    for (id, session) in (1..).zip(&sessions) {
        sql_query(
            "INSERT INTO members (id, username, display_name, email, email_verified, \
             password_hash, administrator, uploader, created_at) \
             VALUES (?, ?, ?, ?, 1, '!', 0, 1, ?)",
        )
        .bind::<BigInt, _>(id)
        .bind::<Text, _>(format!("member{id}"))
        .bind::<Text, _>(format!("Member {id}"))
        .bind::<Text, _>(format!("member{id}@example.org"))
        .bind::<BigInt, _>(now)
        .execute(connection)?;
        sql_query(
            "INSERT INTO sessions (member_id, digest, user_agent, peer, created_at, \
             authenticated_at, last_used_at, expires_at) VALUES (?, ?, 'wrk', '127.0.0.1', ?, ?, ?, ?)",
        )
        .bind::<BigInt, _>(id)
        .bind::<Binary, _>(digest(session))
        .bind::<BigInt, _>(now)
        .bind::<BigInt, _>(now)
        .bind::<BigInt, _>(now)
        .bind::<BigInt, _>(now + 30 * DAY)
        .execute(connection)?;
        sql_query(
            "INSERT INTO oauth_consents (id, member_id, client, resource, scope, granted_at, \
             updated_at, revision) VALUES (?, ?, ?, '', ?, ?, ?, 0)",
        )
        .bind::<BigInt, _>(id)
        .bind::<BigInt, _>(id)
        .bind::<BigInt, _>(client)
        .bind::<Text, _>(SCOPE)
        .bind::<BigInt, _>(now)
        .bind::<BigInt, _>(now)
        .execute(connection)?;
    }
    write_lines(site, "sessions", &sessions)
}

fn sow_access_tokens(
    connection: &mut SqliteConnection,
    site: &Site,
    tokens: usize,
) -> anyhow::Result<()> {
    let now = now();
    let secrets = secrets("hob_at_", tokens);
    write_lines(site, "access_tokens", &secrets)?;
    // In the order of the key, or a million would take minutes.
    let mut digests: Vec<[u8; 32]> = secrets.iter().map(|secret| token_digest(secret)).collect();
    digests.sort_unstable();
    for (digest, number) in digests.iter().zip(0_i64..) {
        sql_query(
            "INSERT INTO oauth_access_tokens (digest, client_id, member_id, consent, family, \
             scope, resource, created_at, expires_at) VALUES (?, ?, ?, ?, ?, ?, '', ?, ?)",
        )
        .bind::<Binary, _>(&digest[..])
        .bind::<Text, _>(&site.client.client_id)
        .bind::<BigInt, _>(1 + number % MEMBERS)
        .bind::<BigInt, _>(1 + number % MEMBERS)
        .bind::<BigInt, _>(number)
        .bind::<Text, _>(SCOPE)
        .bind::<BigInt, _>(now)
        .bind::<BigInt, _>(now + DAY)
        .execute(connection)?;
    }
    Ok(())
}

fn write_lines(site: &Site, name: &str, lines: &[String]) -> anyhow::Result<()> {
    let mut file = BufWriter::new(fs::File::create(site.file(name))?);
    for line in lines {
        writeln!(file, "{line}")?;
    }
    Ok(file.flush()?)
}

/// Secrets as plugin-oauth makes them: a prefix, the moment in which a token
/// was issued, four words of 64 bits, and the checksum.
fn secrets(prefix: &str, count: usize) -> Vec<String> {
    let mut randomness: StdRng = rand::make_rng();
    let secret = |_| {
        let mut text = prefix.to_owned();
        if !prefix.is_empty() {
            push_base62(&mut text, now() as u64 >> MOMENT_STEP, 7);
        }
        for _ in 0..4 {
            push_base62(&mut text, randomness.next_u64(), 11);
        }
        let checksum = crc32fast::hash(text.as_bytes());
        push_base62(&mut text, checksum.into(), 6);
        text
    };
    (0..count).map(secret).collect()
}

fn push_base62(text: &mut String, mut number: u64, length: usize) {
    let mut digits = vec!['0'; length];
    for digit in digits.iter_mut().rev() {
        *digit = char::from(ALPHABET[(number % 62) as usize]);
        number /= 62;
    }
    text.extend(digits);
}

fn digest(secret: &str) -> [u8; 32] {
    Sha256::digest(secret.as_bytes()).into()
}

/// A token's moment stands before its hash.
fn token_digest(secret: &str) -> [u8; 32] {
    let moment = secret["hob_at_".len()..][..7]
        .bytes()
        .filter_map(|digit| ALPHABET.iter().position(|letter| *letter == digit))
        .fold(0_u64, |number, digit| number * 62 + digit as u64);
    let mut key = [0; 32];
    key[..5].copy_from_slice(&moment.to_be_bytes()[3..]);
    key[5..].copy_from_slice(&digest(secret)[..27]);
    key
}

/// Microseconds, UTC.
fn now() -> i64 {
    let since = std::time::SystemTime::UNIX_EPOCH.elapsed();
    i64::try_from(since.unwrap_or_default().as_micros()).unwrap_or_default()
}
