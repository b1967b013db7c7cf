//! Refresh tokens, which rotate in families.

use diesel::prelude::*;
use hob_jose::KeyThumbprint;
use hob_plugin_sdk::{
    auth::TokenId,
    db::{Connection, Hob, Timestamp},
};

use super::{
    consent::ConsentTerm,
    revocation::Consents,
    schema::oauth_refresh_tokens::{self as refresh_tokens, dsl},
};
use crate::{
    resource::Resource,
    scope::Scope,
    secret::{self, SecretDigest},
};

/// A refresh token.
#[derive(Debug, Clone, Queryable, Selectable, Insertable)]
#[diesel(
    table_name = refresh_tokens,
    check_for_backend(Hob),
    treat_none_as_default_value = false
)]
pub struct RefreshToken {
    pub digest: SecretDigest,
    pub client_id: String,
    pub member_id: i64,
    pub consent: i64,
    pub family: i64,
    /// The token that it succeeded.
    pub parent: Option<SecretDigest>,
    pub scope: Scope,
    pub resource: Resource,
    pub created_at: Timestamp,
    pub expires_at: Timestamp,
    /// The end of all its successors.
    pub family_expires_at: Timestamp,
    pub consumed_at: Option<Timestamp>,
    /// How many successors it got beside the first.
    pub siblings: i32,
    /// Of the key whose owner alone may use it, where the client has no
    /// secret that guards it (RFC 9449, section 5).
    pub key_thumbprint: Option<KeyThumbprint>,
    /// When the consent ends; none if never.
    pub consent_expires_at: Option<Timestamp>,
}

impl RefreshToken {
    /// Under which it was issued.
    #[must_use]
    pub const fn term(&self) -> ConsentTerm {
        ConsentTerm {
            id: self.consent,
            expires_at: self.consent_expires_at,
        }
    }

    /// Also one that was consumed or has expired.
    pub fn find(connection: &mut Connection, digest: &SecretDigest) -> QueryResult<Option<Self>> {
        refresh_tokens::table
            .find(digest)
            .select(Self::as_select())
            .first(connection)
            .optional()
    }

    /// Those under these consents that can still be redeemed; the latest first.
    pub fn live(
        connection: &mut Connection,
        consents: Consents,
        now: Timestamp,
    ) -> QueryResult<Vec<Self>> {
        refresh_tokens::table
            .filter(dsl::consent.eq_any(consents.ids()))
            .filter(dsl::consumed_at.is_null())
            .filter(dsl::expires_at.gt(now))
            .order(dsl::created_at.desc())
            .select(Self::as_select())
            .load(connection)
    }

    /// The one that logs call by this name.
    pub fn named(connection: &mut Connection, token_id: TokenId) -> QueryResult<Option<Self>> {
        let (first, last) = secret::named(token_id);
        refresh_tokens::table
            .filter(dsl::digest.between(first, last))
            .select(Self::as_select())
            .first(connection)
            .optional()
    }

    pub fn insert(&self, connection: &mut Connection) -> QueryResult<()> {
        diesel::insert_into(refresh_tokens::table)
            .values(self)
            .execute(connection)?;
        Ok(())
    }

    /// Consumes it, once. False if it was consumed before, or has died.
    pub fn consume(&self, connection: &mut Connection, now: Timestamp) -> QueryResult<bool> {
        let touched = diesel::update(
            refresh_tokens::table
                .filter(dsl::digest.eq(self.digest))
                .filter(dsl::consumed_at.is_null()),
        )
        .set(dsl::consumed_at.eq(now))
        .execute(connection)?;
        Ok(touched == 1)
    }

    /// Consumes it anew, as if for the first time. False if somebody else did
    /// so since it was read, or if it has died.
    pub fn consume_again(&self, connection: &mut Connection, now: Timestamp) -> QueryResult<bool> {
        let touched = diesel::update(
            refresh_tokens::table
                .filter(dsl::digest.eq(self.digest))
                .filter(dsl::consumed_at.eq(self.consumed_at)),
        )
        .set((dsl::consumed_at.eq(now), dsl::siblings.eq(0)))
        .execute(connection)?;
        Ok(touched == 1)
    }

    /// Counts one more sibling among its successors. False if there are `most`
    /// already, or if it has died.
    pub fn add_sibling(&self, connection: &mut Connection, most: i32) -> QueryResult<bool> {
        let touched = diesel::update(
            refresh_tokens::table
                .filter(dsl::digest.eq(self.digest))
                .filter(dsl::siblings.lt(most)),
        )
        .set(dsl::siblings.eq(dsl::siblings + 1))
        .execute(connection)?;
        Ok(touched == 1)
    }

    /// Whether one of its successors was redeemed for a newer token.
    pub fn has_used_successor(&self, connection: &mut Connection) -> QueryResult<bool> {
        let used = self
            .successors()
            .filter(dsl::consumed_at.is_not_null())
            .select(dsl::digest)
            .first::<SecretDigest>(connection)
            .optional()?;
        Ok(used.is_some())
    }

    /// Revokes its successors, none of which was used.
    pub fn revoke_successors(&self, connection: &mut Connection) -> QueryResult<()> {
        diesel::delete(self.successors()).execute(connection)?;
        Ok(())
    }

    // Found in its family, which is what the index is on.
    fn successors(&self) -> Successors<'_> {
        refresh_tokens::table
            .filter(dsl::consent.eq(self.consent))
            .filter(dsl::family.eq(self.family))
            .filter(dsl::parent.eq(&self.digest))
    }
}

type Successors<'a> = diesel::dsl::Filter<
    diesel::dsl::Filter<
        diesel::dsl::Filter<refresh_tokens::table, diesel::dsl::Eq<dsl::consent, i64>>,
        diesel::dsl::Eq<dsl::family, i64>,
    >,
    diesel::dsl::Eq<dsl::parent, &'a SecretDigest>,
>;
