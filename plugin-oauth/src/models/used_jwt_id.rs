//! The ids of JSON Web Tokens that hold only once.

use diesel::prelude::*;
use hob_plugin_sdk::db::{Connection, Timestamp};

use super::schema::oauth_used_jwt_ids;
use crate::secret::SecretDigest;

/// A `jti` with what it is unique under, as one digest.
#[derive(Debug, Clone, PartialEq, Eq, Insertable)]
#[diesel(table_name = oauth_used_jwt_ids)]
pub struct UsedJwtId {
    digest: SecretDigest,
    /// When the token that carries it stops to be good, and with it the row.
    expires_at: Timestamp,
}

impl UsedJwtId {
    /// Of these parts; where one ends counts.
    #[must_use]
    pub fn new(parts: &[&str], expires_at: Timestamp) -> Self {
        let mut named = String::new();
        for part in parts {
            named.push_str(&part.len().to_string());
            named.push(':');
            named.push_str(part);
        }
        Self {
            digest: SecretDigest::of(&named),
            expires_at,
        }
    }

    /// Uses it, once. False if it was used before, on whatever node.
    pub fn use_up(&self, connection: &mut Connection) -> QueryResult<bool> {
        let inserted = diesel::insert_into(oauth_used_jwt_ids::table)
            .values(self)
            .on_conflict(oauth_used_jwt_ids::digest)
            .do_nothing()
            .execute(connection)?;
        Ok(inserted == 1)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn where_a_part_ends_counts() {
        let of = |parts: &[&str]| UsedJwtId::new(parts, Timestamp::UNIX_EPOCH);
        assert_eq!(of(&["a", "b"]), of(&["a", "b"]));
        assert_ne!(of(&["a", "b"]), of(&["ab", ""]));
        assert_ne!(of(&["a", "1:b"]), of(&["a1:", "b"]));
    }
}
