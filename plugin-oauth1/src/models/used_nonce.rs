//! Nonces that were used: what holds only once (RFC 5849, section 3.3).

use diesel::prelude::*;
use hob_authorization::secret::SecretDigest;
use hob_plugin_sdk::db::{Connection, Timestamp};

use super::schema::oauth1_used_nonces;

/// A nonce with what it is unique under, as one digest.
#[derive(Debug, Clone, PartialEq, Eq, Insertable)]
#[diesel(table_name = oauth1_used_nonces)]
pub struct UsedNonce {
    digest: SecretDigest,
    /// When its timestamp is refused anyway, and the row goes.
    expires_at: Timestamp,
}

impl UsedNonce {
    /// The same nonce may come again with another timestamp, from another
    /// application, or with another token.
    #[must_use]
    pub fn new(
        consumer_key: &str,
        token: Option<&str>,
        timestamp: u64,
        nonce: &str,
        expires_at: Timestamp,
    ) -> Self {
        let token = token.unwrap_or_default();
        // Where a part ends counts.
        let named = format!(
            "{}:{consumer_key}{}:{token}{timestamp}:{nonce}",
            consumer_key.len(),
            token.len()
        );
        Self {
            digest: SecretDigest::of(&named),
            expires_at,
        }
    }

    /// Uses it, once. False if it was used before, on whatever node.
    pub fn use_up(&self, connection: &mut Connection) -> QueryResult<bool> {
        let inserted = diesel::insert_into(oauth1_used_nonces::table)
            .values(self)
            .on_conflict(oauth1_used_nonces::digest)
            .do_nothing()
            .execute(connection)?;
        Ok(inserted == 1)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn all_parts_count_and_where_they_end() {
        let of = |key, token, timestamp, nonce| {
            UsedNonce::new(key, token, timestamp, nonce, Timestamp::UNIX_EPOCH).digest
        };
        let one = of("k", Some("t"), 1, "n");
        assert_eq!(one, of("k", Some("t"), 1, "n"));
        for other in [
            of("k2", Some("t"), 1, "n"),
            of("k", Some("t2"), 1, "n"),
            of("k", None, 1, "n"),
            of("k", Some("t"), 2, "n"),
            of("k", Some("t"), 1, "n2"),
            of("k1:t", None, 1, "n"),
            of("k", Some("t1"), 1, "n"),
            of("k", Some("t"), 11, "n"),
        ] {
            assert_ne!(one, other);
        }
    }
}
